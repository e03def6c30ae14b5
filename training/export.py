"""Stage 5, export: run folder -> models/ with trm.onnx (int8), tokenizer.json and trm.json.

    python export.py --data work/data --run work/run --out ../models

Refuses to write where float ONNX differs from PyTorch by more than 1e-4, where int8 gives other answers than float on
more than 0.5 % of the validation rows that float is sure of, or where the file is too large.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import torch

from trm.card import file_entry, make_card
from trm.checkpoint import load_model
from trm.data import Dataset, Split, read_dataset
from trm.inference import answer
from trm.model import TinyRecursiveModel
from trm.onnx_cycle import build_cycle
from trm.report import right_answers, right_calls, share
from trm.shipped import OnnxModel

PARITY = 1e-4
AGREEMENT = 0.995
LARGEST_BYTES = 16 * 1024 * 1024
PARITY_ROWS, PARITY_ITERATIONS = 4, 4
TIMED_LENGTHS = (64, 96, 128)  # sequence lengths L


class ExportError(SystemExit):
    """What would have been shipped is not what was trained."""


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='work/data')
    parser.add_argument('--run', default='work/run', help='folder with model.pt and calibration.json')
    parser.add_argument('--out', default='../models')
    parser.add_argument('--rows', type=int, default=400, help='validation rows for the agreement (0 = all)')
    parser.add_argument('--least-agreement', type=float, default=AGREEMENT, help='0 = report only')
    return parser.parse_args(argv)


def parity(model: TinyRecursiveModel, exported: OnnxModel, split: Split) -> float:
    """Largest difference between float ONNX and PyTorch, over log-probabilities, halting logits and iterations."""
    largest = 0.0
    for row in np.linspace(0, len(split) - 1, PARITY_ROWS).astype(int):
        tokens = split.inputs[row, : split.lengths[row]]
        wanted = answer(model, torch.from_numpy(tokens.astype(np.int64))[None], range(1, PARITY_ITERATIONS + 1))
        y = z = exported.initial_state(len(tokens))
        for _, log_probability, halt in wanted:
            _, given, given_halt, y, z = exported.improve(tokens, y, z)
            largest = max(largest, float(np.abs(given - log_probability.numpy()).max()))
            largest = max(largest, float(np.abs(given_halt - halt.numpy()).max()))
    return largest


def compare(exact: OnnxModel, small: OnnxModel, split: Split, calibration: dict, limit: int) -> dict:
    """Both answer the same rows as in production; `ofSure` is the agreement where the exact one halted of itself."""
    index = np.concatenate(list(split.by_length(len(split), limit)))
    policy = calibration['maxIterations'], calibration['haltLogit']
    answers, halts = [], []
    for model in (exact, small):
        settled = [model.settle(split.inputs[row, : split.lengths[row]], *policy) for row in index]
        answers.append(np.stack([ids for ids, _, _ in settled]))
        halts.append(np.array([halt for _, halt, _ in settled]))
    same = np.array([first == second for first, second in zip(*(written(ids) for ids in answers), strict=True)])
    numbers = {'rows': len(index), 'agreement': share(same), 'ofSure': share(same[halts[0] >= policy[1]]) or 0.0}
    for name, ids in zip(('float', 'int8'), answers, strict=True):
        answer_share, call_share = share(right_answers(ids, split, index)), share(right_calls(ids, split, index))
        numbers[name] = {'answer': answer_share, 'call': call_share}
    return numbers


def written(ids: np.ndarray, end: int = 3) -> list[list[int]]:
    """Each answer up to its [END]; what follows is never read."""
    return [row[: row.index(end) + 1] if end in row else row for row in ids.tolist()]


def milliseconds(model: OnnxModel) -> dict[str, float]:
    """Median processor time of one improvement step on one thread, by sequence length."""
    times = {}
    for length in TIMED_LENGTHS:
        tokens = np.full(length - model.configuration.prefix_length, 5)
        y = z = model.initial_state(len(tokens))
        spent = []
        for _ in range(10):
            started = time.thread_time()  # of this thread, so that a busy machine does not count
            model.improve(tokens, y, z)
            spent.append(1000 * (time.thread_time() - started))
        times[str(length)] = round(float(np.median(spent)), 1)
    return times


def export(model: TinyRecursiveModel, dataset: Dataset, calibration: dict, args, folder: Path) -> dict:
    """Writes trm.onnx into `folder`; returns what was measured about it."""
    split = dataset.splits['unseen_entries']
    onnx.save(build_cycle(model, int8=False), folder / 'float.onnx')
    onnx.save(build_cycle(model, int8=True), folder / 'trm.onnx')
    exact = OnnxModel(folder / 'float.onnx', model.configuration)
    small = OnnxModel(folder / 'trm.onnx', model.configuration)
    difference = parity(model, exact, split)
    if difference > PARITY:
        raise ExportError(f'float ONNX differs from PyTorch by {difference:.1e}, more than {PARITY:.0e}')
    compared = compare(exact, small, split, calibration, args.rows)
    # Where the model never gets sure, two answers are often as likely and rounding picks one: nothing is decided there.
    if compared['ofSure'] < args.least_agreement:
        told = f'{compared["ofSure"]:.2%} of the rows that it is sure of, not {args.least_agreement:.2%}'
        raise ExportError(f'int8 agrees with float on {told}')
    size = (folder / 'trm.onnx').stat().st_size
    if size > LARGEST_BYTES:
        raise ExportError(f'trm.onnx has {size} bytes, more than {LARGEST_BYTES}')
    return {'parity': difference, 'int8': compared, 'millisecondsPerIteration': milliseconds(small)}


def main(argv: list[str] | None = None) -> dict:
    args = parse_arguments(argv)
    run, out = Path(args.run), Path(args.out)
    dataset = read_dataset(args.data, ('unseen_entries',))
    model, record = load_model(run / 'model.pt', dataset)
    calibration = json.loads((run / 'calibration.json').read_text())
    evaluation = run / 'evaluation.json'
    measured = {'evaluation': json.loads(evaluation.read_text())} if evaluation.exists() else {}
    with tempfile.TemporaryDirectory() as partial:
        measured |= {'export': export(model, dataset, calibration, args, Path(partial))}
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(partial) / 'trm.onnx', out / 'trm.onnx')
    shutil.copyfile(Path(args.data) / 'vocabulary.json', out / 'tokenizer.json')
    card = make_card(model.configuration, dataset.meta, record, calibration, measured)
    card['files'] = {name: file_entry(out / name) for name in ('trm.onnx', 'tokenizer.json')}
    (out / 'trm.json').write_text(json.dumps(card, indent=2) + '\n')
    numbers = measured['export']
    print(f'\n{out}: {card["files"]["trm.onnx"]["bytes"] / 1e6:.1f} MB; parity {numbers["parity"]:.1e}')
    print(
        f'int8 against float on {numbers["int8"]["rows"]} rows: {numbers["int8"]["agreement"]:.2%} identical answers'
        f' ({numbers["int8"]["ofSure"]:.2%} of those that it is sure of)'
    )
    print(f'milliseconds an iteration, one thread, by length: {numbers["millisecondsPerIteration"]}')
    return card


if __name__ == '__main__':
    main()
