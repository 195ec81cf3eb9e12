"""The exercises of chapter 9a, Convolution."""

import numpy as np

from . import SCALES, Exercise


def _correlate(
    turn=lambda K: K, size=lambda H, h: H - h + 1, divide=1.0, shift=0, swap=False
):
    def answer(x, K):
        K = turn(K)
        h, w = K.shape
        out = (size(x.shape[0], h), size(x.shape[1], w))
        y = np.zeros(out)
        for p, q in np.ndindex(out):
            window = x[p + shift : p + shift + h, q + shift : q + shift + w]
            part = K[: window.shape[0], : window.shape[1]]
            y[p, q] = (part * window).sum() / divide
        return y.T if swap else y

    return answer  # fmt: skip


def _strided(x, K):
    h, w = K.shape
    return _correlate()(x, K)[::h, ::w]


def _same_size(x, K):
    h, w = K.shape
    top, left = (h - 1) // 2, (w - 1) // 2
    return _correlate()(np.pad(x, ((top, h - 1 - top), (left, w - 1 - left))), K)


def _rows_only(x, K):
    windows = np.lib.stride_tricks.sliding_window_view(x, K.shape)
    return (windows @ np.ones(K.shape[1])).sum(axis=-1) * K.mean()


check_correlate = Exercise(
    "y",
    right=_correlate(),
    cases=lambda rng: [
        (scale * rng.standard_normal((5, 7)), rng.standard_normal((2, 3))) for scale in SCALES
    ] + [(rng.standard_normal((3, 3)), rng.standard_normal((3, 3))), (np.arange(12).reshape(3, 4), np.array([[1, 2]]))],
    mistakes={
        "the filter is not turned around here: K[i, j] meets x[p + i, q + j]": _correlate(turn=lambda K: K[::-1, ::-1]),
        "K is not transposed: its first index goes down": lambda x, K: _correlate()(x.T, K).T if K.T.shape != K.shape
            and K.shape[0] <= x.shape[1] and K.shape[1] <= x.shape[0] else _correlate(turn=lambda K: K.T)(x, K),
        "rows and columns of y are exchanged": _correlate(swap=True),
        "the sum of the products, not their mean": lambda x, K: _correlate(divide=K.size)(x, K),
        "the window moves by one, not by its own size": _strided,
        "there is one place more: H − h + 1": _correlate(size=lambda H, h: H - h),
        "no zeros around x here: the result is smaller than x": _same_size,
        "each weight with its own value, then the sum": _rows_only,
        "the first window begins at index 0": lambda x, K: _correlate(shift=1)(np.pad(x, ((0, 1), (0, 1))), K),
    },
    also_right=(
        lambda x, K: np.einsum("pqij,ij->pq", np.lib.stride_tricks.sliding_window_view(x, K.shape), K),
        lambda x, K: [[float((x[p:p + K.shape[0], q:q + K.shape[1]] * K).sum()) for q in range(x.shape[1] - K.shape[1] + 1)]
                      for p in range(x.shape[0] - K.shape[0] + 1)],
    ),
    praise="that is a convolutional layer with one channel and one filter",
)  # fmt: skip


