"""A result is evaluated only for the knobs that can reach it, and is what full evaluation gives."""

from __future__ import annotations

import doctest
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sphinx_computed.reach
from sphinx_computed import evaluate as evaluation
from sphinx_computed.cache import Cache
from sphinx_computed.evaluate import Request, evaluate
from sphinx_computed.model import compiled, execute, parse
from sphinx_computed.reach import reach

PATH = Path("model.py")
COMBINATIONS = [(2, 1), *(values for values in product((1, 2, 5), (1, 4)) if values != (2, 1))]
PRELUDE = """
import random
from contextlib import suppress
from decimal import Decimal, getcontext
from functools import cache

K = 2
L = 1
STATE = {}

def times(k):
    def wrap(function):
        return lambda: function() * k
    return wrap

def keep(value):
    STATE["kept"] = value
    return 7
"""

# A statement that binds name {n} from two earlier results, and what then gives a result.
STATEMENTS = {
    "an assignment": ("v{n} = {a} + {b}", "v{n}"),
    "an alias": ("v{n} = {a}\nw{n} = v{n}", "w{n}"),
    "a call of something pure": ("v{n} = max({a}, {b})", "v{n}"),
    "a call": ("v{n} = times({a})(lambda: 2)", "v{n}()"),
    "a default argument": ("def v{n}(x={a}):\n    return x * {b}", "v{n}()"),
    "a named default argument": ("def v{n}(*, x={a}):\n    return x * {b}", "v{n}()"),
    "a default that acts": ("def v{n}(x=keep({a})):\n    return x", 'STATE.get("kept")'),
    "an annotation that acts": ("def v{n}(x: keep({a})):\n    return x", 'STATE.get("kept")'),
    "a variable's annotation that acts": ("v{n}: keep({a}) = 1", 'STATE.get("kept")'),
    "a shadowing argument": ("def v{n}(K):\n    return K + {a}", "v{n}(5)"),
    "a shadowing local": ("def v{n}():\n    K = 3\n    return K + {a}", "v{n}()"),
    "a class attribute": ("class v{n}:\n    size = {a}", "v{n}.size"),
    "a method": ("class v{n}:\n    def more(self):\n        return {a}", "v{n}().more()"),
    "a class attribute that acts": ("class v{n}:\n    size = keep({a})", 'STATE.get("kept")'),
    "a class that tells its base": (
        "class v{n}:\n    def __init_subclass__(cls):\n        keep({a})\nclass w{n}(v{n}):\n    pass",
        'STATE.get("kept")',
    ),
    "a decorator": ("@times({a})\ndef v{n}():\n    return {b}", "v{n}()"),
    "a decorator that runs it": ("@keep\n@times(1)\ndef v{n}():\n    return {a}", 'STATE["kept"]()'),
    "a cache": ("@cache\ndef v{n}():\n    return {a}", "v{n}()"),
    "a lambda": ("v{n} = lambda: {a}", "v{n}()"),
    "a lambda's default": ("v{n} = lambda x={a}: x", "v{n}()"),
    "a dictionary": ("v{n} = dict(k=lambda: {a}, l={b})", "v{n}['k']()"),
    "a display": ("v{n} = [{{'k': ({a},)}}]", "v{n}[0]['k'][0]"),
    "a comprehension": ("v{n} = [i + {a} for i in range(2)]", "v{n}[1]"),
    "a comprehension in a function": ("def v{n}():\n    return sum(K + {a} for K in (1, 2))", "v{n}()"),
    "a nested function": (
        "def v{n}():\n    def inner():\n        return {a}\n    return inner()",
        "v{n}()",
    ),
    "a formatted text": ('def v{n}():\n    return len(f"{{{a}:>9}}" * {b})', "v{n}()"),
    "a walrus": ("def v{n}():\n    return (x := {a}) + x", "v{n}()"),
    "a walrus on the top": ("w{n} = [v{n} := {a}]", "v{n}"),
    "a walrus in a default": ("def w{n}(x=(v{n} := {a})):\n    return x", "v{n}"),
    "a loop": ("v{n} = []\nfor i in range(3):\n    v{n}.append(i * {a})", "sum(v{n})"),
    "a loop's own name": ("for v{n} in range({a}):\n    pass", "v{n}"),
    "a sum": ("v{n} = 1\nv{n} += {a}", "v{n}"),
    "a condition": ("if {a} > 3:\n    v{n} = 1\nelse:\n    v{n} = 2", "v{n}"),
    "a context": ("with suppress(ValueError):\n    v{n} = {a}", "v{n}"),
    "an import that fails": (
        "try:\n    from math import nothing as v{n}\nexcept ImportError:\n    v{n} = {a}",
        "v{n}",
    ),
    "an unpacking": ("v{n}, w{n} = {a}, {b}", "w{n}"),
    "an item": ("STATE[{n}] = {a}", "STATE.get({n})"),
    "an attribute": ("times.v{n} = {a}", "times.v{n}"),
    "another name for a list": ("v{n} = [1]\nw{n} = v{n}\nw{n}.append({a})", "v{n}[-1]"),
    "a list in a list": ("v{n} = [1]\nw{n} = [v{n}]\nw{n}[0].append({a})", "v{n}[-1]"),
    "a function that keeps": ("keep({a})", 'STATE.get("kept")'),
    "a function that keeps and gives": ("v{n} = keep({a})", 'STATE.get("kept")'),
    "a seed": ("random.seed({a})", "random.random()"),
    "the state of a module": ("getcontext().prec = 3 + {a} % 7", "len(str(Decimal(1) / 3))"),
    "an iterator that is looked into": (
        "v{n} = iter([5, 6, 7])\nw{n} = {a} in v{n}",
        "len([*v{n}.__reduce__()])",
    ),
    "an iterator that is used up": (
        "v{n} = map(int, [5, 6, 7])\nw{n} = {a} % 2 and 6 in v{n}",
        "sum(v{n})",
    ),
    "an operator that acts": (
        "class w{n}:\n    def __add__(self, other):\n        STATE[{n}] = other\n"
        "v{n} = w{n}()\nx{n} = v{n} + {a}",
        "STATE.get({n})",
    ),
    "a name that was a number": ("v{n} = 1\nv{n} = iter([5, 6])\nw{n} = {a} in v{n}", "sum(v{n})"),
    "a number's name for an iterator": (
        "v{n} = 1\nw{n} = iter([5, 6])\nv{n} = w{n}\nx{n} = {a} in v{n}",
        "sum(v{n})",
    ),
    "a number's name in a loop": (
        "v{n} = 1\nfor v{n} in [iter([5, 6])]:\n    pass\nx{n} = {a} in v{n}",
        "sum(v{n})",
    ),
    "a module's name for a class": (
        "import math as v{n}\nclass w{n}:\n    sqrt = staticmethod(keep)\n"
        "v{n} = w{n}\nx{n} = v{n}.sqrt({a})",
        'STATE.get("kept")',
    ),
    "names looked up": ("def v{n}():\n    return globals()['K'] + {a}", "v{n}()"),
    "names looked up in a text": ("v{n} = '{{0.__globals__[K]}}'.format", "v{n}(times)"),
    "a global": ("def v{n}():\n    global w{n}\n    w{n} = {a}\nv{n}()", "w{n}"),
}  # fmt: skip


