"""The exercises of chapter 8b, Troubles and cures."""

import numpy as np

from . import SCALES, Exercise


def _curvature(
    direction=lambda v: v / np.linalg.norm(v),
    sides=(1, -1),
    divide=2.0,
    combine=lambda v, Hv: v @ Hv,
):
    def answer(gradient, w, v, h=1e-4):
        u = direction(v)
        Hu = (gradient(w + sides[0] * h * u) - gradient(w + sides[1] * h * u)) / (
            divide * h
        )
        return combine(u, Hu)

    return answer  # fmt: skip


def _by_parts(gradient, w, v, h=1e-4):
    step = h * v / np.sqrt((v * v).sum())
    ahead, behind = gradient(w + step), gradient(w - step)
    return ((ahead - behind) * step).sum() / (2 * h * h)


def _bowl(rng, P):
    """The gradient of a loss whose curvature changes from place to place, a place, a direction."""
    A = rng.standard_normal((P, P))
    A = A + A.T

    def gradient(w):
        return A @ w + w**3 / 3

    return gradient, rng.standard_normal(P), 3 * rng.standard_normal(P)


check_curvature_along = Exercise(
    "the curvature",
    right=_curvature(),
    cases=lambda rng: [_bowl(rng, 3), _bowl(rng, 5), (*_bowl(rng, 4)[:2], np.array([1e3, 0.0, 0.0, 0.0]))],
    mistakes={
        "shorten v to length one first": _curvature(direction=lambda v: v),
        "a downward curvature is negative: keep the sign": lambda *args: abs(_curvature()(*args)),
        "go h along the direction of length one": lambda gradient, w, v, h=1e-4: (
            _curvature(direction=lambda v: v)(gradient, w, v, h) / (v @ v)),
        "the direction of length one, both times": lambda gradient, w, v, h=1e-4: (
            _curvature()(gradient, w, v, h) * np.linalg.norm(v)),
        "in / 2 * h the h multiplies": lambda *args: _curvature()(*args) * 1e-8,
        "v has to be divided by its length, not by its square": _curvature(direction=lambda v: v / (v @ v)),
        "the two places are 2h apart": _curvature(divide=1.0),
        "one gradient ahead, one behind: so the error is of second order": lambda gradient, w, v, h=1e-4: (
            _curvature(sides=(1, 0), divide=1.0)(gradient, w, v, h)),
        "ahead less behind": _curvature(sides=(-1, 1)),
        "a number: multiply the change of the gradient by the direction": _curvature(combine=lambda v, Hv: Hv),
        "the part along v, not the length of Hv": _curvature(combine=lambda v, Hv: np.linalg.norm(Hv)),
        "the slope along v changes; you return the slope": lambda gradient, w, v, h=1e-4: gradient(w) @ v / np.linalg.norm(v),
        "the gradient at w says nothing of how it changes": lambda gradient, w, v, h=1e-4: gradient(w) @ v,
    },
    also_right=(_by_parts,),
    tolerance=1e-7,
    praise="two gradients, however many weights",
)  # fmt: skip


def _leave(distance=lambda y: 1 / y, factor=lambda c, e: 1 + e * c, whole=np.ceil):
    return lambda y0, curve, rate: int(
        whole(np.log(distance(y0)) / np.log(factor(curve, rate)))
    )


def _leave_by_steps(y0, curve, rate):
    steps, y = 0, y0
    while y < 1:
        y, steps = y + rate * curve * y, steps + 1
    return steps


