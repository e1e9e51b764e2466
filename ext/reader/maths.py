"""Formulas as MathML, made when the page is built: no script, no font, no third party."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


def to_mathml(latex: str, *, block: bool) -> str:
    """Convert one formula; raises :exc:`~docutils.utils.math.MathError` with the reason."""
    return latex2mathml.tex2mathml(latex, as_block=block)


def _append(self: HTML5Translator, node: nodes.Element, *, block: bool) -> None:
    try:
        self.body.append(to_mathml(node.astext(), block=block))
    except MathError as error:
        message = f"formula {node.astext()!r} cannot be set: {error}"
        logger.warning(message, location=node, type="reader", subtype="maths")
        self.body.append(f"<code>{self.encode(node.astext())}</code>")


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    _append(self, node, block=False)
    raise nodes.SkipNode


def visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="formula"))
    _append(self, node, block=True)
    if node.get("number"):
        self.body.append(f'<span class="eqno">({node["number"]})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup_maths(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
