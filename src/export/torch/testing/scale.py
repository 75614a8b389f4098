"""`python scale.py FOLDER`: holds what exported scripts do beyond one plain run, and those that make weights and data themselves,
against what they say, all in one process. FOLDER has the exports by name (see scale.test.ts)."""

import contextlib
import importlib.util
import io
import json
import math
import sys
import types
from pathlib import Path

import torch
from PIL import Image

ROOT = Path(sys.argv[1])
torch.set_num_threads(1)


def load(name, *words):
    """A script as a module, as if it were started with these words."""
    sys.argv = ["train.py", *words]
    spec = importlib.util.spec_from_file_location(f"train_{len(sys.modules)}", ROOT / name / "train.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def run(script, *words):
    """Its members by arm, and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        script.main(["--device", "cpu", *words])
    return {file.stem: json.loads(file.read_text()) for file in script.RUNS.glob("*-*.json")}, said.getvalue()


def apart(a, b, of):
    """Largest difference of two members in a curve."""
    pairs = list(zip(a["history"][of], b["history"][of]))
    assert pairs and len(a["history"][of]) == len(b["history"][of])
    return max(abs(x - y) for x, y in pairs)


def refused(what, *words):
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            what(*words)
        except SystemExit as exit:
            return str(exit)
    raise AssertionError("it was not refused")


# Options of one plain run.

plain = load("plain")
once, _ = run(plain)
parts, _ = run(plain, "--accumulate", "2")
# Without guidance a batch in parts is the same batch; CKA of parts is another number.
assert apart(once["unguided-0"], parts["unguided-0"], "trainLoss") < 1e-5
assert apart(once["guided-0"], parts["guided-0"], "alignmentLoss") > 1e-3
half, _ = run(plain, "--bf16")
assert 0 < apart(once["guided-0"], half["guided-0"], "trainLoss") < 0.1
# Evaluations are float32.
assert once["guided-0"]["initial"] == half["guided-0"]["initial"]

compiled = []
torch.compile, had = lambda network: compiled.append(network) or network, getattr(torch, "compile", None)
same, _ = run(plain, "--compile", "--arm", "guided")
assert compiled and apart(once["guided-0"], same["guided-0"], "trainLoss") == 0
if had:
    torch.compile = had
else:
    del torch.compile
    run(plain, "--compile", "--arm", "unguided")

module = types.ModuleType("torch.utils.tensorboard")
sys.modules[module.__name__] = None  # as where it is not installed
_, said = run(plain, "--tensorboard", str(ROOT / "board"), "--arm", "guided")
assert "TensorBoard is not installed" in said
logged = []


class SummaryWriter:
    def __init__(self, folder):
        assert folder == str(ROOT / "board" / "guided-0"), folder

    def add_scalar(self, name, value, step):
        logged.append((name, value, step))

    def close(self):
        logged.append(("closed", None, None))


module.SummaryWriter = SummaryWriter
sys.modules[module.__name__] = module
member, _ = run(plain, "--tensorboard", str(ROOT / "board"), "--arm", "guided")
history = member["guided-0"]["history"]
assert [value for name, value, _ in logged if name == "training/loss"] == history["trainLoss"]
assert [step for name, _, step in logged if name == "validation/loss"] == history["valStep"]
assert logged[-1][0] == "closed"

# A folder of images in the place of those that came with the script.

classes, size = 8, plain.read_set("val").inputs.shape[1]
for part in ("train", "val"):
    for label in range(classes):
        folder = ROOT / "images" / part / f"class {label}"
        folder.mkdir(parents=True)
        for i in range(3):
            pixels = bytes((37 * label + 11 * i + x) % 256 for x in range(3 * 40 * 24))
            Image.frombytes("RGB", (40, 24), pixels).save(folder / f"{i}.png")
(ROOT / "images" / "val" / "class 0" / "notes.txt").write_text("no image")
Image.new("RGB", (50, 30), (255, 0, 128)).save(ROOT / "images" / "val" / "class 0" / "0.png")
found, _ = run(plain, "--images", str(ROOT / "images"), "--arm", "guided")
assert found["guided-0"]["final"]["valLoss"] is not None
assert found["guided-0"]["history"]["trainLoss"] != once["guided-0"]["history"]["trainLoss"]
images, labels = plain.make_validation_set(ROOT / "images")
assert labels.tolist() == [label for label in range(classes) for _ in range(3)]
even = images[:1].to("cpu")
assert even.shape == (1, size, size, 3)
expected = (torch.tensor([255, 0, 128]) / 255 - torch.tensor(plain.MEANS)) / torch.tensor(plain.DEVIATIONS)
assert torch.allclose(even, expected.expand_as(even))
training = plain.make_training_set(ROOT / "images")
shown = [training.batch(0, step, 16).to("cpu") for step in (0, 0, 1)]
assert torch.equal(shown[0].inputs, shown[1].inputs) and not torch.equal(shown[0].inputs, shown[2].inputs)
halves = training.batch(0, 0, 16).split(2)
assert torch.equal(torch.cat([half.to("cpu").inputs for half in halves]), shown[0].inputs)
(ROOT / "images" / "train" / "one more").mkdir()
assert "9 folders, and the networks have 8 classes" in refused(plain.make_training_set, ROOT / "images")
(ROOT / "images" / "train" / "one more").rmdir()

# Scripts that make weights and data themselves.

names = json.loads((ROOT / "made.json").read_text())
for name in names:
    dry, said = run(load(name, "--dry-run"), "--dry-run")
    assert len(dry) == 3 and "Guide trained" in said, (name, said)
    for one in dry.values():
        assert not one["diverged"] and len(one["history"]["trainLoss"]) == 2, one
        alignment = [value is not None for value in one["history"].get("alignmentLoss", [])]
        assert alignment == ([] if one["arm"] == "unguided" else [True, True])
    # All arms of a seed begin with the same weights.
    assert len({json.dumps(one["initial"]) for one in dry.values()}) == 1
    assert not (ROOT / name / "runs").exists()

for name in names:
    script = load(name)
    lab = {of: script.read_safetensors(ROOT / "starts" / f"{name}-{of}.safetensors") for of in ("target", "untrained")}
    for of, theirs in lab.items():
        torch.manual_seed(0)
        own = (script.make_target() if of == "target" else script.make_guide_networks()[of]()).state_dict()
        # All but the kernel of a large stem, which is another one there.
        shared = {key: value for key, value in own.items() if key in theirs and value.shape == theirs[key].shape}
        assert set(own) - set(shared) <= {"stem.weight"}, (name, of, set(own) - set(shared))
        for key, value in shared.items():
            spread = [float(tensor.double().square().mean().sqrt()) for tensor in (value, theirs[key])]
            open_by = 6 / math.sqrt(2 * value.numel()) if value.numel() > 1 else 0
            assert abs(spread[0] - spread[1]) <= open_by * spread[1], (name, of, key, spread)

sequences = load("copy-paste-paper")
theirs = sequences.read_safetensors(ROOT / "starts" / "copy-paste-paper-val.safetensors")
drawn = sequences.make_validation_set()
assert torch.equal(drawn.inputs, theirs["inputs"].long().reshape_as(drawn.inputs))
assert torch.equal(drawn.labels, theirs["labels"].long())

texts = load("wikitext-rnn")
assert "--text" in (ROOT / "wikitext-rnn" / "train.py").read_text()
refused(texts.arguments, [])
tokens = json.loads((ROOT / "starts" / "tokens.json").read_text())
assert [part.tolist() for part in texts.token_files((ROOT / "text.txt",), tokens["vocabulary"], len(tokens["val"]))] == [tokens["train"], tokens["val"]]
trained, _ = run(texts, "--text", str(ROOT / "text.txt"), "--arm", "guided-trained", "--seed", "0")
assert trained["guided-trained-0"]["final"]["valLoss"] < trained["guided-trained-0"]["initial"]["valLoss"]

# A guide in torchvision's names.
deep = load("imagenet-deep-convnet")
guide = deep.make_guide_networks()["trained"]()
own = guide.state_dict()
state, stages = {}, [f"layer{i + 1}.0" for i in range(len(own)) if f"block{i + 1}.conv1.weight" in own]
norm = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
for outer, inner in [("conv1", "stem"), *((f"{stage}.conv{c}", f"block{b + 1}.conv{c}") for b, stage in enumerate(stages) for c in (1, 2, 3))]:
    state[f"{outer}.weight"] = own[f"{inner}.weight"]
    state.update({f"{outer.replace('conv', 'bn')}.{part}": own[f"{inner}.norm.{part}"] for part in norm})
for b, stage in enumerate(stages):
    state[f"{stage}.downsample.0.weight"] = own[f"block{b + 1}.proj.weight"]
    state.update({f"{stage}.downsample.1.{part}": own[f"block{b + 1}.proj.norm.{part}"] for part in norm})
state.update({"fc.weight": own["head.weight"], "fc.bias": own["head.bias"]})
torch.save(state, ROOT / "resnet.pth")
run(deep, "--images", str(ROOT / "images"), "--guide", f"trained={ROOT / 'resnet.pth'}", "--arm", "guided-trained", "--seed", "0")
taken = deep.read_safetensors(deep.WEIGHTS / "guide-trained.safetensors")
assert set(taken) == set(own) and all(torch.equal(taken[key], own[key]) for key in own)
assert "--guide names a trained guide" in refused(run, deep, "--images", str(ROOT / "images"), "--guide", "other=resnet.pth")

print("held")
