"""Whether the two files of a chapter are in step, and whether what they hold was executed from top to bottom."""

import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
from jupytext.config import load_jupytext_configuration_file
from nbformat import NotebookNode

from book.tools import plan
from book.tools.pairs import dumps, first_line, normalize, rebuild

FOLDED = {"hide-input", "hide-cell"}


def check_pairs(root: Path, pages: Iterable[str] | None = None) -> list[str]:
    """Sentences about every pair that is out of step or was not executed from top to bottom."""
    config = load_jupytext_configuration_file(str(root / "jupytext.toml"))
    problems = []
    for page in plan.existing(root) if pages is None else pages:
        source, notebook = (root / f"chapters/{page}.{s}" for s in ("py", "ipynb"))
        if not notebook.exists():
            found = ["there is no notebook yet; run make notebooks."]
        elif not source.exists():
            found = [f"the notebook has no {page}.py; restore that or delete it."]
        else:
            found = check_pair(source, notebook) + check_source(source, config)
        problems += [f"{page}: {problem}" for problem in found]
    return problems


def check_pair(source: Path, notebook: Path) -> list[str]:
    """What is wrong with one pair of which both files exist."""
    text = notebook.read_text("utf-8")
    try:
        wanted = rebuild(source)
    except Exception as problem:
        return [f"the .py file cannot be read: {one_line(problem)}."]
    try:
        found = nbformat.reads(text, as_version=4)
    except Exception as problem:
        return [
            f"the notebook cannot be read: {one_line(problem)}; run make notebooks."
        ]
    problems = [
        *check_folds(wanted.cells),
        *compare_cells(wanted.cells, found.cells),
        *check_execution(found.cells),
    ]
    if not problems and text != dumps(normalize(found)):
        problems = [
            "the notebook holds what depends on tool or run; run make notebooks."
        ]
    return problems


def check_folds(cells: list[NotebookNode]) -> list[str]:
    """The cells whose code is folded on the site but not in JupyterLab."""
    return [
        f"cell {number} ({first_line(cell)}) is folded on the site only; run make format."
        for number, cell in enumerate(cells, start=1)
        if FOLDED & set(cell.metadata.get("tags", ()))
        and not cell.metadata.get("jupyter", {}).get("source_hidden")
    ]


def check_source(source: Path, config: object) -> list[str]:
    """Where a save in JupyterLab would change the .py file although nobody edited it."""
    before = source.read_text("utf-8")
    try:
        notebook = jupytext.reads(before, fmt="py:percent", config=config)
    except Exception:
        return []  # said by check_pair
    after = jupytext.writes(notebook, fmt="py:percent", config=config)
    lines = list(zip_longest(before.splitlines(), after.splitlines()))
    wrong = [number for number, (have, want) in enumerate(lines) if have != want]
    if not wrong:
        return []
    have, want = lines[wrong[0]]
    return [
        f"line {wrong[0] + 1} of the .py file is `{have}`; "
        f"JupyterLab would save `{want}`{and_more(wrong, 'line')}."
    ]


def compare_cells(wanted: list[NotebookNode], found: list[NotebookNode]) -> list[str]:
    """Where the notebook's cells leave those of the .py file: the first place, and how many follow."""
    problems = []
    aspects = ("cell_type", "source", "metadata", "id", "attachments")
    pairs = list(zip(wanted, found, strict=False))
    changed = {
        number: [a for a in aspects if want.get(a) != have.get(a)]
        for number, (want, have) in enumerate(pairs)
    }
    wrong = [number for number, differing in changed.items() if differing]
    if wrong:
        cell, aspect = first_line(wanted[wrong[0]]), changed[wrong[0]][0]
        problems.append(
            f"cell {wrong[0] + 1} ({cell}) has another {aspect} in the notebook"
            f"{and_more(wrong, 'cell')}."
        )
    if len(wanted) != len(found):
        problems.append(
            f"the .py file has {len(wanted)} cells, the notebook {len(found)}."
        )
    return problems


def check_execution(cells: list[NotebookNode]) -> list[str]:
    """nbval lets a cell pass that was never executed; this does not."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    wrong = [i for i, cell in enumerate(code) if cell.execution_count != i + 1]
    problems = [
        f"the cell {first_line(cell)} ended in an error."
        for cell in code
        if any(output.output_type == "error" for output in cell.outputs)
    ]
    problems += [
        f"the cell {first_line(cell)} prints a warning: {output.text.splitlines()[0]}"
        for cell in code
        for output in cell.outputs
        if output.get("name") == "stderr"
    ]
    if wrong:
        cell = code[wrong[0]]
        problems.append(
            f"code cell {wrong[0] + 1} ({first_line(cell)}) has execution count {cell.execution_count}"
            f"{and_more(wrong, 'cell')}; restart the kernel and run all, or run make notebooks."
        )
    return problems


def and_more(places: Sequence[int], kind: str) -> str:
    """What a sentence about the first of several places adds about the others."""
    more = len(places) - 1
    return f" (and {more} more {kind}{'s' * (more > 1)})" if more else ""


def one_line(problem: Exception) -> str:
    """An exception's kind and the first line of what it says."""
    return f"{type(problem).__name__}: {str(problem).partition(chr(10))[0]}"


def main() -> int:
    """Print the problems of the chosen pairs; the exit code says whether there are any."""
    root = Path.cwd()
    pages = plan.chosen(plan.existing(root))
    problems = check_pairs(root, pages)
    print("\n".join(problems) or "Every notebook is in step with its .py file.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
