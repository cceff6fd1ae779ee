"""What a use case has at hand: the viewer, his Jira, the cache and the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from timesheet.domain.closed_day import ALL_OPEN, ClosedDays
from timesheet.domain.identity import Identity, Profile
from timesheet.domain.issue import Issue
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog import Worklog
from timesheet.services.ports.jira import Cache, Jira
from timesheet.services.ports.journal import Intent, Journal
from timesheet.services.viewer.zone import SiteZones, read_zones


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class Lock(Protocol):
    """What every write asks before it goes to Jira."""

    def check(
        self,
        author: str,
        issue: Issue,
        days: Collection[date],
        starts: Collection[datetime] = (),
        worklog_id: int | None = None,
    ) -> None:
        """Raises NotAllowed when a worklog of ``author`` may not change on one of ``days``.

        ``starts`` are the instants that gave the days; ``worklog_id`` names one that is in Jira already.
        """

    def closed(
        self,
        author: str,
        span: DateSpan,
        issues: Collection[Issue] = (),
        worklogs: Collection[Worklog] = (),
        zone: ZoneInfo | None = None,
    ) -> ClosedDays:
        """The closed days of ``span`` for ``author``, to be marked on a screen with these issues and worklogs on it.

        ``zone`` is the author's, as far as the screen knows it.
        """


class ReadOnly:
    """The lock and the journal of a desk that is there to read."""

    def check(
        self,
        author: str,
        issue: Issue,
        days: Collection[date],
        starts: Collection[datetime] = (),
        worklog_id: int | None = None,
    ) -> None:
        """Nothing is written where nobody knows what is closed."""
        del author, days, starts, worklog_id
        raise RuntimeError(f"a desk without a lock cannot write on {issue.id}")

    def closed(
        self,
        author: str,
        span: DateSpan,
        issues: Collection[Issue] = (),
        worklogs: Collection[Worklog] = (),
        zone: ZoneInfo | None = None,
    ) -> ClosedDays:
        """Nothing is known to be closed."""
        del author, span, issues, worklogs, zone
        return ALL_OPEN

    def begin(self, intent: Intent, earlier: Intent | None = None) -> bool:
        """Nothing is written that nobody records."""
        del earlier
        raise RuntimeError(f"a desk without a journal cannot write on {intent.issue_id}")

    def drop(self, intent: Intent) -> None:
        """Nothing was begun."""

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        """Nothing was begun."""

    def earlier(self, intent_id: str) -> Intent | None:
        """Nothing was begun."""

    def keyed(self, account_id: str, write_key: str) -> Sequence[Intent]:
        """Nothing was begun."""
        del account_id, write_key
        return ()

    def left_moves(self, account_id: str, worklog_id: int) -> Sequence[Intent]:
        """Nothing was begun."""
        del account_id, worklog_id
        return ()

    def left_on(self, issue_id: int) -> Sequence[Intent]:
        """Nothing was begun."""
        del issue_id
        return ()


@dataclass(frozen=True, slots=True)
class ViewerContext:
    """One viewer at work on one site; the worklogs he makes are his own. His ``account`` is read when it is used."""

    jira: Jira
    cache: Cache
    identity: Identity
    account: Callable[[], Profile]
    clock: Callable[[], datetime] = field(default=utc_now)
    lock: Lock = field(default_factory=ReadOnly)
    journal: Journal = field(default_factory=ReadOnly)

    @property
    def site(self) -> str:
        """The site's key."""
        return self.identity.site

    @property
    def viewer(self) -> str:
        """The viewer's account id."""
        return self.identity.account_id

    @property
    def profile(self) -> Profile:
        """The viewer's locale, zone and name."""
        return self.account()

    @property
    def zone(self) -> ZoneInfo:
        """The viewer's zone, which decides his work dates."""
        return self.profile.zone

    @property
    def zones(self) -> SiteZones:
        """Everybody's zone by account id, each read when it is looked up."""
        return self.zones_of(())

    def zones_of(self, people: Sequence[str]) -> SiteZones:
        """The same for readings of these people's worklogs: their zones are read together."""
        return SiteZones(lambda ids: read_zones(self.jira, self.cache, self.site, ids), tuple(people))

    def key(self, *parts: object) -> str:
        """A cache key of this viewer on this site."""
        return ":".join(map(str, (self.site, *parts, self.viewer)))
