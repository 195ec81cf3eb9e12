"""Links arrive also where the browser does not hold what is in sight while the page above it grows.

Scroll anchoring hides such growth. Not every browser has it, and where it holds nothing proves that the page is still.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from . import server
from .test_pages import CHAPTERS, OFF, PLACES, SOUND, WIDTHS

NOT_HELD = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { overflow-anchor: none !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
IDS = "(selector) => [...document.querySelectorAll(selector)].map(({ id }) => id)"
GROWING = """<div id="late"></div><div style="height: 2000px"></div><h2 id="place">Here</h2>
<div style="height: 2000px"></div><script>setTimeout(() => late.style.height = "500px", 400)</script>"""


def places(evaluate) -> list[str]:
    """Two of each kind of place that links lead to, on the page that is open."""
    found = []
    for kind, selector in PLACES.items():
        ids = evaluate(IDS, selector)
        assert ids, f"no {kind}"
        found += [ids[len(ids) // 3], ids[-1]]
    return found


def distance(visit, evaluate, url: str, place: str) -> float:
    """How far a place is from where it belongs, a second after its link was opened."""
    visit(f"{url}#{place}")
    time.sleep(1)
    return evaluate(OFF, place)


def arrive(visit, evaluate, url: str, places: list[str]) -> None:
    """Every place is where it belongs."""
    off = {place: distance(visit, evaluate, url, place) for place in places}
    assert {place: round(by) for place, by in off.items() if abs(by) > 16} == {}


@contextmanager
def growing(folder: Path) -> Iterator[str]:
    """The address of a page that grows above the place its link leads to."""
    (folder / "page.html").write_text(SOUND % GROWING)
    running = server.serve(folder)
    yield f"http://127.0.0.1:{running.server_port}/page.html"
    running.shutdown()
    running.server_close()


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def open_anew(page):
    """Load a page although only the part after # differs from the last one."""

    def visit(url: str) -> None:
        page.goto("about:blank")
        page.goto(url)

    return visit


def test_growth_is_noticed_only_where_nothing_holds_the_page(page, tmp_path):
    visit = open_anew(page)
    with growing(tmp_path) as url:
        assert abs(distance(visit, page.evaluate, url, "place")) <= 16
        page.add_init_script(f"({NOT_HELD})()")
        assert distance(visit, page.evaluate, url, "place") > 400


@pytest.mark.parametrize("width", WIDTHS)
def test_links_arrive_where_nothing_holds_the_page(
    page, address, width, record_property
):
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.add_init_script(f"({NOT_HELD})()")
    url = f"{address}/{CHAPTERS[0]}.html"
    page.goto(url)
    chosen = places(page.evaluate)
    arrive(open_anew(page), page.evaluate, url, chosen)
    record_property("checked places that links lead to, without anchoring", len(chosen))
