"""The exercises of chapter 5a, Learning from data."""

import numpy as np

from . import SCALES, Exercise


def _errors(
    train=lambda b2, s, p, n: b2 + s**2 * (1 - p / n),
    test=lambda b2, s, p, n: b2 + s**2 * (1 + p / n),
):
    return lambda misfit, sigma, p, n: (train(misfit, sigma, p, n), test(misfit, sigma, p, n))  # fmt: skip


check_expected_errors = Exercise(
    ("the training error", "the test error"),
    right=_errors(),
    cases=lambda rng: [
        *((s * 0.3, np.sqrt(s) * 0.7, p, n) for s in SCALES for p, n in ((3, 20), (1, 1), (7, 10**6))),
        (0.0, 2.0, 5, 5),
        (2.0, 0.0, 3, 9),
    ],
    mistakes={
        "sigma is the standard deviation, and its square is needed": _errors(
            lambda b2, s, p, n: b2 + s * (1 - p / n), lambda b2, s, p, n: b2 + s * (1 + p / n)
        ),
        "the misfit stays in both": _errors(train=lambda b2, s, p, n: s**2 * (1 - p / n)),
        "a fit takes away p of n parts of the noise, and leaves n − p": _errors(train=lambda b2, s, p, n: b2 + s**2 * p / n),
        "new observations bring noise of their own": _errors(test=lambda b2, s, p, n: b2 + s**2 * p / n),
        "this is the error of a predictor fixed beforehand; the gap is 2σ²p/n": _errors(test=lambda b2, s, p, n: b2 + s**2),
        "only for a predictor fixed beforehand are the two the same": _errors(
            lambda b2, s, p, n: b2 + s**2, lambda b2, s, p, n: b2 + s**2
        ),
        "the misfit is in the test error, too": _errors(test=lambda b2, s, p, n: s**2 * (1 + p / n)),
        "the test error is above the training error": _errors(
            lambda b2, s, p, n: b2 + s**2 * (1 + p / n), lambda b2, s, p, n: b2 + s**2 * (1 - p / n)
        ),
    },
    wrong=(_errors(test=lambda b2, s, p, n: b2 + s**2 * (1 + p / max(n - p - 1, 1))),),
    also_right=(lambda misfit, sigma, p, n: [misfit + sigma**2 * (n - p) / n, misfit + sigma**2 * (n + p) / n],),
    praise="the gap is 2σ²p/n, whatever the misfit",
)  # fmt: skip


def _bias2(fits, truth):
    return ((fits.mean(axis=0) - truth) ** 2).mean()


def _parts(bias=_bias2, variance=lambda fits, truth: fits.var(axis=0).mean()):
    return lambda fits, truth: (bias(fits, truth), variance(fits, truth))


check_bias_variance = Exercise(
    ("bias²", "the variance"),
    right=_parts(),
    cases=lambda rng: [
        (s * (rng.standard_normal((S, M)) + rng.standard_normal(M)), s * rng.standard_normal(M))
        for S, M in ((5, 4), (4, 4), (1, 3), (30, 1))
        for s in SCALES
    ],
    mistakes={
        "square the bias at each place before averaging over the places": _parts(
            bias=lambda f, t: (f.mean(axis=0) - t).mean() ** 2
        ),
        "this is not squared": _parts(bias=lambda f, t: np.abs(f.mean(axis=0) - t).mean()),
        "this is the whole error of the fits; take the mean over the training sets first": _parts(
            bias=lambda f, t: ((f - t) ** 2).mean()
        ),
        "this is the spread about the truth, not about the mean of the fits": _parts(
            variance=lambda f, t: ((f - t) ** 2).mean()
        ),
        "the variance is over training sets, place by place": _parts(variance=lambda f, t: f.var()),
        "divide by S, not by S − 1": _parts(
            variance=lambda f, t: f.var(axis=0).mean() * len(f) / max(len(f) - 1, 0.5)
        ),
        "that is the mean bias, with its sign": _parts(bias=lambda f, t: (f.mean(axis=0) - t).mean()),
        "first bias², then the variance": lambda f, t: (f.var(axis=0).mean(), _bias2(f, t)),
        "this is the standard deviation": _parts(variance=lambda f, t: f.std(axis=0).mean()),
    },
    wrong=(_parts(variance=lambda f, t: f.var(axis=1).mean()),),
    also_right=(lambda f, t: [_bias2(f, t), ((f - f.mean(axis=0)) ** 2).sum() / f.size],),
    praise="their sum is the mean squared distance of the fits from the truth",
)  # fmt: skip


