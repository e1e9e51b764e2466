"""A page that is not UTF-8 is told and left out; Sphinx alone would stop with a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)


def leave_out_undecodable(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Treat every new or changed page that is not UTF-8 as if it were not there."""
    for docname in sorted(added | changed):
        error = decoding_error(env.doc2path(docname).read_bytes())
        if error:
            line, message = error
            place = (docname, line)
            logger.warning(message, location=place, type="editorial", subtype="encoding")
            added.discard(docname)
            changed.discard(docname)
            env.found_docs.discard(docname)
            if docname in env.all_docs:
                removed.add(docname)
    return []


def decoding_error(source: bytes) -> tuple[int, str] | None:
    """Return (line, what is wrong) of a text that is not UTF-8.

    >>> decoding_error(b"one\\ncaf\\xe9\\n")
    (2, 'byte 0xE9 is not UTF-8: save the file as UTF-8')
    """
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        return line, f"byte 0x{source[error.start]:02X} is not UTF-8: save the file as UTF-8"
    return None
