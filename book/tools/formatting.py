"""`make format`: code as Ruff lays it out, and cells that are folded on the site folded in JupyterLab, too."""

import re
import subprocess
import sys
from pathlib import Path

from book.tools.keeping import replace
from book.tools.pair_checks import FOLDED
from book.tools.testing import CODE, there

HEAD = re.compile(r"^# %% tags=(\[.*?\])$", re.MULTILINE)
HIDDEN = ' jupyter={"source_hidden": true}'


def run(root: Path) -> int:
    """Complete the heads of cells, then format and fix what Ruff can fix."""
    for path in sorted(root.glob("chapters/[0-9]*.py")):
        text = path.read_text("utf-8")
        completed = HEAD.sub(complete, text)
        if completed != text:
            replace(path, completed)
            print(f"{path.name}: folded cells are folded in JupyterLab, too.")
    code = there(root, CODE)
    ruff = [sys.executable, "-m", "ruff"]
    fixed = subprocess.run([*ruff, "check", "--fix", *code], cwd=root).returncode
    return fixed or subprocess.run([*ruff, "format", *code], cwd=root).returncode


def complete(head: re.Match[str]) -> str:
    """The head of a cell; where its tags fold it, with what folds it in JupyterLab."""
    folds = any(f'"{tag}"' in head[1] for tag in FOLDED)
    return head[0] + HIDDEN if folds else head[0]
