"""Compare a team's read with what was known before, and read the differences by id.

This is ``reconcile`` for a team: a search lags, is inconsistent, and leaves out
archived projects, so a known worklog that it does not return is read by id. If a scope has a JQL, Jira is
asked whether the issue still matches; for an issue that search cannot find at all, this is unknown, and the
known state is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import message
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import MOST_NAMED, Missing
from timesheet.services.ports.packed_worklogs import (
    ISSUE_ID,
    UPDATED,
    WORKLOG_ID,
    PackedWorklogs,
    added,
    patch_worklogs,
    without_unknown,
)
from timesheet.services.ports.team_jira import TeamJira
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import SEARCH_LAG, recorded_issues
from timesheet.services.snapshot.changed_issue import gone_since
from timesheet.services.snapshot.window import AS_BEFORE, ago, unsearched_note
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent, site_events_since
from timesheet.services.viewer.context import ViewerContext

NAMED_FOR = timedelta(hours=1)
# Reading more than this would cost too many points; they are kept as they were known.
MOST_LISTED = 1000


def issues_to_name(
    context: ViewerContext, people: Collection[str], changes: Iterable[WorklogState], *, first: bool
) -> Sequence[int]:
    """Return the issues that a search must not miss: of recorded writes, the team's events, and the viewer's writes.

    At the ``first`` read of this time, the cache may have lost the events and writes.
    """
    since = context.clock() - NAMED_FOR
    events = [e for e in site_events_since(context.cache, context.site, since) if e.author in people]
    own = [(c.at, c.worklog.issue_id) for c in changes if c.worklog and c.at >= since]
    latest = sorted([*((e.at, e.issue_id) for e in events), *own], reverse=True)
    recorded = recorded_issues(context, log_lost=first)
    return tuple(dict.fromkeys((*recorded, *(issue_id for _, issue_id in latest))))[:MOST_NAMED]


@dataclass(frozen=True, slots=True)
class TeamProof:
    """Corrects reads of one team with what was known ``before``."""

    viewer_context: ViewerContext
    jira: TeamJira
    scope: Scope
    before: PackedWorklogs | None

    def prove(
        self,
        found: PackedWorklogs,
        changes: Iterable[WorklogState],
        issue_ids: Collection[int] | None = None,
    ) -> PackedWorklogs:
        """Return a read with everything that is known and still exists; ``issue_ids`` are all that were read.

        Of the viewer's own ``changes``, those that search may lack yet are compared with it. Jira has the last word
        about them too, because somebody may have changed or deleted the worklog since, and about a worklog that was
        reported as deleted and is found.
        """
        events = site_events_since(
            self.viewer_context.cache, self.viewer_context.site, found.read_at - SEARCH_LAG
        )
        gone = {e.worklog_id for e in events if e.updated is None} | {
            c.worklog_id for c in changes if not c.worklog
        }
        own = _lately_written(found, changes, issue_ids)
        versions = self._versions(found, events, issue_ids)
        versions |= {n: max(epoch_ms(worklog.updated), versions.get(n, -1)) for n, worklog in own.items()}
        versions = {n: at for n, at in versions.items() if n not in gone}
        earlier = {c.worklog_id for c in changes if not c.worklog and c.at < found.read_at}
        found_versions = found.updates_of(versions.keys() | earlier)
        shown_again = earlier & found_versions.keys()
        deleted = gone_since(self.viewer_context.cache, self.viewer_context.site, found.read_at - SEARCH_LAG)
        missed = frozenset(
            (
                *(number for number, updated in versions.items() if found_versions.get(number, -1) < updated),
                *(entry[WORKLOG_ID] for entry in found.entries() if entry[ISSUE_ID] in deleted),
                *shown_again,
            )
        )
        if not missed:
            return found
        listed = self._listed(found.people, missed)
        if listed is None:
            whole = self._with_earlier(found, missed - found_versions.keys())
            return patch_worklogs(whole, {**own, **dict.fromkeys(shown_again)})
        return self._with_listed(found, missed, listed)

    def _versions(
        self, found: PackedWorklogs, events: Sequence[SiteWorklogEvent], issue_ids: Collection[int] | None
    ) -> dict[int, int]:
        """Return when each known worklog that belongs here was updated, by id."""
        before = without_unknown(replace(self.before, unknown=found.unknown)).entries() if self.before else ()
        versions = {
            entry[WORKLOG_ID]: entry[UPDATED]
            for entry in before
            if issue_ids is None or entry[ISSUE_ID] in issue_ids
        }
        days, people = found.span.padded(1), frozenset(found.people) - frozenset(found.unknown)
        for event in events:
            near = event.started is None or event.started.date() in days
            read = issue_ids is None or event.issue_id in issue_ids
            if event.updated is None or event.author not in people or not read:
                continue
            if near or event.worklog_id in versions:
                versions[event.worklog_id] = max(event.updated, versions.get(event.worklog_id, -1))
        return versions

    def _listed(self, people: Collection[str], missed: frozenset[int]) -> Mapping[int, Worklog] | None:
        """Return the current worklogs from Jira; None if it does not respond."""
        if len(missed) > MOST_LISTED:
            return None
        try:
            zones = self.viewer_context.zones_of(people) if missed else {}
            return {w.id: w for w in self.viewer_context.jira.read_listed(sorted(missed), zones)}
        except JiraUnavailable:
            return None

    def _with_earlier(self, found: PackedWorklogs, missed: frozenset[int]) -> PackedWorklogs:
        """Return the known state instead, with a note about its age."""
        if not self.before or not missed:
            return found
        entries = [entry for entry in self.before.entries() if entry[WORKLOG_ID] in missed]
        age = ago(self.before.checked_at, found.read_at)
        note = Missing(
            message("Time that Jira did not return now is shown as it was {ago}.", ago=age),
            AS_BEFORE,
        )
        return _noted(added(found, entries, self.before.issues), [note])

    def _with_listed(
        self, found: PackedWorklogs, missed: frozenset[int], listed: Mapping[int, Worklog]
    ) -> PackedWorklogs:
        ids = {worklog.issue_id for worklog in listed.values()}
        # Jira lists worklogs also to people who may not see their issues.
        unproven = ids - found.issues.keys()
        read = self.viewer_context.jira.read_issues(sorted(unproven)) if unproven else {}
        issues = {**read, **found.issues}
        inside = self._inside(ids & issues.keys(), issues)
        in_scope = {n: w for n, w in listed.items() if w.issue_id in inside}
        whole = patch_worklogs(
            replace(found, issues=issues), {number: in_scope.get(number) for number in missed}
        )
        updated_at = whole.updates_of(in_scope.keys())
        late = epoch_ms(found.read_at - SEARCH_LAG)
        keys = {issue_in(issues, in_scope[n].issue_id).key for n, at in updated_at.items() if at < late}
        used = {entry[ISSUE_ID] for entry in whole.entries()}
        whole = replace(whole, issues={n: issue for n, issue in issues.items() if n in used})
        return _noted(whole, [unsearched_note(keys)] if keys and not found.unread else [])

    def _inside(self, issue_ids: set[int], issues: Mapping[int, Issue]) -> frozenset[int]:
        """Return those of these issues that count for the team."""
        jql = self.scope.jql
        if self.scope == Scope():
            return frozenset(issue_ids)
        current = {**issues, **self.viewer_context.jira.read_issues(sorted(issue_ids))}
        inside = frozenset(
            n for n in issue_ids if n in current and self.scope.has_project(current[n].project_id)
        )
        if not jql or not inside:
            return inside
        searchable = self._searchable(sorted(inside))
        return (inside - searchable) | (self.jira.found_among(searchable, jql) if searchable else frozenset())

    def _searchable(self, issue_ids: Sequence[int]) -> frozenset[int]:
        """Return the issues that can be searched; Jira refuses a search with an unknown issue, so these are
        found by bisection.
        """
        try:
            return self.jira.found_among(issue_ids, "")
        except InvalidInput:
            if len(issue_ids) == 1:
                return frozenset()
            half = len(issue_ids) // 2
            return self._searchable(issue_ids[:half]) | self._searchable(issue_ids[half:])


def _lately_written(
    found: PackedWorklogs, changes: Iterable[WorklogState], issue_ids: Collection[int] | None
) -> Mapping[int, Worklog]:
    """Return what the viewer wrote so shortly before a read that search may have missed it, by id."""
    since, people = found.read_at - SEARCH_LAG, frozenset(found.people)
    return {
        c.worklog_id: c.worklog
        for c in changes
        if c.worklog
        and since <= c.at < found.read_at
        and c.worklog.author in people
        and c.worklog.day in found.span
        and (issue_ids is None or c.worklog.issue_id in issue_ids)
    }


def _noted(packed: PackedWorklogs, notes: Iterable[Missing]) -> PackedWorklogs:
    return replace(packed, missing=tuple(dict.fromkeys((*packed.missing, *notes))))
