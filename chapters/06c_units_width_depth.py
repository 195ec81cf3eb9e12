# %% [markdown]
# # Hidden units, width and depth
#
# *Two layers can fit anything??* The notes put two question marks behind the theorem, and they are right to wonder. Below is a curve and a network with one layer of hidden units (隐藏单元). Nothing is trained: its weights are written down. Give it more units and see what is left between the two.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from functools import cache
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.arrays import Constant
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.exercises import units_width_depth as exercises
from dlnotes.explore import explore, show
from dlnotes.metrics import rank_correlation
from dlnotes.network import Layer, Parameter, Residual, Sequential
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, image_grid, lines, log_scale
from dlnotes.training import fit_side_by_side

np.set_printoptions(precision=4, suppress=True)

GRID = np.linspace(0, 1, 4001)


def descend(net, loss, x, y, rate, steps, batch=None):
    """Adam on networks side by side; their losses at each step (steps, networks)."""
    optimizer = optim.Adam(net.parameters(), rate)
    return fit_side_by_side(net, loss, optimizer, x, y, steps=steps, batch_size=batch)


def slopes_and_knots(f, n):
    """The network of n rectifiers that meets f at n + 1 places evenly spaced over [0, 1]: bias, weights (n,), knots (n,)."""
    places = np.linspace(0, 1, n + 1)
    values = f(places)
    slopes = np.diff(values) / np.diff(places)
    return values[0], np.diff(slopes, prepend=0), places[:-1]


def hidden_layer(f, n, x=GRID):
    b, w, knots = slopes_and_knots(f, n)
    return np.maximum(0, x[:, None] - knots) @ w + b


def wave(x):
    return np.sin(2 * np.pi * x) + 0.4 * np.sin(7 * np.pi * x)


def draw_fit(ax, units):
    fit = hidden_layer(wave, units)
    ax.plot(GRID, wave(GRID), "-", color=INK, lw=1, label="the curve")
    ax.plot(GRID, fit, "--", color=BLUE, label="the network")
    knots = slopes_and_knots(wave, units)[2]
    ax.plot(knots, 0 * knots - 1.9, "^", color=BLUE, ms=6, clip_on=False)
    ax.text(0.5, -1.8, "here the hidden units bend", color=BLUE, ha="center")
    ax.set(xlim=(0, 1), ylim=(-1.9, 1.6), xlabel="x", ylabel="y")
    gap = np.abs(fit - wave(GRID)).max()
    ax.set_title(f"{units} hidden units: off by at most {gap:.2g}")
    ax.legend(loc="upper right")
    return f"With {units} hidden units the network is nowhere more than {gap:.3g} away from the curve."


explore(draw_fit, units=[1, 2, 3, 5, 8, 12, 20, 40, 100], start=4, figsize=(5.5, 3))

# %% [markdown]
# This page takes the theorem apart: what "anything" means, what it costs, whether training finds it, and what depth adds. Then it lets activation functions (激活函数) compete, called *bends* here for what they do, and lets deep networks learn.
#
# **After this page you can**
#
# - write down a network with one hidden layer that follows a curve, and bound its error;
# - say which functions no network of a given kind can follow;
# - explain in which sense units drawn at random are a Monte Carlo method;
# - show a function for which depth is exponentially cheaper than width;
# - choose the scale of first weights for a bend, and say what a ranking of bends is worth;
# - tell dead units from sparse ones, and say when depth helps and what bridges do.
#
# **You need** [chapter 6a](06a_feedforward_networks.ipynb) and [chapter 6b](06b_backpropagation.ipynb).

# %% [markdown]
# (sec-6c-anything)=
# ## Anything?
#
# *You have seen a network follow a curve. After this section you can write its weights down, and say which curves it cannot follow.*
#
# Choose knots $t_0<t_1<\dots<t_n$ and join the points $(t_k,f(t_k))$ by straight pieces, with slopes $m_0,\dots,m_{n-1}$. A rectifier (整流线性单元) $\max(0,x-t_k)$ is flat up to $t_k$ and rises with slope one from there on. So let each knot *add* what the slope changes there:
#
# $$
# p(x)=f(t_0)+\sum_{k=0}^{n-1}(m_k-m_{k-1})\,\max(0,x-t_k),\qquad m_{-1}=0 .
# $$ (eq-6c-knots)
#
# At $t_0$ both are $f(t_0)$; between $t_k$ and $t_{k+1}$ the slopes that have been added sum to $m_k$. A hidden layer of $n$ rectifiers and a linear output is *exactly* the broken line. In code:


# %%
def output_weights(knots, values):
    """Weights of the rectifiers max(0, x − t) for all knots t but the last."""
    slopes = np.diff(values) / np.diff(knots)
    return np.diff(slopes, prepend=0)


knots = np.array([0.0, 1.0, 2.0, 3.0])
print("slope changes:", output_weights(knots, np.array([0.0, 2.0, 1.0, 1.0])))

# %% [markdown]
# **How good is it?** If $f$ is continuous on a closed interval, then to every $\varepsilon$ there is a width $h$ such that $f$ varies by less than $\varepsilon$ over any piece no wider than $h$; the broken line stays between the values at the two ends, so it is nowhere more than $\varepsilon$ off. If $f$ has a second derivative, more can be said. Let $e=f-p$ on a piece of width $h$; $e$ is zero at both ends. Where $\lvert e\rvert$ is largest, at $x^*$, $e'=0$. The nearer end is at most $h/2$ away, and expanding from $x^*$ to it
#
# $$
# 0=e(x^*)+\tfrac12e''(\xi)\,(\text{distance})^2\qquad\Longrightarrow\qquad\lvert e(x^*)\rvert\le\frac{h^2}8\max\lvert f''\rvert .
# $$ (eq-6c-bound)
#
# Twice the units, a quarter of the error. Here are four curves. Two are continuous on the closed interval; one jumps; and $1/x$ is continuous on $(0,1]$, which lacks its end at 0:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
UNITS = (4, 8, 16, 32, 64, 128, 256, 512)
CURVES = {
    "smooth": wave,
    "root of x": np.sqrt,
    "a jump": lambda x: (x > 0.437).astype(float),
    "1/x": lambda x: 1 / np.maximum(x, 1e-12),
}
CURVES_X = {name: GRID for name in CURVES} | {"1/x": np.geomspace(1e-6, 1, 4001)}


def worst(name, n):
    """Largest distance between curve and network on a fine grid; for 1/x on one that reaches far down to 0."""
    x, f = CURVES_X[name], CURVES[name]
    if name == "1/x":  # the interval has no end at 0: knots from ever nearer to it
        places = np.geomspace(1e-3, 1, n + 1)
        w = output_weights(places, f(places))
        fit = f(places[0]) + np.maximum(0, x[:, None] - places[:-1]) @ w
        return float(np.abs(fit - f(x)).max())
    return float(np.abs(hidden_layer(f, n, x) - f(x)).max())


gaps = {name: np.array([worst(name, n) for n in UNITS]) for name in CURVES}


def draw_gaps(ax):
    lines(ax, UNITS, gaps, log="xy", xlabel="hidden units", ylabel="largest distance")
    ax.set(ylim=(1e-5, 1e11), title="Continuous on a closed interval?")
    return (
        "From 4 to 512 units the largest distance changes "
        + ", ".join(
            f"from {g[0]:.2g} to {g[-1]:.2g} ({name})" for name, g in gaps.items()
        )
        + "."
    )


show(draw_gaps)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def in_the_mean(name, n):
    """Root mean square distance between curve and network."""
    f = CURVES[name]
    return float(np.sqrt(((hidden_layer(f, n) - f(GRID)) ** 2).mean()))


def within(names, tolerance=0.05):
    """Is the largest distance, with 512 units, within the tolerance, for all of these curves?"""
    return all(gaps[name][-1] < tolerance for name in names)


CONTINUOUS, OTHER = ("smooth", "root of x"), ("a jump", "1/x")
settle(
    "C6.57",
    tested="Two continuous curves on [0, 1], one with an infinite slope: does the broken line of many pieces stay within a twentieth?",
    holds=within(CONTINUOUS),
    control={"a jump, and 1/x on an interval that is not closed": within(OTHER)},
    evidence=f"Largest distances with {UNITS[-1]} pieces: {', '.join(f'{name} {gaps[name][-1]:.2g}' for name in CURVES)}.",
    turns={("holds=within(CONTINUOUS)", "holds=within(OTHER)"): "FALSE"},
)
settle(
    "C6.38",
    tested="A function with a jump, and 1/x near 0, which is not bounded: does a wide hidden layer come within a twentieth of them?",
    holds=within(OTHER),
    control={"two continuous functions on [0, 1]": within(CONTINUOUS)},
    evidence=f"Largest distances with {UNITS[-1]} units: {', '.join(f'{name} {gaps[name][-1]:.2g}' for name in CURVES)}. On its interval a network is bounded, and the hyperbola is not. At a jump a continuous function is off by at least half of it, at one place at least; in the mean square it does come near, from {in_the_mean('a jump', UNITS[0]):.2f} to {in_the_mean('a jump', UNITS[-1]):.2f}.",
    turns={("holds=within(OTHER)", "holds=within(CONTINUOUS)"): "TRUE"},
)
straight = np.polyval(np.polyfit(GRID, wave(GRID), 1), GRID)
line_gap = float(np.abs(straight - wave(GRID)).max())
settle(
    "C6.43",
    tested="The smooth curve above: does a function of this kind come within a twentieth of it?",
    on="reading: the sentence says linear, the one four lines before it piecewise linear",
    cases={
        "linear": line_gap < 0.05,
        "piecewise linear, 512 pieces": bool(gaps["smooth"][-1] < 0.05),
    },
    evidence=f"The line of least squares is off by up to {line_gap:.2f}, {UNITS[-1]} pieces by {gaps['smooth'][-1]:.1g}.",
)


