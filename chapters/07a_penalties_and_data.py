# %% [markdown]
# # Penalties, data and time
#
# Forbid large weights, and a network will overfit less. But which weights are left depends on how you forbid them. *Most solutions with an L1 penalty lie in a corner, where one weight is zero*: every book has this picture, and most draw it by hand. Here it is computed: a loss of two weights, its contours, and in green the weights that are allowed. Give them more room and watch where the best allowed weights lie.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from typing import NamedTuple

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes.arrays import Constant
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import penalties_and_data as exercises
from dlnotes.explore import explore, show
from dlnotes.layers import GaussianNoise, mlp
from dlnotes.linear_models import least_squares, margin, random_features
from dlnotes.network import Parameter
from dlnotes.plotting import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    contours,
    image_grid,
    lines,
    log_scale,
)
from dlnotes.training import fit_side_by_side

np.set_printoptions(precision=4, suppress=True)


def loss_of_two(seed=4, n=60, alike=0.6, truth=(1.4, 0.5)):
    """H = XᵀX/n and the best weights for two features that are alike, with noise."""
    rng = np.random.default_rng(seed)
    X = rng.multivariate_normal(
        [0, 0], [[1, alike], [alike, 1]], size=n, method="cholesky"
    )
    y = X @ truth + 0.5 * rng.standard_normal(n)
    return X.T @ X / n, np.linalg.lstsq(X, y, rcond=None)[0]


def shrunk(w, cut):
    """Each weight, moved toward zero by `cut` and not beyond."""
    return np.sign(w) * np.maximum(np.abs(w) - cut, 0)


def bowl(H, best):
    """The loss ½(w − best)ᵀH(w − best) of points w (2, m, n)."""

    def loss(w):
        away = w - best[:, None, None]
        return np.einsum("imn,ij,jmn->mn", away, H, away) / 2

    return loss


def onto_l2(w, radius):
    """The nearest weights of Euclidean length at most `radius`."""
    return w * min(1, radius / np.linalg.norm(w))


def onto_l1(w, radius):
    """The nearest weights whose absolute values add up to at most `radius` (Duchi, Shalev-Shwartz, Singer and Chandra 2008)."""
    size = np.abs(w)
    if size.sum() <= radius:
        return w
    falling = np.sort(size)[::-1]
    excess = (np.cumsum(falling) - radius) / np.arange(1, len(w) + 1)
    cut = excess[np.flatnonzero(falling > excess)[-1]]
    return shrunk(w, cut)


def best_allowed(H, best, project, radius, steps=500):
    """The weights of least loss ½(w − best)ᵀH(w − best) in the allowed set, by projected descent."""
    w, rate = np.zeros(len(best)), 1 / np.linalg.eigvalsh(H)[-1]
    for _ in range(steps):
        w = project(w - rate * H @ (w - best), radius)
    return w


HESSIAN, BEST = loss_of_two()
SETS = {"|w₁| + |w₂|": onto_l1, "√(w₁² + w₂²)": onto_l2}


def draw_allowed(axes, room):
    turn = np.linspace(0, 2 * np.pi, 201)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    told = []
    for ax, (name, project) in zip(axes, SETS.items(), strict=True):
        edge = room * circle
        if project is onto_l1:
            edge = edge / np.abs(circle).sum(axis=1, keepdims=True)
        w = best_allowed(HESSIAN, BEST, project, room)
        levels, side = [0.01, 0.05, 0.15, 0.35, 0.7, 1.2], (-1.2, 2.2)
        contours(ax, bowl(HESSIAN, BEST), side, side, levels, colors=[BLUE], alpha=1)
        ax.fill(*edge.T, color=GREEN, alpha=0.2, lw=0)
        ax.plot(*BEST, "+", color=BLUE, ms=12, mew=2)
        ax.plot(*w, "o", color=ORANGE, ms=9)
        ax.axhline(0, color=INK, lw=0.6)
        ax.axvline(0, color=INK, lw=0.6)
        ax.set(
            xlim=(-1.2, 2.2), ylim=(-1.2, 1.6), aspect="equal", xlabel="w₁", ylabel="w₂"
        )
        ax.set_title(f"{name} ≤ {room:g}")
        told.append(f"({w[0]:.2f}, {w[1] + 0:.2f})")
    return f"Allowed up to {room:g}: the best weights are {told[0]} in the square and {told[1]} in the circle; without a limit ({BEST[0]:.2f}, {BEST[1]:.2f})."


explore(
    draw_allowed,
    columns=2,
    room=[0.2, 0.4, 0.6, 0.8, 1, 1.3, 1.6, 2],
    start=3,
    figsize=(9, 4),
)


# %% [markdown]
# Whatever is done to a learner to lower its error on new data, and not on the data it learns from, is called *regularization* (正则化). This page tries three kinds of medicine: penalties on the weights, data that one makes up or borrows, and an early end. [Chapter 7b](07b_ensembles_and_dropout.ipynb) tries two more, many networks and dropout, and lets all of them compete.
#
# **After this page you can**
#
# - say where the solutions of an L1 and of an L2 penalty lie, and how a computer gets exact zeros;
# - show that stopping early and an L2 penalty shrink the same directions;
# - explain why weight decay and an L2 penalty are two things once Adam is used;
# - predict which made-up data will help and which will cost classes;
# - tell when a second task helps the first one and when it harms;
# - write early stopping, and say which of its numbers you may report.
#
# **You need** [chapter 5a](05a_learning_from_data.ipynb) and [chapter 6b](06b_backpropagation.ipynb).

# %% [markdown]
# (sec-7a-corners)=
# ## Corners
#
# *You have seen one loss and two sets. After this section you know how often a solution lies in a corner.*
#
# A *penalty* $\alpha\sum_i\lvert w_i\rvert$ (L1) or $\frac\alpha2\sum_iw_i^2$ (L2) is added to the loss; or, what comes to the same, weights are *allowed* only a certain sum. The best allowed weights lie where a contour of the loss first touches the allowed set. A square has corners that stick out, and there a weight is zero. How often does a contour touch there? Draw four hundred losses at random, with contours of any direction, up to ten times as long as wide:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def in_corners(radius, seed, losses=400):
    """Share of random losses of two weights whose best allowed weights, |w₁| + |w₂| ≤ radius · |best|₁, lie in a corner."""
    rng = np.random.default_rng(seed)
    turn, spread = rng.uniform(0, np.pi, losses), 10 ** rng.uniform(0, 2, losses)
    axis = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    H = np.eye(2) + (spread - 1)[:, None, None] * axis[:, :, None] * axis[:, None, :]
    best = rng.standard_normal((losses, 2))
    r = radius * np.abs(best).sum(axis=1)
    corners = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    found, where = np.full(losses, np.inf), np.zeros(losses, bool)
    for a, b in zip(corners, np.roll(corners, -1, axis=0)):
        start, way = r[:, None] * a - best, r[:, None] * (b - a)
        slope, bend = (
            np.einsum("ni,nij,nj->n", way, H, start),
            np.einsum("ni,nij,nj->n", way, H, way),
        )
        t = np.clip(-slope / bend, 0, 1)
        at = start + t[:, None] * way
        loss = np.einsum("ni,nij,nj->n", at, H, at)
        where = np.where(loss < found, (t == 0) | (t == 1), where)
        found = np.minimum(found, loss)
    return where.mean()


ROOMS = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95)
corner_share = {r: np.array([in_corners(r, seed) for seed in range(20)]) for r in ROOMS}


def draw_corners(ax):
    mean = [share.mean() for share in corner_share.values()]
    ax.plot(ROOMS, mean, "o-", color=BLUE)
    ax.axhline(0.5, color=INK, lw=1, ls=":")
    ax.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="room, as a part of what the best weights take"
    )
    ax.set(ylabel="share in a corner", title="Little room is all corners")
    told = ", ".join(f"{m:.0%} ({r:g})" for r, m in zip(ROOMS, mean, strict=True))
    return (
        f"Share of 400 random losses whose solution lies in a corner, by room: {told}."
    )


show(draw_corners)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SMALL, LARGE = ROOMS[1], ROOMS[-2]
mostly = lambda room: corner_share[room] > 0.5
settle(
    "C7.3",
    tested="Random losses of two weights; |w₁| + |w₂| may be as large as the given part of what it is without a limit. Do more than half of the solutions lie in a corner?",
    on="room that the penalty leaves",
    cases={f"{room:g} of it": mostly(room) for room in (SMALL, LARGE)},
    evidence=f"In a corner: {corner_share[SMALL].mean():.0%} with {SMALL} of the room, {corner_share[LARGE].mean():.0%} with {LARGE}.",
    turns={("in (SMALL, LARGE)}", "in ROOMS[:2]}"): "TRUE"},
    card=True,
)
centers = np.array([loss_of_two(seed)[1] for seed in range(100, 120)])
moved = np.linalg.norm(centers - BEST, axis=1) > 0.01
starts = np.random.default_rng(0).standard_normal((20, 2))
again = (
    starts
    + (BEST - starts)
    @ (np.eye(2) - np.linalg.matrix_power(np.eye(2) - HESSIAN / 2, 200)).T
)
settle(
    "C7.4",
    tested="A hypothesis space is fixed before there are data. With sixty other samples of the same kind, do the blue curves stay where they were, within a hundredth?",
    holds=~moved,
    control={
        "the same samples, and descent from twenty other starts": np.linalg.norm(
            again - BEST, axis=1
        )
        < 0.01
    },
    evidence=f"Their center moves by {np.linalg.norm(centers - BEST, axis=1).mean():.2f} on average over {len(centers)} draws. The curves are contours of the loss without a penalty; the hypothesis space is the whole plane, or what the penalty allows of it.",
)

