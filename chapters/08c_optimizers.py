# %% [markdown]
# # Optimizers
#
# *Adagrad, RMSprop and Adam were all proposed after 2014; why have there been no new optimizers since?* So the notes ask. Here are nine methods from seven decades in one curved valley, on their way to the star. For each optimizer (优化器) the best of forty learning rates (学习率) was found first; the slider multiplies it (in JupyterLab a second one moves the start). Who needs the rate to be right, and who forgives?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import re
from itertools import combinations
from pathlib import Path

import numpy as np
from dlnotes import datasets, losses, optim, schedules
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.exercises import optimizers as exercises
from dlnotes.explore import explore, show
from dlnotes.gradcheck import numerical_gradient
from dlnotes.layers import mlp
from dlnotes.network import Parameter
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, contours, lines, log_scale
from dlnotes.training import fit_side_by_side

np.set_printoptions(precision=4, suppress=True)

# Every method is a rule: gradient g, memories s (a list of arrays like g), step t = 1, 2, … ↦ m and V.
# The step is −η m / (√V + ε).
EPSILON = 1e-8


def descent(g, s, t):
    return g, 1


def momentum(g, s, t, beta=0.9):
    s[0] = beta * s[0] + g
    return s[0], 1


def nesterov(g, s, t, beta=0.9):
    s[0] = beta * s[0] + g
    return g + beta * s[0], 1


def adagrad(g, s, t):
    s[0] = s[0] + g**2
    return g, s[0]


def rmsprop(g, s, t):
    s[0] = 0.99 * s[0] + 0.01 * g**2
    return g, s[0]


def adam(g, s, t, spread=None, beta1=0.9, beta2=0.999, correct=True):
    s[0] = beta1 * s[0] + (1 - beta1) * g
    s[1] = beta2 * s[1] + (1 - beta2) * (g if spread is None else spread) ** 2
    if not correct:
        return s[0], s[1]
    return s[0] / (1 - beta1**t), s[1] / (1 - beta2**t)


def nadam(g, s, t):
    m, V = adam(g, s, t)
    return 0.9 * m + 0.1 * g / (1 - 0.9**t), V


def amsgrad(g, s, t, beta1=0.9, beta2=0.999):
    m, _ = adam(g, s, t, beta1=beta1, beta2=beta2)
    s[2] = np.maximum(s[2], s[1])
    return m, s[2] / (1 - beta2**t)


def adabelief(g, s, t):
    return adam(g, s, t, spread=g - (0.9 * s[0] + 0.1 * g))


def lion(g, s, t):
    m = np.sign(0.9 * s[0] + 0.1 * g)
    s[0] = 0.99 * s[0] + 0.01 * g
    return m, 1


RULES = {
    "SGD": descent,
    "momentum": momentum,
    "Nesterov": nesterov,
    "Adagrad": adagrad,
    "RMSprop": rmsprop,
    "Adam": adam,
    "Nadam": nadam,
    "AMSGrad": amsgrad,
    "AdaBelief": adabelief,
    "Lion": lion,
}


def valley(w):
    """A curved valley: steep across, gently falling along a parabola, lowest at (1, 1)."""
    return (1 - w[0]) ** 2 + 5 * (w[1] - w[0] ** 2) ** 2


def valley_slope(w):
    across = w[1] - w[0] ** 2
    return np.array([-2 * (1 - w[0]) - 20 * w[0] * across, 10 * across])


def walk(name, rate, start=(-1.4, 0.4), steps=120):
    """Places of one method, (steps + 1, 2)."""
    w, s, seen = np.array(start), [np.zeros(2) for _ in range(3)], [np.array(start)]
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            m, V = RULES[name](valley_slope(w), s, t)
            w = w - rate * m / (np.sqrt(V) + EPSILON)
            seen.append(w)
    return np.array(seen)


def best_rate(name):
    """The rate, of forty, after whose 120 steps the loss is lowest."""
    rates = np.geomspace(1e-3, 3, 40)
    with np.errstate(all="ignore"):
        ends = [valley(walk(name, rate)[-1]) for rate in rates]
    place = np.nan_to_num(ends, nan=np.inf, posinf=np.inf).argmin()
    assert 0 < place < len(rates) - 1  # not on the edge of the grid
    return rates[place]


FAMILIES = (
    ("SGD", "momentum", "Nesterov"),
    ("Adagrad", "RMSprop", "Adam"),
    ("Nadam", "AdaBelief", "Lion"),
)


BEST_RATE = {name: best_rate(name) for names in FAMILIES for name in names}


def draw_walks(axes, times, from_w1):
    ends = []
    for ax, names in zip(axes, FAMILIES, strict=True):
        contours(ax, valley, (-2, 2), (-1, 2.5), np.geomspace(0.05, 60, 12))
        for name, color in zip(names, (BLUE, ORANGE, GREEN), strict=True):
            w = walk(name, times * BEST_RATE[name], start=(from_w1, 0.4))
            w = w[np.isfinite(w).all(axis=1) & (np.abs(w) < 5).all(axis=1)]
            ax.plot(*w.T, "o-", ms=2, lw=1, color=color, label=name)
            lost = len(w) < 121
            ends.append(f"{name} " + ("lost" if lost else f"{valley(w[-1]):.1g}"))
        ax.plot(1, 1, "*", color=INK, ms=10)
        ax.set(xlim=(-2, 2), ylim=(-1, 2.5), xlabel="w₁")
        ax.legend(loc="upper center")
    axes[0].set_ylabel("w₂")
    return (
        f"Loss after 120 steps at {times:g} times the best rate: "
        + ", ".join(ends)
        + "."
    )


explore(
    draw_walks,
    columns=3,
    times=[0.1, 0.3, 1, 1.5, 2, 4],
    start=2,
    from_w1=[-1.4, -1.8, -0.5, 0.5, 1.8],
    figsize=(10.4, 3.6),
)

# %% [markdown]
# The question has a false premise, as a glance at dates will show. But it has a kernel worth testing: if dozens of methods were proposed, does any of them win? This page derives the methods one by one, and then holds a race in which each has the same number of trials. Afterwards you can write any of them in two lines, choose momentum for a valley and a schedule for a rate, and say what a better method is worth beside a better rate. You need [chapter 8a](08a_descent.ipynb) and, for curvature, [chapter 8b](08b_troubles_and_cures.ipynb). Reading takes half an hour, the exercises as much again.
#
# (sec-8c-frame)=
# ## One frame
#
# *After this section you can write any of these methods in two lines.*
#
# Let $\mathbf g_t$ be the gradient at step $t$. All methods of the figure fit one frame,
#
# $$
# \theta_{t+1}=\theta_t-\eta\,\frac{\mathbf m_t}{\sqrt{\mathbf V_t}+\varepsilon},
# $$ (eq-8c-frame)
#
# entry by entry: $\mathbf m_t$ gives the direction, and $\sqrt{\mathbf V_t}$ rescales each weight. They differ in what they remember:
#
# | method | year | direction $\mathbf m_t$ | units $\mathbf V_t$ |
# |---|---|---|---|
# | gradient descent | 1847 | $\mathbf g_t$ | 1 |
# | stochastic gradient descent | 1951 | $\mathbf g_t$, of a sample | 1 |
# | momentum | 1964 | $\beta\,\mathbf m_{t-1}+\mathbf g_t$ | 1 |
# | Nesterov | 1983 | $\mathbf g_t+\beta\,\cdot$ momentum | 1 |
# | Adagrad | 2011 | $\mathbf g_t$ | $\sum_{i\le t}\mathbf g_i^2$ |
# | RMSprop | 2012 | $\mathbf g_t$ | running mean of $\mathbf g^2$ |
# | Adam | 2014 | running mean of $\mathbf g$ | running mean of $\mathbf g^2$ |
# | Nadam | 2016 | Adam's, looking ahead | Adam's |
# | AMSGrad | 2018 | Adam's | the largest so far |
# | AdamW | 2019 | Adam's; beside the step, $\theta$ shrinks by $\eta\lambda\theta$ | Adam's |
# | AdaBelief | 2020 | Adam's | running mean of $(\mathbf g-\mathbf m)^2$ |
# | Lion | 2023 | sign of a mean of $\mathbf g$ | 1 |
#
# The sources: Cauchy ([1847](../book/bibliography.md)), Robbins and Monro ([1951](../book/bibliography.md)), Polyak ([1964](../book/bibliography.md)), Nesterov ([1983](../book/bibliography.md)), Duchi, Hazan and Singer ([2011](../book/bibliography.md)), Tieleman and Hinton ([2012](../book/bibliography.md)), Kingma and Ba ([2015](../book/bibliography.md), on arXiv in December 2014), Dozat ([2016](../book/bibliography.md)), Reddi, Kale and Kumar ([2018](../book/bibliography.md)), Loshchilov and Hutter ([2019](../book/bibliography.md)), Zhuang and others ([2020](../book/bibliography.md)), Chen and others ([2023](../book/bibliography.md)). Each is two lines of code; this is momentum, and this Adagrad:
#
# ```python
# def momentum(g, s, t):
#     s[0] = 0.9 * s[0] + g
#     return s[0], 1
#
#
# def adagrad(g, s, t):
#     s[0] = s[0] + g**2
#     return g, s[0]
# ```
#
# Are they the methods that the library (and PyTorch) have? And is there one that does not fit? Muon (Jordan and others [2024](../book/bibliography.md)) takes the momentum of a weight *matrix* $M=U\Sigma V^\top$ and steps along $UV^\top$: all singular values become one. That mixes entries, because every singular vector of a matrix depends on all of them. In the frame, scaling one entry of $\mathbf g$ by itself, always by the same positive factor, leaves the direction of all other entries alone:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
IN_LIBRARY = {
    "SGD": optim.SGD,
    "momentum": optim.Momentum,
    "Nesterov": optim.Nesterov,
    "Adagrad": optim.Adagrad,
    "RMSprop": optim.RMSprop,
    "Adam": optim.Adam,
    "AMSGrad": optim.AMSGrad,
}


def agrees(name, seed, steps=50, rate=0.01):
    """Does the rule make the same steps as the library's optimizer on random gradients?"""
    rng = np.random.default_rng(seed)
    parameter = Parameter(rng.standard_normal((4, 3)))
    w, s = parameter.value.copy(), [np.zeros((4, 3)) for _ in range(3)]
    optimizer = IN_LIBRARY[name]([parameter], rate)
    for t in range(1, steps + 1):
        g = rng.standard_normal((4, 3))
        optimizer.grad = g.ravel()
        optimizer.step()
        m, V = RULES[name](g, s, t)
        w = w - rate * m / (np.sqrt(V) + EPSILON)
    return np.allclose(w, parameter.value, rtol=1e-5, atol=1e-8)


