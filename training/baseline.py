"""What anyone would try first: TF-IDF over the same tokens and logistic regression over the functions.

python baseline.py train --data work/data     writes work/baseline.joblib
python baseline.py check VOCABULARY           prints its thresholds where that file reads this vocabulary (its sha256)
python baseline.py predict < alerts           one alert's token ids a line; {"function", "probability"} a line

It gets what the model gets: all rows of split train; its probability and its thresholds are set on split calibration
as calibrate.py sets the model's.
"""

import argparse
import json
import sys
from pathlib import Path

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from calibrate import KINDS, fit, kinds_of
from trm.report import NONE, function_of

HERE = Path(__file__).parent
MODEL = HERE / 'work' / 'baseline.joblib'
TARGETS = {'none': 0.95, 'observe': 0.95, 'mutating': 0.97}  # the defaults of calibrate.py


def read_split(folder: Path, meta: dict, split: str, limit: int = 0) -> tuple[list[str], list[dict]]:
    """Texts of token ids, and what is known of each; `limit` 0 = all."""
    inputs = np.fromfile(folder / f'{split}.inputs.u16', dtype='<u2').reshape(-1, meta['inputLength'])[: limit or None]
    texts = [' '.join(str(token) for token in row if token) for row in inputs]
    with open(folder / f'{split}.rows.jsonl') as lines:
        return texts, [json.loads(line) for _, line in zip(texts, lines, strict=False)]


def make_pipeline_for_tokens() -> Pipeline:
    words = TfidfVectorizer(token_pattern=r'\S+', ngram_range=(1, 2), min_df=3, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=20, max_iter=300))


def classify(pipeline: Pipeline, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The likeliest function of each text, and its probability."""
    probabilities = pipeline.predict_proba(texts)
    return pipeline.classes_[probabilities.argmax(axis=1)], probabilities.max(axis=1)


def scores_of(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two scores that a confidence is made of; a classifier has one, so the first is silent."""
    return np.zeros(len(probabilities)), np.log(np.maximum(probabilities, np.finfo(float).tiny))


def train(data: Path, limit: int) -> None:
    meta = json.loads((data / 'meta.json').read_text())
    texts, rows = read_split(data, meta, 'train', limit)
    pipeline = make_pipeline_for_tokens().fit(texts, [row['function'] or NONE for row in rows])
    calibrated = calibrate(pipeline, data, meta)
    MODEL.parent.mkdir(exist_ok=True)
    joblib.dump({'pipeline': pipeline, 'vocabularySha256': meta['vocabularySha256'], 'calibrated': calibrated}, MODEL)
    print(f'{MODEL}: trained on {len(texts)} pairs, thresholds {thresholds_of(calibrated)}')


def calibrate(pipeline: Pipeline, data: Path, meta: dict):
    """Confidence and thresholds; right is the function, for the runbook fills the call."""
    texts, rows = read_split(data, meta, 'calibration')
    tokens, functions = json.loads((data / 'vocabulary.json').read_text())['tokens'], set(meta['functions'])
    named, probabilities = classify(pipeline, texts)
    wanted = [{row['function'] or NONE, *(function_of(ids, tokens, functions) for ids in row['also'])} for row in rows]
    right = np.array([name in answers for name, answers in zip(named, wanted, strict=True)])
    families = np.array([row['family'] for row in rows])
    return fit(scores_of(probabilities), right, kinds_of(named, meta['risks'] | {NONE: None}), families, TARGETS)


def thresholds_of(calibrated) -> dict[str, float]:
    return {kind: calibrated.thresholds[kind].threshold for kind in KINDS}


def predict() -> None:
    stored = joblib.load(MODEL)
    named, probabilities = classify(stored['pipeline'], sys.stdin.read().splitlines())
    for name, confidence in zip(named, stored['calibrated'].confidence.of(*scores_of(probabilities)), strict=True):
        print(json.dumps({'function': None if name == NONE else str(name), 'probability': float(confidence)}))


def check(vocabulary: str) -> None:
    """Ids mean nothing in another vocabulary: a classifier and the model must share one."""
    if not MODEL.exists():
        sys.exit(f'{MODEL} is missing: train it')
    stored = joblib.load(MODEL)
    if stored['vocabularySha256'] != vocabulary:
        sys.exit(f'{MODEL} reads another vocabulary than the model: train it again, with --data of that model')
    print(json.dumps(thresholds_of(stored['calibrated'])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('command', choices=['train', 'check', 'predict'])
    parser.add_argument('vocabulary', nargs='?', default='', help='sha256, for check')
    parser.add_argument('--data', type=Path, default=HERE / 'work' / 'data')
    parser.add_argument('--rows', type=int, default=0, help='of split train (0 = all, as the model)')
    args = parser.parse_args()
    if args.command == 'train':
        train(args.data, args.rows)
    elif args.command == 'predict':
        predict()
    else:
        check(args.vocabulary)


if __name__ == '__main__':
    main()
