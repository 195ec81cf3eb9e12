"""What the library refuses, and that it says which argument, what came and what was expected.

Each row would pass without a word, or die inside NumPy, if its check were dropped.
"""

import re

import numpy as np
import pytest
from dlnotes import (
    checks,
    datasets,
    explore,
    gradcheck,
    init,
    losses,
    metrics,
    optim,
    training,
)
from dlnotes import functional as F
from dlnotes.claims import settle, untestable
from dlnotes.layers import Linear
from dlnotes.network import Parameter, Sequential

zeros, rng = np.zeros, np.random.default_rng(0)
counts = np.zeros((2, 3), dtype=int)
flags = np.zeros((2, 3), dtype=bool)
points = datasets.xor()


def parameters() -> list[Parameter]:
    return [Parameter(zeros((2, 3))), Parameter(zeros(3))]


def fit(x, target, **changes):
    net = Sequential(Linear(2, 3, rng=rng))
    options = {"epochs": 1, "batch_size": 2, "rng": rng} | changes
    return training.fit(
        net,
        losses.cross_entropy,
        optim.SGD(net.parameters(), 0.1),
        x,
        target,
        **options,
    )


FUNCTIONS = [
    (lambda: F.linear(counts, zeros((3, 2))), TypeError,
     "x must hold floats, got dtype int64; .*x.astype"),
    (lambda: F.linear(zeros((2, 3)), flags.T), TypeError, "W must hold floats, got dtype bool"),
    (lambda: F.linear(zeros((2, 3)), zeros((3, 2)), zeros(2, int)), TypeError, "b must .*int64"),
    (lambda: F.linear(zeros(3), zeros((3, 2))), ValueError, r"x must have at least 2 axes.*\(3,\)"),
    (lambda: F.linear(zeros((2, 3)), zeros(3)), ValueError, r"W must have at least 2 axes.*\(3,\)"),
    (lambda: F.linear(zeros((2, 3)), zeros((3, 2)), np.array(0.0)), ValueError,
     r"b must have at least 1 ax.*\(\)"),
    (lambda: F.linear(zeros((2, 3)), zeros((4, 2))), ValueError,
     "last axis of x is 3, .*second last axis of W is 4"),
    (lambda: F.linear(zeros((2, 3)), zeros((3, 2)), zeros(3)), ValueError,
     "last axis of b is 3, .*last axis of W is 2"),
    (lambda: F.linear(zeros((2, 3)), zeros((3, 2)), zeros(1)), ValueError,
     "last axis of b is 1, .*last axis of W is 2"),
    *((lambda f=f: f(counts), TypeError,
     "z must hold floats, got dtype int64")
     for f in (F.identity, F.sigmoid, F.tanh, F.relu, F.softmax)),
    *((lambda f=f: f(flags), TypeError,
     "z must hold floats, got dtype bool") for f in (F.sigmoid, F.relu)),
    (lambda: F.softmax(np.array(1.0)), ValueError, r"z must have at least 1 axes, got shape \(\)"),
]  # fmt: skip

