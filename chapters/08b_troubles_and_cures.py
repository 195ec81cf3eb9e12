# %% [markdown]
# # Troubles and cures
#
# Below the rate $2/L$ every full step goes down, and $L$ is the largest curvature: so much is proved ([chapter 8a](08a_descent.ipynb)). But the curvature of a network is not fixed; it changes as the network learns. Here is the largest curvature of five small networks while they are trained on all samples at once. Choose the rate, and watch where the curvature goes. The dashed line is $2/\eta$: above it, a step along the most curved direction lands farther out than it started, and descent should fail.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import json
from pathlib import Path

import numpy as np
from dlnotes import datasets, init, losses, optim
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.exercises import troubles_and_cures as exercises
from dlnotes.explore import explore, show
from dlnotes.layers import mlp
from dlnotes.network import Layer, Parameter, Sequential
from dlnotes.normalization import batch_norm, layer_norm
from dlnotes.plotting import BLUE, INK, ORANGE, contours, lines, log_scale
from dlnotes.signals import arriving, own_scale
from dlnotes.training import fit_side_by_side

np.set_printoptions(precision=4, suppress=True)

digits = datasets.digits()
FEW = datasets.splits(digits, train=200, test=500).train
CENTERED = FEW.x - FEW.x.mean(axis=1, keepdims=True)
SEEDS = len(FEW.x)


def rows(net, flat):
    """A vector of all parameters of networks side by side as one row for each network, (S, P)."""
    cuts = np.cumsum([p.value.size for p in net.parameters()])[:-1]
    parts = zip(np.split(flat, cuts), net.parameters(), strict=True)
    return np.concatenate([v.reshape(len(p.value), -1) for v, p in parts], axis=1)


def flat(net, theta):
    """The way back: from rows (S, P) to one vector."""
    cuts = np.cumsum([p.value[0].size for p in net.parameters()])[:-1]
    return np.concatenate([part.ravel() for part in np.split(theta, cuts, axis=1)])


def slopes(net, optimizer, loss, x, y, theta=None):
    """Losses (S,) and gradients (S, P) of networks side by side, at theta (S, P) or where they are."""
    here = optimizer.theta.copy()
    if theta is not None:
        optimizer.theta = flat(net, theta)
    optimizer.zero_grad()
    prediction, backward = net.forward(x, training=True)
    value, pullback = loss(prediction, y)
    backward(pullback(np.ones_like(value)))
    optimizer.theta = here
    return value, rows(net, optimizer.grad)


def squared(prediction, labels):
    """Half the squared error of each network against one-hot labels, and its pullback."""
    gap = prediction - np.eye(10)[labels]
    value = (gap**2).sum(axis=-1).mean(axis=-1) / 2
    return value, lambda dv: gap * dv[:, None, None] / gap.shape[1]


def sharpness(net, optimizer, loss, x, y, v, times=5, step=1e-4):
    """Largest curvature of each network, (S,), by power iteration from v (S, P), and the direction found."""
    theta = rows(net, optimizer.theta)
    for _ in range(times):
        v = v / np.linalg.norm(v, axis=1, keepdims=True)
        ahead, behind = (
            slopes(net, optimizer, loss, x, y, theta + sign * step * v)[1]
            for sign in (1, -1)
        )
        Hv = (ahead - behind) / (2 * step)
        largest, v = (v * Hv).sum(axis=1), Hv
    return largest, v


def gentle(shape, *, rng):
    """Half of Glorot's weights."""
    return init.glorot(shape, rng=rng) / 2


ACTIVATIONS = {"sigmoid": F.sigmoid, "tanh": F.tanh, "ReLU": F.relu}
moons = datasets.two_moons(100, noise=0.15, rng=np.random.default_rng(0))
moon_targets = moons.y[:, None].astype(float)
EDGE_RATES = [0.1, 0.25, 0.3, 0.4]
FIVE = CENTERED[:5], FEW.y[:5]


def to_the_edge(rate, looks=15, between=100):
    """Largest curvature and loss of five networks, every hundred steps, (looks, 5) each."""
    net = mlp(
        (64, 32, 32, 10),
        activation=F.tanh,
        rng=np.random.default_rng(1),
        initialize=gentle,
        copies=5,
    )
    optimizer, curves, values = optim.SGD(net.parameters(), rate), [], []
    v = np.random.default_rng(0).standard_normal(rows(net, optimizer.theta).shape)
    for _ in range(looks):
        largest, v = sharpness(net, optimizer, squared, *FIVE, v)
        history = fit_side_by_side(net, squared, optimizer, *FIVE, steps=between)
        curves.append(largest)
        values.append(history[0])
    return np.array(curves), np.array(values)


edges = {rate: to_the_edge(rate) for rate in EDGE_RATES}


def draw_edge(axes, rate):
    curves, values = edges[rate]
    steps = np.arange(len(curves)) * 100
    axes[0].plot(steps, curves, "o-", ms=3, lw=1)
    axes[0].axhline(2 / rate, ls="--", color=INK, lw=1)
    axes[0].set(ylim=(0, 22), xlabel="step", ylabel="largest curvature")
    axes[0].set_title(f"η = {rate:g}, so 2/η = {2 / rate:.1f}")
    axes[1].plot(steps, values, "o-", ms=3, lw=1)
    axes[1].set(yscale="log", ylim=(0.01, 0.6), xlabel="step", ylabel="loss")
    log_scale(axes[1], "y")
    axes[1].set_title("Falling all the same")
    end = curves[-4:].mean()
    at_edge = np.abs(end * rate / 2 - 1) < 0.1
    where = "the edge, and stays there" if at_edge else f"{end:.1f}, below the edge"
    assert values[-1].mean() < values[0].mean() / 4
    return f"At the rate {rate:g} the largest curvature goes from {curves[0].mean():.1f} to {where}; the edge is at 2/η = {2 / rate:.1f}. The loss, {values[0].mean():.2f} at the start, falls to less than a quarter."


explore(draw_edge, columns=2, rate=EDGE_RATES, start=1, figsize=(9, 3.8))

# %% [markdown]
# At all rates but the smallest the curvature grows until it meets $2/\eta$, and stays there, while the loss keeps falling. Descent walks along the edge of the cliff.
#
# This page takes the troubles of deep descent one by one, each as a toy and then in a real network; and it tests the two cures that made depth possible, initialization and normalization. Afterwards you can measure the curvature of a network without ever writing down a Hessian, say which trouble you are in, and choose weights that keep twenty layers alive. You need [chapter 8a](08a_descent.ipynb) and backpropagation ([chapter 6b](06b_backpropagation.ipynb)). Reading takes half an hour, the exercises as much again.
#
# (sec-8b-edge)=
# ## At the edge
#
# *After this section you can find the largest curvature of a network, and you know why it stops growing.*
#
# A network with a thousand weights has a Hessian (海森矩阵) of a million numbers. Nobody needs them. The product of the Hessian with *one* direction $\mathbf v$ is how the gradient changes that way,
#
# $$
# H\mathbf v\approx\frac{\mathbf g(\mathbf w+h\mathbf v)-\mathbf g(\mathbf w-h\mathbf v)}{2h},
# $$ (eq-8b-hvp)
#
# two gradients. Apply it again and again, each time shortening $\mathbf v$ to length one: what is left is the direction of the largest curvature, as in the power iteration of [chapter 2a](02a_linear_algebra.ipynb). (To be exact: of the curvature that is largest in size.) That is how the figure was made.
#
# :::{admonition} Exercise 1 · the curvature along a direction
# :class: exercise
# `gradient(w)` returns the gradient at `w` $(P,)$, and `v` $(P,)$ is a direction, not zero. Return the curvature $\mathbf v^\top H\mathbf v/\lvert\mathbf v\rvert^2$ at `w` along `v`, not the largest one: shorten `v` to length one, and use {eq}`eq-8b-hvp` with this direction.
# :::


# %%
def curvature_along(gradient, w, v, h=1e-4):
    """A number."""
    ...


exercises.check_curvature_along(curvature_along)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The slope along v ahead, less the slope along v behind.
def curvature_along(gradient, w, v, h=1e-4):
    v = v / np.linalg.norm(v)
    return v @ (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)


exercises.check_curvature_along(curvature_along)

# %% [markdown]
# Why does it stop at the edge? Two weights show it. Let $y$ be the curvature itself and $x$ the direction it belongs to, in the loss $f(x,y)=\frac12yx^2-cy$: the last term rewards curvature, as learning seems to. Descent makes
#
# $$
# x\leftarrow(1-\eta y)\,x,\qquad y\leftarrow y+\eta\,\bigl(c-\tfrac12x^2\bigr).
# $$ (eq-8b-toy)
#
# While $\eta y<2$, $x$ shrinks and $y$ grows. Beyond $2/\eta$, $x$ grows (from whatever small size it has), jumping from side to side; and as soon as $\frac12x^2>c$, that *lowers* $y$. Going over the edge brings one back:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def on_the_edge(rate=0.2, c=0.02, steps=3000, noise=0.001):
    """x and y after each step of descent, (steps, 2), with a pinch of noise in x, as other weights would make it."""
    rng, x, y, seen = np.random.default_rng(0), 0.3, 6.0, []
    for _ in range(steps):
        x, y = (
            (1 - rate * y) * x + noise * rng.standard_normal(),
            y + rate * (c - x**2 / 2),
        )
        seen.append((x, y))
    return np.array(seen)


