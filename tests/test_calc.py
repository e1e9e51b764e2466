"""Numbers in the text that the model beside a page gives."""

from __future__ import annotations

import doctest
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sphinx_computed import model
from sphinx_computed.lexer import ModelLexer
from sphinx_computed.model import load
from sphinx_computed.values import split

MARKDOWN = {"extensions": ["myst_parser", "sphinx_computed"], "html_theme": "basic"}
RST = {"extensions": ["sphinx_computed"], "html_theme": "basic"}
SIZE = "BITS = 9.6\n\n\ndef size(items):\n    return items * BITS / 8e6\n"


def numbers(built, docname="index"):
    return [span.text for span in built.page(docname).select("span.calc")]


@pytest.fixture
def counted(tmp_path):
    """The text of a model that notes every time it is run, and the number of runs so far."""
    log = tmp_path / "runs"
    log.write_text("")

    def source(name="m", result="1"):
        return (
            "from pathlib import Path\n"
            f"with Path({str(log)!r}).open('a') as log:\n    log.write('{name} ')\n"
            f"def f(n=0):\n    return {result}\n"
        )

    return source, lambda: log.read_text().split()


# -- The role ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("size(1e8)", ("size(1e8)", "")),
        ("size(1e8):.1f", ("size(1e8)", ".1f")),
        ("rows[1:3]", ("rows[1:3]", "")),
        ("rows[1:3][0]:>5", ("rows[1:3][0]", ">5")),
        ("{'a:b': 1}['a:b']:d", ("{'a:b': 1}['a:b']", "d")),
        ("(lambda: 3)():d", ("(lambda: 3)()", "d")),
        ("start():%H:%M", ("start()", "%H:%M")),
        ("x = 1", None),
        ("size(", None),
        ("", None),
    ],
)
def test_the_longest_expression_before_a_colon_is_evaluated(text, parts):
    assert split(text) == parts


def test_numbers_stand_in_prose_tables_captions_footnotes_and_links(project):
    page = """# Filter

It takes {calc}`size(1e8):.1f` MB.[^a] See [all {calc}`2 + 3` of them](https://example.org).

| bits | size |
| --- | --- |
| {calc}`4 \\| 3` | {calc}`size(1e6):.2f` |

```{figure} https://example.org/a.png
A filter of {calc}`int(size(1e8)):,d` MB.
```

- {calc}`"one"`

[^a]: Or {calc}`size(1e8) * 8:.0f` Mbit.
"""
    built = project({"index.md": page, "index.py": SIZE}, **MARKDOWN).build()
    assert built.warnings == ""
    assert sorted(numbers(built)) == sorted(["120.0", "5", "7", "1.20", "120", "one", "960"])
    assert "A filter of 120 MB." in built.page("index").select_one("figcaption").text
    assert built.page("index").select_one("aside.footnote p").text == "Or 960 Mbit."


def test_a_restructuredtext_project_with_nothing_else_computes_its_numbers(project):
    page = "Filter\n======\n\nIt takes :calc:`size(1e8):.1f` MB, or :calc:`1 | 6`.\n"
    built = project({"index.rst": page, "index.py": SIZE}, **RST).build()
    assert built.warnings == ""
    assert numbers(built) == ["120.0", "7"]


def test_a_page_of_dashes_has_a_model_of_underscores(project):
    files = {
        "index.md": "# All\n\n```{toctree}\nlog/lsm-trees\n```\n",
        "log/lsm-trees.md": "# Trees\n\n{calc}`levels()`\n",
        "log/lsm_trees.py": "def levels():\n    return 7\n",
    }
    assert numbers(project(files, **MARKDOWN).build(), "log/lsm-trees") == ["7"]


def test_smart_quotes_leave_results_alone_and_still_change_the_text_around(project):
    page = "# A\n\n\"It's {calc}`'--5'` and {calc}`chr(34) + chr(39)`\" -- so.\n"
    built = project({"index.md": page, "index.py": ""}, **MARKDOWN).build()
    assert numbers(built) == ["--5", "\"'"]
    assert built.page("index").select_one("p").text == "“It’s --5 and \"'” – so."


