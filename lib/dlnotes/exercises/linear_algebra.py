"""The exercises of chapter 2a, Linear algebra."""

import numpy as np

from . import SCALES, Exercise, answered, numbers

check_bracket_costs = Exercise(
    ("the cost of (AB)c", "the cost of A(Bc)"),
    right=lambda m, n, p: (m * n * p + m * p, n * p + m * n),
    cases=lambda rng: [(2, 3, 4), (100, 100, 100), (5, 1, 7), (1, 6, 2), (10**6, 2, 10**6)],
    tolerance=0,
    mistakes={
        "the product AB alone is not enough; apply it to c, too": lambda m, n, p: (m * n * p, n * p + m * n),
        "B c has n entries, and A must still be applied to it": lambda m, n, p: (m * n * p + m * p, n * p),
        "the two orders are exchanged": lambda m, n, p: (n * p + m * n, m * n * p + m * p),
        "an entry of AB takes n multiplications, not one": lambda m, n, p: (2 * m * p, n * p + m * n),
    },
    praise="from the right, every intermediate result is a mere column",
)  # fmt: skip


def _fate(A, b, tol=None):
    rank = np.linalg.matrix_rank(A, tol=tol)
    if np.linalg.matrix_rank(np.column_stack([A, b]), tol=tol) > rank:
        return "none"
    return "one" if rank == A.shape[1] else "many"


