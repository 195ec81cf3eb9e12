# %% [markdown]
# # Classical algorithms
#
# Two interleaved moons of points, two hundred in all. Draw the border between them. A straight line cannot; but neighbors, questions and kernels can, and their ideas are older than most of their readers. Move the slider through seven learners. If this is solved, what was deep learning for?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import datasets
from dlnotes.claims import by_definition, recap, settle
from dlnotes.clusters import k_means, spectral_clusters, spectral_embedding
from dlnotes.exercises import classical_algorithms as exercises
from dlnotes.experiments import contest, share_right
from dlnotes.explore import explore, show
from dlnotes.linear_models import least_squares, logistic_regression, margin
from dlnotes.margins import (
    gaussian,
    inner_products,
    one_against_rest,
    support_vector_machine,
)
from dlnotes.neighbors import nearest_neighbors, squared_distances
from dlnotes.plotting import BLUE, INK, ORANGE, lines, log_scale
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


def fit_machine(kernel):
    def fit(train, setting, rng):
        machine = support_vector_machine(
            train.x, one_against_rest(train.y), C=3.0 if kernel else setting, tolerance=0.02, rounds=100,
            kernel=gaussian(setting) if kernel else inner_products,
        )  # fmt: skip
        return lambda x: machine(x).argmax(axis=1)

    return fit


MOONS = datasets.two_moons(200, noise=0.2, rng=np.random.default_rng(0))
MORE_MOONS = datasets.two_moons(2000, noise=0.2, rng=np.random.default_rng(1))
OPENING = {
    "least squares": fit_least_squares(MOONS, 0.0, None),
    "logistic regression": fit_logistic(MOONS, 0.1, None),
    "five neighbors": fit_neighbors(MOONS, 5, None),
    "decision tree": fit_tree(MOONS, 100, None),
    "random forest": fit_forest(MOONS, 100, np.random.default_rng(0)),
    "wide margin": fit_machine(False)(MOONS, 1.0, None),
    "wide margin, kernel": fit_machine(True)(MOONS, 0.5, None),
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


explore(draw_border, learner=list(OPENING), start=0)

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
# The moons were a warning against straight lines; let real data decide. The rivals learn from 300 of the 8 × 8 digits, each chooses its setting on 300 others, and is judged on the rest; twenty times, with other digits.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
digits = datasets.digits()
METHODS = {
    "least squares": (fit_least_squares, [30.0, 10.0, 3.0, 1.0]),
    "logistic regression": (fit_logistic, [3.0, 0.3]),
    "neighbors": (fit_neighbors, [9, 5, 3, 1]),
    "tree": (fit_tree, [4, 6, 9, 14]),
    "forest": (fit_forest, [30]),
    "wide margin, kernel": (fit_machine(True), [2.0, 1.4, 1.0]),
}
splits = [datasets.split(digits, validation=300, test=1197, seed=s) for s in range(20)]
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
        + ". Lines reach from the worst to the best of twenty splits."
    )


show(draw_contest, figsize=(5.5, 3))

# %% [markdown]
# (sec-5c-logistic)=
# ## A line, and a probability
#
# *You can fit a line to classes by least squares. After this section you can ask it how sure it is.*
#
# Logistic regression (逻辑回归) puts the number $z=\mathbf w^\top\mathbf x+b$ into the sigmoid $g(z)=1/(1+e^{-z})$ and calls the result the probability of class 1. The best weights are those that make the labels most probable ([chapter 3](03_probability.ipynb): the same as the smallest cross-entropy, and the same as the smallest Kullback–Leibler divergence from the data). For one sample with label $y$,
#
# $$
# \begin{aligned}
# \ell(z) &= -y\ln g(z)-(1-y)\ln\bigl(1-g(z)\bigr) = \ln(1+e^{z})-yz\\
# \ell'(z) &= \frac{e^z}{1+e^z}-y = g(z)-y, \qquad \ell''(z)=g(z)\bigl(1-g(z)\bigr)>0 .
# \end{aligned}
# $$ (eq-5c-logistic)
#
# The loss is convex in $z$ and so in the weights: there are no bad valleys, and Newton's method ([chapter 4b](04b_gradients_and_curvature.ipynb)) needs a handful of steps. The notes read a classifier off the curve: *$g>0.5$ for $z>0$ and $g<0.5$ for $z<0$, so it can serve as a binary classifier*. It can; but one half is a choice. Move the threshold for a machine that looks for eights among digits:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
half = datasets.split(digits, validation=0, test=1000, seed=0)
eights = logistic_regression(half.train.x, (half.train.y == 8).astype(int), penalty=1.0)
certainty = 1 / (1 + np.exp(-margin(half.test.x, eights)))
is_eight = half.test.y == 8


