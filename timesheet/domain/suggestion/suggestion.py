"""Suggestions: worklogs that a person may want to log, from what they did in Jira and from their calendar file.

A suggestion is never time. Its duration is that of a meeting, or a share of what is missing of the day's expected
time, and not a claim that it took this long (docs/adr/0044-suggestions-are-read-for-the-viewer-and-never-count.md).
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from timesheet.domain.duration import MINUTE
from timesheet.domain.jira_time import day_begin, work_date
from timesheet.domain.worklog.issue import Issue

STEP = 15 * MINUTE
"""Shares are rounded down to this; a smaller one is not proposed."""
MOST_MARKS = 200


class ActivityKind(StrEnum):
    """An action of somebody on an issue, or another reason why they may have worked on it."""

    MOVED = "moved"
    COMMENTED = "commented"
    ASSIGNED = "assigned"
    SPRINT = "sprint"
    """It is theirs in an open sprint, and in progress."""


@dataclass(frozen=True, slots=True)
class IssueAction:
    """Something that the viewer did with an issue, or an assignment to them. ``status`` is where they moved it."""

    issue_id: int
    at: datetime
    kind: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """The actions of one person in some days, and their issues."""

    actions: tuple[IssueAction, ...] = ()
    issues: Mapping[int, Issue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One event of a calendar file. ``id`` identifies it without saying what it is; ``keys`` are words of its text that
    may be keys of issues, and ``issue_id`` is the first such issue that the viewer may see, None without one.
    """

    id: str
    started: datetime
    seconds: int
    title: str
    keys: tuple[str, ...] = ()
    issue_id: int | None = None


@dataclass(frozen=True, slots=True)
class DayRoom:
    """The time of one day: what is expected, what is logged, and on which issues."""

    date: date
    expected: int
    logged: int
    issue_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A worklog to log.

    ``seconds``, in whole minutes, is None if no duration can be proposed, ``issue`` is None if the person has to choose
    it. ``actions`` are the reasons, oldest first; ``title`` is that of a meeting.
    """

    mark: str
    day: date
    started: datetime
    seconds: int | None
    issue: Issue | None
    actions: tuple[IssueAction, ...] = ()
    title: str = ""


def with_sprint(activity: Activity, issues: Iterable[Issue], now: datetime, zone: ZoneInfo) -> Activity:
    """Return the activity with issues of open sprints, on the day of ``now``; those that it has on that day stay."""
    today = work_date(now, zone)
    today_ids = {one.issue_id for one in activity.actions if work_date(one.at, zone) == today}
    new = {issue.id: issue for issue in issues if issue.id not in today_ids}
    actions = tuple(IssueAction(issue_id, now, ActivityKind.SPRINT.value) for issue_id in new)
    return Activity((*activity.actions, *actions), {**activity.issues, **new})


def mark_of(key: bytes, *parts: object) -> str:
    """Return the mark of a suggestion: a hash, so that a dismissed one says nothing of an issue or an event.

    ``key`` is secret, because issues and days are few enough to try them all.
    """
    return hmac.new(key, "\n".join(map(str, parts)).encode(), sha256).hexdigest()[:16]


def with_mark(marks: Sequence[str], mark: str) -> tuple[str, ...]:
    """Return the dismissed marks with one more, the latest MOST_MARKS of them."""
    return (*(one for one in marks if one != mark), mark)[-MOST_MARKS:]


def suggest(
    key: bytes,
    days: Iterable[DayRoom],
    activity: Activity,
    meetings: Sequence[Meeting],
    zone: ZoneInfo,
    dismissed: Collection[str] = (),
    logged: Collection[tuple[int, datetime]] = (),
) -> dict[date, tuple[Suggestion, ...]]:
    """Return the suggestions of each day by start, without dismissed ones and those that are logged.

    ``key`` is that of the person's marks. ``logged`` are issues and starts of worklogs: a meeting that begins at such
    a start is not suggested if it is on that issue or on none. An issue with time on a day is not suggested there
    because of actions. One that is only in a sprint is suggested only while time is missing.
    """
    actions = _by_day(activity.actions, zone)
    found: dict[date, tuple[Suggestion, ...]] = {}
    for room in days:
        timed = [
            one
            for meeting in meetings
            if work_date(meeting.started, zone) == room.date
            and not _is_logged(meeting, logged)
            and (one := _of_meeting(key, meeting, room.date, activity)).mark not in dismissed
        ]
        untimed = [
            (mark, issue_id, of_issue)
            for issue_id, of_issue in actions.get(room.date, {}).items()
            if issue_id not in room.issue_ids
            and issue_id in activity.issues
            and issue_id not in {one.issue.id for one in timed if one.issue}
            and (room.expected > room.logged or any(one.kind != ActivityKind.SPRINT for one in of_issue))
            and (mark := mark_of(key, room.date, issue_id)) not in dismissed
        ]
        missing = room.expected - room.logged - sum(one.seconds or 0 for one in timed)
        share = share_of(missing, len(untimed))
        shared = [
            Suggestion(
                mark, room.date, _start(of_issue[-1].at, share, room.date, zone), share,
                activity.issues[issue_id], tuple(of_issue),
            )
            for mark, issue_id, of_issue in untimed
        ]  # fmt: skip
        if both := [*timed, *shared]:
            found[room.date] = tuple(sorted(both, key=lambda one: (one.started, one.mark)))
    return found


def share_of(missing: int, count: int) -> int | None:
    """Return the equal share of ``missing`` seconds, rounded down to STEP; None if that is nothing."""
    share = missing // count // STEP * STEP if count else 0
    return share if share >= STEP else None


def _by_day(actions: Iterable[IssueAction], zone: ZoneInfo) -> dict[date, dict[int, list[IssueAction]]]:
    found: dict[date, dict[int, list[IssueAction]]] = {}
    for action in sorted(actions, key=lambda one: one.at):
        found.setdefault(work_date(action.at, zone), {}).setdefault(action.issue_id, []).append(action)
    return found


def _is_logged(meeting: Meeting, logged: Collection[tuple[int, datetime]]) -> bool:
    return any(
        started == meeting.started and meeting.issue_id in (None, issue_id) for issue_id, started in logged
    )


def _of_meeting(key: bytes, meeting: Meeting, day: date, activity: Activity) -> Suggestion:
    issue = activity.issues.get(meeting.issue_id) if meeting.issue_id else None
    mark, minutes = mark_of(key, meeting.id), max(1, (meeting.seconds + MINUTE // 2) // MINUTE)
    return Suggestion(mark, day, meeting.started, minutes * MINUTE, issue, title=meeting.title)


def _start(last: datetime, seconds: int | None, day: date, zone: ZoneInfo) -> datetime:
    """Return when work that ended with the last action began: at midnight at the earliest, on a whole minute."""
    begin = last.astimezone(UTC) - timedelta(seconds=seconds or 0)
    return max(begin.replace(second=0, microsecond=0), day_begin(day, zone))
