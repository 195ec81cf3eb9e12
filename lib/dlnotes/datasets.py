"""Data: real digits that travel with the library, and small worlds made by generators."""

import functools
import hashlib
from importlib import resources
from typing import NamedTuple

import numpy as np

from . import checks

DIGITS_SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


class Samples(NamedTuple):
    """Inputs x (N, D), one row a sample, and integer labels y (N,)."""

    x: np.ndarray
    y: np.ndarray


class Split(NamedTuple):
    """Three parts of one data set: fit on train, choose on validation, report on test."""

    train: Samples
    validation: Samples
    test: Samples


@functools.cache
def _digits() -> Samples:
    with (
        resources.as_file(resources.files("dlnotes") / "data" / "digits.npz") as path,
        np.load(path) as data,
    ):
        pixels, labels = data["pixels"], data["labels"]
    found = hashlib.sha256(pixels.tobytes() + labels.tobytes()).hexdigest()
    if found != DIGITS_SHA256:
        raise ValueError(
            f"digits.npz is damaged: checksum {found[:12]}…, expected {DIGITS_SHA256[:12]}…"
        )
    return Samples(pixels.reshape(-1, 64) / 16, labels.astype(int))


def digits() -> Samples:
    """1,797 handwritten digits: x (1797, 64) gray values in [0, 1], row by row of 8 × 8 pixels; y in 0 … 9.

    Source: the writer-independent test set of Optical Recognition of Handwritten Digits, E. Alpaydin and
    C. Kaynak, UCI Machine Learning Repository 1998, doi 10.24432/C50P49, CC BY 4.0. The pixel counts
    0 … 16 are divided by 16. See data/README.md.
    """
    x, y = _digits()
    return Samples(x.copy(), y.copy())


def split(samples: Samples, *, validation: int, test: int, seed: int = 0) -> Split:
    """Shuffle by `seed` and cut: the last `test` samples, the `validation` before them, the rest for training."""
    N = len(samples.x)
    if not isinstance(validation, int) or not isinstance(test, int):
        raise TypeError(
            f"validation and test count samples, got {validation!r} and {test!r}"
        )
    if validation < 0 or test < 0 or validation + test >= N:
        raise ValueError(
            f"validation + test must leave samples to train on, got {validation} + {test} of {N}"
        )
    order = np.random.default_rng(seed).permutation(N)
    cuts = np.split(order, [N - validation - test, N - test])
    return Split(*(Samples(samples.x[part], samples.y[part]) for part in cuts))


def xor() -> Samples:
    """The four points of exclusive or: x (4, 2) in {0, 1}, y (4,) = 1 where exactly one coordinate is 1."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Samples(x, np.array([0, 1, 1, 0]))


def two_moons(N: int, *, noise: float = 0.1, rng: np.random.Generator) -> Samples:
    """Two interleaved half circles: x (N, 2) with N(0, noise²) added, y in {0, 1} in turn."""
    y, angle = np.arange(N) % 2, checks.generator("rng", rng).uniform(0, np.pi, N)
    side = 1 - 2 * y
    x = np.stack([side * np.cos(angle) + y, side * np.sin(angle) + y / 2], axis=1)
    return Samples(x + noise * rng.standard_normal((N, 2)), y)


def spirals(
    N: int,
    *,
    classes: int = 2,
    turns: float = 1.0,
    noise: float = 0.02,
    rng: np.random.Generator,
) -> Samples:
    """`classes` interleaved spiral arms inside the unit disk: x (N, 2), y in 0 … classes − 1 in turn."""
    y, radius = (
        np.arange(N) % classes,
        np.sqrt(checks.generator("rng", rng).uniform(0.02, 1, N)),
    )
    angle = 2 * np.pi * (turns * radius + y / classes)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Samples(x + noise * rng.standard_normal((N, 2)), y)
