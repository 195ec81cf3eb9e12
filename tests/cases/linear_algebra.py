"""Chapter 2: changes that flip its verdicts, and wrong answers to its exercises."""

import numpy as np

# claim, what is replaced in the chapter's source as `plain` in test_chapters writes it, the verdict that follows
FLIPS = [
    ("C2.1", [("rng.standard_normal((3, 200, 4, 4))", "rng.standard_normal((3, 200, 4, 4)) * np.eye(4)")], "IT DEPENDS"),
    ("C2.2", [("x + 1j * y, y - 2j * x", "x + 0j * y, y - 0j * x"),
              ("np.outer(x, y) - np.outer(y, x)", "np.inner(x, y) - np.inner(y, x)"),
              ("np.cross(x, y) - np.cross(y, x)", "np.inner(x, y) - np.inner(y, x)")], "TRUE"),
    ("C2.3", [("[A, b])) == np.linalg.matrix_rank(A)", "[A, b])) == A.shape[1]")], "FALSE"),
    ("C2.4", [("np.array([[2.0, -1.0], [1.0, 2.0], [1.0, 0.0]])", "np.zeros((3, 2))")], "TRUE"),
    ("C2.5", [("codes = (D @ x, D.T @ x,", "codes = (D.T @ x, D.T @ x,")], "TRUE"),
    ("C2.6", [("curious = (views + visitors, views - visitors)", "curious = (views + visitors, 2 * views + visitors)")], "TRUE"),
    ("C2.6", [("0.12 * rng.standard_normal(days)", "1.2 * rng.standard_normal(days)")], "FALSE"),
    ("C2.7", [("np.array([[1.0, 0.0], [0.8, 0.6]])", "np.array([[0.6, -0.8], [0.8, 0.6]])")], "TRUE"),
    ("C2.8", [("(on_axis ** 2).mean()",
      "on_axis.var()"), ("(z[days] - z[days].mean(axis=0)).T[::-1]", "z[days].T[::-1] + np.array([[-3.0], [3.0]])")], "FALSE"),
    ("C2.9", [("V[:, 0] + 0.02 * rng.standard_normal(5)", "V[:, 0] + 0.02 * V[:, 1]")], "TRUE"),
    ("C2.10", [("B = V[:, :K]\nscores = Z @ B", "B = V[:, -K:]\nscores = Z @ B")], "IT DEPENDS"),
    ("C2.11", [("P = V.T\n", "P = V\n")], "IT DEPENDS"),
    ("C2.12", [("np.sqrt([4.0, 1.0, 0.25, 0.01, 0.005, 0.002])", "np.sqrt([4.0, 4.0, 4.0, 4.0, 4.0, 4.0])")], "FALSE"),
    ("C2.13", [("'raw 0…255': lambda train, x: 255 * x", "'raw 0…255': lambda train, x: x"),
               ("(x - train.mean(axis=0)) / np.maximum(train.std(axis=0), 1e-09)", "x + 0 * train[0]")], "TRUE"),
    ("C2.14", [("'two uniform sources': rng.uniform(-1, 1, (N, 2))",
      "'two uniform sources': rng.standard_normal((N, 2))")], "IT DEPENDS"),
    ("C2.15", [("(x - x.mean(axis=0)).mean(axis=0) / x.std", "(x - x.mean(axis=1, keepdims=True)).mean(axis=0) / x.std")], "FALSE"),
    ("C2.16", [("rng.standard_normal((3, 2))", "rng.standard_normal((3, 3))"),
               ("np.linalg.svd(X)[0][:, :2].T", "np.linalg.svd(X)[0].T")], "FALSE"),
    ("C2.17", [("[transferred, seconds, pages, discount, loyalty]",
                "[(c - c.mean()) / c.std() for c in (transferred, seconds, pages, discount, loyalty)]")], "FALSE"),
    ("C2.18", [("rng.uniform(0, 5, 500), rng.standard_normal(500), rng.lognormal(0, 1.5, 500)",
                "np.linspace(0, 5, 500), np.linspace(-1, 1, 500), np.linspace(0, 90, 500)")], "TRUE"),
]  # fmt: skip


