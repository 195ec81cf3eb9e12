# %% [markdown]
# # Feed-forward networks
#
# Four points, two colors, and no straight line that keeps the colors apart. Yet a network of two hidden units does it, and its last unit can do no more than draw a straight line. Move the slider through its training and watch the second picture. It does not bend the line. It moves the points.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import pairwise, product

import numpy as np
from dlnotes import datasets, losses, optim
from dlnotes import functional as F
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.exercises import feedforward_networks as exercises
from dlnotes.experiments import share_right
from dlnotes.explore import explore, show
from dlnotes.network import Layer, Parameter, Sequential
from dlnotes.plotting import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    bars_with_numbers,
    image_grid,
    lines,
    log_scale,
    network,
)
from dlnotes.training import fit_side_by_side

np.set_printoptions(precision=4, suppress=True)

CORNERS, ODD = datasets.xor()
digits = datasets.digits()
SIDE = np.linspace(-0.6, 1.6, 89)
PLANE = np.stack(np.meshgrid(SIDE, SIDE), axis=-1).reshape(-1, 2)


def networks(sizes, bend, rng, copies=1):
    """`copies` networks side by side: linear maps of the given sizes, and between them a bend."""
    layers = []
    for m, n in pairwise(sizes):
        W = rng.standard_normal((copies, m, n)) / np.sqrt(m)
        layers += [
            Layer(F.linear, Parameter(W), Parameter(np.zeros((copies, n)))),
            bend,
        ]
    return Sequential(*layers[:-1])


STAGES = (0, 5, 10, 20, 30, 40, 60, 100, 300)


def bent_by_training(seed):
    """The hidden layer and the output unit of one small network after each of the STAGES."""
    net = networks((2, 2, 1), F.tanh, np.random.default_rng(seed))
    target = ODD[None, :, None].astype(float)
    loss, optimizer = losses.binary_cross_entropy, optim.Adam(net.parameters(), 0.1)
    kept = []
    for past, stage in pairwise((0, *STAGES)):
        fit_side_by_side(
            net, loss, optimizer, CORNERS[None], target, steps=stage - past
        )
        W, c, w, b = (p.value[0].copy() for p in net.parameters())
        kept.append((W, c, w[:, 0], b[0]))
    return dict(zip(STAGES, kept, strict=True))


def points_right(weights):
    W, c, w, b = weights
    return int(((np.tanh(CORNERS @ W + c) @ w + b > 0) == (ODD == 1)).sum())


starts = [bent_by_training(seed) for seed in range(10)]
BENT = next(start for start in starts if points_right(start[300]) == 4)
STUCK = next(start for start in starts if points_right(start[300]) < 4)


def draw_plane(axes, weights):
    """The inputs with the answers of a network 2-2-1, and its hidden layer's plane with the line of its last unit."""
    W, c, w, b = weights
    hidden, grid = np.tanh(CORNERS @ W + c), np.tanh(PLANE @ W + c)
    called = (grid @ w + b > 0).reshape(len(SIDE), -1)
    axes[0].contourf(
        SIDE, SIDE, called, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.2
    )
    mesh = grid.reshape(len(SIDE), len(SIDE), 2)
    for row, column in zip(mesh[::8], mesh[:, ::8].swapaxes(0, 1), strict=True):
        axes[1].plot(*row.T, "-", color=INK, lw=0.5, alpha=0.6)
        axes[1].plot(*column.T, "-", color=GREEN, lw=0.5, alpha=0.6)
    along = np.linspace(-3, 3, 300)[:, None] * [-w[1], w[0]] / np.linalg.norm(
        w
    ) - b * w / (w @ w)
    axes[1].plot(*along.T, "-", color=INK, lw=2)
    for points, ax in ((CORNERS, axes[0]), (hidden, axes[1])):
        ax.plot(*points[ODD == 0].T, "o", color=BLUE, ms=9)
        ax.plot(*points[ODD == 1].T, "s", color=ORANGE, ms=13, mfc="none", mew=3)
    axes[0].set(
        xlim=(-0.6, 1.6),
        ylim=(-0.6, 1.6),
        aspect="equal",
        xlabel="x₁",
        ylabel="x₂",
        title="What comes in",
    )
    axes[1].set(
        xlim=(-1.2, 1.2),
        ylim=(-1.2, 1.2),
        aspect="equal",
        xlabel="h₁",
        ylabel="h₂",
        title="What the last unit sees",
    )


def draw_bending(axes, steps):
    draw_plane(axes, BENT[steps])
    return f"After {steps} steps {points_right(BENT[steps])} of 4 points lie on their side of the line that the last unit draws through the hidden layer's plane (right); on the left, what this means for the inputs."


explore(draw_bending, columns=2, steps=STAGES, start=0, figsize=(8.4, 4))

# %% [markdown]
# The study notes that this book puts to the test ask: *why can a deep network be nonlinear? why is it divided into layers? why can it make intelligent judgments?* This page begins with a unit that cannot rest when no line will do, puts units into layers, asks how often training finds what a layer can do, and ends with the question whether what hidden layers learn is worth learning. How gradients are computed is the subject of the [next page](06b_backpropagation.ipynb); here they are taken for granted.
#
# **After this chapter you can**
#
# - prove that a perceptron stops, or that it never will;
# - compute a network by hand, and see each of its layers as a move of space;
# - choose an output unit and the loss that belongs to it;
# - say when a learned hidden layer beats a random one, and when it does not.
#
# **You need** logistic regression from [chapter 5c](05c_classical_algorithms.ipynb) and gradients from [chapter 4b](04b_gradients_and_curvature.ipynb).

# %% [markdown]
# (sec-6a-perceptron)=
# ## A rule that may never rest
#
# *You can fit a line by descending a loss. After this section you know an older rule, when it stops, and why no line can do XOR.*
#
# The *perceptron* (感知器) of Rosenblatt ([1958](../book/bibliography.md)) says 1 if $\mathbf w^\top\mathbf x+b>0$. It looks at one sample after another, and learns from mistakes only. With $s=\pm1$ for the class and a constant 1 among the entries of $\mathbf x$, so that $b$ belongs to $\mathbf w$:
#
# $$
# \text{if }s\,\mathbf w^\top\mathbf x\le0:\qquad\mathbf w\leftarrow\mathbf w+s\,\mathbf x .
# $$ (eq-6a-perceptron)
#
# :::{admonition} Predict
# :class: predict
# It starts at $\mathbf w=\mathbf 0$ and goes round and round through the four corners of the square. For AND (only the corner $(1,1)$ is positive) and for XOR (异或): after how many rounds does it make no more mistakes?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def perceptron(x, s, rounds):
    """Mistakes in each round, and the weights after each."""
    x = np.column_stack([x, np.ones(len(x))])
    w, mistakes, weights = np.zeros(x.shape[1]), [], []
    for _ in range(rounds):
        mistakes.append(0)
        for sample, sign in zip(x, s, strict=True):
            if sign * (w @ sample) <= 0:
                w = w + sign * sample
                mistakes[-1] += 1
        weights.append(w)
    return np.array(mistakes), np.array(weights)


AND = 2 * CORNERS.prod(axis=1).astype(int) - 1
XOR = 2 * ODD - 1
of_and, _ = perceptron(CORNERS, AND, 30)
of_xor, xor_weights = perceptron(CORNERS, XOR, 30)


def draw_rounds(ax):
    rounds = np.arange(1, 31)
    lines(ax, rounds, {"AND": of_and, "XOR": of_xor}, xlabel="round", ylabel="mistakes")
    ax.set(ylim=(-0.2, 5), yticks=range(5), title="One rests, the other never will")
    rested = int(of_and.nonzero()[0][-1]) + 2
    return f"AND: no mistake from round {rested} on. XOR: at least {of_xor.min()} mistakes in every round."


show(draw_rounds, figsize=(5.5, 3))

# %% [markdown]
# **Why it stops.** It starts at $\mathbf w=\mathbf 0$. Suppose some $\mathbf w^*$ of length one has $s\,\mathbf w^{*\top}\mathbf x\ge\gamma>0$ for all samples, and none is longer than $R$. Each mistake adds at least $\gamma$ to the component of $\mathbf w$ along $\mathbf w^*$. Its length grows slowly, since the middle term below is not positive where a mistake was made:
#
# $$
# \lVert\mathbf w+s\,\mathbf x\rVert^2=\lVert\mathbf w\rVert^2+2\,s\,\mathbf w^\top\mathbf x+\lVert\mathbf x\rVert^2\le\lVert\mathbf w\rVert^2+R^2 .
# $$ (eq-6a-length)
#
# After $k$ mistakes
#
# $$
# k\gamma\;\le\;\mathbf w^{*\top}\mathbf w\;\le\;\lVert\mathbf w\rVert\;\le\;\sqrt k\,R\qquad\Longrightarrow\qquad k\le(R/\gamma)^2 .
# $$ (eq-6a-novikoff)
#
# (in the middle: the inequality of Cauchy and Schwarz). A finite number, whatever the order and however many samples there are (Novikoff [1962](../book/bibliography.md)). For AND take $\mathbf w^*$ along $(2,2,-3)$:

