"""How pages read: characters a line, the bar that says where one is, what is folded and what is left out, and a page
that is narrow, spaced wide, or in the reader's own few colors."""

import pytest

from . import test_pages
from .test_pages import CHAPTERS, PAGES

watched = test_pages.watched  # the fixture

# Characters of every full line of prose, that is, of all but the last of a paragraph without formulas and code.
LINES = r"""() => [...document.querySelectorAll("article section > p:not([class])")]
  .filter((paragraph) => !paragraph.querySelector("math, code, img, br")).flatMap((paragraph) => {
    const lines = new Map(), range = document.createRange();
    const text = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    while (text.nextNode()) for (const word of text.currentNode.data.matchAll(/\S+\s*/g)) {
      range.setStart(text.currentNode, word.index);
      range.setEnd(text.currentNode, word.index + word[0].trimEnd().length);
      const line = Math.round(range.getBoundingClientRect().bottom / 14);
      lines.set(line, (lines.get(line) ?? 0) + word[0].length);
    }
    return [...lines.values()].slice(0, -1);
  })"""

# What cannot be seen: hidden by its own box, or beyond the edge and in no box that scrolls.
CUT = """() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > width) found.push("the page scrolls sideways");
  const aside = "svg, math, [aria-hidden], .bd-sidebar-secondary, .visually-hidden, .dropdown-menu, .highlight button";
  for (const element of document.querySelectorAll("main *, .bd-header-article *")) {
    if (!element.checkVisibility() || element.closest(aside) || !element.clientWidth) continue;
    const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
    const hides = (value) => ["hidden", "clip"].includes(value) && textOverflow !== "ellipsis";
    const scrolls = ["auto", "scroll"].includes(overflowX);
    const cut = (hides(overflowX) && element.scrollWidth > element.clientWidth + 1)
      || (hides(overflowY) && element.scrollHeight > element.clientHeight + 4)
      || (!scrolls && !element.closest("pre, table, div.math") && element.getBoundingClientRect().right > width + 1);
    if (cut) found.push(`cut: ${element.tagName} ${element.className}: ${element.textContent.trim().slice(0, 60)}`);
  }
  return found;
}"""

# What WCAG 1.4.12 lets a reader do to any text.
SPACED = """* { letter-spacing: 0.12em !important; line-height: 1.5 !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }"""

