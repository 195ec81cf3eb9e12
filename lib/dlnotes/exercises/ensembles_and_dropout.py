"""The exercises of chapter 7b, Ensembles and dropout."""

import numpy as np

from . import SCALES, Exercise


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
        "one number for all samples": _penalty(inside=lambda X, w: X**2 @ w**2),
    },
    also_right=(lambda X, w, p: p / (1 - p) * float(np.diag(X.T @ X) @ w**2),),
    praise="dropout in a linear model is a penalty",
)  # fmt: skip
