# %% [markdown]
# # Convolutional networks
#
# Four networks have learned three hundred digits, all of them in the middle of the picture. Now move the digit. Choose by how many pixels: who still reads it?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from functools import partial

import numpy as np
from dlnotes import datasets
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle
from dlnotes.conv import conv2d
from dlnotes.exercises import convolutional_networks as exercises
from dlnotes.experiments import at_best_rate, read
from dlnotes.explore import explore, show
from dlnotes.layers import AvgPool, Conv2d, Linear, MaxPool, mlp
from dlnotes.neighbors import nearest_neighbors
from dlnotes.network import Layer, Parameter, Sequential, SideBySide
from dlnotes.plotting import BLUE, INK, ORANGE
from dlnotes.windows import im2col

np.set_printoptions(precision=4, suppress=True)
SEEDS, SIDE = 20, 12
EVERYTHING = datasets.splits(
    datasets.digits(), train=1000, validation=200, test=300, seeds=SEEDS
)


def placed(part, reach=0, move=0, seed=0):
    """Digits (seeds, N, 1, side, side) on an empty canvas, in the middle or up to `reach` pixels away, moved to the right."""
    rng = np.random.default_rng(seed)
    on = datasets.on_canvas(part.x.reshape(-1, 8, 8), SIDE, reach=reach, rng=rng)
    on = np.roll(on, move, axis=2)
    return datasets.Samples(on.reshape(SEEDS, -1, 1, SIDE, SIDE), part.y)


