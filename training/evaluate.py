"""Stage 3, evaluate: how often the EMA weights are right, after each number of iterations.

    python evaluate.py --data work/data --run work/run [--rows 500]

Writes evaluation.json beside model.pt and prints it as tables.
"""

import argparse
import json
from pathlib import Path

from trm.checkpoint import load_model
from trm.data import read_dataset
from trm.inference import trace_split
from trm.machine import pick_device, pick_precision
from trm.report import measure, print_shares, print_worst
from trm.workers import Workers, default_workers


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='work/data')
    parser.add_argument('--run', default='work/run', help='folder with model.pt; evaluation.json goes there')
    parser.add_argument('--splits', default='valid,heldout')
    parser.add_argument('--iterations', default='1,2,4,10')
    parser.add_argument('--rows', type=int, default=500, help='rows of each split, spread over it (0 = all)')
    parser.add_argument('--device', default='auto')
    parser.add_argument('--precision', choices=['auto', 'float32', 'bfloat16'], default='auto')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> dict:
    args = parse_arguments(argv)
    device = pick_device(args.device)
    precision = pick_precision(args.precision, device)
    splits = tuple(args.splits.split(','))
    iterations = [int(part) for part in args.iterations.split(',')]
    dataset = read_dataset(args.data, splits)
    model, _ = load_model(Path(args.run) / 'model.pt', dataset)
    workers = Workers(model.to(device), default_workers(device))
    result = {}
    for name in splits:
        split = dataset.splits[name]
        trace = trace_split(workers, split, iterations, args.rows, precision=precision)
        measured = {
            str(k): measure(dataset, split, trace.index, ids) for k, ids in zip(iterations, trace.ids, strict=True)
        }
        result[name] = measured
        print_shares(f'{name}, by iterations', {k: numbers['all'] for k, numbers in measured.items()})
        last = measured[str(iterations[-1])]
        print_shares(f'{name}, at {iterations[-1]}', {k: last[k] for k in ('acts', 'none', 'conditions')})
        print_worst(last)
    (Path(args.run) / 'evaluation.json').write_text(json.dumps(result, indent=2) + '\n')
    return result


if __name__ == '__main__':
    main()
