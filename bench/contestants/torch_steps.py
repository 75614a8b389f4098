"""Eager training steps of PyTorch on one thread: for every number on a line of input, so many steps; prints wall and CPU milliseconds."""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)

EXAMPLES = 512


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(5, 64)
        self.layers = nn.RNN(64, 64, 2, batch_first=True)
        self.head = nn.Linear(64, 4)

    def forward(self, x):
        return self.head(self.layers(self.table(x))[0][:, -1])


def perceptron(norm):
    layers = []
    for i in range(3):
        layers.append(nn.Linear(768 if i == 0 else 384, 384))
        layers += [nn.BatchNorm1d(384), nn.ReLU(), nn.Dropout(0.1)] if norm else [nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(384, 8))


def convnet():
    layers, channels = [], 3
    for i in range(25):
        outputs = 12 if i < 13 else 24
        layers += [nn.Conv2d(channels, outputs, 3, 2 if i in (0, 13) else 1, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        channels = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 8))


def rows_of(examples, batch):
    """Batches are rows of a training set, as in the other contestants."""
    def draw():
        return examples[torch.randint(0, EXAMPLES, (batch,))], torch.randint(0, 8, (batch,))
    return draw


def sequences():
    return torch.randint(0, 5, (64, 24)), torch.randint(0, 4, (64,))


adam = torch.optim.Adam
flat, pictures = torch.randn(EXAMPLES, 768), torch.randn(EXAMPLES, 3, 16, 16)
network, draw, clip, optimise = {
    'perceptron': lambda: (perceptron(False), rows_of(flat, 128), None, lambda p: torch.optim.SGD(p, 1e-3)),
    'wide-fcn': lambda: (perceptron(True), rows_of(flat, 128), None, adam),
    'deep-convnet': lambda: (convnet(), rows_of(pictures, 64), None, adam),
    'first-token': lambda: (Recurrent(), sequences, 1.0, adam),
}[sys.argv[1]]()
optimiser = optimise(network.parameters())


def step():
    x, labels = draw()
    optimiser.zero_grad()
    nn.functional.cross_entropy(network(x), labels).backward()
    if clip:
        nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimiser.step()


def blas():
    """The library that multiplies matrices: Debian's own, unless another is installed, is a reference and no peer."""
    with open('/proc/self/maps') as maps:
        paths = [line.split()[-1].lower() for line in maps]
    for name in ('openblas', 'mkl_rt', 'libmkl', 'blis'):
        if any(name in path for path in paths):
            return {'openblas': 'OpenBLAS', 'blis': 'BLIS'}.get(name, 'MKL')
    return 'reference BLAS' if any('libblas' in path for path in paths) else 'a BLAS of its own'


step()
print(blas(), flush=True)
for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(int(line)):
        step()
    print((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000, flush=True)
