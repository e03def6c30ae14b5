"""The tiny model that the tests of trm-reason run can be made again, and what is committed is of the same make."""

import json

import pytest

import make_tiny

SHORTENED = {'data', 'run', 'steps', 'step', 'seconds'}  # what differs between a test's model and the committed one
needs_node = pytest.mark.skipif(not (make_tiny.ROOT / 'node_modules/.bin/tsx').exists(), reason='needs npm ci')


@needs_node
def test_the_tiny_model_can_be_made_again(tmp_path):
    make_tiny.main(['--out', str(tmp_path), '--steps', '3', '--rows', '250', '--least-agreement', '0'])
    made = json.loads((tmp_path / 'trm.json').read_text())
    committed = json.loads((make_tiny.OUT / 'trm.json').read_text())
    assert made.keys() == committed.keys()
    assert made['configuration'].keys() == committed['configuration'].keys()
    for key in ('keys', 'functions', 'vocabularySha256'):
        assert made[key] == committed[key], f'{key} has changed: run tests/make_tiny.py and commit what it writes'
    recipes = [
        {key: value for key, value in card['recipe'].items() if key not in SHORTENED} for card in (made, committed)
    ]
    assert recipes[0] == recipes[1]
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in make_tiny.OUT.iterdir()}
