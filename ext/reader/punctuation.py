"""A formula in a sentence keeps its punctuation: no line begins with the comma after it.

To a browser a formula is an object with a possible break on either side, which even a word
joiner does not forbid; so both go into an element that is not broken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_BEFORE = re.compile(r"[(\[“‘]+$")
_AFTER = re.compile(r"^(?:[.,;:!?)\]”’]|-\w+)+")


class KeepPunctuation(SphinxPostTransform):
    """Wrap each inline formula with the marks that touch it, before HTML is written."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for formula in list(self.document.findall(nodes.math)):
            marks = (_cut(formula, -1, _BEFORE), _cut(formula, +1, _AFTER))
            if any(marks):
                kept = nodes.inline(classes=["unbroken"])
                formula.replace_self(kept)
                kept += [*map(nodes.Text, filter(None, marks[:1])), formula]
                kept += [*map(nodes.Text, filter(None, marks[1:]))]


def _cut(formula: nodes.math, step: int, marks: re.Pattern[str]) -> str:
    """Take the marks off the text before (-1) or after (+1) the formula; return them."""
    parent = formula.parent
    place = parent.index(formula) + step
    text = parent[place] if 0 <= place < len(parent) else None
    if isinstance(text, nodes.Text) and (found := marks.search(text)):
        parent.replace(text, nodes.Text(text[: found.start()] + text[found.end() :]))
        return found[0]
    return ""


def setup_punctuation(app: Sphinx) -> None:
    app.add_post_transform(KeepPunctuation)
