# %% [markdown]
# # Linear algebra
#
# To a computer a picture is a table of numbers. The one below shows 120 digits that people wrote by hand (Alpaydin and Kaynak [1998](../book/bibliography.md)), in 80 rows of 96 pixels. Is there a shorter table that shows the same? Move the slider: it builds the picture from a few tables of one kind, the best there are, and leaves the others out.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from itertools import combinations

import numpy as np
from dlnotes import datasets
from dlnotes.claims import by_definition, recap, settle, untestable
from dlnotes.exercises import linear_algebra as exercises
from dlnotes.explore import explore, show
from dlnotes.plotting import BLUE, GREEN, INK, ORANGE, arrow, plane

np.set_printoptions(precision=4, suppress=True)


x_digits, _ = datasets.digits()
tiles = x_digits[:120].reshape(10, 12, 8, 8)
picture = tiles.transpose(0, 2, 1, 3).reshape(80, 96)
LEFT, SIZES, RIGHT = np.linalg.svd(picture, full_matrices=False)


def draw_rank(ax, rank):
    kept = LEFT[:, :rank] * SIZES[:rank] @ RIGHT[:rank]
    gaps = ((0, 0), (0, 1), (0, 0))  # a line between the rows of digits, for the eye
    rows = np.pad(kept.round(9).reshape(10, 8, 96), gaps, constant_values=np.nan)
    ax.imshow(rows.reshape(90, 96), vmin=0, vmax=1, cmap="cividis")
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    numbers = rank * sum(picture.shape)
    error = np.sqrt(np.mean((picture - kept) ** 2))
    ax.set_title(f"rank {rank}: {numbers:,} of {picture.size:,} numbers")
    return f"Rank {rank} stores {numbers:,} numbers instead of {picture.size:,}; the root mean square error is {error:.3f} of the full range."


explore(
    draw_rank,
    rank=[1, 2, 3, 4, 6, 8, 10, 12, 15, 18, 22, 26, 30, 36, 43, 50, 60, 80],
    start=9,
    figsize=(4.6, 4.4),
)

# %% [markdown]
# The slider counts tables of the simplest kind there is, *one column times one row*; their sum is the picture. With about twenty many digits become legible. That any table at all, square or not, can be built of such tables, and that no others come closer with as few, is the last theorem of this page. The way to it leads through the questions of the study notes that this book puts to the test: what happens in $A\mathbf x=\mathbf b$? When can a matrix be decomposed into eigenvectors and eigenvalues? Some of their headings, among them the inverse, the size of a vector and the trace, have nothing under them; they are filled in on the way.
#
# **After this chapter you can**
#
# - multiply tables, and say which laws of numbers survive;
# - read $A\mathbf x=\mathbf b$ as a walk along columns, and say which of three fates a linear system has;
# - compute norms, and tell a norm from an impostor;
# - find eigenvectors, prove that symmetric matrices have enough of them, and know when others have not;
# - derive the singular value decomposition, and use it for pictures and for systems without a solution.
#
# **You need** school calculus, arrows in the plane, and Python with NumPy.
#
# The page follows the notes' section on linear algebra (线性代数) and chapter 2 of Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)). Every claim gets a verdict, and the verdict is computed. It stands where the test was made, as a card or as a line that unfolds; many name a change to the code after which the verdict is another one. Questions and claims keep the numbers they have in the notes, so they do not come in order. The notes' shop, their data reduction and their preprocessing are the subject of [chapter 2b](02b_principal_components.ipynb).

# %% [markdown]
# (sec-2a-products)=
# ## Tables, products and their laws
#
# *You can multiply numbers. After this section you can multiply tables, and know which laws of numbers survive.*
#
# A *scalar* (标量) is one number, a *vector* (向量) a list, on paper written as a column, a *matrix* (矩阵) a table, and a *tensor* (张量) in this trade an array with any number of axes.
#
# **A trap first.** NumPy stretches shapes that differ (broadcasting, 广播). It lines the shapes up from the last axis; two sizes fit if they are equal or one of them is 1, and the 1 is stretched. Take a table `x` of 365 days and five columns. `x - x.mean(axis=0)`, (365, 5) and (5,), subtracts from each column its mean. The wrong axis gives (365, 5) and (365,), which do not fit, and an error. But on exactly five days of five columns it gives (5, 5) and (5,): row means are subtracted from columns without a word. The check is the definition: after centering, column means must vanish.
#
# **Two products.** The *Hadamard product* (the notes spell it "hadmaard") multiplies entry by entry, `A * B`. The *matrix product* (矩阵乘积) `A @ B` takes rows of $A$ with columns of $B$:
#
# $$
# (A\odot B)_{ij} = A_{ij}B_{ij}, \qquad (AB)_{ij} = \sum_k A_{ik}B_{kj} .
# $$ (eq-2a-products)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
square = x_digits[:64]
right, wrong = square - square.mean(axis=0), square - square.mean(axis=1)
assert np.abs(right.mean(axis=0)).max() < 1e-9 < np.abs(wrong.mean(axis=0)).max()

# %% [markdown]
# The *transpose* (转置) $A^\top$ has the columns of $A$ as rows. A product is transposed factor by factor, in reverse order: $(AB)^\top=B^\top A^\top$, since entry $ij$ of either side is $\sum_k A_{jk}B_{ki}$.
#
# A column times a row is a whole table, the *outer product* $\mathbf x\mathbf y^\top$ with the entries $x_iy_j$ (`np.outer`); all its rows are multiples of $\mathbf y$. The sum in {eq}`eq-2a-products` says that every product is a sum of such tables: $AB=\sum_k(\text{column }k\text{ of }A)\,(\text{row }k\text{ of }B)$.
#
# The *dot product* (点积) $\mathbf x^\top\mathbf y=\sum_i x_iy_i$ is the case of one row and one column. It gives lengths, $\lVert\mathbf x\rVert=\sqrt{\mathbf x^\top\mathbf x}$ by Pythagoras, and angles. Expand the squared distance, and compare with the law of cosines of school; two arrows lie in one plane, also among 365 dimensions (one for each day of the table), and $\theta$ is the angle between them there:
#
# $$
# \begin{aligned}
# \lVert\mathbf x-\mathbf y\rVert^2 &= \lVert\mathbf x\rVert^2+\lVert\mathbf y\rVert^2-2\,\mathbf x^\top\mathbf y && \text{(expand the squares)}\\
# \lVert\mathbf x-\mathbf y\rVert^2 &= \lVert\mathbf x\rVert^2+\lVert\mathbf y\rVert^2-2\,\lVert\mathbf x\rVert\,\lVert\mathbf y\rVert\cos\theta && \text{(law of cosines)}\\
# \Longrightarrow\quad \mathbf x^\top\mathbf y &= \lVert\mathbf x\rVert\,\lVert\mathbf y\rVert\cos\theta .
# \end{aligned}
# $$ (eq-2a-cosine)

# %% [markdown]
# **Three laws.** The notes say that the matrix product is distributive and associative but not commutative. The first two follow from the definition, because finite sums may be reordered:
#
# $$
# \begin{aligned}
# \bigl(A(B+C)\bigr)_{ij} &= \sum_k A_{ik}(B_{kj}+C_{kj}) = \sum_k A_{ik}B_{kj}+\sum_k A_{ik}C_{kj} = (AB+AC)_{ij},\\
# \bigl((AB)C\bigr)_{ij} &= \sum_l\Bigl(\sum_k A_{ik}B_{kl}\Bigr)C_{lj} = \sum_k A_{ik}\Bigl(\sum_l B_{kl}C_{lj}\Bigr) = \bigl(A(BC)\bigr)_{ij} .
# \end{aligned}
# $$ (eq-2a-laws)
#
# The third has no such proof, and a picture shows why. A matrix moves points: it sends $\mathbf x$ to $A\mathbf x$. By the second law $(RS)\mathbf x=R(S\mathbf x)$, so a product makes both moves, the right one first. Take a shear and a rotation and do them in both orders.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
LETTER = np.array(
    [
        [0, 0, 1.2, 1.2, 0.4, 0.4, 1, 1, 0.4, 0.4, 0],
        [0, 2, 2, 1.6, 1.6, 1.2, 1.2, 0.8, 0.8, 0, 0],
    ]
)


