"""Find the ``calc`` that markup swallowed: it would stand in the page as text, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from docutils import nodes

from sphinx_computed.calc import calc

ROLE = re.compile(r"\{calc\b|:calc:")
WHOLE = re.compile(r"\{calc\}(`+)(.+?)(?<!`)\1(?!`)", re.DOTALL)
UNKNOWN = re.compile(r'role "(.+)"\. \[myst\.role_unknown\]')
OWN_TEXT = (nodes.literal_block, nodes.comment, nodes.problematic, nodes.system_message)

FORMULA = "a formula stays symbolic; put its numbers beside it, in the sentence"
ATTRIBUTE = "alternative text and titles hold no number; type it and test it"
BAR = r"a bar within a table cell is written \|, or the cell ends there"
NAMES = ("alt", "reftitle", "title")
ELSEWHERE = "write the name of the role directly before its code span: {calc}`…` or :calc:`…`"
SWALLOWED = {
    nodes.math: FORMULA,
    nodes.math_block: FORMULA,
    nodes.literal: "a code span holds no number; take the calc out of it",
    nodes.raw: "raw HTML holds no number; write it as markup",
    nodes.docinfo: "front matter holds no number; type it and test it",
    nodes.entry: BAR,
}
Loss = tuple[nodes.Node | int, str]
"""The place of a lost calc, a node or a line of the page, and what to write instead."""


def losses(page: Sequence[nodes.Node], source: str) -> Iterator[Loss]:
    """Where a ``calc`` of *source* is lost among the nodes of its page, and what to do instead."""
    accounted = Counter(key(node["written"]) for node in page if isinstance(node, calc))
    remains: list[str] = []
    for node, text, advice in leftovers(page):
        if advice:
            yield node, advice
            remains += [key(part) for part in ROLE.split(text)[1:]]
        else:
            accounted.update(key(match[2]) for match in WHOLE.finditer(text))
    for line, expression, advice in written(source):
        accounted[expression] -= 1
        seen = accounted[expression] >= 0
        if not seen and not any(
            expression.startswith(part) or part.startswith(expression) for part in remains
        ):
            yield line, advice


def key(text: str) -> str:
    """An expression as source and page agree on it: no bar escaped, no line break."""
    return " ".join(text.replace("\\|", "|").strip("}` \n").split())


def leftovers(page: Sequence[nodes.Node]) -> Iterator[tuple[nodes.Node, str, str]]:
    """Where the role's own name stands in the page: the place, its text, and advice.

    There is no advice where the name is meant to stand, as in a block of code.
    """
    for node in page:
        if isinstance(node, nodes.Text):
            if "calc" in node and ROLE.search(node) and not isinstance(node.parent, calc):
                meant = isinstance(node.parent, OWN_TEXT) or node.startswith("<!--")
                yield node.parent, node, "" if meant else advice(node)
        elif isinstance(node, nodes.Element):
            texts = [node.attributes[name] for name in NAMES if name in node.attributes]
            yield from ((node, text, ATTRIBUTE) for text in texts if ROLE.search(str(text)))


def advice(node: nodes.Node) -> str:
    """What to write, by the innermost place that swallows."""
    while node.parent is not None:
        node = node.parent
        for kind, text in SWALLOWED.items():
            if isinstance(node, kind):
                return text
    return ELSEWHERE


def written(source: str) -> Iterator[tuple[int, str, str]]:
    """Each ``{calc}`` of a Markdown page: line, expression, and advice in case it is lost.

    Markdown drops the roles in alternative text, and the cells that a table has no column for.
    """
    for match in WHOLE.finditer(source):
        start = source.rfind("\n", 0, match.start()) + 1
        in_table = source[start:].lstrip().startswith("|")
        in_image = "![" in source[start : match.start()]
        advice = BAR if in_table else ATTRIBUTE if in_image else ELSEWHERE
        yield source.count("\n", 0, match.start()) + 1, key(match[2]), advice


def mark_unknown_roles(page: Sequence[nodes.Node]) -> None:
    """Leave a mark where a role is unknown: Markdown's parser warns and drops its text."""
    for node in page:
        if isinstance(node, nodes.system_message) and (role := UNKNOWN.search(node.astext())):
            node.replace_self(nodes.problematic("", f"[unknown role: {role[1]}]"))
