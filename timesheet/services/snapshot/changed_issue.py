"""Issues that recently changed or disappeared in Jira, according to events; snapshots that show them are read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from timesheet.services.ports.cache import Cache

CACHE_SECONDS = 3600
MOST_ISSUES = 1000


def note_changed_issue(cache: Cache, site: str, issue_id: int, at: datetime) -> None:
    """Remember that an issue changed at ``at``; the oldest of a thousand is forgotten."""
    cache.change(_key(site), dict[int, datetime], lambda issues: _with(issues, issue_id, at), CACHE_SECONDS)


def note_gone(cache: Cache, site: str, issue_id: int, at: datetime) -> None:
    """Remember that an issue was reported as deleted at ``at``, so its worklogs are read by id."""
    cache.change(_gone_key(site), dict[int, datetime], lambda gone: _with(gone, issue_id, at), CACHE_SECONDS)


def gone_since(cache: Cache, site: str, since: datetime) -> frozenset[int]:
    """Return the issues that were reported as deleted at ``since`` or later."""
    gone: Mapping[int, datetime] = cache.get(_gone_key(site)) or {}
    return frozenset(issue_id for issue_id, at in gone.items() if at >= since)


def any_changed_since(cache: Cache, site: str, issue_ids: Iterable[int], since: datetime) -> bool:
    """Return True if one of these issues changed after ``since``."""
    changed_issues: Mapping[int, datetime] = cache.get(_key(site)) or {}
    return bool(changed_issues) and any(changed_issues.get(number, since) > since for number in issue_ids)


def changed_among(cache: Cache, site: str, issue_ids: Iterable[int], since: datetime) -> set[int]:
    """Return those of these issues that changed after ``since``."""
    changed_issues: Mapping[int, datetime] = cache.get(_key(site)) or {}
    return (
        {issue_id for issue_id in issue_ids if changed_issues.get(issue_id, since) > since}
        if changed_issues
        else set()
    )


def _with(changed_issues: Mapping[int, datetime], issue_id: int, at: datetime) -> dict[int, datetime]:
    others = [(known, when) for known, when in changed_issues.items() if known != issue_id]
    return dict([*others, (issue_id, at)][-MOST_ISSUES:])


def _gone_key(site: str) -> str:
    return f"{site}:gone"


def _key(site: str) -> str:
    return f"{site}:changed-issues"
