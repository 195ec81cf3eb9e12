"""Pooling: summarize each window of a signal (N, C, L) or image (N, C, H, W) by one number, channel by channel."""

import numpy as np

from .arguments import takes
from .arrays import Array, Backward
from .kinds import per_axis, sizes
from .windows import places, window_slices


def _windows(x: Array, kernel, stride) -> list[tuple]:
    """For each offset in a window the slices of x that it meets."""
    rank = x.ndim - 2
    kernel = per_axis("kernel", kernel, rank)
    stride = kernel if stride is None else per_axis("stride", stride, rank)
    adjacent = (1,) * rank  # the dilation
    P = places(x.shape[2:], kernel, stride, adjacent)
    return [(..., *window) for _, window in window_slices(kernel, P, stride, adjacent)]


@takes(x="N C L ...+", kernel=sizes, stride=sizes)
def max_pool(
    x: Array,
    kernel: int | tuple[int, ...] = 2,
    stride: int | tuple[int, ...] | None = None,
) -> tuple[Array, Backward]:
    """The largest entry of every window; its place receives the whole gradient, the first one where several are equal.

    Shapes: x (N, C, *S), y (N, C, *P) with P = ⌊(S − kernel) / stride⌋ + 1; stride is the kernel unless given.
    """
    windows = _windows(x, kernel, stride)
    y = x[windows[0]].copy(order="K")  # K: keep the layout in memory
    for window in windows[1:]:
        np.maximum(y, x[window], out=y)

    def backward(dy: Array) -> Array:
        dx, waiting = np.zeros_like(x), np.ones_like(y, bool)
        for window in windows:
            won = (x[window] == y) & waiting
            waiting ^= won
            dx[window] += won * dy
        return dx

    return y, backward


@takes(x="N C L ...+", kernel=sizes, stride=sizes)
def avg_pool(
    x: Array,
    kernel: int | tuple[int, ...] = 2,
    stride: int | tuple[int, ...] | None = None,
) -> tuple[Array, Backward]:
    """The mean of every window, which shares the gradient evenly. Shapes as for `max_pool`."""
    windows = _windows(x, kernel, stride)
    y = x[windows[0]] / len(windows)
    for window in windows[1:]:
        y += x[window] / len(windows)

    def backward(dy: Array) -> Array:
        dx, share = np.zeros_like(x), dy / len(windows)
        for window in windows:
            dx[window] += share
        return dx

    return y, backward


@takes(x="N C L ...+")
def global_avg_pool(x: Array) -> tuple[Array, Backward]:
    """The mean over all places: x (N, C, ...) → y (N, C) (Lin, Chen and Yan 2014)."""
    places = tuple(range(2, x.ndim))

    def backward(dy: Array) -> Array:
        share = np.expand_dims(dy / x[0, 0].size, places)
        return np.broadcast_to(share, x.shape).copy()

    return x.mean(places), backward
