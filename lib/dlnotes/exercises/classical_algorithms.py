"""The exercises of chapter 5c, Classical algorithms."""

import numpy as np

from . import SCALES, Exercise

check_threshold_for = Exercise(
    "the threshold",
    right=lambda cost: -np.log(cost),
    cases=lambda rng: [(20.0,), (0.03,), (1.5,), (1e5,), (1e-5,), (7,)],
    mistakes={
        "the dearer a miss, the lower the threshold": np.log,
        "that is a probability; z is its logit": lambda cost: 1 / (1 + cost),
        "that is the odds; z is their logarithm": lambda cost: 1 / cost,
        "natural logarithms are meant": lambda cost: -np.log2(cost),
        "natural logarithms are meant, not those to the base 10": lambda cost: -np.log10(cost),
        "that is the threshold without costs": lambda cost: 0.0 * cost,
    },
    wrong=(lambda cost: -np.log(1 + cost),),
    also_right=(lambda cost: np.log(1 / (1 + cost) / (1 - 1 / (1 + cost))), lambda cost: -np.log(1 / (1 / (1 + cost)) - 1)),
    tolerance=1e-6,
    praise="costs move the threshold, not the machine",
)  # fmt: skip


def _impurity(
    each=lambda share: 1 - (share**2).sum(axis=1),
    weigh=lambda sizes: sizes / sizes.sum(),
):
    def answer(counts):
        sizes = counts.sum(axis=1)
        return (weigh(sizes) * each(counts / sizes[:, None])).sum()

    return answer


def _entropy(share):
    return -(share * np.log2(np.where(share > 0, share, 1))).sum(axis=1)


check_impurity = Exercise(
    "the impurity",
    right=_impurity(),
    cases=lambda rng: [
        (np.array([[3, 1], [0, 7]]),),
        (np.array([[5, 0, 0], [0, 2, 0], [1, 1, 1]]),),
        (np.array([[10**6, 1], [1, 2]]),),
        (rng.integers(0, 9, (6, 4)) + np.eye(6, 4, dtype=int) + 1,),
        (np.array([[7]]),),
    ],
    mistakes={
        "weigh the heaps by their sizes": _impurity(weigh=lambda sizes: np.full(len(sizes), 1 / len(sizes))),
        "that is the entropy, another measure of impurity": _impurity(each=_entropy),
        "those are the impurities added up, not their mean": _impurity(weigh=lambda sizes: np.ones(len(sizes))),
        "that is the purity": _impurity(each=lambda share: (share**2).sum(axis=1)),
        "the squares of the shares are summed over the classes": _impurity(each=lambda share: 1 - share.max(axis=1)),
        "divide by the number of samples": _impurity(weigh=lambda sizes: sizes),
        "shares are taken within a heap, not within a class": lambda counts: _impurity()(counts.T)
        if (counts.sum(axis=0) > 0).all() else np.nan,
        "that is the impurity before the split": lambda counts: _impurity()(counts.sum(axis=0, keepdims=True)),
    },
    wrong=(_impurity(each=lambda share: 1 - share.sum(axis=1) ** 2),),
    also_right=(
        lambda counts: sum(row.sum() * (1 - sum((c / row.sum()) ** 2 for c in row)) for row in counts) / counts.sum(),
    ),
    praise="the best question makes this smallest",
)  # fmt: skip


def _ascend(
    slope=lambda e, s: e[0] - e[1],
    limits=lambda s, C: (np.where(s > 0, 0, -C), np.where(s > 0, C, 0)),
    length=lambda apart: apart,
    cut=min,
):
    def answer(e, beta, s, apart, C):
        low, high = limits(s, C)
        t = cut(slope(e, s) / length(apart), high[0] - beta[0], beta[1] - low[1])
        return np.array([beta[0] + t, beta[1] - t])

    return answer


def _clipped(e, beta, s, apart, C):
    """Each cut by itself, so that the sum changes."""
    t = (e[0] - e[1]) / apart
    return np.clip(np.array([beta[0] + t, beta[1] - t]), np.where(s > 0, 0, -C), np.where(s > 0, C, 0))  # fmt: skip


def _forgetful(e, beta, s, apart, C):
    """As if every β could still rise by C."""
    t = min((e[0] - e[1]) / apart, C, beta[1] - (0 if s[1] > 0 else -C))
    return np.array([beta[0] + t, beta[1] - t])


def _pair(e, beta, s, apart, C):
    return np.array(e, float), np.array(beta, float), np.array(s), apart, C


