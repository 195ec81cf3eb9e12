# %% [markdown]
# # Hidden units, width and depth
#
# *Two layers can fit anything??* The notes put two question marks behind the theorem, and they are right to wonder. Below is a curve and a network with one hidden layer. Nothing is trained: its weights are written down. Give it more units and see what is left between the two.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import functional as F
from dlnotes import losses, optim
from dlnotes.arrays import Constant
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.exercises import units_width_depth as exercises
from dlnotes.explore import explore, show
from dlnotes.network import Layer, Parameter, Sequential
from dlnotes.plotting import BLUE, INK, ORANGE, lines

np.set_printoptions(precision=4, suppress=True)

GRID = np.linspace(0, 1, 4001)


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
    ax.set(ylim=(-1.6, 1.6), xlabel="x", ylabel="y")
    gap = np.abs(fit - wave(GRID)).max()
    ax.set_title(f"{units} hidden units: off by at most {gap:.2g}")
    ax.legend(loc="lower left")
    return f"With {units} hidden units the network is nowhere more than {gap:.3g} away from the curve."


explore(draw_fit, units=[1, 2, 3, 5, 8, 12, 20, 40, 100], start=4)

# %% [markdown]
# This page takes the theorem apart: what "anything" means, what it costs, whether training finds it, and what depth adds. It ends with a gallery of the bends that a hidden unit can have.
#
# **After this page you can**
#
# - write down a network with one hidden layer that follows a curve, and bound its error;
# - say which functions no network of a given kind can follow;
# - explain in which sense units drawn at random are a Monte Carlo method;
# - show a function for which depth is exponentially cheaper than width.
#
# **You need** [chapter 6a](06a_feedforward_networks.ipynb) and [chapter 6b](06b_backpropagation.ipynb).
#
# <!-- Owed on this page. A question is answered in a box: its label (q6-1)=, below it :::{admonition} Question 6.1 · as the
# list asks it, and :class: question. A claim is settled by a call:
# settle("C6.1", tested="...", holds=..., control={"...": ...}, evidence=f"...", turns={("...", "..."): "FALSE"})
#
# Q6.8: How many units should a neural network have, and how should the units be connected?
# Q6.14: Can numerical computation, as a field of mathematics, guide the design of different neural networks?
# Q6.22: How many layers does a neural network need?
# C6.14: About 5% of neurons are active in the brain and about 50% in sigmoid networks; 15–30% is considered ideal, and ReLU gives a lower rate than sigmoid.
# C6.15: It is best not to use the sigmoid as activation function; tanh can be tried, but it is expected to perform worse than ReLU and Maxout.
# C6.17: ReLU is not differentiable at x = 0, but this can be neglected in real applications.
# C6.18: The bias b is usually initialized to a small positive number to ensure that the ReLU can be activated.
# C6.24: In certain special fields, tanh works better as the activation function.
# C6.29: There is not much guidance for the design of hidden units; it is mostly a matter of experience.
# C6.40: Goodfellow implies that wide and shallow neural networks are universal in theory but not in practice, so making networks deep is the right way.
# C6.41: Deep networks are harder to train than shallow networks.
# C6.45: In practice, the deeper a neural network is, without more neurons per layer, the better it performs.
# C6.68: ReLU should be tried first as activation function, because it is fast, and leaky ReLU or Maxout if it fails.
# -->

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
# Twice the units, a quarter of the error. Here are four curves, three of them continuous:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
UNITS = (4, 8, 16, 32, 64, 128, 256, 512)
CURVES = {
    "smooth": wave,
    "root of x": np.sqrt,
    "a jump": lambda x: (x > 0.437).astype(float),
    "1/x": lambda x: 1 / np.maximum(x, 1e-12),
}
CURVES_X = {name: GRID[GRID > 0] if name == "1/x" else GRID for name in CURVES}


def worst(name, n):
    """Largest distance between curve and network on a fine grid; for 1/x on (0, 1] from the first grid point on."""
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
    ax.set(ylim=(1e-5, 1e6), title="What is continuous can be followed")
    return (
        "From 4 to 512 units the largest distance goes "
        + ", ".join(
            f"from {g[0]:.2g} to {g[-1]:.2g} ({name})" for name, g in gaps.items()
        )
        + "."
    )


