"""Layers and what holds them together: sharing, saving, modes, initial weights."""

import itertools

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes import init, layers, losses, network, optim, training
from dlnotes.arrays import Constant
from dlnotes.gradcheck import numerical_gradient, relative_error
from dlnotes.layers import Linear
from dlnotes.network import Layer, Parameter, Residual, Sequential
from numpy.testing import assert_allclose, assert_array_equal


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def add_scaled(x, a, b):
    """y = x a + b² for numbers a and b: two parameters that must not be swapped."""
    return x * a + b**2, lambda dy: (dy * a, (dy * x).sum(), 2 * b * dy.sum())


# ── The mechanism ──


def small_network(rng):
    return Sequential(
        Linear(3, 4, rng=rng), F.tanh, Linear(4, 4, rng=rng), Linear(4, 2, rng=rng)
    )


def loss_of(net, x, target) -> float:
    return float(losses.squared_error(net(x), target)[0])


def gradients_of(net, x, target):
    """∂L/∂x by one backward pass; the parameters collect theirs."""
    prediction, backward = net.forward(x, training=True)
    return backward(losses.squared_error(prediction, target)[1]())


def measured(net, parameter, x, target):
    """∂L/∂parameter by differences."""
    kept = parameter.value

    def loss(value):
        parameter.value = value
        return loss_of(net, x, target)

    try:
        return numerical_gradient(loss, kept)
    finally:
        parameter.value = kept


def test_every_gradient_of_a_network_matches_differences(rng):
    net, x, target = (
        small_network(rng),
        rng.standard_normal((5, 3)),
        rng.standard_normal((5, 2)),
    )
    dx = gradients_of(net, x, target)
    assert (
        relative_error(dx, numerical_gradient(lambda x: loss_of(net, x, target), x))
        < 1e-8
    )
    for parameter in net.parameters():
        assert (
            relative_error(parameter.grad, measured(net, parameter, x, target)) < 1e-8
        )


def test_a_shared_parameter_collects_both_contributions(rng):
    """Catches `grad =` for `grad +=`, and a parameter that is listed, hence stepped, twice."""
    shared, last = Linear(3, 3, rng=rng), Linear(3, 2, rng=rng)
    tied = Layer(F.linear, shared.W)  # the same matrix in a layer of its own
    net = Sequential(shared, F.tanh, shared, F.tanh, tied, last)
    x, target = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    assert net.parameters() == [shared.W, shared.b, last.W, last.b]
    gradients_of(net, x, target)
    for parameter in net.parameters():
        assert (
            relative_error(parameter.grad, measured(net, parameter, x, target)) < 1e-8
        )


def test_parameters_in_order_of_first_use_through_nested_networks(rng):
    a, b = Linear(2, 2, rng=rng), Linear(2, 2, rng=rng)
    net = Sequential(Sequential(a, F.relu), b, Sequential(a))
    assert [id(p) for p in net.parameters()] == [id(p) for p in (a.W, a.b, b.W, b.b)]
    assert Sequential(F.relu).parameters() == [] and Layer(F.tanh).parameters() == []


def test_gradients_of_two_backward_passes_add_up(rng):
    net, x, target = (
        small_network(rng),
        rng.standard_normal((5, 3)),
        rng.standard_normal((5, 2)),
    )
    gradients_of(net, x, target)
    once = [p.grad.copy() for p in net.parameters()]
    gradients_of(net, x, target)
    for parameter, g in zip(net.parameters(), once, strict=True):
        assert_allclose(parameter.grad, 2 * g)


def test_forward_passes_under_way_do_not_meet(rng):
    """Catches activations kept on the layer: the first backward must belong to the first forward."""
    net, x, target = (
        small_network(rng),
        rng.standard_normal((5, 3)),
        rng.standard_normal((5, 2)),
    )
    expected = gradients_of(net, x, target)
    prediction, backward = net.forward(x, training=True)
    net.forward(-2 * x, training=True)
    net(3 * x)
    assert_array_equal(
        backward(losses.squared_error(prediction, target)[1]()), expected
    )


