"""models/trm.json: what the loader in TypeScript checks and obeys. Keys are explained in README.md."""

import datetime
import subprocess
from pathlib import Path

from trm.configuration import Configuration
from trm.data import sha256

FORMAT = 1


def camel(name: str) -> str:
    first, *rest = name.split('_')
    return first + ''.join(part.capitalize() for part in rest)


def camel_case(configuration: Configuration) -> dict:
    return {camel(name): setting for name, setting in configuration.to_dict().items()}


def commit(folder: Path) -> str | None:
    """The commit that the code was at, with "+" where the working tree differed; None outside a repository."""

    def git(*arguments: str) -> str:
        run = subprocess.run(['git', *arguments], cwd=folder, capture_output=True, text=True, check=True)
        return run.stdout.strip()

    try:
        return git('rev-parse', 'HEAD') + ('+' if git('status', '--porcelain') else '')
    except (subprocess.CalledProcessError, FileNotFoundError):
        return None


def make_card(configuration: Configuration, meta: dict, record: dict, calibration: dict, measured: dict) -> dict:
    """Without `files`, which are known once they are written."""
    policy = ('confidence', 'thresholds', 'haltLogit')
    return {
        'format': FORMAT,
        'configuration': camel_case(configuration) | {'inputLength': meta['inputLength']},
        'vocabularySha256': meta['vocabularySha256'],
        'keys': meta.get('keys', []),
        'corpus': meta.get('corpus', {}),
        'functions': meta['functions'],
        **{key: calibration[key] for key in policy},
        'metrics': {'calibration': {k: v for k, v in calibration.items() if k not in policy}, **measured},
        'recipe': record['run'],
        'commit': commit(Path(__file__).parent),
        'createdAt': datetime.datetime.now(datetime.UTC).isoformat(timespec='seconds'),
    }


def file_entry(path: Path) -> dict:
    return {'sha256': sha256(path), 'bytes': path.stat().st_size}
