"""Handouts, restoring a chapter, printing: what readers and teachers call."""

import ast
import os
import subprocess
from pathlib import Path

import pytest
from nbformat import read

from book.tools import handout, pdf, reset, testing

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))


# ── Handouts ──


def defined(source: str) -> set[str]:
    """Names that a cell makes on its outermost level."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}  # fmt: skip
    return names


def used(source: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_handout_keeps_every_check_and_runs_without_the_solutions(path):
    notebook = read(path, as_version=4)
    exercises = sum(":class: exercise" in cell.source for cell in notebook.cells)
    solutions = [i for i, c in enumerate(notebook.cells) if handout.is_solution(c)]
    later = {
        name
        for i, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and i not in solutions
        for name in used(cell.source)
        if any(
            i > s + 1 and name in defined(notebook.cells[s].source) for s in solutions
        )
    }
    assert handout.strip(notebook) == len(solutions) == exercises
    text = "\n".join(cell.source for cell in notebook.cells)
    assert text.count("exercises.check_") == exercises
    for cell in notebook.cells:  # an exercise leaves a stub under the name it asks for
        if cell.cell_type == "code" and "exercises.check_" in cell.source:
            later -= defined(cell.source)
    assert not later, f"cells use {later}, which only solutions define"


def test_handouts_are_written_beside_the_chapters(tmp_path, capsys):
    (tmp_path / "chapters").mkdir()
    original = NOTEBOOKS[0].read_text("utf-8")
    (tmp_path / "chapters" / NOTEBOOKS[0].name).write_text(original, "utf-8")
    assert handout.run(tmp_path) == 0
    written = read(tmp_path / "handout" / NOTEBOOKS[0].name, as_version=4)
    assert not any(handout.is_solution(cell) for cell in written.cells)
    assert (tmp_path / "chapters" / NOTEBOOKS[0].name).read_text("utf-8") == original
    assert "solutions left out" in capsys.readouterr().out


# ── Restoring ──


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    """A git repository with two chapters."""
    (tmp_path / "chapters").mkdir()
    for name in ("02_a.py", "02_a.ipynb", "03_b.py"):
        (tmp_path / "chapters" / name).write_bytes(f"first {name}\n".encode())
    who = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "core.autocrlf=false"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "first"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setenv("CHAPTER", "02")
    return tmp_path


def test_a_chapter_is_restored_and_what_was_there_is_kept(clone, capsys):
    mine, other = clone / "chapters/02_a.py", clone / "chapters/03_b.py"
    mine.write_text("mine")
    other.write_text("my other work")
    (clone / "chapters/02_a.ipynb").unlink()
    assert reset.run(clone) == 0
    assert mine.read_bytes() == b"first 02_a.py\n"
    assert (clone / "chapters/02_a.ipynb").exists()
    assert other.read_text() == "my other work"
    (kept,) = (clone / reset.KEPT).rglob("02_a.py")
    assert kept.read_text() == "mine"
    assert "Restored chapters/02_a.ipynb, chapters/02_a.py" in capsys.readouterr().out
    assert reset.run(clone) == 0
    assert "Nothing to do" in capsys.readouterr().out


def test_restoring_asks_for_a_chapter_that_exists(clone, monkeypatch, capsys):
    monkeypatch.setenv("CHAPTER", "")
    assert reset.run(clone) == 2
    assert "which chapter" in capsys.readouterr().err
    monkeypatch.setenv("CHAPTER", "99")
    with pytest.raises(SystemExit, match="no chapter 99; there are: 2, 3"):
        reset.run(clone)


def test_restoring_needs_a_clone(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHAPTER", "02")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert reset.run(tmp_path) == 1
    assert "git clone" in capsys.readouterr().err


# ── Printing ──


def test_printing_names_the_browsers_it_looked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "BROWSERS", ("chromium",))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert pdf.run(tmp_path) == 1
    assert "CHROMIUM=" in capsys.readouterr().err
    browser = tmp_path / "my-browser"
    browser.write_text("")
    os.chmod(browser, 0o755)
    monkeypatch.setenv("CHROMIUM", str(browser))
    assert pdf.find_browser() == str(browser)


# ── Testing ──


def test_one_page_is_tested_by_what_exists_of_it(tmp_path):
    page, other = "05a_learning_from_data", "06b_backpropagation"
    (tmp_path / "chapters").mkdir()
    for name in (f"{page}.py", f"{page}.ipynb", f"{other}.py", f"{other}.ipynb"):
        (tmp_path / "chapters" / name).touch()
    parts = dict(testing.page_parts(tmp_path, [page]))
    assert parts["style"][3:] == [f"chapters/{page}.py"]
    assert f"chapters/{page}.ipynb" in parts["tests and notebook"]
    assert other not in str(parts)
    (tmp_path / f"chapters/{page}.ipynb").unlink()
    assert page not in str(
        dict(testing.page_parts(tmp_path, [page]))["tests and notebook"]
    )