def draw_toy(axes):
    seen = on_the_edge()
    axes[0].plot(seen[:, 1], color=BLUE)
    axes[0].axhline(10, ls="--", color=INK, lw=1)
    axes[0].set(xlabel="step", ylabel="curvature y", title="Up to the edge, and back")
    axes[1].plot(seen[:, 0], color=ORANGE, lw=0.6)
    axes[1].set(xlabel="step", ylabel="x", title="Each time by a burst of jumps")
    late = seen[1000:, 1]
    assert abs(late.mean() - 10) < 0.5 and np.ptp(late) < 3
    return f"From step 1,000 on the curvature is {late.mean():.1f} on average, between {late.min():.1f} and {late.max():.1f}; the edge is at {10}."


show(draw_toy, columns=2, figsize=(9, 3.4))

# %% [markdown]
# That full-batch descent of networks typically goes to the edge, unless training ends first, was found by Cohen and others ([2021](../book/bibliography.md)); Damian, Nichani and Lee ([2023](../book/bibliography.md)) explain it, with this mechanism at its heart. (With cross-entropy the curvature falls again in the end: answers that are certain leave nothing to bend.) So oscillation (震荡) is no accident of a badly chosen rate. With a smaller one the edge is higher, and the network climbs to it later, if it has time.
#
# (sec-8b-saddles)=
# ## At a saddle
#
# *After this section you can tell a saddle from a minimum, and you know what each does to a step.*
#
# At a saddle point (鞍点) the gradient vanishes; it goes up one way and down another. In $f=\frac12\lambda(x^2-y^2)$ descent multiplies $x$ by $1-\eta\lambda$ and $y$ by $1+\eta\lambda$: it comes near, lingers, and leaves. A start $y_0$ from the ridge needs
#
# $$
# t=\frac{\ln(1/\lvert y_0\rvert)}{\ln(1+\eta\lambda)}
# $$ (eq-8b-leave)
#
# steps to be one away, from $\lvert y_0\rvert(1+\eta\lambda)^t=1$. That is only logarithmic: from a millionth it takes twice as long as from a thousandth. Only *on* the ridge it never leaves. Choose the start:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def over_the_saddle(y0, rate=0.1, steps=200):
    t = np.arange(steps + 1)
    return np.stack([1.5 * (1 - rate) ** t, y0 * (1 + rate) ** t], axis=1)


def draw_saddle(axes, exponent):
    w = over_the_saddle(10.0**exponent)
    inside = w[np.abs(w[:, 1]) < 1.3]
    contours(axes[0], lambda w: w[0] ** 2 - w[1] ** 2, (-0.3, 1.7), (-1.3, 1.3), 14)
    axes[0].plot(*inside.T, "o-", color=BLUE, ms=3, lw=1)
    axes[0].set(
        xlabel="x",
        ylabel="y",
        title=f"Start 10 to the {exponent} from the ridge".replace("-", "−"),
    )
    axes[1].plot((inside[:, 0] ** 2 - inside[:, 1] ** 2) / 2, color=BLUE)
    axes[1].set(xlim=(0, 150), ylim=(-0.9, 1.2), xlabel="step", ylabel="loss")
    axes[1].set_title("A plateau, then the fall")
    leaves = np.log(10.0**-exponent) / np.log(1.1)
    steps = int((np.abs(w[:, 1]) < 1).sum())
    assert steps == np.ceil(leaves)
    return f"From 10 to the power {exponent} descent is one away from the saddle after {steps} steps (by the formula {leaves:.1f}).".replace(
        "-", "−"
    )


explore(
    draw_saddle, columns=2, exponent=[-1, -2, -3, -4, -5, -6], start=2, figsize=(9, 3.8)
)

# %% [markdown]
# :::{admonition} Exercise 2 · how long it lingers
# :class: exercise
# Descent starts at the distance `y0` from the ridge of a saddle, $0<y_0<1$, along which the curvature is $-\lambda$; `curve` is $\lambda>0$. After how many whole steps at the rate `rate` is it at least one away?
# :::


# %%
def steps_to_leave(y0, curve, rate):
    """A whole number."""
    ...


exercises.check_steps_to_leave(steps_to_leave)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Every step multiplies the distance by 1 + ηλ.
def steps_to_leave(y0, curve, rate):
    return int(np.ceil(np.log(1 / y0) / np.log(1 + rate * curve)))


exercises.check_steps_to_leave(steps_to_leave)

# %% [markdown]
# **In a real network** one can ask for all curvatures. A network 64-8-10 has 610 weights; differences of gradients, 610 networks side by side, give its whole Hessian. Here are its eigenvalues as it learns 200 digits:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
SMALL = (64, 8, 10)


def hessians(theta, x, y, step=1e-4):
    """Hessian (P, P), gradient (P,) and loss of one network of tanh units with the weights theta (P,)."""
    P = len(theta)
    many = mlp(SMALL, activation=F.tanh, rng=np.random.default_rng(0), copies=P)
    optimizer, labels = (
        optim.SGD(many.parameters(), 1.0),
        np.broadcast_to(y, (P, len(y))),
    )
    sides = [
        slopes(
            many,
            optimizer,
            losses.cross_entropy,
            x[None],
            labels,
            theta + sign * step * np.eye(P),
        )
        for sign in (1, -1)
    ]
    (above, ahead), (below, behind) = sides
    H = (ahead - behind) / (2 * step)
    return (H + H.T) / 2, (ahead + behind).mean(axis=0) / 2, (above + below).mean() / 2


def learning(seed, ages, rate=0.5):
    """Weights (P,) of a network of tanh units at each age, with its digits."""
    x, y = CENTERED[seed], FEW.y[seed]
    net = mlp(SMALL, activation=F.tanh, rng=np.random.default_rng(seed), copies=1)
    optimizer, found = optim.SGD(net.parameters(), rate), []
    for before, age in zip((0, *ages), ages, strict=False):
        fit_side_by_side(
            net, losses.cross_entropy, optimizer, x[None], y[None], steps=age - before
        )
        found.append(rows(net, optimizer.theta)[0])
    return found, x, y


STAGES = [0, 30, 100, 300, 1000]
weights, x_seen, y_seen = learning(3, STAGES)
spectra = {}
for age, theta in zip(STAGES, weights, strict=True):
    H, _, height = hessians(theta, x_seen, y_seen)
    spectra[age] = np.linalg.eigvalsh(H), height


def bent_down(values):
    """How many curvatures are downward, and more than a hundredth of the largest upward one."""
    return int((values < -0.01 * values[-1]).sum())


def draw_spectrum(ax, steps):
    values, height = spectra[steps]
    ax.plot(np.arange(len(values)), values, ".", color=INK, ms=3)
    ax.plot(np.flatnonzero(values < 0), values[values < 0], ".", color=ORANGE, ms=4)
    ax.axhline(0, color=INK, lw=0.6)
    ax.set(ylim=(-0.3, 0.55), xlabel="eigenvalue, in order", ylabel="curvature")
    ax.set_title(f"{bent_down(values)} directions lead down")
    return f"After {steps:,} steps the loss is {height:.3f}; {bent_down(values)} of {len(values)} curvatures are downward (more than a hundredth of the largest), the lowest is {values[0]:.3f}, the highest {values[-1]:.2f}."


explore(draw_spectrum, steps=STAGES, figsize=(5.5, 3.8))

# %% [markdown]
# A network starts among directions that bend downward, and leaves them one after the other as its loss falls. Low losses have few ways down left, as Dauphin and others ([2014](../book/bibliography.md)) found and explained: in many dimensions it would be a strange accident if all curvatures were upward where the loss is still high.
#
# **Newton's step.** *Newton's method solves ill-conditioning*: divide the gradient by the curvature, direction by direction, and a valley becomes a bowl. But a direction that is bent downward is divided by a negative number, and the step goes *up*, to where the gradient vanishes. In a bowl, at a saddle, and in the network after thirty steps:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def newton_wins(signs, seed, condition=1000):
    """Is the loss lower after one Newton step from a random place than after a hundred steps of descent?"""
    rng = np.random.default_rng(seed)
    curves = np.array(signs) * np.array([1.0, condition])
    Q = np.linalg.qr(rng.standard_normal((2, 2)))[0]
    H, w = Q @ np.diag(curves) @ Q.T, rng.standard_normal(2)
    loss = lambda w: w @ H @ w / 2
    newton = w - np.linalg.solve(H, H @ w)
    slow = np.linalg.matrix_power(np.eye(2) - H / condition, 100) @ w
    return bool(loss(newton) < loss(slow))


def newton_in_network(seed, age=30):
    """Losses at that age, after one step of each kind, and after a hundred more steps of descent."""
    (theta, later), x, y = learning(seed, (age, age + 100))
    H, g, height = hessians(theta, x, y)
    curves, Q = np.linalg.eigh(H)
    along, size = Q.T @ g, np.abs(curves)
    one = mlp(SMALL, activation=F.tanh, rng=np.random.default_rng(0), copies=1)
    optimizer = optim.SGD(one.parameters(), 1.0)

    def at(w):
        x_and_y = x[None], y[None], w[None]
        return slopes(one, optimizer, losses.cross_entropy, *x_and_y)[0][0]

    steps = (
        np.divide(
            along, curves, out=np.zeros_like(along), where=size > 1e-6
        ),  # Newton's
        along / (size + 1e-6),  # by sizes of curvatures
        along / (size + size.max() / 10),  # the same, damped
    )
    return [height, *(at(theta - Q @ step) for step in steps), at(later)]


