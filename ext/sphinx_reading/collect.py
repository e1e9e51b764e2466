"""Which text of a doctree counts as words: the rules, one per kind of node.

=========================================  ==================================================
counts                                     does not count
=========================================  ==================================================
headings, prose, lists, tables, captions,  the page's title, front matter, comments
footnotes, code, source of formulas        alt text and URLs, list numbers, footnote labels
text of links, roles and cross-references  tables of contents (``toctree``, ``contents``)
a reference that takes its text from its   source lists (``citation`` nodes and any node of
target: one word                           class ``reading-skip``), the byline, the index
visible text of raw HTML                   raw text for other formats
=========================================  ==================================================

Blocks are never glued together, inline mark-up never splits a word.
"""

from __future__ import annotations

import re
from html import unescape

from docutils import nodes
from sphinx import addnodes

SKIP_CLASS = "reading-skip"
"""Nodes of this class are not read but looked up: their words do not count."""

_SKIPPED = (
    nodes.Invisible,  # comments, substitution definitions, pending
    nodes.docinfo,  # front matter
    nodes.label,
    nodes.citation,
    nodes.image,
    nodes.system_message,
    addnodes.toctree,
    addnodes.index,
    addnodes.highlightlang,
    addnodes.tabular_col_spec,
)
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<dark>script|style)\b.*?(?:</(?P=dark)\s*>|\Z)|<(?P<tag>/?\w*)[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_INLINE_TAGS = set(
    "a abbr b bdi bdo cite code data del dfn em i img ins kbd mark q s samp small span strong "  # noqa: SIM905
    "sub sup time u var wbr".split()
)


def counted_text(document: nodes.document, *, title: nodes.Node | None = None) -> str:
    """Return the text of *document* whose words count, without *title*."""
    parts: list[str] = []
    _collect(document, title, parts)
    return "".join(parts)


def _collect(node: nodes.Element, title: nodes.Node | None, parts: list[str]) -> None:
    """Append the text of *node* to *parts*: a list, since generators cost three times as much."""
    edge = "" if isinstance(node, nodes.Inline) else "\n"
    parts.append(edge)
    if isinstance(node, addnodes.pending_xref) and not node.astext():
        parts.append("x")  # the target gives the text when the page is written
    for child in node.children:
        if isinstance(child, nodes.Text):
            parts.append(child.astext())  # not str(): that keeps the marks of escaped spaces
        elif isinstance(child, nodes.raw):
            parts.append(_visible_html(child))
        elif isinstance(child, nodes.Element) and child is not title and not _is_skipped(child):
            _collect(child, title, parts)
    parts.append(edge)


def _is_skipped(node: nodes.Element) -> bool:
    if isinstance(node, nodes.target):  # invisible, but an inline one has text
        return not node.children
    contents = isinstance(node, nodes.topic) and "contents" in node["classes"]
    return contents or SKIP_CLASS in node["classes"] or isinstance(node, _SKIPPED)


def _visible_html(node: nodes.raw) -> str:
    """The text that a browser shows of raw HTML; block-level tags separate words."""
    if "html" not in node.get("format", "").split():
        return ""
    text = unescape(_TAG.sub(_in_place_of_tag, node.astext()))
    return text if isinstance(node.parent, nodes.TextElement) else f"\n{text}\n"


def _in_place_of_tag(match: re.Match[str]) -> str:
    tag = (match["tag"] or "span").removeprefix("/").lower()
    return "" if tag in _INLINE_TAGS else "\n"
