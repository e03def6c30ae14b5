"""Muon (orthogonalised momentum) for the network's matrices.

torch.optim.Muon exists, but its Newton-Schulz runs in bfloat16, which is 60 times slower than float32 on a CPU without
AVX-512 BF16; this one iterates on the small Gram matrix in float32, which also halves the products.
"""

import math
from functools import partial

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic, as in the original Muon
ITERATIONS = 5


def orthogonalise(gradient: Tensor) -> Tensor:
    """The nearest semi-orthogonal matrix, roughly: singular values end between 0.7 and 1.2."""
    x = gradient.float()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    a, b, c = COEFFICIENTS
    gram = x @ x.T
    identity = torch.eye(gram.shape[0], device=x.device)
    whole = identity
    for iteration in range(ITERATIONS):
        square = gram @ gram
        factor = a * identity + b * gram + c * square
        whole = factor @ whole if iteration else factor
        if iteration < ITERATIONS - 1:
            gram = factor @ factor @ gram  # all are polynomials of one matrix, so they commute
    x = whole @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Updates scaled to AdamW's usual size (0.2 RMS), so one learning rate suits both."""

    def __init__(self, params, lr: float = 1e-3, momentum: float = 0.95, weight_decay: float = 0.1):
        super().__init__(params, {'lr': lr, 'momentum': momentum, 'weight_decay': weight_decay})
        self.each = map  # replaced by a pool's map, to update matrices side by side

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            given = [parameter for parameter in group['params'] if parameter.grad is not None]
            list(self.each(partial(self._update, group=group), given))

    @torch.no_grad()  # of this thread
    def _update(self, parameter: Tensor, group: dict) -> None:
        state = self.state[parameter]
        if not state:
            state['momentum'] = torch.zeros_like(parameter)
        momentum, beta = state['momentum'], group['momentum']
        momentum.lerp_(parameter.grad, 1 - beta)
        nesterov = parameter.grad.lerp(momentum, beta)
        # q, k and v are stacked (3D, D) but are different maps, so they are orthogonalised one by one.
        rows, columns = parameter.shape
        pieces = nesterov.split(columns) if rows == 3 * columns else [nesterov]
        scale = 0.2 * math.sqrt(max(pieces[0].shape))
        parameter.mul_(1 - group['lr'] * group['weight_decay'])
        parameter.add_(torch.cat([orthogonalise(piece) for piece in pieces]), alpha=-group['lr'] * scale)
