# %% [markdown]
# # Filters and layers
#
# Animations of convolution show filters that never change. Here are sixteen of them, in color, while their network learns to tell two photographs apart by small patches. Drag the steps.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from functools import partial

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.conv import conv2d
from dlnotes.exercises import filters_and_layers as exercises
from dlnotes.experiments import at_best_rate, read
from dlnotes.explore import explore, show
from dlnotes.layers import AvgPool, Conv1d, Conv2d, Linear, MaxPool
from dlnotes.network import Sequential, SideBySide
from dlnotes.plotting import BLUE, INK, ORANGE, image_grid
from dlnotes.training import fit_side_by_side

np.set_printoptions(precision=4, suppress=True)
SEEDS, PATCH = 20, 10
PHOTOGRAPHS = datasets.photographs()


def patches(N, columns, seed):
    """Patches (seeds, N, 3, 10, 10) from these columns of the photographs, and whose they are: 0 tower, 1 flower."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=(SEEDS, N))
    x = np.empty((SEEDS, N, 3, PATCH, PATCH))
    for s, n in np.ndindex(SEEDS, N):
        picture = PHOTOGRAPHS[y[s, n]]
        r = rng.integers(len(picture) - PATCH)
        c = rng.integers(columns[0], columns[1] - PATCH)
        x[s, n] = picture[r : r + PATCH, c : c + PATCH].transpose(2, 0, 1) - 0.5
    return datasets.Samples(x, y)


# No pixel of the test patches is in a training patch.
LEARN, UNSEEN = patches(600, (0, 220), 0), patches(300, (220, 320), 1)


def looking(S, filters, F_size, side, depth=1, bend=F.relu, pool=MaxPool):
    """One layer of filters, its largest answers anywhere, and a full layer to the classes."""
    rng = np.random.default_rng(0)
    conv = Conv2d(depth, filters, F_size, copies=S, rng=rng)
    look = SideBySide(S, conv, bend, pool(side - F_size + 1))
    classes = 2 if depth == 3 else 10
    return Sequential(look, Linear(filters, classes, copies=S, rng=rng))


STEPS = [0, 10, 30, 100, 300]
WATCHED = looking(SEEDS, 16, 5, PATCH, depth=3)
FILM = {}  # step: (filters (seeds, 16, 3, 5, 5), share right (seeds,))
optimizer = optim.Adam(WATCHED.parameters(), 0.01)
for before, step in zip([0, *STEPS], STEPS, strict=False):
    if step:
        fit_side_by_side(
            WATCHED,
            losses.cross_entropy,
            optimizer,
            np.roll(LEARN.x, -20 * before, axis=1),
            np.roll(LEARN.y, -20 * before, axis=1),
            steps=step - before,
            batch_size=20,
        )
    W = WATCHED.layers[0].layers[0].W.value.reshape(SEEDS, 16, 3, 5, 5)
    FILM[step] = W.copy(), read(WATCHED, UNSEEN)


def as_colors(W):
    """A filter (3, F, F) as a picture: gray is a weight of zero."""
    return 0.5 + W.transpose(1, 2, 0) / (2 * np.abs(W).max())


def wall_of(pictures, columns):
    """Small color pictures (n, F, F, 3) on a gray wall."""
    n, F_size = len(pictures), pictures.shape[1]
    rows, step = -(-n // columns), F_size + 1
    wall = np.full((rows * step - 1, columns * step - 1, 3), 0.5)
    for k, picture in enumerate(pictures):
        r, c = step * (k // columns), step * (k % columns)
        wall[r : r + F_size, c : c + F_size] = picture
    return wall


def draw_film(axes, steps):
    axes[0].imshow(np.concatenate(PHOTOGRAPHS))
    axes[0].set_title("tower, flower")
    axes[1].imshow(wall_of(np.array([as_colors(W) for W in FILM[steps][0][0]]), 4))
    axes[1].set_title(f"sixteen filters, step {steps}")
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
    return f"After {steps} steps the network puts {FILM[steps][1][0]:.0%} of unseen patches with the right photograph (mean of twenty networks: {FILM[steps][1].mean():.0%})."


explore(
    draw_film,
    columns=2,
    steps=STEPS,
    start=0,
    alt="Two photographs, and sixteen small filters in color.",
    figsize=(7.4, 3.6),
)

# %% [markdown]
# They do change: some take on a color that nobody asked for, others still look like noise when nearly all patches are told apart. An animation that keeps them still shows one pass through a network that is already trained.
#
# On this page you look inside a convolutional network: what its filters (卷积核) learn and whether they must, how many to take and how many layers, what all of it costs, and what the last layers throw away. Afterwards you can choose these numbers for a task of your own. You need [chapter 9b](09b_convolutional_networks.ipynb). Reading takes half an hour, the exercises as much again.

# %% [markdown]
# (sec-9c-learn)=
# ## Must filters learn?
#
# *After this section you can say when random filters will do, and choose how many filters to take.*
#
# Learning moves a filter; that does not prove that it has to. So here is a rival whose filters stay as they were drawn, while only the full layer after them learns. Digits sit anywhere on a canvas of 12 × 12. Each filter of 5 × 5 hands on only its largest answer. Both rivals learn from 300 digits in 150 steps, at the best of four or five learning rates. Guess how many frozen filters do the work of eight that learn:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SIDE = 12
DIGITS = datasets.splits(
    datasets.digits(), train=1000, validation=200, test=300, seeds=SEEDS
)


def placed(part, reach, seed):
    """Digits (seeds, N, 1, 12, 12) on an empty canvas, up to `reach` pixels from the middle."""
    rng = np.random.default_rng(seed)
    on = datasets.on_canvas(part.x.reshape(-1, 8, 8), SIDE, reach=reach, rng=rng)
    return datasets.Samples(on.reshape(SEEDS, -1, 1, SIDE, SIDE), part.y)


def first(data, N=300):
    return data._replace(train=datasets.Samples(*(a[:, :N] for a in data.train)))


ANYWHERE, MIDDLE = (
    datasets.Split(*(placed(part, reach, seed) for seed, part in enumerate(DIGITS)))
    for reach in (2, 0)
)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
taught = partial(at_best_rate, steps=150, batch_size=20, pilots=3)


def weights_of(make):
    return sum(p.value.size for p in make(1).parameters())


def through(data, look):
    """The data as the features that fixed layers make of them, (seeds, N, D)."""
    return datasets.Split(
        *(datasets.Samples(look(part.x), part.y) for part in first(data))
    )


def reader(S, D):
    return Linear(D, 10, copies=S, rng=np.random.default_rng(0))


def frozen(filters):
    look = looking(SEEDS, filters, 5, SIDE).layers[0]
    return taught(
        partial(reader, D=filters), through(ANYWHERE, look), rates=RATES
    ).right


def learned(filters):
    make = partial(looking, filters=filters, F_size=5, side=SIDE)
    return taught(make, first(ANYWHERE), rates=RATES[:4]).right


FROZEN = {n: frozen(n) for n in (4, 8, 16, 32, 64, 128)}
TRAINED = {n: learned(n) for n in (4, 8, 16)}


def draw_number(ax):
    for name, shares, style, color in (
        ("filters that learn", TRAINED, "o-", ORANGE),
        ("random filters, frozen", FROZEN, "s--", BLUE),
    ):
        right = np.array(list(shares.values()))
        ax.plot(list(shares), right.mean(axis=1), style, color=color, label=name)
        band = np.quantile(right, (0.1, 0.9), axis=1)
        ax.fill_between(list(shares), *band, color=color, alpha=0.15)
    ax.set_xscale("log", base=2)
    ax.set_xticks(list(FROZEN), map(str, FROZEN))
    ax.set(ylim=(0, 1), xlabel="number of filters", ylabel="share read")
    ax.set_title("Learning is worth many filters")
    ax.legend(loc="lower right")
    told = "; ".join(
        f"{name} " + ", ".join(f"{n}: {x.mean():.0%}" for n, x in shares.items())
        for name, shares in (("learned", TRAINED), ("frozen", FROZEN))
    )
    return f"Share of digits read, by the number of filters. {told}. Bands hold sixteen of twenty networks."


show(draw_number, figsize=(5.5, 4.2))
assert FROZEN[64].mean() > TRAINED[8].mean() > FROZEN[16].mean()
by_definition(
    "C9.24",
    because="No equation fixes the number of filters and no gradient changes it, which is what a hyperparameter (超参数) is.",
    holds=all(right.shape == (SEEDS,) for right in TRAINED.values()),
    evidence=f"Free does not mean indifferent: with {4} filters {TRAINED[4].mean():.0%} of the digits are read, with {16} filters {TRAINED[16].mean():.0%}.",
)

# %% [markdown]
# Within these steps eight filters that learn do about as well as a few dozen that do not. But how far do they move? The cosine between a filter and its start tells (1: the same direction). Compare with a network from [chapter 9b](09b_convolutional_networks.ipynb) that keeps all places: blocks of 2 × 2, and a full layer (全连接层) that sees every one of them. Both read digits anywhere, and digits always in the middle; the last column is a full layer on the pixels themselves, without any filter.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def keeping(S, filters=16, F_size=5):
    """Filters, blocks of 2 × 2, and a full layer on all places."""
    rng = np.random.default_rng(0)
    conv = Conv2d(1, filters, F_size, copies=S, rng=rng)
    look = SideBySide(S, conv, F.relu, MaxPool(2))
    D = filters * ((SIDE - F_size + 1) // 2) ** 2
    return Sequential(look, Linear(D, 10, copies=S, rng=rng))


def cosines(make, net):
    """Between each filter and its start, (seeds · filters,)."""
    W, start = (
        n.layers[0].layers[0].W.value.reshape(-1, 25) for n in (net, make(SEEDS))
    )
    return (
        (W * start).sum(1) / np.linalg.norm(W, axis=1) / np.linalg.norm(start, axis=1)
    )


def pixels(x):
    return x.reshape(*x.shape[:2], -1)


HEADS = {
    "largest anywhere": partial(looking, filters=16, F_size=5, side=SIDE),
    "full layer": keeping,
}
PLACES = {"anywhere": ANYWHERE, "in the middle": MIDDLE}
WORTH, TURNED = {}, {}
for head, make in HEADS.items():
    for place, data in PLACES.items():
        trained = taught(make, first(data), rates=RATES[:4])
        features = through(data, make(SEEDS).layers[0])
        fixed = taught(
            partial(reader, D=features.train.x.shape[2]), features, rates=RATES
        )
        WORTH[head, place] = trained.right.mean(), fixed.right.mean()
        TURNED[head, place] = cosines(make, trained.net).mean()
NO_FILTERS = {
    place: taught(
        partial(reader, D=SIDE**2), through(data, pixels), rates=RATES
    ).right.mean()
    for place, data in PLACES.items()
}
print(f"{'after the filters':18}{'digits':15}learned  frozen  cosine  no filters")
for (head, place), (learned_share, frozen_share) in WORTH.items():
    print(
        f"{head:18}{place:15}{learned_share:7.0%} {frozen_share:7.0%} {TURNED[head, place]:7.2f} {NO_FILTERS[place]:11.0%}"
    )
cost_of_freezing = {key: a - b for key, (a, b) in WORTH.items()}
assert cost_of_freezing.pop(("full layer", "in the middle")) < 0.05
assert min(cost_of_freezing.values()) > 0.1
assert (
    max(TURNED["largest anywhere", place] for place in PLACES)
    < TURNED["full layer", "anywhere"]
)

# %% [markdown]
# Freezing costs dearly in three of four cases, and in one next to nothing: a full layer on all places, digits in the middle. That is also where the filters are hardly needed, for pixels alone do nearly as well. And how far filters turn does not tell what turning is worth: before the full layer they turn least where freezing them still costs a good deal. (On photographs, too, random filters with the right bends and pooling came surprisingly close to trained ones: Jarrett and others [2009](../book/bibliography.md).) So “it works” does not show that filters have learned anything. Freeze them, and see; and take them away, and see.
#
# (q9-6)=
# :::{admonition} Question 9.6 · Are the initial values of a convolution filter fixed, given that they never seem to change?
# :class: question
# They are drawn at random, by He's rule ([chapter 8b](08b_troubles_and_cures.ipynb)), and then each step of descent changes them. How far they turn, and whether that matters, depends on what follows them and on the digits: see the table.
# :::
#
# (q9-7)=
# :::{admonition} Question 9.7 · How is the number of filters in a convolutional layer controlled?
# :class: question
# By you, and by validation. More filters read more here, with shrinking gains, and cost in proportion, here and once more in the next layer, which becomes deeper. A habit: twice as many filters whenever the map is halved on both sides, which keeps the products of a layer about equal (a quarter of the places, four times the weights).
# :::
#
# :::{admonition} Exercise 1 · how far did it turn?
# :class: exercise
# `W` and `start` $(O,C,F,F)$ are the filters of a layer now and at the start. Return the cosine of the angle between each filter and its start, $(O,)$.
# :::


# %%
def cosine(W, start):
    """Numbers from −1 to 1, shape (O,)."""
    ...


exercises.check_cosine(cosine)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A filter is a vector of all its weights.
def cosine(W, start):
    a, b = W.reshape(len(W), -1), start.reshape(len(W), -1)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(axis=1) / lengths


exercises.check_cosine(cosine)

# %% [markdown]
# (sec-9c-see)=
# ## What does a filter answer to?
#
# *After this section you can find out what a filter looks for, and doubt a tidy story about it.*
#
# Two ways to ask. The first: which places of the photographs does it answer to most? Choose one of the filters of the opening, after training. Its answer is an inner product, so it is large where a place looks like the filter, or where the place is very bright or very dark. Divided by the strength of the place it is a cosine, and only likeness counts:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
W_END = FILM[STEPS[-1]][0]
SHOWN = [0, 1, 2, 3, 4, 5, 6, 7]


def best_places(w, alike, count=9):
    """The places (photograph, row, column) of the largest answers or cosines, no two closer than five pixels."""
    left = []
    for photograph in PHOTOGRAPHS:
        x = photograph.transpose(2, 0, 1)[None] - 0.5
        answer = conv2d(x, w[None])[0][0, 0]
        strength = np.sqrt(conv2d(x**2, np.ones_like(w)[None])[0][0, 0])
        left.append(answer / (strength if alike else 1.0))
    left, found = np.array(left), []
    for _ in range(count):
        k, r, c = np.unravel_index(left.argmax(), left.shape)
        found.append((int(k), int(r), int(c)))
        left[k, max(r - 5, 0) : r + 6, max(c - 5, 0) : c + 6] = -np.inf
    return found


def draw_places(axes, filter_number):
    w = W_END[0, filter_number]
    axes[0].imshow(as_colors(w))
    axes[0].set_title("the filter")
    told = []
    for ax, alike, title in zip(
        axes[1:], (False, True), ("largest answers", "largest cosines"), strict=True
    ):
        found = best_places(w, alike)
        cut_out = [PHOTOGRAPHS[k][r : r + 5, c : c + 5] for k, r, c in found]
        ax.imshow(wall_of(np.array(cut_out), 3))
        ax.set_title(title)
        told.append(sum(k == 0 for k, *_ in found))
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
    return f"Filter {filter_number}: {told[0]} of the nine largest answers are in the photograph of the tower, and {told[1]} of the nine largest cosines."


explore(
    draw_places,
    columns=3,
    filter_number=SHOWN,
    start=1,
    alt="A filter in color, the nine patches of the photographs that it answers to most, and the nine most like it.",
    figsize=(9.4, 3.2),
)

# %% [markdown]
# The second way is to ask systematically. The notes say that *each neuron looks after one feature only*: one after color, one after contour, one after texture. Three families of patches, all of the same strength: six *colors*, all over the patch; *contours*, gray edges in eight directions; *textures*, fine gray stripes in four directions. How much does the filter's answer vary within each family? Let $v_k$ be the variance of its answers over family $k$; the share of a family is
#
# $$
# s_k=\frac{v_k}{v_{\text{color}}+v_{\text{contour}}+v_{\text{texture}}} .
# $$ (eq-9c-share)
#
# A filter that looks after one thing sits in a corner of the triangle, where one share of {eq}`eq-9c-share` is 1. Drag from random filters to trained ones:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
u = np.arange(5) - 2.0
DOWN, ALONG = np.meshgrid(u, u, indexing="ij")


def waves(angle, frequency, phase):
    return np.cos(frequency * (np.cos(angle) * ALONG + np.sin(angle) * DOWN) + phase)


def edge(angle):
    return np.sign(np.round(np.cos(angle) * ALONG + np.sin(angle) * DOWN, 6))


def even(pattern):
    """Gray, without its mean, of length 1."""
    gray = np.repeat((pattern - pattern.mean())[None], 3, axis=0)
    return gray / np.linalg.norm(gray)


HUES = np.array([c for c in np.ndindex(2, 2, 2) if 0 < sum(c) < 3], float)
FAMILIES = {
    "color": [
        np.tile((hue - hue.mean())[:, None, None], (1, 5, 5))
        / np.linalg.norm(hue - hue.mean())
        / 5
        for hue in HUES
    ],
    "contour": [even(edge(k * np.pi / 4)) for k in range(8)],
    "texture": [
        even(waves(k * np.pi / 4, 0.8 * np.pi, phase))
        for k in range(4)
        for phase in np.arange(4) * np.pi / 2
    ],
}


def shares(W):
    """Shares (..., 3) of the families in the variance of the answers of filters W (..., 3, 5, 5)."""
    v = [
        np.tensordot(W, np.array(family), axes=([-3, -2, -1], [1, 2, 3])).var(axis=-1)
        for family in FAMILIES.values()
    ]
    return np.stack(v, axis=-1) / np.sum(v, axis=0)[..., None]


CORNERS = np.array([[0, 0], [1, 0], [0.5, 0.87]])


def draw_triangle(ax, steps):
    s = shares(FILM[steps][0]).reshape(-1, 3)
    ax.plot(*np.vstack([CORNERS, CORNERS[:1]]).T, color=INK, lw=0.8)
    alone = s.max(axis=1) >= 0.8
    for mask, marker, color in ((alone, "o", ORANGE), (~alone, "x", BLUE)):
        ax.plot(*(s[mask] @ CORNERS).T, marker, color=color, ms=4, alpha=0.7)
    for name, (x, y), where in zip(
        FAMILIES, CORNERS, ("right", "left", "center"), strict=True
    ):
        ax.text(x, y + (0.03 if y else -0.06), name, ha=where)
    ax.set(xlim=(-0.2, 1.2), ylim=(-0.12, 1), title=f"320 filters, step {steps}")
    ax.set_aspect("equal")
    ax.axis("off")
    corner = np.bincount(s[alone].argmax(axis=1), minlength=3)
    means = zip(FAMILIES, s.mean(axis=0), strict=True)
    told = ", ".join(f"{name} {mean:.0%}" for name, mean in means)
    return f"Step {steps}: {alone.mean():.0%} of the filters vary by at least four fifths within one family (circles: {corner[0]} color, {corner[1]} contour, {corner[2]} texture); the mean shares are {told}."


explore(
    draw_triangle,
    steps=STEPS,
    start=0,
    alt="Filters as points in a triangle whose corners are color, contour and texture.",
    figsize=(5, 4.2),
)
one_thing = lambda W: (shares(W).max(axis=-1) >= 0.8).mean(axis=-1)  # share of filters
HAND_MADE = np.array(
    [FAMILIES["color"][0], FAMILIES["contour"][1], FAMILIES["texture"][2]]
)
settle(
    "C9.8",
    tested="Do at least nine of ten trained filters answer to only one of color, contour and texture: is at least four fifths of the variance of their answers within one family?",
    holds=one_thing(W_END) >= 0.9,
    control={"three filters made by hand, one for each": one_thing(HAND_MADE) >= 0.9},
    evidence=f"Of trained filters {one_thing(W_END).mean():.0%} do, of random ones {one_thing(FILM[0][0]).mean():.0%}. More than half of the variance lies in one family for {(shares(W_END).max(axis=-1) > 0.5).mean():.0%} and {(shares(FILM[0][0]).max(axis=-1) > 0.5).mean():.0%}: a main interest is common, a single one is not.",
    card=True,
    turns={
        (
            "one_thing(W_END) >= 0.9,\n    control",
            "one_thing(W_END) >= 0.1,\n    control",
        ): "TRUE"
    },
)

# %% [markdown]
# The tidy story is a tendency, and nearly all of the specialists are for color, which tells these two photographs apart. (Read otherwise, that one filter looks for one pattern wherever it stands, the sentence is true by definition. And there are more than three families: an edge from red to green is in none of them.) Nothing in the loss asks for one feature a filter: what is asked for is that the last layer can tell tower from flower, and mixtures serve as well. (In large networks, too, there are units for one thing and units that answer to several unrelated ones, called polysemantic; Olah and others [2020](../book/bibliography.md) show both.)
#
# :::{admonition} Exercise 2 · the best places
# :class: exercise
# Return the `count` largest answers of one filter `w` $(F,F)$ on a gray picture `x` $(H,W)$, without bias, as a list of pairs (row, column), the upper left corner of the window; the largest first. No ties occur.
# :::


# %%
def places_of(x, w, count):
    """A list of pairs (row, column)."""
    ...


exercises.check_places_of(places_of)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. All answers, and an order from the largest to the least.
def places_of(x, w, count):
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    answers = (windows * w).sum(axis=(2, 3))
    order = np.argsort(-answers, axis=None)[:count]
    return [divmod(int(k), answers.shape[1]) for k in order]


exercises.check_places_of(places_of)

# %% [markdown]
# (sec-9c-deep)=
# ## How many layers?
#
# *After this section you can say from the task how far a unit must see, and reach that far by layers, by size or by gaps.*
#
# Signals of twenty values: noise, and two ticks that are $d$ or $d+1$ apart. Which? Here $L$ layers of filters of width 3, six filters each, and then the largest answer anywhere, so that nothing but a unit of the last map can see both ticks. Its receptive field (感受野, [chapter 9a](09a_convolution.ipynb)) is $1+2L$ values wide; to see two ticks $d$ apart it takes $d+1$. Two ticks that are 4 apart, and the unit that stands best: how far down do its lines reach?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
CONES = {
    "one layer": [1],
    "two layers": [1, 1],
    "three layers": [1, 1, 1],
    "two layers, one with gaps": [1, 2],
}


def draw_cone(ax, network):
    gaps = CONES[network]
    seen = [{7}]  # from the last layer back to the input
    for gap in reversed(gaps):
        seen.insert(0, {n + k * gap for n in seen[0] for k in (-1, 0, 1)})
    for row, places in enumerate(seen):
        for n in range(16):
            color, alpha = (ORANGE, 1) if n in places else (INK, 0.25)
            ax.plot(n, row, "s", ms=7, color=color, alpha=alpha)
            if row and n in places:
                for k in (-1, 0, 1):
                    ends = [n + k * gaps[row - 1], n]
                    ax.plot(ends, [row - 1, row], "-", color=ORANGE, lw=0.7)
    for tick in (5, 9):
        ax.plot([tick, tick], [-1.2, -0.4], "-", color=BLUE, lw=4)
    ax.set_yticks(range(4), ["signal", "layer 1", "layer 2", "layer 3"])
    ax.set(xlim=(-0.6, 15.6), ylim=(-1.4, 3.5), xlabel="place", title=network)
    ax.grid(False)
    both = "both ticks" if {5, 9} <= seen[0] else "not both ticks"
    return f"A unit after {network} sees {len(seen[0])} values, and {both} (blue)."


explore(draw_cone, network=list(CONES), start=0, figsize=(5.5, 3.2))

# %% [markdown]
# So the theory predicts a staircase, and guessing below it. Predict the numbers above it, then look.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
LENGTH, MARGIN = 20, 5  # no tick is near an end, where zeros tell the place


def ticks(d, N, seed):
    """Signals (seeds, N, 1, 20) with two ticks d + y apart, y = 0 or 1."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=(SEEDS, N))
    x = 0.1 * rng.standard_normal((SEEDS, N, 1, LENGTH))
    s, n = np.indices(y.shape)
    start = rng.integers(MARGIN, LENGTH - MARGIN - d - 1, size=y.shape)
    x[s, n, 0, start] += 1
    x[s, n, 0, start + d + y] += 1
    return datasets.Samples(x, y)


