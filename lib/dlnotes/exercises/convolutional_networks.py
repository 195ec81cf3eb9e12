"""The exercises of chapter 9b, Convolutional networks."""

import numpy as np

from . import SCALES, Exercise


def _moved(sign=1, swap=False, fill=0.0):
    def answer(x, down, right):
        if swap:
            down, right = right, down
        H, W = x.shape
        y = np.full((H, W), fill)
        for r, c in np.ndindex(H, W):
            from_r, from_c = r - sign * down, c - sign * right
            if 0 <= from_r < H and 0 <= from_c < W:
                y[r, c] = x[from_r, from_c]
        return y

    return answer


def _negative_index(x, down, right):
    """Reads x[r − down, c − right] without asking whether it is there; only too large ones are zero."""
    H, W = x.shape
    y = np.zeros((H, W))
    for r, c in np.ndindex(H, W):
        if r - down < H and c - right < W:
            y[r, c] = x[(r - down) % H, (c - right) % W]
    return y


def _written_from_the_end(x, down, right):
    H, W = x.shape
    y = np.zeros((H, W))
    for r, c in np.ndindex(H, W):
        if r + down < H and c + right < W:
            y[(r + down) % H, (c + right) % W] = x[r, c]
    return y


def _wrong_gap(x, down, right):
    y = np.roll(x.astype(float), (down, right), (0, 1))
    y[: abs(down)] = 0
    y[:, : abs(right)] = 0
    return y


def _edge(x, down, right):
    rows = np.clip(np.arange(x.shape[0]) - down, 0, x.shape[0] - 1)
    columns = np.clip(np.arange(x.shape[1]) - right, 0, x.shape[1] - 1)
    return x[rows][:, columns]


check_moved = Exercise(
    "the picture",
    right=_moved(),
    cases=lambda rng: {
        "4 × 5, down 1, right −2": (rng.standard_normal((4, 5)), 1, -2),
        "4 × 5, down −1, right 2": (rng.standard_normal((4, 5)), -1, 2),
        "3 × 3 whole numbers, down 0, right 1": (np.arange(1, 10).reshape(3, 3), 0, 1),
        "3 × 3, not moved": (rng.standard_normal((3, 3)), 0, 0),
        "2 × 4, down 2, right 0: all of it leaves": (rng.standard_normal((2, 4)), 2, 0),
        "4 × 4, down −3, right −1, values of 1e12": (1e12 * rng.standard_normal((4, 4)), -3, -1),
        "4 × 3, down 5, right −4": (rng.standard_normal((4, 3)), 5, -4),
    },
    mistakes={
        "negative numbers move up and to the left": lambda x, down, right: _moved()(x, abs(down), abs(right)),
        "zeros come in, not what was there before": lambda x, down, right: np.where(
            _moved()(np.ones(x.shape), down, right) > 0, _moved()(x, down, right), x),
        "index 0 is a place too": lambda x, down, right: _moved()(
            np.where(np.outer(np.arange(x.shape[0]), np.arange(x.shape[1])) > 0, x, 0), down, right),
        "the last row and the last column move too": lambda x, down, right: _moved()(
            np.pad(x[:-1, :-1], ((0, 1), (0, 1))), down, right),
        "a negative index counts from the end when you write, too": _written_from_the_end,
        "with a negative number it is the last rows or columns that become zero": _wrong_gap,
        "what leaves does not come in on the other side: no np.roll": lambda x, down, right: np.roll(x, (down, right), (0, 1)),
        "down is positive, to the right is positive": _moved(sign=-1),
        "rows move down, columns to the right": _moved(swap=True),
        "a negative index counts from the end: ask whether the place exists": _negative_index,
        "zeros come in, not copies of the edge": _edge,
        "the result has the size of the picture": lambda x, down, right: x[max(-down, 0):len(x) - max(down, 0),
                                                                           max(-right, 0):x.shape[1] - max(right, 0)],
        "only down? move to the right as well": lambda x, down, right: _moved()(x, down, 0),
        "only to the right? move down as well": lambda x, down, right: _moved()(x, 0, right),
    },
    also_right=(
        lambda x, down, right: np.array([
            [x[r - down][c - right] if 0 <= r - down < len(x) and 0 <= c - right < len(x[0]) else 0 for c in range(len(x[0]))]
            for r in range(len(x))]),
    ),
    praise="a picture that moves loses what leaves it",
)  # fmt: skip


