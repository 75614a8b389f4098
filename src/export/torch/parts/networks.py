"""Networks for images [B, H, W, C]. All return logits [B, classes] and their taps: activations by the name of the layer."""

import torch
import torch.nn.functional as F
from torch import nn

from .dropout import Dropout
from .sequence_networks import TransformerBlock


class FCN(nn.Module):
    """`depth` times [linear, norm, activation, dropout], and a linear head. Taps [B, width] are what the linear layers give
    (`tap="pre"`, as in the paper), or what the activations behind them give."""

    def __init__(self, inputs, width, depth, classes, norm=None, activation=F.relu, dropout=0.0, tap="pre"):
        super().__init__()
        self.depth, self.activation, self.tap = depth, activation, tap
        for i in range(1, depth + 1):
            self.add_module(f"linear{i}", nn.Linear(inputs if i == 1 else width, width))
            self.add_module(f"norm{i}", norm(width) if norm else nn.Identity())
            self.add_module(f"dropout{i}", Dropout(dropout, layer=i - 1))
        self.head = nn.Linear(width, classes)

    def forward(self, images):
        x, taps = images.flatten(1), {}
        for i in range(1, self.depth + 1):
            linear, norm, dropout = (getattr(self, f"{part}{i}") for part in ("linear", "norm", "dropout"))
            before = linear(x)
            after = self.activation(norm(before))
            taps[f"linear{i}"] = before if self.tap == "pre" else after
            x = dropout(after)
        return self.head(x), taps