check_steps_to_leave = Exercise(
    "the number of steps",
    right=_leave(),
    cases=lambda rng: {
        "a hair's breadth": (1e-9, 0.5, 0.21), "near the ridge": (1e-4, 3.0, 0.1), "far from it": (0.3, 1.0, 0.05),
        "a step that lands on one": (0.5, 2.0, 0.5), "a large step": (0.01, 2.0, 0.7),
    },
    mistakes={
        "after that many steps it is not there yet: round up, not to the nearest": _leave(whole=np.round),
        "whole steps: round up": _leave(whole=np.floor),
        "round up; there is no further step to add": _leave(whole=lambda t: np.ceil(t) + 1),
        "a whole number": lambda y0, c, e: np.log(1 / y0) / np.log(1 + e * c),
        "each step multiplies the distance by 1 + ηλ; the logarithm of that is not ηλ": lambda y0, c, e: (
            int(np.ceil(np.log(1 / y0) / (e * c)))),
        "the distance grows by a factor, not by an amount": lambda y0, c, e: int(np.ceil((1 - y0) / (e * c * y0))),
        "exactly one is enough": lambda y0, c, e: int(np.log(1 / y0) / np.log(1 + e * c)) + 1,
        "away from the ridge it grows, by 1 + ηλ; 1 − ηλ belongs to the other direction": lambda y0, c, e: (
            int(np.ceil(abs(np.log(1 / y0) / np.log(abs(1 - e * c) + 1e-300))))),
        "mind the learning rate": _leave(factor=lambda c, e: 1 + c),
        "mind the curvature": _leave(factor=lambda c, e: 1 + e),
        "from y0 to 1 is a factor of 1/y0": lambda y0, c, e: int(np.ceil(1 / y0 / np.log(1 + e * c))),
        "a positive number of steps: the factor is 1/y0": lambda y0, c, e: int(np.ceil(np.log(y0) / np.log(1 + e * c))),
    },
    also_right=(_leave_by_steps,),
    praise="from a millionth only twice as long as from a thousandth",
)  # fmt: skip


def _barrier(line=lambda w: np.linspace(w[0], w[-1], len(w)), top=np.max):
    return lambda way: top(way - line(way))


def _barrier_by_loop(way):
    highest, last = 0.0, len(way) - 1
    for i, value in enumerate(way):
        highest = max(highest, value - (way[0] * (last - i) + way[-1] * i) / last)
    return highest


def _barrier_by_fit(way):
    places = np.arange(len(way))
    line = np.polyfit(places[[0, -1]], np.array(way)[[0, -1]], 1)
    return max(0.0, (way - np.polyval(line, places)).max())


check_barrier = Exercise(
    "the height",
    right=_barrier(),
    cases=lambda rng: {
        "a mountain between a low and a high end": (np.array([0.1, 0.9, 1.6, 1.4, 1.2]),),
        "a flat way": (np.full(4, 0.3),),
        "a valley": (np.array([2.0, 0.5, 0.2, 1.0]),),
        "a high start": (np.array([3.0, 2.9, 1.0, 1.2, 1.0]),),
        "many places": (rng.random(30),),
    },
    mistakes={
        "above the line between the ends, not above zero": _barrier(line=lambda w: 0.0),
        "the line slopes: it does not stay at the height of one end": _barrier(line=lambda w: min(w[0], w[-1])),
        "the line slopes: it does not stay at the higher end": lambda w: max(0.0, w.max() - max(w[0], w[-1])),
        "the line slopes: it does not stay at the mean of the ends": _barrier(line=lambda w: (w[0] + w[-1]) / 2),
        "at least zero: the ends are on the way as well": lambda w: (w - np.linspace(w[0], w[-1], len(w)))[1:-1].max(),
        "the highest place above the line, not the farthest from it": lambda w: np.abs(w - np.linspace(w[0], w[-1], len(w))).max(),
        "the height, not the place": lambda w: int((w - np.linspace(w[0], w[-1], len(w))).argmax()),
        "the line ends at the last place, not one after it": lambda w: (
            w - (w[0] + (w[-1] - w[0]) * np.arange(len(w)) / len(w))).max(),
        "the line runs from the first to the last": lambda w: (w - np.linspace(w[-1], w[0], len(w))).max(),
        "the largest difference, not the mean one": _barrier(top=np.mean),
        "the place farthest above the line need not be the highest": lambda w: (
            w - np.linspace(w[0], w[-1], len(w)))[w.argmax()],
    },
    also_right=(_barrier_by_loop, _barrier_by_fit),
    floor=1e-12,
    praise="zero for every convex loss, whatever the way",
)  # fmt: skip


def _std(
    square=lambda x: (x**2).mean(), factor=2.0, fan=lambda x: x.shape[1], root=np.sqrt
):
    return lambda x: root(factor / (fan(x) * square(x)))


