"""Every function with a pullback and the arguments it is tried on: a new function costs a row.

A row reads like the call it makes. What stands without a name receives a gradient, what stands with
a name, data and settings, receives none.
"""

import functools
import inspect
from collections.abc import Callable

import numpy as np
from dlnotes import functional as F
from dlnotes import losses
from dlnotes.arrays import Constant

RNG = np.random.default_rng(0)


class Case:
    """function(*arguments, **data), where `arguments` receive gradients and `data` none."""

    def __init__(self, function: Callable, *arguments: np.ndarray, **data):
        self.function, self.arguments, self.data = function, arguments, data

    def call(self, *arguments, dtype=float):
        """Call with these arguments or one's own, as read-only copies: editing one in place raises."""
        data = cast(self.data, dtype)
        arguments = cast(arguments or self.arguments, dtype)
        free = [n for n in inspect.signature(self.function).parameters if n not in data]
        return self.function(**dict(zip(free, arguments, strict=False)), **data)

    def __str__(self):
        shapes = [str(np.shape(a)) for a in self.arguments]
        settings = [f"{name}={shown(value)}" for name, value in self.data.items()]
        return " ".join([self.function.__name__, *shapes, *settings])


def shown(value) -> str:
    """A setting, or the shape of an array: all that a name of a test has room for."""
    if isinstance(value, tuple):
        return f"({', '.join(map(shown, value))})"
    return str(value.shape if isinstance(value, np.ndarray) else value)


def cast(value, dtype):
    """Read-only copies of arrays, those of floats as `dtype`; whatever else stands in the tuple or dict as it is."""
    if isinstance(value, dict):
        return {name: cast(entry, dtype) for name, entry in value.items()}
    if isinstance(value, tuple):
        return tuple(cast(entry, dtype) for entry in value)
    if not isinstance(value, np.ndarray):
        return value
    copy = np.array(value, dtype if value.dtype.kind == "f" else None)
    copy.flags.writeable = False
    return Constant(copy) if isinstance(value, Constant) else copy


def as_tuple(gradients) -> tuple:
    return gradients if isinstance(gradients, tuple) else (gradients,)


def signal(y, seed=1):
    """An incoming gradient like y that must not be edited."""
    v = np.random.default_rng(seed).standard_normal(np.shape(y))
    return cast(np.asarray(v), np.asarray(y).dtype)


def normal(*shape):
    return np.asarray(RNG.standard_normal(shape))


def integers(below, *shape):
    return RNG.integers(0, below, shape)


def signs(*shape):
    return RNG.choice([-1.0, 1.0], shape)


def probabilities(*shape):
    return RNG.dirichlet(np.ones(shape[-1]), shape[:-1])


def with_equal(array, index):
    """`array` with 2 at all places of `index`: entries without variance."""
    array[index] = 2
    return array


@functools.wraps(losses.kl_divergence)
def kl_between_softmaxes(p, q):
    """KL between distributions given by logits, which may move freely where probabilities may not."""
    (p, to_p), (q, to_q) = F.softmax(p), F.softmax(q)
    loss, pullback = losses.kl_divergence(p, q)

    def backward(*dloss):
        dp, dq = pullback(*dloss)
        return to_p(dp), to_q(dq)

    return loss, backward


def over_time(function, T, N, D, H, gates, states=1, biases=0):
    return Case(
        function,
        normal(T, N, D),
        *(normal(N, H) for _ in range(states)),
        normal(D, gates * H),
        normal(H, gates * H),
        normal(gates * H),
        *(normal(H) for _ in range(biases)),
    )


ELEMENTWISE = [
    F.identity, F.sigmoid, F.tanh, F.relu, F.leaky_relu, F.absolute, F.relu6,
    F.hard_tanh, F.elu, F.softplus, F.silu, F.gelu,
]  # fmt: skip
# a batch, one sample, one axis, leading axes
BATCHES = [(4, 3), (1, 8), (9,), (2, 4, 3)]
# the same for losses, and as many samples as outputs
SAMPLES = [(4, 3), (1, 3), (2, 4, 3), (3, 3), (4, 1)]
# several of everything; one step; one sequence; one unit; one of everything; all equal
SEQUENCES = [
    (4, 2, 3, 2), (1, 2, 3, 2), (3, 1, 2, 3), (3, 2, 2, 1), (1, 1, 1, 1), (3, 3, 3, 3),
]  # fmt: skip

