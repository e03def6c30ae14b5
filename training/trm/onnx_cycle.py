"""One improvement step as an ONNX graph: n and T are inputs, and the caller loops over steps.

Both updates are one call of the same network, z = net(z + y + x) and y = net(y + z), so one Loop runs T (n + 1) calls
over a single copy of the weights and decides per call which of the two it is.
"""

import numpy as np
import onnx
import torch
from onnx import TensorProto

from trm.configuration import CLS, SLOT
from trm.graph import Graph, model_of, value
from trm.model import RMS_EPSILON, TinyRecursiveModel
from trm.quantise import PRODUCT_RANGE, TABLE_RANGE, quantise


def build_cycle(model: TinyRecursiveModel, int8: bool) -> onnx.ModelProto:
    """tokens (1, I), y and z (1, L, D), n, t -> ids and log-probabilities (1, A), halting logit (1), y, z."""
    configuration = model.configuration
    weights = {name: tensor.detach().float().cpu().numpy() for name, tensor in model.state_dict().items()}
    graph = Graph('trm_cycle')
    x = _embed(graph, weights, int8)
    cos, sin = _rope(graph, x, configuration)
    period = graph.op('Add', 'n', graph.constant(1, np.int64))
    calls = graph.op('Mul', 't', period)
    always = graph.constant(True)
    body = _body(graph.subgraph('trm_call'), weights, configuration, (x, cos, sin, period), int8)
    graph.nodes.append(onnx.helper.make_node('Loop', [calls, always, 'y', 'z'], ['y_next', 'z_next'], body=body))
    _read(graph, weights, configuration, int8)

    state = ['sequence', configuration.hidden]
    inputs = [value('tokens', [1, 'input'], TensorProto.INT64), value('y', [1, *state]), value('z', [1, *state])]
    inputs += [value('n', [], TensorProto.INT64), value('t', [], TensorProto.INT64)]
    answer = [1, configuration.answer_length]
    outputs = [value('ids', answer, TensorProto.INT64), value('log_probabilities', answer), value('halt_logit', [1])]
    outputs += [value('y_next', [1, *state]), value('z_next', [1, *state])]
    return model_of(graph.proto(inputs, outputs), {'int8': str(int8).lower()})


def _product(graph: Graph, h: str, weights: np.ndarray, name: str, int8: bool) -> str:
    """h @ weights.T; weights (N, K) as in nn.Linear."""
    if not int8:
        return graph.op('MatMul', h, graph.constant(weights.T.copy(), name=name))
    quantised = quantise(weights.T, axis=0, limit=PRODUCT_RANGE)
    values = graph.constant(quantised.values, name=f'{name}.int8')
    scale = graph.constant(quantised.scale[0], name=f'{name}.scale')
    zero = graph.constant(np.zeros(len(weights)), np.int8)
    h_int8, h_scale, h_zero = graph.op('DynamicQuantizeLinear', h, outputs=3)
    whole = graph.op('Cast', graph.op('MatMulInteger', h_int8, values, h_zero, zero), to=TensorProto.FLOAT)
    return graph.op('Mul', whole, graph.op('Mul', h_scale, scale))


def _embed(graph: Graph, weights: dict, int8: bool) -> str:
    table = weights['embedding.weight']
    if int8:
        quantised = quantise(table, axis=1, limit=TABLE_RANGE)
        rows = graph.op('Gather', graph.constant(quantised.values, name='embedding.weight.int8'), 'tokens')
        scale = graph.op('Gather', graph.constant(quantised.scale, name='embedding.weight.scale'), 'tokens')
        embedded = graph.op('Mul', graph.op('Cast', rows, to=TensorProto.FLOAT), scale)
    else:
        embedded = graph.op('Gather', graph.constant(table, name='embedding.weight'), 'tokens')
    prefix = np.concatenate((table[CLS][None], table[SLOT] + weights['slots']))
    return graph.op('Concat', graph.constant(prefix[None], name='prefix'), embedded, axis=1)


def _rope(graph: Graph, x: str, configuration) -> tuple[str, str]:
    width = configuration.hidden // configuration.heads
    frequency = configuration.rope_theta ** (-torch.arange(0, width, 2).float() / width)
    length = graph.op('Gather', graph.op('Shape', x), graph.constant(1, np.int64))
    positions = graph.op('Range', graph.constant(0, np.int64), length, graph.constant(1, np.int64))
    column = graph.op('Unsqueeze', graph.op('Cast', positions, to=TensorProto.FLOAT), graph.constant([1], np.int64))
    angle = graph.op('Mul', column, graph.constant(frequency.numpy()[None]))
    return graph.op('Cos', angle), graph.op('Sin', angle)