def _systems(rng) -> dict:
    tall, wide, square = (rng.standard_normal(s) for s in ((4, 2), (2, 4), (3, 3)))
    flat = np.array([[1.0, 2.0], [2.0, 4.0]])
    near, nearer = (np.array([[1.0, 1.0], [1.0, 1 + gap]]) for gap in (1e-6, 1e-9))
    rank_2 = np.array(
        [[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]
    )  # its determinant is rounded to 7e-16
    return {
        "a tall A and a b off its span": (tall, rng.standard_normal(4)),
        "a tall A and a b in its span": (tall, tall @ np.array([1.0, -2.0])),
        "a wide A": (wide, rng.standard_normal(2)),
        "a square A of full rank": (square, rng.standard_normal(3)),
        "a square A of rank 1 and a b off its span": (flat, np.array([1.0, 0.0])),
        "a square A of rank 1 and a b in its span": (flat, np.array([5.0, 10.0])),
        "a tall A of rank 1 and a b in its span": (np.vstack([flat, 3 * flat]), np.array([3.0, 6, 9, 18])),
        "a wide A of rank 1 and a b off its span": (np.ones((2, 3)), np.array([1.0, 2.0])),
        "A and b all zero": (np.zeros((2, 2)), np.zeros(2)),
        "columns that differ by one millionth": (near, np.array([1.0, 2.0])),
        "columns that differ by one billionth": (nearer, np.array([1.0, 2.0])),
        "a square A of rank 2 and a b in its span": (rank_2, rank_2 @ np.ones(3)),
        "a square A of rank 2 and a b off its span": (rank_2, np.array([1.0, 0.0, 0.0])),
        "a square A of full rank and b = 0": (square, np.zeros(3)),
        "a square A of rank 1 and b = 0": (flat, np.zeros(2)),
        "a tiny A of rank 1 and a b off its span": (1e-12 * flat, 1e-12 * np.array([1.0, 0.0])),
        "a tiny A of full rank": (1e-12 * square, 1e-12 * rng.standard_normal(3)),
        "a huge A and a b in its span": (1e12 * tall, 1e12 * tall @ np.array([1.0, -2.0])),
    }  # fmt: skip


check_fate = Exercise(
    "the fate",
    words=("none", "one", "many"),
    right=_fate,
    cases=_systems,
    mistakes={
        "b decides, too: compare the rank of A with that of A and b side by side": (
            lambda A, b: "one" if np.linalg.matrix_rank(A) == A.shape[1] else "many"
        ),
        "the numbers of equations and unknowns do not decide; the rank does": (
            lambda A, b: "none" if len(A) > A.shape[1] else "one" if len(A) == A.shape[1] else "many"
        ),
        "unique means that the columns are independent, not the rows": (
            lambda A, b: "one" if np.linalg.matrix_rank(A) == len(A) else _fate(A, b)
        ),
        "nearly dependent is not dependent; leave the tolerance to matrix_rank": lambda A, b: _fate(A, b, tol=1e-3),
    },
    wrong=(lambda A, b: 1, lambda A, b: "one" if np.linalg.det(A) else "none"),
    praise="reachability first, uniqueness second; tall, wide and flat systems alike",
)  # fmt: skip


def _p_norm(x, p):
    largest = np.abs(x).max(axis=-1)
    if np.isinf(p):
        return largest
    scale = np.where(largest > 0, largest, 1.0)
    return scale * ((np.abs(x) / scale[..., None]) ** p).sum(axis=-1) ** (1 / p)


def _scaled_norm(x, p):
    largest = np.abs(x).max(axis=-1, keepdims=True)
    return largest[..., 0] * np.linalg.norm(x / largest, p, axis=-1)


def _p_norm_of_large(x, p):
    scale = np.maximum(np.abs(x).max(axis=-1), 1.0)
    return scale * np.linalg.norm(x / scale[..., None], p, axis=-1)


def _by_row(answer, x, p):
    """The norm of each row beside its largest entry, so that a small row counts as much as a large one."""
    norms, largest = numbers("the norm", answered(answer(x, p))), np.abs(x).max(axis=-1)
    return (
        norms / np.where(largest > 0, largest, 1.0)
        if norms.shape == largest.shape
        else norms
    )


check_p_norm = Exercise(
    "the norm, divided by the largest entry,",
    right=_p_norm,
    apply=_by_row,
    cases=lambda rng: [
        *((rng.standard_normal((2, 3, 4)), p) for p in (1, 2, 3.5, np.inf, 40)),
        *((s * np.array([[3.0, -4.0], [0.0, 1.0]]), p) for s in (1e200, 1e-200) for p in (1, 2, 3.5, np.inf)),
        (np.array([[3e200, -4e200], [0.0, 0.0], [1.0, 2.0]]), 2),
        (np.array([[-1e200, -2e200], [-1e200, 1.0]]), 2),
        (np.array([3.0, -4.0]), 2),
    ],
    mistakes={
        "the absolute value is missing": lambda x, p: (x**p).sum(axis=-1) ** (1 / p),
        "the p-th root is missing": lambda x, p: (np.abs(x) ** p).sum(axis=-1) ** (1 / p if p == 1 else 1),
        "for p = ∞ the sign of the largest entry must not matter": (
            lambda x, p: x.max(axis=-1) if np.isinf(p) else _p_norm(x, p)
        ),
        "powers overflow; take the largest entry out before": lambda x, p: np.linalg.norm(x, p, axis=-1),
        "powers of small entries vanish; divide by the largest entry, also where it is small": _p_norm_of_large,
        "a row of zeros has no entry to divide by": _scaled_norm,
        "norm each row of the last axis, not everything at once": lambda x, p: _p_norm(x.ravel(), p),
    },
    wrong=(lambda x, p: _p_norm(x, p) if p != 3.5 else np.linalg.norm(x, p, axis=-1),),
    praise="one formula for every p, and no overflow",
)  # fmt: skip


def _quotient(A, v):
    return v @ A @ v / (v @ v)


def _powered(estimate, normalize=True):
    """Power iteration that reports `estimate(A, v)` of its last vector."""

    def answer(A, x, steps):
        for _ in range(steps):
            x = A @ x
            x = x / np.linalg.norm(x) if normalize else x
        return estimate(A, x)

    return answer


SPECTRA = (-2.0, 1.2, 0.3, 0.1), (3.0, 1.0, 0.5, -0.2), (50.0, 20.0, 1.0, 0.0)


def _matrices(rng) -> list:
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    cases = [
        (size * (Q * spectrum) @ Q.T, rng.standard_normal(4), steps)
        for spectrum in SPECTRA
        for size in SCALES
        for steps in (400, 0, 1)
    ]
    few = (Q * SPECTRA[2]) @ Q.T, rng.standard_normal(4), 3
    return [few, (np.diag([-2.0, 1.0]), np.array([3.0, 4.0]), 1), *cases]


check_largest_eigenvalue = Exercise(
    "the estimate",
    right=_powered(_quotient),
    cases=_matrices,
    mistakes={
        "the vector overflows; scale it to length one at each step": _powered(_quotient, normalize=False),
        "v must have length one; divide vᵀ A v by vᵀ v": _powered(lambda A, v: v @ A @ v, normalize=False),
        "without a step v is x, and x need not have length one": _powered(lambda A, v: v @ A @ v),
        "‖A v‖ loses the sign of the eigenvalue": _powered(lambda A, v: np.linalg.norm(A @ v) / np.linalg.norm(v)),
        "the estimate after few steps is not the eigenvalue": lambda A, x, steps: max(np.linalg.eigvalsh(A), key=abs),
        "one step too few": lambda A, x, steps: _powered(_quotient)(A, x, max(steps - 1, 0)),
        "no step was made": lambda A, x, steps: _quotient(A, x),
    },
    wrong=(lambda A, x, steps: sorted(np.linalg.eigvalsh(A), key=abs)[-2],),
    praise="the direction settles, the sign survives, and nothing overflows",
)  # fmt: skip


def _rank_k(terms, error=np.linalg.norm):
    """The sum of the `terms(U, s, Vt, k)` of a singular value decomposition, and the `error` of those left out."""

    def answer(A, k):
        U, s, Vt = np.linalg.svd(A, full_matrices=False)
        left, sizes, right = terms(U, s, Vt, k)
        return left * sizes @ right, error(s[k:])

    return answer


def _first(U, s, Vt, k):
    return U[:, :k], s[:k], Vt[:k]


check_rank_k = Exercise(
    ("A_k", "the error"),
    right=_rank_k(_first),
    cases=lambda rng: {
        "a tall A": (rng.standard_normal((5, 3)), 2),
        "a wide A": (rng.standard_normal((3, 5)), 1),
        "a square A": (rng.standard_normal((4, 4)), 3),
        "a flat A": (np.array([[3.0, 1.0, 0.0], [1.0, 3.0, 0.0]]), 1),
        "an A of size 1e12": (1e12 * rng.standard_normal((4, 3)), 1),
        "an A of size 1e-12": (1e-12 * rng.standard_normal((4, 3)), 2),
        "an A with singular values from 1 to 1e-9": (_lopsided(rng, (4, 3), 1e-9), 2),
    },
    mistakes={
        "np.linalg.svd returns Vᵀ already: its rows are the vᵢ": _rank_k(lambda U, s, Vt, k: (U[:, :k], s[:k], Vt.T[:k])),
        "the terms carry the singular values as weights": _rank_k(lambda U, s, Vt, k: (U[:, :k], 1.0, Vt[:k])),
        "the singular values come largest first; keep the first k": (
            _rank_k(lambda U, s, Vt, k: (U[:, len(s) - k :], s[len(s) - k :], Vt[len(s) - k :]))
        ),
        "these are k + 1 terms": _rank_k(lambda U, s, Vt, k: (U[:, : k + 1], s[: k + 1], Vt[: k + 1])),
        "the root of the error is missing": _rank_k(_first, lambda rest: np.sum(rest**2)),
        "errors along perpendicular directions add as squares": _rank_k(_first, np.sum),
        "the error is the root of the sum of squares, not of their mean": (
            _rank_k(_first, lambda rest: np.sqrt(np.mean(rest**2)))
        ),
        "all terms that were left out count, not only the largest": _rank_k(_first, lambda rest: rest.max(initial=0.0)),
        "the error comes from the terms left out, not from those kept": (
            lambda A, k: (_rank_k(_first)(A, k)[0], np.linalg.norm(np.linalg.svd(A)[1][:k]))
        ),
    },
    wrong=(lambda A, k: (A, 0.0),),
    also_right=(
        lambda A, k: ((B := _rank_k(_first)(A, k)[0]), np.sqrt(np.sum((np.longdouble(A) - B) ** 2)).astype(float)),
    ),
    praise="k columns, k rows, k sizes, and the rest is the error",
)  # fmt: skip


def _inverse_of_svd(threshold):
    """V (1/σ) Uᵀ with the singular values above `threshold(σ)`."""

    def answer(A):
        U, s, Vt = np.linalg.svd(A, full_matrices=False)
        keep = s > threshold(s)
        return Vt[keep].T / s[keep] @ U[:, keep].T

    return answer


def _lopsided(rng, shape, smallest):
    """A matrix with singular values from 1 down to `smallest`."""
    U, _, Vt = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    return U * np.geomspace(1, smallest, min(shape)) @ Vt


check_pseudo_inverse = Exercise(
    "A⁺",
    right=_inverse_of_svd(lambda s: 1e-12 * s[0]),
    cases=lambda rng: {
        "a tall A": (rng.standard_normal((4, 2)),),
        "a wide A": (rng.standard_normal((2, 4)),),
        "a square A": (rng.standard_normal((3, 3)),),
        "an A of rank 2 with 3 columns": (rng.standard_normal((5, 2)) @ rng.standard_normal((2, 3)),),
        "an A of size 1e-14": (1e-14 * rng.standard_normal((3, 2)),),
        "an A of size 1e12 and rank 1": (1e12 * np.outer(rng.standard_normal(3), [0.1, 0.2]),),
        "an A with singular values from 1 to 1e-9": (_lopsided(rng, (4, 3), 1e-9),),
        "an A of zeros": (np.zeros((2, 3)),),
        "an A with the singular values 1e6 and 1": (np.diag([1e6, 1.0]),),
    },
    mistakes={
        "this is Aᵀ; the singular values must be inverted": lambda A: A.T,
        "a singular value that should be zero was inverted": _inverse_of_svd(lambda s: 0.0),
        "compare the singular values with the largest one, not with a fixed number": _inverse_of_svd(lambda s: 1e-12),
    },
    wrong=(np.linalg.inv, lambda A: np.linalg.pinv(A.T @ A) @ A.T, _inverse_of_svd(lambda s: 1e-6 * s[0])),
    also_right=(lambda A: np.linalg.pinv(A, rcond=1e-12),),
    praise="exact, nearest or shortest: one matrix for all three fates",
)  # fmt: skip