def rotation(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]])


def draw_orders(ax, rotation_degrees):
    R, S = rotation(rotation_degrees), np.array([[1.0, 1.0], [0.0, 1.0]])
    ax.plot(*LETTER, ":", color=INK, label="before")
    ax.plot(*(R @ S @ LETTER), "-", color=BLUE, label="RS: shear, then rotate")
    ax.plot(*(S @ R @ LETTER), "--", color=ORANGE, label="SR: rotate, then shear")
    gap = np.linalg.norm(R @ S - S @ R)
    plane(ax, (-4, 4), (-4, 4), title=f"‖RS − SR‖ = {gap:.2f}")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08))
    return (
        f"A shear S and a rotation R by {rotation_degrees:.0f} degrees, in both orders: the entries of RS and SR "
        f"differ by {gap:.3f} in norm."
    )


explore(
    draw_orders, rotation_degrees=np.arange(0, 181, 12), start=5, figsize=(4.2, 4.7)
)

# %% [markdown]
# At 0 and at 180 degrees the two orders agree, since then $R$ keeps every arrow or reverses every arrow. *Diagonal* matrices (zero off the diagonal) commute with each other, and so do powers of one matrix; they are exceptions.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(0)
A, B, C = rng.standard_normal((3, 200, 3, 3))  # 200 triples of 3 × 3 matrices


def same(left, right):
    return np.abs(left - right).reshape(len(left), -1).max(axis=1) < 1e-12


def laws(product):
    """For each triple: is the product distributive, associative, commutative?"""
    return np.array(
        [
            same(product(A, B + C), product(A, B) + product(A, C)),
            same(product(product(A, B), C), product(A, product(B, C))),
            same(product(A, B), product(B, A)),
        ]
    )


products = {"A @ B": np.matmul, "A * B": np.multiply, "cross, by rows": np.cross}
print(f"{'share of triples':18s} distributive  associative  commutative")
for name, product in products.items():
    print(
        f"{name:18s}"
        + "".join(f"{share:13.0%}" for share in laws(product).mean(axis=1))
    )
d, e = np.diag([1.0, 2, 3]), np.diag([4.0, 5, 6])
R, S = rotation(30), rotation(70)
assert (d @ e == e @ d).all() and np.allclose(R @ S, S @ R)
assert np.allclose(A @ (A @ A), (A @ A) @ A)
bitwise = ((A @ B) @ C == A @ (B @ C)).all()
print("associative to the last bit:", bool(bitwise))


# %% tags=["hide-input"] jupyter={"source_hidden": true}
distributive, associative, commutative = laws(np.matmul)
by_definition(
    "C2.1",
    because="The two laws are sums in another order, and one pair with AB ≠ BA is enough against the third.",
    holds=bool((distributive & associative).all() and not commutative.any()),
    evidence=f"For {len(A)} random triples, the laws hold within rounding in {(distributive & associative).mean():.0%}, and AB = BA in {commutative.mean():.0%}. Other products obey other laws: entry by entry AB = BA in {laws(np.multiply)[2].mean():.0%}, and the cross product of the rows is associative in {laws(np.cross)[1].mean():.0%}.",
    card=True,
)

# %% [markdown]
# On a computer even associativity holds only up to rounding. And it is worth money: the *order* of a product decides its cost, as the first exercise shows.
#
# **Does the dot product commute because it is a scalar?** The notes give this as the reason. A scalar equals its own transpose, so $\mathbf x^\top\mathbf y = (\mathbf x^\top\mathbf y)^\top = \mathbf y^\top\mathbf x$. That is a proof, for real vectors. Being a scalar is not enough, though: $x_1y_2-x_2y_1$ is one, and changes its sign. And for complex vectors the inner product conjugates its first factor (turns $i$ into $-i$), is a scalar, and does not commute either:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
x, y = rng.standard_normal((2, 200, 3))  # 200 pairs of vectors
u, v = x + 1j * y, y - 2j * x


def dot(x, y):
    return (np.conj(x) * y).sum(axis=-1)  # real vectors are their own conjugates


print("first pair:  xᵀy, yᵀx =", dot(x, y)[0].round(4), dot(y, x)[0].round(4))
print("             uᴴv, vᴴu =", dot(u, v)[0].round(4), dot(v, u)[0].round(4))

# %% tags=["hide-input"] jupyter={"source_hidden": true}
area = x[:, 0] * y[:, 1] - x[:, 1] * y[:, 0]  # of the parallelogram, with its sign
swapped = y[:, 0] * x[:, 1] - y[:, 1] * x[:, 0]
by_definition(
    "C2.2",
    because="The dot product adds up products of numbers, which commute; as a matrix with one entry it equals its own transpose.",
    holds=bool(same(dot(x, y), dot(y, x)).all()),
    evidence=f"In {len(x)} pairs of real vectors the dot product changes by at most {np.abs(dot(x, y) - dot(y, x)).max():.0f}. Other scalars do change: x₁y₂ − x₂y₁ by up to {np.abs(area - swapped).max():.2f}, the inner product of complex vectors by up to {np.abs(dot(u, v) - dot(v, u)).max():.2f}.",
    card=True,
)

# %% [markdown]
# :::{admonition} Exercise 1 · where to put the brackets
# :class: exercise
# $A$ has shape $(m,n)$, $B$ has shape $(n,p)$ and $\mathbf c$ is a column with $p$ entries. Return the number of multiplications for $(AB)\mathbf c$ and for $A(B\mathbf c)$.
# :::


# %%
def bracket_costs(m, n, p):
    """Multiplications for ((A B) c, A (B c))."""
    ...


exercises.check_bracket_costs(bracket_costs)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. A product (a, b) by (b, c) takes a·b·c multiplications. For m = n = p = 1000 the second order is about 500 times cheaper.
def bracket_costs(m, n, p):
    return m * n * p + m * p, n * p + m * n


exercises.check_bracket_costs(bracket_costs)

# %% [markdown]
# (sec-2a-walk)=
# ## Ax = b is a walk along columns
#
# *You can solve two equations with two unknowns. After this section you can see, before you solve, whether there is anything to find.*
#
# The notes ask: *explain what happens in Ax = b.* School reads a linear system row by row, as equations. Read it by columns instead. With $\mathbf a_1,\dots,\mathbf a_n$ for the columns of $A$,
#
# $$
# A\mathbf x = x_1\mathbf a_1 + x_2\mathbf a_2 + \dots + x_n\mathbf a_n = \mathbf b .
# $$ (eq-2a-columns)
#
# Go $x_1$ steps of the kind $\mathbf a_1$, then $x_2$ steps of the kind $\mathbf a_2$, and so on. The question is where to stop so that you arrive at $\mathbf b$. Move the slider until you do.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_walk(ax, x1, x2):
    A, b = np.array([[2.0, -1.0], [1.0, 2.0]]), np.array([3.0, 4.0])
    corner, end = x1 * A[:, 0], x1 * A[:, 0] + x2 * A[:, 1]
    for k in range(-4, 7):  # the grid of the two columns
        for first, second in ((A[:, 0], A[:, 1]), (A[:, 1], A[:, 0])):
            line = k * first[:, None] + second[:, None] * [-6, 6]
            ax.plot(*line, color=INK, lw=0.5, alpha=0.35)
    for start, stop, color, name in (
        ((0, 0), corner, BLUE, f"{x1:.2f} · a₁"),
        (corner, end, ORANGE, f"{x2:.2f} · a₂"),
    ):
        arrow(ax, start, stop, color=color)
        ax.text(*(np.add(start, stop) / 2 + [0.15, -0.35]), name, color=color)
    ax.plot(*b, "*", ms=16, color=GREEN)
    ax.text(*(b + [0.2, 0.1]), "b = (3, 4)", color=GREEN)
    miss = np.linalg.norm(end - b)
    title = "Arrived" if miss < 1e-9 else f"Missed by {miss:.2f}"
    plane(ax, (-1.6, 7), (-0.7, 5.6), title=title)
    ax.set(xlabel="first coordinate", ylabel="second coordinate")
    return f"The walk of {x1:.2f} times (2, 1) and {x2:.2f} times (−1, 2) ends at ({end[0]:.2f}, {end[1]:.2f}), {miss:.2f} away from b."


