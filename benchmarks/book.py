"""The timings that chapters quote: our own code against itself, one thread, float64, in microseconds."""

import json

import numpy as np
from dlnotes import datasets, losses, optim, training
from dlnotes import functional as F
from dlnotes.layers import Linear
from dlnotes.network import Sequential

from benchmarks.measure import interleaved


def gradient_cost() -> list[dict]:
    """One forward pass, value and gradient, and central differences, as a 64-H-10 network grows."""
    rows = []
    for width in (1, 4, 16, 64):
        rng = np.random.default_rng(0)
        net = Sequential(
            Linear(64, width, rng=rng), F.sigmoid, Linear(width, 10, rng=rng)
        )
        x, labels = rng.uniform(size=(32, 64)), rng.integers(0, 10, 32)
        flat = optim.SGD(net.parameters(), 0.1)

        def forward(net=net, x=x, labels=labels) -> float:
            return losses.cross_entropy(net(x), labels)[0]

        def backpropagation(net=net, x=x, labels=labels, flat=flat) -> None:
            flat.zero_grad()
            logits, backward = net.forward(x, training=True)
            backward(losses.cross_entropy(logits, labels)[1]())

        def differences(forward=forward, flat=flat) -> None:
            for i in range(flat.theta.size):
                kept = flat.theta[i]
                flat.theta[i] = kept + 1e-5
                forward()
                flat.theta[i] = kept - 1e-5
                forward()
                flat.theta[i] = kept

        tasks = {
            "forward": forward,
            "backpropagation": backpropagation,
            "differences": differences,
        }
        rows.append({"parameters": flat.theta.size, **interleaved(tasks)})
    return rows


def activation() -> dict:
    """The activation functions alone, on a million numbers."""
    z = np.random.default_rng(0).standard_normal(1_000_000)
    tasks = {
        name: (lambda f=f: f(z))
        for name, f in (("relu", F.relu), ("sigmoid", F.sigmoid), ("tanh", F.tanh))
    }
    return {"elements": z.size, **interleaved(tasks, seconds=4)}


def training_step() -> dict:
    """A whole training step of the same network with one or the other activation."""
    sizes = (784, 256, 128, 10)
    rng = np.random.default_rng(0)
    x, labels = rng.uniform(size=(128, sizes[0])), rng.integers(0, 10, 128)
    tasks = {}
    for name, f in (("relu", F.relu), ("sigmoid", F.sigmoid), ("tanh", F.tanh)):
        layers = [
            Linear(D, K, rng=rng) for D, K in zip(sizes[:-1], sizes[1:], strict=True)
        ]
        net = Sequential(layers[0], f, layers[1], f, layers[2])
        optimizer = optim.SGD(net.parameters(), 0.01)
        tasks[name] = lambda net=net, optimizer=optimizer: training.train_step(
            net, losses.cross_entropy, optimizer, x, labels
        )
    return {"network": "-".join(map(str, sizes)), **interleaved(tasks, seconds=4)}


def batch() -> dict:
    """One training step of a 64-32-10 network on the digits, from one sample a step to all."""
    x, labels = datasets.digits()
    tasks = {}
    for size in (1, 4, 16, 64, 256, 1097):
        rng = np.random.default_rng(0)
        net = Sequential(Linear(64, 32, rng=rng), F.relu, Linear(32, 10, rng=rng))
        optimizer = optim.SGD(net.parameters(), 0.01)
        tasks[str(size)] = lambda net=net, optimizer=optimizer, size=size: (
            training.train_step(
                net, losses.cross_entropy, optimizer, x[:size], labels[:size]
            )
        )
    return {"network": "64-32-10", "microseconds": interleaved(tasks)}


def backpropagation() -> dict:
    """All that chapter 6b reads."""
    return {
        "gradient_cost": gradient_cost(),
        "activation": activation(),
        "training_step": training_step(),
        "batch": batch(),
    }


if __name__ == "__main__":
    print(json.dumps(backpropagation()))
