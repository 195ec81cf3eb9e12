"""What the library refuses, and that it says which argument, what came and what was expected.

`SIGNATURES` gives every function and class a call that works, each argument with what it is: floats, a positive
number, a count. One argument at a time is then replaced by all that it must not be. `REFUSED` adds what a single
argument cannot show: sizes that do not meet, orders, borders. Each row would pass without a word, or die in
NumPy's words, if its check were dropped.
"""

import inspect
import pickle
import re
from types import SimpleNamespace

import numpy as np
import pytest
from dlnotes import (
    activations,
    checks,
    conv,
    datasets,
    decomposition,
    explore,
    gradcheck,
    init,
    layers,
    losses,
    metrics,
    network,
    normalization,
    optim,
    pooling,
    recurrent,
    schedules,
    training,
    windows,
)
from dlnotes import functional as F
from dlnotes.claims import settle, untestable
from dlnotes.layers import Linear
from dlnotes.network import Layer, Parameter, Sequential

zeros, rng, nan, inf = np.zeros, np.random.default_rng(0), np.nan, np.inf
counts = np.zeros((2, 3), dtype=int)
flags = np.zeros((2, 3), dtype=bool)
points = datasets.xor()
half = np.full((2, 2), 0.5)
net = Sequential(Linear(2, 3, rng=rng))
optimizer = optim.SGD(net.parameters(), 0.1)


def parameters() -> list[Parameter]:
    return [Parameter(zeros((2, 3))), Parameter(zeros(3))]


# ── What an argument can be: one that fits, and those that do not, as (value, error, "name must …") ──


def rows(good, *bad):
    return SimpleNamespace(good=good, bad=bad)


def anything(good):
    """An argument that takes everything, or that `REFUSED` has the rows for."""
    return rows(good)


def wrong_types(values, expected: str):
    return [(v, TypeError, expected) for v in values]


def floats(*shape, fill=0.0, optional=False):
    """An array of floats; one that is optional may be None."""
    return rows(
        np.full(shape, fill),
        (counts, TypeError, "must hold floats, got dtype int64; convert it with"),
        (flags, TypeError, "must hold floats, got dtype bool"),
        ("0.5", TypeError, "must hold floats, got dtype <U3$"),
        (zeros(2, complex), TypeError, "must hold floats, got dtype complex128$"),
        ([[1.0], [1.0, 2.0]], ValueError, "must have rows of equal length"),
        *([] if optional else [(None, TypeError, "must hold floats, got dtype object$")]),
    )  # fmt: skip


def numbers(good):
    """A number or an array of them, integers as well."""
    return rows(
        good,
        *wrong_types((flags, "fast", None, 1j), "must hold numbers, got dtype"),
        *((v, ValueError, "must be finite") for v in (nan, inf)),
    )


def integers(good, below=None):
    """An array of integers in 0 … below − 1."""
    most = inf if below is None else below - 1
    outside = [-1] if below is None else [-1, below]
    return rows(
        good,
        *wrong_types(
            (zeros(2), np.array([nan]), flags, "a", None), "must hold integers, got"
        ),
        *(
            (
                np.full_like(good, v),
                ValueError,
                f"must lie in 0 … {most}, got {v} … {v}",
            )
            for v in outside
        ),
    )


def number(good, expected: str, *outside):
    """One number; integers are numbers, booleans are not."""
    return rows(
        good,
        *wrong_types((None, "fast", True, np.True_, [0.1], 1j), f"must be {expected}"),
        *(
            (v, ValueError, f"must be {expected}, got {re.escape(repr(v))}")
            for v in (*outside, float("nan"), float("inf"))
        ),
    )


def real(good):
    return number(good, "a finite number")


def positive(good):
    return number(good, "a positive number", 0, -0.1, np.float32(-1))


def not_negative(good):
    return number(good, "a number ≥ 0", -0.1)


def fraction(good):
    return number(good, r"in \[0, 1\)", 1, 1.0, -0.1)


def count(good, least=1):
    """A whole number."""
    return rows(
        good,
        *wrong_types((None, "2", 2.0, True, [2], nan), "must be an integer, got"),
        *(
            (v, ValueError, rf"must be (at least {least}|in {least} … \d+), got {v}")
            for v in (least - 1, -7)
        ),
    )


def sizes(good, least=1):
    """A whole number, or one for each spatial axis."""
    return rows(
        good,
        *wrong_types(("2", 2.0, True, [2, 2]), "must be an integer, got"),
        ((2, 2, 2, 2), ValueError, r"must be one integer or \d, got \(2, 2, 2, 2\)"),
        (least - 1, ValueError, f"must be at least {least}, got {least - 1}"),
        ((least - 1,) * 2, ValueError, f"must be (at least {least}|one integer or 1)"),
    )


def shape(*good):
    """A tuple of whole numbers."""
    return rows(
        good,
        *wrong_types((3, None, "ab", 2.5), "must be a tuple of integers, got"),
        *wrong_types(((2.0, 3), (2, True)), "must be an integer, got"),
        *((v, ValueError, "must be at least 1, got") for v in ((2, 0), (-1, 3))),
    )


def function(good):
    return rows(good, *wrong_types((None, "he", 3, Linear), "must be callable, got"))


def instance(good, kind: str):
    return rows(good, *wrong_types((None, "net", zeros(3)), f"must be a {kind}, got"))


def generator():
    return rows(
        np.random.default_rng(0),
        *wrong_types((0, None, np.random.RandomState(0), np.random), r"must be a numpy.random.Generator such as"),
    )  # fmt: skip


def several_parameters():
    one = Parameter(zeros(2))
    return rows(
        parameters(),
        ([], ValueError, "must hold at least one Parameter, got an empty list"),
        ([one, Parameter(zeros(2)), one], ValueError, "must hold every Parameter once"),
        *wrong_types((net.parameters, net, one, None, 3), r"must be a list such as net.parameters\(\), got"),
        *wrong_types((zeros(3), [zeros(3)], [net], "W"), "must hold Parameter objects, got"),
    )  # fmt: skip


# ── A call that works for every function and class ──

elementwise = {"z": floats(2, 3)}
two = {"target": floats(4, 1), "prediction": floats(4, 1)}
signs = {"scores": floats(4, 1), "target": floats(4, 1, fill=1.0)}
image = {"x": floats(2, 4, 5, 5), "b": floats(4, optional=True)}
strides = {"stride": sizes(1), "dilation": sizes(1)}
convolution = strides | {"padding": sizes(0, least=0), "groups": count(2)}
window = {"kernel": sizes(2), "stride": sizes(2)}
affine = {"gamma": floats(3), "beta": floats(3), "epsilon": positive(1e-5)}


def recurrent_of(gates, **more):
    weights = {"Wx": floats(3, gates * 2), "Wh": floats(2, gates * 2)}
    return {"x": floats(4, 5, 3), "h0": floats(5, 2), "b": floats(gates * 2)} | weights | more  # fmt: skip


drawn = {"rng": generator()}
unit = {"D": count(3), "H": count(2)} | drawn
channels = drawn | {
    "C": count(4), "O": count(4), "kernel": sizes(2), "initialize": function(init.he), "groups": count(2),
}  # fmt: skip
scaled = {"shape": shape(2, 3), "scale": positive(1.0)} | drawn
by_fans = {"shape": shape(2, 3), "fans": anything(None), "draw": function(init.uniform)} | drawn  # fmt: skip
rated = {"parameters": several_parameters(), "learning_rate": positive(0.1), "weight_decay": not_negative(0.0)}  # fmt: skip
small, decayed = {"epsilon": positive(1e-8)}, {"beta": fraction(0.9)}
clipped = {"g": floats(3), "limit": positive(1.0)}
adam = rated | small | {"beta1": fraction(0.9), "beta2": fraction(0.999)}
rate = {"rate": positive(0.1)}
noisy = {"N": count(6), "noise": not_negative(0.1)} | drawn
scores = {"scores": floats(2), "labels": integers(np.array([0, 1]), below=2)}
two_classes = scores | {"scores": rows(np.array([0.2, 0.7]), *floats(2).bad)}
training_set = {"x": rows(rng.standard_normal((5, 3)), *floats(5, 3).bad)}
supervised = {"x": anything(zeros((4, 2))), "target": anything(zeros(4, int)), "loss": function(losses.cross_entropy)}  # fmt: skip
network_role, optimizer_role = instance(net, "Layer"), instance(optimizer, "Optimizer")

