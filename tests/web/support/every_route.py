"""All routes of the app as they are, so a test of all of them cannot miss a new one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask

from timesheet.settings import ROOT
from timesheet.web.http.access import CONTEXT, PAGE, SESSION, Declared

READERS = {"get", "getlist"}
SOURCES = {"form", "args", "values", "files"}


@dataclass(frozen=True)
class Route:
    """One address for one method."""

    endpoint: str
    rule: str
    method: str
    arguments: tuple[str, ...]
    declared: Declared

    @property
    def personal(self) -> bool:
        """Return whether people call it, and not Jira or anybody."""
        return bool(self.declared.kinds & {PAGE, SESSION, CONTEXT})

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def routes_of(app: Flask) -> Iterator[Route]:
    """Yield every route of the product, without a test's probes."""
    for rule in app.url_map.iter_rules():
        declared = getattr(app.view_functions[rule.endpoint], "takes", None)
        assert isinstance(declared, Declared), f"{rule.endpoint} does not say which tokens it takes"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if not rule.endpoint.startswith("probe."):
                yield Route(rule.endpoint, rule.rule, method, tuple(sorted(rule.arguments)), declared)


def path_of(app: Flask, route: Route, values: Mapping[str, object]) -> str:
    """Return its path with these arguments; a KeyError names a missing one."""
    wanted = {name: values[name] for name in route.arguments}
    return app.url_map.bind("").build(route.endpoint, wanted, method=route.method)


def field_names() -> set[str]:
    """Return the names of all fields that any view reads from a query, a form, or an upload."""
    found: set[str] = set()
    for path in (ROOT / "timesheet" / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in READERS
            ):
                found |= _text(node.args[0]) if node.args else set()
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
                found |= _text(node.slice) if node.value.attr in SOURCES else set()
    return {name for name in found if name != "jwt" and name.replace("_", "").islower() and name[0].isalpha()}


def _text(node: ast.expr) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()
