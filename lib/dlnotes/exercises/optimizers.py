"""The exercises of chapter 8c, Optimizers."""

import math

import numpy as np

from . import Exercise


def _adam(
    correct=(True, True), epsilon=lambda root, e: root + e, square=np.square, betas=(0.9, 0.999), power=lambda b, t: b**t,
    sign=-1.0, order="remember first",
):  # fmt: skip
    def answer(theta, g, m, V, t, rate):
        new_m = betas[0] * m + (1 - betas[0]) * g
        new_V = betas[1] * V + (1 - betas[1]) * square(g)
        used_m, used_V = (m, V) if order == "use first" else (new_m, new_V)
        m_hat = used_m / (1 - power(betas[0], t)) if correct[0] else used_m
        V_hat = used_V / (1 - power(betas[1], t)) if correct[1] else used_V
        return theta + sign * rate * m_hat / epsilon(np.sqrt(V_hat), 1e-8), new_m, new_V

    return answer


def _adam_in_one_number(theta, g, m, V, t, rate):
    m = m + 0.1 * (g - m)
    V = V + 0.001 * (g * g - V)
    root = math.sqrt(1 - 0.999**t)
    return [theta - rate * root / (1 - 0.9**t) * m / (np.sqrt(V) + 1e-8 * root), m, V]


def _state(rng, P, t, scale=1.0):
    theta, g, m = rng.standard_normal((3, P))
    return theta, scale * g, 0.3 * scale * m, scale**2 * rng.random(P), t, 0.1


check_adam_step = Exercise(
    ("the parameters", "m", "V"),
    right=_adam(),
    cases=lambda rng: {
        "step 3": _state(rng, 4, 3), "step 1000": _state(rng, 3, 1000), "tiny gradients": _state(rng, 3, 2, 1e-8),
        "a matrix": tuple(a.reshape(2, 3) for a in _state(rng, 6, 4)[:4]) + (4, 0.1),
        "the first step": (np.ones(2), np.array([0.5, -2.0]), np.zeros(2), np.zeros(2), 1, 0.01),
    },
    mistakes={
        "both means begin at zero: divide each by 1 − βᵗ": _adam(correct=(False, False)),
        "the mean of squares begins at zero as well": _adam(correct=(True, False)),
        "the mean of gradients begins at zero as well": _adam(correct=(False, True)),
        "the correction is 1 − β to the power t": _adam(power=lambda b, t: b),
        "t counts from one": _adam(power=lambda b, t: b ** (t + 1)),
        "remember first, then step": _adam(order="use first"),
        "ε is added to the root, not under it": _adam(epsilon=lambda root, e: np.sqrt(root**2 + e)),
        "add ε to the root, below the line": _adam(epsilon=lambda root, e: root),
        "against the gradient": _adam(sign=1.0),
        "V is the mean of squares": _adam(square=np.abs),
        "V is a mean of the squares of g, not of g": _adam(square=lambda g: g),
        "m is a running mean, 0.9 m + 0.1 g; momentum adds all of g": lambda theta, g, m, V, t, rate: (
            _adam()(theta, g, m + g, V, t, rate)[0], 0.9 * m + g, 0.999 * V + 0.001 * g**2),
        "mind the rate": lambda theta, g, m, V, t, rate: _adam()(theta, g, m, V, t, 1.0),
        "first the parameters, then m, then V": lambda *args: (lambda out: (out[1], out[2], out[0]))(_adam()(*args)),
        "0.9 is for the gradients, 0.999 for their squares": _adam(betas=(0.999, 0.9)),
        "divide by the root of V": lambda theta, g, m, V, t, rate: (
            theta - rate * _adam()(theta, g, m, V, t, rate)[1] / (1 - 0.9**t)
            / (_adam()(theta, g, m, V, t, rate)[2] / (1 - 0.999**t) + 1e-8), *_adam()(theta, g, m, V, t, rate)[1:]),
        "return m and V as they are remembered, not corrected": lambda theta, g, m, V, t, rate: (
            _adam()(theta, g, m, V, t, rate)[0], _adam()(theta, g, m, V, t, rate)[1] / (1 - 0.9**t),
            _adam()(theta, g, m, V, t, rate)[2] / (1 - 0.999**t)),
    },
    also_right=(_adam_in_one_number,),
    praise="the first step is as long as the rate, whatever the gradient",
)  # fmt: skip


