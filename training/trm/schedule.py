"""Everything that changes while a run goes on, as a function of the elapsed share of its budget."""

import argparse
import math
import random
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """Until `end` (share of the budget): n latent updates, S supervised steps, 0..free without gradient before them."""

    end: float
    latent_cycles: int  # n
    supervision_steps: int  # S
    free_steps: int


def parse_stages(text: str) -> list[Stage]:
    """'0.3:1:1:0,1:2:2:1' -> stages of end:n:S:free, in order; the last must end at 1."""
    stages = []
    for part in text.split(','):
        fields = part.split(':')
        if len(fields) != 4:
            raise argparse.ArgumentTypeError(f'stage "{part}": expected end:n:S:free')
        stages.append(Stage(float(fields[0]), *(int(field) for field in fields[1:])))
    if stages[-1].end != 1 or sorted(stages, key=lambda stage: stage.end) != stages:
        raise argparse.ArgumentTypeError(f'stages "{text}": ends must rise to 1')
    return stages


def stage_at(stages: list[Stage], share: float) -> Stage:
    return next((stage for stage in stages if share < stage.end), stages[-1])


def learning_rate_factor(share: float, warm_up: float, floor: float) -> float:
    """Linear warm-up over the share `warm_up`, then a cosine down to `floor`."""
    if share < warm_up:
        return max(share / warm_up, 0.01)
    progress = min((share - warm_up) / (1 - warm_up), 1.0)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


def draw_free_steps(most: int) -> int:
    """0 two times of five, and each further step three times of five, so that ten iterations stay as right as one."""
    return min(int(math.log(1 - random.random(), 0.6)), most)


class Budget:
    """A run's budget, in minutes or in steps; elapsed time survives a resume, so the run still ends annealed."""

    def __init__(self, minutes: float, steps: int, elapsed: float = 0.0, clock=time.monotonic):
        self.seconds, self.steps, self.clock = minutes * 60, steps, clock
        self.started = clock() - elapsed

    @property
    def elapsed(self) -> float:
        return self.clock() - self.started

    def share(self, step: int) -> float:
        done = step / self.steps if self.steps else self.elapsed / self.seconds
        return min(done, 1.0)
