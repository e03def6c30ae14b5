"""Turns the model's own scores into a probability that means what it says, and finds where to abstain."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

RIDGE = 1.0  # on the weights: few rows must not make a model certain
EDGE = 1e-6  # probabilities are kept this far from 0 and 1, so that no logit is infinite


@dataclass(frozen=True)
class Confidence:
    """The probability that a call is right: logistic regression on two scores (Platt's scaling of more than one).

    The halting head answers for the whole answer, whose reasoning is often open where the call is not; the least sure
    token of the call knows nothing of the whole. Weights are never negative: surer is never less right.
    """

    halt: float
    call: float
    bias: float

    def of(self, halt_logits: np.ndarray, call_log_probabilities: np.ndarray) -> np.ndarray:
        logits = self.halt * halt_logits + self.call * logit(np.exp(call_log_probabilities)) + self.bias
        return 1 / (1 + np.exp(-np.clip(logits, -60, 60)))


def logit(probability: np.ndarray) -> np.ndarray:
    clipped = np.clip(probability, EDGE, 1 - EDGE)
    return np.log(clipped) - np.log1p(-clipped)


def fit_confidence(halt_logits: np.ndarray, call_log_probabilities: np.ndarray, right: np.ndarray) -> Confidence:
    """Least log loss over non-negative weights."""
    scores = np.stack([halt_logits, logit(np.exp(call_log_probabilities)), np.ones(len(right))], axis=1)
    wanted = right.astype(float)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        logits = scores @ weights
        gradient = scores.T @ (1 / (1 + np.exp(-np.clip(logits, -60, 60))) - wanted) + RIDGE * weights
        return float((np.logaddexp(0, logits) - wanted * logits).sum() + RIDGE / 2 * weights @ weights), gradient

    bounds = [(0, None), (0, None), (None, None)]
    found = minimize(loss, np.array([0.5, 0.5, 0.0]), jac=True, method='L-BFGS-B', bounds=bounds)
    return Confidence(*(round(float(weight), 4) for weight in found.x))


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
