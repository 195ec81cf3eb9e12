"""Initial weights: random, and scaled so that signals keep their size from layer to layer.

Shapes follow `functional.linear`: W (..., D, K) with D inputs and K outputs per unit. Where a weight array is
laid out otherwise, as in a convolution, `fans` = (inputs, outputs) per unit says so.
"""

import math

import numpy as np

from .arguments import takes
from .kinds import function, generator, per_axis, positive, shape, sizes


def _fans(shape: tuple[int, ...], fans: tuple[int, int] | None) -> tuple[int, int]:
    if fans is not None:
        return per_axis("fans", fans, 2)
    if len(shape) < 2:
        raise ValueError(f"shape must have at least 2 axes (D, K), got {shape}")
    return shape[-2:]


@takes(shape=shape, scale=positive, rng=generator)
def normal(
    shape: tuple[int, ...], *, scale: float, rng: np.random.Generator
) -> np.ndarray:
    """Independent N(0, scale²) entries."""
    return scale * rng.standard_normal(shape)


@takes(shape=shape, scale=positive, rng=generator)
def uniform(
    shape: tuple[int, ...], *, scale: float, rng: np.random.Generator
) -> np.ndarray:
    """Independent entries, uniform on ±√3 · scale: their standard deviation is `scale`, as with `normal`."""
    limit = math.sqrt(3) * scale
    return rng.uniform(-limit, limit, shape)


@takes(shape=shape, rng=generator, fans=sizes, draw=function)
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
    return draw(shape, scale=math.sqrt(2 / (D + K)), rng=rng)


@takes(shape=shape, rng=generator, fans=sizes, draw=function)
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
    return draw(shape, scale=math.sqrt(2 / D), rng=rng)


@takes(shape=shape, rng=generator, gain=positive)
def orthogonal(
    shape: tuple[int, ...], *, rng: np.random.Generator, gain: float = 1.0
) -> np.ndarray:
    """A random matrix (D, K) whose rows or columns, whichever are fewer, are orthonormal, times `gain`.

    Q of the QR decomposition of a normal matrix, with R's signs moved into it so that no direction is
    preferred (Saxe, McClelland and Ganguli 2014; Mezzadri 2007).
    """
    if len(shape) != 2:
        raise ValueError(f"shape must have 2 axes (D, K), got {shape}")
    D, K = shape
    tall = rng.standard_normal((max(D, K), min(D, K)))
    Q, R = np.linalg.qr(tall)
    Q *= np.sign(np.diag(R)) * gain
    return Q if D >= K else Q.T
