"""Writes onnx/model.onnx and its data: the published graph's operators, inputs and outputs, in any size."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from .layout import Shape

MICROSOFT = 'com.microsoft'
DATA = 'model.onnx_data'
ALIGNMENT = 64


class Graph:
    """Collects nodes and weights; weights go to the data file."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.nodes, self.initializers = [], []
        self.data = (folder / DATA).open('wb')

    def node(self, op: str, *inputs: str, outputs: int = 1, domain: str = '', **attributes):
        names = [f'{op}_{len(self.nodes)}_{index}' for index in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value, dtype=np.int64) -> str:
        name = f'constant_{len(self.initializers)}'
        self.initializers.append(onnx.numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def weight(self, name: str, value: np.ndarray) -> str:
        value = np.ascontiguousarray(value, np.float32)
        self.data.write(b'\0' * (-self.data.tell() % ALIGNMENT))
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=value.shape)
        tensor.data_location = TensorProto.EXTERNAL
        entries = {'location': DATA, 'offset': self.data.tell(), 'length': value.nbytes}
        tensor.external_data.extend(
            onnx.StringStringEntryProto(key=key, value=str(entry)) for key, entry in entries.items()
        )
        self.data.write(value.tobytes())
        self.initializers.append(tensor)
        return name

    def norm(self, x: str, name: str, weight: np.ndarray, epsilon: float) -> str:
        scale = self.weight(name, 1 + weight)  # Gemma's norm scales by one plus its weight
        return self.node('SimplifiedLayerNormalization', x, scale, axis=-1, epsilon=epsilon, stash_type=1)

    def linear(self, x: str, name: str, weight: np.ndarray) -> str:
        return self.node('MatMul', x, self.weight(name, weight.T))


def write_graph(directory: Path, shape: Shape, weights, last_logits: bool) -> None:
    """
    `weights` maps the names of Gemma3ForCausalLM's state to arrays. With `last_logits` the graph has the input
    num_logits_to_keep; without it logits of all positions come out, as of the older export.
    """
    graph = Graph(directory / 'onnx')
    hidden, past_type = shape.hidden_size, TensorProto.FLOAT
    lengths = sequence_lengths(graph)
    caches = {kind: rotary(graph, shape, kind) for kind in ('sliding_attention', 'full_attention')}
    embedding = graph.weight('model.embed_tokens.weight', weights['model.embed_tokens.weight'])
    x = graph.node('Gather', embedding, 'input_ids', axis=0)
    x = graph.node('Mul', x, graph.constant(hidden**0.5, np.float32))
    presents = []
    for number, kind in enumerate(shape.layer_types):
        x, present = layer(graph, shape, weights, number, kind, x, caches[kind], lengths)
        presents.append(present)
    x = graph.norm(x, 'model.norm.weight', weights['model.norm.weight'], shape.rms_norm_eps)
    if last_logits:
        first = graph.node('Unsqueeze', graph.node('Neg', 'num_logits_to_keep'), graph.constant([0]))
        x = graph.node('Slice', x, first, graph.constant([np.iinfo(np.int64).max]), graph.constant([1]))
    graph.nodes.append(helper.make_node('FusedMatMul', [x, embedding], ['logits'], domain=MICROSOFT, transB=1))
    inputs = [helper.make_tensor_value_info('input_ids', TensorProto.INT64, ['batch_size', 'sequence_length'])]
    inputs.append(helper.make_tensor_value_info('attention_mask', TensorProto.INT64, ['batch_size', 'total_length']))
    inputs.append(helper.make_tensor_value_info('position_ids', TensorProto.INT64, ['batch_size', 'sequence_length']))
    if last_logits:
        inputs.append(helper.make_tensor_value_info('num_logits_to_keep', TensorProto.INT64, []))
    outputs = [helper.make_tensor_value_info('logits', TensorProto.FLOAT, ['batch_size', 'kept', shape.vocab_size])]
    for number, present in enumerate(presents):
        for part, name in zip(('key', 'value'), present, strict=True):
            sizes = ['batch_size', shape.num_key_value_heads, None, shape.head_dim]
            past = sizes[:2] + ['past_length'] + sizes[3:]
            inputs.append(helper.make_tensor_value_info(f'past_key_values.{number}.{part}', past_type, past))
            total = sizes[:2] + ['total_length'] + sizes[3:]
            outputs.append(helper.make_tensor_value_info(name, past_type, total))
    made = helper.make_graph(graph.nodes, 'gemma3', inputs, outputs, graph.initializers)
    opsets = [helper.make_opsetid('', 20), helper.make_opsetid(MICROSOFT, 1)]
    graph.data.close()
    onnx.save(helper.make_model(made, opset_imports=opsets, ir_version=10), directory / 'onnx' / 'model.onnx')


