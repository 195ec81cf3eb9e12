# %% [markdown]
# # Ensembles and dropout
#
# One small network, ten hidden units. In training *dropout* (随机失活) switched off each of them with probability one half, anew for every sample, so what was trained were 1,024 smaller networks. Each of these reads digits badly. Let more and more of them vote, and compare with the whole network, in which all units work.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import ensembles_and_dropout as exercises
from dlnotes.explore import explore, show
from dlnotes.layers import Dropout, GaussianNoise, mlp
from dlnotes.network import Parameter
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, image_grid, lines, log_scale
from dlnotes.plotting import network as sketch
from dlnotes.training import fit_side_by_side
from dlnotes.trees import grow_tree

np.set_printoptions(precision=4, suppress=True)

SEEDS, UNITS = 20, 10
digits = datasets.digits()
two_hundred, choose, fresh = datasets.splits(
    digits, train=200, validation=200, test=500
)


def network(x, y, *, units=64, p=0.0, decay=0.0, rate=0.003, steps=300):
    """Networks of one hidden layer side by side, with dropout at rate p behind it; trained by Adam."""
    net = mlp((x.shape[-1], units, 10), rng=np.random.default_rng(1), copies=len(x))
    net.layers.insert(2, Dropout(p, rng=np.random.default_rng(3)))
    optimizer = optim.Adam(net.parameters(), rate, weight_decay=decay)
    fit_side_by_side(
        net, losses.cross_entropy, optimizer, x, y, steps=steps, batch_size=50
    )
    return net


def right(logits, labels):
    """Share of samples right, one number for each network."""
    return (logits.argmax(axis=-1) == labels).mean(axis=-1)


def surprise(logits, labels):
    return losses.cross_entropy(logits, labels)[0]


def hidden(net, x):
    return F.relu(net.layers[0](x))[0]


tens = network(*two_hundred, units=UNITS, p=0.5, rate=0.01, steps=400)
MASKS = np.array(list(product((0.0, 1.0), repeat=UNITS)))


def by_masks(net, s, x):
    """Logits of all sub-networks of network s, (masks, N, 10)."""
    h = np.maximum(0, x @ net.layers[0].W.value[s] + net.layers[0].b.value[s])
    last = net.layers[-1]
    kept = 2 * h * MASKS[:, None]
    return kept @ last.W.value[s] + last.b.value[s]


ONE = by_masks(tens, 0, fresh.x[0])
EACH = F.softmax(ONE)[0]
VOTES = EACH[np.random.default_rng(0).permutation(len(MASKS))]
WHOLE = F.softmax(tens(fresh.x)[0])[0]
CROWDS = (1, 2, 4, 8, 16, 64, 256, 1024)


def crowd(k, rng, draws=20):
    """Share read right by the mean of k sub-networks, drawn twenty times."""
    drawn = [rng.permutation(len(MASKS))[:k] for _ in range(draws)]
    return np.mean([right(EACH[d].mean(axis=0), fresh.y[0]) for d in drawn])


CROWD = [crowd(k, np.random.default_rng(k)) for k in CROWDS]
# The digit shown is the first one on which a single sub-network, the first, is wrong and the whole network is right.
SHOWN = np.flatnonzero(
    (VOTES[0].argmax(axis=1) != fresh.y[0]) & (WHOLE.argmax(axis=1) == fresh.y[0])
)[0]


def draw_crowd(axes, voters):
    left, bars = axes
    left.plot(CROWDS, CROWD, "o-", color=BLUE)
    left.plot(voters, CROWD[CROWDS.index(voters)], "o", color=ORANGE, ms=11)
    left.axhline(right(WHOLE, fresh.y[0]), color=INK, ls=":")
    left.text(1024, right(WHOLE, fresh.y[0]) + 0.02, "the whole network", ha="right")
    left.set(
        xscale="log",
        ylim=(0, 1),
        xlabel="sub-networks that vote",
        ylabel="share read right",
    )
    log_scale(left, "x")
    left.set_title(f"{voters:,} of 1,024 vote")
    vote = VOTES[:voters, SHOWN].mean(axis=0)
    bars.bar(
        range(10),
        vote,
        color=[ORANGE if d == fresh.y[0, SHOWN] else BLUE for d in range(10)],
    )
    bars.set(ylim=(0, 1), xlabel="digit", ylabel="their mean probability")
    bars.set_xticks(range(10))
    bars.set_title(f"What they say of one {fresh.y[0, SHOWN]}")
    together = CROWD[CROWDS.index(voters)]
    return f"{voters:,} of the {len(MASKS):,} sub-networks read {together:.0%} of {len(fresh.y[0])} digits together (mean of twenty such crowds); the whole network {right(WHOLE, fresh.y[0]):.0%}. Of one {fresh.y[0, SHOWN]} they say {vote.argmax()}, with {vote.max():.0%}."


explore(draw_crowd, columns=2, voters=CROWDS, figsize=(9, 3.6))

# %% [markdown]
# How can a crowd of poor readers read well? And is that why dropout helps, if it does? Five explanations are in the notes, and each is put to a test here. At the end all methods of chapter 7 compete, and something that is no method beats them all.
#
# **After this page you can**
#
# - predict from two networks what eight of them will do together;
# - write dropout, and say which penalty it is in a linear model;
# - say of which mean of which models the whole network is the answer;
# - tell which explanations of dropout survive a test, and which do not;
# - compare methods fairly, and say what a hundred more labels would have been worth.
#
# **You need** [chapter 7a](07a_penalties_and_data.ipynb).

# %% [markdown]
# (sec-7b-crowds)=
# ## What a crowd can do
#
# *You saw a crowd beat its members. After this section you can predict by how much.*
#
# An *ensemble* (模型集成) averages the answers of $k$ models. Let member $i$ err by $e_i$, with $\mathbb E\,e_i^2=v$ for each and $\mathbb E\,e_ie_j=c$ for each pair. The average errs by $\bar e=\frac1k\sum e_i$. Its square has $k$ terms of the first kind and $k(k-1)$ of the second:
#
# $$
# \mathbb E\,\bar e^2=\frac1{k^2}\bigl(kv+k(k-1)c\bigr)=\frac vk+\frac{k-1}k\,c .
# $$ (eq-7b-crowd)
#
# If errors have nothing in common, $c=0$, and the error falls like $1/k$; if all members err alike, $c=v$, and nothing is gained. What counts is how *different* the mistakes are. *Ensembling networks is similar to a random forest*, say the notes. A forest makes its trees different by giving each its own draw of the samples (*bootstrap*), and each question its own choice of pixels. Networks differ by their random start as well. Eight members of each kind; $v$ and $c$ are measured on the **first two** alone, and the dashed curve is what they predict:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
MEMBERS = 8


def of_networks(s, *, units=32, rate=0.005, steps=200, bootstrap=True, starts=True):
    """Probabilities of the members for fresh digits, (members, N, 10)."""
    x, y = (np.repeat(a[s][None], MEMBERS, axis=0) for a in two_hundred)
    if bootstrap:
        rows = np.random.default_rng(s).integers(0, y.shape[-1], y.shape)
        x, y = np.take_along_axis(x, rows[..., None], 1), np.take_along_axis(y, rows, 1)
    net = mlp((64, units, 10), rng=np.random.default_rng(s), copies=MEMBERS)
    if not starts:
        for parameter in net.parameters():
            parameter.value[:] = parameter.value[0]
    optimizer = optim.Adam(net.parameters(), rate)
    options = {"steps": steps, "batch_size": 50}
    fit_side_by_side(net, losses.cross_entropy, optimizer, x, y, **options)
    return F.softmax(net(fresh.x[s]))[0]


