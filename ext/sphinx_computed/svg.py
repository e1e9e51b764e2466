"""Charts and schematics as SVG text, in the colours of the page.

A function of a page's model draws one and returns its ``svg()``. A `Chart` has two axes; it is
filled by `line`, `step`, `scatter`, `area`, `bars` or `heat`, and explained by `point`, `note`,
`vline` and `hline`. Colours follow the order of the calls unless ``color=`` says a number from
1 to 6 or a name of `PALETTE`. Labels find a free place beside what they name; ``\\n`` breaks them.

>>> chart = Chart(x="bits per item", y="false positives", y_log=True, x_range=(2, 16))
>>> chart.line([4, 8, 12], [0.147, 0.0214, 0.00314], label="best number of functions")
>>> chart.scatter([4, 8], [0.151, 0.022], label="measured", error=[0.004, 0.002])
>>> chart.area([4, 8, 12], 1e-3, [0.147, 0.0214, 0.00314], color=1)  # from a value or a curve
>>> chart.point(9.6, 0.01, label="1 % at 9.6 bits")
>>> chart.vline(10, label="budget")
>>> chart.svg()[:59]
'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewB'

A range may run backwards; a format is a specification (``".0%"``) or a function (`si`).

>>> smear = Chart(x="UTC, hours", y="offset, ms", y_range=(1000, 0))
>>> smear.step([-12, 0, 12], [0, 500, 1000], label="leap second")
>>> moved = Chart(x="bytes moved", x_format=si)
>>> moved.bars(["LSM-tree", "B-tree"], {"read": [3e9, 9e9], "written": [31e9, 95e9]},
...            horizontal=True, show=si)
>>> misses = Chart(x="way", y="set")
>>> misses.heat([[0, 3, 1], [2, 0, 5]], label="misses", show="g")  # the first row is on top

A `Drawing` has a width and a height in units of your own, y downwards (upwards with ``up=True``),
and "not to scale" written below unless you pass another ``note``.

>>> message = Drawing(10, 3)
>>> message.rect(0, 0, 3, 1, "client")
>>> message.line((3, 0.5), (7, 0.5), label="SYN", arrow="end")
>>> message.bracket((3, 2), (7, 2), "one way")
>>> message.grid(7, 0, 1, [["M", "I"], ["", "S"]], {"M": 2, "S": 3})

All is laid out 400 units wide with text of 14: 12 px on a phone that leaves 350 px. On a wide
page the stylesheet may make text smaller, never larger, than that (10.5 at 620 px). It sets
``--chart-1``, ``--chart-ink`` … to `PALETTE`: Okabe and Ito's hues, at least 4.5:1 on the page
and apart for colour-blind readers; dashes, marker shapes, tints and labels differ as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from sphinx_computed.axis import Format, Range, checked, formatted, power_of_ten, si, ticks
from sphinx_computed.drawing import Drawing
from sphinx_computed.plot import Mark, Plot
from sphinx_computed.sheet import (
    CIRCLE,
    PALETTE,
    Color,
    Outline,
    Place,
    Point,
    boxes,
    closed,
    markers,
    paint,
    path,
    whiskers,
)

__all__ = ["PALETTE", "Chart", "Drawing", "power_of_ten", "si", "ticks"]

Numbers = Iterable[float]
Spread = float | tuple[float, float]  # the same both ways, or below and above

DASHES = ("", "7 4", "2 3", "10 3 2 3", "14 4", "4 2")
SQUARE, DIAMOND = "m-3-3h6v6h-6z", "m0-4l4 4l-4 4l-4-4z"
MARKERS = (CIRCLE, SQUARE, "m0-4l4 7h-8z", DIAMOND, "m0 4l4-7h-8z", "m-4-1h8v2h-8z")
TINTS = ("1", ".3", ".65", ".1", ".8", ".45")  # of grouped bars: they differ in grey too


def _beyond(value: float, horizontal: bool) -> Place:
    """Where the number of a bar stands, seen from the bar's end."""
    side = -1 if value < 0 else 1
    return (
        (6 * side, 0, "start" if side > 0 else "end") if horizontal else (0, -11 * side, "middle")
    )


