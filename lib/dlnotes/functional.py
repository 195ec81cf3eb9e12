"""Differentiable functions: each returns its value and its pullback.

    y, backward = f(x, ...)      value, and the function that sends gradients back
    dx, ... = backward(dy)       ∂L/∂x, ... from dy = ∂L/∂y: the vector–Jacobian product

`backward` gives one gradient per array argument, in the order of the signature; a bare array where
there is only one. Nothing is stored anywhere but in the closure, so a function may be used twice,
inside a loop, or while another forward pass is under way. Arguments are never changed in place.
Derivations: chapter 6b.
"""

from collections.abc import Callable

import numpy as np

from . import checks

Array = np.ndarray
Backward = Callable[[Array], Array | tuple[Array, ...]]


def sum_to(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum `gradient` over the axes along which an array of `shape` was broadcast.

    Broadcasting copies, and the gradient of a copy adds up; this is the adjoint of np.broadcast_to.
    """
    added = gradient.ndim - len(shape)
    stretched = tuple(
        i + added
        for i, n in enumerate(shape)
        if n == 1 and gradient.shape[i + added] > 1
    )
    return gradient.sum(axis=(*range(added), *stretched)).reshape(shape)


def linear(x: Array, W: Array, b: Array | None = None) -> tuple[Array, Backward]:
    """Affine map of every sample: y = x W + b.

    Shapes: x (..., N, D), W (..., D, K), b (..., K), y (..., N, K). Leading axes broadcast: W of shape
    (S, D, K) is S networks at once. Without `b` the map is linear and `backward` gives (dx, dW).

    dx = dy Wᵀ,  dW = xᵀ dy,  db = Σₙ dyₙ  (Goodfellow, Bengio and Courville 2016, section 6.5).
    """
    x, W = checks.floating("x", x, ndim=2), checks.floating("W", W, ndim=2)
    checks.same_size(
        "the last axis of x", x.shape[-1], "the second last axis of W", W.shape[-2]
    )
    try:
        np.broadcast_shapes(x.shape[:-2], W.shape[:-2])
    except ValueError:
        raise ValueError(
            f"the leading axes of x {x.shape} and W {W.shape} do not broadcast"
        ) from None
    y = x @ W
    if b is not None:
        b = checks.floating("b", b, ndim=1)
        checks.same_size(
            "the last axis of b", b.shape[-1], "the last axis of W", W.shape[-1]
        )
        y = y + b[..., None, :]

    def backward(dy: Array):
        dx = sum_to(dy @ W.mT, x.shape)
        dW = sum_to(x.mT @ dy, W.shape)
        if b is None:
            return dx, dW
        return dx, dW, sum_to(dy.sum(axis=-2), b.shape)

    return y, backward


def identity(z: Array) -> tuple[Array, Backward]:
    """y = z, elementwise, any shape: what an output unit for regression does."""
    z = checks.floating("z", z)
    return z, lambda dy: dy


def sigmoid(z: Array) -> tuple[Array, Backward]:
    """Logistic sigmoid, elementwise, any shape: σ(z) = 1 / (1 + e⁻ᶻ), σ′ = σ (1 − σ).

    Only e^−|z| is computed, which cannot overflow.
    """
    z = checks.floating("z", z)
    e = np.exp(-np.abs(z))
    y = np.where(z >= 0, 1, e) / (1 + e)
    return y, lambda dy: dy * y * (1 - y)


def tanh(z: Array) -> tuple[Array, Backward]:
    """Hyperbolic tangent, elementwise, any shape: tanh z = 2σ(2z) − 1, tanh′ = 1 − tanh²."""
    z = checks.floating("z", z)
    y = np.tanh(z)
    return y, lambda dy: dy * (1 - y * y)


def relu(z: Array) -> tuple[Array, Backward]:
    """Rectified linear unit, elementwise, any shape: max(0, z), with derivative 0 at z = 0."""
    z = checks.floating("z", z)
    return np.maximum(z, 0), lambda dy: dy * (z > 0)


def softmax(z: Array) -> tuple[Array, Backward]:
    """Probabilities over the last axis: yᵢ = e^zᵢ / Σⱼ e^zⱼ, any shape.

    The largest logit is subtracted first; that changes nothing but the overflow.
    dz = y ⊙ (dy − ⟨dy, y⟩).
    """
    z = checks.floating("z", z, ndim=1)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    y = e / e.sum(axis=-1, keepdims=True)
    return y, lambda dy: y * (dy - (dy * y).sum(axis=-1, keepdims=True))