def in_place_normalized(A, x, steps):
    for _ in range(steps):
        x[:] = A @ x
        x /= np.linalg.norm(x)
    return x @ A @ x


def powered(estimate, normalize=True):
    """Power iteration that reports `estimate(A, v)` of its last vector."""

    def answer(A, x, steps):
        for _ in range(steps):
            x = A @ x
            if normalize:
                x = x / np.linalg.norm(x)
        return estimate(A, x)

    return answer


def second_largest(A, x, steps):
    return sorted(np.linalg.eigvalsh(A), key=abs)[-2]


def inverse_of_svd(threshold):
    """V (1/σ) Uᵀ with the singular values above `threshold(σ)`."""

    def answer(A):
        U, s, Vt = np.linalg.svd(A, full_matrices=False)
        keep = s > threshold(s)
        return Vt[keep].T / s[keep] @ U[:, keep].T

    return answer


def cheapest(errors):
    return lambda x: int(np.argmin(errors(x)))


def residuals(x, constant=True):
    x = x - x.mean(axis=0) if constant else x
    found = []
    for j in range(x.shape[1]):
        others = np.delete(x, j, axis=1)
        fit = others @ np.linalg.lstsq(others, x[:, j])[0]
        found.append(((x[:, j] - fit) ** 2).mean())
    return np.array(found)


def walk(A, b):
    return np.linalg.solve(A.T @ A, A.T @ b)


def changed_in_place(train, new):
    new -= train.mean(axis=0)
    new /= train.std(axis=0)
    return new


