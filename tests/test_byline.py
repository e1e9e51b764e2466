"""The byline under the title, in every builder and nowhere that it does not belong."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from conftest import REPOSITORY, Site

LOCALES = REPOSITORY / "ext/sphinx_reading/locales"
CONF = (
    'extensions = ["sphinx_reading"]\nlatex_documents = [("index", "a.tex", "T", "A", "howto")]\n'
)
CONF += 'man_pages = [("index", "a", "T", [], 1)]\n'
CONF += 'texinfo_documents = [("index", "a", "T", "A", "D", "S", "M")]\n'
TEXT = "Title\n=====\n\nOne two three.\n\nPart\n----\n\nFour *fi*\\ ve.\n"


@pytest.fixture
def rest(project: Callable[..., Site]) -> Site:
    return project({"conf.py": CONF, "index.rst": TEXT})


@pytest.mark.parametrize(
    ("builder", "file"),
    [
        ("html", "index.html"),
        ("dirhtml", "index.html"),
        ("singlehtml", "index.html"),
        ("epub", "index.xhtml"),
        ("text", "index.txt"),
        ("latex", "a.tex"),
        ("man", "a.1"),
        ("texinfo", "a.texi"),
    ],
)
def test_the_byline_follows_the_title_in_every_builder(rest: Site, builder: str, file: str) -> None:
    built = rest.build(builder)
    text = re.sub(r"<[^>]*>|\\\w+\{|\}", "", (built.out / file).read_text(encoding="utf-8"))
    assert text.count("1 min · 6 words") == 1
    assert text.index("1 min · 6 words") < text.index("One two three")
    assert "unknown node" not in built.warnings


def test_in_html_it_is_the_first_thing_after_the_heading(rest: Site) -> None:
    heading = rest.build().page("index").find("h1")
    assert heading is not None
    byline = heading.find_next_sibling()
    assert byline is not None
    assert byline.get_text() == "1 min · 6 words"
    assert byline["class"] == ["reading-byline"]


def test_one_word_is_singular(project: Callable[..., Site]) -> None:
    site = project({"conf.py": CONF, "index.rst": "Title\n=====\n\nWord.\n"})
    assert "1 min · 1 word<" in site.build().html("index")


def test_the_byline_is_not_searched(rest: Site) -> None:
    index = (rest.build().out / "searchindex.js").read_text(encoding="utf-8")
    assert '"three"' in index
    assert '"word"' not in index
    assert '"min"' not in index


def test_the_byline_is_in_no_page_description(project: Callable[..., Site]) -> None:
    site = project({"conf.py": CONF, "index.rst": TEXT})
    page = site.build(
        extensions=["sphinx_reading", "sphinxext.opengraph"], ogp_site_url="https://example.org/"
    ).page("index")
    tag = page.find("meta", property="og:description")
    assert tag is not None
    assert str(tag["content"]).startswith("One two three")


def test_the_language_of_the_project(rest: Site) -> None:
    assert "1 Min. · 6 Wörter" in rest.build(language="de").html("index")


@pytest.mark.parametrize("catalogue", sorted(LOCALES.glob("*/LC_MESSAGES/*.po")))
def test_compiled_catalogues_are_those_of_their_sources(catalogue: Path) -> None:
    compiled = io.BytesIO()
    with catalogue.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    with catalogue.with_suffix(".mo").open("rb") as committed:
        assert list(read_mo(committed)) == list(read_mo(compiled)), "compile with pybabel"
    template = read_po(io.BytesIO((LOCALES / "sphinx_reading.pot").read_bytes()))
    translated = read_po(io.BytesIO(catalogue.read_bytes()))
    assert {message.id for message in template} == {message.id for message in translated}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("Plain *emphasis*, ``literal x``.", 4),
        (".. comment words here\n\nText.", 1),
        (".. image:: x.png\n   :alt: many alt words\n\nText.", 1),
        (".. figure:: x.png\n   :alt: alt\n\n   A caption here.\n\n   The legend.", 5),
        (".. code-block:: python\n   :caption: A caption\n\n   x = 1", 5),
        (".. math:: a + b", 3),
        ("Inline :math:`a + b` math.", 5),
        ("Text [1]_.\n\n.. [1] The note.", 4),
        ("Text [Key]_.\n\n.. [Key] A source here.", 2),
        (".. contents::\n\nText.", 1),
        (".. toctree::\n\n   other", 0),
        ("See :doc:`other` and :ref:`own words <label>`.", 5),
        (".. raw:: html\n\n   <p>two <b>wo</b>rds</p><script>no words here</script>", 2),
        (".. raw:: latex\n\n   not here", 0),
        (".. rst-class:: reading-skip\n\nNot counted at all.\n\nCounted.", 1),
        ("=====  =====\nA b    c\n=====  =====\nd      e f\n=====  =====", 6),
        ("Term\n   The definition.", 3),
        (":Field: its body", 3),
        (".. note::\n\n   A note.", 2),
        (".. only:: latex\n\n   Only here.", 2),
        (".. rubric:: A rubric\n\nText.", 3),
        ("| line one\n| line two", 4),
        (".. epigraph::\n\n   Quoted words.\n\n   -- Some One", 4),
        ("H\\ :sub:`2`\\ O and |sub|.\n\n.. |sub| replace:: two words", 4),
    ],
)
def test_what_roles_and_directives_count(
    project: Callable[..., Site], markup: str, words: int
) -> None:
    text = f".. _label:\n\nTitle\n=====\n\n{markup}\n"
    site = project(
        {"conf.py": CONF, "index.rst": text, "other.rst": ":orphan:\n\nOther\n=====\n\nx\n"}
    )
    site.write({"x.png": b""})
    byline = site.build().page("index").select_one(".reading-byline")
    assert byline is not None
    count = int(byline.get_text().split(" · ")[1].split()[0])
    assert count == words
