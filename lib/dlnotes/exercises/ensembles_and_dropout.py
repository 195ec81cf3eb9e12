"""The exercises of chapter 7b, Ensembles and dropout."""

import numpy as np

from . import SCALES, Exercise


def _crowd(
    square=lambda e: (e**2).sum(axis=-1).mean(), average=lambda P: P.mean(axis=0)
):
    def answer(P, labels):
        target = np.eye(P.shape[-1])[labels]
        return square(P - target), square(average(P) - target)

    return answer


def _crowd_by_loops(P, labels):
    k, N, K = P.shape
    target = [[float(c == labels[n]) for c in range(K)] for n in range(N)]
    alone = sum((P[i, n, c] - target[n][c]) ** 2 for i in range(k) for n in range(N) for c in range(K)) / (k * N)  # fmt: skip
    mean = P.sum(axis=0) / k
    return [alone, sum((mean[n, c] - target[n][c]) ** 2 for n in range(N) for c in range(K)) / N]  # fmt: skip


def _votes(P):
    """One vote each for the likeliest class."""
    return np.eye(P.shape[-1])[P.argmax(axis=-1)].mean(axis=0)


def _opinions(rng, k, N, K):
    return rng.dirichlet(np.ones(K), (k, N)), rng.integers(0, K, N)


check_crowd_errors = Exercise(
    ("the error of the members", "the error of their average"),
    right=_crowd(),
    cases=lambda rng: [
        (rng.dirichlet(np.ones(4), (2, 3)), np.array([0, 2, 1])), _opinions(rng, 4, 4, 4), _opinions(rng, 3, 6, 3),
        (np.array([[[1.0, 0.0]], [[0.0, 1.0]]]), np.array([0])),
    ],
    mistakes={
        "a squared error is summed over the classes, not averaged": _crowd(square=lambda e: (e**2).mean()),
        "averaged over samples (and members), not summed": _crowd(square=lambda e: (e**2).sum()),
        "squared before it is averaged: errors have both signs": _crowd(square=lambda e: e.sum(axis=-1).mean() ** 2),
        "the square, not its root": _crowd(square=lambda e: np.sqrt((e**2).sum(axis=-1)).mean()),
        "squares, not absolute values": _crowd(square=lambda e: np.abs(e).sum(axis=-1).mean()),
        "first the members, then the average": lambda P, y: _crowd()(P, y)[::-1],
        "the average of the probabilities, not of votes": _crowd(average=_votes),
        "average over the members, the first axis": lambda P, y: (_crowd()(P, y)[0], _crowd()(P, y)[0]),
        "the mean of the members' errors is the first result; the second averages before squaring": lambda P, y: (
            _crowd()(P, y)[0], np.mean([_crowd()(p[None], y)[0] for p in P[:1]])),
        "their average, not their sum": _crowd(average=lambda P: P.sum(axis=0)),
        "v/k would hold if errors had nothing in common": lambda P, y: (_crowd()(P, y)[0], _crowd()(P, y)[0] / len(P)),
        "the errors of all members count": lambda P, y: (_crowd()(P[:1], y)[0], _crowd()(P, y)[1]),
    },
    also_right=(_crowd_by_loops,),
    praise="and the second is never larger: squaring is convex",
)  # fmt: skip


def _drop(keep=lambda u, p: u >= p, scale=lambda p: 1 / (1 - p), use=lambda x, p: x):
    return lambda x, u, p, training: x * keep(u, p) * scale(p) if training else use(x, p)  # fmt: skip


def _drop_in_place(x, u, p, training):
    if training:
        x[u < p] = 0
        x /= 1 - p
    return x


def _numbers(rng, *shape, scale=1.0, p=0.3, training=True):
    return scale * rng.standard_normal(shape), rng.random(shape), p, training


