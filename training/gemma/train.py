"""Trains the small model on the runbook: python -m gemma.train --data DIR --out DIR (from training/)."""

import argparse
import json
import math
import random
import time
from collections import defaultdict
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

from trm.embeddings import embed_tokens, published_embeddings

from .layout import CONTROL_TOKENS, FIRST_BYTE, SMALL
from .make import write_directory
from .model import Gemma
from .tokenizer import BLANK, learn_tokenizer

Row = tuple[list[int], list[int]]  # ids of the user turn, ids of the call
TOKENIZER_ROWS = 4_000
WARM_UP = 50
SAVE_EVERY = 300
REST = 0.2  # weight of the tokens of a call that are not its function's name; most of them are forced


def read_rows(path: Path) -> list[dict]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if row['prefix'].count('declaration:') > 1]  # one tool alone is no choice


def group_rows(rows: list[dict], tokenizer: Tokenizer) -> dict[str, list[Row]]:
    """Rows by the prefix that they share, which is then computed once for a batch."""
    groups = defaultdict(list)
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids  # noqa: E731
    for row in rows:
        groups[row['prefix']].append((encode(row['suffix']), encode(row['call'])))
    return groups


def batches(groups: dict[str, list[Row]], size: int, draw: random.Random):
    """Endless; a group is drawn by its share of the rows, and its rows in turn, shuffled at each round."""
    queues = {prefix: [] for prefix in groups}
    prefixes, weights = list(groups), [len(rows) for rows in groups.values()]
    while True:
        prefix = draw.choices(prefixes, weights)[0]
        if not queues[prefix]:
            queues[prefix] = draw.sample(groups[prefix], len(groups[prefix]))
        queue = queues[prefix]
        taken, queues[prefix] = queue[:size], queue[size:]
        yield prefix, taken


def pad(rows: list[Row]) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs, targets and weights of the targets, (B, S) each; nothing but the call is learnt."""
    length = max(len(user) + len(call) for user, call in rows)
    inputs = torch.zeros(len(rows), length, dtype=torch.long)
    weights = torch.zeros(len(rows), length)
    escape, end = CONTROL_TOKENS['<escape>'], CONTROL_TOKENS['<end_function_call>']
    for number, (user, call) in enumerate(rows):
        inputs[number, : len(user) + len(call)] = torch.tensor(user + call)
        name = next(place for place, token in enumerate(call) if token in (escape, end))
        weights[number, len(user) : len(user) + len(call)] = REST
        weights[number, len(user) : len(user) + name] = 1
    return inputs[:, :-1], inputs[:, 1:], weights[:, 1:]


def loss_of(model: Gemma, prefix: Tensor, rows: list[Row]) -> Tensor:
    _, past = model(prefix[None])
    inputs, targets, weights = pad(rows)
    hidden, _ = model(inputs, past)
    learnt = weights > 0
    losses = F.cross_entropy(model.logits(hidden[learnt]), targets[learnt], reduction='none')
    return (losses * weights[learnt]).sum() / weights[learnt].sum()


def start_model(tokenizer: Tokenizer) -> Gemma:
    model = Gemma(SMALL)
    words = [tokenizer.id_to_token(number) or '' for number in range(SMALL.vocab_size)]
    # A word piece that continues a word is written with ##, one that starts it without a mark.
    spelt = [word.removeprefix(BLANK) if word.startswith(BLANK) else f'##{word}' for word in words]
    known = [f'[{word}]' if number < FIRST_BYTE + 256 else word for number, word in enumerate(spelt)]
    with torch.no_grad():
        model.model['embed_tokens'].weight.copy_(
            embed_tokens(known, SMALL.hidden_size, published_embeddings()) * SMALL.hidden_size**-0.5
        )
    return model


def train(model: Gemma, groups: dict[str, list[Row]], tokenizer: Tokenizer, save, options: argparse.Namespace) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.05)
    prefixes = {text: torch.tensor(tokenizer.encode(text, add_special_tokens=False).ids) for text in groups}
    drawn = batches(groups, options.batch, random.Random(options.seed))
    started, average = time.monotonic(), None
    for step in range(options.steps):
        for group in optimizer.param_groups:
            warm = min(1, (step + 1) / WARM_UP)
            group['lr'] = options.rate * warm * (0.05 + 0.95 * (1 + math.cos(math.pi * step / options.steps)) / 2)
        prefix, rows = next(drawn)
        loss = loss_of(model, prefixes[prefix], rows)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        if (step + 1) % 50 == 0:
            print(f'step {step + 1}: loss {average:.3f}, {time.monotonic() - started:.0f} s', flush=True)
        if (step + 1) % SAVE_EVERY == 0:
            save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='what training/gemma/data.ts wrote')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--steps', type=int, default=5_400)
    parser.add_argument('--batch', type=int, default=24)
    parser.add_argument('--rate', type=float, default=3e-3)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rows = read_rows(options.data / 'train.jsonl')
    texts = [text for row in rows[:TOKENIZER_ROWS] for text in (row['suffix'], row['call'])]
    texts += sorted({row['prefix'] for row in rows})
    tokenizer = learn_tokenizer(texts, SMALL.vocab_size)
    model = start_model(tokenizer)
    print(f'{len(rows)} rows, {sum(parameter.numel() for parameter in model.parameters())} parameters', flush=True)

    def save() -> None:
        weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
        write_directory(options.out, SMALL, weights, texts, last_logits=True)

    train(model, group_rows(rows, tokenizer), tokenizer, save, options)
    save()


if __name__ == '__main__':
    main()
