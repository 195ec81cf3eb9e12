"""Figures that state what they show, and figures that move.

    show(draw)
    explore(draw, learning_rate=np.geomspace(0.01, 1, 20))

`draw(ax)` or `draw(ax, learning_rate)` draws one frame and returns the sentence that says what to see in it, with
numbers. That sentence is the caption, the slider's spoken value and the text that the regression test compares;
what is drawn, axis by axis, is the alternative text. On a page without a kernel the frames are drawn beforehand;
in a live JupyterLab the same function draws on demand.
"""

import base64
import html
import io
import os
from collections.abc import Callable, Sequence
from itertools import accumulate

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from . import plotting  # noqa: F401 (importing it sets the style)
from .inks import LIGHT, mark_labels, two_inks

# Picture and sentence change together, once the picture can be drawn; one that arrives after a later one is dropped.
SHOW_FRAME = (
    "const f=this.closest('figure'),g=[...f.querySelectorAll('img')],c=g[this.value],t=f.asked=(f.asked||0)+1;"
    "c.loading='eager';c.decoding='sync';f.ariaBusy=!c.complete;"
    "c.decode().catch(()=>0).then(()=>{if(t<f.shown)return;f.shown=t;"
    "g.forEach(e=>e.hidden=e!==c);this.setAttribute('aria-valuetext',c.dataset.sentence);"
    "f.querySelector('output').textContent=c.dataset.label;"
    "f.querySelector('figcaption').textContent=c.dataset.sentence;if(t===f.asked)f.ariaBusy=null})"
)
# A notebook does not know whether it lies on a light page or on a dark one; a page of the book takes this off.
SHEET = f"background:{LIGHT['ground']};border-radius:6px;box-sizing:border-box;max-width:100%;height:auto;padding:8px"


def show(
    draw: Callable[..., str], *, columns: int = 1, alt: str = "", **layout
) -> None:
    """Display a figure. `draw(ax)` draws it and returns its sentence.

    With `columns` > 1, `ax` is an array of axes side by side. `alt` replaces the alternative text made from titles,
    labels and legends. layout: figsize, sharex, sharey, as in plt.subplots.
    """
    fig, ax = _canvas(columns, layout)
    sentence = _sentence(draw(ax))
    fig.draw_without_rendering()
    frame = _frame(fig, sentence, alt or _alternative(fig), gaps=_gaps(fig))
    display(_bundle(_figure([frame], caption=sentence), sentence), raw=True)


def explore(
    draw: Callable[..., str],
    *,
    start: int = 0,
    columns: int = 1,
    alt: str = "",
    figsize: tuple[float, float] | None = None,
    sharex: bool = False,
    sharey: bool = False,
    **parameters: Sequence,
) -> None:
    """Display a figure with sliders. `draw(ax, **values)` draws one frame and returns its sentence.

    parameters: name=sequence of values. The first one moves everywhere, beginning at index `start`; further
    ones move only with a live kernel and otherwise stay at their first value. The rest as in `show`.
    """
    _check(parameters, start)
    (name, values), *others = parameters.items()
    shown = {name: values[start], **{other: options[0] for other, options in others}}

    fig, ax = _canvas(columns, {"figsize": figsize, "sharex": sharex, "sharey": sharey})
    extremes = [shown | {name: value} for value in (values[0], values[-1])]
    _lay_out(fig, [lambda values=v: draw(ax, **values) for v in (*extremes, shown)])
    gaps = _gaps(fig)

    def render(**chosen) -> tuple[str, str]:
        for axes in fig.axes:
            axes.clear()
        sentence = _sentence(draw(ax, **chosen))
        label, hidden = _label(chosen[name]), chosen != shown
        said = alt or _alternative(fig)
        return _frame(
            fig, sentence, said, gaps=gaps, label=label, hidden=hidden
        ), sentence

    frames = [render(**shown | {name: value}) for value in values]
    sentence = frames[start][1]
    control = _control(name, len(values), start, _label(values[start]), sentence)
    bundle = _bundle(
        _figure([frame for frame, _ in frames], sentence, control), sentence
    )
    if "JPY_SESSION_NAME" in os.environ:
        bundle |= _live(render, parameters, start)
    display(bundle, raw=True)


def _check(parameters: dict[str, Sequence], start: int) -> None:
    if not parameters:
        raise ValueError(
            "explore needs at least one parameter, such as rate=np.linspace(0, 1, 20); got none"
        )
    for name, values in parameters.items():
        if isinstance(values, str) or not hasattr(values, "__len__") or not len(values):
            raise TypeError(
                f"{name} must be a sequence of values to move through, got {values!r}"
            )
    name, values = next(iter(parameters.items()))
    if not 0 <= start < len(values):
        raise ValueError(
            f"start must be an index into the {len(values)} values of {name}, got {start}"
        )


def _canvas(columns: int, layout: dict) -> tuple[Figure, Axes]:
    """A figure that belongs to no window, and its axes."""
    fig, ax = plt.subplots(ncols=columns, **layout)
    plt.close(fig)
    return fig, ax


