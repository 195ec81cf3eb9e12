"""Figures: what they hand to a page, with and without a kernel, and how they are drawn."""

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jupytext
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from dlnotes import explore as figures
from dlnotes import inks as inks
from dlnotes import plotting
from matplotlib.font_manager import get_font

from book.tools import plan

ROOT = Path(__file__).resolve().parents[1]

VOID = {"img", "input", "br", "hr", "meta", "link"}
NASTY = "At 0.1 < x & y > 0 the “loss” is 'small' & \"flat\" <b>"


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    """Catches a figure that is shown twice by Jupyter, and memory that only grows."""
    matplotlib.use("Agg")
    yield
    assert plt.get_fignums() == []


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """The bundles that were displayed."""
    bundles = []
    monkeypatch.setattr(figures, "display", lambda bundle, raw: bundles.append(bundle))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return bundles


class Page(HTMLParser):
    """The elements of a page as (tag, attributes, text); every one must be closed where it belongs."""

    def __init__(self, html: str):
        super().__init__()
        self.elements, self._open = [], []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs)  # no attribute twice
        element = [tag, dict(attrs), ""]
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag

    def handle_data(self, data):
        if self._open:
            self._open[-1][2] += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def text(self, tag: str) -> str:
        (text,) = (text for name, _, text in self.elements if name == tag)
        return text


def draw(ax, height, shift=0.0):
    ax.plot([0, 1], [shift, height])
    return f"The line rises to {height:g} & starts at {shift:g} <here>."


def sentence(height, shift=0.0):
    return f"The line rises to {height:g} & starts at {shift:g} <here>."


def still(text=NASTY, **options):
    def draw(ax):
        ax.plot([0, 1])
        return text

    figures.show(draw, figsize=(4, 3), **options)


# ── A figure that stands still ──


def test_show_displays_one_visible_image_with_its_sentence(shown):
    still()
    (bundle,) = shown
    page = Page(bundle["text/html"])
    (image,) = page.all("img")
    assert set(bundle) == {"text/html", "text/plain"} and bundle["text/plain"] == NASTY
    assert image["data-sentence"] == NASTY == page.text("figcaption")
    assert "hidden" not in image
    assert (image["width"], image["height"]) == ("400", "300")
    assert page.all("input") == [] and page.all("figure") == [{"class": "dl-figure"}]


def test_sentences_are_escaped(shown):
    """Catches a raw quote that would end the attribute, and a raw < that would open an element."""
    still()
    assert "<b>" not in shown[0]["text/html"]
    assert 'sentence="At 0.1 &lt; x &amp; y &gt; 0' in shown[0]["text/html"]


def alternatives(bundle: dict) -> list[str]:
    return [image["alt"] for image in Page(bundle["text/html"]).all("img")]


def test_the_alternative_text_says_what_is_drawn_and_the_caption_what_to_see(shown):
    """A screen reader hears each thing once."""

    def draw(axes):
        plotting.lines(
            axes[0],
            [0, 1],
            {"ours": [0, 1], "theirs": [1, 0]},
            xlabel="step",
            ylabel="loss < 1",
            title="Two\nlosses",
        )
        plotting.plane(axes[1], (0, 1), (0, 1), title="A plane")
        axes[1].set_axis_off()
        return "They cross."

    figures.show(draw, columns=2)
    still(alt="One rising line.")
    still()
    figures.explore(lambda ax, x: ax.set_title(f"x = {x}") and f"It is {x}.", x=[1, 2])
    assert [alternatives(bundle) for bundle in shown] == [
        ["Figure. Two losses: loss < 1 against step: ours, theirs. A plane."],
        ["One rising line."],
        ["Figure."],
        ["Figure. x = 1.", "Figure. x = 2."],
    ]


