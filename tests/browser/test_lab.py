"""JupyterLab as its reader meets it: Run All, a slider moved by mouse and key, a save that harms nothing."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import jupytext
import nbformat
import pytest
from jupytext.config import load_jupytext_configuration_file
from nbformat.v4 import new_code_cell, new_notebook

from book.tools import plan
from book.tools.pair_checks import check_pairs
from book.tools.pairs import dumps

from .conftest import ROOT

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
MOVING = "dl-figure dl-moving"
# The quickest page is run to its end, the others to their second moving figure.
WHOLE = plan.meant("4a", plan.DONE)


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
    stop(server)


def stop(server: subprocess.Popen) -> None:
    """End the server and its kernels."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(server.pid)], check=True)
        return
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:  # a kernel that had just been asked for
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


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


@pytest.mark.parametrize("chapter", plan.DONE)
def test_run_all_slide_and_save(
    browser, lab, workshop, chapter, record_property
) -> None:
    notebook, source = (
        workshop / f"chapters/{chapter}.{kind}" for kind in ("ipynb", "py")
    )
    if chapter not in WHOLE:
        shorten(notebook, source)
    before = notebook.read_text("utf-8"), source.read_text("utf-8")
    notebook.write_text(emptied(before[0]), "utf-8")  # what is saved was made in Lab
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
    page.goto(f"{lab}/lab/tree/chapters/{chapter}.ipynb?reset")  # no tabs of before
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    run_all(page, cells_with_numbers(before[0]))
    moving = before[0].count(MOVING)
    assert moving >= 2
    figures = page.locator(".jupyter-widgets.widget-vbox:has(figure.dl-figure)")
    expect_count(page, figures, moving)
    moved = sorted(
        {0, moving // 2, moving - 1}
    )  # all are one widget; three of them move
    for number in moved:
        slide(page, figures.nth(number))

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
    record_property("checked live sliders in JupyterLab", len(moved))


def test_lab_opens_with_the_chapters(browser, lab, record_property) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{lab}/")
    assert page.url.split("?")[0].endswith("/lab/tree/start.md")
    page.goto(f"{lab}/lab/tree/start.md?reset")
    links = page.locator(".jp-MarkdownViewer a[href*='chapters/']")
    links.first.wait_for(timeout=60_000)
    assert links.count() == len(plan.existing(ROOT))
    links.first.click()
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.context.close()
    record_property("checked start pages of JupyterLab", 1)


def test_run_all_stops_at_a_broken_cell(
    browser, lab, workshop, record_property
) -> None:
    # A kernel gives up what waits for it: the first cell takes long enough for the others to be there.
    sources = ("import time; time.sleep(3); x = 1", "x + y", "print('never')")
    cells = [new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(
        new_notebook(cells=cells, metadata=kernel), workshop / "broken.ipynb"
    )
    page = browser.new_context().new_page()
    page.goto(f"{lab}/lab/tree/broken.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    start_run_all(page)
    page.get_by_text("NameError: name 'y' is not defined").wait_for(timeout=60_000)
    page.wait_for_function(f"!{WAITING}")
    outputs = page.locator(".jp-Notebook .jp-Cell").all_inner_texts()
    assert outputs[2].count("never") == 1, "the cell after the broken one was run"
    page.context.close()
    record_property("checked broken notebooks in JupyterLab", 1)


PROMPTS = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((p) => p.textContent)"


def shorten(notebook: Path, source: Path, figures: int = 2) -> None:
    """Cut both files of a pair behind so many moving figures: the rest of its cells is run by nbval."""
    content = nbformat.read(notebook, as_version=4)
    moving = [n for n, cell in enumerate(content.cells) if MOVING in str(cell.get("outputs"))]  # fmt: skip
    end = moving[figures - 1] + 1
    content.cells = content.cells[:end]
    notebook.write_text(dumps(content), "utf-8")
    config = load_jupytext_configuration_file(str(ROOT / "jupytext.toml"))
    text = jupytext.reads(source.read_text("utf-8"), fmt="py:percent", config=config)
    text.cells = text.cells[:end]
    source.write_text(jupytext.writes(text, fmt="py:percent", config=config), "utf-8")


def emptied(notebook: str) -> str:
    """The notebook as it was before any cell had run."""
    content = nbformat.reads(notebook, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(content)


def cells_with_numbers(notebook: str) -> int:
    """Code cells that show a number when they have run; a worked solution is collapsed and shows none."""
    return sum(
        cell.cell_type == "code"
        and not cell.metadata.get("jupyter", {}).get("source_hidden", False)
        for cell in nbformat.reads(notebook, as_version=4).cells
    )


WAITING = f"{PROMPTS}.some((text) => text.includes('*'))"


IDLE = "#jp-main-statusbar >> text=/\\| Idle/"


def start_run_all(page) -> None:
    """Run > Run All Cells, as soon as the kernel is there."""
    page.wait_for_selector(IDLE, timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def run_all(page, cells: int) -> None:
    """Run all, and wait until so many code cells have got their number. (Lab attaches distant cells late.)"""
    start_run_all(page)
    numbered = f"{PROMPTS}.filter((text) => /\\[\\d+\\]/.test(text)).length"
    page.wait_for_function(f"{numbered} === {cells}", polling=500, timeout=300_000)
    page.wait_for_selector(IDLE, timeout=300_000)  # what is folded shows no number


def expect_count(page, locator, count: int, seconds: float = 60) -> None:
    """Wait until Lab has drawn as many as there should be."""
    end = time.monotonic() + seconds
    while locator.count() != count:
        assert time.monotonic() < end, (
            f"{locator.count()} live figures, expected {count}"
        )
        page.wait_for_timeout(200)


def slide(page, figure) -> None:
    """Move a figure's slider by key and by mouse; the picture and its sentence must follow."""
    handle, track = (
        figure.locator(".noUi-handle").first,
        figure.locator(".noUi-base").first,
    )
    handle.scroll_into_view_if_needed()
    seen = [state(figure)]
    handle.focus()
    page.keyboard.press("ArrowRight" if share(handle) == 0 else "ArrowLeft")
    seen.append(changed(page, figure, seen[-1]))
    box = track.bounding_box()
    there = 0.2 if share(handle) > 0.5 else 0.8  # far from where it was
    page.mouse.click(box["x"] + there * box["width"], box["y"] + box["height"] / 2)
    seen.append(changed(page, figure, seen[-1]))
    assert len({sentence for _, sentence in seen}) == 3, (
        "the sentence does not follow the slider"
    )


def share(handle) -> float:
    """Where the handle stands: 0 at the left end, 1 at the right."""
    now, low, high = (
        float(handle.get_attribute(f"aria-value{end}")) for end in ("now", "min", "max")
    )
    return (now - low) / (high - low)


def state(figure) -> tuple[str, str]:
    """What a live figure shows, and the sentence below it."""
    image = figure.locator("figure img").first
    return image.get_attribute("src"), figure.locator("figcaption").first.inner_text()


def changed(page, figure, before: tuple[str, str]) -> tuple[str, str]:
    """The figure's state after its picture has changed."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        now = state(figure)
        if now[0] != before[0]:
            return now
        page.wait_for_timeout(100)
    pytest.fail(f"the slider moved and the figure stayed as it was: {before[1]}")


def saved(page, notebook: Path, before: str, seconds: float = 60) -> None:
    """Wait until the file was written and Lab shows no unsaved changes."""
    page.wait_for_function(
        "() => !document.querySelector('.jp-mod-dirty')", timeout=1000 * seconds
    )
    time.sleep(2)
