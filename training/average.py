"""Goes part of the way back, from a run's EMA weights to the shipped weights that it started from.

    python average.py --data work/data --run work/run --out work/averaged [--share 0.5]

A run learns what is new and blurs what was known, and how sure the model was of it; part of the way back most of the
first is still there and the second is whole again. Tokens that the shipped model lacks stay as the run left them.
Writes model.pt, which evaluate, calibrate and export take as any run's. Source: Wortsman et al., 2022, "Robust
fine-tuning of zero-shot models".
"""

import argparse
from pathlib import Path

from trm.checkpoint import load_model, save_atomically
from trm.data import read_dataset
from trm.start import new_rows, read_start, start_from


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='work/data')
    parser.add_argument('--run', default='work/run', help='folder with model.pt of a run with --from-model')
    parser.add_argument(
        '--share', type=float, default=0.5, help="of the run's weights; the rest is what it started from"
    )
    parser.add_argument('--out', required=True, help='folder for model.pt')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_arguments(argv)
    dataset = read_dataset(args.data, ())
    _, record = load_model(Path(args.run) / 'model.pt', dataset)
    folder = record['run'].get('from_model')
    if not folder:
        raise SystemExit(f'{args.run} started afresh: there is nothing to go back to')
    cycles = {name: record['configuration'][name] for name in ('latent_cycles', 'answer_cycles')}
    before = read_start(folder)
    start = start_from(before, dataset, cycles).state_dict()
    weights = {name: start[name].lerp(tensor, args.share) for name, tensor in record['weights'].items()}
    for name, rows in new_rows(before, dataset).items():
        weights[name][rows] = record['weights'][name][rows]
    run = record['run'] | {'share': args.share}
    save_atomically(record | {'weights': weights, 'run': run}, Path(args.out) / 'model.pt')


if __name__ == '__main__':
    main()
