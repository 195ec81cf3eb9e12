"""One style for every figure: quiet axes, transparent ground, and colors for light and dark pages alike.

The colors are those of a light page; `inks` gives each its twin for a dark one. All carry letters on both. Lines
differ in dash as well as in color: they stay apart in greyscale and for color-blind readers. The letters are those of
the book; a panel no wider than 5.5 inches, with letters of 12 points, can be read on a phone.
"""

from collections.abc import Callable, Mapping
from importlib import resources

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.font_manager import fontManager
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from .inks import LIGHT

GROUND, INK, *COLORS = LIGHT.values()
BLUE, ORANGE, GREEN, PURPLE, OLIVE, RED = COLORS
DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 1)))
APART = (
    0.3,
    0.43,
    0.56,
)  # where numbers stand on arrows from neighbors, so that none covers another
FONTS = ("STIXTwoText-Regular.ttf", "STIXTwoText-Bold.ttf")

STYLE = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 13,
    "axes.prop_cycle": cycler(color=COLORS, linestyle=DASHES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "figure.figsize": (5.5, 3.5),
    "font.family": ["STIX Two Text", "DejaVu Sans"],
    "font.size": 12,
    "grid.alpha": 0.15,
    "grid.color": INK,
    "image.cmap": "cividis",
    "legend.fontsize": 12,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 2,
    "savefig.transparent": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "dlnotes",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


for _font in FONTS:  # so that no machine needs it installed
    fontManager.addfont(resources.files("dlnotes") / "data" / _font)
mpl.rcParams.update(STYLE)  # importing this module sets the style of the session


def lines(
    ax: Axes,
    x,
    ys: dict,
    *,
    log: str = "",
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    **options,
) -> Axes:
    """One line a label: `ys` maps labels to arrays as long as x (N,). Adds the legend; `log` names logarithmic axes."""
    for label, y in ys.items():
        ax.plot(x, y, label=label, **options)
    ax.legend()
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return log_scale(ax, log)


def log_scale(ax: Axes, axes: str = "xy") -> Axes:
    """Logarithmic x, y or both, labelled 10⁻³, 10⁰, ... in plain characters (mathtext is slow to draw)."""
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

    def power_of_ten(value: float, _) -> str:
        return "10" + f"{np.log10(value):.0f}".translate(superscript)

    for name in axes:
        ax.set(**{f"{name}scale": "log"})
        axis = getattr(ax, f"{name}axis")
        axis.set_major_locator(LogLocator(numticks=8))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(power_of_ten))
    return ax


def plane(ax: Axes, x: tuple[float, float], y: tuple[float, float], **labels) -> Axes:
    """A plane from x[0] to x[1] and y[0] to y[1] on which lengths and angles are true. labels: xlabel, ylabel, title."""
    ax.set(xlim=x, ylim=y, aspect="equal", **labels)
    return ax


