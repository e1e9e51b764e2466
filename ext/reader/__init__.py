"""What a reader of this library gets on top of Furo. For this library alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.assets import setup_assets
from reader.domain import setup_domain
from reader.maths import setup_maths
from reader.opening import setup_opening
from reader.punctuation import setup_punctuation
from reader.related import setup_related
from reader.script import setup_script
from reader.sources import setup_sources
from reader.stale import setup_stale
from reader.units import setup_units

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    setup_assets(app)
    setup_domain(app)
    setup_maths(app)
    setup_opening(app)
    setup_punctuation(app)
    setup_related(app)
    setup_script(app)
    setup_sources(app)
    setup_stale(app)
    setup_units(app)
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}
