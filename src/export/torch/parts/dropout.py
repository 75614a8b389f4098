"""Dropout."""

import torch
from torch import nn

from .now import Now
from .streams import MASK, mix


def dropout_mask(seed, step, layer, shape, rate):
    """A mask of 0 and 1/(1-rate): element i depends on (seed, step, layer, i) alone, by a hash of 32 bits."""
    keys = [mix(mix(mix((seed + start) & MASK) ^ step) ^ layer) for start in (0x9E3779B9, 0x7F4A7C15)]
    x = torch.arange(torch.Size(shape).numel()) ^ keys[0]
    x = ((x ^ (x >> 16)) * 0x21F0AAAD) & MASK
    x = (((x ^ (x >> 15)) + keys[1]) & MASK) * 0x735A2D97 & MASK
    return ((x >> 1) >= int(rate * 2**31)).float().reshape(shape) / (1 - rate)


class Dropout(nn.Dropout):
    """torch's, or in a parity run the playground's; its masks are told apart by the number of the layer."""

    def __init__(self, rate, layer):
        super().__init__(rate)
        self.layer = layer

    def forward(self, x):
        if not (self.training and Now.parity and self.p > 0):
            return super().forward(x)
        return x * dropout_mask(Now.seed, Now.step, self.layer, x.shape, self.p).to(x)
