"""Every function with a pullback, through the table of table.py and against its definition."""

import inspect
import math
from itertools import product

import numpy as np
import pytest
from dlnotes import (
    activations,
    conv,
    functional,
    losses,
    normalization,
    pooling,
    recurrent,
    windows,
)
from dlnotes import functional as F
from dlnotes.arrays import Constant, sum_to, unmarked
from dlnotes.gradcheck import check_vjp
from numpy.testing import assert_allclose, assert_array_equal
from table import (
    CASES,
    ELEMENTWISE,
    RNG,
    Case,
    as_tuple,
    kl_between_softmaxes,
    normal,
    over_time,
    probabilities,
    signal,
    signs,
)

MODULES = (
    functional,
    activations,
    conv,
    windows,
    pooling,
    normalization,
    recurrent,
    losses,
)
# no pullback of their own, or one that is zero; each is tested below
APART = {
    windows.im2col, windows.col2im, windows.window_slices, windows.zeros_batch_last, windows.places,
    windows.view, windows.batch_first, windows.batch_last,
    normalization.batch_statistics, losses.zero_one, F.step,
}  # fmt: skip

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def test_no_function_is_missing_from_the_table():
    public = {
        function
        for module in MODULES
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }
    tabled = {case.function for case in CASES} | {losses.kl_divergence}
    assert public - tabled == APART
    assert {case.function for case in CASES} == set(DEFINITIONS)


# ── What holds for all ──


@every_case
def test_pullback_is_the_adjoint_of_the_derivative(case):
    """Catches a wrong sign, factor, transpose or axis in any pullback."""
    for seed in range(3):
        error = check_vjp(case.call, *case.arguments, rng=np.random.default_rng(seed))
        assert error < 1e-8


@every_case
def test_value_is_what_the_definition_says(case):
    """Catches a wrong value whose pullback is right for the wrong value: gates exchanged, a window off by one."""
    plain = Case(DEFINITIONS[case.function], *case.arguments, **case.data)
    assert_allclose(case.call()[0], plain.call(), rtol=1e-11, atol=1e-12)


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
def test_settings_do_not_widen_the_data(case):
    """Catches a setting that came from a np.linspace and stayed np.float64, which float32 gives way to."""
    data = {n: np.float64(v) if type(v) is float else v for n, v in case.data.items()}
    y, backward = Case(case.function, *case.arguments, **data).call(dtype=np.float32)
    found = [np.asarray(y), *as_tuple(backward(signal(y)))]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}


@every_case
def test_float32_agrees_with_float64(case):
    """Catches what only few digits show: a difference of large numbers, an ε that float32 swallows."""
    (y, backward), (y32, backward32) = case.call(), case.call(dtype=np.float32)
    assert_allclose(y32, y, rtol=1e-5, atol=1e-5)
    pairs = zip(
        *(as_tuple(b(signal(v))) for b, v in ((backward32, y32), (backward, y))),
        strict=True,
    )
    for single, double in pairs:
        assert_allclose(single, double, rtol=1e-4, atol=1e-4)


@every_case
def test_two_passes_under_way_do_not_meet(case):
    """Catches values kept outside the closure, and a pullback that uses itself up."""
    others = tuple(np.flip(a) * 1.5 for a in case.arguments)
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


# what may stand first in a network and is dear enough to be spared a gradient for data
SPARING = {
    F.linear, F.transposed_linear, F.conv1d, F.conv2d, F.conv_transpose2d,
    F.rnn, F.lstm, F.gru, F.gru_reset_after,
}  # fmt: skip


@every_case
def test_a_constant_receives_no_gradient_and_changes_nothing_else(case):
    """Catches a gradient that is None or wrong because the first one is, and a mark that leaks into the next layer."""
    x, *rest = case.arguments
    y, backward = case.call()
    y_constant, backward_constant = case.call(Constant(x), *rest)
    assert not isinstance(y_constant, Constant)
    assert_array_equal(y_constant, y)
    dx, *others = as_tuple(backward(signal(y)))
    dx_constant, *others_constant = as_tuple(backward_constant(signal(y)))
    assert (dx_constant is None) == (case.function in SPARING)
    if dx_constant is not None:
        assert_array_equal(dx_constant, dx)
    for a, b in zip(others_constant, others, strict=True):
        assert_array_equal(a, b)


