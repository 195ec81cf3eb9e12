"""Optimizers by hand, clipping, schedules."""

import copy
import pickle

import numpy as np
import pytest
from dlnotes import functional as F
from dlnotes import optim, schedules
from dlnotes.layers import Linear
from dlnotes.network import Parameter, Sequential
from numpy.testing import assert_allclose, assert_array_equal


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


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
    net = Sequential(Linear(3, 4, rng=rng), F.tanh, Linear(4, 2, rng=rng))
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


def test_a_whole_gradient_can_be_assigned(rng):
    """Catches an assignment that takes the place of the vector, which the next backward pass no longer fills."""
    net = Linear(3, 2, rng=rng)
    optimizer = optim.SGD(net.parameters(), 1.0)
    for _ in range(2):
        optimizer.zero_grad()
        net.W.grad += 4
        optimizer.grad = optimizer.grad / 4
        before = net.W.value.copy()
        optimizer.step()
        assert_allclose(net.W.value, before - 1)
    optimizer.theta = np.zeros(8)
    assert not net.W.value.any()
    with pytest.raises(ValueError, match=r"an assigned grad must have shape \(8,\)"):
        optimizer.grad = np.zeros(7)


def detached(how):
    """A parameter and its optimizer after something that makes views of the vector arrays of their own."""
    parameter = Parameter(START.copy())
    optimizer = optim.Momentum([parameter], 0.1)
    parameter.grad += G1
    optimizer.step()
    return how(parameter, optimizer)


def assigned(parameter, optimizer):
    parameter.value, parameter.grad = parameter.value.copy(), parameter.grad.copy()
    return parameter, optimizer


def lent(parameter, optimizer):
    optim.SGD([parameter], 0.1).zero_grad()
    return parameter, optimizer


@pytest.mark.parametrize(
    "how",
    [
        lambda *both: both,
        assigned,
        lent,
        lambda *both: copy.deepcopy(both),
        lambda *both: pickle.loads(pickle.dumps(both)),
    ],
    ids=["untouched", "assigned", "lent", "copied", "pickled"],
)
def test_a_step_moves_the_parameters_wherever_they_are(how):
    """Catches a step of a vector that no layer looks at any longer, and a memory that is lost on the way."""
    parameter, optimizer = detached(how)
    optimizer.zero_grad()
    parameter.grad += G2
    optimizer.step()
    assert_allclose(
        parameter.value, steps(optim.Momentum, (G1, G2), learning_rate=0.1)[1]
    )
    assert np.shares_memory(parameter.value, optimizer.theta)


def test_a_copy_leaves_the_original_alone():
    parameter, optimizer = detached(lambda *both: both)
    before = parameter.value.copy()
    twin, twins_optimizer = copy.deepcopy((parameter, optimizer))
    twins_optimizer.step()
    assert_array_equal(parameter.value, before)
    assert not np.allclose(twin.value, before)
    optimizer.step()
    assert_array_equal(parameter.value, twin.value)


def test_an_assigned_gradient_counts_and_keeps_the_dtype():
    parameter = Parameter(START.astype(np.float32))
    optimizer = optim.SGD([parameter], 0.1)
    parameter.value, parameter.grad = [1.0, 2, 3], G1
    optimizer.step()
    assert_allclose(parameter.value, START - 0.1 * G1, rtol=1e-6)
    assert parameter.value.dtype == optimizer.theta.dtype == np.float32


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("value", r"an assigned value must .* \(3,\) like the one before, got \(2,\)"),
        ("grad", r"an assigned grad must have shape \(3,\) like the value, got \(2,\)"),
    ],
)
def test_what_is_assigned_must_fit(name, message):
    parameter = Parameter(START.copy())
    optimizer = optim.SGD([parameter], 0.1)
    setattr(parameter, name, np.ones(2))
    for call in (optimizer.zero_grad, optimizer.step):
        with pytest.raises(ValueError, match=message):
            call()


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


def test_nesterov_by_hand():
    """First: g₁ + 0.9 g₁; second: g₂ + 0.9 (0.9 g₁ + g₂)."""
    first, second = steps(optim.Nesterov, (G1, G2), learning_rate=0.1)
    assert_allclose(first, START - 0.1 * 1.9 * G1)
    assert_allclose(second, first - 0.1 * (1.9 * G2 + 0.81 * G1))


def test_adagrad_and_rmsprop_by_hand():
    """Catches a mean for a sum, g for g², and ε inside the root."""
    first, second = steps(optim.Adagrad, (G1, G2), learning_rate=0.1, epsilon=0.5)
    assert_allclose(first, START - 0.1 * G1 / (np.abs(G1) + 0.5))
    root = np.sqrt(G1**2 + G2**2)
    assert_allclose(second, first - 0.1 * G2 / (root + 0.5))
    first, second = steps(
        optim.RMSprop, (G1, G2), learning_rate=0.1, beta=0.75, epsilon=0.5
    )
    assert_allclose(first, START - 0.1 * G1 / (np.abs(G1) / 2 + 0.5))
    root = np.sqrt(0.1875 * G1**2 + 0.25 * G2**2)
    assert_allclose(second, first - 0.1 * G2 / (root + 0.5))


def test_amsgrad_remembers_the_largest_gradient():
    """A large gradient, then small ones: Adam's V falls, AMSGrad's does not, so its steps stay smaller."""
    gradients = [np.full(3, 10.0)] + [np.full(3, 0.1)] * 200
    adam, amsgrad = (
        steps(kind, gradients, learning_rate=0.1, beta2=0.9)
        for kind in (optim.Adam, optim.AMSGrad)
    )
    assert_array_equal(adam[0], amsgrad[0])
    last = [abs(places[-1] - places[-2]).max() for places in (adam, amsgrad)]
    assert last[0] > 10 * last[1]


