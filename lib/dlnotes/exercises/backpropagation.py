"""The exercises of chapter 6b, Backpropagation."""

import numpy as np

from . import SCALES, Exercise, Wrong, answered, brief

check_tanh_delta = Exercise(
    "∂E/∂z",
    right=lambda y, dy: dy * (1 - y**2),
    cases=lambda rng: [
        *((np.tanh(rng.standard_normal((3, 4))), s * rng.standard_normal((3, 4))) for s in SCALES),
        (np.tanh([-1000.0, -1e-12, 0.5, 1000.0]), rng.standard_normal(4)),
        (np.array(1.0), np.array(1e12)),
        (np.tanh(0.3), 2.0),
    ],
    mistakes={
        "this is the sigmoid's slope y(1 − y); tanh has another": lambda y, dy: dy * y * (1 - y),
        "you returned the slope alone; multiply it by dy": lambda y, dy: 1 - y**2,
        "tanh is applied to y again; y already is tanh(z)": lambda y, dy: dy * (1 - np.tanh(y) ** 2),
        "the sign is reversed": lambda y, dy: dy * (y**2 - 1),
    },
    wrong=(lambda y, dy: dy * (1 - y),),
    also_right=(lambda y, dy: np.float32(dy) * np.float32((1 - y) * (1 + y)),),
    praise="the slope of tanh is 1 − y², and no second tanh was needed",
)  # fmt: skip

check_hidden_delta = Exercise(
    "δ1",
    right=lambda W1, delta2, a1: W1.T @ delta2 * a1 * (1 - a1),
    cases=lambda rng: [
        (s * rng.standard_normal((K, H)), rng.standard_normal((K, 1)), rng.uniform(size=(H, 1)))
        for K, H in ((2, 2), (1, 2), (3, 2), (4, 5))
        for s in SCALES
    ],
    mistakes={
        "the slope a(1 − a) of the hidden units is missing": lambda W, δ, a: W.T @ δ,
        "the slope is a(1 − a), not a": lambda W, δ, a: W.T @ δ * a,
        "the slope is counted twice: δ2 comes from above, a(1 − a) once": lambda W, δ, a: W.T @ δ * (a * (1 - a)) ** 2,
        "W1 must be transposed; shapes cannot tell when W1 is square": lambda W, δ, a: W @ δ * a * (1 - a),
        "this product without a sum is the listing's; add up over the outputs": lambda W, δ, a: δ * W * a * (1 - a),
        "a row met a column; keep all error signals columns": lambda W, δ, a: (δ.T @ W) * a * (1 - a),
    },
    wrong=(lambda W, δ, a: W[:1].T * δ[:1] * a * (1 - a),),
    also_right=(lambda W, δ, a: (W * δ).sum(axis=0)[:, None] * (a - a**2),),
    praise="the blame of all outputs adds up, for one output and for several",
)  # fmt: skip

check_gain_backward = Exercise(
    ("dX", "dg"),
    right=lambda X, g, dY: (dY * g, (dY * X).sum(axis=0)),
    cases=lambda rng: [
        (rng.standard_normal((N, D)), s * rng.standard_normal(D), s * rng.standard_normal((N, D)))
        for N, D in ((5, 3), (1, 4), (3, 3))
        for s in SCALES
    ],
    mistakes={
        "it needs the gain g": lambda X, g, dY: (dY, (dY * X).sum(axis=0)),
        "it is not summed over the batch": lambda X, g, dY: ((dY * g).sum(axis=0), (dY * X).sum(axis=0)),
        "do not average over the samples: the loss decides about 1/N": lambda X, g, dY: (dY * g, (dY * X).mean(axis=0)),
        "it must contain the input X": lambda X, g, dY: (dY * g, dY.sum(axis=0)),
        "g serves all samples, so their contributions add up": lambda X, g, dY: (dY * g, dY * X),
    },
    wrong=(lambda X, g, dY: ((dY * X).sum(axis=0), dY * g),),
    also_right=(lambda X, g, dY: [dY @ np.diag(g), np.diag(X.T @ dY)],),
    praise="each entry of g serves all samples, so its gradient is a sum over the batch",
)  # fmt: skip


def _project(
    dX=lambda X, W, dY: dY @ W @ W.T, dW=lambda X, W, dY: X.T @ dY @ W + dY.T @ X @ W
):
    return lambda X, W: (X @ W @ W.T, lambda dY: (dX(X, W, dY), dW(X, W, dY)))  # fmt: skip


check_project = Exercise(
    "Y",
    gradients=("dX", "dW"),
    right=_project(),
    cases=lambda rng: [
        (s * rng.standard_normal((N, D)), rng.standard_normal((D, K)))
        for N, D, K in ((5, 4, 2), (1, 2, 3), (3, 3, 3))
        for s in SCALES
    ],
    mistakes={
        "one of the two uses of W is missing": _project(dW=lambda X, W, dY: X.T @ dY @ W),
        "the first use of W is missing": _project(dW=lambda X, W, dY: dY.T @ X @ W),
        "the two uses differ, as one of them is transposed": _project(dW=lambda X, W, dY: 2 * X.T @ dY @ W),
        "it must pass through both uses of W": _project(dX=lambda X, W, dY: dY),
    },
    also_right=(_project(dW=lambda X, W, dY: (X.T @ dY + (X.T @ dY).T) @ W),),
    praise="both uses of W contribute, and the pullback may be called twice",
)  # fmt: skip


