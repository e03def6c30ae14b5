"""Gemma 3's text model in torch, for training; its state has the names of Gemma3ForCausalLM."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .graph import rotary_angles
from .layout import Shape

Cache = list[tuple[Tensor, Tensor]]


class Norm(nn.Module):
    def __init__(self, size: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], 1 + self.weight, self.epsilon)


class Attention(nn.Module):
    def __init__(self, shape: Shape, kind: str):
        super().__init__()
        self.shape, self.window = shape, shape.sliding_window if kind == 'sliding_attention' else None
        size = shape.head_dim
        self.q_proj = nn.Linear(shape.hidden_size, shape.num_attention_heads * size, bias=False)
        self.k_proj = nn.Linear(shape.hidden_size, shape.num_key_value_heads * size, bias=False)
        self.v_proj = nn.Linear(shape.hidden_size, shape.num_key_value_heads * size, bias=False)
        self.o_proj = nn.Linear(shape.num_attention_heads * size, shape.hidden_size, bias=False)
        self.q_norm, self.k_norm = Norm(size, shape.rms_norm_eps), Norm(size, shape.rms_norm_eps)
        base = shape.rope_theta if self.window is None else shape.rope_local_base_freq
        angles = torch.from_numpy(rotary_angles(shape, base)).float()
        self.register_buffer('cos', angles.cos(), persistent=False)
        self.register_buffer('sin', angles.sin(), persistent=False)

    def forward(self, x: Tensor, past: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        batch, length, _ = x.shape
        start = 0 if past is None else past[0].shape[2]
        q = self.rotate(self.q_norm(self.heads(self.q_proj(x))), start)
        k, v = self.rotate(self.k_norm(self.heads(self.k_proj(x))), start), self.heads(self.v_proj(x))
        if past is not None:  # one past for all of the batch
            k = torch.cat([past[0].expand(batch, -1, -1, -1), k], 2)
            v = torch.cat([past[1].expand(batch, -1, -1, -1), v], 2)
        present = k, v
        first = 0 if self.window is None else max(0, start + 1 - self.window)  # what lies before, no query sees
        k, v = k[:, :, first:], v[:, :, first:]
        at = torch.arange(start, start + length)[:, None] - torch.arange(first, start + length)
        mask = (at >= 0) & (at < (self.window or start + length))
        y = attend(q, k, v, mask, self.shape.query_pre_attn_scalar**-0.5)
        return self.o_proj(y.transpose(1, 2).flatten(2)), present

    def heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (-1, self.shape.head_dim)).transpose(1, 2)  # (B, H, S, D)

    def rotate(self, x: Tensor, start: int) -> Tensor:
        cos, sin = self.cos[start : start + x.shape[2]], self.sin[start : start + x.shape[2]]
        left, right = x.chunk(2, -1)
        return torch.cat([left * cos - right * sin, right * cos + left * sin], -1)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float) -> Tensor:
    """Attention of several query heads to one head of keys and values: the heads are laid behind one another."""
    batch, heads, length, size = q.shape
    if k.shape[1] != 1:
        return F.scaled_dot_product_attention(q, k, v, mask, scale=scale, enable_gqa=True)
    scores = (q.reshape(batch, heads * length, size) * scale) @ k[:, 0].transpose(1, 2)
    scores = scores.view(batch, heads, length, -1).masked_fill(~mask, -torch.inf).softmax(-1)
    return (scores.view(batch, heads * length, -1) @ v[:, 0]).view(batch, heads, length, size)


class Mlp(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.up_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.down_proj = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.gelu(self.gate_proj(x), approximate='tanh') * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape: Shape, kind: str):
        super().__init__()
        self.self_attn, self.mlp = Attention(shape, kind), Mlp(shape)
        for name in ('input', 'post_attention', 'pre_feedforward', 'post_feedforward'):
            setattr(self, f'{name}_layernorm', Norm(shape.hidden_size, shape.rms_norm_eps))

    def forward(self, x: Tensor, past: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        y, present = self.self_attn(self.input_layernorm(x), past)
        x = x + self.post_attention_layernorm(y)
        return x + self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x))), present


class Gemma(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.scale = shape.hidden_size**0.5
        self.model = nn.ModuleDict(
            {
                'embed_tokens': nn.Embedding(shape.vocab_size, shape.hidden_size),
                'layers': nn.ModuleList(Layer(shape, kind) for kind in shape.layer_types),
                'norm': Norm(shape.hidden_size, shape.rms_norm_eps),
            }
        )
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02 if 'embed' in name else parameter.shape[1] ** -0.5)

    def forward(self, ids: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:
        """Hidden states (B, S, D), which `logits` reads, and keys and values of everything up to here."""
        x = self.model['embed_tokens'](ids) * self.scale
        presents = []
        for number, layer in enumerate(self.model['layers']):
            x, present = layer(x, None if past is None else past[number])
            presents.append(present)
        return self.model['norm'](x), presents

    def logits(self, x: Tensor) -> Tensor:
        return x @ self.model['embed_tokens'].weight.T
