"""Find, load and fingerprint the model beside a page. Imports no Sphinx.

A model is read, compiled and executed from its text. It leaves no bytecode file and
enters neither ``sys.path`` nor ``sys.modules``, so two edits within one second give two
results and two models never meet.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from types import CodeType, ModuleType

Number = int | float
SVG = Path(__file__).with_name("svg.py")
IMPORTABLE = sys.stdlib_module_names | {"numpy"}

SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""What has local names of its own."""


class ForbiddenImport(ImportError):
    """A model imports what it may not; ``lineno`` says where."""

    def __init__(self, name: str, lineno: int) -> None:
        allowed = "the standard library, NumPy and sphinx_computed.svg only, never another model"
        super().__init__(f"{name!r} is imported; a model may import {allowed}")
        self.lineno = lineno


def beside(page: Path) -> Path:
    """Return the path that the model of *page* has: same folder, dashes as underscores.

    >>> beside(Path("storage/lsm-trees.md")).as_posix()
    'storage/lsm_trees.py'
    """
    return page.with_name(page.stem.replace("-", "_") + ".py")


def data_files(path: Path) -> list[Path]:
    """The files in the folder named like the model at *path*, sorted."""
    return sorted(file for file in path.with_suffix("").rglob("*") if file.is_file())


def load(path: Path) -> ModuleType:
    """Execute the model at *path* in a module of its own and return that module.

    ``__file__`` is set, so that a model can read data from the folder named like it.
    Whatever the model raises is raised here.
    """
    tree = parse(path.read_text(encoding="utf-8-sig"), path)
    return execute(compiled(tree, path), path)


def parse(text: str, path: Path) -> ast.Module:
    """Return the syntax tree of a model; raise `ForbiddenImport` where it imports too much."""
    tree = ast.parse(text, str(path))
    for name, line in imports(tree):
        if name.split(".")[0] not in IMPORTABLE and not is_helper(name):
            raise ForbiddenImport(name, line)
    return tree


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The dotted name and the line of everything that a model imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def is_helper(name: str) -> bool:
    return f"{name}.".startswith("sphinx_computed.svg.")


def assignments(tree: ast.Module) -> dict[str, ast.Assign | ast.AnnAssign]:
    """The plain top-level assignments of a number: what a knob can replace.

    >>> list(assignments(ast.parse("BITS = 9.6; n: int = 7; m = n; k = 1; k = 2")))
    ['BITS', 'n']
    """
    stored = list(_stored(tree))
    plain = {
        _target(node): node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)
    }
    return {
        name: node
        for name, node in plain.items()
        if name and stored.count(name) == 1 and number(node.value) is not None
    }


def _stored(node: ast.AST) -> Iterator[str]:
    """Every name that a module binds or a function declares global, as often as it does."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load):
            yield child.id
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child.name
        if isinstance(child, SCOPES):
            declared = [part for part in ast.walk(child) if isinstance(part, ast.Global)]
            yield from (name for part in declared for name in part.names)
        else:
            yield from _stored(child)


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""


def number(node: ast.expr | None) -> Number | None:
    """The number that *node* writes out, or None if it is anything else."""
    try:
        value = ast.literal_eval(node) if node is not None else None
    except ValueError:
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def compiled(tree: ast.Module, path: Path, knobs: Sequence[str] = ()) -> CodeType:
    """Compile a model once for all values of its *knobs*, which `execute` then gives.

    The assigned number gives way to a name that no program can spell; lines stay as they are.
    """
    plain = assignments(tree) if knobs else {}
    for knob in knobs:
        old = plain[knob].value
        assert old is not None
        plain[knob].value = ast.copy_location(ast.Name(f"{knob} knob", ast.Load()), old)
    return compile(tree, str(path), "exec", dont_inherit=True)


def execute(code: CodeType, path: Path, knobs: Mapping[str, Number] | None = None) -> ModuleType:
    """Run a compiled model with the values of its knobs."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    module.__dict__.update({f"{name} knob": value for name, value in (knobs or {}).items()})
    # While it runs a module has to be known by name: dataclasses look theirs up.
    known = sys.modules.setdefault(path.stem, module)
    try:
        exec(code, module.__dict__)
    finally:
        if known is module:
            del sys.modules[path.stem]
    return module


def fingerprint(text: str, path: Path) -> str:
    """A digest of all that a result depends on besides its expression and its knobs."""
    digest = hashlib.sha256("\0".join((sys.version, numpy_version(), text)).encode())
    for file in (*helpers(), *data_files(path)):
        digest.update(f"\0{file.name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


@cache
def helpers() -> list[Path]:
    """``svg.py`` and the modules of this package that it is made of."""
    found = [SVG]
    for file in found:  # grows while it is walked
        names = re.findall(
            r"^from (?:\.|sphinx_computed\.)(\w+) import",
            file.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        parts = [SVG.with_name(f"{name}.py") for name in names]
        found += [part for part in parts if part not in found]
    return found


@cache
def numpy_version() -> str:
    """The version of NumPy that models would import; NumPy itself is not loaded."""
    try:
        return metadata.version("numpy")
    except metadata.PackageNotFoundError:
        return ""
