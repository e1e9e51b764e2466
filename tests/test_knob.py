"""Numbers of the model that a reader may turn: what a page holds for it."""

from __future__ import annotations

import json
from itertools import product

import pytest

from sphinx_computed.model import assignments, compiled, execute, load, parse

MARKDOWN = {"extensions": ["myst_parser", "sphinx_computed"], "html_theme": "basic"}
MODEL = """import math

BITS: float = 9.6
HASHES = 7
FIXED = 3


def rate():
    return (1 - math.exp(-HASHES / BITS)) ** HASHES


def line():
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99">'
        f'<path id="p" d="M0 0h{HASHES}"/><text>wagtail {HASHES}</text></svg>'
    )


def where():
    import sys
    return sys._getframe().f_lineno
"""
HASHES = "```{knob} HASHES\n:label: Hash functions\n:values: 1..10\n```\n\n"
BITS = "```{knob} BITS\n:label: Bits per item\n:unit: bits\n:values: 4, 8, 9.6\n```\n\n"
TEXT = "Rate {calc}`rate():.3%`, bits {calc}`BITS`, items {calc}`FIXED`.\n\n"
CHART = "```{chart} line()\n:alt: Line.\n\nLine of {calc}`HASHES`.\n```\n"


def build(project, page, model=MODEL, **conf):
    return project(
        {"index.md": f"# Filter\n\n{page}", "index.py": model}, **MARKDOWN, **conf
    ).build()


def table(built):
    return json.loads(built.page("index").select_one("script.knob-table").string)


def cell_of(built, title):
    element = built.page("index").select_one(f'.calc[title="{title}"]')
    return table(built)["cells"][int(element["data-cell"])]


def expected(tmp_path, expression, spec, values):
    """What the model itself gives with those numbers written into it."""
    text = MODEL.replace("= 9.6", f"= {values[1]}").replace("HASHES = 7", f"HASHES = {values[0]}")
    path = tmp_path / "expected.py"
    path.write_text(text)
    return format(eval(expression, vars(load(path))), spec)


def test_every_combination_is_what_the_model_gives(project, tmp_path):
    built = build(project, HASHES + BITS + TEXT)
    assert built.warnings == ""
    along, texts = cell_of(built, "rate():.3%")
    assert along == [0, 1]
    combinations = list(product(range(1, 11), (4, 8, 9.6)))
    assert texts == [expected(tmp_path, "rate()", ".3%", values) for values in combinations]


def test_a_result_is_kept_only_along_the_knobs_that_move_it(project):
    built = build(project, HASHES + BITS + TEXT)
    assert cell_of(built, "BITS") == [[1], ["4.0", "8.0", "9.6"]]
    assert not built.page("index").select_one('.calc[title="FIXED"]').has_attr("data-cell")


def test_a_result_that_moves_only_off_the_default_is_kept(project):
    page = HASHES + BITS + "Now {calc}`HASHES if BITS == 4 else 0` and {calc}`BITS * HASHES:.0f`.\n"
    built = build(project, page)
    along, texts = cell_of(built, "HASHES if BITS == 4 else 0")
    assert along == [0, 1]
    assert texts[:6] == ["1", "0", "0", "2", "0", "0"]


def test_charts_and_captions_follow_and_keep_unique_identifiers(project):
    built = build(project, HASHES + CHART + CHART)
    pictures = built.page("index").select("[role=img][data-cell]")
    cells = [table(built)["cells"][int(picture["data-cell"])] for picture in pictures]
    assert [len(texts) for _, texts in cells] == [10, 10]
    assert "h3" in cells[0][1][2]
    ids = [picture.select_one("path")["id"] for picture in pictures]
    assert len(set(ids)) == 2
    for own, (_, texts) in zip(ids, cells, strict=True):
        assert all(f'id="{own}"' in text for text in texts)
    assert cell_of(built, "HASHES")[1] == [str(n) for n in range(1, 11)]


def test_the_default_is_the_models_own_number_unless_the_page_says_another(project):
    own = build(project, HASHES + TEXT)
    other = build(project, HASHES.replace(":values:", ":default: 2\n:values:") + TEXT)
    assert own.page("index").select_one('[title="rate():.3%"]').text == "0.997%"
    assert other.page("index").select_one('[title="rate():.3%"]').text == "3.537%"
    assert [table(built)["knobs"][0][3] for built in (own, other)] == [6, 1]


def test_without_a_script_the_default_stands_and_the_control_is_hidden(project):
    page = build(project, HASHES + TEXT).page("index")
    assert page.select_one(".knob").has_attr("hidden")
    assert page.select_one(".knob-state").has_attr("hidden")
    assert page.select_one('[title="rate():.3%"]').text == "0.997%"


def test_the_control_is_a_labelled_range_with_its_value(project):
    page = build(project, BITS + TEXT).page("index")
    control = page.select_one(".knob input[type=range]")
    assert page.select_one(f'label[for="{control["id"]}"]').text == "Bits per item"
    assert (control["min"], control["max"], control["value"]) == ("0", "2", "2")
    assert control["aria-valuetext"] == page.select_one(".knob output").text == "9.6 bits"


def test_knobs_and_their_values_are_neither_words_nor_searched(project):
    conf = {"extensions": [*MARKDOWN["extensions"], "sphinx_reading"], "html_theme": "basic"}
    files = {"index.md": f"# Filter\n\n{HASHES}{CHART}", "index.py": MODEL}
    built = project(files, **conf).build()
    terms = (built.out / "searchindex.js").read_text()
    assert "wagtail" in built.html("index")
    assert "wagtail" not in terms
    assert "function" not in terms
    assert "3 words" in built.page("index").text


