"""Find groups without being told any: around centers, or along what hangs together."""

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import count, generator, positive
from .neighbors import squared_distances


@takes(x="N D+", K=count, starts=count, rng=generator)
def k_means(x: Array, K: int, *, starts: int = 10, rng: np.random.Generator) -> tuple[Array, Array]:  # fmt: skip
    """Labels (N,) and centers (K, D) for which Σ_n |x_n − center of its group|² is small; the best of several starts.

    Two steps in turn, neither of which can raise the sum: each sample goes to the nearest center, each center to the
    mean of its samples. So it ends, though not always in the best place; hence several starts, from samples drawn far
    apart (k-means++).

    Sources: Lloyd 1982; Arthur and Vassilvitskii 2007.
    """
    count("K", K, most=len(x))
    found = [_descend(x, _spread_out(x, K, rng)) for _ in range(starts)]
    return min(found, key=lambda pair: ((x - pair[1][pair[0]]) ** 2).sum())


def _spread_out(x: Array, K: int, rng: np.random.Generator) -> Array:
    """K samples, each drawn with a chance in proportion to its squared distance from those before."""
    centers = x[rng.integers(0, len(x), 1)]
    while len(centers) < K:
        chance = squared_distances(x, centers).min(axis=1)
        chance = chance / chance.sum() if chance.any() else None  # None: all alike
        centers = np.vstack([centers, x[rng.choice(len(x), p=chance)]])
    return centers


def _descend(x: Array, centers: Array) -> tuple[Array, Array]:
    labels = None
    while True:
        nearest = squared_distances(x, centers).argmin(axis=1)
        if labels is not None and (nearest == labels).all():
            return labels, centers
        labels, centers = nearest, centers.copy()
        for k in np.unique(labels):  # a center without samples stays
            centers[k] = x[labels == k].mean(axis=0)


@takes(x="N D+", width=positive)
def affinities(x: Array, *, width: float) -> Array:
    """How much each two samples hang together: exp(−|x_i − x_j|² / 2 width²), and 0 of each with itself."""
    A = np.exp(-squared_distances(x, x) / (2 * width**2))
    np.fill_diagonal(A, 0)
    return A


@takes(A="N N+", K=count)
def spectral_embedding(A: Array, K: int) -> Array:
    """The K eigenvectors (N, K) of D^(−1/2) A D^(−1/2) with the largest eigenvalues, rows scaled to length one.

    A (N, N) holds symmetric affinities, D the sums of its rows. If A falls into K parts without any affinity
    between them, the rows of one part are all alike and those of different parts at right angles: whatever the
    shape of the parts was, they are now points.

    Source: Ng, Jordan and Weiss 2002.
    """
    count("K", K, most=len(A))
    root = 1 / np.sqrt(np.maximum(A.sum(axis=1), np.finfo(A.dtype).tiny))
    vectors = np.linalg.eigh(root[:, None] * A * root)[1][:, -K:]
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-300)


@takes(x="N D+", K=count, width=positive, rng=generator)
def spectral_clusters(x: Array, K: int, *, width: float, rng: np.random.Generator) -> Array:  # fmt: skip
    """Labels (N,): k-means in the spectral embedding of the affinities of x."""
    return k_means(spectral_embedding(affinities(x, width=width), K), K, rng=rng)[0]
