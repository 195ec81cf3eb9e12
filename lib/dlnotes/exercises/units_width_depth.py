"""Exercises of chapter 6c: Hidden units, width and depth."""

import numpy as np

from . import Exercise


def _enough(inside=lambda length, c, e: length * np.sqrt(c / (8 * e)), end=np.ceil):
    return lambda length, curvature, allowed: int(end(inside(length, curvature, allowed)))  # fmt: skip


check_enough_units = Exercise(
    "the number",
    right=_enough(),
    cases=lambda rng: [
        (5.0, 3.0, 0.001), (4.0, 2.0, 1.0), (1.0, 39.5, 1e-4), (1.0, 1.0, 1.0), (6.5, 0.3, 0.02), (0.5, 1e4, 1e-6),
        (100.0, 1.0, 1e-3), (3.0, 8.0, 0.9999),
    ],
    tolerance=0,
    mistakes={
        "equal is enough": _enough(end=lambda n: np.floor(n) + 1),
        "round up: a smaller number is not enough": _enough(end=np.floor),
        "rounding may go down; the next larger whole number is enough": _enough(end=np.round),
        "the bound has the square of h, so there is a root": _enough(inside=lambda n, c, e: n * c / (8 * e)),
        "the bound has an eighth": (
            _enough(inside=lambda n, c, e: n * np.sqrt(c / e)),
            _enough(inside=lambda n, c, e: n * np.sqrt(c / (2 * e))),
        ),
        "h is the length divided by the number": _enough(inside=lambda n, c, e: np.sqrt(c / (8 * e)) / n),
        "the more is allowed, the fewer units are needed": _enough(inside=lambda n, c, e: n * np.sqrt(c * 8 * e)),
        "round at the end, not before": lambda n, c, e: int(n * np.ceil(np.sqrt(c / (8 * e)))),
        "n pieces need n rectifiers": _enough(end=lambda n: np.ceil(n) + 1),
        "the eighth belongs under the root": _enough(inside=lambda n, c, e: n * np.sqrt(c / e) / 8),
        "h is a part of the length": _enough(inside=lambda n, c, e: np.sqrt(c / (8 * e))),
        "the smallest number, not a power of two": _enough(end=lambda n: 2 ** np.ceil(np.log2(n))),
    },
    also_right=(lambda length, c, e: next(n for n in range(1, 10**6) if (length / n) ** 2 * c / 8 <= e),),
    praise="four times the accuracy costs twice the units",
)  # fmt: skip


def _average(bend=np.cos, mean=lambda a: a.mean(axis=1)):
    return lambda x, W: mean(bend(x @ W.T))


check_average_unit = Exercise(
    "the average",
    right=_average(),
    cases=lambda rng: [
        (s * rng.standard_normal((N, d)), rng.standard_normal((n, d)))
        for N, n, d in ((4, 6, 3), (5, 5, 5), (1, 7, 2), (3, 1, 4))
        for s in (1.0, 10.0)
    ],
    mistakes={
        "the mean, not the sum": _average(mean=lambda a: a.sum(axis=1)),
        "the mean goes over the units, one result for each point": (
            _average(mean=lambda a: a.mean(axis=0)),
            _average(mean=lambda a: a.mean()),
        ),
        "a cosine, not a sine": _average(bend=np.sin),
        "first the cosine, then the average": lambda x, W: np.cos((x @ W.T).mean(axis=1)),
        "the scalar product of the whole rows goes into the cosine": lambda x, W: np.cos(x[:, None] * W).mean(axis=(1, 2)),
        "an average over n is not over √n": _average(mean=lambda a: a.sum(axis=1) / np.sqrt(a.shape[1])),
    },
    also_right=(lambda x, W: [sum(np.cos(sum(p * q for p, q in zip(a, w, strict=True))) for w in W) / len(W) for a in x],),
    praise="in any dimension its error falls like one over the root of n",
)  # fmt: skip


def _bent_by(change):
    return lambda x: 2 * np.maximum(0, x) - change * np.maximum(0, x - 0.5)


