"""Figures that state what they show, and figures that move.

    show(fig, "The loss falls from 0.69 to 0.02.")
    explore(draw, learning_rate=np.geomspace(0.01, 1, 20))

`draw(ax, learning_rate)` draws one frame and returns the sentence that says what it shows, with numbers.
That sentence is caption, alternative text, the slider's spoken value and the text that the regression
test compares. On a page without a kernel the frames are drawn beforehand; in a live JupyterLab the same
function draws on demand.
"""

import base64
import html
import io
import os
from collections.abc import Callable, Sequence
from itertools import accumulate

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

SHOW_FRAME = (
    "const f=this.closest('figure'),g=[...f.querySelectorAll('img')],c=g[this.value];"
    "g.forEach(e=>e.hidden=e!==c);this.setAttribute('aria-valuetext',c.alt);"
    "f.querySelector('output').textContent=c.dataset.label;"
    "f.querySelector('figcaption').textContent=c.alt"
)


def show(fig: Figure, sentence: str) -> None:
    """Display a finished matplotlib figure with the sentence that says what it shows; closes the figure."""
    fig.draw_without_rendering()
    frame = _frame(fig, sentence, gaps=_gaps(fig))
    display(_bundle(_figure([frame], caption=sentence), sentence), raw=True)


def explore(
    draw: Callable[..., str],
    *,
    start: int = 0,
    columns: int = 1,
    figsize: tuple[float, float] | None = None,
    **parameters: Sequence,
) -> None:
    """Display a figure with sliders. `draw(ax, **values)` draws and returns its sentence.

    parameters: name=sequence of values. The first one moves everywhere, beginning at index `start`; further
    ones move only with a live kernel and otherwise stay at their first value. With `columns` > 1, `ax` is
    an array of axes side by side.
    """
    if not parameters:
        raise ValueError(
            "explore needs at least one parameter, such as rate=np.linspace(0, 1, 20); got none"
        )
    for name, values in parameters.items():
        if (
            isinstance(values, str)
            or not hasattr(values, "__len__")
            or len(values) == 0
        ):
            raise TypeError(
                f"{name} must be a sequence of values to move through, got {values!r}"
            )
    (name, values), *others = parameters.items()
    if not 0 <= start < len(values):
        raise ValueError(
            f"start must be an index into the {len(values)} values of {name}, got {start}"
        )
    fixed = {other: options[0] for other, options in others}

    # This figure belongs to no window. It is laid out once, since axes that jump distract, and drawn on again.
    fig, ax = plt.subplots(ncols=columns, figsize=figsize)
    plt.close(fig)
    draw(ax, **{name: values[0]}, **fixed)
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    gaps = _gaps(fig)

    def render(**chosen) -> tuple[str, str]:
        for axes in fig.axes:
            axes.clear()
        sentence = draw(ax, **chosen)
        if not isinstance(sentence, str) or not sentence.strip():
            raise TypeError(
                f"draw must return the sentence that says what the frame shows, got {sentence!r}"
            )
        label, hidden = _label(chosen[name]), chosen != shown
        return _frame(fig, sentence, gaps=gaps, label=label, hidden=hidden), sentence

    shown = {name: values[start], **fixed}
    frames = [render(**{name: value}, **fixed) for value in values]
    sentence = frames[start][1]
    control = _control(name, len(values), start, _label(values[start]), sentence)
    bundle = _bundle(
        _figure([frame for frame, _ in frames], sentence, control), sentence
    )
    if "JPY_SESSION_NAME" in os.environ:
        bundle |= _live(render, parameters, start)
    display(bundle, raw=True)


def _label(value) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"


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
    *,
    gaps: Sequence[float],
    label: str = "",
    hidden: bool = False,
) -> str:
    """The figure as an <img> that carries its own SVG, its sentence, its size in pixels and the gaps between panels."""
    file = io.BytesIO()
    fig.savefig(file, format="svg", metadata={"Date": None})
    plt.close(fig)
    data = base64.b64encode(file.getvalue()).decode()
    width, height = (round(100 * inches) for inches in fig.get_size_inches())
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(sentence)}" width="{width}" '
        f'height="{height}" data-label="{html.escape(label)}" style="max-width:100%;height:auto"'
        f' data-gaps="{" ".join(f"{gap:.3f}" for gap in gaps)}"'
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