check_drop = Exercise(
    "the output",
    right=_drop(),
    cases=lambda rng: {
        "x (3, 4) in training, p = 0.3": _numbers(rng, 3, 4), "x (3, 4) in use, p = 0.3": _numbers(rng, 3, 4, training=False),
        "p = 0 in training": _numbers(rng, 2, 3, p=0.0), "x (6,), p = 0.8": _numbers(rng, 6, p=0.8),
        "u equal to p": (np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.25, 0.75]), 0.5, True),
        **{f"x of size {s:g}": _numbers(rng, 5, scale=s, p=0.5) for s in SCALES},
    },
    mistakes={
        "divide what is kept by 1 − p, so that the mean stays": _drop(scale=lambda p: 1.0),
        "dropped where u < p, kept elsewhere": _drop(keep=lambda u, p: u < p),
        "by 1 − p, the share that is kept": _drop(scale=lambda p: 1 / p if p else 1.0),
        "divide, do not multiply": _drop(scale=lambda p: 1 - p),
        "in use nothing is dropped": lambda x, u, p, training: _drop()(x, u, p, True),
        "in use nothing need be scaled: that was done in training": _drop(use=lambda x, p: x * (1 - p)),
        "in use the number goes on as it is": (
            _drop(use=lambda x, p: x / (1 - p)), lambda x, u, p, training: x * (u >= p) * (1 / (1 - p) if training else 1)),
        "dropped where u < p, not where u < 1 − p": _drop(keep=lambda u, p: u >= 1 - p),
        "by 1 − p, not by the share that happened to be kept": lambda x, u, p, training: (
            x * (u >= p) / max(np.mean(u >= p), 1e-9) if training else x),
        "in training numbers are dropped": lambda x, u, p, training: x,
        "u is smaller than p where a number is dropped; at u = p it is kept": _drop(keep=lambda u, p: u > p),
    },
    also_right=(
        lambda x, u, p, training: np.where(u < p, 0.0, x / (1 - p)) if training else x.copy(),
    ),
    wrong=(_drop_in_place,),
    praise="all of dropout, in one line",
)  # fmt: skip


def _penalty(factor=lambda p: p / (1 - p), inside=lambda X, w: (X**2 @ w**2).sum()):
    return lambda X, w, p: factor(p) * inside(X, w)


check_dropout_penalty = Exercise(
    "the penalty",
    right=_penalty(),
    cases=lambda rng: [
        *((s * rng.standard_normal((6, 3)), rng.standard_normal(3), 0.3) for s in SCALES),
        (rng.standard_normal((4, 4)), rng.standard_normal(4), 0.5), (np.array([[1.0, 2.0]]), np.array([3.0, -1.0]), 0.8),
        (rng.standard_normal((5, 2)), rng.standard_normal(2), 0.0),
    ],
    mistakes={
        "the variance of a kept or dropped number is p/(1 − p), not p": _penalty(factor=lambda p: p),
        "p/(1 − p), not the other way round": _penalty(factor=lambda p: (1 - p) / p if p else np.inf),
        "dividing by 1 − p belongs to it": _penalty(factor=lambda p: p * (1 - p)),
        "each term is squared, not their sum": _penalty(inside=lambda X, w: ((X @ w) ** 2).sum()),
        "how large a feature is counts, too": _penalty(inside=lambda X, w: (w**2).sum()),
        "the sum over all samples, not their mean": _penalty(inside=lambda X, w: (X**2 @ w**2).mean()),
        "the weights are squared": _penalty(inside=lambda X, w: (X**2 @ np.abs(w)).sum()),
        "the variance is the mean of the square, 1/(1 − p), minus the squared mean": _penalty(factor=lambda p: 1 / (1 - p)),
        "the factor p/(1 − p) is missing": _penalty(factor=lambda p: 1.0),
        "one number for all samples": _penalty(inside=lambda X, w: X**2 @ w**2),
    },
    also_right=(lambda X, w, p: p / (1 - p) * float(np.diag(X.T @ X) @ w**2),),
    praise="dropout in a linear model is a penalty",
)  # fmt: skip


def _fused(combine=lambda P: np.log(P).mean(axis=0), axis=1):
    def answer(P):
        logs = combine(P)
        weights = np.exp(logs - logs.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=axis, keepdims=True)

    return answer


def _unscaled(P):
    return np.exp(np.log(P).mean(axis=0))


def _product(P):
    product = P.prod(axis=0) ** (1 / len(P))
    return product / product.sum(axis=1, keepdims=True)


