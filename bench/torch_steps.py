"""Eager training steps of PyTorch on one thread: prints CPU milliseconds a step, one round a line."""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(5, 64)
        self.layers = nn.RNN(64, 64, 2, batch_first=True)
        self.head = nn.Linear(64, 4)

    def forward(self, x):
        return self.head(self.layers(self.table(x))[0][:, -1])


def wide():
    layers = []
    for i in range(3):
        layers += [nn.Linear(768 if i == 0 else 384, 384), nn.BatchNorm1d(384), nn.ReLU(), nn.Dropout(0.1)]
    return nn.Sequential(*layers, nn.Linear(384, 8)), torch.randn(128, 768), torch.randint(0, 8, (128,)), None


def first_token():
    return Recurrent(), torch.randint(0, 5, (64, 24)), torch.randint(0, 4, (64,)), 1.0


def step(network, x, labels, clip, optimiser):
    optimiser.zero_grad()
    nn.functional.cross_entropy(network(x), labels).backward()
    if clip:
        nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimiser.step()


network, x, labels, clip = {'wide-fcn': wide, 'first-token': first_token}[sys.argv[1]]()
optimiser = torch.optim.Adam(network.parameters())
for _ in range(20):
    step(network, x, labels, clip, optimiser)
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    for _ in range(20):
        step(network, x, labels, clip, optimiser)
    print((time.process_time() - start) / 20 * 1000)