def layered(S, kernels, dilations=(), filters=6):
    """Convolutions of these widths, each followed by a ReLU, and the largest answers anywhere."""
    rng, depth, layers = np.random.default_rng(0), 1, []
    for k, gap in zip(kernels, dilations or [1] * len(kernels), strict=True):
        padding = gap * (k - 1) // 2  # as long as before
        conv = Conv1d(
            depth, filters, k, padding=padding, dilation=gap, copies=S, rng=rng
        )
        layers, depth = [*layers, conv, F.relu], filters
    look = SideBySide(S, *layers, MaxPool(LENGTH))
    return Sequential(look, Linear(filters, 2, copies=S, rng=rng))


APART, LAYERS = (2, 4, 6), (1, 2, 3, 4)
SIGNALS = {
    d: datasets.Split(*(ticks(d, N, seed) for seed, N in enumerate((1000, 200, 300))))
    for d in APART
}
told_apart = partial(at_best_rate, steps=300, batch_size=20, pilots=3)
DEPTH = {
    (d, L): told_apart(
        partial(layered, kernels=[3] * L), SIGNALS[d], rates=RATES[:3]
    ).right
    for d in APART
    for L in LAYERS
}


def draw_staircase(ax):
    means = np.array([[DEPTH[d, L].mean() for L in LAYERS] for d in APART])
    ax.imshow(means, cmap="Blues", vmin=0.3, vmax=1.3, aspect="auto")
    for i, j in np.ndindex(means.shape):
        ax.text(j, i, f"{means[i, j]:.0%}", ha="center", va="center", color="black")
    stairs = [0.5, 1.5, 2.5]
    for i, x in enumerate(stairs):
        ax.plot([x - 1, x - 1], [i - 0.5, i + 0.5], "-", color=ORANGE, lw=3)
        if i:
            ax.plot([x - 2, x - 1], [i - 0.5, i - 0.5], "-", color=ORANGE, lw=3)
    ax.set_xticks(range(4), [f"{L}: sees {1 + 2 * L}" for L in LAYERS])
    ax.set_yticks(range(3), [f"{d} or {d + 1}" for d in APART])
    ax.set(xlabel="layers", ylabel="ticks apart", title="Who cannot see it guesses")
    ax.grid(False)
    told = "; ".join(
        f"{d} or {d + 1} apart: "
        + ", ".join(f"{DEPTH[d, L].mean():.0%}" for L in LAYERS)
        for d in APART
    )
    return f"Share told apart with one to four layers. {told}. Left of the orange line the field is too small (means of twenty networks)."


