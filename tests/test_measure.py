"""Words and minutes: properties, the Unicode tables, and Hugo as the reference."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

import sphinx_reading.measure
from conftest import SOURCE
from sphinx_reading.measure import count_words, has_cjk, minutes_for

GO_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(
    lambda text: "".join(c for c in text if c not in GO_SPACES) or "x"
)


def test_examples() -> None:
    assert doctest.testmod(sphinx_reading.measure).failed == 0


@given(st.lists(words), st.sampled_from(GO_SPACES))
def test_any_white_space_separates_words(tokens: list[str], space: str) -> None:
    assert count_words(space.join(tokens)) == len(tokens)
    assert count_words(f"{space}{space.join(tokens)}{space * 2}") == len(tokens)


@given(words, st.sampled_from("\x1c\x1d\x1e\x1f\u200b\u200d\ufeff"), words)
def test_separators_that_only_python_splits_at_do_not(a: str, mark: str, b: str) -> None:
    assert count_words(f"{a}{mark}{b}") == 1


@given(st.lists(words, min_size=1))
def test_a_cjk_page_counts_characters_of_tokens_that_are_not_ascii(tokens: list[str]) -> None:
    expected = sum(1 if token.isascii() else len(token) for token in tokens)
    assert count_words(" ".join(tokens), cjk=True) == expected


@given(st.integers(0, 10**6), st.integers(1, 1000))
def test_minutes_are_the_words_over_the_speed_rounded_up(count: int, speed: int) -> None:
    minutes = minutes_for(count, speed)
    assert (minutes - 1) * speed < count <= minutes * speed or count == minutes == 0


def test_every_line_of_the_seed_has_the_minutes_of_its_words() -> None:
    rows = (SOURCE / "catalogue.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for row in rows:
        number, _, minutes, count = row.split("\t")[:4]
        speed = 501 if number == "1" else 213
        assert minutes_for(int(count), speed) == int(minutes), row
    assert len(rows) == 110


def test_cjk_characters_are_those_of_the_unicode_scripts() -> None:
    script = regex.compile(r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]")
    points = (chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)
    wrong = [c for c in points if has_cjk(c) != bool(script.match(c))]
    assert not wrong, [f"U+{ord(c):04X} {unicodedata.name(c, '?')}" for c in wrong[:5]]


# -- Hugo ---------------------------------------------------------------------------------

SAMPLES: dict[str, str] = {
    "prose": "One two three.\n\nFour, five - six. Seven\neight nine.",
    "no-break-space": "10\xa0MB and 5\u202f% of 1\u2009000",
    "ideographic-space": "全角\u3000空白 and text",
    "zero-width-space": "zero\u200bwidth\u200bspace is one",
    "word-joiner": "a\u2060b c",
    "soft-hyphen": "soft\u00adhyphen stays",
    "emphasis-inside-word": "un*frigging*believable and **bold**face",
    "inline-code": "call `f(x, y)` or `a  b` now",
    "code-in-word": "the`x`y z",
    "fenced-code": "before\n\n```python\nfor i in range(3):\n    print(i)  # twice\n```\n\nafter",
    "indented-code": "before\n\n    indented code here\n\nafter",
    "bullet-list": "- one two\n- three\n- four\n",
    "tight-nested-list": "- a\n  - b c\n    - d\n- e\n",
    "loose-list": "- a b\n\n- c\n\n  d e\n",
    "ordered-list": "1. first item\n2. second item\n10. tenth item\n",
    "quote": "> quoted words here\n> and more\n\nend",
    "heading": "## A heading here\n\ntext",
    "setext": "Heading two\n-----------\n\ntext",
    "rule": "above\n\n---\n\nbelow",
    "entities": "AT&amp;T &copy; 2026 &mdash; x&nbsp;y &lt;tag&gt;",
    "numeric-entity": "a&#32;b &#x41;bc",
    "link": "see [the long text](https://example.org/a/b) here",
    "link-title": 'see [text](https://example.org "a title of words") here',
    "reference-link": "see [some text][ref] here\n\n[ref]: https://example.org 'title words'\n",
    "autolink": "go to <https://example.org/path> now",
    "image": "before ![alt text of many words](a.png) after",
    "image-in-word": "be![alt](a.png)fore",
    "emoji": "a 👍 b 👩‍👩‍👧‍👦 c 🇩🇪 d",
    "joiners": "क्ष می‌خواهم नमस्ते",
    "en-dash": "1990–2000 and 5 – 6",
    "em-dash": "word—word and word — word",
    "hyphens": "state-of-the-art e-mail - dash",
    "slash": "and/or 24/7 a / b",
    "hard-break-spaces": "line one  \nline two",
    "hard-break-backslash": "line one\\\nline two",
    "soft-break": "line one\nline two\nline three",
    "escapes": "\\*not emphasis\\* a\\_b \\# no",
    "quotes": "\"quoted text\" isn't 'single' she's",
    "ellipsis": "wait... what",
    "cjk": "深度学习 is deep learning 微调",
    "cjk-prose": "布隆过滤器用很少的空间回答一个问题。它从不漏报。",
    "kana": "これはペンです。カタカナ",
    "hangul": "안녕하세요 세계",
    "mixed": "rank 秩 (r=8) 和 scaling α/r",
    "greek": "Ω and μs and naïve café",
    "cyrillic": "Привет мир",
    "arabic": "مرحبا بالعالم",
    "thai": "สวัสดีชาวโลก",
    "number": "3.14 1,000,000 1e-14 0x7f",
    "symbols": "a + b = c < d > e & f",
    "superscript-char": "O(n²) and 2ⁿ",
    "strong-emphasis": "***both*** and __under__ _score_",
    "nested-emphasis": "*a **b** c*d",
    "empty-emphasis": "** not bold ** x",
    "tilde": "~ 5 and a~b",
    "pipe": "a | b | c",
    "long-paragraph": " ".join(f"word{i}" for i in range(300)),
    "unit": "5 km/h 10 °C 3 µm",
    "currency": "US$5 €10 5 €",
    "nested-quote-list": "> - a b\n> - c\n>\n> d",
    "list-with-code": "1. do\n\n   ```\n   x = 1\n   ```\n\n2. done\n",
    "html-comment-block": "before\n\n<!-- hidden words here -->\n\nafter",
    "html-comment-inline": "before <!-- hidden --> after",
    "two-images": "![a](x.png) ![b](y.png)",
    "linked-image": "[![alt words](a.png)](https://example.org) text",
    "link-emphasis": "[*a* b](x.md) c",
    "trailing-space": "end   \n\n   start",
    "crlf": "one two\r\nthree\r\n\r\nfour\r\n",
    "tabs": "a\tb\tc",
    "form-feed": "a\fb",
    "vertical-tab": "a\vb",
    "nel": "a\u0085b",
    "line-separator": "a\u2028b",
    "unit-separator": "a\u001fb c",
    "combining": "e\u0301clair n\u0303",
    "rtl-mark": "a\u200eb",
    "heading-code": "### The `f` of `x`\n\ntext",
    "deep-list": "".join(f"{'  ' * i}- level {i}\n" for i in range(6)),
    "many-headings": "".join(f"## Heading {i}\n\ntext {i}\n\n" for i in range(8)),
}
COMMONMARK = {name: text for name, text in SAMPLES.items() if "html-" not in name}
"""Documents whose words must equal Hugo's."""
PAIRS = ("prose", "emphasis-inside-word", "bullet-list", "fenced-code", "cjk", "emoji", "link")
EXTENSIONS: dict[str, tuple[str, str]] = {
    "table": ("| a b | c |\n| --- | --- |\n| d | e f |\n", "equal"),
    "strikethrough": ("~~gone~~ x", "equal"),
    "footnote": ("text[^1] here\n\n[^1]: The note.\n", "equal"),
    "two-footnotes": ("a[^x] b[^y]\n\n[^x]: One two.\n\n[^y]: Three.\n", "equal"),
    "html-block": (
        "<div>\nvisible words\n</div>\n\nafter",
        "Hugo leaves raw HTML out of the page, here it is shown and its visible words count",
    ),
}


