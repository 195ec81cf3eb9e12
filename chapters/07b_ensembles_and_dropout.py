# %% [markdown]
# # Ensembles and dropout
#
# One small network, ten hidden units. In training *dropout* (随机失活) switched off half of the units at random, anew for every sample, so each step trained one of 1,024 smaller networks. Each of these reads digits badly. Let more and more of them vote, and compare with the whole network, in which all units work.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import ensembles_and_dropout as exercises
from dlnotes.explore import explore, show
from dlnotes.layers import Dropout, mlp
from dlnotes.network import Layer, Parameter
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, image_grid, lines, log_scale
from dlnotes.training import fit_side_by_side
from dlnotes.trees import grow_tree

np.set_printoptions(precision=4, suppress=True)

SEEDS, UNITS = 20, 10
digits = datasets.digits()
two_hundred, choose, fresh = datasets.splits(
    digits, train=200, validation=200, test=500
)


def network(x, y, *, units=64, p=0.0, decay=0.0, rate=0.003, steps=400, before=()):
    """Networks of one hidden layer side by side, with dropout at rate p behind it; trained by Adam."""
    net = mlp((x.shape[-1], units, 10), rng=np.random.default_rng(1), copies=len(x))
    net.layers.insert(2, Dropout(p, rng=np.random.default_rng(3)))
    net.layers[:0] = before
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


tens = network(*two_hundred, units=UNITS, p=0.5, rate=0.01)
MASKS = np.array(list(product((0.0, 1.0), repeat=UNITS)))


def by_masks(net, s, x):
    """Logits of all sub-networks of network s, (masks, N, 10)."""
    h = np.maximum(0, x @ net.layers[0].W.value[s] + net.layers[0].b.value[s])
    last = net.layers[-1]
    kept = 2 * h * MASKS[:, None]
    return kept @ last.W.value[s] + last.b.value[s]


ONE = by_masks(tens, 0, fresh.x[0])
ORDER = np.random.default_rng(0).permutation(len(MASKS))
VOTES = F.softmax(ONE)[0][ORDER]
WHOLE = F.softmax(tens(fresh.x)[0])[0]
CROWDS = (1, 2, 4, 8, 16, 64, 256, 1024)
CROWD = [right(VOTES[:k].mean(axis=0), fresh.y[0]) for k in CROWDS]
alone = right(VOTES, fresh.y[0])
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
    left.set_title(f"{voters} of 1,024 vote")
    vote = VOTES[:voters, SHOWN].mean(axis=0)
    bars.bar(
        range(10),
        vote,
        color=[ORANGE if d == fresh.y[0, SHOWN] else BLUE for d in range(10)],
    )
    bars.set(ylim=(0, 1), xlabel="digit", ylabel="their mean probability")
    bars.set_xticks(range(10))
    bars.set_title(f"A {fresh.y[0, SHOWN]} they look at")
    return f"Together {voters} of the {len(MASKS):,} sub-networks read {CROWD[CROWDS.index(voters)]:.0%} of {len(fresh.y[0])} digits; one alone {alone.mean():.0%} on average, the whole network {right(WHOLE, fresh.y[0]):.0%}. Of a {fresh.y[0, SHOWN]} they say {vote.argmax()}, with {vote.max():.0%}."


explore(draw_crowd, columns=2, voters=CROWDS, figsize=(9, 3.6))

# %% [markdown]
# How can a crowd of poor readers read well? And is that why dropout helps, if it does? Five explanations are in the notes, and each is put to a test here. At the end all methods of chapter 7 compete.
#
# **After this page you can**
#
# - foretell from two networks what ten of them will do together;
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
# *You saw a crowd beat its members. After this section you can foretell by how much.*
#
# An *ensemble* (模型集成) averages the answers of $k$ models. Let member $i$ err by $e_i$, with $\mathbb E\,e_i^2=v$ for each and $\mathbb E\,e_ie_j=c$ for each pair. The average errs by $\bar e=\frac1k\sum e_i$. Its square has $k$ terms of the first kind and $k(k-1)$ of the second:
#
# $$
# \mathbb E\,\bar e^2=\frac1{k^2}\bigl(kv+k(k-1)c\bigr)=\frac vk+\frac{k-1}k\,c .
# $$ (eq-7b-crowd)
#
# If errors have nothing in common, $c=0$, and the error falls to nothing; if all members err alike, $c=v$, and nothing is gained. What counts is how *different* the mistakes are. *Ensembling networks is similar to a random forest*, say the notes. A forest makes its trees different by giving each its own draw of the samples (*bootstrap*), and each question its own choice of pixels. Networks need neither: each has a random start. Eight members each; $v$ and $c$ are measured on the **first two** alone, and the curve is what they foretell:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
MEMBERS = 8


