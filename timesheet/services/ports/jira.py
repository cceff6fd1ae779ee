"""The outside things the use cases need, as protocols. Adapters implement them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.issue import Issue
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog import Worklog

T = TypeVar("T")

STALE = "stale"
UNSEARCHED = "unsearched"
"""Search leaves an issue out, and the time on it was read by itself."""
FORMER = "former"
"""Jira does not know an account any more, so that nobody can ask for its time."""
WHOLE_WITH = frozenset({UNSEARCHED, FORMER})
"""Notes that are to be told, although all time that can be read is there."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a snapshot lacks: ``what`` for the person, ``code`` for the log."""

    what: str
    code: str

    @property
    def absent(self) -> bool:
        """True where time that Jira could give is not there."""
        return self.code not in WHOLE_WITH


@dataclass(frozen=True, slots=True)
class LongIssue:
    """What Jira said of an issue with very many worklogs when one author's worklogs on it were read.

    ``updated`` and ``total`` are the issue's own, as search gave them before. ``counted`` worklogs of all people start
    on ``days`` (UTC), of which the author's were read at ``read_at``.
    """

    id: int
    updated: str
    total: int
    days: DateSpan
    counted: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The worklogs one viewer may see, for some authors and days. Complete, or it says what is missing.

    ``long`` are the issues on which many others log as well, for the next reading to compare with.
    """

    worklogs: tuple[Worklog, ...]
    issues: Mapping[int, Issue]
    read_at: datetime
    missing: tuple[Missing, ...] = ()
    calls: int = 0
    long: tuple[LongIssue, ...] = ()

    @property
    def complete(self) -> bool:
        """True when nothing that belongs here is known to be absent, and nothing else is to be told."""
        return not self.missing

    @property
    def lacks(self) -> tuple[Missing, ...]:
        """What Jira could have given and did not: figures without it are too small."""
        return tuple(part for part in self.missing if part.absent)

    @property
    def stale(self) -> bool:
        """True when Jira could not be asked again and an older reading stands in."""
        return any(part.code == STALE for part in self.missing)


@dataclass(frozen=True, slots=True)
class IssueTime:
    """The worklogs of one issue in some days that the viewer may see, of all people.

    ``names`` are the authors' names by account id as Jira shows them now; they are never stored.
    """

    worklogs: tuple[Worklog, ...]
    names: Mapping[str, str]
    read_at: datetime
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class EstimateChange:
    """Jira's four ways to move the remaining estimate.

    auto; leave; new (``seconds`` = the new value); manual (``seconds`` = by how much).
    """

    mode: str = "auto"
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class WorklogDraft:
    """What a person wants to log. ``started`` is aware. ``key`` makes the write repeatable without harm.

    ``properties`` of other apps come along where a deleted worklog is logged again.
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
    """What changes in a worklog; None = left as it is (so that rich comments stay byte for byte)."""

    started: datetime | None = None
    seconds: int | None = None
    comment: Mapping[str, Any] | None = None
    estimate: EstimateChange = field(default_factory=EstimateChange)


Zones = Mapping[str, ZoneInfo]
"""Known time zones by account id; where one is unknown, the site's fallback zone decides the work date."""


MOST_NAMED = 50
"""As many issues Jira looks up past its index in one search."""

Told = Callable[[int, int], None]
"""Hears how far a reading is: issues, worklogs."""


def untold(issues: int, worklogs: int) -> None:
    """Nobody wants to know how far a reading is."""


class JiraCredentials(Protocol):
    """What lets the app speak to one Jira site as one viewer."""

    @property
    def base_url(self) -> str:
        """The site's address, scheme and host, without a trailing slash."""

    def authorization(self) -> str:
        """The value of the Authorization header; may raise JiraUnavailable or NotAllowed."""

    def refused(self) -> None:
        """Jira answered 401: forget the token, so that the next ``authorization`` brings a fresh one."""


