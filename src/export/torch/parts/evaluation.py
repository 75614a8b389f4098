"""Evaluation: scores on the validation set, and similarities of layers on the probe, its first examples."""

import copy
import math

import torch
import torch.nn.functional as F

from torch import nn

from .measures import centred, gram, u_centred, SMALLEST_DEBIASED
from .views import FEWEST_EXAMPLES, varies

CHUNK = 256  # examples at a time; the first are the probe
MISSING = float("nan")


@torch.no_grad()
def scores(network, examples, device):
    """Loss and accuracy, means over the labels that there are, and the predicted classes."""
    network.eval()
    inputs, labels = examples
    outputs = len(labels) // len(inputs)
    loss, predictions = 0.0, []
    for begin in range(0, len(inputs), CHUNK):
        logits, _ = network(inputs[begin : begin + CHUNK].to(device))
        own = labels[begin * outputs : (begin + CHUNK) * outputs]
        loss += F.cross_entropy(logits.float().cpu(), own, ignore_index=-1, reduction="sum").item()
        predictions.append(logits.argmax(-1).cpu()[own >= 0])
    asked, predicted = labels[labels >= 0], torch.cat(predictions)
    loss /= len(asked)
    # A network whose weights are no longer finite predicts nothing.
    accuracy = (predicted == asked).double().mean().item() if math.isfinite(loss) else MISSING
    return loss, accuracy, predicted.tolist()


def whole_examples(inputs):
    """The probe as one set of examples: images, or whole sequences."""
    return [lambda x: x.flatten(1)]


def examples_by_position(tokens):
    """At every position the sequences that reach it, where they are enough."""

    def at(position):
        rows = tokens[:, position] >= 0
        return lambda x: x[rows, position]

    return [at(t) for t in range(tokens.shape[1]) if (tokens[:, t] >= 0).sum() >= FEWEST_EXAMPLES]


def gram_matrices(taps, examples):
    """Of each layer [layers, n, n], centred, and the same U-centred; where the layers vary [layers]."""
    layers = [examples(x.float()) for x in taps]
    k = torch.stack([gram(centred(x)) for x in layers])
    # U-centred twice: in products with matrices that are not, what float32 rounds in a sum of a row would count.
    return k, u_centred(u_centred(k)), torch.stack([varies(x) for x in layers])


def similarities(own, guide):
    """CKA, debiased CKA, and the level that CKA has by chance (its mean over all orders of the examples) of every layer of the
    target with every layer of the guide: [target, guide, 3], NaN where they are not defined."""
    (k, uk, _), (l, ul, _) = own, guide
    n = k.shape[-1]
    dot, centred_dot = ((a.flatten(1) @ b.flatten(1).T) for a, b in ((k, l), (uk, ul)))
    kk, ll, ukk, ull = (m.square().sum((1, 2)) for m in (k, l, uk, ul))
    traces = k.diagonal(dim1=1, dim2=2).sum(1)[:, None] * l.diagonal(dim1=1, dim2=2).sum(1)
    norms = (kk[:, None] * ll).sqrt()
    result = torch.stack([dot / norms, centred_dot / (ukk[:, None] * ull).sqrt(), traces / ((n - 1) * norms)], -1)
    debiased = (ukk > SMALLEST_DEBIASED * kk)[:, None] & (ull > SMALLEST_DEBIASED * ll)
    result[..., 1][~debiased] = MISSING
    result[~((kk > 1e-12)[:, None] & (ll > 1e-12))] = MISSING
    return result


def mean_similarities(own, guide):
    """Over sets of examples. Of several, those count at which the guide varies (debiased: beyond a single example); a target
    that does not is like the guide in nothing there."""
    if len(own) == 1:
        return similarities(own[0], guide[0])
    total = count = 0.0
    for mine, theirs in zip(own, guide):
        l, ul, alive = theirs
        beyond = ul.square().sum((1, 2)) > SMALLEST_DEBIASED * l.square().sum((1, 2))
        counts = torch.stack([alive, alive & beyond, alive], -1)
        total = total + similarities(mine, theirs).nan_to_num(0.0) * counts
        count = count + counts.float()
    return total / count


@torch.no_grad()
def recalibrated(network, training, examples, device):
    """Scores with the statistics of batch norm taken anew over the training set, where there are some: the running ones lag
    behind weights that move fast."""
    network = copy.deepcopy(network)
    norms = [module for module in network.modules() if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.SyncBatchNorm))]
    if norms and training is not None:
        network.eval()
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the plain mean over all chunks
            norm.train()
        for chunk in training.inputs.split(CHUNK)[: max(1, len(training.inputs) // CHUNK)]:
            network(chunk.to(device))
    return scores(network, examples, device)


class Probe:
    """The first validation examples, on which every layer of the target is compared with every layer of every guide."""

    @torch.no_grad()
    def __init__(self, inputs, sets, guides, layers):
        """`layers`: names by guide, and of the target."""
        self.inputs, self.sets, self.layers = inputs[:CHUNK], sets(inputs[:CHUNK]), layers
        self.shown = {name: self.matrices(guide.show(self.inputs, probe=True).taps, layers["guides"][name]) for name, guide in guides.items()}

    def matrices(self, taps, layers):
        return [gram_matrices([taps[layer] for layer in layers], examples) for examples in self.sets]

    @torch.no_grad()
    def compare(self, network):
        """By guide [target layers, guide layers, 3]."""
        network.eval()
        own = self.matrices(network(self.inputs)[1], self.layers["target"])
        return {name: mean_similarities(own, shown) for name, shown in self.shown.items()}