newton = {
    name: np.array([newton_wins(signs, seed) for seed in range(SEEDS)])
    for name, signs in {
        "a bowl": (1, 1),
        "a saddle": (-1, 1),
    }.items()
}
real = np.array([newton_in_network(seed) for seed in range(SEEDS)])
settle(
    "C8.7",
    tested="Is the loss lower after one step of Newton's than after a hundred steps of descent?",
    on="surface",
    cases=newton | {"a network after thirty steps": real[:, 1] < real[:, -1]},
    evidence=f"In a bowl, a thousand times as steep one way as the other, it is in {newton['a bowl'].sum()} of {SEEDS} seeds, at such a saddle in {newton['a saddle'].sum()}. In a network the median loss goes from {np.median(real[:, 0]):.2f} to {np.median(real[:, 1]):.0f} by Newton's step, and to {np.median(real[:, -1]):.2f} by descent.",
    card=True,
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
kinds_of_step = ("none", "Newton", "sizes", "damped", "100 of descent")
for kind, value in zip(kinds_of_step, np.median(real, axis=0), strict=True):
    print(f"{kind:15} loss {value:6.2f}")
assert np.median(real[:, 2]) > np.median(real[:, 0]) > np.median(real[:, 3])

# %% [markdown]
# Is it the sign? Divide by the *size* of each curvature instead, so that every direction goes down, and the step is no better: most of the 610 curvatures are nearly zero, a gradient over nearly zero is a step of hundreds, and so far away the parabola that Newton trusts is no picture of the loss. Add a tenth of the largest curvature to every size, which holds the flat directions back, and one step does gain. Newton's method cures ill-conditioning where its parabola holds; elsewhere it needs damping ([chapter 8c](08c_optimizers.ipynb)).

# %% [markdown]
# **Stuck, but where?** A loss that no longer falls looks like the end. Goodfellow, Bengio and Courville ([2016](../book/bibliography.md), section 8.2.2) suggest a test, which the notes take over: plot the norm of the gradient; if it does not shrink, you are not at a local minimum. Here are two networks whose loss hardly falls. One is trained by batches of ten on digits of which a third are labeled wrongly. The other has weights a thousandth of the usual size.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
MORE = datasets.splits(digits, train=400, test=500).train
WRONG = datasets.mislabel(
    MORE.y.ravel(), 10, share=1 / 3, rng=np.random.default_rng(0)
).reshape(MORE.y.shape)


def standing(scale, rate=0.3, looks=13, between=400, batch=10):
    """Loss and gradient norm of all samples at each look, (looks, seeds) each; weights of He's size times scale."""
    net = mlp(SMALL, rng=np.random.default_rng(1), copies=SEEDS)
    optimizer, seen = optim.SGD(net.parameters(), rate), []
    optimizer.theta = scale * optimizer.theta
    for _ in range(looks):
        value, g = slopes(net, optimizer, losses.cross_entropy, MORE.x, WRONG)
        seen.append((value, np.linalg.norm(g, axis=1)))
        fit_side_by_side(
            net,
            losses.cross_entropy,
            optimizer,
            MORE.x,
            WRONG,
            steps=between,
            batch_size=batch,
        )
    return np.array(seen).swapaxes(0, 1)


usual = standing(1.0)
still = standing(0.001, between=2, batch=400)  # full steps, a few


def draw_standing(axes):
    for ax, (value, norm), label, title in zip(
        axes,
        (usual, still),
        ("look, every 400 steps", "look, every 2 full steps"),
        ("The norm grows: no minimum", "The norm is small: a saddle"),
        strict=True,
    ):
        ax.plot(value.mean(axis=1), "o-", color=BLUE, label="loss")
        ax.plot(norm.mean(axis=1), "s--", color=ORANGE, label="norm of the gradient")
        ax.set(ylim=(0, 2.6), xlabel=label, title=title)
    axes[1].legend(loc="center right")
    return f"Left: over the last three looks the loss falls from {usual[0, -4].mean():.2f} to {usual[0, -1].mean():.2f} while the norm of the gradient goes from {usual[1, 0].mean():.2f} at the start to {usual[1, -1].mean():.2f}. Right: loss {still[0, -1].mean():.2f}, norm {still[1, -1].mean():.3f} (means of {SEEDS} networks)."


show(draw_standing, columns=2, figsize=(9, 3.6))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
lows = np.random.default_rng(0).uniform(0.3, 1.5, 20)  # starts right of the ridge
arrived = lows.copy()
for _ in range(300):
    arrived = arrived - 0.05 * (arrived**3 - arrived + 0.15)
bottom = [np.abs(w**3 - w + 0.15) for w in (lows, arrived)]
later = standing(0.001, between=300, batch=400, looks=2)[0, -1].mean()
settle(
    "C8.8",
    tested="A network whose loss hardly falls any more: is the norm of the gradient still more than half of what it was before training, which it cannot be at a minimum?",
    holds=usual[1, -1] > usual[1, 0] / 2,
    control={
        "descent that did end in a local minimum (the shallow one of two valleys, below)": bottom[
            1
        ]
        > bottom[0] / 2,
        "a network that stands at a saddle": still[1, -1] > usual[1, 0] / 2,
    },
    evidence=f"The norm is {usual[1, 0].mean():.2f} before training and {usual[1, -1].mean():.2f}, at least {usual[1, -1].min():.2f}, in the end. It is {still[1, -1].mean():.3f} near the saddle at zero, which is no minimum either: {300} full steps later the loss is down to {later:.2f}.",
    card=True,
)

# %% [markdown]
# A large norm proves that this place is no minimum. (It may still lie *around* one, if the steps are too long to settle.) A small one proves nothing: then look at the curvature, as above.
#
# (sec-8b-valleys)=
# ## Between two valleys
#
# *After this section you know what noise can do about local minima (局部最优), and why networks rarely need it.*
#
# In a loss with two valleys descent stays in the one it starts in. Noise can carry it over the ridge, and it can carry it back. A deep and a shallow valley, a hundred walkers that start in the shallow one:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
TILT = 0.15


def two_valleys(w):
    return w**4 / 4 - w**2 / 2 + TILT * w


def slope(w):
    return w**3 - w + TILT


def escaped(noise, seed, rate=0.05, steps=1500, walkers=100):
    """Share of walkers in the deep valley (left) in the end, from the bottom of the shallow one (right)."""
    rng, w = np.random.default_rng(seed), np.full(walkers, 0.9)
    for _ in range(steps):
        w = np.clip(w - rate * (slope(w) + noise * rng.standard_normal(walkers)), -3, 3)
    return (w < 0).mean()


NOISES = (0, 0.5, 1, 1.5, 2, 3, 8)
escape = {n: np.array([escaped(n, seed) for seed in range(20)]) for n in NOISES}


def draw_valleys(axes):
    w = np.linspace(-1.7, 1.6, 200)
    axes[0].plot(w, two_valleys(w), color=BLUE)
    axes[0].plot(0.9, two_valleys(0.9), "o", color=ORANGE, ms=9)
    axes[0].set(xlabel="w", ylabel="loss", title="A deep valley and a shallow one")
    axes[1].plot(NOISES, [e.mean() for e in escape.values()], "o-", color=BLUE)
    axes[1].set(
        ylim=(0, 1), xlabel="noise of the gradient", ylabel="share in the deep valley"
    )
    axes[1].set_title("Enough noise, not too much")
    told = ", ".join(f"{e.mean():.0%} ({n:g})" for n, e in escape.items())
    return f"Share of walkers in the deep valley after 1,500 steps, by the size of the noise: {told}."


show(draw_valleys, columns=2, figsize=(9, 3.6))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C8.6",
    tested="A hundred walkers in the shallow one of two valleys: are more than half of them in the deep one after fifteen hundred steps?",
    holds=escape[2] > 0.5,
    control={"no noise": escape[0] > 0.5, "a quarter of the noise": escape[0.5] > 0.5},
    evidence=f"In the deep valley: {escape[0].mean():.0%} without noise, {escape[0.5].mean():.0%}, {escape[2].mean():.0%} and {escape[8].mean():.0%} with noise of {0.5}, {2} and {8}.",
)

# %% [markdown]
# It helps, if it is strong enough for the ridge; weaker noise needs more time, and stronger noise carries walkers back.

# %% [markdown]
# **Do networks have such valleys?** Train two networks 64-16-10 on the same 400 digits from different starts. Walk from one to the other in a straight line, all weights at once: a mountain. Local minima, then? Now let the way bend. Take the curve $\mathbf w(t)=(1-t)^2\mathbf a+2t(1-t)\,\mathbf c+t^2\mathbf b$ from $\mathbf a$ to $\mathbf b$, and train its middle $\mathbf c$ so that the loss is low at random places of it. By the chain rule the gradient for $\mathbf c$ is $2t(1-t)$ times the gradient at $\mathbf w(t)$.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def trained(seed):
    """Weights of networks side by side, as one vector."""
    net = mlp((64, 16, 10), rng=np.random.default_rng(seed), copies=SEEDS)
    optimizer = optim.Adam(net.parameters(), 0.01)
    fit_side_by_side(
        net, losses.cross_entropy, optimizer, *MORE, steps=300, batch_size=50
    )
    return optimizer.theta.copy()


