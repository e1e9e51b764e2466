"""The library's own site, with every extension and package that it uses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from conftest import REPOSITORY, SOURCE

ARTICLES = sorted(path.with_suffix("") for path in SOURCE.glob("*/*.py"))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the site is built from, to be edited."""
    folder = tmp_path_factory.mktemp("library")
    shutil.copytree(SOURCE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "conf.py", folder)
    (folder / "ext").symlink_to(REPOSITORY / "ext")
    return folder


def build(folder: Path, name: str, *options: str, seed: str = "1") -> dict[str, bytes]:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", ".", *options]
    run = subprocess.run(
        [*command, "source", name, "-d", f"{name}.doctrees"],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": seed, "SITE_URL": "https://example.org/"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    out = folder / name
    paths = (path for path in sorted(out.rglob("*")) if path.is_file())
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in paths
        if path.name != ".buildinfo"
    }


def differences(a: dict[str, bytes], b: dict[str, bytes]) -> list[str]:
    return [name for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]


def test_parallel_incremental_and_clean_builds_give_the_same_bytes(copy: Path) -> None:
    serial = build(copy, "serial")
    assert differences(serial, build(copy, "parallel", "-j", "2", seed="7")) == []
    assert {"feed.xml", "sitemap.xml", "articles.json", "articles.txt"} <= serial.keys()
    text = (copy / "source/algorithms/bloom-filters.md").read_text(encoding="utf-8")
    (copy / "source/algorithms/bloom-filters.md").write_text(
        text.replace("number: 76", "number: 776") + "\nOne more paragraph.\n", encoding="utf-8"
    )
    os.utime(copy / "source/algorithms/bloom_filters.py")
    edited = build(copy, "serial", "-D", "suppress_warnings=editorial")
    clean = build(copy, "clean", "-D", "suppress_warnings=editorial")
    assert differences(edited, clean) == []
    assert edited != serial


def test_every_article_has_a_model_that_loads(model: Callable[[str], ModuleType]) -> None:
    assert ARTICLES
    for path in ARTICLES:
        slug = path.name.replace("_", "-")
        assert path.with_name(f"{slug}.md").exists()
        assert model(slug).__doc__