def test_the_mark_of_a_constant_does_not_spread():
    """Catches what is computed, cut or copied from a constant and still counts as one."""
    x = Constant(normal(4, 3))
    assert unmarked(x)[1] and type(unmarked(x)[0]) is np.ndarray
    assert unmarked(Constant([[1.0]]))[1]
    for y in (x + 0, x[:], x.T, x.reshape(3, 4), np.copy(x), x.copy(), np.tanh(x), x @ x.T):  # fmt: skip
        assert not unmarked(y)[1]


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.function.__module__ == losses.__name__], ids=str
)
def test_backward_of_a_loss_starts_from_one(case):
    y, backward = case.call()
    ones = backward(np.ones(np.shape(y)))
    for a, b in zip(as_tuple(backward()), as_tuple(ones), strict=True):
        assert_array_equal(a, b)


HUGE = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, 1e4]])
SIDES = {"target": np.array([[-1.0, 1, -1], [1, -1, -1]])}
EXTREMES = [
    *(Case(f, HUGE) for f in ELEMENTWISE),
    Case(F.softmax, HUGE),
    Case(F.log_softmax, HUGE),
    Case(F.softmax, HUGE, axis=0),
    Case(F.layer_norm, HUGE, np.ones(3), np.zeros(3)),
    Case(F.batch_norm, HUGE, np.ones(3), np.zeros(3)),
    Case(losses.cross_entropy, HUGE, target=np.array([1, 0])),
    Case(losses.cross_entropy, HUGE, target=np.full((2, 3), 1 / 3)),
    Case(losses.binary_cross_entropy, HUGE, target=np.array([[0.0, 1, 0.5]] * 2)),
    *(Case(f, HUGE, **SIDES) for f in (losses.hinge, losses.perceptron, losses.huber)),
    *(
        Case(case.function, *(1e4 * a for a in case.arguments))
        for case in (
            over_time(F.rnn, 3, 2, 2, 2, gates=1),
            over_time(F.lstm, 3, 2, 2, 2, gates=4, states=2),
            over_time(F.gru, 3, 2, 2, 2, gates=3),
            over_time(F.gru_reset_after, 3, 2, 2, 2, gates=3, biases=1),
        )
    ),
]


@pytest.mark.parametrize("case", EXTREMES, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_numbers_stay_finite(case, dtype):
    """Catches e^z without the shift; an overflow warning would be an error here, too."""
    y, backward = case.call(dtype=dtype)
    gradients = as_tuple(backward(np.ones_like(y)))
    assert all(np.isfinite(a).all() for a in (y, *gradients))


# ── Definitions: each function once more, slow and plain ──


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rectified(z, slope):
    return np.maximum(z, 0) + slope * np.minimum(z, 0)


def clipped(z, low, high):
    return np.minimum(np.maximum(z, low), high)


def softmax(z, axis=-1):
    return np.exp(z) / np.exp(z).sum(axis, keepdims=True)


def windows(places, kernel, stride, dilation):
    """Every place p with the part of x that the kernel meets there, from s·p on in steps of d."""
    for p in np.ndindex(*places):
        yield (
            p,
            tuple(
                slice(s * i, s * i + d * (k - 1) + 1, d)
                for i, k, s, d in zip(p, kernel, stride, dilation, strict=True)
            ),
        )


def per_axis(value, rank):
    return [int(v) for v in np.broadcast_to(value, rank)]


def places(size, kernel, stride, dilation):
    return [
        len(range(0, S - d * (k - 1), s))
        for S, k, s, d in zip(size, kernel, stride, dilation, strict=True)
    ]


def convolution(x, W, b=None, stride=1, padding=0, dilation=1, groups=1):
    """Place by place and channel by channel: the kernel times what lies under it."""
    (O, C, *kernel), rank = W.shape, x.ndim - 2
    stride, padding, dilation = (per_axis(v, rank) for v in (stride, padding, dilation))
    x = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in padding)])
    P = places(x.shape[2:], kernel, stride, dilation)
    y = np.zeros((len(x), O, *P))
    for o in range(O):
        first = o // (O // groups) * C
        for p, window in windows(P, kernel, stride, dilation):
            under = x[:, first : first + C, *window]
            y[:, o, *p] = (W[o] * under).sum(axis=tuple(range(1, x.ndim)))
        y[:, o] += 0 if b is None else b[o]
    return y