def bend(a, b, steps=400, batch=100):
    """The middle c of a curve from a to b along which the loss is low."""
    walker, middle = (
        mlp((64, 16, 10), rng=np.random.default_rng(0), copies=SEEDS) for _ in range(2)
    )
    place, optimizer = (
        optim.SGD(walker.parameters(), 1.0),
        optim.Adam(middle.parameters(), 0.02),
    )
    optimizer.theta, rng = (a + b) / 2, np.random.default_rng(0)
    for step in range(steps):
        t, n = rng.random(), np.arange(step * batch, (step + 1) * batch) % 400
        place.theta = (1 - t) ** 2 * a + 2 * t * (1 - t) * optimizer.theta + t**2 * b
        slopes(walker, place, losses.cross_entropy, MORE.x[:, n], MORE.y[:, n])
        optimizer.grad = 2 * t * (1 - t) * place.grad
        optimizer.step()
    return optimizer.theta.copy()


def along_way(way):
    """Loss of the networks at 21 places of a way, (21, seeds)."""
    net = mlp((64, 16, 10), rng=np.random.default_rng(0), copies=SEEDS)
    place, found = optim.SGD(net.parameters(), 1.0), []
    for t in np.linspace(0, 1, 21):
        place.theta = way(t)
        found.append(losses.cross_entropy(net(MORE.x), MORE.y)[0])
    return np.array(found)


