# %% [markdown]
# # Convolution
#
# Nine numbers slide over a photograph. At each place they are multiplied with the nine gray values below them, and the sum becomes one pixel of a new picture. Choose a filter: which nine numbers find the eaves, and which one does nothing but move the picture?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
import numpy as np
from dlnotes import datasets
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.conv import conv1d, conv2d
from dlnotes.exercises import convolution as exercises
from dlnotes.explore import explore, show
from dlnotes.gradcheck import numerical_gradient
from dlnotes.neighbors import nearest_neighbors
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, lines, log_scale, matrix
from dlnotes.windows import im2col
from matplotlib.patches import Rectangle

np.set_printoptions(precision=4, suppress=True)
tower, flower = datasets.photographs()
GRAY = tower[10:194, 20:204].mean(axis=2)
KERNELS = {
    "edges from left to right": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "edges from top to bottom": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "all edges and dots": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "blur": np.ones((3, 3)) / 9,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "one step to the side": np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]]),
}


SEEN_AS = dict(
    zip(
        KERNELS,
        (
            "Where it gets brighter to the right, the map is white; where darker, black; plain areas are gray (zero)",
            "The eaves: white where it gets brighter downward, black where darker",
            "Every edge is a black line beside a white one, every dot a spot",
            "Each pixel becomes the mean of nine",
            "Each pixel goes away from the mean of its neighbors",
            "The picture has moved by one pixel to the left; nothing was looked for",
        ),
        strict=True,
    )
)


def filtered(x, K):
    """One filter K (h, w) on one picture x (H, W)."""
    y, _ = conv2d(x[None, None], K[None, None].astype(float))
    return y[0, 0]


def draw_kernels(axes, filter):
    K = KERNELS[filter]
    y = filtered(GRAY, K)
    axes[0].imshow(GRAY, cmap="gray", vmin=0, vmax=1)
    for (i, j), weight in np.ndenumerate(K):  # the nine numbers, enlarged, in the sky
        color = ("#1d5fae", "#333333", "#a84a00")[int(np.sign(weight)) + 1]
        corner = 102 + 26 * j, 4 + 26 * i
        axes[0].add_patch(Rectangle(corner, 25, 25, color=color, lw=0))
        number = "1/9" if 0 < weight < 1 else f"{weight:g}".replace("-", "−")
        axes[0].text(
            corner[0] + 12.5,
            corner[1] + 12.5,
            number,
            color="white",
            ha="center",
            va="center",
        )
    limit = 1 if K.sum() else np.abs(y).max() / 2
    axes[1].imshow(y, cmap="gray", vmin=0 if K.sum() else -limit, vmax=limit)
    for ax, title in zip(
        axes, ("A photograph and nine numbers", "What they make of it"), strict=True
    ):
        ax.set_axis_off()
        ax.set_title(title)
    return f"{SEEN_AS[filter]}. The nine numbers sum to {K.sum():.2g}."


explore(
    draw_kernels,
    columns=2,
    filter=list(KERNELS),
    alt="A photograph of a pavilion in gray with a filter of three by three numbers, and the filtered photograph.",
    figsize=(9.4, 4),
)

# %% [markdown]
# A network that sees does not choose these numbers by hand. It learns them, and to learn it needs their gradient. On this page you compute a convolution (卷积) by hand, in loops, by windows and as one matrix product; you find out why anybody should share weights; and you derive what flows back. Afterwards you can read any convolutional layer, count its weights and products, and write it with its gradient. You need [chapter 6b](06b_backpropagation.ipynb). Reading takes half an hour, the exercises as much again.
#
# (sec-9a-window)=
# ## Slide, multiply, add up
#
# *After this section you can compute a convolution with a pencil.*
#
# A picture $x$ of $6\times6$ gray values and a filter (滤波器, also kernel, 卷积核) $K$ of $3\times3$ weights. Lay the filter on the upper left corner, multiply each weight with the value below it, add up: that is $y_{00}$. Move it one step to the right, and at the end of a line to the next:
#
# $$
# y_{pq}=\sum_{i}\sum_{j}K_{ij}\,x_{p+i,\,q+j} .
# $$ (eq-9a-window)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
X = np.array(
    [
        [18, 54, 51, 239, 244, 188],
        [55, 121, 75, 78, 95, 88],
        [35, 24, 204, 113, 109, 221],
        [3, 154, 104, 235, 25, 130],
        [15, 253, 225, 159, 78, 233],
        [68, 85, 180, 214, 245, 0],
    ]
)
K = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])


def by_loops(x, K):
    """The equation, index by index."""
    (H, W), (h, w) = x.shape, K.shape
    y = np.zeros((H - h + 1, W - w + 1))
    for p in range(len(y)):
        for q in range(y.shape[1]):
            for i in range(h):
                for j in range(w):
                    y[p, q] += K[i, j] * x[p + i, q + j]
    return y


Y = by_loops(X, K)


def draw_window(axes, place):
    p, q = divmod(place - 1, 4)
    seen = {
        (p + i, q + j): ORANGE if K[i, j] else INK for i in range(3) for j in range(3)
    }
    matrix(axes[0], X, "{:d}", colors=seen)
    done = np.full((4, 4), np.nan)
    done.flat[:place] = Y.flat[:place]
    axes[1].set_title("y so far")
    axes[0].set_title("x, and where K lies")
    axes[1].set_axis_off()
    axes[1].set(xlim=(-0.5, 3.5), ylim=(3.5, -0.5), aspect="equal")
    for (a, b), value in np.ndenumerate(done):
        axes[1].text(
            b,
            a,
            "·" if np.isnan(value) else f"{value:.0f}",
            ha="center",
            va="center",
            color=ORANGE if (a, b) == (p, q) else INK,
        )
    parts = X[p : p + 3, q : q + 3][K == 1]
    return (
        f"Place {place}: "
        + " + ".join(map(str, parts))
        + f" = {parts.sum()}. (K has ones in the corners and in the middle.)"
    )