def svg(image: dict) -> str:
    kind, data = image["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(data).decode()


def test_pictures_name_no_date_no_machine_and_are_transparent(shown):
    still()
    picture = svg(Page(shown[0]["text/html"]).all("img")[0])
    assert "<dc:date>" not in picture and "/home/" not in picture
    assert "#ffffff" not in picture and "fill: none" in picture


# ── A figure that moves ──

HEIGHTS = [1.0, 2.0, 3.5, 5.0]


@pytest.mark.parametrize("start", [0, 2, 3])
def test_explore_shows_exactly_the_start_frame(shown, start):
    figures.explore(draw, height=HEIGHTS, start=start)
    (bundle,) = shown
    page = Page(bundle["text/html"])
    images = page.all("img")
    assert [image["data-sentence"] for image in images] == [
        sentence(height) for height in HEIGHTS
    ]
    assert [i for i, image in enumerate(images) if "hidden" not in image] == [start]
    assert [image["data-label"] for image in images] == ["1", "2", "3.5", "5"]
    assert page.text("figcaption") == bundle["text/plain"] == sentence(HEIGHTS[start])
    assert page.text("output") == images[start]["data-label"]
    assert len({svg(image) for image in images}) == len(HEIGHTS)


def test_the_slider_is_labelled_and_speaks(shown):
    figures.explore(draw, height=HEIGHTS, start=1)
    page = Page(shown[0]["text/html"])
    (slider,) = page.all("input")
    assert slider["type"] == "range" and (slider["min"], slider["max"]) == ("0", "3")
    assert (slider["value"], slider["step"]) == ("1", "1")
    assert slider["aria-valuetext"] == sentence(2.0)
    names = [name for name, *_ in page.elements]
    assert names.index("label") < names.index("span") < names.index("input")
    assert page.text("span") == "height"
    assert page.all("script") == [] and not any("id" in a for _, a, _ in page.elements)


def test_a_parameters_name_is_written_in_words(shown):
    figures.explore(lambda ax, learning_rate: "One.", learning_rate=[0.1])
    assert Page(shown[0]["text/html"]).text("span") == "learning rate"


def test_further_parameters_stay_at_their_first_value(shown):
    figures.explore(draw, height=HEIGHTS, shift=[0.5, 0.7])
    page = Page(shown[0]["text/html"])
    assert [image["data-sentence"] for image in page.all("img")] == [
        sentence(h, 0.5) for h in HEIGHTS
    ]
    assert sum("hidden" not in image for image in page.all("img")) == 1


def test_axes_side_by_side_and_size(shown):
    def draw(axes, x):
        assert len(axes) == 2
        return "Two."

    figures.explore(draw, columns=2, figsize=(5, 2), x=[1])
    image = Page(shown[0]["text/html"]).all("img")[0]
    assert (image["width"], image["height"]) == ("500", "200")


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (np.geomspace(0.01, 1, 3), ["0.01", "0.1", "1"]),
        (["SGD", "a < b"], ["SGD", "a < b"]),
        ((1, 20000), ["1", "20,000"]),
    ],
)
def test_labels_of_the_values(shown, values, labels):
    figures.explore(lambda ax, x: f"x = {x}.", x=values)
    images = Page(shown[0]["text/html"]).all("img")
    assert [image["data-label"] for image in images] == labels


def gaps(bundle: dict) -> list[list[float]]:
    """The cuts between the panels, for each image of a figure."""
    images = Page(bundle["text/html"]).all("img")
    return [[float(gap) for gap in image["data-gaps"].split()] for image in images]


def test_a_figure_tells_where_it_can_be_cut_between_its_panels(shown):
    """The cuts lie between all that belongs to a panel: its labels and ticks as well as its axes."""
    drawn = []

    def draw(axes):
        axes[1].set_ylabel("a label left of its axes")
        drawn.extend(axes)
        return "Three panels."

    figures.show(draw, columns=3, figsize=(9, 3))
    boxes = [ax.get_tightbbox().intervalx / 900 for ax in drawn]
    ((first, second),) = gaps(shown[0])
    assert boxes[0][1] < first < boxes[1][0] < drawn[1].get_position().x0
    assert boxes[1][1] < second < boxes[2][0]


def test_what_stands_across_the_panels_is_not_cut(shown):
    def titled(axes):
        axes[0].figure.suptitle("one title for both panels, and long enough")
        return "A title."

    def half(axes):
        axes[1].set_visible(False)
        return "One of two panels is shown."

    figures.show(titled, columns=2)
    figures.show(half, columns=2)
    assert [gaps(bundle) for bundle in shown] == [[[]], [[]]]


def test_all_frames_of_a_moving_figure_are_cut_alike(shown):
    def draw(axes, height):
        axes[0].plot([0, 10**height])
        return f"Height {height}."

    figures.explore(draw, height=[0, 3, 6], columns=2)
    first, *others = gaps(shown[0])
    assert len(first) == 1 and all(other == first for other in others)


