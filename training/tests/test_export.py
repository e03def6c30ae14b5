"""What is shipped answers like what was trained, on every number of cycles, and new training can start from it."""

import json

import numpy as np
import pytest
import torch

import average
import calibrate
import evaluate
import export
import train
from conftest import TINY
from synthetic import write_dataset
from trm.checkpoint import load_model, load_record
from trm.data import read_dataset, sha256
from trm.inference import answer
from trm.shipped import OnnxModel
from trm.start import read_start, start_from


@pytest.fixture(scope='module')
def models(trained, data, tmp_path_factory):
    """evaluate, calibrate, export: the folder models/ of the tiny run."""
    out = tmp_path_factory.mktemp('models')
    folders = ['--data', str(data), '--run', str(trained)]
    evaluate.main([*folders, '--iterations', '1,2', '--rows', '60', '--device', 'cpu'])
    calibrate.main([*folders, '--iterations', '4', '--device', 'cpu'])
    export.main([*folders, '--out', str(out), '--rows', '60'])
    return out


def test_the_card_describes_the_files(models, data):
    card = json.loads((models / 'trm.json').read_text())
    meta = json.loads((data / 'meta.json').read_text())
    assert card['vocabularySha256'] == meta['vocabularySha256'] and card['functions'] == meta['functions']
    assert card['configuration']['answerLength'] == meta['answerLength']
    for name, entry in card['files'].items():
        assert entry['sha256'] == sha256(models / name)
    assert (models / 'tokenizer.json').read_bytes() == (data / 'vocabulary.json').read_bytes()


def test_the_card_holds_what_was_measured(models):
    card = json.loads((models / 'trm.json').read_text())
    assert card['metrics']['export']['parity'] < 1e-4
    assert card['metrics']['export']['int8']['agreement'] >= 0.995
    assert card['metrics']['evaluation']['unseen_entries']['production']['2']['all']['call'] > 0.9
    assert sorted(card['thresholds']) == ['mutating', 'none', 'observe']
    assert all(0 < threshold <= 1 for threshold in card['thresholds'].values())
    assert card['metrics']['calibration']['crossChecked']['acceptedAccuracy'] > 0.9


@pytest.mark.parametrize(('n', 't'), [(1, 1), (2, 1), (3, 1), (2, 2)])
def test_float_onnx_equals_pytorch_at_any_number_of_cycles(n, t, trained, data, tmp_path):
    import onnx

    from trm.onnx_cycle import build_cycle

    dataset = read_dataset(data, ('unseen_entries',))
    model, _ = load_model(trained / 'model.pt', dataset)
    onnx.save(build_cycle(model, int8=False), tmp_path / 'float.onnx')
    exported = OnnxModel(tmp_path / 'float.onnx', model.configuration)
    tokens = dataset.splits['unseen_entries'].inputs[0, :6]
    y = z = exported.initial_state(len(tokens))
    for ids, log_probability, halt in answer(model, torch.from_numpy(tokens.astype(np.int64))[None], [1, 2, 3], n, t):
        given_ids, given, given_halt, y, z = exported.improve(tokens, y, z, n, t)
        assert (given_ids == ids.numpy()).all()
        assert np.abs(given - log_probability.numpy()).max() < 1e-4
        assert np.abs(given_halt - halt.numpy()).max() < 1e-4


def test_export_refuses_disagreement(trained, data, models, tmp_path):
    arguments = ['--data', str(data), '--run', str(trained), '--out', str(tmp_path), '--rows', '10']
    with pytest.raises(export.ExportError, match='agrees with float'):
        export.main([*arguments, '--least-agreement', '1.01'])
    assert not list(tmp_path.iterdir())


def test_shipped_weights_come_back(models, trained, data):
    dataset = read_dataset(data, ('unseen_entries',))
    trained_model, _ = load_model(trained / 'model.pt', dataset)
    back = start_from(read_start(models), dataset, {'latent_cycles': 3, 'answer_cycles': 1}).state_dict()
    for name, tensor in trained_model.state_dict().items():
        assert (back[name] - tensor).abs().max() <= tensor.abs().max() / 60, name


def test_adapting_to_a_new_vocabulary_starts_from_what_is_known(models, tmp_path):
    """New words and a new answer unit shift every id; the shipped knowledge must follow the tokens' texts."""
    folder = tmp_path / 'data'
    rows = {'train': 500, 'unseen_entries': 200}
    write_dataset(folder, rows, extra_units=('answer:new-function',), extra_words=('new', '##word'), seed=9)
    arguments = ['--data', str(folder), '--run', str(tmp_path / 'run'), '--stages', '1:2:1:0', *TINY]
    result = train.main([*arguments, '--from-model', str(models), '--steps', '1', '--lr', '1e-5', '--head-lr', '1e-5'])
    assert result['unseen_entries']['2'] > 0.8


def test_part_of_the_way_back_lies_between_the_shipped_weights_and_the_run(models, tmp_path):
    folder, run = tmp_path / 'data', tmp_path / 'run'
    write_dataset(folder, {'train': 100, 'unseen_entries': 20}, extra_units=('answer:new-function',), seed=9)
    arguments = ['--data', str(folder), '--run', str(run)]
    train.main([*arguments, '--stages', '1:2:1:0', *TINY, '--from-model', str(models), '--steps', '3'])
    average.main([*arguments, '--out', str(tmp_path), '--share', '0.25'])
    dataset = read_dataset(folder, ())
    start = start_from(read_start(models), dataset, {'latent_cycles': 2, 'answer_cycles': 1}).state_dict()
    end, mixed = (load_record(at / 'model.pt')['weights'] for at in (run, tmp_path))
    new = dataset.tokens.index('answer:new-function')
    for name, tensor in mixed.items():
        expected = 0.75 * start[name] + 0.25 * end[name]
        if name in ('embedding.weight', 'head.weight'):
            expected[new] = end[name][new]
        assert (tensor - expected).abs().max() < 1e-5, name


def test_a_run_that_started_afresh_has_no_way_back(trained, data, tmp_path):
    with pytest.raises(SystemExit, match='started afresh'):
        average.main(['--data', str(data), '--run', str(trained), '--out', str(tmp_path)])


def test_a_run_starts_from_the_record_of_another(trained, data):
    """What the record holds is the model, to the last bit."""
    dataset = read_dataset(data, ('unseen_entries',))
    model, record = load_model(trained / 'model.pt', dataset)
    cycles = {name: record['configuration'][name] for name in ('latent_cycles', 'answer_cycles')}
    started = start_from(read_start(trained / 'model.pt'), dataset, cycles).state_dict()
    assert all(torch.equal(tensor, started[name]) for name, tensor in model.state_dict().items())
