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


class Align:
    """weight * sum over pairs of layers of (1 - similarity): the paper's equation 1."""

    def __init__(self, guide, pairs, weight, measure, view, course=always):
        self.guide, self.pairs, self.weight, self.measure, self.view, self.course = guide, pairs, weight, measure, view, course

    def weight_at(self, step):
        return self.weight * self.course(step)

    def loss(self, step, target, guide, batch):
        total, tokens = torch.zeros((), device=batch.inputs.device), gathered(batch.inputs)
        for guide_tap, target_tap in self.pairs:
            # Gram matrices in float32, whatever the networks compute in.
            x, y = gathered(target.taps[target_tap].float()), gathered(guide.taps[guide_tap].float())
            total = total + 1 - self.view(self.measure, x, y, tokens)
        return self.weight_at(step) * total


class Distil:
    """weight * T^2 * KL(teacher || student) of the softened predictions (Hinton et al. 2015). `reverse`: KL(student ||
    teacher), as printed in the paper."""

    def __init__(self, guide, temperature, weight, reverse=False):
        self.guide, self.temperature, self.weight, self.reverse = guide, temperature, weight, reverse

    def weight_at(self, step):
        return self.weight

    def loss(self, step, target, guide, batch):
        asked = batch.labels >= 0  # rows without a label are not distilled
        student, teacher = ((rows[asked].float() / self.temperature).log_softmax(-1) for rows in (target.logits, guide.logits))
        first, second = (student, teacher) if self.reverse else (teacher, student)
        return self.weight_at(step) * self.temperature**2 * F.kl_div(second, first, reduction="batchmean", log_target=True)


class Arm:
    """A training condition: task_weight * cross-entropy + its terms. `start` names the initial weights; `learning_rate` is given
    where it is not that of all arms."""

    def __init__(self, name, terms=(), task_weight=1.0, learning_rate=None, start="target"):
        self.name, self.terms, self.task_weight, self.learning_rate, self.start = name, terms, task_weight, learning_rate, start
