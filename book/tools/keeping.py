"""What a reader wrote is never lost: a copy goes to .kept before a file of theirs is replaced or removed.

Standard library only, because `make clean` and `make reset` work before there is an environment.
"""

import hashlib
import json
import os
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

FOLDER = ".kept"  # neither under git nor removed by `make clean`


def cell_id(cell_type: str, source: str, occurrence: int) -> str:
    """The id of a cell that the book's tools write: it follows from the source, so it neither is random nor moves."""
    content = f"{occurrence}\n{cell_type}\n{source}"
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def tidied(source: str) -> str:
    """A cell's source as the book's tools write it."""
    return source.strip("\n").rstrip()


def edited(text: str) -> bool:
    """Whether somebody wrote in this notebook: a cell's id is not the one of its source, or it cannot be read."""
    try:
        cells = json.loads(text)["cells"]
        contents = [(c["cell_type"], tidied("".join(c["source"]))) for c in cells]
        repeats = Counter(contents)
        return any(
            source and cell.get("id") not in _ids(kind, source, repeats[kind, source])
            for cell, (kind, source) in zip(cells, contents, strict=True)
        )
    except (ValueError, KeyError, TypeError):
        return True


def _ids(cell_type: str, source: str, repeats: int) -> list[str]:
    """With repeated cells it may be any of theirs: a handout leaves some of them out."""
    return [cell_id(cell_type, source, nth) for nth in range(1, repeats + 2)]


def keep(root: Path, path: Path) -> Path:
    """Copy a file to .kept, unless the same content is there under its name; returns where it is."""
    name, content = path.relative_to(root), path.read_bytes()
    for copy in sorted(root.glob(f"{FOLDER}/*/{name.as_posix()}")):
        if copy.read_bytes() == content:
            return copy
    copy = root / FOLDER / time.strftime("%Y-%m-%d-%H%M%S") / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, copy)
    return copy


def set_aside(root: Path, path: Path) -> Path:
    """Move a folder, or a link to one, to .kept; returns where it is."""
    place = root / FOLDER / time.strftime("%Y-%m-%d-%H%M%S") / path.name
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, place)
    return place


def keep_if_edited(root: Path, path: Path) -> None:
    """Before a notebook is replaced or removed: what somebody wrote in it is put aside, and told."""
    if path.is_file() and edited(path.read_text("utf-8", errors="replace")):
        copy = keep(root, path)
        name, place = (p.relative_to(root).as_posix() for p in (path, copy))
        told = f"{name} was edited by hand; that version is kept in {place}."
        print(told, file=sys.stderr, flush=True)


def replace(path: Path, content: str | bytes) -> None:
    """Write a file in one stroke, so that no interruption and no full disk leaves half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
