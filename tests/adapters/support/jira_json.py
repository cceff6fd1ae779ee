"""Jira's JSON in its real form, reduced to what a test needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.adapters.support.jira_server import Reply, ScriptedJira
from timesheet.adapters.http.session import open_session
from timesheet.adapters.jira.call.parallel import Parallel
from timesheet.adapters.jira.call.ratelimit import RateLimits
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.client import JiraClient
from timesheet.domain.jira_time import format_instant

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 16, 11, tzinfo=UTC)
START = datetime(2026, 11, 16, 8, tzinfo=UTC)
ZONES = {"ada": BERLIN}


def worklog(
    worklog_id: int, *, issue: int = 12, author: str = "ada", days: int = 0, **more: Any
) -> dict[str, Any]:
    return {
        "id": str(worklog_id),
        "issueId": str(issue),
        "author": {"accountId": author, "displayName": author},
        "started": format_instant(START + timedelta(days=days)),
        "created": format_instant(NOW),
        "updated": format_instant(NOW),
        "timeSpentSeconds": 3600,
        **more,
    }


def issue(
    issue_id: int, *worklogs: dict[str, Any], total: int | None = None, **fields: Any
) -> dict[str, Any]:
    embedded = {"startAt": 0, "maxResults": 20, "total": len(worklogs) if total is None else total}
    return {
        "id": str(issue_id),
        "key": f"PAY-{issue_id}",
        "fields": {
            "summary": f"Issue {issue_id}",
            "project": {"id": "1", "key": "PAY", "name": "Pay"},
            "issuetype": {"name": "Bug"},
            "status": {"name": "Done", "statusCategory": {"key": "done"}},
            "timetracking": {"remainingEstimateSeconds": 600},
            "worklog": {**embedded, "worklogs": list(worklogs)},
            **fields,
        },
    }


def client(jira: ScriptedJira, fallback: str = "UTC") -> JiraClient:
    """Return a client that never really sleeps."""
    transport = Transport(open_session(), jira, RateLimits(), lambda _: None)
    return JiraClient(transport, Parallel(), ZoneInfo(fallback), lambda: NOW)


def page(*issues: object, token: str | None = None) -> Reply:
    """Return a page of a search; ``token`` leads to the next one."""
    return Reply(
        json={"issues": list(issues), "isLast": token is None} | ({"nextPageToken": token} if token else {})
    )
