"""Classify by memory: an input gets the label that prevails among the training samples nearest to it.

Nothing is fitted and everything is kept, which makes the method the honest rival of every network.
"""

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import count

BLOCK = 1 << 18  # distances computed at once, so that memory stays bounded: 2 MB each
EQUAL = 1e-9  # relative: distances that differ by less than this are the same distance


@takes(a="N D", b="M D+")
def squared_distances(a: Array, b: Array) -> Array:
    """Squared Euclidean distances between all rows of a and all rows of b.

    |a − b|² = |a|² − 2 a·b + |b|²: one matrix product instead of N M differences of D entries.
    Far from the origin the large squares would cancel and leave rounding errors, so both are first
    shifted by the mean of b, which changes no distance.

    Shapes: a (N, D), b (M, D), result (N, M).
    """
    center = b.mean(axis=0)
    a, b = a - center, b - center
    return _between(a, b, _squares(a), _squares(b))


def _squares(a: Array) -> Array:
    return np.einsum("nd,nd->n", a, a)


def _between(a: Array, b: Array, a_squares: Array, b_squares: Array) -> Array:
    distances = a @ b.T
    distances *= -2
    distances += a_squares[:, None]
    distances += b_squares
    return np.maximum(
        distances, 0, out=distances
    )  # rounding may leave a little less than nothing


@takes(x="number N D", known="number M D+", labels="int M", k=count)
def nearest_neighbors(x: Array, known: Array, labels: Array, *, k: int = 1) -> Array:
    """The label that is most frequent among the k samples of `known` nearest to each row of x.

    With the squared distances d_m = |x − known_m|², the kth smallest of them d₍ₖ₎, and labels y_m,

        ŷ(x) = argmax_c #{m : d_m ≤ d₍ₖ₎ and y_m = c}.

    Samples exactly as far as the kth vote too, so there may be more than k votes; "exactly" means
    within 1e-9 of |x|² + |known_m|², measured from the mean of `known`. So neither the order of the
    samples nor the last bit decides. Of labels with equally many votes the smallest wins.

    Shapes: x (N, D), known (M, D), labels (M,) of integers, result (N,); 1 ≤ k ≤ M.
    Source: Cover and Hart 1967; the rule for ties is that of `use.all` in R's `class::knn`.
    """
    count("k", k, most=len(known))
    x, known = x.astype(float), known.astype(float)
    classes, class_of = np.unique(labels, return_inverse=True)
    ballots = np.eye(len(classes))[class_of]  # (M, K)
    center = known.mean(axis=0)
    x, known = x - center, known - center
    sizes, known_sizes = _squares(x), _squares(known)
    winners = np.empty(len(x), dtype=int)
    rows = max(1, BLOCK // len(known))
    for start in range(0, len(x), rows):
        piece = slice(start, start + rows)
        distances = _between(x[piece], known, sizes[piece], known_sizes)
        kth = np.partition(distances, k - 1, axis=1)[:, k - 1, None]
        kth = kth + EQUAL * (sizes[piece, None] + known_sizes)
        winners[piece] = ((distances <= kth) @ ballots).argmax(
            axis=1
        )  # of votes (n, K)
    return classes[winners]
