"""Execute the chapters: chapters/NN_name.py becomes NN_name.ipynb, with its outputs.

What is executed depends on content, never on file times, which mean nothing in a fresh clone.
"""

import hashlib
import os
import re
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from book.tools.pairs import check_pairs, dumps, first_line, normalize, rebuild

__all__ = ["check_pairs", "execute", "run"]

CELL_SECONDS = 600
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class ChapterError(Exception):
    """A chapter could not be executed; the message says where and why."""


def run(root: Path) -> int:
    """Execute every chapter that changed since it last succeeded; go on when one fails."""
    prefix = os.environ.get("CHAPTER", "")
    chapters = sorted((root / "chapters").glob(f"{prefix}*.py"))
    if not chapters:
        print(
            f"No chapter begins with '{prefix}'."
            if prefix
            else "There are no chapters yet."
        )
        return 2 if prefix else 0
    shared = fingerprint(shared_files(root))
    due = [
        path for path in chapters if stamp_of(path, shared) != read_stamp(root, path)
    ]
    print(f"{len(due)} of {len(chapters)} chapters to execute.", flush=True)
    failures = [path.stem for path in due if not refresh(root, path, shared)]
    if failures:
        print(f"Failed, and left as they were: {', '.join(failures)}.", file=sys.stderr)
    return 1 if failures else 0


def refresh(root: Path, source: Path, shared: str) -> bool:
    """Execute one chapter and replace its notebook, or say what went wrong and leave it alone."""
    started = time.monotonic()
    before = stamp_of(source, shared)
    try:
        notebook = execute(source)
    except ChapterError as problem:
        print(f"\n{source.stem}: FAILED at {problem}\n", file=sys.stderr, flush=True)
        return False
    replace(source.with_suffix(".ipynb"), dumps(notebook))
    if (
        stamp_of(source, shared).split()[0] == before.split()[0]
    ):  # not edited in the meantime
        replace(stamp_path(root, source), stamp_of(source, shared))
    show(source, len(notebook.cells), len(notebook.cells), started, last=True)
    return True


def execute(source: Path) -> NotebookNode:
    """Run a chapter's cells in a fresh kernel, in the folder where JupyterLab would run them."""
    started = time.monotonic()
    try:
        notebook = rebuild(source)
    except Exception as problem:
        raise ChapterError(f"reading {source.name}: {problem}") from None
    client = NotebookClient(notebook, kernel_name="python3", timeout=CELL_SECONDS)
    client.record_timing = False
    client.extra_arguments = [
        "--log-level=CRITICAL"
    ]  # kernels chat on start and on Ctrl-C
    # Cell by cell, because NotebookClient.execute() takes Ctrl-C for a dead kernel and goes on.
    with client.setup_kernel(cwd=str(source.parent)):
        for number, cell in enumerate(notebook.cells, start=1):
            show(source, number, len(notebook.cells), started)
            try:
                client.execute_cell(cell, number - 1)
            except Exception as problem:
                where = f"cell {number} of {len(notebook.cells)}, {first_line(cell)}"
                raise ChapterError(f"{where}:\n{describe(problem)}") from None
    return normalize(notebook)


def describe(problem: Exception) -> str:
    """The exception and the end of its traceback, in plain text."""
    if not isinstance(problem, CellExecutionError):
        return f"    {type(problem).__name__}: {problem}"
    tail = ANSI.sub("", problem.traceback).rstrip().splitlines()[-12:]
    said = f"{problem.ename}: {problem.evalue}"
    lines = tail if tail and problem.ename in tail[-1] else [*tail, said]
    return "\n".join(f"    {line}" for line in lines)


def show(
    source: Path, done: int, total: int, started: float, *, last: bool = False
) -> None:
    """One line for each chapter; on a terminal it counts the cells."""
    line = f"  {source.stem:<28} {done:>3}/{total} cells {time.monotonic() - started:6.1f} s"
    if sys.stdout.isatty():
        print(f"\r{line}", end="\n" if last else "", flush=True)
    elif last:
        print(line, flush=True)


def shared_files(root: Path) -> list[Path]:
    """What every chapter's outputs depend on beside its own source."""
    library = [path for path in (root / "lib/dlnotes").rglob("*") if path.is_file()]
    single = [root / "requirements.txt", root / "benchmarks/results.json"]
    tools = [root / "book/tools/notebooks.py", root / "book/tools/pairs.py"]
    files = (
        [path for path in library if "__pycache__" not in path.parts] + single + tools
    )
    return sorted(path for path in files if path.exists())


def fingerprint(files: list[Path]) -> str:
    """One hash of the names and contents of files."""
    digest = hashlib.sha256()
    for path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.name} {content}\n".encode())
    return digest.hexdigest()


def stamp_of(source: Path, shared: str) -> str:
    """Hashes of what goes into a notebook and of the notebook itself."""
    notebook = source.with_suffix(".ipynb")
    into = hashlib.sha256((shared + fingerprint([source])).encode()).hexdigest()
    return f"{into} {fingerprint([notebook]) if notebook.exists() else 'missing'}\n"


def stamp_path(root: Path, source: Path) -> Path:
    """Where the stamp of a chapter's last success lies."""
    return root / ".cache/notebooks" / source.stem


def read_stamp(root: Path, source: Path) -> str:
    """The stamp of a chapter's last success, or nothing."""
    path = stamp_path(root, source)
    return path.read_text("utf-8") if path.exists() else ""


def replace(path: Path, text: str) -> None:
    """Write a file in one stroke, so that no interruption leaves half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
