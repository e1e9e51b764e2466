"""Check each article when it is read, and the lists of sources when all are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pybtex.database import Entry as Source
from sphinx.domains import Domain
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from editorial import catalogue, rules
from reader.sources import FILE, anchor, read_entries
from sphinx_computed.model import beside
from sphinx_reading.article import front_matter_lines
from sphinx_reading.domain import reading_domain

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)
CATALOGUE = "catalogue.tsv"
_ADDRESSES = ("doi", "eprint", "url")
_RFC = re.compile(r"\bRFC[\s~-]*\d")


class EditorialDomain(Domain):
    """Which sources each article cites, so that those nobody cites are found."""

    name = "editorial"
    label = "Editorial rules"
    data_version = 1
    initial_data: ClassVar[dict[str, Any]] = {"cited": {}}  # docname -> anchors of entries

    @property
    def cited(self) -> dict[str, list[str]]:
        return cast("dict[str, list[str]]", self.data["cited"])

    def clear_doc(self, docname: str) -> None:
        self.cited.pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        self.cited.update(
            {name: keys for name, keys in otherdata["cited"].items() if name in docnames}
        )

    def check_consistency(self) -> None:
        """Every entry of a list of sources is cited in its topic, and says where it is found."""
        if not has_catalogue(self.env):
            return
        by_folder: dict[Path, set[str]] = {}
        for docname, anchors in self.cited.items():
            by_folder.setdefault(self.env.doc2path(docname).parent, set()).update(anchors)
        for folder, cited in sorted(by_folder.items()):
            for line, message, subtype in source_faults(folder / FILE, cited):
                place = f"{folder / FILE}:{line}"
                logger.warning(message, location=place, type="editorial", subtype=subtype)

    def resolve_any_xref(self, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def source_faults(path: Path, cited: Set[str]) -> Iterator[tuple[int, str, str]]:
    """Yield (line, message, subtype) for the entries of a ``references.bib``."""
    entries = read_entries(path)
    if isinstance(entries, str):
        return  # told where it is cited
    text = path.read_text(encoding="utf-8")
    for key, entry in entries.items():
        at = re.search(rf"@\w+\s*[{{(]\s*{re.escape(key)}\s*,", text)
        line = text.count("\n", 0, at.start()) + 1 if at else 1
        if anchor(key) not in cited:
            yield line, f"nobody cites {key!r}: cite it or delete it", "uncited_source"
        elif not has_address(entry):
            message = f"{key!r} has no address: add a doi, an eprint, a url or the number of an RFC"
            yield line, message, "source_address"


def has_address(entry: Source) -> bool:
    fields = {name.lower(): value for name, value in entry.fields.items()}
    return any(fields.get(name) for name in _ADDRESSES) or any(map(_RFC.search, fields.values()))


class CheckArticle(SphinxTransform):
    """Apply the rules to an article."""

    # After the domains have its record (850), while the front matter is still in the page (880).
    default_priority = 860

    def apply(self, **kwargs: Any) -> None:
        docname = self.env.docname
        article = reading_domain(self.env).records.get(docname)
        if article is None or not self.config.reading_article_key or not has_catalogue(self.env):
            return
        path = self.env.doc2path(docname)
        for file in (self.env.srcdir / CATALOGUE, beside(path)):
            self.env.note_dependency(file)
        speed = "reading_cjk_words_per_minute" if article.cjk else "reading_words_per_minute"
        source = path.read_text(encoding="utf-8-sig")
        keys = {key: line for line, key in front_matter_lines(source)}
        entries = entries_of(self.env)
        page = rules.Page(path, self.document, article, keys, entries, self.config[speed])
        domain = cast("EditorialDomain", self.env.domains["editorial"])
        domain.cited[docname] = page.cited
        for subtype, line, message in rules.findings(page):
            logger.warning(message, location=(docname, line), type="editorial", subtype=subtype)


@lru_cache(maxsize=1)
def _read(path: Path, mtime_ns: int) -> Mapping[str, catalogue.Entry] | str:
    try:
        return catalogue.read(path)
    except (catalogue.CatalogueError, UnicodeDecodeError) as error:
        return str(error)


def has_catalogue(env: BuildEnvironment) -> bool:
    """Whether this is a library: one without a catalogue has no rules."""
    return (env.srcdir / CATALOGUE).exists()


def entries_of(env: BuildEnvironment) -> Mapping[str, catalogue.Entry] | None:
    """The catalogue by slug, None if it cannot be read."""
    path = env.srcdir / CATALOGUE
    found = _read(path, path.stat().st_mtime_ns)
    return None if isinstance(found, str) else found


def check_catalogue(app: Sphinx) -> None:
    """Tell once what is wrong with the catalogue."""
    path = app.srcdir / CATALOGUE
    found = _read(path, path.stat().st_mtime_ns) if path.exists() else {}
    if isinstance(found, str):
        place, _, message = found.rpartition(": ")
        logger.warning(message, location=place, type="editorial", subtype="catalogue")