def drawn_at_random(bend, n, seed):
    """Largest distance from the curve of n hidden units with random weights and a linear output by least squares."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1, 1, 1001)[:, None]
    target = np.sin(4 * x[:, 0])
    w, b = 6 * rng.standard_normal((1, n)), 6 * rng.uniform(-1, 1, n)
    A = np.column_stack([bend(x @ w + b), np.ones(len(x))])
    return float(np.abs(A @ np.linalg.lstsq(A, target, rcond=None)[0] - target).max())


BENDS = {"tanh": np.tanh, "ReLU": lambda z: np.maximum(0, z), "square": np.square}
wide = {
    name: np.array([drawn_at_random(f, 200, seed) for seed in range(20)])
    for name, f in BENDS.items()
}
settle(
    "C6.37",
    tested="sin 4x on [−1, 1]: does one hidden layer of 200 units, drawn at random, with the best linear output come within a twentieth everywhere, with tanh and with ReLU?",
    holds=(wide["tanh"] < 0.05) & (wide["ReLU"] < 0.05),
    control={
        "units that square, so that the network is a polynomial of degree two": wide[
            "square"
        ]
        < 0.05
    },
    evidence=f"Largest distances, median of {len(wide['tanh'])} draws: {', '.join(f'{name} {np.median(v):.1g}' for name, v in wide.items())}.",
    turns={
        (
            'holds=(wide["tanh"] < 0.05) & (wide["ReLU"] < 0.05)',
            'holds=wide["square"] < 0.05',
        ): "FALSE"
    },
)

# %% [markdown]
# **With other units** it is done otherwise. A steep sigmoid is nearly a step. A step up and a step down make a *bump*, and a bump for every place, as high as the curve is there, follows the curve. Make them steep:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_bumps(axes, steepness):
    step = lambda at: F.sigmoid(steepness * (GRID - at))[0]
    up, down = step(0.4), -step(0.6)
    three = {"one sigmoid": up, "another, negative": down, "their sum": up + down}
    lines(axes[0], GRID, three, xlabel="x", title="A bump of two sigmoids")
    axes[0].set(ylim=(-1.2, 2.3))
    ends = np.linspace(0, 1, 21)
    heights = wave((ends[:-1] + ends[1:]) / 2)
    bumps = np.array([step(a) - step(b) for a, b in pairwise(ends)])
    axes[1].plot(GRID, wave(GRID), "-", color=INK, lw=1, label="the curve")
    axes[1].plot(GRID, heights @ bumps, "--", color=BLUE, label="twenty bumps")
    axes[1].set(ylim=(-1.6, 2.3), xlabel="x", title="Twenty bumps")
    axes[1].legend(loc="upper right")
    gap = np.sqrt(((heights @ bumps - wave(GRID)) ** 2).mean())
    return f"Steepness {steepness}: at its middle the bump is {(up + down)[2000]:.2f} high; twenty of them are {gap:.2f} away from the curve in the root mean square."


explore(
    draw_bumps,
    columns=2,
    steepness=[5, 10, 20, 40, 80, 160, 640],
    start=1,
    figsize=(9, 3.4),
)

# %% [markdown]
# So read the theorem with its conditions: a *continuous* function, on a *closed and bounded* set, to any accuracy but not exactly, and a bend that is *not a polynomial* (Leshno, Lin, Pinkus and Schocken [1993](../book/bibliography.md) show that this is all that is needed).
#
# (q6-13)=
# :::{admonition} Question 6.13 · How should one understand that piecewise linear functions can fit any continuous function?
# :class: question
# On a closed interval a continuous function varies little over every piece that is short enough, and the broken line stays between its values at the ends of the piece. Equation {eq}`eq-6c-bound` says how fast it gets better for smooth functions.
# :::
#
# (q6-12)=
# :::{admonition} Question 6.12 · Why can a two-layer neural network approximate any continuous function arbitrarily well, although a single-layer network can fit only linear functions?
# :class: question
# A single layer compares *one* linear function with a threshold. A hidden layer supplies as many bends as it has units, at places of its choice, and the output adds them up: equation {eq}`eq-6c-knots`. In more dimensions sums of bends along many directions do the same.
# :::
#
# :::{admonition} Exercise 1 · enough units
# :class: exercise
# How many rectifiers, with knots evenly spaced over an interval of the given `length`, are enough by {eq}`eq-6c-bound` for an error of at most `allowed`, if $\lvert f''\rvert\le$ `curvature`, which is above zero? Return the smallest such number.
# :::


# %%
def enough_units(length, curvature, allowed):
    """The smallest number of pieces that the bound approves of."""
    ...


exercises.check_enough_units(enough_units)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. h = length / n, and h² · curvature / 8 ≤ allowed.
def enough_units(length, curvature, allowed):
    return int(np.ceil(length * np.sqrt(curvature / (8 * allowed))))


exercises.check_enough_units(enough_units)

# %% [markdown]
# (sec-6c-monte-carlo)=
# ## Many dimensions
#
# *You can follow a curve. After this section you know why more than one dimension need not be hopeless, and what that has to do with dice.*
#
# Knots on a grid need $n=m^d$ units for $m$ pieces along each of $d$ axes: twice as many along each of twenty axes is a million times as many. Is there another way? Some functions are *averages* of units. One is the bell $e^{-\lVert\mathbf x\rVert^2/2}$:
#
# $$
# e^{-\lVert\mathbf x\rVert^2/2}=\mathbb E\,\cos(\mathbf w^\top\mathbf x),\qquad\mathbf w\sim\mathcal N(\mathbf 0,I),
# $$ (eq-6c-average)
#
# for $\mathbf w^\top\mathbf x$ is normal with variance $\lVert\mathbf x\rVert^2$, and the mean of $\cos$ over $\mathcal N(0,s^2)$ is $e^{-s^2/2}$. An average can be estimated by drawing, the Monte Carlo method (蒙特卡洛方法): take $n$ units with random $\mathbf w$ and average them. The result has the right mean, and the variance of one unit divided by $n$, so it errs by about $n^{-1/2}$ in *any* dimension. That is the idea (by Maurey) from which Barron ([1993](../book/bibliography.md)) derives how fast networks can approximate. *The theorem is a bit like the theoretical basis of MCMC*, say the notes. The theorem, which speaks of existence, is not; this rate is. Draw the units independently, or by a random walk, as Markov chain Monte Carlo does. Or draw them, and then fit their output weights:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
DIMENSIONS, DRAWN, TIMES = (1, 2, 5, 10, 20), (8, 32, 128, 512), 8


def independent(d, n, rng):
    """Frequencies (TIMES, n, d), all independent."""
    return rng.standard_normal((TIMES, n, d))


def random_walk(d, n, rng, thin=10):
    """Frequencies (TIMES, n, d) from Metropolis' chains for N(0, I): every tenth state of each."""
    step, w, kept = 2.4 / np.sqrt(d), rng.standard_normal((TIMES, d)), []
    for i in range(n * thin):
        new = w + step * rng.standard_normal((TIMES, d))
        gain = ((w**2).sum(axis=1) - (new**2).sum(axis=1)) / 2
        accepted = np.log(rng.uniform(size=TIMES)) < gain
        w = np.where(accepted[:, None], new, w)
        if i % thin == 0:
            kept.append(w)
    return np.stack(kept, axis=1)


def misses(draw, d, n, seed, test=100):
    """Root mean square distance from the bell, over eight draws of all units and over points where it is neither 0 nor 1."""
    rng = np.random.default_rng([seed, d, n])
    x = rng.standard_normal((test, d)) / np.sqrt(d)
    fit = np.cos(draw(d, n, rng) @ x.T).mean(axis=1)  # (TIMES, test)
    return np.sqrt(((fit - np.exp(-(x**2).sum(axis=1) / 2)) ** 2).mean())


def exponent(errors, n=DRAWN):
    """p of the power law error ∝ nᵖ, by least squares in logarithms."""
    return np.polyfit(np.log(n), np.log(errors), 1)[0]


of_draws = {
    d: np.array(
        [[misses(independent, d, n, seed) for n in DRAWN] for seed in range(20)]
    )
    for d in DIMENSIONS
}
of_walk = np.array(
    [[misses(random_walk, 5, n, seed) for n in DRAWN] for seed in range(20)]
)


def fitted(d, n, seed, points=600):
    """Root mean square distance, on new points, of n drawn units whose output weights are fitted to 600 points by least squares."""
    rng = np.random.default_rng([seed, d, n, 1])
    x, w = (
        rng.standard_normal((2 * points, d)) / np.sqrt(d),
        rng.standard_normal((n, d)),
    )
    units, bell = np.cos(x @ w.T), np.exp(-(x**2).sum(axis=1) / 2)
    a = np.linalg.lstsq(units[:points], bell[:points], rcond=None)[0]
    return np.sqrt(((units[points:] @ a - bell[points:]) ** 2).mean())


of_fits = np.array([[fitted(5, n, seed) for n in DRAWN[:3]] for seed in range(20)])
of_knots = np.array(
    [
        np.abs(
            hidden_layer(lambda x: np.exp(-8 * (x - 0.5) ** 2), n)
            - np.exp(-8 * (GRID - 0.5) ** 2)
        ).max()
        for n in DRAWN
    ]
)


def draw_rates(ax):
    for rows, dashes in zip(
        of_draws.values(), ("-", "--", "-.", ":", "-"), strict=True
    ):
        ax.plot(DRAWN, rows.mean(axis=0), dashes, color=BLUE, lw=1.5)
    ax.plot([], [], "-", color=BLUE, label="drawn, 1 to 20 dimensions")
    log_scale(ax, "x")
    log_scale(ax, "y")
    ax.set(xlabel="hidden units", ylabel="error")
    ax.plot(
        DRAWN,
        of_walk.mean(axis=0),
        "o",
        color=INK,
        label="by a random walk, 5 dimensions",
    )
    ax.plot(
        DRAWN[:3],
        of_fits.mean(axis=0),
        "s-",
        color=GREEN,
        lw=1,
        label="drawn, then fitted, 5 dimensions",
    )
    ax.plot(
        DRAWN, of_knots, "^-", color=ORANGE, lw=1, label="knots on a grid, 1 dimension"
    )
    ax.legend(loc="lower left")
    ax.set(ylim=(1e-7, 1), title="Averages do not mind dimensions")
    return (
        "Exponents of the error, mean of twenty trials: "
        + ", ".join(
            f"{exponent(rows.mean(axis=0)):.2f} in {d} dimension{'s' * (d > 1)}"
            for d, rows in of_draws.items()
        )
        + f"; by a random walk {exponent(of_walk.mean(axis=0)):.2f}; drawn and fitted in five dimensions {exponent(of_fits.mean(axis=0), DRAWN[:3]):.2f}; knots on a grid in one dimension {exponent(of_knots):.2f} (another bell, and its largest error: compare slopes)."
    )


