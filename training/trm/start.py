"""What a new run starts from: the shipped weights, or those of another run."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch

from trm.card import camel
from trm.checkpoint import load_record
from trm.configuration import Configuration
from trm.data import Dataset
from trm.embeddings import embed_tokens, published_embeddings
from trm.model import TinyRecursiveModel


@dataclass(frozen=True)
class Start:
    """What a new run starts from: weights by their names in PyTorch, the tokens they are for, and their shape."""

    tokens: list[str]
    shape: dict[str, int | float]  # of Configuration
    weights: dict[str, torch.Tensor]


def read_start(path: str | Path) -> Start:
    """A folder with a shipped model (trm.onnx, int8), or a record model.pt of a run."""
    path = Path(path)
    if path.suffix == '.pt':
        record = load_record(path)
        weights = {name: tensor.float() for name, tensor in record['weights'].items()}
        return Start(record['tokens'], record['configuration'], weights)
    card = json.loads((path / 'trm.json').read_text())['configuration']
    shape = {name: card[camel(name)] for name in Configuration.__dataclass_fields__}
    names = list(TinyRecursiveModel(Configuration(**shape)).state_dict())
    tokens = json.loads((path / 'tokenizer.json').read_text())['tokens']
    from trm.shipped import read_weights  # ONNX is not on a rented machine, where a run starts from a record

    return Start(tokens, shape, read_weights(path / 'trm.onnx', names))


def new_rows(start: Start, dataset: Dataset) -> dict[str, list[int]]:
    """By weight, the rows that the start lacks: of new tokens, and of answer slots past its last one."""
    known = set(start.tokens)
    tokens = [number for number, token in enumerate(dataset.tokens) if token not in known]
    return {
        'embedding.weight': tokens,
        'head.weight': [number for number in tokens if number < dataset.meta['answerTokens']],
        'slots': list(range(start.shape['answer_length'], dataset.meta['answerLength'])),
    }


def start_from(start: Start, dataset: Dataset, cycles: dict[str, int]) -> TinyRecursiveModel:
    """A model for another vocabulary: what both have keeps its vector.

    New tokens of alerts start from published word pieces, new units of answers from nothing.
    """
    answers = {'answer_length': dataset.meta['answerLength'], 'answer_tokens': dataset.meta['answerTokens']}
    same = {name: start.shape[name] for name in ('hidden', 'heads', 'inner', 'layers', 'rope_theta')}
    configuration = Configuration(len(dataset.tokens), **answers, **same, **cycles)
    model = TinyRecursiveModel(configuration)
    old, new = start.weights, model.state_dict()
    number_of = {token: number for number, token in enumerate(start.tokens)}
    if any(token not in number_of for token in dataset.tokens):
        new['embedding.weight'] = embed_tokens(dataset.tokens, configuration.hidden, published_embeddings())
    for name, limit in (('embedding.weight', len(dataset.tokens)), ('head.weight', configuration.answer_tokens)):
        for number, token in enumerate(dataset.tokens[:limit]):
            known = number_of.get(token)
            if known is not None and known < len(old[name]):
                new[name][number] = old[name][known]
    slots = min(len(old['slots']), len(new['slots']))
    new['slots'][:slots] = old['slots'][:slots]
    kept = {name: old[name] for name in new if name not in ('embedding.weight', 'head.weight', 'slots')}
    model.load_state_dict(new | kept)
    return model
