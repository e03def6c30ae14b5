"""What is logged while a run goes on."""

import time
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass
class Meter:
    """Sums between two log lines."""

    started: float = field(default_factory=time.monotonic)
    samples: int = 0
    losses: list[Tensor] = field(default_factory=list)
    exact: list[Tensor] = field(default_factory=list)
    halt: list[Tensor] = field(default_factory=list)

    def add(self, loss: Tensor, exact: Tensor, halt: Tensor) -> None:
        """Scalars, left on their device: to read one is to wait for it."""
        self.losses.append(loss)
        self.exact.append(exact)
        self.halt.append(halt)

    def line(self, step: int, share: float) -> dict:
        def mean(values: list[Tensor]) -> float:
            return round(float(torch.stack(values).mean()), 4) if values else 0.0

        rate = self.samples / (time.monotonic() - self.started)
        numbers = {'loss': mean(self.losses), 'exact': mean(self.exact), 'halt': mean(self.halt)}
        return {'step': step, 'share': round(share, 4), 'samples/s': round(rate, 1), **numbers}
