# %% [markdown]
# # Descent
#
# *If the learning rate is small enough, the loss always falls.* How small is enough? Here is a valley, five times as steep across as along. Make the rate (学习率, learning rate) larger, and watch where falling turns into climbing. It does so all at once.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import json
from pathlib import Path

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.exercises import descent as exercises
from dlnotes.explore import explore, show
from dlnotes.layers import mlp
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, contours, log_scale
from dlnotes.training import fit_side_by_side

np.set_printoptions(precision=4, suppress=True)

CURVES = np.array([1.0, 5.0])  # second derivatives along and across the valley
L = CURVES.max()
START = np.array([-2.0, 0.7])


def path(rate, steps=25):
    """The weights before each step, (steps + 1, 2): each coordinate is multiplied by 1 − rate · curve."""
    return START * (1 - rate * CURVES) ** np.arange(steps + 1)[:, None]


def height(w):
    return (CURVES * w**2).sum(axis=-1) / 2


def draw_valley(axes, share):
    w = path(share * 2 / L)
    reach = max(1.2, 1.1 * np.abs(w[:, 1]).max())
    across, along = (-reach, reach), (-2 * reach, 2 * reach)
    contours(axes[0], lambda w: height(np.moveaxis(w, 0, -1)), along, across, 12)
    axes[0].plot(*w.T, "o-", color=BLUE, ms=4, lw=1)
    axes[0].set(xlim=along, ylim=across, xlabel="w₁", ylabel="w₂", aspect="equal")
    axes[0].set_title(f"η = {share:g} · 2/L")
    axes[1].plot(height(w), "o-", color=BLUE, ms=4)
    axes[1].set(yscale="log", ylim=(1e-9, 1e3), xlabel="step", ylabel="loss")
    log_scale(axes[1], "y")
    rising = (np.diff(height(w)) > 0).sum()
    axes[1].set_title(f"rises in {rising} of 25 steps")
    return f"With a rate of {share:g} · 2/L the loss goes from {height(w[0]):.1f} to {height(w[-1]):.2g} in 25 steps, and rises in {rising} of them."


explore(
    draw_valley,
    columns=2,
    share=[0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 1, 1.05],
    start=4,
    figsize=(9, 3.6),
)

# %% [markdown]
# This page asks why descent descends and what noise does to it; the [next one](08b_troubles_and_cures.ipynb), what makes a network hard to descend. Afterwards you can say how long a step may be and prove it, predict how near a noisy descent comes to the minimum, and choose how many samples to look at before a step. You need gradients and Hessians ([chapter 4b](04b_gradients_and_curvature.ipynb)) and backpropagation ([chapter 6b](06b_backpropagation.ipynb)). Reading takes half an hour, the exercises as much again.

# %% [markdown]
# (sec-8a-lemma)=
# ## Why descent descends
#
# *After this section you can say how long a step may be, and prove it.*
#
# Let no direction be curved more than $L$: $\mathbf v^\top H\mathbf v\le L\lvert\mathbf v\rvert^2$ everywhere, for the Hessian $H$ of the loss $f$. Along the step $-\eta\mathbf g$, with $\mathbf g=\nabla f(\mathbf w)$, let $\phi(t)=f(\mathbf w-t\eta\mathbf g)$. Then $\phi'(0)=-\eta\lvert\mathbf g\rvert^2$, and $\phi''\le\eta^2L\lvert\mathbf g\rvert^2$. Integrate $\phi''\le M$ twice, and $\phi(1)\le\phi(0)+\phi'(0)+\frac12M$. Here $M=\eta^2L\lvert\mathbf g\rvert^2$, so
#
# $$
# f(\mathbf w-\eta\mathbf g)\le f(\mathbf w)-\eta\Bigl(1-\frac{\eta L}2\Bigr)\lvert\mathbf g\rvert^2 .
# $$ (eq-8a-lemma)
#
# The bracket is positive as long as $\eta<2/L$: that is the cliff in the picture. Add the falls of $T$ steps. Together they cannot exceed $f(\mathbf w_0)-\min f$, so $\eta\,(1-\eta L/2)\sum_{t<T}\lvert\mathbf g_t\rvert^2\le f(\mathbf w_0)-\min f$; and the smallest of $T$ numbers is at most their sum over $T$:
#
# $$
# \min_{t<T}\lvert\mathbf g_t\rvert^2\le\frac{f(\mathbf w_0)-\min f}{T\,\eta\,(1-\eta L/2)} .
# $$ (eq-8a-rest)
#
# The sum on the left stays bounded however long one descends, so the gradients must fade away. Whether they do so at a minimum or at a saddle, the lemma does not say. And it speaks of the gradient (梯度) of *all* samples. Take a linear model that answers four hundred digits with ten numbers and is judged by the squared error; its curvature $L$ is the largest eigenvalue of $X^\top X/N$. Take rates far below the cliff, and steps with eight samples, at the start and after some full steps. How often is the loss on all samples higher after such a step?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
digits = datasets.digits()
SOME = datasets.splits(digits, train=400, test=500).train
SEEDS = len(SOME.x)
TARGETS = np.eye(10)[SOME.y]
STEEPEST = max(np.linalg.eigvalsh(x.T @ x / len(x))[-1] for x in SOME.x)


def linear_slope(W, x, target):
    return x.mT @ (x @ W - target) / x.shape[-2]


def linear_loss(W):
    return ((SOME.x @ W - TARGETS) ** 2).sum(axis=-1).mean(axis=1) / 2


def linear_descent(part, steps=100, batch=None, before=0):
    """Twenty linear models side by side at the rate part · 2/L: loss on all samples before and after each step, (steps + 1, seeds)."""
    W = np.zeros((SEEDS, 64, 10))
    for _ in range(before):
        W = W - linear_slope(W, SOME.x, TARGETS) / STEEPEST
    trace = [linear_loss(W)]
    for step in range(steps):
        x, y = batch_of(SOME.x, TARGETS, step, batch)
        W = W - part * 2 / STEEPEST * linear_slope(W, x, y)
        trace.append(linear_loss(W))
    return np.array(trace)


def batch_of(x, y, step, batch):
    if batch is None:
        return x, y
    rows = np.arange(step * batch, (step + 1) * batch) % x.shape[1]
    return x[:, rows], y[:, rows]


fully = linear_descent(0.02, steps=200)
AGES = (0, 30, 100, 300, 1000)
eights = {
    (age, part): linear_descent(part, batch=8, before=age)
    for age in AGES
    for part in (0.002, 0.02)
}
rises = lambda trace: (np.diff(trace, axis=0) > 0).mean(axis=0)


def draw_rises(ax):
    for part, style, color in ((0.02, "o-", BLUE), (0.002, "s--", ORANGE)):
        share = [rises(eights[age, part]).mean() for age in AGES]
        ax.plot(
            range(len(AGES)), share, style, color=color, label=f"η = {part:g} · 2/L"
        )
    ax.set_xticks(range(len(AGES)), [f"{age:,}" for age in AGES])
    ax.set(ylim=(0, 0.6), xlabel="full steps before", ylabel="share of steps that rise")
    ax.set_title("The nearer, the more often up")
    ax.legend(loc="upper left")
    told = ", ".join(f"{rises(eights[age, 0.02]).mean():.0%} ({age:,})" for age in AGES)
    return f"Steps with eight samples after which the loss on all samples is higher, by the number of full steps made before: {told}. With a rate ten times as small: {rises(eights[1000, 0.002]).mean():.0%} in the end. With all samples a step it never rises."


