"""The context of a use case: the viewer, their Jira, the cache, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.errors import TimeTrackingOff
from timesheet.domain.identity import Identity, Profile, TimeTracking
from timesheet.domain.lazy import lazy
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import UNSAVED, Worklog
from timesheet.services.ports.cache import Cache, PersonCache
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.jira import Jira
from timesheet.services.ports.journal import Journal
from timesheet.services.viewer.profile import forget_time_tracking, read_time_tracking
from timesheet.services.viewer.zone import read_zones


class Lock(Protocol):
    """The lock that every write checks before it calls Jira."""

    def check(
        self,
        author: str,
        issue: Issue,
        days: Collection[date],
        starts: Collection[datetime] = (),
        worklog_id: int | None = None,
    ) -> None:
        """Raise NotAllowed if a worklog of ``author`` may not change on one of ``days``.

        ``starts`` are the instants that gave the days; ``worklog_id`` names one that exists in Jira already.
        """

    def closed(
        self,
        author: str,
        span: DateSpan,
        issues: Collection[Issue] = (),
        worklogs: Collection[Worklog] = (),
        zone: ZoneInfo | None = None,
    ) -> ClosedDays:
        """Return the closed days of ``span`` for ``author``, to mark them on a screen with these issues and worklogs.

        ``zone`` is the author's, if the screen knows it.
        """

    def unmanaged(
        self, changes: Collection[tuple[Worklog, Collection[date]]], issues: Mapping[int, Issue]
    ) -> Mapping[int, str]:
        """Return by id why the viewer may not change these worklogs of others, each on its days before and after.

        One's own worklogs are left out, and those that the viewer manages in a team.
        """


class AttributeBook(Protocol):
    """The attributes of worklogs on this site."""

    def all(self) -> tuple[Attribute, ...]:
        """Return all attributes, retired ones too."""

    def of(self, account_id: str, day: date) -> tuple[Attribute, ...]:
        """Return the attributes with which somebody logs on ``day``."""

    def used(self) -> bool:
        """Return True if worklogs of this site may have values."""

    def begin(self) -> None:
        """Record that a worklog has an attribute, so that the attributes of worklogs are read from now on."""


@dataclass(frozen=True)
class ViewerContext:
    """One viewer on one site; worklogs they create are their own. Their ``account`` is read when it is first used."""

    jira: Jira
    cache: Cache
    identity: Identity
    account: Callable[[], Profile]
    clock: Clock
    lock: Lock
    journal: Journal
    attributes: AttributeBook
    site: str = field(init=False)
    """The site's key."""
    viewer: str = field(init=False)
    """The viewer's account id."""
    own_cache: PersonCache = field(init=False)
    """The cache for the viewer's own values."""

    def __post_init__(self) -> None:
        # Plain attributes and not properties, because every step of a use case reads them.
        object.__setattr__(self, "site", self.identity.site)
        object.__setattr__(self, "viewer", self.identity.account_id)
        object.__setattr__(self, "own_cache", PersonCache(self.cache, self.site, self.viewer))

    @lazy
    def tracking(self) -> TimeTracking:
        """Return the length of a day and a week on this site, read once for a request."""
        return read_time_tracking(self)

    def required_tracking(self) -> TimeTracking:
        """Return ``tracking``. Raise TimeTrackingOff if this Jira, asked again, does not track time."""
        if self.tracking.enabled:
            return self.tracking
        # An admin who reads this and switches it on tries again at once.
        forget_time_tracking(self)
        now = read_time_tracking(self)
        if not now.enabled:
            raise TimeTrackingOff
        return now

    @property
    def profile(self) -> Profile:
        """Return the viewer's locale, zone, and name."""
        return self.account()

    @lazy
    def zone(self) -> ZoneInfo:
        """Return the viewer's zone, which decides their work dates, looked up once for a request."""
        return self.account().zone

    @property
    def today(self) -> date:
        """Return the viewer's date, in their own zone."""
        return self.clock().astimezone(self.zone).date()

    @property
    def own_zones(self) -> Mapping[str, ZoneInfo]:
        """Return the viewer's zone by their account id, for reads of their own worklogs."""
        return {self.viewer: self.zone}

    def zones_of(self, people: Collection[str]) -> Mapping[str, ZoneInfo]:
        """Return the zones of these people by account id, for reads of their worklogs; all are read at once."""
        return read_zones(self.jira, self.cache, self.site, people)

    def closed_at(self, issue: Issue, day: date, started: datetime) -> str:
        """Return why new time of the viewer on ``issue`` would be refused; empty if it would not.

        It begins at ``started``, whose work date is ``day``.
        """
        probe = Worklog(UNSAVED, issue.id, self.viewer, day, started, 0, started)
        closed = self.lock.closed(self.viewer, DateSpan(day, day), [issue], [probe], self.zone)
        return closed.of_worklog(probe, issue)

    def key(self, *parts: object) -> str:
        """Return a cache key of this viewer on this site."""
        return ":".join(map(str, (self.site, *parts, self.viewer)))
