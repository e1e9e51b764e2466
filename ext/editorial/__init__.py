"""The rules of this library, as located warnings. For this library alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editorial.encoding import leave_out_undecodable

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    # Imported here: the tools of this package run without Sphinx.
    from editorial.check import CheckArticle, EditorialDomain, check_catalogue

    # Before others ask which pages were removed.
    app.connect("env-get-outdated", leave_out_undecodable, priority=100)
    app.connect("builder-inited", check_catalogue)
    app.add_domain(EditorialDomain)
    app.add_transform(CheckArticle)
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}
