"""What an edit leaves behind in the output: pages that are gone, words that are gone.

Sphinx leaves the page of a removed or renamed article where it is still served and found,
and in the search index it leaves words that no page has any more.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.builders.html import StandaloneHTMLBuilder

if TYPE_CHECKING:
    from collections.abc import Set

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def remove_pages(
    app: Sphinx,
    env: BuildEnvironment,
    added: Set[str],
    changed: Set[str],
    removed: Set[str],
) -> list[str]:
    if isinstance(app.builder, StandaloneHTMLBuilder):
        for docname in removed:
            Path(app.builder.get_output_path(docname)).unlink(missing_ok=True)
    return []


def drop_unused_words(app: Sphinx) -> list[tuple[str, dict[str, object], str]]:
    """Drop words without a page from the search index, before it is written.

    The maps are private to Sphinx (9.0 to 9.2: ``IndexBuilder.prune`` empties their sets and
    keeps them); where they are missing, the words stay and nothing else happens.
    """
    indexer = getattr(app.builder, "indexer", None)
    for name in ("_mapping", "_title_mapping"):
        words = getattr(indexer, name, {})
        for word in [word for word, pages in words.items() if not pages]:
            del words[word]
    return []


def setup_stale(app: Sphinx) -> None:
    app.connect("env-get-outdated", remove_pages)
    app.connect("html-collect-pages", drop_unused_words)
