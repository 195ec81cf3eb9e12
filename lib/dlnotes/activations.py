"""Activation functions: elementwise bends, any shape, each with its pullback.

    a, backward = relu(z)
    dz = backward(da)

At a kink the slope is that of the left side, but 0 for |z| and at both ends of `clip`. All but `maxout` keep the
shape. Settings such as a slope are numbers, not learned; `rectifier` learns its slope. A new function written here is listed in
`functional`, too, and in the tests' table.
"""

import math
from functools import reduce

import numpy as np

from .arguments import takes
from .arrays import Array, Backward, sum_to
from .kinds import broadcasts, count, interval, positive, real


@takes(z="...")
def identity(z: Array) -> tuple[Array, Backward]:
    """y = z: what an output unit for regression does."""
    return z, lambda dy: dy


@takes(z="...")
def step(z: Array) -> tuple[Array, Backward]:
    """y = 1 where z > 0, otherwise 0: the perceptron's unit. Its slope is 0, so nothing can be learned through it."""
    return (z > 0).astype(z.dtype), np.zeros_like


@takes(z="...")
def sigmoid(z: Array) -> tuple[Array, Backward]:
    """Logistic sigmoid: σ(z) = 1 / (1 + e⁻ᶻ), σ′ = σ (1 − σ).

    Written as e^min(z, 0) / (1 + e^−|z|), in which nothing can overflow.
    """
    y = np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
    return y, lambda dy: dy * y * (1 - y)


@takes(z="...")
def tanh(z: Array) -> tuple[Array, Backward]:
    """Hyperbolic tangent: tanh z = 2σ(2z) − 1, tanh′ = 1 − tanh²."""
    y = np.tanh(z)
    return y, lambda dy: dy * (1 - y * y)


# ── Straight pieces ──


@takes(z="...")
def relu(z: Array) -> tuple[Array, Backward]:
    """Rectified linear unit: max(0, z), with slope 0 at z = 0 (Glorot, Bordes and Bengio 2011)."""
    y = np.maximum(z, 0)
    return y, lambda dy: dy * (y > 0)


@takes(z="*Z", alpha="*A")
def rectifier(z: Array, alpha: Array) -> tuple[Array, Backward]:
    """The whole family y = max(0, z) + α min(0, z), with α learned: PReLU (He et al. 2015).

    Shapes: alpha broadcasts to z, so () is one slope for all and (K,) one a unit. α = 0 gives relu,
    0.01 leaky_relu, −1 the absolute value, 1 the identity. dα = Σ dy · min(0, z).
    """
    broadcasts("alpha", alpha, "z", z)
    y = np.where(z > 0, z, alpha * z)

    def backward(dy: Array) -> tuple[Array, Array]:
        dz = np.where(z > 0, dy, alpha * dy)
        return dz, sum_to(dy * np.minimum(z, 0), alpha.shape)

    return y, backward


@takes(z="*Z", slope="number *S")
def leaky_relu(z: Array, slope: float | Array = 0.01) -> tuple[Array, Backward]:
    """`rectifier` with a given α = slope (Maas, Hannun and Ng 2013).

    An array of slopes, drawn at random in training, makes it the randomized leaky ReLU (Xu et al. 2015).
    """
    slope = np.asarray(slope, z.dtype)
    broadcasts("slope", slope, "z", z)
    y, backward = rectifier(z, slope)
    return y, lambda dy: backward(dy)[0]


@takes(z="...")
def absolute(z: Array) -> tuple[Array, Backward]:
    """y = |z|, with slope 0 at z = 0."""
    return np.abs(z), lambda dy: dy * np.sign(z)


@takes(z="...", low=real, high=real)
def clip(z: Array, low: float, high: float) -> tuple[Array, Backward]:
    """y = min(max(z, low), high), with slope 1 strictly between and 0 elsewhere."""
    interval(low, high)
    return np.clip(z, low, high), lambda dy: dy * ((z > low) & (z < high))


@takes(z="...")
def relu6(z: Array) -> tuple[Array, Backward]:
    """min(max(0, z), 6): a ReLU with an upper bound (Krizhevsky 2010), which few bits can hold."""
    return clip(z, 0, 6)


@takes(z="...")
def hard_tanh(z: Array) -> tuple[Array, Backward]:
    """max(−1, min(1, z)): the straight version of tanh (Collobert 2004)."""
    return clip(z, -1, 1)


@takes(z="... K+", pieces=count)
def maxout(z: Array, pieces: int = 2) -> tuple[Array, Backward]:
    """The largest of `pieces` neighbors: z (..., K · pieces) → y (..., K) (Goodfellow et al. 2013).

    After a linear layer this is a convex function of x made of `pieces` planes. The gradient goes to the winner.
    """
    if z.shape[-1] % pieces:
        raise ValueError(
            f"the last axis of z must be a multiple of {pieces} pieces, got shape {z.shape}"
        )
    rivals = [z[..., piece::pieces] for piece in range(pieces)]
    y = reduce(np.maximum, rivals)

    def backward(dy: Array) -> Array:
        dz, undecided = np.empty_like(z), np.ones(y.shape, bool)
        for piece, rival in enumerate(rivals):
            won = undecided & (rival == y)  # the first of equals
            dz[..., piece::pieces] = dy * won
            undecided &= ~won
        return dz

    return y, backward


# ── Smooth bends ──


@takes(z="...", alpha=positive)
def elu(z: Array, alpha: float = 1.0) -> tuple[Array, Backward]:
    """z where z > 0, otherwise α (eᶻ − 1) (Clevert, Unterthiner and Hochreiter 2016)."""
    below = alpha * np.expm1(np.minimum(z, 0))
    return np.where(z > 0, z, below), lambda dy: dy * np.where(z > 0, 1, below + alpha)


@takes(z="...")
def softplus(z: Array) -> tuple[Array, Backward]:
    """ln(1 + eᶻ), a ReLU with a rounded corner; its slope is σ(z) (Dugas et al. 2001)."""
    y = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return y, lambda dy: dy * sigmoid(z)[0]


@takes(z="...")
def silu(z: Array) -> tuple[Array, Backward]:
    """z σ(z), also called swish; slope σ (1 + z (1 − σ)) (Elfwing, Uchibe and Doya 2018)."""
    s, _ = sigmoid(z)
    return z * s, lambda dy: dy * s * (1 + z * (1 - s))


@takes(z="...")
def gelu(z: Array) -> tuple[Array, Backward]:
    """z Φ(z) with the normal distribution function Φ(z) ≈ ½ (1 + tanh(√(2/π) (z + 0.044715 z³))).

    The approximation of Hendrycks and Gimpel (2016); z Φ(z) is off by less than 0.0005 everywhere.
    """
    root = math.sqrt(2 / math.pi)
    t = np.tanh(root * (z + 0.044715 * z**3))

    def backward(dy: Array) -> Array:
        slope = (1 - t * t) * root * (1 + 3 * 0.044715 * z**2)
        return dy * (1 + t + z * slope) / 2

    return z * (1 + t) / 2, backward
