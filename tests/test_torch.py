"""Values, gradients, optimizer steps and layers beside PyTorch's, in float64.

Hypothesis draws shapes and settings. Half of the arrays it is given hold multiples of ½, so that kinks
are hit and entries are equal: there the choice of a slope is compared, too.
"""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes import layers, losses, optim, schedules
from dlnotes.network import Bidirectional, Sequential
from numpy.testing import assert_allclose
from table import CASES, Case, as_tuple, kl_between_softmaxes, signal

required = os.environ.get("REQUIRE_TORCH") == "1"
reference = importlib.import_module if required else pytest.importorskip
torch, hypothesis = reference("torch"), reference("hypothesis")
nn, T, st = torch.nn, torch.nn.functional, reference("hypothesis.strategies")
cache = Path(__file__).parents[1] / ".cache" / "hypothesis"
reference("hypothesis.configuration").set_hypothesis_home_dir(cache)


def agree(found, expected):
    """`found` equals the tensor `expected` to ten digits."""
    assert_allclose(found, expected.detach().numpy(), rtol=1e-10, atol=1e-10)


def tensor(a, **options):
    return torch.tensor(np.array(a), **options)


# ── What PyTorch computes, with arguments and data as our functions have them ──


def cross_entropy(logits, target):
    if target.is_floating_point():
        target = target.movedim(-1, 1)
    return T.cross_entropy(logits.movedim(-1, 1), target, reduction="none").mean(-1)


def mean_loss(function):
    """A loss of PyTorch's, summed over outputs and averaged over samples."""

    def twin(prediction, target, **data):
        cost = function(prediction, target, reduction="none", **data)
        return cost.sum(-1).mean(-1)

    return twin


def kl_divergence(p, q):
    return mean_loss(T.kl_div)(q.log(), p)


def gaussian_kl(mu, logvar):
    q = torch.distributions.Normal(mu, (logvar / 2).exp())
    standard = torch.distributions.Normal(0, 1)
    return torch.distributions.kl_divergence(q, standard).sum(-1).mean(-1)


def batch_norm(x, gamma, beta, statistics=None, epsilon=1e-5):
    """What T.batch_norm calls after it has refused a single value a channel, which we do not."""
    running, training = statistics or (None, None), statistics is None
    return torch.batch_norm(x, gamma, beta, *running, training, 0, epsilon, False)


def pool(kind):
    def twin(x, kernel=2, stride=None):
        return getattr(T, f"{kind}_pool{x.ndim - 2}d")(x, kernel, stride)

    return twin


def permuted(W, gates):
    """Columns of our gates as PyTorch's rows, with the gates in the order told."""
    blocks = W.tensor_split(len(gates), dim=-1)
    return torch.cat([blocks[i] for i in gates], dim=-1).movedim(-1, 0)


LSTM_GATES = (0, 1, 3, 2)  # PyTorch: input, forget, cell, output


def run(module, gates, x, states, Wx, Wh, b, bh=None):
    """A module of PyTorch's with our weights on x; our b is its first bias, and its second is 0 but for bh."""
    second = torch.zeros_like(b)
    if bh is not None:
        second = torch.cat([second[: -len(bh)], bh])
    names = [name for name, _ in module.named_parameters()]
    weights = [permuted(a, gates) for a in (Wx, Wh, b, second)]
    return torch.func.functional_call(
        module, dict(zip(names, weights, strict=True)), (x, states)
    )


def rnn(x, h0, Wx, Wh, b):
    module = nn.RNN(x.shape[-1], h0.shape[-1])
    return run(module, (0,), x, h0[None], Wx, Wh, b)[0]


def lstm(x, h0, c0, Wx, Wh, b):
    """Step by step, because nn.LSTM keeps only the last cell state."""
    cell, states = nn.LSTMCell(x.shape[-1], h0.shape[-1]), [(h0, c0)]
    for xt in x:
        states.append(run(cell, LSTM_GATES, xt, states[-1], Wx, Wh, b))
    return torch.stack([torch.stack(s) for s in zip(*states[1:], strict=True)])