def _minus_its_share(y, dy):
    return dy - np.exp(y) * dy.sum(axis=-1, keepdims=True)


def _log_softmax(axis=-1, back=_minus_its_share, shift=np.max):
    def answer(z):
        y = z - shift(z, axis=axis, keepdims=True)
        y = y - np.log(np.exp(y).sum(axis=axis, keepdims=True))
        return y, lambda dy: back(y, dy)

    return answer


def _log_of_softmax(z, least=0.0):
    y, back = _log_softmax()(z)
    return np.log(np.exp(y) + least), back


def _pullback_overflows(z):
    y, _ = _log_softmax()(z)
    unshifted = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return y, lambda dy: _minus_its_share(unshifted, dy)


def _pullback_divides(z):
    y, _ = _log_softmax()(z)
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    return y, lambda dy: dy - p * dy.sum(axis=-1, keepdims=True)


check_log_softmax = Exercise(
    "log-softmax",
    gradients=("dz",),
    right=_log_softmax(),
    cases=lambda rng: [
        (rng.standard_normal((2, 3, 4)),),
        (rng.standard_normal(5),),
        (np.array([[1000.0, -1000.0]]),),
        (np.array([[-1000.0, -1001.0, -999.0], [3.0, 5.0, 2.0], [1e12, 0.0, -1e12]]),),
        (np.array([0.0, -np.inf, 1.0]),),
    ],
    mistakes={
        "this is the softmax, not its logarithm": lambda z: (np.exp(_log_softmax()(z)[0]), lambda dy: dy),
        "the exponentials overflow; subtract the largest logit first": _log_softmax(shift=lambda z, **_: 0),
        "a probability that rounds to zero has no logarithm; never form it": (
            _log_of_softmax,
            *(lambda z, least=least: _log_of_softmax(z, least) for least in (1e-300, 1e-15, 1e-12, 1e-8)),
        ),
        "normalize over the last axis, whatever stands before it": _log_softmax(axis=0),
        "normalize each row by itself": _log_softmax(axis=None),
        "the sum of the exponentials depends on z, too": _log_softmax(back=lambda y, dy: dy),
        "each logit moves all outputs; sum dy": _log_softmax(back=lambda y, dy: dy - np.exp(y) * dy),
        "its exponentials overflow; use those of the value, exp(y)": (_pullback_overflows, _pullback_divides),
    },
    wrong=(_log_softmax(back=lambda y, dy: dy - np.exp(y)),),
    praise="stable at ±1000 for any leading axes, value and pullback alike",
)  # fmt: skip


def _quotient(da=lambda a, b, dy: dy / b, db=lambda a, b, dy: -dy * a / b**2):
    return lambda a, b: (a / b, lambda dy: (da(a, b, dy), db(a, b, dy)))


check_divide = Exercise(
    "a / b",
    gradients=("da", "db"),
    right=_quotient(),
    cases=lambda rng: [
        (s * rng.standard_normal(shape), rng.choice([-1, 1], shape) * rng.uniform(1, 2, shape) / t)
        for shape in ((3, 2), (4,))
        for s in SCALES
        for t in SCALES
    ]
    + [(np.array(3.0), np.array(-4.0))],  # the numbers on the tape have no axis
    mistakes={
        "it is dy / b, not dy · b": _quotient(da=lambda a, b, dy: dy * b),
        "the sign is wrong": _quotient(db=lambda a, b, dy: dy * a / b**2),
        "it needs b squared": _quotient(db=lambda a, b, dy: -dy * a / b),
        "it needs the factor a": _quotient(db=lambda a, b, dy: -dy / b**2),
        "it needs dy": (_quotient(da=lambda a, b, dy: 1 / b), _quotient(db=lambda a, b, dy: -a / b**2)),
        "b may be negative": _quotient(da=lambda a, b, dy: dy / np.abs(b)),
    },
    wrong=(lambda a, b: (a / np.abs(b), _quotient()(a, b)[1]),),
    also_right=(_quotient(db=lambda a, b, dy: -dy / b * (a / b)),),
    praise="the tape can divide now",
)  # fmt: skip


def _tanh(x):
    y = np.tanh(x)
    return y, lambda dy: dy * (1 - y**2)


def _square(x):
    return x * x, lambda dy: 2 * x * dy


def _block(residual, f, x):
    block = answered(residual(f))
    if not callable(block):
        raise Wrong(f"residual(f) must return a function, yours is {brief(block)}")
    result = block(x)
    block(x / 2)  # a network may use it again before the first pullback is called
    return result


def _residual(value=lambda x, y: x + y, back=lambda dy, through: dy + through):
    def answer(f):
        def block(x):
            y, through = f(x)
            return value(x, y), lambda dy: back(dy, through(dy))

        return block

    return answer


