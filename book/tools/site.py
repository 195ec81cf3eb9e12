"""Builds the site from the stored outputs of the notebooks."""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from book.tools import ledger, plan, signposts

PAGES = "book/_build/html"
STAMP = "book/_build/site.stamp"  # its time is that of the last good build
SOURCES = (
    "book/*.*",
    "book/assets/**/*",
    "book/templates/**/*.html",
    "book/tools/*.*",
    "chapters/*.ipynb",
    "lib/dlnotes/data/claims.json",
    "pyproject.toml",
)
ENTRANCE = (  # at the site's root; the book's first page lies in a folder
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Deep Learning Notes, Put to the Test</title>'
    '<link rel="icon" href="_static/favicon.svg"><meta http-equiv="refresh" content="0; url=book/index.html">'
    '<a href="book/index.html">To the book</a></html>\n'
)
COLORS = re.compile(r"\x1b\[[0-9;]*m")
SHOWN = 40  # warnings printed before the rest is only counted


def command(root: Path, builder: str, folder: str) -> list[str]:
    """The call of jupyter-book: the repository is the source, and warnings are errors."""
    program = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    options = [
        "--config",
        "book/_config.yml",
        "--toc",
        "book/_toc.yml",
        "--path-output",
        folder,
        "--builder",
        builder,
        "-W",
        "--keep-going",
        "-n",
    ]
    return [sys.executable, "-c", program, "build", str(root), *options]


def build(root: Path, builder: str = "html", folder: str = "book") -> int:
    """Build the site under `root`, showing progress; return 0 when there was no warning."""
    start = time.perf_counter()
    if problems := unreadable(root):
        print("\n".join(problems))
        return 1
    print("Building the site ...", flush=True)
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    log = []
    with subprocess.Popen(
        command(root, builder, folder), cwd=root, encoding="utf-8", **options
    ) as process:
        for line in process.stdout:
            log.append(COLORS.sub("", line))
            _progress(log[-1])
    failed = process.returncode != 0
    _clear()
    seconds = time.perf_counter() - start
    if failed:
        _explain(log, seconds)
        # An incremental build forgets the warnings of pages it does not read again, and would pass.
        shutil.rmtree(root / folder / "_build/.doctrees", ignore_errors=True)
        return 1
    if builder != "html":
        return 0
    (root / PAGES / "index.html").write_text(ENTRANCE, "utf-8")
    sweep(root)
    (root / STAMP).touch()
    for line in drafts(root):
        print(f"Draft {line}")
    print(f"Built in {seconds:.1f} s. Open {PAGES}/index.html in a browser,")
    print(f"or serve it: python -m http.server --directory {PAGES} 8000")
    return 0


def sweep(root: Path) -> None:
    """Remove from the site the pages whose notebook is gone, which Sphinx leaves standing."""
    site, there = root / PAGES, {path.stem for path in root.glob("chapters/*.ipynb")}
    for page in (*site.glob("chapters/*.html"), *site.glob("_sources/chapters/*")):
        if page.stem not in there:
            page.unlink()


def unreadable(root: Path) -> list[str]:
    """A sentence about each notebook that Sphinx would stumble over."""
    problems = []
    for path in sorted(root.glob("chapters/[0-9]*.ipynb")):
        try:
            json.loads(path.read_text("utf-8"))["cells"]
        except (ValueError, KeyError) as problem:
            said = f"{type(problem).__name__}: {problem}"
            problems.append(f"{path.stem}: the notebook cannot be read: {said}.")
        if path.stem not in plan.BY_PAGE:
            problems.append(f"{path.stem} is not in the plan (book/tools/plan.py).")
    return problems


def drafts(root: Path) -> list[str]:
    """One line for each page that is not done: how much of what it owes is there."""
    claims = ledger.load_claims(root / "lib/dlnotes/data/claims.json")
    paths = root.glob("chapters/[0-9]*.ipynb")
    found = sorted(path for path in paths if path.stem not in plan.DONE)
    records = ledger.collect(found)
    return [signposts.progress(path.stem, claims, records) for path in found]


def ensure(root: Path) -> int:
    """Build only where the last good build is older than something it was made from."""
    stamp = root / STAMP
    newest = max(
        path.stat().st_mtime for pattern in SOURCES for path in root.glob(pattern)
    )
    return 0 if stamp.exists() and stamp.stat().st_mtime >= newest else build(root)


def _progress(line: str) -> None:
    """Show which page is at work, on one line that overwrites itself, if someone watches."""
    if sys.stdout.isatty() and ("reading sources" in line or "writing output" in line):
        print(f"\r\033[K  {line.strip()[:70]}", end="", flush=True)


def _clear() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="")


def _explain(log: list[str], seconds: float) -> None:
    """Print the warnings and errors, or the end of the log where none is named."""
    named = [
        line
        for line in log
        if re.search(
            r"\b(WARNING|ERROR|CRITICAL):|^\w*[Ee]rror\b|^[\w.]+(Error|Exception):",
            line,
        )
    ]
    lines = list(dict.fromkeys(named or log[-30:]))
    print(f"The site was not built without warnings ({seconds:.1f} s):")
    print("".join(lines[:SHOWN]), end="")
    if any("No space left on device" in line for line in log):
        print("The disk is full.")
    if len(lines) > SHOWN:
        print(f"... and {len(lines) - SHOWN} more.")


if __name__ == "__main__":
    sys.exit(build(Path(__file__).resolve().parents[2]))
