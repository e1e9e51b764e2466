"""Which entries a page's sidebar shows, and which pages come before and after it; no HTML.

Everything is read from what Sphinx collects while reading: the toctrees in ``env.tocs`` with the
titles that they give, the documents' own titles and section numbers. A document that several
toctrees name stands where Sphinx puts it: at its first place in reading order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.domains.std import StandardDomain
from sphinx.util import url_re

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinx.environment import BuildEnvironment
    from sphinx.util.tags import Tags

OWN_PAGES = StandardDomain.initial_data["labels"]  # genindex, modindex and search


@dataclass(frozen=True, eq=False)
class Entry:
    """One line of a toctree: a page of this project or an address elsewhere."""

    target: str  # docname or URL
    title: str | nodes.title  # as the toctree gives it, else the document's own with its markup
    number: Sequence[int] = ()  # under a numbered toctree
    external: bool = False

    def __str__(self) -> str:
        return "\0".join((self.target, str(self.title), str(tuple(self.number))))


@dataclass(frozen=True)
class Toctree:
    """The entries of one toctree of the root, or of all toctrees of another document."""

    caption: str
    entries: Sequence[Entry]

    @cached_property
    def positions(self) -> dict[str, int]:
        return {entry.target: position for position, entry in enumerate(self.entries)}

    def around(self, target: str | None, size: int) -> Sequence[Entry]:
        """At most *size* entries, with *target* in the middle as far as the ends allow."""
        if size < 1:
            return self.entries
        middle = self.positions.get(target or "", 0)
        start = max(0, min(middle - size // 2, len(self.entries) - size))
        return self.entries[start : start + size]

    def __str__(self) -> str:
        return "\n".join((self.caption, *map(str, self.entries)))


class Item(NamedTuple):
    """An entry as one page shows it."""

    entry: Entry
    current: bool  # the page itself or above it
    here: bool  # the page itself
    children: Level | None


class Level(NamedTuple):
    """A list as one page shows it: whole, or a window of it."""

    caption: str
    items: list[Item]
    parent: str  # the document whose toctree this is
    total: int  # number of its entries, shown or not


class Place(NamedTuple):
    """Where a document stands."""

    parent: str
    entry: Entry


class Tree:
    """All documents below the root, in the order of their toctrees."""

    def __init__(self, env: BuildEnvironment, tags: Tags, window: int) -> None:
        self.env = env
        self.root = env.config.root_doc
        self.window = window
        self.toctrees = {docname: self._read(docname, tags) for docname in env.toctree_includes}
        self.places: dict[str, Place] = {}  # in reading order
        self._walk(self.root)
        self.neighbours = dict(self._pairs())  # of every document in the tree, the root included
        self._digests: dict[str, str] = {}

    def label(self, docname: str) -> Entry:
        """The entry that names a document, as its toctree does."""
        if docname in self.places:
            return self.places[docname].entry
        return Entry(docname, self.env.titles[docname])

    def path(self, docname: str) -> list[str]:
        """The documents from the section down to this one; empty for the root and orphans."""
        path: list[str] = []
        while docname in self.places:
            path.append(docname)
            docname = self.places[docname].parent
        return path[::-1]

    def levels(self, page: str) -> list[Level]:
        """What the sidebar of a page shows: the root's toctrees, opened along the page's path."""
        path = self.path(page)
        return [self._level(self.root, toctree, path, page) for toctree in self._lists(self.root)]

    def fingerprint(self, page: str) -> str:
        """A digest of all that the navigation of a page shows."""
        path = self.path(page)
        lists = map(self._digest, (self.root, *path))
        neighbours = map(str, self.neighbours.get(page, ()))
        return _digest("\n".join((*path, *lists, *neighbours)))

    def _read(self, docname: str, tags: Tags) -> list[Toctree]:
        """The toctrees of a document that have entries; captions count in the root only."""
        read = [
            Toctree(node.get("caption") or "", list(self._entries(node, docname)))
            for node in _toctree_nodes(self.env.tocs[docname], tags)
        ]
        if docname != self.root:
            read = [Toctree("", [entry for toctree in read for entry in toctree.entries])]
        return [toctree for toctree in read if toctree.entries]

    def _entries(self, toctree: addnodes.toctree, docname: str) -> Iterator[Entry]:
        for title, ref in toctree["entries"]:
            if url_re.match(ref):
                yield Entry(ref, title or ref, external=True)
            elif ref == "self":
                yield Entry(docname, title or self.env.titles[docname])
            elif ref in OWN_PAGES:
                yield Entry(OWN_PAGES[ref][0], title or str(OWN_PAGES[ref][2]))
            elif ref in self.env.titles:  # not when it has been removed since
                number = self.env.toc_secnumbers.get(ref, {}).get("", ())
                yield Entry(ref, title or self.env.titles[ref], number)

    def _walk(self, parent: str) -> None:
        for toctree in self._lists(parent):
            for entry in toctree.entries:
                if self._is_new(entry.target):
                    self.places[entry.target] = Place(parent, entry)
                    self._walk(entry.target)

    def _is_new(self, target: str) -> bool:
        return target in self.env.titles and target not in self.places and target != self.root

    def _pairs(self) -> Iterator[tuple[str, tuple[Entry | None, Entry | None]]]:
        """Each document with the one before and the one after it in its section.

        A section is an entry of the root that has a toctree; the root and its other pages
        are one sequence, so a project without sections reads on as before.
        """
        orders = {self.root: [self.root]}
        for docname in self.places:
            top = self.path(docname)[0]
            section = top if top in self.toctrees else self.root
            orders.setdefault(section, []).append(docname)
        for order in orders.values():
            labels = [self.label(docname) for docname in order]
            around = zip([None, *labels[:-1]], [*labels[1:], None], strict=True)
            yield from zip(order, around, strict=True)

    def _lists(self, docname: str) -> list[Toctree]:
        return self.toctrees.get(docname, [])

    def _level(self, parent: str, toctree: Toctree, path: list[str], page: str) -> Level:
        entries = toctree.around(path[0] if path else None, self.window)
        items = [self._item(entry, path, page) for entry in entries]
        return Level(toctree.caption, items, parent, len(toctree.entries))

    def _item(self, entry: Entry, path: list[str], page: str) -> Item:
        here = entry.target == page
        if not path or entry.target != path[0]:
            return Item(entry, here, here, None)
        below = [
            self._level(entry.target, toctree, path[1:], page)
            for toctree in self._lists(entry.target)
        ]
        return Item(entry, True, here, below[0] if below else None)

    def _digest(self, docname: str) -> str:
        if docname not in self._digests:
            self._digests[docname] = _digest("\n\n".join(map(str, self._lists(docname))))
        return self._digests[docname]


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _toctree_nodes(node: nodes.Element, tags: Tags) -> Iterator[addnodes.toctree]:
    """The toctree nodes below *node*, but for those that an ``only`` leaves out of this build."""
    for child in node.children:
        if isinstance(child, addnodes.toctree):
            yield child
        elif isinstance(child, nodes.Element) and _is_kept(child, tags):
            yield from _toctree_nodes(child, tags)


def _is_kept(node: nodes.Element, tags: Tags) -> bool:
    if not isinstance(node, addnodes.only):
        return True
    try:
        return tags.eval_condition(node["expr"])
    except Exception:  # whatever its parser raises; Sphinx keeps such a node, too, and warns
        return True
