"""Initial weights: random, and scaled so that signals keep their size from layer to layer.

Shapes follow `functional.linear`: W (..., D, K) with D inputs and K outputs per unit. Where a weight array is
laid out otherwise, as in a convolution, `fans` = (inputs, outputs) per unit says so.
"""

import math

import numpy as np

from . import checks


def _fans(shape: tuple[int, ...], fans: tuple[int, int] | None) -> tuple[int, int]:
    if fans is not None:
        return checks.sizes("fans", fans, 2)
    shape = checks.shape("shape", shape)
    if len(shape) < 2:
        raise ValueError(f"shape must have at least 2 axes (D, K), got {shape}")
    return shape[-2:]


def normal(
    shape: tuple[int, ...], *, scale: float, rng: np.random.Generator
) -> np.ndarray:
    """Independent N(0, scale²) entries."""
    scale, shape = checks.positive("scale", scale), checks.shape("shape", shape)
    return scale * checks.generator("rng", rng).standard_normal(shape)


def uniform(
    shape: tuple[int, ...], *, scale: float, rng: np.random.Generator
) -> np.ndarray:
    """Independent entries, uniform on ±√3 · scale: their standard deviation is `scale`, as with `normal`."""
    limit = math.sqrt(3) * checks.positive("scale", scale)
    shape = checks.shape("shape", shape)
    return checks.generator("rng", rng).uniform(-limit, limit, shape)


def glorot(
    shape: tuple[int, ...],
    *,
    rng: np.random.Generator,
    fans: tuple[int, int] | None = None,
    draw=normal,
) -> np.ndarray:
    """Variance 2/(D + K): keeps signals and gradients near their size under odd activations of slope 1.

    `draw=uniform` gives the published form (Glorot and Bengio 2010, equation 16).
    """
    D, K = _fans(shape, fans)
    checks.function("draw", draw)
    return draw(shape, scale=math.sqrt(2 / (D + K)), rng=rng)


def he(
    shape: tuple[int, ...],
    *,
    rng: np.random.Generator,
    fans: tuple[int, int] | None = None,
    draw=normal,
) -> np.ndarray:
    """Variance 2/D: the factor 2 makes up for the half of the signal that a ReLU cuts off.

    Source: He, Zhang, Ren and Sun 2015, equation 10.
    """
    D, _ = _fans(shape, fans)
    checks.function("draw", draw)
    return draw(shape, scale=math.sqrt(2 / D), rng=rng)


def orthogonal(
    shape: tuple[int, ...], *, rng: np.random.Generator, gain: float = 1.0
) -> np.ndarray:
    """A random matrix (D, K) whose rows or columns, whichever are fewer, are orthonormal, times `gain`.

    Q of the QR decomposition of a normal matrix, with R's signs moved into it so that no direction is
    preferred (Saxe, McClelland and Ganguli 2014; Mezzadri 2007).
    """
    if len(checks.shape("shape", shape)) != 2:
        raise ValueError(f"shape must have 2 axes (D, K), got {shape}")
    D, K = shape
    tall = checks.generator("rng", rng).standard_normal((max(D, K), min(D, K)))
    Q, R = np.linalg.qr(tall)
    Q *= np.sign(np.diag(R)) * checks.positive("gain", gain)
    return Q if D >= K else Q.T
