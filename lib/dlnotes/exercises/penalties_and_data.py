"""The exercises of chapter 7a, Penalties, data and time."""

import numpy as np

from . import SCALES, Exercise


def _shrink(rest=lambda size, cut: np.maximum(size - cut, 0), sign=np.sign):
    return lambda w, cut: sign(w) * rest(np.abs(w), cut)


check_shrink = Exercise(
    "the weights",
    right=_shrink(),
    cases=lambda rng: [
        (np.array([-2.0, -0.5, 0.0, 0.2, 0.5, 3.0]), 0.5), *((s * rng.standard_normal((4, 3)), 0.5 * s) for s in SCALES),
        (np.array([0.0, 1.0, -2.0]), 0.0), (rng.standard_normal((2, 3, 2)), 0.3), (np.array(0.7), 0.2),
    ],
    mistakes={
        "not beyond zero": _shrink(rest=lambda size, cut: size - cut),
        "the sign stays": _shrink(sign=lambda w: np.ones_like(w)),
        "large weights are moved, too": _shrink(rest=lambda size, cut: size * (size > cut)),
        "all by the same length, not by the same factor": lambda w, cut: w / (1 + cut),
        "toward zero, not down": lambda w, cut: np.maximum(w - cut, 0),
        "between −cut and cut there is a third case": lambda w, cut: np.where(w > cut, w - cut, w + cut),
        "what would go beyond zero stays at zero": _shrink(rest=lambda size, cut: np.abs(size - cut)),
        "not farther than the cut": lambda w, cut: np.clip(w, -cut, cut),
    },
    also_right=(
        lambda w, cut: np.where(w > cut, w - cut, np.where(w < -cut, w + cut, 0.0)),
        lambda w, cut: w - np.clip(w, -cut, cut),
    ),
    praise="this is where exact zeros come from",
)  # fmt: skip


def _lengths(
    penalty=lambda values, alpha: values / (values + alpha),
    early=lambda values, rate, t: 1 - (1 - rate * values) ** t,
    along=lambda vectors, best: vectors.T @ best,
):
    def answer(H, best, alpha, rate, t):
        values, vectors = np.linalg.eigh(H)
        w = along(vectors, best)
        return np.linalg.norm(penalty(values, alpha) * w), np.linalg.norm(early(values, rate, t) * w)  # fmt: skip

    return answer


def _by_loop(H, best, alpha, rate, t):
    w = np.zeros(len(best))
    for _ in range(t):
        w = w - rate * H @ (w - best)
    ridge = np.linalg.solve(H + alpha * np.eye(len(H)), H @ best)
    return [float(np.sqrt(ridge @ ridge)), float(np.sqrt(w @ w))]


def _bowl(rng, P, scale=1.0):
    """A Hessian, the best weights, a price, a rate below 1 / the largest eigenvalue, and a number of steps."""
    A = rng.standard_normal((P, P))
    H = scale * (A @ A.T + 0.1 * np.eye(P))
    return H, rng.standard_normal(P), 0.3 * scale, 0.5 / np.linalg.eigvalsh(H)[-1], 7