LOSSES = [
    (lambda: losses.squared_error(zeros((4, 1)), zeros(4)), ValueError,
     r"prediction has shape \(4, 1\), but target has shape \(4,\)"),
    (lambda: losses.squared_error(zeros((4, 1)), zeros((1, 4))), ValueError, r"\(4, 1\).*\(1, 4\)"),
    (lambda: losses.squared_error(zeros(4), zeros(4)), ValueError,
     r"prediction must have at least 2 axes, got shape \(4,\)"),
    (lambda: losses.squared_error(zeros((2, 3)), counts), TypeError,
     "target must hold floats, got dtype int64"),
    (lambda: losses.squared_error(counts, zeros((2, 3))), TypeError, "prediction must hold floats"),
    (lambda: losses.squared_error(zeros((0, 3)), zeros((0, 3))), ValueError,
     r"prediction must hold at least one sample, got shape \(0, 3\)"),
    (lambda: losses.cross_entropy(zeros((2, 3)), zeros(2)), TypeError,
     "labels must hold integers, got dtype float64"),
    (lambda: losses.cross_entropy(zeros((2, 3)), zeros(2, bool)), TypeError,
     "labels must hold integers, got dtype bool"),
    (lambda: losses.cross_entropy(zeros((2, 3)), np.array([0, 3])), ValueError,
     "labels must lie in 0 … 2, got 0 … 3"),
    (lambda: losses.cross_entropy(zeros((2, 3)), np.array([-1, 1])), ValueError,
     "labels must lie in 0 … 2, got -1 … 1"),
    (lambda: losses.cross_entropy(zeros((2, 3)), np.array([[0], [1]])), ValueError,
     r"labels must have shape \(2,\) for logits \(2, 3\), got \(2, 1\)"),
    (lambda: losses.cross_entropy(zeros((2, 3)), counts), ValueError,
     r"labels must have shape \(2,\).* got \(2, 3\)"),
    (lambda: losses.cross_entropy(zeros((4, 2, 3)), np.array([0, 1])), ValueError,
     r"labels must have shape \(4, 2\)"),
    (lambda: losses.cross_entropy(zeros((0, 3)), zeros(0, int)), ValueError,
     r"logits must hold at least one sample, got shape \(0, 3\)"),
    (lambda: losses.cross_entropy(zeros(3), np.array(1)), ValueError,
     r"logits must have at least 2 axes, got shape \(3,\)"),
    (lambda: losses.cross_entropy(counts, np.array([0, 1])), TypeError, "logits must hold floats"),
    (lambda: losses.binary_cross_entropy(zeros((2, 1)), np.array([[0.0], [1.5]])), ValueError,
     r"target must lie in \[0, 1\], got 0.0 … 1.5"),
    (lambda: losses.binary_cross_entropy(zeros((2, 1)), np.array([[-1.0], [1]])), ValueError,
     r"target must lie in \[0, 1\], got -1.0 … 1.0"),
    (lambda: losses.binary_cross_entropy(zeros((1, 1)), np.array([[np.nan]])), ValueError,
     r"target must lie in \[0, 1\], got nan"),
    (lambda: losses.binary_cross_entropy(zeros((2, 1)), zeros(2)), ValueError,
     r"logits has shape \(2, 1\), but target has shape \(2,\)"),
    (lambda: losses.binary_cross_entropy(zeros(2), zeros(2)), ValueError,
     "logits must have at least 2 axes"),
    (lambda: losses.binary_cross_entropy(zeros((2, 1)), zeros((2, 1), int)), TypeError,
     "target must hold floats"),
    (lambda: losses.binary_cross_entropy(zeros((0, 1)), zeros((0, 1))), ValueError,
     "logits must hold at least one sample"),
]  # fmt: skip

TRAINING = [
    (lambda: Parameter(counts), TypeError, "value must hold floats, got dtype int64"),
    (lambda: Linear(2, 3, rng=0), TypeError,
     "rng must be a numpy.random.Generator such as .*, got 0"),
    (lambda: Linear(2, 3, rng=np.random.RandomState(0)), TypeError,
     "rng must be a numpy.random.Generator"),
    (lambda: init.glorot((2, 3), rng=None), TypeError, "rng must .* got None"),
    (lambda: init.he((2, 3), rng=np.random), TypeError, "rng must .* got <module"),
    *((lambda s=s: init.normal((2,), scale=s, rng=rng), ValueError,
     f"scale must be a positive number, got {s}") for s in (0, -1.0, np.nan, np.inf)),
    *((lambda f=f: f([], 0.1), ValueError,
     "parameters must hold at least one Parameter, got an empty list")
     for f in (optim.SGD, optim.Momentum, optim.Adam)),
    *(
        (lambda f=f, r=r: f(parameters(), r), ValueError,
         f"learning_rate must be a positive number, got {r!r}")
        for f in (optim.SGD, optim.Momentum, optim.Adam)
        for r in (-0.1, 0, float("nan"), float("inf"), "fast", None)
    ),
    (lambda: optim.Optimizer(parameters(), 0.1).step(), NotImplementedError, ""),
    (lambda: list(training.minibatches(10, 0, rng=rng)), ValueError,
     "batch_size must lie in 1 … 10, got 0"),
    (lambda: list(training.minibatches(10, 11, rng=rng)), ValueError,
     "batch_size must lie in 1 … 10, got 11"),
    (lambda: list(training.minibatches(10, 5, rng=7)), TypeError, "rng must .* got 7"),
    (lambda: fit(zeros((4, 2)), zeros(3, int)), ValueError,
     "number of samples in x is 4, but that in target is 3"),
    (lambda: fit(zeros((4, 2)), zeros(4, int), batch_size=5), ValueError,
     "batch_size must lie in 1 … 4, got 5"),
    (lambda: fit(zeros((4, 2)), zeros(4, int), rng=None), TypeError, "rng must"),
    (lambda: metrics.accuracy(zeros((2, 3)), np.array([[0], [1]])), ValueError,
     r"predictions has shape \(2,\), but labels has shape \(2, 1\)"),
    (lambda: metrics.accuracy(zeros((2, 3)), np.array([0, 3])), ValueError,
     "labels must lie in 0 … 2, got 0 … 3"),
    (lambda: metrics.accuracy(zeros((2, 3)), zeros(2)), TypeError, "labels must hold integers"),
    (lambda: metrics.accuracy(counts, np.array([0, 1])), TypeError, "logits must hold floats"),
    (lambda: metrics.accuracy(zeros(3), np.array(1)), ValueError,
     "logits must have at least 2 axes"),
    (lambda: metrics.accuracy(zeros((0, 3)), zeros(0, int)), ValueError,
     "logits must hold at least one sample"),
    (lambda: metrics.confusion_matrix(np.array([0, 1]), np.array([0]), 2), ValueError,
     r"predicted has shape \(2,\), but labels has shape \(1,\)"),
    (lambda: metrics.confusion_matrix(np.array([0, 2]), np.array([0, 1]), 2), ValueError,
     "predicted must lie in 0 … 1, got 0 … 2"),
    (lambda: metrics.confusion_matrix(np.array([0, 1]), np.array([0, -1]), 2), ValueError,
     "labels must lie in 0 … 1, got -1 … 0"),
    (lambda: metrics.confusion_matrix(np.array([0.0]), np.array([0]), 2), TypeError,
     "predicted must hold integers"),
    *(
        (lambda v=v, t=t: datasets.split(points, validation=v, test=t), ValueError,
         rf"validation \+ test must leave samples to train on, got {v} \+ {t} of 4")
        for v, t in ((2, 2), (5, 0), (-1, 2), (2, -1))
    ),
    (lambda: datasets.two_moons(4, rng=0), TypeError, "rng must"),
    (lambda: datasets.spirals(4, rng=None), TypeError, "rng must"),
]  # fmt: skip