def test_a_call_is_the_value_of_forward(rng):
    net, x = small_network(rng), rng.standard_normal((5, 3))
    assert_array_equal(net(x), net.forward(x)[0])
    assert_array_equal(net(x), net.forward(x, training=True)[0])
    assert all((p.grad == 0).all() for p in net.parameters())


def test_a_bare_function_is_a_layer(rng):
    x, dy = rng.standard_normal((2, 5, 3))
    (y, backward), (expected, pullback) = Sequential(F.tanh).forward(x), F.tanh(x)
    assert_array_equal(y, expected)
    assert_array_equal(backward(dy), pullback(dy))


def test_layers_act_from_left_to_right(rng):
    x = rng.standard_normal((5, 3))
    assert_array_equal(Sequential(F.softmax, F.tanh)(x), F.tanh(F.softmax(x)[0])[0])
    assert_array_equal(Sequential()(x), x)


def test_each_gradient_goes_to_its_own_parameter():
    layer = Layer(add_scaled, Parameter(np.array(2.0)), Parameter(np.array(5.0)))
    x = np.array([1.0, 2, 3])
    y, backward = layer.forward(x, training=True)
    assert_array_equal(y, [27, 29, 31])
    assert_array_equal(backward(np.ones(3)), [2, 2, 2])
    assert [p.grad.item() for p in layer.parameters()] == [6, 30]


def test_linear_layer_starts_with_glorot_and_no_bias():
    layer = Linear(3, 2, rng=np.random.default_rng(7))
    assert_array_equal(layer.W.value, init.glorot((3, 2), rng=np.random.default_rng(7)))
    assert_array_equal(layer.b.value, np.zeros(2))
    other = Linear(3, 2, rng=np.random.default_rng(7), initialize=init.he)
    assert_array_equal(other.W.value, init.he((3, 2), rng=np.random.default_rng(7)))


def test_a_parameter_starts_without_gradient_in_its_own_dtype():
    parameter = Parameter(np.ones((2, 3), np.float32))
    assert_array_equal(parameter.grad, np.zeros((2, 3)))
    assert parameter.grad.dtype == np.float32


def test_a_parameter_is_its_own_array(tmp_path):
    """Catches an array of the caller's into which loading, restoring or training would write."""
    given = np.zeros(2)
    layer = Layer(F.rectifier, Parameter(given))
    stopping = training.EarlyStopping(layer, patience=1)
    network.save(tmp_path / "ones.npz", Layer(F.rectifier, Parameter(np.ones(2))))
    network.load(tmp_path / "ones.npz", layer)
    assert_array_equal(layer.parameters()[0].value, [1, 1])
    assert_array_equal(given, [0, 0])
    given[:] = 5
    stopping.restore()
    assert_array_equal(given, [5, 5])


# ── Initial weights ──

SHAPE = (300, 500)


@pytest.mark.parametrize(
    ("draw", "variance"),
    [
        (init.glorot, 2 / (300 + 500)),
        (init.he, 2 / 300),
        (lambda shape, rng: init.normal(shape, scale=0.3, rng=rng), 0.09),
    ],
)
def test_variance_of_initial_weights(draw, variance, rng):
    """150,000 numbers: the sample variance is within 2 % (more than five standard errors)."""
    W = draw(SHAPE, rng=rng)
    assert W.shape == SHAPE and W.dtype == float
    assert_allclose(W.var(), variance, rtol=0.02)
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)
    assert_allclose(
        (np.abs(W) < np.sqrt(variance)).mean(), 0.6827, atol=0.01
    )  # a normal one


@pytest.mark.parametrize("draw", [init.glorot, init.he])
def test_initial_weights_follow_the_generator(draw):
    first, again, other = (
        draw((4, 3), rng=np.random.default_rng(s)) for s in (0, 0, 1)
    )
    assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("draw", "factor"), [(init.glorot, np.sqrt(2 / 5)), (init.he, np.sqrt(2 / 2))]
)
def test_leading_axes_of_initial_weights_are_networks(draw, factor):
    """W (S, D, K) with D = 2, K = 3: S must not enter the variance."""
    W = draw((7, 2, 3), rng=np.random.default_rng(0))
    assert_allclose(W, factor * np.random.default_rng(0).standard_normal((7, 2, 3)))