def transposed_convolution(
    x, W, b=None, stride=1, padding=0, output_padding=0, dilation=1, groups=1
):
    """Place by place, each entry of x leaves a print of the kernel; then the padding is cut off."""
    (C, O, *kernel), N = W.shape, len(x)
    stride, padding, extra, dilation = (
        per_axis(v, 2) for v in (stride, padding, output_padding, dilation)
    )
    full = [
        s * (S - 1) + d * (k - 1) + 1 + e
        for S, k, s, d, e in zip(
            x.shape[2:], kernel, stride, dilation, extra, strict=True
        )
    ]
    y = np.zeros((N, O * groups, *full))
    for c in range(C):
        first = c // (C // groups) * O
        for p, window in windows(x.shape[2:], kernel, stride, dilation):
            y[:, first : first + O, *window] += x[:, c, *p, None, None, None] * W[c]
    (top, left), (H, L) = padding, full
    y = y[:, :, top : H - top, left : L - left]
    return y if b is None else y + b[:, None, None]


def pooled(summary):
    """Pooling of every window by `summary`."""

    def pool(x, kernel=2, stride=None):
        rank = x.ndim - 2
        kernel = per_axis(kernel, rank)
        stride, once = per_axis(kernel if stride is None else stride, rank), [1] * rank
        y = np.zeros((*x.shape[:2], *(P := places(x.shape[2:], kernel, stride, once))))
        for p, window in windows(P, kernel, stride, once):
            y[:, :, *p] = summary(x[:, :, *window], axis=tuple(range(2, x.ndim)))
        return y

    return pool


def layer_norm(x, gamma, beta, epsilon=1e-5):
    y = np.empty_like(x)
    for i in np.ndindex(x.shape[:-1]):
        y[i] = gamma * (x[i] - x[i].mean()) / np.sqrt(x[i].var() + epsilon) + beta
    return y


def batch_norm(x, gamma, beta, statistics=None, epsilon=1e-5):
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        xc = x[:, c]
        mean, variance = (
            (xc.mean(), xc.var())
            if statistics is None
            else (statistics[0][c], statistics[1][c])
        )
        y[:, c] = gamma[c] * (xc - mean) / np.sqrt(variance + epsilon) + beta[c]
    return y


def gates_of(number, *arrays):
    """The columns of each array that belong to each gate."""
    return zip(*(np.split(a, number, axis=-1) for a in arrays), strict=True)


def rnn(x, h0, Wx, Wh, b):
    h = [h0]
    for xt in x:
        h.append(np.tanh(xt @ Wx + h[-1] @ Wh + b))
    return np.array(h[1:])


def lstm(x, h0, c0, Wx, Wh, b):
    h, c, states = h0, c0, []
    for xt in x:
        i, f, o, g = (xt @ U + h @ V + a for U, V, a in gates_of(4, Wx, Wh, b))
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append((h, c))
    return np.array(states).swapaxes(0, 1)


def gru(x, h0, Wx, Wh, b):
    h = [h0]
    (Ur, Vr, ar), (Uz, Vz, az), (Un, Vn, an) = gates_of(3, Wx, Wh, b)
    for xt in x:
        r, z = sigmoid(xt @ Ur + h[-1] @ Vr + ar), sigmoid(xt @ Uz + h[-1] @ Vz + az)
        n = np.tanh(xt @ Un + (r * h[-1]) @ Vn + an)
        h.append(z * h[-1] + (1 - z) * n)
    return np.array(h[1:])


def gru_reset_after(x, h0, Wx, Wh, b, bh):
    h = [h0]
    (Ur, Vr, ar), (Uz, Vz, az), (Un, Vn, an) = gates_of(3, Wx, Wh, b)
    for xt in x:
        r, z = sigmoid(xt @ Ur + h[-1] @ Vr + ar), sigmoid(xt @ Uz + h[-1] @ Vz + az)
        n = np.tanh(xt @ Un + an + r * (h[-1] @ Vn + bh))
        h.append(z * h[-1] + (1 - z) * n)
    return np.array(h[1:])


def mean_loss(cost):
    """The mean over samples of a cost that is summed over outputs."""
    return cost.sum(axis=-1).mean(axis=-1)


def huber(prediction, target, delta=1.0):
    e = np.abs(prediction - target)
    return mean_loss(np.where(e <= delta, e**2 / 2, delta * (e - delta / 2)))


