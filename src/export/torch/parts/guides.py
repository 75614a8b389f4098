"""Guides: what targets are compared with and taught by. They learn nothing."""

import math

import torch
import torch.nn.functional as F

from .files import WEIGHTS, read_safetensors
from .now import Now
from .streams import Stream
from .terms import Output


class Guide:
    """A frozen network in evaluation mode, with weights out of a file."""

    def __init__(self, network, weights):
        network.load_state_dict(read_safetensors(WEIGHTS / f"{weights}.safetensors"))
        self.network = network.eval().requires_grad_(False)

    def to(self, device):
        self.network.to(device)
        return self

    def show(self, inputs):
        """Its output on a batch, or on the probe on which similarities are measured."""
        return Output(*self.network(inputs))

    def show_probe(self, inputs):  #: noise
        """The same on the probe, where that is not shown like a batch."""  #: noise
        return self.show(inputs)  #: noise

    def probe_order(self, tap, count):  #: shuffled
        """The order in which it shows the examples of the probe, where it is not their own."""  #: shuffled
        return None  #: shuffled


class Shuffled(Guide):
    """A control: arms are aligned to it in another order of the examples (see `AlignShuffled`), and so it is compared."""

    def __init__(self, name, network, weights, probe_seed=None):
        super().__init__(network, weights)
        self.name, self.probe_seed = name, probe_seed

    def probe_order(self, tap, count):
        return Stream(Now.seed if self.probe_seed is None else self.probe_seed, "shuffle", self.name, tap, "probe").permutation(count)


class Noise(Guide):
    """A control: the network is fed with random inputs instead of the batch, new ones at every step."""

    def __init__(self, name, network, weights, noise, probe_seed=None):
        super().__init__(network, weights)
        self.name, self.noise, self.probe_seed = name, noise, probe_seed

    def show(self, inputs):
        return self.show_noise(inputs, Stream(Now.seed, "noise", self.name, "step", Now.step))

    def show_probe(self, inputs):
        return self.show_noise(inputs, Stream(Now.seed if self.probe_seed is None else self.probe_seed, "noise", self.name, "probe"))

    def show_noise(self, inputs, random):
        return super().show(self.noise(inputs.cpu(), random).to(inputs.device))


def normals(random, *shape):
    """Standard normal numbers: torch's, or in a parity run those of the stream."""
    if not Now.parity:
        return torch.randn(shape, generator=torch.Generator().manual_seed(random.bits()))
    return torch.tensor([random.normal() for _ in range(math.prod(shape))]).reshape(shape)


def white_noise(images, random):
    """Independent pixels."""
    return normals(random, *images.shape)


def random_grids(images, side, random):
    """Normal numbers on grids of `side` points a side, interpolated to the size of the images."""
    count, height, width, channels = images.shape
    grids = normals(random, count, side, side, channels).permute(0, 3, 1, 2)
    return F.interpolate(grids, size=(height, width), mode="bilinear", align_corners=False).permute(0, 2, 3, 1)


def smooth_noise(images, random):
    """1.3 times a random 4x4 grid, interpolated, and 0.2 times white noise."""
    rough = white_noise(images, random)
    return 1.3 * random_grids(images, 4, random) + 0.2 * rough


def interpolated_variance(size, side):
    """The mean variance along an axis of what is interpolated between independent numbers of variance 1."""
    shares = F.interpolate(torch.eye(side).unsqueeze(0), size=size, mode="linear", align_corners=False)
    return shares.square().sum(1).mean()


def pink_noise(images, random):
    """Noise whose amplitudes fall as 1/f: octaves of the same variance, which are random grids of 2, 4, 8, ... points a side,
    and at last the pixels. Their variances add up to 1 on average."""
    _, height, width, _ = images.shape
    octaves = max(1, int(math.log2(max(height, width))))
    total = white_noise(images, random)
    for octave in range(1, octaves):
        side = 2**octave
        deviation = torch.sqrt(interpolated_variance(height, side) * interpolated_variance(width, side))
        total = total + random_grids(images, side, random) / deviation
    return total / math.sqrt(octaves)


def random_tokens(vocabulary):
    """Independent tokens; padding stays where it is."""

    def noise(tokens, random):
        flat = [token if token < 0 else random.integer(vocabulary) for token in tokens.flatten().tolist()]
        return torch.tensor(flat).reshape(tokens.shape)

    return noise


class Control:
    """A guide without a network, whose one layer stands for all."""

    def to(self, device):
        return self

    def show_probe(self, inputs):  #: noise
        return self.show(inputs)  #: noise

    def probe_order(self, tap, count):  #: shuffled
        return None  #: shuffled


class Identity(Control):
    """Every example is unlike every other: its Gram matrix is the identity."""

    def show(self, inputs):
        return Output(None, {"all": torch.eye(len(inputs), device=inputs.device)})


class IdentityOfSequences(Control):
    """The same at every position."""

    def show(self, inputs):
        count, length = inputs.shape
        return Output(None, {"all": torch.eye(count, device=inputs.device).unsqueeze(1).expand(count, length, count)})


class IdentityOfTokens(Control):
    """Every token is unlike every other."""

    def show(self, inputs):
        count, length = inputs.shape
        return Output(None, {"all": torch.eye(count * length, device=inputs.device).reshape(count, length, -1)})


class Pixels(Control):
    """The images themselves, as a layer [B, C, H, W]."""

    def show(self, inputs):
        return Output(None, {"all": inputs.permute(0, 3, 1, 2)})


class RunningMean(Control):
    """At every token the mean of all tokens so far, as one-hot vectors."""

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary

    def show(self, inputs):
        present = F.one_hot(inputs.clamp(min=0), self.vocabulary) * (inputs >= 0).unsqueeze(-1)
        places = torch.arange(1, inputs.shape[1] + 1, device=inputs.device)
        return Output(None, {"all": present.cumsum(1) / places[:, None]})
