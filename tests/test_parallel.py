"""Parallel builds, hash seeds and folders change no byte. Each build is a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from conftest import REPOSITORY, Site
from test_incremental import FILES, article

# More than five pages: Sphinx reads fewer in one process.
MANY = {
    f"b/n{number}.md": article(number, f"N {number}", "w " * number) for number in range(10, 24)
}
TOPIC = FILES["b/index.md"].replace("three\n", "three\n" + "\n".join(n[2:-3] for n in MANY) + "\n")


def build(site: Site, name: str, *options: str, seed: str = "1") -> dict[str, bytes]:
    out = site.folder / name
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", *options]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY / "ext"), "PYTHONHASHSEED": seed}
    run = subprocess.run(
        [*command, str(site.source), str(out), "-d", str(site.folder / f"{name}.doctrees")],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    paths = (path for path in sorted(out.rglob("*")) if path.is_file())
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}
    files.pop(".buildinfo", None)
    return files


def differences(a: dict[str, bytes], b: dict[str, bytes]) -> list[str]:
    return [name for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]


def test_two_processes_give_the_bytes_of_one(project: Callable[..., Site]) -> None:
    site = project({**FILES, **MANY, "b/index.md": TOPIC})
    serial = build(site, "serial")
    parallel = build(site, "parallel", "-j", "2")
    assert differences(serial, parallel) == []
    assert b"N 23" in parallel["all.html"]
    site.write({"b/n10.md": article(10, "Renamed", "w " * 500), "b/n12.md": article(12, "N 12")})
    site.write({f"b/n{n}.md": article(n, f"N {n}", "x " * n) for n in range(13, 24)})
    assert differences(build(site, "clean"), build(site, "parallel", "-j", "2")) == []


def test_hash_seed_and_folder_change_no_byte(project: Callable[..., Site], tmp_path: Path) -> None:
    files = {**FILES, **MANY, "b/index.md": TOPIC}
    first, second = project(files), project(files)
    assert first.folder != second.folder
    assert differences(build(first, "out", seed="1"), build(second, "other", seed="77")) == []