explore(
    draw_window,
    columns=2,
    place=range(1, 17),
    alt="A table of six by six numbers with a window of three by three, and the results so far.",
    figsize=(9.6, 3.5),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
first = X[:3, :3][K == 1]
by_definition(
    "C9.5",
    because="It is a sum. The five numbers are those on which the ones of the filter lie at the first place.",
    holds=Y[0, 0] == first.sum() == 429,
    evidence="The first place gives "
    + " + ".join(f"{v}" for v in first)
    + f" = {Y[0, 0]:.0f}.",
)
windows = np.lib.stride_tricks.sliding_window_view(X, (3, 3))
as_inner = np.array(
    [[K.ravel() @ windows[p, q].ravel() for q in range(4)] for p in range(4)]
)
by_definition(
    "C9.34",
    because="The double sum is the inner product of two lists of nine numbers. (It is so in networks; mathematicians turn the filter around first, see below.)",
    holds=np.array_equal(as_inner, Y),
    evidence=f"All {as_inner.size} inner products of the filter with a window are those of the loops.",
)

# %% [markdown]
# :::{admonition} Exercise 1 · slide a filter
# :class: exercise
# Return $y$ of {eq}`eq-9a-window` for a picture `x` $(H,W)$ and a filter `K` $(h,w)$; it has shape $(H-h+1,\,W-w+1)$.
# :::


# %%
def correlate(x, K):
    """y of shape (H − h + 1, W − w + 1)."""
    ...


exercises.check_correlate(correlate)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. One weight at a time: it meets a whole block of x on the way to all of y.
def correlate(x, K):
    H, W = np.subtract(x.shape, K.shape) + 1
    y = np.zeros((H, W))
    for i, j in np.ndindex(K.shape):
        y += K[i, j] * x[i : i + H, j : j + W]
    return y


exercises.check_correlate(correlate)

# %% [markdown]
# (sec-9a-depth)=
# ## As deep as the picture
#
# *After this section you know why three channels become one map, and n filters n maps.*
#
# A color picture has depth: $32\times32\times3$ are three channels (通道), red, green and blue. Its filter is as deep, $5\times5\times3$, and slides only in height and width. At each place 75 products become one number, plus one bias for the whole filter. For filter $o$ of several:
#
# $$
# y_{opq}=b_o+\sum_c\sum_{i}\sum_{j}W_{ocij}\,x_{c,\,p+i,\,q+j} .
# $$ (eq-9a-layer)
#
# Because the sum also runs over the channels, one filter makes one flat feature map (特征图). Here is a filter that asks for a spot of orange: five by five weights of 1/25 for red, of −1/25 for blue and of 0 for green. After it comes a ReLU, and the bias decides how orange is orange enough:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
PICTURE = (
    flower[10:202, 60:252].reshape(32, 6, 32, 6, 3).mean(axis=(1, 3))
)  # (32, 32, 3)
CHANNELS = PICTURE.transpose(2, 0, 1)[None]  # (1, 3, 32, 32): channels first
ORANGE_SPOT = np.array([1, 0, -1]).reshape(1, 3, 1, 1) * np.ones((1, 3, 5, 5)) / 25
MAP, _ = conv2d(CHANNELS, ORANGE_SPOT)
by_channel = [
    conv2d(CHANNELS[:, c : c + 1], ORANGE_SPOT[:, c : c + 1])[0] for c in range(3)
]
assert np.allclose(
    sum(by_channel), MAP
)  # one filter of depth 3 is a sum of three flat ones


def draw_orange(axes, bias):
    open_at = np.maximum(MAP[0, 0] + bias, 0)
    axes[0].imshow(PICTURE)
    axes[0].set_title("32 × 32 × 3")
    axes[1].imshow(open_at, cmap="gray", vmin=0, vmax=1)
    axes[1].set_title("28 × 28 × 1")
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
    return f"With a bias of {bias:g} the unit is above zero at {(open_at > 0).mean():.0%} of its {open_at.size} places."


explore(
    draw_orange,
    columns=2,
    bias=[-0.6, -0.4, -0.2, 0, 0.2],
    start=2,
    alt="A small color picture of a flower, and the map of a filter for orange spots.",
    figsize=(9.4, 3.8),
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def size_after(picture, filters, stride=1, groups=1):
    """Height, width and depth after filters (number, height, width, depth) on a picture (height, width, depth); None if they do not fit."""
    x = np.zeros((1, picture[2], *picture[:2]))
    O, h, w, depth = filters
    try:
        y, _ = conv2d(x, np.zeros((O, depth, h, w)), stride=stride, groups=groups)
    except ValueError:
        return None
    return y.shape[2], y.shape[3], y.shape[1]


spell = lambda size: (
    "nothing (it does not fit)" if size is None else "×".join(map(str, size))
)
settle(
    "C9.3",
    tested="The example's filter is 5×5×3: does it make a map of 28×28×1 of data of 32×32×5?",
    holds=size_after((32, 32, 5), (1, 5, 5, 3)) == (28, 28, 1),
    control={
        "data of 32×32×3, the size that stands a line above in the same example": size_after(
            (32, 32, 3), (1, 5, 5, 3)
        )
        == (28, 28, 1)
    },
    evidence=f"Of data of depth {5} the filter makes {spell(size_after((32, 32, 5), (1, 5, 5, 3)))}, of depth {3} {spell(size_after((32, 32, 3), (1, 5, 5, 3)))}. The figure with the filter is lost, but five is the side of a filter that turns {32} into {28}.",
    turns={
        (
            "size_after((32, 32, 5), (1, 5, 5, 3)) == (28, 28, 1),\n    control",
            "size_after((32, 32, 5), (1, 5, 5, 5)) == (28, 28, 1),\n    control",
        ): "TRUE"
    },
)
example = {stride: size_after((7, 7, 3), (2, 3, 3, 3), stride) for stride in (1, 2)}
settle(
    "C9.4",
    tested="Do two filters of 3×3×3 make 3×3×2 of an input of 7×7×3 (without further padding)?",
    on="stride",
    cases={f"{stride}": size == (3, 3, 2) for stride, size in example.items()},
    evidence=f"A stride of {1} gives {spell(example[1])}; a stride of {2} gives {spell(example[2])}.",
    card=True,
)
# %% [markdown]
# (q9-2)=
# :::{admonition} Question 9.2 · How is a 32×32×3 image convolved with a three-dimensional kernel into a feature map of depth 1?
# :class: question
# At each of the 28 × 28 places at which the kernel fits, its 75 weights are multiplied with the 75 values below it; all products and the bias are added up. Since the kernel is as deep as the image, it slides in two directions only, and each place gives one number. (The same map is the sum of three flat ones, one for each channel.)
# :::
#
# (q9-3)=
# :::{admonition} Question 9.3 · How is the 28×28×n convolutional layer (n ≥ 1), obtained by convolving several times, actually computed?
# :class: question
# By $n$ different filters on the *same* input, whose maps are stacked: {eq}`eq-9a-layer` with $O=n$. It is not a convolution of a convolution: that would be 24 × 24.
# :::
#
# (q9-5)=
# :::{admonition} Question 9.5 · What is the bias term of a convolution, what is it for, and how is it applied?
# :class: question
# One learnable number for each filter, added at all its places. It moves the threshold of the activation, as the slider shows: without it the unit could only ask "more red than blue?", not "redder by at least 0.2?".
# :::
#
# %% [markdown]
# (sec-9a-sizes)=
# ## Sizes, strides and what a stride may lose
#
# *After this section you can say how large the next map is, what a unit sees, and what a stride costs.*
#
# Let a window of $F$ values slide along an axis of $N$ values that was made longer by $P$ zeros at each end (padding). It may start at $0,S,2S,\dots$ with a stride (步长) of $S$, and the last start is at most $N+2P-F$. So there are
#
# $$
# \left\lfloor\frac{N-F+2P}{S}\right\rfloor+1
# $$ (eq-9a-size)
#
# places. What does a unit of a later layer see? One step in layer $l$ is a jump of $S_1\cdots S_{l-1}$ pixels, and a window of $F_l$ units spans $F_l-1$ such jumps. So its receptive field (感受野) is, with $r_0=1$ for a pixel itself,
#
# $$
# r_l=r_{l-1}+(F_l-1)\,S_1\cdots S_{l-1} .
# $$ (eq-9a-sees)
#
# The network of the notes: a convolution of $5\times5$, pooling (池化) of $2\times2$, the same again, and two full layers, on a digit of $28\times28$. For the four layers that slide, {eq}`eq-9a-sees` gives $1+4=5$, $5+1\cdot1=6$, $6+4\cdot2=14$ and $14+1\cdot2=16$ pixels. Seen from the side, along one axis: choose a unit of the last map.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def plan(size, depth, layers):
    """Rows (name, shape, weights, products, receptive field) of layers ("conv", filters, F), ("pool", F) and ("full", units)."""
    sees, step, rows = 1, 1, [("input", f"{size}×{size}×{depth}", 0, 0, 1)]
    for kind, *numbers in layers:
        if kind == "full":
            (units,) = numbers
            inputs = size * size * depth
            weights, products, sees = units * (inputs + 1), units * inputs, "all"
            size, depth = 1, units
        else:
            F, S = (numbers[-1], 1) if kind == "conv" else (numbers[0], numbers[0])
            size, sees, step = (size - F) // S + 1, sees + (F - 1) * step, step * S
            weights = products = 0
            if kind == "conv":
                weights = numbers[0] * (F * F * depth + 1)
                products, depth = size * size * numbers[0] * F * F * depth, numbers[0]
        rows.append(
            (
                " ".join([kind, *map(str, numbers)]),
                f"{size}×{size}×{depth}",
                weights,
                products,
                sees,
            )
        )
    return rows


def expand(n, m, k, filters=(3, 5), F=5, units=32, classes=10):
    """The layers of INPUT → [[CONV → RELU]·n → POOL]·m → [FC → RELU]·k → FC."""
    blocks = [
        layer
        for i in range(m)
        for layer in [("conv", filters[i % len(filters)], F)] * n + [("pool", 2)]
    ]
    return [*blocks, *[("full", units)] * k, ("full", classes)]


NETWORK = expand(n=1, m=2, k=1)
WINDOWS = [
    (1, 1),
    *[(F, 1) if kind == "conv" else (F, F) for kind, *_, F in NETWORK[:4]],
]
UNITS = [28]  # along one axis, layer by layer
for F, S in WINDOWS[1:]:
    UNITS.append((UNITS[-1] - F) // S + 1)


def draw_cone(ax, unit):
    spans = [(unit - 1, unit - 1)]  # from the last layer back
    for F, S in WINDOWS[:0:-1]:
        low, high = spans[0]
        spans.insert(0, (low * S, high * S + F - 1))
    first, step = 0.0, 1  # where the units of a layer stand, in pixels
    for row, (units, (F, S)) in enumerate(zip(UNITS, WINDOWS, strict=True)):
        first, step = first + (F - 1) / 2 * step, step * S
        for n in range(units):
            seen = spans[row][0] <= n <= spans[row][1]
            color, alpha = (ORANGE, 1) if seen else (INK, 0.25)
            ax.plot(first + n * step, row, "s", ms=8, color=color, alpha=alpha)
    names = ["input", *(f"{kind} {F}" for kind, *_, F in NETWORK[:4])]
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(-1, 28), ylim=(-0.6, 4.6), xlabel="pixel", title="What one unit sees")
    low, high = spans[0]
    return f"Unit {unit} of the last map sees pixels {low} to {high}: {high - low + 1} of {UNITS[0]}."


explore(draw_cone, unit=[1, 2, 3, 4], start=1, figsize=(5.5, 3))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
print("layer      output   sees  weights products")
for name, shape, weights, products, sees in plan(28, 1, NETWORK):
    print(f"{name:9} {shape:>7} {sees:>5} {weights:8,} {products:8,}")

# %% [markdown]
# (`conv 3 5` means three filters of $5\times5$; weights include biases; ReLU layers change no size.) The function that makes this list follows the pattern INPUT → [[CONV → RELU]·n → POOL]·m → [FC → RELU]·k → FC, here with n = 1, m = 2, k = 1; the notes count the last full layer as well and write K = 2.
#
# (q9-17)=
# :::{admonition} Question 9.17 · Why does the first convolutional layer make three feature maps from one image, a number that may confuse many beginners?
# :class: question
# Because the first layer has three filters. It has nothing to do with red, green and blue: the image of that example has one channel. The number of filters is chosen; the next layer of that network has five.
# :::
#
#
# **Its second convolution** looks at three maps: its five filters have depth 3, and each weighs all of them. (LeNet had a table that left some out; LeCun and others [1998](../book/bibliography.md).)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def all_matter(seed, connected):
    """Does changing any one of three maps change each of the five new maps? `connected` (5, 3) says which filter sees which map."""
    rng = np.random.default_rng(seed)
    x, W = rng.standard_normal((1, 3, 8, 8)), rng.standard_normal((5, 3, 3, 3))
    W = W * connected[:, :, None, None]
    before, _ = conv2d(x, W)
    for c in range(3):
        changed = x.copy()
        changed[0, c] += rng.standard_normal((8, 8))
        after, _ = conv2d(changed, W)
        if np.isclose(after, before).all(axis=(0, 2, 3)).any():
            return False
    return True


FULL, PARTIAL = (
    np.ones((5, 3)),
    np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0], [1, 1, 1]]),
)
full = [all_matter(seed, FULL) for seed in range(20)]
partial = [all_matter(seed, PARTIAL) for seed in range(20)]
by_definition(
    "C9.26",
    because="The sum of the layer runs over all channels of its input.",
    holds=full,
    evidence=f"In {sum(full)} of {20} random layers a change of any of the three maps changes all five new ones, and in {sum(partial)} if a table says which filter sees which map. There are {FULL.sum() * 9:.0f} weights, of which such a table keeps {PARTIAL.sum() * 9}.",
)

