"""Training steps of the book, each as a pair: ours, and the same in PyTorch's eager mode.

A workload builds both with the same data and the same initial weights and returns two functions that make one
step (forward, loss, backward, optimizer) and give the loss before it, and the multiplications in matrix products
that a step needs: two passes backward for every pass forward, less the gradient of the data.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from dlnotes import datasets, init, losses, optim, training
from dlnotes import functional as F
from dlnotes.arrays import Constant
from dlnotes.layers import GRU, LSTM, RNN, Conv2d, Linear, MaxPool
from dlnotes.network import Layer, Parameter, Sequential
from torch import nn


class Pair(NamedTuple):
    ours: Callable[[], float]
    torch: Callable[[], float]
    products: int


# ── The same layer in PyTorch, with our weights ──


def twin(layer) -> nn.Module:
    """A PyTorch module with the weights of `layer`; recurrent biases count once, as with us."""
    if isinstance(layer, Sequential):
        return nn.Sequential(*map(twin, layer.layers))
    if isinstance(layer, MaxPool):
        return nn.MaxPool2d(2)
    if isinstance(layer, Linear):
        D, K = layer.W.value.shape
        return filled(nn.Linear(D, K), weight=layer.W.value.T, bias=layer.b.value)
    if isinstance(layer, Conv2d):
        O, C, *kernel = layer.W.value.shape
        padding = layer.function.keywords.get("padding", 0)
        module = nn.Conv2d(C, O, kernel, padding=padding)
        return filled(module, weight=layer.W.value, bias=layer.b.value)
    if isinstance(layer, (RNN, LSTM, GRU)):
        return Recurrent(layer)
    return {
        F.relu: nn.ReLU, F.tanh: nn.Tanh, F.sigmoid: nn.Sigmoid, F.flatten: nn.Flatten,
        F.last_step: LastStep,
    }[layer.function]()  # fmt: skip


def filled(module: nn.Module, **values: np.ndarray) -> nn.Module:
    for name, value in values.items():
        getattr(module, name).data = torch.tensor(np.ascontiguousarray(value))
    return module


class Recurrent(nn.Module):
    """PyTorch's RNN, LSTM or GRU without its output tuple."""

    def __init__(self, layer: Layer):
        super().__init__()
        D, H = layer.Wx.value.shape[0], len(layer.Wh.value)
        # our order of gates → PyTorch's: i f o g → i f g o
        order = {RNN: [0], LSTM: [0, 1, 3, 2], GRU: [0, 1, 2]}[type(layer)]
        columns = np.concatenate([np.arange(H) + gate * H for gate in order])
        self.cell = {RNN: nn.RNN, LSTM: nn.LSTM, GRU: nn.GRU}[type(layer)](D, H)
        filled(
            self.cell,
            weight_ih_l0=layer.Wx.value[:, columns].T,
            weight_hh_l0=layer.Wh.value[:, columns].T,
            bias_ih_l0=layer.b.value[columns],
            bias_hh_l0=np.zeros(len(columns), layer.b.value.dtype),
        )
        self.cell.bias_hh_l0.requires_grad_(False)

    def forward(self, x):
        return self.cell(x)[0]


class LastStep(nn.Module):
    def forward(self, y):
        return y[-1]


def cast(net: Layer, dtype: type) -> Layer:
    for p in net.parameters():
        p.value, p.grad = p.value.astype(dtype), p.grad.astype(dtype)
    return net


def products(net: Layer, x: np.ndarray) -> int:
    """Multiplications in the matrix products of one training step on x."""
    forward = []
    for layer in net.layers:
        y = layer(x)
        if isinstance(layer, Linear):
            forward.append(len(x) * layer.W.value.size)
        elif isinstance(layer, Conv2d):
            forward.append(y[:, 0].size * layer.W.value.size)
        elif isinstance(layer, (RNN, LSTM, GRU)):
            steps = x.shape[0] * x.shape[1]
            forward += [steps * layer.Wx.value.size, steps * layer.Wh.value.size]
        x = y
    return 3 * sum(forward) - forward[0]


def classifier(net: Layer, x: np.ndarray, labels: np.ndarray, adam=False) -> Pair:
    """Cross-entropy and a step of SGD or Adam on a fixed batch."""
    module = twin(net)
    frozen = [layer.bh for layer in net.layers if hasattr(layer, "bh")]
    parameters = [p for p in net.parameters() if p not in frozen]  # as in PyTorch
    tx, tlabels = torch.tensor(x), torch.tensor(labels)
    if adam:
        optimizer = optim.Adam(parameters, 1e-3)
        reference = torch.optim.Adam(module.parameters(), 1e-3)
    else:
        optimizer = optim.SGD(parameters, 0.01)
        reference = torch.optim.SGD(module.parameters(), 0.01)

    def step() -> float:
        reference.zero_grad()
        loss = nn.functional.cross_entropy(module(tx), tlabels)
        loss.backward()
        reference.step()
        return loss.item()

    return Pair(
        lambda: training.train_step(net, losses.cross_entropy, optimizer, x, labels),
        step,
        products(net, x),
    )


