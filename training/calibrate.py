"""Stage 4, calibrate: what the model's scores say of being right, and the thresholds under which it abstains.

    python calibrate.py --data work/data --run work/run --target 0.97 --acting-target 0.995

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
from trm.machine import pick_device
from trm.report import call_lengths, functions_of, measure, percent, print_worst, right_calls
from trm.workers import Workers, default_workers

Scores = tuple[np.ndarray, np.ndarray]  # halting logits, log-probabilities of the calls

OBSERVE = 'observe'
LEAST_ROWS = 30  # fewer rows can't carry a threshold of their own


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='work/data')
    parser.add_argument('--run', default='work/run', help='folder with model.pt; calibration.json goes there')
    parser.add_argument('--split', default='valid')
    parser.add_argument('--rows', type=int, default=1000, help='rows, spread over the split (0 = all)')
    parser.add_argument('--iterations', type=int, default=10, help='at most so many')
    parser.add_argument('--halt-probability', type=float, default=HALT_PROBABILITY, help='a row stops above it')
    parser.add_argument('--target', type=float, default=0.97, help='accuracy of what is accepted')
    parser.add_argument('--acting-target', type=float, default=0.995, help='the same for what changes something')
    parser.add_argument('--device', default='auto')
    return parser.parse_args(argv)


@dataclass(frozen=True)
class Calibrated:
    """Confidence from the scores of a call, and from which confidence on it is accepted."""

    confidence: Confidence
    general: Threshold
    acting: Threshold
    acting_threshold: float

    def accepts(self, scores: Scores, acting: np.ndarray) -> np.ndarray:
        return self.confidence.of(*scores) >= np.where(acting, self.acting_threshold, self.general.threshold)


def fit(scores: Scores, right: np.ndarray, acting: np.ndarray, targets: tuple[float, float]) -> Calibrated:
    """A threshold in general, one for what acts."""
    fitted = fit_confidence(*scores, right)
    confidence = fitted.of(*scores)
    own = acting if acting.sum() >= LEAST_ROWS else np.ones_like(acting)
    strict = choose_threshold(confidence[own], right[own], targets[1])
    # The target is for all that is accepted, what acts included.
    settled = ~acting | (confidence >= strict.threshold)
    general = choose_threshold(np.where(acting, 1.0, confidence)[settled], right[settled], targets[0])
    # Chance reaches a target on few rows: each call that acts is as likely right as the accepted ones on average.
    return Calibrated(fitted, general, strict, max(general.threshold, strict.threshold, targets[0]))


def shares(accepted: np.ndarray, right: np.ndarray, acting: np.ndarray) -> dict:
    return {
        'coverage': float(accepted.mean()),
        'acceptedAccuracy': float(right[accepted].mean()) if accepted.any() else None,
        'wrongActing': float((accepted & acting & ~right).mean()),
    }


def cross_check(scores: Scores, right: np.ndarray, acting: np.ndarray, entries: list[str], targets) -> dict:
    """The same shares where half of the entries is judged by what was fitted on the other half."""
    half = np.unique(entries, return_inverse=True)[1] % 2 == 0
    accepted = np.zeros(len(right), bool)
    for judged in (half, ~half):
        fitted = fit(tuple(score[~judged] for score in scores), right[~judged], acting[~judged], targets)
        accepted[judged] = fitted.accepts(tuple(score[judged] for score in scores), acting[judged])
    return shares(accepted, right, acting)


def calibrate(scores: Scores, right: np.ndarray, acting: np.ndarray, entries: list[str], targets) -> dict:
    fitted = fit(scores, right, acting, targets)
    return {
        'confidence': asdict(fitted.confidence),
        'threshold': fitted.general.threshold,
        'actingThreshold': fitted.acting_threshold,
        **shares(fitted.accepts(scores, acting), right, acting),
        'crossChecked': cross_check(scores, right, acting, entries, targets),
        'accuracy': float(right.mean()),
        'expectedCalibrationError': expected_calibration_error(fitted.confidence.of(*scores), right),
        'rows': len(right),
        'general': asdict(fitted.general),
        'acting': asdict(fitted.acting) | {'ownRows': int(acting.sum())},
    }


def call_scores(settled: Settled, tokens: list[str]) -> Scores:
    """(N), (N): halting logits, and the log-probability of the least sure token of each call."""
    in_call = np.arange(settled.ids.shape[1]) < call_lengths(settled.ids, tokens)[:, None]
    return settled.halt_logits, np.where(in_call, settled.log_probabilities, 0.0).min(axis=1)


def main(argv: list[str] | None = None) -> dict:
    args = parse_arguments(argv)
    device = pick_device(args.device)
    dataset = read_dataset(args.data, (args.split,))
    split = dataset.splits[args.split]
    model, _ = load_model(Path(args.run) / 'model.pt', dataset)
    halt_logit = float(logit(args.halt_probability))
    workers = Workers(model.to(device), default_workers(device))
    settled = settle_split(workers, split, args.iterations, halt_logit, args.rows)
    right = right_calls(settled.ids, split, settled.index)
    risks = dataset.meta.get('risks', {})
    acting = np.array([risks.get(name, OBSERVE) != OBSERVE for name in functions_of(settled.ids, dataset)])
    targets = args.target, args.acting_target
    entries = [split.rows[number]['entry'] for number in settled.index]
    result = calibrate(call_scores(settled, dataset.tokens), right, acting, entries, targets)
    result |= {'split': args.split, 'haltLogit': round(halt_logit, 4), 'maxIterations': args.iterations}
    result |= {'targets': list(targets)}
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
    print(f'  threshold                    {result["threshold"]:.4f}, acting {result["actingThreshold"]:.4f}')
    print(f'  coverage                     {percent(result["coverage"])}')
    print(f'  accuracy of accepted calls   {percent(result["acceptedAccuracy"])}')
    print(f'  wrong and acting             {percent(result["wrongActing"])}')
    crossed = [percent(result['crossChecked'][key]) for key in ('coverage', 'acceptedAccuracy', 'wrongActing')]
    print(f'  judged by the other half     {", ".join(crossed)}')
    print(f'  iterations, mean             {result["meanIterations"]:.2f}')


if __name__ == '__main__':
    main()
