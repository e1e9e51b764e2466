"""Every warning of this package: type ``computed``, one of the subtypes below, a location."""

from __future__ import annotations

from enum import StrEnum

from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)


class ComputedWarning(StrEnum):
    """What can go wrong; silence one with ``suppress_warnings = ["computed.<subtype>"]``."""

    MODEL = "model"
    """The model is missing, is not Python, imports what it may not, or raises when it is run."""
    EXPRESSION = "expression"
    """What a ``calc``, ``chart`` or ``knob`` holds cannot be read, or raises."""
    VALUE = "value"
    """An expression gives no number: NaN, infinity, None, a list, or a bad drawing."""
    TIME = "time"
    """The evaluations of a page took longer than ``computed_seconds`` and were stopped."""
    PRINTED = "printed"
    """The model prints."""
    PLACE = "place"
    """A ``calc`` stands in a heading, or where markup swallows it."""
    CHART = "chart"
    """A chart has no caption or no alternative text."""
    KNOB = "knob"
    """A knob cannot be turned; the page keeps its default numbers."""


def warn(message: str, subtype: ComputedWarning, location: nodes.Node | str) -> None:
    """Log *message*; *location* is a node or ``file:line``."""
    logger.warning(message, type="computed", subtype=subtype.value, location=location)
