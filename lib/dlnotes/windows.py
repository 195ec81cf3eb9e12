"""Small windows of a large array: what convolution and pooling look through.

Along each spatial axis of length S, a window of `kernel` entries, `dilation` d apart, starts at every multiple of
`stride` s as long as it fits: at P = ⌊(S − d (kernel − 1) − 1) / s⌋ + 1 places.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .arguments import takes
from .arrays import Array
from .kinds import per_axis, shape, sizes

Sizes = tuple[int, ...]


def places(size: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Sizes:
    """How many windows fit along each spatial axis; ValueError where not even one does."""
    found = []
    for S, k, s, d in zip(size, kernel, stride, dilation, strict=True):
        span = d * (k - 1) + 1
        if span > S:
            raise ValueError(
                f"kernel {kernel} with dilation {dilation} spans {span} entries, but the padded input has size {tuple(size)}"
            )
        found.append((S - span) // s + 1)
    return tuple(found)


@takes(x="N C L ...", kernel=sizes, stride=sizes, dilation=sizes)
def im2col(x: Array, kernel: tuple[int, ...], stride=1, dilation=1) -> Array:
    """Every window of x (N, C, *S) as a view: (N, C, *kernel, *P).

    Nothing is copied: entries that lie in several windows are the same memory, so the view is for reading.
    """
    rank = x.ndim - 2
    kernel = per_axis("kernel", kernel, rank)
    stride = per_axis("stride", stride, rank)
    return view(x, kernel, stride, per_axis("dilation", dilation, rank))


def view(x: Array, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """`im2col` for settings that have been checked."""
    P = places(x.shape[2:], kernel, stride, dilation)
    N, C, *steps = x.strides
    within = (step * d for step, d in zip(steps, dilation, strict=True))
    between = (step * s for step, s in zip(steps, stride, strict=True))
    return as_strided(
        x, (*x.shape[:2], *kernel, *P), (N, C, *within, *between), writeable=False
    )


def window_slices(
    kernel: Sizes, places: Sizes, stride: Sizes, dilation: Sizes
) -> Iterator[tuple[Sizes, tuple[slice, ...]]]:
    """Each offset k in the kernel with the slices of x that it meets, s·p + d·k for all places p."""
    for offset in np.ndindex(*kernel):
        yield (
            offset,
            tuple(
                slice(d * k, d * k + s * (P - 1) + 1, s)
                for k, P, s, d in zip(offset, places, stride, dilation, strict=True)
            ),
        )


@takes(columns="...", size=shape, stride=sizes, dilation=sizes)
def col2im(columns: Array, size: tuple[int, ...], stride=1, dilation=1) -> Array:
    """The adjoint of `im2col`: add every window (N, C, *kernel, *P) back into its place in x (N, C, *size)."""
    rank = len(size)
    if columns.ndim != 2 + 2 * rank:
        raise ValueError(
            f"columns must have {2 + 2 * rank} axes (N, C, *kernel, *P) for size {size}, got shape {columns.shape}"
        )
    stride = per_axis("stride", stride, rank)
    dilation = per_axis("dilation", dilation, rank)
    kernel = columns.shape[2 : 2 + rank]
    P = places(size, kernel, stride, dilation)
    if columns.shape[2 + rank :] != P:
        raise ValueError(
            f"columns has shape {columns.shape}, but size {size} with stride {stride} has {P} places"
        )
    x = zeros_batch_last((*columns.shape[:2], *size), columns.dtype)
    for offset, window in window_slices(kernel, P, stride, dilation):
        x[:, :, *window] += columns[:, :, *offset]
    return x


def batch_last(x: Array) -> Array:
    """(N, C, *S) seen as (C, *S, N)."""
    return x.transpose(*range(1, x.ndim), 0)


def batch_first(x: Array) -> Array:
    """(C, *S, N) seen as (N, C, *S)."""
    return x.transpose(-1, *range(x.ndim - 1))


def zeros_batch_last(shape: Sizes, dtype: np.dtype) -> Array:
    """Zeros of shape (N, C, *S) that lie in memory as (C, *S, N)."""
    N, C, *S = shape
    return batch_first(np.zeros((C, *S, N), dtype))
