"""The exercises of chapter 6b, Backpropagation."""

import numpy as np

from .. import functional as F
from ..gradcheck import GradientError, check_vjp
from . import Wrong, answered, check, compare, pair, unchanged


def _rng() -> np.random.Generator:
    return np.random.default_rng(6)


def _check_pair(function, *args) -> None:
    """The value-and-pullback pair must pass the gradient check and be usable twice."""
    try:
        check_vjp(lambda *a: pair(function(*a)), *args, rng=_rng(), tolerance=1e-6)
    except GradientError as error:
        raise Wrong(f"the pullback disagrees with differences: {error}") from None


@check
def check_tanh_delta(answer) -> str:
    z, dy = _rng().standard_normal((2, 3, 4))
    y = np.tanh(z)
    given = y.copy()
    got = answered(answer(y, dy))
    unchanged("y", given, y)
    hints = {
        "this is the sigmoid's slope y(1 − y); tanh has another": dy * y * (1 - y),
        "you returned the slope alone; multiply it by dy": 1 - y**2,
        "tanh is applied to y again; y already is tanh(z)": dy * (1 - np.tanh(y) ** 2),
        "the sign is reversed": -dy * (1 - y**2),
    }
    compare("∂E/∂z", got, dy * (1 - y**2), hints)
    return "the slope of tanh is 1 − y², and no second tanh was needed"


@check
def check_hidden_delta(answer) -> str:
    rng = _rng()
    for K, H in ((1, 2), (3, 2), (2, 2), (4, 5)):
        W1, delta2, a1 = (
            rng.standard_normal((K, H)),
            rng.standard_normal((K, 1)),
            rng.uniform(size=(H, 1)),
        )
        back = W1.T @ delta2
        hints = {
            "the slope a(1 − a) of the hidden units is missing": back,
            "the slope is a(1 − a), not a": back * a1,
        }
        if K == H:
            hints["W1 must be transposed; shapes cannot tell when W1 is square"] = (
                (W1 @ delta2) * a1 * (1 - a1)
            )
        given = [array.copy() for array in (W1, delta2, a1)]
        got = answered(answer(*given))
        for name, before, after in zip(
            ("W1", "δ2", "a1"), (W1, delta2, a1), given, strict=True
        ):
            unchanged(name, before, after)
        what = f"δ1 for {K} outputs and {H} hidden units"
        compare(what, got, back * a1 * (1 - a1), hints)
    return "the blame of all outputs adds up, for one output and for several"


@check
def check_gain_backward(answer) -> str:
    X, dY = _rng().standard_normal((2, 5, 3))
    g = _rng().standard_normal(3)
    got = answered(answer(X, g, dY.copy()))
    if not (isinstance(got, tuple) and len(got) == 2):
        raise Wrong("return the two gradients (dX, dg)")
    compare(
        "dX",
        got[0],
        dY * g,
        {
            "dX needs the gain g": dY,
            "dX is not summed over the batch": (dY * g).sum(axis=0),
        },
    )
    hints = {
        "sum over the samples, do not average: the loss decides about 1/N": (
            dY * X
        ).mean(axis=0),
        "dg must contain the input X": dY.sum(axis=0),
    }
    compare("dg", got[1], (dY * X).sum(axis=0), hints)
    return "each entry of g serves all samples, so its gradient is a sum over the batch"


@check
def check_project(answer) -> str:
    rng = _rng()
    X, W = rng.standard_normal((5, 4)), rng.standard_normal((4, 2))
    value, backward = pair(answer(X, W))
    compare("Y", value, X @ W @ W.T)
    dY = rng.standard_normal(value.shape)
    dX, dW = backward(dY)
    first, second = X.T @ dY @ W, dY.T @ X @ W
    hints = {
        "one of the two uses of W is missing": first,
        "one of the two uses of W is missing, the other one": second,
    }
    compare("dX", dX, dY @ W @ W.T)
    compare("dW", dW, first + second, hints)
    _check_pair(answer, X, W)
    return "both uses of W contribute, and the pair passes the gradient check"


@check
def check_log_softmax(answer) -> str:
    z = _rng().standard_normal((2, 3, 4))
    given = z.copy()
    value, _ = pair(answer(given))
    unchanged("z", z, given)
    p = F.softmax(z)[0]
    hints = {"this is the softmax, not its logarithm": p}
    compare("log-softmax", value, np.log(p), hints)
    with np.errstate(all="ignore"):
        extreme, _ = answer(np.array([[1000.0, -1000.0]]))
    if not np.isfinite(extreme).all():
        raise Wrong(
            "for logits of ±1000 the value is not finite; subtract the largest logit first"
        )
    _check_pair(answer, z)
    return "stable at ±1000, right for any leading axes, and the pullback passes the gradient check"


