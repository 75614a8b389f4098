"""Data. Images are [n, H, W, C], sequences int64 [n, T] with -1 for padding; labels int64 [n*outputs], -1 where none is asked for."""

from typing import NamedTuple

import torch

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

    def __init__(self, name, draw):
        self.name, self.draw, self.examples = name, draw, None

    def batch(self, seed, step, size):
        random = Stream(seed, "data", self.name, "step", step)
        tokens, labels = zip(*(self.draw(random) for _ in range(size)))
        return Batch(torch.tensor(tokens), torch.tensor(labels).flatten())


def first_token(length, vocabulary):
    """Random symbols, then a query: the label is the first symbol."""

    def draw(random):
        symbols = [random.integer(vocabulary) for _ in range(length - 1)]
        return [*symbols, vocabulary], symbols[:1]

    return draw
