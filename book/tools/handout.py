"""`make handout`: chapters as notebooks without their worked solutions, to be given to a class."""

from pathlib import Path

from nbformat import NotebookNode, read

from book.tools import plan
from book.tools.keeping import keep_if_edited, replace
from book.tools.pairs import dumps

FOLDER = "handout"  # beside chapters/, so that what a notebook reads and links to is where it expects it


def run(root: Path) -> int:
    """Write the handouts, all or those of CHAPTER, and say how many solutions were left out."""
    pages = plan.chosen(plan.existing(root))
    for path in (root / f"chapters/{page}.ipynb" for page in pages):
        notebook, target = read(path, as_version=4), root / FOLDER / path.name
        removed = strip(notebook)
        keep_if_edited(root, target)
        replace(target, dumps(notebook))
        print(f"  {FOLDER}/{path.name:<36} {removed} solutions left out")
    return 0


def strip(notebook: NotebookNode) -> int:
    """Remove the cells that hold worked solutions; returns how many there were."""
    kept = [cell for cell in notebook.cells if not is_solution(cell)]
    removed = len(notebook.cells) - len(kept)
    notebook.cells = kept
    return removed


def is_solution(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and cell.source.startswith("# Solution.")