class ConvUnit(nn.Conv2d):
    """A convolution that keeps the size (but for its stride), with batch norm, or with a bias instead."""

    def __init__(self, inputs, outputs, kernel, stride=1, norm=True):
        super().__init__(inputs, outputs, kernel, stride, padding=(kernel - 1) // 2, bias=not norm)
        self.norm = nn.BatchNorm2d(outputs) if norm else nn.Identity()

    def forward(self, x):
        """What the convolution gives, and the same after the norm."""
        y = super().forward(x)
        return y, self.norm(y)


class Block(nn.Module):
    """A residual block (He et al. 2016): convolutions, and beside them the identity or, where the shape changes, a 1x1 one.
    `convs` are (inputs, outputs, kernel, stride). Without `skips` there is nothing beside them."""

    def __init__(self, convs, proj, skips=True):
        super().__init__()
        self.skips = skips
        self.convs = [f"conv{i + 1}" for i in range(len(convs))]
        for name, conv in zip(self.convs, convs):
            self.add_module(name, ConvUnit(*conv))
        self.proj = ConvUnit(*proj) if proj else None

    def forward(self, x, tap):
        taps, y, skip = {}, x, x
        for name in self.convs:
            before, y = getattr(self, name)(y)
            last = name == self.convs[-1]
            y = y if last else F.relu(y)
            taps[name] = before if tap == "pre" else y
        if self.proj is not None:
            before, skip = self.proj(x)
            taps["proj"] = before if tap == "pre" else skip
        out = F.relu(y + skip if self.skips else y)
        if tap == "post":
            taps[self.convs[-1]] = out
        return out, taps


class ResNet(nn.Module):
    """A 3x3 stem, stages of residual blocks (every stage after the first halves the resolution and doubles the channels),
    average pool, linear head. Blocks are basic ones, or bottlenecks with four times the channels behind them. A large stem is
    that for ImageNet, 7x7 with stride 2 and a max pool. Taps [B, C, H, W] are what the convolutions give (`tap="pre"`), or
    what follows them; and the pool [B, C]."""

    def __init__(self, channels, width, stages, classes, bottleneck=False, tap="pre", large_stem=False, skips=True):
        super().__init__()
        self.tap = tap
        self.stem = ConvUnit(channels, width, 7, 2) if large_stem else ConvUnit(channels, width, 3)
        self.pool = nn.MaxPool2d(3, 2, 1) if large_stem else nn.Identity()
        self.blocks = [f"block{i + 1}" for i in range(sum(stages))]
        outer, names = width, iter(self.blocks)
        for stage, count in enumerate(stages):
            inner = width * 2**stage
            out = 4 * inner if bottleneck else inner
            for i in range(count):
                stride = 2 if stage > 0 and i == 0 else 1
                if bottleneck:
                    convs = [(outer, inner, 1, 1), (inner, inner, 3, stride), (inner, out, 1, 1)]
                else:
                    convs = [(outer, inner, 3, stride), (inner, out, 3, 1)]
                proj = (outer, out, 1, stride) if skips and (stride > 1 or outer != out) else None
                self.add_module(next(names), Block(convs, proj, skips))
                outer = out
        self.head = nn.Linear(outer, classes)

    def forward(self, images):
        before, x = self.stem(images.permute(0, 3, 1, 2))
        x = F.relu(x)
        taps = {"stem": before if self.tap == "pre" else x}
        x = self.pool(x)
        for name in self.blocks:
            x, own = getattr(self, name)(x, self.tap)
            taps.update({f"{name}.{conv}": value for conv, value in own.items()})
        pooled = x.mean((2, 3))
        taps["pool"] = pooled
        return self.head(pooled), taps


class ConvNet(nn.Module):
    """Stages of 3x3 convolutions without skips (every stage after the first halves the resolution and doubles the channels),
    average pool, linear head. Taps as those of the ResNet."""

    def __init__(self, channels, width, stages, classes, stride=1, norm=True, tap="pre"):
        super().__init__()
        self.tap, self.count = tap, 0
        for stage, count in enumerate(stages):
            for i in range(count):
                self.count += 1
                first = 2 if stage > 0 else stride
                self.add_module(f"conv{self.count}", ConvUnit(channels, width * 2**stage, 3, first if i == 0 else 1, norm))
                channels = width * 2**stage
        self.head = nn.Linear(channels, classes)

    def forward(self, images):
        x, taps = images.permute(0, 3, 1, 2), {}
        for i in range(1, self.count + 1):
            before, x = getattr(self, f"conv{i}")(x)
            x = F.relu(x)
            taps[f"conv{i}"] = before if self.tap == "pre" else x
        taps["pool"] = x.mean((2, 3))
        return self.head(taps["pool"]), taps


class ConvNeXtEntry(nn.Conv2d):
    """The convolution before a stage, whose windows do not overlap, with its norm over the channels: behind the first one,
    before all others."""

    def __init__(self, inputs, outputs, kernel, first):
        super().__init__(inputs, outputs, kernel, stride=kernel)
        self.first = first
        self.norm = nn.LayerNorm(outputs if first else inputs)

    def forward(self, x):
        """[B, H, W, C] -> what goes on, and what the convolution gives."""
        y = super().forward((x if self.first else self.norm(x)).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return self.norm(y) if self.first else y, y


class ConvNeXtBlock(nn.Module):
    """x + MLP(norm(depth-wise convolution of x)) of [B, H, W, C], with four times the channels inside the MLP."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels)
        self.norm = nn.LayerNorm(channels)
        self.up, self.down = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)

    def forward(self, x):
        spatial = self.depthwise(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        mlp = self.down(F.gelu(self.up(self.norm(spatial))))
        return x + mlp, {"depthwise": spatial, "mlp": mlp, "output": x + mlp}


class ConvNeXt(nn.Module):
    """A ConvNeXt (Liu et al. 2022) without layer scale and stochastic depth: a stem that cuts patches, stages of blocks (every
    stage after the first halves the resolution and doubles the channels), average pool, norm, linear head. Taps [B, C, H, W]
    are what the convolutions give, the MLPs and the blocks; and the pool [B, C]."""

    def __init__(self, channels, width, stages, classes, patch, kernel):
        super().__init__()
        self.order = []
        for stage, count in enumerate(stages):
            outputs = width * 2**stage
            self.add("stem" if stage == 0 else f"down{stage + 1}", ConvNeXtEntry(channels, outputs, patch if stage == 0 else 2, stage == 0))
            for i in range(count):
                self.add(f"block{sum(stages[:stage]) + i + 1}", ConvNeXtBlock(outputs, kernel))
            channels = outputs
        self.norm = nn.LayerNorm(channels)
        self.head = nn.Linear(channels, classes)

    def add(self, name, module):
        self.order.append(name)
        self.add_module(name, module)

    def forward(self, images):
        x, taps = images, {}
        for name in self.order:
            x, own = getattr(self, name)(x)
            taps.update({f"{name}.{part}": value for part, value in own.items()} if isinstance(own, dict) else {name: own})
        taps = {name: value.permute(0, 3, 1, 2) for name, value in taps.items()}
        taps["pool"] = x.mean((1, 2))
        return self.head(self.norm(taps["pool"])), taps


class ViT(nn.Module):
    """A Vision Transformer (Dosovitskiy et al. 2021): patches as tokens, learned positions, blocks. The head reads a token of
    its own, or the mean over the patches."""

    def __init__(self, channels, patch, length, width, heads, ffn, layers, classes, class_token=True):
        super().__init__()
        self.blocks = [f"block{i + 1}" for i in range(layers)]
        self.patches = nn.Conv2d(channels, width, patch, stride=patch)
        self.class_token = nn.Parameter(torch.zeros(width)) if class_token else None
        self.positions = nn.Parameter(0.02 * torch.randn(length, width))
        for name in self.blocks:
            self.add_module(name, TransformerBlock(width, heads, ffn, False, True, F.gelu))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, images):
        x = self.patches(images.permute(0, 3, 1, 2)).flatten(2).transpose(1, 2)
        taps = {"patches": x}
        if self.class_token is not None:
            x = torch.cat([self.class_token.expand(len(x), 1, -1), x], 1)
        x = x + self.positions
        for name in self.blocks:
            x, own = getattr(self, name)(x)
            taps.update({f"{name}.{part}": value for part, value in own.items()})
        x = self.norm(x)
        return self.head(x[:, 0] if self.class_token is not None else x.mean(1)), taps
