"""The sheet a picture is drawn on: SVG elements, outlines, texts and where they find a place."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html import escape
from itertools import pairwise

from sphinx_computed.axis import pixel

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Place = tuple[float, float, str]  # x, y of the middle, text-anchor
Color = int | str
Outline = Callable[[Sequence[Point]], str]

WIDTH, TEXT, LINE = 400, 14, 17  # units: the picture, the size of text, from line to line
PALETTE = {  # --chart-<name>: its value on a light page (#ffffff) and on a dark one (#131416)
    "paper": ("#ffffff", "#131416"),
    "ink": ("#1f2328", "#e6e8ea"),
    "muted": ("#59606a", "#a2a9b1"),
    "grid": ("#d5d9de", "#3a3f45"),
    "1": ("#0069a8", "#56b4e9"),
    "2": ("#bf4a00", "#ec7a22"),
    "3": ("#0a7f55", "#3fd495"),
    "4": ("#b83a7b", "#e283b8"),
    "5": ("#655a20", "#b39a4a"),
    "6": ("#56287a", "#9f80f5"),
}
CIRCLE = "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"
GLYPHS = dict.fromkeys("il.,:;|'!j ", 0.31) | dict.fromkeys("ftrI()[]/-", 0.4)  # widths
GLYPHS |= dict.fromkeys("0123456789", 0.6) | dict.fromkeys("−+=×", 0.7)
GLYPHS |= dict.fromkeys("mwMW%@—→", 0.93)
CONTROLS = dict.fromkeys({*range(32)} - {10}, "\N{REPLACEMENT CHARACTER}")  # not for XML


def paint(color: Color) -> str:
    """A colour of the page, with its light value where the page sets none."""
    if str(color) not in PALETTE:
        raise ValueError(f"no color {color!r}; there are {', '.join(PALETTE)}")
    return f"var(--chart-{color}, {PALETTE[str(color)][0]})"


def tag(name: str, body: str = "", /, **attributes: object) -> str:
    """One element; floats are coordinates, an attribute that is empty is left out."""
    text = ""
    for key, value in attributes.items():
        if value != "":
            shown = f"{pixel(value):g}" if isinstance(value, float) else escape(str(value))
            text += f' {key.replace("_", "-")}="{shown}"'
    return f"<{name}{text}>{body}</{name}>" if body else f"<{name}{text}/>"


def path(points: Iterable[Point], end: str = "") -> str:
    """The outline from point to point."""
    return "M" + "L".join(f"{pixel(x):g} {pixel(y):g}" for x, y in points) + end


def closed(points: Iterable[Point]) -> str:
    """The outline around the points."""
    return path(points, "z")


def boxes(corners: Sequence[Point]) -> str:
    """Rectangles, each between two opposite corners."""
    pairs = zip(corners[::2], corners[1::2], strict=True)
    rounded = ((pixel(n) for n in (*a, *b)) for a, b in pairs)
    return "".join(f"M{x:g} {y:g}H{u:g}V{v:g}H{x:g}z" for x, y, u, v in rounded)


def whiskers(ends: Sequence[Point]) -> str:
    """Lines, each between two ends with a cap across them."""
    outline = ""
    for (x, y), (u, v) in zip(ends[::2], ends[1::2], strict=True):
        dx, dy = (4, 0) if x == u else (0, 4)
        outline += path([(x, y), (u, v)])
        outline += path([(x - dx, y - dy), (x + dx, y + dy)])
        outline += path([(u - dx, v - dy), (u + dx, v + dy)])
    return outline


def markers(shape: str) -> Outline:
    """Outlines of one small shape at each point."""
    return lambda points: "".join(path([point], shape) for point in points)


def dotted(points: Sequence[Point]) -> list[Point]:
    """The way along some points as dots, at most 5 units apart."""
    dots = [points[0]]
    for (x, y), (u, v) in pairwise(points):
        n = int(max(abs(u - x), abs(v - y)) / 5) + 1
        dots += [(x + (u - x) * i / n, y + (v - y) * i / n) for i in range(1, n + 1)]
    return dots


def lines(*texts: str) -> int:
    """How many lines the longest of some texts has."""
    return 1 + max(text.count("\n") for text in texts)


def around(x: float, y: float, text: str) -> list[Place]:
    """Places for a text beside a point: right, above, below, left, and the corners."""
    half = LINE / 2 * lines(text)
    sides = ((1, 0), (0, -1), (0, 1), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))
    anchors = {1: "start", 0: "middle", -1: "end"}
    return [(x + (5 if b else 7) * a, y + (half + 4) * b, anchors[a]) for a, b in sides]


def at_end(x: float, y: float, toward: int) -> list[Place]:
    """Places for a label right of the end of a line; toward: where others may be avoided."""
    return [(x + 7, y + LINE / 2 * k * toward, "start") for k in (*range(9), -1, -2, -3)]


def along(way: Sequence[Point], text: str) -> list[Place]:
    """Places for a label beside a line, near its end first."""
    spots = way[:: -max(1, len(way) // 12)]
    return [place for spot in spots for place in around(*spot, text)]


def halfway(outline: Sequence[Point]) -> list[Place]:
    """Places for the label of a band: midway between its sides."""
    pairs = list(zip(outline, outline[::-1], strict=True))[: len(outline) // 2]
    wide = sorted(pairs, key=lambda pair: -abs(pair[0][1] - pair[1][1]))[:12]
    return [((x + u) / 2, (y + v) / 2, "middle") for (x, y), (u, v) in wide]


@cache
def width(text: str) -> float:
    """About how wide a text is; nothing here knows the reader's fonts."""
    other = {c: 1.0 if c > "⺀" else 0.7 if c.isupper() else 0.57 for c in text}
    return TEXT * max(sum((other | GLYPHS)[c] for c in line) for line in text.split("\n"))


