"""The phrases that articles do not use, ``phrases.txt``, one a line.

``*`` stands for any ending, ``…`` for words between, a hyphen for itself or a space. A phrase
that begins with a capital is meant as written, any other in upper and lower case. In brackets
stands what excuses it: ``undefined`` an article that defines the term, in bold; ``uncited`` a
citation and ``unquantified`` a number in the same paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("phrases.txt")
TIME_WORDS = ("currently", "nowadays", "recently", "today's")
_LINE = re.compile(r"(?P<text>.+?)(?: \((?P<excuse>undefined|uncited|unquantified)\))?")
_PATTERNS = {r"\ …\ ": r"\b[^.!?]{1,80}?\W", r"\ ": r"\s+", r"\-": r"[-\s]", r"\*": r"\w*"}


class Phrase(NamedTuple):
    """One phrase, ready to be looked for."""

    text: str
    excuse: str  # "" for none
    longest: str  # of its words, in lower case: a text without it need not be searched
    pattern: re.Pattern[str]


def phrase(line: str) -> Phrase:
    """Read one line of the file.

    >>> phrase("robust* (undefined)")[:3]
    ('robust*', 'undefined', 'robust')
    >>> bool(phrase("game-chang*").pattern.search("a Game changer"))
    True
    """
    match = _LINE.fullmatch(line)
    assert match is not None  # any line matches
    text = match["text"]
    pattern = re.escape(text)
    for written, meant in _PATTERNS.items():
        pattern = pattern.replace(written, meant)
    flags = re.NOFLAG if text[0].isupper() else re.IGNORECASE
    longest = max(re.split(r"[\s*-]", text.lower()), key=len)
    return Phrase(
        text, match["excuse"] or "", longest, re.compile(rf"(?<!\w){pattern}(?!\w)", flags)
    )


@cache
def banned() -> tuple[Phrase, ...]:
    return tuple(map(phrase, FILE.read_text(encoding="utf-8").splitlines()))


@cache
def time_words() -> tuple[Phrase, ...]:
    """Words that go out of date; "least recently used" does not."""
    order = r"(?<!least.)(?<!most.)(?<!more.)"
    words = map(phrase, TIME_WORDS)
    return tuple(
        word._replace(pattern=re.compile(order + word.pattern.pattern, word.pattern.flags))
        for word in words
    )


def likely(text: str, among: Iterable[Phrase]) -> list[Phrase]:
    """Those that may stand in *text*: a quick look, since nearly all do not."""
    lower = text.lower().replace("’", "'")
    return [one for one in among if one.longest in lower]


def found(text: str, among: Iterable[Phrase]) -> Iterator[tuple[Phrase, str]]:
    """Yield each phrase that stands in *text*, and how it is written there."""
    for one in likely(text, among):
        match = one.pattern.search(text.replace("’", "'"))
        if match:
            yield one, match[0]