check_two_lengths = Exercise(
    ("the length under the penalty", "the length after t steps"),
    right=_lengths(),
    cases=lambda rng: [
        (np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -2.0]), 0.5, 0.1, 4), _bowl(rng, 4),
        *(_bowl(rng, 3, s) for s in SCALES),
        (np.diag([4.0, 1.0]), np.array([1.0, -2.0]), 1.0, 0.1, 1), (np.diag([4.0, 1.0]), np.array([1.0, -2.0]), 1.0, 0.375, 3),
        (np.eye(2), np.array([3.0, 4.0]), 0.0, 0.5, 0),
    ],
    mistakes={
        "the part that is kept, not the part that is lost": _lengths(penalty=lambda v, a: a / (v + a)),
        "(1 − ηλ)ᵗ is what is missing": _lengths(early=lambda v, r, t: (1 - r * v) ** t),
        "one step multiplies what is missing; t steps do so t times": _lengths(early=lambda v, r, t: 1 - (1 - r * v) * t),
        "the factors belong to the directions of the eigenvectors, not to the axes": _lengths(along=lambda V, best: best),
        "V.T @ best are the parts along the eigenvectors": _lengths(along=lambda V, best: V @ best),
        "the power of a matrix, not of its entries": lambda H, best, a, r, t: (
            _lengths()(H, best, a, r, t)[0], np.linalg.norm(best - (np.eye(len(H)) - r * H) ** t @ best)),
        "α times the identity, not α on every entry": lambda H, best, a, r, t: (
            np.linalg.norm(np.linalg.lstsq(H + a, H @ best, rcond=None)[0]), _lengths()(H, best, a, r, t)[1]),
        "(H + αI)⁻¹ H w*: one H is missing": _lengths(penalty=lambda v, a: 1 / (v + a)),
        "lengths, not squares of them": lambda *a: tuple(n**2 for n in _lengths()(*a)),
        "first the penalty, then the steps": lambda *a: _lengths()(*a)[::-1],
        "the loss is ½(w − w*)ᵀH(w − w*): no factor 2": _lengths(early=lambda v, r, t: 1 - (1 - 2 * r * v) ** t),
    },
    also_right=(_by_loop,),
    praise="two ways to nearly the same weights",
)  # fmt: skip


def _max_norm(lengths=lambda W: np.linalg.norm(W, axis=0), factor=lambda n, c: c / np.maximum(n, c)):  # fmt: skip
    return lambda W, c: W * factor(lengths(W), c)


def _column_by_column(W, c):
    columns = [w if np.sqrt(w @ w) <= c else w * (c / np.sqrt(w @ w)) for w in W.T]
    return np.array(columns).T


check_max_norm = Exercise(
    "the weights",
    right=_max_norm(),
    cases=lambda rng: [
        (np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 2.0], [0.0, 0.0, 0.0]]), 1.5), (rng.standard_normal((3, 3)) * [0.1, 1.0, 5.0], 1.0),
        *((s * rng.standard_normal((4, 3)) * [0.1, 1.0, 5.0], 2 * s) for s in SCALES),
        (np.array([[0.0, 3.0], [0.0, 4.0]]), 2.5), (np.zeros((2, 2)), 1.0), (np.array([[3.0, 0.3], [4.0, 0.4]]), 5.0),
    ],
    mistakes={
        "short columns stay as they were": _max_norm(factor=lambda n, c: c / np.where(n > 0, n, 1)),
        "each column, not the whole matrix": _max_norm(lengths=np.linalg.norm),
        "the incoming weights of a unit are a column": _max_norm(lengths=lambda W: np.linalg.norm(W, axis=1, keepdims=True)),
        "W / c scales nothing to length c": lambda W, c: W / c,
        "a column has one length: axis=0": _max_norm(lengths=lambda W: np.linalg.norm(W, axis=1)),
        "the length is the root of the sum of squares": _max_norm(lengths=lambda W: np.abs(W).sum(axis=0)),
        "the column is scaled; its entries are not cut one by one": lambda W, c: np.clip(W, -c, c),
        "scaled to length c, not divided by c": _max_norm(factor=lambda n, c: np.where(n > c, 1 / c, 1.0)),
        "scaled to length c, not to length one": _max_norm(factor=lambda n, c: np.where(n > c, 1 / np.maximum(n, c), 1.0)),
        "the root, too": _max_norm(lengths=lambda W: (W**2).sum(axis=0)),
    },
    also_right=(
        _column_by_column,
        lambda W, c: W / np.maximum(1, np.linalg.norm(W, axis=0, keepdims=True) / c),
        lambda W, c: np.where(np.linalg.norm(W, axis=0) > c, c * W / np.fmax(np.linalg.norm(W, axis=0), c), W),
    ),
    praise="a projection after each step",
)  # fmt: skip


