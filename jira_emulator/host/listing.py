"""The lists on host pages, limited to what the person may see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jira_emulator.issue.estimate import format_duration
from jira_emulator.model import Caller, Issue, Person, Project
from jira_emulator.permission import Permissions
from jira_emulator.site import Site

PAGE = 50
SHOWN_WORKLOGS = 50


def projects(site: Site, person: Person) -> list[Project]:
    """Return the projects the person may browse, by name."""
    return sorted(Permissions(site, Caller(person.account_id)).projects(), key=lambda project: project.name)


def issues(site: Site, person: Person, project: Project, page: int) -> dict[str, Any]:
    """Return one page of a project's issues, last changed first."""
    permissions = Permissions(site, Caller(person.account_id))
    seen = [
        issue for issue in site.issues.values() if issue.project is project and permissions.can_see(issue)
    ]
    seen.sort(key=lambda issue: -issue.updated)
    pages = max(1, -(-len(seen) // PAGE))
    return {"issues": seen[(page - 1) * PAGE : page * PAGE], "page": page, "pages": pages, "total": len(seen)}


def search(site: Site, person: Person, words: str) -> list[Issue]:
    """Return issues whose key or summary contains the words, the exact key first."""
    permissions = Permissions(site, Caller(person.account_id))
    sought = words.lower()
    found = [
        issue
        for issue in site.issues.values()
        if (sought in issue.summary.lower() or sought in issue.key.lower()) and permissions.can_see(issue)
    ]
    found.sort(key=lambda issue: (issue.key.lower() != sought, -issue.updated))
    return found[:PAGE]


def issue_details(site: Site, person: Person, issue: Issue) -> dict[str, Any]:
    """Return names and visible worklogs of one issue, newest first, with times in the person's zone."""
    permissions = Permissions(site, Caller(person.account_id))
    rows = [site.worklogs.rows[number] for number in issue.worklog_ids]
    seen = [row for row in rows if permissions.can_see_worklog(row, issue)]
    zone = ZoneInfo(person.time_zone)
    worklogs = [
        {
            "row": row,
            "author": name_of(site, row.author),
            "text": plain_text(row.comment),
            "started": datetime.fromtimestamp(row.started / 1000, UTC).astimezone(zone),
        }
        for row in sorted(seen, key=lambda row: -row.started)[:SHOWN_WORKLOGS]
    ]
    parent = site.issues.get(issue.parent_id) if issue.parent_id is not None else None
    return {
        "worklogs": worklogs,
        "worklog_total": len(seen),
        "assignee": name_of(site, issue.assignee) if issue.assignee else None,
        "reporter": name_of(site, issue.reporter),
        "parent": parent if parent is not None and permissions.can_see(parent) else None,
        "zone": zone.key,
        "can_log": permissions.has("WORK_ON_ISSUES", issue.project, issue) and issue.status.editable,
    }


def name_of(site: Site, account_id: str) -> str:
    """Return a display name, also for deleted accounts."""
    person = site.people.get(account_id)
    return person.display_name if person is not None else "Former user"


def initials(name: str) -> str:
    """Return one or two letters for an avatar."""
    return "".join(word[0] for word in name.split()[:2]).upper()


def duration(site: Site, seconds: int | None) -> str:
    """Return Jira's text for a duration, a dash for none."""
    return "–" if seconds is None else format_duration(seconds, site.time_tracking)


def plain_text(node: Any) -> str:
    """Return the words of a rich text document."""
    if not isinstance(node, dict):
        return ""
    if isinstance(node.get("text"), str):
        return str(node["text"])
    inner = node.get("content")
    return " ".join(filter(None, map(plain_text, inner))) if isinstance(inner, list) else ""
