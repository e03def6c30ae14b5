"""What anyone would try first: TF-IDF over the same tokens and logistic regression over the functions.

python baseline.py train --data work/data     writes work/baseline.joblib
python baseline.py check VOCABULARY           exits 0 where that file is there and reads this vocabulary (its sha256)
python baseline.py predict < alerts           one alert's token ids a line; {"function", "probability"} a line
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

HERE = Path(__file__).parent
MODEL = HERE / 'work' / 'baseline.joblib'
NONE = 'none'  # scikit-learn sorts classes, and None has no order


def read_pairs(folder: Path, meta: dict, rows: int) -> tuple[list[str], list[str]]:
    """Texts of token ids, and the functions (or NONE) that answer them."""
    inputs = np.fromfile(folder / 'train.inputs.u16', dtype='<u2').reshape(-1, meta['inputLength'])[:rows]
    texts = [' '.join(str(token) for token in row if token) for row in inputs]
    with open(folder / 'train.rows.jsonl') as lines:
        functions = [json.loads(line)['function'] or NONE for _, line in zip(range(rows), lines, strict=False)]
    return texts, functions


def make_pipeline_for_tokens() -> Pipeline:
    words = TfidfVectorizer(token_pattern=r'\S+', ngram_range=(1, 2), min_df=3, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=20, max_iter=300))


def train(data: Path, rows: int) -> None:
    meta = json.loads((data / 'meta.json').read_text())
    texts, functions = read_pairs(data, meta, rows)
    pipeline = make_pipeline_for_tokens().fit(texts, functions)
    MODEL.parent.mkdir(exist_ok=True)
    joblib.dump({'pipeline': pipeline, 'vocabularySha256': meta['vocabularySha256']}, MODEL)
    print(f'{MODEL}: trained on {len(texts)} pairs')


def predict() -> None:
    pipeline = joblib.load(MODEL)['pipeline']
    probabilities = pipeline.predict_proba(sys.stdin.read().splitlines())
    for row in probabilities:
        function = str(pipeline.classes_[row.argmax()])
        print(json.dumps({'function': None if function == NONE else function, 'probability': float(row.max())}))


def check(vocabulary: str) -> None:
    """Ids mean nothing in another vocabulary: a classifier of one is no baseline for a model of another."""
    if not MODEL.exists():
        sys.exit(f'{MODEL} is missing: train it')
    if joblib.load(MODEL)['vocabularySha256'] != vocabulary:
        sys.exit(f'{MODEL} reads another vocabulary than the model: train it again, with --data of that model')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('command', choices=['train', 'check', 'predict'])
    parser.add_argument('vocabulary', nargs='?', default='', help='sha256, for check')
    parser.add_argument('--data', type=Path, default=HERE / 'work' / 'data')
    parser.add_argument('--rows', type=int, default=60_000)
    args = parser.parse_args()
    if args.command == 'train':
        train(args.data, args.rows)
    elif args.command == 'predict':
        predict()
    else:
        check(args.vocabulary)


if __name__ == '__main__':
    main()
