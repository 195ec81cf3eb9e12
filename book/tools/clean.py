"""`make clean`: remove what was built. Standard library only; it works without the environment."""

import os
import shutil
from pathlib import Path

from book.tools.keeping import keep_if_edited

BUILT = ("book/_build", "handout", ".cache", ".pytest_cache", ".ruff_cache")
SOURCES = ("book", "lib", "chapters", "tests", "benchmarks")


def run(root: Path) -> int:
    """Remove the site, the handouts, the caches and, with ALL=1, the environment; what was written by hand is kept."""
    for path in sorted(root.glob("handout/*.ipynb")):
        keep_if_edited(root, path)
    doomed = [root / name for name in BUILT]
    for folder in SOURCES:
        doomed += (root / folder).rglob("__pycache__")
        doomed += (root / folder).rglob(".ipynb_checkpoints")
    if os.environ.get("ALL") == "1":
        doomed += [root / ".venv", root / ".venv.old"]
    for path in doomed:
        shutil.rmtree(path, ignore_errors=True)
    (root / "start.md").unlink(missing_ok=True)
    return 0