# %% [markdown]
# So the sentence is right where the penalty leaves little room, and wrong where it leaves much. And the legend in the notes is wrong: the blue curves are not the hypothesis space. They are contours of the loss, and come with the data.

# %% [markdown]
# (sec-7a-zeros)=
# ## Who makes the zeros?
#
# *You know where solutions lie. After this section you know which computation gets there.*
#
# The slope of $\lvert w\rvert$ is $\pm1$, and at zero it has none. One may descend with the sign, and take 0 at zero (*sub-gradient*). Or one takes a step for the loss alone, and after it the best step for the penalty, which moves every weight toward zero by up to $\eta\alpha$ (*proximal step*):
#
# $$
# \mathbf w\leftarrow\operatorname{shrink}\bigl(\mathbf w-\eta\nabla L,\;\eta\alpha\bigr),\qquad\operatorname{shrink}(w,c)=\operatorname{sign}(w)\max(0,\lvert w\rvert-c) .
# $$ (eq-7a-shrink)
#
# Why is that the best step? Near the point $z$ that the loss asks for, the step minimizes $\frac12(w-z)^2+c\lvert w\rvert$. For $w>0$ the slope is $w-z+c$, zero at $w=z-c$ if $z>c$; for $w<0$ likewise at $z+c$ if $z<-c$; and for $\lvert z\rvert\le c$ the slope points away from zero on both sides, so zero itself is the minimum. That is an interval of $z$, not a point, and this is why exact zeros happen.
#
# Both ways go downhill on the same objective.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_shrink(ax):
    z, c = np.linspace(-3, 3, 301), 1.0
    kept = {
        "L1: shrink(z, 1)": shrunk(z, c),
        "L2: z / 2": z / (1 + c),
    }
    lines(
        ax,
        z,
        {"no penalty": z} | kept,
        xlabel="z, what the loss asks for",
        ylabel="w, what it gets",
    )
    ax.plot([-c, c], [0, 0], lw=5, color=ORANGE, alpha=0.35, solid_capstyle="butt")
    ax.set(title="L1 has a flat stretch at zero")
    return f"What becomes of a weight in one proximal step with a price of {c:g}. With L1 every z between −{c:g} and {c:g} becomes exactly zero; L2 halves all of them and makes no zero."


show(draw_shrink, figsize=(5.5, 3.2))

# %% [markdown]
# Fifty weights, six of which are not zero in truth (crosses), a hundred noisy samples, three thousand steps. Make the penalty stronger:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def by_penalty(H, best, alpha):
    return np.linalg.solve(H + alpha * np.eye(len(H)), H @ best)


def sparse_problem(seed, n=100, P=50, active=6):
    rng = np.random.default_rng(seed)
    X, truth = rng.standard_normal((n, P)), np.zeros(P)
    truth[:active] = rng.choice([-1, 1], active) * rng.uniform(0.5, 1.5, active)
    return X, X @ truth + 0.5 * rng.standard_normal(n), truth


def objective(X, y, w, price):
    return ((X @ w - y) ** 2).mean() / 2 + price * np.abs(w).sum()


def by_subgradients(X, y, price, steps=3000):
    H, b, w = X.T @ X / len(X), X.T @ y / len(X), np.zeros(X.shape[1])
    for t in range(steps):
        w = w - 0.3 / np.sqrt(1 + t / 10) * (H @ w - b + price * np.sign(w))
    return w


def by_proximal_steps(X, y, price, steps=3000):
    H, b, w = X.T @ X / len(X), X.T @ y / len(X), np.zeros(X.shape[1])
    rate = 1 / np.linalg.eigvalsh(H)[-1]
    for _ in range(steps):
        z = w - rate * (H @ w - b)
        w = shrunk(z, rate * price)
    return w


WAYS = {"sub-gradients": by_subgradients, "proximal steps": by_proximal_steps}
FLOOR = 1e-6


def draw_zeros(axes, price):
    X, y, truth = sparse_problem(0)
    told, reached = [], []
    for ax, (name, find) in zip(axes, WAYS.items(), strict=True):
        w = find(X, y, price)
        none = w == 0
        ax.plot(np.flatnonzero(~none), np.abs(w[~none]), "o", color=BLUE, ms=4)
        ax.plot(
            np.flatnonzero(none), np.full(none.sum(), FLOOR), "o", color=ORANGE, ms=4
        )
        ax.plot(range(6), np.abs(truth[:6]), "x", color=INK, ms=7)
        ax.set(yscale="log", ylim=(FLOOR / 2, 5), xlabel="number of the weight")
        log_scale(ax, "y")
        ax.set_title(f"{name}: {none.sum()} exact zeros")
        told.append(none.sum())
        reached.append(objective(X, y, w, price))
    axes[0].set(ylabel="size (exact zeros at the bottom)")
    return f"α = {price:g}: {told[0]} exact zeros by sub-gradients, {told[1]} by proximal steps; the objective is {reached[0]:.3f} and {reached[1]:.3f}."


