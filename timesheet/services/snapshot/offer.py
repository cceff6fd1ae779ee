"""Offer issues to somebody who wants to log time: those the app knows, and after a call those Jira knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.offer import OfferSection, OfferSource, OwnIssues, arrange
from timesheet.services.snapshot.issue import (
    cached_issues,
    find_issues,
    issues_with_fallback,
    recent_snapshots,
    remember_issues,
)
from timesheet.services.viewer.context import ViewerContext

OWN_SECONDS = 300
"""The time for which it stays known what the viewer works on according to Jira."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The sections, and True if Jira was asked for all of them. ``refused`` was found, but is not offered."""

    sections: tuple[OfferSection, ...]
    complete: bool
    refused: Issue | None = None


def offer_issues(
    context: ViewerContext,
    pinned: Sequence[int],
    text: str = "",
    *,
    ask: bool = False,
    allows: Callable[[Issue], bool] = lambda _issue: True,
) -> Offer:
    """Return the offered issues: those for ``text``, with a search in Jira, or without one.

    Jira is called only with ``ask`` or for a text. Only issues that ``allows`` accepts are offered.
    """
    own = _read_own(context) if ask else _cached_own(context)
    pinned_issues = _read_pinned(context, pinned) if ask else cached_issues(context, pinned)
    offered: list[tuple[OfferSource, Sequence[Issue]]] = [
        (OfferSource.PINNED, pinned_issues),
        (OfferSource.RECENT, _recent(context)),
        (OfferSource.ASSIGNED, own.assigned if own else ()),
        (OfferSource.VIEWED, own.recent if own else ()),
    ]
    found = find_issues(context.jira, context.cache, context.identity, text) if text else ()
    offered.append((OfferSource.FOUND, found))
    return Offer(
        arrange([(source, list(filter(allows, issues))) for source, issues in offered], text),
        ask or (own is not None and len(pinned_issues) == len(pinned)),
        next((issue for issue in found if not allows(issue)), None),
    )


def _read_pinned(context: ViewerContext, ids: Sequence[int]) -> tuple[Issue, ...]:
    issues = issues_with_fallback(context, ids)
    remember_issues(context, (issue for issue in issues if not issue.loading))
    return issues


def _recent(context: ViewerContext) -> tuple[Issue, ...]:
    """Return the issues of the viewer's cached worklogs, the one with the latest work first."""
    latest: dict[int, tuple[str, Issue]] = {}
    for snapshot in recent_snapshots(context):
        for worklog in snapshot.worklogs:
            issue, at = snapshot.issues.get(worklog.issue_id), worklog.started.isoformat()
            if issue and worklog.author == context.viewer and at > latest.get(issue.id, ("", issue))[0]:
                latest[issue.id] = (at, issue)
    return tuple(issue for _, issue in sorted(latest.values(), key=lambda one: one[0], reverse=True))


def _cached_own(context: ViewerContext) -> OwnIssues | None:
    found = context.cache.get(_key(context))
    return found if isinstance(found, OwnIssues) else None


def _read_own(context: ViewerContext) -> OwnIssues:
    cached = _cached_own(context)
    if cached:
        return cached
    own = context.jira.read_own_issues(context.viewer)
    remember_issues(context, (*own.assigned, *own.recent))
    context.cache.put(_key(context), own, OWN_SECONDS)
    return own


def _key(context: ViewerContext) -> str:
    return context.key("own-issues")