show(draw_staircase, figsize=(5.5, 3.4))
for d, L in DEPTH:
    if 1 + 2 * L < d + 1:
        assert abs(DEPTH[d, L].mean() - 0.5) < 0.03
    elif 1 + 2 * L > d + 1:
        assert DEPTH[d, L].mean() > 0.95

# %% [markdown]
# If the field is too small, training cannot help: the networks guess. A field that is just large enough can do it in principle, and some of the twenty networks fail to learn it; one layer more, and all succeed. So the number of layers has a floor that follows from the task, and it pays to stay a little above it.
#
# **Three ways to see seven values.** One wide filter; three layers of width 3; or two layers of width 3, the second with gaps (a dilation of 2: it skips every other value), which sees $1+2+4=7$ (the last position of the slider above). And a fourth way, which breaks the floor: one layer of width 3, but then a full layer of 32 units on all its places instead of the largest answers.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SEVEN = {
    "one of width 7": {"kernels": [7]},
    "three of width 3": {"kernels": [3, 3, 3]},
    "two, the second with gaps": {"kernels": [3, 3], "dilations": [1, 2]},
}


def joined(S, filters=6, units=32):
    """One layer of width 3, then a full layer on all places, and the answer."""
    rng = np.random.default_rng(0)
    look = SideBySide(S, Conv1d(1, filters, 3, padding=1, copies=S, rng=rng), F.relu)
    full = Linear(filters * LENGTH, units, copies=S, rng=rng)
    return Sequential(look, full, F.relu, Linear(units, 2, copies=S, rng=rng))


