"""The instrument itself: it must find what is wrong and pass what is right."""

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes.gradcheck import (
    GradientError,
    check_vjp,
    numerical_gradient,
    relative_error,
)
from numpy.testing import assert_allclose, assert_array_equal

RNG = np.random.default_rng(0)
x, W, a, b = (RNG.standard_normal(s) for s in ((5, 3), (3, 2), (4, 3), (4, 3)))
SQUARE = RNG.standard_normal((3, 3))


# ── Differences ──


@pytest.mark.parametrize(
    ("f", "gradient"),
    [
        (lambda x: (x**2).sum(), lambda x: 2 * x),
        (lambda x: np.sin(x).sum(), np.cos),
        (lambda x: x[0, 0] * x[-1, -1], None),
        (lambda x: np.exp(x).prod(), lambda x: np.full_like(x, np.exp(x.sum()))),
        (lambda x: 7.0, np.zeros_like),
    ],
)
def test_numerical_gradient_against_closed_forms(f, gradient):
    """Catches a one-sided difference, a step that is not divided out, an entry left shifted."""
    z = np.array([[0.3, -1.2], [0.7, 0.4], [1.1, -0.2]])
    expected = (
        gradient(z) if gradient else np.array([[z[-1, -1], 0], [0, 0], [0, z[0, 0]]])
    )
    assert_allclose(numerical_gradient(f, z), expected, atol=1e-9)


def test_central_difference_is_exact_for_a_parabola_at_any_step():
    """A one-sided one would be off by ε."""
    found = numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -2]), epsilon=0.5)
    assert_allclose(found, [2, -4])


def test_numerical_gradient_leaves_x_alone_and_takes_any_shape():
    for shape in ((), (1,), (2, 1, 3)):
        z = RNG.standard_normal(shape)
        before = z.copy()
        assert_allclose(numerical_gradient(lambda v: (v**2).sum(), z), 2 * z, atol=1e-8)
        assert_array_equal(z, before)


@pytest.mark.parametrize(
    ("p", "q", "error"),
    [
        ([3.0, 4], [3, 4], 0),
        ([3.0, 4], [0, 0], 1),
        ([0.0, 0], [0, 0], 0),
        ([1.0, 0], [-1, 0], 1),
        ([3.0, 4], [3, 0], 0.5),
        ([2.0], [1], 1 / 3),
        pytest.param([1.0, np.nan], [1, 1], np.nan),
        pytest.param([np.nan], [np.nan], np.nan),
    ],
)
def test_relative_error_by_hand(p, q, error):
    assert_allclose(relative_error(np.array(p), np.array(q)), error)
    assert_allclose(relative_error(np.array(q), np.array(p)), error)


@pytest.mark.parametrize(
    ("p", "q", "dtype", "error"),
    [
        ([1], [2], np.uint8, 1 / 3),
        ([100], [-100], np.int8, 1),
        ([-128], [0], np.int8, 1),
        ([1e-200], [-1e-200], float, 1),
        ([3e200, 4e200], [0, 0], float, 1),
        ([2e307], [1e307], float, 1 / 3),
        ([2e-310], [1e-310], float, 1 / 3),
        ([1e-30], [-1e-30], np.float32, 1),
        ([3e-4], [1e-4], np.float16, 0.5),
    ],
)
def test_relative_error_is_relative_at_every_scale_and_in_every_type(
    p, q, dtype, error
):
    """Catches differences that wrap around, and squares that vanish or overflow."""
    p, q = np.array(p, dtype), np.array(q, dtype)
    assert_allclose(relative_error(p, q), error, rtol=1e-3)


def test_numerical_gradient_of_float32_is_measured_in_float64():
    """Catches a step that rounding swallows: in float32, 1000 + 1e-5 is 1000."""
    x = np.array([1000.0, 300, 0.01], np.float32)
    found = numerical_gradient(lambda x: (x**2).sum(), x)
    assert found.dtype == np.float32
    assert_allclose(found, 2 * x, rtol=1e-5)


# ── check_vjp on what is right ──