show(draw_gaps)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
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
    evidence=f"Largest distances with {UNITS[-1]} units: {', '.join(f'{name} {gaps[name][-1]:.2g}' for name in CURVES)}. Doubling the units leaves the jump at one half: a continuous function has no jumps.",
    turns={("holds=within(OTHER)", "holds=within(CONTINUOUS)"): "TRUE"},
    card=True,
)
line_gap = min(
    float(np.abs(np.polyval(np.polyfit(GRID, wave(GRID), 1), GRID) - wave(GRID)).max()),
    9,
)
settle(
    "C6.43",
    tested="The smooth curve above: does a linear function come within a twentieth of it?",
    holds=line_gap < 0.05,
    control={"a piecewise linear one, of 512 pieces": gaps["smooth"][-1] < 0.05},
    evidence=f"The line of least squares is off by up to {line_gap:.2f}, {UNITS[-1]} pieces by {gaps['smooth'][-1]:.1g}.",
    turns={("holds=line_gap < 0.05", 'holds=gaps["smooth"][-1] < 0.05'): "TRUE"},
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
# How many rectifiers, with knots evenly spaced over an interval of the given `length`, are enough by {eq}`eq-6c-bound` for an error of at most `allowed`, if $\lvert f''\rvert\le$ `curvature`? Return a whole number.
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
# Knots on a grid need $n=m^d$ units for $m$ pieces along each of $d$ axes. So their error $1/m^2$ is only $n^{-2/d}$. *The theorem is a bit like the theoretical basis of MCMC*, say the notes. At first sight it is not: a theorem on density is no theorem on random walks. But look at a function that is itself an average over units. The bell $e^{-\lVert\mathbf x\rVert^2/2}$ is one:
#
# $$
# e^{-\lVert\mathbf x\rVert^2/2}=\mathbb E\,\cos(\mathbf w^\top\mathbf x),\qquad\mathbf w\sim\mathcal N(\mathbf 0,I),
# $$ (eq-6c-average)
#
# for $\mathbf w^\top\mathbf x$ is normal with variance $\lVert\mathbf x\rVert^2$, and the mean of $\cos$ over $\mathcal N(0,s^2)$ is $e^{-s^2/2}$. *Draw* $n$ units, and average them: the result has the right mean, and the variance of one unit divided by $n$. So the error is of size $n^{-1/2}$, in *any* dimension. That is Maurey's argument, by which Barron ([1993](../book/bibliography.md)) bounds the error of networks. Draw the units independently, or by a random walk, as Markov chain Monte Carlo does:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
DIMENSIONS, DRAWN, TIMES = (1, 2, 5, 10, 20), (16, 64, 256, 1024), 16


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
    """Root mean square distance from the bell, over sixteen draws of all units and over points where it is neither 0 nor 1."""
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
    curves = {
        f"{d} dimension{'s' if d > 1 else ''}": rows.mean(axis=0)
        for d, rows in of_draws.items()
    }
    lines(ax, DRAWN, curves, log="xy", xlabel="units, drawn at random", ylabel="error")
    ax.plot(DRAWN, of_walk.mean(axis=0), "o", color=INK, label="5, by a random walk")
    ax.plot(DRAWN, of_knots, "^-", color=ORANGE, lw=1, label="1, knots on a grid")
    ax.legend(loc="lower left")
    ax.set(ylim=(1e-7, 1), title="Dice do not mind dimensions")
    return (
        "Exponents of the error, mean of twenty trials: "
        + ", ".join(
            f"{exponent(rows.mean(axis=0)):.2f} in {d} dimensions"
            for d, rows in of_draws.items()
        )
        + f"; by a random walk {exponent(of_walk.mean(axis=0)):.2f}; knots on a grid in one dimension {exponent(of_knots):.2f}."
    )


show(draw_rates, figsize=(5.5, 4))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def like_dice(rows):
    """For each seed: does the error fall like one over the root of the number of units (exponent within 0.15 of −½)?"""
    return np.array([abs(exponent(row) + 0.5) < 0.15 for row in rows])


everywhere = np.all([like_dice(r) for r in (*of_draws.values(), of_walk)], axis=0)
settle(
    "C6.44",
    tested="The bell in 1 to 20 dimensions from one hidden layer: does its error fall with the number of units as Monte Carlo averages do, with exponent −½ (within 0.15), whatever the dimension? By units "
    "drawn independently, and in five dimensions by a Markov chain.",
    holds=everywhere,
    control={
        "the same bell in one dimension, by knots on a grid": abs(
            exponent(of_knots) + 0.5
        )
        < 0.15
    },
    evidence=f"Mean exponents: {', '.join(f'{np.mean([exponent(row) for row in rows]):.2f}' for rows in of_draws.values())}; by the chain {np.mean([exponent(row) for row in of_walk]):.2f}, by knots "
    f"{exponent(of_knots):.2f}.",
    turns={("holds=everywhere", "holds=abs(exponent(of_knots) + 0.5) < 0.15"): "FALSE"},
    card=True,
)

# %% [markdown]
# The remark is better than it looks. The universal theorem itself has nothing to do with chance; the *rate* at which wide networks approximate averages over units has. And mind what it does not say: not every function is such an average with bounded weights, and nobody has said that training draws its units well.
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
# The *parity* of $d$ bits is the sum $s$ of the bits, folded to and fro: 0 for even sums, 1 for odd ones. That is a broken line in $s$, so $d$ rectifiers compute it exactly: $\max(0,s)-2\max(0,s-1)+2\max(0,s-2)-\dots$ Now let the same network *learn* parity, from all $2^{8}$ strings: from a random start, and from the exact weights plus noise.

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


def learned_parity(noise, starts=20, steps=1500):
    """Share of strings right after training, for 20 networks: from the exact weights plus noise, or from a random start if noise is None."""
    rng = np.random.default_rng(0)
    parameters = []
    for value in exact_parity():
        chance = rng.standard_normal((starts, *value.shape))
        if noise is None:
            start = chance / np.sqrt(BITS) if value.ndim == 2 else 0 * chance
        else:
            start = value + noise * chance
        parameters.append(Parameter(start))
    W1, b1, w2, b2 = parameters
    net = Sequential(Layer(F.linear, W1, b1), F.relu, Layer(F.linear, w2, b2))
    target = np.broadcast_to(ODD[:, None], (starts, len(STRINGS), 1))
    optimizer = optim.Adam(net.parameters(), 0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        prediction, backward = net.forward(Constant(STRINGS), training=True)
        backward(losses.squared_error(prediction, target)[1](np.ones(starts)))
        optimizer.step()
    return ((net(STRINGS)[..., 0] > 0.5) == (ODD == 1)).mean(axis=1)


W1, b1, w2, b2 = exact_parity()
assert (np.maximum(0, STRINGS @ W1 + b1) @ w2 + b2 == ODD[:, None]).all()
NOISES = (0.05, 0.1, 0.2, 0.4, 0.8)
found = {noise: learned_parity(noise) for noise in (*NOISES, None)}


def draw_parity(ax):
    for x, scores in enumerate(found.values()):
        ax.plot(
            x + np.linspace(-0.25, 0.25, 20), np.sort(scores), "o", color=BLUE, ms=4
        )
    ax.set_xticks(range(len(found)), [*(f"{n:g}" for n in NOISES), "random"])
    ax.set(
        ylim=(0.3, 1.05),
        xlabel="noise on the exact weights",
        ylabel="strings right",
        title="It is there, but who finds it?",
    )
    return (
        "Networks of 20 that have all strings right after training: "
        + ", ".join(
            f"{int((scores == 1).sum())} ({'random start' if noise is None else f'noise {noise:g}'})"
            for noise, scores in found.items()
        )
        + "."
    )


show(draw_parity)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C6.39",
    tested="The parity of eight bits, for which exact weights of eight hidden units are known, learned from all strings: does training from a random start miss it?",
    holds=found[None] < 1,
    control={"from the exact weights, moved a little": found[NOISES[0]] < 1},
    evidence=f"All strings right: {int((found[None] == 1).sum())} of {len(found[None])} random starts and {int((found[NOISES[0]] == 1).sum())} of {len(found[NOISES[0]])} starts beside the exact weights.",
    turns={("holds=found[None] < 1", "holds=found[NOISES[0]] < 1"): "FALSE"},
    card=True,
)

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
# $2L$ units make $2^L$ pieces; a single hidden layer needs $2^L-1$. (Telgarsky [2016](../book/bibliography.md) proves more: networks of far fewer layers that only *approximate* such functions need exponentially many units.) Folding pays where a function repeats itself, as on the boards of [chapter 5c](05c_classical_algorithms.ipynb). A curve without repetition gains nothing of the kind.
#
# (q6-9)=
# :::{admonition} Question 6.9 · Should a neural network be wide and shallow, or is making it deep the right way?
# :class: question
# For some functions depth is exponentially cheaper, and the figure shows one; for others it is not. Which kind the world prefers is a question for experiments with real data, and whether depth can be *trained* is another one.
# :::
#
# :::{admonition} Exercise 3 · fold
# :class: exercise
# Return the tent, folded `times` times over, at the numbers `x`, all between 0 and 1. `times` may be 0.
# :::


# %%
def fold(x, times):
    """As many numbers as x has."""
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

# %% tags=["hide-input"] jupyter={"source_hidden": true}
Z = np.linspace(-4, 4, 801)
GALLERY = {
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "ReLU": F.relu,
    "leaky ReLU": lambda z: F.leaky_relu(z, 0.1),
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
    because="The sigmoid lies strictly between 0 and 1, the open interval: neither end is reached. (In floating-point numbers it is, for large arguments.)",
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
    holds=additive(lambda x: lines_of_two(x, -1, 1)),
    control={"two equal lines": additive(lambda x: lines_of_two(x, 1, 1))},
    evidence=f"The values at two places add up to {lines_of_two(-1.0, -1, 1) + lines_of_two(2.0, -1, 1):.0f}, the value at their sum is {lines_of_two(1.0, -1, 1):.0f}. It is linear piece by piece, and has twice the parameters.",
    turns={
        (
            "holds=additive(lambda x: lines_of_two(x, -1, 1))",
            "holds=additive(lambda x: lines_of_two(x, 1, 1))",
        ): "TRUE"
    },
)
curved = lambda f: not np.allclose(f(Z[1:-1]), (f(Z[:-2]) + f(Z[2:])) / 2, atol=1e-9)
BENT = (lambda z: np.maximum(0, z), np.square, np.abs)
STRAIGHT = (lambda z: 2 * z + 1,)
settle(
    "C6.65",
    tested="Is a nonlinear map one that goes through a sigmoid, so that rectifier, square and absolute value are linear?",
    holds=not any(curved(f) for f in BENT),
    control={"2z + 1 in their place": not any(curved(f) for f in STRAIGHT)},
    evidence=f"Of {len(BENT)} maps without a sigmoid {sum(curved(f) for f in BENT)} leave the straight line between their neighbors.",
    turns={
        (
            "holds=not any(curved(f) for f in BENT)",
            "holds=not any(curved(f) for f in STRAIGHT)",
        ): "TRUE"
    },
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
untestable(
    "C6.46",
    reason="A statement on what is common practice.",
    reference="Elsken, Metzen and Hutter 2019",
)

# %% [markdown]
# (q6-24)=
# :::{admonition} Question 6.24 · Can we define network structures other than the fully connected network?
# :class: question
# Any graph without a circle, of pieces that have gradients. What a structure leaves out or shares says what is known of the data: neighborhoods of pixels (chapter 9), the order of time (chapter 10).
# :::
#
# (q6-11)=
# :::{admonition} Question 6.11 · What is the difference between full connection and partial connection in a neural network?
# :class: question
# A partial connection is a full one in which some weights are fixed at zero: fewer numbers to learn, and a statement about which inputs belong together. Chapter 9 measures what that is worth on images.
# :::
#
# (q6-23)=
# :::{admonition} Question 6.23 · Can the structure of a neural network be generated automatically?
# :class: question
# Yes, by whatever searches without gradients: evolution, random search, or learned proposals. The price is one training for each candidate; Elsken, Metzen and Hutter ([2019](../book/bibliography.md)) survey how it is lowered.
# :::

# %% [markdown]
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
