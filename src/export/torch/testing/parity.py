"""Holds exported scripts against the lab: `python parity.py FOLDER...`, each a folder as `parity.ts` writes it. Prints one
JSON object: by folder the largest differences, and what is beyond the limits."""

import importlib.util
import json
import math
import sys
import time
from pathlib import Path

import torch

RELATIVE, ABSOLUTE = 1e-4, 1e-6  # of losses, similarities and gradients
EVALUATION = 1e-5


def load(folder):
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(f"train_{folder.name.replace('-', '_')}", folder / "train.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Report:
    def __init__(self):
        self.worst, self.beyond, self.compared = {}, [], 0

    def compare(self, kind, place, ours, theirs, relative=RELATIVE, absolute=ABSOLUTE):
        """`ours` of the lab and `theirs` of torch; both may be missing."""
        self.compared += 1
        missing = [value is None or math.isnan(value) for value in (ours, theirs)]
        if any(missing):
            if not all(missing):
                self.beyond.append([kind, place, ours, theirs])
            return
        difference = abs(ours - theirs)
        self.worst[kind] = max(self.worst.get(kind, 0.0), difference / (absolute + relative * abs(ours)))
        if not difference <= absolute + relative * abs(ours):
            self.beyond.append([kind, place, ours, theirs])


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
            optimiser.state[parameter] = {"step": torch.tensor(float(step)), **moments}
        else:
            optimiser.state[parameter] = {"momentum_buffer": state[f"velocity/{name}"].clone()}


def check_member(script, report, member, states, frame, validation):
    name, seed = member["arm"], member["seed"]
    script.Now.seed, script.Now.parity, script.Now.step = seed, True, 0
    arms, guides, training = script.make_arms(), script.make_guides(seed), script.make_training_set()
    network = script.start_of(arms[name], seed)
    probe = script.Probe(validation.inputs, guides, frame)

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
        learned = script.learn(network, optimiser, script.arm_at(arms, name, step), guides, training.batch(seed, step, script.BATCH), step)
        place = f"{name}-{seed} step {step}"
        report.compare("loss", f"{place} loss", told["loss"], learned["loss"])
        report.compare("loss", f"{place} metric", told["metric"], script.metric_of(learned["loss"], learned["accuracy"], frame))
        report.compare("alignment", f"{place} alignment", told["alignment"], learned["alignment"])
        squares = [0.0, 0.0]
        for parameter_name, parameter in network.named_parameters():
            slot, own = ("m", "exp_avg") if "betas" in optimiser.param_groups[0] else ("velocity", "momentum_buffer")
            key = f"{slot}/{parameter_name}"
            ours = gradient(before[key], after[key], optimiser)
            theirs = gradient(before[key], optimiser.state[parameter][own], optimiser)
            report.compare("gradient", f"{place} {parameter_name}", ours.norm().item(), theirs.norm().item())
            squares = [total + g.square().sum().item() for total, g in zip(squares, (ours, theirs))]
            # In direction, too.
            report.compare("direction", f"{place} {parameter_name}", 0.0, (ours - theirs).norm().item() / (ours.norm().item() + 1e-3), 0, 2e-3)
        report.compare("gradient", f"{place} all", math.sqrt(squares[0]), math.sqrt(squares[1]))
        for buffer_name, buffer in network.named_buffers():
            if "running" in buffer_name:
                report.compare("statistics", f"{place} {buffer_name}", after[f"network/{buffer_name}"].norm().item(), buffer.norm().item())


def check(folder):
    began, report = time.time(), Report()
    script = load(folder)
    frame = json.loads((folder / "experiment.json").read_text())
    states = {}
    for name, tensor in script.read_safetensors(folder / "parity.safetensors").items():
        member, step, rest = name.split("|")
        states.setdefault(member, {}).setdefault(int(step), {})[rest] = tensor
    for member in json.loads((folder / "parity.json").read_text()):
        check_member(script, report, member, states, frame, script.read_set("val"))
    return {"worst": report.worst, "compared": report.compared, "beyond": report.beyond[:20], "count": len(report.beyond), "seconds": time.time() - began}


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps({folder: check(Path(folder)) for folder in sys.argv[1:]}))
