# %% [markdown]
# # Classical algorithms
#
# Two interleaved moons of points, two hundred in all. Draw the border between them. A straight line cannot; but neighbors, questions and kernels can, and their ideas are older than most of their readers. Move the slider through seven learners. If this is solved, what was deep learning for?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import datasets
from dlnotes.claims import by_definition, recap, settle
from dlnotes.clusters import affinities, k_means, spectral_embedding
from dlnotes.exercises import classical_algorithms as exercises
from dlnotes.experiments import contest, share_right
from dlnotes.explore import explore, show
from dlnotes.linear_models import least_squares, logistic_regression, margin
from dlnotes.margins import (
    gaussian,
    one_against_rest,
    support_vector_machine,
)
from dlnotes.neighbors import nearest_neighbors, squared_distances
from dlnotes.plotting import (
    BLUE,
    GROUND,
    INK,
    ORANGE,
    image_grid,
    lines,
    log_scale,
)
from dlnotes.trees import grow_forest, grow_tree

np.set_printoptions(precision=4, suppress=True)


def fit_least_squares(train, penalty, rng):
    W = least_squares(train.x, np.eye(train.y.max() + 1)[train.y], penalty=penalty)
    return lambda x: margin(x, W).argmax(axis=1)


def fit_logistic(train, penalty, rng):
    """One border for each class against all others; the most certain one decides."""
    classes = range(train.y.max() + 1)
    W = [
        logistic_regression(train.x, (train.y == c).astype(int), penalty=penalty)
        for c in classes
    ]
    return lambda x: margin(x, np.transpose(W)).argmax(axis=1)


def fit_neighbors(train, k, rng):
    return lambda x: nearest_neighbors(x, *train, k=k)


def fit_tree(train, depth, rng):
    tree = grow_tree(*train, depth=depth)
    return lambda x: tree(x).argmax(axis=1)


def fit_forest(train, trees, rng):
    forest = grow_forest(*train, trees=trees, rng=rng)
    return lambda x: forest(x).argmax(axis=1)


def spread(x):
    """How far samples lie from their mean (root mean square): the unit of kernels' widths."""
    return np.sqrt(((x - x.mean(axis=0)) ** 2).sum(axis=1).mean())


def fit_straight(train, C, rng):
    machine = support_vector_machine(train.x, one_against_rest(train.y), C=C)
    return lambda x: machine(x).argmax(axis=1)


def fit_bent(train, width, rng, C=3.0):
    """Width of the kernel as a share of the samples' spread."""
    kernel = gaussian(width * spread(train.x))
    signs = one_against_rest(train.y)
    machine = support_vector_machine(train.x, signs, C=C, kernel=kernel, tolerance=0.01)
    return lambda x: machine(x).argmax(axis=1)


MOONS = datasets.two_moons(200, noise=0.2, rng=np.random.default_rng(0))
MORE_MOONS = datasets.two_moons(2000, noise=0.2, rng=np.random.default_rng(1))
OPENING = {
    "least squares": fit_least_squares(MOONS, 0.0, None),
    "logistic regression": fit_logistic(MOONS, 0.1, None),
    "five neighbors": fit_neighbors(MOONS, 5, None),
    "decision tree": fit_tree(MOONS, 100, None),
    "random forest": fit_forest(MOONS, 100, np.random.default_rng(0)),
    "wide margin": fit_straight(MOONS, 1.0, None),
    "wide margin, kernel": fit_bent(MOONS, 0.5, None),
}


def draw_border(ax, learner):
    side = np.linspace(-2, 3, 101), np.linspace(-1.5, 2, 71)
    places = np.stack(np.meshgrid(*side), axis=-1).reshape(-1, 2)
    called = OPENING[learner](places).reshape(71, 101)
    ax.contourf(
        *side, called, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.25
    )
    for label, color, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        ax.plot(*MOONS.x[MOONS.y == label].T, marker, color=color, ms=4)
    ax.set(xlim=(-2, 3), ylim=(-1.5, 2), aspect="equal", xlabel="x₁", ylabel="x₂")
    right = share_right(OPENING[learner](MORE_MOONS.x), MORE_MOONS.y)
    ax.set_title(f"{learner.capitalize()}: {right:.1%} right")
    return f"{learner.capitalize()} has {right:.1%} of {len(MORE_MOONS.y):,} new points right, and {share_right(OPENING[learner](MOONS.x), MOONS.y):.0%} of the 200 that it learned from."


explore(draw_border, learner=list(OPENING), start=0, figsize=(5.2, 3.5))

# %% [markdown]
# The study notes that this book puts to the test name these algorithms, link to their derivations, and pass on to what they cannot do: *traditional machine learning generalizes badly on many problems*. This page derives them, a few lines each, lets them compete, and then looks for the problems on which they really fail, and for the reason. You will meet no deep network here. But you will see what one must have that these have not.
#
# **After this chapter you can**
#
# - derive and use logistic regression, nearest neighbors, trees, forests, wide margins and kernels;
# - find groups without labels, by centers and by what hangs together;
# - say which of them suits which data, and show with a small experiment where each fails;
# - explain why more data alone does not help when a function varies much, and what does.
#
# **You need** validation from [chapter 5b](05b_capacity_and_validation.ipynb), the gradient from [chapter 4b](04b_gradients_and_curvature.ipynb), and the likelihood from [chapter 3](03_probability.ipynb). All algorithms stand in the library, `dlnotes/linear_models.py`, `neighbors.py`, `trees.py`, `margins.py` and `clusters.py`; its tests compare them with scikit-learn.

# %% [markdown]
# (sec-5c-contest)=
# ## Six rivals, one protocol
#
# *You have seen seven borders. After this section you know how to compare learners fairly, and how they do on real digits.*
#
# The moons were a warning against straight lines; let real data decide. The rivals learn from 300 of the 8 × 8 digits, each chooses its setting on 300 others, and is judged on the rest; ten times, with other digits.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
digits = datasets.digits()
METHODS = {
    "least squares": (fit_least_squares, [100.0, 30.0, 10.0, 3.0, 1.0, 0.3]),
    "logistic regression": (fit_logistic, [10.0, 1.0, 0.1, 0.01]),
    "neighbors": (fit_neighbors, [9, 5, 3, 1]),
    "tree": (fit_tree, [4, 8, 12, 20]),
    "forest": (fit_forest, [40]),
    "wide margin, kernel": (fit_bent, [1.4, 1.0, 0.7, 0.5, 0.35]),
}
splits = [datasets.split(digits, validation=300, test=1197, seed=s) for s in range(10)]
result = contest(METHODS, splits)


def draw_contest(ax):
    for row, scores in enumerate(result.scores.T):
        ax.plot([scores.min(), scores.max()], [-row, -row], "-", color=INK, lw=1)
        ax.plot(scores.mean(), -row, "o", color=BLUE, ms=8)
    ax.set_yticks(-np.arange(len(result.names)), result.names)
    ax.set(xlim=(0.6, 1), xlabel="digits read right", title="Learned from 300 digits")
    return (
        "Mean share of right answers: "
        + ", ".join(
            f"{name} {scores.mean():.1%}"
            for name, scores in zip(result.names, result.scores.T, strict=True)
        )
        + ". Lines reach from the worst to the best of ten splits."
    )


show(draw_contest, figsize=(5.5, 3))
at_the_edge = dict(zip(result.names, (result.edge != 0).mean(axis=0), strict=True))
assert max(at_the_edge[name] for name in METHODS if name not in ("neighbors", "forest")) < 0.25  # fmt: skip

# %% [markdown]
# Nearly always a learner with a scale of settings found its best inside the list that it was given; one neighbor is the end of its scale. (The number of trees and the price of the wide margin were left alone.)
#
# (sec-5c-logistic)=
# ## A line, and a probability
#
# *You can fit a line to classes by least squares. After this section you can ask it how sure it is.*
#
# Logistic regression (逻辑回归) puts the number $z=\mathbf w^\top\mathbf x+b$ into the sigmoid $g(z)=1/(1+e^{-z})$ and calls the result the probability of class 1. The best weights are those that make the labels most probable ([chapter 3](03_probability.ipynb): the same as the smallest cross-entropy, and the same as the smallest Kullback–Leibler divergence from the data). For one sample with label $y$,
#
# $$
# \begin{aligned}
# \ell &= -y\ln g-(1-y)\ln(1-g)\\
# &= \ln(1+e^{z})-yz\\
# \ell' &= \frac{e^z}{1+e^z}-y = g-y\\
# \ell''&=g\,(1-g)>0 .
# \end{aligned}
# $$ (eq-5c-logistic)
#
# The loss is convex in $z$ and so in the weights: there are no bad valleys, and Newton's method ([chapter 4b](04b_gradients_and_curvature.ipynb)) needs a handful of steps. (If a line separates the classes, longer weights are always better and there is no best one; a small penalty $\lambda\lVert\mathbf w\rVert^2$ decides.) The notes read a classifier off the curve: *$g>0.5$ for $z>0$ and $g<0.5$ for $z<0$, so it can serve as a binary classifier*. It can; but one half is a choice. Move the threshold for a machine that looks for eights among digits:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
half = datasets.split(digits, validation=0, test=1000, seed=0)
eights = logistic_regression(half.train.x, (half.train.y == 8).astype(int), penalty=1.0)
certainty = 1 / (1 + np.exp(-margin(half.test.x, eights)))
is_eight = half.test.y == 8