# %%
padded = np.column_stack([CORNERS, np.ones(4)])
best = np.array([2, 2, -3]) / np.sqrt(17)
gamma, R = (AND * (padded @ best)).min(), np.sqrt((padded**2).sum(axis=1).max())
print(f"mistakes on AND: {of_and.sum()}; the bound allows {(R / gamma) ** 2:.0f}")
assert of_and.sum() <= (R / gamma) ** 2

# %% [markdown]
#
# **Why it never stops on XOR.** A round without a mistake would be a line that separates. There is none. For *every* $f(\mathbf x)=\mathbf w^\top\mathbf x+b$
#
# $$
# f(0,0)+f(1,1)=f(1,0)+f(0,1),
# $$ (eq-6a-certificate)
#
# for both sides are $w_1+w_2+2b$. XOR wants two negative numbers on the left and two positive ones on the right. One line of algebra certifies that no search will ever succeed.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
repeats = [
    k for k in range(1, 30) if (xor_weights[k] == xor_weights[:k]).all(axis=1).any()
]
by_definition(
    "C6.1",
    because="A round without a mistake is a separating line. Where none exists there is no such round, so the rule makes mistakes for ever; where one exists the rule stops, by the bound above.",
    holds=bool((of_xor > 0).all() and of_and[-1] == 0),
    evidence=f"XOR: at least {of_xor.min()} mistakes in each of {len(of_xor)} rounds, and after round {repeats[0] + 1} the weights are what they were before; AND: {of_and[-1]} at the end.",
)
found = set()
for angle in np.linspace(0, 2 * np.pi, 720, endpoint=False) + 0.002:
    along = CORNERS @ [np.cos(angle), np.sin(angle)]
    for t in (-9, *along):
        found.add(tuple((along > t).tolist()))
missing = [c for c in product((False, True), repeat=4) if c not in found]
by_definition(
    "C6.42",
    because="One unit compares a linear function with a threshold, also if a sigmoid follows, which is increasing: the border is a line. The certificate shows that no line has the corners of XOR on the right sides.",
    holds=len(missing) == 2 and tuple((ODD == 1).tolist()) in missing,
    evidence=f"Lines make {len(found)} of the {2**4} colorings of the four corners; the {len(missing)} others are XOR and its opposite.",
)

# %% [markdown]
# :::{admonition} Exercise 1 · one round
# :class: exercise
# For samples `x` $(N, D)$, which contain the constant entry, signs `s` $(N,)$ and weights `w` $(D,)$, go once through the samples in their order by {eq}`eq-6a-perceptron`. Return the new weights and the number of mistakes.
# :::


# %%
def one_round(w, x, s):
    """(weights, mistakes)."""
    ...


exercises.check_one_round(one_round)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A new array at each mistake; the weights that came in are not ours.
def one_round(w, x, s):
    mistakes = 0
    for sample, sign in zip(x, s, strict=True):
        if sign * (w @ sample) <= 0:
            w, mistakes = w + sign * sample, mistakes + 1
    return w, mistakes


exercises.check_one_round(one_round)

# %% [markdown]
# ### From step to slope
#
# A perceptron answers with a step. A step has no slope, so its mistakes cannot be lowered by descent (the perceptron's rule was something else). Replace the step by $\sigma(kz)$ and make $k$ large:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
Z = np.linspace(-3, 3, 601)


def draw_steepness(ax, steepness):
    answer = F.sigmoid(steepness * Z)[0]
    slope = steepness * answer * (1 - answer)
    lines(ax, Z, {"answer": answer, "slope": slope}, xlabel="z")
    ax.set(ylim=(-0.1, 2.6), title=f"σ({steepness:g} z)")
    there = slope > 0.01
    return f"Steepness {steepness:g}: the slope is above 0.01 on {there.mean():.0%} of the interval, and {slope.max():.2g} at its middle."


explore(draw_steepness, steepness=[0.5, 1, 2, 3, 4, 6, 8, 10], start=1)

# %% [markdown]
# The steeper the answer, the narrower the place where the unit can be told anything. That is what the sigmoid is for: it answers nearly like a perceptron, and it can be told by how much it was wrong.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
sample = np.random.default_rng(0).standard_normal(1000)
by_definition(
    "C6.3",
    because="Cut at one half, a sigmoid says what a perceptron's step says, for σ(z) > ½ exactly where z > 0; and a deep network consists of many such units. What differs is not the decision but the slope, and with it how the unit can learn.",
    holds=bool(((F.sigmoid(sample)[0] > 0.5) == (sample > 0)).all()),
    evidence=f"On {len(sample):,} random numbers all decisions agree.",
)
by_definition(
    "C6.2",
    because="This is how the words are used: a perceptron has a step; a neuron (神经元) may have any activation function. The step is the limit of steeper and steeper sigmoids.",
    holds=bool(
        np.abs(F.sigmoid(100 * Z[np.abs(Z) > 0.1])[0] - (Z[np.abs(Z) > 0.1] > 0)).max()
        < 1e-4
    ),
    evidence=f"Away from zero, σ({100} z) differs from the step by at most {np.abs(F.sigmoid(100 * Z[np.abs(Z) > 0.1])[0] - (Z[np.abs(Z) > 0.1] > 0)).max():.0e}.",
)

# %% [markdown]
# (q6-15)=
# :::{admonition} Question 6.15 · What is the purpose of activation functions, and in particular of using the sigmoid function?
# :class: question
# Inside a network they make it more than one linear map (next section). At its end the sigmoid turns a number into a probability. And unlike the step, it has a slope for descent to follow.
# :::
#
# (sec-6a-layers)=
# ## Layers
#
# *You know what one unit cannot do. After this section you can compute with layers of them, and see what each layer does to space.*
#
# A *layer* (层) is a row of units that look at the same inputs. With a weight matrix $W$, one column a unit, and a bias $\mathbf b$ it maps a row $\mathbf x$ to $\sigma(\mathbf xW+\mathbf b)$, and the next layer takes what comes out:
#
# $$
# f(\mathbf x)=\sigma\bigl(\sigma(\sigma(\mathbf xW_1+\mathbf b_1)W_2+\mathbf b_2)W_3+\mathbf b_3\bigr) .
# $$ (eq-6a-network)
#
# That is a *feed-forward network* (前馈神经网络) with two hidden layers. One with numbers comes from the lectures of Hung-yi Lee, which the notes follow. The first unit gets $1\cdot1+(-1)(-2)+1=4$ and answers $\sigma(4)=0.98$. Choose an input and check another unit with pencil and paper:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
LEE = [
    (np.array([[1.0, -1.0], [-2.0, 1.0]]), np.array([1.0, 0.0])),
    (np.array([[2.0, -2.0], [-1.0, -1.0]]), np.array([0.0, 0.0])),
    (np.array([[3.0, -1.0], [-1.0, 4.0]]), np.array([-2.0, 2.0])),
]
INPUTS = {"(1, −1)": (1, -1), "(0, 0)": (0, 0), "(1, 1)": (1, 1), "(−1, 1)": (-1, 1), "(2, 0)": (2, 0)}  # fmt: skip


def activations(x, layers):
    """The numbers in every layer, the inputs first."""
    found = [np.asarray(x, float)]
    for W, b in layers:
        found.append(F.sigmoid(found[-1] @ W + b)[0])
    return found


def draw_lee(ax, inputs):
    numbers = activations(INPUTS[inputs], LEE)
    network(
        ax,
        [[f"{v:.2f}".replace("-", "−") for v in column] for column in numbers],
        [W for W, _ in LEE],
    )
    ax.set_title(
        f"Biases: {', '.join('(' + ', '.join(f'{v:g}' for v in b) + ')' for _, b in LEE)}".replace(
            "-", "−"
        )
    )
    return (
        f"Input {inputs}: "
        + "; ".join(", ".join(f"{v:.2f}" for v in column) for column in numbers[1:])
        + "."
    )


explore(
    draw_lee,
    inputs=list(INPUTS),
    figsize=(5.5, 3),
    alt="A network of four columns with two units each. Every unit shows its number, every arrow its weight.",
)

# %%
x = np.array([1.0, -1.0])
for W, b in LEE:
    x = F.sigmoid(x @ W + b)[0]
    print(x)

