"""Every page as its reader meets it: in a browser, wide and narrow, light and dark."""

import json

import pytest

from book.tools import plan

from . import server
from .conftest import HTML, ROOT

PAGES = [
    *(f"book/{path.stem}" for path in sorted((ROOT / "book").glob("*.md"))),
    *(
        f"chapters/{path.stem}"
        for path in sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
    ),
    "search",
]
CHAPTERS = [
    f"chapters/{page}" for page in plan.DONE
]  # a draft owes no links or sections
WIDTHS = {1280: 800, 390: 844}

# Rules of axe that are not applied, each with its reason.
EXCLUDED: dict[str, str] = {}

# In the dark only the colors are new.
SCHEMES = {
    "light": {},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}},
}

SCROLL = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight * 0.9) {
    scrollTo(0, y);
    await new Promise((done) => setTimeout(done, 40));
  }
}"""
RAW_MATH = r"""() => {
  const text = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (text.nextNode()) {
    const { textContent, parentElement } = text.currentNode;
    if (!parentElement.closest("pre, code, script, style") && /\\[a-z]{2,}|\$[^$\n]+\$/.test(textContent)) found.push(textContent);
  }
  return found;
}"""
# Rows of equations that do not meet at their sign, roots without theirs, and large brackets that stay small.
MISSET = """() => {
  const name = (element) => element.closest("[id]")?.id ?? element.outerHTML.slice(0, 80), found = [];
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
  for (const cell of seen(".dl-aligned > mtr > mtd.dl-right")) {
    if (!cell.textContent.trim()) continue;
    const right = Math.max(...[...cell.children].map((part) => part.getBoundingClientRect().right));
    if (cell.getBoundingClientRect().right - right > 8) found.push(`a row off its sign: ${name(cell)}`);
  }
  for (const root of seen("msqrt")) {
    const [first, last] = [root.firstElementChild, root.lastElementChild].map((part) => part.getBoundingClientRect());
    if (root.getBoundingClientRect().width - (last.right - first.left) < 4) found.push(`a root without its sign: ${name(root)}`);
  }
  for (const bracket of seen("mo[minsize]")) {
    const asked = parseFloat(bracket.getAttribute("minsize")) * parseFloat(getComputedStyle(bracket).fontSize);
    if (bracket.getBoundingClientRect().height < 0.9 * asked) found.push(`a small bracket: ${name(bracket)}`);
  }
  return found;
}"""
BROKEN_IMAGES = """() => [...document.images].filter((image) => image.checkVisibility() && !(image.complete && image.naturalWidth))
  .map((image) => image.src)"""
# A busy machine scrolls past a lazy picture before its browser has drawn it once: such a picture is visited again.
LOADED = """() => {
  const waiting = [...document.images].find((image) => image.checkVisibility() && !(image.complete && image.naturalWidth));
  waiting?.scrollIntoView();
  return !waiting;
}"""
OVERFLOW = (
    "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
)
STATE = """(figure) => {
  const shown = [...figure.querySelectorAll("img")].filter((image) => image.checkVisibility());
  return {
    frames: shown.length, sentence: shown[0]?.dataset.sentence, label: shown[0]?.dataset.label,
    caption: figure.querySelector("figcaption").textContent,
    spoken: figure.querySelector("input").getAttribute("aria-valuetext"),
    value: figure.querySelector("input").value, output: figure.querySelector("output").textContent,
  };
}"""

MOVED = "([figure, before]) => figure.querySelector('output').textContent !== before"


class Watched:
    """A page whose requests and complaints are written down."""

    def __init__(self, browser, width: int) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": WIDTHS[width]}, color_scheme="light"
        )
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, line) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(f"{line.text} ({line.location['url']})")

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.evaluate(SCROLL)
        self.page.wait_for_function(LOADED, timeout=20_000)

    def foreign(self, home: str) -> list[str]:
        return [url for url in self.requests if not url.startswith((home, "data:"))]


@pytest.fixture
def watched(browser, request):
    opened = Watched(browser, request.param)
    yield opened
    opened.context.close()


# A chapter has ten thousand colored words of code in a dozen colors, and ten thousand letters in formulas, all made
# by one program. They cost axe most of its time, so it examines pages with plain code and with the first
# twenty formulas, and the colors of code by themselves.
PLAIN = """() => {
  for (const code of document.querySelectorAll(".highlight pre")) code.textContent = code.textContent;
  for (const formula of [...document.querySelectorAll("math")].slice(20)) formula.replaceWith("x");
}"""
ONLY_CODE = """() => document.querySelector("article").replaceChildren(
  ...[...document.querySelectorAll(".highlight")].slice(0, 80))"""


def violations(page, rules: dict) -> list[str]:
    """What axe finds, one sentence each."""
    from axe_playwright_python.sync_playwright import Axe

    # Without preloading, axe does not fetch the style sheets again from where they do not lie.
    found = (
        Axe()
        .run(
            page,
            options={"preload": False, "resultTypes": ["violations"], **rules},
        )
        .response["violations"]
    )
    return [
        f"{rule['id']}: {rule['help']} at {node['html'][:200]}"
        for rule in found
        if rule["id"] not in EXCLUDED
        for node in rule["nodes"]
    ]


def faults(watched, home: str) -> list[str]:
    """Everything that is wrong with the page as it stands, but for what axe knows better."""
    page = watched.page
    sideways = ["the page scrolls sideways"] if page.evaluate(OVERFLOW) > 0 else []
    return [
        *sideways,
        *(f"TeX that was not set: {text}" for text in page.evaluate(RAW_MATH)),
        *(f"badly set: {fault}" for fault in page.evaluate(MISSET)),
        *(f"broken picture: {url}" for url in page.evaluate(BROKEN_IMAGES)),
        *(f"a request to another host: {url}" for url in watched.foreign(home)),
        *watched.complaints,
    ]


SOUND = """<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,"></head>
<body><main><h1>A page</h1><p>Nothing is wrong here.</p>%s</main></body></html>"""
BROKEN = {
    "": "",
    "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>": "image-alt",
    "<p style='color:#aaa;background:#fff'>pale</p>": "color-contrast",
    "<input type='range'>": "label",
    "<div style='width:3000px'>wide</div>": "the page scrolls sideways",
    "<img src='/missing.svg' alt='none' width='9' height='9'>": "broken picture",
    r"<p>\frac12</p>": "TeX that was not set",
    "<p>the slope $x$</p>": "TeX that was not set",
    "<math><mtable class='dl-aligned'><mtr><mtd class='dl-right'><mi>x</mi></mtd></mtr>"
    "<mtr><mtd class='dl-right'><mi>a long left side</mi></mtd></mtr></mtable></math>": "a row off its sign",
    "<math><msup><mo minsize='2em'>)</mo><mn>2</mn></msup></math>": "a small bracket",
    "<math><msqrt style='display:inline'><mn>2</mn></msqrt></math>": "a root without its sign",
    "<script>console.error('the script stumbled')</script>": "the script stumbled",
    "<script>nothing.there()</script>": "nothing is not defined",
    "<script>fetch('http://127.0.0.2:9/x').catch(() => 0)</script>": "a request to another host",
}


@pytest.mark.parametrize("watched", WIDTHS, indirect=True)
def test_what_is_broken_on_purpose_is_noticed(watched, tmp_path, record_property):
    """The checks of this file, each on a page that breaks just what it looks for."""
    home = server.serve(tmp_path)
    address = f"http://127.0.0.1:{home.server_port}"
    for number, (flaw, expected) in enumerate(BROKEN.items()):
        (tmp_path / f"{number}.html").write_text(SOUND % flaw)
        watched.complaints.clear()
        watched.requests.clear()
        watched.page.goto(f"{address}/{number}.html")
        watched.page.wait_for_timeout(200)
        found = faults(watched, address) + violations(watched.page, SCHEMES["light"])
        assert any(expected in fault for fault in found) if expected else found == []
        record_property("checked flaws made on purpose", int(bool(expected)))
    home.shutdown()
    home.server_close()


@pytest.mark.parametrize("watched", WIDTHS, indirect=True)
@pytest.mark.parametrize("name", PAGES)
def test_page(watched, address, name, record_property):
    watched.open(f"{address}/{name}.html")
    page = watched.page
    assert faults(watched, address) == []
    record_property("checked equations", page.locator("math").count())
    page.evaluate(PLAIN)
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(
            "(name) => document.documentElement.dataset.theme === name", arg=scheme
        )
        page.wait_for_timeout(400)  # the theme fades from one color to the other
        assert violations(page, rules) == []
        inked(page, scheme)
    record_property("checked figures in both inks", legible(page))
    assert page.locator(FIGURES).evaluate_all(CLIPPED) == []
    for figure in page.locator("figure.dl-moving").all():
        slides(page, figure)
        record_property("checked sliders by key and mouse", 1)
    for picture in page.locator("figure.dl-figure picture").all():
        stands(page, picture)
    assert faults(watched, address) == []
    record_property("checked views", 2)
    record_property("checked requests, none to another host", len(watched.requests))


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_code_can_be_read(watched, address, record_property):
    watched.page.goto(f"{address}/{CHAPTERS[-1]}.html")
    watched.page.evaluate(ONLY_CODE)
    words = watched.page.locator(".highlight pre span").count()
    assert words > 1000
    for scheme in SCHEMES:
        watched.page.emulate_media(color_scheme=scheme)
        watched.page.wait_for_timeout(400)
        assert violations(watched.page, SCHEMES["dark"]) == []
    record_property("checked words of code", words)


def slides(page, figure) -> None:
    """The slider moves its figure by key and by mouse, and the sentence follows."""
    slider = figure.locator("input[type=range]")
    fits(page, figure)
    start = state(figure)
    slider.focus()
    last = start["value"] == slider.get_attribute("max")
    slider.press("ArrowLeft" if last else "ArrowRight")
    moved = state(figure, after=start)
    assert moved["value"] != start["value"] and moved["label"] != start["label"]
    box = slider.bounding_box()
    assert box["height"] >= 40, "the slider is too small for a finger"
    far = 0.97 if int(moved["value"]) < int(slider.get_attribute("max")) / 2 else 0.03
    page.mouse.click(box["x"] + far * box["width"], box["y"] + box["height"] / 2)
    dragged = state(figure, after=moved)
    assert dragged["value"] not in (start["value"], moved["value"])
    assert len({start["caption"], moved["caption"], dragged["caption"]}) == 3, (
        "the sentence does not follow the slider"
    )
    shown = figure.locator("img:not([hidden])").element_handle()
    page.wait_for_function("(image) => image.naturalWidth > 0", arg=shown)


INK = """async (picture) => {
  const draw = async (address, element) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const [width, height] = ["width", "height"].map((name) => 2 * Number(element.getAttribute(name)));
    const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    pen.drawImage(image, 0, 0, width, height);
    return { width, height, ink: (...box) =>
      pen.getImageData(...box).data.reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0) / 255 };
  };
  const [source, img] = picture.children;
  const wide = await draw(img.src, img), tall = await draw(source.srcset, source);
  const cuts = img.dataset.gaps.split(" ").map((gap) => Math.round(gap * wide.width));
  const edges = [0, ...cuts, wide.width], band = tall.height / (edges.length - 1);
  return {
    cuts: cuts.map((x) => wide.ink(x, 0, 1, wide.height)),
    wide: cuts.concat(wide.width).map((right, i) => wide.ink(edges[i], 0, right - edges[i], wide.height)),
    tall: edges.slice(1).map((_, i) => tall.ink(0, Math.round(i * band), tall.width, Math.round(band))),
  };
}"""


def stands(page, picture) -> None:
    """Side by side on a wide screen, one below the other on a narrow one; no cut touches ink, and no panel is lost."""
    box = picture.locator("img").bounding_box()
    if page.viewport_size["width"] > 600:
        ink = picture.evaluate(INK)
        assert max(ink["cuts"]) == 0, "the cut between two panels touches ink"
        assert min(ink["wide"]) > 100
        # drawn twice as large: a thin line's ink depends on where it falls between pixels
        assert ink["tall"] == pytest.approx(ink["wide"], rel=0.015), "panels differ"
    elif box is not None:  # a frame that is not hidden
        assert box["height"] > box["width"], "panels stand side by side"


def state(figure, after: dict | None = None) -> dict:
    """What a moving figure shows and says now, or once that differs; picture, caption, spoken value and number agree."""
    if after:
        handle = figure.element_handle()
        figure.page.wait_for_function(MOVED, arg=[handle, after["output"]])
    now = figure.evaluate(STATE)
    assert now["frames"] == 1, f"{now['frames']} frames are visible at once"
    assert now["sentence"] == now["caption"] == now["spoken"], now
    assert now["label"] == now["output"], now
    return now


def fits(page, figure) -> None:
    """A figure, its slider and its sentence can be seen together."""
    figure.scroll_into_view_if_needed()
    room = (
        page.viewport_size["height"]
        - page.locator(".bd-header-article").bounding_box()["height"]
    )
    assert figure.bounding_box()["height"] <= room, (
        "the figure and its sentence do not fit one screen"
    )


FIGURES = "figure.dl-figure img:not([hidden])"
INKS = """(images) => images.flatMap((image) => [image.src, image.previousElementSibling?.srcset ?? image.src])
  .filter((address) => address.includes("/frame-"))"""
LETTERS = """async (image) => {
  const svg = await (await fetch(image.currentSrc)).text();
  const points = [...svg.matchAll(/scale\\((0\\.\\d+) -/g)].map(([, scale]) => 100 * scale);
  const [, wide] = svg.match(/viewBox="0 0 (\\S+)/);
  return Math.min(...points) * image.getBoundingClientRect().width / wide;
}"""


CLIPPED = """(images) => images.filter((image) => {
  const { left, right } = image.getBoundingClientRect();
  for (let box = image.parentElement; box !== document.body; box = box.parentElement) {
    const bounds = box.getBoundingClientRect();
    if (getComputedStyle(box).overflowX !== "visible" && (left < bounds.left - 0.5 || right > bounds.right + 0.5)) return true;
  }
  return left < 0 || right > document.documentElement.clientWidth;
}).map((image) => image.alt)"""
CUT = """async (images) => {
  const cut = [];
  for (const element of images) {
    const image = new Image();
    image.src = element.src;
    await image.decode();
    const [width, height] = ["width", "height"].map((name) => Number(element.getAttribute(name)));
    const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    pen.drawImage(image, 0, 0, width, height);
    const inked = (...box) => pen.getImageData(...box).data.some((value, i) => i % 4 === 3 && value);
    const edges = [[0, 0, 1, height], [width - 1, 0, 1, height], [0, 0, width, 1], [0, height - 1, width, 1]];
    if (edges.some((edge) => inked(...edge))) cut.push(`${element.dataset.sentence} (${element.dataset.label})`);
  }
  return cut;
}"""


@pytest.mark.parametrize("watched", [1280], indirect=True)
@pytest.mark.parametrize("name", CHAPTERS)
def test_nothing_in_a_figure_is_cut_off(watched, address, name, record_property):
    """No ink touches the edge of a picture, in any frame: a title too long for its figure would."""
    watched.page.goto(f"{address}/{name}.html")
    images = watched.page.locator("figure.dl-figure img")
    assert images.evaluate_all(CUT) == []
    record_property("checked edges of pictures", 4 * images.count())


def inked(page, scheme: str) -> None:
    """Every figure, each of its frames and its stacked form have the ink of the theme."""
    addresses = page.locator("figure.dl-figure img").evaluate_all(INKS)
    wrong = [a for a in addresses if a.endswith("#dark") != (scheme == "dark")]
    assert wrong == []


def legible(page) -> int:
    """The smallest letters of a figure are no smaller than eleven pixels; returns the number of figures."""
    images = page.locator(FIGURES).all()
    for image in images:
        smallest = image.evaluate(LETTERS)
        assert smallest >= 11, (
            f"{image.get_attribute('alt')}: letters of {smallest:.1f} pixels"
        )
    return len(images)


HIDDEN = """(figure) => [...figure.querySelectorAll("img[hidden]")].map((image) => image.src.split("/").pop())"""
STINGY = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"


@pytest.mark.parametrize("watched", [1280], indirect=True)
@pytest.mark.parametrize("stingy", [False, True])
def test_frames_are_fetched_as_their_figure_nears(
    watched, address, stingy, record_property
):
    """Before the reader touches it; where data are saved, only the frame that is asked for."""
    page = watched.page
    if stingy:
        page.add_init_script(STINGY)
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    page.wait_for_timeout(1000)
    figure = page.locator("figure.dl-moving").last
    frames = set(figure.evaluate(HIDDEN))

    def fetched() -> set[str]:
        return frames & {url.rpartition("/")[2] for url in watched.requests}

    assert fetched() == set()
    figure.evaluate("(figure) => figure.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(2000)
    assert fetched() == (set() if stingy else frames)
    start = state(figure)
    figure.locator("input").press("Home" if int(start["value"]) else "End")
    state(figure, after=start)
    assert len(fetched()) == (1 if stingy else len(frames))
    record_property("checked ways to fetch frames", 1)


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_picture_and_sentence_change_together(watched, address, record_property):
    """Both wait for a picture that is on its way, and one that comes late does not undo a later one."""
    page, waiting = watched.page, []
    page.add_init_script(STINGY)
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    figure = page.locator("figure.dl-moving").first
    figure.scroll_into_view_if_needed()
    start = state(figure)
    page.route("**/frame-*", lambda route: waiting.append(route))
    figure.locator("input").press("ArrowRight")
    page.wait_for_timeout(500)
    assert figure.get_attribute("aria-busy") == "true"
    assert state(figure)["caption"] == start["caption"]
    figure.locator("input").press("ArrowRight")
    page.wait_for_timeout(500)
    first, second = waiting
    second.continue_()
    later = state(figure, after=start)
    first.continue_()
    page.wait_for_timeout(500)
    assert state(figure) == later and figure.get_attribute("aria-busy") is None
    record_property("checked frames on their way", 2)


def test_without_scripts_the_positions_remain_in_words(
    browser, address, record_property
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    figure, words = (page.locator(f".dl-{kind}").first for kind in ("moving", "words"))
    assert figure.is_visible() and not figure.locator("input").is_visible()
    words.locator("summary").click()
    assert words.locator("dd").last.is_visible()
    context.close()
    record_property("checked pages without scripts", 1)


@pytest.mark.parametrize("watched", [390], indirect=True)
def test_a_caption_has_room_for_its_longest_sentence(watched, address, record_property):
    page = watched.page
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    for caption in page.locator("figcaption[data-longest]").all():
        before = caption.bounding_box()["height"]
        caption.evaluate("(c) => { c.textContent = c.dataset.longest; }")
        assert caption.bounding_box()["height"] == before
        caption.evaluate("(c) => { c.textContent = 'Short.'; }")
        assert caption.bounding_box()["height"] == before
        record_property("checked captions with room", 1)


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_the_ink_follows_the_theme_before_a_figure_is_drawn(
    watched, address, record_property
):
    """A page opened in the dark fetches no figure twice, and what is on paper is drawn for a light ground."""
    page = watched.page
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/{CHAPTERS[0]}.html")
    inked(page, "dark")
    page.locator("figure.dl-figure").first.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    frames = [url for url in watched.requests if "/frame-" in url]
    assert len({url.partition("#")[0] for url in frames}) == len(frames) > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    inked(page, "light")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    inked(page, "dark")
    record_property("checked pages in the dark", 1)


# Of each kind of place that a link leads to, those of a page.
PLACES = {
    "equation": "div.math[id]", "verdict": ".dl-claim", "question": "main [id^=q]", "figure": "figure[id]",
    "section": "main section > section[id]",
}  # fmt: skip
OFF = """(id) => {
  const place = document.getElementById(id), root = document.documentElement;
  const length = (element, name) => parseFloat(getComputedStyle(element)[name]) || 0;
  const left = root.scrollHeight - innerHeight - scrollY;  // below the last screen nothing can rise further
  const off = place.getBoundingClientRect().top - length(root, "scrollPaddingTop") - length(place, "scrollMarginTop");
  return off > 0 ? Math.max(0, Math.min(off, left)) : off;
}"""
SHIFT = """() => new Promise((done) => {
  const all = (list) => done(list.getEntries().reduce((sum, { value }) => sum + value, 0));
  new PerformanceObserver(all).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(0), 300);
})"""


def asked(name: str) -> list[str]:
    """The questions that a page owes an answer; some owe none."""
    items = json.loads((ROOT / "lib/dlnotes/data/claims.json").read_text("utf-8"))
    page = name.rpartition("/")[2]
    return [i["id"] for i in items["items"] if i["page"] == page and i.get("asked")]


@pytest.mark.parametrize("watched", WIDTHS, indirect=True)
@pytest.mark.parametrize("name", ["book/ledger", "book/glossary"])
def test_a_filter_has_its_room_before_a_script_shows_it(watched, address, name, record_property):  # fmt: skip
    """Catches a list that jumps down a second after the reader began to read it."""
    page = watched.page
    page.route("**/dlnotes.js*", lambda route: route.abort())
    page.goto(f"{address}/{name}.html")
    height = "document.querySelector('.dl-filter').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.unroute("**/dlnotes.js*")
    page.goto(f"{address}/{name}.html")
    page.wait_for_selector(".dl-filter:not([hidden])")
    assert before == page.evaluate(height) > 40
    watched.complaints.clear()  # of the script that was held back
    record_property("checked filters", 1)


@pytest.mark.parametrize("watched", WIDTHS, indirect=True)
@pytest.mark.parametrize("name", CHAPTERS)
def test_links_into_a_chapter_arrive(watched, address, name, record_property):
    """Places of every kind, opened as from a search engine: after one second and after five they are where they belong."""
    page = watched.page
    page.goto(f"{address}/{name}.html")
    places = []
    for kind, selector in PLACES.items():
        ids = page.eval_on_selector_all(selector, "(all) => all.map(({ id }) => id)")
        assert ids or (kind == "question" and not asked(name)), f"no {kind}"
        places += [ids[len(ids) // 3], ids[-1]] if ids else []
    if page.viewport_size["width"] < 600:
        places = places[::2]
    for number, place in enumerate(places):
        page.goto("about:blank")
        page.goto(f"{address}/{name}.html#{place}")
        for seconds in (1, 4) if number == 0 else (1,):
            page.wait_for_timeout(1000 * seconds)
            off = page.evaluate(OFF, place)
            assert abs(off) <= 16, f"{place} is {off:.0f} pixels off"
        assert page.evaluate(SHIFT) < 0.05, f"the page shifts on the way to {place}"
        record_property("checked places that links lead to", 1)


@pytest.mark.parametrize("watched", WIDTHS, indirect=True)
@pytest.mark.parametrize("name", CHAPTERS)
def test_back_returns_to_the_link_that_was_clicked(
    watched, address, name, record_property
):
    page = watched.page
    page.goto(f"{address}/{name}.html")
    links = page.locator("main p a.reference.internal[href^='#']")
    link = links.nth(links.count() // 2)
    link.scroll_into_view_if_needed()
    before = link.bounding_box()["y"]
    link.click()
    page.wait_for_timeout(500)
    page.go_back()
    page.wait_for_timeout(500)
    assert abs(link.bounding_box()["y"] - before) <= 16
    record_property("checked ways back", 1)


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_a_folded_verdict_opens_where_a_link_leads(watched, address, record_property):
    page = watched.page
    page.goto(f"{address}/{CHAPTERS[1]}.html")
    folded = page.locator("details.dl-claim", has_text="Result.").first
    assert folded.get_attribute("open") is None
    page.goto(f"{address}/{CHAPTERS[1]}.html#{folded.get_attribute('id')}")
    assert folded.get_by_text("Result.").is_visible()
    folded.locator("summary").first.press("Enter")
    assert not folded.get_by_text("Result.").is_visible()
    record_property("checked folded verdicts", 1)


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_pages_work_from_a_folder(watched, record_property, address):
    """Opened as a file, without any server."""
    for name in PAGES:
        watched.page.goto(f"{HTML.as_uri()}/{name}.html")
        assert watched.page.get_by_role("heading", level=1).is_visible()
        watched.page.wait_for_timeout(1000)  # for scripts, and the first formulas
        assert watched.complaints == [], name
        record_property("checked pages without a server", 1)
    assert watched.foreign(HTML.as_uri()) == []


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_search_finds_a_word(watched, address, record_property):
    watched.page.goto(f"{address}/search.html?q=transpose")
    found = watched.page.locator("#search-results li a")
    found.first.wait_for()
    assert "book/glossary.html" in " ".join(
        link.get_attribute("href") for link in found.all()
    )
    assert watched.complaints == []
    record_property("checked searches", 1)


@pytest.mark.parametrize("watched", [390], indirect=True)
def test_the_ledger_is_filtered(watched, address, record_property):
    watched.open(f"{address}/book/ledger.html")
    entries = watched.page.locator(".dl-entries > li")
    assert watched.page.locator(".dl-filter").is_visible()
    watched.page.get_by_label("Words").fill("gradient check")
    shown = [entry for entry in entries.all() if entry.is_visible()]
    assert 0 < len(shown) < entries.count()
    assert all("gradient" in entry.inner_text().lower() for entry in shown)
    watched.page.get_by_label("Words").fill("no such words anywhere")
    assert watched.page.locator(".dl-filter output").inner_text() == "0 shown"
    record_property("checked filters", 1)


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_an_address_can_ask_for_questions_only(watched, address, record_property):
    watched.open(f"{address}/book/ledger.html?kind=Q")
    kinds = {
        entry.get_attribute("data-kind")
        for entry in watched.page.locator(".dl-entries > li:not([hidden])").all()
    }
    assert kinds == {"Q"}
    record_property("checked filters", 1)


@pytest.mark.parametrize("watched", [390], indirect=True)
def test_the_glossary_is_searched_without_tones(watched, address, record_property):
    watched.open(f"{address}/book/glossary.html")
    for words in ("fangcha", "方差", "VARIANCE"):
        watched.page.locator(".dl-filter input").fill(words)
        shown = watched.page.locator("dl.glossary > dt:not([hidden])").all_inner_texts()
        assert any(term.startswith("variance") for term in shown), words
        assert len(shown) < 10, words
    record_property("checked filters", 1)


@pytest.mark.parametrize("watched", [1280], indirect=True)
def test_the_policy_of_the_site_refuses_what_it_did_not_bring(watched, address, record_property):  # fmt: skip
    """All tests of this folder meet the pages under that policy; here is what it is good for."""
    page = watched.page
    policy = page.goto(f"{address}/{CHAPTERS[0]}.html").headers["content-security-policy"]  # fmt: skip
    assert "script-src 'self'" in policy
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken'";
      document.head.append(script);
      document.querySelector("h1").setAttribute("onclick", "document.title = 'taken'");
      document.querySelector("h1").click();
    }""")
    assert page.title() != "taken"
    assert len(watched.complaints) == 2
    assert all("Content Security Policy" in complaint for complaint in watched.complaints)  # fmt: skip
    record_property("checked refusals", 2)
