"""What articles show of each other: opening, related articles, data for previews."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import Site

CONF = """
extensions = ["myst_parser", "sphinx_reading", "sphinx_section_nav", "reader"]
reading_article_key = "number"
reading_words_per_minute = 10
myst_heading_anchors = 3
html_theme = "furo"
html_copy_source = False
"""


def article(
    number: int,
    title: str,
    *keys: str,
    text: str = "Ten words that nobody needs to read at any time.",
) -> str:
    front = "\n".join([f"number: {number}", *keys])
    return f"---\n{front}\n---\n\n# {title}\n\n{text}\n"


@pytest.fixture
def site(project: Callable[..., Site]) -> Site:
    return project(
        {
            "conf.py": CONF,
            "index.md": "# Home\n\n```{toctree}\nt/index\nu/index\n```\n",
            "t/index.md": "# T\n\n```{toctree}\nShort A <a>\nShort B <b>\n```\n",
            "u/index.md": "# U\n\n```{toctree}\nShort C <c>\n```\n",
            "t/a.md": article(
                1,
                "All about A",
                "description: What <A> is.",
                "prerequisites: [c, not-written, b]",
                "related: [b, not-written-either, c]",
                text="See [there](../u/c.md#part) and [more](b.md).\n\n## Part\n\nMore.",
            ),
            "t/b.md": article(2, "All about B", "description: What B is."),
            "u/c.md": article(3, "All about C", text="C.\n\n## Part\n\nPart of C."),
        }
    )


def test_an_article_opens_with_its_description_and_what_to_read_first(site: Site) -> None:
    built = site.build()
    assert built.warnings == ""
    page = built.page("t/a")
    opening = [tag for tag in page.select_one("section").find_all(recursive=False)][:4]
    assert [tag.name for tag in opening] == ["h1", "p", "p", "p"]
    assert opening[1]["class"] == ["reading-byline"]
    assert opening[2].get_text() == "What <A> is."
    assert opening[3].get_text() == "Read first: Short C, 1\xa0min; Short B, 1\xa0min"
    assert [a["href"] for a in opening[3].select("a")] == ["../u/c.html", "b.html"]


def test_the_opening_is_not_counted(site: Site) -> None:
    with_all = site.build().page("t/a").select_one(".reading-byline").get_text()
    source = (site.source / "t/a.md").read_text()
    bare = "\n".join(
        line for line in source.splitlines() if not line.startswith(("desc", "pre", "rel"))
    )
    site.write({"t/a.md": bare})
    page = site.build().page("t/a")
    assert page.select_one(".reading-byline").get_text() == with_all
    assert not page.select(".reader-lead, .reader-first, .reader-related")


def test_related_articles_stand_at_the_end_with_description_and_time(site: Site) -> None:
    page = site.build().page("t/a")
    related = page.select_one(".reader-related")
    assert related.find_previous("h2").get_text() == "Part¶"
    heading = page.find(id=related["aria-labelledby"])
    assert (heading.name, heading.get_text()) == ("h2", "Related articles")
    items = [item.get_text(" ", strip=True) for item in related.select("li")]
    assert items == ["All about B 1\xa0min What B is.", "All about C 1\xa0min"]
    assert [a["href"] for a in related.select("a")] == ["b.html", "../u/c.html"]
    assert not site.build().page("t/b").select(".reader-related")


def test_related_articles_come_before_the_sources(site: Site) -> None:
    site.write(
        {
            "t/references.bib": "@misc{x, title = {X}, year = {2020}}\n",
            "t/b.md": article(2, "B", "related: [c]", text="Text {cite}`x`.\n\n## End\n\nEnd."),
        }
    )
    page = site.build().page("t/b")
    blocks = page.select("#end, .reader-related, .sources")
    assert [block.name for block in blocks] == ["section", "nav", "section"]
    assert blocks[2]["id"] == "sources"


def test_the_search_finds_an_article_only_under_its_own_words(site: Site) -> None:
    site.write({"t/b.md": article(2, "All about B", "description: Zebrafish swim.")})
    built = site.build()
    index = (built.out / "searchindex.js").read_text()
    start = index.index('"docnames":')
    docnames = index[start : index.index("]", start)]
    assert '"zebrafish":' in index
    number = docnames.split("[")[1].split(",").index('"t/b"')
    assert f'"zebrafish":{number}' in index


CHANGES = {
    "title": ("u/c.md", "All about C", "Everything on C"),
    "text": ("u/c.md", "Part of C.", "Part of C. " + "More words. " * 9),
    "description": ("t/b.md", "What B is", "Who B was"),
    "short title": ("u/index.md", "Short C", "Seaside"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_edit_elsewhere_rewrites_what_shows_it(site: Site, change: str) -> None:
    site.build()
    name, old, new = CHANGES[change]
    text = (site.source / name).read_text()
    site.write({name: text.replace(old, new)})
    built = site.build()
    assert "t/a" in built.written
    assert "t/a" not in built.read
    assert built.files() == site.build(out="clean").files()


def test_an_article_that_comes_or_goes_is_shown_or_not(site: Site) -> None:
    site.build()
    site.write(
        {
            "t/not-written.md": article(4, "Written now"),
            "t/index.md": "# T\n\n```{toctree}\nShort A <a>\nShort B <b>\nnot-written\n```\n",
        }
    )
    built = site.build()
    assert "; Written now, 1\xa0min; " in built.page("t/a").select_one(".reader-first").get_text()
    assert built.files() == site.build(out="clean").files()
    site.remove("t/not-written.md")
    site.write({"t/index.md": "# T\n\n```{toctree}\nShort A <a>\nShort B <b>\n```\n"})
    built = site.build()
    assert "Written" not in built.html("t/a")
    assert built.files() == site.build(out="clean2").files()


def test_a_body_edit_leaves_pages_alone_that_show_the_same_of_it(site: Site) -> None:
    site.build()
    text = (site.source / "u/c.md").read_text()
    site.write({"u/c.md": text.replace("Part of C.", "Parts of C.")})
    built = site.build()
    assert "u/c" in built.written
    assert "t/a" not in built.written


def test_two_processes_give_the_same_bytes(site: Site) -> None:
    assert site.build().files() == site.build(out="two", parallel=2).files()


@pytest.mark.parametrize("builder", ["text", "latex", "man", "texinfo", "epub", "dirhtml"])
def test_other_formats_show_both_too(site: Site, builder: str) -> None:
    built = site.build(builder)
    assert "reader" not in built.warnings
    if builder == "text":
        text = (built.out / "t/a.txt").read_text()
        assert "Read first: Short C, 1\xa0min; Short B, 1\xa0min" in text
        assert "Related articles" in text
