"""Model directories of FunctionGemma's layout: what the graph computes, and that the fixture can be made again."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from gemma.graph import write_graph
from gemma.layout import CONTROL_TOKENS, TINY, Shape
from gemma.make import RandomWeights
from gemma.model import Gemma
from gemma.tokenizer import learn_tokenizer

FIXTURE = Path(__file__).parents[2] / 'test/fixtures/gemma'
SHAPE = replace(TINY, num_hidden_layers=4)
TOLERANCE = 1e-5


@pytest.fixture(scope='module')
def model() -> Gemma:
    torch.manual_seed(0)
    made = Gemma(SHAPE)
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.dim() == 1:
                parameter.normal_(std=0.1)
    return made


@pytest.mark.parametrize('last_logits', [False, True])
def test_graph_computes_what_the_module_does(model: Gemma, tmp_path: Path, last_logits: bool):
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    write_graph(tmp_path, SHAPE, weights, last_logits)
    session = onnxruntime.InferenceSession(tmp_path / 'onnx/model.onnx')
    ids = np.random.default_rng(0).integers(0, SHAPE.vocab_size, (1, 60))  # far past the sliding window
    feeds = {'input_ids': ids, 'attention_mask': np.ones_like(ids), 'position_ids': np.arange(60)[None]}
    for given in session.get_inputs():
        if given.name.startswith('past'):
            feeds[given.name] = np.zeros((1, 1, 0, SHAPE.head_dim), np.float32)
    if last_logits:
        feeds['num_logits_to_keep'] = np.array(1)
    logits = session.run(['logits'], feeds)[0]
    assert logits.shape == (1, 1 if last_logits else 60, SHAPE.vocab_size)
    with torch.no_grad():
        expected = model.logits(model(torch.from_numpy(ids))[0])
    assert np.abs(logits[0, -1] - expected[0, -1].numpy()).max() < TOLERANCE


def test_a_shared_prefix_changes_nothing(model: Gemma):
    ids = torch.randint(0, SHAPE.vocab_size, (1, 50))
    with torch.no_grad():
        whole, _ = model(ids)
        _, past = model(ids[:, :30])
        rest, _ = model(ids[:, 30:].repeat(2, 1), past)
    assert torch.allclose(rest[1], whole[0, 30:], atol=TOLERANCE)


def test_layers_of_the_published_model():
    kinds = Shape().layer_types
    assert len(kinds) == 18
    assert [number for number, kind in enumerate(kinds) if kind == 'full_attention'] == [5, 11, 17]


def test_control_tokens_have_their_published_ids():
    tokenizer = learn_tokenizer(['pod restarts'] * 3, 1024)
    for token, number in CONTROL_TOKENS.items():
        assert tokenizer.encode(f'a{token}b', add_special_tokens=False).ids[1] == number


@pytest.mark.parametrize(('name', 'last_logits'), [('all-logits.onnx', False), ('last-logits.onnx', True)])
def test_fixture_can_be_made_again(tmp_path: Path, name: str, last_logits: bool):
    write_graph(tmp_path, TINY, RandomWeights(TINY, 1), last_logits)
    assert (tmp_path / 'onnx/model.onnx').read_bytes() == (FIXTURE / name).read_bytes()
    assert (tmp_path / 'onnx/model.onnx_data').read_bytes() == (FIXTURE / 'model.onnx_data').read_bytes()
