"""A small writer of ONNX graphs: nodes by their operator, weights float32 or int8."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 21


class Graph:
    """Collects nodes and constants of one graph; names of values are made unique by the shared counter."""

    def __init__(self, name: str, counter: list[int] | None = None):
        self.name = name
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._counter = [0] if counter is None else counter

    def subgraph(self, name: str) -> 'Graph':
        return Graph(name, self._counter)

    def op(self, kind: str, *inputs: str, outputs: int = 1, name: str = '', **attributes):
        """Adds a node; returns its output's name, or a list of them."""
        self._counter[0] += 1
        base = name or f'{kind}_{self._counter[0]}'
        names = [base] if outputs == 1 else [f'{base}.{number}' for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value, dtype=None, name: str = '') -> str:
        array = np.asarray(value, dtype=dtype)
        if not name:
            self._counter[0] += 1
            name = f'constant_{self._counter[0]}'
        self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def proto(self, inputs: list, outputs: list) -> onnx.GraphProto:
        return helper.make_graph(self.nodes, self.name, inputs, outputs, list(self.constants.values()))


def value(name: str, shape: list, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def model_of(graph: onnx.GraphProto, metadata: dict[str, str]) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', OPSET)], producer_name='agent-sre')
    model.ir_version = 10
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    return model
