"""One style sheet and one script for all pages, and none that a page does not use."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup

from conftest import Site

CONF = {
    "extensions": ["myst_parser", "sphinx_copybutton", "sphinx_design", "sphinx_reading", "reader"],
    "html_theme": "furo",
    "html_static_path": ["static"],
    "html_css_files": ["site.css"],
    "myst_enable_extensions": ["colon_fence"],
}
FILES: dict[str, str | bytes] = {
    "index.md": "# Home\n\n```{toctree}\ncards\n```\n\n    code\n",
    "cards.md": "# Cards\n\n:::{card} One\nText\n:::\n",
    "static/site.css": "p { color: red }",
    "static/only.css": "h1 { color: blue }",
}


def linked(page: BeautifulSoup) -> list[str]:
    """Names of the sheets and scripts of a page, in their order."""
    links = [link["href"] for link in page.find_all("link", rel="stylesheet")]
    links += [script["src"] for script in page.find_all("script", src=True)]
    return [str(link).partition("?")[0].rpartition("/")[2] for link in links]


def test_pages_link_one_sheet_and_one_script(project: Callable[..., Site]) -> None:
    built = project(FILES, **CONF).build()
    assert not built.warnings
    assert linked(built.page("index")) == ["page.css", "page.js"]
    assert linked(built.page("cards")) == ["page.css", "sphinx-design.min.css", "page.js"]
    sheet = (built.out / "_static/page.css").read_text(encoding="utf-8")
    assert sheet.index(".sidebar-drawer") < sheet.index("p { color: red }")
    assert 'body[data-theme="dark"] .highlight' in sheet
    script = (built.out / "_static/page.js").read_text(encoding="utf-8")
    assert script.index("DOCUMENTATION_OPTIONS") < script.index("clipboard")


def test_an_edit_of_the_style_alone_is_taken_up(project: Callable[..., Site]) -> None:
    site = project(FILES, **CONF)
    site.build()
    site.write({"static/site.css": "p { color: green }"})
    built = site.build()
    assert "color: green" in (built.out / "_static/page.css").read_text(encoding="utf-8")


def test_a_sheet_for_one_page_comes_after_that_for_all(project: Callable[..., Site]) -> None:
    conf = {**CONF, "html_css_files": ["site.css", "only.css"]}
    built = project(FILES, **conf).build()
    assert linked(built.page("index"))[:2] == ["page.css", "only.css"]
