"""Signposts for readers: how long a page takes, what it builds on, where to get it, what a draft lacks, and the map of all."""

import re
import tomllib
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .ledger import Record
from .plan import CHAPTERS, Chapter

Link = Callable[[str], str]  # from a page's name to its address as seen from here

# Minutes: a page of 500 words in two and a half, and a while with paper for each equation and each exercise.
WORDS_A_MINUTE, EQUATION_MINUTES, EXERCISE_MINUTES = 200, 0.5, 2.5


def reading_minutes(notebook: NotebookNode) -> int:
    """How long a chapter takes to read, in steps of ten minutes."""
    text = "\n".join(
        cell.source for cell in notebook.cells if cell.cell_type == "markdown"
    )
    minutes = (
        len(text.split()) / WORDS_A_MINUTE
        + len(re.findall(r"^\$\$$", text, re.MULTILINE)) * EQUATION_MINUTES
        + text.count(":class: exercise") * EXERCISE_MINUTES
    )
    return max(10, 10 * round(minutes / 10))


def _project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


def repository(root: Path) -> str:
    """The public address of the repository, where pyproject.toml names one, otherwise nothing."""
    return _project(root).get("urls", {}).get("Repository", "").rstrip("/")


def footer(root: Path) -> str:
    """The edition, and where to report what is wrong in it if there is such a place."""
    address = repository(root)
    errata = f' · <a href="{address}/issues">Report an error</a>' if address else ""
    return f"<p>Version {_project(root)['version']}{errata}</p>"


def opening(
    chapter: Chapter, minutes: int, written: set[str], link: Link, address: str = ""
) -> str:
    """The line under a chapter's title: time, what it builds on, and the files to take along."""
    parts = [f"Chapter {chapter.number}", f"about {minutes} minutes"]
    if chapter.needs:
        parts.append(f"builds on {_needs(chapter, written, link)}")
    files = f"../_sources/chapters/{chapter.page}"
    parts.append(f'<a href="{files}.ipynb" download>notebook</a>')
    parts.append(f'<a href="{files}.py" download>Python file</a>')
    if address.startswith("https://github.com/"):
        place = address.removeprefix("https://github.com/")
        binder = f"https://mybinder.org/v2/gh/{place}/HEAD?labpath=chapters/{chapter.page}.ipynb"
        parts.append(f'<a href="{escape(binder)}">run on Binder</a>')
    return f'<p class="dl-opening">{" · ".join(parts)}</p>'


def progress(page: str, claims: dict, records: Iterable[Record]) -> str:
    """How much of what a page owes is there: "05a: 12 of 31 settled"."""
    items = claims["items"]
    owed = {i["id"] for i in items if i["page"] == page and "twin" not in i}
    there = owed & {record.id for record in records}
    return f"{page.partition('_')[0]}: {len(there)} of {len(owed)} settled"


def banner(said: str) -> str:
    """What stands above a draft."""
    return (
        '<div class="dl-draft" role="note"><b>Draft.</b> This page is being written; '
        f"nothing on it is final. {escape(said)}.</div>"
    )


def _needs(chapter: Chapter, written: set[str], link: Link) -> str:
    """ "2b, 3 and 4b", as links where these chapters exist."""
    needed = [other for other in CHAPTERS if other.number in chapter.needs]
    names = [
        f'<a href="{link(other.page)}">{other.number}</a>'
        if other.page in written
        else other.number
        for other in needed
    ]
    *first, last = names
    return f"chapters {', '.join(first)} and {last}" if first else f"chapter {last}"


def chapter_list(times: dict[str, int], link: Link) -> str:
    """Every chapter of the plan; those with a reading time exist and are links, the finished ones with what they are about."""
    rows = "".join(_row(chapter, times, link) for chapter in CHAPTERS)
    return f'<ol class="dl-chapters">{rows}</ol>'


