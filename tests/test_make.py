"""What the make targets do, as far as seconds and no network allow.

They run in a copy of the repository with ``PY=`` this interpreter, so that no environment is made.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import REPOSITORY

PARTS = ["Makefile", "conf.py", "constraints.txt", "ext", "pyproject.toml", "source", "tools"]
# What a make that runs these tests hands down must not reach the make that they run.
INHERITED = {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PY", "PYTHON", "VENV", "PORT", "PAGE"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in INHERITED}
Make = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the targets need, without the articles."""
    folder = tmp_path / "a checkout"  # a path with a space must do
    folder.mkdir()
    for part in PARTS:
        if (REPOSITORY / part).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPOSITORY / part, folder / part, ignore=ignore)
        else:
            shutil.copy(REPOSITORY / part, folder / part)
    for page in folder.glob("source/*/*.md"):
        page.with_name(page.stem.replace("-", "_") + ".py").unlink(missing_ok=True)
        if page.name == "index.md":
            toctree = re.compile(r"^```{toctree}.*?^```\n", re.MULTILINE | re.DOTALL)
            page.write_text(toctree.sub("", page.read_text("utf-8")), "utf-8")
        else:
            page.unlink()
    return folder


@pytest.fixture
def make(checkout: Path) -> Make:
    """Run make in the checkout; ``make("new", SLUG="raid")``."""

    def run(target: str, env: dict[str, str] | None = None, **variables: str):
        variables = {"PY": sys.executable, **variables}
        settings = [f"{name}={value}" for name, value in variables.items() if value]
        return subprocess.run(
            ["make", target, *settings],
            cwd=checkout,
            env={**ENVIRONMENT, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed target says, without make's own "*** … Error 1"."""
    assert done.returncode != 0, done.stdout
    lines = done.stderr.splitlines()
    (line,) = [line for line in lines if not re.match(r"make.* Error \d+$", line)]
    return line


def test_help_lists_every_target(make: Make, checkout: Path) -> None:
    listed = set(re.findall(r"^  make ([a-z-]+) +\S", make("help").stdout, re.MULTILINE))
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert listed == targets - {"browser"}  # a part of "test"
    assert {"html", "live", "serve", "test", "lint", "check-all", "new", "clean"} <= listed


def test_the_readme_says_of_every_part_what_it_is() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \|", readme.partition("## What is where")[2], re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([^`]+[./][^`]*)`", row)]
    for name in named:
        pattern = name.replace("<topic>", "*").replace("<slug>", "*").rstrip("/")
        assert list(REPOSITORY.glob(pattern)), name
    packages = {f"ext/{path.parent.name}/" for path in REPOSITORY.glob("ext/*/__init__.py")}
    assert packages <= set(named)


# -- make new ---------------------------------------------------------------------------


def test_new_starts_an_article_of_the_catalogue(make: Make, checkout: Path) -> None:
    done = make("new", SLUG="raid")
    assert done.returncode == 0, done.stderr
    folder = checkout / "source/storage"
    page = (folder / "raid.md").read_text(encoding="utf-8")
    line = next(
        line
        for line in (checkout / "source/catalogue.tsv").read_text(encoding="utf-8").splitlines()
        if line.endswith("\traid")
    )
    number, title, *_ = line.split("\t")
    assert f"number: {number}\n" in page
    assert f"\n# {title}\n" in page
    assert (folder / "raid.py").read_text(encoding="utf-8").startswith('"""To be written')
    assert "\nRaid <raid>\n```" in (folder / "index.md").read_text(encoding="utf-8")


def test_a_new_article_builds_with_no_warning_but_editorial_ones(
    make: Make, checkout: Path
) -> None:
    make("new", SLUG="no-longer-than-others", TITLE="What’s “new”?", TOPIC="storage")
    done = make("html")
    assert done.returncode == 0, done.stderr
    warnings = [line for line in done.stderr.splitlines() if "no-longer-than" in line]
    assert [line for line in warnings if "[editorial" not in line] == []
    written = (checkout / "_build/html/storage/no-longer-than-others.html").read_text("utf-8")
    assert "What’s “new”?" in written


def test_new_takes_title_and_topic_of_an_article_outside_the_catalogue(
    make: Make, checkout: Path
) -> None:
    make("new", SLUG="tape", TITLE="Why Tape Won’t Die", TOPIC="storage")
    make("new", SLUG="punched-cards", TITLE="Eighty Columns", TOPIC="storage")
    tape = (checkout / "source/storage/tape.md").read_text(encoding="utf-8")
    cards = (checkout / "source/storage/punched-cards.md").read_text(encoding="utf-8")
    assert "number: 111\n" in tape
    assert "# Why Tape Won’t Die\n" in tape
    assert "number: 112\n" in cards
    assert (checkout / "source/storage/punched_cards.py").exists()
    index = (checkout / "source/storage/index.md").read_text(encoding="utf-8")
    assert "\nTape <tape>\nPunched cards <punched-cards>\n```" in index
    assert index.count("{toctree}") == 1


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "SLUG=… must be lower-case words with dashes"),
        ({"SLUG": "No Slug"}, "SLUG=… must be lower-case words with dashes"),
        ({"SLUG": "../out"}, "SLUG=… must be lower-case words with dashes"),
        ({"SLUG": "tape"}, "tape is not in the catalogue: add TITLE=… and TOPIC=…"),
        ({"SLUG": "tape", "TITLE": "T", "TOPIC": "attic"}, "there is no topic attic; the topics"),
        ({"SLUG": "taken", "TITLE": "T", "TOPIC": "storage"}, "source/nature/taken.md exists"),
        ({"SLUG": "mo-del", "TITLE": "T", "TOPIC": "storage"}, "source/nature/mo_del.py exists"),
    ],
)
def test_new_refuses_in_one_line_and_writes_nothing(
    make: Make, checkout: Path, variables: dict[str, str], message: str
) -> None:
    (checkout / "source/nature/taken.md").write_text("# Taken\n")
    (checkout / "source/nature/mo_del.py").write_text("")
    before = {path: path.read_bytes() for path in checkout.rglob("source/**/*") if path.is_file()}
    assert complaint(make("new", **variables)).startswith(message)
    after = {path: path.read_bytes() for path in checkout.rglob("source/**/*") if path.is_file()}
    assert after == before