def cross_entropy(logits, target):
    p = target if target.dtype == float else np.eye(logits.shape[-1])[target]
    return mean_loss(-p * np.log(softmax(logits)))


def binary_cross_entropy(logits, target):
    p = sigmoid(logits)
    return mean_loss(-target * np.log(p) - (1 - target) * np.log(1 - p))


DEFINITIONS = {
    F.linear: lambda x, W, b=(0.0,): (
        np.einsum("...nd,...dk->...nk", x, W) + np.expand_dims(b, -2)
    ),
    F.transposed_linear: lambda x, W, b: (
        np.einsum("...nk,...dk->...nd", x, W) + np.expand_dims(b, -2)
    ),
    F.embedding: lambda tokens, E: np.eye(len(E))[tokens] @ E,
    F.softmax: softmax,
    F.log_softmax: lambda z, axis=-1: np.log(softmax(z, axis)),
    F.time_first: lambda x: np.einsum("ntd->tnd", x),
    F.last_step: lambda y: y[len(y) - 1],
    F.flatten: lambda x: np.array([sample.ravel() for sample in x]),
    F.dropout: lambda x, keep, rate: np.where(keep, x / (1 - rate), 0),
    F.reparameterize: lambda mu, logvar, noise: mu + np.sqrt(np.exp(logvar)) * noise,
    F.identity: lambda z: z,
    F.sigmoid: sigmoid,
    F.tanh: lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    F.relu: lambda z: rectified(z, 0),
    F.rectifier: lambda z, alpha: rectified(z, alpha),
    F.leaky_relu: lambda z, slope=0.01: rectified(z, slope),
    F.absolute: lambda z: np.sqrt(z**2),
    F.clip: clipped,
    F.relu6: lambda z: clipped(z, 0, 6),
    F.hard_tanh: lambda z: clipped(z, -1, 1),
    F.maxout: lambda z, pieces=2: np.max(
        [z[..., i::pieces] for i in range(pieces)], axis=0
    ),
    F.elu: lambda z, alpha=1.0: np.where(z > 0, z, alpha * (np.exp(z) - 1)),
    F.softplus: lambda z: np.log(1 + np.exp(z)),
    F.silu: lambda z: z * sigmoid(z),
    F.gelu: lambda z: z * sigmoid(2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)),
    F.conv1d: convolution,
    F.conv2d: convolution,
    F.conv_transpose2d: transposed_convolution,
    F.max_pool: pooled(np.max),
    F.avg_pool: pooled(np.mean),
    F.global_avg_pool: lambda x: x.reshape(*x.shape[:2], -1).mean(axis=-1),
    F.layer_norm: layer_norm,
    F.batch_norm: batch_norm,
    F.rnn: rnn,
    F.lstm: lstm,
    F.gru: gru,
    F.gru_reset_after: gru_reset_after,
    losses.squared_error: lambda prediction, target: mean_loss(
        (prediction - target) ** 2 / 2
    ),
    losses.absolute_error: lambda prediction, target: mean_loss(
        np.abs(prediction - target)
    ),
    losses.huber: huber,
    losses.perceptron: lambda scores, target: mean_loss(
        np.maximum(0, -target * scores)
    ),
    losses.hinge: lambda scores, target: mean_loss(np.maximum(0, 1 - target * scores)),
    losses.binary_cross_entropy: binary_cross_entropy,
    losses.cross_entropy: cross_entropy,
    kl_between_softmaxes: lambda p, q: mean_loss(
        softmax(p) * np.log(softmax(p) / softmax(q))
    ),
    losses.gaussian_kl: lambda mu, logvar: mean_loss(
        (mu**2 + np.exp(logvar) - logvar - 1) / 2
    ),
}


# ── Closed forms: activations ──

Z = np.linspace(-5, 5, 41)


def slope(f, z, **settings):
    """f′ at every entry of z."""
    return f(z, **settings)[1](np.ones_like(z))


def test_sigmoid_is_symmetric_and_steepest_at_zero():
    assert_allclose(F.sigmoid(-Z)[0], 1 - F.sigmoid(Z)[0], rtol=1e-13)
    assert F.sigmoid(np.zeros(1))[0] == 0.5
    assert slope(F.sigmoid, Z).max() == slope(F.sigmoid, np.zeros(1)) == 0.25