# %% [markdown]
# :::{admonition} Exercise 2 · sizes
# :class: exercise
# Return the number of places of {eq}`eq-9a-size`, and 0 if the window does not fit even once.
# :::


# %%
def places(N, F, stride, padding):
    """A whole number."""
    ...


exercises.check_places(places)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. How many whole strides fit into what is left beside the first window.
def places(N, F, stride, padding):
    room = N + 2 * padding - F
    return room // stride + 1 if room >= 0 else 0


exercises.check_places(places)

# %% [markdown]
# :::{admonition} Exercise 3 · what a unit sees
# :class: exercise
# The arrays `sizes` and `strides` hold the filter size $F$ and the stride $S$ of each layer, first layer first. Return the receptive field of a unit of the last one, in pixels along one axis; without any layer that is 1.
# :::


# %%
def receptive_field(sizes, strides):
    """A whole number."""
    ...


exercises.check_receptive_field(receptive_field)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A step of a layer is as long as all strides before it.
def receptive_field(sizes, strides):
    sees, step = 1, 1
    for F, S in zip(sizes, strides, strict=True):
        sees, step = sees + (F - 1) * step, step * S
    return sees


exercises.check_receptive_field(receptive_field)

# %% [markdown]
# **What a stride may lose.** Fine stripes, two and a half pixels wide from ridge to ridge. Take every value, every second, every third: what do the values that are left look like?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
T = np.arange(60)
STRIPES = np.cos(2 * np.pi * T / 2.5)
BLURRED = np.convolve(STRIPES, [0.25, 0.5, 0.25], mode="same")


def apparent(stride, period=2.5):
    """Period, in pixels, of the slowest wave through the values kept."""
    cycles = (stride / period) % 1
    cycles = min(cycles, 1 - cycles)
    return stride / cycles if cycles > 1e-9 else np.inf


def draw_stride(ax, stride):
    fine = np.linspace(0, 40, 800)
    ax.plot(
        fine,
        np.cos(2 * np.pi * fine / 2.5),
        color=INK,
        lw=0.6,
        alpha=0.6,
        label="stripes",
    )
    kept = T[:41:stride]
    ax.plot(kept, STRIPES[kept], "o-", color=BLUE, label="values kept")
    ax.plot(kept[1:-1], BLURRED[kept][1:-1], "s--", color=ORANGE, label="after a blur")
    ax.set(
        xlabel="pixel", ylabel="gray value", ylim=(-1.2, 2.1), title=f"Stride {stride}"
    )
    ax.legend(loc="upper right", ncols=2)
    wave = apparent(stride)
    said = "a plain area" if np.isinf(wave) else f"stripes of {wave:.3g} pixels"
    return f"With a stride of {stride} the stripes of 2.5 pixels look like {said}. A blur before it makes them {np.abs(STRIPES[20:40]).max() / np.abs(BLURRED[20:40]).max():.0f} times fainter."


explore(draw_stride, stride=[1, 2, 3, 4, 5], start=1, figsize=(5.5, 3.6))

# %% [markdown]
# (q9-4)=
# :::{admonition} Question 9.4 · How should the stride of a convolution be chosen?
# :class: question
# One, where detail matters; two, where a map should shrink, at a quarter of the products. Larger strides jump over places: what repeats within less than two strides turns into something coarse that was never there (aliasing), unless the filter itself, or one before it, blurs it away. And look at the edge: if dividing $N-F+2P$ by $S$ leaves a remainder $r$, the last $r$ cells of the padded axis are never seen. While $r\le P$ these are zeros; beyond that they are pixels.
# :::
#
# (sec-9a-why)=
# ## What the number says
#
# *After this section you know what a filter looks for.*
#
# Why multiply and add? Because an inner product measures likeness. For two lists of numbers $\mathbf w$ and $\mathbf x$ with an angle $\varphi$ between them,
#
# $$
# \mathbf w\cdot\mathbf x=\lvert\mathbf w\rvert\,\lvert\mathbf x\rvert\cos\varphi\le\lvert\mathbf w\rvert\,\lvert\mathbf x\rvert ,
# $$ (eq-9a-likeness)
#
# with equality, for $\mathbf x\ne0$, only if $\mathbf x$ is a positive multiple of $\mathbf w$. Among all windows of one length $\lvert\mathbf x\rvert$ the filter answers loudest to *its own picture*. But a brighter window is longer, and can be louder. So here is a search: the filter is one of twelve digits on a sheet, noise is added to the sheet, and the loudest place is taken. Once as it is; once with a filter freed of its mean, so that brightness alone counts nothing; and once divided by the spread of the window as well, which makes it a cosine:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
DIGITS = datasets.digits().x.reshape(-1, 8, 8)


def sheet(seed, noise):
    """A sheet of twelve digits with noise, the digit looked for, and its place."""
    rng = np.random.default_rng(seed)
    chosen = DIGITS[rng.permutation(len(DIGITS))[:12]]
    page = np.zeros((33, 44))
    for n, digit in enumerate(chosen):
        r, c = divmod(n, 4)
        page[11 * r + 1 : 11 * r + 9, 11 * c + 1 : 11 * c + 9] = digit
    wanted = rng.integers(12)
    r, c = divmod(int(wanted), 4)
    page = page + noise * rng.standard_normal(page.shape)
    return page, chosen[wanted], (11 * r + 1, 11 * c + 1)


def loudness(page, digit):
    """At every place: inner product, the same with the filter's mean taken off, and the cosine (means taken off)."""
    seen = im2col(page[None, None], (8, 8))[0, 0]  # (8, 8, places, places)
    w = digit - digit.mean()
    centered = np.tensordot(w, seen, 2)
    spread = np.sqrt(((seen - seen.mean(axis=(0, 1))) ** 2).sum(axis=(0, 1)) + 1e-9)
    return np.tensordot(digit, seen, 2), centered, centered / spread


loudest = lambda m: np.unravel_index(m.argmax(), m.shape)


def found(noise, seed):
    page, digit, place = sheet(seed, noise)
    return [loudest(m) == place for m in loudness(page, digit)]


NOISES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
FOUND = {n: np.sum([found(n, seed) for seed in range(100)], axis=0) for n in NOISES}


def draw_search(ax, noise):
    page, digit, (r, c) = sheet(13, noise)
    raw, _, cosine = loudness(page, digit)
    ax.imshow(page, cmap="gray_r")
    marks = (
        ((r, c), INK, "-", 9.6, "looked for"),
        (loudest(raw), BLUE, "--", 8.8, "largest w · x"),
        (loudest(cosine), ORANGE, "-.", 8, "largest cosine"),
    )
    for (row, column), color, style, side, label in marks:
        corner = column + 3.5 - side / 2, row + 3.5 - side / 2
        ax.add_patch(
            Rectangle(
                corner, side, side, fill=False, color=color, lw=2, ls=style, label=label
            )
        )
    ax.set(xlim=(-0.5, 43.5), ylim=(39, -0.5))
    ax.set_xticks([])
    ax.set_yticks([])
    ax.legend(loc="lower center", ncols=3)
    counts = FOUND[noise]
    return f"Noise of {noise:g}: on 100 such sheets the inner product is right {counts[0]} times, without the filter's mean {counts[1]} times, the cosine {counts[2]} times."


explore(
    draw_search,
    noise=NOISES,
    start=2,
    alt="A sheet of twelve digits with noise; boxes mark the digit looked for and the places that two measures found.",
    figsize=(5.5, 4.6),
)

