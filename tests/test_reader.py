"""What articles show of each other: opening, related articles, data for previews."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from conftest import REPOSITORY, Site

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


def test_a_number_and_its_unit_stay_on_one_line(site: Site) -> None:
    text = (
        "It takes 120 MB, **7** % and $d$ m; in `5 MB` and 3 Members, 2 a day, 1,000\u00a0kg.\n\n"
        "See [12 ms](b.md). {sub}`2` GB.\n\n    8 MB\n\n## The 9 GB\n\n$$\n4 ms\n$$\n"
    )
    site.write({"t/a.md": article(1, "The 6 MB", text=text)})
    page = site.build(myst_enable_extensions=["dollarmath"]).page("t/a")
    shown = page.select_one("article").get_text() if page.article else page.get_text()
    for joined in ("120 MB", "7 %", "12 ms", "2 GB"):
        assert joined.replace(" ", "\xa0") in shown
    for kept in ("5 MB", "3 Members", "2 a day", "8 MB", "The 9 GB", "The 6 MB"):
        assert kept in shown


def test_joined_units_do_not_change_the_count(site: Site) -> None:
    site.write({"t/a.md": article(1, "A", text="In 3 ms and 4 GB go 5 % of it.")})
    byline = site.build().page("t/a").select_one(".reading-byline").get_text()
    assert byline == "2 min · 11 words"


def test_a_computed_number_and_its_unit_stay_on_one_line(site: Site) -> None:
    site.write({"t/a.md": article(1, "A", text="Takes {calc}`40 + 2` MB."), "t/a.py": '"""A."""\n'})
    extensions = [
        "myst_parser",
        "sphinx_reading",
        "sphinx_computed",
        "sphinx_section_nav",
        "reader",
    ]
    page = site.build(extensions=extensions).page("t/a")
    assert "42\xa0MB" in page.get_text()


def test_an_article_brings_data_for_the_links_of_its_text_alone(site: Site) -> None:
    site.write(
        {
            "t/b.md": article(
                2,
                "B </script>",
                "description: What <b> is.",
                "prerequisites: [c]",
                text="As [A](a.md).",
            )
        }
    )
    page = site.build().page("t/a")
    data = json.loads(page.find(id="reader-data").string)
    assert data == {
        "words": 6,
        "speed": 10,
        "cjk": False,
        "links": {
            "../u/c.html": ["All about C", "", 1],
            "b.html": ["B </script>", "What <b> is.", 1],
        },
    }
    of_b = json.loads(site.build().page("t/b").find(id="reader-data").string)
    assert of_b["links"].keys() == {"../u/c.html", "a.html"}
    assert json.loads(site.build().page("u/c").find(id="reader-data").string)["links"] == {}
    written = {str(link["href"]).split("#")[0] for link in page.select("section p a")}
    assert data["links"].keys() == written - {""}


def test_the_page_on_privacy_lists_what_the_script_keeps() -> None:
    script = (REPOSITORY / "ext/reader/static/common.js").read_text(encoding="utf-8")
    keys = {*re.findall(r'KEY = "(.*?)"', script), *re.findall(r'\[KEY, "(.*?)"\]', script)}
    page = (REPOSITORY / "source/privacy.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(.*?)` \|", page, re.MULTILINE)) == keys
    assert len(keys) == 2
