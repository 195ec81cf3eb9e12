"""Straight borders: the two oldest classifiers, and still the first to try."""

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import count, generator, not_negative


def _with_constant(x: Array) -> Array:
    return np.column_stack([x, np.ones(len(x))])


@takes(x="N D+", targets="N K", penalty=not_negative)
def least_squares(x: Array, targets: Array, *, penalty: float = 0.0) -> Array:
    """The W (D + 1, K) with the smallest |[x, 1] W − targets|² + penalty · |W|²; its last row is the constant.

    W = ([x, 1]ᵀ[x, 1] + penalty · I)⁻¹ [x, 1]ᵀ targets, from the singular values; without a penalty the shortest of
    many. Shapes: x (N, D), targets (N, K).
    """
    U, s, Vt = np.linalg.svd(_with_constant(x), full_matrices=False)
    kept = s > 1e-12 * s.max()
    shares = np.where(kept, s, 0) / np.where(kept, s**2 + penalty, 1)
    return Vt.T @ (shares[:, None] * (U.T @ targets))


@takes(x="N D+", labels="int N", penalty=not_negative, steps=count)
def logistic_regression(x: Array, labels: Array, *, penalty: float = 1e-3, steps: int = 25) -> Array:  # fmt: skip
    """The w (D + 1,) with the smallest cross-entropy of σ(z), z = [x, 1] w, for labels 0 and 1; by Newton's method.

        L(w) = Σ_n ln(1 + e^(z_n)) − y_n z_n + ½ penalty |w|²
        ∇L = [x, 1]ᵀ (σ(z) − y) + penalty · w,    ∇²L = [x, 1]ᵀ diag(σ(z)(1 − σ(z))) [x, 1] + penalty · I

    A step that would raise L is halved until it does not. With a penalty of 0 classes that a line can tell apart have
    no smallest L. Shapes: x (N, D), labels (N,). Source: Cox 1958.
    """
    if labels.size and labels.max() > 1:
        raise ValueError(f"labels must be 0 or 1, got {np.unique(labels)}")
    X, y = _with_constant(x), labels

    def loss(w: Array) -> float:
        return (np.logaddexp(0, X @ w) - y * (X @ w)).sum() + penalty / 2 * w @ w

    w = np.zeros(X.shape[1])
    for _ in range(steps):
        σ = np.exp(-np.logaddexp(0, -(X @ w)))
        gradient = X.T @ (σ - y) + penalty * w
        curvature = (X.T * (σ * (1 - σ))) @ X + (penalty + 1e-12) * np.eye(len(w))
        step = np.linalg.solve(curvature, gradient)
        while loss(w - step) > loss(w) and np.abs(step).max() > 1e-12:
            step = step / 2
        w = w - step
        if np.abs(step).max() < 1e-9 * (1 + np.abs(w).max()):
            break
    return w


def margin(x: Array, W: Array) -> Array:
    """[x, 1] W: what is compared with zero, or over the columns."""
    return _with_constant(x) @ W


@takes(x="N D+", p=count, rng=generator)
def random_features(x: Array, p: int, *, rng: np.random.Generator):
    """new ↦ max(0, (new − center) V + b), (·, p): features that nobody learns.

    V (D, p) and b (p,) are normal numbers, scaled for the samples x (N, D): their mean is the center, and a row of
    x − center has length one on average (root mean square). Source: Rahimi and Recht 2008.
    """
    center = x.mean(axis=0)
    size = np.sqrt(((x - center) ** 2).sum(axis=1).mean())
    V, b = rng.standard_normal((x.shape[1], p)) / size, rng.standard_normal(p) / 2
    return lambda new: np.maximum((new - center) @ V + b, 0)
