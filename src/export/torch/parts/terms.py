"""The loss of an arm: cross-entropy, and what its terms add."""

from typing import Callable, NamedTuple, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F

from .courses import always
from .now import Now
from .ranks import gathered
from .settings import make_optimiser, make_target
from .streams import Stream


class Output(NamedTuple):
    """What a network gives: logits [rows, classes] and the activations of its layers by name."""

    logits: torch.Tensor
    taps: dict


class Term:
    """A term of a loss: `weight` times what `loss` says of the outputs of the target and of a guide on a batch. `course` is how the
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
            total = total + share * (1 - self.view(self.measure, x, y, tokens))  #: not pairwise
            total = total + share * (1 - self.similarity(x, y, tokens, guide_tap, target_tap))  #: pairwise
        return total

    def similarity(self, x, y, tokens, guide_tap, target_tap):  #: pairwise
        """Of a pair of layers."""  #: pairwise
        return self.view(self.measure_for(guide_tap, target_tap), x, y, tokens)  #: pairwise

    def measure_for(self, guide_tap, target_tap):  #: pairwise
        """How a pair of layers is compared."""  #: pairwise
        return self.measure  #: pairwise


class AlignShuffled(Align):
    """The same with the guide's examples in another order, a new one for every layer and step: a control. Padding stays where it
    is."""

    def measure_for(self, guide_tap, target_tap):
        compare = super().measure_for(guide_tap, target_tap)

        def measure(x, y, real=None):
            order = new_order(self.guide, guide_tap, y.shape[-2]).to(y.device)
            return compare(x, y[..., order, :]) if real is None else compare(x, reordered(y, order, real), real)

        return measure


def new_order(guide, tap, count):
    """The order of the examples of a layer in this step."""
    return Stream(Now.seed, "shuffle", guide, tap, "step", Now.step).permutation(count)


def reordered(y, order, real):
    """The rows of y [..., n, q] that are `real` [..., n] in the order in which they stand in the one for all."""
    if real.dim() > 1:
        return torch.stack([reordered(own, order, mask) for own, mask in zip(y, real)])
    places = torch.arange(len(order), device=order.device)
    places[real] = order[real[order]]
    return y[places]


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


class Arm(NamedTuple):
    """A training condition: task_weight * cross-entropy + its terms."""

    name: str
    terms: Sequence[Term] = ()
    task_weight: float = 1.0
    label_smoothing: float = 0.0
    learning_rate: Optional[float] = None  # where it is not that of all arms
    start: str = "target"  # names the initial weights
    target: Callable = make_target  # makes the network  #: target
    optimiser: Callable = make_optimiser  # makes that of the network's parameters  #: optimiser
    warmup: Optional[tuple] = None  # what comes before step 0  #: warmup
    fork: Optional[Tuple[str, int]] = None  # (arm, step): until that step it is that arm  #: fork

    @property  #: fork
    def since(self):  #: fork
        """The step from which its courses count."""  #: fork
        return self.fork[1] if self.fork else 0  #: fork


def through_forks(arms, name, step):
    """What an arm is at a step: itself, or what it forks from. Before step 0 it is what it forks from in the end."""
    arm = arms[name]
    return through_forks(arms, arm.fork[0], step) if arm.fork and step < arm.since else arm
