"""Spelling of all prose: ``python -m editorial.spelling``, from the repository's root.

Harper knows British English (with -ise and -ize, as Oxford has it) and tells every word that
it does not know; ``words.txt`` holds those that are right: names, abbreviations, terms. It
reads Markdown, and skips code and formulas. What MyST adds to Markdown is taken away first.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

WORDS = Path(__file__).with_name("words.txt")
FILES = ("*.md", "source/**/*.md")
_FENCE = re.compile(r"\s*(`{3,}|:{3,})\s*(?:\{(?P<directive>[\w:-]+)\})?(?P<argument>.*)")
_OPTION = re.compile(r"\s*:(?P<name>[\w-]+):(?:\s+|$)(?P<value>.*)")
_ROLE = re.compile(r"\{[\w:-]+\}(?=`)")
_DESCRIPTION = re.compile(r"description:\s*(.*)")
_NO_PROSE = {"code", "code-block", "literalinclude", "math", "raw", "reading-index", "toctree"}
_PROSE_OPTIONS = {"alt", "caption", "label"}


class Unknown(NamedTuple):
    """A word that is in no dictionary."""

    file: str
    line: int
    word: str


def prose(text: str) -> str:
    """*text* with only what is prose, every line in its place.

    >>> prose("---\\ndescription: One.\\n---\\n```{chart} f()\\n:alt: Two.\\nThree.\\n```")
    '\\nOne.\\n\\n\\nTwo.\\nThree.\\n'
    """
    lines = text.removeprefix("\ufeff").splitlines()
    head = 0
    if lines and lines[0] == "---" and "---" in lines[1:]:
        head = lines.index("---", 1) + 1
    front = (_DESCRIPTION.match(line) for line in lines[:head])
    return "\n".join([*(match[1] if match else "" for match in front), *_body(lines[head:])])


def _body(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a page without its directives' own words; a plain block of code stays."""
    fences: list[tuple[str, bool]] = []  # what closes each open block; whether it has prose
    for line in lines:
        fence = _FENCE.fullmatch(line)
        plain = bool(fences) and not fences[-1][1]
        if fences and line.strip() and line.strip() == fences[-1][0]:
            fences.pop()
            yield ""
        elif plain:
            yield ""
        elif fence:
            directive = fence["directive"]
            fences.append((fence[1], bool(directive) and directive not in _NO_PROSE))
            yield ""
        elif line.startswith("%"):
            yield ""
        elif fences and (option := _OPTION.fullmatch(line)):
            yield option["value"] if option["name"] in _PROSE_OPTIONS else ""
        else:
            yield _ROLE.sub("", line)


def unknown(texts: dict[str, str], words: Path = WORDS) -> list[Unknown]:
    """The words of *texts*, by file name, that neither Harper nor *words* has."""
    known = set(words.read_text(encoding="utf-8").split())
    with TemporaryDirectory() as folder:
        names = {f"{at}.md": name for at, name in enumerate(texts)}
        for file, name in names.items():
            Path(folder, file).write_text(prose(texts[name]), encoding="utf-8")
        found = [
            Unknown(names[Path(report["file"]).name], lint["line"], lint["matched_text"])
            for report in _harper(folder, list(names), words)
            for lint in report["lints"]
        ]
    return sorted(one for one in found if _stem(one.word) not in known and len(_stem(one.word)) > 1)


def _stem(word: str) -> str:
    """*word* without the genitive's ending; a single character is a symbol, no word."""
    return re.sub("['’]s$", "", word)


def _harper(folder: str, files: list[str], words: Path) -> list[dict[str, Any]]:
    """Harper's report. Its dictionaries are named, so that none of the user's own counts."""
    dictionaries = ("-u", str(words.resolve()), "-f", folder)
    options = ("--only", "SpellCheck", "--dialect", "british", "--format", "json", "--quiet")
    done = subprocess.run(
        [sys.executable, "-m", "harper", "lint", *options, *dictionaries, *files],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def main() -> None:
    paths = sorted({path for pattern in FILES for path in Path().glob(pattern)})
    texts = {path.as_posix(): path.read_text(encoding="utf-8") for path in paths}
    found = unknown(texts)
    for file, line, word in found:
        print(f"{file}:{line}: {word!r} is not known: correct it or add it to {WORDS.name}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
