"""The form above an index: filter by text, topic and length, sort. Knows no articles.

It stands in a ``template``, which browsers keep asleep: without the script nobody sees a
control that does nothing. Names and values of its fields are those of the page's address.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from html import escape

from sphinx.locale import get_translator

from sphinx_reading.byline import CATALOG

Choice = tuple[str, str]  # value and label


def form_html(
    topics: Iterable[str], built_sort: str, keys: Container[str], *, both_ways: bool
) -> str:
    """Write the form for an index that was built in the order *built_sort* ("-words").

    It offers to sort by *keys*; *both_ways* adds the reverse orders, which the heads of a
    table need.
    """
    _ = get_translator(CATALOG).gettext
    fields = [
        f'<label class="reading-text">{escape(_("Filter"))}'
        '<input type="search" name="q" spellcheck="false"></label>',
        _select("topic", _("Topic"), _topics(topics)),
        _select("max", _("Length"), _lengths()),
        _select("sort", _("Sort by"), _sorts(built_sort, keys, both_ways=both_ways)),
        _status(),
        f'<button type="reset">{escape(_("Reset"))}</button>',
    ]
    label = escape(_("Filter and sort articles"), quote=True)
    form = f'<form role="search" aria-label="{label}" autocomplete="off">'
    return "\n".join(["<template>", form, *filter(None, fields), "</form>", "</template>", ""])


def _select(name: str, label: str, choices: list[Choice]) -> str:
    """A labelled choice whose first value is the default; nothing if there is no other."""
    if len(choices) < 2:
        return ""
    options = "".join(
        f'<option value="{escape(value, quote=True)}">{escape(text)}</option>'
        for value, text in choices
    )
    return f'<label>{escape(label)}<select name="{name}">{options}</select></label>'


def _topics(topics: Iterable[str]) -> list[Choice]:
    titles = [title for title in dict.fromkeys(topics) if title]
    _ = get_translator(CATALOG).gettext
    return [("", _("all topics")), *((title, title) for title in titles)] if titles[1:] else []


def _lengths() -> list[Choice]:
    _ = get_translator(CATALOG).gettext
    up_to = _("up to %d min")
    return [("", _("any length")), *((str(n), up_to % n) for n in (5, 10, 15))]


def _sorts(built: str, keys: Container[str], *, both_ways: bool) -> list[Choice]:
    """The orders, the built one first; a minus sign is the largest first."""
    _ = get_translator(CATALOG).gettext
    usual = {
        "number": _("library order"),
        "title": _("title"),
        "minutes": _("shortest"),
        "-minutes": _("longest"),
        "-words": _("most words"),
        "-updated": _("newest"),
    }
    reverse = {
        "-number": _("library order, reversed"),
        "-title": _("title, reversed"),
        "words": _("fewest words"),
        "updated": _("oldest"),
    }
    every = {**usual, **reverse}
    others = {
        value: label
        for value, label in (every if both_ways else usual).items()
        if value != built and value.lstrip("-") in keys
    }
    return [(built, every[built]), *others.items()]


def _status() -> str:
    """The line that says what is shown; the script fills its patterns in."""
    _ = get_translator(CATALOG).gettext
    patterns = {
        "count": _("{shown} of {total} articles"),  # never of one alone
        "minutes": _("{minutes} min"),
        "hours": _("{hours} h {minutes} min"),
    }
    data = "".join(f' data-{key}="{escape(text, quote=True)}"' for key, text in patterns.items())
    return f"<output{data}></output>"