def draw_threshold(ax, threshold):
    bins = np.linspace(0, 1, 41)
    ax.hist(certainty[~is_eight], bins, color=BLUE, alpha=0.6, label="other digits")
    ax.hist(certainty[is_eight], bins, color=ORANGE, alpha=0.8, label="eights")
    ax.axvline(threshold, ymax=0.78, color=INK)
    called = certainty > threshold
    found, false = (called & is_eight).sum(), (called & ~is_eight).sum()
    ax.set(
        yscale="log",
        ylim=(0.7, 9000),
        xlabel="probability of an eight",
        ylabel="digits",
    )
    ax.set_title(f"{found} of {is_eight.sum()} eights found, {false} false alarms")
    ax.legend(loc="upper center", ncols=2)
    return (
        f"With the threshold at {threshold:g} the machine calls {called.sum()} of {len(called)} digits an eight: {found} of {is_eight.sum()} eights are found "
        f"(recall {found / is_eight.sum():.0%}), and {found / called.sum():.0%} of its calls are right (precision)."
    )


explore(
    draw_threshold, threshold=[0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9], start=5
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
z = np.concatenate([margin(half.test.x, eights), np.linspace(-30, 30, 1001)])
by_definition(
    "C5.29",
    because="g is increasing and g(0) is one half, so g(z) exceeds one half exactly where z exceeds zero. At z = 0 neither holds, and "
    "the tie must be settled by agreement; and where errors of the two kinds cost differently, another threshold is better.",
    holds=bool(((1 / (1 + np.exp(-z)) > 0.5) == (z > 0)).all()),
    evidence=f"The two rules agree on all {len(z):,} values that were tried.",
)

# %% [markdown]
# :::{admonition} Exercise 1 · a threshold for z
# :class: exercise
# A false alarm costs 1, a missed eight costs `cost`. Calling a digit an eight is worth it if $g(z)\cdot$`cost` $>1-g(z)$. Return the value that $z$ must exceed.
# :::


# %%
def threshold_for(cost):
    """The smallest z that is worth a call."""
    ...


exercises.check_threshold_for(threshold_for)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. g/(1 − g) = e^z, so e^z · cost > 1.
def threshold_for(cost):
    return -np.log(cost)


exercises.check_threshold_for(threshold_for)

# %% [markdown]
# (sec-5c-neighbors)=
# ## Neighbors
#
# *Fitting was the hard part. After this section you know a learner that does not fit at all, and what it pays.*
#
# The *nearest neighbors* (近邻), $k$ of them, vote; to predict a number, take the mean of theirs. There is nothing to train: the training set *is* the model. *A model without parameters*, say the notes, *whose capacity is large when there are many data, but so is its cost*. Capacity means, as on page [5b](05b_capacity_and_validation.ipynb): how many random labels can it reproduce, beyond the half that guessing has right? With one neighbor all of them, since each sample is its own. With five each sample has one vote among five on its own label. And what if more samples mean more voters, one in forty of them?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
AMOUNTS = (200, 400, 800, 1600)
VOTERS = {
    "1 neighbor": lambda n: 1,
    "5 neighbors": lambda n: 5,
    "n/40": lambda n: n // 40,
}


def reproduced(seed, n):
    """How many of n random labels, beyond one half, are reproduced on their own digits: by k neighbors, and by a line."""
    rng = np.random.default_rng(seed)
    x, coins = digits.x[rng.permutation(len(digits.x))[:n]], rng.integers(0, 2, n)
    w = least_squares(x, 2.0 * coins[:, None] - 1)
    answers = [
        nearest_neighbors(x, x, coins, k=voters(n)) for voters in VOTERS.values()
    ]
    answers.append(margin(x, w)[:, 0] > 0)
    return [n * (share_right(labels, coins) - 0.5) for labels in answers]


coins = np.array([[reproduced(seed, n) for n in AMOUNTS] for seed in range(20)])
exponent = np.log(coins[:, -1] / coins[:, 0]) / np.log(8)  # of growth ∝ nᵖ, (20, 4)


def draw_capacity(ax):
    rows = dict(zip([*VOTERS, "a line"], coins.mean(axis=0).T, strict=True))
    lines(ax, AMOUNTS, rows, xlabel="digits known", ylabel="labels beyond one half")
    ax.set_xticks(AMOUNTS)
    ax.set(ylim=(0, None), title="What neighbors can reproduce grows with the data")
    return (
        f"Random labels reproduced beyond one half, from {AMOUNTS[0]} to {AMOUNTS[-1]:,} digits, mean of 20 trials: "
        + "; ".join(
            f"{name} {row[0]:.0f} to {row[-1]:.0f}" for name, row in rows.items()
        )
        + "."
    )


show(draw_capacity, figsize=(5.5, 3.4))

settle(
    "C5.25",
    tested=f"Random labels on {AMOUNTS[0]} digits and on eight times as many: does the number reproduced beyond one half grow more like the number of samples (exponent 1) than like its "
    "root (½, as with a fixed number of parameters)?",
    on="number of neighbors that vote",
    cases={
        "five": exponent[:, 1] > 0.75,
        "a fixed share of the samples, one in forty": exponent[:, 2] > 0.75,
    },
    control={"a line, with as many parameters as pixels": exponent[:, -1] > 0.75},
    evidence=f"Mean exponents: one neighbor {exponent[:, 0].mean():.2f} (it reproduces all labels, by definition), five {exponent[:, 1].mean():.2f}, one in forty {exponent[:, 2].mean():.2f}, a line "
    f"{exponent[:, 3].mean():.2f}. For each answer a digit is compared with all {AMOUNTS[-1]:,} samples, {AMOUNTS[-1] * 64:,} multiplications; the line needs {64}, however many samples it has seen.",
    turns={("exponent[:, 2] > 0.75", "exponent[:, 0] > 0.75"): "TRUE"},
    card=True,
)

# %% [markdown]
# With a fixed number of voters capacity grows in proportion to the samples; with more voters fewer accidents count, and voters that grow with the data hold it in check. The cost grows in any case. What a neighbor knows besides the samples is the *distance*, and that is the place where knowledge can enter.
#
# (sec-5c-trees)=
# ## Questions, and many who ask them
#
# *Distances treat all entries alike. After this section you can learn from single questions, and know why a crowd asks better than one.*
#
# A *decision tree* (决策树) asks one question after another: is this pixel above that value? Which question first? A heap of samples with class shares $p_c$ has the *Gini impurity* $1-\sum_cp_c^2$: the chance that two of them, drawn with replacement, differ. The best question leaves the purest heaps. It is found by trying all of them, which costs one sort of the samples for each entry:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
PUPIL = grow_tree(*MOONS, depth=3)


def places(node, x=0.0, width=4.0, depth=0):
    """Every node of a tree with its place: (node, x, depth). Its children lie half of `width` to either side."""
    found = [(node, x, depth)]
    if node.yes is not None:
        for child, side in ((node.no, -1), (node.yes, 1)):
            found += places(child, x + side * width / 2, width / 2, depth + 1)
    return found


def draw_tree(axes):
    side = np.linspace(-2, 3, 101), np.linspace(-1.5, 2, 71)
    corners = np.stack(np.meshgrid(*side), axis=-1).reshape(-1, 2)
    called = PUPIL(corners).argmax(axis=1).reshape(71, 101)
    axes[0].contourf(
        *side, called, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.25
    )
    for label, color, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        axes[0].plot(*MOONS.x[MOONS.y == label].T, marker, color=color, ms=3)
    axes[0].set(xlim=(-2, 3), ylim=(-1.5, 2), aspect="equal", xlabel="x₁", ylabel="x₂")
    axes[0].set_title("Each question cuts along an axis")
    for node, x, depth in places(PUPIL):
        if node.yes is not None:
            for side in (-1, 1):
                axes[1].plot([x, x + side * 4 / 2 ** (depth + 1)], [-depth, -depth - 1], color=INK, lw=1)  # fmt: skip
            text, color = f"{'x₁x₂'[2 * node.feature :][:2]} > {node.threshold:.2f}?", "none"  # fmt: skip
        else:
            text, color = f"{node.shares.max():.0%}", (BLUE, ORANGE)[node.shares.argmax()]  # fmt: skip
        axes[1].text(x, -depth, text, ha="center", va="center", bbox={"boxstyle": "round", "fc": GROUND, "ec": color if color != "none" else INK})  # fmt: skip
    axes[1].set(xlim=(-4.4, 4.4), ylim=(-3.4, 0.4), title="no: left, yes: right")
    axes[1].set_axis_off()
    leaves = [node for node, *_ in places(PUPIL) if node.yes is None]
    return f"Three questions in a row make {len(leaves)} heaps; {share_right(PUPIL(MOONS.x).argmax(axis=1), MOONS.y):.0%} of the points are called what most of their heap are. A leaf says how many."


show(draw_tree, columns=2, figsize=(9, 3.4))

# %% [markdown]
# A deep tree fits every sample, its noise too: small bias, large variance. A *random forest* (随机森林) grows many, each on samples drawn with replacement and with a random choice of entries at each node, and averages. Over draws of the training set, let the answers of $B$ trees have variance $\sigma^2$ each and correlation $\rho$ with one another. Then the mean has
#
# $$
# \begin{aligned}
# \operatorname{var}\Bigl(\frac1B\sum_bf_b\Bigr)&=\frac{B\,\sigma^2+B(B-1)\,\rho\,\sigma^2}{B^2}\\
# &=\rho\,\sigma^2+\frac{1-\rho}B\,\sigma^2 .
# \end{aligned}
# $$ (eq-5c-forest)
#
# So more trees never raise the variance, and what remains of it is $\rho\sigma^2$. Chance is added on purpose, to make $\rho$ small. Does that pay? Grow forests on six training sets, once with eight random pixels at each node and once with all 64, and measure $\sigma^2$ and $\rho$ on the first four trees of each. The formula then foretells the variance of the larger forests:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SIZES = (1, 2, 4, 8, 16, 32)


def answers_of_trees(features, sets=6):
    """What single trees say of 400 digits, (training sets, trees, digits, classes), and what is right."""
    draw, rng = np.random.default_rng(0), np.random.default_rng(features)
    order = draw.permutation(len(digits.x))
    new, rest = order[:400], order[400:]
    said = []
    for _ in range(sets):
        known = draw.choice(rest, 200, replace=False)
        grow = lambda: grow_forest(digits.x[known], digits.y[known], trees=1, features=features, rng=rng)  # fmt: skip
        said.append([grow()(digits.x[new]) for _ in range(max(SIZES))])
    return np.array(said), digits.y[new]


def spread_of(said, B):
    """Variance, over the training sets, of the mean of B trees: summed over classes, averaged over digits."""
    return said[:, :B].mean(axis=1).var(axis=0, ddof=1).sum(axis=1).mean()


FORESTS = {"8 pixels a node": answers_of_trees(8), "all 64": answers_of_trees(64)}
variances = {
    name: [spread_of(said, B) for B in SIZES] for name, (said, _) in FORESTS.items()
}


def pairs(said):
    """σ² and ρ from four trees of each forest: the variance of one, and the covariance of two."""
    centered = said[:, :4] - said[:, :4].mean(axis=0)
    one = (centered**2).sum(axis=3).mean() * len(said) / (len(said) - 1)
    B = centered.shape[1]
    all_pairs = (centered.sum(axis=1) ** 2 - (centered**2).sum(axis=1)).sum(axis=2)
    two = all_pairs.mean() / (B * (B - 1)) * len(said) / (len(said) - 1)
    return one, two / one


def draw_variance(axes):
    for (name, (said, truth)), color, marker in zip(FORESTS.items(), (BLUE, ORANGE), "os", strict=True):  # fmt: skip
        σ2, ρ = pairs(said)
        many = np.geomspace(1, 100, 50)
        axes[0].plot(many, ρ * σ2 + (1 - ρ) * σ2 / many, "--", color=color, lw=1)
        axes[0].plot(SIZES, variances[name], marker, color=color, label=f"{name}: ρ = {ρ:.2f}")  # fmt: skip
        wrong = [
            np.mean([1 - share_right(one[:B].mean(axis=0).argmax(axis=1), truth) for one in said]) for B in SIZES
        ]  # fmt: skip
        axes[1].plot(SIZES, wrong, marker=marker, color=color, label=f"{name}: {wrong[-1]:.0%}")  # fmt: skip
    for ax, title, label in zip(axes, ("What remains is ρσ²", "Worse trees, better forest"), ("variance", "digits misread"), strict=True):  # fmt: skip
        log_scale(ax, "x")
        ax.set_xticks([1, 10, 100], ["1", "10", "100"])
        ax.set(ylim=(0, None), xlabel="trees", ylabel=label, title=title)
        ax.legend(loc="upper right")
    axes[1].set(ylim=(0, 0.5))
    return (
        "Variance of one tree and correlation of two: "
        + ", ".join(f"{name} σ² = {pairs(said)[0]:.2f}, ρ = {pairs(said)[1]:.2f}" for name, (said, _) in FORESTS.items())
        + f". Dashed: equation for the variance of many; dots: measured. {max(SIZES)} trees have {variances['8 pixels a node'][-1]:.3f} and {variances['all 64'][-1]:.3f}."
    )  # fmt: skip


show(draw_variance, columns=2, figsize=(9, 3.4))
some, every = (pairs(said) for said, _ in FORESTS.values())
assert some[0] > every[0] and some[1] < every[1]
assert variances["8 pixels a node"][-1] < 0.8 * variances["all 64"][-1]

# %% [markdown]
# A tree that may ask for a few pixels only is a worse tree: its variance is larger, and it misreads more. But two such trees agree less, and that is worth more.
#
# :::{admonition} Exercise 2 · how impure
# :class: exercise
# `counts` $(m, K)$ holds the numbers of samples of each class in $m$ heaps, none of them empty. Return the impurity after the split: the mean of the Gini impurities, weighted by the sizes of the heaps.
# :::


# %%
def impurity(counts):
    """One number."""
    ...


exercises.check_impurity(impurity)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. n (1 − Σ c²/n²) = n − Σ c²/n for each heap; divide the sum by the number of samples.
def impurity(counts):
    sizes = counts.sum(axis=1)
    return 1 - ((counts**2).sum(axis=1) / sizes).sum() / sizes.sum()


exercises.check_impurity(impurity)

# %% [markdown]
# (sec-5c-margins)=
# ## The widest margin
#
# *Many lines separate two classes. After this section you can find the one that keeps farthest from both, and bend it.*
#
# (q5-14)=
# :::{admonition} Question 5.14 · How is the support vector machine (SVM) model derived in detail?
# :class: question
# In four steps: measure the margin, allow exceptions, turn the problem around, and notice that only inner products remain. The rest of this section makes them; at the end a number certifies that the solution is right.
# :::
#
# **1. The margin.** Let $s_i=\pm1$ be the classes and $f(\mathbf x)=\mathbf w^\top\mathbf x+b$. The border is $f=0$, and a point lies $\lvert f(\mathbf x)\rvert/\lVert\mathbf w\rVert$ away from it. If the border separates the classes, scale $\mathbf w$ and $b$ so that the nearest points have $s_if(\mathbf x_i)=1$: they are $1/\lVert\mathbf w\rVert$ away, and the widest margin belongs to the *shortest* $\mathbf w$ with $s_if(\mathbf x_i)\ge1$ for all $i$.
#
# **2. Exceptions.** Let sample $i$ miss this by $\xi_i\ge0$, at a price of $C$ for each unit:
#
# $$
# \begin{aligned}
# &\min_{\mathbf w,b,\boldsymbol\xi}\ \tfrac12\lVert\mathbf w\rVert^2+C\sum_i\xi_i\\
# &\text{with}\quad s_if(\mathbf x_i)\ge1-\xi_i\quad\text{and}\quad\xi_i\ge0 .
# \end{aligned}
# $$ (eq-5c-primal)
#
# At the best, $\xi_i=\max(0,1-s_if(\mathbf x_i))$: the *hinge loss*, plus a penalty on the weights, as in ridge regression. Move the price and see what it buys:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
TWO = datasets.blobs(
    60, centers=np.array([[-1.1, -0.6], [1.1, 0.6]]), rng=np.random.default_rng(2)
)
PRICES = (0.003, 0.01, 0.03, 0.1, 1.0, 10.0)


def draw_straight(ax, price):
    machine = support_vector_machine(TWO.x, 2 * TWO.y - 1, C=price, tolerance=1e-6)
    w, b = machine.weights @ machine.support, machine.offset
    x = np.array([-4.0, 4.0])
    for level, style in ((-1, "--"), (0, "-"), (1, "--")):
        ax.plot(x, (level - b - w[0] * x) / w[1], style, color=INK, lw=1.5)
    for label, color, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        ax.plot(*TWO.x[TWO.y == label].T, marker, color=color, ms=4)
    ax.plot(*machine.support.T, "o", color=INK, ms=9, mfc="none", lw=1)
    ax.set(xlim=(-4, 4), ylim=(-3, 3), aspect="equal", xlabel="x₁", ylabel="x₂")
    ξ = np.maximum(0, 1 - (2 * TWO.y - 1) * machine(TWO.x))
    margin_width = 1 / np.linalg.norm(w)
    ax.set_title(f"C = {price:g}: margin {margin_width:.2f}, misses {ξ.sum():.1f}")
    return (
        f"Price {price:g}: the dashed lines run {margin_width:.2f} away from the border on either side; the samples miss their promises by {ξ.sum():.1f} in all. "
        f"{len(machine.support)} of {len(TWO.x)} samples are ringed: those on a dashed line or beyond it."
    )


explore(draw_straight, price=list(PRICES), start=3, figsize=(5.5, 3.8))

# %% [markdown]
# A low price buys a wide margin with many exceptions, a high one a narrow margin with few.
#
# **3. The other side.** Charge $\alpha_i\ge0$ for each unit by which a promise is broken, and $\mu_i\ge0$ for each unit by which $\xi_i$ is negative:
#
# $$
# \begin{aligned}
# L={}&\tfrac12\lVert\mathbf w\rVert^2+C\textstyle\sum_i\xi_i-\sum_i\mu_i\,\xi_i\\
# &-\textstyle\sum_i\alpha_i\,\bigl(s_if(\mathbf x_i)-1+\xi_i\bigr) .
# \end{aligned}
# $$ (eq-5c-lagrange)
#
# Where all promises are kept, the sums with $\alpha_i$ and $\mu_i$ subtract something that is not negative, so $L$ is never above the value of {eq}`eq-5c-primal`, whatever the prices. So the minimum of $L$ over $\mathbf w$, $b$ and $\boldsymbol\xi$ is a *lower bound* for the best value. $L$ is convex in $\mathbf w$ and linear in $b$ and $\xi_i$: if a slope in $b$ or $\xi_i$ is not zero, the minimum is $-\infty$ and the bound worthless. Otherwise it lies where
#
# $$
# \begin{aligned}
# \nabla_{\mathbf w}L=\mathbf 0 &:\quad \mathbf w=\textstyle\sum_i\alpha_is_i\mathbf x_i\\
# \partial L/\partial b=0 &:\quad \textstyle\sum_i\alpha_is_i=0\\
# \partial L/\partial\xi_i=0 &:\quad \mu_i=C-\alpha_i .
# \end{aligned}
# $$ (eq-5c-stationary)
#
# Since $\mu_i\ge0$, the last line means $\alpha_i\le C$. Put all three in: the $\xi_i$ and $b$ cancel, and $\sum_i\alpha_i+\tfrac12\lVert\mathbf w\rVert^2-\mathbf w^\top\sum_i\alpha_is_i\mathbf x_i=\sum_i\alpha_i-\tfrac12\lVert\mathbf w\rVert^2$ remains. With $\beta_i=\alpha_is_i$ the best lower bound is the *dual problem*
#
# $$
# \begin{aligned}
# &\max_{\boldsymbol\beta}\ Q(\boldsymbol\beta)=\sum_is_i\beta_i-\tfrac12\sum_{i,j}\beta_i\beta_j\,\mathbf x_i^\top\mathbf x_j\\
# &\text{with}\quad\textstyle\sum_i\beta_i=0\quad\text{and}\quad0\le s_i\beta_i\le C .
# \end{aligned}
# $$ (eq-5c-dual)
#
# The slope of $Q$ along $\beta_i$ is $e_i=s_i-\mathbf w^\top\mathbf x_i$. Since the sum must stay zero, raise one $\beta_i$ by $t$ and lower another, $\beta_j$, by $t$. This moves $\mathbf w$ by $t(\mathbf x_i-\mathbf x_j)$ and changes $Q$ by a parabola:
#
# $$
# \begin{aligned}
# &t\,(e_i-e_j)-\tfrac12t^2\lVert\mathbf x_i-\mathbf x_j\rVert^2,\\
# &\text{with its top at}\quad t=\frac{e_i-e_j}{\lVert\mathbf x_i-\mathbf x_j\rVert^2} .
# \end{aligned}
# $$ (eq-5c-step)
#
# The whole algorithm: of the $\beta$ that may still rise take the one with the largest slope, of those that may still fall the one with the smallest, go to the top or to the limit that comes before it, and repeat (ascent in pairs is Platt's, [1999](../book/bibliography.md)). It ends when no pair gains, or gains next to nothing: then some number $b$ lies above all slopes that may rise and below all that may fall. This $b$ is the offset, and the bound is reached:
#
# - $0<\alpha_i<C$: this $\beta_i$ may rise and fall, so $e_i=b$. That is $s_if(\mathbf x_i)=1$, on the margin, and $\xi_i=0$.
# - $\alpha_i=0$: for $s_i=1$ it may rise only, so $e_i\le b$; for $s_i=-1$ it may fall only, so $e_i\ge b$. Both say $s_if(\mathbf x_i)\ge1$: the promise is kept, and $\xi_i=0$.
# - $\alpha_i=C$: the other way around, $s_if(\mathbf x_i)\le1$, and $\xi_i=1-s_if(\mathbf x_i)$ makes up for it; $\mu_i=0$.
#
# In each case every product that {eq}`eq-5c-lagrange` subtracts is zero. So the value of {eq}`eq-5c-primal` equals $L$, which equals $Q$: a value that equals its own lower bound cannot be beaten.
#
# **4. Kernels.** In {eq}`eq-5c-dual` and in $f(\mathbf x)=\sum_i\beta_i\,\mathbf x_i^\top\mathbf x+b$ the samples occur in inner products only. Replace these by a *kernel* $\kappa(\mathbf x_i,\mathbf x)$, the inner product of some features $\varphi(\mathbf x_i)^\top\varphi(\mathbf x)$, and the border is straight in the space of features and bent in ours; the features themselves are never computed. For the Gaussian kernel (高斯核) $e^{-\lVert\mathbf a-\mathbf b\rVert^2/2\tau^2}$ there are infinitely many. (Not every function is a kernel: a matrix of its values must have no negative eigenvalue.)
#
# **By hand.** Three points on a line: $x=1$ and $x=3$ of class $+$, $x=-1$ of class $-$. At $\boldsymbol\beta=\mathbf 0$ the slopes are $1,1,-1$. Take the first and the last: $t=2/2^2=\tfrac12$, so $w=\tfrac12\cdot1-\tfrac12\cdot(-1)=1$. The slopes are now $1-1=0$, $1-3=-2$ and $-1+1=0$. The second may only rise, and is too low for that; so no pair gains, and $b=0$. The machine is $f(x)=x$, its value $\tfrac12w^2=\tfrac12$, and $Q=\tfrac12+\tfrac12-\tfrac12=\tfrac12$, the same. One step was enough. The library agrees:

# %%
line = np.array([[1.0], [3.0], [-1.0]])
machine = support_vector_machine(line, np.array([1, 1, -1]), C=10.0)
print("support vectors:", machine.support[:, 0], " β:", machine.weights)
print("f at 1, 3, −1:", machine(line))

# %% [markdown]
# The point at 3 has $\beta=0$: without it the border would be the same. Only the *support vectors*, those on the margin or beyond it, carry the border. Now bend it; the bound goes along as a certificate:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
signs = 2 * MOONS.y - 1
WIDTHS = (0.1, 0.2, 0.35, 0.5, 0.8, 1.5)
machines = {
    width: support_vector_machine(
        MOONS.x, signs, kernel=gaussian(width), C=3.0, tolerance=1e-6
    )
    for width in WIDTHS
}


def primal_and_dual(machine, C=3.0):
    """Values of equations (eq-5c-primal) and (eq-5c-dual)."""
    square = machine.weights @ (
        machine.kernel(machine.support, machine.support) @ machine.weights
    )
    strays = np.maximum(0, 1 - signs * machine(MOONS.x)).sum()
    return square / 2 + C * strays, np.abs(machine.weights).sum() - square / 2


def draw_margin(ax, width):
    machine = machines[width]
    side = np.linspace(-2, 3, 101), np.linspace(-1.5, 2, 71)
    f = machine(np.stack(np.meshgrid(*side), axis=-1).reshape(-1, 2)).reshape(71, 101)
    ax.contourf(*side, f, levels=[-99, 0, 99], colors=[BLUE, ORANGE], alpha=0.2)
    ax.contour(
        *side,
        f,
        levels=[-1, 0, 1],
        colors=[BLUE, INK, ORANGE],
        linestyles=["--", "-", "--"],
    )
    for sign, color, marker in ((-1, BLUE, "o"), (1, ORANGE, "s")):
        ax.plot(*MOONS.x[signs == sign].T, marker, color=color, ms=3, alpha=0.6)
    ax.plot(*machine.support.T, "o", color=INK, ms=7, mfc="none", lw=1)
    ax.set(xlim=(-2, 3), ylim=(-1.5, 2), aspect="equal", xlabel="x₁", ylabel="x₂")
    right = share_right(machine(MORE_MOONS.x) > 0, MORE_MOONS.y == 1)
    ax.set_title(
        f"τ = {width:g}: {len(machine.support)} support vectors, {right:.1%} right"
    )
    primal, dual = primal_and_dual(machine)
    return (
        f"Width {width:g}: {len(machine.support)} of 200 points support the border (ringed); {right:.1%} of new points are right. Value of the solution {primal:.3f}, "
        f"lower bound {dual:.3f}."
    )


explore(draw_margin, width=list(WIDTHS), start=3)
certified = np.array([primal_and_dual(m) for m in machines.values()])
assert np.allclose(*certified.T, rtol=1e-5)
for m in machines.values():  # a bound is one only if its prices are allowed
    assert abs(m.weights.sum()) < 1e-9 and np.abs(m.weights).max() <= 3.0

# %% [markdown]
# Narrow kernels let the border wind around single points; wide ones straighten it. Width and price are capacities, and are chosen by validation.
#
# :::{admonition} Exercise 3 · one step of the ascent
# :class: exercise
# For a pair of samples you get the slopes `e`, the present `beta` and the classes `s`, each of shape $(2,)$, the squared distance `apart` of the two, and the price `C`. Raise `beta[0]` and lower `beta[1]` by the same $t$: that of {eq}`eq-5c-step`, or less if a limit of {eq}`eq-5c-dual` comes first. Return the new `beta`. (The first slope is the larger one.)
# :::


# %%
def ascend(e, beta, s, apart, C):
    """The new values of the pair."""
    ...


exercises.check_ascend(ascend)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. β lies between 0 and C for class +, between −C and 0 for class −.
def ascend(e, beta, s, apart, C):
    rise = (C if s[0] > 0 else 0) - beta[0]
    fall = beta[1] - (0 if s[1] > 0 else -C)
    t = min((e[0] - e[1]) / apart, rise, fall)
    return np.array([beta[0] + t, beta[1] - t])


exercises.check_ascend(ascend)

# %% [markdown]
# :::{admonition} Exercise 4 · distance in the space of features
# :class: exercise
# With a kernel, `apart` is a distance between features that you never see. `Kaa` $(N,)$ holds $\kappa(\mathbf a_n,\mathbf a_n)$, `Kbb` $(M,)$ holds $\kappa(\mathbf b_m,\mathbf b_m)$, and `Kab` $(N,M)$ holds $\kappa(\mathbf a_n,\mathbf b_m)$. Return the *squared* distances $\lVert\varphi(\mathbf a_n)-\varphi(\mathbf b_m)\rVert^2$, $(N,M)$.
# :::


# %%
def feature_distances(Kaa, Kab, Kbb):
    """Squared distances in the space of features."""
    ...


exercises.check_feature_distances(feature_distances)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Multiply out |φ(a) − φ(b)|².
def feature_distances(Kaa, Kab, Kbb):
    return Kaa[:, None] - 2 * Kab + Kbb


exercises.check_feature_distances(feature_distances)

# %% [markdown]
# (sec-5c-clusters)=
# ## Groups without labels
#
# *So far somebody gave the answers. After this section you can find groups that nobody has named.*
#
# *$k$-means* (均值) puts $K$ centers so that $\sum_n\lVert\mathbf x_n-\text{its center}\rVert^2$ is small. Two steps in turn: each sample goes to the nearest center, which can only lower the sum; each center goes to the mean of its samples, which minimizes it for these samples. A sum that never rises, over finitely many ways to group, comes to rest. But groups around centers are round. Two rings have the same center, and what holds a ring together is that its points are neighbors of neighbors.
#
# *Spectral clustering* (谱聚类) takes this up. Let $A_{ij}$ say how much two samples hang together, and let $\mathbf v$ give each a number such that friends get similar ones: make $\sum_{ij}A_{ij}(v_i-v_j)^2$ small. With the row sums of $A$ on the diagonal of $R$ this is $2\,\mathbf v^\top(R-A)\,\mathbf v$; at a fixed size $\mathbf v^\top R\,\mathbf v=1$ the eigenvectors of $(R-A)\mathbf v=\lambda R\mathbf v$ with the *smallest* $\lambda$ answer. The very first says nothing: give all samples the same number, and the sum is zero. But if the samples fall into two parts that do not hang together, *two* numbers will do, one for each part, and a second eigenvalue is zero too. So take $K$ eigenvectors for $K$ groups, as coordinates of the samples. (With $\mathbf u=R^{1/2}\mathbf v$ they are the eigenvectors of $R^{-1/2}AR^{-1/2}$ with the *largest* eigenvalues, $1-\lambda$; the library computes these.) In these coordinates even rings are points:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
RINGS = datasets.rings(
    240, radii=(0.4, 1.0), noise=0.05, rng=np.random.default_rng(0)
).x
WIDTHS_OF_GROUPS = (0.04, 0.08, 0.15, 0.3, 1.0)
PLACES = {
    w: spectral_embedding(affinities(RINGS, width=w), 2) for w in WIDTHS_OF_GROUPS
}
GROUPS = {
    w: k_means(places, 2, rng=np.random.default_rng(0))[0]
    for w, places in PLACES.items()
}
TRUE_RINGS = np.arange(240) % 2


def as_they_lie(labels):
    """Share of points grouped by ring; which ring is called 0 does not matter."""
    agree = share_right(labels, TRUE_RINGS)
    return max(agree, 1 - agree)


PLAIN = as_they_lie(k_means(RINGS, 2, rng=np.random.default_rng(0))[0])


def draw_groups(axes, width):
    labels = GROUPS[width]
    for label, color, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        axes[0].plot(*RINGS[labels == label].T, marker, color=color, ms=4)
        axes[1].plot(*PLACES[width][labels == label].T, marker, color=color, ms=4)
    axes[0].set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal", xlabel="x₁", ylabel="x₂")  # fmt: skip
    axes[0].set_title(f"{as_they_lie(labels):.0%} as the rings lie")
    axes[1].set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal", xlabel="first coordinate", ylabel="second", title="The same points")  # fmt: skip
    return f"Width {width:g}: {as_they_lie(labels):.0%} of 240 points go into the group of their ring. Plain k-means, in the plane itself: {PLAIN:.0%}."


explore(draw_groups, columns=2, width=list(WIDTHS_OF_GROUPS), start=2, figsize=(8, 3.8))

# %% [markdown]
# Again there is a width to choose: if it is too wide, all hang together; if it is too narrow, a ring tears.
#
# *Biclustering* (双聚类) groups rows *and* columns of a table. It is the same algorithm: let the rows and the columns be the samples, and the entries say how much a row and a column hang together (Dhillon [2001](../book/bibliography.md)).


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def hidden_blocks(rng):
    """A table (24, 18) with three blocks, its rows and columns shuffled."""
    table = 0.3 * rng.uniform(size=(24, 18))
    for block in range(3):
        table[8 * block : 8 * block + 8, 6 * block : 6 * block + 6] += 0.7
    return table[rng.permutation(24)][:, rng.permutation(18)]


def bicluster(table, K, rng):
    """Groups of rows and of columns: spectral clusters of the graph between them."""
    rows, columns = table.shape
    A = np.zeros((rows + columns, rows + columns))
    A[:rows, rows:], A[rows:, :rows] = table, table.T
    groups = k_means(spectral_embedding(A, K), K, rng=rng)[0]
    return groups[:rows], groups[rows:]


TABLE = hidden_blocks(np.random.default_rng(1))
by_rows, by_columns = bicluster(TABLE, 3, np.random.default_rng(0))
sorted_table = TABLE[by_rows.argsort(kind="stable")][
    :, by_columns.argsort(kind="stable")
]


def draw_tables(axes):
    for ax, table, title in zip(
        axes,
        (TABLE, sorted_table),
        ("As it came", "Rows and columns by group"),
        strict=True,
    ):
        ax.imshow(table, cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[], title=title)
    sizes = (
        sorted(np.bincount(by_rows).tolist()),
        sorted(np.bincount(by_columns).tolist()),
    )
    return f"A table with three hidden blocks, shuffled; the groups that were found have {sizes[0]} rows and {sizes[1]} columns."


show(draw_tables, columns=2, figsize=(6, 3.6))

# %% [markdown]
# :::{admonition} Exercise 5 · one round of k-means
# :class: exercise
# For samples `x` $(N, D)$ and `centers` $(K, D)$ let every sample go to the nearest center, and return the new centers $(K, D)$. A center to which no sample goes stays where it is.
# :::


# %%
def one_round(x, centers):
    """The centers after one round."""
    ...


exercises.check_one_round(one_round)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The centers are copied first: what was handed over is not ours.
def one_round(x, centers):
    nearest = ((x[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    moved = np.array(centers, dtype=float)
    for k in np.unique(nearest):
        moved[k] = x[nearest == k].mean(axis=0)
    return moved


exercises.check_one_round(one_round)

# %% [markdown]
# (sec-5c-limits)=
# ## Where they fail
#
# *You have six learners that read digits. After this section you can build problems on which they fail, and say why.*
#
# ### Many dimensions
#
# *Traditional algorithms have difficulty with high-dimensional data: the curse of dimensionality* (维数灾难), say the notes. The reason given is that space becomes empty. In $d$ dimensions the cube of side $1-\epsilon$ holds the share $(1-\epsilon)^d$ of the unit cube: almost nothing, so nearly all of a cube lies near its surface, and random points are all about equally far from one another:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def distances_in(d):
    x = np.random.default_rng(d).uniform(size=(150, d))
    return np.sqrt(squared_distances(x, x)[np.triu_indices(150, 1)] / d)


def draw_distances(ax, dimensions):
    far = distances_in(dimensions)
    ax.hist(far, np.linspace(0, 1, 61), color=BLUE, alpha=0.7)
    ax.set(xlim=(0, 1), yticks=[], xlabel="distance, divided by √d", ylabel="pairs")
    ax.set_title(f"d = {dimensions}: nearest {far.min():.2f}, farthest {far.max():.2f}")
    return f"150 random points in {dimensions} dimensions: the closest pair is {far.min() / far.max():.1%} as far apart as the farthest."


explore(draw_distances, dimensions=[1, 2, 5, 10, 30, 100, 1000], start=1)

# %% [markdown]
# If all are equally far, a neighbor says nothing. Yet digits have 64 dimensions, and the neighbors read them. Which is it? Give the moons more entries, up to 128. Either the further entries are pure noise. Or each of the entries is a wave $\cos(\mathbf w^\top\mathbf x+c)$ over the plane: the data bend through all dimensions, but on a surface that has two. Or each further entry knows a little of the answer. Every learner chooses its setting on 200 samples, anew for every number of dimensions.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
DIMENSIONS = (2, 16, 128)
LOCAL = {
    "neighbors": (fit_neighbors, [63, 31, 15, 5, 1]),
    "wide margin, kernel": (fit_bent, [4.0, 2.0, 1.0, 0.5, 0.25, 0.12]),
}
STRAIGHT = {"logistic": (fit_logistic, [100.0, 10.0, 1.0, 0.1])}


def waves(x, y, D, rng, steep=1.0):
    W, c = steep * rng.standard_normal((2, D)), rng.uniform(0, 2 * np.pi, D)
    return np.cos(x @ W + c)


ENTRIES = {
    "noise": lambda x, y, D, rng: rng.standard_normal((len(x), D - 2)),
    "gentle waves": waves,
    "steep waves": lambda *given: waves(*given, steep=12),
    "a little of the answer": lambda x, y, D, rng: (
        0.5 * (2 * y[:, None] - 1) + rng.standard_normal((len(x), D - 2))
    ),
}


def in_many(seed, D, entries):
    """The moons with D entries, 200 to learn from, 200 to choose by, and 500 to judge by."""
    rng = np.random.default_rng(seed)
    x, y = datasets.two_moons(900, noise=0.15, rng=rng)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    if D > 2:
        more = ENTRIES[entries](x, y, D, rng)
        x = more if "waves" in entries else np.column_stack([x, more])
    parts = (slice(200), slice(200, 400), slice(400, 900))
    return datasets.Split(*(datasets.Samples(x[p], y[p]) for p in parts))


def scores(D, entries, learners):
    """(20 seeds, learners)"""
    return contest(learners, [in_many(seed, D, entries) for seed in range(20)]).scores


EVERYBODY = LOCAL | STRAIGHT
along = {
    name: np.array([scores(D, name, EVERYBODY) for D in DIMENSIONS])
    for name in ("noise", "gentle waves")
}  # (dimensions, seeds, learners)
at_the_end = {name: scores(DIMENSIONS[-1], name, LOCAL) for name in ENTRIES}
plain_moons = along["noise"][0, :, :2]


def draw_dimensions(axes):
    for ax, (name, rows) in zip(axes, along.items(), strict=True):
        curves = dict(zip(EVERYBODY, rows.mean(axis=1).T, strict=True))
        lines(ax, DIMENSIONS, curves, xlabel="dimensions", title=f"Further entries: {name}")  # fmt: skip
        log_scale(ax, "x")
        ax.set_xticks(DIMENSIONS, map(str, DIMENSIONS))
        ax.set(ylim=(0.5, 1))
    axes[0].set_ylabel("right")
    axes[0].get_legend().remove()
    return f"From {DIMENSIONS[0]} to {DIMENSIONS[-1]} dimensions, mean of 20 trials. " + "; ".join(
        f"{name}: " + ", ".join(f"{learner} {100 * row[0]:.0f} to {row[-1]:.0%}" for learner, row in zip(EVERYBODY, rows.mean(axis=1).T, strict=True))
        for name, rows in along.items()
    ) + "."  # fmt: skip


show(draw_dimensions, columns=2, figsize=(9, 3.6))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def suffers(entries):
    """For each seed: do both local learners lose more than five points from 2 to 128 dimensions?"""
    return (plain_moons - at_the_end[entries] > 0.05).all(axis=1)


settle(
    "C5.26",
    tested=f"Two moons with {DIMENSIONS[-1]} entries a sample instead of {DIMENSIONS[0]}, 200 samples: do nearest neighbors and the wide margin with a kernel both lose more than five points of accuracy?",
    on="further entries",
    cases={name: suffers(name) for name in ENTRIES},
    evidence=f"Right with {DIMENSIONS[0]} entries: {', '.join(f'{score:.0%}' for score in plain_moons.mean(axis=0))}. With {DIMENSIONS[-1]}: "
    + "; ".join(f"{name} {', '.join(f'{score:.0%}' for score in at_the_end[name].mean(axis=0))}" for name in ENTRIES)
    + ".",
    turns={("suffers(name) for name in ENTRIES", 'suffers(name) for name in ("noise", "steep waves")'): "TRUE"},
    card=True,
)  # fmt: skip

# %% [markdown]
# What counts is not the number of entries. It is how much of the variation in them says nothing of the answer, since nearness weighs all of it alike, and how strongly the surface bends on which the data lie. Entries that each know a little of the answer do no harm at all. Images fill a thin surface in a large space, with much of both.
#
# ### Many changes
#
# The other limit in the notes is *local constancy* (局部稳定性): *a slight change of the input should change the output only slightly*. That is not a defect but an assumption, and a good one, as long as the truth keeps to it. On a checkerboard it does so within a field only:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
BOARDS, PER_FIELD = (2, 4, 8), (1, 2, 4, 8, 16)
PERIODS = np.geomspace(0.7, 6, 70)


def board(rng, n, m, colors=None):
    """n points on a board of m × m fields, and their colors: alternating, or as given, (m, m)."""
    x = rng.uniform(0, m, (n, 2))
    row, column = np.floor(x).astype(int).T
    return x, (row + column) % 2 if colors is None else colors[row, column]


def folded_neighbor(x, y):
    """A neighbor on the board folded into a square: with the period, or without one, that serves one half best if the other is known."""
    half, few = len(x) // 2, min(len(x) // 2, 300)
    called = lambda new, fold: nearest_neighbors(fold(new), fold(x[:few]), y[:few])
    folds = [lambda x: x, *(lambda x, p=p: x % p for p in PERIODS)]
    served = [share_right(called(x[half : half + 200], fold), y[half : half + 200]) for fold in folds]  # fmt: skip
    fold = folds[int(np.argmax(served))]
    return lambda new: nearest_neighbors(fold(new), fold(x), y)


def plain_neighbor(x, y):
    return lambda new: nearest_neighbors(new, x, y)


def on_board(seed, m, per_field, learn, repeats=True, new=500):
    rng = np.random.default_rng(seed)
    colors = None if repeats else rng.integers(0, 2, (m, m))
    predict = learn(*board(rng, per_field * m * m, m, colors))
    x, y = board(rng, new, m, colors)
    return share_right(predict(x), y)


def over_seeds(*situation, **rule):
    return np.array([on_board(seed, *situation, **rule) for seed in range(20)])


plain = np.array(
    [[over_seeds(m, per, plain_neighbor) for per in PER_FIELD] for m in BOARDS]
)
folded = np.array([over_seeds(BOARDS[-1], per, folded_neighbor) for per in PER_FIELD])
KNOWN = board(np.random.default_rng(0), 2 * BOARDS[-1] ** 2, BOARDS[-1])


def draw_boards(axes):
    side = (np.arange(160) + 0.5) / 20
    fine = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    for ax, learn, title in zip(
        axes[:2],
        (plain_neighbor, folded_neighbor),
        ("The nearest sample", "The nearest, folded"),
        strict=True,
    ):
        called = learn(*KNOWN)(fine).reshape(160, 160)
        ax.contourf(side, side, called, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.35)  # fmt: skip
        for label, color, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
            ax.plot(*KNOWN[0][KNOWN[1] == label].T, marker, color=color, ms=3)
        ax.set(xlim=(0, 8), ylim=(0, 8), aspect="equal", xticks=range(9), yticks=range(9), title=title)  # fmt: skip
        ax.tick_params(labelbottom=False, labelleft=False)
    for m, rows, marker in zip(BOARDS, plain.mean(axis=2), "o^s", strict=True):
        axes[2].plot(PER_FIELD, rows, marker=marker, label=f"{m} × {m} fields")
    axes[2].plot(PER_FIELD, folded.mean(axis=1), marker="D", label="8 × 8, folded")
    log_scale(axes[2], "x")
    axes[2].set_xticks(PER_FIELD, map(str, PER_FIELD))
    axes[2].set(ylim=(0.4, 1), xlabel="samples a field", ylabel="right", title="Each field must be seen")  # fmt: skip
    axes[2].legend(loc="lower right")
    return (
        f"Two samples a field on 8 × 8 fields, and what the nearest sample makes of the board: right on {plain[-1, 1].mean():.0%} of new points, mean of 20 trials; "
        f"folded at the period that serves best, {folded[1].mean():.0%}. Right: four samples a field give the nearest one "
        + ", ".join(f"{rows[2]:.0%} ({m} × {m})" for m, rows in zip(BOARDS, plain.mean(axis=2), strict=True))
        + "."
    )  # fmt: skip


show(draw_boards, columns=3, figsize=(10, 3.6))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def limited(repeats, per_field=8):
    """For each seed: does a neighbor that may fold the board make less than half as many mistakes, on 8 × 8 fields?"""
    local, other = (
        1 - over_seeds(BOARDS[-1], per_field, learn, repeats=repeats, new=2000)
        for learn in (plain_neighbor, folded_neighbor)
    )
    return other < local / 2


settle(
    "C5.27",
    tested="A board of 8 × 8 fields, eight samples a field: does a learner that expects nearby points to have the same color (the nearest neighbor) make more than twice as many mistakes as "
    "one that may fold the board first, at any period or not at all?",
    on="truth: whether its changes repeat",
    cases={
        "alternating colors": limited(repeats=True),
        "colors at random": limited(repeats=False),
    },
    evidence=f"Right on alternating colors with {PER_FIELD[1]} and {PER_FIELD[-1]} samples a field: as it is {plain[-1, 1].mean():.0%} and {plain[-1, -1].mean():.0%}, "
    f"folded {folded[1].mean():.0%} and {folded[-1].mean():.0%}.",
    turns={("limited(repeats=False)", "limited(per_field=8, repeats=True)"): "TRUE"},
    card=True,
)

# %% [markdown]
# The three curves of the nearest sample run close together (a field at the rim has fewer neighbors to be confused with): what counts is samples *a field*, and the number of fields can grow exponentially, as $m^d$ in $d$ dimensions. The fourth learner is the same neighbor; but it may fold the plane at a period that it picks by validation, so that what it has seen in one corner holds in all. Where colors are drawn at random nothing repeats, folding does not help, and no learner can do without a sample in every field. (With very many samples a field the neighbor catches up.)
#
# The extreme case is *parity*: is the number of ones among the bits odd? Every neighbor of a string, one bit away, has the other answer. Strings *two* bits away agree again, though, and they are more. So also ask for the parity of four of the eight bits, without saying which.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
STRINGS = np.array(list(product((0, 1), repeat=8)))
GATES = np.array(list(product((0, 1), repeat=4))).reshape(
    16, 2, 2
)  # all functions of two bits


def run(gate, bits):
    """Apply one gate again and again: state ← gate[state, next bit]."""
    state = np.zeros(len(bits), dtype=int)
    for bit in bits.T:
        state = gate[state, bit]
    return state


LOCALS = {
    "nearest neighbors": (fit_neighbors, [25, 15, 9, 5, 3, 1]),
    "forest": (fit_forest, [20]),
    "wide margin, kernel": (fit_bent, [4.0, 2.0, 1.0, 0.5, 0.25]),
}
COMPOSED = {
    f"parity of a set of bits, {len(STRINGS)} candidates": [lambda x, which=which: x @ which % 2 for which in STRINGS],
    f"one gate, again and again, {len(GATES)} candidates": [lambda x, gate=gate: run(gate, x) for gate in GATES],
}  # fmt: skip


def on_parity(seed, counted):
    """Right on 128 strings never seen, of the parity of the counted bits: local learners from the other 128 (32 to choose by), composed ones from twenty."""
    truth = STRINGS[:, :counted].sum(axis=1) % 2
    order = np.random.default_rng(seed).permutation(len(STRINGS))
    parts = order[:96], order[96:128], order[128:]
    split = datasets.Split(
        *(datasets.Samples(STRINGS[p].astype(float), truth[p]) for p in parts)
    )
    few, new, right = order[:20], order[128:], []
    for candidates in COMPOSED.values():
        best = max(candidates, key=lambda c: share_right(c(STRINGS[few]), truth[few]))
        right.append(share_right(best(STRINGS[new]), truth[new]))
    return *contest(LOCALS, [split]).scores[0], *right


parity = np.array(
    [[on_parity(seed, counted) for seed in range(20)] for counted in (8, 4)]
)  # (all or four of the bits, seeds, learners)
print(
    "right on strings never seen, mean of 20 trials", " " * 7, "all bits  four of them"
)
for name, (all_bits, four) in zip(
    (*LOCALS, *COMPOSED), parity.mean(axis=1).T, strict=True
):
    print(f"  {name:52} {all_bits:9.0%} {four:10.0%}")
assert parity[1, :, :3].mean(axis=0).max() < 0.55 and (parity[1, :, 3] == 1).all()

# %% [markdown]
# Of all bits the neighbors find the parity: validation tells them to ask many, and most of those are two bits away. It is a lucky case; on four of the eight bits whatever number of neighbors validation picks does no better than guessing, and neither do forest and kernel. Twenty strings are enough for the two learners of the lower lines, if what they expect is true. One tries every set of bits; its candidates double with each bit. The other composes: it picks one of sixteen gates and uses it at every bit. What it learns is *deep*, eight steps one after another, and *shared*, the same step each time; so sixteen candidates are enough for strings of any length, where the truth is of that kind. These two words are what the rest of this book is about.
#
# (q5-12)=
# :::{admonition} Question 5.12 · What are typical examples in which traditional machine learning generalizes badly, and how can this be made into a theory?
# :class: question
# Checkerboards, parity and, as you will see at once, images that move. The theory: a learner whose answer at a point depends on the samples nearby can tell apart a number of regions in proportion to its samples, so it needs about one sample for each region in which the truth differs from its surroundings (Bengio, Delalleau and Le Roux [2006](../book/bibliography.md) prove such bounds for local kernels). For a truth that is $s$ times differentiable in $d$ dimensions no learner whatever can promise a squared error that falls faster than $n^{-2s/(2s+d)}$ (Stone [1982](../book/bibliography.md)): with $d$ in the denominator, that is the curse as a theorem. Functions that are composed of few parts, used again, can have exponentially many regions.
# :::
#
# ### Images that move
#
# Place each digit at a random spot of a larger canvas, for training and for testing alike. To a human nothing has changed.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
REACH = (0, 1, 2, 3)
SIDE = 14


def placed(x, reach, rng):
    """Digits (N, 64) on canvases (N, 14, 14)."""
    return datasets.on_canvas(x.reshape(-1, 8, 8), SIDE, reach=reach, rng=rng)


def patches(x, k=5):
    """All k × k pieces of images (N, H, W), each brought to mean zero and length one: (N, positions, k²)."""
    pieces = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2)).reshape(
        len(x), -1, k * k
    )
    pieces = pieces - pieces.mean(axis=2, keepdims=True)
    return pieces / (np.linalg.norm(pieces, axis=2, keepdims=True) + 0.5)


def typical_pieces(canvas, rng, K=60):
    """K pieces of strokes (K, 25), found by k-means among those that are not blank."""
    pieces = patches(canvas).reshape(-1, 25)
    pieces = rng.choice(pieces[np.linalg.norm(pieces, axis=1) > 0.5], 1500)
    centers = k_means(pieces, K, starts=1, rng=rng)[1]
    return centers / np.linalg.norm(centers, axis=1, keepdims=True)


def fit_detectors(train, penalty, rng):
    """Typical pieces are looked for everywhere; how strongly each is found goes to least squares."""
    detectors = typical_pieces(train.x.reshape(-1, SIDE, SIDE), rng)

    def answers(x):
        found = patches(x.reshape(-1, SIDE, SIDE)) @ detectors.T  # (N, positions, K)
        return np.hstack([found.max(axis=1), np.maximum(found, 0).mean(axis=1)])

    A = answers(train.x)
    mean, scale = A.mean(axis=0), A.std(axis=0) + 1e-9
    known = datasets.Samples((A - mean) / scale, train.y)
    predict = fit_least_squares(known, penalty, rng)
    return lambda new: predict((answers(new) - mean) / scale)


def to_the_middle(x):
    return datasets.centered(x.reshape(-1, SIDE, SIDE)).reshape(len(x), -1)


def fit_centered(train, k, rng):
    predict = fit_neighbors(datasets.Samples(to_the_middle(train.x), train.y), k, rng)
    return lambda x: predict(to_the_middle(x))


READERS = {
    "neighbors": (fit_neighbors, [5, 3, 1]),
    "wide margin, kernel": (fit_bent, [1.4, 1.0, 0.7, 0.5, 0.35]),
    "neighbors, centered first": (fit_centered, [3, 1]),
    "shared detectors": (fit_detectors, [5.0]),
}


def moved_digits(seed, reach):
    """200 digits to learn from, 150 to choose by, 300 to judge by."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))[:650]
    x = placed(digits.x[order], reach, rng).reshape(650, -1)
    parts = (slice(200), slice(200, 350), slice(350, 650))
    return datasets.Split(*(datasets.Samples(x[p], digits.y[order[p]]) for p in parts))


moved = np.array(
    [
        contest(READERS, [moved_digits(seed, reach) for seed in range(20)]).scores
        for reach in REACH
    ]
)  # (reach, seeds, readers)
EXAMPLE = np.zeros((2, 20, 20))
EXAMPLE[0, 4:12, 4:12] = EXAMPLE[1, 7:15, 8:16] = digits.x[3].reshape(8, 8)
PIECES = typical_pieces(placed(digits.x[:300], 0, np.random.default_rng(0)), np.random.default_rng(0))  # fmt: skip
STRONGEST = (patches(EXAMPLE[:1]) @ PIECES.T).max(axis=1)[0].argmax()


def draw_detector(ax):
    found = (patches(EXAMPLE) @ PIECES[STRONGEST]).reshape(2, 16, 16)
    piece = np.kron(PIECES[STRONGEST].reshape(5, 5), np.ones((4, 4)))
    answers = np.pad(np.maximum(found, 0) / found.max(), ((0, 0), (2, 2), (2, 2)))
    pictures = np.array(
        [
            (piece - piece.min()) / np.ptp(piece),
            EXAMPLE[0],
            answers[0],
            (piece - piece.min()) / np.ptp(piece),
            EXAMPLE[1],
            answers[1],
        ]
    )
    titles = [
        "a detector",
        "a digit",
        "where found",
        "the same",
        "moved",
        "where found",
    ]
    image_grid(ax, pictures, columns=3, titles=titles)
    return (
        f"One of {len(PIECES)} detectors, {PIECES.shape[1]} pixels, and a digit in two places of a canvas. On the right, how strongly the detector finds its piece at each place: "
        f"the answers move along, and the strongest is the same, {found[0].max():.2f} and {found[1].max():.2f}."
    )


show(
    draw_detector,
    figsize=(5.5, 4),
    alt="Six small pictures in two rows: a detector of five by five pixels, a digit and where the detector finds its piece; below, the digit at another place and where the piece is found there.",
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}


def draw_moved(ax):
    curves = dict(zip(READERS, moved.mean(axis=1).T, strict=True))
    lines(ax, REACH, curves, xlabel="moved by up to … pixels", ylabel="digits read right")  # fmt: skip
    ax.set_xticks(REACH)
    ax.set(ylim=(0.3, 1), title="Learn it once, use it everywhere")
    return f"Digits moved by up to {REACH[-1]} pixels, mean of 20 trials: " + ", ".join(f"{name} {row[-1]:.0%}" for name, row in curves.items()) + "."  # fmt: skip


show(draw_moved)

# %% [markdown]
# Two learners do not mind much. One was told by hand what may change: it moves every digit to the middle, and then asks the neighbors. The other was told less. It has *detectors* for small pieces of strokes and looks for each of them everywhere. It is made of nothing but $k$-means and least squares, the two plainest algorithms of this page (after Coates, Ng and Lee [2011](../book/bibliography.md)); what makes the difference is that a detector is learned once and *shared* by all places. It is one layer of a convolutional network, and chapter 9 stacks them.
#
# The notes say: *traditional machine learning generalizes badly on many problems, and this prompted deep learning*. What prompted it is history, and cannot be tested here; nor has a deep network been seen yet. But you have seen three problems on which nearness, with its settings chosen by validation, falls far behind something that shares or composes.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def behind(local, other):
    """For each seed: is the best local learner more than ten points behind?"""
    return other - local > 0.1


nearness, sharing = moved[..., :2].max(axis=2), moved[..., 3]
settle(
    "C5.28",
    tested="Digits moved by up to three pixels, a board with two samples a field, the parity of four of eight bits: is the best of the local learners (neighbors, kernel) "
    "more than ten points behind one that shares detectors, folds, or composes, on all three?",
    holds=behind(nearness[-1], sharing[-1])
    & behind(plain[-1, 1], folded[1])
    & behind(parity[1, :, (0, 2)].max(axis=0), parity[1, :, 3]),
    control={
        "digits that stay in place": behind(nearness[0], sharing[0]),
        "moved digits, brought to the middle by hand first": behind(moved[-1, :, 2], sharing[-1]),
    },
    evidence=f"Local and other learner, on average: moved digits {nearness[-1].mean():.0%} and {sharing[-1].mean():.0%}, board {plain[-1, 1].mean():.0%} and {folded[1].mean():.0%}, parity "
    f"{parity[1, :, (0, 2)].max(axis=0).mean():.0%} and {parity[1, :, 3].mean():.0%}; digits in place {nearness[0].mean():.0%} and {sharing[0].mean():.0%}, brought to the middle {moved[-1, :, 2].mean():.0%}.",
    turns={("holds=behind(nearness[-1], sharing[-1])", "holds=behind(nearness[0], sharing[0])"): "FALSE"},
    card=True,
)  # fmt: skip

# %% [markdown]
# (q5-13)=
# :::{admonition} Question 5.13 · Why is deep learning needed, given the limitations of traditional machine learning algorithms?
# :class: question
# Not because the old algorithms are weak: on the moons, and on digits that keep their place, they do well. Linear ones need classes that a line separates; neighbors, kernels and trees rely on nearness in the space of inputs. Where the truth varies often in that space, but by a rule that repeats, nearness needs a sample for every variation; sharing and composing need samples for the rule. Deep networks share and compose, and *learn* what to share.
# :::
#
# (q5-11)=
# :::{admonition} Question 5.11 · Are there other reasons for the rise of deep learning besides the poor generalization of traditional machine learning?
# :class: question
# Larger data sets, faster hardware and better software; Goodfellow, Bengio and Courville ([2016](../book/bibliography.md), section 1.2) tell this history. And better ways to train: initialization, rectified units, normalization, which later chapters of this book test one by one.
# :::
#
# :::{admonition} Exercise 6 · the same gate, again and again
# :class: exercise
# `gate` $(2, 2)$ holds bits, `bits` $(N, d)$ strings. Begin with state 0 for every string, set the state to `gate[state, bit]` for one bit after another from left to right, and return the last states $(N,)$.
# :::


# %%
def compose(gate, bits):
    """The state after the last bit of each string."""
    ...


exercises.check_compose(compose)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. All strings step at once; a state is a row of the gate.
def compose(gate, bits):
    state = np.zeros(len(bits), dtype=int)
    for column in bits.T:
        state = gate[state, column]
    return state


exercises.check_compose(compose)

# %% [markdown]
# (sec-5c-summary)=
# ## What to take away
#
# 1. Logistic regression is the convex way from a line to a probability; one half is only one of its thresholds.
# 2. Nearest neighbors keep all samples: capacity and cost grow with them.
# 3. A tree asks the purest question; a forest averages trees that differ by chance, and of their variance $\rho\sigma^2$ remains.
# 4. The widest margin depends on few samples and on inner products only, so a kernel can bend it; the dual certifies it.
# 5. $k$-means wants round groups; spectral clustering follows whatever hangs together.
# 6. Learners by nearness need samples wherever the truth changes. What is shared and composed needs them for the rule only.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Hastie, Tibshirani and Friedman ([2009](../book/bibliography.md)) treat every algorithm of this page at length. Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), sections 5.7 to 5.11, is the text that the notes follow. The first network that composes is that of chapter [6a](06a_feedforward_networks.ipynb), and how it learns stands in [6b](06b_backpropagation.ipynb).
