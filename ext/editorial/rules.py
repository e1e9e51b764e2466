"""The rules of this library: one small generator of (place, message) for each.

A docstring states the rule; the name of the function is the subtype of its warnings; a place
is a node, or a line of the page. ``RULES`` lists those for one article, read one at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from math import ceil, floor
from pathlib import Path
from typing import TypeVar, cast

from docutils import nodes

from editorial import phrases
from editorial.catalogue import Entry
from editorial.prose import body, line_of, own_words, sentences, text_of, words
from sphinx_computed import model as models
from sphinx_computed.calc import calc
from sphinx_computed.chart import chart
from sphinx_computed.knob import knob
from sphinx_reading.article import ARTICLE_KEYS, PAGE_KEYS, Article

Place = nodes.Node | int
Findings = Iterator[tuple[Place, str]]
Some = TypeVar("Some", bound=nodes.Element)

REQUIRED_KEYS = [key for key in ARTICLE_KEYS if key not in PAGE_KEYS]
TOLERANCE = 5  # percent of the catalogue's words
DESCRIPTION_LENGTH = 160  # characters, not reached
HEADINGS = (4, 9)  # per 2,000 words, in articles of more than HEADINGS_FROM
HEADINGS_FROM = 1000
EMPTY_HEADINGS = re.compile(
    r"introduction|overview|challenges|conclusions?|key concepts|summary|the future of\b.*",
    re.IGNORECASE,
)
LISTS = 2  # per 1,000 words
LIST_ITEMS = 7
BOLD_WORDS = 5
SOURCES = 3
DOCSTRING = re.compile(r"(?:\s|#[^\n]*\n)*[rR]?[\"']")  # parsing takes a hundred times as long
CAPTION_WORDS = 6
ALT_WORDS = (20, 50)
CELL_WORDS = 12
PARAGRAPH_WORDS = 160
SENTENCE_WORDS = 22  # on average


class Page:
    """One article as the rules see it."""

    def __init__(
        self,
        path: Path,
        document: nodes.document,
        article: Article,
        keys: Mapping[str, int],
        catalogue: Mapping[str, Entry] | None,
        words_per_minute: int,
    ) -> None:
        self.path = path
        self.article = article
        self.keys = keys  # line by key of the front matter
        self.catalogue = catalogue  # None if it cannot be read
        self.words_per_minute = words_per_minute
        self.document = document
        self.body = list(body(document))
        self.title = next(node for node in self.body if isinstance(node, nodes.title))
        self.slug = path.stem
        self.cited = cited(document)

    @property
    def entry(self) -> Entry | None:
        return self.catalogue.get(self.slug) if self.catalogue else None

    def all(self, *kinds: type[Some]) -> list[Some]:
        return [node for node in self.body if isinstance(node, kinds)]

    @cached_property
    def headings(self) -> list[nodes.title]:
        """Those of sections, without the article's own title."""
        titles = self.all(nodes.title)
        return [t for t in titles if isinstance(t.parent, nodes.section) and t is not self.title]

    @cached_property
    def blocks(self) -> list[tuple[nodes.Element, str]]:
        """Every block of text, without the article's title."""
        kinds = (nodes.paragraph, nodes.caption, nodes.title, nodes.term)
        return [(node, text_of(node)) for node in self.all(*kinds) if node is not self.title]

    @cached_property
    def text(self) -> str:
        """What stands below the headings."""
        return "\n".join(text for node, text in self.blocks if not isinstance(node, nodes.title))

    @cached_property
    def prose(self) -> list[tuple[nodes.Element, str]]:
        """The paragraphs that stand in sections, not in lists, tables or figures."""
        inside = (nodes.section, nodes.document, nodes.block_quote)
        return [
            (node, text)
            for node, text in self.blocks
            if isinstance(node, nodes.paragraph) and isinstance(node.parent, inside)
        ]

    @cached_property
    def uses_model(self) -> bool:
        return bool(self.all(calc, chart, knob))

    def line(self, key: str) -> int:
        """The line of a key of the front matter."""
        return self.keys.get(key, 1)


# -- The catalogue ----------------------------------------------------------------------


def catalogue(page: Page) -> Findings:
    """The catalogue has a row for every article; the file is named by its slug."""
    if page.catalogue is not None and not page.entry:
        yield page.title, f"{page.slug!r} is not in catalogue.tsv: add a row or rename the file"


def title(page: Page) -> Findings:
    """The title is the catalogue's, letter by letter."""
    if page.entry and page.article.title != page.entry.title:
        yield page.title, f"the catalogue has another title: write {page.entry.title!r}"


