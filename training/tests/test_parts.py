"""Parts with known answers: EMA, losses, schedule, Muon, calibration, quantisation, data, word pieces."""

import argparse

import numpy as np
import pytest
import torch
from torch import nn

from calibrate import KINDS, calibrate, cross_check, kinds_of
from synthetic import write_dataset
from trm.calibration import Confidence, choose_threshold, expected_calibration_error, fit_confidence
from trm.configuration import Configuration
from trm.data import DataError, drop_tokens, read_dataset
from trm.ema import Ema
from trm.embeddings import embed_tokens, word_pieces
from trm.focus import hardest
from trm.loss import exact_answers, slot_weights, step_loss
from trm.machine import pick_precision
from trm.model import TinyRecursiveModel
from trm.muon import orthogonalise
from trm.quantise import quantise
from trm.report import function_of
from trm.schedule import Budget, draw_free_steps, learning_rate_factor, parse_stages, stage_at
from trm.workers import Workers


def test_ema_follows_slowly_but_not_from_its_random_start():
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(0)
    ema = Ema(model, decay=0.9)
    model.weight.data.fill_(1)
    ema.update(model)
    assert ema.weights['weight'].item() == pytest.approx(1 - 2 / 11)
    for _ in range(200):
        ema.update(model)
    model.weight.data.fill_(2)
    ema.update(model)
    assert ema.weights['weight'].item() == pytest.approx(1.1, abs=1e-3)


def test_an_answer_is_exact_up_to_its_end():
    answers = torch.tensor([[7, 8, 3, 0, 0]])
    cases = {(7, 8, 3, 9, 9): True, (7, 8, 3, 0, 0): True, (7, 9, 3, 0, 0): False, (7, 8, 8, 3, 0): False}
    for ids, expected in cases.items():
        assert exact_answers(torch.tensor([ids]), answers).item() is expected


def test_loss_weighs_the_call_and_ignores_what_follows_the_end():
    answers, decisions = torch.tensor([[1, 2, 3, 0]]), torch.tensor([1])
    weights = slot_weights(answers, decisions, 4.0)
    assert weights.tolist() == [[4, 1, 1, 0]]
    logits = torch.zeros(1, 4, 5)
    loss = step_loss(logits, torch.zeros(1), answers, weights, halt_weight=0.0)
    assert loss.total.item() == pytest.approx(np.log(5))
    logits[0, 3, 1] = 100.0  # after [END]
    assert step_loss(logits, torch.zeros(1), answers, weights, 0.0).total.item() == pytest.approx(np.log(5))


def test_a_batch_takes_the_hardest_rows_and_fills_up_by_chance():
    losses = np.array([0.1, 9.0, 0.2, 0.3, 8.0, 0.4, 0.5, 0.6])
    assert hardest(losses, 2, 1.0).tolist() == [1, 4]
    drawn = [hardest(losses, 4, 0.5).tolist() for _ in range(50)]
    assert all({1, 4} < set(rows) and rows == sorted(set(rows)) and len(rows) == 4 for rows in drawn)
    assert set().union(*drawn) == set(range(8))


def test_stages_follow_the_budget():
    stages = parse_stages('0.3:1:1:0,1:2:3:1')
    assert [stage_at(stages, share).latent_cycles for share in (0, 0.29, 0.3, 1)] == [1, 1, 2, 2]
    for bad in ('0.3:1:1', '0.5:1:1:0', '1:1:1:0,0.5:1:1:0'):
        with pytest.raises(argparse.ArgumentTypeError):
            parse_stages(bad)


def test_late_iterations_are_drawn_rarely_and_never_past_the_limit():
    drawn = [draw_free_steps(3) for _ in range(2000)]
    assert set(drawn) == {0, 1, 2, 3} and 1.05 < np.mean(drawn) < 1.3
    assert draw_free_steps(0) == 0


def test_learning_rate_warms_up_and_ends_annealed():
    factors = [learning_rate_factor(share, 0.1, 0.02) for share in (0, 0.05, 0.1, 0.55, 1)]
    assert factors == pytest.approx([0.01, 0.5, 1, 0.51, 0.02])


def test_budget_counts_time_from_before_a_resume():
    now = [100.0]
    budget = Budget(minutes=1, steps=0, elapsed=15, clock=lambda: now[0])
    now[0] += 15
    assert budget.share(step=0) == 0.5
    assert Budget(minutes=1, steps=10, clock=lambda: now[0]).share(step=5) == 0.5


@pytest.mark.parametrize('shape', [(16, 16), (16, 48), (48, 16)])
def test_muon_orthogonalises(shape):
    torch.manual_seed(0)
    singular = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
    assert singular.min() > 0.5 and singular.max() < 1.3


