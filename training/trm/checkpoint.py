"""Checkpoints (to resume a run) and models (to evaluate and export one)."""

import os
from pathlib import Path

import torch

from trm.configuration import Configuration
from trm.data import DataError, Dataset
from trm.model import TinyRecursiveModel


def save_atomically(value: dict, path: Path) -> None:
    """A kill while writing leaves the file before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix('.partial')
    torch.save(value, partial)
    os.replace(partial, path)


def model_record(configuration: Configuration, weights: dict, dataset: Dataset, run: dict) -> dict:
    return {
        'configuration': configuration.to_dict(),
        'weights': weights,
        'tokens': dataset.tokens,
        'vocabularySha256': dataset.meta['vocabularySha256'],
        'run': run,
    }


def load_record(path: str | Path) -> dict:
    return torch.load(path, map_location='cpu', weights_only=True)


def load_model(path: str | Path, dataset: Dataset | None = None) -> tuple[TinyRecursiveModel, dict]:
    """The model of a run, for evaluation; refuses data that was made with another vocabulary."""
    record = load_record(path)
    if dataset and record['vocabularySha256'] != dataset.meta['vocabularySha256']:
        raise DataError(f'{path} was trained on another vocabulary than {dataset.folder}')
    model = TinyRecursiveModel(Configuration(**record['configuration']))
    model.load_state_dict(record['weights'])
    return model.eval(), record
