"""Which pages an edit makes stale, besides the page that was edited.

Sphinx writes again what it read again. A page also shows things of other pages: records in
its indexes, titles in the text of its links. Both are compared with what they were when
pages were last written; the pages that differ are returned from ``env-updated``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx import addnodes

from sphinx_reading.domain import reading_domain
from sphinx_reading.index import shown_by_page

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def stale_pages(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write again; remember what pages show now."""
    domain = reading_domain(env)
    faces, indexes = _faces(env), shown_by_page(env)
    renamed = _changed_keys(domain.data["faces"], faces)
    shown: dict[str, object] = {
        docname: (_below_toctrees(env, docname), indexes.get(docname))
        for docname in indexes.keys() | env.toctree_includes.keys()
    }
    stale = _changed_keys(domain.data["shown"], shown)
    stale |= {name for name, names in domain.references.items() if names & renamed}
    domain.data.update(faces=faces, shown=shown)
    return sorted(stale & env.all_docs.keys())


def _changed_keys(before: dict[str, object], after: dict[str, object]) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _below_toctrees(env: BuildEnvironment, docname: str) -> list[object]:
    """The headings of every page that the visible toctrees of a page lead to."""
    toctrees = env.tocs[docname].findall(addnodes.toctree)
    if all(toctree.get("hidden") for toctree in toctrees):
        return []
    outlines = reading_domain(env).data["outlines"]
    below: list[object] = []
    seen = {docname}
    queue = list(env.toctree_includes[docname])
    for child in queue:
        if child not in seen:
            seen.add(child)
            below.append((child, outlines.get(child)))
            queue += env.toctree_includes.get(child, [])
    return below


def _faces(env: BuildEnvironment) -> dict[str, object]:
    """What a link to each page or label shows, and where it leads."""
    standard = env.domains.standard_domain
    faces: dict[str, object] = {**standard.anonlabels, **standard.labels}
    for docname, title in env.titles.items():
        # MyST-Parser's slug -> (line, id, title) of a heading; its line is shown nowhere.
        slugs = env.metadata[docname].get("myst_slugs", {})
        faces[docname] = (str(title), {slug: heading[1:] for slug, heading in slugs.items()})
    return faces