def test_tanh_is_a_stretched_sigmoid():
    assert_allclose(F.tanh(Z)[0], 2 * F.sigmoid(2 * Z)[0] - 1, atol=1e-15)
    assert_allclose(slope(F.tanh, Z), 4 * slope(F.sigmoid, 2 * Z), atol=1e-15)


@pytest.mark.parametrize(
    ("alpha", "member"),
    [(0.0, F.relu), (0.01, F.leaky_relu), (-1.0, F.absolute), (1.0, F.identity)],
)
def test_the_rectifier_family(alpha, member):
    """Catches an α on the wrong side; at the kink itself |z| goes its own way."""
    z = Z[Z != 0]
    y, backward = F.rectifier(z, np.array(alpha))
    assert_array_equal(y, member(z)[0])
    assert_array_equal(backward(np.ones_like(z))[0], slope(member, z))


@pytest.mark.parametrize(
    ("function", "settings", "at", "expected"),
    [
        (F.relu, {}, 0, 0),
        (F.leaky_relu, {"slope": 0.3}, 0, 0.3),
        (F.absolute, {}, 0, 0),
        (F.clip, {"low": -2, "high": 3}, -2, 0),
        (F.clip, {"low": -2, "high": 3}, 3, 0),
        (F.relu6, {}, 0, 0),
        (F.relu6, {}, 6, 0),
        (F.hard_tanh, {}, 1, 0),
        (F.elu, {"alpha": 2.0}, 0, 2),
    ],
)
def test_slope_at_a_kink(function, settings, at, expected):
    """Catches > that became ≥: differences cannot see a kink."""
    assert_array_equal(slope(function, np.array([at * 1.0]), **settings), [expected])


def test_rectifier_at_its_kink():
    dz, dalpha = F.rectifier(np.zeros(2), np.array(0.25))[1](np.ones(2))
    assert_array_equal(dz, [0.25, 0.25])
    assert dalpha == 0


def test_step_is_one_above_zero_and_flat():
    y, backward = F.step(np.array([-1.0, 0.0, 1e-9], np.float32))
    assert_array_equal(y, [0, 0, 1])
    gradient = backward(np.ones(3, np.float32))
    assert_array_equal(gradient, np.zeros(3))
    assert y.dtype == gradient.dtype == np.float32


def test_softplus_bends_like_sigmoid_and_differs_by_z():
    assert_allclose(slope(F.softplus, Z), F.sigmoid(Z)[0], rtol=1e-14)
    assert_allclose(F.softplus(Z)[0] - F.softplus(-Z)[0], Z, atol=1e-14)


def test_softplus_keeps_a_small_tail():
    """Catches log(1 + e^z), which is 0 where e^z vanishes beside 1."""
    assert_allclose(F.softplus(np.array([-50.0]))[0], np.exp(-50.0), rtol=1e-14)


def test_gelu_is_near_z_times_the_normal_distribution_function():
    Phi = np.array([(1 + math.erf(z / math.sqrt(2))) / 2 for z in Z])
    assert np.abs(F.gelu(Z)[0] - Z * Phi).max() < 5e-4


def test_maxout_of_affine_pieces():
    """max(z, −z) = |z|, and three planes make a valley; the gradient goes to the first of equals."""
    y, backward = F.maxout(np.stack([Z, -Z], axis=-1))
    assert_array_equal(y[:, 0], np.abs(Z))
    assert_array_equal(backward(np.ones_like(y)) @ [1, -1], np.where(Z >= 0, 1, -1))
    valley = F.maxout(np.stack([-Z - 1, 0 * Z, Z - 1], axis=-1), pieces=3)[0]
    assert_allclose(valley[:, 0], np.maximum(np.abs(Z) - 1, 0))


# ── Closed forms: maps, probabilities, noise ──


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


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_ignores_a_constant_along_its_axis(axis):
    """Catches a sum over another axis: constants along this one change nothing, nor do gradients lie along them."""
    z, constant = normal(4, 3), normal(4, 3).mean(axis, keepdims=True)
    for function in (F.softmax, F.log_softmax):
        y, backward = function(z, axis)
        assert_allclose(function(z + 700 * constant, axis)[0], y, rtol=1e-10)
        assert_allclose(backward(signal(y)).sum(axis), 0, atol=1e-15)
    assert_allclose(np.exp(F.log_softmax(z, axis)[0]), F.softmax(z, axis)[0])