explore(
    draw_walk,
    x1=np.linspace(0, 3, 16),
    x2=[1.0, 0.0, 0.5, 1.5, 2.0],
    start=4,
    figsize=(4.8, 3.8),
)

# %% [markdown]
# You arrive at $x_1=2$, $x_2=1$. These two numbers are also the *coordinates* of $\mathbf b$ in the oblique grid of $\mathbf a_1$ and $\mathbf a_2$, thin in the figure: the same point, another grid.
#
# **Where can you get at all?** The set of all $A\mathbf x$ is the *span* (生成子空间) of the columns, a line, a plane, or more. Columns are *linearly dependent* (线性相关) if one of
# them is a combination of the others; it then adds nothing to the span. The *rank* (秩) is the largest number of independent columns, the dimension of the span. A third vector that slides into the plane of the first two shows it:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
EDGES = [(i, j) for i, j in combinations(range(8), 2) if (i ^ j) in (1, 2, 4)]
CORNERS = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)])
VIEW = np.array([[0.87, -0.5, 0.0], [0.25, 0.43, 0.87]])  # an orthographic camera


def draw_span(ax, dependence):
    a1, a2, free = np.array([[1.6, 0.2, 0.1], [0.3, 1.5, 0.2], [0.3, 0.2, 1.6]])
    a3 = (1 - dependence) * free + dependence * (0.5 * a1 + 0.4 * a2)
    A = np.stack([a1, a2, a3], axis=1)
    corners = VIEW @ A @ CORNERS.T
    for i, j in EDGES:
        ax.plot(*corners[:, [i, j]], "-", color=INK, lw=1)
    for column, color, name in zip(A.T, (BLUE, ORANGE, GREEN), ("a₁", "a₂", "a₃")):
        arrow(ax, (0, 0), VIEW @ column, name, color=color)
    rank, volume = np.linalg.matrix_rank(A), abs(np.linalg.det(A))
    plane(ax, (-0.9, 2.1), (-0.3, 3.2), title=f"rank {rank}, volume {volume:.2f}")
    ax.set(xticks=[], yticks=[])
    return f"With a dependence of {dependence:.2f} the three columns have rank {rank} and span a box of volume {volume:.3f}."


explore(draw_span, dependence=np.linspace(0, 1, 17), figsize=(4.4, 3.6))

# %% [markdown]
# The box that the columns span has a volume; up to its sign that is the *determinant* (行列式), which the notes leave out. In the plane the box is a parallelogram, and $\det\begin{pmatrix}a&b\\c&d\end{pmatrix}=ad-bc$. While the volume falls smoothly, the rank stays 3 until the last moment and then jumps to 2. A square matrix with determinant 0 is *singular*: it flattens space, and that cannot be undone. Since $A$ multiplies every volume by $\det A$, determinants multiply: $\det(AB)=\det A\,\det B$.
#
# **Three fates.** Some $\mathbf x$ solves $A\mathbf x=\mathbf b$ exactly when $\mathbf b$ lies in the span, that is, when appending $\mathbf b$ as a further column does not raise the rank. And if $\mathbf x$ solves it, so does $\mathbf x+\mathbf n$ for every $\mathbf n$ with $A\mathbf n=\mathbf 0$; such $\mathbf n\neq\mathbf 0$ exist exactly when the columns are dependent. Hence
#
# $$
# \begin{array}{lll}
# \operatorname{rank}[A\,|\,\mathbf b] > \operatorname{rank}A & \text{none} & (\mathbf b \text{ is out of reach})\\
# \operatorname{rank}[A\,|\,\mathbf b] = \operatorname{rank}A = n & \text{one} & (\text{one walk leads there})\\
# \operatorname{rank}[A\,|\,\mathbf b] = \operatorname{rank}A < n & \text{infinitely many} & (\text{walk, plus any round trip } \mathbf n)
# \end{array}
# $$ (eq-2a-fates)


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_fates(axes):
    one, flat = np.array([[2.0, -1.0], [1.0, 2.0]]), np.array([[2.0, 1.0], [1.0, 0.5]])
    panels = (
        ("one: both columns needed", one, [1.0, 3.0], [(1.0, 1.0)]),
        ("none: the nearest miss", flat, [1.0, 3.0], [(2.0, 0.0)]),
        ("many: two walks of many", flat, [4.0, 2.0], [(2.0, 0.0), (1.0, 2.0)]),
    )
    for ax, (title, A, b, walks) in zip(axes, panels):
        if np.linalg.matrix_rank(A) == 1:  # all that can be reached
            ax.plot(*A[:, :1] * [-1, 3], ":", color=INK)
        for row, (x1, x2) in enumerate(walks):
            shift = np.array([0.0, -0.6 * row])  # beside the first, to be seen
            corner = shift + x1 * A[:, 0]
            arrow(ax, shift, corner, color=BLUE)
            arrow(ax, corner, corner + x2 * A[:, 1], color=ORANGE)
        end = A @ walks[0]
        ax.plot(*np.stack([end, b], axis=1), "--", color=GREEN)
        ax.plot(*b, "*", ms=15, color=GREEN)
        plane(ax, (-1.2, 5.2), (-1.6, 3.6), title=title)
    miss = np.linalg.norm(np.array([1.0, 3.0]) - flat @ [2.0, 0.0])
    return f"The star is b, blue arrows are steps along the first column, orange ones along the second. Independent columns lead to every point, by one walk. Parallel ones reach a line (dotted) only: a b off the line is missed by {miss:.2f} at least, a b on it is reached in many ways."


show(draw_fates, columns=3, figsize=(9.6, 3.0))

# %% [markdown]
# **And if there is none?** Then ask for the nearest reachable point. $L(\mathbf x)=\lVert\mathbf b-A\mathbf x\rVert^2$ is a sum of squares, a bowl, and lowest where all its slopes vanish. (The *partial derivative* $\partial L/\partial x_j$ is the slope when only $x_j$ moves. The list of them all is the *gradient* (梯度) $\nabla L$; it points the steepest way uphill.)
#
# $$
# \begin{aligned}
# \frac{\partial L}{\partial x_j} &= -2\sum_i A_{ij}\Bigl(b_i-\sum_k A_{ik}x_k\Bigr) = 0 && \text{(for all } j)\\
# \Longrightarrow\quad A^\top(\mathbf b-A\mathbf x) &= \mathbf 0 && \text{(error } \perp \text{ every column)}\\
# \Longrightarrow\quad A^\top A\,\mathbf x &= A^\top\mathbf b && \text{(the normal equations)}
# \end{aligned}
# $$ (eq-2a-normal)
#
# Nothing lies lower than such a point, since there $L(\mathbf x+\mathbf h)=L(\mathbf x)+\lVert A\mathbf h\rVert^2$. This is *least squares* (最小二乘), in NumPy `np.linalg.lstsq(A, b)[0]`, and the reduction of data in [chapter 2b](02b_principal_components.ipynb) will rest on it. Does the rank test predict the fate? A thousand small systems with whole numbers:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def random_system(rng):
    """A (m, n) of random rank and b, half of the time made reachable."""
    m, n, r = rng.integers(1, 5, size=3)
    A = (rng.integers(-3, 4, (m, r)) @ rng.integers(-3, 4, (r, n))).astype(float)
    b = A @ rng.integers(-3, 4, n) if rng.random() < 0.5 else rng.integers(-9, 10, m)
    return A, b.astype(float)


def reachable(A, b):
    return np.linalg.matrix_rank(np.column_stack([A, b])) == np.linalg.matrix_rank(A)