# %% [markdown]
# (q9-9)=
# :::{admonition} Question 9.9 · Why is convolution computed this way, what does the computation express, and why can it extract features of the raw data?
# :class: question
# An inner product is large where the window looks like the filter, weight for value, and that is all a single filter can ask: "how much of me is here?". It also grows with the brightness of the window (unless the filter sums to zero) and with its contrast. A map of such answers is a drawing of *where* the feature is, and the next layer looks for patterns of these.
# :::
#
# (sec-9a-share)=
# ## Why share?
#
# *After this section you can say what sharing saves, what it assumes, and when it harms.*
#
# **The assumption.** A small window suffices if neighbors belong together, and one filter for all places suffices if the same small patterns occur everywhere. Both can be looked up in photographs.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def crop(seed, size=100):
    """A gray square cut from one of the two photographs at random."""
    rng = np.random.default_rng(seed)
    photo = (tower, flower)[seed % 2].mean(axis=2)
    r, c = (
        rng.integers(0, photo.shape[0] - size),
        rng.integers(0, photo.shape[1] - size),
    )
    return photo[r : r + size, c : c + size]


def scrambled(picture, seed):
    return (
        np.random.default_rng(seed).permutation(picture.ravel()).reshape(picture.shape)
    )


DISTANCES = [1, 2, 4, 8, 16, 32]


def difference(picture, distance):
    """Mean squared difference of pixels so far apart in a row, over that of any two."""
    apart = ((picture[:, distance:] - picture[:, :-distance]) ** 2).mean()
    return apart / (2 * picture.var())


CROPS = [crop(seed) for seed in range(20)]
real = np.array([[difference(c, d) for d in DISTANCES] for c in CROPS])
mixed = np.array(
    [[difference(scrambled(c, s), d) for d in DISTANCES] for s, c in enumerate(CROPS)]
)


def draw_near(ax):
    ax.plot(DISTANCES, real.T, color=BLUE, lw=0.6, alpha=0.5)
    ax.plot(DISTANCES, np.median(real, axis=0), "o-", color=BLUE, label="photographs")
    ax.plot(
        DISTANCES,
        np.median(mixed, axis=0),
        "s--",
        color=ORANGE,
        label="their pixels, scrambled",
    )
    ax.set(
        xscale="log",
        ylim=(0, 2.2),
        xlabel="distance of two pixels",
        ylabel="squared difference / expected",
    )
    ax.set_xticks(DISTANCES, [str(d) for d in DISTANCES])
    ax.minorticks_off()
    ax.set_title("Near means alike")
    ax.legend(loc="upper left")
    return f"Neighbors differ by {np.median(real[:, 0]):.0%} of what any two pixels of a square differ by (median of twenty overlapping squares of 100 × 100), pixels 16 apart by {np.median(real[:, 4]):.0%}; in scrambled squares neighbors differ by {np.median(mixed[:, 0]):.0%}."


show(draw_near, figsize=(5.5, 3.8))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
LINES_OF_PLANE = np.stack([np.ones((7, 7)), *np.mgrid[:7, :7] - 3.0]).reshape(3, 49)
LINES_OF_PLANE /= np.linalg.norm(LINES_OF_PLANE, axis=1, keepdims=True)


def random_phases(picture, seed):
    """A picture with the same spectrum, as smooth as this one, whose waves are shifted at random: no shapes are left."""
    noise = np.random.default_rng(seed).standard_normal(picture.shape)
    size, phase = (
        np.abs(np.fft.fft2(picture - picture.mean())),
        np.angle(np.fft.fft2(noise)),
    )
    return np.fft.ifft2(size * np.exp(1j * phase)).real


def recurs(picture, draws=20, windows=40):
    """For each draw of windows of 7 × 7 the share that have ten near copies elsewhere: cosine above 0.8, the best plane taken off."""
    seen = im2col(picture[None, None], (7, 7))[0, 0]
    size = seen.shape[2:]
    flat = seen.reshape(49, -1).T
    flat = flat - flat @ LINES_OF_PLANE.T @ LINES_OF_PLANE
    flat = (flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-9)).astype(
        np.float32
    )
    shares = []
    for seed in range(draws):
        chosen = np.random.default_rng(seed).choice(len(flat), windows, replace=False)
        likeness = (flat[chosen] @ flat.T).reshape(-1, *size)
        for alike, index in zip(likeness, chosen, strict=True):
            r, c = np.unravel_index(index, size)
            alike[max(r - 6, 0) : r + 7, max(c - 6, 0) : c + 7] = -1  # no overlap
        shares.append(((likeness > 0.8).sum(axis=(1, 2)) >= 10).mean())
    return np.array(shares)


PHOTOS = [photo.mean(axis=2) for photo in (tower, flower)]
share_of = lambda change: np.mean(
    [recurs(change(photo, 0)) for photo in PHOTOS], axis=0
)
again = share_of(lambda photo, seed: photo)
again_mixed, again_waves = share_of(scrambled), share_of(random_phases)
settle(
    "C9.1",
    tested="Eighty windows of 7 × 7 pixels from two photographs, twenty draws: do at least a tenth of them have near copies in ten other places of their photograph (cosine above 0.8, the best plane taken off, no overlap)?",
    holds=again >= 0.1,
    control={
        "the same pixels, scrambled": again_mixed >= 0.1,
        "pictures as smooth as these, of random waves": again_waves >= 0.1,
    },
    evidence=f"Between {again.min():.0%} and {again.max():.0%} of the windows recur (median {np.median(again):.0%}); of random waves of the same spectrum {np.median(again_waves):.0%}, of scrambled pixels {np.median(again_mixed):.0%}.",
    card=True,
    turns={
        (
            "again = share_of(lambda photo, seed: photo)",
            "again = share_of(random_phases)",
        ): "FALSE"
    },
)
settle(
    "C9.7",
    tested="Do neighboring pixels of such a square differ by less than half of what any two of its pixels differ by (squared)?",
    holds=real[:, 0] < 0.5,
    control={"the same pixels, scrambled": mixed[:, 0] < 0.5},
    evidence=f"They differ by at most {real[:, 0].max():.0%}, scrambled ones by at least {mixed[:, 0].min():.0%}.",
    turns={
        (
            "real = np.array([[difference(c, d)",
            "real = np.array([[difference(scrambled(c, 0), d)",
        ): "FALSE"
    },
)

# %% [markdown]
# *Channels do not change* is the third observation in the notes. They do: a layer makes as many as it has filters. In the lecture that the notes follow, it is the *object* that does not change when a picture is made smaller.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def keeps_channels(seed, layer):
    rng = np.random.default_rng(seed)
    C, O = rng.choice(np.arange(1, 13), 2, replace=False)
    x = rng.standard_normal((1, C, 8, 8))
    return layer(x, rng.standard_normal((O, C, 3, 3))).shape[1] == C


kept = np.array([keeps_channels(s, lambda x, W: conv2d(x, W)[0]) for s in range(20)])
halved = np.array(
    [keeps_channels(s, lambda x, W: x[:, :, ::2, ::2]) for s in range(20)]
)
settle(
    "C9.2",
    tested="Does a convolutional layer, with a number of filters drawn at random, leave the number of channels as it was?",
    holds=kept,
    control={"leaving out every second row and column": halved},
    evidence=f"It does in {kept.sum()} of {20} layers.",
    turns={
        (
            "layer(x, rng.standard_normal((O, C, 3, 3)))",
            "layer(x, rng.standard_normal((C, C, 3, 3)))",
        ): "TRUE"
    },
)
parts = datasets.splits(datasets.fashion(), train=600, test=1000, seeds=5)


def recognized(seed, step):
    """Share of clothes recognized by their nearest neighbor when every so many rows and columns are kept."""
    kept = lambda x: x.reshape(-1, 28, 28)[:, ::step, ::step].reshape(len(x), -1)
    train, test = (
        datasets.Samples(kept(part.x[seed]), part.y[seed])
        for part in (parts.train, parts.test)
    )
    return (nearest_neighbors(test.x, *train) == test.y).mean()


by_step = {
    step: np.mean([recognized(seed, step) for seed in range(5)])
    for step in (1, 2, 4, 8)
}
print("step of the rows and columns kept: clothes recognized")
print(", ".join(f"{step}: {share:.0%}" for step, share in by_step.items()))
assert by_step[1] - by_step[2] < 0.05 < by_step[1] - by_step[4]

# %% [markdown]
# Half the rows and columns are enough for clothes, a quarter of them are not.

# %% [markdown]
# **The saving.** Compare three layers from a picture of $N\times N$ to a map of as many units as a $5\times5$ filter has places: *dense* (every unit has a weight for every pixel), *local* (25 weights of its own for every unit), *shared* (the same 25 for all; 权值共享).

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SIDES = np.array([8, 28, 64, 224, 1000])
COUNT = {
    "dense": (SIDES - 4.0) ** 2 * SIDES**2,
    "local": (SIDES - 4.0) ** 2 * 25,
    "shared": np.full(len(SIDES), 25.0),
}


