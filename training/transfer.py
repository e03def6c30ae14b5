"""Weights in files small enough to bring back from a rented machine: a record into parts, and parts into a record.

python transfer.py split work/run/model.pt out/    # or a folder with a shipped model
python transfer.py join out/ work/run/model.pt
"""

import argparse
from pathlib import Path

from trm.checkpoint import load_record, save_atomically
from trm.start import read_start

LARGEST_BYTES = 15 * 1024 * 1024
PART = 'model-{:02d}.pt'


def split(source: Path, folder: Path) -> list[Path]:
    """Float16 tensors in their order, as many to a part as fit; the first part holds the rest of the record too."""
    whole = load_record(source) if source.suffix == '.pt' else shipped_record(source)
    parts, room = [whole | {'weights': {}}], LARGEST_BYTES
    for name, tensor in whole['weights'].items():
        tensor = tensor.half()
        size = tensor.numel() * tensor.element_size()
        if size > room and parts[-1]['weights']:
            parts.append({'weights': {}})
            room = LARGEST_BYTES
        parts[-1]['weights'][name] = tensor.clone()  # a view would bring along all that it is a view of
        room -= size
    files = [folder / PART.format(number) for number in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        save_atomically(part, file)
    return files


def shipped_record(folder: Path) -> dict:
    start = read_start(folder)
    return {'configuration': start.shape, 'tokens': start.tokens, 'weights': start.weights}


def join(folder: Path, record: Path) -> None:
    parts = [load_record(file) for file in sorted(folder.glob(PART.format(0).replace('00', '*')))]
    if not parts:
        raise SystemExit(f'{folder} holds no {PART.format(0)}')
    weights = {name: tensor.float() for part in parts for name, tensor in part['weights'].items()}
    save_atomically(parts[0] | {'weights': weights}, record)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('verb', choices=['split', 'join'])
    parser.add_argument('source', type=Path)
    parser.add_argument('destination', type=Path)
    args = parser.parse_args(argv)
    {'split': split, 'join': join}[args.verb](args.source, args.destination)


if __name__ == '__main__':
    main()
