"""Read what Jira lets the viewer do with the worklogs of some issues, cached for each issue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType

from timesheet.domain.errors import TimesheetError
from timesheet.domain.worklog.right import Right
from timesheet.services.viewer.context import ViewerContext

RIGHT_SECONDS = 300
Rights = Mapping[int, frozenset[Right]]
CachedRights = Mapping[int, frozenset[str]]
"""The rights as they are cached: as texts, because a cache server holds no members of an enumeration."""
NOTHING: CachedRights = MappingProxyType({})


def forget_worklog_rights(context: ViewerContext) -> None:
    """Forget the rights, so Jira is asked again, because the viewer wants the current state."""
    context.cache.delete(_key(context))


def worklog_rights(context: ViewerContext, issue_ids: Collection[int]) -> Rights:
    """Return what the viewer may do with the worklogs of these issues; Jira is asked about those that are not known.

    An issue is left out if Jira does not answer; then Jira refuses the write itself.
    """
    cached: CachedRights = context.cache.get(_key(context)) or NOTHING
    if new := sorted(set(issue_ids) - cached.keys()):
        try:
            rights = context.jira.read_worklog_rights(new)
        except TimesheetError:
            rights = {}
        cached = {**cached, **_keep(context, rights, known=bool(cached))}
    return _known(cached, issue_ids)


def cached_worklog_rights(context: ViewerContext, issue_ids: Collection[int]) -> Rights:
    """Return what the viewer may do with the worklogs of those of these issues that Jira was asked about."""
    return _known(context.cache.get(_key(context)) or NOTHING, issue_ids)


def remember_worklog_rights(context: ViewerContext, rights: Rights) -> None:
    """Cache rights that were read together with something else."""
    _keep(context, rights, known=bool(context.cache.get(_key(context))))


def _keep(context: ViewerContext, rights: Rights, *, known: bool) -> CachedRights:
    """Cache rights beside those that are ``known``, and return them as they are cached."""
    read = {issue_id: frozenset(map(str, of_issue)) for issue_id, of_issue in rights.items()}
    # A later read keeps the time of the first one, so that no answer gets old.
    if known:
        context.cache.update(_key(context), lambda there: {**(there or {}), **read})
    elif read:
        context.cache.put(_key(context), read, RIGHT_SECONDS)
    return read


def _known(cached: CachedRights, issue_ids: Collection[int]) -> Rights:
    return {issue_id: _rights_of(cached[issue_id]) for issue_id in issue_ids if issue_id in cached}


@lru_cache(maxsize=64)
def _rights_of(texts: frozenset[str]) -> frozenset[Right]:
    # Another release may have cached rights that this one does not know.
    return frozenset(right for right in Right if right in texts)


def _key(context: ViewerContext) -> str:
    return context.key("worklog-rights")