def _body(graph: Graph, weights: dict, configuration, outer: tuple, int8: bool) -> onnx.GraphProto:
    """One call of the network: the call whose number is n modulo n + 1 updates the answer, the others the latent."""
    x, cos, sin, period = outer
    is_answer = graph.op('Equal', graph.op('Mod', 'call', period), 'n')
    asked = graph.op('Where', is_answer, graph.constant(0, np.float32), x)
    h = graph.op('Add', graph.op('Add', 'y_in', 'z_in'), asked)
    for layer in range(configuration.layers):
        h = _block(graph, h, weights, f'blocks.{layer}', configuration.heads, (cos, sin), int8)
    graph.op('Where', is_answer, h, 'y_in', name='y_out')
    graph.op('Where', is_answer, 'z_in', h, name='z_out')
    graph.op('Identity', 'go_on', name='go_on_out')
    state = [1, 'sequence', configuration.hidden]
    inputs = [value('call', [], TensorProto.INT64), value('go_on', [], TensorProto.BOOL)]
    inputs += [value('y_in', state), value('z_in', state)]
    outputs = [value('go_on_out', [], TensorProto.BOOL), value('y_out', state), value('z_out', state)]
    return graph.proto(inputs, outputs)


def _block(graph: Graph, h: str, weights: dict, name: str, heads: int, rope: tuple[str, str], int8: bool) -> str:
    hidden, inner = weights[f'{name}.down.weight'].shape

    def product(value_name: str, which: str) -> str:
        return _product(graph, value_name, weights[f'{name}.{which}.weight'], f'{name}.{which}.weight', int8)

    qkv = _reshape(graph, product(h, 'qkv'), [-1, 3 * heads, hidden // heads])
    qk, v = _split(graph, graph.op('Transpose', qkv, perm=[1, 0, 2]), 0, [2 * heads, heads])  # (2H or H, L, D/H)
    q, k = _split(graph, _rotate(graph, qk, *rope), 0, [heads, heads])
    scale = graph.constant((hidden // heads) ** -0.5, np.float32)
    scores = graph.op('MatMul', graph.op('Mul', q, scale), graph.op('Transpose', k, perm=[0, 2, 1]))
    mixed = graph.op('MatMul', graph.op('Softmax', scores, axis=-1), v)
    joined = _reshape(graph, graph.op('Transpose', mixed, perm=[1, 0, 2]), [1, -1, hidden])
    h = _rms_norm(graph, graph.op('Add', h, product(joined, 'out')))
    gate, up = _split(graph, product(h, 'gate_up'), -1, [inner, inner])
    swish = graph.op('Mul', graph.op('Mul', gate, graph.op('Sigmoid', gate)), up)
    return _rms_norm(graph, graph.op('Add', h, product(swish, 'down')))


def _reshape(graph: Graph, h: str, shape: list[int]) -> str:
    return graph.op('Reshape', h, graph.constant(shape, np.int64))


def _split(graph: Graph, h: str, axis: int, sizes: list[int]) -> list[str]:
    return graph.op('Split', h, graph.constant(sizes, np.int64), outputs=len(sizes), axis=axis)


def _rotate(graph: Graph, h: str, cos: str, sin: str) -> str:
    first, second = graph.op('Split', h, outputs=2, axis=-1, num_outputs=2)
    turned = graph.op('Sub', graph.op('Mul', first, cos), graph.op('Mul', second, sin))
    other = graph.op('Add', graph.op('Mul', second, cos), graph.op('Mul', first, sin))
    return graph.op('Concat', turned, other, axis=-1)


def _rms_norm(graph: Graph, h: str) -> str:
    mean = graph.op('ReduceMean', graph.op('Mul', h, h), graph.constant([-1], np.int64), keepdims=1)
    return graph.op('Div', h, graph.op('Sqrt', graph.op('Add', mean, graph.constant(RMS_EPSILON, np.float32))))


def _read(graph: Graph, weights: dict, configuration, int8: bool) -> None:
    """Answers leave as ids and log-probabilities, so that a caller never sees (A, V') logits."""
    slots = graph.op('Slice', 'y_next', *(graph.constant([n], np.int64) for n in (1, configuration.prefix_length, 1)))
    logits = _product(graph, slots, weights['head.weight'], 'head.weight', int8)
    graph.op('ArgMax', logits, axis=-1, keepdims=0, name='ids')
    last = graph.constant([-1], np.int64)
    largest = graph.op('ReduceMax', logits, last, keepdims=0)
    graph.op('Sub', largest, graph.op('ReduceLogSumExp', logits, last, keepdims=0), name='log_probabilities')
    cls = graph.op('Gather', 'y_next', graph.constant(0, np.int64), axis=1)  # (1, D)
    halting = graph.op('MatMul', cls, graph.constant(weights['halt.weight'].T.copy(), name='halt.weight'))
    biased = graph.op('Add', halting, graph.constant(weights['halt.bias'], name='halt.bias'))
    graph.op('Reshape', biased, last, name='halt_logit')
