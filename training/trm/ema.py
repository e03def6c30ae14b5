"""Exponential moving average of the weights, which evaluation and export use."""

import torch
from torch import nn


class Ema:
    def __init__(self, model: nn.Module, decay: float):
        self.decay = decay
        self.updates = 0
        self.weights = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """The decay rises to its value over the first updates, so a short run isn't stuck at its random start."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for name, tensor in model.state_dict().items():
            self.weights[name].lerp_(tensor, 1 - decay)

    def state_dict(self) -> dict:
        return {'updates': self.updates, 'weights': self.weights}

    def load_state_dict(self, state: dict) -> None:
        self.updates = state['updates']
        for name, tensor in state['weights'].items():
            self.weights[name].copy_(tensor)  # a checkpoint is read to the CPU, these may be elsewhere