_tent = _bent_by(4)


def _fold(tent=_tent, count=lambda times: times):
    def answer(x, times):
        for _ in range(count(times)):
            x = tent(x)
        return x

    return answer


check_fold = Exercise(
    "the tent",
    right=_fold(),
    cases=lambda rng: [
        (rng.uniform(size=6), 3), (np.linspace(0, 1, 9), 1), (rng.uniform(size=(2, 3)), 0), (np.arange(65) / 64, 6),
        (rng.uniform(size=4), 2),
    ],
    mistakes={
        "the second half comes down again": _fold(tent=_bent_by(2)),
        "after one half the slope is −2, so it changes by 4": _fold(tent=_bent_by(3)),
        "a tent, not a parabola": _fold(tent=lambda x: 4 * x * (1 - x)),
        "the tent, not a saw: the second half runs backward": _fold(tent=lambda x: 2 * x % 1),
        "as many times as was asked for": (
            _fold(count=lambda times: 1), _fold(count=lambda times: times + 1), _fold(count=lambda times: times - 1),
        ),
        "zero times leaves x as it is": lambda x, times: _fold()(x, times) if times else 0 * x,
        "folded, not added": lambda x, times: times * _fold()(x, 1),
    },
    also_right=(_fold(tent=lambda x: 1 - np.abs(2 * x - 1)), _fold(tent=lambda x: np.minimum(2 * x, 2 - 2 * x))),
    praise="two units a layer, twice the pieces",
)  # fmt: skip


def _scale(size=lambda a: np.sqrt((a**2).mean()), scale=lambda size: 1 / size):
    return lambda a: scale(size(a))


check_keeping_scale = Exercise(
    "g",
    right=_scale(),
    cases=lambda rng: [
        (rng.standard_normal((50, 4)) + 0.5,), (rng.standard_normal((7, 3, 2)) - 1.0,),
        (1 / (1 + np.exp(-rng.standard_normal(40))),), (1e6 * rng.standard_normal((6, 6)),), (np.array([3.0, -4.0]),),
        (1e-9 * rng.standard_normal((5, 3)),),
    ],
    mistakes={
        "the mean square, not the variance: the mean is carried on, too": _scale(size=np.std),
        "g² times the mean square is one, so there is a root": _scale(size=lambda a: (a**2).mean()),
        "large activations need a small scale": _scale(scale=lambda size: size),
        "the mean of the squares, not the square of the mean": _scale(size=lambda a: np.abs(a.mean())),
        "the mean of the squares, not of the absolute values": _scale(size=lambda a: np.abs(a).mean()),
        "the mean, not the sum": _scale(size=lambda a: np.sqrt((a**2).sum())),
        "one number for the whole array": (
            lambda a: 1 / np.sqrt((a**2).mean(axis=0)),
            lambda a: 1 / np.sqrt((a**2).mean(axis=-1)),
        ),
        "small activations need a large scale, however small they are": _scale(scale=lambda size: 1 / (size + 1e-8)),
        "this bend need not be a ReLU": lambda a: np.sqrt(2),
    },
    also_right=(lambda a: np.sqrt(a.size) / np.linalg.norm(a),),
    praise="this is where He's root of two comes from",
)  # fmt: skip


def _dead(low=lambda z: z <= 0, unit=lambda low: low.all(axis=0), count=np.sum):
    return lambda z: int(count(unit(low(z))))


def _layer(rng, N, H, *dead):
    z = rng.standard_normal((N, H))
    z[0], z[-1] = np.abs(z[0]) + 0.1, -np.abs(z[-1]) - 0.1  # each unit wakes and sleeps
    z[:, list(dead)] = -np.abs(z[:, list(dead)])
    return z


def _barely():
    """All but the last unit wake once, for one sample and by very little."""
    z = -np.ones((12, 6))
    z[[0, 4, 6, 8, 10], np.arange(5)] = 1e-9
    return z