def test_results_are_found_by_the_search_and_counted_as_words(project):
    conf = {**MARKDOWN, "extensions": [*MARKDOWN["extensions"], "sphinx_reading"]}
    files = {
        "index.md": "# A\n\n{calc}`' '.join(['heron', 'and', 'egret'])` live.\n",
        "index.py": "",
    }
    built = project(files, **conf).build()
    terms = (built.out / "searchindex.js").read_text()
    assert '"heron"' in terms
    assert "4 words" in built.page("index").text


def test_every_number_tells_the_expression_that_gave_it(project):
    page = "# A\n\n{calc}`size(1e8):.1f`\n"
    built = project({"index.md": page, "index.py": SIZE}, **MARKDOWN).build()
    assert built.page("index").select_one("span.calc")["title"] == "size(1e8):.1f"


@pytest.mark.parametrize(
    ("builder", "file"),
    [("latex", "*.tex"), ("text", "index.txt"), ("man", "*.1"), ("texinfo", "*.texi")],
)
def test_other_formats_have_the_number_and_not_the_model(project, builder, file):
    site = project(
        {"index.md": "# A\n\nTakes {calc}`size(1e8):.1f` MB.\n", "index.py": SIZE}, **MARKDOWN
    )
    built = site.build(builder, project="a", author="b")
    (output,) = built.out.glob(file)
    assert built.warnings == ""
    assert "Takes 120.0 MB." in output.read_text()
    assert "def size" not in output.read_text()


@pytest.mark.parametrize("builder", ["singlehtml", "dirhtml", "epub"])
def test_other_kinds_of_html_have_the_number(project, builder):
    site = project(
        {"index.md": "# A\n\nTakes {calc}`size(1e8):.1f` MB.\n", "index.py": SIZE}, **MARKDOWN
    )
    built = site.build(builder, epub_copyright="b", version="1")
    (page,) = (path for path in built.out.iterdir() if path.stem == "index")
    assert built.warnings == ""
    assert ">120.0</span>" in page.read_text()


# -- The model --------------------------------------------------------------------------------


def test_two_edits_within_a_second_give_two_results(project):
    site = project(
        {"index.md": "# A\n\n{calc}`f()`\n", "index.py": "def f():\n    return 1\n"}, **MARKDOWN
    )
    first = site.build()
    site.write({"index.py": "def f():\n    return 2\n"})
    os.utime(site.source / "index.py", (2e9, 2e9))
    assert numbers(first) + numbers(site.build()) == ["1", "2"]


def test_running_a_model_leaves_nothing_behind(tmp_path):
    path = tmp_path / "bloom_filters.py"
    path.write_text("f = 1\n")
    before = list(sys.path), set(sys.modules)
    load(path)
    assert (list(sys.path), set(sys.modules)) == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["bloom_filters", "statistics"])
def test_a_model_may_use_dataclasses_and_bear_the_name_of_a_standard_module(tmp_path, name):
    path = tmp_path / f"{name}.py"
    path.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass, field\n"
        "from typing import ClassVar\n"
        "import fractions\n"
        "@dataclass\nclass Filter:\n    kinds: ClassVar[int] = 2\n    bits: float = 9.6\n"
    )
    import statistics

    assert load(path).Filter().bits == 9.6
    assert sys.modules["statistics"] is statistics


def test_a_model_reads_the_data_in_the_folder_of_its_name(project):
    files = {
        "index.md": "# A\n\n{calc}`total()`\n",
        "index.py": "from pathlib import Path\nDATA = Path(__file__).with_suffix('')\n"
        "def total():\n    return sum(int(f.read_text()) for f in DATA.glob('*.txt'))\n",
        "index/a.txt": "2",
    }
    site = project(files, **MARKDOWN)
    assert numbers(site.build()) == ["2"]
    site.write({"index/a.txt": "3"})
    os.utime(site.source / "index/a.txt", (2e9, 2e9))
    assert numbers(site.build()) == ["3"]


