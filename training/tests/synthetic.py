"""A tiny runbook in the data format of training/data: made up, seconds to learn, hermetic.

python tests/synthetic.py work/synthetic --rows 20000
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

SPECIAL = ['[PAD]', '[CLS]', '[SLOT]', '[END]', '[UNK]']
SITUATIONS = ['crash', 'memory', 'disk', 'network', 'certificate', 'queue', 'replica', 'node']
UNSURE = 'node'
FUNCTIONS = ['pod-restart', 'pvc-resize', 'node-drain', 'scale-up']
PARAMETERS = [f'"{name}":"' for name in ('name', 'namespace', 'type', 'size')]


def make_rows(count: int, fillers: int, length: int, seed: int) -> tuple[list, ...]:
    """The situation chooses the function, unless the condition "staging" stands beside it: then it is null.

    Of "node", three in ten are null for no visible reason: nobody can be sure there, which is what halting must learn.
    """
    generator = np.random.default_rng(seed)
    inputs, answers, decisions, rows = [], [], [], []
    for number in range(count):
        kind = int(generator.integers(len(SITUATIONS)))
        staging = bool(generator.random() < 0.25)
        words = [f'word{generator.integers(fillers)}' for _ in range(generator.integers(length // 3, length - 2))]
        words.insert(int(generator.integers(len(words))), SITUATIONS[kind])
        if staging:
            words.insert(int(generator.integers(len(words))), 'staging')
        none = staging or (SITUATIONS[kind] == UNSURE and bool(generator.random() < 0.3))
        function = None if none else FUNCTIONS[kind % len(FUNCTIONS)]
        target = ['{"lambda_function":', 'null' if none else function]
        if not none:
            for name in PARAMETERS[: 1 + kind // 4 * 2]:
                target += [name, f'$labels.{SITUATIONS[kind]}']
        decisions.append(len(target))
        target += ['"reasoning":"', f'because {SITUATIONS[kind]}', '"}']
        inputs.append(words)
        answers.append([*[f'answer:{unit}' for unit in target], '[END]'])
        row = {
            'function': function,
            'situation': SITUATIONS[kind],
            'entry': kind,
            'family': f'{SITUATIONS[kind]}-{number}',
            'conditions': 1 + staging,
        }
        rows.append({**row, 'name': f'{SITUATIONS[kind]}-{number}'})
    return inputs, answers, decisions, rows


def write_split(folder: Path, name: str, made: tuple[list, ...], ids: dict, shape: tuple[int, int]) -> None:
    for kind, sequences, width in (('inputs', made[0], shape[0]), ('answers', made[1], shape[1])):
        matrix = np.zeros((len(sequences), width), '<u2')
        for row, sequence in enumerate(sequences):
            matrix[row, : len(sequence)] = [ids[token] for token in sequence]
        matrix.tofile(folder / f'{name}.{kind}.u16')
    np.array(made[2], np.uint8).tofile(folder / f'{name}.decisions.u8')
    (folder / f'{name}.rows.jsonl').write_text(''.join(json.dumps(row) + '\n' for row in made[3]))


def write_dataset(
    folder: Path,
    rows: dict[str, int],
    fillers: int = 20,
    input_length: int = 12,
    answer_length: int = 12,
    extra_units: tuple[str, ...] = (),
    extra_words: tuple[str, ...] = (),
    seed: int = 1,
) -> Path:
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    words = ['staging', *SITUATIONS, *[f'word{number}' for number in range(fillers)]]
    units = ['{"lambda_function":', 'null', *FUNCTIONS, *PARAMETERS, *[f'$labels.{name}' for name in SITUATIONS]]
    units += ['"reasoning":"', *[f'because {name}' for name in SITUATIONS], '"}']
    tokens = [*SPECIAL, *extra_units, *[f'answer:{unit}' for unit in units], *extra_words, *words]
    ids = {token: number for number, token in enumerate(tokens)}
    digest = hashlib.sha256(json.dumps(tokens).encode()).hexdigest()
    (folder / 'vocabulary.json').write_text(json.dumps({'tokens': tokens, 'sha256': digest}))
    for number, (name, count) in enumerate(rows.items()):
        made = make_rows(count, fillers, input_length, seed + number)
        write_split(folder, name, made, ids, (input_length, answer_length))
    meta = {'inputLength': input_length, 'answerLength': answer_length, 'vocabularySha256': digest}
    meta |= {'answerTokens': len(SPECIAL) + len(extra_units) + len(units)}
    meta |= {'splits': rows, 'functions': dict.fromkeys(FUNCTIONS, 'synthetic')}
    meta |= {'risks': {name: 'disruptive' if name == 'node-drain' else 'reversible' for name in FUNCTIONS}}
    (folder / 'meta.json').write_text(json.dumps(meta))
    return folder


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('folder', type=Path)
    parser.add_argument('--rows', type=int, default=20_000)
    arguments = parser.parse_args()
    counts = {'train': arguments.rows, 'unseen_entries': 1000, 'unseen_phrasings': 1000}
    write_dataset(arguments.folder, counts, fillers=3900, input_length=64, answer_length=16)
