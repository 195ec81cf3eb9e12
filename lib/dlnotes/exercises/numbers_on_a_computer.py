"""The exercises of chapter 4a, Numbers on a computer."""

import numpy as np

from . import Exercise, Wrong, answered


def _first_gap(kind):
    gap = 1.0
    while kind(1) + kind(gap / 2) > kind(1):
        gap /= 2
    return gap


check_first_gap = Exercise(
    "the gap",
    right=_first_gap,
    cases=lambda rng: [(np.float16,), (np.float32,), (np.float64,)],
    tolerance=0,
    mistakes={
        "added to 1 it gives 1 again; you went one halving too far": lambda kind: _first_gap(kind) / 2,
        "half of it still makes a difference; halve once more": lambda kind: 2 * _first_gap(kind),
        "this is the gap of float64; add in the format asked for": lambda kind: _first_gap(np.float64),
    },
    also_right=(lambda kind: np.nextafter(kind(1), kind(2)) - kind(1),),
    praise="three formats, three gaps, and no table was needed",
)  # fmt: skip


def _lse(shift=np.max, back=lambda m: m, careful=True):
    """Log-sum-exp that subtracts `shift(z, axis)` inside and adds `back` of it outside."""

    def answer(z, axis):
        m = shift(z, axis=axis, keepdims=True)
        m = np.where(np.isfinite(m), m, 0.0) if careful else m
        total = back(m) + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))
        return total.squeeze(axis)

    return answer


check_logsumexp = Exercise(
    "LSE",
    right=_lse(),
    cases=lambda rng: [
        *((rng.standard_normal((3, 4)), axis) for axis in (1, 0, -1)),
        (rng.standard_normal((2, 3, 4)), 1),
        (rng.standard_normal(5), 0),
        (np.array([[1000.0, 1000.0], [-1000.0, -1000.0]]), 1),
        (np.array([[1000.0, 0.0, -1000.0], [-1000.0, -2000.0, -1000.0]]), 1),
        (np.array([[0.0, -np.inf], [-np.inf, -1000.0]]), 1),
        (np.array([[1e12, -1e12]]), 1),
        (np.full((1, 2), -np.inf), 1),
        (np.array([[1000.0, 0.0], [-np.inf, -np.inf], [-1000.0, -1000.0]]), 1),
        (np.array([-1e6, -1e6]), 0),
        *((np.array([0.0, gap]), 0) for gap in (-8.0, -12.0)),
    ],
    mistakes={
        "the largest score, subtracted inside, must be added again outside": _lse(back=lambda m: 0),
        "this is the maximum alone; add ln Σ e^(z − m)": lambda z, axis: z.max(axis=axis),
        "the sum runs along the given axis": lambda z, axis: _lse()(z, 1),
        "the exponentials overflow; subtract the largest score": _lse(lambda z, **_: np.zeros(1)),
        "subtract the largest score, so that no exponent is positive, not the smallest": _lse(np.min),
        "subtract the largest score, so that no exponent is positive, not the mean": _lse(np.mean),
        "where all scores are −inf the sum is ln 0 = −inf, but you compute inf − inf": _lse(careful=False),
        "the axis is then gone": lambda z, axis: np.expand_dims(_lse()(z, axis), axis),
    },
    wrong=(lambda z, axis: np.nan_to_num(_lse(careful=False)(z, axis)),),
    also_right=(lambda z, axis: np.logaddexp.reduce(z, axis=axis),),
    praise="right along any axis, at ±1000, and for probabilities that are all zero",
)  # fmt: skip

check_softplus = Exercise(
    "softplus",
    right=lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
    cases=lambda rng: [
        (np.array([-2.0, 0.0, 3.0]),),
        (rng.standard_normal((2, 3)),),
        *((np.array([z]),) for z in (3.6, 6.0, 10.0, 11.0, -6.0, -12.0, -20.0, -30.0, -36.0, 1000.0, 1e12, -40.0, -700.0)),
        (np.array([-1000.0, 1000.0]),),
    ],
    mistakes={
        "this is ln(1 + e⁻ᶻ), softplus of −z": lambda z: np.logaddexp(0, -z),
        "this is the sigmoid, the derivative of softplus": lambda z: 1 / (1 + np.exp(-z)),
        "e¹⁰⁰⁰ overflows; take the larger of z and 0 out first": lambda z: np.log1p(np.exp(z)),
        "1 + e⁻⁴⁰ rounds to 1; use np.log1p": lambda z: np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z))),
        "without the logarithm this is ReLU; softplus is larger, by ln 2 at zero": lambda z: np.maximum(z, 0),
    },
    wrong=tuple(lambda z, top=top: np.maximum(z, np.log1p(np.exp(np.minimum(z, top)))) for top in (3.5, 9)),
    also_right=(lambda z: np.logaddexp(0, z),),
    praise="no overflow at 1000, no lost digits at −40",
)  # fmt: skip


def _kahan(lost=lambda s, y, t: (t - s) - y, give_back=lambda v, c: v - c):
    def answer(values):
        s = c = values.dtype.type(0)
        for v in values:
            y = give_back(v, c)
            t = s + y
            s, c = t, lost(s, y, t)
        return s

    return answer


