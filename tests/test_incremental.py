"""After any edit the output equals a clean build's, and only pages that show it are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import Built, Site

CONF = """
extensions = ["myst_parser", "sphinx_reading", "sphinx_section_nav", "reader"]
reading_article_key = "number"
reading_exports = ["json", "txt", "atom", "sitemap", "json-ld"]
html_baseurl = "https://example.org/"
html_theme = "furo"
myst_heading_anchors = 2
"""


def article(number: int, title: str, text: str = "Some words.", **front: str) -> str:
    keys = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\nnumber: {number}\nupdated: 2026-01-01\n{keys}---\n\n# {title}\n\n{text}\n"


FILES = {
    "conf.py": CONF,
    "index.md": "# Home\n\n```{toctree}\na/index\nb/index\nall\n```\n",
    "all.md": "# All\n\n```{reading-total}\n```\n\n```{reading-index}\n:group: topic\n```\n",
    "a/index.md": "# Topic A\n\n```{reading-total}\n```\n\n```{toctree}\nOne <one>\ntwo\n```\n",
    "b/index.md": "# Topic B\n\n```{reading-total}\n```\n\n```{toctree}\nthree\n```\n",
    "a/one.md": article(1, "One"),
    "a/two.md": article(2, "Two", "See [](one.md)."),
    "b/three.md": article(3, "Three", "See {doc}`/a/two`.\n\n## Own part\n\nText."),
}


@pytest.fixture
def site(project: Callable[..., Site]) -> Site:
    return project(FILES)


def rebuild(site: Site) -> Built:
    """Build after an edit, and require the bytes of a clean build of the same sources."""
    built = site.build()
    clean = site.build(out="clean", fresh=True).files()
    ours = built.files()
    assert sorted(ours) == sorted(clean)
    differ = [name for name in clean if ours[name] != clean[name]]
    assert not differ, [
        (a, b)
        for name in differ
        for a, b in zip(ours[name].splitlines(), clean[name].splitlines(), strict=False)
        if a != b
    ][:4]
    return built


def test_a_body_edit_rewrites_the_page_and_the_pages_that_show_its_record(site: Site) -> None:
    site.build()
    site.write(
        {
            "b/three.md": article(
                3, "Three", "See {doc}`/a/two`. Now it has many more words than before."
            )
        }
    )
    built = rebuild(site)
    assert built.read == ["b/three"]
    assert built.written == ["all", "b/index", "b/three", "index"]


def test_an_edit_that_keeps_the_record_rewrites_the_page_alone(site: Site) -> None:
    site.build()
    site.write({"a/one.md": article(1, "One", "Other words.")})
    # Sphinx itself writes the page whose toctree leads to an edited page.
    assert rebuild(site).written == ["a/index", "a/one"]


def test_a_new_description_rewrites_the_pages_that_show_the_record(site: Site) -> None:
    site.build()
    site.write({"a/one.md": article(1, "One", description="What it is.")})
    # a/two links to it, and shows its description before one follows the link.
    assert rebuild(site).written == ["a/index", "a/one", "a/two", "all", "index"]


def test_a_new_title_rewrites_link_texts_and_indexes(site: Site) -> None:
    site.build()
    site.write({"a/two.md": article(2, "Two, renewed", "See [](one.md).")})
    built = rebuild(site)
    assert {"a/two", "all", "a/index", "b/three"} <= set(built.written)
    assert "Two, renewed" in built.page("b/three").get_text()


def test_a_new_heading_moves_the_links_that_lead_to_it(site: Site) -> None:
    site.write({"a/one.md": article(1, "One", "## Part\n\nText.")})
    site.write({"a/two.md": article(2, "Two", "See [](one.md#part).")})
    site.build()
    site.write({"a/one.md": article(1, "One", "(x)=\n## Part\n\n## Other\n\nText.")})
    rebuild(site)


def test_a_new_heading_appears_in_every_toctree_that_shows_it(site: Site) -> None:
    site.write({"b/three.md": article(3, "Three", "## Part\n\nText.")})
    site.build()
    site.write({"b/three.md": article(3, "Three", "## Trap\n\nText.")})
    assert "Trap" in rebuild(site).page("index").get_text()


def test_a_new_short_title_rewrites_what_shows_it(site: Site) -> None:
    site.build()
    site.write({"a/index.md": FILES["a/index.md"].replace("One <one>", "First <one>")})
    built = rebuild(site)
    assert '"short_title": "First"' in (built.out / "articles.json").read_text(encoding="utf-8")


def test_an_article_that_is_added_appears(site: Site) -> None:
    site.build()
    site.write(
        {
            "b/four.md": article(4, "Four"),
            "b/index.md": FILES["b/index.md"].replace("three\n", "three\nfour\n"),
        }
    )
    built = rebuild(site)
    assert "Four" in built.page("all").get_text()
    assert "2 articles" in built.page("b/index").get_text()


def test_an_article_that_was_linked_before_it_existed(site: Site) -> None:
    site.write({"a/one.md": article(1, "One", "See {doc}`/b/four`.")})
    assert "unknown document" in site.build().warnings
    site.write(
        {
            "b/four.md": article(4, "Four"),
            "b/index.md": FILES["b/index.md"].replace("three\n", "three\nfour\n"),
        }
    )
    assert "Four" in rebuild(site).page("a/one").get_text()


def test_an_article_that_is_renamed_or_removed_leaves_no_record(site: Site) -> None:
    site.build()
    site.remove("b/three.md")
    site.write(
        {
            "b/drei.md": FILES["b/three.md"],
            "b/index.md": FILES["b/index.md"].replace("three\n", "drei\n"),
        }
    )
    built = site.build()
    assert "b/drei.html" in built.html("all")
    assert "b/three" not in built.html("all")
    assert "b/three" not in (built.out / "articles.json").read_text(encoding="utf-8")
    site.remove("b/drei.md")
    site.write({"b/index.md": "# Topic B\n\n```{reading-total}\n```\n"})
    built = site.build()
    assert "0 articles" in built.page("b/index").get_text()
    assert "Topic B" not in built.page("all").select_one(".reading-index").get_text()  # type: ignore[union-attr]


def test_a_page_that_stops_being_an_article_leaves_the_index(site: Site) -> None:
    site.build()
    site.write({"a/one.md": "# One\n\nSome words.\n"})
    built = rebuild(site)
    assert "a/one.html" not in str(built.page("all").select_one(".reading-index"))


def test_a_build_without_an_edit_reads_and_writes_nothing(site: Site) -> None:
    first = site.build().files()
    again = site.build()
    assert (again.read, again.written) == ([], [])
    assert again.files() == first
