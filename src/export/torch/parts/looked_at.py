"""Measures that cannot be minimised and are computed at evaluations, in float64: similarities of x [n, p] and y [n, q]."""

import math

import torch

from .measures import both_vary, centred, gram, regression, squared_distances, unit_rows


def of_first(most, measure):
    """A measure of no more than the first examples: over more it takes too long."""
    return lambda x, y: measure(x[:most], y[:most])


def dissimilarities(x):
    """2 * (1 - cosine) between all examples: [n, n]."""
    return squared_distances(centred(unit_rows(x.double())))


def mutual_neighbours(x, y, neighbours=10):
    """The share of its nearest neighbours, by cosine, that an example has in both layers."""
    count = min(neighbours, len(x) - 1)

    def nearest(z):
        far = dissimilarities(z).fill_diagonal_(math.inf)
        return torch.zeros_like(far).scatter(1, far.sort(dim=1, stable=True).indices[:, :count], 1.0)

    return (nearest(x) * nearest(y)).sum() / (len(x) * count)


def ranks(values):
    """From 0 on; equal values share the mean of theirs."""
    _, places, counts = values.unique(return_inverse=True, return_counts=True)
    return (counts.cumsum(0) - (counts + 1) / 2.0)[places]


def rsa_spearman(x, y):
    """The correlation of the ranks of the matrices of 1 - cosine (Spearman's)."""
    pairs = torch.ones(len(x), len(x), dtype=torch.bool, device=x.device).tril(-1)
    a, b = (ranks(dissimilarities(z)[pairs]).double() for z in (x, y))
    a, b = a - a.mean(), b - b.mean()
    return (a @ b) / (a.norm() * b.norm())


def svcca(x, y, variance=0.99):
    """The mean canonical correlation of the principal components that make up a share of each layer's variance (Raghu et al.
    2017)."""

    def components(z):
        values, vectors = torch.linalg.eigh(gram(centred(z.double())))
        values, vectors = values.flip(0).clamp(min=0), vectors.flip(1)
        before = values.cumsum(0) - values
        return vectors[:, (before < variance * values.sum()) & (values > 1e-7 * values.sum())]

    return torch.linalg.svdvals(components(x).T @ components(y)).clamp(max=1).mean()


def ridge_absolute(x, y, ridge):
    """The same as `ridge_regression` with `ridge` as it is, on activations as they are: it depends on their scale."""
    x, y = x.double(), y.double()
    return both_vary(centred(x), centred(y), regression(x, y, lambda k: ridge))