systems = [random_system(np.random.default_rng(seed)) for seed in range(1000)]
residuals = np.array(
    [np.linalg.norm(b - A @ np.linalg.lstsq(A, b)[0]) for A, b in systems]
)
predicted = np.array([reachable(A, b) for A, b in systems])
agree = (residuals < 1e-9) == predicted
lengths = np.array([np.linalg.norm(b) for _, b in systems])
shares = residuals[~predicted] / np.maximum(lengths[~predicted], 1e-9)
print(
    f"solvable {predicted.sum()}, not solvable {(~predicted).sum()}; "
    f"rank test right in {agree.sum()} of {len(agree)}"
)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
untestable(
    "C2.3",
    reason="How important a question is no computation can tell. What was computed is its answer: the ranks foretell for every random system whether it has a solution.",
    reference="Goodfellow, Bengio and Courville (2016), section 2.4",
)
assert agree.all() and residuals[~predicted].min() > 0.05

# %% [markdown]
# One sentence of the notes needs care. They call $\mathbf b$ *the span of the vectors A, the set of points that are reached*. But $\mathbf b$ is one point; it lies *in* the span, which is the set of all $A\mathbf x$.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def gaps_to_walks(nearest, seed):
    """How far 1,000 points Ax lie from a set, given its member nearest to each."""
    rng = np.random.default_rng(seed)
    A, x = rng.standard_normal((3, 2)), rng.standard_normal(2)
    points = A @ rng.standard_normal((2, 1000))
    return np.linalg.norm(points - nearest(A, A @ x, points), axis=0)


def only_b(A, b, points):
    return b[:, None]


def all_walks(A, b, points):
    return A @ np.linalg.lstsq(A, points)[0]


gaps = {
    f: np.array([gaps_to_walks(f, seed) for seed in range(20)])
    for f in (only_b, all_walks)
}
print(f"a point Ax lies {gaps[only_b].mean():.2f} away from b on average")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C2.4",
    tested="whether every point Ax belongs to what is said to be the span, here b alone, for random A of two columns in space",
    holds=gaps[only_b].max(axis=1) < 1e-9,
    control={
        "all points that least squares reaches, in the place of b": gaps[all_walks].max(
            axis=1
        )
        < 1e-9
    },
    evidence=f"For each of {len(gaps[only_b])} matrices, {gaps[only_b].shape[1]} points Ax were tried; they lie {gaps[only_b].mean():.2f} away from b on average, and nowhere off the plane of the columns.",
    turns={("A, x = rng.standard_normal((3, 2)),", "A, x = np.zeros((3, 2)),"): "TRUE"},
    card=True,
)

# %% [markdown]
# Another sentence calls $A$ a change of basis: $\mathbf x$ is carried into the space that $A$ spans and *expressed there as* $\mathbf b$. Then $\mathbf x$ and $\mathbf b$ are two descriptions of one point, and there must be a way back. Is there?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def comes_back(m, n, rank, seed):
    """Whether x can be read off b = Ax, for a random A (m, n) of the given rank."""
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((m, rank)) @ rng.standard_normal((rank, n))
    x = rng.standard_normal(n)
    return np.allclose(np.linalg.lstsq(A, A @ x)[0], x)


shapes = {
    "independent, A square": (3, 3, 3),
    "independent, A tall": (4, 3, 3),
    "dependent, A square": (3, 3, 2),
    "dependent, A wide": (2, 3, 2),
}
back = {
    name: np.array([comes_back(*shape, seed) for seed in range(20)])
    for name, shape in shapes.items()
}

# %% tags=["hide-input"] jupyter={"source_hidden": true}
settle(
    "C2.19",
    tested="whether b = Ax still tells x, so that both can be descriptions of one point; random matrices of four kinds",
    on="columns of A",
    cases=back,
    evidence="Share of matrices for which least squares finds x again: "
    + ", ".join(f"{name} {found.mean():.0%}" for name, found in back.items())
    + ".",
    turns={
        (
            '"dependent, A square": (3, 3, 2)',
            '"dependent, A square": (3, 3, 3)',
            '"dependent, A wide": (2, 3, 2)',
            '"dependent, A wide": (3, 3, 3)',
        ): "TRUE"
    },
    card=True,
)

# %% [markdown]
# With independent columns $\mathbf x$ and $\mathbf b$ name one point in two grids. With dependent ones many $\mathbf x$ share one $\mathbf b$, by the third line of {eq}`eq-2a-fates`: that is a map that forgets, no change of basis.
#
# (q2-1)=
# :::{admonition} Question 2.1 · What happens in the equation Ax = b?
# :class: question
# $A\mathbf x$ adds up the columns of $A$ with the entries of $\mathbf x$ as weights. Solving means finding the walk that ends at $\mathbf b$, or, which is the same, the coordinates of $\mathbf b$ in the system of the columns. There is such a walk exactly when $\mathbf b$ lies in the span, and only
# one exactly when the columns are independent. When there is none, least squares walks to the nearest point.
# :::
#
# **The inverse** (逆矩阵), a heading that the notes leave empty. If $A$ is square with independent columns, every $\mathbf b$ has exactly one $\mathbf x$, and $\mathbf x=A^{-1}\mathbf b$ with $A^{-1}A=I$, the identity (单位矩阵). ($AA^{-1}=I$ too, since $A(A^{-1}\mathbf b)=\mathbf b$ for every $\mathbf b$.) Gauss and Jordan find it by turning
# $[A\,|\,I]$ into $[I\,|\,A^{-1}]$ with row operations. Each of them multiplies from the left by some matrix; if all together are $M$, then $MA=I$, so $M=A^{-1}$, and the right half has become $MI=A^{-1}$. In practice you rarely want it: `np.linalg.solve(A, b)` carries one column along instead of $n$, and its answer usually fits better.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def inverse(A):
    """A⁻¹ (n, n) by Gauss–Jordan elimination, the largest pivot first."""
    n = len(A)
    M = np.hstack([A.astype(float), np.eye(n)])
    for j in range(n):
        pivot = j + np.abs(M[j:, j]).argmax()
        if abs(M[pivot, j]) < 1e-14 * np.abs(A).max():
            raise ValueError("A is singular: its columns are dependent")
        M[[j, pivot]] = M[[pivot, j]]
        M[j] /= M[j, j]
        others = np.arange(n) != j
        M[others] -= np.outer(M[others, j], M[j])
    return M[:, n:]


A = np.array([[2.0, -1.0], [1.0, 2.0]])
print("A⁻¹ =", *inverse(A), "  A⁻¹b =", inverse(A) @ [3.0, 4.0])
try:
    inverse(np.array([[1.0, 2.0], [2.0, 4.0]]))
except ValueError as error:
    print("ValueError:", error)

A, b = rng.standard_normal((200, 40, 40)), rng.standard_normal((200, 40, 1))
misses = {
    "solve": np.linalg.norm(A @ np.linalg.solve(A, b) - b, axis=(1, 2)),
    "inverse": np.linalg.norm(A @ (np.linalg.inv(A) @ b) - b, axis=(1, 2)),
}
assert np.mean(misses["solve"] < misses["inverse"]) > 0.6  # "usually fits better"

# %% [markdown]
# :::{admonition} Exercise 2 · the three fates
# :class: exercise
# Return `"none"`, `"one"` or `"many"` for any $A$ $(m, n)$ and $\mathbf b$ $(m)$. `np.linalg.matrix_rank` is all you need.
# :::


# %%
def fate(A, b):
    """How many solutions Ax = b has: "none", "one" or "many"."""
    ...


exercises.check_fate(fate)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Reachable first; then unique exactly if the rank equals the number of columns, whatever the number of rows.
def fate(A, b):
    rank = np.linalg.matrix_rank(A)
    if np.linalg.matrix_rank(np.column_stack([A, b])) > rank:
        return "none"
    return "one" if rank == A.shape[1] else "many"


exercises.check_fate(fate)