def orthogonal_part(M):
    """U Vᵀ of each matrix U Σ Vᵀ, nearly, by five Newton–Schulz steps with the constants of Jordan and others (2024)."""
    X = M.mT if M.shape[-2] > M.shape[-1] else M
    X = X / (np.linalg.norm(X, axis=(-2, -1), keepdims=True) + 1e-7)
    for _ in range(5):
        A = X @ X.mT
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * A @ A) @ X
    return X.mT if M.shape[-2] > M.shape[-1] else X


def entry_by_entry(rule, seed, steps=5):
    """Does a factor on one entry of every gradient leave the steps of all other entries alone?"""
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((steps, 4, 3))
    scaled = gradients.copy()
    scaled[:, 0, 0] *= 3
    last = []
    for series in (gradients, scaled):
        s = [np.zeros((4, 3)) for _ in range(3)]
        for t, g in enumerate(series, 1):
            m, V = rule(g, s, t)
        step = m / (np.sqrt(V) + EPSILON)
        last.append(np.delete(step.ravel(), 0))
    return np.allclose(*last)


def muon(g, s, t):
    s[0] = 0.95 * s[0] + g
    return orthogonal_part(g + 0.95 * s[0]), 1


same = np.array([all(agrees(name, seed) for name in IN_LIBRARY) for seed in range(20)])
fits = np.array(
    [all(entry_by_entry(r, seed) for r in RULES.values()) for seed in range(20)]
)
muon_fits = np.array([entry_by_entry(muon, seed) for seed in range(20)])
settle(
    "C8.10",
    tested="Do the two-line rules make the library's steps, fifty of them; and does every method move each entry by itself, as the frame has it?",
    on="method",
    cases={
        "the ten rules": same & fits,
        "Muon, which turns whole matrices": muon_fits,
    },
    evidence=f"Of the {len(RULES)} rules {len(IN_LIBRARY)} are in the library, and agree with it in {same.sum()} of {20} runs; all of them move entry by entry in {fits.sum()}. Muon does in {muon_fits.sum()}.",
    turns={
        (
            "last.append(np.delete(step.ravel(), 0))",
            "last.append(step.ravel())",
        ): "FALSE"
    },
)

# %% [markdown]
# **The dates.** They stand in the bibliography of this book, from which the next cell reads them:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
SOURCES = {
    "gradient descent": "cauchy1847",
    "SGD": "robbins1951",
    "Adagrad": "duchi2011",
    "RMSprop": "tieleman2012",
    "Adam": "kingma2015",
    "Nadam": "dozat2016",
    "AMSGrad": "reddi2018",
    "AdamW": "loshchilov2019",
    "AdaBelief": "zhuang2020",
    "Lion": "chen2023",
    "Muon": "jordan2024",
}
entries = Path("../book/references.bib").read_text(encoding="utf-8")
year = {
    name: int(re.search(r"\{" + key + r",.*?year = \{(\d+)\}", entries, re.DOTALL)[1])
    for name, key in SOURCES.items()
}
adaptive = [year[name] for name in ("Adagrad", "RMSprop", "Adam")]
later = [name for name, y in year.items() if y > year["Adam"]]
nothing_after = lambda name: all(y <= year[name] for y in year.values())
settle(
    "C8.11",
    tested="Was the first paper on descent with random samples of the gradient published in 1847?",
    holds=year["SGD"] == 1847,
    control={
        "descent with the whole gradient, Cauchy's": year["gradient descent"] == 1847
    },
    evidence=f"Cauchy's method of {year['gradient descent']} uses the whole gradient. Stochastic approximation is Robbins and Monro's, of {year['SGD']}.",
    turns={('"SGD": "robbins1951"', '"SGD": "cauchy1847"'): "TRUE"},
)
settle(
    "C8.16",
    tested="Were Adagrad, RMSprop and Adam all published in 2014 or later, and is no method of the list younger than Adam?",
    holds=min(adaptive) >= 2014 and nothing_after("Adam"),
    control={
        f"were they published in {min(adaptive)} or later, and is none younger than {max(year, key=year.get)}": min(
            adaptive
        )
        >= min(year.values())
        and nothing_after(max(year, key=year.get))
    },
    evidence=f"Adagrad {year['Adagrad']}, RMSprop {year['RMSprop']}, Adam {year['Adam']} (on arXiv the winter before). Younger: "
    + ", ".join(f"{name} {year[name]}" for name in later)
    + ".",
)

# %% [markdown]
# (q8-6)=
# :::{admonition} Question 8.6 · If the adaptive optimizers Adagrad, RMSprop, and Adam were all proposed after 2014, why have there been no new optimizers at all since 2014?
# :class: question
# They were proposed between 2011 and 2014, and there have been new ones since: this page has six, and a survey of 2021 counted over a hundred (Schmidt, Schneider and Hennig [2021](../book/bibliography.md)). The question has a point, though: hardly any of them replaced Adam in daily use. Whether they are better is put to a [race](#sec-8c-race) below.
# :::

# %% [markdown]
# (sec-8c-momentum)=
# ## Remember and look ahead
#
# *After this section you can choose momentum for a valley, and say when it harms.*
#
# Along one coordinate of curvature $\lambda$ momentum (动量) makes $m\leftarrow\beta m+\lambda w$, $w\leftarrow w-\eta m$. Put $\eta m_t=w_t-w_{t+1}$ into the first, and one equation for $w$ is left,
#
# $$
# w_{t+1}=(1+\beta-\eta\lambda)\,w_t-\beta\,w_{t-1} .
# $$ (eq-8c-ball)
#
# Try $w_t=r^t$: $r^2-(1+\beta-\eta\lambda)\,r+\beta=0$. The product of the two roots is $\beta$. They are complex if $(1+\beta-\eta\lambda)^2<4\beta$, that is, for $(1-\sqrt\beta)^2<\eta\lambda<(1+\sqrt\beta)^2$. Then they are each other's conjugates, $\lvert r\rvert^2=r\bar r=\beta$, and both have the size $\sqrt\beta$, *whatever the curvature*. A smaller $\beta$ is better, until one direction falls out of that interval and has a larger, real root. So let the flattest and the steepest direction, $\mu$ and $L$, both just fit in, $\eta\mu=(1-\sqrt\beta)^2$ and $\eta L=(1+\sqrt\beta)^2$: divide, and $\sqrt{L/\mu}=\sqrt\kappa=(1+\sqrt\beta)/(1-\sqrt\beta)$, hence
#
# $$
# \sqrt\beta=\frac{\sqrt\kappa-1}{\sqrt\kappa+1},
# \qquad\text{against}\qquad\frac{\kappa-1}{\kappa+1}
# $$ (eq-8c-best)
#
# for descent at its best rate $2/(L+\mu)$. With $\kappa=100$ descent keeps 98 % of the error in a step, momentum 82 % (that is $\sqrt\beta$, so $\beta=0.67$). The number of steps grows like $\sqrt\kappa$ instead of $\kappa$: about ten times fewer here. Choose $\beta$ in a valley with $\kappa=100$; the rate is the best of a hundred for each:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
KAPPA = 100
BETAS = [0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99]


def quadratic(beta, rate, ahead=False, steps=150):
    """Distance from the minimum after each step, in a valley of curvatures 1 and κ, from (1, 1), by the two-line rules."""
    curves, w, m, seen = np.array([1.0, KAPPA]), np.ones(2), np.zeros(2), [np.sqrt(2)]
    for _ in range(steps):
        g = curves * w
        m = beta * m + g
        w = w - rate * (g + beta * m if ahead else m)
        seen.append(np.linalg.norm(w))
    return np.array(seen)


RATES = np.geomspace(1e-3, 0.1, 100)


def best_path(beta, ahead=False):
    """The path whose last distance is smallest, over the rates; runs that fly off are never the best."""
    with np.errstate(all="ignore"):
        paths = [quadratic(beta, rate, ahead) for rate in RATES]
    ends = [p[-1] if np.isfinite(p[-1]) else np.inf for p in paths]
    return paths[int(np.argmin(ends))]


plain = {beta: best_path(beta) for beta in BETAS}
looking = {beta: best_path(beta, ahead=True) for beta in BETAS}
BEST_BETA = ((np.sqrt(KAPPA) - 1) / (np.sqrt(KAPPA) + 1)) ** 2


def draw_betas(axes, beta):
    axes[0].plot(plain[0], color=INK, lw=0.8, label="descent")
    axes[0].plot(plain[beta], "-", color=BLUE, label="momentum")
    axes[0].plot(looking[beta], "--", color=ORANGE, label="Nesterov")
    axes[0].set(yscale="log", ylim=(1e-12, 10), xlabel="step", ylabel="distance")
    log_scale(axes[0], "y")
    axes[0].set_title(f"β = {beta:g}")
    axes[0].legend(loc="lower left")
    axes[1].plot(BETAS, [plain[b][-1] for b in BETAS], "o-", color=BLUE)
    axes[1].plot(BETAS, [looking[b][-1] for b in BETAS], "s--", color=ORANGE)
    axes[1].axvline(BEST_BETA, color=INK, lw=0.8)
    axes[1].plot(beta, plain[beta][-1], "o", color=BLUE, ms=10)
    axes[1].set(
        yscale="log", ylim=(1e-12, 10), xlabel="β", ylabel="distance after 150 steps"
    )
    log_scale(axes[1], "y")
    axes[1].set_title("Memory helps, up to a point")
    return f"With β = {beta:g} the distance after 150 steps is {plain[beta][-1]:.0e} with momentum and {looking[beta][-1]:.0e} with Nesterov's; without memory {plain[0][-1]:.0e}. The line is at the β of the formula, {BEST_BETA:.2f}.".replace(
        "e-0", "e-"
    )


explore(draw_betas, columns=2, beta=BETAS, start=5, figsize=(9, 3.8))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def kept_a_step(beta, ahead=False):
    """What is left of the error after a step, in the long run and in the worst direction, at the best of 400 rates."""
    rates, left = np.geomspace(1e-3, 0.2, 400), []
    for rate in rates:
        sizes = []
        for curve in (1.0, KAPPA):
            first = 1 - rate * curve if ahead else 1.0  # Nesterov's steps along g + β m
            root = np.roots(
                [
                    1,
                    -(1 + beta) * first if ahead else rate * curve - 1 - beta,
                    beta * first,
                ]
            )
            sizes.append(np.abs(root).max())
        left.append(max(sizes))
    return min(left)


