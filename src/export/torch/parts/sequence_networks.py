"""Networks for tokens [B, T], -1 for padding. They return logits [B, classes], or [B*T, classes] where there is a label at
every token, and their taps [B, T, width] by the name of the layer."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def embed(table, tokens):
    """A vector for every token, zeros for padding: [B, T, width]."""
    return table(tokens.clamp(min=0)) * (tokens >= 0).unsqueeze(-1)


def last_token(states, tokens):
    """The state at the last token of every sequence: [B, width]."""
    last = (tokens >= 0).sum(1) - 1
    return states[torch.arange(len(states), device=states.device), last]


def mean_of_tokens(states, tokens):
    """The mean of the states over the tokens of every sequence: [B, width]."""
    real = (tokens >= 0).unsqueeze(-1)
    return (states * real).sum(1) / real.sum(1)


def relu_rnn(inputs, width, batch_first):
    """A vanilla recurrent layer with ReLU in the place of tanh."""
    return nn.RNN(inputs, width, nonlinearity="relu", batch_first=batch_first)


class RNN(nn.Module):
    """Embedding, a stack of recurrent layers (`cell` makes one: `nn.RNN`, `nn.GRU` or `nn.LSTM`), linear head."""

    def __init__(self, cell, vocabulary, width, layers, classes, every_token=False):
        super().__init__()
        self.every_token = every_token
        self.layers = [f"layer{i + 1}" for i in range(layers)]
        self.embedding = nn.Embedding(vocabulary, width)
        for name in self.layers:
            self.add_module(name, cell(width, width, batch_first=True))
        self.head = nn.Linear(width, classes)

    def forward(self, tokens):
        x, taps = embed(self.embedding, tokens), {}
        for name in self.layers:
            x, _ = getattr(self, name)(x)
            taps[name] = x
        return self.head(x.flatten(0, 1) if self.every_token else last_token(x, tokens)), taps


class ChainedRNN(RNN):
    """An RNN each of whose layers starts from the final state of the one below, as in the paper's code. It is not causal: what
    an upper layer says of the first token depends on the last one."""

    def forward(self, tokens):
        x, taps, initial = embed(self.embedding, tokens), {}, None
        for name in self.layers:
            layer = getattr(self, name)
            start = initial
            if isinstance(layer, nn.LSTM) and initial is not None:
                start = (initial, torch.zeros_like(initial))
            x, _ = layer(x, start)
            taps[name] = x
            initial = last_token(x, tokens).unsqueeze(0)
        return self.head(x.flatten(0, 1) if self.every_token else last_token(x, tokens)), taps


def attend(q, k, v, heads, causal, real=None):
    """Multi-head attention (Vaswani et al. 2017): q, k, v [B, T, width]. `real` [B, T] says which tokens are no padding."""
    batch, length, width = q.shape
    q, k, v = (x.reshape(batch, length, heads, width // heads).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(width // heads)
    if causal:
        past = torch.ones(length, length, dtype=torch.bool, device=q.device).tril()
        scores = scores.masked_fill(~past, -math.inf)
    if real is not None:
        scores = scores.masked_fill(~real[:, None, None, :], -math.inf)
    return (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)


class Attention(nn.Module):
    """Self-attention with its projections."""

    def __init__(self, width, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width)

    def forward(self, x, real=None):
        return self.out(attend(*self.qkv(x).chunk(3, -1), self.heads, self.causal, real))


class TransformerBlock(nn.Module):
    """Attention and an MLP of two layers, each added to the stream; layer norm before each of them, or behind the sum."""

    def __init__(self, width, heads, ffn, causal, norm_first, activation):
        super().__init__()
        self.heads, self.causal, self.norm_first, self.activation = heads, causal, norm_first, activation
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        nn.init.xavier_uniform_(self.qkv.weight)  # as nn.MultiheadAttention  #: made
        self.out = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, ffn), nn.Linear(ffn, width)

    def forward(self, x, real=None):
        taps = {}

        def attention(y):
            taps["attention"] = self.out(attend(*self.qkv(y).chunk(3, -1), self.heads, self.causal, real))
            return taps["attention"]

        def mlp(y):
            taps["mlp"] = self.down(self.activation(self.up(y)))
            return taps["mlp"]

        for norm, part in ((self.norm1, attention), (self.norm2, mlp)):
            x = x + part(norm(x)) if self.norm_first else norm(x + part(x))
        taps["output"] = x
        return x, taps


def sinusoids(length, width):
    """sin and cos of t/10000^(2i/width), alternating: [length, width]."""
    angles = torch.arange(length).double()[:, None] / 10_000 ** (torch.arange(0, width, 2).double() / width)
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)[:, :width].float()


class Transformer(nn.Module):
    """Embedding, positions (learned, or sinusoids), blocks, linear head. `pooling` says what the head reads where a sequence
    has one label: `last_token` or `mean_of_tokens`."""

    def __init__(self, length, vocabulary, width, heads, ffn, layers, classes, causal, pooling=last_token, learned=False,
                 norm_first=True, activation=F.relu, every_token=False):
        super().__init__()
        self.pooling, self.every_token = pooling, every_token
        self.embedding = nn.Embedding(vocabulary, width)
        self.blocks = [f"block{i + 1}" for i in range(layers)]
        if learned:
            self.positions = nn.Parameter(torch.randn(length, width))
        else:
            self.register_buffer("positions", sinusoids(length, width), persistent=False)
        for name in self.blocks:
            self.add_module(name, TransformerBlock(width, heads, ffn, causal, norm_first, activation))
        self.norm = nn.LayerNorm(width) if norm_first else nn.Identity()
        self.head = nn.Linear(width, classes)

    def forward(self, tokens):
        x, taps = embed(self.embedding, tokens) + self.positions, {}
        for name in self.blocks:
            x, own = getattr(self, name)(x, tokens >= 0)
            taps.update({f"{name}.{part}": value for part, value in own.items()})
        x = self.norm(x)
        return self.head(x.flatten(0, 1) if self.every_token else self.pooling(x, tokens)), taps
