"""Stage 2, train: data folder -> run folder with model.pt (EMA weights), checkpoint.pt and log.jsonl.

    python train.py --data work/data --run work/run --minutes 90

The same command runs on two CPU cores and on a GPU; the budget decides when the learning rate has annealed.
"""

import argparse
import random

import numpy as np
import torch

from trm.configuration import Configuration
from trm.data import Dataset, read_dataset
from trm.embeddings import embed_tokens, published_embeddings
from trm.machine import pick_device, pick_precision
from trm.model import TinyRecursiveModel
from trm.schedule import parse_stages
from trm.start import read_start, start_from
from trm.trainer import Trainer


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    integers = lambda text: [int(part) for part in text.split(',')]  # noqa: E731

    files = parser.add_argument_group('files')
    files.add_argument('--data', default='work/data', help='folder that training/data wrote')
    files.add_argument('--run', default='work/run', help='folder for model.pt, checkpoint.pt, log.jsonl')
    files.add_argument('--resume', action='store_true', help='go on from checkpoint.pt where there is one')
    files.add_argument(
        '--from-model',
        default='',
        help="start from shipped weights, e.g. ../models, or a run's model.pt (empty = afresh)",
    )

    budget = parser.add_argument_group('budget')
    budget.add_argument('--minutes', type=float, default=90, help='wall-clock budget; the run ends annealed')
    budget.add_argument('--steps', type=int, default=0, help='budget in optimiser steps instead (0 = use --minutes)')

    model = parser.add_argument_group('model')
    model.add_argument('--hidden', type=int, default=512)
    model.add_argument('--heads', type=int, default=8)
    model.add_argument('--inner', type=int, default=1536)
    model.add_argument('--layers', type=int, default=2)
    model.add_argument('--embeddings', choices=['published', 'random'], default='published')

    recursion = parser.add_argument_group('recursion')
    stages = '0.15:1:1:0,0.4:1:1:3,1:1:1:9'
    help_stages = 'end:n:S:free, ...: until that share, n latent updates, S supervised steps, 0..free before them'
    recursion.add_argument('--stages', type=parse_stages, default=parse_stages(stages), help=help_stages)
    recursion.add_argument('--answer-cycles', type=int, default=1, help='T in the paper')
    recursion.add_argument('--accumulate', action='store_true', help='one optimiser step for all S supervised steps')
    recursion.add_argument('--halt-weight', type=float, default=0.5)

    learning = parser.add_argument_group('learning')
    learning.add_argument('--batch', type=int, default=64)
    learning.add_argument('--micro-batch', type=int, default=16, help='rows per pass, to stay in cache (0 = all)')
    learning.add_argument('--candidates', type=int, default=1, help='batches looked at for each that is learnt from')
    learning.add_argument('--hard-share', type=float, default=0.5, help='of a batch: the candidates of greatest loss')
    learning.add_argument('--optimiser', choices=['muon', 'adamw'], default='muon')
    learning.add_argument('--lr', type=float, default=1e-3, help="peak, for the network's matrices")
    learning.add_argument('--embedding-lr', type=float, default=5e-3)
    learning.add_argument('--head-lr', type=float, default=1e-3)
    learning.add_argument('--weight-decay', type=float, default=0.1)
    learning.add_argument('--warm-up', type=float, default=0.03, help='share of the budget')
    learning.add_argument('--lr-floor', type=float, default=0.02, help='last learning rate, as a share of the peak')
    learning.add_argument('--clip', type=float, default=1.0, help="gradient's norm")
    learning.add_argument('--ema', type=float, default=0.998)
    learning.add_argument('--token-dropout', type=float, default=0.05, help='input tokens replaced by [UNK] (0 = off)')
    learning.add_argument('--decision-weight', type=float, default=2.0, help='of the slots that hold the call')
    learning.add_argument('--seed', type=int, default=1)

    report = parser.add_argument_group('report')
    report.add_argument('--log-every', type=int, default=50, help='steps')
    report.add_argument('--validate-minutes', type=float, default=10)
    report.add_argument('--validate-rows', type=int, default=256, help='0 = all')
    report.add_argument('--validate-iterations', type=integers, default=[1, 2, 4])
    report.add_argument('--save-minutes', type=float, default=5)

    machine = parser.add_argument_group('machine')
    machine.add_argument('--device', default='auto')
    machine.add_argument('--precision', choices=['auto', 'float32', 'bfloat16'], default='auto', help='auto measures')
    machine.add_argument('--compile', action='store_true', help='torch.compile (a minute at the start)')
    machine.add_argument(
        '--workers', type=int, default=0, help='threads, a micro-batch each (0 = the cores; 1 on a GPU)'
    )
    return parser.parse_args(argv)


def make_model(args: argparse.Namespace, dataset: Dataset) -> TinyRecursiveModel:
    cycles = {'latent_cycles': args.stages[-1].latent_cycles, 'answer_cycles': args.answer_cycles}
    if args.from_model:
        return start_from(read_start(args.from_model), dataset, cycles)
    shape = {name: getattr(args, name) for name in ('hidden', 'heads', 'inner', 'layers')}
    answers = {'answer_length': dataset.meta['answerLength'], 'answer_tokens': dataset.meta['answerTokens']}
    model = TinyRecursiveModel(Configuration(len(dataset.tokens), **answers, **shape, **cycles))
    source = published_embeddings() if args.embeddings == 'published' else None
    model.embedding.weight.data.copy_(embed_tokens(dataset.tokens, args.hidden, source))
    return model


def main(argv: list[str] | None = None) -> dict:
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    np.random.seed(args.seed)
    torch.set_float32_matmul_precision('high')  # TF32 on a GPU; no effect on a CPU
    device = pick_device(args.device)
    precision = pick_precision(args.precision, device)
    dataset = read_dataset(args.data, ('train', 'unseen_entries'))
    trainer = Trainer(make_model(args, dataset), dataset, args, device, precision)
    parameters = sum(parameter.numel() for parameter in trainer.model.parameters())
    start = {'device': str(device), 'precision': str(precision), 'parameters': parameters}
    trainer.log(start | {'rows': len(dataset.splits['train']), 'vocabulary': len(dataset.tokens), 'step': trainer.step})
    return trainer.train()


if __name__ == '__main__':
    main()
