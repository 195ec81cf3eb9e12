"""Two inks in one picture: near-black on a light page, near-white on a dark one, and data colors to match.

A picture in an <img> does not see the theme of its page, but it sees the fragment of its own address. So each SVG
names its colors and carries both sets of values: `figure.svg` is drawn for a light ground, `figure.svg#dark` for a
dark one. Labels wear a halo of the ground, so that no line crosses them.
"""

import re

from matplotlib.colors import is_color_like, to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

LIGHT = {
    "ground": "#fdfdfb",
    "ink": "#1b1f24",
    "blue": "#1c6bc0",
    "orange": "#b54f00",
    "green": "#0a7a56",
    "purple": "#9b3a98",
    "olive": "#7d5e00",
    "red": "#c22f3b",
}
DARK = {
    "ground": "#16181b",
    "ink": "#e8eaed",
    "blue": "#62a8f2",
    "orange": "#f08c3e",
    "green": "#3bbb90",
    "purple": "#da8cd8",
    "olive": "#cfa936",
    "red": "#f47a7c",
}
_NAMES = {color: f"var(--{name})" for name, color in LIGHT.items()}

# A letter is a path of 1/64 of a unit, a hundred units high and scaled to its size: at 12 points
# this width leaves a rim of 1.7 points.
_RIM = 1800
_HALO = "halo"
_ABOVE_ALL = 100


def _values(colors: dict[str, str]) -> str:
    return ";".join(f"--{name}:{color}" for name, color in colors.items())


_STYLE = (
    f"<style>:root{{{_values(LIGHT)}}}:root:target{{{_values(DARK)}}}"
    f".{_HALO}{{stroke:var(--ground);stroke-width:{_RIM};stroke-linejoin:round}}</style>"
)


def mark_labels(fig: Figure) -> None:
    """Lift the labels that stand among the data above them, and mark those in an ink of ours for a halo."""
    for ax in fig.axes:
        legend = ax.get_legend()
        for text in ax.texts:
            if text.get_text():
                text.set_zorder(max(text.get_zorder(), _ABOVE_ALL))
        for text in (*ax.texts, *(legend.get_texts() if legend else ())):
            if _wears_ink(text):
                text.set_gid(_HALO)


def _wears_ink(text: Text) -> bool:
    color = text.get_color()
    return is_color_like(color) and to_hex(color) in _NAMES


def two_inks(svg: str) -> str:
    """matplotlib's SVG with named colors, halos, and nothing that no one sees."""
    svg = _compact(svg)
    svg = re.sub("#[0-9a-f]{6}", lambda m: _NAMES.get(m[0], m[0]), svg)
    head, start, body = svg.partition("<svg ")
    opening, end, content = body.partition(">")
    return f'{head}{start}id="dark" {opening}{end}{_STYLE}{_halos(content)}'


def _compact(svg: str) -> str:
    """Without comments, metadata and line ends, and with hundredths of a point instead of millionths."""
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<!DOCTYPE.*?>", "", svg, flags=re.DOTALL)  # fmt: skip
    svg = re.sub(r">\s+<", "><", svg)
    svg = re.sub(r"\s+", " ", svg)
    svg = re.sub(r'(?<= d=")[-\d MLQCz]+(?=")', _relative, svg)
    return re.sub(r'(?<= )(d|x|y|transform)="[^"]*"', _rounded, svg)


def _relative(outline: re.Match[str]) -> str:
    """An outline in whole numbers, as letters have it, by its steps, which have fewer digits than its places."""
    start = here = (0, 0)
    written = ""
    for command, places in re.findall(r"([MLQCz])([-\d ]*)", outline[0]):
        numbers = [int(number) for number in places.split()]
        steps = [number - here[i % 2] for i, number in enumerate(numbers)]
        written += command.lower() + " ".join(map(str, steps)).replace(" -", "-")
        here = tuple(numbers[-2:]) or start  # z leads back to the start
        if command == "M":
            start = here
    return written


def _rounded(attribute: re.Match[str]) -> str:
    if "scale(" in attribute[0]:
        before, scale, after = attribute[0].partition("scale(")
        return _round(before) + scale + after
    return _round(attribute[0])


def _round(text: str) -> str:
    return re.sub(
        r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), text
    ).replace(' "', '"')


def _halos(content: str) -> str:
    """Behind each marked label a copy of it with a rim: all rims lie below all letters."""
    count = 0

    def halo(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        name = f"{_HALO}_{count}"
        return f'<use xlink:href="#{name}" class="{_HALO}"/><g id="{name}">'

    letters = rf'<g id="{_HALO}">(?=<g (?:style|transform)=)'
    content = re.sub(letters, halo, content)
    return content.replace(f'<g id="{_HALO}">', "<g>")  # the arrow of an annotation
