"""Find and load the model beside a page. Imports no Sphinx.

A model is read, compiled and executed from its text. It leaves no bytecode file and
enters neither ``sys.path`` nor ``sys.modules``, so two edits within one second give two
results and two models never meet.
"""

from pathlib import Path
from types import ModuleType


def beside(page: Path) -> Path:
    """Return the path that the model of *page* has: same folder, dashes as underscores.

    >>> beside(Path("storage/lsm-trees.md")).as_posix()
    'storage/lsm_trees.py'
    """
    return page.with_name(page.stem.replace("-", "_") + ".py")


def load(path: Path) -> ModuleType:
    """Execute the model at *path* in a module of its own and return that module.

    ``__file__`` is set, so that a model can read data from the folder named like it.
    Whatever the model raises is raised here.
    """
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    code = compile(path.read_text(encoding="utf-8-sig"), str(path), "exec", dont_inherit=True)
    exec(code, module.__dict__)
    return module
