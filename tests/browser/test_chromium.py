"""Where no browser starts, ``make test`` fetches one, or says in one line what to install."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import chromium

Run = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def without_browser(tmp_path: Path) -> Run:
    """Run the program with a PATH that has an apt-get of the given shell text and nothing else."""

    def run(apt_get: str) -> subprocess.CompletedProcess[str]:
        program = tmp_path / "apt-get"
        program.write_text(f"#!/bin/sh\n{apt_get}\n")
        program.chmod(0o755)
        environment = {
            "PATH": str(tmp_path),
            "HOME": str(tmp_path),
            "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "browsers"),
            "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",  # nobody answers there
        }
        command = [sys.executable, chromium.__file__]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)

    return run


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install packages")
def test_root_gets_chromium_from_the_distribution(
    without_browser: Run, tmp_path: Path, browser: Browser
) -> None:
    real = browser.browser_type.executable_path
    found = next(iter(chromium.system()), real)
    install = f'case "$*" in *install*chromium*) /bin/ln -s {found} {tmp_path}/chromium;; esac'
    done = without_browser(install)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "$ apt-get --yes -qq install --no-install-recommends chromium" in done.stdout


def test_where_no_browser_can_be_had_the_last_line_says_what_to_install(
    without_browser: Run,
) -> None:
    done = without_browser("exit 100")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("the browser tests need Chromium: install it (on Debian: chromium")
