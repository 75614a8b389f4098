"""Holds exported scripts against the lab: `python parity.py FOLDER...`, each a folder as `parity.ts` writes it. Prints one
JSON object: by folder the largest differences, what is beyond the limits, and what of the script nothing uses."""

import contextlib
import importlib.util
import json
import math
import sys
import time
from pathlib import Path
from typing import NamedTuple

import torch
from unused import unused

RELATIVE, ABSOLUTE = 1e-4, 1e-6  # of losses, similarities and gradients
EVALUATION = 1e-5


def load(folder):
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(f"train_{folder.name.replace('-', '_')}", folder / "train.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Compared(NamedTuple):
    """A number of the lab and of torch (either may be missing), and how far they may be apart."""

    kind: str
    ours: float
    theirs: float
    limit: float

    def difference(self):
        missing = [value is None or math.isnan(value) for value in (self.ours, self.theirs)]
        if any(missing):
            return 0.0 if all(missing) else math.inf
        return abs(self.ours - self.theirs)


class Report:
    """What was compared, by the place where it was found."""

    def __init__(self):
        self.found = {}

    def compare(self, kind, place, ours, theirs, relative=RELATIVE, absolute=ABSOLUTE):
        self.found[place, len(self.found)] = Compared(kind, ours, theirs, absolute + relative * abs(ours or 0))

    def beyond(self):
        return {place: pair for place, pair in self.found.items() if not pair.difference() <= pair.limit}


def gradient(before, after, optimiser):
    """What an optimiser was given, from the moments before and after it."""
    group = optimiser.param_groups[0]
    if "betas" in group:
        return (after - group["betas"][0] * before) / (1 - group["betas"][0])
    return after - group["momentum"] * before


def put_state(network, optimiser, state, step):
    """Weights and moments of the lab before a step."""
    network.load_state_dict({name[8:]: value for name, value in state.items() if name.startswith("network/")})
    adam = "betas" in optimiser.param_groups[0]
    for name, parameter in network.named_parameters():
        if adam:
            moments = {"exp_avg": state[f"m/{name}"].clone(), "exp_avg_sq": state[f"v/{name}"].clone()}
            optimiser.state[parameter] = {"step": torch.tensor(float(step), dtype=torch.float32), **moments}
        else:
            optimiser.state[parameter] = {"momentum_buffer": state[f"velocity/{name}"].clone()}


def put_maps(script, state):
    """Maps that are trained along, and their moments, before a step."""
    for name, weight in state.items():
        if name.startswith("map/parameter/"):
            key = name[len("map/parameter/") :]
            slots = {"exp_avg": "m", "exp_avg_sq": "v", "momentum_buffer": "velocity"}
            moments = {own: state[f"map/{slot}/{key}"].clone() for own, slot in slots.items() if f"map/{slot}/{key}" in state}
            script.Maps.put(key, weight, moments)


def evaluated(script, report, found, place, network, probe, frame, validation):
    """Holds an evaluation of the lab against one of the script, and returns that one."""
    scores = script.scores(network, validation, "cpu", script.read_groups())
    loss, accuracy, predictions = scores["loss"], scores["accuracy"], scores["predictions"]
    for i, (own, theirs) in enumerate(zip(found["groups"], scores["groups"])):
        for j in range(2):
            report.compare("evaluation", f"{place} group {i} {j}", own[j], theirs[j], EVALUATION, EVALUATION)
    report.compare("evaluation", f"{place} loss", found["loss"], loss, EVALUATION, EVALUATION)
    report.compare("evaluation", f"{place} metric", found["metric"], script.metric_of(loss, accuracy, frame), EVALUATION, EVALUATION)
    if found["predictions"]:  # which are kept of the last one
        same = sum(a == b for a, b in zip(found["predictions"], predictions)) / len(predictions)
        report.compare("evaluation", f"{place} predictions", 1.0, same if len(predictions) == len(found["predictions"]) else 0.0, 0, 1e-3)
    matrices, similarities = probe.compare(network)
    measured = [value for name in script.followed_measures() for value in similarities[name]]
    assert len(measured) == len(found["measured"])
    for i, (own, theirs) in enumerate(zip(found["measured"], measured)):
        report.compare("probe", f"{place} measured {i}", own, theirs, EVALUATION, EVALUATION)
    for guide, values in matrices.items():
        for field in range(3):
            for own, theirs in zip([row[field] for row in found["matrices"][guide]], values[..., field].flatten().tolist()):
                report.compare("probe", f"{place} {guide} {field}", own, theirs, EVALUATION, EVALUATION)
    return {"step": found["step"], "loss": loss, "similarities": similarities}


def arm_at(script, arms, name, step):
    """What an arm is at a step."""
    return script.through_forks(arms, name, step) if hasattr(script, "through_forks") else arms[name]


def take_step(script, network, optimiser, arms, name, step, guides, training):
    """A step of a member as the script takes it; nothing where its warm-up has not begun. Steps are counted by `Now`."""
    if step >= 0:
        script.Now.step, arm = step, arm_at(script, arms, name, step)
        batch = training.batch(script.Now.seed, step, script.BATCH)
        return script.learn(network, optimiser, arm, guides, batch, script.rate_at(arm, step), script.terms_at(arm, step))
    arm = arm_at(script, arms, name, -1)
    if not arm.warmup or step < -arm.warmup.steps:
        return None
    script.Now.step = step + arm.warmup.steps
    batch = script.make_warmup_inputs(script.drawing_anew(training))[arm.warmup.inputs].batch(script.Now.seed, script.Now.step, script.BATCH)
    return script.warm_up_step(network, optimiser, arm, guides, batch)


def optimiser_of(script, network, arms, name, step):
    """That of a step, and how many steps its moments have behind them."""
    arm, first = arm_at(script, arms, name, step), arm_at(script, arms, name, -1)
    make = getattr(arm, "optimiser", script.make_optimiser)
    warmup = getattr(first, "warmup", None)
    before = warmup.steps if warmup and (step < 0 or getattr(warmup, "keep_optimiser", False)) else 0
    return make(network.parameters()), before + step


def check_member(script, report, member, states, frame, validation):
    name, seed = member["arm"], member["seed"]
    script.Now.seed, script.Now.parity, script.Now.step, script.Now.evaluations = seed, True, 0, []
    arms, guides, training = script.make_arms(), script.make_guides(seed), script.make_training_set()
    network = script.start_of(arm_at(script, arms, name, -1), seed)
    probe = script.Probe(validation.inputs[: script.CHUNK], guides, frame)
    evaluations, states = {found["step"]: found for found in member["evaluations"]}, states[f"{name}-{seed}"]
    for told in member["steps"]:
        step, place = told["step"], f"{name}-{seed} step {told['step']}"
        before, after = states[step], states[step + 1]
        optimiser, taken = optimiser_of(script, network, arms, name, step)
        if step == member["steps"][0]["step"]:  # the script's own start
            for key, value in network.state_dict().items():
                report.compare("start", f"{place} {key}", 0.0, (value - before[f"network/{key}"]).abs().sum().item(), 0, 0)
        else:  # until then maps, too, are as the script begins them
            put_maps(script, before)
        put_state(network, optimiser, before, taken)
        if step in evaluations:
            script.Now.evaluations.append(
                evaluated(script, report, evaluations[step], f"{name}-{seed} evaluation {step}", network, probe, frame, validation)
            )
        learned = take_step(script, network, optimiser, arms, name, step, guides, training)
        if learned is None:
            report.compare("loss", f"{place} none", told["loss"], None)
            report.compare("alignment", f"{place} none", told["alignment"], None)
            continue
        report.compare("loss", f"{place} loss", told["loss"], learned["loss"])
        report.compare("loss", f"{place} metric", told["metric"], script.metric_of(learned["loss"], learned["accuracy"], frame))
        report.compare("alignment", f"{place} alignment", told["alignment"], learned["alignment"])
        check_update(script, report, place, network, optimiser, before, after)
        if told in (member["steps"][0], member["steps"][-1]):
            check_weights(report, place, network, optimiser, before, after)


def check_update(script, report, place, network, optimiser, before, after):
    """Gradients, by what the moments have become, running statistics, and weights, of maps, too."""
    slot, own = ("m", "exp_avg") if "betas" in optimiser.param_groups[0] else ("velocity", "momentum_buffer")
    # Where a warm-up ends the lab has forgotten the moments.
    forgotten = not any(after[f"{slot}/{key}"].any() for key, _ in network.named_parameters())
    pairs = {}
    for key, parameter in () if forgotten else network.named_parameters():
        ours = gradient(before[f"{slot}/{key}"], after[f"{slot}/{key}"], optimiser)
        theirs = gradient(before[f"{slot}/{key}"], optimiser.state[parameter][own], optimiser)
        pairs[key] = ours, theirs
    whole = [math.sqrt(sum(pair[i].square().sum().item() for pair in pairs.values())) for i in (0, 1)]
    report.compare("gradient", f"{place} all", *whole)
    # Parameter by parameter, and in direction, too: as a part of the whole gradient some are rounding.
    rounding = ABSOLUTE + 1e-5 * whole[0]
    for key, (ours, theirs) in pairs.items():
        norm = ours.norm().item()
        report.compare("gradient", f"{place} {key}", norm, theirs.norm().item(), absolute=rounding)
        report.compare("direction", f"{place} {key}", 0.0, (ours - theirs).norm().item(), 0, rounding + 2e-3 * norm)
    for key, buffer in network.named_buffers():
        if "running" in key:
            report.compare("statistics", f"{place} {key}", after[f"network/{key}"].norm().item(), buffer.norm().item())
    for key, weight in script.Maps.weights().items() if hasattr(script, "Maps") else ():
        begun, ended = before[f"map/{slot}/{key}"], after[f"map/{slot}/{key}"]
        if not forgotten:
            ours, theirs = (gradient(begun, moment, optimiser) for moment in (ended, script.Maps.moments[weight][own]))
            report.compare("gradient", f"{place} {key}", ours.norm().item(), theirs.norm().item())
            report.compare("direction", f"{place} {key}", 0.0, (ours - theirs).norm().item(), 0, ABSOLUTE + 2e-3 * ours.norm().item())
        report.compare("map", f"{place} {key}", 0.0, (after[f"map/parameter/{key}"] - weight).norm().item(), 0, ABSOLUTE + 1e-4 * weight.norm().item())


def check_weights(report, place, network, optimiser, before, after):
    """What the optimiser makes of the lab's gradient, with the rate of the script: what of a gradient is rounding would else decide
    where weights go, since Adam makes all gradients equally large."""
    put_state(network, optimiser, before, optimiser.state[next(network.parameters())].get("step", torch.tensor(1.0)).item() - 1)
    slot = "m" if "betas" in optimiser.param_groups[0] else "velocity"
    decoupled = isinstance(getattr(optimiser, "target", optimiser), torch.optim.AdamW)
    decay = 0 if decoupled else optimiser.param_groups[0]["weight_decay"]
    for key, parameter in network.named_parameters():
        if parameter.grad is not None:
            given = gradient(before[f"{slot}/{key}"], after[f"{slot}/{key}"], optimiser)
            parameter.grad.copy_(given - decay * before[f"network/{key}"])
    optimiser.step()
    for key, parameter in network.named_parameters():
        start, end = before[f"network/{key}"], after[f"network/{key}"]
        limit = 2e-3 * (end - start).norm().item() + 1e-6 * start.norm().item() + 1e-9
        report.compare("update", f"{place} {key}", 0.0, (parameter - end).norm().item(), 0, limit)


@contextlib.contextmanager
def in_float64(script):
    """The script computes in float64, whatever it says."""
    single, read = torch.Tensor.float, script.read_safetensors
    widened = lambda tensors: {name: value.double() if value.is_floating_point() else value for name, value in tensors.items()}
    torch.set_default_dtype(torch.float64)
    torch.Tensor.float = torch.Tensor.double
    script.read_safetensors = lambda path: widened(read(path))
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)
        torch.Tensor.float, script.read_safetensors = single, read