def test_log_softmax_does_not_underflow():
    assert_array_equal(F.log_softmax(np.array([0.0, -2e3]))[0], [0, -2e3])


def test_dropout_keeps_the_mean_over_all_masks():
    """Catches a missing 1/(1 − rate), in value and gradient."""
    x, dy, rate = normal(4), normal(4), 0.25
    mean_y, mean_dx = np.zeros(4), np.zeros(4)
    for keep in product([True, False], repeat=4):
        keep = np.array(keep)
        probability = np.where(keep, 1 - rate, rate).prod()
        y, backward = F.dropout(x, keep, rate)
        mean_y, mean_dx = (
            mean_y + probability * y,
            mean_dx + probability * backward(dy),
        )
    assert_allclose(mean_y, x, rtol=1e-14)
    assert_allclose(mean_dx, dy, rtol=1e-14)


# ── Closed forms: windows and statistics ──


def test_the_first_of_equal_entries_receives_the_gradient_of_max_pool():
    _, backward = F.max_pool(np.ones((1, 1, 2, 4)))
    assert_array_equal(backward(np.array([[[[3.0, 5]]]])), [[[[3, 0, 5, 0], [0] * 4]]])


@pytest.mark.parametrize("normalize", [F.layer_norm, F.batch_norm])
def test_normalization_of_equal_entries(normalize):
    """Without variance the output is β and dx = γ (g − ⟨g⟩)/√ε: no division by zero, ε under the root."""
    x, gamma, beta, dy = np.full((3, 3), 2.0), np.full(3, 1.5), normal(3), normal(3, 3)
    y, backward = normalize(x, gamma, beta, epsilon=1e-4)
    axis = -1 if normalize is F.layer_norm else 0
    assert_array_equal(y, np.broadcast_to(beta, (3, 3)))
    centered = dy - dy.mean(axis, keepdims=True)
    assert_allclose(backward(dy)[0], 150 * centered, atol=1e-11)


@pytest.mark.parametrize("shape", [(5, 3), (1, 3, 4), (2, 3, 2, 2)])
def test_batch_statistics_count_all_entries_of_a_channel(shape):
    """Catches a variance divided by N, and means that skip the positions."""
    x = normal(*shape)
    mean, variance = F.batch_statistics(x)
    channels = np.moveaxis(x, 1, 0).reshape(3, -1)
    n = channels.shape[1]
    assert_allclose(mean, channels.sum(axis=1) / n)
    assert_allclose(variance, ((channels.T - mean) ** 2).sum(axis=0) / (n - 1))


def test_given_statistics_of_the_batch_normalize_like_the_batch():
    x, gamma, beta = normal(6, 3), normal(3), normal(3)
    statistics = (x.mean(axis=0), x.var(axis=0))
    given, _ = F.batch_norm(x, gamma, beta, statistics=statistics)
    assert_allclose(given, F.batch_norm(x, gamma, beta)[0])


# ── Closed forms: losses ──


def test_loss_of_a_confident_mistake_is_its_margin():
    """Catches ln(1 − 1) = −∞ clipped away: a loss must grow with the mistake."""
    assert_allclose(losses.cross_entropy(HUGE, np.array([1, 0]))[0], 2e4)
    assert_allclose(
        losses.binary_cross_entropy(np.array([[1e4]]), np.zeros((1, 1)))[0], 1e4
    )


@pytest.mark.parametrize("K", [2, 3, 10])
def test_cross_entropy_of_uniform_logits_is_ln_K(K):
    loss, backward = losses.cross_entropy(np.full((4, K), 7.0), np.zeros(4, int))
    assert_allclose(loss, np.log(K))
    assert_allclose(backward(), (1 / K - np.eye(K)[np.zeros(4, int)]) / 4)


def test_cross_entropy_with_labels_is_the_one_with_one_hot_rows():
    z, labels = normal(2, 4, 3), np.array([[0, 2, 1, 1], [1, 0, 0, 2]])
    loss, backward = losses.cross_entropy(z, labels)
    loss_hot, backward_hot = losses.cross_entropy(z, np.eye(3)[labels])
    assert_array_equal(loss, loss_hot)
    assert_array_equal(backward(), backward_hot())


