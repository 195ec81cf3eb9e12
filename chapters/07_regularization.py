# %% [markdown]
# # Regularization
#
# *Most solutions with an L1 penalty lie in a corner, where one weight is zero.* Every book has this picture, and most draw it by hand. Below it is computed: a loss of two weights, its contours, and the weights that a penalty allows. Give them more room and watch where the best allowed weights lie.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.arrays import Constant
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import regularization as exercises
from dlnotes.explore import explore, show
from dlnotes.network import Layer, Parameter, Sequential
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE

np.set_printoptions(precision=4, suppress=True)


def least_squares(seed=4, n=60, alike=0.6, truth=(1.4, 0.5)):
    """H = XᵀX/n and the best weights for two features that are alike, with noise."""
    rng = np.random.default_rng(seed)
    X = rng.multivariate_normal(
        [0, 0], [[1, alike], [alike, 1]], size=n, method="cholesky"
    )
    y = X @ truth + 0.5 * rng.standard_normal(n)
    return X.T @ X / n, np.linalg.lstsq(X, y, rcond=None)[0]


def onto_l2(w, radius):
    """The nearest weights of Euclidean length at most `radius`."""
    return w * min(1, radius / np.linalg.norm(w))


def onto_l1(w, radius):
    """The nearest weights whose absolute values add up to at most `radius` (Duchi and others 2008)."""
    size = np.abs(w)
    if size.sum() <= radius:
        return w
    falling = np.sort(size)[::-1]
    excess = (np.cumsum(falling) - radius) / np.arange(1, len(w) + 1)
    cut = excess[np.flatnonzero(falling > excess)[-1]]
    return np.sign(w) * np.maximum(size - cut, 0)


def best_allowed(H, best, project, radius, steps=500):
    """The weights of least loss ½(w − best)ᵀH(w − best) in the allowed set, by projected descent."""
    w, rate = np.zeros(len(best)), 1 / np.linalg.eigvalsh(H)[-1]
    for _ in range(steps):
        w = project(w - rate * H @ (w - best), radius)
    return w


HESSIAN, BEST = least_squares()
SETS = {"|w₁| + |w₂|": onto_l1, "√(w₁² + w₂²)": onto_l2}
SIDE = np.linspace(-1.2, 2.2, 86)
AWAY = np.stack(np.meshgrid(SIDE, SIDE), axis=-1) - BEST
LOSS = np.einsum("...i,ij,...j", AWAY, HESSIAN, AWAY) / 2


def draw_allowed(axes, radius):
    turn = np.linspace(0, 2 * np.pi, 201)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    told = []
    for ax, (name, project) in zip(axes, SETS.items(), strict=True):
        edge = radius * circle
        if project is onto_l1:
            edge = edge / np.abs(circle).sum(axis=1, keepdims=True)
        w = best_allowed(HESSIAN, BEST, project, radius)
        ax.contour(
            SIDE,
            SIDE,
            LOSS,
            levels=[0.01, 0.05, 0.15, 0.35, 0.7, 1.2],
            colors=[BLUE],
            linewidths=0.8,
        )
        ax.fill(*edge.T, color=GREEN, alpha=0.2, lw=0)
        ax.plot(*BEST, "+", color=BLUE, ms=12, mew=2)
        ax.plot(*w, "o", color=ORANGE, ms=9)
        ax.axhline(0, color=INK, lw=0.6)
        ax.axvline(0, color=INK, lw=0.6)
        ax.set(
            xlim=(-1.2, 2.2), ylim=(-1.2, 1.6), aspect="equal", xlabel="w₁", ylabel="w₂"
        )
        ax.set_title(f"{name} ≤ {radius:g}")
        told.append(f"({w[0]:.2f}, {w[1] + 0:.2f})")
    return f"Allowed up to {radius:g}: the best weights are {told[0]} in the square and {told[1]} in the circle; without a limit ({BEST[0]:.2f}, {BEST[1]:.2f})."


explore(
    draw_allowed,
    columns=2,
    radius=[0.2, 0.4, 0.6, 0.8, 1, 1.3, 1.6, 2],
    start=3,
    figsize=(9, 4),
)