show(draw_rises, figsize=(5.5, 3.4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C8.22",
    tested="A rate of a fiftieth of the cliff's: does the loss on all samples fall at every single step?",
    on="number of samples in a step, near the minimum",
    cases={
        "all": rises(fully) == 0,
        "eight, after a thousand full steps": rises(eights[1000, 0.02]) == 0,
    },
    evidence=f"With all samples it rises in {rises(fully).mean():.0%} of the steps; with eight in {rises(eights[0, 0.02]).mean():.0%} at the start and in {rises(eights[1000, 0.02]).mean():.0%} near the minimum, and a smaller rate does not help ({rises(eights[1000, 0.002]).mean():.0%}). It is slow, too: {len(fully) - 1} full steps bring the loss from {fully[0].mean():.2f} to {fully[-1].mean():.2f}, at half the cliff's rate to {linear_descent(0.5, steps=200)[-1].mean():.2f}.",
    card=True,
    turns={
        (
            "fully = linear_descent(0.02, steps=200)",
            "fully = linear_descent(1.1, steps=200)",
        ): "FALSE"
    },
)

# %% [markdown]
# (q8-3)=
# :::{admonition} Question 8.3 · Why can gradient descent converge?
# :class: question
# Because each step below the cliff $2/L$ lowers the loss by at least $\eta(1-\eta L/2)\lvert\mathbf g\rvert^2$, and for a loss that is bounded below these falls have a finite sum: the gradients go to zero (收敛, convergence). That much is proved; that they do so at a good place is not.
# :::

# %% [markdown]
# :::{admonition} Exercise 1 · the longest step
# :class: exercise
# Near a point the loss has the Hessian `H`, symmetric, with at least one positive eigenvalue. Below which learning rate does {eq}`eq-8a-lemma` promise that every step goes down?
# :::


# %%
def largest_rate(H):
    """A number."""
    ...


exercises.check_largest_rate(largest_rate)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. L is the largest curvature upward; directions that bend downward only help a step to fall.
def largest_rate(H):
    return 2 / np.linalg.eigvalsh(H)[-1]


exercises.check_largest_rate(largest_rate)

# %% [markdown]
# (sec-8a-direction)=
# ## Why along the gradient?
#
# *After this section you know what "steepest" takes for granted.*
#
# Why must weights move along $-\mathbf g$ and nowhere else? Near $\mathbf w$ the loss is almost a plane, and a step $\mathbf d$ changes it by $\mathbf g^\top\mathbf d$. Trust the plane as far as a length of one. Which $\mathbf d$ of length one goes down most? That depends on what *length* means. Each gray shape holds the steps of length one in one sense; the best step is the last point of the shape that a line of equal height touches. Turn the gradient:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
CURVED = np.array([[3.0, 1.0], [1.0, 1.0]])  # a Hessian, for the last sense of length


def steepest_steps(g):
    """Of all steps of length one the one that lowers gᵀd most, for four senses of length."""
    axis = np.abs(g).argmax()
    newton = np.linalg.solve(CURVED, g)
    return {
        "sum of sizes": np.where(np.arange(2) == axis, -np.sign(g), 0),
        "Euclid": -g / np.linalg.norm(g),
        "largest size": -np.sign(g),
        "curvature": -newton / np.sqrt(g @ newton),
    }


def shapes(n=400):
    """Points of length one, (2, n), in the same four senses."""
    angle = np.linspace(0, 2 * np.pi, n)
    d = np.stack([np.cos(angle), np.sin(angle)])
    lengths = {
        "sum of sizes": np.abs(d).sum(axis=0),
        "Euclid": np.ones(n),
        "largest size": np.abs(d).max(axis=0),
        "curvature": np.sqrt((d * (CURVED @ d)).sum(axis=0)),
    }
    return {name: d / length for name, length in lengths.items()}


RULES = ["one weight a step", "the gradient", "its signs", "Newton's step"]


def draw_shapes(axes, degrees):
    g = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    steps, told = steepest_steps(g), []
    for ax, rule, (name, shape) in zip(axes, RULES, shapes().items(), strict=True):
        d = steps[name]
        assert g @ d <= (g @ shape).min() + 1e-9  # nothing in the shape is lower
        ax.fill(*shape, color=INK, alpha=0.15, lw=0)
        across = np.array([-g[1], g[0]])
        ax.plot(*(d[:, None] + 2 * across[:, None] * [-1, 1]), "--", color=INK, lw=0.8)
        ax.annotate("", g, (0, 0), arrowprops={"arrowstyle": "->", "color": ORANGE})
        ax.annotate(
            "", d, (0, 0), arrowprops={"arrowstyle": "->", "color": BLUE, "lw": 2}
        )
        ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal")
        ax.set_title(f"{name}:\n{rule}")
        told.append(f"{rule} ({d[0]:.2f}, {d[1]:.2f})".replace("-", "−"))
    return (
        f"The gradient (orange) points at {degrees}°. The best steps (blue) are: "
        + "; ".join(told)
        + "."
    )


explore(draw_shapes, columns=4, degrees=range(10, 91, 10), start=2, figsize=(10, 3))

# %% [markdown]
# (q8-11)=
# :::{admonition} Question 8.11 · Why must the weights be updated in the way stochastic gradient descent does?
# :class: question
# They need not. Minimize the plane plus a price for the length of the step, $\mathbf g^\top\mathbf d+\frac1{2\eta}\lvert\mathbf d\rvert^2$: the derivative $\mathbf g+\mathbf d/\eta$ is zero at $\mathbf d=-\eta\mathbf g$. That is the rule, and it rests on Euclid's length. Measure a step by its largest entry, and all weights move equally far, by the sign of their gradient; by the curvature (where it is upward in all directions), and it is Newton's step. The optimizers of [chapter 8c](08c_optimizers.ipynb) differ in this, and in what they remember of earlier gradients.
# :::
#
# :::{admonition} Exercise 2 · steepest in another sense
# :class: exercise
# For a gradient `g` $(P,)$ without zeros or ties return the step of length one along which the loss falls fastest, where length is the sum of absolute values (`norm=1`), Euclid's (`norm=2`), or the largest absolute value (`norm=np.inf`).
# :::


# %%
def steepest(g, norm):
    """A step of shape (P,)."""
    ...


exercises.check_steepest(steepest)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. All on the largest entry, in proportion, or everywhere alike.
def steepest(g, norm):
    if norm == 1:
        largest = np.abs(g) == np.abs(g).max()
        return -np.sign(g) * largest
    if norm == 2:
        return -g / np.linalg.norm(g)
    return -np.sign(g)


exercises.check_steepest(steepest)

# %% [markdown]
# (sec-8a-bounds)=
# ## How good can it get?
#
# *After this section you know what a bound on all methods looks like, and how near two of them come.*
#
# Knowing $L$ and nothing else about a convex loss, how low can *any* method be after $k$ gradients? To bound all methods at once, build a loss that hides its minimum. Chain the weights like beads on a spring:
#
# $$
# f(\mathbf w)=\frac L4\Bigl[\frac12w_1^2+\frac12\sum_{i<D}(w_i-w_{i+1})^2+\frac12w_D^2-w_1\Bigr].
# $$ (eq-8a-chain)
#
# It is lowest where the weights fall evenly from the first to the last, $w_i=1-\frac i{D+1}$. Start at zero: only $w_1$ feels a pull, then its neighbor, and so on, one new weight a step, so after $k$ steps all weights beyond the $k$th are still zero, for whatever method moves along sums of the gradients it has seen. (It takes so many weights: with few of them, other methods that cut space by gradients are faster.) With $D=2k+1$ weights such a method is above the minimum by at least (Nesterov [2004](../book/bibliography.md), theorem 2.1.7)
#
# $$
# f(\mathbf w_k)-\min f\ge\frac{3L\,\lvert\mathbf w_0-\mathbf w_*\rvert^2}{32\,(k+1)^2} .
# $$ (eq-8a-lower)
#
# Gradient descent is promised $L\lvert\mathbf w_0-\mathbf w_*\rvert^2/2k$, a slower law. Nesterov's accelerated method ([chapter 8c](08c_optimizers.ipynb)) is promised $2L\lvert\mathbf w_0-\mathbf w_*\rvert^2/(k+1)^2$ (Beck and Teboulle [2009](../book/bibliography.md)): up to a constant factor nobody can do better. Both on the hiding loss of $2k+1$ weights, a new one for each $k$:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def after(k, method):
    """Height above the minimum after k steps on the hiding loss of 2k + 1 weights, over L |w₀ − w*|²."""
    D = 2 * k + 1
    A = 2 * np.eye(D) - np.eye(D, k=1) - np.eye(D, k=-1)
    first = np.eye(D)[0]
    loss = lambda w: (w @ A @ w / 2 - first @ w) / 4  # L = 1: no curvature above 1
    best = np.linalg.solve(A, first)
    w = method(lambda w: (A @ w - first) / 4, np.zeros(D), k)
    return (loss(w) - loss(best)) / (best @ best)


def descent(slope, w, k):
    for _ in range(k):
        w = w - slope(w)
    return w


def accelerated(slope, w, k):
    """Nesterov's: each step starts from a place further along the last one."""
    ahead, t = w, 1.0
    for _ in range(k):
        new = ahead - slope(ahead)
        later = (1 + np.sqrt(1 + 4 * t**2)) / 2
        ahead = new + (t - 1) / later * (new - w)
        w, t = new, later
    return w


def conjugate(slope, w, k):
    """Conjugate gradients: the lowest place that sums of the gradients seen so far can reach."""
    r = d = -slope(w)
    for _ in range(k):
        curved = slope(d) - slope(0 * d)
        length = r @ r / (d @ curved)
        w, new = w + length * d, r - length * curved
        r, d = new, new + (new @ new) / (r @ r) * d
    return w


LENGTHS = np.array([2, 4, 8, 16, 32, 64, 128])
slow, quick, lowest = (
    np.array([after(k, method) for k in LENGTHS])
    for method in (descent, accelerated, conjugate)
)
below = 3 / (32 * (LENGTHS + 1) ** 2)
promises = {"descent": 1 / (2 * LENGTHS), "accelerated": 2 / (LENGTHS + 1) ** 2}
assert (np.minimum(slow, quick) > below).all() and (lowest > below).all()
assert (slow <= promises["descent"]).all() and (quick <= promises["accelerated"]).all()


def draw_bounds(ax):
    for name, measured, color, style in (
        ("descent", slow, BLUE, "o"),
        ("accelerated", quick, ORANGE, "s"),
    ):
        ax.plot(LENGTHS, promises[name], "--", color=color, lw=1)
        ax.plot(LENGTHS, measured, style, color=color, label=name)
    ax.plot(LENGTHS, lowest, "^", color=GREEN, label="conjugate gradients")
    ax.plot(LENGTHS, below, color=INK, label="bound")
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="steps k, on the loss made for k",
        ylabel="above the minimum",
    )
    log_scale(ax)
    ax.set_title("Nobody passes the black line")
    ax.legend(loc="lower left")
    falls = [
        np.polyfit(np.log(LENGTHS[3:]), np.log(m[3:]), 1)[0] for m in (slow, quick)
    ]
    return f"After {LENGTHS[-1]} steps descent is {slow[-1] / below[-1]:.0f} times the bound above the minimum, the accelerated method {quick[-1] / below[-1]:.1f} times, conjugate gradients {lowest[-1] / below[-1]:.3f} times. The first two fall like k to the powers {falls[0]:.2f} and {falls[1]:.2f}. Dashed: what is promised for every convex loss.".replace(
        "-", "−"
    )