def built(parts: list[tuple[str, int, int]]) -> tuple[str, list[str]]:
    """A model of such statements, each from two earlier results, and all expressions for them."""
    text, known = [PRELUDE], ["3", "K", "L"]
    for n, (kind, a, b) in enumerate(parts):
        names = {"n": n, "a": known[a % len(known)], "b": known[b % len(known)]}
        statement, result = (each.format(**names) for each in STATEMENTS[kind])
        text.append(statement)
        known.append(f"int({result} or 0)" if kind != "the state of a module" else result)
    return "\n".join(text), known


def value_of(text: str, expression: str, combination: tuple[int, int]) -> str | None:
    """What full evaluation gives; None where the model itself fails and is reported."""
    code = compiled(parse(text, PATH), PATH, ["K", "L"])
    try:
        model = execute(code, PATH, dict(zip("KL", combination, strict=True)))
    except Exception:
        return None
    try:
        return repr(eval(expression, dict(vars(model))))
    except Exception as error:
        return repr(error)


def assert_unreached_do_not_matter(text: str, expressions: list[str]) -> None:
    for expression, reached in zip(expressions, reach(text, expressions, ["K", "L"]), strict=True):
        seen: dict[tuple[int, ...], str] = {}
        for combination in COMBINATIONS:
            own = tuple(v for name, v in zip("KL", combination, strict=True) if name in reached)
            value = value_of(text, expression, combination)
            if value is None:
                continue
            assert seen.setdefault(own, value) == value, f"{text}\n{expression}: {reached}"


