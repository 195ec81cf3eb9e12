"""The skeleton of a page: complete, right at once, and never written over anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest
from dlnotes import claims
from wording import (
    authors_by_year,
    citations_without_entry,
    strange_titles,
    terms_without_entry,
)

from book.tools import formatting, plan, skeleton

ROOT = Path(__file__).parents[1]
PAGE = "16_structured_models"


@pytest.fixture
def book(tmp_path, monkeypatch):
    """The library, the templates, and no chapter yet."""
    for folder in ("lib/dlnotes", "book/templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / plan.exercises_file(PAGE)).unlink(missing_ok=True)
    (tmp_path / "chapters").mkdir()
    monkeypatch.setenv("CHAPTER", "16")
    return tmp_path


def test_the_skeleton_runs_and_its_exercise_checks(book):
    assert skeleton.run(book) == 0
    cells = jupytext.read(book / f"chapters/{PAGE}.py").cells
    code = "\n\n".join(cell.source for cell in cells if cell.cell_type == "code")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(book / "lib"), "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr


def test_the_skeleton_lists_what_the_page_owes_and_passes_the_checks_of_prose(book):
    skeleton.run(book)
    text = (book / f"chapters/{PAGE}.py").read_text("utf-8")
    items = claims.ledger()["items"]
    owed = [item for item in items.values() if item["page"] == PAGE]
    assert owed
    for item in owed:
        assert f"# {item['id']}: {item['statement']}" in text
    assert text.startswith(f"# %% [markdown]\n# # {plan.BY_PAGE[PAGE].title}\n")
    known = authors_by_year((ROOT / "book/references.bib").read_text("utf-8"))
    assert citations_without_entry(text, known) == []
    assert terms_without_entry(text, set()) == strange_titles(text, items) == []
    assert formatting.HEAD.sub(formatting.complete, text) == text


def test_nothing_is_written_over(book, capsys):
    (book / f"chapters/{PAGE}.py").write_text("mine")
    assert skeleton.run(book) == 0
    assert (book / f"chapters/{PAGE}.py").read_text() == "mine"
    assert "stays as it is" in capsys.readouterr().out
    assert (book / plan.exercises_file(PAGE)).exists()


@pytest.mark.parametrize("asked", ["", "5"])
def test_one_page_must_be_named(book, monkeypatch, capsys, asked):
    monkeypatch.setenv("CHAPTER", asked)
    assert skeleton.run(book) == 2
    assert "Say which page" in capsys.readouterr().err
    assert list((book / "chapters").iterdir()) == []
