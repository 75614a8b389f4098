"""The result file, in the format of the Guidance Playground, which draws it beside its own."""

import json
import math
import time

import torch

from .files import RUNS
from .settings import RECENT, SEEDS, STEPS, make_arms


def finite(value):
    """None stands for everything that is no number."""
    return value if value is not None and math.isfinite(value) else None


def mean(values):
    return sum(values) / len(values) if values else float("nan")


def metric_of(loss, accuracy, frame):
    """What the task is judged by: accuracy, or perplexity."""
    return math.exp(loss) if frame["metric"]["name"] == "perplexity" and loss < 700 else accuracy


def rounded(matrix):
    """Similarities of all layers [target, guide, 3] as the file has them."""
    names = ("cka", "debiased", "chance")
    values = [[[None if math.isnan(v) else round(v, 5) for v in row] for row in matrix[..., i].tolist()] for i in range(3)]
    return dict(zip(names, values))


def pair_values(pair, evaluation, frame):
    """CKA, debiased CKA and chance level of a pair of layers at an evaluation."""
    layers = frame["layers"]
    place = layers["target"].index(pair["targetTap"]), layers["guides"][pair["guide"]].index(pair["guideTap"])
    return [finite(value) for value in evaluation["matrices"][pair["guide"]][place].tolist()]


def group_result(name, index, evaluations):
    """Scores on a group of labels; the labels of a set may all be of the first groups."""
    curves = [[finite(e["groups"][index][i]) if index < len(e["groups"]) else None for e in evaluations] for i in range(2)]
    return {"name": name, "loss": curves[0][-1], "accuracy": curves[1][-1], "history": {"loss": curves[0], "accuracy": curves[1]}}


def member_result(frame, arm, seed, history):
    """What the file says of an arm with a seed."""
    steps, evaluations, again = history["steps"], history["evaluations"], history["recalibrated"]
    first, last = evaluations[0], evaluations[-1]
    losses = [told["loss"] for told in steps]
    metrics = [metric_of(told["loss"], told["accuracy"], frame) for told in steps]
    alignment = [finite(told["alignment"]) for told in steps]
    loss = mean(losses[-RECENT:])
    better = max if frame["metric"]["higherIsBetter"] else min
    scored = [e for e in evaluations if math.isfinite(e["metric"])]
    best = better(scored, key=lambda e: e["metric"]) if scored else first
    pairs = frame["pairs"]
    similarity = [[pair_values(pair, e, frame) for pair in pairs] for e in evaluations]
    groups = [group_result(name, i, evaluations) for i, name in enumerate(frame["groups"])]
    return {
        "arm": arm,
        "seed": seed,
        "diverged": history["diverged_at"] is not None,
        "divergedAt": history["diverged_at"],
        "initial": {"valLoss": finite(first["loss"]), "valMetric": finite(first["metric"])},
        "final": {
            "trainLoss": finite(loss),
            "trainMetric": finite(metric_of(loss, mean(metrics[-RECENT:]), frame)),
            "valLoss": finite(last["loss"]),
            "valMetric": finite(last["metric"]),
            "valMetricRecalibrated": finite(metric_of(again["loss"], again["accuracy"], frame)),
        },
        "best": {"step": best["step"], "valLoss": finite(best["loss"]), "valMetric": finite(best["metric"])},
        "pairs": [
            {**pair, "start": begin[0], "end": end[0], "startDebiased": begin[1], "endDebiased": end[1], "chance": end[2]}
            for pair, begin, end in zip(pairs, similarity[0], similarity[-1])
        ],
        **({"groups": groups} if groups else {}),
        "history": {
            "step": list(range(1, len(steps) + 1)),
            "trainLoss": [finite(value) for value in losses],
            "trainMetric": [finite(value) for value in metrics],
            **({"alignmentLoss": alignment} if any(value is not None for value in alignment) else {}),
            "valStep": [e["step"] for e in evaluations],
            "valLoss": [finite(e["loss"]) for e in evaluations],
            "valMetric": [finite(e["metric"]) for e in evaluations],
            "similarity": [[values[0] for values in row] for row in similarity],
            "similarityDebiased": [[values[1] for values in row] for row in similarity],
            "similarityChance": [[values[2] for values in row] for row in similarity],
            **({"similarityMeasured": [[finite(value) for value in e["measured"]] for e in evaluations]} if last["measured"] else {}),
        },
        "matrices": {
            guide: {"start": rounded(first["matrices"][guide]), "end": rounded(last["matrices"][guide])} for guide in frame["layers"]["guides"]
        },
        "predictions": last["predictions"],
        "seconds": history["seconds"],
    }


def spread(values):
    """Mean and standard deviation over seeds."""
    values = [value for value in values if value is not None]
    if not values:
        return {"mean": None, "sd": None}
    centre = mean(values)
    return {"mean": centre, "sd": math.sqrt(sum((v - centre) ** 2 for v in values) / (len(values) - 1)) if len(values) > 1 else None}


def write_result(frame, out, device):
    """Put the members in `runs` together, once all are there."""
    files = [RUNS / f"{arm}-{seed}.json" for arm in make_arms() for seed in SEEDS]
    missing = [file.stem for file in files if not file.exists()]
    if missing:
        print(f"Not trained yet: {', '.join(missing)}. {out} is written once they are.")
        return
    members = [json.loads(file.read_text()) for file in files]
    seconds = sum(member.pop("seconds") for member in members)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    result = {
        "schema": 2,
        "finishedAt": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "experiment": frame["experiment"],
        "environment": {"backend": "pytorch", "adapter": name, "browser": f"PyTorch {torch.__version__}", "version": frame["version"]},
        "metric": frame["metric"],
        "timing": {"seconds": seconds, "stepsPerSecond": STEPS * len(members) / max(seconds, 1e-9)},
        "guides": frame["guides"],
        "layers": frame["layers"],
        "members": members,
        "events": [],
        "summary": [],
    }
    for arm in make_arms():
        own = [member["final"] for member in members if member["arm"] == arm and not member["diverged"]]
        scores = {field: spread([final[field] for final in own]) for field in ("valMetric", "valLoss")}
        result["summary"].append({"arm": arm, "n": len(own), **scores})
    out.write_text(json.dumps(result, allow_nan=False))
    print(f"Written to {out}")
