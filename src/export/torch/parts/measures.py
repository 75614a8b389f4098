"""Similarities of two layers' activations x [..., n, p] and y [..., n, q] over the same n examples: [...]. `real` [..., n] is
false for rows that are padding. Where a similarity is not defined (a layer that is the same for all examples) it is 0, and so
is its gradient."""

from functools import partial

import torch

SMALLEST_SPREAD = 1e-7  # of a layer in relation to its mean: below, float32 sees no difference between the examples


def where_or(condition, values, otherwise=0.0):
    """`values` where the condition holds, a number where it does not. Chosen, never multiplied: 0 times NaN is NaN."""
    return torch.where(condition, values, torch.full_like(values, otherwise))


def normalised(z, least=0.0):
    """Divided by the Frobenius norm; 0 where its square is not above `least`: the layer has collapsed."""
    square = z.square().sum((-2, -1), keepdim=True)
    alive = square > least
    return where_or(alive, z * where_or(alive, square, 1.0).rsqrt())


def centred(x, real=None):
    """Columns centred over the examples, of Frobenius norm 1; rows of padding are 0."""
    if real is None:
        mean = x.mean(-2, keepdim=True)
        centre = x - mean
        centre = centre - centre.mean(-2, keepdim=True)  # once more: of a large mean float32 takes away too little
    else:
        share = real.unsqueeze(-1).to(x.dtype)
        mean = (x * share).sum(-2, keepdim=True) / share.sum(-2, keepdim=True).clamp(min=1)
        centre = (x - mean) * share
    least = x.shape[-2] * SMALLEST_SPREAD**2 * mean.square().sum((-2, -1), keepdim=True)
    return normalised(centre, least.detach())


def gram(z):
    """Products of all examples with each other: [..., n, n]."""
    return z @ z.transpose(-2, -1)


def cosine(k, l, least_k=0.0, least_l=0.0):
    """<k, l> / (|k| |l|) of two matrices [..., n, n], by Frobenius norms: [...]; 0 where the square of a norm is not above its `least`."""
    dot, kk, ll = ((a * b).sum((-2, -1)) for a, b in ((k, l), (k, k), (l, l)))
    defined = (kk > least_k) & (ll > least_l)
    return where_or(defined, dot * where_or(defined, kk, 1.0).rsqrt() * where_or(defined, ll, 1.0).rsqrt())


def cka(x, y, real=None):
    """Linear CKA, biased (Kornblith et al. 2019; the paper's equations 2 to 6): the cosine between the centred Gram matrices."""
    return cosine(gram(centred(x, real)), gram(centred(y, real)))


def u_centred(k):
    """A Gram matrix with zero diagonal whose rows add up to 0 (Szekely and Rizzo 2014; Song et al. 2007)."""
    n = k.shape[-1]
    off = 1 - torch.eye(n, dtype=k.dtype, device=k.device)
    hollow = k * off
    rows = hollow.sum(-1, keepdim=True)
    share = (rows - rows.sum(-2, keepdim=True) / (2 * (n - 1))) / (n - 2)
    return (hollow - share - share.transpose(-2, -1)) * off


SMALLEST_DEBIASED = 1e-10  # share of a Gram matrix's square that its U-centred one must keep: less is rounding


def cka_debiased(x, y, real=None):
    """CKA without the share that few examples in many dimensions have by chance. Not for padded sequences, nor below 4 examples."""
    k, l = gram(centred(x, real)), gram(centred(y, real))
    if k.shape[-1] < 4:
        return torch.zeros_like(k[..., 0, 0])
    least_k, least_l = (SMALLEST_DEBIASED * m.detach().square().sum((-2, -1)) for m in (k, l))
    return cosine(u_centred(k), u_centred(l), least_k, least_l)


def squared_distances(z):
    """Between all examples: [..., n, n]."""
    k = gram(z)
    diagonal = k.diagonal(dim1=-2, dim2=-1)
    return (diagonal.unsqueeze(-1) + diagonal.unsqueeze(-2) - 2 * k).clamp(min=0)


def pairs_of(x, real=None):
    """1 where an entry of [..., n, n] stands for a pair of examples: all pairs, and those of different examples."""
    n = x.shape[-2]
    off = 1 - torch.eye(n, dtype=x.dtype, device=x.device)
    if real is None:
        return torch.ones_like(off), off
    share = real.to(x.dtype)
    both = share.unsqueeze(-1) * share.unsqueeze(-2)
    return both, both * off