explore(
    draw_zeros,
    columns=2,
    price=[0.01, 0.03, 0.06, 0.1, 0.2, 0.4],
    start=3,
    figsize=(9, 3.6),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
PRICE = 0.1
problems = [sparse_problem(seed) for seed in range(20)]
found = np.array(
    [[find(X, y, PRICE) for find in WAYS.values()] for X, y, _ in problems]
)
zeros = (found == 0).sum(axis=2)
kept = (found[:, :, :6] != 0).all(axis=2)
excess = np.array(
    [
        objective(X, y, w[0], PRICE) / objective(X, y, w[1], PRICE) - 1
        for (X, y, _), w in zip(problems, found, strict=True)
    ]
)
assert excess.max() < 0.01  # "the same objective"
none = np.array(
    [
        (
            by_penalty(X.T @ X / len(X), np.linalg.lstsq(X, y, rcond=None)[0], PRICE)
            == 0
        ).sum()
        for X, y, _ in problems
    ]
)
settle(
    "C7.1",
    tested="An L1 penalty on fifty weights, of which six are not zero in truth, by proximal steps: are more than half of the weights exactly zero, and none of the six?",
    holds=(zeros[:, 1] > 25) & kept[:, 1],
    control={"an L2 penalty of the same price": (none > 25) & kept[:, 1]},
    evidence=f"Exact zeros on average: {zeros[:, 1].mean():.0f} by proximal steps; the six survive in {kept[:, 1].sum()} of {len(kept)} problems. With an L2 penalty {none.mean():.0f}. Sub-gradients make {zeros[:, 0].mean():.0f} of them, though their objective is at most {excess.max():.1%} higher.",
    card=True,
    turns={("(zeros[:, 1] > 25)", "(zeros[:, 0] > 25)"): "FALSE"},
)

# %% [markdown]
# The two answers are equally good, to less than a percent of the objective; only one of them has zeros. Whoever trains with an L1 penalty and gradient descent, as many libraries do, gets small weights and must choose below which size to call them zero.
#
# :::{admonition} Exercise 1 · shrink
# :class: exercise
# Write `shrink` of {eq}`eq-7a-shrink` for weights `w` of any shape and a `cut` that is not negative.
# :::


# %%
def shrink(w, cut):
    """Each entry, moved toward zero by `cut`, and not beyond."""
    ...


exercises.check_shrink(shrink)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. What is smaller than the cut becomes zero; the sign stays.
def shrink(w, cut):
    return np.sign(w) * np.maximum(np.abs(w) - cut, 0)


exercises.check_shrink(shrink)

# %% [markdown]
# **Twins.** Let two features say the same, and both truly count with weight 1. L1 does not care how the two share the work, since $\lvert w_1\rvert+\lvert w_2\rvert$ is the same for all shares, and the noise of the samples decides. L2 does care: a sum of squares is least when both are equal. The *elastic net* pays for both, a share $r$ for L1 and the rest for L2 (Zou and Hastie [2005](../book/bibliography.md)). Each point is another draw of forty samples:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def elastic(X, y, price, share, steps=400):
    """Weights under the price share · |w|₁ + (1 − share) · ½|w|², by proximal steps with momentum; X (S, n, P), y (S, n)."""
    H, b = X.mT @ X / X.shape[1], (X.mT @ y[..., None])[..., 0] / X.shape[1]
    rate = 1 / np.linalg.eigvalsh(H)[:, -1:]
    w = ahead = np.zeros(b.shape)
    for t in range(steps):
        z = ahead - rate * ((H @ ahead[..., None])[..., 0] - b)
        new = shrunk(z, rate * price * share) / (1 + rate * price * (1 - share))
        w, ahead = new, new + t / (t + 3) * (new - w)
    return w


def twins(draws=100, n=40, apart=0.1):
    rng = np.random.default_rng(0)
    common = rng.standard_normal((draws, n, 1))
    X = common + apart * rng.standard_normal((draws, n, 2))
    return X, X.sum(axis=2) + rng.standard_normal((draws, n))


TWINS = twins()


def draw_twins(ax, share):
    w = elastic(*TWINS, price=0.3, share=share)
    alone = (w == 0).any(axis=1)
    ax.plot(*w[~alone].T, "o", color=BLUE, ms=5, alpha=0.6)
    ax.plot(*w[alone].T, "s", color=ORANGE, ms=5, alpha=0.6)
    ax.plot(1, 1, "+", color=INK, ms=14, mew=2)
    ax.set(xlim=(-0.2, 2.2), ylim=(-0.2, 2.2), xlabel="w₁", ylabel="w₂", aspect="equal")
    ax.set_title(f"L1 share {share:g}: one twin alone in {alone.mean():.0%}")
    return f"Share of L1 in the price {share:g}: in {alone.sum()} of {len(w)} draws only one twin has a weight; the two weights differ by {np.abs(w[:, 0] - w[:, 1]).mean():.2f} on average."


explore(draw_twins, share=[0, 0.2, 0.5, 0.8, 0.9, 0.95, 1], start=6, figsize=(4.5, 4.5))

# %% [markdown]
# With L1 alone, half of the draws leave one twin out, and which one is left out is chance. A selection by L1 is therefore no list of causes. With a fifth of L2 both twins stay in.
#
# (sec-7a-directions)=
# ## What L2 and an early end have in common
#
# *You know what L1 does. After this section you can predict which directions L2 shrinks, and why it is the same ones that an early end leaves out.*
#
# Near its minimum $\mathbf w^*$ a loss is $\frac12(\mathbf w-\mathbf w^*)^\top H(\mathbf w-\mathbf w^*)$. Add $\frac\alpha2\lvert\mathbf w\rvert^2$, and the gradient vanishes where $H(\mathbf w-\mathbf w^*)+\alpha\mathbf w=0$, so $\mathbf w=(H+\alpha I)^{-1}H\,\mathbf w^*$. Along an eigenvector the matrix $H$ is nothing but a number, its eigenvalue $\lambda_i$; there $(\lambda_i+\alpha)\,w_i=\lambda_iw_i^*$. And gradient descent? From zero, one step along it is $w_i\leftarrow w_i-\eta\lambda_i(w_i-w_i^*)$, so what is missing, $w_i^*-w_i$, is multiplied by $1-\eta\lambda_i$ at each step. Side by side:
#
# $$
# \begin{aligned}
# \text{under the penalty: }&\frac{w_i}{w_i^*}=\frac{\lambda_i}{\lambda_i+\alpha},\\
# \text{after }t\text{ steps: }&\frac{w_i}{w_i^*}=1-(1-\eta\lambda_i)^t .
# \end{aligned}
# $$ (eq-7a-factors)
#
# For a small eigenvalue the first is about $\lambda_i/\alpha$ and the second about $\eta t\lambda_i$. So $\alpha=1/(\eta t)$ makes them alike there, and where the loss bends strongly both are near one. Let the time pass:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
STEP = 0.5 / np.linalg.eigvalsh(HESSIAN)[-1]
EIGENVALUES = np.geomspace(1e-4, 0.2 / STEP, 200)
STEEP = np.array([[1.0, 0.85], [0.85, 1.0]])
AIM = np.array([1.6, 0.3])


def by_steps(H, best, rate, t):
    return best - np.linalg.matrix_power(np.eye(len(H)) - rate * H, t) @ best


def factors(t):
    """Parts of the best weights after t steps, and under the penalty that goes with them."""
    return 1 - (1 - STEP * EIGENVALUES) ** t, EIGENVALUES / (
        EIGENVALUES + 1 / (STEP * t)
    )


def draw_alike(axes, t):
    alpha, (early, damped) = 1 / (STEP * t), factors(t)
    lines(
        axes[0],
        EIGENVALUES,
        {"descent": early, "penalty": damped},
        log="x",
        xlabel="eigenvalue of the Hessian",
        ylabel="part of the best weight",
    )
    axes[0].set(ylim=(0, 1.05), title=f"{t} steps, α = {alpha:.3g}")
    rate = 0.25
    times = np.unique(np.geomspace(1, 400, 60).round().astype(int))
    paths = {
        "descent": [by_steps(STEEP, AIM, rate, n) for n in times],
        "penalty": [by_penalty(STEEP, AIM, 1 / (rate * n)) for n in times],
    }
    contours(axes[1], bowl(STEEP, AIM), (-0.3, 2.1), (-0.3, 2.1), levels=8)
    for (name, path), style, color in zip(
        paths.items(), ("-", "--"), (BLUE, ORANGE), strict=True
    ):
        now = (
            by_steps(STEEP, AIM, rate, t)
            if name == "descent"
            else by_penalty(STEEP, AIM, 1 / (rate * t))
        )
        axes[1].plot(*np.vstack([[0, 0], path]).T, style, color=color)
        axes[1].plot(*now, "o", color=color, ms=8)
    axes[1].plot(*AIM, "+", color=INK, ms=12, mew=2)
    axes[1].set(
        xlim=(-0.3, 1.9), ylim=(-0.3, 1.5), aspect="equal", xlabel="w₁", ylabel="w₂"
    )
    axes[1].set_title("Two ways to one place")
    gap = np.abs(early - damped)
    return f"After {t} steps the factors of descent and of the penalty α = {alpha:.3g} differ by at most {gap.max():.2f}, over all eigenvalues."


explore(
    draw_alike,
    columns=2,
    t=[1, 2, 5, 10, 30, 100, 300, 1000],
    start=3,
    figsize=(9, 3.8),
)

# %% [markdown]
# The factors are not equal, but as long as steps are small ($\eta\lambda\le0.2$ here) they are about a fifth apart at most: with $s=\eta t\lambda$ they are nearly $1-e^{-s}$ and $s/(1+s)$. Time, then, is a kind of capacity. What a model can store, one measures with labels that are pure chance: sixty numbers drawn at random, sixty features. How much of them is in the weights after $t$ steps?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def stored(seed, find, n=60, P=60):
    """Share of the variance of n random labels that a linear model of P features reproduces, its weights found by `find(H, best)`."""
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((n, P)), rng.standard_normal(n)
    H, best = X.T @ X / n, np.linalg.lstsq(X, y, rcond=None)[0]
    return 1 - ((X @ find(H, best) - y) ** 2).mean() / (y**2).mean()


def descent(t):
    return lambda H, best: by_steps(H, best, 0.2, t)


def newton(t):  # H⁻¹ times the gradient is the whole way at once
    return lambda H, best: best


TIMES = (1, 10, 100, 1000, 10_000, 100_000)
memory = np.array([[stored(s, descent(t)) for t in TIMES] for s in range(20)])
at_once = np.array([[stored(s, newton(t)) for t in TIMES] for s in range(20)])


def draw_memory(ax):
    kept = {"descent": memory.mean(axis=0), "Newton": at_once.mean(axis=0)}
    lines(
        ax, TIMES, kept, log="x", xlabel="steps", ylabel="share of random labels stored"
    )
    ax.set(ylim=(0, 1.05), title="Steps are room to store")
    told = ", ".join(
        f"{m:.0%} ({t:,})" for m, t in zip(kept["descent"], TIMES, strict=True)
    )
    return f"Part of the variance of sixty random labels that is stored after so many steps: {told}. Newton's method stores all of it in its first step."


show(draw_memory, figsize=(5.5, 3.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
gaps = [
    np.abs(np.subtract(*factors(t))).max() for t in (1, 2, 5, 10, 30, 100, 300, 1000)
]
assert max(gaps) < 0.23  # "about a fifth"
grows = lambda m: (np.diff(m[:, :4], axis=1) > 0.01).all(axis=1)
settle(
    "C7.12",
    tested="Sixty random labels, sixty features, descent from zero: does each tenfold training, up to a thousand steps, store at least a hundredth more of the labels' variance?",
    holds=grows(memory),
    control={"Newton's steps, which are all there after the first": grows(at_once)},
    evidence=f"Stored after {TIMES[0]}, {TIMES[1]}, {TIMES[2]} and {TIMES[3]:,} steps: {', '.join(f'{m:.0%}' for m in memory.mean(axis=0)[:4])}, on average over {len(memory)} seeds.",
    turns={("grows(memory)", "grows(at_once)"): "FALSE"},
)


def ridge_path(alike, seed, P=2, n=2000):
    rng = np.random.default_rng(seed)
    C = np.full((P, P), alike) + (1 - alike) * np.eye(P)
    X = rng.multivariate_normal(np.zeros(P), C, size=n, method="cholesky")
    y = X @ rng.standard_normal(P) + rng.standard_normal(n)
    H, best = X.T @ X / n, np.linalg.lstsq(X, y, rcond=None)[0]
    return np.array([by_penalty(H, best, a) for a in np.geomspace(1e-3, 1e2, 60)])


def paths(alike):
    """Of ten paths for each of twenty seeds: in how many do both weights shrink all the way?"""
    both = lambda path: (np.diff(np.abs(path), axis=0) <= 1e-9).all()
    ten = lambda s: sum(both(ridge_path(alike, 10 * s + k)) for k in range(10))
    return np.array([ten(s) for s in range(20)])


together = np.array([ridge_path(0.9, seed, P=5) for seed in range(20)])
by_definition(
    "C7.2",
    because="By the first half of the equation above each direction keeps the part λ/(λ + α), which falls as α grows and is never zero. So the length shrinks. A single weight can be zero only at the one price at which it changes its sign, and it may grow on the way (C7.5).",
    holds=bool(
        (np.diff(np.linalg.norm(together, axis=2), axis=1) < 0).all()
        and (together != 0).all()
    ),
    evidence=f"Along {len(together)} paths of five weights, for {together.shape[1]} prices each, the length falls at every step and no weight is zero.",
)
apart, close = paths(0.0), paths(0.9)
settle(
    "C7.5",
    tested="An L2 penalty on two weights grows. Do both become smaller all the way, on more than half of ten paths?",
    on="correlation of the features",
    cases={"none": apart > 5, "0.9": close > 5},
    evidence=f"Paths on which both weights shrink: {apart.mean():.1f} of {10} with independent features, {close.mean():.1f} with features that are alike. There one weight hands over to the other, and grows.",
)

# %% [markdown]
# :::{admonition} Exercise 2 · factors
# :class: exercise
# For a symmetric `H` $(P,P)$ with positive eigenvalues, the best weights `best` $(P,)$ and a price `alpha` return the lengths of the two weight vectors whose factors {eq}`eq-7a-factors` compares: under the penalty `alpha`, and after `t` steps of descent from zero with rate `rate`, as a tuple.
# :::


# %%
def two_lengths(H, best, alpha, rate, t):
    """Length under the penalty, length after t steps."""
    ...


exercises.check_two_lengths(two_lengths)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. In the eigenvectors' directions there is a factor for each.
def two_lengths(H, best, alpha, rate, t):
    values, vectors = np.linalg.eigh(H)
    along = vectors.T @ best
    penalty = values / (values + alpha) * along
    early = (1 - (1 - rate * values) ** t) * along
    return np.linalg.norm(penalty), np.linalg.norm(early)


exercises.check_two_lengths(two_lengths)

# %% [markdown]
# (sec-7a-adam)=
# ## Weight decay is no penalty, once Adam is used
#
# *You know what an L2 penalty shrinks. After this section you know whom it spares if the optimizer divides by the size of gradients.*
#
# The gradient of $\frac\alpha2\lvert\mathbf w\rvert^2$ is $\alpha\mathbf w$, so plain descent with a penalty multiplies all weights by $1-\eta\alpha$ at each step: hence *weight decay* (权重衰减). Adam divides the gradient, the penalty's part included, by its usual size $\sqrt V$. A weight whose gradients are large (loud) is then hardly decayed at all. Two hundred weights start at 1 and get gradients that are pure noise, loud for some and quiet for others. What is left of them?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
LOUD = np.geomspace(0.01, 1, 200)
# Rates times decays times steps are equal: SGD and decay leave exp(−0.4) of a weight.
DECAYING = {
    "SGD with penalty": lambda p: optim.SGD(p, 0.01, weight_decay=0.1),
    "Adam with penalty": lambda p: optim.Adam(p, 0.001, weight_decay=0.1),
    "Adam with decay": lambda p: optim.AdamW(p, 0.001, weight_decay=1.0),
}


def left_over(make, copies=50, steps=400):
    """What is left of weights that start at 1, averaged over copies."""
    weights, rng = Parameter(np.ones((copies, len(LOUD)))), np.random.default_rng(0)
    optimizer = make([weights])
    for _ in range(steps):
        weights.grad[:] = LOUD * rng.standard_normal(weights.value.shape)
        optimizer.step()
    return weights.value.mean(axis=0)


left = {name: left_over(make) for name, make in DECAYING.items()}


def draw_left(ax):
    lines(ax, LOUD, left, log="x", xlabel="size of a weight's gradients")
    ax.set(ylim=(0.5, 1.02), ylabel="what is left of 1", title="Adam spares the loud")
    told = "; ".join(
        f"{name} {v[:20].mean():.2f} and {v[-20:].mean():.2f}"
        for name, v in left.items()
    )
    return f"Left of a weight of 1 after 400 steps, where gradients are quiet and where they are loud: {told}."


show(draw_left)
loud, quiet = (
    {n: 1 - v[part].mean() for n, v in left.items()}
    for part in (slice(-20, None), slice(20))
)
assert quiet["Adam with penalty"] > 4 * loud["Adam with penalty"]
assert all(
    0.8 < quiet[n] / loud[n] < 1.25 for n in DECAYING if n != "Adam with penalty"
)

# %% [markdown]
# So the two words mean one thing for plain descent and two things for Adam, which is why Loshchilov and Hutter ([2019](../book/bibliography.md)) take the decay out of the gradient: $\mathbf w\leftarrow(1-\eta\alpha)\mathbf w$ beside Adam's step. Like the proximal step, it is *a step of its own after the step of the loss*. A third one of this kind is the *max-norm* constraint (最大范数约束): after each step, the incoming weights of a unit that are longer than $c$ are cut to length $c$.
#
# :::{admonition} Exercise 3 · max-norm
# :class: exercise
# `W` $(D,K)$ holds the incoming weights of K units in its columns. Return it with every column that is longer than `c` scaled to length `c`, and the others as they were.
# :::


# %%
def max_norm(W, c):
    """W (D, K), no column longer than c."""
    ...


exercises.check_max_norm(max_norm)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Dividing by at least c never makes a factor larger than one, and a column of zeros stays.
def max_norm(W, c):
    lengths = np.linalg.norm(W, axis=0)
    return W * (c / np.maximum(lengths, c))


exercises.check_max_norm(max_norm)

# %% [markdown]
# (sec-7a-cost)=
# ## Is it too costly?
#
# *You know three penalties. After this section you know what one costs and what it brings.*
#
# *Regularization is rarely used in neural networks*, one of the notes says: there are so many weights that adding a penalty for each complicates the computation, and somebody must choose its price $\alpha$. Count. A layer with $P$ weights multiplies each of them with $N$ inputs on the way forward, and again with $N$ errors for the gradient of the weights and of the inputs: $3NP$ multiplications. The penalty multiplies each weight once: $P$. And what does it bring? A hundred pieces of clothing (averaged to 14 × 14 pixels), 32 hidden units, twenty draws:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def network(x, y, *, units=32, steps=300, rate=0.003, decay=0.0):
    """Twenty networks of one hidden layer side by side, trained by Adam on fifty samples at a time."""
    rng = np.random.default_rng(1)
    net = mlp((x.shape[-1], units, y.max() + 1), rng=rng, copies=len(x))
    optimizer = optim.Adam(net.parameters(), rate, weight_decay=decay)
    options = {"steps": steps, "batch_size": 50}
    fit_side_by_side(net, losses.cross_entropy, optimizer, x, y, **options)
    return net


def right(net, part):
    """Share of samples right, (seeds,)."""
    x, y = part
    return (net(x).argmax(axis=-1) == y).mean(axis=1)


clothes = datasets.fashion()
coarse = clothes.x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
few, _, unseen = datasets.splits(
    datasets.Samples(coarse, clothes.y), train=100, test=500
)
DECAYS = (0, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
nets = {d: network(*few, decay=d) for d in DECAYS}
by_decay = {d: right(net, unseen) for d, net in nets.items()}
surprise = {
    d: losses.cross_entropy(net(unseen[0]), unseen[1])[0].mean()
    for d, net in nets.items()
}


def draw_decay(axes):
    mean = np.array([r.mean() for r in by_decay.values()])
    gain = np.array([r - by_decay[0] for r in by_decay.values()])
    error = gain.std(axis=1, ddof=1) / np.sqrt(gain.shape[1])
    for ax, values, name in (
        (axes[0], mean, "share right"),
        (axes[1], list(surprise.values()), "cross-entropy (nats)"),
    ):
        ax.plot(DECAYS[1:], values[1:], "o-", color=BLUE)
        ax.axhline(values[0], color=INK, lw=1, ls=":")
        ax.set(xscale="log", xlabel="price α", ylabel=name)
        log_scale(ax, "x")
    axes[0].fill_between(
        DECAYS[1:],
        mean[0] + (gain.mean(axis=1) - 2 * error)[1:],
        mean[0] + (gain.mean(axis=1) + 2 * error)[1:],
        color=BLUE,
        alpha=0.15,
        lw=0,
    )
    axes[0].set(title="A little more right", ylim=(0.5, 0.75))
    axes[1].set(title="Much less surprised", ylim=(0.8, 1.8))
    best = max(by_decay, key=lambda d: by_decay[d].mean())
    return f"Right without a penalty (dotted) {mean[0]:.1%}, with α = {best:g} {by_decay[best].mean():.1%}; cross-entropy {surprise[0]:.2f} and {min(surprise.values()):.2f}. Shaded: two standard errors of the gain."


show(draw_decay, columns=2, figsize=(9, 3.4))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def extra(batch, sizes=(196, 32, 10)):
    """Multiplications of an L2 penalty, as a part of those of a step without it."""
    weights = sum(m * n for m, n in zip(sizes, sizes[1:]))
    step = 3 * batch * weights - batch * sizes[0] * sizes[1]  # nobody needs dx of data
    return weights / step


useful = [d for d in DECAYS[1:] if surprise[d] < surprise[0] - 0.1]
settle(
    "C7.15",
    tested="The first of the two reasons: does an L2 penalty make a training step, of fifty samples, more than a tenth dearer in multiplications?",
    holds=extra(50) > 0.1,
    control={"steps of a single sample": extra(1) > 0.1},
    evidence=f"It adds {extra(50):.1%} to a step of {50} samples, and {extra(1):.0%} to a step of one. The second reason is right as it stands, but the choice is wide: every value from {min(useful):g} to {max(useful):g} lowers the cross-entropy by at least {0.1} nats; without any it is {surprise[0]:.2f}.",
    turns={("holds=extra(50)", "holds=extra(1)"): "TRUE"},
)

# %% [markdown]
# (q7-4)=
# :::{admonition} Question 7.4 · Why is regularization rarely used to avoid overfitting in neural networks?
# :class: question
# It is not rarely used. The network that won ImageNet in 2012 had weight decay and dropout (Krizhevsky, Sutskever and Hinton [2012](../book/bibliography.md)); residual networks have weight decay (He, Zhang, Ren and Sun [2016](../book/bibliography.md)). Nor do the reasons hold: the penalty costs about as much as half a sample more in a batch, and a whole range of prices helps. Dropout, which the same notes recommend, has a number to choose, too. What is true: with much data its gain is small, and other medicine may bring more.
# :::
#
# (sec-7a-made-up)=
# ## Data that one makes up
#
# *You can punish weights. After this section you can predict whether made-up samples will help, and which classes they cost.*
#
# *Data augmentation* (数据增强) alters samples in a way that leaves their label alone. Moving, turning or mirroring an image of 64 pixels is linear in the pixels, so each is a matrix of 64 rows:


# %%
def as_matrix(change, side=8):
    """M of a linear change of images: `change(image)` is `image.ravel() @ M`."""
    pixels = np.eye(side * side).reshape(-1, side, side)
    return np.array([change(pixel).ravel() for pixel in pixels])


def moved(image, down, right):
    """The image moved by whole pixels; what leaves the frame is lost."""
    H, W = image.shape
    return np.pad(image, 1)[1 - down : 1 - down + H, 1 - right : 1 - right + W]


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def turned(image, degrees):
    """The image turned about its middle; a pixel is a mean of four old ones."""
    t, side = np.radians(degrees), len(image)
    turn = np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]])
    middle = (side - 1) / 2
    places = np.tensordot(turn, np.indices(image.shape) - middle, 1) + middle + 1
    places = np.clip(places, 0, side + 1)  # in the image with a dark frame around it
    corner = np.minimum(places.astype(int), side)
    part, framed = places - corner, np.pad(image, 1)
    return sum(
        abs(1 - i - part[0])
        * abs(1 - j - part[1])
        * framed[corner[0] + i, corner[1] + j]
        for i in (0, 1)
        for j in (0, 1)
    )


digits = datasets.digits()
SAME = np.eye(64)
AROUND = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
SHIFTS = [as_matrix(lambda image, by=by: moved(image, *by)) for by in AROUND]
TURN = {d: as_matrix(lambda image, d=d: turned(image, d)) for d in range(-180, 181, 5)}
MIRROR = as_matrix(lambda image: image[:, ::-1])
UPSIDE_DOWN = as_matrix(lambda image: image[::-1])
MADE_UP = {
    "as they are": [SAME],
    "moved": [SAME, *SHIFTS],
    "turned": [TURN[d] for d in range(-20, 21, 5)],
    "mirrored": [SAME, MIRROR],
    "upside down": [SAME, UPSIDE_DOWN],
}
MET = {
    "as they are": [SAME],
    "moved": SHIFTS,
    "turned": [TURN[-20], TURN[20]],
    "mirrored": [MIRROR],
    "upside down": [UPSIDE_DOWN],
}
EXAMPLES = [np.flatnonzero(digits.y == d)[k] for d, k in ((2, 3), (6, 1), (7, 0))]


def draw_changes(ax):
    some = {
        "as it is": SAME,
        "moved": SHIFTS[2],
        "turned": TURN[20],
        "mirrored": MIRROR,
        "upside down": UPSIDE_DOWN,
    }
    images = np.concatenate(
        [digits.x[[i]] @ M for i in EXAMPLES for M in some.values()]
    )
    image_grid(ax, images.reshape(-1, 8, 8), len(some), [*some] + [""] * 10)
    return f"Three digits, each in {len(some)} forms. Moved and turned they remain what they were; mirrored they are no digits, and a 6 upside down is nearly another one."


show(
    draw_changes,
    figsize=(5.5, 3.4),
    alt="The digits 2, 6 and 7 as images, each as it is, moved, turned, mirrored and upside down.",
)

# %% [markdown]
# Networks learn from a hundred digits in all forms of one row, as many steps in each row, for twenty draws. How well do they read new digits that are changed as the column says? Guess the diagonal, and then the first column.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def with_changes(x, y, changes):
    """All samples in all forms, shuffled: x (S, N, D) → (S, N · forms, D)."""
    forms = np.array(changes)
    x = (x[:, None] @ forms).reshape(len(x), -1, x.shape[-1])
    y = np.tile(y, len(forms))
    order = np.random.default_rng(0).permuted(
        np.tile(np.arange(y.shape[1]), (len(y), 1)), axis=1
    )
    return np.take_along_axis(x, order[..., None], 1), np.take_along_axis(y, order, 1)


def read(net, part, changes):
    x, y = part
    return np.mean([right(net, (x @ M, y)) for M in changes], axis=0)


hundred, _, fresh = datasets.splits(digits, train=100, test=500)
BUDGET = {"units": 64, "steps": 400}
readers = {
    name: network(*with_changes(*hundred, M), **BUDGET) for name, M in MADE_UP.items()
}
reads = {
    (a, b): read(net, fresh, M) for a, net in readers.items() for b, M in MET.items()
}


def draw_reads(ax):
    table = np.array([[reads[a, b].mean() for b in MET] for a in MADE_UP])
    ax.imshow(table, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for (i, j), value in np.ndenumerate(table):
        ax.text(j, i, f"{value:.0%}", ha="center", va="center")
    ax.set_xticks(range(5), [n.replace(" ", "\n") for n in MET])
    ax.set_yticks(range(5), MADE_UP)
    ax.set(xlabel="digits to read", ylabel="digits to learn from")
    ax.set_title("One learns what one is shown")
    ax.grid(False)
    own = np.mean([table[i, i] for i in range(1, 5)])
    plain = table[0, 1:].mean()
    return f"Share read right. Changed digits are read with {own:.0%} on average by networks that were shown this change, with {plain:.0%} by those that were not. Digits as they are: {table[0, 0]:.1%} without any made-up data, {table[1:, 0].min():.1%} to {table[1:, 0].max():.1%} with some."


show(draw_reads, figsize=(5.5, 4.2))

# %% [markdown]
# The diagonal is what augmentation does: it teaches exactly the change that it shows. The first column is a disappointment. These digits were centered and scaled before they came to us, so there is little change to be met, and units are spent on forms that never come. (With more units and more time the losses shrink: try `BUDGET`.) Mirrored digits are a waste, and upside down is worse: let the range of turns grow, and see which digits are lost.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
RANGES = (0, 20, 60, 120, 180)
by_range, taken_for = {}, {}
for widest in RANGES:
    forms = [TURN[5 * round(a / 5)] for a in np.linspace(-widest, widest, 19)]
    guess = network(*with_changes(*hundred, forms))(fresh[0]).argmax(axis=-1)
    of = [guess[fresh[1] == d] for d in range(10)]
    by_range[widest] = np.array([(g == d).mean() for d, g in enumerate(of)])
    wrong = [np.bincount(g[g != d], minlength=10).argmax() for d, g in enumerate(of)]
    taken_for[widest] = wrong


def draw_range(ax, widest):
    now, before = by_range[widest], by_range[0]
    ax.bar(range(10), before, color=BLUE, alpha=0.2)
    ax.bar(range(10), now, color=BLUE, width=0.5)
    ax.set(ylim=(0, 1), xlabel="digit", ylabel="share read right")
    ax.set_xticks(range(10))
    ax.set_title(f"Shown in turns up to {widest}°")
    told = f"Upright digits, learned from turns up to {widest}° either way: {now.mean():.0%} right; pale: without turns {before.mean():.0%}."
    if widest:
        lost = [
            f"{d} from {before[d]:.0%} to {now[d]:.0%} (most often taken for {taken_for[widest][d]})"
            for d in np.argsort(now - before)[:3]
        ]
        told += f" The largest losses: {', '.join(lost)}."
    return told


explore(draw_range, widest=RANGES, start=4, figsize=(5.5, 3.4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
half_turn = by_range[180] / by_range[0]
assert set(np.flatnonzero(half_turn < 0.5)) == {6, 7, 9}  # "more than half of them"
gains = {
    "changes that are met in use: turned digits": reads["turned", "turned"]
    > reads["as they are", "turned"] + 0.02,
    "changes that are not: digits as they are, learned with moved ones": reads[
        "moved", "as they are"
    ]
    > reads["as they are", "as they are"] + 0.02,
}
settle(
    "C7.6",
    tested="A hundred digits and what can be made of them: do networks read new digits better, by more than two points?",
    on="question whether the change is met in use",
    cases=gains,
    evidence=f"Turned digits: {reads['as they are', 'turned'].mean():.0%} without, {reads['turned', 'turned'].mean():.0%} with turns in training. Digits as they are: {reads['as they are', 'as they are'].mean():.0%}, and {reads['moved', 'as they are'].mean():.0%} with moved ones.",
    card=True,
)
STRAIGHT = [M for M, by in zip(SHIFTS, AROUND, strict=True) if 0 in by]
gentle = [
    T @ M
    for T in (TURN[-10], SAME, TURN[10])
    for M in (SAME, *((SAME + S) / 2 for S in STRAIGHT))
]
helped = right(network(*with_changes(*hundred, gentle), **BUDGET), fresh)
plain = {100: reads["as they are", "as they are"]}
for n in (200, 400):
    part, _, later = datasets.splits(digits, train=n, test=500)
    plain[n] = right(network(*part, **BUDGET), later)
settle(
    "C7.24",
    tested="A hundred digits, moved by half a pixel and turned by ten degrees, in fifteen forms each: do networks read as well as those that learned from four hundred real ones, within two points on average?",
    holds=bool((helped - plain[400]).mean() > -0.02),
    control={
        "as those that learned from a hundred": bool(
            (helped - plain[100]).mean() > -0.02
        )
    },
    evidence=f"Read right after {100} digits in {len(gentle)} forms each: {helped.mean():.1%}; after {100}, {200} and {400} real ones: {plain[100].mean():.1%}, {plain[200].mean():.1%} and {plain[400].mean():.1%}. New handwriting is no shifted or turned old one.",
)

# %% [markdown]
# :::{admonition} Exercise 4 · five forms
# :class: exercise
# `images` $(N,H,W)$ are printed letters, b and d among them, so mirroring is out of the question. Return them as they are and moved by one pixel up, down, left and right, in this order: shape $(5,N,H,W)$, with zeros where nothing comes in.
# :::


# %%
def five_forms(images):
    """(5, N, H, W): as they are, up, down, left, right."""
    ...


exercises.check_five_forms(five_forms)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A dark frame of one pixel, and five windows into it.
def five_forms(images):
    _, H, W = images.shape
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    windows = ((1, 1), (2, 1), (0, 1), (1, 2), (1, 0))
    return np.array([framed[:, i : i + H, j : j + W] for i, j in windows])


exercises.check_five_forms(five_forms)

# %% [markdown]
# (sec-7a-noise)=
# ## Noise
#
# *You can make up forms. After this section you know what noise at the input does, exactly in a linear model and measured in a network.*
#
# The simplest made-up sample is the old one with noise $\boldsymbol\epsilon$ of mean zero and variance $\sigma^2$ on every input. In a linear model that can be worked out: the error $y-(\mathbf x+\boldsymbol\epsilon)^\top\mathbf w$ has the mean $y-\mathbf x^\top\mathbf w$ and the variance $\sigma^2\lvert\mathbf w\rvert^2$, since noises of different inputs are independent. The mean of a square is the square of the mean plus the variance:
#
# $$
# \begin{aligned}
# &\mathbb E\bigl(y-(\mathbf x+\boldsymbol\epsilon)^\top\mathbf w\bigr)^2\\
# &\quad=(y-\mathbf x^\top\mathbf w)^2+\sigma^2\lvert\mathbf w\rvert^2 .
# \end{aligned}
# $$ (eq-7a-noise)
#
# So in a linear model noise at the input *is* an L2 penalty. In a network it is nearly one if the noise is small (Bishop [1995](../book/bibliography.md)). What it does to a network, one measures:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def noisy(sigma, at="input"):
    """Twenty networks trained with noise at the input or in the hidden layer."""
    net = mlp((64, 32, 10), rng=np.random.default_rng(1), copies=20)
    net.layers.insert(
        0 if at == "input" else 2, GaussianNoise(sigma, rng=np.random.default_rng(2))
    )
    optimizer = optim.Adam(net.parameters(), 0.003)
    fit_side_by_side(
        net, losses.cross_entropy, optimizer, *hundred, steps=300, batch_size=50
    )
    return net


ROUGH = np.random.default_rng(3).standard_normal(fresh[0].shape)


def in_noise(net, sigma):
    return right(net, (fresh[0] + sigma * ROUGH, fresh[1]))


MEETS = (0, 0.15, 0.3, 0.5, 0.7)
LEARNS = (0, 0.1, 0.2, 0.4, 0.8)
networks_in_noise = {s: noisy(s) for s in LEARNS}
hardened = {
    s: np.array([in_noise(net, m) for m in MEETS])
    for s, net in networks_in_noise.items()
}


def draw_noise(ax, sigma):
    curves = {
        "without noise": hardened[0].mean(axis=1),
        f"σ = {sigma:g} in training": hardened[sigma].mean(axis=1),
    }
    lines(ax, MEETS, curves, xlabel="noise σ of the digits to read")
    ax.set(ylim=(0.3, 1), ylabel="share read right")
    calm, rough = 100 * (hardened[sigma] - hardened[0])[[0, -2]].mean(axis=1)
    ax.set_title(f"{calm:+.1f} points in calm, {rough:+.1f} in noise")
    told = lambda points: (
        f"{abs(points):.1f} points {'better' if points > 0 else 'worse'}"
    )
    return f"Trained with noise σ = {sigma:g}: digits without noise are read {told(calm)}, digits in noise (σ = {MEETS[-2]:g}) {told(rough)}."


explore(draw_noise, sigma=LEARNS[1:], start=2, figsize=(5.5, 3.4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
_, tune, many = datasets.splits(digits, train=100, validation=200, test=1400)
GRAINS = [
    0.5 * np.random.default_rng(4).standard_normal(part.x.shape)
    for part in (tune, many)
]


def in_grain(nets):
    """Share of 1,400 noisy digits right, (20,), by the networks whose σ reads two hundred other noisy digits best."""
    on_tune, on_many = (
        np.array([right(net, (part.x + grain, part.y)) for net in nets])
        for part, grain in zip((tune, many), GRAINS, strict=True)
    )
    return on_many[on_tune.argmax(axis=0), np.arange(20)]


bare = in_grain([networks_in_noise[0]])
at_input = in_grain([networks_in_noise[s] for s in LEARNS[1:]])
at_hidden = in_grain([noisy(s, "hidden") for s in (0.5, 1, 2)])
too_much = in_grain([noisy(30, "hidden")])
settle(
    "C7.7",
    tested="Digits to be read have noise of σ = 0.5. Noise in training, its size chosen on other digits: are more of them read right?",
    on="place of the noise",
    cases={
        "at the input": at_input > bare,
        "in the hidden layer": at_hidden > bare,
    },
    control={"noise of σ = 30 in the hidden layer": too_much > bare},
    evidence=f"Of {len(many.y[0]):,} noisy digits {bare.mean():.1%} are read right without noise in training, {at_input.mean():.1%} with noise at the input, {at_hidden.mean():.1%} in the hidden layer, {too_much.mean():.0%} with far too much of it.",
)

# %% [markdown]
# :::{admonition} Exercise 5 · the price of noise
# :class: exercise
# Noise need not be the same everywhere: feature $j$ gets independent noise of mean zero and variance `variances[j]`. Return exactly, without drawing any, what the noise adds, on average, to the **mean** squared error of a linear model with weights `w` over samples `X` $(N,D)$.
# :::


# %%
def price_of_noise(X, w, variances):
    """A number."""
    ...


exercises.check_price_of_noise(price_of_noise)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Variances of independent terms add up, each with its weight squared; where the samples lie does not matter.
def price_of_noise(X, w, variances):
    return (variances * w**2).sum()


exercises.check_price_of_noise(price_of_noise)

# %% [markdown]
# (sec-7a-tasks)=
# ## A second task
#
# *You can make up inputs. After this section you know when other people's labels help.*
#
# *Multi-task learning* (多任务学习) lets one hidden layer serve two heads. The first head is the task; the second one has labels of its own, and both send gradients into the shared layer. Take images of two digits side by side. The task: which digit stands on the *left*? A hundred images are labeled for it. A thousand images have labels for a helper task, and all helpers cost the same: the left digit's remainder after division by five (related: the same pixels, the same shapes), the *right* digit's remainder (unrelated: other pixels), or labels that are shuffled.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def side_by_side(seed, images=1000, test=400):
    """Pairs of digits: x (images, 128), left and right digit; and pairs to test on, with their left digit."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))
    known, new = order[:-test], order[-test:]
    a, b, c = (
        rng.permutation(known)[:images],
        rng.choice(known, images),
        rng.choice(new, test),
    )
    pair = lambda left, right: np.hstack([digits.x[left], digits.x[right]])
    return pair(a, b), digits.y[a], digits.y[b], pair(new, c), digits.y[new]


PAIRS, LEFT, RIGHT, NEW, NEW_LEFT = map(np.array, zip(*map(side_by_side, range(20))))
HELPERS = {
    "none": None,
    "related": LEFT % 5,
    "shuffled": np.random.default_rng(0).permuted(LEFT % 5, axis=1),
    "unrelated": RIGHT % 5,
}


def with_helper(helper, units, labeled=100, batch=50, steps=250):
    """Share of left digits read right, (20,), after training on both tasks at once."""
    net = mlp((128, units, 15), rng=np.random.default_rng(1), copies=20)
    optimizer = optim.Adam(net.parameters(), 0.005)
    for step in range(steps):
        turn = np.arange(step * batch, (step + 1) * batch)
        task, other = turn % labeled, turn % PAIRS.shape[1]
        optimizer.zero_grad()
        images = PAIRS[:, np.concatenate([task, other])]
        z, backward = net.forward(Constant(images), training=True)
        dz, ones = np.zeros_like(z), np.ones(20)
        _, pull = losses.cross_entropy(z[:, :batch, :10], LEFT[:, task])
        dz[:, :batch, :10] = pull(ones)
        if helper is not None:
            _, pull = losses.cross_entropy(z[:, batch:, 10:], helper[:, other])
            dz[:, batch:, 10:] = pull(ones)
        backward(dz)
        optimizer.step()
    return (net(NEW)[..., :10].argmax(axis=-1) == NEW_LEFT).mean(axis=1)


TESTED = NEW.shape[1]
WIDTHS = (8, 64)
by_helper = {(h, u): with_helper(HELPERS[h], u) for u in WIDTHS for h in HELPERS}


def draw_helpers(axes):
    shown = PAIRS[0, :8].reshape(-1, 2, 8, 8).swapaxes(1, 2).reshape(-1, 8, 16)
    image_grid(axes[0], shown, 2, [f"{d}" for d in LEFT[0, :8]])
    axes[0].set_title("Which digit is on the left?")
    ax = axes[1]
    colors = (INK, BLUE, GREEN, ORANGE)
    for k, (h, color) in enumerate(zip(HELPERS, colors, strict=True)):
        for i, units in enumerate(WIDTHS):
            share, x = by_helper[h, units], i + (k - 1.5) * 0.18
            ax.plot(np.full(20, x), share, ".", color=color, alpha=0.3)
            label = h if i == 0 else None
            ax.plot(x, share.mean(), "oDsv"[k], color=color, ms=8, label=label)
    ax.set_xticks(range(2), [f"{u} units" for u in WIDTHS])
    ax.set(ylim=(0.3, 1), ylabel="left digits read right", title="Help, and harm")
    ax.legend(title="helper task", ncols=2, loc="lower right")
    told = "; ".join(
        f"{u} units: " + ", ".join(f"{h} {by_helper[h, u].mean():.0%}" for h in HELPERS)
        for u in WIDTHS
    )
    return f"Left digits read right, by helper task. {told}. Each dot is one of twenty draws."


show(draw_helpers, columns=2, figsize=(9, 4))
gain = lambda h, u: by_helper[h, u] - by_helper["none", u]
helps = lambda h: np.rint(TESTED * gain(h, WIDTHS[-1])) > 0.03 * TESTED
settle(
    "C7.9",
    tested="A hundred labels for the task, a thousand for a helper task, 64 shared units: more than three points more read right?",
    on="kinship of the two tasks",
    cases={
        "related": helps("related"),
        "unrelated": helps("unrelated"),
    },
    control={"shuffled labels": helps("shuffled")},
    evidence=f"Gain in points with {WIDTHS[-1]} units: related {100 * gain('related', WIDTHS[-1]).mean():+.1f}, unrelated {100 * gain('unrelated', WIDTHS[-1]).mean():+.1f}, shuffled {100 * gain('shuffled', WIDTHS[-1]).mean():+.1f}; with {WIDTHS[0]} units: {100 * gain('related', WIDTHS[0]).mean():+.1f}, {100 * gain('unrelated', WIDTHS[0]).mean():+.1f} and {100 * gain('shuffled', WIDTHS[0]).mean():+.1f}.",
    card=True,
)

# %% [markdown]
# That a shared layer must serve both is true, and it is the point: a related task asks for features that the first one needs, an unrelated one takes units away. The fewer units there are, the more it takes. Real labels of an unrelated task do more harm than shuffled ones. One guess is that they can be learned, so that the network spends its units on them.
#
# (sec-7a-stop)=
# ## When to stop
#
# *You know that time is capacity. After this section you can stop in time, and you know which number you may report.*
#
# *Early stopping* (早停) looks at fresh samples every few steps, keeps the best weights so far, and gives up after a number of looks without a better one, the *patience*. A hundred digits, a fifth of whose labels are wrong, and a validation set that is just as bad:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
class Course(NamedTuple):
    """Errors at each look, for each of twenty networks."""

    train: np.ndarray  # (looks, 20)
    validation: np.ndarray  # (looks, 20)
    loss: np.ndarray  # cross-entropy on the validation set, (looks, 20)
    tests: np.ndarray  # on ten test sets of a hundred, (looks, 10, 20)


def course(wrong, looks=60, every=5):
    train, validation, test = datasets.splits(
        digits, train=100, validation=100, test=1000
    )
    rng = np.random.default_rng(7)
    spoil = lambda part: (
        part[0],
        np.array([datasets.mislabel(y, 10, share=wrong, rng=rng) for y in part[1]]),
    )
    train, validation = spoil(train), spoil(validation)
    net = mlp((64, 32, 10), rng=np.random.default_rng(1), copies=20)
    optimizer, seen = optim.Adam(net.parameters(), 0.005), []
    for _ in range(looks):
        z = net(validation[0])
        missed = net(test[0]).argmax(axis=-1) != test[1]
        seen.append(
            (
                1 - right(net, train),
                (z.argmax(axis=-1) != validation[1]).mean(axis=1),
                losses.cross_entropy(z, validation[1])[0],
                missed.reshape(20, 10, 100).mean(axis=2).T,
            )
        )
        fit_side_by_side(
            net, losses.cross_entropy, optimizer, *train, steps=every, batch_size=50
        )
    return Course(*map(np.array, zip(*seen, strict=True)))


def early_stop(errors, patience):
    """(look at which training ends, look that was best) for errors seen one after the other."""
    best = 0
    for look, error in enumerate(errors):
        if error < errors[best]:
            best = look
        if look - best >= patience:
            break
    return look, best


spoiled, honest = course(0.2), course(0.0)


SHOWN = 16  # one of the twenty, in which patience matters at several steps


def draw_stop(ax, patience):
    look, best = early_stop(spoiled.validation[:, SHOWN], patience)
    steps = 5 * np.arange(60)
    curves = {
        "training": spoiled.train,
        "validation": spoiled.validation,
        "new digits": spoiled.tests.mean(axis=1),
    }
    lines(ax, steps, {n: c[:, SHOWN] for n, c in curves.items()}, xlabel="steps")
    ax.axvline(5 * look, color=INK, lw=1)
    ax.plot(5 * best, spoiled.validation[best, SHOWN], "o", color=INK, ms=8)
    ax.set(ylim=(0, 1), ylabel="share wrong")
    ax.set_title(f"Patience {patience}: ends after {5 * look} steps")
    new = spoiled.tests.mean(axis=1)[:, SHOWN]
    return f"Patience of {patience} looks: training ends at step {5 * look} and returns the weights of step {5 * best}, which misread {new[best]:.0%} of new digits; the best moment would have had {new.min():.0%}, the last one has {new[-1]:.0%}."


explore(draw_stop, patience=[1, 2, 3, 5, 8, 12, 20, 40], start=2, figsize=(5.5, 3.6))

# %% [markdown]
# The line ends the training, the dot is what is returned. (The validation curve lies high, because a fifth of its labels is wrong, too.) It is noisy, and one look that is worse than the last means nothing. How patient should one be, and by what should one judge: by misreadings or by the loss? Twenty networks, judged in the end on new digits:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
PATIENCE = (1, 2, 3, 5, 8, 12, 20, 40)


def outcome(errors, tests, patience):
    """Misread new digits (20,), last look (20,), and whether the best of the whole run was returned (20,)."""
    last, best = np.array([early_stop(e, patience) for e in errors.T]).T
    new = tests.mean(axis=1)[best, np.arange(20)]
    return new, last, best == errors.argmin(axis=0)


LABELS = {"a fifth wrong": spoiled, "all right": honest}
outcomes = {
    (name, by, p): outcome(getattr(run, by), run.tests, p)
    for name, run in LABELS.items()
    for by in ("validation", "loss")
    for p in PATIENCE
}


def draw_patience(axes):
    told = []
    for ax, (name, run) in zip(axes, LABELS.items(), strict=True):
        new = run.tests.mean(axis=1)
        for by, style, color in (("validation", "o-", BLUE), ("loss", "s--", GREEN)):
            mean = [outcomes[name, by, p][0].mean() for p in PATIENCE]
            label = (
                "judged by misreadings" if by == "validation" else "judged by the loss"
            )
            ax.plot(PATIENCE, mean, style, color=color, label=label)
        ax.axhline(new[-1].mean(), color=ORANGE, ls="-.", label="never stopping")
        ax.axhline(new.min(axis=0).mean(), color=INK, ls=":", label="the best moment")
        ax.set(xscale="log", xlabel="patience (looks)", ylim=(0, 0.45))
        ax.set_title(f"Labels: {name}")
        ax.set_xticks([1, 3, 10, 30], ["1", "3", "10", "30"])
        ax.minorticks_off()
        some = {by: outcomes[name, by, 8][0].mean() for by in ("validation", "loss")}
        told.append(
            f"labels {name}: {some['validation']:.1%} judged by misreadings, {some['loss']:.1%} by the loss, {new[-1].mean():.1%} never stopping, {new.min(axis=0).mean():.1%} at the best moment"
        )
    axes[0].set(ylabel="new digits misread")
    axes[1].legend(loc="upper right")
    return "New digits misread, with a patience of 8 looks; " + "; ".join(told) + "."


show(draw_patience, columns=2, figsize=(9, 3.4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rise = lambda run: (run.tests[-1] - run.tests.mean(axis=1).min(axis=0)).mean()
falls = lambda run: (np.diff(run.train[::10].mean(axis=1)) < 0).all()
settle(
    "C7.10",
    tested="Can it happen that the error on the training set keeps falling while the error on new digits falls first and then rises, by more than three points on average over twenty networks?",
    holds=bool(falls(spoiled) and rise(spoiled) > 0.03),
    control={"all labels right": bool(falls(honest) and rise(honest) > 0.03)},
    evidence=f"With a fifth of the labels wrong the error on new digits falls to {spoiled.tests.mean(axis=1).min(axis=0).mean():.0%} and ends at {spoiled.tests[-1].mean():.0%}; with right labels it falls to {honest.tests.mean(axis=1).min(axis=0).mean():.0%} and ends at {honest.tests[-1].mean():.0%}.",
    turns={
        ("falls(spoiled) and rise(spoiled)", "falls(honest) and rise(honest)"): "FALSE"
    },
)


def reported(run, shift):
    """Error reported minus error on other digits, (20,), where the look is chosen on one of ten test sets and reported on the one `shift` sets on."""
    chosen = run.tests.argmin(axis=0)  # (10, 20)
    gaps = []
    for i in range(10):
        at = run.tests[chosen[i], :, np.arange(20)]  # (20, 10)
        j = (i + shift) % 10
        others = np.delete(at, [i, j], axis=1).mean(axis=1)
        gaps.append(at[:, j] - others)
    return np.mean(gaps, axis=0)


optimism = reported(spoiled, 0)
settle(
    "C7.11",
    tested="If “test error” is any error on samples held back, this is how early stopping works. If it is the error that one reports in the end, as the words say: a hundred test digits choose the moment. Is their error at that moment the one on other digits, within half a point on average?",
    holds=bool(abs(optimism.mean()) < 0.005),
    control={
        "reported on a hundred others": bool(abs(reported(spoiled, 1).mean()) < 0.005)
    },
    evidence=f"The digits that did the choosing are misread {-100 * optimism.mean():.1f} points less often than others, at the same moment; {-100 * optimism.min():.1f} in the worst of {len(optimism)} draws. What chooses is a validation set, and its error must not be reported as that of new data.",
    card=True,
)
patient, hasty = (outcomes["a fifth wrong", "validation", p] for p in (20, 1))
seen_best = [
    errors[best] == errors[: last + 1].min()
    for run in LABELS.values()
    for errors in run.validation.T
    for p in PATIENCE
    for last, best in [early_stop(errors, p)]
]
by_definition(
    "C7.23",
    because="The loop remembers the look with the smallest error so far and ends when so many looks in a row have not improved it: what it returns is the best of all that it saw.",
    holds=all(seen_best),
    evidence=f"So in {len(seen_best)} runs. Whether it would have become better later is another question: with a patience of {20} looks the best of all sixty was returned in {patient[2].sum()} of {len(patient[2])} runs, with a patience of {1} in {hasty[2].sum()}.",
)

# %% [markdown]
# (q7-3)=
# :::{admonition} Question 7.3 · When is a model just about to overfit, so that early stopping should end the training?
# :class: question
# At the moment itself nobody knows: a rise may be noise. One knows it afterwards, when many looks have brought nothing better; therefore early stopping goes on beyond the best moment and then returns to it. With wrong labels eight looks of patience come close to the best moment, and one look is much too hasty. With right labels there is nothing to win, and a judge as coarse as a hundred misreadings loses something; the loss, a smoother judge, loses less there, and more where labels are wrong.
# :::
#
# :::{admonition} Exercise 6 · patience
# :class: exercise
# The list `errors` holds what the looks found, one after the other. Return two numbers: at which look (counted from 0) training ends with a given `patience`, and which look's weights are returned. Training ends as soon as `patience` looks in a row brought nothing smaller than the best so far, or with the last error.
# :::


# %%
def stops(errors, patience):
    """(look at which training ends, look that is returned)."""
    ...


exercises.check_stops(stops)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Only a smaller error is better; an equal one is not.
def stops(errors, patience):
    best = 0
    for look, error in enumerate(errors):
        if error < errors[best]:
            best = look
        if look - best >= patience:
            break
    return look, best


exercises.check_stops(stops)

# %% [markdown]
# (sec-7a-suit)=
# ## Is a precise fit a bad fit?
#
# *You have seen wrong labels learned by heart. After this section you know a case where learning by heart does no harm.*
#
# *A fit that is too precise fits other data less precisely*, say the notes, *as a suit cut for one person fits nobody else*. Random features ([chapter 5a](05a_learning_from_data.ipynb)) let us choose how many weights there are. A hundred digits are fitted by least squares, once without a penalty and once with one that is chosen on validation:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
COUNTS = (50, 100, 200, 500, 2000)
PRICES = (1, 10, 100, 1000)
suit, fitting, judge = datasets.splits(digits, train=100, validation=100, test=500)
rng = np.random.default_rng(9)
WRONG, WRONG_TOO = (
    np.array([datasets.mislabel(y, 10, share=0.2, rng=rng) for y in part.y])
    for part in (suit, fitting)
)


def fits(seed, P, wrong=False):
    """Share of new digits right after the fit without a penalty and after the one that is best on validation; of training labels after the first."""
    x, y = suit.x[seed], (WRONG if wrong else suit.y)[seed]
    asked = (WRONG_TOO if wrong else fitting.y)[seed]
    features = random_features(x, P, rng=np.random.default_rng(seed))
    W = [least_squares(features(x), np.eye(10)[y], penalty=p) for p in (0, *PRICES)]
    hit = lambda W, x, y: (margin(features(x), W).argmax(axis=1) == y).mean()
    best = 1 + np.argmax([hit(w, fitting.x[seed], asked) for w in W[1:]])
    new = [hit(W[i], judge.x[seed], judge.y[seed]) for i in (0, best)]
    return *new, hit(W[0], x, y)


suits = {P: np.array([fits(seed, P) for seed in range(20)]) for P in COUNTS}
stained = np.array([fits(seed, COUNTS[-1], wrong=True) for seed in range(20)])


def draw_suits(ax):
    bare, damped, _ = np.array([suits[P].mean(axis=0) for P in COUNTS]).T
    curves = {"without a penalty": bare, "with a penalty": damped}
    lines(ax, COUNTS, curves, log="x", xlabel="number of random features")
    ax.plot(2000, stained[:, 0].mean(), "v", color=BLUE, ms=8)
    ax.plot(2000, stained[:, 1].mean(), "^", color=ORANGE, ms=8)
    ax.text(1700, stained[:, :2].mean(), "a fifth mislabeled", ha="right", va="center")
    ax.set(
        ylim=(0, 1), ylabel="new digits read right", title="A bad suit, and a loose one"
    )
    ax.set_xticks(COUNTS, [f"{P:,}" for P in COUNTS])
    ax.minorticks_off()
    told = ", ".join(
        f"{a:.0%} and {b:.0%} ({P:,})"
        for P, a, b in zip(COUNTS, bare, damped, strict=True)
    )
    return f"New digits read right without and with a penalty, by number of features: {told}. With a fifth of the labels wrong and {COUNTS[-1]:,} features {stained[:, 0].mean():.0%} and {stained[:, 1].mean():.0%}."


show(draw_suits)
worse = lambda fits: fits[:, 1] - fits[:, 0] > 0.03
for exact in (suits[100], suits[2000], stained):
    assert exact[:, 2].min() == 1  # every training digit has its label
settle(
    "C7.22",
    tested="Without a penalty all training labels are reproduced. Are new digits read worse than after a fit whose penalty is chosen on validation, by more than three points?",
    on="number of weights, and the noise in the labels",
    cases={
        "as many weights as digits": worse(suits[100]),
        "twenty times as many": worse(suits[2000]),
        "twenty times as many, a fifth mislabeled": worse(stained),
    },
    evidence=f"With {100} features {suits[100][:, 0].mean():.0%} against {suits[100][:, 1].mean():.0%} with the penalty, with {2000:,} features {suits[2000][:, 0].mean():.0%} against {suits[2000][:, 1].mean():.0%}, and with wrong labels {stained[:, 0].mean():.0%} against {stained[:, 1].mean():.0%}.",
)

# %% [markdown]
# The suit is bad where there are just enough weights to be exact, for then there is only one exact fit, however wild it is. With many more weights there are many exact fits, least squares takes the shortest, and the short one is smooth. [Chapter 5a](05a_learning_from_data.ipynb) follows this curve further.
#
# ## In one screen
#
# - L1 solutions lie in corners where the penalty leaves little room. Exact zeros are made by the algorithm: proximal steps make them, sub-gradients do not.
# - L2 keeps $\lambda_i/(\lambda_i+\alpha)$ of each direction of the Hessian; $t$ steps of descent keep a similar part if $\alpha=1/(\eta t)$. A single weight may grow.
# - With Adam, decay and penalty are two things: the penalty spares weights with loud gradients.
# - In mini-batches a penalty costs next to nothing.
# - Made-up data teach the change that they show, and help where this change is met. With turns up to 180°, more than half of the 6, 7 and 9 are lost.
# - A related task helps, an unrelated one takes units away.
# - Stop on a validation set, patiently, and report another number than the one that chose.
# - A precise fit is bad where weights are just enough for it, or labels are wrong; with plenty of weights and right labels it need not be bad.
#
# **Read on.** Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), chapter 7, is what the notes follow; Prechelt ([1998](../book/bibliography.md)) compares rules for stopping; Caruana ([1997](../book/bibliography.md)) is where to begin with many tasks. Many networks, dropout, and who wins: [chapter 7b](07b_ensembles_and_dropout.ipynb).
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