RELIABLE = {}
for name, make in {
    **{name: partial(layered, **how) for name, how in SEVEN.items()},
    "one of width 3, full layer": joined,
}.items():
    right = told_apart(make, SIGNALS[6], rates=RATES[:4]).right
    count = sum(p.value.size for p in make(1).layers[0].parameters())
    print(
        f"{name:27} {count:4} weights in filters, {right.mean():4.0%} told apart, {(right > 0.95).sum():2} of 20 networks above 95 %"
    )
    RELIABLE[name] = right.mean()
assert RELIABLE["one of width 3, full layer"] > 0.9
assert RELIABLE["one of width 7"] >= RELIABLE["three of width 3"]


# %% [markdown]
# The full layer joins what no unit of the map sees, so the floor holds only where nothing after the convolutions can do that: where a largest answer or a mean follows. Among the other three, one wide layer is the cheapest, and it is learned no less reliably. *Usually several small filters are preferred to one large one*, say the notes, and VGG-16, built for photographs, has nothing but 3 × 3 (Simonyan and Zisserman [2015](../book/bibliography.md)). Count the weights between $C$ feature maps (特征图) and $C$ more in $n$ dimensions: one filter of width 7 on each side has $7^nC^2$, three layers of width 3, with the same field, have $3\cdot3^nC^2$:
#
# $$
# \begin{array}{lccc}
# &n=1&n=2&n=3\\
# \text{one of width 7}&7C^2&49C^2&343C^2\\
# \text{three of width 3}&9C^2&27C^2&81C^2
# \end{array}
# $$ (eq-9c-small)
#
# By {eq}`eq-9c-small` small filters save in pictures and not in signals. And they save only between many maps: the first layer sees one map or three, and there the two layers behind a small first one are what costs. (In 2-D, from $1$ map to $C$: $49C$ against $9C+2\cdot9C^2$.)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def weights(O, F_size, C=None, layers=1, n=2):
    """Weights, biases included, of `layers` convolutions of O filters that see C maps at first, in n dimensions."""
    depths = [C or O] + [O] * (layers - 1)
    return sum(O * (depth * F_size**n + 1) for depth in depths)


