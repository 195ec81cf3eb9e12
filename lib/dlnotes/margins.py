"""Keep the classes apart by the widest margin, with straight borders or, by a kernel, with bent ones.

The machine never needs more of its samples than their inner products. Whatever else behaves like an inner product, a
kernel, may take their place.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import function, positive
from .neighbors import squared_distances


def inner_products(a: Array, b: Array) -> Array:
    """The linear kernel a·b: (N, M) for a (N, D) and b (M, D)."""
    return a @ b.T


def gaussian(width: float) -> Callable[[Array, Array], Array]:
    """The Gaussian kernel exp(−|a − b|² / 2 width²): samples count for their neighborhood."""
    positive("width", width)
    return lambda a, b: np.exp(-squared_distances(a, b) / (2 * width**2))


class Machine(NamedTuple):
    """f(x) = Σ_i β_i k(x_i, x) + b over the support vectors x_i, where β_i = α_i s_i."""

    support: Array  # (S, D)
    weights: Array  # β: (S,), or (S, K) for K borders
    offset: Array  # b: a number, or (K,)
    kernel: Callable[[Array, Array], Array]

    def __call__(self, x: Array) -> Array:
        """How far each row of x lies on the positive side: (N,), or (N, K). Its sign is the class."""
        return self.kernel(x, self.support) @ self.weights + self.offset


def one_against_rest(labels: Array) -> Array:
    """Signs (N, K) for K classes: 1 for a sample's own, −1 for all others. The largest f of K borders decides."""
    return 2 * np.eye(labels.max() + 1)[labels] - 1


def _signs(signs: Array) -> None:
    if not np.isin(signs, (-1, 1)).all():
        raise ValueError(f"signs must be −1 or 1, got {np.unique(signs)}")
    if (np.abs(signs.sum(axis=0)) == len(signs)).any():
        raise ValueError("signs must hold −1 and 1 for every border, got one of them alone")  # fmt: skip


@takes(x="N D+", signs="number N *K", kernel=function, C=positive, tolerance=positive)
def support_vector_machine(
    x: Array,
    signs: Array,
    *,
    kernel: Callable[[Array, Array], Array] = inner_products,
    C: float = 1.0,
    tolerance: float = 1e-3,
) -> Machine:
    """The classifier of the widest margin that lets samples stray at the price C for each unit.

    min ½|w|² + C Σ_i max(0, 1 − s_i (w·x_i + b)). Its dual, in β_i = α_i s_i, is

        max_β Σ_i s_i β_i − ½ Σ_ij β_i β_j k(x_i, x_j),    Σ_i β_i = 0,    0 ≤ s_i β_i ≤ C,

    and is climbed two coordinates at a time, until no pair of slopes differs by more than `tolerance`. Raises a
    RuntimeError if 200,000 steps are not enough: with unscaled samples, a huge C or a tiny tolerance.

    Shapes: x (N, D), signs (N,) of −1 and 1, or (N, K) for K borders at once. Sources: Cortes and Vapnik 1995; the
    ascent in pairs is Platt's (1999), the choice of the pair that of Keerthi et al. 2001.
    """
    _signs(signs)
    K = kernel(x, x)
    borders = [_climb(K, s, C, tolerance) for s in signs.reshape(len(x), -1).T]
    β, b = (np.stack(part, axis=-1).reshape(part[0].shape + signs.shape[1:]) for part in zip(*borders, strict=True))  # fmt: skip
    kept = (β != 0).reshape(len(x), -1).any(axis=1)
    return Machine(x[kept], β[kept], b, kernel)


def _climb(K: Array, s: Array, C: float, tolerance: float) -> tuple[Array, Array]:
    """β (N,) and b for one border, from the kernel's values K (N, N)."""
    β, slope = np.zeros(len(K)), np.array(s, dtype=float)  # slope: s − K β
    low, high = np.where(s > 0, 0, -C), np.where(s > 0, C, 0)
    for _ in range(200_000):
        up = np.where(β < high, slope, -np.inf)
        down = np.where(β > low, slope, np.inf)
        i, j = up.argmax(), down.argmin()
        if up[i] - down[j] <= tolerance:
            return β, (up[i] + down[j]) / 2
        apart = max(K[i, i] - 2 * K[i, j] + K[j, j], 1e-12)  # twins: 0
        step = min((up[i] - down[j]) / apart, high[i] - β[i], β[j] - low[j])
        β[i] += step
        β[j] -= step
        slope -= step * (K[i] - K[j])
    raise RuntimeError(
        f"the ascent did not come to rest: slopes still differ by {up[i] - down[j]:.2g}, more than the tolerance {tolerance}. "
        "Scale x, or use a smaller C or a larger tolerance"
    )
