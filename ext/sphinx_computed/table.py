"""What a page shows for other values of its knobs, as a table that a script reads."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from itertools import product

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

from sphinx_computed.calc import calc
from sphinx_computed.chart import chart
from sphinx_computed.evaluate import Answers, Combination, Request
from sphinx_computed.knob import MOST_COMBINATIONS, knob, reject, take_away
from sphinx_computed.values import with_own_ids

MOST_BYTES = 100_000  # compressed, a page
Texts = Mapping[Combination, str]
Places = list[calc | chart]
Cell = tuple[list[int], list[str]]
"""The knobs that move a result, and its texts for all their values, the last knob fastest."""


class knob_table(nodes.General, nodes.Element):
    """The table as an attribute: no text of the page."""


def turn(
    document: nodes.document,
    answers: Answers,
    answered: Sequence[tuple[calc | chart, Request]],
    turned: Sequence[knob],
    points: Sequence[Combination],
) -> None:
    """Let the knobs of a page turn, if all their results are there and the table is small."""
    cells: list[tuple[Cell, Places]] = []
    kept: list[knob] = []
    if turned and len(points) == 1:
        more = f"more than {MOST_COMBINATIONS} combinations on this page; offer fewer values"
        reject(turned[-1], more)
    elif turned and is_complete(answers, answered, points):
        cells = cells_of(answers, answered, turned, points)
        kept = moving(cells, turned)
    data = table(cells, turned, kept)
    size = len(zlib.compress(data.encode(), 9))
    if size > MOST_BYTES:
        reject(kept[-1], f"the results take {size // 1000} KB compressed, more than 100 a page")
        kept = []
    for node in turned:
        if node not in kept:
            take_away(node)
    if kept:
        for at, (_, places) in enumerate(cells):
            for place in places:
                place["cell"] = at
        document += knob_table("", table=data)


def is_complete(
    answers: Answers,
    answered: Sequence[tuple[calc | chart, Request]],
    points: Sequence[Combination],
) -> bool:
    """Whether each result of the page is known for every combination, or else for none."""
    numbers = range(len(points))
    return all((number, request) in answers.texts for _, request in answered for number in numbers)


def cells_of(
    answers: Answers,
    answered: Sequence[tuple[calc | chart, Request]],
    turned: Sequence[knob],
    points: Sequence[Combination],
) -> list[tuple[Cell, Places]]:
    """The results that change, each with the places that show it."""
    places: dict[tuple[Request, str], Places] = {}
    for node, request in answered:
        places.setdefault((request, node["prefix"]), []).append(node)
    cells = []
    for (request, prefix), nodes_there in places.items():
        texts = {
            point: with_own_ids(answers.texts[number, request], prefix)
            for number, point in enumerate(points)
        }
        along = [at for at, node in enumerate(turned) if moves(texts, at, node["numbers"])]
        if along:
            cells.append(((along, along_knobs(texts, turned, along)), nodes_there))
    return cells


def moves(texts: Texts, at: int, values: Sequence[float]) -> bool:
    """Whether the knob with number *at* changes a result, wherever the other knobs stand."""
    return any(
        texts[(*point[:at], value, *point[at + 1 :])] != text
        for point, text in texts.items()
        if point[at] == values[0]
        for value in values
    )


def along_knobs(texts: Texts, turned: Sequence[knob], along: Sequence[int]) -> list[str]:
    """The texts for all values of the knobs *along*, whatever the others."""
    choices = [
        node["numbers"] if at in along else node["numbers"][:1] for at, node in enumerate(turned)
    ]
    return [texts[point] for point in product(*choices)]


def moving(cells: Sequence[tuple[Cell, Places]], turned: Sequence[knob]) -> list[knob]:
    """The knobs that move something; the others get a warning."""
    moved = {at for (along, _), _ in cells for at in along}
    for at, node in enumerate(turned):
        if at not in moved:
            reject(node, "no number and no chart of this page depends on it")
    return [node for at, node in enumerate(turned) if at in moved]


def table(
    cells: Sequence[tuple[Cell, Places]], turned: Sequence[knob], kept: Sequence[knob]
) -> str:
    """The page's table as JSON that can stand in a script element."""
    new = {at: kept.index(node) for at, node in enumerate(turned) if node in kept}
    heads = [[node["assigned"].lower(), node["texts"], node["unit"], node["at"]] for node in kept]
    rows = [[[new[at] for at in along], texts] for (along, texts), _ in cells]
    text = json.dumps({"knobs": heads, "cells": rows}, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def visit_table(self: HTML5Translator, node: knob_table) -> None:
    """The table, the mark that is shown while the page is off its defaults, and its voice."""
    self.body.append(
        '<div class="knob-state" hidden><span>Numbers on this page are for <b></b></span> '
        '<button type="button">Back to the default</button></div>\n'
        '<p class="knob-voice" role="status" aria-live="polite" '
        'data-say="%s: %n results on this page are not the default."></p>\n'
        f'<script type="application/json" class="knob-table">{node["table"]}</script>\n'
    )
    raise nodes.SkipNode
