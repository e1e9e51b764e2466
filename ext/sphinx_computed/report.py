"""Say what went wrong on a page, each thing once and where its author has to look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sphinx_computed.calc import calc
from sphinx_computed.chart import chart
from sphinx_computed.evaluate import Answers, Combination, Failure, Request
from sphinx_computed.knob import knob
from sphinx_computed.warn import ComputedWarning, warn

Wanted = list[tuple[calc | chart, Request]]
KINDS = {
    "error": ComputedWarning.EXPRESSION,
    "value": ComputedWarning.VALUE,
    "time": ComputedWarning.TIME,
}


def report(
    answers: Answers,
    wanted: Wanted,
    turned: Sequence[knob],
    points: Sequence[Combination],
    path: Path,
) -> None:
    """Warn of every failure; of an expression that fails for many knob values, once."""
    where = {request: node for node, request in reversed(wanted)}
    for request, failure in first_of_each(answers.failures).items():
        at = described(turned, points[failure.combination]) if failure.combination else ""
        if request is None:
            message = f"the model fails{at}: {failure.message}"
            warn(message, ComputedWarning.MODEL, f"{path}:{failure.line or 1}")
        else:
            line = f" ({path.name}, line {failure.line})" if failure.line else ""
            message = f"{request.expression}{at}: {failure.message}{line}"
            warn(message, KINDS[failure.kind], where[request])
    if answers.printed:
        said = " ".join(answers.printed.split())[:100]
        warn(f"the model prints {said!r}; remove that", ComputedWarning.PRINTED, f"{path}:1")


def first_of_each(failures: Sequence[Failure]) -> dict[Request | None, Failure]:
    return {failure.request: failure for failure in reversed(failures)}


def described(turned: Sequence[knob], values: Combination) -> str:
    pairs = zip(turned, values, strict=True)
    return " with " + ", ".join(f"{node['assigned']} = {value}" for node, value in pairs)