def bootstrapped(y, rng):
    """Rows (copies, N), drawn with replacement for each copy."""
    return rng.integers(0, y.shape[-1], y.shape)


def of_networks(s, *, bootstrap, starts=True):
    """Probabilities of the members for fresh digits, (members, N, 10)."""
    x, y = (np.repeat(a[s][None], MEMBERS, axis=0) for a in two_hundred)
    if bootstrap:
        rows = bootstrapped(y, np.random.default_rng(s))
        x, y = np.take_along_axis(x, rows[..., None], 1), np.take_along_axis(y, rows, 1)
    net = mlp((64, 32, 10), rng=np.random.default_rng(s), copies=MEMBERS)
    if not starts:
        for parameter in net.parameters():
            parameter.value[:] = parameter.value[0]
    optimizer = optim.Adam(net.parameters(), 0.005)
    fit_side_by_side(
        net, losses.cross_entropy, optimizer, x, y, steps=200, batch_size=50
    )
    return F.softmax(net(fresh.x[s]))[0]


def of_trees(s, *, bootstrap, features=None, members=MEMBERS):
    rng, (x, y), trees = (
        np.random.default_rng(s),
        (two_hundred.x[s], two_hundred.y[s]),
        [],
    )
    for _ in range(members):
        rows = rng.integers(0, len(y), len(y)) if bootstrap else np.arange(len(y))
        trees.append(grow_tree(x[rows], y[rows], features=features, rng=rng))
    return np.array([tree(fresh.x[s]) for tree in trees])


KINDS = {
    "networks, other starts": lambda s: of_networks(s, bootstrap=False),
    "networks, other draws": lambda s: of_networks(s, bootstrap=True, starts=False),
    "trees, other draws": lambda s: of_trees(s, bootstrap=True),
    "trees, draws and pixels": lambda s: of_trees(s, bootstrap=True, features=8),
}


def errors_of(kind, s):
    """Squared errors of the mean of the first k members, k = 1 … 8, and what the first two foretell for each k."""
    wrong = kind(s) - np.eye(10)[fresh.y[s]]  # (members, N, 10)
    square = lambda e: (e**2).sum(axis=-1).mean()
    measured = [square(wrong[:k].mean(axis=0)) for k in range(1, MEMBERS + 1)]
    v = (square(wrong[0]) + square(wrong[1])) / 2
    c = (wrong[0] * wrong[1]).sum(axis=-1).mean()
    k = np.arange(1, MEMBERS + 1)
    return measured, v / k + (k - 1) / k * c, c / v


crowds = {
    name: [errors_of(kind, s) for s in range(SEEDS)] for name, kind in KINDS.items()
}


def draw_crowds(ax):
    k = np.arange(1, MEMBERS + 1)
    told = []
    for (name, rows), color, mark in zip(
        crowds.items(), (BLUE, GREEN, ORANGE, INK), "osDv", strict=True
    ):
        measured, foretold, alike = (np.mean(a, axis=0) for a in zip(*rows))
        ax.plot(k, measured, mark, color=color, label=name)
        ax.plot(k, foretold, "--", color=color, lw=1)
        told.append(
            f"{name}: {measured[0]:.2f} alone, {measured[-1]:.2f} together, foretold {foretold[-1]:.2f} (c/v = {alike:.2f})"
        )
    ax.set(xlabel="members k", ylabel="mean squared error", ylim=(0, 1))
    ax.set_title("Different mistakes cancel")
    ax.legend(loc="upper right")
    return "Squared error on new digits; " + "; ".join(told) + "."


