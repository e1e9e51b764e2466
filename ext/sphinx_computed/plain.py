"""Other formats than HTML: the numbers as text, the charts as what they show."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from sphinx_computed.calc import calc
from sphinx_computed.chart import chart
from sphinx_computed.knob import knob
from sphinx_computed.source import model_source
from sphinx_computed.table import knob_table


def write_out(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Give formats other than HTML the numbers as text and the charts as what they show."""
    gone: tuple[type[nodes.Element], ...] = ()
    if app.builder.format != "html":
        gone = (knob, knob_table, model_source)
        for number in list(doctree.findall(calc)):
            number.replace_self(number.children)
        for drawing in list(doctree.findall(chart)):
            drawing.replace_self(nodes.paragraph("", f"[{drawing['alt']}]"))
    elif app.builder.name in {"epub", "singlehtml"}:
        gone = (knob, knob_table)  # a book, or all pages in one: nothing there turns a knob
    for node in [node for node in doctree.findall() if isinstance(node, gone)]:
        node.parent.remove(node)
