"""The running text of a doctree: its blocks, their lines, sentences and words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes

PLACEHOLDER = "□"  # stands for code or a formula: a word, but none that a rule looks at
_OPAQUE = (nodes.literal, nodes.math, nodes.raw, nodes.image)
_NOT_READ = (nodes.docinfo, nodes.comment, nodes.system_message, nodes.literal_block)
_WORD = re.compile(r"\S*[\w□]\S*")
_QUOTED = re.compile("“[^”]*”")
_SENTENCE_END = re.compile(r"[.!?][\"”’)\]]*\s+(?=[\"“‘(\[]*[A-ZÀ-Þ0-9□])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“])(?:[A-Z]|e\.g|i\.e|cf|vs|etc|al|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|Figs?|Eqs?|Nos?"
    r"|Vol|Sec|Ch|pp?|approx|ca)\.$"
)


def body(node: nodes.Element) -> Iterator[nodes.Element]:
    """Yield the elements below *node*, without front matter, comments and the source list."""
    for child in node.children:
        if not isinstance(child, nodes.Element) or isinstance(child, _NOT_READ):
            continue
        if "reading-skip" not in child["classes"]:
            yield child
            yield from body(child)


def text_of(node: nodes.Element) -> str:
    """The text of *node*; code and formulas are placeholders, citations are left out."""
    return " ".join("".join(_texts(node)).split())


def _texts(node: nodes.Element) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child.astext()
        elif isinstance(child, _OPAQUE):
            yield PLACEHOLDER
        elif isinstance(child, nodes.Element) and "citation" not in child["classes"]:
            yield from _texts(child)


def own_words(text: str) -> str:
    """*text* without what it quotes: that was written by others."""
    return _QUOTED.sub(PLACEHOLDER, text)


def line_of(node: nodes.Node | None) -> int | None:
    """The line of *node* or of the nearest node around it that has one."""
    while node is not None and node.line is None:
        node = node.parent
    return node.line if node is not None else None


def words(text: str) -> list[str]:
    """The words of *text*: its tokens that are more than punctuation."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """Split *text* at the ends of its sentences, not at abbreviations, initials and decimals.

    >>> sentences("Fan et al. took 4.1 GB. No. 5, by J. Doe, took “less.” Why? See Fig. 2.")
    ['Fan et al. took 4.1 GB.', 'No. 5, by J. Doe, took “less.”', 'Why?', 'See Fig. 2.']
    """
    found, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        piece = text[start : end.end()].strip()
        if not _ABBREVIATION.search(piece):
            found.append(piece)
            start = end.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found
