"""The built site, read as files: nothing missing, nothing foreign, nothing heavy in the pages."""

import base64
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from book.tools import delivery, folds, frames, plan, policy, site, stylesheets

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "book/_build/html"
LOADS = {
    ("script", "src"),
    ("img", "src"),
    ("link", "href"),
    ("source", "src"),
    ("source", "srcset"),
    ("iframe", "src"),
    ("use", "href"),
    ("object", "data"),
}


class Page(HTMLParser):
    """What a page contains, as far as the tests ask."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.ids, self.links, self.loads, self.images = (
            path,
            set(),
            [],
            [],
            [],
        )
        self.headings, self.language, self.description, self.text = (
            0,
            "",
            "",
            path.read_text(encoding="utf-8"),
        )
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        self.headings += tag == "h1"
        if tag == "html":
            self.language = values.get("lang", "")
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "img":
            self.images.append(values)
        if values.get("name") == "description":
            self.description = values["content"]
        self.loads += [
            values[name]
            for kind, name in LOADS
            if kind == tag and name in values and values.get("rel") != "canonical"
        ]


@pytest.fixture(scope="session")
def pages() -> dict[Path, Page]:
    """Every page of the site, which is built first where a source is younger."""
    assert site.ensure(ROOT) == 0, (
        "the site does not build without warnings; see the output above"
    )
    paths = [
        path
        for path in HTML.rglob("*.html")
        if "_static" not in path.relative_to(HTML).parts and path != HTML / "index.html"
    ]
    return {path: Page(path) for path in sorted(paths)}


def test_there_is_a_page_for_every_notebook(pages):
    for page in plan.existing(ROOT):
        assert HTML / f"chapters/{page}.html" in pages


def test_nothing_is_loaded_from_elsewhere(pages):
    for page in pages.values():
        foreign = [
            url
            for url in page.loads
            if urlsplit(url).netloc or urlsplit(url).scheme not in ("", "data")
        ]
        assert not foreign, f"{page.path.name} loads {foreign}"
    for style in HTML.rglob("*.css"):
        foreign = re.findall(
            r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""",
            style.read_text(encoding="utf-8"),
        )
        assert not foreign, f"{style.name} loads {foreign}"


def test_what_is_loaded_is_there(pages):
    for page in pages.values():
        for url in page.loads:
            if not url.startswith("data:"):
                assert (page.path.parent / unquote(urlsplit(url).path)).exists(), (
                    f"{page.path.name} loads {url}, which is missing"
                )


def test_links_and_anchors_lead_somewhere(pages):
    for page in pages.values():
        for link in page.links:
            place, anchor = urldefrag(link)
            if urlsplit(place).scheme or not link.strip("#"):
                continue
            path = unquote(urlsplit(place).path)
            target = (page.path.parent / path).resolve() if path else page.path
            assert target.exists(), (
                f"{page.path.name} links to {link}, which is missing"
            )
            if anchor and target in pages:
                assert unquote(anchor) in pages[target].ids, (
                    f"{page.path.name} links to {link}, which has no such place"
                )


def test_figures_are_light_and_described(pages):
    for page in pages.values():
        assert "data:image/" not in page.text, (
            f"{page.path.name} carries pictures inside itself"
        )
        for image in page.images:
            assert image.get("alt", "").strip(), (
                f"{page.path.name} shows {image.get('src')} without alternative text"
            )
        pictures = [i for i in page.images if frames.PREFIX in i["src"]]
        at_once = [i for i in pictures if "hidden" not in i][:1]
        for image in pictures:
            loading = None if image in at_once else "lazy"
            assert image.get("loading") == loading, f"{page.path.name}: {image['src']}"
            assert image["width"] and image["height"], image["src"]
        assert all(image["fetchpriority"] == "high" for image in at_once)


def test_pages_introduce_themselves(pages):
    for page in pages.values():
        assert page.language == "en", page.path.name
        assert page.headings == 1, (
            f"{page.path.name} has {page.headings} first-level headings"
        )
        assert 40 <= len(page.description) <= 200, (
            f"{page.path.name} describes itself as {page.description!r}"
        )
    descriptions = [page.description for page in pages.values()]
    assert len(set(descriptions)) == len(descriptions), (
        "two pages have the same description"
    )


