"""The markup of the sidebar, with the classes and the checkboxes of Furo's own tree."""

from __future__ import annotations

from html import escape
from itertools import count
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.nodes import clean_astext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sphinx.builders.html import StandaloneHTMLBuilder

    from sphinx_section_nav.tree import Entry, Item, Level

    PathTo = Callable[[str], str]

CAPTION = '<p class="caption" role="heading"><span class="caption-text">{}</span></p>\n'
TOGGLE = (
    '<input aria-label="Toggle navigation of {label}" checked="" class="toctree-checkbox"'
    ' id="{name}" name="{name}" role="switch" type="checkbox">'
    '<label for="{name}"><span class="icon"><svg><use href="#svg-arrow-right"></use></svg>'
    "</span></label>"
)


class Titles:
    """The titles of entries as HTML, each made once in a build."""

    def __init__(self, builder: StandaloneHTMLBuilder) -> None:
        self._builder = builder
        self._made: dict[Entry, str] = {}

    def __call__(self, entry: Entry) -> str:
        if entry not in self._made:
            self._made[entry] = self._number(entry) + self._title(entry.title)
        return self._made[entry]

    def text(self, entry: Entry) -> str:
        """The same without markup."""
        title = entry.title if isinstance(entry.title, str) else clean_astext(entry.title)
        return self._digits(entry) + title

    def _title(self, title: str | nodes.title) -> str:
        if isinstance(title, str):
            return escape(title, quote=False)
        if all(isinstance(child, nodes.Text) for child in title.children):
            return escape(title.astext(), quote=False)  # as below, without a writer's costs
        copy = nodes.title("", "", *(child.deepcopy() for child in title.children))
        return self._builder.render_partial(copy)["title"]

    def _number(self, entry: Entry) -> str:
        digits = escape(self._digits(entry), quote=False)
        return f'<span class="section-number">{digits}</span>' if digits else ""

    def _digits(self, entry: Entry) -> str:
        suffix: str = self._builder.config.html_secnumber_suffix
        return ".".join(map(str, entry.number)) + suffix if entry.number else ""


class Sidebar:
    """Writes the lists of one page."""

    def __init__(self, titles: Titles, pathto: PathTo, all_pages: str) -> None:
        self._titles = titles
        self._pathto = pathto
        self._all_pages = all_pages
        self._names = (f"toctree-checkbox-{number}" for number in count(1))

    def __call__(self, levels: list[Level]) -> str:
        return "".join(map(self._group, levels))

    def _group(self, level: Level) -> str:
        caption = CAPTION.format(escape(level.caption)) if level.caption else ""
        return caption + self._list(level, 1)

    def _list(self, level: Level, depth: int) -> str:
        current = ' class="current"' if any(item.current for item in level.items) else ""
        lines = "\n".join(self._lines(level, depth))
        return f"<ul{current}>\n{lines}\n</ul>\n"

    def _lines(self, level: Level, depth: int) -> Iterator[str]:
        for item in level.items:
            yield self._item(item, depth)
        if len(level.items) < level.total:
            text = escape(self._all_pages.replace("{}", str(level.total)))
            yield (
                f'<li class="toctree-l{depth}"><a class="reference internal"'
                f' href="{escape(self._pathto(level.parent))}">{text}</a></li>'
            )

    def _item(self, item: Item, depth: int) -> str:
        classes = f"toctree-l{depth}"
        classes += " current" if item.current else ""
        classes += " current-page" if item.here else ""
        if item.children is None:
            return f'<li class="{classes}">{self._link(item)}</li>'
        toggle = TOGGLE.format(label=escape(self._titles.text(item.entry)), name=next(self._names))
        children = self._list(item.children, depth + 1)
        return f'<li class="{classes} has-children">{self._link(item)}{toggle}{children}</li>'

    def _link(self, item: Item) -> str:
        entry = item.entry
        title = self._titles(entry)
        if entry.external:
            return f'<a class="reference external" href="{escape(entry.target)}">{title}</a>'
        href = escape(self._pathto(entry.target))
        if item.here:
            classes = "current reference internal"
            return f'<a aria-current="page" class="{classes}" href="{href}">{title}</a>'
        return f'<a class="reference internal" href="{href}">{title}</a>'
