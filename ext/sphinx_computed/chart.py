"""The ``chart`` directive: a drawing that the model gives, with caption and alternative text."""

from __future__ import annotations

from html import escape
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import OptionSpec
from sphinx.writers.html5 import HTML5Translator

from sphinx_computed.evaluate import Request
from sphinx_computed.values import is_expression
from sphinx_computed.warn import ComputedWarning, warn


class chart(nodes.General, nodes.Element):
    """A drawing. It has no text: its labels are neither words of the page nor searched for."""


class ChartDirective(SphinxDirective):
    """A figure whose picture is the drawing; so it has a number and can be referred to."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[OptionSpec] = {"name": directives.unchanged, "alt": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        drawing = chart(self.block_text, written=self.arguments[0], alt=self.alt())
        self.set_source_info(drawing)
        figure = nodes.figure("", drawing, align="default")
        self.set_source_info(figure)
        figure += self.caption()
        self.add_name(figure)
        self.env.current_document["computed"] = True
        return [figure]

    def alt(self) -> str:
        alt = " ".join(self.options.get("alt", "").split())
        if not alt:
            message = "a chart needs :alt:, what you would say about it on the telephone"
            warn(message, ComputedWarning.CHART, self.get_location())
        return alt

    def caption(self) -> list[nodes.Node]:
        """The first paragraph is the caption, the rest a legend, as in docutils' figures."""
        content = self.parse_content_to_nodes()
        if not content or not isinstance(content[0], nodes.paragraph):
            message = "a chart needs a caption as its content: the finding, in a sentence"
            warn(message, ComputedWarning.CHART, self.get_location())
            return content
        first, *rest = content
        caption = nodes.caption("", "", *first.children)
        caption.source, caption.line = first.source, first.line
        return [caption, nodes.legend("", *rest)] if rest else [caption]


def request_of(node: chart) -> Request | None:
    """What *node* asks of the model; None, after a warning, if it cannot be asked."""
    expression = " ".join(node["written"].split())
    if is_expression(expression):
        return Request("chart", expression, "")
    message = f"chart {expression!r} is no expression; write a call of a function of the model"
    warn(message, ComputedWarning.EXPRESSION, node)
    return None


def visit_chart(self: HTML5Translator, node: chart) -> None:
    cell = f' data-cell="{node["cell"]}"' if "cell" in node else ""
    name = escape(node["alt"])
    self.body.append(f'<div class="calc-chart" role="img" aria-label="{name}"{cell}>')
    self.body.append(node["svg"])


def depart_chart(self: HTML5Translator, _node: chart) -> None:
    self.body.append("</div>\n")