class Chart(Plot):
    """A picture with two axes; give each its title with the unit."""

    def line(self, x: Numbers, y: Numbers, label: str = "", *, color: Color = 0) -> None:
        """Straight from point to point."""
        self._stroke(self._points(f"line {label!r}", x, y), label, color)

    def step(self, x: Numbers, y: Numbers, label: str = "", *, color: Color = 0) -> None:
        """Each y from its own x to the next."""
        points = self._points(f"step {label!r}", x, y)
        pairs = pairwise(points)
        corners = [corner for a, b in pairs for corner in (a, (b[0], a[1]))]
        self._stroke([*corners, points[-1]], label, color)

    def scatter(
        self,
        x: Numbers,
        y: Numbers,
        label: str = "",
        *,
        error: Iterable[Spread] = (),
        color: Color = 0,
    ) -> None:
        """A marker at each point; ``error`` is the spread of each y."""
        points, color = self._points(f"scatter {label!r}", x, y), color or self._next()
        self._spread(f"scatter {label!r}", points, error, color)
        style = {"fill": paint(color)}
        shape = MARKERS[int(color) - 1] if str(color).isdigit() else CIRCLE
        self._add(points, markers(shape), label, color, **style)

    def area(
        self,
        x: Numbers,
        low: float | Numbers,
        high: float | Numbers,
        label: str = "",
        *,
        color: Color = 0,
    ) -> None:
        """The band between two curves, or between a value and a curve."""
        xs, color = list(x), color or self._next()
        sides = [side if isinstance(side, Iterable) else [side] * len(xs) for side in (low, high)]
        lower, upper = (self._points(f"area {label!r}", xs, side) for side in sides)
        style = {"fill": paint(color), "fill_opacity": ".18", "stroke": paint(color)}
        self._add([*upper, *lower[::-1]], closed, label, color, **style, stroke_width=".7")

    def bars(
        self,
        names: Sequence[str],
        values: Numbers | Mapping[str, Numbers],
        *,
        horizontal: bool = False,
        show: Format = "",
        error: Iterable[Spread] | Mapping[str, Iterable[Spread]] = (),
    ) -> None:
        """A bar from zero for each name; a mapping of labels to values puts groups side by side."""
        groups = values if isinstance(values, Mapping) else {"": values}
        errors = error if isinstance(error, Mapping) else {"": error}
        self._name("y" if horizontal else "x", names, len(names))
        way = -1 if horizontal else 1
        thick = 0.8 / len(groups)
        for k, (label, heights) in enumerate(groups.items()):
            color, what, tops = self._next(), f"bars {label!r}", list(heights)
            middles = [i + (k - (len(groups) - 1) / 2) * thick for i in range(len(names))]
            points = self._points(what, *(middles, tops)[::way])
            sides = [middle + side * 0.46 * thick for middle in middles for side in (-1, 1)]
            levels = [level for top in tops for level in (0, top)]
            style = {"fill": paint(color), "fill_opacity": TINTS[k % 6], "stroke": paint(color)}
            self._add(self._points(what, *(sides, levels)[::way]), boxes, "", color, **style)
            self._spread(what, points, errors.get(label, ()), "ink", way)
            self._key += [(TINTS[k % 6], color), ("", label)] if label else []
            if show:
                shown = zip(points, tops, strict=True)
                self._notes += [(p, formatted(v, show), _beyond(v, horizontal)) for p, v in shown]

    def heat(
        self,
        rows: Iterable[Numbers],
        label: str = "",
        *,
        x_names: Sequence[str] = (),
        y_names: Sequence[str] = (),
        show: Format = "",
        color: Color = 1,
    ) -> None:
        """A table of numbers as cells, stronger for more; the first row is on top."""
        table = [checked(row, f"heat, row {i}") for i, row in enumerate(rows)]
        across, down = max(map(len, table), default=0), len(table)
        if not table or min(map(len, table)) < across:
            raise ValueError("heat: no rows, or rows of different lengths")
        (x0, x1), (y1, y0) = self._name("x", x_names, across), self._name("y", y_names, down)
        low, high = min(map(min, table)), max(map(max, table))
        cells: dict[int, list[Point]] = {level: [] for level in range(21)}
        for i, row in enumerate(table):
            for j, value in enumerate(row):
                corners = [
                    (x0 + (x1 - x0) * (j + d) / across, y0 + (y1 - y0) * (i + d) / down)
                    for d in (0, 0.5, 1)
                ]
                cells[round(20 * (value - low) / (high - low or 1))] += corners[::2]
                if show:
                    self._notes.append((corners[1], formatted(value, show), (0, 0, "middle")))
        shades = [f"{0.04 + (0.5 if show else 0.96) * level / 20:.2f}" for level in cells]
        self._add([(x0, y0), (x1, y1)], boxes, "", color, fill=paint("paper"))
        for shade, corners in zip(shades, cells.values(), strict=True):
            style = {"fill": paint(color), "fill_opacity": shade, "stroke": paint("paper")}
            if corners:
                self._add(corners, boxes, "", color, **style)
        ends = [formatted(end, show or "g") for end in (low, high)]
        swatches = [(shade, color) for shade in shades[::5]]
        self._key = [("", ends[0]), *swatches, ("", f"{ends[1]} {label}")]

    def point(self, x: float, y: float, label: str = "", *, color: Color = "ink") -> None:
        """One marked point."""
        points = self._points(f"point {label!r}", [x], [y])
        style = {"fill": paint("paper"), "stroke": paint(color), "stroke_width": "1.5"}
        self._add(points, markers(CIRCLE), label, color, **style)

    def note(self, x: float, y: float, text: str) -> None:
        """A text at a point, or near it if something is there."""
        points = self._points(f"note {text!r}", [x], [y])
        self._add(points * 2, closed, text, "ink", fill="none")

    def vline(self, x: float, label: str = "", *, color: Color = "muted") -> None:
        """A line at one x from bottom to top."""
        (x,) = checked([x], f"vline {label!r}", self.x_log)
        self._rule([(x, -math.inf), (x, math.inf)], label, color)

    def hline(self, y: float, label: str = "", *, color: Color = "muted") -> None:
        """A line at one y from left to right."""
        (y,) = checked([y], f"hline {label!r}", self.y_log)
        self._rule([(-math.inf, y), (math.inf, y)], label, color)

    def _points(self, what: str, x: Numbers, y: Numbers) -> list[Point]:
        xs, ys = checked(x, f"{what}, x", self.x_log), checked(y, f"{what}, y", self.y_log)
        if len(xs) != len(ys):
            raise ValueError(f"{what}: {len(xs)} values of x, but {len(ys)} of y")
        return list(zip(xs, ys, strict=True))

    def _next(self) -> int:
        """The first color that nothing has yet."""
        used = {str(mark.color) for mark in self._marks}
        return next((k for k in range(1, 7) if str(k) not in used), len(self._marks) % 6 + 1)

    def _add(
        self, points: list[Point], outline: Outline, label: str, color: Color, **style: str
    ) -> None:
        self._marks.append(Mark(points, outline, style, label, color))

    def _stroke(self, points: list[Point], label: str, color: Color) -> None:
        color = color or self._next()
        style = {"fill": "none", "stroke": paint(color), "stroke_linejoin": "round"}
        dash = DASHES[int(color) - 1] if str(color).isdigit() else ""
        self._add(points, path, label, color, **style, stroke_width="2", stroke_dasharray=dash)

    def _rule(self, points: list[Point], label: str, color: Color) -> None:
        self._add(points, path, label, color, stroke=paint(color), stroke_dasharray="4 3")

    def _spread(
        self, what: str, points: list[Point], error: Iterable[Spread], color: Color, way: int = 1
    ) -> None:
        """Error bars along y, or along x for horizontal bars (way -1)."""
        spreads = [(*e,) if isinstance(e, Iterable) else (e, e) for e in error]
        if not spreads:
            return
        if len(spreads) != len(points):
            raise ValueError(f"{what}: {len(points)} values, but {len(spreads)} of error")
        both = zip([point[::way] for point in points], spreads, strict=True)
        ends = [(a, b + d) for (a, b), (below, above) in both for d in (-below, above)]
        ends = self._points(f"{what}, error", *[*zip(*ends, strict=True)][::way])
        self._add(ends, whiskers, "", color, stroke=paint(color), stroke_width="1.5")

    def _name(self, axis: str, names: Sequence[str], count: int) -> tuple[float, float]:
        """Put names or indices along an axis, unless it has a range; return that range."""
        if axis in self._names or len(names) not in {0, count}:
            raise ValueError(f"{len(names)} names for {count} places, or names given twice")
        given: Range = getattr(self, f"{axis}_range")
        ends = given or ((-0.5, count - 0.5) if axis == "x" else (count - 0.5, -0.5))
        setattr(self, f"{axis}_range", ends)
        self._names[axis] = names
        return ends