a, b = trained(1), trained(2)
c = bend(a, b)
straight = along_way(lambda t: (1 - t) * a + t * b)
bent = along_way(lambda t: (1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b)
assert (straight.max(axis=0) > 10 * straight[[0, -1]].max(axis=0)).all()
assert (bent.max(axis=0) < straight.max(axis=0) / 5).all()


def draw_ways(ax):
    t = np.linspace(0, 1, 21)
    ax.plot(t, straight, color=ORANGE, lw=0.6, alpha=0.5)
    ax.plot(t, bent, color=BLUE, lw=0.6, alpha=0.5)
    ax.plot(t, straight.mean(axis=1), "s--", color=ORANGE, label="straight")
    ax.plot(t, bent.mean(axis=1), "o-", color=BLUE, label="bent")
    ax.set(xlabel="way from one network to the other", ylabel="loss on 400 digits")
    ax.set_title("No mountain on the bent way")
    ax.legend()
    return f"The highest loss on the way, in {SEEDS} pairs of networks: {straight.max(axis=0).mean():.2f} straight on, {bent.max(axis=0).mean():.3f} along the curve, and {straight[[0, -1]].mean():.3f} at the ends."


show(draw_ways, figsize=(5.5, 3.8))

# %% [markdown]
# What looked like two valleys is one in all twenty pairs, and it is curved (Draxler and others [2018](../book/bibliography.md); Garipov and others [2018](../book/bibliography.md)). Weights have many directions; in one of them there is nearly always a way around. Networks of few units do have bad local minima: of [chapter 6a](06a_feedforward_networks.ipynb)'s two-unit networks many end in one.
#
# :::{admonition} Exercise 3 · the height of a mountain
# :class: exercise
# `way` $(T,)$ holds the loss at equally spaced places of a way from its first to its last. How high is its highest place above the straight line between the losses at its ends? (Zero if it is nowhere above.)
# :::


# %%
def barrier(way):
    """A number, at least 0."""
    ...


exercises.check_barrier(barrier)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The ends are on the line, so the largest difference is never negative.
def barrier(way):
    return (way - np.linspace(way[0], way[-1], len(way))).max()


exercises.check_barrier(barrier)

# %% [markdown]
# (sec-8b-size)=
# ## Keeping twenty layers alive
#
# *After this section you can choose initial weights (初始化) for any activation, and say what goes wrong otherwise.*
#
# A unit adds $n$ inputs, $z=\sum_jw_jx_j$. Draw the weights independently with mean zero and variance $\sigma^2$. Then products of different terms are zero on average, and
#
# $$
# \mathbb E\,z^2=n\,\sigma^2\,\mathbb E\,x^2 .
# $$ (eq-8b-size)
#
# Three factors: how many inputs, how large the weights, and how large the inputs, in mean square. (Not in variance: a constant input of 3 counts 9.) In the next layer the inputs are $h=f(z)$. If $f$ leaves the mean square as it is (as tanh nearly does where it is nearly straight), $\sigma^2=1/n$ keeps the size of the signal. A ReLU does not: $z$ is positive or negative equally often, so of $z^2$ one half is left, and it takes $\sigma^2=2/n$. Backward the same holds with the number of *outputs* of a layer, and with the mean of $f'^2$ instead: one half for a ReLU (if what comes back does not depend on the weights it meets, which is nearly so at the start). Twenty layers of 64 units with weights of standard deviation $s/\sqrt n$:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def sizes_through(activation, scale, seed, depth=20, width=64, samples=64):
    """Root mean square of h in each layer, (depth,), and of the signal that comes back to it."""
    rng = np.random.default_rng(seed)
    h, forward, backs = rng.standard_normal((samples, width)), [], []
    for _ in range(depth):
        W = scale / np.sqrt(width) * rng.standard_normal((width, width))
        h, back = activation(h @ W)
        forward.append(h)
        backs.append((W, back))
    signal, backward = rng.standard_normal(h.shape), []
    for W, back in reversed(backs):
        backward.append(signal)
        signal = back(signal) @ W.T
    rms = lambda a: np.sqrt((a**2).mean())
    return np.array([rms(h) for h in forward]), np.array(
        [rms(d) for d in backward[::-1]]
    )


def magnitude(z):
    """|z|: nothing is cut off."""
    return np.abs(z), lambda dy: dy * np.sign(z)


BENDS = {"tanh": F.tanh, "ReLU": F.relu, "|z|": magnitude, "none": F.identity}
SCALES = [0.5, 0.7, 1, 1.2, 1.4, 2, 3]
depth = np.arange(1, 21)
through = {
    (name, s): np.mean([np.log(sizes_through(f, s, seed)) for seed in range(3)], axis=0)
    for name, f in BENDS.items()
    for s in SCALES
}


def draw_sizes(axes, s):
    for name, style in zip(BENDS, ("o-", "s--", "^:", "-."), strict=True):
        for ax, size in zip(axes, through[name, s], strict=True):
            ax.plot(depth, np.exp(size), style, ms=4, label=name)
    for ax, title in zip(
        axes, ("Forward: the signal", "Backward: the gradient"), strict=True
    ):
        ax.set(yscale="log", ylim=(1e-7, 1e7), xlabel="layer", title=title)
        log_scale(ax, "y")
    axes[0].set_ylabel("size (rms)")
    axes[0].legend(loc="upper left")
    told = ", ".join(f"{name} {np.exp(through[name, s][0][-1]):.2g}" for name in BENDS)
    back = ", ".join(f"{name} {np.exp(through[name, s][1][0]):.2g}" for name in BENDS)
    return f"Weights of {s:g}/√n. Size of the signal in layer 20: {told}. Size of what comes back to layer 1: {back}."


assert np.exp(through["tanh", 1.4][1][0]) > 1.5  # it grows on its way back
explore(draw_sizes, columns=2, s=SCALES, start=2, figsize=(9, 3.8))

# %% [markdown]
# At $s=1$ the layers without activation live, those with ReLU fade, forward and backward, and tanh holds on to its signal for a while: it shrinks large numbers only. At $s=1.4\approx\sqrt2$ it is the ReLU's turn, while tanh holds its signal by saturating; and its gradient *grows* on the way back, by more the larger $s$ is. A signal of healthy size is no proof that all is well.
#
# The rule $1/n$ is that of Glorot and Bengio ([2010](../book/bibliography.md)), for units like tanh; the notes call it by Glorot's first name, *Xavier*. The rule $2/n$ is that of He and others ([2015](../book/bibliography.md)), for ReLU. The notes tell both without the word *ReLU*. Put it back, and their claims can be tested one by one:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def size_of_z(x, std, seed, units=200):
    """Root mean square of z over samples and units, for inputs x (samples, n) and weights N(0, std²)."""
    w = std * np.random.default_rng(seed).standard_normal((x.shape[1], units))
    return np.sqrt(((x @ w) ** 2).mean())


def kept(std):
    """Is z for a thousand inputs as large as for ten, within a fifth? (seeds,)"""
    size = lambda n, seed: size_of_z(
        np.random.default_rng(100 + seed).standard_normal((200, n)), std(n), seed
    )
    ratio = np.array([size(1000, seed) / size(10, seed) for seed in range(20)])
    return np.abs(ratio - 1) < 0.2, ratio


by_rule, rule_ratio = kept(lambda n: 1 / np.sqrt(n))
_, habit_ratio = kept(lambda n: 0.1)
by_definition(
    "C8.23",
    because="The mean square of z is n times the variance of the weights times the mean square of the inputs. To keep it as n grows, the weights have to shrink like one over the root of n.",
    holds=by_rule,
    evidence=f"From ten inputs to a thousand z becomes {rule_ratio.mean():.2f} times as large with a standard deviation of one over the root of n, and {habit_ratio.mean():.1f} times with one of {0.1} for any n.",
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
n, std = 64, 0.1
kinds = {
    "mean square one": lambda seed: np.random.default_rng(seed).standard_normal(
        (200, n)
    ),
    "pixels between zero and one": lambda seed: (
        np.random.default_rng(seed).permutation(digits.x)[:200] / digits.x.max()
    ),
    "what a ReLU let through": lambda seed: np.maximum(
        np.random.default_rng(seed).standard_normal((200, n)), 0
    ),
}
by_two = {
    name: np.array(
        [
            size_of_z(make(seed), std, 50 + seed) / (std * np.sqrt(n))
            for seed in range(20)
        ]
    )
    for name, make in kinds.items()
}
by_three = {
    name: by_two[name] / [np.sqrt((make(seed) ** 2).mean()) for seed in range(20)]
    for name, make in kinds.items()
}
assert all((np.abs(ratio - 1) < 0.15).all() for ratio in by_three.values())
settle(
    "C8.33",
    tested="Do the number of inputs and the weights alone predict the size of z, within fifteen percent?",
    on="inputs",
    cases={name: np.abs(ratio - 1) < 0.15 for name, ratio in by_two.items()},
    evidence="Measured over predicted: "
    + ", ".join(
        f"{ratio.mean():.2f} for inputs of {name}"
        if "mean" in name
        else f"{ratio.mean():.2f} for {name}"
        for name, ratio in by_two.items()
    )
    + f". With the mean square of the inputs as the third factor all are within {max(np.abs(r - 1).max() for r in by_three.values()):.0%}.",
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def through_layers(activation, scale):
    """Size of the signal in each layer, (20, depth)."""
    return np.array(
        [sizes_through(activation, scale, seed, width=128)[0] for seed in range(20)]
    )


at_one = {name: through_layers(BENDS[name], 1.0) for name in ("ReLU", "tanh")}
left_at_ten = {name: (size[:, 9] / size[:, 0]) ** 2 for name, size in at_one.items()}
settle(
    "C8.24",
    tested="Weights of variance 1/n, 128 units a layer: is less than a hundredth of the mean square of layer 1 left in layer 10?",
    holds=left_at_ten["ReLU"] < 0.01,
    control={"tanh, for which the rule was made": left_at_ten["tanh"] < 0.01},
    evidence=f"Left are {left_at_ten['ReLU'].mean():.1%} with ReLU and {left_at_ten['tanh'].mean():.0%} with tanh.",
    turns={('holds=left_at_ten["ReLU"]', 'holds=left_at_ten["tanh"]'): "FALSE"},
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def lives(name):
    """Variance 2/n: is the signal of layer 20 within a factor of three of that of layer 1?"""
    size = through_layers(BENDS[name], np.sqrt(2))
    ratio = size[:, -1] / size[:, 0]
    return (ratio > 1 / 3) & (ratio < 3), ratio


alive = {name: lives(name) for name in ("ReLU", "|z|", "none")}
settle(
    "C8.25",
    tested="Weights of variance 2/n instead of 1/n: is the signal of layer 20 as large as that of layer 1, within a factor of three?",
    holds=alive["ReLU"][0],
    control={
        "the absolute value, which bends like a ReLU but cuts nothing off": alive[
            "|z|"
        ][0],
        "no activation": alive["none"][0],
    },
    evidence=f"The last layer over the first: {np.median(alive['ReLU'][1]):.2f} with ReLU, {np.median(alive['|z|'][1]):.0f} with the absolute value, {np.median(alive['none'][1]):.0f} without an activation (medians). (Tanh keeps its signal with either, by saturating: {np.median(lives('tanh')[1]):.2f}.)",
    turns={
        (
            "size = through_layers(BENDS[name], np.sqrt(2))",
            "size = through_layers(BENDS[name], 1.0)",
        ): "FALSE"
    },
    card=True,
)

# %% [markdown]
# :::{admonition} Exercise 4 · how large the weights
# :class: exercise
# The inputs `x` $(N,n)$ of a layer are given, whatever their scale and mean. Its weights are drawn independently with mean zero, its biases are zero. Return the standard deviation of the weights with which its ReLUs put out a mean square of one, on average over the draws.
# :::


# %%
def weight_std(x):
    """A standard deviation."""
    ...


exercises.check_weight_std(weight_std)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Half of n σ² E[x²] has to be one.
def weight_std(x):
    return np.sqrt(2 / (x.shape[1] * (x**2).mean()))


exercises.check_weight_std(weight_std)

# %% [markdown]
# **What a faded signal does.** *A variance near zero means that the outputs of a layer are very similar, and the gradient vanishes.* That is the vanishing gradient (梯度消失) of the notes. The gradient of the weights of layer $l$ is what comes back times what comes in, $A^{(l-1)\top}\delta^{(l)}$. At $s=1$ ReLU layers lose $1/\sqrt2$ a layer both ways, so every layer's gradient has lost the same: what the backward signal has lost above it, the forward signal has lost below. All gradients are then equally tiny, and the network as a whole goes silent. But similar? Small numbers can differ as much from each other, in proportion, as large ones:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def faded(scale, seed, layers=20, width=128, samples=32):
    """Norm of the weight gradient of layer 10; there, how much outputs differ between units, in proportion to their size; and the cosine between the answers to two samples in layers 1 and 20."""
    rng = np.random.default_rng(seed)
    Ws = [
        Parameter(scale / np.sqrt(width) * rng.standard_normal((width, width)))
        for _ in range(layers)
    ]
    net = Sequential(*(part for W in Ws for part in (Layer(F.linear, W), F.relu)))
    x = rng.standard_normal((samples, width))
    y, backward = net.forward(x, training=True)
    backward(rng.standard_normal(y.shape))
    outputs = [x]
    for W in Ws:
        outputs.append(np.maximum(outputs[-1] @ W.value, 0))
    unlike = outputs[10].std(axis=1) / np.sqrt((outputs[10] ** 2).mean(axis=1))
    alike = []
    for h in (outputs[1], outputs[20]):
        h = h / np.linalg.norm(h, axis=1, keepdims=True)
        alike.append(((h @ h.T).sum() - samples) / (samples * (samples - 1)))
    return np.linalg.norm(Ws[9].grad), unlike.mean(), *alike


fading, right = (
    np.array([faded(s, seed) for seed in range(20)]) for s in (1.0, np.sqrt(2))
)
shrink = fading[:, 0] / right[:, 0]
by_definition(
    "C8.26",
    because="Without biases, a factor on all weights of a ReLU layer is a factor on its outputs and on what comes back. So a signal that fades and a gradient that fades are the same thing. The outputs become similar only in that all are small; in proportion to their size they differ as before.",
    holds=(shrink < 0.01) & np.isclose(fading[:, 1], right[:, 1]),
    evidence=f"In layer 10 of twenty the gradient with weights of Glorot's size is {np.median(shrink):.4f} times that with He's. The outputs of a sample differ by {fading[:, 1].mean():.3f} of their size in both.",
)

# %% [markdown]
# Something else does become alike with depth, at any size of the weights: the answers to *different samples*. Here the inputs are independent noise:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
print("cosine between two samples' outputs")
print(f"layer  1: {right[:, 2].mean():.2f}")
print(f"layer 20: {right[:, 3].mean():.2f}")
assert np.allclose(fading[:, 2:], right[:, 2:]) and right[:, 3].mean() > 0.9

# %% [markdown]
# **Too large, too small.** Does it matter for learning? Eight ReLU layers of 16 units, 200 digits, Adam at the best of three rates, a hundred and fifty steps:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
ONE, ZERO = np.ones(16), np.zeros(16)


def normalized_relu(z):
    """Each sample to mean 0 and variance 1 over the units, then ReLU; as a pair."""
    u, back = layer_norm(z, ONE, ZERO)
    h, back_relu = F.relu(u)
    return h, lambda dy: back(back_relu(dy))[0]


def stack_of(sizes, activation, scales, networks):
    """Deep networks side by side: for each scale s the same draws of N(0, s²/n); the last layer has s = 1."""
    rng, parts = np.random.default_rng(0), []
    for D, K in zip(sizes[:-1], sizes[1:], strict=True):
        W = rng.standard_normal((networks, D, K)) / np.sqrt(D)
        last = len(parts) == 2 * len(sizes) - 4
        each = np.concatenate([W if last else s * W for s in scales])
        layer = Layer(F.linear, Parameter(each), Parameter(np.zeros((len(each), K))))
        parts += [layer, activation]
    return Sequential(*parts[:-1])


def each_entropy(z, target):
    return losses.binary_cross_entropy(z, np.broadcast_to(target, z.shape))


MOONS = (moons.x[None], moon_targets[None], each_entropy, None)
TWENTY, EIGHT = (2, *[16] * 19, 1), (64, *[16] * 7, 10)


def two_hundred(scales, networks):
    """The digits of so many draws, once for each scale, with their loss and batch size."""
    x, y = (np.concatenate([a[:networks]] * len(scales)) for a in FEW)
    return x, y, losses.cross_entropy, 50


def best_of_rates(
    sizes, activation, scales, method, rates, task, networks=SEEDS, steps=150
):
    """Loss after training, (scales, networks), at the rate with the best median for each scale; and these rates."""
    (x, y, loss, batch), found = task, []
    for rate in rates:
        net = stack_of(sizes, activation, scales, networks)
        optimizer = method(net.parameters(), rate)
        with np.errstate(all="ignore"):  # the largest rates may run away
            fit_side_by_side(net, loss, optimizer, x, y, steps=steps, batch_size=batch)
            value = loss(net(x), y)[0]
        found.append(np.nan_to_num(value, nan=np.inf).reshape(len(scales), networks))
    best = np.median(found, axis=2).argmin(axis=0)
    return np.array(found)[best, np.arange(len(scales))], np.array(rates)[best]


ADAM = (optim.Adam, (0.003, 0.01, 0.03, 0.1))
TOO_SMALL, TOO_LARGE = 0.25, 4
TIMES_HE = (TOO_SMALL, 0.9, 1, 1.1, TOO_LARGE)
as_scales = [np.sqrt(2) * part for part in TIMES_HE]
after_training, chosen = best_of_rates(
    EIGHT, F.relu, as_scales, *ADAM, two_hundred(as_scales, SEEDS)
)
of = dict(zip(TIMES_HE, after_training, strict=True))
print("times He's, loss, rate chosen")
for part, rate in zip(TIMES_HE, chosen, strict=True):
    print(f"{part:8} {np.median(of[part]):8.3f} {rate:8}")
FAR = 0.5  # a fifth of what guessing costs
settle(
    "C8.30",
    tested="Weights of a quarter and of four times He's size: is the loss after training above a half, both times?",
    holds=(of[TOO_SMALL] > FAR) & (of[TOO_LARGE] > FAR),
    control={"nine and eleven tenths of his size": (of[0.9] > FAR) & (of[1.1] > FAR)},
    evidence=f"Medians: {np.median(of[1]):.2f} with He's weights, {np.median(of[TOO_SMALL]):.2f} with a quarter, {np.median(of[TOO_LARGE]):.1f} with four times.",
    turns={
        (
            "TOO_SMALL, TOO_LARGE = 0.25, 4",
            "TOO_SMALL, TOO_LARGE = 0.8, 1.2",
        ): "FALSE"
    },
)

# %% [markdown]
# (The three sizes in the middle differ by the luck of twenty networks, not by merit.)

# %% [markdown]
# (sec-8b-bends)=
# ## Which activation lets it through?
#
# *After this section you know what ReLU takes, what it gives, and what it costs.*
#
# **ReLU.** Its slope is 1, so the gradient does not shrink, say the notes; they add that the activation is only one factor, and that the ReLU does better than the sigmoid in any case. That makes two questions. Does the ReLU take nothing away? Compare it with no activation at all, on the same weights. Does it do better than the sigmoid? Compare the signal on the same weights, and then what counts, training: twenty layers of 16 units on two interleaved half moons, twenty starts. Each activation gets the scale at which its own signal keeps its size, and the best of five learning rates.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
scales = {"1 (Glorot)": 1.0, "4": 4.0, "32": 32.0}
through_sigmoid = {name: arriving(F.sigmoid, s) for name, s in scales.items()}
sigmoid_scale, relu_scale = own_scale(F.sigmoid), own_scale(F.relu)
print(f"the signal keeps its size at s = {sigmoid_scale:.1f} for the sigmoid,")
print(f"and at s = {relu_scale:.2f} for the ReLU")
assert 8 < sigmoid_scale < 16 and np.isclose(relu_scale, np.sqrt(2))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def through_twenty(activation, scale, networks=SEEDS):
    """Loss on two moons of networks of twenty layers after a hundred steps of Adam, and the rate chosen of five."""
    rates = (0.001, 0.002, 0.004, 0.008, 0.016)
    task = (TWENTY, activation, [scale], optim.Adam, rates, MOONS)
    found, rate = best_of_rates(*task, networks=networks, steps=100)
    return found[0], rate[0]


twenty = {
    f"ReLU, scale {relu_scale:.1f}": through_twenty(F.relu, relu_scale),
    f"sigmoid, scale {sigmoid_scale:.0f}": through_twenty(F.sigmoid, sigmoid_scale),
    "sigmoid, scale 1": through_twenty(F.sigmoid, 1.0, networks=5),
}
print("20 layers         loss  rate")
for name, (value, rate) in twenty.items():
    print(f"{name:17s} {np.median(value):4.1f}  {rate}")
deep_relu, deep_sigmoid, at_glorot = (value for value, _ in twenty.values())
assert np.median(deep_sigmoid) < 0.5 and at_glorot.min() > 0.68


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def keeps_more(activation):
    """Does more of the signal arrive than through sigmoids with the same weights, at every scale?"""
    more = [
        arriving(activation, s) > through_sigmoid[name] for name, s in scales.items()
    ]
    return np.all(more, axis=0)


with_relu, without = arriving(F.relu, 1.0), arriving(F.identity, 1.0)
settle(
    "C6.13",
    tested="Twenty layers. Does at least half of the signal that arrives without any activation arrive through ReLUs? Does more arrive than through sigmoids with the same weights? And does the ReLU network end with the lower loss, each at its own scale and rate?",
    on="reading",
    cases={
        "it takes nothing from the gradient": with_relu > without / 2,
        "with the same weights it lets more through than the sigmoid": keeps_more(
            F.relu
        ),
        "each at its own scale, it trains deeper networks": deep_relu < deep_sigmoid,
    },
    evidence=f"With the same weights of scale {scales['1 (Glorot)']:g} the share that arrives is {np.median(without):.1f} without an "
    f"activation, {np.median(with_relu):.0e} through ReLUs and {np.median(through_sigmoid['1 (Glorot)']):.0e} through sigmoids; "
    f"the loss after training is {np.median(deep_relu):.1f} with ReLU and {np.median(deep_sigmoid):.1f} with the sigmoid (medians).",
    card=True,
)

# %% [markdown]
# Half of the units are silent, and that does shrink the signal: with the same weights a network without activation delivers it nearly whole. Through sigmoids, with the same weights, next to nothing arrives, so at the usual scale they stand still. But that is a matter of scale, which the weights can make up for: at their own scale twenty layers of sigmoids learn, and in some networks they are ahead.
#
# The factor $s/\sqrt2$ of a layer ([chapter 6b](06b_backpropagation.ipynb)) is 1 exactly for $s=\sqrt2$. That is the initialization of He et al. ([2015](../book/bibliography.md)). A layer with $D$ inputs and $K$ outputs has two wishes: forward, a sum over $D$ terms asks for the variance $1/D$; backward, a sum over $K$ terms asks for $1/K$ (for a ReLU, twice that). For tanh-like units Glorot and Bengio ([2010](../book/bibliography.md)) had settled between the two with $2/(D+K)$.


# %% [markdown]
# **Saturation.** The other way to lose the gradient: units driven far out. The notes name very large $|z|$ as the culprit. Start all units of two hidden layers there, and compare the gradient of the first weights with that of a start near zero:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def first_gradient(activation, bias, seed):
    """‖∂L/∂W‖ of the first layer when every hidden unit starts with the given bias."""
    rng, sizes = np.random.default_rng(seed), (2, 16, 16, 1)
    net = mlp(sizes, activation=activation, rng=rng, initialize=init.glorot)
    first, _, second, *_ = net.layers
    for layer in (first, second):
        layer.b.value += bias
    prediction, backward_net = net.forward(moons.x, training=True)
    _, backward_loss = losses.binary_cross_entropy(prediction, moon_targets)
    backward_net(backward_loss())
    return np.linalg.norm(first.W.grad)


def left_over(activation, bias):
    """The gradient at that bias over the gradient at bias 0, in each of 20 networks."""
    far = np.array([first_gradient(activation, bias, seed) for seed in range(20)])
    return far / [first_gradient(activation, 0.0, seed) for seed in range(20)]


FAR = (-10.0, 10.0)
left = {
    (name, bias): left_over(f, bias) for name, f in ACTIVATIONS.items() for bias in FAR
}
print("gradient left, of the usual start's")
for (name, bias), ratio in left.items():
    print(f"{name:8s} z = {bias:+.0f}: {np.median(ratio):.0e}")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C6.27",
    tested="The gradient of the first weights when all hidden units start far out, on either side, over the gradient from "
    "the usual start: less than a thousandth, for sigmoid and for tanh?",
    holds=np.all(
        [left[name, bias] < 1e-3 for name in ("sigmoid", "tanh") for bias in FAR],
        axis=0,
    ),
    control={
        "ReLU units that start as far out on their open side": left["ReLU", FAR[1]]
        < 1e-3,
        "sigmoid units that start half a unit from zero": left_over(F.sigmoid, 0.5)
        < 1e-3,
    },
    evidence=f"Starting {FAR[1]:g} away from zero, on either side, at most {max(left['sigmoid', bias].max() for bias in FAR):.0e} of the gradient is "
    f"left with sigmoid units and {max(left['tanh', bias].max() for bias in FAR):.0e} with tanh; with ReLU, on its open "
    f"side, at least {left['ReLU', FAR[1]].min():.1f} times as much arrives.",
    turns={("FAR = (-10.0, 10.0)", "FAR = (-0.5, 0.5)"): "FALSE"},
)

# %% [markdown]
# Sigmoid and tanh lose the gradient on both sides. The ReLU has one open side; on the other it passes nothing at all, which is worse than little.

# %% [markdown]
# **The price of an activation.** The notes praise the ReLU $\max(0,z)$ for its price: no exponential, no reciprocal. That is a claim about the function. Whether a whole training step notices is another question, since most of a step is matrix products.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
bench = json.loads(Path("../benchmarks/results.json").read_text())["backpropagation"]
alone = bench["activation"]["sigmoid"] / bench["activation"]["relu"]
whole = bench["training_step"]["sigmoid"] / bench["training_step"]["relu"]

settle(
    "C6.12",
    tested="The time of the sigmoid over the time of the ReLU, on the same numbers: at least twice as long?",
    holds=alone > 2,
    control={
        "a whole training step with either, most of which is matrix products": whole > 2
    },
    evidence=f"On {bench['activation']['elements']:,} numbers the sigmoid takes {alone:.1f} times as long as the ReLU; a training "
    f"step of a {bench['training_step']['network']} network takes {whole:.2f} times as long.",
    turns={
        (
            'alone = bench["activation"]["sigmoid"]',
            'alone = bench["activation"]["relu"]',
        ): "FALSE"
    },
)

# %% [markdown]
# **What rates work?** Activation and loss together shape what is descended, so they decide which rates work. Two moons, one hidden layer, a hundred full steps, and two losses: cross-entropy, and the squared error of the sigmoid output, which goes flat where the answer is badly wrong.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def squared_of_sigmoid(z, target):
    """(σ(z) − t)²/2 for each network, and its pullback."""
    p, back = F.sigmoid(z)
    gap = p - target
    return (gap**2).mean(axis=(1, 2)) / 2, lambda dv: back(
        gap * dv[:, None, None] / gap.shape[1]
    )


TWO_LOSSES = {"cross-entropy": each_entropy, "squared error": squared_of_sigmoid}
RATES = np.geomspace(0.01, 100, 9)


def misread(activation, loss, rate, steps=100):
    """Share of moons on the wrong side after training, mean of twenty networks."""
    net = mlp(
        (2, 16, 1), activation=activation, rng=np.random.default_rng(0), copies=SEEDS
    )
    with np.errstate(all="ignore"):
        fit_side_by_side(
            net,
            loss,
            optim.SGD(net.parameters(), rate),
            moons.x[None],
            moon_targets[None],
            steps=steps,
        )
        return ((net(moons.x[None]) > 0) != moon_targets).mean()


wrong_side = {
    (bend, name): [misread(f, loss, rate) for rate in RATES]
    for bend, f in ACTIVATIONS.items()
    for name, loss in TWO_LOSSES.items()
}


def draw_rates(axes):
    for ax, name in zip(axes, TWO_LOSSES, strict=True):
        curves = {bend: wrong_side[bend, name] for bend in ACTIVATIONS}
        lines(ax, RATES, curves, marker="o")
        ax.set(xscale="log", ylim=(0, 0.55), xlabel="learning rate", title=name)
    axes[0].set_ylabel("moons on the wrong side")
    best = lambda bend, name: RATES[np.argmin(wrong_side[bend, name])]
    times = [best(b, "squared error") / best(b, "cross-entropy") for b in ACTIVATIONS]
    assert min(times) > 3
    return f"With each of the {len(times)} activations the rate with the fewest mistakes is more than three times as high for the squared error as for cross-entropy."


show(draw_rates, columns=2, figsize=(9, 3.6))

# %% [markdown]
# (q8-12)=
# :::{admonition} Question 8.12 · What do activation functions and the different kinds of loss functions mean for optimization?
# :class: question
# They make the surface. An activation decides how much of the gradient comes through a layer, and at which size of the weights; a loss decides where it is flat. So both move the rates that work: here by a factor of more than three between two losses that want the same. Part of it is a mere factor, since where an answer is undecided the squared error's gradient is a quarter of the other's; part is that it goes flat where the answer is badly wrong. A rate found with one has to be looked for again with the other.
# :::
#
# (sec-8b-normalization)=
# ## Normalization
#
# *After this section you can differentiate batch normalization by hand, and say what it does to initial weights and rates.*
#
# Initialization sets the size of the signals once. Batch normalization (批归一化; Ioffe and Szegedy [2015](../book/bibliography.md)) sets it at every step. For one unit, let $x_n$ be its numbers for the $N$ samples of a batch:
#
# $$
# \begin{aligned}
# \mu&=\frac1N\sum_nx_n,\\
# s&=\sqrt{\frac1N\sum_n(x_n-\mu)^2+\varepsilon},\\
# \hat x_n&=\frac{x_n-\mu}s,
# \end{aligned}
# $$ (eq-8b-bn)
#
# and then $y_n=\gamma\hat x_n+\beta$, with two numbers to learn, so that nothing is lost. Layer normalization does the same over the units of one sample, without a batch. *Multiply all weights into a unit by ten, and $\hat x$ is the same*: the size of the weights no longer reaches the signal. It does not vanish altogether, though. The loss does not change, so the gradient is a tenth, on weights that are ten times as large: a step turns them a hundred times less. The size has become a part of the learning rate (van Laarhoven [2017](../book/bibliography.md)).
#
# The price is a longer derivative, since each $\hat x_n$ depends on all $x_m$. The mean changes by $\partial\mu/\partial x_m=1/N$, the spread by $\partial s/\partial x_m=(x_m-\mu)/(Ns)=\hat x_m/N$. The quotient rule gives, with $\delta_{nm}=1$ for $n=m$ and else 0,
#
# $$
# \frac{\partial\hat x_n}{\partial x_m}=\frac{\delta_{nm}-\frac1N}s-\frac{x_n-\mu}{s^2}\cdot\frac{\hat x_m}N=\frac1s\Bigl(\delta_{nm}-\frac1N-\frac{\hat x_n\hat x_m}N\Bigr).
# $$ (eq-8b-jacobian)
#
# Multiply by $g_n=\partial L/\partial\hat x_n$ and add over $n$, as the chain rule has it:
#
# $$
# \frac{\partial L}{\partial x_m}=\frac1s\Bigl(g_m-\frac1N\sum_ng_n-\hat x_m\,\frac1N\sum_ng_n\hat x_n\Bigr).
# $$ (eq-8b-back)
#
# In words: take from $\mathbf g$ its mean, and its part along $\hat{\mathbf x}$. A gradient that would only shift or stretch all numbers of the batch is canceled.
#
# :::{admonition} Exercise 5 · back through a batch
# :class: exercise
# `dx_hat` $(N,C)$ is the gradient at the $\hat x$ of {eq}`eq-8b-bn`, `x` $(N,C)$ what came in, `epsilon` its $\varepsilon$. Return the gradient at `x`.
# :::


# %%
def batch_norm_backward(dx_hat, x, epsilon=1e-5):
    """An array like x."""
    ...


exercises.check_batch_norm_backward(batch_norm_backward)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. All means go over the batch, one for each unit.
def batch_norm_backward(dx_hat, x, epsilon=1e-5):
    s = np.sqrt(x.var(axis=0) + epsilon)
    x_hat = (x - x.mean(axis=0)) / s
    along = x_hat * (dx_hat * x_hat).mean(axis=0)
    return (dx_hat - dx_hat.mean(axis=0) - along) / s


exercises.check_batch_norm_backward(batch_norm_backward)

# %% [markdown]
# **What if one forgot?** Treat $\mu$ and $s$ as constants, as one might in a hurry, and the derivative is $\mathbf g/s$. Both derivatives against differences, and both in training (200 digits, one hidden layer of 32 normalized units, full steps):


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def forgetful(z, gamma, beta):
    """Batch normalization whose pullback takes mean and spread for constants."""
    spread = np.sqrt(z.var(axis=0) + 1e-5)
    y, _ = batch_norm(z, gamma, beta)
    x_hat = (z - z.mean(axis=0)) / spread
    return y, lambda dy: (dy * gamma / spread, (dy * x_hat).sum(axis=0), dy.sum(axis=0))


def gap_to_differences(norm, seed=0, h=1e-6):
    """Largest error of the pullback to z, relative to the largest difference quotient."""
    rng = np.random.default_rng(seed)
    z, r, gamma, beta = (
        rng.standard_normal((6, 3)),
        rng.standard_normal((6, 3)),
        np.ones(3),
        np.zeros(3),
    )
    found, measured = norm(z, gamma, beta)[1](r)[0], np.empty_like(z)
    for place in np.ndindex(z.shape):
        e = np.zeros_like(z)
        e[place] = h
        measured[place] = (
            (norm(z + e, gamma, beta)[0] - norm(z - e, gamma, beta)[0]) * r
        ).sum() / (2 * h)
    return np.abs(found - measured).max() / np.abs(measured).max()


def with_norm(norm, seed, rate=0.3, steps=300):
    """Loss after each step, and the size of the weights before the norm in the end over that at the start."""
    rng = np.random.default_rng(seed)
    W, V = (
        Parameter(init.he((64, 32), rng=rng)),
        Parameter(init.glorot((32, 10), rng=rng)),
    )
    gamma, beta, bias = (
        Parameter(np.ones(32)),
        Parameter(np.zeros(32)),
        Parameter(np.zeros(10)),
    )
    net = Sequential(
        Layer(F.linear, W), Layer(norm, gamma, beta), F.relu, Layer(F.linear, V, bias)
    )
    optimizer = optim.SGD(net.parameters(), rate)
    before, trace = np.linalg.norm(W.value), []
    for _ in range(steps):
        optimizer.zero_grad()
        prediction, back = net.forward(FEW.x[seed], training=True)
        value, pull = losses.cross_entropy(prediction, FEW.y[seed])
        back(pull())
        optimizer.step()
        trace.append(value)
    return np.array(trace), np.linalg.norm(W.value) / before


exact = [with_norm(batch_norm, seed) for seed in range(5)]
hasty = [with_norm(forgetful, seed) for seed in range(5)]
print("error (or 1e-08), final loss, weights grown")
for name, norm, runs in (("exact", batch_norm, exact), ("hasty", forgetful, hasty)):
    end, growth = np.mean([t[-1] for t, _ in runs]), np.mean([g for _, g in runs])
    error = gap_to_differences(norm)
    print(f"{name:5}  {max(error, 1e-8):5.0e}  {end:9.3f}  {growth:9.2f}")


# %% [markdown]
# The hasty derivative is wrong by more than half, and the loss falls all the same: a loss curve is no gradient check. What gives it away are the weights. Nothing in the exact gradient points along the weights of a unit, as (but for $\varepsilon$) their size has no effect on $\hat x$. So a plain step is at a right angle to them, and they can only grow, slowly. The hasty gradient pushes along them, in vain, step after step.
#
# In use there is no batch to take $\mu$ and $s$ from; averages kept in training stand in. Then normalization is linear, and the layer before it can take it over.
#
# :::{admonition} Exercise 6 · a layer fewer
# :class: exercise
# In use, $y=\gamma\,\dfrac{xW+b-\mu}{\sqrt{v+\varepsilon}}+\beta$ with stored `mean` and `variance` $(K,)$; `W` is $(D,K)$, the rest $(K,)$. Return the weights and the bias of one linear layer that does the same.
# :::


# %%
def fold(W, b, gamma, beta, mean, variance, epsilon=1e-5):
    """Weights (D, K), bias (K,)."""
    ...


exercises.check_fold(fold)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. One factor for each unit, the columns of W.
def fold(W, b, gamma, beta, mean, variance, epsilon=1e-5):
    factor = gamma / np.sqrt(variance + epsilon)
    return W * factor, (b - mean) * factor + beta


exercises.check_fold(fold)

# %% [markdown]
# **Initialization, optimizer or architecture?** High dimension causes so many problems: is it not better to look for better starting points than for better optimizers? Let each speak. Eight layers, plain and normalized (over units, [layer normalization](../book/glossary.md)); five sizes of the initial weights; two optimizers, each at the best of five rates:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
PARTS = (0.25, 0.5, 1, 2, 4)
METHODS = {
    "SGD": (optim.SGD, (0.03, 0.1, 0.3, 1, 3)),
    "Adam": (optim.Adam, (0.001, 0.003, 0.01, 0.03, 0.1)),
}
five = [np.sqrt(2) * part for part in PARTS]
contest = {
    (kind, name): best_of_rates(EIGHT, f, five, *method, two_hundred(five, 5), 5, 100)[
        0
    ]
    for kind, f in (("plain", F.relu), ("normalized", normalized_relu))
    for name, method in METHODS.items()
}


def draw_contest(ax):
    for (kind, name), value in contest.items():
        style = {"plain": "--", "normalized": "-"}[kind] + {"SGD": "o", "Adam": "s"}[
            name
        ]
        ax.plot(
            PARTS,
            np.median(value, axis=1),
            style,
            color=BLUE if name == "SGD" else ORANGE,
            label=f"{kind}, {name}",
        )
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="initial weights, times He's",
        ylabel="loss after 100 steps",
    )
    ax.set_xticks(PARTS, [f"{s:g}" for s in PARTS])
    ax.minorticks_off()
    ax.set_title("Normalized, the start matters less")
    ax.set_ylim(0.03, 3)
    ax.legend(loc="lower left", ncols=2)
    medians = {key: np.median(v, axis=1) for key, v in contest.items()}
    worst = {key: m.max() / m.min() for key, m in medians.items()}
    over = lambda ratio: next(bound for bound in (10, 5, 2, 1) if ratio > bound)
    told = ", ".join(
        f"{kind} with {name} over {over(ratio)}"
        for (kind, name), ratio in worst.items()
    )
    assert worst["normalized", "Adam"] < worst["plain", "Adam"] / 3
    assert min(medians, key=lambda key: medians[key].min()) == ("plain", "Adam")
    gain = medians["plain", "SGD"][2] / medians["plain", "Adam"][2]
    return f"Loss at the worst size of the weights over the loss at the best (medians of five networks): {told}. At He's size the loss of plain networks is over {over(gain)} times as high with SGD as with Adam."


show(draw_contest, figsize=(5.5, 4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
untestable(
    "C8.9",
    reason="What is better to study is advice, of a book of 2016. Its premise can be tested, and is above: in plain deep networks a wrong size of the start costs as much as a better optimizer brings; in an architecture that normalizes it costs less.",
    reference="Goodfellow, Bengio and Courville (2016), section 8.2.7",
)

# %% [markdown]
# (q8-4)=
# :::{admonition} Question 8.4 · Since high-dimensional spaces cause so many problems, is it better to study how to choose better initial points for traditional optimization algorithms?
# :class: question
# In plain deep networks both count: at the right size Adam gains a factor over plain descent, and a fourfold error in the size loses it again. But the choice is not between two. Change the architecture, by normalization or by bridges around layers ([chapter 6c](06c_units_width_depth.ipynb)), and the size of the start costs little. (It is no free gift: at the right size the plain network with Adam has the lowest loss of all here.)
# :::
#
# (sec-8b-six)=
# ## Six troubles
#
# *After this section you can say which troubles high dimension is guilty of.*
#
# The notes list six, and blame all on a loss that is high-dimensional and not convex: oscillation, local optima, saddle points, overfitting, vanishing and exploding gradients. A cause is tested by taking it away. So look for each trouble in a loss of at most two weights; and, where it is found, take away what this chapter and the last gave as its cause.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def swings(rate_over_edge):
    """Share of twenty steps that change sides in a convex valley of two weights."""
    return float(np.mean((1 - rate_over_edge * 2 * np.ones(20)) < 0))


def in_worse_valley(tilt):
    """Share of twenty starts that end above the lowest place, in a loss of one weight."""
    w = np.linspace(-1.5, 1.5, 20)
    for _ in range(2000):
        w = w - 0.05 * (w**3 - w + tilt)
    ends = w**4 / 4 - w**2 / 2 + tilt * w
    return float(np.mean(ends > ends.min() + 0.01))


def still_waiting(curve):
    """Share of twenty starts near the ridge of a saddle of two weights whose y is not one away or at rest after fifty steps."""
    y = 1e-3 * np.random.default_rng(0).standard_normal(20)
    return float(np.mean((np.abs(y) * (1 - 0.1 * curve) ** 50 < 1) & (curve < 0)))


def overfit(n):
    """Share of twenty fits of two weights to n samples of noise whose expected loss is over twice that on the samples."""
    worse = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X, y = rng.standard_normal((n, 2)), rng.standard_normal(n)
        w = np.linalg.lstsq(X, y, rcond=None)[0]
        worse.append(w @ w + 1 > 2 * ((X @ w - y) ** 2).mean())
    return float(np.mean(worse))


def out_of_range(weight, layers):
    """One if the slope of one weight after another, all alike, is beyond a thousandth or a thousand."""
    return float(not 1e-3 < weight**layers < 1e3)


SIX = {  # trouble: (with at most two weights, its own cause taken away, that cause)
    "oscillation": (swings(0.95), swings(0.45), "rate times curvature"),
    "local optima": (in_worse_valley(0.15), in_worse_valley(0.6), "a barrier"),
    "saddle points": (
        still_waiting(-1.0),
        still_waiting(1.0),
        "a way down near a ridge",
    ),
    "overfitting": (overfit(3), overfit(1000), "weights per sample"),
    "vanishing gradients": (out_of_range(0.5, 20), out_of_range(0.5, 1), "depth"),
    "exploding gradients": (out_of_range(2.0, 20), out_of_range(2.0, 1), "depth"),
}
print("trouble            ≤ 2 weights  cured")
for name, (small, without, _) in SIX.items():
    print(f"{name:20} {small:9.0%} {without:6.0%}")
causes = ", ".join(dict.fromkeys(cause for *_, cause in SIX.values()))
small, without, _ = (np.array(column) for column in zip(*SIX.values(), strict=True))
settle(
    "C8.27",
    tested="Take high dimension away, down to one or two weights: do the six troubles go?",
    holds=bool((small < 0.1).all()),
    control={f"take away its own cause ({causes})": bool((without < 0.1).all())},
    evidence=f"With at most two weights all six are there, in at least {small.min():.0%} of the cases tried; without its own cause, in at most {without.max():.0%}. Oscillation and overfitting need no valleys either: their losses are convex.",
    card=True,
)

# %% [markdown]
# None of the six comes from high dimension as such. They come from rates too large for the curvature, from barriers and ridges, from too many weights for the samples, and from depth; each has its own cure. And the local optimum, the most famous, is the one that large networks have least to fear from.
#
# ## In one screen
#
# - Under full steps on the squared error the largest curvature of a network grows, and if it meets $2/\eta$ it stays there. Two gradients give a product with the Hessian; power iteration gives the largest curvature.
# - Networks start among many directions that bend downward and lose them as they learn. Newton's step, undamped, leaves the region where its parabola holds.
# - A large gradient where the loss hardly falls proves that this is no minimum; a small one proves nothing.
# - Between two trained networks there is a mountain on the straight way, and none on a bent one.
# - $\mathbb E\,z^2=n\sigma^2\,\mathbb E\,x^2$, so $1/n$ for units like tanh, $2/n$ for ReLU. Wrong by a factor of four, eight layers learn slowly or not at all.
# - Normalization makes the size of initial weights matter less; its derivative takes mean and stretch out of the gradient.
#
# **Read on.** Cohen and others ([2021](../book/bibliography.md)) on the edge; Dauphin and others ([2014](../book/bibliography.md)) on saddles; Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 8.2 and 8.4, what the notes follow.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
