"""Files: weights and data are safetensors."""

import json
from pathlib import Path

import torch

from .settings import DRY_RUN

FOLDER = Path(__file__).resolve().parent if "__file__" in globals() else Path.cwd()  # a notebook has no file
RUNS = FOLDER / "runs"  # what is made here: trained weights, results, checkpoints  #: not made
RUNS = FOLDER / ("dry-run" if DRY_RUN else "runs")  # what is made here: weights, results, checkpoints  #: made
WEIGHTS = FOLDER / "weights"  # what targets and guides begin with  #: not made
WEIGHTS = RUNS  # of guides  #: made
DTYPES = {"F32": torch.float32, "I32": torch.int32, "I64": torch.int64, "U8": torch.uint8}


def read_safetensors(path):
    """All tensors of a safetensors file by name. The file is the length of a JSON header (8 bytes, little-endian), the
    header with type, shape and place of every tensor, and their values one behind the other."""
    content = bytearray(Path(path).read_bytes())
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin].decode())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        count = 1
        for size in entry["shape"]:
            count *= size
        dtype, place = DTYPES[entry["dtype"]], begin + entry["data_offsets"][0]
        values = torch.frombuffer(content, dtype=dtype, count=count, offset=place) if count else torch.empty(0, dtype=dtype)
        tensors[name] = values.reshape(entry["shape"]).clone()
    return tensors


def write_safetensors(path, tensors):
    """The inverse of `read_safetensors`. Values begin at a multiple of 8 bytes, the widest type first."""
    names = {dtype: name for name, dtype in DTYPES.items()}
    header, parts, end = {}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        values = tensor.detach().cpu().contiguous().numpy().tobytes()
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [end, end + len(values)]}
        parts.append(values)
        end += len(values)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))
