"""The result file, in the format of the Guidance Playground, which draws it beside its own."""

import json
import math
import time

import torch

from .files import RUNS
from .settings import followed_measures, RECENT, SEEDS, STEPS, make_arms


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


def curves(frame, steps, evaluations, first=1):
    """Of consecutive steps, `first` the number of the first of them, and of the evaluations among them."""
    alignment = [finite(told["alignment"]) for told in steps]

    def followed(measures):
        return [[finite(value) for name in measures for value in e["similarities"][name]] for e in evaluations]

    return {
        "step": list(range(first, first + len(steps))),
        "trainLoss": [finite(told["loss"]) for told in steps],
        "trainMetric": [finite(metric_of(told["loss"], told["accuracy"], frame)) for told in steps],
        **({"alignmentLoss": alignment} if any(value is not None for value in alignment) else {}),
        "valStep": [e["step"] for e in evaluations],
        "valLoss": [finite(e["loss"]) for e in evaluations],
        "valMetric": [finite(e["metric"]) for e in evaluations],
        "similarity": followed(["cka"]),
        "similarityDebiased": followed(["cka-debiased"]),
        "similarityChance": followed(["chance"]),
        **({"similarityMeasured": followed(followed_measures())} if followed_measures() else {}),
    }


def group_result(name, index, evaluations):
    """Scores on a group of labels; the labels of a set may all be of the first groups."""
    loss, accuracy = ([finite(e["groups"][index][i]) if index < len(e["groups"]) else None for e in evaluations] for i in range(2))
    return {"name": name, "loss": loss[-1], "accuracy": accuracy[-1], "history": {"loss": loss, "accuracy": accuracy}}


def member_result(frame, arm, seed, history):
    """What the file says of an arm with a seed."""
    steps, evaluations, again = history["steps"], history["evaluations"], history["recalibrated"]
    before = [e for e in evaluations if e["step"] < 0]  #: warmup
    evaluations = evaluations[len(before) :]  #: warmup
    first, last = evaluations[0], evaluations[-1]
    losses = [told["loss"] for told in steps]
    metrics = [metric_of(told["loss"], told["accuracy"], frame) for told in steps]
    loss = mean(losses[-RECENT:])
    better = max if frame["metric"]["higherIsBetter"] else min
    scored = [e for e in evaluations if math.isfinite(e["metric"])]
    best = better(scored, key=lambda e: e["metric"]) if scored else first
    begin, end = ([[finite(value) for value in e["similarities"][name]] for name in ("cka", "cka-debiased", "chance")] for e in (first, last))
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
            {**pair, "start": begin[0][i], "end": end[0][i], "startDebiased": begin[1][i], "endDebiased": end[1][i], "chance": end[2][i]}
            for i, pair in enumerate(frame["pairs"])
        ],
        **({"groups": groups} if groups else {}),
        **({"warmup": curves(frame, history["warmup"], before, 1 - len(history["warmup"]))} if history["warmup"] else {}),  #: warmup
        "history": curves(frame, steps, evaluations),
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
