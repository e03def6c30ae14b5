"""Averages the EMA weights of two runs of which one started from the other: often better than both on what neither saw.

    python average.py --run work/run --with work/run-before --out work/averaged

Writes model.pt, which evaluate, calibrate and export take as any run's. Source: Wortsman et al., 2022, "Robust
fine-tuning of zero-shot models" (weights half way between the start and the end).
"""

import argparse
from pathlib import Path

from trm.checkpoint import load_record, save_atomically


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--run', default='work/run')
    parser.add_argument('--with', dest='other', required=True, help='folder of the other model.pt')
    parser.add_argument('--share', type=float, default=0.5, help='of the first')
    parser.add_argument('--out', required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_arguments(argv)
    first, other = (load_record(Path(folder) / 'model.pt') for folder in (args.run, args.other))
    if first['vocabularySha256'] != other['vocabularySha256']:
        raise SystemExit(f'{args.run} and {args.other} were trained on different vocabularies')
    weights = {name: other['weights'][name].lerp(tensor, args.share) for name, tensor in first['weights'].items()}
    run = first['run'] | {'averagedWith': other['run'], 'averageShare': args.share}
    save_atomically(first | {'weights': weights, 'run': run}, Path(args.out) / 'model.pt')


if __name__ == '__main__':
    main()