MAPS = 64
small, large = partial(weights, MAPS, 3, layers=3), partial(weights, MAPS, 7)
assert small() < large() and small(C=1) > large(C=1)
untestable(
    "C9.17",
    reason=f"What is usually preferred is a matter of record, not of an experiment. What can be counted: with {MAPS} filters on pictures, three layers of 3 × 3 have {small():,} weights and one of 7 × 7 has {large():,} if {MAPS} maps come in; if one does, {small(C=1):,} and {large(C=1):,}.",
    reference="Simonyan and Zisserman (2015), section 2.3",
)

# %% [markdown]
# Many networks for photographs begin with one layer of large filters (11 × 11 in Krizhevsky, Sutskever and Hinton [2012](../book/bibliography.md), 7 × 7 in He and others [2016](../book/bibliography.md)) and go on with small ones, as the count suggests. VGG-16 begins with 3 × 3 even there; and large filters have come back in layers that see one map each, where the price is small (up to 31 × 31; Ding and others [2022](../book/bibliography.md)).
#
# (q9-10)=
# :::{admonition} Question 9.10 · Is the number of convolutions in a network determined in advance?
# :class: question
# No. If only a largest answer or a mean follows, it has a floor: a unit of the last map must be able to see what the question is about. Add up the field layer by layer, and stay a little above. A full layer over all places has no such floor, at the price of learning every place. Beyond that the number is chosen by validation, like that of the filters.
# :::
#
# :::{admonition} Exercise 3 · enough layers
# :class: exercise
# Layer $l=1,2,\dots$ has filters of width `k` with a dilation of `growth`$^{\,l-1}$ (`growth` = 1: no gaps; 2: gaps that double). Return the least number of layers whose last units see at least `see` values; 0 if one value is enough.
# :::


# %%
def layers_needed(see, k, growth):
    """A whole number."""
    ...


exercises.check_layers_needed(layers_needed)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each layer adds k − 1 steps of its dilation.
def layers_needed(see, k, growth):
    layers, field = 0, 1
    while field < see:
        field += (k - 1) * growth**layers
        layers += 1
    return layers


exercises.check_layers_needed(layers_needed)

# %% [markdown]
# (sec-9c-bend)=
# ## What the bend is for
#
# *After this section you can say what would be lost without an activation, and where you can leave it out.*
#
# Put two convolutions one after the other, with nothing between. The first gives $z_q=\sum_ka_kx_{q+k}$, and the second
#
# $$
# y_p=\sum_jb_j\,z_{p+j}=\sum_j\sum_kb_ja_k\,x_{p+j+k}=\sum_m\Bigl(\sum_{j+k=m}b_ja_k\Bigr)x_{p+m}
# $$ (eq-9c-merge)
#
# is one convolution, with the filter in brackets (at stride 1, without padding between them, one map each): two of width 3 are one of width 5, and six weights act like five. The bend between (激活函数) is what makes two layers more than one.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def merged(a, b):
    """The filter (2-D) that does what first a and then b do."""
    c = np.zeros(np.add(a.shape, b.shape) - 1)
    for j in np.ndindex(b.shape):
        c[j[0] : j[0] + a.shape[0], j[1] : j[1] + a.shape[1]] += b[j] * a
    return c


def collapses(seed, bend):
    """Do two convolutions with this between them equal one, on a random picture?"""
    rng = np.random.default_rng(seed)
    x, a, b = (rng.standard_normal(shape) for shape in ((9, 9), (3, 3), (3, 3)))
    once = conv2d(x[None, None], merged(a, b)[None, None])[0]
    first_map = bend(conv2d(x[None, None], a[None, None])[0])
    return np.allclose(conv2d(first_map, b[None, None])[0], once)


with_relu = [collapses(seed, lambda z: np.maximum(z, 0)) for seed in range(SEEDS)]
without = [collapses(seed, lambda z: z) for seed in range(SEEDS)]
by_definition(
    "C9.21",
    because="An activation is chosen to be nonlinear; if it were linear, both convolutions would merge into one, by the equation above.",
    holds=~np.array(with_relu),
    evidence=f"Without a bend two layers equal one in {sum(without)} of {SEEDS} random cases, with a ReLU between them in {sum(with_relu)}.",
)

# %% [markdown]
# So does a network of *one* convolution need a bend? Try three, and none, in the network of sixteen filters that hand on their largest answer; then a ReLU and none where they hand on the mean. All at the best of four rates:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def unbent(z):
    return z, lambda dy: dy


BENDS = {
    "ReLU": (F.relu, MaxPool),
    "none": (unbent, MaxPool),
    "tanh": (F.tanh, MaxPool),
    "sigmoid": (F.sigmoid, MaxPool),
    "ReLU, mean": (F.relu, AvgPool),
    "none, mean": (unbent, AvgPool),
}
BENT = {"ReLU": TRAINED[16]}
for name, (bend, pool) in BENDS.items():
    make = partial(looking, filters=16, F_size=5, side=SIDE, bend=bend, pool=pool)
    if name not in BENT:
        BENT[name] = taught(make, first(ANYWHERE), rates=RATES[:4]).right


