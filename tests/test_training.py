"""Mini-batches, the training loop, evaluation, early stopping."""

import numpy as np
import pytest
from dlnotes import datasets, losses, optim, training
from dlnotes import functional as F
from dlnotes.arrays import unmarked
from dlnotes.layers import RNN, BatchNorm, Dropout, Linear, mlp
from dlnotes.network import Layer, Parameter, Sequential
from numpy.testing import assert_allclose, assert_array_equal


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


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
    net = Sequential(Linear(3, 4, rng=rng), F.tanh, Linear(4, 2, rng=rng))
    x, target = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    optimizer = optim.SGD(net.parameters(), 0.1)
    prediction, backward = net.forward(x)
    before, loss_backward = losses.squared_error(prediction, target)
    backward(loss_backward())
    expected = optimizer.theta - 0.1 * optimizer.grad
    optimizer.grad += 100
    found = training.train_step(net, losses.squared_error, optimizer, x, target)
    assert type(found) is float and found == before
    assert_allclose(optimizer.theta, expected)


def test_fit_trains_and_evaluate_does_not(rng):
    """Catches a loop in which nothing is dropped and running statistics stand still, and a test that moves them."""
    net = Sequential(BatchNorm(2), Dropout(0.5, rng=rng), Linear(2, 2, rng=rng))
    x, y = datasets.two_moons(40, rng=rng)
    x, norm, seen = x + 5, net.layers[0], []
    watched = Sequential(
        *net.layers[:2], lambda h: (seen.append(h) or h, lambda dy: dy), net.layers[2]
    )
    optimizer, options = optim.SGD(net.parameters(), 0.1), {"batch_size": 20}
    training.fit(
        watched, losses.cross_entropy, optimizer, x, y, epochs=2, rng=rng, **options
    )
    assert all(0.2 < (h == 0).mean() < 0.8 for h in seen) and len(seen) == 4
    assert (norm.mean > 1).all()
    mean = norm.mean.copy()
    training.evaluate(watched, losses.cross_entropy, x, y, **options)
    assert (seen[-1] != 0).all()
    assert_array_equal(norm.mean, mean)


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


def test_evaluate_is_the_loss_over_all_samples_whatever_the_pieces(rng):
    """Catches a mean of means, which counts the small last piece too much."""
    x, y = datasets.two_moons(70, rng=rng)
    net = Sequential(Linear(2, 2, rng=rng))
    whole = float(losses.cross_entropy(net(x), y)[0])
    for size in (1, 32, 70, 1000):
        found = training.evaluate(net, losses.cross_entropy, x, y, batch_size=size)
        assert_allclose(found, whole, rtol=1e-12)


def test_training_spares_the_gradient_of_the_data_and_nothing_else(rng):
    net = Sequential(Linear(2, 3, rng=rng), F.tanh, Linear(3, 2, rng=rng))
    x, y = datasets.two_moons(10, rng=rng)
    optimizer = optim.SGD(net.parameters(), 0.1)
    logits, backward = net.forward(x, training=True)
    assert backward(losses.cross_entropy(logits, y)[1]()).shape == x.shape
    expected = optimizer.theta - 0.1 * optimizer.grad
    training.train_step(net, losses.cross_entropy, optimizer, x, y)
    assert_allclose(optimizer.theta, expected, rtol=1e-14)
    marked = []
    watched = Sequential(lambda x: (marked.append(unmarked(x)[1]) or x, np.array), net)
    training.train_step(watched, losses.cross_entropy, optimizer, x, y)
    assert marked == [True]


@pytest.mark.parametrize(
    "first",
    [
        lambda x: (2 * x, lambda dy: 2 * dy),
        lambda x: (x[:, ::-1], lambda dy: dy[:, ::-1]),
        lambda x: (x.reshape(len(x), -1), lambda dy: dy.reshape(x.shape)),
        lambda x: (np.tanh(x), lambda dy: dy * (1 - np.tanh(x) ** 2)),
        lambda x: (x, lambda dy: 2 * dy),
        lambda x: (np.asanyarray(x), lambda dy: 2 * dy),
        lambda x: (np.multiply(x, 2, out=x), lambda dy: 2 * dy),
        lambda x: (list(x), lambda dy: 2 * dy),
    ],
)
def test_a_plain_function_may_stand_first(first, rng):
    """Catches the mark of the training data on what was computed from it: a plain pullback cannot take None."""
    x, y = datasets.two_moons(10, rng=rng)
    net = Sequential(first, Linear(2, 2, rng=rng))
    training.train_step(
        net, losses.cross_entropy, optim.SGD(net.parameters(), 0.1), x, y
    )


def test_early_stopping_waits_and_returns_to_the_best():
    """Two looks without a better one (an equal one is none) end it; a later best counts again."""
    net = Layer(F.rectifier, Parameter(np.zeros(1)))
    stopping, (alpha,) = training.EarlyStopping(net, patience=2), net.parameters()
    said = []
    for step, loss in enumerate(np.array([3.0, 1.0, 1.0, 2.0, 0.5])):
        alpha.value[:] = step
        said.append(stopping.look(loss))
    assert said == [False, False, False, True, False]
    assert stopping.best == 0.5 and type(stopping.best) is float
    alpha.value[:] = 99
    stopping.restore()
    assert alpha.value == [4]


def test_early_stopping_restores_running_averages_too(rng):
    """Catches a copy of the parameters alone: the best loss was measured with the averages of that moment."""
    net, x = BatchNorm(2), rng.standard_normal((8, 2))
    net.forward(x, training=True)
    stopping, best = training.EarlyStopping(net, patience=1), net(x)
    stopping.look(1.0)
    for _ in range(5):
        net.forward(x + 9, training=True)
    assert not np.allclose(net(x), best)
    stopping.restore()
    assert_array_equal(net(x), best)


