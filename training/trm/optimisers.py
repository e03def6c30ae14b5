"""Which optimiser trains which weights."""

import torch

from trm.model import TinyRecursiveModel
from trm.muon import Muon

BETAS = (0.9, 0.95)


def make_optimisers(model: TinyRecursiveModel, args) -> list[torch.optim.Optimizer]:
    """Matrices of the network: Muon or AdamW. Embeddings, slots, heads: AdamW; only matrices decay."""
    matrices = [parameter for block in model.blocks for parameter in block.parameters()]
    head = [model.head.weight, model.halt.weight, model.halt.bias]
    groups = [
        {'params': [model.embedding.weight, model.slots], 'lr': args.embedding_lr, 'weight_decay': 0.0},
        {'params': head, 'lr': args.head_lr, 'weight_decay': 0.0},
    ]
    if args.optimiser == 'muon':
        optimisers = [Muon(matrices, lr=args.lr, weight_decay=args.weight_decay)]
    else:
        groups.append({'params': matrices, 'lr': args.lr, 'weight_decay': args.weight_decay})
        optimisers = []
    optimisers.append(torch.optim.AdamW(groups, betas=BETAS, foreach=True))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group['peak_lr'] = group['lr']
    return optimisers


def set_learning_rates(optimisers: list[torch.optim.Optimizer], factor: float) -> None:
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group['lr'] = group['peak_lr'] * factor


def apply_gradients(model: TinyRecursiveModel, optimisers: list[torch.optim.Optimizer], clip: float) -> None:
    """Clips, steps and clears."""
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    for optimiser in optimisers:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
