"""Schematics: shapes, arrows and labels in units of one's own. Used as `sphinx_computed.svg`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sphinx_computed.axis import checked
from sphinx_computed.sheet import (
    LINE,
    WIDTH,
    Color,
    Place,
    Point,
    Sheet,
    around,
    boxes,
    closed,
    dotted,
    lines,
    paint,
    path,
    tag,
    width,
)  # fmt: skip

EDGE = 6  # units left free on each side


class Drawing:
    """A schematic in units of its own; ``note`` says below it how it relates to scale."""

    def __init__(
        self, width: float, height: float, *, up: bool = False, note: str = "not to scale"
    ) -> None:
        self._unit = (WIDTH - 2 * EDGE) / width
        depth = 2 * EDGE + height * self._unit
        self._sheet = Sheet(depth + (LINE + 3 if note else 0))
        self._top = depth - EDGE if up else EDGE
        self._down = -1 if up else 1
        self._labels: list[tuple[str, Color, list[Point]]] = []
        if note:
            self._sheet.text(WIDTH - 1, depth + LINE / 2, note, "end", fill=paint("muted"))

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        label: str = "",
        *,
        color: Color = "ink",
        fill: float = 0.1,
    ) -> None:
        """A rectangle between x, y and x + w, y + h with its label inside; see `polygon`."""
        if width(label) > w * self._unit:
            raise ValueError(f"{label!r} is wider than its rectangle")
        corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        self.polygon(*corners, label=label, color=color, fill=fill)

    def polygon(
        self, *points: Point, label: str = "", color: Color = "ink", fill: float = 0.1
    ) -> None:
        """A closed shape, its label in the middle; ``fill`` from 0, empty, to 1, solid."""
        pixels = [self._at(point) for point in points]
        self._sheet.ink += dotted([*pixels, pixels[0]])
        self._shape("path", color, fill, d=closed(pixels))
        x, y = (sum(p[k] for p in pixels) / len(pixels) for k in (0, 1))
        self._inside(x, y, label, fill)

    def circle(
        self,
        x: float,
        y: float,
        r: float,
        label: str = "",
        *,
        color: Color = "ink",
        fill: float = 0.1,
    ) -> None:
        """A circle around x, y, its label in the middle."""
        (cx, cy), radius = self._at((x, y)), r * self._unit
        turns = (k * math.pi / 12 for k in range(25))
        self._sheet.ink += [(cx + radius * math.cos(t), cy + radius * math.sin(t)) for t in turns]
        self._shape("circle", color, fill, cx=cx, cy=cy, r=radius)
        self._inside(cx, cy, label, fill)

    def line(
        self,
        *points: Point,
        label: str = "",
        arrow: str = "",
        dashed: bool = False,
        color: Color = "ink",
    ) -> None:
        """A line from point to point; ``arrow`` is "end", "start" or "both"."""
        if arrow not in {"", "start", "end", "both"}:
            raise ValueError(f'arrow={arrow!r}; there are "start", "end" and "both"')
        pixels = [self._at(point) for point in points]
        style = {"stroke": paint(color), "stroke_width": "1.5"}
        self._sheet.path(path(pixels), **style, stroke_dasharray="4 3" if dashed else "")
        heads = [pixels[-2:]] * (arrow in {"end", "both"})
        heads += [pixels[1::-1]] * (arrow in {"start", "both"})
        for before, tip in heads:
            self._sheet.path(closed(_head(before, tip)), fill=paint(color))
        way = dotted(pixels)
        self._sheet.ink += way
        middle = sorted(range(len(way)), key=lambda i: abs(2 * i - len(way) + 1))
        self._labels += [(label, color, [way[i] for i in middle])] if label else []

    def bracket(self, start: Point, end: Point, label: str, *, color: Color = "ink") -> None:
        """A bracket from start to end, its label on the left of that way."""
        (x, y), (u, v) = self._at(start), self._at(end)
        a, b = (d * 6 / math.sqrt((u - x) ** 2 + (v - y) ** 2) for d in (v - y, x - u))
        corners = [(x - a, y - b), (x, y), (u, v), (u - a, v - b)]
        self._sheet.path(path(corners), stroke=paint(color), stroke_width="1.5")
        self._sheet.ink += dotted(corners)
        anchor = "start" if a > 3 else "end" if a < -3 else "middle"
        rise = b / 6 * (LINE / 2 * lines(label) + 3)
        self._sheet.note((x + u) / 2 + a, (y + v) / 2 + rise, label, anchor, color)

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "middle", color: Color = "ink"
    ) -> None:
        """A text around y that starts, ends or has its middle at x."""
        self._sheet.note(*self._at((x, y)), text, anchor, color)

    def grid(
        self,
        x: float,
        y: float,
        cell: float,
        rows: Sequence[Sequence[object]],
        colors: Mapping[object, Color] | None = None,
    ) -> None:
        """Square cells from the corner x, y, the first row on top; 0, None and "" stay empty.

        Solid cells without ``colors``; with them, tinted ones with their text.
        """
        left, top = self._at((x, y))
        size = cell * self._unit
        for value in sorted({value for row in rows for value in row if value}, key=str):
            corners = [
                (left + size * (j + d), top + size * (i + d))
                for i, row in enumerate(rows)
                for j, shown in enumerate(row)
                for d in (0, 1)
                if shown == value
            ]
            color = "ink" if colors is None else colors.get(value, "paper")
            opacity = "" if colors is None else "0.3"
            self._sheet.path(
                boxes(corners),
                fill=paint(color),
                fill_opacity=opacity,
                shape_rendering="crispEdges",
            )
            for x0, y0 in corners[::2] if colors else []:
                self._sheet.text(x0 + size / 2, y0 + size / 2, str(value))

    def svg(self) -> str:
        """The drawing as the text of one ``<svg>`` element."""
        whole = (0, 0, WIDTH, self._sheet.height)
        for label, color, spots in self._labels:
            places = [place for spot in spots for place in _over(*spot, label)]
            self._sheet.label(label, color, places, whole)
        self._labels = []
        return self._sheet.svg()

    def _at(self, point: Point) -> Point:
        x, y = checked(point, f"point {point}")
        return EDGE + x * self._unit, self._top + y * self._unit * self._down

    def _shape(self, name: str, color: Color, fill: float, **place: object) -> None:
        style = {"fill": paint(color), "fill_opacity": f"{fill:g}", "stroke": paint(color)}
        self._sheet.parts.append(tag(name, **place, **style))

    def _inside(self, x: float, y: float, label: str, fill: float) -> None:
        if label:
            self._sheet.text(x, y, label, fill=paint("paper" if fill > 0.6 else "ink"))


def _over(x: float, y: float, text: str) -> list[Place]:
    """Places for the label of a line: above and below it, farther off if it slopes, beside it."""
    near = around(x, y, text)
    above, below = near[1][1], near[2][1]
    steps = [height for lift in (0, 5, 10) for height in (above - lift, below + lift)]
    return [*((x, height, "middle") for height in steps), *near]


def _head(before: Point, tip: Point) -> list[Point]:
    """The three corners of an arrow head."""
    (x, y), (u, v) = before, tip
    length = math.sqrt((u - x) ** 2 + (v - y) ** 2)
    a, b = (u - x) / length, (v - y) / length
    return [tip, (u - 9 * a + 4 * b, v - 9 * b - 4 * a), (u - 9 * a - 4 * b, v - 9 * b + 4 * a)]