def of_trees(s, *, bootstrap=True, members=MEMBERS, **options):
    rng, (x, y) = np.random.default_rng(s), (two_hundred.x[s], two_hundred.y[s])
    trees = []
    for _ in range(members):
        rows = rng.integers(0, len(y), len(y)) if bootstrap else np.arange(len(y))
        trees.append(grow_tree(x[rows], y[rows], rng=rng, **options))
    return np.array([tree(fresh.x[s]) for tree in trees])


TINY = {"units": 4, "rate": 0.02, "steps": 500}
KINDS = {
    "networks of 32 units, other starts": lambda s: of_networks(s, bootstrap=False),
    "networks of 32 units, other draws": lambda s: of_networks(s, starts=False),
    "networks of 4 units, draws and starts": lambda s: of_networks(s, **TINY),
    "trees of one question, other draws": lambda s: of_trees(s, depth=1),
    "trees, other draws": lambda s: of_trees(s),
    "trees, draws and pixels": lambda s: of_trees(s, features=8),
}
LOOKS_OF = dict(
    zip(KINDS, zip((BLUE, GREEN, ORANGE) * 2, "oosvvv", strict=True), strict=True)
)


def errors_of(kind, s):
    """Squared errors of the mean of the first k members, k = 1 … 8; what the first two predict for each k; their likeness; the part of a member's error that is gone with eight."""
    wrong = kind(s) - np.eye(10)[fresh.y[s]]  # (members, N, 10)
    square = lambda e: (e**2).sum(axis=-1).mean()
    measured = [square(wrong[:k].mean(axis=0)) for k in range(1, MEMBERS + 1)]
    v = (square(wrong[0]) + square(wrong[1])) / 2
    c = (wrong[0] * wrong[1]).sum(axis=-1).mean()
    k = np.arange(1, MEMBERS + 1)
    predicted = v / k + (k - 1) / k * c
    return measured, predicted, c / v, 1 - measured[-1] / square(wrong)


crowds = {
    name: [errors_of(kind, s) for s in range(SEEDS)] for name, kind in KINDS.items()
}


def draw_crowds(ax):
    k = np.arange(1, MEMBERS + 1)
    told = []
    for name, rows in crowds.items():
        color, mark = LOOKS_OF[name]
        measured, predicted, *_ = (np.mean(a, axis=0) for a in zip(*rows))
        ax.plot(k, measured, mark, color=color, label=name)
        ax.plot(k, predicted, "--", color=color, lw=1)
        told.append(
            f"{name}: {measured[0]:.2f} alone, {measured[-1]:.2f} together, predicted {predicted[-1]:.2f}"
        )
    ax.set(xlabel="members k", ylabel="mean squared error", ylim=(0, 1))
    ax.set_title("Two members predict eight")
    return "Squared error on new digits; " + "; ".join(told) + "."


show(draw_crowds, figsize=(5.5, 3.8))

# %% [markdown]
# One law for all six kinds, and very different gains. By {eq}`eq-7b-crowd` the fall of the error, as a part of $v$, is $\frac{k-1}k(1-c/v)$: nothing but the *likeness* $c/v$ of two members decides.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
fall = {n: np.array([r[3] for r in rows]) for n, rows in crowds.items()}
like = {n: np.array([r[2] for r in rows]) for n, rows in crowds.items()}
end = {n: np.mean([r[0][-1] for r in rows]) for n, rows in crowds.items()}
missed = {
    n: abs(np.mean([r[1][-1] for r in rows]) / end[n] - 1) for n, rows in crowds.items()
}
assert max(missed.values()) < 0.1  # two members predict eight
same_trees = max(
    np.ptp(of_trees(s, bootstrap=False, members=2), axis=0).max() for s in range(SEEDS)
)
assert same_trees == 0  # from the same samples all trees are alike


def draw_likeness(ax):
    ratio = np.linspace(0, 1, 50)
    ax.plot(ratio, (MEMBERS - 1) / MEMBERS * (1 - ratio), "-", color=INK, lw=1)
    for name, falls in fall.items():
        color, mark = LOOKS_OF[name]
        ax.plot(like[name].mean(), falls.mean(), mark, color=color, ms=9, label=name)
    ax.set(xlim=(0, 1), ylim=(0, 0.9), xlabel="likeness c/v of two members")
    ax.set(ylabel="part of the error that is gone", title="What a crowd of eight gains")
    ax.legend(loc="lower left")
    told = "; ".join(
        f"{n} {fall[n].mean():.0%} (likeness {like[n].mean():.2f})" for n in fall
    )
    return f"Part of the squared error that is gone when eight vote: {told}. The line is the law."


show(draw_likeness, figsize=(5.5, 5))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C7.13",
    tested="Eight networks that learned from other draws of the same two hundred digits are averaged: does the squared error fall by more than a quarter, as it does in a forest?",
    on="likeness c/v of their errors",
    cases={
        f"{like['networks of 4 units, draws and starts'].mean():.1f}, four units": fall[
            "networks of 4 units, draws and starts"
        ]
        > 1 / 4,
        f"{like['networks of 32 units, other draws'].mean():.1f}, thirty-two units": fall[
            "networks of 32 units, other draws"
        ]
        > 1 / 4,
    },
    evidence=f"The error falls by {fall['networks of 4 units, draws and starts'].mean():.0%} with four units and by {fall['networks of 32 units, other draws'].mean():.0%} with thirty-two, which make nearly the same mistakes. Trees likewise: {fall['trees, other draws'].mean():.0%} if grown to the end ({fall['trees, draws and pixels'].mean():.0%} in a forest that also draws pixels), {fall['trees of one question, other draws'].mean():.0%} with a single question.",
    card=True,
)

# %% [markdown]
# So an ensemble of networks is like a forest if its members are like trees: each full of mistakes of its own. Well-trained networks of one kind make nearly the same mistakes, whatever their start; draws make them a little more different and each of them worse, and in the end those that saw all digits are ahead. What remains of the difference is the source: trees grown from the same samples are all alike and need the draws, networks have their start.
#
# :::{admonition} Exercise 1 · a crowd's error
# :class: exercise
# `P` $(k,N,K)$ are the probabilities that $k$ members give, `labels` $(N,)$ the right classes. Return the mean squared error of the members, and that of their average, as a tuple. A squared error is summed over the K classes, and averaged over samples (and, for the first, over members); the right answer has probability 1 for the label and 0 elsewhere.
# :::


# %%
def crowd_errors(P, labels):
    """Mean error of the members, error of their average."""
    ...


exercises.check_crowd_errors(crowd_errors)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The same measure, once before and once after averaging.
def crowd_errors(P, labels):
    wrong = P - np.eye(P.shape[-1])[labels]
    square = lambda e: (e**2).sum(axis=-1).mean()
    return square(wrong), square(wrong.mean(axis=0))


