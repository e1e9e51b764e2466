"""Fixtures: the library's real site, served, and pages of it in a real browser.

``page`` is an empty page; ``open_page`` opens one of the library, in light or dark, on a phone,
without JavaScript. Both fail the test when the browser complains or leaves the site.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from browser import chromium

REPOSITORY = Path(__file__).parents[2]
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
TEMPLATES = {
    "article": "algorithms/bloom-filters.html",  # with charts and knobs
    "formulas": "learning-and-reasoning/lora.html",
    "topic": "algorithms/index.html",
    "index": "articles.html",
    "landing": "index.html",
    "privacy": "privacy.html",
    "search": "search.html?q=filter",
    "missing": "404.html",
}
"""One page of each kind."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the whole session."""
    with sync_playwright() as playwright:
        running = chromium.launch(playwright)
        assert running, "no Chromium starts: make test fetches one"
        yield running
        running.close()


def build(folder: Path, **environment: str) -> Path:
    """Build the library's site below *folder* once; workers that come later wait for it."""
    html = folder / "html"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go when the file is closed, or the worker dies
        if not html.exists():
            unfinished = folder / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            command = [sys.executable, "-m", "sphinx", "-q", "-c", ".", "source", str(unfinished)]
            done = subprocess.run(
                command,
                cwd=REPOSITORY,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
            unfinished.rename(html)
    return html


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


class LibraryHandler(QuietHandler):
    """Answers under the policy that the library's site keeps."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real site, without a slash at its end; built once per session."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # what all workers share
    handler = partial(LibraryHandler, directory=str(build(folder)))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def watch(page: Page, site: str, complaints: list[str]) -> None:
    """Collect what no page may cause: console errors and warnings, exceptions, requests outside."""

    def console(message: ConsoleMessage) -> None:
        place = message.location["url"]  # of the script, or of what could not be loaded
        unasked = place == f"{site}/favicon.ico"  # tried where a page names no icon
        if message.type in {"error", "warning"} and not unasked:
            complaints.append(f"{page.url}: {message.type}: {message.text} ({place})")

    def request(url: str) -> None:
        if not url.startswith((f"{site}/", "data:", "blob:", "about:")):
            complaints.append(f"{page.url}: request to {url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", lambda sent: request(sent.url))


@pytest.fixture
def open_page(browser: Browser, library: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the library; keywords are Playwright's for a new context.

    ``open_page("algorithms/bloom-filters.html", color_scheme="dark", java_script_enabled=False)``
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(path: str | None = "", **options: object) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        watch(page, library, complaints)
        if path is not None:
            page.goto(f"{library}/{path}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """An empty page, watched; go to ``f"{library}/…"``."""
    return open_page(None)
