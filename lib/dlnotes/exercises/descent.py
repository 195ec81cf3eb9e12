"""The exercises of chapter 8a, Descent."""

import numpy as np

from . import SCALES, Exercise


def _rate(curvature=lambda values: values[-1], factor=2.0):
    return lambda H: factor / curvature(np.linalg.eigvalsh(H))


def _symmetric(values, rng):
    Q = np.linalg.qr(rng.standard_normal((len(values), len(values))))[0]
    H = Q @ np.diag(values) @ Q.T
    return (H + H.T) / 2


check_largest_rate = Exercise(
    "the rate",
    right=_rate(),
    cases=lambda rng: {
        "a saddle": (_symmetric([-3.0, 1.0, 3.0, 4.0], rng),),
        "a steep saddle": (_symmetric([-9.0, 1.0, 3.0, 4.0], rng),),
        "a valley": (_symmetric([0.5, 2.0, 5.0], rng),),
        "a gentle bowl": (_symmetric([1e-6, 2e-6], rng),),
    },
    mistakes={
        "twice as far: the loss falls until the step is 2/L": _rate(factor=1.0),
        "the steepest direction decides, not the flattest": _rate(lambda v: v[0]),
        "one over the largest curvature, not the curvature": lambda H: 2 * np.linalg.eigvalsh(H)[-1],
        "the largest eigenvalue, not their sum": _rate(np.sum),
        "the largest eigenvalue, not their mean": _rate(np.mean),
        "eigenvalues, not entries of H": lambda H: 2 / H.max(),
        "eigenvalues, not the lengths of rows or of all of H": lambda H: 2 / np.linalg.norm(H),
        "return the rate, not L": lambda H: np.linalg.eigvalsh(H)[-1],
        "a curvature downward sets no limit": _rate(lambda v: np.abs(v).max()),
        "the largest curvature upward; a larger one downward, which power iteration finds, sets no limit": _rate(
            lambda v: v[np.abs(v).argmax()]),
    },
    also_right=(lambda H: 2 / max(np.linalg.eig(H)[0].real),),
    praise="beyond it, steps along that direction grow",
)  # fmt: skip


def _steepest(sign=-1.0, one=None, two=None, largest=None):
    def answer(g, norm):
        if norm == 1:
            return sign * (
                one or (lambda g: np.sign(g) * (np.abs(g) == np.abs(g).max()))
            )(g)
        if norm == 2:
            return sign * (two or (lambda g: g / np.linalg.norm(g)))(g)
        return sign * (largest or np.sign)(g)

    return answer  # fmt: skip


def _one_by_index(g, norm):
    if norm == 1:
        d = np.zeros_like(g)
        i = np.argmax(abs(g))
        d[i] = -1 if g[i] > 0 else 1
        return d
    return _steepest()(g, norm)


def _signed_peak(g):
    d = np.zeros_like(g)
    d[g.argmax()] = 1.0
    return d


