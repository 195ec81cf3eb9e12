"""The search page as its reader meets it: from the field to the place, by mouse and by keys, from a folder too."""

from pathlib import Path

import pytest

from book.tools import ledger

from .conftest import HTML
from .test_pages import SCHEMES, WIDTHS, Watched, faults, violations

NOTEBOOKS = Path(__file__).parents[2].glob("chapters/*.ipynb")
STORED = {record.id: record.verdict for record in ledger.collect(NOTEBOOKS)}
# The claims among the results, each with the word that stands beside it.
VERDICTS = """() => [...document.querySelectorAll("#search-results li:has(.dl-word)")].map((line) => [
  line.querySelector(".dl-found-kind").textContent.split(" ")[1], line.querySelector(".dl-word").textContent,
])"""


@pytest.fixture(params=WIDTHS)
def visit(browser, request):
    opened = Watched(browser, request.param)
    yield opened
    opened.context.close()


def titles(page) -> list[str]:
    return page.locator("#search-results > li > a").all_inner_texts()


def test_from_any_page_to_the_place(visit, address, record_property):
    page = visit.page
    page.goto(f"{address}/book/notation.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("softmax overflow")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=softmax+overflow")
    assert page.locator("#search-status").inner_text().endswith("places found.")
    assert page.locator("#search-results mark").count() > 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chapters/04a_numbers_on_a_computer.html#sec-4a-softmax")
    page.go_back()
    assert titles(page)[0].startswith("Softmax")
    assert visit.complaints == [] and visit.foreign(address) == []
    record_property("checked searches", 1)


def test_what_is_typed_is_searched_and_kept_in_the_address(
    visit, address, record_property
):
    page = visit.page
    page.goto(f"{address}/search.html")
    page.keyboard.type("梯度")
    page.wait_for_url("**/search.html?q=%E6%A2%AF%E5%BA%A6")
    first = page.locator("#search-results > li").first
    assert "All partial derivatives of a function" in first.inner_text()
    assert first.locator("mark [lang=zh]").inner_text() == "梯度"
    told = dict(page.evaluate(VERDICTS))
    assert told and told == {claim: STORED[claim] for claim in told}
    assert "IT DEPENDS" in STORED.values()  # so that not all words are one
    page.reload()
    assert titles(page)[0] == "gradient"
    record_property("checked searches", 1)


def test_ten_places_first_and_more_on_demand(visit, address, record_property):
    page = visit.page
    page.goto(f"{address}/search.html?q=gradient")
    assert len(titles(page)) == 10
    page.locator("#search-more").press("Enter")
    assert len(titles(page)) == 20
    focused = "(first) => first === document.activeElement"
    assert page.locator("#search-results > li > a").nth(10).evaluate(focused)
    while page.locator("#search-more").is_visible():
        page.locator("#search-more").click()
    total = int(page.locator("#search-status").inner_text().split()[0])
    assert len(titles(page)) == total > 20
    record_property("checked searches", 1)


def test_nothing_found_gives_a_hint(visit, address, record_property):
    page = visit.page
    page.goto(f"{address}/search.html?q=softmax+zebra")
    said = page.locator("#search-status")
    assert "No place has all of these words" in said.inner_text()
    assert "“zebra” is nowhere in the book" in said.inner_text()
    assert page.locator("#search-more").is_hidden()
    said.get_by_role("link", name="softmax").click()
    page.wait_for_url("**?q=softmax")
    assert titles(page)[0].startswith("Softmax")
    record_property("checked searches", 1)


@pytest.mark.parametrize("query", ["gradient", "softmax zebra"])
def test_the_results_are_sound(visit, address, query, record_property):
    page = visit.page
    page.goto(f"{address}/search.html?q={query}")
    page.locator("#search-status:not(:empty)").wait_for()
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)
        assert faults(visit, address) + violations(page, rules) == []
        record_property("checked searches", 1)


def test_the_search_works_from_a_folder(visit, address, record_property):
    page = visit.page
    page.goto(f"{HTML.as_uri()}/search.html?q=vanishing")
    assert titles(page)[:2] == ["Vanishing, exploding", "vanishing gradient"]
    page.locator(".bd-search-container input").fill("whitening")
    page.wait_for_function(
        "() => document.querySelector('#search-results a')?.textContent === 'Whitening'"
    )
    page.locator("#search-results a").first.click()
    page.wait_for_url("**/02b_principal_components.html#sec-2b-whitening")
    others = [said for said in visit.complaints if "/fonts/" not in said]
    assert others == [] and visit.foreign(HTML.as_uri()) == []
    record_property("checked searches", 1)
