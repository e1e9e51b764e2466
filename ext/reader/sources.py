"""Citations and the list of sources of an article.

``{cite}`key``` and ``{cite}`key{§4.2}``` cite an entry of ``references.bib`` in the page's own
folder; several keys stand with commas between. The numbers follow the text of the page, and
the list is appended to the page. Everything about a page is decided when it is read, so a
page costs what it cites. (sphinxcontrib-bibtex compares every entry with every citation for
each list, on every build: measured on 110 generated articles with 770 entries it took the
build from 4.3 to 22.8 s, and it warns of each key that two articles cite.)
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from docutils import nodes
from pybtex.database import Entry, Person
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
FILE = "references.bib"
_CITED = re.compile(r"(?P<key>[^{},\s]+)(?:\{(?P<locator>[^{}]*)\})?")


class citation_mark(nodes.Inline, nodes.TextElement):
    """A citation whose number is not known yet; ``cited`` is a list of (key, locator)."""


@lru_cache(maxsize=64)
def _parse(path: str, mtime_ns: int, size: int) -> Mapping[str, Entry] | str:
    try:
        # The parser itself: pybtex's way by name looks through all installed packages.
        database = Parser().parse_string(Path(path).read_text(encoding="utf-8"))
    except (PybtexError, UnicodeDecodeError) as error:
        return f"{FILE}: {error}"
    return cast("Mapping[str, Entry]", database.entries)


def read_entries(path: Path) -> Mapping[str, Entry] | str:
    """The entries of a BibTeX file by key, or what is wrong with it."""
    if not path.exists():
        return f"{path.name} does not exist: create it beside the article"
    state = path.stat()
    return _parse(str(path), state.st_mtime_ns, state.st_size)


class Cite(SphinxRole):
    """``cite``: a numbered reference to the list of sources."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        cited = [(m["key"], m["locator"] or "") for m in _CITED.finditer(self.text)]
        mark = citation_mark(self.rawtext, cited=cited)
        self.set_source_info(mark)
        return [mark], []


class ListSources(SphinxTransform):
    """Number the citations of a page and append its list of sources."""

    default_priority = 700  # before words are counted (740) and smart quotes applied (750)

    def apply(self, **kwargs: Any) -> None:
        marks = list(self.document.findall(citation_mark))
        if not marks:
            return
        path = Path(self.env.doc2path(self.env.docname)).with_name(FILE)
        self.env.note_dependency(str(path))
        found = read_entries(path)
        if isinstance(found, str):
            logger.warning(found, location=marks[0], type="reader", subtype="sources")
        entries = {} if isinstance(found, str) else found
        numbers: dict[str, int] = {}
        for mark in marks:
            mark.replace_self(self._citation(mark, entries, numbers))
        if numbers:
            page = next(self.document.findall(nodes.section), self.document)
            page.append(_source_list(entries, numbers))

    def _citation(
        self, mark: citation_mark, entries: Mapping[str, Entry], numbers: dict[str, int]
    ) -> nodes.Node:
        citation = nodes.inline("", "[", classes=["citation"])
        for position, (key, locator) in enumerate(mark["cited"]):
            if position:
                citation += nodes.Text(", ")
            if key in entries:
                number = numbers.setdefault(key, len(numbers) + 1)
                citation += nodes.reference("", str(number), refid=anchor(key), internal=True)
            else:
                citation += nodes.strong("", f"{key}?")
                if entries:  # else the file itself was told
                    message = f"cite: {key!r} is not in {FILE}: add the entry or correct the key"
                    logger.warning(message, location=mark, type="reader", subtype="sources")
            if locator:
                citation += nodes.Text(f", {locator}")
        citation += nodes.Text("]")
        return citation


def anchor(key: str) -> str:
    return f"source-{nodes.make_id(key)}"


def _source_list(entries: Mapping[str, Entry], numbers: Mapping[str, int]) -> nodes.section:
    section = nodes.section(ids=["sources"], classes=["sources", "reading-skip"])
    section += nodes.title("", "Sources")
    listing = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
    for key in numbers:
        item = nodes.list_item("", describe(entries[key]), ids=[anchor(key)])
        listing += item
    section += listing
    return section


def describe(entry: Entry) -> nodes.paragraph:
    """Authors. Title. Where, year. Link."""
    field = {name.lower(): _plain(value) for name, value in entry.fields.items()}
    paragraph = nodes.paragraph()
    authors = _names(entry.persons.get("author") or entry.persons.get("editor") or [])
    if authors:
        paragraph += nodes.Text(f"{authors.removesuffix('.')}. ")
    paragraph += nodes.emphasis("", field.get("title", entry.key))
    paragraph += nodes.Text(f". {_published(field)}")
    for text, address in _links(field):
        paragraph += nodes.Text(" ")
        paragraph += nodes.reference("", text, refuri=address)
    if "note" in field:
        paragraph += nodes.Text(f" {field['note'].rstrip('.')}.")
    return paragraph


def _published(field: Mapping[str, str]) -> str:
    names = ("journal", "booktitle", "howpublished", "institution", "school", "publisher")
    where = next((field[name] for name in names if name in field), "")
    number = field.get("volume", "") + (f"({field['number']})" if "number" in field else "")
    place = " ".join(part for part in (where, number) if part)
    place += f":{field['pages'].replace('--', '–')}" if place and "pages" in field else ""
    parts = [part for part in (place, field.get("year", "")) if part]
    return ", ".join(parts) + "." if parts else ""


def _links(field: Mapping[str, str]) -> list[tuple[str, str]]:
    links = []
    if "doi" in field:
        links.append((f"doi:{field['doi']}", f"https://doi.org/{field['doi']}"))
    if "eprint" in field:
        links.append((f"arXiv:{field['eprint']}", f"https://arxiv.org/abs/{field['eprint']}"))
    if "url" in field and not links:
        links.append((re.sub(r"^https?://(www\.)?", "", field["url"]).rstrip("/"), field["url"]))
    return links


def _names(persons: list[Person]) -> str:
    names = [_plain(_name(person)) for person in persons]
    if len(names) > 4 or names[-1:] == ["others"]:  # BibTeX's own word for the rest
        return f"{names[0]} et al."
    return (
        " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""
    )


def _name(person: Person) -> str:
    given = [*person.first_names, *person.middle_names]
    return " ".join([*given, *person.prelast_names, *person.last_names, *person.lineage_names])


def _plain(text: str) -> str:
    """BibTeX's braces and the few escapes that entries here use, as text."""
    return re.sub(r"[{}]", "", text).replace(r"\&", "&").replace("~", "\xa0").strip()


def setup_sources(app: Sphinx) -> None:
    app.add_node(citation_mark)
    app.add_role("cite", Cite())
    app.add_transform(ListSources)
