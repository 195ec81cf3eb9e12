"""The exercises of chapter 2b, Principal components."""

import numpy as np

from . import SCALES, Exercise


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


def _standardized(new, mean, deviation):
    flat = deviation == 0
    return np.where(flat, 0.0, (new - mean) / np.where(flat, 1.0, deviation))


def _z_scores(train, new, ddof=0):
    deviation = np.where(np.ptp(train, axis=0) == 0, 0.0, train.std(axis=0, ddof=ddof))
    return _standardized(new, train.mean(axis=0), deviation)


def _tables(rng) -> list:
    units, middle = np.array([1.0, 10.0, 0.1]), np.array([5.0, 0.0, -2.0])
    train, new = (middle + units * rng.standard_normal((N, 3)) for N in (20, 4))
    constant = [np.where([False, True, False], c, train) for c in (7.0, 0.1, 1e12)]
    scaled = [(s * train, s * (new + 1)) for s in SCALES]
    return [*scaled, *((table, new) for table in constant), (train[:, :1], new[:1, :1])]


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