# a check, a plausible wrong answer, and what the reader should be told
MISTAKES = [
    ("check_bracket_costs", lambda m, n, p: (m * n * p, n * p + m * n), "the product AB alone is not enough"),
    ("check_bracket_costs", lambda m, n, p: (m * n * p + m * p, n * p), "A must still be applied to it"),
    ("check_bracket_costs", lambda m, n, p: (n * p + m * n, m * n * p + m * p), "the two orders are exchanged"),
    ("check_bracket_costs", lambda m, n, p: (2 * m * p, n * p + m * n), "takes n multiplications"),
    ("check_bracket_costs", lambda m, n, p: m * n * p, "must have shape (2,), yours has ()"),
    ("check_fate", lambda A, b: "one" if A.shape[0] == A.shape[1] else "many", 'the answer is "one"'),
    ("check_fate", lambda A, b: "one" if np.linalg.matrix_rank(A) == A.shape[1] else "many", 'the answer is "none"'),
    ("check_fate", lambda A, b: "none" if len(A) > A.shape[1] else "one", 'yours is "none"'),
    ("check_fate", lambda A, b: 1, 'return "none", "one" or "many"'),
    ("check_fate", lambda A, b: "one" if np.linalg.det(A) else "none", "raised LinAlgError"),
    ("check_nearest_reachable", walk, "this is the walk x"),
    ("check_nearest_reachable", lambda A, b: A @ A.T @ b, "only if the columns are orthonormal"),
    ("check_nearest_reachable", lambda A, b: b - A @ walk(A, b), "this is the error"),
    ("check_nearest_reachable", lambda A, b: b, "b itself is not reachable"),
    ("check_nearest_reachable", lambda A, b: A @ np.linalg.solve(A, b), "raised LinAlgError"),
    ("check_p_norm", lambda x, p: (x**p).sum(axis=-1) ** (1 / p), "the absolute value is missing"),
    ("check_p_norm", lambda x, p: (np.abs(x) ** p).sum(axis=-1), "the p-th root is missing"),
    ("check_p_norm", lambda x, p: x.max(axis=-1) if np.isinf(p) else np.linalg.norm(x, p, axis=-1),
     "the sign of the largest entry"),
    ("check_p_norm", lambda x, p: np.linalg.norm(x, p, axis=-1), "take the largest entry out"),
    ("check_p_norm", lambda x, p: np.linalg.norm(x.ravel(), p), "must have shape (2, 3), yours has ()"),
    ("check_largest_eigenvalue", powered(lambda A, v: np.linalg.norm(A @ v)), "loses the sign"),
    ("check_largest_eigenvalue", powered(lambda A, v: v @ A @ v, normalize=False), "scale the vector to length one"),
    ("check_largest_eigenvalue", second_largest, "this is the second eigenvalue"),
    ("check_largest_eigenvalue", in_place_normalized, "changed its argument x"),
    ("check_largest_eigenvalue", powered(lambda A, v: v), "must have shape (), yours has (4,)"),
    ("check_largest_eigenvalue", lambda A, x, steps: np.linalg.eigvalsh(A)[np.abs(np.linalg.eigvalsh(A)).argmax()],
     "the estimate after 3 steps"),
    ("check_pseudo_inverse", lambda A: A.T, "the singular values must be inverted"),
    ("check_pseudo_inverse", np.linalg.inv, "raised LinAlgError"),
    ("check_pseudo_inverse", inverse_of_svd(lambda s: 0.0), "should be zero was inverted"),
    ("check_pseudo_inverse", inverse_of_svd(lambda s: 1e-12), "compare the singular values with the largest one"),
    ("check_pseudo_inverse", lambda A: np.linalg.pinv(A).T, "must have shape (2, 4), yours has (4, 2)"),
    ("check_captured", lambda P, C: np.trace(P @ C @ P.T), "divide by the total variance"),
    ("check_captured", lambda P, C: 1 - np.trace(P @ C @ P.T) / np.trace(C), "the share that is lost"),
    ("check_captured", lambda P, C: np.sort(np.linalg.eigvalsh(C))[::-1][: len(P)].sum() / np.trace(C), "along the best axes"),
    ("check_captured", lambda P, C: (P @ C @ P.T).sum() / np.trace(C), "add up the diagonal"),
    ("check_captured", lambda P, C: P @ C @ P.T / np.trace(C), "must have shape (), yours has (1, 1)"),
    ("check_components_for", lambda v, s: int(np.argmax(np.cumsum(v) >= s * v.sum())) + 1, "last running sum"),
    ("check_components_for", lambda v, s: int(np.argmax(np.cumsum(v) >= s * v.sum())), "count from one"),
    ("check_components_for", lambda v, s: int((np.cumsum(v) <= s * v.sum()).sum()) + 1, "exactly reaching it is enough"),
    ("check_components_for", lambda v, s: int(np.argmax(np.cumsum(v) >= s)) + 1, "K for 51%"),
    ("check_components_for", lambda v, s: int(np.argmax(v / v.sum() <= s)) + 1, "K for"),
    ("check_z_scores", lambda t, n: (n - n.mean(axis=0)) / n.std(axis=0), "not by their own"),
    ("check_z_scores", lambda t, n: (n - t.mean(axis=0)) / t.var(axis=0), "not by the variance"),
    ("check_z_scores", lambda t, n: (n - t.mean()) / t.std(), "not of the whole table"),
    ("check_z_scores", lambda t, n: n / t.std(axis=0), "subtracted before dividing"),
    ("check_z_scores", lambda t, n: (n - t.mean(axis=0)) / t.std(axis=0, ddof=1), "divide by N"),
    ("check_z_scores", lambda t, n: (n - t.mean(axis=0)) / t.std(axis=0), "a constant column of train gives nan or inf"),
    ("check_z_scores", changed_in_place, "changed its argument new"),
    ("check_cheapest_column", lambda x: int(x.var(axis=0).argmin()), "others may restore a larger one better"),
    ("check_cheapest_column", lambda x: int(residuals(x).argmax()), "hardest to restore"),
    ("check_cheapest_column", cheapest(lambda x: residuals(x, constant=False)), "the regression needs a constant"),
    ("check_cheapest_column", cheapest(lambda x: residuals(x) / x.var(axis=0)), "compare errors, not shares"),
    ("check_cheapest_column", residuals, "return one index"),
]  # fmt: skip
