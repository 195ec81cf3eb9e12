"""The exercises of chapter 14b, VAE and GAN."""

import numpy as np

from . import SCALES, Exercise


def _bent(q, h):
    return -np.diff(q, 2) / h**2


check_first_variation = Exercise(
    "δJ/δq",
    right=lambda q, c, h: _bent(q, h) + c * q[1:-1],
    cases=lambda rng: [
        (s * rng.standard_normal(n), c, h)
        for n, c, h in ((9, 1.7, 0.25), (3, -2.0, 0.5), (12, 50.0, 2.0), (30, 1e5, 0.01))
        for s in SCALES
    ],
    mistakes={
        "integrating by parts brings a minus before the second derivative": lambda q, c, h: c * q[1:-1] - _bent(q, h),
        "½c q² has the derivative c q, without the ½": lambda q, c, h: _bent(q, h) + c * q[1:-1] / 2,
        "divide the second difference by h²": lambda q, c, h: _bent(q, 1) + c * q[1:-1],
        "this is ∂J/∂qᵢ; the variation divides it by h": lambda q, c, h: h * (_bent(q, h) + c * q[1:-1]),
        "the term from ½c q² is missing": lambda q, c, h: _bent(q, h),
    },
    praise="minus the curvature, plus c q",
)  # fmt: skip
