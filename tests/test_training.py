"""Layers, optimizers, initial weights, mini-batches, the training loop, metrics."""

import numpy as np
import pytest
from dlnotes import datasets, init, losses, metrics, optim, training
from dlnotes import functional as F
from dlnotes.gradcheck import numerical_gradient, relative_error
from dlnotes.layers import Linear
from dlnotes.network import Layer, Parameter, Sequential
from numpy.testing import assert_allclose, assert_array_equal


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def add_scaled(x, a, b):
    """y = x a + b² for numbers a and b: two parameters that must not be swapped."""
    return x * a + b**2, lambda dy: (dy * a, (dy * x).sum(), 2 * b * dy.sum())


# ── Layers ──


def network(rng):
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
        network(rng),
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
        network(rng),
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
        network(rng),
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
    net, x = network(rng), rng.standard_normal((5, 3))
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


# ── Optimizers ──

G1, G2 = np.array([4.0, -0.5, 0.0]), np.array([-2.0, 1.0, 3.0])
START = np.array([1.0, 2.0, 3.0])


def steps(kind, gradients, **options):
    """Where START is after a step with each of the gradients."""
    parameter = Parameter(START.copy())
    optimizer, places = kind([parameter], **options), []
    for g in gradients:
        optimizer.zero_grad()
        parameter.grad += g
        optimizer.step()
        places.append(parameter.value.copy())
    return places


def test_sgd_by_hand():
    first, second = steps(optim.SGD, (G1, G2), learning_rate=0.1)
    assert_allclose(first, [0.6, 2.05, 3.0])
    assert_allclose(second, [0.8, 1.95, 2.7])


def test_momentum_by_hand():
    """Second step: m = 0.9 g₁ + g₂ = (1.6, 0.55, 3)."""
    first, second = steps(optim.Momentum, (G1, G2), learning_rate=0.1)
    assert_allclose(first, [0.6, 2.05, 3.0])
    assert_allclose(second, [0.44, 1.995, 2.7])


def test_adams_first_step_has_the_size_of_the_learning_rate():
    """Catches a missing bias correction, and ε inside the root: η g / (|g| + ε), whatever g."""
    for scale in (1.0, 1e-6, 1e6):
        (first,) = steps(optim.Adam, (scale * G1,), learning_rate=0.1, epsilon=1e-3)
        g = scale * G1
        assert_allclose(
            START - first, 0.1 * g / (np.abs(g) + 1e-3), rtol=1e-9, atol=1e-12
        )


def test_adam_by_hand():
    """β₁ = ½, β₂ = ¾, ε = 0: m = (g₁ + 2 g₂)/3 and V = (3 g₁² + 4 g₂²)/7 at the second step."""
    _, second = steps(
        optim.Adam, (G1, G2), learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=1e-300
    )
    (first,) = steps(optim.SGD, (np.sign(G1),), learning_rate=0.1)
    m, V = (G1 + 2 * G2) / 3, (3 * G1**2 + 4 * G2**2) / 7
    assert_allclose(second, first - 0.1 * m / np.sqrt(V))


def test_defaults_are_the_papers():
    p = [Parameter(START.copy())]
    adam = optim.Adam(p)
    assert (adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon) == (
        1e-3,
        0.9,
        0.999,
        1e-8,
    )
    assert optim.Momentum(p, 0.1).beta == 0.9


@pytest.mark.parametrize("kind", [optim.SGD, optim.Momentum, optim.Adam])
def test_parameters_are_views_into_one_vector(kind, rng):
    """Catches copies: a step would move a vector that no layer looks at."""
    net = network(rng)
    before = [p.value.copy() for p in net.parameters()]
    optimizer = kind(net.parameters(), 0.1)
    for parameter, value in zip(net.parameters(), before, strict=True):
        assert_array_equal(parameter.value, value)
        assert np.shares_memory(parameter.value, optimizer.theta)
        assert np.shares_memory(parameter.grad, optimizer.grad)
    optimizer.theta += 1
    for parameter, value in zip(net.parameters(), before, strict=True):
        assert_array_equal(parameter.value, value + 1)
    net.parameters()[0].grad += 2
    assert optimizer.grad.sum() == 2 * before[0].size
    optimizer.zero_grad()
    assert all((p.grad == 0).all() for p in net.parameters())


def test_a_gradient_collected_before_the_optimizer_is_kept():
    parameter = Parameter(START.copy())
    parameter.grad += G1
    optim.SGD([parameter], 0.1).step()
    assert_allclose(parameter.value, START - 0.1 * G1)


def test_shapes_and_dtype_survive_the_optimizer():
    values = [
        np.ones((2, 3), np.float32),
        np.ones(3, np.float32),
        np.ones((), np.float32),
    ]
    parameters = [Parameter(v) for v in values]
    optimizer = optim.Adam(parameters)
    parameters[0].grad += 1
    optimizer.step()
    assert [p.value.shape for p in parameters] == [(2, 3), (3,), ()]
    assert {p.value.dtype for p in parameters} == {np.dtype(np.float32)}


