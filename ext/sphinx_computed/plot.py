"""How a chart is laid out: margins, frame, key, marks and labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sphinx_computed.axis import Axis, Format, Range
from sphinx_computed.sheet import (
    LINE,
    WIDTH,
    Color,
    Outline,
    Place,
    Point,
    Sheet,
    along,
    at_end,
    boxes,
    closed,
    dotted,
    halfway,
    lines,
    paint,
    path,
    tag,
    width,
)


class Mark(NamedTuple):
    """One path of a chart: points in data units, and the outline made of them in pixels."""

    points: list[Point]
    outline: Outline
    style: dict[str, str]
    label: str
    color: Color

    def is_curve(self) -> bool:
        return self.outline is path and math.isfinite(sum(self.points[-1]))


@dataclass
class Plot:
    """Two axes, and what is to be seen between them."""

    x: str = ""
    y: str = ""
    x_log: bool = False
    y_log: bool = False
    x_range: Range = None
    y_range: Range = None
    x_format: Format = ""
    y_format: Format = ""
    height: float = 260
    _names: dict[str, Sequence[str]] = field(default_factory=dict)  # along "x" or "y"
    _marks: list[Mark] = field(default_factory=list)
    _notes: list[tuple[Point, str, Place]] = field(default_factory=list)  # place: from the point
    _key: list[tuple[str, str | Color]] = field(default_factory=list)  # tint and colour, or text

    def svg(self) -> str:
        """The chart as the text of one ``<svg>`` element."""
        xs, ys = ([p[k] for mark in self._marks for p in mark.points] for k in (0, 1))
        x = Axis(xs, self.x_log, self.x_range, self.x_format, self._names.get("x", ()))
        y = Axis(ys, self.y_log, self.y_range, self.y_format, self._names.get("y", ()))
        sheet = Sheet(self.height)
        self._margins(x, y)
        self._frame(sheet, x, y)
        self._draw(sheet, x, y)
        return sheet.svg()

    def _margins(self, x: Axis, y: Axis) -> None:
        """Leave room for titles, key and ticks, and on the right for what stands beside data."""
        above = any(aside[1] < 0 for _, _, aside in self._notes)
        y.end = 10 + 20 * bool(self.y) + 20 * bool(self._key) + 14 * above
        y.start = self.height - 8 - 20 * bool(self.x) - LINE * lines(*x.labels)
        x.start, x.end = 0, 1000
        left, ends = 8 + max(map(width, y.labels)), [WIDTH - 2 - width(x.labels[-1]) / 2]
        beside = [(p[0], text) for p, text, aside in self._notes if aside[0] > 0]
        beside += [(m.points[-1][0], m.label) for m in self._marks if m.is_curve() and m.label]
        for value, text in beside:
            if 0 < width(text) <= 110 and (part := x.at(value) / 1000) > 0:
                ends.append(left + (WIDTH - 9 - width(text) - left) / part)
        x.start, x.end = left, min(ends)

    def _frame(self, sheet: Sheet, x: Axis, y: Axis) -> None:
        """Grid, ticks, titles and key."""
        left, right, bottom, top = x.start, x.end, y.start, y.end
        rules = [[(left, y.at(t)), (right, y.at(t))] for t in y.ticks if not y.names]
        rules += [[(x.at(t), bottom), (x.at(t), top)] for t in x.ticks if not x.names]
        sheet.path("".join(map(path, rules)), stroke=paint("grid"))
        base = path([(left, bottom), (right, bottom)])
        if 0 in y.ticks and not y.names:
            base += path([(left, y.at(0)), (right, y.at(0))])
        if 0 in x.ticks and not x.names:
            base += path([(x.at(0), bottom), (x.at(0), top)])
        sheet.path(base, stroke=paint("muted"))
        for t, label in x.sparse(max(map(width, x.labels)) + 6):
            sheet.text(
                x.at(t), bottom + 6 + LINE / 2 * lines(*x.labels), label, fill=paint("muted")
            )
        for t, label in y.sparse(LINE * lines(*y.labels)):
            sheet.text(left - 6, y.at(t), label, "end", fill=paint("muted"))
        if self.x:
            half = width(self.x) / 2
            middle = max(half, min((left + right) / 2, WIDTH - half))
            sheet.text(middle, self.height - 10, self.x)
        if self.y:
            sheet.text(1, 10, self.y, "start")
        self._draw_key(sheet, 10 + 20 * bool(self.y))

    def _draw_key(self, sheet: Sheet, y: float) -> None:
        """Swatches and what they mean, in a row."""
        x = 1.0
        for tint, shown in self._key:
            if tint:
                style = {"fill": paint(shown), "fill_opacity": tint, "stroke": paint(shown)}
                sheet.path(boxes([(x + 2, y - 6), (x + 14, y + 6)]), **style)
                x += 13
            else:
                x += 6 if x > 1 else 0
                sheet.text(x, y, str(shown), "start")
                x += width(str(shown)) + 4

    def _draw(self, sheet: Sheet, x: Axis, y: Axis) -> None:
        """Marks, cut off at the axes; then notes, and labels where they find room."""
        inside = (x.start, y.end, x.end, y.start)
        drawn = [(mark, [(x.at(a), y.at(b)) for a, b in mark.points]) for mark in self._marks]
        paths = [tag("path", d=mark.outline(points), **mark.style) for mark, points in drawn]
        sheet.clipped("".join(paths), inside)
        seen = [[(u, v) for u, v in dotted(p) if x.shows(u) and y.shows(v)] for _, p in drawn]
        sheet.ink += [dot for way in seen for dot in way]
        for (a, b), text, (dx, dy, anchor) in self._notes:
            if dx or dy:
                sheet.note(x.at(a) + dx, y.at(b) + dy, text, anchor, "ink")
            else:
                sheet.text(x.at(a), y.at(b), text)  # on a cell: no rim
        middle = (y.start + y.end) / 2
        labels = [(*both, way) for both, way in zip(drawn, seen, strict=True) if both[0].label]
        for mark, points, way in sorted(labels, key=lambda one: _turn(one[0], one[2], middle)):
            places = _places(mark, points, way, middle)
            sheet.label(mark.label, mark.color, places, inside)


def _turn(mark: Mark, way: Sequence[Point], middle: float) -> float:
    """Ends of lines are labelled first, the highest and the lowest of them before the others."""
    return -abs(way[-1][1] - middle) if way and mark.is_curve() else 1


def _places(
    mark: Mark, points: Sequence[Point], way: Sequence[Point], middle: float
) -> list[Place]:
    if not way:
        raise ValueError(f"{mark.label!r} lies outside of the axes")
    if mark.outline is closed:
        return halfway(points) + along(way[: len(way) // 2 + 1], mark.label)
    ends = at_end(*way[-1], 1 if way[-1][1] < middle else -1) if mark.is_curve() else []
    return ends + along(way, mark.label)
