"""A chapter is a pair: a .py file that people edit and the .ipynb made from it.

This file says what the notebook of a .py looks like, down to the byte, and whether a committed pair
is in step. Whatever writes a notebook (`make notebooks`, a save in JupyterLab) goes through
`normalize`, so that the same cells with the same outputs always give the same file.
"""

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
from jupytext.config import load_jupytext_configuration_file
from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"
KEPT_METADATA = ("jupyter", "tags")
NOTEBOOK_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def rebuild(source: Path) -> NotebookNode:
    """The notebook a .py file stands for, without outputs."""
    return normalize(jupytext.reads(source.read_text("utf-8"), fmt="py:percent"))


def normalize(
    notebook: NotebookNode, kept: Sequence[str] = KEPT_METADATA
) -> NotebookNode:
    """The same cells and outputs without anything that changes from run to run or from tool to tool."""
    seen: Counter[str] = Counter()
    filled = [cell for cell in notebook.cells if cell.source.strip()]
    return nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": NOTEBOOK_METADATA,
            "cells": [normalize_cell(cell, kept, seen) for cell in filled],
        }
    )


def normalize_cell(cell: NotebookNode, kept: Sequence[str], seen: Counter[str]) -> dict:
    """One cell; its id follows from its source, so it neither is random nor moves with its neighbours."""
    source = cell.source.strip("\n").rstrip()
    content = f"{cell.cell_type}\n{source}"
    seen[content] += 1
    digest = hashlib.sha256(f"{seen[content]}\n{content}".encode()).hexdigest()
    metadata = {key: cell.metadata[key] for key in kept if cell.metadata.get(key)}
    plain = {
        "id": digest[:12],
        "cell_type": cell.cell_type,
        "metadata": metadata,
        "source": source,
    }
    if cell.cell_type == "code":
        plain["execution_count"] = cell.get("execution_count")
        plain["outputs"] = normalize_outputs(cell.get("outputs", []))
    return plain


def normalize_outputs(outputs: list[NotebookNode]) -> list[dict]:
    """Drop views of live widgets, which mean nothing without their kernel, and join streams.

    How a kernel cuts its text into messages is a matter of timing.
    """
    kept: list[dict] = []
    for output in outputs:
        output = {key: value for key, value in output.items() if key != "transient"}
        if output["output_type"] == "stream":
            join_stream(kept, output)
        elif "data" not in output:
            kept.append(output)
        elif data := {
            mime: value for mime, value in output["data"].items() if mime != WIDGET
        }:
            kept.append(output | {"data": data})
    return kept


def join_stream(kept: list[dict], output: dict) -> None:
    """Add text to the stream of its name in the run of streams that `kept` ends with."""
    for earlier in reversed(kept):
        if earlier["output_type"] != "stream":
            break
        if earlier["name"] == output["name"]:
            earlier["text"] += output["text"]
            return
    kept.append(output)


def dumps(notebook: NotebookNode) -> str:
    """The text of the .ipynb file."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def before_save(model: dict, path: str, **_: object) -> None:
    """JupyterLab's pre-save hook: a saved chapter is what `make notebooks` would have written.

    `trusted` is for the server, which signs the outputs by it and does not write it.
    """
    if model["type"] == "notebook" and path.lstrip("/").startswith("chapters/"):
        cells = model["content"]["cells"]
        # In place, because the .py file is written from the same list.
        cells[:] = [cell for cell in cells if "".join(cell["source"]).strip()]
        notebook = nbformat.from_dict(model["content"])
        model["content"] = normalize(notebook, kept=(*KEPT_METADATA, "trusted"))


def check_pairs(root: Path) -> list[str]:
    """Sentences about every pair that is out of step or was not executed from top to bottom."""
    folder = root / "chapters"
    config = load_jupytext_configuration_file(str(root / "jupytext.toml"))
    names = {
        path.stem for suffix in ("py", "ipynb") for path in folder.glob(f"*.{suffix}")
    }
    problems = []
    for name in sorted(names):
        source, notebook = folder / f"{name}.py", folder / f"{name}.ipynb"
        if not notebook.exists():
            problems.append(f"{name}: there is no notebook yet; run make notebooks.")
        elif not source.exists():
            problems.append(
                f"{name}: the notebook has no {name}.py; restore that or delete it."
            )
        else:
            found = check_pair(source, notebook) or check_source(source, config)
            problems += [f"{name}: {problem}" for problem in found]
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
    problems = compare_cells(wanted.cells, found.cells) or check_execution(found.cells)
    if not problems and text != dumps(normalize(found)):
        problems = [
            "the notebook holds what depends on tool or run; run make notebooks."
        ]
    return problems


def check_source(source: Path, config: object) -> list[str]:
    """Where a save in JupyterLab would change the .py file although nobody edited it."""
    before = source.read_text("utf-8")
    notebook = jupytext.reads(before, fmt="py:percent", config=config)
    after = jupytext.writes(notebook, fmt="py:percent", config=config)
    lines = zip_longest(before.splitlines(), after.splitlines())
    for number, (have, want) in enumerate(lines, start=1):
        if have != want:
            return [
                f"line {number} of the .py file is `{have}`; JupyterLab would save `{want}`."
            ]
    return []


def compare_cells(wanted: list[NotebookNode], found: list[NotebookNode]) -> list[str]:
    """Where the notebook's cells first leave those of the .py file."""
    aspects = ("cell_type", "source", "metadata", "id", "attachments")
    for number, (want, have) in enumerate(zip(wanted, found, strict=False), start=1):
        differing = [
            aspect for aspect in aspects if want.get(aspect) != have.get(aspect)
        ]
        if differing:
            aspect = differing[0]
            return [
                f"cell {number} ({first_line(want)}) has another {aspect} in the notebook."
            ]
    if len(wanted) != len(found):
        return [f"the .py file has {len(wanted)} cells, the notebook {len(found)}."]
    return []


def check_execution(cells: list[NotebookNode]) -> list[str]:
    """nbval lets a cell pass that was never executed; this does not."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        if cell.execution_count != number:
            return [
                f"code cell {number} ({first_line(cell)}) has execution count "
                f"{cell.execution_count}; restart the kernel and run all, or run make notebooks."
            ]
    failed = [
        cell for cell in code if any(o.output_type == "error" for o in cell.outputs)
    ]
    return [f"the cell {first_line(cell)} ended in an error." for cell in failed]


def one_line(problem: Exception) -> str:
    """An exception's kind and the first line of what it says."""
    return f"{type(problem).__name__}: {str(problem).partition(chr(10))[0]}"


def first_line(cell: NotebookNode) -> str:
    """How to recognise a cell in a message."""
    line = cell.source.strip().partition("\n")[0].rstrip()
    return "`" + re.sub(r"(.{60}).+", r"\1…", line) + "`"


def main() -> int:
    """Print the problems of all pairs; the exit code says whether there are any."""
    problems = check_pairs(Path.cwd())
    print("\n".join(problems) or "Every notebook is in step with its .py file.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
