"""The exercises of chapter 9c, Filters and layers."""

import numpy as np

from . import SCALES, Exercise


def _cosine(flat=lambda W: W.reshape(len(W), -1), length=np.linalg.norm, product=True):
    def answer(W, start):
        a, b = flat(W), flat(start)
        top = (a * b).sum(axis=-1)
        return top / (length(a, axis=-1) * length(b, axis=-1)) if product else top

    return answer


def _lengths(W):
    return np.linalg.norm(W.reshape(len(W), -1), axis=1)


check_cosine = Exercise(
    "the cosines",
    right=_cosine(),
    cases=lambda rng: {
        "three filters 2 × 3 × 3": (rng.standard_normal((3, 2, 3, 3)), rng.standard_normal((3, 2, 3, 3))),
        "one filter of 1 × 1": (np.array([[[[2.0]]]]), np.array([[[[-0.5]]]])),
        "four filters, twice their start": (2 * np.arange(1.0, 17).reshape(4, 1, 2, 2), np.arange(1.0, 17).reshape(4, 1, 2, 2)),
        **{
            f"two filters, weights of {s:.0e}": (s * rng.standard_normal((2, 1, 3, 3)), rng.standard_normal((2, 1, 3, 3)))
            for s in SCALES[1:]
        },
        "two filters, start of 1e-12": (rng.standard_normal((2, 1, 3, 3)), 1e-12 * rng.standard_normal((2, 1, 3, 3))),
        "two filters, both of 1e-12": (1e-12 * rng.standard_normal((2, 1, 3, 3)), 1e-12 * rng.standard_normal((2, 1, 3, 3))),
        "three filters of very different sizes": (
            np.array([1.0, 1e4, 1e-4]).reshape(3, 1, 1, 1) * rng.standard_normal((3, 1, 3, 3)), rng.standard_normal((3, 1, 3, 3))),
    },
    mistakes={
        "one length for each filter: an axis is missing": lambda W, start: (
            (W * start).sum((1, 2, 3)) / np.linalg.norm(W) / np.linalg.norm(start)),
        "divide by both lengths": (
            _cosine(product=False),
            lambda W, start: (W * start).sum((1, 2, 3)) / _lengths(W),
            lambda W, start: (W * start).sum((1, 2, 3)) / _lengths(start),
            lambda W, start: (W * start).sum((1, 2, 3)) / _lengths(W) * _lengths(start),
        ),
        "divide by the length of each, not twice by that of the start": lambda W, start: (
            (W * start).sum((1, 2, 3)) / _lengths(start) ** 2),
        "each filter with its own start only": lambda W, start: (
            W.reshape(len(W), -1) @ start.reshape(len(start), -1).T / _lengths(W)[:, None] / _lengths(start)),
        "add nothing to the lengths": lambda W, start: (
            (W * start).sum((1, 2, 3)) / (_lengths(W) * _lengths(start) + 1e-8)),
        "the sum of the products, not their mean": lambda W, start: (
            (W * start).mean((1, 2, 3)) / _lengths(W) / _lengths(start)),
        "divide by the lengths, not by their squares": _cosine(length=lambda a, axis: (a**2).sum(axis)),
        "one cosine for each filter, not for the whole layer": lambda W, start: (
            (W * start).sum() / np.linalg.norm(W) / np.linalg.norm(start)),
        "a filter is all its weights, over channels, rows and columns": _cosine(flat=lambda W: W),
        "a filter has channels too: sum over them": (
            _cosine(flat=lambda W: W.reshape(len(W), W.shape[1], -1)),
            _cosine(flat=lambda W: W.reshape(-1, W[0, 0].size)),
            lambda W, start: _cosine(flat=lambda W: W.reshape(len(W), W.shape[1], -1))(W, start).mean(axis=1),
        ),
        "the cosine, not the angle": (
            lambda W, start: np.arccos(np.clip(_cosine()(W, start), -1, 1)),
            lambda W, start: np.degrees(np.arccos(np.clip(_cosine()(W, start), -1, 1))),
        ),
        "the cosine does not take away the means; that would be a correlation": lambda W, start: _cosine()(
            W - W.mean((1, 2, 3), keepdims=True), start - start.mean((1, 2, 3), keepdims=True)),
        "keep the sign: a filter may turn around": lambda W, start: np.abs(_cosine()(W, start)),
        "divide by the length of the start as well": lambda W, start: (W * start).sum((1, 2, 3)) / (W**2).sum((1, 2, 3)),
    },
    praise="1 means that it stayed, 0 that it forgot where it came from",
)  # fmt: skip


