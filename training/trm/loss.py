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


def step_loss(logits: Tensor, halt_logit: Tensor, answers: Tensor, weights: Tensor, halt_weight: float) -> StepLoss:
    """Cross-entropy on the valid slots, plus halting trained on "the whole answer is now exactly right"."""
    answer = (slot_nats(logits, answers) * weights).sum() / weights.sum()
    exact = exact_answers(logits.detach().argmax(dim=-1), answers)
    halting = F.binary_cross_entropy_with_logits(halt_logit, exact.float())
    return StepLoss(answer + halt_weight * halting, answer.detach(), exact, (halt_logit.detach() > 0) == exact)


def slot_nats(logits: Tensor, answers: Tensor) -> Tensor:
    """(B, A, V'), (B, A) -> (B, A): cross-entropy of each slot."""
    return F.cross_entropy(logits.flatten(0, 1).float(), answers.flatten(), reduction='none').view_as(answers)


def slot_weights(answers: Tensor, decisions: Tensor, decision_weight: float) -> Tensor:
    """(B, A): 0 after [END], `decision_weight` where the call is written, 1 for the reasoning after it."""
    valid = (answers != PAD).float()
    written = torch.arange(answers.shape[1], device=answers.device) < decisions[:, None]
    return valid * torch.where(written, decision_weight, 1.0)