def test_data_that_come_and_go_are_noticed(project):
    files = {
        "index.md": "# A\n\n{calc}`total()`\n",
        "index.py": "from pathlib import Path\nDATA = Path(__file__).with_suffix('')\n"
        "def total():\n    return sum(int(f.read_text()) for f in DATA.glob('*.txt'))\n",
    }
    site = project(files, **MARKDOWN)
    assert numbers(site.build()) == ["0"]
    site.write({"index/a.txt": "2"})
    assert numbers(site.build()) == ["2"]
    site.remove("index/a.txt")
    assert numbers(site.build()) == ["0"]


def test_a_model_that_arrives_later_is_found(project):
    site = project({"index.md": "# A\n\n{calc}`f()`\n"}, **MARKDOWN)
    assert numbers(site.build()) == []
    site.write({"index.py": "def f():\n    return 3\n"})
    assert numbers(site.build()) == ["3"]


def test_what_one_model_does_to_python_no_other_model_sees(project):
    vandal = "import math, random, os\nmath.pi = 3\nrandom.seed = None\nos.environ['X_Y'] = '1'\n"
    files = {
        "index.md": "# A\n\n{calc}`math.pi:.1f`\n\n```{toctree}\nz\n```\n",
        "index.py": vandal,
        "z.md": "# Z\n\n{calc}`math.pi:.2f` {calc}`os.environ.get('X_Y', 'unset')`\n",
        "z.py": "import math, os\n",
    }
    assert numbers(project(files, **MARKDOWN).build(), "z") == ["3.14", "unset"]


def test_expressions_do_not_leave_names_for_the_next(project):
    files = {"index.md": "# A\n\n{calc}`(bits := 5)` {calc}`bits`\n", "index.py": "bits = 9\n"}
    assert numbers(project(files, **MARKDOWN).build()) == ["5", "9"]


def test_a_set_has_one_order_on_every_machine(project):
    words = "set('abcdefghij')"
    files = {"index.md": f"# A\n\n{{calc}}`''.join({words})`\n", "index.py": ""}
    site = project(files, **MARKDOWN)
    results = set()
    for seed in "12":
        command = [sys.executable, "-m", "sphinx", "-q", "-E", str(site.source)]
        for key, value in MARKDOWN.items():
            command.append(f"-D{key}={','.join(value) if isinstance(value, list) else value}")
        out = site.folder / seed
        path = os.pathsep.join(sys.path)
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path}
        subprocess.run([*command, str(out)], env=environment, check=True)
        results.add((out / "index.html").read_bytes())
    assert len(results) == 1


