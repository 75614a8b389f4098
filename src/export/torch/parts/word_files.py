"""Texts out of files, as numbers."""

import re
from array import array
from collections import Counter
from functools import lru_cache

import torch

from .data import Batch
from .settings import DRY_RUN

# Words with their apostrophes, numbers, line breaks, and every other sign by itself.
WORDS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+|\n|\S")


def words_of(file):
    """The words of a UTF-8 text, line by line: it may be longer than what fits into memory as words."""
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            yield from WORDS.findall(line)


@lru_cache(1)
def token_files(files, vocabulary, validation):
    """Tokens of a training and of a validation text: two files, or the beginning of one and its last `validation` words. 0 is the
    unknown word; the others are the most frequent ones of the training text, of equally frequent ones the first by spelling. Of a
    dry run without files they are random."""
    if DRY_RUN and not files:
        return torch.randint(vocabulary, (2, 4096))
    count = sum(1 for _ in words_of(files[0])) - (validation if len(files) == 1 else 0)
    if count < 2:
        raise SystemExit(f"{files[0]} is too short: {validation:,} words at its end are to validate on. Give a second file for that.")
    frequent = Counter(word for _, word in zip(range(count), words_of(files[0])))
    known = sorted(frequent, key=lambda word: (-frequent[word], word))[: vocabulary - 1]
    numbers = {word: i + 1 for i, word in enumerate(known)}
    tokens = [array("i", (numbers.get(word, 0) for word in words_of(file))) for file in files[:2]]
    train, *rest = [torch.frombuffer(all_of_them, dtype=torch.int32) for all_of_them in tokens]
    return train[:count], rest[0] if rest else train[count:]


def windows_of(tokens, context):
    """A text window behind window, with the next token as the label of each."""
    count = (len(tokens) - 1) // context
    inputs, labels = (tokens[begin : begin + count * context].long() for begin in (0, 1))
    return Batch(inputs.reshape(count, context), labels)
