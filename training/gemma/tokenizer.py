"""tokenizer.json of the published structure: BPE over text whose blanks are U+2581, bytes for what it lacks."""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from .layout import CONTROL_TOKENS, FIRST_BYTE

BLANK = '\u2581'
# Learnt within words, as the published merges are: no token then ends in the middle of the next word.
WORDS = Regex(f'{BLANK}?[A-Z]?[a-z]+|{BLANK}?[A-Z]+|\\d|.|\\n')

LARGE = 100_000
LETTER = 0x4E00


def head() -> list[str]:
    """The first ids, as published where a meaning depends on them."""
    names = {number: name for name, number in CONTROL_TOKENS.items()}
    tokens = [names.get(number, f'<unused{number}>') for number in range(FIRST_BYTE)]
    return tokens + [f'<0x{byte:02X}>' for byte in range(256)]


def learn_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    tokens = head()
    learner = Tokenizer(models.BPE(byte_fallback=True, unk_token='<unk>', fuse_unk=True))
    learner.normalizer = normalizers.Replace(' ', BLANK)
    learner.pre_tokenizer = pre_tokenizers.Split(WORDS, 'isolated')
    trainer = trainers.BpeTrainer(vocab_size=vocab_size - len(tokens), show_progress=False, min_frequency=2)
    learner.train_from_iterator(texts, trainer)
    learnt = json.loads(learner.to_str())['model']
    words = [word for word, _ in sorted(learnt['vocab'].items(), key=lambda item: item[1])]
    words = [word for word in words if word not in set(tokens)][: vocab_size - len(tokens)]
    vocab = {token: number for number, token in enumerate(tokens + words)}
    merges = [tuple(pair) for pair in learnt['merges'] if ''.join(pair) in vocab]
    if vocab_size > LARGE:
        merges += fill(vocab, vocab_size)
    made = Tokenizer(models.BPE(vocab, merges, byte_fallback=True, unk_token='<unk>', fuse_unk=True))
    made.normalizer = normalizers.Replace(' ', BLANK)
    made.pre_tokenizer = pre_tokenizers.Split(' ', 'merged_with_previous')
    made.decoder = decoders.Sequence([decoders.Replace(BLANK, ' '), decoders.ByteFallback(), decoders.Fuse()])
    special = {'<pad>', '<eos>', '<bos>', '<unk>', '<start_of_turn>', '<end_of_turn>'}
    made.add_special_tokens([AddedToken(name, normalized=False) for name in CONTROL_TOKENS if name in special])
    made.add_tokens([AddedToken(name, normalized=False) for name in CONTROL_TOKENS if name not in special])
    return made


def fill(vocab: dict[str, int], vocab_size: int) -> list[tuple[str, str]]:
    """Tokens of letters that no prompt has, up to the size: such a file then takes its time to read."""
    letters = [chr(LETTER + number) for number in range(64)]
    merges, parts = [], list(letters)
    for letter in letters:
        vocab[letter] = len(vocab)
    for left in parts:
        for right in letters:
            if len(vocab) >= vocab_size:
                return merges
            vocab[left + right] = len(vocab)
            merges.append((left, right))
            parts.append(left + right)
    return merges


def write_tokenizer(tokenizer: Tokenizer, directory: Path) -> None:
    (directory / 'tokenizer.json').write_text(tokenizer.to_str(pretty=False))
    config = {
        'tokenizer_class': 'GemmaTokenizer',
        'bos_token': '<bos>',
        'eos_token': '<eos>',
        'pad_token': '<pad>',
        'unk_token': '<unk>',
        'clean_up_tokenization_spaces': False,
    }
    (directory / 'tokenizer_config.json').write_text(json.dumps(config, indent=2) + '\n')