SIGNATURES = {
    **dict.fromkeys(
        (F.identity, F.step, F.sigmoid, F.tanh, F.relu, F.absolute, F.relu6, F.hard_tanh, F.softplus, F.silu, F.gelu),
        elementwise,
    ),
    F.rectifier: elementwise | {"alpha": floats(3)},
    F.leaky_relu: elementwise | {"slope": numbers(0.01)},
    F.clip: elementwise | {"low": real(-1), "high": real(1)},
    F.maxout: {"z": floats(2, 4), "pieces": count(2)},
    F.elu: elementwise | {"alpha": positive(1.0)},
    F.linear: {"x": floats(2, 3), "W": floats(3, 2), "b": floats(2, optional=True)},
    F.transposed_linear: {"x": floats(2, 3), "W": floats(2, 3), "b": floats(2)},
    F.embedding: {"tokens": integers(np.array([0, 2]), below=3), "E": floats(3, 2)},
    **dict.fromkeys((F.softmax, F.log_softmax), elementwise | {"axis": count(1, least=-2)}),
    F.flatten: {"x": floats(2, 3, 4)},
    F.time_first: {"x": floats(2, 3, 4)},
    F.last_step: {"y": floats(2, 3, 4)},
    F.dropout: {"x": floats(2, 3), "keep": anything(flags), "rate": fraction(0.5)},
    F.reparameterize: {"mu": floats(2, 3), "logvar": floats(2, 3), "noise": floats(2, 3)},
    # convolution and pooling
    F.conv1d: convolution | {"x": floats(2, 4, 5), "W": floats(4, 2, 3), "b": floats(4, optional=True)},
    F.conv2d: convolution | image | {"W": floats(4, 2, 3, 3)},
    F.conv_transpose2d: convolution | image | {"W": floats(4, 2, 3, 3), "output_padding": sizes(0, least=0)},
    windows.im2col: strides | {"x": floats(2, 3, 5, 5), "kernel": sizes((2, 2))},
    windows.col2im: strides | {"columns": floats(2, 3, 2, 2, 4, 4), "size": shape(5, 5)},
    **dict.fromkeys((F.max_pool, F.avg_pool), window | {"x": floats(1, 2, 4, 4)}),
    F.global_avg_pool: {"x": floats(1, 2, 4, 4)},
    # normalization and recurrence
    F.layer_norm: affine | {"x": floats(2, 3)},
    F.batch_norm: affine | {"x": floats(2, 3), "statistics": anything(None)},
    F.batch_statistics: {"x": floats(2, 3)},
    F.rnn: recurrent_of(1),
    F.lstm: recurrent_of(4, c0=floats(5, 2)),
    F.gru: recurrent_of(3),
    F.gru_reset_after: recurrent_of(3, bh=floats(2)),
    # losses
    **dict.fromkeys((losses.squared_error, losses.absolute_error), two),
    losses.huber: two | {"delta": positive(1.0)},
    **dict.fromkeys((losses.zero_one, losses.perceptron, losses.hinge), signs),
    losses.binary_cross_entropy: {"logits": floats(4, 1), "target": floats(4, 1)},
    losses.cross_entropy: {"logits": floats(2, 3), "target": anything([0, 2])},
    losses.kl_divergence: {"p": floats(2, 2, fill=0.5), "q": floats(2, 2, fill=0.5)},
    losses.gaussian_kl: {"mu": floats(2, 3), "logvar": floats(2, 3)},
    # networks and layers
    Parameter: {"value": floats(2)},
    network.Bidirectional: {"ahead": anything(F.tanh), "back": anything(F.tanh)},
    network.save: {"path": anything("saved.npz"), "net": network_role},
    network.load: {"path": anything("net.npz"), "net": network_role},
    Linear: {"D": count(3), "K": count(2), "initialize": function(init.he)} | drawn,
    layers.TransposedLinear: {"source": instance(Linear(3, 2, rng=rng), "Linear")},
    layers.Embedding: {"V": count(3), "D": count(2)} | drawn,
    **dict.fromkeys((layers.Conv1d, layers.Conv2d, layers.ConvTranspose2d), channels),
    **dict.fromkeys((layers.MaxPool, layers.AvgPool), window),
    layers.LayerNorm: {"D": count(3), "epsilon": positive(1e-5)},
    layers.BatchNorm: {"C": count(3), "momentum": fraction(0.1), "epsilon": positive(1e-5)},
    layers.Dropout: {"rate": fraction(0.5)} | drawn,
    layers.RandomizedLeakyReLU: {"low": real(0.1), "high": real(0.3)} | drawn,
    **dict.fromkeys((layers.RNN, layers.LSTM), unit),
    layers.GRU: unit | {"reset_after": anything(True)},
    # initial weights, optimizers, schedules
    **dict.fromkeys((init.normal, init.uniform), scaled),
    **dict.fromkeys((init.glorot, init.he), by_fans),
    init.orthogonal: {"shape": shape(2, 3), "gain": positive(1.0)} | drawn,
    **dict.fromkeys((optim.Optimizer, optim.SGD), rated),
    **dict.fromkeys((optim.Momentum, optim.Nesterov), rated | decayed),
    optim.Adagrad: rated | small,
    optim.RMSprop: rated | small | decayed,
    **dict.fromkeys((optim.Adam, optim.AMSGrad, optim.AdamW), adam),
    **dict.fromkeys((optim.clip_by_value, optim.clip_by_norm), clipped),
    schedules.step_decay: rate | {"every": count(2), "factor": positive(0.1)},
    schedules.exponential: rate | {"factor": positive(0.9)},
    schedules.inverse_time: rate | {"half": positive(10)},
    schedules.linear_to_constant: rate | {"steps": count(10), "last": positive(0.01)},
    schedules.cosine: rate | {"steps": count(10), "last": not_negative(0.0)},
    schedules.warm_up: {"schedule": positive(0.1), "steps": count(10)},
    schedules.one_cycle: rate | {
        "steps": count(10, least=2), "up": fraction(0.3), "first": positive(0.04), "last": positive(1e-6),
    },
    # data, training, measuring
    datasets.split: {
        "samples": instance(points, "Samples"), "validation": count(1, least=0), "test": count(1, least=0),
        "seed": count(0, least=0),
    },
    **dict.fromkeys((datasets.two_moons, datasets.noisy_sine), noisy),
    datasets.spirals: noisy | {"classes": count(2), "turns": real(1.0)},
    datasets.rings: noisy | {"radii": anything((0.5, 1))},
    datasets.blobs: {"N": count(6), "centers": floats(2, 3), "scale": positive(1.0)} | drawn,
    datasets.adding_problem: {"N": count(6), "T": count(4, least=2)} | drawn,
    datasets.digits: {},
    datasets.xor: {},
    training.minibatches: {"N": count(4), "batch_size": count(2)} | drawn,
    training.train_step: supervised | {"net": network_role, "optimizer": optimizer_role},
    training.fit: supervised | drawn | {
        "net": network_role, "optimizer": optimizer_role, "epochs": count(1), "batch_size": count(2),
    },
    training.evaluate: supervised | {"net": function(net), "batch_size": count(2)},
    training.EarlyStopping: {"net": network_role, "patience": count(1)},
    metrics.accuracy: {"logits": floats(2, 3), "labels": integers(np.array([0, 2]), below=3)},
    metrics.confusion_matrix: {
        "predicted": integers(np.array([0, 1]), below=3), "labels": integers(np.array([0, 1]), below=3), "K": count(3),
    },
    metrics.precision_recall_f1: {"counts": integers(np.eye(2, dtype=int))},
    **dict.fromkeys((metrics.roc_curve, metrics.roc_area, metrics.precision_recall_curve), two_classes),
    decomposition.pca: training_set | {"K": count(2)},
    decomposition.whitening: training_set | {"epsilon": not_negative(0.1), "zca": anything(False)},
    **dict.fromkeys((decomposition.standardization, decomposition.min_max), training_set),
    gradcheck.relative_error: {"a": anything(zeros(2)), "b": anything(zeros(2))},
    gradcheck.numerical_gradient: {"f": function(np.sum), "x": floats(2), "epsilon": positive(1e-5)},
}  # fmt: skip

