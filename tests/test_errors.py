"""What the library refuses, and that it says which argument, what came and what was expected.

Every function and class has a call that works: those with a pullback in the table, the others in `CALLS`. One argument
at a time is then replaced by all that its declaration rules out, in kind and in shape. `REFUSED` adds what no
declaration says, and what too loose a declaration would let pass: sizes that do not meet, orders, borders. Each row would pass
without a word, or die in NumPy's words, if its check were dropped.
"""

import functools
import inspect
import pickle
import re

import numpy as np
import pytest
from dlnotes import (
    activations,
    conv,
    datasets,
    decomposition,
    explore,
    gradcheck,
    init,
    kinds,
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
from dlnotes.arguments import Axes, takes
from dlnotes.kinds import positive
from dlnotes.layers import Linear
from dlnotes.network import Layer, Parameter, Sequential
from table import CASES, as_tuple, kl_between_softmaxes

zeros, rng, nan, inf = np.zeros, np.random.default_rng(0), np.nan, np.inf
counts = np.zeros((2, 3), dtype=int)
flags = np.zeros((2, 3), dtype=bool)
points = datasets.xor()
half = np.full((2, 2), 0.5)
net = Sequential(Linear(2, 3, rng=rng))
optimizer = optim.SGD(net.parameters(), 0.1)
pair_of_nets = layers.mlp((2, 3), rng=rng, copies=2)


def parameters() -> list[Parameter]:
    return [Parameter(zeros((2, 3))), Parameter(zeros(3))]


# ── What an argument must not be, by its declaration: (value, error, "name must …") ──


def wrong_types(values, expected: str):
    return [(v, TypeError, expected) for v in values]


RAGGED = ([[1.0], [1.0, 2.0]], ValueError, "must have rows of equal length")
MASKED = (
    np.ma.array([0.5, 1], mask=[True, False]),
    TypeError,
    "must not hide entries behind a mask, got 1 of them",
)
HUGE = (10**400, ValueError, "must fit into 64 bits, got an integer of 1329 bits")
NO_FLOATS = [
    (counts, TypeError, "must hold floats, got dtype int64; convert it with"),
    (flags, TypeError, "must hold floats, got dtype bool"),
    ("0.5", TypeError, "must hold floats, got dtype <U3$"),
    (zeros(2, complex), TypeError, "must hold floats, got dtype complex128$"),
    (None, TypeError, "must hold floats, got dtype object$"),
    RAGGED,
    MASKED,
]


def number(expected: str, *outside):
    """Not one number; integers are numbers, booleans are not."""
    return [
        *wrong_types((None, "fast", True, np.True_, [0.1], 1j), f"must be {expected}"),
        *(
            (v, ValueError, f"must be {expected}, got {re.escape(repr(v))}")
            for v in (*outside, float("nan"), float("inf"))
        ),
        (10**400, ValueError, rf"must be {expected}, got 10+\.\.\.0+$"),
    ]


def count(least=1):
    """Not a whole number."""
    return [
        *wrong_types((None, "2", 2.0, True, [2], nan), "must be an integer, got"),
        *(
            (v, ValueError, f"must be at least {least}, got {v}")
            for v in (least - 1, -7)
        ),
        HUGE,
    ]


def sizes(least=1):
    """Not a whole number, nor one for each spatial axis."""
    return [
        *wrong_types((None, "2", 2.0, True, [2, 2], (2.0,)), "must be an integer, got"),
        *((v, ValueError, f"must be at least {least}, got") for v in (least - 1, (least - 1,))),
    ]  # fmt: skip


POSITIVE = number("a positive number", 0, -0.1, np.float32(-1))
one = Parameter(zeros(2))
BAD = {
    kinds.floats: NO_FLOATS,
    kinds.data: NO_FLOATS,
    kinds.integers: [
        *wrong_types((zeros(2), np.array([nan]), flags, "a", None), "must hold integers, got"),
        (np.array([0, -1]), ValueError, "must be ≥ 0, got -1"),
        RAGGED,
        MASKED,
    ],
    kinds.booleans: [*wrong_types((zeros(2), counts, None), "must hold booleans, got dtype"), MASKED],
    kinds.numbers: [
        *wrong_types((flags, "fast", None, 1j), "must hold numbers, got dtype"),
        *((v, ValueError, "must be finite") for v in (nan, inf)),
        MASKED,
    ],
    kinds.array: [RAGGED, MASKED],
    kinds.integer: [*wrong_types((None, "2", 2.0, True, [2], nan), "must be an integer, got"), HUGE],
    kinds.flag: wrong_types((None, "no", 0, 1.0, zeros(2)), "must be True or False, got"),
    kinds.file: wrong_types((None, 1, b"net.npz", zeros(2)), "must be a path such as 'net.npz', got"),
    kinds.real: number("a finite number"),
    kinds.positive: POSITIVE,
    kinds.not_negative: number("a number ≥ 0", -0.1),
    kinds.fraction: number(r"in \[0, 1\)", 1, 1.0, -0.1),
    kinds.count: count(),
    kinds.sizes: sizes(),
    kinds.shape: [
        *wrong_types((3, None, "ab", 2.5), "must be a tuple of integers, got"),
        *wrong_types(((2.0, 3), (2, True)), "must be an integer, got"),
        *((v, ValueError, "must be at least 1, got") for v in ((2, 0), (-1, 3))),
    ],
    kinds.function: wrong_types((None, "he", 3, Linear), "must be callable, got"),
    kinds.generator: wrong_types(
        (0, None, np.random.RandomState(0), np.random), r"must be a numpy.random.Generator such as",
    ),
    schedules.rate_or_schedule: [
        *POSITIVE,
        (lambda t: 0.0, ValueError, "must be a positive number, got 0.0"),
        (lambda t: None, TypeError, "must be a positive number, got None"),
    ],
    optim._parameters: [
        ([], ValueError, "must hold at least one Parameter, got an empty list"),
        ([one, Parameter(zeros(2)), one], ValueError, "must hold every Parameter once"),
        ([one, Parameter(zeros(3, np.float32))], TypeError, r"must have one dtype, got \['float32', 'float64'\]"),
        *wrong_types((net.parameters, net, one, None, 3), r"must be a list such as net.parameters\(\), got"),
        *wrong_types((zeros(3), [zeros(3)], [net], "W"), "must hold Parameter objects, got"),
    ],
    datasets._radii: [
        ((), ValueError, "must hold at least one number"),
        *((r, ValueError, "must be a positive number, got") for r in ((1.0, 0.0), (1.0, -1), nan)),
        *wrong_types((None, "ab"), "must be a positive number, got"),
    ],
    normalization._mean_and_variance: wrong_types(
        (zeros(3), (zeros(3),), None), r"must be a pair \(mean, variance\), got"
    ),
}  # fmt: skip


def refusals(check) -> list[tuple]:
    """What a declaration must refuse."""
    if isinstance(check, str):
        return BAD[Axes(check).check]
    if isinstance(check, functools.partial):
        return {kinds.count: count, kinds.sizes: sizes}[check.func](**check.keywords)
    if check.__qualname__.startswith("instance"):
        return wrong_types((None, "net", zeros(3)), "must be a [A-Z]")
    return BAD[check]


# ── A call that works: the functions with a pullback have theirs in the table, these here ──

unit, noisy = {"D": 3, "H": 2, "rng": rng}, {"N": 6, "rng": rng}
window, clipped = {"kernel": 2, "stride": 2}, {"g": zeros(3), "limit": 1.0}
channels = {"C": 4, "O": 4, "kernel": 2, "initialize": init.he, "groups": 2, "rng": rng}
drawn = {"shape": (2, 3), "rng": rng}
moving = {"parameters": [one], "learning_rate": 0.1}
supervised = {"loss": losses.cross_entropy, "x": zeros((4, 2)), "target": zeros(4, int)}
two_classes = {"scores": np.array([0.2, 0.7]), "labels": np.array([0, 1])}
training_set = {"x": rng.standard_normal((5, 3))}
scaling = decomposition.standardization(**training_set)

CALLS = {
    F.step: {"z": zeros((2, 3))},
    windows.im2col: {"x": zeros((2, 3, 5, 5)), "kernel": 2},
    windows.col2im: {"columns": zeros((2, 3, 2, 2, 4, 4)), "size": (5, 5)},
    F.batch_statistics: {"x": zeros((2, 3))},
    losses.zero_one: {"scores": zeros((4, 1)), "target": np.ones((4, 1))},
    losses.kl_divergence: {"p": np.full((2, 2), 0.5), "q": np.full((2, 2), 0.5)},
    # networks and layers
    Parameter: {"value": zeros(2)},
    Layer: {"function": F.tanh},
    network.Bidirectional: {"ahead": F.tanh, "back": F.tanh},
    network.SideBySide: {"S": 2},
    network.save: {"path": "saved.npz", "net": net},
    network.load: {"path": "net.npz", "net": net},
    Linear: {"D": 3, "K": 2, "rng": rng},
    layers.mlp: {"sizes": (3, 4, 2), "rng": rng},
    layers.TransposedLinear: {"source": Linear(3, 2, rng=rng)},
    layers.Embedding: {"V": 3, "D": 2, "rng": rng},
    **dict.fromkeys((layers.Conv1d, layers.Conv2d, layers.ConvTranspose2d), channels),
    **dict.fromkeys((layers.MaxPool, layers.AvgPool), window),
    layers.LayerNorm: {"D": 3},
    layers.BatchNorm: {"C": 3},
    layers.Dropout: {"rate": 0.5, "rng": rng},
    layers.GaussianNoise: {"sigma": 0.5, "rng": rng},
    layers.RandomizedLeakyReLU: {"low": 0.1, "high": 0.3, "rng": rng},
    **dict.fromkeys((layers.RNN, layers.LSTM, layers.GRU), unit),
    # initial weights, optimizers, schedules
    **dict.fromkeys((init.normal, init.uniform), drawn | {"scale": 1.0}),
    **dict.fromkeys((init.glorot, init.he, init.orthogonal), drawn),
    **dict.fromkeys((optim.Optimizer, optim.SGD, optim.Momentum, optim.Nesterov, optim.Adagrad), moving),
    **dict.fromkeys((optim.RMSprop, optim.Adam, optim.AMSGrad, optim.AdamW), moving),
    **dict.fromkeys((optim.clip_by_value, optim.clip_by_norm), clipped),
    schedules.step_decay: {"rate": 0.1, "every": 2},
    schedules.exponential: {"rate": 0.1, "factor": 0.9},
    schedules.inverse_time: {"rate": 0.1, "half": 10},
    schedules.linear_to_constant: {"rate": 0.1, "steps": 10, "last": 0.01},
    schedules.cosine: {"rate": 0.1, "steps": 10},
    schedules.warm_up: {"schedule": 0.1, "steps": 10},
    schedules.one_cycle: {"rate": 0.1, "steps": 10},
    # data, training, measuring
    datasets.split: {"samples": points, "validation": 1, "test": 1},
    datasets.splits: {"samples": points, "train": 1, "validation": 1, "test": 1, "seeds": 2},
    **dict.fromkeys((datasets.two_moons, datasets.noisy_sine, datasets.spirals, datasets.rings), noisy),
    datasets.blobs: {"N": 6, "centers": zeros((2, 3)), "rng": rng},
    datasets.mislabel: {"labels": np.array([0, 2, 1]), "K": 3, "share": 0.5, "rng": rng},
    datasets.adding_problem: {"N": 6, "T": 4, "rng": rng},
    datasets.on_canvas: {"images": zeros((2, 3, 3)), "side": 7, "reach": 1, "rng": rng},
    datasets.centered: {"images": zeros((2, 3, 3))},
    datasets.digits: {},
    datasets.fashion: {},
    datasets.photographs: {},
    datasets.xor: {},
    training.minibatches: {"N": 4, "batch_size": 2, "rng": rng},
    training.train_step: supervised | {"net": net, "optimizer": optimizer},
    training.fit: supervised | {"net": net, "optimizer": optimizer, "epochs": 1, "batch_size": 2, "rng": rng},
    training.evaluate: supervised | {"net": net},
    training.fit_side_by_side: {
        "net": pair_of_nets, "loss": losses.cross_entropy, "optimizer": optim.SGD(pair_of_nets.parameters(), 0.1),
        "x": zeros((2, 4, 2)), "target": zeros((2, 4), int), "steps": 1, "batch_size": 2,
    },
    training.EarlyStopping: {"net": net, "patience": 1},
    metrics.accuracy: {"logits": zeros((2, 3)), "labels": np.array([0, 2])},
    metrics.confusion_matrix: {"predicted": np.array([0, 1]), "labels": np.array([0, 1]), "K": 3},
    metrics.precision_recall_f1: {"counts": np.eye(2, dtype=int)},
    **dict.fromkeys((metrics.roc_curve, metrics.roc_area, metrics.precision_recall_curve), two_classes),
    metrics.rank_correlation: {"a": np.arange(3.0), "b": np.arange(3.0)},
    decomposition.pca: training_set | {"K": 2},
    decomposition.whitening: training_set,
    **dict.fromkeys((decomposition.standardization, decomposition.min_max), training_set),
    decomposition.AffineMap.encode: {"self": scaling, "x": zeros((2, 3))},
    decomposition.AffineMap.decode: {"self": scaling, "z": zeros((2, 3))},
    gradcheck.relative_error: {"a": zeros(2), "b": zeros(2)},
    gradcheck.numerical_gradient: {"f": np.sum, "x": zeros(2)},
}  # fmt: skip
for case in reversed(CASES):  # the first one of a function counts
    free = [
        n for n in inspect.signature(case.function).parameters if n not in case.data
    ]
    CALLS[case.function] = dict(zip(free, case.arguments, strict=False)) | case.data
del CALLS[kl_between_softmaxes]


def declared(function) -> dict:
    """What a function declares, or a class with those it hands its options to."""
    if not inspect.isclass(function):
        return getattr(function, "declared", {})
    found, named = {}, inspect.signature(function).parameters
    for kind in reversed(function.__mro__):
        found |= getattr(vars(kind).get("__init__"), "declared", {})
    return {n: d for n, d in found.items() if n in named or "options" in named}


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


every_call = pytest.mark.parametrize("function", CALLS, ids=lambda f: f.__qualname__)


@every_call
def test_the_call_that_the_others_change_works(function):
    """Catches a check that refuses everything, and refusals that have another reason."""
    function(**CALLS[function])


@pytest.mark.parametrize(
    ("function", "name", "value", "kind", "expected"),
    [
        pytest.param(function, name, *bad, id=f"{function.__qualname__}-{name}-{i}")
        for function in CALLS
        for name, check in declared(function).items()
        for i, bad in enumerate(refusals(check))
    ],
)
def test_no_argument_is_taken_for_what_it_is_not(function, name, value, kind, expected):
    """Catches a missing check of one argument, or one that names another."""
    parameter = inspect.signature(function).parameters.get(name)
    if value is None and parameter is not None and parameter.default is None:
        return
    with pytest.raises((TypeError, ValueError)) as raised:
        function(**CALLS[function] | {name: value})
    assert type(raised.value) is kind
    assert re.search(rf"^(every entry of )?{name} {expected}", str(raised.value))


def misshapen(function):
    """(argument, shape) that its declaration, or another argument of the call that works, rules out."""
    arrays = {n: Axes(d) for n, d in declared(function).items() if isinstance(d, str)}
    letters = [letter for axes in arrays.values() for _, letter in axes.axes]
    for name in arrays.keys() & CALLS[function].keys():
        axes, size = arrays[name], np.shape(CALLS[function][name])
        fixed = len(axes.axes) - (axes.free is not None)
        yield from ((name, size[:n]) for n in range(fixed))
        if axes.free is None:
            yield name, (*size, 1)
        if axes.filled:
            yield name, (0, *size[1:])
        for i, (_, letter) in enumerate(axes.axes):
            if letter[0] not in "*." and letters.count(letter) > 1:
                wrong = list(size)
                behind = axes.free is not None and i > axes.free
                wrong[i - len(axes.axes) if behind else i] += 1
                yield name, tuple(wrong)


@pytest.mark.parametrize(
    ("function", "name", "size"),
    [
        pytest.param(f, name, size, id=f"{f.__qualname__}-{name}-{size}")
        for f in CALLS
        for name, size in misshapen(f)
    ],
)
def test_shapes_that_do_not_fit_are_refused(function, name, size):
    """Catches a shape that NumPy would stretch, or complain about in its own words."""
    value = np.ones(size, np.asarray(CALLS[function][name]).dtype)
    with pytest.raises(ValueError) as raised:
        function(**CALLS[function] | {name: value})
    found = re.search(r"^(\w+) must (have shape|not be empty)", str(raised.value))
    assert found and found[1] in declared(function)
    assert re.search(rf"\b{name}\b", str(raised.value))


# ── The declaration itself ──


@takes(x="... N D", y="*S D+", scale=positive, shift=positive)
def declared_here(x, y, scale=2.0, *, shift=None):
    """A docstring."""
    return x, y, scale, shift


def test_a_declared_function_looks_and_is_called_like_the_one_written():
    x, y = zeros((4, 3)), np.ones(3)
    assert str(inspect.signature(declared_here)) == "(x, y, scale=2.0, *, shift=None)"
    assert declared_here.__doc__ == "A docstring."
    assert declared_here(x, y)[2:] == (2.0, None)
    assert declared_here(y=y, shift=3, x=x, scale=1)[2:] == (1.0, 3.0)
    assert declared_here(x, y)[0] is x
    assert type(declared_here(x.tolist(), y)[0]) is np.ndarray
    for arguments, named in (((x,), {}), ((x, y, 1, 2), {}), ((x, y), {"z": 1}), ((x, y), {"y": y})):  # fmt: skip
        with pytest.raises(TypeError, match=r"(declared_here|checked)\(\)"):
            declared_here(*arguments, **named)


def test_shapes_that_agreed_once_do_not_vouch_for_others():
    """Catches a memory of shapes that forgets which argument had which, or remembers a refusal as agreement."""
    declared_here(zeros((3, 4)), zeros(4))
    for _ in range(2):
        with pytest.raises(ValueError, match="to fit x"):
            declared_here(zeros((4, 3)), zeros(4))
        with pytest.raises(ValueError, match="to fit x"):
            declared_here(zeros((3, 4)), zeros((4, 3)))


def test_axes_that_several_arguments_share_before_the_named_ones():
    """`...` broadcasts, `*S` does not, 2H is twice H."""

    @takes(x="... N", y="... N", p="*S H", q="*S 2H")
    def f(x, y, p, q):
        return None

    f(zeros((5, 1, 3)), zeros((4, 3)), zeros((7, 2)), zeros((7, 4)))
    for sizes, message in {
        ((5, 3), (4, 3), (2,), (4,)): r"do not broadcast: x \(5,\), y \(4,\)",
        (
            (3,),
            (3,),
            (7, 2),
            (1, 4),
        ): r"q must have shape \(..., 2H\) = \(7, 4\) to fit p",
        (
            (3,),
            (3,),
            (2,),
            (2,),
        ): r"q must have shape \(..., 2H\) = \(4,\) to fit p, got \(2,\)",
    }.items():
        with pytest.raises(ValueError, match=message):
            f(*map(zeros, sizes))


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
memory = CALLS[F.lstm]
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
        (lambda f: f(zeros(3), 1, -1), ValueError, "low must be less than high, got 1.0 and -1.0"),
        (lambda f: f(zeros(3), 1.0, 1.0), ValueError, "low must be less than high"),
    ),
    *against(F.maxout,
        (lambda f: f(zeros((2, 3))), ValueError, r"last axis of z must be a multiple of 2 pieces, got shape \(2, 3\)"),
        (lambda f: f(np.array(1.0)), ValueError, r"z must have shape"),
        (lambda f: f(zeros((0, 4))), ValueError, "z must not be empty"),
    ),
    *against(F.linear,
        (lambda f: f(zeros(3), zeros((3, 2))), ValueError, r"x must have shape"),
        (lambda f: f(zeros((2, 3)), zeros(3)), ValueError, r"W must have shape"),
        (lambda f: f(zeros((2, 3)), zeros((3, 2)), np.array(0.0)), ValueError, r"b must have shape"),
        (lambda f: f(zeros((2, 3)), zeros((4, 2))), ValueError, r"W must .* = \(..., 3, K\) to fit x, got \(4, 2\)"),
        (lambda f: f(zeros((2, 3)), zeros((3, 2)), zeros(3)), ValueError, r"b must .* = \(..., 2\) to fit W, got \(3,\)"),
        (lambda f: f(zeros((2, 3)), zeros((3, 2)), zeros(1)), ValueError, r"b must .* = \(..., 2\) to fit W, got \(1,\)"),
        (lambda f: f(zeros((2, 5, 3)), zeros((3, 3, 2))), ValueError,
         r"leading axes do not broadcast: x \(2,\), W \(3,\)"),
        (lambda f: f(zeros((5, 3)), zeros((3, 3, 2)), zeros((2, 2))), ValueError,
         r"leading axes do not broadcast: x \(\), W \(3,\), b \(2,\)"),
    ),
    *against(F.transposed_linear,
        (lambda f: f(zeros((2, 3)), zeros(3), zeros(2)), ValueError, "W must have shape"),
        (lambda f: f(zeros((2, 2)), zeros((2, 3)), zeros(2)), ValueError, r"W must .* = \(..., D, 2\) to fit x, got \(2, 3\)"),
        (lambda f: f(zeros((2, 3)), zeros((2, 3)), zeros(3)), ValueError, r"b must .* = \(..., 2\) to fit W, got \(3,\)"),
    ),
    *against(F.embedding,
        (lambda f: f([0], zeros(3)), ValueError, r"E must have shape"),
    ),
    *against(softmaxes,
        (lambda f: f(np.array(1.0)), ValueError, r"z must have shape"),
        (lambda f: f(zeros((2, 0))), ValueError, r"z must have entries along axis -1, got shape \(2, 0\)"),
        (lambda f: f(zeros((0, 2)), axis=0), ValueError, "z must have entries along axis 0"),
        (lambda f: f(zeros(3), axis=(0,)), TypeError, "axis must be an integer"),
    ),
    *against(F.transposed_linear,
        (lambda f: f(zeros((2, 3)), zeros((4, 5)), zeros(4)), ValueError, r"W must .* = \(..., D, 3\) to fit x, got \(4, 5\)"),
    ),
    *against(F.time_first,
        (lambda f: f(zeros((2, 3))), ValueError, r"x must have shape"),
    ),
    *against(F.last_step,
        (lambda f: f(zeros((2, 3))), ValueError, r"y must have shape"),
        (lambda f: f(zeros((0, 2, 3))), ValueError, "y must not be empty"),
    ),
    *against(F.flatten,
        (lambda f: f(zeros(3)), ValueError, r"x must have shape"),
        (lambda f: f(zeros((0, 2, 2))), ValueError, "x must not be empty"),
    ),
    *against(F.dropout,
        (lambda f: f(zeros((2, 3)), flags.T, 0.5), ValueError, r"keep must .* = \(2, 3\) to fit x, got \(3, 2\)"),
        (lambda f: f(zeros((2, 3)), flags[:1], 0.5), ValueError, r"keep must .* to fit x, got \(1, 3\)"),
        (lambda f: f(zeros((2, 3)), np.ones((2, 3)), 0.5), TypeError, "keep must hold booleans, got dtype float64"),
        (lambda f: f(zeros((2, 3)), counts, 0.5), TypeError, "keep must hold booleans, got dtype int64"),
        (lambda f: f(zeros((2, 3)), None, 0.5), TypeError, "keep must hold booleans, got dtype object"),
    ),
    *against(F.reparameterize,
        (lambda f: f(zeros((2, 3)), zeros((2, 1)), zeros((2, 3))), ValueError, r"logvar must .* to fit mu, got \(2, 1\)"),
        (lambda f: f(zeros((2, 3)), zeros((2, 3)), zeros((1, 3))), ValueError, r"noise must .* to fit mu, got \(1, 3\)"),
    ),
    # convolution and pooling
    *against(F.conv1d,
        (lambda f: f(**square), ValueError, r"x must have shape"),
        (lambda f: f(zeros((0, 2, 5)), zeros((3, 2, 2))), ValueError, "x must not be empty"),
        (lambda f: f(zeros((1, 2, 5)), zeros((3, 2, 6))), ValueError,
         r"kernel \(6,\) with dilation \(1,\) spans 6 entries, but the padded input has size \(5,\)"),
    ),
    *against((F.conv2d, F.conv_transpose2d),
        (lambda f: f(square["x"], zeros((0, 4, 3, 3))), ValueError, "W must "),
        (lambda f: f(zeros((4, 5, 5)), square["W"]), ValueError, r"x must have shape"),
        (lambda f: f(square["x"], zeros((4, 4))), ValueError, r"W must have shape"),
        (lambda f: f(**square, b=zeros(3)), ValueError, r"(b must .* = \(4,\) to fit W|of b is 3, .* 4)"),
        (lambda f: f(**square, b=zeros((4, 1))), ValueError, r"b must have shape"),
        (lambda f: f(zeros((0, 4, 5, 5)), square["W"]), ValueError, "x must not be empty"),
        (lambda f: f(square["x"], zeros((4, 4, 0, 3))), ValueError, "W must not be empty"),
        (lambda f: f(**square, stride=(1.0, 1)), TypeError, "stride must be an integer, got 1.0"),
    ),
    *against(F.conv2d,
        (lambda f: f(square["x"], zeros((3, 3, 2, 2))), ValueError, r"W \(3, 3, 2, 2\) does not fit x \(1, 4, 5, 5\)"),
        (lambda f: f(**square, groups=3), ValueError, r"W .* does not fit x .* with 3 groups"),
        (lambda f: f(square["x"], zeros((3, 2, 2, 2)), groups=2), ValueError, r"W \(3, 2, 2, 2\) does not fit x .* with 2 groups"),
    ),
    *against(F.conv_transpose2d,
        (lambda f: f(square["x"], zeros((3, 3, 2, 2))), ValueError, r"W must .* to fit x, got \(3, 3, 2, 2\)"),
        (lambda f: f(**square, groups=3), ValueError, "C = 4 must be a multiple of the groups, got 3"),
        (lambda f: f(**square, padding=4), ValueError, r"padding \(4, 4\) and output_padding \(0, 0\) .* got size \(-1, -1\)"),
        (lambda f: f(**square, stride=2, output_padding=2), ValueError, r"less than the stride \(2, 2\), got \(2, 2\)"),
    ),
    *against(windows.im2col,
        (lambda f: f(zeros((2, 3)), 2), ValueError, r"x must have shape"),
        (lambda f: f(zeros((1, 1, 5, 5)), 3, dilation=3), ValueError, r"kernel \(3, 3\) with dilation \(3, 3\) spans 7 entries"),
    ),
    *against(windows.col2im,
        (lambda f: f(zeros((1, 1, 2, 2, 4)), (5, 5)), ValueError, r"columns must have 6 axes"),
        (lambda f: f(zeros((1, 1, 2, 2, 4, 4)), (6, 5)), ValueError, r"columns has shape \(1, 1, 2, 2, 4, 4\), but"),
    ),
    *against(pools,
        (lambda f: f(zeros((4, 4))), ValueError, r"x must have shape"),
        (lambda f: f(zeros((0, 1, 4, 4))), ValueError, "x must not be empty"),
        (lambda f: f(zeros((1, 1, 4, 4)), 5), ValueError, r"kernel \(5, 5\) .* spans 5 entries"),
        (lambda f: f(zeros((1, 1, 4, 4)), (2,)), ValueError, r"kernel must be one integer or 2, got \(2,\)"),
    ),
    *against(F.global_avg_pool,
        (lambda f: f(zeros((2, 3))), ValueError, "x must have shape"),
        (lambda f: f(zeros((1, 2, 0, 4))), ValueError, "x must not be empty"),
    ),
    # normalization and recurrence
    *against(F.layer_norm,
        (lambda f: f(zeros((2, 3)), zeros(2), zeros(3)), ValueError, r"gamma must .* = \(3,\) to fit x, got \(2,\)"),
        (lambda f: f(zeros((2, 3)), zeros(3), zeros(1)), ValueError, r"beta must .* = \(3,\) to fit x, got \(1,\)"),
        (lambda f: f(zeros((2, 3)), zeros((1, 3)), zeros(3)), ValueError, r"gamma must have shape"),
        (lambda f: f(zeros(3), zeros(3), zeros(3)), ValueError, "x must have shape"),
        (lambda f: f(zeros((2, 0)), zeros(0), zeros(0)), ValueError, "x must not be empty"),
    ),
    *against(F.batch_norm,
        (lambda f: f(zeros((2, 3, 4)), zeros(4), zeros(4)), ValueError, r"gamma must .* = \(3,\) to fit x, got \(4,\)"),
        (lambda f: f(zeros((0, 3)), zeros(3), zeros(3)), ValueError, "x must not be empty"),
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
        (lambda f: f(zeros(3)), ValueError, "x must have shape"),
        (lambda f: f(zeros((2, 0))), ValueError, "x must hold at least 2 values"),
    ),
    *against(tuple(cells),
        (lambda f: cell(f, x=(5, 3)), ValueError, r"x must have shape"),
        (lambda f: cell(f, x=(0, 5, 3)), ValueError, "x must not be empty"),
        (lambda f: cell(f, Wx=(4, 2 * cells[f])), ValueError, r"Wx must .* = \(3, \d\) to fit x and h0, got \(4, \d\)"),
        (lambda f: cell(f, Wh=(2, 7)), ValueError, r"Wh must .* = \(2, \d\) to fit h0, got \(2, 7\)"),
        (lambda f: cell(f, Wh=(2,)), ValueError, r"Wh must have shape"),
        (lambda f: cell(f, b=(1,)), ValueError, r"b must .* = \(\d,\) to fit h0, got \(1,\)"),
        (lambda f: cell(f, h0=(2,)), ValueError, r"h0 must .* = \(5, H\) to fit x, got \(2,\)"),
        (lambda f: cell(f, h0=(1, 2)), ValueError, r"h0 must .* = \(5, H\) to fit x, got \(1, 2\)"),
    ),
    *against(F.gru_reset_after,
        (lambda f: cell(f, bh=(1,)), ValueError, r"bh must .* = \(2,\) to fit h0, got \(1,\)"),
        (lambda f: cell(f, bh=(1, 2)), ValueError, r"bh must have shape"),
    ),
    *against(F.lstm,
        *((lambda f, name=name, size=size: f(**memory | {name: zeros(size)}), ValueError, rf"{name} must .* = {wanted} to fit")
          for name, size, wanted in (
            ("c0", (2, 3), r"\(2, 2\)"), ("Wx", (3, 6), r"\(3, 8\)"), ("Wh", (2, 6), r"\(2, 8\)"), ("b", (6,), r"\(8,\)"),
        )),
    ),
    # losses
    *against(pairs + sign_losses,
        (lambda f: f(zeros((4, 1)), zeros(4)), ValueError, r"target must .* = \(4, 1\) to fit \w+, got \(4,\)"),
        (lambda f: f(zeros((4, 1)), zeros((1, 4))), ValueError, r"\(4, 1\).*\(1, 4\)"),
        (lambda f: f(zeros(4), zeros(4)), ValueError, r"(prediction|scores|logits) must have shape"),
        (lambda f: f(zeros((0, 3)), zeros((0, 3))), ValueError, r"must not be empty"),
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
            (np.array([-1, 1]), ValueError, "labels must be ≥ 0, got -1"),
            (np.array([[0], [1]]), ValueError, r"labels must have shape \(2,\) for logits \(2, 3\), got \(2, 1\)"),
            (counts, ValueError, r"labels must have shape \(2,\).* got \(2, 3\)"),
            ([0], ValueError, r"labels must have shape \(2,\).* got \(1,\)"),
            (zeros((2, 2)), ValueError, r"target has shape \(2, 2\), but logits has shape \(2, 3\)"),
            (np.full((2, 3), 0.5), ValueError, r"target must hold probabilities that sum to 1 .* sums 1.5 … 1.5"),
            (np.full((2, 3), nan), ValueError, "target must hold probabilities .* nan"),
            (np.array([[2.0, -1, 0]] * 2), ValueError, "target must hold probabilities .* entries -1.0 … 2.0"),
        )),
        (lambda f: f(zeros((4, 2, 3)), labels_01), ValueError, r"labels must have shape \(4, 2\)"),
        (lambda f: f(zeros((0, 3)), zeros(0, int)), ValueError, r"logits must not be empty"),
        (lambda f: f(zeros(3), np.array(1)), ValueError, r"logits must have shape"),
    ),
    *against(losses.kl_divergence,
        (lambda f: f(half, half[:1]), ValueError, r"q must .* = \(2, 2\) to fit p, got \(1, 2\)"),
        (lambda f: f(half[0], half[0]), ValueError, "p must have shape"),
        (lambda f: f(half[:0], half[:0]), ValueError, "p must not be empty"),
        (lambda f: f(half * 2, half), ValueError, "p must hold probabilities .* sums 2.0 … 2.0"),
        (lambda f: f(half, half * nan), ValueError, "q must hold probabilities .* nan"),
        (lambda f: f(half, np.eye(2)), ValueError, "q must be positive wherever p is"),
    ),
    *against(losses.gaussian_kl,
        (lambda f: f(zeros((2, 3)), zeros((2, 1))), ValueError, r"logvar must .* = \(2, 3\) to fit mu, got \(2, 1\)"),
        (lambda f: f(zeros(3), zeros(3)), ValueError, "mu must have shape"),
        (lambda f: f(zeros((0, 3)), zeros((0, 3))), ValueError, "mu must not be empty"),
    ),
    # networks and layers
    *against(Layer,
        (lambda f: f(F.linear, zeros((3, 2))), TypeError, "parameters must be Parameter objects, got array"),
        (lambda f: f(3), TypeError, "function must be callable, got 3"),
        (lambda f: f(layers.MaxPool), TypeError, "function must be callable, got <class .*MaxPool"),
        (lambda f: f(F.relu, *parameters()), ValueError, r"number of parameters is 2, .* arguments \[\] after the first is 0"),
        (lambda f: f(F.conv2d, *parameters(), *parameters()), ValueError,
         r"number of parameters is 4, .* arguments \['W', 'b'\] after the first is 2"),
        *((lambda f, N=N: f(np.tanh)(zeros((N, 3))), TypeError, "function must return its value and a backward, got array")
          for N in (2, 4)),
        *((lambda f, g=g: f(lambda x, W: (x, lambda dy: (dy, g)), parameters()[0]).forward(zeros(3))[1](zeros(3)),
           ValueError, rf"the gradient of W must have shape \(2, 3\) like the value, got {re.escape(str(np.shape(g)))}")
          for g in (zeros(3), zeros((1, 3)), zeros((1, 2, 3)), 1.0, None)),
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
        (lambda f: f(layers.RNN(3, 2, rng=rng), F.tanh)(zeros((4, 3))), ValueError, "x must have shape"),
    ),
    *against(network.SideBySide,
        (lambda f: f(2, F.tanh)(zeros((3, 4, 1, 5))), ValueError, r"x must have shape \(2, N, C, ...\), got \(3, 4, 1, 5\)"),
        (lambda f: f(2, F.tanh)(zeros((2, 4, 5))), ValueError, r"x must have shape \(2, N, C, ...\), got \(2, 4, 5\)"),
        (lambda f: f(2, "relu"), TypeError, "function must be callable, got 'relu'"),
    ),
    *against(network.save,
        (lambda f: f("net", net), ValueError, "path must end in .npz, got net"),
        (lambda f: f("net.npy", net), ValueError, "path must end in .npz, got net.npy"),
        *((lambda f, name=name: f("net.npz", Layer(F.rectifier, one, names=(name,))), ValueError,
           f"names must not be those of np.savez itself, got {{'{name}'}}") for name in ("file", "allow_pickle")),
    ),
    *against(network.load,
        (lambda f: f("wrong.npz", net), ValueError,
         r"wrong.npz does not fit this network. 0.W: the network has \(2, 3\), the file \(3, 2\); "
         r"0.b: the network has \(3,\), the file none; 1.b: the network has none, the file \(3,\)$"),
        *((lambda f, name=name: f(name, net), ValueError, f"path must be a file that save wrote, got {name}")
          for name in ("pickle.npz", "objects.npz", "array.npy", "text.npz", "broken.npz", "empty.npz")),
    ),
    *against(layers.Linear,
        (lambda f: f(2, 3, rng=rng)(zeros((4, 3))), ValueError, r"W must .* = \(..., 3, K\) to fit x, got \(2, 3\)"),
    ),
    *against(layers.mlp,
        (lambda f: f((3,), rng=rng), ValueError, r"sizes must be at least 2, inputs and outputs, got \(3,\)"),
    ),
    *against(layers.Embedding,
        (lambda f: f(3, 2, rng=rng)([3]), ValueError, "tokens must lie in 0 … 2, got 3 … 3"),
        (lambda f: f(3, 2, rng=rng)([0.5]), TypeError, "tokens must hold integers"),
    ),
    *against((layers.Conv1d, layers.Conv2d, layers.ConvTranspose2d),
        (lambda f: f(4, 3, 2, groups=2, rng=rng), ValueError, "C and O must be multiples of 2 groups, got 4, 3"),
        (lambda f: f(3, 4, 2, groups=2, rng=rng), ValueError, "C and O must be multiples of 2 groups, got 3, 4"),
        *((lambda f, n=n: f(1, 1, 2, rng=rng, **{n: 2}), TypeError, f"unexpected keyword argument '{n}'")
          for n in ("strides", "W")),
        *((lambda f, n=n: f(1, 1, 2, rng=rng, **{n: (1, 1, 1)}), ValueError, rf"{n} must be one integer or \d, got \(1, 1, 1\)")
          for n in ("stride", "padding", "dilation")),
    ),
    *against(layers.ConvTranspose2d,
        (lambda f: f(1, 1, 2, rng=rng, output_padding=(0,)), ValueError, r"output_padding must be one integer or 2, got \(0,\)"),
        (lambda f: f(1, 1, 2, rng=rng, stride=(3, 2), output_padding=2), ValueError, r"less than the stride \(3, 2\)"),
    ),
    *against((layers.MaxPool, layers.AvgPool),
        (lambda f: f((2, 2), (1,)), ValueError, r"stride must be one integer or 2, got \(1,\)"),
    ),
    *against(layers.BatchNorm,
        (lambda f: f(3).forward(zeros((1, 3)), training=True), ValueError, "x must hold at least 2 values a channel"),
        (lambda f: f(3).forward(zeros((2, 4)), training=True), ValueError, r"gamma must .* = \(4,\) to fit x, got \(3,\)"),
    ),
    *against((layers.Dropout, layers.GaussianNoise),
        (lambda f: f(0.5, rng=rng).forward(counts, training=True), TypeError, "x must hold floats"),
        (lambda f: f(0.5, rng=rng)(counts), TypeError, "z must hold floats"),
    ),
    *against(layers.RandomizedLeakyReLU,
        (lambda f: f(0.3, 0.1, rng=rng), ValueError, "low must be less than high, got 0.3 and 0.1"),
    ),
    *against((layers.RNN, layers.GRU, layers.LSTM),
        *((lambda f, s=s: f(3, 2, rng=rng)(zeros(s)), ValueError, r"x must have shape \(T, N, D\)")
          for s in ((3,), (4, 3), (1, 4, 5, 3))),
        (lambda f: f(3, 2, rng=rng)(zeros((4, 5, 2))), ValueError, r"Wx must .* = \(2, \d\) to fit x and h0"),
        (lambda f: f(3, 2, rng=rng)(zeros((4, 0, 3))), ValueError, "x must not be empty"),
        (lambda f: f(3, 2, rng=rng)(zeros((4, 5, 3), int)), TypeError, "x must hold floats, got dtype int64"),
    ),
    # initial weights, optimizers, schedules
    *against((init.glorot, init.he),
        (lambda f: f((3,), rng=rng), ValueError, r"shape must have .*2 axes"),
        (lambda f: f((0, 3), rng=rng), ValueError, "every entry of shape must be at least 1, got 0"),
        (lambda f: f((2, 3), fans=(0, 3), rng=rng), ValueError, "fans must be at least 1, got 0"),
        (lambda f: f((2, 3), fans=(3,), rng=rng), ValueError, r"fans must be one integer or 2, got \(3,\)"),
        (lambda f: f((2, 3), fans="in", rng=rng), TypeError, "fans must be an integer, got 'in'"),
    ),
    *against(init.orthogonal,
        (lambda f: f((2, 3, 4), rng=rng), ValueError, r"shape must have .*2 axes"),
        (lambda f: f((3,), rng=rng), ValueError, r"shape must have .*2 axes"),
    ),
    *against(optim.Optimizer, (lambda f: f(parameters(), 0.1).step(), NotImplementedError, "")),
    *against((schedules.exponential, schedules.step_decay),
        (lambda f: f(0.1, factor=2, **{"every": 1} if f is schedules.step_decay else {})(10_000), ValueError,
         r"factor must keep the rate finite, got 0.1 · 2.0\^10000"),
    ),
    *against(schedules.one_cycle,
        (lambda f: f(0.1, steps=3, up=0.3), ValueError, r"up · steps must be more than 1, got 0.3 · 3"),
        (lambda f: f(0.1, steps=10, up=0), ValueError, r"up · steps must be more than 1, got 0.0 · 10"),
    ),
    # data, training, measuring
    *against(datasets.split,
        *((lambda f, v=v, t=t: f(points, validation=v, test=t), ValueError,
         rf"validation \+ test must leave samples to train on, got {v} \+ {t} of 4") for v, t in ((2, 2), (5, 0), (0, 4))),
        (lambda f: f(datasets.Samples(zeros((4, 2)), zeros(3)), validation=1, test=1), ValueError,
         "size of x is 4, but that of y is 3"),
        (lambda f: f(points, validation=0.25, test=0.25), TypeError, "validation must be an integer, got 0.25"),
    ),
    *against(datasets.splits,
        (lambda f: f(points, train=2, validation=2, test=1), ValueError,
         r"train \+ validation \+ test must be at most 4 samples, got 2 \+ 2 \+ 1"),
        (lambda f: f(datasets.Samples(zeros((4, 2)), zeros(3)), train=1, test=1), ValueError,
         "size of x is 4, but that of y is 3"),
    ),
    *against(datasets.blobs,
        (lambda f: f(4, centers=zeros(2), rng=rng), ValueError, r"centers must have shape"),
        (lambda f: f(4, centers=zeros((0, 2)), rng=rng), ValueError, "centers must not be empty"),
    ),
    *against(datasets.mislabel,
        (lambda f: f(np.array([0, 3]), 3, share=0.1, rng=rng), ValueError, "labels must lie in 0 … 2, got 0 … 3"),
        (lambda f: f(np.array([0, 1]), 1, share=0.1, rng=rng), ValueError, "K must be"),
        (lambda f: f(np.array([0, 1]), 2, share=1.5, rng=rng), ValueError, "share must be"),
    ),
    *against(metrics.rank_correlation,
        (lambda f: f(np.arange(3), np.arange(4)), ValueError, "b must have shape"),
        (lambda f: f(zeros(0), zeros(0)), ValueError, "a must not be empty"),
    ),
    *against((training.train_step, training.fit, training.evaluate),
        *((lambda f, loss=loss: f(**CALLS[f] | {"loss": loss}), kind, message) for loss, kind, message in (
            (lambda p, t: 0.0, TypeError, "loss must return its value and a backward, got 0.0"),
            (lambda p, t: (p.sum(axis=1), np.zeros_like), ValueError, r"loss must give one number .*, got shape \(\d,\)"),
        )),
    ),
    *against(training.minibatches,
        (lambda f: f(10, 11, rng=rng), ValueError, "batch_size must be in 1 … 10, got 11"),
        (lambda f: f(10, 0, rng=rng), ValueError, "batch_size must be at least 1, got 0"),
    ),
    *against(training.fit,
        (lambda f: fit(f, zeros((4, 2)), zeros(3, int)), ValueError, r"target must .* = \(4, ...\) to fit x, got \(3,\)"),
        (lambda f: fit(f, zeros((4, 2)), zeros(4, int), batch_size=5), ValueError, "batch_size must be in 1 … 4, got 5"),
        (lambda f: fit(f, zeros((0, 2)), zeros(0, int)), ValueError, "x must not be empty"),
        (lambda f: fit(f, 1.0, zeros(4, int)), ValueError, r"x must have shape"),
        (lambda f: fit(f, zeros((4, 2)), None), ValueError, r"target must have shape"),
        (lambda f: fit(f, [[1.0], [1.0, 2.0]], [0, 1]), ValueError, "x must have rows of equal length"),
        (lambda f: fit(f, zeros((4, 2), int), zeros(4, int)), TypeError, "x must hold floats"),
    ),
    *against(training.fit_side_by_side,
        (lambda f: f(**CALLS[f] | {"loss": lambda p, t: (0.0, np.zeros_like)}), ValueError, r"loss .* network, got shape \(\)"),
        (lambda f: f(**CALLS[f] | {"batch_size": 5}), ValueError, "batch_size must be in 1 … 4, got 5"),
        (lambda f: f(**CALLS[f] | {"target": zeros((2, 3), int)}), ValueError, r"target must .* to fit x, got \(2, 3\)"),
    ),
    *against(training.evaluate,
        (lambda f: f(net, losses.cross_entropy, zeros((4, 2)), zeros(3, int)), ValueError, r"target must .* to fit x, got \(3,\)"),
        (lambda f: f(net, losses.cross_entropy, zeros((0, 2)), zeros(0, int)), ValueError, "x must not be empty"),
        (lambda f: f(net, losses.cross_entropy, None, zeros(4, int)), ValueError, "x must have shape"),
    ),
    *against(metrics.accuracy,
        (lambda f: f(zeros((2, 3)), np.array([[0], [1]])), ValueError, r"labels must .* = \(2,\) to fit logits, got \(2, 1\)"),
        (lambda f: f(zeros(3), np.array(1)), ValueError, "logits must have shape"),
        (lambda f: f(zeros((0, 3)), zeros(0, int)), ValueError, "logits must not be empty"),
    ),
    *against(metrics.confusion_matrix,
        (lambda f: f(labels_01, np.array([0]), 2), ValueError, r"labels must .* = \(2,\) to fit predicted, got \(1,\)"),
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
        (lambda f: f(zeros(3), labels_01), ValueError, r"labels must .* = \(3,\) to fit scores, got \(2,\)"),
        (lambda f: f(zeros((2, 1)), labels_01), ValueError, r"scores must have shape"),
    ),
    *against(decomposition.pca, (lambda f: f(half, 3), ValueError, "K must be in 1 … 2, got 3")),
    *against((decomposition.pca, decomposition.whitening, *scalings),
        (lambda f: learned(f, zeros(3)), ValueError, r"x must have shape"),
        (lambda f: learned(f, zeros((0, 3))), ValueError, "x must not be empty"),
        (lambda f: learned(f, np.array([[1.0, nan], [0, 1]])), ValueError, "x must be finite"),
        (lambda f: learned(f, np.array([[1.0, inf], [0, 1]])), ValueError, "x must be finite"),
        *((lambda f, s=s: learned(f, np.array([[1.0, s], [0, 3 * s]])), ValueError,
           r"x has columns \[1\], whose variance no float64 can hold; rescale them first")
          for s in (4e153, 1e200, 4e307, 1e-200, 1e-320)),
        (lambda f: learned(f, np.array([[1, 0], [0, 1e20]], np.float32)), ValueError, r"columns \[1\], .* no float32"),
        (lambda f: learned(f, np.eye(2, dtype=np.float16)), TypeError, "x must hold float32 or float64, got dtype float16"),
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
        (lambda f: scaling.encode(zeros(3)), ValueError, "x must have shape"),
        (lambda f: scaling.encode(counts), TypeError, "x must hold floats"),
        (lambda f: scaling.decode(zeros((2, 4))), ValueError, "last axis of z is 4, but the size of the code is 3"),
        (lambda f: scaling.decode(counts), TypeError, "z must hold floats"),
    ),
    *against(gradcheck.relative_error,
        (lambda f: f(zeros(2), zeros((2, 1))), ValueError, r"b must .* = \(2,\) to fit a, got \(2, 1\)"),
        (lambda f: f(zeros(2), 0.0), ValueError, r"b must .* = \(2,\) to fit a, got \(\)"),
        (lambda f: f([[1.0], [1.0, 2.0]], 0.0), ValueError, "a must have rows of equal length"),
    ),
    *against(gradcheck.numerical_gradient,
        (lambda f: f(np.tanh, zeros(2)), ValueError, r"f must return one number, got shape \(2,\)"),
        (lambda f: f(np.sum, np.array([1, -1e12])), ValueError, "epsilon must move every .*, got 1e-05 beside 1000000000000.0"),
        (lambda f: f(np.sum, np.ones(2), 1e-17), ValueError, "epsilon must move every entry of x, got 1e-17 beside 1.0"),
    ),
    *against(gradcheck.check_vjp,
        *((lambda f, n=n, v=v: f(F.tanh, zeros(2), **{"rng": rng} | {n: v}), kind, f"{n} {expected}")
          for n in ("rng", "epsilon", "tolerance")
          for v, kind, expected in refusals(gradcheck.check_vjp.declared[n])),
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
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "call", "kind", "message"),
    [
        pytest.param(*row, id=f"{row[0].__qualname__}-{i}")
        for i, row in enumerate(REFUSED)
    ],
)
def test_refused(function, call, kind, message, monkeypatch):
    monkeypatch.setattr("dlnotes.explore.display", lambda *_, **__: None)
    with pytest.raises(kind) as raised:
        call(function)
    assert type(raised.value) is kind
    assert re.search(message, str(raised.value), re.DOTALL)


