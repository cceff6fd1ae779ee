"""Find what the viewer did in Jira in some days, from comments and changelogs, and their issues in open sprints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.call.reading import ISSUE_FIELDS, read_issue_json, strictly
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.issue_search import ASSIGNED, first_rows
from timesheet.adapters.jira.jql import quote_jql
from timesheet.domain.jira_time import parse_instant, work_date
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity, ActivityKind, IssueAction
from timesheet.domain.worklog.issue import Issue

MOST_ISSUES = 50
MOST_IN_SPRINTS = 10
SPRINT_JQL = f"{ASSIGNED} AND sprint in openSprints() ORDER BY updated DESC"


def activity_jql(account_id: str, span: DateSpan) -> str:
    """Return JQL for issues that the person changed or commented on, or that were assigned to them.

    One more day is included on either side, because JQL counts days in the zone of the caller's profile.
    """
    around = span.padded(1)
    first, end = (quote_jql(day.isoformat()) for day in (around.first, around.last + timedelta(days=1)))
    return (
        f"issuekey IN updatedBy({quote_jql(account_id)}, {first}, {end})"
        f" OR assignee CHANGED TO currentUser() DURING ({first}, {end}) ORDER BY updated DESC"
    )


@strictly
def read_activity(transport: Transport, account_id: str, span: DateSpan, zone: ZoneInfo) -> Activity:
    """Return the latest MOST_ISSUES issues with what the person did on them in ``span``, days in ``zone``.

    Jira shows the latest comments and changes of an issue only, so on a very busy one some may be absent.
    """
    body = {
        "jql": activity_jql(account_id, span),
        "fields": [*ISSUE_FIELDS, "comment"],
        "expand": "changelog",
        "maxResults": MOST_ISSUES,
    }
    actions, issues = list[IssueAction](), {}
    for data in first_rows(transport, body)[0]:
        issue = read_issue_json(data)
        found = [
            action for action in _actions(issue.id, data, account_id) if work_date(action.at, zone) in span
        ]
        if found:
            issues[issue.id] = issue
            actions += found
    return Activity(tuple(actions), issues)


@strictly
def read_sprint_issues(transport: Transport) -> list[Issue]:
    """Return the latest MOST_IN_SPRINTS issues in progress that are the caller's in open sprints.

    Raise InvalidInput if Jira has no sprints, because without Jira Software it does not know the field.
    """
    body = {"jql": SPRINT_JQL, "fields": list(ISSUE_FIELDS), "maxResults": MOST_IN_SPRINTS}
    return [read_issue_json(row) for row in first_rows(transport, body)[0]]


def _actions(issue_id: int, data: Mapping[str, Any], account_id: str) -> Iterator[IssueAction]:
    comments = data["fields"].get("comment") or {}
    for comment in comments.get("comments") or ():
        if _account(comment) == account_id:
            yield IssueAction(issue_id, parse_instant(comment["created"]), ActivityKind.COMMENTED.value)
    for entry in (data.get("changelog") or {}).get("histories") or ():
        at = parse_instant(entry["created"])
        for item in entry.get("items") or ():
            if item.get("fieldId") == "status" and _account(entry) == account_id:
                yield IssueAction(issue_id, at, ActivityKind.MOVED.value, str(item.get("toString") or ""))
            elif item.get("fieldId") == "assignee" and item.get("to") == account_id:
                yield IssueAction(issue_id, at, ActivityKind.ASSIGNED.value)


def _account(data: Mapping[str, Any]) -> object:
    return (data.get("author") or {}).get("accountId")
