"""Reading time for any Sphinx project: words, minutes, byline, index, exports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx_reading.byline import CATALOG, setup_byline
from sphinx_reading.domain import ReadingDomain
from sphinx_reading.exports import setup_exports
from sphinx_reading.index import setup_index
from sphinx_reading.measure import CJK_WORDS_PER_MINUTE, WORDS_PER_MINUTE
from sphinx_reading.rewrite import stale_pages
from sphinx_reading.script import setup_script

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__version__ = "0.1.0"


def setup(app: Sphinx) -> ExtensionMetadata:
    # A front-matter key that makes a page an article; None: every titled page is one.
    app.add_config_value("reading_article_key", None, "env", types=frozenset({str}))
    app.add_config_value("reading_exclude", [], "env", types=frozenset({list, tuple}))
    speeds = {
        "reading_words_per_minute": WORDS_PER_MINUTE,
        "reading_cjk_words_per_minute": CJK_WORDS_PER_MINUTE,
    }
    for name, speed in speeds.items():
        app.add_config_value(name, speed, "env", types=frozenset({int}))
    app.add_config_value("reading_exports", [], "html", types=frozenset({list, tuple}))

    app.add_domain(ReadingDomain)
    app.add_message_catalog(CATALOG, str(Path(__file__).parent / "locales"))
    setup_byline(app)
    setup_index(app)
    setup_exports(app)
    setup_script(app)
    # After other extensions have said what they changed.
    app.connect("env-updated", stale_pages, priority=900)
    return {
        "version": __version__,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