exercises.check_crowd_errors(crowd_errors)

# %% [markdown]
# (sec-7b-exact)=
# ## Dropout, exactly
#
# *You know what averaging does. After this section you know the penalty that dropout is, and the mean that it computes.*
#
# *Dropout* multiplies each number $x_j$ of a layer by a mask $m_j$, 0 with probability $p$ and else 1, anew for each sample, and divides by $1-p$ so that the mean stays $x_j$. In use nothing is dropped. Six samples, six networks:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_dropped(ax, sample):
    keep = np.random.default_rng(1).random((6, 5)) >= 0.5
    off = ~keep[sample - 1]
    into, out = np.ones((3, 5)), np.ones((5, 2))
    into[:, off], out[off] = 0, 0
    sketch(
        ax,
        [[""] * 3, ["off" if o else "× 2" for o in off], [""] * 2],
        [into, out],
        labels=False,
    )
    return f"Sample {sample}: {off.sum()} of five hidden units are switched off, the others count twice. The next sample meets another network, with the same weights."


explore(
    draw_dropped,
    sample=range(1, 7),
    figsize=(5, 4),
    alt="A network of three inputs, five hidden units, some of which are off, and two outputs.",
)

# %% [markdown]
# That is the whole method.
#
# :::{admonition} Exercise 2 · dropout
# :class: exercise
# Write dropout: `x` and `u` have the same shape, `u` holds numbers drawn evenly from $[0,1)$, and a number of `x` is dropped where `u < p`. Return what goes on to the next layer, in training (scaled as above, $p<1$) and in use.
# :::


# %%
def drop(x, u, p, training):
    """An array like x."""
    ...


exercises.check_drop(drop)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. What is kept is made larger, so that in use nothing need be done.
def drop(x, u, p, training):
    return x * (u >= p) / (1 - p) if training else x


exercises.check_drop(drop)

