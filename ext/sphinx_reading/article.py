"""The record of an article and its front matter: the only statement of the keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from docutils import nodes


class Article(NamedTuple):
    """What the index, the exports and the byline know of one page."""

    docname: str
    title: str  # plain text of the level-1 heading, smart quotes applied
    words: int
    minutes: int
    cjk: bool  # counted by the rule for Chinese, Japanese and Korean
    number: int | None  # place in the library's own order
    description: str  # one sentence
    related: tuple[str, ...]  # slugs, written or not
    prerequisites: tuple[str, ...]  # slugs
    updated: str  # ISO date or ""

    @property
    def topic(self) -> str:
        """The folder, "" at the top."""
        return self.docname.rpartition("/")[0]


class FrontMatter(NamedTuple):
    """The front matter of a page, read: usable values, and what cannot be used."""

    values: dict[str, object]
    problems: list[tuple[str, str]]  # (key, message)


def _number(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise ValueError("write a whole number from 1 on")
    return int(text)


def _sentence(text: str) -> str:
    if not text:
        raise ValueError("write one sentence")
    return " ".join(text.split())


def _slugs(text: str) -> tuple[str, ...]:
    # MyST hands a YAML list over as JSON; in reStructuredText commas separate the slugs.
    items = json.loads(text) if text.startswith("[") else text.split(",") if text else []
    slugs = tuple(str(item).strip() for item in items)
    if not all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs):
        raise ValueError("write a list of slugs such as [lsm-trees, raid]")
    return slugs


def _iso_date(text: str) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("write a date such as 2026-11-24") from None


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("write true or false")
    return text.lower() == "true"


PAGE_KEYS: dict[str, Callable[[str], object]] = {"reading": _flag, "cjk": _flag}
"""Keys that any page may have, with or without ``reading_article_key``."""

ARTICLE_KEYS: dict[str, Callable[[str], object]] = {
    "number": _number,
    "description": _sentence,
    "related": _slugs,
    "prerequisites": _slugs,
    "updated": _iso_date,
    **PAGE_KEYS,
}
"""Keys of an article where ``reading_article_key`` is set."""


def raw_front_matter(document: nodes.document) -> dict[str, str]:
    """The front matter as text by key; what is given twice is the last.

    Sphinx's own collector comes too late for a transform, so the ``docinfo`` is read here.
    """
    values = {}
    for docinfo in document.children:
        if isinstance(docinfo, nodes.docinfo):
            for item in docinfo.children:
                if isinstance(item, nodes.field):
                    values[item[0].astext()] = item[1].astext().strip()
                elif isinstance(item, nodes.Element):
                    values[item.tagname] = item.astext().strip()
    return values


def read_front_matter(
    raw: Mapping[str, str], keys: Mapping[str, Callable[[str], object]]
) -> FrontMatter:
    """Read the values of *keys*; a value that cannot be used is left out and told.

    >>> read_front_matter({"number": "7", "updated": "today"}, ARTICLE_KEYS)
    FrontMatter(values={'number': 7}, problems=[('updated', 'write a date such as 2026-11-24')])
    """
    front = FrontMatter({}, [])
    for key, reader in keys.items():
        if key in raw:
            try:
                front.values[key] = reader(raw[key])
            except ValueError as error:
                message = "write a list" if isinstance(error, json.JSONDecodeError) else str(error)
                front.problems.append((key, message))
    return front


_YAML_KEY = re.compile(r"([\w-]+)\s*:(?:\s|$)")
_FIELD = re.compile(r":([\w-]+):(?:\s|$)")


def front_matter_lines(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, key) for every key at the head of a Markdown or reStructuredText source."""
    lines = source.removeprefix("\ufeff").splitlines()
    yaml = bool(lines) and lines[0].startswith("---")
    for number, line in enumerate(lines[1:] if yaml else lines, 2 if yaml else 1):
        if yaml and line.startswith(("---", "...")):
            return
        match = (_YAML_KEY if yaml else _FIELD).match(line)
        if match:
            yield number, match[1]
        elif not yaml and line.strip() and not line[0].isspace():
            return


def yaml_error(source: str) -> tuple[int, str] | None:
    """Return (line, what is wrong) where Markdown's YAML front matter cannot be read."""
    if not source.removeprefix("\ufeff").startswith("---"):
        return None
    import yaml  # there wherever Markdown is read: MyST-Parser needs it

    head = source.removeprefix("\ufeff").splitlines()[1:]
    end = next((i for i, line in enumerate(head) if line.startswith(("---", "..."))), None)
    if end is None:
        return 1, 'the front matter has no closing line "---"'
    try:
        data = yaml.safe_load("\n".join(head[:end]))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return (mark.line + 2 if mark else 1), getattr(error, "problem", None) or "not YAML"
    if data is not None and not isinstance(data, dict):
        return 1, 'the front matter must be lines of the form "key: value"'
    return None