# A layer checks its settings no later than when it meets these.
INPUTS = {
    layers.MaxPool: zeros((1, 2, 4, 4)), layers.AvgPool: zeros((1, 2, 4, 4)),
    layers.LayerNorm: zeros((2, 3)), layers.BatchNorm: zeros((2, 3)),
}  # fmt: skip


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    """Files that a network cannot be read from, and one that it can."""
    monkeypatch.chdir(tmp_path)
    network.save("net.npz", net)
    np.savez("wrong.npz", **{"0.W": zeros((3, 2)), "1.b": zeros(3)})
    np.savez("text.npz", **{"0.W": np.full((2, 3), "a"), "0.b": zeros(3)})
    np.savez("objects.npz", **{"0.W": np.array([{}]), "0.b": zeros(3)})
    np.save("array.npy", zeros(3))
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps({"0.W": zeros((2, 3))}))
    (tmp_path / "broken.npz").write_bytes((tmp_path / "net.npz").read_bytes()[:200])
    (tmp_path / "empty.npz").touch()


def use(function, **arguments):
    result = function(**arguments)
    return result(INPUTS[function]) if function in INPUTS else result


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda f: f.__qualname__)
def test_the_call_that_the_others_change_works(function):
    """Catches a check that refuses everything, and a table whose refusals have another reason."""
    use(function, **{name: role.good for name, role in SIGNATURES[function].items()})


@pytest.mark.parametrize(
    ("function", "name", "value", "kind", "expected"),
    [
        pytest.param(function, name, *bad, id=f"{function.__qualname__}-{name}-{i}")
        for function, roles in SIGNATURES.items()
        for name, role in roles.items()
        for i, bad in enumerate(role.bad)
    ],
)
def test_no_argument_is_taken_for_what_it_is_not(function, name, value, kind, expected):
    """Catches a missing check of one argument, or one that names another."""
    good = {n: role.good for n, role in SIGNATURES[function].items()}
    with pytest.raises((TypeError, ValueError)) as raised:
        use(function, **good | {name: value})
    assert type(raised.value) is kind
    assert re.search(rf"^(every entry of )?{name} {expected}", str(raised.value))


# ── What no single argument shows: (call, error, words of the message), by function ──

softmaxes, pools = (F.softmax, F.log_softmax), (F.max_pool, F.avg_pool)
sign_losses = (losses.zero_one, losses.perceptron, losses.hinge)
pairs = (
    losses.squared_error,
    losses.absolute_error,
    losses.huber,
    losses.binary_cross_entropy,
)
cells = {F.rnn: 1, F.gru: 3, F.gru_reset_after: 3}
labels_01 = np.array([0, 1])
square = {"x": zeros((1, 4, 5, 5)), "W": zeros((4, 4, 3, 3))}
scaling = decomposition.standardization(rng.standard_normal((5, 3)))
curves = (metrics.roc_curve, metrics.roc_area, metrics.precision_recall_curve)
scalings = (decomposition.standardization, decomposition.min_max)


def cell(f, **changes):
    k = cells[f]
    given = {"x": (4, 5, 3), "h0": (5, 2), "Wx": (3, 2 * k), "Wh": (2, 2 * k), "b": (2 * k,)}  # fmt: skip
    given |= {"bh": (2,)} if f is F.gru_reset_after else {}
    return f(**{name: zeros(size) for name, size in (given | changes).items()})


def fit(f, x, target, **changes):
    options = {"epochs": 1, "batch_size": 2, "rng": rng} | changes
    return f(net, losses.cross_entropy, optimizer, x, target, **options)


def learned(f, x):
    return f(x, 1) if f is decomposition.pca else f(x)


def frame(ax, rate=None):
    return "A sentence."


def against(functions, *rows):
    """Rows for a function, or for each of several."""
    several = functions if isinstance(functions, tuple) else (functions,)
    return [(f, *row) for f in several for row in rows]