def _best_beta(root=np.sqrt, outer=lambda x: x**2):
    return lambda kappa: float(outer((root(kappa) - 1) / (root(kappa) + 1)))


def _best_beta_by_search(kappa):
    """The β for which (1 + √β)/(1 − √β) is √κ, by bisection."""
    low, high = 0.0, 1.0 - 1e-16
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 + middle) / (1 - middle) < math.sqrt(kappa) else (low, middle)  # fmt: skip
    return low**2


check_best_momentum = Exercise(
    "β",
    right=_best_beta(),
    cases=lambda rng: {"a valley": (100.0,), "a round bowl": (1.0,), "a gorge": (1e6,), "nearly round": (2.25,)},
    mistakes={
        "this is √β": _best_beta(outer=lambda x: x),
        "the root of κ: that is what momentum gains": _best_beta(root=lambda k: k),
        "the factor of plain descent is for plain descent": _best_beta(root=lambda k: k, outer=lambda x: x),
        "β is the square of the ratio, not its root": _best_beta(outer=np.sqrt),
        "one minus that": _best_beta(outer=lambda x: 1 - x**2),
        "κ is at least one: (√κ − 1) over (√κ + 1), not the other way round": lambda kappa: (
            ((np.sqrt(kappa) + 1) / max(np.sqrt(kappa) - 1, 1e-9)) ** 2),
    },
    also_right=(_best_beta_by_search, lambda kappa: (1 - 2 / (1 + kappa**0.5)) ** 2),
    tolerance=1e-9,
    praise="a round bowl needs no memory",
)  # fmt: skip


def _rates(total=lambda G: np.cumsum(G**2, axis=0), root=np.sqrt, shift=False):
    def answer(G, rate, epsilon=1e-10):
        sums = total(G)
        if shift:
            sums = np.concatenate([0 * sums[:1], sums[:-1]])
        return rate / (root(sums) + epsilon)

    return answer


def _rates_by_steps(G, rate, epsilon=1e-10):
    total, seen = np.zeros(G.shape[1]), []
    for g in G:
        total = total + g * g
        seen.append(rate / (total**0.5 + epsilon))
    return seen


check_own_rates = Exercise(
    "the rates",
    right=_rates(),
    cases=lambda rng: [
        (rng.standard_normal((5, 3)), 0.1), (np.ones((4, 2)), 1.0), (1e3 * rng.standard_normal((6, 1)), 0.5),
        (rng.standard_normal((3, 3)), 2.0), (np.array([[0.0, 1.0], [0.0, 2.0], [3.0, 0.0]]), 0.5),
    ],
    mistakes={
        "the gradient of the step itself counts as well": _rates(shift=True),
        "divide by the root of the sum": _rates(root=lambda v: v),
        "a sum, not a mean": _rates(total=lambda G: np.cumsum(G**2, axis=0) / np.arange(1, len(G) + 1)[:, None]),
        "the sum of squares, not the square of the sum": _rates(total=lambda G: np.cumsum(G, axis=0) ** 2),
        "sum squares, not sizes": _rates(total=lambda G: np.cumsum(np.abs(G), axis=0) ** 2),
        "each weight has its own sum": _rates(total=lambda G: np.cumsum((G**2).sum(axis=1))[:, None] + 0 * G),
        "ε belongs below the line, beside the root": lambda G, rate, epsilon=1e-10: (
            rate / np.sqrt(np.cumsum(G**2, axis=0)) + epsilon),
        "ε is added to the root, not under it": lambda G, rate, epsilon=1e-10: (
            rate / np.sqrt(np.cumsum(G**2, axis=0) + epsilon)),
        "mind the rate": lambda G, rate, epsilon=1e-10: _rates()(G, 1.0, epsilon),
        "only what came before the step, not the whole history (or one array stored T times)": _rates(
            total=lambda G: np.broadcast_to((G**2).sum(axis=0), G.shape)),
        "steps stand along the first axis": _rates(total=lambda G: np.cumsum(G**2, axis=1)),
        "all gradients so far, not the last one": _rates(total=lambda G: G**2),
        "the rates, not the steps": lambda G, rate, epsilon=1e-10: G * _rates()(G, rate, epsilon),
    },
    also_right=(_rates_by_steps,),
    praise="they can only fall",
)  # fmt: skip


