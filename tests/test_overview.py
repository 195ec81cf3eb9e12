"""What the pages say about the chapters: times, what builds on what, files, the map."""

import re
from pathlib import Path

import pytest
from nbformat import read
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book.tools import overview
from book.tools.contents import CHAPTERS

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
LINK = "{}.html".format
IN_WORDS = {
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "a hundred": 100,
    "a hundred and ten": 110,
}


def test_a_chapter_builds_on_earlier_ones():
    numbers = [chapter.number for chapter in CHAPTERS]
    for place, chapter in enumerate(CHAPTERS):
        assert set(chapter.needs) <= set(numbers[:place]), chapter.page


def test_reading_time_counts_words_equations_and_exercises():
    prose = new_markdown_cell("word " * 2000)
    equations = new_markdown_cell("$$\nx\n$$ (eq-1)\n" * 40)
    exercises = new_markdown_cell("\n:class: exercise\n" * 8)
    code = new_code_cell("word " * 5000)
    assert overview.reading_minutes(new_notebook(cells=[prose, code])) == 10
    assert overview.reading_minutes(new_notebook(cells=[prose, equations])) == 30
    assert overview.reading_minutes(new_notebook(cells=[prose, exercises])) == 30


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_announces_the_time_that_is_counted(path):
    notebook = read(path, as_version=4)
    text = " ".join(notebook.cells[0].source.split())
    (said,) = re.findall(r"Reading takes about ([a-z ]+?) minutes", text)
    assert IN_WORDS[said] == overview.reading_minutes(notebook)


def test_the_opening_names_what_a_chapter_builds_on_and_its_files():
    chapter = next(c for c in CHAPTERS if c.number == "14")
    line = overview.opening(chapter, 70, {"03_probability"}, LINK)
    assert "Chapter 14 · about 70 minutes" in line
    assert 'chapters <a href="03_probability.html">3</a> and 6b' in line
    for suffix in ("ipynb", "py"):
        assert f'href="../_sources/chapters/14_autoencoders.{suffix}" download' in line
    assert "Binder" not in line
    line = overview.opening(chapter, 70, set(), LINK, "https://github.com/an/address")
    assert (
        "https://mybinder.org/v2/gh/an/address/HEAD?labpath=chapters/14_autoencoders.ipynb"
        in line
    )


def test_an_address_for_errata_appears_only_where_there_is_one(tmp_path):
    project = '[project]\nversion = "1.2"\n'
    (tmp_path / "pyproject.toml").write_text(project)
    assert overview.footer(tmp_path) == "<p>Version 1.2</p>"
    address = '[project.urls]\nRepository = "https://github.com/an/address/"\n'
    (tmp_path / "pyproject.toml").write_text(project + address)
    assert "https://github.com/an/address/issues" in overview.footer(tmp_path)


def test_the_map_has_an_arc_for_every_need_and_links_what_exists():
    svg = overview.chapter_map({"04_numerical_computation"}, LINK)
    assert svg.count("<path") == sum(len(chapter.needs) for chapter in CHAPTERS)
    assert svg.count("<circle") == len(CHAPTERS)
    assert re.findall(r'<a href="([^"]*)"', svg) == ["04_numerical_computation.html"]
    assert svg.count(", planned</title>") == len(CHAPTERS) - 1


def test_the_start_page_leads_to_every_chapter():
    links = re.findall(r"\]\(([^)]*)\)", overview.start_page(ROOT))
    assert [path.relative_to(ROOT).as_posix() for path in NOTEBOOKS] == links[:-1]
    assert all((ROOT / link).exists() for link in links)


def test_the_list_links_what_has_a_reading_time():
    html = overview.chapter_list({"03_probability": 90}, LINK)
    assert html.count("<li") == len(CHAPTERS) and html.count("<a ") == 1
    assert '<a href="03_probability.html">' in html and "about 90 minutes" in html
