"""The exercises of chapter 5b, Capacity and validation."""

import numpy as np

from . import SCALES, Exercise

check_count_labelings = Exercise(
    "the number of labelings",
    right=lambda x: 2 * len(set(x.tolist())),
    cases=lambda rng: [
        (np.array([0.3, 1.7, -2.0, 5.5, 0.9]),),
        (np.array([1.0, 2.0, 2.0, 2.0, 5.0, 3.0, 7.0]),),
        (np.array([3.0, 1.0, 3.0, 2.0, 5.0, 4.0, 3.0]),),
        (np.array([4.0]),),
        (1e-12 * rng.standard_normal(9),),
        (np.repeat(rng.standard_normal(7), 3) * 1e12,),
        (np.zeros(6),),
    ],
    tolerance=0,
    mistakes={
        "a threshold does not make every labeling": lambda x: 2 ** len(set(x.tolist())),
        "both directions count": lambda x: len(set(x.tolist())) + 1,
        "all alike can be had in either direction; count these two once": lambda x: 2 * len(set(x.tolist())) + 2,
        "equal numbers cannot be told apart": lambda x: 2 * len(x),
        "beyond the outermost numbers one can cut, too": lambda x: 2 * len(set(x.tolist())) - 2,
        "equal numbers need not stand side by side": lambda x: 2 * (1 + np.count_nonzero(np.diff(x))),
    },
    also_right=(lambda x: len({tuple(s * (x > t) > s / 2) for t in [-np.inf, *x] for s in (1, -1)}),),
    praise="n different numbers have 2n labelings; to split two points in every way is the most",
)  # fmt: skip


def _confidence(
    first=lambda h, m: np.log(2 * m / h) + 1,
    second=lambda eta: np.log(4 / eta),
    end=np.sqrt,
):
    return lambda h, m, eta: end((h * first(h, m) + second(eta)) / m)


check_confidence_term = Exercise(
    "the term",
    right=_confidence(),
    cases=lambda rng: [(10, 1000, 0.05), (3, 50, 0.2), (1, 1, 0.9), (60, 400, 1e-6), (2.0, 10**9, 0.01)],
    mistakes={
        "the one stands outside the logarithm": _confidence(lambda h, m: np.log(2 * m / h + 1)),
        "h multiplies the one as well": lambda h, m, eta: np.sqrt((h * np.log(2 * m / h) + 1 + np.log(4 / eta)) / m),
        "the one is missing": _confidence(lambda h, m: np.log(2 * m / h)),
        "the logarithm is of 2m/h, not of m/h": _confidence(lambda h, m: np.log(m / h) + 1),
        "natural logarithms are meant": _confidence(
            lambda h, m: np.log2(2 * m / h) + 1, lambda eta: np.log2(4 / eta)
        ),
        "ln(η/4) is negative, and it is subtracted": _confidence(second=lambda eta: np.log(eta / 4)),
        "η is divided by four": _confidence(second=lambda eta: np.log(1 / eta)),
        "this is the square of the term": _confidence(end=lambda v: v),
        "m divides both parts": lambda h, m, eta: np.sqrt(h * (np.log(2 * m / h) + 1) / m + np.log(4 / eta)),
    },
    wrong=(lambda h, m, eta: 1 + _confidence()(h, m, eta),),
    also_right=(lambda h, m, eta: ((h * np.log(2 * np.e * m / h) - np.log(eta / 4)) / m) ** 0.5,),
    praise="it falls with m, and grows with what the class can do",
)  # fmt: skip


def _shrunk(
    bias=lambda c, mu, s, m: (c - 1) * mu,
    variance=lambda c, mu, s, m: c**2 * s**2 / m,
    error=lambda bias, variance: bias**2 + variance,
):
    def answer(c, mu, sigma, m):
        b, v = bias(c, mu, sigma, m), variance(c, mu, sigma, m)
        return b, v, error(b, v)

    return answer


check_shrunk = Exercise(
    ("the bias", "the variance", "the mean squared error"),
    right=_shrunk(),
    cases=lambda rng: [
        *((c, s * 0.7, s * 1.3, m) for s in SCALES for c, m in ((0.6, 10), (1.25, 3), (-0.5, 7), (0.0, 2))),
        (0.8, -2.0, 0.5, 1),
    ],
    mistakes={
        "the bias is the mean of the estimate minus the truth": _shrunk(bias=lambda c, mu, s, m: (1 - c) * mu),
        "the bias itself is asked for, not its square": _shrunk(
            lambda c, mu, s, m: ((c - 1) * mu) ** 2, error=lambda b, v: b + v
        ),
        "that is the mean of the estimate": _shrunk(lambda c, mu, s, m: c * mu),
        "a factor comes out of a variance squared": _shrunk(variance=lambda c, mu, s, m: c * s**2 / m),
        "sigma is the standard deviation": _shrunk(variance=lambda c, mu, s, m: c**2 * s / m),
        "a mean of m numbers varies less than one of them": _shrunk(variance=lambda c, mu, s, m: c**2 * s**2),
        "that is the standard deviation": _shrunk(variance=lambda c, mu, s, m: abs(c) * s / np.sqrt(m)),
        "the factor changes the variance, too": _shrunk(variance=lambda c, mu, s, m: s**2 / m),
        "the bias is squared in the error": _shrunk(error=lambda b, v: b + v),
        "the variance is a square already": _shrunk(error=lambda b, v: b**2 + v**2),
    },
    wrong=(_shrunk(error=lambda b, v: v), _shrunk(variance=lambda c, mu, s, m: c**2 * s**2 / (m + 1))),
    also_right=(lambda c, mu, s, m: np.array([c * mu - mu, (c * s) ** 2 / m, (c * mu - mu) ** 2 + (c * s) ** 2 / m]),),
    praise="somewhat below one, what is lost in bias is less than what is gained in variance",
)  # fmt: skip


