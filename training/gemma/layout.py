"""The files and names of a FunctionGemma directory, whatever its size (docs/gemma.md)."""

from dataclasses import asdict, dataclass

# Of the published tokenizer: the function resolves them by name, and checks them.
CONTROL_TOKENS = {
    '<pad>': 0,
    '<eos>': 1,
    '<bos>': 2,
    '<unk>': 3,
    '<start_function_declaration>': 46,
    '<end_function_declaration>': 47,
    '<start_function_call>': 48,
    '<end_function_call>': 49,
    '<start_function_response>': 50,
    '<end_function_response>': 51,
    '<escape>': 52,
    '<start_of_turn>': 105,
    '<end_of_turn>': 106,
}
# Ids below are control tokens and others with a meaning of their own; from here on 256 bytes, then text.
FIRST_BYTE = 238


@dataclass(frozen=True)
class Shape:
    """Sizes of a Gemma 3 text model; the defaults are those of FunctionGemma 270M."""

    vocab_size: int = 262_144
    hidden_size: int = 640
    num_hidden_layers: int = 18
    intermediate_size: int = 2048
    num_attention_heads: int = 4
    num_key_value_heads: int = 1
    head_dim: int = 256
    sliding_window: int = 512
    full_attention_every: int = 6
    max_position_embeddings: int = 32_768
    rope_theta: float = 1e6
    rope_local_base_freq: float = 1e4
    rms_norm_eps: float = 1e-6
    query_pre_attn_scalar: int = 256

    @property
    def layer_types(self) -> list[str]:
        full = self.full_attention_every
        return [
            'full_attention' if number % full == full - 1 else 'sliding_attention'
            for number in range(self.num_hidden_layers)
        ]


TINY = Shape(
    **{'vocab_size': 1024, 'hidden_size': 32, 'num_hidden_layers': 2, 'intermediate_size': 64, 'head_dim': 16},
    **{'sliding_window': 16, 'full_attention_every': 2, 'max_position_embeddings': 2048, 'query_pre_attn_scalar': 16},
)
# Small enough to be trained in minutes on a CPU.
SMALL = Shape(
    **{'vocab_size': 4096, 'hidden_size': 128, 'num_hidden_layers': 3, 'intermediate_size': 256, 'head_dim': 32},
    **{'sliding_window': 96, 'full_attention_every': 3, 'max_position_embeddings': 4096, 'query_pre_attn_scalar': 32},
)
SHAPES = {'tiny': TINY, 'small': SMALL, '270m': Shape()}


def config_json(shape: Shape) -> dict:
    """config.json as the published directory has it, as far as anyone reads it."""
    sizes = {key: value for key, value in asdict(shape).items() if key != 'full_attention_every'}
    return {
        'architectures': ['Gemma3ForCausalLM'],
        'model_type': 'gemma3_text',
        **sizes,
        'layer_types': shape.layer_types,
        'hidden_activation': 'gelu_pytorch_tanh',
        'tie_word_embeddings': True,
        'attention_bias': False,
        **{'bos_token_id': 2, 'eos_token_id': 1, 'pad_token_id': 0},
        'transformers.js_config': {'use_external_data_format': {'model.onnx': 1}},
    }
