"""Maps that are trained along: FitNets (Romero et al. 2015)."""

import math

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn

from .courses import always
from .files import WEIGHTS, read_safetensors
from .measures import centred
from .now import Now
from .ranks import Ranks
from .terms import Align, AlignShuffled, new_order


class Explained(nn.Module):
    """How much of a layer's variance a linear map of another one explains: 1 - the mean squared error, both sides centred, and the
    guide's layer of mean square 1. It is called as a measure; the map is there once it knows the layers."""

    def __init__(self, weights):
        super().__init__()
        self.weights, self.map = weights, None

    def begin(self, x, outputs):
        self.map = nn.Linear(x.shape[-1], outputs, bias=False, device=x.device)
        if self.weights is not None:
            self.map.weight.data.copy_(self.weights)
        elif Ranks.world > 1:
            dist.broadcast(self.map.weight.data, 0)

    def forward(self, x, y, real=None):
        if self.map is None:
            self.begin(x, y.shape[-1])
        share = torch.ones_like(x[..., :1]) if real is None else real.unsqueeze(-1).to(x.dtype)
        count = share.sum((-2, -1), keepdim=True).clamp(min=1)
        mapped = self.map((x - (x * share).sum(-2, keepdim=True) / count) * share)
        guide = centred(y, real)
        rest = (mapped / (count * y.shape[-1]).sqrt() - guide).square().sum((-2, -1))
        return (1 - rest) * (guide.square().sum((-2, -1)) > 0)


class Maps:
    """The maps of the member that is being trained, by guide and layers, and the moments of their weights."""

    own, moments = {}, {}

    @classmethod
    def of(cls, key, start):
        if key not in cls.own:
            path = WEIGHTS / f"maps-{start}-{Now.seed}.safetensors"
            # Without a file they begin as torch's linear layers do.
            cls.own[key] = Explained(read_safetensors(path)[key] if path.exists() else None)
        return cls.own[key]

    @classmethod
    def weights(cls):
        """By key, of those that have been used."""
        return {key: own.map.weight for key, own in cls.own.items() if own.map is not None}

    @classmethod
    def put(cls, key, weight, moments):
        """As it was before a step."""
        cls.own[key] = own = Explained(weight)
        own.begin(weight, len(weight))
        if moments is not None:
            cls.moments[own.map.weight] = moments


def with_maps(arms):
    """Arms that are to be trained with maps as they begin."""
    Maps.own, Maps.moments = {}, {}
    return arms


class AlignByMap(Align):
    """The sum over pairs of layers of the share of the guide's variance that a map leaves unexplained. `named`: guide and view, as
    weights of maps are named by; `start`: of which file they are."""

    def __init__(self, guide, pairs, weight, view, named, start="target", course=always, shares=None):
        super().__init__(guide, pairs, weight, None, view, course, shares)
        self.named, self.start = named, start

    def measure_for(self, guide_tap, target_tap):
        return Maps.of(f"{self.named}/{guide_tap}/{target_tap}", self.start)


class AlignShuffledByMap(AlignShuffled, AlignByMap):
    """The same by a shuffled guide of sequences."""


class AlignShuffledImagesByMap(AlignByMap):
    """The same by a shuffled guide of images: positions stay where they are in an image."""

    def similarity(self, x, y, tokens, guide_tap, target_tap):
        return super().similarity(x, y[new_order(self.guide, guide_tap, len(y)).to(y.device)], tokens, guide_tap, target_tap)


class BesideMaps:
    """An optimiser of the target, with one of the maps that has its settings, rate and count of steps. Their gradient has no part
    in clipping: the target is clipped as in other arms."""

    def __init__(self, optimiser):
        self.target = optimiser

    @property
    def param_groups(self):
        return self.target.param_groups

    @property
    def state(self):
        return self.target.state

    def zero_grad(self, set_to_none=True):
        self.target.zero_grad(set_to_none=set_to_none)
        for weight in Maps.weights().values():
            weight.grad = None

    def step(self):
        if not self.state:  # it begins: so do the moments of the maps
            Maps.moments.clear()
        known = next(iter(self.state.values()), {})
        weights = [weight for weight in Maps.weights().values() if weight.grad is not None]
        if weights:
            self.step_of_maps(weights, float(known.get("step", 0)))
        self.target.step()

    def step_of_maps(self, weights, count):
        group = self.param_groups[0]
        names = {"lr", "betas", "eps", "momentum", "weight_decay"}
        own = type(self.target)(weights, **{name: value for name, value in group.items() if name in names})
        for weight in weights:
            if Ranks.world > 1:
                dist.all_reduce(weight.grad)
                weight.grad /= Ranks.world
            if "betas" in group:
                begins = {"exp_avg": torch.zeros_like(weight), "exp_avg_sq": torch.zeros_like(weight)}
                own.state[weight] = {**Maps.moments.get(weight, begins), "step": torch.tensor(count)}
            elif weight in Maps.moments:
                own.state[weight] = Maps.moments[weight]
        own.step()
        Maps.moments.update({weight: own.state[weight] for weight in weights})

    def state_dict(self):
        maps = {key: (weight.detach(), Maps.moments.get(weight)) for key, weight in Maps.weights().items()}
        return {"target": self.target.state_dict(), "maps": maps}

    def load_state_dict(self, saved):
        self.target.load_state_dict(saved["target"])
        for key, (weight, moments) in saved["maps"].items():
            Maps.put(key, weight, moments)


def beside_maps(make):
    """What makes an optimiser, as one that makes it beside that of the maps."""
    return lambda parameters: BesideMaps(make(parameters))


def units_last(x):
    """A layer of images with its units behind its positions: [B, H, W, C], [B, patches, C] or [B, C]."""
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


def meeting(x, y):
    """Layers of images as rows [n, C]: all positions, averaged onto the finest grid that divides both; where they have no such
    grid each example is the mean of its positions."""
    if x.dim() == y.dim() == 4:
        grid = [math.gcd(a, b) for a, b in zip(x.shape[2:], y.shape[2:])]
        return tuple(units_last(F.adaptive_avg_pool2d(z, grid)).flatten(0, 2) for z in (x, y))
    x, y = units_last(x), units_last(y)
    if x.shape[1:-1] == y.shape[1:-1]:
        return x.flatten(0, -2), y.flatten(0, -2)
    return tuple(z.flatten(1, -2).mean(1) if z.dim() > 2 else z for z in (x, y))


def at_positions(measure, x, y, tokens=None):
    """Every position of every image is an example."""
    return measure(*meeting(x, y))