RIGHT = {
    "two arguments": (lambda a, b: (a * b, lambda dy: (dy * b, dy * a)), a, b),
    "an integer argument that receives none": (
        lambda a, i: (a[i], lambda dy: np.eye(4)[:, i] @ dy),
        a,
        np.array([0, 2]),
    ),
    "a number": (lambda a: (a**2, lambda dy: 2 * dy * a), np.array(1.5)),
    "a sum": (lambda a: (a.sum(), lambda dy: np.full(a.shape, dy)), a),
    "one gradient in a tuple": (lambda a: (2 * a, lambda dy: (2 * dy,)), a),
    "one argument without influence": (lambda a, b: (a, lambda dy: (dy, 0 * b)), a, b),
    "a large gradient": (lambda a: (1e8 * a**2, lambda dy: 2e8 * dy * a), a),
    "a small gradient": (lambda a: (1e-8 * a**2, lambda dy: 2e-8 * dy * a), a),
}


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT)
def test_right_pairs_pass(case):
    f, *arguments = case
    for seed in range(5):
        assert check_vjp(f, *arguments, rng=np.random.default_rng(seed)) < 1e-7


def test_the_worst_argument_is_reported():
    """1e-3 relative in the first argument, nothing in the second: not the last, not the mean."""

    def pair(a, b):
        return a + b, lambda dy: (1.001 * dy, dy)

    assert (
        1e-6
        < check_vjp(pair, a, b, rng=np.random.default_rng(0), tolerance=1e-2)
        < 1e-2
    )


def test_four_evaluations_an_argument_at_one_and_two_steps():
    """Catches a second step that equals the first: then no kink would ever be seen."""
    places = []

    def watched(a):
        places.append(a)
        return a**2, lambda dy: 2 * dy * a

    check_vjp(watched, a, rng=np.random.default_rng(0), epsilon=1e-3, tolerance=1e-4)
    first, *others = places
    sizes = [np.linalg.norm(place - first) for place in others]
    assert_allclose(np.array(sizes) / sizes[0], [1, 1, 2, 2])
    assert_allclose(others[0] + others[1], 2 * first)


def test_an_exact_gradient_passes_without_any_tolerance():
    """y = a at a = 0 with a step that is a power of two: no rounding anywhere."""
    error = check_vjp(
        F.identity,
        np.zeros(5),
        rng=np.random.default_rng(0),
        epsilon=0.125,
        tolerance=0,
    )
    assert error == 0


def test_errors_are_plain_numbers():
    """np.float64(...) is not what a reader wants to see at the end of a cell."""
    assert type(relative_error(a, b)) is float
    assert type(check_vjp(F.tanh, a, rng=np.random.default_rng(0))) is float


# ── check_vjp on what is wrong ──


def one_entry(wrong):
    """y = x² for a thousand x, with one entry of the gradient changed by `wrong`."""

    def f(z):
        slope = 2 * z
        slope[437] = wrong(slope[437])
        return z**2, lambda dy: dy * slope

    return f


many = RNG.standard_normal(1000) + 3

