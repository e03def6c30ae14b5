"""What is counted about answers, and how it is printed."""

from collections import Counter, defaultdict

import numpy as np

from trm.data import Dataset, Split

ANSWER_UNIT = 'answer:'
NONE = 'none'
BROKEN = '(broken)'


def function_of(ids: np.ndarray, tokens: list[str], functions: set[str]) -> str:
    """The function that an answer names: the second unit, unless null is written before it."""
    for number in ids[:2]:
        unit = tokens[number].removeprefix(ANSWER_UNIT)
        if unit in functions:
            return unit
        if 'null' in unit:
            return NONE
    return BROKEN


def call_lengths(ids: np.ndarray, tokens: list[str]) -> np.ndarray:
    """(N) how many units hold the call: up to the one that opens the reasoning, or all where none does."""
    opens = np.array([token.startswith(ANSWER_UNIT) and token.endswith('"reasoning":"') for token in tokens])[ids]
    return np.where(opens.any(axis=1), opens.argmax(axis=1) + 1, ids.shape[1])


def right_calls(ids: np.ndarray, split: Split, index: np.ndarray) -> np.ndarray:
    """(N) bool: function and parameters are right, whatever the reasoning says; so is another defensible call."""
    decided = np.arange(ids.shape[1]) < split.decisions[index][:, None]
    right = ((ids == split.answers[index]) | ~decided).all(axis=1)
    for place in np.flatnonzero(~right):
        also = split.rows[index[place]].get('also', [])
        right[place] = any(ids[place, : len(call)].tolist() == call for call in also)
    return right


def right_answers(ids: np.ndarray, split: Split, index: np.ndarray) -> np.ndarray:
    wanted = split.answers[index]
    return ((ids == wanted) | (wanted == 0)).all(axis=1)


def functions_of(ids: np.ndarray, dataset: Dataset) -> np.ndarray:
    functions = set(dataset.meta['functions'])
    return np.array([function_of(row, dataset.tokens, functions) for row in ids])


def measure(dataset: Dataset, split: Split, index: np.ndarray, ids: np.ndarray) -> dict:
    """Shares of rows: whole answer, call (function and parameters), function; overall and where it is hard."""
    answered, calls = right_answers(ids, split, index), right_calls(ids, split, index)
    rows = [split.rows[number] for number in index]
    wanted = np.array([row['function'] or NONE for row in rows])
    given = functions_of(ids, dataset)
    functions = given == wanted
    called = wanted != NONE
    conditions = np.array([row['conditions'] >= 2 for row in rows])

    def shares(chosen: np.ndarray) -> dict:
        named = chosen & functions & called
        return {
            'rows': int(chosen.sum()),
            'answer': share(answered[chosen]),
            'call': share(calls[chosen]),
            'function': share(functions[chosen]),
            'parameters': share(calls[named]),  # of rows whose function is right and not null
        }

    return {
        'all': shares(np.ones(len(rows), bool)),
        'calls': shares(called),
        'none': shares(~called),
        'conditions': shares(conditions),
        'situations': _per_situation(rows, calls),
        'confusions': _confusions(wanted, given),
    }


def share(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def _per_situation(rows: list[dict], calls: np.ndarray) -> dict:
    groups = defaultdict(list)
    for row, right in zip(rows, calls, strict=True):
        groups[row['situation']].append(right)
    worst_first = sorted(groups.items(), key=lambda group: np.mean(group[1]))
    return {situation: {'rows': len(right), 'call': share(np.array(right))} for situation, right in worst_first}


def _confusions(wanted: np.ndarray, given: np.ndarray) -> list[dict]:
    pairs = Counter(pair for pair in zip(wanted.tolist(), given.tolist(), strict=True) if pair[0] != pair[1])
    return [{'wanted': pair[0], 'given': pair[1], 'rows': count} for pair, count in pairs.most_common(20)]


def print_shares(title: str, table: dict[str, dict]) -> None:
    """One line per group: {name: {rows, answer, call, function, parameters}}."""
    print(f'\n{title:24} {"rows":>6} {"answer":>8} {"call":>8} {"function":>9} {"parameters":>11}')
    for name, numbers in table.items():
        cells = [percent(numbers[key]) for key in ('answer', 'call', 'function', 'parameters')]
        print(f'{name:24} {numbers["rows"]:6} {cells[0]:>8} {cells[1]:>8} {cells[2]:>9} {cells[3]:>11}')


def print_worst(measured: dict, count: int = 8) -> None:
    print('\nworst situations')
    for situation, numbers in list(measured['situations'].items())[:count]:
        print(f'  {situation:40} {numbers["rows"]:5} rows  {percent(numbers["call"])} of calls right')
    print('worst confusions')
    for confusion in measured['confusions'][:count]:
        print(f'  {confusion["wanted"]:24} answered as {confusion["given"]:24} {confusion["rows"]:5} rows')


def percent(value: float | None) -> str:
    return '-' if value is None else f'{100 * value:.1f} %'
