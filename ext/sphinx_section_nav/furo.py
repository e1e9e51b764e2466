"""The navigation of a Furo site: the one file that knows the theme.

Furo computes the sidebar in its own ``html-page-context`` handler, from the function ``toctree``
of the context, and leaves it there as ``furo_navigation_tree``. Without that function its tree is
empty and costs nothing; ours takes its place afterwards, and the function comes back for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sphinx.locale import _
from sphinx.util import logging

from sphinx_section_nav.html import Sidebar, Titles
from sphinx_section_nav.tree import Tree

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.builders.html import StandaloneHTMLBuilder
    from sphinx.environment import BuildEnvironment

    from sphinx_section_nav.domain import SectionNavDomain
    from sphinx_section_nav.tree import Entry

logger = logging.getLogger(__name__)

BUILDERS = {"html", "dirhtml"}  # one page a document, in the project's own theme
BEFORE_FURO, AFTER_FURO = 450, 600  # Furo itself has 500; those that replace toctree have 400
AFTER_NUMBERING = 900  # Sphinx assigns section numbers in the same event, at 500


def attach(app: Sphinx) -> None:
    """Take over the navigation of this build, if it is a Furo site."""
    if app.builder.name not in BUILDERS:
        return
    if "furo" not in app.extensions:  # Furo is loaded with any theme that is, or inherits from, it
        logger.warning(
            "conf.py: sphinx_section_nav needs the theme Furo and does nothing with html_theme"
            ' = %r: set html_theme = "furo", or take sphinx_section_nav out of the extensions',
            app.config.html_theme,
            type="section_nav",
            subtype="theme",
        )
        return
    navigation = Navigation(app)
    app.connect("env-get-updated", navigation.refresh, priority=AFTER_NUMBERING)
    app.connect("html-page-context", navigation.before_furo, priority=BEFORE_FURO)
    app.connect("html-page-context", navigation.after_furo, priority=AFTER_FURO)


class Navigation:
    """What one application shows; the tree is made anew in each of its builds."""

    def __init__(self, app: Sphinx) -> None:
        self.builder = cast("StandaloneHTMLBuilder", app.builder)
        self.config = app.config
        self.tree: Tree
        self.titles: Titles

    def refresh(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Read the toctrees of this build; return the pages whose navigation has changed."""
        self.tree = Tree(env, app.tags, self.config.section_nav_window)
        self.titles = Titles(self.builder)
        shown = {docname: self.tree.fingerprint(docname) for docname in env.all_docs}
        domain = cast("SectionNavDomain", env.get_domain("section_nav"))
        return domain.note_shown(self.builder.name, shown)

    def before_furo(
        self,
        _app: Sphinx,
        pagename: str,
        _template: str,
        context: dict[str, Any],
        _doctree: nodes.document | None,
    ) -> None:
        context["section_nav_toctree"] = context.pop("toctree", None)
        if pagename in self.tree.neighbours:
            self._relate(pagename, context)

    def after_furo(
        self,
        _app: Sphinx,
        pagename: str,
        _template: str,
        context: dict[str, Any],
        _doctree: nodes.document | None,
    ) -> None:
        context["toctree"] = context.pop("section_nav_toctree")
        if "furo_navigation_tree" not in context:
            logger.warning(
                "this version of Furo takes its sidebar from elsewhere: it shows its own",
                type="section_nav",
                subtype="theme",
                once=True,
            )
            return
        sidebar = Sidebar(self.titles, context["pathto"], self.config.section_nav_all_pages)
        context["furo_navigation_tree"] = sidebar(self.tree.levels(pagename))

    def _relate(self, pagename: str, context: dict[str, Any]) -> None:
        """Set previous, next and parents in all the places where Sphinx puts them."""
        before, after = self.tree.neighbours[pagename]
        above = self.tree.path(pagename)[:-1]
        context["prev"] = before and self._relation(before, context)
        context["next"] = after and self._relation(after, context)
        context["parents"] = [self._relation(self.tree.label(name), context) for name in above]
        context["rellinks"] = [
            *(link for link in context["rellinks"] if link[2] not in {"N", "P"}),
            *([(after.target, context["next"]["title"], "N", _("next"))] if after else []),
            *([(before.target, context["prev"]["title"], "P", _("previous"))] if before else []),
        ]

    def _relation(self, entry: Entry, context: dict[str, Any]) -> dict[str, str]:
        return {"link": context["pathto"](entry.target), "title": self.titles(entry)}
