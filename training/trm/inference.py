"""Runs improvement steps without gradients and records what the model would answer after each."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trm.data import Split
from trm.machine import autocast
from trm.model import TinyRecursiveModel


@dataclass
class Trace:
    """What was answered after each recorded iteration K: ids (K, N, A), halting logits and mean log-probabilities (K, N)."""

    iterations: list[int]
    index: np.ndarray  # (N) rows of the split
    ids: np.ndarray
    halt_logits: np.ndarray
    log_probabilities: np.ndarray

    def exact(self, answers: np.ndarray) -> np.ndarray:
        """(K, N) bool: the whole answer is right."""
        wanted = answers[self.index][None]
        return ((self.ids == wanted) | (wanted == 0)).all(axis=-1)


@torch.no_grad()
def answer(
    model: TinyRecursiveModel, tokens: Tensor, iterations: Iterable[int], n: int | None = None, t: int | None = None
) -> list[tuple[Tensor, Tensor, Tensor]]:
    """tokens (B, I) -> per recorded iteration: ids (B, A), log-probabilities (B, A), halting logit (B)."""
    wanted = set(iterations)
    x, keep = model.embed(tokens)
    carry = model.initial_carry(x)
    recorded = []
    for iteration in range(1, max(wanted) + 1):
        carry = model.improve(x, keep, carry, n, t)
        if iteration in wanted:
            logits, halt_logit = model.read(carry[0])
            log_probability, ids = logits.float().log_softmax(dim=-1).max(dim=-1)
            recorded.append((ids, log_probability, halt_logit))
    return recorded


def trace_split(
    model: TinyRecursiveModel,
    split: Split,
    iterations: list[int],
    limit: int = 0,
    batch_size: int = 32,
    precision: torch.dtype = torch.float32,
) -> Trace:
    device = next(model.parameters()).device
    parts, index = [], []
    for chosen in split.by_length(batch_size, limit):
        tokens, _ = split.batch(chosen, device)
        with autocast(device, precision):
            parts.append(answer(model, tokens, iterations))
        index.append(chosen)

    def gather(field: int) -> np.ndarray:
        recorded = range(len(iterations))
        return np.stack([np.concatenate([part[k][field].float().cpu().numpy() for part in parts]) for k in recorded])

    return Trace(iterations, np.concatenate(index), gather(0).astype(np.int64), gather(2), gather(1).mean(axis=-1))