# %% [markdown]
# A network whose weights are not fixed yet is a *set* of functions, one for each choice of numbers; training picks one of them. Counting is simple. A layer with $m$ inputs and $n$ units has $mn+n$ parameters, and is not one perceptron but $n$ of them. (Whoever calls the whole step from layer to layer a perceptron, as in *multilayer perceptron*, uses the word otherwise.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
count = lambda *sizes: sum(m * n + n for m, n in pairwise(sizes))
settle(
    "C6.66",
    tested="A perceptron is one unit, as the notes introduce it: has the step from two inputs to the next layer as many parameters as one, for 2, 4 and 8 units?",
    holds=all(count(2, n) == count(2, 1) for n in (2, 4, 8)),
    control={"a next layer of one unit": count(2, 1) == 3},
    evidence=f"One perceptron has {count(2, 1)} parameters; layers of two, four and eight units have {', '.join(str(count(2, n)) for n in (2, 4, 8))}.",
    turns={
        (
            "holds=all(count(2, n) == count(2, 1) for n in (2, 4, 8))",
            "holds=all(count(2, n) == count(2, 1) for n in (1,))",
        ): "TRUE"
    },
)
by_definition(
    "C6.5",
    because="It is a convention: what is counted are layers that compute. The input layer has neither weights nor activation.",
    holds=count(2, 2, 2, 2) == sum(W.size + b.size for W, b in LEE),
    evidence=f"All {count(2, 2, 2, 2)} parameters of the network above belong to its {len(LEE)} computing layers.",
)
by_definition(
    "C6.62",
    because="A unit's number is called its activation, and without memory or chance the outputs are determined by the inputs: that is what a function is.",
    holds=bool(
        all(
            (a == b).all()
            for a, b in zip(
                activations((1, -1), LEE), activations((1, -1), LEE), strict=True
            )
        )
    ),
    evidence=f"The same input gave the same {sum(len(W.T) for W, _ in LEE)} numbers twice.",
)
untestable(
    "C6.4",
    reason="It is a way to look at things: convolution repeats a layer over space, recurrence over time, and both are special networks of many layers. Chapters 9 and 10 build them.",
    reference="Goodfellow, Bengio and Courville 2016, chapters 9 and 10",
)

# %% [markdown]
# :::{admonition} Exercise 2 · how many numbers
# :class: exercise
# Return the number of parameters, weights and biases, of a fully connected network with layers of the given `sizes`, the input first: `(2, 3, 1)` has 13.
# :::


# %%
def parameters(sizes):
    """A whole number."""
    ...


exercises.check_parameters(parameters)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Each layer has a weight for every pair of neighbors, and a bias for every unit.
def parameters(sizes):
    return sum(m * n + n for m, n in pairwise(sizes))


exercises.check_parameters(parameters)

# %% [markdown]
# :::{admonition} Exercise 3 · through all layers
# :class: exercise
# For a batch `x` $(N, D)$ and the weights and biases of three layers return the outputs of the network with a sigmoid after *every* layer.
# :::


# %%
def outputs(x, W1, b1, W2, b2, W3, b3):
    """(N, units of the last layer)"""
    ...


exercises.check_outputs(outputs)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. What comes out of one layer goes into the next.
def outputs(x, W1, b1, W2, b2, W3, b3):
    for W, b in ((W1, b1), (W2, b2), (W3, b3)):
        x = 1 / (1 + np.exp(-(x @ W + b)))
    return x


exercises.check_outputs(outputs)

# %% [markdown]
# ### Each layer moves space
#
# Two hidden units with Goodfellow's weights compute XOR: $\mathbf h=\max(0,\mathbf xW+\mathbf c)$ with all entries of $W$ equal to 1 and $\mathbf c=(0,-1)$, and then $y=h_1-2h_2$. Go through it step by step, and follow the grid:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
GOOD_W, GOOD_C, GOOD_OUT = np.ones((2, 2)), np.array([0.0, -1.0]), np.array([1.0, -2.0])
MOVES = {
    "the inputs": lambda x: x,
    "through W": lambda x: x @ GOOD_W,
    "shifted by c": lambda x: x @ GOOD_W + GOOD_C,
    "bent at zero": lambda x: np.maximum(0, x @ GOOD_W + GOOD_C),
}


def draw_moves(ax, step):
    move, ticks = MOVES[step], np.linspace(-0.25, 1.25, 13)
    for t in ticks:
        for line in (
            np.column_stack([0 * ticks + t, ticks]),
            np.column_stack([ticks, 0 * ticks + t]),
        ):
            ax.plot(*move(line).T, "-", color=INK, lw=0.7, alpha=0.5)
    for label, color, marker, size in ((0, BLUE, "o", 11), (1, ORANGE, "s", 11)):
        ax.plot(*move(CORNERS[label == ODD]).T, marker, color=color, ms=size)
    if step == "bent at zero":
        ax.plot([0, 2.5], [-0.25, 1], "-", color=GREEN)
        ax.text(2.6, 0.5, "h₁ − 2h₂ = ½", color=GREEN, ha="right", va="top")
    title = step[0].upper() + step[1:]
    ax.set(xlim=(-0.7, 2.7), ylim=(-1.7, 2.7), aspect="equal", title=title)
    ax.set(xlabel="first coordinate", ylabel="second coordinate")
    places = len({tuple(p) for p in move(CORNERS).tolist()})
    return f"{title}: the four corners lie at {places} places" + (
        ", and a line separates the colors." if step == "bent at zero" else "."
    )


explore(
    draw_moves,
    step=list(MOVES),
    figsize=(4.6, 4.6),
    alt="The four corners of the square in two colors, and a grid around them, both after one more step of the layer.",
)

# %% [markdown]
# $W$ throws the plane onto a line, and two corners of the same color onto one point. Only the bend then takes the three points that remain off their line.
#
# (q6-20)=
# :::{admonition} Question 6.20 · Does a neural network layer not simply transform the input into the space spanned by W, where the activation function then makes it nonlinear?
# :class: question
# Yes. $\mathbf xW$ runs through the space that the rows of $W$ span, here a line; $\mathbf b$ shifts it off the origin; the activation bends it, each coordinate by itself, so *which* coordinates $W$ has chosen matters.
# :::
#
# Take the bends away, and layers are worth nothing:
#
# $$
# (\mathbf xW_1+\mathbf b_1)W_2+\mathbf b_2=\mathbf x\,(W_1W_2)+(\mathbf b_1W_2+\mathbf b_2),
# $$ (eq-6a-collapse)
#
# one linear map, however many were written down.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def fails(bend, seed, width=8):
    """Does a network 2-8-8-1 with this bend fail to learn XOR?"""
    net = networks((2, width, width, 1), bend, np.random.default_rng(seed))
    target = ODD[None, :, None].astype(float)
    optimizer = optim.Adam(net.parameters(), 0.03)
    fit_side_by_side(
        net, losses.binary_cross_entropy, optimizer, CORNERS[None], target, steps=200
    )
    return not ((net(CORNERS)[0, :, 0] > 0) == (ODD == 1)).all()


straight, curved = (
    [fails(f, seed) for seed in range(20)] for f in (F.identity, F.tanh)
)
settle(
    "C6.67",
    tested="XOR, to be learned by three layers of 8, 8 and 1 units without any nonlinear function: does it fail?",
    holds=straight,
    control={"with tanh after the hidden layers": curved},
    evidence=f"Without a bend {sum(straight)} of {len(straight)} networks fail, with it {sum(curved)}.",
    turns={("for f in (F.identity, F.tanh)", "for f in (F.tanh, F.identity)"): "FALSE"},
)
stack = networks((5, 7, 6, 3), F.identity, np.random.default_rng(0))
W1, b1, W2, b2, W3, b3 = (p.value[0] for p in stack.parameters())
some = np.random.default_rng(1).standard_normal((50, 5))
apart = np.abs(
    stack(some)[0] - (some @ (W1 @ W2 @ W3) + (b1 @ W2 + b2) @ W3 + b3)
).max()
by_definition(
    "C6.58",
    because="Without activation functions the layers multiply out to one linear map. (Products of units, as in gates and attention, or divisions, as in normalization, bend as well.)",
    holds=bool(apart < 1e-12),
    evidence=f"Three linear layers and their product differ by less than {1e-12:.0e}.",
)
by_definition(
    "C6.60",
    because="The weights above are a solution: two hidden units with a rectifier, and one linear output.",
    holds=bool((np.maximum(0, CORNERS @ GOOD_W + GOOD_C) @ GOOD_OUT == ODD).all()),
    evidence=f"The outputs at the four corners are {', '.join(f'{v:.0f}' for v in np.maximum(0, CORNERS @ GOOD_W + GOOD_C) @ GOOD_OUT)}.",
)

# %% [markdown]
# (q6-1)=
# :::{admonition} Question 6.1 · Why can a deep neural network be nonlinear?
# :class: question
# Because of the activation functions: without them, or some other nonlinear piece, all layers multiply out to one linear map.
# :::
#
# (q6-17)=
# :::{admonition} Question 6.17 · Why is a neural network divided into layers, and why do we design this structure?
# :class: question
# So that one bend can build on another: the second layer draws its lines in a space that the first has already bent. It is also convenient, since a layer is one matrix product. The hope that layers follow the structure of the world, edges first, then parts, then things, is another matter; the last section looks at it.
# :::
#
# :::{admonition} Exercise 4 · two layers in one
# :class: exercise
# Return $W$ and $\mathbf b$ of the one linear layer that does what the linear layers $(W_1,\mathbf b_1)$ and $(W_2,\mathbf b_2)$ do one after the other.
# :::


# %%
def merged(W1, b1, W2, b2):
    """(W, b)"""
    ...