# %% [markdown]
# (sec-2a-norms)=
# ## How large is a vector?
#
# *You know the length of an arrow. After this section you know a whole family of lengths, and why some of its members are impostors.*
#
# The notes have a heading "size of a vector" (向量大小) and nothing under it; two of the sizes return later as penalties. The family is
#
# $$
# \lVert\mathbf x\rVert_p = \Bigl(\sum_i |x_i|^p\Bigr)^{1/p}, \qquad
# \lVert\mathbf x\rVert_1 = \sum_i|x_i|,\quad \lVert\mathbf x\rVert_2 = \sqrt{\textstyle\sum_i x_i^2},\quad \lVert\mathbf x\rVert_\infty = \max_i |x_i| .
# $$ (eq-2a-norms)
#
# A *norm* (范数) has to obey three rules: it is zero only for $\mathbf 0$; $\lVert c\,\mathbf x\rVert=|c|\,\lVert\mathbf x\rVert$; and no detour is shorter than the direct way, $\lVert\mathbf x+\mathbf y\rVert\le\lVert\mathbf x\rVert+\lVert\mathbf y\rVert$. Try the last on the two unit arrows of the plane: $\lVert\mathbf e_1+\mathbf e_2\rVert_p = 2^{1/p}$, and the detour has length 2. For $p<1$ the direct way is longer
# than the detour: no norm. For $p\ge1$ the curve $|t|^p$ is convex, so the *ball* $\sum_i|x_i|^p\le1$ contains the whole segment between any two of its points. Take the two points $\mathbf x/\lVert\mathbf x\rVert$ and $\mathbf y/\lVert\mathbf y\rVert$ and mix them in proportion to $\lVert\mathbf x\rVert$ and $\lVert\mathbf y\rVert$: $(\mathbf x+\mathbf y)/(\lVert\mathbf x\rVert+\lVert\mathbf y\rVert)$ lies in the ball, which is the third rule. Where the rule fails, the ball has a dent:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_ball(ax, p):
    angle = np.linspace(0, 2 * np.pi, 241)
    c, s = np.cos(angle), np.sin(angle)
    radius = (np.abs(c) ** p + np.abs(s) ** p) ** (-1 / p)
    direct = 2 ** (1 / p)
    style = {"color": BLUE, "ls": "-"} if p >= 1 else {"color": ORANGE, "ls": "--"}
    ax.plot(radius * c, radius * s, **style)
    ax.plot([1, 0], [0, 1], ":o", color=INK)
    verdict = "a norm" if p >= 1 else "no norm: dented inward"
    plane(ax, (-1.3, 1.3), (-1.3, 1.3), xlabel="x₁", ylabel="x₂")
    ax.set_title(f"p = {p:.2g}: {verdict}")
    return f"All points of size 1 for p = {p:.3g}. The size of (1, 1) is {direct:.3g}, that of the detour 2, so this is {verdict}."


explore(
    draw_ball,
    p=[0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 20],
    start=10,
    figsize=(4.0, 4.0),
)

# %% [markdown]
# For $p=1$ the ball has corners on the axes, for $p=2$ it is round, and for growing $p$ it fills the square of $\lVert\cdot\rVert_\infty$. Those corners are why an L1 penalty makes weights exactly zero, a story for the chapter on regularization. The "L0 norm", the number of nonzero entries, breaks the second rule: doubling a vector does not double it.
#
# A matrix has a size too. The *Frobenius norm* (Frobenius 范数) takes all entries as one long vector, and it can be written with the *trace* (迹), the sum of the diagonal, another heading the notes leave empty:
#
# $$
# \begin{aligned}
# \lVert A\rVert_F^2 &= \sum_{ij}A_{ij}^2 = \sum_j\Bigl(\sum_i A^\top_{ji}A_{ij}\Bigr) = \operatorname{Tr}(A^\top A) && \text{(its diagonal)}\\
# \operatorname{Tr}(AB) &= \sum_i\sum_k A_{ik}B_{ki} = \sum_k\sum_i B_{ki}A_{ik} = \operatorname{Tr}(BA) && \text{(reorder)}
# \end{aligned}
# $$ (eq-2a-trace)
#
# So inside a trace, factors may be rotated in a circle: $\operatorname{Tr}(ABC)=\operatorname{Tr}(CAB)$. They may not be swapped at will.

# %% [markdown]
# **Special matrices**, which the notes skip and everything below needs. A *diagonal* matrix stretches along the axes. A *symmetric* one has $A=A^\top$, as every $B^\top B$ has. An *orthogonal* matrix $Q$ (正交矩阵) is square and has perpendicular columns of length one, in short *orthonormal* ones. So $Q^\top Q=I$, that is, $Q^\top=Q^{-1}$, and
#
# $$
# \lVert Q\mathbf x\rVert_2^2 = \mathbf x^\top Q^\top Q\,\mathbf x = \mathbf x^\top\mathbf x = \lVert\mathbf x\rVert_2^2 .
# $$ (eq-2a-orthogonal)
#
# It turns or mirrors, and leaves every length alone. Whoever looks for better axes may turn a cloud of points without cheating: no distance changes.
#
# :::{admonition} Exercise 3 · the p-norm of every row
# :class: exercise
# Return $\lVert\cdot\rVert_p$ over the last axis of `x`, for $p \ge 1$ and for `p = np.inf`. It must survive rows with entries such as $10^{200}$, whose squares overflow, and rows of zeros. (The second rule of a norm lets you take a number out of it first.)
# :::


# %%
def p_norm(x, p):
    """‖x‖ₚ over the last axis: (..., D) → (...)."""
    ...


exercises.check_p_norm(p_norm)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Take the largest entry out first: ‖x‖ = m ‖x/m‖, by the second rule of a norm.
def p_norm(x, p):
    largest = np.abs(x).max(axis=-1)
    if np.isinf(p):
        return largest
    scale = np.where(largest > 0, largest, 1.0)
    return scale * ((np.abs(x) / scale[..., None]) ** p).sum(axis=-1) ** (1 / p)


exercises.check_p_norm(p_norm)

# %% [markdown]
# (sec-2a-eigen)=
# ## Directions that only stretch
#
# *A matrix turns almost every arrow. After this section you can find the arrows it does not turn, and you know which matrices are made of them.*
#
# An *eigenvector* (特征向量) of a square matrix is a direction $\mathbf v\neq\mathbf 0$ that the matrix only stretches, $A\mathbf v=\lambda\mathbf v$; the factor $\lambda$ is its *eigenvalue* (特征值). By hand: $(A-\lambda I)\mathbf v=\mathbf 0$ needs dependent columns, so
#
# $$
# \begin{aligned}
# A=\begin{pmatrix}2&1\\1&2\end{pmatrix}:\quad \det(A-\lambda I) &= (2-\lambda)^2-1 = 0 \;\Longrightarrow\; \lambda = 3 \text{ or } 1,\\
# \lambda=3:\quad -v_1+v_2=0, \qquad \lambda=1:&\quad v_1+v_2=0,\\
# \mathbf v &= \tfrac1{\sqrt2}\begin{pmatrix}1\\1\end{pmatrix} \text{ or } \tfrac1{\sqrt2}\begin{pmatrix}1\\-1\end{pmatrix} .
# \end{aligned}
# $$ (eq-2a-eigen-hand)
#
# Turn the arrow $\mathbf x$ around the circle and watch $A\mathbf x$ run around an ellipse. When do the two point the same way?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_ellipse(ax, angle_degrees):
    A = np.array([[2.0, 1.0], [1.0, 2.0]])
    t = np.linspace(0, 2 * np.pi, 121)
    circle = np.stack([np.cos(t), np.sin(t)])
    ax.plot(*circle, ":", color=INK)
    ax.plot(*(A @ circle), "-", color=INK, lw=1)
    x = rotation(angle_degrees) @ [1.0, 0.0]
    y = A @ x
    arrow(ax, (0, 0), y, "Ax", color=ORANGE)
    arrow(ax, (0, 0), x, "x")
    turn = np.degrees(np.arccos(min(1.0, x @ y / np.linalg.norm(y))))
    title = f"turned by {turn:.1f}°"
    if turn < 1e-3:
        title = f"an eigenvector: λ = {np.linalg.norm(y):.0f}"
    plane(ax, (-3.2, 3.2), (-3.2, 3.2), xlabel="x₁", ylabel="x₂", title=title)
    return f"The arrow at {angle_degrees:.0f} degrees is stretched to length {np.linalg.norm(y):.3f} and turned by {turn:.1f} degrees."


