"""The Tiny Recursive Model: one two-layer network, shared by the answer state y and the latent z.

Sequence: [CLS], A answer slots, I input tokens; L = 1 + A + I. Shapes: B batch, L sequence, D hidden, H heads,
V vocabulary, V' tokens that answers are written in.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trm.configuration import CLS, PAD, SLOT, Configuration

RMS_EPSILON = 1e-5
HALT_BIAS = -5.0  # paper: a new model is sure that it is wrong

Carry = tuple[Tensor, Tensor]  # y, z: each (B, L, D)


def rms_norm(h: Tensor) -> Tensor:
    return F.rms_norm(h, (h.shape[-1],), eps=RMS_EPSILON)


def rope_tables(length: int, head_width: int, theta: float) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotation by position: each (L, D/H/2)."""
    frequency = theta ** (-torch.arange(0, head_width, 2).float() / head_width)
    angle = torch.outer(torch.arange(length).float(), frequency)
    return angle.cos(), angle.sin()


def rotate(h: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position: the first half of a head is paired with its second half. h (B, H, L, D/H)."""
    first, second = h.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Block(nn.Module):
    """Bidirectional attention, then SwiGLU; RMS norm after each residual; no biases."""

    def __init__(self, configuration: Configuration):
        super().__init__()
        hidden, inner = configuration.hidden, configuration.inner
        self.heads = configuration.heads
        self.qkv = nn.Linear(hidden, 3 * hidden, bias=False)
        self.out = nn.Linear(hidden, hidden, bias=False)
        self.gate_up = nn.Linear(hidden, 2 * inner, bias=False)
        self.down = nn.Linear(inner, hidden, bias=False)

    def forward(self, h: Tensor, cos: Tensor, sin: Tensor, keep: Tensor | None, rows: int = 0) -> Tensor:
        """h (B, L, D) -> (B, L, D), or (B, rows, D) where only the first rows are wanted (0 = all)."""
        rows = rows or h.shape[1]
        h = rms_norm(h[:, :rows] + self.attend(h, cos, sin, keep, rows))
        gate, up = self.gate_up(h).chunk(2, dim=-1)  # each (B, rows, inner)
        return rms_norm(h + self.down(F.silu(gate) * up))

    def attend(self, h: Tensor, cos: Tensor, sin: Tensor, keep: Tensor | None, rows: int) -> Tensor:
        batch, length, hidden = h.shape
        if rows == length:
            q, k, v = self.qkv(h).chunk(3, dim=-1)
        else:
            q = F.linear(h[:, :rows], self.qkv.weight[:hidden])
            k, v = F.linear(h, self.qkv.weight[hidden:]).chunk(2, dim=-1)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in (q, k, v))  # (B, H, L, D/H)
        q, k = rotate(q, cos[:rows], sin[:rows]), rotate(k, cos, sin)
        mixed = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=keep)
        return self.out(mixed.transpose(1, 2).reshape(batch, rows, hidden))


class TinyRecursiveModel(nn.Module):
    def __init__(self, configuration: Configuration):
        super().__init__()
        self.configuration = configuration
        hidden = configuration.hidden
        self.embedding = nn.Embedding(configuration.vocabulary_size, hidden)
        self.slots = nn.Parameter(torch.randn(configuration.answer_length, hidden))  # which slot it is
        self.blocks = nn.ModuleList(Block(configuration) for _ in range(configuration.layers))
        self.head = nn.Linear(hidden, configuration.answer_tokens, bias=False)
        self.halt = nn.Linear(hidden, 1)
        self.network = self._network  # replaced by its compiled form with --compile
        self._rope: dict[tuple[int, torch.device], tuple[Tensor, Tensor]] = {}
        self._initialise()

    def _initialise(self) -> None:
        for block in self.blocks:
            for linear in (block.qkv, block.out, block.gate_up, block.down):
                nn.init.trunc_normal_(linear.weight, std=1 / math.sqrt(linear.in_features))
        nn.init.trunc_normal_(self.head.weight, std=1 / math.sqrt(self.head.in_features))
        nn.init.zeros_(self.halt.weight)
        nn.init.constant_(self.halt.bias, HALT_BIAS)

    def _network(self, h: Tensor, cos: Tensor, sin: Tensor, keep: Tensor | None, rows: int = 0) -> Tensor:
        for block in self.blocks[:-1]:
            h = block(h, cos, sin, keep)
        return self.blocks[-1](h, cos, sin, keep, rows)

    def embed(self, tokens: Tensor) -> tuple[Tensor, Tensor | None]:
        """tokens (B, I) -> x (B, L, D) and the attention mask (B, 1, 1, L), or None where nothing is padded."""
        batch, answer_length = tokens.shape[0], self.configuration.answer_length
        cls = self.embedding.weight[CLS].expand(batch, 1, -1)
        slots = (self.embedding.weight[SLOT] + self.slots).expand(batch, -1, -1)
        x = torch.cat((cls, slots, self.embedding(tokens)), dim=1)
        # On a GPU the test would wait for all that is under way.
        if tokens.device.type == 'cpu' and bool((tokens != PAD).all()):
            return x, None
        prefix = torch.ones(batch, 1 + answer_length, dtype=torch.bool, device=tokens.device)
        return x, torch.cat((prefix, tokens != PAD), dim=1)[:, None, None, :]

    def rope(self, length: int, device: torch.device) -> tuple[Tensor, Tensor]:
        if (length, device) not in self._rope:
            width = self.configuration.hidden // self.configuration.heads
            cos, sin = rope_tables(length, width, self.configuration.rope_theta)
            self._rope[(length, device)] = (cos.to(device), sin.to(device))
        return self._rope[(length, device)]

    def initial_carry(self, x: Tensor) -> Carry:
        """Both states start at zero, so a caller of the exported graph needs no constants."""
        zero = torch.zeros_like(x)
        return zero, zero

    def improve(
        self,
        x: Tensor,
        keep: Tensor | None,
        carry: Carry,
        n: int | None = None,
        t: int | None = None,
        last: bool = False,
    ) -> Carry:
        """One improvement step: T times (n latent updates, one answer update); only the last of the T has gradients.

        With `last`, y is computed where it is read (the prefix) and nowhere else: an eighth less work at n = 1, but
        the carry can't be improved further.
        """
        n, t = n or self.configuration.latent_cycles, t or self.configuration.answer_cycles
        cos, sin = self.rope(x.shape[1], x.device)
        y, z = carry
        with torch.no_grad():
            for _ in range(t - 1):
                y, z = self._cycle(x, y, z, n, (cos, sin, keep))
        return self._cycle(x, y, z, n, (cos, sin, keep), self.configuration.prefix_length if last else 0)

    def _cycle(self, x: Tensor, y: Tensor, z: Tensor, n: int, context: tuple, rows: int = 0) -> Carry:
        asked = x + y
        for _ in range(n):
            z = self.network(asked + z, *context)  # latent update
        y = self.network(y + z, *context, rows)  # answer update
        return y, z

    def read(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """y (B, L, D) -> logits of the slots (B, A, V'), halting logit (B)."""
        logits = self.head(y[:, 1 : self.configuration.prefix_length])
        return logits, self.halt(y[:, 0]).squeeze(-1).float()
