"""Charts that the model beside a page draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sphinx_computed
from sphinx_computed.sheet import PALETTE
from sphinx_computed.values import with_own_ids

MARKDOWN = {"extensions": ["myst_parser", "sphinx_computed"], "html_theme": "basic"}
CSS = Path(sphinx_computed.__file__).parent / "static" / "computed.css"
MODEL = """from sphinx_computed.svg import Chart

BITS = 9.6


def rate():
    chart = Chart(x="bits per pelican", y="false positives")
    chart.line([4, 8, 12], [0.147, 0.0214, 0.00314])
    return chart.svg()


def marked(colour="red"):
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><g id="dot"/></defs>'
        f'<use href="#dot" fill="url(#dot)" color="{colour}"/></svg>'
    )
"""
CHART = """```{chart} rate()
:name: fig-rate
:alt: Falling curve.

Each of {calc}`BITS` bits halves *false* positives.
```
"""


def build(project, page, builder="html", **conf):
    files = {"index.md": f"# Filter\n\n{page}", "index.py": MODEL}
    return project(files, **MARKDOWN, **conf).build(builder, project="a", author="b")


def test_a_chart_is_a_figure_with_a_number_a_caption_and_references(project):
    built = build(project, CHART + "\nSee {numref}`fig-rate` and {ref}`fig-rate`.\n", numfig=True)
    page = built.page("index")
    assert built.warnings == ""
    assert page.select_one("figure#fig-rate svg") is not None
    caption = page.select_one("figcaption").text
    assert "Fig. 1 Each of 9.6 bits halves false positives." in caption
    links = [link.text for link in page.select('p > a.reference[href="#fig-rate"]')]
    assert links == ["Fig. 1", "Each of 9.6 bits halves false positives."]


def test_a_chart_has_a_role_and_a_name(project):
    picture = build(project, CHART).page("index").select_one("figure [role=img]")
    assert picture["aria-label"] == "Falling curve."
    assert picture.select_one("svg") is not None


def test_a_caption_may_hold_links_and_a_legend_may_follow(project):
    chart = CHART.replace("*false*", "[false](https://example.org)").replace(
        "positives.\n", "positives.\n\nMore.\n"
    )
    page = build(project, chart).page("index")
    assert page.select_one("figcaption a.external").text == "false"
    assert page.select_one("figcaption .legend").text.strip() == "More."


def test_labels_of_a_chart_are_neither_searched_nor_counted(project):
    conf = {**MARKDOWN, "extensions": [*MARKDOWN["extensions"], "sphinx_reading"]}
    files = {"index.md": f"# Filter\n\n{CHART}", "index.py": MODEL}
    built = project(files, **conf).build()
    terms = (built.out / "searchindex.js").read_text()
    assert "pelican" in built.html("index")
    assert "pelican" not in terms
    assert "fall" not in terms  # the alternative text
    assert '"halv"' in terms
    assert "7 words" in built.page("index").text


def test_identifiers_are_unique_on_a_page_even_if_a_chart_stands_there_twice(project):
    chart = "```{chart} marked()\n:alt: Dot.\n\nDot.\n```\n\n"
    page = build(project, chart * 2 + chart.replace("marked()", "marked('blue')")).page("index")
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for picture in page.select("[role=img] svg"):
        own = picture.select_one("g")["id"]
        assert picture.select_one("use")["href"] == f"#{own}"
        assert picture.select_one("use")["fill"] == f"url(#{own})"


def test_text_that_looks_like_an_identifier_stays():
    svg = '<svg><g id="a"/><text data-id="a">id="a" href="#a"</text></svg>'
    assert with_own_ids(svg, "x-") == svg.replace('<g id="a"', '<g id="x-a"')


@pytest.mark.parametrize(
    ("builder", "file"),
    [("latex", "*.tex"), ("text", "index.txt"), ("man", "*.1"), ("texinfo", "*.texi")],
)
def test_other_formats_have_caption_and_alternative_text(project, builder, file):
    built = build(project, CHART, builder)
    (output,) = built.out.glob(file)
    text = output.read_text()
    assert built.warnings == ""
    assert "Falling curve." in text
    assert "Each of 9.6 bits" in text
    assert "<svg" not in text


def test_a_restructuredtext_project_has_charts(project):
    page = (
        "Filter\n======\n\n.. chart:: rate()\n   :alt: Falling.\n\n   It falls at :calc:`BITS`.\n"
    )
    built = project({"index.rst": page, "index.py": MODEL}, extensions=["sphinx_computed"]).build()
    assert built.warnings == ""
    assert "It falls at 9.6." in built.page("index").select_one("figure figcaption").text


def test_the_page_gives_charts_the_colours_of_the_helper():
    css = CSS.read_text()
    light, *dark = re.findall(r"\{\s*(--chart-paper:[^}]*)\}", css)
    for colours, column in [(light, 0), *((block, 1) for block in dark)]:
        found = dict(re.findall(r"--chart-(\w+):\s*(#\w+);", colours))
        assert found == {name: pair[column] for name, pair in PALETTE.items()}
    assert len(dark) == 2  # chosen by the reader, or by the system
