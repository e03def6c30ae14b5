"""Weights there and back in parts, and the recipe for a rented machine on this one."""

import os
import shutil
import subprocess
from pathlib import Path

import torch

import transfer
from trm.checkpoint import load_record

TRAINING = Path(__file__).parent.parent


def test_parts_are_small_and_give_the_record_back_in_float16(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, 'LARGEST_BYTES', 50_000)
    parts = transfer.split(trained / 'model.pt', tmp_path / 'parts')
    assert len(parts) > 2
    transfer.join(tmp_path / 'parts', tmp_path / 'back.pt')
    before, after = load_record(trained / 'model.pt'), load_record(tmp_path / 'back.pt')
    assert {key: value for key, value in before.items() if key != 'weights'} == {
        key: value for key, value in after.items() if key != 'weights'
    }
    for name, tensor in before['weights'].items():
        assert torch.equal(tensor.half().float(), after['weights'][name])


def test_the_recipe_of_the_device_trains_from_what_was_packed(trained, data, tmp_path):
    packed, out = tmp_path / 'gpu', tmp_path / 'out'
    packed.mkdir()
    exclude = '--exclude=train.rows.jsonl'
    subprocess.run(['tar', '-C', data, exclude, '-cJf', packed / 'data.tar.xz', '.'], check=True)
    transfer.split(trained / 'model.pt', packed / 'start')
    for name in ('train.py', 'transfer.py'):
        shutil.copy(TRAINING / name, packed)
    shutil.copytree(TRAINING / 'trm', packed / 'trm')
    shutil.copy(TRAINING / 'runs/gpu-device.sh', packed / 'run.sh')
    environment = os.environ | {'DEVICE': 'cpu', 'BATCH': '64', 'OMP_NUM_THREADS': '1'}
    subprocess.run(['bash', packed / 'run.sh', out, '0.05'], env=environment, check=True, capture_output=True)
    transfer.join(out, tmp_path / 'back.pt')
    assert load_record(tmp_path / 'back.pt')['run']['from_model'] == 'start.pt'
    assert (out / 'log.jsonl').exists()
