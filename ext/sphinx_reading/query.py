"""Which articles an index shows, and in which order. Knows no markup."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from sphinx_reading.article import Article

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

_LAST = 10**9  # an article without a number sorts after those that have one
SORT_KEYS: dict[str, Callable[[Article], Any]] = {
    "number": lambda article: article.number or _LAST,
    "title": lambda article: article.title.casefold(),
    "minutes": lambda article: (article.minutes, article.words),
    "words": lambda article: article.words,
    "updated": lambda article: article.updated,
}
CHOICES: dict[str, tuple[str, ...]] = {
    "group": ("topic", "none"),
    "sort": tuple(SORT_KEYS),
    "order": ("ascending", "descending"),
    "style": ("list", "table", "cards"),
}


class Query(NamedTuple):
    """The options of one index."""

    group: str = "none"
    sort: str = "number"
    order: str = "ascending"
    limit: int = 0  # 0: all
    topic: str | None = None  # a folder; None: every one
    style: str = "list"


def select(articles: Iterable[Article], query: Query) -> list[Article]:
    """The articles that *query* shows, in its order; ties by title."""
    chosen = [a for a in articles if query.topic is None or a.topic == query.topic]
    chosen.sort(key=SORT_KEYS["title"])
    chosen.sort(key=SORT_KEYS[query.sort], reverse=query.order == "descending")
    if query.sort == "number":  # those without one stay last both ways
        chosen.sort(key=lambda article: article.number is None)
    return chosen[: query.limit or None]


def topic_order(env: BuildEnvironment) -> list[str]:
    """Folders in the order in which the root's toctree leads to them, then by name."""
    from_root = env.toctree_includes.get(env.config.root_doc, [])
    folders = [*from_root, *sorted(env.found_docs)]
    return list(dict.fromkeys(docname.rpartition("/")[0] for docname in folders))


def topic_page(topic: str) -> str:
    """The docname of the page that presents *topic*.

    >>> topic_page("storage")
    'storage/index'
    """
    return f"{topic}/index" if topic else "index"


def topic_title(env: BuildEnvironment, topic: str) -> str:
    """The title of the topic's page, else the folder's name."""
    title = env.titles.get(topic_page(topic))
    return title.astext() if title is not None else topic
