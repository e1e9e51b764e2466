"""Files made from the domain when the build is done: JSON, text, feed, sitemap, JSON-LD.

Written from the records, sorted, never while pages are written, so a small edit or a
parallel build leaves nothing out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging

from sphinx_reading.article import Article
from sphinx_reading.byline import byline_text
from sphinx_reading.domain import reading_domain
from sphinx_reading.query import topic_order, topic_page, topic_title
from sphinx_reading.warn import ReadingWarning, warn

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

logger = logging.getLogger(__name__)
SCHEMA_VERSION = 1
FEED = "feed.xml"


def articles_json(app: Sphinx) -> str:
    """Every article as JSON; ``articles.schema.json`` beside this file describes it."""
    domain = reading_domain(app.env)
    shorts = domain.short_titles()
    articles = [_as_json(app, article, shorts) for article in domain.articles()]
    data = {"version": SCHEMA_VERSION, "topics": _topics(app.env), "articles": articles}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _as_json(app: Sphinx, article: Article, shorts: dict[str, str]) -> dict[str, Any]:
    return {
        "docname": article.docname,
        "title": article.title,
        "short_title": shorts.get(article.docname, article.title),
        "url": app.builder.get_target_uri(article.docname),
        "topic": article.topic,
        "number": article.number,
        "words": article.words,
        "minutes": article.minutes,
        "description": article.description,
        "updated": article.updated or None,
        "related": list(article.related),
    }


def _topics(env: BuildEnvironment) -> list[dict[str, Any]]:
    articles = reading_domain(env).articles()
    rows = []
    for topic in topic_order(env):
        own = [article for article in articles if article.topic == topic]
        if own or topic_page(topic) in env.titles:
            rows.append(
                {
                    "topic": topic,
                    "title": topic_title(env, topic),
                    "articles": len(own),
                    "words": sum(article.words for article in own),
                    "minutes": sum(article.minutes for article in own),
                }
            )
    return rows


def articles_txt(app: Sphinx) -> str:
    """The title of each article and its byline; no line feed at the end."""
    return "\n".join(
        f"{article.title}\n{byline_text(article.words, article.minutes)}"
        for article in reading_domain(app.env).articles()
    )


def atom_feed(app: Sphinx) -> str:
    """The dated articles as an Atom feed (RFC 4287), newest first."""
    dated = [article for article in reading_domain(app.env).articles() if article.updated]
    dated.sort(key=lambda article: article.updated, reverse=True)
    home = _address(app, app.config.root_doc)
    newest = _timestamp(dated[0].updated if dated else "1970-01-01")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{escape(app.config.project)}</title>",
        f"<id>{escape(home)}</id>",
        f'<link href="{escape(home)}"/>',
        f'<link rel="self" href="{escape(_base(app) + FEED)}"/>',
        f"<updated>{newest}</updated>",
        f"<author><name>{escape(app.config.author)}</name></author>",
        *(_atom_entry(app, article) for article in dated),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def _atom_entry(app: Sphinx, article: Article) -> str:
    address = escape(_address(app, article.docname))
    return (
        f"<entry><title>{escape(article.title)}</title><id>{address}</id>"
        f'<link href="{address}"/><updated>{_timestamp(article.updated)}</updated>'
        f"<summary>{escape(article.description)}</summary></entry>"
    )


def sitemap(app: Sphinx) -> str:
    """Every page's address, and the day on which an article was last changed."""
    records = reading_domain(app.env).records
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for docname in sorted(app.env.found_docs):
        updated = records[docname].updated if docname in records else ""
        day = f"<lastmod>{updated}</lastmod>" if updated else ""
        lines.append(f"<url><loc>{escape(_address(app, docname))}</loc>{day}</url>")
    return "\n".join([*lines, "</urlset>"]) + "\n"


FILES: dict[str, tuple[str, Callable[[Sphinx], str], bool]] = {
    "json": ("articles.json", articles_json, False),
    "txt": ("articles.txt", articles_txt, False),
    "atom": (FEED, atom_feed, True),
    "sitemap": ("sitemap.xml", sitemap, True),
}
"""Export -> (file, what makes its text, whether it needs the site's address)."""
EXPORTS = (*FILES, "json-ld")


def check_exports(app: Sphinx) -> None:
    """Warn of exports that do not exist, and say which need the site's address."""
    for name in app.config.reading_exports:
        if name not in EXPORTS:
            message = f"reading_exports: {name!r} is not known: write one of {', '.join(EXPORTS)}"
            warn(ReadingWarning.OPTION, message, None)
    if _is_html(app) and not app.config.html_baseurl:
        homeless = [n for n in app.config.reading_exports if n in FILES and FILES[n][2]]
        if homeless:
            logger.info("%s left out: html_baseurl is not set", " and ".join(homeless))


def write_exports(app: Sphinx, exception: Exception | None) -> None:
    if exception or not _is_html(app):
        return
    for name, (file, make, needs_address) in FILES.items():
        if name in app.config.reading_exports and (app.config.html_baseurl or not needs_address):
            _write(Path(app.outdir) / file, make(app))


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, so that a reader never meets half of it."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(text.encode("utf-8"))
    fresh.replace(path)


def add_metadata(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put the feed's address and the article's JSON-LD into the page's head."""
    exports = app.config.reading_exports
    if app.builder.format != "html" or doctree is None:
        return
    if "atom" in exports and app.config.html_baseurl and "pathto" in context:
        href = context["pathto"](FEED, 1)
        context["metatags"] += (
            f'\n<link rel="alternate" type="application/atom+xml" href="{escape(href)}"'
            f' title="{escape(app.config.project)}" />'
        )
    article = reading_domain(app.env).records.get(pagename)
    if "json-ld" in exports and article is not None:
        text = json.dumps(_json_ld(app, article), ensure_ascii=False).replace("<", "\\u003c")
        context["metatags"] += f'\n<script type="application/ld+json">{text}</script>\n'


def _json_ld(app: Sphinx, article: Article) -> dict[str, Any]:
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": article.title,
        "description": article.description,
        "dateModified": article.updated,
        "articleSection": topic_title(app.env, article.topic),
        "inLanguage": app.config.language,
        "url": _address(app, article.docname) if app.config.html_baseurl else "",
    }
    counts = {"wordCount": article.words, "timeRequired": f"PT{article.minutes}M"}
    author = {"@type": "Organization", "name": app.config.author}
    return {k: v for k, v in data.items() if v} | counts | {"author": author}


def _is_html(app: Sphinx) -> bool:
    return isinstance(app.builder, StandaloneHTMLBuilder) and app.builder.name != "epub"


def _base(app: Sphinx) -> str:
    return str(app.config.html_baseurl).rstrip("/") + "/"


def _address(app: Sphinx, docname: str) -> str:
    return _base(app) + app.builder.get_target_uri(docname)


def _timestamp(day: str) -> str:
    return f"{day}T00:00:00Z"


def setup_exports(app: Sphinx) -> None:
    app.connect("builder-inited", check_exports)
    app.connect("html-page-context", add_metadata)
    app.connect("build-finished", write_exports)
