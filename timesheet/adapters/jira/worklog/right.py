"""Ask Jira what the viewer may do on some issues, and with their worklogs, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.reading import read_granted_issues
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.domain.worklog.right import Right

MOST_ISSUES = 1000
RIGHTS = tuple(right.value for right in Right)


def read_worklog_rights(transport: Transport, issue_ids: Sequence[int]) -> Mapping[int, frozenset[Right]]:
    """Return what the viewer may do with the worklogs of these issues, the first MOST_ISSUES of them."""
    ids = list(issue_ids[:MOST_ISSUES])
    return rights_of(granted_issues(transport, RIGHTS, ids), ids)


def rights_of(
    granted: Mapping[str, frozenset[int]], issue_ids: Sequence[int]
) -> Mapping[int, frozenset[Right]]:
    """Return the rights to worklogs among the permissions that are granted on these issues."""
    return {
        issue_id: frozenset(right for right in Right if issue_id in granted.get(right.value, ()))
        for issue_id in issue_ids
    }


def granted_issues(
    transport: Transport, permissions: Sequence[str], issue_ids: Sequence[int]
) -> Mapping[str, frozenset[int]]:
    """Return those of at most MOST_ISSUES issues on which the viewer has each permission; one of none is absent."""
    body = {"projectPermissions": [{"permissions": permissions, "issues": issue_ids}]}
    return read_granted_issues(accepted(transport.send(Call("POST", "permissions/check", body=body))))
