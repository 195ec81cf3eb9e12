"""The exercises of chapter 13, Latent variables."""

import numpy as np

from . import SCALES, Exercise


def _shares(shift=lambda a, **_: 0, over=1, axis=1):
    def answer(a):
        p = np.exp(a - shift(a, axis=over, keepdims=True))
        return p / p.sum(axis=axis, keepdims=True)

    return answer


check_responsibilities = Exercise(
    "r",
    right=_shares(np.max),
    cases=lambda rng: [
        (2 * rng.standard_normal((5, 3)),),
        (2 * rng.standard_normal((3, 3)) - 1000,),
        (rng.standard_normal((4, 2)) + [[1000.0], [0], [-1000], [2000]],),
        (np.array([[0.0, -1000.0, -2000.0], [-1000, -999, -3000]]),),
        (np.array([[0.0, -np.inf, 1.0]]),),
        (np.array([[1e12, 1e12 - 1], [-1e12, -1e12 - 1]]),),
    ],
    mistakes={
        "these are the densities; divide by their sum over k": np.exp,
        "normalize over the components of a sample (axis 1), not over the samples": _shares(axis=0),
        "this divides by the sum over everything": _shares(axis=None),
        "this is the logarithm; take exp": lambda a: a - np.log(np.exp(a).sum(axis=1, keepdims=True)),
        "every density underflows; subtract the largest entry of each row first": _shares(),
        "the largest entry of all is too large for the other rows; each has its own": _shares(np.max, over=None),
        "what is subtracted must leave no entry positive: the largest, not the smallest": _shares(np.min),
        "what is subtracted must leave no entry positive: the largest, not the mean": _shares(np.mean),
    },
    praise="rows sum to one, even where every density underflows",
)  # fmt: skip


def _m_step(x, r):
    weight = r.sum(axis=0)
    means = r.T @ x / weight
    return weight / len(x), means, (r * (x[:, None] - means) ** 2).sum(axis=0) / weight


def _with(part: int, change):
    """The M-step with one of its results replaced by `change(x, r, w, result)`, w being the weights."""

    def answer(x, r):
        results = list(_m_step(x, r))
        results[part] = change(x, r, r.sum(axis=0), results[part])
        return results

    return answer


check_maximize = Exercise(
    ("π", "μ", "σ²"),
    right=_m_step,
    cases=lambda rng: [
        (s * (2 * rng.standard_normal(N) + 1), rng.dirichlet(np.ones(K), N))
        for N, K in ((20, 3), (7, 2), (5, 5), (4, 1))
        for s in SCALES
    ],
    mistakes={
        "weights are shares: divide by the number of samples": _with(0, lambda x, r, w, π: w),
        "weights are the average responsibilities, not equal": _with(0, lambda x, r, w, π: 0 * π + 1 / len(π)),
        "a weighted sum is divided by the weights, not by N": _with(1, lambda x, r, w, μ: μ * w / len(x)),
        "a weighted sum is no mean; divide by the weight of the component": _with(1, lambda x, r, w, μ: μ * w),
        "the responsibilities are missing": _with(1, lambda x, r, w, μ: 0 * μ + x.mean()),
        "return variances, not widths": _with(2, lambda x, r, w, v: np.sqrt(v)),
        "deviations are from each component's own mean": _with(2, lambda x, r, w, v: r.T @ (x - x.mean()) ** 2 / w),
        "divide by the weight of the component, not by N": _with(2, lambda x, r, w, v: v * w / len(x)),
    },
    praise="weighted share, weighted mean, weighted variance",
)  # fmt: skip
