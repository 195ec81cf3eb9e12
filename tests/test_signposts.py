"""What the pages say about the chapters: times, what builds on what, files, the map."""

import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book.tools import plan, signposts
from book.tools.ledger import Record
from book.tools.plan import CHAPTERS

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
LINK = "{}.html".format


def test_a_chapter_builds_on_earlier_ones():
    numbers = [chapter.number for chapter in CHAPTERS]
    for place, chapter in enumerate(CHAPTERS):
        assert set(chapter.needs) <= set(numbers[:place]), chapter.page


def test_reading_time_counts_words_equations_and_exercises():
    prose = new_markdown_cell("word " * 2000)
    equations = new_markdown_cell("$$\nx\n$$ (eq-1)\n" * 40)
    exercises = new_markdown_cell("\n:class: exercise\n" * 8)
    code = new_code_cell("word " * 5000)
    assert signposts.reading_minutes(new_notebook(cells=[prose, code])) == 10
    assert signposts.reading_minutes(new_notebook(cells=[prose, equations])) == 30
    assert signposts.reading_minutes(new_notebook(cells=[prose, exercises])) == 30


def test_the_opening_names_what_a_chapter_builds_on_and_its_files():
    chapter = next(c for c in CHAPTERS if c.number == "5a")
    line = signposts.opening(chapter, 70, {"03_probability"}, LINK)
    assert "Chapter 5a · about 70 minutes" in line
    assert 'chapters 2a and <a href="03_probability.html">3</a>' in line
    for suffix in ("ipynb", "py"):
        assert (
            f'href="../_sources/chapters/05a_learning_from_data.{suffix}" download'
            in line
        )
    assert "Binder" not in line
    line = signposts.opening(chapter, 70, set(), LINK, "https://github.com/an/address")
    assert (
        "https://mybinder.org/v2/gh/an/address/HEAD?labpath=chapters/05a_learning_from_data.ipynb"
        in line
    )


def test_an_address_for_errata_appears_only_where_there_is_one(tmp_path):
    project = '[project]\nversion = "1.2"\n'
    (tmp_path / "pyproject.toml").write_text(project)
    assert signposts.footer(tmp_path) == "<p>Version 1.2</p>"
    address = '[project.urls]\nRepository = "https://github.com/an/address/"\n'
    (tmp_path / "pyproject.toml").write_text(project + address)
    assert "https://github.com/an/address/issues" in signposts.footer(tmp_path)


def test_the_map_has_an_arc_for_every_need_and_links_what_exists():
    svg = signposts.chapter_map({"04a_numbers_on_a_computer"}, LINK)
    assert svg.count("<path") == sum(len(chapter.needs) for chapter in CHAPTERS)
    assert svg.count("<circle") == len(CHAPTERS)
    assert re.findall(r'<a href="([^"]*)"', svg) == ["04a_numbers_on_a_computer.html"]
    assert svg.count(", planned</title>") == len(CHAPTERS) - 1


def test_what_is_not_done_is_one_quiet_line():
    planned = next(chapter for chapter in CHAPTERS if not chapter.done)
    done = next(chapter for chapter in CHAPTERS if chapter.done)
    times = {planned.page: 60, done.page: 60}
    rows = signposts.chapter_list(times, LINK).split("<li ")
    draft = next(row for row in rows if f">{planned.title}<" in row)
    ready = next(row for row in rows if f">{done.title}<" in row)
    assert "dl-coming" in draft and planned.about not in draft and "<a " in draft
    assert "dl-ready" in ready and done.about in ready and "<b><a " in ready


CLAIMS = {
    "items": [
        {"id": "C5.1", "page": "05a_learning_from_data"},
        {"id": "C5.2", "page": "05a_learning_from_data", "twin": "C2.1"},
        {"id": "Q5.1", "page": "05a_learning_from_data"},
        {"id": "C2.1", "page": "02a_linear_algebra"},
    ]
}


def test_a_draft_says_in_one_line_how_far_it_is():
    records = [
        Record("Q5.1", "05a_learning_from_data"),
        Record("C2.1", "02a_linear_algebra"),
    ]
    said = signposts.progress("05a_learning_from_data", CLAIMS, records)
    assert said == "05a: 1 of 2 settled"
    assert said in signposts.banner(said)


def test_drafts_are_called_drafts():
    planned = next(chapter for chapter in CHAPTERS if not chapter.done)
    assert "draft" in signposts.chapter_list({planned.page: 60}, LINK)
    assert "draft" in signposts.chapter_map({planned.page}, LINK)
    for page in plan.DONE:
        assert "draft" not in signposts.chapter_list({page: 60}, LINK)


# ── The plan ──

PAGES = [chapter.page for chapter in CHAPTERS]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("05a", "5a"), ("5a", "5a"), ("5A", "5a"), ("05", "5a 5b 5c"), ("5", "5a 5b 5c"), ("1", "1"), ("01", "1"),
        ("10", "10a 10b"), ("06b_backpropagation", "6b"), ("05_", ""), ("17", ""), ("0", ""), ("6d", ""), ("a", ""),
    ],
)  # fmt: skip
def test_pages_are_recognized_by_their_number(asked, numbers):
    assert [plan.number(page) for page in plan.meant(asked, PAGES)] == numbers.split()


def test_a_number_that_no_page_has_ends_the_program_with_those_there_are(monkeypatch):
    monkeypatch.setenv("CHAPTER", "17")
    with pytest.raises(SystemExit, match="no chapter 17; there are: 2a, 6b"):
        plan.chosen(["02a_linear_algebra", "06b_backpropagation"])
    monkeypatch.setenv("CHAPTER", "")
    assert plan.chosen(PAGES) == PAGES


def test_the_start_page_leads_to_every_chapter():
    links = re.findall(r"\]\(([^)]*)\)", signposts.start_page(ROOT))
    assert [path.relative_to(ROOT).as_posix() for path in NOTEBOOKS] == links[:-1]
    assert all((ROOT / link).exists() for link in links)


def test_the_list_links_what_has_a_reading_time():
    html = signposts.chapter_list({"03_probability": 90}, LINK)
    assert html.count("<li") == len(CHAPTERS) and html.count("<a ") == 1
    assert '<a href="03_probability.html">' in html and "about 90 minutes" in html