def test_a_model_that_draws_does_not_load_sphinx():
    code = (
        "import sys, sphinx_computed.svg\n"
        "print('sphinx' in sys.modules, *(m.__file__ for n, m in sys.modules.items()"
        " if n.startswith('sphinx_computed.')))"
    )
    environment = os.environ | {"PYTHONPATH": str(model.SVG.parent.parent)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    loaded, *files = run.stdout.split()
    assert loaded == "False"
    assert sorted(map(Path, files)) == sorted(model.helpers())


# -- The model at the end of its page ---------------------------------------------------------


def test_the_model_stands_at_the_end_folded_highlighted_and_downloadable(project):
    files = {"index.md": "# A\n\nA[^b] {calc}`size(1e8):.1f`.\n\n[^b]: Note.\n", "index.py": SIZE}
    built = project(files, **MARKDOWN).build()
    page = built.page("index")
    details = page.select_one("details.calc-source")
    assert not details.has_attr("open")
    assert details.find_previous(class_="footnote") is not None
    assert details.find_next(class_="footnote") is None
    assert details.select_one(".highlight .nf").text == "size"
    assert details.select_one("pre").text == SIZE
    link = details.select_one("a.download")
    assert (built.out / link["href"]).read_text() == SIZE


def test_the_model_is_neither_searched_nor_counted_nor_in_the_contents(project):
    conf = {**MARKDOWN, "extensions": [*MARKDOWN["extensions"], "sphinx_reading"]}
    model = '"""The cormorant."""\n\n\ndef f():\n    return 1\n'
    built = project({"index.md": "# A\n\n{calc}`f()`\n", "index.py": model}, **conf).build()
    assert "cormor" not in (built.out / "searchindex.js").read_text()
    assert "1 word" in built.page("index").text
    assert "model" not in str(built.app.env.tocs["index"])


def test_an_unused_python_file_beside_a_page_is_not_published(project):
    files = {"index.md": "# A\n\nNothing.\n", "index.py": "SECRET = 1\n", "conf.py": ""}
    built = project(files, **MARKDOWN).build()
    assert "SECRET" not in built.html("index")
    assert not list(built.out.rglob("*.py"))


# -- What a page loads ------------------------------------------------------------------------


def test_only_a_page_with_numbers_loads_script_and_style(project):
    files = {
        "index.md": "# A\n\n```{toctree}\nz\n```\n",
        "z.md": "# Z\n\n{calc}`1 + 1`\n",
        "z.py": "",
    }
    built = project(files, **MARKDOWN).build()
    assert "computed." not in built.html("index")
    assert "_static/computed.css?v=" in built.html("z")
    assert "_static/computed.js?v=" in built.html("z")


def test_a_project_without_numbers_gets_no_file(project):
    built = project({"index.md": "# A\n\nText.\n"}, **MARKDOWN).build()
    assert not list(built.out.rglob("computed*"))


# -- Builds -----------------------------------------------------------------------------------


def test_a_second_build_evaluates_nothing(project, counted):
    source, runs = counted
    site = project({"index.md": "# A\n\n{calc}`f()`\n", "index.py": source()}, **MARKDOWN)
    site.build()
    assert runs() == ["m"]
    again = site.build(fresh=True)
    assert runs() == ["m"]
    assert numbers(again) == ["1"]


def test_editing_one_model_evaluates_that_model_alone(project, counted):
    source, runs = counted
    files = {"index.md": "# A\n\n```{toctree}\ny\nz\n```\n"}
    for name in "yz":
        files |= {f"{name}.md": f"# {name}\n\n{{calc}}`f()`\n", f"{name}.py": source(name)}
    site = project(files, **MARKDOWN)
    site.build()
    site.write({"z.py": source("z", "2")})
    os.utime(site.source / "z.py", (2e9, 2e9))
    assert numbers(site.build(fresh=True), "z") == ["2"]
    assert runs() == ["y", "z", "z"]


def test_editing_the_page_evaluates_only_what_is_new(project, tmp_path):
    log = tmp_path / "asked"
    source = f"from pathlib import Path\ndef f(n):\n    Path({str(log)!r}).open('a').write(f'{{n}} ')\n    return n\n"
    site = project({"index.md": "# A\n\n{calc}`f(1)`\n", "index.py": source}, **MARKDOWN)
    site.build()
    site.write({"index.md": "# A\n\n{calc}`f(1)` {calc}`f(2)`\n"})
    assert numbers(site.build(fresh=True)) == ["1", "2"]
    assert log.read_text() == "1 2 "


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"fingerprint": 1}', b"\xff\xfe", "entries"]
)
def test_a_spoilt_cache_is_as_good_as_none(project, counted, content):
    source, runs = counted
    site = project({"index.md": "# A\n\n{calc}`f()`\n", "index.py": source()}, **MARKDOWN)
    site.build()
    (kept,) = (site.folder / "html.doctrees" / "computed").iterdir()
    if content == "entries":
        content = json.dumps({**json.loads(kept.read_bytes()), "entries": {"[]": [1]}}).encode()
    kept.write_bytes(content)
    again = site.build(fresh=True)
    assert (numbers(again), again.warnings, runs()) == (["1"], "", ["m", "m"])


@pytest.mark.parametrize("what", ["helper", "data", "python", "numpy"])
def test_a_result_depends_on_more_than_its_model(tmp_path, monkeypatch, what):
    path = tmp_path / "m.py"
    helper = tmp_path / "svg.py"
    helper.write_text("WIDTH = 400")
    monkeypatch.setattr(model, "helpers", lambda: [helper])
    before = model.fingerprint("", path)
    assert before == model.fingerprint("", path)
    if what == "helper":
        helper.write_text("WIDTH = 500")
    elif what == "data":
        (tmp_path / "m").mkdir()
        (tmp_path / "m" / "data.csv").write_text("1")
    elif what == "python":
        monkeypatch.setattr(sys, "version", "3.99")
    else:
        monkeypatch.setattr(model, "numpy_version", lambda: "9.9")
    assert model.fingerprint("", path) != before