check_ascend = Exercise(
    "the new pair",
    right=_ascend(),
    cases=lambda rng: [
        _pair([1, -0.5], [0.2, 3.0], [1, 1], 10.0, 5.0),
        _pair([1, -0.5], [4.0, 0.5], [1, 1], 0.5, 5.0),
        _pair([1, -0.5], [4.5, 1.0], [1, 1], 0.5, 5.0),
        _pair([1, -0.5], [-0.5, -4.0], [-1, -1], 0.5, 5.0),
        _pair([1, -0.5], [-1.0, -4.5], [-1, -1], 0.5, 5.0),
        _pair([1, -1], [0.2, -0.1], [1, -1], 4.0, 3.0),
        _pair([1, -1], [0, 0], [1, -1], 4.0, 10.0),
        _pair([3e-9, 1e-9], [0.2, 0.3], [1, 1], 1e-8, 1.0),
        _pair([1, -1], [0.2, -0.1], [1, -1], 0.5, 3.0),
        _pair([1, -1], [1.2, -2.9], [1, -1], 0.5, 3.0),
        _pair([2, 0.5], [-0.3, 0.6], [-1, 1], 1.0, 5.0),
        _pair([2, 0.5], [-3.0, 0.6], [-1, 1], 1.0, 5.0),
        _pair([-0.2, -1.4], [-0.9, -0.3], [-1, -1], 5.0, 1.0),
        _pair([0.9, -1.1], [0.05, -0.5], [1, -1], 1e-3, 0.1 + 0.5),
        _pair([3e-4, 1e-4], [1e-4, 3e-4], [1, 1], 2.5, 1e-2),
        _pair([5e3, -2e3], [1e3, 2e3], [1, 1], 8.0, 1e4),
    ],
    mistakes={
        "β stays within its limits: 0 and C for class +, −C and 0 for class −": _ascend(cut=lambda t, rise, fall: t),
        "class + lies between 0 and C, class − between −C and 0": _ascend(limits=lambda s, C: (np.zeros(2), np.full(2, C))),
        "both limits count, also how far β[1] may fall": _ascend(cut=lambda t, rise, fall: min(t, rise)),
        "both limits count, also how far β[0] may rise": _ascend(cut=lambda t, rise, fall: min(t, fall)),
        "what the one gains the other loses: cut t, not each β by itself": _clipped,
        "the slopes contain the classes already": _ascend(slope=lambda e, s: s[0] * e[0] - s[1] * e[1]),
        "an ascent goes with the slope": _ascend(slope=lambda e, s: e[1] - e[0]),
        "apart is a square already": _ascend(length=lambda apart: apart**2),
        "apart is the squared distance, and so is the divisor": _ascend(length=np.sqrt),
        "the top of the parabola is (e₀ − e₁) / apart away": _ascend(length=lambda apart: 1.0),
        "a whole step, not half of one": _ascend(length=lambda apart: 2 * apart),
        "the step starts at the present β": lambda e, beta, s, apart, C: _ascend()(e, beta, s, apart, C) - beta,
        "one rises, the other falls": lambda e, beta, s, apart, C: beta + (_ascend()(e, beta, s, apart, C) - beta)[0],
    },
    wrong=(lambda e, beta, s, apart, C: _ascend()(e, 0 * beta, s, apart, C), _forgetful),
    also_right=(
        lambda e, beta, s, apart, C: [
            beta[0] + (t := max(0.0, min((e[0] - e[1]) / apart, max(0, s[0]) * C - beta[0], beta[1] - min(0, s[1]) * C))),
            beta[1] - t,
        ],
    ),
    praise="two at a time, in turn, is the whole machine",
)  # fmt: skip


def _between(middle=lambda K: -2 * K, end=lambda d: d):
    return lambda Kaa, Kab, Kbb: end(Kaa[:, None] + middle(Kab) + Kbb)


def _kernels(rng, N, M, D, scale):
    a, b = scale * rng.standard_normal((N, D)), scale * rng.standard_normal((M, D))
    return (a**2).sum(axis=1), a @ b.T, (b**2).sum(axis=1)


check_feature_distances = Exercise(
    "the distances",
    right=_between(),
    cases=lambda rng: [
        *(_kernels(rng, N, M, 3, s) for N, M in ((4, 3), (1, 5), (3, 3)) for s in SCALES),
        (np.ones(2), np.array([[1.0, 0.2, 0.0], [0.3, 1.0, 0.1]]), np.ones(3)),
    ],
    mistakes={
        "the product counts twice": _between(middle=lambda K: -K),
        "the product is subtracted": _between(middle=lambda K: 2 * K),
        "the square is asked for, not its root": _between(end=lambda d: np.sqrt(np.maximum(d, 0))),
        "k(a, a) need not be 1": lambda Kaa, Kab, Kbb: 2 - 2 * Kab,
        "that is the product alone": lambda Kaa, Kab, Kbb: Kab,
        "Kaa belongs to the rows, Kbb to the columns": lambda Kaa, Kab, Kbb: (
            Kbb[:, None] - 2 * Kab + Kaa if len(Kaa) == len(Kbb) else _between()(Kaa, Kab, Kbb) + np.nan
        ),
    },
    wrong=(lambda Kaa, Kab, Kbb: Kaa[:, None] + Kbb - 0 * Kab,),
    also_right=(lambda Kaa, Kab, Kbb: np.add.outer(Kaa, Kbb) - Kab - Kab,),
    praise="a kernel knows distances among features that nobody computes",
)  # fmt: skip