def test_every_icon_is_drawn(pages):
    """The theme's icon script is left out, so each icon a page names must be in our style sheet."""
    style = (ROOT / "book/assets/dlnotes.css").read_text(encoding="utf-8")
    for page in pages.values():
        icons = {
            name
            for names in re.findall(
                r'class="(fa[sbr]? [^"]*|fa-solid [^"]*)"', page.text
            )
            for name in names.split()
        }
        for icon in icons - {"fas", "fa-solid", "fa-lg"}:
            assert f".{icon} " in style, (
                f"{page.path.name} shows the icon {icon}, which dlnotes.css does not draw"
            )


def test_the_theme_is_lightened(pages):
    """A new version of the theme may read differently; then the replacements need another look."""
    (style,) = HTML.rglob("*.css")
    script = (HTML / "_static" / delivery.SCRIPT).read_text(encoding="utf-8")
    assert style == HTML / stylesheets.SHEET and style.stat().st_size < 220_000
    assert "fa-solid-900" not in style.read_text(encoding="utf-8")
    assert "return;" + delivery.SEARCH in script
    loaded = {Path(urlsplit(url).path).name for page in pages.values() for url in page.loads}  # fmt: skip
    scripts = {path.name for path in HTML.glob("_static/**/*.js")}
    assert scripts <= loaded and "bootstrap.js" not in scripts


def test_a_rule_stays_where_some_page_can_match_it():
    style = """
    @charset "utf-8"; /* a comment */
    a.used:not(.unused), .unused > b { color: red }
    #gone, .unused { color: red }
    .used .unused { color: red }
    :is(.unused, .used) { background: url(../images/a.png) }
    [class~="unused"] { color: url("data:x") }
    @media print { .unused { color: red } .used { color: blue } }
    @media screen { .unused { color: red } }
    @font-face { font-family: F; src: url('fonts/f.woff2') }
    """
    kept = stylesheets.pruned(style, {"used"}, "_static/styles/theme.css")
    assert re.sub(r"\s+", "", kept) == (
        '@charset"utf-8";a.used:not(.unused){color:red}:is(.unused,.used){background:url(images/a.png)}'
        '[class~="unused"]{color:url("data:x")}@mediaprint{.used{color:blue}}'
        "@font-face{font-family:F;src:url(styles/fonts/f.woff2)}"
    )


def test_the_font_of_formulas_has_their_letters(pages):
    used = {
        letter
        for page in pages.values()
        for formula in stylesheets.MATH.findall(page.text)
        for letter in unescape(re.sub("<[^>]*>", "", formula))
    }
    font = TTFont(HTML / stylesheets.MATH_FONT).getBestCmap()
    missing = {letter for letter in used if ord(letter) not in font}
    assert not {letter for letter in missing if not re.match(INVISIBLE, letter)}
    unwritten = {
        ord(letter) for letter in "√𝑥𝛼ℎ"
    }  # of a root, and what x, α, h turn into
    assert unwritten <= font.keys()


def test_pages_with_formulas_ask_for_their_font_at_once(pages):
    """Catches one that waits until a formula is to be drawn, and pages that ask for what they do not use."""
    for path, page in pages.items():
        asked = re.findall(r'<script data-font="([^"]+)"', page.text)
        wanted = [stylesheets.MATH_FONT] if "<math" in page.text else []
        there = [(HTML / path).parent / address for address in asked]
        assert [file.resolve() for file in there] == [HTML / w for w in wanted], path


INVISIBLE = (
    "[\\s\u2061-\u2064\u4e00-\u9fff]"  # and Chinese, which readers' own fonts show
)


def test_code_has_elements_only_where_it_is_colored():
    code = '<span class="k">if</span> <span class="n">x</span><span class="p">:</span>'
    context = {"body": code}
    delivery.mend_body(None, "", "", context, None)
    assert context["body"] == '<span class="k">if</span> x:'


