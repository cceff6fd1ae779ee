"""Choose the cache: one process's memory, or a server that several processes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.counts import ServerCounts
from timesheet.adapters.cache.envelope import Box, Envelopes
from timesheet.adapters.cache.flight import Enter, anybody
from timesheet.adapters.cache.memory import UNCOUNTED, Lookups, MemoryCache
from timesheet.adapters.cache.weight import weight_of
from timesheet.domain.calendar.workload_scheme import DatedScheme
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.person import Person
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity, IssueAction, Meeting
from timesheet.domain.team.team import Member
from timesheet.domain.worklog.issue import Component, Issue, Parent
from timesheet.domain.worklog.offer import OwnIssues
from timesheet.domain.worklog.template import Template, TemplateHours
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.audit.view import ChainCheck
from timesheet.services.calendar.expected import ExpectedDay
from timesheet.services.ports.audit import Checkpoint, Verdict
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.jira import EstimateChange, IssueTime, LongIssue, Missing, Snapshot
from timesheet.services.ports.packed_values import PackedValues
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.report.export_job import ExportJob
from timesheet.services.report.reading_job import ReadingJob
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.change import ChangeLog, WorklogEvent, WorklogState
from timesheet.services.snapshot.lost_time import LostWorklog
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent
from timesheet.services.suggestion.suggestion import ReadActivity
from timesheet.services.team.overview import MemberLine
from timesheet.services.timesheet.copy import CopyLine, CopyResult
from timesheet.services.worklog.bulk import BulkProgress
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.panel import PanelTime
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.undo import NotUndone, Undone
from timesheet.services.worklog.write_result import WriteResult, WriteStep

if TYPE_CHECKING:
    from timesheet.adapters.cache.server import CacheServer

CACHED = (
    IssueAction,
    Activity,
    BulkProgress,
    ChainCheck,
    WorklogState,
    Checkpoint,
    Component,
    CopyLine,
    CopyResult,
    DatedScheme,
    DateSpan,
    EstimateChange,
    ExpectedDay,
    ExportJob,
    ReadActivity,
    ReadingJob,
    CachedSnapshot,
    Issue,
    IssueTime,
    NotUndone,
    ChangeLog,
    MemberLine,
    LongIssue,
    LostWorklog,
    Meeting,
    Member,
    MemberRecord,
    Missing,
    OwnIssues,
    PackedValues,
    PackedWorklogs,
    PanelTime,
    Parent,
    Person,
    Profile,
    WriteResult,
    SeenWorklog,
    Snapshot,
    WriteStep,
    Template,
    TemplateHours,
    TimeEntry,
    TimeTracking,
    Undone,
    Verdict,
    SiteWorklogEvent,
    Worklog,
    WorklogEvent,
)


def open_cache(
    server: CacheServer | None,
    box: Box,
    enter: Enter = anybody,
    lookups: Lookups = UNCOUNTED,
) -> Cache:
    """Return the cache on ``server``, with everything sealed by ``box``; without one, this process's memory.

    ``enter`` is called before a longer wait for a value that somebody else is creating, and ``lookups``
    counts the lookups.
    """
    if server is None:
        return MemoryCache(enter=enter, weigh=weight_of, lookups=lookups)
    # Loaded only where it is used: a process with its own cache starts without it.
    from timesheet.adapters.cache.redis import RedisCache  # noqa: PLC0415

    envelopes = Envelopes(box, Codec(CACHED))
    return RedisCache(server, envelopes, enter=enter, weigh=weight_of, lookups=lookups)


def open_counts(cache: Cache) -> ServerCounts | None:
    """Return counts on the server of a cache; None for this process's memory.

    The cache reads together with the count of a request what the request needs next.
    """
    if isinstance(cache, MemoryCache):
        return None
    from timesheet.adapters.cache.redis import RedisCache  # noqa: PLC0415

    return ServerCounts(cache) if isinstance(cache, RedisCache) else None


def connect_server(redis_url: str | None) -> CacheServer | None:
    """Return the server that processes share; None without an address."""
    if not redis_url:
        return None
    from timesheet.adapters.cache.server import CacheServer, connect  # noqa: PLC0415

    return CacheServer(connect(redis_url))