def draw_counts(ax):
    lines(ax, SIDES, COUNT)
    ax.set(
        xlabel="side of the picture N",
        ylabel="weights",
        xscale="log",
        yscale="log",
        ylim=(1, 1e13),
    )
    log_scale(ax, "y")
    ax.set_xticks(SIDES, [str(n) for n in SIDES])
    ax.minorticks_off()
    ax.set_title("What a filter saves")
    ax.legend(loc="upper left")
    return (
        "Weights for a picture of 224 × 224: "
        + ", ".join(f"{name} {c[3]:,.0f}" for name, c in COUNT.items())
        + "."
    )


show(draw_counts, figsize=(5.5, 3.8))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
by_definition(
    "C9.6",
    because="Sharing divides the weights of a local layer by the number of places.",
    holds=np.all(COUNT["local"] / COUNT["shared"] == (SIDES - 4) ** 2),
    evidence=f"For {SIDES[1]} × {SIDES[1]} pixels {COUNT['local'][1]:,.0f} weights become {COUNT['shared'][1]:.0f}; for {SIDES[3]} × {SIDES[3]} it is {COUNT['local'][3]:,.0f}.",
)


def costs(side, filter_side, filters=100):
    """Weights and products of filters on a color picture, and of a dense layer with as many outputs."""
    outputs, inputs = (side - filter_side + 1) ** 2 * filters, 3 * side**2
    per_output = 3 * filter_side**2
    return (filters * per_output, outputs * per_output), (
        outputs * inputs,
        outputs * inputs,
    )


(few, fewer), (dense_weights, dense_products) = costs(1000, 5)
saves = lambda side, filter_side: all(
    shared < dense for shared, dense in zip(*costs(side, filter_side), strict=True)
)
settle(
    "C9.28",
    tested="A color picture of a megapixel and a hundred maps: does a dense layer of as many outputs need more weights, and more products, than filters of 5 × 5?",
    holds=saves(1000, 5),
    control={"filters as large as the picture": saves(1000, 1000)},
    evidence=f"Weights: {dense_weights / 1e12:.0f} million million against {few:,}. Products: {dense_products / 1e12:.0f} million million against {fewer / 1e9:.1f} thousand million.",
    turns={("holds=saves(1000, 5)", "holds=saves(5, 5)"): "FALSE"},
)

# %% [markdown]
# **What sharing assumes.** That the same thing is to be done at every place. Four worlds: signals of 24 values, and targets that are a weighted sum of five neighbors, plus noise. The weights are the same everywhere; or one set for each half; or one for each quarter; or one for each place. Five learners, all by least squares with a small price on squared weights: the same four kinds, and a dense one.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
LENGTH, WIDTH = 24, 5
PLACES = LENGTH - WIDTH + 1
REGIONS = {"shared": 1, "two halves": 2, "four quarters": 4, "local": PLACES}
WORLDS = {
    "one filter everywhere": 1,
    "one for each half": 2,
    "one for each quarter": 4,
    "one for each place": PLACES,
}
region_of = lambda count: np.arange(PLACES) * count // PLACES


def world(seed, count, samples):
    """Signals, their targets, and the targets without noise of signals to be tested on."""
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((count, WIDTH))[region_of(count)]  # (places, width)
    x, test = rng.standard_normal((samples, LENGTH)), rng.standard_normal((200, LENGTH))
    clean = lambda a: np.einsum(
        "npk,pk->np", np.lib.stride_tricks.sliding_window_view(a, WIDTH, axis=1), W
    )
    return x, clean(x) + rng.standard_normal((samples, PLACES)), test, clean(test)


def ridge(A, b):
    return np.linalg.solve(A.T @ A + np.eye(A.shape[1]), A.T @ b)


def learned_error(name, data):
    """Mean squared error on new signals, over that of always guessing zero."""
    x, y, test, truth = data
    if name == "dense":
        guess = test @ ridge(x, y)
        return ((guess - truth) ** 2).mean() / (truth**2).mean()
    seen, unseen = (
        np.lib.stride_tricks.sliding_window_view(a, WIDTH, axis=1) for a in (x, test)
    )
    guess, regions = np.empty_like(truth), region_of(REGIONS[name])
    for region in range(REGIONS[name]):
        mine = regions == region
        w = ridge(seen[:, mine].reshape(-1, WIDTH), y[:, mine].ravel())
        guess[:, mine] = unseen[:, mine] @ w
    return ((guess - truth) ** 2).mean() / (truth**2).mean()


SAMPLES = [6, 12, 25, 50, 100, 200, 400]
LEARNERS = [*REGIONS, "dense"]
ERRORS = {
    (w, n): np.array(
        [
            [learned_error(name, world(s, count, n)) for name in LEARNERS]
            for s in range(20)
        ]
    )
    for w, count in WORLDS.items()
    for n in SAMPLES
}


def draw_worlds(ax, world):
    for column, (name, style) in enumerate(
        zip(LEARNERS, ("o-", "s--", "^-.", "D:", "v-"), strict=True)
    ):
        ax.plot(
            SAMPLES,
            [np.median(ERRORS[world, n][:, column]) for n in SAMPLES],
            style,
            label=name,
        )
    ax.set(
        xscale="log",
        yscale="log",
        ylim=(1e-5, 5),
        xlabel="signals to learn from",
        ylabel="error / error of guessing zero",
    )
    log_scale(ax, "y")
    ax.set_xticks(SAMPLES, [str(n) for n in SAMPLES])
    ax.minorticks_off()
    ax.axhline(1, color=INK, lw=0.8)
    ax.set_title(f"The world: {world}")
    ax.legend(loc="lower left", ncols=2)
    few, many = (np.median(ERRORS[world, n], axis=0) for n in (12, 400))
    return f"{world.capitalize()}: with 12 signals the error is smallest for the learner {LEARNERS[few.argmin()]} (median of twenty worlds), with 400 for {LEARNERS[many.argmin()]}. The line is guessing zero."


typically = lambda world, n: dict(
    zip(LEARNERS, np.median(ERRORS[world, n], axis=0), strict=True)
)
assert (
    typically("one filter everywhere", 12)["shared"]
    < typically("one filter everywhere", 12)["local"] / 10
)
assert all(typically("one for each place", n)["shared"] > 0.8 for n in SAMPLES)
explore(draw_worlds, world=list(WORLDS), figsize=(5.5, 4))

# %% [markdown]
# (q9-11)=
# :::{admonition} Question 9.11 · If weights can be shared, can they also be unshared or only partly shared, with different weights for different regions?
# :class: question
# Yes: local layers share nothing, tiled or regional ones share in part. Where one rule holds everywhere, sharing needs far fewer signals (with twelve its error is less than a tenth of the local one); where each place has its own rule, sharing is hardly better than guessing, however many signals there are.
# :::
#
# (sec-9a-shift)=
# ## The only map that commutes with shifts
#
# *After this section you can prove that convolution is not one choice among many.*
#
# Shift the picture by one pixel, and its map shifts by one pixel, away from the border: {eq}`eq-9a-window` has the same weights at all places. The converse is the surprise. Let signals lie on a ring of $L$ places, so that nothing falls off the end, indices modulo $L$. Let $S$ be the shift by one, and $T$ any linear map for which shifting before is the same as shifting after, $TS=ST$. Apply that $j$ times: $TS^j=S^jT$. Let $\mathbf e_j$ be the signal that is 1 at place $j$ and 0 elsewhere; $\mathbf e_j=S^j\mathbf e_0$. With $\mathbf k=T\mathbf e_0$,
#
# $$
# T\mathbf e_j=T S^j\mathbf e_0=S^j\,T\mathbf e_0=S^j\mathbf k :
# $$ (eq-9a-ring)
#
# every column of the matrix of $T$ is the first column $\mathbf k$, moved by $j$. Since $\mathbf x=\sum_jx_j\mathbf e_j$,
#
# $$
# (T\mathbf x)_i=\sum_jx_j\,(S^j\mathbf k)_i=\sum_jk_{i-j}\,x_j .
# $$ (eq-9a-only)
#
# Whoever asks for a linear map that treats all places alike has asked for a convolution. (That its filter is short is a second wish: here $\mathbf k$ may be as long as the ring.)
#
# Does learning find it, without being told? Take lines of 24 pixels from the photographs, add noise, and fit the *unrestricted* $24\times24$ matrix that best gives back the clean line, by least squares. Choose how many lines it learns from:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
LINE = 24
GRAYS = np.stack(PHOTOS) - np.mean(PHOTOS)


def denoiser(lines_seen, seed=0, noise=0.1, order=slice(None)):
    """The matrix (24, 24) that best cleans so many noisy lines; `noise` for all pixels or for each, pixels in some order."""
    rng = np.random.default_rng(seed)
    which, row = rng.integers(2, size=lines_seen), rng.integers(213, size=lines_seen)
    start = rng.integers(320 - LINE, size=lines_seen)
    clean = GRAYS[which[:, None], row[:, None], start[:, None] + np.arange(LINE)]
    clean = clean[:, order]
    noisy = clean + noise * rng.standard_normal(clean.shape)
    return np.linalg.lstsq(noisy, clean, rcond=None)[0].T


