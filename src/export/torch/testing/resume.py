"""`python resume.py FOLDER`: trains a member to its end, and once more in two halves; fails unless the two are the same."""

import importlib.util
import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
spec = importlib.util.spec_from_file_location("train", folder / "train.py")
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)


def train(steps, *words):
    script.STEPS = steps
    member = script.train_member("forked", 0, frame, script.read_set("val"), script.arguments(["--device", "cpu", *words]))
    return {key: value for key, value in member.items() if key != "seconds"}


frame = json.loads((folder / "experiment.json").read_text())
(folder / "runs").mkdir(exist_ok=True)
steps = script.STEPS
whole = train(steps)
half = train(steps // 2, "--resume")
assert len(half["history"]["step"]) == steps // 2
assert train(steps, "--resume") == whole, "going on from a checkpoint led elsewhere"
