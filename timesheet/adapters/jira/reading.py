"""Jira's JSON as our own words. Whatever is not as Jira documents it raises JiraUnavailable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from timesheet.adapters.jira.transport import NONSENSE
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.issue import Issue
from timesheet.domain.jira_time import parse_instant, work_date
from timesheet.domain.worklog import Worklog, counted_seconds
from timesheet.services.ports import Zones

P = ParamSpec("P")
R = TypeVar("R")

ISSUE_FIELDS = ("summary", "project", "issuetype", "status", "timetracking")
NOBODY = "unknown"


def strictly(read: Callable[P, R]) -> Callable[P, R]:
    """Turns every surprise in the shape of an answer into one honest error."""

    @wraps(read)
    def reader(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return read(*args, **kwargs)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise JiraUnavailable(NONSENSE) from error

    return reader


@strictly
def read_global_permissions(data: Mapping[str, Any]) -> frozenset[str]:
    """The global permissions that an answer grants; only plain names in a list count."""
    granted = data["globalPermissions"]
    if not isinstance(granted, list):
        raise TypeError("granted permissions come as a list")
    return frozenset(name for name in granted if isinstance(name, str))


@strictly
def read_issue_json(data: Mapping[str, Any]) -> Issue:
    """An issue with ISSUE_FIELDS; seconds are None where Jira leaves them out."""
    fields = data["fields"]
    project, status = fields["project"], fields["status"]
    tracking = fields.get("timetracking") or {}
    return Issue(
        id=int(data["id"]),
        key=_text(data["key"]),
        summary=_text(fields["summary"]),
        project_id=int(project["id"]),
        project_key=_text(project["key"]),
        project_name=_text(project["name"]),
        type_name=_text(fields["issuetype"]["name"]),
        status_name=_text(status["name"]),
        done=(status.get("statusCategory") or {}).get("key") == "done",
        estimate_seconds=_seconds(tracking.get("originalEstimateSeconds")),
        remaining_seconds=_seconds(tracking.get("remainingEstimateSeconds")),
        spent_seconds=_seconds(tracking.get("timeSpentSeconds")),
    )


@strictly
def read_worklog_json(data: Mapping[str, Any], zones: Zones, fallback: ZoneInfo) -> Worklog:
    """A worklog; its work date is in the author's zone as known, as Jira states it, or else ``fallback``."""
    account, started, day = _when(data, zones, fallback)
    comment = data.get("comment")
    if not (comment is None or isinstance(comment, dict)):
        raise ValueError("not a worklog of REST v3")
    return Worklog(
        id=int(data["id"]),
        issue_id=int(data["issueId"]),
        author=account,
        day=day,
        started=started,
        seconds=counted_seconds(data["timeSpentSeconds"]),
        updated=parse_instant(data["updated"]),
        comment=comment,
        restricted="visibility" in data,
    )


@strictly
def read_day_json(data: Mapping[str, Any], zones: Zones, fallback: ZoneInfo) -> date:
    """The work date alone, as read_worklog_json has it."""
    return _when(data, zones, fallback)[2]


def _when(data: Mapping[str, Any], zones: Zones, fallback: ZoneInfo) -> tuple[str, datetime, date]:
    """The author, the start and the work date."""
    author = data.get("author") or {}
    account = author.get("accountId") or NOBODY
    started = parse_instant(data["started"])
    zone = zones.get(account) or find_zone(author.get("timeZone")) or fallback
    return account, started, work_date(started, zone)


@strictly
def read_profile_json(data: Mapping[str, Any], fallback: ZoneInfo) -> Profile:
    """The viewer; where Jira hides the zone, ``fallback`` stands in and the profile says so."""
    stated = data.get("timeZone")
    zone = find_zone(stated)
    return Profile(
        account_id=_text(data["accountId"]),
        zone=zone or fallback,
        zone_hidden=zone is None,
        locale=_text(data.get("locale") or "en_US"),
        display_name=_text(data.get("displayName") or ""),
    )


@strictly
def read_zone_json(data: Mapping[str, Any]) -> ZoneInfo | None:
    """The zone of a user; None where Jira hides it."""
    return find_zone(data.get("timeZone"))


@strictly
def read_tracking_json(data: Mapping[str, Any]) -> TimeTracking:
    """The length of a day and a week in seconds; hours may be fractions, as in 7.5."""
    if not data["timeTrackingEnabled"]:
        return TimeTracking(False, 8 * 3600, 40 * 3600)
    options = data["timeTrackingConfiguration"]
    hours, days = options["workingHoursPerDay"], options["workingDaysPerWeek"]
    if not (0 < hours <= 24 and 0 < days <= 7):
        raise ValueError("no length of a day or week")
    return TimeTracking(
        True, round(hours * 3600), round(hours * days * 3600), _text(options.get("defaultUnit", "minute"))
    )


def find_zone(name: object) -> ZoneInfo | None:
    """A zone by its IANA name; None for a name this machine does not know."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _seconds(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("whole seconds expected")
    return value
