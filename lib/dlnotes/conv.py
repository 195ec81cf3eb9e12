"""Convolution: one small kernel, applied at every place.

Libraries call convolution what is, strictly, correlation: the kernel is not flipped,

    y[n, o, p] = Σ over c, k of W[o, c, k] · x[n, c, s·p + d·k − a] + b[o]

with stride s, dilation d and a zeros of padding on each side, for one spatial axis (signals) or two (images);
with groups, c runs over the channels of o's group. `im2col` sees the part of x that
each output needs as a column; then the whole layer is one matrix product, and so are its gradients:

    y = W · columns        dW = dy · columnsᵀ        dx = col2im(Wᵀ · dy)

A transposed convolution is the same three with x and y in exchanged roles. In memory, channels come first and
the batch last, (C, *S, N): then the product's result is the next layer's input without a copy, and neighbors in
memory are the same pixel of all samples, which every window takes or leaves together.
"""

from functools import partial
from math import prod
from typing import NamedTuple

import numpy as np

from .arguments import takes
from .arrays import Array, Backward, unmarked
from .kinds import count, per_axis, remainder, same_size, sizes
from .windows import batch_first, batch_last, col2im, view, zeros_batch_last


def _inside(x: Array, padding: tuple[int, ...]) -> Array:
    """The part of x (N, C, *S) within a frame of `padding`, as a view."""
    inner = (slice(p, S - p) for p, S in zip(padding, x.shape[2:], strict=True))
    return x[:, :, *inner]


def _pad(x: Array, padding: tuple[int, ...]) -> Array:
    """x (N, C, *S) in a frame of zeros."""
    if not any(padding):
        return x
    size = (S + 2 * p for S, p in zip(x.shape[2:], padding, strict=True))
    wide = zeros_batch_last((*x.shape[:2], *size), x.dtype)
    _inside(wide, padding)[...] = x
    return wide


