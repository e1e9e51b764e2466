"""Results kept between builds: one file a page in the doctree folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from sphinx_computed.model import Number

Entries = dict[str, dict[str, str]]


class Cache:
    """The results of one page, by its knobs' values and by its expressions.

    A file that cannot be read, or that was made by another model, is as good as none. It is
    replaced in one step, so that two builds at once leave a whole one.
    """

    def __init__(self, folder: Path, docname: str, fingerprint: str) -> None:
        self.path = folder / f"{hashlib.sha256(docname.encode()).hexdigest()[:24]}.json"
        self.fingerprint = fingerprint
        self.entries = self._load()

    def _load(self) -> Entries:
        try:
            kept = json.loads(self.path.read_bytes())
            if kept["fingerprint"] != self.fingerprint:
                return {}
            return {knobs: {**texts} for knobs, texts in kept["entries"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def get(self, knobs: str, request: str) -> str | None:
        text = self.entries.get(knobs, {}).get(request)
        return text if isinstance(text, str) else None

    def put(self, knobs: str, request: str, text: str) -> None:
        self.entries.setdefault(knobs, {})[request] = text

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"fingerprint": self.fingerprint, "entries": self.entries}
        half = self.path.with_suffix(f".{os.getpid()}")
        half.write_text(json.dumps(kept), encoding="utf-8")
        half.replace(self.path)


def knobs_key(names: Sequence[str], values: Sequence[Number]) -> str:
    """The values of a page's knobs as a key.

    >>> knobs_key(["BITS", "HASHES"], [9.6, 7])
    '[["BITS", 9.6], ["HASHES", 7]]'
    """
    return json.dumps(list(zip(names, values, strict=True)))


@lru_cache(maxsize=1000)  # a page asks the same of its model for each value of its knobs
def request_key(request: tuple[str, ...]) -> str:
    return json.dumps(request)
