"""What an experiment too large for the playground makes itself: initial weights, and guides."""

import math
import zlib

import torch
import torch.distributed as dist
from torch import nn

from .evaluation import scores
from .files import WEIGHTS, read_safetensors, write_safetensors
from .now import Now
from .ranks import Ranks, distributed
from .settings import DRY_RUN, GUIDE_TRAINING, SEEDS, make_guide_networks, make_optimiser, make_training_set
from .terms import Arm
from .training import ahead, compute_in, learn


def he_start(network):
    """The network with weights N(0, 2/fan-in) for the ReLU behind them, those of the head N(0, 1/fan-in), and no biases (He et al.
    2015). All other networks start as torch starts them."""
    for name, module in network.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            gain = 1 if name == "head" else 2
            nn.init.normal_(module.weight, std=math.sqrt(gain / module.weight[0].numel()))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def torchvision_names(state):
    """The weights of a ResNet of torchvision by the names that they have here."""
    blocks = sorted({tuple(map(int, name[5:].split(".")[:2])) for name in state if name.startswith("layer")})
    renamed = {}
    for name, value in state.items():
        if name.startswith("layer"):
            stage, block, rest = name[5:].split(".", 2)
            prefix = f"block{blocks.index((int(stage), int(block))) + 1}."
            layer, last = rest.rsplit(".", 1)
            layer = layer.replace("downsample.0", "proj").replace("downsample.1", "proj.norm")
            layer = f"conv{layer[2:]}.norm" if layer.startswith("bn") else layer
        else:
            prefix, (layer, last) = "", name.rsplit(".", 1)
            layer = {"conv1": "stem", "bn1": "stem.norm", "fc": "head"}[layer]
        renamed[f"{prefix}{layer}.{last}"] = value
    return renamed


def weights_in(file):
    """A state dict: of the playground or of this script (.safetensors), or as torch saves it."""
    if str(file).endswith(".safetensors"):
        return read_safetensors(file)
    state = torch.load(file, map_location="cpu", weights_only=True)
    state = torchvision_names(state) if "layer1.0.conv1.weight" in state else state  #: images
    return state


def prepare_guides(validation, options):
    """Files with the weights of all guides, where there are none yet: of an untrained guide new random ones for every seed, of a
    trained one those that `--guide` names, or those that it learns now."""
    given = dict(word.split("=", 1) for word in options.guide)
    if set(given) - set(GUIDE_TRAINING):
        raise SystemExit(f"--guide names a trained guide and a file, e.g. {next(iter(GUIDE_TRAINING), None)}=resnet18.pth")
    for name, make in make_guide_networks().items():
        for seed in [None] if name in GUIDE_TRAINING else SEEDS:
            file = WEIGHTS / (f"guide-{name}.safetensors" if seed is None else f"guide-{name}-{seed}.safetensors")
            if file.exists() and not (DRY_RUN or name in given):
                continue
            torch.manual_seed(zlib.crc32(f"{name} {seed}".encode()))
            network = make()
            if name in given:
                network.load_state_dict(weights_in(given[name]))
            elif seed is None:
                train_guide(name, network, validation, options)
            if Ranks.rank == 0:
                write_safetensors(file, network.state_dict())
    if Ranks.world > 1:
        dist.barrier()


def train_guide(name, network, validation, options):
    """Train a guide on the task alone, by its own recipe."""
    steps, size, rate = GUIDE_TRAINING[name]
    steps, size = (2, 8) if DRY_RUN else (steps, size)
    device, arm = options.device, Arm(f"Guide {name}")
    Now.seed, training = 0, make_training_set()  #: not source
    Now.seed, training = 0, make_training_set(options.source)  #: source
    network.to(device)
    optimiser = make_optimiser(network.parameters())
    learner = distributed(network) if Ranks.world > 1 else network
    for step, batch in enumerate(ahead(training, Now.seed, range(steps), size, device)):
        Now.step = step
        learn(learner, optimiser, arm, {}, batch, rate, [], options.accumulate, compute_in(options))
    found = scores(network, validation, device)
    if Ranks.rank == 0:
        print(f"Guide {name}, step {steps}: validation loss {found['loss']:.4f}, accuracy {found['accuracy']:.4f}", flush=True)
