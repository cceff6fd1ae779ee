"""A viewer with some issues, for tests of the services."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from tests.adapters.support.portable_cache import PortableCache
from tests.services.support.fake_jira import FakeJira
from tests.services.support.fake_journal import FakeJournal
from tests.services.support.fake_stores import FakeDirectory, FakeSite
from timesheet.domain.identity import Identity, Profile
from timesheet.domain.jira_time import format_instant, started_at
from timesheet.domain.permission import Requester
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.attribute.attribute import SiteAttributes
from timesheet.services.period.lock import PeriodLock
from timesheet.services.ports.cache import PersonCache
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.own import snapshot_at
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.team_context import TeamContext
from timesheet.services.worklog.command import CellEdit
from timesheet.services.worklog.safeguard.seen import SeenWorklog

if TYPE_CHECKING:
    from timesheet.services.ports.directory import Directory

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 16)
WEEK = DateSpan(MONDAY, MONDAY + timedelta(days=6))
PAY, OPS, BARE = 12, 31, 40
MENTION = {"type": "mention", "attrs": {"id": "a-1", "text": "@Ada Example"}}
RICH = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi "}, MENTION]}],
}


def issue(issue_id: int, key: str, remaining: int | None) -> Issue:
    project = key.partition("-")[0]
    return Issue(
        issue_id, key, f"Work on {key}", 1, project, f"Project {project}", "Task", "Open", False,
        remaining, remaining, None if remaining is None else 0,
    )  # fmt: skip


@dataclass
class Scene:
    """Monday 16 November 2026, noon in Berlin. ``time`` moves both clocks."""

    jira: FakeJira = field(init=False)
    cache: PortableCache = field(init=False)
    viewer_context: ViewerContext = field(init=False)
    site: FakeSite = field(default_factory=FakeSite)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        profile = Profile("viewer-1", BERLIN, False, "en_GB", "Ada Example")
        self.jira = FakeJira(profile, datetime(2026, 11, 16, 11, tzinfo=UTC))
        self.jira.issues = {
            PAY: issue(PAY, "PAY-12", 6 * 3600),
            OPS: issue(OPS, "OPS-31", 3600),
            BARE: issue(BARE, "OPS-40", None),
        }
        self.cache = PortableCache(now=lambda: self.seconds)
        self.journal = FakeJournal()
        self.viewer_context = self.viewer_context_of("viewer-1")
        self._ids = count(1)

    @property
    def own_cache(self) -> PersonCache:
        """Return the cache for the viewer's values."""
        return self.cache_of("viewer-1")

    def cache_of(self, account_id: str) -> PersonCache:
        """Return the cache for a person's values."""
        return PersonCache(self.cache, "site-1", account_id)

    def viewer_context_of(self, account_id: str) -> ViewerContext:
        """Return the context of another viewer of the same Jira."""
        if account_id != self.jira.profile.account_id:
            self.jira.zones_of.setdefault(account_id, self.jira.profile.zone)
        profile = replace(self.jira.profile, account_id=account_id)
        stores = self.site.stores
        lock = PeriodLock(stores, account_id, lambda: self.team_context(account_id), lambda: self.jira)
        identity = Identity("site-1", account_id)
        book = SiteAttributes(self.site.stores)
        return ViewerContext(
            self.jira, self.cache, identity, lambda: profile, lambda: self.jira.now, lock, self.journal, book
        )

    def team_context(self, account_id: str = "viewer-1") -> TeamContext:
        """Return the same for use cases about teams."""
        directory = cast("Directory", FakeDirectory())
        granted = self.site.permissions.granted
        return TeamContext(
            self.site.stores,
            directory,
            self.cache,
            "site-1",
            account_id,
            self.jira.now,
            BERLIN,
            granted,
            Requester(account_id),
        )

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.jira.now += timedelta(seconds=seconds)

    def put(
        self,
        issue_id: int,
        day: date,
        seconds: int,
        clock: time = time(9),
        author: str = "viewer-1",
        **more: object,
    ) -> Worklog:
        """Add a worklog that exists in Jira already."""
        start = started_at(day, clock, BERLIN).instant
        more = {"created": self.jira.now, **more}
        worklog = Worklog(next(self._ids), issue_id, author, day, start, seconds, self.jira.now, **more)  # type: ignore[arg-type]
        self.jira.worklogs[worklog.id] = worklog
        return worklog

    def sheet(self, span: DateSpan = WEEK, *, refresh: bool = False) -> Snapshot:
        return snapshot_at(self.viewer_context, span, refresh=refresh)

    def hours(self, span: DateSpan = WEEK) -> dict[tuple[int, date], list[int]]:
        found: dict[tuple[int, date], list[int]] = {}
        for worklog in self.sheet(span).worklogs:
            found.setdefault((worklog.issue_id, worklog.day), []).append(worklog.seconds)
        return found

    def calls(self) -> list[str]:
        """Return the calls since the last time."""
        log, self.jira.log = self.jira.log, []
        return log


def seen(*worklogs: Worklog) -> tuple[SeenWorklog, ...]:
    return tuple(SeenWorklog(worklog.id, worklog.updated) for worklog in worklogs)


def event(worklog: Worklog, **changes: Any) -> dict[str, Any]:
    """Return Jira's event about a worklog, with some of its fields changed."""
    data = {
        "id": str(worklog.id),
        "issueId": str(worklog.issue_id),
        "author": {"accountId": worklog.author},
        "started": format_instant(worklog.started),
        "created": format_instant(worklog.created or worklog.updated),
        "updated": format_instant(worklog.updated),
        "timeSpentSeconds": worklog.seconds,
    }
    return {"timestamp": 1, "worklog": {**data, **changes}}


def cell_edit(
    text: str, *was: SeenWorklog, issue_id: int = PAY, day: date = MONDAY, key: str = "key-0001"
) -> CellEdit:
    """Return what is typed into a cell over the worklogs that the browser saw there."""
    return CellEdit(issue_id, day, text, key, was)


def open_sheet(scene: Scene) -> None:
    """Open the sheet and read the site's settings, so that both are cached."""
    scene.sheet()
    scene.viewer_context.cache.put("site-1:tracking", scene.jira.tracking, 600)
    scene.calls()
