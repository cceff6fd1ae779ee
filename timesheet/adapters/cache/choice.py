"""Choose the cache: one process's memory, or a server that several processes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.flight import Enter, anybody
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.issue import Issue
from timesheet.domain.period import MemberRecord
from timesheet.domain.person import Person
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member
from timesheet.domain.workload_scheme import DatedScheme
from timesheet.domain.worklog import Worklog
from timesheet.services.audit.view import ChainCheck
from timesheet.services.calendar.expected import ExpectedDay
from timesheet.services.ports.audit import Checkpoint, Verdict
from timesheet.services.ports.jira import Cache, IssueTime, LongIssue, Missing, Snapshot
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.snapshot.change_log import Change, ChangeLog, Held, WorklogEvent
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent
from timesheet.services.team.overview import Line
from timesheet.services.worklog.write_result import Seen, Step, WriteResult

if TYPE_CHECKING:
    from timesheet.adapters.cache.redis import Box

CACHED = (
    ChainCheck,
    Change,
    Checkpoint,
    DatedScheme,
    DateSpan,
    ExpectedDay,
    Held,
    Issue,
    IssueTime,
    ChangeLog,
    Line,
    LongIssue,
    Member,
    MemberRecord,
    Missing,
    PackedWorklogs,
    Person,
    Profile,
    WriteResult,
    Seen,
    Snapshot,
    Step,
    TimeTracking,
    Verdict,
    SiteWorklogEvent,
    Worklog,
    WorklogEvent,
)


def open_cache(redis_url: str | None, box: Box, enter: Enter = anybody) -> Cache:
    """Return the cache at ``redis_url``, with everything sealed by ``box``; without a URL, this process's memory.

    ``enter`` is called before a longer wait for a value that somebody else is creating.
    """
    if not redis_url:
        return MemoryCache(enter=enter)
    # Loaded only where it is used: a process with its own cache starts without it.
    import redis  # noqa: PLC0415

    from timesheet.adapters.cache.redis import RedisCache  # noqa: PLC0415

    client = redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=1)
    return RedisCache(client, box, Codec(CACHED), enter=enter)