def gru(x, h0, Wx, Wh, b):
    """Reset before the product, which PyTorch does not have: only the derivative is PyTorch's."""
    h, H = [h0], h0.shape[-1]
    for xt in x:
        inputs = xt @ Wx + b
        gates = torch.sigmoid(inputs[:, : 2 * H] + h[-1] @ Wh[:, : 2 * H])
        r, z = gates.tensor_split(2, dim=-1)
        n = torch.tanh(inputs[:, 2 * H :] + (r * h[-1]) @ Wh[:, 2 * H :])
        h.append((1 - z) * n + z * h[-1])
    return torch.stack(h[1:])


def gru_reset_after(x, h0, Wx, Wh, b, bh):
    module = nn.GRU(x.shape[-1], h0.shape[-1])
    return run(module, (0, 1, 2), x, h0[None], Wx, Wh, b, bh)[0]


# ── What hypothesis draws ──


class Draw:
    """Arguments of one call: `draw("N K")` is an array whose axes have sizes drawn once a name, `3H` is 3 times H."""

    def __init__(self, draw: Callable):
        self.draw, self.sizes = draw, {}
        self.rng = np.random.default_rng(draw(st.integers(0, 10**6)))

    def size(self, name: str) -> int:
        factor, name = int(name[:-1] or 1), name[-1]
        if name not in self.sizes:
            self.sizes[name] = self.integer(1, 4)
        return factor * self.sizes[name]

    def shape(self, axes: str) -> tuple[int, ...]:
        """Sizes of the named axes; `*` stands for up to two."""
        shape = []
        for name in axes.split():
            if name == "*" and name not in self.sizes:
                self.sizes[name] = self.per_axis(1, 3, self.integer(0, 2))
            shape += self.sizes[name] if name == "*" else [self.size(name)]
        return tuple(shape)

    def __call__(self, axes, scale=1.0):
        shape = axes if isinstance(axes, tuple) else self.shape(axes)
        a = np.asarray(scale * self.rng.standard_normal(shape))
        return np.round(2 * a) / 2 if self.draw(st.booleans()) else a

    def integer(self, low, high):
        return self.draw(st.integers(low, high))

    def number(self, low, high):
        return self.draw(st.sampled_from(np.linspace(low, high, 5).tolist()))

    def per_axis(self, low, high, rank):
        """A setting of convolution or pooling, one integer for each axis."""
        return tuple(self.integer(low, high) for _ in range(rank))

    def labels(self, axes, below):
        return self.rng.integers(0, self.size(below), self.shape(axes))

    def uniform(self, axes):
        return self.rng.random(self.shape(axes))

    def signs(self, axes):
        return self.rng.choice([-1.0, 1.0], self.shape(axes))

    def probabilities(self, axes):
        *shape, K = self.shape(axes)
        return self.rng.dirichlet(np.ones(K), shape)


def bare(values: tuple[int, ...]):
    """One integer where all axes agree: the short way to say it."""
    return values[0] if len(set(values)) == 1 else values


