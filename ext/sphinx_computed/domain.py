"""Which pages have computed numbers, and on which data they depend."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any, cast

from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.util.fileutil import copy_asset_file

from sphinx_computed import model

STATIC = Path(__file__).with_name("static")
FILES = ("computed.css", "computed.js")
Pages = dict[str, tuple[str, list[str]]]


class ComputedDomain(Domain):
    """The pages with a model: its path, and the data files that were there when it was read."""

    name = "computed"
    label = "computed numbers"
    initial_data = {"pages": {}}  # noqa: RUF012 - Sphinx copies it
    data_version = 1

    @property
    def pages(self) -> Pages:
        return cast(Pages, self.data["pages"])

    def note(self, docname: str, path: Path, data: list[Path]) -> None:
        self.pages[docname] = str(path), [str(file) for file in data]

    def clear_doc(self, docname: str) -> None:
        self.pages.pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        self.pages.update({d: page for d, page in otherdata["pages"].items() if d in docnames})

    def outdated(self) -> list[str]:
        """Pages whose model has other data files than when they were read.

        Sphinx notices files that changed or went, not files that came.
        """
        return [
            docname
            for docname, (path, data) in self.pages.items()
            if [str(file) for file in model.data_files(Path(path))] != data
        ]


def computed_pages(env: BuildEnvironment) -> ComputedDomain:
    return cast(ComputedDomain, env.domains["computed"])


def find_outdated(_app: Sphinx, env: BuildEnvironment, *_sets: set[str]) -> list[str]:
    return computed_pages(env).outdated()


def copy_static(app: Sphinx, env: BuildEnvironment) -> None:
    """Copy script and style sheet if a page needs them, before pages name their checksums."""
    if app.builder.format == "html" and computed_pages(env).pages:
        target = Path(app.outdir) / "_static"
        target.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            copy_asset_file(STATIC / name, target, force=True)


def add_static(app: Sphinx, docname: str, _template: str, _context: object, _tree: object) -> None:
    """Only pages with computed numbers load script and style sheet."""
    if docname in computed_pages(app.env).pages:
        app.add_css_file(FILES[0])
        app.add_js_file(FILES[1], loading_method="defer")