explore(
    draw_ellipse, angle_degrees=np.arange(0, 181, 11.25), start=1, figsize=(4.0, 4.0)
)

# %% [markdown]
# At 45 and at 135 degrees nothing turns, and there the ellipse is longest and shortest: the eigenvectors are its axes. That is no accident, and the reason is worth more than the fact.
#
# **Every symmetric matrix has perpendicular eigenvectors.** Let $A=A^\top$ be $n\times n$, and look for the unit vector with the largest $q(\mathbf x)=\mathbf x^\top A\mathbf x$. The unit sphere is closed and bounded and $q$ is continuous, so a largest value exists. Let $\mathbf v_1$ reach it, and walk away from it on the sphere, toward any unit vector $\mathbf y\perp\mathbf v_1$ (of the four terms the two mixed ones are equal, because $A=A^\top$):
#
# $$
# \begin{aligned}
# q(\cos t\,\mathbf v_1+\sin t\,\mathbf y) &= \cos^2t\;q(\mathbf v_1)+2\sin t\cos t\;\mathbf y^\top A\mathbf v_1+\sin^2t\;q(\mathbf y)\\
# \text{slope at } t=0:\quad 2\,\mathbf y^\top A\mathbf v_1 &= 0 \qquad(\mathbf v_1 \text{ is highest})\\
# \Longrightarrow\quad A\mathbf v_1&=\lambda_1\mathbf v_1 \qquad(A\mathbf v_1 \text{ is perpendicular to all } \mathbf y\perp\mathbf v_1)\\
# q(\mathbf v_1) &= \mathbf v_1^\top\lambda_1\mathbf v_1 = \lambda_1 \qquad\text{(the largest value)}
# \end{aligned}
# $$ (eq-2a-spectral)
#
# Read the second line once more as $\mathbf v_1^\top A\mathbf y=0$: $A$ maps what is perpendicular to $\mathbf v_1$ to what is perpendicular to $\mathbf v_1$. So we may forget $\mathbf v_1$ and repeat the argument in the remaining $n-1$ dimensions, until $n$ orthonormal eigenvectors are found, with eigenvalues $\lambda_1\ge\dots\ge\lambda_n$. With the $\mathbf v_i$ as columns of $V$ and $\Lambda=\operatorname{diag}(\lambda_1,\dots,\lambda_n)$,
#
# $$
# AV = V\Lambda \;\Longrightarrow\; A = V\Lambda V^{-1} = V\Lambda V^\top \qquad\text{(eigendecomposition, 特征分解)} . \qquad\square
# $$ (eq-2a-eigendecomposition)
#
# **Power iteration.** How does a computer find $\mathbf v_1$? Multiply any start again and again. Write it in eigenvectors, $\mathbf x=\sum_i c_i\mathbf v_i$; then
#
# $$
# A^t\mathbf x = \sum_i c_i\lambda_i^t\,\mathbf v_i = \lambda_1^t\Bigl(c_1\mathbf v_1+\sum_{i>1}c_i\Bigl(\frac{\lambda_i}{\lambda_1}\Bigr)^{t}\mathbf v_i\Bigr) ,
# $$ (eq-2a-power)
#
# and if $\lambda_1$ is largest in size and $c_1\ne0$, the rest dies out: each step multiplies it by at most the largest $|\lambda_i/\lambda_1|$ with $i>1$.


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def power_iteration(A, steps, x):
    """Unit vectors after each step, (steps, n)."""
    path = []
    for _ in range(steps):
        x = A @ x
        x = x / np.linalg.norm(x)
        path.append(x)
    return np.array(path)


A = np.array([[2.0, 1.0], [1.0, 2.0]])
path = power_iteration(A, 12, np.array([1.0, 0.0]))
slopes = path[:, 1] / path[:, 0]
remaining = (1 - slopes) / (1 + slopes)  # coordinate along v₂ over that along v₁
print("after 1, 2, 4, 12 steps:", *path[[0, 1, 3, 11]])
print("remaining error shrinks per step by", remaining[1:4] / remaining[:3])
assert np.allclose(remaining[1:6] / remaining[:5], 1 / 3)

# %% [markdown]
# The measured factor is $\lambda_2/\lambda_1=\frac13$, as promised.
#
# **When is there no such decomposition?** The notes ask and do not answer. $A=V\Lambda V^{-1}$ needs $n$ *independent* eigenvectors, enough to fill $V$, and that is all it needs, since then $AV=V\Lambda$ can be solved for $A$. Different eigenvalues suffice: a shortest relation $\sum_ic_i\mathbf v_i=\mathbf 0$ would become shorter under $A-\lambda_kI$, which removes $\mathbf v_k$ and multiplies every other $\mathbf v_i$ by $\lambda_i-\lambda_k\ne0$. Four families, twenty random members each; in the last, one number stands all along the diagonal and again just above it. Column by column: are the eigenvalues real, are there enough independent eigenvectors, are these perpendicular?

# %% tags=["hide-input"] jupyter={"source_hidden": true}
rng = np.random.default_rng(3)
G = rng.standard_normal((20, 4, 4))
jordan = np.eye(4) + np.diag(np.ones(3), 1)
families = {
    "symmetric": G + np.swapaxes(G, 1, 2),
    "any random matrix": G,
    "plane rotations": np.stack([rotation(a) for a in rng.uniform(10, 170, 20)]),
    "one number, twice": rng.uniform(1, 2, 20)[:, None, None] * jordan,
}
print(f"{'family':20s}{'real λ':>8s}{'independent':>14s}{'perpendicular':>16s}")
found = {}
for name, members in families.items():
    λ, V = np.linalg.eig(members)
    real = (np.abs(λ.imag).max(axis=1) < 1e-9).mean()
    independent = (np.linalg.cond(V) < 1e6).mean()
    orthogonal = (np.linalg.cond(V) < 1 + 1e-6).mean()
    found[name] = (real, independent, orthogonal)
    print(f"{name:20s}{real:8.0%}{independent:14.0%}{orthogonal:16.0%}")
assert found["symmetric"] == (1, 1, 1) and found["one number, twice"][1] == 0
assert found["any random matrix"][1] == found["plane rotations"][1] == 1

# %% [markdown]
# Random matrices have eigenvectors enough, though often complex ones: a rotation of the plane turns every real arrow, so its eigenvalues cannot be real. The last family fails. For $\begin{pmatrix}1&1\\0&1\end{pmatrix}$ both eigenvalues are 1, and $(A-I)\mathbf v=(v_2,0)^\top=\mathbf 0$ leaves only $\mathbf v=(1,0)^\top$: one eigenvector for two places. Such a matrix is called *defective*. Close to it, with $1+\varepsilon$ in the lower right corner, there are two eigenvectors, $(1,0)^\top$ and $(1,\varepsilon)^\top$, but they nearly coincide, and $V^{-1}$ blows up like $1/\varepsilon$.

# %% [markdown]
# (q2-2)=
# :::{admonition} Question 2.2 · What is the condition that decides whether a matrix can be decomposed into eigenvectors and eigenvalues?
# :class: question
# A square matrix can exactly when it has $n$ linearly independent eigenvectors. Different eigenvalues suffice. Real symmetric matrices always can, with real eigenvalues and orthonormal eigenvectors. Some real matrices need complex numbers (rotations); defective ones cannot at all, and close to them the decomposition exists but
# is numerically worthless. Every matrix, also a rectangular one, has a *singular value* decomposition: next section.
# :::
#
# Two checks come free with any decomposition. By {eq}`eq-2a-trace` and because determinants multiply,
#
# $$
# \begin{aligned}
# \operatorname{Tr}A &= \operatorname{Tr}(V\Lambda V^{-1}) = \operatorname{Tr}(\Lambda V^{-1}V) = \textstyle\sum_i\lambda_i,\\
# \det A &= \det V\cdot\textstyle\prod_i\lambda_i\cdot\det V^{-1} = \textstyle\prod_i\lambda_i .
# \end{aligned}
# $$ (eq-2a-trace-det)

