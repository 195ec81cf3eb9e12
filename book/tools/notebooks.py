"""Execute the chapters: chapters/NN_name.py becomes NN_name.ipynb, with its outputs.

What is executed depends on content, never on file times, which mean nothing in a fresh clone.
"""

import hashlib
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
from book.tools.dependencies import ALWAYS, BENCHMARKS, PACKAGE, fingerprint
from book.tools.history import as_committed
from book.tools.keeping import keep_if_edited, replace
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
        if (root / f"chapters/{page}.py").exists() and not up_to_date(root, page)
    ]


def up_to_date(root: Path, page: str) -> bool:
    """Whether a page was executed here as it is, or came like that with the repository."""
    stamp, path = stamp_of(root, page), stamp_path(root, page)
    if not path.exists() and as_committed(root, *committed_with(page)):
        replace(path, stamp)
    return read_stamp(path) == stamp


def committed_with(page: str) -> list[str]:
    """What decides a page's outputs, as far as git holds it."""
    pair = [f"chapters/{page}.py", f"chapters/{page}.ipynb"]
    return [*pair, f"lib/{PACKAGE}", *ALWAYS, BENCHMARKS]


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
        line = f"executing {names} ... {time.monotonic() - started:.0f} s"
        print(f"\r\033[K  {line}", end="", flush=True)


def work(page: str) -> int:
    """What a worker does: refresh one page of the book in the current folder."""
    try:
        return 0 if refresh(Path.cwd(), page) else 1
    except KeyboardInterrupt:
        return 130
    except OSError as problem:  # a full disk, a folder that can only be read
        print(f"{page}: {problem}", file=sys.stderr, flush=True)
        return 1


def refresh(root: Path, page: str) -> bool:
    """Execute one page and replace its notebook, or say what went wrong and leave it alone."""
    source = root / f"chapters/{page}.py"
    before, started = fingerprint(root, source), time.monotonic()
    try:
        notebook = execute(source)
    except ChapterError as problem:
        print(f"\n{page}: FAILED at {problem}\n", file=sys.stderr, flush=True)
        return False
    keep_if_edited(root, source.with_suffix(".ipynb"))
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
    return f"{fingerprint(root, source)} {hash_of(source.with_suffix('.ipynb'))}\n"


def hash_of(notebook: Path) -> str:
    content = notebook.read_bytes() if notebook.exists() else b""
    return hashlib.sha256(content).hexdigest()


def was_written_here(root: Path, page: str) -> bool:
    """Whether the notebook is the one that the page's last execution wrote."""
    stamp = read_stamp(stamp_path(root, page)).split()
    return stamp[1:] == [hash_of(root / f"chapters/{page}.ipynb")]


def stamp_path(root: Path, page: str) -> Path:
    """Where the stamp of a page's last success lies."""
    return root / ".cache/notebooks" / page


def read_stamp(path: Path) -> str:
    """The stamp of a page's last success, or nothing."""
    return path.read_text("utf-8") if path.exists() else ""