check_residual = Exercise(
    "x + f(x)",
    gradients=("dx",),
    apply=_block,
    right=_residual(),
    cases=lambda rng: [
        (f, s * rng.standard_normal(shape))
        for f, shape in ((_tanh, (4, 3)), (_square, (2,)))
        for s in SCALES
    ],
    mistakes={
        "the bridge x itself is missing": lambda f: f,
        "the bridge is missing: dy must also pass unharmed": _residual(back=lambda dy, through: through),
        "only the bridge is there: dy must also pass through f": _residual(back=lambda dy, through: dy),
        "contributions of two paths add, they do not multiply": _residual(back=lambda dy, through: dy * through),
    },
    wrong=(lambda f: 3.0, lambda f: lambda x: (x + f(x), f), _residual(value=lambda x, y: x * y)),
    praise="the gradient has a bridge now",
)  # fmt: skip


def _central(f, x, u, ε):
    return (f(x + ε * u) - f(x - ε * u)) / (2 * ε)


def _relative(derived, m):
    return abs(derived - m) / (abs(derived) + abs(m))


def _error(compare=_relative, measure=_central):
    return lambda f, x, g, u, epsilon: compare((g * u).sum(), measure(f, x, u, epsilon))


def _gradients(rng) -> dict:
    """Right gradients, others ten percent too large, and reversed ones, at several scales."""
    cases = {}
    shapes = {(3, 2): 1e-3, (5,): 3e-3, (2, 2, 2): 1e-2}  # each with its step
    for s, (shape, epsilon) in zip(SCALES, shapes.items(), strict=True):
        x, u = rng.standard_normal((2, *shape))
        g = s * (np.cos(x) * x + np.sin(x))

        def f(x, s=s):
            return s * float((np.sin(x) * x).sum())

        for name, factor in {"right": 1, "10 % too large": 1.1, "reversed": -1}.items():
            cases[f"a gradient of size {s:g}, {name}, epsilon = {epsilon:g}"] = (
                f,
                x,
                factor * g,
                u,
                epsilon,
            )
    return cases


check_direction_error = Exercise(
    "the error",
    right=_error(),
    cases=_gradients,
    tolerance=1e-4,  # the error of a right gradient is itself a difference of nearly equal numbers
    mistakes={
        "this is the one-sided difference": (
            _error(measure=lambda f, x, u, ε: (f(x + ε * u) - f(x)) / ε),
            _error(measure=lambda f, x, u, ε: (f(x) - f(x - ε * u)) / ε),
        ),
        "the step is epsilon, whatever it is": _error(measure=lambda f, x, u, ε: _central(f, x, u, 1e-3)),
        "add the two sizes, not the numbers": _error(lambda d, m: abs(d - m) / abs(d + m)),
        "the sign is lost: take |g·u − m|": _error(lambda d, m: (d - m) / (abs(d) + abs(m))),
        "the two points are 2ε apart, not ε": _error(lambda d, m: _relative(d, 2 * m)),
        "divide by both sizes, the whole of |g·u| + |m|": (
            _error(lambda d, m: abs(d - m) / abs(d)),
            _error(lambda d, m: 2 * _relative(d, m)),
        ),
        "an absolute error depends on the units of f; divide": _error(lambda d, m: abs(d - m)),
    },
    wrong=(_error(lambda d, m: 0.0),),
    praise="two evaluations tell a right gradient from one that is off by ten percent",
)  # fmt: skip


def _counts(forward, backward):
    """Both counts from the products D·K of the layers."""

    def answer(sizes, N):
        layers = [D * K for D, K in zip(sizes[:-1], sizes[1:], strict=True)]
        return N * forward(layers), N * backward(layers)

    return answer


_both_counts = _counts(sum, lambda products: 2 * sum(products) - products[0])

check_count_multiplications = Exercise(
    ("the forward count", "the backward count"),
    right=_both_counts,
    cases=lambda rng: [([64, 32, 10], 20), ([64, 32, 10], 1), ([3, 4], 7), ([5, 4, 3, 2], 2), ([2, 8, 8], 1), ([1000] * 3, 10**6)],
    tolerance=0,
    mistakes={
        "the batch size N is missing": lambda sizes, N: _both_counts(sizes, 1),
        "the gradient of the input is not needed: layer 1 costs one product less": _counts(sum, lambda p: 2 * sum(p)),
        "the last layer needs both products; it is the first that saves one": _counts(sum, lambda p: 2 * sum(p) - p[-1]),
        "going back, all layers but the first need two products": _counts(sum, sum),
        "each layer also needs dW, which is as large as dX": _counts(sum, lambda p: sum(p[1:])),
        "the backward pass alone is asked for, not value and gradient": _counts(sum, lambda p: 3 * sum(p) - p[0]),
        "it is the first layer that saves a product, not the largest": _counts(sum, lambda p: 2 * sum(p) - max(p)),
    },
    also_right=(lambda sizes, N: np.array(_both_counts(sizes, N)),),
    praise="two products per layer going back, except in the first",
)  # fmt: skip