show(draw_rates, figsize=(5.5, 4))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def like_dice(rows):
    """For each seed: does the error fall like one over the root of the number of units (exponent within 0.15 of −½)?"""
    return np.array([abs(exponent(row) + 0.5) < 0.15 for row in rows])


everywhere = np.all([like_dice(r) for r in (*of_draws.values(), of_walk)], axis=0)
like_fits = np.array([abs(exponent(row, DRAWN[:3]) + 0.5) < 0.15 for row in of_fits])
settle(
    "C6.44",
    tested="The bell from one hidden layer: does its error fall with the number of units as Monte Carlo averages do, with exponent −½ (within 0.15)?",
    on="way in which the units are found (and so not the theorem's, which says only that they exist)",
    cases={
        "drawn, 1 to 20 dimensions, and by a Markov chain": everywhere,
        "drawn, then fitted, 5 dimensions": like_fits,
        "placed on a grid, 1 dimension": bool(abs(exponent(of_knots) + 0.5) < 0.15),
    },
    evidence=f"Mean exponents: {', '.join(f'{np.mean([exponent(row) for row in rows]):.2f}' for rows in of_draws.values())}; by the chain {np.mean([exponent(row) for row in of_walk]):.2f}; drawn and fitted "
    f"{np.mean([exponent(row, DRAWN[:3]) for row in of_fits]):.2f}; on a grid {exponent(of_knots):.2f}.",
    card=True,
)

# %% [markdown]
# The remark is better than it looks, for units that are drawn and averaged. And mind what it does not say: not every function is such an average with bounded weights, and units whose output weights are fitted do much better than their average.
#
# :::{admonition} Exercise 2 · an average of cosines
# :class: exercise
# For points `x` $(N, d)$ and frequencies `W` $(n, d)$ return the average over the units, $\frac1n\sum_k\cos(\mathbf w_k^\top\mathbf x)$, for each point: $(N,)$.
# :::


# %%
def average_unit(x, W):
    """(N,)"""
    ...


exercises.check_average_unit(average_unit)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. One row a point, one column a unit; the mean goes over the units.
def average_unit(x, W):
    return np.cos(x @ W.T).mean(axis=1)


exercises.check_average_unit(average_unit)

# %% [markdown]
# (sec-6c-found)=
# ## Representable is not found
#
# *You can write weights down. After this section you have seen weights that exist and are not found.*
#
# The *parity* of $d$ bits is the sum $s$ of the bits, folded to and fro: 0 for even sums, 1 for odd ones. That is a broken line in $s$, so $d$ rectifiers compute it exactly:
#
# $$
# \max(0,s)-2\max(0,s-1)+2\max(0,s-2)-\dots
# $$ (eq-6c-parity)
#
# Now let the same network *learn* parity, from all $2^{8}$ strings: from the exact weights plus noise, from a random start, and from a random start with eight times as many units.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
BITS = 8
STRINGS = np.array(list(product((0.0, 1.0), repeat=BITS)))
ODD = STRINGS.sum(axis=1) % 2


def exact_parity():
    """W1 (d, d), b1 (d,), w2 (d, 1), b2 (1,) of the network that folds the sum."""
    w2 = 2 * (-1.0) ** np.arange(BITS)
    w2[0] = 1
    return (
        np.ones((BITS, BITS)),
        -np.arange(BITS, dtype=float),
        w2[:, None],
        np.zeros(1),
    )


def near_exact(noise):
    """Twenty times the exact weights, plus noise."""
    rng = np.random.default_rng(0)
    return [v + noise * rng.standard_normal((20, *v.shape)) for v in exact_parity()]


def at_random(units):
    """Twenty random starts with so many hidden units."""
    rng = np.random.default_rng(0)
    W1 = rng.standard_normal((20, BITS, units)) / np.sqrt(BITS)
    w2 = rng.standard_normal((20, units, 1)) / np.sqrt(units)
    return W1, np.zeros((20, units)), w2, np.zeros((20, 1))


def learned_parity(start, steps=1000):
    """Share of strings right after training, for each of twenty networks."""
    W1, b1, w2, b2 = map(Parameter, start)
    net = Sequential(Layer(F.linear, W1, b1), F.relu, Layer(F.linear, w2, b2))
    target = np.broadcast_to(ODD[:, None], (20, len(STRINGS), 1))
    descend(net, losses.squared_error, STRINGS[None], target, 0.01, steps)
    return ((net(STRINGS)[..., 0] > 0.5) == (ODD == 1)).mean(axis=1)


W1, b1, w2, b2 = exact_parity()
assert (np.maximum(0, STRINGS @ W1 + b1) @ w2 + b2 == ODD[:, None]).all()
NOISES = (0.05, 0.1, 0.2, 0.4, 0.8)
MANY = 8 * BITS
found = {f"{noise:g}": learned_parity(near_exact(noise)) for noise in NOISES}
found["random"] = learned_parity(at_random(BITS))
found[f"{MANY} units"] = learned_parity(at_random(MANY))


def draw_parity(ax):
    for x, scores in enumerate(found.values()):
        ax.plot(
            x + np.linspace(-0.25, 0.25, 20), np.sort(scores), "o", color=BLUE, ms=4
        )
    ax.set_xticks(range(len(found)), found)
    ax.set(
        ylim=(0.3, 1.05),
        xlabel="noise on the exact weights, or a random start",
        ylabel="strings right",
        title="It is there, but who finds it?",
    )
    told = ", ".join(f"{int((s == 1).sum())} ({name})" for name, s in found.items())
    return f"Networks of 20 that have all strings right after training: {told}."


show(draw_parity)
assert (found[f"{MANY} units"] == 1).sum() >= 15 and (found["random"] < 1).all()

# %% tags=["hide-input"] jupyter={"source_hidden": true}
missed = {name: shares < 1 for name, shares in found.items()}
settle(
    "C6.39",
    tested="The parity of eight bits, for which exact weights of eight hidden units are known, learned from all strings: does training from a random start miss it?",
    holds=missed["random"],
    control={
        "from the exact weights, moved a little": missed[f"{NOISES[0]:g}"],
        "eight times as many units": missed[f"{MANY} units"],
    },
    evidence=f"All strings right: {int((~missed['random']).sum())} of {len(missed['random'])} random starts with eight units, {int((~missed[f'{MANY} units']).sum())} with {MANY}, and {int((~missed[f'{NOISES[0]:g}']).sum())} beside the "
    "exact weights.",
    turns={('holds=missed["random"]', 'holds=missed[f"{MANY} units"]'): "FALSE"},
)

# %% [markdown]
# With just enough units the weights exist, and none of twenty random starts finds them. With eight times as many nearly all do. That is one use of width that no theorem on representation mentions: room to search.

# %% tags=["hide-input"] jupyter={"source_hidden": true}

# %% [markdown]
# (sec-6c-depth)=
# ## Depth folds
#
# *You know what width costs. After this section you can fold.*
#
# How many straight pieces can a network of rectifiers have, along a line? One hidden layer of $n$ units: at most $n+1$, since each unit bends once. Depth multiplies. The *tent* $g(x)=2\max(0,x)-4\max(0,x-\tfrac12)$ takes two units and folds $[0,1]$ once, so that both halves cover $[0,1]$. Whatever follows is drawn twice, once forward and once backward. Fold $L$ times:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def tent(x):
    return 2 * np.maximum(0, x) - 4 * np.maximum(0, x - 0.5)


def folded(x, times):
    for _ in range(times):
        x = tent(x)
    return x


FINE = np.arange(2**12 + 1) / 2**12  # exact in binary, and so are the folds


def pieces(y):
    return 1 + int((np.diff(y, 2) != 0).sum())


def draw_folds(ax, layers):
    y = folded(FINE, layers)
    ax.plot(FINE, y, "-", color=BLUE, lw=1.5)
    ax.set(ylim=(-0.1, 1.25), xlabel="x", ylabel="y")
    ax.set_title(f"{layers} layers, {2 * layers} units: {pieces(y)} pieces")
    return f"{layers} hidden layers of two units each make {pieces(y)} straight pieces; one hidden layer needs {pieces(y) - 1} units for as many."


explore(draw_folds, layers=[1, 2, 3, 4, 5, 6, 7], start=2)
assert all(pieces(folded(FINE, L)) == 2**L for L in range(1, 9))

# %% [markdown]
# $2L$ units make $2^L$ pieces; a single hidden layer needs $2^L-1$. (Telgarsky [2016](../book/bibliography.md) proves more: networks of far fewer layers that only *approximate* such functions need exponentially many units.) What this is worth for curves that nobody has folded, and for data, is no matter of counting; it is tried below.
#
# (q6-9)=
# :::{admonition} Question 6.9 · Should a neural network be wide and shallow, or is making it deep the right way?
# :class: question
# To *write down* some functions depth is exponentially cheaper, and the figure shows one. Whether data ask for depth, and whether it can be *trained*, are other questions; [below](#sec-6c-trained) they are put to the test.
# :::
#
# :::{admonition} Exercise 3 · fold
# :class: exercise
# Return the tent, folded `times` times over, at the numbers `x`, an array of any shape with entries between 0 and 1. Keep the shape; 0 times leaves `x` as it is.
# :::


# %%
def fold(x, times):
    """An array like x."""
    ...


exercises.check_fold(fold)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. What comes out of one layer goes into the next.
def fold(x, times):
    for _ in range(times):
        x = 2 * np.maximum(0, x) - 4 * np.maximum(0, x - 0.5)
    return x


exercises.check_fold(fold)

# %% [markdown]
# (sec-6c-gallery)=
# ## A gallery of bends
#
# *You have used two or three bends. After this section you know the others by sight.*
#
# Some are relatives: leaky ReLU fixes the slope $\alpha$ below zero, PReLU learns it, randomized ReLU draws it anew for every sample while training (Xu, Wang, Chen and Li [2015](../book/bibliography.md)), and the absolute value has $\alpha=-1$. Maxout takes the largest of several lines, here of two. Softmax, which looks at all units of a layer at once, cannot be drawn in one picture like these.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
Z = np.linspace(-4, 4, 801)
GALLERY = {
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "ReLU": F.relu,
    "leaky ReLU": lambda z: F.leaky_relu(z, 0.1),
    "PReLU, α = ¼": lambda z: F.leaky_relu(z, 0.25),
    "maxout": lambda z: (
        np.maximum(-z - 2, z / 2),
        lambda dy: np.where(-z - 2 > z / 2, -dy, dy / 2),
    ),
    "absolute": F.absolute,
    "ReLU6": F.relu6,
    "hard tanh": F.hard_tanh,
    "ELU": F.elu,
    "softplus": F.softplus,
    "SiLU": F.silu,
    "GELU": F.gelu,
}