# Twenty networks learn side by side: S copies of everything.
def convolutional(S, filters=8, F_size=3, pool=(MaxPool, 2), stride=1):
    """Convolution, ReLU, pooling, and a full layer."""
    rng = np.random.default_rng(0)
    places = (SIDE - F_size) // stride + 1
    kind, size = pool or (None, 1)
    conv = Conv2d(1, filters, F_size, stride=stride, copies=S, rng=rng)
    full = Linear(filters * (places // size) ** 2, 10, copies=S, rng=rng)
    pooling = [kind(size)] if kind else []
    return Sequential(SideBySide(S, conv, F.relu, *pooling), full)


def dense(S, units):
    net = mlp((SIDE**2, units, 10), copies=S, rng=np.random.default_rng(0))
    return Sequential(SideBySide(S), net)


def taught(make, data, N=300, steps=150, rates=(0.003, 0.01, 0.03, 0.1)):
    """Twenty networks `make(S)`, learned from N digits each, at the rate that is best on validation digits."""
    learned = datasets.Samples(data.train.x[:, :N], data.train.y[:, :N])
    few = data._replace(train=learned)
    return at_best_rate(make, few, rates=rates, steps=steps, batch_size=20)


def weights_of(make):
    return sum(p.value.size for p in make(1).parameters())


sixteen = partial(convolutional, filters=16, F_size=5)
MOVES = [-2, -1, 0, 1, 2]
IN_MIDDLE = datasets.Split(*map(placed, EVERYTHING))
KINDS = {
    "dense, 64 units": partial(dense, units=64),
    "16 filters": partial(sixteen, pool=None),
    "16 filters, max of 2 × 2": partial(sixteen, pool=(MaxPool, 2)),
    "16 filters, max of all": partial(sixteen, pool=(MaxPool, 8)),
}
READERS = {name: taught(make, IN_MIDDLE) for name, make in KINDS.items()}
MOVED = {
    move: {
        name: read(reader.net, placed(EVERYTHING.test, move=move))
        for name, reader in READERS.items()
    }
    for move in MOVES
}
EXAMPLE = IN_MIDDLE.test.x[0, 3, 0]


def draw_moved(axes, pixels):
    axes[0].imshow(np.roll(EXAMPLE, pixels, axis=1), cmap="gray_r")
    axes[0].set_xticks([])
    axes[0].set_yticks([])
    axes[0].set_title(f"Moved by {pixels}")
    means = {name: share.mean() for name, share in MOVED[pixels].items()}
    colors = [BLUE, BLUE, BLUE, ORANGE]
    axes[1].barh(range(4), list(means.values()), color=colors)
    axes[1].set_yticks(range(4), list(means))
    for row, make in enumerate(KINDS.values()):
        label = f"{weights_of(make):,} weights"
        axes[1].text(0.02, row, label, color="white", va="center")
    axes[1].axvline(0.1, color=INK, lw=0.8)
    axes[1].invert_yaxis()
    axes[1].set(xlim=(0, 1), xlabel="share read (the line is guessing)")
    told = ", ".join(f"{name} {mean:.0%}" for name, mean in means.items())
    return f"Moved by {pixels} pixel{'' if abs(pixels) == 1 else 's'}: {told} (means of twenty networks)."


explore(draw_moved, columns=2, pixels=MOVES, start=2, figsize=(8.6, 3.4))

# %% [markdown]
# One pixel is enough to lose half of the digits, with filters as without: a convolution moves its map when the picture moves, and the full layer after it does not know that. The three convolutional networks have the same sixteen filters of 5 × 5 and differ in what follows. To keep one number for each block of a map is called pooling (池化). Blocks of 2 × 2 save some digits from one pixel and few from two. In the last network the block is the whole map: it keeps the largest answer of each filter, wherever it stood, hardly cares about a move, and has the fewest weights of all.
#
# On this page you take apart the three ideas of a convolutional network (卷积神经网络): first local windows and shared weights, then pooling; a dense network of equal cost runs alongside. Afterwards you can say for which data such a network is the right choice, and choose its pooling. You need [chapter 9a](09a_convolution.ipynb) and [chapter 8b](08b_troubles_and_cures.ipynb). Reading takes half an hour, the exercises as much again.

# %% [markdown]
# (sec-9b-three)=
# ## Windows and sharing
#
# *After this section you know what locality and sharing are worth, and on what data.*
#
# Which unit sees which input, and which weights are equal? Along one axis, six inputs below and what sees them above; a color is a weight:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
HUES = ["#1f77b4", "#d95f02", "#2ca02c", "#9467bd", "#8c564b", "#e377c2"]


def draw_wiring(axes):
    for ax, kind in zip(axes, ("dense", "local", "shared"), strict=True):
        for unit in range(4):
            for k in range(6) if kind == "dense" else range(unit, unit + 3):
                own = 6 * unit + k if kind == "dense" else 3 * unit + k - unit
                color = HUES[(k - unit if kind == "shared" else own) % 6]
                width = 1 if kind == "dense" else 2
                ax.plot([k, unit + 1], [0, 1], "-", color=color, lw=width)
            ax.plot(unit + 1, 1, "o", color=INK, ms=8)
        ax.plot(range(6), np.zeros(6), "s", color=INK, ms=8)
        ax.set(xlim=(-0.5, 5.5), ylim=(-0.15, 1.15), title=kind)
        ax.axis("off")
    return "Four units that see six inputs: 24 weights, 12 weights, and 3 weights that are used four times."


show(
    draw_wiring,
    columns=3,
    alt="Four units above six inputs: all joined to all; each joined to three neighbors by weights of its own; each joined to three neighbors by the same three weights.",
    figsize=(9, 2.4),
)

# %% [markdown]
# Digits of 8 × 8 pixels anywhere on a canvas of 12 × 12. Every network has one hidden layer of ReLUs, learns in 150 steps of twenty digits, and uses the best of four learning rates, chosen on validation digits:
#
# - *shared* (权值共享): eight filters of 3 × 3, the same at all places, pooling over 2 × 2;
# - *local*: as that, but each place has filters of its own;
# - *dense*, as many weights as *shared*: 14 units;
# - *dense, 64 units*: about as many weights as *local*, and about as many products as either;
# - *shared* and *dense* once more, on pixels in a scrambled order, the same for all pictures.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
ANYWHERE = datasets.Split(
    *(placed(part, reach=2, seed=seed) for seed, part in enumerate(EVERYTHING))
)
ORDER = np.random.default_rng(5).permutation(SIDE**2)


def scrambled(samples):
    flat = samples.x.reshape(SEEDS, -1, SIDE**2)[..., ORDER]
    return datasets.Samples(flat.reshape(samples.x.shape), samples.y)


def draw_order(axes):
    digit = ANYWHERE.test.x[0, 3].reshape(SIDE, SIDE)
    for ax, picture, title in zip(
        axes,
        (digit, digit.ravel()[ORDER].reshape(SIDE, SIDE)),
        ("a digit", "the same, scrambled"),
        strict=True,
    ):
        ax.imshow(picture, cmap="gray_r")
        ax.set_title(title)
        ax.set_xticks([])
        ax.set_yticks([])
    return (
        f"The same {SIDE**2} gray values in an order that is the same for all digits."
    )


show(
    draw_order,
    columns=2,
    alt="A digit, and the same digit with its pixels in a scrambled order.",
    figsize=(7, 2.8),
)


def local(S, filters=8, F_size=3, size=2):
    """A filter of its own for every place."""
    rng, P = np.random.default_rng(0), SIDE - F_size + 1
    W = rng.standard_normal((S, P * P, F_size**2, filters)) * np.sqrt(2) / F_size
    W, b = Parameter(W), Parameter(np.zeros((S, P * P, 1, filters)))

    def function(x, W, b):
        N = len(x)
        seen = im2col(np.asarray(x), (F_size, F_size)).reshape(N, S, F_size**2, P * P)
        seen = seen.transpose(1, 3, 0, 2)  # (S, places, N, F²)
        y = seen @ W + b

        def backward(dy):
            d = dy.reshape(N, S, filters, P * P).transpose(1, 3, 0, 2)
            return None, seen.mT @ d, d.sum(axis=2, keepdims=True)

        return y.transpose(2, 0, 3, 1).reshape(N, S * filters, P, P), backward

    full = Linear(filters * (P // size) ** 2, 10, copies=S, rng=rng)
    each = SideBySide(S, Layer(function, W, b), F.relu, MaxPool(size))
    return Sequential(each, full)


MIXED = datasets.Split(*map(scrambled, ANYWHERE))
DENSE = "dense, as many weights"
HOW = {
    "shared": (convolutional, ANYWHERE),
    "local": (local, ANYWHERE),
    DENSE: (partial(dense, units=14), ANYWHERE),
    "dense, 64 units": (partial(dense, units=64), ANYWHERE),
    "shared, scrambled": (convolutional, MIXED),
    "dense, scrambled": (partial(dense, units=14), MIXED),
}
RIVALS = {name: taught(*how) for name, how in HOW.items()}


def draw_kinds(ax):
    names = [f"{name}\n{weights_of(make):,} weights" for name, (make, _) in HOW.items()]
    means = [kind.right.mean() for kind in RIVALS.values()]
    ax.barh(names, means, color=[ORANGE, *[BLUE] * (len(names) - 1)])
    ax.invert_yaxis()
    ax.set(xlim=(0, 0.7), xlabel="share read")
    ax.set_title("What each idea is worth")
    told = ", ".join(f"{name} {kind.right.mean():.0%}" for name, kind in RIVALS.items())
    return f"Learned from 300 digits: {told} (means of twenty networks)."


show(draw_kinds, figsize=(5.5, 4.6))

# %% [markdown]
# Read it in pairs. *Local* against *dense, 64 units*: small windows, with pooling, gain nothing over a dense network of as many weights. *Shared* against *local*: the same windows and the same pooling with a fifth of the weights, and clearly more digits. Here it is sharing that does it. And *scrambled*: the dense network does not notice, for nothing in it says which pixels are neighbors; the one with shared filters loses all that it had gained.
#
# But look at *dense, 64 units* once more: it is close behind *shared*, and costs as much *work*. $O$ filters of $F\times F$ on a gray picture of side $N$ make $O$ maps of side $P=N-F+1$; blocks of $k\times k$ leave $\lfloor P/k\rfloor^2$ values of each; a full layer takes them to $K$ classes. With biases these are
#
# $$
# \begin{aligned}
# \text{weights:}\quad&O\,(F^2+1)+K\,\bigl(O\lfloor P/k\rfloor^2+1\bigr),\\
# \text{products:}\quad&OP^2F^2+KO\lfloor P/k\rfloor^2 .
# \end{aligned}
# $$ (eq-9b-cost)
#
# A weight that is shared is stored once and used at every place, so by {eq}`eq-9b-cost` the two costs part:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def cost(O, F, k=1, N=SIDE, K=10):
    """Weights and products of O filters of F × F on a picture of side N, blocks of k × k, K classes."""
    P = N - F + 1
    left = O * (P // k) ** 2
    return O * (F**2 + 1) + K * (left + 1), O * P**2 * F**2 + K * left


def dense_cost(units, N=SIDE, K=10):
    return units * (N**2 + 1) + K * (units + 1), units * N**2 + K * units


print(f"{'':25}{'weights':>8}{'products':>9}{'read':>6}")
for name, (weights, products) in {
    "shared": cost(8, 3, 2),
    "local": (100 * 8 * (9 + 1) + 10 * (8 * 25 + 1), cost(8, 3, 2)[1]),
    DENSE: dense_cost(14),
    "dense, 64 units": dense_cost(64),
}.items():
    print(f"{name:25}{weights:8,}{products:9,}{RIVALS[name].right.mean():6.0%}")
    assert weights == weights_of(HOW[name][0])

# %% tags=["hide-input"] jupyter={"source_hidden": true}
MARGIN = 0.05  # of the share read: one to two spreads of twenty networks


def ahead(a, b):
    """By more than the margin, for each of the twenty."""
    return RIVALS[a].right > RIVALS[b].right + MARGIN


def embedded(seed):
    """Is there a dense layer that does what a random filter does; and how much of a random dense layer can no filter do?"""
    rng = np.random.default_rng(seed)
    units = np.eye(36).reshape(36, 1, 6, 6)
    x, W = rng.standard_normal((50, 1, 6, 6)), rng.standard_normal((1, 1, 3, 3))
    M = conv2d(units, W)[0].reshape(36, -1)  # its matrix, column by column
    same = np.allclose(x.reshape(50, -1) @ M, conv2d(x, W)[0].reshape(50, -1))
    target = x.reshape(50, -1) @ rng.standard_normal((36, 16))
    seen = im2col(x, (3, 3)).reshape(50, 9, 16).transpose(0, 2, 1).reshape(-1, 9)
    best = np.linalg.lstsq(seen, target.ravel(), rcond=None)[0]
    left = ((seen @ best - target.ravel()) ** 2).mean() / (target**2).mean()
    return same, left > 0.5


doable = np.array([embedded(seed) for seed in range(20)])
settle(
    "C9.11",
    tested="Is a layer of filters more than a dense layer: can it do something that a dense layer of as many units cannot; does it read at least five in a hundred more digits anywhere?",
    on="sense of more",
    cases={
        "it can compute more": ~doable[:, 0],
        "it reads more digits with as many weights": ahead("shared", DENSE),
    },
    evidence=f"Every filter can be copied by a dense layer ({doable[:, 0].sum()} of {20}), but not the other way round ({(~doable[:, 1]).sum()} of {20}): it computes less. And yet with as many weights it reads {RIVALS['shared'].right.mean():.0%} against {RIVALS[DENSE].right.mean():.0%}.",
    card=True,
)
settle(
    "C9.33",
    tested="Structured data: neighbors belong together. Do shared filters read at least five in a hundred more than a dense network of as many weights?",
    on="order of the data",
    cases={
        "a picture, in which neighbors belong together": ahead("shared", DENSE),
        "the same numbers as a table in any order": ahead(
            "shared, scrambled", "dense, scrambled"
        ),
    },
    evidence=f"On pictures {RIVALS['shared'].right.mean():.0%} against {RIVALS[DENSE].right.mean():.0%}, on scrambled ones {RIVALS['shared, scrambled'].right.mean():.0%} against {RIVALS['dense, scrambled'].right.mean():.0%}.",
)

# %% [markdown]
# :::{admonition} Exercise 1 · scramble
# :class: exercise
# `pictures` has shape $(N,H,W)$. Count the pixels row by row; `order` $(HW,)$ holds each number once. Return pictures of the same shape in which pixel $k$ is the old pixel `order[k]`, for all pictures alike.
# :::


# %%
def scramble(pictures, order):
    """Pictures of shape (N, H, W)."""
    ...


exercises.check_scramble(scramble)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A list of pixels, in another order.
def scramble(pictures, order):
    flat = pictures.reshape(len(pictures), -1)
    return flat[:, order].reshape(pictures.shape)


exercises.check_scramble(scramble)

# %% [markdown]
# **What gets lost.** *Digitized images hardly keep their features, hence the low accuracy*, say the notes. What is lost is not in the numbers but in how they are compared. Learn digits in the middle by heart, and look for the nearest one of a digit that moved by two pixels: once by its list of pixels, once by the largest answer of each of thirty-two random filters, anywhere, and once by its ink alone, which no move changes either:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
PATCHES = np.random.default_rng(0).standard_normal((32, 1, 5, 5))


def as_list(x):
    return x.reshape(len(x), -1)


def as_answers(x):
    """The largest answer of each filter, anywhere."""
    return conv2d(x, PATCHES)[0].max(axis=(2, 3))


def as_ink(x):
    return x.sum(axis=(1, 2, 3))[:, None]


def recognized(seed, write, samples, learned=IN_MIDDLE.train):
    """Share of digits whose nearest neighbor among a thousand learned ones is of their kind."""
    known, labels = write(learned.x[seed]), learned.y[seed]
    found = nearest_neighbors(write(samples.x[seed]), known, labels)
    return (found == samples.y[seed]).mean()


def draw_lost(axes):
    still, moved = (placed(EVERYTHING.test, move=m).x[0, :200] for m in (0, 2))
    label = EVERYTHING.test.y[0, :200]
    between = ((as_list(still) - as_list(still)[3]) ** 2).sum(axis=1)
    between[label == label[3]] = np.inf
    other = still[between.argmin()]
    told = []
    for ax, picture, title in zip(
        axes,
        (still[3], moved[3], other),
        ("a digit", "moved by two", "another kind"),
        strict=True,
    ):
        ax.imshow(picture[0], cmap="gray_r")
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_title(title)
        told.append(
            [
                np.linalg.norm(write(picture[None]) - write(still[3:4]))
                for write in (as_list, as_answers)
            ]
        )
    return f"Distance from the first: the moved one {told[1][0]:.1f} by pixels and {told[1][1]:.1f} by answers, the other kind {told[2][0]:.1f} and {told[2][1]:.1f}."


show(
    draw_lost,
    columns=3,
    alt="A digit, the same moved by two pixels, and the nearest digit of another kind.",
    figsize=(9, 2.8),
)
FORMS = {"list of pixels": as_list, "answers of filters": as_answers, "ink": as_ink}
still, gone = (
    {
        name: np.array([recognized(seed, write, samples) for seed in range(SEEDS)])
        for name, write in FORMS.items()
    }
    for samples in (IN_MIDDLE.test, placed(EVERYTHING.test, move=2))
)
MOVED_BY_TWO = placed(EVERYTHING.test, move=2)
seen_there = np.array(
    [recognized(s, as_list, MOVED_BY_TWO, ANYWHERE.train) for s in range(SEEDS)]
)
settle(
    "C9.23",
    tested="Learned in the middle and moved by two pixels: does the nearest neighbor recognize fewer than half of the digits?",
    on="form in which a picture is written down, if its place was never learned",
    cases={name: gone[name] < 0.5 for name in ("list of pixels", "answers of filters")},
    control={
        "pixels, digits that have not moved": still["list of pixels"] < 0.5,
        "pixels, learned at many places": seen_there < 0.5,
    },
    evidence=", ".join(
        f"{name}: {still[name].mean():.0%} before the move, {gone[name].mean():.0%} after it"
        for name in FORMS
    )
    + f". The list of pixels still holds the digit: learned at many places, {seen_there.mean():.0%} are recognized. (The ink of a picture, which no move changes, tells nothing.)",
    card=True,
    turns={
        (
            "return conv2d(x, PATCHES)[0].max(axis=(2, 3))",
            "return conv2d(x, PATCHES)[0].reshape(len(x), -1)",
        ): "TRUE"
    },
)

# %% [markdown]
# :::{admonition} Exercise 2 · move a picture
# :class: exercise
# Return the picture `x` $(H,W)$ moved down by `down` and to the right by `right` pixels, which may be negative or zero. What leaves is lost; zeros come in.
# :::


# %%
def moved(x, down, right):
    """A picture of shape (H, W)."""
    ...


exercises.check_moved(moved)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each place asks where its value was.
def moved(x, down, right):
    y = np.zeros(x.shape)
    for r, c in np.ndindex(x.shape):
        if 0 <= r - down < len(x) and 0 <= c - right < x.shape[1]:
            y[r, c] = x[r - down, c - right]
    return y


exercises.check_moved(moved)

# %% [markdown]
# (sec-9b-pool)=
# ## What pooling does
#
# *After this section you can choose between the largest and the mean, and the size of the block.*
#
# A map moves with its picture. Pooling replaces a block of it by one number, its largest value, its mean or its least, and has no weights. Follow one digit, one trained filter of the network above, and what pooling over blocks of 2 × 2 leaves; the digit moves to the right. Moved by two pixels, a whole block, the pooled map moves by one square: pooling does not undo a move, it hides moves inside a block.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
look, relu, *_ = RIVALS["shared"].net.layers[0].layers
TRAVELLER = EVERYTHING.test.x[0, 3].reshape(8, 8)


def maps_of(move):
    """The map (10, 10) of one filter on the digit moved, and its blocks of 2 × 2 pooled."""
    x = np.zeros((1, SEEDS, SIDE, SIDE))
    x[..., 2:10, move : move + 8] = TRAVELLER
    y = relu(look(x))[0, :8]  # of the first network
    y = y[y.reshape(8, -1).sum(axis=1).argmax()]  # the filter that answers most
    return x[0, 0], y, y.reshape(5, 2, 5, 2).max(axis=(1, 3))


def kept(now, before):
    """Share of the squares that agree, by 1 − |difference|² / (|a|² + |b|²)."""
    return 1 - ((now - before) ** 2).sum() / ((now**2).sum() + (before**2).sum())


def draw_travel(axes, pixels):
    for ax, picture, start, title in zip(
        axes, maps_of(pixels), maps_of(0), ("digit", "map", "pooled"), strict=True
    ):
        ax.imshow(picture, cmap="gray_r", vmin=0, vmax=start.max())
        for r, c in np.argwhere(start > start.max() / 2):
            ax.plot(c, r, "s", ms=5, mfc="none", mec=ORANGE)
        ax.set_title(title)
        ax.set_xticks([])
        ax.set_yticks([])
    now, start = maps_of(pixels), maps_of(0)
    same = [kept(now[k], start[k]) for k in (1, 2)]
    return f"Moved by {pixels} (orange: where the start was dark). What agrees with the start (one minus the squared difference over both squared sizes): map {same[0]:.0%}, pooled map {same[1]:.0%}, its largest value {kept(now[1].max(), start[1].max()):.0%}."


explore(
    draw_travel,
    columns=3,
    pixels=[0, 1, 2, 3, 4],
    start=1,
    alt="A digit on a canvas, the map of a filter, and the map pooled over blocks of two by two.",
    figsize=(9.4, 3.2),
)

# %% [markdown]
# **How much does a block forgive?** Let the largest value of a block of $k\times k$ stand anywhere in it with equal chance. A move by $d<k$ pixels to the right pushes the last $d$ of the block's $k$ columns into the next block; the other $k-d$ stay. So the value stays in its block with chance
#
# $$
# \frac{k-d}{k}=1-\frac dk .
# $$ (eq-9b-stay)
#
# Blocks of two forgive a single dot one pixel half of the time, and two never. Count it on maps of single dots, beside {eq}`eq-9b-stay`:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def stays(k, d, seed, dots=2000):
    """Share of single dots that are in the same block after a move by d pixels."""
    column = np.random.default_rng(seed).integers(0, 10 * k, dots)
    return ((column + d) // k == column // k).mean()


print("block  move  counted  formula")
for k, d in ((2, 1), (3, 1), (5, 1), (5, 3), (10, 1)):
    counted = np.mean([stays(k, d, seed) for seed in range(20)])
    print(f"{k:5} {d:5} {counted:8.2f} {1 - d / k:8.2f}")
    assert abs(counted - (1 - d / k)) < 0.01

# %% [markdown]
# **How large should the block be?** Too large a block *harms the network*, say the notes. Sixteen filters of 5 × 5, digits anywhere, blocks from none to the whole map. Beside them the rival that shrinks a map without pooling: the same filters at every second place only (stride, 步长, of 2), at a quarter of the products.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
POOLINGS = {"max": (MaxPool, (2, 4, 8)), "mean": (AvgPool, (2, 8))}
NO_POOL = taught(partial(sixteen, pool=None), ANYWHERE)
STRIDED = taught(partial(sixteen, pool=None, stride=2), ANYWHERE)
POOLED = {
    name: {1: NO_POOL}
    | {k: taught(partial(sixteen, pool=(kind, k)), ANYWHERE) for k in sizes}
    for name, (kind, sizes) in POOLINGS.items()
}
LONGER = {  # four times as many steps, at the same rate
    name: taught(
        partial(sixteen, pool=(kind, 8)),
        ANYWHERE,
        steps=600,
        rates=[POOLED[name][8].rate],
    )
    for name, (kind, _) in POOLINGS.items()
}


def draw_sizes(ax):
    for name, style, color in (("max", "o-", BLUE), ("mean", "s--", ORANGE)):
        means = [judged.right.mean() for judged in POOLED[name].values()]
        ax.plot(np.log2(list(POOLED[name])), means, style, color=color, label=name)
        after = LONGER[name].right.mean()
        ax.plot(3, after, "*", color=color, ms=12, label=f"{name}, 600 steps")
    ax.plot(1, STRIDED.right.mean(), "^", color=INK, ms=8, label="stride 2 instead")
    ax.set_xticks(range(4), ["none", "2 × 2", "4 × 4", "all"])
    ax.set(ylim=(0, 1), xlabel="block", ylabel="share read")
    ax.set_title("Who needs the place?")
    ax.legend(loc="lower left", ncols=2)
    told = "; ".join(
        f"{name} "
        + ", ".join(f"{judged.right.mean():.0%}" for judged in POOLED[name].values())
        + f", after 600 steps {LONGER[name].right.mean():.0%}"
        for name in POOLED
    )
    return f"Share read from no pooling to pooling over all, after 150 steps: {told}. Stride of 2: {STRIDED.right.mean():.0%}."


show(draw_sizes, figsize=(5.5, 4.2))

# %% [markdown]
# Over the whole map the place is lost, and for digits that may stand anywhere that is no loss: sixteen filters, each of which sees a whole curve, tell enough by *whether* they answer, and nothing has to be learned again for another place. The mean over all of the map learns more slowly.
#
# **How many digits does it take?** Guess how many more digits a dense network needs that may do as many products as the network that pools over all. Then look:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
UNITS = round(cost(16, 5, 8)[1] / (SIDE**2 + 10))  # as many products
AMOUNTS = (100, 300, 1000)
BROAD = f"dense, {UNITS} units"
CONTEST = {
    "16 filters, max of all": (KINDS["16 filters, max of all"], POOLED["max"][8]),
    "8 filters, max of 2 × 2": (convolutional, RIVALS["shared"]),
    BROAD: (partial(dense, units=UNITS), taught(partial(dense, units=UNITS), ANYWHERE)),
}
FROM = {  # at the rate that was best with 300 digits
    name: [
        at_300 if N == 300 else taught(make, ANYWHERE, N=N, rates=[at_300.rate])
        for N in AMOUNTS
    ]
    for name, (make, at_300) in CONTEST.items()
}
PATIENT = {  # four times as many steps
    (name, n): taught(
        CONTEST[name][0],
        ANYWHERE,
        N=AMOUNTS[n],
        steps=600,
        rates=[CONTEST[name][1].rate],
    ).right.mean()
    for name, n in (("16 filters, max of all", 0), (BROAD, 2))
}


def draw_amounts(ax):
    told = []
    for (name, judged), style, color in zip(
        FROM.items(), ("o-", "s--", "^:"), (ORANGE, BLUE, INK), strict=True
    ):
        right = np.array([j.right for j in judged])  # (amounts, seeds)
        ax.plot(AMOUNTS, right.mean(axis=1), style, color=color, label=name)
        band = np.quantile(right, (0.1, 0.9), axis=1)
        ax.fill_between(AMOUNTS, *band, color=color, alpha=0.15)
        told.append(f"{name} " + ", ".join(f"{x:.0%}" for x in right.mean(axis=1)))
    for ((_, n), share), color in zip(PATIENT.items(), (ORANGE, INK), strict=True):
        ax.plot(AMOUNTS[n], share, "*", color=color, ms=12)
    ax.plot([], [], "*", color=INK, ms=12, label="after 600 steps")
    ax.set_xscale("log")
    ax.set_xticks(AMOUNTS, map(str, AMOUNTS))
    ax.minorticks_off()
    ax.set(ylim=(0, 1), xlabel="digits to learn from", ylabel="share read")
    ax.set_title("A right assumption is worth many digits")
    ax.legend(loc="lower right")
    few, many = PATIENT.values()
    return f"From {AMOUNTS[0]}, {AMOUNTS[1]} and {AMOUNTS[2]} digits: {'; '.join(told)}. After 600 steps (stars): {few:.0%} from {AMOUNTS[0]} and {many:.0%} from {AMOUNTS[2]}. Bands hold sixteen of twenty networks."


show(draw_amounts, figsize=(5.5, 4.2))
few, many = FROM["16 filters, max of all"][0].right.mean(), FROM[BROAD][2].right.mean()
assert few > many + MARGIN
assert 0 < PATIENT[BROAD, 2] - PATIENT["16 filters, max of all", 0] < 0.1
assert FROM["8 filters, max of 2 × 2"][2].right.mean() < many

# %% [markdown]
# After 150 steps a hundred digits have taught the network with the right assumption more than a thousand taught the dense one. With 600 steps for both, ten times the digits put the dense one a few points ahead. Being convolutional is not enough, though: with blocks of 2 × 2 the thousand digits are read worse than by the dense network.
#
# Now three other questions, of which only one needs the place. Pictures of noise with small crosses in them: *Is there one? In which half is it? Are there ten or twenty?* One layer of four filters, 150 steps, the best of four rates on validation pictures. First, what such pictures look like, and what a filter answers that looks like a cross:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]]) - 5 / 9
TASKS = {
    "is there a cross?": lambda y, rng: [divmod(int(rng.integers(100)), 10)][:y],
    "in which half?": lambda y, rng: [(rng.integers(10), 5 * y + rng.integers(5))],
    "ten or twenty?": lambda y, rng: [
        divmod(int(k), 10) for k in rng.choice(100, 10 + 10 * y, replace=False)
    ],
}


def crosses(places, rng):
    """A picture (12, 12) of noise with crosses at these places."""
    picture = 0.5 * rng.standard_normal((12, 12))
    for r, c in places:
        picture[r : r + 3, c : c + 3] += 1.5 * CROSS
    return picture


def pictures_of(task, N, seed):
    """Pictures (seeds, N, 1, 12, 12) and the right answers, 0 or 1."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=(SEEDS, N))
    x = [crosses(TASKS[task](answer, rng), rng) for answer in y.ravel()]
    return datasets.Samples(np.reshape(x, (SEEDS, N, 1, 12, 12)), y)


def draw_crosses(axes, crosses_in_it):
    rng = np.random.default_rng(5)
    places = [divmod(int(k), 10) for k in rng.permutation(100)[:crosses_in_it]]
    picture = crosses(places, rng)
    answer = np.maximum(conv2d(picture[None, None], CROSS[None, None])[0][0, 0], 0)
    axes[0].imshow(picture, cmap="gray_r", vmin=-1.5, vmax=2)
    axes[1].imshow(answer, cmap="gray_r", vmin=0, vmax=5)
    for ax, shift, title in zip(
        axes, (1, 0), ("noise, and crosses", "answers of a filter"), strict=True
    ):
        for r, c in places:
            ax.plot(c + shift, r + shift, "o", ms=15, mew=2, mfc="none", mec=ORANGE)
        ax.set_title(title)
        ax.set_xticks([])
        ax.set_yticks([])
    return f"Number of crosses (orange): {crosses_in_it}. The largest answer of the filter is {answer.max():.1f}, the mean of all {answer.mean():.2f}."


explore(
    draw_crosses,
    columns=2,
    crosses_in_it=[0, 1, 10, 20],
    start=1,
    alt="A picture of noise with small crosses, and the answers of a filter that looks like a cross.",
    figsize=(9.4, 3.8),
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
WAYS = {
    "largest of all": (MaxPool, 10),
    "mean of all": (AvgPool, 10),
    "largest of 5 × 5": (MaxPool, 5),
}
PICTURES = {
    task: datasets.Split(
        *(pictures_of(task, N, seed) for seed, N in enumerate((300, 100, 200)))
    )
    for task in TASKS
}
ANSWERED = {
    (task, way): taught(
        partial(convolutional, filters=4, pool=pool),
        PICTURES[task],
        rates=(0.03, 0.1, 0.3, 1.0),
    ).right
    for task in TASKS
    for way, pool in WAYS.items()
}


def draw_tasks(ax):
    for n, (way, color) in enumerate(zip(WAYS, (BLUE, ORANGE, INK), strict=True)):
        means = [ANSWERED[task, way].mean() for task in TASKS]
        ax.bar(np.arange(3) + 0.27 * (n - 1), means, 0.25, color=color, label=way)
    ax.axhline(0.5, color=INK, lw=0.8)
    ax.set_xticks(range(3), [task.replace(" ", "\n", 1) for task in TASKS])
    ax.set(ylim=(0, 1.35), ylabel="share right (line: guessing)")
    ax.set_title("Three questions")
    ax.legend(loc="upper center", ncols=2)
    told = "; ".join(
        f"{task} "
        + ", ".join(f"{way} {ANSWERED[task, way].mean():.0%}" for way in WAYS)
        for task in TASKS
    )
    return f"Means of twenty networks. {told}."


show(draw_tasks, figsize=(5.5, 4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
harmed = {
    "which digit, anywhere?": POOLED["max"][8].right
    < np.maximum(POOLED["max"][2].right, POOLED["max"][4].right) - MARGIN,
    "in which half is the cross?": ANSWERED["in which half?", "largest of all"]
    < ANSWERED["in which half?", "largest of 5 × 5"] - MARGIN,
}
settle(
    "C9.14",
    tested="The largest over all of the map: are at least five in a hundred fewer pictures read right than with smaller blocks?",
    on="question that is asked of the picture",
    cases=harmed,
    evidence=f"Digits: {POOLED['max'][8].right.mean():.0%} over all of the map, {POOLED['max'][4].right.mean():.0%} with blocks of {4}. Halves: {ANSWERED['in which half?', 'largest of all'].mean():.0%}, which is guessing (as it must be: a largest answer does not say where), against {ANSWERED['in which half?', 'largest of 5 × 5'].mean():.0%} with blocks of {5}.",
    card=True,
    turns={
        (
            '"which digit, anywhere?": POOLED["max"][8].right',
            '"which digit, anywhere?": POOLED["mean"][8].right',
        ): "TRUE"
    },
)
better = {
    "which digit, anywhere?": LONGER["max"].right > LONGER["mean"].right + MARGIN,
    "ten crosses or twenty?": ANSWERED["ten or twenty?", "largest of all"]
    > ANSWERED["ten or twenty?", "mean of all"] + MARGIN,
}
settle(
    "C9.12",
    tested="Pooled over all of the map, each at the rate that was best after 150 steps: does the largest read at least five in a hundred more pictures right than the mean?",
    on="question that is asked of the picture",
    cases=better,
    evidence=f"Digits, after {600} steps: {LONGER['max'].right.mean():.0%} against {LONGER['mean'].right.mean():.0%}. Ten or twenty: {ANSWERED['ten or twenty?', 'largest of all'].mean():.0%} against {ANSWERED['ten or twenty?', 'mean of all'].mean():.0%}. Is there one: {ANSWERED['is there a cross?', 'largest of all'].mean():.0%} against {ANSWERED['is there a cross?', 'mean of all'].mean():.0%}: a bias can silence all but the crosses, and then the mean, too, says whether there is one.",
    card=True,
    turns={
        (
            'LONGER["max"].right > LONGER["mean"].right',
            'LONGER["mean"].right > LONGER["max"].right',
        ): "FALSE"
    },
)


def two_layers(S, full, pool=1, stride=1, added=False):
    """Eight filters, then blocks, or a convolution of stride 2 added; then a full layer, or sixteen more filters and the largest of each."""
    rng, side = np.random.default_rng(0), (SIDE - 3) // stride + 1
    layers = [Conv2d(1, 8, 3, stride=stride, copies=S, rng=rng), F.relu]
    if added:
        layers += [Conv2d(8, 8, 2, stride=2, copies=S, rng=rng), F.relu]
    elif pool > 1:
        layers.append(MaxPool(pool))
    side //= 2 if added else pool
    if full:
        return Sequential(
            SideBySide(S, *layers), Linear(8 * side**2, 10, copies=S, rng=rng)
        )
    layers += [Conv2d(8, 16, 3, copies=S, rng=rng), F.relu, MaxPool(side - 2)]
    return Sequential(SideBySide(S, *layers), Linear(16, 10, copies=S, rng=rng))


def weights_with(full, **how):
    net = partial(two_layers, full=full, **how)
    assert net(1)(ANYWHERE.test.x[:1, :2]).shape == (1, 2, 10)  # it fits
    return weights_of(net)


AFTER = {"a full layer": True, "a convolution": False}
settle(
    "C9.13",
    tested="Eight maps of 10 × 10, with and without pooling over 2 × 2: has the whole network fewer weights with it?",
    on="layer after it",
    cases={
        name: weights_with(full, pool=2) < weights_with(full)
        for name, full in AFTER.items()
    },
    evidence="; ".join(
        f"{name}: {weights_with(full, pool=2):,} weights with pooling, {weights_with(full):,} without"
        for name, full in AFTER.items()
    )
    + ". Pooling itself has none, and a filter does not depend on the size of a map.",
    turns={
        (
            "weights_with(full, pool=2) < weights_with(full)\n",
            "weights_with(True, pool=2) < weights_with(True)\n",
        ): "TRUE"
    },
)
settle(
    "C9.16",
    tested="Maps that shrink by a stride of 2: has the whole network fewer weights than without?",
    on="layer that gets the stride, and what follows",
    cases={
        "the layer that was there, then a full layer": weights_with(True, stride=2)
        < weights_with(True),
        "the layer that was there, then a convolution": weights_with(False, stride=2)
        < weights_with(False),
        "an added layer in place of pooling": weights_with(True, added=True)
        < weights_with(True, pool=2),
    },
    evidence=f"Before a full layer {weights_with(True, stride=2):,} instead of {weights_with(True):,} weights, before a convolution {weights_with(False, stride=2):,} either way; an added convolution instead of pooling makes {weights_with(True, pool=2):,} into {weights_with(True, added=True):,}. That some networks replace pooling is a matter of record.",
)

# %% [markdown]
# :::{admonition} Exercise 3 · pool by the mean
# :class: exercise
# Return the means of the blocks of `size` × `size` of a map `x` $(H,W)$, without overlap. Blocks that are not whole, at the right and at the bottom, are left out.
# :::


# %%
def mean_pool(x, size):
    """A map of shape (H // size, W // size)."""
    ...


exercises.check_mean_pool(mean_pool)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Cut into blocks, and average inside.
def mean_pool(x, size):
    P, Q = x.shape[0] // size, x.shape[1] // size
    blocks = x[: P * size, : Q * size].reshape(P, size, Q, size)
    return blocks.mean(axis=(1, 3))


exercises.check_mean_pool(mean_pool)

# %% [markdown]
# A stride throws values away where pooling looks at all of them. Networks have been built whose maps shrink by strides alone, either by giving the convolution that was there a stride or by adding a strided one, and which average only at the very end (Springenberg and others [2015](../book/bibliography.md)).

# %% tags=["hide-input"] jupyter={"source_hidden": true}
STILL, ASIDE = (placed(EVERYTHING.test, reach=1, move=m, seed=9) for m in (0, 1))


def same_answer(judged):
    """Share of digits that get the same answer one pixel to the right, for each of the twenty networks."""
    answers = [judged.net(samples.x).argmax(axis=2) for samples in (STILL, ASIDE)]
    return (answers[0] == answers[1]).mean(axis=1)


COMPARED = {"no pooling": NO_POOL, "stride 2": STRIDED} | {
    f"{name} of {'all' if k == 8 else f'{k} × {k}'}": POOLED[name][k]
    for name, (_, sizes) in POOLINGS.items()
    for k in sizes
}
STEADY = {name: same_answer(judged) for name, judged in COMPARED.items()}
RIGHT = {name: read(judged.net, STILL).mean() for name, judged in COMPARED.items()}


def draw_steady(ax):
    for row, name in enumerate(COMPARED):
        right = RIGHT[name]
        ax.plot([right, STEADY[name].mean()], [row, row], color=INK, lw=0.6)
        ax.plot(right, row, "o", color=BLUE, label="" if row else "read right")
        ax.plot(
            STEADY[name].mean(),
            row,
            "s",
            color=ORANGE,
            label="" if row else "same answer after a move",
        )
    ax.set_yticks(range(len(COMPARED)), list(COMPARED))
    ax.invert_yaxis()
    ax.set(xlim=(0, 1.02), xlabel="share of digits")
    ax.set_title("Steady is not the same as right")
    ax.legend(loc="center left")
    told = ", ".join(f"{name} {share.mean():.0%}" for name, share in STEADY.items())
    return f"Sixteen filters of 5 × 5, digits at most one pixel from the middle. Same answer after a move by one pixel: {told}. Right before the move: max of all {RIGHT['max of all']:.0%}, mean of all {RIGHT['mean of all']:.0%}."


show(draw_steady, figsize=(5.5, 4.2))


def framed(net, x):
    """The classes that a network with the largest of all gives to pictures in a border of four zeros."""
    conv, full = net.layers[0].layers[0], net.layers[1]
    stack = x[:, :, 0].swapaxes(0, 1)
    y, _ = conv2d(stack, conv.W.value, conv.b.value, padding=4, groups=SEEDS)
    largest = np.maximum(y.max(axis=(2, 3)), 0).reshape(len(stack), SEEDS, -1)
    return full(largest.swapaxes(0, 1)).argmax(axis=2)


bordered = [framed(POOLED["max"][8].net, part.x) for part in (STILL, ASIDE)]
print(
    f"max of all, pictures in a border of 4 zeros: same answer {(bordered[0] == bordered[1]).mean():.0%}"
)
assert (bordered[0] == bordered[1]).all()

# %% tags=["hide-input"] jupyter={"source_hidden": true}
LEARNED = datasets.Samples(ANYWHERE.train.x[:, :300], ANYWHERE.train.y[:, :300])
gaps = lambda judged: read(judged.net, LEARNED) - judged.right
gap = lambda judged: gaps(judged).mean()


def under_noise(judged, strength=0.1):
    """Share of digits that keep their answer when every pixel gets some noise."""
    noise = strength * np.random.default_rng(3).standard_normal(STILL.x.shape)
    answers = [judged.net(x).argmax(axis=2) for x in (STILL.x, STILL.x + noise)]
    return (answers[0] == answers[1]).mean(axis=1)


NOISY = {
    name: under_noise(COMPARED[name])
    for name in ("no pooling", "max of 2 × 2", "mean of 2 × 2")
}
steadier = lambda table, name: table[name] > table["no pooling"] + MARGIN
settle(
    "C9.15",
    tested="With the largest of 2 × 2: do at least five in a hundred more digits keep their answer than without pooling; is the gap between learned and new digits smaller by as much than with a stride, which leaves as many weights?",
    on="disturbance",
    cases={
        "move by one pixel": steadier(STEADY, "max of 2 × 2"),
        "noise on every pixel": steadier(NOISY, "max of 2 × 2"),
        "new digits instead of learned ones": gaps(COMPARED["max of 2 × 2"])
        < gaps(STRIDED) - MARGIN,
    },
    evidence=f"After a move {STEADY['max of 2 × 2'].mean():.0%} instead of {STEADY['no pooling'].mean():.0%} keep their answer, under noise {NOISY['max of 2 × 2'].mean():.0%} (with the mean of each block {NOISY['mean of 2 × 2'].mean():.0%}) instead of {NOISY['no pooling'].mean():.0%}, which is hardly more. Of learned digits {gap(COMPARED['max of 2 × 2']):.0%} more are read than of new ones, with a stride {gap(STRIDED):.0%} more, with neither {gap(NO_POOL):.0%}.",
    card=True,
)

# %% [markdown]
# The largest of all is not quite steady, because windows that do not fit are cut off at the border; with four zeros all around it is. And steady is not right: after 150 steps the mean of all mostly gives the same answer, and mostly a wrong one. A network that always says “three” is perfectly steady.

# %% [markdown]
# :::{admonition} Exercise 4 · steady
# :class: exercise
# `scores` and `moved` $(N,K)$ hold the scores of $K$ classes for $N$ pictures, and for the same pictures moved. Return the share of pictures that get the same answer.
# :::


# %%
def agreement(scores, moved):
    """A number from 0 to 1."""
    ...


exercises.check_agreement(agreement)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The answer is the class with the largest score.
def agreement(scores, moved):
    return (scores.argmax(axis=1) == moved.argmax(axis=1)).mean()


exercises.check_agreement(agreement)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
block_of = im2col(relu(look(STILL.x[:, :, 0].swapaxes(0, 1))), (2, 2), 2)
lively = block_of.max(axis=(2, 3)) > 0
nothing = (block_of.min(axis=(2, 3))[lively] == 0).mean()
by_definition(
    "C9.20",
    because="That is what the usual kinds of pooling do: a block is replaced by one number. The least is hardly used, for after a ReLU it mostly is zero.",
    holds=nothing > 0.5,
    evidence=f"After the ReLU of the network with blocks of {2} × {2} the least value is zero in {nothing:.0%} of the blocks in which the largest is not.",
)
fewer = lambda net, rival: 1 - net.right < 0.9 * (1 - rival.right)
errors = lambda judged: f"{1 - judged.right.mean():.0%}"
settle(
    "C9.25",
    tested="Images only: does a network with filters make at least a tenth fewer errors on digits anywhere than a dense network that may do as many products?",
    on="pooling of the network",
    cases={
        "largest of all": fewer(POOLED["max"][8], CONTEST[BROAD][1]),
        "blocks of 2 × 2": fewer(RIVALS["shared"], RIVALS["dense, 64 units"]),
    },
    control={
        "scrambled pixels": fewer(
            RIVALS["shared, scrambled"], RIVALS["dense, scrambled"]
        )
    },
    evidence=f"Errors with the largest of all {errors(POOLED['max'][8])} against {errors(CONTEST[BROAD][1])}; with blocks of {2} × {2} {errors(RIVALS['shared'])} against {errors(RIVALS['dense, 64 units'])}, and against {errors(RIVALS[DENSE])} of a dense network of as many weights only.",
    card=True,
    turns={
        (
            'fewer(RIVALS["shared"], RIVALS["dense, 64 units"])',
            'fewer(RIVALS["shared"], RIVALS[DENSE])',
        ): "TRUE"
    },
)

# %% [markdown]
# :::{admonition} Exercise 5 · count
# :class: exercise
# A network looks at gray pictures of `side` × `side`: `filters` of `F` × `F`, stride 1, no padding; pooling over blocks of `block` × `block` (incomplete ones left out); a full layer to `classes`. Return the number of its weights, biases included.
# :::


# %%
def count_weights(side, filters, F, block, classes):
    """A whole number."""
    ...


exercises.check_count_weights(count_weights)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Filters, then the full layer.
def count_weights(side, filters, F, block, classes):
    P = (side - F + 1) // block
    return filters * (F**2 + 1) + classes * (filters * P**2 + 1)


exercises.check_count_weights(count_weights)

# %% [markdown]
# :::{admonition} Exercise 6 · a fair rival
# :class: exercise
# For the network of exercise 5 return the largest number of hidden units of a dense network (one hidden layer, the same pictures and classes, biases everywhere) that has at most as many weights; 0 if even one unit is too many.
# :::


# %%
def equal_width(side, filters, F, block, classes):
    """A whole number."""
    ...


exercises.check_equal_width(equal_width)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. One unit costs its pixels, its bias and its way to each class; the classes' biases are there anyway.
def equal_width(side, filters, F, block, classes):
    P = (side - F + 1) // block
    weights = filters * (F**2 + 1) + classes * (filters * P**2 + 1)
    return max((weights - classes) // (side**2 + 1 + classes), 0)


exercises.check_equal_width(equal_width)

# %% [markdown]
# (q9-12)=
# :::{admonition} Question 9.12 · Why is a pooling layer needed, and how many times must pooling be applied?
# :class: question
# It is not needed: a stride shrinks maps as well, though here it read fewer digits. Pooling helps where small moves should not matter; it makes the layers after it cheaper, and their receptive field (感受野) wider. How often? Each time over 2 × 2 halves the map, so a picture of side $N$ allows it $\lfloor\log_2N\rfloor$ times (if padding keeps the convolutions from shrinking it), three times here; and it may be done until the question's answer would be lost: to the very end for “which digit, anywhere?”, not so far for “in which half?”.
# :::
#
# (sec-9b-summary)=
# ## In one screen
#
# - Filters alone do not make a network ignore a move: one pixel costs half of the digits, if all were learned in the middle. Blocks of 2 × 2 help with one pixel. The largest answer anywhere does it.
# - Small windows gained nothing here over a dense network of as many weights; sharing them did.
# - For digits anywhere, a hundred of them teach filters whose largest answer counts about as much as a thousand teach a dense network that may do as many products. With blocks of 2 × 2 filters beat only a dense network of as many weights. And all is bought by an assumption, that neighbors belong together: on scrambled pixels the gain is gone.
# - A convolution can do less than a dense layer, not more. Less is better if it is the right less.
# - Pooling makes the answer steadier under moves, hardly under noise, and narrows the gap between learned and new digits. Over the whole map the place is lost: best where it does not matter, fatal where it does. Pooling saves weights only in a full layer after it.
# - For “how many?” the mean is better; for “which digit?” the largest; for “is there one?” they were level.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