check_weight_std = Exercise(
    "the standard deviation",
    right=_std(),
    cases=lambda rng: [
        (rng.standard_normal((7, 5)) - 0.7,), *((scale * rng.random((6, 4)),) for scale in SCALES), (rng.standard_normal((40, 9)),),
    ],
    mistakes={
        "half of the mean square is cut off by the ReLU": _std(factor=1.0),
        "the ReLU halves the mean square; twice the variance makes up for it, not half": _std(factor=0.5),
        "the mean square of the inputs, not their variance": _std(square=np.var),
        "the ReLU acts on z, not on x": _std(square=lambda x: (np.maximum(x, 0) ** 2).mean(), factor=1.0),
        "the inputs have a size as well": _std(square=lambda x: 1.0),
        "1/√n is for inputs of mean square one and no ReLU": _std(square=lambda x: 1.0, factor=1.0),
        "a standard deviation: take the root": _std(root=lambda v: v),
        "n is the number of inputs of a unit, the second axis": _std(fan=len),
        "n is the number of inputs, not of all numbers of x": _std(fan=lambda x: x.size),
        "the mean square, not the root of it": _std(square=lambda x: np.sqrt((x**2).mean())),
        "the mean square, not the square of the mean": _std(square=lambda x: x.mean() ** 2),
        "the mean of the squares, not their sum": _std(square=lambda x: (x**2).sum()),
        "the standard deviation falls as inputs grow": lambda x: np.sqrt(x.shape[1] * (x**2).mean() / 2),
    },
    also_right=(lambda x: np.sqrt(2) / np.linalg.norm(x) * np.sqrt(len(x)),),
    praise="He's rule, for inputs of any size",
)  # fmt: skip


def _back(
    center=True,
    stretch=True,
    spread=lambda x, e: np.sqrt(x.var(axis=0) + e),
    divide=True,
    sign=-1.0,
    total=False,
):
    def answer(dx_hat, x, epsilon=1e-5):
        s = spread(x, epsilon)
        x_hat = (x - x.mean(axis=0)) / s
        add = np.sum if total else np.mean
        out = dx_hat.copy()
        if center:
            out = out + sign * add(dx_hat, axis=0)
        if stretch:
            out = out + sign * x_hat * add(dx_hat * x_hat, axis=0)
        return out / s if divide else out

    return answer  # fmt: skip


def _back_by_matrix(dx_hat, x, epsilon=1e-5):
    """Through the whole Jacobian of each unit."""
    N, out = len(x), np.empty_like(x)
    for c in range(x.shape[1]):
        s = np.sqrt(x[:, c].var() + epsilon)
        h = (x[:, c] - x[:, c].mean()) / s
        J = (np.eye(N) - 1 / N - np.outer(h, h) / N) / s
        out[:, c] = J.T @ dx_hat[:, c]
    return out


def _wrong_axis(dx_hat, x, epsilon=1e-5):
    return _back()(dx_hat.T, x.T, epsilon).T


def _with(
    g,
    x,
    e,
    hat=None,
    mean=lambda a: a.mean(axis=0),
    factor=lambda h: h,
    last_only=False,
):
    """The right answer with one part exchanged."""
    s = np.sqrt(x.var(axis=0) + e)
    h = (x - x.mean(axis=0)) / s if hat is None else hat(x, s)
    along = factor(h) * mean(g * h)
    return (
        g - g.mean(axis=0) - along / s
        if last_only
        else (g - g.mean(axis=0) - along) / s
    )


check_batch_norm_backward = Exercise(
    "the gradient",
    right=_back(),
    cases=lambda rng: [
        (rng.standard_normal((N, C)), scale * rng.standard_normal((N, C)) + scale)
        for N, C, scale in ((5, 3, 2.0), (4, 2, 1e4), (6, 6, 1.0), (3, 2, 1e-3))
    ],
    mistakes={
        "mean and spread depend on x, too: two terms are missing": _back(center=False, stretch=False),
        "the spread depends on x: the part along x_hat is missing": _back(stretch=False),
        "the mean depends on x: the mean of the gradient is missing": _back(center=False),
        "divide by the spread in the end": _back(divide=False),
        "take the two parts away": _back(sign=1.0),
        "means over the batch, not sums": _back(total=True),
        "ε belongs under the root": _back(spread=lambda x, e: x.std(axis=0) + e),
        "do not forget ε": _back(spread=lambda x, e: x.std(axis=0)),
        "s divides by N, not by N − 1": _back(spread=lambda x, e: np.sqrt(x.var(axis=0, ddof=1) + e)),
        "the spread is the root of the variance": _back(spread=lambda x, e: x.var(axis=0) + e),
        "means go over the batch, the first axis": _wrong_axis,
        "x_hat, not x": lambda g, x, e=1e-5: _with(g, x, e, hat=lambda x, s: x),
        "x_hat is divided by the spread as well": lambda g, x, e=1e-5: _with(g, x, e, hat=lambda x, s: x - x.mean(axis=0)),
        "the product of dx_hat and x_hat is averaged over the batch": lambda g, x, e=1e-5: _with(g, x, e, mean=lambda a: a),
        "the part along x_hat is that mean times x_hat": lambda g, x, e=1e-5: _with(g, x, e, factor=lambda h: 1.0),
        "each unit has means of its own": lambda g, x, e=1e-5: _with(g, x, e, mean=np.mean),
        "all three parts are divided by the spread": lambda g, x, e=1e-5: _with(g, x, e, last_only=True),
    },
    also_right=(_back_by_matrix,),
    praise="what only shifts or stretches the batch finds no hold",
)  # fmt: skip


