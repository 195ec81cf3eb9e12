"""Every function of `functional` and `losses`, through one table: a new function costs a row."""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes import losses
from dlnotes.gradcheck import check_vjp
from numpy.testing import assert_allclose, assert_array_equal

RNG = np.random.default_rng(0)


class Case(NamedTuple):
    """A function, the arguments that receive a gradient, and data that receives none."""

    function: Callable
    arguments: tuple
    data: dict | None = None

    def call(self, *arguments, dtype=float):
        arguments, data = (
            cast(arguments or self.arguments, dtype),
            cast(self.data or {}, dtype),
        )
        return self.function(*arguments, **data)


def cast(values, dtype):
    """Fresh, read-only copies of the arrays in a tuple or dictionary: editing one in place raises."""
    if isinstance(values, dict):
        return dict(zip(values, cast(tuple(values.values()), dtype), strict=True))
    copies = tuple(
        np.array(a, dtype if np.asarray(a).dtype == float else None) for a in values
    )
    for array in copies:
        array.flags.writeable = False
    return copies


def normal(*shape):
    return RNG.standard_normal(shape)


def away(*shape):
    """Normal numbers pushed away from 0, where relu has its kink."""
    z = normal(*shape)
    return z + np.sign(z) * 0.1


CASES = {
    "linear": Case(F.linear, (normal(5, 3), normal(3, 2), normal(2))),
    "linear, batch 1": Case(F.linear, (normal(1, 3), normal(3, 2), normal(2))),
    "linear, one output": Case(F.linear, (normal(5, 3), normal(3, 1), normal(1))),
    "linear, square": Case(F.linear, (normal(3, 3), normal(3, 3), normal(3))),
    "linear, no bias": Case(F.linear, (normal(5, 3), normal(3, 2))),
    "linear, S networks, one batch": Case(
        F.linear, (normal(5, 3), normal(4, 3, 2), normal(4, 2))
    ),
    "linear, S networks, S batches": Case(
        F.linear, (normal(4, 5, 3), normal(4, 3, 2), normal(4, 2))
    ),
    "linear, S networks of batch 1": Case(
        F.linear, (normal(4, 1, 3), normal(4, 3, 2), normal(4, 2))
    ),
    "linear, S networks, one bias": Case(
        F.linear, (normal(5, 3), normal(4, 3, 2), normal(2))
    ),
    "linear, one network, S batches": Case(
        F.linear, (normal(4, 5, 3), normal(3, 2), normal(2))
    ),
    "linear, one network, S biases": Case(
        F.linear, (normal(5, 3), normal(3, 2), normal(4, 2))
    ),
    "linear, an axis of 1 to stretch": Case(
        F.linear, (normal(1, 5, 3), normal(4, 3, 2), normal(1, 2))
    ),
    "linear, two leading axes": Case(
        F.linear, (normal(2, 4, 5, 3), normal(4, 3, 2), normal(2, 1, 2))
    ),
    "identity": Case(F.identity, (normal(4, 3),)),
    "sigmoid": Case(F.sigmoid, (normal(4, 3) * 3,)),
    "sigmoid, 1-d": Case(F.sigmoid, (normal(5),)),
    "sigmoid, leading axes": Case(F.sigmoid, (normal(2, 4, 3),)),
    "tanh": Case(F.tanh, (normal(4, 3),)),
    "tanh, batch 1": Case(F.tanh, (normal(1, 3),)),
    "relu": Case(F.relu, (away(4, 3),)),
    "relu, leading axes": Case(F.relu, (away(2, 4, 3),)),
    "softmax": Case(F.softmax, (normal(4, 3),)),
    "softmax, 1-d": Case(F.softmax, (normal(5),)),
    "softmax, batch 1": Case(F.softmax, (normal(1, 3),)),
    "softmax, leading axes": Case(F.softmax, (normal(2, 4, 3),)),
    "softmax, square": Case(F.softmax, (normal(3, 3),)),
    "squared_error": Case(
        losses.squared_error, (normal(4, 3),), {"target": normal(4, 3)}
    ),
    "squared_error, batch 1": Case(
        losses.squared_error, (normal(1, 3),), {"target": normal(1, 3)}
    ),
    "squared_error, S networks": Case(
        losses.squared_error, (normal(2, 4, 3),), {"target": normal(2, 4, 3)}
    ),
    "cross_entropy": Case(
        losses.cross_entropy, (normal(4, 3),), {"labels": np.array([0, 2, 1, 1])}
    ),
    "cross_entropy, batch 1": Case(
        losses.cross_entropy, (normal(1, 3),), {"labels": np.array([2])}
    ),
    "cross_entropy, square": Case(
        losses.cross_entropy, (normal(3, 3),), {"labels": np.array([1, 2, 0])}
    ),
    "cross_entropy, S networks": Case(
        losses.cross_entropy, (normal(2, 4, 3),), {"labels": RNG.integers(0, 3, (2, 4))}
    ),
    "binary_cross_entropy": Case(
        losses.binary_cross_entropy,
        (normal(4, 3),),
        {"target": RNG.uniform(size=(4, 3))},
    ),
    "binary_cross_entropy, hard targets": Case(
        losses.binary_cross_entropy,
        (normal(4, 1),),
        {"target": np.array([[0.0], [1], [1], [0]])},
    ),
    "binary_cross_entropy, S networks": Case(
        losses.binary_cross_entropy,
        (normal(2, 4, 1),),
        {"target": RNG.uniform(size=(2, 4, 1))},
    ),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def as_tuple(gradients) -> tuple:
    return gradients if isinstance(gradients, tuple) else (gradients,)


def signal(y, seed=1):
    """An incoming gradient like y that must not be edited."""
    return cast(
        (np.random.default_rng(seed).standard_normal(np.shape(y)),), np.asarray(y).dtype
    )[0]


def test_no_function_is_missing_from_the_table():
    public = {
        function
        for module in (F, losses)
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }
    assert public - {case.function for case in CASES.values()} == {F.sum_to}


@every_case
def test_pullback_is_the_adjoint_of_the_derivative(case):
    """Catches a wrong sign, factor, transpose or axis in any pullback."""
    for seed in range(3):
        error = check_vjp(case.call, *case.arguments, rng=np.random.default_rng(seed))
        assert error < 1e-8


@every_case
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_follows_the_data(case, dtype):
    """Catches a np.sqrt(2), a table of float64 or a mean that widens float32."""
    y, backward = case.call(dtype=dtype)
    gradients = as_tuple(backward(signal(y)))
    assert np.asarray(y).dtype == dtype
    assert [g.dtype for g in gradients] == [dtype] * len(gradients)
    assert [g.shape for g in gradients] == [a.shape for a in case.arguments]


@every_case
def test_float32_agrees_with_float64(case):
    assert_allclose(
        case.call(dtype=np.float32)[0], case.call()[0], rtol=1e-5, atol=1e-5
    )


@every_case
def test_two_passes_under_way_do_not_meet(case):
    """Catches values kept outside the closure, and a pullback that uses itself up."""
    others = tuple(a[::-1] * 1.5 for a in case.arguments)
    alone = [as_tuple(b(signal(y))) for y, b in (case.call(), case.call(*others))]
    (y1, backward1), (y2, backward2) = case.call(), case.call(*others)
    for _ in range(2):
        together = [as_tuple(backward1(signal(y1))), as_tuple(backward2(signal(y2)))]
        for expected, found in zip(alone, together, strict=True):
            for a, b in zip(expected, found, strict=True):
                assert_array_equal(a, b)


@every_case
def test_pullback_is_linear(case):
    """Catches a pullback that squares, clips or forgets its incoming gradient."""
    y, backward = case.call()
    u, v = signal(y, 1), signal(y, 2)
    for a, b, mixed in zip(
        *map(as_tuple, (backward(u), backward(v), backward(2 * u - 3 * v))), strict=True
    ):
        assert_allclose(mixed, 2 * a - 3 * b, atol=1e-12)


LOSSES = [name for name in CASES if CASES[name].function.__module__ == "dlnotes.losses"]


@pytest.mark.parametrize("name", LOSSES)
def test_backward_of_a_loss_starts_from_one(name):
    y, backward = CASES[name].call()
    assert_array_equal(backward(), backward(np.ones(np.shape(y))))
    assert_array_equal(backward(), backward(1.0))


HUGE = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, 1e4]])