def frame(ax, rate=None):
    return "A sentence."


GRADCHECK = [
    (lambda: gradcheck.relative_error(zeros(2), zeros((2, 1))), ValueError,
     r"a has shape \(2,\), but b has shape \(2, 1\)"),
    (lambda: gradcheck.numerical_gradient(np.sum, counts), TypeError, "x must hold floats"),
    (lambda: gradcheck.check_vjp(F.tanh, zeros(2), rng=1), TypeError, "rng must"),
]  # fmt: skip

BOOK = [
    (lambda: explore.explore(frame), ValueError, "needs at least one parameter.*got none"),
    (lambda: explore.explore(frame, rate="fast"), TypeError,
     "rate must be a sequence of values.*got 'fast'"),
    (lambda: explore.explore(frame, rate=0.1), TypeError,
     "rate must be a sequence of values.*got 0.1"),
    (lambda: explore.explore(frame, rate=[]), TypeError,
     r"rate must be a sequence of values.*got \[\]"),
    (lambda: explore.explore(frame, rate=iter([1])), TypeError,
     "rate must be a sequence of values"),
    (lambda: explore.explore(frame, start=2, rate=[1, 2]), ValueError,
     "start must be an index into the 2 values of rate, got 2"),
    (lambda: explore.explore(frame, start=-1, rate=[1, 2]), ValueError,
     "start must be an index .*, got -1"),
    (lambda: explore.explore(lambda ax, rate: None, rate=[1]), TypeError,
     "draw must return the sentence.*got None"),
    (lambda: explore.explore(lambda ax, rate: "  ", rate=[1]), TypeError,
     "draw must return the sentence.*got '  '"),
    (lambda: settle("C6.999", True, "x = 1"), KeyError, "'C6.999' is not a claim"),
    (lambda: settle("6.10", True, "x = 1"), KeyError, "'6.10' is not a claim"),
    (lambda: settle("Q6.3", True, "x = 1"), KeyError, "'Q6.3' is not a claim"),
    (lambda: settle("C6.9", True, "largest gap nan"), ValueError,
     "evidence must state measured values, got 'largest gap nan'"),
    (lambda: settle("C6.9", True, "largest gap NaN here"), ValueError, "evidence must state"),
    (lambda: settle("C6.9", True, ""), ValueError, "evidence must state measured values, got ''"),
    (lambda: settle("C6.9", True, " \n"), ValueError, "evidence must state"),
    (lambda: settle("C6.9", 0.3, "x = 1"), TypeError,
     r"condition must be a boolean, .* got array\(0.3\)"),
    (lambda: settle("C6.9", 1, "x = 1"), TypeError, "condition must be a boolean"),
    (lambda: settle("C6.9", "yes", "x = 1"), TypeError, "condition must be a boolean"),
    (lambda: settle("C6.9", None, "x = 1"), TypeError, "condition must be a boolean"),
    (lambda: settle("C6.9", {}, "x = 1"), ValueError,
     "at least two conditions to depend on, got 0"),
    (lambda: settle("C6.9", {"alone": True}, "x = 1"), ValueError,
     "at least two conditions to depend on, got 1"),
    (lambda: settle("C6.9", {"a": True, "b": 0.5}, "x = 1"), TypeError,
     "condition 'b' must be a boolean, got 0.5"),
    (lambda: settle("C6.9", np.ones(19, bool), "x = 1"), ValueError, "20 may prove; got 19"),
    (lambda: settle("C6.9", np.ones(20), "x = 1"), TypeError, "row of booleans"),
    (lambda: settle("C6.9", np.ones((20, 2), bool), "x = 1"), TypeError, "row of booleans"),
    (lambda: untestable("C6.999", "Opinion.", "nobody"), KeyError, "C6.999"),
    pytest.param(lambda: settle("C6.9", True, "gap nan, slope 0.25"), ValueError,
     "evidence"),
    pytest.param(lambda: settle("C6.9", True, "nan% of the starts"), ValueError,
     "evidence"),
]  # fmt: skip