def _pick(judge=lambda V, T, b: (V[:b], T), choose=np.argmin, axis=0):
    def answer(validation, test, budget):
        by, told = judge(validation, test, budget)
        best = choose(by, axis=axis)
        return told[best, np.arange(told.shape[1])]

    return answer


def _pick_by_loop(validation, test, budget):
    return [test[min(range(budget), key=lambda i: validation[i, s])][s] for s in range(test.shape[1])]  # fmt: skip


def _trials(rng, T, S, budget):
    return rng.random((T, S)), rng.random((T, S)), budget


check_pick = Exercise(
    "the test losses",
    right=_pick(),
    cases=lambda rng: {"three of nine": _trials(rng, 9, 6, 3), "one": _trials(rng, 4, 3, 1), "all": _trials(rng, 5, 5, 5),
        "large losses": (4 * rng.random((5, 4)), 4 * rng.random((5, 4)), 4),
    },
    mistakes={
        "choose on validation: the test may not choose": _pick(judge=lambda V, T, b: (T[:b], T)),
        "only the first trials of the budget count": _pick(judge=lambda V, T, b: (V, T)),
        "the first trials, not the last": lambda V, T, b: _pick()(V[-b:], T[-b:], b),
        "exactly `budget` trials": lambda V, T, b: _pick()(V, T, b + 1),
        "exactly `budget` trials, not one fewer": lambda V, T, b: _pick()(V, T, max(b - 1, 1)),
        "the lowest validation loss": _pick(choose=np.argmax),
        "tell the test loss of the chosen trial, not its validation loss": _pick(judge=lambda V, T, b: (V[:b], V)),
        "each start chooses for itself": lambda V, T, b: T[V[:b].mean(axis=1).argmin()],
        "one number for each start, not their mean": lambda V, T, b: _pick()(V, T, b).mean(),
    },
    also_right=(_pick_by_loop,),
    praise="whoever chooses on the test has no test left",
)  # fmt: skip


def _ranked(
    order=lambda L: L, first=1.0, ties="mean", axis=1, mean=lambda R: R.mean(axis=0)
):
    def answer(losses):
        L = np.expand_dims(order(losses), -1)
        other = np.swapaxes(L, 1, 2) if axis == 1 else None
        below = (other < L).sum(axis=2)
        equal = (other == L).sum(axis=2)
        share = {"mean": (equal - 1) / 2, "low": 0.0, "high": equal - 1}[ties]
        return mean(first + below + share)

    return answer


def _ranked_by_sorting(losses):
    table = []
    for row in losses:
        ordered = sorted(row)
        table.append([1 + ordered.index(v) + (ordered.count(v) - 1) / 2 for v in row])
    return np.array(table).mean(axis=0)


