"""Find the issues of a query, as one caller sees them. Issues of archived projects are never found."""

from __future__ import annotations

from collections.abc import Iterator

from jira_emulator.jql.ast import Both, Changed, Clause, JqlError, JqlWarning, Node, Not, Query
from jira_emulator.jql.context import Context
from jira_emulator.jql.fields import opposite
from jira_emulator.jql.history import compile_changed
from jira_emulator.jql.matcher import Matcher, among, both, either
from jira_emulator.jql.registry import find_field
from jira_emulator.model import Issue


def find_issues(context: Context, query: Query) -> list[Issue]:
    """Return visible issues that match, in the query's order, newest first without one. Raise JqlError."""
    check_query(context, query)
    matcher = _compile(context, query.where, negated=False) if query.where else Matcher(lambda issue: True)
    view = context.view
    known = (view.issue(number) for number in matcher.ids) if matcher.ids is not None else iter(view)
    candidates = (issue for issue in known if issue is not None and not issue.project.archived)
    found = [issue for issue in candidates if matcher.test(issue) and context.permissions.can_see(issue)]
    sort_issues(context, query, found)
    return found


def sort_issues(context: Context, query: Query, issues: list[Issue]) -> None:
    """Sort issues into the query's order, newest first without one."""
    issues.sort(key=lambda issue: issue.id, reverse=True)
    for order in reversed(query.order):
        _sort(context, issues, order.field, descending=order.direction == "desc")


def check_query(context: Context, query: Query) -> None:
    """Raise JqlError with every fault of a query: operators, values, functions, order.

    Names that Jira ignores are added to the context's warnings.
    """
    wrong = []
    for clause in _clauses(query.where):
        try:
            if isinstance(clause, Changed):
                compile_changed(context, clause)
            else:
                find_field(context, clause.field).compile(context, clause)
        except JqlWarning as warning:
            context.warnings.extend(warning.messages)
        except JqlError as error:
            wrong += error.messages
    for order in query.order:
        try:
            if find_field(context, order.field).sort is None:
                wrong.append(f"Not able to sort using field '{order.field}'.")
        except JqlError as error:
            wrong += error.messages
    if wrong:
        raise JqlError(*dict.fromkeys(wrong))


def _clauses(node: Node | None) -> Iterator[Clause | Changed]:
    if isinstance(node, Clause | Changed):
        yield node
    elif isinstance(node, Not):
        yield from _clauses(node.part)
    elif node is not None:
        for part in node.parts:
            yield from _clauses(part)


def _compile(context: Context, node: Node, *, negated: bool) -> Matcher:
    """Compile a node to a matcher. NOT is pushed down to the clauses, as in Jira: ``NOT assignee = x`` finds
    no unassigned issue.

    A clause about an unknown field finds nothing, with or without NOT.
    """
    if isinstance(node, Not):
        return _compile(context, node.part, negated=not negated)
    if isinstance(node, Changed):
        changed = compile_changed(context, node)
        return Matcher(lambda issue: not changed.test(issue)) if negated else changed
    if isinstance(node, Clause):
        clause = opposite(node) if negated else node
        try:
            field = find_field(context, node.field)
        except JqlWarning:
            return among(frozenset())
        return field.compile(context, clause)
    parts = [_compile(context, part, negated=negated) for part in node.parts]
    if isinstance(node, Both):
        return either(parts) if negated else both(parts)
    return both(parts) if negated else either(parts)


def _sort(context: Context, issues: list[Issue], name: str, *, descending: bool) -> None:
    key = find_field(context, name).sort
    if key is None:
        raise JqlError(f"Not able to sort using field '{name}'.")
    filled = [issue for issue in issues if key(context, issue) is not None]
    empty = [issue for issue in issues if key(context, issue) is None]
    filled.sort(key=lambda issue: key(context, issue), reverse=descending)
    issues[:] = empty + filled if descending else filled + empty