show(draw_bounds, figsize=(5.5, 3.8))

# %% [markdown]
# (q8-5)=
# :::{admonition} Question 8.5 · How can the upper bounds on the performance of optimization algorithms be studied?
# :class: question
# From both sides. From above by proofs such as {eq}`eq-8a-lemma`: assume something of the loss (no curvature above $L$, convexity) and add up what each step must gain. From below by building, for every method that may only ask for gradients, a loss on which it does badly, as here. Where both meet, up to a constant, a method is as good as that knowledge allows. For networks neither is sharp: to decide whether a network of three units can fit given samples is NP-complete (Blum and Rivest [1992](../book/bibliography.md)), so no fast method is known that always succeeds.
# :::
#
# (sec-8a-wanted)=
# ## What is really wanted?
#
# *After this section you can name three differences between learning and minimizing.*
#
# **Samples instead of the distribution.** The loss that matters is the mean over *all* digits anybody may ever write (the expected loss; 期望 is the expectation). Nobody has them. In a made-up world one can have both: twenty features, a linear rule with noise, forty samples.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def two_losses(seed, n=40, D=20):
    """Loss on the samples and expected loss, of the weights best on the samples and of the best weights."""
    rng = np.random.default_rng(seed)
    X, true = rng.standard_normal((n, D)), rng.standard_normal(D)
    y = X @ true + rng.standard_normal(n)
    fitted = np.linalg.lstsq(X, y, rcond=None)[0]
    on_samples = lambda w: ((X @ w - y) ** 2).mean()
    expected = lambda w: ((w - true) ** 2).sum() + 1  # features and noise of variance 1
    return [[f(w) for w in (fitted, true)] for f in (on_samples, expected)]


worlds = np.array([two_losses(seed) for seed in range(20)])  # (seeds, loss, weights)
mean = worlds.mean(axis=0)
by_definition(
    "C8.1",
    because="The weights that minimize the loss on the samples cannot be beaten there, and cannot beat the best weights in expectation: that is what minimizing means. The two agree only if the samples happen to say so.",
    holds=bool(
        (worlds[:, 0, 0] <= worlds[:, 0, 1]).all()
        and (worlds[:, 1, 0] >= worlds[:, 1, 1]).all()
    ),
    evidence=f"On the samples the fitted weights have a mean loss of {mean[0, 0]:.2f} and the true ones {mean[0, 1]:.2f}; in expectation it is {mean[1, 0]:.2f} against {mean[1, 1]:.2f}.",
)

# %% [markdown]
# The fitted weights look better than the truth on their samples, and are worse everywhere else.

# %% [markdown]
# **A stand-in.** What one wants to lower is the share of digits read wrongly. It is flat almost everywhere, so its gradient says nothing, and cross-entropy (交叉熵) stands in. The two do not end at the same time:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
PART = datasets.splits(digits, train=1280, test=500)
LOOKS = (0, 10, 20, 40, 80, 160, 320, 640, 1280)


def stages(n=300):
    """Cross-entropy and share of errors on n digits and on new ones at each look, (looks, 4)."""
    net = mlp((64, 32, 10), rng=np.random.default_rng(1), copies=SEEDS)
    x, y = PART.train.x[:, :n], PART.train.y[:, :n]
    optimizer, seen = optim.SGD(net.parameters(), 1.0), []
    for step, until in zip((0, *LOOKS), LOOKS, strict=False):
        fit_side_by_side(net, losses.cross_entropy, optimizer, x, y, steps=until - step)
        row = []
        for part_x, part_y in ((x, y), PART.test):
            logits = net(part_x)
            row += [losses.cross_entropy(logits, part_y)[0].mean()]
            row += [(logits.argmax(axis=-1) != part_y).mean()]
        seen.append(row)
    return np.array(seen)


grown = stages()


def draw_stages(axes):
    labels = ("the same 300 digits", "500 new digits")
    for ax, columns in zip(axes, ((0, 2), (1, 3)), strict=True):
        for column, label, style in zip(columns, labels, ("o-", "s--"), strict=True):
            ax.plot(range(len(LOOKS)), grown[:, column], style, label=label)
        ax.set_xticks(range(0, len(LOOKS), 2), [f"{look}" for look in LOOKS[::2]])
        ax.set(ylim=(0, None), xlabel="steps")
    axes[0].set_title("What is descended: cross-entropy")
    axes[1].set_title("What is wanted: few errors")
    axes[0].legend()
    done = int((grown[:, 1] < 0.0005).argmax())
    assert grown[done, 1] < 0.0005 and grown[-1, 3] < grown[done, 3]
    assert grown[-1, 2] > grown[done, 2] + 0.02
    return f"After {LOOKS[done]} steps none of the 300 digits is read wrongly: an optimizer of errors would stop. Descent goes on; of new digits {grown[done, 3]:.1%} are read wrongly then and {grown[-1, 3]:.1%} in the end, although their cross-entropy rises from {grown[done, 2]:.2f} to {grown[-1, 2]:.2f} (means of twenty networks)."


show(draw_stages, columns=2, figsize=(9, 3.6))