# ── The workloads ──


def digits_mlp(*sizes: int, batch: int) -> Callable[[type], Pair]:
    def build(dtype: type) -> Pair:
        rng = np.random.default_rng(0)
        x, labels = datasets.digits()
        layers = [
            Linear(D, K, rng=rng) for D, K in zip(sizes[:-1], sizes[1:], strict=True)
        ]
        parts = [part for layer in layers[:-1] for part in (layer, F.relu)]
        net = cast(Sequential(*parts, layers[-1]), dtype)
        return classifier(net, x[:batch].astype(dtype), labels[:batch])

    return build


def large_mlp(dtype: type) -> Pair:
    rng = np.random.default_rng(0)
    net = Sequential(
        Linear(784, 256, rng=rng), F.relu, Linear(256, 128, rng=rng), F.relu,
        Linear(128, 10, rng=rng),
    )  # fmt: skip
    x, labels = rng.uniform(size=(128, 784)).astype(dtype), rng.integers(0, 10, 128)
    return classifier(cast(net, dtype), x, labels)


def small_cnn(dtype: type) -> Pair:
    rng = np.random.default_rng(0)
    net = Sequential(
        Conv2d(1, 8, 3, padding=1, rng=rng), F.relu, MaxPool(),
        Conv2d(8, 16, 3, padding=1, rng=rng), F.relu, MaxPool(),
        F.flatten, Linear(64, 10, rng=rng),
    )  # fmt: skip
    x, labels = datasets.digits()
    return classifier(
        cast(net, dtype), x[:32].reshape(32, 1, 8, 8).astype(dtype), labels[:32]
    )


def lenet(dtype: type) -> Pair:
    rng = np.random.default_rng(0)
    net = Sequential(
        Conv2d(1, 6, 5, padding=2, rng=rng), F.relu, MaxPool(),
        Conv2d(6, 16, 5, rng=rng), F.relu, MaxPool(), F.flatten,
        Linear(400, 120, rng=rng), F.relu, Linear(120, 84, rng=rng), F.relu,
        Linear(84, 10, rng=rng),
    )  # fmt: skip
    x = rng.uniform(size=(32, 1, 28, 28)).astype(dtype)
    return classifier(cast(net, dtype), x, rng.integers(0, 10, 32))


def vgg(dtype: type) -> Pair:
    rng = np.random.default_rng(0)
    parts, C = [], 3
    for O in (16, 32, 64):
        for D in (C, O):
            parts += [Conv2d(D, O, 3, padding=1, rng=rng), F.relu]
        parts.append(MaxPool())
        C = O
    net = Sequential(*parts, F.flatten, Linear(64 * 16, 10, rng=rng))
    x = rng.uniform(size=(16, 3, 32, 32)).astype(dtype)
    return classifier(cast(net, dtype), x, rng.integers(0, 10, 16))


def sequence(kind: type, **options) -> Callable[[type], Pair]:
    def build(dtype: type) -> Pair:
        rng = np.random.default_rng(0)
        T, N, D, H = 32, 32, 32, 64
        net = Sequential(
            kind(D, H, rng=rng, **options), F.last_step, Linear(H, 10, rng=rng)
        )
        x = rng.standard_normal((T, N, D)).astype(dtype)
        return classifier(cast(net, dtype), x, rng.integers(0, 10, N), adam=True)

    return build


