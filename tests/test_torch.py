"""Values, gradients and optimizer steps beside PyTorch's, in float64."""

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes import losses, optim
from dlnotes.layers import Linear
from dlnotes.network import Sequential
from numpy.testing import assert_allclose
from test_functions import CASES, Case, as_tuple, signal

RNG = np.random.default_rng(1)
MORE = {
    "relu at its kink": Case(F.relu, (np.array([[-1.0, 0.0, 2.0]]),)),
    "softmax, far apart": Case(F.softmax, (RNG.standard_normal((4, 5)) * 100,)),
    "cross_entropy, far apart": Case(
        losses.cross_entropy,
        (RNG.standard_normal((4, 5)) * 100,),
        {"labels": np.arange(4)},
    ),
    "binary_cross_entropy, far apart": Case(
        losses.binary_cross_entropy,
        (RNG.standard_normal((4, 2)) * 100,),
        {"target": RNG.uniform(size=(4, 2))},
    ),
}

# function: the same in PyTorch, written with PyTorch's own losses and activations
TWINS = {
    F.linear: lambda torch, x, W, b=None: (
        x @ W if b is None else x @ W + b.unsqueeze(-2)
    ),
    F.identity: lambda torch, z: torch.nn.Identity()(z),
    F.sigmoid: lambda torch, z: torch.sigmoid(z),
    F.tanh: lambda torch, z: torch.tanh(z),
    F.relu: lambda torch, z: torch.relu(z),
    F.softmax: lambda torch, z: torch.softmax(z, dim=-1),
    losses.squared_error: lambda torch, prediction, target: (
        torch.nn.functional.mse_loss(prediction, target, reduction="none")
        .sum(-1)
        .mean(-1)
        / 2
    ),
    losses.cross_entropy: lambda torch, logits, labels: (
        torch.nn.functional.cross_entropy(
            logits.movedim(-1, 1), labels, reduction="none"
        ).mean(-1)
    ),
    losses.binary_cross_entropy: lambda torch, logits, target: (
        torch.nn.functional.binary_cross_entropy_with_logits(
            logits, target, reduction="none"
        )
        .sum(-1)
        .mean(-1)
    ),
}


@pytest.mark.parametrize("case", (CASES | MORE).values(), ids=CASES | MORE)
def test_value_and_gradients(torch, case):
    y, backward = case.call()
    dy = signal(y)
    inputs = [torch.tensor(a, requires_grad=True) for a in case.arguments]
    data = {name: torch.tensor(value) for name, value in (case.data or {}).items()}
    expected = TWINS[case.function](torch, *inputs, **data)
    expected.backward(torch.tensor(np.array(dy)))
    assert_allclose(y, expected.detach().numpy(), rtol=1e-10, atol=1e-10)
    for found, tensor in zip(as_tuple(backward(dy)), inputs, strict=True):
        assert_allclose(found, tensor.grad.numpy(), rtol=1e-10, atol=1e-10)


# our optimizer, PyTorch's, and what both are told
OPTIMIZERS = {
    "SGD": (optim.SGD, "SGD", {"learning_rate": 0.1}, {"lr": 0.1}),
    "Momentum": (optim.Momentum, "SGD", {"learning_rate": 0.1}, {"lr": 0.1, "momentum": 0.9}),
    "Momentum, light": (
        optim.Momentum, "SGD", {"learning_rate": 0.1, "beta": 0.5}, {"lr": 0.1, "momentum": 0.5},
    ),
    "Adam": (optim.Adam, "Adam", {}, {}),
    "Adam, other numbers": (
        optim.Adam,
        "Adam",
        {"learning_rate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
        {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs", "options", "their_options"), OPTIMIZERS.values(), ids=OPTIMIZERS
)
def test_ten_steps_from_the_same_start(torch, ours, theirs, options, their_options):
    """Ten steps tell momentum from Nesterov's, and a bias correction from none."""
    rng = np.random.default_rng(2)
    x, labels = rng.standard_normal((20, 4)), rng.integers(0, 3, 20)
    net = Sequential(Linear(4, 5, rng=rng), F.tanh, Linear(5, 3, rng=rng))
    weights = [
        torch.tensor(p.value.copy(), requires_grad=True) for p in net.parameters()
    ]
    optimizer = ours(net.parameters(), **options)
    reference = getattr(torch.optim, theirs)(weights, **their_options)
    for _ in range(10):
        optimizer.zero_grad()
        logits, backward = net.forward(x, training=True)
        backward(losses.cross_entropy(logits, labels)[1]())
        optimizer.step()

        reference.zero_grad()
        W1, b1, W2, b2 = weights
        output = torch.tanh(torch.tensor(x) @ W1 + b1) @ W2 + b2
        torch.nn.functional.cross_entropy(output, torch.tensor(labels)).backward()
        reference.step()
        for parameter, weight in zip(net.parameters(), weights, strict=True):
            assert_allclose(
                parameter.value, weight.detach().numpy(), rtol=1e-10, atol=1e-10
            )


def test_a_table_of_twins_for_every_function():
    assert {case.function for case in CASES.values()} == set(TWINS)
