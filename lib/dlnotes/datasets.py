"""Data: real digits that travel with the library, and small worlds made by generators."""

import functools
import hashlib
from functools import partial
from importlib import resources
from io import BytesIO
from typing import NamedTuple

import numpy as np

from .arguments import takes
from .kinds import (
    below,
    count,
    fraction,
    generator,
    instance,
    natural,
    not_negative,
    positive,
    real,
    same_size,
)

DIGITS_SHA256 = "82393b63ff69dea89fa95eeef924870ebc186df1f35d7c46a617cb6112d8f2bc"
FASHION_SHA256 = "74b1c7a5db876a3b37b1ac02f8ba38af9ef0ab142e54f6857ff29816ca103f79"
PHOTOGRAPHS_SHA256 = "0cffd8eb91767f9d490e50e2e4c9d3a2eff65317549212136eedd0bbae5152cb"


class Samples(NamedTuple):
    """Inputs x (N, ...), one row a sample, and integer labels y (N,), or targets y (N, K) where they are numbers."""

    x: np.ndarray
    y: np.ndarray


class Split(NamedTuple):
    """Three parts of one data set: fit on train, choose on validation, report on test."""

    train: Samples
    validation: Samples
    test: Samples


def damaged(path) -> ValueError:
    """What to say of a file of the book that is no longer as it was published."""
    return ValueError(
        f"{path} is damaged: download the book again, or check the file out again with git"
    )


@functools.cache
def _bundled(name: str, checksum: str) -> dict[str, np.ndarray]:
    """The arrays of a file that travels with the library."""
    path = resources.files("dlnotes") / "data" / name
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise damaged(path)
    with np.load(BytesIO(content)) as data:
        return dict(data)


def digits() -> Samples:
    """1,797 handwritten digits: x (1797, 64) gray values in [0, 1], row by row of 8 × 8 pixels; y in 0 … 9.

    Source: the writer-independent test set of Optical Recognition of Handwritten Digits, E. Alpaydin and
    C. Kaynak, UCI Machine Learning Repository 1998, doi 10.24432/C50P49, CC BY 4.0. The pixel counts
    0 … 16 are divided by 16. See data/README.md.
    """
    data = _bundled("digits.npz", DIGITS_SHA256)
    return Samples(data["pixels"].reshape(-1, 64) / 16, data["labels"].astype(int))


def fashion() -> Samples:
    """6,000 pieces of clothing, 600 of each kind: x (6000, 784) gray values in [0, 1], row by row of 28 × 28 pixels; y in 0 … 9.

    0 T-shirt, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot. Source: a random
    part of Fashion-MNIST, Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747, MIT. The gray values 0 … 255 are divided by 255.
    """
    data = _bundled("fashion.npz", FASHION_SHA256)
    pixels = np.concatenate([data["train"], data["test"]]).reshape(-1, 784)
    labels = np.concatenate([data["train_labels"], data["test_labels"]])
    return Samples(pixels / 255, labels.astype(int))


class Photographs(NamedTuple):
    """Two color photographs, each (213, 320, 3) in [0, 1]."""

    tower: np.ndarray
    flower: np.ndarray


def photographs() -> Photographs:
    """A pavilion above a lake, and a dahlia: each (213, 320, 3), rows, columns and red, green, blue in [0, 1].

    Source: danielbuechele (Flickr 6061409035) and vultilion (Flickr 6056698931), CC BY 2.0, as scikit-learn bundles
    them (china.jpg, flower.jpg), averaged over 2 × 2 pixels. The values 0 … 255 are divided by 255.
    """
    data = _bundled("photographs.npz", PHOTOGRAPHS_SHA256)
    return Photographs(data["china"] / 255, data["flower"] / 255)


@takes(samples=instance(Samples), validation=natural, test=natural, seed=natural)
def split(samples: Samples, *, validation: int, test: int, seed: int = 0) -> Split:
    """Shuffle by `seed` and cut: the last `test` samples, the `validation` before them, the rest for training."""
    N = len(samples.x)
    same_size("the size of x", N, "that of y", len(samples.y))
    if validation + test >= N:
        raise ValueError(
            f"validation + test must leave samples to train on, got {validation} + {test} of {N}"
        )
    order = np.random.default_rng(seed).permutation(N)
    cuts = np.split(order, [N - validation - test, N - test])
    return Split(*(Samples(samples.x[part], samples.y[part]) for part in cuts))


@takes(
    samples=instance(Samples), train=count, validation=natural, test=count, seeds=count
)
def splits(
    samples: Samples, *, train: int, validation: int = 0, test: int, seeds: int = 20
) -> Split:
    """Splits side by side, for networks side by side: x (seeds, N, ...) and y (seeds, N) of three parts.

    Each seed shuffles all samples: the first `train` of them to fit, the next to choose, the last `test` to judge.
    """
    N = len(samples.x)
    same_size("the size of x", N, "that of y", len(samples.y))
    if train + validation + test > N:
        raise ValueError(
            f"train + validation + test must be at most {N} samples, got {train} + {validation} + {test}"
        )
    order = np.array([np.random.default_rng(s).permutation(N) for s in range(seeds)])
    cuts = ((0, train), (train, train + validation), (N - test, N))
    parts = (order[:, start:end] for start, end in cuts)
    return Split(*(Samples(samples.x[part], samples.y[part]) for part in parts))