def _row(chapter: Chapter, times: dict[str, int], link: Link) -> str:
    """A finished chapter in full; a draft or a planned one in a quiet line."""
    title, facts, about = escape(chapter.title), [], ""
    if chapter.page in times:
        facts.append(f"about {times[chapter.page]} minutes")
        title = f'<a href="{link(chapter.page)}">{title}</a>'
    if chapter.needs:
        facts.append(f"builds on {' and '.join(chapter.needs)}")
    ready = chapter.page in times and chapter.done
    if ready:
        title, about = f"<b>{title}</b>", f"<br>{escape(chapter.about)}"
    else:
        facts.insert(0, "draft" if chapter.page in times else "planned")
    return (
        f'<li class="{"dl-ready" if ready else "dl-coming"}"><span class="dl-number">{chapter.number}</span>'
        f'<span>{title} <span class="dl-facts">{", ".join(facts)}</span>{about}</span></li>'
    )


# ── The page that JupyterLab opens with ──

START = """\
# Deep Learning Notes, Put to the Test

{rows}

Open a chapter and choose *Run > Run All Cells*; it takes less than a minute. Move a slider. Change an assumption, run its cell
again with Shift+Enter, and watch the verdict under it. Exercises tell you in words what is wrong with an answer; the worked
solutions are the collapsed cells below them.

What you save keeps the notebook and its Python file in step. To get a chapter back as it was, close it and type
`make reset CHAPTER=02` in a terminal; your version is kept aside.

The library that the chapters call is in [lib/dlnotes](lib/dlnotes/__init__.py), a few pages a module. A chapter's `.py` file
opens as a notebook with the right button and *Open With > Jupytext Notebook*.
"""


def start_page(root: Path) -> str:
    """The chapters that exist, as links that open in JupyterLab from the root of the repository."""
    rows = []
    for chapter in CHAPTERS:
        path = root / f"chapters/{chapter.page}.ipynb"
        if path.exists():
            minutes = reading_minutes(nbformat.read(path, as_version=4))
            name = f"{chapter.number} {chapter.title}"
            rows.append(
                f"- [{name}](chapters/{path.name}): {chapter.about} "
                f"({'' if chapter.done else 'draft, '}about {minutes} minutes)"
            )
    return START.format(rows="\n".join(rows))


# ── The map: chapters on a line, an arc from each to those that build on it ──

STEP, RADIUS, FLATNESS = 26, 10, 0.55


def chapter_map(written: set[str], link: Link) -> str:
    """All chapters in order on a line; the arcs above it lead from a chapter to those that build on it."""
    place = {chapter.number: STEP * (i + 0.5) for i, chapter in enumerate(CHAPTERS)}
    spans = [
        (place[need], place[chapter.number])
        for chapter in CHAPTERS
        for need in chapter.needs
    ]
    base = FLATNESS * max(stop - start for start, stop in spans) / 2 + RADIUS + 4
    arcs = "".join(_arc(start, stop, base - RADIUS) for start, stop in spans)
    dots = "".join(
        _dot(chapter, place[chapter.number], base, written, link)
        for chapter in CHAPTERS
    )
    width, height = STEP * len(CHAPTERS), base + RADIUS + 2
    return (
        '<nav class="dl-map" aria-label="Map of the chapters">'
        f'<svg viewBox="0 0 {width} {height:g}">'
        f'<g aria-hidden="true">{arcs}</g>{dots}</svg>'
        "<p>An arc leads from a chapter to one that builds on it; filled chapters are written.</p></nav>"
    )


def _arc(start: float, stop: float, y: float) -> str:
    rx = (stop - start) / 2
    return f'<path d="M{start:g} {y:g}A{rx:g} {FLATNESS * rx:g} 0 0 1 {stop:g} {y:g}"/>'


def _dot(chapter: Chapter, x: float, y: float, written: set[str], link: Link) -> str:
    dot = (
        f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS}"/>'
        f'<text x="{x:g}" y="{y:g}" dy="0.35em">{chapter.number}</text>'
    )
    name = escape(f"{chapter.number}. {chapter.title}")
    if chapter.page not in written:
        return f'<g class="dl-coming" role="img" aria-label="{name}, planned"><title>{name}, planned</title>{dot}</g>'
    name += "" if chapter.done else ", draft"
    return f'<a href="{link(chapter.page)}" aria-label="{name}"><title>{name}</title>{dot}</a>'
