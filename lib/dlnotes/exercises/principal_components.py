"""The exercises of chapter 2b, PCA and preprocessing."""

import numpy as np

from . import SCALES, Exercise


def _share_lost(
    center=True, multiples=None, share=lambda rest, x: (rest**2).sum() / (x**2).sum()
):
    """The share of x that one mixture cannot restore, with the weights of its columns in the rebuilt table."""

    def answer(x, w):
        x = x - x.mean(axis=0) if center else x
        kept = x @ w
        back = multiples(x, w) if multiples else kept @ x / (kept @ kept)
        return share(x - np.outer(kept, back), x)

    return answer


def _share_by_covariance(x, w):
    C = np.cov(x.T)
    return 1 - (C @ w) @ (C @ w) / (w @ C @ w) / np.trace(C)


def _mixtures(rng) -> list:
    x = rng.standard_normal((30, 3)) @ [
        [2.0, 1.0, 0.3],
        [0.0, 0.5, -0.4],
        [0.1, 0.0, 1.0],
    ]
    x, w = x + [3.0, -1.0, 0.5], np.array([1.0, 0.5, -2.0])
    cases = [(s * x, w) for s in SCALES] + [(x, s * w) for s in SCALES[1:]]
    return [*cases, (x, np.array([1.0, 0.0, 0.0])), (x[:, :2], w[:2]), (x[:5], w)]


check_share_lost = Exercise(
    "the share",
    right=_share_lost(),
    cases=_mixtures,
    mistakes={
        "the line has a constant; center": _share_lost(center=False),
        "w is no unit vector, and the best way back is not along w": _share_lost(multiples=lambda x, w: w),
        "a perpendicular foot is the best only on a principal axis; each column has its own best multiple": (
            _share_lost(multiples=lambda x, w: w / (w @ w))
        ),
        "a share is a fraction of the total": _share_lost(share=lambda rest, x: (rest**2).mean(axis=0).sum()),
        "variances add up; their roots do not": _share_lost(
            share=lambda rest, x: np.linalg.norm(rest) / np.linalg.norm(x)
        ),
        "the share of the total, not the mean of the columns' shares": _share_lost(
            share=lambda rest, x: ((rest**2).sum(axis=0) / (x**2).sum(axis=0)).mean()
        ),
        "that is the share that was kept": lambda x, w: 1 - _share_lost()(x, w),
    },
    wrong=(lambda x, w: 0.0,),
    also_right=(_share_by_covariance,),
    praise="one mixture, and the best line to every column",
)  # fmt: skip


def _first(reached):
    def answer(variances, share):
        return int(np.argmax(reached(np.cumsum(variances), share))) + 1

    return answer


def _spectra(rng) -> list:
    halves = np.array([8.0, 4.0, 2.0, 1.0, 1.0])
    near = np.array([0.499999, 0.3, 0.200001])
    sizes = (1.0, 2.0**40, 2.0**-40)  # powers of two, so that 3/4 is reached exactly
    cases = [(s * halves, t) for s in sizes for t in (0.5, 0.51, 0.75, 0.8, 0.9, 1.0)]
    cases += [(s * near, 0.5) for s in sizes]
    cases += [(np.ones(10), 0.6), (np.array([3.0]), 0.9)]
    return cases + [(np.sort(rng.random(30))[::-1].copy(), 1.0) for _ in range(20)]


_right_count = _first(lambda running, share: running >= share * running[-1])


check_components_for = Exercise(
    "K",
    right=_right_count,
    cases=_spectra,
    tolerance=0,
    mistakes={
        "shares are fractions of the total": _first(lambda running, share: running >= share),
        "count from one: an index is one less than a number": lambda v, share: _right_count(v, share) - 1,
        "divide last: the running sum of shares may miss 1 by a rounding": (
            lambda v, share: int(np.argmax(np.cumsum(v / v.sum()) >= share)) + 1
        ),
        "at least the share: exactly reaching it is enough": _first(lambda r, share: r > share * r[-1]),
        "np.sum adds in another order than np.cumsum; the total is the last running sum": (
            lambda v, share: int(np.argmax(np.cumsum(v) >= share * v.sum())) + 1
        ),
        "nearly the share is not the share": _first(lambda r, share: r / r[-1] >= share - 1e-4),
    },
    wrong=(lambda variances, share: int(np.argmax(variances / variances.sum() <= share)) + 1,),
    also_right=(_first(lambda running, share: running / running[-1] >= share - 1e-12),),
    praise="the first K that reaches the share",
)  # fmt: skip