def draw_bends(ax):
    means = {name: right.mean() for name, right in BENT.items()}
    colors = [BLUE] * 4 + [ORANGE] * 2
    ax.barh(list(means), list(means.values()), color=colors)
    for row, right in enumerate(BENT.values()):
        ax.plot(right, np.full(SEEDS, row) + 0.28, "|", color=INK, ms=6)
        ax.text(0.02, row, f"{right.mean():.0%}", color="white", va="center")
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel="share read (ticks: each network)")
    ax.set_title("The largest is a bend already")
    told = ", ".join(f"{name} {mean:.0%}" for name, mean in means.items())
    return f"Digits read with four bends and the largest answers (blue), with and without a bend and the mean (orange): {told} (means of twenty networks)."


show(draw_bends, figsize=(5.5, 3.8))
without_bend = {
    pool: BENT[f"ReLU{pool}"].mean() - BENT[f"none{pool}"].mean()
    for pool in ("", ", mean")
}
assert without_bend[", mean"] > max(0.1, 2 * without_bend[""])

# %% [markdown]
# Leaving the bend out costs little where the largest is taken, for that is nonlinear itself, and most of what was read where the mean is taken: then the whole network is one linear map. (The sigmoid reads less within these 150 steps.)
#
# **What comes in** can matter as much as what bends it: the first layer sees gray values, and these come from 0 to 255, from 0 to 1, or with their mean taken away (preprocessing, [chapter 2b](02b_principal_components.ipynb)). The same network and digits, each at the best of its rates:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def rescaled(data, change):
    return first(datasets.Split(*(part._replace(x=change(part.x)) for part in data)))


MEAN, SPREAD = ANYWHERE.train.x.mean(), ANYWHERE.train.x.std()
RESCALED = {"0 to 1": TRAINED[16]} | {
    name: taught(
        partial(looking, filters=16, F_size=5, side=SIDE),
        rescaled(ANYWHERE, change),
        rates=RATES[:4],
    ).right
    for name, change in (
        ("0 to 255", lambda x: 255 * x),
        ("mean 0, spread 1", lambda x: (x - MEAN) / SPREAD),
    )
}
for name, right in RESCALED.items():
    print(f"{name:18}{right.mean():.0%} read ({right.min():.0%} to {right.max():.0%})")
assert RESCALED["0 to 255"].mean() < RESCALED["0 to 1"].mean() - 0.15
assert RESCALED["mean 0, spread 1"].mean() < RESCALED["0 to 1"].mean() + 0.02

# %% [markdown]
# The scale matters: initial weights and rates are made for values of about 1, and gray values in the hundreds cost more than a third of what was read. Taking away the mean gains nothing here.
#
# (q9-13)=
# :::{admonition} Question 9.13 · How is the activation function of a convolutional network determined?
# :class: question
# By habit and validation; no theorem picks one. After a convolution a ReLU or a smooth relative, each with initial weights of its own size ([chapter 8b](08b_troubles_and_cures.ipynb) has that contest, [chapter 6c](06c_units_width_depth.ipynb) the activations); at the output, what the loss asks for. What must not be missing is *some* bend between two convolutions, or {eq}`eq-9c-merge` makes them one.
# :::
#
# :::{admonition} Exercise 4 · two filters as one
# :class: exercise
# A signal is filtered by `a`, and the result by `b`: $z_q=\sum_ka_kx_{q+k}$, $y_p=\sum_jb_jz_{p+j}$. Return the one filter that does both.
# :::


# %%
def one_filter(a, b):
    """A filter of len(a) + len(b) − 1 weights."""
    ...


exercises.check_one_filter(one_filter)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Weight m collects all products whose places add up to m.
def one_filter(a, b):
    c = np.zeros(len(a) + len(b) - 1)
    for j in range(len(b)):
        c[j : j + len(a)] += b[j] * a
    return c


exercises.check_one_filter(one_filter)

# %% [markdown]
# (sec-9c-cost)=
# ## Where the weights are, and where the work
#
# *After this section you can tell where a network spends its memory and its time, and save either.*
#
# A convolution uses each weight at every place, a full layer uses it once. So memory and time are spent in different places. Four networks that made history, counted layer by layer: LeNet-5 (LeCun and others [1998](../book/bibliography.md)), AlexNet (Krizhevsky, Sutskever and Hinton 2012), VGG-16 (Simonyan and Zisserman 2015) and ResNet-34 (He and others 2016).


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def vgg():
    for times, O in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        yield from [("conv", O, 3, 1, 1)] * times
        yield ("pool", 2, 2, 0)


def resnet():
    yield from (("conv", 64, 7, 2, 3), ("pool", 3, 2, 1))
    depth = 64
    for blocks, O in ((3, 64), (4, 128), (6, 256), (3, 512)):
        for _ in range(blocks):
            halve = 2 if O > depth else 1
            if halve == 2:
                yield ("bridge", O, 1, 2, 0)  # so that the sum fits
            yield from (("conv", O, 3, halve, 1), ("conv", O, 3, 1, 1))
            depth = O
    yield ("pool", 7, 1, 0)  # the mean of all places


# ("conv", filters, width, stride, padding, groups), ("pool", width, stride, padding), ("full", units)
NETWORKS = {
    "LeNet-5": ((32, 1), [("conv", 6, 5, 1, 0), ("pool", 2, 2, 0), ("conv", 16, 5, 1, 0), ("pool", 2, 2, 0), ("full", 120), ("full", 84), ("full", 10)]),
    "AlexNet": ((227, 3), [("conv", 96, 11, 4, 0), ("pool", 3, 2, 0), ("conv", 256, 5, 1, 2, 2), ("pool", 3, 2, 0), ("conv", 384, 3, 1, 1), ("conv", 384, 3, 1, 1, 2), ("conv", 256, 3, 1, 1, 2), ("pool", 3, 2, 0), ("full", 4096), ("full", 4096), ("full", 1000)]),
    "VGG-16": ((224, 3), [*vgg(), ("full", 4096), ("full", 4096), ("full", 1000)]),
    "ResNet-34": ((224, 3), [*resnet(), ("full", 1000)]),
}  # fmt: skip


def counted(size, depth, layers):
    """Weights, products and values kept, of the convolutions and of the full layers, (2, 3)."""
    total = np.zeros((2, 3))
    for kind, *numbers in layers:
        if kind == "full":
            (units,) = numbers
            inputs = size * size * depth
            total[1] += units * (inputs + 1), units * inputs, units
            size, depth = 1, units
            continue
        F_size, stride, padding = numbers[-3:] if kind == "pool" else numbers[1:4]
        after = (size - F_size + 2 * padding) // stride + 1
        if kind != "pool":
            O, groups = numbers[0], (*numbers, 1)[4]
            each = F_size**2 * depth // groups
            total[0] += O * (each + 1), after**2 * O * each, after**2 * O
            if kind == "bridge":
                continue  # beside the convolutions that follow
            depth = O
        size = after
    return total


