"""Numbers, charts and knobs from the model beside a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    # Imported here: models import sphinx_computed.svg, and must not load Sphinx for it.
    from sphinx_computed import calc, chart, domain, knob, lexer, page, plain, source, table
    from sphinx_computed.process import WORKER

    app.add_config_value("computed_seconds", 10.0, "env", (float, int))
    app.add_node(calc.calc, html=(calc.visit_calc, calc.depart_calc))
    app.add_node(chart.chart, html=(chart.visit_chart, chart.depart_chart))
    app.add_node(knob.knob, html=(knob.visit_knob, None))
    app.add_node(table.knob_table, html=(table.visit_table, None))
    app.add_node(source.model_source, html=(source.visit_source, None))
    app.add_lexer(lexer.NAME, lexer.ModelLexer)
    app.add_role("calc", calc.CalcRole())
    app.add_directive("chart", chart.ChartDirective)
    app.add_directive("knob", knob.KnobDirective)
    app.add_domain(domain.ComputedDomain)
    app.add_transform(page.ComputePage)
    app.connect("env-get-outdated", domain.find_outdated)
    app.connect("env-updated", domain.copy_static)
    app.connect("doctree-resolved", plain.write_out)
    app.connect("html-page-context", domain.add_static)
    app.connect("build-finished", lambda _app, _error: WORKER.close())
    return {"version": "0.1.0", "parallel_read_safe": True, "parallel_write_safe": True}