ALL = [
    optim.SGD, optim.Momentum, optim.Nesterov, optim.Adagrad, optim.RMSprop, optim.Adam,
    optim.AMSGrad, optim.AdamW,
]  # fmt: skip


@pytest.mark.parametrize("kind", [k for k in ALL if k is not optim.AdamW])
def test_weight_decay_is_the_gradient_of_an_l2_penalty(kind):
    """Catches decay with the wrong sign, and decay of the already decayed."""
    decayed = steps(kind, (G1,), learning_rate=0.1, weight_decay=0.5)
    assert_allclose(decayed, steps(kind, (G1 + 0.5 * START,), learning_rate=0.1))


def test_adamw_decays_beside_the_step():
    """Adam's step of size η is added to θ (1 − η λ): the gradient does not see the decay."""
    (moved,) = steps(optim.AdamW, (G1,), learning_rate=0.1, weight_decay=0.5)
    (plain,) = steps(optim.Adam, (G1,), learning_rate=0.1)
    assert_allclose(moved, plain - 0.1 * 0.5 * START)
    assert optim.AdamW([Parameter(START.copy())]).weight_decay == 0.01


@pytest.mark.parametrize("kind", ALL)
def test_pieces_of_the_vector_make_the_same_step(kind, monkeypatch):
    """Catches state that is shared between pieces, or a piece left out at the end."""
    gradients = [np.random.default_rng(s).standard_normal(3) for s in range(5)]
    whole = steps(kind, gradients, learning_rate=0.1)
    monkeypatch.setattr(optim, "BLOCK", 2)
    assert_array_equal(steps(kind, gradients, learning_rate=0.1), whole)


@pytest.mark.parametrize("kind", ALL)
def test_a_schedule_sets_the_rate_of_every_step(kind):
    """Catches a count from 1, and a schedule that is asked once."""
    optimizer = kind([Parameter(START.copy())], lambda t: 0.1 / (1 + t))
    rates = []
    for _ in range(3):
        optimizer.grad += 1
        optimizer.step()
        rates.append(optimizer.learning_rate)
    assert_allclose(rates, [0.1, 0.05, 0.1 / 3])


@pytest.mark.parametrize("kind", ALL)
def test_every_optimizer_descends_a_bowl(kind):
    parameter = Parameter(START.copy())
    optimizer = kind([parameter], 0.05)
    for _ in range(400):
        optimizer.zero_grad()
        parameter.grad += parameter.value
        optimizer.step()
    assert (parameter.value**2).sum() < 0.3 * (START**2).sum()


def test_clipping_by_norm_keeps_the_direction_and_by_value_does_not():
    g = np.array([3.0, -4.0])
    assert_allclose(optim.clip_by_norm(g, 1.0), [0.6, -0.8])
    assert_array_equal(optim.clip_by_value(g, 3.5), [3, -3.5])
    assert_array_equal(optim.clip_by_norm(g, 5.0), g)  # just long enough
    assert_array_equal(optim.clip_by_norm(np.zeros(2), 1.0), [0, 0])
    assert_array_equal(g, [3, -4])
    for clip in (optim.clip_by_norm, optim.clip_by_value):
        assert clip(g.astype(np.float32), 1.0).dtype == np.float32
        assert clip(g, 9.0) is not g


# ── Schedules ──

SCHEDULES = [
    (schedules.step_decay(0.8, every=3, factor=0.5), {0: 0.8, 2: 0.8, 3: 0.4, 6: 0.2}),
    (schedules.step_decay(1.0, every=1), {0: 1, 1: 0.1}),
    (schedules.exponential(0.8, factor=0.5), {0: 0.8, 1: 0.4, 3: 0.1}),
    (schedules.inverse_time(0.6, half=10), {0: 0.6, 10: 0.3, 20: 0.2}),
    (
        schedules.linear_to_constant(2.0, steps=4, last=0.4),
        {0: 2.0, 1: 1.6, 4: 0.4, 9: 0.4},
    ),
    (schedules.cosine(1.0, steps=4, last=0.2), {0: 1.0, 2: 0.6, 4: 0.2, 9: 0.2}),
    (schedules.cosine(0.8, steps=6), {0: 0.8, 2: 0.6, 3: 0.4, 6: 0.0}),
    (schedules.warm_up(0.8, steps=4), {0: 0.2, 1: 0.4, 3: 0.8, 9: 0.8}),
    (
        schedules.warm_up(schedules.exponential(0.8, factor=0.5), steps=2),
        {0: 0.4, 1: 0.4, 2: 0.2},
    ),
    (
        schedules.one_cycle(0.8, steps=11, up=6 / 11, first=0.2, last=0.1),
        {0: 0.16, 5: 0.8, 10: 0.08},
    ),
]


@pytest.mark.parametrize(("schedule", "rates"), SCHEDULES)
def test_schedules_by_hand(schedule, rates):
    assert_allclose([schedule(t) for t in rates], list(rates.values()), atol=1e-12)


def test_one_cycle_rises_and_falls_once():
    schedule = schedules.one_cycle(0.1, steps=100)
    rates = np.array([schedule(t) for t in range(100)])
    top = rates.argmax()
    assert 25 <= top <= 30 and (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert_allclose(rates[[0, -1]], [0.004, 4e-7])


def test_a_schedule_that_fails_is_refused_at_its_step():
    optimizer = optim.SGD(
        [Parameter(START.copy())], lambda t: 0.1 if t == 0 else np.nan
    )
    optimizer.step()
    with pytest.raises(
        ValueError, match=r"the rate of the schedule must be .* got nan"
    ):
        optimizer.step()
