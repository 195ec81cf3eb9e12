"""Exercises of chapter 7: Regularization."""

import numpy as np

from . import SCALES, Exercise


def _shrink(rest=lambda size, cut: np.maximum(size - cut, 0), sign=np.sign):
    return lambda w, cut: sign(w) * rest(np.abs(w), cut)


check_shrink = Exercise(
    "the weights",
    right=_shrink(),
    cases=lambda rng: [
        *((s * rng.standard_normal((4, 3)), 0.5 * s) for s in SCALES), (np.array([-2.0, -0.5, 0.0, 0.5, 2.0]), 0.5),
        (rng.standard_normal(5), 0.0),
    ],
    mistakes={
        "not beyond zero": _shrink(rest=lambda size, cut: size - cut),
        "the sign stays": _shrink(sign=lambda w: np.ones_like(w)),
        "large weights are moved, too": _shrink(rest=lambda size, cut: size * (size > cut)),
        "all by the same length, not by the same factor": lambda w, cut: w / (1 + cut),
        "toward zero, not down": lambda w, cut: np.maximum(w - cut, 0),
        "not farther than the cut": lambda w, cut: np.clip(w, -cut, cut),
    },
    also_right=(
        lambda w, cut: np.where(w > cut, w - cut, np.where(w < -cut, w + cut, 0.0)),
        lambda w, cut: w - np.clip(w, -cut, cut),
    ),
    praise="this is where exact zeros come from",
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
        "one number for all samples": _penalty(inside=lambda X, w: X**2 @ w**2),
    },
    also_right=(lambda X, w, p: p / (1 - p) * float(np.diag(X.T @ X) @ w**2),),
    praise="dropout in a linear model is a penalty",
)  # fmt: skip