SMALLEST_SQUARE = 1e-12  # share of what its terms add up to below which a squared norm is rounding


def correlation(a, b, different):
    """Pearson's, of the entries of two matrices off their diagonals."""

    def centre(m):
        return (m - (m * different).sum((-2, -1), keepdim=True) / different.sum((-2, -1), keepdim=True).clamp(min=1)) * different

    least_a, least_b = (SMALLEST_SQUARE * (m.detach() * different).square().sum((-2, -1)) for m in (a, b))
    return cosine(centre(a), centre(b), least_a, least_b)


def both_vary(zx, zy, similarity):
    """The similarity, or 0 where one of the two layers has collapsed."""
    alive = (zx.detach().square().sum((-2, -1)) > 0) & (zy.detach().square().sum((-2, -1)) > 0)
    return where_or(alive, similarity)


def unit_rows(x):
    """Every example divided by its own norm."""
    square = x.square().sum(-1, keepdim=True)
    alive = square > 1e-20
    return where_or(alive, x * where_or(alive, square, 1.0).rsqrt())


def rsa(x, y, real=None):
    """Representational similarity analysis (the paper's appendix J): the correlation of the matrices of 1 - cosine. Rows of
    length 1 are centred first, which changes no distance between them but keeps its digits."""
    zx, zy = centred(unit_rows(x), real), centred(unit_rows(y), real)
    return both_vary(zx, zy, correlation(squared_distances(zx), squared_distances(zy), pairs_of(x, real)[1]))


def rsa_correlation(x, y, real=None):
    """The same with 1 - Pearson's correlation between two examples in the place of 1 - cosine."""
    return rsa(x - x.mean(-1, keepdim=True), y - y.mean(-1, keepdim=True), real)


def rsa_euclidean(x, y, real=None):
    """The same with squared distances between examples."""
    zx, zy = centred(x, real), centred(y, real)
    return both_vary(zx, zy, correlation(squared_distances(zx), squared_distances(zy), pairs_of(x, real)[1]))