def documents() -> dict[str, str]:
    """Every CommonMark sample, and pairs of them, which must not be glued together."""
    pairs = {f"{a}-then-{b}": f"{COMMONMARK[a]}\n\n{COMMONMARK[b]}" for a in PAIRS for b in PAIRS}
    return COMMONMARK | pairs | {name: text for name, (text, _) in EXTENSIONS.items()}


@pytest.fixture(scope="module")
def hugo_counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Words of each document as Hugo counts them, from one site built by Hugo."""
    site = tmp_path_factory.mktemp("hugo")
    layout = "{{ range .Site.RegularPages }}{{ .File.BaseFileName }}\t{{ .WordCount }}\n{{ end }}"
    config = {"baseURL": "/", "hasCJKLanguage": True, "disableKinds": ["taxonomy", "term", "RSS"]}
    config["outputFormats"] = {"txt": {"mediaType": "text/plain", "baseName": "counts"}}
    config["outputs"] = {"home": ["txt"]}
    (site / "hugo.json").write_text(json.dumps(config), encoding="utf-8")
    for folder in ("content", "layouts"):
        (site / folder).mkdir()
    (site / "layouts/home.txt").write_text(layout, encoding="utf-8")
    (site / "layouts/single.html").write_text("{{ .Content }}", encoding="utf-8")
    for name, text in documents().items():
        page = f"---\ntitle: T\n---\n\n{text}\n"
        (site / f"content/{name}.md").write_bytes(page.encode("utf-8"))
    hugo = Path(sys.executable).with_name("hugo")
    run = subprocess.run(
        [hugo, "--source", site, "--quiet"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    lines = (site / "public/counts.txt").read_text(encoding="utf-8").splitlines()
    return {name: int(count) for name, count in (line.split("\t") for line in lines)}


@pytest.fixture(scope="module")
def our_counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Words of the same documents in a real build of ours."""
    from conftest import Site

    site = Site(tmp_path_factory.mktemp("ours"))
    site.source.mkdir()
    conf = 'extensions = ["myst_parser", "sphinx_reading"]\n'
    conf += 'myst_enable_extensions = ["strikethrough"]\nroot_doc = "prose"\n'
    conf += 'suppress_warnings = ["toc", "image", "myst", "misc.highlighting_failure"]\n'
    site.write({"conf.py": conf})
    site.write({f"{name}.md": f"# T\n\n{text}\n" for name, text in documents().items()})
    built = site.build("dummy")
    from sphinx_reading.domain import reading_domain

    return {a.docname: a.words for a in reading_domain(built.app.env).articles()}


def test_words_of_commonmark_equal_hugos(
    hugo_counts: dict[str, int], our_counts: dict[str, int]
) -> None:
    differ = {
        name: (our_counts[name], hugo_counts[name])
        for name in documents()
        if EXTENSIONS.get(name, ("", "equal"))[1] == "equal"
        and our_counts[name] != hugo_counts[name]
    }
    assert not differ, f"name: (ours, Hugo's): {differ}"
    assert len(documents()) >= 100


def test_words_differ_from_hugos_where_raw_html_is_shown(
    hugo_counts: dict[str, int], our_counts: dict[str, int]
) -> None:
    assert our_counts["html-block"] == hugo_counts["html-block"] + len(["visible", "words"])
