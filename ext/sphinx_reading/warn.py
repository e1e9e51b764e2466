"""Every warning that this package gives: type ``reading``, a subtype, a place."""

from __future__ import annotations

from enum import StrEnum

from docutils.nodes import Node
from sphinx.util import logging

_logger = logging.getLogger(__name__)


class ReadingWarning(StrEnum):
    """Subtypes, for ``suppress_warnings = ["reading.…"]``."""

    FRONT_MATTER = "front_matter"
    """A value or a line of the front matter cannot be used."""
    TITLE = "title"
    """An article has no title."""
    EMPTY = "empty"
    """An article has no words."""
    NUMBER = "number"
    """Two articles have one number."""
    OPTION = "option"
    """A directive or configuration value has an unknown option or a bad value."""
    EXPORT = "export"
    """An export was asked for that cannot be made."""


def warn(
    subtype: ReadingWarning, message: str, location: Node | tuple[str, int | None] | str | None
) -> None:
    """Give one warning at *location*: a node, a docname, or a docname with a line."""
    _logger.warning(message, type="reading", subtype=subtype.value, location=location)
