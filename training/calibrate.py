"""Stage 4, calibrate: temperature of the halting logit, and the thresholds under which the model abstains.

    python calibrate.py --data work/data --run work/run --target 0.97 --disruptive-target 0.99

Every row is answered as in production: it stops when the halting logit passes --halt-probability; after the last
iteration it keeps its surest answer. Right means that the call (function and parameters) is right. Writes
calibration.json beside model.pt.
"""

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np

from trm.calibration import choose_threshold, expected_calibration_error, fit_temperature, probabilities
from trm.checkpoint import load_model
from trm.data import read_dataset
from trm.inference import settle_split
from trm.machine import pick_device, pick_precision
from trm.report import functions_of, measure, percent, print_worst, right_calls
from trm.workers import Workers, default_workers

DISRUPTIVE = 'disruptive'
LEAST_ROWS = 30  # fewer rows can't carry a threshold of their own


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='work/data')
    parser.add_argument('--run', default='work/run', help='folder with model.pt; calibration.json goes there')
    parser.add_argument('--split', default='valid')
    parser.add_argument('--rows', type=int, default=1000, help='rows, spread over the split (0 = all)')
    parser.add_argument('--iterations', type=int, default=10, help='at most so many')
    parser.add_argument('--halt-probability', type=float, default=0.9, help='uncalibrated; a row stops above it')
    parser.add_argument('--target', type=float, default=0.97, help='accuracy of what is accepted')
    parser.add_argument('--disruptive-target', type=float, default=0.99, help='the same for disruptive functions')
    parser.add_argument('--device', default='auto')
    parser.add_argument('--precision', choices=['auto', 'float32', 'bfloat16'], default='auto')
    return parser.parse_args(argv)


def calibrate(logits: np.ndarray, right: np.ndarray, disruptive: np.ndarray, targets: tuple[float, float]) -> dict:
    """Temperature over all rows; a threshold for ordinary calls and one for disruptive ones, never below the first."""
    temperature = fit_temperature(logits, right)
    confidence = probabilities(logits, temperature)
    general = choose_threshold(confidence[~disruptive], right[~disruptive], targets[0])
    own = disruptive if disruptive.sum() >= LEAST_ROWS else np.ones_like(disruptive)
    strict = choose_threshold(confidence[own], right[own], targets[1])
    strict_threshold = max(general.threshold, strict.threshold)
    accepted = confidence >= np.where(disruptive, strict_threshold, general.threshold)
    return {
        'temperature': round(temperature, 4),
        'threshold': general.threshold,
        'disruptiveThreshold': strict_threshold,
        'coverage': float(accepted.mean()),
        'acceptedAccuracy': float(right[accepted].mean()) if accepted.any() else None,
        'accuracy': float(right.mean()),
        'expectedCalibrationError': expected_calibration_error(confidence, right),
        'rows': len(logits),
        'general': asdict(general),
        'disruptive': asdict(strict) | {'ownRows': int(disruptive.sum())},
    }


def main(argv: list[str] | None = None) -> dict:
    args = parse_arguments(argv)
    device = pick_device(args.device)
    precision = pick_precision(args.precision, device)
    dataset = read_dataset(args.data, (args.split,))
    split = dataset.splits[args.split]
    model, _ = load_model(Path(args.run) / 'model.pt', dataset)
    halt_logit = math.log(args.halt_probability / (1 - args.halt_probability))
    workers = Workers(model.to(device), default_workers(device))
    settled = settle_split(workers, split, args.iterations, halt_logit, args.rows, precision=precision)
    right = right_calls(settled.ids, split, settled.index)
    risks = dataset.meta.get('risks', {})
    disruptive = np.array([risks.get(name) == DISRUPTIVE for name in functions_of(settled.ids, dataset)])
    result = calibrate(settled.halt_logits, right, disruptive, (args.target, args.disruptive_target))
    result |= {'split': args.split, 'haltLogit': round(halt_logit, 4), 'maxIterations': args.iterations}
    result |= {'targets': [args.target, args.disruptive_target]}
    result['meanIterations'] = float(settled.iterations.mean())
    (Path(args.run) / 'calibration.json').write_text(json.dumps(result, indent=2) + '\n')
    print_calibration(result)
    print_worst(measure(dataset, split, settled.index, settled.ids))
    return result


def print_calibration(result: dict) -> None:
    print(f'\ncalibration on {result["rows"]} rows of {result["split"]}')
    print(f'  accuracy of all calls        {percent(result["accuracy"])}')
    print(f'  temperature                  {result["temperature"]}')
    print(f'  expected calibration error   {result["expectedCalibrationError"]:.4f}')
    print(f'  threshold                    {result["threshold"]:.4f}, disruptive {result["disruptiveThreshold"]:.4f}')
    print(f'  coverage                     {percent(result["coverage"])}')
    print(f'  accuracy of accepted calls   {percent(result["acceptedAccuracy"])}')
    print(f'  iterations, mean             {result["meanIterations"]:.2f}')


if __name__ == '__main__':
    main()