# %% [markdown]
# This page asks which medicine against overfitting works, why, and what it costs.
#
# **After this page you can**
#
# - say where the solutions of an L1 and of an L2 penalty lie, and what the figure of the textbooks shows;
# - make exact zeros, and know what makes them;
# - say exactly what dropout does to a linear model, and what it averages in a network.
#
# **You need** [chapter 5a](05a_learning_from_data.ipynb) and [chapter 6b](06b_backpropagation.ipynb).
#
# <!-- Owed on this page. A question is answered in a box: its label (q7-1)=, below it :::{admonition} Question 7.1 · as the
# list asks it, and :class: question. A claim is settled by a call:
# settle("C7.1", tested="...", holds=..., control={"...": ...}, evidence=f"...", turns={("...", "..."): "FALSE"})
#
# Q7.1: Can dropout, in which every neuron has a certain probability of being killed, prevent overfitting?
# Q7.2: Which explanation of dropout holds: less specialized neurons, general experience, an ensemble of 2ⁿ models, data augmentation, or sparsity?
# Q7.3: When is a model just about to overfit, so that early stopping should end the training?
# Q7.4: Why is regularization rarely used to avoid overfitting in neural networks?
# C7.6: For classification, transforming the training data to create more "fake data" yields a model that generalizes better.
# C7.7: Injecting fine-tuned noise into the input or intermediate layers can improve the robustness of a model to a certain degree.
# C7.9: Multi-task learning forces a model to learn representations common to several tasks, which can improve its generalization.
# C7.10: As training proceeds, the training error keeps decreasing, but the test error may first decrease and then increase again.
# C7.11: Early stopping computes the test error at regular intervals during training and saves the model parameters whenever the test error has improved.
# C7.12: Early stopping can be regarded as controlling the capacity of a model through the number of training steps.
# C7.13: Ensembling neural network models is similar to a random forest.
# C7.15: Regularization is rarely used in neural networks, because adding λ|w| for so many weights complicates the computation and the hyperparameter λ must be set by hand.
# C7.16: Dropout can be understood as fusing different models, because each batch switches off different nodes.
# C7.17: A fully connected neural network, without dropout, will train and predict very precisely.
# C7.18: Dropout introduces sparsity.
# C7.19: With dropout, every neuron gets the chance to cooperate with all others, which reduces the specialization of neurons.
# C7.20: What remains in a network trained with dropout is its broad, general experience.
# C7.21: Dropout achieves the effect of data augmentation.
# C7.22: Fitting the training data too precisely makes the fit to other data less precise.
# C7.23: If the test error has not improved for a sufficiently long time, early stopping ends training and returns the best-performing parameters.
# C7.24: When there is little data, data augmentation by various operations on the original data captures all of its aspects.
# C7.25: The regularization of deep learning serves mainly to prevent overfitting.
# -->

# %% [markdown]
# (sec-7-corners)=
# ## Corners
#
# *You have seen one loss and two sets. After this section you know how often a solution lies in a corner, and of what the figure consists.*
#
# A *penalty* $\lambda\sum_i\lvert w_i\rvert$ (L1) or $\frac\lambda2\sum_iw_i^2$ (L2) is added to the loss; or, what comes to the same, weights are *allowed* only a certain sum. The best allowed weights lie where a contour of the loss first touches the allowed set. A square has corners that stick out, and there a weight is zero. How often does a contour touch there? Draw four hundred losses at random, with contours of any direction, up to ten times as long as wide:


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


ROOM = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95)
corner_share = {r: np.array([in_corners(r, seed) for seed in range(20)]) for r in ROOM}


def draw_corners(ax):
    mean = [share.mean() for share in corner_share.values()]
    ax.plot(ROOM, mean, "o-", color=BLUE)
    ax.axhline(0.5, color=INK, lw=1, ls=":")
    ax.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="room, as a part of what the best weights take"
    )
    ax.set(ylabel="share in a corner", title="Little room is all corners")
    told = ", ".join(f"{m:.0%} ({r:g})" for r, m in zip(ROOM, mean, strict=True))
    return (
        f"Share of 400 random losses whose solution lies in a corner, by room: {told}."
    )