def arrow(
    ax: Axes, tail, tip, label: str = "", color: str = BLUE, beyond: float = 8, **style
) -> Axes:
    """An arrow from tail (2,) to tip (2,), its label `beyond` points past the tip, in its direction."""
    tail, tip = np.asarray(tail, float), np.asarray(tip, float)
    shape = {"arrowstyle": "-|>", "color": color, "lw": 2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", tip, tail, arrowprops=shape | style)
    length = np.hypot(*(tip - tail))
    if label and length:
        ax.annotate(
            label,
            tip,
            xytext=beyond * (tip - tail) / length,
            textcoords="offset points",
            ha="center",
            va="center",
            color=color,
        )
    return ax


def contours(
    ax: Axes,
    f: Callable,
    x: tuple[float, float],
    y: tuple[float, float],
    levels=10,
    **style,
) -> Axes:
    """Level lines of f over the rectangle; f maps points (2, n, n) to values (n, n)."""
    grid = np.stack(np.meshgrid(np.linspace(*x, 120), np.linspace(*y, 120)))
    thin = {"colors": INK, "linewidths": 0.8, "alpha": 0.6}
    ax.contour(*grid, f(grid), levels=levels, **thin | style)
    return ax


def matrix(
    ax: Axes, M: np.ndarray, form: str = "{:.2f}", colors: Mapping | None = None
) -> Axes:
    """The entries of M (m, n) as a table of numbers; `colors` maps places (i, j) to the color of their cell."""
    m, n = M.shape
    ax.set_axis_off()
    ax.set(xlim=(-0.5, n - 0.5), ylim=(m - 0.5, -0.5), aspect="equal")
    for (i, j), color in (colors or {}).items():
        cell = Rectangle((j - 0.46, i - 0.46), 0.92, 0.92, color=color, alpha=0.3, lw=0)
        ax.add_patch(cell)
    for (i, j), value in np.ndenumerate(M):
        ax.text(j, i, form.format(value), ha="center", va="center")
    return ax


def image_grid(
    ax: Axes, images: np.ndarray, columns: int, titles: list[str] | None = None
) -> Axes:
    """Images (n, h, w) side by side, `columns` to a row, with an optional short title above each."""
    n, h, w = images.shape
    ax.set_axis_off()
    ax.set(
        xlim=(0, columns * (w + 1)),
        ylim=(-(-(-n // columns) * (h + 4)), 0),
        aspect="equal",
    )
    low, high = images.min(), images.max()
    for i, image in enumerate(images):
        left, top = i % columns * (w + 1), -(i // columns) * (h + 4) - 4
        ax.imshow(image, extent=(left, left + w, top - h, top), vmin=low, vmax=high)
        if titles is not None:
            ax.text(
                left + w / 2,
                top + 0.4,
                titles[i],
                ha="center",
                va="bottom",
            )
    return ax


def bars_with_numbers(ax: Axes, values: dict[str, float], form: str = "{:.3g}") -> Axes:
    """Horizontal bars, first on top, each with its number at the end."""
    labels, numbers = list(values), np.array(list(values.values()), dtype=float)
    positions = np.arange(len(labels))[::-1]
    ax.barh(positions, numbers, color=BLUE)
    ax.set_yticks(positions, labels)
    ax.grid(axis="y", visible=False)
    for position, number in zip(positions, numbers, strict=True):
        ax.annotate(
            form.format(number),
            (number, position),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    return ax


def network(
    ax: Axes,
    numbers: list[list[str]],
    weights: list[np.ndarray],
    *,
    backward: bool = False,
    marker: str = "o",
    labels: bool = True,
) -> Axes:
    """A network: one column of units a layer, `numbers` in them, an arrow for each weight that is not zero.

    weights[l] has shape (units in column l, units in column l + 1); width shows |w|, dashes mean w < 0, and with
    `labels` the value stands on its arrow. With `backward` the arrows point from right to left. marker: the shape of a unit.
    """
    ax.set_axis_off()
    places = [
        [(2.2 * column, (len(units) - 1) / 2 - row) for row in range(len(units))]
        for column, units in enumerate(numbers)
    ]
    for column, W in enumerate(weights):
        for i, j in np.argwhere(W):
            w = W[i, j]
            start, end = places[column][i], places[column + 1][j]
            ax.annotate(
                "",
                start if backward else end,
                end if backward else start,
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": BLUE if w >= 0 else ORANGE,
                    "linestyle": "-" if w >= 0 else "--",
                    "linewidth": 0.8 + 1.6 * min(abs(w), 3),
                    "shrinkA": 26,
                    "shrinkB": 26,
                },
            )
            if not labels:
                continue
            near = np.array(start) + APART[i % 3] * (np.array(end) - start)
            ax.text(
                *near,
                f"{w:.3g}",
                ha="center",
                va="center",
                color=BLUE if w >= 0 else ORANGE,
                bbox={"fc": GROUND, "ec": "none", "pad": 1.2},
                zorder=4,  # above every arrow
            )
    for units, spots in zip(numbers, places, strict=True):
        for number, spot in zip(units, spots, strict=True):
            ax.plot(*spot, marker, ms=46, mfc="none", mec=INK, mew=1.5)
            ax.text(*spot, number, ha="center", va="center")
    tallest = max(map(len, numbers))
    ax.set(
        xlim=(-0.6, 2.2 * (len(numbers) - 1) + 0.6),
        ylim=(-tallest / 2 - 0.1, tallest / 2 + 0.1),
    )
    return ax
