"""Spelling of the prose and links of the built site, as ``make lint`` checks them."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from conftest import REPOSITORY
from editorial.spelling import WORDS, main, unknown

LYCHEE = Path(sysconfig.get_path("scripts"), "lychee")


# -- Spelling ---------------------------------------------------------------------------


PROSE = {
    "The colour of a fibre is analysed.": [],
    "The color of a center.": [(1, "center"), (1, "color")],
    "Optimised and optimized, a quantization of behaviour.": [],
    "Code `wrogn`, a formula $wrogn$, a link [here](wrogn.md).": [],
    "A number {calc}`wrogn(1)` and a source {cite}`wrogn2020{§4}`.": [],
    "```python\nwrogn = 1\n```\n\nWrogn.": [(5, "Wrogn")],
    "```{toctree}\nwrogn\n```\n% wrogn\n\nWrogn.": [(6, "Wrogn")],
    "---\nnumber: 1\ndescription: Wrogn.\nrelated: [wrogn]\n---\n": [(3, "Wrogn")],
    "```{chart} wrogn()\n:name: wrogn\n:alt: A wierd curve.\nIt wrogn.\n```\n": [
        (3, "wierd"),
        (4, "wrogn"),
    ],
    "````{note}\nA wrogn\n```{code-block} c\nint wierd;\n```\nadn\n````\ntehn": [
        (2, "wrogn"),
        (6, "adn"),
        (8, "tehn"),
    ],
    "| wrogn | b |\n| --- | --- |\n| c | *wierd* |": [(1, "wrogn"), (3, "wierd")],
    "A symbol $s$’s and GPT-4’s.": [],
}


@pytest.fixture(scope="module")
def misspelt() -> dict[str, list[tuple[int, str]]]:
    """What is told of each text of PROSE; its name is the text itself."""
    told: dict[str, list[tuple[int, str]]] = {}
    for text, line, word in unknown({text: text for text in PROSE}):
        told.setdefault(text, []).append((line, word))
    return told


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_checked_and_nothing_else(
    misspelt: dict[str, list[tuple[int, str]]], text: str
) -> None:
    assert misspelt.get(text, []) == PROSE[text]


def test_an_unknown_word_is_told_with_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "source/t").mkdir(parents=True)
    (tmp_path / "source/t/page.md").write_text("# Title\n\nWrogn.\n")
    (tmp_path / "README.md").write_text("Right.\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    told = "source/t/page.md:3: 'Wrogn' is not known: correct it or add it to words.txt\n"
    assert capsys.readouterr().out == told


def test_the_word_list_excuses_words_and_their_genitives(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("Biderman\n")
    found = unknown({"page.md": "Biderman’s and Biderman's; Bidermans."}, words)
    assert [word for _, _, word in found] == ["Bidermans"]


def test_the_word_list_is_sorted() -> None:
    words = WORDS.read_text(encoding="utf-8").splitlines()
    assert words == sorted(set(words), key=lambda word: (word.casefold(), word))


# -- Links ------------------------------------------------------------------------------


def broken(site: Path) -> list[tuple[str, str]]:
    """The page and the link of every complaint."""
    done = subprocess.run(
        [LYCHEE, "--root-dir", site, site], cwd=REPOSITORY, capture_output=True, text=True
    )
    found, page = [], ""
    for line in done.stdout.splitlines():
        if line.startswith("["):
            page = Path(line.strip("[]:")).name if line.endswith("]:") else page
        if match := re.match(r"\[ERROR\] (\S+)", line):
            found.append((page, match[1].removeprefix(site.as_uri())))
    assert done.returncode == (2 if found else 0), done.stderr
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "a site"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/index.html").write_text('<p id="in">x</p>')
    (folder / "sub/a b.html").write_text('<p id="é">x</p>', encoding="utf-8")
    (folder / "i.png").write_bytes(b"")
    (folder / "s.css").write_text("p { background: url(i.png) }")
    return folder


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="sub/index.html#in">', None),
        ('<a href="sub/#in">', None),
        ('<a href="/sub/index.html">', None),
        ('<a href="sub/none.html">', "/sub/none.html"),
        ('<a href="/none.html">', "/none.html"),
        ('<a href="sub/index.html#out">', "/sub/index.html#out"),
        ('<a href="#here">', "/page.html#here"),
        ('<a href="#"><a href="#top"><p id="here"><a href="#here">', None),
        ('<a href="sub/a%20b.html#%C3%A9">', None),
        ('<a href="sub/a%20c.html">', "/sub/a%20c.html"),
        ('<link rel="stylesheet" href="s.css?v=1">', None),
        ('<link rel="stylesheet" href="t.css?v=1">', "/t.css?v=1"),
        ('<script src="none.js?v=1"></script>', "/none.js?v=1"),
        ('<img src="i.png" srcset="i.png 1x, j.png 2x">', "/j.png"),
        ('<a href="https://example.org/"><a href="mailto:a@example.org"><img src="data:,">', None),
        ('<pre><code>&lt;a href="none.html"&gt;</code></pre>', None),
    ],
)
def test_a_link_leads_to_a_file_and_its_anchor(site: Path, html: str, expected: str | None) -> None:
    (site / "page.html").write_text(f"<!doctype html><html><body>{html}</body></html>")
    found = broken(site)
    assert [link.replace(" ", "%20") for _, link in found] == ([expected] if expected else [])
    assert {page for page, _ in found} <= {"page.html"}


def test_a_picture_that_a_style_sheet_lacks_is_told(site: Path) -> None:
    (site / "s.css").write_text("p { background: url(none.png) }")
    assert broken(site) == [("s.css", "/none.png")]