# -- make live, make serve --------------------------------------------------------------


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def test_a_taken_port_is_one_line(make: Make, taken_port: str) -> None:
    expected = f"port {taken_port} is taken or not allowed: choose another with PORT=…"
    assert complaint(make("live", PORT=taken_port)) == expected
    assert complaint(make("live", PORT="99999")).startswith("port 99999 is taken or not allowed")


def test_live_on_an_unknown_page_is_one_line(make: Make) -> None:
    assert complaint(make("live", PAGE="storage/nothing")).startswith("there is no page")


@contextmanager
def running(folder: Path, *command: str, **env: str) -> Iterator[Path]:
    """Run *command* in the background and end it with all that it started; yields its log."""
    log = folder.parent / "log.txt"  # not in the folder, which is watched
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**ENVIRONMENT, **env},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield log
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def wait_for(seen: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if seen():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def test_live_opens_the_page_and_reads_everything_again_when_an_extension_changes(
    checkout: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    opened = checkout.parent / "opened.txt"
    ignored = [".cache", ".venv-3.11", "_build/parallel", "ext/reader/__pycache__"]
    for folder in ignored:
        (checkout / folder).mkdir(parents=True)
    browser = f"sh -c 'echo %s >\"{opened}\"'"
    command = ["make", "live", f"PY={sys.executable}", f"PORT={port}", "PAGE=storage/index"]
    with running(checkout, *command, BROWSER=browser) as log:
        url = f"http://127.0.0.1:{port}/storage/index.html"
        wait_for(lambda: opened.exists() and url in opened.read_text(), "not opened")
        with urllib.request.urlopen(url, timeout=10) as page:
            assert "Storage" in page.read().decode()

        def builds() -> list[str]:
            return re.findall(r"updating environment: (.*)", log.read_text())

        pages = len(list(checkout.glob("source/**/*.md")))
        assert builds() == [f"[new config] {pages} added, 0 changed, 0 removed"]
        for folder in ignored:
            (checkout / folder / "ignored.py").write_text("")
        with (checkout / "ext/reader/__init__.py").open("a") as extension:
            extension.write("# edited\n")
        wait_for(lambda: log.read_text().count("Serving on") == 2, "not built again")
        assert builds()[1] == builds()[0]
        changes = re.findall(r"Detected changes \((.*)\)", log.read_text())
        assert changes == ["ext/reader/__init__.py"]


# -- The interpreter --------------------------------------------------------------------


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def shims(tmp_path: Path) -> Path:
    """A folder for the front of PATH in which every Python is a shim that refuses to start."""
    folder = tmp_path / "shims"
    folder.mkdir()
    for name in ("python", "python3", *(f"python3.{minor}" for minor in range(9, 21))):
        script(folder / name, f'echo "shim: {name}: command not found" >&2; exit 127')
    return folder


def pretend(path: Path) -> None:
    """Make *path* a Python that starts, but that tells its name when it should make .venv."""
    script(
        path,
        f'if [ "$1 $2" = "-m venv" ]; then echo made by {path.name}; exit 1; fi\n'
        f'exec "{sys.executable}" "$@"',
    )


def on_path(folder: Path) -> dict[str, str]:
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def test_the_newest_python_that_starts_makes_the_environment(make: Make, shims: Path) -> None:
    pretend(shims / "python3.11")
    pretend(shims / "python3.12")
    done = make("html", PY="", env=on_path(shims))
    assert done.returncode != 0
    assert "made by python3.12\n" in done.stdout


def test_python_chooses_the_interpreter(make: Make, shims: Path) -> None:
    pretend(shims / "python3.11")
    pretend(shims / "python3.12")
    done = make("html", PY="", PYTHON="python3.11", env=on_path(shims))
    assert "made by python3.11\n" in done.stdout


def test_no_python_at_all_is_one_line_that_says_what_to_install(make: Make, shims: Path) -> None:
    told = complaint(make("html", PY="", env=on_path(shims)))
    assert "no Python found: install Python 3.11 or later" in told


def test_a_python_that_is_too_old_is_one_line(make: Make, shims: Path) -> None:
    text = 'case "$2" in *version_info*) exit 1;; esac; echo old'
    script(shims / "python3.9", text)
    told = complaint(make("html", PY="", PYTHON="python3.9", env=on_path(shims)))
    assert "python3.9 does not start or is too old: install Python 3.11 or later" in told


def test_a_python_without_venv_is_one_line(make: Make, shims: Path) -> None:
    text = f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"'
    script(shims / "python3.11", text)
    told = complaint(make("html", PY="", env=on_path(shims)))
    assert told.startswith("python3.11 lacks the venv module: install it")


def test_a_folder_that_is_no_environment_is_left_alone(make: Make, checkout: Path) -> None:
    (checkout / "precious").mkdir()
    (checkout / "precious/thesis.txt").write_text("all of it")
    told = complaint(make("html", PY="", VENV="precious", PYTHON=sys.executable))
    assert told.startswith("precious is not a virtual environment")
    assert (checkout / "precious/thesis.txt").exists()


def test_another_python_or_a_moved_checkout_makes_the_environment_anew(
    make: Make, checkout: Path, shims: Path
) -> None:
    pretend(shims / "python3.11")

    def makes(folder: str) -> bool:
        done = make("html", PY="", PYTHON="python3.11", VENV=folder, env=on_path(shims))
        return "made by python3.11" in done.stdout

    real = [sys.executable, "-m", "venv", "--without-pip", str(checkout / "one")]
    subprocess.run(real, check=True)
    place = f"{sys.base_prefix} {' '.join(map(str, sys.version_info[:3]))} {checkout / 'one'}"
    (checkout / "one/made.txt").write_text(f"{place}\n")
    assert not makes("one")  # the same interpreter in the same place
    (checkout / "one").rename(checkout / "two")
    assert makes("two")
    (checkout / "two").rename(checkout / "one")
    (checkout / "one/made.txt").write_text(place.replace(sys.base_prefix, "/other/prefix"))
    assert makes("one")