# %% [markdown]
# **Stopping.** Minimizing ends where the gradient vanishes. Learning ends where new samples say so, often with a large gradient ([chapter 7a](07a_penalties_and_data.ipynb)).
#
# (q8-1)=
# :::{admonition} Question 8.1 · Machine learning problems can be turned into optimization problems, but can they also be turned into other kinds of problems?
# :class: question
# Yes. Into *integration*: keep all weights, each as much as the samples support it, and average their answers (below). Into *looking up*: nearest neighbors minimize nothing ([chapter 5c](05c_classical_algorithms.ipynb)). Into a *search among rules*: trees. Into a *game* between two networks, whose solution is a balance and no minimum: [chapter 14b](14b_variational_autoencoders.ipynb).
# :::
#
# Integration in a case that can be drawn: two features, two weights, and labels that the sign of $2x_1-x_2$ makes likely. On the left each place is a pair of weights, and the lines are heights of how plausible it is after $n$ samples (small weights are a little more plausible beforehand). The cross is the best pair. On the right its answers and those of the average over all pairs are tried on new samples:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
side = np.linspace(-8, 8, 65)
WEIGHTS = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
RULE = np.array([2.0, -1.0])
PRIOR = -(WEIGHTS**2).sum(axis=1) / (2 * 3**2)  # weights are N(0, 3²) before any sample


def toss(n, rng):
    x = rng.standard_normal((n, 2))
    return x, (rng.random(n) < F.sigmoid(x @ RULE)[0]).astype(float)


def support(x, y):
    """Probability of each pair of weights, given the samples: prior times likelihood, divided by the sum."""
    z = x @ WEIGHTS.T
    log = PRIOR - (np.logaddexp(0, z) - y[:, None] * z).sum(axis=0)
    return np.exp(log - log.max()) / np.exp(log - log.max()).sum()


NUMBERS = [2, 4, 8, 16, 32, 64, 128]
NEW_X, NEW_Y = toss(500, np.random.default_rng(99))
ALL = F.sigmoid(NEW_X @ WEIGHTS.T)[0]  # the answers of every pair of weights
bits = lambda p: -np.log2(np.where(NEW_Y == 1, p, 1 - p)).mean()


def both_ways(n, seed):
    """Surprise at a new sample: of the best pair of weights, of the average over all pairs."""
    p = support(*toss(n, np.random.default_rng(seed)))
    return bits(ALL[:, p.argmax()]), bits(ALL @ p)


asked = np.array([[both_ways(n, s) for s in range(20)] for n in NUMBERS]).mean(axis=1)
assert (asked[:4, 1] < asked[:4, 0]).all()


def draw_support(axes, n):
    p = support(*toss(n, np.random.default_rng(0)))
    spread = p.reshape(65, 65)
    axes[0].contour(side, side, spread, levels=8, colors=BLUE)
    axes[0].plot(*WEIGHTS[p.argmax()], "x", color=ORANGE, ms=10, mew=2)
    axes[0].plot(*RULE, "o", mfc="none", color=INK)
    axes[0].set(xlabel="w₁", ylabel="w₂", aspect="equal", title=f"n = {n}")
    axes[1].plot(NUMBERS, asked[:, 0], "x-", color=ORANGE, label="best weights")
    axes[1].plot(NUMBERS, asked[:, 1], "o-", color=BLUE, label="average of all")
    axes[1].axvline(n, color=INK, lw=0.8)
    axes[1].set(
        xscale="log", xlabel="samples n", ylabel="bits a new sample", ylim=(0.5, 1.4)
    )
    axes[1].set_title("Averaging pays where samples are few")
    axes[1].legend()
    best, average = asked[NUMBERS.index(n)]
    return f"With {n} samples a new one costs {best:.2f} bits by the best weights and {average:.2f} by the average over all weights (mean of twenty draws). The circle marks the rule that made the samples."


explore(draw_support, columns=2, n=NUMBERS, start=1, figsize=(9, 4.2))

# %% [markdown]
# **And optimization by descent?** In this book linear regression is solved by an equation, trees are grown greedily, nearest neighbors minimize nothing, clusters alternate between two easy minimizations; networks descend.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
untestable(
    "C8.31",
    reason="What is generally done is a matter of usage. It describes deep learning; the classical methods of chapter 5 mostly have solvers of their own.",
    reference="Goodfellow, Bengio and Courville (2016), section 5.9",
)

# %% [markdown]
# (sec-8a-parts)=
# ## A part of the samples
#
# *After this section you can say what a gradient from a few samples is worth, and what it costs.*
#
# The loss is a mean over samples, so its gradient is a mean as well, and a mean can be estimated from a part. With single gradients $\mathbf g_n$ around their mean $\mathbf g$, and the variance $S^2=\frac1{N-1}\sum_n\lvert\mathbf g_n-\mathbf g\rvert^2$, the mean $\hat{\mathbf g}$ of $B$ of them, drawn without putting back, has
#
# $$
# \mathbb E\,\lvert\hat{\mathbf g}-\mathbf g\rvert^2=\frac{S^2}B\Bigl(1-\frac BN\Bigr).
# $$ (eq-8a-part)
#
# Why the bracket? Let $\mathbf d_n=\mathbf g_n-\mathbf g$. All $\mathbf d_n$ together sum to zero, so the sum of all but one is minus that one, and two different ones have on average the product $-S^2/N$. The mean square of a sum of $B$ of them is therefore
#
# $$
# B\,S^2\,\frac{N-1}N-B\,(B-1)\,\frac{S^2}N=B\,S^2\Bigl(1-\frac BN\Bigr),
# $$
#
# and the mean of $B$ is the sum over $B$. The error falls like $1/\sqrt B$: a hundred times the work buys one more digit. Each dot is one estimate; choose how many samples it looks at. Two of 640 directions are drawn:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
W_NOW = np.zeros((64, 10))
for _ in range(3):
    W_NOW = W_NOW - linear_slope(W_NOW, SOME.x[0], TARGETS[0]) / STEEPEST
EACH = np.einsum("nd,nk->ndk", SOME.x[0], SOME.x[0] @ W_NOW - TARGETS[0]).reshape(
    400, -1
)
TRUE_G = EACH.mean(axis=0)
along = TRUE_G / np.linalg.norm(TRUE_G)
beside = np.linalg.svd(EACH - np.outer(EACH @ along, along), full_matrices=False)[2][0]
SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 400]


def estimates(B, order=None, draws=300):
    """Gradients from B samples: drawn at random, or B neighbors in the given order, (draws, P)."""
    rng = np.random.default_rng(B)
    if order is None:
        rows = [rng.permutation(400)[:B] for _ in range(draws)]
    else:
        rows = [
            order[(start + np.arange(B)) % 400] for start in rng.integers(0, 400, draws)
        ]
    return np.array([EACH[r].mean(axis=0) for r in rows])


def relative_error(g):
    return np.sqrt(((g - TRUE_G) ** 2).sum(axis=1).mean()) / np.linalg.norm(TRUE_G)


sorted_order = np.argsort(SOME.y[0], kind="stable")
drawn = {B: estimates(B) for B in SIZES}
random_error = np.array([relative_error(drawn[B]) for B in SIZES])
sorted_error = np.array([relative_error(estimates(B, sorted_order)) for B in SIZES])
S2 = EACH.var(axis=0, ddof=1).sum()
law = lambda B: np.sqrt(S2 / B * (1 - B / 400)) / np.linalg.norm(TRUE_G)


REACH = [
    np.quantile(drawn[1] @ direction, (0.02, 0.98)) for direction in (along, beside)
]


def draw_parts(axes, B):
    g = drawn[B]
    axes[0].plot(g @ along, g @ beside, ".", color=BLUE, alpha=0.4)
    axes[0].annotate(
        "",
        (np.linalg.norm(TRUE_G), 0),
        (0, 0),
        arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2},
    )
    axes[0].set(
        xlim=REACH[0], ylim=REACH[1], xlabel="along the gradient", ylabel="beside it"
    )
    axes[0].set_title(f"Gradients from {B} of 400 samples")
    many = np.arange(1, 400)
    axes[1].plot(many, law(many), color=BLUE, lw=1)
    axes[1].plot(
        SIZES[:-1], random_error[:-1], "o", color=BLUE, label="drawn at random"
    )
    axes[1].plot(
        SIZES[:-1], sorted_error[:-1], "s--", color=ORANGE, label="neighbors, by class"
    )
    axes[1].axvline(B, color=INK, lw=0.8)
    axes[1].set(
        xscale="log", yscale="log", xlabel="samples B", ylabel="error / gradient"
    )
    log_scale(axes[1], "y")
    axes[1].set_title("1/√B, if drawn at random")
    axes[1].legend(loc="lower left")
    i, right = SIZES.index(B), (g @ TRUE_G > 0).mean()
    return f"From {B} samples the error is {random_error[i]:.2f} of the gradient's length (by the formula {law(B):.2f}), and {right:.0%} of the estimates point downhill. Neighbors in the order of the classes: {sorted_error[i]:.2f}."