@pytest.mark.parametrize("draw", [init.glorot, init.he])
def test_uniform_draws_have_the_same_variance_and_a_sharp_edge(draw, rng):
    W = draw(SHAPE, rng=rng, draw=init.uniform)
    expected = draw(SHAPE, rng=rng).std()
    assert_allclose(W.std(), expected, rtol=0.02)
    assert np.sqrt(3) * 0.98 * expected < np.abs(W).max() < np.sqrt(3) * 1.02 * expected


def test_fans_replace_the_last_two_axes(rng):
    """A kernel (O, C, 3, 3) has 9 C inputs a unit; its last two axes say nothing."""
    W = init.he((200, 100, 3, 3), rng=rng, fans=(900, 1800))
    assert_allclose(W.var(), 2 / 900, rtol=0.03)
    W = init.glorot((200, 100, 3, 3), rng=rng, fans=(900, 1800))
    assert_allclose(W.var(), 2 / 2700, rtol=0.03)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
def test_orthogonal_weights(shape, rng):
    W = init.orthogonal(shape, rng=rng, gain=2.0)
    assert W.shape == shape
    product = W.T @ W if shape[0] >= shape[1] else W @ W.T
    assert_allclose(product, 4 * np.eye(min(shape)), atol=1e-12)


def test_orthogonal_weights_prefer_no_direction():
    """Catches Q taken as it comes: LAPACK's R has signs that would bias it."""
    first = [
        init.orthogonal((3, 3), rng=np.random.default_rng(s))[0, 0] for s in range(400)
    ]
    assert abs(np.mean(first)) < 5 * np.std(first) / 20


# ── Every layer ──

LAYERS = {
    "Linear": (lambda rng: layers.Linear(4, 3, rng=rng), (5, 4)),
    "tied": (lambda rng: tied(rng), (5, 4)),
    "Conv1d": (lambda rng: layers.Conv1d(4, 6, 3, groups=2, stride=2, rng=rng), (2, 4, 7)),
    "Conv2d": (lambda rng: layers.Conv2d(2, 3, (3, 2), padding=1, rng=rng), (2, 2, 5, 4)),
    "ConvTranspose2d": (
        lambda rng: layers.ConvTranspose2d(4, 6, 3, groups=2, stride=2, rng=rng), (2, 4, 3, 3),
    ),
    "MaxPool": (lambda rng: layers.MaxPool(2), (2, 2, 4, 4)),
    "AvgPool": (lambda rng: layers.AvgPool(3, 2), (2, 2, 5, 5)),
    "LayerNorm": (lambda rng: layers.LayerNorm(4), (5, 4)),
    "BatchNorm": (lambda rng: layers.BatchNorm(4), (5, 4)),
    "BatchNorm, images": (lambda rng: layers.BatchNorm(2), (3, 2, 4, 4)),
    "RNN": (lambda rng: layers.RNN(3, 2, rng=rng), (4, 5, 3)),
    "LSTM": (lambda rng: layers.LSTM(3, 2, rng=rng), (4, 5, 3)),
    "GRU": (lambda rng: layers.GRU(3, 2, rng=rng), (4, 5, 3)),
    "GRU, reset after": (lambda rng: layers.GRU(3, 2, reset_after=True, rng=rng), (4, 5, 3)),
    "stacked": (
        lambda rng: Sequential(layers.RNN(3, 2, rng=rng), layers.LSTM(2, 4, rng=rng)), (4, 5, 3),
    ),
    "Bidirectional": (
        lambda rng: network.Bidirectional(layers.RNN(3, 2, rng=rng), layers.LSTM(3, 4, rng=rng)),
        (4, 5, 3),
    ),
    "Residual": (lambda rng: Residual(Linear(4, 4, rng=rng), F.tanh), (5, 4)),
    "SideBySide": (
        lambda rng: network.SideBySide(2, layers.Conv2d(2, 3, 2, copies=2, rng=rng), F.tanh), (2, 3, 2, 3, 4),
    ),
    "SideBySide, the same for all": (
        lambda rng: network.SideBySide(2, layers.Conv1d(2, 3, 2, copies=2, rng=rng), F.tanh), (1, 3, 2, 4),
    ),
    "PReLU": (lambda rng: Layer(F.rectifier, Parameter(np.full(4, 0.25))), (5, 4)),
}  # fmt: skip