def number(page: Page) -> Findings:
    """The number is the catalogue's."""
    if page.entry and page.article.number not in {None, page.entry.number}:
        yield page.line("number"), f"the catalogue has another number: write {page.entry.number}"


def topic(page: Page) -> Findings:
    """The article lives in the folder of its topic."""
    if page.entry and page.article.topic != page.entry.topic:
        yield page.title, f"the topic is {page.entry.topic!r}: move the article into that folder"


def length(page: Page) -> Findings:
    """Minutes are the catalogue's, and words its words within five percent."""
    if not page.entry:
        return
    low, high = window(page.entry, page.words_per_minute)
    now = page.article.words
    if not low <= now <= high:
        change = f"add at least {low - now}" if now < low else f"cut at least {now - high}"
        if low > high:
            change = "no length gives both: see the key 'cjk' and the catalogue"
        yield (
            page.title,
            (
                f"{now} words, {page.article.minutes} min; the catalogue has {page.entry.words}, "
                f"{page.entry.minutes} min, so write {low} to {high}: {change}"
            ),
        )


def window(entry: Entry, words_per_minute: int) -> tuple[int, int]:
    """The fewest and the most words that an article may have."""
    low, high = 100 - TOLERANCE, 100 + TOLERANCE
    return (
        max(ceil(entry.words * low / 100), words_per_minute * (entry.minutes - 1) + 1),
        min(floor(entry.words * high / 100), words_per_minute * entry.minutes),
    )


# -- Front matter -----------------------------------------------------------------------


def keys(page: Page) -> Findings:
    """Every key of an article is there, and no other; 'cjk' and 'reading' may be missing."""
    missing = [key for key in REQUIRED_KEYS if key not in page.keys]
    if missing:
        yield 1, f"the front matter lacks {', '.join(missing)}: add what is missing"
    for key in page.keys:
        if key not in ARTICLE_KEYS:
            yield page.line(key), f"{key!r} is no key of an article: use {', '.join(ARTICLE_KEYS)}"


def description(page: Page) -> Findings:
    """The description is one sentence of under 160 characters."""
    text = page.article.description
    if len(text) >= DESCRIPTION_LENGTH:
        yield page.line("description"), f"the description has {len(text)} characters: 159 at most"
    if text and (len(sentences(text)) > 1 or text[-1] not in ".!?…"):
        yield page.line("description"), "the description is one sentence, with a full stop"


def related(page: Page) -> Findings:
    """Related articles and prerequisites are slugs of the catalogue, each once, never itself."""
    named = {"related": page.article.related, "prerequisites": page.article.prerequisites}
    for key, slugs in named.items():
        for slug in dict.fromkeys(slugs):
            if slug == page.slug:
                yield page.line(key), f"{key}: {slug!r} is this article: name others"
            elif page.catalogue is not None and slug not in page.catalogue:
                yield page.line(key), f"{key}: {slug!r} is not in catalogue.tsv: correct the slug"
            if slugs.count(slug) > 1:
                yield page.line(key), f"{key}: {slug!r} stands there twice: delete one"


# -- Headings ---------------------------------------------------------------------------


def one_title(page: Page) -> Findings:
    """An article has exactly one level-1 heading."""
    for heading in page.headings:
        if heading.parent.parent is page.document:
            yield heading, "a second level-1 heading: write ## for the sections of an article"


def heading(page: Page) -> Findings:
    """Headings say what their section says; none would fit any article."""
    for node in page.headings:
        text = text_of(node)
        if EMPTY_HEADINGS.fullmatch(text.rstrip(".:?! ")):
            yield node, f"the heading {text!r} fits any article: say what this section shows"


def sentence_case(page: Page) -> Findings:
    """Headings are in sentence case: only the first word and names have capitals.

    A word is no name if the article's text has it in lower case, and nowhere with a capital
    inside a sentence.
    """
    for node in page.headings:
        written = re.split(r"(?<=[:.?!])\s+", text_of(node))
        inner = [word for part in written for word in re.findall(r"[\w’'-]+", part)[1:]]
        wrong = [word for word in inner if word.istitle() and is_common(word, page.text)]
        if wrong:
            yield node, f"headings are in sentence case: write {', '.join(map(str.lower, wrong))}"


def is_common(word: str, text: str) -> bool:
    if word.lower() not in text:
        return False
    lower = re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", text)
    inside = re.search(rf"[a-z0-9,;] {re.escape(word)}(?!\w)", text)
    return lower is not None and inside is None


