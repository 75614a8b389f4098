"""Warm-ups: steps of an arm before step 0, with inputs and a loss of their own."""

import contextlib
import copy
from typing import NamedTuple, Optional

import torch

from .data import Batch
from .evaluation import MISSING, NOTHING
from .now import Now
from .ranks import Ranks, share_of
from .settings import BATCH, LEARNING_RATE, WARMUP_EVALUATIONS, make_optimiser, make_warmup_inputs
from .streams import Stream
from .terms import Align
from .training import diverges, learn, task_loss


class Warmup(NamedTuple):
    """How an arm is warmed up."""

    steps: int
    inputs: str  # a name of `make_warmup_inputs`
    loss: str  # "align": the arm's alignment terms at full weight; "task": the cross-entropy; or "both"
    learning_rate: Optional[float] = None  # where it is not the arm's
    keep_optimiser: bool = False  # whether training goes on with its moments  #: kept


class NoiseLike:
    """Noise in the shape of the batches of a training set, without labels that mean anything: new at every step, and the same for
    all arms of a seed."""

    def __init__(self, name, noise, like):
        self.name, self.noise, self.like = name, noise, like

    def batch(self, seed, step, size):
        inputs, labels = self.like.batch(seed, step, size)
        return Batch(self.noise(inputs, Stream(seed, "warm-up", self.name, "step", step)), labels)


def no_task_loss(arm, target, labels):
    """In the place of `task_loss`, where labels are not learnt: nothing. Under torchrun every parameter needs a gradient, otherwise the
    head has none."""
    nothing = 0 * target.logits.sum() if Ranks.world > 1 else torch.zeros((), device=labels.device, requires_grad=True)
    return nothing, MISSING, MISSING


def warm_up_step(network, optimiser, arm, guides, batch, parts=1, compute=contextlib.nullcontext):
    """One step of an arm's warm-up, at a constant learning rate; see `learn`."""
    warmup = arm.warmup
    rate = warmup.learning_rate or arm.learning_rate or LEARNING_RATE
    terms = [(term, term.weight) for term in arm.terms if isinstance(term, Align) and warmup.loss != "task"]
    task = no_task_loss if warmup.loss == "align" else task_loss
    return learn(network, optimiser, arm._replace(task_weight=1.0), guides, batch, rate, terms, parts, compute, task)


def drawing_anew(training):
    """A training set which, where it draws something at every step, draws other things than in training."""
    again = copy.copy(training)
    again.stream = "warm-up"
    return again


def warm_up(network, optimiser, arm, guides, training, history, evaluate, options, compute):
    """The warm-up of an arm, or what is left of it. Returns the optimiser with which training goes on. Its last step is the one
    before step 0, so its evaluations are at steps below 0, and those of all arms at the same."""
    warmup, taken = arm.warmup, history["warmup"]
    if warmup is None or len(taken) == warmup.steps:
        return optimiser
    inputs = make_warmup_inputs(drawing_anew(training))[warmup.inputs]
    for step in range(len(taken) - warmup.steps, 0):
        if step in WARMUP_EVALUATIONS:
            evaluate(step)
        Now.step, told = warmup.steps + step, NOTHING
        if history["diverged_at"] is None:
            batch = share_of(inputs.batch(Now.seed, Now.step, BATCH)).to(options.device)
            told = warm_up_step(network, optimiser, arm, guides, batch, options.accumulate, compute)
            if diverges(told):
                history["diverged_at"], told = 1, NOTHING
        taken.append(told)
    if warmup.keep_optimiser:  #: kept
        return equally_old(optimiser, network)  #: kept
    return arm.optimiser(network.parameters())  #: optimiser
    return make_optimiser(network.parameters())  #: not optimiser


def equally_old(optimiser, network):
    """Adam corrects its moments by the number of their steps, which it counts for every parameter. A head that had no gradient is
    to have taken as many as the layers below it."""
    oldest = next(iter(optimiser.state.values()))
    for parameter in network.parameters():
        if parameter not in optimiser.state:
            optimiser.state[parameter] = {name: value.clone() if name == "step" else torch.zeros_like(parameter) for name, value in oldest.items()}
    return optimiser
