# %% [markdown]
# # Ensembles and dropout
#
# *Dropout amounts to an ensemble of* $2^n$ *models.*

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import product

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.arrays import Constant
from dlnotes.claims import by_definition, recap, settle
from dlnotes.exercises import ensembles_and_dropout as exercises
from dlnotes.network import Layer, Parameter, Sequential

np.set_printoptions(precision=4, suppress=True)

# %% [markdown]
# (sec-7b-dropout)=
# ## Dropout, exactly
#
# *You know what penalties do. After this section you know the penalty that dropout is, and the mean that it computes.*
#
# *Dropout* sets every input of a layer to zero with probability $p$, anew for each sample, and divides the others by $1-p$. In a linear model that can be worked out. The answer $\sum_jx_jm_jw_j/(1-p)$, with masks $m_j$ of 0 and 1, has the mean $\mathbf x^\top\mathbf w$, and every term the variance $x_j^2w_j^2\,p/(1-p)$. The mean of a square is the square of the mean plus the variance:
#
# $$
# \mathbb E\Bigl(y-\sum_j\frac{x_jm_jw_j}{1-p}\Bigr)^2=(y-\mathbf x^\top\mathbf w)^2+\frac p{1-p}\sum_jx_j^2w_j^2 .
# $$ (eq-7b-dropout)
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
# :::{admonition} Exercise 1 · the penalty of dropout
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
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
