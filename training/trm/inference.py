"""Runs improvement steps without gradients and records what the model would answer after each."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trm.data import Split
from trm.machine import autocast
from trm.model import TinyRecursiveModel
from trm.workers import Workers


@dataclass
class Trace:
    """What would be answered after each of K recorded iterations."""

    iterations: list[int]
    index: np.ndarray  # (N) rows of the split
    ids: np.ndarray  # (K, N, A)
    halt_logits: np.ndarray  # (K, N)
    log_probabilities: np.ndarray  # (K, N), mean over the slots

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
    workers: Workers,
    split: Split,
    iterations: list[int],
    limit: int = 0,
    batch_size: int = 16,
    precision: torch.dtype = torch.float32,
    n: int | None = None,
) -> Trace:
    def work(model: TinyRecursiveModel, tokens: Tensor) -> list:
        return answer(model, tokens, iterations, n)

    index, parts = each_batch(workers, split, work, limit, batch_size, precision)

    def gather(field: int) -> np.ndarray:
        recorded = range(len(iterations))
        return np.stack([np.concatenate([part[k][field].float().cpu().numpy() for part in parts]) for k in recorded])

    return Trace(iterations, index, gather(0).astype(np.int64), gather(2), gather(1).mean(axis=-1))


def each_batch(
    workers: Workers, split: Split, work: Callable, limit: int, batch_size: int, precision: torch.dtype
) -> tuple[np.ndarray, list]:
    """Runs work(model, tokens) over the split, rows of one length together; the rows in that order, and the results."""

    def run(model: TinyRecursiveModel, chosen: np.ndarray):
        device = model.halt.weight.device
        with autocast(device, precision):
            return work(model, split.batch(chosen, device)[0])

    index = list(split.by_length(batch_size, limit))
    return np.concatenate(index), workers.map(run, index)


@dataclass
class Settled:
    """What production answers: a row stops once it is sure enough; one that never is keeps its surest answer."""

    index: np.ndarray  # (N) rows of the split
    ids: np.ndarray  # (N, A)
    log_probabilities: np.ndarray  # (N, A) of the ids
    halt_logits: np.ndarray  # (N)
    iterations: np.ndarray  # (N) how many were run


@torch.no_grad()
def settle(model: TinyRecursiveModel, tokens: Tensor, limit: int, halt_logit: float) -> tuple[Tensor, ...]:
    """tokens (B, I) -> ids and log-probabilities (B, A), halting logits (B), iterations (B).

    Rows that have settled leave the batch.
    """
    rows = torch.arange(len(tokens), device=tokens.device)
    ids = torch.zeros(len(tokens), model.configuration.answer_length, dtype=torch.int64, device=tokens.device)
    log_probabilities = torch.zeros(ids.shape, device=tokens.device)
    halts, iterations = torch.full((len(tokens),), -math.inf, device=tokens.device), torch.zeros_like(rows)
    x, keep = model.embed(tokens)
    y, z = model.initial_carry(x)
    for iteration in range(1, limit + 1):
        y, z = model.improve(x, keep, (y, z))
        logits, halt = model.read(y)
        surer = halt > halts[rows]
        best, chosen = logits[surer].float().log_softmax(dim=-1).max(dim=-1)
        ids[rows[surer]], log_probabilities[rows[surer]], halts[rows[surer]] = chosen, best, halt[surer]
        iterations[rows] = iteration
        going = halt < halt_logit
        if not bool(going.any()):
            break
        rows, x, y, z = rows[going], x[going], y[going], z[going]
        keep = None if keep is None else keep[going]
    return ids, log_probabilities, halts, iterations


def settle_split(
    workers: Workers,
    split: Split,
    iterations: int,
    halt_logit: float,
    limit: int = 0,
    batch_size: int = 16,
    precision: torch.dtype = torch.float32,
) -> Settled:
    def work(model: TinyRecursiveModel, tokens: Tensor) -> tuple:
        return settle(model, tokens, iterations, halt_logit)

    index, parts = each_batch(workers, split, work, limit, batch_size, precision)
    return Settled(index, *(torch.cat([part[field] for part in parts]).cpu().numpy() for field in range(4)))