def _places(turn=lambda w: w, score=lambda a: a, swap=False, step=1):
    def answer(x, w, count):
        windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)[::step, ::step]
        answers = score((windows * turn(w)).sum(axis=(2, 3)))
        order = np.argsort(-answers, axis=None)[:count]
        pairs = [divmod(int(k), answers.shape[1]) for k in order]
        return [(c, r) for r, c in pairs] if swap else pairs

    return answer


def _normalized(x, w, count):
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    answers = (windows * w).sum(axis=(2, 3)) / np.sqrt((windows**2).sum(axis=(2, 3)))
    order = np.argsort(-answers, axis=None)[:count]
    return [divmod(int(k), answers.shape[1]) for k in order]


def _answers(x, w):
    return (np.lib.stride_tricks.sliding_window_view(x, w.shape) * w).sum(axis=(2, 3))


def _taken(fill, around=0):
    """Takes the largest again and again, and writes `fill` over it and over what is near."""

    def answer(x, w, count):
        left, found = _answers(x, w), []
        for _ in range(count):
            r, c = np.unravel_index(left.argmax(), left.shape)
            found.append((int(r), int(c)))
            left[
                max(r - around, 0) : r + around + 1, max(c - around, 0) : c + around + 1
            ] = fill
        return found

    return answer


def _apart(x, w, count):
    return _taken(-np.inf, around=len(w))(x, w, count)


def _short(x, w, count):
    x = x[:-1, :-1] if x.shape > w.shape else x
    return _places()(x, w, count)


def _positive(x, w, count):
    answers = _answers(x, w)
    return [(r, c) for r, c in _places()(x, w, count) if answers[r, c] > 0]


