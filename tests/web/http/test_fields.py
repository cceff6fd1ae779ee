"""Ids in requests: read in one place, whatever sends them."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing
from timesheet.settings import ROOT
from timesheet.web.http.access import takes
from timesheet.web.http.fields import read_position, read_valid_ids

READERS = {
    *("read_id", "read_account_id", "read_group_id", "read_issue_id", "read_valid_ids"),
}
FIELDS = {
    *(
        "id",
        "scheme",
        "role",
        "calendar",
        "legend",
        "label",
        "team",
        "replacement",
        "group",
        "person",
        "people",
    ),
    *("selected", "lead", "issue", "source"),
}
# Never used as an id: the page that loads a team's own fragment; how the rows of a sheet are grouped.
AS_TEXT = {("team.py", "team"), ("choice.py", "group")}


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


def test_what_cannot_be_an_account_or_a_group_is_not_shown_again() -> None:
    many = MultiDict(
        [("person", "557058:f5b1-c0_d"), ("person", "a b"), ("person", ""), ("person", "qm:1:2")]
    )
    assert read_valid_ids(many, "person") == {"557058:f5b1-c0_d", "qm:1:2"}


@pytest.mark.parametrize(
    ("text", "position"),
    [(None, 1), ("", 1), ("0", 0), ("12", 12), ("999999", 999_999), ("1000000", 1), ("-1", 1), ("²", 1)],
)
def test_what_is_no_position_in_a_list_leads_to_its_first(text: str | None, position: int) -> None:
    assert read_position(text, 1) == position


def test_nothing_that_is_saved_comes_from_the_reader_that_leaves_ids_out() -> None:
    """Only functions that put a form together to show it again use it."""
    users = set()
    for path in sorted((ROOT / "timesheet" / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name != "read_valid_ids":
                calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
                if any(ast.unparse(func) == "read_valid_ids" for func in calls):
                    users.add(node.name)
    assert users == {"_grant_as_typed", "_typed_entry", "_typed_label", "_typed_selection", "members_shown"}


def test_no_view_reads_an_id_in_another_way() -> None:
    """Whatever a form or a query has under the name of an id goes straight into one of the readers.

    What a form had is shown again as it was typed, in functions that are named so; only commands are saved.
    """
    wrong: list[str] = []
    for path in sorted((ROOT / "timesheet" / "web").rglob("*.py")):
        tree = ast.parse(path.read_text())
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            name = _field(node)
            if name not in FIELDS or (path.name, name) in AS_TEXT or _typed(node, parents):
                continue
            if not _read(node, parents):
                wrong.append(f"{path.name}:{getattr(node, 'lineno', 0)} {name}")
    assert wrong == []


def _typed(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Return whether it is part of a form that is shown again."""
    while (parent := parents.get(node)) is not None:
        if isinstance(parent, ast.FunctionDef):
            return parent.name.lstrip("_").startswith("typed_")
        node = parent
    return False


def _field(node: ast.AST) -> str:
    """Return the name of a field of a form or query that this expression reads; "" for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        source, key = node.func.value, node.args[0]
        if node.func.attr not in ("get", "getlist"):
            return ""
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        source, key = node.value, node.slice
    else:
        return ""
    # What a Form shows has been read, or is shown as it was typed.
    named = (
        ast.unparse(source).rpartition(".")[2] in ("form", "args", "values")
        and ast.unparse(source) != "form.values"
    )
    return str(key.value) if named and isinstance(key, ast.Constant) else ""


def _read(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Return whether it is an argument of a reader, or only tests whether there is a value."""
    while (parent := parents.get(node)) is not None:
        if isinstance(parent, ast.Call) and ast.unparse(parent.func).rpartition(".")[2] in READERS:
            return True
        if isinstance(parent, ast.ListComp | ast.GeneratorExp) and isinstance(parent.elt, ast.Call):
            return ast.unparse(parent.elt.func) in READERS
        if isinstance(parent, ast.IfExp) and node is parent.test:
            return True
        if isinstance(parent, ast.If | ast.stmt):
            return isinstance(parent, ast.If) and node is parent.test
        node = parent
    return False


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *(("a-1", 200), ("auth0%7C5", 200), ("x" * 128, 200), ("x" * 129, 404)),
        *(("a%0Ab", 404), ("a%5Cb", 404), ("a%00", 404)),
    ],
)
def test_a_view_gets_only_ids_that_can_be_one(
    app: Flask, new_site: Callable[[str], JiraSite], text: str, status: int
) -> None:
    view = takes("session", permission="viewer")(lambda team_id: team_id)
    app.add_url_rule("/probe/teams/<team_id>", "team", view)
    site = new_site("acme")
    site.install()
    answer = site.client.get(f"/probe/teams/{text}", headers=bearing(site.session_token()))
    assert answer.status_code == status
