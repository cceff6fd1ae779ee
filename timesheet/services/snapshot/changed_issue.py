"""Issues that recently changed, moved, or disappeared in Jira, according to events; snapshots that show them are read
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from timesheet.services.ports.cache import Cache

T = TypeVar("T")

CACHE_SECONDS = 3600
DAY_SECONDS = 24 * 3600
MOST_ISSUES = 1000


def note_changed_issue(cache: Cache, site: str, issue_id: int, at: datetime) -> None:
    """Remember that an issue changed at ``at``; the oldest of a thousand is forgotten."""
    cache.change(_key(site), dict[int, datetime], lambda issues: _with(issues, issue_id, at), CACHE_SECONDS)


def note_gone(cache: Cache, site: str, issue_id: int, at: datetime) -> None:
    """Remember that an issue was reported as deleted at ``at``, so its worklogs are read by id."""
    cache.change(_gone_key(site), dict[int, datetime], lambda gone: _with(gone, issue_id, at), DAY_SECONDS)


def gone_since(cache: Cache, site: str, since: datetime) -> frozenset[int]:
    """Return the issues that were reported as deleted at ``since`` or later."""
    gone: Mapping[int, datetime] = cache.get(_gone_key(site)) or {}
    return frozenset(issue_id for issue_id, at in gone.items() if at >= since)


def note_moved(cache: Cache, site: str, issue_id: int, former_key: str) -> None:
    """Remember for a day which key an issue had before it was moved. It is content of Jira, so it is never stored."""
    cache.change(
        _moved_key(site), dict[int, str], lambda keys: _with(keys, issue_id, former_key), DAY_SECONDS
    )


def former_keys(cache: Cache, site: str) -> Mapping[int, str]:
    """Return the keys that issues had before they were moved within the last day, by issue id."""
    return cache.get(_moved_key(site)) or {}


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


def moved_since(cache: Cache, site: str, since: datetime) -> set[int]:
    """Return the issues that were moved within the last day and changed after ``since``."""
    changed_issues: Mapping[int, datetime] = cache.get(_key(site)) or {}
    recent = {issue_id for issue_id, at in changed_issues.items() if at > since}
    return recent & former_keys(cache, site).keys() if recent else recent


def _with(issues: Mapping[int, T], issue_id: int, value: T) -> dict[int, T]:
    others = [(known, its) for known, its in issues.items() if known != issue_id]
    return dict([*others, (issue_id, value)][-MOST_ISSUES:])


def _moved_key(site: str) -> str:
    return f"{site}:moved"


def _gone_key(site: str) -> str:
    return f"{site}:gone"


def _key(site: str) -> str:
    return f"{site}:changed-issues"