def test_early_stopping_before_any_look_restores_the_start():
    net = Layer(F.rectifier, Parameter(np.ones(2)))
    stopping = training.EarlyStopping(net, patience=1)
    net.parameters()[0].value[:] = 2
    assert stopping.look(float("nan"))  # nan is never the best
    stopping.restore()
    assert_array_equal(net.parameters()[0].value, [1, 1])


def test_fit_counts_every_sample_once(rng):
    """Catches a mean of batch means, in which the samples of a small last batch count more."""
    x, target = np.arange(5.0)[:, None], np.zeros((5, 1))
    history = training.fit(
        Sequential(), losses.squared_error, optim.SGD([Parameter(np.zeros(1))], 0.1),
        x, target, epochs=3, batch_size=4, rng=rng,
    )  # fmt: skip
    assert_allclose(history, (x**2).mean() / 2)


def test_a_recurrent_network_learns_from_samples_in_rows(rng):
    """Data (N, T, D) through time_first and last_step; the answer 'always 1' has a loss of 1/12."""
    x, y = datasets.adding_problem(200, T=6, rng=rng)
    net = Sequential(
        F.time_first, RNN(2, 16, rng=rng), F.last_step, Linear(16, 1, rng=rng)
    )
    history = training.fit(
        net, losses.squared_error, optim.Adam(net.parameters(), 0.01), x, y,
        epochs=30, batch_size=20, rng=rng,
    )  # fmt: skip
    assert history[-1] < 1 / 12 / 5


def three_networks():
    rng = np.random.default_rng(4)
    net = mlp((2, 5, 3), activation=F.tanh, rng=rng, copies=3)
    return net, rng.standard_normal((3, 12, 2)), rng.integers(0, 3, (3, 12))


def alone(net, s):
    """The network number `s` of those side by side, as one of its own."""
    W1, b1, W2, b2 = (Parameter(p.value[s]) for p in net.parameters())
    return Sequential(Layer(F.linear, W1, b1), F.tanh, Layer(F.linear, W2, b2))


def fit_three(net, x, y, **options):
    optimizer = optim.Adam(net.parameters(), 0.05)
    return training.fit_side_by_side(
        net, losses.cross_entropy, optimizer, x, y, **options
    )


@pytest.mark.parametrize("batch_size", [None, 4, 5])
def test_each_network_learns_side_by_side_as_it_would_alone(batch_size):
    """Batches of five go round: the third one takes the last two samples and the first three."""
    net, x, y = three_networks()
    singles, size = [alone(net, s) for s in range(3)], batch_size or 12
    found = fit_three(net, x, y, steps=5, batch_size=batch_size)
    for s, single in enumerate(singles):
        optimizer = optim.Adam(single.parameters(), 0.05)
        for step in range(5):
            rows = np.arange(step * size, (step + 1) * size) % 12
            value = training.train_step(
                single, losses.cross_entropy, optimizer, x[s, rows], y[s, rows]
            )
            assert_allclose(found[step, s], value, rtol=1e-12)
        for p, q in zip(net.parameters(), single.parameters(), strict=True):
            assert_allclose(p.value[s], q.value, rtol=1e-9, atol=1e-12)


def test_networks_side_by_side_may_share_their_samples():
    net, x, y = three_networks()
    expected = [losses.cross_entropy(z, y[0])[0] for z in net(x[0])]
    labels = np.broadcast_to(y[0], (3, 12))
    assert_allclose(fit_three(net, x[:1], labels, steps=1), [expected])


def test_targets_may_have_axes_of_their_own(rng):
    """Catches targets (N, K) that must broadcast with inputs (N, D)."""
    x, target = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    net = mlp((3, 4, 2), rng=rng)
    optimizer = optim.SGD(net.parameters(), 0.1)
    before = training.evaluate(net, losses.squared_error, x, target)
    training.fit(
        net,
        losses.squared_error,
        optimizer,
        x,
        target,
        epochs=20,
        batch_size=3,
        rng=rng,
    )
    assert training.evaluate(net, losses.squared_error, x, target) < before
    pair = mlp((3, 4, 2), rng=rng, copies=2)
    optimizer = optim.SGD(pair.parameters(), 0.1)
    both = x[None], np.stack([target, target])
    found = training.fit_side_by_side(
        pair, losses.squared_error, optimizer, *both, steps=20
    )
    assert found.shape == (20, 2) and (found[-1] < found[0]).all()


@pytest.mark.parametrize("batch_size", [4, None])
def test_inputs_are_changed_batch_by_batch_and_not_for_good(batch_size):
    net, x, y = three_networks()
    seen, W, before = [], net.layers[0].W.value.copy(), x.copy()

    def change(batch):
        seen.append(batch.copy())
        batch[:] = 0
        return batch

    fit_three(net, x, y, steps=4, batch_size=batch_size, change=change)
    parts = [x[:, :4], x[:, 4:8], x[:, 8:], x[:, :4]] if batch_size else [x] * 4
    assert_array_equal(seen, parts)
    assert_array_equal(x, before)
    assert_array_equal(net.layers[0].W.value, W)  # where x = 0 there is no gradient


def test_weights_may_be_changed_after_each_step():
    """Catches an `after` that comes before the step, or once at the end."""
    net, x, y = three_networks()
    calls = []

    def after():
        W = net.layers[0].W.value
        calls.append(np.abs(W).max())
        np.clip(W, -0.1, 0.1, out=W)

    fit_three(net, x, y, steps=3, after=after)
    assert len(calls) == 3 and max(calls[1:]) > 0.1  # the step has moved them
    assert np.abs(net.layers[0].W.value).max() == 0.1