explore(draw_parts, columns=2, B=SIZES, start=3, figsize=(9, 4.2))

# %% [markdown]
# The error can be several times as long as the gradient, and the estimates point downhill all the same. Most of the error lies in directions at a right angle to the gradient, of which there are many; it spoils the step little, as long as the step is short.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
pieces = np.random.default_rng(0).permutation(400).reshape(40, 10)
of_sum = np.array([EACH[piece].mean(axis=0) for piece in pieces]).mean(axis=0)
sizes_of_loss = ((SOME.x[0] @ W_NOW - TARGETS[0]) ** 2).sum(axis=1)
worst = lambda rows: EACH[rows[sizes_of_loss[rows].argmax()]]
of_worst = np.array([worst(piece) for piece in pieces]).mean(axis=0)
cosine = lambda a, b: a @ b / np.linalg.norm(a) / np.linalg.norm(b)
toward = cosine(of_worst, worst(np.arange(400)))
by_definition(
    "C8.29",
    because="The gradient of a sum is the sum of the gradients, so gradients from parts average to the whole one. That is why samples can be used in turn. A loss that is no sum, such as that of the worst sample, does not have it. (Losses of pure optimization may be sums, too: stand-ins and stopping set learning apart more.)",
    holds=bool(np.allclose(of_sum, TRUE_G)),
    evidence=f"The mean of the gradients of forty batches of ten is the gradient of all (cosine {cosine(of_sum, TRUE_G):.6f}). For the loss of the worst sample in a batch it does not even point the same way as for the worst of all (cosine {toward:.2f}).",
)

# %% [markdown]
# :::{admonition} Exercise 3 · what a part is worth
# :class: exercise
# `G` $(N,P)$ holds the gradient of each sample. Return the expected squared error $\mathbb E\,\lvert\hat{\mathbf g}-\mathbf g\rvert^2$ of the mean of `B` of them, drawn without putting back.
# :::


# %%
def batch_error(G, B):
    """A number, 0 for B = N."""
    ...


exercises.check_batch_error(batch_error)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The variance of all entries together, over B, less what is no longer unknown.
def batch_error(G, B):
    return G.var(axis=0, ddof=1).sum() / B * (1 - B / len(G))


exercises.check_batch_error(batch_error)

# %% [markdown]
# **In what order?** The orange squares break the law: samples that lie next to each other are alike, and a part of them shows a part of the world. Train a network without hidden layer on four hundred digits, sorted by class, shuffled, or with the classes in turn, and count the new digits it reads right after three passes and after thirty:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def reads(order, passes, rates=(0.01, 0.03, 0.1, 0.3)):
    """Share of new digits right after so many passes of a network without hidden layer, eight digits a step, at the rate with the best mean, (seeds,)."""
    x = np.take_along_axis(SOME.x, order[..., None], 1)
    y = np.take_along_axis(SOME.y, order, 1)
    found = []
    for rate in rates:
        net = mlp((64, 10), rng=np.random.default_rng(0), copies=SEEDS)
        optimizer, steps = optim.SGD(net.parameters(), rate), 50 * passes
        fit_side_by_side(
            net, losses.cross_entropy, optimizer, x, y, steps=steps, batch_size=8
        )
        found.append((net(FRESH.x).argmax(axis=-1) == FRESH.y).mean(axis=1))
    return max(found, key=np.mean)


def in_turn(labels):
    """An order without chance in which the classes take turns: first the first of each class, then the second."""
    place = np.empty(len(labels))
    for c in range(10):
        place[labels == c] = np.arange((labels == c).sum())
    return np.lexsort((labels, place))


FRESH = datasets.splits(digits, train=400, test=500).test
ORDERS = {
    "sorted by class": np.argsort(SOME.y, axis=1, kind="stable"),
    "shuffled": np.array(
        [np.random.default_rng(s).permutation(400) for s in range(SEEDS)]
    ),
    "the classes in turn": np.array([in_turn(y) for y in SOME.y]),
}
by_order = {
    (name, passes): reads(order, passes)
    for name, order in ORDERS.items()
    for passes in (3, 30)
}
for name in ORDERS:
    three, thirty = (by_order[name, passes].mean() for passes in (3, 30))
    print(f"{name:20} {three:.1%} {thirty:.1%}")
settle(
    "C8.2",
    tested="Digits sorted by class and shuffled, each order at its best rate: are more than ten points more of new digits read right after shuffling?",
    on="number of passes",
    cases={
        f"{passes}": by_order["shuffled", passes]
        > by_order["sorted by class", passes] + 0.1
        for passes in (3, 30)
    },
    control={
        "shuffled against an order without chance, in which the classes take turns": by_order[
            "shuffled", 3
        ]
        > by_order["the classes in turn", 3] + 0.1
    },
    evidence=f"Read right after {3} passes: {by_order['sorted by class', 3].mean():.0%} if sorted by class, {by_order['shuffled', 3].mean():.0%} if shuffled, {by_order['the classes in turn', 3].mean():.0%} with the classes in turn; after {30}: {by_order['sorted by class', 30].mean():.0%}, {by_order['shuffled', 30].mean():.0%} and {by_order['the classes in turn', 30].mean():.0%}.",
    turns={
        (
            '"sorted by class": np.argsort(SOME.y, axis=1, kind="stable")',
            '"sorted by class": np.array([in_turn(y) for y in SOME.y])',
        ): "FALSE"
    },
)

# %% [markdown]
# Sorted, each class, while it is shown, wipes out what was learned of the others; small steps and many passes make up for it in the end. What counts is that a batch shows a bit of everything. Chance does that, and so does a fixed order in which the classes take turns.
#
# %% [markdown]
# (sec-8a-cost)=
# ## Few, many or all?
#
# *After this section you can say which batch (批量) is quickest, and why the answer depends on how exact you want to be.*
#
# Each sample in a batch costs arithmetic; each step costs Python's and NumPy's calls. Train a network with 32 hidden units on a thousand digits until its loss on new ones is below 0.35. Count the samples it needs, each batch size at the best of three rates (the middle one each time), and multiply by the time of a sample, which was measured apart:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
bench = json.loads(Path("../benchmarks/results.json").read_text())["backpropagation"]
STEP_TIME = {int(B): t for B, t in bench["batch"]["microseconds"].items()}
STEP_TIME[1024] = (
    STEP_TIME.pop(1097) * 1024 / 1097
)  # so large a step grows in proportion


def samples_needed(B, rate, most, target=0.35):
    """Samples seen until the loss on new digits is below the target, looked at every 256: (seeds,), infinite beyond `most`."""
    net = mlp((64, 32, 10), rng=np.random.default_rng(1), copies=SEEDS)
    optimizer, needed = optim.SGD(net.parameters(), rate), np.full(SEEDS, np.inf)
    stride = max(B, 256)
    for seen in range(0, most, stride):
        x, y = (np.roll(a[:, :1024], -seen, axis=1) for a in PART.train)
        fit_side_by_side(
            net, losses.cross_entropy, optimizer, x, y, steps=stride // B, batch_size=B
        )
        loss = losses.cross_entropy(net(PART.test.x), PART.test.y)[0]
        needed[(loss < target) & np.isinf(needed)] = seen + stride
        if np.isfinite(needed).all() or np.isnan(loss).any():
            break
    return needed


