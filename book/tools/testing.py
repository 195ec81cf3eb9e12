"""`make test`: every check of the book, one after the other, and a table of what became of them.

`make test CHAPTER=05a` makes only the checks that look at that page.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from book.tools import plan
from book.tools.environment import more_arguments

CODE = ("lib", "chapters", "tests", "book", "benchmarks")
PAGE_TESTS = ("tests/test_pages.py", "tests/test_verdicts.py", "tests/test_exercises.py")  # fmt: skip
NBVAL = ("--nbval", "--nbval-current-env", "--nbval-sanitize-with=tests/nbval_sanitize.cfg")  # fmt: skip


def run(root: Path) -> int:
    """Run all parts, also after one failed, and say how each went."""
    asked = os.environ.get("CHAPTER", "")
    pages = plan.chosen(plan.existing(root))
    results = []
    for name, command in page_parts(root, pages) if asked else parts(root):
        print(f"\n── {name} " + "─" * (76 - len(name)), flush=True)
        started = time.monotonic()
        code = subprocess.run([sys.executable, *command], cwd=root).returncode
        results.append((name, code, time.monotonic() - started))
    print()
    for name, code, seconds in results:
        print(f"{name:<24} {'FAILED' if code else 'ok':<8} {seconds:6.1f} s")
    return 1 if any(code for _, code, _ in results) else 0


def parts(root: Path) -> list[tuple[str, list[str]]]:
    """The checks in order. The site comes before the tests, some of which look at its pages."""
    return [
        *style(there(root, CODE)),
        ("pairs", ["-m", "book.tools.pair_checks"]),
        ("site", ["book/make.py", "--inside", "book"]),
        ("tests and notebooks", pytest(there(root, ["tests", "chapters"]))),
    ]


def page_parts(root: Path, pages: list[str]) -> list[tuple[str, list[str]]]:
    """The checks of single pages; tests/pages.py and the pair checks read CHAPTER themselves."""
    notebooks = [f"chapters/{page}.ipynb" for page in pages]
    sources = [f"chapters/{page}.py" for page in pages]
    code = there(root, [*sources, *map(plan.exercises_file, pages)])
    return [
        *style(code),
        ("pair", ["-m", "book.tools.pair_checks"]),
        ("tests and notebook", pytest(there(root, [*notebooks, *PAGE_TESTS]), "-rfE")),
    ]


def there(root: Path, names: Iterable[str]) -> list[str]:
    """Those of the files and folders that exist; of a missing one another check speaks."""
    return [name for name in names if (root / name).exists()]


def style(code: list[str]) -> list[tuple[str, list[str]]]:
    return [
        ("style", ["-m", "ruff", "check", *code]),
        ("format", ["-m", "ruff", "format", "--check", *code]),
    ]


def pytest(paths: list[str], *options: str) -> list[str]:
    """Tests and notebooks in one run; a notebook's cells need one kernel, hence one worker a file.

    tests/conftest.py sets the order. A file that cannot be collected fails alone. Three workers
    keep two cores busy: a browser waits half of its time.
    """
    deal = ["-n3", "--dist=loadfile", "--no-loadscope-reorder"]
    alone = "--continue-on-collection-errors"
    return ["-m", "pytest", *paths, *deal, alone, *NBVAL, *options, *more_arguments()]


def script(root: Path, *command: str) -> int:
    """Run a Python program of the repository, with what ARGS adds."""
    whole = [sys.executable, *command, *more_arguments()]
    return subprocess.run(whole, cwd=root).returncode


def bench(root: Path) -> int:
    """Time the library; the timings are a folder of their own, with its own results."""
    return script(root, "-m", "benchmarks.run")


def portability(root: Path) -> int:
    """Run the notebooks as other processors would, and with noise, and say which words change."""
    return script(root, "tests/portability.py")


def mutants(root: Path) -> int:
    """Break the library on purpose, line by line, and say which breaks no test noticed."""
    return script(root, "tests/mutate.py")