def _axes(x, K):
    return np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2][:K].T


def _rebuilt_error(
    center=lambda t, n: t.mean(axis=0), axes=lambda t, n, K: _axes(t, K), total=np.mean
):
    """The error of `new`, rebuilt from K axes about a center, both learned somewhere."""

    def answer(train, new, K):
        m, B = center(train, new), axes(train, new, K)
        x = new - m
        return total(((x - x @ B @ B.T) ** 2).sum(axis=1))

    return answer


def _samples(rng) -> list:
    mixing = rng.standard_normal((5, 5)) * [[3.0], [2.0], [1.0], [0.3], [0.1]]
    train, new = (
        rng.standard_normal((40, 5)) @ mixing + 4,
        rng.standard_normal((7, 5)) @ mixing + 5,
    )
    cases = [(s * train, s * new, K) for s in SCALES for K in (1, 2, 4)]
    return [*cases, (train, new[:1], 2), (train[:, :2], new[:, :2], 1)]


check_rebuilding_error = Exercise(
    "the error",
    right=_rebuilt_error(),
    cases=_samples,
    mistakes={
        "the axes are learned on train": _rebuilt_error(axes=lambda t, n, K: _axes(n, min(K, len(n)))),
        "new samples are shifted by the mean of train": _rebuilt_error(center=lambda t, n: n.mean(axis=0)),
        "subtract the mean before and add it after": _rebuilt_error(center=lambda t, n: 0.0),
        "the mean over the samples, not their sum": _rebuilt_error(total=np.sum),
        "the squared length of each error, not its mean over the columns": (
            lambda t, n, K: _rebuilt_error()(t, n, K) / t.shape[1]
        ),
        "keep the axes of largest variance": _rebuilt_error(
            axes=lambda t, n, K: np.linalg.svd(t - t.mean(axis=0), full_matrices=False)[2][-K:].T
        ),
        "that is the error of train, not of new": lambda t, n, K: _rebuilt_error()(t, t, K),
        "that is the variance that was kept": lambda t, n, K: (((n - t.mean(axis=0)) @ _axes(t, K)) ** 2).sum() / len(n),
    },
    wrong=(lambda t, n, K: _rebuilt_error()(t, n, K) ** 0.5,),
    praise="mean and axes come from the training set, and only they",
)  # fmt: skip


def _standardized(new, mean, deviation):
    flat = deviation == 0
    return np.where(flat, 0.0, (new - mean) / np.where(flat, 1.0, deviation))


def _z_scores(train, new, ddof=0):
    deviation = np.where(np.ptp(train, axis=0) == 0, 0.0, train.std(axis=0, ddof=ddof))
    return _standardized(new, train.mean(axis=0), deviation)


def _tables(rng) -> list:
    units, middle = np.array([1.0, 10.0, 0.1]), np.array([5.0, 0.0, -2.0])
    train, new = (middle + units * rng.standard_normal((N, 3)) for N in (20, 4))
    constants = (7.0, 0.1, 1e12, 1e6 / 3, 2020.1)
    constant = [np.where([False, True, False], c, train) for c in constants]
    years = 2020 + np.array([[0.0], [1.0], [-1.0], [1.0]]), np.array([[2021.0]])
    scaled = [(s * train, s * (new + 1)) for s in SCALES]
    return [
        *scaled,
        *((table, new) for table in constant),
        (train[:, :1], new[:1, :1]),
        years,
    ]


check_z_scores = Exercise(
    "the z-scores",
    right=_z_scores,
    cases=_tables,
    mistakes={
        "new data are measured by mean and deviation of train": lambda train, new: _z_scores(new, new),
        "divide by the standard deviation, not by the variance": lambda t, n: (n - t.mean(axis=0)) / t.var(axis=0),
        "the deviation must divide by N, as in the chapter": lambda train, new: _z_scores(train, new, ddof=1),
        "subtract the mean of each column, not of the whole table": lambda t, n: (n - t.mean()) / t.std(),
        "the mean must be subtracted before dividing": lambda train, new: new / train.std(axis=0),
        "a constant column gives nan or inf; return zeros for it": lambda t, n: (n - t.mean(axis=0)) / t.std(axis=0),
        "the mean of a constant column is rounded, so its deviation may come out as 1e-17": (
            lambda train, new: _standardized(new, train.mean(axis=0), train.std(axis=0))
        ),
    },
    wrong=(lambda t, n: (n - t.mean(axis=0)) / np.maximum(t.std(axis=0), 1e-9),),
    praise="the units come from the training set, and a constant column does no harm",
)  # fmt: skip


