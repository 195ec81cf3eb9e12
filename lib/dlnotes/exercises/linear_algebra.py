"""The exercises of chapter 2, Linear algebra and PCA."""

import numpy as np

from . import Wrong, answered, check, compare, unchanged


def _rng() -> np.random.Generator:
    return np.random.default_rng(2)


@check
def check_bracket_costs(answer) -> str:
    for m, n, p in ((2, 3, 4), (100, 100, 100), (5, 1, 7), (1, 6, 2)):
        left, right = m * n * p + m * p, n * p + m * n
        hints = {
            "the product AB alone is not enough; multiply it by c as well": np.array(
                [m * n * p, right]
            ),
            "B c is a column with n entries, and A must still be applied to it": np.array(
                [left, n * p]
            ),
            "the two orders are exchanged": np.array([right, left]),
            "an entry of AB takes n multiplications, not one": np.array(
                [2 * m * p, right]
            ),
        }
        compare(
            f"the costs for m, n, p = {m}, {n}, {p}",
            answered(answer(m, n, p)),
            [left, right],
            hints,
        )
    return "from the right, every intermediate result is a mere column"


def _systems():
    """Systems of every shape and fate: (A, b, fate)."""
    rng = _rng()
    tall, wide, square = (rng.standard_normal(s) for s in ((4, 2), (2, 4), (3, 3)))
    flat = np.array([[1.0, 2.0], [2.0, 4.0]])
    deep = np.vstack([flat, 3 * flat])
    yield square, rng.standard_normal(3), "one"
    yield tall, tall @ np.array([1.0, -2.0]), "one"
    yield tall, rng.standard_normal(4), "none"
    yield wide, rng.standard_normal(2), "many"
    yield flat, np.array([1.0, 0.0]), "none"
    yield flat, np.array([5.0, 10.0]), "many"
    yield deep, deep @ np.array([1.0, 1.0]), "many"
    yield np.ones((2, 3)), np.array([1.0, 2.0]), "none"
    yield np.zeros((2, 2)), np.zeros(2), "many"


@check
def check_fate(answer) -> str:
    for A, b, fate in _systems():
        got = answered(answer(A.copy(), b.copy()))
        if not isinstance(got, str) or got not in ("none", "one", "many"):
            raise Wrong(f'return "none", "one" or "many", yours is {got!r}')
        if got != fate:
            rank = np.linalg.matrix_rank(A)
            raise Wrong(
                f"A of shape {A.shape} has rank {rank}, and with b appended "
                f'{np.linalg.matrix_rank(np.column_stack([A, b]))}: the answer is "{fate}", yours is "{got}"'
            )
    return "reachability first, uniqueness second; tall, wide and flat systems alike"


@check
def check_nearest_reachable(answer) -> str:
    rng = _rng()
    for m, n in ((3, 1), (4, 2), (6, 3)):
        A, b = rng.standard_normal((m, n)), rng.standard_normal(m)
        given = A.copy()
        got = np.asarray(answered(answer(A, b.copy())), dtype=float)
        unchanged("A", given, A)
        walk = np.linalg.solve(A.T @ A, A.T @ b)
        if got.shape == walk.shape and np.allclose(got, walk):
            raise Wrong("this is the walk x; return the point A x that it leads to")
        hints = {
            "A Aᵀ b projects only if the columns are orthonormal; divide by AᵀA": A
            @ A.T
            @ b,
            "this is the error b − A x; return the point itself": b - A @ walk,
            "b itself is not reachable": b,
        }
        compare(f"the point for A of shape {A.shape}", got, A @ walk, hints)
    return "the error is perpendicular to every column"


@check
def check_p_norm(answer) -> str:
    x = _rng().standard_normal((2, 3, 4))
    given = x.copy()
    for p in (1, 2, 3.5, np.inf):
        expected = np.linalg.norm(x, ord=p, axis=-1)
        hints = {
            "the absolute value is missing": x.sum(axis=-1)
            if p == 1
            else np.full((2, 3), np.nan),
            "for p = ∞ the sign of the largest entry must not matter": x.max(axis=-1),
        }
        if np.isfinite(p):
            hints["the p-th root is missing"] = (np.abs(x) ** p).sum(axis=-1)
        with np.errstate(all="ignore"):
            got = answered(answer(x, p))
        compare(f"the norm for p = {p:g}", got, expected, hints)
    unchanged("x", given, x)
    with np.errstate(all="ignore"):
        huge = np.asarray(
            answer(np.array([[3e200, -4e200], [0.0, 0.0]]), 2), dtype=float
        )
    if not np.isfinite(huge).all():
        raise Wrong(
            f"for the rows (3e200, −4e200) and (0, 0) you return {huge}; take the largest entry out before you square, "
            "and mind a row of zeros"
        )
    compare("the norms of (3e200, −4e200) and (0, 0)", huge / 1e200, [5.0, 0.0])
    return "one formula for every p, and no overflow"


