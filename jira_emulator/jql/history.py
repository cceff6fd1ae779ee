"""Searches in the changelog of issues: ``status CHANGED BY currentUser()`` and ``issuekey IN updatedBy(person)``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from jira_emulator.jql.ast import Changed, Empty, Function, JqlError, Single, Value
from jira_emulator.jql.context import Context, unknown_function
from jira_emulator.jql.fields import read_date
from jira_emulator.jql.matcher import Matcher
from jira_emulator.model import HistoryEntry, Issue, Json

MOST_OPENED = 50
"""The number of issues that ``issueHistory()`` finds."""
Holds = Callable[[HistoryEntry, Json], bool]
READERS: dict[str, Callable[[Context, Value, str], frozenset[object]]] = {
    "status": Context.statuses,
    "assignee": Context.people,
}
"""The fields with a history; Jira has a few more."""


def compile_changed(context: Context, clause: Changed) -> Matcher:
    """Return a matcher for issues with a change that fits every predicate. Raise JqlError."""
    field = clause.field.lower()
    if field not in READERS:
        raise JqlError(f"The field '{clause.field}' is not supported by history searches.")
    tests = [_test(context, field, one.operator, one.values) for one in clause.predicates]
    return Matcher(
        lambda issue: any(all(test(entry, item) for test in tests) for entry, item in _changes(issue, field))
    )


def issues_of(context: Context, function: Function) -> frozenset[object]:
    """Return the ids of the issues that ``issueHistory()`` or ``updatedBy(…)`` names."""
    return (
        opened(context, function)
        if function.name.lower() == "issuehistory"
        else updated_by(context, function)
    )


def opened(context: Context, function: Function) -> frozenset[object]:
    """Return the ids of the issues that the caller opened last."""
    if function.arguments:
        count = len(function.arguments)
        raise JqlError(f"Function '{function.name}' expected '0' arguments but received '{count}'.")
    times = context.site.viewed.get(context.permissions.caller.account_id or "", {})
    return frozenset(sorted(times, key=times.__getitem__, reverse=True)[:MOST_OPENED])


def updated_by(context: Context, function: Function) -> frozenset[object]:
    """Return the ids of issues that a person created, changed, or commented on, from one date up to another.

    Like Jira, which takes one to three arguments: the person, and where the time begins and ends.
    """
    if function.name.lower() != "updatedby":
        raise unknown_function(function)
    if not 1 <= len(function.arguments) <= 3:
        raise JqlError(
            f"Function '{function.name}' expected between '1' and '3' arguments but received "
            f"'{len(function.arguments)}'."
        )
    who, *dates = (Value(text, f'"{text}"') for text in function.arguments)
    people = context.people(who, "updatedBy")
    instants = [_ms(context, one) for one in dates]
    first, end = (*instants, *(0, 1 << 62)[len(instants) :])
    return frozenset(
        issue.id
        for issue in context.view
        if any(author in people and first <= when < end for author, when in _updates(issue))
    )


def _updates(issue: Issue) -> Iterator[tuple[str, int]]:
    yield issue.reporter, issue.created
    yield from ((entry.author, entry.created) for entry in issue.changes)
    for comment in issue.comments:
        yield comment.author, comment.created
        yield comment.author, comment.updated


def _changes(issue: Issue, field: str) -> Iterator[tuple[HistoryEntry, Json]]:
    for entry in issue.changes:
        yield from ((entry, item) for item in entry.items if item["fieldId"] == field)


def _test(context: Context, field: str, operator: str, values: tuple[Single, ...]) -> Holds:
    if operator in ("from", "to"):
        ids = _read(context, READERS[field], values, field)
        return lambda entry, item: item[operator] in ids
    if operator == "by":
        people = _read(context, Context.people, values, "by")
        return lambda entry, item: entry.author in people
    first, end = _span(context, operator, values)
    return lambda entry, item: first <= entry.created < end


def _read(
    context: Context,
    read: Callable[[Context, Value, str], frozenset[object]],
    values: tuple[Single, ...],
    field: str,
) -> frozenset[str | None]:
    found: set[str | None] = set()
    for value in values:
        if isinstance(value, Empty):
            found.add(None)
        elif isinstance(value, Function):
            found |= {str(one) for one in context.call_people(value)}
        else:
            found |= {str(one) for one in read(context, value, field)}
    return frozenset(found)


def _span(context: Context, operator: str, values: tuple[Single, ...]) -> tuple[int, int]:
    instants = [int(read_date(context, value, operator).timestamp() * 1000) for value in values]
    if operator == "after":
        return instants[0] + 1, 1 << 62
    if operator == "before":
        return 0, instants[0]
    if operator == "on":
        return instants[0], instants[0] + int(timedelta(days=1).total_seconds() * 1000)
    return instants[0], instants[1] + 1


def _ms(context: Context, value: Value) -> int:
    return int(context.calendar.read(value, "updatedBy").timestamp() * 1000)
