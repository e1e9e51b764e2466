"""Formulas: MathML in the page, and one located message for each that cannot be set."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Site
from reader.maths import ATTRIBUTES, FormulaError, to_mathml

CONF = """
extensions = ["myst_parser", "sphinx_reading", "reader"]
reading_article_key = "number"
html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath"]
"""


def test_formulas_stand_in_the_page_without_a_script(project: Callable[..., Site]) -> None:
    text = "# T\n\nA $k^2$.\n\n$$\n\\frac{a}{b}\n$$ (ratio)\n\nSee {eq}`ratio`.\n"
    page = project({"conf.py": CONF, "index.md": text}).build().page("index")
    inline, block = page.select("math")
    assert (inline["display"], block["display"]) == ("inline", "block")
    assert block.find_parent("div")["class"] == ["formula"]  # type: ignore[index]
    assert page.select_one(".eqno").get_text() == "(1)"  # type: ignore[union-attr]
    assert "mathjax" not in str(page.head).lower()


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("\\nonsense x", "unknown command \\nonsense"),
        ("\\operatorname*{argmin}_x f", "unknown command \\operatorname*"),
        ("\\frac{a}{", "NoAvailableTokens"),
        ("a^b^c", "DoubleSuperscripts"),
        ("\\left( x", "ExtraLeftOrMissingRight"),
    ],
)
def test_what_cannot_be_set_is_told_and_shown_as_code(
    project: Callable[..., Site], formula: str, reason: str
) -> None:
    built = project({"conf.py": CONF, "index.md": f"# T\n\nText ${formula}$.\n"}).build()
    assert f"index.md:3: WARNING: formula {formula!r} cannot be set: {reason}" in built.warnings
    assert built.page("index").select_one("code").get_text() == formula  # type: ignore[union-attr]
    assert not built.page("index").select("math")


@pytest.mark.parametrize(
    "formula",
    ["\\href{javascript:alert(1)}{x}", "\\style{color:red}{x}", "\\class{a}{x}", "\\color{red} x"],
)
def test_links_styles_classes_and_colours_are_dropped(formula: str) -> None:
    math = ElementTree.fromstring(to_mathml(formula, block=False))
    assert "x" in "".join(math.itertext())
    assert {name for element in math.iter() for name in element.attrib} <= ATTRIBUTES


def test_operators_are_characters() -> None:
    math = ElementTree.fromstring(to_mathml("a + \\sum_i b \\le c", block=False))
    assert "".join("".join(math.itertext()).split()) == "a+∑ib≤c"


def test_aligned_lines_stand_below_each_other_without_ampersands() -> None:
    mathml = to_mathml(r"\begin{aligned} a &= b \\ &\ge c \end{aligned}", block=True)
    assert mathml.count("<mtr>") == 2
    assert "&" not in "".join(ElementTree.fromstring(mathml).itertext())


def test_text_in_a_formula_cannot_become_markup() -> None:
    mathml = to_mathml("\\text{a<script>b</script>}", block=False)
    assert "<script" not in mathml
    assert "a<script>b</script>" in "".join(ElementTree.fromstring(mathml).itertext())


@pytest.mark.parametrize(
    ("formula", "spaces"), [("\\ln 2", 1), ("\\ln(2)", 0), ("\\log_2(x)", 0), ("ab", 0)]
)
def test_a_function_stands_apart_from_its_argument(formula: str, spaces: int) -> None:
    assert to_mathml(formula, block=False).count("mspace") == spaces


@given(st.text(st.sampled_from("ab1+-^_{}\\ <>&\"'frac sqrt{} left( right)")))
def test_any_text_gives_well_formed_mathml_or_a_reason(text: str) -> None:
    try:
        mathml = to_mathml(text, block=True)
    except FormulaError:
        return
    assert ElementTree.fromstring(mathml).tag.endswith("math")