TRIED = {
    1: (0.1, 0.03, 0.3),
    4: (0.3, 0.1, 1),
    16: (0.3, 0.1, 1),
    64: (1, 0.3, 3),
    256: (1, 0.3, 3),
    1024: (1, 0.3, 3),
}
needs = {}
for B, rates in TRIED.items():
    most, runs = 40 * 1024, []
    for rate in rates:
        with np.errstate(all="ignore"):
            runs.append(samples_needed(B, rate, most))
        if np.isfinite(runs[-1]).all():  # whoever needs twice as much is given up
            most = min(most, int(2 * runs[-1].max()))
    needs[B] = min(runs, key=np.median)
    assert needs[B] is runs[0]  # the middle one of the three rates
seconds = {B: n / B * STEP_TIME[B] / 1e6 for B, n in needs.items()}
samples = np.array(list(needs.values()))  # (sizes, seeds)
times = np.array(list(seconds.values()))
per_sample = np.array([STEP_TIME[B] / B for B in needs])


def draw_cost(axes):
    parts = (
        (
            np.median(samples, axis=1),
            "samples needed",
            "Small: fewer samples",
        ),
        (per_sample, "microseconds a sample", "Large: cheaper ones"),
        (1000 * np.median(times, axis=1), "milliseconds", "Best: in between"),
    )
    for ax, (values, label, title) in zip(axes, parts, strict=True):
        ax.plot(list(needs), values, "o-", color=BLUE)
        ax.set(xscale="log", yscale="log", xlabel="samples B in a step", ylabel=label)
        ax.set_title(title)
        log_scale(ax)
    told = "; ".join(
        f"{B:,}: {np.median(n):,.0f} and {1000 * np.median(s):.0f} ms"
        for (B, n), s in zip(needs.items(), times, strict=True)
    )
    return f"Samples and time until the loss is reached (medians of twenty networks), by batch: {told}."