@pytest.mark.parametrize("b", [0, 2])
@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_knob_that_does_not_reach_an_expression_does_not_change_it(kind: str, b: int) -> None:
    assert_unreached_do_not_matter(*built([(kind, 1, b)]))


part = st.tuples(st.sampled_from(sorted(STATEMENTS)), st.integers(0, 9), st.integers(0, 9))


@given(st.lists(part, min_size=2, max_size=5))
@example([("a default argument", 1, 0), ("a loop", 3, 0), ("an assignment", 4, 2)])
def test_neither_does_it_in_models_of_many_statements(parts: list[tuple[str, int, int]]) -> None:
    assert_unreached_do_not_matter(*built(parts))


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        ("an assignment", ["K"]),
        ("a call of something pure", ["K"]),
        ("a default argument", ["K"]),
        ("a class attribute", ["K"]),
        ("a cache", ["K"]),
        ("a lambda", ["K"]),
        ("a display", ["K"]),
        ("a nested function", ["K"]),
    ],
)
def test_a_statement_that_only_binds_reaches_no_other_result(kind: str, reached: list[str]) -> None:
    text, expressions = built([(kind, 1, 0)])
    assert [sorted(each) for each in reach(text, [*expressions, "times(L)"], ["K", "L"])] == [
        [], ["K"], ["L"], reached, ["L"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "expression"),
    [
        ("def f(K): return K", "f(1)"),
        ("def f():\n    K = 1\n    return K", "f()"),
        ("def f(): return [K for K in (1, 2)]", "f()"),
        ("def f(x: float = 3, *, y: 'K' = 4) -> list[int]: return x", "f()"),
        ("TABLE = [times(i) for i in range(9)]", "TABLE"),
        ("for i in range(9): STATE[i] = i", "STATE[3]"),
    ],
)
def test_what_no_knob_reaches_is_seen(statement: str, expression: str) -> None:
    assert reach(f"{PRELUDE}\n{statement}", [expression], ["K", "L"]) == [set()]


@pytest.mark.parametrize(
    "statement",
    [
        "import sys", "from math import *", "from unheard import of", "x = vars", "def f(: pass",
        "def f():\n    global x\n    x = K",
    ],
)  # fmt: skip
def test_in_doubt_every_knob_reaches_everything(statement: str) -> None:
    assert reach(f"K = 1\n{statement}\n", ["1"], ["K"]) == [{"K"}]


def answered(text: str, requests: list[Request], cache: Path) -> dict[tuple[int, Request], str]:
    kept = Cache(cache, "index", "")
    answers = evaluate(PATH, text, requests, ["K", "L"], COMBINATIONS, kept, 20)
    assert [failure.message for failure in answers.failures] == []
    return answers.texts


def test_a_page_is_what_full_evaluation_makes_it(tmp_path, monkeypatch) -> None:
    kinds = ["a default argument", "a decorator", "a cache", "a shadowing local", "a comprehension"]
    text, expressions = built([(kind, at + 1, 0) for at, kind in enumerate(kinds)])
    requests = [Request("calc", expression, "") for expression in expressions]
    short = [answered(text, requests, tmp_path / "a") for _ in range(2)]  # the second is kept
    monkeypatch.setattr(evaluation, "reach", lambda _, asked, knobs: [{*knobs} for _ in asked])
    assert short == [answered(text, requests, tmp_path / "b")] * 2
    assert len(short[0]) == len(COMBINATIONS) * len(requests)


def test_each_expression_is_evaluated_once_for_the_knobs_that_reach_it(project, tmp_path) -> None:
    log = tmp_path / "log"
    model = (
        "K = 1\nL = 1\n\n\n"
        f"def note(value):\n    open({str(log)!r}, 'a').write(f'{{value}} ')\n    return value\n"
    )
    knob = "```{{knob}} {0}\n:label: {0}\n:values: 1..3\n```\n\n".format
    page = knob("K") + knob("L") + "{calc}`note(0)` {calc}`note(10 * K)` {calc}`note(-L)`\n"
    conf = {"extensions": ["myst_parser", "sphinx_computed"], "html_theme": "basic"}
    site = project({"index.md": page, "index.py": model}, **conf)
    assert site.build().warnings == ""
    assert sorted(log.read_text().split(), key=int) == ["-3", "-2", "-1", "0", "10", "20", "30"]


def test_the_examples_of_its_docstrings_hold() -> None:
    assert doctest.testmod(sphinx_computed.reach).failed == 0