@pytest.mark.parametrize(
    ("function", "data"),
    [
        (F.sigmoid, {}),
        (F.tanh, {}),
        (F.relu, {}),
        (F.softmax, {}),
        (losses.cross_entropy, {"labels": np.array([1, 0])}),
        (losses.binary_cross_entropy, {"target": np.array([[0.0, 1, 0.5], [0, 1, 0]])}),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_logits_stay_finite(function, data, dtype):
    """Catches e^z without the shift; an overflow warning would be an error here, too."""
    y, backward = Case(function, (HUGE,), data).call(dtype=dtype)
    assert np.isfinite(y).all() and np.isfinite(backward(np.ones_like(y))).all()


def test_loss_of_a_confident_mistake_is_its_margin():
    assert_allclose(losses.cross_entropy(HUGE, np.array([1, 0]))[0], 2e4)
    assert_allclose(
        losses.binary_cross_entropy(np.array([[1e4]]), np.zeros((1, 1)))[0], 1e4
    )


# ── Closed forms ──

Z = np.linspace(-5, 5, 41)


def test_sigmoid_by_its_definition_and_symmetry():
    assert_allclose(F.sigmoid(Z)[0], 1 / (1 + np.exp(-Z)), rtol=1e-14)
    assert_allclose(F.sigmoid(-Z)[0], 1 - F.sigmoid(Z)[0], rtol=1e-13)
    assert F.sigmoid(np.zeros(1))[0] == 0.5 and F.sigmoid(np.zeros(1))[1](1.0) == 0.25


def test_tanh_is_a_stretched_sigmoid():
    assert_allclose(F.tanh(Z)[0], 2 * F.sigmoid(2 * Z)[0] - 1, atol=1e-15)
    assert_allclose(F.tanh(Z)[1](1.0), 4 * F.sigmoid(2 * Z)[1](1.0), atol=1e-15)


def test_relu_and_its_slope_at_the_kink():
    y, backward = F.relu(np.array([-2.0, 0.0, 3.0]))
    assert_array_equal(y, [0, 0, 3])
    assert_array_equal(backward(np.ones(3)), [0, 0, 1])


def test_softmax_by_its_definition():
    z = np.log(np.array([[1.0, 2, 5], [4, 4, 8]]))
    assert_allclose(F.softmax(z)[0], [[0.125, 0.25, 0.625], [0.25, 0.25, 0.5]])
    assert_allclose(
        F.softmax(z + 700)[0], F.softmax(z)[0], rtol=1e-12
    )  # ignores a constant


def test_softmax_pullback_sums_to_zero_over_each_row():
    """A constant added to all logits changes nothing: the gradient has no part along it."""
    y, backward = F.softmax(normal(4, 3))
    assert_allclose(backward(signal(y)).sum(axis=-1), 0, atol=1e-15)


def test_linear_by_hand():
    x, W, b = (
        np.array([[1.0, 2]]),
        np.array([[1.0, 0, 3], [0, 1, -1]]),
        np.array([0.5, 0, 0]),
    )
    y, backward = F.linear(x, W, b)
    dx, dW, db = backward(np.array([[1.0, 2, 3]]))
    assert_array_equal(y, [[1.5, 2, 1]])
    assert_array_equal(dx, [[10, -1]])
    assert_array_equal(dW, [[1, 2, 3], [2, 4, 6]])
    assert_array_equal(db, [1, 2, 3])


def test_networks_side_by_side_equal_networks_one_by_one():
    """Catches leading axes that mix: gradients of one network must not reach another."""
    x, W, b = normal(5, 3), normal(4, 3, 2), normal(4, 2)
    y, backward = F.linear(x, W, b)
    dy = signal(y)
    dx, dW, db = backward(dy)
    single = [F.linear(x, W[s], b[s]) for s in range(4)]
    assert_allclose(y, [value for value, _ in single])
    dxs, dWs, dbs = zip(
        *(back(dy[s]) for s, (_, back) in enumerate(single)), strict=True
    )
    assert_allclose(dW, dWs)
    assert_allclose(db, dbs)
    assert_allclose(dx, np.sum(dxs, axis=0))


@pytest.mark.parametrize("K", [2, 3, 10])
def test_cross_entropy_of_uniform_logits_is_ln_K(K):
    loss, backward = losses.cross_entropy(np.full((4, K), 7.0), np.zeros(4, int))
    assert_allclose(loss, np.log(K))
    assert_allclose(backward(), (1 / K - np.eye(K)[np.zeros(4, int)]) / 4)


def test_cross_entropy_is_the_mean_of_minus_ln_p():
    z, labels = normal(4, 3), np.array([0, 2, 1, 1])
    p = F.softmax(z)[0]
    assert_allclose(
        losses.cross_entropy(z, labels)[0], -np.log(p[np.arange(4), labels]).mean()
    )


def test_squared_error_by_hand():
    """½ (1 + 4) for the first sample, ½ (9 + 0) for the second: 3.5 on average."""
    loss, backward = losses.squared_error(
        np.array([[1.0, 2], [3, 4]]), np.array([[0.0, 0], [0, 4]])
    )
    assert loss == 3.5
    assert_array_equal(backward(), [[0.5, 1], [1.5, 0]])


def test_binary_cross_entropy_is_cross_entropy_of_two_classes():
    z, labels = normal(6, 1), np.array([0, 1, 1, 0, 1, 0])
    binary, backward = losses.binary_cross_entropy(z, labels[:, None].astype(float))
    full, backward_full = losses.cross_entropy(np.hstack([np.zeros_like(z), z]), labels)
    assert_allclose(binary, full)
    assert_allclose(backward(), backward_full()[:, 1:])


def test_binary_cross_entropy_sums_over_outputs_and_averages_over_samples():
    loss, backward = losses.binary_cross_entropy(np.zeros((5, 3)), np.ones((5, 3)))
    assert_allclose(loss, 3 * np.log(2))
    assert_allclose(backward(), np.full((5, 3), -0.1))


@pytest.mark.parametrize(
    "shape", [(4, 3), (3,), (1, 3), (4, 1), (1, 1), (), (2, 4, 3), (1, 1, 3), (2, 1, 1)]
)
def test_sum_to_is_the_adjoint_of_broadcast_to(shape):
    """⟨broadcast(a), g⟩ = ⟨a, sum_to(g)⟩, and the shape is a's."""
    a, g = normal(*shape), normal(2, 4, 3)
    summed = F.sum_to(g, shape)
    assert summed.shape == shape
    assert_allclose((np.broadcast_to(a, g.shape) * g).sum(), (a * summed).sum())


@pytest.mark.parametrize(
    ("from_shape", "shape"),
    [
        ((2, 4, 1), (1, 1)),
        ((2, 4, 1), (4, 1)),
        ((2, 1, 3), (1, 3)),
        ((2, 1, 3), (1, 1)),
        ((1, 4, 3), (4, 1)),
    ],
)
def test_sum_to_where_the_gradient_has_axes_of_one_itself(from_shape, shape):
    """Catches a look at the wrong axis when axes were added in front."""
    a, g = normal(*shape), normal(*from_shape)
    summed = F.sum_to(g, shape)
    assert summed.shape == shape
    assert_allclose((np.broadcast_to(a, from_shape) * g).sum(), (a * summed).sum())


def test_sum_to_an_equal_shape_changes_nothing():
    g = normal(4, 1, 3)
    assert_array_equal(F.sum_to(g, g.shape), g)
