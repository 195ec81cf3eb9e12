"""`make test`: every check of the book, one after the other, and a table of what became of them."""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

CODE = ("lib", "chapters", "tests", "book", "benchmarks")


def run(root: Path) -> int:
    """Run all parts, also after one failed, and say how each went."""
    results = []
    for name, command in parts(root):
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
    code = [folder for folder in CODE if (root / folder).is_dir()]
    return [
        ("style", ["-m", "ruff", "check", *code]),
        ("format", ["-m", "ruff", "format", "--check", *code]),
        ("pairs", ["-m", "book.tools.pairs"]),
        ("site", ["book/make.py", "--inside", "book"]),
        ("tests and notebooks", ["-m", "pytest", *pytest_arguments(root)]),
    ]


def pytest_arguments(root: Path) -> list[str]:
    """Tests and notebooks in one run; a notebook's cells need one kernel, hence one worker a file."""
    folders = [name for name in ("tests", "chapters") if (root / name).is_dir()]
    nbval = [
        "--nbval",
        "--nbval-current-env",
        "--nbval-sanitize-with=tests/nbval_sanitize.cfg",
    ]
    more = shlex.split(os.environ.get("ARGS", ""))
    return [*folders, "-n2", "--dist=loadfile", *nbval, *more]


def bench(root: Path) -> int:
    """Time the library; the timings are a folder of their own, with its own results."""
    arguments = shlex.split(os.environ.get("ARGS", ""))
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.run", *arguments], cwd=root
    ).returncode
