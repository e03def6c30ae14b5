"""Makes test/fixtures/models/tiny: the model that the tests of trm-reason run, by the same stages as the real one.

    python tests/make_tiny.py            # some minutes on one core; the files change, so commit them together

It has learnt the few alerts below under the shipped catalogue and policy, with a vocabulary cut short: good enough to
restart a crashing pod and to leave a watchdog alone.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'training'))

import calibrate  # noqa: E402
import export  # noqa: E402
import train  # noqa: E402

ALERTS = """
alerts:
  - id: meta
    situation: meta
    names: [Watchdog, InfoInhibitor]
    labels: [severity]
    says: [this alert always fires]
  - id: pod-crash-looping
    situation: pod-failing
    names: [KubePodCrashLooping, PodOomKilled]
    labels: [namespace, pod, container]
    says: ['Pod {{ $labels.namespace }}/{{ $labels.pod }} restarts over and over']
  - id: deployment-rollout-stuck
    situation: rollout
    names: [KubeDeploymentRolloutStuck]
    labels: [namespace, deployment]
    says: ['The rollout of {{ $labels.deployment }} does not end']
  - id: flux-kustomization
    situation: flux-kustomization
    names: [FluxKustomizationNotReady]
    labels: [exported_namespace, name]
    says: ['Kustomization {{ $labels.name }} is not ready']
"""
OUT = ROOT / 'test/fixtures/models/tiny'
VOCABULARY = 600  # tokens: specials, answers, label keys, letters, and the most frequent pieces
UNSEEN = 200  # rows of the training set, again: nothing here is about new alerts
SHAPE = ['--hidden', '64', '--heads', '4', '--inner', '96', '--embeddings', 'random']
RATES = ['--lr', '4e-3', '--head-lr', '4e-3', '--ema', '0.98', '--token-dropout', '0']
MACHINE = ['--device', 'cpu', '--precision', 'float32', '--workers', '1', '--micro-batch', '0', '--batch', '32']
STAGES = ['--stages', '0.6:1:1:0,1:2:2:1', '--validate-rows', '64', '--log-every', '50']


def write_runbook(folder: Path) -> None:
    (folder / 'alerts').mkdir(parents=True)
    for name in ('catalogue', 'policy', 'situations'):
        shutil.copyfile(ROOT / f'runbook/{name}.yaml', folder / f'{name}.yaml')
    (folder / 'alerts/tiny.yaml').write_text(ALERTS)


def draw(runbook: Path, out: Path, rows: int, vocabulary: Path | None = None) -> None:
    """Runs training/data, the only place that knows how an alert becomes tokens."""
    command = [ROOT / 'node_modules/.bin/tsx', ROOT / 'training/data/main.ts', '--runbook', runbook, '--out', out]
    command += [
        '--train',
        str(rows),
        '--unseen_entries',
        '0',
        '--unseen_phrasings',
        '0',
        '--calibration',
        '0',
        '--corpus',
        '',
    ]
    command += ['--vocabulary', vocabulary] if vocabulary else []
    subprocess.run(command, cwd=ROOT, check=True)


def cut_vocabulary(path: Path) -> None:
    """Keeps the first tokens; the hash is that of JSON.stringify, as training/data writes it."""
    file = json.loads(path.read_text())
    tokens = file['tokens'][:VOCABULARY]
    text = json.dumps(tokens, separators=(',', ':'), ensure_ascii=False)
    file |= {'tokens': tokens, 'sha256': hashlib.sha256(text.encode()).hexdigest()}
    path.write_text(json.dumps(file, separators=(',', ':'), ensure_ascii=False) + '\n')


def copy_unseen(data: Path) -> None:
    """So small a runbook keeps no entry back, so the first rows of the training set stand in for validation."""
    meta = json.loads((data / 'meta.json').read_text())
    for kind, width in (('inputs', meta['inputLength'] * 2), ('answers', meta['answerLength'] * 2)):
        (data / f'unseen_entries.{kind}.u16').write_bytes((data / f'train.{kind}.u16').read_bytes()[: UNSEEN * width])
    (data / 'unseen_entries.decisions.u8').write_bytes((data / 'train.decisions.u8').read_bytes()[:UNSEEN])
    rows = (data / 'train.rows.jsonl').read_text().splitlines()[:UNSEEN]
    (data / 'unseen_entries.rows.jsonl').write_text(''.join(row + '\n' for row in rows))
    meta['splits']['unseen_entries'] = UNSEEN
    (data / 'meta.json').write_text(json.dumps(meta))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', type=Path, default=OUT)
    parser.add_argument('--steps', default='1500')
    parser.add_argument('--rows', type=int, default=30_000)
    # So small a network feels the rounding to int8 more than the real one does.
    parser.add_argument('--least-agreement', default='0.8')
    args = parser.parse_args(argv)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        runbook, first, data, run = (Path(work) / name for name in ('runbook', 'first', 'data', 'run'))
        write_runbook(runbook)
        draw(runbook, first, 0)
        cut_vocabulary(first / 'vocabulary.json')
        draw(runbook, data, args.rows, first / 'vocabulary.json')
        copy_unseen(data)
        folders = ['--data', str(data), '--run', str(run)]
        train.main([*folders, '--steps', args.steps, *SHAPE, *RATES, *MACHINE, *STAGES])
        calibrate.main([*folders, '--split', 'unseen_entries', '--rows', '0', '--iterations', '4', '--device', 'cpu'])
        export.main([*folders, '--out', str(args.out), '--rows', '100', '--least-agreement', args.least_agreement])


if __name__ == '__main__':
    main()