by_beta = {b: [kept_a_step(b), kept_a_step(b, ahead=True)] for b in (0, 0.5, 0.8, 0.99)}
settle(
    "C8.13",
    tested="A valley a hundred times as steep across as along, in the long run: is less of the error left after a step with memory, both without looking ahead and with it, than with neither, each at the best of four hundred rates?",
    on="share β that is remembered",
    cases={f"{b:g}": bool(max(by_beta[b]) < by_beta[0][0]) for b in (0.5, 0.8, 0.99)},
    evidence=f"Left after a step without memory: {by_beta[0][0]:.3f}. With β of {0.5}, {0.8} and {0.99}: {by_beta[0.5][0]:.3f}, {by_beta[0.8][0]:.3f} and {by_beta[0.99][0]:.3f}; looking ahead as well: {by_beta[0.5][1]:.3f}, {by_beta[0.8][1]:.3f} and {by_beta[0.99][1]:.3f}.",
    turns={("max(by_beta[b]) < by_beta[0][0]", "max(by_beta[b]) < 1"): "TRUE"},
    card=True,
)

# %% [markdown]
# :::{admonition} Exercise 1 · momentum for a valley
# :class: exercise
# Return the best $\beta$ of {eq}`eq-8c-best` for a valley whose steepest curvature is `kappa` times its flattest.
# :::


# %%
def best_momentum(kappa):
    """A number from 0 to below 1."""
    ...


exercises.check_best_momentum(best_momentum)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. √β first, then its square.
def best_momentum(kappa):
    root = np.sqrt(kappa)
    return ((root - 1) / (root + 1)) ** 2


exercises.check_best_momentum(best_momentum)

# %% [markdown]
# **Over a bump.** *Momentum escapes local minima by inertia, whereas plain descent might stop at a flat place.* A ball rolls from the left down a slope, over a flat stretch, and meets a bump. Without memory it creeps. Choose how high the bump is:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def landscape(w, bump):
    return 0.05 * w**2 + bump * np.exp(-8 * (w + 1.5) ** 2)


def landscape_slope(w, bump):
    return 0.1 * w - 16 * bump * (w + 1.5) * np.exp(-8 * (w + 1.5) ** 2)


def roll(beta, bump, start=-5.0, rate=0.05, steps=600):
    w, m, seen = start, 0.0, []
    for _ in range(steps):
        m = beta * m + landscape_slope(w, bump)
        w = w - rate * m
        seen.append(w)
    return np.array(seen)


BUMPS = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8]


def draw_roll(axes, bump):
    w = np.linspace(-5.2, 3, 400)
    axes[0].plot(w, landscape(w, bump), color=INK)
    told = []
    for beta, color, style in (
        (0, BLUE, "-"),
        (0.9, ORANGE, "--"),
        (0.98, GREEN, "-."),
    ):
        path = roll(beta, bump)
        axes[1].plot(path, style, color=color, label=f"β = {beta:g}")
        axes[0].plot(path[-1], landscape(path[-1], bump), "o", color=color, ms=8)
        told.append(
            f"β = {beta:g} "
            + ("ends beyond it" if path[-1] > -1 else "ends in front of it")
        )
    axes[0].set(
        ylim=(-0.05, 1.3), xlabel="w", ylabel="loss", title=f"A bump of {bump:g}"
    )
    axes[1].axhline(-1.5, color=INK, lw=0.6)
    axes[1].set(ylim=(-5.2, 4), xlabel="step", ylabel="w", title="The line is the bump")
    axes[1].legend(loc="upper left")
    return f"Bump of {bump:g}: " + ", ".join(told) + "."


explore(draw_roll, columns=2, bump=BUMPS, start=2, figsize=(9, 3.8))

# %% [markdown]
# A long memory is not the same as reaching the end: with $\beta=0.98$ the ball flies over a low bump, swings back, and rolls into the pocket behind it from the other side.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
over = lambda beta, bump, rate=0.05: np.array(
    [roll(beta, bump, -5 + 0.1 * k, rate)[-1] > -1 for k in range(20)]
)
PLAIN_RATES = (
    0.05,
    0.2,
    0.5,
    1,
    2,
)  # 0.05 / (1 − 0.9) is 0.5: as far a step in the long run
without_memory = np.any([over(0, 0.1, rate) for rate in PLAIN_RATES], axis=0)
settle(
    "C8.12",
    tested="A ball from twenty places on a slope: does it get over the bump with a memory of 0.9?",
    on="height of the bump",
    cases={f"{bump:g}": over(0.9, bump) for bump in (0.1, 0.8)},
    control={"the low bump without memory, at any of five rates": without_memory},
    evidence=f"With memory {over(0.9, 0.1).sum()} of {20} get over the bump of {0.1} and {over(0.9, 0.8).sum()} over the one of {0.8}; without, {without_memory.sum()} over the lower one at any of five rates up to {PLAIN_RATES[-1]}.",
    card=True,
    turns={("over(0.9, bump) for bump", "over(0, bump) for bump"): "FALSE"},
)

# %% [markdown]
# (sec-8c-adaptive)=
# ## A rate for every weight
#
# *After this section you know what dividing by the size of past gradients does, and how it can go wrong.*
#
# *Adagrad overcomes the drawback of moving too fast*, say the notes. Its point is another one: *each* weight has its own rate. A rare feature has a small gradient sum, so its weight takes a long step whenever the feature appears. But the sum only grows. With gradients of constant size $c$ it is $tc^2$, and the step $\eta c/\sqrt{tc^2}=\eta/\sqrt t$. RMSprop forgets, so that its step stays (its mean begins at zero, hence the long first steps). Gradients of size one, and from step 300 on of a tenth:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def step_sizes(name, scale, steps=600):
    """Length of each step, over η, for gradients of ±scale(t)."""
    s, seen = [np.zeros(1) for _ in range(3)], []
    for t in range(1, steps + 1):
        g = np.array([scale(t)])
        m, V = RULES[name](g, s, t)
        seen.append(float(np.abs(m / (np.sqrt(V) + EPSILON))[0]))
    return np.array(seen)


drop = lambda t: 1.0 if t <= 300 else 0.1
shrinking = {
    name: step_sizes(name, drop) for name in ("SGD", "Adagrad", "RMSprop", "Adam")
}


def draw_steps(ax):
    lines(ax, np.arange(1, 601), shrinking)
    ax.set(yscale="log", ylim=(0.003, 12), xlabel="step", ylabel="length of a step / η")
    log_scale(ax, "y")
    ax.set_title("Adagrad forgets nothing")
    ax.legend(loc="lower left")
    told = ", ".join(
        f"{name} {s[299]:.2f} and {s[-1]:.3f}" for name, s in shrinking.items()
    )
    return f"Step length over the rate, just before the gradient falls to a tenth and 300 steps later: {told}."


