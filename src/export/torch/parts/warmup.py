"""Warm-ups: steps of an arm before step 0, with inputs and a loss of their own."""

import contextlib
from typing import NamedTuple

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
    learning_rate: float = None  # where it is not the arm's
    keep_optimiser: bool = False  # whether training goes on with its moments


class NoiseLike:
    """Noise in the shape of the batches of a training set, without labels that mean anything: new at every step, and the same for
    all arms of a seed."""

    def __init__(self, name, noise, like):
        self.name, self.noise, self.like = name, noise, like

    def batch(self, seed, step, size):
        inputs, labels = self.like.batch(seed, step, size)
        return Batch(self.noise(inputs, Stream(seed, "warm-up", self.name, "step", step)), labels)


def no_task_loss(arm, target, labels):
    """Of inputs whose labels are not learnt: no loss, and no accuracy. Under torchrun every parameter needs a gradient."""
    return (0 * target.logits.sum() if Ranks.world > 1 else 0.0), MISSING, MISSING


def warm_up_step(network, optimiser, arm, guides, batch, parts=1, compute=contextlib.nullcontext):
    """One step of an arm's warm-up, at a constant learning rate; see `learn`."""
    warmup = arm.warmup
    rate = warmup.learning_rate or arm.learning_rate or LEARNING_RATE
    terms = [(term, term.weight) for term in arm.terms if isinstance(term, Align) and warmup.loss != "task"]
    task = no_task_loss if warmup.loss == "align" else task_loss
    return learn(network, optimiser, arm._replace(task_weight=1.0), guides, batch, rate, terms, parts, compute, task)


def warm_up(arm, seed, network, optimiser, guides, history, evaluate, parts, compute, device):
    """The warm-up of an arm, as far as it has not been taken. Its steps are counted backwards from step 0. Returns the optimiser
    with which training goes on."""
    warmup, told = arm.warmup, history["warmup"]
    if warmup is None or len(told) == warmup.steps:
        return optimiser
    inputs = make_warmup_inputs()[warmup.inputs]
    for step in range(len(told) - warmup.steps, 0):
        if step in WARMUP_EVALUATIONS:
            evaluate(step)
        Now.step, own = warmup.steps + step, NOTHING
        if history["diverged_at"] is None:
            batch = share_of(inputs.batch(seed, Now.step, BATCH)).to(device)
            own = warm_up_step(network, optimiser, arm, guides, batch, parts, compute)
            if diverges(own):
                history["diverged_at"], own = 1, NOTHING
        told.append(own)
    return optimiser if warmup.keep_optimiser else arm.optimiser(network.parameters())  #: optimiser
    return optimiser if warmup.keep_optimiser else make_optimiser(network.parameters())  #: not optimiser
