"""Moves pictures that are written inside a page into files beside it.

A notebook must carry its figures inside itself to work anywhere; a page must not, or its reader
waits for a hundred pictures to see one. Frames that are hidden and lazy are fetched only when a
slider is about to show them.
"""

import hashlib
import re
from base64 import b64decode
from pathlib import Path

PREFIX = "frame-"
_SUFFIX = {"svg+xml": "svg", "png": "png", "jpeg": "jpg", "gif": "gif", "webp": "webp"}
_DATA = re.compile(
    rf'src="data:image/({"|".join(map(re.escape, _SUFFIX))});base64,([A-Za-z0-9+/=\s]+)"'
)


def extract(html: str, folder: str) -> tuple[str, dict[str, bytes]]:
    """The html with a lazy picture in `folder` for each embedded one, and these by file name."""
    files: dict[str, bytes] = {}

    def move(match: re.Match[str]) -> str:
        data = b64decode(match[2])
        name = f"{PREFIX}{hashlib.sha256(data).hexdigest()[:16]}.{_SUFFIX[match[1]]}"
        files[name] = data
        return f'src="{folder}/{name}" loading="lazy" decoding="async"'

    return _DATA.sub(move, html), files


def save(files: dict[str, bytes], folder: Path) -> None:
    """Write the pictures that are not there yet; equal names mean equal content."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(data)


def prune(site: Path) -> list[str]:
    """Remove the pictures no page shows any more, which incremental builds would pile up."""
    used = set()
    for page in site.rglob("*.html"):
        used.update(
            re.findall(
                rf"{PREFIX}[0-9a-f]{{16}}\.\w+", page.read_text(encoding="utf-8")
            )
        )
    gone = [
        path for path in (site / "_images").glob(f"{PREFIX}*") if path.name not in used
    ]
    for path in gone:
        path.unlink()
    return sorted(path.name for path in gone)
