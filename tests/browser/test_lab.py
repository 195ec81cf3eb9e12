"""JupyterLab as its reader meets it: Run All, a slider moved by mouse and key, a save that harms nothing."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from book.tools.pairs import check_pairs

from .conftest import ROOT

CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("[0-9]*.ipynb"))
COPIED = (
    "book",
    "benchmarks",
    "chapters",
    "lib",
    "jupytext.toml",
    "pyproject.toml",
    "requirements.txt",
)
PICTURE = re.compile(r"data:image/[^\"]*")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory) -> Path:
    """A copy of the book, so that what Lab saves does not touch the checkout."""
    folder = tmp_path_factory.mktemp("book")
    unwanted = shutil.ignore_patterns("_build", "__pycache__", ".ipynb_checkpoints")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def lab(browser, workshop) -> str:
    """The address of a JupyterLab started as `make lab` starts it."""
    port = free_port()
    start = "from pathlib import Path; from book.tools import lab; lab.run(Path.cwd())"
    server = subprocess.Popen(
        [sys.executable, "-c", start],
        cwd=workshop,
        env=environment(
            f"--no-browser --allow-root --port={port} --IdentityProvider.token="
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(port, server)
    yield f"http://127.0.0.1:{port}"
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=30)


def environment(arguments: str) -> dict[str, str]:
    from book.tools.environment import settings

    return settings(ROOT) | {"ARGS": arguments, "ENV": "current"}


def wait_for(port: int, server: subprocess.Popen, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert server.poll() is None, "JupyterLab ended before it listened"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not listen on port {port} within {seconds} s")


def picture(page) -> str:
    """What the first live figure shows."""
    return page.locator(".jupyter-widgets figure.dl-figure img").first.get_attribute(
        "src"
    )


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_run_all_slide_and_save(
    browser, lab, workshop, chapter, record_property
) -> None:
    notebook, source = (
        workshop / f"chapters/{chapter}.{kind}" for kind in ("ipynb", "py")
    )
    before = notebook.read_text("utf-8"), source.read_text("utf-8")
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    foreign = []
    page.on(
        "request",
        lambda r: (
            None
            if "127.0.0.1" in r.url or r.url.startswith(("data:", "blob:"))
            else foreign.append(r.url)
        ),
    )
    page.goto(f"{lab}/lab/tree/chapters/{chapter}.ipynb")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    run_all(page)
    scroll_to(page, ".jupyter-widgets .noUi-handle")

    handle = page.locator(".jupyter-widgets .noUi-handle").first
    handle.scroll_into_view_if_needed()
    start = picture(page)
    handle.focus()
    page.keyboard.press("ArrowRight")
    moved = changed(page, start)
    box = page.locator(".jupyter-widgets .noUi-base").first.bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    changed(page, moved)

    page.keyboard.press("Control+s")
    saved(page, notebook, before[0])
    assert check_pairs(workshop) == []
    assert source.read_text("utf-8") == before[1], "saving in Lab changed the .py file"
    assert PICTURE.sub("", notebook.read_text("utf-8")) == PICTURE.sub("", before[0]), (
        "what Lab executed and saved differs from the committed notebook"
    )
    assert foreign == []
    page.context.close()
    record_property("checked notebooks in JupyterLab", 1)


def run_all(page) -> None:
    """Run > Run All Cells, and wait until the kernel has been busy and is idle again."""
    status = "#jp-main-statusbar >> text=/\\| {}/"
    page.wait_for_selector(status.format("Idle"), timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_selector(status.format("Busy"), timeout=30_000)
    page.wait_for_selector(status.format("Idle"), timeout=300_000)


def scroll_to(page, selector: str) -> None:
    """Lab keeps only the cells near the window in the page: scroll until `selector` is there."""
    page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
    panel = page.locator(".jp-WindowedPanel-outer").first
    panel.hover()
    for _ in range(200):
        if page.locator(selector).first.is_visible():
            return
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(100)
    pytest.fail(f"{selector} is nowhere in the notebook")


def changed(page, before: str) -> str:
    """The picture after it has changed from `before`."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        now = picture(page)
        if now != before:
            return now
        time.sleep(0.1)
    pytest.fail("the slider moved and the figure stayed as it was")


def saved(page, notebook: Path, before: str, seconds: float = 60) -> None:
    """Wait until the file was written and Lab shows no unsaved changes."""
    page.wait_for_function(
        "() => !document.querySelector('.jp-mod-dirty')", timeout=1000 * seconds
    )
    time.sleep(2)
