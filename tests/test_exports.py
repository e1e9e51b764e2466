"""articles.json, articles.txt, feed, sitemap and JSON-LD, made from the records."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from conftest import REPOSITORY, SOURCE, Site

SCHEMA = REPOSITORY / "ext/sphinx_reading/articles.schema.json"
ADDRESS = "https://example.org/kb/"
CONF = """
extensions = ["myst_parser", "sphinx_reading"]
project, author = "A & B", "Their authors"
reading_article_key = "number"
reading_exports = ["json", "txt", "atom", "sitemap", "json-ld"]
"""
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def article(number: int, title: str = "T", words: int = 1, **front: str) -> str:
    keys = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\nnumber: {number}\n{keys}---\n\n# {title}\n\n{'w ' * words}\n"


@pytest.fixture
def site(project: Callable[..., Site]) -> Site:
    toctree = "# Home\n\n```{toctree}\nx/index\n```\n"
    topic = "# Topic <x>\n\n```{toctree}\nShort & sweet <one>\ntwo\n```\n"
    one = article(
        2,
        'It\'s <"one">',
        214,
        description="A & b.",
        updated="2026-03-01",
        related="[two, later]",
    )
    two = article(1, "Two", 1, updated="2026-02-01")
    return project(
        {
            "conf.py": CONF,
            "index.md": toctree,
            "x/index.md": topic,
            "x/one.md": one,
            "x/two.md": two,
        }
    )


def test_json_follows_its_schema_and_holds_every_field(site: Site) -> None:
    data = json.loads((site.build().out / "articles.json").read_text(encoding="utf-8"))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(data)
    assert [entry["docname"] for entry in data["articles"]] == ["x/two", "x/one"]
    assert data["articles"][1] == {
        "docname": "x/one",
        "title": "It’s <”one”>",
        "short_title": "Short & sweet",
        "url": "x/one.html",
        "topic": "x",
        "number": 2,
        "words": 214,
        "minutes": 2,
        "description": "A & b.",
        "updated": "2026-03-01",
        "related": ["two", "later"],
    }
    topic = {"topic": "x", "title": "Topic <x>", "articles": 2, "words": 215, "minutes": 3}
    assert topic in data["topics"]


def test_feed_and_sitemap_parse_and_lead_to_pages(site: Site) -> None:
    built = site.build(html_baseurl=ADDRESS)
    feed = ElementTree.parse(built.out / "feed.xml").getroot()
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["It’s <”one”>", "Two"]
    assert feed.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00Z"
    assert entries[0].findtext(f"{ATOM}id") == f"{ADDRESS}x/one.html"
    urls = ElementTree.parse(built.out / "sitemap.xml").getroot().findall(f"{MAP}url")
    addresses = [url.findtext(f"{MAP}loc") or "" for url in urls]
    assert addresses == sorted(addresses)
    assert len(addresses) == 4
    for address in addresses:
        assert (built.out / address.removeprefix(ADDRESS)).is_file()
    link = built.page("x/one").find("link", type="application/atom+xml")
    assert link is not None
    assert link["href"] == "../feed.xml"


def test_without_an_address_there_is_neither_feed_nor_sitemap(site: Site) -> None:
    built = site.build()
    assert not (built.out / "feed.xml").exists()
    assert not (built.out / "sitemap.xml").exists()
    assert built.page("x/one").find("link", type="application/atom+xml") is None


def test_json_ld_describes_the_article_and_cannot_end_its_script(site: Site) -> None:
    script = (
        site.build(html_baseurl=ADDRESS).page("x/one").find("script", type="application/ld+json")
    )
    assert script is not None
    assert "<" not in script.get_text()
    data = json.loads(script.get_text())
    assert data["headline"] == "It’s <”one”>"
    assert (data["wordCount"], data["timeRequired"]) == (214, "PT2M")
    assert data["url"] == f"{ADDRESS}x/one.html"
    assert data["articleSection"] == "Topic <x>"


def test_other_builders_write_no_exports(site: Site) -> None:
    out = site.build("text").out
    assert not list(out.glob("articles.*"))


def test_an_unknown_export_is_told(site: Site) -> None:
    built = site.build(reading_exports=["jsn"])
    expected = "reading_exports: 'jsn' is not known: write one of json, txt, atom, sitemap, json-ld"
    assert expected in built.warnings


def test_the_seed_comes_back_byte_for_byte(project: Callable[..., Site]) -> None:
    """110 documents with the seed's titles and counts go through a real build."""
    rows = (SOURCE / "catalogue.tsv").read_text(encoding="utf-8").splitlines()[1:]
    files, seed = {"conf.py": CONF, "index.md": "# Home\n\n```{reading-index}\n```\n"}, []
    for row in rows:
        number, title, minutes, words, topic, slug = row.split("\t")
        cjk = number == "1"  # its words are counted by the rule for CJK pages
        text = article(int(number), title, int(words) - 2 * cjk)
        files[f"{topic}/{slug}.md"] = text + ("秩秩\n" if cjk else "")
        seed.append(f"{title}\n{minutes} min · {words} words")
    built = project(files).build(suppress_warnings=["toc.not_included"])
    assert built.warnings == ""
    assert (built.out / "articles.txt").read_bytes() == "\n".join(seed).encode()
    shown = built.page("index").select("li[data-number]")
    lines = [line.get_text().strip() for entry in shown for line in entry.select(".line")]
    assert "\n".join(lines) == "\n".join(seed)
