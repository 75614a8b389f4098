"""Holds exported scripts against the lab: `python parity.py FOLDER...`, each a folder as `parity.ts` writes it. Prints one
JSON object: by folder the largest differences, and what is beyond the limits."""

import contextlib
import importlib.util
import json
import math
import sys
import time
from pathlib import Path
from typing import NamedTuple

import torch

RELATIVE, ABSOLUTE = 1e-4, 1e-6  # of losses, similarities and gradients
EVALUATION = 1e-5
OPEN = 5  # times what float32 leaves open


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


def check_member(script, report, member, states, frame, validation):
    name, seed = member["arm"], member["seed"]
    script.Now.seed, script.Now.parity, script.Now.step = seed, True, 0
    arms, guides, training = script.make_arms(), script.make_guides(seed), script.make_training_set()
    network = script.start_of(arms[name], seed)
    probe = script.Probe(validation.inputs[: script.CHUNK], guides, frame)

    found, place = member["evaluation"], f"{name}-{seed} evaluation"
    scores = script.scores(network, validation, "cpu", script.read_groups())
    loss, accuracy, predictions = scores["loss"], scores["accuracy"], scores["predictions"]
    for i, (own, theirs) in enumerate(zip(found["groups"], scores["groups"])):
        for j in range(2):
            report.compare("evaluation", f"{place} group {i} {j}", own[j], theirs[j], EVALUATION, EVALUATION)
    report.compare("evaluation", f"{place} loss", found["loss"], loss, EVALUATION, EVALUATION)
    report.compare("evaluation", f"{place} metric", found["metric"], script.metric_of(loss, accuracy, frame), EVALUATION, EVALUATION)
    same = sum(a == b for a, b in zip(found["predictions"], predictions)) / max(1, len(predictions))
    report.compare("evaluation", f"{place} predictions", 1.0, same if len(predictions) == len(found["predictions"]) else 0.0, 0, 1e-3)
    matrices, measured = probe.compare(network)
    for i, (own, theirs) in enumerate(zip(found["measured"], measured)):
        report.compare("probe", f"{place} measured {i}", own, theirs, EVALUATION, EVALUATION)
    for guide, values in matrices.items():
        for field in range(3):
            for own, theirs in zip([row[field] for row in found["matrices"][guide]], values[..., field].flatten().tolist()):
                report.compare("probe", f"{place} {guide} {field}", own, theirs, EVALUATION, EVALUATION)

    optimiser = script.make_optimiser(network.parameters())
    for step, told in enumerate(member["steps"]):
        script.Now.step = step
        before, after = (states[f"{name}-{seed}"][step + i] for i in (0, 1))
        put_state(network, optimiser, before, step)
        put_maps(script, before)
        learned = script.learn(network, optimiser, script.arm_at(arms, name, step), guides, training.batch(seed, step, script.BATCH), step)
        place = f"{name}-{seed} step {step}"
        report.compare("loss", f"{place} loss", told["loss"], learned["loss"])
        report.compare("loss", f"{place} metric", told["metric"], script.metric_of(learned["loss"], learned["accuracy"], frame))
        report.compare("alignment", f"{place} alignment", told["alignment"], learned["alignment"])
        pairs = {}
        for parameter_name, parameter in network.named_parameters():
            slot, own = ("m", "exp_avg") if "betas" in optimiser.param_groups[0] else ("velocity", "momentum_buffer")
            key = f"{slot}/{parameter_name}"
            ours = gradient(before[key], after[key], optimiser)
            theirs = gradient(before[key], optimiser.state[parameter][own], optimiser)
            pairs[parameter_name] = ours, theirs
        whole = [math.sqrt(sum(pair[i].square().sum().item() for pair in pairs.values())) for i in (0, 1)]
        report.compare("gradient", f"{place} all", *whole)
        # Parameter by parameter, and in direction, too: as a part of the whole gradient some are rounding.
        rounding = ABSOLUTE + 1e-5 * whole[0]
        for parameter_name, (ours, theirs) in pairs.items():
            norm = ours.norm().item()
            report.compare("gradient", f"{place} {parameter_name}", norm, theirs.norm().item(), absolute=rounding)
            report.compare("direction", f"{place} {parameter_name}", 0.0, (ours - theirs).norm().item(), 0, rounding + 2e-3 * norm)
        for key, weight in script.Maps.weights().items() if hasattr(script, "Maps") else ():
            ours = gradient(before[f"map/{slot}/{key}"], after[f"map/{slot}/{key}"], optimiser)
            theirs = gradient(before[f"map/{slot}/{key}"], script.Maps.moments[weight][own], optimiser)
            report.compare("gradient", f"{place} {key}", ours.norm().item(), theirs.norm().item())
            report.compare("direction", f"{place} {key}", 0.0, (ours - theirs).norm().item(), 0, ABSOLUTE + 2e-3 * ours.norm().item())
            report.compare("map", f"{place} {key}", 0.0, (after[f"map/parameter/{key}"] - weight).norm().item(), 0, ABSOLUTE + 1e-4 * weight.norm().item())
        for buffer_name, buffer in network.named_buffers():
            if "running" in buffer_name:
                report.compare("statistics", f"{place} {buffer_name}", after[f"network/{buffer_name}"].norm().item(), buffer.norm().item())


@contextlib.contextmanager
def in_float64(script):
    """The script computes in float64, whatever it says: what becomes of a number then tells how far float32 determines it."""
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


def openness(pairs, exact):
    """Of every kind of number in a case: how far float32 leaves it open, the largest difference to float64 in limits."""
    widest = {}
    for place, pair in pairs.items():
        if pair.limit and math.isfinite(pair.difference()):
            widest[pair.kind] = max(widest.get(pair.kind, 0.0), abs(pair.theirs - exact[place].theirs) / pair.limit if pair.theirs is not None else 0.0)
    return widest


def check(folder):
    """What is beyond the limits. Numbers of a kind that float32 leaves open in this case (in float64 they are others) may be as far
    off as that."""
    began = time.time()
    script = load(folder)
    report = compared(script, folder)
    beyond, left_open = report.beyond(), {}
    if beyond:
        with in_float64(script):
            left_open = openness(report.found, compared(script, folder).found)
        beyond = {place: pair for place, pair in beyond.items() if pair.difference() > OPEN * pair.limit * left_open.get(pair.kind, 0.0)}
    worst = {}
    for pair in report.found.values():
        worst[pair.kind] = max(worst.get(pair.kind, 0.0), pair.difference() / pair.limit if pair.limit else 0.0)
    return {
        "worst": worst,
        "compared": len(report.found),
        "open": left_open,
        "beyond": [[pair.kind, place[0], pair.ours, pair.theirs] for place, pair in beyond.items()][:20],
        "seconds": time.time() - began,
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps({folder: check(Path(folder)) for folder in sys.argv[1:]}))