# name: the pair, its arguments, what the message tells
WRONG = {
    "sign": (lambda a: (a**2, lambda dy: -2 * dy * a), (a,), "argument 1: derived"),
    "factor": (lambda a: (a**2, lambda dy: dy * a), (a,), "argument 1: derived"),
    "slightly wrong factor": (lambda a: (a**2, lambda dy: 2.0001 * dy * a), (a,), "argument 1"),
    "1/N": (lambda a: (a.mean(0), lambda dy: np.tile(dy, (4, 1))), (a,), "argument 1: derived"),
    "incoming gradient forgotten": (lambda a: (a**2, lambda dy: 2 * a), (a,), "argument 1"),
    "order of the arguments": (lambda a, b: (a * b, lambda dy: (dy * a, dy * b)), (a, b), "argument 1"),
    "order in the third": (
        lambda a, b, c: (a * b * c, lambda dy: (dy * b * c, dy * a * c, dy * b * b)), (a, b, a - b), "argument 3",
    ),
    "second argument": (lambda a, b: (a * b, lambda dy: (dy * b, -dy * a)), (a, b), "argument 2: derived"),
    "transpose that fits": (
        lambda x, W: (x @ W, lambda dy: (dy @ W, x.T @ dy)), (x, SQUARE), "argument 1: derived",
    ),
    "shape": (lambda a: (2 * a, lambda dy: 2 * dy.T), (a,), r"argument 1 has shape \(4, 3\), its gradient \(3, 4\)"),
    "not summed": (
        lambda a, b: (a + b, lambda dy: (dy, dy)), (a, b[:1]), r"argument 2 has shape \(1, 3\), its gradient \(4, 3\)",
    ),
    "a number for an array": (lambda a: (2 * a, lambda dy: 2.0), (a,), r"argument 1 .* its gradient \(\)"),
    "missing gradient": (lambda a, b: (a * b, lambda dy: dy * b), (a, b), "1 gradients for 2 floating arguments"),
    "one too many": (lambda a: (2 * a, lambda dy: (2 * dy, dy)), (a,), "2 gradients for 1 floating"),
    "stub": (lambda a: (0 * a, lambda dy: 0 * dy), (a,), "nothing was checked"),
    "zero pullback": (lambda a: (2 * a, lambda dy: 0 * dy), (a,), "argument 1: derived slope 0, "),
    "zero pullback of one": (lambda a, b: (a * b, lambda dy: (dy * b, 0 * dy)), (a, b), "argument 2"),
    "one sign among a thousand": (one_entry(lambda g: -g), (many,), "argument 1: derived"),
    "one per cent in one of a thousand": (one_entry(lambda g: 1.01 * g), (many,), "argument 1: derived"),
    "one zero among a thousand": (one_entry(lambda g: 0.0), (many,), "argument 1: derived"),
    "kink": (F.relu, (np.array([1.0, 3e-6, -2]),), "argument 1: steps 1e-05 and 2e-05 disagree; a kink"),
    "kink of the second": (
        lambda a, b: (a + np.abs(b), lambda dy: (dy, dy * np.sign(b))), (a, np.full((4, 3), 4e-6)), "argument 2: steps",
    ),
    "linear, W": (
        lambda x, W: (x @ W, lambda dy: (dy @ W.T, x.T @ dy / len(x))), (x, W), "argument 2: derived",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("f", "arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_pairs_are_found_and_the_argument_named(f, arguments, message):
    for seed in range(5):
        with pytest.raises(GradientError, match=message):
            check_vjp(f, *arguments, rng=np.random.default_rng(seed))


@pytest.mark.parametrize(
    "f",
    [
        pytest.param(lambda a, b: (a * b, lambda dy: (dy * b, a * np.nan)), id="NaN"),
        pytest.param(lambda a, b: (a * b, lambda dy: (dy * b, a * np.inf)), id="inf"),
        pytest.param(
            lambda a, b: (a * b + np.nan, lambda dy: (dy * b, dy * a + np.nan)),
            id="NaN value",
        ),
    ],
)
def test_a_gradient_that_is_no_number_is_found(f):
    """Every comparison with NaN is false, also `error > tolerance`."""
    with pytest.raises(GradientError, match="argument"):
        check_vjp(f, a, b, rng=np.random.default_rng(0))


def test_a_failing_check_is_an_assertion_that_pytest_shows():
    assert issubclass(GradientError, AssertionError)


def test_a_direction_is_drawn_for_the_value_too():
    """Softmax rows sum to one: with v = 1 the derivative is zero and any pullback would pass."""
    with pytest.raises(GradientError, match="argument 1"):
        check_vjp(
            lambda z: (F.softmax(z)[0], lambda dy: 0 * dy),
            a,
            rng=np.random.default_rng(0),
        )


def test_arguments_are_left_alone():
    before = a.copy()
    check_vjp(F.tanh, a, rng=np.random.default_rng(0))
    assert_array_equal(a, before)


def test_tolerance_decides():
    def slightly(a):
        return a**2, lambda dy: 2.0002 * dy * a

    assert check_vjp(slightly, a, rng=np.random.default_rng(0), tolerance=1e-2) > 1e-6
    with pytest.raises(GradientError):
        check_vjp(slightly, a, rng=np.random.default_rng(0), tolerance=1e-7)
