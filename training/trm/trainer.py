"""One training run: batches in, weights and a log out. train.py holds its options."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch

from trm.checkpoint import load_record, model_record, save_atomically
from trm.data import Dataset, Split, drop_tokens
from trm.ema import Ema
from trm.inference import trace_split
from trm.loss import slot_weights, step_loss
from trm.machine import autocast
from trm.model import TinyRecursiveModel
from trm.optimisers import apply_gradients, make_optimisers, set_learning_rates
from trm.schedule import Budget, Stage, learning_rate_factor, stage_at


@dataclass
class Meter:
    """Sums between two log lines."""

    started: float = field(default_factory=time.monotonic)
    samples: int = 0
    losses: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)
    halt: list[float] = field(default_factory=list)

    def line(self, step: int, share: float) -> dict:
        def mean(values: list[float]) -> float:
            return round(sum(values) / max(len(values), 1), 4)

        rate = self.samples / (time.monotonic() - self.started)
        numbers = {'loss': mean(self.losses), 'exact': mean(self.exact), 'halt': mean(self.halt)}
        return {'step': step, 'share': round(share, 4), 'samples/s': round(rate, 1), **numbers}


class Trainer:
    def __init__(self, model: TinyRecursiveModel, dataset: Dataset, args, device: torch.device, precision: torch.dtype):
        self.model, self.dataset, self.args = model.to(device), dataset, args
        self.device, self.precision = device, precision
        self.folder = Path(args.run)
        self.optimisers = make_optimisers(model, args)
        self.ema = Ema(model, args.ema)
        self.step, self.epoch_seed, self.budget = 0, args.seed, Budget(args.minutes, args.steps)
        self.weights = slot_weights(model.configuration.answer_length, args.first_slots, args.first_weight, device)
        if args.resume and self.checkpoint.exists():
            self.resume()
        if args.compile:
            model.network = torch.compile(model._network, dynamic=True)

    @property
    def checkpoint(self) -> Path:
        return self.folder / 'checkpoint.pt'

    def train(self) -> dict:
        """Trains until the budget is spent; writes model.pt (EMA weights) and returns the last validation."""
        meter, validated, saved = Meter(), self.budget.elapsed, self.budget.elapsed
        self.model.train()
        for index in self.dataset.splits['train'].epochs(self.args.batch, self.epoch_seed):
            share = self.budget.share(self.step)
            if share >= 1:
                break
            self.train_batch(index, stage_at(self.args.stages, share), share, meter)
            if self.step % self.args.log_every == 0:
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

    def train_batch(self, index, stage: Stage, share: float, meter: Meter) -> None:
        """S supervised steps on one batch, each with an optimiser step (or one for all, with --accumulate)."""
        set_learning_rates(self.optimisers, learning_rate_factor(share, self.args.warm_up, self.args.lr_floor))
        tokens, answers = self.dataset.splits['train'].batch(index, self.device)
        tokens = drop_tokens(tokens, self.args.token_dropout)
        free = int(torch.randint(stage.free_steps + 1, ())) if stage.free_steps else 0
        parts = range(0, len(tokens), self.args.micro_batch or len(tokens))
        carries = [None for _ in parts]
        for supervised in range(stage.supervision_steps):
            for number, start in enumerate(parts):
                chosen = slice(start, start + (self.args.micro_batch or len(tokens)))
                scale = len(tokens[chosen]) / len(tokens)
                if self.args.accumulate:
                    scale /= stage.supervision_steps
                carries[number] = self.supervise(
                    tokens[chosen], answers[chosen], carries[number], stage.latent_cycles, free, scale, meter
                )
            if not self.args.accumulate or supervised == stage.supervision_steps - 1:
                apply_gradients(self.model, self.optimisers, self.args.clip)
                self.ema.update(self.model)
                self.step += 1
        meter.samples += len(tokens)

    def supervise(self, tokens, answers, carry, n: int, free: int, scale: float, meter: Meter):
        """One supervision step; returns the detached carry. The free steps come before the first one only."""
        with autocast(self.device, self.precision):
            x, keep = self.model.embed(tokens)
            if carry is None:
                carry = self.model.initial_carry(x)
                with torch.no_grad():
                    for _ in range(free):
                        carry = self.model.improve(x, keep, carry, n)
            carry = self.model.improve(x, keep, carry, n)
            logits, halt_logit = self.model.read(carry[0])
        loss = step_loss(logits, halt_logit, answers, self.args.halt_weight, self.weights)
        (loss.total * scale).backward()
        meter.losses.append(float(loss.answer))
        meter.exact.append(float(loss.exact.float().mean()))
        meter.halt.append(float(loss.halt_right.float().mean()))
        return carry[0].detach(), carry[1].detach()

    def validate(self) -> dict:
        """Exact answers of the EMA weights on part of the validation split, after each number of iterations."""
        split: Split = self.dataset.splits['valid']
        live = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        self.model.load_state_dict(self.ema.weights)
        self.model.eval()
        iterations = self.args.validate_iterations
        trace = trace_split(self.model, split, iterations, self.args.validate_rows, precision=self.precision)
        self.model.load_state_dict(live)
        self.model.train()
        exact = {str(k): round(float(rate), 4) for k, rate in zip(iterations, trace.exact(split.answers).mean(axis=1))}
        return {'step': self.step, 'share': round(self.budget.share(self.step), 4), 'valid': exact}

    def save(self) -> None:
        """checkpoint.pt to resume from, model.pt to evaluate."""
        run = {key: value for key, value in vars(self.args).items() if isinstance(value, str | int | float | bool | list)}
        run = json.loads(json.dumps(run, default=str)) | {'step': self.step, 'seconds': round(self.budget.elapsed)}
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
