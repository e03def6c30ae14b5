"""What is logged while a run goes on."""

import time
from dataclasses import dataclass, field


@dataclass
class Meter:
    """Sums between two log lines."""

    started: float = field(default_factory=time.monotonic)
    samples: int = 0
    losses: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)
    halt: list[float] = field(default_factory=list)

    def add(self, loss: float, exact: float, halt: float) -> None:
        self.losses.append(loss)
        self.exact.append(exact)
        self.halt.append(halt)

    def line(self, step: int, share: float) -> dict:
        def mean(values: list[float]) -> float:
            return round(sum(values) / max(len(values), 1), 4)

        rate = self.samples / (time.monotonic() - self.started)
        numbers = {'loss': mean(self.losses), 'exact': mean(self.exact), 'halt': mean(self.halt)}
        return {'step': step, 'share': round(share, 4), 'samples/s': round(rate, 1), **numbers}