def median_of_pairs(d, both):
    """The median of the entries of [..., n, n] that stand for pairs, the mean of the two in the middle where there are two."""
    count = both.sum((-2, -1), keepdim=True).expand(*d.shape[:-2], 1, 1).flatten(-2).long()
    ordered = where_or(both.expand_as(d) > 0, d, torch.inf).flatten(-2).sort(-1).values
    return ((ordered.gather(-1, (count - 1) // 2) + ordered.gather(-1, count // 2)) / 2).unsqueeze(-1)


def rbf_cka(x, y, real=None, bandwidth=1.0):
    """CKA of Gaussian kernels, `bandwidth` median distances wide; its gradient leaves the median as it is."""
    zx, zy = centred(x, real), centred(y, real)
    both, _ = pairs_of(x, real)
    n = both.sum(-1).amax(-1)[..., None, None]

    def kernel(z):
        d = squared_distances(z)
        return torch.exp(-d / (2 * bandwidth**2 * median_of_pairs(d.detach(), both).clamp(min=1e-30))) * both

    def centre(k):
        rows = k.sum(-1, keepdim=True) / n
        return (k - rows - rows.transpose(-2, -1) + rows.sum(-2, keepdim=True) / n) * both

    k, l = kernel(zx), kernel(zy)
    least_k, least_l = (SMALLEST_SQUARE * m.detach().square().sum((-2, -1)) for m in (k, l))
    return both_vary(zx, zy, cosine(centre(k), centre(l), least_k, least_l))


def cca(x, y, real=None, ridge=0.1):
    """Regularised canonical correlation: CKA of K (K + kappa I)^-1 with kappa = ridge/n, on both sides."""
    zx, zy = centred(x, real), centred(y, real)
    both, _ = pairs_of(x, real)
    kappa = ridge / both.sum(-1).amax(-1)[..., None, None].clamp(min=1)
    eye = torch.eye(x.shape[-2], dtype=x.dtype, device=x.device)
    k, l = ((eye - kappa * torch.linalg.inv(gram(z) + kappa * eye)) * both for z in (zx, zy))
    return both_vary(zx, zy, cosine(k, l))


def ridge_regression(x, y, real=None, ridge=0.1):
    """The mean cosine between the rows of y and what a ridge regression on x says of them: the first half of the examples fits,
    the second tests. `ridge` is in mean diagonals of the fitting half's Gram matrix."""
    if real is not None:
        each = zip(x, y, real)
        return torch.stack([ridge_over_rows(a[own], b[own], ridge) if own.sum() > 1 else a.sum() * 0 for a, b, own in each])
    return ridge_over_rows(x, y, ridge)


def ridge_over_rows(x, y, ridge):
    """See `ridge_regression`, where all rows are examples."""

    def penalty(k):
        diagonal = k.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
        return where_or(diagonal > 0, ridge * diagonal, 1.0)

    zx, zy = centred(x), centred(y)
    return both_vary(zx, zy, regression(zx, zy, penalty))


def halves(z):
    """The first and the second half of the examples, both without the mean of the first."""
    half = z.shape[-2] // 2
    mean = z[..., :half, :].mean(-2, keepdim=True)
    return z[..., :half, :] - mean, z[..., half:, :] - mean


def regression(x, y, penalty):
    """The mean cosine between the second half of y and what a regression on x, fitted on the first half, says of it; `penalty`
    is added to the diagonal of the first half's Gram matrix."""
    (fit_x, test_x), (fit_y, test_y) = halves(x), halves(y)
    k = gram(fit_x)
    solved = torch.linalg.inv(k + penalty(k) * torch.eye(k.shape[-1], dtype=x.dtype, device=x.device))
    said = test_x @ fit_x.transpose(-2, -1) @ solved @ fit_y
    return (unit_rows(said) * unit_rows(test_y)).sum(-1).mean(-1)


def procrustes(x, y, real=None):
    """The sum of the singular values of the layers' cross-covariance, each layer of norm 1: how well a rotation takes one to the
    other."""
    zx, zy = centred(x, real), centred(y, real)
    return both_vary(zx, zy, torch.linalg.matrix_norm(zy.transpose(-2, -1) @ zx, ord="nuc"))


def as_it_is(x, real=None):
    """Not centred, of Frobenius norm 1; rows of padding are 0."""
    return normalised(x if real is None else x * real.unsqueeze(-1).to(x.dtype))


def examples_in(x, real=None):
    """How many examples there are: [...]."""
    return torch.full(x.shape[:-2], float(x.shape[-2]), device=x.device) if real is None else real.sum(-1).to(x.dtype)


def sp(x, y, real=None):
    """Similarity-preserving (Tung and Mori 2019): the mean cosine between an example's rows in the two Gram matrices."""
    zx, zy = as_it_is(x, real), as_it_is(y, real)
    return both_vary(zx, zy, (unit_rows(gram(zx)) * unit_rows(gram(zy))).sum((-2, -1)) / examples_in(x, real))


def roots(d):
    """Distances of squared ones, with a gradient of 0 where they are 0."""
    return where_or(d > 0, where_or(d > 0, d, 1.0).sqrt())


def rkd(x, y, real=None):
    """Relational distances (Park et al. 2019): 1 - the mean Huber loss between distances, each over their mean."""
    zx, zy = centred(x, real), centred(y, real)
    _, different = pairs_of(x, real)
    count = different.sum((-2, -1), keepdim=True).clamp(min=1)

    def relative(z):
        root = roots(squared_distances(z)) * different
        mean = root.sum((-2, -1), keepdim=True) / count
        return where_or((mean > 0).expand_as(root), root / where_or(mean > 0, mean, 1.0))

    difference = (relative(zx) - relative(zy)).abs()
    huber = torch.where(difference < 1, difference.square() / 2, difference - 0.5)
    return both_vary(zx, zy, 1 - huber.sum((-2, -1)) / examples_in(x, real).square())


def soft_knn(x, y, real=None, temperature=0.1):
    """Soft neighbours: the mean overlap of an example's neighbourhoods, each a softmax of distances relative to their mean."""
    zx, zy = centred(x, real), centred(y, real)
    _, different = pairs_of(x, real)
    count = different.sum((-2, -1), keepdim=True).clamp(min=1)

    def neighbours(z):
        d = squared_distances(z)
        scale = temperature * (d * different).sum((-2, -1), keepdim=True) / count
        logits = -d / where_or(scale > 0, scale, 1.0)
        return (logits * different + (different - 1) * 1e9).softmax(-1) * different

    overlap = roots(neighbours(zx) * neighbours(zy))
    return both_vary(zx, zy, overlap.sum((-2, -1)) / examples_in(x, real))