check_steepest = Exercise(
    "the step",
    right=_steepest(),
    cases=lambda rng: {
        f"norm={norm}" + (f", gradients of {scale:g}" if scale != 1 else ""): (scale * np.array(g), norm)
        for norm, g, scale in (
            (1, [0.3, 2.0, -1.0], 1.0), (2, [0.3, -2.0, 1.0], 1.0), (np.inf, [0.3, -2.0, 1.0], 1.0),
            (1.0, [0.2, -0.7], 1e12), (2.0, [0.7, -0.2], 1e-12), (1, [0.2, -0.7], 1e-12),
        )
    },
    mistakes={
        "for norm=1 mind the sign of the entry": _steepest(one=lambda g: 1.0 * (np.abs(g) == np.abs(g).max())),
        "the loss should fall: against the gradient": _steepest(sign=1.0),
        "for norm=1 all of the length belongs on the entry with the largest size": _steepest(one=lambda g: g / np.abs(g).sum()),
        "for norm=1 the entry with the largest size counts, negative ones too": _steepest(one=_signed_peak),
        "for norm=1 the step has length one, not that of the gradient": _steepest(one=lambda g: g * (np.abs(g) == np.abs(g).max())),
        "for norm=2 divide by the length, so that the step has length one": _steepest(two=lambda g: g),
        "for norm=2 divide by the length, not by its square": _steepest(two=lambda g: g / (g @ g)),
        "for norm=np.inf every entry may be as large as one": _steepest(largest=lambda g: g / np.abs(g).max()),
        "for norm=1 these entries have length P; that is norm=np.inf's answer": _steepest(one=np.sign),
        "for norm=np.inf every entry may be as large as one, not only the largest": _steepest(
            largest=lambda g: np.sign(g) * (np.abs(g) == np.abs(g).max())),
        "for norm=2 divide by Euclid's length, not by the sum of sizes": _steepest(two=lambda g: g / np.abs(g).sum()),
        "the largest entry may be tiny: compare exactly": _steepest(
            one=lambda g: np.sign(g) * np.isclose(np.abs(g), np.abs(g).max())),
    },
    also_right=(_one_by_index,),
    praise="one weight, the gradient, or all weights by their signs",
)  # fmt: skip


def _part(
    spread=lambda G: G.var(axis=0, ddof=1).sum(),
    left=lambda B, N: 1 - B / N,
    size=lambda B: B,
):
    return lambda G, B: spread(G) / size(B) * left(B, len(G))  # fmt: skip


def _part_by_products(G, B):
    N = len(G)
    d = G - G.mean(axis=0)
    return ((d**2).sum() / N) / B * (N - B) / (N - 1)


def _part_by_pairs(G, B):
    """From all products of two differences from the mean, as the chapter derives it."""
    N, d = len(G), G - G.mean(axis=0)
    K = d @ d.T
    own, mixed = np.trace(K), K.sum() - np.trace(K)
    return (B * own / N + B * (B - 1) * mixed / (N * (N - 1))) / B**2


check_batch_error = Exercise(
    "the expected squared error",
    right=_part(),
    cases=lambda rng: [
        (rng.standard_normal((7, 4)) + 2, 3), (rng.standard_normal((5, 2)) * 1e6, 1),
        (np.array([[1.0], [3.0]]), 1), (rng.standard_normal((7, 4)), 7),
    ],
    mistakes={
        "what is drawn is not put back: with all N samples nothing is unknown": _part(left=lambda B, N: 1.0),
        "what is drawn is not put back, so this formula (drawing with putting back) is too large": _part(
            spread=lambda G: G.var(axis=0).sum(), left=lambda B, N: 1.0),
        "each entry has a variance of its own, over the samples (axis 0)": _part(spread=lambda G: G.var(ddof=1)),
        "over the samples, the first axis": _part(spread=lambda G: G.var(axis=1, ddof=1).sum()),
        "variances add up, not standard deviations": _part(spread=lambda G: G.std(axis=0, ddof=1).sum()),
        "S² divides by N − 1": _part(spread=lambda G: G.var(axis=0).sum()),
        "the squared error, not its root": lambda G, B: np.sqrt(_part()(G, B)),
        "one over B, not over its root": _part(size=np.sqrt),
        "one over B, not over its square": _part(size=lambda B: B**2),
        "add the variances of all P entries": _part(spread=lambda G: G.var(axis=0, ddof=1).mean()),
        "one number: add the variances of all P entries": _part(spread=lambda G: G.var(axis=0, ddof=1)),
        "around the mean gradient, not around zero": _part(spread=lambda G: (G**2).sum() / (len(G) - 1)),
        "each entry has its own mean: not one variance for all numbers of G": _part(spread=lambda G: G.var(ddof=1) * G.shape[1]),
        "divide by B": _part(size=lambda B: 1.0),
        "1 − B/N with S², (N − B)/(N − 1) only with a variance that divides by N": _part(left=lambda B, N: (N - B) / (N - 1)),
    },
    also_right=(_part_by_products, _part_by_pairs),
    floor=1e-12,
    praise="a hundred times the samples for one more digit",
)  # fmt: skip


