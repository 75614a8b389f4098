"""Images out of a folder such as ImageNet: train/ and val/, each with a folder for every class; classes in the order of names."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import torch

from .data import Batch

MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, of red, green and blue
PICTURES = {".jpeg", ".jpg", ".png", ".webp", ".bmp", ".ppm"}
READERS = 16  # threads: decoding leaves Python to others


def random_window(width, height, draw):
    """Part of an image: 8 to 100 % of its area, of 3:4 to 4:3, as (left, top, right, bottom)."""
    for _ in range(10):
        area, ratio = width * height * draw.uniform(0.08, 1), math.exp(draw.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            left, top = draw.randint(0, width - w), draw.randint(0, height - h)
            return left, top, left + w, top + h
    return middle_window(width, height)


def middle_window(width, height):
    """The middle square, 224/256 of the shorter side."""
    side = min(width, height) * 224 / 256
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def read_image(file, shape, draw=None):
    """An image file as [H, W, C], standardised: its middle; or, where `draw` draws, a random window that is mirrored every other
    time."""
    from PIL import Image

    height, width, channels = shape
    with Image.open(file) as opened:
        image = opened.convert("RGB")
    window = random_window(*image.size, draw) if draw else middle_window(*image.size)
    image = image.resize((width, height), Image.BILINEAR, box=window)
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(height, width, 3) / 255
    if draw and draw.random() < 0.5:
        pixels = pixels.flip(1)
    pixels = (pixels - torch.tensor(MEANS)) / torch.tensor(DEVIATIONS)
    return pixels if channels == 3 else pixels.mean(2, keepdim=True)


class ImageFiles:
    """Images in files, as far as they are used like a tensor [n, H, W, C]: parted, and read where they go to a device."""

    def __init__(self, files, shape, draws=None):
        self.files, self.shape, self.draws = files, shape, draws or [None] * len(files)

    def __len__(self):
        return len(self.files)

    def __getitem__(self, rows):
        return ImageFiles(self.files[rows], self.shape, self.draws[rows])

    def chunk(self, parts):
        size = -(-len(self) // parts)
        return [self[i : i + size] for i in range(0, len(self), size)]

    def to(self, device):
        with ThreadPoolExecutor(READERS) as readers:
            images = readers.map(lambda one: read_image(one[0], self.shape, one[1]), zip(self.files, self.draws))
            return torch.stack(list(images)).to(device)


def folder_examples(folder, shape, classes):
    """All images of a folder with a folder for every class."""
    names = sorted(entry.name for entry in Path(folder).iterdir() if entry.is_dir())
    if len(names) != classes:
        raise SystemExit(f"{folder} has {len(names)} folders, and the networks have {classes} classes: it takes a folder for each.")
    found = [(str(file), label) for label, name in enumerate(names) for file in sorted((Path(folder) / name).rglob("*"))]
    files, labels = zip(*(one for one in found if Path(one[0]).suffix.lower() in PICTURES))
    return Batch(ImageFiles(list(files), shape), torch.tensor(labels))


class FolderSet:
    """The images of a folder in shuffled epochs, each with a window and a side of its own at every step, the same for all arms
    of a seed. They are too many to be gone through once more for the statistics of batch norm."""

    examples = None

    def __init__(self, folder, shape, classes):
        self.inputs, self.labels = folder_examples(folder, shape, classes)
        self.order, self.known = None, None

    def batch(self, seed, step, size):
        n = len(self.labels)
        if n < size:
            raise SystemExit(f"The folder has {n} images to train on, fewer than the {size} of a batch.")
        epoch, place = divmod(step, n // size)
        if self.known != (seed, epoch):
            self.order, self.known = torch.randperm(n, generator=torch.Generator().manual_seed(hash((seed, epoch)))), (seed, epoch)
        rows = self.order[place * size : (place + 1) * size]
        draws = [Random(f"{seed} {step} {i}") for i in range(size)]
        return Batch(ImageFiles([self.inputs.files[row] for row in rows], self.inputs.shape, draws), self.labels[rows])
