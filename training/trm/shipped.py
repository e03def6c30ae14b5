"""The shipped model: runs trm.onnx as production does, and starts new training from its weights."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper

from trm.checkpoint import load_record
from trm.configuration import CLS, SLOT, Configuration
from trm.data import Dataset
from trm.embeddings import embed_tokens, published_embeddings
from trm.model import TinyRecursiveModel


class OnnxModel:
    """Runs the exported graph, one row at a time, on one thread."""

    def __init__(self, path: str | Path, configuration: Configuration, threads: int = 1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry('session.set_denormal_as_zero', '1')
        self.session = onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])
        self.configuration = configuration

    def initial_state(self, input_length: int) -> np.ndarray:
        shape = (1, self.configuration.prefix_length + input_length, self.configuration.hidden)
        return np.zeros(shape, np.float32)

    def improve(self, tokens: np.ndarray, y: np.ndarray, z: np.ndarray, n: int = 0, t: int = 0) -> list[np.ndarray]:
        """tokens (I) -> ids, log-probabilities, halting logit, y, z."""
        n, t = n or self.configuration.latent_cycles, t or self.configuration.answer_cycles
        feed = {'tokens': tokens.astype(np.int64)[None], 'y': y, 'z': z, 'n': np.array(n), 't': np.array(t)}
        return self.session.run(None, feed)

    def settle(self, tokens: np.ndarray, limit: int, halt_logit: float) -> tuple[np.ndarray, float, int]:
        """tokens (I) -> ids (A), halting logit, iterations."""
        y = z = self.initial_state(len(tokens))
        answer, surest, iterations = np.zeros(0), -math.inf, 0
        while iterations < limit and surest < halt_logit:
            ids, _, halt, y, z = self.improve(tokens, y, z)
            if halt[0] > surest:
                answer, surest = ids[0], float(halt[0])
            iterations += 1
        return answer, surest, iterations


def read_constants(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """All initialisers of a graph and of the graphs inside it, by name."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                constants |= read_constants(attribute.g)
    return constants


def read_weights(path: str | Path, names: list[str]) -> dict[str, torch.Tensor]:
    """The weights of an exported model, dequantised, by their names in PyTorch."""
    constants = read_constants(onnx.load(path).graph)

    def weight(name: str) -> np.ndarray:
        stored = constants.get(name)
        if stored is None:
            stored = constants[f'{name}.int8'].astype(np.float32) * constants[f'{name}.scale']
        return stored if name in ('embedding.weight', 'halt.bias') else stored.T

    weights = {name: torch.from_numpy(weight(name).copy()) for name in names if name != 'slots'}
    prefix = torch.from_numpy(constants['prefix'][0].copy())
    weights['embedding.weight'][CLS] = prefix[0]
    weights['slots'] = prefix[1:] - weights['embedding.weight'][SLOT]
    return weights


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
    shape = {name: card[_camel(name)] for name in Configuration.__dataclass_fields__}
    names = list(TinyRecursiveModel(Configuration(**shape)).state_dict())
    tokens = json.loads((path / 'tokenizer.json').read_text())['tokens']
    return Start(tokens, shape, read_weights(path / 'trm.onnx', names))


def _camel(name: str) -> str:
    first, *rest = name.split('_')
    return first + ''.join(part.capitalize() for part in rest)


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
