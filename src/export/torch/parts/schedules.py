"""Learning rates: the factor on the base rate in a step (counted from 0) of so many."""

import math


def tail(step, steps, warmup, decay):
    """A linear warm-up, constant, and down to 0 along a line over the last `decay` share of the steps."""
    warmup, last = min(warmup, steps), math.floor(decay * steps + 0.5)
    if step < warmup:
        return (step + 1) / warmup
    return 1.0 if steps - step >= last else (steps - step) / last


def cosine_to_zero(step, steps, warmup):
    """A linear warm-up, then half a cosine down to 0."""
    warmup = min(warmup, steps)
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))
