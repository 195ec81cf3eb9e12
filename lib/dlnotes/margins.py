"""Keep the classes apart by the widest margin, with straight borders or, by a kernel, with bent ones.

The machine never needs more of its samples than their inner products. Whatever else behaves like an inner product, a
kernel, may take their place.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import count, function, positive
from .neighbors import squared_distances


def inner_products(a: Array, b: Array) -> Array:
    """The linear kernel a·b: (N, M) for a (N, D) and b (M, D)."""
    return a @ b.T


def gaussian(width: float) -> Callable[[Array, Array], Array]:
    """The Gaussian kernel exp(−|a − b|² / 2 width²): samples count for their neighborhood."""
    positive("width", width)
    return lambda a, b: np.exp(-squared_distances(a, b) / (2 * width**2))


class Machine(NamedTuple):
    """f(x) = Σ_i α_i s_i (k(x_i, x) + 1), over the support vectors x_i with their signs s_i."""

    support: Array  # (S, D)
    weights: Array  # (S,), or (S, K) for K borders: α_i s_i
    kernel: Callable[[Array, Array], Array]

    def __call__(self, x: Array) -> Array:
        """How far each row of x lies on the positive side: (N,), or (N, K). Its sign is the class."""
        return (self.kernel(x, self.support) + 1) @ self.weights


def one_against_rest(labels: Array) -> Array:
    """Signs (N, K) for K classes: 1 for a sample's own, −1 for all others. The largest f of K borders decides."""
    return 2 * np.eye(labels.max() + 1)[labels] - 1


def _signs(signs: Array) -> None:
    if not np.isin(signs, (-1, 1)).all():
        raise ValueError(f"signs must be −1 or 1, got {np.unique(signs)}")


@takes(x="N D+", signs="number N *K", kernel=function, C=positive, tolerance=positive, rounds=count)  # fmt: skip
def support_vector_machine(
    x: Array,
    signs: Array,
    *,
    kernel: Callable[[Array, Array], Array] = inner_products,
    C: float = 1.0,
    tolerance: float = 1e-3,
    rounds: int = 1000,
) -> Machine:
    """The classifier of the widest margin that lets samples stray at the price C each.

    min ½|w|² + C Σ_i max(0, 1 − s_i w·x_i), with a constant entry in x instead of a separate bias. Its dual is

        max_α Σ_i α_i − ½ Σ_ij α_i α_j s_i s_j (k(x_i, x_j) + 1),    0 ≤ α_i ≤ C,

    a parabola in each α_i, so each can be set to its best value in turn: α_i + (1 − s_i f(x_i)) / (k_ii + 1), cut
    to [0, C]. It ends when no α_i moves by more than `tolerance` · C in a round, or after so many `rounds`.

    Shapes: x (N, D), signs (N,) of −1 and 1, or (N, K) for K borders at once. Sources: Cortes and Vapnik 1995; the
    ascent in single coordinates is that of Hsieh et al. 2008.
    """
    _signs(signs)
    K = kernel(x, x) + 1
    α, f = np.zeros(signs.shape), np.zeros(signs.shape)
    for _ in range(rounds):
        moved = 0.0
        for i, s in enumerate(signs):
            best = α[i] + (1 - s * f[i]) / K[i, i]
            change = np.minimum(np.maximum(best, 0), C) - α[i]
            size = np.abs(change).max()
            if size > 0:
                α[i] += change
                f += np.multiply.outer(K[i], change * s)
                moved = max(moved, size)
        if moved <= tolerance * C:
            break
    kept = (α > 0).reshape(len(x), -1).any(axis=1)
    return Machine(x[kept], (α * signs)[kept], kernel)