def test_a_model_that_prints_is_told_again(project):
    files = {"index.md": "# A\n\n{calc}`1 + 1`\n", "index.py": "print('here')\n"}
    site = project(files, **MARKDOWN)
    first, second = site.build(), site.build(fresh=True)
    assert "the model prints 'here'" in first.warnings
    assert first.warnings == second.warnings


def test_two_processes_and_one_give_the_same_bytes(project):
    pages = [f"p{n}" for n in range(12)]
    files = {"index.md": "# A\n\n```{toctree}\n" + "\n".join(pages) + "\n```\n"}
    for page in pages:
        files[f"{page}.md"] = f"# {page}\n\n{{calc}}`size({page[1:]}e6):.2f`\n"
        files[f"{page}.py"] = SIZE
    site = project(files, **MARKDOWN)
    serial = site.build(out="serial").files()
    parallel = site.build(out="parallel", parallel=2).files()
    assert serial == parallel


def test_after_an_edit_the_output_is_that_of_a_clean_build(project):
    files = {
        "index.md": "# A\n\n```{toctree}\nz\n```\n",
        "z.md": "# Z\n\n{calc}`f()`\n",
        "z.py": "def f():\n    return 1\n",
    }
    site = project(files, **MARKDOWN)
    site.build()
    site.write({"z.py": "def f():\n    return 2\n", "z.md": "# Z\n\n{calc}`f() + 1`\n"})
    os.utime(site.source / "z.md", (2e9, 2e9))
    assert site.build().files() == site.build(out="clean").files()


def test_a_page_that_no_longer_computes_loads_nothing(project):
    site = project({"index.md": "# A\n\n{calc}`1 + 1`\n", "index.py": ""}, **MARKDOWN)
    site.build()
    site.write({"index.md": "# A\n\nTwo.\n"})
    os.utime(site.source / "index.md", (2e9, 2e9))
    assert "computed." not in site.build().html("index")


@pytest.mark.parametrize("suffix", ["md", "rst"])
def test_a_fault_is_told_with_its_own_line_within_a_paragraph(project, suffix):
    role = {"md": "{calc}`1 / 0`", "rst": ":calc:`1 / 0`"}[suffix]
    page = f"A\n=\n\nFirst,\nsecond 1 / 0,\nthird {role}.\n"
    built = project({f"index.{suffix}": page, "index.py": ""}, **MARKDOWN).build()
    assert f"index.{suffix}:6: WARNING: 1 / 0: ZeroDivisionError" in built.warnings


@pytest.mark.parametrize("name", ["cache", "knob", "model", "values"])
def test_what_the_docstrings_show_is_so(name):
    module = importlib.import_module(f"sphinx_computed.{name}")
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)


def test_a_highlighted_model_reads_as_it_is_written():
    lines = [
        "@cache",
        "def f(x: int = 0x1F) -> str:  # a 'note'",
        "    '''It's \"so\".'''",
        "    return f\"{x:.1f}\" + r'a\\\\' + str(1e-3) + 'Ω'",
        "class Café:",
        "    of = 1_000",
    ]
    tokens = list(ModelLexer(stripnl=False).get_tokens("\n".join(lines) + "\n"))
    assert "".join(text for _, text in tokens).splitlines() == lines
    kinds = {text.strip(): str(kind).removeprefix("Token.") for kind, text in tokens}
    assert kinds["f"] == kinds["Café"] == "Name.Function"
    assert kinds["# a 'note'"] == "Comment.Single"
    assert kinds["@cache"] == "Name.Decorator"
    assert kinds["return"] == kinds["class"] == "Keyword"
    assert kinds["1e-3"] == kinds["0x1F"] == kinds["1_000"] == "Literal.Number"
    assert kinds['f"{x:.1f}"'] == kinds["r'a\\\\'"] == kinds["'Ω'"] == "Literal.String"
    assert kinds[lines[2].strip()] == "Literal.String.Doc"
