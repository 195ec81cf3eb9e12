"""Chapter 6b: changes that flip its verdicts, and wrong answers to its exercises."""

import numpy as np
from dlnotes import functional as F

# claim, what is replaced in the chapter's source as `plain` in test_chapters writes it, the verdict that follows
SLOPE = "slope_formula = σ(z) * (1 - σ(z))"
ADDED = "parent.grad = parent.grad + gradient"
FLIPS = [
    ("C6.9", [(SLOPE, "slope_formula = 1 - σ(z) ** 2")], "FALSE"),
    ("C6.9", [(SLOPE, "slope_formula = 1.001 * σ(z) * (1 - σ(z))")], "FALSE"),
    ("C6.10", [(SLOPE, "slope_formula = 1 - np.tanh(z) ** 2")], "FALSE"),
    ("C6.10", [("np.linspace(-12, 12, 4001)", "np.linspace(1, 12, 4001)")], "FALSE"),
    ("C6.49", [
        ("l1_error = l2_delta * W1\n    l1_delta", "l1_error = W1.T @ l2_delta\n    l1_delta"),
        ("return (x.T @ l1_delta, l2_delta * l1.T)", "return (l1_delta @ x.T, l2_delta * l1.T)"),
    ], "TRUE"),
    ("C6.48", [("δ = slope * signal", "δ = slope * np.tanh(signal)")], "IT DEPENDS"),
    ("C6.48", [("slopes = [a * (1 - a) for", "slopes = [1 - a ** 2 for")], "IT DEPENDS"),
    ("C6.63", [("else slope * dE_da", "else dE_da")], "TRUE"),
    ("C6.32", [("- np.eye(3)[labels]) / len(labels)\n", "- np.eye(3)[labels])\n")], "FALSE"),
    ("C6.33", [(ADDED, "parent.grad = gradient")], "TRUE"),
    ("C6.34", [(ADDED, "parent.grad = gradient")], "IT DEPENDS"),
    ("C6.51", [
        ("np.array([0.3 * ε, 1.0])", "np.array([3 * ε, 1.0])"),
        ("far = np.array([[25.0, 0.3]])", "far = np.array([[5.0, 0.3]])"),
        ("digits_agree(by_hand, differences(ε, 'central', np.float32))",
         "digits_agree(by_hand, differences(ε, 'central', float))"),
    ], "TRUE"),
    ("C6.47", [("dA = δ @ W.T", "dA = (δ @ W.T + δ @ W.T) / 2")], "IT DEPENDS"),
    ("C6.12", [("alone = bench['activation']['sigmoid']", "alone = bench['activation']['relu']")], "FALSE"),
    ("C6.11", [("'scale 32': 32.0", "'scale 8': 8.0")], "TRUE"),
    ("C6.13", [("'scale 1': 1.0, 'scale 0.5': 0.5", "'scale 1': 1.4, 'scale 0.5': 1.4")], "TRUE"),
    ("C6.27", [("for bias in (-10.0, 0.0, 10.0)", "for bias in (-0.5, 0.0, 0.5)")], "FALSE"),
    ("C6.50", [
        ("'32 samples': 32, 'all samples': N}", "'32 samples': 1, 'all samples': 1}"),
        ("(0.01, 0.03, 0.1, 0.3, 1.0, 2.0)", "(0.03,)"),
    ], "TRUE"),
]  # fmt: skip


def in_place_tanh(y, dy):
    np.square(y, out=y)
    return dy * (1 - y)


def in_place_delta(W1, d2, a1):
    back = W1.T @ d2
    a1 *= 1 - a1
    return back * a1


def in_place_log_softmax(z):
    z -= z.max(axis=-1, keepdims=True)
    return log_softmax()(z)


def pair(value, *gradients):
    """A function of the reader that returns `value(*args)` and a pullback with `gradients`."""

    def answer(*args):
        def backward(dy):
            found = tuple(g(*args, dy) for g in gradients)
            return found if len(found) > 1 else found[0]

        return value(*args), backward

    return answer


def project(dX, dW):
    return pair(lambda X, W: X @ W @ W.T, dX, dW)


def right_dX(X, W, dY):
    return dY @ W @ W.T


def first_use(X, W, dY):
    return X.T @ dY @ W


def second_use(X, W, dY):
    return dY.T @ X @ W


def plain_log_softmax(z):
    y = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return y, lambda dy: dy - np.exp(y) * dy.sum(axis=-1, keepdims=True)


def log_softmax(
    axis=-1, pullback=lambda y, dy: dy - np.exp(y) * dy.sum(axis=-1, keepdims=True)
):
    def answer(z):
        shifted = z - z.max(axis=axis, keepdims=True)
        y = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        return y, lambda dy: pullback(y, dy)

    return answer