def draw_bend(ax, bend):
    value, pullback = GALLERY[bend](Z)
    lines(ax, Z, {"value": value, "slope": pullback(np.ones_like(Z))}, xlabel="z")
    ax.set(ylim=(-1.6, 4.1), title=bend)
    return f"{bend}: between {value.min():.2f} and {value.max():.2f} on this interval, with slopes from {pullback(np.ones_like(Z)).min():.2f} to {pullback(np.ones_like(Z)).max():.2f}."


explore(draw_bend, bend=list(GALLERY), start=2)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def slope(bend, z):
    z = np.asarray(z, float)
    return bend(z)[1](np.ones_like(z))


by_definition(
    "C6.25",
    because="The sigmoid lies strictly between 0 and 1, hence in the closed interval, too; neither end is reached. (In floating-point numbers one is, for large arguments.)",
    holds=bool(
        (F.sigmoid(np.linspace(-30, 30, 1001))[0] > 0).all()
        and (F.sigmoid(np.linspace(-30, 30, 1001))[0] < 1).all()
        and F.sigmoid(np.array([40.0]))[0][0] == 1
    ),
    evidence=f"At z = {30} it is below one, at z = {40} rounding makes it {F.sigmoid(np.array([40.0]))[0][0]:.0f}.",
)
family = lambda z, alpha: np.maximum(0, z) + alpha * np.minimum(0, z)
by_definition(
    "C6.26",
    because="This is how the three are defined: one family, with α fixed at −1, fixed at a small number, or learned.",
    holds=bool(
        (family(Z, -1) == np.abs(Z)).all()
        and np.allclose(family(Z, 0.01), F.leaky_relu(Z, 0.01)[0])
    ),
    evidence=f"On {len(Z)} numbers the family gives |z| for α = {-1} and the leaky ReLU for α = {0.01}.",
)
below = Z[Z < 0]
by_definition(
    "C6.21",
    because="ELU is α(exp(z) − 1) for z < 0: an exponential that lies between −α and 0.",
    holds=bool(
        (F.elu(below)[0] < 0).all() and np.allclose(F.elu(below)[0], np.expm1(below))
    ),
    evidence=f"On {len(below)} negative numbers it runs from {F.elu(below)[0].min():.3f} to {F.elu(below)[0].max():.3f}.",
)
FAR = np.linspace(-1000, 1000, 2001)
never_flat = lambda bend: bool((slope(bend, FAR) >= 0.01).all())
settle(
    "C6.20",
    tested="A leaky ReLU on numbers from −1000 to 1000: is its slope at least 0.01 everywhere?",
    holds=never_flat(F.leaky_relu),
    control={"ReLU": never_flat(F.relu), "sigmoid": never_flat(F.sigmoid)},
    evidence=f"Smallest slopes: leaky ReLU {slope(F.leaky_relu, FAR).min():.2f}, ReLU {slope(F.relu, FAR).min():.0f}.",
    turns={("holds=never_flat(F.leaky_relu)", "holds=never_flat(F.relu)"): "FALSE"},
)
lines_of_two = lambda x, a, b: np.maximum(a * x, b * x)
additive = lambda f: bool(
    np.allclose(
        f(np.array([-1.0]) + np.array([2.0])), f(np.array([-1.0])) + f(np.array([2.0]))
    )
)
settle(
    "C6.22",
    tested="A maxout unit of two straight lines, max(−x, x): is its computation linear, f(a + b) = f(a) + f(b)?",
    on="part that is meant",
    cases={
        "the unit, made of both lines": additive(lambda x: lines_of_two(x, -1, 1)),
        "each line by itself": additive(lambda x: lines_of_two(x, 1, 1)),
    },
    evidence=f"The unit's values at two places add up to {lines_of_two(-1.0, -1, 1) + lines_of_two(2.0, -1, 1):.0f}, the value at their sum is {lines_of_two(1.0, -1, 1):.0f}: it is linear piece by piece. With two lines it has twice the "
    "parameters.",
)
curved = lambda f: not np.allclose(f(Z[1:-1]), (f(Z[:-2]) + f(Z[2:])) / 2, atol=1e-9)
BENT = (lambda z: np.maximum(0, z), np.square, np.abs)
STRAIGHT = (lambda z: 2 * z + 1,)
settle(
    "C6.65",
    tested="Do these maps leave the straight line between their neighbors?",
    on="reading: is the sigmoid what makes a map nonlinear, or one of several, as the next lines say",
    cases={
        "only the sigmoid does": not any(curved(f) for f in BENT),
        "the sigmoid does, among others": curved(lambda z: F.sigmoid(z)[0])
        and not any(curved(f) for f in STRAIGHT),
    },
    evidence=f"Of {len(BENT)} maps without a sigmoid (rectifier, square, absolute value) {sum(curved(f) for f in BENT)} do; a line does not.",
)
h = 2.0 ** -np.arange(3, 21)
quotients = {
    "|x|, from the right": (np.abs(h) - 0) / h,
    "|x|, from the left": (np.abs(-h) - 0) / -h,
}
by_definition(
    "C6.19",
    because="f(x + h) − f(x) is h times a quotient that converges, so it goes to zero: differentiable functions are continuous. The converse fails: |x| is continuous at 0 and has two one-sided slopes there.",
    holds=bool(
        (quotients["|x|, from the right"] == 1).all()
        and (quotients["|x|, from the left"] == -1).all()
    ),
    evidence=f"Difference quotients of |x| at zero, down to h = {h[-1]:.0e}: {quotients['|x|, from the right'][-1]:.0f} from the right and {quotients['|x|, from the left'][-1]:.0f} from the left.",
)
untestable(
    "C6.16",
    reason="What people do is no matter for a computation. Hidden layers of plain networks rarely mix; recurrent cells with gates do so by design (chapter 10).",
    reference="Goodfellow, Bengio and Courville 2016, section 6.3",
)
untestable(
    "C6.23",
    reason="A statement on what is used; it was true when the notes were written.",
    reference="Goodfellow, Bengio and Courville 2016, section 6.3.1",
)
untestable(
    "C6.28",
    reason="A statement on what is used. (The softmax has since found a place inside networks, in attention: chapter 10.)",
    reference="Goodfellow, Bengio and Courville 2016, section 6.3.3",
)

# %% [markdown]
# (sec-6c-tournament)=
# ## A tournament
#
# *You know the bends by sight. After this section you know which of them read best, and why the same bend reads well or not at all.*
#
# The notes rank them: *do not use the sigmoid; tanh can be tried, but expect it to do worse than ReLU and maxout*. Train networks with seven bends to tell clothes apart: ten kinds, a thousand pictures to learn from, 100 steps of fifty pictures each (Fashion-MNIST by Xiao, Rasul and Vollgraf [2017](../book/bibliography.md), here averaged to 7 × 7 pixels). The networks have two or eight hidden layers of 24 units; maxout, which takes the larger of two linear functions, has 17, so that all have about as many parameters. At the start (初始化) weights have the spread $g/\sqrt{\text{inputs}}$. Every bend may choose among six *scales* $g$ and four rates, on clothes of its own, and is then judged on others, twenty times.
#
# :::{admonition} Predict
# :class: predict
# Eight hidden layers, every bend at its best: which comes last? And does ReLU read more clothes than tanh, or fewer?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
WIDTH, STEPS, CHOOSE, JUDGE = 24, 100, (100, 101, 102), tuple(range(20))
GAINS, RATES = (0.7, 1.0, 1.4, 2.8, 5.6, 11.0), (0.001, 0.004, 0.015, 0.06)


KINDS_OF = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "boot",
)


def draw_clothes(ax):
    x, y = datasets.fashion()
    first = [int(np.flatnonzero(y == kind)[0]) for kind in range(10)]
    small = x.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))[first]
    image_grid(ax, small, 5, KINDS_OF)
    return "One of each of ten kinds, as the networks see it: 7 × 7 numbers."


show(draw_clothes, figsize=(5.5, 3), alt="Ten coarse pictures of clothes.")


def clothes():
    """6,000 pieces of clothing as 49 standardized numbers, and their kinds."""
    x, y = datasets.fashion()
    x = x.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, 49)
    return (x - x.mean()) / x.std(), y


PIXELS, KINDS = clothes()


@cache
def wardrobe(seeds):
    """For each seed 1,000 clothes to learn from and others to judge by: (seeds, ·, 49) and (seeds, ·). No cloth is used both to choose and to judge."""
    pool = np.arange(0, 2000) if set(seeds) <= set(CHOOSE) else np.arange(2000, 6000)
    drawn = np.array([np.random.default_rng(s).permutation(pool)[:2000] for s in seeds])
    learn, judge = np.split(drawn, 2, axis=1)
    return (PIXELS[learn], KINDS[learn]), (PIXELS[judge], KINDS[judge])


def deep(bend, depth, gains, seeds, *, width=WIDTH, pieces=1, bridged=False, bias=0.0):
    """A network for each seed: hidden layers with first weights of spread gain/√inputs, bridged by x + f(x) or not, and ten outputs."""
    rngs = [np.random.default_rng([7, seed]) for seed in seeds]

    def linear(m, n, gains, bias=0.0):
        W = np.stack([rng.standard_normal((m, n)) for rng in rngs]) / np.sqrt(m)
        W *= np.broadcast_to(gains, len(seeds))[:, None, None]
        b = np.full((len(seeds), n), bias)
        return Layer(F.linear, Parameter(W), Parameter(b))

    layers = [linear(49, width * pieces, gains, bias), bend]
    for _ in range(depth - 1):
        block = linear(width, width * pieces, gains, bias), bend
        layers += [Residual(*block)] if bridged else block
    return Sequential(*layers, linear(width, 10, 1.0))


