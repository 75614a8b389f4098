"""Data. Images are [n, H, W, C], sequences int64 [n, T] with -1 for padding; labels int64 [n*outputs], -1 where none is asked for."""

from typing import NamedTuple

import torch
import torch.nn.functional as F

from .files import FOLDER, read_safetensors
from .now import Now
from .streams import Stream


class Batch(NamedTuple):
    inputs: torch.Tensor
    labels: torch.Tensor

    def to(self, device):
        return Batch(self.inputs.to(device), self.labels.to(device))

    def split(self, parts):
        """As many batches one behind the other."""
        return [Batch(*part) for part in zip(self.inputs.chunk(parts), self.labels.chunk(parts))]


def read_set(name):
    """A set of examples out of data.safetensors."""
    tensors = read_safetensors(FOLDER / "data.safetensors")
    inputs, labels = tensors[f"{name}.inputs"], tensors[f"{name}.labels"]
    return Batch(inputs if inputs.is_floating_point() else inputs.long(), labels.long())


def read_text(name="text"):
    """A training text out of data.safetensors."""
    return read_safetensors(FOLDER / "data.safetensors")[name]


def read_groups():
    """The group of every validation label, where labels have groups."""
    return read_safetensors(FOLDER / "data.safetensors").get("val.groups")


def random_images(count, shape, classes):
    """Noise with random labels, for a dry run."""
    return Batch(torch.randn(count, *shape), torch.randint(classes, (count,)))


class FixedSet:
    """A training set in shuffled epochs; what is left over for a last short batch is dropped."""

    def __init__(self, examples):
        self.examples, self.outputs = examples, len(examples.labels) // len(examples.inputs)
        self.order, self.known = None, None

    def batch(self, seed, step, size):
        n = len(self.examples.inputs)
        epoch, place = divmod(step, n // size)
        if self.known != (seed, epoch):
            generator = torch.Generator().manual_seed(hash((seed, epoch)))
            self.order = Stream(seed, "order", epoch).permutation(n) if Now.parity else torch.randperm(n, generator=generator)
            self.known = (seed, epoch)
        rows = self.order[place * size : (place + 1) * size]
        return Batch(self.examples.inputs[rows], self.examples.labels.reshape(n, -1)[rows].flatten())


class FreshSequences:
    """New sequences at every step, the same for all arms of a seed. `draw(random)` gives the tokens and the labels of one."""

    def __init__(self, name, draw, stream="data"):
        self.name, self.draw, self.stream, self.examples = name, draw, stream, None

    def batch(self, seed, step, size):
        return drawn_examples(self.draw, [Stream(seed, self.stream, self.name, "step", step)] * size)


def drawn_examples(draw, streams):
    """A sequence from each of the random streams, with its labels."""
    tokens, labels = zip(*(draw(random) for random in streams))
    return Batch(torch.tensor(tokens), torch.tensor(labels).flatten())


def validation_sequences(name, draw, count, seed):
    """Sequences to validate on: each has a stream of its own, so that fewer are the first of more."""
    return drawn_examples(draw, [Stream(seed, "data", name, "val", i) for i in range(count)])


def first_token(length, vocabulary):
    """Random symbols, then a query: the label is the first symbol."""

    def draw(random):
        symbols = [random.integer(vocabulary) for _ in range(length - 1)]
        return [*symbols, vocabulary], symbols[:1]

    return draw


def copy_paste(length, vocabulary, backwards=False, marks_are_classes=False):
    """Symbols, a go mark, blanks: from the mark on the symbols are asked for again, or from the last to the first."""

    def draw(random):
        symbols = [random.integer(vocabulary) for _ in range(length)]
        answers = [symbol + (1 if marks_are_classes else 0) for symbol in symbols]
        tokens = [symbol + 1 for symbol in symbols] + [vocabulary + 1] + [0] * (length - 1)
        return tokens, [-1] * length + (answers[::-1] if backwards else answers)

    return draw


def official_copy(shortest, longest):
    """The task of the paper's code: symbols 0 to 9, a go mark, blanks, an end mark; asked for are the symbols and the end. The
    symbol 0 is also the blank, and never scored."""

    def draw(random):
        length = shortest + random.integer(longest - shortest + 1)
        symbols = [random.integer(10) for _ in range(length)]
        blanks = 2 * (longest - length)
        tokens = symbols + [11] + [0] * length + [12] + [0] * blanks
        return tokens, [-1] * (length + 1) + [symbol or -1 for symbol in symbols] + [12] + [-1] * blanks

    return draw


def parity_of_bits(shortest, longest, at_every_bit=False):
    """Whether the number of ones is odd."""

    def draw(random):
        count = shortest + random.integer(longest - shortest + 1)
        bits = [random.integer(2) for _ in range(count)]
        padding = [-1] * (longest - count)
        so_far = [sum(bits[: i + 1]) % 2 for i in range(count)]
        return bits + padding, so_far + padding if at_every_bit else so_far[-1:]

    return draw


def associative_recall(pairs, keys, values):
    """Pairs of a key and a value, then one of the keys: name its value. Keys differ, values need not."""

    def draw(random):
        order = random.permutation(keys).tolist()
        asked = random.integer(pairs)
        said = [random.integer(values) for _ in range(pairs)]
        tokens = [token for key, value in zip(order, said) for token in (key, keys + value)]
        return [*tokens, order[asked]], [said[asked]]

    return draw


def dyck(length, brackets):
    """A balanced string of brackets; on the token before one that closes stands which kind it is of."""

    def draw(random):
        tokens, labels, unclosed = [], [-1] * length, []
        for t in range(length):
            must_close = len(unclosed) == length - t
            if not unclosed or (not must_close and random.bits() < 2**31):
                unclosed.append(random.integer(brackets))
                tokens.append(unclosed[-1])
            else:
                labels[t - 1] = unclosed.pop()
                tokens.append(brackets + labels[t - 1])
        return tokens, labels

    return draw


def modular_addition(length, modulus):
    """Name the sum of the digits."""

    def draw(random):
        digits = [random.integer(modulus) for _ in range(length)]
        return digits, [sum(digits) % modulus]

    return draw


class TextWindows:
    """Windows from anywhere in the training text, new ones at every step; at every token the next one is asked for."""

    def __init__(self, name, text, context, stream="data"):
        self.name, self.text, self.context, self.stream, self.examples = name, text, context, stream, None

    def batch(self, seed, step, size):
        random = Stream(seed, self.stream, self.name, "step", step)
        starts = [random.integer(len(self.text) - self.context) for _ in range(size)]
        windows = torch.stack([self.text[start : start + self.context + 1] for start in starts]).long()
        return Batch(windows[:, :-1], windows[:, 1:].flatten())


class Augmented(FixedSet):
    """The same with random changes of every image at every step: a window out of it with a border of four pixels, left and right
    exchanged every other time."""

    def __init__(self, examples, crop, flip, stream="data"):
        super().__init__(examples)
        self.crop, self.flip, self.stream = crop, flip, stream

    def batch(self, seed, step, size):
        batch = super().batch(seed, step, size)
        random = Stream(seed, self.stream, "augment", step)
        bordered = F.pad(batch.inputs, (0, 0, 4, 4, 4, 4))
        height, width = batch.inputs.shape[1:3]
        changed = []
        for image in bordered:
            down, right, mirrored = random.integer(9), random.integer(9), random.integer(2) == 1
            top, left = (down, right) if self.crop else (4, 4)
            if self.flip and mirrored:
                image, left = image.flip(1), 8 - left
            changed.append(image[top : top + height, left : left + width])
        return Batch(torch.stack(changed), batch.labels)
