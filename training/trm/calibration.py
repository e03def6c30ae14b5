"""Turns the model's own scores into a probability that means what it says, and finds where to abstain."""

import math
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


LEAST_CONFIDENCE = 0.5  # what is more likely wrong than right is never accepted, whatever the rest is like
Z_90 = 1.2816  # standard normal quantile of a one-sided bound at 90 %


def lower_bound(share: float, count: int, z: float = Z_90) -> float:
    """Wilson's one-sided lower bound of a share that was seen in `count` independent cases; 0 where there are none."""
    if count == 0:
        return 0.0
    centre = share + z * z / (2 * count)
    margin = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (centre - margin) / (1 + z * z / count)


@dataclass(frozen=True)
class Threshold:
    threshold: float  # 1 = nothing is accepted
    bound: float  # lower bound of the accuracy at or above it
    accuracy: float  # seen there, each family counted once
    families: int  # that it was seen in
    coverage: float  # share of the rows at or above it


NOTHING_ACCEPTED = Threshold(1.0, 0.0, 0.0, 0, 0.0)


def choose_threshold(confidence: np.ndarray, right: np.ndarray, families: np.ndarray, target: float) -> Threshold:
    """The lowest threshold whose accepted rows are right with the target accuracy even at its lower bound.

    The rows of a family stand or fall together, so a family is one case, right by the share of its accepted rows.
    """
    members = {name: number for number, name in enumerate(dict.fromkeys(families.tolist()))}
    seen, good = np.zeros(len(members)), np.zeros(len(members))
    chosen, shares, cases = NOTHING_ACCEPTED, 0.0, 0
    order = np.argsort(-confidence, kind='stable')
    for place, row in enumerate(order):
        family = members[families[row]]
        before = good[family] / seen[family] if seen[family] else 0.0
        cases += not seen[family]
        seen[family] += 1
        good[family] += right[row]
        shares += good[family] / seen[family] - before
        if confidence[row] < LEAST_CONFIDENCE:
            break
        if place + 1 < len(order) and confidence[order[place + 1]] == confidence[row]:
            continue  # rows of equal confidence are accepted together
        accuracy = min(max(shares / cases, 0.0), 1.0)
        bound = lower_bound(accuracy, cases)
        if bound >= target:
            threshold = float(np.floor(confidence[row] * 1e6) / 1e6)
            chosen = Threshold(threshold, bound, accuracy, cases, (place + 1) / len(order))
    return chosen