def _corrected(
    combine=lambda now, then, full: now - then + full,
    sign=-1.0,
    mean=len,
    rate_of=lambda r: r,
    at=lambda W, anchor: W,
):
    def answer(W, anchor, X, Y, rows, rate):
        def slope(V, x, y):
            return x.T @ (x @ V - y) / mean(x)

        x, y = X[rows], Y[rows]
        v = combine(slope(W, x, y), slope(anchor, x, y), slope(anchor, X, Y))
        return at(W, anchor) + sign * rate_of(rate) * v

    return answer  # fmt: skip


def _corrected_in_turn(W, anchor, X, Y, rows, rate):
    new = W.copy()
    for n in rows:
        for V, sign in ((W, 1), (anchor, -1)):
            new -= sign * rate * np.outer(X[n], X[n] @ V - Y[n]) / len(rows)
    return new - rate * X.T @ (X @ anchor - Y) / len(X)


def _full_at_w(W, anchor, X, Y, rows, rate):
    return _corrected()(W, anchor, X, Y, rows, rate) + rate * X.T @ X @ (
        anchor - W
    ) / len(X)


def _by_all(W, anchor, X, Y, rows, rate):
    x = X[rows]
    return W - rate * (x.T @ x @ (W - anchor) + X.T @ (X @ anchor - Y)) / len(X)


def _regression(rng, N, D, K, B, rate):
    W, anchor = rng.standard_normal((2, D, K))
    rows = rng.permutation(N)[:B]
    return (
        W,
        anchor,
        rng.standard_normal((N, D)),
        rng.standard_normal((N, K)),
        rows,
        rate,
    )


check_corrected_step = Exercise(
    "the weights",
    right=_corrected(),
    cases=lambda rng: {
        "a batch of two": _regression(rng, 6, 3, 2, 2, 0.3), "all samples": _regression(rng, 5, 2, 1, 5, 0.1),
        "one sample": _regression(rng, 8, 4, 3, 1, 1.0),
    },
    mistakes={
        "this is a plain step: two gradients at the stored weights are missing": _corrected(lambda now, then, full: now),
        "subtract what the batch says at the stored weights": _corrected(lambda now, then, full: now + then + full),
        "the gradient of all samples is to be added": _corrected(lambda now, then, full: now - then - full),
        "add the gradient of all samples at the stored weights": _corrected(lambda now, then, full: now - then),
        "the batch says something now, too": _corrected(lambda now, then, full: full),
        "subtract the batch's gradient at the stored weights, add the one of all": _corrected(
            lambda now, then, full: now + then - full),
        "against the gradient": _corrected(sign=1.0),
        "mean gradients: divide each by its number of samples": _corrected(mean=lambda x: 1),
        "the gradient of all samples is stored: it belongs to anchor, not to W": _full_at_w,
        "W is where you are, anchor what is stored: you have them exchanged": lambda W, anchor, *rest: (
            _corrected(at=lambda A, B: B)(anchor, W, *rest)),
        "the batch has its own number of samples to divide by": _by_all,
        "mind the learning rate": _corrected(rate_of=lambda r: 1.0),
        "the step starts at W, not at the stored weights": _corrected(at=lambda W, anchor: anchor),
        "return the weights, not the step": _corrected(at=lambda W, anchor: 0.0),
        "return the weights, not the gradient": _corrected(at=lambda W, anchor: 0.0, sign=1.0, rate_of=lambda r: 1.0),
    },
    also_right=(_corrected_in_turn,),
    praise="right on average, and quiet near the stored weights",
)  # fmt: skip


def _ball(
    inside=lambda e, c: e / (c * (2 - e * c)),
    root=np.sqrt,
    edge=lambda e, c: e * c >= 2,
    loud=lambda s: s,
):
    return lambda rate, curve, noise: np.inf if edge(rate, curve) else loud(noise) * root(inside(rate, curve))  # fmt: skip


