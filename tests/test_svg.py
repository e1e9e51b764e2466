"""Charts and schematics: what a reader sees in the SVG, and what an author is told."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sphinx_computed import svg as helper
from sphinx_computed.svg import PALETTE, Chart, Drawing, power_of_ten, si, ticks

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"(?<![#\w.])-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf")


def line() -> str:
    chart = Chart(x="bits per item", y="false positives", y_log=True)
    chart.line([4, 8, 12], [0.147, 0.0214, 0.00314], label="best number\nof functions")
    chart.line([4, 8, 12], [0.15, 0.05, 0.02], label="3 functions")
    chart.point(9.6, 0.01, label="1 % at 9.6 bits")
    chart.vline(10, label="budget")
    chart.hline(0.02, label="2 %")
    chart.note(6, 0.005, "fewer")
    return chart.svg()


def measured() -> str:
    chart = Chart(x="depth", y="requests/s", x_log=True, x_range=(1, 20), y_range=(0, 60))
    chart.scatter([1, 4, 16], [12, 38, 51], label="measured", error=[(1, 2), 3, 4])
    chart.step([1, 4, 16], [10, 40, 90], label="predicted")
    return chart.svg()


def area() -> str:
    chart = Chart(x="step", y="accuracy")
    chart.area([0, 1, 2], [0, 5, 8], [1, 7, 12], label="spread")
    chart.area([0, 1, 2], 0, [0, 2, 3], label="to the axis")
    return chart.svg()


def bars() -> str:
    chart = Chart(x="moved, bytes", x_format=si)
    values = {"read": [3e9, 9e9], "written": [31e9, 95e9]}
    chart.bars(["LSM-tree", "B-tree"], values, horizontal=True, show=si, error={"read": [1e9, 2e9]})
    return chart.svg()


def columns() -> str:
    chart = Chart(y="energy, pJ")
    chart.bars(["add", "multiply", "read"], [0.9, 3.7, 640], show=",g", error=[0.1, 0.2, 30])
    return chart.svg()


def heat() -> str:
    chart = Chart(x="way", y="set")
    chart.heat([[0, 3, 1], [2, 0, 5]], label="misses", show="g", y_names=["A", "B"])
    return chart.svg()


def drawing() -> str:
    message = Drawing(10, 4)
    message.rect(0, 0, 3, 1, "client")
    message.circle(9, 1, 0.9, "server", color=2)
    message.polygon((4, 2), (5, 2), (4.5, 3), label="µ", fill=1)
    message.line((3, 0.5), (8, 0.8), label="SYN", arrow="both", dashed=True)
    message.bracket((3, 3.4), (7, 3.4), "one way")
    message.text(0, 2.5, "time", anchor="start")
    message.grid(7, 2, 0.8, [["M", "I"], ["", "S"]], {"M": 2, "S": 3})
    return message.svg()


KINDS: list[Callable[[], str]] = [line, measured, area, bars, columns, heat, drawing]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def find(svg: str, text: str) -> ElementTree.Element:
    (found,) = (
        element
        for element in ElementTree.fromstring(svg).iter(f"{SVG}text")
        if "".join(element.itertext()) == text
    )
    return found


@every_kind
def test_a_chart_is_one_svg_element_without_script_style_or_reference(
    kind: Callable[[], str],
) -> None:
    svg = kind()
    assert svg.startswith("<svg ")
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("class") == "chart"
    allowed = {"svg", "path", "text", "tspan", "circle", "g", "clipPath", "rect"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    assert not re.search(r"href|style=|\bon\w+=|url\((?!#)", svg)


@every_kind
def test_every_color_is_the_pages_with_a_fallback(kind: Callable[[], str]) -> None:
    used = re.findall(r'(?:fill|stroke)="([^"]*)"', kind())
    names = [re.fullmatch(r"none|var\(--chart-(\w+), (#\w+)\)", color) for color in used]
    assert all(names)
    assert {(match[1], match[2]) for match in names if match and match[1]} <= {
        (name, light) for name, (light, _) in PALETTE.items()
    }


@every_kind
def test_every_number_is_finite_and_has_no_negative_zero(kind: Callable[[], str]) -> None:
    attributes = "".join(
        f"{key}={value} "
        for element in ElementTree.fromstring(kind()).iter()
        for key, value in element.items()
        if key in {"d", "x", "y", "cx", "cy", "r", "width", "height", "viewBox"}
    )
    numbers = NUMBER.findall(attributes)
    assert numbers
    assert all(math.isfinite(float(number)) and len(number) < 8 for number in numbers)
    assert not re.search(r"-0(?![.\d])|e[-+]", attributes)


@every_kind
def test_labels_stay_inside_the_picture_and_apart(kind: Callable[[], str]) -> None:
    svg = kind()
    _, _, width, height = map(float, ElementTree.fromstring(svg).attrib["viewBox"].split())
    for text, (left, top, right, bottom) in spaces(svg):
        assert 0 <= left <= right <= width, text
        assert 0 <= top <= bottom <= height, text
    assert not overlaps(svg)


def spaces(svg: str) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Each text and about the space it takes at 14 px, as on a phone."""
    found = []
    root = ElementTree.fromstring(svg)
    for element in root.iter(f"{SVG}text"):
        lines = [*element.itertext()]  # a tspan is a line
        wide, high = 14 * 0.5 * max(map(len, lines)), 14 * len(lines)
        anchor = element.get("text-anchor") or root.attrib["text-anchor"]
        left = float(element.attrib["x"]) - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        top = float(element.attrib["y"]) - high / 2
        found.append((" ".join(lines), (left, top, left + wide, top + high)))
    return found