def fit(net, data, rate, steps=STEPS):
    """Adam on fifty clothes at a time: share read right (seeds,), and the training loss at the end (seeds,)."""
    (x, y), (test, kinds) = data
    history = descend(net, losses.cross_entropy, x, y, rate, steps, batch=50)
    right = (net(test).argmax(axis=-1) == kinds).mean(axis=1)
    return right, history[-20:].mean(axis=0)


class Result(NamedTuple):
    """The chosen scale and rate; share read right and loss of twenty networks; for each scale the best share while choosing."""

    gain: float
    rate: float
    right: np.ndarray
    loss: np.ndarray
    by_gain: dict


def contest(bend, depth, gains=GAINS, rates=RATES, **shape):
    """Choose the scale and the rate on three seeds, then judge them on twenty others and on other clothes."""
    seeds, tried = tuple(np.repeat(CHOOSE, len(gains)).tolist()), {}
    for rate in rates:
        net = deep(bend, depth, np.tile(gains, len(CHOOSE)), seeds, **shape)
        right, _ = fit(net, wardrobe(seeds), rate)
        for gain, share in zip(gains, right.reshape(3, -1).mean(axis=0), strict=True):
            tried[gain, rate] = float(share)
    gain, rate = max(tried, key=tried.get)
    judged = fit(deep(bend, depth, gain, JUDGE, **shape), wardrobe(JUDGE), rate)
    best = {g: max(tried[g, r] for r in rates) for g in gains}
    return Result(gain, rate, *judged, best)


RIVALS = {
    "sigmoid": (F.sigmoid, {}),
    "softplus": (F.softplus, {}),
    "ReLU": (F.relu, {}),
    "leaky ReLU": (F.leaky_relu, {}),
    "tanh": (F.tanh, {}),
    "ELU": (F.elu, {}),
    "maxout": (F.maxout, {"pieces": 2, "width": 17}),
}
SHALLOW, DEEP = 2, 8
played = {
    (name, depth): contest(bend, depth, **shape)
    for name, (bend, shape) in RIVALS.items()
    for depth in (SHALLOW, DEEP)
}


def draw_tournament(axes):
    for ax, depth in zip(axes, (SHALLOW, DEEP), strict=True):
        for row, name in enumerate(RIVALS):
            right = played[name, depth].right
            ax.plot([right.min(), right.max()], [-row, -row], "-", color=BLUE, lw=1)
            ax.plot(right.mean(), -row, "o", color=BLUE, ms=8)
        ax.set_yticks(-np.arange(len(RIVALS)), list(RIVALS))
        ax.set(xlim=(0.3, 0.85), xlabel="clothes read right")
        ax.set_title(f"{depth} hidden layers")
    told = lambda depth: ", ".join(
        f"{name} {played[name, depth].right.mean():.0%} (g = {played[name, depth].gain:g})"
        for name in RIVALS
    )
    return f"Mean and range of twenty networks. {SHALLOW} hidden layers: {told(SHALLOW)}. {DEEP} hidden layers: {told(DEEP)}."


show(draw_tournament, columns=2, figsize=(10, 3.8))
ranked = {
    d: sorted((played[name, d].right.mean(), name) for name in RIVALS)
    for d in (SHALLOW, DEEP)
}
assert ranked[SHALLOW][0][1] == ranked[DEEP][0][1] == "sigmoid"
assert ranked[SHALLOW][-1][0] - ranked[SHALLOW][1][0] < 0.03
assert ranked[DEEP][1][0] - ranked[DEEP][0][0] > 0.05


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def behind(name, other, depth):
    """For each seed: does the first read fewer clothes than the second?"""
    return played[name, depth].right < played[other, depth].right


settle(
    "C6.15",
    tested="Seven activations read clothes, each at the best of six scales and four rates: is the sigmoid behind tanh, and is tanh behind ReLU and behind maxout?",
    on="depth and the rivals",
    cases={
        f"{name} behind {other}, {depth} layers": behind(name, other, depth)
        for depth in (SHALLOW, DEEP)
        for name, other in (("sigmoid", "tanh"), ("tanh", "ReLU"), ("tanh", "maxout"))
    },
    evidence=f"Read right with eight hidden layers: sigmoid {played['sigmoid', DEEP].right.mean():.0%}, ReLU {played['ReLU', DEEP].right.mean():.0%}, tanh {played['tanh', DEEP].right.mean():.0%}, maxout "
    f"{played['maxout', DEEP].right.mean():.0%}. Not to use the sigmoid in deep layers is good advice; that tanh does worse than ReLU does not show when each starts at its own scale.",
    card=True,
)

# %% [markdown]
# With two layers the choice hardly matters, except for the sigmoid. With eight it does: the sigmoid falls far behind. But the rest of the ranking does not show. At its own scale tanh is not behind ReLU, and whether it is behind maxout these networks do not decide. And look at the scales in the caption: they differ, and that is no accident.
#
# ### What a scale does
#
# Why does one $g$ read well and another not at all? Follow the *size* of the signal. Let the activations that enter a layer have the mean square $m$. A sum of many of them, with random weights of variance $g^2/\text{inputs}$, is nearly normal, with variance $q=g^2m$. The bend $\varphi$ makes of it activations with a new mean square; and on the way back a gradient is multiplied by weights and by slopes (treated as independent of those on the way forth). With $z$ standard normal, layer by layer:
#
# $$
# \begin{aligned}
# q&\;\leftarrow\;g^2\,\mathbb E\bigl[\varphi(\sqrt q\,z)^2\bigr]\\
# \text{gradient}^2&\;\leftarrow\;\chi\cdot\text{gradient}^2,\quad\chi=g^2\,\mathbb E\bigl[\varphi'(\sqrt q\,z)^2\bigr]
# \end{aligned}
# $$ (eq-6c-signal)
#
# ReLU cuts off half of the values and half of the slopes: both factors are $g^2/2$, and $g=\sqrt2$ keeps both sizes. That is He's scale. Near zero tanh has slope one, so $g=1$ keeps small signals; Glorot's scale. Try others, in twenty layers that nobody has trained:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def sizes(bend, gain, layers=20, width=100):
    """Root mean square of the activations after each layer, and of the gradient before each, in an untrained network."""
    rng = np.random.default_rng(0)
    x, pullbacks, forth = rng.standard_normal((50, width)), [], []
    for _ in range(layers):
        W = gain * rng.standard_normal((width, width)) / np.sqrt(width)
        x, pullback = bend(x @ W)
        pullbacks.append((W, pullback))
        forth.append(np.sqrt((x**2).mean()))
    g, back = rng.standard_normal(x.shape), []
    for W, pullback in reversed(pullbacks):
        g = pullback(g) @ W.T
        back.append(np.sqrt((g**2).mean()))
    return np.array(forth), np.array(back[::-1])


def draw_sizes(axes, scale):
    found = {
        name: sizes(RIVALS[name][0], scale) for name in ("sigmoid", "tanh", "ReLU")
    }
    at = np.arange(1, 21)
    for ax, side, title in zip(axes, (0, 1), ("Signal", "Gradient"), strict=True):
        curves = {name: np.maximum(both[side], 1e-12) for name, both in found.items()}
        lines(ax, at, curves, log="y", xlabel="layer", title=title)
        ax.set(ylim=(1e-12, 1e12))
    axes[0].set_ylabel("size")
    told = "; ".join(
        f"{name} {both[0][-1]:.1g} and {both[1][0]:.1g}" for name, both in found.items()
    )
    return f"Scale {scale:g}. Signal after the last layer, and gradient at the first: {told}."


explore(
    draw_sizes,
    columns=2,
    scale=[0.5, 0.7, 1, 1.2, 1.4, 2, 2.8, 4, 5.6],
    start=2,
    figsize=(9, 3.6),
)

# %% [markdown]
# Does this theory, which knows no data, foretell the tournament? For each bend and each scale multiply $\chi$ over all layers: a factor far from one, up or down, should read badly.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(61)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def gradient_factor(name, gain, depth):
    """Natural logarithm of the product of χ over all layers; for maxout of two the mean square of the larger is 1, and the winner's slope is 1."""
    q, total = gain**2, 0.0
    for _ in range(depth):
        if name == "maxout":
            square, slope = q, 1.0
        else:
            value, pullback = RIVALS[name][0](np.sqrt(q) * NODES)
            square = WEIGHTS @ value**2
            slope = WEIGHTS @ pullback(np.ones_like(NODES)) ** 2
        total += np.log(gain**2 * slope)
        q = gain**2 * square
    return float(total)


def foretold(name, depth):
    """Rank correlation, over the six scales, of what the theory expects with what was read while choosing."""
    expected = [-abs(gradient_factor(name, g, depth)) for g in GAINS]
    return rank_correlation(
        np.array(expected), np.array([*played[name, depth].by_gain.values()])
    )


theory = {
    depth: np.array([foretold(name, depth) for name in RIVALS])
    for depth in (SHALLOW, DEEP)
}


def draw_theory(axes):
    for ax, depth in zip(axes, (SHALLOW, DEEP), strict=True):
        for marker, name in zip("osv^DPX", RIVALS, strict=True):
            factors = [gradient_factor(name, g, depth) / np.log(100) for g in GAINS]
            shares = list(played[name, depth].by_gain.values())
            ax.plot(factors, shares, marker, ms=6, label=name)
        ax.axvline(0, color=INK, lw=1, ls=":")
        ax.set(
            xlim=(-7, 8),
            ylim=(0.05, 0.85),
            xlabel="powers of ten a gradient grows by",
        )
        ax.set_title(f"{depth} hidden layers")
    axes[0].set_ylabel("clothes read right")
    axes[0].legend(loc="lower right", ncols=2)
    ranked = {depth: int((theory[depth] > 0.7).sum()) for depth in theory}
    return f"Each mark is a bend at one scale. With eight layers theory and result are ranked alike (rank correlation above 0.7) for {ranked[DEEP]} of {len(RIVALS)} bends. With two layers no scale fails."


show(draw_theory, columns=2, figsize=(10, 4))
at_best = gradient_factor("sigmoid", played["sigmoid", DEEP].gain, DEEP)
assert abs(at_best) < 1.2 * np.log(
    100
)  # in the mean square; about one power of ten in size


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def by_scale(name):
    """Share read right by twenty networks of eight hidden layers at each scale: (6, 20)."""
    bend, rate = RIVALS[name][0], played[name, DEEP].rate
    return np.array(
        [fit(deep(bend, DEEP, g, JUDGE), wardrobe(JUDGE), rate)[0] for g in GAINS]
    )