def test_the_panels_leave_room_for_what_other_frames_need(shown, monkeypatch):
    """Catches a layout of the first frame alone, off whose edge the numbers of the last would hang."""
    places, room = [], []

    def draw(ax, height):
        ax.set(ylim=(0, 10**height), ylabel="height")
        ax.ticklabel_format(style="plain")
        places.append(ax)
        return f"Height {height}."

    def look(fig):
        room.append(places[-1].get_tightbbox().x0)

    monkeypatch.setattr(figures, "mark_labels", look)
    figures.explore(draw, height=[0, 4, 8])
    assert len(room) == 3 and min(room) >= 0


@pytest.mark.parametrize(
    "display", [still, lambda: figures.explore(draw, height=HEIGHTS)]
)
def test_drawing_twice_gives_the_same_bytes(shown, display):
    """Catches random ids and dates: executing a notebook twice must give no git diff."""
    display()
    display()
    assert shown[0] == shown[1]


@pytest.mark.parametrize("said", [None, "", " ", 3])
def test_a_draw_that_forgets_its_sentence_leaves_no_figure_open(shown, said):
    with pytest.raises(TypeError, match="draw must return the sentence"):
        figures.explore(lambda ax, x: said, x=[1, 2])
    with pytest.raises(TypeError, match="draw must return the sentence"):
        figures.show(lambda ax: said)
    assert shown == []


# ── With a kernel ──

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def live(shown, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "chapter.ipynb")
    return shown


def widget(bundle: dict):
    from ipywidgets.widgets.widget import _instances

    return _instances[bundle[VIEW]["model_id"]]


def test_without_jupyter_there_is_no_widget(shown):
    figures.explore(draw, height=HEIGHTS)
    assert set(shown[0]) == {"text/html", "text/plain"}


def test_in_jupyter_there_is_a_widget_beside_the_same_static_figure(shown, monkeypatch):
    figures.explore(draw, height=HEIGHTS, start=1)
    monkeypatch.setenv("JPY_SESSION_NAME", "chapter.ipynb")
    figures.explore(draw, height=HEIGHTS, start=1)
    assert set(shown[1]) == {"text/html", "text/plain", VIEW}
    assert shown[0] == {kind: shown[1][kind] for kind in shown[0]}


def test_the_widget_begins_at_the_start_and_follows_every_slider(live):
    figures.explore(draw, height=HEIGHTS, start=1, shift=[0.5, 0.7])
    *sliders, picture = widget(live[0]).children
    assert [slider.description for slider in sliders] == ["height", "shift"]

    def seen():
        page = Page(picture.value)
        (image,) = page.all("img")
        assert "hidden" not in image
        assert image["data-sentence"] == page.text("figcaption")
        return image["data-sentence"]

    assert seen() == sentence(2.0, 0.5)
    sliders[0].value = 5.0
    assert seen() == sentence(5.0, 0.5)
    sliders[1].value = 0.7
    assert seen() == sentence(5.0, 0.7)


# ── Colors ──


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    )
    return sum(
        weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colors", [inks.LIGHT, inks.DARK])
def test_letters_can_be_read_in_every_ink_on_both_grounds(colors):
    """Titles and axes at 7:1; the data colors at 4.5:1, since each may carry a label."""
    assert list(colors) == list(inks.LIGHT)
    assert contrast(colors["ink"], colors["ground"]) >= 7
    for name, color in colors.items():
        assert name == "ground" or contrast(color, colors["ground"]) >= 4.5, name


def test_the_grounds_are_those_of_the_pages():
    style = (ROOT / "book/assets/dlnotes.css").read_text(encoding="utf-8")
    for theme, colors in (("light", inks.LIGHT), ("dark", inks.DARK)):
        page = style.partition(f'html[data-theme="{theme}"] {{')[2].partition("}")[0]
        assert f"background: {colors['ground']};" in page


def test_style_has_no_other_color_and_lines_differ_in_more_than_color():
    named = [v for v in plotting.STYLE.values() if re.fullmatch(r"#\w{6}", str(v))]
    assert set(named) == {plotting.INK}
    assert len(set(plotting.COLORS)) == len(set(plotting.DASHES)) == 6
    with matplotlib.rc_context(plotting.STYLE):
        fig, ax = plt.subplots()
        drawn = [ax.plot([0, i])[0] for i in range(6)]
        assert [line.get_color() for line in drawn] == list(plotting.COLORS)
        plt.close(fig)


# ── Two inks, halos, letters ──


def drawn(draw) -> str:
    """The SVG of a figure with one panel."""
    bundles = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "display", lambda bundle, raw: bundles.append(bundle))
        figures.show(lambda ax: draw(ax) and "Something is drawn.")
    return svg(Page(bundles[0]["text/html"]).all("img")[0])


