"""Ids in requests: read in one place, whatever sends them."""

from __future__ import annotations

import ast

import pytest
from werkzeug.datastructures import MultiDict

from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing
from timesheet.domain.errors import InvalidInput
from timesheet.settings import ROOT
from timesheet.web.http.ids import (
    read_account_id,
    read_account_ids,
    read_group_id,
    read_group_ids,
    read_id,
    read_id_or_none,
    read_id_set,
    read_shown_ids,
)

BAD = ["", "a\n", "a\nb", "../../x", "a/b", "a\\b", "a b", "a\x00", "é", "-a", ".", "a" * 200]
OWN = ["a", "0" * 32, "sick-leave", "a" * 64]
ACCOUNTS = ["5b10a2844c20165700ede21g", "557058:f5b1-c0_d", "qm:1:2", "a" * 128]
READERS = {
    *("read_id", "read_id_or_none", "read_account_id", "read_group_id", "read_issue_id", "read_ids", "_lead"),
    *("read_account_ids", "read_group_ids", "read_id_set", "read_shown_ids", "read_changes"),
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
    *("selected", "lead", "issue", "added", "from"),
}
# Shown as text, and never used as an id: the page that loads a team's own fragment; values that a form shows again
# before its reader has them; how the rows of a sheet are grouped.
AS_TEXT = {
    *(("team.py", "team"), ("legend.py", "id"), ("label.py", "id"), ("label.py", "people")),
    *(("workload_scheme.py", "id"), ("choice.py", "group")),
}


@pytest.mark.parametrize("text", OWN)
def test_an_id_of_the_apps_own_is_taken(text: str) -> None:
    assert (read_id(text), read_id_or_none(text)) == (text, text)


@pytest.mark.parametrize("text", [*BAD, "A", "a:b", "a_b", "a" * 65, None])
def test_what_is_none_is_refused(text: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_id(text, "scheme")
    assert refused.value.field == "scheme"
    if text:
        with pytest.raises(InvalidInput):
            read_id_or_none(text)
        with pytest.raises(InvalidInput):
            read_id_set(MultiDict([("role", "a"), ("role", text)]), "role")


def test_nothing_chosen_is_none() -> None:
    assert read_id_or_none("") is None
    assert read_id_or_none(None) is None
    assert read_id_set(MultiDict([("role", "a"), ("role", "b")]), "role") == {"a", "b"}


@pytest.mark.parametrize("text", ACCOUNTS)
def test_an_account_or_a_group_is_taken(text: str) -> None:
    assert (read_account_id(text), read_group_id(text)) == (text, text)
    assert read_shown_ids(MultiDict([("people", text)]), "people") == {text}


@pytest.mark.parametrize("text", [*BAD, "a" * 129, None])
def test_what_is_no_account_is_refused(text: str | None) -> None:
    for reader in (read_account_id, read_group_id):
        with pytest.raises(InvalidInput):
            reader(text)
    if text:
        many = MultiDict([("person", "a"), ("person", text)])
        for several in (read_account_ids, read_group_ids):
            with pytest.raises(InvalidInput) as refused:
                several(many, "person")
            assert refused.value.field == "person"
            with pytest.raises(InvalidInput) as refused:
                several(many, "person", "auditors")
            assert refused.value.field == "auditors"
        assert read_shown_ids(many, "person") == {"a"}


def test_each_person_comes_once_and_in_order() -> None:
    many = MultiDict([("person", "b"), ("person", ""), ("person", "a"), ("person", "b")])
    assert read_account_ids(many, "person") == read_group_ids(many, "person") == ["b", "a"]


def test_nothing_that_is_saved_comes_from_the_reader_that_leaves_ids_out() -> None:
    """Only functions that put a form together to show it again use it."""
    users = set()
    for path in sorted((ROOT / "timesheet" / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name != "read_shown_ids":
                calls = [call.func for call in ast.walk(node) if isinstance(call, ast.Call)]
                if any(ast.unparse(func) == "read_shown_ids" for func in calls):
                    users.add(node.name)
    assert users == {"_read_form", "_shown"}


def test_no_view_reads_an_id_in_another_way() -> None:
    """Whatever a form or a query has under the name of an id goes straight into one of the readers."""
    wrong: list[str] = []
    for path in sorted((ROOT / "timesheet" / "web").rglob("*.py")):
        tree = ast.parse(path.read_text())
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            name = _field(node)
            if name in FIELDS and (path.name, name) not in AS_TEXT and not _read(node, parents):
                wrong.append(f"{path.name}:{getattr(node, 'lineno', 0)} {name}")
    assert wrong == []


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
    named = ast.unparse(source).rpartition(".")[2] in ("form", "args", "values")
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


@pytest.mark.parametrize("path", ["/teams/a%0Ab", "/teams/a%5Cb/settings", "/teams/a%00"])
def test_an_address_with_no_id_in_it_is_not_there(site: JiraSite, path: str) -> None:
    answer = site.client.get(path, headers=bearing(site.session_token()) | {"HX-Request": "true"})
    assert answer.status_code == 404
