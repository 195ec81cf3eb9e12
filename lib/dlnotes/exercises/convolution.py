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


def _whole(*decide):
    """A right answer cut to whole numbers where one of these arrays has them."""

    def answer(x, K):
        y = _correlate()(x, K)
        return (
            np.trunc(y)
            if "i" in [(x, K)[n].dtype.kind for n in decide] or not decide
            else y
        )

    return answer  # fmt: skip


def _framed(x, K, turn=lambda K: K):
    h, w = K.shape
    return _correlate(turn=turn)(np.pad(x, ((h - 1, h - 1), (w - 1, w - 1))), K)


def _on_a_ring(x, K):
    return sum(K[k] * np.roll(x, (-k[0], -k[1]), (0, 1)) for k in np.ndindex(K.shape))


def _zeros_below(x, K):
    h, w = K.shape
    return np.pad(_correlate()(x, K), ((0, h - 1), (0, w - 1)))


def _matrix_products(x, K):
    windows = np.lib.stride_tricks.sliding_window_view(x, K.shape)
    return (windows @ K.T).sum(axis=(2, 3))


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
    ] + [(rng.standard_normal((3, 3)), rng.standard_normal((3, 3))), (np.arange(12).reshape(3, 4), np.array([[1, 2]])),
         (np.arange(12).reshape(3, 4), np.full((2, 2), 0.3)), (rng.standard_normal((4, 4)), np.array([[1, 0], [2, -1]]))],
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
        "y is cut to whole numbers: make it of floats, np.zeros(shape)": (_whole(0), _whole(0, 1), _whole(1), _whole()),
        "the window must fit into x: no places beyond H − h and W − w": (
            _correlate(size=lambda H, h: H), _zeros_below, _on_a_ring),
        "no zeros around x here: no window hangs over the edge": (
            _framed, lambda x, K: _framed(x, K, turn=lambda K: K[::-1, ::-1])),
        "neither the rows nor the columns of K are turned around": (
            _correlate(turn=lambda K: K[::-1]), _correlate(turn=lambda K: K[:, ::-1])),
        "add the products up: += instead of =": lambda x, K: K[-1, -1] * x[K.shape[0] - 1:, K.shape[1] - 1:],
        "the return stands inside the loop": lambda x, K: _correlate()(x, K) * (
            np.arange(x.shape[0] - K.shape[0] + 1)[:, None] == 0),
        "a sum begins at 0 at every place": lambda x, K: np.cumsum(_correlate()(x, K)).reshape(_correlate()(x, K).shape),
        "multiply entry by entry: * and not @": _matrix_products,
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
        f"N={N}, F={F}, stride={S}, padding={P}": (N, F, S, P)
        for N, F, S, P in (
            (13, 6, 2, 5), (12, 5, 3, 0), (6, 3, 2, 0), (21, 4, 2, 4), (7, 3, 2, 1), (8, 3, 2, 0), (32, 5, 1, 0),
            (28, 5, 3, 2), (5, 5, 4, 0), (3, 8, 2, 2), (2, 9, 3, 0), (3, 5, 1, 1), (2, 5, 1, 2))
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
        "it fits if F ≤ N + 2P: the padding counts here too": (
            lambda N, F, S, P: _places()(N, F, S, P) if N >= F else 0,
            lambda N, F, S, P: _places()(N, F, S, P) if N + P >= F else 0),
        "int and max make 0 of −0.5: ask first whether the window fits": (
            lambda N, F, S, P: int((N - F + 2 * P) / S) + 1, lambda N, F, S, P: max(N - F + 2 * P, 0) // S + 1),
        "a window that just fits has one place": lambda N, F, S, P: (N - F + 2 * P) // S + 1 if N + 2 * P > F else 0,
        "subtract F: the window must lie inside": (
            lambda N, F, S, P: (N + 2 * P) // S, lambda N, F, S, P: (N + 2 * P) // S + 1),
        "subtract F, do not add it": lambda N, F, S, P: (N + F + 2 * P) // S + 1,
        "the stride is missing: only every S-th place": lambda N, F, S, P: max(N - F + 2 * P + 1, 0),
        "set brackets: // comes before + and −": lambda N, F, S, P: max(N - F + 2 * P // S + 1, 0),
        "add the padding before dividing: remainders may make a place": lambda N, F, S, P: max((N - F) // S + 2 * P // S + 1, 0),
        "a range stops before its end: one more": lambda N, F, S, P: len(range(0, N + 2 * P - F, S)),
        "round down, not to the nearest": lambda N, F, S, P: max(round((N - F + 2 * P) / S) + 1, 0),
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
            ([4, 2, 3, 3], [3, 2, 1, 2]), ([5, 2, 4, 3], [1, 2, 3, 2]), ([3, 3, 4], [2, 3, 1]),
            ([3, 3, 3], [1, 1, 1]), ([7], [2]), ([], []))
    },
    mistakes={
        "a stride acts on the layers after it, not on its own": _field(step_first=True),
        "a layer adds F − 1 steps, the first value is seen already": _field(grow=lambda F: F),
        "later steps are longer: multiply the strides before": _field(ignore=True),
        "begin with 1: a unit sees one pixel before any layer": _field(start=0),
        "begin with the first layer": lambda sizes, strides: _field()(sizes[::-1], strides[::-1]),
        "the strides multiply, they do not add": _field(add=True),
        "all layers count, not only the last": lambda sizes, strides: sizes[-1] if len(sizes) else 1,
        "filter sizes do not multiply": lambda sizes, strides: np.prod(sizes),
        "multiply all strides before, not only the last of them": lambda sizes, strides: 1 + sum(
            (F - 1) * (strides[i - 1] if i else 1) for i, F in enumerate(sizes)),
        "steps are as long as the strides before, not the layer's own": lambda sizes, strides: 1 + sum((sizes - 1) * strides),
        "the strides before multiply; their sum is something else": (
            lambda sizes, strides: 1 + sum((F - 1) * sum(strides[:i]) for i, F in enumerate(sizes)),
            lambda sizes, strides: 1 + sum((F - 1) * max(1, sum(strides[:i])) for i, F in enumerate(sizes))),
        "windows overlap: a layer adds F − 1 of its steps": lambda sizes, strides: sum(sizes),
        "strides is an array: [1] + strides adds 1 to each": lambda sizes, strides: 1 + sum(
            (F - 1) * step for F, step in zip(sizes, np.cumprod(1 + strides[:-1]), strict=False)),
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


def _with_zeros(left, right, order=lambda w: w):
    """The matrix of a signal with zeros around it, as many as the functions of k say."""

    def answer(w, L):
        a, k = left(len(w)), len(w)
        rows = L - k + 1 + a + right(k)
        filled = [
            order(w)[i - p + a] if 0 <= i - p + a < k else 0.0
            for p in range(rows)
            for i in range(L)
        ]
        return np.reshape(filled, (rows, L))

    return answer  # fmt: skip


def _negative_index(w, L):
    k = len(w)
    filled = [
        w[i - p] if -k <= i - p < k else 0.0 for p in range(L - k + 1) for i in range(L)
    ]
    return np.reshape(filled, (L - k + 1, L))  # fmt: skip


def _ring(w, L):
    return np.array([np.roll(np.r_[w, np.zeros(L - len(w))], p) for p in range(L)])


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
        "the filter does not begin again at the left: no ring": _ring,
        "no zeros around the signal: every row holds the whole filter": tuple(
            _with_zeros(left, right, order)
            for left, right in ((lambda k: k - 1, lambda k: k - 1), (lambda k: (k - 1) // 2, lambda k: k // 2))
            for order in (lambda w: w, lambda w: w[::-1])),
        "no rows without a filter: L − len(w) + 1": lambda w, L: np.pad(_toeplitz()(w, L), ((0, len(w) - 1), (0, 0))),
        "a row holds the filter, not a column; and no ring": lambda w, L: _ring(w, L).T,
        "the first row begins at the left": lambda w, L: _toeplitz()(w, L)[::-1],
        "a negative index counts from the end: ask whether 0 ≤ i − p": _negative_index,
        "the diagonals lie right of the main one: k, not −k": lambda w, L: sum(
            w[k] * np.eye(L - len(w) + 1, L, -k) for k in range(len(w))),
        "the matrix is cut to whole numbers: make it of floats": lambda w, L: np.trunc(_toeplitz()(w, L)),
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


def _dx(of):
    """A right gradient of w beside this one of x."""
    return lambda x, w, delta: (of(x, w, delta), np.correlate(x, delta, "valid"))


def _cut_if_whole(a, like):
    return np.trunc(a) if like.dtype.kind == "i" else a


def _cut_sums(x, w, delta):
    return (
        _cut_if_whole(np.convolve(delta, w), x),
        _cut_if_whole(np.correlate(x, delta, "valid"), w),
    )


def _cut_parts(x, w, delta):
    P, k = len(delta), len(w)
    to_x = [
        np.pad(_cut_if_whole(d * w, x), (p, P - 1 - p)) for p, d in enumerate(delta)
    ]
    to_w = [_cut_if_whole(d * x[p : p + k], w) for p, d in enumerate(delta)]
    return np.sum(to_x, axis=0), np.sum(to_w, axis=0)  # fmt: skip


def _wraps(x, w, d):
    return [sum(d[i - k] * w[k] for k in range(len(w)) if i - k < len(d)) for i in range(len(x))]  # fmt: skip


def _wraps_filter(x, w, d):
    k = len(w)
    return [sum(d[p] * w[i - p] for p in range(len(d)) if -k <= i - p < k) for i in range(len(x))]  # fmt: skip


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
        (np.arange(5), np.array([1, 2]), np.array([0.5, 0.3, 0.0, 2.6])),
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
        "the gradients are cut to whole numbers: np.zeros(len(x)), not np.zeros_like(x)": (_cut_sums, _cut_parts),
        "a weight is used at all places: add up, do not overwrite": _back(dw=lambda x, d, k: d[-1] * x[-k:]),
        "all uses of an input add up: no mean": (
            _dx(lambda x, w, d: np.convolve(d, w) / len(w)), _dx(lambda x, w, d: np.convolve(d, w) / len(d))),
        "no ring: a negative index counts from the end": (_dx(_wraps), _dx(_wraps_filter)),
        "every input has a gradient: mode full": tuple(
            _dx(of) for of in (lambda x, w, d: np.convolve(d, w, "valid"), lambda x, w, d: np.convolve(d, w, "same"))),
        "δ keeps its order": _dx(lambda x, w, d: np.convolve(d[::-1], w)),
        "begin with zeros, not with x": _dx(lambda x, w, d: x + np.convolve(d, w)),
        "the last place counts too": lambda x, w, delta: _back()(x, w, np.r_[delta[:-1], 0]),
        "weight k met x[p + k], which moves with p": _back(dw=lambda x, d, k: d.sum() * x[:k]),
        "each use counts δ times": (
            _dx(lambda x, w, d: np.convolve(np.ones(len(d)), w)),
            _back(dw=lambda x, d, k: np.correlate(x, np.ones(len(d)), "valid"))),
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


def _everywhere(x, delta):
    dx = np.zeros(x.shape)
    for p, q in np.ndindex(delta.shape):
        dx[x == x[2 * p : 2 * p + 2, 2 * q : 2 * q + 2].max()] = delta[p, q]
    return dx


def _first_anywhere(x, delta):
    dx = np.zeros(x.shape)
    for p, q in np.ndindex(delta.shape):
        largest = x[2 * p : 2 * p + 2, 2 * q : 2 * q + 2].max()
        dx[tuple(np.argwhere(x == largest)[0])] = delta[p, q]
    return dx


def _put(place):
    """δ at place(p, q, i, j), where i, j is the place of the largest inside its block."""

    def answer(x, delta):
        dx = np.zeros(x.shape)
        for p, q in np.ndindex(delta.shape):
            block = x[2 * p : 2 * p + 2, 2 * q : 2 * q + 2]
            dx[place(p, q, *divmod(int(block.argmax()), 2))] = delta[p, q]
        return dx

    return answer


def _along(axis):
    def answer(x, delta):
        parts = x.reshape(len(delta), 2, -1, 2)
        largest = parts == parts.max(axis, keepdims=True)
        return (largest * delta[:, None, :, None]).reshape(x.shape)

    return answer


def _lines(x, delta):
    parts = x.reshape(*delta.shape, 4)
    return ((parts == parts.max(2, keepdims=True)) * delta[..., None]).reshape(x.shape)


_FIRST = np.array([[1, 0], [0, 0]])
_TWINS = np.array([[1, 3, 2, 0], [5, 2, 1, 1], [0, 2, 4, 5], [1, 1, 3, 8]])


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
        "equal whole numbers in different blocks": (_TWINS.copy(), np.array([[0.5, -1.5], [2.5, 0.25]])),
        "values of −1e12": (np.array([[-4e12, -3e12], [-1e12, -2e12]]), np.array([[0.5]])),
        "values of 1e-12": (1e-12 * _pictures(rng, 2, 2)[0], rng.standard_normal((2, 2))),
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
        "the gradient is cut to whole numbers: np.zeros(x.shape)": lambda x, delta: _cut_if_whole(_unpool(_largest)(x, delta), x),
        "look inside the block only: the same value may stand in another": (_everywhere, _first_anywhere),
        "all of a block may be negative: begin with −inf, not with 0": (
            _unpool(lambda b: _largest(b) if b.max() > 0 else _FIRST), _unpool(lambda b: _largest(b) * (b.max() > 0))),
        "begin with −inf: values may lie below any number": _unpool(lambda b: _largest(b) if b.max() > -1e9 else _FIRST),
        "hand δ over after all four were compared": _unpool(
            lambda b: (b.ravel() == np.maximum.accumulate(b.ravel())).reshape(2, 2)),
        "the largest of four, not of each row or column": (_along(3), _along(1)),
        "the block begins at 2p, 2q": (_put(lambda p, q, i, j: (p + i, q + j)), _put(lambda p, q, i, j: (i, j))),
        "row and column inside the block are exchanged": _put(lambda p, q, i, j: (2 * p + j, 2 * q + i)),
        "reshape to (P, 2, Q, 2): (P, Q, 2, 2) cuts lines, not blocks": _lines,
        "compare with ==: np.isclose calls small values equal": _unpool(lambda b: np.isclose(b, b.max())),
    },
    also_right=(
        lambda x, delta: np.where(
            x == np.kron(x.reshape(len(delta), 2, -1, 2).max(axis=(1, 3)), np.ones((2, 2))), np.kron(delta, np.ones((2, 2))), 0),
    ),
    praise="who was used alone receives everything",
)  # fmt: skip
