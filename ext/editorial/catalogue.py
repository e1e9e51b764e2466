"""The library's catalogue, ``source/catalogue.tsv``, as typed records. Imports no Sphinx."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """What the catalogue says of one article."""

    number: int  # its place in the seed, from 1
    title: str
    minutes: int
    words: int
    topic: str  # the folder that it lives in
    slug: str


class CatalogueError(ValueError):
    """A line of the catalogue that cannot be used; the message names file and line."""


def read(path: Path) -> dict[str, Entry]:
    """Return the entries of the catalogue at *path* by slug, in the file's order.

    Raises CatalogueError for a wrong heading, a malformed line, or a number or slug that
    stands twice.
    """
    heading, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    if heading.split("\t") != list(Entry._fields):
        names = ", ".join(Entry._fields)
        raise CatalogueError(f"{path}:1: the heading must be {names}, with tabs between")
    entries: dict[str, Entry] = {}
    numbers: set[int] = set()
    for at, line in enumerate(lines, start=2):
        entry = parse(line, f"{path}:{at}")
        if entry.slug in entries or entry.number in numbers:
            twice = f"number {entry.number} or slug {entry.slug}"
            raise CatalogueError(f"{path}:{at}: {twice} stands twice")
        entries[entry.slug] = entry
        numbers.add(entry.number)
    return entries


def parse(line: str, place: str) -> Entry:
    """Return the entry on one *line*; *place* begins the message of a CatalogueError.

    >>> parse("2\\tHow Bits Rot\\t6\\t1225\\tstorage\\tbit-rot", "catalogue.tsv:3").words
    1225
    """
    try:
        number, title, minutes, words, topic, slug = line.split("\t")
        return Entry(int(number), title, int(minutes), int(words), topic, slug)
    except ValueError:
        raise CatalogueError(
            f"{place}: needs number, title, minutes, words, topic and slug, with tabs between"
        ) from None
