"""Where to read on: related articles after the text, before its sources.

The list is no section, so it stands in no table of contents, and its words are those of other
pages, so the search does not find them here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from reader.domain import Card, link_to, minutes_text, reader_domain
from sphinx_reading.byline import title_section

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

ANCHOR = "related-articles"


class reader_related(nodes.General, nodes.Element):
    """A heading and a list of articles."""


class PlaceRelated(SphinxPostTransform):
    default_priority = 8  # the references that it makes are resolved next (9 and 10)

    def run(self, **kwargs: Any) -> None:
        shown = reader_domain(self.env).shown.get(self.env.docname)
        page = title_section(self.document)
        if page is None or shown is None or not shown.related:
            return
        heading = nodes.rubric("", "Related articles", ids=[ANCHOR])
        heading["heading-level"] = 2
        items = nodes.bullet_list("", *[self._item(card) for card in shown.related])
        related = reader_related("", heading, items, classes=["no-search"])
        page.insert(_end_of_text(page), related)

    def _item(self, card: Card) -> nodes.list_item:
        line = nodes.paragraph("", "", link_to(card, card.title, self.env.docname))
        line += nodes.Text(" ")
        line += nodes.inline("", minutes_text(card.minutes), classes=["reader-minutes"])
        item = nodes.list_item("", line)
        if card.description:
            item += nodes.paragraph("", card.description)
        return item


def _end_of_text(page: nodes.section) -> int:
    """Where the list of sources begins, else the end."""
    for position, child in enumerate(page.children):
        if isinstance(child, nodes.section) and "sources" in child["classes"]:
            return position
    return len(page)


def visit_related(self: HTML5Translator, node: reader_related) -> None:
    self.body.append(f'<nav class="reader-related" aria-labelledby="{ANCHOR}">\n')


def depart_related(self: HTML5Translator, node: reader_related) -> None:
    self.body.append("</nav>\n")


def pass_through(self: Any, node: nodes.Element) -> None:
    """Other builders see a heading and a list."""


def setup_related(app: Sphinx) -> None:
    transparent = (pass_through, pass_through)
    app.add_node(
        reader_related,
        html=(visit_related, depart_related),
        latex=transparent,
        text=transparent,
        man=transparent,
        texinfo=transparent,
    )
    app.add_post_transform(PlaceRelated)
