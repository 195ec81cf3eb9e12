"""Convolution and pooling by their definitions: sums written out, matrices, shifts, adjoints."""

import itertools

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes.windows import col2im, im2col
from numpy.testing import assert_allclose, assert_array_equal

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape)


def by_definition(x, W, b, stride, padding, dilation, groups):
    """y[n, o, p, q] as a sum over channels and kernel, four loops and no cleverness."""
    N, (O, Cg, kh, kw) = len(x), W.shape
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    P = (x.shape[2] - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    Q = (x.shape[3] - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((N, O, P, Q))
    for n, o, p, q in np.ndindex(y.shape):
        first = o // (O // groups) * Cg
        for c, i, j in np.ndindex(Cg, kh, kw):
            place = stride[0] * p + dilation[0] * i, stride[1] * q + dilation[1] * j
            y[n, o, p, q] += W[o, c, i, j] * x[n, first + c, *place]
        y[n, o, p, q] += b[o]
    return y


SETTINGS = [
    # x (H, W), kernel, stride, padding, dilation, groups
    ((5, 6), (3, 3), (1, 1), (0, 0), (1, 1), 1),
    ((5, 6), (3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((7, 6), (3, 2), (2, 1), (1, 0), (1, 1), 1),
    ((7, 8), (2, 3), (2, 3), (2, 1), (2, 1), 2),
    ((4, 4), (4, 4), (1, 1), (0, 0), (1, 1), 1),
    ((3, 3), (1, 1), (2, 2), (0, 0), (1, 1), 4),
    ((3, 3), (2, 2), (1, 1), (3, 3), (1, 1), 2),
    ((6, 6), (3, 3), (3, 3), (1, 1), (1, 1), 1),
]


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "groups"), SETTINGS
)
@pytest.mark.parametrize("O", [4, 8])
def test_conv2d_by_definition(size, kernel, stride, padding, dilation, groups, O):
    x, W, b = normal(2, 4, *size), normal(O, 4 // groups, *kernel), normal(O)
    y, _ = F.conv2d(
        x, W, b, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    expected = by_definition(x, W, b, stride, padding, dilation, groups)
    assert_allclose(y, expected, atol=1e-12)


def test_conv1d_is_numpys_correlate():
    x, W = normal(1, 1, 9), normal(1, 1, 4)
    for padding, mode in ((0, "valid"), (3, "full")):
        y, _ = F.conv1d(x, W, padding=padding)
        assert_allclose(y.ravel(), np.correlate(x.ravel(), W.ravel(), mode))


def test_conv1d_equals_conv2d_of_height_one():
    x, W, b = normal(2, 4, 9), normal(6, 2, 3), normal(6)
    y, backward = F.conv1d(x, W, b, stride=2, padding=1, groups=2)
    y2, backward2 = F.conv2d(
        x[:, :, None], W[:, :, None], b, stride=(1, 2), padding=(0, 1), groups=2
    )
    dy = normal(*y.shape)
    assert_allclose(y, y2[:, :, 0])
    for one, two in zip(backward(dy), backward2(dy[:, :, None]), strict=True):
        assert_allclose(one.ravel(), two.ravel())


def test_convolution_is_a_toeplitz_matrix():
    """Every row is the row above, moved by one; dx is its transpose, applied to dy."""
    w, n = np.array([2.0, -1, 5]), 7
    T = np.zeros((n - 2, n))
    for row in range(n - 2):
        T[row, row : row + 3] = w
    x, dy = normal(n), normal(n - 2)
    y, backward = F.conv1d(x[None, None], w[None, None])
    assert_allclose(y.ravel(), T @ x)
    assert_allclose(backward(dy[None, None])[0].ravel(), T.T @ dy)


def test_convolution_commutes_with_shifts():
    """Away from the border: shift, then convolve, or the other way round."""
    x, W = np.zeros((1, 2, 12, 12)), normal(3, 2, 3, 3)
    x[:, :, 3:7, 4:8] = normal(1, 2, 4, 4)
    moved = np.roll(x, (2, -1), axis=(2, 3))
    y, y_moved = (F.conv2d(a, W, padding=1)[0] for a in (x, moved))
    assert_allclose(np.roll(y, (2, -1), axis=(2, 3)), y_moved, atol=1e-12)


def test_groups_do_not_see_each_other():
    x, W = normal(1, 4, 5, 5), normal(4, 2, 3, 3)
    y, _ = F.conv2d(x, W, groups=2)
    parts = [F.conv2d(x[:, i : i + 2], W[i : i + 2])[0] for i in (0, 2)]
    assert_allclose(y, np.concatenate(parts, axis=1))


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "groups"), SETTINGS
)
def test_transposed_convolution_is_the_adjoint(
    size, kernel, stride, padding, dilation, groups
):
    """⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩, with output_padding where the stride left a rest."""
    settings = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
    x, W = normal(2, 4, *size), normal(8, 4 // groups, *kernel)
    y = normal(*F.conv2d(x, W, **settings)[0].shape)
    rest = tuple(
        (S + 2 * p - d * (k - 1) - 1) % s
        for S, p, d, k, s in zip(size, padding, dilation, kernel, stride, strict=True)
    )
    back, _ = F.conv_transpose2d(y, W, output_padding=rest, **settings)
    assert back.shape == x.shape
    forward, _ = F.conv2d(x, W, **settings)
    assert_allclose((forward * y).sum(), (x * back).sum())


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation"),
    [
        ((6,), 3, 1, 1),
        ((7,), 2, 3, 2),
        ((5, 6), 2, 1, 1),
        ((7, 6), (3, 2), (2, 1), (1, 2)),
        ((3, 3, 4), (2, 2, 2), 1, 1),
    ],
)
def test_im2col_and_col2im_are_adjoint(size, kernel, stride, dilation):
    x = normal(2, 3, *size)
    kernel = kernel if isinstance(kernel, tuple) else (kernel,) * len(size)
    columns = im2col(x, kernel, stride, dilation)
    other = normal(*columns.shape)
    back = col2im(other, size, stride, dilation)
    assert back.shape == x.shape
    assert_allclose((columns * other).sum(), (x * back).sum())


def test_im2col_is_a_view_that_refuses_writing():
    x = np.arange(6.0).reshape(1, 1, 6)
    columns = im2col(x, (3,), 2)
    assert_array_equal(columns[0, 0], [[0, 2], [1, 3], [2, 4]])
    assert np.shares_memory(columns, x)
    with pytest.raises(ValueError, match="read-only"):
        columns[...] = 0


# ── Pooling ──


def test_pooling_by_hand():
    x = np.array([[1.0, 2, 5, 6, 9], [3, 4, 8, 7, 9], [0, 0, 0, 0, 9]])[None, None]
    y, backward = F.max_pool(x)
    assert_array_equal(y[0, 0], [[4, 8]])  # the rest at the border is left out
    dx = backward(np.array([[[[10.0, 20]]]]))
    assert_array_equal(dx[0, 0], [[0, 0, 0, 0, 0], [0, 10, 20, 0, 0], [0] * 5])
    y, backward = F.avg_pool(x)
    assert_array_equal(y[0, 0], [[2.5, 6.5]])
    dx = backward(np.array([[[[4.0, 8]]]]))
    assert_array_equal(dx[0, 0], [[1, 1, 2, 2, 0], [1, 1, 2, 2, 0], [0] * 5])


def test_the_first_of_equal_entries_wins_the_gradient():
    """Catches a gradient that is multiplied by the number of winners."""
    _, backward = F.max_pool(np.zeros((1, 1, 2, 2)))
    assert_array_equal(backward(np.ones((1, 1, 1, 1)))[0, 0], [[1, 0], [0, 0]])


def test_overlapping_windows_add_their_gradients():
    x = np.array([[[0.0, 9, 0, 0]]])
    y, backward = F.max_pool(x, 2, 1)
    assert_array_equal(y[0, 0], [9, 9, 0])
    assert_array_equal(backward(np.array([[[1.0, 2, 4]]]))[0, 0], [0, 3, 4, 0])
    y, backward = F.avg_pool(x, 3, 1)
    assert_allclose(y[0, 0], [3, 3])
    assert_allclose(backward(np.array([[[3.0, 6]]]))[0, 0], [1, 3, 3, 2])


@pytest.mark.parametrize(
    ("kernel", "stride"), [((2, 3), None), (3, 2), ((3, 2), (1, 3))]
)
def test_pooling_by_definition(kernel, stride):
    x = normal(2, 3, 7, 8)
    kh, kw = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    sh, sw = (
        (kh, kw)
        if stride is None
        else stride
        if isinstance(stride, tuple)
        else (stride,) * 2
    )
    places = itertools.product(range(0, 8 - kh, sh), range(0, 9 - kw, sw))
    windows = [x[:, :, i : i + kh, j : j + kw] for i, j in places]
    for pool, summary in ((F.max_pool, np.max), (F.avg_pool, np.mean)):
        y, _ = pool(x, kernel, stride)
        expected = np.stack([summary(w, axis=(2, 3)) for w in windows], axis=-1)
        assert_allclose(y.reshape(expected.shape), expected)


def test_global_average_is_average_pooling_over_everything():
    x = normal(2, 3, 4, 4)
    y, backward = F.global_avg_pool(x)
    pooled, pool_backward = F.avg_pool(x, 4)
    assert_allclose(y, pooled[:, :, 0, 0])
    dy = normal(2, 3)
    dx = backward(dy)
    assert_allclose(dx, pool_backward(dy[:, :, None, None]))
    dx += 1  # an array of its own, which a caller may use up


def test_results_lie_in_memory_as_the_next_layer_wants_them():
    """Channels first and the batch last through convolution, bend, pooling and back: no copy in between."""
    x, W = normal(5, 3, 8, 8), normal(4, 3, 3, 3)
    y, back = F.conv2d(x, W, padding=1)
    a, back_a = F.relu(y)
    p, back_p = F.max_pool(a)
    da = back_p(normal(*p.shape))
    for array in (y, a, p, da, back_a(da), back(back_a(da))[0]):
        assert np.moveaxis(array, 0, -1).strides[-1] == array.itemsize
