"""The domain that keeps every article's record: collect, purge, merge, check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.domains import Domain
from sphinx.util import docname_join

from sphinx_reading.article import (
    ARTICLE_KEYS,
    PAGE_KEYS,
    Article,
    front_matter_lines,
    raw_front_matter,
    read_front_matter,
    yaml_error,
)
from sphinx_reading.byline import is_article, reading_byline, title_section
from sphinx_reading.query import Query
from sphinx_reading.warn import ReadingWarning, warn

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment


_BY_PAGE = ("articles", "queries", "references", "outlines")


class ReadingDomain(Domain):
    """Articles by docname, and what is needed to know whose page an edit changes."""

    name = "reading"
    label = "Reading"
    data_version = 1
    initial_data: ClassVar[dict[str, Any]] = {
        "articles": {},  # docname -> Article
        "queries": {},  # docname -> what its indexes ask for
        "references": {},  # docname -> what its cross-references name
        "outlines": {},  # docname -> its headings, which toctrees elsewhere may show
        "shown": {},  # docname -> what its indexes showed when it was last written
        "faces": {},  # what pages and labels were called when pages were last written
    }

    @property
    def records(self) -> dict[str, Article]:
        return cast("dict[str, Article]", self.data["articles"])

    @property
    def queries(self) -> dict[str, list[Query]]:
        return cast("dict[str, list[Query]]", self.data["queries"])

    @property
    def references(self) -> dict[str, frozenset[str]]:
        return cast("dict[str, frozenset[str]]", self.data["references"])

    def articles(self) -> list[Article]:
        """Every article, by number and then by docname."""
        return sorted(self.records.values(), key=lambda a: (a.number or 10**9, a.docname))

    def note_query(self, docname: str, query: Query) -> None:
        self.queries.setdefault(docname, []).append(query)

    def clear_doc(self, docname: str) -> None:
        for kind in _BY_PAGE:
            self.data[kind].pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        for kind in _BY_PAGE:
            self.data[kind].update(
                {name: value for name, value in otherdata[kind].items() if name in docnames}
            )

    def process_doc(self, env: BuildEnvironment, docname: str, document: nodes.document) -> None:
        self.references[docname] = _cross_references(document, docname)
        self.data["outlines"][docname] = _outline(document)
        source = str(env.temp_data.pop("reading_source", ""))
        raw = raw_front_matter(document)
        strict = bool(env.config.reading_article_key)
        front = read_front_matter(raw, ARTICLE_KEYS if strict else PAGE_KEYS)
        _report(docname, source, front.problems, strict=strict)
        byline = next(document.findall(reading_byline), None)
        if byline is not None:
            self.records[docname] = _record(docname, document, byline, front.values)
            if not byline["words"] and strict:
                warn(ReadingWarning.EMPTY, "this article has no words: write its text", docname)
        elif strict and is_article(env.config, docname, raw):
            message = 'this article has no title: begin its text with "# Title"'
            warn(ReadingWarning.TITLE, message, (docname, 1))

    def check_consistency(self) -> None:
        """Rules across articles: a number belongs to one."""
        owner: dict[int, str] = {}
        for article in sorted(self.records.values(), key=lambda a: a.docname):
            if article.number is None:
                continue
            first = owner.setdefault(article.number, article.docname)
            if first != article.docname:
                message = f"number {article.number} is that of {first!r} already: write another"
                path = self.env.doc2path(article.docname)
                lines = front_matter_lines(path.read_text(encoding="utf-8-sig"))
                line = next((line for line, key in lines if key == "number"), None)
                warn(ReadingWarning.NUMBER, message, (article.docname, line))

    def short_titles(self) -> dict[str, str]:
        """The titles that toctrees give, "Short title <docname>", by docname."""
        return dict(_toctree_titles(self.env))

    def resolve_any_xref(self, *args: Any, **kwargs: Any) -> list[tuple[str, nodes.reference]]:
        return []


def _cross_references(document: nodes.document, docname: str) -> frozenset[str]:
    """What the cross-references of a page name: docnames and labels, as written or joined."""
    names: set[str] = set()
    for reference in document.findall(addnodes.pending_xref):
        target = reference.get("reftarget", "")
        if target:
            names |= {target, target.lower(), docname_join(docname, target)}
    return frozenset(names)


def _outline(document: nodes.document) -> list[tuple[str, str]]:
    """The (anchor, text) of every heading."""
    return [
        (section["ids"][0], section[0].astext())
        for section in document.findall(nodes.section)
        if section["ids"] and section.children
    ]


def _toctree_titles(env: BuildEnvironment) -> Iterable[tuple[str, str]]:
    for docname in sorted(env.toctree_includes):
        for toctree in env.tocs[docname].findall(addnodes.toctree):
            for title, target in toctree["entries"]:
                if title and target in env.titles:
                    yield target, title


def _report(docname: str, source: str, problems: list[tuple[str, str]], *, strict: bool) -> None:
    """Warn of each value that cannot be used, of doubled keys and of broken YAML."""
    lines = list(front_matter_lines(source))
    place = {key: line for line, key in lines}
    for key, message in problems:
        warn(ReadingWarning.FRONT_MATTER, f"{key}: {message}", (docname, place.get(key)))
    if not strict:
        return
    error = yaml_error(source)
    if error:
        message = f"front matter cannot be read, all its keys are lost: {error[1]}"
        warn(ReadingWarning.FRONT_MATTER, message, (docname, error[0]))
    seen: set[str] = set()
    for line, key in lines:
        if key in seen:
            message = f"{key} is given twice and the last one counts: delete one"
            warn(ReadingWarning.FRONT_MATTER, message, (docname, line))
        seen.add(key)


def _record(
    docname: str,
    document: nodes.document,
    byline: reading_byline,
    values: Mapping[str, Any],
) -> Article:
    section = title_section(document)
    assert section is not None  # the byline stands in it
    return Article(
        docname=docname,
        title=_plain_title(cast("nodes.Element", section[0])),
        words=byline["words"],
        minutes=byline["minutes"],
        cjk=byline["cjk"],
        number=values.get("number"),
        description=values.get("description", ""),
        related=values.get("related", ()),
        prerequisites=values.get("prerequisites", ()),
        updated=values.get("updated", ""),
    )


def _plain_title(title: nodes.Element) -> str:
    notes = (nodes.footnote_reference, nodes.citation_reference)
    texts = (text for text in title.findall(nodes.Text) if not isinstance(text.parent, notes))
    return " ".join("".join(texts).split())


def reading_domain(env: BuildEnvironment) -> ReadingDomain:
    return cast("ReadingDomain", env.domains["reading"])
