"""The exercises of chapter 6a, Feed-forward networks."""

from itertools import pairwise

import numpy as np

from . import SCALES, Exercise


def _round(
    mistaken=lambda margin: margin <= 0,
    change=lambda w, x, s: w + s * x,
    decide=lambda w, start: w,
):
    def answer(w, x, s):
        start, w, mistakes = w, w, 0
        for sample, sign in zip(x, s, strict=True):
            if mistaken(sign * (decide(w, start) @ sample)):
                w, mistakes = change(w, sample, sign), mistakes + 1
        return w, mistakes

    return answer


def _by_prediction(w, x, s):
    """Compares an answer of ±1 with the sign; on the border the answer is −1."""
    mistakes = 0
    for sample, sign in zip(x, s, strict=True):
        if (1 if w @ sample > 0 else -1) != sign:
            w, mistakes = w + sign * sample, mistakes + 1
    return w, mistakes


def _in_place(w, x, s):
    new, mistakes = _round()(w, x, s)
    w[:] = new
    return w, mistakes


def _slow_round(w, x, s):
    w, mistakes = list(w), 0
    for n in range(len(s)):
        if s[n] * sum(a * b for a, b in zip(w, x[n], strict=True)) <= 0:
            w = [a + s[n] * b for a, b in zip(w, x[n], strict=True)]
            mistakes += 1
    return [w, mistakes]


def _samples(rng, N, D, scale=1.0):
    x = np.column_stack([scale * rng.standard_normal((N, D)), np.ones(N)])
    return (
        scale * rng.standard_normal(D + 1),
        x,
        np.append(1.0, rng.choice([-1.0, 1.0], N - 1)),
    )


_CORNERS = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])

check_one_round = Exercise(
    ("the weights", "the number of mistakes"),
    right=_round(),
    cases=lambda rng: [
        _samples(rng, 12, 3),
        (np.zeros(3), _CORNERS, np.array([-1.0, 1, 1, -1])),
        (np.zeros(3), _CORNERS, np.array([-1.0, -1, -1, 1])),
        *(_samples(rng, 9, 2, s) for s in SCALES),
        (np.array([1.0, 1.0, -0.5]), _CORNERS, np.array([-1.0, 1, 1, 1])),
    ],
    mistakes={
        "a sample on the border counts as a mistake, too": _round(mistaken=lambda margin: margin < 0),
        "on the border nobody is right, whatever the sign: s wᵀx ≤ 0": _by_prediction,
        "only mistakes move the weights": _round(mistaken=lambda margin: True),
        "the weights move on mistakes, not on right answers": _round(mistaken=lambda margin: margin > 0),
        "the sign of the class belongs to the step": _round(change=lambda w, x, s: w + x),
        "the step goes toward the sample's own side": _round(change=lambda w, x, s: w - s * x),
        "each sample is judged by the weights of its moment": _round(decide=lambda w, start: start),
        "first the weights, then the mistakes": lambda w, x, s: _round()(w, x, s)[::-1],
    },
    wrong=(_in_place,),
    also_right=(_slow_round,),
    praise="it learns from mistakes only",
)  # fmt: skip


def _count(each=lambda m, n: m * n + n, sizes=lambda sizes: sizes):
    return lambda s: sum(each(m, n) for m, n in pairwise(sizes(s)))


check_parameters = Exercise(
    "the number",
    right=_count(),
    cases=lambda rng: [((4, 3, 2),), ((2, 3, 1),), ((64, 32, 10),), ((5, 4),), ((1, 1, 1, 1),), ((784, 500, 300, 10),)],
    tolerance=0,
    mistakes={
        "every unit has a bias, too": _count(each=lambda m, n: m * n),
        "one bias for each unit, not one for each layer": _count(each=lambda m, n: m * n + 1),
        "biases belong to the units that compute, not to the inputs": _count(each=lambda m, n: m * n + m),
        "the input layer has no biases": lambda s: _count()(s) + s[0],
        "neighbors are multiplied, not added": _count(each=lambda m, n: m + n),
        "that is the number of units": sum,
        "only neighboring layers are connected": lambda s: sum(m * n for i, m in enumerate(s) for n in s[i + 1 :]) + sum(s[1:]),
    },
    also_right=(lambda s: sum((s[i] + 1) * s[i + 1] for i in range(len(s) - 1)),),
    praise="none of them belongs to the input layer",
)  # fmt: skip


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _forward(bend=_sigmoid, last=_sigmoid, affine=lambda x, W, b: x @ W + b):
    def answer(x, W1, b1, W2, b2, W3, b3):
        x = bend(affine(x, W1, b1))
        x = bend(affine(x, W2, b2))
        return last(affine(x, W3, b3))

    return answer