def unlike_a_filter(M, middle=slice(6, 18)):
    """Share of the middle rows' squares that is not explained by one filter moved along."""
    rows = np.array([np.roll(M[i], LINE // 2 - i)[6:19] for i in range(LINE)[middle]])
    return ((rows - rows.mean(axis=0)) ** 2).sum() / (rows**2).sum()


SEEN = [30, 100, 1000, 10000, 100000]
DENOISERS = {n: denoiser(n) for n in SEEN}


def draw_denoiser(axes, lines_seen):
    M = DENOISERS[lines_seen]
    limit = 0.4
    axes[0].imshow(M, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axes[0].set(xlabel="noisy pixel", ylabel="cleaned pixel", title="All 576 weights")
    for i, color, style in ((8, BLUE, "-"), (12, ORANGE, "--"), (16, GREEN, "-.")):
        axes[1].plot(
            np.arange(-6, 7),
            np.roll(M[i], LINE // 2 - i)[6:19],
            style,
            color=color,
            label=f"row {i}",
        )
    axes[1].set(
        ylim=(-0.4, 0.8),
        xlabel="distance from the pixel",
        ylabel="weight",
        title="Three rows, laid upon each other",
    )
    axes[1].legend(loc="upper right")
    apart = unlike_a_filter(M)
    said = f"{apart:.0%}" if apart > 0.01 else "less than one percent"
    return f"Learned from {lines_seen:,} noisy lines: {said} of what the middle rows hold differs from one filter moved along."


explore(draw_denoiser, columns=2, lines_seen=SEEN, start=2, figsize=(9, 4))

# %% [markdown]
# Nobody told it to share; the lines did, for in them all places are alike. (At the two ends the rows differ: a pixel at the border has neighbors on one side only.) Take that away, and the filter goes:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
uneven = np.where(np.arange(LINE) < LINE // 2, 0.02, 0.3)
shuffled = np.random.default_rng(0).permutation(LINE)
others = {
    "as above": DENOISERS[100000],
    "little noise on the left, much on the right": denoiser(100000, noise=uneven),
    "pixels in a scrambled order": denoiser(100000, order=shuffled),
}
print("differs from one filter moved along (100,000 lines)")
for name, M in others.items():
    print(f"{name:45} {unlike_a_filter(M):6.1%}")
away = [unlike_a_filter(M) for M in others.values()]
assert away[0] < 0.01 and min(away[1:]) > 0.05

# %% [markdown]
# **Turned around or not?** Mathematicians define convolution with a minus sign, as in the equation of the ring,
#
# $$
# \begin{aligned}
# (x*k)_t&=\sum_a x_a\,k_{t-a},\\
# (X*K)_{pq}&=\sum_i\sum_j X_{p-i,\,q-j}\,K_{ij} .
# \end{aligned}
# $$ (eq-9a-formal)
#
# With the minus the filter is turned around, and $x*k=k*x$: put $a'=t-a$. What networks compute, {eq}`eq-9a-window`, has a plus, and is called cross-correlation elsewhere. Whatever one can compute, the other can with the filter turned around; a network that learns its filters learns them turned around.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def both(seed, kernel):
    """Convolution as mathematicians define it, and as networks compute it."""
    x = np.random.default_rng(seed).standard_normal(12)
    k = kernel(np.random.default_rng(1000 + seed).standard_normal(3))
    in_network, _ = conv1d(x[None, None], k[None, None])
    return np.convolve(x, k, mode="valid"), in_network[0, 0]


differ = lambda kernel: np.array(
    [not np.allclose(*both(seed, kernel)) for seed in range(20)]
)
turned_back = [
    np.allclose(both(s, lambda k: k)[0], both(s, lambda k: k[::-1])[1])
    for s in range(20)
]
by_definition(
    "C9.9",
    because="One formula has a minus where the other has a plus. They agree only for filters that are the same when turned around.",
    holds=differ(lambda k: k) & ~differ(lambda k: k + k[::-1]),
    evidence=f"For random filters they differ in {differ(lambda k: k).sum()} of {20} cases, for filters that are the same when turned around in {differ(lambda k: k + k[::-1]).sum()}. With the filter turned around first they agree in {sum(turned_back)}.",
)

# %% [markdown]
# (q9-14)=
# :::{admonition} Question 9.14 · How can convolution be defined formally, that is, by a mathematical expression?
# :class: question
# By {eq}`eq-9a-formal`; for functions of a continuous variable the sum becomes an integral, $(x*k)(t)=\int x(a)\,k(t-a)\,\mathrm da$. ([Chapter 3](03_probability.ipynb) met it as the density of a sum of two independent variables.) Networks leave out the minus sign. Without a formula: on a ring it is the linear map that treats all places alike, and there is no other.
# :::
#
# (sec-9a-matrix)=
# ## One matrix, many kinds
#
# *After this section you can draw the matrix of any convolution, and read its cost from it.*
#
# A linear map has a matrix. For a filter $(w_0,w_1,w_2)$ on a signal of five values,
#
# $$
# \mathbf y=
# \begin{pmatrix}w_0&w_1&w_2&0&0\\0&w_0&w_1&w_2&0\\0&0&w_0&w_1&w_2\end{pmatrix}
# \mathbf x .
# $$ (eq-9a-toeplitz)
#
# So a convolutional layer *is* a dense layer in which most weights are zero and the others are tied. Each kind of convolution says which are zero and which are equal. Here are nine, on signals of two channels of eight values; a color is a weight (colors come again after thirteen), white is zero:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
CHANNELS_IN, VALUES = 2, 8


def matrix_of_layer(O, k, groups=1, **settings):
    """The matrix (outputs, 16) of conv1d whose weights are 1, 2, 3, …: column by column, from unit signals."""
    units = np.eye(CHANNELS_IN * VALUES).reshape(-1, CHANNELS_IN, VALUES)
    depth = CHANNELS_IN // groups
    W = 1.0 + np.arange(O * depth * k).reshape(O, depth, k)
    y, _ = conv1d(units, W, groups=groups, **settings)
    return y.reshape(len(units), -1).T


def local_matrix(regions):
    """Like a plain convolution, but each of some regions has weights of its own."""
    plain = matrix_of_layer(2, 3)
    region = np.tile(np.arange(6) * regions // 6, 2)[:, None]
    return np.where(plain > 0, plain + 12 * region, 0)


KINDS = {
    "plain": matrix_of_layer(2, 3),
    "padded": matrix_of_layer(2, 3, padding=1),
    "stride 2": matrix_of_layer(2, 3, stride=2),
    "dilated": matrix_of_layer(2, 3, dilation=2),
    "1 × 1": matrix_of_layer(2, 1),
    "depthwise": matrix_of_layer(2, 3, groups=2),
    "transposed, stride 2": matrix_of_layer(2, 3, stride=2).T,
    "tiled in two regions": local_matrix(2),
    "local": local_matrix(6),
}
USE = {
    "plain": "The usual layer: local, the same everywhere, all channels",
    "padded": "Zeros beyond the border keep the length",
    "stride 2": "Every second place: shorter maps, a cheaper layer",
    "dilated": "Gaps in the filter: sees further with as many weights",
    "1 × 1": "Mixes channels and nothing else",
    "depthwise": "Each channel by itself; a 1 × 1 layer after it mixes them",
    "transposed, stride 2": "The matrix of stride 2, turned over: makes maps longer, for pictures that are generated",
    "tiled in two regions": "Different weights for different regions",
    "local": "Each place has weights of its own",
}


def draw_kinds(ax, kind):
    M = KINDS[kind]
    ax.imshow(np.where(M > 0, M % 13 + 1, np.nan), cmap="tab20", vmin=1, vmax=14)
    ax.set(
        xlabel="input (two channels of eight)", ylabel="output", title=kind.capitalize()
    )
    ax.set_xticks([])
    ax.set_yticks([])
    return f"{USE[kind]}. {M.shape[1]} values become {M.shape[0]}; {len(np.unique(M[M > 0]))} different weights, {(M > 0).sum()} products (a dense layer: {M.size} of each)."


explore(
    draw_kinds,
    kind=list(KINDS),
    alt="The matrix of a convolution, one color for each weight.",
    figsize=(5.2, 4.6),
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def as_matrix(seed):
    """Does the matrix of a random filter do what the layer does?"""
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal(9), rng.standard_normal(3)
    M = np.array([np.r_[np.zeros(p), w, np.zeros(6 - p)] for p in range(7)])
    return np.allclose(M @ x, conv1d(x[None, None], w[None, None])[0].ravel())


agree = np.array([as_matrix(seed) for seed in range(20)])
by_definition(
    "C9.29",
    because="A convolutional network uses convolution in place of general matrix multiplication in at least one layer (Goodfellow and others 2016, chapter 9). The word general matters: a convolution is a product with a matrix too, one with zeros and ties.",
    holds=agree,
    evidence=f"The matrix with the filter along its diagonal gives the same as sliding it in {agree.sum()} of {len(agree)} cases.",
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
one_map = size_after((32, 32, 3), (1, 5, 5, 3))
flat = np.lib.stride_tricks.sliding_window_view(np.zeros((32, 32, 3)), (5, 5, 1))
volume = np.lib.stride_tricks.sliding_window_view(np.zeros((32, 32, 3)), (5, 5, 2))
settle(
    "C9.22",
    tested="Does one filter make one map, of depth 1, of a picture of depth 3?",
    on="depth of the filter, which may slide in depth too if it is shallower",
    cases={
        "three": one_map[2] == 1,
        "two": volume.shape[2] == 1,
        "one": flat.shape[2] == 1,
    },
    evidence=f"Filters of depth {3}, {2} and {1} make maps of depth {one_map[2]}, {volume.shape[2]} and {flat.shape[2]}.",
    card=True,
)
fits = lambda groups, depth: (
    size_after((32, 32, 6), (6, 5, 5, depth), groups=groups) is not None
)
fitting = lambda groups: next(d for d in range(1, 7) if fits(groups, d))
by_definition(
    "C9.30",
    because="In the usual layer the sum runs over all channels, so a filter is as deep as its input. Layers in groups are the exception that the word “usually” leaves room for.",
    holds=fits(1, 6) and not any(fits(1, depth) for depth in range(1, 6)),
    evidence=f"For six channels the depth that fits is {fitting(1)}; with two groups {fitting(2)}, with six {fitting(6)}.",
)

# %% [markdown]
# (q9-8)=
# :::{admonition} Question 9.8 · Each filter gives a map such as 28×28×1: is this 1 fixed, or could one filter give 28×28×n for any n?
# :class: question
# It follows from adding up over all channels. A filter shallower than the picture that slides in depth as well (3-D convolution) makes several maps. A depthwise layer makes as many maps as there are channels, but it has a filter for each. For any $n$ one takes $n$ filters.
# :::
#
# (q9-15)=
# :::{admonition} Question 9.15 · What are the many different ways of performing a convolution?
# :class: question
# The figure shows nine. Each is a matrix with its own zeros and ties: what it sees (dilated), how long its output is (padded, strided, transposed), which channels it mixes (1 × 1, grouped, depthwise), and how far weights are shared (tiled, local). In two or three dimensions there are the same kinds.
# :::
#
# :::{admonition} Exercise 4 · the matrix
# :class: exercise
# Return the matrix of {eq}`eq-9a-toeplitz` for a filter `w` of any length on a signal of `L` values.
# :::


# %%
def toeplitz(w, L):
    """A matrix of shape (L − len(w) + 1, L)."""
    ...


exercises.check_toeplitz(toeplitz)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Row p is the filter, p places to the right.
def toeplitz(w, L):
    M = np.zeros((L - len(w) + 1, L))
    for p in range(len(M)):
        M[p, p : p + len(w)] = w
    return M


exercises.check_toeplitz(toeplitz)

# %% [markdown]
# **Four ways that agree.** By the loops of the definition; by the inner products of windows; by the matrix above; and by one product for all places: a library gathers the windows as columns (im2col), and then the layer is *one* product of matrices, which is what processors are best at, at the price of copying each pixel up to $F^2$ times.

# %%
columns = im2col(CHANNELS, (5, 5)).reshape(75, 28 * 28)  # a window is a column
by_product = (ORANGE_SPOT.reshape(1, 75) @ columns).reshape(28, 28)
assert np.allclose(by_product, MAP[0, 0])
assert np.allclose(
    by_product, sum(by_loops(CHANNELS[0, c], ORANGE_SPOT[0, c]) for c in range(3))
)

# %% [markdown]
# (sec-9a-back)=
# ## What flows back
#
# *After this section you can write the gradient of a convolution and of pooling, and catch ten mistakes.*
#
# Let $\delta_p=\partial\ell/\partial y_p$ be the error term (误差项) of output $p$ of $y_p=\sum_k w_k\,x_{p+k}$. **The weights.** Weight $w_k$ is used at every place $p$, where $\partial y_p/\partial w_k=x_{p+k}$. By the chain rule all uses add up:
#
# $$
# \frac{\partial\ell}{\partial w_k}=\sum_p\frac{\partial\ell}{\partial y_p}\frac{\partial y_p}{\partial w_k}=\sum_p\delta_p\,x_{p+k} ,
# $$ (eq-9a-dw)
#
# a correlation of the input with $\delta$. **The input.** Value $x_i$ is used by output $p$ if $i=p+k$, that is, with weight $\partial y_p/\partial x_i=w_{i-p}$:
#
# $$
# \frac{\partial\ell}{\partial x_i}=\sum_p\frac{\partial\ell}{\partial y_p}\frac{\partial y_p}{\partial x_i}=\sum_p\delta_p\,w_{i-p} ,
# $$ (eq-9a-dx)
#
# where $w$ counts as zero outside its range. Here is the minus sign of the mathematicians: the way back is a true convolution of $\delta$ with $w$, the filter turned around. (In matrices: $\mathbf y=M\mathbf x$ gives $M^\top\boldsymbol\delta$, and the rows of $M^\top$ read the filter backwards.) Choose an input, and see who used it:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
WEIGHTS, DELTA = (2, -1, 3), (1, 4, -2, 5, 1)


COLORS = (BLUE, ORANGE, GREEN)


def draw_back(ax, input):
    ax.set_axis_off()
    ax.set(xlim=(-1.2, 6.6), ylim=(-0.5, 1.75))
    terms = []
    for p, delta in enumerate(DELTA):
        for k, w in enumerate(WEIGHTS):
            mine = p + k == input
            ax.plot(
                [p + k, p + 1],
                [0, 1],
                color=COLORS[k] if mine else INK,
                lw=3 if mine else 0.4,
                alpha=1 if mine else 0.4,
            )
            if mine:
                ax.text(
                    p + 1,
                    1.05,
                    f"w{'₀₁₂'[k]} = {w}".replace("-", "−"),
                    ha="center",
                    va="bottom",
                    color=COLORS[k],
                )
                terms.append(delta * w)
        ax.text(p + 1, 1.38, f"{delta}".replace("-", "−"), ha="center", va="bottom")
    for j in range(7):
        ax.text(
            j,
            -0.15,
            f"x{'₀₁₂₃₄₅₆'[j]}",
            ha="center",
            va="top",
            color=ORANGE if j == input else INK,
        )
    ax.text(-0.9, 1.38, "δ", va="bottom")
    ax.set_title("Who used this input?", x=0.04)
    total = sum(terms)
    assert np.convolve(DELTA, WEIGHTS)[input] == total
    parts = " + ".join(f"({t})" if t < 0 else f"{t}" for t in terms)
    return f"Input {input} was used {len(terms)} time{'s' if len(terms) > 1 else ''}, by outputs with a δ above. Its gradient is the sum of δ times weight: {parts} = {total}.".replace(
        "-", "−"
    )


explore(
    draw_back,
    input=range(7),
    start=3,
    alt="Seven inputs below, five outputs above; lines to the outputs that used the chosen input.",
    figsize=(5.5, 3.2),
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def layer_gradient(seed):
    """The gradient of the weights of a dense layer of three inputs and three outputs by differences, its input, and its sensitivity."""
    rng = np.random.default_rng(seed)
    W, x, c = (
        rng.standard_normal((3, 3)),
        rng.standard_normal(3),
        rng.standard_normal(3),
    )
    return (
        numerical_gradient(lambda V: float(np.tanh(V @ x) @ c), W),
        x,
        (1 - np.tanh(W @ x) ** 2) * c,
    )


def is_product(product, seed):
    dW, x, delta = layer_gradient(seed)
    result = product(delta, x)
    return result.shape == dW.shape and np.allclose(result, dW, atol=1e-6)


cross = np.array([is_product(np.cross, seed) for seed in range(20)])
outer = np.array([is_product(np.outer, seed) for seed in range(20)])
settle(
    "C9.10",
    tested="A dense layer of three inputs and three outputs: is the gradient of its weights the cross product of its sensitivity with its input?",
    holds=cross,
    control={"the outer product, δ times xᵀ": outer},
    evidence=f"The cross product agrees with differences in {cross.sum()} of {20} layers (it has {np.cross(np.ones(3), np.ones(3)).size} entries, the weights are {layer_gradient(0)[0].size}), the outer product in {outer.sum()}. For a convolution it is the correlation derived above.",
    card=True,
    turns={("is_product(np.cross, seed)", "is_product(np.outer, seed)"): "TRUE"},
)

# %% [markdown]
# :::{admonition} Exercise 5 · the way back
# :class: exercise
# For $y_p=\sum_kw_kx_{p+k}$ return the gradients {eq}`eq-9a-dx` and {eq}`eq-9a-dw` from `x` $(L,)$, `w` $(K,)$ and `delta` $(L-K+1,)$.
# :::


# %%
def conv_backward(x, w, delta):
    """Gradients of x and of w, shaped like them."""
    ...


exercises.check_conv_backward(conv_backward)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each output hands its sensitivity to all it used.
def conv_backward(x, w, delta):
    dx, dw = np.zeros(len(x)), np.zeros(len(w))
    for p, d in enumerate(delta):
        dx[p : p + len(w)] += d * w
        dw += d * x[p : p + len(w)]
    return dx, dw


exercises.check_conv_backward(conv_backward)

# %% [markdown]
# **A whole layer.** For {eq}`eq-9a-layer` the same two rules give, with the channels and both directions,
#
# $$
# \begin{aligned}
# \frac{\partial\ell}{\partial W_{ocij}}&=\sum_{p,q}\delta_{opq}\,x_{c,\,p+i,\,q+j},\\
# \frac{\partial\ell}{\partial b_o}&=\sum_{p,q}\delta_{opq},\\
# \frac{\partial\ell}{\partial x_{crs}}&=\sum_{o,p,q}\delta_{opq}\,W_{oc,\,r-p,\,s-q} .
# \end{aligned}
# $$ (eq-9a-full)
#
# With a stride $S$ replace $p$ by $Sp$ in the indices of $x$ and of the last $W$; with padding, compute on the widened picture and cut the border off.
#
# **Pooling** replaces a block by one number, its largest or its mean (whether it should is asked in the next chapter). It has no weights. The way back follows from who was used: the mean used all $n$ values with weight $1/n$, so each receives $\delta/n$; the largest was used alone, so it receives all of $\delta$ and the others nothing.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
BLOCKS = np.array([[1, 3, 2, 0], [5, 2, 1, 1], [0, 2, 4, 4], [1, 1, 3, 8]])
UP = np.array([[10, 20], [30, 40]])


def blocks(x):
    """2 × 2 blocks as (2, 2, 4) of a picture (4, 4)."""
    return x.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(2, 2, 4)


def unblocks(b):
    return b.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)


to_largest = unblocks(
    (np.arange(4) == blocks(BLOCKS).argmax(axis=2)[..., None]) * UP[..., None]
)
to_all = unblocks(np.repeat(UP[..., None] / 4, 4, axis=2))


def draw_pool(axes):
    largest = {(i, j): ORANGE for i, j in np.argwhere(to_largest)}
    for ax, M, title, form, marks in zip(
        axes,
        (BLOCKS, UP, to_largest, to_all),
        ("x", "δ", "back through max", "back through mean"),
        ("{:d}", "{:d}", "{:d}", "{:.3g}"),
        (largest, {}, largest, {}),
        strict=True,
    ):
        matrix(ax, M, form, colors=marks)
        ax.set_title(title)
    return f"Blocks of 2 × 2. The sensitivity {UP[0, 0]} of the first block goes to its largest value, {blocks(BLOCKS)[0, 0].max()}, or {to_all[0, 0]:.3g} to each of the four."


show(
    draw_pool,
    columns=4,
    alt="Four tables: inputs, sensitivities, and what flows back through max and mean pooling.",
    figsize=(10, 2.9),
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
untestable(
    "C9.31",
    reason="What is most important is a matter of opinion. Passing δ through pooling is one of two rules that a dense network does not need; the other is that all uses of a shared weight add up. With both, and the chain rule, every layer can be updated.",
    reference="Goodfellow, Bengio and Courville (2016), section 9.5",
)

# %% [markdown]
# (q9-16)=
# :::{admonition} Question 9.16 · How is the error sensitivity propagated from a pooling layer to a convolutional layer and from a convolutional layer to a pooling layer?
# :class: question
# From pooling back to the convolution before it: to the place that was the largest, or in equal parts to all of a block; then times the slope of the activation. From a convolution back to the pooling layer before it: the last line of {eq}`eq-9a-full`, a convolution of the sensitivities with the filters turned around, summed over all of them.
# :::
#
# :::{admonition} Exercise 6 · back through max pooling
# :class: exercise
# `x` has shape $(2P,2Q)$ and was pooled by the largest of each $2\times2$ block. Return the gradient of `x` from `delta` $(P,Q)$. No block holds its largest value twice.
# :::


# %%
def max_pool_backward(x, delta):
    """Gradient of shape (2P, 2Q)."""
    ...


exercises.check_max_pool_backward(max_pool_backward)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Enlarge both, and compare.
def max_pool_backward(x, delta):
    P, Q = delta.shape
    largest = x.reshape(P, 2, Q, 2).max(axis=(1, 3))
    enlarge = lambda a: a.repeat(2, axis=0).repeat(2, axis=1)
    return enlarge(delta) * (x == enlarge(largest))


exercises.check_max_pool_backward(max_pool_backward)

# %% [markdown]
# **Ten mistakes, and who catches them.** Everyone who writes a convolution makes some of these. Two checks: the way there against the loops of the definition, the way back against differences. Five mistakes are made in the way there, with a way back that fits them, as somebody makes them who has misunderstood; five in the way back alone.
#
# :::{admonition} Predict
# :class: predict
# A layer turns its filter around, there and back. Which check notices?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
MISTAKES = (
    "filter turned around",
    "stride left out",
    "padding on one side only",
    "bias at the first place only",
    "other channel forgotten",
    "dx: filter not turned around",
    "dx: overlaps overwritten",
    "dx: padding not cut off",
    "dw: mean instead of sum",
    "db: first place only",
)


def faulty(x, w, b, mistake=""):
    """conv1d of x (C, L) with one filter w (C, 3), padding 1, stride 2, and its way back; with one mistake if asked."""
    made = lambda name: mistake == name
    pad = (2, 0) if made("padding on one side only") else (1, 1)
    stride = 1 if made("stride left out") else 2
    turn = -1 if made("filter turned around") else 1
    heard = [[1], [0]] if made("other channel forgotten") else 1
    wide = np.pad(x, ((0, 0), pad)) * heard
    starts = range(0, wide.shape[1] - 2, stride)
    windows = np.array([wide[:, s : s + 3] for s in starts])  # (P, C, 3)
    y = np.einsum("pck,ck->p", windows, w[:, ::turn])
    y = y + b * (np.arange(len(y)) == 0 if made("bias at the first place only") else 1)

    def backward(dy):
        back = w[:, ::-1] if made("dx: filter not turned around") else w[:, ::turn]
        dwide = np.zeros(wide.shape)
        for s, d in zip(starts, dy, strict=True):
            if made("dx: overlaps overwritten"):
                dwide[:, s : s + 3] = 0
            dwide[:, s : s + 3] += d * back
        cut = 0 if made("dx: padding not cut off") else pad[0]
        dx = dwide[:, cut : cut + x.shape[1]] * heard
        dw = np.einsum("p,pck->ck", dy, windows)[:, ::turn]
        first = made("bias at the first place only") or made("db: first place only")
        return (
            dx,
            dw / len(dy) if made("dw: mean instead of sum") else dw,
            dy[0] if first else dy.sum(),
        )

    return y, backward


def by_definition_of_it(x, w, b):
    wide = np.pad(x, ((0, 0), (1, 1)))
    P = (wide.shape[1] - 3) // 2 + 1
    return np.array(
        [
            b + sum(w[c, k] * wide[c, 2 * p + k] for c in range(2) for k in range(3))
            for p in range(P)
        ]
    )


def caught(mistake):
    """Which of the two checks fail."""
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((2, 11)), rng.standard_normal((2, 3)), 0.7
    y, backward = faulty(x, w, b, mistake)
    truth = by_definition_of_it(x, w, b)
    loops = y.shape != truth.shape or not np.allclose(y, truth)
    dy = rng.standard_normal(len(y))
    loss = lambda x, w, b: float(faulty(x, w, b, mistake)[0] @ dy)
    expected = (
        numerical_gradient(lambda a: loss(a, w, b), x),
        numerical_gradient(lambda a: loss(x, a, b), w),
        (loss(x, w, b + 1e-4) - loss(x, w, b - 1e-4)) / 2e-4,
    )
    differences = not all(
        np.allclose(a, e, atol=1e-6)
        for a, e in zip(backward(dy), expected, strict=True)
    )
    return loops, differences


print(f"{'mistake':29} loops   differences")
for mistake in ("", *MISTAKES):
    checks = caught(mistake)
    marks = ["caught" if c else "–" for c in checks]
    print(f"{mistake or 'none':29} {marks[0]:7} {marks[1]}")
    assert sum(checks) == bool(mistake)

# %% [markdown]
# The gradient check asks only whether the way back fits the way there. If the way there is wrong, and the way back fits it, it passes. So compare with the definition as well.
#
# (q9-1)=
# :::{admonition} Question 9.1 · Why did convolutional neural networks appear, and why do they exist?
# :class: question
# Because pictures have three properties that a dense layer is not told: what matters is local, it may be anywhere, and a smaller picture shows the same thing. Each becomes a restriction: small windows, shared weights, subsampling. Restrictions save weights, and with them samples. The idea came from what was known of the visual cortex (Fukushima [1980](../book/bibliography.md)); learned by backpropagation it read handwritten digits (LeCun and others [1998](../book/bibliography.md)).
# :::
#
# ## In one screen
#
# - A filter slides, multiplies, adds up: one number a place, one map a filter, however deep the input.
# - Sizes: $\lfloor(N-F+2P)/S\rfloor+1$. A stride can invent patterns, if nothing blurs before it.
# - The number says how much a window is like the filter.
# - A linear map that treats all places alike is a convolution; fitted freely to photographs, a denoiser becomes one away from the borders. Sharing saves weights and samples, and harms where places differ.
# - Each kind of convolution is a matrix with its own zeros and ties.
# - Back: weights by correlating the input with $\delta$; inputs by convolving $\delta$ with the filter turned around; the largest of a pool receives everything.
#
# **Read on.** Dumoulin and Visin ([2016](../book/bibliography.md)) for the arithmetic in pictures; Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), chapter 9, what the notes follow.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()