def tied(rng):
    there = Linear(4, 3, rng=rng)
    return Sequential(there, F.tanh, layers.TransposedLinear(there))


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_of_a_layer_match_differences(name, rng):
    """Catches a gradient added to the wrong parameter, or a part whose parameters are forgotten."""
    build, shape = LAYERS[name]
    layer, x = build(rng), rng.standard_normal(shape)
    for p in layer.parameters():
        p.value = p.value + 0.1 * rng.standard_normal(p.value.shape)
    y, backward = layer.forward(x, training=True)
    v = rng.standard_normal(y.shape)

    def value(x):
        return float((layer.forward(x, training=True)[0] * v).sum())

    assert relative_error(backward(v), numerical_gradient(value, x)) < 1e-7
    assert layer.parameters() or "Pool" in name
    for p in layer.parameters():
        kept, grad = p.value, p.grad

        def along(w, p=p):
            p.value = w
            return value(x)

        assert relative_error(grad, numerical_gradient(along, kept)) < 1e-7
        p.value = kept


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_in_float32_stays_in_float32(name, rng):
    build, shape = LAYERS[name]
    layer, x = build(rng), rng.standard_normal(shape).astype(np.float32)
    for p in layer.parameters():
        p.value, p.grad = p.value.astype(np.float32), p.grad.astype(np.float32)
    y, backward = layer.forward(x, training=True)
    assert y.dtype == np.float32 and backward(y).dtype == np.float32


def test_networks_side_by_side_are_those_networks(rng):
    """Catches a network that sees its neighbor's channels, and rows that are put together in another order."""
    x = rng.standard_normal((3, 5, 2, 6, 6))
    conv = layers.Conv2d(2, 4, 3, groups=2, copies=3, rng=rng)
    net = network.SideBySide(3, conv, F.relu, layers.MaxPool(2))
    for s, (W, b) in enumerate(
        zip(
            conv.W.value.reshape(3, 4, 1, 3, 3), conv.b.value.reshape(3, 4), strict=True
        )
    ):
        alone = F.max_pool(F.relu(F.conv2d(x[s], W, b, groups=2)[0])[0])[0]
        assert_allclose(net(x)[s], alone.reshape(5, -1))
    together = net(x[:1])
    assert_allclose(together, net(np.repeat(x[:1], 3, axis=0)))


def test_networks_side_by_side_spare_the_gradient_of_data(rng):
    """Catches a mark of constant data that is lost on its way into the stack."""
    conv = layers.Conv2d(1, 2, 3, copies=2, rng=rng)
    y, backward = network.SideBySide(2, conv, F.relu).forward(
        Constant(rng.standard_normal((2, 4, 1, 5, 5))), training=True
    )
    assert backward(np.ones_like(y)) is None and conv.W.grad.any()


def test_a_perceptron_by_its_sizes_is_the_one_written_out(rng):
    """Catches an activation after the last layer, one that is missing, and weights drawn in another order."""
    net = layers.mlp((4, 5, 3, 2), activation=F.tanh, rng=np.random.default_rng(1))
    assert [type(layer) for layer in net.layers] == [Linear, Layer, Linear, Layer, Linear]  # fmt: skip
    assert [layer.function for layer in net.layers[1::2]] == [F.tanh, F.tanh]
    again = np.random.default_rng(1)
    for layer, (size, draw) in zip(
        net.layers[::2],
        (((4, 5), init.he), ((5, 3), init.he), ((3, 2), init.glorot)),
        strict=True,
    ):
        assert_array_equal(layer.W.value, draw(size, rng=again))
    assert [type(layer) for layer in layers.mlp([4, 2], rng=rng).layers] == [Linear]
    assert layers.mlp((4, 3, 2), rng=rng).layers[1].function is F.relu
    drawn = layers.mlp((4, 3, 2), initialize=init.orthogonal, rng=rng).layers[0].W.value
    assert_allclose(drawn.T @ drawn, np.eye(3), atol=1e-12)


# ── Layers that act differently in training ──


