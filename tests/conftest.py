"""Fixtures: small Sphinx projects built in a temporary folder, and the library's own articles."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from hypothesis import settings
from sphinx.application import Sphinx
from sphinx.locale import translators
from sphinx.util.docutils import docutils_namespace, patch_docutils

from sphinx_computed.model import load

settings.register_profile("library", deadline=None)  # no test is timed
settings.load_profile("library")

REPOSITORY = Path(__file__).parent.parent
SOURCE = REPOSITORY / "source"
ROOTS = Path(__file__).parent / "roots"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Built:
    """What one build did: its output folder, its warnings, and which pages it read and wrote.

    ``written`` is known for serial HTML builds only: other processes keep theirs to themselves.
    """

    out: Path
    warnings: str
    read: list[str]
    written: list[str]
    app: Sphinx

    def html(self, docname: str) -> str:
        return (self.out / f"{docname}.html").read_text(encoding="utf-8")

    def page(self, docname: str) -> BeautifulSoup:
        return BeautifulSoup(self.html(docname), "html.parser")

    def doctree(self, docname: str) -> nodes.document:
        return self.app.env.get_doctree(docname)

    def files(self) -> dict[str, bytes]:
        """Every output file but Sphinx's own state, by its path."""
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in sorted(self.out.rglob("*"))
            if path.is_file() and path.name not in {".buildinfo", "environment.pickle"}
        }


@dataclass
class Site:
    """One small Sphinx project; build it, edit it, build it again."""

    folder: Path
    conf: dict[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        return self.folder / "source"

    def write(self, files: dict[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def remove(self, name: str) -> None:
        (self.source / name).unlink()

    def build(
        self,
        builder: str = "html",
        *,
        out: str | None = None,
        parallel: int = 1,
        fresh: bool = False,
        **conf: Any,
    ) -> Built:
        """Build as ``sphinx-build`` does; a second call is an incremental build.

        *out* names the output folder (its doctrees lie beside it), *fresh* forgets the last
        environment, other keywords override configuration values.
        """
        name = out or builder
        warnings = io.StringIO()
        read: list[str] = []
        written: list[str] = []
        confdir = str(self.source)
        translators.clear()  # Sphinx keeps those of the last project in this process
        with patch_docutils(confdir), docutils_namespace():
            app = Sphinx(
                srcdir=confdir,
                confdir=confdir,
                outdir=str(self.folder / name),
                doctreedir=str(self.folder / f"{name}.doctrees"),
                buildername=builder,
                confoverrides={**self.conf, **conf},
                status=None,
                warning=warnings,
                freshenv=fresh,
                parallel=parallel,
            )
            app.connect(
                "env-before-read-docs", lambda _app, _env, names: read.extend(names), priority=999
            )
            app.connect(
                "html-page-context",
                lambda _app, name, _template, _context, doctree: (
                    written.append(name) if doctree is not None else None
                ),
            )
            app.build()
        text = ANSI.sub("", warnings.getvalue())
        return Built(Path(app.outdir), text, read, sorted(written), app)


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Site]:
    """Make a project from a folder of ``tests/roots`` or from a mapping of file names to text.

    ``project("index-styles")`` copies ``tests/roots/test-index-styles``;
    ``project({"conf.py": "…", "index.md": "…"})`` writes the files. Keywords are configuration.
    """
    made: Iterator[int] = iter(range(1000))

    def make(root: str | dict[str, str | bytes], **conf: Any) -> Site:
        site = Site(tmp_path / f"project{next(made)}", conf)
        site.source.mkdir(parents=True)
        if isinstance(root, str):
            shutil.copytree(ROOTS / f"test-{root}", site.source, dirs_exist_ok=True)
        else:
            site.write(root)
        if not (site.source / "conf.py").exists():
            site.write({"conf.py": ""})
        return site

    return make


def article_path(slug: str) -> Path:
    """The one article of the library that is named *slug*."""
    (path,) = SOURCE.glob(f"*/{slug}.md")
    return path


@pytest.fixture(scope="session")
def model() -> Callable[[str], ModuleType]:
    """Load an article's model by the article's slug, as the build does."""

    def load_model(slug: str) -> ModuleType:
        (path,) = SOURCE.glob(f"*/{slug.replace('-', '_')}.py")
        return load(path)

    return load_model


@pytest.fixture(scope="session")
def expect() -> Callable[..., None]:
    """Check typed numbers: every phrase, made from the model, must stand in the article.

    ``expect("bloom-filters", f"{model.megabytes(1e8, 0.01):.1f} MB for the whole filter")``
    """

    def check(slug: str, *phrases: str) -> None:
        text = " ".join(article_path(slug).read_text(encoding="utf-8").split())
        missing = [phrase for phrase in phrases if " ".join(phrase.split()) not in text]
        assert not missing, f"not in {slug}: {missing}"

    return check
