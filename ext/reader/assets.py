"""One style sheet and one script instead of a dozen, and none that a page does not use.

Furo, Sphinx and the extensions each link their own files on every page. Here those that every
page of ours needs are joined into two files, which a reader loads once for the whole site.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sphinx.builders.html._assets import _CascadingStyleSheet, _JavaScript

if TYPE_CHECKING:
    from pathlib import Path

    from docutils import nodes
    from sphinx.application import Sphinx

STYLE, SCRIPT = "page.css", "page.js"
STYLES = (
    *("styles/furo.css", "pygments.css", "copybutton.css", "styles/furo-extensions.css"),
    *("reader.css", "site.css"),
)
SCRIPTS = (
    *("documentation_options.js", "scripts/furo.js", "drawers.js"),
    *("clipboard.min.js", "copybutton.js", "reader.js"),
)
"""What is joined, in this order."""

UNUSED = {"design-tabs.js", "sphinx_highlight.js", "doctools.js"}
"""No tabs are used here; marking the words of a search would keep them in the reader's browser;
and the search page, which alone needs ``doctools.js``, links it in its template."""

DESIGN = "sphinx-design.min.css"
NO_HIGHLIGHT = "const SPHINX_HIGHLIGHT_ENABLED = false; // asked for by Sphinx's search\n"


class Assets:
    """The joined files of one build, written with its first page.

    By then Sphinx has copied what they are made of; other processes are started later.
    """

    def __init__(self) -> None:
        self.written = False

    def start(self, *_arguments: object) -> None:
        self.written = False

    def equip_page(
        self,
        app: Sphinx,
        pagename: str,
        templatename: str,
        context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        if app.builder.name not in {"html", "dirhtml"} or app.config.html_theme != "furo":
            return
        if not self.written:
            write(app.outdir / "_static")
            self.written = True
        unused = UNUSED | ({DESIGN} if "sd-" not in (context.get("body") or "") else set())
        styles = _without(context["css_files"], {*STYLES, *unused})
        scripts = _without(context["script_files"], {*SCRIPTS, *unused})
        # First, so that a sheet for some pages can say more than the one for all.
        context["css_files"] = [_CascadingStyleSheet(f"_static/{STYLE}", priority=0), *styles]
        script = _JavaScript(f"_static/{SCRIPT}", priority=0, defer="defer")
        context["script_files"] = [script, *scripts]


def _without(files: list[Any], names: set[str]) -> list[Any]:
    return [
        file for file in files if os.fspath(file.filename).removeprefix("_static/") not in names
    ]


def write(static: Path) -> None:
    """Join the files in the folder *static*."""
    from furo import get_pygments_stylesheet  # it overwrites pygments.css after the last page

    found = {name: _read(static / name) for name in (*STYLES, *SCRIPTS)}
    found["pygments.css"] = get_pygments_stylesheet()
    styles = "\n".join(found[name] for name in STYLES)
    scripts = ";\n".join(found[name] for name in SCRIPTS)
    for name, text in ((STYLE, styles), (SCRIPT, NO_HIGHLIGHT + scripts)):
        (static / name).write_text(text, encoding="utf-8", newline="\n")


def _read(path: Path) -> str:
    """The text of a file; none where an extension is not used."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def setup_assets(app: Sphinx) -> None:
    assets = Assets()
    app.connect("write-started", assets.start)
    app.connect("html-page-context", assets.equip_page, priority=900)  # after all who add files