def test_confidence_is_recovered_from_two_scores():
    generator = np.random.default_rng(0)
    halt, call = generator.normal(0, 2, 20_000), generator.normal(1, 2, 20_000)
    true = 0.4 * halt + 0.8 * call - 0.5
    right = generator.random(20_000) < 1 / (1 + np.exp(-true))
    log_probabilities = -np.log1p(np.exp(-call))
    fitted = fit_confidence(halt, log_probabilities, right)
    assert (fitted.halt, fitted.call, fitted.bias) == pytest.approx((0.4, 0.8, -0.5), abs=0.05)
    assert expected_calibration_error(fitted.of(halt, log_probabilities), right) < 0.02
    boastful = Confidence(3 * fitted.halt, 3 * fitted.call, fitted.bias)
    assert expected_calibration_error(boastful.of(halt, log_probabilities), right) > 0.05


def test_confidence_never_falls_where_a_score_rises():
    scores = np.array([-2.0, -1.0, 1.0, 2.0])
    fitted = fit_confidence(scores, np.log(np.full(4, 0.5)), right=scores < 0)
    assert fitted.halt == 0 and fitted.call >= 0
    certain = Confidence(1, 1, 0).of(np.array([0.0, 0.0]), np.array([0.0, -np.inf]))
    assert certain == pytest.approx([1 - 1e-6, 1e-6])


def test_a_threshold_is_the_lowest_whose_lower_bound_reaches_the_target():
    confidence = np.linspace(1, 0.5, 100)
    families = np.array([f'family-{row}' for row in range(100)])
    right = np.arange(100) < 60
    found = choose_threshold(confidence, right, families, target=0.9)
    assert 60 <= found.families < 70 and found.bound >= 0.9 and found.accuracy > found.bound
    assert found.threshold == pytest.approx(confidence[found.families - 1], abs=1e-5)


@pytest.mark.parametrize(
    ('count', 'target', 'accepted'),
    [(10, 0.95, False), (40, 0.95, True), (40, 0.97, False), (60, 0.97, True)],
)
def test_few_families_carry_no_threshold_even_where_all_are_right(count, target, accepted):
    families = np.array([f'family-{row}' for row in range(count)])
    found = choose_threshold(np.full(count, 0.9), np.ones(count, bool), families, target)
    assert (found.threshold < 1) == accepted


def test_rows_of_one_family_are_one_case():
    confidence, right = np.full(200, 0.9), np.ones(200, bool)
    families = np.array([f'family-{row % 5}' for row in range(200)])
    assert choose_threshold(confidence, right, families, target=0.9).threshold == 1


def test_rows_of_equal_confidence_are_accepted_together():
    families = np.array([f'family-{row}' for row in range(80)])
    right = np.arange(80) < 40
    assert choose_threshold(np.full(80, 0.9), right, families, target=0.9).threshold == 1


