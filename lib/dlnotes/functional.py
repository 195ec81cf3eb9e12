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
from .arguments import takes
from .arrays import Array, Backward, sum_to, unmarked
from .conv import conv1d, conv2d, conv_transpose2d
from .kinds import along, below, fraction, integer
from .normalization import batch_norm, batch_statistics, layer_norm
from .pooling import avg_pool, global_avg_pool, max_pool
from .recurrent import gru, gru_reset_after, last_step, lstm, rnn, time_first


@takes(x="data ... N D", W="... D K", b="... K")
def linear(x: Array, W: Array, b: Array | None = None) -> tuple[Array, Backward]:
    """Affine map of every sample: y = x W + b.

    Shapes: x (..., N, D), W (..., D, K), b (..., K), y (..., N, K). Leading axes broadcast: W of shape
    (S, D, K) is S networks at once. Without `b` the map is linear and `backward` gives (dx, dW).

    dx = dy Wᵀ,  dW = xᵀ dy,  db = Σₙ dyₙ  (Goodfellow, Bengio and Courville 2016, section 6.5).
    """
    x, constant = unmarked(x)
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


@takes(x="data ... N K", W="... D K", b="... D")
def transposed_linear(x: Array, W: Array, b: Array) -> tuple[Array, Backward]:
    """y = x Wᵀ + b with the W (..., D, K) of a `linear` from D to K: the way back, on tied weights.

    Shapes: x (..., N, K), b (..., D), y (..., N, D).
    """
    y, pullback = linear(x, W.mT, b)

    def backward(dy: Array) -> tuple[Array, Array, Array]:
        dx, dWt, db = pullback(dy)
        return dx, dWt.mT, db

    return y, backward


@takes(tokens="int ...", E="V D")
def embedding(tokens: Array, E: Array) -> tuple[Array, Backward]:
    """Rows of a table: y = E[tokens], the same as one-hot(tokens) E.

    Shapes: tokens (...) integers in 0 … V − 1, E (V, D), y (..., D). dE adds up the gradients of all places
    where a token stood; tokens are data.
    """
    below("tokens", tokens, len(E))

    def backward(dy: Array) -> Array:
        dE = np.zeros_like(E)
        np.add.at(dE, tokens.ravel(), dy.reshape(-1, E.shape[1]))
        return dE

    return E[tokens], backward


@takes(z="... K", axis=integer)
def softmax(z: Array, axis: int = -1) -> tuple[Array, Backward]:
    """Probabilities along `axis`: yᵢ = e^zᵢ / Σⱼ e^zⱼ, any shape.

    The largest logit is subtracted first; that changes nothing but the overflow.
    dz = y ⊙ (dy − ⟨dy, y⟩).
    """
    along("z", z, axis)
    e = np.exp(z - z.max(axis, keepdims=True))
    y = e / e.sum(axis, keepdims=True)
    return y, lambda dy: y * (dy - (dy * y).sum(axis, keepdims=True))


@takes(z="... K", axis=integer)
def log_softmax(z: Array, axis: int = -1) -> tuple[Array, Backward]:
    """Logarithms of `softmax` without its underflow: yᵢ = zᵢ − ln Σⱼ e^zⱼ, any shape.

    dz = dy − softmax(z) Σⱼ dyⱼ.
    """
    along("z", z, axis)
    shifted = z - z.max(axis, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))
    return y, lambda dy: dy - np.exp(y) * dy.sum(axis, keepdims=True)


@takes(x="N D ...+")
def flatten(x: Array) -> tuple[Array, Backward]:
    """Each sample as one row: x (N, ...) → y (N, D)."""
    return x.reshape(len(x), -1), lambda dy: dy.reshape(x.shape)


@takes(x="*S", keep="bool *S", rate=fraction)
def dropout(x: Array, keep: Array, rate: float) -> tuple[Array, Backward]:
    """Inverted dropout: y = x ⊙ keep / (1 − rate), so that the mean of y over masks is x.

    Shapes: keep like x, of booleans, true with probability 1 − rate (Srivastava et al. 2014). For
    inference, leave the function out.
    """
    scale = keep * np.asarray(1 / (1 - rate), x.dtype)
    return x * scale, lambda dy: dy * scale


@takes(mu="*S", logvar="*S", noise="*S")
def reparameterize(mu: Array, logvar: Array, noise: Array) -> tuple[Array, Backward]:
    """A sample from N(μ, e^logvar) that depends smoothly on both: z = μ + e^{logvar/2} · noise.

    Shapes: all (..., N, K); `noise` is standard normal and data (Kingma and Welling 2014, section 2.4).
    dμ = dz,  dlogvar = dz · noise · e^{logvar/2} / 2.
    """
    spread = np.exp(logvar / 2) * noise
    return mu + spread, lambda dz: (dz, dz * spread / 2)
