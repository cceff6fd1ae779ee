"""Protocols for what the use cases read and write in Jira as one viewer, and the values that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.offer import OwnIssues
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog

STALE = "stale"
UNSEARCHED = "unsearched"
"""The code of a note: search leaves an issue out, and the time on it was read by id."""
FORMER = "former"
"""The code of a note: Jira no longer knows an account, or the app no longer knows whose time it is."""
SCOPE_FORMER = "scope-former"
"""The code of a note: the filter of a team names a former user. Until it is changed, no read returns more."""
UNREADABLE_WORKLOG = "worklog-unreadable"
"""The code of a note: Jira shows a worklog whose content cannot be read, as one of a thousand years."""
UNKNOWN_VALUES = "attributes"
"""The code of a note: the attributes of worklogs could not be read; their time is complete."""
WHOLE_WITH = frozenset({UNSEARCHED, FORMER, UNKNOWN_VALUES})
"""Codes of notes that must be shown although all time that can be read is there."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a snapshot lacks: ``what`` for the person, ``code`` for the log."""

    what: str
    code: str

    @property
    def absent(self) -> bool:
        """Return True if time that Jira could return is missing."""
        return self.code not in WHOLE_WITH

    @property
    def passing(self) -> bool:
        """Return True if another read may return what is missing."""
        return self.absent and self.code != SCOPE_FORMER


@dataclass(frozen=True, slots=True)
class RowRights:
    """The issues on which the viewer cannot log time, with the reason, and what the viewer may do with the worklogs of
    each issue.
    """

    locks: Mapping[int, RowLock]
    rights: Mapping[int, frozenset[Right]] = field(default_factory=dict)


class MayLack:
    """A result of reading Jira, with a list of what is ``missing`` from it."""

    __slots__ = ()
    missing: tuple[Missing, ...]

    @property
    def complete(self) -> bool:
        """Return True if nothing is known to be missing and there is no note."""
        return not self.missing

    @property
    def lacks(self) -> tuple[Missing, ...]:
        """Return what Jira could have returned but did not; without it, figures are too small."""
        return tuple(part for part in self.missing if part.absent)

    @property
    def unread(self) -> tuple[Missing, ...]:
        """Return that part of what it ``lacks`` that another read may return."""
        return tuple(part for part in self.missing if part.passing)


@dataclass(eq=False)
class WorklogsUnread(JiraUnavailable):
    """Jira lists worklogs whose content cannot be read: their ids, as far as these can be; ``others`` can be read."""

    ids: frozenset[int] = frozenset()
    others: Sequence[Worklog] = ()


@dataclass(frozen=True, slots=True)
class LongIssue:
    """Jira's facts about an issue with very many worklogs, at the time when one author's worklogs on it were read.

    ``updated`` and ``total`` are the issue's own, from the search before. ``counted`` worklogs of all people
    start on ``days`` (UTC), of which the author's were read at ``read_at``.
    """

    id: int
    updated: str
    total: int
    days: DateSpan
    counted: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot(MayLack):
    """The worklogs one viewer may see, for some authors and days; complete, or with a list of what is missing.

    ``long`` are the issues on which many others log too, for comparison by the next read. ``crowded`` are those with
    nearly as many worklogs as Jira allows, with the number of worklogs that the viewer may see.
    """

    worklogs: tuple[Worklog, ...]
    issues: Mapping[int, Issue]
    read_at: datetime
    missing: tuple[Missing, ...] = ()
    calls: int = 0
    long: tuple[LongIssue, ...] = ()
    crowded: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueTime:
    """The worklogs of all people on one issue in some days that the viewer may see.

    ``names`` are the authors' current names by account id, as far as Jira names them with their worklogs; they are
    never stored.
    """

    worklogs: tuple[Worklog, ...]
    names: Mapping[str, str]
    read_at: datetime
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class EstimateChange:
    """Jira's four ways to change the remaining estimate.

    auto; leave; new (``seconds`` = the new value); manual (``seconds`` = by how much).
    """

    mode: str = "auto"
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class WorklogDraft:
    """A worklog that a person wants to create. ``started`` is timezone-aware. ``key`` makes the write safe to repeat.

    ``properties`` are the attributes, and those of other apps if a deleted worklog is logged again.
    """

    issue_id: int
    started: datetime
    seconds: int
    key: str
    comment: Mapping[str, Any] | None = None
    estimate: EstimateChange = field(default_factory=EstimateChange)
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorklogChange:
    """The changes to a worklog; None = unchanged (so rich comments stay byte for byte).

    ``properties`` are the ones to set, by key; the others stay.
    """

    started: datetime | None = None
    seconds: int | None = None
    comment: Mapping[str, Any] | None = None
    estimate: EstimateChange = field(default_factory=EstimateChange)
    properties: Mapping[str, Any] | None = None


Zones = Mapping[str, ZoneInfo]
"""Known time zones by account id; for others, the site's fallback zone decides the work date."""


MOST_NAMED = 50
"""The maximum number of issues that Jira reads past its index in one search."""

OnProgress = Callable[[int, int], None]
"""Called with the progress of a read: issues, worklogs."""


def ignore_progress(issues: int, worklogs: int) -> None:
    """Ignore the progress of a read; the default."""


