"""Make the mutants of a module: its source, changed in one place each."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

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
    """One change: its line, the changed text of the line, and the source of the whole module.

    ``function`` is the qualified name of the outermost function that contains it in its body, or empty.
    """

    line: int
    change: str
    source: str
    function: str = ""


def mutants_of(source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = [
        Mutant(node.lineno, ast.unparse(changed).splitlines()[0], _replaced(tree, node, changed), function)
        for node, function in _mutable(tree)
        for changed in _changes(node)
    ]
    return sorted(found, key=lambda mutant: mutant.line)


def _mutable(node: ast.AST, scope: str = "", function: str = "") -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Yield expressions and statements that decide something, without annotations, decorators, and docstrings.

    Each comes with the outermost function that contains it in its body.
    """
    if isinstance(node, ast.expr | ast.stmt):
        yield node, function
    inner = scope
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inner = f"{scope}.{node.name}" if scope else node.name
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    skipped = {"annotation", "returns", "decorator_list", "type_params"}
    for name, value in ast.iter_fields(node):
        if name not in skipped:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_text(child):
                    yield from _mutable(
                        child, inner, function or (inner if is_function and name == "body" else "")
                    )


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