def _forms(windows=((1, 1), (2, 1), (0, 1), (1, 2), (1, 0)), pad="constant"):
    def answer(images):
        _, H, W = images.shape
        framed = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode=pad)
        return np.array([framed[:, i : i + H, j : j + W] for i, j in windows])

    return answer


def _by_slices(images):
    forms = np.zeros((5, *images.shape))
    forms[0] = images
    forms[1, :, :-1], forms[2, :, 1:] = images[:, 1:], images[:, :-1]
    forms[3, :, :, :-1], forms[4, :, :, 1:] = images[:, :, 1:], images[:, :, :-1]
    return forms


check_five_forms = Exercise(
    "the forms",
    right=_forms(),
    cases=lambda rng: [
        (rng.random((3, 4, 5)),), *((s * rng.random((2, 3, 3)),) for s in SCALES), (rng.random((1, 1, 6)),),
        (np.arange(1.0, 5.0).reshape(1, 2, 2),),
    ],
    mistakes={
        "what leaves the frame is lost, and zeros come in": _forms(pad="wrap"),
        "zeros come in, not the border once more": _forms(pad="edge"),
        "up and down are exchanged: row 0 is at the top": _forms(windows=((1, 1), (0, 1), (2, 1), (1, 2), (1, 0))),
        "both pairs are exchanged: an image moves up as its window moves down": _forms(
            windows=((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))),
        "left and right are exchanged": _forms(windows=((1, 1), (2, 1), (0, 1), (1, 0), (1, 2))),
        "rows come before columns": _forms(windows=((1, 1), (1, 2), (1, 0), (2, 1), (0, 1))),
        "moved, not mirrored: a mirrored b is a d": lambda x: np.array([x, x[:, ::-1], x[:, ::-1], x[:, :, ::-1], x[:, :, ::-1]]),
        "by one pixel": lambda x: np.concatenate([x[None], 0 * x[None].repeat(4, axis=0)]),
        "the images themselves come first": lambda x: np.roll(_forms()(x), -1, axis=0),
        "the five forms are the first axis": lambda x: _forms()(x).swapaxes(0, 1),
    },
    also_right=(_by_slices,),
    praise="four new samples from each, and a b stays a b",
)  # fmt: skip


def _noise(inside=lambda X, w, v: (v * w**2).sum()):
    return lambda X, w, variances: inside(X, w, variances)


check_price_of_noise = Exercise(
    "the price",
    right=_noise(),
    cases=lambda rng: [
        (rng.standard_normal((6, 3)), rng.standard_normal(3), rng.uniform(0.2, 3, 3)),
        *((rng.standard_normal((5, 4)), s * rng.standard_normal(4), rng.uniform(0.2, 3, 4)) for s in SCALES),
        (np.ones((1, 2)), np.array([3.0, -1.0]), np.array([0.5, 2.0])),
        (rng.standard_normal((4, 2)), np.ones(2), np.array([0.0, 1.0])),
    ],
    mistakes={
        "the mean over samples, not their sum": _noise(lambda X, w, v: len(X) * (v * w**2).sum()),
        "each sample has the noise of all its features": _noise(lambda X, w, v: (v * w**2).sum() / len(X)),
        "features add up: no mean over them": _noise(lambda X, w, v: (v * w**2).mean()),
        "these are variances already": _noise(lambda X, w, v: (v**2 * w**2).sum()),
        "each weight is squared": _noise(lambda X, w, v: (v * np.abs(w)).sum()),
        "variances add up, not their roots": _noise(lambda X, w, v: (np.sqrt(v) @ w) ** 2),
        "each feature has a variance of its own": _noise(lambda X, w, v: v.mean() * (w**2).sum()),
        "each weight meets its own variance": _noise(lambda X, w, v: v.sum() * (w @ w)),
        "variances, not standard deviations, add up": _noise(lambda X, w, v: np.sqrt(v) @ w**2),
        "the noise does not depend on where the samples lie": _noise(lambda X, w, v: (v * w**2 * (X**2).mean(axis=0)).sum()),
        "the square stays a square": _noise(lambda X, w, v: np.sqrt((v * w**2).sum())),
    },
    also_right=(lambda X, w, v: sum(a * b * b for a, b in zip(v, w, strict=True)), lambda X, w, v: float(w @ np.diag(v) @ w)),
    praise="a penalty with a price for each weight",
)  # fmt: skip