def _ball_by_steps(rate, curve, noise):
    factor = (1 - rate * curve) ** 2
    return np.inf if factor >= 1 else rate * noise / (1 - factor) ** 0.5


check_ball = Exercise(
    "the standard deviation",
    right=_ball(),
    cases=lambda rng: {
        "an even ball": (0.5, 1.5, 2.6), "a steep one": (0.1, 12.0, 0.3), "a flat one": (0.01, 0.2, 1.0),
        "beyond the cliff": (1.0, 3.0, 1.0), "at the cliff": (0.5, 4.0, 1.0),
    },
    mistakes={
        "a standard deviation, not a variance": lambda e, c, s: np.inf if e * c >= 2 else s**2 * _ball(root=lambda v: v)(e, c, 1.0),
        "exactly: η/2λ is good for small rates only": _ball(inside=lambda e, c: e / (2 * c)),
        "the noise enters the variance squared": _ball(loud=np.sqrt),
        "the curvature stands below, too": _ball(inside=lambda e, c: e / (2 - e * c)),
        "one η above: the other one cancels": _ball(inside=lambda e, c: e**2 / (c * (2 - e * c))),
        "at the cliff and beyond it never settles": _ball(edge=lambda e, c: False),
        "at the cliff itself it does not settle either": lambda e, c, s: (
            0.0 if e * c == 2 else _ball()(e, c, s)),
        "mind the noise": _ball(loud=lambda s: 1.0),
        "the noise is a standard deviation already: under the root it is squared, outside it is not": _ball(loud=lambda s: s**2),
        "2 − ηλ, with the curvature": _ball(inside=lambda e, c: e / (c * (2 - e))),
        "not one step's noise: what many steps add up to": _ball(inside=lambda e, c: e**2),
    },
    also_right=(_ball_by_steps,),
    praise="half the rate, and the ball shrinks by about the root of two",
)  # fmt: skip


def _running(
    sums=lambda p: np.cumsum(p, axis=0), number=lambda p: np.arange(1, len(p) + 1.0)
):
    return lambda path: sums(path) / number(path).reshape(-1, *(1,) * (path.ndim - 1))  # fmt: skip


def _running_by_steps(path):
    mean, seen = np.zeros(path.shape[1:]), []
    for t, w in enumerate(path, 1):
        mean = mean + (w - mean) / t
        seen.append(mean)
    return np.array(seen)


def _forgetting(path):
    mean, seen = path[0], []
    for w in path:
        mean = 0.9 * mean + 0.1 * w
        seen.append(mean)
    return np.array(seen)


check_running_mean = Exercise(
    "the means",
    right=_running(),
    cases=lambda rng: [
        *((scale * rng.standard_normal((4, 3)),) for scale in SCALES),
        (rng.standard_normal(5),), (rng.standard_normal((3, 2, 2)),), (rng.standard_normal((3, 3)),),
    ],
    mistakes={
        "divide each sum by how many weights are in it": lambda p: np.cumsum(p, axis=0),
        "steps stand along the first axis": lambda p: np.cumsum(p, axis=-1) / np.arange(1, p.shape[-1] + 1),
        "one mean for each step, not one in all": lambda p: p.mean(axis=0),
        "one mean for each step: of the weights up to it": lambda p: np.broadcast_to(p.mean(axis=0), p.shape),
        "up to and including the step": lambda p: np.concatenate([p[:1], _running()(p)[:-1]]),
        "the first step's mean is over one, the second's over two": _running(number=lambda p: np.full(len(p), float(len(p)))),
        "the mean starts with the first weights, not at zero": lambda p: _forgetting(np.concatenate([0 * p[:1], p]))[1:],
        "count from one": _running(number=lambda p: np.maximum(np.arange(len(p)), 1.0)),
        "all weights count alike; this mean forgets": _forgetting,
        "the mean of all steps so far, not of the last two": lambda p: np.concatenate([p[:1], (p[1:] + p[:-1]) / 2]),
    },
    also_right=(_running_by_steps,),
    praise="the noise averages out, the way does not",
)  # fmt: skip