REFUSED = [
    *against(F.rectifier,
        (lambda f: f(zeros((2, 3)), zeros(2)), ValueError, r"alpha \(2,\) does not broadcast to z \(2, 3\)"),
        (lambda f: f(zeros(3), zeros((2, 3))), ValueError, r"alpha \(2, 3\) does not broadcast to z \(3,\)"),
    ),
    *against(F.leaky_relu,
        (lambda f: f(zeros((2, 3)), zeros(2)), ValueError, r"slope \(2,\) does not broadcast to z \(2, 3\)"),
    ),
    *against(F.clip,
        (lambda f: f(zeros(3), 1, -1), ValueError, "low must be less than high, got 1 and -1"),
        (lambda f: f(zeros(3), 1.0, 1.0), ValueError, "low must be less than high"),
    ),
    *against(F.maxout,
        (lambda f: f(zeros((2, 3))), ValueError, r"last axis of z must be a multiple of 2 pieces, got shape \(2, 3\)"),
        (lambda f: f(np.array(1.0)), ValueError, r"z must have at least 1 axes, got shape \(\)"),
        (lambda f: f(zeros((0, 4))), ValueError, "z must hold at least one sample"),
    ),
    *against(F.linear,
        (lambda f: f(zeros(3), zeros((3, 2))), ValueError, r"x must have at least 2 axes.*\(3,\)"),
        (lambda f: f(zeros((2, 3)), zeros(3)), ValueError, r"W must have at least 2 axes.*\(3,\)"),
        (lambda f: f(zeros((2, 3)), zeros((3, 2)), np.array(0.0)), ValueError, r"b must have at least 1 ax.*\(\)"),
        (lambda f: f(zeros((2, 3)), zeros((4, 2))), ValueError, "last axis of x is 3, .*second last axis of W is 4"),
        (lambda f: f(zeros((2, 3)), zeros((3, 2)), zeros(3)), ValueError, "last axis of b is 3, .*last axis of W is 2"),
        (lambda f: f(zeros((2, 3)), zeros((3, 2)), zeros(1)), ValueError, "last axis of b is 1, .*last axis of W is 2"),
        (lambda f: f(zeros((2, 5, 3)), zeros((3, 3, 2))), ValueError,
         r"leading axes do not broadcast: x \(2,\), W \(3,\)"),
        (lambda f: f(zeros((5, 3)), zeros((3, 3, 2)), zeros((2, 2))), ValueError,
         r"leading axes do not broadcast: x \(\), W \(3,\), b \(2,\)"),
    ),
    *against(F.transposed_linear,
        (lambda f: f(zeros((2, 3)), zeros(3), zeros(2)), ValueError, "W must have at least 2 axes"),
        (lambda f: f(zeros((2, 2)), zeros((2, 3)), zeros(2)), ValueError, "last axis of x is 2, .* of W is 3"),
        (lambda f: f(zeros((2, 3)), zeros((2, 3)), zeros(3)), ValueError, "last axis of b is 3, .* of W is 2"),
    ),
    *against(F.embedding,
        (lambda f: f([0], zeros(3)), ValueError, r"E must have 2 axes \(V, D\), got shape \(3,\)"),
    ),
    *against(softmaxes,
        (lambda f: f(np.array(1.0)), ValueError, r"z must have at least 1 axes, got shape \(\)"),
        (lambda f: f(zeros((2, 0))), ValueError, r"z must have entries along axis -1, got shape \(2, 0\)"),
        (lambda f: f(zeros((0, 2)), axis=0), ValueError, "z must have entries along axis 0"),
        (lambda f: f(zeros(3), axis=(0,)), TypeError, "axis must be an integer"),
    ),
    *against(F.transposed_linear,
        (lambda f: f(zeros((2, 3)), zeros((4, 5)), zeros(4)), ValueError, "last axis of x is 3, but the last axis of W is 5"),
    ),
    *against(F.time_first,
        (lambda f: f(zeros((2, 3))), ValueError, r"x must have 3 axes \(N, T, D\), got shape \(2, 3\)"),
    ),
    *against(F.last_step,
        (lambda f: f(zeros((2, 3))), ValueError, r"y must have 3 axes \(T, N, H\), got shape \(2, 3\)"),
        (lambda f: f(zeros((0, 2, 3))), ValueError, "y must hold at least one sample"),
    ),
    *against(F.flatten,
        (lambda f: f(zeros(3)), ValueError, r"x must have at least 2 axes, got shape \(3,\)"),
        (lambda f: f(zeros((0, 2, 2))), ValueError, "x must hold at least one sample"),
    ),
    *against(F.dropout,
        (lambda f: f(zeros((2, 3)), flags.T, 0.5), ValueError, r"keep has shape \(3, 2\), but x has shape \(2, 3\)"),
        (lambda f: f(zeros((2, 3)), flags[:1], 0.5), ValueError, r"keep has shape \(1, 3\)"),
        (lambda f: f(zeros((2, 3)), np.ones((2, 3)), 0.5), TypeError, "keep must hold booleans, got dtype float64"),
        (lambda f: f(zeros((2, 3)), counts, 0.5), TypeError, "keep must hold booleans, got dtype int64"),
        (lambda f: f(zeros((2, 3)), None, 0.5), TypeError, "keep must hold booleans, got dtype object"),
    ),
    *against(F.reparameterize,
        (lambda f: f(zeros((2, 3)), zeros((2, 1)), zeros((2, 3))), ValueError, r"logvar has shape \(2, 1\), but mu"),
        (lambda f: f(zeros((2, 3)), zeros((2, 3)), zeros((1, 3))), ValueError, r"noise has shape \(1, 3\), but mu"),
    ),
    # convolution and pooling
    *against(F.conv1d,
        (lambda f: f(**square), ValueError, r"x must have 3 axes \(N, C, L\), got shape \(1, 4, 5, 5\)"),
        (lambda f: f(zeros((1, 2, 5)), zeros((3, 2, 6))), ValueError,
         r"kernel \(6,\) with dilation \(1,\) spans 6 entries, but the padded input has size \(5,\)"),
    ),
    *against((F.conv2d, F.conv_transpose2d),
        (lambda f: f(square["x"], zeros((0, 4, 3, 3))), ValueError, "axis 0 of W must be at least 1, got 0"),
        (lambda f: f(zeros((4, 5, 5)), square["W"]), ValueError, r"x must have 4 axes \(N, C, H, W\), got shape \(4, 5, 5\)"),
        (lambda f: f(square["x"], zeros((4, 4))), ValueError, r"W must have 4 axes .*, got shape \(4, 4\)"),
        (lambda f: f(square["x"], zeros((3, 3, 2, 2))), ValueError, r"W \(3, 3, 2, 2\) does not fit x \(1, 4, 5, 5\)"),
        (lambda f: f(**square, groups=3), ValueError, r"W .* does not fit x .* with 3 groups"),
        (lambda f: f(**square, b=zeros(3)), ValueError, "size of b is 3, but the number of outputs is 4"),
        (lambda f: f(**square, b=zeros((4, 1))), ValueError, r"b must have 1 axes \(O\), got shape \(4, 1\)"),
        (lambda f: f(zeros((0, 4, 5, 5)), square["W"]), ValueError, "x must hold at least one sample"),
        (lambda f: f(square["x"], zeros((4, 4, 0, 3))), ValueError, "kernel must be at least 1, got 0"),
        (lambda f: f(**square, stride=(1.0, 1)), TypeError, "stride must be an integer, got 1.0"),
    ),
    *against(F.conv_transpose2d,
        (lambda f: f(**square, padding=4), ValueError, r"padding \(4, 4\) and output_padding \(0, 0\) .* got size \(-1, -1\)"),
        (lambda f: f(**square, stride=2, output_padding=2), ValueError, r"output_padding \(2, 2\) \(less than the stride"),
    ),
    *against(windows.im2col,
        (lambda f: f(zeros((2, 3)), 2), ValueError, r"x must have at least 3 axes, got shape \(2, 3\)"),
        (lambda f: f(zeros((1, 1, 5, 5)), 3, dilation=3), ValueError, r"kernel \(3, 3\) with dilation \(3, 3\) spans 7 entries"),
    ),
    *against(windows.col2im,
        (lambda f: f(zeros((1, 1, 2, 2, 4)), (5, 5)), ValueError, r"columns must have 6 axes .* got shape \(1, 1, 2, 2, 4\)"),
        (lambda f: f(zeros((1, 1, 2, 2, 4, 4)), (6, 5)), ValueError, r"columns has shape \(1, 1, 2, 2, 4, 4\), but"),
    ),
    *against(pools,
        (lambda f: f(zeros((4, 4))), ValueError, r"x must have at least 3 axes, got shape \(4, 4\)"),
        (lambda f: f(zeros((0, 1, 4, 4))), ValueError, "x must hold at least one sample"),
        (lambda f: f(zeros((1, 1, 4, 4)), 5), ValueError, r"kernel \(5, 5\) .* spans 5 entries"),
        (lambda f: f(zeros((1, 1, 4, 4)), (2,)), ValueError, r"kernel must be one integer or 2, got \(2,\)"),
    ),
    *against(F.global_avg_pool,
        (lambda f: f(zeros((2, 3))), ValueError, "x must have at least 3 axes"),
        (lambda f: f(zeros((1, 2, 0, 4))), ValueError, "x must hold at least one sample"),
    ),
    # normalization and recurrence
    *against(F.layer_norm,
        (lambda f: f(zeros((2, 3)), zeros(2), zeros(3)), ValueError, "size of gamma is 2, but axis -1 of x is 3"),
        (lambda f: f(zeros((2, 3)), zeros(3), zeros(1)), ValueError, "size of beta is 1, but axis -1 of x is 3"),
        (lambda f: f(zeros((2, 3)), zeros((1, 3)), zeros(3)), ValueError, r"gamma must have 1 axes \(C\)"),
        (lambda f: f(zeros(3), zeros(3), zeros(3)), ValueError, "x must have at least 2 axes"),
        (lambda f: f(zeros((2, 0)), zeros(0), zeros(0)), ValueError, "x must hold at least one sample"),
    ),
    *against(F.batch_norm,
        (lambda f: f(zeros((2, 3, 4)), zeros(4), zeros(4)), ValueError, "size of gamma is 4, but axis 1 of x is 3"),
        (lambda f: f(zeros((0, 3)), zeros(3), zeros(3)), ValueError, "x must hold at least one sample"),
        *((lambda f, s=s: f(zeros((2, 3)), zeros(3), zeros(3), s), kind, message) for s, kind, message in (
            (zeros(3), TypeError, r"statistics must be a pair \(mean, variance\), got array"),
            ((zeros(3),), TypeError, "statistics must be a pair"),
            ((zeros(1), zeros(3)), ValueError, r"mean has shape \(1,\), but gamma has shape \(3,\)"),
            ((zeros(3), zeros(4)), ValueError, r"variance has shape \(4,\), but gamma"),
            ((zeros(3), zeros(3, int)), TypeError, "variance must hold floats"),
            ((zeros(3), np.full(3, -1.0)), ValueError, "variance must be ≥ 0, got -1.0"),
            ((zeros(3), np.full(3, nan)), ValueError, "variance must be ≥ 0, got nan"),
        )),
    ),
    *against(F.batch_statistics,
        (lambda f: f(zeros((1, 3))), ValueError, r"x must hold at least 2 values a channel to have a variance, got shape \(1, 3\)"),
        (lambda f: f(zeros(3)), ValueError, "x must have at least 2 axes"),
        (lambda f: f(zeros((2, 0))), ValueError, "x must hold at least 2 values"),
    ),
    *against(tuple(cells),
        (lambda f: cell(f, x=(5, 3)), ValueError, r"x must have 3 axes \(T, N, D\), got shape \(5, 3\)"),
        (lambda f: cell(f, x=(0, 5, 3)), ValueError, "x must hold at least one sample"),
        (lambda f: cell(f, Wx=(4, 2 * cells[f])), ValueError, r"Wx must have shape \(3, \d\) for .* 2 units, got \(4, \d\)"),
        (lambda f: cell(f, Wh=(2, 7)), ValueError, r"Wh must have shape \(2, \d\) .* got \(2, 7\)"),
        (lambda f: cell(f, Wh=(2,)), ValueError, r"Wh must have 2 axes \(H, kH\), got shape \(2,\)"),
        (lambda f: cell(f, b=(1,)), ValueError, r"b must have shape \(\d,\) .* got \(1,\)"),
        (lambda f: cell(f, h0=(2,)), ValueError, r"h0 must have shape \(5, 2\) .* got \(2,\)"),
        (lambda f: cell(f, h0=(1, 2)), ValueError, r"h0 must have shape \(5, 2\) .* got \(1, 2\)"),
    ),
    *against(F.gru_reset_after,
        (lambda f: cell(f, bh=(1,)), ValueError, "size of bh is 1, but the number of units is 2"),
        (lambda f: cell(f, bh=(1, 2)), ValueError, r"bh must have 1 axes \(H\), got shape \(1, 2\)"),
    ),
    *against(F.lstm,
        (lambda f: f(zeros((4, 5, 3)), zeros((5, 2)), zeros((5, 3)), zeros((3, 8)), zeros((2, 8)), zeros(8)), ValueError,
         r"c0 must have shape \(5, 2\) .* got \(5, 3\)"),
        (lambda f: f(zeros((4, 5, 3)), zeros((5, 2)), zeros((5, 2)), zeros((3, 6)), zeros((2, 6)), zeros(6)), ValueError,
         r"Wx must have shape \(3, 8\) .* got \(3, 6\)"),
    ),
    # losses
    *against(pairs + sign_losses,
        (lambda f: f(zeros((4, 1)), zeros(4)), ValueError, r"\w+ has shape \(4, 1\), but target has shape \(4,\)"),
        (lambda f: f(zeros((4, 1)), zeros((1, 4))), ValueError, r"\(4, 1\).*\(1, 4\)"),
        (lambda f: f(zeros(4), zeros(4)), ValueError, r"(prediction|scores|logits) must have at least 2 axes, got shape \(4,\)"),
        (lambda f: f(zeros((0, 3)), zeros((0, 3))), ValueError, r"must hold at least one sample, got shape \(0, 3\)"),
    ),
    *against(sign_losses,
        (lambda f: f(zeros((2, 1)), np.array([[0.0], [1]])), ValueError, r"target must hold −1 and 1, got \[0. 1.\]"),
        (lambda f: f(zeros((2, 1)), np.array([[nan], [1]])), ValueError, r"target must hold −1 and 1, got \[ 1. nan\]"),
    ),
    *against(losses.binary_cross_entropy,
        (lambda f: f(zeros((2, 1)), np.array([[0.0], [1.5]])), ValueError, r"target must lie in \[0, 1\], got 0.0 … 1.5"),
        (lambda f: f(zeros((2, 1)), np.array([[-1.0], [1]])), ValueError, r"target must lie in \[0, 1\], got -1.0 … 1.0"),
        (lambda f: f(zeros((2, 1)), np.array([[nan], [1]])), ValueError, r"target must lie in \[0, 1\], got nan"),
    ),
    *against(losses.cross_entropy,
        *((lambda f, t=t: f(zeros((2, 3)), t), kind, message) for t, kind, message in (
            (zeros(2), TypeError, "labels must hold integers, got dtype float64"),
            (np.array([0, nan]), TypeError, "labels must hold integers, got dtype float64"),
            (zeros(2, bool), TypeError, "labels must hold integers, got dtype bool"),
            (None, TypeError, "labels must hold integers, got dtype object"),
            (["a", "b"], TypeError, "labels must hold integers, got dtype <U1"),
            (np.array([0, 3]), ValueError, "labels must lie in 0 … 2, got 0 … 3"),
            (np.array([-1, 1]), ValueError, "labels must lie in 0 … 2, got -1 … 1"),
            (np.array([[0], [1]]), ValueError, r"labels must have shape \(2,\) for logits \(2, 3\), got \(2, 1\)"),
            (counts, ValueError, r"labels must have shape \(2,\).* got \(2, 3\)"),
            ([0], ValueError, r"labels must have shape \(2,\).* got \(1,\)"),
            (zeros((2, 2)), ValueError, r"target has shape \(2, 2\), but logits has shape \(2, 3\)"),
            (np.full((2, 3), 0.5), ValueError, r"target must hold probabilities that sum to 1 .* sums 1.5 … 1.5"),
            (np.full((2, 3), nan), ValueError, "target must hold probabilities .* nan"),
            (np.array([[2.0, -1, 0]] * 2), ValueError, "target must hold probabilities .* entries -1.0 … 2.0"),
        )),
        (lambda f: f(zeros((4, 2, 3)), labels_01), ValueError, r"labels must have shape \(4, 2\)"),
        (lambda f: f(zeros((0, 3)), zeros(0, int)), ValueError, r"logits must hold at least one sample, got shape \(0, 3\)"),
        (lambda f: f(zeros(3), np.array(1)), ValueError, r"logits must have at least 2 axes, got shape \(3,\)"),
    ),
    *against(losses.kl_divergence,
        (lambda f: f(half, half[:1]), ValueError, r"p has shape \(2, 2\), but q has shape \(1, 2\)"),
        (lambda f: f(half[0], half[0]), ValueError, "p must have at least 2 axes"),
        (lambda f: f(half[:0], half[:0]), ValueError, "p must hold at least one sample"),
        (lambda f: f(half * 2, half), ValueError, "p must hold probabilities .* sums 2.0 … 2.0"),
        (lambda f: f(half, half * nan), ValueError, "q must hold probabilities .* nan"),
        (lambda f: f(half, np.eye(2)), ValueError, "q must be positive wherever p is"),
    ),
    *against(losses.gaussian_kl,
        (lambda f: f(zeros((2, 3)), zeros((2, 1))), ValueError, r"logvar has shape \(2, 1\), but mu has shape \(2, 3\)"),
        (lambda f: f(zeros(3), zeros(3)), ValueError, "mu must have at least 2 axes"),
        (lambda f: f(zeros((0, 3)), zeros((0, 3))), ValueError, "mu must hold at least one sample"),
    ),
    # networks and layers
    *against(Layer,
        (lambda f: f(F.linear, zeros((3, 2))), TypeError, "parameters must be Parameter objects, got array"),
        (lambda f: f(3), TypeError, "function must be callable, got 3"),
        (lambda f: f(layers.MaxPool), TypeError, "function must be callable, got <class .*MaxPool"),
        (lambda f: f(F.relu, *parameters()), ValueError, r"number of parameters is 2, .* arguments \[\] after the first is 0"),
        (lambda f: f(F.conv2d, *parameters(), *parameters()), ValueError,
         r"number of parameters is 4, .* arguments \['W', 'b'\] after the first is 2"),
        (lambda f: f(F.linear, *parameters(), names=("W",)), ValueError, r"number of parameters is 2, .*\['W'\]"),
    ),
    *against(Sequential,
        (lambda f: f([F.relu]), TypeError, "function must be callable, got .<function relu"),
        (lambda f: f(F.relu, None), TypeError, "function must be callable, got None"),
        (lambda f: f(F.relu, layers.MaxPool), TypeError, "function must be callable, got <class"),
        (lambda f: f(F.tanh)(counts), TypeError, "z must hold floats"),
    ),
    *against(network.Residual,
        (lambda f: f(Linear(3, 2, rng=rng))(zeros((4, 3))), ValueError,
         r"output of the layers has shape \(4, 2\), but their input x has shape \(4, 3\)"),
        (lambda f: f("relu"), TypeError, "function must be callable, got 'relu'"),
    ),
    *against(network.Bidirectional,
        (lambda f: f(None, F.tanh), TypeError, "function must be callable, got None"),
        (lambda f: f(F.tanh, layers.RNN), TypeError, "function must be callable, got <class .*RNN"),
        (lambda f: f(layers.RNN(3, 2, rng=rng), F.tanh)(zeros((4, 3))), ValueError, "x must have 3 axes"),
    ),
    *against(network.save,
        (lambda f: f("net", net), ValueError, "path must end in .npz, got net"),
        (lambda f: f("net.npy", net), ValueError, "path must end in .npz, got net.npy"),
    ),
    *against(network.load,
        (lambda f: f("wrong.npz", net), ValueError,
         r"wrong.npz does not fit this network. 0.W: the network has \(2, 3\), the file \(3, 2\); "
         r"0.b: the network has \(3,\), the file none; 1.b: the network has none, the file \(3,\)$"),
        *((lambda f, name=name: f(name, net), ValueError, f"path must be a file that save wrote, got {name}")
          for name in ("pickle.npz", "objects.npz", "array.npy", "text.npz", "broken.npz", "empty.npz")),
    ),
    *against(layers.Linear,
        (lambda f: f(2, 3, rng=rng)(zeros((4, 3))), ValueError, "last axis of x is 3, .* W is 2"),
    ),
    *against(layers.Embedding,
        (lambda f: f(3, 2, rng=rng)([3]), ValueError, "tokens must lie in 0 … 2, got 3 … 3"),
        (lambda f: f(3, 2, rng=rng)([0.5]), TypeError, "tokens must hold integers"),
    ),
    *against((layers.Conv1d, layers.Conv2d, layers.ConvTranspose2d),
        (lambda f: f(4, 3, 2, groups=2, rng=rng), ValueError, "C and O must be multiples of 2 groups, got 4, 3"),
        (lambda f: f(3, 4, 2, groups=2, rng=rng), ValueError, "C and O must be multiples of 2 groups, got 3, 4"),
        (lambda f: f(1, 1, 2, rng=rng, strides=2), TypeError, "unexpected keyword argument 'strides'"),
    ),
    *against(layers.BatchNorm,
        (lambda f: f(3).forward(zeros((1, 3)), training=True), ValueError, "x must hold at least 2 values a channel"),
        (lambda f: f(3).forward(zeros((2, 4)), training=True), ValueError, "size of gamma is 3, but axis 1 of x is 4"),
    ),
    *against(layers.Dropout,
        (lambda f: f(0.5, rng=rng).forward(counts, training=True), TypeError, "x must hold floats"),
        (lambda f: f(0.5, rng=rng)(counts), TypeError, "z must hold floats"),
    ),
    *against(layers.RandomizedLeakyReLU,
        (lambda f: f(0.3, 0.1, rng=rng), ValueError, "low must be less than high, got 0.3 and 0.1"),
    ),
    *against((layers.RNN, layers.GRU, layers.LSTM),
        (lambda f: f(3, 2, rng=rng)(zeros((4, 3))), ValueError, r"x must have 3 axes \(T, N, D\), got shape \(4, 3\)"),
        (lambda f: f(3, 2, rng=rng)(zeros((4, 5, 2))), ValueError, r"Wx must have shape \(2, \d\) for x \(4, 5, 2\)"),
        (lambda f: f(3, 2, rng=rng)(zeros((4, 0, 3))), ValueError, "x must hold at least one sample"),
        (lambda f: f(3, 2, rng=rng)(zeros((4, 5, 3), int)), TypeError, "x must hold floats, got dtype int64"),
    ),
    # initial weights, optimizers, schedules
    *against((init.glorot, init.he),
        (lambda f: f((3,), rng=rng), ValueError, r"shape must have at least 2 axes \(D, K\), got \(3,\)"),
        (lambda f: f((0, 3), rng=rng), ValueError, "every entry of shape must be at least 1, got 0"),
        (lambda f: f((2, 3), fans=(0, 3), rng=rng), ValueError, "fans must be at least 1, got 0"),
        (lambda f: f((2, 3), fans=(3,), rng=rng), ValueError, r"fans must be one integer or 2, got \(3,\)"),
        (lambda f: f((2, 3), fans="in", rng=rng), TypeError, "fans must be an integer, got 'in'"),
    ),
    *against(init.orthogonal,
        (lambda f: f((2, 3, 4), rng=rng), ValueError, r"shape must have 2 axes \(D, K\), got \(2, 3, 4\)"),
        (lambda f: f((3,), rng=rng), ValueError, r"shape must have 2 axes \(D, K\), got \(3,\)"),
    ),
    *against(optim.SGD,
        (lambda f: f(parameters(), lambda t: 0.0), ValueError, "learning_rate must be a positive number, got 0.0"),
        (lambda f: f(parameters(), lambda t: None), TypeError, "learning_rate must be a positive number, got None"),
        (
            lambda f: f([Parameter(zeros(3)), Parameter(zeros(3, np.float32))], 0.1),
            TypeError, r"parameters must have one dtype, got \['float32', 'float64'\]",
        ),
    ),
    *against(optim.Optimizer, (lambda f: f(parameters(), 0.1).step(), NotImplementedError, "")),
    *against(schedules.warm_up, (lambda f: f(0, steps=3), ValueError, "schedule must be a positive number, got 0")),
    *against(schedules.one_cycle,
        (lambda f: f(0.1, steps=3, up=0.3), ValueError, r"up · steps must be more than 1, got 0.3 · 3"),
        (lambda f: f(0.1, steps=10, up=0), ValueError, r"up · steps must be more than 1, got 0 · 10"),
    ),
    # data, training, measuring
    *against(datasets.split,
        *((lambda f, v=v, t=t: f(points, validation=v, test=t), ValueError,
         rf"validation \+ test must leave samples to train on, got {v} \+ {t} of 4") for v, t in ((2, 2), (5, 0), (0, 4))),
        (lambda f: f(datasets.Samples(zeros((4, 2)), zeros(3)), validation=1, test=1), ValueError,
         "size of x is 4, but that of y is 3"),
        (lambda f: f(points, validation=0.25, test=0.25), TypeError, "validation must be an integer, got 0.25"),
    ),
    *against(datasets.rings,
        (lambda f: f(4, radii=(), rng=rng), ValueError, "radii must hold at least one"),
        *((lambda f, r=r: f(4, radii=r, rng=rng), kind, "radii must be a positive number, got") for r, kind in
          (((1.0, 0.0), ValueError), ((1.0, -1), ValueError), (nan, ValueError), (None, TypeError), ("ab", TypeError))),
    ),
    *against(datasets.blobs,
        (lambda f: f(4, centers=zeros(2), rng=rng), ValueError, r"centers must have 2 axes \(K, D\), got shape \(2,\)"),
        (lambda f: f(4, centers=zeros((0, 2)), rng=rng), ValueError, "centers must hold at least one"),
    ),
    *against(training.minibatches,
        (lambda f: f(10, 11, rng=rng), ValueError, "batch_size must be in 1 … 10, got 11"),
        (lambda f: f(10, 0, rng=rng), ValueError, "batch_size must be in 1 … 10, got 0"),
    ),
    *against(training.fit,
        (lambda f: fit(f, zeros((4, 2)), zeros(3, int)), ValueError, "number of samples in x is 4, but that in target is 3"),
        (lambda f: fit(f, zeros((4, 2)), zeros(4, int), batch_size=5), ValueError, "batch_size must be in 1 … 4, got 5"),
        (lambda f: fit(f, zeros((0, 2)), zeros(0, int)), ValueError, "x must hold at least one sample"),
        (lambda f: fit(f, 1.0, zeros(4, int)), ValueError, r"x must have at least 1 axes, got shape \(\)"),
        (lambda f: fit(f, zeros((4, 2)), None), ValueError, r"target must have at least 1 axes, got shape \(\)"),
        (lambda f: fit(f, [[1.0], [1.0, 2.0]], [0, 1]), ValueError, "x must have rows of equal length"),
        (lambda f: fit(f, zeros((4, 2), int), zeros(4, int)), TypeError, "x must hold floats"),
    ),
    *against(training.evaluate,
        (lambda f: f(net, losses.cross_entropy, zeros((4, 2)), zeros(3, int)), ValueError, "in x is 4, but that in target is 3"),
        (lambda f: f(net, losses.cross_entropy, zeros((0, 2)), zeros(0, int)), ValueError, "x must hold at least one sample"),
        (lambda f: f(net, losses.cross_entropy, None, zeros(4, int)), ValueError, "x must have at least 1 axes"),
    ),
    *against(metrics.accuracy,
        (lambda f: f(zeros((2, 3)), np.array([[0], [1]])), ValueError, r"predictions has shape \(2,\), but labels .*\(2, 1\)"),
        (lambda f: f(zeros(3), np.array(1)), ValueError, "logits must have at least 2 axes"),
        (lambda f: f(zeros((0, 3)), zeros(0, int)), ValueError, "logits must hold at least one sample"),
    ),
    *against(metrics.confusion_matrix,
        (lambda f: f(labels_01, np.array([0]), 2), ValueError, r"predicted has shape \(2,\), but labels has shape \(1,\)"),
    ),
    *against(metrics.precision_recall_f1,
        (lambda f: f(counts), ValueError, r"counts must have shape \(K, K\), got \(2, 3\)"),
        (lambda f: f(counts[0]), ValueError, r"counts must have shape \(K, K\), got \(3,\)"),
        (lambda f: f(np.eye(2)), TypeError, "counts must hold integers, got dtype float64"),
    ),
    *against(curves,
        (lambda f: f(zeros(2), np.array([1, 1])), ValueError, "labels must hold both classes, got 2 positives among 2"),
        (lambda f: f(zeros(2), np.array([0, 0])), ValueError, "labels must hold both classes, got 0 positives among 2"),
        (lambda f: f(zeros(0), zeros(0, int)), ValueError, "labels must hold both classes"),
        (lambda f: f(np.array([0.5, nan]), labels_01), ValueError, "scores must be finite"),
        (lambda f: f(zeros(3), labels_01), ValueError, r"scores has shape \(3,\), but labels has shape \(2,\)"),
        (lambda f: f(zeros((2, 1)), labels_01), ValueError, r"scores must have 1 axes \(N\), got shape \(2, 1\)"),
    ),
    *against(decomposition.pca, (lambda f: f(half, 3), ValueError, "K must be in 1 … 2, got 3")),
    *against((decomposition.pca, decomposition.whitening, *scalings),
        (lambda f: learned(f, zeros(3)), ValueError, r"x must have 2 axes \(N, D\), got shape \(3,\)"),
        (lambda f: learned(f, zeros((0, 3))), ValueError, "x must hold at least one sample"),
        (lambda f: learned(f, np.array([[1.0, nan], [0, 1]])), ValueError, "x must be finite"),
        (lambda f: learned(f, np.array([[1.0, inf], [0, 1]])), ValueError, "x must be finite"),
    ),
    *against(decomposition.whitening,
        (lambda f: f(half), ValueError, "x has a direction without variance"),
        (lambda f: f(np.eye(3)), ValueError, "direction without variance.*epsilon > 0"),
    ),
    *against(scalings,
        (lambda f: f(np.array([[1.0, 2, 3], [1.0, 4, 3]])), ValueError, r"x has constant columns \[0, 2\]"),
        (lambda f: f(np.full((3, 1), 0.1)), ValueError, r"x has constant columns \[0\]"),
        (lambda f: f(np.ones((1, 2))), ValueError, r"x has constant columns \[0, 1\]"),
    ),
    *against(decomposition.AffineMap,
        (lambda f: scaling.encode(zeros((2, 4))), ValueError, "last axis of x is 4, but that of the training set is 3"),
        (lambda f: scaling.encode(zeros(3)), ValueError, "x must have at least 2 axes"),
        (lambda f: scaling.encode(counts), TypeError, "x must hold floats"),
        (lambda f: scaling.decode(zeros((2, 4))), ValueError, "last axis of z is 4, but the size of the code is 3"),
        (lambda f: scaling.decode(counts), TypeError, "z must hold floats"),
    ),
    *against(gradcheck.relative_error,
        (lambda f: f(zeros(2), zeros((2, 1))), ValueError, r"a has shape \(2,\), but b has shape \(2, 1\)"),
        (lambda f: f(zeros(2), 0.0), ValueError, r"a has shape \(2,\), but b has shape \(\)"),
        (lambda f: f([[1.0], [1.0, 2.0]], 0.0), ValueError, "a must have rows of equal length"),
    ),
    *against(gradcheck.numerical_gradient,
        (lambda f: f(np.tanh, zeros(2)), ValueError, r"f must return one number, got shape \(2,\)"),
    ),
    *against(gradcheck.check_vjp,
        *((lambda f, n=n, v=v: f(F.tanh, zeros(2), **{"rng": rng} | {n: v}), kind, f"{n} {expected}")
          for n, role in (("rng", generator()), ("epsilon", positive(1e-5)), ("tolerance", not_negative(0)))
          for v, kind, expected in role.bad),
        (lambda f: f(None, zeros(2), rng=rng), TypeError, "f must be callable, got None"),
        (lambda f: f(np.tanh, zeros(2), rng=rng), TypeError, "f must return its value and a backward, got array"),
        (lambda f: f(lambda x: (x, x), zeros(2), rng=rng), TypeError, "f must return its value and a backward"),
    ),
    # the book's own instruments
    *against(explore.explore,
        (lambda f: f(frame), ValueError, "needs at least one parameter.*got none"),
        (lambda f: f(frame, rate="fast"), TypeError, "rate must be a sequence of values.*got 'fast'"),
        (lambda f: f(frame, rate=0.1), TypeError, "rate must be a sequence of values.*got 0.1"),
        (lambda f: f(frame, rate=[]), TypeError, r"rate must be a sequence of values.*got \[\]"),
        (lambda f: f(frame, rate=iter([1])), TypeError, "rate must be a sequence of values"),
        (lambda f: f(frame, start=2, rate=[1, 2]), ValueError, "start must be an index into the 2 values of rate, got 2"),
        (lambda f: f(frame, start=-1, rate=[1, 2]), ValueError, "start must be an index .*, got -1"),
        (lambda f: f(lambda ax, rate: None, rate=[1]), TypeError, "draw must return the sentence.*got None"),
        (lambda f: f(lambda ax, rate: "  ", rate=[1]), TypeError, "draw must return the sentence.*got '  '"),
    ),
    *against(settle,
        (lambda f: f("C6.999", True, "x = 1"), KeyError, "'C6.999' is not a claim"),
        (lambda f: f("6.10", True, "x = 1"), KeyError, "'6.10' is not a claim"),
        (lambda f: f("Q6.3", True, "x = 1"), KeyError, "'Q6.3' is not a claim"),
        (lambda f: f("C6.9", True, "largest gap nan"), ValueError, "evidence must state measured values, got 'largest gap nan'"),
        (lambda f: f("C6.9", True, "largest gap NaN here"), ValueError, "evidence must state"),
        (lambda f: f("C6.9", True, "gap nan, slope 0.25"), ValueError, "evidence must state"),
        (lambda f: f("C6.9", True, "nan% of the starts"), ValueError, "evidence must state"),
        (lambda f: f("C6.9", True, ""), ValueError, "evidence must state measured values, got ''"),
        (lambda f: f("C6.9", True, " \n"), ValueError, "evidence must state"),
        (lambda f: f("C6.9", 0.3, "x = 1"), TypeError, r"condition must be a boolean, .* got array\(0.3\)"),
        (lambda f: f("C6.9", 1, "x = 1"), TypeError, "condition must be a boolean"),
        (lambda f: f("C6.9", "yes", "x = 1"), TypeError, "condition must be a boolean"),
        (lambda f: f("C6.9", None, "x = 1"), TypeError, "condition must be a boolean"),
        (lambda f: f("C6.9", {}, "x = 1"), ValueError, "at least two conditions to depend on, got 0"),
        (lambda f: f("C6.9", {"alone": True}, "x = 1"), ValueError, "at least two conditions to depend on, got 1"),
        (lambda f: f("C6.9", {"a": True, "b": 0.5}, "x = 1"), TypeError, "condition 'b' must be a boolean, got 0.5"),
        (lambda f: f("C6.9", np.ones(19, bool), "x = 1"), ValueError, "20 may prove; got 19"),
        (lambda f: f("C6.9", np.ones(20), "x = 1"), TypeError, "row of booleans"),
        (lambda f: f("C6.9", np.ones((20, 2), bool), "x = 1"), TypeError, "row of booleans"),
    ),
    *against(untestable,
        (lambda f: f("C6.999", "Opinion.", "nobody"), KeyError, "'C6.999' is not a claim"),
        (lambda f: f("Q6.3", "Opinion.", "nobody"), KeyError, "not a claim"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "call", "kind", "message"),
    [
        pytest.param(*row, id=f"{row[0].__qualname__}-{i}")
        for i, row in enumerate(REFUSED)
    ],
)
def test_refused(function, call, kind, message, monkeypatch):
    monkeypatch.setattr("dlnotes.claims.display", lambda *_, **__: None)
    monkeypatch.setattr("dlnotes.explore.display", lambda *_, **__: None)
    with pytest.raises(kind) as raised:
        call(function)
    assert type(raised.value) is kind
    assert re.search(message, str(raised.value), re.DOTALL)


# ── Nothing is missing ──

MODULES = (
    activations, F, conv, windows, pooling, normalization, recurrent, losses, network, layers, init, optim,
    schedules, datasets, training, metrics, decomposition, gradcheck,
)  # fmt: skip
ANY_NUMBER = {Layer, Sequential, network.Residual, gradcheck.check_vjp}
WITHOUT_CHECKS = {
    datasets.Samples, datasets.Split, metrics.Scores, metrics.Curve, gradcheck.GradientError,
    windows.window_slices, windows.zeros, windows.places, windows.view, windows.batch_first, windows.batch_last,
}  # fmt: skip


def public() -> set:
    return {
        value
        for module in MODULES
        for name, value in vars(module).items()
        if (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


def test_every_function_stands_in_a_table():
    """Catches a new function without a word about what it refuses."""
    refused = {function for function, *_ in REFUSED}
    apart = ANY_NUMBER | {decomposition.AffineMap}
    assert apart <= refused
    assert public() - set(SIGNATURES) == apart | WITHOUT_CHECKS


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda f: f.__qualname__)
def test_every_argument_stands_in_the_table(function):
    """Catches a new argument that takes anything."""
    named = {
        name
        for name, p in inspect.signature(function).parameters.items()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    }
    assert named <= set(SIGNATURES[function])


# ── Borders that are accepted ──

ACCEPTED = {
    "list for array": lambda: F.tanh([1.0, 2.0]),
    "float16": lambda: F.sigmoid(zeros(2, np.float16)),
    "no samples, elementwise": lambda: F.relu(zeros((0, 3))),
    "no samples, linear": lambda: F.linear(zeros((0, 3)), zeros((3, 2)), zeros(2)),
    "a slope for every entry": lambda: F.leaky_relu(zeros((2, 3)), zeros((2, 3))),
    "integer bounds": lambda: F.clip(zeros(3), -1, 1),
    "one piece": lambda: F.maxout(zeros((2, 3)), 1),
    "an axis from the end": lambda: F.softmax(zeros((2, 3)), axis=-2),
    "a NumPy integer as axis": lambda: F.softmax(zeros((2, 3)), axis=np.int64(0)),
    "softmax of one class": lambda: F.softmax(zeros((2, 1))),
    "nothing dropped": lambda: F.dropout(zeros((2, 3)), ~flags, 0),
    "no tokens": lambda: F.embedding(zeros(0, int), zeros((3, 2))),
    "a kernel as large as the padded input": lambda: F.conv2d(
        zeros((1, 1, 3, 3)), zeros((1, 1, 5, 5)), padding=1
    ),
    "a group for each channel": lambda: F.conv1d(
        zeros((1, 4, 5)), zeros((4, 1, 2)), groups=4
    ),
    "output_padding just below the stride": lambda: F.conv_transpose2d(
        **square, stride=2, output_padding=1
    ),
    "a pool as large as the image": lambda: F.max_pool(zeros((1, 1, 4, 4)), 4),
    "a stride beyond the image": lambda: F.avg_pool(zeros((1, 1, 4, 4)), 2, 9),
    "two values a channel": lambda: F.batch_statistics(zeros((2, 3))),
    "a variance of 0": lambda: F.batch_norm(
        zeros((1, 3)), zeros(3), zeros(3), (zeros(3), zeros(3))
    ),
    "one step of time": lambda: cell(F.rnn, x=(1, 5, 3)),
    "a list over time": lambda: layers.GRU(1, 2, rng=rng)([[[0.5]], [[0.25]]]),
    "uint8 labels": lambda: losses.cross_entropy(
        zeros((2, 3)), np.array([0, 2], np.uint8)
    ),
    "labels as a list": lambda: losses.cross_entropy(zeros((2, 3)), [0, 2]),
    "labels as probabilities": lambda: losses.cross_entropy(zeros((2, 2)), np.eye(2)),
    "targets 0 and 1": lambda: losses.binary_cross_entropy(
        zeros((2, 1)), np.array([[0.0], [1]])
    ),
    "0 ln 0": lambda: losses.kl_divergence(np.eye(2), half),
    "a layer of a lambda": lambda: Layer(lambda x: (x, lambda dy: dy))(zeros(2)),
    "a layer of a bound method": lambda: Sequential(net.forward)(zeros((4, 2))),
    "no layers": lambda: Sequential()(zeros(2)),
    "the settings of the function": lambda: layers.Conv2d(
        1, 1, 2, rng=rng, stride=2, padding=1, dilation=2
    ),
    "momentum 0": lambda: layers.BatchNorm(3, momentum=0),
    "one entry": lambda: init.orthogonal((1, 1), rng=rng),
    "no axes": lambda: init.normal((), scale=1, rng=rng),
    "integer learning rate": lambda: optim.SGD(parameters(), 1),
    "NumPy's learning rate": lambda: optim.SGD(parameters(), np.float32(0.1)),
    "beta 0": lambda: optim.Adam(parameters(), beta1=0, beta2=0.0),
    "any iterable of parameters": lambda: optim.SGD(iter(parameters()), 0.1),
    "a schedule that ends at 0": lambda: optim.SGD(
        parameters(), schedules.cosine(0.1, steps=1)
    ),
    "a shortest cycle": lambda: schedules.one_cycle(0.1, steps=2, up=0.75)(1),
    "a batch of all": lambda: list(training.minibatches(3, 3, rng=rng)),
    "batches of one": lambda: list(training.minibatches(3, 1, rng=rng)),
    "a piece beyond all samples": lambda: training.evaluate(
        net, losses.cross_entropy, zeros((4, 2)), [0, 1, 2, 0], batch_size=1000
    ),
    "lists to fit": lambda: fit(training.fit, [[0.0, 1.0], [1.0, 0.0]], [0, 2]),
    "nothing set aside": lambda: datasets.split(points, validation=0, test=0),
    "one sample to train on": lambda: datasets.split(points, validation=1, test=2),
    "NumPy's counts": lambda: datasets.split(
        points, validation=np.int64(1), test=np.uint8(1)
    ),
    "fewer samples than classes": lambda: datasets.spirals(1, classes=3, rng=rng),
    "no noise": lambda: datasets.two_moons(1, noise=0, rng=rng),
    "one ring": lambda: datasets.rings(3, radii=(2,), rng=rng),
    "the shortest sequence": lambda: datasets.adding_problem(1, T=2, rng=rng),
    "no labels yet": lambda: checks.integers("labels", zeros(0, int), below=3),
    "nothing counted": lambda: metrics.confusion_matrix(zeros(0, int), zeros(0, int), 2),
    "equal scores": lambda: metrics.roc_curve(zeros(2), labels_01),
    "all components": lambda: decomposition.pca(half, 2),
    "flat directions with an epsilon": lambda: decomposition.whitening(half, epsilon=0.1),
    "zero against zero": lambda: gradcheck.relative_error(zeros(2), zeros(2)),
}  # fmt: skip


@pytest.mark.parametrize("call", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(call):
    """Catches a check that is too strict at its border."""
    call()


# ── A refusal leaves no trace ──


def test_a_refused_batch_does_not_reach_the_running_statistics():
    layer = layers.BatchNorm(3)
    for x in (zeros((4, 1)), np.ones((1, 3)), np.ones((4, 3), int)):
        with pytest.raises((TypeError, ValueError)):
            layer.forward(x, training=True)
    assert (layer.mean == 0).all() and (layer.variance == 1).all()


def test_a_refused_file_does_not_reach_the_network():
    kept = {name: a.copy() for name, a in net.state().items()}
    for name in ("wrong.npz", "text.npz", "objects.npz"):
        with pytest.raises(ValueError):
            network.load(name, net)
    for name, array in net.state().items():
        np.testing.assert_array_equal(array, kept[name])


def test_a_refused_optimizer_leaves_the_parameters_where_they_were():
    """Catches checks that come after the parameters have moved into the flat vector."""
    one = Parameter(zeros(2))
    value = one.value
    for options in ({"learning_rate": nan}, {"learning_rate": 0.1, "weight_decay": -1}):
        with pytest.raises(ValueError):
            optim.SGD([one], **options)
    assert one.value is value