def test_batch_norm_uses_the_batch_in_training_and_its_memory_in_use(rng):
    """Catches the running variance divided by N, momentum on the wrong side, and an update in use."""
    layer, x = layers.BatchNorm(3, momentum=0.25), rng.standard_normal((6, 3)) * 2 + 5
    y, _ = layer.forward(x, training=True)
    assert_allclose(y.mean(axis=0), 0, atol=1e-12)
    assert_allclose(y.std(axis=0), 1, rtol=1e-4)
    assert_allclose(layer.mean, 0.25 * x.mean(axis=0))
    assert_allclose(layer.variance, 0.75 + 0.25 * x.var(axis=0, ddof=1))
    kept = layer.mean.copy()
    expected = (x - layer.mean) / np.sqrt(layer.variance + 1e-5)
    assert_allclose(layer(x), expected)
    assert_allclose(layer(x[:1]), expected[:1])  # one sample alone is enough in use
    assert_array_equal(layer.mean, kept)


def test_a_pullback_in_use_is_not_moved_by_later_training(rng):
    layer, x = layers.BatchNorm(3), rng.standard_normal((6, 3))
    _, backward = layer.forward(x)
    before = backward(x)
    layer.forward(x * 9, training=True)
    assert_array_equal(backward(x), before)


def test_dropout_scales_what_it_keeps_and_does_nothing_in_use(rng):
    layer, x = layers.Dropout(0.25, rng=rng), np.ones((200, 100))
    y, backward = layer.forward(x, training=True)
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert abs((y == 0).mean() - 0.25) < 0.02
    assert_array_equal(backward(x), y)  # the same mask
    assert not np.array_equal(layer.forward(x, training=True)[0], y)  # a fresh one
    assert_array_equal(layer(x), x)


def test_noise_has_its_size_in_training_and_is_absent_in_use(rng):
    layer, x = layers.GaussianNoise(0.3, rng=rng), np.full((200, 100), 2.0)
    y, backward = layer.forward(x, training=True)
    assert abs(y.mean() - 2) < 0.01 and abs(y.std() - 0.3) < 0.01
    assert_array_equal(backward(x), x)
    assert not np.array_equal(layer.forward(x, training=True)[0], y)  # fresh noise
    assert_array_equal(layer(x), x)
    assert layer.forward(x.astype("f4"), training=True)[0].dtype == np.float32


def test_randomized_slopes_by_default_are_pytorchs(rng):
    layer = layers.RandomizedLeakyReLU(rng=rng)
    y, _ = layer.forward(-np.ones(10_000), training=True)
    assert 1 / 8 <= -y.max() < 0.126 and 0.333 < -y.min() <= 1 / 3


def test_randomized_slopes_lie_between_their_bounds_and_average_in_use(rng):
    layer, x = layers.RandomizedLeakyReLU(0.1, 0.3, rng=rng), -np.ones((200, 50))
    y, _ = layer.forward(x, training=True)
    assert -0.3 <= y.min() < -0.29 and -0.11 < y.max() <= -0.1
    assert_allclose(layer(x), -0.2)


def test_embedding_collects_gradients_of_repeated_tokens(rng):
    layer = layers.Embedding(4, 2, rng=rng)
    y, backward = layer.forward(np.array([1, 3, 1]), training=True)
    assert_array_equal(y, layer.E.value[[1, 3, 1]])
    assert backward(np.array([[1.0, 2], [3, 4], [5, 6]])) is None
    assert_array_equal(layer.E.grad, [[0, 0], [6, 8], [0, 0], [3, 4]])


def test_a_bidirectional_layer_sees_both_ways(rng):
    """The first half of y at time t knows x up to t, the second half x from t on."""
    layer = network.Bidirectional(layers.RNN(3, 2, rng=rng), layers.RNN(3, 2, rng=rng))
    x = rng.standard_normal((6, 1, 3))
    changed = x.copy()
    changed[3] += 1
    moved = (layer(x) != layer(changed)).all(axis=(1,))
    assert_array_equal(moved[:, :2].all(axis=1), [0, 0, 0, 1, 1, 1])
    assert_array_equal(moved[:, 2:].all(axis=1), [1, 1, 1, 1, 0, 0])