def _round(
    nearest=lambda d: d.argmin(axis=1),
    mean=lambda x: x.mean(axis=0),
    empty=lambda center: center,
):
    def answer(x, centers):
        near = nearest(((x[:, None] - centers) ** 2).sum(axis=2))
        groups = [x[near == k] for k in range(len(centers))]
        return np.array(
            [
                mean(g) if len(g) else empty(c)
                for g, c in zip(groups, centers, strict=True)
            ]
        )

    return answer


def _round_slowly(x, centers):
    groups = [[] for _ in centers]
    for sample in x:
        groups[int(np.argmin([np.linalg.norm(sample - c) for c in centers]))].append(
            sample
        )
    return [
        sum(g) / len(g) if g else c
        for g, c in zip(groups, centers.tolist(), strict=True)
    ]


def _groups(x, centers):
    near = ((x[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    return [x[near == k] for k in range(len(centers))]


def _in_place(x, centers):
    centers[:] = _round()(x, centers)
    return centers


check_one_round = Exercise(
    "the centers",
    right=_round(),
    cases=lambda rng: [
        *((s * rng.standard_normal((12, 2)), s * rng.standard_normal((3, 2))) for s in SCALES),
        (rng.standard_normal((9, 3)), np.array([[0.0, 0.0, 0.0], [50.0, 0.0, 0.0], [0.5, 0.5, 0.5]])),
        (np.array([[0.0], [1.0], [10.0]]), np.array([[0.4], [9.0], [-90.0]])),
        (1000 + rng.standard_normal((7, 2)), 1000 + rng.standard_normal((2, 2))),
    ],
    mistakes={
        "a center without samples stays where it is": _round(empty=lambda center: 0 * center),
        "the mean of no samples is nothing; such a center stays": _round(empty=lambda center: center + np.nan),
        "samples go to the nearest center, not to the farthest": _round(nearest=lambda d: d.argmax(axis=1)),
        "the new center is the mean of its samples, not their median": _round(mean=lambda x: np.median(x, axis=0)),
        "divide by the samples of the group, not by all": lambda x, centers: np.array(
            [c if not len(g) else g.sum(axis=0) / len(x) for c, g in zip(centers, _groups(x, centers), strict=True)]
        ),
        "the mean, not the sum": _round(mean=lambda x: x.sum(axis=0)),
        "that is the mean of all samples": lambda x, centers: np.tile(x.mean(axis=0), (len(centers), 1)),
        "the centers have not moved": lambda x, centers: 1.0 * centers,
        "that is the sample nearest to each center": lambda x, centers: x[
            ((x[:, None] - centers) ** 2).sum(axis=2).argmin(axis=0)
        ],
    },
    wrong=(_in_place, lambda x, centers: _round()(x, _round()(x, centers))),
    also_right=(_round_slowly,),
    praise="neither step can raise the sum of squares",
)  # fmt: skip


def _compose(
    step=lambda gate, state, bit: gate[state, bit], order=lambda bits: bits.T, start=0
):
    def answer(gate, bits):
        state = np.full(len(bits), start)
        for bit in order(bits):
            state = step(gate, state, bit)
        return state

    return answer


def _one_by_one(gate, bits):
    states = []
    for string in bits.tolist():
        state = 0
        for bit in string:
            state = int(gate[state, bit])
        states.append(state)
    return states


check_compose = Exercise(
    "the states",
    right=_compose(),
    cases=lambda rng: [
        (np.array(gate), rng.integers(0, 2, (N, d)))
        for gate in ([[0, 1], [1, 0]], [[0, 1], [0, 1]], [[0, 0], [1, 1]], [[1, 0], [0, 0]], [[1, 1], [0, 1]], [[0, 1], [1, 1]])
        for N, d in ((7, 5), (3, 1), (4, 4))
    ],
    tolerance=0,
    mistakes={
        "the state is the row, the bit the column": _compose(step=lambda gate, state, bit: gate[bit, state]),
        "from left to right": _compose(order=lambda bits: bits.T[::-1]),
        "begin with state 0": _compose(start=1),
        "go on from the last state": _compose(step=lambda gate, state, bit: gate[0, bit]),
        "one bit of every string at a time, so go through the columns": lambda gate, bits: (
            _compose()(gate, bits.T) if bits.shape[0] == bits.shape[1] else _compose()(gate, bits) + 2
        ),
        "that is the parity, whatever the gate": lambda gate, bits: bits.sum(axis=1) % 2,
        "stop after the last bit, not before it": _compose(order=lambda bits: bits.T[:-1]),
    },
    wrong=(lambda gate, bits: gate[bits[:, 0], bits[:, -1]],),
    also_right=(_one_by_one,),
    praise="many steps deep, and one step to learn",
)  # fmt: skip
