"""Decide by questions: is this entry larger than that? A tree asks one after another; a forest lets many trees vote.

Growing a tree is greedy: each node asks the one question that leaves the purest two heaps, and looks no further ahead.
"""

from dataclasses import dataclass

import numpy as np

from .arguments import takes
from .arrays import Array
from .kinds import count, generator

BLOCK = 1 << 20  # counts compared at once, so that memory stays bounded: 8 MB


@dataclass(slots=True)
class Tree:
    """A node: the question x[feature] > threshold and a tree for each answer. A leaf asks nothing: no and yes are None."""

    shares: Array  # (K,) of the classes, among the training samples that came here
    feature: int = -1
    threshold: float = np.nan
    no: "Tree | None" = None
    yes: "Tree | None" = None

    def __call__(self, x: Array) -> Array:
        """Shares of the classes (N, K) in the leaf that each row of x (N, D) comes to."""
        result = np.empty((len(x), len(self.shares)))
        heaps = [(self, np.arange(len(x)))]
        while heaps:
            node, rows = heaps.pop()
            if node.yes is None:
                result[rows] = node.shares
            else:
                larger = x[rows, node.feature] > node.threshold
                heaps += [(node.yes, rows[larger]), (node.no, rows[~larger])]
        return result


@takes(x="number N D+", labels="int N", depth=count, features=count, rng=generator)
def grow_tree(
    x: Array,
    labels: Array,
    *,
    depth: int = 10**9,
    features: int | None = None,
    rng: np.random.Generator | None = None,
) -> Tree:
    """A classification tree of at most `depth` questions in a row, until all heaps are pure or nothing tells them apart.

    A heap of n samples with counts c_k has the Gini impurity 1 − Σ c_k²/n². Each node asks the question, an entry of x
    and a threshold halfway between two values that occur, for which the mean impurity of its two heaps, weighted by
    their sizes, is least; of equally good ones the first. With `features`, each node looks at so many entries only, drawn by
    `rng`.

    Shapes: x (N, D), labels (N,) in 0 … K − 1. Source: Breiman, Friedman, Olshen and Stone 1984.
    """
    if features is not None and rng is None:
        raise TypeError("rng must be given, as np.random.default_rng(seed), where features are drawn")  # fmt: skip
    count("features", features or 1, most=x.shape[1])
    x, one_hot = x.astype(float), np.eye(labels.max() + 1)[labels]
    return _grow(x, one_hot, depth, features, rng)


def _grow(x, one_hot, depth, features, rng) -> Tree:
    """With a list of the heaps that are still to be split, for a tree may be deeper than Python lets functions call."""
    root = Tree(one_hot.mean(axis=0))
    heaps = [(root, np.arange(len(x)), depth)]
    while heaps:
        node, rows, depth = heaps.pop()
        if not depth or node.shares.max() == 1:
            continue
        columns = np.arange(x.shape[1])
        if features is not None:
            columns = np.sort(rng.choice(columns, features, replace=False))
        question = best_question(x[rows], one_hot[rows], columns)
        if question is None:
            continue
        node.feature, node.threshold = question
        larger = x[rows, node.feature] > node.threshold
        node.no, node.yes = (
            Tree(one_hot[part].mean(axis=0)) for part in (rows[~larger], rows[larger])
        )
        heaps += [
            (node.yes, rows[larger], depth - 1),
            (node.no, rows[~larger], depth - 1),
        ]
    return root


def best_question(x: Array, one_hot: Array, columns: Array) -> tuple[int, float] | None:
    """The entry and the threshold after which the heaps are purest; None if no entry has two values.

    n · impurity = n − Σ c²/n, so the best question makes Σ c²/n, summed over both heaps, as large as possible. In the
    order of one entry, running sums give the counts below every threshold at once.
    """
    total, best, found = one_hot.sum(axis=0), -np.inf, None
    sizes = np.arange(1, len(x))[:, None]
    for some in np.array_split(columns, -(-one_hot.size * len(columns) // BLOCK)):
        order = x[:, some].argsort(axis=0, kind="stable")
        values = np.take_along_axis(x[:, some], order, axis=0)  # (N, F)
        below = one_hot[order].cumsum(axis=0)[:-1]  # (N − 1, F, K)
        purity = (below**2).sum(axis=2) / sizes + ((total - below) ** 2).sum(axis=2) / sizes[::-1]  # fmt: skip
        purity[values[1:] == values[:-1]] = -np.inf  # no threshold between equals
        if purity.size and purity.max() > best * (1 + 1e-12):
            column = int(purity.max(axis=0).argmax())
            i = int(purity[:, column].argmax())
            best = purity[i, column]
            found = (
                int(some[column]),
                _between(values[i, column], values[i + 1, column]),
            )
    return found


def _between(low: float, high: float) -> float:
    """Halfway, but below `high` also where rounding or the largest numbers say otherwise."""
    return min(max(low, low / 2 + high / 2), np.nextafter(high, low))


@takes(x="number N D+", labels="int N", trees=count, features=count, rng=generator)
def grow_forest(
    x: Array,
    labels: Array,
    *,
    trees: int = 100,
    features: int | None = None,
    rng: np.random.Generator,
):
    """A random forest: x ↦ shares of the classes (N, K), the mean over trees that differ by chance.

    Each tree sees N samples drawn with replacement, and at each node `features` of the entries, √D by default. Single
    trees follow the accidents of their samples; the mean of many that err differently does not.

    Source: Breiman 2001.
    """
    features = features or max(1, int(np.sqrt(x.shape[1])))
    count("features", features, most=x.shape[1])
    x, one_hot = x.astype(float), np.eye(labels.max() + 1)[labels]
    draws = (rng.integers(0, len(x), len(x)) for _ in range(trees))
    grown = [_grow(x[draw], one_hot[draw], 10**9, features, rng) for draw in draws]
    return lambda new: np.mean([tree(new) for tree in grown], axis=0)