def _stops(
    better=lambda error, best: error < best,
    enough=lambda waited, patience: waited >= patience,
    told=lambda look, best: (look, best),
):
    def answer(errors, patience):
        best = 0
        for look, error in enumerate(errors):
            if better(error, errors[best]):
                best = look
            if enough(look - best, patience):
                break
        return told(look, best)

    return answer


def _rises_in_a_row(errors, patience):
    """Counts looks that are worse than the one before, not than the best."""
    best, worse = 0, 0
    for look, error in enumerate(errors):
        worse = worse + 1 if look and error >= errors[look - 1] else 0
        best = look if error < errors[best] else best
        if worse >= patience:
            break
    return look, best


def _never_resets(errors, patience):
    best, waited = 0, 0
    for look, error in enumerate(errors):
        if error < errors[best]:
            best = look
        elif look:
            waited += 1
        if waited >= patience:
            break
    return look, best


def _by_counter(errors, patience):
    smallest, best, waited = float("inf"), 0, 0
    for look in range(len(errors)):
        if errors[look] < smallest:
            smallest, best, waited = errors[look], look, 0
        else:
            waited += 1
            if waited == patience:
                return look, best
    return len(errors) - 1, best


check_stops = Exercise(
    ("the look at which training ends", "the look that is returned"),
    right=_stops(),
    cases=lambda rng: [
        ([0.9, 0.8, 0.85, 0.6, 0.65, 0.45, 0.5, 0.47, 0.46, 0.3, 0.4, 0.5, 0.6, 0.7, 0.2], 3), ([0.9, 0.5, 0.6, 0.5, 0.55, 0.4], 2),
        ([0.5, 0.4, 0.3, 0.2], 1), ([0.3, 0.4, 0.2], 1),
        ([0.7], 2), (list(rng.random(40)), 8), ([0.5, 0.6, 0.7, 0.4], 3), ([1.0, 2.0, 3.0], 10), ([0.5, 0.6, 0.55, 0.52, 0.1], 3),
        *((np.array([9.0, 5.0, 6.0, 4.5, 4.6, 4.7, 4.8, 1.0]) * s, 3) for s in SCALES), ([2.3, 1.9, 1.8999999, 2.0, 2.1, 1.7], 3),
    ],
    mistakes={
        "patience counts looks without a new best, not rises in a row": _rises_in_a_row,
        "patience is the number of looks without a new best, not one less": _stops(enough=lambda w, p: w >= p - 1),
        "a new best starts the count anew": _never_resets,
        "an equal error is no better": _stops(better=lambda e, b: e <= b),
        "it ends with the look at which patience is used up, not one later": _stops(enough=lambda w, p: w > p),
        "not the last weights are returned but the best": _stops(told=lambda look, best: (look, look)),
        "first the end, then the best": _stops(told=lambda look, best: (best, look)),
        "what comes after the end is never seen": lambda errors, p: (_stops()(errors, p)[0], int(np.argmin(errors))),
        "training ends before the last error if patience is used up": lambda errors, p: (len(errors) - 1, int(np.argmin(errors))),
        "looks are counted from 0": lambda errors, p: tuple(i + 1 for i in _stops()(errors, p)),
    },
    also_right=(_by_counter,),
    praise="it ends later than it returns to",
)  # fmt: skip
