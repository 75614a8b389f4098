"""Which layer of a guide guides which layer of the target."""


def even(guide_taps, target_taps):
    """Guide layers spread evenly over the target's (the paper's Algorithm 1), in the order of the target's layers. Where
    several fall on one target layer the last one counts, as in the paper's code. Python rounds halves to the even neighbour,
    and the mapping depends on that."""
    step = (len(target_taps) - 1) / (len(guide_taps) - 1) if len(guide_taps) > 1 else 1
    last = {min(round(i * step), len(target_taps) - 1): tap for i, tap in enumerate(guide_taps)}
    return [(last[i], target_taps[i]) for i in sorted(last)]


def backwards(pairs):
    """The pairs with the guide's layers in reverse order: a control for whether their order matters."""
    return [(guide, target) for (guide, _), (_, target) in zip(reversed(pairs), pairs)]
