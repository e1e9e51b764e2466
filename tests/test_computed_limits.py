"""What goes wrong with a page's numbers is said once, where it has to be mended, and stays there.

A file ``bad/computed-<fault>.txt`` holds the warnings, the broken article and its model. All of
them stand in one project, beside a sound page, so each also shows that it harms no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

FAULTS = sorted((Path(__file__).parent / "bad").glob("computed-*.txt"))
SECONDS = 1
SOUND = {
    "sound.md": "# Sound\n\nTwo and two is {calc}`two() + two()`.\n",
    "sound.py": "def two():\n    return 2\n",
}
CONF = {
    "extensions": ["myst_parser", "sphinx_computed"],
    "myst_enable_extensions": ["dollarmath"],
    "computed_seconds": SECONDS,
    "html_theme": "basic",
}
PLACED = re.compile(r".*/source/(?P<page>[\w-]+)(?P<rest>\.(?:md|py):\d+: WARNING: .*)")
_built: dict[int, tuple[dict[str, list[str]], Callable[[str], str]]] = {}


def name(fault: Path) -> str:
    return fault.stem.removeprefix("computed-")


def sections(fault: Path) -> list[str]:
    return fault.read_text(encoding="utf-8").split("# split\n")


def sources() -> dict[str, str]:
    """One page for each fault, with its model, and the sound page."""
    names = "\n".join(map(name, FAULTS))
    files = {"index.md": f"# Faults\n\n```{{toctree}}\nsound\n{names}\n```\n", **SOUND}
    for fault in FAULTS:
        _, page, *model = sections(fault)
        files[f"{name(fault)}.md"] = page
        for text in model:
            files[f"{name(fault).replace('-', '_')}.py"] = text
    return files


def by_page(warnings: str) -> dict[str, list[str]]:
    """The warnings of each page, its model's among them; every one must have its place."""
    found: dict[str, list[str]] = {}
    for line in warnings.splitlines():
        place = PLACED.fullmatch(line)
        assert place, f"without a place: {line}"
        page = place["page"].replace("_", "-")
        found.setdefault(page, []).append(place["page"] + place["rest"])
    return found


@pytest.fixture(params=[1, 2], ids=["serial", "parallel"])
def built(request, project):
    """The project of all faults, built once serially and once by two processes."""
    parallel = request.param
    if parallel not in _built:
        built = project(sources(), **CONF).build(parallel=parallel)
        _built[parallel] = by_page(built.warnings), built.html
    return _built[parallel]


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_fault_is_told_in_its_place(fault, built):
    warnings, _ = built
    expected, *_ = sections(fault)
    assert warnings.get(name(fault), []) == expected.splitlines()


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_number_that_is_owed_leaves_a_mark(fault, built):
    _, html = built
    expected, *_ = sections(fault)
    owed = re.search(
        r"\[(computed\.(model|expression|value|time)|myst\.role_unknown)\]|heading", expected
    )
    at_a_knobs_value = re.search(r" with [A-Z]+ = ", expected)
    marked = 'class="problematic"' in html(name(fault))
    assert marked == (owed is not None and at_a_knobs_value is None)


def test_faulty_pages_leave_a_sound_one_as_it_is(built, project):
    _, html = built
    index = "# Faults\n\n```{toctree}\nsound\n```\n"
    alone = project({"index.md": index, **SOUND}, **CONF).build().html("sound")
    body = re.compile(r'<div class="body".*?<div class="clearer">', re.DOTALL)
    assert body.findall(html("sound")) == body.findall(alone) != []
    assert ">4</span>" in alone