class JiraCredentials(Protocol):
    """The credentials with which the app calls one Jira site as one viewer."""

    @property
    def base_url(self) -> str:
        """Return the site's address, scheme and host, without a trailing slash."""

    def authorization(self) -> str:
        """Return the value of the Authorization header; may raise JiraUnavailable or NotAllowed."""

    def refused(self) -> None:
        """Discard the token after Jira returned 401, so the next ``authorization`` gets a new one."""


def readable(read: Callable[[], Sequence[Worklog]]) -> Sequence[Worklog]:
    """Return the worklogs of a list without those that cannot be read."""
    try:
        return read()
    except WorklogsUnread as error:
        return error.others


class Jira(Protocol):
    """One Jira site, called as one viewer.

    Every method may raise JiraUnavailable, JiraBusy, NotFound, NotAllowed, TimeTrackingOff, InvalidInput.
    """

    def begin(self, read: Callable[[], object]) -> None:
        """Start a read in parallel with the next reads; it must not read in parallel itself.

        Its result or error is discarded: code that needs the result reads it too, and finds it in the cache
        or in progress.
        """

    def read_profile(self) -> Profile:
        """Return the viewer's own account with their own zone, even if it is hidden from others: GET myself."""

    @property
    def fallback_zone(self) -> ZoneInfo:
        """Return the site's zone, used for people whose own zone the app cannot see."""

    def read_zones(self, account_ids: Sequence[str]) -> Mapping[str, ZoneInfo | None]:
        """Return the time zones as Jira shows them to the app itself, whoever the viewer is: GET user/bulk.

        People who hide their zone have None; those who no longer have an account, or whom Jira leaves out, are absent.
        """

    def read_time_tracking(self) -> TimeTracking:
        """Return hours per day and days per week of this site: GET configuration."""

    def read_worklogs(
        self,
        authors: Sequence[str],
        span: DateSpan,
        zones: Zones,
        progress: OnProgress = ignore_progress,
        named: Sequence[int] = (),
        earlier: Sequence[LongIssue] = (),
    ) -> Snapshot:
        """Return all worklogs of these authors with a work date in ``span`` that the viewer may see and search finds.

        Search lags behind writes by up to a minute, except for the first MOST_NAMED issues in ``named``.
        ``progress`` is called from time to time with the number of issues and worklogs so far. The worklogs of an
        issue in ``earlier`` on which nothing changed since are left out, and its entry is returned in
        ``long`` as it is.
        """

    def read_listed(self, worklog_ids: Sequence[int], zones: Zones) -> Sequence[Worklog]:
        """Return those of these worklogs that are not restricted to others, whoever wrote them, in their current state
        and with their properties.

        Jira does not check whether the viewer may see their issues, so whoever shows one has to read its issue, too.
        Raise WorklogsUnread if some of them cannot be read.
        """

    def read_issue_time(self, issue_id: int, span: DateSpan, zones: Zones) -> IssueTime:
        """Return everybody's worklogs on one issue with a work date in ``span``, complete or with what is missing."""

    def read_issues(self, ids: Sequence[int | str]) -> Mapping[int, Issue]:
        """Return those of these issues, given by id or key, that the viewer may see, by id."""

    def read_activity(self, account_id: str, span: DateSpan, zone: ZoneInfo) -> Activity:
        """Return what the viewer, whose account this is, did on issues in ``span`` (days in ``zone``), as far as one
        search shows it.
        """

    def read_sprint_issues(self) -> Sequence[Issue]:
        """Return issues in progress that are assigned to the viewer in open sprints, the latest ones first.

        Raise InvalidInput if this Jira has no sprints.
        """

    def read_row_locks(self, issues: Sequence[Issue]) -> RowRights:
        """Return on which of these issues the viewer cannot log time, and their rights to worklogs."""

    def read_worklog_rights(self, issue_ids: Sequence[int]) -> Mapping[int, frozenset[Right]]:
        """Return what Jira lets the viewer do with the worklogs of these issues."""

    def read_issue(self, id_or_key: str) -> Issue:
        """Return one issue with its estimates. Raise NotFound if it is absent or hidden."""

    def read_own_issues(self, account_id: str) -> OwnIssues:
        """Return what the viewer, who has this account, works on according to Jira."""

    def find_issues(self, text: str) -> Sequence[Issue]:
        """Return issues by key or words; the recently viewed ones for an empty text."""

    def read_worklog(self, issue_id: int, worklog_id: int, zones: Zones) -> Worklog:
        """Return one worklog in its current state, with its properties."""

    def find_worklog(self, draft: WorklogDraft, zones: Zones) -> Worklog | None:
        """Return the worklog that was written with the draft's key, searched for around the draft's start."""

    def create_worklog(self, draft: WorklogDraft, zones: Zones, *, look_first: bool = False) -> Worklog:
        """Create one worklog; search for ``draft.key`` before repeating the request after a lost response.

        ``look_first`` searches before the first try too, for a draft whose earlier outcome is unknown.
        """

    def update_worklog(self, issue_id: int, worklog_id: int, change: WorklogChange, zones: Zones) -> Worklog:
        """Change one worklog in place and return Jira's response."""

    def delete_worklog(self, issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        """Delete one worklog."""