def draw_threshold(ax, threshold):
    bins = np.linspace(0, 1, 41)
    ax.hist(certainty[~is_eight], bins, color=BLUE, alpha=0.6, label="other digits")
    ax.hist(certainty[is_eight], bins, color=ORANGE, alpha=0.8, label="eights")
    ax.axvline(threshold, color=INK)
    called = certainty > threshold
    found, false = (called & is_eight).sum(), (called & ~is_eight).sum()
    ax.set(
        yscale="log",
        ylim=(0.7, 1500),
        xlabel="probability of an eight",
        ylabel="digits",
    )
    ax.set_title(f"{found} of {is_eight.sum()} eights found, {false} false alarms")
    ax.legend(loc="upper center")
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
# The *nearest neighbors* (近邻), $k$ of them, vote. There is nothing to train: the training set *is* the model. *A model without parameters*, say the notes, *whose capacity is large when there are many data, but so is its cost*. Capacity means, as on page [5b](05b_capacity_and_validation.ipynb): how many random labels can it reproduce? (With one neighbor all, since each sample is its own neighbor.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
AMOUNTS = (50, 200, 800, 1600)


def reproduced(seed, n):
    """Shares of n random labels that one neighbor, and a line through 64 pixels, reproduce on their own digits."""
    rng = np.random.default_rng(seed)
    x, coins = digits.x[rng.permutation(len(digits.x))[:n]], rng.integers(0, 2, n)
    w = least_squares(x, 2.0 * coins[:, None] - 1)
    return share_right(nearest_neighbors(x, x, coins), coins), share_right(
        margin(x, w)[:, 0] > 0, coins == 1
    )


coins = np.array([[reproduced(seed, n) for n in AMOUNTS] for seed in range(20)])
settle(
    "C5.25",
    tested=f"Random labels on {AMOUNTS[0]} to {AMOUNTS[-1]:,} digits: does the nearest neighbor reproduce all of them, however many?",
    holds=(coins[..., 0] == 1).all(axis=1),
    control={
        "a line, whose parameters are as many as pixels": (coins[..., 1] == 1).all(
            axis=1
        )
    },
    evidence=f"Reproduced of {AMOUNTS[-1]:,}: {coins[:, -1, 0].mean():.0%} by the neighbor, {coins[:, -1, 1].mean():.0%} by the line. Each answer costs the neighbor "
    f"{AMOUNTS[-1] * 64:,} multiplications, in proportion to the samples kept, and the line {64}.",
    turns={("holds=(coins[..., 0]", "holds=(coins[..., 1]"): "FALSE"},
    card=True,
)

# %% [markdown]
# So its capacity is the number of samples, held in check by $k$: with more voters fewer accidents count (about $n/k$ effective parameters). What it knows besides the samples is the *distance*, and that is the place where knowledge can enter.
#
# (sec-5c-trees)=
# ## Questions, and many who ask them
#
# *Distances treat all entries alike. After this section you can learn from single questions, and know why a crowd asks better than one.*
#
# A *decision tree* (决策树) asks one question after another: is this pixel above that value? Which question first? A heap of samples with class shares $p_c$ has the *Gini impurity* $1-\sum_cp_c^2$: the chance that two of them, drawn with replacement, differ. The best question leaves the purest heaps. It is found by trying all of them, which costs one sort of the samples for each entry:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def errors_along(
    seed, depths=(1, 2, 3, 4, 6, 8, 12, 16), trees=(1, 2, 4, 8, 16, 32, 64)
):
    """Digits misread by trees of growing depth, and by forests of growing size."""
    train, _, test = datasets.split(digits, validation=300, test=1000, seed=seed)
    wrong = lambda shares: 1 - share_right(shares.argmax(axis=1), test.y)
    single = [wrong(grow_tree(*train, depth=d)(test.x)) for d in depths]
    rng = np.random.default_rng(seed)
    grown = [grow_forest(*train, trees=1, rng=rng)(test.x) for _ in range(max(trees))]
    return single, [wrong(np.mean(grown[:t], axis=0)) for t in trees]


by_depth, by_number = (
    np.array(part)
    for part in zip(*(errors_along(seed) for seed in range(5)), strict=True)
)


