"""Which layer of a guide guides which layer of the target."""

from .streams import MASK, mix


def even(guide_taps, target_taps, per_target=1):
    """Guide layers spread evenly over the target's (the paper's Algorithm 1), as pairs. Where several fall on one target layer the
    last one counts, as in the paper's code, or the last `per_target`. Python rounds halves to the even neighbour, and the mapping
    depends on that."""
    step = (len(target_taps) - 1) / (len(guide_taps) - 1) if len(guide_taps) > 1 else 1
    places = [min(round(i * step), len(target_taps) - 1) for i in range(len(guide_taps))]
    stay = [i for i, place in enumerate(places) if places[i + per_target : i + per_target + 1] != [place]]
    return [(guide_taps[i], target_taps[places[i]]) for i in stay]


def reversed_guide(pairs):
    """The pairs with the guide's layers in reverse order: a control for whether their order matters."""
    return [(guide, target) for (guide, _), (_, target) in zip(reversed(pairs), pairs)]


def drawn(pairs, guide_taps, seed):
    """The same target layers, each with another layer of the guide that is drawn."""
    key = mix((seed + 0x9E3779B9) & MASK)
    order = sorted(guide_taps, key=lambda tap: mix(key ^ guide_taps.index(tap)))
    return [(guide, target) for guide, (_, target) in zip(order, pairs)]
