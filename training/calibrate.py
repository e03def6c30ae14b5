"""Stage 4, calibrate: how likely an answer with given scores is right, and the thresholds below which the model
abstains.

    python calibrate.py --data work/data --run work/run --target 0.95 --mutating-target 0.97

Every row is answered as in production: it stops when the halting logit passes --halt-probability; after the last
iteration it keeps its surest answer. Right means that the call (function and parameters) is right. Writes
calibration.json beside model.pt.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from trm.calibration import Confidence, Threshold, choose_threshold, expected_calibration_error, fit_confidence, logit
from trm.checkpoint import load_model
from trm.configuration import HALT_PROBABILITY
from trm.data import read_dataset
from trm.inference import Settled, settle_split
from trm.machine import pick_device, pick_precision
from trm.report import call_lengths, functions_of, measure, percent, print_worst, right_calls
from trm.workers import Workers, default_workers

Scores = tuple[np.ndarray, np.ndarray]  # halting logits, log-probabilities of the calls
Targets = dict[str, float]  # by kind of answer

KINDS = ('none', 'observe', 'mutating')
OBSERVE = 'observe'


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='work/data')
    parser.add_argument('--run', default='work/run', help='folder with model.pt; calibration.json goes there')
    parser.add_argument('--split', default='calibration')
    parser.add_argument('--rows', type=int, default=1000, help='rows, spread over the split (0 = all)')
    parser.add_argument('--iterations', type=int, default=4, help='at most so many')
    parser.add_argument('--halt-probability', type=float, default=HALT_PROBABILITY, help='a row stops above it')
    wanted = 'least accuracy of what is accepted, at its lower bound'
    parser.add_argument('--target', type=float, default=0.95, help=f'{wanted}: no action, and what only looks')
    parser.add_argument('--mutating-target', type=float, default=0.97, help=f'{wanted}: mutating calls')
    parser.add_argument('--device', default='auto')
    parser.add_argument('--precision', choices=['auto', 'float32', 'bfloat16'], default='float32')
    return parser.parse_args(argv)


@dataclass(frozen=True)
class Calibrated:
    """Confidence from the scores of a call, and from which confidence on an answer of each kind is accepted."""

    confidence: Confidence
    thresholds: dict[str, Threshold]

    def accepts(self, scores: Scores, kinds: np.ndarray) -> np.ndarray:
        return self.confidence.of(*scores) >= np.array([self.thresholds[kind].threshold for kind in kinds])


def fit(scores: Scores, right: np.ndarray, kinds: np.ndarray, families: np.ndarray, targets: Targets) -> Calibrated:
    fitted = fit_confidence(*scores, right)
    confidence = fitted.of(*scores)
    thresholds = {}
    for kind in KINDS:
        own = kinds == kind
        thresholds[kind] = choose_threshold(confidence[own], right[own], families[own], targets[kind])
    return Calibrated(fitted, thresholds)


def shares(accepted: np.ndarray, right: np.ndarray, kinds: np.ndarray) -> dict:
    return {
        'coverage': float(accepted.mean()),
        'acceptedAccuracy': float(right[accepted].mean()) if accepted.any() else None,
        'wrongMutating': float((accepted & (kinds == 'mutating') & ~right).mean()),
    }


def cross_check(scores: Scores, right: np.ndarray, kinds: np.ndarray, families: np.ndarray, targets: Targets) -> dict:
    """The same shares, each half of the families judged by thresholds that were fitted on the other half."""
    half = np.unique(families, return_inverse=True)[1] % 2 == 0
    accepted = np.zeros(len(right), bool)
    for judged in (half, ~half):
        fitted = fit(
            tuple(score[~judged] for score in scores), right[~judged], kinds[~judged], families[~judged], targets
        )
        accepted[judged] = fitted.accepts(tuple(score[judged] for score in scores), kinds[judged])
    return shares(accepted, right, kinds)


def calibrate(scores: Scores, right: np.ndarray, kinds: np.ndarray, families: np.ndarray, targets: Targets) -> dict:
    fitted = fit(scores, right, kinds, families, targets)
    return {
        'confidence': asdict(fitted.confidence),
        'thresholds': {kind: threshold.threshold for kind, threshold in fitted.thresholds.items()},
        **shares(fitted.accepts(scores, kinds), right, kinds),
        'crossChecked': cross_check(scores, right, kinds, families, targets),
        'accuracy': float(right.mean()),
        'expectedCalibrationError': expected_calibration_error(fitted.confidence.of(*scores), right),
        'rows': len(right),
        'families': len(np.unique(families)),
        'byKind': {kind: asdict(threshold) for kind, threshold in fitted.thresholds.items()},
    }


def call_scores(settled: Settled, tokens: list[str]) -> Scores:
    """(N), (N): halting logits, and the log-probability of the least sure token of each call."""
    in_call = np.arange(settled.ids.shape[1]) < call_lengths(settled.ids, tokens)[:, None]
    return settled.halt_logits, np.where(in_call, settled.log_probabilities, 0.0).min(axis=1)


def kinds_of(functions: np.ndarray, risks: dict[str, str]) -> np.ndarray:
    """Functions -> KINDS; an answer that names no function of the catalogue asks for nothing."""
    risk_of = {OBSERVE: 'observe', None: 'none'}
    return np.array([risk_of.get(risks.get(name), 'mutating') for name in functions])


def main(argv: list[str] | None = None) -> dict:
    args = parse_arguments(argv)
    device = pick_device(args.device)
    dataset = read_dataset(args.data, (args.split,))
    split = dataset.splits[args.split]
    model, _ = load_model(Path(args.run) / 'model.pt', dataset)
    halt_logit = float(logit(args.halt_probability))
    workers = Workers(model.to(device), default_workers(device))
    settled = settle_split(
        workers, split, args.iterations, halt_logit, args.rows, precision=pick_precision(args.precision, device)
    )
    right = right_calls(settled.ids, split, settled.index)
    kinds = kinds_of(functions_of(settled.ids, dataset), dataset.meta['risks'])
    targets = {'none': args.target, 'observe': args.target, 'mutating': args.mutating_target}
    families = np.array([split.rows[number]['family'] for number in settled.index])
    result = calibrate(call_scores(settled, dataset.tokens), right, kinds, families, targets)
    result |= {'split': args.split, 'haltLogit': round(halt_logit, 4), 'maxIterations': args.iterations}
    result |= {'targets': targets}
    result['meanIterations'] = float(settled.iterations.mean())
    (Path(args.run) / 'calibration.json').write_text(json.dumps(result, indent=2) + '\n')
    print_calibration(result)
    print_worst(measure(dataset, split, settled.index, settled.ids))
    return result


def print_calibration(result: dict) -> None:
    print(f'\ncalibration on {result["rows"]} rows of {result["split"]}')
    print(f'  accuracy of all calls        {percent(result["accuracy"])}')
    weights = result['confidence']
    print(f'  confidence                   {weights["halt"]} halt + {weights["call"]} call + {weights["bias"]}')
    print(f'  expected calibration error   {result["expectedCalibrationError"]:.4f}')
    print(f'  families                     {result["families"]}')
    for kind, found in result['byKind'].items():
        told = f'{percent(found["accuracy"])} of {found["families"]} families, at least {percent(found["bound"])}'
        print(f'  threshold, {kind:<9}         {found["threshold"]:.4f}: {told}; {percent(found["coverage"])} accepted')
    print(f'  coverage                     {percent(result["coverage"])}')
    print(f'  accuracy of accepted calls   {percent(result["acceptedAccuracy"])}')
    print(f'  wrong and mutating           {percent(result["wrongMutating"])}')
    crossed = [percent(result['crossChecked'][key]) for key in ('coverage', 'acceptedAccuracy', 'wrongMutating')]
    print(f'  judged by the other half     {", ".join(crossed)}')
    print(f'  iterations, mean             {result["meanIterations"]:.2f}')


if __name__ == '__main__':
    main()
