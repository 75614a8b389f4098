"""
Training steps of PyTorch, for `bench/stages/torch.ts`. The first argument is the device, `cpu` (one thread) or `cuda`.

Writes one line of JSON about itself, then answers every line of JSON that it reads with another:
  {"make": workload, "members": N, "mode": "eager" | "graph" | "streams", "small": false}   ->  {"made": number, "flops": operations or null}
  {"take": number, "steps": N}                                                              ->  {"wall": ms, "cpu": ms}
and with {"error": why} what it cannot do. `graph` is one CUDA graph of the steps of all members, `streams` one in which members are
branches beside each other. The workload `peak` is a product of two square matrices.
"""
import json
import sys
import time

import torch
from torch import nn

EXAMPLES = 512
SMALL_WIDTH, SMALL_BATCH = 64, 16
PEAK, SMALL_PEAK = 4096, 256
WARM_UP = 3
NEWER = int(torch.__version__.split('.')[0]) >= 2

device = torch.device(sys.argv[1] if len(sys.argv) > 1 else 'cpu')
on_gpu = device.type == 'cuda'
if not on_gpu:
    torch.set_num_threads(1)
# What it is compared with multiplies in float32, not in TF32.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(5, 64)
        self.layers = nn.RNN(64, 64, 2, batch_first=True)
        self.head = nn.Linear(64, 4)

    def forward(self, x):
        return self.head(self.layers(self.table(x))[0][:, -1])


def perceptron(norm, width):
    layers = []
    for i in range(3):
        layers.append(nn.Linear(768 if i == 0 else width, width))
        layers += [nn.BatchNorm1d(width), nn.ReLU(), nn.Dropout(0.1)] if norm else [nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 8))


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
        return examples[torch.randint(0, EXAMPLES, (batch,), device=device)], torch.randint(0, 8, (batch,), device=device)
    return draw


def sequences(batch):
    return lambda: (torch.randint(0, 5, (batch, 24), device=device), torch.randint(0, 4, (batch,), device=device))


def adam(graph):
    """On a GPU one kernel for all parameters, which is the fastest that PyTorch has."""
    options = {'capturable': True} if graph else {}
    if on_gpu and NEWER:
        options['fused'] = True
    return lambda parameters: torch.optim.Adam(parameters, **options)


def trainer(workload, small, graph):
    """A step of one member: a function."""
    width, wide, narrow = (SMALL_WIDTH, SMALL_BATCH, SMALL_BATCH) if small else (384, 128, 64)
    flat = workload in ('perceptron', 'wide-fcn')
    examples = None if workload == 'first-token' else torch.randn(EXAMPLES, *((768,) if flat else (3, 16, 16)), device=device)
    network, draw, clip, optimise = {
        'perceptron': lambda: (perceptron(False, width), rows_of(examples, wide), None, lambda p: torch.optim.SGD(p, 1e-3)),
        'wide-fcn': lambda: (perceptron(True, width), rows_of(examples, wide), None, adam(graph)),
        'deep-convnet': lambda: (convnet(), rows_of(examples, narrow), None, adam(graph)),
        'first-token': lambda: (Recurrent(), sequences(narrow), 1.0, adam(graph)),
    }[workload]()
    network.to(device)
    optimiser = optimise(network.parameters())

    def step():
        x, labels = draw()
        optimiser.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(network(x), labels).backward()
        if clip:
            nn.utils.clip_grad_norm_(network.parameters(), clip)
        optimiser.step()
    return step


def captured(steps, streams):
    """One CUDA graph of all steps, one behind the other or each on a stream of its own."""
    lanes = [torch.cuda.Stream() for _ in steps] if streams else []

    def all_steps():
        current = torch.cuda.current_stream()
        for i, step in enumerate(steps):
            if not lanes:
                step()
                continue
            lanes[i].wait_stream(current)
            with torch.cuda.stream(lanes[i]):
                step()
        for lane in lanes:
            current.wait_stream(lane)

    # Libraries choose their algorithms and take their workspaces before the capture, on a stream that is not the default one.
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UP):
            all_steps()
    torch.cuda.current_stream().wait_stream(side)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        all_steps()
    return graph.replay


def make(workload, members, mode, small):
    """All members' steps as one function, and the operations of a step where they are known."""
    if workload == 'peak':
        size = SMALL_PEAK if small else PEAK
        a = torch.randn(size, size, device=device)
        return lambda: torch.mm(a, a), 2 * size ** 3
    if mode != 'eager' and not on_gpu:
        raise RuntimeError('CUDA graphs need a CUDA device')
    steps = [trainer(workload, small, mode != 'eager') for _ in range(members)]
    if mode != 'eager':
        return captured(steps, mode == 'streams'), None

    def eager():
        for step in steps:
            step()
    eager()
    return eager, None


def take(step, count):
    if on_gpu:
        torch.cuda.synchronize()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        step()
    if on_gpu:
        torch.cuda.synchronize()
    return {'wall': (time.perf_counter() - wall) * 1000, 'cpu': (time.process_time() - cpu) * 1000}


def blas():
    """The library that multiplies matrices: Debian's own, unless another is installed, is a reference and no peer."""
    with open('/proc/self/maps') as maps:
        paths = [line.split()[-1].lower() for line in maps]
    for name in ('openblas', 'mkl_rt', 'libmkl', 'blis'):
        if any(name in path for path in paths):
            return {'openblas': 'OpenBLAS', 'blis': 'BLIS'}.get(name, 'MKL')
    return 'reference BLAS' if any('libblas' in path for path in paths) else 'a BLAS of its own'


def about():
    if not on_gpu:
        torch.mm(torch.ones(2, 2), torch.ones(2, 2))
        return {'torch': torch.__version__, 'computes': blas()}
    properties = torch.cuda.get_device_properties(device)
    return {
        'torch': torch.__version__,
        'computes': f'CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}',
        'device': properties.name,
        'multiprocessors': properties.multi_processor_count,
        'capability': f'{properties.major}.{properties.minor}',
    }


if on_gpu and not torch.cuda.is_available():
    print(json.dumps({'error': f'PyTorch {torch.__version__} finds no CUDA device'}), flush=True)
    sys.exit(1)
print(json.dumps(about()), flush=True)
contestants = []
for line in sys.stdin:
    request = json.loads(line)
    try:
        if 'make' in request:
            step, flops = make(request['make'], request['members'], request['mode'], request['small'])
            contestants.append(step)
            answer = {'made': len(contestants) - 1, 'flops': flops}
        else:
            answer = take(contestants[request['take']], request['steps'])
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'.split('\n')[0]}
    print(json.dumps(answer), flush=True)