def _by_roots(P):
    """Roots first, then the product: nothing becomes too small."""
    roots = np.prod(P ** (1 / len(P)), axis=0)
    return roots / roots.sum(axis=1, keepdims=True)


def _tiny(rng, M, N, K):
    """Logits so far apart that their probabilities go down to about 1e-200."""
    z = 100 * rng.standard_normal((M, N, K))
    z = np.maximum(z - z.max(axis=-1, keepdims=True), -460)
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def _at_odds():
    """Three models, each sure of another class, and an unsure one: every product of theirs is too small for a float."""
    P = np.array(
        [
            [1.0, 1e-200, 1e-190],
            [1e-195, 1.0, 1e-200],
            [1e-190, 1e-200, 1.0],
            [0.5, 0.3, 0.2],
        ]
    )
    return P[:, None]


check_fused = Exercise(
    "the mean",
    right=_fused(),
    cases=lambda rng: [
        (rng.dirichlet(np.ones(3), (4, 2)),), (rng.dirichlet(np.ones(3), (3, 3)),), (_tiny(rng, 6, 3, 4),), (_at_odds(),),
        (rng.dirichlet(np.ones(5), (1, 4)),),
        (np.array([[[0.9, 0.1]], [[0.5, 0.5]]]),),
    ],
    mistakes={
        "make it add up to one": _unscaled,
        "that is the arithmetic mean": lambda P: P.mean(axis=0),
        "one sample at a time: add up over the classes": _fused(axis=0),
        "each sample adds up to one": lambda P: (w := _unscaled(P)) / w.sum(),
        "probabilities, not their logarithms": lambda P: np.log(_fused()(P)),
        "a mean of logarithms, not their sum": _fused(combine=lambda P: np.log(P).sum(axis=0)),
        "products of many small numbers become zero: take logarithms": _product,
        "the median is another mean": _fused(combine=lambda P: np.median(np.log(P), axis=0)),
        "the harmonic mean is another mean": lambda P: (h := 1 / (1 / P).mean(axis=0)) / h.sum(axis=1, keepdims=True),
        "the mean over models, the first axis": _fused(combine=lambda P: np.log(P).mean(axis=0)[::-1]),
    },
    also_right=(
        _by_roots, lambda P: (e := np.exp(np.log(P).mean(axis=0))) / e.sum(axis=1, keepdims=True),
    ),
    praise="this is the answer of the whole network, if the models are its sub-networks",
)  # fmt: skip


def _selective(
    means=lambda h, y, K: np.array([h[y == c].mean(axis=0) for c in range(K)]),
    others=lambda mean, a: (mean.sum(axis=0) - a) / (len(mean) - 1),
    ratio=lambda a, b: (a - b) / np.where(a > 0, a + b, 1),
):
    def answer(h, labels, K):
        mean = means(h, labels, K)
        a = mean.max(axis=0)
        return ratio(a, others(mean, a))

    return answer


def _selective_by_loops(h, labels, K):
    found = []
    for unit in h.T:
        means = sorted(float(np.mean([v for v, y in zip(unit, labels, strict=True) if y == c])) for c in range(K))  # fmt: skip
        a, b = means[-1], sum(means[:-1]) / (K - 1)
        found.append(0.0 if a == 0 else (a - b) / (a + b))
    return found


def _layer(rng, N, U, K, scale=1.0):
    """Activations of which some are zero, one unit is silent, and classes differ in number."""
    h = scale * np.maximum(0, rng.standard_normal((N, U)))
    h[:, -1] = 0
    labels = np.append(np.arange(K), rng.choice(K, N - K, p=np.arange(1, K + 1) / (K * (K + 1) / 2)))  # fmt: skip
    return h, labels, K