# %% [markdown]
# In a linear model one can work out what it does. Write $n_j=m_j/(1-p)$ for mask and factor together. Since $m_j^2=m_j$ and $\mathbb E\,m_j=1-p$,
#
# $$
# \mathbb E\,n_j=1,\qquad\operatorname{Var}n_j=\frac{1-p}{(1-p)^2}-1=\frac p{1-p} .
# $$ (eq-7b-mask)
#
# The answer $\sum_jx_jn_jw_j$ therefore has the mean $\mathbf x^\top\mathbf w$, and as masks are independent, its variance is the sum of the terms' variances. The mean of a square is the square of the mean plus the variance:
#
# $$
# \begin{aligned}
# &\mathbb E\Bigl(y-\sum_jx_jn_jw_j\Bigr)^2\\
# &\quad=(y-\mathbf x^\top\mathbf w)^2+\frac p{1-p}\sum_jx_j^2w_j^2 .
# \end{aligned}
# $$ (eq-7b-dropout)
#
# Sum over samples, and dropout *is* an L2 penalty, in which every weight pays by how large its feature is: $\frac p{1-p}\,(X^\top X)_{jj}\,w_j^2$ (Wager, Wang and Liang [2013](../book/bibliography.md)). The best weights are $(X^\top X+\frac p{1-p}\operatorname{diag}X^\top X)^{-1}X^\top\mathbf y$. Check it without the formula: copy the samples many times, mask each copy, fit by least squares.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def masked_fit(copies, p=0.5, D=6, n=30):
    """Weights by least squares on masked copies, by the formula, and without dropout."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, D)) * np.array([0.3, 0.5, 1, 1, 2, 3])
    y = X @ np.array([1.5, -1.2, 1, -1, 0.8, -0.6]) + 0.3 * rng.standard_normal(n)
    masks = rng.random((copies, n, D)) >= p
    copied = (X * masks / (1 - p)).reshape(-1, D)
    found = np.linalg.lstsq(copied, np.tile(y, copies), rcond=None)[0]
    G = X.T @ X
    price = p / (1 - p) * np.diag(np.diag(G))
    return found, np.linalg.solve(G + price, X.T @ y), np.linalg.solve(G, X.T @ y)


def draw_masked(ax, copies):
    found, formula, bare = masked_fit(copies)
    place = np.arange(len(found))
    ax.bar(place - 0.27, bare, 0.25, color=INK, alpha=0.3, label="without dropout")
    ax.bar(place, formula, 0.25, color=BLUE, label="by the formula")
    ax.bar(place + 0.27, found, 0.25, color=ORANGE, label="by masked copies")
    ax.set(xlabel="weight", ylim=(-1.6, 2.4), ylabel="value")
    ax.set_title(f"{copies:,} masked copies")
    ax.legend(loc="upper right", ncols=1)
    return f"With {copies:,} masked copies the weights differ from the formula's by {np.abs(found - formula).max():.3f} at most, and those without dropout by {np.abs(bare - formula).max():.2f}."


explore(draw_masked, copies=[1, 3, 10, 100, 1000, 3000], start=3, figsize=(5.5, 3.6))

# %% [markdown]
# :::{admonition} Exercise 3 · the penalty of dropout
# :class: exercise
# For samples `X` $(N, D)$, weights `w` $(D,)$ and a rate `p` below 1 return what {eq}`eq-7b-dropout` adds to the sum of squared errors over all samples.
# :::


# %%
def dropout_penalty(X, w, p):
    """A number."""
    ...


exercises.check_dropout_penalty(dropout_penalty)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Square the entries first; then weights, samples and features add up.
def dropout_penalty(X, w, p):
    return p / (1 - p) * (X**2 @ w**2).sum()


exercises.check_dropout_penalty(dropout_penalty)

# %% [markdown]
# (This holds for squared errors, on average over masks.) For a deep network there is no such formula, but with ten hidden units all $2^{10}$ masks can be tried. *Dropout amounts to an ensemble of* $2^n$ *models*, say the notes. With a rate of one half all sub-networks are equally likely. Which average of their 1,024 answers is the answer of the whole network? One digit, and two candidates:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def mean_gaps(s):
    """How far the geometric and the arithmetic mean of all sub-networks are from the whole network; share right of a sub-network on average."""
    x, y = fresh.x[s, :200], fresh.y[s, :200]
    logits, whole = by_masks(tens, s, x), tens(fresh.x[:, :200])[s]
    geometric = np.exp(F.log_softmax(logits)[0].mean(axis=0))
    geometric /= geometric.sum(axis=1, keepdims=True)
    arithmetic, answer = F.softmax(logits)[0].mean(axis=0), F.softmax(whole)[0]
    gaps = (np.abs(mean - answer).max() for mean in (geometric, arithmetic))
    return *gaps, right(logits, y).mean()


# The digit of which the whole network is sure by about 60 %.
UNSURE = np.abs(WHOLE.max(axis=1) - 0.6).argmin()


def draw_means(ax):
    logs = F.log_softmax(ONE[:, UNSURE])[0].mean(axis=0)
    three = {
        "the whole network": WHOLE[UNSURE],
        "geometric mean": np.exp(logs) / np.exp(logs).sum(),
        "arithmetic mean": EACH[:, UNSURE].mean(axis=0),
    }
    for k, (name, color) in enumerate(zip(three, (INK, BLUE, ORANGE), strict=True)):
        ax.bar(
            np.arange(10) + 0.27 * (k - 1), three[name], 0.27, color=color, label=name
        )
    ax.set(xlabel="digit", ylabel="probability", ylim=(0, 1))
    ax.set_xticks(range(10))
    ax.set_title("One of the two means fits")
    ax.legend(loc="upper right")
    most = {n: p.max() for n, p in three.items()}
    return f"Probabilities of one {fresh.y[0, UNSURE]}: the largest is {most['the whole network']:.2f} in the whole network, {most['geometric mean']:.2f} in the geometric mean of all sub-networks (made to add up to one) and {most['arithmetic mean']:.2f} in the arithmetic one."


show(draw_means, figsize=(5.5, 3.2))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
means = np.array([mean_gaps(s) for s in range(SEEDS)])
by_definition(
    "C7.14",
    because="With dropout right before the last linear layer, and all masks equally likely, the whole network's probabilities are the geometric mean of those of all 1,024 sub-networks, made to add up to one (the text below shows why). These share all their weights, so they are no models of their own.",
    holds=bool(means[:, 0].max() < 1e-6),
    evidence=f"Largest difference in any probability of any digit, for {len(means)} networks: below {1e-6:.0e}. From the arithmetic mean of the sub-networks the largest difference is {means[:, 1].mean():.2f}, on average over networks.",
    card=True,
)
draws = np.random.default_rng(3)
seen = np.array([draws.random((SEEDS, 50, UNITS)) >= 0.5 for _ in range(400)])
different = len(np.unique(seen[:, 0].reshape(-1, UNITS), axis=0))


unmasked = network(*two_hundred, units=UNITS, rate=0.01, steps=400)  # never masked
part = fresh.x[:, :200], fresh.y[:, :200]


def vote(net):
    """Share of digits on which the whole network and the vote of all its sub-networks agree; right by each, (3, seeds)."""
    whole = net(part[0])
    crowd = np.array(
        [F.softmax(by_masks(net, s, part[0][s]))[0].mean(axis=0) for s in range(SEEDS)]
    )
    agree = (whole.argmax(axis=-1) == crowd.argmax(axis=-1)).mean(axis=1)
    return np.array([agree, right(whole, part[1]), right(crowd, part[1])])


masked, never = vote(tens), vote(unmasked)
settle(
    "C7.16",
    tested="If the whole network is a fusion of its sub-networks, it reads as many digits right as their vote, within two points on average. Does it, after a training in which other units are off at every step?",
    holds=bool(abs((masked[1] - masked[2]).mean()) < 0.02),
    control={
        "a training in which no unit is ever off": bool(
            abs((never[1] - never[2]).mean()) < 0.02
        )
    },
    evidence=f"Networks of ten units; training showed {different:,} of the {len(MASKS):,} masks. Right: the whole network {masked[1].mean():.1%}, the vote {masked[2].mean():.1%}, one sub-network {means[:, 2].mean():.0%}; they agree on {masked[0].mean():.0%} of digits. Without dropout: {never[1].mean():.1%} and {never[2].mean():.1%}, agreed on {never[0].mean():.0%}. (Here each sample has its mask, not each batch.)",
    turns={("p=0.5, rate=0.01", "p=0.0, rate=0.01"): "FALSE"},
)
h, keep = np.random.default_rng(0).standard_normal((6, 5)), draws.random((6, 5)) >= 0.5
noise = keep / (1 - 0.5) - 1
by_definition(
    "C7.8",
    because="Dropout multiplies each hidden number by 0 or by 1/(1 − p): it adds h times a noise of mean zero, which is −1 with probability p and else p/(1 − p).",
    holds=bool(np.allclose(F.dropout(h, keep, 0.5)[0], h + h * noise)),
    evidence=f"On {h.size} hidden numbers both forms agree.",
)

# %% [markdown]
# Why the geometric one? The logits $z(m)$ are linear in the mask, and $n_j$ has the mean 1, so the mean of $z(m)$ over all masks is $z$, the logits of the whole network. The mean logarithm of the probability of class $k$ is therefore
#
# $$
# \operatorname{mean}_m\log p_k(m)=z_k-\operatorname{mean}_m\log\sum_je^{z_j(m)},
# $$ (eq-7b-geometric)
#
# and the last term is the same for all classes. Take exponentials, make them add up to one, and it is gone: what remains is the softmax of $z$. If the mask comes earlier, before a layer that bends, the logits are no longer linear in it, and the whole network is only an approximation (Srivastava and others [2014](../book/bibliography.md)).
#
# :::{admonition} Exercise 4 · the geometric mean
# :class: exercise
# `P` $(M,N,K)$ are the probabilities of M models, all positive, some as small as $10^{-200}$. Return their geometric mean over the models, made to add up to one for each sample: shape $(N,K)$.
# :::


# %%
def fused(P):
    """(N, K), rows that add up to one."""
    ...


exercises.check_fused(fused)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Products of small numbers vanish; means of their logarithms do not.
def fused(P):
    logs = np.log(P).mean(axis=0)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


exercises.check_fused(fused)

# %% [markdown]
# (sec-7b-five)=
# ## Five explanations
#
# *You know what dropout is. After this section you know which stories about it are true.*
#
# The notes give five reasons why dropout works. Each says something about the trained network that one can look up. Networks with 64 hidden units learn from two hundred digits: plain ones, ones with dropout, and, as a rival, ones with the L2 penalty that is best on a validation set (验证集). A story that fits the rival just as well explains nothing about dropout.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
PS = (0.0, 0.25, 0.5, 0.75)
dropped = {p: network(*two_hundred, p=p, steps=400) for p in PS}
penalized = {d: network(*two_hundred, decay=d, steps=400) for d in (3e-4, 1e-3, 3e-3)}
best_decay = min(
    penalized, key=lambda d: surprise(penalized[d](choose.x), choose.y).mean()
)
THREE = {
    "plain": dropped[0.0],
    "dropout": dropped[0.5],
    "L2 penalty": penalized[best_decay],
}


def harm(net):
    """Rise of the loss on new digits when one hidden unit is taken out, (units, seeds)."""
    h, before = hidden(net, fresh.x), surprise(net(fresh.x), fresh.y)
    last, rises = net.layers[-1], []
    for unit in range(h.shape[-1]):
        rest = h.copy()
        rest[..., unit] = 0
        rises.append(surprise(last(rest), fresh.y) - before)
    return np.array(rises)


def of_classes(net):
    """Mean activation of each unit for each class, (seeds, 10, units)."""
    h = hidden(net, fresh.x)
    return np.array(
        [[h[s][fresh.y[s] == c].mean(axis=0) for c in range(10)] for s in range(SEEDS)]
    )


def selectivity(net):
    """(favorite class − mean of the others) / (their sum) of the mean activations, averaged over units, (seeds,)."""
    mean = of_classes(net)
    favorite = mean.max(axis=1)
    others = (mean.sum(axis=1) - favorite) / 9
    both = favorite + others
    return ((favorite - others) / np.where(both > 0, both, 1)).mean(axis=1)


harms = {p: harm(net) for p, net in dropped.items()}
selective = {p: selectivity(net) for p, net in dropped.items()}


def draw_units(axes, p):
    k = np.arange(1, 65)
    falling = lambda h: np.sort(h, axis=0)[::-1].mean(axis=1)
    axes[0].plot(k, falling(harms[0.0]), ":", color=INK, label="plain")
    axes[0].plot(k, falling(harms[p]), "-", color=BLUE, label=f"p = {p:g}")
    axes[0].set(
        ylim=(-0.005, 0.06),
        xlabel="units, the most needed first",
        ylabel="harm of taking one out",
    )
    axes[0].set_title("Nobody is indispensable")
    axes[0].legend()
    mean = of_classes(dropped[p])[0]
    mean = mean[:, np.argsort(mean.argmax(axis=0), kind="stable")]
    axes[1].imshow(
        mean / (mean.max(axis=0) + 1e-12), aspect="auto", cmap="cividis", vmin=0, vmax=1
    )
    axes[1].grid(False)
    axes[1].set(xlabel="units of one network", ylabel="digit")
    axes[1].set_yticks(range(10))
    axes[1].set_title(f"Selectivity {selective[p].mean():.2f}")
    return f"Dropout at rate {p:g}: taking out the most needed unit raises the loss by {harms[p].max(axis=0).mean():.3f} on average (plain {harms[0.0].max(axis=0).mean():.3f}); selectivity {selective[p].mean():.2f} (plain {selective[0.0].mean():.2f}). On the right: how strongly units answer to each digit."


explore(draw_units, columns=2, p=PS, start=2, figsize=(9, 3.8))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
needed = {n: harm(net).max(axis=0) for n, net in THREE.items()}
special = {n: selectivity(net) for n, net in THREE.items()}
settle(
    "C7.19",
    tested="Against plain networks: does the loss depend less on single units (harm of taking out the most needed one cut in half), and are units less selective for one class?",
    on="meaning of specialized",
    cases={
        "indispensable to the others": needed["dropout"] < needed["plain"] / 2,
        "selective for one class": special["dropout"] < special["plain"],
    },
    control={
        "L2 penalty: indispensable": needed["L2 penalty"] < needed["plain"] / 2,
    },
    evidence=f"Harm of taking out the most needed unit: plain {needed['plain'].mean():.3f}, dropout {needed['dropout'].mean():.3f}, L2 penalty {needed['L2 penalty'].mean():.3f}. Selectivity: {special['plain'].mean():.2f}, {special['dropout'].mean():.2f} and {special['L2 penalty'].mean():.2f}.",
    card=True,
)

# %% [markdown]
# **Less specialized?** Yes and no. No unit is indispensable any more (in the literature: less *co-adaptation*), and the rival does not achieve that. But units do not become generalists: each answers to *fewer* digits than before, at every rate that was tried. A unit that cannot rely on others must be useful alone; the work is done by many specialists instead of a few.
#
# **Broad experience?** *What remains is its broad, general experience.* If so, features should be coarser, and digits that lost their detail, or gained noise, should be read better:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def roughness(net):
    """Squared differences of neighboring weights, as a part of the squared weights, averaged over units, (seeds,)."""
    W = net.layers[0].W.value.mT.reshape(SEEDS, -1, 8, 8)
    steps = [(np.diff(W, axis=axis) ** 2).sum(axis=(2, 3)) for axis in (2, 3)]
    return (sum(steps) / (W**2).sum(axis=(2, 3))).mean(axis=1)


def blurred(x):
    """Each pixel the mean of the nine around it."""
    image = np.pad(x.reshape(*x.shape[:2], 8, 8), ((0, 0), (0, 0), (1, 1), (1, 1)))
    return (
        sum(
            image[..., i : i + 8, j : j + 8] for i in range(3) for j in range(3)
        ).reshape(x.shape)
        / 9
    )


GRAIN = 0.4 * np.random.default_rng(4).standard_normal(fresh.x.shape)
WORN = {"blurred": blurred(fresh.x), "in noise": fresh.x + GRAIN}
worn = {
    (n, w): right(net(x), fresh.y) for n, net in THREE.items() for w, x in WORN.items()
}
rough = {n: roughness(net) for n, net in THREE.items()}


def draw_features(axes):
    images = np.stack([fresh.x[0, :3], *(x[0, :3] for x in WORN.values())])
    image_grid(axes[0], np.clip(images.reshape(-1, 8, 8), 0, 1), 3)
    axes[0].set_title("as it is, blurred, noisy")
    for k, (name, color) in enumerate(zip(THREE, (INK, BLUE, ORANGE), strict=True)):
        for i, kind in enumerate(WORN):
            share, x = worn[name, kind], i + 0.2 * (k - 1)
            axes[1].plot(np.full(SEEDS, x), share, ".", color=color, alpha=0.3)
            label = name if i == 0 else None
            axes[1].plot(x, share.mean(), "osD"[k], color=color, ms=8, label=label)
    axes[1].set(ylim=(0.45, 1), ylabel="share read right", title="Robust? Hardly")
    axes[1].set_xticks(range(2), WORN)
    axes[1].legend(loc="upper left")
    return (
        "Read right, on average over twenty networks (dots: each of them): "
        + "; ".join(
            f"{kind} " + ", ".join(f"{n} {worn[n, kind].mean():.0%}" for n in THREE)
            for kind in WORN
        )
        + "."
    )


show(draw_features, columns=2, figsize=(9, 3.8))
# %% [markdown]
# Neither happens to any degree worth the name: dropout leaves the features as rough as they were, and in noise the rival is better. But all labels were right here. The next section makes some of them wrong, and comes back to this.
#
# **Augmentation?** *Dropout achieves the effect of data augmentation* (数据增强). It would, exactly, if for each mask there were an image that makes the hidden layer, without any mask, say what it says of the digit with the mask (Bouthillier and others [2015](../book/bibliography.md)). Look for it: start from a digit, and change its pixels by gradient descent to bring the hidden numbers to those that the mask leaves.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def imagined(units, steps=400, n=20):
    """Digits, images whose hidden numbers come near the masked ones of the digits, and how far they miss, (seeds, n)."""
    net = network(*two_hundred, units=units, p=0.5, steps=200)
    x, (W, b) = fresh.x[:, :n], (net.layers[0].W.value, net.layers[0].b.value[:, None])
    h = hidden(net, x)
    goal = 2 * h * (np.random.default_rng(6).random(h.shape) >= 0.5)
    image = Parameter(x)
    optimizer = optim.Adam([image], 0.03)
    for _ in range(steps):
        z = image.value @ W + b
        off = np.where(
            (z > 0) | (goal > 0), z - goal, 0
        )  # below zero is as good as zero
        image.grad[:] = off @ W.mT
        optimizer.step()
    missed = np.maximum(0, image.value @ W + b) - goal
    size = np.linalg.norm(goal, axis=2)
    return x, image.value, np.linalg.norm(missed, axis=2) / np.where(size > 0, size, 1)


SIZES = (32, 64, 128, 256)
dreams = {units: imagined(units) for units in SIZES}


def draw_dreams(ax, units):
    x, image, missed = dreams[units]
    both = np.concatenate([x[0, :5], image[0, :5]]).reshape(-1, 8, 8)
    image_grid(ax, np.clip(both, 0, 1), 5)
    ax.set_title(f"{units} hidden units: missed by {np.median(missed):.0%}")
    outside = ((image < -0.05) | (image > 1.05)).mean()
    return f"Above digits, below images that should give what a mask leaves of {units} hidden numbers: they miss by {np.median(missed):.1%} (median). Of their pixels {outside:.0%} are darker than black or brighter than white."


explore(
    draw_dreams,
    units=SIZES,
    start=0,
    figsize=(5.5, 2.9),
    alt="Five digits, and below each an image that should stand for the digit with a mask.",
)
found = {units: (dreams[units][2] < 0.1).mean(axis=1) > 0.9 for units in SIZES}
settle(
    "C7.21",
    tested="What the claim needs: an image for a digit and a mask, whose hidden numbers are the masked ones. Does the search come within a tenth of them for more than nine digits of ten?",
    on="number of hidden units",
    cases={f"{u} units for 64 pixels": found[u] for u in (32, 256)},
    evidence=f"Median distance from the masked numbers, as a part of them: {np.median(dreams[32][2]):.1%} with {32} units, {np.median(dreams[64][2]):.1%} with {64}, {np.median(dreams[128][2]):.0%} with {128} and {np.median(dreams[256][2]):.0%} with {256}. It turns at about as many units as pixels. Whether training on such images would do what dropout does is not tested here.",
    turns={("for u in (32, 256)", "for u in (32, 64)"): "TRUE"},
)

# %% [markdown]
# With no more hidden units than pixels there is freedom enough to find such an image; with many more there is not. So dropout can be augmentation in a narrow layer only, and with images that no hand would write.
#
# **Sparsity?** *Dropout introduces sparsity* (稀疏性). Not because of its masks, which are gone in use: look at the whole network.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
busy = lambda net: (hidden(net, fresh.x) > 0).mean(axis=(1, 2))
active = {p: busy(net) for p, net in dropped.items()}
rival = busy(THREE["L2 penalty"])


def draw_active(ax):
    mean = [a.mean() for a in active.values()]
    low, high = zip(*[(a.min(), a.max()) for a in active.values()])
    ax.fill_between(PS, low, high, color=BLUE, alpha=0.15, lw=0)
    ax.plot(PS, mean, "o-", color=BLUE, label="dropout")
    ax.axhline(rival.mean(), color=ORANGE, ls="--", label="L2 penalty")
    ax.set(ylim=(0, 1), xlabel="rate p", ylabel="share of units not zero, in use")
    ax.set_title("Dropout makes layers quieter")
    ax.legend()
    return f"Share of hidden units that are not zero for a new digit, in use: {', '.join(f'{m:.0%}' for m in mean)} at rates {', '.join(f'{p:g}' for p in PS)}; with the L2 penalty {rival.mean():.0%}. Shaded: all {SEEDS} networks."


show(draw_active)
settle(
    "C7.18",
    tested="In use, when nothing is dropped: are more hidden units zero than in plain networks, by at least ten points?",
    holds=active[0.5] < active[0.0] - 0.1,
    control={"the L2 rival": rival < active[0.0] - 0.1},
    evidence=f"Not zero: plain {active[0.0].mean():.0%}, dropout {active[0.5].mean():.0%}, L2 penalty {rival.mean():.0%}.",
    turns={
        ("active[0.5] < active[0.0] - 0.1", "active[0.0] < active[0.5] - 0.1"): "FALSE"
    },
)

# %% [markdown]
# (q7-2)=
# :::{admonition} Question 7.2 · Which explanation of dropout holds: less specialized neurons, general experience, an ensemble of 2ⁿ models, data augmentation, or sparsity?
# :class: question
# - *An ensemble of* $2^n$ *models.* The whole network should be a mean of all: it is, exactly, as a geometric mean, if the mask comes right before the last layer.
# - *Less specialized.* No unit should be indispensable: true, and the L2 rival does not achieve it. Units should answer to more classes: false, to fewer.
# - *Sparsity.* More zeros in use: true, and the rival makes fewer.
# - *Augmentation.* An image for each mask: in narrow layers, and no image of a digit.
# - *General experience.* Coarser features: no. Robust reading: only where some labels are wrong (below), so what is forgotten are the wrong ones.
#
# The stories do not exclude each other. The exact one is the first: train with masks, use the mean. Units that are dispensable, selective and quiet are what such a training leaves behind.
# :::
#
# :::{admonition} Exercise 5 · selectivity
# :class: exercise
# `h` $(N,U)$ are activations of U units, none negative, for N samples with `labels` $(N,)$ of K classes, all of which occur. For each unit let $a$ be the largest of its K class means and $b$ the mean of its other class means. Return $(a-b)/(a+b)$ for each unit, $(U,)$, and 0 for a unit that is always zero. Activations may have any size, also $10^{-12}$.
# :::


# %%
def unit_selectivity(h, labels, K):
    """One number for each unit."""
    ...


exercises.check_unit_selectivity(unit_selectivity)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Means by class first, so that frequent classes count no more than rare ones.
def unit_selectivity(h, labels, K):
    mean = np.array([h[labels == c].mean(axis=0) for c in range(K)])
    a = mean.max(axis=0)
    b = (mean.sum(axis=0) - a) / (K - 1)
    return (a - b) / np.where(a > 0, a + b, 1)


exercises.check_unit_selectivity(unit_selectivity)

# %% [markdown]
# (sec-7b-prevents)=
# ## Does it prevent overfitting?
#
# *You know what dropout leaves behind. After this section you know when that helps.*
#
# A network can learn by heart, and so overfit (过拟合). Where labels are right, that does little harm; where some are wrong, it learns those, too. Let each label be wrong with a chance of one fifth:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
AMOUNTS = (50, 100, 200, 800)


def spoiled(n, wrong):
    part, _, test = datasets.splits(digits, train=n, test=500)
    rng = np.random.default_rng(7)
    labels = [datasets.mislabel(y, 10, share=wrong, rng=rng) for y in part.y]
    return (part.x, np.array(labels)), test


def learned(n, p, wrong=0.2):
    """Share right of: training labels, new digits, the same blurred, the same in noise, (4, seeds)."""
    part, test = spoiled(n, wrong)
    net = network(*part, p=p)
    worn = blurred(test.x), test.x + GRAIN
    seen = [right(net(x), test.y) for x in (test.x, *worn)]
    return np.array([right(net(part[0]), part[1]), *seen])


by_rate = {(n, p): learned(n, p) for n in AMOUNTS for p in PS}


def draw_rates(ax, n):
    kept, new = (np.array([by_rate[n, p][i].mean() for p in PS]) for i in (0, 1))
    lines(
        ax,
        PS,
        {"training labels reproduced": kept, "new digits read right": new},
        xlabel="dropout rate p",
    )
    ax.axhline(0.8, color=INK, lw=1, ls=":")
    ax.text(0, 0.76, "the share of labels that are right")
    ax.set(ylim=(0.5, 1.02), ylabel="share", title=f"{n} digits, a fifth mislabeled")
    ax.set_xticks(PS)
    best = PS[int(new.argmax())]
    return f"{n} digits, of which a fifth is mislabeled: without dropout {kept[0]:.0%} of the training labels are reproduced and {new[0]:.1%} of new digits read right; best at p = {best:g}: {kept[PS.index(best)]:.0%} and {new.max():.1%}."


explore(draw_rates, n=AMOUNTS, start=2, figsize=(5.5, 3.6))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
clean = {p: right(net(fresh.x), fresh.y) for p, net in dropped.items()}
by_heart = right(dropped[0.0](two_hundred.x), two_hundred.y)
settle(
    "C7.17",
    tested="A fully connected network of 64 units without dropout and two hundred digits: does it reproduce more than 99 % of what it learned from?",
    holds=by_heart > 0.99,
    control={"digits that it did not learn from": clean[0.0] > 0.99},
    evidence=f"It reproduces {by_heart.mean():.1%} of the digits that it learned from, and reads {clean[0.0].mean():.1%} of new ones. So it is precise where it can remember.",
    turns={("holds=by_heart > 0.99", "holds=clean[0.0] > 0.99"): "FALSE"},
)
sturdy = np.all(
    [by_rate[200, 0.5][i] > by_rate[200, 0.0][i] + 0.02 for i in (2, 3)], axis=0
)
steady = np.all([worn["dropout", w] > worn["plain", w] + 0.02 for w in WORN], axis=0)
settle(
    "C7.20",
    tested="If what remains is broad experience, digits that are blurred and digits in noise are read better than by plain networks, both by more than two points. Are they?",
    on="question whether there are wrong labels to be learned by heart",
    cases={"a fifth wrong": sturdy, "all right": steady},
    evidence=f"Two hundred digits, a fifth mislabeled: blurred ones are read with {by_rate[200, 0.0][2].mean():.0%} without and {by_rate[200, 0.5][2].mean():.0%} with dropout, ones in noise with {by_rate[200, 0.0][3].mean():.0%} and {by_rate[200, 0.5][3].mean():.0%}. All labels right: {worn['plain', 'blurred'].mean():.0%} and {worn['dropout', 'blurred'].mean():.0%}, {worn['plain', 'in noise'].mean():.0%} and {worn['dropout', 'in noise'].mean():.0%}.",
    card=True,
)
spoiled_part, _ = spoiled(200, 0.2)
labels = np.random.default_rng(8)
wrong_too = np.array(
    [datasets.mislabel(y, 10, share=0.2, rng=labels) for y in choose.y]
)
decayed = [network(*spoiled_part, decay=d) for d in (3e-3, 1e-2, 3e-2, 6e-2)]
preferred = np.argmax([right(net(choose.x), wrong_too) for net in decayed], axis=0)
at_best = np.array([right(net(fresh.x), fresh.y) for net in decayed])[
    preferred, np.arange(SEEDS)
]
by_penalty = at_best - by_rate[200, 0.0][1]
gain = by_rate[200, 0.5][1] - by_rate[200, 0.0][1]
helps = lambda a, b: (a > 0.03) & (b > 0.03)
settle(
    "C7.25",
    tested="Does regularization help because it keeps noise from being learned by heart? Two hundred digits, a fifth mislabeled: do dropout (rate one half) and an L2 penalty (best on validation) both gain more than three points?",
    holds=helps(gain, by_penalty),
    control={
        "all labels right": helps(
            clean[0.5] - clean[0.0],
            right(THREE["L2 penalty"](fresh.x), fresh.y) - clean[0.0],
        )
    },
    evidence=f"Gain in points with wrong labels: dropout {100 * gain.mean():.1f}, penalty {100 * by_penalty.mean():.1f}; with right ones {100 * (clean[0.5] - clean[0.0]).mean():.1f} and {100 * (right(THREE['L2 penalty'](fresh.x), fresh.y) - clean[0.0]).mean():.1f}, though then, too, {by_heart.mean():.0%} of the training digits are learned by heart.",
    turns={
        ("mislabel(y, 10, share=wrong", "mislabel(y, 10, share=wrong / 100"): "FALSE"
    },
)

# %% [markdown]
# (q7-1)=
# :::{admonition} Question 7.1 · Can dropout, in which every neuron has a certain probability of being killed, prevent overfitting?
# :class: question
# It reduces it, where there is overfitting that does harm: with two hundred digits, a fifth of them mislabeled, dropout keeps the network from learning wrong labels by heart, and new digits gain most. With fifty digits even a high rate cannot keep it from learning most labels by heart; with eight hundred there is little left to prevent, and a high rate costs accuracy. So the best rate is a matter of the amount of data. An L2 penalty prevents it about as well, as the verdict above says.
# :::
#
# (sec-7b-contest)=
# ## Who wins?
#
# *After this section you know what the methods are worth, beside each other and beside more labels.*
#
# A hundred pieces of clothing to learn from, a hundred to choose on, five hundred to judge; images of 14 × 14 pixels, 32 hidden units, twenty draws. Every method has one knob with five positions, of which the first is *off*; the position that is best on the hundred to choose on is judged, and ties go to the mildest. The learning rate is such a knob, too. Five networks that vote have none. Two rivals are no methods: whoever spends a hundred labels on choosing could have learned from them, without choosing or after it.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
clothes = datasets.fashion()
COARSE = clothes.x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
train, pick, judge = datasets.splits(
    datasets.Samples(COARSE, clothes.y), train=100, validation=100, test=500
)


def shifts(chance):
    """Moves each image of a batch by one pixel in a random direction, with the given chance."""
    rng = np.random.default_rng(5)

    def change(x):
        S, B, _ = x.shape
        framed = np.pad(x.reshape(S * B, 14, 14), ((0, 0), (1, 1), (1, 1)))
        by = rng.integers(-1, 2, (2, S * B)) * (rng.random(S * B) < chance)
        rows, columns = 1 + by[..., None] + np.arange(14)
        moved = framed[
            np.arange(S * B)[:, None, None], rows[:, :, None], columns[:, None]
        ]
        return moved.reshape(x.shape)

    return change


def contender(
    part=train,
    *,
    seed=1,
    rate=0.003,
    decay=0.0,
    noise=0.0,
    p=0.0,
    p_in=0.0,
    longest=None,
    shrink=0.0,
    chance=0.0,
    looks=1,
    steps=200,
):
    """Logits for the clothes to choose on and to judge, at each look: [(pick, judge), …]."""
    net = mlp((196, 32, 10), rng=np.random.default_rng(seed), copies=SEEDS)
    weights = [layer.W for layer in net.layers[::2]]
    if p:
        net.layers.insert(2, Dropout(p, rng=np.random.default_rng(3)))
    if p_in:
        net.layers.insert(0, Dropout(p_in, rng=np.random.default_rng(4)))
    if noise:
        net.layers.insert(0, GaussianNoise(noise, rng=np.random.default_rng(2)))

    def after():
        for W in weights:
            if longest:
                W.value *= longest / np.maximum(
                    np.linalg.norm(W.value, axis=1, keepdims=True), longest
                )
            if shrink:
                W.value[:] = np.sign(W.value) * np.maximum(
                    0, np.abs(W.value) - rate * shrink
                )

    optimizer = optim.Adam(net.parameters(), rate, weight_decay=decay)
    options = {
        "change": shifts(chance) if chance else None,
        "after": after if longest or shrink else None,
    }
    seen = []
    for _ in range(looks):
        fit_side_by_side(
            net,
            losses.cross_entropy,
            optimizer,
            *part,
            steps=steps // looks,
            batch_size=50,
            **options,
        )
        seen.append((net(pick.x), net(judge.x)))
    return seen


OFF = {}
SETTINGS = {
    "learning rate": [{"rate": r} for r in (1e-3, 2e-3, 4e-3, 6e-3)],
    "L2 penalty": [{"decay": d} for d in (3e-3, 1e-2, 2e-2, 5e-2)],
    "L1, proximal": [{"shrink": c} for c in (0.03, 0.1, 0.3, 1)],
    "max-norm": [{"longest": c} for c in (2, 1.5, 1, 0.75)],
    "noise at the input": [{"noise": s} for s in (0.05, 0.15, 0.3, 0.6)],
    "moved by a pixel": [{"chance": c} for c in (0.1, 0.25, 0.5, 1)],
    "dropout of units": [{"p": p} for p in (0.1, 0.25, 0.5, 0.75)],
    "dropout of pixels": [{"p_in": p} for p in (0.1, 0.25, 0.5, 0.75)],
}
certain = lambda logits, labels: -surprise(logits, labels)
MEASURES = (right, certain)


def chosen(score, runs):
    """For each draw the position that is best on the clothes to choose on, the first of equals, and its score on the judge's."""
    tried = np.array([score(a, pick.y) for a, _ in runs])
    position = tried.argmax(axis=0)
    judged = np.array([score(b, judge.y) for _, b in runs])
    return position, judged[position, np.arange(SEEDS)]


