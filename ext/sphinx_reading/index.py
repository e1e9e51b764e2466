"""The index of articles and its totals: directives, empty nodes, and what fills them.

A directive leaves an empty node with its :class:`Query`. The node is filled when its page is
resolved, so an index shows all pages in every builder, and its page need not be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.locale import get_translator
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from sphinx_reading.article import Article
from sphinx_reading.byline import CATALOG, reading_byline, reading_sum
from sphinx_reading.domain import reading_domain
from sphinx_reading.form import form_html
from sphinx_reading.query import CHOICES, Query, select, topic_order, topic_page, topic_title
from sphinx_reading.warn import ReadingWarning, warn

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import OptionSpec
    from sphinx.writers.html5 import HTML5Translator


class reading_index(nodes.General, nodes.Element):
    """An index to be filled; attribute ``query``."""


class reading_total(nodes.General, nodes.Element):
    """A line of totals to be filled; attribute ``query``."""


class reading_view(nodes.General, nodes.Element):
    """A filled index; attribute ``form``: markup for the script, empty if it has no business."""


class reading_entry(nodes.list_item):
    """One article in a list; ``data`` for the script, other builders see a list item."""


class reading_row(nodes.row):
    """One article in a table; ``data`` for the script, other builders see a row."""


class _QueryDirective(SphinxDirective):
    """A directive that leaves an empty node and notes what its page will show."""

    node_class: ClassVar[type[nodes.Element]]

    def leave(self, query: Query) -> list[nodes.Node]:
        reading_domain(self.env).note_query(self.env.docname, query)
        node = self.node_class("", query=query)
        self.set_source_info(node)
        return [node]


class ReadingIndex(_QueryDirective):
    """``reading-index``: articles of the library, sorted, grouped, limited."""

    node_class = reading_index
    option_spec: ClassVar[OptionSpec] = dict.fromkeys(Query._fields, directives.unchanged)

    def run(self) -> list[nodes.Node]:
        chosen = {name: self._choice(name, values) for name, values in CHOICES.items()}
        return self.leave(Query(limit=self._limit(), topic=self.options.get("topic"), **chosen))

    def _choice(self, name: str, values: tuple[str, ...]) -> str:
        default = str(Query._field_defaults[name])
        value = self.options.get(name, default)
        if value not in values:
            self._warn(name, f"one of {', '.join(values)}")
        return value if value in values else default

    def _limit(self) -> int:
        value = self.options.get("limit", "0")
        if not value.isdecimal():
            self._warn("limit", "a whole number")
        return int(value) if value.isdecimal() else 0

    def _warn(self, option: str, instead: str) -> None:
        message = f"{self.name}: {option}: {self.options[option]!r} is not known: write {instead}"
        warn(ReadingWarning.OPTION, message, self.get_location())


class ReadingTotal(_QueryDirective):
    """``reading-total``: how many articles, minutes and words.

    ``:topic:`` names a folder; without it, the folder of the page, or all at the top.
    """

    node_class = reading_total
    option_spec: ClassVar[OptionSpec] = {"topic": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        own = self.env.docname.rpartition("/")[0] or None
        return self.leave(Query(topic=self.options.get("topic", own)))


def shown_by_page(env: BuildEnvironment) -> dict[str, object]:
    """What the indexes of each page show, to be compared with what they showed before."""
    domain = reading_domain(env)
    articles = domain.articles()
    topics = _topics(env, articles)
    return {
        docname: [(query, select(articles, query), topics) for query in queries]
        for docname, queries in domain.queries.items()
    }


def _topics(env: BuildEnvironment, articles: list[Article]) -> list[tuple[str, str]]:
    """The topics of *articles* and their titles, in reading order."""
    present = {article.topic for article in articles}
    return [(topic, topic_title(env, topic)) for topic in topic_order(env) if topic in present]


class FillIndexes(SphinxPostTransform):
    """Put the articles into every index and total of a page."""

    default_priority = 8  # the references that it makes are resolved next (9 and 10)

    def run(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(reading_index)):
            node.replace_self(self._view(node["query"], self._select(node)))
        for total in list(self.document.findall(reading_total)):
            total.replace_self(_sum(self._select(total)))

    def _select(self, node: nodes.Element) -> list[Article]:
        query: Query = node["query"]
        if query.topic is not None and query.topic not in topic_order(self.env):
            message = f"topic: {query.topic!r} is no folder of this project: write its path"
            warn(ReadingWarning.OPTION, message, node)
        return select(reading_domain(self.env).articles(), query)

    def _view(self, query: Query, articles: list[Article]) -> nodes.Element:
        columns = _columns(articles)
        view = reading_view("", form=self._form(query, articles, columns))
        if query.group == "none" and articles:  # LaTeX has no empty list
            view += self._items(query, articles, columns)
            return view
        for topic, title in _topics(self.env, articles):
            group = [article for article in articles if article.topic == topic]
            view += self._heading(topic, title)
            view += _sum(group)
            view += self._items(query, group, columns)
        return view

    def _form(self, query: Query, articles: list[Article], columns: list[str]) -> str:
        if query.limit or len(articles) < 2:
            return ""
        topics = [title for _, title in _topics(self.env, articles)]
        sort = f"-{query.sort}" if query.order == "descending" else query.sort
        return form_html(topics, sort, columns, both_ways=query.style == "table")

    def _heading(self, topic: str, title: str) -> nodes.Element:
        heading = nodes.rubric("", classes=["reading-topic"])
        heading["heading-level"] = 2
        heading += self._link(topic_page(topic), title)
        return heading

    def _items(self, query: Query, articles: list[Article], columns: list[str]) -> nodes.Element:
        if query.style == "table":
            return self._table(articles, columns)
        items = nodes.bullet_list(classes=[f"reading-{query.style}"])
        items.extend(self._entry(article, query.style) for article in articles)
        return items

    def _entry(self, article: Article, style: str) -> nodes.Element:
        byline = reading_byline("", words=article.words, minutes=article.minutes, inline=True)
        lines = [self._link(article.docname, article.title), byline]
        if style == "cards" and article.description:
            lines.append(nodes.Text(article.description))
        entry = reading_entry("", data=self._data(article))
        entry += nodes.line_block("", *[nodes.line("", "", line) for line in lines])
        return entry

    def _table(self, articles: list[Article], columns: list[str]) -> nodes.Element:
        group = nodes.tgroup("", cols=len(columns))
        group += [nodes.colspec(colwidth=60 if name == "title" else 10) for name in columns]
        heads = {name: nodes.Text(_head(name)) for name in columns}
        group += nodes.thead("", _fill(nodes.row(), heads))
        group += nodes.tbody("", *[self._row(article, columns) for article in articles])
        return nodes.table("", group, classes=["reading-table"])

    def _row(self, article: Article, columns: list[str]) -> nodes.Element:
        values = {name: getattr(article, name) for name in columns}
        cells: dict[str, nodes.Node] = {
            name: nodes.Text("" if value is None else str(value)) for name, value in values.items()
        }
        cells["title"] = self._link(article.docname, article.title)
        return _fill(reading_row("", data=self._data(article)), cells)

    def _link(self, docname: str, text: str) -> nodes.Node:
        if docname not in self.env.all_docs:
            return nodes.Text(text)
        target = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{docname}"}
        inline = nodes.inline(text, text)
        return addnodes.pending_xref(
            "", inline, refdoc=self.env.docname, refexplicit=True, refwarn=True, **target
        )

    def _data(self, article: Article) -> dict[str, str]:
        """What the script sorts and filters by."""
        return {
            "data-number": "" if article.number is None else str(article.number),
            "data-title": article.title,
            "data-minutes": str(article.minutes),
            "data-words": str(article.words),
            "data-updated": article.updated,
            "data-topic": topic_title(self.env, article.topic),
            "data-description": article.description,
        }


def _sum(articles: list[Article]) -> nodes.Element:
    words, minutes = sum(a.words for a in articles), sum(a.minutes for a in articles)
    return reading_sum("", articles=len(articles), minutes=minutes, words=words)


def _columns(articles: list[Article]) -> list[str]:
    """What a table of *articles* shows and a reader can sort by: not what none of them has."""
    names = ("number", "title", "minutes", "words", "updated")
    return [name for name in names if any(getattr(article, name) for article in articles)]


def _head(column: str) -> str:
    _ = get_translator(CATALOG).gettext
    heads = {
        "number": _("No."),
        "title": _("Title"),
        "minutes": _("Minutes"),
        "words": _("Words"),
        "updated": _("Updated"),
    }
    return heads[column]


def _fill(row: nodes.row, cells: Mapping[str, nodes.Node]) -> nodes.row:
    """Put *cells* into *row*; the names of their columns are classes."""
    row.extend(
        nodes.entry("", nodes.paragraph("", "", cell), classes=[f"reading-{name}"])
        for name, cell in cells.items()
    )
    return row


def _with_data(
    tag: str, visit: Callable[[HTML5Translator, Any], None]
) -> Callable[[HTML5Translator, nodes.Element], None]:
    """Let *visit* write the start tag *tag*, then add the node's ``data`` to it."""

    def visit_with_data(self: HTML5Translator, node: nodes.Element) -> None:
        start = len(self.body)
        visit(self, node)
        data = "".join(
            f' {name}="{self.attval(value)}"' for name, value in node["data"].items() if value
        )
        self.body[start] = self.body[start].replace(f"<{tag}", f"<{tag}{data}", 1)

    return visit_with_data