def draw_forest(axes):
    lines(
        axes[0],
        (1, 2, 3, 4, 6, 8, 12, 16),
        {"a tree": by_depth.mean(axis=0)},
        xlabel="depth",
        ylabel="digits misread",
        log="x",
    )
    lines(
        axes[1],
        (1, 2, 4, 8, 16, 32, 64),
        {"a forest": by_number.mean(axis=0)},
        xlabel="trees",
        log="x",
    )
    for ax, title in zip(
        axes, ("Deeper helps, up to a point", "Many see more than one"), strict=True
    ):
        ax.set(ylim=(0, 0.85), title=title)
    return (
        f"Mean of five splits, 497 digits to learn from: trees misread {by_depth.mean(axis=0)[0]:.0%} at depth 1 and {by_depth.mean(axis=0)[-1]:.0%} at depth 16; one tree of a forest "
        f"{by_number.mean(axis=0)[0]:.0%}, and 64 of them together {by_number.mean(axis=0)[-1]:.0%}."
    )


show(draw_forest, columns=2, figsize=(8, 3.2))

# %% [markdown]
# A deep tree fits every sample, its noise too: small bias, large variance. A *random forest* (随机森林) grows many, each on samples drawn with replacement and with a random choice of entries at each node, and averages. Let the answers of $B$ trees have variance $\sigma^2$ each and correlation $\rho$ with one another. Then the mean has
#
# $$
# \operatorname{var}\Bigl(\frac1B\sum_bf_b\Bigr)=\frac1{B^2}\bigl(B\,\sigma^2+B(B-1)\,\rho\,\sigma^2\bigr)=\rho\,\sigma^2+\frac{1-\rho}B\,\sigma^2 ,
# $$ (eq-5c-forest)
#
# so more trees never raise the variance, and chance is added on purpose, to make $\rho$ small: one tree of the forest is worse than a tree that may ask for any pixel, and the forest is far better.
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
# **1. The margin.** Let $s_i=\pm1$ be the classes and $f(\mathbf x)=\mathbf w^\top\mathbf x$, where one entry of $\mathbf x$ is a constant 1, so that $\mathbf w$ contains the offset. The border is $f=0$, and a point lies $\lvert f(\mathbf x)\rvert/\lVert\mathbf w\rVert$ away from it, in the space with the constant entry. Scale $\mathbf w$ so that the nearest points have $s_if(\mathbf x_i)=1$: they are $1/\lVert\mathbf w\rVert$ away, and the widest margin belongs to the *shortest* $\mathbf w$ with $s_if(\mathbf x_i)\ge1$ for all $i$.
#
# **2. Exceptions.** Let sample $i$ miss this by $\xi_i\ge0$, at a price of $C$ for each unit:
#
# $$
# \min_{\mathbf w,\boldsymbol\xi}\ \tfrac12\lVert\mathbf w\rVert^2+C\sum_i\xi_i\qquad\text{with}\quad s_i\,\mathbf w^\top\mathbf x_i\ge1-\xi_i,\quad\xi_i\ge0 .
# $$ (eq-5c-primal)
#
# At the best, $\xi_i=\max(0,1-s_if(\mathbf x_i))$: the *hinge loss*, plus a penalty on the weights, as in ridge regression.
#
# **3. The other side.** Charge $\alpha_i\ge0$ and $\mu_i\ge0$ for broken promises:
#
# $$
# L=\tfrac12\lVert\mathbf w\rVert^2+C\sum_i\xi_i-\sum_i\alpha_i\,(s_i\,\mathbf w^\top\mathbf x_i-1+\xi_i)-\sum_i\mu_i\,\xi_i .
# $$
#
# Where the promises are kept, both sums subtract something that is not negative, so $L$ is never above the value of {eq}`eq-5c-primal`, whatever the prices. So the minimum of $L$ over $\mathbf w$ and $\boldsymbol\xi$ is a *lower bound* for the best value. Where is that minimum?
#
# $$
# \begin{aligned}
# \nabla_{\mathbf w}L=\mathbf 0 &\;\Longrightarrow\; \mathbf w=\textstyle\sum_i\alpha_is_i\mathbf x_i, &&\text{so }\;\tfrac12\lVert\mathbf w\rVert^2-\textstyle\sum_i\alpha_is_i\mathbf w^\top\mathbf x_i=-\tfrac12\lVert\mathbf w\rVert^2\\
# \partial L/\partial\xi_i=0 &\;\Longrightarrow\; \mu_i=C-\alpha_i, &&\text{possible for }\;0\le\alpha_i\le C ,
# \end{aligned}
# $$
#
# and all $\xi_i$ cancel. The best lower bound is the *dual problem*:
#
# $$
# \max_{0\le\alpha_i\le C}\ g(\boldsymbol\alpha)=\sum_i\alpha_i-\tfrac12\sum_{i,j}\alpha_i\alpha_j\,s_is_j\,\mathbf x_i^\top\mathbf x_j .
# $$ (eq-5c-dual)
#
# In one coordinate $g$ is a parabola with slope $1-s_if(\mathbf x_i)$ and curvature $-\mathbf x_i^\top\mathbf x_i$. So set each $\alpha_i$ to its best value in turn, and go round until nothing moves; that is the whole algorithm:
#
# $$
# \alpha_i\leftarrow\min\Bigl(\max\Bigl(\alpha_i+\frac{1-s_if(\mathbf x_i)}{\mathbf x_i^\top\mathbf x_i},\,0\Bigr),\,C\Bigr) .
# $$ (eq-5c-step)
#
# **4. Kernels.** In {eq}`eq-5c-dual` and in $f(\mathbf x)=\sum_i\alpha_is_i\,\mathbf x_i^\top\mathbf x$ the samples occur in inner products only. Replace these by a *kernel* $k(\mathbf x_i,\mathbf x)$, the inner product of some features $\varphi(\mathbf x_i)^\top\varphi(\mathbf x)$, and the border is straight in the space of features and bent in ours; the features themselves are never computed. For the Gaussian kernel (高斯核) $e^{-\lVert\mathbf a-\mathbf b\rVert^2/2\tau^2}$ there are infinitely many.
#
# **By hand.** Three points on a line: $x=1$ and $x=3$ of class $+$, $x=-1$ of class $-$. With the constant entry they are $(1,1)$, $(3,1)$, $(-1,1)$. The nearest pair is $1$ and $-1$: try $\alpha_1=\alpha_3=\tfrac12$ and $\alpha_2=0$. Then $\mathbf w=\tfrac12(1,1)-\tfrac12(-1,1)=(1,0)$, so $f(1)=1$, $f(3)=3$, $f(-1)=-1$: all promises kept. The primal value is $\tfrac12$, and $g=1-\tfrac12=\tfrac12$. A value that equals its own lower bound cannot be beaten. The machine agrees:

