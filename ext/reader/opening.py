"""Under title and byline: the description as a lead line, and what to read first.

Both are placed when the page is resolved, so they are not counted, and a page need not be read
again when an article that it names changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from reader.domain import Card, link_to, minutes_text, reader_domain
from sphinx_reading.byline import reading_byline
from sphinx_reading.domain import reading_domain

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class PlaceOpening(SphinxPostTransform):
    default_priority = 8  # the references that it makes are resolved next (9 and 10)

    def run(self, **kwargs: Any) -> None:
        article = reading_domain(self.env).records.get(self.env.docname)
        byline = next(self.document.findall(reading_byline), None)
        if article is None or byline is None:
            return
        opening: list[nodes.Node] = []
        if article.description:
            opening.append(nodes.paragraph("", article.description, classes=["reader-lead"]))
        first = reader_domain(self.env).shown[self.env.docname].prerequisites
        if first:
            opening.append(self._read_first(first))
        place = byline.parent.index(byline) + 1
        byline.parent[place:place] = opening

    def _read_first(self, cards: list[Card]) -> nodes.paragraph:
        line = nodes.paragraph("", "Read first: ", classes=["reader-first", "no-search"])
        for position, card in enumerate(cards):
            line += nodes.Text("; " if position else "")
            line += link_to(card, card.short, self.env.docname)
            line += nodes.Text(f", {minutes_text(card.minutes)}")
        return line


def setup_opening(app: Sphinx) -> None:
    app.add_post_transform(PlaceOpening)
