"""`make reset CHAPTER=02`: a chapter as it was handed out, after what was made of it has been put aside."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from book.tools import plan

KEPT = ".kept"  # neither under git nor removed by `make clean`


def run(root: Path) -> int:
    """Restore the notebook and the Python file of the pages that CHAPTER means."""
    asked = os.environ.get("CHAPTER", "")
    if not asked:
        print("Say which chapter, for example: make reset CHAPTER=02", file=sys.stderr)
        return 2
    try:
        names = _git(root, "ls-tree", "--name-only", "HEAD", "chapters/").decode()
    except (OSError, subprocess.CalledProcessError):
        print(
            "The chapters can only be restored in a git clone of the book; without one, download it again.",
            file=sys.stderr,
        )
        return 1
    paths = [path for path in names.splitlines() if Path(path).stem[:1].isdigit()]
    pages = plan.chosen(sorted({Path(path).stem for path in paths}))
    aside = root / KEPT / time.strftime("%Y-%m-%d-%H%M%S")
    changed = [p for p in paths if Path(p).stem in pages and restore(root, p, aside)]
    if changed:
        print(f"Restored {', '.join(changed)}.")
        print(f"What stood there before is kept in {aside.relative_to(root)}.")
    else:
        print("Nothing to do: the chapter is as it was handed out.")
    return 0


def restore(root: Path, path: str, aside: Path) -> bool:
    """Write one file as it stands in the last commit, unless it is so already; what was changed goes to `aside`."""
    original = _git(root, "show", f"HEAD:{path}")
    current = root / path
    if current.exists():
        if current.read_bytes() == original:
            return False
        aside.mkdir(parents=True, exist_ok=True)
        shutil.copy2(current, aside)
    draft = current.with_name(f".{current.name}.draft")
    draft.write_bytes(original)
    os.replace(draft, current)
    return True


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True
    ).stdout
