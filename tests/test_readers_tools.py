"""Handouts, restoring a chapter, printing: what readers and teachers call."""

import ast
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import read

from book.tools import clean, environment, handout, keeping, pdf, reset, testing

ROOT = Path(__file__).resolve().parents[1]
WHO = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "core.autocrlf=false"]
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


def test_what_was_written_into_a_handout_is_kept(tmp_path, capsys):
    (tmp_path / "chapters").mkdir()
    shutil.copy(NOTEBOOKS[0], tmp_path / "chapters")
    handout.run(tmp_path)
    handout.run(tmp_path)
    clean.run(tmp_path)
    assert not (tmp_path / keeping.FOLDER).exists()  # nobody wrote anything
    for job in (handout.run, clean.run):
        handout.run(tmp_path)
        path = tmp_path / "handout" / NOTEBOOKS[0].name
        written = path.read_text("utf-8").replace("import", f"{job.__module__}; import")
        path.write_text(written, "utf-8")
        job(tmp_path)
        assert written in [p.read_text("utf-8") for p in tmp_path.rglob(".kept/*/*/*")]
        assert "was edited by hand" in capsys.readouterr().err


def test_a_full_disk_leaves_the_handout_that_was_there(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    shutil.copy(NOTEBOOKS[0], tmp_path / "chapters")
    handout.run(tmp_path)
    path = tmp_path / "handout" / NOTEBOOKS[0].name
    before = path.read_bytes()

    def full(file, content):
        with file.open("wb") as stream:
            stream.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        handout.run(tmp_path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


# ── Restoring ──


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    """A git repository with two chapters."""
    (tmp_path / "chapters").mkdir()
    for name in ("02_a.py", "02_a.ipynb", "03_b.py"):
        (tmp_path / "chapters" / name).write_bytes(f"first {name}\n".encode())
    for command in (["init", "-q"], ["add", "."], [*WHO, "commit", "-qm", "first"]):
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
    (kept,) = (clone / keeping.FOLDER).rglob("02_a.py")
    assert kept.read_text() == "mine"
    assert "Restored chapters/02_a.ipynb, chapters/02_a.py" in capsys.readouterr().out
    assert reset.run(clone) == 0
    assert "Nothing to do: the chapter is as in commit" in capsys.readouterr().out


def test_a_chapter_comes_back_as_handed_out_after_the_reader_committed(clone, tmp_path_factory):  # fmt: skip
    mine = tmp_path_factory.mktemp("course") / "mine"
    subprocess.run(["git", "clone", "-q", clone, mine], check=True)
    (mine / "chapters/02_a.py").write_text("mine")
    subprocess.run(["git", *WHO, "commit", "-qam", "my answers"], cwd=mine, check=True)
    assert reset.run(mine) == 0
    assert (mine / "chapters/02_a.py").read_bytes() == b"first 02_a.py\n"


def test_a_chapter_is_restored_in_a_folder_of_a_course(clone, capsys):
    """The book may lie deep in a repository; one that does not hold the book says so."""
    book = clone / "week 1/book"
    (book / "chapters").mkdir(parents=True)
    (book / "chapters/02_a.py").write_bytes(b"the course's\n")
    assert reset.run(book) == 1
    assert "holds no chapters" in capsys.readouterr().err
    for command in (["add", "."], [*WHO, "commit", "-qm", "the book"]):
        subprocess.run(["git", *command], cwd=clone, check=True)
    (book / "chapters/02_a.py").write_text("mine")
    assert reset.run(book) == 0
    assert (book / "chapters/02_a.py").read_bytes() == b"the course's\n"


def test_what_git_advises_is_passed_on(clone, monkeypatch, capsys):
    """For instance about a folder that another user owns."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert reset.run(clone) == 1
    assert "safe.directory" in capsys.readouterr().err


def test_restoring_needs_no_environment(clone):
    (clone / "book").mkdir()
    shutil.copy(ROOT / "book/make.py", clone / "book")
    shutil.copytree(ROOT / "book/tools", clone / "book/tools")
    (clone / "chapters/02_a.py").write_text("mine")
    command = [sys.executable, "-I", "-S", "book/make.py", "reset"]
    subprocess.run(command, cwd=clone, check=True)
    assert (clone / "chapters/02_a.py").read_bytes() == b"first 02_a.py\n"
    assert not (clone / ".venv").exists()


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


def test_browsers_are_looked_for_where_systems_put_them(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "nothing here"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert any("ProgramFiles" in place for place in pdf.BROWSERS)
    assert any(place.startswith("/Applications/") for place in pdf.BROWSERS)
    browser = tmp_path / "its folder/browser"
    browser.parent.mkdir()
    browser.touch(mode=0o755)
    monkeypatch.setenv("ItsFolder", str(browser.parent))
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser", "$ItsFolder/browser"))
    assert pdf.find_browser() == str(browser)


def test_what_args_says_is_handed_on(monkeypatch):
    monkeypatch.setenv("ARGS", "-k 'two words' --lf")
    assert environment.more_arguments() == ["-k", "two words", "--lf"]
    assert testing.pytest(["tests"])[-3:] == ["-k", "two words", "--lf"]
    monkeypatch.delenv("ARGS")
    assert environment.more_arguments() == []


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
