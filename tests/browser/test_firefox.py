"""The pages in Firefox: what differs between browsers is formulas, fonts, scrolling and sliders."""

import time

import pytest

from . import server
from .test_anchoring import NOT_HELD, arrive, distance, growing, places
from .test_pages import CHAPTERS, MISSET, OVERFLOW, PAGES, RAW_MATH, SOUND, WIDTHS

WITHOUT_SIZE = """() => [...document.querySelectorAll("math")].filter((formula) => {
  const { width, height } = formula.getBoundingClientRect();
  return formula.checkVisibility() && !(width && height);
}).map((formula) => formula.outerHTML.slice(0, 200))"""
FONTS = """async () => {
  await document.fonts.ready;
  return [...document.fonts].filter(({ status }) => status === "loaded").map(({ family }) => family.replaceAll('"', ""));
}"""
FOCUS = """() => {
  const slider = document.querySelector(".dl-moving input[type=range]");
  slider.scrollIntoView({ block: "end" });
  slider.focus();
  return slider.value === slider.max ? "ArrowLeft" : "ArrowRight";
}"""
SHOWN = """() => {
  const figure = document.querySelector(".dl-moving"), slider = figure.querySelector("input[type=range]");
  const shown = [...figure.querySelectorAll("img")].filter((image) => image.checkVisibility() && image.naturalWidth);
  return { value: slider.value, pictures: shown.map((image) => image.currentSrc),
    sentence: figure.querySelector("figcaption").textContent };
}"""
FLAWS = {
    "": "",
    r"<p>\frac12</p>": "TeX that was not set",
    "<math></math>": "a formula without a size",
    "<math><mtable class='dl-aligned'><mtr><mtd class='dl-right'><mi>x</mi></mtd></mtr>"
    "<mtr><mtd class='dl-right'><mi>a long left side</mi></mtd></mtr></mtable></math>": "a row off its sign",
    "<p style='width:3000px'>wide</p>": "the page scrolls sideways",
    "<img src='/missing.svg' alt='none'>": "404 for",
    "<script>console.error('the script stumbled')</script>": "the script stumbled",
    "<script>nothing.there()</script>": "nothing is not defined",
    "<script>fetch('http://127.0.0.2:8089/x').catch(() => 0)</script>": "a request to another host",
}  # fmt: skip


ANCHORING = pytest.mark.parametrize("anchoring", ["held", "not held"])


@pytest.fixture
def view(firefox, anchoring):
    """Firefox with scroll anchoring, and as if it had none."""
    end = firefox.before_each_page(NOT_HELD) if anchoring == "not held" else None
    yield firefox
    if end:
        end()


def faults(firefox, home: str) -> list[str]:
    """What is wrong with the page that is open, at both widths, and what was wrong on the way to it."""
    found = [f"TeX that was not set: {text}" for text in firefox.run(RAW_MATH)]
    found += [f"badly set: {fault}" for fault in firefox.run(MISSET)]
    for width, height in WIDTHS.items():
        firefox.resize(width, height)
        if firefox.run(OVERFLOW) > 0:
            found.append(f"the page scrolls sideways at {width} px")
        found += [f"a formula without a size: {f}" for f in firefox.run(WITHOUT_SIZE)]
    foreign = [url for url in firefox.requests if not url.startswith(home)]
    return (
        found
        + [f"a request to another host: {url}" for url in foreign]
        + firefox.complaints
    )


def test_what_is_broken_on_purpose_is_noticed(firefox, tmp_path, record_property):
    home = server.serve(tmp_path)
    address = f"http://127.0.0.1:{home.server_port}"
    for number, (flaw, expected) in enumerate(FLAWS.items()):
        (tmp_path / f"{number}.html").write_text(SOUND % flaw)
        firefox.open(f"{address}/{number}.html")
        time.sleep(0.2)
        found = faults(firefox, address)
        assert any(expected in fault for fault in found) if expected else found == []
        record_property("checked flaws made on purpose", int(bool(expected)))
    home.shutdown()
    home.server_close()


@pytest.mark.parametrize("name", PAGES)
def test_page(firefox, served, name, record_property):
    firefox.resize(1280, WIDTHS[1280])
    firefox.open(f"{served}/{name}.html")
    assert firefox.run("() => document.querySelector('h1').checkVisibility()")
    assert faults(firefox, served) == []
    fonts = firefox.run(FONTS)
    formulas = firefox.run("() => document.querySelectorAll('math').length")
    assert "STIX Two Text" in fonts
    assert not formulas or "STIX Two Math" in fonts
    record_property("checked pages in Firefox", 1)
    record_property("checked equations in Firefox", formulas)


@ANCHORING
def test_growth_is_noticed_only_where_nothing_holds_the_page(view, anchoring, tmp_path):
    with growing(tmp_path) as url:
        off = distance(view.open, view.run, url, "place")
    assert abs(off) <= 16 if anchoring == "held" else off > 400


@pytest.mark.parametrize("width", WIDTHS)
@ANCHORING
def test_links_into_a_chapter_arrive(view, anchoring, served, width, record_property):
    view.resize(width, WIDTHS[width])
    url = f"{served}/{CHAPTERS[-1]}.html"
    view.open(url)
    chosen = places(view.run)
    if anchoring == "held":  # what arrives without help arrives with it
        chosen = chosen[::2]
    arrive(view.open, view.run, url, chosen)
    record_property("checked places that links lead to in Firefox", len(chosen))


@pytest.mark.parametrize("name", CHAPTERS[:1])
def test_slider_moves_its_figure(firefox, served, name, record_property):
    """By key; picture and sentence follow, the picture perhaps a moment later."""
    firefox.resize(1280, WIDTHS[1280])
    firefox.open(f"{served}/{name}.html")
    key = firefox.run(FOCUS)
    time.sleep(1)  # the first picture is fetched as it comes into view
    before = firefox.run(SHOWN)
    firefox.press(key)
    for _ in range(50):
        after = firefox.run(SHOWN)
        if after["sentence"] != before["sentence"] and after["pictures"]:
            break
        time.sleep(0.1)
    for part in ("value", "pictures", "sentence"):
        assert after[part] != before[part], f"the slider does not move the {part}"
    assert len(before["pictures"]) == len(after["pictures"]) == 1
    record_property("checked sliders in Firefox", 1)
