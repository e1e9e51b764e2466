"""The line "7 min · 1468 words": its node, the transform that places it, its visitors.

The text is an attribute of the node, not a ``Text`` child, so neither the search index nor
a page description takes it up: else every page would match "words".
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.locale import get_translator
from sphinx.transforms import SphinxTransform
from sphinx.util.matching import patmatch

from sphinx_reading.article import raw_front_matter
from sphinx_reading.collect import counted_text
from sphinx_reading.measure import count_words, has_cjk, minutes_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.writers.html5 import HTML5Translator
    from sphinx.writers.latex import LaTeXTranslator
    from sphinx.writers.manpage import ManualPageTranslator
    from sphinx.writers.texinfo import TexinfoTranslator
    from sphinx.writers.text import TextTranslator

CATALOG = "sphinx_reading"


class reading_byline(nodes.General, nodes.Element):
    """Attributes: ``words``, ``minutes``, ``cjk``; ``inline`` inside a line of an index."""


class reading_sum(nodes.General, nodes.Element):
    """Totals of several articles. Attributes: ``articles``, ``minutes``, ``words``."""


def byline_text(words: int, minutes: int) -> str:
    """Say both in the language of the project.

    >>> byline_text(1468, 7), byline_text(1, 1)
    ('7 min · 1468 words', '1 min · 1 word')
    """
    translator = get_translator(CATALOG)
    form = translator.ngettext(
        "%(minutes)d min · %(words)d word", "%(minutes)d min · %(words)d words", words
    )
    return form % {"minutes": minutes, "words": words}


def sum_text(articles: int, words: int, minutes: int) -> str:
    """Say how much there is to read.

    >>> sum_text(3, 3357, 13), sum_text(110, 230000, 1122)
    ('3 articles · 13 min · 3357 words', '110 articles · 18 h 42 min · 230000 words')
    """
    translator = get_translator(CATALOG)
    count = translator.ngettext("%d article", "%d articles", articles) % articles
    if not articles:
        return count
    hours, rest = divmod(minutes, 60)
    lead = f"{count} · {hours} h" if hours else count
    return f"{lead} {byline_text(words, rest)}" if hours else f"{lead} · {byline_text(words, rest)}"


def title_section(document: nodes.document) -> nodes.section | None:
    """The section whose title is the page's, chosen as Sphinx's title collector does."""
    return next(document.findall(nodes.section), None)


def is_article(config: Config, docname: str, raw: Mapping[str, str]) -> bool:
    """Tell whether a page with this front matter is to be measured, if it has a title."""
    if raw.get("reading", "").lower() == "false":
        return False
    if config.reading_article_key:
        return config.reading_article_key in raw
    return not any(patmatch(docname, pattern) for pattern in config.reading_exclude)


def remember_source(app: Sphinx, docname: str, content: list[str]) -> None:
    """Keep the source until the page is read: CJK and line numbers are looked up in it."""
    app.env.temp_data["reading_source"] = content[0]


class InsertByline(SphinxTransform):
    """Count the words of an article and place its byline under the title."""

    # After footnote references have their numbers (620), before smart quotes split and
    # join characters (750).
    default_priority = 740

    def apply(self, **kwargs: Any) -> None:
        raw = raw_front_matter(self.document)
        section = title_section(self.document)
        if section is None or not is_article(self.config, self.env.docname, raw):
            return
        cjk = self._is_cjk(raw)
        words = count_words(counted_text(self.document, title=section[0]), cjk=cjk)
        speed = "reading_cjk_words_per_minute" if cjk else "reading_words_per_minute"
        minutes = minutes_for(words, self.config[speed])
        section.insert(1, reading_byline("", words=words, minutes=minutes, cjk=cjk))

    def _is_cjk(self, raw: Mapping[str, str]) -> bool:
        asked = raw.get("cjk", "").lower()
        if asked in {"true", "false"}:
            return asked == "true"
        return has_cjk(str(self.env.temp_data.get("reading_source", "")))


def _text_of(node: nodes.Element) -> str:
    if isinstance(node, reading_sum):
        return sum_text(node["articles"], node["words"], node["minutes"])
    return byline_text(node["words"], node["minutes"])


def visit_html(self: HTML5Translator, node: nodes.Element) -> None:
    tag = "span" if node.get("inline") else "p"
    kind = node.tagname.replace("_", "-")  # reading-byline or reading-sum
    self.body.append(f'<{tag} class="{kind}">{escape(_text_of(node))}</{tag}>\n')
    raise nodes.SkipNode


def visit_latex(self: LaTeXTranslator, node: nodes.Element) -> None:
    text = rf"\emph{{{self.encode(_text_of(node))}}}"
    self.body.append(text if node.get("inline") else f"\n\n\\noindent {text}\n\n")
    raise nodes.SkipNode


def visit_text(self: TextTranslator, node: nodes.Element) -> None:
    if node.get("inline"):
        self.add_text(_text_of(node))
    else:
        self.new_state(0)
        self.add_text(_text_of(node))
        self.end_state()
    raise nodes.SkipNode


def visit_man(self: ManualPageTranslator, node: nodes.Element) -> None:
    self.ensure_eol()
    self.body.append(f"{'' if node.get('inline') else '.sp' + chr(10)}{_text_of(node)}\n")
    raise nodes.SkipNode


def visit_texinfo(self: TexinfoTranslator, node: nodes.Element) -> None:
    edge = "" if node.get("inline") else "\n\n"
    self.body.append(f"{edge}{self.escape(_text_of(node))}{edge}")
    raise nodes.SkipNode


def setup_byline(app: Sphinx) -> None:
    for node in (reading_byline, reading_sum):
        app.add_node(
            node,
            html=(visit_html, None),
            latex=(visit_latex, None),
            text=(visit_text, None),
            man=(visit_man, None),
            texinfo=(visit_texinfo, None),
        )
    app.add_transform(InsertByline)
    app.connect("source-read", remember_source, priority=900)  # after handlers that change it