def _places(sides=2, more=1, up=False, least=True, window=0):
    def answer(N, F, stride, padding):
        room = N + sides * padding - F + window
        if room < 0 and least:
            return 0
        return (-(-room // stride) if up else room // stride) + more

    return answer


check_places = Exercise(
    "the number of places",
    right=_places(),
    cases=lambda rng: {
        "N=21, F=4, stride=2, padding=4": (21, 4, 2, 4),
        "N=7, F=3, stride=2, padding=1": (7, 3, 2, 1),
        "N=8, F=3, stride=2, padding=0": (8, 3, 2, 0),
        "N=32, F=5, stride=1, padding=0": (32, 5, 1, 0),
        "N=28, F=5, stride=3, padding=2": (28, 5, 3, 2),
        "N=5, F=5, stride=4, padding=0": (5, 5, 4, 0),
        "N=3, F=8, stride=2, padding=2": (3, 8, 2, 2),
        "N=2, F=9, stride=3, padding=0": (2, 9, 3, 0),
    },
    mistakes={
        "zeros on both sides: twice the padding": _places(sides=1),
        "the first place counts too: plus one": _places(more=0),
        "round down: a window that does not fit has no place": _places(up=True),
        "a window that does not fit even once has 0 places": _places(least=False),
        "a whole number: round down": lambda N, F, S, P: max((N - F + 2 * P) / S + 1, 0),
        "padding makes the axis longer": lambda N, F, S, P: max((N - F - 2 * P) // S + 1, 0),
        "the stride divides; the padding belongs to N": lambda N, F, S, P: max((N - F) // S + 2 * P + 1, 0),
        "the room is N − F, and the one is added after dividing": lambda N, F, S, P: max((N - F + 2 * P + 1) // S, 0),
        "do not forget the padding": lambda N, F, S, P: max((N - F) // S + 1, 0),
    },
    also_right=(lambda N, F, S, P: len(range(0, N + 2 * P - F + 1, S)),),
    praise="whole strides in the room that one window leaves, and the first place",
)  # fmt: skip


def _field(start=1, step_first=False, grow=lambda F: F - 1, ignore=False, add=False):
    def answer(sizes, strides):
        sees, step = start, 1
        for F, S in zip(sizes, strides, strict=True):
            longer = step + S - 1 if add else step * S
            step = longer if step_first else step
            sees += grow(F) * (1 if ignore else step)
            step = step if step_first else longer
        return sees

    return answer


def _field_from_the_end(sizes, strides):
    sees = 1
    for F, S in zip(sizes[::-1], strides[::-1], strict=True):
        sees = (sees - 1) * S + F
    return sees


check_receptive_field = Exercise(
    "the receptive field",
    right=_field(),
    cases=lambda rng: {
        f"sizes {sizes}, strides {strides}": (np.array(sizes, dtype=int), np.array(strides, dtype=int))
        for sizes, strides in (
            ([5, 2, 4, 3], [1, 2, 3, 2]), ([3, 3, 4], [2, 3, 1]), ([3, 3, 3], [1, 1, 1]), ([7], [2]), ([], []))
    },
    mistakes={
        "a stride acts on the layers after it, not on its own": _field(step_first=True),
        "a layer adds F − 1 steps, the first value is seen already": _field(grow=lambda F: F),
        "later steps are longer: multiply the strides before": _field(ignore=True),
        "a unit without any layer sees one pixel": _field(start=0),
        "begin with the first layer": lambda sizes, strides: _field()(sizes[::-1], strides[::-1]),
        "the strides multiply, they do not add": _field(add=True),
        "all layers count, not only the last": lambda sizes, strides: sizes[-1] if len(sizes) else 1,
        "filter sizes do not multiply": lambda sizes, strides: np.prod(sizes),
    },
    also_right=(
        _field_from_the_end,
        lambda sizes, strides: 1 + sum((sizes - 1) * np.cumprod([1, *strides])[: len(sizes)]),
    ),
    praise="every layer adds F − 1 steps of its own length",
)  # fmt: skip


def _toeplitz(order=lambda w: w, rows=lambda L, k: L - k + 1, step=1):
    def answer(w, L):
        M = np.zeros((rows(L, len(w)), L))
        for p in range(len(M)):
            M[p, p * step : p * step + len(w)] = order(w)[: max(L - p * step, 0)]
        return M

    return answer


check_toeplitz = Exercise(
    "the matrix",
    right=_toeplitz(),
    cases=lambda rng: [
        (np.array([2.0, -1.0, 3.0]), 6), (np.array([1.0, 2.0]), 5), (1e-12 * rng.standard_normal(4), 7),
        (rng.standard_normal(3), 3), (np.array([4.0]), 3),
    ],
    mistakes={
        "the filter is not turned around": _toeplitz(order=lambda w: w[::-1]),
        "one row a place: L − len(w) + 1": _toeplitz(rows=lambda L, k: L),
        "one row is missing: L − len(w) + 1": _toeplitz(rows=lambda L, k: L - k),
        "outputs are rows, inputs columns": lambda w, L: _toeplitz()(w, L).T,
        "each row begins one further to the right": _toeplitz(step=0),
        "a step of one, not of the filter's length": lambda w, L: _toeplitz(step=len(w))(w, L),
        "the filter does not begin again at the left: no ring": lambda w, L: np.array(
            [np.roll(np.r_[w, np.zeros(L - len(w))], p) for p in range(L)]),
    },
    also_right=(
        lambda w, L: np.array([[w[i - p] if 0 <= i - p < len(w) else 0.0 for i in range(L)] for p in range(L - len(w) + 1)]),
        lambda w, L: np.array([np.convolve(e, w[::-1], mode="valid") for e in np.eye(L)]).T,
    ),
    praise="the same row again and again, one step further each time",
)  # fmt: skip


def _back(turn=lambda w: w, add=True, dw=lambda x, d, k: np.correlate(x, d, "valid")):
    def answer(x, w, delta):
        dx = np.zeros(len(x))
        for p, d in enumerate(delta):
            if add:
                dx[p : p + len(w)] += d * turn(w)
            else:
                dx[p : p + len(w)] = d * turn(w)
        return dx, dw(x, delta, len(w))

    return answer


def _cut(x, w, delta):
    dx, dw = _back()(x, w, delta)
    return dx * (np.arange(len(x)) < len(delta)), dw


check_conv_backward = Exercise(
    ("the gradient of x", "the gradient of w"),
    right=_back(),
    cases=lambda rng: [
        (rng.standard_normal(7), np.array([2.0, -1.0, 3.0]), rng.standard_normal(5)),
        (1e6 * rng.standard_normal(6), 1e-6 * rng.standard_normal(2), rng.standard_normal(5)),
        (rng.standard_normal(4), rng.standard_normal(4), np.array([2.0])),
        (np.arange(5), np.array([1, 2]), np.array([1, 0, 0, 2])),
    ],
    mistakes={
        "each output hands δ w to the inputs it used, in their order": _back(turn=lambda w: w[::-1]),
        "windows overlap: add up, do not overwrite": _back(add=False),
        "the last inputs were used too": _cut,
        "all places count: the sum, not the mean": _back(dw=lambda x, d, k: np.correlate(x, d, "valid") / len(d)),
        "weight k met x[p + k]: do not turn δ around": _back(dw=lambda x, d, k: np.convolve(x, d, "valid")),
        "weight k met x[p + k]: the order of the weights is exchanged": _back(dw=lambda x, d, k: np.correlate(x, d, "valid")[::-1]),
        "a weight is used at all places, not only at the first": _back(dw=lambda x, d, k: d[0] * x[:k]),
        "the two gradients are exchanged": lambda x, w, delta: _back()(x, w, delta)[::-1],
    },
    also_right=(
        lambda x, w, delta: (np.convolve(delta, w), np.correlate(x, delta, "valid")),
        lambda x, w, delta: (
            [sum(delta[p] * w[i - p] for p in range(len(delta)) if 0 <= i - p < len(w)) for i in range(len(x))],
            [sum(delta[p] * x[p + k] for p in range(len(delta))) for k in range(len(w))]),
    ),
    floor=1e-12,
    praise="add up over every use: of a weight, and of an input",
)  # fmt: skip


def _unpool(pick):
    def answer(x, delta):
        P, Q = delta.shape
        dx = np.zeros(x.shape)
        for p, q in np.ndindex(P, Q):
            block = x[2 * p : 2 * p + 2, 2 * q : 2 * q + 2]
            dx[2 * p : 2 * p + 2, 2 * q : 2 * q + 2] = pick(block) * delta[p, q]
        return dx

    return answer


def _largest(block):
    return block == block.max()


def _pictures(rng, P, Q, low=0.0):
    """Distinct values in random order, as a case has them, and sensitivities."""
    x = rng.permutation(4 * P * Q).reshape(2 * P, 2 * Q) + low
    return x, rng.standard_normal((P, Q))


check_max_pool_backward = Exercise(
    "the gradient",
    right=_unpool(_largest),
    cases=lambda rng: {
        "a picture of 4 × 6 with negative values": _pictures(rng, 2, 3, low=-11.0),
        "2 × 2 negative values": _pictures(rng, 1, 1, low=-9.0),
        "a picture of 6 × 4": _pictures(rng, 3, 2),
        "sensitivities of 1e12": (_pictures(rng, 2, 2)[0], 1e12 * rng.standard_normal((2, 2))),
        "sensitivities of zero": (_pictures(rng, 2, 2)[0], np.zeros((2, 2))),
    },
    mistakes={
        "all of δ goes to the largest; the mean would share it": _unpool(lambda b: np.full((2, 2), 0.25)),
        "only the largest was used; the others get nothing": _unpool(lambda b: np.ones((2, 2))),
        "the largest, not the smallest": _unpool(lambda b: b == b.min()),
        "negative values can be the largest of a block too: compare signed values": _unpool(lambda b: np.abs(b) == np.abs(b).max()),
        "δ goes back, not δ times the value": _unpool(lambda b: b * _largest(b)),
        "the place of the largest receives δ, not 1": lambda x, delta: 1.0 * (_unpool(_largest)(x, np.ones_like(delta)) > 0),
        "always the first of a block? look where the largest stands": _unpool(lambda b: np.array([[1, 0], [0, 0]])),
        "the largest of each block, not of the whole picture": lambda x, delta: (
            (x == x.max()) * delta.repeat(2, axis=0).repeat(2, axis=1)),
        "repeat δ in both directions, two by two: np.tile puts copies side by side": lambda x, delta: (
            _unpool(_largest)(x, np.ones_like(delta)) * np.tile(delta, (2, 2))),
    },
    also_right=(
        lambda x, delta: np.where(
            x == np.kron(x.reshape(len(delta), 2, -1, 2).max(axis=(1, 3)), np.ones((2, 2))), np.kron(delta, np.ones((2, 2))), 0),
    ),
    praise="who was used alone receives everything",
)  # fmt: skip
