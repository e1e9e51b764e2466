"""Formulas as MathML, made when the page is built: no script, no third party.

latex2mathml sets what it does not know as text and copies attributes as they are written, so
its elements are looked through here before they become mark-up.
"""

from __future__ import annotations

from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert_to_element
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
ATTRIBUTES = frozenset(
    {
        *("accent", "accentunder", "columnalign", "depth", "display", "displaystyle", "fence"),
        *("form", "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize"),
        *("minsize", "movablelimits", "rspace", "scriptlevel", "separator", "stretchy"),
        *("symmetric", "width", "xmlns"),
    }
)
"""What may stand on an element; links, styles, classes and colours may not."""
_ROWS = frozenset({"math", "mrow", "mstyle", "mtd"})
_OPERANDS = frozenset({"mi", "mn", "msup", "msub", "msubsup", "mfrac", "msqrt"})


class FormulaError(ValueError):
    """A formula cannot be set; the message says why."""


@lru_cache(maxsize=4096)
def to_mathml(latex: str, *, block: bool) -> str:
    """Convert one formula; raises :exc:`FormulaError` with the reason."""
    if r"\operatorname*" in latex:  # the package would show the asterisk
        raise FormulaError(r"unknown command \operatorname*")
    # It knows align* but shows the ampersands of aligned, which means the same on a page.
    latex = latex.replace("{aligned}", "{align*}")
    try:
        math = convert_to_element(latex, display="block" if block else "inline")
    except Exception as error:  # the package has many classes for it, and their names say it
        raise FormulaError(type(error).__name__.removesuffix("Error")) from error
    for element in math.iter():
        _check(element)
        _space_functions(element)
    return ElementTree.tostring(math, encoding="unicode")


def _check(element: ElementTree.Element) -> None:
    text = element.text = unescape(element.text or "")  # operators come as &#x0002B;
    if text.startswith("\\") and element.tag != "mtext":
        raise FormulaError(f"unknown command {text}")
    for name in element.attrib.keys() - ATTRIBUTES:
        del element.attrib[name]


def _space_functions(row: ElementTree.Element) -> None:
    """Set a thin space between a function's name and what it is applied to: ln 2."""
    if row.tag not in _ROWS:
        return
    children = list(row)
    for position in range(len(children) - 1, 0, -1):
        name, operand = children[position - 1], children[position]
        named = name.tag == "mi" and len(name.text or "") > 1 and (name.text or "").isalpha()
        if named and operand.tag in _OPERANDS:
            row.insert(position, ElementTree.Element("mspace", width="0.167em"))


def _append(self: HTML5Translator, node: nodes.Element, *, block: bool) -> None:
    try:
        self.body.append(to_mathml(node.astext(), block=block))
    except FormulaError as error:
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