def box(x: float, y: float, text: str, anchor: str) -> Box:
    """The space a text takes."""
    left = x - width(text) * {"start": 0, "middle": 0.5, "end": 1}[anchor]
    half = LINE / 2 * lines(text)
    return left, y - half, left + width(text), y + half


class Sheet:
    """A picture in the making: its elements, the space its texts take, dots along its lines."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.parts: list[str] = []
        self.taken: list[Box] = []
        self.ink: list[Point] = []

    def text(self, x: float, y: float, text: str, anchor: str = "middle", **more: object) -> None:
        """A text with its middle at height y; ValueError if it does not fit in the picture."""
        space = box(x, y, text, anchor)
        if min(space) < -1 or space[2] > WIDTH + 1 or space[3] > self.height + 1:
            raise ValueError(f"{text!r} does not fit: shorten it, move it, or break it with \\n")
        self.taken.append(space)
        head, *tail = escape(text.translate(CONTROLS), quote=False).split("\n")
        body = head + "".join(tag("tspan", line, x=float(x), dy="1.2em") for line in tail)
        dy = f"{0.35 - 0.6 * len(tail):.2f}em"
        more["text_anchor"] = "" if anchor == "middle" else anchor
        self.parts.append(tag("text", body, x=float(x), y=float(y), dy=dy, **more))

    def path(self, outline: str, *, fill: str = "none", **style: object) -> None:
        """An outline, drawn now."""
        self.parts.append(tag("path", d=outline, fill=fill, **style))

    def clipped(self, body: str, space: Box) -> None:
        """Elements of which only what lies in a space is seen; the id is theirs alone."""
        left, top, right, bottom = space
        name = "c" + hashlib.sha256(body.encode()).hexdigest()[:8]
        edge = {"x": left - 4, "y": top - 4, "width": right - left + 8, "height": bottom - top + 8}
        clip = tag("clipPath", tag("rect", **edge), id=name)
        self.parts.append(clip + tag("g", body, clip_path=f"url(#{name})"))

    def note(self, x: float, y: float, text: str, anchor: str, color: Color) -> None:
        """A text with a rim in the page's colour, over whatever is there.

        That the rim lies under the letters is said in the style sheet: the attribute for it
        is one of SVG 2, which validators do not know.
        """
        rim = {"stroke": paint("paper"), "stroke_width": 3, "stroke_linejoin": "round"}
        self.text(x, y, text, anchor, fill=paint(color), **rim)

    def label(self, text: str, color: Color, places: Iterable[Place], inside: Box) -> None:
        """A note at the best of some places: over no text and few lines, inside, an early one."""
        best, chosen = math.inf, (0.0, 0.0, "")
        for rank, (x, y, anchor) in enumerate(places):
            x0, y0, x1, y1 = box(x, y, text, anchor)
            out = max(-x0, -y0, x1 - WIDTH, y1 - self.height, 0)
            beyond = max(inside[0] - x0, inside[1] - y0, y1 - inside[3], 0)
            over = sum(x0 < c and a < x1 and y0 < d and b < y1 for a, b, c, d in self.taken)
            cost = rank / 4 + beyond + 50 * over + 100 * out
            if cost < best:  # the slow part only where it matters
                cost += 2 * sum(x0 - 4 < u < x1 + 4 and y0 < v < y1 for u, v in self.ink)
            if cost < best:
                best, chosen = cost, (x, y, anchor)
        x, y, anchor = chosen
        self.note(x, y, text, anchor, color)

    def svg(self) -> str:
        """The picture; it begins with ``<svg``, so that a role and a name can be put in."""
        root = {"xmlns": "http://www.w3.org/2000/svg", "class": "chart"}
        root |= {"viewBox": f"0 0 {WIDTH} {self.height:g}", "fill": paint("ink")}
        return tag("svg", "".join(self.parts), **root, font_size=TEXT, text_anchor="middle")
