"""Affine maps learned from data: scaling, principal components, whitening.

Each function looks at a training set x (N, D) once and returns an `AffineMap` that remembers what it
saw, so that new samples are treated as the training set was. Derivations: chapter 2.
"""

import math
from typing import NamedTuple

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import count, finite, flag, not_negative, same_size


def _training_set(x: Array) -> None:
    """Refuse what has no variances, or none that its dtype can hold."""
    finite("x", x)
    if x.dtype.char not in "fd":
        raise TypeError(f"x must hold float32 or float64, got dtype {x.dtype}")
    limits, half = np.finfo(x.dtype), np.ptp(x / 2, axis=0)  # x itself might overflow
    least, most = math.sqrt(len(x) * limits.tiny), math.sqrt(limits.max / x.size) / 2
    lost = (np.abs(x).max(axis=0) > most) | ((0 < half) & (half < least))
    if lost.any():
        raise ValueError(
            f"x has columns {np.flatnonzero(lost).tolist()}, whose variance no {x.dtype} can hold; rescale them first"
        )


class AffineMap(NamedTuple):
    """z = (x − shift) encoder, and back x ≈ z decoder + shift; rows are samples.

    Shapes: shift (D,), encoder (D, K), decoder (K, D). `spectrum` (D,) holds the variances of the training set,
    largest first: along its principal axes, or of its columns where a map only scales columns.
    """

    shift: Array
    encoder: Array
    decoder: Array
    spectrum: Array

    @takes(x="... N D")
    def encode(self, x: Array) -> Array:
        """z (..., N, K) for x (..., N, D)."""
        same_size(
            "the last axis of x",
            x.shape[-1],
            "that of the training set",
            len(self.shift),
        )
        return (x - self.shift) @ self.encoder

    @takes(z="... N K")
    def decode(self, z: Array) -> Array:
        """x (..., N, D) for z (..., N, K): exact where K = D, otherwise the nearest point that has this code."""
        same_size(
            "the last axis of z", z.shape[-1], "the size of the code", len(self.decoder)
        )
        return z @ self.decoder + self.shift


def _principal_axes(x: Array) -> tuple[Array, Array, Array]:
    """Mean (D,), variances (D,) largest first, axes (D, D) in columns; variances divide by N.

    From the SVD of the centred data, X = U Σ Vᵀ: the covariance XᵀX/N has eigenvectors V and eigenvalues Σ²/N,
    and forming it would square the condition number. Each axis points where its largest entry is positive.
    """
    mean = x.mean(axis=0)
    _, sigma, Vt = np.linalg.svd(x - mean, full_matrices=len(x) < x.shape[1])
    largest = np.abs(Vt).argmax(axis=1)
    Vt = Vt * np.sign(Vt[np.arange(len(Vt)), largest])[:, None]
    variances = np.zeros(x.shape[1], x.dtype)
    variances[: len(sigma)] = sigma**2 / len(x)
    return mean, variances, Vt.T


@takes(x="N D+", K=count)
def pca(x: Array, K: int) -> AffineMap:
    """Principal component analysis: the K orthogonal directions in which x (N, D) varies most.

    encoder = decoderᵀ = the first K eigenvectors of the covariance. No other K-dimensional linear code has
    a smaller squared reconstruction error (Goodfellow, Bengio and Courville 2016, section 2.12).
    """
    _training_set(x)
    count("K", K, most=x.shape[1])
    mean, variances, V = _principal_axes(x)
    return AffineMap(mean, V[:, :K], V[:, :K].T, variances)


@takes(x="N D+", epsilon=not_negative, zca=flag)
def whitening(x: Array, *, epsilon: float = 0.0, zca: bool = False) -> AffineMap:
    """Make the covariance of x (N, D) the identity: encoder = V diag(1/√(λ + ε)).

    With `zca` the result is turned back by Vᵀ, which keeps it as close to x as a white signal can be
    (Bell and Sejnowski 1997; Eldar and Oppenheim 2003). `epsilon` keeps directions of almost no variance from being blown up.
    """
    _training_set(x)
    mean, variances, V = _principal_axes(x)
    if variances[-1] + epsilon <= variances[0] * len(variances) * np.finfo(x.dtype).eps:
        raise ValueError(
            "x has a direction without variance, which cannot be made 1; drop it by pca or give an epsilon > 0"
        )
    scale = np.sqrt(variances + np.asarray(epsilon, x.dtype))
    encoder, decoder = V / scale, (V * scale).T
    if zca:
        encoder, decoder = encoder @ V.T, V @ decoder
    return AffineMap(mean, encoder, decoder, variances)


def _scaling(x: Array, shift: Array, scale: Array) -> AffineMap:
    flat = np.flatnonzero(np.ptp(x, axis=0) == 0)  # a rounded mean leaves std above 0
    if flat.size:
        raise ValueError(
            f"x has constant columns {flat.tolist()}, which cannot be scaled; drop them first"
        )
    variances = np.sort(x.var(axis=0))[::-1]
    return AffineMap(shift, np.diag(1 / scale), np.diag(scale), variances)


@takes(x="N D+")
def standardization(x: Array) -> AffineMap:
    """z-scores: every column gets mean 0 and standard deviation 1 (dividing by N, not N − 1)."""
    _training_set(x)
    return _scaling(x, x.mean(axis=0), x.std(axis=0))


@takes(x="N D+")
def min_max(x: Array) -> AffineMap:
    """Every column is mapped to 0 … 1; later samples may lie outside."""
    _training_set(x)
    return _scaling(x, x.min(axis=0), np.ptp(x, axis=0))
