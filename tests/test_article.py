"""Front matter: what is read, and what is told where it cannot be."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sphinx_reading.article
from sphinx_reading.article import (
    ARTICLE_KEYS,
    front_matter_lines,
    read_front_matter,
    yaml_error,
)


def test_examples() -> None:
    assert doctest.testmod(sphinx_reading.article).failed == 0


@pytest.mark.parametrize(
    ("key", "good", "value"),
    [
        ("number", "7", 7),
        ("description", "One  sentence.", "One sentence."),
        ("related", '["lsm-trees", "raid"]', ("lsm-trees", "raid")),
        ("related", "lsm-trees, raid", ("lsm-trees", "raid")),
        ("prerequisites", "[]", ()),
        ("prerequisites", "", ()),
        ("updated", "2026-11-24", "2026-11-24"),
        ("cjk", "False", False),
        ("reading", "true", True),
    ],
)
def test_good_values(key: str, good: str, value: object) -> None:
    assert read_front_matter({key: good}, ARTICLE_KEYS) == ({key: value}, [])


@pytest.mark.parametrize(
    ("key", "bad", "message"),
    [
        ("number", "0", "write a whole number from 1 on"),
        ("number", "seven", "write a whole number from 1 on"),
        ("number", "", "write a whole number from 1 on"),
        ("description", "", "write one sentence"),
        ("related", "[raid", "write a list"),
        ("related", '["Not A Slug"]', "write a list of slugs such as [lsm-trees, raid]"),
        ("related", '[{"a": 1}]', "write a list of slugs such as [lsm-trees, raid]"),
        ("updated", "24.11.2026", "write a date such as 2026-11-24"),
        ("updated", "2026-02-30", "write a date such as 2026-11-24"),
        ("updated", "2026-W01-1", "write a date such as 2026-11-24"),
        ("cjk", "maybe", "write true or false"),
    ],
)
def test_bad_values_are_left_out_and_told(key: str, bad: str, message: str) -> None:
    front = read_front_matter({key: bad, "number" if key != "number" else "cjk": "1"}, ARTICLE_KEYS)
    assert key not in front.values
    assert (key, message) in front.problems


@given(st.dictionaries(st.sampled_from(sorted(ARTICLE_KEYS)), st.text(max_size=30)))
def test_every_value_is_used_or_told(raw: dict[str, str]) -> None:
    front = read_front_matter(raw, ARTICLE_KEYS)
    assert set(front.values) | {key for key, _ in front.problems} == set(raw)


def test_lines_of_keys_in_markdown_and_restructuredtext() -> None:
    markdown = "---\nnumber: 1\nrelated:\n  - raid\ncjk: true\n---\n\ntext: no key\n"
    assert list(front_matter_lines(markdown)) == [(2, "number"), (3, "related"), (5, "cjk")]
    rest = ":number: 1\n:related: raid,\n   lsm-trees\n\nTitle\n=====\n\n:field: body\n"
    assert list(front_matter_lines(rest)) == [(1, "number"), (2, "related")]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("---\nnumber: 1\ndescription: a: b: c\n---\n", 3),
        ("---\nnumber: [1\n---\n", 2),
        ("---\n- a\n- b\n---\n", 1),
        ("---\nnumber: 1\n", 1),
    ],
)
def test_broken_yaml_has_its_line(source: str, line: int) -> None:
    error = yaml_error(source)
    assert error is not None
    assert error[0] == line
    assert yaml_error("\ufeff---\nnumber: 1\n---\n") is None
    assert yaml_error("# No front matter\n") is None