def lucky_rows(count: int, seed: int) -> tuple:
    """Scores that say nothing, answers of which nine in ten are right, a third of each kind; four rows a family."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(0, 2, count), -generator.random(count)
    kinds = np.array(KINDS)[generator.integers(0, 3, count)]
    return scores, generator.random(count) < 0.9, kinds, np.array([f'family-{row // 4}' for row in range(count)])


TARGETS = {'none': 0.9, 'observe': 0.9, 'mutating': 0.95}


def test_shares_are_judged_on_families_that_the_thresholds_have_not_seen():
    generator = np.random.default_rng(1)
    halt = generator.normal(0, 2, 4000)
    right = generator.random(4000) < 1 / (1 + np.exp(-2 * halt))
    _, _, kinds, families = lucky_rows(4000, seed=1)
    crossed = calibrate((halt, np.full(4000, -0.1)), right, kinds, families, TARGETS)['crossChecked']
    assert 0.3 < crossed['coverage'] < 0.6
    assert crossed['acceptedAccuracy'] == pytest.approx(0.93, abs=0.05)
    scores, right, kinds, families = lucky_rows(400, seed=2)
    assert cross_check(scores, right, kinds, families, TARGETS)['coverage'] < 0.5


def test_what_names_no_function_of_the_catalogue_asks_for_nothing():
    risks = {'look': 'observe', 'drain': 'disruptive', 'scale': 'reversible'}
    kinds = kinds_of(np.array(['look', 'drain', 'scale', 'none', '(broken)']), risks)
    assert kinds.tolist() == ['observe', 'mutating', 'mutating', 'none', 'none']


def test_quantisation_is_exact_to_half_a_step():
    weights = np.random.default_rng(0).normal(size=(8, 5)).astype(np.float32)
    stored = quantise(weights, axis=0, limit=63)
    assert stored.scale.shape == (1, 5)
    assert (np.abs(stored.dequantise() - weights) <= stored.scale / 2 + 1e-7).all()


def test_batches_hold_every_row_once_and_little_padding(tmp_path):
    split = read_dataset(write_dataset(tmp_path, {'train': 500}), ('train',)).splits['train']
    epochs = split.epochs(batch_size=32, seed=1)
    index = np.concatenate([next(epochs) for _ in range(16)])
    assert sorted(index) == list(range(500))
    tokens, answers, decisions = split.batch(index[:4])
    assert tokens.shape[1] <= split.inputs.shape[1] and answers.shape == (4, 12) and decisions.shape == (4,)


def test_a_damaged_folder_is_refused(tmp_path):
    write_dataset(tmp_path, {'unseen_entries': 5})
    (tmp_path / 'unseen_entries.inputs.u16').write_bytes(b'\0\0')
    with pytest.raises(DataError, match=r'unseen_entries\.inputs\.u16'):
        read_dataset(tmp_path, ('unseen_entries',))


def test_dropped_tokens_become_unknown_and_padding_stays():
    torch.manual_seed(0)
    tokens = torch.tensor([[7] * 50 + [0] * 50])
    dropped = drop_tokens(tokens, 0.5)
    assert set(dropped[0, :50].tolist()) == {7, 4} and not dropped[0, 50:].any()


def test_padding_does_not_change_an_answer():
    torch.manual_seed(0)
    model = TinyRecursiveModel(Configuration(50, 4, 20, hidden=32, heads=4, inner=64))
    tokens = torch.randint(5, 50, (1, 6))
    answers = []
    for given in (tokens, torch.nn.functional.pad(tokens, (0, 8))):
        x, keep = model.embed(given)
        answers.append(model.read(model.improve(x, keep, model.initial_carry(x))[0])[0])
    assert torch.allclose(*answers, atol=1e-5)


def test_the_last_step_reads_the_same_answer():
    model = TinyRecursiveModel(Configuration(50, 4, 20, hidden=32, heads=4, inner=64))
    x, keep = model.embed(torch.tensor([[5, 6, 7, 0], [8, 9, 5, 6]]))
    whole, short = (model.improve(x, keep, model.initial_carry(x), last=last)[0] for last in (False, True))
    assert whole.shape[1] == 9 and short.shape[1] == 5
    assert torch.allclose(model.read(whole)[0], model.read(short)[0], atol=1e-5)


def test_replicas_share_weights_and_add_up_to_one_gradient():
    torch.manual_seed(0)
    model = TinyRecursiveModel(Configuration(50, 4, 20, hidden=32, heads=4, inner=64))
    tokens, answers = torch.randint(5, 50, (8, 6)), torch.randint(5, 20, (8, 4))

    def work(replica, rows):
        x, keep = replica.embed(tokens[rows])
        logits, halt = replica.read(replica.improve(x, keep, replica.initial_carry(x))[0])
        step_loss(logits, halt, answers[rows], torch.ones(len(rows), 4), 0.5).total.backward()

    gradients = []
    for count in (1, 3):
        workers = Workers(model, count)
        workers.map(work, torch.arange(8).split(2))
        workers.gather_gradients()
        assert all(replica.head.weight.data_ptr() == model.head.weight.data_ptr() for replica in workers.replicas)
        gradients.append(model.blocks[0].qkv.weight.grad.clone())
        model.zero_grad()
    assert torch.allclose(*gradients, atol=1e-5)


def test_word_pieces_of_units_labels_and_continuations():
    vocabulary = {word: number for number, word in enumerate(['pod', 'restart', 'crash', '##ing', '##ed', 'lambda'])}
    cases = {'crashing': [2, 3], '##ing': [3], 'label:pod': [0], '%': []}
    cases |= {'answer:pod-restart': [0, 1], 'podRestart': [0, 1]}
    for text, expected in cases.items():
        assert word_pieces(text, vocabulary) == expected, text


def test_embeddings_of_like_words_are_alike_and_scaled():
    torch.manual_seed(0)
    source = ({'pod': 0, 'pods': 1, 'disk': 2}, torch.randn(3, 16))
    source[1][1] = source[1][0] + 0.05 * torch.randn(16)
    table = embed_tokens(['[PAD]', 'pod', 'pods', 'disk'], 64, source)
    alike = torch.nn.functional.cosine_similarity
    assert alike(table[1], table[2], dim=0) > 0.8 > alike(table[1], table[3], dim=0)
    assert table.std(dim=1).sub(1).abs().max() < 0.3
    assert embed_tokens(['[PAD]', 'pod'], 64, None).shape == (2, 64)


def test_function_of_an_answer():
    tokens = ['', 'answer:{"lambda_function":"', 'answer:pod-restart', 'answer:{"lambda_function":null,', 'answer:x']
    cases = {(1, 2, 4): 'pod-restart', (3, 4, 4): 'none', (1, 4, 2): '(broken)'}
    for ids, expected in cases.items():
        assert function_of(np.array(ids), tokens, {'pod-restart'}) == expected


def test_precision_is_measured_on_a_cpu():
    assert pick_precision('auto', torch.device('cpu')) in (torch.float32, torch.bfloat16)


def test_nothing_is_accepted_that_is_more_likely_wrong_than_right():
    confidence = np.linspace(0.99, 0.2, 200)
    families = np.array([f'family-{row}' for row in range(200)])
    found = choose_threshold(confidence, np.ones(200, bool), families, target=0.9)
    assert found.threshold == pytest.approx(0.5, abs=0.01)
