"""Chapter 4: changes that flip its verdicts, and wrong answers to its exercises."""

import numpy as np

# claim, what is replaced in the chapter's source as `plain` in test_chapters writes it, the verdict that follows
SHIFTED = "np.exp(x - x.max(axis=-1, keepdims=True))"
FLIPS = [
    ("C4.11", [("'one very positive': [1000.0, 0.0, 0.0]", "'one very positive': [700.0, 0.0, 0.0]")], "TRUE"),
    ("C4.2", [(SHIFTED, "np.exp(x / x.max(axis=-1, keepdims=True))")], "FALSE"),
    ("C4.2", [(SHIFTED, "np.exp(x - x.min(axis=-1, keepdims=True))")], "IT DEPENDS"),
    ("C4.1", [("compensated = errors['Kahan'][:, -1]", "compensated = errors['naive'][:, -1]")], "TRUE"),
    ("C4.1", [("grown = errors['naive'][:, -1]", "grown = errors['pairwise'][:, -1]")], "FALSE"),
    ("C4.10", [("abs(rate(np.abs, 0.0, h) - rate(np.abs, 0.0, -h))", "abs(rate(np.abs, 1.0, h) - rate(np.abs, 1.0, -h))")],
     "TRUE"),
    ("C4.5", [("A = np.diag([1.0, 9.0])", "A = np.eye(2)"),
              ("p[0] ** 2 * p[1] / (p[0] ** 2 + p[1] ** 2)", "p[0] ** 2 * p[1]")], "TRUE"),
    ("C4.8", [("best_step(g, η, NORMS['length'])", "best_step(g, η, NORMS['sum of coordinates'])")], "TRUE"),
    ("C4.6", [("1.05 * limit", "0.525 * limit")], "TRUE"),
    ("C4.6", [("(0.01, 0.3, 0.6, 0.9, 0.99)", "(1.01, 1.3)")], "FALSE"),
    ("C4.3", [("/ 100 + 0.1 * x", "/ 100"), ("(4 * x * a + 2 * b) / 100 + 0.1", "(4 * x * a + 2 * b) / 100")], "TRUE"),
    ("C4.9", [("newton = {name: -np.linalg.solve(H, g)", "newton = {name: -0.1 * g")], "IT DEPENDS"),
    ("C4.4", [("-np.linalg.solve(H(), g)", "-1.5 / L * g")], "IT DEPENDS"),
    ("C4.7", [("W1[:, [i, j]], b1[[i, j]], W2[[i, j]] = (W1[:, [j, i]], b1[[j, i]], W2[[j, i]])",
               "W2[[i, j]] = 2.5 * W2[[i, j]]")], "TRUE"),
    ("C4.7", [("linear_loss(θ):\n    return losses.cross_entropy(x300 @ θ.reshape(64, 10), y300)[0]",
               "linear_loss(θ):\n    return losses.squared_error(np.tanh(x300 @ θ.reshape(64, 10)), np.eye(10)[y300])[0]"),
              ("in_scores = lambda z: losses.cross_entropy(z.reshape(30, 10), y)[0]",
               "in_scores = lambda z: losses.squared_error(F.softmax(z.reshape(30, 10))[0], np.eye(10)[y])[0]")], "FALSE"),
]  # fmt: skip


def halving(stop, made=lambda kind: kind, result=lambda gap: gap):
    """Halve `gap` until `stop(gap)` more would not be noticed, adding in the format `made(kind)`."""

    def answer(kind):
        kind, gap = made(kind), 1.0
        while kind(1) + kind(gap * stop) > kind(1):
            gap /= 2
        return result(gap)

    return answer


def shifted_lse(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return (m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))).squeeze(axis)


def compensation(recover, add=lambda v, c: v - c):
    def answer(values):
        s = c = values.dtype.type(0)
        for v in values:
            y = add(v, c)
            t = s + y
            c = recover(s, y, t)
            s = t
        return s

    return answer


def in_metric(d):
    return lambda g, A: d(g, A) / np.sqrt(d(g, A) @ A @ d(g, A))


def from_spectrum(rate):
    return lambda H: rate(np.linalg.eigvalsh(H))


def by_signs(λ):
    if (λ > 0).all():
        return "minimum"
    return "maximum" if (λ < 0).all() else "saddle"


