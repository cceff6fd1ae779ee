"""Find issues to log time on, and return known ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from timesheet.domain.errors import InvalidInput, NotFound, TimesheetError
from timesheet.domain.identity import Identity
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.services.ports.cache import Cache, key_part
from timesheet.services.ports.jira import Jira, Snapshot
from timesheet.services.ports.team_jira import WholeJira
from timesheet.services.snapshot.change_log import cached_snapshots
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.stale_read import PAUSE_SECONDS, read_with_fallback

MAX_SNAPSHOT_AGE = timedelta(hours=1)
"""The longest time for which a cached read may show an issue that Jira has hidden from the viewer since."""
KNOWN_SECONDS = 300
RECENT_SECONDS = 30
MOST_READ = 100


def find_issues(jira: Jira, cache: Cache, identity: Identity, text: str) -> Sequence[Issue]:
    """Return issues by key or words as the viewer may see them; their recent ones for an empty text."""
    query = " ".join(text.split())
    key = f"{identity.site}:find:{identity.account_id}:{query.casefold()}"
    found: tuple[Issue, ...] = cache.get_or_create(
        key, lambda: tuple(jira.find_issues(query)), RECENT_SECONDS
    )
    cache.put_all({_key(identity, issue.id): issue for issue in found}, KNOWN_SECONDS)
    return found


def recent_snapshots(context: ViewerContext) -> list[Snapshot]:
    """Return the viewer's cached snapshots of the last hour, the latest read first."""
    oldest = context.clock() - MAX_SNAPSHOT_AGE
    return [snapshot for snapshot in cached_snapshots(context.own_cache) if snapshot.read_at > oldest]


def get_issue(context: ViewerContext, issue_id: int) -> Issue:
    """Return one issue from the viewer's snapshots of the last hour, from their searches, or from Jira."""
    for snapshot in recent_snapshots(context):
        if issue_id in snapshot.issues:
            return snapshot.issues[issue_id]
    return context.cache.get_or_create(
        _key(context.identity, issue_id), lambda: context.jira.read_issue(str(issue_id)), KNOWN_SECONDS
    )


def issue_by_key(context: ViewerContext, key: str) -> Issue | None:
    """Return an issue by its key: from the viewer's snapshots of the last hour, or from Jira. None if there is none,
    or Jira hides it; that is known for half a minute.
    """
    for snapshot in recent_snapshots(context):
        for issue in snapshot.issues.values():
            if issue.key == key:
                return issue
    found: tuple[Issue, ...] = context.cache.get_or_create(
        context.key("issue-by-key", key), lambda: _read_by_key(context, key), RECENT_SECONDS
    )
    return next(iter(found), None)


def _read_by_key(context: ViewerContext, key: str) -> tuple[Issue, ...]:
    try:
        issue = context.jira.read_issue(key)
    except NotFound:
        return ()
    remember_issue(context, issue)
    return (issue,)


def issues_by_keys(context: ViewerContext, keys: Sequence[str]) -> tuple[tuple[Issue, ...], tuple[str, ...]]:
    """Return the issues with these keys, read in one call for a hundred, and the keys that Jira does not show.

    An issue that was moved now has another key.
    """
    read = {issue.key: issue for issue in context.jira.read_issues(keys).values()}
    remember_issues(context, read.values())
    moved = [issue for key, issue in read.items() if key not in keys]
    missing = [key for key in keys if key not in read]
    # Jira does not say which key an issue had, which matters only if there are fewer issues than keys.
    if moved and len(missing) > len(moved):
        missing = [key for key in missing if issue_by_key(context, key) is None]
    elif moved:
        missing = []
    return (*(read[key] for key in keys if key in read), *moved), tuple(missing)


def get_issues(context: ViewerContext, ids: Sequence[int]) -> tuple[Issue, ...]:
    """Return these issues, if the viewer may see them; the unknown ones are read in one call."""
    cached = _cached(context, ids)
    uncached = [issue_id for issue_id, issue in cached.items() if issue is None]
    if uncached:
        read = context.jira.read_issues(uncached)
        cached |= read
        remember_issues(context, read.values())
    return tuple(issue for issue in cached.values() if issue is not None)


