"""Script and style of the index: on pages that show one, and in no other project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util.fileutil import copy_asset_file

from sphinx_reading.domain import reading_domain

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.builders import Builder

_STATIC = Path(__file__).parent / "static"
_SCRIPT, _STYLE = "reading-index.js", "reading-index.css"


def copy_files(app: Sphinx, builder: Builder) -> None:
    """Copy both before pages are written: Sphinx adds their checksum to the links."""
    if builder.format == "html" and reading_domain(app.env).queries:
        for name in (_SCRIPT, _STYLE):
            folder = Path(app.outdir) / "_static"
            folder.mkdir(parents=True, exist_ok=True)
            copy_asset_file(_STATIC / name, folder / name, force=True)  # ours changed: take it


def add_files(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if pagename in reading_domain(app.env).queries:
        app.add_css_file(_STYLE)
        app.add_js_file(_SCRIPT, loading_method="defer")


def setup_script(app: Sphinx) -> None:
    app.connect("write-started", copy_files)
    app.connect("html-page-context", add_files)
