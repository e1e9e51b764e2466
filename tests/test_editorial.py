"""What breaks a rule of this library is said once, at its place, with what to write instead.

A file ``bad/editorial-<fault>.txt`` holds the warnings that it must give, each as
``line: message [subtype]``, the article, and its model if it has one of its own. All of them
stand in one project, each with a row in the catalogue, beside a sound article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Site
from editorial import phrases
from editorial.catalogue import Entry
from editorial.prose import sentences
from editorial.rules import RULES, window

FAULTS = sorted((Path(__file__).parent / "bad").glob("editorial-*.txt"))
TITLE = "How Pelicans Count"
CONF = """
extensions = ["myst_parser", "sphinx_reading", "sphinx_computed", "editorial"]
reading_article_key = "number"
myst_enable_extensions = ["dollarmath"]
html_theme = "basic"

def setup(app):
    from reader.sources import setup_sources  # of what readers get, sources alone
    setup_sources(app)
"""
SOUND = """\
---
number: 1
description: A pelican counts to seven on one leg.
related: [other]
prerequisites: []
updated: 2026-11-24
---

# How Pelicans Count

A brown pelican can tell {calc}`most():d` fish from six {cite}`one`. How, on one leg?

## What the beak weighs

The **pouch** holds ten litres, far more than the stomach {cite}`two{§3}`. Each fish adds about
a kilogram, and the neck bends.

```{chart} drawing()
:alt: A straight line that rises from zero kilograms with an empty pouch, by one kilogram for each fish, up to seven kilograms.
Each fish adds {calc}`1` kilogram until the pouch is full.
```

## Where counting ends

At eight fish the bird drops one {cite}`three`. It does so in wind and in calm, awake and half
asleep, so the limit is not one of attention.
"""
MODEL = '''\
"""How a pelican counts. ``most``: fish, a pure number."""


def most():
    return 7


def drawing():
    return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"></svg>'
'''
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"></svg>'
BIB = """\
@misc{one, title = {One}, doi = {10.1/x}}

@misc{two,
  title = {Two},
  eprint = {2001.00001},
}