def quotient(da, db):
    return pair(lambda a, b: a / b, da, db)


def direction(
    error, measured=lambda f, x, u, e: (f(x + e * u) - f(x - e * u)) / (2 * e)
):
    return lambda f, x, g, u, epsilon: error((g * u).sum(), measured(f, x, u, epsilon))


def relative(derived, m):
    return abs(derived - m) / (abs(derived) + abs(m))


def counts(forward, backward):
    """`forward` and `backward` of the products N·D·K of all layers."""

    def answer(sizes, N):
        layers = [N * D * K for D, K in zip(sizes[:-1], sizes[1:], strict=True)]
        return forward(layers, N), backward(layers, N)

    return answer


def residual(value, pullback):
    """The block with `value(x, f(x))` and `pullback(dy, dy through f)`."""

    def answer(f):
        def block(x):
            y, back = f(x)
            return value(x, y), lambda dy: pullback(dy, back(dy))

        return block

    return answer


W_HIDDEN = "the slope a(1 − a) of the hidden units is missing"

# a check, a plausible wrong answer, and what the reader should be told
MISTAKES = [
    ("check_tanh_delta", lambda y, dy: dy * y * (1 - y), "this is the sigmoid's slope"),
    ("check_tanh_delta", lambda y, dy: 1 - y**2, "multiply it by dy"),
    ("check_tanh_delta", lambda y, dy: dy * (1 - np.tanh(y) ** 2), "tanh is applied to y again"),
    ("check_tanh_delta", lambda y, dy: dy * (y**2 - 1), "the sign is reversed"),
    ("check_tanh_delta", lambda y, dy: dy * (1 - y), "∂E/∂z at ("),
    ("check_tanh_delta", lambda y, dy: (dy * (1 - y**2)).sum(), "must have shape (3, 4), yours has ()"),
    ("check_tanh_delta", in_place_tanh, "changed its argument y"),
    ("check_hidden_delta", in_place_delta, "changed its argument a1"),
    ("check_log_softmax", in_place_log_softmax, "changed its argument z"),
    ("check_hidden_delta", lambda W1, d2, a1: W1.T @ d2, W_HIDDEN),
    ("check_hidden_delta", lambda W1, d2, a1: (W1.T @ d2) * a1, "the slope is a(1 − a), not a"),
    ("check_hidden_delta", lambda W1, d2, a1: (W1 @ d2) * a1 * (1 - a1), "raised ValueError"),
    ("check_hidden_delta", lambda W1, d2, a1: (d2 * W1) * a1 * (1 - a1), "must have shape (2, 1), yours has (2, 2)"),
    (
        "check_hidden_delta",
        lambda W1, d2, a1: (W1 @ d2 if W1.shape == (2, 2) else W1.T @ d2) * a1 * (1 - a1),
        "W1 must be transposed; shapes cannot tell when W1 is square",
    ),
    ("check_hidden_delta", lambda W1, d2, a1: W1[:1].T * d2[:1] * a1 * (1 - a1), "for 3 outputs"),
    ("check_gain_backward", lambda X, g, dY: (dY * g, (dY * X).mean(axis=0)), "do not average"),
    ("check_gain_backward", lambda X, g, dY: (dY, (dY * X).sum(axis=0)), "dX needs the gain g"),
    ("check_gain_backward", lambda X, g, dY: (dY * g, dY.sum(axis=0)), "dg must contain the input X"),
    ("check_gain_backward", lambda X, g, dY: (dY * g, dY * X), "dg must have shape (3,), yours has (5, 3)"),
    ("check_gain_backward", lambda X, g, dY: ((dY * X).sum(axis=0), dY * g), "dX must have shape (5, 3)"),
    ("check_gain_backward", lambda X, g, dY: dY * g, "return the two gradients (dX, dg)"),
    ("check_gain_backward", lambda X, g, dY: [dY * g, dY * X], "return the two gradients (dX, dg)"),
    ("check_project", project(right_dX, first_use), "one of the two uses of W is missing"),
    ("check_project", project(right_dX, second_use), "the other one"),
    ("check_project", project(lambda X, W, dY: dY @ W, lambda X, W, dY: 0 * W), "dX must have shape (5, 4)"),
    ("check_project", project(lambda X, W, dY: dY, lambda X, W, dY: first_use(X, W, dY)), "dX at ("),
    ("check_project", project(right_dX, lambda X, W, dY: 2 * first_use(X, W, dY)), "dW at ("),
    ("check_project", pair(lambda X, W: X @ W, right_dX, first_use), "Y must have shape (5, 4)"),
    ("check_project", lambda X, W: X @ W @ W.T, "return two things"),
    ("check_log_softmax", F.softmax, "this is the softmax, not its logarithm"),
    ("check_log_softmax", plain_log_softmax, "for logits of ±1000 the value is not finite"),
    ("check_log_softmax", log_softmax(axis=1), "log-softmax at ("),
    ("check_log_softmax", log_softmax(axis=None), "log-softmax at ("),
    ("check_log_softmax", log_softmax(pullback=lambda y, dy: dy), "the pullback disagrees"),
    ("check_log_softmax", log_softmax(pullback=lambda y, dy: dy - np.exp(y) * dy), "argument 1: derived slope"),
    ("check_log_softmax", log_softmax(pullback=lambda y, dy: dy - np.exp(y)), "the pullback disagrees"),
    ("check_log_softmax", lambda z: F.softmax(z)[0], "return two things"),
    ("check_divide", quotient(lambda a, b, dy: dy * b, lambda a, b, dy: -dy * a / b**2), "not dy · b"),
    ("check_divide", quotient(lambda a, b, dy: dy / b, lambda a, b, dy: dy * a / b**2), "the sign of db is wrong"),
    ("check_divide", quotient(lambda a, b, dy: dy / b, lambda a, b, dy: -dy * a / b), "db needs b squared"),
    ("check_divide", quotient(lambda a, b, dy: dy / b, lambda a, b, dy: -dy / b**2), "db needs the factor a"),
    ("check_divide", quotient(lambda a, b, dy: 1 / b, lambda a, b, dy: -a / b**2), "da at ("),
    ("check_divide", pair(lambda a, b: b / a, lambda a, b, dy: dy, lambda a, b, dy: dy), "a / b at ("),
    ("check_divide", lambda a, b: a / b, "return two things"),
    (
        "check_direction_error",
        direction(relative, lambda f, x, u, e: (f(x + e * u) - f(x)) / e),
        "this is the one-sided difference",
    ),
    ("check_direction_error", direction(lambda d, m: abs(d - m)), "the error of a right gradient is"),
    ("check_direction_error", direction(lambda d, m: abs(d - m) / abs(d)), "the error of a right gradient is"),
    (
        "check_direction_error",
        direction(relative, lambda f, x, u, e: (f(x + e * u) - f(x - e * u)) / e),
        "a right gradient is 0.33",
    ),
    ("check_direction_error", direction(lambda d, m: 0.0), "the error of a right gradient"),
    ("check_direction_error", direction(lambda d, m: (d - m) / (abs(d) + abs(m))), "the sign is lost"),
    ("check_count_multiplications", counts(lambda p, N: sum(p) // N, lambda p, N: (2 * sum(p) - p[0]) // N),
     "batch size N is missing"),
    ("check_count_multiplications", counts(lambda p, N: sum(p), lambda p, N: 2 * sum(p)),
     "the gradient of the input is not needed"),
    ("check_count_multiplications", counts(lambda p, N: sum(p), lambda p, N: 2 * sum(p) - p[-1]),
     "it is the first that saves one"),
    ("check_count_multiplications", counts(lambda p, N: sum(p), lambda p, N: sum(p)),
     "(forward, backward) for [64, 32, 10], N = 1"),
    ("check_count_multiplications", lambda sizes, N: 3, "must have shape (2,), yours has ()"),
    ("check_weight_scale", 1.0, "at scale 1.0 the signal shrinks to"),
    ("check_weight_scale", 0.25, "try larger weights"),
    ("check_weight_scale", 0, "shrinks to"),
    ("check_weight_scale", 4.0, "at scale 4.0 the signal grows by a factor of"),
    ("check_weight_scale", float("nan"), "scale"),
    ("check_residual", lambda f: f, "the bridge x itself is missing from the value"),
    ("check_residual", residual(lambda x, y: x + y, lambda dy, through: through), "dy must also pass unharmed"),
    ("check_residual", residual(lambda x, y: x + y, lambda dy, through: dy), "dy must also pass through f"),
    ("check_residual", residual(lambda x, y: x + y, lambda dy, through: dy * through), "they do not multiply"),
    ("check_residual", residual(lambda x, y: x * y, lambda dy, through: dy + through), "x + f(x) at ("),
    ("check_residual", lambda f: 3.0, "must return a function, yours returned float"),
    ("check_residual", lambda f: lambda x: x + f(x)[0], "return two things"),
    ("check_residual", lambda f: lambda x: (x + f(x), f), "raised"),
]  # fmt: skip
