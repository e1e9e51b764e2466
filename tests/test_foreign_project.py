"""Somebody else's project gets bylines and nothing else."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import REPOSITORY, Built, Site
from sphinx_computed.model import load

FILES: dict[str, str | bytes] = {
    "conf.py": 'project = "Foreign"\nextensions = []\n',
    "index.rst": "Home\n====\n\nWelcome words.\n\n.. toctree::\n\n   guide\n",
    "guide.rst": ":author: Somebody\n:number: seven\n:cjk: true\n\nGuide\n=====\n\nOne two.\n\n"
    "A part\n------\n\n* :field: list\n\n:Name: value\n",
    "untitled.rst": ":orphan:\n\nNo title here, only words.\n",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty virtual environment with our wheel and what the wheel asks for."""
    folder = tmp_path_factory.mktemp("foreign")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    run = [sys.executable, "-c", build, str(folder)]
    name = subprocess.run(run, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    pip = [str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet"]
    wheel = str(folder / name.strip().splitlines()[-1])
    limits = ["-c", str(REPOSITORY / "constraints.txt")]
    run = subprocess.run([*pip, *limits, wheel], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return folder / "venv/bin/python"


def build(python: Path, site: Site, name: str, *options: str) -> dict[str, str]:
    out = site.folder / name
    command = [python, "-m", "sphinx", "-q", "-W", "-b", "html", *options, site.source, out]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    paths = (path for path in sorted(out.rglob("*")) if path.is_file())
    skipped = {".buildinfo", "environment.pickle"}
    return {
        path.relative_to(out).as_posix(): path.read_bytes().decode("latin-1")
        for path in paths
        if path.name not in skipped and path.suffix != ".doctree"
    }


def test_our_wheel_alone_adds_bylines_to_a_restructuredtext_project(
    environment: Path, project: Callable[..., Site]
) -> None:
    site = project(FILES)
    stock = build(environment, site, "stock")
    ours = build(environment, site, "ours", "-D", "extensions=sphinx_reading")
    byline = re.compile(r'<p class="reading-byline">[^<]*</p>\n')
    assert [name for name, text in ours.items() if byline.search(text)] == [
        "guide.html",
        "index.html",
    ]
    assert {name: byline.sub("", text) for name, text in ours.items()} == stock


def readme_blocks(section: str, language: str) -> list[str]:
    """The code blocks of one language in one section of the README."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    body = text.partition(f"### {section}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
    return re.findall(rf"```{language}\n(.*?)```", body, re.DOTALL)


def test_the_readmes_example_of_computed_numbers_works_with_our_wheel_alone(
    environment: Path, project: Callable[..., Site]
) -> None:
    conf, model = readme_blocks("sphinx_computed", "python")
    (page,) = readme_blocks("sphinx_computed", "rst")
    site = project({"conf.py": conf, "index.rst": page, "index.py": model})
    text = build(environment, site, "html")["index.html"]
    assert re.search(r"run out in <[^>]*>255</\w+> seconds", text)
    assert "<svg" in text
    assert 'type="range"' in text
    assert "def seconds(" in re.sub(r"<[^>]*>", "", text)


def test_the_readmes_model_keeps_its_doctest(tmp_path: Path) -> None:
    path = tmp_path / "tank.py"
    path.write_text(readme_blocks("sphinx_computed", "python")[1], encoding="utf-8")
    results = doctest.testmod(load(path))
    assert (results.attempted, results.failed) == (1, 0)


def test_sphinx_is_the_only_requirement_outside_extras() -> None:
    data = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert [re.split(r"[<>=]", name)[0] for name in data["project"]["dependencies"]] == ["sphinx"]


def words(built: Built, docname: str) -> str:
    byline = built.page(docname).select_one(".reading-byline")
    return byline.get_text() if byline else ""


def test_pages_that_are_left_out(project: Callable[..., Site]) -> None:
    site = project(FILES, extensions=["sphinx_reading"])
    assert words(site.build(), "guide") == "1 min · 8 words"
    assert words(site.build(reading_exclude=["gui*"]), "guide") == ""
    text = str(FILES["guide.rst"])
    site.write({"guide.rst": text.replace(":number: seven", ":reading: false")})
    assert words(site.build(), "guide") == ""


def test_speeds_can_be_chosen(project: Callable[..., Site]) -> None:
    site = project(FILES, extensions=["sphinx_reading"])
    built = site.build(reading_words_per_minute=1, reading_cjk_words_per_minute=3)
    assert words(built, "index") == "2 min · 2 words"
    assert words(built, "guide") == "3 min · 8 words"


def test_the_index_works_with_any_theme_and_brings_its_files_when_asked(
    project: Callable[..., Site],
) -> None:
    site = project(FILES, extensions=["sphinx_reading"])
    site.write({"list.rst": ":orphan:\n\nList\n====\n\n.. reading-index::\n   :style: table\n"})
    built = site.build()
    assert built.warnings == ""
    assert "Guide" in built.page("list").select_one("table").get_text()  # type: ignore[union-attr]
    assert (built.out / "_static/reading-index.js").exists()
    assert "reading-index.js" in built.html("list")
    assert "reading-index" not in built.html("guide")