def heading_rate(page: Page) -> Findings:
    """Four to nine headings per 2,000 words, in articles of more than a thousand."""
    count, total = len(page.headings), page.article.words
    fewest, most = floor(HEADINGS[0] * total / 2000), ceil(HEADINGS[1] * total / 2000)
    if total > HEADINGS_FROM and not fewest <= count <= most:
        yield page.title, f"{count} headings on {total} words: write {fewest} to {most}"


def empty_section(page: Page) -> Findings:
    """No section is empty."""
    for node in page.headings:
        if not any(child is not node for child in body(cast("nodes.Element", node.parent))
                   if child.parent is node.parent):  # fmt: skip
            yield node, f"the section {text_of(node)!r} is empty: write it or delete its heading"


# -- Words ------------------------------------------------------------------------------


def phrase(page: Page) -> Findings:
    """No phrase of phrases.txt, unless it is excused as the file says, quoted, or code."""
    defined = " ".join(text_of(strong) for strong in page.all(nodes.strong)).lower()
    for node, text, banned, written in told_phrases(page, phrases.banned()):
        excused = {
            "undefined": banned.longest.rstrip("s") in defined,
            "uncited": any("citation" in part["classes"] for part in node.findall(nodes.inline)),
            "unquantified": any(character.isdigit() for character in text),
        }
        if not excused.get(banned.excuse, False):
            reason = f" ({banned.excuse})" if banned.excuse else ""
            yield node, f"{written!r}{reason}: say it plainly"
    for _, written in phrases.found(page.article.description, phrases.banned()):
        yield page.line("description"), f"{written!r}: say it plainly"


def time_word(page: Page) -> Findings:
    """What will not stay true is dated: not 'currently', 'recently', 'nowadays', 'today's'."""
    for node, _, _, written in told_phrases(page, phrases.time_words()):
        yield node, f"{written!r} goes out of date: write a date, as in 'as of July 2026'"


def told_phrases(
    page: Page, among: Iterable[phrases.Phrase]
) -> Iterator[tuple[nodes.Element, str, phrases.Phrase, str]]:
    """Each phrase in the article's own words: its block, the block's text, itself, as written."""
    likely = phrases.likely("\n".join(text for _, text in page.blocks), among)
    for node, text in page.blocks if likely else ():
        for one, written in phrases.found(own_words(text), likely):
            yield node, text, one, written


def bold(page: Page) -> Findings:
    """Bold is for a term that is being defined: five words at most."""
    for node in page.all(nodes.strong):
        count = len(words(text_of(node)))
        if count > BOLD_WORDS:
            yield node, f"{count} words in bold: bold is for a term being defined"


def paragraph(page: Page) -> Findings:
    """A paragraph has 160 words at most."""
    for node, text in page.prose:
        count = len(words(text))
        if count > PARAGRAPH_WORDS:
            yield node, f"a paragraph of {count} words: split it, {PARAGRAPH_WORDS} at most"


def sentence(page: Page) -> Findings:
    """The sentences of an article have 22 words on average, at most."""
    lengths = [(len(words(s)), node) for node, text in page.prose for s in sentences(text)]
    total = sum(count for count, _ in lengths)
    if lengths and total > SENTENCE_WORDS * len(lengths):
        longest, node = max(lengths, key=lambda found: found[0])
        yield (
            page.title,
            (
                f"sentences have {total / len(lengths):.1f} words on average: {SENTENCE_WORDS} at "
                f"most; the longest, of {longest}, is in the paragraph of line {line_of(node)}"
            ),
        )


# -- Lists, boxes, tables, figures ------------------------------------------------------


def lists(page: Page) -> Findings:
    """Two lists per 1,000 words at most."""
    found = page.all(nodes.bullet_list, nodes.enumerated_list)
    most = ceil(LISTS * page.article.words / 1000)
    if len(found) > most:
        yield (
            found[most],
            f"list {len(found[: most + 1])} of {len(found)}: {most} at most; write prose",
        )


def list_items(page: Page) -> Findings:
    """A list has seven items at most, and none begins with a bold lead-in and a colon."""
    for found in page.all(nodes.bullet_list, nodes.enumerated_list):
        if len(found) > LIST_ITEMS:
            yield found, f"a list of {len(found)} items: {LIST_ITEMS} at most"
    for item in page.all(nodes.list_item):
        if text_after_bold(item).startswith(":"):
            yield item, "a bold lead-in with a colon: write the item as a sentence"