@check
def check_largest_eigenvalue(answer) -> str:
    rng = _rng()
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    for spectrum in (
        (-2.0, 1.2, 0.3, 0.1),
        (3.0, 1.0, 0.5, -0.2),
        (50.0, 20.0, 1.0, 0.0),
    ):
        A, x = Q @ np.diag(spectrum) @ Q.T, rng.standard_normal(4)
        given = x.copy()
        with np.errstate(all="ignore"):
            got = np.asarray(answered(answer(A, x, 400)), dtype=float)
        unchanged("x", given, x)
        if got.shape == () and not abs(got) < 1e6:
            raise Wrong(
                f"after 400 steps the estimate is {got}; scale the vector to length one at each step"
            )
        hints = {
            "the eigenvalue is negative, and ‖A v‖ loses the sign; use vᵀ A v": abs(
                spectrum[0]
            ),
            "this is the second eigenvalue": spectrum[1],
        }
        compare(
            f"the eigenvalue of a matrix with spectrum {spectrum}",
            got,
            spectrum[0],
            hints,
        )
        v = x
        for _ in range(3):
            v = A @ v / np.linalg.norm(A @ v)
        early = {
            "for a vector that is not of length one, divide vᵀ A v by vᵀ v": (A @ v)
            @ A
            @ (A @ v)
        }
        compare("the estimate after 3 steps", answer(A, x.copy(), 3), v @ A @ v, early)
    return "the direction settles, the sign survives, and nothing overflows"


@check
def check_pseudo_inverse(answer) -> str:
    rng = _rng()
    thin = rng.standard_normal((5, 2)) @ rng.standard_normal((2, 3))
    cases = {
        "a tall matrix": rng.standard_normal((4, 2)),
        "a wide matrix": rng.standard_normal((2, 4)),
        "a square one": rng.standard_normal((3, 3)),
        "a matrix of rank 2 with 3 columns": thin,
        "a small one": 1e-14 * rng.standard_normal((3, 2)),
    }
    for name, A in cases.items():
        given = A.copy()
        with np.errstate(all="ignore"):
            got = np.asarray(answered(answer(A)), dtype=float)
        unchanged("A", given, A)
        expected = np.linalg.pinv(A, rcond=1e-12)
        size = max(1.0, np.abs(expected).max())
        if (
            got.shape == expected.shape
            and np.abs(got).max() > 1e6 * np.abs(expected).max()
        ):
            raise Wrong(
                f"{name}: entries up to {np.abs(got).max():.0e}; a singular value that should be zero was inverted"
            )
        hints = {
            "nothing is left of A: compare the singular values with the largest one, not with a fixed number": 0
            * expected,
            "this is Aᵀ; the singular values must be inverted": A.T / size,
        }
        compare(name, got / size, expected / size, hints)
    return "exact, nearest or shortest: one matrix for all three fates"


@check
def check_captured(answer) -> str:
    rng = _rng()
    for D, K in ((3, 1), (5, 2), (4, 4)):
        x = rng.standard_normal((50, D)) @ rng.standard_normal((D, D))
        C = np.cov(x.T, bias=True)
        P = np.linalg.qr(rng.standard_normal((D, K)))[0].T
        kept = np.trace(P @ C @ P.T)
        hints = {
            "divide by the total variance Tr(C)": kept,
            "this is the share that is lost": 1 - kept / np.trace(C),
            "those are the variances along the best axes, not along the given ones": np.sort(
                np.linalg.eigvalsh(C)
            )[::-1][:K].sum()
            / np.trace(C),
            "add up the diagonal of P C Pᵀ only": (P @ C @ P.T).sum() / np.trace(C),
        }
        compare(
            f"the share kept by {K} of {D} axes",
            answered(answer(P, C)),
            kept / np.trace(C),
            hints,
        )
    return "the variance kept is the trace of P C Pᵀ"