steps_of = contender(looks=5)  # after 40, 80, … steps
plain = steps_of[-1]
runs = {n: [plain, *(contender(**g)[0] for g in grid)] for n, grid in SETTINGS.items()}
runs["early stopping"] = steps_of[::-1]
results, positions = {}, {}
for name, tried in runs.items():
    found = [chosen(score, tried) for score in MEASURES]
    positions[name] = [np.bincount(p, minlength=5) for p, _ in found]
    results[name] = [score for _, score in found]


def all_labels(**setting):
    doubled = [np.concatenate(both, axis=1) for both in zip(train, pick)]
    return contender(doubled, **setting)[0][1]


def judged(logits):
    return [score(logits, judge.y) for score in MEASURES]


votes = [plain[1], *(contender(seed=seed)[0][1] for seed in (2, 3, 4, 5))]
results["five networks vote"] = judged(
    np.log(np.mean([F.softmax(z)[0] for z in votes], axis=0))
)
both = [all_labels(**setting) for setting in (OFF, *SETTINGS["L2 penalty"])]
results["all labels, no choice"] = judged(both[0])
refitted = [np.array([score(z, judge.y) for z in both]) for score in MEASURES]
picked = [chosen(score, runs["L2 penalty"])[0] for score in MEASURES]
results["all labels, penalty chosen first"] = [
    r[p, np.arange(SEEDS)] for r, p in zip(refitted, picked, strict=True)
]
base = judged(plain[1])