def text_after_bold(item: nodes.list_item) -> str:
    """What follows the bold words that *item* begins with, their own colon included; else ""."""
    text, lead = text_of(item), next(item.findall(nodes.strong), None)
    bold_text = text_of(lead) if lead is not None else ""
    if not bold_text or not text.startswith(bold_text):
        return ""
    return ":" if bold_text.endswith(":") else text[len(bold_text) :].lstrip()


def admonition(page: Page) -> Findings:
    """One admonition at most, for a danger to people or data."""
    boxes = (node for node in page.body if isinstance(node, nodes.Admonition))
    for node in list(boxes)[1:]:
        yield node, "a second admonition: one at most, for a danger to people or data"


def table_cell(page: Page) -> Findings:
    """Tables hold figures and names: twelve words a cell at most."""
    for node in page.all(nodes.entry):
        cell = words(text_of(node))
        if len(cell) > CELL_WORDS:
            begins = " ".join(cell[:3])
            yield node, f"the cell '{begins} …' has {len(cell)} words: {CELL_WORDS} at most"


def charts(page: Page) -> Findings:
    """An article has at least one chart, drawn by its model."""
    if not page.all(chart):
        yield page.title, "there is no chart: show one thing that prose cannot, with {chart}"


def caption(page: Page) -> Findings:
    """A figure's caption says the finding, with a number, in six words or more."""
    for figure in page.all(nodes.figure):
        found = next((child for child in figure if isinstance(child, nodes.caption)), None)
        if found is None:
            if not any(isinstance(child, chart) for child in figure):  # a chart's is told already
                yield figure, "a figure has a caption: the finding, in a sentence with a number"
            continue
        text = text_of(found)
        if len(words(text)) < CAPTION_WORDS:
            yield found, f"a caption of {len(words(text))} words: the finding takes at least six"
        if not any(character.isdigit() for character in text) and not list(found.findall(calc)):
            yield found, "a caption without a number: say the finding, with its number"


def alt_text(page: Page) -> Findings:
    """Alternative text is what you would say on the telephone: 20 to 50 words."""
    for node in page.all(chart, nodes.image):
        text = node.get("alt", "")
        low, high = ALT_WORDS
        count = len(words(text))
        told = not text and isinstance(node, chart)  # by sphinx_computed
        if not told and not low <= count <= high:
            yield node, f"alternative text of {count} words: {low} to {high}, as on the telephone"


# -- Sources and model ------------------------------------------------------------------


def sources(page: Page) -> Findings:
    """At least three sources are cited."""
    count = len(page.cited)
    if count < SOURCES:
        yield page.title, f"{count} sources are cited: {SOURCES} at least, of references.bib"


def cited(document: nodes.document) -> list[str]:
    """The anchors of the entries in the list of sources, the last section of the first."""
    page = next(document.findall(nodes.section), document)
    sections = (s for s in page.children if isinstance(s, nodes.section))
    listed = (s for s in sections if "sources" in s["classes"])
    return [item["ids"][0] for section in listed for item in section.findall(nodes.list_item)]


def model(page: Page) -> Findings:
    """A model stands beside the article, says what it computes, and gives it a number or chart.

    What is wrong with a model that is used, sphinx_computed tells, but for the docstring.
    """
    path = models.beside(page.path)
    if not path.exists():
        if not page.uses_model:
            yield page.title, f"there is no model {path.name} beside this article: write one"
        return
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if not DOCSTRING.match(text):
        yield page.title, f"{path.name} has no docstring: begin it with symbols and units"
    if not page.uses_model:
        yield page.title, f"the model {path.name} is not used: ask it with {{calc}} or {{chart}}"
        try:
            models.parse(text, path)
        except (SyntaxError, ImportError, ValueError) as error:
            yield page.title, f"{path.name}: {error}"


Rule = Callable[[Page], Findings]
RULES: tuple[Rule, ...] = (
    *(catalogue, title, number, topic, length),
    *(keys, description, related),
    *(one_title, heading, sentence_case, heading_rate, empty_section),
    *(phrase, time_word, bold, paragraph, sentence),
    *(lists, list_items, admonition, table_cell, charts, caption, alt_text),
    *(sources, model),
)


def findings(page: Page) -> Iterator[tuple[str, int | None, str]]:
    """Yield (subtype, line, message) of every fault of *page*, from top to bottom."""
    found = [
        (rule.__name__, place if isinstance(place, int) else line_of(place), message)
        for rule in RULES
        for place, message in rule(page)
    ]
    yield from sorted(found, key=lambda fault: fault[1] or 0)