def autoencoder(dtype: type, variational: bool = False) -> Pair:
    """784-256-20-256-784 with sigmoid outputs and Adam; the VAE adds a mean, a variance and a penalty."""
    rng = np.random.default_rng(0)
    code = 40 if variational else 20
    encoder = cast(
        Sequential(Linear(784, 256, rng=rng), F.relu, Linear(256, code, rng=rng)), dtype
    )
    decoder = cast(
        Sequential(Linear(20, 256, rng=rng), F.relu, Linear(256, 784, rng=rng)), dtype
    )
    x = rng.uniform(size=(128, 784)).astype(dtype)
    noise = rng.standard_normal((128, 20)).astype(dtype)
    modules = nn.ModuleList([twin(encoder), twin(decoder)])
    tx, tnoise = torch.tensor(x), torch.tensor(noise)
    optimizer = optim.Adam(encoder.parameters() + decoder.parameters(), 1e-3)
    reference = torch.optim.Adam(modules.parameters(), 1e-3)

    def ours() -> float:
        optimizer.zero_grad()
        z, to_encoder = encoder.forward(Constant(x), training=True)
        if variational:
            mu, logvar = z[:, :20], z[:, 20:]
            z, to_sample = F.reparameterize(mu, logvar, noise)
            penalty, to_penalty = losses.gaussian_kl(mu, logvar)
        logits, to_decoder = decoder.forward(z, training=True)
        loss, to_loss = losses.binary_cross_entropy(logits, x)
        dz = to_decoder(to_loss())
        if variational:
            loss = loss + penalty
            dz = np.hstack(
                [a + b for a, b in zip(to_sample(dz), to_penalty(), strict=True)]
            )
        to_encoder(dz)
        optimizer.step()
        return float(loss)

    def step() -> float:
        reference.zero_grad()
        encoder, decoder = modules
        z, penalty = encoder(tx), 0
        if variational:
            mu, logvar = z.chunk(2, dim=1)
            z = mu + torch.exp(logvar / 2) * tnoise
            penalty = (mu**2 + logvar.exp() - logvar - 1).sum() / 256
        loss = penalty + nn.functional.binary_cross_entropy_with_logits(
            decoder(z), tx, reduction="sum"
        ) / len(tx)
        loss.backward()
        reference.step()
        return loss.item()

    weights = sum(p.value.size for p in optimizer_parameters(encoder, decoder))
    return Pair(ours, step, 128 * (3 * weights - 784 * 256))


def optimizer_parameters(*nets: Layer) -> list[Parameter]:
    return [p for net in nets for p in net.parameters() if p.value.ndim == 2]


def xor_starts(dtype: type, loop: bool = False) -> Pair:
    """Two hundred networks 2-4-1 on XOR: batched along a leading axis, in PyTorch likewise (bmm)."""
    S, rng = 200, np.random.default_rng(0)
    x, y = datasets.xor()
    x, target = x.astype(dtype), np.broadcast_to(y[:, None], (S, 4, 1)).astype(dtype)
    values = [
        init.normal((S, 2, 4), scale=1.0, rng=rng), np.zeros((S, 4)),
        init.normal((S, 4, 1), scale=1.0, rng=rng), np.zeros((S, 1)),
    ]  # fmt: skip
    values = [v.astype(dtype) for v in values]
    tensors = [torch.tensor(v, requires_grad=True) for v in values]
    tx, ttarget = torch.tensor(x).expand(S, 4, 2), torch.tensor(target)
    reference = torch.optim.SGD(tensors, 0.5)

    def network(W1, b1, W2, b2):
        parameters = [Parameter(v.copy()) for v in (W1, b1, W2, b2)]
        net = Sequential(
            Layer(F.linear, *parameters[:2]), F.tanh, Layer(F.linear, *parameters[2:])
        )
        return net, optim.SGD(net.parameters(), 0.5)

    def train(net, optimizer, target) -> float:
        optimizer.zero_grad()
        logits, backward = net.forward(Constant(x), training=True)
        loss, to_loss = losses.binary_cross_entropy(logits, target)
        backward(to_loss())
        optimizer.step()
        return float(np.mean(loss))

    nets = [network(*values)]
    if loop:
        nets = [network(*(v[s] for v in values)) for s in range(S)]

    def ours() -> float:
        if loop:
            return float(np.mean([train(*nets[s], target[s]) for s in range(S)]))
        return train(*nets[0], target)

    def step() -> float:
        reference.zero_grad()
        W1, b1, W2, b2 = tensors
        hidden = torch.tanh(torch.baddbmm(b1.unsqueeze(1), tx, W1))
        logits = torch.baddbmm(b2.unsqueeze(1), hidden, W2)
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, ttarget, reduction="sum"
        )
        (loss / 4).backward()
        reference.step()
        return loss.item() / 4 / S

    return Pair(ours, step, S * 4 * (3 * 12 - 8))


WORKLOADS: dict[str, Callable[[type], Pair]] = {
    "softmax regression 64-10, batch 64": digits_mlp(64, 10, batch=64),
    "MLP 64-32-10, batch 32": digits_mlp(64, 32, 10, batch=32),
    "MLP 64-128-128-10, batch 64": digits_mlp(64, 128, 128, 10, batch=64),
    "MLP 784-256-128-10, batch 128": large_mlp,
    "CNN on 8×8, batch 32": small_cnn,
    "LeNet on 28×28, batch 32": lenet,
    "VGG-like, 16 to 64 channels, 32×32, batch 16": vgg,
    "RNN, T = 32, N = 32, H = 64": sequence(RNN),
    "GRU, T = 32, N = 32, H = 64": sequence(GRU, reset_after=True),
    "LSTM, T = 32, N = 32, H = 64": sequence(LSTM),
    "autoencoder 784-256-20, batch 128": autoencoder,
    "VAE 784-256-20, batch 128": lambda dtype: autoencoder(dtype, variational=True),
    "200 starts of XOR, batched": xor_starts,
}