def _with_zeros(z, unit):
    z[:, unit] = np.minimum(z[:, unit], 0)
    z[1, unit] = 0.0
    return z


check_dead_units = Exercise(
    "the number",
    right=_dead(),
    cases=lambda rng: [
        (_layer(rng, 9, 6, 1, 4),), (_with_zeros(_layer(rng, 5, 4), 2),), (_layer(rng, 4, 4),), (np.zeros((3, 2)),),
        (_layer(rng, 3, 8, 0, 1, 2, 7) * 1e6,), (-np.ones((1, 3)),), (_barely(),),
    ],
    tolerance=0,
    mistakes={
        "a ReLU at zero sleeps, too": _dead(low=lambda z: z < 0),
        "a column is a unit, a row a sample": _dead(unit=lambda low: low.all(axis=1)),
        "dead on every sample, not on one": _dead(unit=lambda low: low.any(axis=0)),
        "all samples count, not the first alone": _dead(unit=lambda low: low[0]),
        "one number above zero, on any sample, is life": (
            _dead(unit=lambda low: low.mean(axis=0) >= 0.8),
            _dead(low=lambda z: z <= 1e-3),
        ),
        "dead on average is not dead": _dead(low=lambda z: z.mean(axis=0, keepdims=True) <= 0),
        "units, not entries": _dead(unit=lambda low: low),
        "the dead, not the living": _dead(unit=lambda low: ~low.all(axis=0)),
        "a number, not a share": lambda z: (z <= 0).all(axis=0).mean(),
    },
    also_right=(lambda z: sum(max(column) <= 0 for column in z.T), lambda z: int((z.max(axis=0) <= 0).sum())),
    praise="no gradient will wake them",
)  # fmt: skip


def _stack(block=lambda x, W: x + np.maximum(0, x @ W), order=lambda W: W):
    def answer(x, W):
        for own in order(W):
            x = block(x, own)
        return x

    return answer


def _all_from_the_start(x, W):
    return x + sum(np.maximum(0, x @ own) for own in W)


def _from_the_start(x, W):
    y = x
    for own in W:
        y = x + np.maximum(0, y @ own)
    return y


def _one_bridge(x, W):
    return x + _stack(block=lambda x, W: np.maximum(0, x @ W))(x, W)


def _in_place(x, W):
    for own in W:
        x += np.maximum(0, x @ own)
    return x


check_bridged_stack = Exercise(
    "the outputs",
    right=_stack(),
    cases=lambda rng: [
        (rng.standard_normal((N, D)), rng.standard_normal((L, D, D)) / np.sqrt(D))
        for N, D, L in ((5, 6, 3), (4, 4, 4), (1, 2, 1), (6, 5, 0))
    ],
    mistakes={
        "what a layer makes must be kept": lambda x, W: x,
        "the bridge starts where the layer before it ended": _from_the_start,
        "the whole step is added, not a part of it": lambda x, W: _stack(
            block=lambda x, own: x + np.maximum(0, x @ own) / len(W)
        )(x, W),
        "every layer has its bridge": _stack(block=lambda x, W: np.maximum(0, x @ W)),
        "a bridge around each layer, not one around all": _one_bridge,
        "each layer sees what the one before it made": _all_from_the_start,
        "the bridge goes around the bend": _stack(block=lambda x, W: np.maximum(0, x + x @ W)),
        "there is a bend in each layer": _stack(block=lambda x, W: x + x @ W),
        "first the matrix, then the bend": _stack(block=lambda x, W: x + np.maximum(0, x) @ W),
        "rows come from the left: x W": _stack(block=lambda x, W: x + np.maximum(0, x @ W.T)),
        "the first layer comes first": _stack(order=lambda W: W[::-1]),
        "a bridge adds": _stack(block=lambda x, W: x - np.maximum(0, x @ W)),
    },
    wrong=(_in_place,),
    also_right=(lambda x, W: [_stack()(row[None], W)[0] for row in x],),
    praise="each layer is one step of Euler's",
)  # fmt: skip
