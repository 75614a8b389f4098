"""The loss of an arm: cross-entropy, and what its terms add."""

from typing import NamedTuple

import torch
import torch.nn.functional as F

from .courses import always
from .ranks import gathered


class Output(NamedTuple):
    """What a network gives: logits [rows, classes] and the activations of its layers by name."""

    logits: torch.Tensor
    taps: dict


class Term:
    """Of a loss: `weight` times what it says of the output of the target and that of a guide, on a batch. `course` is how the
    weight moves."""

    def __init__(self, guide, weight, course=always):
        self.guide, self.weight, self.course = guide, weight, course

    def weight_at(self, step):
        return self.weight * self.course(step)


class Align(Term):
    """The sum over pairs of layers of 1 - similarity: the paper's equation 1. `shares`: factors on the weight, pair by pair."""

    def __init__(self, guide, pairs, weight, measure, view, course=always, shares=None):
        super().__init__(guide, weight, course)
        self.pairs, self.measure, self.view, self.shares = pairs, measure, view, shares or [1.0] * len(pairs)

    def loss(self, target, guide, batch):
        total, tokens = torch.zeros((), device=batch.inputs.device), gathered(batch.inputs)
        for (guide_tap, target_tap), share in zip(self.pairs, self.shares):
            # Gram matrices in float32, whatever the networks compute in.
            x, y = gathered(target.taps[target_tap].float()), gathered(guide.taps[guide_tap].float())
            total = total + share * (1 - self.view(self.measure, x, y, tokens))
        return total


class Distil(Term):
    """T^2 * KL(teacher || student) of the softened predictions (Hinton et al. 2015). `reverse`: KL(student || teacher), as printed
    in the paper."""

    def __init__(self, guide, temperature, weight, reverse=False, course=always):
        super().__init__(guide, weight, course)
        self.temperature, self.reverse = temperature, reverse

    def loss(self, target, guide, batch):
        asked = batch.labels >= 0  # rows without a label are not distilled
        student, teacher = ((rows[asked].float() / self.temperature).log_softmax(-1) for rows in (target.logits, guide.logits))
        first, second = (student, teacher) if self.reverse else (teacher, student)
        return self.temperature**2 * F.kl_div(second, first, reduction="batchmean", log_target=True)


class DistilLogits(Term):
    """The mean squared difference of the logits, over rows with a label and classes."""

    def loss(self, target, guide, batch):
        asked = batch.labels >= 0
        return F.mse_loss(target.logits[asked].float(), guide.logits[asked].float())


class Arm:
    """A training condition: task_weight * cross-entropy + its terms. `start` names the initial weights; `learning_rate` is given
    where it is not that of all arms. `fork=(arm, step)`: until that step it is another arm."""

    def __init__(self, name, terms=(), task_weight=1.0, label_smoothing=0.0, learning_rate=None, start="target", fork=None):
        self.name, self.terms, self.task_weight, self.label_smoothing = name, terms, task_weight, label_smoothing
        self.learning_rate, self.start, self.fork = learning_rate, start, fork
        self.since = fork[1] if fork else 0  # the step from which its courses count


def through_forks(arms, name, step):
    """What an arm is at a step: itself, or what it forks from."""
    arm = arms[name]
    return through_forks(arms, arm.fork[0], step) if step < arm.since else arm
