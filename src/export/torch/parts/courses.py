"""How the weight of a term moves over the run: its share, in [0, 1], at a step (counted from 0)."""

import math

from .now import Now
from .settings import CHANGES


def always(step):
    """The whole run."""
    return 1.0


def until(end):
    """The first `end` steps."""
    return lambda step: float(step < end)


def between(start, end):
    """From step `start` until `end`, which is the first without."""
    return lambda step: float(start <= step < end)


def every(steps):
    """At the first step and every so many."""
    return lambda step: float(step % steps == 0)


def linear_decay(steps):
    """Down along a line over the first `steps` steps, then off."""
    return lambda step: max(0.0, 1 - step / steps)


def cosine_decay(steps):
    """Down along half a cosine."""
    return lambda step: 0.5 * (1 + math.cos(math.pi * step / steps)) if step < steps else 0.0


def exponential_decay(steps):
    """Down by the same factor at every step, to a hundredth."""
    return lambda step: 0.01 ** (step / steps) if step < steps else 0.0


def until_stalled(number, patience, since=0):
    """Until a number of the member's own evaluations, from step `since` on, has not become better for `patience` of them."""

    def share(step):
        best, waited = -math.inf, 0
        for evaluation in Now.evaluations:
            if evaluation["step"] >= since:
                value = number(evaluation)
                waited = 0 if value > best else waited + 1
                best = value if math.isnan(value) else max(best, value)
                if waited >= patience:
                    return 0.0
        return 1.0

    return share


def validation_loss(evaluation):
    """Its negative: the less, the better."""
    return -evaluation["loss"]


def similarity_by(measure, pairs):
    """The mean over pairs of layers by a measure (see `followed_measures`); `pairs` are places in the list of pairs that are
    followed, which experiment.json has."""

    def number(evaluation):
        values = [evaluation["similarities"][measure][pair] for pair in pairs]
        known = [value for value in values if math.isfinite(value)]
        return sum(known) / len(known) if known else math.nan

    return number


def changed(what, step, otherwise, after=-1):
    """What was set by hand until a step (later than another one), the last of it: `CHANGES` are in order."""
    for at, values in CHANGES:
        if after < at <= step:
            otherwise = values.get(what, otherwise)
    return otherwise


def guidance_on(step):
    """Whether guidance was switched on by hand, or never off."""
    return changed("guidance", step, True)
