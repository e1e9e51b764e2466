"""Which knobs can reach an expression, by the names that code uses. Imports no Sphinx.

What the compiler says of scopes decides which names are a model's own: those of a default, a
decorator, a class, a comprehension or a nested function count, a parameter called like a knob
does not. Names are followed through all that the model binds at its top level.

Code that runs when the model is loaded may change what other names hold (``TABLE.append(x)``,
``random.seed(x)``, a loop, a call). Unless it certainly does not, every expression is taken to
depend on all that such code uses. A model that can look names up in other ways is taken to
depend on every knob in everything. Functions are taken to be pure once the model is loaded.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from types import CodeType

from sphinx_computed.model import imports

Names = set[str]
Function = ast.FunctionDef | ast.AsyncFunctionDef

# Modules through which no name of a model is found; of any other we cannot tell.
KNOWN = {
    "__future__", "array", "base64", "binascii", "bisect", "calendar", "cmath", "collections",
    "contextlib", "csv", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools",
    "hashlib", "heapq", "itertools", "json", "math", "numbers", "numpy", "operator", "pathlib",
    "random", "re", "sphinx_computed", "statistics", "string", "struct", "textwrap", "typing",
    "unicodedata", "zlib",
}  # fmt: skip
LOOKUPS = {
    "globals", "locals", "vars", "eval", "exec", "getattr", "setattr", "delattr", "get_type_hints",
    "f_globals", "f_locals",
}  # fmt: skip
PLAIN = {"__file__", "__name__", "__doc__", "__init__"}  # others with __ may look names up

# Called with numbers, these change nothing and give nothing that can change.
PURE = {
    "abs", "bool", "classmethod", "complex", "divmod", "float", "int", "len", "max", "min", "pow",
    "property", "range", "round", "staticmethod", "str", "sum", "tuple",
}  # fmt: skip
PURE_MODULES = {"math", "functools", "dataclasses"}
OPERATIONS = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Tuple, ast.Subscript),
    *(ast.Slice, ast.Call, ast.keyword, ast.JoinedStr, ast.FormattedValue),
    *(ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context),
)


def reach(text: str, expressions: Sequence[str], knobs: Sequence[str]) -> list[Names]:
    """The knobs that each expression may depend on; all of them if that cannot be told.

    >>> model = '''
    ... A = 1
    ... B = 2
    ... def double(x=A): return 2 * x
    ... def both(A): return double() + A * B
    ... '''
    >>> [sorted(names) for names in reach(model, ["double()", "both(3)", "max(4, 5)"], "AB")]
    [['A'], ['A', 'B'], []]
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            model, asked = ast.parse(text), [ast.parse(each, mode="eval") for each in expressions]
            if looks_up(model) or any(map(looks_up, asked)):
                return [set(knobs) for _ in expressions]
            scan = Scan(model.body)
            return [scan.closure(names(each.body)) & {*knobs} for each in asked]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the worker says so
        return [set(knobs) for _ in expressions]


def names(node: ast.stmt | ast.expr) -> Names:
    """All names but local ones that a piece of code uses or binds; attributes count as well.

    >>> sorted(names(ast.parse("def f(a, b=c): return [a + d for e in b.g]").body[0]))
    ['c', 'd', 'f', 'g']
    """
    tree: ast.Module | ast.Expression
    tree = ast.Module([node], []) if isinstance(node, ast.stmt) else ast.Expression(node)
    mode = "exec" if isinstance(node, ast.stmt) else "eval"
    return set(_names(compile(tree, "", mode, dont_inherit=True, optimize=0)))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _names(part)


def looks_up(tree: ast.Module | ast.Expression) -> bool:
    """Whether code may find a name that is not written in it.

    >>> [looks_up(ast.parse(text)) for text in ("vars()['A']", "'{.__globals__}'", "import math")]
    [True, True, False]
    """
    words = [word for node in ast.walk(tree) for word in _words(node)]
    return (
        any(word in LOOKUPS or ("__" in word and word not in PLAIN) for word in words)
        or any(name.split(".")[0] not in KNOWN or name.endswith("*") for name, _ in imports(tree))
        or any(isinstance(node, ast.Global) for node in ast.walk(tree))
    )


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.alias):
        yield node.name.split(".")[-1]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


