"""Turns the halting logit into a probability that means what it says, and finds where to abstain."""

from dataclasses import dataclass

import numpy as np


def probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(logits / temperature, -60, 60)))


def log_loss(logits: np.ndarray, right: np.ndarray, temperature: float) -> float:
    scaled = logits / temperature
    return float((np.logaddexp(0, scaled) - right * scaled).mean())


def fit_temperature(logits: np.ndarray, right: np.ndarray) -> float:
    """The temperature of least log loss, searched on a grid that is refined twice."""
    low, high = np.log(0.05), np.log(20.0)
    for _ in range(3):
        grid = np.linspace(low, high, 41)
        best = grid[int(np.argmin([log_loss(logits, right, float(np.exp(point))) for point in grid]))]
        low, high = best - (grid[1] - grid[0]), best + (grid[1] - grid[0])
    return float(np.exp(best))


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Mean distance between confidence and accuracy over bins of equal width, weighted by rows."""
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[number == bin_].mean() - right[number == bin_].mean()) * (number == bin_).mean()
        for bin_ in range(bins)
        if (number == bin_).any()
    ]
    return float(sum(gaps))


@dataclass(frozen=True)
class Threshold:
    threshold: float
    coverage: float  # share of rows at or above it
    accuracy: float  # of those rows
    rows: int  # that it was chosen on


def choose_threshold(confidence: np.ndarray, right: np.ndarray, target: float, least: int = 20) -> Threshold:
    """The lowest threshold whose accepted rows reach the target accuracy; 1 (accept nothing) where none does."""
    if len(confidence) == 0:
        return Threshold(1.0, 0.0, 0.0, 0)
    order = np.argsort(-confidence, kind='stable')
    accuracy = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Rows of equal confidence are accepted together.
    last_of_equals = np.append(confidence[order][1:] != confidence[order][:-1], True)
    accepted = np.flatnonzero((accuracy >= target) & last_of_equals)
    accepted = accepted[accepted + 1 >= min(least, len(order))]
    if len(accepted) == 0:
        return Threshold(1.0, 0.0, 0.0, len(order))
    last = int(accepted[-1])
    threshold = float(np.floor(confidence[order[last]] * 1e6) / 1e6)
    return Threshold(threshold, (last + 1) / len(order), float(accuracy[last]), len(order))