def guided(expected, found):
    """For each of twenty seeds: does the theory rank the choices (rank correlation above 0.7)?"""
    return np.array(
        [rank_correlation(np.array(expected), seed) > 0.7 for seed in found.T]
    )


of_sigmoids = by_scale("sigmoid")
bends = np.array([played[name, DEEP].right for name in RIVALS])
expect = lambda name, gain: -abs(gradient_factor(name, gain, DEEP))
guide = {
    "scale of a sigmoid": guided([expect("sigmoid", g) for g in GAINS], of_sigmoids),
    "scale of a sigmoid, by the theory of ReLU": guided(
        [expect("ReLU", g) for g in GAINS], of_sigmoids
    ),
    "bend, each at its scale": guided(
        [expect(name, played[name, DEEP].gain) for name in RIVALS], bends
    ),
}
settle(
    "C6.29",
    tested="Little guidance but experience? A theory that knows only bend and scale ranks choices for eight hidden layers: is its rank correlation with what is read 0.7 at most?",
    on="choice",
    cases={f"no guidance for the {choice}": ~seeds for choice, seeds in guide.items()},
    evidence=f"The theory ranks six scales of a sigmoid in {guide['scale of a sigmoid'].sum()} of twenty seeds (ReLU's own theory does so in {guide['scale of a sigmoid, by the theory of ReLU'].sum()}), and seven bends, each at its scale, in "
    f"{guide['bend, each at its scale'].sum()}.",
    card=True,
)

# %% [markdown]
# Schoenholz, Gilmer, Ganguli and Sohl-Dickstein ([2017](../book/bibliography.md)) work this theory out. It does not explain everything: at its best scale the sigmoid's gradients arrive within about a power of ten of their size, and it still reads less than all others.
#
# :::{admonition} Exercise 4 · the scale that keeps
# :class: exercise
# You are given activations `a` of any bend, of any size but not all zero, in an array of any shape. Return the positive scale $g$ for which $g^2$ times their mean square is one.
# :::


# %%
def keeping_scale(a):
    """A number."""
    ...


exercises.check_keeping_scale(keeping_scale)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The mean square, not the variance: ReLU's activations have a mean, and it is carried on, too.
def keeping_scale(a):
    return 1 / np.sqrt((a**2).mean())


exercises.check_keeping_scale(keeping_scale)

# %% [markdown]
# (sec-6c-zeros)=
# ## Zeros: sparse, dead, and harmless
#
# *You know how large signals should be. After this section you know what the zeros of ReLU are good and bad for.*
#
# *About 5 % of neurons are active in the brain and about 50 % in sigmoid networks; 15–30 % is considered ideal, and ReLU gives a lower rate*, say the notes. What the brain does this book cannot measure. But put a price on activity, $\lambda\sum\lvert h\rvert$ added to the loss, and a hidden layer of 64 ReLUs will be as sparse as you like:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
PRICES = (0, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)


def priced(bend, price, gain, rate, seeds=JUDGE, steps=200):
    """For each seed: share of hidden activations above zero, share of pre-activations above zero, and share read right."""
    net = deep(bend, 1, gain, seeds, width=64)
    body, head = Sequential(*net.layers[:2]), Sequential(*net.layers[2:])
    (x, y), (test, kinds) = wardrobe(seeds)
    optimizer = optim.Adam(net.parameters(), rate)
    for step in range(steps):
        rows = (slice(None), slice(50 * step % 1000, 50 * step % 1000 + 50))
        optimizer.zero_grad()
        h, through_body = body.forward(Constant(x[rows]), training=True)
        logits, through_head = head.forward(h, training=True)
        _, pullback = losses.cross_entropy(logits, y[rows])
        dh = through_head(pullback(np.ones(len(x))))
        through_body(dh + price * np.sign(h) / h.shape[1])
        optimizer.step()
    z, h = net.layers[0](test), body(test)
    share = lambda active: active.mean(axis=(1, 2))
    right = (head(h).argmax(axis=-1) == kinds).mean(axis=1)
    return share(h > 0), share(z > 0), right


def chosen_rate(bend, gain):
    """The rate that reads best without a price, on the seeds that choose."""
    rates = (0.001, 0.003, 0.01, 0.03, 0.1)
    return max(rates, key=lambda r: priced(bend, 0, gain, r, seeds=CHOOSE)[2].mean())


relu_rate, sigmoid_rate = chosen_rate(F.relu, 1.4), chosen_rate(F.sigmoid, 5.6)
of_relu = {price: priced(F.relu, price, 1.4, relu_rate) for price in PRICES}
of_sigmoid = priced(F.sigmoid, 0, 5.6, sigmoid_rate)


def draw_sparse(ax):
    ax.axvspan(0.15, 0.30, color=GREEN, alpha=0.15)
    ax.text(0.225, 0.69, "said to\nbe ideal", color=GREEN, ha="center")
    active = [a.mean() for a, _, _ in of_relu.values()]
    for a, (_, _, right) in zip(active, of_relu.values(), strict=True):
        ax.plot([a, a], np.quantile(right, [0.1, 0.9]), "-", color=BLUE, lw=1)
    ax.plot(active, [r.mean() for *_, r in of_relu.values()], "o-", color=BLUE)
    ax.set(xlim=(0, 0.6), ylim=(0.68, 0.82), xlabel="share of active units")
    ax.set(ylabel="clothes read right", title="A wide plateau, and then a cliff")
    return (
        "Active, and read right, with growing price: "
        + "; ".join(
            f"{a.mean():.0%}, {right.mean():.1%}" for a, _, right in of_relu.values()
        )
        + "."
    )


show(draw_sparse)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
plain, sparser = of_relu[0], of_relu[1e-2]
settle(
    "C6.14",
    tested="The parts of the sentence that can be measured, on clothes: are about half of the sigmoid units active (within ten points); can ReLUs have a lower rate than sigmoid units; does a layer of which 15–30 % are active read more than one point better than the same layer without a price?",
    on="part of the sentence, and on what active means",
    cases={
        "sigmoid, z above zero: about half": np.abs(of_sigmoid[1] - 0.5) < 0.1,
        "sigmoid, activation above zero: about half": np.abs(of_sigmoid[0] - 0.5) < 0.1,
        "ReLU lower, by itself": plain[0] < of_sigmoid[1] - 0.05,
        "ReLU lower, with a price": sparser[0] < of_sigmoid[1] - 0.05,
        "15–30 % active reads better": sparser[2] > plain[2] + 0.01,
    },
    evidence=f"Sigmoid units: z above zero for {of_sigmoid[1].mean():.0%}, the activation always. ReLUs without a price: {plain[0].mean():.0%} active, {plain[2].mean():.1%} read right; with one, {sparser[0].mean():.0%} active and "
    f"{sparser[2].mean():.1%}. The rate without a price depends on the learning rate.",
    card=True,
)

# %% [markdown]
# So a ReLU layer *can* be sparse, at no cost over a wide range; how sparse it is by itself depends on how it was trained. Glorot, Bordes and Bengio ([2011](../book/bibliography.md)), who quote 1 to 4 % for the brain, found 70 to 85 % zeros harmless in their networks. Xu, Wang, Chen and Li ([2015](../book/bibliography.md)) conclude from their rectifiers with slopes below zero that sparsity is not what makes ReLU good. Here it costs nothing, and gains nothing clear.
#
# **Dead units.** A ReLU that is zero on every sample passes no gradient. *Initialize the bias slightly positive, so that the ReLU can be activated*, say the notes.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def at_start(bias, depth=DEEP):
    """In untrained networks of ReLUs, each (20,): share of units that are zero on all clothes, and share of activations above zero."""
    net, x = deep(F.relu, depth, np.sqrt(2), JUDGE, bias=bias), wardrobe(JUDGE)[0][0]
    dead, active = [], []
    for layer in net.layers[:-1]:
        x = layer(x)
        if layer.function is F.relu:
            dead.append((x == 0).all(axis=1).mean(axis=1))
            active.append((x > 0).mean(axis=(1, 2)))
    return np.mean(dead, axis=0), np.mean(active, axis=0)


started = {bias: at_start(bias) for bias in (-1.0, 0.0, 0.1)}
for bias, (dead, active) in started.items():
    print(
        f"bias {bias:4g}: {dead.mean():5.1%} of the units dead, {active.mean():.0%} of the activations above zero"
    )

settle(
    "C6.18",
    tested="Eight hidden layers of ReLUs, He's scale: with a bias of 0.1 in the place of 0, are more activations above zero? Are fewer units dead?",
    on="purpose of the bias",
    cases={
        "more activations": started[0.1][1] > started[0.0][1],
        "fewer dead units": started[0.1][0] < started[0.0][0],
    },
    evidence=f"With the bias at {0.1} {started[0.1][1].mean():.0%} of the activations are above zero and {started[0.1][0].mean():.1%} of the units dead, with {0} {started[0.0][1].mean():.0%} and {started[0.0][0].mean():.1%}.",
)


def slope_of(at_zero, below=0.0):
    """A ReLU whose slope is set by hand: at zero, and on (−2, 0)."""

    def bend(z):
        met[0] += int((z == 0).sum())
        met[1] += z.size
        slope = np.where(z > 0, 1.0, np.where(z == 0, at_zero, below * (z > -2)))
        return np.maximum(0, z), lambda dy: dy * slope

    return bend


met = [0, 0]  # pre-activations that are exactly zero, and all
by_slope = {
    name: fit(deep(bend, 4, np.sqrt(2), JUDGE), wardrobe(JUDGE), 0.006)[0]
    for name, bend in (
        ("0", slope_of(0.0)),
        ("½", slope_of(0.5)),
        ("1", slope_of(1.0)),
        ("1 on (−2, 0)", slope_of(0.0, below=1.0)),
    )
}
same_as = lambda name: np.abs(by_slope[name] - by_slope["0"]) < 0.005
settle(
    "C6.17",
    tested="A ReLU whose slope at zero is set to 0, ½ or 1: do networks of four hidden layers read as many clothes, within half a point?",
    holds=same_as("½") & same_as("1"),
    control={"a slope of 1 on the whole interval (−2, 0)": same_as("1 on (−2, 0)")},
    evidence=f"Read right: {', '.join(f'{v.mean():.1%} (slope {name})' for name, v in by_slope.items())}. Of {met[1] / 1e6:.0f} million pre-activations {met[0]} were exactly zero.",
    turns={
        ('holds=same_as("½") & same_as("1")', 'holds=same_as("1 on (−2, 0)")'): "FALSE"
    },
)


