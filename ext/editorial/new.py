"""Start an article: ``make new SLUG=…``, or ``python -m editorial.new SLUG [TITLE TOPIC]``.

Title, number and topic come from the catalogue; an article that is not in it brings its own
title and topic and gets the next free number. Nothing is written unless everything can be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from editorial import catalogue

SOURCE = Path("source")
SHORT_TITLE = 32  # characters; longer ones do not fit the sidebar

PAGE = """\
---
number: {number}
description: To be written.
related: []
prerequisites: []
updated: {today}
---

# {title}

% Within 120 words: a concrete object, a measured or derived number, and the question.
% Put the truth behind a title that claims too much into the first three paragraphs.
% Then fill in the description above (one sentence, under 160 characters) and the lists.

This article has not been written yet.
"""

MODEL = '''\
"""To be written: what this model of {slug} computes, and from what.

Symbols and units
-----------------
None yet. One line each: symbol, name in the code, unit, meaning.
"""
'''

TOCTREE = """
```{{toctree}}
:maxdepth: 1

{entry}
```
"""


class Refusal(Exception):
    """Why no article was started, in one line."""


class Start(NamedTuple):
    """What is known of an article before it is written."""

    slug: str
    number: int
    title: str
    topic: str

    @property
    def page(self) -> Path:
        return SOURCE / self.topic / f"{self.slug}.md"

    @property
    def model(self) -> Path:
        return SOURCE / self.topic / f"{self.slug.replace('-', '_')}.py"

    @property
    def entry(self) -> str:
        """The line in the topic's toctree, with a short title to be edited."""
        short = self.slug.replace("-", " ").capitalize()[:SHORT_TITLE].strip()
        return f"{short} <{self.slug}>"


def start(slug: str, title: str = "", topic: str = "") -> Start:
    """Return what the catalogue or the caller says of *slug*; raises Refusal."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise Refusal("SLUG=… must be lower-case words with dashes, such as lsm-trees")
    entries = catalogue.read(SOURCE / "catalogue.tsv")
    if slug in entries:
        known = entries[slug]
        return Start(slug, known.number, known.title, known.topic)
    if not title.strip() or not topic:
        raise Refusal(f"{slug} is not in the catalogue: add TITLE=… and TOPIC=…")
    taken = {entry.number for entry in entries.values()} | set(numbers_in_use())
    return Start(slug, max(taken, default=0) + 1, title.strip(), topic)


def numbers_in_use() -> Iterable[int]:
    """Yield the numbers of the articles that exist."""
    for page in SOURCE.glob("*/*.md"):
        if match := re.search(r"^number:\s*(\d+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            yield int(match[1])


def check(new: Start) -> None:
    """Raise Refusal if the topic is unknown or the slug is in use anywhere in the library."""
    topics = sorted(index.parent.name for index in SOURCE.glob("*/index.md"))
    if new.topic not in topics:
        raise Refusal(f"there is no topic {new.topic}; the topics are {', '.join(topics)}")
    for path in (*SOURCE.glob(f"*/{new.page.name}"), *SOURCE.glob(f"*/{new.model.name}")):
        raise Refusal(f"{path} exists already")


def with_entry(index: str, entry: str) -> str:
    r"""Return a topic page's text with *entry* at the end of its toctree, made if need be.

    >>> with_entry("# Storage\n\n```{toctree}\nRAID <raid>\n```\n", "Heaps <heaps>")
    '# Storage\n\n```{toctree}\nRAID <raid>\nHeaps <heaps>\n```\n'
    """
    toctree = re.search(r"^(`{3,}|:{3,})\{toctree\}.*?(?=^\1\s*$)", index, re.MULTILINE | re.DOTALL)
    if not toctree:
        return index.rstrip("\n") + "\n" + TOCTREE.format(entry=entry)
    return f"{index[: toctree.end()]}{entry}\n{index[toctree.end() :]}"


def write(new: Start) -> list[Path]:
    """Write page and model and list the page; returns the files that were written."""
    index = new.page.with_name("index.md")
    listed = with_entry(index.read_text(encoding="utf-8"), new.entry)
    fields = {**new._asdict(), "today": date.today().isoformat()}
    new.page.write_text(PAGE.format(**fields), encoding="utf-8")
    new.model.write_text(MODEL.format(**fields), encoding="utf-8")
    index.write_text(listed, encoding="utf-8")
    return [new.page, new.model, index]


def main(arguments: list[str]) -> None:
    try:
        new = start(*arguments)
        check(new)
    except (Refusal, catalogue.CatalogueError) as reason:
        sys.exit(str(reason))
    page, model, index = write(new)
    print(f"{page} and {model} are there; edit the short title in {index}: {new.entry}")


if __name__ == "__main__":
    main(sys.argv[1:])
