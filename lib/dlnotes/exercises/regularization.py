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