check_unit_selectivity = Exercise(
    "the selectivity",
    right=_selective(),
    cases=lambda rng: [
        (np.array([[0.25, 0.0], [5.0, 0.0], [1.0, 0.0], [1.5, 0.0], [1.0, 0.0]]), np.array([0, 1, 1, 2, 3]), 4),
        _layer(rng, 14, 5, 3),
        *(_layer(rng, 12, 4, 4, s) for s in SCALES), _layer(rng, 30, 6, 2),
        (np.array([[0.0, 1.0], [3.0, 1.0]]), np.array([0, 1]), 2),
    ],
    mistakes={
        "0 for a unit that is always zero, not nan": _selective(ratio=lambda a, b: (a - b) / (a + b)),
        "the favorite class does not belong to the others": _selective(others=lambda mean, a: mean.mean(axis=0)),
        "K − 1 others, not K": _selective(others=lambda mean, a: (mean.sum(axis=0) - a) / len(mean)),
        "the mean of the others, not their sum": _selective(others=lambda mean, a: mean.sum(axis=0) - a),
        "a small number in the denominator counts where activations are small": _selective(
            ratio=lambda a, b: (a - b) / (a + b + 1e-12)),
        "the mean of class means: a frequent class counts no more": lambda h, y, K: _selective(
            others=lambda mean, a: np.array([h[y != c, u].mean() for u, c in enumerate(mean.argmax(axis=0))]))(h, y, K),
        "means of the classes, not their largest activations": _selective(
            means=lambda h, y, K: np.array([h[y == c].max(axis=0) for c in range(K)])),
        "means of the classes, not their sums": _selective(
            means=lambda h, y, K: np.array([h[y == c].sum(axis=0) for c in range(K)])),
        "the mean of all others, not the second": _selective(others=lambda mean, a: np.sort(mean, axis=0)[-2]),
        "the mean of all others, not the smallest": _selective(others=lambda mean, a: mean.min(axis=0)),
        "divided by the sum a + b": _selective(ratio=lambda a, b: (a - b) / np.where(a > 0, a, 1)),
        "one number for each unit": lambda h, y, K: _selective()(h, y, K).mean(),
    },
    also_right=(_selective_by_loops,),
    praise="0 for a unit that treats all classes alike, 1 for one that answers to a single class",
)  # fmt: skip


def _gain(mean=lambda d: d.mean(), error=lambda d: d.std(ddof=1) / np.sqrt(len(d)), difference=lambda a, b: b - a):  # fmt: skip
    return lambda a, b: (mean(difference(a, b)), error(difference(a, b)))


def _apart(a, b):
    """As if the two had been judged on different draws."""
    return b.mean() - a.mean(), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))


def _gain_by_loops(a, b):
    d = [y - x for x, y in zip(a, b, strict=True)]
    mean = sum(d) / len(d)
    return [mean, (sum((v - mean) ** 2 for v in d) / (len(d) - 1) / len(d)) ** 0.5]


def _pairs(rng, S, scale=1.0):
    hard = rng.standard_normal(S)
    return scale * hard, scale * (hard + 0.3 + 0.2 * rng.standard_normal(S))


check_gain_and_error = Exercise(
    ("the mean gain", "its standard error"),
    right=_gain(),
    cases=lambda rng: [
        _pairs(rng, 6), *(_pairs(rng, 20, s) for s in SCALES), (np.array([0.5, 0.7]), np.array([0.6, 0.9])), _pairs(rng, 3),
        (np.array([0.25, 0.5, 0.75]), np.array([0.5, 0.75, 1.0])),
    ],
    mistakes={
        "the gain of b over a": _gain(difference=lambda a, b: a - b),
        "use what the draws have in common: the spread of the differences": _apart,
        "the error of the mean: divide by the root of the number of draws": _gain(error=lambda d: d.std(ddof=1)),
        "by the root of the number, not by the number": _gain(error=lambda d: d.std(ddof=1) / len(d)),
        "the mean was measured on the same draws: S − 1": _gain(error=lambda d: d.std() / np.sqrt(len(d))),
        "the root of the variance": _gain(error=lambda d: d.var(ddof=1) / len(d)),
        "one standard error, not two": (
            _gain(error=lambda d: 2 * d.std(ddof=1) / np.sqrt(len(d))),
            _gain(error=lambda d: 2.09 * d.std(ddof=1) / np.sqrt(len(d)))),
        "the mean, not the median": _gain(mean=np.median),
        "a difference, not a ratio": _gain(difference=lambda a, b: b / a - 1),
    },
    also_right=(_gain_by_loops,),
    praise="pairs tell small gains from luck",
)  # fmt: skip
