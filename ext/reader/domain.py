"""What every page shows of other articles: kept, so that an edit rewrites the pages it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.domains import Domain

from sphinx_reading.domain import reading_domain

if TYPE_CHECKING:
    from collections.abc import Set

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from sphinx_reading.article import Article


class Card(NamedTuple):
    """What is shown of one article on the pages of others."""

    docname: str
    title: str
    short: str  # as the topic's toctree calls it
    description: str
    minutes: int


class Shown(NamedTuple):
    """What one article shows of others; only those that are written."""

    prerequisites: list[Card]
    related: list[Card]
    linked: list[Card]  # from its text


class ReaderDomain(Domain):
    """Remembers what pages showed when they were last written.

    It is gathered anew in each build, so nothing needs purging or merging.
    """

    name = "reader"
    label = "Reader"
    data_version = 1
    initial_data: ClassVar[dict[str, Any]] = {"shown": {}}  # docname -> Shown

    @property
    def shown(self) -> dict[str, Shown]:
        return cast("dict[str, Shown]", self.data["shown"])

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take nothing: only the main process gathers, after all has been read."""

    def resolve_any_xref(self, *args: Any, **kwargs: Any) -> list[tuple[str, nodes.reference]]:
        return []


def reader_domain(env: BuildEnvironment) -> ReaderDomain:
    return cast("ReaderDomain", env.domains["reader"])


def stale_pages(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Gather what pages show; return those that showed something else."""
    domain = reader_domain(env)
    before, now = domain.shown, gather(env)
    domain.data["shown"] = now
    return sorted(name for name in now if now[name] != before.get(name))


def gather(env: BuildEnvironment) -> dict[str, Shown]:
    """What each article shows of others, by docname."""
    reading = reading_domain(env)
    short = reading.short_titles()
    cards = {name: _card(article, short) for name, article in reading.records.items()}
    by_slug = {name.rpartition("/")[2]: card for name, card in sorted(cards.items())}
    return {
        name: Shown(
            [by_slug[slug] for slug in article.prerequisites if slug in by_slug],
            [by_slug[slug] for slug in article.related if slug in by_slug],
            [cards[link] for link in sorted(reading.references[name] & cards.keys() - {name})],
        )
        for name, article in reading.records.items()
    }


def _card(article: Article, short: dict[str, str]) -> Card:
    name = article.docname
    return Card(
        name, article.title, short.get(name, article.title), article.description, article.minutes
    )


def link_to(card: Card, text: str, docname: str) -> addnodes.pending_xref:
    """A link on the page *docname*, resolved with those of its text."""
    target = {"refdomain": "std", "reftype": "doc", "reftarget": f"/{card.docname}"}
    return addnodes.pending_xref(
        "", nodes.inline("", text), refdoc=docname, refexplicit=True, refwarn=True, **target
    )


def minutes_text(minutes: int) -> str:
    return f"{minutes}\xa0min"


def setup_domain(app: Sphinx) -> None:
    app.add_domain(ReaderDomain)
    app.connect("env-updated", stale_pages)