show(draw_crowds, figsize=(5.5, 4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
fall = {
    n: np.array([1 - r[0][-1] / r[0][0] for r in rows]) for n, rows in crowds.items()
}
last = {n: np.mean([r[0][-1] for r in rows]) for n, rows in crowds.items()}
same_trees = max(
    np.ptp(of_trees(s, bootstrap=False, members=2), axis=0).max() for s in range(SEEDS)
)
missed = {
    n: abs(np.mean([r[1][-1] for r in rows]) / last[n] - 1)
    for n, rows in crowds.items()
}
assert max(missed.values()) < 0.05  # two members foretell eight
assert (
    same_trees == 0 and last["networks, other starts"] < last["networks, other draws"]
)
settle(
    "C7.13",
    tested="Eight members that learned from other draws of the same two hundred digits are averaged: does the squared error fall by more than a third, as it does in a forest?",
    on="kind of member",
    cases={
        "trees": fall["trees, other draws"] > 1 / 3,
        "networks": fall["networks, other draws"] > 1 / 3,
    },
    evidence=f"The error falls by {fall['trees, other draws'].mean():.0%} for trees ({fall['trees, draws and pixels'].mean():.0%} in a forest that also draws pixels) and by {fall['networks, other draws'].mean():.0%} for networks; by {fall['networks, other starts'].mean():.0%} for networks that see the same digits and differ in their start. In all four kinds two members foretell what eight will do, to {max(missed.values()):.0%}.",
    card=True,
)

# %% [markdown]
# One law for both, {eq}`eq-7b-crowd`, and very different gains. Trees make wild mistakes of their own, which cancel; grown from the same samples they would all be alike, so a forest needs the draws. Networks are better alone, and make nearly the *same* mistakes whatever their start. Draws make them a little more different and each of them worse, and in the end the networks that all saw all digits are ahead.
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
# *Dropout* multiplies each number $x_j$ of a layer by a mask $m_j$, 0 with probability $p$ and else 1, anew for each sample, and divides by $1-p$ so that the mean stays $x_j$. In use nothing is dropped. That is the whole method:
#
# :::{admonition} Exercise 2 · dropout
# :class: exercise
# Write dropout: `x` and `u` have the same shape, `u` holds numbers drawn evenly from $[0,1)$, and a number of `x` is dropped where `u < p`. In training, return what goes on to the next layer; in use, too.
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
# In a linear model one can work out what it does. The answer $\sum_jx_jm_jw_j/(1-p)$ has the mean $\mathbf x^\top\mathbf w$. A term's $m_j/(1-p)$ has the mean of its square $1/(1-p)$, so its variance is $1/(1-p)-1=p/(1-p)$, and the masks are independent, so variances add up. The mean of a square is the square of the mean plus the variance:
#
# $$
# \mathbb E\Bigl(y-\sum_j\frac{x_jm_jw_j}{1-p}\Bigr)^2=(y-\mathbf x^\top\mathbf w)^2+\frac p{1-p}\sum_jx_j^2w_j^2 .
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
# In a network there is no such formula, but with ten hidden units all $2^{10}$ masks can be tried. *Dropout amounts to an ensemble of* $2^n$ *models*, say the notes. With a rate of one half all sub-networks are equally likely; of which mean of theirs is the whole network the answer?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def mean_gaps(s):
    """How far the geometric and the arithmetic mean of all sub-networks are from the whole network; shares right of the whole one, of a sub-network on average, of the best sub-network."""
    x, y = fresh.x[s, :300], fresh.y[s, :300]
    logits, whole = by_masks(tens, s, x), tens(fresh.x[:, :300])[s]
    geometric = np.exp(F.log_softmax(logits)[0].mean(axis=0))
    geometric /= geometric.sum(axis=1, keepdims=True)
    arithmetic, answer = F.softmax(logits)[0].mean(axis=0), F.softmax(whole)[0]
    each = right(logits, y)
    return (
        np.abs(geometric - answer).max(),
        np.abs(arithmetic - answer).max(),
        right(whole, y),
        each.mean(),
        each.max(),
    )


means = np.array([mean_gaps(s) for s in range(SEEDS)])
settle(
    "C7.14",
    tested="Ten hidden units, trained with dropout: are the whole network's probabilities the mean of those of all 1,024 sub-networks, within one in a million?",
    on="mean",
    cases={
        "geometric mean, made to add up to one": means[:, 0] < 1e-6,
        "arithmetic mean": means[:, 1] < 1e-6,
    },
    evidence=f"Largest differences, on average over {len(means)} networks: geometric below {1e-6:.0e}, arithmetic {means[:, 1].mean():.2f}. The sub-networks share all their weights, so they are no models of their own.",
    card=True,
)
draws = np.random.default_rng(3)
seen = np.array([draws.random((SEEDS, 50, UNITS)) >= 0.5 for _ in range(400)])
different = len(np.unique(seen[:, 0].reshape(-1, UNITS), axis=0))


class Fixed(Dropout):
    """One mask for each network, the same in all of training."""

    def forward(self, x, *, training=False):
        keep = np.random.default_rng(5).random((len(x), 1, x.shape[-1])) >= self.rate
        keep = np.broadcast_to(keep, x.shape)
        return F.dropout(x, keep, self.rate) if training else F.identity(x)


fixed = mlp((64, UNITS, 10), rng=np.random.default_rng(1), copies=SEEDS)
fixed.layers.insert(2, Fixed(0.5, rng=draws))
fit_side_by_side(
    fixed,
    losses.cross_entropy,
    optim.Adam(fixed.parameters(), 0.01),
    *two_hundred,
    steps=400,
    batch_size=50,
)
part = fresh.x[:, :300], fresh.y[:, :300]
only_one = right(fixed.forward(part[0], training=True)[0], part[1])
whole_fixed = right(fixed(part[0]), part[1])
settle(
    "C7.16",
    tested="Other units are switched off at every step: does the whole network in the end read more digits right than the sub-networks that were trained, on average, by more than ten points?",
    holds=means[:, 2] > means[:, 3] + 0.1,
    control={"one mask for all of training": whole_fixed > only_one + 0.1},
    evidence=f"Training showed {different:,} of the {len(MASKS):,} masks. Share read right: a sub-network {means[:, 3].mean():.0%} on average, the best of them {means[:, 4].mean():.0%}, the whole network {means[:, 2].mean():.0%}. Where one mask was used throughout, the sub-network that was trained reads {only_one.mean():.0%} and the whole network {whole_fixed.mean():.0%}.",
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
# That the geometric mean is exact is algebra: the logits are linear in the mask, so their mean over all masks is the logits of the whole network, and the softmax of mean logits is the geometric mean of the probabilities, made to add up to one. With two layers of dropout it is only an approximation (Srivastava and others [2014](../book/bibliography.md)).
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
# The notes give five reasons why dropout works. Each says something about the trained network that one can look up. Networks with 64 hidden units learn from two hundred digits: plain ones, ones with dropout, and, as a rival, ones with the L2 penalty that is best on validation. A story that fits the rival just as well explains nothing about dropout.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
PS = (0.0, 0.25, 0.5, 0.75)
dropped = {p: network(*two_hundred, p=p) for p in PS}
penalized = {d: network(*two_hundred, decay=d) for d in (3e-4, 1e-3, 3e-3)}
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
    return ((favorite - others) / (favorite + others + 1e-12)).mean(axis=1)


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
# **Less specialized?** Yes and no. No unit is indispensable any more, and the rival does not achieve that. But units do not become generalists: each answers to *fewer* digits than before, at every rate that was tried. Who cannot rely on colleagues learns to be useful alone, and the work is shared by many specialists instead of a few.
#
# **Broad experience?** *What remains is its broad, general experience.* If that were so, features should be coarser, and digits that lost their detail, or gained noise, should be read better:


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
settle(
    "C7.20",
    tested="If what remains is broad, digits that are blurred and digits in noise are read better than by plain networks, both by more than two points. Are they?",
    holds=np.all([worn["dropout", w] > worn["plain", w] + 0.02 for w in WORN], axis=0),
    control={
        "digits in noise, read by the L2 rival": worn["L2 penalty", "in noise"]
        > worn["plain", "in noise"] + 0.02
    },
    evidence=f"Blurred digits: plain {worn['plain', 'blurred'].mean():.0%}, dropout {worn['dropout', 'blurred'].mean():.0%}, L2 penalty {worn['L2 penalty', 'blurred'].mean():.0%}. In noise: {worn['plain', 'in noise'].mean():.0%}, {worn['dropout', 'in noise'].mean():.0%} and {worn['L2 penalty', 'in noise'].mean():.0%}. Roughness of the weights: {rough['plain'].mean():.2f}, {rough['dropout'].mean():.2f} and {rough['L2 penalty'].mean():.2f}.",
)

# %% [markdown]
# The story fits the rival better than its hero: dropout changes neither the features nor what they withstand.
#
# **Augmentation?** *Dropout achieves the effect of data augmentation.* It would, exactly, if for each mask there were an image whose hidden numbers are those that the mask leaves (Bouthillier and others [2015](../book/bibliography.md)). Look for it: start from a digit, and change its pixels by gradient descent until the hidden layer says what the mask wants.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def imagined(units, steps=400, n=20):
    """Digits, images whose hidden numbers come near the masked ones of the digits, and how far they miss, (seeds, n)."""
    net = network(*two_hundred, units=units, p=0.5, steps=200)
    x, (W, b) = fresh.x[:, :n], (net.layers[0].W.value, net.layers[0].b.value[:, None])
    h = hidden(net, x)
    goal = h * (np.random.default_rng(6).random(h.shape) >= 0.5)
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


SIZES = (16, 32, 128, 256)
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
    start=1,
    figsize=(5.5, 2.9),
    alt="Five digits, and below each an image that should stand for the digit with a mask.",
)
found = {units: (dreams[units][2] < 0.1).mean(axis=1) > 0.9 for units in SIZES}
settle(
    "C7.21",
    tested="For a digit and a mask: is there an image whose hidden numbers are the masked ones, to a tenth, for more than nine of ten?",
    on="number of hidden units",
    cases={f"{u} units for 64 pixels": found[u] for u in (32, 256)},
    evidence=f"They miss by {np.median(dreams[32][2]):.1%} with {32} units and by {np.median(dreams[256][2]):.0%} with {256} (medians). Even where such an image exists it is no digit that anybody wrote.",
)

# %% [markdown]
# With fewer hidden units than pixels there is enough freedom to find such an image; with many more there is not. So it is augmentation in a narrow layer only, and with images that no hand would write.
#
# **Sparsity?** *Dropout introduces sparsity.* Not because of its masks, which are gone in use: look at the whole network.

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
# | explanation | what it foretells | what came out |
# |---|---|---|
# | ensemble of $2^n$ | the whole network is the mean of all | exactly, as a geometric mean, with one layer of dropout |
# | less specialized | no unit is indispensable | yes, and the L2 rival does not do it |
# | | units answer to more classes | no: to fewer |
# | sparsity | more zeros in use | yes, and the rival makes fewer |
# | augmentation | an image for each mask | in narrow layers; no images of digits |
# | general experience | coarser features, robust reading | no; the L2 rival does that |
#
# They are no rivals of each other, and the exact one is the first: training with masks, using the mean. Dispensable, selective, quieter units are what such a training leaves behind.
# :::
#
# :::{admonition} Exercise 5 · selectivity
# :class: exercise
# `h` $(N,U)$ are activations of U units, none negative, for N samples with `labels` $(N,)$ of K classes, all of which occur. For each unit let $a$ be the largest of its K class means and $b$ the mean of its other class means. Return $(a-b)/(a+b)$ for each unit, $(U,)$, and 0 for a unit that is always zero.
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
# A network can learn by heart. Where labels are right, that does little harm; where some are wrong, it learns those, too. Take away every fifth label and put a wrong one in its place:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
AMOUNTS = (50, 100, 200, 800)


def spoiled(n, wrong):
    part, _, test = datasets.splits(digits, train=n, test=500)
    rng = np.random.default_rng(7)
    labels = [datasets.mislabel(y, 10, share=wrong, rng=rng) for y in part.y]
    return (part.x, np.array(labels)), test


def learned(n, p, wrong=0.2):
    """Share of training labels reproduced and of new digits read right, (2, seeds)."""
    part, test = spoiled(n, wrong)
    net = network(*part, p=p, steps=300)
    return np.array([right(net(part[0]), part[1]), right(net(test.x), test.y)])


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
    tested="A fully connected network of 64 units without dropout, two hundred digits: is it right in more than 99 % of cases?",
    on="question which digits are asked for",
    cases={"those it learned from": by_heart > 0.99, "new ones": clean[0.0] > 0.99},
    evidence=f"It reproduces {by_heart.mean():.1%} of the digits that it learned from, and reads {clean[0.0].mean():.1%} of new ones. With a fifth of the labels wrong it still reproduces {by_rate[200, 0.0][0].mean():.0%}, and reads {by_rate[200, 0.0][1].mean():.0%}.",
)
gain = by_rate[200, 0.5][1] - by_rate[200, 0.0][1]
settle(
    "C7.25",
    tested="Two hundred digits: does dropout, at a rate of one half, help by more than three points?",
    on="question whether there is noise to be learned by heart",
    cases={
        "a fifth of the labels wrong": gain > 0.03,
        "all labels right": clean[0.5] - clean[0.0] > 0.03,
    },
    evidence=f"Gain in points: {100 * gain.mean():.1f} with wrong labels, {100 * (clean[0.5] - clean[0.0]).mean():.1f} with right ones, though all training digits are learned by heart in both cases ({by_heart.mean():.0%} with right labels)..",
)

# %% [markdown]
# (q7-1)=
# :::{admonition} Question 7.1 · Can dropout, in which every neuron has a certain probability of being killed, prevent overfitting?
# :class: question
# It reduces it, where there is overfitting that does harm: with two hundred digits, a fifth of them mislabeled, dropout keeps the network from learning wrong labels by heart, and new digits gain most. With few digits even a high rate cannot keep it from learning all by heart; with many there is little left to prevent, and a high rate costs accuracy. So the best rate is a matter of the amount of data. An L2 penalty prevents it as well, as the contest below shows.
# :::
#
# (sec-7b-contest)=
# ## Who wins?
#
# *You know each method. After this section you know what they are worth, beside each other and beside more labels.*
#
# A hundred pieces of clothing to learn from, a hundred to choose on, five hundred to judge; images of 14 × 14 pixels, 32 hidden units, twenty draws. Every method has four settings to choose from (they are in the folded code), and so has the plain network, whose learning rate is chosen. Four networks that vote need no choice. One rival is not a method: whoever spends a hundred labels on choosing could have learned from them instead.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
class Noise(Layer):
    """Adds σ times standard normal numbers in training."""

    def __init__(self, sigma):
        self.sigma, self.rng = sigma, np.random.default_rng(2)

    def forward(self, x, *, training=False):
        if not training:
            return F.identity(x)
        return x + self.sigma * self.rng.standard_normal(x.shape), lambda dy: dy


clothes = datasets.fashion()
COARSE = clothes.x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
train, pick, judge = datasets.splits(
    datasets.Samples(COARSE, clothes.y), train=100, validation=100, test=500
)
LOOKS = 20


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
        net.layers.insert(0, Noise(noise))

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


SETTINGS = {
    "learning rate alone": [{"rate": r} for r in (5e-4, 1e-3, 2e-3, 4e-3)],
    "early stopping": [{"looks": LOOKS}],
    "L2 penalty": [{"decay": d} for d in (3e-3, 1e-2, 2e-2, 4e-2)],
    "L1, proximal": [{"shrink": c} for c in (3e-3, 1e-2, 3e-2, 0.1)],
    "max-norm": [{"longest": c} for c in (0.75, 1, 1.5, 2)],
    "noise at the input": [{"noise": s} for s in (0.1, 0.2, 0.3, 0.5)],
    "moved by a pixel": [{"chance": c} for c in (0.1, 0.25, 0.5, 1)],
    "dropout of units": [{"p": p} for p in (0.1, 0.25, 0.5, 0.7)],
    "dropout of pixels": [{"p_in": p} for p in (0.1, 0.25, 0.4, 0.6)],
}


def chosen_by(score, runs):
    """The score on the judge's clothes of what the same score on the others asked for, (seeds,)."""
    tried = np.array([score(a, pick.y) for a, _ in runs])
    judged = np.array([score(b, judge.y) for _, b in runs])
    return judged[tried.argmax(axis=0), np.arange(SEEDS)], tried.argmax(axis=0)


certain = lambda logits, labels: -surprise(logits, labels)
results, choices = {}, {}
for name, grid in SETTINGS.items():
    runs = [look for setting in grid for look in contender(**setting)]
    results[name], picks = zip(*(chosen_by(score, runs) for score in (right, certain)))
    choices[name] = np.bincount(picks[1], minlength=len(runs))
votes = np.mean(
    [F.log_softmax(contender(seed=seed)[0][1])[0] for seed in (1, 2, 3, 4)], axis=0
)
results["four networks vote"] = right(votes, judge.y), certain(votes, judge.y)
doubled = tuple(np.concatenate(both, axis=1) for both in zip(train, pick))
_, all_labels = contender(doubled)[0]
results["all labels, no choice"] = (
    right(all_labels, judge.y),
    certain(all_labels, judge.y),
)


def draw_contest(axes):
    base = results["learning rate alone"]
    names = list(results)[1:]
    told = []
    for ax, i, factor, label in (
        (axes[0], 0, 100, "points more read right"),
        (axes[1], 1, 1, "nats less surprise"),
    ):
        for row, name in enumerate(names):
            d = factor * (results[name][i] - base[i])
            error = 2.09 * d.std(ddof=1) / np.sqrt(SEEDS)
            color = ORANGE if name == names[-1] else BLUE
            ax.errorbar(d.mean(), -row, xerr=error, fmt="o", color=color, capsize=3)
            if i == 0:
                told.append(f"{name} {round(d.mean(), 1) + 0.0:+.1f} ± {error:.1f}")
        ax.axvline(0, color=INK, lw=1)
        ax.set_xlabel(label)
    axes[0].set_yticks(-np.arange(len(names)), names)
    axes[0].set_title("Clothes")
    axes[1].set_title("Certainty")
    return f"Gain over a plain network with the best learning rate, which reads {base[0].mean():.0%}, in points with 95 % intervals: {', '.join(told)}."


show(draw_contest, columns=2, figsize=(10, 4.4), sharey=True)

# %% [markdown]
# Choice and judgment use the same measure: on the left, what was right most often on the clothes to choose on is judged by how often it is right; on the right, likewise with the cross-entropy. Look at the width of the intervals before you look at the order.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
base = results["learning rate alone"][0]
gains = {
    name: r[0] - base for name, r in results.items() if name != "learning rate alone"
}
labels_gain = gains.pop("all labels, no choice")
winner = max(gains, key=lambda n: gains[n].mean())
ahead = (labels_gain > gains[winner]).sum()
assert labels_gain.mean() > 2 * gains[winner].mean()
for name, (share, certainty) in results.items():
    print(
        f"{name:22}  {share.mean():.1%} ± {2.09 * share.std(ddof=1) / np.sqrt(SEEDS):.1%}   {-certainty.mean():.2f} nats"
    )
print(f"\nthe best method: {winner}; more labels beat it in {ahead} of {SEEDS} draws")

# %% [markdown]
# :::{admonition} Exercise 6 · is it a gain?
# :class: exercise
# Two methods were judged on the same draws: `a` and `b` $(S,)$. Return the mean gain of `b` over `a` and its standard error, as a tuple. Use what the draws have in common.
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
# - The average of $k$ models errs by $v/k+c\,(k-1)/k$: what counts is how different the mistakes are. For networks a random start is difference enough.
# - Dropout in a linear model is an L2 penalty by the size of the features. In a network with one layer of it, the whole network is the geometric mean of all sub-networks, exactly.
# - It leaves units that are dispensable, more selective and quieter. It does not leave coarser features.
# - It prevents the learning of noise by heart, where there is noise; where there is none, there is little to prevent.
# - In the contest all methods are within a few points of each other, and twice the labels beat them all.
#
# **Read on.** Srivastava and others ([2014](../book/bibliography.md)) is the paper on dropout; Breiman ([2001](../book/bibliography.md)) the one on forests; Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 7.11 and 7.12, what the notes follow.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
