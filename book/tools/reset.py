"""`make reset CHAPTER=02`: a chapter as it was handed out, after what was made of it has been put aside.

Standard library only; it works without the environment.
"""

import os
import subprocess
import sys
from pathlib import Path

from book.tools import history, plan
from book.tools.keeping import keep, replace


def run(root: Path) -> int:
    """Restore the notebook and the Python file of the pages that CHAPTER means."""
    if not os.environ.get("CHAPTER"):
        print("Say which chapter, for example: make reset CHAPTER=02", file=sys.stderr)
        return 2
    try:
        commit = history.handed_out(root)
        paths = history.files(root, commit, "chapters")
    except OSError:
        return refuse("git was not found")
    except subprocess.CalledProcessError as problem:
        return refuse(" ".join(problem.stderr.decode(errors="replace").split()))
    paths = [path for path in paths if Path(path).stem[:1].isdigit()]
    if not paths:
        return refuse("this repository holds no chapters")
    pages = plan.chosen(sorted({Path(path).stem for path in paths}))
    chosen = [path for path in paths if Path(path).stem in pages]
    changed = [path for path in chosen if restore(root, path, commit)]
    as_it_was = f"as in {history.named(root, commit)}"
    if changed:
        print(f"Restored {', '.join(changed)}, {as_it_was}.")
    else:
        print(f"Nothing to do: the chapter is {as_it_was}.")
    return 0


def refuse(reason: str) -> int:
    advice = "A chapter can be restored in a git clone of the book; without one, download it again."
    print(f"{advice} ({reason})", file=sys.stderr)
    return 1


def restore(root: Path, path: str, commit: str) -> bool:
    """Write one file as it was, unless it is so already; what it was changed to is kept."""
    original, current = history.content(root, commit, path), root / path
    if current.exists():
        if current.read_bytes() == original:
            return False
        print(f"Your {path} is kept in {keep(root, current).relative_to(root)}.")
    replace(current, original)
    return True
