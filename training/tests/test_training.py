"""The loss falls, halting learns, a run resumes where it was, and every option does what it says."""

import json

import numpy as np
import pytest

import train
from conftest import TINY
from synthetic import UNSURE
from trm.checkpoint import load_model, load_record
from trm.data import DataError, read_dataset
from trm.inference import settle_split, trace_split
from trm.report import right_answers
from trm.workers import Workers


def log_lines(run) -> list[dict]:
    return [json.loads(line) for line in (run / 'log.jsonl').read_text().splitlines()]


def test_loss_falls_and_answers_become_exact(trained):
    steps = [line for line in log_lines(trained) if 'loss' in line]
    assert steps[-1]['loss'] < steps[0]['loss'] / 10
    assert steps[-1]['exact'] > 0.9
    assert log_lines(trained)[-1]['unseen_entries']['2'] > 0.9


def test_halting_doubts_what_nobody_can_know(trained, data):
    dataset = read_dataset(data, ('unseen_entries',))
    model, _ = load_model(trained / 'model.pt', dataset)
    trace = trace_split(Workers(model, 1), dataset.splits['unseen_entries'], [2])
    rows = [dataset.splits['unseen_entries'].rows[number] for number in trace.index]
    unsure = np.array([row['situation'] == UNSURE and row['conditions'] == 1 for row in rows])
    assert trace.halt_logits[0][~unsure].mean() > 3
    assert trace.halt_logits[0][unsure].mean() < 2


def test_a_row_stops_when_sure_and_else_keeps_its_surest_answer(trained, data):
    dataset = read_dataset(data, ('unseen_entries',))
    split = dataset.splits['unseen_entries']
    model, _ = load_model(trained / 'model.pt', dataset)
    settled = settle_split(Workers(model, 2), split, iterations=4, halt_logit=1.0)
    trace = trace_split(Workers(model, 1), split, [1, 2, 3, 4])
    ran = np.arange(1, 5)[:, None] <= settled.iterations
    surest = np.where(ran, trace.halt_logits, -np.inf).argmax(axis=0)
    assert (settled.ids == trace.ids[surest, range(len(surest))]).all()
    written = trace.log_probabilities[surest, range(len(surest))]
    assert np.abs(settled.log_probabilities.mean(axis=1) - written).max() < 1e-4
    assert right_answers(settled.ids, split, settled.index).mean() > 0.9
    assert (settled.halt_logits[settled.iterations < 4] >= 1.0).all()


def test_resume_goes_on_with_weights_optimiser_and_clock(data, tmp_path):
    arguments = ['--data', str(data), '--run', str(tmp_path), '--stages', '1:1:1:0', *TINY]
    train.main([*arguments, '--steps', '10'])
    first = load_record(tmp_path / 'checkpoint.pt')
    train.main([*arguments, '--steps', '14', '--resume'])
    second = load_record(tmp_path / 'checkpoint.pt')
    assert (first['step'], second['step']) == (10, 14)
    assert second['ema']['updates'] == 14
    assert second['elapsed'] > first['elapsed']
    assert any((first['weights'][name] != tensor).any() for name, tensor in second['weights'].items())


def test_a_finished_run_resumes_to_nothing(data, tmp_path):
    arguments = ['--data', str(data), '--run', str(tmp_path), '--steps', '3', '--stages', '1:1:1:0', *TINY]
    train.main(arguments)
    before = load_record(tmp_path / 'model.pt')['weights']
    train.main([*arguments, '--resume'])
    after = load_record(tmp_path / 'model.pt')['weights']
    assert all((before[name] == after[name]).all() for name in before)


@pytest.mark.parametrize(
    'options',
    [
        ['--optimiser', 'adamw'],
        ['--accumulate', '--stages', '1:1:3:0'],
        ['--micro-batch', '24', '--workers', '2'],
        ['--answer-cycles', '2', '--stages', '1:2:1:2'],
        ['--precision', 'bfloat16', '--batch', '4', '--validate-rows', '4'],
        ['--token-dropout', '0.5', '--decision-weight', '4'],
        ['--candidates', '3', '--hard-share', '0.25'],
    ],
    ids=lambda options: options[0],
)
def test_options_run(options, data, tmp_path):
    arguments = ['--data', str(data), '--run', str(tmp_path), '--steps', '2', '--stages', '1:1:1:0']
    result = train.main([*arguments, *TINY, *options])
    assert result['step'] >= 2


def test_data_of_another_vocabulary_is_refused(trained, tmp_path):
    from synthetic import write_dataset

    other = write_dataset(tmp_path, {'unseen_entries': 5}, fillers=21)
    with pytest.raises(DataError, match='another vocabulary'):
        load_model(trained / 'model.pt', read_dataset(other, ('unseen_entries',)))
