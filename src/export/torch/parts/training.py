"""Training: one step, and one member (an arm with a seed) from its first step to its last."""

import contextlib
import math
import time
from concurrent.futures import ThreadPoolExecutor

import torch
import torch.nn.functional as F
from torch import nn

from .board import log, open_board
from .data import read_groups
from .evaluation import CHUNK, MISSING, Probe, recalibrated, scores
from .files import RUNS, WEIGHTS, read_safetensors, write_safetensors
from .now import Now
from .ranks import Ranks, distributed, over_ranks, share_of
from .results import member_result, metric_of
from .settings import (
    arm_at,
    BATCH,
    CLIP_NORM,
    EVALUATE_EVERY,
    STEPS,
    make_arms,
    make_guides,
    make_optimiser,
    make_target,
    make_training_set,
    rate_at,
    weight_at,
)
from .terms import Align, Output


def learn(network, optimiser, arm, guides, batch, step, parts=1, compute=contextlib.nullcontext):
    """One step: the task's loss and accuracy on the batch before the update, the alignment loss (NaN where there is none), and
    the norm of the gradient. Nothing is updated where one of them is not finite.
    `parts` of the batch are taken one after the other, for memory: CKA then compares the fewer examples of a part."""
    network.train()
    for group in optimiser.param_groups:
        group["lr"] = rate_at(arm, step)
    optimiser.zero_grad(set_to_none=True)
    weights = [(term, weight_at(arm, term, step)) for term in arm.terms]
    terms = [(term, weight) for term, weight in weights if weight > 0]
    told = {"loss": 0.0, "accuracy": 0.0, "alignment": 0.0 if any(isinstance(term, Align) for term, _ in terms) else MISSING}
    for part in batch.split(parts):
        with compute():
            target = Output(*network(part.inputs))
            with torch.no_grad():
                shown = {name: guides[name].show(part.inputs) for name in {term.guide for term, _ in terms}}
        logits = target.logits.float()
        task = F.cross_entropy(logits, part.labels, ignore_index=-1)
        loss = arm.task_weight * F.cross_entropy(logits, part.labels, ignore_index=-1, label_smoothing=arm.label_smoothing)
        for term, weight in terms:
            own = weight * term.loss(target, shown[term.guide], part)
            if isinstance(term, Align):
                told["alignment"] += own.item() / parts
                own = own * (Ranks.world if Ranks.gather else 1)  # see `gathered`
            loss = loss + own
        (loss / parts).backward()
        asked = part.labels >= 0
        told["loss"] += task.item() / parts
        told["accuracy"] += (target.logits.argmax(-1) == part.labels)[asked].float().mean().item() / parts
    told["norm"] = nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM).item()
    told = over_ranks(told)
    if math.isfinite(told["loss"]) and math.isfinite(told["norm"]):
        optimiser.step()
    return told


def start_of(arm, seed):
    """The target with the weights that an arm begins with."""
    torch.manual_seed(seed)  #: made
    network = make_target()
    network.load_state_dict(read_safetensors(WEIGHTS / f"{arm.start}-{seed}.safetensors"))  #: not made
    return network


def ahead(training, seed, steps, size, device):
    """This process's share of the batch of every step, each made ready while the one before it is learnt from."""

    def ready(step):
        return share_of(training.batch(seed, step, size)).to(device)

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(ready, steps[0]) if steps else None
        for step in steps:
            batch = following.result()
            following = pool.submit(ready, step + 1) if step + 1 in steps else None
            yield batch


def compute_in(options):
    """What networks are evaluated under: bfloat16 where it is asked for (it needs no scaling of losses)."""
    if not options.bf16:
        return contextlib.nullcontext
    return lambda: torch.autocast(options.device.type, torch.bfloat16)


def train_member(name, seed, frame, validation, options):
    """Train an arm with a seed, and return what is known of it. Its weights, and with `--resume` a checkpoint at every
    evaluation, go into the folder `runs`."""
    device, own = options.device, RUNS / f"{name}-{seed}"
    Now.seed, Now.parity = seed, options.parity
    torch.manual_seed(seed)
    arms, training = make_arms(), make_training_set()  #: not source
    arms, training = make_arms(), make_training_set(options.source)  #: source
    guides = {guide: shown.to(device) for guide, shown in make_guides(seed).items()}
    network = start_of(arms[name], seed).to(device)
    optimiser, groups = make_optimiser(network.parameters()), read_groups()  #: not made
    optimiser, groups = make_optimiser(network.parameters()), None  #: made
    learner = distributed(network) if Ranks.world > 1 else network
    if options.compile and hasattr(torch, "compile"):
        learner = torch.compile(learner)
    board = open_board(options.tensorboard, f"{name}-{seed}")
    probe = Probe(validation.inputs[:CHUNK].to(device), guides, frame)
    history = {"steps": [], "evaluations": [], "diverged_at": None, "seconds": 0.0}
    checkpoint = own.with_suffix(".checkpoint")
    if options.resume and checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device)
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        history = saved["history"]
        torch.set_rng_state(saved["random"].cpu())
    begun = time.time() - history["seconds"]

    def evaluate(step):
        found = scores(network, validation, device, groups)
        found["metric"] = metric_of(found["loss"], found["accuracy"], frame)
        matrices, measured = probe.compare(network)
        history["evaluations"].append({"step": step, **found, "matrices": matrices, "measured": measured})
        history["seconds"] = time.time() - begun
        if options.resume and Ranks.rank == 0:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "random": torch.get_rng_state()}
            torch.save({**state, "history": history}, checkpoint)
        if Ranks.rank == 0:
            log(board, "validation", found, step)
            metric = frame["metric"]["name"]
            print(f"{arms[name].name}, seed {seed}, step {step}: validation loss {found['loss']:.4f}, {metric} {found['metric']:.4f}", flush=True)

    if not history["evaluations"]:
        evaluate(0)
    steps = range(len(history["steps"]), STEPS)
    batches = ahead(training, seed, steps, BATCH, device)
    for step in steps:
        Now.step = step
        if history["diverged_at"] is None:
            told = learn(learner, optimiser, arm_at(arms, name, step), guides, next(batches), step, options.accumulate, compute_in(options))
            if not (math.isfinite(told["loss"]) and math.isfinite(told["norm"])):
                history["diverged_at"] = step + 1
        if history["diverged_at"] is not None:
            told = {key: MISSING for key in told}
        history["steps"].append(told)
        log(board, "training", told, step + 1)
        if (step + 1) % EVALUATE_EVERY == 0 or step + 1 == STEPS:
            evaluate(step + 1)
    history["recalibrated"] = recalibrated(network, training.examples, validation, device)
    write_safetensors(own.with_suffix(".safetensors"), network.state_dict())
    return member_result(frame, name, seed, history)
