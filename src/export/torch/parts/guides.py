"""Guides: what targets are compared with and taught by. They learn nothing."""

import torch

from .files import FOLDER, read_safetensors
from .now import Now
from .streams import Stream
from .terms import Output


class Guide:
    """A frozen network in evaluation mode, with weights out of the folder `weights`."""

    def __init__(self, network, weights):
        network.load_state_dict(read_safetensors(FOLDER / "weights" / f"{weights}.safetensors"))
        self.network = network.eval().requires_grad_(False)

    def to(self, device):
        self.network.to(device)
        return self

    def show(self, inputs, probe=False):
        """Its output on a training batch, or on the probe on which similarities are measured."""
        return Output(*self.network(inputs))


class Shuffled(Guide):
    """A control: the guide's activations in another order of the examples, a new one for every layer and step."""

    def __init__(self, name, network, weights):
        super().__init__(network, weights)
        self.name = name

    def show(self, inputs, probe=False):
        logits, taps = super().show(inputs)
        at = ("probe",) if probe else ("step", Now.step)
        return Output(logits, {tap: x[Stream(Now.seed, "shuffle", self.name, tap, *at).permutation(len(x))] for tap, x in taps.items()})


class Identity:
    """A control without a network: every example is unlike every other, its Gram matrix is the identity."""

    def to(self, device):
        return self

    def show(self, inputs, probe=False):
        return Output(None, {"all": torch.eye(len(inputs), device=inputs.device)})


class IdentityOfSequences(Identity):
    """The same at every position of a sequence."""

    def show(self, inputs, probe=False):
        count, length = inputs.shape
        return Output(None, {"all": torch.eye(count, device=inputs.device).unsqueeze(1).expand(count, length, count)})