def _fold(
    factor=lambda g, v, e: g / np.sqrt(v + e),
    weights=lambda W, f: W * f,
    bias=lambda b, mean, f, beta: (b - mean) * f + beta,
):
    def answer(W, b, gamma, beta, mean, variance, epsilon=1e-5):
        f = factor(gamma, variance, epsilon)
        return weights(W, f), bias(b, mean, f, beta)

    return answer


def _fold_by_columns(W, b, gamma, beta, mean, variance, epsilon=1e-5):
    new, shift = W.copy(), np.empty_like(b)
    for k in range(len(b)):
        s = (variance[k] + epsilon) ** 0.5
        new[:, k] = W[:, k] * gamma[k] / s
        shift[k] = beta[k] + (b[k] - mean[k]) * gamma[k] / s
    return [new, shift]


def _layer(rng, D, K):
    return (
        rng.standard_normal((D, K)),
        *rng.standard_normal((4, K)),
        rng.random(K) * 2 + 1e-5,
    )


check_fold = Exercise(
    ("the weights", "the bias"),
    right=_fold(),
    cases=lambda rng: {
        "four units": _layer(rng, 3, 4), "as many inputs as units": _layer(rng, 4, 4), "one unit": _layer(rng, 2, 1)},
    mistakes={
        "the root of the variance": _fold(factor=lambda g, v, e: g / (v + e)),
        "do not forget ε": _fold(factor=lambda g, v, e: g / np.sqrt(v)),
        "ε belongs under the root": _fold(factor=lambda g, v, e: g / (np.sqrt(v) + e)),
        "γ multiplies, it does not divide": _fold(factor=lambda g, v, e: 1 / (g * np.sqrt(v + e))),
        "γ is missing": _fold(factor=lambda g, v, e: 1 / np.sqrt(v + e)),
        "divide by the spread": _fold(factor=lambda g, v, e: g * np.sqrt(v + e)),
        "the weights are scaled as well": _fold(weights=lambda W, f: W),
        "one factor for each unit, a column of W": _fold(
            weights=lambda W, f: W * (f[:, None] if len(f) == len(W) else f)),
        "the stored mean is taken off, too": _fold(bias=lambda b, mean, f, beta: b * f + beta),
        "take the mean off before you scale": _fold(bias=lambda b, mean, f, beta: b * f - mean + beta),
        "the bias b is scaled as well": _fold(bias=lambda b, mean, f, beta: b - mean * f + beta),
        "take the mean off": _fold(bias=lambda b, mean, f, beta: (b + mean) * f + beta),
        "β is added in the end": _fold(bias=lambda b, mean, f, beta: (b - mean) * f),
        "β is added after scaling": _fold(bias=lambda b, mean, f, beta: (b - mean + beta) * f),
        "the layer has a bias of its own": _fold(bias=lambda b, mean, f, beta: beta - mean * f),
        "the bias is scaled by γ as well": lambda W, b, g, be, m, v, e=1e-5: (
            _fold()(W, b, g, be, m, v, e)[0], (b - m) / np.sqrt(v + e) + be),
        "the bias changes, too": _fold(bias=lambda b, mean, f, beta: b),
        "bias less mean, not mean less bias": _fold(bias=lambda b, mean, f, beta: (mean - b) * f + beta),
        "scale the bias less the mean, then add β": _fold(bias=lambda b, mean, f, beta: b - mean + beta),
        "β is added": _fold(bias=lambda b, mean, f, beta: (b - mean) * f - beta),
        "first the weights, then the bias": lambda *args: _fold()(*args)[::-1],
    },
    also_right=(_fold_by_columns,),
    praise="that is how networks are shipped: without their normalization",
)  # fmt: skip