def _neumaier(values):
    s = c = values.dtype.type(0)
    for v in values:
        t = s + v
        c += (s - t) + v if abs(s) >= abs(v) else (v - t) + s
        s = t
    return s + c


def _in_its_format(answer, values):
    total = answered(answer(values))
    kind = getattr(total, "dtype", type(total).__name__)
    if kind != values.dtype:
        raise Wrong(
            f"all arithmetic must stay in the format of what is given; its is {values.dtype}, your result's {kind}"
        )
    return total


check_compensated_sum = Exercise(
    "the sum",
    apply=_in_its_format,
    right=_kahan(),
    tolerance=3e-7,
    cases=lambda rng: [
        (np.array([1.0, 2.0, 3.5], np.float32),),
        (np.full(20000, 0.1, np.float32),),
        (np.array([1e16, *np.ones(1000), -1e16]),),  # np.sum cannot do this in float64 either
        (np.full(5000, 1e-12, np.float32),),
        ((rng.uniform(-1, 1, 11_000) * 100).astype(np.float32),),
        (np.float32(1e12) * rng.uniform(size=5000).astype(np.float32),),
    ],
    mistakes={
        "this is the naive sum; the lost part is never given back": lambda values: np.cumsum(values)[-1],
        "the lost part is given back with the wrong sign": _kahan(give_back=lambda v, c: v + c),
        "all arithmetic must stay in the format of what is given": lambda values: values.astype(float).sum(),
        "what arrived is t − s; take away y, and what is left was lost": _kahan(lost=lambda s, y, t: t - s),
    },
    wrong=(np.cumsum, lambda values: values.dtype.type(values.astype(float).sum())),
    also_right=(_neumaier,),
    praise="twenty thousand additions in float32, and the error is that of a single one",
)  # fmt: skip


def _variance(
    of=lambda x: (x - x.mean(axis=-1, keepdims=True)) ** 2,
    total=lambda d: d.mean(axis=-1),
):
    return lambda x: total(of(x))


def _far_from_zero(rng) -> list:
    rows = rng.standard_normal((3, 50))
    return [
        (rows,),
        (rows[0],),
        (rng.standard_normal((2, 3, 4)) * [[[1.0], [2.0], [3.0]]],),
        *((mean + rows,) for mean in (1e4, 1e6, -1e6)),
        (rows + [[0.0], [1e6], [-1e6]],),
        ((100 + rows).astype(np.float32),),
        *((size * (100 + rows),) for size in (1e12, 1e-12)),
    ]


check_variance = Exercise(
    "the variance",
    apply=lambda answer, x: _in_its_format(answer, x),
    right=_variance(),
    cases=_far_from_zero,
    tolerance=1e-5,
    mistakes={
        "E[x²] − E[x]² cancels its leading digits; subtract the mean first": (
            lambda x: (x**2).mean(axis=-1) - x.mean(axis=-1) ** 2
        ),
        "divide by N, not by N − 1": lambda x: x.var(axis=-1, ddof=1),
        "along the last axis; the others stay": lambda x: x.var(),
        "the last axis, not the first": lambda x: x.var(axis=0),
        "all arithmetic must stay in the format of what is given": lambda x: x.astype(float).var(axis=-1),
        "every row has its own mean": _variance(lambda x: (x - x.mean()) ** 2),
        "this is the standard deviation": lambda x: x.std(axis=-1),
        "the mean of the squares, not their sum": _variance(total=lambda d: d.sum(axis=-1)),
        "squares, not absolute values": _variance(lambda x: np.abs(x - x.mean(axis=-1, keepdims=True))),
    },
    also_right=(
        lambda x: x.var(axis=-1),
        _variance(lambda x: (x - x[..., :1] - (x - x[..., :1]).mean(axis=-1, keepdims=True)) ** 2),
    ),
    praise="the mean goes first, and the digits stay",
)  # fmt: skip

check_small_root = Exercise(
    "the root",
    right=lambda b: 1 / (b + np.sqrt(b * b - 1)),
    cases=lambda rng: [(b,) for b in (1.25, 2.0, 3.5, 7.0, 15.0, 40.0, 93.7, 250.0, 300.0, 1e4, 2e4, 1e6, 1e8, 1e12)],
    tolerance=1e-12,
    mistakes={
        "b − √(b² − 1) cancels its leading digits": lambda b: b - np.sqrt(b * b - 1),
        "this is the large root; the small one is its inverse": lambda b: b + np.sqrt(b * b - 1),
        "1/(2b) is only near for large b": lambda b: 1 / (2 * b),
    },
    wrong=(
        lambda b: b - np.sqrt(b - 1) * np.sqrt(b + 1),
        lambda b: 1 / (2 * b) + 1 / (8 * b**3) if b > 100 else b - np.sqrt(b * b - 1),
        lambda b: 1 / (2 * b) + 1 / (8 * b**3) if b > 10 else 1 / (b + np.sqrt(b * b - 1)),
    ),
    also_right=(lambda b: 1 / b / (1 + np.sqrt(1 - 1 / b / b)),),
    praise="twelve digits for every b tried, because nothing nearly equal is subtracted",
)  # fmt: skip