def _lay_out(fig: Figure, drawings: Sequence[Callable[[], str]]) -> None:
    """Give every panel the place where all these drawings find room, for good: axes that jump distract."""
    places = []
    for drawing in drawings:
        for axes in fig.axes:
            axes.clear()
        drawing()
        fig.draw_without_rendering()
        places.append([axes.get_position(original=True).extents for axes in fig.axes])
    fig.set_layout_engine("none")
    for axes, found in zip(fig.axes, np.array(places).swapaxes(0, 1), strict=True):
        low, high = found.max(axis=0)[:2], found.min(axis=0)[2:]
        axes.set_position(Bbox.from_extents(*low, *high))


def _sentence(said) -> str:
    if not isinstance(said, str) or not said.strip():
        raise TypeError(
            f"draw must return the sentence that says what the frame shows, got {said!r}"
        )
    return said


def _alternative(fig: Figure) -> str:
    """What is drawn: for each panel its title, its axes and the names in its legend."""
    panels = []
    for ax in filter(Axes.get_visible, fig.axes):
        title = " ".join((ax.get_title(loc="left") or ax.get_title()).split())
        x, y = (ax.get_xlabel(), ax.get_ylabel()) if ax.axison else ("", "")
        axes = f"{y or 'values'} against {x}" if x else y
        legend = ax.get_legend()
        names = ", ".join(t.get_text() for t in legend.get_texts()) if legend else ""
        panels.append(": ".join(part for part in (title, axes, names) if part))
    return " ".join(["Figure.", *(f"{panel}." for panel in panels if panel)])


def _label(value) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, (int, np.integer)) else f"{value:.3g}"


def _gaps(fig: Figure) -> list[float]:
    """Where a figure that is laid out can be cut from top to bottom between its panels, as shares of its width."""
    parts = [p for p in (*fig.axes, *fig.texts, *fig.legends) if p.get_visible()]
    boxes = sorted((part.get_tightbbox().intervalx for part in parts), key=min)
    ends = accumulate((end for _, end in boxes), max)
    cuts = [
        (end + start) / 2
        for end, (start, _) in zip(ends, boxes[1:], strict=False)
        if end < start
    ]
    return [cut / fig.bbox.width for cut in cuts]


def _frame(
    fig: Figure,
    sentence: str,
    alt: str,
    *,
    gaps: Sequence[float],
    label: str = "",
    hidden: bool = False,
) -> str:
    """The figure as an <img> with its own SVG, what is drawn, what to see, its size in pixels and its gaps."""
    file = io.StringIO()
    mark_labels(fig)
    fig.savefig(file, format="svg", metadata={"Date": None})
    plt.close(fig)
    data = base64.b64encode(two_inks(file.getvalue()).encode()).decode()
    width, height = (round(100 * inches) for inches in fig.get_size_inches())
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(alt)}" width="{width}" '
        f'height="{height}" data-sentence="{html.escape(sentence)}" data-label="{html.escape(label)}" '
        f'style="{SHEET}" data-gaps="{" ".join(f"{gap:.3f}" for gap in gaps)}"'
        f"{' hidden' if hidden else ''}>"
    )


def _control(name: str, count: int, start: int, label: str, sentence: str) -> str:
    """The labelled range input that moves through the frames by mouse, touch and arrow keys."""
    return (
        f'<label class="dl-control"><span>{html.escape(name.replace("_", " "))}</span> '
        f'<input type="range" min="0" max="{count - 1}" step="1" value="{start}" autocomplete="off" '
        f'data-lm-suppress-shortcuts="true" aria-valuetext="{html.escape(sentence)}" oninput="{SHOW_FRAME}"> '
        f"<output>{html.escape(label)}</output></label>"
    )


def _figure(frames: list[str], caption: str, control: str = "") -> str:
    kind = "dl-figure dl-moving" if control else "dl-figure"
    images = "\n".join(frames)
    return (
        f'<figure class="{kind}"><div class="dl-frames">{images}</div>{control}'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _bundle(figure: str, sentence: str) -> dict[str, str]:
    return {"text/html": figure, "text/plain": sentence}


def _live(render: Callable, parameters: dict[str, Sequence], start: int) -> dict:
    """The ipywidgets view: one slider a parameter, and the frame redrawn whenever one of them moves."""
    import ipywidgets as widgets

    picture = widgets.HTML()
    sliders = {
        name: widgets.SelectionSlider(
            options=[(_label(value), value) for value in values],
            index=start if name == next(iter(parameters)) else 0,
            description=name.replace("_", " "),
            continuous_update=True,
            style={"description_width": "initial"},
            layout={"width": "min(100%, 480px)"},
        )
        for name, values in parameters.items()
    }

    def redraw(_=None) -> None:
        frame, sentence = render(
            **{name: slider.value for name, slider in sliders.items()}
        )
        picture.value = _figure([frame.replace(" hidden>", ">")], sentence)

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    redraw()
    view = widgets.VBox([*sliders.values(), picture])._repr_mimebundle_()
    return {kind: value for kind, value in view.items() if "widget-view" in kind}
