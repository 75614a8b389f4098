"""Terms without a guide: how many dimensions a layer fills, by the eigenvalues of its centred Gram matrix K of trace 1. They are
the shares of its principal components in the variance. Whole sequences are examples."""

from functools import lru_cache

import torch

from .courses import always
from .measures import centred, gram, where_or
from .ranks import gathered
from .streams import Stream
from .terms import Term

ENOUGH = 0.9  # the share of the variance that counts as all of it (the paper prints no number)
STEEPNESS = 20.0  # of the sigmoids (nor here)


class Regularise(Term):
    """The sum over layers of a number of each."""

    def __init__(self, number, taps, weight, course=always):
        super().__init__(None, weight, course)
        self.number, self.taps = number, taps

    def loss(self, target, guide, batch):
        return sum(self.number(gathered(target.taps[tap].float()).flatten(1)) for tap in self.taps)


def spectral_concentration(x):
    """1 - participation ratio / (n - 1) of a layer [n, p]: the ratio (tr K)^2 / tr K^2 is n - 1 where all components have the same
    variance."""
    square = gram(centred(x)).square().sum()
    return 1 - where_or(square > 0, 1 / where_or(square > 0, square, 1.0)) / (len(x) - 1)


@lru_cache
def start_of_iteration(n, count):
    random = Stream(0, "spectrum")
    return torch.tensor([random.normal() for _ in range(n * count)]).reshape(n, count)


def largest_eigenvalues(k, count):
    """Of K [n, n] the largest eigenvalues [count], by eight rounds of orthogonal iteration from the same start at every step. Their
    gradient for K is v v^T. Where eigenvalues lie close this is not exact (`torch.linalg.eigvalsh` is), but the playground's."""
    with torch.no_grad():
        vectors = start_of_iteration(len(k), count).to(k)
        for _ in range(8):
            vectors = torch.linalg.qr(k @ (k @ vectors)).Q
    return (vectors * (k @ vectors)).sum(0)


def missed_dimension(x, dimension):
    """0 where the first t = `dimension` components of a layer [n, p] have nearly all of the variance and fewer have not (the
    paper's equations 10 to 14): with c_k the share of the first k, sum over k < t of sigmoid(20 (c_k - 0.9)), and
    sigmoid(20 (0.9 - c_t))."""
    shares = largest_eigenvalues(gram(centred(x)), min(dimension, x.shape[1], len(x) - 1)).cumsum(0)
    return torch.sigmoid(STEEPNESS * (shares[:-1] - ENOUGH)).sum() + torch.sigmoid(STEEPNESS * (ENOUGH - shares[-1]))