def test_cross_entropy_is_entropy_plus_divergence():
    """H(p, q) = H(p) + D(p‖q): three functions of the same two distributions."""
    p, z = probabilities(4, 3), normal(4, 3)
    entropy = -(p * np.log(p)).sum(axis=-1).mean()
    divergence, _ = losses.kl_divergence(p, F.softmax(z)[0])
    assert_allclose(losses.cross_entropy(z, p)[0], entropy + divergence)


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


def test_squared_error_by_hand():
    """½ (1 + 4) for the first sample, ½ (9 + 0) for the second: 3.5 on average."""
    loss, backward = losses.squared_error(
        np.array([[1.0, 2], [3, 4]]), np.array([[0.0, 0], [0, 4]])
    )
    assert loss == 3.5
    assert_array_equal(backward(), [[0.5, 1], [1.5, 0]])


@pytest.mark.parametrize("delta", [0.5, 2.0])
def test_huber_joins_squared_and_absolute_error(delta):
    """Catches a jump or a bend where the pieces meet: at |e| = δ both give δ²/2 and slope ±δ."""
    target = np.zeros((4, 2))
    near, far = delta * RNG.uniform(-1, 1, (4, 2)), delta * (1 + RNG.random((4, 2)))
    edge = delta * np.array([[1.0, -1]] * 4)
    for e in (near, edge):
        (loss, backward), (squared, slopes) = (
            losses.huber(e, target, delta), losses.squared_error(e, target),
        )  # fmt: skip
        assert_allclose(loss, squared)
        assert_allclose(backward(), slopes())
    for e in (far, -far, edge):
        (loss, backward), (absolute, slopes) = (
            losses.huber(e, target, delta), losses.absolute_error(e, target),
        )  # fmt: skip
        assert_allclose(loss, delta * absolute - 2 * delta**2 / 2)
        assert_allclose(backward(), delta * slopes())


def test_absolute_error_is_flat_where_it_is_zero():
    loss, backward = losses.absolute_error(
        np.array([[1.0, -2, 5]]), np.array([[1.0, 0, 0]])
    )
    assert loss == 7
    assert_array_equal(backward(), [[0, -1, 1]])


