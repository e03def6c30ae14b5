"""One tiny trained run, shared by the tests that need a model that has learnt something."""

from pathlib import Path

import pytest
import torch

import train
from synthetic import write_dataset

TINY = ['--hidden', '64', '--heads', '4', '--inner', '128', '--embeddings', 'random', '--token-dropout', '0']
TINY += ['--batch', '64', '--micro-batch', '0', '--lr', '6e-3', '--head-lr', '6e-3', '--ema', '0.97']
TINY += ['--device', 'cpu', '--precision', 'float32', '--workers', '1', '--validate-rows', '64', '--log-every', '20']


@pytest.fixture(scope='session', autouse=True)
def one_thread():
    """Tiny products are slower on several threads, above all on a busy machine."""
    torch.set_num_threads(1)


@pytest.fixture(scope='session')
def data(tmp_path_factory) -> Path:
    return write_dataset(
        tmp_path_factory.mktemp('data'),
        {'train': 4000, 'unseen_entries': 300, 'unseen_phrasings': 100, 'calibration': 300},
    )


@pytest.fixture(scope='session')
def trained(data, tmp_path_factory) -> Path:
    """A run folder with model.pt, log.jsonl and checkpoint.pt."""
    run = tmp_path_factory.mktemp('run')
    train.main(['--data', str(data), '--run', str(run), '--steps', '130', '--stages', '0.5:1:1:0,1:1:1:3', *TINY])
    return run