def _left_out(divide=lambda h, p: 1 - h, error=lambda y, fitted: y - fitted):
    def answer(A, y):
        H = A @ np.linalg.pinv(A)
        return error(y, H @ y) / divide(np.diag(H), A.shape[1])

    return answer


def _left_out_slowly(A, y):
    rest = [np.delete(np.arange(len(y)), i) for i in range(len(y))]
    return [y[i] - A[i] @ np.linalg.lstsq(A[r], y[r], rcond=None)[0] for i, r in enumerate(rest)]  # fmt: skip


check_left_out_errors = Exercise(
    "y − ỹ",
    right=_left_out(),
    cases=lambda rng: [
        *((rng.standard_normal((n, p)), s * rng.standard_normal(n)) for n, p in ((8, 3), (5, 1), (40, 6)) for s in SCALES),
        (np.vander(np.linspace(0, 1, 9), 3), np.linspace(0, 1, 9) ** 3),
        (np.vstack([rng.standard_normal((6, 2)), [1e3, -1e3]]), rng.standard_normal(7)),
    ],
    mistakes={
        "these are the errors of the fit to all samples; divide the one of sample i by 1 − Hᵢᵢ": _left_out(divide=lambda h, p: 1),
        "divide once, not twice": _left_out(divide=lambda h, p: (1 - h) ** 2),
        "divide by 1 − Hᵢᵢ, not by 1 + Hᵢᵢ": _left_out(divide=lambda h, p: 1 + h),
        "each sample has a leverage of its own; p/n is only their mean": _left_out(divide=lambda h, p: 1 - p / len(h)),
        "divide by 1 − Hᵢᵢ, do not multiply": _left_out(divide=lambda h, p: 1 / (1 - h)),
        "the sign is reversed: it is y minus prediction": _left_out(error=lambda y, fitted: fitted - y),
        "these are squared": lambda A, y: _left_out()(A, y) ** 2,
    },
    wrong=(_left_out(error=lambda y, fitted: fitted),),
    also_right=(_left_out_slowly,),
    praise="n fits for the price of one",
)  # fmt: skip


def _ridge(strength=lambda A, λ: λ * np.eye(A.shape[1])):
    return lambda A, y, λ: np.linalg.solve(A.T @ A + strength(A, λ), A.T @ y)


def _ridge_by_rows(A, y, λ):
    return A.T @ np.linalg.solve(A @ A.T + λ * np.eye(len(A)), y)


check_ridge = Exercise(
    "w",
    right=_ridge(),
    cases=lambda rng: [
        *((rng.standard_normal((n, p)), s * rng.standard_normal(n), λ)
          for n, p, λ in ((8, 3, 0.7), (3, 8, 0.2), (4, 4, 30.0)) for s in SCALES),
        (np.full((5, 2), 0.1), np.arange(5.0), 1e-3),
        (1e-6 * rng.standard_normal((6, 3)), rng.standard_normal(6), 0.7e-12),
    ],
    mistakes={
        "λ stands on the diagonal, not in every entry": _ridge(lambda A, λ: λ),
        "this is least squares without a penalty": lambda A, y, λ: np.linalg.pinv(A) @ y,
        "the sum of the squared errors counts, not their mean; so λ is not multiplied by n": _ridge(
            lambda A, λ: len(A) * λ * np.eye(A.shape[1])
        ),
        "the factor 2 of both gradients cancels; it does not stay at λ": _ridge(lambda A, λ: 2 * λ * np.eye(A.shape[1])),
        "λ itself stands on the diagonal (below A it would be √λ)": _ridge(lambda A, λ: λ**2 * np.eye(A.shape[1])),
        "λ is not divided by n": _ridge(lambda A, λ: λ / len(A) * np.eye(A.shape[1])),
        "a penalty draws the weights toward zero; its sign is plus": _ridge(lambda A, λ: -λ * np.eye(A.shape[1])),
        "shrinking the solution of least squares is something else": lambda A, y, λ: np.linalg.pinv(A) @ y / (1 + λ),
    },
    also_right=(
        _ridge_by_rows,
        lambda A, y, λ: np.linalg.lstsq(
            np.vstack([A, np.sqrt(λ) * np.eye(A.shape[1])]), np.append(y, np.zeros(A.shape[1])), rcond=None
        )[0],
    ),
    praise="one solution, for any numbers of samples and features",
)  # fmt: skip