def rescued(name, gain, bias, depth):
    """Share read right, (20,), at the best of three rates (best on average over the networks that choose)."""
    bend, shape = RIVALS[name]
    build = lambda seeds: deep(bend, depth, gain, seeds, bias=bias, **shape)
    choose = lambda rate: fit(build(CHOOSE), wardrobe(CHOOSE), rate)[0].mean()
    rate = max((0.002, 0.006, 0.02), key=choose)
    return fit(build(JUDGE), wardrobe(JUDGE), rate)[0]


SICK = {
    "units that start dead": (1.4, -3.0, 2),
    "weights too small for the depth": (0.35, 0.0, 16),
}
healed = {
    (why, name): rescued(name, *how)
    for why, how in SICK.items()
    for name in ("ReLU", "leaky ReLU", "maxout")
}
helps = lambda why, cure: healed[why, cure] > healed[why, "ReLU"] + 0.1
assert all(healed[why, "maxout"].mean() > 0.2 for why in SICK)
settle(
    "C6.68",
    tested="Two ways in which networks of ReLUs fail to read clothes: does a leaky ReLU, or maxout, in their place read at least ten points more?",
    on="reason why ReLU fails, and on the substitute",
    cases={
        f"{why}, {cure}": helps(why, cure)
        for why in SICK
        for cure in ("leaky ReLU", "maxout")
    },
    evidence="; ".join(
        f"{why}: ReLU {healed[why, 'ReLU'].mean():.0%}, leaky ReLU {healed[why, 'leaky ReLU'].mean():.0%}"
        for why in SICK
    )
    + f"; maxout reads more than {0.2:.0%} in both. Chance is a tenth. Speed is not measured here.",
    card=True,
)

WAVE = np.linspace(-1, 1, 101)[None, :, None]


def follows(bend, target, rate, units=6, steps=500):
    """Mean squared distance from a curve of twenty small networks."""
    rng = np.random.default_rng(0)
    W1, W2 = (
        rng.standard_normal((20, 1, units)) * 2,
        rng.standard_normal((20, units, 1)) / 2,
    )
    b1, b2 = rng.standard_normal((20, units)), np.zeros((20, 1))
    net = Sequential(
        Layer(F.linear, Parameter(W1), Parameter(b1)),
        bend,
        Layer(F.linear, Parameter(W2), Parameter(b2)),
    )
    y = np.broadcast_to(target(WAVE), (20, 101, 1))
    return descend(net, losses.squared_error, WAVE, y, rate, steps)[-1]


def closest(bend, target):
    tried = [follows(bend, target, rate) for rate in (0.01, 0.03, 0.1, 0.3)]
    return min(tried, key=np.median)


TARGETS = {
    "sine": lambda x: np.sin(np.pi * x),
    "bump": lambda x: np.exp(-8 * x**2),
    "corner": np.abs,
}
curve = {
    (bend, name): closest(RIVALS[bend][0], target)
    for bend in ("tanh", "ReLU")
    for name, target in TARGETS.items()
}
both = lambda name: (
    f"{name} {np.median(curve['tanh', name]):.0e} and {np.median(curve['ReLU', name]):.0e}"
)
tanh_wins = lambda name: curve["tanh", name] < curve["ReLU", name]
settle(
    "C6.24",
    tested="Six hidden units follow smooth curves, a sine and a bump: is tanh closer than ReLU, each at the best of four rates? (The notes do not name their fields; smooth targets are one.)",
    holds=tanh_wins("sine") & tanh_wins("bump"),
    control={"a corner, |x|": tanh_wins("corner")},
    evidence=f"Median squared distances, tanh and ReLU: {'; '.join(both(name) for name in TARGETS)}.",
    turns={
        (
            'holds=tanh_wins("sine") & tanh_wins("bump")',
            'holds=tanh_wins("corner")',
        ): "FALSE"
    },
)

# %% [markdown]
# So a small positive bias makes units fire more often, and leaves slightly more of them dead, not fewer. Against dead units both substitutes help. Where the scale is wrong, leaky ReLU does not, and maxout, which loses no half of its slopes, does in part.
#
# :::{admonition} Exercise 5 · count the dead
# :class: exercise
# For pre-activations `z` $(N, H)$ of a layer of ReLUs, one row a sample, return how many units are dead: at or below zero on every sample.
# :::


# %%
def dead_units(z):
    """A whole number."""
    ...


exercises.check_dead_units(dead_units)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A column is a unit; all of its numbers must be at or below zero.
def dead_units(z):
    return int((z <= 0).all(axis=0).sum())


exercises.check_dead_units(dead_units)

# %% [markdown]
# (sec-6c-trained)=
# ## Can depth be trained?
#
# *You have folded curves by hand. After this section you know what happens when deep networks have to learn, and what a bridge does.*
#
# *In practice deeper is better*, say the notes, *and harder to train*. Try both on clothes. Take 1 to 16 hidden layers of 24 ReLUs. And take the same layers with a *bridge* around each, $\mathbf x+\varphi(\mathbf xW+\mathbf b)$, a *residual network* (残差网络) with *skip connections*, by He, Zhang, Ren and Sun ([2016](../book/bibliography.md)). Every network again chooses scale and rate.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
DEPTHS = (1, 2, 4, 8, 16)
SMALL_GAINS, THREE_RATES = (0.03, 0.1, 0.3, 1.0, 1.4, 2.0), (0.002, 0.006, 0.02)
grown = {
    (bridged, depth): contest(F.relu, depth, SMALL_GAINS, THREE_RATES, bridged=bridged)
    for bridged in (False, True)
    for depth in DEPTHS[bridged:]  # one layer has nothing to bridge
}
grown[True, 1] = grown[False, 1]


def draw_grown(axes):
    for ax, value, title in zip(
        axes,
        ("loss", "right"),
        ("What training reaches", "What is read right"),
        strict=True,
    ):
        curves = {
            name: [getattr(grown[bridged, d], value).mean() for d in DEPTHS]
            for name, bridged in (("plain", False), ("with bridges", True))
        }
        lines(ax, DEPTHS, curves, log="x", xlabel="hidden layers", title=title)
        ax.set_xticks(DEPTHS, [str(d) for d in DEPTHS])
        ax.minorticks_off()
    axes[0].set_ylabel("training loss")
    axes[1].set_ylabel("clothes read right")
    told = lambda bridged: ", ".join(
        f"{grown[bridged, d].right.mean():.0%}" for d in DEPTHS
    )
    return f"Read right with {', '.join(str(d) for d in DEPTHS)} hidden layers: plain {told(False)}; with bridges {told(True)}. Training losses of 16 layers: plain {grown[False, 16].loss.mean():.2f}, with bridges {grown[True, 16].loss.mean():.2f}."


show(draw_grown, columns=2, figsize=(9, 3.6))
plain_right = [grown[False, d].right.mean() for d in DEPTHS]
assert (np.diff(plain_right) < 0).all() and np.diff(plain_right)[-1] < -0.1
assert grown[True, 16].loss.mean() < grown[True, 2].loss.mean() + 0.1
assert max(grown[key].right.mean() for key in grown) < plain_right[0] + 0.01

# %% [markdown]
# Plain networks get worse, slowly at first and then fast: not because they overfit, for the *training* loss rises. With bridges sixteen layers train nearly as well as two. But look at the second picture once more. Deeper is not better here, with bridges or without: for these clothes and 100 steps of training one hidden layer is enough.
#
# **A bridged layer is one Euler step.** To follow $d\mathbf x/dt=f(\mathbf x)$, Euler steps $\mathbf x\leftarrow\mathbf x+h\,f(\mathbf x)$. A stack of bridges does just that. So numerical mathematics has a say: more steps over the same time must be smaller. And where a plain layer multiplies the gradient by slopes and weights, a bridge multiplies it by $1+h\,f'$, near one if $h$ is small. What a stack of bridges makes of a signal's size, untrained, with steps as large as before and with smaller ones:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def grows(step, layers, width=100):
    """By which factor bridges x + step · max(0, xW), He's scale, make a signal larger."""
    rng = np.random.default_rng(0)
    x = start = rng.standard_normal((50, width))
    for _ in range(layers):
        W = rng.standard_normal((width, width)) * np.sqrt(2 / width)
        x = x + step * np.maximum(0, x @ W)
    return np.sqrt((x**2).mean() / (start**2).mean())


for layers in (4, 16, 64):
    print(
        f"{layers:2d} bridges: steps of 1/4 {grows(1 / 4, layers):8.1f} times, steps of 1/{layers} {grows(1 / layers, layers):4.1f} times"
    )

# %% [markdown]
# With steps of $1/L$ any number of layers keeps the size, as any number of Euler's steps does; with fixed steps the size grows like compound interest.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
as_many_weights = {
    "one layer of 54": contest(F.relu, 1, width=54),
    "eight of 17": contest(F.relu, 8, width=17),
    "eight of 17 with bridges": contest(F.relu, 8, SMALL_GAINS, width=17, bridged=True),
}
weights = lambda depth, width: 60 * width + (depth - 1) * (width**2 + width) + 10
assert abs(weights(1, 54) / weights(8, 17) - 1) < 0.05


def learns_curve(depth, curve, units=12, steps=600):
    """Mean squared distance from a curve over [0, 1], (20,), at the best of four rates."""

    def once(rate):
        rng, layers = np.random.default_rng(0), []
        for m, n in pairwise((1, *[units] * depth, 1)):
            W = rng.standard_normal((20, m, n)) * np.sqrt(2 / m)
            b = rng.uniform(-1, 1, (20, n)) * (m == 1)
            layers += [Layer(F.linear, Parameter(W), Parameter(b)), F.relu]
        net = Sequential(*layers[:-1])
        x = np.linspace(0, 1, 65)[None, :, None]
        y = np.broadcast_to(curve(x), (20, 65, 1))
        return descend(net, losses.squared_error, 2 * x - 1, y, rate, steps)[-1]

    return min((once(rate) for rate in (0.003, 0.01, 0.03, 0.1)), key=np.median)


