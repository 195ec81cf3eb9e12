"""The chapters as tests see them: cells of the source, stored outputs, pictures, words.

`CHAPTER=05a` restricts them to one page. A file that is missing or cannot be read fails one test of its page, with
one sentence; the others that would read it are skipped.
"""

import functools
import re
from html.parser import HTMLParser
from pathlib import Path

import jupytext
import nbformat
import pytest

from book.tools import plan

ROOT = Path(__file__).parents[1]
PAGES = plan.chosen(plan.existing(ROOT))
DONE = [page for page in PAGES if page in plan.DONE]
every_page = pytest.mark.parametrize("page", PAGES)


def path(page: str, suffix: str) -> Path:
    """chapters/NN_name.py or .ipynb."""
    return ROOT / "chapters" / f"{page}.{suffix}"


@functools.cache
def _read(page: str, suffix: str) -> nbformat.NotebookNode | str:
    """One file as cells, or the sentence that says why it cannot be read."""
    file = path(page, suffix)
    try:
        return jupytext.read(file)
    except FileNotFoundError:
        return f"there is no {file.name}."
    except Exception as problem:
        first = str(problem).partition("\n")[0]
        return f"{file.name} cannot be read: {type(problem).__name__}: {first}"


def cells(page: str, suffix: str) -> list[nbformat.NotebookNode]:
    """All cells of the .py or the .ipynb file."""
    if problem := unreadable(page, suffix):
        pytest.skip(problem)
    return _read(page, suffix).cells


def unreadable(page: str, suffix: str) -> str:
    """Why a file cannot be read, in one sentence; nothing if it can."""
    found = _read(page, suffix)
    return found if isinstance(found, str) else ""


def sources(page: str) -> list[str]:
    """The code cells of a page's .py file."""
    return [c.source for c in cells(page, "py") if c.cell_type == "code"]


def prose(page: str) -> str:
    """The Markdown cells of a page's .py file, a blank line between them."""
    return "\n\n".join(c.source for c in cells(page, "py") if c.cell_type == "markdown")


def notebook(page: str) -> nbformat.NotebookNode:
    """The executed notebook."""
    cells(page, "ipynb")
    return _read(page, "ipynb")


def outputs(page: str) -> list[nbformat.NotebookNode]:
    """All stored outputs, in reading order."""
    return [
        output for cell in cells(page, "ipynb") for output in cell.get("outputs", [])
    ]


def images(page: str) -> list[dict]:
    """The attributes of every <img> in an output."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: (
        found.append(dict(attrs)) if tag == "img" else None
    )
    for output in outputs(page):
        parser.feed(output.get("data", {}).get("text/html", ""))
    return found


def said(page: str) -> list[str]:
    """All that outputs say in words: streams, plain text, and HTML without its pictures."""
    texts = []
    for output in outputs(page):
        data = output.get("data", {})
        texts += [
            output.get("text", ""),
            data.get("text/plain", ""),
            data.get("text/html", ""),
        ]
    return [re.sub(r"data:image/[^\"]*", "", text) for text in texts]


def refuse(page: str, problems: list[str]) -> None:
    """Fail with all problems, a sentence each; an assertion would show the first and cut the rest."""
    if problems:
        pytest.fail("\n".join(f"{page}: {p}" for p in problems), pytrace=False)