def test_fresh_weights_follow_the_advice_of_the_papers(rng):
    lstm = layers.LSTM(3, 4, rng=rng)
    assert_array_equal(lstm.b.value, np.repeat([0, 1, 0, 0], 4))
    for gate in np.split(lstm.Wh.value, 4, axis=1):
        assert_allclose(gate @ gate.T, np.eye(4), atol=1e-12)
    conv = layers.Conv2d(50, 60, 5, rng=rng)
    assert_allclose(conv.W.value.var(), 2 / (50 * 25), rtol=0.03)
    up = layers.ConvTranspose2d(8, 4, 3, groups=2, rng=rng)
    assert up.W.value.shape == (8, 2, 3, 3) and up.b.value.shape == (4,)


# ── Names, saving and loading ──


def everything(seed=0):
    rng = np.random.default_rng(seed)
    first = Linear(3, 3, rng=rng)
    return Sequential(
        first, layers.BatchNorm(3), Residual(Linear(3, 3, rng=rng), F.relu), first,
        Layer(F.rectifier, Parameter(np.array(0.25))),
    )  # fmt: skip


def test_names_of_arrays_are_those_of_the_equations():
    assert list(everything().state()) == [
        "0.W", "0.b", "1.gamma", "1.beta", "1.mean", "1.variance", "2.0.W", "2.0.b",
        "3.W", "3.b", "4.alpha",
    ]  # fmt: skip
    lstm = layers.GRU(2, 2, reset_after=True, rng=np.random.default_rng(0))
    assert list(lstm.state()) == ["Wx", "Wh", "b", "bh"]
    both = network.Bidirectional(lstm, lstm)
    assert {name.split(".")[0] for name in both.state()} == {"ahead", "back"}
    assert len(both.parameters()) == 4


def test_a_saved_network_comes_back(tmp_path, rng):
    """Catches running statistics left behind, and values copied beside the optimizer's vector."""
    net, other, x = everything(0), everything(1), rng.standard_normal((4, 3))
    net.forward(x, training=True)
    optimizer = optim.SGD(other.parameters(), 0.1)
    network.save(tmp_path / "net.npz", net)
    assert not np.allclose(net(x), other(x))
    network.load(tmp_path / "net.npz", other)
    assert_array_equal(net(x), other(x))
    optimizer.theta += 1
    assert not np.allclose(net(x), other(x))


def test_a_file_that_does_not_fit_changes_nothing(tmp_path, rng):
    net = Sequential(Linear(3, 2, rng=rng), Linear(2, 2, rng=rng))
    kept = {name: array.copy() for name, array in net.state().items()}
    other = Sequential(
        Linear(3, 2, rng=rng), Linear(2, 4, rng=rng), Linear(4, 1, rng=rng)
    )
    network.save(tmp_path / "other.npz", other)
    with pytest.raises(ValueError) as raised:
        network.load(tmp_path / "other.npz", net)
    for part in (
        "1.W: the network has (2, 2), the file (2, 4)", "1.b: the network has (2,), the file (4,)",
        "2.W: the network has none, the file (4, 1)",
    ):  # fmt: skip
        assert part in str(raised.value)
    assert "0.W" not in str(raised.value)
    for name, array in net.state().items():
        assert_array_equal(array, kept[name])


def test_a_damaged_file_is_named_or_harmless(tmp_path, rng):
    """Catches what else a zip file can raise: it claims to be encrypted, packed in a way unknown, or of a later version."""
    net, path = Sequential(Linear(2, 3, rng=rng)), tmp_path / "net.npz"
    network.save(path, net)
    kept, content = net.layers[0].W.value.copy(), path.read_bytes()
    damaged = [content[:n] for n in range(0, len(content), 7)]
    for place, bit in itertools.product(range(len(content)), (1, 8, 255)):
        damaged.append(bytearray(content))
        damaged[-1][place] ^= bit
    refused = 0
    for content in damaged:
        path.write_bytes(content)
        try:
            network.load(path, net)
        except ValueError as error:
            assert str(path) in str(error)
            refused += 1
        assert_array_equal(net.layers[0].W.value, kept)
    assert refused > len(damaged) / 2
