"""`make pdf`: the whole book in one file, as a browser prints it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from book.tools import site

FOLDER = "book/_build/pdf"
TARGET = "book/_build/book.pdf"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
)
# Milliseconds of the page's own clock, which stands still while the browser works: time for all formulas.
PATIENCE = 300_000


def run(root: Path) -> int:
    """Build the book as a single page and print it."""
    browser = find_browser()
    if not browser:
        print(
            "make pdf needs Chromium, Chrome or Edge; name another one with CHROMIUM=/path/to/it.",
            file=sys.stderr,
        )
        return 1
    if site.build(root, builder="singlehtml", folder=FOLDER):
        return 1
    pages = root / FOLDER / "_build/singlehtml"
    # The builder gives all addresses as seen from the root, but writes the page one folder down.
    page = shutil.copy(pages / "book/index.html", pages / "book.html")
    print("Printing, which takes a minute or two ...", flush=True)
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        f"--virtual-time-budget={PATIENCE}",
        f"--print-to-pdf={root / TARGET}",
        Path(page).as_uri(),
    ]
    (root / TARGET).unlink(missing_ok=True)
    log = subprocess.run(command, capture_output=True, text=True).stderr
    if not (root / TARGET).exists():
        print(f"{browser} did not print:\n{log[-1000:]}", file=sys.stderr)
        return 1
    print(f"{TARGET}: {(root / TARGET).stat().st_size / 1e6:.0f} MB")
    return 0


def find_browser() -> str | None:
    """The browser that CHROMIUM names, or the first one that is there."""
    names = (os.environ.get("CHROMIUM", ""), *map(os.path.expandvars, BROWSERS))
    return next(filter(None, (name and shutil.which(name) for name in names)), None)
