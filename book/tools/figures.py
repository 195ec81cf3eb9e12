"""What the pages add to a figure: an address of its own, and all positions of its slider in words."""

import re
from collections import Counter

from docutils import nodes
from sphinx.application import Sphinx

_FIGURE = re.compile(r'<figure class="dl-figure[^>]*>')
_FRAME = re.compile(r'<img [^>]*?data-sentence="([^"]*)"[^>]*?data-label="([^"]*)"')


def complete(app: Sphinx, doctree: nodes.document) -> None:
    """Give every figure an id, counted within its section, so that other sections may change without harm."""
    count: Counter[str] = Counter()
    for node in doctree.findall(nodes.raw):
        html = node.astext()
        if node["format"] == "html" and _FIGURE.match(html.lstrip()):
            section = label(node)
            count[section] += 1
            html = with_address(html, f"{section}fig-{count[section]}")
            node.children = [nodes.Text(with_words(html))]


def label(node: nodes.Node) -> str:
    """The label that an author gave the nearest section around a node, and a hyphen; nothing if there is none."""
    while node := node.parent:
        given = [name for name in node.get("ids", ()) if name.startswith("sec-")]
        if given:
            return f"{given[0]}-"
    return ""


def with_address(html: str, identifier: str) -> str:
    """The figure with an id and a link to it."""
    link = (
        f'<a class="headerlink" href="#{identifier}" title="Link to this figure">#</a>'
    )
    html = html.replace("<figure ", f'<figure id="{identifier}" ', 1)
    return html.replace("</figure>", f"{link}</figure>", 1)


def with_words(html: str) -> str:
    """A moving figure with room for its longest sentence, and below it, folded, what each of its frames shows."""
    frames = _FRAME.findall(html)
    if len(frames) < 2:
        return html
    longest = max((said for said, _ in frames), key=len)
    html = html.replace("<figcaption>", f'<figcaption data-longest="{longest}">', 1)
    rows = "".join(f"<dt>{name}</dt><dd>{said}</dd>" for said, name in frames)
    words = f"<summary>All {len(frames)} positions in words</summary><dl>{rows}</dl>"
    return html.replace(
        "</figure>", f'</figure><details class="dl-words">{words}</details>', 1
    )


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", complete)