def _rows(y: Array, groups: int) -> Array:
    """y (N, O, *P) as one matrix a group, (G, O/G, P · N)."""
    return batch_last(y).reshape(groups, y.shape[1] // groups, -1)


def _correlate(
    x: Array, W: Array, stride, dilation, groups: int
) -> tuple[Array, Array]:
    """y = W · columns for a padded x, and the columns, (G, C/G · kernel, P · N)."""
    kernel = W.shape[2:]
    windows = view(x, kernel, stride, dilation)
    places = windows.shape[-len(kernel) :]
    columns = np.empty((x.shape[1], *kernel, *places, len(x)), x.dtype)
    columns[...] = batch_last(windows)
    columns = columns.reshape(groups, -1, prod(places) * len(x))
    y = W.reshape(groups, len(W) // groups, -1) @ columns
    return batch_first(y.reshape(len(W), *places, len(x))), columns


def _to_kernel(dy: Array, columns: Array, W: Array, groups: int) -> Array:
    """dW = dy · columnsᵀ, as its transpose, which is faster for long rows."""
    return (columns @ _rows(dy, groups).mT).mT.reshape(W.shape)


def _flipped(W: Array, groups: int) -> Array:
    """W (O, C/G, *kernel) turned around in space and transposed between channels: (C, O/G, *kernel)."""
    O, C = W.shape[0] // groups, W.shape[1]
    turned = np.flip(W, axis=range(2, W.ndim)).reshape(groups, O, C, *W.shape[2:])
    return turned.swapaxes(1, 2).reshape(groups * C, O, *W.shape[2:])


def _to_input(
    dy: Array, W: Array, size, stride, padding, dilation, groups: int
) -> Array:
    """dx (N, C, *size) = col2im(Wᵀ · dy), without the padding.

    At stride 1 this is a correlation itself, of dy with the kernel turned around: x[p + d·k] met W[k] on its way
    to y[p]. That way needs columns of dy instead of x, and is taken where those are not more.
    """
    C, kernel = W.shape[1] * groups, W.shape[2:]
    around = tuple(
        d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding, strict=True)
    )
    if max(stride) == 1 and min(around) >= 0 and dy.shape[1] <= C:
        turned = _flipped(W, groups)
        return _correlate(_pad(dy, around), turned, stride, dilation, groups)[0]
    columns = W.reshape(groups, len(W) // groups, -1).mT @ _rows(dy, groups)
    windows = batch_first(columns.reshape(C, *kernel, *dy.shape[2:], len(dy)))
    wide = tuple(S + 2 * p for S, p in zip(size, padding, strict=True))
    return _inside(col2im(windows, wide, stride, dilation), padding)


class _Geometry(NamedTuple):
    """Checked settings of a convolution, one entry for each spatial axis."""

    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int


def _geometry(rank: int, stride, padding, dilation, groups: int) -> _Geometry:
    return _Geometry(
        per_axis("stride", stride, rank),
        per_axis("padding", padding, rank),
        per_axis("dilation", dilation, rank),
        groups,
    )


def _with_bias(y: Array, b: Array | None, backward: Backward):
    """y + b on every channel, and a pullback that ends in db if there is a b."""
    if b is None:
        return y, backward
    y += b.reshape(-1, *(1,) * (y.ndim - 2))
    others = (0, *range(2, y.ndim))
    return y, lambda dy: (*backward(dy), dy.sum(others))


def _convolve(x, W, b, *settings) -> tuple[Array, Backward]:
    x, constant = unmarked(x)
    stride, padding, dilation, groups = geometry = _geometry(x.ndim - 2, *settings)
    if W.shape[1] * groups != x.shape[1] or len(W) % groups:
        raise ValueError(
            f"W {W.shape} does not fit x {x.shape} with {groups} groups: "
            "axis 1 of W must be C / groups, and axis 0 a multiple of the groups"
        )
    y, columns = _correlate(_pad(x, padding), W, stride, dilation, groups)

    def backward(dy: Array) -> tuple[Array | None, Array]:
        dW = _to_kernel(dy, columns, W, groups)
        return None if constant else _to_input(dy, W, x.shape[2:], *geometry), dW

    return _with_bias(y, b, backward)


frame = partial(sizes, least=0)  # of zeros, around an image
settings = {"stride": sizes, "padding": frame, "dilation": sizes, "groups": count}


@takes(x="data N C L+", W="O c k+", b="O", **settings)
def conv1d(
    x: Array,
    W: Array,
    b: Array | None = None,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> tuple[Array, Backward]:
    """Convolution of signals: `conv2d` with one spatial axis.

    Shapes: x (N, C, L), W (O, C/groups, k), b (O,), y (N, O, P).
    """
    return _convolve(x, W, b, stride, padding, dilation, groups)


@takes(x="data N C H W+", W="O c kh kw+", b="O", **settings)
def conv2d(
    x: Array,
    W: Array,
    b: Array | None = None,
    *,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> tuple[Array, Backward]:
    """Convolution of images, the equation at the head of this file, with zeros beyond the border.

    Shapes: x (N, C, H, W), W (O, C/groups, kh, kw), b (O,), y (N, O, P, Q) with
    P = ⌊(H + 2 padding − dilation (kh − 1) − 1) / stride⌋ + 1 and Q likewise. With `groups` the channels
    fall into that many parts which do not see each other (Goodfellow et al. 2016, section 9.5).
    """
    return _convolve(x, W, b, stride, padding, dilation, groups)


def _enlarged(size, kernel, geometry: _Geometry, extra) -> tuple[int, ...]:
    """What a transposed convolution makes of `size`; ValueError where nothing is left."""
    axes = zip(size, kernel, *geometry[:3], extra, strict=True)
    enlarged = tuple(
        s * (S - 1) + d * (k - 1) + 1 - 2 * p + e for S, k, s, p, d, e in axes
    )
    if min(enlarged) < 1:
        raise ValueError(
            f"padding {geometry.padding} and output_padding {extra} must leave an output, got size {enlarged}"
        )
    return enlarged


@takes(x="data N C H W+", W="C o kh kw+", b="O", output_padding=frame, **settings)
def conv_transpose2d(
    x: Array,
    W: Array,
    b: Array | None = None,
    *,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> tuple[Array, Backward]:
    """The adjoint of `conv2d` in x, used forward: it enlarges images (Dumoulin and Visin 2016, section 4).

    Shapes: x (N, C, H, W), W (C, O/groups, kh, kw), b (O,), y (N, O, P, Q) with
    P = stride (H − 1) + dilation (kh − 1) + 1 − 2 padding + output_padding and Q likewise.
    """
    x, constant = unmarked(x)
    geometry = _geometry(2, stride, padding, dilation, groups)
    if len(W) % groups:
        raise ValueError(f"C = {len(W)} must be a multiple of the groups, got {groups}")
    if b is not None:
        same_size("the size of b", b.size, "the number of outputs", W.shape[1] * groups)
    extra = remainder("output_padding", output_padding, geometry.stride)
    size = _enlarged(x.shape[2:], W.shape[2:], geometry, extra)

    def backward(dy: Array) -> tuple[Array | None, Array]:
        stride, padding, dilation, groups = geometry
        dx, columns = _correlate(_pad(dy, padding), W, stride, dilation, groups)
        return None if constant else dx, _to_kernel(x, columns, W, groups)

    return _with_bias(_to_input(x, W, size, *geometry), b, backward)
