"""Citations and the list of sources of an article."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import Site

BIB = """
@article{one, author = {Ada Lovelace and Charles Babbage}, title = {The {Engine}},
  journal = {J. Engines}, volume = {1}, number = {2}, pages = {3--4}, year = {1843}, doi = {10.1/x}}
@misc{two, author = {A B and others}, title = {Two}, year = {2020}, eprint = {2001.00001}}
@misc{three, title = {Three}, howpublished = {RFC 1}, url = {https://www.example.org/rfc/1/}}
"""
CONF = """
extensions = ["myst_parser", "sphinx_reading", "reader"]
reading_article_key = "number"
"""


def article(text: str, number: int = 1) -> str:
    return f"---\nnumber: {number}\n---\n\n# Title\n\n{text}\n"


@pytest.fixture
def site(project: Callable[..., Site]) -> Site:
    text = "B {cite}`two`.\n\n## Part\n\nA {cite}`one{§4.2}`, again {cite}`two,three{p. 7}`."
    return project(
        {
            "conf.py": CONF,
            "index.md": "# Home\n\n```{toctree}\nt/a\nt/b\n```\n",
            "t/a.md": article(text),
            "t/b.md": article("Also {cite}`one`.", 2),
            "t/references.bib": BIB,
        }
    )


def test_numbers_follow_the_text_and_lead_to_the_list(site: Site) -> None:
    page = site.build().page("t/a")
    marks = [mark.get_text() for mark in page.select(".citation")]
    assert marks == ["[1]", "[2, §4.2]", "[1, 3, p. 7]"]
    for link in page.select(".citation a"):
        assert page.find(id=str(link["href"])[1:]) is not None
    items = [item.get_text() for item in page.select(".sources li")]
    assert items[0] == "A B et al. Two. 2020. arXiv:2001.00001"
    assert items[1] == (
        "Ada Lovelace and Charles Babbage. The Engine. J. Engines 1(2):3–4, 1843. doi:10.1/x"
    )
    assert items[2] == "Three. RFC 1. example.org/rfc/1"
    assert len(items) == 3


def test_the_list_is_the_last_section_and_does_not_count(site: Site) -> None:
    page = site.build().page("t/a")
    assert [h.get_text().rstrip("¶") for h in page.select("section h1, section h2")] == [
        "Title",
        "Part",
        "Sources",
    ]
    # B [1]. Part A [2, §4.2], again [1, 3, p. 7].
    assert "1 min · 11 words" in page.get_text()


def test_one_source_in_two_articles_gives_no_warning(site: Site) -> None:
    built = site.build()
    assert built.warnings == ""
    assert built.page("t/b").select_one(".citation").get_text() == "[1]"  # type: ignore[union-attr]


def test_an_unknown_key_is_told_and_marked(site: Site) -> None:
    site.write({"t/b.md": article("\nAlso {cite}`none`.", 2)})
    built = site.build()
    expected = (
        "b.md:8: WARNING: cite: 'none' is not in references.bib: add the entry or correct the key"
    )
    assert expected in built.warnings
    assert "[none?]" in built.page("t/b").get_text()


@pytest.mark.parametrize(
    ("bib", "message"),
    [(None, "references.bib does not exist"), ("@misc{a, title = {x\n", "references.bib: ")],
)
def test_a_broken_file_of_sources_is_told_once(site: Site, bib: str | None, message: str) -> None:
    if bib is None:
        site.remove("t/references.bib")
    else:
        site.write({"t/references.bib": bib})
    warnings = site.build().warnings
    assert warnings.count(message) == 2  # one for each of the two pages
    assert "Traceback" not in warnings


def test_an_edited_entry_changes_the_pages_that_cite_it(site: Site) -> None:
    site.build()
    site.write({"t/references.bib": BIB.replace("Engines}", "Machines}")})
    built = site.build()
    assert "J. Machines" in built.page("t/b").get_text()
    assert built.files() == site.build(out="clean", fresh=True).files()


@pytest.mark.parametrize("builder", ["text", "latex", "epub"])
def test_other_builders_have_the_list(site: Site, builder: str) -> None:
    built = site.build(builder, reading_exports=[])
    texts = [
        path.read_text(encoding="utf-8")
        for path in built.out.rglob("*.*")
        if path.suffix in {".txt", ".tex", ".xhtml"}
    ]
    assert any("J. Engines" in text for text in texts)
