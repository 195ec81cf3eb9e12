"""What opens and closes, by the browser's own disclosure, so that no script is needed: answers, solutions, and the
code behind a figure or a verdict, which stands as a small link below what it made."""

import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx

MADE = {"dl-figure": "figure", "dl-claim": "verdict", "dl-recap": "table"}
NAMES = {"dl-code": "code", "dl-solution": "Worked solution", "dl-output": "output"}

# An exercise that waits for the reader belongs to Lab; that a check agreed is told by the text around it.
SAYS_NOTHING = re.compile(
    r"\s*not yet:[^\n]*\s*|\s*([^\n]*\b(agrees?|passes the check)\b[^\n:]*:\s+True\s*)+"
)


class fold(nodes.General, nodes.Element):
    """What is folded, with its title as the first child."""


class fold_title(nodes.General, nodes.TextElement):
    """The line that stays visible."""


def fold_all(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fold the admonitions of class `dropdown` and the cells tagged as hidden."""
    if app.builder.format != "html":
        return
    for node in list(doctree.findall(nodes.Admonition)):
        if "dropdown" in node["classes"]:
            title, *body = node.children
            node.replace_self(_folded(node, title.children, body, "admonition"))
    for output in list(doctree.findall(nodes.literal_block)):
        if "output" in output["classes"] and SAYS_NOTHING.fullmatch(output.astext()):
            _leave_out(output)
    for cell in list(doctree.findall(nodes.container)):
        for hidden in [c for c in cell.children if isinstance(c, HideCodeCellNode)]:
            _fold_part(cell, hidden)


def _leave_out(output: nodes.literal_block) -> None:
    """Take an output off the page, and its box where nothing else is in it."""
    box = output.parent
    box.remove(output)
    if not box.children:
        box.parent.remove(box)


def _fold_part(cell: nodes.container, hidden: HideCodeCellNode) -> None:
    """Fold a part of a cell. Code moves behind its output, so that a figure comes first; into a card, where it makes one."""
    kind = _kind(hidden["prompt_show"])
    made = [node for node in cell.findall(nodes.raw) if node["format"] == "html"]
    part = _folded(hidden, [nodes.Text(_title(kind, hidden, made))], hidden.children)
    part["classes"] = ["admonition", kind] if kind == "dl-solution" else [kind]
    place = cell.index(hidden)
    cell[place] = part
    if kind != "dl-code":
        return
    del cell[place]
    outputs = [output for box in cell.children for output in box.children]
    if outputs == made[:1] and _cards(made) == ["details"]:
        _into_card(made[0], part)
    else:
        cell.append(part)


def _cards(made: list[nodes.raw]) -> list[str]:
    """The elements of the verdicts among what a cell made; those that unfold are "details"."""
    return re.findall(r'<(\w+) class="dl-claim"', "".join(raw.astext() for raw in made))


def _kind(prompt: str) -> str:
    """What a folded part of a cell is; a whole cell is folded only where it is a solution."""
    if "content" in prompt:
        return "dl-solution"
    return "dl-code" if "source" in prompt else "dl-output"


def _title(kind: str, hidden: nodes.Element, made: list[nodes.raw]) -> str:
    """ "code of this figure, 12 lines"."""
    name = NAMES[kind]
    if kind == "dl-output":
        return name
    code = next(hidden.findall(nodes.literal_block)).astext().strip()
    lines = len(code.splitlines())
    of = _made(made) if kind == "dl-code" else ""
    return f"{name}{of}, {lines} line{'s' * (lines != 1)}"


def _made(made: list[nodes.raw]) -> str:
    """ " of this figure", or nothing where the output is plain text."""
    if len(_cards(made)) > 1:
        return " of these verdicts"
    shown = "".join(raw.astext() for raw in made)
    words = (word for name, word in MADE.items() if f'class="{name}' in shown)
    return next((f" of this {word}" for word in words), "")


def _into_card(card: nodes.raw, part: fold) -> None:
    """Inside the verdict that unfolds, as its last line."""
    before, end, after = card.astext().rpartition("</details>")
    html = [nodes.raw("", text, format="html") for text in (before, end + after)]
    card.replace_self(
        nodes.container("", html[0], part, html[1], classes=card["classes"])
    )


def _folded(
    node: nodes.Element, title: list[nodes.Node], body: list[nodes.Node], *kinds: str
) -> fold:
    head = fold_title("", "", *title)
    return fold("", head, *body, ids=node["ids"], classes=list(kinds))


def _open(translator, node: fold) -> None:
    translator.body.append(translator.starttag(node, "details"))


def _close(translator, node: fold) -> None:
    translator.body.append("</details>\n")


def _open_title(translator, node: fold_title) -> None:
    translator.body.append("<summary>")


def _close_title(translator, node: fold_title) -> None:
    translator.body.append("</summary>\n")


def setup(app: Sphinx) -> None:
    app.add_node(fold, html=(_open, _close))
    app.add_node(fold_title, html=(_open_title, _close_title))
    app.connect("doctree-resolved", fold_all)
