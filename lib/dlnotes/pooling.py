"""Pooling: summarize each window of a signal (N, C, L) or image (N, C, H, W) by one number, channel by channel."""

import functools

import numpy as np

from . import checks
from .arrays import Array, Backward
from .conv import col2im, im2col


def _windows(x: Array, kernel, stride):
    """Checked x, its windows (N, C, *kernel, *P), all offsets in a window, and the stride (default: the kernel)."""
    x = checks.floating("x", x, ndim=3)
    checks.not_empty("x", x)
    kernel = checks.sizes("kernel", kernel, x.ndim - 2)
    stride = kernel if stride is None else checks.sizes("stride", stride, x.ndim - 2)
    return x, im2col(x, kernel, stride), list(np.ndindex(kernel)), stride


def max_pool(
    x: Array,
    kernel: int | tuple[int, ...] = 2,
    stride: int | tuple[int, ...] | None = None,
) -> tuple[Array, Backward]:
    """The largest entry of every window; its place receives the whole gradient, the first one where several are equal.

    Shapes: x (N, C, *S), y (N, C, *P) with P = ⌊(S − kernel) / stride⌋ + 1.
    """
    x, windows, offsets, stride = _windows(x, kernel, stride)
    y = functools.reduce(np.maximum, (windows[:, :, *offset] for offset in offsets))

    def backward(dy: Array) -> Array:
        cols, open_ = np.empty_like(windows), np.ones_like(y, bool)
        for offset in offsets:
            won = open_ & (windows[:, :, *offset] == y)
            open_ ^= won
            cols[:, :, *offset] = won * dy
        return col2im(cols, x.shape[2:], stride)

    return y, backward


def avg_pool(
    x: Array,
    kernel: int | tuple[int, ...] = 2,
    stride: int | tuple[int, ...] | None = None,
) -> tuple[Array, Backward]:
    """The mean of every window, which shares the gradient evenly. Shapes as for `max_pool`."""
    x, windows, offsets, stride = _windows(x, kernel, stride)
    y = sum(windows[:, :, *offset] for offset in offsets) / len(offsets)

    def backward(dy: Array) -> Array:
        share = np.expand_dims(dy / len(offsets), tuple(range(2, x.ndim)))
        return col2im(np.broadcast_to(share, windows.shape), x.shape[2:], stride)

    return y, backward


def global_avg_pool(x: Array) -> tuple[Array, Backward]:
    """The mean over all places: x (N, C, ...) → y (N, C) (Lin, Chen and Yan 2014)."""
    x = checks.floating("x", x, ndim=3)
    checks.not_empty("x", x)
    places = tuple(range(2, x.ndim))
    count = x[0, 0].size

    def backward(dy: Array) -> Array:
        return np.broadcast_to(np.expand_dims(dy / count, places), x.shape).copy()

    return x.mean(places), backward
