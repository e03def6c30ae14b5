"""One training run: batches in, weights and a log out. train.py holds its options."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from trm.checkpoint import load_record, model_record, save_atomically
from trm.data import Dataset, Split, drop_tokens
from trm.ema import Ema
from trm.focus import hardest
from trm.inference import trace_split
from trm.loss import slot_nats, slot_weights, step_loss
from trm.machine import autocast
from trm.meter import Meter
from trm.model import Carry, TinyRecursiveModel
from trm.muon import Muon
from trm.optimisers import apply_gradients, make_optimisers, set_learning_rates
from trm.schedule import Budget, Stage, draw_free_steps, learning_rate_factor, stage_at
from trm.workers import Workers, default_workers


@dataclass
class Part:
    """A micro-batch and its states between supervised steps."""

    tokens: torch.Tensor  # (b, I)
    answers: torch.Tensor  # (b, A)
    weights: torch.Tensor  # (b, A)
    scale: float  # of its loss in the batch
    carry: Carry | None = None


class Trainer:
    def __init__(self, model: TinyRecursiveModel, dataset: Dataset, args, device: torch.device, precision: torch.dtype):
        self.model, self.dataset, self.args = model.to(device), dataset, args
        if device.type != 'cpu':
            dataset.splits['train'].move_to(device)
        self.device, self.precision = device, precision
        self.folder = Path(args.run)
        self.optimisers = make_optimisers(model, args)
        self.ema = Ema(model, args.ema)
        self.step, self.epoch_seed, self.budget = 0, args.seed, Budget(args.minutes, args.steps)
        if args.resume and self.checkpoint.exists():
            self.resume()
        self.workers = Workers(model, args.workers or default_workers(device))
        if args.compile:
            for replica in self.workers.replicas:
                replica.network = torch.compile(replica._network, dynamic=True)
        for optimiser in self.optimisers:
            if isinstance(optimiser, Muon):
                optimiser.each = self.workers.each

    @property
    def checkpoint(self) -> Path:
        return self.folder / 'checkpoint.pt'

    def train(self) -> dict:
        """Trains until the budget is spent; writes model.pt (EMA weights) and returns the last validation."""
        meter, validated, saved = Meter(), self.budget.elapsed, self.budget.elapsed
        self.model.train()
        for candidates in self.dataset.splits['train'].epochs(self.args.batch * self.args.candidates, self.epoch_seed):
            share = self.budget.share(self.step)
            if share >= 1:
                break
            stage = stage_at(self.args.stages, share)
            before = self.step
            self.train_batch(self.choose(candidates, stage), stage, share, meter)
            if self.step // self.args.log_every > before // self.args.log_every:  # a batch may take several steps
                self.log(meter.line(self.step, share))
                meter = Meter()
            if self.budget.elapsed - validated > self.args.validate_minutes * 60:
                self.log(self.validate())
                validated, meter = self.budget.elapsed, Meter()
            if self.budget.elapsed - saved > self.args.save_minutes * 60:
                self.save()
                saved = self.budget.elapsed
        self.save()
        result = self.validate()
        self.log(result)
        return result

    def choose(self, candidates: np.ndarray, stage: Stage) -> np.ndarray:
        """The rows of a batch: those that one iteration gets most wrong, and others by chance."""
        if len(candidates) <= self.args.batch:
            return candidates
        nats = self.workers.map(partial(self.screen, n=stage.latent_cycles), self.micro_batches(candidates))
        return candidates[hardest(np.concatenate(nats), self.args.batch, self.args.hard_share)]

    @torch.no_grad()
    def screen(self, model: TinyRecursiveModel, index: np.ndarray, n: int) -> np.ndarray:
        """Rows -> (b) loss of the answer after one iteration."""
        tokens, answers, decisions = self.dataset.splits['train'].batch(index, self.device)
        with autocast(self.device, self.precision):
            x, keep = model.embed(tokens)
            y, _ = model.improve(x, keep, model.initial_carry(x), n, last=True)
            logits, _ = model.read(y)
        weights = slot_weights(answers, decisions, self.args.decision_weight)
        return ((slot_nats(logits, answers) * weights).sum(dim=1) / weights.sum(dim=1)).cpu().numpy()

    def micro_batches(self, index: np.ndarray) -> list[np.ndarray]:
        size = self.args.micro_batch or len(index)
        return [index[start : start + size] for start in range(0, len(index), size)]

    def train_batch(self, index, stage: Stage, share: float, meter: Meter) -> None:
        """S supervised steps on one batch, each with an optimiser step (or one for all, with --accumulate)."""
        set_learning_rates(self.optimisers, learning_rate_factor(share, self.args.warm_up, self.args.lr_floor))
        tokens, answers, decisions = self.dataset.splits['train'].batch(index, self.device)
        weights = slot_weights(answers, decisions, self.args.decision_weight)
        batch = (drop_tokens(tokens, self.args.token_dropout), answers, weights)
        size = self.args.micro_batch or len(tokens)
        scale = 1 / stage.supervision_steps if self.args.accumulate else 1.0
        pieces = zip(*(tensor.split(size) for tensor in batch), strict=True)
        parts = [Part(*piece, scale * len(piece[0]) / len(tokens)) for piece in pieces]
        free = draw_free_steps(stage.free_steps)
        for step in range(stage.supervision_steps):
            last = step == stage.supervision_steps - 1
            work = partial(self.supervise, n=stage.latent_cycles, free=0 if step else free, last=last)
            for measured in self.workers.map(work, parts):
                meter.add(*measured)
            if last or not self.args.accumulate:
                self.workers.gather_gradients()
                apply_gradients(self.model, self.optimisers, self.args.clip)
                self.ema.update(self.model)
                self.step += 1
        meter.samples += len(tokens)

    def supervise(self, model: TinyRecursiveModel, part: Part, n: int, free: int, last: bool) -> tuple:
        """One supervised step of a micro-batch, after `free` steps without gradient; leaves the detached carry."""
        with autocast(self.device, self.precision):
            x, keep = model.embed(part.tokens)
            carry = part.carry or model.initial_carry(x)
            with torch.no_grad():
                for _ in range(free):
                    carry = model.improve(x, keep, carry, n)
            carry = model.improve(x, keep, carry, n, last=last)
            logits, halt_logit = model.read(carry[0])
        loss = step_loss(logits, halt_logit, part.answers, part.weights, self.args.halt_weight)
        (loss.total * part.scale).backward()
        part.carry = carry[0].detach(), carry[1].detach()
        return loss.answer.detach(), loss.exact.float().mean(), loss.halt_right.float().mean()

    def validate(self) -> dict:
        """Exact answers of the EMA weights on part of the validation split, after each number of iterations."""
        split: Split = self.dataset.splits['unseen_entries']
        live = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        self.model.load_state_dict(self.ema.weights)
        self.model.eval()
        iterations, rows = self.args.validate_iterations, self.args.validate_rows
        n = stage_at(self.args.stages, self.budget.share(self.step)).latent_cycles
        trace = trace_split(self.workers, split, iterations, rows, precision=self.precision, n=n)
        self.model.load_state_dict(live)
        self.model.train()
        rates = trace.exact(split.answers).mean(axis=1)
        exact = {str(k): round(float(rate), 4) for k, rate in zip(iterations, rates, strict=True)}
        return {'step': self.step, 'share': round(self.budget.share(self.step), 4), 'unseen_entries': exact}

    def save(self) -> None:
        """checkpoint.pt to resume from, model.pt to evaluate."""
        run = json.loads(json.dumps(vars(self.args), default=str))
        run |= {'step': self.step, 'seconds': round(self.budget.elapsed)}
        record = model_record(self.model.configuration, self.ema.weights, self.dataset, run)
        save_atomically(record, self.folder / 'model.pt')
        state = {
            'weights': self.model.state_dict(),
            'ema': self.ema.state_dict(),
            'optimisers': [optimiser.state_dict() for optimiser in self.optimisers],
            'step': self.step,
            'elapsed': self.budget.elapsed,
            'vocabularySha256': self.dataset.meta['vocabularySha256'],
        }
        save_atomically(state, self.checkpoint)

    def resume(self) -> None:
        state = load_record(self.checkpoint)
        if state['vocabularySha256'] != self.dataset.meta['vocabularySha256']:
            raise SystemExit(f'{self.checkpoint} was trained on another vocabulary; start a new --run')
        self.model.load_state_dict(state['weights'])
        self.ema.load_state_dict(state['ema'])
        for optimiser, saved in zip(self.optimisers, state['optimisers'], strict=True):
            optimiser.load_state_dict(saved)
        self.step = state['step']
        self.epoch_seed = self.args.seed + self.step  # another order than the one already seen
        self.budget = Budget(self.args.minutes, self.args.steps, state['elapsed'])

    def log(self, line: dict) -> None:
        line = {'minutes': round(self.budget.elapsed / 60, 1), **line}
        print(json.dumps(line), flush=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / 'log.jsonl', 'a') as file:
            file.write(json.dumps(line) + '\n')
