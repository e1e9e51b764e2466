"""Find the ``calc`` that markup swallowed: it would stand in the page as text, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes

ROLE = re.compile(r"\{calc\b|:calc:")
OWN_TEXT = (nodes.literal_block, nodes.comment, nodes.problematic, nodes.system_message)

SWALLOWED = {
    nodes.math: "a formula stays symbolic; put its numbers beside it, in the sentence",
    nodes.math_block: "a formula stays symbolic; put its numbers beside it, in the sentence",
    nodes.literal: "a code span holds no number; take the calc out of it",
    nodes.raw: "raw HTML holds no number; write it as markup",
    nodes.docinfo: "front matter holds no number; type it and test it",
    nodes.entry: r"a bar within a table cell is written \|, or the cell ends there",
}
ELSEWHERE = "write the name of the role directly before its code span: {calc}`…` or :calc:`…`"
ATTRIBUTE = "alternative text and titles hold no number; type it and test it"


def losses(document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    """Where a ``calc`` is lost in *document*, and what to do instead."""
    for node in document.findall():
        if isinstance(node, nodes.Text):
            if ROLE.search(node) and not isinstance(node.parent, OWN_TEXT):
                yield node.parent, advice(node)
        elif isinstance(node, nodes.Element) and any(
            ROLE.search(str(node.get(name, ""))) for name in ("alt", "reftitle", "title")
        ):
            yield node, ATTRIBUTE


def advice(node: nodes.Node) -> str:
    """What to write, by the innermost place that swallows."""
    while node.parent is not None:
        node = node.parent
        for kind, text in SWALLOWED.items():
            if isinstance(node, kind):
                return text
    return ELSEWHERE