show(draw_steps, figsize=(5.5, 3.8))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
steady = {
    name: step_sizes(name, lambda t: 1.0) for name in ("SGD", "Adagrad", "RMSprop")
}
still_shrinking = {name: bool(s[-1] < 0.8 * s[299]) for name, s in steady.items()}
by_definition(
    "C8.15",
    because="A sum of squares only grows: for gradients of one size it is t times the square after t steps, and the step falls like one over the root of t. A running mean forgets, and stays.",
    holds=still_shrinking["Adagrad"]
    and not still_shrinking["RMSprop"]
    and not still_shrinking["SGD"],
    evidence=f"In units of the rate a step is {steady['Adagrad'][299]:.3f} long at step {300} and {steady['Adagrad'][-1]:.3f} at step {600} with Adagrad, {steady['RMSprop'][299]:.2f} and {steady['RMSprop'][-1]:.2f} with RMSprop.",
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def two_weights(name, rate, rare, seed, steps=400):
    """Squared distance from the right weights after noisy steps; the second feature is there in a share `rare` of the samples."""
    rng = np.random.default_rng(seed)
    w, s = np.zeros(2), [np.zeros(2) for _ in range(3)]
    for t in range(1, steps + 1):
        x = np.array(
            [rng.standard_normal(), rng.standard_normal() * (rng.random() < rare)]
        )
        g = (x @ (w - 1) + 0.3 * rng.standard_normal()) * x
        m, V = RULES[name](g, s, t)
        w = w - rate * m / (np.sqrt(V) + EPSILON)
    return ((w - 1) ** 2).sum()


def best_of_rates(name, rare):
    """Distances in twenty seeds at the rate with the best median."""
    rates = np.geomspace(0.003, 3, 9)
    with np.errstate(all="ignore"):
        found = np.array(
            [[two_weights(name, r, rare, seed) for seed in range(20)] for r in rates]
        )
    place = np.nan_to_num(np.median(found, axis=1), nan=np.inf).argmin()
    assert 0 < place < len(rates) - 1  # not on the edge of the grid
    return found[place]


rarely = {
    (name, rare): best_of_rates(name, rare)
    for name in ("SGD", "Adagrad")
    for rare in (1.0, 0.02)
}
print("squared distance in the end (medians)")
for (name, rare), found in rarely.items():
    print(f"{name:8} feature there {rare:4.0%}: {np.median(found):.4f}")


def worst_and_last(name, distance, seed, times=10, steps=500):
    """Largest and last distance from the minimum of the valley (κ = 100), over the first, at so many times the cliff's rate."""
    rng = np.random.default_rng(seed)
    w, s = rng.standard_normal(2), [np.zeros(2) for _ in range(3)]
    w, seen = w * distance / np.linalg.norm(w), [distance]
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            m, V = RULES[name](np.array([1.0, KAPPA]) * w, s, t)
            w = w - times * 2 / KAPPA * m / (np.sqrt(V) + EPSILON)
            seen.append(np.linalg.norm(w))
    return max(seen) / distance, seen[-1] / distance


tamed = {
    (name, far): np.array([worst_and_last(name, far, seed) for seed in range(20)])
    for name, far in (("SGD", 1.0), ("Adagrad", 1.0), ("Adagrad", 0.01))
}
never_skipped = lambda key: (tamed[key][:, 0] < 2) & (tamed[key][:, 1] < 0.5)
settle(
    "C8.14",
    tested="A rate ten times beyond the cliff of plain descent, five hundred steps: does Adagrad halve the distance to the minimum, without ever being twice as far away as at the start?",
    on="distance at the start, against the rate",
    cases={f"{far:g}": never_skipped(("Adagrad", far)) for far in (1.0, 0.01)},
    control={"plain descent from a distance of one": never_skipped(("SGD", 1.0))},
    evidence=f"From a distance of {1} it does in {never_skipped(('Adagrad', 1.0)).sum()} of {20} starts, plain descent in {never_skipped(('SGD', 1.0)).sum()}. From {0.01} the first step, as long as the rate, throws it up to {tamed['Adagrad', 0.01][:, 0].max():.0f} times as far away.",
)

# %% [markdown]
# :::{admonition} Exercise 2 · a rate for every weight
# :class: exercise
# `G` $(T,P)$ holds the gradients of $T$ steps. Return the rate that Adagrad uses for each weight at each step, `rate` over $\sqrt S+\varepsilon$, where $S$ is the sum of its squared gradients up to and including that step and $\varepsilon$ is `epsilon`.
# :::


# %%
def own_rates(G, rate, epsilon=1e-10):
    """Rates of shape (T, P)."""
    ...


exercises.check_own_rates(own_rates)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Sums so far along the steps.
def own_rates(G, rate, epsilon=1e-10):
    return rate / (np.sqrt(np.cumsum(G**2, axis=0)) + epsilon)


exercises.check_own_rates(own_rates)

# %% [markdown]
# **Adam** remembers both: a running mean of gradients for the way and one of their squares for the units. Both begin at zero, so early on both are too small: after $t$ steps of a constant $g$ the first is $(1-\beta_1^t)\,g$ and the second $(1-\beta_2^t)\,g^2$. Divided by these factors they are right from the first step. Left alone, $\mathbf m/\sqrt{\mathbf V}$ is
#
# $$
# \frac{1-\beta_1^t}{\sqrt{1-\beta_2^t}}
# $$ (eq-8c-bias)
#
# times too large: three times at the first step, and more than six by the twentieth, with the usual $\beta_1=0.9$ and $\beta_2=0.999$.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def bias(correct, steps=3000):
    """Length of each of Adam's steps over η, for a constant gradient."""
    s, seen = [np.zeros(1), np.zeros(1)], []
    for t in range(1, steps + 1):
        m, V = adam(np.ones(1), s, t, correct=correct)
        seen.append(float((m / (np.sqrt(V) + EPSILON))[0]))
    return np.array(seen)


def draw_bias(ax):
    t = np.arange(1, 3001)
    with_it, without = bias(True), bias(False)
    assert np.allclose(without, (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-6)
    ax.plot(t, with_it, color=BLUE, label="corrected")
    ax.plot(t, without, "--", color=ORANGE, label="not corrected")
    ax.set(xscale="log", ylim=(0, 7.5), xlabel="step", ylabel="length of a step / η")
    ax.set_title("A thousand steps too long")
    ax.legend(loc="lower left")
    return f"For a constant gradient every corrected step is {with_it.max():.2f} η long. Not corrected, it is {without[0]:.1f} η at first, {without.max():.1f} η at step {without.argmax() + 1}, and {without[999]:.1f} η at step 1,000."


show(draw_bias, figsize=(5.5, 3.6))

# %% [markdown]
# :::{admonition} Exercise 3 · Adam
# :class: exercise
# Write one step of Adam: from `theta`, the gradient `g` and the memories `m` and `V` (all of one shape), the number `t` of the step, counted from 1, and the rate. The means are $m\leftarrow\beta_1m+(1-\beta_1)g$ and likewise for $V$ and $g^2$, with $\beta_1=0.9$, $\beta_2=0.999$ and $\varepsilon=10^{-8}$ as in {eq}`eq-8c-frame`. Return the new parameters and the two new memories, uncorrected.
# :::


# %%
def adam_step(theta, g, m, V, t, rate):
    """New theta, new m, new V."""
    ...


exercises.check_adam_step(adam_step)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Remember, correct, step.
def adam_step(theta, g, m, V, t, rate):
    m = 0.9 * m + 0.1 * g
    V = 0.999 * V + 0.001 * g**2
    m_hat, V_hat = m / (1 - 0.9**t), V / (1 - 0.999**t)
    return theta - rate * m_hat / (np.sqrt(V_hat) + 1e-8), m, V


exercises.check_adam_step(adam_step)

# %% [markdown]
# **Where Adam goes the wrong way.** Reddi, Kale and Kumar ([2018](../book/bibliography.md)) found a loss that Adam *raises*. One weight between −1 and 1; at one step of 101 the slope is 1,010, at all others −10. Altogether that is upward, so $-1$ is best. But the one large gradient is divided by its own size, and soon forgotten, while a hundred small ones go the other way in full. AMSGrad remembers the largest $V$. Choose how many steps the mean of squares remembers, $1/(1-\beta_2)$:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def lured(rule, memory, steps=20000, rate=0.5):
    """Where the weight is after each step at a rate that falls like 1/√t, kept between −1 and 1."""
    w, s, seen = np.zeros(1), [np.zeros(1) for _ in range(3)], []
    for t in range(1, steps + 1):
        g = np.array([1010.0 if t % 101 == 1 else -10.0])
        m, V = rule(g, s, t, beta1=0.0, beta2=1 - 1 / memory)
        w = np.clip(w - rate / np.sqrt(t) * m / (np.sqrt(V) + EPSILON), -1, 1)
        seen.append(w[0])
    return np.array(seen)


MEMORIES = [10, 100, 1000, 10000]
ways = {
    (rule, b): lured(f, b)
    for rule, f in (("Adam", adam), ("AMSGrad", amsgrad))
    for b in MEMORIES
}


def draw_lured(ax, memory):
    for rule, color, style in (("Adam", ORANGE, "-"), ("AMSGrad", BLUE, "--")):
        ax.plot(ways[rule, memory][::50], style, color=color, label=rule)
    ax.set(ylim=(-1.1, 1.1), xlabel="step / 50", ylabel="weight (best: −1)")
    ax.set_title(f"β₂ = {1 - 1 / memory:g}: a memory of {memory:,} steps")
    ax.legend(loc="center right")
    ends = [ways[rule, memory][-2000:].mean() for rule in ("Adam", "AMSGrad")]
    return f"With a memory of {memory:,} steps (β₂ = {1 - 1 / memory:g}) Adam ends near {ends[0]:.1f} and AMSGrad is near {ends[1]:.1f}, on its way.".replace(
        "-", "−"
    ).replace("−0.0", "0.0")


assert all(
    ways["AMSGrad", b][-1] < ways["AMSGrad", b][len(ways["AMSGrad", b]) // 2]
    for b in MEMORIES
)
explore(draw_lured, memory=MEMORIES, start=1, figsize=(5.5, 3.6))

# %% [markdown]
# A memory shorter than the time between two rare, large gradients is the trouble. With a memory of a thousand steps, the usual $\beta_2=0.999$, large gradients must be rarer still to lure Adam.
#
# (sec-8c-race)=
# ## A race
#
# *After this section you can say what a better optimizer is worth, and what a better learning rate is.*
#
# Twelve methods, four problems: handwritten digits, clothes, digits through six layers, and clothes by a linear model. A method has one number to tune, its rate, and a budget of 1, 3 or 9 trials; nine rates are spread over two decades around the one that was best on another problem, two moons (from a thirtieth of it to three times it), and every start tries them in an order of its own. A trial is judged by validation samples; the best one of the budget is then judged by test samples. All see the same batches from the same twenty starts, a hundred steps of twenty samples. (Muon orthogonalizes the matrices and treats biases like Nesterov; AdamW decays weights with $\lambda=0.01$, which has little time to act.)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
METHODS = RULES | {"AdamW": adam, "Muon": muon}
DECAY = {"AdamW": 0.01}  # the customary value
RACERS, TRIALS, RUNS = list(METHODS), 9, 20
everything = datasets.fashion()
shrunk = everything.x.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, 49)
clothes = datasets.splits(
    datasets.Samples(shrunk, everything.y), train=600, validation=300, test=600
)
digits = datasets.splits(datasets.digits(), train=500, validation=300, test=500)
PROBLEMS = {
    "digits": (digits, (64, 16, 10)),
    "clothes": (clothes, (49, 16, 10)),
    "digits, deep": (digits, (64, *[12] * 6, 10)),
    "clothes, linear": (clothes, (49, 10)),
}


def trials_of(name, rates, parts, sizes, steps=100, batch=20):
    """Losses of every trial and start on each part, a list of (trials, starts): all trials side by side."""
    starts = len(parts[0].x)
    each = np.repeat(rates, starts)
    wide = lambda a: np.tile(a, (len(rates), *(1,) * (a.ndim - 1)))
    net = mlp(sizes, rng=np.random.default_rng(1), copies=starts)
    for p in net.parameters():
        p.value = wide(p.value)
        p.grad = np.zeros_like(p.value)
    memory = {p: [np.zeros_like(p.value) for _ in range(3)] for p in net.parameters()}
    x, y = map(wide, parts[0])
    for t in range(1, steps + 1):
        turn = np.arange((t - 1) * batch, t * batch) % x.shape[1]
        prediction, backward = net.forward(x[:, turn], training=True)
        value, pullback = losses.cross_entropy(prediction, y[:, turn])
        backward(pullback(np.ones_like(value)))
        for p, s in memory.items():
            rule = nesterov if name == "Muon" and p.value.ndim < 3 else METHODS[name]
            m, V = rule(p.grad, s, t)
            rate = each.reshape(-1, *(1,) * (p.value.ndim - 1))
            p.value *= 1 - rate * DECAY.get(name, 0)
            p.value -= rate * m / (np.sqrt(V) + EPSILON)
            p.grad[:] = 0
    found = (losses.cross_entropy(net(wide(q.x)), wide(q.y))[0] for q in parts)
    return [
        np.nan_to_num(v, nan=99, posinf=99).reshape(len(rates), starts) for v in found
    ]


moons = [
    datasets.two_moons(200, noise=0.2, rng=np.random.default_rng(seed))
    for seed in range(5)
]
five_moons = datasets.Samples(
    np.stack([m.x for m in moons]), np.stack([m.y for m in moons])
)
DECADES = np.geomspace(1e-4, 3, 19)
with np.errstate(all="ignore"):  # the largest rates run away
    own_rate = {
        name: DECADES[
            trials_of(name, DECADES, [five_moons], (2, 16, 2))[0].mean(axis=1).argmin()
        ]
        for name in RACERS
    }
    assert DECADES[0] < min(own_rate.values()) and max(own_rate.values()) < DECADES[-1]
    factors = np.geomspace(10**-1.5, 10**0.5, TRIALS)  # runs that fly off teach little
    results = {
        (problem, name): trials_of(name, own_rate[name] * factors, parts, sizes)
        for problem, (parts, sizes) in PROBLEMS.items()
        for name in RACERS
    }
ORDERS = np.array([np.random.default_rng(s).permutation(TRIALS) for s in range(RUNS)])


def judged(problem, name, budget):
    """Test loss of the trial that was best on validation among the first `budget` in the order of each start, (starts,)."""
    _, validation, test = results[problem, name]
    tried = ORDERS[:, :budget].T  # (budget, starts)
    best = np.take_along_axis(validation, tried, 0).argmin(axis=0)
    chosen = np.take_along_axis(tried, best[None], 0)
    return np.take_along_axis(test, chosen, 0)[0].clip(
        max=2.5
    )  # not worse than guessing


def ranks(budget):
    """Mean rank over problems and starts of each method, and its standard error over problems and starts."""
    table = np.array(
        [[judged(problem, name, budget) for name in RACERS] for problem in PROBLEMS]
    )
    # (problems, methods, rivals, starts); who ties shares the places
    mine, rival = table[:, :, None], table[:, None]
    rank = (rival < mine).sum(axis=2) + ((rival == mine).sum(axis=2) + 1) / 2
    flat = rank.swapaxes(0, 1).reshape(len(RACERS), -1)
    return flat.mean(axis=1), flat.std(axis=1) / np.sqrt(flat.shape[1])


def draw_race(axes, trials):
    mean, error = ranks(trials)
    order = np.argsort(-mean)
    axes[0].errorbar(
        mean[order], np.arange(len(order)), xerr=2 * error[order], fmt="o", color=BLUE
    )
    axes[0].set_yticks(range(len(order)), [RACERS[i] for i in order])
    axes[0].set(xlim=(1, len(RACERS)), xlabel="mean rank (1 is best)")
    axes[0].set_title(f"{trials} trial{'s' if trials > 1 else ''} each")
    for problem, style in zip(PROBLEMS, ("o", "s", "^", "D"), strict=True):
        loss = [judged(problem, RACERS[i], trials).mean() for i in order]
        axes[1].plot(loss, range(len(order)), style, label=problem)
    axes[1].set_yticks(range(len(order)), [RACERS[i] for i in order])
    axes[1].set(xscale="log", xlabel="test loss")
    axes[1].set_xlim(0.25, 6)
    axes[1].set_xticks([0.3, 0.5, 1, 2], ["0.3", "0.5", "1", "2"])
    axes[1].minorticks_off()
    axes[1].legend(loc="center right")
    best = ", ".join(f"{RACERS[i]} {mean[i]:.1f}" for i in order[::-1][:3])
    return f"With {trials} trials each, the lowest mean ranks are {best}; Adam's is {mean[RACERS.index('Adam')]:.1f} and that of momentum {mean[RACERS.index('momentum')]:.1f}. Bars: two standard errors over starts and problems (four problems are few)."


explore(draw_race, columns=2, trials=[1, 2, 3, 5, 9], start=4, figsize=(10, 4.6))

# %% [markdown]
# :::{admonition} Exercise 4 · a fair choice
# :class: exercise
# `validation` and `test` $(T,S)$ hold the losses of $T$ trials for $S$ starts. Return, for each start, the test loss of the trial that its validation loss chooses among the first `budget`.
# :::


# %%
def pick(validation, test, budget):
    """Test losses of shape (S,)."""
    ...


exercises.check_pick(pick)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each start has its own choice.
def pick(validation, test, budget):
    best = validation[:budget].argmin(axis=0)
    return test[best, np.arange(test.shape[1])]


exercises.check_pick(pick)

# %% [markdown]
# :::{admonition} Exercise 5 · mean ranks
# :class: exercise
# `losses` $(Q,M)$ holds the losses of $M$ methods on $Q$ problems. Rank the methods on each problem, 1 for the lowest loss; who ties gets the mean of the places they share. Return the mean rank of each method.
# :::


# %%
def mean_ranks(losses):
    """Mean ranks of shape (M,)."""
    ...


exercises.check_mean_ranks(mean_ranks)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. One plus those below, plus half of those who tie.
def mean_ranks(losses):
    mine, other = losses[:, :, None], losses[:, None, :]
    below, equal = (other < mine).sum(axis=2), (other == mine).sum(axis=2)
    return (1 + below + (equal - 1) / 2).mean(axis=0)


exercises.check_mean_ranks(mean_ranks)

# %% [markdown]
# What is a better method worth, and what a better rate? The mean test loss over the four problems:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
over_all = lambda name, n: np.mean([judged(p, name, n).mean() for p in PROBLEMS])
print("method       1 trial   9 trials")
for name in sorted(RACERS, key=lambda name: over_all(name, 9)):
    print(f"{name:10} {over_all(name, 1):9.2f} {over_all(name, 9):10.2f}")
fifth = np.mean(
    [np.sort(results[p, "Adam"][2].mean(axis=1).clip(max=2.5))[4] for p in PROBLEMS]
)
print(f"Adam, the fifth of its nine rates: {fifth:.2f}")
by_method = over_all("Adam", 9) - min(over_all(name, 9) for name in RACERS)
assert fifth - over_all("Adam", 9) > 3 * by_method

# %% [markdown]
# **A middling rate costs Adam over three times as much as the best method of all would gain it.** Tune first; change the method after that.

# %% [markdown]
# *None of the newly proposed optimizers surpasses Adam, because Adam and its like took the newest position.* For the first half, take the youngest of the list as its challenger: chosen by date, so that it has no more trials than Adam. The second half names a cause that no computation can test.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
on_all = lambda name: np.mean(
    [np.log(judged(p, name, TRIALS)) for p in PROBLEMS], axis=0
)
youngest = max(year, key=year.get)
for problem in PROBLEMS:
    a, b = (judged(problem, name, TRIALS) for name in ("Adam", youngest))
    print(f"{problem:16} Adam {a.mean():.2f}, {youngest} {b.mean():.2f}")
settle(
    "C8.17",
    tested="Nine trials each, the mean of the log of the test loss over four problems: is Adam's no higher than that of the youngest method of the list, in each of twenty starts?",
    holds=on_all("Adam") <= on_all(youngest),
    control={"plain descent as the challenger": on_all("Adam") <= on_all("SGD")},
    evidence=f"Adam's is lower in {(on_all('Adam') <= on_all(youngest)).sum()} of {RUNS} starts against {youngest} ({year[youngest]}), in {(on_all('Adam') <= on_all('SGD')).sum()} against plain descent. The mean gap in the log is {(on_all('Adam') - on_all(youngest)).mean():.2f}. Small networks, a hundred steps: not what daily use is made of.",
    turns={("youngest = max(year, key=year.get)", 'youngest = "SGD"'): "TRUE"},
    card=True,
)

# %% [markdown]
# (q8-7)=
# :::{admonition} Question 8.7 · Given that no newly proposed optimizer surpasses Adam, how do Adam and SGD with momentum (SGDM) differ and compare?
# :class: question
# Momentum moves by the size of the gradient, so its rate has to be found anew for every network; Adam divides the size out. In this race Adam has the lower test loss on all four problems, most clearly in the deep network. It does not follow that it always has: on large networks for images momentum with a tuned schedule is a usual choice, for its errors on new images. The table below shows training beside test.
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
print(f"{'':16} {'Adam':>13} {'momentum':>14}")
print(f"{'':16} train   test  train   test")
for problem in PROBLEMS:
    cells = []
    for name in ("Adam", "momentum"):
        training, validation, test = results[problem, name]
        best = validation.argmin(axis=0), np.arange(RUNS)
        cells += [training[best].mean(), test[best].mean()]
    print(f"{problem:16}" + "".join(f" {value:6.2f}" for value in cells))
    assert cells[1] < cells[3]  # "on all four problems"

# %% tags=["hide-input"] jupyter={"source_hidden": true}
untestable(
    "C8.18",
    reason="Which network was trained by which method stands in its paper. The Transformer and BERT were trained with Adam, ResNet with momentum, as said; what MEMO is, is not clear (perhaps MAML). That one could not have been trained by the other method does not follow.",
    reference="Vaswani and others (2017), section 5.3; He and others (2016), section 3.4",
)

# %% [markdown]
# (sec-8c-convex)=
# ## Made convex
#
# *After this section you know what becomes of a hard problem that is replaced by a convex one.*
#
# *We are able to turn nonconvex problems into convex ones.* A famous case: of twenty weights only two are not zero; find them from $m$ exact measurements $\mathbf y=A\mathbf w$. Counting non-zeros is not convex: one has to try all pairs. The sum of sizes $\lvert\mathbf w\rvert_1$ is its convex stand-in. Does it find the same weights?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def recovered(m, seed, D=20, k=2):
    """Are the weights found by trying all pairs, and by the smallest sum of sizes?"""
    rng = np.random.default_rng(seed)
    A, w = rng.standard_normal((m, D)) / np.sqrt(m), np.zeros(D)
    w[rng.choice(D, k, replace=False)] = rng.choice([-1, 1], k) * rng.uniform(1, 2, k)
    y = A @ w
    fits = {}
    for pair in combinations(range(D), k):
        part = A[:, pair]
        v = np.linalg.lstsq(part, y, rcond=None)[0]
        fits[pair] = ((part @ v - y) ** 2).sum()
    by_pairs = set(min(fits, key=fits.get)) == set(np.flatnonzero(w))
    # smallest |v|₁ with A v = y, by weighted least squares: v² / |v| is |v|
    v = np.linalg.pinv(A) @ y
    for smooth in np.geomspace(1, 1e-9, 60):
        scale = np.abs(v) + smooth
        v = scale * (A.T @ np.linalg.solve((A * scale) @ A.T + 1e-13 * np.eye(m), y))
    return by_pairs, bool(np.abs(v - w).max() < 1e-3)


MEASURED = [3, 4, 6, 8, 10, 12, 16]
recovery = {m: np.array([recovered(m, seed) for seed in range(20)]) for m in MEASURED}


def draw_recovery(ax):
    for column, label, style in (
        (0, "by trying all pairs", "s--"),
        (1, "by the smallest sum of sizes", "o-"),
    ):
        ax.plot(
            MEASURED,
            [recovery[m][:, column].mean() for m in MEASURED],
            style,
            label=label,
        )
    ax.set(
        ylim=(-0.05, 1.05), xlabel="measurements m", ylabel="share of seeds recovered"
    )
    ax.set_title("The convex stand-in needs more")
    ax.legend(loc="lower right")
    told = ", ".join(f"{recovery[m][:, 1].sum()} ({m})" for m in MEASURED)
    return f"Of 20 problems the convex way solves, by the number of measurements: {told}; all pairs solve {recovery[3][:, 0].sum()} with three."


show(draw_recovery, figsize=(5.5, 3.8))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C8.19",
    tested="Two of twenty weights are not zero: does the convex problem (smallest sum of sizes) have the solution of the one that is not convex (fewest non-zeros)?",
    on="number of measurements",
    cases={f"{m}": recovery[m][:, 1] for m in (4, 16)},
    evidence=f"It has in {recovery[4][:, 1].sum()} of {20} seeds with {4} measurements and in {recovery[16][:, 1].sum()} with {16}; all pairs in {recovery[4][:, 0].sum()} and {recovery[16][:, 0].sum()}.",
    card=True,
)

# %% [markdown]
# **And if it is convex?** For a convex function (凸函数) theory guides: descent at the rate $1/L$ is promised to be within $L\,\lvert\mathbf w_0-\mathbf w_*\rvert^2/2k$ of the minimum after $k$ steps ([chapter 8a](08a_descent.ipynb)). Take logistic regression for threes and eights, whose curvature is at most that of $X^\top X/4N$; and a network of two tanh units that learns XOR, with $L$ its largest curvature at the start and $\mathbf w_*$ the nearest solution that any of the runs found.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
CORNERS, XOR = datasets.xor()
XOR = XOR.astype(float)


def xor_loss(theta):
    """Cross-entropy (starts,) of networks 2-2-1 with tanh on the four corners, and its gradient; theta (starts, 9)."""
    W, b, v, c = (
        theta[:, :4].reshape(-1, 2, 2),
        theta[:, 4:6],
        theta[:, 6:8],
        theta[:, 8],
    )
    h = np.tanh(CORNERS @ W + b[:, None])  # (starts, 4, 2)
    z = (h * v[:, None]).sum(axis=2) + c[:, None]
    value = (np.logaddexp(0, z) - XOR * z).mean(axis=1)
    dz = ((1 + np.tanh(z / 2)) / 2 - XOR) / 4
    dv, dc = (h * dz[..., None]).sum(axis=1), dz.sum(axis=1)
    du = dz[..., None] * v[:, None] * (1 - h**2)
    dW, db = CORNERS.T @ du, du.sum(axis=1)
    return value, np.concatenate([dW.reshape(-1, 4), db, dv, dc[:, None]], axis=1)


def xor_hessian(theta, step=1e-5):
    """Hessians (starts, 9, 9), by differences of the gradient."""
    columns = [
        (xor_loss(theta + step * e)[1] - xor_loss(theta - step * e)[1]) / (2 * step)
        for e in np.eye(9)
    ]
    H = np.stack(columns, axis=2)
    return (H + H.mT) / 2


STARTS = np.random.default_rng(0).standard_normal((100, 9))
checked = xor_loss(STARTS)[1]
by_difference = np.stack(
    [
        (xor_loss(STARTS + 1e-6 * e)[0] - xor_loss(STARTS - 1e-6 * e)[0]) / 2e-6
        for e in np.eye(9)
    ],
    axis=1,
)
assert np.allclose(checked, by_difference, atol=1e-8)


def promised_logistic(seed, steps=300):
    """Is the promise kept at every step?"""
    x, y = datasets.digits()
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(np.flatnonzero((y == 3) | (y == 8)))[:200]
    X = np.concatenate([x[chosen], np.ones((200, 1))], axis=1)
    target = (y[chosen] == 8).astype(float)
    price = 1e-3  # of squared weights, so that there is a minimum
    loss = lambda w: (
        (np.logaddexp(0, X @ w) - target * (X @ w)).mean() + price / 2 * w @ w
    )
    slope = lambda w: X.T @ (1 / (1 + np.exp(-X @ w)) - target) / 200 + price * w
    top = np.linalg.eigvalsh(X.T @ X / 800)[-1] + price
    best = np.zeros(65)
    for _ in range(20):  # Newton's method finds the minimum
        p = 1 / (1 + np.exp(-X @ best))
        H = (X * (p * (1 - p))[:, None]).T @ X / 200 + price * np.eye(65)
        best = best - np.linalg.solve(H, slope(best))
    w, kept = np.zeros(65), True
    for k in range(1, steps + 1):
        w = w - slope(w) / top
        kept &= loss(w) - loss(best) <= top * best @ best / (2 * k) + 1e-12
    return kept


def promised_xor(steps=5000):
    """Is the promise kept at every step, from each start?"""
    top = np.linalg.eigvalsh(xor_hessian(STARTS)).max(axis=1)
    theta, heights = STARTS.copy(), []
    for _ in range(steps):
        value, g = xor_loss(theta)
        theta = theta - g / top[:, None]
        heights.append(value)
    solved = theta[xor_loss(theta)[0] < 0.05]
    nearest = ((STARTS[:, None] - solved[None]) ** 2).sum(axis=2).min(axis=1)
    k = np.arange(1, steps)[:, None]
    return (np.array(heights[1:]) <= top * nearest / (2 * k)).all(axis=0)


kept = {
    "logistic regression": np.array([promised_logistic(seed) for seed in range(20)]),
    "a network for XOR": promised_xor(),
}
by_definition(
    "C8.20",
    because="For a convex loss of curvature at most L the promise is a theorem. It says nothing of other losses.",
    holds=kept["logistic regression"],
    evidence=f"Logistic regression keeps it at every step in {kept['logistic regression'].sum()} of {20} samples; the network, to which nobody promised anything, in {kept['a network for XOR'].sum()} of {len(STARTS)} starts.",
)

# %% [markdown]
# (sec-8c-second)=
# ## Curvature, and no gradient at all
#
# *After this section you know what second order costs, and what can be done without any derivative.*
#
# Gradient descent knows how steep the loss is, not for how long. Four ways to know more, each with its price in gradients:
#
# - **Line search** asks the loss: go along $-\mathbf g$, and halve the step until the loss falls by at least a ten-thousandth of what the slope promises, step times $\lvert\mathbf g\rvert^2$. Every try is one more look.
# - **L-BFGS** remembers its last ten steps $\mathbf s$ and the changes $\mathbf y$ of the gradient along them. Since $\mathbf y\approx H\mathbf s$, they tell the curvature in ten directions; in all others one number serves. Its step is $-H^{-1}\mathbf g$ as these pairs have it, for some forty dot products and no further gradient.
# - **Gauss–Newton** treats the network as a straight line in its weights, and keeps only the bend of the loss: with the derivatives $J$ of its $C$ outputs (before the softmax), $H\approx J^\top\!AJ$, averaged over the samples, where for cross-entropy $A=\operatorname{diag}(\mathbf p)-\mathbf p\mathbf p^\top$. There are no negative curvatures in it. $J$ costs about $C$ gradients.
# - **Newton** takes all of $H$, $2P$ gradients by differences for $P$ weights, with every curvature replaced by its size, so that each step goes down ([chapter 8b](08b_troubles_and_cures.ipynb)).
#
# The last two add 0.01 to all curvatures (damping). The figure does not count their arithmetic: $NCP^2$ multiplications to form $J^\top\!AJ$ from $N$ samples, and $P^3/3$ to solve with a matrix. A network of 16, 8 and 10 units, $P=226$, on a hundred shrunken digits; Adam at the best of five rates, for each panel by itself:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
shrunken = datasets.digits().x.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
shrunken -= shrunken.mean(axis=0)
ONE_HOT = np.eye(10)[datasets.digits().y]
SHAPES_OF_WEIGHTS = ((16, 8), (8,), (8, 10), (10,))
ENDS = np.cumsum([np.prod(shape) for shape in SHAPES_OF_WEIGHTS])
WEIGHTS, OUTPUTS, DAMPING, BUDGET = int(ENDS[-1]), 10, 0.01, 1000


class Small:
    """Loss of the network on some digits, with a price on squared weights; gradients are counted by whoever asks."""

    def __init__(self, seed, price=0.0):
        rng = np.random.default_rng(seed)
        chosen = rng.permutation(len(shrunken))[:600]
        x, T = shrunken[chosen], ONE_HOT[chosen]
        self.x, self.T, self.price = x[:100], T[:100], price
        self.held_out = x[100:], T[100:]
        self.start = np.concatenate(
            [
                (rng.standard_normal(s) / np.sqrt(s[0]) * (len(s) > 1)).ravel()
                for s in SHAPES_OF_WEIGHTS
            ]
        )

    def outputs(self, theta, x):
        W, b, U, c = (
            part.reshape(shape)
            for part, shape in zip(
                np.split(theta, ENDS[:-1]), SHAPES_OF_WEIGHTS, strict=True
            )
        )
        h = np.tanh(x @ W + b)
        z = h @ U + c
        return h, U, z - np.logaddexp.reduce(z, axis=1, keepdims=True)

    def unseen(self, theta):
        x, T = self.held_out
        return -(self.outputs(theta, x)[2] * T).sum(axis=1).mean()

    def loss(self, theta):
        """Loss and gradient."""
        h, U, logs = self.outputs(theta, self.x)
        dz = (np.exp(logs) - self.T) / len(self.x)
        du = dz @ U.T * (1 - h**2)
        parts = self.x.T @ du, du.sum(axis=0), h.T @ dz, dz.sum(axis=0)
        slope = np.concatenate([part.ravel() for part in parts])
        value = -(logs * self.T).sum(axis=1).mean()
        return value + self.price / 2 * theta @ theta, slope + self.price * theta

    def hessian(self, theta, step=1e-5):
        """(weights, weights), by differences of the gradient."""
        ahead, behind = (
            np.array([self.loss(theta + h * e)[1] for e in np.eye(WEIGHTS)])
            for h in (step, -step)
        )
        H = (ahead - behind) / (2 * step)
        return (H + H.T) / 2

    def jacobian(self, theta):
        """Derivatives (N, outputs, weights) of the outputs before the softmax."""
        h, U, _ = self.outputs(theta, self.x)
        N = len(h)
        J_b = (1 - h**2)[:, None] * U.T  # (N, outputs, units)
        J_W = self.x[:, None, :, None] * J_b[:, :, None]
        J_U = h[:, None, :, None] * np.eye(OUTPUTS)[:, None]
        parts = J_W, J_b, J_U, np.broadcast_to(np.eye(OUTPUTS), (N, OUTPUTS, OUTPUTS))
        return np.concatenate([part.reshape(N, OUTPUTS, -1) for part in parts], axis=2)

    def gauss_newton(self, theta):
        J, p = self.jacobian(theta), np.exp(self.outputs(theta, self.x)[2])
        mean = p[:, None] @ J  # diag(p) − p pᵀ is the spread of J about its mean
        R = (np.sqrt(p)[..., None] * (J - mean)).reshape(-1, WEIGHTS)
        return R.T @ R / len(p) + self.price * np.eye(WEIGHTS)


def steepest(task, theta, g, memory):
    return -g


def by_memory(task, theta, g, memory):
    return two_loops(g, memory[-10:])


def damped_gauss_newton(task, theta, g, memory):
    return -np.linalg.solve(task.gauss_newton(theta) + DAMPING * np.eye(WEIGHTS), g)


def damped_newton(task, theta, g, memory):
    curves, Q = np.linalg.eigh(task.hessian(theta))
    return -Q @ (Q.T @ g / (np.abs(curves) + DAMPING))


# Derived by hand, so checked by differences: the gradient, the derivatives of the outputs, and that the matrix of
# Gauss and Newton is the Hessian where the outputs are linear in the weights, those of the last layer.
probe = Small(0, price=0.1)
assert np.allclose(
    numerical_gradient(lambda theta: probe.loss(theta)[0], probe.start),
    probe.loss(probe.start)[1],
    atol=1e-8,
)
p = np.exp(probe.outputs(probe.start, probe.x)[2])
for k in range(0, WEIGHTS, 25):
    ahead, behind = (
        probe.outputs(probe.start + h * np.eye(WEIGHTS)[k], probe.x)[2]
        for h in (1e-6, -1e-6)
    )
    J = probe.jacobian(probe.start)[..., k]
    centered = J - (p * J).sum(axis=1, keepdims=True)  # the outputs are log p here
    assert np.allclose((ahead - behind) / 2e-6, centered, atol=1e-7)
last = slice(ENDS[1], WEIGHTS)
assert np.allclose(
    probe.gauss_newton(probe.start)[last, last],
    probe.hessian(probe.start)[last, last],
    atol=1e-6,
)


def two_loops(g, memory):
    """−H⁻¹ g as the pairs (s, y) of the last steps have it (Nocedal and Wright 2006, algorithm 7.4)."""
    q, shares = g.copy(), []
    for s, y in reversed(memory):
        shares.append(s @ q / (s @ y))
        q -= shares[-1] * y
    if memory:
        s, y = memory[-1]
        q *= s @ y / (y @ y)
    for (s, y), share in zip(memory, reversed(shares), strict=True):
        q += (share - y @ q / (s @ y)) * s
    return -q


WAYS = {  # the direction, and how many gradients it costs
    "line search": (steepest, 0),
    "L-BFGS": (by_memory, 0),
    "Gauss–Newton": (damped_gauss_newton, OUTPUTS),
    "Newton": (damped_newton, 2 * WEIGHTS),
}


def by_search(name, task, budget=BUDGET):
    """(gradients so far, loss, weights) at every step: a direction, and steps halved until they help."""
    towards, price = WAYS[name]
    theta, length, memory, spent = task.start, 1.0, [], 1
    value, g = task.loss(theta)
    path = [(spent, value, theta)]
    while spent < budget and length > 1e-12:
        spent += price
        direction = towards(task, theta, g, memory)
        length = 2 * length if towards is steepest else 1.0
        while True:
            spent += 1
            lower, slope = task.loss(theta + length * direction)
            if lower <= value + 1e-4 * length * g @ direction or length < 1e-12:
                break
            length /= 2
        s, y = length * direction, slope - g
        if s @ y > 1e-12:
            memory.append((s, y))
        theta, value, g = theta + s, lower, slope
        path.append((spent, value, theta))
    return path


def by_adam_on(rate, task, budget=BUDGET):
    theta, s, path = task.start, [np.zeros(WEIGHTS) for _ in range(2)], []
    for t in range(1, budget + 1):
        value, g = task.loss(theta)
        path.append((t, value, theta))
        m, V = adam(g, s, t)
        theta = theta - rate * m / (np.sqrt(V) + EPSILON)
    return path


LOOKS = np.unique(np.geomspace(1, BUDGET, 60).astype(int))


def on_looks(task, path):
    """Loss and unseen loss after these numbers of gradients, (looks, 2)."""
    last = np.searchsorted([spent for spent, *_ in path], LOOKS, side="right") - 1
    return [(path[i][1], task.unseen(path[i][2])) for i in last]


def medians(price=0.0, names=WAYS, seeds=5):
    """For each method the median over some samples, (looks, 2); Adam's columns each at the rate that is best for it."""
    tasks = [Small(seed, price) for seed in range(seeds)]
    median = lambda walk, how: np.median(
        [on_looks(task, walk(how, task)) for task in tasks], axis=0
    )
    tried = [median(by_adam_on, rate) for rate in (0.01, 0.03, 0.1, 0.3, 1)]
    quickest = min((found[:, 0] for found in tried), key=lambda f: np.log(f).mean())
    best = min((found[:, 1] for found in tried), key=min)
    adam_columns = np.stack([quickest, best], axis=1)
    return {"Adam": adam_columns} | {name: median(by_search, name) for name in names}


with_curvature = medians()
STYLES = dict(zip(with_curvature, ("-", "--", "-.", ":", "-"), strict=True))


def draw_second(axes):
    for column, ax in enumerate(axes):
        for name, style in STYLES.items():
            ax.plot(LOOKS, with_curvature[name][:, column], style, label=name)
        ax.set(xscale="log", yscale="log", xlabel="gradients")
        log_scale(ax, "xy")
    axes[0].set(ylim=(1e-4, 4), ylabel="loss", title="The digits learned from")
    axes[1].set(ylim=(0.4, 20), title="Digits never seen")
    axes[0].legend(loc="lower left")
    soon = int(np.searchsorted(LOOKS, 30))
    quick = ", ".join(f"{n} {m[soon, 0]:.2g}" for n, m in with_curvature.items())
    lowest = ", ".join(f"{n} {m[:, 1].min():.2f}" for n, m in with_curvature.items())
    return f"Median loss of five samples after {LOOKS[soon]} gradients: {quick}. Lowest loss on unseen digits on the way: {lowest}."


show(draw_second, columns=2, figsize=(9.4, 4))

# %% [markdown]
# By the time Newton has paid for its first Hessian, L-BFGS is done. On unseen digits it is the other way round. It arrives where a hundred digits are known by heart and others are misread with certainty, and on its way it passes no place where they are read as well as Adam reads them. Curvature as such is not at fault: Gauss–Newton passes as good a place as Adam. Nor is there a bottom: without a price on weights the loss falls forever as they grow, and what one passes on the way depends on the way. Put a price on squared weights ([chapter 7a](07a_penalties_and_data.ipynb)), so that there is a bottom:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
print("loss on unseen digits   lowest on the way   at the end")
lowest = {}
for price in (0.0, 0.003):
    found = with_curvature if price == 0 else medians(price, names=("L-BFGS",))
    for name in ("Adam", "L-BFGS"):
        unseen = found[name][:, 1]
        lowest[price, name] = unseen.min()
        print(f"price {price:<6g} {name:10} {unseen.min():18.1f} {unseen[-1]:12.1f}")
assert lowest[0.0, "L-BFGS"] > 1.3 * lowest[0.0, "Adam"]
assert abs(lowest[0.003, "L-BFGS"] / lowest[0.003, "Adam"] - 1) < 0.1
done = 1.1 * found["L-BFGS"][-1, 0]
arrives = {name: LOOKS[(found[name][:, 0] < done).argmax()] for name in found}
told = ", ".join(f"{name} after {count}" for name, count in arrives.items())
print(f"price 0.003, gradients until within a tenth of the last loss: {told}")
assert 1 / 2 < arrives["Adam"] / arrives["L-BFGS"] < 2
untestable(
    "C8.21",
    reason="What is generally used is a matter of practice. Two reasons are above: a whole Hessian costs too much where weights are many, and a quick way down is worth little where one wants to stop early. A third is noise: a few samples tell curvature badly. Methods that need only products with it, or a few past steps, are not so dear, and are used.",
    reference="Nocedal and Wright (2006), chapters 6 and 7; Bottou, Curtis and Nocedal (2018), section 6",
)

# %% [markdown]
# Now both arrive near the same place, after about as many gradients. Whoever wants to stop early should mind the way; whoever goes to the bottom should mind where it is. (Large networks use other cheap forms of curvature: K-FAC and Shampoo keep two small matrices for every layer, one for its inputs and one for its outputs; Muon is like Shampoo without memory, and keeps none.)
#
# **Without any gradient.** XOR again, from a hundred starts. How many looks at the loss (a gradient counts as one) does each method need until the loss is below 0.1? Descent, momentum and Adam at the best of six rates, and descent that draws a new start every hundred steps; damped Newton; all of these have 1,000 looks. Three methods only look, and have 8,000: random draws, a step in a random direction kept if it helps (with a length that learns from success, an evolution strategy), and annealing, which also accepts a rise, less and less.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
MOST, FEWER, GOAL = 8000, 1000, 0.1


def looks_first_order(name, rate, patience=FEWER):
    """Looks until the goal for each start, infinite if never; after `patience` steps a new start is drawn."""
    rng = np.random.default_rng(1)
    theta, needed = STARTS.copy(), np.full(len(STARTS), np.inf)
    for t in range(FEWER):
        if t % patience == 0:
            s = [np.zeros_like(STARTS) for _ in range(3)]
            if t:
                theta = rng.standard_normal(STARTS.shape)
        value, g = xor_loss(theta)
        needed[(value < GOAL) & np.isinf(needed)] = t + 1
        m, V = RULES[name](g, s, t % patience + 1)
        theta = theta - rate * m / (np.sqrt(V) + EPSILON)
    return needed


def looks_newton(steps=400):
    """The same with damped Newton steps: 18 gradients for a Hessian, a look for each try; the damping grows tenfold after a failure."""
    theta, needed = STARTS.copy(), np.full(len(STARTS), np.inf)
    (value, g), H = xor_loss(theta), xor_hessian(theta)
    curves, Q = np.linalg.eigh(H)
    spent = np.full(len(STARTS), 19)
    damping = np.abs(curves).max(axis=1) / 10
    for _ in range(steps):
        along = (Q.mT @ g[..., None])[..., 0] / (np.abs(curves) + damping[:, None])
        tried = theta - (Q @ along[..., None])[..., 0]
        lower = xor_loss(tried)[0] < value
        theta = np.where(lower[:, None], tried, theta)
        damping = np.where(lower, damping / 3, damping * 10).clip(1e-9, 1e9)
        spent += np.where(lower, 19, 1)
        value, g = xor_loss(theta)
        needed[(value < GOAL) & np.isinf(needed) & (spent <= FEWER)] = spent[
            (value < GOAL) & np.isinf(needed) & (spent <= FEWER)
        ]
        curves, Q = np.linalg.eigh(xor_hessian(theta))
    return needed


def looks_without(kind):
    rng = np.random.default_rng(0)
    theta, width = STARTS.copy(), np.ones(len(STARTS))
    needed = np.full(len(STARTS), np.inf)
    value = xor_loss(theta)[0]
    for t in range(1, MOST + 1):
        needed[(value < GOAL) & np.isinf(needed)] = t
        draw = rng.standard_normal(STARTS.shape)
        tried = 4 * draw if kind == "random draws" else theta + width[:, None] * draw
        new = xor_loss(tried)[0]
        accept = new < value
        if kind == "annealing":
            heat = 0.1 * (1 - t / MOST) + 1e-12
            accept |= rng.random(len(STARTS)) < np.exp(
                -np.maximum(new - value, 0) / heat
            )
            width = np.full(len(STARTS), 0.5)
        if kind == "evolution strategy":
            width = width * np.where(accept, 1.22, 0.95)  # one success in five keeps it
        theta, value = (
            np.where(accept[:, None], tried, theta),
            np.where(accept, new, value),
        )
        if np.isfinite(needed).all():
            break
    return needed


grid = {
    "SGD": np.geomspace(0.3, 10, 6),
    "momentum": np.geomspace(0.03, 3, 6),
    "Adam": np.geomspace(0.003, 1, 6),
}
mean_looks = lambda needed: np.minimum(needed, FEWER).mean()
looks = {
    name: min((looks_first_order(name, r) for r in rates), key=mean_looks)
    for name, rates in grid.items()
}
looks["SGD, restarted"] = min(
    (looks_first_order("SGD", r, patience=100) for r in grid["SGD"]), key=mean_looks
)
looks["damped Newton"] = looks_newton()
looks |= {
    kind: looks_without(kind)
    for kind in ("evolution strategy", "annealing", "random draws")
}


def draw_looks(ax):
    names = list(looks)[::-1]
    for row, name in enumerate(names):
        arrived = np.isfinite(looks[name])
        ax.plot(
            looks[name][arrived],
            np.full(arrived.sum(), row),
            "o",
            color=BLUE,
            alpha=0.2,
        )
    ax.set_yticks(
        range(len(names)), [f"{n} ({np.isfinite(looks[n]).sum()})" for n in names]
    )
    ax.set(xscale="log", xlabel="looks at the loss until it is below 0.1")
    log_scale(ax, "x")
    ax.set_title("XOR, with and without gradients")
    told = ", ".join(
        f"{n} {np.isfinite(v).sum()} of {len(v)}, typically {np.median(v[np.isfinite(v)]):,.0f}"
        for n, v in looks.items()
    )
    return f"Starts that reach the goal, and the median looks of those that do: {told}."


typical = lambda name: np.median(looks[name][np.isfinite(looks[name])])
assert np.isfinite(looks["annealing"]).sum() > np.isfinite(looks["SGD"]).sum()
assert np.isfinite(looks["SGD, restarted"]).all()
assert typical("SGD, restarted") < typical("annealing")
show(draw_looks, figsize=(5.5, 3.9))

# %% [markdown]
# (q8-2)=
# :::{admonition} Question 8.2 · Are there methods other than gradient descent for solving the optimization problems of machine learning?
# :class: question
# Many. Newton, Gauss–Newton and L-BFGS add curvature. Even without gradients XOR is solved: annealing gets out of bad starts and solves it from more of them than descent does. But descent that is allowed to draw new starts solves it from all, with fewer looks. And this is a problem of nine weights: where the loss bends alike in all directions, a random one gains on average one $P$th of what the gradient gains. Others solve part of a problem exactly: equations for the last layer, alternating minimizations ([chapter 5c](05c_classical_algorithms.ipynb)), linear and quadratic programs.
# :::
#
# (q8-9)=
# :::{admonition} Question 8.9 · What are the classical optimization algorithms for neural networks?
# :class: question
# The delta rule (Widrow and Hoff [1960](../book/bibliography.md)) is stochastic descent for one linear unit. Backpropagation brought momentum into common use (Rumelhart, Hinton and Williams [1986](../book/bibliography.md)). Then came one rate a weight (Rprop, by signs; Riedmiller and Braun [1993](../book/bibliography.md)), conjugate gradients, and curvature: Levenberg–Marquardt, L-BFGS (Nocedal and Wright [2006](../book/bibliography.md)). The line runs from one step for all weights over a step for each to steps that know how weights act together; large networks mostly live in the middle of it.
# :::
#
# (sec-8c-schedules)=
# ## When to slow down
#
# *After this section you can choose a schedule for the rate.*
#
# A constant rate ends in its ball of noise ([chapter 8a](08a_descent.ipynb)). So start large and end small: in steps (步伐衰减 in the notes, step decay), exponentially, like one over the step, straight down to a constant, along half a cosine; perhaps with a warm-up, while the curvature is still high. Momentum on clothes, 300 steps, each schedule at the best of five peaks (chosen on validation):


# %% tags=["hide-input"] jupyter={"source_hidden": true}
LENGTH = 300
SHAPES = {
    "constant": lambda peak: peak,
    "in steps": lambda peak: schedules.step_decay(peak, every=100, factor=0.2),
    "exponential": lambda peak: schedules.exponential(
        peak, factor=0.05 ** (1 / LENGTH)
    ),
    "one over the step": lambda peak: schedules.inverse_time(peak, half=50),
    "straight down": lambda peak: schedules.linear_to_constant(
        peak, steps=LENGTH, last=peak / 100
    ),
    "cosine": lambda peak: schedules.cosine(peak, steps=LENGTH),
    "warm-up, cosine": lambda peak: schedules.warm_up(
        schedules.cosine(peak, steps=LENGTH), steps=30
    ),
}
PEAKS = (0.01, 0.03, 0.1, 0.2, 0.4)


def scheduled(shape, peak, method=optim.Momentum):
    """Validation and test loss of twenty networks, (20,) each."""
    net = mlp((49, 16, 10), rng=np.random.default_rng(1), copies=20)
    optimizer = method(net.parameters(), SHAPES[shape](peak))
    with np.errstate(all="ignore"):
        fit_side_by_side(
            net,
            losses.cross_entropy,
            optimizer,
            *clothes.train,
            steps=LENGTH,
            batch_size=20,
        )
        return [
            np.nan_to_num(losses.cross_entropy(net(q.x), q.y)[0], nan=99)
            for q in (clothes.validation, clothes.test)
        ]


by_shape, peaks = {}, {}
for shape in SHAPES:
    runs = [scheduled(shape, peak) for peak in PEAKS]
    best = int(np.argmin([validation.mean() for validation, _ in runs]))
    by_shape[shape], peaks[shape] = runs[best][1], PEAKS[best]


def draw_schedules(axes):
    steps = np.arange(LENGTH)
    for shape, style in zip(
        SHAPES, ("-", "--", "-.", ":", "-", "--", "-."), strict=True
    ):
        schedule = SHAPES[shape](1.0)
        values = [schedule(t) if callable(schedule) else schedule for t in steps]
        axes[0].plot(steps, values, style, label=shape)
    axes[0].set(ylim=(0, 2), xlabel="step", ylabel="rate / peak", title="Seven shapes")
    axes[0].legend(loc="upper right", ncols=2)
    gain = [by_shape["constant"] - by_shape[shape] for shape in SHAPES]
    mean, error = np.mean(gain, axis=1), np.std(gain, axis=1) / np.sqrt(20)
    axes[1].errorbar(mean, range(len(SHAPES)), xerr=2 * error, fmt="o", color=BLUE)
    axes[1].axvline(0, color=INK, lw=0.6)
    axes[1].set_yticks(
        range(len(SHAPES)), [f"{shape}, {peaks[shape]:g}" for shape in SHAPES]
    )
    axes[1].invert_yaxis()
    axes[1].set(
        xlabel="test loss gained on the constant rate",
        title="What they gain, and their peaks",
    )
    told = ", ".join(
        f"{shape} {m:.3f} ± {e:.3f}"
        for shape, m, e in zip(SHAPES, mean, error, strict=True)
        if shape != "constant"
    )
    return f"Gain in test loss over the best constant rate ({by_shape['constant'].mean():.2f}; means of twenty networks ± their standard errors; the bars are two of them): {told}."


show(draw_schedules, columns=2, figsize=(10, 4.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_adam = {}
for shape in ("constant", "cosine"):
    runs = [scheduled(shape, peak, optim.Adam) for peak in (0.003, 0.01, 0.03, 0.1)]
    by_adam[shape] = min(runs, key=lambda run: run[0].mean())[1]
print("test loss   constant   cosine")
for name, table in (("momentum", by_shape), ("Adam", by_adam)):
    print(f"{name:10} {table['constant'].mean():9.3f} {table['cosine'].mean():8.3f}")
mean_loss = lambda table, shape: table[shape].mean()
gained = mean_loss(by_shape, "constant") - mean_loss(by_shape, "cosine")
assert gained > mean_loss(by_shape, "constant") - mean_loss(by_adam, "constant")
assert gained > mean_loss(by_adam, "constant") - mean_loss(by_adam, "cosine")
assert abs(mean_loss(by_shape, "cosine") - mean_loss(by_adam, "cosine")) < 0.02

# %% [markdown]
# A schedule gains momentum more than a change to Adam does. Adam gains less by it, and so, both with a cosine, the two are level.

# %% [markdown]
# :::{admonition} Exercise 6 · warm-up and cosine
# :class: exercise
# Return the rate at step `t` = 0, 1, …: `peak`, times $\frac12(1+\cos(\pi t/\text{steps}))$, which is 0 from step `steps` on, times the warm-up $(t+1)/\text{warm}$ in the first `warm` steps, during which the cosine falls as well.
# :::


# %%
def rate_at(t, peak, warm, steps):
    """A rate."""
    ...


exercises.check_rate_at(rate_at)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Two factors, both at most one.
def rate_at(t, peak, warm, steps):
    fall = (1 + np.cos(np.pi * min(t / steps, 1))) / 2
    return peak * min((t + 1) / warm, 1) * fall


exercises.check_rate_at(rate_at)

# %% [markdown]
# (q8-13)=
# :::{admonition} Question 8.13 · What are examples of optimizers that improve SGD with momentum (SGDM)?
# :class: question
# The notes leave a blank here. What improves momentum cheaply is no new optimizer but a rate that falls, as the figure shows. Beyond that: Nesterov's look ahead; rates that go up and down again (cyclical rates, one cycle, restarts); weight decay apart from the gradient (SGDW); averages of the path ([chapter 8a](08a_descent.ipynb)); and steps that ask for the gradient at the worst place nearby (SAM).
# :::

# %% [markdown]
# ## In one screen
#
# - Most methods fit $\theta-\eta\,\mathbf m/(\sqrt{\mathbf V}+\varepsilon)$, entry by entry; Muon, which turns whole matrices, does not.
# - Momentum with $\sqrt\beta=(\sqrt\kappa-1)/(\sqrt\kappa+1)$ needs about $\sqrt\kappa$ steps where descent needs $\kappa$. Too much memory swings.
# - Adagrad gives each weight a rate of its own and forgets nothing; RMSprop forgets; Adam does so for gradients and squares, corrected for their start at zero. It can be lured by rare, large gradients.
# - With equal budgets the youngest method is a little ahead of Adam here. A well-chosen rate is worth more.
# - Momentum gains more by a rate that falls than by a change to Adam. With it the two are level here.
# - A whole Hessian costs two gradients a weight. L-BFGS needs none and is the quickest way down; whether one learns on that way is another matter.
#
# **Read on.** Schmidt, Schneider and Hennig ([2021](../book/bibliography.md)) for a race of another size; Nocedal and Wright ([2006](../book/bibliography.md)) for second order; Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 8.3 to 8.6, what the notes follow.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