@takes(labels="int N", K=partial(count, least=2), share=fraction, rng=generator)
def mislabel(
    labels: np.ndarray, K: int, *, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Labels (N,) of K classes, each exchanged for one of the other K − 1 with chance `share`."""
    below("labels", labels, K)
    wrong = rng.uniform(size=len(labels)) < share
    return np.where(wrong, (labels + rng.integers(1, K, len(labels))) % K, labels)


@takes(images="N H W", side=count, reach=natural, rng=generator)
def on_canvas(
    images: np.ndarray, side: int, *, reach: int, rng: np.random.Generator
) -> np.ndarray:
    """Images (N, H, W) on blank canvases (N, side, side), each up to `reach` pixels from the middle, in both directions."""
    N, *size = images.shape
    middle = [(side - length) // 2 for length in size]
    if min(middle) < reach or side - max(size) - max(middle) < reach:
        raise ValueError(
            f"side must leave room to move images of {size} by {reach}, got {side}"
        )
    canvas = np.zeros((N, side, side))
    corners = middle + rng.integers(-reach, reach + 1, (N, 2))
    for image, spot, (row, column) in zip(images, canvas, corners, strict=True):
        spot[row : row + size[0], column : column + size[1]] = image
    return canvas


@takes(images="N H W")
def centered(images: np.ndarray) -> np.ndarray:
    """Images (N, H, W), each rolled so that its center of gravity lies in the middle, to the nearest pixel."""
    result = images.copy()
    for image, to in zip(images, result, strict=True):
        if mass := image.sum():
            shift = [
                round((length - 1) / 2 - np.arange(length) @ image.sum(axis=1 - axis) / mass)
                for axis, length in enumerate(image.shape)
            ]  # fmt: skip
            to[:] = np.roll(image, shift, axis=(0, 1))
    return result


def xor() -> Samples:
    """The four points of exclusive or: x (4, 2) in {0, 1}, y (4,) = 1 where exactly one coordinate is 1."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Samples(x, np.array([0, 1, 1, 0]))


@takes(N=count, noise=not_negative, rng=generator)
def two_moons(N: int, *, noise: float = 0.1, rng: np.random.Generator) -> Samples:
    """Two interleaved half circles: x (N, 2) with N(0, noise²) added, y in {0, 1} in turn."""
    y = np.arange(N) % 2
    angle = rng.uniform(0, np.pi, N)
    side = 1 - 2 * y
    x = np.stack([side * np.cos(angle) + y, side * np.sin(angle) + y / 2], axis=1)
    return Samples(x + noise * rng.standard_normal((N, 2)), y)


@takes(N=count, classes=count, turns=real, noise=not_negative, rng=generator)
def spirals(
    N: int,
    *,
    classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.02,
    rng: np.random.Generator,
) -> Samples:
    """`classes` interleaved spiral arms inside the unit disk: x (N, 2), y in 0 … classes − 1 in turn."""
    y = np.arange(N) % classes
    radius = np.sqrt(rng.uniform(0.02, 1, N))
    angle = 2 * np.pi * (turns * radius + y / classes)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Samples(x + noise * rng.standard_normal((N, 2)), y)


def _radii(name: str, value) -> np.ndarray:
    """`value` as an array of at least one positive number."""
    radii = np.array([positive(name, r) for r in np.atleast_1d(value)])
    if not len(radii):
        raise ValueError(f"{name} must hold at least one number, got {value}")
    return radii


@takes(N=count, radii=_radii, noise=not_negative, rng=generator)
def rings(
    N: int, *, radii=(0.5, 1.0), noise: float = 0.05, rng: np.random.Generator
) -> Samples:
    """Circles around the origin, one a class: x (N, 2) with N(0, noise²) added, y in turn."""
    y = np.arange(N) % len(radii)
    angle = rng.uniform(0, 2 * np.pi, N)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x = radii[y, None] * circle
    return Samples(x + noise * rng.standard_normal((N, 2)), y)


@takes(N=count, centers="K D+", scale=positive, rng=generator)
def blobs(
    N: int, *, centers: np.ndarray, scale: float = 1.0, rng: np.random.Generator
) -> Samples:
    """Gaussian clouds of standard deviation `scale` around `centers` (K, D): x (N, D), y in 0 … K − 1 in turn."""
    y = np.arange(N) % len(centers)
    noise = rng.standard_normal((N, centers.shape[1]))
    return Samples(centers[y] + scale * noise, y)


@takes(N=count, noise=not_negative, rng=generator)
def noisy_sine(N: int, *, noise: float = 0.2, rng: np.random.Generator) -> Samples:
    """Regression: x (N, 1) uniform on [−1, 1], y (N, 1) = sin πx + N(0, noise²)."""
    x = rng.uniform(-1, 1, (N, 1))
    return Samples(x, np.sin(np.pi * x) + noise * rng.standard_normal((N, 1)))


@takes(N=count, T=partial(count, least=2), rng=generator)
def adding_problem(N: int, *, T: int, rng: np.random.Generator) -> Samples:
    """Remember two numbers over time: x (N, T, 2) holds numbers in [0, 1) and marks, y (N, 1) the sum of the marked.

    One mark falls into each half of the sequence (Hochreiter and Schmidhuber 1997, section 5.4, simplified).
    `functional.time_first` turns x into what recurrent layers take.
    """
    values = rng.random((N, T))
    marks, samples = np.zeros((N, T)), np.arange(N)
    marks[samples, rng.integers(0, T // 2, N)] = 1
    marks[samples, rng.integers(T // 2, T, N)] = 1
    y = (values * marks).sum(axis=1, keepdims=True)
    return Samples(np.stack([values, marks], axis=-1), y)