show(draw_corners)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SMALL, LARGE = ROOM[1], ROOM[-2]
mostly = lambda room: corner_share[room] > 0.5
settle(
    "C7.3",
    tested="Random losses of two weights, whose absolute values may add up to a part of what those of the best weights do: do more than half of the solutions lie in a corner?",
    on="room that the penalty leaves",
    cases={f"{room:g} of it": mostly(room) for room in (SMALL, LARGE)},
    evidence=f"In a corner: {corner_share[SMALL].mean():.0%} with {SMALL} of the room, {corner_share[LARGE].mean():.0%} with {LARGE}.",
    turns={("in (SMALL, LARGE)}", "in ROOM[:2]}"): "TRUE"},
    card=True,
)
turn = np.linspace(0, 6, 50)
around = np.linalg.solve(
    np.linalg.cholesky(HESSIAN).T, np.stack([np.cos(turn), np.sin(turn)])
)
of_contour = ((HESSIAN @ around) * around).sum(axis=0) / 2
far = np.array([30.0, 40.0])
settle(
    "C7.4",
    tested="The curves around the best weights: are they the set of hypotheses, so that there are none beyond the last one?",
    holds=not np.isfinite(far @ HESSIAN @ far),
    control={"the set of equal losses": bool(np.ptp(of_contour) < 1e-12)},
    evidence=f"Weights far beyond have a loss, too ({far @ HESSIAN @ far / 2:,.0f}). Along a curve it is the same at {len(turn)} places: curves are contours of the loss without a penalty. The hypothesis space is the whole plane.",
)

# %% [markdown]
# So the sentence is right where the penalty leaves little room, and wrong where it leaves much.
#
# (sec-7-zeros)=
# ## Who makes the zeros?
#
# *You know where solutions lie. After this section you know how a computer gets there.*
#
# The slope of $\lvert w\rvert$ is $\pm1$, and at zero it has none. One may descend with the sign, 0 at zero (*sub-gradient*). Or one takes a step for the loss alone, and then the best step for the penalty, which is to move every weight toward zero by up to $\eta\lambda$ (*proximal step*):
#
# $$
# \mathbf w\leftarrow\operatorname{shrink}\bigl(\mathbf w-\eta\nabla L,\;\eta\lambda\bigr),\qquad\operatorname{shrink}(w,c)=\operatorname{sign}(w)\max(0,\lvert w\rvert-c) .
# $$ (eq-7-shrink)
#
# Both go downhill on the same objective. Fifty weights, six of which are not zero in truth, and a hundred noisy samples:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def sparse_problem(seed, n=100, P=50, active=6):
    rng = np.random.default_rng(seed)
    X, truth = rng.standard_normal((n, P)), np.zeros(P)
    truth[:active] = rng.choice([-1, 1], active) * rng.uniform(0.5, 1.5, active)
    return X, X @ truth + 0.5 * rng.standard_normal(n), truth


def objective(X, y, w, price):
    return ((X @ w - y) ** 2).mean() / 2 + price * np.abs(w).sum()


def subgradient(X, y, price, steps=3000):
    w = np.zeros(X.shape[1])
    for t in range(steps):
        w = w - 0.3 / np.sqrt(1 + t / 10) * (
            X.T @ (X @ w - y) / len(X) + price * np.sign(w)
        )
    return w


def proximal(X, y, price, steps=3000):
    w, rate = np.zeros(X.shape[1]), len(X) / np.linalg.norm(X, 2) ** 2
    for _ in range(steps):
        z = w - rate * X.T @ (X @ w - y) / len(X)
        w = np.sign(z) * np.maximum(np.abs(z) - rate * price, 0)
    return w


PRICE = 0.1
pairs = []
for seed in range(20):
    X, y, truth = sparse_problem(seed)
    pairs.append([w(X, y, PRICE) for w in (subgradient, proximal)])
zeros = (np.array(pairs) == 0).sum(axis=2)
X, y, _ = sparse_problem(19)
reached = [objective(X, y, w, PRICE) for w in pairs[-1]]
print(
    f"exact zeros of 50 weights: sub-gradient {zeros[:, 0].mean():.1f}, proximal {zeros[:, 1].mean():.1f}"
)
print(f"objective reached: {reached[0]:.3f} and {reached[1]:.3f}")