COSTS = ("weights", "products", "values")
COUNTS = {name: counted(*shape, layers) for name, (shape, layers) in NETWORKS.items()}


def draw_costs(ax, network):
    parts = COUNTS[network] / COUNTS[network].sum(axis=0)
    total = COUNTS[network].sum(axis=0) / 1e6
    names = [f"{cost}\n{n:,.2f} million" for cost, n in zip(COSTS, total, strict=True)]
    ax.barh(names, parts[0], color=BLUE, label="convolutions")
    ax.barh(names, parts[1], left=parts[0], color=ORANGE, label="full layers")
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), ylim=(3.3, -0.6), xlabel="share", title=network)
    ax.legend(loc="lower center", ncols=2)
    told = ", ".join(
        f"{name} {total:,.0f} ({full:.1%} in full layers)"
        for name, total, full in zip(
            COSTS, COUNTS[network].sum(axis=0), parts[1], strict=True
        )
    )
    return f"{network}, for one picture: {told}."


explore(draw_costs, network=list(NETWORKS), start=2, figsize=(5.5, 3.4))
assert round(COUNTS["AlexNet"].sum(axis=0)[0]) == 60_965_224
assert round(COUNTS["VGG-16"].sum(axis=0)[0]) == 138_357_544

# %% [markdown]
# (Weights with biases, without normalization. Values are the numbers that convolutions and full layers hand on; training keeps them, for every picture of a batch. LeNet-5 is counted with full connections between its maps, and its layer C5, a convolution of 5 × 5 on maps of 5 × 5, as the full layer that it is.) Three of the four keep their weights in the full layers and do their work in the convolutions. The fourth takes the mean of all places and has a single full layer left, and so its weights are in the convolutions too. In short: full layers at the tail are large, but quick.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
BATCH = 128


def lean_and_busy(name):
    """Far fewer weights than the full layers, but more products, and more memory for weights and a batch of values."""
    (w, products, values), (W, PRODUCTS, VALUES) = COUNTS[name]
    memory, MEMORY = w + BATCH * values, W + BATCH * VALUES
    return bool(w < W / 4 and products > PRODUCTS and memory > MEMORY)


settle(
    "C9.18",
    tested="Have the convolutions together less than a quarter of the full layers' weights, but more products, and more memory for weights and the values of a batch of 128 pictures?",
    on="head of the network",
    cases={
        "several full layers": all(
            lean_and_busy(name) for name in ("LeNet-5", "AlexNet", "VGG-16")
        ),
        "mean of all places, one full layer": lean_and_busy("ResNet-34"),
    },
    evidence="Weights of convolutions and full layers: "
    + "; ".join(
        f"{name} {c[0, 0]:,.0f} and {c[1, 0]:,.0f}" for name, c in COUNTS.items()
    )
    + ". The work is in the convolutions in all four; the memory, for a single picture, is not: weights weigh most then.",
    card=True,
    turns={('lean_and_busy("ResNet-34")', 'lean_and_busy("VGG-16")'): "TRUE"},
)
TAILED = ("LeNet-5", "AlexNet", "VGG-16")
TAIL = {}  # shares of the weights: the last layer, all full layers; of the products: all
for name in TAILED:
    shape, layers = NETWORKS[name]
    whole = COUNTS[name].sum(axis=0)
    last = COUNTS[name][1] - counted(*shape, layers[:-1])[1]
    TAIL[name] = last[0] / whole[0], *(COUNTS[name][1] / whole)[:2]
settle(
    "C9.32",
    tested="LeNet-5, AlexNet, VGG-16: is what stands at the tail less than half of the weights?",
    on="part that counts as the tail",
    cases={
        "the last layer alone": all(share[0] < 0.5 for share in TAIL.values()),
        "all full layers": all(share[1] < 0.5 for share in TAIL.values()),
    },
    evidence="; ".join(
        f"{name}: the last layer has {last:.0%} of the weights, all full layers {full:.0%}, and {products:.1%} of the products"
        for name, (last, full, products) in TAIL.items()
    )
    + ". At the tail full layers are quick; they are small only if there is one.",
    card=True,
    turns={
        ('TAILED = ("LeNet-5", "AlexNet", "VGG-16")', 'TAILED = ("ResNet-34",)'): "TRUE"
    },
)

# %% [markdown]
# **Layers that save.** One layer from 64 to 64 maps of 28 × 28, filters of 3 × 3, and what else can stand in its place. (Their matrices are in [chapter 9a](09a_convolution.ipynb).) A *bottleneck* goes to 16 maps by filters of 1 × 1, does its 3 × 3 there, and comes back by 1 × 1. *Inception* puts branches of widths 1, 3 and 5 side by side and stacks their maps. *Residual* layers add their input to their output.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def layer(C, O, F_size, groups=1, places=28**2):
    """Weights (without biases) and products."""
    each = O * F_size**2 * C // groups
    return np.array([each, each * places])


VARIANTS = {
    "plain": (layer(64, 64, 3), 3, "the measure"),
    "dilated by 2": (layer(64, 64, 3), 5, "to see further at the same cost"),
    "transposed, stride 2": (layer(64, 64, 3), 2, "to make maps larger, for pictures"),
    "four groups": (layer(64, 64, 3, groups=4), 3, "to compute parts apart"),
    "depthwise, then 1 × 1": (layer(64, 64, 3, groups=64) + layer(64, 64, 1), 3, "for small devices"),
    "1 × 1": (layer(64, 64, 1), 1, "to mix or to reduce maps"),
    "bottleneck": (layer(64, 16, 1) + layer(16, 16, 3) + layer(16, 64, 1), 3, "for very deep networks"),
    "inception": (layer(64, 16, 1) + layer(64, 16, 1) + layer(16, 32, 3) + layer(64, 8, 1) + layer(8, 16, 5), 5, "for patterns of several sizes"),
    "residual, two plain": (2 * layer(64, 64, 3), 5, "to let gradients pass"),
}  # fmt: skip
print(f"{'':23}{'weights':>8}{'products':>12}  sees  use")
for name, ((w, products), sees, use) in VARIANTS.items():
    print(f"{name:23}{w:8,}{products:12,}{sees:6}  {use}")

# %% [markdown]
# The bridge of a residual network (残差网络) adds no weights (the row counts the two layers that it bridges; only where the number of maps changes does a convolution of 1 × 1 stand in it): its output is $\mathbf y=\mathbf x+f(\mathbf x)$, and on the way back
#
# $$
# \mathrm dx=\mathrm dy+\Bigl(\frac{\partial f}{\partial\mathbf x}\Bigr)^{\!\top}\mathrm dy :
# $$ (eq-9c-bridge)
#
# whatever $f$ does to the gradient, a copy of it passes beside.
#
# :::{admonition} Exercise 5 · narrow in the middle
# :class: exercise
# Return the number of weights, without biases, of a plain layer from $C$ to $C$ maps with filters of `F` × `F`, and of a bottleneck: 1 × 1 from $C$ to $M$ maps, `F` × `F` from $M$ to $M$, 1 × 1 from $M$ back to $C$.
# :::


# %%
def plain_and_bottleneck(C, M, F):
    """Two whole numbers."""
    ...


