"""The ``calc`` role: a number that the model gives, in the text."""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from sphinx_computed.evaluate import Request
from sphinx_computed.values import split
from sphinx_computed.warn import ComputedWarning, warn


class calc(nodes.Inline, nodes.TextElement):
    """A number. ``written`` is what its author wrote; its text is words like any other."""


class CalcRole(SphinxRole):
    """Leave a node; the page's model is asked once, when all of the page is read."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        node = calc(self.rawtext, self.text, written=self.text.strip())
        node["support_smartquotes"] = False  # a minus or a quotation mark in it stays what it is
        node["backslash"] = "\\" in self.rawtext or "\\" in self.text
        self.set_source_info(node)
        self.env.current_document["computed"] = True
        return [node], []


def find_line(node: calc, source: str) -> None:
    """Give *node* its own line of *source*: parsers know the first line of its paragraph."""
    start = 0
    for _ in range((node.line or 1) - 1):
        start = source.find("\n", start) + 1
    at = source.find(f"`{node['written']}", start)
    if at >= 0:
        node.line = source.count("\n", 0, at) + 1


def request_of(node: calc) -> Request | None:
    """What *node* asks of the model; None, after a warning, if it cannot be asked."""
    parts = split(node["written"])
    if in_heading(node):
        message = "a calc in a heading would enter the page's anchors; put the number in the text"
        warn(message, ComputedWarning.PLACE, node)
    elif node["backslash"]:
        message = f"calc {node['written']!r} holds a backslash; put that part into the model"
        warn(message, ComputedWarning.EXPRESSION, node)
    elif parts is None:
        message = f"calc {node['written']!r} is no expression; write EXPR or EXPR:SPEC"
        warn(message, ComputedWarning.EXPRESSION, node)
    else:
        return Request("calc", *parts)
    return None


def in_heading(node: nodes.Node) -> bool:
    """Whether *node* stands in the title of a section or of the page."""
    while node.parent is not None:
        if isinstance(node, nodes.title | nodes.subtitle):
            return isinstance(node.parent, nodes.section | nodes.document)
        node = node.parent
    return False


def mark_failed(node: nodes.Element) -> None:
    """Put a mark that no reader can overlook in the place of a number that is owed."""
    mark = nodes.problematic(node.rawsource, f"[no number: {node['written']}]")
    mark.source, mark.line = node.source, node.line
    block = not isinstance(node, nodes.Inline)
    node.replace_self(nodes.paragraph("", "", mark) if block else mark)


def visit_calc(self: HTML5Translator, node: calc) -> None:
    cell = {"DATA-CELL": node["cell"]} if "cell" in node else {}
    self.body.append(self.starttag(node, "span", "", CLASS="calc", title=node["written"], **cell))


def depart_calc(self: HTML5Translator, _node: calc) -> None:
    self.body.append("</span>")
