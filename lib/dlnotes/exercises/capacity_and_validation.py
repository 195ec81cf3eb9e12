"""The exercises of chapter 5b, Capacity and validation."""

import numpy as np

from . import Exercise

check_count_labelings = Exercise(
    "the number of labelings",
    right=lambda x: 2 * len(set(x.tolist())),
    cases=lambda rng: [
        (np.array([0.3, 1.7, -2.0, 5.5]),),
        (np.array([1.0, 2.0, 2.0, 2.0, 5.0]),),
        (np.array([4.0]),),
        (1e-12 * rng.standard_normal(9),),
        (np.repeat(rng.standard_normal(7), 3) * 1e12,),
        (np.zeros(6),),
    ],
    tolerance=0,
    mistakes={
        "a threshold does not make every labeling": lambda x: 2 ** len(set(x.tolist())),
        "both directions count": lambda x: len(set(x.tolist())) + 1,
        "all alike can be had in either direction; count these two once": lambda x: 2 * len(set(x.tolist())) + 2,
        "equal numbers cannot be told apart": lambda x: 2 * len(x),
    },
    also_right=(lambda x: len({tuple(s * (x > t) > s / 2) for t in [-np.inf, *x] for s in (1, -1)}),),
    praise="n different numbers have 2n labelings; to split two points in every way is the most",
)  # fmt: skip