def compared(script, folder):
    report = Report()
    frame = json.loads((folder / "experiment.json").read_text())
    states = {}
    for name, tensor in script.read_safetensors(folder / "parity.safetensors").items():
        member, step, rest = name.split("|")
        states.setdefault(member, {}).setdefault(int(step), {})[rest] = tensor
    for member in json.loads((folder / "parity.json").read_text()):
        check_member(script, report, member, states, frame, script.read_set("val"))
    return report


def check(folder):
    """What is beyond the limits. Where float32 rounds differently here and there, float64 decides: what the script makes of the
    same weights in float64 must be as near to the lab's number."""
    began = time.time()
    script = load(folder)
    report = compared(script, folder)
    beyond = report.beyond()
    if beyond:
        with in_float64(script):
            still = compared(script, folder).beyond()
        beyond = {place: pair for place, pair in still.items() if place in beyond}
    worst = {}
    for pair in report.found.values():
        worst[pair.kind] = max(worst.get(pair.kind, 0.0), pair.difference() / pair.limit if pair.limit else 0.0)
    return {
        "worst": worst,
        "compared": len(report.found),
        "kinds": sorted({pair.kind for pair in beyond.values()}),
        "beyond": [[pair.kind, place[0], pair.ours, pair.theirs] for place, pair in beyond.items()][:20],
        "unused": unused((folder / "train.py").read_text()),
        "seconds": time.time() - began,
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps({folder: check(Path(folder)) for folder in sys.argv[1:]}))
