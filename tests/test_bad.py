"""Bad input: one located message that says what to write, and every other page is the same.

A file ``tests/bad/reading-<fault>.txt`` holds the broken article ``t/bad.md``, a line
``# split``, and the messages that it must give, each as ``line: text`` (``-`` where a page as
a whole is meant).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Site

CASES = sorted(Path(__file__).parent.glob("bad/reading-*.txt"))
CONF = """
extensions = ["myst_parser", "sphinx_reading", "sphinx_section_nav", "editorial", "reader"]
reading_article_key = "number"
html_theme = "furo"
suppress_warnings = ["myst.topmatter"]  # said better, and with its line, by sphinx_reading
"""
GOOD = "---\nnumber: 1\n---\n\n# Good\n\nWords.\n"
FILES = {
    "conf.py": CONF,
    "index.md": "# Home\n\n```{reading-index}\n```\n\n```{toctree}\n:hidden:\nt/index\n```\n",
    "t/index.md": "# Topic\n\n```{toctree}\n:glob:\n:titlesonly:\n*\n```\n",
    "t/good.md": GOOD,
    # Sphinx reads in parallel only what is more than five pages.
    **{f"t/more-{n}.md": f"# More {n}\n\nNo article.\n" for n in range(4)},
}


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_fault_gives_its_messages_and_changes_no_other_page(
    project: Callable[..., Site], case: Path, parallel: int
) -> None:
    broken, _, expected = case.read_bytes().partition(b"# split\n")
    site = project({**FILES, "t/bad.md": broken})
    built = site.build(parallel=parallel)
    # Ours: what docutils adds of its own differs between its versions.
    ours = r"^.*?bad\.md(?::(\d+))?: WARNING: (.* \[(?:reading|editorial)\..*)$"
    told = re.findall(ours, built.warnings, re.MULTILINE)
    wanted = [line.partition(": ") for line in expected.decode().strip().splitlines()]
    assert [(line or "-", text.rpartition(" [")[0]) for line, text in told] == [
        (line, text) for line, _, text in wanted
    ], built.warnings
    good = project({**FILES, "t/bad.md": GOOD.replace("1", "2")}).build()
    assert built.page("t/good").article == good.page("t/good").article
    assert "t/good.html" in str(built.page("index").article)


def test_crlf_and_a_byte_order_mark_just_work(project: Callable[..., Site]) -> None:
    text = "---\nnumber: 2\nupdated: 2026-01-01\n---\n\n# Marked\n\nTwo words.\n"
    marked = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    built = project({**FILES, "t/bad.md": marked}).build()
    assert built.warnings == ""
    assert "1 min · 2 words" in built.html("t/bad")


def test_a_page_that_breaks_and_is_mended_equals_a_clean_build(
    project: Callable[..., Site],
) -> None:
    site = project({**FILES, "t/bad.md": GOOD.replace("1", "2")})
    before = site.build().files()
    site.write({"t/bad.md": GOOD.replace("1", "2").encode() + b"caf\xe9\n"})
    broken = site.build()
    assert "t/bad.md:8: WARNING: byte 0xE9 is not UTF-8: save the file as UTF-8" in broken.warnings
    assert not (broken.out / "t/bad.html").exists()
    site.write({"t/bad.md": GOOD.replace("1", "2")})
    assert site.build().files() == before


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            ":sort: length",
            "reading-index: sort: 'length' is not known: write one of number, title,",
        ),
        (":group: x", "reading-index: group: 'x' is not known: write one of topic, none"),
        (":order: down", "reading-index: order: 'down' is not known: write one of ascending,"),
        (":limit: few", "reading-index: limit: 'few' is not known: write a whole number"),
        (
            ":style: grid",
            "reading-index: style: 'grid' is not known: write one of list, table, cards",
        ),
        (":topic: nowhere", "topic: 'nowhere' is no folder of this project: write its path"),
        (":sorted: title", "Unknown option key: 'sorted' (allowed: ['group', 'limit',"),
    ],
)
def test_bad_options_of_the_index(project: Callable[..., Site], option: str, message: str) -> None:
    index = (
        f"# Home\n\n```{{reading-index}}\n{option}\n```\n\n```{{toctree}}\n:hidden:\nt/index\n```\n"
    )
    built = project({**FILES, "index.md": index}).build()
    (warning,) = built.warnings.strip().splitlines()
    assert re.search(r"index\.md:[34]: WARNING: ", warning)
    assert message in warning.replace('"', "'")
    if "topic" not in option:
        assert "Good" in built.page("index").article.get_text()  # type: ignore[union-attr]


def test_a_number_that_two_articles_have(project: Callable[..., Site]) -> None:
    built = project({**FILES, "t/later.md": GOOD}).build()
    expected = "t/later.md:2: WARNING: number 1 is that of 't/good' already: write another"
    assert expected in built.warnings
    assert built.warnings.count("WARNING") == 1
    assert len(built.page("index").select("li[data-number]")) == 2