# %% [markdown]
# :::{admonition} Exercise 4 · the largest eigenvalue
# :class: exercise
# For a symmetric $A$, run `steps` steps of power iteration from `x` and return the estimate $\mathbf v^\top A\mathbf v$ of the eigenvalue, with $\mathbf v$ the final *unit* vector. The largest eigenvalue in size may be negative.
# :::


# %%
def largest_eigenvalue(A, x, steps):
    """vᵀAv after `steps` multiplications of x (n,) by A (n, n)."""
    ...


exercises.check_largest_eigenvalue(largest_eigenvalue)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Normalize at every step, or large powers overflow; the quotient vᵀAv keeps the sign that ‖Av‖ would lose.
def largest_eigenvalue(A, x, steps):
    for _ in range(steps):
        x = A @ x
        x = x / np.linalg.norm(x)
    return x @ A @ x / (x @ x)


exercises.check_largest_eigenvalue(largest_eigenvalue)

# %% [markdown]
# (sec-2a-svd)=
# ## Every matrix is a rotation, a stretch and a rotation
#
# *Eigenvectors exist for some square matrices. After this section you have something as good for every table of numbers.*
#
# A table of 365 days and 5 columns is not square, so it has no eigenvectors. But $A^\top A$ is square and symmetric, hence $A^\top A=V\Lambda V^\top$ by {eq}`eq-2a-eigendecomposition`, and $\lambda_i=\mathbf v_i^\top A^\top A\mathbf v_i=\lVert A\mathbf v_i\rVert^2\ge0$. Define the *singular values* (奇异值) $\sigma_i=\sqrt{\lambda_i}$ and, for the $r$ of them that are positive, $\mathbf u_i=A\mathbf v_i/\sigma_i$. Then
#
# $$
# \begin{aligned}
# \mathbf u_i^\top\mathbf u_j &= \frac{\mathbf v_i^\top A^\top A\,\mathbf v_j}{\sigma_i\sigma_j} = \frac{\lambda_j\,\mathbf v_i^\top\mathbf v_j}{\sigma_i\sigma_j} = [i=j] && \text{(orthonormal too)}\\
# A\mathbf v_i &= \sigma_i\mathbf u_i \;(i\le r), \qquad A\mathbf v_i=\mathbf 0 \;(i>r) && (\lVert A\mathbf v_i\rVert=\sigma_i)\\
# A &= A\,VV^\top = \sum_iA\mathbf v_i\,\mathbf v_i^\top = \sum_{i\le r}\sigma_i\,\mathbf u_i\mathbf v_i^\top = U\Sigma V^\top && (VV^\top=I)
# \end{aligned}
# $$ (eq-2a-svd)
#
# with $\Sigma=\operatorname{diag}(\sigma_1\ge\dots\ge\sigma_r)$. ($[i=j]$ is 1 if $i=j$ and 0 otherwise.) This is the *singular value decomposition* (奇异值分解), SVD. Fill up $U$ and $V$ with further perpendicular unit vectors, and $\Sigma$ with zeros, and both become square: rotate (or mirror) by $V^\top$, stretch, rotate (or mirror) by $U$. Code keeps the short form, line for line:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def svd(A):
    """U (m, r), σ (r,) and Vᵀ (r, n), for the r singular values clearly above zero."""
    λ, V = np.linalg.eigh(A.T @ A)
    λ, V = λ[::-1], V[:, ::-1]  # largest first
    r = (λ > 1e-12 * λ[0]).sum()
    σ, V = np.sqrt(λ[:r]), V[:, :r]
    return A @ V / σ, σ, V.T


rng = np.random.default_rng(4)
A = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 4))
U, σ, Vt = svd(A)
print(f"shape {A.shape}, rank {len(σ)}, singular values", σ)
assert np.allclose(U * σ @ Vt, A) and np.allclose(U.T @ U, np.eye(2))
assert np.allclose(σ, np.linalg.svd(A)[1][:2])

# %% [markdown]
# Three moves, one after the other, in the plane. The circle is turned until $\mathbf v_1$ and $\mathbf v_2$ lie on the axes, stretched along them, and turned again, to where $A$ sends it:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_three_moves(axes):
    A = np.array([[1.5, 0.2], [1.0, 1.2]])
    left, sizes, right = np.linalg.svd(A)
    t = np.linspace(0, 2 * np.pi, 121)
    circle, moved = np.stack([np.cos(t), np.sin(t)]), np.eye(2)
    moves = ("the circle", np.eye(2)), ("Vᵀ turns", right), ("Σ stretches", np.diag(sizes)), ("U turns", left)  # fmt: skip
    for ax, (title, move) in zip(axes, moves):
        moved = move @ moved
        ax.plot(*(moved @ circle), color=INK)
        for column, color in zip(right, (BLUE, ORANGE)):
            arrow(ax, (0, 0), moved @ column, color=color)
        plane(ax, (-2.4, 2.4), (-2.4, 2.4), title=title)
        ax.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    return f"The two arrows are v₁ and v₂. They stay perpendicular at every step, and end as σ₁u₁ and σ₂u₂, with lengths {sizes[0]:.2f} and {sizes[1]:.2f}: the half axes of the ellipse."


show(draw_three_moves, columns=4, figsize=(9.6, 2.7))

# %% [markdown]
# **What goes wrong in practice** is the squaring. A singular value of $10^{-9}$ becomes an eigenvalue of $10^{-18}$, and $1+10^{-18}$ is rounded to 1 before anybody looks for eigenvalues. `np.linalg.svd` never forms $A^\top A$.

# %% [markdown]
# ### A picture in few numbers
#
# Keep only the first $k$ terms of {eq}`eq-2a-svd`. Read as vectors of $mn$ entries, the terms are orthonormal, $\langle\mathbf u_i\mathbf v_i^\top,\mathbf u_j\mathbf v_j^\top\rangle=(\mathbf u_i^\top\mathbf u_j)(\mathbf v_i^\top\mathbf v_j)=[i=j]$, so the error is read off the singular values:
#
# $$
# A_k = \sum_{i\le k}\sigma_i\mathbf u_i\mathbf v_i^\top, \qquad \lVert A-A_k\rVert_F^2 = \sum_{i>k}\sigma_i^2 .
# $$ (eq-2a-truncate)
#
# Here are the first four terms for the digits of the first figure, each one column times one row:


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def draw_terms(ax):
    terms = [SIZES[i] * np.outer(LEFT[:, i], RIGHT[i]) for i in range(4)]
    signed = [term * np.sign(term.sum()) for term in terms]  # σuvᵀ = σ(−u)(−v)ᵀ
    tiles = [term / np.abs(term).max() for term in signed]
    gap = np.full((80, 6), np.nan)
    ax.imshow(np.hstack([part for tile in tiles for part in (tile, gap)]).round(9))
    ax.set_axis_off()
    shares = SIZES[:4] ** 2 / (SIZES**2).sum()
    ax.set_title("The first four tables of the sum")
    return (
        "Each of these tables is a column times a row. They hold "
        + ", ".join(f"{share:.0%}" for share in shares)
        + " of the squared length of the picture: the first is little more than its mean, the next add the stripes that rows of digits share."
    )


show(draw_terms, figsize=(5.5, 1.6))