exercises.check_plain_and_bottleneck(plain_and_bottleneck)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A filter is as deep as what it sees.
def plain_and_bottleneck(C, M, F):
    return C * C * F**2, C * M + M * M * F**2 + M * C


exercises.check_plain_and_bottleneck(plain_and_bottleneck)

# %% [markdown]
# (sec-9c-end)=
# ## What the last layers throw away
#
# *After this section you can say what a full layer at the end is for, and what it is not for.*
#
# Why is there still a full layer at the end? *To restore more information*, say the notes, *and on the whole it is good value*. Test it: train a network on a thousand digits (300 steps; eight filters of 3 × 3, blocks of 2 × 2, a full layer of 32 units, and one to ten classes) on digits anywhere. Then try to draw the picture from what each layer hands on, by the linear map that does it best (ridge regression, its strength chosen on validation digits). Drag along the network:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def with_full_layer(S):
    rng = np.random.default_rng(0)
    look = SideBySide(S, Conv2d(1, 8, 3, copies=S, rng=rng), F.relu, MaxPool(2))
    hidden, last = (
        Linear(200, 32, copies=S, rng=rng),
        Linear(32, 10, copies=S, rng=rng),
    )
    return Sequential(look, hidden, F.relu, last)


read_by = partial(at_best_rate, rates=RATES[:4], steps=300, batch_size=20, pilots=3)
NET = read_by(with_full_layer, ANYWHERE).net
DIRECT = partial(keeping, filters=8, F_size=3)  # the same without the layer of 32
WITHOUT = read_by(DIRECT, ANYWHERE).right


def stages(x):
    """What each layer hands on, (seeds, N, D)."""
    look, *full = NET.layers
    maps = SideBySide(SEEDS, *look.layers[:2])(x)
    handed = {"picture": x.reshape(SEEDS, -1, SIDE**2), "maps": maps, "pooled": look(x)}
    handed["full layer"] = Sequential(*full[:2])(handed["pooled"])
    handed["scores"] = full[2](handed["full layer"])
    return handed


def drawn_back(features, pictures):
    """Ridge regression from features to pictures, learned on the first part; the drawing of the last, and the share of variance it explains."""
    (a, b, c), (x, chosen_by, y) = features, pictures
    mean, start = a.mean(axis=0), x.mean(axis=0)
    gram, cross = (a - mean).T @ (a - mean), (a - mean).T @ (x - start)
    best = None
    for strength in (1e-3, 1e-1, 10.0):
        price = strength * gram.trace() / len(gram) * np.eye(len(gram))
        M = np.linalg.solve(gram + price, cross)
        loss = (((b - mean) @ M + start - chosen_by) ** 2).sum()
        if best is None or loss < best[0]:
            best = loss, M
    drawing = (c - mean) @ best[1] + start
    return drawing, 1 - ((drawing - y) ** 2).sum() / ((y - start) ** 2).sum()


HANDED = [stages(part.x) for part in ANYWHERE]
STAGES = list(HANDED[0])
DRAWN, EXPLAINED = {}, {stage: np.empty(SEEDS) for stage in STAGES}
for stage in STAGES:
    for s in range(SEEDS):
        drawing, EXPLAINED[stage][s] = drawn_back(
            [part[stage][s] for part in HANDED], [part["picture"][s] for part in HANDED]
        )
        if s == 0:
            DRAWN[stage] = drawing[:6].reshape(-1, SIDE, SIDE)


def draw_back(ax, after):
    image_grid(
        ax, np.clip(np.concatenate([DRAWN["picture"], DRAWN[after]]), 0, 1), columns=6
    )
    ax.set_title(f"six digits, and drawn from: {after}")
    D = HANDED[0][after].shape[2]
    return f"From {D} numbers ({after}) the best linear map explains {EXPLAINED[after].mean():.0%} of the variance of unseen pictures ({EXPLAINED[after].min():.0%} to {EXPLAINED[after].max():.0%} over twenty networks)."


explore(
    draw_back,
    after=STAGES,
    start=3,
    alt="Six digits, and below each the same digit drawn back from what a layer hands on.",
    figsize=(5.5, 2.6),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
more_after = lambda later, earlier: EXPLAINED[later] > EXPLAINED[earlier]
settle(
    "C9.19",
    tested="Can the picture be drawn better from what the full layer hands on than from what came into it?",
    holds=more_after("full layer", "pooled"),
    control={
        "from the full layer rather than from the scores": more_after(
            "full layer", "scores"
        )
    },
    evidence=f"Explained before the full layer {EXPLAINED['pooled'].mean():.0%}, after it {EXPLAINED['full layer'].mean():.0%}, from the scores {EXPLAINED['scores'].mean():.0%}. As for value: with this layer {read(NET, ANYWHERE.test).mean():.0%} of the digits are read ({weights_of(with_full_layer):,} weights), without it, the blocks straight to the scores, {WITHOUT.mean():.0%} ({weights_of(DIRECT):,}).",
    card=True,
    turns={
        (
            'more_after("full layer", "pooled")',
            'more_after("full layer", "scores")',
        ): "TRUE"
    },
)

# %% [markdown]
# The best conceivable reader could not have gained: what a layer hands on is computed from what came in, so whoever has the latter can compute the former, and then whatever is drawn from it. (Information theory calls this the data processing inequality.) A *linear* reader could have, had the layer put what was there into a form that is easier to read; so it was worth measuring. No layer adds information, and most throw some away. That is their purpose: ten scores need not know where the digit stood.
#
# (q9-18)=
# :::{admonition} Question 9.18 · Why are fully connected layers still used at the end of a convolutional neural network?
# :class: question
# To combine what was found at all places and in all maps into a score for each class; not to restore anything. One full layer was enough for that here, and if places were pooled before it, it is small.
# :::
#
# :::{admonition} Exercise 6 · how much was drawn?
# :class: exercise
# `drawn` and `x` $(N,D)$ are pictures drawn back and the true ones, `mean` $(D,)$ the mean picture of the training part. Return the share of variance that the drawing explains: one minus the squared error of the drawing over that of the mean picture, both summed over all pictures and pixels.
# :::


# %%
def explained(drawn, x, mean):
    """A number, at most 1."""
    ...


exercises.check_explained(explained)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Compare with what can be drawn without knowing anything.
def explained(drawn, x, mean):
    return 1 - ((drawn - x) ** 2).sum() / ((x - mean) ** 2).sum()


exercises.check_explained(explained)

# %% [markdown]
# (sec-9c-summary)=
# ## In one screen
#
# - Filters start at random and learn. Whether they *must* shows when you freeze them, and whether they are needed when you take them away; how far they turned shows neither.
# - Trained filters specialize, but about half of them have less than four fifths of their variance in one of color, contour and texture.
# - If only largest answers or means follow, the field of a unit must span what the question is about: below it a network guesses. Depth, width and gaps all widen it.
# - Several small filters are cheaper than a large one in pictures and between many maps; not in signals, not on the first layer.
# - Two convolutions without a bend are one. Where the largest is taken, the bend can be left out at little cost.
# - Full layers hold the weights, convolutions do the work, unless the head takes a mean over all places: then convolutions have both.
# - No layer restores information. Most throw away what the next question does not need.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