WIGGLES = {
    "a curve folded three times": lambda x: folded(x, 3),
    "a wave that gets faster, and never repeats": lambda x: np.sin(20 * x**2),
}
wiggles = {
    (name, depth): learns_curve(depth, curve)
    for name, curve in WIGGLES.items()
    for depth in (1, 4)
}
harder = lambda bridged: grown[bridged, 16].loss > 1.2 * grown[False, 2].loss
settle(
    "C6.41",
    tested="Sixteen hidden layers against two, both at their best scale and rate: does training end at a loss that is higher by at least a fifth?",
    holds=harder(False),
    control={"sixteen layers with bridges": harder(True)},
    evidence=f"Training losses: two layers {grown[False, 2].loss.mean():.2f}, sixteen {grown[False, 16].loss.mean():.2f}, sixteen with bridges {grown[True, 16].loss.mean():.2f}.",
    turns={("holds=harder(False)", "holds=harder(True)"): "FALSE"},
)
one = grown[False, 1].right
settle(
    "C6.45",
    tested="More layers, not more units in each: is the deeper network better, clothes by more than one point?",
    on="task",
    cases={
        "clothes, eight layers against one": grown[False, 8].right > one + 0.01,
        "clothes, eight with bridges against one": grown[True, 8].right > one + 0.01,
    }
    | {
        f"{name}, four layers against one (by medians, ten times closer)": bool(
            10 * np.median(wiggles[name, 4]) < np.median(wiggles[name, 1])
        )
        for name in WIGGLES
    },
    evidence=f"Clothes: one layer {one.mean():.0%}, eight {grown[False, 8].right.mean():.0%}, with bridges {grown[True, 8].right.mean():.0%}. The curves: squared distances of {20} networks each.",
    card=True,
)
by_folds, at_once = 2 * 7, pieces(folded(FINE, 7)) - 1
than_wide = lambda name: (
    as_many_weights[name].right > as_many_weights["one layer of 54"].right
)
settle(
    "C6.40",
    tested="Is deep the right way: with fewer units to write down a curve folded seven times, and with as many weights to read clothes?",
    on="task, and on writing down or learning",
    cases={
        "to write down the folded curve": bool(by_folds < at_once),
        "to learn clothes, eight layers of 17 against one of 54": than_wide(
            "eight of 17"
        ),
        "to learn clothes, the same with bridges": than_wide(
            "eight of 17 with bridges"
        ),
    },
    evidence=f"Folded seven times: {by_folds} units in seven layers, {at_once} in one. Clothes: {', '.join(f'{name} {r.right.mean():.0%}' for name, r in as_many_weights.items())}.",
)

# %% [markdown]
# So depth does pay for wiggly curves, whether they repeat themselves or not, and it did not pay for clothes. It is the task that decides.


# %% [markdown]
# (q6-22)=
# :::{admonition} Question 6.22 · How many layers does a neural network need?
# :class: question
# For any continuous function one hidden layer is enough, so the question is how many *help*. That is up to the task, and to what training can carry: on these clothes one is enough, and without bridges many do harm. Choose on validation data, begin shallow, and use bridges when you go deep.
# :::
#
# (q6-14)=
# :::{admonition} Question 6.14 · Can numerical computation, as a field of mathematics, guide the design of different neural networks?
# :class: question
# Yes. A stack of bridges is Euler's method, and what is known about step sizes and stability carries over; Haber and Ruthotto ([2018](../book/bibliography.md)) derive whole architectures from it. An iteration that solves a problem can be cut off after a few rounds and its matrices learned. And equation {eq}`eq-6c-signal` is the analysis of an iteration, too.
# :::
#
# :::{admonition} Exercise 6 · a stack of bridges
# :class: exercise
# For inputs `x` $(N, D)$ and a stack `W` $(L, D, D)$ of weights return what $L$ bridged layers (there may be none) $\mathbf x+\max(0,\mathbf xW_l)$ make of the inputs, one after the other.
# :::


# %%
def bridged_stack(x, W):
    """(N, D)"""
    ...


exercises.check_bridged_stack(bridged_stack)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The bridge of each layer starts where the layer before it ended.
def bridged_stack(x, W):
    for own in W:
        x = x + np.maximum(0, x @ own)
    return x


exercises.check_bridged_stack(bridged_stack)

# %% [markdown]
# (sec-6c-search)=
# ## Let a search decide
#
# *You know what scale, bend and depth do. After this section you can let a search choose them, and you know what a fair rival of a clever search is.*
#
# *Could the structure be found automatically?* ask the notes, and think of evolution. Here is a small world in which that can be tried a hundred times over: 1 to 4 hidden layers, 4 to 32 units, three bends, three rates, 144 networks in all. All of them have been trained, so that a search only looks its candidates up. *Evolution* keeps what it has seen, takes the best of three as a parent, and changes one of its four genes. *Random search* picks untried networks at random. Both may look at equally many.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
GENES = ((1, 2, 3, 4), (4, 8, 16, 32), ("sigmoid", "tanh", "ReLU"), (0.003, 0.01, 0.03))
BUDGETS = (4, 8, 12, 16, 24, 32, 48, 64)


def trained(depth, width, bend, rate):
    """Share read right, on average over three networks."""
    net = deep(RIVALS[bend][0], depth, 1.2, CHOOSE, width=width)
    return float(fit(net, wardrobe(CHOOSE), rate, steps=80)[0].mean())


table = {genes: trained(*genes) for genes in product(*GENES)}
assert len(table) == 144


def random_search(rng, budget):
    """The best of so many different candidates, after each look."""
    seen = rng.permutation(list(table.values()))[:budget]
    return np.maximum.accumulate(seen)


def evolution(rng, budget, first=4):
    """The same, where each candidate after the first four is a child of the best of three that were seen."""
    order = [list(table)[i] for i in rng.choice(len(table), first, replace=False)]
    while len(order) < budget:
        rivals = rng.choice(len(order), 3)
        child = list(order[max(rivals, key=lambda i: table[order[i]])])
        gene = rng.integers(len(GENES))
        child[gene] = GENES[gene][rng.integers(len(GENES[gene]))]
        if tuple(child) not in order:
            order.append(tuple(child))
        elif rng.uniform() < 0.1:  # a way out where all neighbors have been seen
            fresh = [genes for genes in table if genes not in order]
            order.append(fresh[rng.integers(len(fresh))])
    return np.maximum.accumulate([table[genes] for genes in order])


runs = {
    name: np.array(
        [search(np.random.default_rng(seed), BUDGETS[-1]) for seed in range(100)]
    )
    for name, search in (("random search", random_search), ("evolution", evolution))
}


def draw_search(ax):
    looked = np.arange(4, BUDGETS[-1] + 1)
    curves = {name: r.mean(axis=0)[3:] for name, r in runs.items()}
    lines(ax, looked, curves, xlabel="networks looked at", ylabel="best so far")
    ax.axhline(max(table.values()), color=INK, lw=1, ls=":")
    ax.set_title("Chance is a strong rival")
    apart = runs["evolution"][:, 31] - runs["random search"][:, 31]
    gap = (runs["evolution"] - runs["random search"]).mean(axis=0).max()
    return f"Mean of a hundred searches; dotted: the best of all {len(table)}. After {32} looks evolution is ahead in {(apart > 0).sum()} pairs, level in {(apart == 0).sum()} and behind in {(apart < 0).sum()}; on average it gains at most {gap:.1%} of the clothes."


show(draw_search)
untestable(
    "C6.46",
    reason="A statement on what is common practice.",
    reference="Elsken, Metzen and Hutter 2019",
)

# %% [markdown]
# (q6-23)=
# :::{admonition} Question 6.23 · Can the structure of a neural network be generated automatically?
# :class: question
# Yes, by whatever searches without gradients: evolution, random search, or learned proposals. The price is one training for each candidate. And measure the clever search against chance, at equal budget: here evolution gains next to nothing, and Li and Talwalkar ([2019](../book/bibliography.md)) found random search hard to beat in large searches, too. Elsken, Metzen and Hutter ([2019](../book/bibliography.md)) survey the field.
# :::
#
# (q6-8)=
# :::{admonition} Question 6.8 · How many units should a neural network have, and how should the units be connected?
# :class: question
# Enough that training can do the task, which a search on validation data finds out; more do little harm if you stop in time ([chapter 5a](05a_learning_from_data.ipynb)). Equations {eq}`eq-6c-knots` and {eq}`eq-6c-bound` say what a curve costs. How to connect them is the better question: bridges where you go deep, and patches where it does not matter at which place something lies ([chapter 6a](06a_feedforward_networks.ipynb)).
# :::
#
# (q6-24)=
# :::{admonition} Question 6.24 · Can we define network structures other than the fully connected network?
# :class: question
# Any graph without directed cycles, of pieces that have gradients. What a structure leaves out or shares says what is known of the data: neighborhoods of pixels (chapter 9), the order of time (chapter 10).
# :::
#
# (q6-11)=
# :::{admonition} Question 6.11 · What is the difference between full connection and partial connection in a neural network?
# :class: question
# A partial connection is a full one in which some weights are fixed at zero: fewer numbers to learn, and a statement about which inputs belong together. Chapter 9 measures what that is worth on images.
# :::

# %% [markdown]
# ## In one screen
#
# - A hidden layer of rectifiers *is* a broken line: weights are changes of slope. It follows what is continuous on a closed interval, with an error of $h^2/8\cdot\max\lvert f''\rvert$.
# - For functions that are averages of units, $n$ units drawn and averaged err like $n^{-1/2}$ in any dimension: Monte Carlo.
# - Weights may exist that training does not find: parity with just enough units. With more units it finds some.
# - Depth multiplies folds: some curves need exponentially fewer units.
# - The scale of the first weights decides whether a deep network learns, and a theory of one line foretells it. At its own scale tanh is no worse than ReLU.
# - Zeros are harmless until units are dead. Bridges let depth train. Whether it helps is up to the task: wiggly curves yes, these clothes no.
#
# **Read on.** Goodfellow, Bengio and Courville, sections 6.3 and 6.4; Telgarsky ([2016](../book/bibliography.md)) on depth; Schoenholz and others ([2017](../book/bibliography.md)) on signals.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