CASES = [
    Case(F.linear, normal(5, 3), normal(3, 2), normal(2)),
    Case(F.linear, normal(1, 3), normal(3, 2), normal(2)),
    Case(F.linear, normal(5, 3), normal(3, 1), normal(1)),
    Case(F.linear, normal(3, 3), normal(3, 3), normal(3)),
    Case(F.linear, normal(5, 3), normal(3, 2)),
    # S networks: with one batch, a batch each, a batch of 1 each, one bias for all
    Case(F.linear, normal(5, 3), normal(4, 3, 2), normal(4, 2)),
    Case(F.linear, normal(4, 5, 3), normal(4, 3, 2), normal(4, 2)),
    Case(F.linear, normal(4, 1, 3), normal(4, 3, 2), normal(4, 2)),
    Case(F.linear, normal(5, 3), normal(4, 3, 2), normal(2)),
    # one network: on S batches, with S biases
    Case(F.linear, normal(4, 5, 3), normal(3, 2), normal(2)),
    Case(F.linear, normal(5, 3), normal(3, 2), normal(4, 2)),
    # axes of 1 to stretch, two leading axes
    Case(F.linear, normal(1, 5, 3), normal(4, 3, 2), normal(1, 2)),
    Case(F.linear, normal(2, 4, 5, 3), normal(4, 3, 2), normal(2, 1, 2)),
    Case(F.transposed_linear, normal(5, 2), normal(3, 2), normal(3)),
    Case(F.transposed_linear, normal(1, 3), normal(3, 3), normal(3)),
    Case(F.transposed_linear, normal(5, 2), normal(4, 3, 2), normal(4, 3)),
    # repeated tokens, in a sequence and in a batch, one no row was asked for, one token alone
    Case(F.embedding, normal(5, 3), tokens=np.array([1, 4, 1, 1, 0])),
    Case(F.embedding, normal(4, 2), tokens=np.array([[0, 2, 2], [1, 2, 0]])),
    Case(F.embedding, normal(2, 1), tokens=np.array(1)),
    *(Case(f, normal(*s)) for f in (F.softmax, F.log_softmax) for s in SAMPLES[:-1]),
    *(
        Case(f, normal(2, 4, 3), axis=axis)
        for f in (F.softmax, F.log_softmax)
        for axis in (0, 1, -2)
    ),
    Case(F.softmax, normal(5)),
    Case(F.log_softmax, normal(5)),
    Case(F.flatten, normal(4, 3, 2, 2)),
    Case(F.flatten, normal(4, 3)),
    Case(F.flatten, normal(1, 2, 3)),
    Case(F.dropout, normal(4, 3), keep=RNG.random((4, 3)) < 0.7, rate=0.3),
    Case(F.dropout, normal(2, 4, 3), keep=RNG.random((2, 4, 3)) < 0.5, rate=0.5),
    Case(F.dropout, normal(6), keep=np.ones(6, bool), rate=0.0),
    Case(F.reparameterize, normal(4, 3), normal(4, 3), noise=normal(4, 3)),
    Case(F.reparameterize, normal(2, 1, 3), normal(2, 1, 3), noise=normal(2, 1, 3)),
    # ── Activations ──
    *(Case(f, 2 * normal(*shape)) for f in ELEMENTWISE for shape in BATCHES),
    Case(F.relu6, 6 * normal(4, 3)),
    Case(F.clip, normal(4, 3), low=-0.5, high=0.25),
    Case(F.clip, normal(9), low=0.1, high=2),
    Case(F.elu, normal(4, 3), alpha=0.3),
    Case(F.elu, normal(4, 3), alpha=2.0),
    Case(F.leaky_relu, normal(4, 3), slope=0.2),
    Case(F.leaky_relu, normal(4, 3), slope=-0.5),
    Case(F.leaky_relu, normal(4, 3), slope=RNG.uniform(0.1, 0.4, (4, 3))),
    Case(F.leaky_relu, normal(2, 4, 3), slope=RNG.uniform(0.1, 0.4, 3)),
    # one slope for all, one a unit, one a sample, one an entry
    Case(F.rectifier, normal(4, 3), normal()),
    Case(F.rectifier, normal(4, 3), normal(1)),
    Case(F.rectifier, normal(2, 4, 3), normal(3)),
    Case(F.rectifier, normal(4, 3), normal(4, 1)),
    Case(F.rectifier, normal(4, 3), normal(4, 3)),
    Case(F.maxout, normal(4, 6)),
    Case(F.maxout, normal(4, 6), pieces=3),
    Case(F.maxout, normal(2, 1, 4), pieces=1),
    Case(F.maxout, normal(6), pieces=6),
    # ── Convolution ──
    Case(F.conv1d, normal(2, 3, 7), normal(4, 3, 3), normal(4)),
    Case(F.conv1d, normal(1, 1, 4), normal(1, 1, 4)),
    Case(F.conv1d, normal(2, 2, 8), normal(2, 2, 2), normal(2), stride=2, padding=1),
    Case(F.conv1d, normal(2, 2, 6), normal(3, 2, 3), padding=(4,), dilation=(2,)),
    Case(F.conv1d, normal(2, 4, 5), normal(4, 1, 3), normal(4), groups=4),
    # to more channels than it has, to fewer, without bias; the whole image; one pixel
    Case(F.conv2d, normal(2, 3, 5, 6), normal(4, 3, 3, 3), normal(4)),
    Case(F.conv2d, normal(2, 3, 5, 6), normal(2, 3, 3, 3), normal(2), padding=1),
    Case(F.conv2d, normal(2, 2, 4, 4), normal(2, 2, 3, 3)),
    Case(F.conv2d, normal(1, 1, 3, 3), normal(1, 1, 3, 3), normal(1)),
    Case(F.conv2d, normal(2, 3, 2, 3), normal(2, 3, 1, 1), normal(2)),
    # even kernels; padding wider than the kernel; strides that leave a rest, that leave gaps
    Case(F.conv2d, normal(2, 2, 5, 5), normal(3, 2, 2, 2), normal(3), padding=1),
    Case(F.conv2d, normal(2, 2, 3, 2), normal(2, 2, 2, 2), normal(2), padding=2),
    Case(F.conv2d, normal(2, 2, 6, 6), normal(3, 2, 3, 3), normal(3), stride=2),
    Case(F.conv2d, normal(1, 2, 7, 5), normal(2, 2, 2, 2), stride=3),
    # holes in the kernel; parts that do not see each other; one part a channel
    Case(F.conv2d, normal(2, 2, 6, 5), normal(2, 2, 3, 2), normal(2), dilation=2),
    Case(F.conv2d, normal(2, 4, 4, 4), normal(6, 2, 3, 3), normal(6), groups=2),
    Case(F.conv2d, normal(2, 3, 4, 4), normal(3, 1, 3, 3), groups=3, padding=1),
    # each axis its own, and everything at once
    Case(
        F.conv2d, normal(2, 2, 6, 7), normal(3, 2, 2, 3), normal(3),
        stride=(2, 1), padding=(1, 0), dilation=(1, 2),
    ),
    Case(
        F.conv2d, normal(2, 4, 7, 6), normal(2, 2, 3, 2), normal(2),
        stride=2, padding=1, dilation=2, groups=2,
    ),
    Case(F.conv_transpose2d, normal(2, 3, 3, 4), normal(3, 2, 3, 3), normal(2)),
    Case(F.conv_transpose2d, normal(1, 1, 1, 1), normal(1, 1, 2, 3)),
    Case(F.conv_transpose2d, normal(2, 2, 3, 3), normal(2, 4, 2, 2), stride=2),
    Case(F.conv_transpose2d, normal(2, 2, 3, 3), normal(2, 2, 1, 1), stride=3),
    Case(F.conv_transpose2d, normal(2, 2, 4, 4), normal(2, 3, 3, 3), padding=1),
    Case(F.conv_transpose2d, normal(2, 2, 3, 2), normal(2, 1, 3, 2), dilation=2),
    Case(F.conv_transpose2d, normal(2, 4, 3, 3), normal(4, 3, 2, 2), groups=2),
    Case(
        F.conv_transpose2d, normal(1, 2, 2, 3), normal(2, 2, 3, 2), normal(2),
        stride=(3, 2), padding=(1, 0), output_padding=(2, 1),
    ),
    Case(
        F.conv_transpose2d, normal(2, 4, 3, 2), normal(4, 1, 3, 3), normal(2),
        stride=2, padding=1, output_padding=1, dilation=2, groups=2,
    ),
    # ── Pooling: a rest at the border, overlaps, gaps, one window, signals, volumes ──
    *(
        Case(f, normal(*shape), **settings)
        for f in (F.max_pool, F.avg_pool)
        for shape, settings in [
            ((2, 3, 4, 6), {}),
            ((2, 3, 5, 5), {}),
            ((2, 2, 5, 4), {"kernel": 3, "stride": 1}),
            ((2, 2, 6, 7), {"kernel": 3, "stride": 2}),
            ((2, 2, 5, 6), {"kernel": 2, "stride": 3}),
            ((1, 2, 5, 7), {"kernel": (2, 3), "stride": (1, 2)}),
            ((2, 1, 3, 5), {"kernel": (3, 1)}),
            ((1, 1, 2, 2), {"kernel": 2}),
            ((2, 3, 7), {"kernel": (2,), "stride": 1}),
            ((1, 2, 3, 4, 4), {}),
        ]
    ),
    *(Case(F.global_avg_pool, normal(*s)) for s in [(2, 3, 4), (2, 3, 4, 5), (1, 1, 1)]),
    # ── Normalization. Without variance √ε alone divides; a large ε keeps differences accurate there ──
    *(
        Case(F.layer_norm, normal(*shape), normal(shape[-1]), normal(shape[-1]))
        for shape in [(4, 5), (1, 4), (2, 3, 4), (4, 4), (4, 1)]
    ),
    Case(F.layer_norm, normal(4, 5), normal(5), normal(5), epsilon=0.3),
    Case(F.layer_norm, with_equal(normal(4, 5), 1), normal(5), normal(5), epsilon=0.1),
    *(
        Case(F.batch_norm, normal(*shape), normal(shape[1]), normal(shape[1]))
        for shape in [(5, 3), (4, 4), (4, 3, 2), (2, 3, 2, 2), (1, 3, 4), (1, 3)]
    ),
    Case(F.batch_norm, normal(5, 3), normal(3), normal(3), epsilon=0.3),
    Case(
        F.batch_norm, with_equal(normal(5, 3), np.s_[:, 1]), normal(3), normal(3), epsilon=0.1
    ),
    *(
        Case(
            F.batch_norm, normal(*shape), normal(3), normal(3),
            statistics=(normal(3), RNG.uniform(0.5, 2, 3)),
        )
        for shape in [(5, 3), (1, 3), (2, 3, 2, 2)]
    ),
    Case(
        F.batch_norm, normal(5, 2), normal(2), normal(2),
        statistics=(normal(2), np.array([0.0, 1])), epsilon=0.01,
    ),
    # ── Recurrence ──
    *(over_time(F.rnn, *sizes, gates=1) for sizes in SEQUENCES),
    *(over_time(F.lstm, *sizes, gates=4, states=2) for sizes in SEQUENCES),
    *(over_time(F.gru, *sizes, gates=3) for sizes in SEQUENCES),
    *(over_time(F.gru_reset_after, *sizes, gates=3, biases=1) for sizes in SEQUENCES),
    *(Case(f, normal(*shape)) for f in (F.time_first, F.last_step) for shape in [(3, 4, 2), (1, 2, 3)]),
    # ── Losses ──
    *(
        Case(f, normal(*shape), target=normal(*shape))
        for f in (losses.squared_error, losses.absolute_error, losses.huber)
        for shape in SAMPLES
    ),
    Case(losses.huber, normal(4, 3), target=normal(4, 3), delta=0.5),
    Case(losses.huber, normal(4, 3), target=normal(4, 3), delta=2),
    *(
        Case(f, normal(*shape), target=signs(*shape))
        for f in (losses.perceptron, losses.hinge)
        for shape in [(4, 3), (1, 8), (2, 4, 3), (4, 4)]
    ),
    *(
        Case(losses.binary_cross_entropy, normal(*s), target=RNG.uniform(size=s))
        for s in SAMPLES
    ),
    Case(losses.binary_cross_entropy, normal(4, 2), target=integers(2, 4, 2) * 1.0),
    *(
        Case(losses.cross_entropy, normal(*s), target=integers(s[-1], *s[:-1]))
        for s in SAMPLES[:-1]
    ),
    *(
        Case(losses.cross_entropy, normal(*s), target=probabilities(*s))
        for s in SAMPLES[:-1]
    ),
    *(Case(kl_between_softmaxes, normal(*s), normal(*s)) for s in SAMPLES[:-1]),
    *(Case(losses.gaussian_kl, normal(*s), normal(*s)) for s in SAMPLES),
]  # fmt: skip
