"""Evaluation: scores on the validation set, and similarities of layers on the probe, its first examples."""

import copy
import math

import torch
import torch.nn.functional as F

from torch import nn

from .measures import centred, gram, u_centred, SMALLEST_DEBIASED
from .settings import followed_measures, probe_sets
from .views import FEWEST_EXAMPLES, varies

CHUNK = 256  # examples at a time; the first are the probe
MISSING = float("nan")
NOTHING = {"loss": MISSING, "accuracy": MISSING, "alignment": MISSING}  # what the steps of a member tell that has diverged


@torch.no_grad()
def scores(network, examples, device, groups=None):
    """Loss and accuracy, means over the labels that there are, the predicted classes, and loss and accuracy of each group of
    labels (`groups` says of every label which it belongs to)."""
    network.eval()
    inputs, labels = examples
    outputs = len(labels) // len(inputs)
    losses, predicted = [], []
    for begin in range(0, len(inputs), CHUNK):
        logits, _ = network(inputs[begin : begin + CHUNK].to(device))
        own = labels[begin * outputs : (begin + CHUNK) * outputs]
        losses.append(F.cross_entropy(logits.float().cpu(), own, ignore_index=-1, reduction="none"))
        predicted.append(logits.argmax(-1).cpu())
    losses, predicted, asked = torch.cat(losses).double(), torch.cat(predicted), labels >= 0

    def of(rows):
        loss = losses[rows].mean().item()
        # A network whose weights are no longer finite predicts nothing.
        return loss, (predicted == labels)[rows].double().mean().item() if math.isfinite(loss) else MISSING

    loss, accuracy = of(asked)
    by_group = [] if groups is None else [of(asked & (groups == group)) for group in range(int(groups.max()) + 1)]
    return {"loss": loss, "accuracy": accuracy, "predictions": predicted[asked].tolist(), "groups": by_group}


def whole_examples(inputs):
    """The probe as one set of examples: images, or whole sequences. Each of the following gives the inputs that guides read, and
    functions that take sets of examples out of activations."""
    return inputs, [lambda x: x.flatten(1)]


def examples_by_position(tokens):
    """At every position the sequences that reach it, where they are enough."""

    def at(position):
        rows = tokens[:, position] >= 0
        return lambda x: x[rows, position]

    return tokens, [at(t) for t in range(tokens.shape[1]) if (tokens[:, t] >= 0).sum() >= FEWEST_EXAMPLES]


def every_token_an_example(tokens):
    """All tokens of the first sequences, about a thousand."""
    seen = tokens[: max(FEWEST_EXAMPLES, 1024 // tokens.shape[1])]
    return seen, [lambda x: x[: len(seen)][seen >= 0]]


def last_tokens(tokens):
    """The last token of every sequence."""
    rows, last = torch.arange(len(tokens)), (tokens >= 0).sum(1) - 1
    return tokens, [lambda x: x[rows, last]]


def gram_matrices(layers):
    """Of each layer [n, ...] the centred Gram matrix, and the same U-centred: [layers, n, n]; whether it varies: [layers]."""
    layers = [x.flatten(1) for x in layers]
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
    """The first validation examples, on which the layers of the target are compared with those of every guide."""

    @torch.no_grad()
    def __init__(self, inputs, guides, frame):
        self.inputs, self.layers, self.pairs = inputs, frame["layers"], frame["pairs"]
        seen, self.sets = probe_sets(self.inputs)
        self.shown, self.grams = {}, {}
        for name, guide in guides.items():
            taps = guide.show_probe(seen).taps  #: noise
            taps = guide.show(seen).taps  #: not noise
            shown = {layer: self.examples(taps[layer], layer, guide) for layer in self.layers["guides"][name]}  #: shuffled
            shown = {layer: self.examples(taps[layer]) for layer in self.layers["guides"][name]}  #: not shuffled
            self.grams[name] = self.gram_matrices(shown, self.layers["guides"][name])
            self.shown[name] = shown if followed_measures() else None  # of large networks they are gigabytes

    def examples(self, x):  #: not shuffled
        """The sets of examples in the activations of a layer."""  #: not shuffled
        return [examples(x.float()) for examples in self.sets]  #: not shuffled
    def examples(self, x, layer=None, guide=None):  #: shuffled
        """The sets of examples in the activations of a layer, in the order in which a guide shows them."""  #: shuffled
        sets = [examples(x.float()) for examples in self.sets]  #: shuffled
        orders = [guide.probe_order(layer, len(own)) if guide else None for own in sets]  #: shuffled
        return [own if order is None else own[order.to(own.device)] for own, order in zip(sets, orders)]  #: shuffled

    def gram_matrices(self, shown, layers):
        return [gram_matrices([shown[layer][i] for layer in layers]) for i in range(len(self.sets))]

    @torch.no_grad()
    def compare(self, network):
        """By guide the similarities of all layers [target layers, guide layers, 3]; by measure those of the pairs that are followed."""
        network.eval()
        own = {layer: self.examples(x) for layer, x in network(self.inputs)[1].items()}
        grams = self.gram_matrices(own, self.layers["target"])
        matrices = {name: mean_similarities(grams, shown).cpu() for name, shown in self.grams.items()}
        cells = [self.cell(matrices, pair).tolist() for pair in self.pairs]
        followed = {name: [cell[i] for cell in cells] for i, name in enumerate(("cka", "cka-debiased", "chance"))}
        measured = {name: [self.measured(measure, own, pair) for pair in self.pairs] for name, measure in followed_measures().items()}
        return matrices, {**followed, **measured}

    def cell(self, matrices, pair):
        """CKA, debiased CKA and chance level of a pair of layers."""
        row, column = self.layers["target"].index(pair["targetTap"]), self.layers["guides"][pair["guide"]].index(pair["guideTap"])
        return matrices[pair["guide"]][row, column]

    def measured(self, measure, own, pair):
        """A mean over sets of examples. Of several, those count at which the guide varies; of one, a similarity of exactly 0 is not
        defined where one of the layers does not."""
        total = count = 0.0
        for x, y in zip(own[pair["targetTap"]], self.shown[pair["guide"]][pair["guideTap"]]):
            x, y = x.flatten(1), y.flatten(1)
            value = measure(x, y).item() if x.isfinite().all() else MISSING
            if varies(y) if len(self.sets) > 1 else value != 0 or (centred(x).any() and centred(y).any()):
                total, count = total + value, count + 1
        return total / count if count else MISSING