# rows: right by far, on the margin, right but near, undecided, wrong
SCORES = np.array([[3.0], [1.0], [0.25], [0.0], [-2.0]])


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize(
    ("loss", "costs", "slopes"),
    [
        (losses.perceptron, [0, 0, 0, 0, 2], [0, 0, 0, -1, -1]),
        (losses.hinge, [0, 0, 0.75, 1, 3], [0, 0, -1, -1, -1]),
    ],
)
def test_losses_of_a_margin_by_hand(loss, costs, slopes, side):
    """Catches a slope on the wrong side of a kink, a margin forgotten, a side mistaken."""
    value, backward = loss(side * SCORES, np.full((5, 1), side))
    assert_allclose(value, np.sum(costs) / 5)
    assert_allclose(backward()[:, 0], side * np.array(slopes) / 5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_with_a_masked_class(dtype):
    """Catches 0 · ln 0 = nan: a logit of −inf rules a class out, which is no cost but where it is the right one."""
    logits = np.array([[0.0, 1, -np.inf], [-np.inf, 2, -np.inf]], dtype)
    for target in (np.array([0, 1]), np.array([[1.0, 0, 0], [0, 1, 0]], dtype)):
        loss, backward = losses.cross_entropy(logits, target)
        assert_allclose(loss, math.log(1 + math.e) / 2, rtol=1e-6)
        slope = 1 / (1 + math.exp(-1)) / 2
        assert_allclose(backward(), [[-slope, slope, 0], [0, 0, 0]], rtol=1e-6)
        assert loss.dtype == backward().dtype == dtype
    shared, _ = losses.cross_entropy(logits[:1], np.array([[0.75, 0.25, 0]], dtype))
    assert_allclose(shared, math.log(1 + math.e) - 0.25, rtol=1e-6)
    assert losses.cross_entropy(logits, np.array([2, 1]))[0] == np.inf


def test_zero_one_by_hand():
    """An undecided score is wrong; leading axes stay."""
    target = np.ones((5, 1))
    assert losses.zero_one(SCORES, target) == 2 / 5
    assert losses.zero_one(-SCORES, target) == 4 / 5
    assert losses.zero_one(SCORES * np.nan, target) == 1
    two = losses.zero_one(np.stack([SCORES, -SCORES]), np.stack([target, -target]))
    assert_array_equal(two, [2 / 5, 2 / 5])
    assert losses.zero_one(np.array([[1.0, -1], [-1, -1]]), np.ones((2, 2))) == 1.5


def test_hinge_bounds_the_share_of_mistakes():
    scores, target = normal(2, 50, 3), signs(2, 50, 3)
    assert (losses.hinge(scores, target)[0] >= losses.zero_one(scores, target)).all()


@pytest.mark.parametrize(("dtype", "least"), [(np.float32, 1e-45), (float, 1e-320)])
def test_kl_divergence_is_finite_where_the_ratio_is_not(dtype, least):
    """Catches ln(p/q), whose p/q overflows long before ln p − ln q does."""
    p, q = np.array([[1, 0]], dtype), np.array([[least, 1]], dtype)
    loss, backward = losses.kl_divergence(p, q)
    assert_allclose(loss, -np.log(q[0, 0].astype(np.longdouble)), rtol=1e-6)
    dp, dq = backward()
    assert_allclose(dp, [[1 + loss, 0]], rtol=1e-6)
    assert_array_equal(dq, [[-np.inf, 0]])


def test_divergence_by_hand():
    """0 ln 0 = 0 and a slope of 0 there; otherwise dp = ln(p/q) + 1 and dq = −p/q, over N."""
    p, q = (
        np.array([[0.5, 0.5, 0], [0.25, 0.25, 0.5]]),
        np.array([[0.25, 0.5, 0.25]] * 2),
    )
    loss, backward = losses.kl_divergence(p, q)
    dp, dq = backward()
    assert_allclose(loss, (0.5 * np.log(2) + 0.25 * np.log(0.5) + 0.5 * np.log(2)) / 2)
    assert_allclose(2 * dp, [[1 + np.log(2), 1, 0], [1, 1 - np.log(2), 1 + np.log(2)]])
    assert_allclose(2 * dq, [[-2, -1, 0], [-1, -0.5, -2]])


def test_divergence_is_zero_only_between_equals():
    p, q = probabilities(200, 1, 4), probabilities(200, 1, 4)
    assert (losses.kl_divergence(p, q)[0] > 0).all()
    assert_array_equal(losses.kl_divergence(p, p)[0], np.zeros(200))


def test_gaussian_divergence_is_the_mean_log_ratio():
    """E over N(μ, σ²) of ln N(z; μ, σ²) − ln N(z; 0, 1), by Gauss's rule, which is exact for squares."""
    mu, logvar = normal(5, 1), normal(5, 1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    z = mu + np.exp(logvar / 2) * nodes
    log_ratio = (z**2 - (z - mu) ** 2 / np.exp(logvar) - logvar) / 2
    expected = (log_ratio * weights / math.sqrt(2 * math.pi)).sum(axis=1).mean()
    assert_allclose(losses.gaussian_kl(mu, logvar)[0], expected)
    assert losses.gaussian_kl(np.zeros((2, 3)), np.zeros((2, 3)))[0] == 0


# ── The adjoint of broadcasting ──


@pytest.mark.parametrize(
    ("from_shape", "shape"),
    [
        *(
            ((2, 4, 3), shape)
            for shape in [
                (4, 3),
                (3,),
                (1, 3),
                (4, 1),
                (1, 1),
                (),
                (2, 4, 3),
                (2, 1, 1),
            ]
        ),
        ((2, 4, 1), (1, 1)),
        ((2, 4, 1), (4, 1)),
        ((2, 1, 3), (1, 3)),
        ((2, 1, 3), (1, 1)),
        ((1, 4, 3), (4, 1)),
    ],
)
def test_sum_to_is_the_adjoint_of_broadcast_to(from_shape, shape):
    """⟨broadcast(a), g⟩ = ⟨a, sum_to(g)⟩; catches a look at the wrong axis when axes were added in front."""
    a, g = normal(*shape), normal(*from_shape)
    summed = sum_to(g, shape)
    assert summed.shape == shape
    assert_allclose((np.broadcast_to(a, from_shape) * g).sum(), (a * summed).sum())


def test_sum_to_an_equal_shape_changes_nothing():
    g = normal(4, 1, 3)
    assert_array_equal(sum_to(g, g.shape), g)
