"""Mutation testing of one module: change one thing at a time and see whether the tests notice.

    python3 dev.py mutate timesheet/domain/estimate.py tests/domain/test_estimate.py

A first run under coverage records which test runs which line, so each mutant meets only the tests that reach it.
Every mutant runs in a process of its own, forked from one that has the libraries loaded but nothing of the app; the
file on disk is never changed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import coverage
import pytest

from tools.project import ROOT

LIBRARIES = (
    "flask",
    "hypothesis",
    "openapi_core",
    "playwright.sync_api",
    "requests",
    "responses",
    "sqlalchemy.orm",
)
UNWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"
PYTEST = [
    "-x",
    "-q",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "--no-summary",
    "--tb=no",
    "-W",
    UNWRITTEN,
]
LONGEST_SECONDS = 300
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the line it is on, the line as it reads changed, and the source of the whole module."""

    line: int
    change: str
    source: str


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = [
        Mutant(node.lineno, ast.unparse(changed).splitlines()[0], _replaced(tree, node, changed))
        for node in _mutable(tree)
        for changed in _changes(node)
    ]
    return sorted(found, key=lambda mutant: mutant.line)


def _mutable(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Expressions and statements that decide something; annotations, decorators, and docstrings do not."""
    if isinstance(node, ast.expr | ast.stmt):
        yield node
    skipped = {"annotation", "returns", "decorator_list", "type_params"}
    for name, value in ast.iter_fields(node):
        if name not in skipped:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_text(child):
                    yield from _mutable(child)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[first, *rest]):
            yield _with(node, ops=[COMPARISONS[type(first)](), *rest])
        case ast.BoolOp(op=operator):
            yield _with(node, op=ast.And() if isinstance(operator, ast.Or) else ast.Or())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield _with(node, op=OPERATORS[type(operator)]())
        case ast.Constant(value=bool() as value):
            yield _with(node, value=not value)
        case ast.Constant(value=int() as value):
            yield _with(node, value=value + 1)
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare | ast.BoolOp):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
            yield _with(node, value=ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield ast.copy_location(ast.Pass(), node)
        case _:
            return


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replaced(tree: ast.Module, node: ast.AST, changed: ast.AST) -> str:
    class Replace(ast.NodeTransformer):
        def visit(self, visited: ast.AST) -> ast.AST:
            return changed if visited is node else self.generic_visit(copy.copy(visited))

        def generic_visit(self, visited: ast.AST) -> ast.AST:
            for name, value in ast.iter_fields(visited):
                if isinstance(value, list):
                    setattr(visited, name, [self.visit(i) if isinstance(i, ast.AST) else i for i in value])
                elif isinstance(value, ast.AST):
                    setattr(visited, name, self.visit(value))
            return visited

    return ast.unparse(ast.fix_missing_locations(Replace().visit(tree)))


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the given source, and every other as usual."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


def run_tests(arguments: list[str], changed: _Changed | None, seconds: float) -> bool:
    """True when the tests pass in a process of their own within ``seconds``."""
    child = os.fork()
    if child == 0:
        signal.alarm(int(seconds) + 1)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if changed:
            sys.meta_path.insert(0, changed)
        os._exit(int(pytest.main(arguments)))
    _, status = os.waitpid(child, 0)
    return status == 0


def tests_by_line(module: Path, tests: list[str]) -> dict[int, list[str]]:
    """The ids of the tests that run each line; those of lines that run at import are all tests of ``tests``."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "coverage"
        os.environ["COVERAGE_FILE"] = str(file)
        package = ".".join(module.relative_to(ROOT).with_suffix("").parts)
        measured = [*PYTEST, f"--cov={package}", "--cov-context=test", "--cov-report=", *tests]
        if not run_tests(measured, None, LONGEST_SECONDS):
            raise SystemExit("the tests fail, or take too long, without any change")
        data = coverage.CoverageData(str(file))
        data.read()
        names = [name for name in data.measured_files() if (ROOT / name).resolve() == module]
        found = data.contexts_by_lineno(names[0]) if names else {}
    return {
        line: sorted({context.partition("|")[0] for context in contexts if context})
        for line, contexts in found.items()
    }


def survivors(module: Path, tests: list[str], chosen: list[Mutant], workers: int) -> list[Mutant]:
    """The mutants that the tests do not notice."""
    start = time.monotonic()
    reached = tests_by_line(module, tests)
    seconds = 20 + 4 * (time.monotonic() - start)
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)

    def survives(mutant: Mutant) -> bool:
        changed = _Changed(name, module, mutant.source)
        return run_tests([*PYTEST, *(reached.get(mutant.line) or tests)], changed, seconds)

    with ThreadPoolExecutor(workers) as pool:
        return [mutant for mutant, alive in zip(chosen, pool.map(survives, chosen), strict=True) if alive]


def main() -> int:
    """Print the survivors and the share that was killed; 1 when that is below ``--least``."""
    parser = argparse.ArgumentParser(prog="dev.py mutate", description=__doc__)
    parser.add_argument("module", type=Path, help="a file of the app")
    parser.add_argument("tests", nargs="+", help="files or ids of the tests that should notice")
    parser.add_argument("--least", type=float, default=0, help="per cent that must be killed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    for library in LIBRARIES:
        importlib.import_module(library)
    module = options.module.resolve()
    chosen = mutants_of(module.read_text())
    alive = survivors(module, options.tests, chosen, options.workers)
    lines = module.read_text().splitlines()
    for mutant in alive:
        print(f"{options.module}:{mutant.line}: {lines[mutant.line - 1].strip()}  →  {mutant.change}")
    share = 100 * (1 - len(alive) / len(chosen)) if chosen else 100.0
    print(f"{options.module}: {len(chosen) - len(alive)} of {len(chosen)} killed ({share:.0f} %)")
    return int(share < options.least)


if __name__ == "__main__":
    sys.exit(main())