def _layers(rng, *sizes, N=5, scale=1.0):
    pairs = ((rng.standard_normal((m, n)), rng.standard_normal(n)) for m, n in pairwise(sizes))  # fmt: skip
    return scale * rng.standard_normal((N, sizes[0])), *(a for pair in pairs for a in pair)  # fmt: skip


def _unit_by_unit(x, *layers):
    rows = x.tolist()
    for W, b in zip(layers[::2], layers[1::2], strict=True):
        units = list(zip(W.T, b, strict=True))
        rows = [[_sigmoid(np.dot(row, w) + c) for w, c in units] for row in rows]
    return rows


def _bias_late(x, *layers):
    for W, b in zip(layers[::2], layers[1::2], strict=True):
        x = _sigmoid(x @ W) + b
    return x


check_outputs = Exercise(
    "the outputs",
    right=_forward(),
    cases=lambda rng: [
        _layers(rng, 2, 3, 2, 4), _layers(rng, 3, 3, 3, 3, N=3), _layers(rng, 6, 1, 5, 1), _layers(rng, 2, 2, 2, 2, scale=20),
    ],
    mistakes={
        "a sigmoid after the last layer, too": _forward(last=lambda z: z),
        "a sigmoid after every layer, not after the last alone": _forward(bend=lambda z: z),
        "every layer has a bias": _forward(affine=lambda x, W, b: x @ W),
        "the minus of the exponent belongs to the bias, too": _forward(affine=lambda x, W, b: x @ W - b),
        "a sigmoid, not tanh": _forward(bend=np.tanh, last=np.tanh),
        "a sigmoid, not a ReLU": _forward(bend=lambda z: np.maximum(0, z), last=lambda z: np.maximum(0, z)),
        "the exponent is −z: 1/(1 + exp(−z))": _forward(bend=lambda z: _sigmoid(-z), last=lambda z: _sigmoid(-z)),
        "the bias is added before the bend": _bias_late,
        "the third layer is missing": lambda x, W1, b1, W2, b2, W3, b3: _sigmoid(_sigmoid(x @ W1 + b1) @ W2 + b2),
    },
    also_right=(_unit_by_unit,),
    praise="what comes out of one layer goes into the next",
)  # fmt: skip


def _merge(weights=lambda W1, W2: W1 @ W2, bias=lambda b1, W2, b2: b1 @ W2 + b2):
    return lambda W1, b1, W2, b2: (weights(W1, W2), bias(b1, W2, b2))


check_merged = Exercise(
    ("W", "b"),
    right=_merge(),
    cases=lambda rng: [
        (
            s * rng.standard_normal((m, n)), s * rng.standard_normal(n), s * rng.standard_normal((n, k)),
            s * s * rng.standard_normal(k),
        )
        for m, n, k in ((3, 3, 3), (4, 3, 2), (1, 5, 1))
        for s in SCALES
    ],
    mistakes={
        "the first bias goes through the second layer": _merge(bias=lambda b1, W2, b2: b1.sum() + b2),
        "the first bias does not reach the output as it is; it goes through W₂": _merge(
            bias=lambda b1, W2, b2: b1 + b2 if b1.shape == b2.shape else b2
        ),
        "the first bias counts, too": _merge(bias=lambda b1, W2, b2: b2),
        "the second bias counts, too": _merge(bias=lambda b1, W2, b2: b1 @ W2),
        "rows come from the left: first W₁, then W₂": _merge(weights=lambda W1, W2: W2 @ W1 if W1.shape == W2.shape else W1 @ W2),
        "matrices are multiplied, not their entries": _merge(weights=lambda W1, W2: W1 * W2 if W1.shape == W2.shape else W1 @ W2),
    },
    also_right=(
        lambda W1, b1, W2, b2: (np.einsum("mn,nk->mk", W1, W2), np.einsum("n,nk->k", b1, W2) + b2),
    ),
    praise="two layers without a bend are one",
)  # fmt: skip


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _slope(answer=_softmax, over=lambda z: len(z), sign=1):
    return lambda z, labels: sign * (answer(z) - np.eye(z.shape[1])[labels]) / over(z)


