"""Initial weights: random, and scaled so that signals keep their size from layer to layer.

Shapes follow `functional.linear`: W (..., D, K) with D inputs and K outputs per unit.
"""

import math

import numpy as np

from . import checks


def normal(
    shape: tuple[int, ...], *, scale: float, rng: np.random.Generator
) -> np.ndarray:
    """Independent N(0, scale²) entries."""
    return checks.positive("scale", scale) * checks.generator(
        "rng", rng
    ).standard_normal(shape)


def glorot(shape: tuple[int, ...], *, rng: np.random.Generator) -> np.ndarray:
    """N(0, 2/(D + K)): keeps the variance of signals and of gradients near 1 for odd, unit-slope activations.

    Source: Glorot and Bengio 2010, equation 12.
    """
    return normal(shape, scale=math.sqrt(2 / (shape[-2] + shape[-1])), rng=rng)


def he(shape: tuple[int, ...], *, rng: np.random.Generator) -> np.ndarray:
    """N(0, 2/D): the factor 2 makes up for the half of the signal that a ReLU cuts off.

    Source: He, Zhang, Ren and Sun 2015, equation 10.
    """
    return normal(shape, scale=math.sqrt(2 / shape[-2]), rng=rng)
