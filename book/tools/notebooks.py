"""Execute the chapters: chapters/NN_name.py becomes NN_name.ipynb, with its outputs.

What is executed depends on content, never on file times, which mean nothing in a fresh clone.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from book.tools import plan
from book.tools.dependencies import fingerprint
from book.tools.pairs import dumps, first_line, normalize, rebuild

AT_ONCE = 2
CELL_SECONDS = 600
ANSI = re.compile(r"\x1b\[[0-9;]*m")
WORKER = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from book.tools.notebooks import work; sys.exit(work(sys.argv[2]))"
)


class ChapterError(Exception):
    """A chapter could not be executed; the message says where and why."""


def run(root: Path) -> int:
    """Execute every chapter that changed since it last succeeded; go on when one fails."""
    pages = plan.chosen(plan.existing(root))
    chosen = due(root, pages)
    print(f"{len(chosen)} of {len(pages)} chapters to execute.", flush=True)
    failures = refresh_all(root, chosen)
    if failures:
        print(f"Failed, and left as they were: {', '.join(failures)}.", file=sys.stderr)
    return 1 if failures else 0


def due(root: Path, pages: list[str]) -> list[str]:
    """The pages whose outputs are not those of the present sources."""
    return [
        page
        for page in pages
        if (root / f"chapters/{page}.py").exists()
        and stamp_of(root, page) != read_stamp(stamp_path(root, page))
    ]


def refresh_all(root: Path, pages: list[str]) -> list[str]:
    """Execute pages, two at once, each in a process of its own; returns those that failed."""
    started, waiting, failed = time.monotonic(), list(pages), []
    running: dict[str, subprocess.Popen] = {}
    command = [sys.executable, "-c", WORKER, str(Path(__file__).parents[2])]
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                page = waiting.pop(0)
                running[page] = subprocess.Popen([*command, page], cwd=root)
            time.sleep(0.1)
            for page in [
                p for p, process in running.items() if process.poll() is not None
            ]:
                if running.pop(page).returncode:
                    failed.append(page)
            show_running(running, started)
    finally:
        for process in running.values():  # after Ctrl-C, which they receive, too
            process.wait()
    return failed


def show_running(pages: Iterable[str], started: float) -> None:
    """What is being executed, on a line that overwrites itself, if someone watches."""
    if sys.stdout.isatty() and pages:
        names = ", ".join(map(plan.number, pages))
        line = f"executing {names} … {time.monotonic() - started:.0f} s"
        print(f"\r\033[K  {line}", end="", flush=True)


def work(page: str) -> int:
    """What a worker does: refresh one page of the book in the current folder."""
    try:
        return 0 if refresh(Path.cwd(), page) else 1
    except KeyboardInterrupt:
        return 130


def refresh(root: Path, page: str) -> bool:
    """Execute one page and replace its notebook, or say what went wrong and leave it alone."""
    source = root / f"chapters/{page}.py"
    before, started = fingerprint(root, source), time.monotonic()
    try:
        notebook = execute(source)
    except ChapterError as problem:
        print(f"\n{page}: FAILED at {problem}\n", file=sys.stderr, flush=True)
        return False
    replace(source.with_suffix(".ipynb"), dumps(notebook))
    if fingerprint(root, source) == before:  # not edited in the meantime
        replace(stamp_path(root, page), stamp_of(root, page))
    start = "\r\033[K" if sys.stdout.isatty() else ""
    took = f"{len(notebook.cells):>3} cells {time.monotonic() - started:6.1f} s"
    print(f"{start}  {page:<28} {took}", flush=True)
    return True


def execute(source: Path) -> NotebookNode:
    """Run a chapter's cells in a fresh kernel, in the folder where JupyterLab would run them."""
    try:
        notebook = rebuild(source)
    except Exception as problem:
        raise ChapterError(f"reading {source.name}: {problem}") from None
    client = NotebookClient(notebook, kernel_name="python3", timeout=CELL_SECONDS)
    client.record_timing = False
    # Kernels chat on start and on Ctrl-C.
    client.extra_arguments = ["--log-level=CRITICAL"]
    # Cell by cell, because NotebookClient.execute() takes Ctrl-C for a dead kernel and goes on.
    with client.setup_kernel(cwd=str(source.parent)):
        for number, cell in enumerate(notebook.cells, start=1):
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


def stamp_of(root: Path, page: str) -> str:
    """Hashes of what goes into a page's notebook, and of the notebook itself."""
    source = root / f"chapters/{page}.py"
    notebook = source.with_suffix(".ipynb")
    content = notebook.read_bytes() if notebook.exists() else b""
    return f"{fingerprint(root, source)} {hashlib.sha256(content).hexdigest()}\n"


def stamp_path(root: Path, page: str) -> Path:
    """Where the stamp of a page's last success lies."""
    return root / ".cache/notebooks" / page


def read_stamp(path: Path) -> str:
    """The stamp of a page's last success, or nothing."""
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