def _shortest(A, y):
    return A.T @ np.linalg.solve(A @ A.T, y)


def _some_solution(A, y):
    n = len(A)
    return np.append(np.linalg.solve(A[:, :n], y), np.zeros(A.shape[1] - n))


check_shortest = Exercise(
    "w",
    right=_shortest,
    cases=lambda rng: [
        (t * rng.standard_normal((n, p)), s * rng.standard_normal(n))
        for n, p in ((3, 8), (1, 4), (5, 6))
        for s in SCALES
        for t in (1.0, 1e3, 1e-6)
    ],
    mistakes={
        "this fits, and is not the shortest: it leaves most features unused": _some_solution,
        "this lies in the span of the rows and does not fit: A Aᵀ must be inverted": lambda A, y: A.T @ y,
        "this is ridge regression; it fits only as λ → 0": lambda A, y: _ridge_by_rows(A, y, 1.0),
    },
    wrong=(lambda A, y: -_shortest(A, y), lambda A, y: _shortest(A, y) / np.linalg.norm(_shortest(A, y))),
    also_right=(
        lambda A, y: np.linalg.pinv(A) @ y,
        lambda A, y: np.linalg.lstsq(A, y, rcond=None)[0],
    ),
    praise="nothing of w lies across the rows of A",
)  # fmt: skip


def _shares(share=lambda s, λ: s**2 / (s**2 + λ), least=1e-10):
    def answer(A, λ):
        s = np.linalg.svd(A, compute_uv=False)
        s = s[s > least * s.max()]
        return share(s, λ).sum()

    return answer


check_effective_parameters = Exercise(
    "d(λ)",
    right=_shares(),
    cases=lambda rng: [
        *((s * rng.standard_normal((n, p)), s**2 * λ) for n, p, λ in ((8, 3, 0.7), (3, 8, 5.0), (4, 4, 0.0)) for s in SCALES),
        *((s * rng.standard_normal((7, 2)) @ rng.standard_normal((2, 5)), 0.0) for s in SCALES),
        (np.diag([1.0, 1e-3, 0.0]), 1e-6),
        (np.eye(6), 1e12),
    ],
    mistakes={
        "the singular values must be squared": _shares(lambda s, λ: s / (s + λ)),
        "λ is not squared": _shares(lambda s, λ: s**2 / (s**2 + λ**2)),
        "this is what the penalty takes away; the rest is kept": _shares(lambda s, λ: λ / (s**2 + λ)),
        "this is the rank: every direction is taken whole": _shares(lambda s, λ: s**2 / s**2),
        "a direction with s = 0 counts for nothing; what rounding leaves of it must be cut off": _shares(least=-1.0),
        "do not divide by s² + λ once more": _shares(lambda s, λ: s**2 / (s**2 + λ) ** 2),
    },
    wrong=(lambda A, λ: min(A.shape), lambda A, λ: A.shape[1] / (1 + λ), _shares(least=1e-2)),
    also_right=(
        lambda A, λ: np.linalg.matrix_rank(A) if λ == 0 else np.trace(np.linalg.solve(A.T @ A + λ * np.eye(A.shape[1]), A.T @ A)),
    ),
    praise="a capacity that moves continuously from the rank to zero",
)  # fmt: skip