every_pullback = pytest.mark.parametrize("case", CASES, ids=str)


@every_pullback
def test_a_pullback_refuses_what_has_not_the_shape_of_the_value(case):
    """Catches a function that is not guarded: NumPy would stretch most of these without a word."""
    y, backward = case.call()
    for size in {(1, *np.shape(y)), (*np.shape(y), 2), np.shape(y)[1:]} - {np.shape(y)}:
        with pytest.raises(ValueError) as raised:
            backward(zeros(size))
        expected = f"dy must have shape {np.shape(y)} like the value, got {size}"
        assert str(raised.value) == expected


@every_pullback
def test_a_pullback_takes_a_list(case):
    y, backward = case.call()
    ones = np.ones_like(y)
    found = (as_tuple(backward(dy)) for dy in (ones, ones.tolist()))
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


# ── Nothing is missing ──

MODULES = (
    activations, F, conv, windows, pooling, normalization, recurrent, losses, network, layers, init, optim,
    schedules, datasets, training, metrics, decomposition, gradcheck,
)  # fmt: skip
ANY_NUMBER = {Sequential, network.Residual, gradcheck.check_vjp}
WITHOUT_CHECKS = {
    datasets.Samples, datasets.Split, datasets.Photographs, metrics.Scores, metrics.Curve, gradcheck.GradientError,
    decomposition.AffineMap, schedules.rate_or_schedule, datasets.damaged,
    windows.window_slices, windows.zeros_batch_last, windows.places, windows.view, windows.batch_first, windows.batch_last,
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


def test_every_function_has_a_call_that_works():
    """Catches a new function without a word about what it refuses."""
    refused = {function for function, *_ in REFUSED}
    assert ANY_NUMBER <= refused
    assert public() - set(CALLS) == ANY_NUMBER | WITHOUT_CHECKS


# what takes anything, or what only the body can judge: `REFUSED` has the rows
UNDECLARED = {
    ("Bidirectional", "ahead"), ("Bidirectional", "back"), ("Layer", "names"), ("train_step", "x"), ("train_step", "target"),
}  # fmt: skip


def test_every_argument_is_declared():
    """Catches a new argument that takes anything."""
    undeclared = {
        (function.__name__, name)
        for function in CALLS
        for name, p in inspect.signature(function).parameters.items()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        and name not in {*declared(function), "self"}
    }
    assert undeclared == UNDECLARED


# ── Borders that are accepted ──

ACCEPTED = {
    "list for array": lambda: F.tanh([1.0, 2.0]),
    "a mask that hides nothing": lambda: F.tanh(np.ma.array([1.0], mask=[False])),
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
    "nothing counted": lambda: metrics.confusion_matrix(zeros(0, int), zeros(0, int), 2),
    "equal scores": lambda: metrics.roc_curve(zeros(2), labels_01),
    "all components": lambda: decomposition.pca(half, 2),
    "a column of zeros": lambda: decomposition.pca(np.diag([1.0, 0]), 1),
    "columns whose variance float64 just holds": lambda: learned(
        decomposition.standardization, np.array([[1e150, 2e-150], [0, 0]] * 2 + [[0, 1e-150]])
    ),
    "NumPy's truth": lambda: decomposition.whitening(np.eye(3, 2), zca=np.True_),
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