def test_a_picture_carries_both_inks_and_names_its_colors():
    picture = drawn(lambda ax: ax.plot([0, 1], color=plotting.RED))
    style, shapes = picture.split("</style>", 1)
    assert '<svg id="dark"' in style
    for color in (*inks.LIGHT.values(), *inks.DARK.values()):
        assert color in style.partition("<style>")[2] and color not in shapes
    assert "stroke: var(--red)" in shapes and "fill: var(--ink)" in shapes


def test_labels_among_the_data_stand_above_it_in_a_halo():
    """All but those whose color says on what they stand: white on a dark cell."""

    def draw(ax):
        ax.text(0.5, 0.5, "crossed", color=plotting.BLUE)
        ax.annotate("with an arrow", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"})
        ax.text(0.5, 0.2, "on a dark cell", color="white")
        return ax.plot([0, 1], zorder=50)

    picture = drawn(draw)
    root = ElementTree.fromstring(picture)
    halos = [e for e in root.iter() if e.get("class") == "halo"]
    places = [halo.get("{http://www.w3.org/1999/xlink}href")[1:] for halo in halos]
    assert places == ["halo_1", "halo_2"]
    order = [element.get("id", "") for element in root.iter()]
    assert max(map(order.index, places)) > order.index("line2d_1")
    assert len(order) - order.count("") == len(set(order) - {""})  # no id twice
    for place in places:
        assert picture.index(f'href="#{place}"') < picture.index(f'id="{place}"')


def test_outlines_keep_their_shape_when_they_are_written_in_steps():
    outline = (
        '<path d="M 2726 0 L 512 0 Q 966 179 1152 275 z M 10 -20 L 30 40 z L 1 1 "/>'
    )
    assert inks._compact(f"<svg> {outline}</svg>") == (
        '<svg><path d="m2726 0l-2214 0q454 179 640 275zm-2716-20l20 60zl-9 21"/></svg>'
    )


def test_numbers_are_rounded_and_scales_are_not():
    path = '<g transform="translate(1.23456 2) scale(0.015625)"><path d="M 0.98765 1.5 \nL 2.00001 -0.001"/></g>'
    assert inks._compact(path) == (
        '<g transform="translate(1.23 2) scale(0.015625)"><path d="M 0.99 1.5 L 2 -0"/></g>'
    )


def test_every_letter_comes_from_the_face_of_the_book():
    """The shipped letters cover what code of the chapters writes; elsewhere another face would step in."""
    fonts = [ROOT / "lib/dlnotes/data" / name for name in plotting.FONTS]
    known = [set(get_font(path).get_charmap()) for path in fonts]
    written = {
        character
        for page in plan.existing(ROOT)
        for cell in jupytext.read(ROOT / f"chapters/{page}.py").cells
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
        for character in line.partition("#")[0]
    }
    assert len(written) > 100
    chinese_and_rules = {
        c for c in written if "\u2500" <= c <= "\u257f" or c >= "\u3000"
    }
    for letters in known:
        missing = {c for c in written - chinese_and_rules if ord(c) not in letters}
        assert missing - set("\t") == set()
    assert matplotlib.rcParams["font.family"][0] == get_font(fonts[0]).family_name


# ── What the functions draw ──


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


@pytest.mark.parametrize("backward", [False, True])
def test_network_draws_its_units_weights_and_numbers(ax, backward):
    W = [np.array([[1.0, -2], [0.5, 0.25], [-1, 3]]), np.array([[1.0], [-1]])]
    numbers = [["a", "b", "c"], ["d", "e"], ["f"]]
    assert plotting.network(ax, numbers, W, backward=backward) is ax
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    words = [text.get_text() for text in ax.texts if text.get_text()]
    assert len(arrows) == 8 and len(ax.lines) == 6
    assert sorted(words) == sorted(
        [*"abcdef", "1", "-2", "0.5", "0.25", "-1", "3", "1", "-1"]
    )
    dashed = [arrow.arrow_patch.get_linestyle() == "--" for arrow in arrows]
    assert sum(dashed) == 3
    tips = [np.sign(arrow.xy[0] - arrow.xyann[0]) for arrow in arrows]
    assert set(tips) == ({-1.0} if backward else {1.0})


def test_network_puts_every_unit_inside_the_axes(ax):
    plotting.network(ax, [list("ab"), list("cdef")], [np.ones((2, 4))])
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for line in ax.lines:
        (x,), (y,) = line.get_data()
        assert left < x < right and low < y < high


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (5, 2), (6, 3), (7, 10)])
def test_image_grid_draws_every_image_once_and_inside(ax, n, columns):
    images = np.arange(n * 12.0).reshape(n, 3, 4)
    assert (
        plotting.image_grid(ax, images, columns, titles=[f"t{i}" for i in range(n)])
        is ax
    )
    assert [text.get_text() for text in ax.texts] == [f"t{i}" for i in range(n)]
    assert [im.get_array().tolist() for im in ax.images] == images.tolist()
    assert {im.get_clim() for im in ax.images} == {
        (0.0, n * 12.0 - 1)
    }  # one scale for all
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    boxes = [im.get_extent() for im in ax.images]
    assert len({tuple(box) for box in boxes}) == n
    for x0, x1, y0, y1 in boxes:
        assert left <= x0 < x1 <= right and low <= y0 < y1 <= high


