"""The command line."""

import argparse
import json
import sys
from pathlib import Path

import torch

from .data import read_set
from .files import FOLDER, RUNS
from .made import prepare_guides
from .ranks import Ranks, join_ranks, leave_ranks
from .results import write_result
from .settings import DRY_RUN, SEEDS, make_arms, make_validation_set
from .training import train_member


def arguments(words=None):
    parser = argparse.ArgumentParser(description="Train the arms of an experiment, each with every seed.")
    parser.add_argument("--arm", action="append", choices=list(make_arms()), metavar="ARM", help="train this arm only (repeatable)")
    parser.add_argument("--seed", action="append", type=int, choices=SEEDS, metavar="SEED", help="train with this seed only (repeatable): seeds as an array job")
    parser.add_argument("--device", type=torch.device, help="cpu or cuda; without it a GPU where there is one")
    parser.add_argument("--parity", action="store_true", help="order of batches and dropout masks as in the playground")
    parser.add_argument("--bf16", action="store_true", help="compute in bfloat16; Gram matrices stay float32")
    parser.add_argument("--compile", action="store_true", help="torch.compile, where there is one")
    parser.add_argument("--gather", action="store_true", help="under torchrun: CKA over the examples of all processes, not of each by itself")
    parser.add_argument("--accumulate", type=int, default=1, metavar="N", help="take a batch in N parts, to save memory; CKA compares the examples of a part")
    parser.add_argument("--resume", action="store_true", help="keep a checkpoint at every evaluation, and go on from it where there is one")
    parser.add_argument("--images", type=Path, dest="source", metavar="FOLDER", help="images of a folder instead: train/ and val/ with a folder for every class")  #: images not made
    parser.add_argument("--images", type=Path, dest="source", metavar="FOLDER", required=not DRY_RUN, help="train/ and val/ with a folder for every class")  #: images made
    parser.add_argument("--text", type=Path, dest="source", metavar="FILE", nargs="+", required=not DRY_RUN, help="training text, validation text")  #: text made
    parser.add_argument("--guide", action="append", default=[], metavar="NAME=FILE", help="weights of a trained guide, which is trained first otherwise")  #: made
    parser.add_argument("--dry-run", action="store_true", help="two steps of a few examples with networks of full size, to see that all of it fits")  #: made
    parser.add_argument("--tensorboard", type=Path, metavar="FOLDER", help="logs for TensorBoard, where it is installed")
    parser.add_argument("--out", type=Path, default=FOLDER / "result.json")  #: not made
    parser.add_argument("--out", type=Path, default=(RUNS if DRY_RUN else FOLDER) / "result.json")  #: made
    options = parser.parse_args(words)
    options.device = options.device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return options


def main(words=None):
    options = arguments(words)
    join_ranks(options.gather)
    RUNS.mkdir(exist_ok=True)
    frame = json.loads((FOLDER / "experiment.json").read_text())
    validation = make_validation_set()  #: not source
    validation = make_validation_set(options.source)  #: source
    prepare_guides(validation, options)  #: made
    for arm in options.arm or make_arms():
        for seed in options.seed or SEEDS:
            member = train_member(arm, seed, frame, validation, options)
            if Ranks.rank == 0:
                (RUNS / f"{arm}-{seed}.json").write_text(json.dumps(member, allow_nan=False))
    if Ranks.rank == 0:
        write_result(frame, options.out, options.device)
    leave_ranks()


if __name__ == "__main__":
    main()
