"""Browsers for the tests of this folder, where there are any."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from book.tools import site

from . import server

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "book/_build/html"
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def absent(reason: str) -> None:
    """Without a browser these tests are skipped, except where one was promised."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    try:
        from axe_playwright_python import sync_playwright as _axe  # noqa: F401
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent(
            "the pages were not tried in a browser: playwright and axe-playwright-python are not installed"
        )
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        absent("the pages were not tried in a browser: there is no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def firefox(tmp_path_factory):
    from .firefox import Firefox

    names = (os.environ.get("FIREFOX"), "firefox-esr", "firefox")
    program = next(filter(None, (name and shutil.which(name) for name in names)), None)
    if not program:
        absent("the pages were not tried in Firefox: there is none")
    try:
        firefox = Firefox(program, tmp_path_factory.mktemp("firefox"))
    except (OSError, RuntimeError) as problem:
        absent(f"the pages were not tried in Firefox: {problem}")
    yield firefox
    firefox.close()


@pytest.fixture(scope="session")
def address(browser, served) -> str:
    """Where Chromium finds the site; without Chromium nothing is built."""
    return served


@pytest.fixture(scope="session")
def served() -> str:
    """Where the site is served; it is built first if need be."""
    assert site.ensure(ROOT) == 0, (
        "the site does not build without warnings; see the output above"
    )
    running = server.serve(HTML)
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def pytest_terminal_summary(terminalreporter) -> None:
    """Say what was looked at, since a green dot does not."""
    total = Counter()
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name.startswith("checked "):
                total[name[len("checked ") :]] += value
    if total:
        terminalreporter.write_line(
            "in the browser: "
            + ", ".join(f"{value} {name}" for name, value in total.items())
        )