def by_determinant(H):
    if np.linalg.det(H) < 0:
        return "saddle"
    return "minimum" if np.trace(H) > 0 else "maximum"


def zeros_first(H):
    λ = np.linalg.eigvalsh(H)
    return "undecided" if (np.abs(λ) < 1e-9).any() else by_signs(λ)


def difference(up, down, over, direction=lambda v: v):
    def answer(gradient, x, v):
        v = direction(v)
        return (gradient(x + up * v) - gradient(x + down * v)) / over

    return answer


def full_hessian(gradient, x, v):
    e = 1e-5 * np.eye(len(x))
    return np.stack([(gradient(x + s) - gradient(x - s)) / 2e-5 for s in e], axis=1) @ v


def moving_x(gradient, x, v):
    above = gradient(x + 1e-5 * v)
    x -= 1e-5 * v
    return (above - gradient(x)) / 2e-5


def gaps(reduce, count=101):
    def answer(f, a, b):
        t = np.linspace(0, 1, count)
        values = np.array([f((1 - s) * a + s * b) for s in t])
        return reduce(values - ((1 - t) * values[0] + t * values[-1]))

    return answer


def sorting(z, axis):
    z.sort(axis=axis)
    return np.log(np.exp(z).sum(axis=axis))


# a check, a plausible wrong answer, and what the reader should be told
MISTAKES = [
    ("check_first_gap", halving(1.0), "you went one halving too far"),
    ("check_first_gap", halving(0.5, made=lambda kind: np.float64), "float16: this is the gap of float64"),
    ("check_first_gap", halving(0.5, result=lambda gap: 2 * gap), "halve once more"),
    ("check_first_gap", lambda kind: float(np.finfo(kind).tiny), "float16: got 6.104e-05, expected 0.0009766"),
    ("check_first_gap", lambda kind: 0.001, "float16: got 0.001"),
    ("check_logsumexp", lambda z, axis: np.log(np.exp(z).sum(axis=axis)), "for scores of ±1000 the result is not finite"),
    ("check_logsumexp", shifted_lse, "you compute inf − inf"),
    ("check_logsumexp", lambda z, axis: shifted_lse(z, axis) - z.max(axis=axis), "must be added again outside"),
    ("check_logsumexp", lambda z, axis: z.max(axis=axis), "this is the maximum alone"),
    ("check_logsumexp", lambda z, axis: shifted_lse(z, -1), "LSE over axis 0 must have shape (4,), yours has (3,)"),
    ("check_logsumexp", lambda z, axis: np.log(np.exp(z).sum(axis=axis, keepdims=True)), "must have shape (3,)"),
    ("check_logsumexp", sorting, "changed its argument z"),
    ("check_logsumexp", lambda z, axis: np.nan_to_num(shifted_lse(z, axis)),
     "scores that are all −inf is −inf, yours is 0"),
    ("check_softplus", lambda z: np.log(1 + np.exp(z)), "e^1000 overflows"),
    ("check_softplus", lambda z: np.logaddexp(0, -z), "softplus of −z"),
    ("check_softplus", lambda z: 1 / (1 + np.exp(-z)), "this is the sigmoid"),
    ("check_softplus", lambda z: np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z))), "use np.log1p"),
    ("check_softplus", lambda z: np.log1p(np.exp(np.minimum(z, 100))), "softplus of large z"),
    ("check_softplus", lambda z: np.maximum(z, 0), "softplus at"),
    ("check_compensated_sum", compensation(lambda s, y, t: 0 * y), "this is the naive sum"),
    ("check_compensated_sum", compensation(lambda s, y, t: (t - s) - y, lambda v, c: v + c), "wrong sign"),
    ("check_compensated_sum", lambda values: values.astype(float).sum(), "all arithmetic must stay in float32"),
    ("check_compensated_sum", lambda values: np.cumsum(values)[-1], "this is the naive sum"),
    ("check_compensated_sum", compensation(lambda s, y, t: t - s), "the sum of (1, 2, 3.5)"),
    ("check_compensated_sum", lambda values: np.cumsum(values), "must have shape ()"),
    ("check_small_root", lambda b: b - np.sqrt(b * b - 1), "cancels its leading digits"),
    ("check_small_root", lambda b: b + np.sqrt(b * b - 1), "this is the large root"),
    ("check_small_root", lambda b: 1 / (2 * b), "for b = 1.25 your root is 0.4, exact is 0.5"),
    ("check_small_root", lambda b: b - np.sqrt(b - 1) * np.sqrt(b + 1), "for b = 10000"),
    ("check_small_root", lambda b: np.array([1.0, 2.0]), "must be a single number"),
    ("check_directional_derivative", lambda g, d: g @ d, "the direction must first be given length 1"),
    ("check_directional_derivative", lambda g, d: np.linalg.norm(g), "the angle to the direction is missing"),
    ("check_directional_derivative", lambda g, d: g @ d / (d @ d), "not by its square"),
    ("check_directional_derivative", lambda g, d: g @ d / np.linalg.norm(d) / np.linalg.norm(g), "the cosine alone"),
    ("check_directional_derivative", lambda g, d: abs(g @ d) / np.linalg.norm(d), "downhill directions have negative slopes"),
    ("check_directional_derivative", lambda g, d: g * d / np.linalg.norm(d), "must be a single number"),
    ("check_steepest_direction", lambda g, A: -g / np.linalg.norm(g), "steepest for Euclidean lengths"),
    ("check_steepest_direction", in_metric(lambda g, A: -A @ g), "multiply by the inverse of A"),
    ("check_steepest_direction", lambda g, A: -np.linalg.solve(A, g), "its length is not 1"),
    ("check_steepest_direction", in_metric(lambda g, A: np.linalg.solve(A, g)), "this direction climbs"),
    ("check_steepest_direction",
     lambda g, A: -np.linalg.solve(A, g) / np.linalg.norm(np.linalg.solve(A, g)), "length 1 in the metric A"),
    ("check_steepest_direction", lambda g, A: -A, "must have shape (2,)"),
    ("check_largest_rate", from_spectrum(lambda λ: 1 / λ[-1]), "you may go twice as far"),
    ("check_largest_rate", from_spectrum(lambda λ: 2 / λ[0]), "not the smallest"),
    ("check_largest_rate", from_spectrum(lambda λ: 2 / (λ[0] + λ[-1])), "the fastest rate"),
    ("check_largest_rate", lambda H: 2 / np.trace(H), "the trace adds all curvatures"),
    ("check_largest_rate", lambda H: 2 / np.linalg.norm(H), "this norm mixes all eigenvalues"),
    ("check_largest_rate", lambda H: 2 / np.abs(H).max(), "the largest entry of H"),
    ("check_classify", lambda H: by_signs(np.linalg.eigvalsh(H)), "undecided"),
    ("check_classify", by_determinant, "eigenvalues have both signs, though the determinant is positive"),
    ("check_classify", zeros_first, "a zero does not help"),
    ("check_classify", lambda H: "minimum" if np.linalg.det(H) > 0 else "saddle", "though the determinant is positive"),
    ("check_classify", lambda H: "minimum", "you say 'minimum', but it is 'maximum'"),
    ("check_hessian_vector", difference(1e-5, -1e-5, 1e-5), "divide by 2ε"),
    ("check_hessian_vector", difference(1e-5, -1e-5, 2e-5, lambda v: v / np.linalg.norm(v)), "do not change the length of v"),
    ("check_hessian_vector", difference(-1e-5, 1e-5, 2e-5), "the sign is reversed"),
    ("check_hessian_vector", difference(1e-3, 0.0, 1e-3), "a central difference with ε near 1e-5"),
    ("check_hessian_vector", full_hessian, "you asked for 10 gradients"),
    ("check_hessian_vector", lambda gradient, x, v: gradient(x), "this is the gradient itself"),
    ("check_hessian_vector", lambda gradient, x, v: v @ full_hessian(gradient, x, v), "H v must have shape (5,)"),
    ("check_hessian_vector", moving_x, "changed its argument x"),
    ("check_chord_gap", gaps(lambda gap: -gap.min()), "the sign is reversed"),
    ("check_chord_gap", gaps(lambda gap: np.abs(gap).max()), "do not take absolute values"),
    ("check_chord_gap", gaps(lambda gap: gap[50]), "you looked at the middle only"),
    ("check_chord_gap", gaps(lambda gap: gap.sum()), "the largest gap is"),
    ("check_chord_gap", gaps(lambda gap: gap), "must be a single number"),
]  # fmt: skip