class Scan:
    """What the names of a model use, statement by statement as they run."""

    def __init__(self, body: Iterable[ast.stmt]) -> None:
        self.uses: dict[str, Names] = {}
        self.everywhere: Names = set()  # used by code that may change what any name holds
        self.calm = set(PURE)  # hold a number, a text or a pure function; "math." for a module
        self._run(body)

    def closure(self, found: Names) -> Names:
        """*found*, what everything depends on, and the names that all of these use in turn."""
        todo, found = [*found, *self.everywhere], set()
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self.uses.get(name, ())
        return found

    def _run(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            bound, acting = set(_bound(node)), self._acting(node)
            is_calm = isinstance(node, ast.Assign | ast.AnnAssign) and self._is_calm(node.value)
            for name in bound:
                self.uses.setdefault(name, set()).update(names(node))
            self.everywhere |= acting
            self.calm -= bound | acting | {f"{name}." for name in bound | acting}
            self.calm |= bound if is_calm else set(_pure(node))

    def _acting(self, node: ast.stmt) -> Names:
        """The names used by what runs at once and may have an effect beside the names it binds."""
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(ast.Constant()):
                return set()
            case ast.FunctionDef() | ast.AsyncFunctionDef() if self._is_calm(*node.decorator_list):
                return names(self._header(node))
            case ast.ClassDef(bases=[], keywords=[]) if self._is_calm(*node.decorator_list):
                outside = copy(self.calm)
                self._run(node.body)
                self.calm &= outside
                return set()
            case ast.Assign() if _bound(node) and self._is_quiet(node.value):
                return set()
            case ast.AnnAssign() if _bound(node) and self._is_quiet(node.value):
                return names(node.annotation)
        return names(node)

    def _header(self, node: Function) -> Function:
        """A function without its body and without the defaults that are only looked at."""
        head, arguments = copy(node), copy(node.args)
        arguments.defaults = [each for each in arguments.defaults if not self._is_quiet(each)]
        arguments.kw_defaults = [
            None if self._is_quiet(each) else each for each in arguments.kw_defaults
        ]
        head.name, head.args, head.body = "_", arguments, [ast.copy_location(ast.Pass(), node)]
        return head

    def _is_calm(self, *nodes: ast.AST | None) -> bool:
        """Whether evaluating them changes nothing and gives nothing that can change."""
        return all(self._calm_one(node) for node in nodes)

    def _calm_one(self, node: ast.AST | None) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.calm
            case ast.Attribute(value=ast.Name(id=name)):
                return f"{name}." in self.calm
            case None | ast.Constant():
                return True
        return isinstance(node, OPERATIONS) and self._is_calm(*ast.iter_child_nodes(node))

    def _is_quiet(self, node: ast.AST | None) -> bool:
        """Whether evaluating it changes nothing; what it gives may be a new list or dictionary."""
        match node:
            case ast.Name():
                return True
            case ast.Lambda(args=arguments):
                return not arguments.defaults and not arguments.kw_defaults
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return all(map(self._is_quiet, parts))
            case ast.Dict(keys=keys, values=values):
                return (
                    None not in keys and self._is_calm(*keys) and all(map(self._is_quiet, values))
                )
        return self._is_calm(node)


def _bound(node: ast.stmt) -> list[str]:
    """The names that a definition, an import or a plain assignment binds; none for the rest."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import() | ast.ImportFrom():
            return [each.asname or each.name.partition(".")[0] for each in node.names]
        case ast.Assign(targets=targets) if all(isinstance(each, ast.Name) for each in targets):
            return [each.id for each in targets if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return [name]
    return []


def _pure(node: ast.stmt) -> Iterator[str]:
    """What an import brings that is pure: a function by its name, a module with a dot."""
    if isinstance(node, ast.ImportFrom) and node.module in PURE_MODULES:
        yield from _bound(node)
    elif isinstance(node, ast.Import):
        pure = [each for each in node.names if each.name in PURE_MODULES]
        yield from (f"{each.asname or each.name}." for each in pure)