check_places_of = Exercise(
    "the places",
    right=_places(),
    cases=lambda rng: {
        "6 × 9, a filter of 4 × 4, three places": (rng.standard_normal((6, 9)), rng.standard_normal((4, 4)), 3),
        "8 × 5, a filter of 2 × 2, one place": (rng.standard_normal((8, 5)), rng.standard_normal((2, 2)), 1),
        "5 × 7, a filter of 3 × 3, all fifteen": (rng.standard_normal((5, 7)), rng.standard_normal((3, 3)), 15),
        "7 × 7 dark picture, all answers negative": (-1 - rng.random((7, 7)), rng.random((2, 2)), 4),
        **{f"6 × 6, values of {s:.0e}": (s * rng.standard_normal((6, 6)), rng.standard_normal((3, 3)), 3) for s in SCALES[1:]},
        "6 × 6, dark, values of −1e12": (-1e12 * (1 + rng.random((6, 6))), rng.random((2, 2)), 4),
        "52 × 52, 300 places": (rng.standard_normal((52, 52)), rng.standard_normal((3, 3)), 300),
        "4 × 4, a filter of 4 × 4": (rng.standard_normal((4, 4)), rng.standard_normal((4, 4)), 1),
    },
    mistakes={
        "row first, then column": _places(swap=True),
        "the filter is not turned around": (
            _places(turn=lambda w: w[::-1, ::-1]), _places(turn=lambda w: w[::-1]), _places(turn=lambda w: w[:, ::-1])),
        "the filter is not transposed": _places(turn=lambda w: w.T),
        "the largest first": lambda x, w, count: _places()(x, w, count)[::-1],
        "count rows and columns from 0": lambda x, w, count: [(r + 1, c + 1) for r, c in _places()(x, w, count)],
        "divide by the width of the map of answers, not by that of the picture": lambda x, w, count: [
            divmod(r * (x.shape[1] - w.shape[1] + 1) + c, x.shape[1]) for r, c in _places()(x, w, count)],
        "a place that is taken must not win again: −inf, not 0": _taken(0.0),
        "a place that is taken must not win again: −inf, not a number": _taken(-1000.0),
        "places may be neighbors": _apart,
        "no padding: the window lies in the picture": lambda x, w, count: _places()(np.pad(x, len(w) // 2), w, count),
        "H − F + 1 places: the last row and column count too": _short,
        "pairs, not two lists": lambda x, w, count: np.transpose(_places()(x, w, count)),
        "the largest answers, not the largest by size": _places(score=np.abs),
        "the largest, not the smallest": _places(score=np.negative),
        "an answer may be negative: no ReLU": (_places(score=lambda a: np.maximum(a, 0)), _positive),
        "windows overlap: every place counts": lambda x, w, count: [
            (r * len(w), c * len(w)) for r, c in _places(step=len(w))(x, w, count)],
        "the corner of the window, not its middle": lambda x, w, count: [
            (r + w.shape[0] // 2, c + w.shape[1] // 2) for r, c in _places()(x, w, count)],
        "the upper left corner, not the lower right": lambda x, w, count: [
            (r + w.shape[0] - 1, c + w.shape[1] - 1) for r, c in _places()(x, w, count)],
        "the answer as it is: not divided by the strength of the window": _normalized,
        "the places, not the answers": lambda x, w, count: -np.sort(
            -(np.lib.stride_tricks.sliding_window_view(x, w.shape) * w).sum(axis=(2, 3)), axis=None)[:count],
    },
    praise="the filter shows what it looks for",
)  # fmt: skip


def _needed(
    add=lambda k, growth, layers: (k - 1) * growth**layers,
    start=1,
    enough=lambda field, see: field >= see,
):
    def answer(see, k, growth):
        layers, field = 0, start
        while field < see:
            field += add(k, growth, layers)
            layers += 1
        return layers

    return answer  # fmt: skip


check_layers_needed = Exercise(
    "the number of layers",
    right=_needed(),
    cases=lambda rng: {
        "40 values, width 3, no gaps": (40, 3, 1),
        "7 values, width 3, no gaps": (7, 3, 1),
        "11 values, width 4, no gaps": (11, 4, 1),
        "7 values, width 3, gaps that double": (7, 3, 2),
        "8 values, width 3, no gaps": (8, 3, 1),
        "100 values, width 3, gaps that double": (100, 3, 2),
        "100 values, width 5, no gaps": (100, 5, 1),
        "1 value": (1, 3, 2),
        "2 values, width 2": (2, 2, 1),
        "5 values, width 5": (5, 5, 3),
        "1000 values, width 2, gaps that double": (1000, 2, 2),
        "82 values, width 2, gaps that triple": (82, 2, 3),
        "4 values, width 3, gaps that double": (4, 3, 2),
    },
    mistakes={
        "one value sees itself (the field starts at 1), and a field just as wide as asked is enough": _needed(start=0),
        "a layer adds k − 1, not k": _needed(add=lambda k, growth, layers: k * growth**layers),
        "the first layer has no gaps: growth to the power of l − 1": _needed(
            add=lambda k, growth, layers: (k - 1) * growth ** (layers + 1)),
        "the gaps grow from layer to layer": _needed(add=lambda k, growth, layers: (k - 1) * growth),
        "gaps multiply, they do not add up": (
            _needed(add=lambda k, growth, layers: (k - 1) * (1 + (growth - 1) * layers)),
            _needed(add=lambda k, growth, layers: (k - 1) * growth * (layers + 1)),
            _needed(add=lambda k, growth, layers: (k - 1) * max(growth * layers, 1)),
        ),
        "a dilation of d steps d values, it skips d − 1": _needed(
            add=lambda k, growth, layers: (k - 1) * (growth**layers + (growth > 1))),
        "the width is k, not always 3": _needed(add=lambda k, growth, layers: 2 * growth**layers),
        "the width may be even: k − 1, not 2 · (k // 2)": _needed(
            add=lambda k, growth, layers: 2 * (k // 2) * growth**layers),
        "just enough: no layer to spare": lambda see, k, growth: _needed()(see, k, growth) + 1,
        "gaps widen the field layer by layer; they need not double": _needed(add=lambda k, growth, layers: (k - 1) * 2**layers),
        "the gaps widen the field": _needed(add=lambda k, growth, layers: k - 1),
        "fields add up, they do not multiply": _needed(add=lambda k, growth, layers: k ** (layers + 1) - k**layers),
        "round up, and start from a field of 1, not k": lambda see, k, growth: _needed()(see, k, growth) - 1 if see > 1 else 0,
        "the number of layers, not the field": lambda see, k, growth: 1 + sum(
            (k - 1) * growth**n for n in range(_needed()(see, k, growth))),
    },
    praise="a floor for the depth, from the task alone",
)  # fmt: skip


def _merged(turn=lambda b: b):
    return lambda a, b: np.convolve(a, turn(b))


def _overwritten(a, b):
    c = np.zeros(len(a) + len(b) - 1)
    for j in range(len(b)):
        c[j : j + len(a)] = b[j] * a
    return c


def _from_the_end(a, b):
    c = np.zeros(len(a) + len(b) - 1)
    for m in range(len(c)):
        places = (j for j in range(len(b)) if -len(a) <= m - j < len(a))
        c[m] = sum(b[j] * a[m - j] for j in places)
    return c


check_one_filter = Exercise(
    "the filter",
    right=_merged(),
    cases=lambda rng: {
        "widths 3 and 3": (rng.standard_normal(3), rng.standard_normal(3)),
        "widths 2 and 5": (rng.standard_normal(2), rng.standard_normal(5)),
        "widths 5 and 2": (rng.standard_normal(5), rng.standard_normal(2)),
        "width 1 and 4": (np.array([2.0]), rng.standard_normal(4)),
        "whole numbers": (np.array([1, 2]), np.array([3, 4, 5])),
        "whole numbers and fractions": (np.array([1, 2]), np.array([0.5, 0.25, 1.5])),
        "fractions and whole numbers": (np.array([0.5, 0.25, 1.5]), np.array([1, 2])),
        "weights of 1e12": (1e12 * rng.standard_normal(3), rng.standard_normal(4)),
        "weights of 1e-12": (rng.standard_normal(3), 1e-12 * rng.standard_normal(3)),
    },
    mistakes={
        "no filter is turned around": (
            _merged(turn=lambda b: b[::-1]), lambda a, b: np.convolve(a[::-1], b)),
        "add to what is there: +=, not =": _overwritten,
        "a negative place reads from the end": _from_the_end,
        "no bend between the two": lambda a, b: np.convolve(np.maximum(a, 0), b),
        "products, not a chain": lambda a, b: np.concatenate([a, b])[:-1],
        "products, not sums, of the weights": lambda a, b: np.pad(a, (0, len(b) - 1)) + np.pad(b, (0, len(a) - 1)),
        "the merged filter is wider than both": lambda a, b: np.convolve(a, b, mode="same"),
        "no place may be left out at the ends": lambda a, b: np.convolve(a, b, mode="valid"),
        "from the first place to the last, not backwards": lambda a, b: np.convolve(a, b)[::-1],
        "all products whose places add up to m, in one sum": lambda a, b: np.outer(b, a),
        "len(a) + len(b) − 1 weights": (
            lambda a, b: np.append(np.convolve(a, b), 0.0), lambda a, b: np.append(0.0, np.convolve(a, b))),
        "weight by weight is not enough: each weight of a meets each of b": lambda a, b: np.pad(
            a[: min(len(a), len(b))] * b[: min(len(a), len(b))], (0, max(len(a), len(b)) - 1)),
    },
    praise="two layers without a bend are one",
)  # fmt: skip


def _counts(
    plain=lambda C, F: C * C * F**2,
    middle=lambda M, F: M * M * F**2,
    ends=lambda C, M: 2 * C * M,
):
    return lambda C, M, F: (plain(C, F), ends(C, M) + middle(M, F))  # fmt: skip


check_plain_and_bottleneck = Exercise(
    ("the plain layer", "the bottleneck"),
    right=_counts(),
    cases=lambda rng: {
        "64 maps, 16 in the middle, 3 × 3": (64, 16, 3),
        "256 maps, 64 in the middle, 3 × 3": (256, 64, 3),
        "8 maps, 8 in the middle, 5 × 5": (8, 8, 5),
        "4 maps, 1 in the middle, 7 × 7": (4, 1, 7),
        "3 maps, 5 in the middle, 1 × 1": (3, 5, 1),
    },
    mistakes={
        "a filter is as deep as what it sees": _counts(plain=lambda C, F: C * F**2, middle=lambda M, F: M * F**2),
        "F × F: the width squared": _counts(plain=lambda C, F: C * C * F, middle=lambda M, F: M * M * F),
        "the way back to C maps has weights too": _counts(ends=lambda C, M: C * M),
        "in the middle from M to M maps": _counts(middle=lambda M, F: M * F**2),
        "F is given, not always 3": lambda C, M, F: _counts()(C, M, 3),
        "M is given, not a quarter of C": lambda C, M, F: _counts()(C, max(C // 4, 1), F),
        "the plain layer goes from C to C maps": lambda C, M, F: (C * M * F**2, _counts()(C, M, F)[1]),
        "weights, not products": lambda C, M, F: tuple(784 * n for n in _counts()(C, M, F)),
        "the ends go between C and M maps": (_counts(ends=lambda C, M: 2 * C * C), lambda C, M, F: _counts()(M, C, F)),
        "a bridge has no weights": lambda C, M, F: (C * C * F**2, _counts()(C, M, F)[1] + C * C),
        "without biases": (
            lambda C, M, F: (C * (C * F**2 + 1), M * (C + 1) + M * (M * F**2 + 1) + C * (M + 1)),
            lambda C, M, F: (C * C * F**2 + 1, _counts()(C, M, F)[1] + 3),
        ),
        "the layers at both ends are of 1 × 1": (
            lambda C, M, F: (C * C * F**2, 2 * C * M * F**2 + M * M * F**2),
            lambda C, M, F: (C * C * F**2, C * M + C * M * F**2 + M * M * F**2),
        ),
        "first the plain layer, then the bottleneck": lambda C, M, F: _counts()(C, M, F)[::-1],
        "the layers at the ends see C and M maps": _counts(ends=lambda C, M: C + M),
        "the middle sees M maps, not C": lambda C, M, F: (C * C * F**2, 2 * C * M + C * M * F**2),
    },
    praise="narrow in the middle, cheap in all",
)  # fmt: skip


def _explained(square=lambda d: d**2, base=lambda x, mean: x - mean, total=np.sum):
    def answer(drawn, x, mean):
        return 1 - total(square(drawn - x)) / total(square(base(x, mean)))

    return answer


def _each(axis, combine=lambda q: q):
    """One quotient for each pixel (axis 0) or picture (axis 1)."""

    def answer(drawn, x, mean):
        below = ((x - mean) ** 2).sum(axis=axis)
        return combine(
            1 - ((drawn - x) ** 2).sum(axis=axis) / np.where(below, below, 1e-300)
        )

    return answer  # fmt: skip


def _spoiled(rng, size, scale=1.0, noise=0.3):
    """Pictures drawn with noise, the true ones, and a mean picture."""
    x = scale * rng.standard_normal(size)
    return (
        x + scale * noise * rng.standard_normal(size),
        x,
        scale * rng.standard_normal(size[1]),
    )


check_explained = Exercise(
    "the share",
    right=_explained(),
    cases=lambda rng: {
        "five pictures of four pixels": _spoiled(rng, (5, 4)),
        "drawn perfectly": (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3), np.ones(3)),
        "the mean picture": (np.tile(np.arange(3.0), (4, 1)), np.arange(12.0).reshape(4, 3), np.arange(3.0)),
        "worse than the mean": (np.full((3, 2), 9.0), np.arange(6.0).reshape(3, 2), np.array([2.0, 3.0])),
        "a pixel that never changes": (
            np.array([[0.1, 1.0], [0.1, 3.0]]), np.array([[0.1, 2.0], [0.1, 2.5]]), np.array([0.1, 1.0])),
        "values of 1e12": _spoiled(rng, (3, 4), scale=1e12, noise=0.1),
        "values of 1e-12": _spoiled(rng, (3, 4), scale=1e-12, noise=0.1),
        "one picture": (np.array([[1.0, 2.0]]), np.array([[1.5, 2.5]]), np.array([0.0, 1.0])),
    },
    mistakes={
        "the share that is explained, not the share that is left": lambda d, x, m: 1 - _explained()(d, x, m),
        "squared errors": _explained(square=np.abs),
        "compare with the mean picture of the training part": lambda d, x, m: _explained()(d, x, x.mean(axis=0)),
        "compare with the mean picture, not with an empty one": _explained(base=lambda x, mean: x),
        "compare with the mean picture, not with one gray": (
            lambda d, x, m: _explained()(d, x, x.mean()),
            lambda d, x, m: _explained()(d, x, m.mean()),
            lambda d, x, m: _explained()(d, x, x.mean(axis=1, keepdims=True)),
        ),
        "squares about the mean picture, not variances": lambda d, x, m: 1 - (d - x).var() / max(x.var(), 1e-300),
        "both sums, or both means": (
            lambda d, x, m: 1 - ((d - x) ** 2).mean() / ((x - m) ** 2).sum(),
            lambda d, x, m: 1 - ((d - x) ** 2).sum() / ((x - m) ** 2).mean(),
        ),
        "square first, then sum": lambda d, x, m: 1 - (d - x).sum() ** 2 / (x - m).sum() ** 2,
        "one minus the whole quotient": lambda d, x, m: (1 - ((d - x) ** 2).sum()) / ((x - m) ** 2).sum(),
        "the error of the drawing above, that of the mean picture below": lambda d, x, m: (
            1 - ((x - m) ** 2).sum() / max(((d - x) ** 2).sum(), 1e-300)),
        "a share, not percent": lambda d, x, m: 100 * _explained()(d, x, m),
        "one minus what is left; how much the drawing varies does not count": lambda d, x, m: (
            ((d - m) ** 2).sum() / ((x - m) ** 2).sum()),
        "pictures are compared as they are, not clipped": lambda d, x, m: _explained()(np.clip(d, 0, 1), x, m),
        "compare the true pictures with the mean picture, not the drawings": lambda d, x, m: (
            1 - ((d - x) ** 2).sum() / ((d - m) ** 2).sum()),
        "first the sums over all pixels, then one quotient": _each(0, np.mean),
        "one number for all pictures": _each(1),
        "one number for all pixels": _each(0),
        "one quotient for all pictures, not the mean of one for each": _each(1, np.mean),
        "what explains less than the mean picture is below zero": (
            lambda d, x, m: max(_explained()(d, x, m), 0.0), lambda d, x, m: abs(_explained()(d, x, m))),
        "squared errors, without a root": lambda d, x, m: 1 - np.sqrt(1 - _explained()(d, x, m)),
    },
    floor=1e-9,
    praise="1 is all, 0 is what anybody could draw",
)  # fmt: skip
