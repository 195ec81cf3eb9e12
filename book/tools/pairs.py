"""A chapter is a pair: a .py file that people edit and the .ipynb made from it.

This file says what the notebook of a .py looks like, down to the byte. Whatever writes a notebook
(`make notebooks`, a save in JupyterLab) goes through `normalize`, so that the same cells with the same
outputs always give the same file.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from book.tools.keeping import cell_id, keep_if_edited, tidied

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
    seen: Counter[tuple[str, str]] = Counter()
    filled = [cell for cell in notebook.cells if cell.source.strip()]
    return nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": NOTEBOOK_METADATA,
            "cells": [normalize_cell(cell, kept, seen) for cell in filled],
        }
    )


def normalize_cell(
    cell: NotebookNode, kept: Sequence[str], seen: Counter[tuple[str, str]]
) -> dict:
    """One cell; its id follows from its source and, where that repeats, from how often it came before."""
    source = tidied(cell.source)
    seen[cell.cell_type, source] += 1
    metadata = {key: cell.metadata[key] for key in kept if cell.metadata.get(key)}
    plain = {
        "id": cell_id(cell.cell_type, source, seen[cell.cell_type, source]),
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


def before_save(model: dict, path: str, contents_manager: object, **_: object) -> None:
    """JupyterLab's pre-save hook: a saved chapter is what `make notebooks` would have written.

    `trusted` is for the server, which signs the outputs by it and does not write it. Lab shows the cells of the
    .py file: what was written into the .ipynb with another program is put aside before this save replaces it.
    """
    if model["type"] == "notebook" and path.lstrip("/").startswith("chapters/"):
        root = Path(contents_manager.root_dir)
        keep_if_edited(root, (root / path.lstrip("/")).with_suffix(".ipynb"))
        cells = model["content"]["cells"]
        # In place, because the .py file is written from the same list.
        cells[:] = [cell for cell in cells if "".join(cell["source"]).strip()]
        notebook = nbformat.from_dict(model["content"])
        model["content"] = normalize(notebook, kept=(*KEPT_METADATA, "trusted"))


def first_line(cell: NotebookNode) -> str:
    """How to recognise a cell in a message."""
    line = cell.source.strip().partition("\n")[0].rstrip()
    return "`" + re.sub(r"(.{60}).+", r"\1…", line) + "`"
