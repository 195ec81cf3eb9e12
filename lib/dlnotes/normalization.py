"""Normalization: give activations mean 0 and variance 1, then let the network choose both anew.

    x̂ = (x − μ) / √(v + ε),   y = γ x̂ + β

`layer_norm` takes μ and v from each sample, `batch_norm` from the batch. Because μ and v depend on every
entry, the gradient of one entry reaches all that were averaged with it.
"""

import numpy as np

from .arguments import takes
from .arrays import Array, Backward
from .kinds import floats, positive, same_shape


def _affine(x_hat: Array, gamma: Array, beta: Array, axis: int):
    """y = γ x̂ + β with γ and β along `axis`, and a pullback to x̂, γ and β."""
    shape = [1] * x_hat.ndim
    shape[axis] = -1
    scale, shared = gamma.reshape(shape), list(range(x_hat.ndim))
    del shared[axis]

    def backward(dy: Array) -> tuple[Array, Array, Array]:
        return dy * scale, (dy * x_hat).sum(tuple(shared)), dy.sum(tuple(shared))

    return scale * x_hat + beta.reshape(shape), backward


def _normalize(x: Array, axes: tuple[int, ...], epsilon: float):
    """x̂ with averages over `axes`. With ⟨·⟩ for that average, dx = (g − ⟨g⟩ − x̂ ⟨g x̂⟩) / √(v + ε).

    The three terms: through x itself, through μ, through v (Ioffe and Szegedy 2015, section 3, gathered).
    """
    deviation = x - x.mean(axes, keepdims=True)
    inverse = 1 / np.sqrt((deviation**2).mean(axes, keepdims=True) + epsilon)
    x_hat = deviation * inverse

    def backward(g: Array) -> Array:
        through_v = x_hat * (g * x_hat).mean(axes, keepdims=True)
        return (g - g.mean(axes, keepdims=True) - through_v) * inverse

    return x_hat, backward


def _mean_and_variance(name: str, value) -> tuple[Array, Array]:
    """`value` if it is a mean and a variance."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} must be a pair (mean, variance), got {value!r}")
    mean, variance = floats("mean", value[0]), floats("variance", value[1])
    if not (variance >= 0).all():  # written so that nan fails
        raise ValueError(
            f"variance must be ≥ 0, got {variance.min()} among its entries"
        )
    return mean, variance


def _standardize(x: Array, mean: Array, variance: Array, epsilon: float):
    """x̂ by given statistics (C,), which count as constants: dx = g / √(v + ε)."""
    shape = (-1, *(1,) * (x.ndim - 2))
    inverse = 1 / np.sqrt(variance.reshape(shape) + epsilon)
    return (x - mean.reshape(shape)) * inverse, lambda g: g * inverse


@takes(x="... N D+", gamma="D", beta="D", epsilon=positive)
def layer_norm(
    x: Array, gamma: Array, beta: Array, epsilon: float = 1e-5
) -> tuple[Array, Backward]:
    """Normalize every sample over its last axis (Ba, Kiros and Hinton 2016).

    Shapes: x and y (..., N, D), gamma and beta (D,). Works alike in training and use.
    """
    x_hat, through_statistics = _normalize(x, (-1,), epsilon)
    y, through_affine = _affine(x_hat, gamma, beta, -1)

    def backward(dy: Array) -> tuple[Array, Array, Array]:
        dx_hat, dgamma, dbeta = through_affine(dy)
        return through_statistics(dx_hat), dgamma, dbeta

    return y, backward


@takes(
    x="N C ...+", gamma="C", beta="C", statistics=_mean_and_variance, epsilon=positive
)
def batch_norm(
    x: Array,
    gamma: Array,
    beta: Array,
    statistics: tuple[Array, Array] | None = None,
    epsilon: float = 1e-5,
) -> tuple[Array, Backward]:
    """Normalize every channel over the batch, and over positions if there are any.

    Shapes: x and y (N, C) or (N, C, ...), gamma and beta (C,). In training μ and v come from x, and v divides
    by the number of entries (Ioffe and Szegedy 2015, algorithm 1). In use, give `statistics` = (mean, variance),
    (C,) each, which count as constants.
    """
    if statistics is None:
        averaged = (0, *range(2, x.ndim))
        x_hat, through_statistics = _normalize(x, averaged, epsilon)
    else:
        for name, array in zip(("mean", "variance"), statistics, strict=True):
            same_shape(name, array, "gamma", gamma)
        x_hat, through_statistics = _standardize(x, *statistics, epsilon)
    y, through_affine = _affine(x_hat, gamma, beta, 1)

    def backward(dy: Array) -> tuple[Array, Array, Array]:
        dx_hat, dgamma, dbeta = through_affine(dy)
        return through_statistics(dx_hat), dgamma, dbeta

    return y, backward


@takes(x="N C ...")
def batch_statistics(x: Array) -> tuple[Array, Array]:
    """Mean and variance (C,) of every channel of x (N, C, ...), the variance divided by count − 1."""
    axes = (0, *range(2, x.ndim))
    if x.size <= x.shape[1]:
        raise ValueError(
            f"x must hold at least 2 values a channel to have a variance, got shape {x.shape}"
        )
    return x.mean(axes), x.var(axes, ddof=1)
