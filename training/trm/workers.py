"""Trains on several cores by micro-batches, a thread each, instead of splitting every product between the cores.

Threads that split one product wait for each other at its end, thousands of times a step; on a machine that others use
too, one that is preempted holds up the rest. Here they meet once a step, and the faster one takes more micro-batches.
"""

import copy
import os
import queue
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import torch

from trm.model import TinyRecursiveModel


def default_workers(device: torch.device) -> int:
    return 1 if device.type == 'cuda' else len(os.sched_getaffinity(0))


class Workers:
    """Replicas of a model that share its weights and gather gradients of their own; model itself is the first."""

    def __init__(self, model: TinyRecursiveModel, count: int):
        if count > 1:
            torch.set_num_threads(1)
        self.model, self.count = model, count
        self.replicas = [model]
        for _ in range(count - 1):
            replica = copy.deepcopy(model)
            for ours, shared in zip(replica.parameters(), model.parameters(), strict=True):
                ours.data = shared.data
            self.replicas.append(replica)
        self._free: queue.SimpleQueue[TinyRecursiveModel] = queue.SimpleQueue()
        for replica in self.replicas:
            self._free.put(replica)
        self._pool = ThreadPoolExecutor(count) if count > 1 else None

    def map(self, work: Callable, items: Iterable) -> list:
        """work(replica, item) for every item, in order of the items."""

        def run(item):
            replica = self._free.get()
            try:
                return work(replica, item)
            finally:
                self._free.put(replica)

        return list((self._pool.map if self._pool else map)(run, items))

    def each(self, work: Callable, items: Iterable) -> list:
        """work(item) for every item, without a model."""
        return list((self._pool.map if self._pool else map)(work, items))

    def gather_gradients(self) -> None:
        """Adds what the replicas gathered to the model's own gradients."""
        for replica in self.replicas[1:]:
            for total, part in zip(self.model.parameters(), replica.parameters(), strict=True):
                if part.grad is None:
                    continue
                total.grad = part.grad if total.grad is None else total.grad.add_(part.grad)
                part.grad = None