# %%
line = np.array([[1.0], [3.0], [-1.0]])
machine = support_vector_machine(line, np.array([1, 1, -1]), C=10.0, tolerance=1e-9)
print("support vectors:", machine.support[:, 0], " α s:", machine.weights)
print("f at 1, 3, −1:", machine(line))

# %% [markdown]
# The point at 3 has $\alpha=0$: without it the border would be the same. Only the *support vectors*, those on the margin or beyond it, carry the border. The dual value certifies the solution for real data as well:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
signs = 2 * MOONS.y - 1
WIDTHS = (0.1, 0.2, 0.35, 0.5, 0.8, 1.5)
machines = {
    width: support_vector_machine(
        MOONS.x, signs, kernel=gaussian(width), C=3.0, tolerance=1e-5, rounds=20_000
    )
    for width in WIDTHS
}


def primal_and_dual(machine, C=3.0):
    """Values of equations (eq-5c-primal) and (eq-5c-dual)."""
    square = machine.weights @ (
        (machine.kernel(machine.support, machine.support) + 1) @ machine.weights
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
assert (certified[:, 0] >= certified[:, 1] - 1e-9).all() and np.allclose(
    *certified.T, rtol=1e-3
)

# %% [markdown]
# Narrow kernels let the border wind around single points; wide ones straighten it. Width and price are capacities, and are chosen by validation.
#
# :::{admonition} Exercise 3 · one step of the ascent
# :class: exercise
# Return the new $\alpha_i$ of {eq}`eq-5c-step`, for its old value `alpha`, the class `s`, the value `f` of the machine at the sample, `k` $=\mathbf x_i^\top\mathbf x_i$ and the price `C`.
# :::


# %%
def ascend(alpha, s, f, k, C):
    """The best value of one α, the others held."""
    ...


exercises.check_ascend(ascend)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The top of the parabola, or the limit that lies before it.
def ascend(alpha, s, f, k, C):
    return min(max(alpha + (1 - s * f) / k, 0), C)


exercises.check_ascend(ascend)

# %% [markdown]
# :::{admonition} Exercise 4 · distance in the space of features
# :class: exercise
# A kernel $k$ is the inner product of features $\varphi$ that you never see. `Kaa` $(N,)$ holds $k(\mathbf a_n,\mathbf a_n)$, `Kbb` $(M,)$ holds $k(\mathbf b_m,\mathbf b_m)$, and `Kab` $(N,M)$ holds $k(\mathbf a_n,\mathbf b_m)$. Return the *squared* distances $\lVert\varphi(\mathbf a_n)-\varphi(\mathbf b_m)\rVert^2$, $(N,M)$.
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
# *Spectral clustering* (谱聚类) takes this up. Let $A_{ij}$ say how much two samples hang together, and let $\mathbf v$ give each a number such that friends get similar ones: make $\sum_{ij}A_{ij}(v_i-v_j)^2$ small, at a fixed length of $\mathbf v$. With the row sums $D$ this is $2\,\mathbf v^\top(D-A)\,\mathbf v$, so eigenvectors answer; scaled by the row sums, those of $D^{-1/2}AD^{-1/2}$ with the largest eigenvalues. In their coordinates even rings are points:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
RINGS = datasets.rings(
    240, radii=(0.4, 1.0), noise=0.05, rng=np.random.default_rng(0)
).x
GROUPS = {
    "k-means": k_means(RINGS, 2, rng=np.random.default_rng(0))[0],
    **{
        f"spectral, width {w:g}": spectral_clusters(
            RINGS, 2, width=w, rng=np.random.default_rng(0)
        )
        for w in (0.03, 0.1, 0.3, 1.0)
    },
}
TRUE_RINGS = np.arange(240) % 2


def draw_groups(ax, method):
    labels = GROUPS[method]
    for label, color, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        ax.plot(*RINGS[labels == label].T, marker, color=color, ms=4)
    ax.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal", xlabel="x₁", ylabel="x₂")
    agree = share_right(labels, TRUE_RINGS)
    agree = max(agree, 1 - agree)  # which ring is called 0 does not matter
    ax.set_title(f"{method}: {agree:.0%} as the rings lie")
    return f"{method.capitalize()} puts {agree:.0%} of 240 points into the group of their ring."


explore(draw_groups, method=list(GROUPS), start=0)

# %% [markdown]
# Again there is a width to choose: if it is too wide, all hang together.
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
# If all are equally far, a neighbor says nothing. Yet digits have 64 dimensions, and the neighbors read them. Which is it? Add further entries to the moons: either pure noise, or nothing new, by turning the plane with the moons into a space of $D$ dimensions.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
DIMENSIONS = (2, 8, 32, 128)


def in_many(seed, D):
    """Accuracies of neighbors and forest with D − 2 entries of noise, of neighbors and machine in a plane in D dimensions."""
    rng = np.random.default_rng(seed)
    x, y = datasets.two_moons(900, noise=0.15, rng=rng)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    noisy = np.column_stack([x, rng.standard_normal((900, D - 2))])
    turned = x @ np.linalg.qr(rng.standard_normal((D, D)))[0][:2]

    def right(fit, setting, x):
        predict = fit(datasets.Samples(x[:200], y[:200]), setting, rng)
        return share_right(predict(x[200:]), y[200:])

    return (
        right(fit_neighbors, 5, noisy), right(fit_forest, 10, noisy), right(fit_logistic, 1.0, noisy),
        right(fit_neighbors, 5, turned), right(fit_machine(True), 0.5, turned),
    )  # fmt: skip


dimensional = np.array([[in_many(seed, D) for D in DIMENSIONS] for seed in range(20)])


def draw_dimensions(ax):
    names = (
        "neighbors, noise added",
        "forest, noise added",
        "logistic, noise added",
        "neighbors, plane turned",
    )
    lines(
        ax,
        DIMENSIONS,
        dict(zip(names, dimensional.mean(axis=0).T, strict=False)),
        xlabel="dimensions",
        ylabel="right",
    )
    log_scale(ax, "x")
    ax.set_xticks(DIMENSIONS, map(str, DIMENSIONS))
    ax.set(ylim=(0.5, 1), title="It is not the number of entries")
    last = dimensional[:, -1].mean(axis=0)
    return (
        f"With {DIMENSIONS[-1]} entries: "
        + ", ".join(
            f"{name} {value:.0%}" for name, value in zip(names, last, strict=False)
        )
        + ", mean of 20 trials."
    )


show(draw_dimensions)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def suffers(column):
    """For each seed: does it lose more than five points from 2 to 128 dimensions?"""
    return dimensional[:, 0, column] - dimensional[:, -1, column] > 0.05


settle(
    "C5.26",
    tested=f"Two moons in {DIMENSIONS[-1]} dimensions instead of {DIMENSIONS[0]}, 200 samples: does a learner lose more than five points of accuracy?",
    on="learner, and what the further dimensions hold",
    cases={
        "neighbors, noise": suffers(0),
        "forest, noise": suffers(1),
        "neighbors, nothing new": suffers(3),
        "machine with kernel, nothing new": suffers(4),
    },
    evidence="Mean losses in points, in the order of the cases: "
    + ", ".join(
        f"{100 * (dimensional[:, 0, c] - dimensional[:, -1, c]).mean():.1f}"
        for c in (0, 1, 3, 4)
    )
    + f". Logistic regression, which was never good here, loses {100 * (dimensional[:, 0, 2] - dimensional[:, -1, 2]).mean():.1f} with noise.",
    turns={
        (
            "@ np.linalg.qr(rng.standard_normal((D, D)))[0][:2]",
            "@ np.eye(D)[:2] + rng.standard_normal((900, D))",
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# What counts is not the number of entries but the number of directions in which the data really vary, and how many of the entries are beside the point. Neighbors weigh all entries alike, so noise drowns the two that matter; a forest asks for the best ones and loses less. Where the data fill a thin surface in a large space, as images do, what counts is the dimension of the surface.
#
# ### Many changes
#
# The other limit in the notes is *local constancy* (局部稳定性): *a slight change of the input should change the output only slightly*. That is not a defect but an assumption, and a good one, as long as the truth keeps to it. On a checkerboard it does so within a field only:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
BOARDS, PER_FIELD = (2, 4, 8), (1, 2, 4, 16, 64)


def board(rng, n, k):
    """n points on a board of k × k fields, and their colors."""
    x = rng.uniform(0, k, (n, 2))
    return x, np.floor(x).sum(axis=1).astype(int) % 2


def by_neighbor(seed, k, per_field, new=1000):
    rng = np.random.default_rng(seed)
    x, y = board(rng, per_field * k * k, k)
    return share_right(
        nearest_neighbors((fresh := board(rng, new, k))[0], x, y), fresh[1]
    )


def by_folding(seed, k, per_field, new=1000):
    """Color by the sign of sin ωx₁ · sin ωx₂, with the ω and the sign that fit the samples best."""
    rng = np.random.default_rng(seed)
    x, y = board(rng, per_field * k * k, k)
    waves = lambda x, ω: (np.sin(ω * x).prod(axis=1) < 0).astype(int)
    grid = np.linspace(0.5, 6, 400)
    fits = [share_right(waves(x, ω), y) for ω in grid]
    best, flip = (
        (int(np.argmax(fits)), 0)
        if max(fits) >= 1 - min(fits)
        else (int(np.argmin(fits)), 1)
    )
    fresh, truth = board(rng, new, k)
    return share_right(waves(fresh, grid[best]) ^ flip, truth)


boards = np.array(
    [
        [[by_neighbor(seed, k, per) for per in PER_FIELD] for k in BOARDS]
        for seed in range(20)
    ]
)
folded = np.array([[by_folding(seed, 8, per) for per in (2, 64)] for seed in range(20)])


def draw_boards(ax):
    for k, rows, marker in zip(BOARDS, boards.mean(axis=0), "o^s", strict=True):
        ax.plot(
            np.array(PER_FIELD) * k * k, rows, marker=marker, label=f"{k} × {k} fields"
        )
    log_scale(ax, "x")
    ax.axhline(0.5, color=INK, lw=1, alpha=0.4)
    ax.set(
        ylim=(0.4, 1), xlabel="samples", ylabel="right", title="Each field must be seen"
    )
    ax.legend(loc="lower right")
    return (
        "With four samples a field the nearest neighbor is right on "
        + ", ".join(
            f"{rows[2]:.0%} ({k} × {k})"
            for k, rows in zip(BOARDS, boards.mean(axis=0), strict=True)
        )
        + " of new points: what counts is samples a field, so four times the fields need about four times the samples."
    )


show(draw_boards)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
of_eight = boards[:, BOARDS.index(8)]


def limited(per_field):
    """For each seed: is the nearest neighbor more than ten points behind a learner that folds the board, on 8 × 8 fields?"""
    return (
        folded[:, (2, 64).index(per_field)] - of_eight[:, PER_FIELD.index(per_field)]
        > 0.1
    )


settle(
    "C5.27",
    tested="A board of 8 × 8 fields: is a learner that expects nearby points to have the same color (the nearest neighbor) more than ten points behind one that "
    "folds the board with a wave of unknown length?",
    on="number of samples for each change of the truth",
    cases={f"{per} samples a field": limited(per) for per in (2, 64)},
    evidence=f"Right with few and with many samples a field: neighbor {of_eight[:, 1].mean():.0%} and {of_eight[:, -1].mean():.0%}, wave {folded[:, 0].mean():.0%} and {folded[:, 1].mean():.0%}.",
    turns={
        ("limited(per) for per in (2, 64)", "limited(2) for per in (2, 64)"): "TRUE"
    },
    card=True,
)

# %% [markdown]
# The curves are nearly one curve, moved. A local learner needs samples in *every* field, and the number of fields can grow exponentially: in $d$ dimensions a board has $k^d$ of them. The rival on the card is not local: it colors by the sign of $\sin\omega x_1\sin\omega x_2$ and looks for $\omega$ only. It was told the form of the rule, and uses the same fold again and again, so that what it learns in one corner holds in all. The extreme case is *parity*: is the number of ones among $d$ bits odd? Every neighbor of a string, one bit away, has the other answer.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
STRINGS = np.array(list(product((0, 1), repeat=8)))
ODD = STRINGS.sum(axis=1) % 2
GATES = np.array(list(product((0, 1), repeat=4))).reshape(
    16, 2, 2
)  # all functions of two bits


def along(gate, bits):
    """Apply one gate again and again: state ← gate[state, next bit]."""
    state = np.zeros(len(bits), dtype=int)
    for bit in bits.T:
        state = gate[state, bit]
    return state


def on_parity(seed):
    """Right on strings never seen: neighbor, forest and machine from half of all strings, and one gate from twenty."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(STRINGS))
    seen, new = order[:128], order[128:]
    train, x = (
        datasets.Samples(STRINGS[seen].astype(float), ODD[seen]),
        STRINGS[new].astype(float),
    )
    rivals = ((fit_neighbors, 1), (fit_forest, 20), (fit_machine(True), 2.0))
    scores = [
        share_right(fit(train, setting, rng)(x), ODD[new]) for fit, setting in rivals
    ]
    few = seen[:20]
    best = max(GATES, key=lambda gate: share_right(along(gate, STRINGS[few]), ODD[few]))
    return *scores, share_right(along(best, STRINGS[new]), ODD[new])


parity = np.array([on_parity(seed) for seed in range(20)])
print("right on strings never seen, mean of 20 trials")
for name, value in zip(
    ("nearest neighbor", "forest", "machine with kernel", "one gate, repeated"),
    parity.mean(axis=0),
    strict=True,
):
    print(f"  {name:20} {value:.0%}")
assert parity[:, :3].mean(axis=0).max() < 0.6 and (parity[:, 3] == 1).all()

# %% [markdown]
# Half of all strings do not help the local learners; the neighbor is even wrong nearly always, for the reason just given. Twenty strings are enough for a learner that composes: it picks one of sixteen gates and uses it eight times. (So would any learner with few candidates, the right one among them.) What it learned is *deep*, eight steps one after another, and *shared*, the same step each time; so it serves strings of any length. These two words are what the rest of this book is about.
#
# (q5-12)=
# :::{admonition} Question 5.12 · What are typical examples in which traditional machine learning generalizes badly, and how can this be made into a theory?
# :class: question
# Checkerboards, parity and, as you will see at once, images that move. The theory: a learner whose answer at a point depends on the samples nearby can tell apart no more regions than it has samples, so it needs about one sample for each region in which the truth differs from its surroundings (Bengio, Delalleau and Le Roux [2006](../book/bibliography.md) prove such bounds for local kernels). Functions that are composed of few parts, used again, can have exponentially many regions.
# :::
#
# ### Images that move
#
# Place each digit at a random spot of a larger canvas, for training and for testing alike. To a human nothing has changed.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
REACH = (0, 1, 2, 3)


def placed(x, reach, rng, size=14):
    """Digits (N, 64) on canvases (N, size, size), each up to `reach` pixels from the middle, in both directions."""
    canvas, middle = np.zeros((len(x), size, size)), (size - 8) // 2
    for image, spot in zip(x.reshape(-1, 8, 8), canvas, strict=True):
        row, column = middle + rng.integers(-reach, reach + 1, 2)
        spot[row : row + 8, column : column + 8] = image
    return canvas


def patches(x, k=5):
    """All k × k pieces of images (N, H, W), each brought to mean zero and length one: (N, positions, k²)."""
    pieces = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2)).reshape(
        len(x), -1, k * k
    )
    pieces = pieces - pieces.mean(axis=2, keepdims=True)
    return pieces / (np.linalg.norm(pieces, axis=2, keepdims=True) + 0.5)


def shared_detectors(x, y, rng, K=60):
    """Typical pieces, found by k-means, are looked for everywhere; the strongest answers go to least squares."""
    pieces = patches(x).reshape(-1, 25)
    pieces = rng.choice(pieces[np.linalg.norm(pieces, axis=1) > 0.5], 1500)
    centers = k_means(pieces, K, starts=1, rng=rng)[1]
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)

    def answers(x):
        found = patches(x) @ centers.T  # (N, positions, K)
        return np.concatenate(
            [found.max(axis=1), np.maximum(found, 0).mean(axis=1)], axis=1
        )

    A = answers(x)
    mean, scale = A.mean(axis=0), A.std(axis=0) + 1e-9
    predict = fit_least_squares(datasets.Samples((A - mean) / scale, y), 5.0, rng)
    return lambda new: predict((answers(new) - mean) / scale)


def to_the_middle(canvas):
    """Each image moved so that its center of gravity lies in the middle, to the nearest pixel."""
    size, result = canvas.shape[1], np.empty_like(canvas)
    for image, to in zip(canvas, result, strict=True):
        at = [
            np.arange(size) @ image.sum(axis=1 - axis) / image.sum() for axis in (0, 1)
        ]
        to[:] = np.roll(image, [round((size - 1) / 2 - a) for a in at], axis=(0, 1))
    return result.reshape(len(canvas), -1)


def reading_moved(seed, reach, n=300):
    """Right on 300 moved digits: neighbor, machine, neighbor that has seen every digit everywhere, neighbor of centered digits, shared detectors."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))[: n + 300]
    canvas, y = placed(digits.x[order], reach, rng), digits.y[order]
    flat = canvas.reshape(len(canvas), -1)
    train = datasets.Samples(flat[:n], y[:n])
    shifts = list(product(range(-reach, reach + 1), repeat=2))
    centered = placed(digits.x[order[:n]], 0, rng)
    everywhere = np.concatenate(
        [np.roll(centered, shift, axis=(1, 2)) for shift in shifts]
    ).reshape(-1, flat.shape[1])
    called = (
        fit_neighbors(train, 1, rng)(flat[n:]),
        fit_machine(True)(train, 1.5, rng)(flat[n:]),
        nearest_neighbors(flat[n:], everywhere, np.tile(y[:n], len(shifts))),
        nearest_neighbors(to_the_middle(canvas[n:]), to_the_middle(canvas[:n]), y[:n]),
        shared_detectors(canvas[:n], y[:n], rng)(canvas[n:]),
    )
    return [share_right(labels, y[n:]) for labels in called]


moved = np.array(
    [[reading_moved(seed, reach) for reach in REACH] for seed in range(20)]
)


def draw_moved(ax):
    names = (
        "nearest neighbor",
        "machine with kernel",
        "neighbor, all shifts kept",
        "neighbor, centered first",
        "shared detectors",
    )
    lines(
        ax,
        REACH,
        dict(zip(names, moved.mean(axis=0).T, strict=True)),
        xlabel="moved by up to … pixels",
        ylabel="digits read right",
    )
    ax.set_xticks(REACH)
    ax.set(ylim=(0.4, 1), title="Learn it once, use it everywhere")
    return (
        f"Digits moved by up to {REACH[-1]} pixels, mean of 20 trials: "
        + ", ".join(
            f"{name} {value:.0%}"
            for name, value in zip(names, moved[:, -1].mean(axis=0), strict=True)
        )
        + "."
    )


show(draw_moved)

# %% [markdown]
# Three learners do not mind much. Two were told by hand what may change: one neighbor keeps every digit in every place, at 49 times the memory and the time, the other moves every digit to the middle first. The third was told less. It has *detectors* for small pieces of strokes and looks for each of them everywhere. It is made of nothing but $k$-means and least squares, the two plainest algorithms of this page (after Coates, Ng and Lee [2011](../book/bibliography.md)); what makes the difference is that a detector is learned once and *shared* by all places. It is one layer of a convolutional network, and chapter 9 stacks them.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def behind(reach):
    """For each seed: is the better of neighbor and machine more than ten points behind shared detectors?"""
    here = moved[:, REACH.index(reach)]
    return here[:, -1] - here[:, :2].max(axis=1) > 0.1


settle(
    "C5.28",
    tested="Digits on a canvas: is the better of nearest neighbor and machine with kernel, on the pixels as they are, more than ten points behind a learner that shares its detectors "
    "between all places?",
    on="variation of the inputs that leaves the answer as it is",
    cases={
        f"moved by up to {reach} pixels": behind(reach)
        for reach in (REACH[0], REACH[-1])
    },
    evidence=f"Right without and with moves, mean of {len(moved)} trials: better of the two {moved[:, 0, :2].max(axis=1).mean():.0%} and {moved[:, -1, :2].max(axis=1).mean():.0%}, shared detectors "
    f"{moved[:, 0, -1].mean():.0%} and {moved[:, -1, -1].mean():.0%}.",
    turns={
        (
            "for reach in (REACH[0], REACH[-1])",
            "for reach in (REACH[-2], REACH[-1])",
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# (q5-13)=
# :::{admonition} Question 5.13 · Why is deep learning needed, given the limitations of traditional machine learning algorithms?
# :class: question
# Not because the old algorithms are weak: on the moons, and on digits that keep their place, they do well. Most of them rely on nearness in the space of inputs. Where the truth varies often in that space, but by a rule that repeats, nearness needs a sample for every variation; sharing and composing need samples for the rule. Deep networks share and compose, and *learn* what to share.
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
