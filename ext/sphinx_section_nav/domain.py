"""What every page's navigation showed when it was last written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sphinx.domains import Domain

if TYPE_CHECKING:
    from collections.abc import Set


class SectionNavDomain(Domain):
    """Remembers a fingerprint of each page's navigation, for each builder by its name.

    Builders may share one environment, and each has pages of its own to write again. Each build
    replaces what its builder had noted, so removed documents need no purging.
    """

    name = "section_nav"
    label = "Section navigation"
    data_version = 1
    initial_data: ClassVar[dict[str, Any]] = {"shown": {}}  # builder → docname → fingerprint

    def note_shown(self, builder: str, shown: dict[str, str]) -> list[str]:
        """Remember what pages show from now on; return the docnames that showed something else."""
        before: dict[str, str] = self.data["shown"].get(builder, {})
        self.data["shown"][builder] = shown
        return sorted(docname for docname in shown if shown[docname] != before.get(docname))

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        """Take nothing: only the main process notes anything, after all has been read."""
