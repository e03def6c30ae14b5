"""Losses of one supervision step."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from trm.configuration import PAD


@dataclass
class StepLoss:
    total: Tensor
    answer: Tensor  # cross-entropy, nats per valid slot
    exact: Tensor  # (B) bool: the whole answer is right
    halt_right: Tensor  # (B) bool: the halting head knew


def exact_answers(ids: Tensor, answers: Tensor) -> Tensor:
    """(B, A), (B, A) -> (B): every slot up to and with [END] is right; what follows is ignored."""
    return ((ids == answers) | (answers == PAD)).all(dim=-1)


def step_loss(
    logits: Tensor, halt_logit: Tensor, answers: Tensor, halt_weight: float, slot_weights: Tensor | None = None
) -> StepLoss:
    """Cross-entropy on the valid slots, plus halting trained on "the whole answer is now exactly right"."""
    valid = answers != PAD  # (B, A)
    weights = valid.float() if slot_weights is None else valid * slot_weights
    nats = F.cross_entropy(logits.flatten(0, 1).float(), answers.flatten(), reduction='none').view_as(weights)
    answer = (nats * weights).sum() / weights.sum()
    exact = exact_answers(logits.detach().argmax(dim=-1), answers)
    halting = F.binary_cross_entropy_with_logits(halt_logit, exact.float())
    return StepLoss(answer + halt_weight * halting, answer.detach(), exact, (halt_logit.detach() > 0) == exact)


def slot_weights(answer_length: int, first_slots: int, first_weight: float, device: torch.device) -> Tensor | None:
    """Weight of the first slots, which spell the function's name; None where all weigh the same."""
    if first_slots == 0 or first_weight == 1:
        return None
    weights = torch.ones(answer_length, device=device)
    weights[:first_slots] = first_weight
    return weights