def sequence_lengths(graph: Graph) -> tuple[str, str]:
    """What GroupQueryAttention asks for: tokens of each sequence less one, and of the longest."""
    total = graph.node('ReduceSum', 'attention_mask', graph.constant([1]), keepdims=0)
    last = graph.node('Cast', graph.node('Sub', total, graph.constant([1])), to=TensorProto.INT32)
    size = graph.node('Gather', graph.node('Shape', 'attention_mask'), graph.constant(1), axis=0)
    return last, graph.node('Cast', size, to=TensorProto.INT32)


def rotary(graph: Graph, shape: Shape, kind: str) -> tuple[str, str]:
    base = shape.rope_theta if kind == 'full_attention' else shape.rope_local_base_freq
    angles = rotary_angles(shape, base)
    return graph.weight(f'cos.{kind}', np.cos(angles)), graph.weight(f'sin.{kind}', np.sin(angles))


def rotary_angles(shape: Shape, base: float) -> np.ndarray:
    frequencies = base ** -(np.arange(0, shape.head_dim, 2, dtype=np.float64) / shape.head_dim)
    return np.outer(np.arange(shape.max_position_embeddings), frequencies)


def layer(graph: Graph, shape: Shape, weights, number: int, kind: str, x: str, cache, lengths):
    prefix, epsilon = f'model.layers.{number}.', shape.rms_norm_eps
    norm = lambda x, name: graph.norm(x, f'{prefix}{name}.weight', weights[f'{prefix}{name}.weight'], epsilon)  # noqa: E731
    linear = lambda x, name: graph.linear(x, f'{prefix}{name}.weight', weights[f'{prefix}{name}.weight'])  # noqa: E731

    def heads(x: str, name: str, count: int) -> str:
        split = graph.node(
            'Reshape', linear(x, f'self_attn.{name}_proj'), graph.constant([0, 0, count, shape.head_dim])
        )
        flat = graph.constant([0, 0, count * shape.head_dim])
        if name == 'v':
            return graph.node('Reshape', split, flat)
        normed = graph.node('Reshape', norm(split, f'self_attn.{name}_norm'), flat)
        return graph.node('RotaryEmbedding', normed, 'position_ids', *cache, domain=MICROSOFT)

    read = norm(x, 'input_layernorm')
    query = heads(read, 'q', shape.num_attention_heads)
    key = heads(read, 'k', shape.num_key_value_heads)
    value = heads(read, 'v', shape.num_key_value_heads)
    pasts = [f'past_key_values.{number}.{part}' for part in ('key', 'value')]
    present = [f'present.{number}.{part}' for part in ('key', 'value')]
    attended = f'attended.{number}'
    window = {'local_window_size': shape.sliding_window} if kind == 'sliding_attention' else {}
    graph.nodes.append(
        helper.make_node(
            'GroupQueryAttention',
            [query, key, value, *pasts, *lengths],
            [attended, *present],
            domain=MICROSOFT,
            num_heads=shape.num_attention_heads,
            kv_num_heads=shape.num_key_value_heads,
            scale=shape.query_pre_attn_scalar**-0.5,
            **window,
        )
    )
    written = norm(linear(attended, 'self_attn.o_proj'), 'post_attention_layernorm')
    x = graph.node('Add', x, written)
    read = norm(x, 'pre_feedforward_layernorm')
    gate = graph.node('Gelu', linear(read, 'mlp.gate_proj'), approximate='tanh')
    wide = graph.node('Mul', gate, linear(read, 'mlp.up_proj'))
    written = norm(linear(wide, 'mlp.down_proj'), 'post_feedforward_layernorm')
    return graph.node('Add', x, written), present