def draw_contest(axes):
    names, told = list(results), []
    panels = ((0, 100, "points more read right"), (1, 1, "lower cross-entropy (nats)"))
    for ax, (i, factor, label) in zip(axes, panels, strict=True):
        for row, name in enumerate(names):
            d = factor * (results[name][i] - base[i])
            error = 2.09 * d.std(ddof=1) / np.sqrt(SEEDS)
            color = ORANGE if "labels" in name else BLUE
            ax.errorbar(d.mean(), -row, xerr=error, fmt="o", color=color, capsize=3)
            if i == 0:
                told.append(f"{name} {round(d.mean(), 1) + 0.0:+.1f} ± {error:.1f}")
        ax.axvline(0, color=INK, lw=1)
        ax.set_xlabel(label)
        ax.set_yticks(-np.arange(len(names)), names)
    axes[0].set_title("Clothes read right")
    axes[1].set_title("Their probabilities")
    return f"Gain over the plain network, which reads {base[0].mean():.0%}, in points with 95 % intervals: {', '.join(told)}."


show(draw_contest, columns=2, figsize=(10, 4.6))

# %% [markdown]
# Choice and judgment use the same measure: the left panel chooses and judges by clothes read right, the right one by cross-entropy. Look at the width of the intervals before you look at the order. (The twenty draws come from the same 6,000 clothes and overlap, so the true intervals are somewhat wider.) How often was each position chosen?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
print(f"{'chosen by what was right':27}off →        by cross-entropy  off →")
for name, (by_right, by_nats) in positions.items():
    print(
        f"{name:27}{' '.join(f'{n:2}' for n in by_right)}   {' '.join(f'{n:2}' for n in by_nats)}"
    )