# The site's policy forbids style that was not in the page; a browser's own sheets are not the page's.
ADD_STYLE = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}"""


def styled(page, text: str) -> None:
    page.evaluate(ADD_STYLE, text)


MARKED = "() => [...document.querySelectorAll('.page-toc a.active')].map((link) => link.textContent.trim())"

at_1280 = pytest.mark.parametrize("watched", [1280], indirect=True)
at_390 = pytest.mark.parametrize("watched", [390], indirect=True)
at_both = pytest.mark.parametrize("watched", [1280, 390], indirect=True)
every_page = pytest.mark.parametrize("name", [name for name in PAGES if name != "search"])  # fmt: skip


@at_1280
@every_page
def test_a_line_of_prose_has_as_many_characters_as_the_eye_can_hold(
    watched, address, name, record_property
):
    watched.page.goto(f"{address}/{name}.html")
    lines = watched.page.evaluate(LINES)
    if not lines:
        pytest.skip("no paragraph has a full line")
    assert 60 <= sum(lines) / len(lines) <= 78
    assert max(lines) <= 90
    record_property("checked lines of prose", len(lines))


@at_390
@every_page
def test_nothing_is_cut_on_a_narrow_page_or_by_wide_spacing(
    watched, address, name, record_property
):
    """320 pixels are a small phone, and a screen of 1280 at four times the size."""
    page = watched.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{address}/{name}.html")
    assert page.evaluate(CUT) == []
    styled(page, SPACED)
    assert page.evaluate(CUT) == []
    record_property("checked narrow and spaced pages", 2)


@at_1280
def test_the_measures_see_what_is_wrong(watched, address):
    page = watched.page
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    styled(
        page,
        "article { max-width: none !important; } article p { max-width: none !important; font-size: 0.8rem; }",
    )
    lines = page.evaluate(LINES)
    assert sum(lines) / len(lines) > 78
    styled(page, "article h2 { max-height: 1rem; overflow: hidden; }")
    styled(page, "article h3 { min-width: 200vw; }")
    found = " ".join(page.evaluate(CUT))
    assert "cut: H2" in found and "cut: H3" in found and "sideways" in found


@at_both
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_bar_says_where_one_is(watched, address, name, record_property):
    page = watched.page
    page.goto(f"{address}/{name}.html")
    bar = page.locator(".dl-place")
    section = bar.locator(".dl-section")
    height = page.locator(".bd-header-article").bounding_box()["height"]
    titles = page.locator("article section > section > :is(h2, h3)")
    place = titles.count() // 2
    title = titles.nth(place).evaluate("(heading) => heading.textContent.slice(0, -1).trim()")  # fmt: skip
    titles.nth(place).evaluate("(heading) => heading.scrollIntoView()")
    page.wait_for_function(
        "(title) => document.querySelector('.dl-section').textContent === title",
        arg=title,
    )
    if page.viewport_size["width"] > 1000:  # where the contents stand beside the page
        page.wait_for_function(
            f"(title) => ({MARKED})().join() === title",
            arg=title,
        )
    assert bar.locator("b").inner_text().startswith(name[9:].lstrip("0").split("_")[0])
    assert section.is_visible() and bar.locator(".dl-progress").is_visible()
    done = bar.locator(".dl-progress").evaluate("(line) => line.getBoundingClientRect().width / innerWidth")  # fmt: skip
    assert 0.1 < done < 0.9
    following = bar.locator(".dl-after")
    said = following.get_attribute("title")
    assert said.startswith("Next section: ") and said == following.get_attribute(
        "aria-label"
    )
    following.press("Enter")
    page.wait_for_function(
        "(title) => document.querySelector('.dl-section').textContent === title",
        arg=said.removeprefix("Next section: "),
    )
    assert page.locator(".bd-header-article").bounding_box()["height"] == height
    record_property("checked places in the bar", 2)


@at_1280
def test_without_scripts_the_bar_has_nothing_dead_in_it(browser, watched, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    assert not page.locator(".dl-place").is_visible()
    context.close()


@at_1280
@pytest.mark.parametrize("name", CHAPTERS)
def test_folded_code_opens_by_key_below_what_it_made(
    watched, address, name, record_property
):
    page = watched.page
    page.goto(f"{address}/{name}.html")
    assert page.get_by_text("not yet:").count() == 0
    cell = page.locator(".cell:has(figure):has(> .dl-code)").first
    fold = cell.locator("> .dl-code")
    code = fold.locator("pre")
    assert not code.is_visible()
    figure, link = cell.locator("figure").bounding_box(), fold.bounding_box()
    assert link["y"] >= figure["y"] + figure["height"] and link["height"] < 30
    fold.locator("summary").press("Enter")
    assert code.is_visible()
    said = fold.locator("summary").inner_text()
    lines = len(code.inner_text().strip().splitlines())
    assert f"code of this figure, {lines} lines" in said
    record_property("checked folded code", 1)


@at_390
def test_the_closing_table_is_a_block_for_each_claim_on_a_phone(watched, address):
    page = watched.page
    page.goto(f"{address}/{CHAPTERS[-1]}.html")
    table = page.locator(".dl-recap")
    assert table.bounding_box()["width"] <= 390
    cells = table.locator("tr").nth(1).locator("td").all()
    assert cells[2].bounding_box()["y"] > cells[1].bounding_box()["y"]
    mark = cells[0].evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert any(sign in mark for sign in "✓✕±≡–")


# Grounds that carry meaning, by what draws them; forced colors would paint all of them like the page.
GROUNDS = {
    ".admonition.question > .admonition-title": "::after",
    "details.admonition > summary": "::before",
    ".bd-header-article .fa-bars": "::before",
    ".dl-progress": "",
}


@at_1280
def test_icons_and_bars_are_there_in_forced_colors(watched, address):
    page = watched.page
    page.emulate_media(forced_colors="active")
    page.goto(f"{address}/{CHAPTERS[-1]}.html")
    color = "([selector, part]) => getComputedStyle(document.querySelector(selector), part || null).backgroundColor"
    ground = page.evaluate(color, ["body", ""])
    for selector, part in GROUNDS.items():
        assert page.evaluate(color, [selector, part]) != ground, selector