class Jira(Protocol):
    """One Jira site, spoken to as one viewer.

    Every method may raise JiraUnavailable, JiraBusy, NotFound, NotAllowed, TimeTrackingOff, InvalidInput.
    """

    def begin(self, read: Callable[[], object]) -> None:
        """Have something read beside whatever is read next; it must not read side by side itself.

        What it brings or raises is dropped: whoever needs it reads it too, and finds it in the cache or on its way.
        """

    def read_profile(self) -> Profile:
        """The viewer's own account, with their own zone whoever else may see it: GET myself."""

    @property
    def fallback_zone(self) -> ZoneInfo:
        """The site's zone, which counts for people whose own the app is not shown."""

    def read_zones(self, account_ids: Sequence[str]) -> Mapping[str, ZoneInfo]:
        """The time zones as Jira shows them to the app itself, whoever the viewer is: GET user/bulk.

        Whoever hides their zone, or has no account any more, is absent.
        """

    def read_time_tracking(self) -> TimeTracking:
        """Hours a day and days a week of this site: GET configuration."""

    def read_worklogs(
        self,
        authors: Sequence[str],
        span: DateSpan,
        zones: Zones,
        told: Told = untold,
        named: Sequence[int] = (),
        earlier: Sequence[LongIssue] = (),
    ) -> Snapshot:
        """All worklogs of these authors with a work date in ``span`` that the viewer may see and search finds.

        Search lags behind writes by up to a minute, except for the first MOST_NAMED issues in ``named``. ``told``
        hears now and then how many issues and worklogs have come in. The worklogs of an issue in ``earlier`` on which
        nothing changed since are left out, and its entry comes back in ``long`` as it is.
        """

    def read_listed(self, worklog_ids: Sequence[int], zones: Zones) -> Sequence[Worklog]:
        """Those of these worklogs that the viewer may see, whoever wrote them, as they are this moment."""

    def read_issue_time(self, issue_id: int, span: DateSpan, zones: Zones) -> IssueTime:
        """Everybody's worklogs on one issue with a work date in ``span``, complete or naming what is missing."""

    def read_issues(self, ids: Sequence[int]) -> Mapping[int, Issue]:
        """These issues, as far as the viewer may see them."""

    def read_issue(self, id_or_key: str) -> Issue:
        """One issue with its estimates; NotFound when absent or hidden."""

    def find_issues(self, text: str) -> Sequence[Issue]:
        """Issues by key or words; the recently viewed ones for an empty text."""

    def read_worklog(self, issue_id: int, worklog_id: int, zones: Zones) -> Worklog:
        """One worklog as Jira has it now, with its properties."""

    def find_worklog(self, draft: WorklogDraft, zones: Zones) -> Worklog | None:
        """The worklog that was written with the draft's key, looked for around the draft's start."""

    def create_worklog(self, draft: WorklogDraft, zones: Zones, look_first: bool = False) -> Worklog:
        """Write once: looks for ``draft.key`` before it repeats after a lost answer.

        ``look_first`` looks before the first try too, for a draft whose earlier fate is unknown.
        """

    def update_worklog(self, issue_id: int, worklog_id: int, change: WorklogChange, zones: Zones) -> Worklog:
        """Change in place; Jira's answer."""

    def delete_worklog(self, issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        """Delete one worklog."""


class Cache(Protocol):
    """A cache with an expiry and single flight. Values are picklable-free plain objects of this app."""

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        """The cached value, or what ``create`` gives; ten callers at once cause one ``create``.

        With a ``ttl`` of 0 nothing is kept: only callers at the same time share.
        """

    def get(self, key: str) -> Any:
        """The cached value or None."""

    def put(self, key: str, value: object, ttl: float) -> None:
        """Store ``value`` for ``ttl`` seconds."""

    def update(self, key: str, change: Callable[[Any], Any], ttl: float | None = None) -> None:
        """Replace a cached value by ``change(value)``; nothing if it is absent.

        It keeps its expiry, unless ``ttl`` gives it as many seconds more from now.
        """

    def delete(self, key: str) -> None:
        """Forget one key."""


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What a site's admins set. ``week_start`` is ``locale`` or a weekday ``0``..``6`` (0 = Monday).

    ``audit_days`` is for how long audit events are kept, SHORTEST_RETENTION at least; None = for ever.
    """

    fallback_zone: str = "UTC"
    week_start: str = "locale"
    version: int = 0
    audit_days: int | None = None

    def kept_for(self, days: int | None) -> SiteSettings:
        """The same with another time for which audit events are kept."""
        return replace(self, audit_days=days)


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """What a person chose to see. ``duration_format`` is ``hm`` or ``decimal``.

    ``dismissed`` is ``checklist`` when they closed the checklist of first steps, else None.
    """

    duration_format: str = "hm"
    view: str = "week"
    layout: str = "grid"
    group: str = "issue"
    dismissed: str | None = None


class SettingsStore(Protocol):
    """The settings of one site and its people."""

    def read_site(self) -> SiteSettings:
        """The site's settings, or how they start."""

    def save_site(self, settings: SiteSettings) -> SiteSettings:
        """Save with the next version; Conflict when ``version`` is not the stored one."""

    def read_person(self, account_id: str) -> PersonSettings:
        """A person's settings, or how they start."""

    def read_both(self, account_id: str) -> tuple[SiteSettings, PersonSettings]:
        """The site's settings and a person's, in one reading."""

    def save_person(self, account_id: str, settings: PersonSettings) -> None:
        """Save; the last one wins, as only the person himself writes them."""
