"""The ``knob`` directive: one number of the model that a reader may turn."""

from __future__ import annotations

import ast
import re
from decimal import Decimal, InvalidOperation
from html import escape
from itertools import product
from math import prod
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import OptionSpec
from sphinx.writers.html5 import HTML5Translator

from sphinx_computed.evaluate import Combination
from sphinx_computed.model import Number, assignments, number
from sphinx_computed.warn import ComputedWarning, warn

MOST_VALUES = 64  # a knob
MOST_COMBINATIONS = 256  # a page
RANGE = re.compile(r"(?P<first>\S+?)\s*\.\.\s*(?P<last>\S+)(?:\s+step\s+(?P<step>\S+))?")


class knob(nodes.General, nodes.Element):
    """A control. Its texts are attributes: the values it offers are no words of the page."""


class BadKnob(ValueError):
    """A knob that cannot be turned, and what to write instead."""


class KnobDirective(SphinxDirective):
    """Leave a node; `read` compares it with the model when all of the page is read."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {
        name: directives.unchanged for name in ("label", "unit", "values", "default")
    }

    def run(self) -> list[nodes.Node]:
        node = knob("", assigned=self.arguments[0], **{
            name: self.options.get(name, "").strip() for name in self.option_spec
        })  # fmt: skip
        self.set_source_info(node)
        self.env.current_document["computed"] = True
        return [node]


def offered(text: str) -> list[Decimal]:
    """The values of a list or a range; raise `BadKnob` if there is something wrong with them.

    >>> [str(value) for value in offered("1..2 step 0.5")], [str(v) for v in offered("4, 6, 8")]
    (['1.0', '1.5', '2.0'], ['4', '6', '8'])
    """
    span = RANGE.fullmatch(text)
    try:
        values = (
            steps(*map(Decimal, span.groups("1"))) if span else [*map(Decimal, text.split(","))]
        )
    except (InvalidOperation, ValueError):
        how = "a list (4, 6, 8) or a range (1..16, 1..16 step 0.5)"
        raise BadKnob(f":values: are {how}, not {text!r}") from None
    if len(values) > MOST_VALUES:
        raise BadKnob(f"more than {MOST_VALUES} values; offer fewer, or a wider step")
    if len(values) < 2 or len(set(values)) < len(values):
        raise BadKnob("a knob offers at least two values, each of them once")
    return values


def steps(first: Decimal, last: Decimal, step: Decimal) -> list[Decimal]:
    """From *first* to *last*; raise ValueError unless that is a whole number of steps."""
    count = (last - first) / step if step > 0 else Decimal("NaN")
    if not count.is_finite() or count < 0 or count != int(count):
        raise ValueError(f"no whole number of steps from {first} to {last}")
    return [first + step * at for at in range(min(int(count), MOST_VALUES) + 1)]


def as_number(value: Decimal, like: Number) -> Number:
    """A whole number stays one unless the model's own number is a float."""
    return int(value) if isinstance(like, int) and value == int(value) else float(value)


def read(node: knob, plain: dict[str, Number]) -> None:
    """Give *node* its values and its default; raise `BadKnob` if the model has no such number."""
    name = node["assigned"]
    if name not in plain:
        raise BadKnob(f"the model has no plain top-level assignment of a number to {name!r}")
    if not node["label"]:
        raise BadKnob("a knob needs a :label:, the name that readers see")
    values = [value.normalize() for value in offered(node["values"])]
    own = Decimal(str(plain[name]))
    try:
        default = Decimal(node["default"]) if node["default"] else own
    except InvalidOperation:
        raise BadKnob(f":default: is a number, not {node['default']!r}") from None
    if default not in values:
        raise BadKnob(f"the default {default} is not among the values it offers")
    node["numbers"] = [as_number(value, plain[name]) for value in values]
    node["texts"] = [f"{value:f}" for value in values]
    node["at"] = values.index(default)


def usable(found: list[knob], text: str) -> list[knob]:
    """The knobs of a page that can be turned; the others get a warning and go."""
    try:
        plain = plain_numbers(ast.parse(text)) if found else {}
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the worker says so
        for node in found:
            take_away(node)
        return []
    good: dict[str, knob] = {}
    for node in found:
        try:
            if node["assigned"] in good:
                raise BadKnob("it stands on this page twice")
            read(node, plain)
            good[node["assigned"]] = node
        except BadKnob as fault:
            reject(node, str(fault))
    return list(good.values())


def plain_numbers(tree: ast.Module) -> dict[str, Number]:
    numbers = {name: number(node.value) for name, node in assignments(tree).items()}
    return {name: value for name, value in numbers.items() if value is not None}


def reject(node: knob, why: str) -> None:
    warn(f"knob {node['assigned']!r}: {why}", ComputedWarning.KNOB, node)
    take_away(node)


def take_away(node: knob) -> None:
    """Leave no control that does nothing; the default numbers stand without it."""
    if node.parent is not None:
        node.parent.remove(node)
        node.parent = None


def combinations(knobs: list[knob]) -> list[Combination]:
    """All combinations of the knobs' values, the defaults first."""
    default = tuple(node["numbers"][node["at"]] for node in knobs)
    if prod(len(node["numbers"]) for node in knobs) > MOST_COMBINATIONS:
        return [default]
    every = product(*(node["numbers"] for node in knobs))
    return [default, *(values for values in every if values != default)]


def visit_knob(self: HTML5Translator, node: knob) -> None:
    """A range input over the positions of the values; the script shows it."""
    name = f"knob-{node['assigned'].lower().replace('_', '-')}"
    value = escape(f"{node['texts'][node['at']]} {node['unit']}".strip())
    self.body.append(
        f'<div class="knob" hidden><label for="{name}">{escape(node["label"])}</label>'
        f'<input type="range" id="{name}" min="0" max="{len(node["texts"]) - 1}" step="1" '
        f'value="{node["at"]}" autocomplete="off" aria-valuetext="{value}">'
        f'<output for="{name}">{value}</output></div>\n'
    )
    raise nodes.SkipNode