@check
def check_divide(answer) -> str:
    rng = _rng()
    a, b = rng.standard_normal((3, 2)), rng.uniform(1, 2, (3, 2))
    value, backward = pair(answer(a, b))
    compare("a / b", value, a / b)
    dy = rng.standard_normal((3, 2))
    da, db = backward(dy.copy())
    compare("da", da, dy / b, {"da = dy / b, not dy · b": dy * b})
    hints = {
        "the sign of db is wrong": dy * a / b**2,
        "db needs b squared": -dy * a / b,
        "db needs the factor a": -dy / b**2,
    }
    compare("db", db, -dy * a / b**2, hints)
    return "the tape can divide now"


@check
def check_direction_error(answer) -> str:
    rng = _rng()
    x, u = rng.standard_normal((2, 3, 2))

    def f(x):
        return float((np.sin(x) * x).sum())

    g = np.cos(x) * x + np.sin(x)
    epsilon = 1e-3
    measured = (f(x + epsilon * u) - f(x - epsilon * u)) / (2 * epsilon)
    one_sided = (f(x + epsilon * u) - f(x)) / epsilon

    def signed(g, m=measured):
        return ((g * u).sum() - m) / (abs((g * u).sum()) + abs(m))

    for name, gradient in (
        ("a right gradient", g),
        ("a gradient ten percent too large", 1.1 * g),
        ("a reversed one", -g),
    ):
        hints = {
            "this is the one-sided difference": abs(signed(gradient, one_sided)),
            "the sign is lost: take |g·u − m|": signed(gradient),
        }
        got = answered(answer(f, x, gradient, u, epsilon))
        if not np.isclose(got, abs(signed(gradient)), rtol=1e-4, atol=1e-12):
            compare(f"the error of {name}", got, abs(signed(gradient)), hints)
    return "two evaluations tell a right gradient from one that is off by ten percent"


@check
def check_count_multiplications(answer) -> str:
    for sizes, N in (
        ([64, 32, 10], 1),
        ([64, 32, 10], 20),
        ([3, 4], 7),
        ([5, 4, 3, 2], 2),
    ):
        got = answered(answer(list(sizes), N))
        layers = [N * D * K for D, K in zip(sizes[:-1], sizes[1:], strict=True)]
        forward, backward = sum(layers), 2 * sum(layers) - layers[0]
        hints = {
            "the batch size N is missing": np.array([forward / N, backward / N]),
            "the gradient of the input is not needed: the first layer costs one product less": np.array(
                [forward, 2 * forward]
            ),
            "the last layer needs both products; it is the first that saves one": np.array(
                [forward, 2 * forward - layers[-1]]
            ),
        }
        compare(
            f"(forward, backward) for {sizes}, N = {N}",
            np.array(got, dtype=float),
            [forward, backward],
            hints,
        )
    return "two products per layer going back, except in the first"


@check
def check_weight_scale(answer) -> str:
    if not np.isfinite(float(answer)):
        raise Wrong(f"the scale must be a number, yours is {answer}")
    ratios = np.array([_tanh_ratio(float(answer), seed) for seed in range(5)])
    if not (ratios >= 0.5).all():
        raise Wrong(
            f"at scale {answer} the signal shrinks to {ratios.min():.2g} of its size; try larger weights"
        )
    if not (ratios <= 2).all():
        raise Wrong(
            f"at scale {answer} the signal grows by a factor of {ratios.max():.2g}; try smaller weights"
        )
    return "the signal crosses twenty tanh layers and keeps its size within a factor of two"


def _tanh_ratio(scale: float, seed: int, depth: int = 20, width: int = 64) -> float:
    """‖∂L/∂z‖ in layer 1 over that in layer `depth` of a random tanh network."""
    rng = np.random.default_rng(seed)
    a, pullbacks = rng.standard_normal((32, width)), []
    for _ in range(depth):
        z, back_linear = F.linear(
            a, rng.standard_normal((width, width)) * scale / np.sqrt(width)
        )
        a, back_tanh = F.tanh(z)
        pullbacks.append((back_linear, back_tanh))
    da, norms = rng.standard_normal(a.shape), []
    for back_linear, back_tanh in reversed(pullbacks):
        dz = back_tanh(da)
        norms.append(np.linalg.norm(dz))
        da, _ = back_linear(dz)
    return float(norms[-1] / norms[0])


@check
def check_residual(answer) -> str:
    x, dy = _rng().standard_normal((2, 4, 3))
    block = answered(answer(F.tanh))
    if not callable(block):
        raise Wrong(
            f"residual(f) must return a function, yours returned {type(block).__name__}"
        )
    value, backward = pair(block(x))
    compare(
        "x + f(x)",
        value,
        x + np.tanh(x),
        {"the bridge x itself is missing from the value": np.tanh(x)},
    )
    through = F.tanh(x)[1](dy)
    hints = {
        "the bridge is missing: dy must also pass unharmed": through,
        "only the bridge is there: dy must also pass through f": dy,
        "contributions of two paths add, they do not multiply": dy * through,
    }
    compare("the pullback", backward(dy), dy + through, hints)
    _check_pair(block, x)
    return "the gradient has a bridge now"
