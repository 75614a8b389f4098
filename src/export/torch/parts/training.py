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
from .evaluation import CHUNK, MISSING, NOTHING, Probe, recalibrated, scores
from .files import RUNS, WEIGHTS, read_safetensors, write_safetensors
from .now import Now
from .ranks import Ranks, distributed, of_first_rank, over_ranks, share_of
from .results import member_result, metric_of
from .settings import (
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
from .terms import Align, Output, through_forks
from .warmup import warm_up


def task_loss(arm, target, labels):
    """The cross-entropy as an arm minimises it, with its weight and label smoothing; without them, and the accuracy."""
    logits, asked = target.logits.float(), labels >= 0
    loss = F.cross_entropy(logits, labels, ignore_index=-1).item()
    accuracy = (logits.argmax(-1) == labels)[asked].float().mean().item()
    return arm.task_weight * F.cross_entropy(logits, labels, ignore_index=-1, label_smoothing=arm.label_smoothing), loss, accuracy


def learn(network, optimiser, arm, guides, batch, rate, terms, parts=1, compute=contextlib.nullcontext):  #: not warmup
def learn(network, optimiser, arm, guides, batch, rate, terms, parts=1, compute=contextlib.nullcontext, task=task_loss):  #: warmup
    """One step of an arm at a learning rate, with some of its terms, each with its weight: (term, weight). Returns the task's loss and
    accuracy on the batch before the update, the alignment loss (NaN where there is none), the norm of the gradient before it is
    clipped, and the total loss. Nothing is updated where these last two are not finite.
    `parts` of the batch are taken one after the other, for memory: CKA then compares the fewer examples of a part."""
    network.train()
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    told = {"loss": 0.0, "accuracy": 0.0, "alignment": 0.0 if any(isinstance(term, Align) for term, _ in terms) else MISSING, "total": 0.0}
    names = {term.guide for term, _ in terms}
    names.discard(None)  # regularisers have no guide  #: regularise
    for part in batch.split(parts):
        with compute():
            target = Output(*network(part.inputs))
            with torch.no_grad():
                shown = {name: guides[name].show(part.inputs) for name in names}
        total, loss, accuracy = task_loss(arm, target, part.labels)  #: not warmup
        total, loss, accuracy = task(arm, target, part.labels)  #: warmup
        for term, weight in terms:
            own = weight * term.loss(target, shown.get(term.guide), part)
            if isinstance(term, Align):
                told["alignment"] += own.item() / parts
            total = total + own
        (total / parts).backward()
        told["loss"] += loss / parts
        told["accuracy"] += accuracy / parts
        told["total"] += total.item() / parts
    told["norm"] = nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM).item()
    told = over_ranks(told)
    if not diverges(told):
        optimiser.step()
    return told


def diverges(told):
    """Whether a step cannot be taken."""
    return not (math.isfinite(told["total"]) and math.isfinite(told["norm"]))


def terms_at(arm, step):
    """The terms of an arm that count in a step, each with its weight."""
    weights = [(term, term.weight_at(step)) for term in arm.terms]  #: not moved
    weights = [(term, weight_at(arm, term, step)) for term in arm.terms]  #: moved
    return [(term, weight) for term, weight in weights if weight > 0]


def continued(optimiser, settings):
    """An optimiser with other settings and the moments of one that was there before."""
    settings.state.update(optimiser.state)
    return settings


def start_of(arm, seed):
    """The target with the weights that an arm begins with."""
    torch.manual_seed(seed)  #: made
    network = make_target()  #: not target
    network = arm.target()  #: target
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
    """Makes the context in which networks compute in training: autocast to bfloat16 where it is asked for (no loss scaling is needed)."""
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
    arm = arms[name]  #: not fork
    arm = through_forks(arms, name, -1)  # what it forks from in the end  #: fork
    network = start_of(arm, seed).to(device)
    optimiser = make_optimiser(network.parameters())  #: not optimiser
    optimiser = arm.optimiser(network.parameters())  #: optimiser
    groups = read_groups()  #: not made
    groups = None  #: made
    learner = distributed(network) if Ranks.world > 1 else network
    if options.compile and hasattr(torch, "compile"):
        learner = torch.compile(learner)
    board = open_board(options.tensorboard, f"{name}-{seed}")
    probe = Probe(validation.inputs[:CHUNK].to(device), guides, frame)
    history = {"steps": [], "evaluations": [], "diverged_at": None, "seconds": 0.0}
    history["warmup"] = []  #: warmup
    checkpoint = own.with_suffix(".checkpoint")
    if options.resume and checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=False)  # what this script saved: not only weights
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        history = saved["history"]
        torch.set_rng_state(saved["random"].cpu())
    Now.evaluations = history["evaluations"]  #: stall
    begun = time.time() - history["seconds"]

    def evaluate(step):
        if any(known["step"] == step for known in history["evaluations"]):  # it goes on from there
            return
        found = scores(network, validation, device, groups)
        found["metric"] = metric_of(found["loss"], found["accuracy"], frame)
        matrices, similarities = probe.compare(network)
        evaluation = {"step": step, **found, "matrices": matrices, "similarities": similarities}
        evaluation = of_first_rank(evaluation)  # so that courses end at the same step in all processes  #: stall
        history["evaluations"].append(evaluation)
        history["seconds"] = time.time() - begun
        if options.resume and Ranks.rank == 0:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "random": torch.get_rng_state()}
            torch.save({**state, "history": history}, checkpoint)
        if Ranks.rank == 0:
            log(board, "validation", found, step)
            metric = frame["metric"]["name"]
            print(f"{arms[name].name}, seed {seed}, step {step}: validation loss {found['loss']:.4f}, {metric} {found['metric']:.4f}", flush=True)

    optimiser = warm_up(learner, optimiser, arm, guides, training, history, evaluate, options, compute_in(options))  #: warmup
    evaluate(0)
    steps = range(len(history["steps"]), STEPS)
    batches = ahead(training, seed, steps, BATCH, device)
    for step in steps:
        arm = through_forks(arms, name, step)  #: fork not optimiser
        before, arm = arm, through_forks(arms, name, step)  #: fork optimiser
        if arm is not before:  #: fork optimiser
            optimiser = continued(optimiser, arm.optimiser(network.parameters()))  #: fork optimiser
        Now.step, told = step, NOTHING
        if history["diverged_at"] is None:
            rate, terms = rate_at(arm, step), terms_at(arm, step)
            told = learn(learner, optimiser, arm, guides, next(batches), rate, terms, options.accumulate, compute_in(options))
            if diverges(told):
                history["diverged_at"], told = step + 1, NOTHING
        history["steps"].append(told)
        log(board, "training", told, step + 1)
        if (step + 1) % EVALUATE_EVERY == 0 or step + 1 == STEPS:
            evaluate(step + 1)
    if board:
        board.close()  # writes what it still holds back
    history["recalibrated"] = recalibrated(network, training.examples, validation, device)
    write_safetensors(own.with_suffix(".safetensors"), network.state_dict())
    return member_result(frame, name, seed, history)
