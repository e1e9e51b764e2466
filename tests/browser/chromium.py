"""A Chromium for the tests: the system's, else Playwright's own, else one fetched here.

Run as a program (``make test`` does) it fetches one where none starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # as root Chromium starts without its sandbox or not at all
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
INSTALLER = [sys.executable, "-m", "playwright", "install", "chromium"]
APT = ["apt-get", "--yes", "-qq"]
PACKAGES = ["chromium", "libatomic1"]  # the driver needs the latter, which small systems lack


def system() -> Iterator[str]:
    """Yield the paths of the system's browsers."""
    yield from filter(None, map(shutil.which, NAMES))


def candidates(playwright: Playwright) -> Iterator[str]:
    """Yield the paths where a Chromium may be: the system's first, then Playwright's."""
    yield from system()
    yield playwright.chromium.executable_path


def launch(playwright: Playwright) -> Browser | None:
    """Start the first Chromium that starts; None if there is none."""
    for path in candidates(playwright):
        try:
            return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error:  # not there, or only a stub that points to another package
            continue
    return None


def starts() -> bool:
    """Whether Playwright's driver and one of the browsers start here."""
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            if browser:
                browser.close()
            return browser is not None
    except Exception:  # all that Playwright raises when a library of its driver is missing
        return False


def run(*command: str) -> bool:
    """Run *command* with its output shown; true if it did its work."""
    print("$", *command, flush=True)
    try:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def fetch() -> bool:
    """Fetch a Chromium, by Playwright's installer or as root from the distribution."""
    if run(*INSTALLER) and starts():
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    run(*APT, "update")
    return run(*APT, "install", "--no-install-recommends", *PACKAGES) and starts()


if __name__ == "__main__" and not starts() and not fetch():
    sys.exit(f"the browser tests need Chromium: install it (on Debian: {' '.join(PACKAGES)})")
