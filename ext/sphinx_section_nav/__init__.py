"""A sidebar for Furo that shows the sections and the pages of the reader's own section.

Furo renders the whole navigation tree for every page, so a build's time and size grow with the
square of the number of pages. Here a page gets the entries of the root's toctrees and, below its
own section, the pages on its way down; so its cost stays what its section costs. Previous and
next stay within the section and bear the short titles that toctrees give.

    extensions = ["sphinx_section_nav"]
    html_theme = "furo"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_section_nav.domain import SectionNavDomain
from sphinx_section_nav.furo import attach

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_config_value(
        "section_nav_window",
        150,
        "html",
        types=frozenset({int}),
        description="At most this many entries of one list on a page; 0 shows them all.",
    )
    app.add_config_value(
        "section_nav_all_pages",
        "All {} pages",
        "html",
        types=frozenset({str}),
        description="The link below a list that is not shown whole; {} is the number of entries.",
    )
    app.add_domain(SectionNavDomain)
    app.connect("builder-inited", attach)
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}
