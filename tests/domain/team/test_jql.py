"""Reading a filter: loose words, and parts whose meaning depends on the viewer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.team.jql import (
    Doubt,
    accounts_in,
    doubt_of,
    names_account,
    names_erased,
    read_tokens,
    scope_jql,
    split_accounts,
    with_account,
    without_order,
)
from timesheet.domain.team.team import Scope

FINE = [
    "",
    "labels = billable",
    "project = PAY AND labels in (a, 'b c', \"d\")",
    "not (project = PAY or project=OPS) and !status=Open",
    'summary ~ "currentUser() or loose words"',
    'reporter = "currentUser()"',
    "assignee = 5b10a2844c20165700ede21g",
    "assignee in membersOf(team) AND created >= -30d && updated < startOfDay(-1) || duedate <= now()",
    "status was not in (Open, Closed) during (2026-01-01, 2026-02-01) by 5b10a2844c20165700ede21g",
    "status was Open before endOfMonth() or status changed from Open to Done after -1w or status was in (Open)",
    "priority is not EMPTY and fixVersion is empty and resolution is NULL and status was not Open",
    "cf[10001] = x AND issue.property[a].b = 1 and 'My field' != 2 and parent !~ z",
    "component in componentsLeadByUser(5b10) or project in projectsLeadByUser(5b10)",
    "labels = order",
    "project in (((PAY))) order by key",
    "((((project = PAY))))",
]
LOOSE = {
    "billing": "billing",
    "billing invoice": "billing",
    '"billing phone"': '"billing phone"',
    "project = PAY AND billing": "billing",
    "billing OR project = PAY": "billing",
    "NOT billing": "billing",
    "(billing)": "billing",
    "project = PAY billing": "billing",
    "summary ~ a b": "b",
    "labels = order 'by'": "'by'",
    "not_a_field not x": "not_a_field",
    "priority was": None,
}
BY_VIEWER = [
    "assignee = currentUser()",
    "assignee = currentuser ( )",
    "assignee in (currentUser(), x)",
    "project = PAY AND (labels = a OR NOT reporter != CURRENTUSER())",
    "updated > currentLogin()",
    "updated > lastLogin()",
    "key in issueHistory()",
    "key in votedIssues()",
    "key not in watchedIssues()",
    "approvals = myApproval()",
    "approvals = myPending()",
    "project in projectsWhereUserHasPermission('Edit issues')",
    "project in projectsWhereUserHasRole(Developers)",
    "component in componentsLeadByUser()",
    "project in projectsLeadByUser()",
    "status was Open by currentUser()",
    "status changed by (currentUser())",
    "= currentUser()",
    "lastViewed > -1d",
    "'last viewed' = 1 OR lastViewed is not empty",
    'assignee = "currentUser"()',
    "assignee in (x, 'CurrentUser' ())",
    r"assignee = current\u0055ser()",
    r'"last\u0056iewed" > -1d',
]


@pytest.mark.parametrize("jql", FINE)
def test_what_means_the_same_for_everybody_is_no_reason_for_doubt(jql: str) -> None:
    assert doubt_of(jql) is None


@pytest.mark.parametrize(("jql", "word"), LOOSE.items())
def test_words_without_field_and_operator_are_loose(jql: str, word: str | None) -> None:
    assert doubt_of(jql) == (Doubt("loose", word) if word else None)


@pytest.mark.parametrize("jql", BY_VIEWER)
def test_what_differs_by_viewer_is_found_wherever_it_is(jql: str) -> None:
    doubt = doubt_of(jql)
    assert doubt is not None
    assert doubt.kind == "differs"


@pytest.mark.parametrize("field", ["filter", "Request", "savedFilter", '"searchRequest"', r"\u0066ilter"])
def test_a_saved_filter_is_found(field: str) -> None:
    assert doubt_of(f"project = PAY and {field} = 10010") == Doubt("filter", field)


def test_the_shown_word_is_as_it_was_typed() -> None:
    assert doubt_of("assignee=CurrentUser()") == Doubt("differs", "CurrentUser()")


def test_quotes_and_escapes_belong_to_one_piece() -> None:
    assert [token.name for token in read_tokens(r'a\ b = "c \" (d)"')] == ["a b", "=", 'c " (d)']
    assert read_tokens('x = "never closed') == read_tokens("x =")


@given(st.text(alphabet=" ()=!~,'\"\\abINnot&|<>orderyu", max_size=300))
def test_nothing_that_is_typed_breaks_it(jql: str) -> None:
    doubt_of(jql)


def test_deep_brackets_are_no_trouble() -> None:
    assert doubt_of("(" * 2000) is None
    assert doubt_of("(" * 900 + "a = 1" + ")" * 900) is None


@pytest.mark.parametrize(
    ("scope", "jql"),
    [
        (Scope(), ""),
        (Scope((3, 7)), "project in (3, 7)"),
        (Scope((), "labels = a OR labels = b"), "(labels = a OR labels = b)"),
        (Scope((3,), "labels = a"), "project in (3) AND (labels = a)"),
    ],
    ids=str,
)
def test_projects_and_filter_are_one_bounded_query(scope: Scope, jql: str) -> None:
    assert scope_jql(scope) == jql


@pytest.mark.parametrize(
    ("jql", "kept"),
    [
        ("", ""),
        ("labels = x", "labels = x"),
        ("labels = x order  by rank", "labels = x"),
        ("ORDER BY rank", ""),
        ('summary ~ "a \\" order by b" ORDER BY rank', 'summary ~ "a \\" order by b"'),
        ("summary ~ 'order by'", "summary ~ 'order by'"),
    ],
)
def test_an_order_orders_nothing(jql: str, kept: str) -> None:
    assert without_order(jql) == kept
    assert scope_jql(Scope(jql=jql)) == (f"({kept})" if kept else "")


OLD, NEW = "5be24ad8b1653240376955d2", "712020:0b3c3ef1-7b5d-4c3d-9d0a-0c9b1f0f2a77"
CUSTOMER = f"qm:{NEW[7:]}:{NEW[7:]}"


def test_people_are_found_with_and_without_quotes_and_escapes() -> None:
    written = NEW.replace(":", r"\:")
    query = (
        f"assignee in ({OLD}, '{NEW}', \"{CUSTOMER}\") OR reporter = {written} by {OLD} AND labels = 5be24ad8"
    )
    assert accounts_in(query) == {OLD, NEW, CUSTOMER}
    assert [account for _, account in split_accounts(query)] == [OLD, NEW, CUSTOMER, NEW, OLD, ""]
    assert "".join(text for text, _ in split_accounts(query)) == (
        "assignee in (, '', \"\") OR reporter =  by  AND labels = 5be24ad8"
    )
    assert with_account(query, NEW, "former-1").count("former-1") == 2
    assert accounts_in(with_account(query, NEW, "former-1")) == {OLD, CUSTOMER}


@pytest.mark.parametrize("query", ["", "labels = billable", f"summary ~ 'about {OLD}'", f"labels = {OLD}0"])
def test_a_query_without_people_stays_as_it_is(query: str) -> None:
    assert split_accounts(query) == [(query, "")]
    assert with_account(query, OLD, "former-1") == query
    assert not names_account(query, OLD)


@pytest.mark.parametrize(
    ("query", "erased"),
    [
        ("assignee in (former-0123456789abcdef0123456789abcdef, bo)", True),
        ("assignee = 'former-0123456789abcdef0123456789abcdef'", True),
        ("labels = former-customers OR text ~ 'former-employee'", False),
        ("labels = former-0123456789abcdef0123456789abcdef0", False),
        ("", False),
    ],
)
def test_only_a_whole_pseudonym_is_a_former_user(query: str, erased: bool) -> None:
    assert names_erased(query) is erased


def test_a_person_is_found_behind_what_is_no_jql() -> None:
    query = f"a = \\ 'unclosed AND assignee = {OLD}"
    assert names_account(query, OLD)
    assert accounts_in(with_account(query, OLD, "former-1")) == frozenset()


@given(st.text("ab '\"\\(),=:", max_size=30), st.text("ab '\"\\(),=:", max_size=30))
def test_nothing_else_of_a_query_changes(before: str, after: str) -> None:
    query = f"{before} {OLD} {after}"
    assert "".join(text + account for text, account in split_accounts(query)) == query
    assert with_account(with_account(query, OLD, NEW), NEW, OLD) == query