def _training(result=lambda y, taken: (y @ y - taken) / len(y)):
    return lambda A, y: result(y, np.cumsum((np.linalg.qr(A)[0].T @ y) ** 2))


def _training_slowly(A, y):
    fits = [
        A[:, : d + 1] @ np.linalg.pinv(A[:, : d + 1]) @ y for d in range(A.shape[1])
    ]
    return [((y - fit) ** 2).mean() for fit in fits]


check_training_curve = Exercise(
    "the errors",
    right=_training(),
    cases=lambda rng: [
        *((rng.standard_normal((n, p)), s * rng.standard_normal(n)) for n, p in ((9, 4), (5, 1), (30, 7)) for s in SCALES),
        (np.vander(np.linspace(-1, 1, 12), 4, increasing=True), np.sin(np.linspace(-3, 3, 12))),
    ],
    mistakes={
        "this is the sum of the squares, not their mean": _training(lambda y, taken: y @ y - taken),
        "this is what the fits explain, not what they leave": _training(lambda y, taken: taken / len(y)),
        "sum up: the fit with d columns has the parts of all columns before": lambda A, y: (
            (y @ y - (np.linalg.qr(A)[0].T @ y) ** 2) / len(y)
        ),
        "make the columns orthonormal first": lambda A, y: (y @ y - np.cumsum((A.T @ y) ** 2)) / len(y),
        "this is the error of all columns together": lambda A, y: np.full(A.shape[1], _training()(A, y)[-1]),
        "this is the root of the errors": lambda A, y: np.sqrt(_training()(A, y)),
    },
    wrong=(lambda A, y: _training()(A, y)[::-1] + 1e-3 * (y @ y),),
    also_right=(_training_slowly,),
    praise="p fits for the price of one",
)  # fmt: skip


def _folds(
    rest=lambda y, fold, out: y[fold != out],
    fold=lambda n, k: np.arange(n) % k,
    end=np.mean,
):
    def answer(y, k):
        of = fold(len(y), k)
        means = np.array([rest(y, of, out).mean() for out in range(k)])
        return end((y - means[of]) ** 2)

    return answer


def _mean_of_folds(y, k):
    of = np.arange(len(y)) % k
    return np.mean(
        [((y[of == out] - y[of != out].mean()) ** 2).mean() for out in range(k)]
    )


check_folds_of_the_mean = Exercise(
    "the error",
    right=_folds(),
    cases=lambda rng: [
        *((s * (3 + rng.standard_normal(n)), k) for s in SCALES for n, k in ((10, 5), (11, 3), (4, 4), (9, 2))),
        (np.array([1.0, 1.0, 5.0]), 2),
    ],
    mistakes={
        "the mean of all targets has seen the fold that it is to predict": _folds(lambda y, fold, out: y),
        "predict a fold by the others, not by itself": _folds(lambda y, fold, out: y[fold == out]),
        "sample i lies in fold i mod k, not in the i-th block": _folds(fold=lambda n, k: np.arange(n) * k // n),
        "average over the samples; where the folds differ in size the mean over folds is another": _mean_of_folds,
        "this is the sum of the squares": _folds(end=np.sum),
        "this is the root of the error": _folds(end=lambda v: np.sqrt(np.mean(v))),
    },
    wrong=(lambda y, k: y.var(),),
    praise="every sample is judged by those outside its fold",
)  # fmt: skip


def _samples(number=lambda k, a: np.log(k) / (2 * a**2), end=np.ceil):
    return lambda k, allowed: int(end(number(k, allowed)))


check_samples_for = Exercise(
    "the number of samples",
    right=_samples(),
    cases=lambda rng: [(30, 0.1), (1000, 0.01), (2, 0.05), (10**6, 0.003), (5, 0.5)],
    tolerance=0,
    mistakes={
        "round up: with fewer the limit is above what is allowed": _samples(end=np.floor),
        "the square of what is allowed counts": _samples(lambda k, a: np.log(k) / (2 * a)),
        "the factor 2 stands below": _samples(lambda k, a: np.log(k) / a**2),
        "natural logarithms are meant": _samples(lambda k, a: np.log2(k) / (2 * a**2)),
        "the logarithm of the number of models": _samples(lambda k, a: k / (2 * a**2)),
        "the number of models counts, by its logarithm": _samples(lambda k, a: 1 / (2 * a**2)),
        "this is the limit for a hundred samples": lambda k, a: np.sqrt(np.log(k) / 200),
    },
    wrong=(_samples(lambda k, a: np.log(k) / (2 * a**2) + 1),),
    also_right=(lambda k, a: -int(-np.log(k) // (2 * a * a)),),
    praise="ten times as many models cost little; half the flattery costs four times the samples",
)  # fmt: skip