def _in_columns(z, labels):
    p = _softmax(z)
    p[:, labels] -= 1
    return p / len(z)


def _naive(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


check_last_slope = Exercise(
    "the gradient",
    right=_slope(),
    cases=lambda rng: [
        (rng.standard_normal((5, 3)), rng.integers(0, 3, 5)),
        (rng.standard_normal((4, 4)), np.array([3, 0, 0, 1])),
        (1000 * rng.standard_normal((3, 3)), np.array([0, 1, 2])),
        (-1000 + rng.standard_normal((2, 5)), np.array([4, 4])),
        (np.zeros((1, 2)), np.array([1])),
    ],
    mistakes={
        "the loss is a mean: divide by the number of samples": _slope(over=lambda z: 1),
        "divide by the number of samples, not by that of all entries": _slope(over=lambda z: z.size),
        "answer minus target, not the other way round": _slope(sign=-1),
        "one entry a row: the row's number and its label": _in_columns,
        "the softmax comes first": _slope(answer=lambda z: z),
        "classes exclude each other: a softmax, not sigmoids": _slope(answer=lambda z: 1 / (1 + np.exp(np.clip(-z, -700, 700)))),
        "the softmax of a row adds up to one: sum over the classes": _slope(
            answer=lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0)
        ),
        "large logits overflow; take the largest of each row off first": _slope(answer=_naive),
    },
    also_right=(
        lambda z, labels: np.array([
            [(np.exp(v - max(row)) / sum(np.exp(u - max(row)) for u in row) - (k == label)) / len(z) for k, v in enumerate(row)]
            for row, label in zip(z, labels, strict=True)
        ]),
    ),
    praise="answer minus target, as for every matching pair",
)  # fmt: skip


def _silence(
    bend=lambda z: np.maximum(0, z), quiet=lambda h, unit: h * (np.arange(h.shape[1]) != unit)
):  # fmt: skip
    return lambda x, W1, b1, W2, b2, unit: quiet(bend(x @ W1 + b1), unit) @ W2 + b2


def _weights(rng, N, D, H, K, unit, scale=1.0):
    return (
        scale * rng.standard_normal((N, D)), rng.standard_normal((D, H)), 1 + rng.standard_normal(H), rng.standard_normal((H, K)),
        rng.standard_normal(K), unit,
    )  # fmt: skip


def _break_it(x, W1, b1, W2, b2, unit):
    W2[unit] = 0
    return np.maximum(0, x @ W1 + b1) @ W2 + b2


def _weightless(x, W1, b1, W2, b2, unit):
    """Silences what comes in, and forgets the bias."""
    W1 = W1.copy()
    W1[:, unit] = 0
    return np.maximum(0, x @ W1 + b1) @ W2 + b2


check_silenced = Exercise(
    "the outputs",
    right=_silence(),
    cases=lambda rng: [
        _weights(rng, 6, 3, 4, 2, 1), _weights(rng, 6, 3, 4, 2, 1, scale=1e6),
        _weights(rng, 3, 5, 6, 3, 0), _weights(rng, 4, 2, 5, 1, 4), _weights(rng, 5, 4, 4, 4, 2),
    ],
    mistakes={
        "the unit is silenced, not all others": _silence(quiet=lambda h, unit: h * (np.arange(h.shape[1]) == unit)),
        "that is the network with all its units": _silence(quiet=lambda h, unit: h),
        "the unit's bias keeps it talking": _weightless,
        "there is a ReLU between the layers": _silence(bend=lambda z: z),
        "a column is a unit, a row a sample": _silence(
            quiet=lambda h, unit: h * (np.arange(len(h)) != unit)[:, None]
        ),
        "the output layer has a bias": lambda x, W1, b1, W2, b2, unit: _silence()(x, W1, b1, W2, 0 * b2, unit),
        "silent means zero, not the opposite": _silence(
            quiet=lambda h, unit: np.where(np.arange(h.shape[1]) == unit, -h, h)
        ),
        "silent means zero, not one": _silence(quiet=lambda h, unit: np.where(np.arange(h.shape[1]) == unit, 1.0, h)),
    },
    wrong=(_break_it,),
    also_right=(
        lambda x, W1, b1, W2, b2, unit: np.maximum(0, np.delete(x @ W1 + b1, unit, axis=1)) @ np.delete(W2, unit, axis=0) + b2,
    ),
    praise="whoever suffers has listened to it",
)  # fmt: skip
