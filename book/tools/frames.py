"""Moves pictures that are written inside a page into files beside it.

A notebook must carry its figures inside itself to work anywhere; a page must not, or its reader
waits for a hundred pictures to see one. Frames that are hidden and lazy are fetched only when a
slider is about to show them.

On a narrow screen panels that stand side by side are too small to read, so a figure with gaps between
its panels gets a second file, in which the same panels stand one below the other. Like every picture of
`dlnotes.explore` it is drawn for a dark page where its address ends in #dark.
"""

import hashlib
import re
from base64 import b64decode
from itertools import pairwise
from pathlib import Path

PREFIX = "frame-"
_SUFFIX = {"svg+xml": "svg", "png": "png", "jpeg": "jpg", "gif": "gif", "webp": "webp"}
_DATA = re.compile(
    rf'<img src="data:image/({"|".join(map(re.escape, _SUFFIX))});base64,([A-Za-z0-9+/=\s]+)"([^>]*)>'
)
_SHEET = re.compile(
    r'\s*style="[^"]*"'
)  # what a notebook lays under a picture; a page knows its own ground
_GAPS = re.compile(r'data-gaps="([\d. ]+)"')
_SVG = re.compile(r"<svg\b([^>]*)>(.*)</svg>", re.DOTALL)
_BOX = re.compile(r'viewBox="0 0 (\S+) (\S+)"')
NARROW = "screen and (max-width: 600px)"  # as in dlnotes.css
POINTS_A_PIXEL = 0.72  # a figure has 100 pixels an inch, and its SVG counts in points


def extract(html: str, folder: str) -> tuple[str, dict[str, bytes]]:
    """The html with a lazy picture in `folder` for each embedded one, and these by file name."""
    files: dict[str, bytes] = {}

    def file(data: bytes, suffix: str) -> str:
        name = f"{PREFIX}{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
        files[name] = data
        return f"{folder}/{name}"

    def move(match: re.Match[str]) -> str:
        kind, encoded, attributes = match.groups()
        attributes = _SHEET.sub("", attributes)
        data = b64decode(encoded)
        address = file(data, _SUFFIX[kind])
        img = f'<img src="{address}" loading="lazy" decoding="async"{attributes}>'
        gaps = _GAPS.search(attributes)
        if gaps is None:
            return img
        stacked, size = stack(data.decode(), [float(gap) for gap in gaps[1].split()])
        tall = f'srcset="{file(stacked.encode(), "svg")}" {size}'
        return f'<picture><source media="{NARROW}" {tall}>{img}</picture>'

    return _DATA.sub(move, html), files


def stack(svg: str, gaps: list[float]) -> tuple[str, str]:
    """The panels of an SVG between its gaps (shares of its width) one below the other, and the size of all."""
    attributes, content = _SVG.search(svg).groups()
    names = " ".join(re.findall(r'xmlns\S*="[^"]*"', attributes))
    width, height = map(float, _BOX.search(attributes).groups())
    edges = [0, *(gap * width for gap in gaps), width]
    panels = [(left, right - left) for left, right in pairwise(edges)]
    widest = max(wide for _, wide in panels)
    views = "".join(
        f'<svg x="{(widest - wide) / 2:.1f}" y="{row * height:.1f}" width="{wide:.1f}" height="{height:.1f}" '
        f'viewBox="{left:.1f} 0 {wide:.1f} {height:.1f}"><use xlink:href="#all"/></svg>'
        for row, (left, wide) in enumerate(panels)
    )
    total = height * len(panels)
    wide, tall = (round(length / POINTS_A_PIXEL) for length in (widest, total))
    size = f'width="{wide}" height="{tall}"'
    return (
        f'<svg id="dark" {names} {size} viewBox="0 0 {widest:.1f} {total:.1f}">'
        f'<defs><g id="all">{content}</g></defs>{views}</svg>'
    ), size


def save(files: dict[str, bytes], folder: Path) -> None:
    """Write the pictures that are not there yet; equal names mean equal content."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(data)


def prune(site: Path) -> list[str]:
    """Remove the pictures no page shows any more, which incremental builds would pile up."""
    used = set()
    for page in site.rglob("*.html"):
        used.update(
            re.findall(
                rf"{PREFIX}[0-9a-f]{{16}}\.\w+", page.read_text(encoding="utf-8")
            )
        )
    gone = [
        path for path in (site / "_images").glob(f"{PREFIX}*") if path.name not in used
    ]
    for path in gone:
        path.unlink()
    return sorted(path.name for path in gone)