def _weights(
    bias=(1, 1),
    pooled=True,
    places=lambda side, F: side - F + 1,
    whole=lambda P, block: P // block,
    square=True,
):
    def answer(side, filters, F, block, classes):
        P = whole(places(side, F), block if pooled else 1)
        inputs = filters * (P * P if square else P)
        return filters * (F * F + bias[0]) + classes * (inputs + bias[1])

    return answer


_NETWORKS = (
    (15, 8, 5, 2, 10),
    (13, 8, 3, 2, 10),
    (12, 8, 3, 2, 10),
    (14, 16, 5, 10, 10),
    (28, 6, 5, 3, 7),
    (6, 1, 3, 1, 2),
    (9, 4, 4, 3, 3),
)

check_count_weights = Exercise(
    "the number of weights",
    right=_weights(),
    cases=lambda rng: {
        f"side {side}, {filters} filters of {F} × {F}, blocks of {block}, {classes} classes": (side, filters, F, block, classes)
        for side, filters, F, block, classes in _NETWORKS
    },
    mistakes={
        "each filter has a bias too": _weights(bias=(0, 1)),
        "each class has a bias too": _weights(bias=(1, 0)),
        "biases count: one for a filter, one for a class": _weights(bias=(0, 0)),
        "the full layer sees the pooled maps": _weights(pooled=False),
        "a filter of F has side − F + 1 places": (
            _weights(places=lambda side, F: side), _weights(places=lambda side, F: side - F)),
        "maps have two directions: (side of a map)²": _weights(square=False),
        "blocks that are not whole are left out: round down": (
            _weights(places=lambda side, F: side - F + 1, whole=lambda P, block: P / block),
            _weights(whole=lambda P, block: -(-P // block))),
        "each filter has a bias of its own": lambda side, filters, F, block, classes: (
            _weights(bias=(0, 1))(side, filters, F, block, classes) + 1),
        "each class has a bias of its own": lambda side, filters, F, block, classes: (
            _weights(bias=(1, 0))(side, filters, F, block, classes) + 1),
        "pooling has no weights": (
            lambda side, filters, F, block, classes: _weights()(side, filters, F, block, classes) + block * block,
            lambda side, filters, F, block, classes: _weights()(side, filters, F, block, classes) + filters * block * block),
        "blocks do not overlap: divide the side of the map by block": _weights(whole=lambda P, block: P - block + 1),
        "first round down the side of the map, then square": lambda side, filters, F, block, classes: (
            filters * (F * F + 1) + classes * (filters * ((side - F + 1) ** 2 // block**2) + 1)),
        "filters are shared: their number does not grow with the places": lambda side, filters, F, block, classes: (
            filters * (F * F + 1) * (side - F + 1) ** 2 + classes * (filters * ((side - F + 1) // block) ** 2 + 1)),
        "the full layer counts too": lambda side, filters, F, block, classes: filters * (F * F + 1),
        "the filters count too": lambda side, filters, F, block, classes: (
            classes * (filters * ((side - F + 1) // block) ** 2 + 1)),
        "a full layer has a weight for each input and class, with all filters": lambda side, filters, F, block, classes: (
            filters * (F * F + 1) + classes * (((side - F + 1) // block) ** 2 + 1)),
    },
    praise="pooling has none, but it decides how many the full layer has",
)  # fmt: skip


def _mean_pool(
    combine=lambda blocks: blocks.mean(axis=(1, 3)), places=lambda n, size: n // size
):
    def answer(x, size):
        P, Q = places(x.shape[0], size), places(x.shape[1], size)
        blocks = x[: P * size, : Q * size].reshape(P, size, Q, size)
        return combine(blocks)

    return answer  # fmt: skip


def _sliding(x, size):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size))
    return windows.mean(axis=(2, 3))


def _padded_mean(x, size):
    P, Q = -(-x.shape[0] // size), -(-x.shape[1] // size)
    wide = np.pad(x, ((0, P * size - x.shape[0]), (0, Q * size - x.shape[1])))
    return _mean_pool()(wide, size)


check_mean_pool = Exercise(
    "the pooled map",
    right=_mean_pool(),
    cases=lambda rng: [
        (scale * rng.standard_normal((5, 7)), 2) for scale in SCALES
    ] + [(rng.standard_normal((6, 9)), 3), (np.arange(12).reshape(3, 4), 2), (rng.standard_normal((3, 3)), 1),
         (rng.standard_normal((4, 4)), 4)],
    mistakes={
        "the mean, not the largest": _mean_pool(lambda b: b.max(axis=(1, 3))),
        "the mean, not the sum": _mean_pool(lambda b: b.sum(axis=(1, 3))),
        "divide by the number of values of a block, size²": _mean_pool(lambda b: b.sum(axis=(1, 3)) / b.shape[1]),
        "every value belongs to one block: the window moves by its size": _sliding,
        "blocks that are not whole are left out, not filled with zeros": _padded_mean,
        "blocks that are not whole are left out": lambda x, size: np.array([
            [x[p:p + size, q:q + size].mean() for q in range(0, x.shape[1], size)] for p in range(0, len(x), size)]),
        "the mean inside the blocks: axes 1 and 3 of (P, size, Q, size)": (
            _mean_pool(lambda b: b.mean(axis=(0, 2))), _mean_pool(lambda b: b.mean(axis=(2, 3))),
            _mean_pool(lambda b: b.mean(axis=(0, 1)))),
        "(P, Q, size, size) mixes the blocks: reshape to (P, size, Q, size)": _mean_pool(
            lambda b: b.reshape(b.shape[0], b.shape[2], b.shape[1], b.shape[1]).mean(axis=(2, 3))),
        "block p begins at p · size": lambda x, size: _sliding(x, size)[: len(x) // size, : x.shape[1] // size],
        "size is not always 2": (
            lambda x, size: _mean_pool()(x, 2), _mean_pool(lambda b: b.sum(axis=(1, 3)) / 4)),
        "what is left out is at the right and at the bottom": lambda x, size: (
            _mean_pool()(x[len(x) % size:, x.shape[1] % size:], size)),
        "pool in both directions": (
            _mean_pool(lambda b: b.mean(axis=1).reshape(b.shape[0], -1)),
            _mean_pool(lambda b: b.mean(axis=3).reshape(-1, b.shape[2]))),
        "all values of a block count, not the first": _mean_pool(lambda b: b[:, 0, :, 0]),
        "the mean is cut to whole numbers": lambda x, size: (
            np.trunc(_mean_pool()(x, size)) if x.dtype.kind == "i" else _mean_pool()(x, size)),
        "the mean, not the median": _mean_pool(lambda b: np.median(b, axis=(1, 3))),
        "rows and columns are exchanged": lambda x, size: _mean_pool()(x, size).T,
    },
    also_right=(
        lambda x, size: [[x[p * size:(p + 1) * size, q * size:(q + 1) * size].mean() for q in range(x.shape[1] // size)]
                         for p in range(x.shape[0] // size)],
    ),
    praise="each block one number",
)  # fmt: skip


def _agreement(change=lambda same: same.mean()):
    return lambda scores, moved: change(scores.argmax(axis=1) == moved.argmax(axis=1))


def _scores(rng, N, K, far=0.0):
    scores = rng.standard_normal((N, K))
    return scores, scores + rng.standard_normal((N, K)) + far


def _softmax(scores):
    """Without taking off the largest."""
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def _with_one_large(rng):
    """The largest score of all stays where it is; five of seven pictures change their answer."""
    scores = np.eye(3)[[0, 1, 2, 0, 1, 2, 0]] + 0.3 * rng.random((7, 3))
    moved = np.eye(3)[[0, 2, 1, 1, 1, 0, 2]] + 0.3 * rng.random((7, 3))
    scores[0, 0] = moved[0, 0] = 9
    return scores - 0.15, moved - 0.15


check_agreement = Exercise(
    "the share",
    right=_agreement(),
    cases=lambda rng: {
        "7 digits, 3 classes": _with_one_large(rng),
        "8 digits, 3 classes": _scores(rng, 8, 3),
        "5 digits, 10 classes": _scores(rng, 5, 10),
        "6 digits, 4 classes, all scores moved by 100": _scores(rng, 6, 4, far=100.0),
        "no answer is the same": (np.eye(3), np.eye(3)[[1, 2, 0]]),
        "all answers are the same": (np.eye(4), 5 * np.eye(4)),
        "one digit": _scores(rng, 1, 4),
        "scores far below zero": tuple(-a - 1e9 for a in _scores(rng, 7, 3)),
    },
    mistakes={
        "a share: divide by the number of samples": _agreement(lambda same: same.sum()),
        "the share that stay, not that change": _agreement(lambda same: 1 - same.mean()),
        "the answer is the class with the largest score, along axis 1": lambda scores, moved: (
            scores.argmax(axis=0) == moved.argmax(axis=0)).mean(),
        "compare classes, not scores": (
            lambda scores, moved: np.isclose(scores, moved).mean(),
            lambda scores, moved: (scores.max(axis=1) == moved.max(axis=1)).mean()),
        "the class with the largest score, not the least": lambda scores, moved: (
            scores.argmin(axis=1) == moved.argmin(axis=1)).mean(),
        "each sample has an answer of its own: give argmax an axis": lambda scores, moved: float(scores.argmax() == moved.argmax()),
        "all of the order need not stay, only who is first": lambda scores, moved: (
            scores.argsort(axis=1) == moved.argsort(axis=1)).all(axis=1).mean(),
        "a number, not one for each sample": _agreement(lambda same: 1.0 * same),
        "compare scores as they are: exp of them may leave the range of numbers": lambda scores, moved: (
            _softmax(scores).argmax(axis=1) == _softmax(moved).argmax(axis=1)).mean(),
        "divide by the number of pictures, not of classes": lambda scores, moved: (
            (scores.argmax(axis=1) == moved.argmax(axis=1)).sum() / scores.shape[1]),
        "a share is from 0 to 1, not in percent": _agreement(lambda same: 100 * same.mean()),
        "the largest score, not the largest in size": lambda scores, moved: (
            np.abs(scores).argmax(axis=1) == np.abs(moved).argmax(axis=1)).mean(),
    },
    also_right=(
        lambda scores, moved: sum(np.argmax(a) == np.argmax(b) for a, b in zip(scores, moved, strict=True)) / len(scores),
    ),
    praise="steady, whether right or wrong",
)  # fmt: skip


def _scramble(index=lambda order: order):
    return lambda pictures, order: pictures.reshape(len(pictures), -1)[
        :, index(order)
    ].reshape(pictures.shape)


def _turned(pictures):
    return pictures.transpose(0, 2, 1)


def _in_place(pictures, order):
    flat = pictures.reshape(len(pictures), -1).copy()
    for k in range(len(order)):
        flat[:, k] = flat[:, order[k]]
    return flat.reshape(pictures.shape)


check_scramble = Exercise(
    "the pictures",
    right=_scramble(),
    cases=lambda rng: {
        "4 pictures of 2 × 3": (rng.standard_normal((4, 2, 3)), np.array([1, 2, 4, 0, 5, 3])),
        "3 pictures of 3 × 3": (rng.standard_normal((3, 3, 3)), np.array([8, 0, 1, 2, 7, 6, 5, 3, 4])),
        "2 pictures of 4 × 2": (rng.standard_normal((2, 4, 2)), np.array([3, 7, 0, 2, 1, 6, 4, 5])),
        "one picture, in its own order": (np.arange(6.0).reshape(1, 2, 3), np.arange(6)),
    },
    mistakes={
        "pixel k of the new picture is pixel order[k] of the old one, not the other way round": _scramble(np.argsort),
        "the pixels change places, not the pictures": lambda pictures, order: pictures[order % len(pictures)]
            if len(order) >= len(pictures) and len(pictures) > 1 else pictures + 1,
        "all pictures by the same order": lambda pictures, order: np.array([
            p.ravel()[np.roll(order, n)].reshape(p.shape) for n, p in enumerate(pictures)]),
        "the result has the shape of the pictures": lambda pictures, order: pictures.reshape(len(pictures), -1)[:, order],
        "count pixels row by row, not column by column": (
            lambda pictures, order: _turned(_scramble()(_turned(pictures), order)),
            lambda pictures, order: _scramble()(_turned(pictures), order).reshape(pictures.shape),
            lambda pictures, order: _turned(_scramble()(pictures, order).reshape(_turned(pictures).shape))),
        "read from the old pictures, not from one that is half overwritten": _in_place,
        "the pictures stay apart: reshape to (N, H·W), not (H·W, N)": lambda pictures, order: (
            pictures.reshape(-1, len(pictures))[order].reshape(pictures.shape)),
        "order already counts from 0": _scramble(lambda order: order - 1),
        "use the order": lambda pictures, order: pictures.copy(),
        "back to H × W, not to W × H": lambda pictures, order: _scramble()(pictures, order).transpose(0, 2, 1),
    },
    also_right=(
        lambda pictures, order: np.array([[p.flat[k] for k in order] for p in pictures]).reshape(pictures.shape),
        lambda pictures, order: np.take(pictures.reshape(len(pictures), -1), order, axis=1).reshape(pictures.shape),
    ),
    praise="a dense network cannot tell",
)  # fmt: skip


_all_weights = _weights()


def _width(
    weights=_all_weights,
    per_unit=lambda side, classes: side**2 + 1 + classes,
    rest=lambda classes: classes,
    up=0,
):
    def answer(side, filters, F, block, classes):
        units = (weights(side, filters, F, block, classes) - rest(classes)) // per_unit(
            side, classes
        )
        return max(units + up, 0)

    return answer  # fmt: skip


check_equal_width = Exercise(
    "the number of units",
    right=_width(),
    cases=lambda rng: {
        f"side {side}, {filters} filters of {F} × {F}, blocks of {block}, {classes} classes": (side, filters, F, block, classes)
        for side, filters, F, block, classes in (
            (12, 16, 3, 1, 10), (6, 3, 5, 1, 10), (6, 12, 2, 1, 5), (9, 3, 2, 1, 10), (7, 12, 5, 2, 7),
            (5, 12, 2, 1, 11), (12, 8, 3, 2, 10), (14, 32, 5, 1, 10),
            (6, 20, 3, 1, 2), (28, 1, 5, 24, 2), (9, 30, 2, 1, 11), (5, 9, 5, 1, 2))
    },
    mistakes={
        "at most as many weights: round down": _width(up=1),
        "at most as many weights: exactly as many is allowed": lambda side, filters, F, block, classes: (
            max(_all_weights(side, filters, F, block, classes) - classes - 1, 0) // (side**2 + 1 + classes)),
        "blocks that are not whole are left out: round down": _width(weights=_weights(whole=lambda P, block: -(-P // block))),
        "each unit has a bias too": _width(per_unit=lambda side, classes: side**2 + classes),
        "each unit has weights to the classes too": _width(per_unit=lambda side, classes: side**2 + 1),
        "the biases of the classes do not depend on the units: take them off first": _width(rest=lambda classes: 0),
        "the picture has side² pixels": _width(per_unit=lambda side, classes: side + 1 + classes),
        "count the biases of the filters too": _width(weights=_weights(bias=(0, 1))),
        "count the biases of the convolutional network too": _width(weights=_weights(bias=(0, 0))),
        "the pooled maps decide how many weights the full layer has": _width(weights=_weights(pooled=False)),
        "a whole number of units: round down": lambda side, filters, F, block, classes: (
            _weights()(side, filters, F, block, classes) - classes) / (side**2 + 1 + classes),
    },
    also_right=(
        lambda side, filters, F, block, classes: max(
            units for units in range(2000)
            if units * (side**2 + 1) + classes * (units + 1) <= _weights()(side, filters, F, block, classes)
            or units == 0),
    ),
    praise="now the contest is fair in weights; in products it is not",
)  # fmt: skip