@pytest.mark.parametrize("rate", [1, np.float64(0.1), np.float32(0.5)])
def test_a_learning_rate_becomes_a_plain_number(rate):
    """np.float64 from a np.geomspace would widen float32 steps; a float does not."""
    optimizer = optim.SGD([Parameter(START.astype(np.float32))], rate)
    assert type(optimizer.learning_rate) is float and optimizer.learning_rate == rate
    assert (optimizer.learning_rate * optimizer.theta).dtype == np.float32


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


# ── The loop ──


@pytest.mark.parametrize(
    ("N", "size", "sizes"), [(10, 3, [3, 3, 3, 1]), (6, 2, [2] * 3), (5, 5, [5])]
)
def test_minibatches_are_a_permutation_in_pieces(N, size, sizes, rng):
    batches = list(training.minibatches(N, size, rng=rng))
    assert [len(batch) for batch in batches] == sizes
    assert sorted(np.concatenate(batches)) == list(range(N))


def test_minibatches_are_shuffled_anew_and_reproducible(rng):
    def epochs():
        rng = np.random.default_rng(5)
        return [
            np.concatenate(list(training.minibatches(50, 7, rng=rng))) for _ in range(2)
        ]

    first, second = epochs()
    assert not np.array_equal(first, second) and not np.array_equal(
        first, np.arange(50)
    )
    assert_array_equal(epochs(), [first, second])


def test_a_training_step_returns_the_loss_before_it_and_forgets_old_gradients(rng):
    net, x, target = (
        network(rng),
        rng.standard_normal((5, 3)),
        rng.standard_normal((5, 2)),
    )
    optimizer = optim.SGD(net.parameters(), 0.1)
    gradients_of(net, x, target)
    expected = optimizer.theta - 0.1 * optimizer.grad
    optimizer.grad += 100
    before = loss_of(net, x, target)
    found = training.train_step(net, losses.squared_error, optimizer, x, target)
    assert type(found) is float and found == before
    assert_allclose(optimizer.theta, expected)


def moons_loss(*widths, epochs=60) -> list[float]:
    rng = np.random.default_rng(0)
    x, y = datasets.two_moons(200, rng=rng)
    layers = [Linear(D, K, rng=rng) for D, K in zip(widths, widths[1:], strict=False)]
    net = Sequential(
        layers[0], *(part for layer in layers[1:] for part in (F.relu, layer))
    )
    optimizer = optim.Adam(net.parameters(), 0.02)
    return training.fit(
        net,
        losses.cross_entropy,
        optimizer,
        x,
        y,
        epochs=epochs,
        batch_size=20,
        rng=rng,
    )


def test_fit_bends_where_a_linear_model_cannot():
    """The loss of the linear model settles above 0.2; the network falls below a quarter of that."""
    linear, bent = moons_loss(2, 2), moons_loss(2, 16, 2)
    assert min(linear) > 0.2 and abs(linear[-1] - linear[-10]) < 0.02
    assert bent[0] > 0.3 and bent[-1] < 0.05


def test_fit_is_reproducible_and_reports_each_epoch():
    history = moons_loss(2, 8, 2, epochs=3)
    assert len(history) == 3 and all(type(value) is float for value in history)
    assert history == moons_loss(2, 8, 2, epochs=3)


def test_fit_reports_the_mean_over_the_batches():
    """A network without layers never changes: its losses can be averaged by hand."""
    x, target = np.array([[1.0], [2], [3], [4]]), np.zeros((4, 1))
    optimizer = optim.SGD([Parameter(np.zeros(1))], 0.1)
    history = training.fit(
        Sequential(), losses.squared_error, optimizer, x, target,
        epochs=2, batch_size=2, rng=np.random.default_rng(0),
    )  # fmt: skip
    assert_allclose(history, (x**2).mean() / 2)


# ── Metrics ──


def test_accuracy_by_hand():
    logits = np.array([[1.0, 2, 0], [5, 1, 1], [0, 0, 1], [3, 2, 1]])
    assert metrics.accuracy(logits, np.array([1, 0, 2, 2])) == 0.75
    assert type(metrics.accuracy(logits, np.array([1, 0, 2, 2]))) is float


def test_accuracy_counts_all_leading_axes():
    logits = np.array([[[1.0, 2], [2, 1]], [[1, 2], [1, 2]]])
    assert metrics.accuracy(logits, np.array([[1, 1], [1, 0]])) == 0.5


def test_confusion_matrix_by_hand():
    """Catches a transposed table, and repeated pairs that are counted once."""
    predicted, labels = np.array([0, 1, 1, 2, 1, 1]), np.array([0, 0, 1, 1, 0, 1])
    assert_array_equal(
        metrics.confusion_matrix(predicted, labels, 3),
        [[1, 2, 0], [0, 2, 1], [0, 0, 0]],
    )
