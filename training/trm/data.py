"""Reads the folder that the TypeScript side wrote (training/data): tokenisation exists once, over there."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from trm.configuration import SPECIAL_TOKENS, UNK

LENGTH_STEP = 8  # batches are padded to multiples of it, so that few shapes occur
WINDOW = 32  # batches shuffled together before they are sorted by length


class DataError(Exception):
    """The data folder contradicts itself."""


@dataclass
class Split:
    inputs: np.ndarray  # (N, I) uint16, 0-padded
    answers: np.ndarray  # (N, A) uint16, 0-padded after [END]
    decisions: np.ndarray  # (N) uint8, how many of the first slots hold the call; the rest is the reasoning
    lengths: np.ndarray  # (N) true input lengths
    rows: list[dict]
    resident: tuple[Tensor, Tensor, Tensor] | None = None  # inputs, answers, decisions on a device, int16

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, index: np.ndarray, device: torch.device | str = 'cpu') -> tuple[Tensor, Tensor, Tensor]:
        """Rows -> tokens (B, longest), answers (B, A), decisions (B); all int64."""
        longest = -(-int(self.lengths[index].max()) // LENGTH_STEP) * LENGTH_STEP
        if self.resident is not None:
            rows = torch.from_numpy(index).to(device, non_blocking=True)
            inputs, answers, decisions = (matrix[rows].long() for matrix in self.resident)
            return inputs[:, :longest], answers, decisions
        tokens = self.inputs[index, : min(longest, self.inputs.shape[1])].astype(np.int64)
        answers = self.answers[index].astype(np.int64)
        arrays = (tokens, answers, self.decisions[index].astype(np.int64))
        return tuple(torch.from_numpy(array).to(device) for array in arrays)

    def move_to(self, device: torch.device) -> None:
        """Keeps the rows on the device, so that a batch needs no copy from the host."""
        matrices = (self.inputs, self.answers, self.decisions)
        # Ids stay below 2^15 (a vocabulary has 4,096), and a GPU has no uint16.
        self.resident = tuple(torch.from_numpy(matrix.astype(np.int16)).to(device) for matrix in matrices)

    def epochs(self, batch_size: int, seed: int) -> Iterator[np.ndarray]:
        """Endless row indices: shuffled, sorted by length within a window, so that little is padding."""
        generator = np.random.default_rng(seed)
        while True:
            order = generator.permutation(len(self))
            for start in range(0, len(order), batch_size * WINDOW):
                window = order[start : start + batch_size * WINDOW]
                window = window[np.argsort(self.lengths[window], kind='stable')]
                batches = [window[i : i + batch_size] for i in range(0, len(window), batch_size)]
                for i in generator.permutation(len(batches)):
                    yield batches[i]

    def by_length(self, batch_size: int, limit: int = 0) -> Iterator[np.ndarray]:
        """Every row once (or `limit` rows spread over the split), batched by length."""
        index = np.arange(len(self))
        if 0 < limit < len(self):
            index = np.linspace(0, len(self) - 1, limit).astype(np.int64)
        index = index[np.argsort(self.lengths[index], kind='stable')]
        for start in range(0, len(index), batch_size):
            yield index[start : start + batch_size]


@dataclass
class Dataset:
    folder: Path
    meta: dict
    tokens: list[str]
    splits: dict[str, Split]


def read_dataset(
    folder: str | Path, names: tuple[str, ...] = ('train', 'unseen_entries', 'unseen_phrasings', 'calibration')
) -> Dataset:
    folder = Path(folder)
    meta = json.loads((folder / 'meta.json').read_text())
    vocabulary = json.loads((folder / 'vocabulary.json').read_text())
    tokens = vocabulary['tokens']
    if tuple(tokens[: len(SPECIAL_TOKENS)]) != SPECIAL_TOKENS:
        raise DataError(f'{folder}: vocabulary.json must begin with {SPECIAL_TOKENS}')
    if vocabulary['sha256'] != meta['vocabularySha256']:
        raise DataError(f'{folder}: vocabulary.json and meta.json name different vocabularies')
    splits = {name: _read_split(folder, name, meta, len(tokens)) for name in names if name in meta['splits']}
    return Dataset(folder, meta, tokens, splits)


def _read_split(folder: Path, name: str, meta: dict, vocabulary_size: int) -> Split:
    def matrix(kind: str, width: int) -> np.ndarray:
        values = np.fromfile(folder / f'{name}.{kind}.u16', dtype='<u2')
        if values.size != meta['splits'][name] * width:
            raise DataError(f'{folder}/{name}.{kind}.u16 holds {values.size} tokens, meta.json says otherwise')
        if values.size and values.max() >= vocabulary_size:
            raise DataError(f'{folder}/{name}.{kind}.u16 holds token {values.max()} of {vocabulary_size}')
        return values.reshape(-1, width)

    inputs, answers = matrix('inputs', meta['inputLength']), matrix('answers', meta['answerLength'])
    if answers.size and answers.max() >= meta['answerTokens']:
        raise DataError(f'{folder}/{name}.answers.u16 holds token {answers.max()}, answers have {meta["answerTokens"]}')
    decisions = np.fromfile(folder / f'{name}.decisions.u8', dtype=np.uint8)
    told = folder / f'{name}.rows.jsonl'  # for reports alone: a rented machine gets none of the training set's
    rows = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    if not len(rows or inputs) == len(decisions) == len(inputs):
        raise DataError(f'{folder}: {name} holds {len(rows)} rows, {len(decisions)} decisions, {len(inputs)} inputs')
    return Split(inputs, answers, decisions, (inputs != 0).sum(axis=1), rows)


def drop_tokens(tokens: Tensor, rate: float) -> Tensor:
    """Replaces input tokens by [UNK] at the given rate, so that no single word decides."""
    if rate == 0:
        return tokens
    dropped = (torch.rand(tokens.shape, device=tokens.device) < rate) & (tokens != 0)
    return tokens.masked_fill(dropped, UNK)


def sha256(path: str | Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
