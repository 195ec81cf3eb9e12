"""Differentiable functions: each returns its value and its pullback.

    y, backward = f(x, ...)      value, and the function that sends gradients back
    dx, ... = backward(dy)       ∂L/∂x, ... from dy = ∂L/∂y: the vector–Jacobian product

`backward` gives one gradient per differentiable array argument, in the order of the signature; a bare
array where there is only one. Nothing is stored anywhere but in the closure, so a function may be used
twice, inside a loop, or while another forward pass is under way. Arguments are never changed in place.

This file holds the functions that networks of every kind use, and under one name, `F`, all the others:
elementwise ones stand in `activations`, those on images and signals in `conv` and `pooling`, those that
normalize in `normalization`, those over time in `recurrent`. Derivations: chapter 6b.
"""

import numpy as np

from . import checks
from .activations import (
    absolute,
    clip,
    elu,
    gelu,
    hard_tanh,
    identity,
    leaky_relu,
    maxout,
    rectifier,
    relu,
    relu6,
    sigmoid,
    silu,
    softplus,
    step,
    tanh,
)
from .arrays import Array, Backward, Data, sum_to
from .conv import conv1d, conv2d, conv_transpose2d
from .normalization import batch_norm, batch_statistics, layer_norm
from .pooling import avg_pool, global_avg_pool, max_pool
from .recurrent import gru, gru_reset_after, last_step, lstm, rnn, time_first


def linear(x: Array, W: Array, b: Array | None = None) -> tuple[Array, Backward]:
    """Affine map of every sample: y = x W + b.

    Shapes: x (..., N, D), W (..., D, K), b (..., K), y (..., N, K). Leading axes broadcast: W of shape
    (S, D, K) is S networks at once. Without `b` the map is linear and `backward` gives (dx, dW).

    dx = dy Wᵀ,  dW = xᵀ dy,  db = Σₙ dyₙ  (Goodfellow, Bengio and Courville 2016, section 6.5).
    """
    constant = isinstance(x, Data)
    x, W = checks.floating("x", x, ndim=2), checks.floating("W", W, ndim=2)
    checks.same_size(
        "the last axis of x", x.shape[-1], "the second last axis of W", W.shape[-2]
    )
    leading = {"x": x.shape[:-2], "W": W.shape[:-2]}
    if b is not None:
        b = checks.floating("b", b, ndim=1)
        checks.same_size(
            "the last axis of b", b.shape[-1], "the last axis of W", W.shape[-1]
        )
        leading["b"] = b.shape[:-1]
    checks.leading_axes(leading)
    y = x @ W
    if b is not None:
        y = y + b[..., None, :]

    def backward(dy: Array):
        dx = None if constant else sum_to(dy @ W.mT, x.shape)
        dW = sum_to(x.mT @ dy, W.shape)
        if b is None:
            return dx, dW
        return dx, dW, sum_to(dy.sum(axis=-2), b.shape)

    return y, backward


def transposed_linear(x: Array, W: Array, b: Array) -> tuple[Array, Backward]:
    """y = x Wᵀ + b with the W (..., D, K) of a `linear` from D to K: the way back, on tied weights.

    Shapes: x (..., N, K), b (..., D), y (..., N, D).
    """
    checks.floating("x", x, ndim=2)
    W, b = checks.floating("W", W, ndim=2), checks.floating("b", b, ndim=1)
    checks.same_size(
        "the last axis of x", np.shape(x)[-1], "the last axis of W", W.shape[-1]
    )
    y, pullback = linear(x, W.mT, b)

    def backward(dy: Array) -> tuple[Array, Array, Array]:
        dx, dWt, db = pullback(dy)
        return dx, dWt.mT, db

    return y, backward


def embedding(tokens: Array, E: Array) -> tuple[Array, Backward]:
    """Rows of a table: y = E[tokens], the same as one-hot(tokens) E.

    Shapes: tokens (...) integers in 0 … V − 1, E (V, D), y (..., D). dE adds up the gradients of all places
    where a token stood; tokens are data.
    """
    E = checks.floating("E", E, axes="V D")
    tokens = checks.integers("tokens", tokens, below=len(E))

    def backward(dy: Array) -> Array:
        dE = np.zeros_like(E)
        np.add.at(dE, tokens.ravel(), dy.reshape(-1, E.shape[1]))
        return dE

    return E[tokens], backward


def softmax(z: Array, axis: int = -1) -> tuple[Array, Backward]:
    """Probabilities along `axis`: yᵢ = e^zᵢ / Σⱼ e^zⱼ, any shape.

    The largest logit is subtracted first; that changes nothing but the overflow.
    dz = y ⊙ (dy − ⟨dy, y⟩).
    """
    z = checks.floating("z", z, ndim=1)
    checks.along("z", z, axis)
    e = np.exp(z - z.max(axis, keepdims=True))
    y = e / e.sum(axis, keepdims=True)
    return y, lambda dy: y * (dy - (dy * y).sum(axis, keepdims=True))


def log_softmax(z: Array, axis: int = -1) -> tuple[Array, Backward]:
    """Logarithms of `softmax` without its underflow: yᵢ = zᵢ − ln Σⱼ e^zⱼ, any shape.

    dz = dy − softmax(z) Σⱼ dyⱼ.
    """
    z = checks.floating("z", z, ndim=1)
    checks.along("z", z, axis)
    shifted = z - z.max(axis, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))
    return y, lambda dy: dy - np.exp(y) * dy.sum(axis, keepdims=True)


def flatten(x: Array) -> tuple[Array, Backward]:
    """Each sample as one row: x (N, ...) → y (N, D)."""
    x = checks.floating("x", x, ndim=2)
    checks.not_empty("x", x)
    return x.reshape(len(x), -1), lambda dy: dy.reshape(x.shape)


def dropout(x: Array, keep: Array, rate: float) -> tuple[Array, Backward]:
    """Inverted dropout: y = x ⊙ keep / (1 − rate), so that the mean of y over masks is x.

    Shapes: keep like x, of booleans, true with probability 1 − rate (Srivastava et al. 2014). For
    inference, leave the function out.
    """
    x = checks.floating("x", x)
    rate = checks.fraction("rate", rate)
    keep = np.asarray(keep)
    if keep.dtype != bool:
        raise TypeError(f"keep must hold booleans, got dtype {keep.dtype}")
    checks.same_shape("keep", keep, "x", x)
    scale = keep * np.asarray(1 / (1 - rate), x.dtype)
    return x * scale, lambda dy: dy * scale


def reparameterize(mu: Array, logvar: Array, noise: Array) -> tuple[Array, Backward]:
    """A sample from N(μ, e^logvar) that depends smoothly on both: z = μ + e^{logvar/2} · noise.

    Shapes: all (..., N, K); `noise` is standard normal and data (Kingma and Welling 2014, section 2.4).
    dμ = dz,  dlogvar = dz · noise · e^{logvar/2} / 2.
    """
    mu, logvar = checks.floating("mu", mu), checks.floating("logvar", logvar)
    noise = checks.floating("noise", noise)
    checks.same_shape("logvar", logvar, "mu", mu)
    checks.same_shape("noise", noise, "mu", mu)
    spread = np.exp(logvar / 2) * noise
    return mu + spread, lambda dz: (dz, dz * spread / 2)