show(draw_cost, columns=3, figsize=(8.3, 3.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
few, every = [B <= 4 for B in needs], [B == 1024 for B in needs]
inside = lambda cost: ~np.isin(cost.argmin(axis=0), np.flatnonzero(np.add(few, every)))
alone = np.tile(per_sample[:, None], SEEDS)  # every batch needs as many samples
settle(
    "C8.28",
    tested="One core, from one sample a step to all: is the quickest batch larger than a handful and smaller than all?",
    holds=inside(times),
    control={
        "if every sample cost the same time, so that precision alone decides": inside(
            samples
        ),
        "if every batch needed as many samples, so that the machine alone decides": inside(
            alone
        ),
    },
    evidence=f"The quickest takes {1000 * np.median(times.min(axis=0)):.0f} ms, {list(needs)[np.median(times, axis=1).argmin()]} samples a step; a single sample a step {1000 * np.median(times[0]):.0f} ms, all at once {1000 * np.median(times[-1]):.0f}. More cores, memory and what generalizes were not asked.",
    card=True,
)

# %% [markdown]
# **How exact?** That target was modest. Ask for the minimum itself: two hundred digits, a linear model, squared error, and a small price on squared weights, so that there is one minimum and descent can reach it. Count passes, that is gradients over $N$. Each contestant keeps one rate throughout, the best of three or four for the precision asked.
#
# There is a third contestant. A network is a function generator, the notes muse: each sample makes it work once; can one do better? One can remember. Store weights $\tilde{\mathbf w}$ now and then with their full gradient $\tilde{\mathbf g}$, and correct each batch by what it said about the stored weights (SVRG; Johnson and Zhang [2013](../book/bibliography.md)):
#
# $$
# \mathbf v=\hat{\mathbf g}_B(\mathbf w)-\hat{\mathbf g}_B(\tilde{\mathbf w})+\tilde{\mathbf g} .
# $$ (eq-8a-svrg)
#
# The last two cancel on average, so $\mathbf v$ is right on average; and the nearer $\mathbf w$ comes to $\tilde{\mathbf w}$ and both to the minimum, the less is left of the noise. One pass over the data pays for three: one for $\tilde{\mathbf g}$, and two gradients for each sample.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
SMALL = datasets.splits(digits, train=200, test=500).train
ANSWERS = np.eye(10)[SMALL.y]
PRICE = 0.1  # of squared weights: a minimum that descent can reach


def squared(prediction):
    return ((prediction - ANSWERS) ** 2).sum(axis=-1).mean(axis=1) / 2


def slope_at(W, x, y):
    return x.mT @ (x @ W - y) / x.shape[1] + PRICE * W


def height_of(W):
    return squared(SMALL.x @ W) + PRICE / 2 * (W**2).sum(axis=(1, 2))


N = SMALL.x.shape[1]
HESSIANS = SMALL.x.mT @ SMALL.x / N + PRICE * np.eye(64)
LOWEST = height_of(np.linalg.solve(HESSIANS, SMALL.x.mT @ ANSWERS / N))
TOP = max(np.linalg.eigvalsh(H)[-1] for H in HESSIANS)
ABOVE = height_of(np.zeros((SEEDS, 64, 10))) - LOWEST


@np.errstate(all="ignore")  # the largest rates run away
def falls(part, batch, passes=300, corrected=False):
    """What is left of the height above the minimum after each look, and the passes paid till then."""
    W, rng = np.zeros((SEEDS, 64, 10)), np.random.default_rng(0)
    left, paid, spent = [np.ones(SEEDS)], [0.0], 0.0
    while spent < passes:
        order = rng.permutation(N)
        if corrected:
            anchor, whole = W, slope_at(W, SMALL.x, ANSWERS)
            spent += 1
        for start in range(0, N, batch):
            x, y = (a[:, order[start : start + batch]] for a in (SMALL.x, ANSWERS))
            g = slope_at(W, x, y)
            if corrected:
                g = g - slope_at(anchor, x, y) + whole
            W = W - part / TOP * g
            spent += batch / N * (2 if corrected else 1)
            if spent < 3 and not corrected:
                left.append((height_of(W) - LOWEST) / ABOVE)
                paid.append(spent)
        left.append((height_of(W) - LOWEST) / ABOVE)
        paid.append(spent)
    return np.array(left), np.array(paid)


def paid_until(trace, share):
    """Passes until no more than that share of the height is left, infinite if never, (seeds,)."""
    left, paid = trace
    return np.where(
        (left <= share).any(axis=0), paid[(left <= share).argmax(axis=0)], np.inf
    )


CONTESTANTS = {
    "all samples": {part: falls(part, N) for part in (1.0, 1.8, 1.95)},
    "ten samples": {part: falls(part, 10) for part in (0.03, 0.1, 0.3, 1.0)},
    "ten, corrected": {
        part: falls(part, 10, corrected=True) for part in (0.5, 1.0, 2.0, 3.0)
    },
}
FAR, NEAR = 0.1, 1e-6
quickest = {
    (name, share): min((paid_until(t, share) for t in traces.values()), key=np.median)
    for name, traces in CONTESTANTS.items()
    for share in (FAR, NEAR)
}


def draw_exact(ax):
    for (name, traces), style in zip(
        CONTESTANTS.items(), ("-", "--", "-."), strict=True
    ):
        left, paid = min(traces.values(), key=lambda t: np.median(paid_until(t, FAR)))
        ax.plot(paid, np.median(left, axis=1), style, label=name)
    ax.set(
        yscale="log",
        ylim=(1e-11, 2),
        xlim=(0, 150),
        xlabel="passes paid",
        ylabel="height left",
    )
    log_scale(ax, "y")
    ax.set_title("Ahead at first, stuck in the end")
    ax.legend(loc="lower left")
    told = "; ".join(
        f"{name} {np.median(quickest[name, FAR]):.1f} and {np.median(quickest[name, NEAR]):.0f}"
        for name in CONTESTANTS
    )
    return f"Passes until a tenth and until a millionth of the height is left, each at its best rate for that: {told}. (The curves show the rate that is first at a tenth.)".replace(
        "inf", "never"
    )


show(draw_exact, figsize=(5.5, 3.8))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C8.4",
    tested="Ten samples a step against all, each at its best constant rate: does it come as near to the minimum after fewer gradients of single samples?",
    on="precision wanted, at a constant rate",
    cases={
        "a tenth of the height left": quickest["ten samples", FAR]
        < quickest["all samples", FAR],
        "a millionth": quickest["ten samples", NEAR] < quickest["all samples", NEAR],
    },
    evidence=f"To a tenth: {np.median(quickest['ten samples', FAR]):.1f} passes against {np.median(quickest['all samples', FAR]):.0f}. To a millionth: descent with all samples needs {np.median(quickest['all samples', NEAR]):.0f}; with ten a step it is reached by {np.isfinite(quickest['ten samples', NEAR]).sum()} of {SEEDS} within {300} passes. A single step costs a twentieth either way.".replace(
        "twentieth", f"{N // 10}th"
    ),
    card=True,
    turns={("FAR, NEAR = 0.1, 1e-6", "FAR, NEAR = 0.1, 0.05"): "TRUE"},
)

# %% [markdown]
# A step is always cheaper with ten samples. In *time* the lead is smaller than in gradients, as the middle panel above shows: ten samples cost little less than a hundred. And the constant rate is what keeps it from the millionth: the next section shows why, and two ways out.

# %% [markdown]
# (q8-10)=
# :::{admonition} Question 8.10 · If a neural network is compared to a function generator, does each input sample make it work once, and can this be done better?
# :class: question
# It can, in two ways. A batch makes it work once for many samples: one matrix product, whose time per sample falls a hundredfold in the middle panel above. And memory makes each sample tell more: corrected by {eq}`eq-8a-svrg`, ten samples a step reach what all samples reach, in fewer passes. For networks, whose minimum nobody needs exactly, the correction is rarely worth its two extra gradients; batches are.
# :::
#
# :::{admonition} Exercise 4 · a corrected step
# :class: exercise
# For the loss $\frac1{2N}\lvert XW-Y\rvert^2$ return the weights after one step of {eq}`eq-8a-svrg` at the learning rate `rate`, with the samples `rows` of `X` $(N,D)$ and `Y` $(N,K)$. `W` are the weights now, `anchor` the stored ones, at which the gradient of all samples is to be taken too.
# :::


# %%
def corrected_step(W, anchor, X, Y, rows, rate):
    """Weights of shape (D, K)."""
    ...


exercises.check_corrected_step(corrected_step)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Three gradients: the batch now, the batch then, all then.
def corrected_step(W, anchor, X, Y, rows, rate):
    slope = lambda V, x, y: x.T @ (x @ V - y) / len(x)
    x, y = X[rows], Y[rows]
    v = slope(W, x, y) - slope(anchor, x, y) + slope(anchor, X, Y)
    return W - rate * v


exercises.check_corrected_step(corrected_step)

# %% [markdown]
# (sec-8a-ball)=
# ## The ball of noise
#
# *After this section you can predict how near stochastic descent comes to the minimum.*
#
# Near a minimum a coordinate has the gradient $\lambda w$, and a small batch adds noise $\xi$ of mean zero and variance $\sigma^2$. One step makes $w\leftarrow(1-\eta\lambda)w-\eta\xi$. Let $V$ be the variance of $w$ once it no longer changes. The noise is independent of $w$, so $V=(1-\eta\lambda)^2V+\eta^2\sigma^2$, and solved for $V$:
#
# $$
# V=\frac{\eta\,\sigma^2}{\lambda\,(2-\eta\lambda)}\approx\frac{\eta\,\sigma^2}{2\lambda} .
# $$ (eq-8a-ball)
#
# Stochastic descent does not arrive; it wanders in a ball whose size is set by the rate and the batch ($\sigma^2$ falls like one over the batch size). A rate that falls lets the ball shrink. It must not fall too fast: the steps have to add up to any distance, $\sum\eta_t=\infty$. It is enough if the noise, whose variance adds up in squares, does not, $\sum\eta_t^2<\infty$ (Robbins and Monro [1951](../book/bibliography.md)).


# %% tags=["hide-input"] jupyter={"source_hidden": true}
SCHEDULES = {
    "constant rate": lambda t: 0.1,
    "rate like 1/t": lambda t: 1 / (10 + t),
    "rate like 1/t²": lambda t: 10 / (10 + t) ** 2,
}


def wander(rate, noise, steps=3000, walkers=400, seed=0, fades=False):
    """Where walkers are in the bowl ½w², from 5 away, after each step, (steps, walkers); noise that fades is nil at the minimum."""
    rng, w, seen = np.random.default_rng(seed), np.full(walkers, 5.0), []
    for t in range(steps):
        size = noise * np.abs(w) if fades else noise
        w = w - rate(t) * (w + size * rng.standard_normal(walkers))
        seen.append(w)
    return np.array(seen)


def draw_ball(ax, rate):
    w = wander(lambda t: rate, 1.0, steps=400)
    ax.plot(w[:200, :8], lw=0.8, alpha=0.7)
    bound = 2 * np.sqrt(rate / (2 - rate))
    ax.axhspan(-bound, bound, color=GREEN, alpha=0.15, lw=0)
    ax.set(ylim=(-3.5, 5.5), xlabel="step", ylabel="distance from the minimum")
    ax.set_title(f"η = {rate:g}: wandering by {bound / 2:.2f}")
    inside = (np.abs(w[200:]) < bound).mean()
    return f"With a rate of {rate:g} the formula gives a standard deviation of {bound / 2:.3f}; measured {w[200:].std():.3f}. In the green band (two of them) are {inside:.0%} of all places after the first 200 steps."


explore(
    draw_ball, rate=[0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.5], start=2, figsize=(5.5, 3.6)
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def wanders(schedule, noise, seed, fades=False):
    """Are at least half of a hundred walkers more than a tenth from the minimum in the end?"""
    end = wander(schedule, noise, walkers=100, seed=seed, fades=fades)[-1]
    return (np.abs(end) > 0.1).mean() > 0.5


constant, falling, too_fast = SCHEDULES.values()
twenty = lambda *args, **options: np.array(
    [wanders(*args, seed, **options) for seed in range(20)]
)
noisy, exact = twenty(constant, 1.0), twenty(constant, 0.0)
settle(
    "C8.5",
    tested="A convex bowl, a constant rate of a twentieth of the cliff's, three thousand steps: with noisy gradients, is at least half of the walkers still more than a tenth away; and with exact ones, not?",
    holds=noisy & ~exact,
    control={
        "noise that fades toward the minimum, as where all samples can be fitted at once": twenty(
            constant, 1.0, fades=True
        ),
        "a rate that falls like one over the step": twenty(falling, 1.0),
    },
    evidence=f"Seeds in which they wander: {noisy.sum()} of {20} with noise, {exact.sum()} without, {twenty(constant, 1.0, fades=True).sum()} with noise that fades; {twenty(falling, 1.0).sum()} at a rate like one over the step, and {twenty(too_fast, 1.0).sum()} at one like its square, whose steps add up to less than the way. (The sentence says convex set; a convex function is meant.)",
    turns={
        (
            "noisy, exact = twenty(constant, 1.0)",
            "noisy, exact = twenty(falling, 1.0)",
        ): "FALSE"
    },
    card=True,
)

# %% [markdown]
# (q8-8)=
# :::{admonition} Question 8.8 · What is the theoretical derivation of stochastic gradient descent, and how does the optimization proceed concretely?
# :class: question
# Draw the batch evenly, and its gradient is the gradient of all samples on average. Put that into {eq}`eq-8a-lemma`: the expected loss falls by at least $\eta(1-\eta L/2)\lvert\mathbf g\rvert^2$ and rises by at most $\frac12\eta^2L\sigma^2$ through the noise. Far from the minimum the first wins, near it the second, and in between lies the ball. Concretely: shuffle, take the samples batch by batch, step against the mean of their gradients, shuffle again; and let the rate fall toward the end.
# :::

# %% [markdown]
# It *may* never arrive; it need not wander. Where one set of weights fits all samples, the noise fades on the way; and a rate $c/t$ arrives, if $c$ times the curvature is above one half. (With a smaller one the walk is too slow.)
#
# **Average the path.** The walkers circle the minimum, so their mean position is nearer to it than any of them (Polyak and Juditsky [1992](../book/bibliography.md)). Three schedules and the running mean of one walker's path:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_rest(ax):
    t = np.arange(1, 3001)
    rms = lambda w: np.sqrt((w**2).mean(axis=1))
    paths = {name: wander(schedule, 1.0) for name, schedule in SCHEDULES.items()}
    mean = np.cumsum(paths["constant rate"], axis=0) / t[:, None]
    curves = {name: rms(w) for name, w in paths.items()} | {
        "mean of constant rate": rms(mean)
    }
    for (name, curve), style in zip(
        curves.items(), ("-", "--", ":", "-."), strict=True
    ):
        ax.plot(t, curve, style, label=name)
    ax.set(xscale="log", yscale="log", xlabel="step", ylabel="distance (rms)")
    log_scale(ax)
    ax.set_title("Two ways to arrive")
    ax.legend(loc="lower left")
    told = ", ".join(f"{name} {curve[-1]:.2f}" for name, curve in curves.items())
    return f"Distance from the minimum after 3,000 noisy steps, starting 5 away (root mean square of 400 walkers): {told}."


show(draw_rest, figsize=(5.5, 3.8))

# %% [markdown]
# :::{admonition} Exercise 5 · the ball
# :class: exercise
# Descent with the learning rate `rate` along a coordinate of curvature `curve`, each gradient with noise of standard deviation `noise`, as in {eq}`eq-8a-ball`, exactly. How far from the minimum is it in the end, as a standard deviation? Return infinity where the rate is at the cliff or beyond.
# :::


# %%
def ball(rate, curve, noise):
    """A standard deviation."""
    ...


exercises.check_ball(ball)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The root of the variance that one more step leaves as it is.
def ball(rate, curve, noise):
    if rate * curve >= 2:
        return np.inf
    return noise * np.sqrt(rate / (curve * (2 - rate * curve)))


exercises.check_ball(ball)

# %% [markdown]
# :::{admonition} Exercise 6 · the mean of a path
# :class: exercise
# `path` $(T,\ldots)$ holds the weights after each of $T$ steps. Return, for each step, the mean of all weights up to and including it.
# :::


# %%
def running_mean(path):
    """An array like path."""
    ...


exercises.check_running_mean(running_mean)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Sums so far over numbers so far, along the first axis whatever the others are.
def running_mean(path):
    sums = np.cumsum(path, axis=0)
    return sums / np.arange(1, len(path) + 1).reshape(-1, *(1,) * (path.ndim - 1))


exercises.check_running_mean(running_mean)

# %% [markdown]
# (sec-8a-passes)=
# ## Once, or ten times?
#
# *After this section you can tell whether more data or more computing would help you.*
#
# In the first pass (遍历) every batch is new, so its gradient is one of the *expected* loss: learning as it should be. From the second pass on the samples are known, and what is descended is their own loss. Do further passes pay? And if computing is limited to so many samples *seen*, repeated or not, when is it the limit, and when are the data? Networks with 32 hidden units, ten digits a step; choose how many different digits there are (the number at the end of each curve):


# %% tags=["hide-input"] jupyter={"source_hidden": true}
AMOUNTS = [20, 80, 320, 1280]
SEEN = (40, 80, 160, 320, 640, 1280, 2560, 5120, 10240)


def missed(n, rate, batch=10):
    """Share of new digits read wrongly after so many seen, with n different ones, (looks, seeds)."""
    net = mlp((64, 32, 10), rng=np.random.default_rng(1), copies=SEEDS)
    optimizer, table, done = optim.SGD(net.parameters(), rate), [], 0
    for seen in SEEN:
        x, y = (np.roll(a[:, :n], -done, axis=1) for a in PART.train)
        steps = (seen - done) // batch
        fit_side_by_side(
            net, losses.cross_entropy, optimizer, x, y, steps=steps, batch_size=batch
        )
        wrong = net(PART.test.x).argmax(axis=-1) != PART.test.y
        table.append(wrong.mean(axis=1))
        done = seen
    return np.array(table)


def at_best(n, rates=(0.1, 0.3, 0.5)):
    """The same, for each look at the rate with the lowest mean there."""
    tables = np.array([missed(n, rate) for rate in rates])  # (rates, looks, seeds)
    best = tables.mean(axis=2).argmin(axis=0)
    return tables[best, np.arange(len(SEEN))]


misses = {n: at_best(n) for n in AMOUNTS}
at = lambda n, seen: misses[n][SEEN.index(seen)]


def draw_passes(ax, n):
    for amount in AMOUNTS:
        style = {"color": INK, "lw": 0.8, "alpha": 0.5, "ls": "-"}
        if amount == n:
            style = {"color": BLUE, "lw": 2.5, "ls": "-"}
        curve = misses[amount].mean(axis=1)
        ax.plot(SEEN, curve, **style)
        ax.annotate(
            f"{amount:,}",
            (SEEN[-1], curve[-1]),
            xytext=(4, -3),
            textcoords="offset points",
        )
    one_pass = max(n, SEEN[0])
    ax.plot(one_pass, at(n, one_pass).mean(), "o", color=ORANGE, ms=9)
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(35, 20000),
        ylim=(0.04, 1),
        xlabel="digits seen",
        ylabel="new digits misread",
    )
    log_scale(ax)
    ax.set_title(f"{n:,} digits, again and again")
    passes = "one pass" if one_pass == n else f"{one_pass // n} passes"
    return f"With {n:,} different digits {at(n, one_pass).mean():.0%} of new ones are misread after {passes} (orange), {at(n, SEEN[-1]).mean():.0%} after {SEEN[-1] // n:,}."


explore(draw_passes, n=AMOUNTS, start=1, figsize=(5.5, 4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C8.3",
    tested="Eighty digits: after a hundred and twenty-eight passes instead of one, are at least twenty points more of new digits read right?",
    holds=at(80, 80) - at(80, 10240) > 0.2,
    control={
        "a hundred and twenty-eight passes instead of sixty-four": at(80, 5120)
        - at(80, 10240)
        > 0.2
    },
    evidence=f"Of new digits {at(80, 80).mean():.0%} are misread after one pass, {at(80, 640).mean():.0%} after {640 // 80}, {at(80, 5120).mean():.1%} and {at(80, 10240).mean():.1%} after {5120 // 80} and {10240 // 80}, each at the best of three rates: the first passes pay, the later ones no more.",
    turns={("holds=at(80, 80)", "holds=at(80, 2560)"): "FALSE"},
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def computing_limits(n, seen=640):
    """Does four times the computing lower the error more than four times the data?"""
    return at(n, 4 * seen) < at(4 * n, seen)


settle(
    "C8.32",
    tested="640 digits seen, of which 320 are different ones: does four times the computing lower the error more than four times the data, each at its best rate?",
    holds=computing_limits(320),
    control={"twenty different ones": computing_limits(20)},
    evidence=" ".join(
        f"With {n} digits {at(n, 640).mean():.0%} are misread; with four times the computing {at(n, 2560).mean():.0%}, with four times the data {at(4 * n, 640).mean():.0%}."
        for n in (320, 20)
    ),
    turns={("holds=computing_limits(320)", "holds=computing_limits(20)"): "FALSE"},
    card=True,
)

# %% [markdown]
# So look where you stand before you buy. Far to the left all curves are one: fresh digits would not help, as few have been seen twice. Far to the right they are flat, each at its own height: seeing the same digits again is no use.
#
# ## In one screen
#
# - Below the rate $2/L$ every full step goes down, $L$ being the largest curvature. In a bowl, above it, steps along the most curved direction grow.
# - The gradient is the steepest direction in Euclid's sense of length. Other senses make other optimizers.
# - In enough dimensions no method that moves along gradients falls faster than like $1/k^2$ on all convex losses; an accelerated one does fall so fast.
# - Learning minimizes a stand-in, on samples, and stops when new samples say so.
# - The error of a gradient falls like $1/\sqrt B$ if samples are drawn at random. The quickest batch lies between one and all: precision favors small batches, the machine large ones.
# - At a constant rate noise keeps descent in a ball of variance $\eta\sigma^2/\lambda(2-\eta\lambda)$. A rate like $1/t$, the mean of the path, or a corrected gradient arrive.
# - The first passes over the samples pay most. Then the data are the limit, no longer the computing.
#
# **Read on.** Bottou, Curtis and Nocedal ([2018](../book/bibliography.md)) on stochastic methods for learning; Nesterov ([2004](../book/bibliography.md)) for the bounds; Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), section 8.1, what the notes follow.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