check_mean_ranks = Exercise(
    "the mean ranks",
    right=_ranked(),
    cases=lambda rng: {
        "three problems": (rng.random((3, 4)),), "as many problems as methods": (rng.random((4, 4)),),
        "a tie": (np.array([[0.5, 0.2, 0.5, 0.9], [0.1, 0.1, 0.1, 0.3]]),),
        "losses of all sizes": (rng.random((5, 3)) * [[1e6], [1], [1e-12], [1], [1]],),
    },
    mistakes={
        "the lowest loss has rank 1": _ranked(order=lambda L: -L),
        "ranks count from one": _ranked(first=0.0),
        "who ties shares the mean of the places": _ranked(ties="low"),
        "who ties shares the mean of the places; argsort of argsort puts one before the other": lambda L: (
            1 + L.argsort(axis=1, kind="stable").argsort(axis=1).mean(axis=0)),
        "who ties shares the mean of the places, not the last of them": _ranked(ties="high"),
        "argsort tells who is first, not which place one has": lambda L: 1 + L.argsort(axis=1).mean(axis=0),
        "rank within each problem, then take the mean": lambda L: _ranked()(L.mean(axis=0)[None]),
        "rank the methods of a problem, not the problems of a method": lambda L: _ranked(mean=lambda R: R.mean(axis=1))(L.T),
        "a mean for each method, not for each problem": _ranked(mean=lambda R: R.mean(axis=1)),
        "the mean rank, not the sum": _ranked(mean=lambda R: R.sum(axis=0)),
    },
    also_right=(_ranked_by_sorting,),
    praise="no problem counts more than another, however large its losses",
)  # fmt: skip


def _scheduled(
    count=lambda t, w: min((t + 1) / w, 1),
    fall=lambda t, s: (1 + math.cos(math.pi * min(t / s, 1))) / 2,
):
    return lambda t, peak, warm, steps: peak * count(t, warm) * fall(t, steps)


check_rate_at = Exercise(
    "the rate",
    right=_scheduled(),
    cases=lambda rng: {
        "later": (80, 0.3, 5, 100), "during warm-up": (3, 0.2, 10, 50),
        "the first step": (0, 0.2, 10, 100), "half-way": (50, 1.0, 10, 100),
        "just after warm-up": (10, 0.2, 10, 50), "at the end": (100, 0.2, 10, 100), "beyond it": (150, 0.2, 10, 100),
    },
    mistakes={
        "the cosine begins at step 0, not after the warm-up": lambda t, peak, warm, steps: (
            peak * min((t + 1) / warm, 1) * (1 + math.cos(math.pi * min(max(t - warm, 0) / (steps - warm), 1))) / 2),
        "a quarter of a cosine falls differently: ½(1 + cos(π t/steps))": _scheduled(
            fall=lambda t, s: math.cos(math.pi / 2 * min(t / s, 1))),
        "step warm − 1 is the last of the warm-up": _scheduled(count=lambda t, w: (t + 1) / w if t <= w else 1.0),
        "the first step has the rate peak/warm, not zero": _scheduled(count=lambda t, w: min(t / w, 1)),
        "warm-up ends: from then on its factor is one": _scheduled(count=lambda t, w: (t + 1) / w),
        "warm-up is missing": _scheduled(count=lambda t, w: 1.0),
        "half a cosine: from one to zero, over all steps": _scheduled(fall=lambda t, s: math.cos(math.pi * min(t / s, 1))),
        "half a cosine is π": _scheduled(fall=lambda t, s: (1 + math.cos(2 * math.pi * min(t / s, 1))) / 2),
        "divide by two: the cosine goes from one to minus one": _scheduled(fall=lambda t, s: 1 + math.cos(math.pi * min(t / s, 1))),
        "beyond the last step it stays at zero": _scheduled(fall=lambda t, s: (1 + math.cos(math.pi * t / s)) / 2),
        "both factors count during warm-up": lambda t, peak, warm, steps: (
            peak * (t + 1) / warm if t < warm else _scheduled()(t, peak, warm, steps)),
        "a straight line is not half a cosine": _scheduled(fall=lambda t, s: 1 - min(t / s, 1)),
        "mind the peak": lambda t, peak, warm, steps: _scheduled()(t, 1.0, warm, steps),
    },
    also_right=(
        lambda t, peak, warm, steps: peak * min(1, (t + 1) / warm) * math.cos(math.pi / 2 * min(t, steps) / steps) ** 2,
    ),
    floor=1e-12,
    praise="small at both ends",
)  # fmt: skip
