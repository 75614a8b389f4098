"""Several processes that train together: `torchrun --nproc_per_node N train.py`."""

import os

import torch
import torch.distributed as dist
from torch import nn

from .data import Batch


class Ranks:
    """This process among those that train together: its number, how many there are, whether CKA sees the examples of all."""

    rank, world, gather = 0, 1, False


def gathered(x):
    """[n, ...] of this rank -> [world*n, ...] of all. Only the own rows carry a gradient. DistributedDataParallel takes the mean
    of the ranks' gradients, and what is wanted of a loss of all rows is their sum: that gradient is multiplied by `world`."""
    if not Ranks.gather:
        return x
    own = x.detach()
    parts = [torch.empty_like(own) for _ in range(Ranks.world)]
    dist.all_gather(parts, own.contiguous())
    parts[Ranks.rank] = own + Ranks.world * (x - own)
    return torch.cat(parts)


def over_ranks(told):
    """The mean of every number over the processes that train together."""
    if Ranks.world == 1:
        return told
    numbers = torch.tensor(list(told.values()), dtype=torch.float64, device="cuda" if torch.cuda.is_available() else "cpu")
    dist.all_reduce(numbers)
    return dict(zip(told, (numbers / Ranks.world).tolist()))


def of_first_rank(found):
    """What the first process has found, for all: on CPUs batch norm sees other examples in every process."""
    if Ranks.world == 1:
        return found
    everywhere = [found]
    dist.broadcast_object_list(everywhere)
    return everywhere[0]


def share_of(batch):
    """The part of a batch that this process computes."""
    if Ranks.world == 1:
        return batch
    return Batch(batch.inputs.chunk(Ranks.world)[Ranks.rank], batch.labels.chunk(Ranks.world)[Ranks.rank])


def distributed(network):
    """The same network in every process, with the mean of their gradients; batch norm over all of them, on GPUs."""
    if next(network.parameters()).is_cuda:
        return nn.parallel.DistributedDataParallel(nn.SyncBatchNorm.convert_sync_batchnorm(network))
    return nn.parallel.DistributedDataParallel(network)


def join_ranks(gather):
    """Take part in what `torchrun` has started, if it has."""
    Ranks.world = int(os.environ.get("WORLD_SIZE", 1))
    if Ranks.world == 1:
        return
    Ranks.rank, Ranks.gather = int(os.environ["RANK"]), gather
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")


def leave_ranks():
    """The end of that."""
    if Ranks.world > 1:
        dist.destroy_process_group()


