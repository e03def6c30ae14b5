"""Makes a model directory with random weights: python -m gemma.make --shape tiny --out DIR (from training/)."""

import argparse
import json
from pathlib import Path

import numpy as np

from .graph import write_graph
from .layout import SHAPES, Shape, config_json
from .tokenizer import learn_tokenizer, write_tokenizer


class RandomWeights:
    """Arrays by name, each made when it is asked for: the largest has 670 MB."""

    def __init__(self, shape: Shape, seed: int):
        self.shape, self.random = shape, np.random.default_rng(seed)

    def __getitem__(self, name: str) -> np.ndarray:
        size = self.size(name)
        if len(size) == 1:
            return np.zeros(size, np.float32)
        scale = 0.05 if 'embed' in name else size[1] ** -0.5
        return self.random.standard_normal(size, np.float32) * np.float32(scale)

    def size(self, name: str) -> tuple[int, ...]:
        shape, kind = self.shape, name.split('.')[-2]
        query = shape.num_attention_heads * shape.head_dim
        pair = shape.num_key_value_heads * shape.head_dim
        hidden, wide = shape.hidden_size, shape.intermediate_size
        sizes = {
            'embed_tokens': (shape.vocab_size, hidden),
            **{'q_proj': (query, hidden), 'k_proj': (pair, hidden), 'v_proj': (pair, hidden)},
            **{'o_proj': (hidden, query), 'q_norm': (shape.head_dim,), 'k_norm': (shape.head_dim,)},
            **{'gate_proj': (wide, hidden), 'up_proj': (wide, hidden), 'down_proj': (hidden, wide)},
        }
        return sizes.get(kind, (hidden,))


def write_directory(directory: Path, shape: Shape, weights, texts, last_logits: bool) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    write_graph(directory, shape, weights, last_logits)
    write_tokenizer(learn_tokenizer(texts, shape.vocab_size), directory)
    (directory / 'config.json').write_text(json.dumps(config_json(shape), indent=2) + '\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--shape', choices=SHAPES, default='tiny')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--texts', type=Path, help='text that the tokenizer learns its words from')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--last-logits', action='store_true', help='with the input num_logits_to_keep')
    options = parser.parse_args()
    texts = [] if options.texts is None else options.texts.read_text().splitlines()
    shape = SHAPES[options.shape]
    write_directory(options.out, shape, RandomWeights(shape, options.seed), texts, options.last_logits)


if __name__ == '__main__':
    main()