settle(
    "C7.1",
    tested="An L1 penalty on fifty weights, of which six are not zero in truth: are more than half of the weights exactly zero, and none of the six?",
    on="algorithm",
    cases={
        "proximal steps": (zeros[:, 1] > 25)
        & (np.array(pairs)[:, 1, :6] != 0).all(axis=1),
        "descent by sub-gradients": (zeros[:, 0] > 25)
        & (np.array(pairs)[:, 0, :6] != 0).all(axis=1),
    },
    evidence=f"Exact zeros on average: {zeros[:, 1].mean():.0f} with proximal steps, {zeros[:, 0].mean():.0f} with sub-gradients, which leave small numbers.",
    card=True,
)


def ridge_path(alike, seed, P=5, n=60):
    rng = np.random.default_rng(seed)
    C = np.full((P, P), alike) + (1 - alike) * np.eye(P)
    X = rng.multivariate_normal(np.zeros(P), C, size=n, method="cholesky")
    y = X @ rng.standard_normal(P) + rng.standard_normal(n)
    H, best = X.T @ X / n, np.linalg.lstsq(X, y, rcond=None)[0]
    prices = np.geomspace(1e-3, 1e2, 60)
    return np.array([np.linalg.solve(H + p * np.eye(P), H @ best) for p in prices])


def over(alike, told):
    """For each of twenty seeds: does it hold for all of ten paths?"""
    return np.array(
        [
            all(told(ridge_path(alike, 10 * seed + k)) for k in range(10))
            for seed in range(20)
        ]
    )


shorter = lambda path: bool((np.diff(np.linalg.norm(path, axis=1)) < 0).all())
nonzero = lambda path: bool((path != 0).all())
each = lambda path: bool((np.diff(np.abs(path), axis=0) <= 1e-9).all())
settle(
    "C7.2",
    tested="An L2 penalty on five weights, ever stronger: does the length of the weights shrink all the way, and is none ever exactly zero?",
    holds=over(0.9, lambda path: shorter(path) and nonzero(path)),
    control={"does each weight shrink all the way?": over(0.9, each)},
    evidence="Ten paths for each of twenty seeds, with features of correlation nine tenths: the length falls along all of them.".replace(
        "nine tenths", f"{0.9}"
    ),
    turns={("shorter(path) and nonzero(path)", "each(path)"): "FALSE"},
)
settle(
    "C7.5",
    tested="The same paths: does every single weight become smaller, step by step, on more than half of ten paths?",
    on="correlation of the features",
    cases={
        f"correlation {alike:g}": np.array(
            [
                sum(each(ridge_path(alike, 10 * seed + k, n=n)) for k in range(10)) > 5
                for seed in range(20)
            ]
        )
        for alike, n in ((0.0, 2000), (0.9, 60))
    },
    evidence=f"{over(0.9, shorter).sum()} of twenty: the length always falls. With features that are alike one weight hands over to another, and grows.",
)

# %% [markdown]
# :::{admonition} Exercise 1 · shrink
# :class: exercise
# Write `shrink` of {eq}`eq-7-shrink` for weights `w` of any shape and a `cut` that is not negative.
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
# (sec-7-dropout)=
# ## Dropout, exactly
#
# *You know what penalties do. After this section you know the penalty that dropout is, and the mean that it computes.*
#
# *Dropout* sets every input of a layer to zero with probability $p$, anew for each sample, and divides the others by $1-p$. In a linear model that can be worked out. The answer $\sum_jx_jm_jw_j/(1-p)$, with masks $m_j$ of 0 and 1, has the mean $\mathbf x^\top\mathbf w$, and every term the variance $x_j^2w_j^2\,p/(1-p)$. The mean of a square is the square of the mean plus the variance:
#
# $$
# \mathbb E\Bigl(y-\sum_j\frac{x_jm_jw_j}{1-p}\Bigr)^2=(y-\mathbf x^\top\mathbf w)^2+\frac p{1-p}\sum_jx_j^2w_j^2 .
# $$ (eq-7-dropout)
#
# Sum over samples, and dropout *is* an L2 penalty, in which every weight pays by how large its feature is: $\frac p{1-p}\,(X^\top X)_{jj}\,w_j^2$. In a network there is no such formula, but with ten hidden units all $2^{10}$ masks can be tried. *Dropout amounts to an ensemble of* $2^n$ *models*, say the notes:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
digits = datasets.digits()
UNITS, RATE = 10, 0.5
MASKS = np.array(list(product((0.0, 1.0), repeat=UNITS)))