def test_a_broken_notebook_and_one_that_is_not_planned_are_a_sentence_each(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/02a_linear_algebra.ipynb").write_text("{")
    (tmp_path / "chapters/05c_else.ipynb").write_text('{"cells": []}')
    broken, unplanned = site.unreadable(tmp_path)
    assert broken.startswith("02a_linear_algebra: the notebook cannot be read")
    assert "05c_else is not in the plan" in unplanned and "\n" not in broken


def test_a_page_whose_notebook_is_gone_leaves_the_site(tmp_path):
    there = ("chapters/1_new.ipynb", "book/index.md")
    pages = [f"{site.PAGES}/{p}" for p in ("chapters/1_new.html", "book/index.html")]
    gone = [
        f"{site.PAGES}/{path}"
        for path in ("chapters/1_old.html", "_sources/chapters/1_old.ipynb")
    ]
    for path in (*there, *pages, *gone):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    site.sweep(tmp_path)
    assert all((tmp_path / path).exists() for path in (*there, *pages))
    assert not any((tmp_path / path).exists() for path in gone)


def test_frames_move_out_and_unused_ones_go(tmp_path):
    pixel = "R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    html, files = frames.extract(
        f'<img src="data:image/gif;base64,{pixel}" alt="a &gt; b" style="background:#fff" width="1">',
        "../_images",
    )
    (name,) = files
    assert (
        html
        == f'<img src="../_images/{name}" loading="lazy" decoding="async" alt="a &gt; b" width="1">'
    )
    frames.save(files | {"frame-0000000000000000.gif": b"old"}, tmp_path / "_images")
    (tmp_path / "page.html").write_text(html)
    assert frames.prune(tmp_path) == ["frame-0000000000000000.gif"]
    assert (tmp_path / "_images" / name).exists()


def test_panels_side_by_side_get_a_second_file_with_one_below_the_other():
    svg = (
        '<?xml version="1.0"?><svg xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 720 216" '
        'xmlns="http://www.w3.org/2000/svg"><g id="figure_1"/></svg>'
    )
    data = base64.b64encode(svg.encode()).decode()
    html, files = frames.extract(
        f'<img src="data:image/svg+xml;base64,{data}" alt="two" width="1000" height="300" data-gaps="0.400">',
        "../_images",
    )
    source = re.fullmatch(
        r'<picture><source media="([^"]*)" srcset="../_images/(\S+)" width="600" height="600"><img .*></picture>', html
    )  # fmt: skip
    assert source[1] == "screen and (max-width: 600px)" and len(files) == 2
    stacked = ElementTree.fromstring(files[source[2]])
    assert stacked.get("id") == "dark"  # so that it, too, has an ink for each ground
    name = "{http://www.w3.org/2000/svg}"
    assert stacked.get("viewBox") == "0 0 432.0 432.0"
    assert len(stacked.findall(f".//{name}g[@id='figure_1']")) == 1
    left, right = stacked.findall(f"{name}svg")
    assert left.get("viewBox") == "0.0 0 288.0 216.0"
    assert right.get("viewBox") == "288.0 0 432.0 216.0"
    assert (left.get("x"), left.get("y")) == ("72.0", "0.0")  # the narrower, centered
    assert (right.get("x"), right.get("y")) == ("0.0", "216.0")


FIGURE = r"""<figure ([^>]*)>(.*?)</figure>(<details class="dl-words">.*?</details>)?"""
every_notebook = pytest.mark.parametrize("page", plan.existing(ROOT))


@every_notebook
def test_figures_have_addresses_and_say_every_position(pages, page):
    text = pages[HTML / f"chapters/{page}.html"].text
    figures = re.findall(FIGURE, text, re.DOTALL)
    names = [re.search(r'id="([^"]*)"', attributes)[1] for attributes, _, _ in figures]
    assert len(figures) == text.count("<figure ")
    assert figures or page not in plan.DONE
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(sec-[\w-]+-)?fig-\d+", name) for name in names), names
    for attributes, inside, words in figures:
        sentences = re.findall(r'<img [^>]*?data-sentence="([^"]*)"', inside)
        said = re.findall(r"<dd>(.*?)</dd>", words, re.DOTALL)
        assert said == (sentences if "dl-moving" in attributes else [])
        room = re.findall(r'<figcaption data-longest="([^"]*)"', inside)
        assert room == ([max(sentences, key=len)] if "dl-moving" in attributes else [])


@pytest.mark.parametrize(
    ("output", "left_out"),
    [
        ("not yet: replace the ... by your answer\n", True),
        ("linear: this cell and the library agree: True\nsigmoid: both agree: True\n", True),
        ("composition passes the check: True\n", True),
        ("twice_cached: passes the check: False\ntwice_closed: passes the check: True\n", False),
        ("they agree: True\nthe largest gap is 0.1\n", False),
        ("μ = 1.600937; the equation holds within rounding: True\n", False),
        ("right: a number times itself", False),
    ],
)  # fmt: skip
def test_what_an_output_must_say_to_stand_on_the_page(output, left_out):
    assert bool(folds.SAYS_NOTHING.fullmatch(output)) == left_out


CODE = '<details class="dl-code">\n<summary>([^<]*)</summary>'


@every_notebook
def test_code_stands_behind_what_it_made(pages, page):
    text = pages[HTML / f"chapters/{page}.html"].text
    assert not re.search(r"<pre><span></span>not yet:", text)
    cells = re.split(r'<div class="cell [^"]*docutils container">', text)[1:]
    folded = [cell for cell in cells if '<details class="dl-code">' in cell]
    assert len(folded) == sum('class="cell_input' in c for c in folded)
    named = {"figure": '<figure id="', "table": '<table class="dl-recap"'}
    for cell in folded:
        before, _, after = cell.partition('<details class="dl-code">')
        title = re.search(CODE, cell)[1]
        assert re.fullmatch(r"code( of th\w+ \w+)?, \d+ lines?", title)
        assert 'class="cell_output' not in after
        for name, sign in named.items():
            assert (name not in title) or sign in before
    claims = [cell for cell in folded if 'class="dl-claim"' in cell and "of this verdict" in cell]  # fmt: skip
    assert claims or page not in plan.DONE


@every_notebook
def test_a_chinese_term_is_linked_once_a_page(pages, page):
    text = pages[HTML / f"chapters/{page}.html"].text
    glossary = pages[HTML / "book/glossary.html"].text
    links = re.findall(r'glossary.html#([^"]*)"><span class="dl-term" lang="zh">([^<]*)</span>', text)  # fmt: skip
    assert len(links) >= 5 or page not in plan.DONE
    assert len({term for _, term in links}) == len(links) == text.count("dl-term")
    for place, term in links:  # the entry it leads to is the one that explains it
        assert term in glossary.partition(f'id="{place}"')[2].partition("</dd>")[0]


def test_the_policy_allows_the_code_of_the_pages_and_no_other():
    allowed = policy.policy(
        [
            "<script>one()</script><script src='a.js'></script><b style=\"color:red\">",
            '<input oninput="two(&quot;x&quot;)"><noscript><style>p{}</style></noscript>',
        ]
    )
    rules = dict(rule.split(" ", 1) for rule in allowed.split("; "))
    assert set(re.findall(r"'sha256-[^']+'", rules["script-src"])) == {
        policy.hashed("one()"), policy.hashed('two("x")')
    }  # fmt: skip
    assert set(re.findall(r"'sha256-[^']+'", rules["style-src"])) == {
        policy.hashed("color:red"), policy.hashed("p{}")
    }  # fmt: skip
    assert policy.hashed("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert "unsafe-inline" not in allowed and "unsafe-eval" not in allowed
    assert "http" not in allowed and "*" not in allowed


def test_the_policy_lies_beside_the_pages():
    first, second = (HTML / policy.FILE).read_text("utf-8").splitlines()
    pages = (path.read_text("utf-8") for path in sorted(HTML.rglob("*.html")))
    assert first == "/*"
    assert second.strip() == f"Content-Security-Policy: {policy.policy(pages)}"