exercises.check_merged(merged)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The first bias goes through the second matrix, too.
def merged(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2 + b2


exercises.check_merged(merged)

# %% [markdown]
# (sec-6a-xor)=
# ## Representable is not found
#
# *You have seen weights that compute XOR. After this section you know how often training finds such weights, and what it finds otherwise.*
#
# :::{admonition} Predict
# :class: predict
# Two hundred networks with four hidden units start at random. With which activation do they fail most often: sigmoid, tanh or ReLU? And how many succeed if all their weights start at one half?
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
ACTIVATIONS = {"sigmoid": F.sigmoid, "tanh": F.tanh, "ReLU": F.relu}


def xor_networks(
    bend, loss=losses.binary_cross_entropy, hidden=4, starts=200, alike=False
):
    """Which of many random starts solve XOR, their losses at the end, and which have a hidden unit that is dead."""
    rng = np.random.default_rng(0)
    shapes = ((2, hidden), (hidden,), (hidden, 1), (1,))
    W1, b1, W2, b2 = (
        Parameter(
            np.full((starts, *s), 0.5) if alike else rng.standard_normal((starts, *s))
        )
        for s in shapes
    )
    body = Sequential(Layer(F.linear, W1, b1), bend)
    end = F.sigmoid if loss is losses.squared_error else F.identity
    net = Sequential(body, Layer(F.linear, W2, b2), end)
    target = np.broadcast_to(ODD[:, None].astype(float), (starts, 4, 1))
    optimizer = optim.Adam(net.parameters(), 0.05)
    final = fit_side_by_side(net, loss, optimizer, CORNERS[None], target, steps=400)[-1]
    right = (net(CORNERS) > (0.5 if end is F.sigmoid else 0)) == (target == 1)
    return right.all(axis=(1, 2)), final, (body(CORNERS) == 0).all(axis=1).any(axis=1)


solved = {
    (name, hidden): xor_networks(f, hidden=hidden)[0].mean()
    for name, f in ACTIVATIONS.items()
    for hidden in (2, 4, 8)
}
relu_solved, relu_losses, relu_dead = xor_networks(F.relu)
alike_solved = xor_networks(F.tanh, alike=True)[0].mean()
squared = {
    name: xor_networks(f, losses.squared_error)[0].mean()
    for name, f in ACTIVATIONS.items()
}
assert (
    alike_solved == 0
    and solved["ReLU", 4] < solved["sigmoid", 4]
    and solved["ReLU", 8] > 0.9
)
assert all(abs(share - solved[name, 4]) < 0.1 for name, share in squared.items())


def draw_xor(ax):
    bars = {f"{name}, {hidden} units": v for (name, hidden), v in solved.items()}
    bars_with_numbers(ax, bars, form="{:.0%}")
    ax.set(xlabel="share of 200 starts that solve XOR", xlim=(0, 1.12))
    ax.set_title("The start decides, and so do the choices")
    of = lambda hidden: [solved[name, hidden] for name in ACTIVATIONS]
    return f"After 400 steps with the cross-entropy {min(of(2)):.0%} to {max(of(2)):.0%} of the starts solve XOR with two units, {min(of(8)):.0%} to {max(of(8)):.0%} with eight. With all weights equal at the start: {alike_solved:.0%}."


show(draw_xor, figsize=(5.5, 4.4))
print(
    f"a dead ReLU in {relu_dead[~relu_solved].mean():.0%} of the failures and {relu_dead[relu_solved].mean():.0%} of the successes"
)

# %% [markdown]
# What does a failure look like? Here is the first of the opening's starts that got stuck, after all its steps:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_stuck(axes):
    draw_plane(axes, STUCK[300])
    hidden = np.tanh(CORNERS @ STUCK[300][0] + STUCK[300][1])
    apart = min(np.linalg.norm(hidden[i] - hidden[j]) for i in (0, 3) for j in (1, 2))
    return f"Stuck after 300 steps, with {points_right(STUCK[300])} of 4 points right. In the hidden plane two corners of different colors lie {apart:.2f} apart, and no line comes between them."


show(draw_stuck, columns=2, figsize=(8.4, 4))

# %% [markdown]
# Where the hidden layer has thrown two colors onto one place, the last unit can do nothing, and where tanh is flat no slope tells the first layer to take them apart.
#
# With ReLU there is another way to fail. A unit that is negative on all four points passes no gradient; unless the last steps still carry it on, it is lost for good. The printed shares say that this is only half of an explanation: nearly every failure has such a dead unit, but so do most of the successes, because two living units are enough. With eight there are spares. The choice between squared error and cross-entropy matters little here (at most a tenth of the starts).
#
# Equal weights are another classic failure. They receive equal gradients, so equal units stay equal for ever: four hidden units do the work of one, and one cannot do XOR. Random starts are there to break the symmetry.
#
# (q6-3)=
# :::{admonition} Question 6.3 · How are the parameters of a feedforward neural network, such as one that solves XOR, trained?
# :class: question
# By [backpropagation](06b_backpropagation.ipynb) and steps against the gradient, from a random start. Success is not guaranteed; the figure says how often it comes.
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def one_unit_on_xor():
    """Final losses of two hundred random starts of logistic regression."""
    W = np.random.default_rng(0).standard_normal((200, 2, 1))
    net = Sequential(Layer(F.linear, Parameter(W), Parameter(np.zeros((200, 1)))))
    target = np.broadcast_to(ODD[:, None].astype(float), (200, 4, 1))
    optimizer = optim.Adam(net.parameters(), 0.05)
    loss = losses.binary_cross_entropy
    return fit_side_by_side(net, loss, optimizer, CORNERS[None], target, steps=400)[-1]


convex, (_, not_convex, _) = one_unit_on_xor(), xor_networks(F.tanh, hidden=2)
print(
    f"final losses of 200 starts: one unit {convex.min():.3f} to {convex.max():.3f}; two hidden tanh units {not_convex.min():.3f} to {not_convex.max():.3f}"
)
assert np.ptp(convex) < 0.001 and np.ptp(not_convex) > 0.3

# %% [markdown]
# (q6-4)=
# :::{admonition} Question 6.4 · How do the optimization algorithms of neural networks differ from those of traditional machine learning?
# :class: question
# The algorithms can be the same; what they are promised differs. The loss of logistic regression is convex, and the printed line shows all starts at the same end (ln 2: on XOR its best answer is ½ everywhere). With a hidden layer it is not, and the ends differ. So networks are started at random, descended with cheap noisy steps, and stopped by validation, rather than solved.
# :::
#
# (sec-6a-heads)=
# ## What comes out, and how it is judged
#
# *You can build the body of a network. After this section you can choose its last unit and its loss, and say why they belong together.*
#
# The last layer speaks the language of the answer (all three were likelihoods in [chapter 3](03_probability.ipynb)):
#
# | answer | output unit | loss | gradient at the last $z$ |
# |---|---|---|---|
# | a number | $\hat y=z$ | squared error, a Gaussian's | $\hat y-y$ |
# | yes or no | $\hat y=\sigma(z)$ | cross-entropy, a coin's | $\hat y-y$ |
# | one of $K$ | $\hat{\mathbf y}=\operatorname{softmax}(\mathbf z)$ | cross-entropy, a die's | $\hat{\mathbf y}-\mathbf y$ |
#
# The last column is the same everywhere: each loss is a curve in $z$ whose slope is the answer minus the target. The Gaussian's loss is $\frac12(z-y)^2$, with slope $z-y$. The coin's is $\ln(1+e^z)-yz$, with slope $\sigma(z)-y$. And the die's, if the right answer is number $y$,
#
# $$
# \ell=\ln\sum_je^{z_j}-z_y,\qquad\frac{\partial\ell}{\partial z_k}=\frac{e^{z_k}}{\sum_je^{z_j}}-[k=y],
# $$ (eq-6a-die)
#
# which is the softmax minus the one-hot target (the bracket is 1 if $k=y$ and else 0).


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def slope_gap(loss, answer, target, K):
    """Largest distance between a loss's slope, by central differences, and answer − target, over random z."""
    z, gap, h = np.random.default_rng(0).standard_normal((200, 1, K)), 0.0, 1e-5
    for k in range(K):
        step = h * (np.arange(K) == k)
        slope = (loss(z + step, target)[0] - loss(z - step, target)[0]) / (2 * h)
        gap = max(gap, np.abs(slope - (answer(z) - target)[:, 0, k]).max())
    return gap


rng = np.random.default_rng(1)
number, coin, die = (
    rng.standard_normal((200, 1, 1)),
    rng.integers(0, 2, (200, 1, 1)) * 1.0,
    np.eye(4)[rng.integers(0, 4, (200, 1))],
)
gaps = [
    slope_gap(losses.squared_error, lambda z: z, number, 1),
    slope_gap(losses.binary_cross_entropy, lambda z: F.sigmoid(z)[0], coin, 1),
    slope_gap(losses.cross_entropy, lambda z: F.softmax(z)[0], die, 4),
]
by_definition(
    "C6.36",
    because="Each of the three is the mean of the distribution whose likelihood is maximized: a Gaussian's, a coin's and a die's. With its own loss each has the gradient ŷ − y.",
    holds=max(gaps) < 1e-8,
    evidence=f"On {200} random cases for each the slope of the loss differs from ŷ − y by at most {max(gaps):.0e}.",
)
pair = rng.standard_normal((1000, 2)) * 5
of_two = F.softmax(pair)[0][:, 0]
by_definition(
    "C6.8",
    because="Divide numerator and denominator of the softmax of two numbers by the first exponential: 1/(1 + exp(z₂ − z₁)) is the sigmoid of their difference.",
    holds=bool(np.abs(of_two - F.sigmoid(pair[:, 0] - pair[:, 1])[0]).max() < 1e-12),
    evidence=f"Over {len(pair):,} random pairs the two differ by less than {1e-12:.0e}.",
)
z, y = rng.standard_normal(1000) * 3, rng.integers(0, 2, 1000)
three_ways = (
    np.log1p(np.exp(-(2 * y - 1) * z)).mean(),
    -(y * np.log(F.sigmoid(z)[0]) + (1 - y) * np.log(F.sigmoid(-z)[0])).mean(),
    float(losses.cross_entropy(np.column_stack([0 * z, z]), y)[0]),
)
by_definition(
    "C6.31",
    because="They are one expression, written with labels ±1 (logistic loss), with labels 0 and 1 (log loss), and as the cross-entropy of the one-hot label with the two probabilities.",
    holds=max(three_ways) - min(three_ways) < 1e-12,
    evidence=f"On {len(z):,} random answers all three formulas give {three_ways[0]:.6f}.",
)

# %% [markdown]
# (q6-7)=
# :::{admonition} Question 6.7 · In what sense is the sigmoid function used in logistic regression a two-class case of softmax?
# :class: question
# The first of two probabilities is $e^{z_1}/(e^{z_1}+e^{z_2})$. Divide above and below by $e^{z_1}$, and $1/(1+e^{-(z_1-z_2)})$ is left, which is $\sigma(z_1-z_2)$. Only the difference counts, so one number is enough; the softmax carries one more than it needs.
# :::
#
# **One of several, or several at once?** A digit is *one* of ten: ten exclusive answers, a softmax. Whether it is even and whether it is larger than four are *two* questions; each may be yes or no. The notes recommend a softmax for *multi-label classification* (多标签分类). It makes the probabilities add up to one, so, with one output for each label, it can say "even" or "large", but neither both nor none. (With one output for each of the four *combinations* it could; for ten labels that makes 1,024 outputs.)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def two_questions(y):
    return np.column_stack([y % 2 == 0, y > 4]).astype(float)


def one_question(y):
    return np.eye(2)[y % 2]


def by_head(head, ask, seed):
    """Share of 600 digits for which all labels are right, learned from 400: each label is called where its output exceeds the threshold that does best on 200 others."""
    order = np.random.default_rng(seed).permutation(len(digits.x))
    train_i, choose, test = order[:400], order[400:600], order[600:1200]
    net = networks((64, 32, 2), F.relu, np.random.default_rng(seed))
    target = ask(digits.y[train_i])
    if (
        head == "softmax"
    ):  # probabilities must add up to one; none at all becomes "undecided"
        target = np.where(
            target.sum(axis=1, keepdims=True) > 0,
            target / np.maximum(target.sum(axis=1, keepdims=True), 1),
            0.5,
        )
    loss = losses.cross_entropy if head == "softmax" else losses.binary_cross_entropy
    optimizer = optim.Adam(net.parameters(), 0.02)
    fit_side_by_side(
        net, loss, optimizer, digits.x[train_i][None], target[None], steps=75
    )
    answer = lambda i: (F.softmax if head == "softmax" else F.sigmoid)(
        net(digits.x[i])[0]
    )[0]
    right = lambda i, t: (
        ((answer(i) > t) == (ask(digits.y[i]) > 0.5)).all(axis=1).mean()
    )
    threshold = max(np.linspace(0.05, 0.95, 19), key=lambda t: right(choose, t))
    return right(test, threshold)


heads = {
    (head, ask): np.array([by_head(head, ask, seed) for seed in range(20)])
    for head in ("softmax", "sigmoid")
    for ask in (two_questions, one_question)
}
as_good = lambda ask: heads["softmax", ask] > heads["sigmoid", ask] - 0.05
settle(
    "C6.6",
    tested="Is the digit even? Is it larger than four? Does a network with a softmax over the two answers have both right nearly as often (within five points) as one with two sigmoids, both with the best threshold?",
    holds=as_good(two_questions),
    control={"exclusive answers: even or odd": as_good(one_question)},
    evidence=f"All labels right, mean of twenty trials: two questions {heads['softmax', two_questions].mean():.0%} with the softmax and {heads['sigmoid', two_questions].mean():.0%} with sigmoids; one question "
    f"{heads['softmax', one_question].mean():.0%} and {heads['sigmoid', one_question].mean():.0%}.",
    turns={("holds=as_good(two_questions)", "holds=as_good(one_question)"): "TRUE"},
    card=True,
)

# %% [markdown]
# **Cross-entropy for a number?** *The output layer uses cross-entropy for regression*, say the notes. Its value for an answer $z$ and a target $y$ is $\ln(1+e^z)-yz$. For $0<y<1$ it has a minimum where $\sigma(z)=y$; it can be used for shares. Beyond, it falls for ever. (Squared error *is* a cross-entropy, that of a Gaussian with the data; read so, the notes would be right.)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
far = np.linspace(-200, 200, 40_001)


def has_minimum(y):
    """Does ln(1 + e^z) − y z turn between the ends of a wide interval?"""
    return 0 < int(np.argmin(np.logaddexp(0, far) - y * far)) < len(far) - 1


between, beyond = (0.1, 0.5, 0.9), (-2.0, -0.1, 1.1, 7.0)
settle(
    "C6.35",
    tested="A number that is not between 0 and 1 as the target of the cross-entropy: does the loss have a minimum?",
    holds=any(has_minimum(y) for y in beyond),
    control={"a number between 0 and 1": all(has_minimum(y) for y in between)},
    evidence=f"Between z = {far[0]:.0f} and {far[-1]:.0f} the loss has a minimum for {sum(has_minimum(y) for y in beyond)} of {len(beyond)} targets beyond zero and one, and for {sum(has_minimum(y) for y in between)} of {len(between)} between them.",
    turns={
        (
            "holds=any(has_minimum(y) for y in beyond)",
            "holds=any(has_minimum(y) for y in between)",
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# :::{admonition} Exercise 5 · the slope at the end
# :class: exercise
# For logits `z` $(N, K)$ and integer `labels` $(N,)$ return the gradient of the mean cross-entropy with respect to `z`.
# :::


# %%
def last_slope(z, labels):
    """(N, K)"""
    ...


exercises.check_last_slope(last_slope)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Answer minus target, over the number of samples. The largest logit is taken off first, so that nothing overflows.
def last_slope(z, labels):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True) - np.eye(z.shape[1])[labels]) / len(z)


exercises.check_last_slope(last_slope)

# %% [markdown]
# ### Five losses
#
# *A loss function must reflect the ground truth of its field and have reasonable gradients*, say the notes, and list five. Draw them against the *margin* $sz$, how far the score lies on the right side:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
MARGIN = np.linspace(-2.5, 2.5, 501)
one = np.ones((501, 1, 1))
FIVE = {
    "0–1": losses.zero_one(MARGIN[:, None, None], one),
    "perceptron": losses.perceptron(MARGIN[:, None, None], one)[0],
    "squared": (MARGIN - 1) ** 2 / 2,
    "hinge": losses.hinge(MARGIN[:, None, None], one)[0],
    "log": np.logaddexp(0, -MARGIN),
}


def draw_losses(ax):
    lines(ax, MARGIN, FIVE, xlabel="margin s z", ylabel="loss")
    ax.set(ylim=(-0.1, 3.2), title="What a wrong answer costs")
    at = lambda m: ", ".join(
        f"{name} {value[np.abs(MARGIN - m).argmin()]:.2f}"
        for name, value in FIVE.items()
    )
    return f"At the margin −2: {at(-2)}. At 2: {at(2)}."


show(draw_losses)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def even_or_odd():
    """For 20 seeds side by side: 300 digits (20, 300, 65) with a constant entry, their signs, the same signs shuffled, first weights."""
    parts = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        some = rng.permutation(len(digits.x))[:300]
        x = np.column_stack([digits.x[some], np.ones(300)])
        s = np.where(digits.y[some] % 2 == 0, 1.0, -1.0)
        parts.append((x, s, rng.permutation(s), rng.standard_normal(65) / 8))
    return [np.stack(part) for part in zip(*parts, strict=True)]


samples, signs, shuffled, first_weights = even_or_odd()
read_right = lambda w: (signs * np.vecdot(samples, w[:, None]) > 0).mean(axis=1)


def by_descent(slope, signs, steps=200):
    """Share of digits read right after descent by the slope of the loss along the margin."""
    w = first_weights
    for _ in range(steps):
        margin = signs * np.vecdot(samples, w[:, None])
        w = w - np.vecmat(signs * slope(margin), samples) / samples.shape[1]
    return read_right(w)


def by_trial(tries=2000):
    """The same for whoever takes a random step wherever it makes no more mistakes."""
    rng = np.random.default_rng(0)
    w, best = first_weights, read_right(first_weights)
    for _ in range(tries):
        tried = w + 0.1 * rng.standard_normal(w.shape)
        now = read_right(tried)
        w = np.where((now >= best)[:, None], tried, w)
        best = np.maximum(now, best)
    return best


log_slope = lambda margin: -F.sigmoid(-margin)[0]
no_slope = lambda margin: 0 * margin
ends = {
    "log loss, by descent": by_descent(log_slope, signs),
    "log loss of shuffled labels, by descent": by_descent(log_slope, shuffled),
    "share of mistakes, by descent": by_descent(no_slope, signs),
    "share of mistakes, by trial and error": by_trial(),
}
failing = {name: right < 0.75 for name, right in ends.items()}
CASES = {
    "it fails, by descent, if labels are shuffled": "log loss of shuffled labels, by descent",
    "it fails, by descent, without a slope": "share of mistakes, by descent",
    "it fails, by trial and error, without a slope": "share of mistakes, by trial and error",
}
settle(
    "C6.30",
    tested="Is a digit even? A linear reader lowers a loss that does not reflect the truth (shuffled labels) or has no gradient (the share of mistakes): does it fail, reading less than three quarters of its 300 digits right?",
    on="method: descent needs a gradient, trial and error does not; the truth is needed by both",
    cases={case: failing[name] for case, name in CASES.items()},
    evidence=f"Read right on average: {', '.join(f'{name} {right.mean():.0%}' for name, right in ends.items())}.",
    turns={
        (
            '"share of mistakes, by trial and error": by_trial()',
            '"share of mistakes, by trial and error": by_descent(no_slope, signs)',
        ): "TRUE"
    },
    card=True,
)


def better(score, seed, sharpness=4.0):
    """Is a calibrated forecaster of 2,000 coins better than one who exaggerates, by this score (lower is better)?"""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(2000)
    y = rng.uniform(size=2000) < F.sigmoid(z)[0]
    return score(z, y) < score(sharpness * z, y)


log_loss = lambda z, y: (np.logaddexp(0, z) - y * z).mean()
mistakes = lambda z, y: ((z > 0) != y).mean()
settle(
    "C6.61",
    tested="Two forecasters of 2,000 coins make the same calls; one states the true probabilities, the other exaggerates: does the log loss prefer the first?",
    holds=[better(log_loss, seed) for seed in range(20)],
    control={"the share of mistakes": [better(mistakes, seed) for seed in range(20)]},
    evidence=f"The log loss prefers the true probabilities in {sum(better(log_loss, seed) for seed in range(20))} of twenty trials, the share of mistakes in {sum(better(mistakes, seed) for seed in range(20))}.",
    turns={("holds=[better(log_loss, seed)", "holds=[better(mistakes, seed)"): "FALSE"},
)

# %% [markdown]
# The first condition always holds. The second holds for whoever trains by gradients: the share of mistakes has no slope to follow, yet random steps lower it well, at least with 65 numbers to set.
#
# (q6-16)=
# :::{admonition} Question 6.16 · What kinds of loss functions are there, and how do they differ?
# :class: question
# The 0–1 loss says what is meant, and gives no direction. The perceptron's charges mistakes alone, the hinge also right answers that are too close, the log loss all, less and less. The squared loss even charges answers that are *too* right. For numbers: squared error asks for the mean and minds outliers, absolute error asks for the median ([chapter 3](03_probability.ipynb)).
# :::
#
# ### Why the cross-entropy?
#
# Behind a sigmoid, squared error has the slope $(\hat y-y)\,\hat y(1-\hat y)$, which vanishes where the unit is sure, whether it is right or wrong. At $z=-5$ and $y=1$ it is 150 times smaller than that of the cross-entropy. Does it matter? A larger rate could make up for it. So give both losses readers of threes that begin *sure and wrong*, and each the best of ten rates from 1 to 32,000, judged by where it ends:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
RATES = 10.0 ** np.arange(0, 5, 0.5)


def wrong_starts(confidence):
    """For 20 seeds side by side: 200 digits (20, 200, 65), whether they are threes, and the opposite of a good reader's weights."""
    parts = []
    for seed in range(20):
        some = np.random.default_rng(seed).permutation(len(digits.x))[:200]
        x = np.column_stack([digits.x[some], np.ones(200)])
        y = (digits.y[some] == 3) * 1.0
        parts.append((x, y, -confidence * np.linalg.lstsq(x, 2 * y - 1, rcond=None)[0]))
    return [np.stack(part) for part in zip(*parts, strict=True)]


def recovery(kind, rate, confidence, steps=300):
    """Share right along the descent: (steps, 20)."""
    x, y, w = wrong_starts(confidence)
    curve = []
    for _ in range(steps):
        z = np.vecdot(x, w[:, None])
        p = F.sigmoid(z)[0]
        slope = (p - y) * (p * (1 - p) if kind == "squared" else 1)
        curve.append(((z > 0) == (y == 1)).mean(axis=1))
        w = w - rate * np.vecmat(slope, x) / x.shape[1]
    return np.array(curve)


def best_recovery(kind, confidence):
    """The curves at the rate that ends best, and where this rate stands."""
    tried = [recovery(kind, rate, confidence) for rate in RATES]
    best = int(np.argmax([t[-1].mean() for t in tried]))
    assert 0 < best < len(RATES) - 1  # neither smaller nor larger rates end better
    return tried[best], best


recovered = {
    (kind, c): best_recovery(kind, c)
    for kind in ("cross-entropy", "squared")
    for c in (1, 10)
}


never = float((wrong_starts(1)[1] == 0).mean())  # "no digit is a three"


def draw_recovery(axes):
    for ax, c in zip(axes, (1, 10), strict=True):
        curves = {
            f"{kind}, rate {RATES[recovered[kind, c][1]]:.2g}": recovered[kind, c][
                0
            ].mean(axis=1)
            for kind in ("cross-entropy", "squared")
        }
        lines(
            ax,
            np.arange(1, 301),
            curves,
            xlabel="step",
            title=("Wrong", "Wrong, and ten times as sure")[c == 10],
        )
        log_scale(ax, "x")
        ax.axhline(never, ls=":", color=INK, lw=1)
        ax.set(ylim=(0, 1.02))
    axes[0].set_ylabel("right")
    after = lambda kind, c: recovered[kind, c][0][[29, -1]].mean(axis=1)
    return (
        "Right after 30 and after 300 steps, each at its best rate: "
        + "; ".join(
            f"{name}: "
            + ", ".join(
                f"{kind} {after(kind, c)[0]:.0%} and {after(kind, c)[1]:.0%}"
                for kind in ("cross-entropy", "squared")
            )
            for c, name in ((1, "wrong"), (10, "ten times as sure"))
        )
        + f". Dotted: whoever calls no digit a three is right on {never:.0%}."
    )


show(draw_recovery, columns=2, figsize=(9, 3.4))
ended = {key: curves[-1].mean() for key, (curves, _) in recovered.items()}
assert ended["squared", 1] > never + 0.05 and ended["squared", 10] < never

# %% [markdown]
# (q6-5)=
# :::{admonition} Question 6.5 · Why is the cross-entropy loss function good?
# :class: question
# It is a likelihood, so it rewards true probabilities. It is convex in $z$. And its slope $\hat y-y$ is largest where the unit is most wrong. The figure shows both losses at their best. Where the start is only wrong, squared error learns to call nothing a three, and stays there for long; the right rate takes it further in the end. Where the start is also sure, no rate that was tried does.
# :::
#
# (sec-6a-learned)=
# ## What do hidden layers learn?
#
# *You can build, start and judge a network. After this section you know when learning its features pays, and when random ones do.*
#
# *The hidden layers perform feature extraction and so replace feature engineering*, say the notes. Write a network as $\boldsymbol\phi(\mathbf x;\theta)^\top\mathbf w$: hidden layers with weights $\theta$ make features, and the last layer reads them with $\mathbf w$. Then a network whose hidden layer learns must beat one whose hidden layer stays as it was drawn, and that must beat no hidden layer at all. Let all learn to read: 64 hidden units that learn, 64 and 512 that are frozen, and none. The digits stand in the middle of a canvas of 12 × 12 pixels, or anywhere on it. And give the rivals one idea. *Patches* are 256 random patterns of 5 × 5 pixels, frozen, too; each is laid on the canvas at all places, and only its best match counts. Every reader chooses on other digits when to stop.
#
# :::{admonition} Predict
# :class: predict
# A thousand digits that move, and five readers. Which one wins, and does it learn anything but its last layer?
# :::

# %% tags=["hide-input"] jupyter={"source_hidden": true}
SIZE, COPIES, PATCH = 12, 20, 5


def situation(moved, n, prepare=lambda images: images):
    """For 20 seeds side by side: n digits to learn from, 200 to stop by, 400 to judge by; (20, ·, 12, 12) and (20, ·)."""
    parts = []
    for seed in range(COPIES):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(digits.x))[: n + 600]
        images = digits.x[order].reshape(-1, 8, 8)
        canvas = datasets.on_canvas(images, SIZE, reach=2 * moved, rng=rng)
        parts.append((prepare(canvas), digits.y[order]))
    x, y = (np.stack(part) for part in zip(*parts, strict=True))
    cuts = (n, n + 200)
    return list(zip(np.split(x, cuts, axis=1), np.split(y, cuts, axis=1), strict=True))


PLACES = {"in the middle": False, "moved": True}
FEW, MANY = 100, 1000
data = {
    (place, n): situation(PLACES[place], n) for place in PLACES for n in (FEW, MANY)
}


def patterns(number=256):
    """Random patterns of mean zero for each of the readers: (20, 25, number)."""
    drawn = np.random.default_rng(0).standard_normal((COPIES, PATCH**2, number))
    return (drawn - drawn.mean(axis=1, keepdims=True)) / PATCH


def looks(x):
    """All places of a patch: (…, 12, 12) → (…, 64, 25)."""
    seen = np.lib.stride_tricks.sliding_window_view(x, (PATCH, PATCH), axis=(-2, -1))
    return seen.reshape(*x.shape[:-2], -1, PATCH**2)


def draw_patch(ax):
    (images, labels), pattern = data["moved", FEW][0], patterns()[0, :, 0]
    image, label, match = images[0, 1], labels[0, 1], looks(images[0, 1]) @ pattern
    side = SIZE - PATCH + 1
    for left, top, picture, title in (
        (0, 0, image, f"a moved {label}"),
        (14, 3, pattern.reshape(PATCH, PATCH), "a patch"),
        (21, 2, match.reshape(side, side), "its match"),
    ):
        h, w = picture.shape
        ax.imshow(picture, extent=(left, left + w, top + h, top))
        ax.text(left + w / 2, top - 0.4, title, ha="center", va="bottom")
    row, column = divmod(int(match.argmax()), side)
    frame = np.array([[0, 0], [0, PATCH], [PATCH, PATCH], [PATCH, 0], [0, 0]])
    ax.plot(*(frame + [column, row]).T, "-", color=ORANGE, lw=3)
    ax.plot(21 + column + 0.5, 2 + row + 0.5, "s", color=ORANGE, mfc="none", ms=12)
    ax.set(xlim=(-0.5, 29.5), ylim=(12.5, -2))
    ax.set_axis_off()
    return f"This patch matches best in row {row + 1} and column {column + 1}, where it is framed. Only the strength of the match, {match.max():.2f}, is passed on; the place is forgotten."


show(
    draw_patch,
    figsize=(5.5, 2.8),
    alt="A moved digit with a frame around one place, a random pattern, and a picture of how well the pattern matches at every place.",
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def pixels(x):
    return x.reshape(*x.shape[:-2], SIZE**2)


def frozen(width):
    """Hidden units that look at all pixels and stay as they were drawn: (20, N, 12, 12) → (20, N, width)."""
    rng = np.random.default_rng(width)
    return networks((SIZE**2, width), F.relu, rng, copies=COPIES)


def patches(x):
    """The best match of each random pattern, wherever it lies: (20, N, 12, 12) → (20, N, 256)."""
    return np.stack(
        [
            (looks(own_x) @ own).max(axis=1)
            for own_x, own in zip(x, patterns(), strict=True)
        ]
    )


def learn(net, features, data, steps=240, look=40):
    """Share of test digits read right, (20,), at the moment that is best on validation; only `net` learns."""
    (x, y), stop, test = ((features(x), y) for x, y in data)
    # Best on validation of 0.01, 0.02, 0.04 and 0.08: for two layers 0.02, for a last layer alone 0.04.
    rate = 0.02 if len(net.parameters()) > 2 else 0.04
    optimizer = optim.Adam(net.parameters(), rate)
    best, judged = np.zeros(COPIES), np.zeros(COPIES)
    right = lambda part: (net(part[0]).argmax(axis=-1) == part[1]).mean(axis=1)
    for _ in range(steps // look):
        fit_side_by_side(
            net, losses.cross_entropy, optimizer, x, y, steps=look, batch_size=100
        )
        now = right(stop)
        judged = np.where(now > best, right(test), judged)
        best = np.maximum(best, now)
    return judged


def reader(*sizes):
    rng = np.random.default_rng(sizes[0])
    return networks((*sizes, 10), F.relu, rng, copies=COPIES)


def of_pixels(width):
    hidden = frozen(width)
    return lambda x: np.maximum(0, hidden(pixels(x)))


READERS = {  # what it is shown, and the layers that learn
    "no hidden layer": (pixels, (SIZE**2,)),
    "64 frozen": (of_pixels(64), (64,)),
    "512 frozen": (of_pixels(512), (512,)),
    "64 learned": (pixels, (SIZE**2, 64)),
    "256 patches": (patches, (256,)),
}
scores = {
    key: {
        name: learn(reader(*sizes), features, here)
        for name, (features, sizes) in READERS.items()
    }
    for key, here in data.items()
}


def draw_readers(axes):
    for ax, place in zip(axes, PLACES, strict=True):
        for row, name in enumerate(READERS):
            for n, color, marker in ((FEW, BLUE, "o"), (MANY, ORANGE, "s")):
                here = scores[place, n][name]
                ax.plot([here.min(), here.max()], [-row, -row], "-", color=color, lw=1)
                ax.plot(here.mean(), -row, marker, color=color, ms=8)
        ax.set(
            xlim=(0.1, 1),
            ylim=(0.6 - len(READERS), 0.6),
            xlabel="digits read right",
            title=f"Digits {place}",
        )
        ax.set_yticks(-np.arange(len(READERS)), list(READERS))
    axes[0].text(0.13, -0.2, f"circles: {FEW} digits", color=BLUE)
    axes[0].text(0.13, -0.8, f"squares: {MANY} digits", color=ORANGE)
    named = lambda key: ", ".join(
        f"{name} {v.mean():.0%}" for name, v in scores[key].items()
    )
    return f"Right on average. Moved digits, {MANY:,} of them: {named(('moved', MANY))}; {FEW}: {named(('moved', FEW))}. In the middle, {MANY:,}: {named(('in the middle', MANY))}."


show(draw_readers, columns=2, figsize=(10, 3.8))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
mean = lambda place, n, name: scores[place, n][name].mean()
assert mean("moved", FEW, "256 patches") > mean("moved", MANY, "64 learned") + 0.05
assert abs(mean("in the middle", MANY, "64 learned") - mean("in the middle", MANY, "no hidden layer")) < 0.02  # fmt: skip
assert mean("in the middle", MANY, "512 frozen") > mean("in the middle", MANY, "64 learned")  # fmt: skip

# %% [markdown]
# In place, 64 learned units only match the raw pixels, and 512 random ones do a little better. Learning pays where digits move *and* there are enough of them to learn from. And then the winner is a reader that learns nothing but its last layer. Its patches are as random as the frozen units, but its *structure* says something true about moved digits: it does not matter where a pattern lies. Shown a hundred digits, it reads more than the learned layer that was shown a thousand. So the difficulty has moved, as the notes themselves conclude: from designing features to designing structures. Chapter 9 lets such patches learn, too.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def pays(place, n, hero="64 learned"):
    """For each seed: does the hero read over three points more digits than the better of two rivals that learn no features?"""
    here = scores[place, n]
    return here[hero] - np.maximum(here["no hidden layer"], here["512 frozen"]) > 0.03


LEARNED, FROZEN = "64 learned", "512 frozen"
by_hand = {
    place: learn(
        reader(SIZE**2, 64),
        pixels,
        situation(PLACES[place], MANY, prepare=datasets.centered),
    )
    for place in PLACES
}
settle(
    "C6.7",
    tested="Does a hidden layer of 64 learned units read more than three points more digits than the better of pixels alone and of 512 units that stay as they were drawn?",
    on="data: what varies in them, and how many there are",
    cases={f"{place}, {n} digits": pays(place, n) for place, n in scores},
    evidence=f"With {MANY:,} moved digits {mean('moved', MANY, LEARNED):.0%} against {mean('moved', MANY, FROZEN):.0%}; nowhere else does learning pay. And engineering is not replaced: brought to the middle by hand, moved digits are read with {by_hand['moved'].mean():.0%}.",
    turns={('hero="64 learned"', 'hero="64 frozen"'): "FALSE"},
    card=True,
)


def suffices(place, name):
    """For each seed: with 1,000 digits, does the reader of raw pixels come within ten points of one whose digits were brought to the middle?"""
    return scores[place, MANY][name] > by_hand[place] - 0.1


settle(
    "C6.54",
    tested=f"With {MANY:,} digits: does a network that is given the pixels as they are come within ten points of 64 learned units whose digits were brought to the middle of the canvas beforehand?",
    on="structure of the network and the data",
    cases={
        "digits in the middle, every unit sees all pixels": suffices(
            "in the middle", "64 learned"
        ),
        "digits that move, every unit sees all pixels": suffices("moved", "64 learned"),
        "digits that move, patches that look everywhere": suffices(
            "moved", "256 patches"
        ),
    },
    evidence=f"Moved digits: {scores['moved', MANY]['64 learned'].mean():.0%} and, with patches, {scores['moved', MANY]['256 patches'].mean():.0%} from pixels, {by_hand['moved'].mean():.0%} when brought to the "
    "middle. The notes add that the structure must be designed, and so it must.",
    turns={
        (
            'suffices("moved", "64 learned")',
            'suffices("in the middle", "512 frozen")',
        ): "TRUE"
    },
    card=True,
)

hidden = of_pixels(64)(data["moved", FEW][0][0])
w1, w2 = np.random.default_rng(0).standard_normal((2, 64, 10))
in_w = np.abs(hidden @ (w1 + w2) - hidden @ w1 - hidden @ w2).max()
theta1, theta2 = np.random.default_rng(1).standard_normal((2, 2, 64))
bend = lambda theta: np.maximum(0, CORNERS @ theta)
in_theta = np.abs(bend(theta1 + theta2) - bend(theta1) - bend(theta2)).max()
by_definition(
    "C6.59",
    because="This is one way to write a network, φ(x; θ)ᵀw: fix θ, and what remains is linear in w. In θ it is not. Both are weights, and are trained together.",
    holds=bool(in_w < 1e-10 and in_theta > 0.1),
    evidence=f"The outputs for the sum of two w differ from the sum of the outputs by less than {1e-10:.0e}; the hidden units for the sum of two θ by up to {in_theta:.1f}.",
)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def spiral_error(sizes, seed):
    """Share wrong on the very spirals that it was trained on: what the set of functions can do."""
    x, y = datasets.spirals(60, rng=np.random.default_rng(seed))
    net = networks(sizes, F.tanh, np.random.default_rng(seed))
    optimizer = optim.Adam(net.parameters(), 0.03)
    fit_side_by_side(net, losses.cross_entropy, optimizer, x[None], y[None], steps=300)
    return 1 - share_right(net(x)[0].argmax(axis=1), y)


K = int(datasets.spirals(60, rng=np.random.default_rng(0)).y.max()) + 1
fits = {
    name: np.array([spiral_error(sizes, seed) for seed in range(20)])
    for name, sizes in (("linear", (2, K)), ("64 units", (2, 64, K)))
}
by_definition(
    "C6.55",
    because="Training returns a member of the set, so it cannot be better than the best of them. Whether a set contains a good function is seen on the samples it is trained on.",
    holds=bool((fits["linear"] > 0.1).all() and (fits["64 units"] < 0.1).all()),
    evidence=f"Spirals, mistakes on the training samples, mean of twenty trials: linear functions {fits['linear'].mean():.0%}, with a hidden layer {fits['64 units'].mean():.0%}.",
)

# %% [markdown]
# ### A look inside
#
# Here are the weights of the six of 64 units that changed most, drawn as they lie on the image, before and after training:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
before, inside = reader(SIZE**2, 64), reader(SIZE**2, 64)
learn(inside, pixels, data["in the middle", MANY])


def draw_weights(ax):
    weights = [net.parameters()[0].value[0].T for net in (before, inside)]
    moved = np.abs(weights[1] - weights[0]).sum(axis=1).argsort()[::-1][:6]
    pictures = [w[moved].reshape(-1, SIZE, SIZE) for w in weights]
    image_grid(
        ax,
        np.concatenate(pictures),
        6,
        ["as drawn"] + [""] * 5 + ["learned"] + [""] * 5,
    )
    alike = [
        np.corrcoef(p[..., 1:].ravel(), p[..., :-1].ravel())[0, 1] for p in pictures
    ]
    return f"Weights of the six hidden units that changed most. Training has strengthened what lies under the digits (mean size {np.abs(pictures[0]).mean():.2f} before, {np.abs(pictures[1]).mean():.2f} after) and smoothed it (correlation of neighbors {alike[0]:.2f} before, {alike[1]:.2f} after), but strokes are hardly to be seen."


show(
    draw_weights,
    figsize=(5.5, 3),
    alt="Twelve small pictures in two rows: six random patterns, and the same after training, with blotches in the middle.",
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
untestable(
    "C6.53",
    reason="What one may hope for, and what counts as knowing how it works, is not settled by a computation. The picture shows no parts of digits; chapter 9 looks into convolutional networks, where edges do appear.",
    reference="Olah, Mordvintsev and Schubert 2017",
)
untestable(
    "C6.56",
    reason="Not tested here, since this book computes on a central processor. That matrix products are what graphics processors do fast is the reason for writing layers as matrices.",
    reference="Goodfellow, Bengio and Courville 2016, section 12.1",
)
test_x, test_y = data["in the middle", MANY][2]
test_x = pixels(test_x)
said = F.softmax(inside(test_x))[0]
mostly_one_hot = lambda p: ((p > 1 - 1e-6).sum(axis=-1) == 1).mean(axis=-1) > 0.9
settle(
    "C6.64",
    tested="The outputs of a trained reader: are they one-hot (one entry within a millionth of 1) for at least nine of ten digits?",
    holds=mostly_one_hot(said),
    control={"its targets": mostly_one_hot(np.eye(10)[test_y])},
    evidence=f"The largest entry comes within a millionth of one for {((said > 1 - 1e-6).sum(axis=-1) == 1).mean():.0%} of the digits. One-hot are the targets, and what is left if only the largest entry is kept.",
    turns={
        (
            "holds=mostly_one_hot(said)",
            "holds=mostly_one_hot(np.eye(10)[test_y])",
        ): "TRUE"
    },
)


def certainty(x):
    """Median, over inputs, of the largest probability that the first of twenty readers states."""
    return float(
        np.median(
            F.softmax(inside(np.broadcast_to(x, (COPIES, *x.shape))))[0][0].max(axis=-1)
        )
    )


rng = np.random.default_rng(0)
ODDITIES = {
    "digits": test_x[0],
    "noise": rng.uniform(size=(400, SIZE**2)),
    "negatives": test_x[0].max() - test_x[0],
    "upside down": test_x[0][:, ::-1],
    "two at once": np.clip(test_x[0] + test_x[0][::-1], 0, 1),
}


def draw_oddities(ax):
    image_grid(
        ax,
        np.stack([x[3].reshape(SIZE, SIZE) for x in ODDITIES.values()]),
        3,
        [f"{name}: {certainty(x):.2f}" for name, x in ODDITIES.items()],
    )
    return (
        "How sure is the reader? Median of the probability that it states for its answer: "
        + ", ".join(f"{name} {certainty(x):.2f}" for name, x in ODDITIES.items())
        + "."
    )


show(
    draw_oddities,
    figsize=(5, 4),
    alt="A digit, noise, a negative, a digit upside down and two digits on top of each other, each with a probability close to one.",
)

# %% [markdown]
# (q6-18)=
# :::{admonition} Question 6.18 · Why can a neural network make intelligent judgments?
# :class: question
# It fits the probabilities of labels, given inputs, on one distribution, and it generalizes as far as its bends suit that distribution. Outside of it its probabilities mean little: the figure shows how sure the reader is of noise, which is no digit at all.
# :::


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def without(unit):
    """Share of each digit that the first reader has right with one hidden unit silenced."""
    W1, b1, W2, b2 = (p.value[0] for p in inside.parameters())
    hidden = np.maximum(0, test_x[0] @ W1 + b1)
    hidden[:, unit] = 0
    called = (hidden @ W2 + b2).argmax(axis=1)
    return np.array(
        [
            share_right(called[test_y[0] == k], test_y[0][test_y[0] == k])
            for k in range(10)
        ]
    )


loss_by_unit = without([]) - np.array([without([u]) for u in range(64)])
worst = np.unravel_index(loss_by_unit.argmax(), loss_by_unit.shape)
print(
    f"digits lost without one unit: {loss_by_unit.mean():.1%} on average; at worst {loss_by_unit.max():.0%} of all {worst[1]}s"
)

# %% [markdown]
# (q6-19)=
# :::{admonition} Question 6.19 · Since a neural network is a function machine, is it enough that we know how to set the parameters of this machine?
# :class: question
# To use it, yes. To trust it, one asks more: silence a unit and see who suffers (printed above), show it what it has not been trained on, read its weights. None of this needs a theory of the whole.
# :::
#
# (q6-2)=
# :::{admonition} Question 6.2 · Are there other tools that work like deep learning?
# :class: question
# Whatever bends space before a linear reading: features made by hand, random features (the frozen units above), kernels and forests ([chapter 5c](05c_classical_algorithms.ipynb)). The mark of networks is that the bends are learned by the same descent as the reading.
# :::
#
# :::{admonition} Exercise 6 · silence
# :class: exercise
# For inputs `x` $(N, D)$, a network `W1, b1, W2, b2` with a ReLU between, and the index `unit` of a hidden unit, return the outputs $(N, K)$ of the network in which this unit always answers zero. Leave what you are given as it is.
# :::


# %%
def silenced(x, W1, b1, W2, b2, unit):
    """(N, K)"""
    ...


exercises.check_silenced(silenced)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The hidden activations are our own array, so one column may be set.
def silenced(x, W1, b1, W2, b2, unit):
    hidden = np.maximum(0, x @ W1 + b1)
    hidden[:, unit] = 0
    return hidden @ W2 + b2


exercises.check_silenced(silenced)

# %% [markdown]
# (sec-6a-summary)=
# ## What to take away
#
# 1. A perceptron rests after at most $(R/\gamma)^2$ mistakes if a line separates, and never otherwise; a line of algebra certifies that none does XOR.
# 2. A layer is a matrix, a shift and a bend. Without bends all layers are one.
# 3. That a network can represent an answer does not mean that descent will find it: the start decides.
# 4. Output unit and loss belong together; then the slope at the end is answer minus target.
# 5. One of several: softmax. Several at once: sigmoids.
# 6. Learned features pay where there is something to learn that random ones miss, and data enough to learn it.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), chapter 6; Nielsen ([2015](../book/bibliography.md)), chapter 1. How the gradients come about is told on the [next page](06b_backpropagation.ipynb).
