"""What counts as one example where activations x [B, ...] of a target and y [B, ...] of a guide are compared."""

import torch

FEWEST_EXAMPLES = 4  # a position counts only if at least this many sequences reach it
CONSTANT_VARIANCE = 1e-8  # per feature: a layer that varies less counts as constant


def whole(measure, x, y, tokens=None):
    """Every image, or every whole sequence, is an example, with all its values as features (the paper's way)."""
    return measure(x.flatten(1), y.flatten(1))


def varies(y, real=None):
    """Whether a layer [..., n, q] is not the same for all examples: [...]."""
    if real is None:
        centre = y - y.mean(-2, keepdim=True)
    else:
        share = real.unsqueeze(-1).to(y.dtype)
        centre = (y - (y * share).sum(-2, keepdim=True) / share.sum(-2, keepdim=True).clamp(min=1)) * share
    return centre.square().sum((-2, -1)) / (y.shape[-2] * y.shape[-1]) >= CONSTANT_VARIANCE


def by_position(measure, x, y, tokens):
    """At every position the sequences of the batch are the examples; the mean over the positions at which the guide varies."""
    real = tokens.T >= 0
    x, y = x.transpose(0, 1), y.transpose(0, 1)
    kept = (varies(y, real) & (real.sum(1) >= FEWEST_EXAMPLES)).to(x.dtype)
    similarity = measure(x, y) if real.all() else measure(x, y, real)
    return (similarity * kept).sum() / kept.sum().clamp(min=1)


def by_token(measure, x, y, tokens):
    """Every token is an example."""
    real = tokens.flatten() >= 0
    x, y = x.flatten(0, 1), y.flatten(0, 1)
    return measure(x, y) if real.all() else measure(x, y, real)


def only_last_token(measure, x, y, tokens):
    """The last token of every sequence is an example."""
    rows, last = torch.arange(len(tokens), device=tokens.device), (tokens >= 0).sum(1) - 1
    return measure(x[rows, last], y[rows, last])
