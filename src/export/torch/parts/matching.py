"""Terms by which a target gives what a guide gives, number by number."""

import torch

from .courses import always
from .ranks import gathered
from .terms import DistilLogits, Term


class MatchOutputs(DistilLogits):
    """The mean squared difference of the logits, beside the whole cross-entropy."""


def units_of_images(x, images):
    """A layer [B, C, H, W], or [B, ...], as [B, units]. Channels come last: so a layer of another kind finds the same units."""
    return (x.permute(0, 2, 3, 1) if x.dim() == 4 else x).flatten(1)


def units_of_tokens(x, tokens):
    """A layer [B, T, units] as [tokens, units], without those of padding."""
    return x[tokens >= 0]


class MatchMoments(Term):
    """The sum over pairs of layers of the mean over units of (mean - guide's)^2 + (variance - guide's)^2, means and variances
    over the examples of the batch. `shares`: factors on the weight, pair by pair."""

    def __init__(self, guide, pairs, weight, examples, course=always, shares=None):
        super().__init__(guide, weight, course)
        self.pairs, self.examples, self.shares = pairs, examples, shares or [1.0] * len(pairs)

    def loss(self, target, guide, batch):
        total, inputs = torch.zeros((), device=batch.inputs.device), gathered(batch.inputs)
        for (guide_tap, target_tap), share in zip(self.pairs, self.shares):
            x, y = (self.examples(gathered(tap.float()), inputs) for tap in (target.taps[target_tap], guide.taps[guide_tap]))
            apart = (x.mean(0) - y.mean(0)).square() + (x.var(0, unbiased=False) - y.var(0, unbiased=False)).square()
            total = total + share * apart.mean()
        return total