def _residual_variances(x, constant=True):
    """Mean squared error of each column when it is regressed on all others."""
    x = x - x.mean(axis=0) if constant else x
    errors = []
    for j in range(x.shape[1]):
        others = np.delete(x, j, axis=1)
        fit = others @ np.linalg.lstsq(others, x[:, j])[0]
        errors.append(((x[:, j] - fit) ** 2).mean())
    return np.array(errors)


def _column_tables(rng) -> dict:
    a, b, c = rng.standard_normal((3, 60))
    noise = rng.standard_normal((6, 60))
    nearly = [a, 0.5 * b, 0.01 * c, 3.03 * (a + b) + 0.15 * noise[0], 20 * noise[1]]
    tables = {
        "a column that is nearly the sum of two others": nearly,
        "a column with a large mean": [a, 50 + 0.3 * a + 0.1 * noise[1], b],
        "two columns of different size": [10 * a + 3 * noise[2], a],
        "a column that repeats another one": [0.2 * b, a, 3 * c, 2 * a + 0.02 * noise[3]],
        "two copies of one thing, four of another": [*(a + 0.095 * noise[:2]), *(b + 0.1 * noise[2:])],
        "columns of size 1e12": [1e12 * column for column in nearly],
        "columns of size 1e-12": [1e-12 * column for column in nearly],
        "columns of size 1e-12, one that repeats another": [1e-12 * c for c in (0.2 * b, a, 3 * c, 2 * a + 0.02 * noise[3])],
        "columns of very different size": [1e6 * a, 1e3 * b, 2e6 * a + 1e3 * noise[0], 1e3 * noise[1] - b],
    }  # fmt: skip
    return {name: (np.stack(columns, axis=1),) for name, columns in tables.items()}


check_cheapest_column = Exercise(
    "the column",
    right=lambda x: int(_residual_variances(x).argmin()),
    cases=_column_tables,
    tolerance=0,
    mistakes={
        "the others may restore a column of larger variance better": lambda x: x.var(axis=0).argmin(),
        "that is the column that is hardest to restore": lambda x: _residual_variances(x).argmax(),
        "the regression needs a constant; center": lambda x: _residual_variances(x, constant=False).argmin(),
        "the columns keep their units: compare errors, not shares of variance": (
            lambda x: (_residual_variances(x) / x.var(axis=0)).argmin()
        ),
        "a large weight in the last principal component is not yet a small error": (
            lambda x: np.abs(np.linalg.eigh(np.cov(x.T))[1][:, 0]).argmax()
        ),
    },
    wrong=(lambda x: np.abs(np.corrcoef(x.T)).sum(axis=0).argmax(),),
    also_right=(lambda x: np.argmax(np.diag(np.linalg.inv(np.cov(x.T)))),),
    praise="the column that the others know best",
)  # fmt: skip


def _white(power=-0.5, back=True, ddof=0, center=True):
    def answer(x):
        x = x - x.mean(axis=0) if center else x
        variances, V = np.linalg.eigh(x.T @ x / (len(x) - ddof))
        codes = x @ V * variances**power
        return codes @ V.T if back else codes

    return answer


def _clouds(rng) -> list:
    mixing = np.array([[2.0, 0.5, 0.0], [0.0, 1.0, -0.4], [0.3, 0.0, 0.5]])
    cloud = rng.standard_normal((30, 3)) @ mixing + [3.0, -1.0, 0.5]
    return [*((s * cloud,) for s in SCALES), (cloud[:, :2],)]


check_zca = Exercise(
    "the white samples",
    right=_white(),
    cases=_clouds,
    mistakes={
        "divide by the standard deviation of each axis, not by its variance": _white(power=-1.0),
        "multiplying instead of dividing makes the wide axes wider": _white(power=0.5),
        "white, but still turned; go back to the old axes": _white(back=False),
        "the covariance divides by N, as in the chapter": _white(ddof=1),
        "center first; the covariance is about the mean": _white(center=False),
        "z-scores leave the correlations": lambda x: (x - x.mean(axis=0)) / x.std(axis=0),
    },
    wrong=(
        lambda x: (x - x.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(x.T, bias=True)))).T
        if x.shape[1] > 1
        else _white(back=False)(x) * 2,
    ),
    praise="the identity as covariance, and the digits still face you",
)  # fmt: skip
