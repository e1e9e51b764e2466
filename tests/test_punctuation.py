"""A formula in a sentence keeps the punctuation that touches it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import Site

CONF = {
    "extensions": ["myst_parser", "sphinx_reading", "reader"],
    "myst_enable_extensions": ["dollarmath"],
    "html_math_renderer": "mathml",
    "html_theme": "furo",
}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Let $k$, then", ["k,"]),
        ("see ($k$).", ["(k)."]),
        ("is $k$", []),
        ("is $k$ and", []),
        ("the $k$-th", ["k-th"]),
        ("$a$, $b$;", ["a,", "b;"]),
        ("**$k$**, then", []),
        ("less than $k$ – or", []),
    ],
)
def test_marks_stay_with_their_formula(
    project: Callable[..., Site], written: str, kept: list[str]
) -> None:
    built = project({"index.md": f"# Title\n\n{written}\n"}, **CONF).build()
    assert not built.warnings
    paragraph = built.page("index").select_one("article p:not(.reading-byline)")
    assert [span.get_text() for span in paragraph.select(".unbroken")] == kept
    assert paragraph.get_text() == written.replace("$", "").replace("*", "")
