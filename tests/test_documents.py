"""The Python that the README and the articles show runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser

from conftest import REPOSITORY

SHOWN = [
    path
    for path in (REPOSITORY / "README.md", *sorted(REPOSITORY.glob("source/**/*.md")))
    if "```python" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.name)
def test_the_python_that_a_page_shows_runs(path: Path) -> None:
    examples = list(Sybil(parsers=[PythonCodeBlockParser()]).parse(path).examples())
    assert examples
    for example in examples:
        example.evaluate()
