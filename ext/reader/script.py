"""Script, style and data of a page: one file each, and a block of data in each article.

The script is cut into files by feature and served as one; a page of articles needs all of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.domain import reader_domain
from sphinx_reading.domain import reading_domain

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from sphinx_reading.article import Article

_STATIC = Path(__file__).parent / "static"
_PARTS = ("common", "progress", "marks", "previews", "regions")  # the first serves the others
_SCRIPT, _STYLE = "reader.js", "reader.css"
_BUILDERS = {"html", "dirhtml"}  # one page a document


def copy_files(app: Sphinx, builder: Builder) -> None:
    """Write both before pages are written: Sphinx adds their checksum to the links."""
    if builder.name in _BUILDERS:
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        parts = [(_STATIC / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS]
        (folder / _SCRIPT).write_text("".join(parts), encoding="utf-8", newline="\n")
        (folder / _STYLE).write_bytes((_STATIC / _STYLE).read_bytes())


def equip_page(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if doctree is None or app.builder.name not in _BUILDERS:
        return
    app.add_css_file(_STYLE)
    app.add_js_file(_SCRIPT, loading_method="defer")
    article = reading_domain(app.env).records.get(pagename)
    if article is not None:
        context["body"] += data_block(app, article)


def data_block(app: Sphinx, article: Article) -> str:
    """How long the article is, and what its links to other articles lead to."""
    speed = "reading_cjk_words_per_minute" if article.cjk else "reading_words_per_minute"
    shown = reader_domain(app.env).shown[article.docname]
    cards = sorted({*shown.linked, *shown.prerequisites})
    links = {
        app.builder.get_relative_uri(article.docname, card.docname): (
            card.title,
            card.description,
            card.minutes,
        )
        for card in cards
    }
    data = {
        "words": article.words,
        "speed": app.config[speed],
        "cjk": article.cjk,
        "links": links,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="reader-data">{text}</script>\n'


def setup_script(app: Sphinx) -> None:
    app.connect("write-started", copy_files)
    app.connect("html-page-context", equip_page)