@check
def check_components_for(answer) -> str:
    λ = np.array([8.0, 4.0, 2.0, 1.0, 1.0])
    for share, K in ((0.5, 1), (0.51, 2), (0.75, 2), (0.8, 3), (0.9, 4), (1.0, 5)):
        hints = {
            "count from one: an index is one less than a number of components": K - 1,
            "at least the share: exactly reaching it is enough": K + 1,
        }
        compare(
            f"K for {share:.0%} of the variances {λ}",
            answered(answer(λ.copy(), share)),
            K,
            hints,
        )
    compare("K for 60 % of equal variances", answer(np.ones(10), 0.6), 6)
    early = "np.sum adds in another order than np.cumsum and may come out a bit larger: the total is the last running sum"
    for λ in np.sort(_rng().random((20, 30)))[:, ::-1]:
        compare("K for all of the variance", answer(λ.copy(), 1.0), 30, {early: 1})
    return "the first K that reaches the share"


@check
def check_z_scores(answer) -> str:
    rng = _rng()
    train = rng.standard_normal((20, 3)) * [1.0, 10.0, 0.1] + [5.0, 0.0, -2.0]
    new = rng.standard_normal((4, 3)) * [1.0, 10.0, 0.1] + [6.0, 1.0, -2.0]
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    hints = {
        "new data are measured by the mean and deviation of the training set, not by their own": (
            new - new.mean(axis=0)
        )
        / new.std(axis=0),
        "divide by the standard deviation, not by the variance": (new - mean)
        / deviation**2,
        "the deviation must divide by N, as in the chapter, not by N − 1": (new - mean)
        / train.std(axis=0, ddof=1),
        "subtract the mean of each column, not of the whole table": (new - train.mean())
        / train.std(),
        "the mean must be subtracted before dividing": new / deviation,
    }
    given, expected = (train.copy(), new.copy()), (new - mean) / deviation
    compare("the z-scores", answered(answer(train, new)), expected, hints)
    unchanged("train", given[0], train)
    unchanged("new", given[1], new)
    train[:, 1] = 7.0
    with np.errstate(all="ignore"):
        got = np.asarray(answer(train, new), dtype=float)
    if not np.isfinite(got).all():
        raise Wrong("a constant column of train gives nan or inf; return zeros for it")
    expected[:, 1] = 0
    compare("the z-scores with a constant column", got, expected)
    return "the units come from the training set, and a constant column does no harm"


@check
def check_cheapest_column(answer) -> str:
    rng = _rng()
    a, b, c = rng.standard_normal((3, 60))
    noise = rng.standard_normal((4, 60))
    tables = {
        "a column that is nearly the sum of two others": np.stack(
            [a, b, c, 1.01 * (a + b) + 0.05 * noise[0], noise[1] + noise[2]], axis=1
        )
        * [1.0, 0.5, 0.01, 3.0, 20.0],
        "a column with a large mean": np.stack(
            [a, 50 + 0.3 * a + 0.1 * noise[1], b], axis=1
        ),
        "two columns of different size": np.stack([10 * a + 3 * noise[2], a], axis=1),
        "a column that repeats another one": np.stack(
            [0.2 * b, a, 3 * c, 2 * a + 0.02 * noise[3]], axis=1
        ),
    }
    for name, x in tables.items():
        errors = _restoring_errors(x)
        cheapest = int(errors.argmin())
        got = answered(answer(x.copy()))
        compared = np.asarray(got, dtype=float)
        if compared.shape != ():
            raise Wrong(f"return one index, yours has shape {compared.shape}")
        if got != cheapest:
            mistakes = (
                (
                    x.var(axis=0).argmin(),
                    "that is the column with the smallest variance; others may restore a larger one better",
                ),
                (
                    _restoring_errors(x, constant=False).argmin(),
                    "the regression needs a constant; center the columns",
                ),
                (errors.argmax(), "that is the column that is hardest to restore"),
                (
                    (errors / x.var(axis=0)).argmin(),
                    "the columns keep their units: compare errors, not shares of variance",
                ),
            )
            hints = [hint for column, hint in mistakes if column == got]
            hint = (hints or ["compare the residual variances of all columns"])[0]
            raise Wrong(f"{name}: expected {cheapest}, yours is {got}; {hint}")
    return "the column that the others know best"


def _restoring_errors(x: np.ndarray, constant: bool = True) -> np.ndarray:
    """Mean squared error of each column when it is regressed on all others."""
    x = x - x.mean(axis=0) if constant else x
    errors = []
    for j in range(x.shape[1]):
        others = np.delete(x, j, axis=1)
        errors.append(
            ((x[:, j] - others @ np.linalg.lstsq(others, x[:, j])[0]) ** 2).mean()
        )
    return np.array(errors)
