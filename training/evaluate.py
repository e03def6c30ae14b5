"""Stage 3, evaluate: how often the EMA weights are right, after each number of iterations.

    python evaluate.py --data work/data --run work/run [--rows 500]

Twice: as production answers with at most so many iterations (a row stops once it is sure; one that never is keeps its
surest answer), which is what more iterations are worth; and as the last of them says, which is how steady they are.
Writes evaluation.json beside model.pt and prints it as tables.
"""

import argparse
import json
from pathlib import Path

import torch

from trm.calibration import logit
from trm.checkpoint import load_model
from trm.configuration import HALT_PROBABILITY
from trm.data import Dataset, Split, read_dataset
from trm.inference import settle_split, trace_split
from trm.machine import pick_device, pick_precision
from trm.report import measure, print_shares, print_worst
from trm.workers import Workers, default_workers


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='work/data')
    parser.add_argument('--run', default='work/run', help='folder with model.pt; evaluation.json goes there')
    parser.add_argument('--splits', default='unseen_entries,unseen_phrasings')
    parser.add_argument('--iterations', default='1,2,4,10')
    parser.add_argument('--rows', type=int, default=500, help='rows of each split, spread over it (0 = all)')
    parser.add_argument('--device', default='auto')
    parser.add_argument('--precision', choices=['auto', 'float32', 'bfloat16'], default='auto')
    return parser.parse_args(argv)


def evaluate(
    workers: Workers, dataset: Dataset, split: Split, iterations: list[int], rows: int, precision: torch.dtype
) -> dict:
    """{'production' or 'iteration': {iterations: what trm.report.measure counts}}"""
    halt_logit = float(logit(HALT_PROBABILITY))
    produced = {}
    for k in iterations:
        settled = settle_split(workers, split, k, halt_logit, rows, precision=precision)
        produced[str(k)] = measure(dataset, split, settled.index, settled.ids)
    trace = trace_split(workers, split, iterations, rows, precision=precision)
    said = {str(k): measure(dataset, split, trace.index, ids) for k, ids in zip(iterations, trace.ids, strict=True)}
    return {'production': produced, 'iteration': said}


def print_evaluation(name: str, measured: dict) -> None:
    produced, said = measured['production'], measured['iteration']
    print_shares(f'{name}, at most', {k: numbers['all'] for k, numbers in produced.items()})
    print_shares('  several conditions', {k: numbers['conditions'] for k, numbers in produced.items()})
    print_shares('  the iteration alone', {k: numbers['all'] for k, numbers in said.items()})
    last = list(produced.values())[-1]
    print_shares('  in the end', {k: last[k] for k in ('calls', 'none')})
    print_worst(last)


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
        result[name] = evaluate(workers, dataset, dataset.splits[name], iterations, args.rows, precision)
        print_evaluation(name, result[name])
    (Path(args.run) / 'evaluation.json').write_text(json.dumps(result, indent=2) + '\n')
    return result


if __name__ == '__main__':
    main()