@misc{three, title = {Three}, howpublished = {RFC 9000}}
"""
ROWS = {  # of articles that are not as the catalogue has them
    "catalogue": None,
    "number": Entry(700, TITLE, 1, 81, "t", "number"),
    "topic": Entry(0, TITLE, 1, 81, "birds", "topic"),
}
PLACED = re.compile(r".*/source/(?P<file>.+?):(?P<rest>\d+): WARNING: (?P<message>.*)")


def name(fault: Path) -> str:
    return fault.stem.removeprefix("editorial-")


def sections(fault: Path) -> list[str]:
    return fault.read_text(encoding="utf-8").split("# split\n")


def library(articles: dict[str, tuple[str, str | None]]) -> dict[str, str | bytes]:
    """A library of *articles*: text, in which number 1 is its own, and model, by slug."""
    rows = ["\t".join(Entry._fields)]
    files: dict[str, str | bytes] = {
        "conf.py": CONF,
        "t/references.bib": BIB,
        "t/pouch.svg": DRAWING,
        "index.md": "# Home\n\n```{toctree}\n:glob:\nt/*\n```\n",
    }
    for number, (slug, (text, model)) in enumerate(articles.items(), start=1):
        row = ROWS.get(slug, Entry(0, TITLE, 1, 81, "t", slug))
        if row:
            rows.append("\t".join(map(str, row._replace(number=row.number or number))))
        files[f"t/{slug}.md"] = text.replace("\nnumber: 1\n", f"\nnumber: {number}\n")
        if model is not None:
            files[f"t/{slug.replace('-', '_')}.py"] = model
    rows.append(f"999\t{TITLE}\t1\t81\tt\tother")  # not written yet
    files["catalogue.tsv"] = "\n".join(rows) + "\n"
    return files


def told(warnings: str) -> dict[str, list[str]]:
    """The warnings of each page, as ``line: message``; every one must have its place."""
    found: dict[str, list[str]] = {}
    for line in warnings.splitlines():
        place = PLACED.fullmatch(line)
        assert place, f"without a place: {line}"
        found.setdefault(place["file"], []).append(f"{place['rest']}: {place['message']}")
    return found


def faulty() -> Iterator[tuple[str, tuple[str, str | None]]]:
    for fault in FAULTS:
        _, page, *model = sections(fault)
        own = model[0] if model else MODEL
        yield name(fault), (page, None if name(fault) == "no-model" else own)


@pytest.fixture(scope="module", params=[1, 2], ids=["serial", "parallel"])
def warnings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    site = Site(tmp_path_factory.mktemp("library"))
    site.write(library({"sound": (SOUND, MODEL), **dict(faulty())}))
    return told(site.build(parallel=request.param).warnings)


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_fault_is_told_at_its_place(warnings: dict[str, list[str]], fault: Path) -> None:
    expected, *_ = sections(fault)
    assert warnings.get(f"t/{name(fault)}.md", []) == expected.splitlines()


def test_a_sound_article_gives_no_warning(warnings: dict[str, list[str]]) -> None:
    pages = {f"t/{name(fault)}.md" for fault in FAULTS}
    assert set(warnings) == pages


def test_every_rule_has_its_fault() -> None:
    seen = {
        match[1]
        for fault in FAULTS
        for match in re.finditer(r"\[editorial\.(\w+)\]$", sections(fault)[0], re.MULTILINE)
    }
    assert seen == {rule.__name__ for rule in RULES} - {"heading_rate"}  # that takes a long text


# -- Where the limits are ---------------------------------------------------------------


def text_of(count: int) -> str:
    """*count* words in short sentences."""
    return " ".join("Gulls." if at % 9 == 8 else "gulls" for at in range(count))


def described(characters: int) -> str:
    sentence = "A " + "very " * 50
    return f"description: {sentence[: characters - 6].strip():e<{characters - 6}} gull."


def bulleted(items: int, lists: int = 1) -> str:
    return "\n\nBetween.\n\n".join(["- gull\n" * items] * lists)


LIMITS = {  # rule: what SOUND has, what it passes with, what it fails with
    "description": (
        "description: A pelican counts to seven on one leg.",
        described(159),
        described(160),
    ),
    "bold": ("**pouch**", f"**{text_of(5)}**", f"**{text_of(6)}**"),
    "caption": ("kilogram until the pouch is full", "kilogram more", "kilogram"),
    "alt_text": ("A straight line that rises from", text_of(4), text_of(3)),
    "alt_text_high": ("A straight line that rises from", text_of(34), text_of(35)),
    "table_cell": (
        "asleep, so",
        f"so\n\n| {text_of(12)} |\n| --- |\n\n",
        f"so\n\n| {text_of(13)} |\n| --- |\n\n",
    ),
    "list_items": ("asleep, so", f"so\n\n{bulleted(7)}\n", f"so\n\n{bulleted(8)}\n"),
    "lists": (
        "asleep, so",
        f"so {text_of(650)}\n\n{bulleted(2, 2)}\n",
        f"so {text_of(650)}\n\n{bulleted(2, 3)}\n",
    ),
    "paragraph": (
        "At eight fish",
        f"{text_of(160)}\n\nAt eight fish",
        f"{text_of(161)}\n\nAt eight fish",
    ),
    "sentence": (
        "\n\nAt eight fish",
        "\n\n" + "gull " * 93 + "Ah.\n\nAt eight fish",
        "\n\n" + "gull " * 94 + "Ah.\n\nAt eight fish",
    ),
    "sources": ("{cite}`three`", "{cite}`three`", "{cite}`two`"),
}


@pytest.fixture(scope="module")
def at_the_limits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    articles = {}
    for rule, (old, passing, failing) in LIMITS.items():
        slug = rule.replace("_", "-")
        assert old in SOUND
        articles[f"{slug}-passes"] = (SOUND.replace(old, passing), MODEL)
        articles[f"{slug}-fails"] = (SOUND.replace(old, failing), MODEL)
    site = Site(tmp_path_factory.mktemp("limits"))
    site.write(library(articles))
    return told(site.build().warnings)


@pytest.mark.parametrize("rule", LIMITS)
def test_a_limit_is_where_the_rule_says(at_the_limits: dict[str, list[str]], rule: str) -> None:
    slug, subtype = rule.replace("_", "-"), f"[editorial.{rule.removesuffix('_high')}]"
    assert subtype in str(at_the_limits[f"t/{slug}-fails.md"])
    assert subtype not in str(at_the_limits.get(f"t/{slug}-passes.md"))


@pytest.fixture
def sound(project: Callable[..., Site]) -> Site:
    """A library of one sound article."""
    return project(library({"sound": (SOUND, MODEL)}))


def replace(site: Site, file: str, old: str, new: str) -> None:
    text = (site.source / file).read_text(encoding="utf-8")
    assert old in text
    site.write({file: text.replace(old, new)})


# -- Front matter and catalogue ---------------------------------------------------------


def test_only_articles_are_checked_and_only_where_there_is_a_catalogue(sound: Site) -> None:
    sound.write({"t/page.md": "# Conclusion\n\nCurrently nobody delves.\n"})
    assert sound.build().warnings == ""
    replace(sound, "t/sound.md", "At eight fish", "Currently, at eight fish")
    assert "[editorial.time_word]" in sound.build().warnings
    sound.remove("catalogue.tsv")
    assert sound.build(fresh=True).warnings == ""


def test_an_edit_of_the_catalogue_checks_the_articles_again(sound: Site) -> None:
    assert sound.build().warnings == ""
    replace(sound, "catalogue.tsv", f"1\t{TITLE}", "1\tHow Gulls Count")
    expected = ["9: the catalogue has another title: write 'How Gulls Count' [editorial.title]"]
    assert told(sound.build().warnings) == {"t/sound.md": expected}


def test_a_broken_catalogue_is_told_once_and_its_rules_rest(sound: Site) -> None:
    replace(sound, "catalogue.tsv", f"1\t{TITLE}", f"one\t{TITLE}")
    message = "2: needs number, title, minutes, words, topic and slug, with tabs between"
    assert told(sound.build().warnings) == {"catalogue.tsv": [f"{message} [editorial.catalogue]"]}


@pytest.mark.parametrize(
    ("minutes", "words", "speed", "expected"),
    [
        (7, 1468, 213, (1395, 1491)),  # up to the end of the seventh minute
        (12, 2371, 213, (2344, 2489)),  # from the first word of the twelfth
        (9, 1872, 213, (1779, 1917)),
        (4, 1660, 501, (1577, 1743)),  # counted as Chinese
        (7, 1660, 213, (1577, 1491)),  # no length gives both
    ],
)
def test_the_window_is_where_minutes_and_words_agree(
    minutes: int, words: int, speed: int, expected: tuple[int, int]
) -> None:
    assert window(Entry(1, TITLE, minutes, words, "t", "s"), speed) == expected


def test_a_page_counted_as_chinese_has_501_words_a_minute(sound: Site) -> None:
    replace(sound, "catalogue.tsv", f"1\t{TITLE}\t1\t81", f"1\t{TITLE}\t1\t300")
    replace(sound, "t/sound.md", "At eight fish", f"{text_of(219)}\n\nAt eight fish")
    assert "no length gives both" in sound.build().warnings
    replace(sound, "t/sound.md", "updated:", "cjk: true\nupdated:")
    assert "[editorial.length]" not in sound.build().warnings


def test_a_length_that_no_text_can_have_is_told(sound: Site) -> None:
    replace(sound, "catalogue.tsv", f"1\t{TITLE}\t1\t", f"1\t{TITLE}\t4\t")
    assert "no length gives both: see the key 'cjk' and the catalogue" in sound.build().warnings


# -- Headings ---------------------------------------------------------------------------


@pytest.mark.parametrize(("sections", "told_"), [(1, True), (2, False), (6, False), (7, True)])
def test_long_articles_have_four_to_nine_headings_per_2000_words(
    sound: Site, sections: int, told_: bool
) -> None:
    section = "\n## The {} part\n\n" + "The bird counts its fish again and it stops there. " * 12
    names = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
    plain = SOUND.replace("## What the beak weighs\n\n", "").replace("## Where counting ends\n", "")
    text = plain + "\n".join(map(section.format, names[:sections]))
    text += ("\n" + "The bird counts its fish again and it stops there. " * 12 + "\n") * (
        9 - sections
    )
    sound.write({"t/sound.md": text})
    warnings = sound.build().warnings
    assert ("[editorial.heading_rate]" in warnings) == told_
    if told_:
        assert re.search(
            rf"sound.md:9: WARNING: {sections} headings on \d+ words: write 2 to 6", warnings
        )


def test_a_skipped_level_is_told_by_the_parser(sound: Site) -> None:
    replace(sound, "t/sound.md", "## Where counting", "#### Where counting")
    expected = ["23: Non-consecutive header level increase; H2 to H4 [myst.header]"]
    assert told(sound.build().warnings) == {"t/sound.md": expected}


# -- Phrases and sentences --------------------------------------------------------------


def test_the_lists_are_sorted() -> None:
    lines = phrases.FILE.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(set(lines), key=str.casefold)
    assert list(phrases.TIME_WORDS) == sorted(phrases.TIME_WORDS)


@pytest.mark.parametrize("one", phrases.banned(), ids=lambda one: one.text)
def test_every_phrase_is_found_at_a_line_break_and_in_any_case(one: phrases.Phrase) -> None:
    written = one.text.replace("*", "ing").replace("…", "a thing at all and")
    written = written.replace(" ", "\n") if "…" not in one.text else written
    for text in (f"So, {written}.", f"{written[0].upper()}{written[1:]} it."):
        assert one in [phrase for phrase, _ in phrases.found(text, phrases.banned())]
    assert not list(phrases.found(f"x{written}", [one]))


def test_a_phrase_is_whole_words() -> None:
    for text in ("the cutting edges", "robotics", "an accountless login", "re-enter the loop"):
        assert not list(phrases.found(text, phrases.banned())), text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The least recently used page goes, the most recently read one stays.", 0),
        ("Recently the page went.", 1),
        ("Today’s pages are currently read.", 2),
        ("The current pages; concurrently read.", 0),
    ],
)
def test_time_words_are_those_that_go_out_of_date(text: str, count: int) -> None:
    assert len(list(phrases.found(text, phrases.time_words()))) == count


@pytest.mark.parametrize("term", ["shared secret", "secrets"])
def test_a_term_that_is_defined_may_be_used(sound: Site, term: str) -> None:
    replace(sound, "t/sound.md", "so the limit is", "so the secrets, the secret is")
    assert sound.build().warnings.count("(undefined)") == 2
    replace(sound, "t/sound.md", "so the secrets, the secret is", f"so the **{term}**, the secret")
    assert "editorial.phrase" not in sound.build().warnings


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two? Three!", 3),
        ("“Why?” It asks.", 2),
        ("It took 4.1 MB. 3 more came.", 2),
        ("Hu et al. found 0.5 points (see Fig. 2 and No. 3, e.g. Table 4).", 1),
        ("J. R. Smith, i.e. the author, met Dr. No.", 1),
        ("In version 4.1, names end in .py or .md files.", 1),
        ("□ is a set. □ is another.", 2),
        ("", 0),
    ],
)
def test_sentences_end_where_a_reader_stops(text: str, count: int) -> None:
    assert len(sentences(text)) == count


# -- Model and sources ------------------------------------------------------------------


def test_a_model_that_comes_later_checks_its_article_again(sound: Site) -> None:
    page, _ = dict(faulty())["no-model"]
    sound.write({"t/sound.md": page})
    sound.remove("t/sound.py")
    assert "there is no model sound.py" in sound.build().warnings
    sound.write({"t/sound.py": MODEL})
    assert "the model sound.py is not used" in sound.build().warnings


@pytest.mark.parametrize("parallel", [1, 2])
def test_sources_that_nobody_cites_and_those_without_address_are_told(
    project: Callable[..., Site], parallel: int
) -> None:
    articles = {f"sound-{number}": (SOUND, MODEL) for number in range(7)}  # enough for -j
    site = project(library(articles))
    assert site.build(parallel=parallel).warnings == ""
    bib = BIB.replace("RFC 9000", "A book") + "\n@misc{four, title = {Four}, doi = {10.1/y}}\n"
    site.write({"t/references.bib": bib})
    address = "add a doi, an eprint, a url or the number of an RFC [editorial.source_address]"
    assert told(site.build(parallel=parallel).warnings) == {
        "t/references.bib": [
            f"8: 'three' has no address: {address}",
            "10: nobody cites 'four': cite it or delete it [editorial.uncited_source]",
        ]
    }
    site.write({"t/references.bib": BIB})
    assert site.build(parallel=parallel).warnings == ""
    for slug in articles:
        replace(site, f"t/{slug}.md", " {cite}`three`", "")
    last = told(site.build(parallel=parallel).warnings)
    assert last["t/references.bib"] == [
        "8: nobody cites 'three': cite it or delete it [editorial.uncited_source]"
    ]


def test_the_sources_of_an_article_that_was_removed_are_told(project: Callable[..., Site]) -> None:
    more = SOUND.replace("{cite}`three`", "{cite}`three,four`")
    site = project(library({"sound": (SOUND, MODEL), "gone": (more, MODEL)}))
    site.write({"t/references.bib": BIB + "\n@misc{four, title = {Four}, doi = {10.1/y}}\n"})
    assert site.build().warnings == ""
    site.remove("t/gone.md")
    expected = ["10: nobody cites 'four': cite it or delete it [editorial.uncited_source]"]
    assert told(site.build().warnings) == {"t/references.bib": expected}