def visit_view(self: HTML5Translator, node: nodes.Element) -> None:
    form = "" if self.builder.name == "epub" else node["form"]  # a book runs no scripts
    kind = "reading-index reading-interactive" if form else "reading-index"
    self.body.append(f'<div class="{kind}">\n{form}')


def depart_view(self: HTML5Translator, node: nodes.Element) -> None:
    self.body.append("</div>\n")


def pass_through(self: Any, node: nodes.Element) -> None:
    """Other builders see what the view contains."""


def setup_index(app: Sphinx) -> None:
    from sphinx.writers.html5 import HTML5Translator

    transparent = (pass_through, pass_through)
    app.add_node(
        reading_view,
        html=(visit_view, depart_view),
        latex=transparent,
        text=transparent,
        man=transparent,
        texinfo=transparent,
    )
    entry = _with_data("li", HTML5Translator.visit_list_item)
    app.add_node(reading_entry, html=(entry, HTML5Translator.depart_list_item))
    row = _with_data("tr", HTML5Translator.visit_row)
    app.add_node(reading_row, html=(row, HTML5Translator.depart_row))
    app.add_node(reading_index)
    app.add_node(reading_total)
    app.add_directive("reading-index", ReadingIndex)
    app.add_directive("reading-total", ReadingTotal)
    app.add_post_transform(FillIndexes)