def issues_with_fallback(
    context: ViewerContext, ids: Sequence[int], *, refresh: bool = False
) -> tuple[Issue, ...]:
    """Return the issues of rows without time; those that the viewer may no longer see are left out.

    ``refresh`` asks Jira about all of them, known or not. While Jira cannot be read, an issue is returned as it was
    known last, or by its id.
    """
    if refresh:
        for key in (_kept_key(context, ids), *(_key(context.identity, issue_id) for issue_id in ids)):
            context.cache.delete(key)
    cached = _cached(context, ids)
    uncached = tuple(issue_id for issue_id, issue in cached.items() if issue is None)
    if not uncached:
        return tuple(issue for issue in cached.values() if issue)
    try:
        read: Mapping[int, Issue] = read_with_fallback(
            context.cache,
            _kept_key(context, uncached),
            lambda: dict(context.jira.read_issues(uncached)),
            KNOWN_SECONDS,
        )
    except TimesheetError:
        read = {issue_id: issue_in({}, issue_id) for issue_id in uncached}
    found = (cached[issue_id] or read.get(issue_id) for issue_id in ids)
    return tuple(issue for issue in found if issue)


def matching_issues(jira: WholeJira, issue_ids: Sequence[int], jql: str) -> frozenset[int]:
    """Return which of these issues a JQL finds. Jira refuses a search for one that was deleted, so it is asked once
    more about the others. Raise InvalidInput for JQL that Jira does not accept.
    """
    try:
        return jira.found_among(issue_ids, jql)
    except InvalidInput:
        existing = sorted(jira.read_issues(issue_ids))
        if not 0 < len(existing) < len(issue_ids):
            raise
        return jira.found_among(existing, jql)


def worklogs_on(context: ViewerContext, issue_id: int) -> int:
    """Return how many worklogs a cached read found on an issue that has nearly as many as Jira allows; otherwise 0."""
    cached = cached_snapshots(context.own_cache)
    return next((one.crowded[issue_id] for one in cached if issue_id in one.crowded), 0)


def cached_issues(context: ViewerContext, ids: Sequence[int]) -> tuple[Issue, ...]:
    """Return those of these issues that are known without a call."""
    from_snapshots = {
        number: issue
        for snapshot in reversed(recent_snapshots(context))
        for number, issue in snapshot.issues.items()
    }
    cached = _cached(context, [number for number in ids if number not in from_snapshots]) | from_snapshots
    return tuple(issue for number in ids if (issue := cached.get(number)))


def with_issues(context: ViewerContext, snapshot: Snapshot) -> Snapshot:
    """Return ``snapshot`` with its missing issues, as far as one call returns them.

    Issues that cannot be read now are read again after a pause; until then their time counts under the
    issue's id.
    """
    absent = sorted({worklog.issue_id for worklog in snapshot.worklogs} - snapshot.issues.keys())[:MOST_READ]
    if not absent:
        return snapshot
    key = context.key("issues-asked")
    if set(absent) <= set(context.cache.get(key) or ()):
        return snapshot
    try:
        found = {issue.id: issue for issue in get_issues(context, absent)}
    except TimesheetError:
        found = {}
    if len(found) < len(absent):
        context.cache.put(key, tuple(absent), PAUSE_SECONDS)
    return replace(snapshot, issues={**snapshot.issues, **found})


def remember_issue(context: ViewerContext, issue: Issue) -> None:
    """Store an issue's estimates as a write left them."""
    context.cache.put(_key(context.identity, issue.id), issue, KNOWN_SECONDS)


def remember_issues(context: ViewerContext, issues: Iterable[Issue]) -> None:
    """Store issues that were read just now."""
    context.cache.put_all({_key(context.identity, issue.id): issue for issue in issues}, KNOWN_SECONDS)


def _cached(context: ViewerContext, ids: Sequence[int]) -> dict[int, Issue | None]:
    found = context.cache.get_all([_key(context.identity, issue_id) for issue_id in ids])
    return dict(zip(ids, found, strict=True))


def _key(identity: Identity, issue_id: int) -> str:
    return f"{identity.site}:issue:{identity.account_id}:{issue_id}"


def _kept_key(context: ViewerContext, ids: Sequence[int]) -> str:
    return context.key("kept-issues", key_part(tuple(ids)))