def overlaps(svg: str) -> list[tuple[str, str]]:
    """Texts that stand in each other's way."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(spaces(svg), 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def test_the_same_bytes_in_another_process_with_another_hash_seed() -> None:
    program = "import sys, test_svg; sys.stdout.buffer.write(test_svg.everything())"
    path = os.pathsep.join([str(Path(helper.__file__).parents[1]), str(Path(__file__).parent)])
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed}
        result = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True)
        assert result.stdout == everything(), result.stderr


def everything() -> bytes:
    return "\n".join(kind() for kind in KINDS).encode()


def test_models_do_not_load_sphinx_or_numpy_for_a_chart() -> None:
    program = (
        "import sys, sphinx_computed.svg as s; c = s.Chart(); c.line([1, 2], [1, 2]); c.svg();"
        "sys.exit(any(name.split('.')[0] in {'sphinx', 'docutils', 'numpy'} for name in sys.modules))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(helper.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", program], env=env).returncode == 0


def test_charts_in_one_page_share_no_id() -> None:
    def ids(top: float) -> set[str]:
        chart = Chart(x_range=(0, 1), y_range=(0, top))
        chart.line([0, 1], [0, 3])
        return set(re.findall(r'\bid="(\w+)"', chart.svg()))

    assert ids(1)
    assert not ids(1) & ids(2)


def test_arrays_are_taken_like_lists() -> None:
    numpy = pytest.importorskip("numpy")

    def chart(wrap: Callable[[object], object]) -> str:
        result = Chart()
        result.line(wrap([1, 2]), wrap([3, 4]), "a")  # type: ignore[arg-type]
        result.scatter(wrap([1, 2]), wrap([2, 3]), error=wrap([[1, 1], [0, 2]]))  # type: ignore[arg-type]
        result.area(wrap([1, 2]), 0, wrap([2, 3]))  # type: ignore[arg-type]
        return result.svg()

    assert chart(numpy.array) == chart(lambda values: values)


def test_a_point_stands_where_its_value_is() -> None:
    chart = Chart(x_range=(2, 10), y_range=(1e-4, 1), y_log=True)
    chart.point(4, 1e-3)
    svg = chart.svg()
    clip = ElementTree.fromstring(svg).find(f".//{SVG}clipPath/{SVG}rect")
    assert clip is not None
    left, top, width, height = (float(clip.attrib[k]) for k in ("x", "y", "width", "height"))
    found = re.search(r'd="M([\d.]+) ([\d.]+)m-3 0a', svg)
    assert found
    # the clip is 4 units wider than the axes on each side; 10^-3 is a quarter of the way up
    assert float(found[1]) == pytest.approx(left + 4 + (width - 8) * (4 - 2) / (10 - 2), abs=0.11)
    assert float(found[2]) == pytest.approx(top + 4 + (height - 8) * 3 / 4, abs=0.11)


def test_a_bar_ends_where_its_value_is_and_begins_at_zero() -> None:
    svg = columns()
    zero, top = (float(find(svg, text).attrib["y"]) for text in ("0", "600"))
    bars = re.findall(r"M([\d.]+) ([\d.]+)H[\d.]+V([\d.]+)H", svg)
    assert [float(bar[1]) for bar in bars] == [zero] * 3
    assert float(bars[2][2]) == pytest.approx(zero + (top - zero) * 640 / 600, abs=0.2)


@pytest.mark.parametrize("horizontal", [False, True])
def test_the_number_of_a_bar_stands_beyond_its_end(horizontal: bool) -> None:
    chart = Chart()
    chart.bars(["gain", "loss"], [30, -25], horizontal=horizontal, show="+d")
    svg = chart.svg()
    gain, loss = re.findall(r"M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H", svg)
    end = 2 if horizontal else 3  # of the first corner and the second one
    away = 1 if horizontal else -1
    for bar, text, sign in ((gain, "+30", away), (loss, "−25", -away)):
        beyond = float(find(svg, text).attrib["x" if horizontal else "y"]) - float(bar[end])
        assert sign * beyond > 4
    assert not overlaps(svg)


def test_the_first_row_of_a_heat_map_is_on_top_and_more_is_stronger() -> None:
    svg = heat()
    assert float(find(svg, "A").attrib["y"]) < float(find(svg, "B").attrib["y"])
    shades = re.findall(r'd="M[^"]+" fill="var\(--chart-1[^"]+" fill-opacity="([\d.]+)"', svg)
    inside = [float(shade) for shade in shades]
    assert inside.count(max(inside)) == 2  # the strongest cell, and its swatch in the key
    assert max(inside) < 0.56  # so that its number stays legible


def test_labels_at_the_ends_of_neighbouring_lines_move_apart_and_keep_their_order() -> None:
    chart = Chart()
    for k in range(4):
        chart.line([0, 1], [0, 1 + k / 100], label=f"line {k}")
    svg = chart.svg()
    assert not overlaps(svg)
    heights = [float(find(svg, f"line {k}").attrib["y"]) for k in range(4)]
    assert heights == sorted(heights, reverse=True)


def test_lines_markers_and_bars_differ_by_more_than_color() -> None:
    lines, points, bars = Chart(), Chart(), Chart()
    for k in range(6):
        lines.line([0, 1], [0, k])
        points.scatter([0], [k])
    bars.bars(["a"], {f"{k}": [1] for k in range(6)})
    dashes, fills = paths(lines.svg(), "stroke-dasharray"), paths(bars.svg(), "fill-opacity")
    shapes = {
        color: {re.sub("M.*?m", "", d) for d in ds}
        for color, ds in paths(points.svg(), "d").items()
    }
    for looks in (dashes, fills, shapes):
        assert len({*map(str, looks.values())}) == 6, looks


def paths(svg: str, attribute: str) -> dict[str, set[str]]:
    """How the paths of each color of a series look."""
    looks: dict[str, set[str]] = {}
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        found = re.search(r"--chart-(\d)", f"{path.get('stroke')} {path.get('fill')}")
        if found:
            looks.setdefault(found[1], set()).add(path.get(attribute, ""))
    return looks


def test_the_next_color_is_one_that_nothing_has() -> None:
    chart = Chart()
    chart.area([0, 1], 0, [1, 2], color=1)
    chart.line([0, 1], [1, 2], color=1)
    chart.line([0, 1], [1, 3])
    assert "--chart-2" in chart.svg()


def test_what_lies_beyond_a_given_range_is_cut_off() -> None:
    root = ElementTree.fromstring(measured())
    group = root.find(f"{SVG}g")
    assert group is not None
    assert group.attrib["clip-path"] == f"url(#{root.find(f'{SVG}clipPath').attrib['id']})"  # type: ignore[union-attr]


def test_text_is_escaped() -> None:
    chart = Chart(x="a < b & c", y='"quoted" \x08')
    chart.line([0, 1], [0, 1], label="</text><script>")
    svg = chart.svg()
    assert "<script" not in svg
    assert {"a < b & c", '"quoted" \N{REPLACEMENT CHARACTER}', "</text><script>"} <= {*texts(svg)}


@settings(deadline=None)
@given(st.floats(-1e200, 1e200), st.floats(-1e200, 1e200))
def test_ticks_are_few_rise_and_cover_the_range(a: float, b: float) -> None:
    low, high = sorted((a, b))
    marks = ticks(low, high)
    assert 3 <= len(marks) <= 10
    assert all(one < other for one, other in pairwise(marks))
    slack = 1e-6 * max(high - low, 1e-9 * abs(low), 1e-9 * abs(high))
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack


@settings(deadline=None)
@example(0.9999999977, 2.0)  # the multiples of 1 that cover this begin at 0
@given(st.floats(1e-200, 1e200), st.floats(1e-200, 1e200))
def test_logarithmic_ticks_are_few_rise_and_cover_the_range(a: float, b: float) -> None:
    low, high = sorted((a, b))
    marks = ticks(low, high, log=True)
    assert 3 <= len(marks) <= 10
    assert all(0 < one < other for one, other in pairwise(marks))
    assert marks[0] <= low * (1 + 1e-6)
    assert marks[-1] >= high * (1 - 1e-6)


@pytest.mark.parametrize(
    ("low", "high", "log", "labels"),
    [
        (0, 1, False, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-2000, 1000, False, ["−2,000", "−1,500", "−1,000", "−500", "0", "500", "1,000"]),
        (0, 3e9, False, ["0", "5×10⁸", "10⁹", "1.5×10⁹", "2×10⁹", "2.5×10⁹", "3×10⁹"]),
        (1e-6, 1, True, ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]),
        (0.01, 100, True, ["0.01", "0.1", "1", "10", "100"]),
        (3, 60, True, ["2", "5", "10", "20", "50", "100"]),
    ],
)
def test_tick_labels(low: float, high: float, log: bool, labels: list[str]) -> None:
    chart = Chart(y_log=log, x_format=lambda _: "x")
    chart.line([0, 1], [low, high])
    assert [text for text in texts(chart.svg()) if text != "x"] == labels


def test_numbers_with_prefixes_and_powers() -> None:
    assert [si(v) for v in (0, 31e9, 1.5e-6, 999.9, -1e3, 1e20)] == [
        "0", "31 G", "1.5 µ", "1 k", "−1 k", "1e+08 T",
    ]  # fmt: skip
    assert [power_of_ten(v) for v in (1, 1e-3, 2e6, -1e4)] == ["10⁰", "10⁻³", "2×10⁶", "−1×10⁴"]


@pytest.mark.parametrize("y_range", [(2, 100), (0, 1000), (1e-4, 1)])  # ticks of several widths
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("x", [0.8, 320])
def test_what_lies_on_the_edge_of_a_range_is_seen_and_named(
    x: float, log: bool, y_range: tuple[float, float]
) -> None:
    chart = Chart(x_log=log, x_range=(0.8, 320), y_range=y_range)
    chart.line([0.8, 320], y_range)
    chart.vline(x, label="line")
    chart.point(x, y_range[0], label="low")
    chart.point(x, y_range[1], label="high")
    assert all(f">{label}</text>" in chart.svg() for label in ("line", "low", "high"))


def drawn(add: Callable[[Chart], None], **options: object) -> str:
    chart = Chart(**options)  # type: ignore[arg-type]
    add(chart)
    return chart.svg()


@pytest.mark.parametrize(
    ("add", "options", "said"),
    [
        (lambda c: c.line([1, 2], [1, math.nan], "a"), {}, "line 'a', y: value 1 is nan"),
        (lambda c: c.step([1, math.inf], [1, 2], "a"), {}, "step 'a', x: value 1 is inf"),
        (lambda c: c.line([1, 2], [0.1, 0], "a"), {"y_log": True}, "line 'a', y: value 1 is 0, but the axis is logarithmic"),
        (lambda c: c.bars(["a"], [3]), {"y_log": True}, "bars '', y: value 0 is 0, but the axis is logarithmic"),
        (lambda c: c.vline(-1, "a"), {"x_log": True}, "vline 'a': value 0 is -1, but the axis is logarithmic"),
        (lambda c: c.scatter([], [], "a"), {}, "scatter 'a', x: no data"),
        (lambda c: c.line([1, 2, 3], [1, 2], "a"), {}, "line 'a': 3 values of x, but 2 of y"),
        (lambda c: c.area([1, 2], 0, [1], "a"), {}, "area 'a': 2 values of x, but 1 of y"),
        (lambda c: c.scatter([1, 2], [1, 2], "a", error=[1]), {}, "scatter 'a': 2 values, but 1 of error"),
        (lambda c: c.scatter([1], [1], "a", error=[2]), {"y_log": True}, "scatter 'a', error, y: value 0 is -1, but the axis is logarithmic"),
        (lambda c: c.heat([[1, 2], [1]]), {}, "heat: no rows, or rows of different lengths"),
        (lambda c: c.heat([[1, 2]], x_names=["a"]), {}, "1 names for 2 places, or names given twice"),
        (lambda c: c.line([1], [1], color=7), {}, "no color 7; there are paper, ink, muted, grid, 1, 2, 3, 4, 5, 6"),
        (lambda c: c.line([5, 6], [5, 6], "a"), {"x_range": (0, 1)}, "'a' lies outside of the axes"),
        (lambda c: None, {}, "the chart shows no data"),
        (lambda c: c.line([1, 2], [1, 2]), {"y": "long " * 20}, f"{'long ' * 20!r} does not fit: shorten it, move it, or break it with \\n"),
        (lambda c: c.bars(["a long name"] * 9, [1] * 9), {}, "'a long name' and the other names do not fit: break them with \\n, turn or enlarge the chart"),
    ],
)  # fmt: skip
def test_an_author_is_told_what_is_wrong(
    add: Callable[[Chart], None], options: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        drawn(add, **options)


def test_a_label_that_leaves_a_drawing_or_its_rectangle_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"'too far' does not fit"):
        Drawing(10, 3).text(0, 1, "too far")
    with pytest.raises(ValueError, match=r"'wide' is wider than its rectangle"):
        Drawing(10, 3).rect(0, 0, 0.5, 1, "wide")


def test_a_drawing_says_that_it_is_not_to_scale_unless_told_otherwise() -> None:
    assert texts(Drawing(10, 3).svg()) == ["not to scale"]
    assert texts(Drawing(10, 3, note="1 : 100").svg()) == ["1 : 100"]
    assert texts(Drawing(10, 3, note="").svg()) == []


def test_a_drawing_can_have_its_origin_below() -> None:
    def height(up: bool) -> float:
        drawing = Drawing(10, 10, up=up)
        drawing.text(5, 1, "low")
        return float(find(drawing.svg(), "low").attrib["y"])

    assert height(up=True) > height(up=False)


def test_a_coordinate_just_left_of_zero_is_zero() -> None:
    drawing = Drawing(388, 10)
    drawing.line((-6.02, 0), (5, 0))
    assert 'd="M0 6L11 6"' in drawing.svg()


def test_an_arrow_ends_in_its_point() -> None:
    drawing = Drawing(10, 3)
    drawing.line((0, 0), (10, 0), arrow="end")
    assert re.search(r'd="M394 6L385 2L385 10z"', drawing.svg())


def luminance(color: str) -> float:
    parts = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_every_color_of_a_label_can_be_read_on_the_page(mode: int) -> None:
    for name in ("ink", "muted", "1", "2", "3", "4", "5", "6"):
        assert contrast(PALETTE[name][mode], PALETTE["paper"][mode]) >= 4.5, name


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_a_number_in_the_strongest_cell_can_be_read(mode: int) -> None:
    ink, paper, fill = (PALETTE[name][mode] for name in ("ink", "paper", "1"))
    mixed = "#" + "".join(
        f"{round(0.54 * int(fill[i : i + 2], 16) + 0.46 * int(paper[i : i + 2], 16)):02x}"
        for i in (1, 3, 5)
    )
    assert contrast(ink, mixed) >= 4.5
