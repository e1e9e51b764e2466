"""Compute a page: ask its model for all that the page shows, once the page is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

from sphinx_computed import calc as calcs
from sphinx_computed import chart as charts
from sphinx_computed import model
from sphinx_computed.cache import Cache
from sphinx_computed.calc import calc, find_line, mark_failed
from sphinx_computed.chart import chart
from sphinx_computed.domain import computed_pages
from sphinx_computed.evaluate import Answers, Combination, Request, evaluate
from sphinx_computed.knob import combinations, knob, take_away, usable
from sphinx_computed.losses import ROLE, losses, mark_unknown_roles
from sphinx_computed.report import Wanted, report
from sphinx_computed.source import source_node
from sphinx_computed.table import turn
from sphinx_computed.values import with_own_ids
from sphinx_computed.warn import ComputedWarning, warn


class ComputePage(SphinxTransform):
    """Fill the numbers and charts of a page."""

    # After footnotes and headings have their places (620, 710), so that the model comes last;
    # before SmartQuotes (750), so that whoever counts the page before them sees the numbers.
    default_priority = 720

    def apply(self, **_kwargs: Any) -> None:
        page = Path(self.env.doc2path(self.env.docname))
        source = page.read_text("utf-8", "replace")
        whole = list(self.document.findall())
        mark_unknown_roles(whole)
        for node in whole:
            if isinstance(node, calc) and node.source == str(page):
                find_line(node, source)
        if ROLE.search(source):
            for place, advice in losses(whole, source if page.suffix == ".md" else ""):
                location = f"{page}:{place}" if isinstance(place, int) else place
                warn(f"a calc is lost here: {advice}", ComputedWarning.PLACE, location)
        if self.env.current_document.get("computed"):
            self._compute(whole, model.beside(page))

    def _compute(self, whole: list[nodes.Node], path: Path) -> None:
        found = [node for node in whole if isinstance(node, calc | chart | knob)]
        wanted = list(requests(found))
        controls = [node for node in found if isinstance(node, knob)]
        text = read_model(self.env, path, found[0]) if found else None
        if text is None:
            for node, _ in wanted:
                mark_failed(node)
            for control in controls:
                take_away(control)
            return
        turned = usable(controls, text)
        points = combinations(turned)
        answers = ask(self.env, path, text, wanted, turned, points)
        report(answers, wanted, turned, points, path)
        show(self.document, answers, wanted, turned, points)
        self.document += source_node(path.relative_to(self.env.srcdir), text)


def read_model(env: BuildEnvironment, path: Path, first: nodes.Element) -> str | None:
    """The text of the model; the page is read again when it or its data change."""
    data = model.data_files(path)
    for file in (path, *model.helpers(), *data):
        env.note_dependency(file)
    computed_pages(env).note(env.docname, path, data)
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        message = f"there is no model {path.name} beside this page"
    except (OSError, UnicodeError) as error:
        message = f"the model {path.name} cannot be read: {error}"
    warn(message, ComputedWarning.MODEL, first)
    return None


def requests(found: Sequence[nodes.Element]) -> Iterator[tuple[calc | chart, Request]]:
    """What each node asks; one that cannot be asked gets its mark here."""
    for node in found:
        if isinstance(node, calc | chart):
            request = calcs.request_of(node) if isinstance(node, calc) else charts.request_of(node)
            if request:
                yield node, request
            else:
                mark_failed(node)


def ask(
    env: BuildEnvironment,
    path: Path,
    text: str,
    wanted: Wanted,
    turned: list[knob],
    points: list[Combination],
) -> Answers:
    folder = Path(env.doctreedir) / "computed"
    cache = Cache(folder, env.docname, model.fingerprint(text, path))
    distinct = list(dict.fromkeys(request for _, request in wanted))
    names = [node["assigned"] for node in turned]
    return evaluate(path, text, distinct, names, points, cache, env.config.computed_seconds)


def show(
    document: nodes.document,
    answers: Answers,
    wanted: Wanted,
    turned: list[knob],
    points: list[Combination],
) -> None:
    """Put the results in their places, and beside them those that the knobs lead to."""
    answered = [(node, request) for node, request in wanted if (0, request) in answers.texts]
    for number, (node, _) in enumerate(answered):
        node["prefix"] = f"chart-{number + 1}-" if isinstance(node, chart) else ""
    turn(document, answers, answered, turned, points)
    for node, request in wanted:
        put(node, answers.texts.get((0, request)))


def put(node: calc | chart, text: str | None) -> None:
    if text is None:
        mark_failed(node)
    elif isinstance(node, calc):
        node.children.clear()
        node += nodes.Text(text)
    else:
        node["svg"] = with_own_ids(text, node["prefix"])