def trained_with_dropout(seed, steps=300, n=300):
    """(body, head, test images, labels, number of different masks seen) of a network 64-10-10 with dropout on its hidden units."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(digits.x))
    x, y = digits.x[order[:n]], digits.y[order[:n]]
    W1, W2 = rng.standard_normal((64, UNITS)) / 6, rng.standard_normal((UNITS, 10)) / 3
    body = Sequential(
        Layer(F.linear, Parameter(W1), Parameter(np.zeros(UNITS))), F.relu
    )
    head = Layer(F.linear, Parameter(W2), Parameter(np.zeros(10)))
    optimizer, seen = optim.Adam(body.parameters() + head.parameters(), 0.01), set()
    for _ in range(steps):
        rows = rng.integers(0, n, 50)
        optimizer.zero_grad()
        h, through_body = body.forward(Constant(x[rows]), training=True)
        keep = rng.random(h.shape) >= RATE
        seen |= set(map(tuple, keep.tolist()))
        kept, through_dropout = F.dropout(h, keep, RATE)
        logits, through_head = head.forward(kept, training=True)
        _, pullback = losses.cross_entropy(logits, y[rows])
        through_body(through_dropout(through_head(pullback(np.float64(1)))))
        optimizer.step()
    test = order[n : n + 200]
    return body, head, digits.x[test], digits.y[test], len(seen)


def averaged(seed):
    """How far the geometric and the arithmetic mean of all sub-networks are from the whole one; shares right of the whole one and of a sub-network; masks seen."""
    body, head, x, y, seen = trained_with_dropout(seed)
    h = body(x)
    logits = np.array([head(h * mask / (1 - RATE)) for mask in MASKS])
    geometric = np.exp(F.log_softmax(logits)[0].mean(axis=0))
    geometric /= geometric.sum(axis=1, keepdims=True)
    arithmetic, whole = F.softmax(logits)[0].mean(axis=0), F.softmax(head(h))[0]
    right = lambda z: (z.argmax(axis=-1) == y).mean(axis=-1)
    return (
        np.abs(geometric - whole).max(),
        np.abs(arithmetic - whole).max(),
        right(whole),
        right(logits).mean(),
        right(arithmetic),
        seen,
    )


means = np.array([averaged(seed) for seed in range(20)])
print(
    f"different masks seen in training: {means[:, 5].min():.0f} of {len(MASKS)} at least"
)
print(
    f"read right: one sub-network {means[:, 3].mean():.0%}, all of them averaged {means[:, 4].mean():.0%}, the whole network {means[:, 2].mean():.0%}"
)

settle(
    "C7.14",
    tested="Ten hidden units, trained with dropout: are the whole network's probabilities the mean of those of all 1,024 sub-networks, within one in a million?",
    on="mean",
    cases={
        "geometric mean, made to add up to one": means[:, 0] < 1e-6,
        "arithmetic mean": means[:, 1] < 1e-6,
    },
    evidence=f"Largest differences, on average over {len(means)} networks: geometric below {1e-6:.0e}, arithmetic {means[:, 1].mean():.2f}. The sub-networks share all their weights, so they are no models by themselves.",
    card=True,
)
rng = np.random.default_rng(0)
h, keep = rng.standard_normal((6, 5)), rng.random((6, 5)) >= RATE
noise = keep / (1 - RATE) - 1
by_definition(
    "C7.8",
    because="Dropout multiplies each hidden number by 0 or by 1/(1 − p): it adds h times a noise of mean zero, which is −1 with probability p and else p/(1 − p).",
    holds=bool(np.allclose(F.dropout(h, keep, RATE)[0], h + h * noise)),
    evidence=f"On {h.size} hidden numbers both forms agree.",
)

# %% [markdown]
# That the geometric mean is exact is algebra: the logits are linear in the mask, so their mean over all masks is the logits of the whole network, and the softmax of mean logits is the geometric mean, made to add up to one. With two layers of dropout it is only an approximation.
#
# :::{admonition} Exercise 2 · the penalty of dropout
# :class: exercise
# For samples `X` $(N, D)$, weights `w` $(D,)$ and a rate `p` below 1 return what {eq}`eq-7-dropout` adds to the sum of squared errors over all samples.
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
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