def test_a_page_runs_no_program_of_its_own(project):
    page = build(project, HASHES + BITS + TEXT + CHART).page("index")
    ours = [script for script in page.select(".body script") if not script.has_attr("src")]
    assert [script["type"] for script in ours] == ["application/json"]
    assert not [e for e in page.select(".body *") if any(name.startswith("on") for name in e.attrs)]


def test_no_text_of_a_table_can_end_its_script(project):
    model = "A = 1\n\n\ndef f():\n    return f'</script><b>{A}'\n"
    page = "```{knob} A\n:label: A\n:values: 1, 2\n```\n\n{calc}`f()`\n"
    built = build(project, page, model)
    assert table(built)["cells"][0][1] == ["</script><b>1", "</script><b>2"]
    assert built.page("index").select_one("script.knob-table").find_next("details") is not None


@pytest.mark.parametrize("builder", ["text", "latex", "man", "texinfo", "singlehtml", "epub"])
def test_formats_that_cannot_turn_have_no_knob(project, builder):
    files = {"index.md": f"# Filter\n\n{HASHES}{TEXT}", "index.py": MODEL}
    site = project(files, **MARKDOWN, epub_copyright="b", version="1")
    built = site.build(builder, project="a", author="b")
    pages = [
        path
        for path in built.out.rglob("*")
        if path.suffix in {".txt", ".tex", ".1", ".texi", ".html", ".xhtml"}
    ]
    text = "".join(path.read_text() for path in pages)
    assert built.warnings == ""
    assert "0.997" in text
    assert "Hash functions" not in text
    assert "knob-table" not in text


def test_a_restructuredtext_project_has_knobs(project):
    page = "Filter\n======\n\n.. knob:: HASHES\n   :label: Functions\n   :values: 1..10\n\nRate :calc:`rate():.3%`.\n"
    built = project({"index.rst": page, "index.py": MODEL}, extensions=["sphinx_computed"]).build()
    assert built.warnings == ""
    assert len(cell_of(built, "rate():.3%")[1]) == 10


def test_lines_of_the_model_stay_where_they_are(tmp_path):
    path = tmp_path / "m.py"
    path.write_text(MODEL)
    tree = parse(MODEL, path)
    turned = execute(compiled(tree, path, ["BITS", "HASHES"]), path, {"BITS": 4.0, "HASHES": 1})
    assert turned.where() == load(path).where() > 20
    assert (turned.BITS, turned.HASHES) == (4.0, 1)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("A = 1", ["A"]),
        ("A: float = -1.5", ["A"]),
        ("A = B = 1", []),
        ("A, B = 1, 2", []),
        ("A = True", []),
        ("A = '1'", []),
        ("A = 1 + 1", []),
        ("A: int", []),
        ("A = 1\nA += 1", []),
        ("A = 1\ndel A", []),
        ("A = 1\nfor A in (): pass", []),
        ("A = 1\nif A: A = 2", []),
        ("A = 1\ndef f():\n    global A", []),
        ("def f():\n    A = 1", []),
        ("A = 1\ndef f():\n    A = 2", ["A"]),
        ("A = 1\nb = [A for A in ()]", ["A"]),
        ("A = 1\ndef A(): pass", []),
    ],
)
def test_a_plain_assignment_gives_a_number_once(source, names, tmp_path):
    assert list(assignments(parse(source, tmp_path))) == names


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ("4, 6,8", ["4", "6", "8"]),
        ("1..3", ["1", "2", "3"]),
        ("1 .. 2 step 0.25", ["1", "1.25", "1.5", "1.75", "2"]),
        ("0..0.3 step 0.1", ["0", "0.1", "0.2", "0.3"]),
        ("-1..1", ["-1", "0", "1"]),
        ("1e3, 2_000", ["1000", "2000"]),
    ],
)
def test_values_are_a_list_or_a_range(project, values, texts):
    page = (
        f"```{{knob}} A\n:label: A\n:values: {values}\n:default: {texts[0]}\n```\n\n{{calc}}`A`\n"
    )
    built = build(project, page, "A = 1\n")
    assert built.warnings == ""
    assert table(built)["knobs"][0][1] == texts
    assert [float(text) for text in cell_of(built, "A")[1]] == [float(text) for text in texts]


def test_64_values_and_256_combinations_are_not_too_many(project):
    knob = "```{{knob}} {}\n:label: {}\n:values: 1..{}\n```\n\n".format
    page = knob("A", "A", 64) + knob("B", "B", 4) + "{calc}`A * B`\n"
    built = build(project, page, "A = 1\nB = 2\n")
    assert built.warnings == ""
    assert len(cell_of(built, "A * B")[1]) == 256


def test_a_second_build_evaluates_no_combination(project, tmp_path):
    log = tmp_path / "runs"
    model = f"open({str(log)!r}, 'a').write('x')\nA = 1\n"
    page = "```{knob} A\n:label: A\n:values: 1..3\n```\n\n{calc}`A`\n"
    site = project({"index.md": page, "index.py": model}, **MARKDOWN)
    site.build()
    first = log.read_text()
    again = site.build(fresh=True)
    assert first == log.read_text() == "xxx"
    assert cell_of(again, "A")[1] == ["1", "2", "3"]


def test_two_processes_and_one_give_the_same_bytes(project):
    pages = [f"p{n}" for n in range(8)]
    files = {"index.md": "# A\n\n```{toctree}\n" + "\n".join(pages) + "\n```\n"}
    for page in pages:
        files |= {f"{page}.md": f"# {page}\n\n{HASHES}{TEXT}{CHART}", f"{page}.py": MODEL}
    site = project(files, **MARKDOWN)
    assert site.build(out="one").files() == site.build(out="two", parallel=2).files()