EVERYTHING = FUNCTIONS + LOSSES + TRAINING + GRADCHECK + BOOK


@pytest.mark.parametrize(("call", "kind", "message"), EVERYTHING)
def test_refused(call, kind, message, monkeypatch):
    monkeypatch.setattr("dlnotes.claims.display", lambda *_, **__: None)
    monkeypatch.setattr("dlnotes.explore.display", lambda *_, **__: None)
    with pytest.raises(kind) as raised:
        call()
    assert type(raised.value) is kind
    assert re.search(message, str(raised.value), re.DOTALL)


ACCEPTED = {
    "list for array": lambda: F.tanh([1.0, 2.0]),
    "float16": lambda: F.sigmoid(np.zeros(2, np.float16)),
    "uint8 labels": lambda: losses.cross_entropy(
        zeros((2, 3)), np.array([0, 2], np.uint8)
    ),
    "labels as a list": lambda: losses.cross_entropy(zeros((2, 3)), [0, 2]),
    "targets 0 and 1": lambda: losses.binary_cross_entropy(
        zeros((2, 1)), np.array([[0.0], [1]])
    ),
    "a batch of all": lambda: list(training.minibatches(3, 3, rng=rng)),
    "batches of one": lambda: list(training.minibatches(3, 1, rng=rng)),
    "integer learning rate": lambda: optim.SGD(parameters(), 1),
    "NumPy's learning rate": lambda: optim.SGD(parameters(), np.float32(0.1)),
    "nothing set aside": lambda: datasets.split(points, validation=0, test=0),
    "one sample to train on": lambda: datasets.split(points, validation=1, test=2),
    "no labels yet": lambda: checks.integers("labels", zeros(0, int), below=3),
}


@pytest.mark.parametrize("call", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(call):
    """Catches a check that is too strict at its border."""
    call()


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: Sequential([F.relu]), TypeError, "function must be callable"),
        (
            lambda: F.linear(np.zeros((2, 5, 3)), np.zeros((3, 3, 2))),
            ValueError,
            r"leading axes of x \(2, 5, 3\) and W \(3, 3, 2\)",
        ),
        (
            lambda: datasets.split(datasets.xor(), validation=0.25, test=0.25),
            TypeError,
            "count samples, got 0.25",
        ),
        (lambda: untestable("Q6.3", "Opinion.", "nobody"), KeyError, "not a claim"),
    ],
)
def test_refused_with_the_name_of_the_argument(call, error, message):
    """Catches refusals that come as NumPy's or Python's own words."""
    with pytest.raises(error, match=message):
        call()


def test_an_optimizer_takes_any_iterable_of_parameters():
    """Catches a generator that is used up by the first look at it."""
    parameters = [Parameter(np.ones(2)), Parameter(np.ones(3))]
    assert optim.SGD(iter(parameters), 0.1).theta.shape == (5,)
