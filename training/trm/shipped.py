"""The shipped model: runs trm.onnx as production does, and reads its weights back."""

import math
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper

from trm.configuration import CLS, SLOT, Configuration


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