def test_image_grid_needs_no_titles(ax):
    plotting.image_grid(ax, np.zeros((2, 3, 3)), 2)
    assert len(ax.images) == 2 and len(ax.texts) == 0


def test_lines_have_a_legend_in_order(ax):
    assert (
        plotting.lines(ax, [0, 1], {"first": [0, 1], "second": [1, 2]}, marker="o")
        is ax
    )
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "first",
        "second",
    ]
    assert [line.get_marker() for line in ax.lines] == ["o", "o"]
    assert ax.lines[1].get_ydata().tolist() == [1, 2]


def test_lines_name_their_axes_and_scales(ax):
    plotting.lines(
        ax,
        [1, 10],
        {"a": [1, 100]},
        log="y",
        xlabel="n",
        ylabel="cost",
        title="It grows",
    )
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")) == (
        "n",
        "cost",
        "It grows",
    )
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")


def test_an_arrow_leads_from_tail_to_tip_with_its_label_beyond(ax):
    plotting.arrow(plotting.plane(ax, (-3, 3), (-3, 3)), (0, 0), [3, -4], "w")
    line, label = ax.texts
    assert tuple(line.xy) == (3, -4) and tuple(line.xyann) == (0, 0)
    assert tuple(label.xy) == (3, -4) and label.get_text() == "w"
    assert label.xyann == pytest.approx((8 * 0.6, -8 * 0.8))
    plotting.arrow(ax, (1, 1), (1, 1), "no direction")
    assert len(ax.texts) == 3


def test_contours_follow_the_function(ax):
    plotting.contours(ax, lambda p: p[0] - 2 * p[1], (0, 4), (-1, 1), levels=[1.0])
    (points,) = (path.vertices for path in ax.collections[0].get_paths())
    assert np.allclose(points[:, 0] - 2 * points[:, 1], 1)


def test_a_matrix_stands_as_it_is_written(ax):
    M = np.array([[1.0, 2, 3], [4, 5, 6]])
    plotting.matrix(ax, M, "{:.0f}", colors={(1, 2): plotting.RED})
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["1"] == (0, 0) and places["6"] == (2, 1)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row on top
    (cell,) = ax.patches
    assert cell.get_x() < 2 < cell.get_x() + cell.get_width() and cell.get_y() < 1


def test_bars_carry_their_numbers_first_on_top(ax):
    assert plotting.bars_with_numbers(ax, {"a": 0.5, "b": 1}, form="{:.0%}") is ax
    assert [text.get_text() for text in ax.texts] == ["50%", "100%"]
    assert [bar.get_width() for bar in ax.patches] == [0.5, 1]
    names = dict(
        zip(
            ax.get_yticks().tolist(),
            (t.get_text() for t in ax.get_yticklabels()),
            strict=True,
        )
    )
    assert names == {1: "a", 0: "b"}
    assert ax.patches[0].get_y() > ax.patches[1].get_y()