def convolution(function, rank):
    def draw(d):
        groups, N = d.integer(1, 3), d.integer(1, 3)
        C, O = groups * d.integer(1, 2), groups * d.integer(1, 3)
        kernel, stride = d.per_axis(1, 3, rank), d.per_axis(1, 3, rank)
        padding, dilation = d.per_axis(0, 2, rank), d.per_axis(1, 2, rank)
        size = (
            max(1, e * (k - 1) + 1 - 2 * p) + d.integer(0, 4)
            for k, p, e in zip(kernel, padding, dilation, strict=True)
        )
        bias = [d((O,))] if d.integer(0, 1) else []
        return Case(
            function, d((N, C, *size)), d((O, C // groups, *kernel)), *bias,
            stride=bare(stride), padding=bare(padding), dilation=bare(dilation), groups=groups,
        )  # fmt: skip

    return draw


def transposed_convolution(d):
    groups, N = d.integer(1, 3), d.integer(1, 3)
    C, O = groups * d.integer(1, 2), groups * d.integer(1, 3)
    kernel, stride = d.per_axis(1, 3, 2), d.per_axis(1, 3, 2)
    padding, dilation = d.per_axis(0, 2, 2), d.per_axis(1, 2, 2)
    size = (
        1 + max(0, -((e * (k - 1) - 2 * p) // s)) + d.integer(0, 2)
        for k, s, p, e in zip(kernel, stride, padding, dilation, strict=True)
    )
    bias = [d((O,))] if d.integer(0, 1) else []
    return Case(
        F.conv_transpose2d, d((N, C, *size)), d((C, O // groups, *kernel)), *bias,
        stride=bare(stride), padding=bare(padding), dilation=bare(dilation), groups=groups,
        output_padding=tuple(d.integer(0, s - 1) for s in stride),
    )  # fmt: skip


def pooling(function):
    def draw(d):
        rank = d.integer(1, 3)
        kernel, stride = d.per_axis(1, 3, rank), d.per_axis(1, 4, rank)
        size = tuple(k + d.integer(0, 4) for k in kernel)
        settings = {"kernel": kernel} | d.draw(
            st.sampled_from([{}, {"stride": bare(stride)}])
        )
        return Case(function, d((d.integer(1, 2), d.integer(1, 2), *size)), **settings)

    return draw


def normalization(d):
    N, C, *size = d.per_axis(1, 3, d.integer(2, 4))
    settings = {"epsilon": d.number(1e-5, 0.1)}
    if d.integer(0, 1):
        settings["statistics"] = (d((C,)), d.rng.uniform(0.1, 2, C))
    return Case(F.batch_norm, d((N, C, *size)), d((C,)), d((C,)), **settings)


def along_an_axis(function):
    def draw(d):
        z = d("* K", scale=d.number(1, 100))
        return Case(function, z, axis=d.integer(-z.ndim, z.ndim - 1))

    return draw


def of_z(function, **settings):
    """An activation of z of any shape, with settings from the ranges given."""

    def draw(d):
        return Case(
            function, d("*", scale=3), **{n: d.number(*r) for n, r in settings.items()}
        )

    return draw


class Twin(NamedTuple):
    """The same function in PyTorch, and how to draw a case of ours."""

    theirs: Callable
    draw: Callable[[Draw], Case]


TWINS = {
    F.linear: Twin(
        lambda x, W, b=None: x @ W + (0 if b is None else b.unsqueeze(-2)),
        lambda d: Case(F.linear, d("* N D"), d("D K"), *d.draw(st.sampled_from([[d("K")], []]))),
    ),
    F.transposed_linear: Twin(
        lambda x, W, b: x @ W.mT + b.unsqueeze(-2),
        lambda d: Case(F.transposed_linear, d("* N K"), d("D K"), d("D")),
    ),
    F.embedding: Twin(
        lambda E, tokens: T.embedding(tokens, E),
        lambda d: Case(F.embedding, d("V D"), tokens=d.labels("* N", below="V")),
    ),
    F.flatten: Twin(nn.Flatten(), lambda d: Case(F.flatten, d("N C *"))),
    F.time_first: Twin(lambda x: x.transpose(0, 1), lambda d: Case(F.time_first, d("N T D"))),
    F.last_step: Twin(lambda y: y[-1], lambda d: Case(F.last_step, d("T N H"))),
    F.softmax: Twin(lambda z, axis=-1: torch.softmax(z, axis), along_an_axis(F.softmax)),
    F.log_softmax: Twin(
        lambda z, axis=-1: torch.log_softmax(z, axis), along_an_axis(F.log_softmax)
    ),
    F.dropout: Twin(
        lambda x, keep, rate: x * keep / (1 - rate),
        lambda d: Case(F.dropout, d("* N D"), keep=d.uniform("* N D") < 0.5, rate=d.number(0, 0.9)),
    ),
    F.reparameterize: Twin(
        lambda mu, logvar, noise: mu + (logvar / 2).exp() * noise,
        lambda d: Case(F.reparameterize, d("* N K"), d("* N K"), noise=d("* N K")),
    ),
    F.identity: Twin(nn.Identity(), of_z(F.identity)),
    F.sigmoid: Twin(torch.sigmoid, of_z(F.sigmoid)),
    F.tanh: Twin(torch.tanh, of_z(F.tanh)),
    F.relu: Twin(torch.relu, of_z(F.relu)),
    F.rectifier: Twin(
        lambda z, alpha: torch.where(z > 0, z, alpha * z),
        lambda d: Case(F.rectifier, d("N K"), d(d.draw(st.sampled_from(["", "K", "N K"])))),
    ),
    F.leaky_relu: Twin(
        lambda z, slope=0.01: torch.where(z > 0, z, slope * z),
        lambda d: Case(F.leaky_relu, d("N K"), slope=d(d.draw(st.sampled_from(["", "K", "N K"])))),
    ),
    F.absolute: Twin(torch.abs, of_z(F.absolute)),
    F.clip: Twin(
        lambda z, low, high: T.hardtanh(z, low, high),
        of_z(F.clip, low=(-2, 0), high=(0.5, 3)),
    ),
    F.relu6: Twin(T.relu6, of_z(F.relu6)),
    F.hard_tanh: Twin(T.hardtanh, of_z(F.hard_tanh)),
    F.maxout: Twin(
        lambda z, pieces=2: z.unflatten(-1, (-1, pieces)).max(-1).values,
        lambda d: Case(F.maxout, d("* K 3P"), pieces=d.draw(st.sampled_from([1, 3]))),
    ),
    F.elu: Twin(T.elu, of_z(F.elu, alpha=(0.1, 2.5))),
    F.softplus: Twin(lambda z: torch.logaddexp(z, torch.zeros(())), of_z(F.softplus)),
    F.silu: Twin(T.silu, of_z(F.silu)),
    F.gelu: Twin(lambda z: T.gelu(z, approximate="tanh"), of_z(F.gelu)),
    F.conv1d: Twin(T.conv1d, convolution(F.conv1d, 1)),
    F.conv2d: Twin(T.conv2d, convolution(F.conv2d, 2)),
    F.conv_transpose2d: Twin(T.conv_transpose2d, transposed_convolution),
    F.max_pool: Twin(pool("max"), pooling(F.max_pool)),
    F.avg_pool: Twin(pool("avg"), pooling(F.avg_pool)),
    F.global_avg_pool: Twin(
        lambda x: T.adaptive_avg_pool1d(x.flatten(2), 1)[..., 0],
        lambda d: Case(F.global_avg_pool, d("N C L *")),
    ),
    F.layer_norm: Twin(
        lambda x, gamma, beta, epsilon=1e-5: T.layer_norm(x, gamma.shape, gamma, beta, epsilon),
        lambda d: Case(F.layer_norm, d("* N D"), d("D"), d("D"), epsilon=d.number(1e-5, 0.1)),
    ),
    F.batch_norm: Twin(batch_norm, normalization),
    F.rnn: Twin(
        rnn, lambda d: Case(F.rnn, d("T N D"), d("N H"), d("D H"), d("H H"), d("H"))
    ),
    F.lstm: Twin(
        lstm,
        lambda d: Case(F.lstm, d("T N D"), d("N H"), d("N H"), d("D 4H"), d("H 4H"), d("4H")),
    ),
    F.gru: Twin(
        gru, lambda d: Case(F.gru, d("T N D"), d("N H"), d("D 3H"), d("H 3H"), d("3H"))
    ),
    F.gru_reset_after: Twin(
        gru_reset_after,
        lambda d: Case(
            F.gru_reset_after, d("T N D"), d("N H"), d("D 3H"), d("H 3H"), d("3H"), d("H")
        ),
    ),
    losses.squared_error: Twin(
        lambda prediction, target: mean_loss(T.mse_loss)(prediction, target) / 2,
        lambda d: Case(losses.squared_error, d("* N K"), target=d("* N K")),
    ),
    losses.absolute_error: Twin(
        mean_loss(T.l1_loss),
        lambda d: Case(losses.absolute_error, d("* N K"), target=d("* N K")),
    ),
    losses.huber: Twin(
        mean_loss(T.huber_loss),
        lambda d: Case(losses.huber, d("* N K"), target=d("* N K"), delta=d.number(0.5, 2.5)),
    ),
    losses.perceptron: Twin(
        lambda scores, target: torch.clamp_min(-target * scores, 0).sum(-1).mean(-1),
        lambda d: Case(losses.perceptron, d("* N K"), target=d.signs("* N K")),
    ),
    losses.hinge: Twin(
        lambda scores, target: torch.relu(1 - target * scores).sum(-1).mean(-1),
        lambda d: Case(losses.hinge, d("* N K"), target=d.signs("* N K")),
    ),
    losses.binary_cross_entropy: Twin(
        mean_loss(T.binary_cross_entropy_with_logits),
        lambda d: Case(
            losses.binary_cross_entropy, d("* N K", scale=d.number(1, 50)), target=d.uniform("* N K")
        ),
    ),
    losses.cross_entropy: Twin(
        cross_entropy,
        lambda d: Case(
            losses.cross_entropy,
            d("* N K", scale=d.number(1, 50)),
            target=d.draw(st.sampled_from([d.labels("* N", below="K"), d.probabilities("* N K")])),
        ),
    ),
    losses.kl_divergence: Twin(
        kl_divergence,
        lambda d: Case(losses.kl_divergence, d.probabilities("* N K"), d.probabilities("* N K")),
    ),
    losses.gaussian_kl: Twin(
        gaussian_kl, lambda d: Case(losses.gaussian_kl, d("* N K"), d("* N K"))
    ),
}  # fmt: skip


# ── Values and gradients ──


def compare(case: Case, theirs: Callable):
    """Forward value and all gradients, from one incoming gradient."""

    def converted(value):
        if isinstance(value, tuple):
            return tuple(map(converted, value))
        return tensor(value) if isinstance(value, np.ndarray) else value

    inputs = [tensor(a, requires_grad=True) for a in case.arguments]
    data = {name: converted(value) for name, value in case.data.items()}
    expected = theirs(*inputs, **data)
    y, backward = case.call()
    dy = signal(y)
    expected.backward(tensor(dy))
    agree(y, expected)
    for found, argument in zip(as_tuple(backward(dy)), inputs, strict=True):
        agree(found, argument.grad)


@pytest.mark.parametrize("function", TWINS, ids=lambda f: f.__name__)
@hypothesis.given(data=st.data())
@hypothesis.settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
def test_drawn_cases(function, data):
    """Catches what no row of the table thought of: a setting, a shape, a tie that goes wrong only together."""
    compare(TWINS[function].draw(Draw(data.draw)), TWINS[function].theirs)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.function is not kl_between_softmaxes], ids=str
)
def test_cases_of_the_table(case):
    compare(case, TWINS[case.function].theirs)


def test_a_twin_for_every_function():
    ours = {case.function for case in CASES} - {kl_between_softmaxes}
    assert ours | {losses.kl_divergence} == set(TWINS)


def test_our_rectifiers_are_theirs():
    """The twins of rectifier and leaky_relu are formulas, for slopes PyTorch does not take; here are those it takes."""
    z = np.linspace(-2, 2, 15).reshape(5, 3)
    compare(Case(F.leaky_relu, z, slope=0.3), lambda z, slope: T.leaky_relu(z, slope))
    compare(Case(F.rectifier, z, np.array([0.25, -1, 0])), T.prelu)


# ── Optimizers ──

# our optimizer and what it is told, PyTorch's and what that is told beside learning rate and weight decay
OPTIMIZERS = {
    "SGD": (optim.SGD, {}, torch.optim.SGD, {}),
    "Momentum": (optim.Momentum, {}, torch.optim.SGD, {"momentum": 0.9}),
    "Momentum, light": (optim.Momentum, {"beta": 0.5}, torch.optim.SGD, {"momentum": 0.5}),
    "Nesterov": (optim.Nesterov, {}, torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "Adagrad": (optim.Adagrad, {}, torch.optim.Adagrad, {}),
    "Adagrad, large ε": (optim.Adagrad, {"epsilon": 0.1}, torch.optim.Adagrad, {"eps": 0.1}),
    "RMSprop": (optim.RMSprop, {}, torch.optim.RMSprop, {}),
    "RMSprop, other numbers": (
        optim.RMSprop, {"beta": 0.8, "epsilon": 1e-3}, torch.optim.RMSprop, {"alpha": 0.8, "eps": 1e-3},
    ),
    "Adam": (optim.Adam, {}, torch.optim.Adam, {}),
    "Adam, other numbers": (
        optim.Adam, {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
        torch.optim.Adam, {"betas": (0.8, 0.95), "eps": 1e-3},
    ),
    "AMSGrad": (optim.AMSGrad, {"beta2": 0.5}, torch.optim.Adam, {"betas": (0.9, 0.5), "amsgrad": True}),
    "AdamW": (optim.AdamW, {}, torch.optim.AdamW, {}),
}  # fmt: skip


class Training:
    """A small network and its twin with the same weights, on the same data."""

    def __init__(self):
        rng = np.random.default_rng(2)
        self.x, self.labels = rng.standard_normal((20, 4)), rng.integers(0, 3, 20)
        self.net = Sequential(
            layers.Linear(4, 5, rng=rng), F.tanh, layers.Linear(5, 3, rng=rng)
        )
        self.weights = [
            tensor(p.value, requires_grad=True) for p in self.net.parameters()
        ]

    def backward(self):
        """Fill the gradients on both sides."""
        logits, backward = self.net.forward(self.x, training=True)
        backward(losses.cross_entropy(logits, self.labels)[1]())
        W1, b1, W2, b2 = self.weights
        output = torch.tanh(tensor(self.x) @ W1 + b1) @ W2 + b2
        T.cross_entropy(output, tensor(self.labels)).backward()

    def step(self, optimizer, reference):
        for side in (optimizer, reference):
            side.zero_grad()
        self.backward()
        for side in (optimizer, reference):
            side.step()

    def agree(self):
        for parameter, weight in zip(self.net.parameters(), self.weights, strict=True):
            agree(parameter.value, weight)


@pytest.mark.parametrize("weight_decay", [None, 0.0, 0.1])
@pytest.mark.parametrize("block", [optim.BLOCK, 7])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_from_the_same_start(name, block, weight_decay, monkeypatch):
    """Catches Nesterov's momentum for Polyak's, a correction left out, decay in the wrong place, blocks that mix."""
    monkeypatch.setattr(optim, "BLOCK", block)
    ours, options, theirs, their_options = OPTIMIZERS[name]
    decay = {} if weight_decay is None else {"weight_decay": weight_decay}
    both = Training()
    optimizer = ours(both.net.parameters(), 0.05, **options, **decay)
    reference = theirs(both.weights, lr=0.05, **their_options, **decay)
    for _ in range(10):
        both.step(optimizer, reference)
        both.agree()


@pytest.mark.parametrize("limit", [1e-3, 1e3])
def test_clipping(limit):
    """Catches a norm taken array by array; PyTorch divides by the norm + 1e-6, hence six digits."""
    both = Training()
    optimizer = optim.SGD(both.net.parameters(), 0.1)
    both.backward()
    gradient = np.concatenate([w.grad.numpy().ravel() for w in both.weights])
    norm = np.linalg.norm(gradient)
    by_value, by_norm = (
        optim.clip_by_value(gradient, limit),
        optim.clip_by_norm(gradient, limit),
    )
    optimizer.grad[:] = by_norm
    nn.utils.clip_grad_norm_(both.weights, limit)
    for p, w in zip(both.net.parameters(), both.weights, strict=True):
        assert_allclose(p.grad, w.grad.numpy(), rtol=2e-6 / norm)
    w = tensor(gradient, requires_grad=True)
    w.grad = tensor(gradient)
    nn.utils.clip_grad_value_([w], limit)
    agree(by_value, w.grad)


SCHEDULERS = torch.optim.lr_scheduler
# our schedule, PyTorch's on top of a rate of 0.5, and the number of steps for which they coincide
SCHEDULES = {
    "step_decay": (
        schedules.step_decay(0.5, every=3, factor=0.2),
        lambda o: SCHEDULERS.StepLR(o, 3, gamma=0.2), 20,
    ),
    "exponential": (
        schedules.exponential(0.5, factor=0.9),
        lambda o: SCHEDULERS.ExponentialLR(o, 0.9), 20,
    ),
    "linear_to_constant": (
        schedules.linear_to_constant(0.5, steps=10, last=0.05),
        lambda o: SCHEDULERS.LinearLR(o, 1, 0.1, total_iters=10), 20,
    ),
    "cosine": (
        schedules.cosine(0.5, steps=12, last=0.1),
        lambda o: SCHEDULERS.CosineAnnealingLR(o, 12, eta_min=0.1), 13,
    ),
    "warm_up": (
        schedules.warm_up(0.5, steps=5),
        lambda o: SCHEDULERS.LinearLR(o, 1 / 5, 1, total_iters=4), 20,
    ),
    "warm_up, then decay": (
        schedules.warm_up(schedules.exponential(0.5, factor=0.9), steps=5),
        lambda o: SCHEDULERS.ChainedScheduler([
            SCHEDULERS.LinearLR(o, 1 / 5, 1, total_iters=4), SCHEDULERS.ExponentialLR(o, 0.9),
        ]), 20,
    ),
    "one_cycle": (
        schedules.one_cycle(0.5, steps=20),
        lambda o: SCHEDULERS.OneCycleLR(o, 0.5, total_steps=20, cycle_momentum=False), 20,
    ),
    "one_cycle, other numbers": (
        schedules.one_cycle(0.5, steps=17, up=0.5, first=0.1, last=0.01),
        lambda o: SCHEDULERS.OneCycleLR(
            o, 0.5, total_steps=17, pct_start=0.5, div_factor=10, final_div_factor=10,
            cycle_momentum=False,
        ), 17,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name):
    """Catches a schedule that is off by one step, or that ends elsewhere."""
    ours, theirs, steps = SCHEDULES[name]
    reference = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    scheduler, rates = theirs(reference), []
    for t in range(steps):
        rates.append(reference.param_groups[0]["lr"])
        reference.step()
        if t < steps - 1:
            scheduler.step()
    assert_allclose([ours(t) for t in range(steps)], rates, rtol=1e-10)


def test_an_optimizer_follows_its_schedule():
    """Catches a schedule asked for t + 1, or asked once."""
    both = Training()
    optimizer = optim.Adam(
        both.net.parameters(), schedules.exponential(0.1, factor=0.5)
    )
    reference = torch.optim.Adam(both.weights, lr=0.1)
    scheduler = SCHEDULERS.ExponentialLR(reference, 0.5)
    for _ in range(5):
        both.step(optimizer, reference)
        scheduler.step()
        both.agree()


# ── Layers ──


def compare_layers(ours, theirs, x, weights=(), training=False):
    """Forward value, dx and the gradients of parameters, those of PyTorch's turned into our shapes."""
    xt = tensor(x, requires_grad=True)
    expected = theirs(xt)
    expected = expected[0] if isinstance(expected, tuple) else expected
    y, backward = ours.forward(x, training=training)
    dy = signal(y)
    agree(y, expected)
    for parameter in ours.parameters():
        parameter.grad[:] = 0
    theirs.zero_grad()
    expected.backward(tensor(dy))
    agree(backward(dy), xt.grad)
    for parameter, weight in weights:
        agree(parameter.grad, weight(theirs))


@pytest.mark.parametrize(
    ("theirs", "shape"),
    [(nn.BatchNorm1d, (6, 3)), (nn.BatchNorm1d, (4, 3, 5)), (nn.BatchNorm2d, (2, 3, 4, 5))],
)  # fmt: skip
@pytest.mark.parametrize("momentum", [0.1, 0.4])
def test_batch_norm_layer(theirs, shape, momentum):
    """Catches running averages of the biased variance, old and new exchanged, or a batch that counts in use."""
    rng = np.random.default_rng(3)
    ours, theirs = (
        layers.BatchNorm(3, momentum=momentum),
        theirs(3, momentum=momentum).double(),
    )
    for parameter, weight in zip(ours.parameters(), theirs.parameters(), strict=True):
        parameter.value[:] = rng.standard_normal(3)
        weight.data = tensor(parameter.value)
    weights = [
        (ours.gamma, lambda net: net.weight.grad),
        (ours.beta, lambda net: net.bias.grad),
    ]
    for training in (True, True, True, False):
        theirs.train(training)
        x = 3 + 2 * rng.standard_normal(shape)
        compare_layers(ours, theirs, x, weights, training)
        agree(ours.mean, theirs.running_mean)
        agree(ours.variance, theirs.running_var)


# our layer, PyTorch's, and the order of its gates
RECURRENT = {
    "RNN": (layers.RNN, nn.RNN, (0,)),
    "LSTM": (layers.LSTM, nn.LSTM, LSTM_GATES),
    "GRU": (lambda D, H, rng: layers.GRU(D, H, rng=rng, reset_after=True), nn.GRU, (0, 1, 2)),
}  # fmt: skip


def install(ours, theirs, gates, suffix=""):
    """Our weights, made random, in PyTorch's layer; yields our parameters with how to read their gradients there."""
    rng, H = np.random.default_rng(4), len(ours.Wh.value)
    for parameter in ours.parameters():
        parameter.value[:] = rng.standard_normal(parameter.value.shape)
    second = np.zeros_like(ours.b.value)
    if hasattr(ours, "bh"):
        second[2 * H :] = ours.bh.value
    for name, array in (
        ("weight_ih_l0", ours.Wx.value), ("weight_hh_l0", ours.Wh.value),
        ("bias_ih_l0", ours.b.value), ("bias_hh_l0", second),
    ):  # fmt: skip
        getattr(theirs, name + suffix).data = permuted(
            tensor(array), gates
        ).contiguous()

    def gradient(name):
        return lambda net: permuted(
            getattr(net, name + suffix).grad.movedim(0, -1), gates
        ).movedim(0, -1)

    yield ours.Wx, gradient("weight_ih_l0")
    yield ours.Wh, gradient("weight_hh_l0")
    yield ours.b, gradient("bias_ih_l0")
    if hasattr(ours, "bh"):
        yield ours.bh, lambda net: getattr(net, "bias_hh_l0" + suffix).grad[2 * H :]


@pytest.mark.parametrize("name", RECURRENT)
@pytest.mark.parametrize("T_N_D", [(5, 2, 3), (1, 1, 2)])
def test_recurrent_layers(name, T_N_D):
    """Catches a start that is not at rest, gradients given to the wrong parameter, cell states taken for hidden ones."""
    rng, D = np.random.default_rng(5), T_N_D[-1]
    make, theirs, gates = RECURRENT[name]
    ours, theirs = make(D, 4, rng=rng), theirs(D, 4).double()
    compare_layers(
        ours, theirs, rng.standard_normal(T_N_D), list(install(ours, theirs, gates))
    )


@pytest.mark.parametrize("name", RECURRENT)
def test_bidirectional(name):
    """Catches the way back read in the wrong order, in value or gradient."""
    rng = np.random.default_rng(6)
    make, theirs, gates = RECURRENT[name]
    ours = Bidirectional(make(3, 4, rng=rng), make(3, 4, rng=rng))
    theirs = theirs(3, 4, bidirectional=True).double()
    weights = [
        *install(ours.ahead, theirs, gates),
        *install(ours.back, theirs, gates, "_reverse"),
    ]
    compare_layers(ours, theirs, rng.standard_normal((5, 2, 3)), weights)