gains = {name: (r[0] - base[0]).mean() for name, r in results.items()}
methods = {name: g for name, g in gains.items() if "labels" not in name}
assert max(methods.values()) < 0.015  # "no method gains two points"
more = results["all labels, no choice"][0] - base[0]
best = max(methods, key=methods.get)
nats = {n: results[n][1].mean() for n in methods}
assert min(nats.values()) > base[1].mean()  # all gain in probabilities
assert set(sorted(nats, key=nats.get)[-2:]) == {"L2 penalty", "max-norm"}
assert more.mean() > 3 * methods[best] and 0.05 < more.mean() < 0.06

# %% [markdown]
# **No method gains two points; a hundred more labels gain five.** With two hundred training steps there is not much overfitting left to prevent, for the number of steps is a regularizer itself. In probabilities all of them gain, those that hold the weights down most. And choosing by a hundred samples is a lottery: where accuracy decides, most positions are near enough to each other for chance to pick. What each costs: five training runs to choose from; for the networks that vote five runs, and five times the work at every use. Refitting on all labels, with the penalty chosen first, gains as much as all labels without any choice, and costs six runs instead of one.
#
# :::{admonition} Exercise 6 · is it a gain?
# :class: exercise
# Two methods were judged on the same draws: `a` and `b` $(S,)$. Return the mean gain of `b` over `a` and its standard error (from a variance with S − 1), as a tuple. Use what the draws have in common.
# :::


# %%
def gain_and_error(a, b):
    """Mean gain, standard error of the mean gain."""
    ...


exercises.check_gain_and_error(gain_and_error)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A draw that is hard for one is hard for the other: take differences first.
def gain_and_error(a, b):
    d = np.asarray(b) - np.asarray(a)
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


exercises.check_gain_and_error(gain_and_error)

# %% [markdown]
# ## In one screen
#
# - The average of $k$ models errs by $v/k+c\,(k-1)/k$: what counts is how different the mistakes are. Full-grown trees differ much and gain much; well-trained networks make nearly the same mistakes and gain little.
# - Dropout in a linear model is an L2 penalty by the size of the features. Right before the last linear layer it makes the whole network the geometric mean of all sub-networks, exactly.
# - It leaves units that are dispensable, more selective and quieter. It does not leave coarser features.
# - It prevents the learning of noise by heart, where there is noise; where there is none, there is little to prevent.
# - In the contest no method gains two points, and twice the labels gain several: count your labels before you tune.
#
# **Read on.** Srivastava and others ([2014](../book/bibliography.md)) is the paper on dropout; Breiman ([2001](../book/bibliography.md)) the one on forests; Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 7.11 and 7.12, what the notes follow.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
