"""What `make html`, `make live` and `make serve` need beyond Sphinx. Run from the repository.

``python tools/site.py fresh`` forgets Sphinx's environment where our code has changed;
``live`` and ``serve`` answer on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shlex
import socket
import sys
import threading
import time
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

OUTPUT = Path("_build/html")
DOCTREES = Path("_build/doctrees")
IGNORED = r"(.*/)?(\.[^/]*|_build|__pycache__)(/|$)"


def code_digest() -> str:
    """Return a digest of all that decides how a page is built but that Sphinx does not watch.

    That is conf.py, the extensions, the site's templates, styles and scripts (each page links
    them by their content), the pinned versions and the interpreter.
    """
    digest = hashlib.sha256(sys.version.encode())
    folders = (Path("ext"), Path("source/_static"), Path("source/_templates"))
    files = (path for folder in folders for path in sorted(folder.rglob("*")))
    paths = [Path("conf.py"), Path("constraints.txt"), *files]
    for path in paths:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(b"\0".join((path.as_posix().encode(), path.read_bytes(), b"")))
    return digest.hexdigest()


def fresh(doctrees: Path = DOCTREES) -> None:
    """Make the next build read every page again if the code has changed since the last one.

    Removing the environment is what ``sphinx-build -E`` does. The digest is taken before the
    build, so that a change made while it runs counts for the next.
    """
    seen, digest = doctrees / "code.sha256", code_digest()
    if not seen.exists() or seen.read_text() != digest:
        (doctrees / "environment.pickle").unlink(missing_ok=True)
        doctrees.mkdir(parents=True, exist_ok=True)
        seen.write_text(digest)


def page_url(port: int, page: str) -> str:
    """Return the address of *page*, which may be a document name or one of its files.

    >>> page_url(8000, "storage/raid"), page_url(8000, "source/storage/raid.md")
    ('http://127.0.0.1:8000/storage/raid.html', 'http://127.0.0.1:8000/storage/raid.html')
    """
    docname = re.sub(r"^(\./)?(source/)?|\.(md|html)$", "", page) or "index"
    if not Path("source", f"{docname}.md").exists():
        sys.exit(f"there is no page {docname}: PAGE=… takes a name such as storage/raid")
    return f"http://127.0.0.1:{port}/{docname}.html"


def require_free(port: int) -> None:
    """Exit with one line if *port* cannot be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            sys.exit(f"port {port} is taken or not allowed: choose another with PORT=…")


def open_when_up(url: str, port: int) -> None:
    """Open *url* in the reader's browser as soon as something answers on *port*."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    print(f"Open {url}", flush=True)
    webbrowser.open(url)


def live(port: int, page: str) -> None:
    """Build, serve, and build again and reload whenever a file of the repository changes."""
    from sphinx_autobuild.__main__ import main  # type: ignore[import-untyped]

    url = page_url(port, page)
    require_free(port)
    threading.Thread(target=open_when_up, args=(url, port), daemon=True).start()
    main(
        [
            *("-c", ".", "-d", str(DOCTREES), "source", str(OUTPUT)),
            *("--port", str(port), "--watch", "."),
            # anchored here, since the checkout itself may stand below a dot folder
            *("--re-ignore", f"^{re.escape(Path.cwd().as_posix())}/{IGNORED}"),
            *("--pre-build", shlex.join([sys.executable, __file__, "fresh"])),
        ]
    )


def serve(port: int) -> None:
    """Serve the built site until interrupted."""
    require_free(port)
    handler = partial(SimpleHTTPRequestHandler, directory=str(OUTPUT))
    print(f"Serving {OUTPUT} on http://127.0.0.1:{port}/ (Ctrl+C ends it)", flush=True)
    try:
        ThreadingHTTPServer(("127.0.0.1", port), handler).serve_forever()
    except KeyboardInterrupt:
        print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["fresh", "live", "serve"])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--page", default="")
    arguments = parser.parse_args()
    if arguments.command == "fresh":
        fresh()
    elif arguments.command == "serve":
        serve(arguments.port)
    else:
        live(arguments.port, arguments.page)


if __name__ == "__main__":
    main()