# %% [markdown]
# **No table of rank $k$ comes closer** (Eckart and Young [1936](../book/bibliography.md)). Let $B$ have rank $k$, and let the $k$ orthonormal columns of $Q$ span its columns. The nearest such table takes from each column of $A$ its part in that span, $QQ^\top A$. Count how much of each $\mathbf u_i$ lies in the span, $w_i=\sum_j(\mathbf q_j^\top\mathbf u_i)^2$, with the $\mathbf u_i$ filled up to a whole basis:
#
# $$
# \begin{aligned}
# \lVert A-B\rVert_F^2 &\ge \lVert A-QQ^\top A\rVert_F^2 = \lVert A\rVert_F^2-\lVert Q^\top A\rVert_F^2 && \text{(Pythagoras)}\\
# \lVert Q^\top A\rVert_F^2 &= \textstyle\sum_i\sigma_i^2\,\lVert Q^\top\mathbf u_i\rVert^2 = \sum_i\sigma_i^2w_i && (V \text{ orthonormal})\\
# 0\le w_i\le 1,\quad \textstyle\sum_iw_i &= \textstyle\sum_j\lVert\mathbf q_j\rVert^2 = k && \text{(unit vectors)}\\
# \Longrightarrow\quad \lVert A-B\rVert_F^2 &\ge \textstyle\sum_i\sigma_i^2-\sum_{i\le k}\sigma_i^2 = \lVert A-A_k\rVert_F^2 && \text{(best use of the weight)} . \;\square
# \end{aligned}
# $$ (eq-2a-eckart-young)
#
# (There are $k$ units of weight to hand out, at most one to each $\sigma_i^2$; the sum is largest when the $k$ largest get all.)
#
# How few numbers are enough? A table of $m\times n$ entries costs $k(m+n)$ at rank $k$. In the first figure of this page, of 80 × 96 pixels, rank 20 costs 3,520 numbers of 7,680, about half. Two other tables hold the same pixels: each digit as one row (120 × 64), and a picture in which they were shuffled. Which of the three shrinks best?


# %% tags=["hide-input"] jupyter={"source_hidden": true}
def left_out(table):
    """Share of the numbers stored, and relative error, at each rank below half the numbers."""
    σ = np.linalg.svd(table, compute_uv=False)
    ranks = np.arange(1, table.size // (2 * sum(table.shape)) + 1)
    rest = np.array([np.linalg.norm(σ[k:]) for k in ranks]) / np.linalg.norm(σ)
    return ranks * sum(table.shape) / table.size, rest


by_rows = x_digits[:120]
shuffled = np.random.default_rng(5).permutation(picture.ravel()).reshape(80, 96)
errors = {
    "the picture": left_out(picture),
    "a digit a row": left_out(by_rows),
    "pixels shuffled": left_out(shuffled),
}


def draw_errors(ax):
    styles = ("-", BLUE), ("--", ORANGE), (":", INK)
    for (name, (share, rest)), (dash, color) in zip(errors.items(), styles):
        ax.plot(100 * share, rest, dash, color=color, label=name)
    ax.set(xlabel="numbers stored, % of all", ylabel="relative error", ylim=(0, 1))
    ax.set_title("The same pixels in three tables")
    ax.legend()
    ends = {name: rest[-1] for name, (_, rest) in errors.items()}
    return f"With half of the numbers, an error of {ends['the picture']:.2f} is left in the picture, of {ends['a digit a row']:.2f} in the table with a digit a row, of {ends['pixels shuffled']:.2f} in the shuffled picture."


show(draw_errors, figsize=(5.4, 3.4))
a_quarter = [np.interp(0.25, *curve) for curve in errors.values()]
assert a_quarter[1] < a_quarter[0] < a_quarter[2]

# %% [markdown]
# A low rank is not a matter of the pixels but of what the rows have in common. Rows of digits side by side share little, rows that are digits share much, and shuffled ones share nothing but the mean brightness. The SVD of a table whose rows are samples is the subject of [chapter 2b](02b_principal_components.ipynb).
#
# :::{admonition} Exercise 5 · the nearest table of rank k
# :class: exercise
# Return $A_k$ and its error $\lVert A-A_k\rVert_F$. Take the error from the singular values that were left out.
# :::


# %%
def rank_k(A, k):
    """The nearest matrix of rank k to A (m, n), 1 ≤ k < min(m, n), and its distance."""
    ...


exercises.check_rank_k(rank_k)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. The first k columns of U, the first k rows of Vᵀ; the rest of σ is the error.
def rank_k(A, k):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U[:, :k] * s[:k] @ Vt[:k], np.linalg.norm(s[k:])


exercises.check_rank_k(rank_k)


# %% [markdown]
# **The pseudo-inverse** (伪逆), another gap of the notes, answers all three fates at once. Undo the stretches that can be undone:
#
# $$
# A^+ = V\Sigma^+U^\top, \qquad \sigma_i^+ = 1/\sigma_i \text{ if } \sigma_i>0, \text{ else } 0 ,\qquad \mathbf x = A^+\mathbf b=\sum_{\sigma_i>0}\frac{\mathbf u_i^\top\mathbf b}{\sigma_i}\,\mathbf v_i .
# $$ (eq-2a-pinv)
#
# Then $A\mathbf x=\sum\mathbf u_i(\mathbf u_i^\top\mathbf b)$ is the nearest reachable point, because what is left of $\mathbf b$ is perpendicular to all $\mathbf u_i$, which span the columns. Every other solution adds some $\mathbf n=\sum_{\sigma_i=0}c_i\mathbf v_i$, and as $\mathbf n\perp\mathbf x$, $\lVert\mathbf x+\mathbf n\rVert^2=\lVert\mathbf x\rVert^2+\lVert\mathbf n\rVert^2$. So $A^+\mathbf b$ is the exact solution if there is one, the nearest miss if there is none, and the shortest walk if there are many.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
parallel = np.array([[1.0, 2.0], [2.0, 4.0]])
for name, A, b in (
    ("one ", np.array([[2.0, -1.0], [1.0, 2.0]]), np.array([3.0, 4.0])),
    ("none", parallel, np.array([1.0, 0.0])),
    ("many", parallel, np.array([5.0, 10.0])),
):
    x = np.linalg.pinv(A) @ b
    print(f"{name}: x = {x.round(4)}, A x = {(A @ x).round(4)}, b = {b}")

# %% [markdown]
# :::{admonition} Exercise 6 · pseudo-inverse from the SVD
# :class: exercise
# Build $A^+$ from `np.linalg.svd`. A singular value that should be zero comes out as $10^{-17}$; treat all below $10^{-12}\sigma_1$ as zero.
# :::


# %%
def pseudo_inverse(A):
    """A⁺ (n, m) of A (m, n)."""
    ...


exercises.check_pseudo_inverse(pseudo_inverse)


# %% tags=["hide-cell"] jupyter={"source_hidden": true}
# Solution. Keep the r clear singular values only, and divide by them.
def pseudo_inverse(A):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    r = (s > 1e-12 * s[0]).sum()
    return Vt[:r].T / s[:r] @ U[:, :r].T


exercises.check_pseudo_inverse(pseudo_inverse)

# %% [markdown]
# (sec-2a-summary)=
# ## What to take away
#
# 1. $A\mathbf x$ walks along the columns of $A$. Ranks decide between no, one and infinitely many solutions; least squares finds the nearest point.
# 2. A norm obeys three rules; for $p<1$ the third fails, and the ball is dented. Orthogonal matrices change no length.
# 3. Symmetric matrices have orthonormal eigenvectors, and the largest eigenvalue is the largest $\mathbf x^\top A\mathbf x$ on the unit sphere. Other square matrices may have too few eigenvectors.
# 4. Every matrix is $\sum_i\sigma_i\mathbf u_i\mathbf v_i^\top$. Its first $k$ terms are the nearest table of rank $k$; its inverted stretches answer every linear system, with the exact, the nearest or the shortest solution.
#
# **What became of the claims of the notes:**

# %% tags=["hide-input"] jupyter={"source_hidden": true}
recap()

# %% [markdown]
# **Where to read on.** Goodfellow, Bengio and Courville ([2016](../book/bibliography.md)), chapter 2, is the text the notes follow. Strang's textbook ([2016](../book/bibliography.md)) reads $A\mathbf x$ by columns from the start. Eckart and Young ([1936](../book/bibliography.md)) found the nearest matrix of lower rank.
