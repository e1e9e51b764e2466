"""The sidebar of Furo projects: the sections, the pages of one's own, and the way on and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from conftest import Built, Site

SECTIONS = 12
CONF = 'extensions = ["sphinx_section_nav"]\nhtml_theme = "furo"\nproject_copyright = ""\n'
WITHOUT = {"extensions": ["sphinx.ext.mathjax"]}  # in place of ours, with its setting unknown


def heading(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"


def article(number: int) -> str:
    return heading(f"The long title of article number {number}") + f"\nText {number}.\n"


def section(number: int, articles: list[int]) -> str:
    lines = [f"   Short {each} <{each}>" for each in articles]
    return heading(f"Section {number}") + "\n.. toctree::\n\n" + "\n".join(lines) + "\n"


def library(articles: int, sections: int = SECTIONS) -> dict[str, str | bytes]:
    """Sections with *articles* articles dealt out in turn, each with a short title."""
    files: dict[str, str | bytes] = {"conf.py": CONF}
    entries = "".join(f"   s{number}/index\n" for number in range(sections))
    files["index.rst"] = heading("Library") + "\n.. toctree::\n   :hidden:\n\n" + entries
    for number in range(sections):
        own = list(range(number, articles, sections))
        files[f"s{number}/index.rst"] = section(number, own)
        files |= {f"s{number}/{each}.rst": article(each) for each in own}
    return files


def sidebar(page: BeautifulSoup) -> Tag:
    (tree,) = page.select(".sidebar-tree")
    return tree


def links(page: BeautifulSoup) -> dict[str, str]:
    """Text and address of each link in the sidebar."""
    return {link.text: str(link["href"]) for link in sidebar(page).select("a")}


def way(page: BeautifulSoup) -> tuple[str | None, str | None]:
    """The titles of the previous and the next page, the same below the page and in its head."""
    below = [page.select_one(f"a.{name}-page .title") for name in ("prev", "next")]
    head = [page.select_one(f'head link[rel="{name}"]') for name in ("prev", "next")]
    titles = [title.text.strip() if title else None for title in below]
    assert [str(link["title"]) if link else None for link in head] == [
        "Toolbox" if title == "Home" else title for title in titles
    ]
    return titles[0], titles[1]


@pytest.fixture
def toolbox(project: Callable[..., Site]) -> Site:
    return project("section-nav")


# -- What the sidebar shows -----------------------------------------------------------------


@pytest.mark.parametrize("articles", [30, 300])
def test_page_links_to_the_sections_and_to_its_own_section_only(
    project: Callable[..., Site], articles: int
) -> None:
    built = project(library(articles)).build()
    assert built.warnings == ""
    for number in range(SECTIONS):
        own = list(range(number, articles, SECTIONS))
        for docname in [f"s{number}/index", f"s{number}/{own[0]}", f"s{number}/{own[-1]}"]:
            assert len(sidebar(built.page(docname)).select("a")) == SECTIONS + len(own)
    for docname in ("index", "search", "genindex"):
        assert len(sidebar(built.page(docname)).select("a")) == SECTIONS


def plain(item: Tag, keep: Callable[[Tag], bool]) -> tuple[Any, ...]:
    """A line of the sidebar as data, without empty lists and those that *keep* rejects."""
    link = item.find("a", recursive=False)
    assert isinstance(link, Tag)
    classes = set(item["class"]) - {"current-page"}  # Furo marks one of several
    below = item.find("ul", recursive=False)
    if not isinstance(below, Tag) or not below.li or not keep(item):
        return (classes - {"has-children"}, set(link["class"]), link["href"], link.text, ())
    box = item.find("input", recursive=False)
    label = item.find("label", recursive=False)
    assert isinstance(box, Tag)
    assert isinstance(label, Tag)
    assert box["id"] == label["for"]
    controls = (box["aria-label"], box["type"], box["role"], box["class"], str(label.span))
    lines = tuple(plain(child, keep) for child in below.find_all("li", recursive=False))
    return (classes, set(link["class"]), link["href"], link.text, (box.has_attr("checked"),
            controls, lines))  # fmt: skip


def groups(page: BeautifulSoup, keep: Callable[[Tag], bool]) -> list[Any]:
    tree = sidebar(page)
    captions = [str(caption) for caption in tree.select("p.caption")]
    lists = tree.find_all("ul", recursive=False)
    return [
        captions,
        *([plain(item, keep) for item in each.find_all("li", recursive=False)] for each in lists),
    ]


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_sidebar_is_furos_own_with_other_branches_cut(toolbox: Site, builder: str) -> None:
    ours = toolbox.build(builder)
    furo = toolbox.build(builder, out="stock", **WITHOUT)
    assert ours.warnings == ""
    pages = [path.relative_to(ours.out).as_posix() for path in ours.out.rglob("*.html")]
    assert len(pages) == 19
    for page in pages:
        mine, stock = (
            BeautifulSoup((built.out / page).read_text(), "html.parser") for built in (ours, furo)
        )
        assert groups(mine, lambda _: True) == groups(stock, lambda li: "current" in li["class"])


def test_current_page_is_marked(toolbox: Site) -> None:
    page = toolbox.build().page("guide/deep/side")
    (item,) = page.select(".current-page")
    (link,) = page.select('[aria-current="page"]')
    assert link.parent is item
    assert link["href"] == "#"
    assert [above.a.text for above in page.select(".sidebar-tree li.current") if above.a] == [
        "2. Guide",
        "2.3.1. Deep matters",
        "2.3.1.1. Sideways",
    ]


def test_page_outside_all_toctrees_shows_the_sections_and_no_way_on(toolbox: Site) -> None:
    page = toolbox.build().page("alone")
    assert not page.select(".sidebar-tree .current, .sidebar-tree ul ul")
    assert links(page)["2. Guide"] == "guide/index.html"
    assert way(page) == (None, None)


def test_toctree_for_another_output_is_left_out(project: Callable[..., Site]) -> None:
    only = "\n.. only:: {}\n\n   .. toctree::\n\n      {}\n"
    index = heading("Root") + only.format("latex", "a") + only.format("html", "b")
    files = {"conf.py": CONF, "a.rst": heading("A"), "b.rst": heading("B"), "index.rst": index}
    assert list(links(project(files).build().page("b"))) == ["B"]


def test_removed_document_leaves_the_sidebar(toolbox: Site) -> None:
    toolbox.build()
    toolbox.remove("guide/use.rst")
    built = toolbox.build()
    assert "nonexisting document" in built.warnings or "non-existing document" in built.warnings
    assert not any("tool & why" in text for text in links(built.page("guide/last")))


def test_long_list_becomes_a_window_around_the_page(project: Callable[..., Site]) -> None:
    built = project(library(240), section_nav_window=5).build()
    assert built.warnings == ""

    def shown(docname: str) -> list[str]:
        below = sidebar(built.page(docname)).select_one("ul ul")
        assert below
        return [link.text for link in below.select("a")]

    # section 3 has the articles 3, 15, 27 … 231
    assert shown("s3/3") == [*(f"Short {n}" for n in (3, 15, 27, 39, 51)), "All 20 pages"]
    assert shown("s3/75") == [*(f"Short {n}" for n in (51, 63, 75, 87, 99)), "All 20 pages"]
    assert shown("s3/231") == [*(f"Short {n}" for n in (183, 195, 207, 219, 231)), "All 20 pages"]
    assert links(built.page("s3/75"))["All 20 pages"] == "index.html"
    # the sections themselves are a long list, too
    assert len(sidebar(built.page("s3/75")).select(".toctree-l1")) == 6
    assert built.page("s3/75").select(".toctree-l1.current a")[0].text == "Section 3"


def test_page_stops_growing_with_its_section(project: Callable[..., Site]) -> None:
    conf = {"section_nav_window": 5, "section_nav_all_pages": "All"}
    small, large = (project(library(each), **conf).build() for each in (144, 288))
    assert len(small.html("s3/75")) == len(large.html("s3/75"))


# -- The way through a section --------------------------------------------------------------


def test_way_stays_in_the_section_and_bears_short_titles(toolbox: Site) -> None:
    built = toolbox.build()
    assert way(built.page("guide/index")) == (None, "2.1. Install it")
    assert way(built.page("guide/install")) == ("2. Guide", "2.2. How to use tool & why")
    assert way(built.page("guide/use")) == ("2.1. Install it", "2.3.1. Deep matters")
    assert way(built.page("guide/deep/index")) == (
        "2.2. How to use tool & why",
        "2.3.1.1. Sideways",
    )
    assert way(built.page("guide/deep/deeper/bottom")) == ("2.3.1.2. Deeper", "2.3.2. Last words")
    assert way(built.page("guide/last")) == ("2.3.1.2.1. The bottom", None)
    assert way(built.page("notes/index")) == (None, None)  # a section without a page yet


def test_pages_without_a_section_follow_one_another(toolbox: Site) -> None:
    built = toolbox.build()
    assert way(built.page("index")) == (None, "1. Getting started")
    assert way(built.page("start")) == ("Home", "Changes")
    assert way(built.page("changes")) == ("1. Getting started", None)


def test_markup_of_titles_is_kept_and_special_characters_are_escaped(toolbox: Site) -> None:
    change(toolbox, "start.rst", "Getting started", "A <b> & started")
    built = toolbox.build()
    code = '<code class="docutils literal notranslate"><span class="pre">tool</span></code>'
    title = f"How to <em>use</em> {code} &amp; why"
    assert f"{title}</a>" in built.html("guide/last")  # in the sidebar
    assert f"{title}</div>" in built.html("guide/install")  # and below the page
    assert "A &lt;b&gt; &amp; started</a>" in built.html("guide/last")
    assert '"caption-text">First &amp; foremost<' in built.html("guide/last")
    assert 'aria-label="Toggle navigation of 2.3.1. Deep matters"' in built.html("guide/deep/side")


def test_breadcrumbs_and_relation_links_bear_short_titles(toolbox: Site) -> None:
    page = toolbox.build().page("guide/deep/deeper/bottom")
    parents = [(link["href"], link.text) for link in page.select("#parents a")]
    assert parents == [
        ("../../index.html", "2. Guide"),
        ("../index.html", "2.3.1. Deep matters"),
        ("index.html", "2.3.1.2. Deeper"),
    ]
    rellinks = [(link.text, link["title"], link["href"]) for link in page.select("#rellinks a")]
    assert rellinks == [
        ("index", "General Index", "../../../genindex.html"),
        ("next", "2.3.2. Last words", "../../last.html"),
        ("previous", "2.3.1.2. Deeper", "index.html"),
    ]


# -- Builds after the first -----------------------------------------------------------------


def rename(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def change(site: Site, name: str, old: str, new: str) -> None:
    site.write({name: rename((site.source / name).read_text(), old, new)})


def add_article(site: Site) -> None:
    site.write({"s3/new.rst": heading("A new article")})
    change(site, "s3/index.rst", "   Short 7 ", "   New <new>\n   Short 7 ")


def remove_article(site: Site) -> None:
    site.remove("s3/7.rst")
    change(site, "s3/index.rst", "   Short 7 <7>\n", "")


def rename_article(site: Site) -> None:
    site.write({"s3/other.rst": (site.source / "s3/7.rst").read_text()})
    site.remove("s3/7.rst")
    change(site, "s3/index.rst", "<7>", "<other>")


def swap_articles(site: Site) -> None:
    change(site, "s3/index.rst", "Short 3 <3>\n   Short 7 <7>", "Short 7 <7>\n   Short 3 <3>")


def move_article(site: Site) -> None:
    """To the end of the section before, file and all."""
    site.write({"s2/7.rst": (site.source / "s3/7.rst").read_text()})
    remove_article(site)
    change(site, "s2/index.rst", "Short 10 <10>", "Short 10 <10>\n   Short 7 <7>")


OWN = {"index", "s3/index", "s3/3", "s3/7", "s3/11"}  # the root, since it lists s3/index
ALL = {"index", *(f"s{n % 4}/{n}" for n in range(12)), *(f"s{n}/index" for n in range(4))}

EDITS: dict[str, tuple[Callable[[Site], None], set[str]]] = {
    "the text of an article": (
        lambda site: change(site, "s3/7.rst", "Text", "Other text"),
        {"s3/7", "s3/index"},  # Sphinx itself writes the page of the toctree again
    ),
    "a long title that a short one covers": (
        lambda site: change(site, "s3/7.rst", "The long title", "The best title"),
        {"s3/7", "s3/index"},
    ),
    "a short title": (lambda site: change(site, "s3/index.rst", "Short 7", "Brief"), OWN),
    "a long title that is shown": (
        lambda site: change(site, "s2/index.rst", "Section 2", "Section B"),
        ALL,
    ),
    "an article added": (add_article, OWN | {"s3/new"}),
    "an article removed": (remove_article, OWN - {"s3/7"}),
    "an article renamed": (rename_article, OWN - {"s3/7"} | {"s3/other"}),
    "the order of articles": (swap_articles, OWN),
    "an article moved": (
        move_article,
        OWN - {"s3/7"} | {"s2/index", "s2/2", "s2/6", "s2/10", "s2/7"},
    ),
    "the order of sections": (
        lambda site: change(site, "index.rst", "s0/index\n   s1/index", "s1/index\n   s0/index"),
        ALL,
    ),
    "numbers": (lambda site: change(site, "index.rst", ":hidden:", ":numbered:"), ALL),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("parallel", [1, 2])
def test_edit_rewrites_the_pages_that_show_it_and_equals_a_clean_build(
    project: Callable[..., Site], edit: str, parallel: int
) -> None:
    site = project(library(12, sections=4))
    site.build(parallel=parallel)
    do, pages = EDITS[edit]
    do(site)
    after = site.build(parallel=parallel)
    clean = site.build(out="clean")
    assert after.warnings == clean.warnings == ""
    if parallel == 1:
        assert set(after.written) == pages
    produced = after.files()
    assert {name: produced[name] for name in clean.files()} == clean.files()


def test_new_title_reaches_the_page_that_follows_a_closed_branch(toolbox: Site) -> None:
    toolbox.build()
    change(toolbox, "guide/deep/deeper/bottom.rst", "The bottom", "The ground")
    built = toolbox.build()
    assert way(built.page("guide/last")) == ("2.3.1.2.1. The ground", None)
    assert "guide/use" not in built.written


def test_nothing_is_rewritten_when_nothing_changes(toolbox: Site) -> None:
    toolbox.build()
    assert toolbox.build().written == []


@pytest.mark.parametrize("builder", ["text", "dirhtml"])
def test_edit_first_built_for_another_output_still_reaches_the_pages(
    project: Callable[..., Site], builder: str
) -> None:
    site = project(library(12, sections=4))
    site.build()
    (site.folder / f"{builder}.doctrees").symlink_to("html.doctrees")  # one environment for both
    change(site, "s3/index.rst", "Short 7", "Brief")
    site.build(builder)
    assert set(site.build().written) == OWN


def test_two_processes_write_the_same_pages_as_one(toolbox: Site) -> None:
    two, one = toolbox.build(out="two", parallel=2), toolbox.build(out="one")
    assert two.warnings == ""  # Sphinx tells of extensions that forbid it
    assert two.files() == one.files()


# -- Other projects -------------------------------------------------------------------------


def test_other_theme_gets_one_message_and_the_same_pages(toolbox: Site) -> None:
    toolbox.conf["html_theme"] = "alabaster"
    toolbox.conf["html_sidebars"] = {}
    with_ours, without = toolbox.build(), toolbox.build(out="stock", **WITHOUT)
    (message,) = with_ours.warnings.splitlines()
    assert "WARNING: conf.py: sphinx_section_nav needs the theme Furo" in message
    assert "[section_nav.theme]" in message
    assert comparable(with_ours) == comparable(without)


def comparable(built: Built) -> dict[str, bytes]:
    """The output but for the date that EPUB writes."""
    return {
        name: content
        for name, content in built.files().items()
        if not name.endswith((".epub", "content.opf"))
    }


@pytest.mark.parametrize("builder", ["singlehtml", "text", "latex", "epub"])
def test_other_builders_are_left_alone(toolbox: Site, builder: str) -> None:
    with_ours, without = toolbox.build(builder), toolbox.build(builder, out="stock", **WITHOUT)
    assert with_ours.warnings == without.warnings
    assert comparable(with_ours) == comparable(without)


def test_function_toctree_is_back_for_other_templates(toolbox: Site) -> None:
    mine, stock = toolbox.build(), toolbox.build(out="stock", **WITHOUT)
    trees = [str(built.page("guide/use").select_one("#toctree")) for built in (mine, stock)]
    assert "Reference" in trees[0]
    assert trees[0] == trees[1]


def test_page_not_found_works_at_any_depth(project: Callable[..., Site]) -> None:
    site = project(library(12), extensions=["sphinx_section_nav", "notfound.extension"])
    page = site.build(notfound_urls_prefix="/docs/").page("404")
    assert links(page)["Section 3"] == "/docs/s3/index.html"


CHANGED_FURO = """
def setup(app):
    app.connect(
        "html-page-context",
        lambda app, name, template, context, doctree: context.pop("furo_navigation_tree"),
        priority=501,
    )
"""


def test_furo_that_works_otherwise_gets_one_message(project: Callable[..., Site]) -> None:
    files = library(24)
    files["conf.py"] = CONF + CHANGED_FURO
    built = project(files).build()
    (message,) = built.warnings.splitlines()
    assert "[section_nav.theme]" in message
    assert "Text 5." in built.html("s5/5")
