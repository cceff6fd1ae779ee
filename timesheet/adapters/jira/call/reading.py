"""Convert Jira's JSON to the domain's types. Anything that is not as Jira documents it raises JiraUnavailable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from sys import intern
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from msgspec import convert

from timesheet.adapters.jira.call.rows import (
    Author,
    IssueFields,
    IssueRow,
    ParentRow,
    StatusRow,
    Tracking,
    TypeRow,
    WholeRow,
)
from timesheet.adapters.jira.call.transport import NONSENSE
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.identity import USUAL_TRACKING, Profile, TimeTracking
from timesheet.domain.jira_time import find_zone, in_milliseconds, work_date
from timesheet.domain.person import HIDDEN, Person, former
from timesheet.domain.worklog.adf import LONGEST_TEXT, text_to_adf
from timesheet.domain.worklog.issue import Component, Issue, Parent
from timesheet.domain.worklog.packed_json import NOTHING, packed
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Zones

P = ParamSpec("P")
R = TypeVar("R")

ISSUE_FIELDS = ("summary", "project", "issuetype", "status", "timetracking", "parent", "components")
NOBODY = "unknown"
NO_TRACKING, NO_STATUS, NO_TYPE = Tracking(), StatusRow(), TypeRow()
MOST_ESTIMATED = 10**12


def strictly(read: Callable[P, R]) -> Callable[P, R]:
    """Turn every unexpected shape of a response into one clear error."""

    @wraps(read)
    def reader(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return read(*args, **kwargs)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise JiraUnavailable(NONSENSE) from error

    return reader


@strictly
def read_global_permissions(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the global permissions in a response; only plain names in a list count."""
    granted = data["globalPermissions"]
    if not isinstance(granted, list):
        raise TypeError("granted permissions come as a list")
    return frozenset(name for name in granted if isinstance(name, str))


@strictly
def read_own_permissions(data: Mapping[str, Any]) -> Mapping[str, bool]:
    """Return whether the viewer has each permission in a response; those of which Jira does not say it are absent."""
    has = {key: entry.get("havePermission") for key, entry in data["permissions"].items()}
    return {key: value for key, value in has.items() if isinstance(value, bool)}


@strictly
def read_granted_issues(data: Mapping[str, Any]) -> Mapping[str, frozenset[int]]:
    """Return the issues on which each permission in a response is granted; Jira may list them in several entries."""
    granted: dict[str, frozenset[int]] = {}
    for entry in data["projectPermissions"]:
        name = _text(entry["permission"])
        granted[name] = granted.get(name, frozenset()) | frozenset(map(int, entry["issues"]))
    return granted


@strictly
def read_issue_json(data: Mapping[str, Any]) -> Issue:
    """Return an issue with ISSUE_FIELDS; seconds are None if Jira leaves them out."""
    row = convert(data, IssueRow)
    return issue_of(row.id, row.key, row.fields)


def issue_of(number: str | int, key: str, fields: IssueFields) -> Issue:
    """Return a decoded issue. Raise ValueError if its id is not a number."""
    project, tracking = fields.project, fields.timetracking or NO_TRACKING
    status, kind = fields.status or NO_STATUS, fields.issuetype or NO_TYPE
    above = fields.parent
    return Issue(
        id=int(number),
        key=key,
        summary=fields.summary or "",
        project_id=int(project.id),
        # Names that many issues share take memory once.
        project_key=intern(project.key),
        project_name=intern(project.name or project.key),
        type_name=intern(kind.name or ""),
        status_name=intern(status.name or ""),
        done=status.status_category is not None and status.status_category.key == "done",
        estimate_seconds=_estimate(tracking.original_estimate_seconds),
        remaining_seconds=_estimate(tracking.remaining_estimate_seconds),
        spent_seconds=_estimate(tracking.time_spent_seconds),
        type_kind=kind.kind,
        type_id=int(kind.id or 0),
        status_id=int(status.id or 0),
        parent=_parent(above) if above else None,
        components=tuple(
            Component(int(one.id), one.name) for one in fields.components or () if one.id and one.name
        ),
    )


def _estimate(value: object) -> int | None:
    """Return the seconds of an estimate; None for any that no sum and no cache has room for."""
    return value if type(value) is int and abs(value) <= MOST_ESTIMATED else None


def _parent(row: ParentRow) -> Parent | None:
    if row.id is None or row.key is None:
        return None
    parent = Parent(int(row.id), row.key, (row.fields.summary if row.fields else "") or "")
    return _parents.setdefault((parent.id, parent.key, parent.summary), parent)


_parents: WeakValueDictionary[tuple[int, str, str], Parent] = WeakValueDictionary()
"""The parents that are in memory now: the issues of an epic, and the people who work on them, share one."""


@strictly
def read_worklog_json(
    data: Mapping[str, Any], zones: Zones, fallback: ZoneInfo, *, expanded: bool = False
) -> Worklog:
    """Return a worklog; its work date is in the author's known zone, the zone that Jira states, or ``fallback``.

    If its properties were requested (``expanded``), Jira may leave out an empty list of them, or send null.
    """
    if expanded and data.get("properties") is None:
        data = {**data, "properties": []}
    return worklog_of(convert(data, WholeRow), zones, fallback)


def worklog_of(row: WholeRow, zones: Zones, fallback: ZoneInfo) -> Worklog:
    """Return a decoded worklog. Raise ValueError or OverflowError for an impossible day."""
    account = row.author.account_id if row.author else None
    started = in_milliseconds(row.started)
    return Worklog(
        id=int(row.id),
        issue_id=int(row.issue_id),
        author=intern(account) if account else NOBODY,
        day=work_date(started, zone_of(row.author, zones, fallback)),
        started=started,
        seconds=row.time_spent_seconds,
        updated=in_milliseconds(row.changed),
        comment=_document(row.comment),
        restricted=row.visibility is not None,
        properties=_properties_of(row.properties),
        created=in_milliseconds(row.created) if row.created else None,
    )


def _document(comment: object) -> Mapping[str, Any] | None:
    """Return a comment as a document, also if it came as plain text."""
    if isinstance(comment, str):
        return packed(text_to_adf(comment[:LONGEST_TEXT])) if comment else None
    return packed(comment) if isinstance(comment, dict) else None


def _properties_of(listed: object) -> Mapping[str, Any] | None:
    """Return entity properties by key; None if Jira did not list them in a readable form."""
    if not isinstance(listed, list):
        return None
    try:
        found = {_text(one["key"]): one["value"] for one in listed}
    except (KeyError, TypeError):
        return None
    return packed(found) if found else NOTHING


def zone_of(author: Author | None, zones: Zones, fallback: ZoneInfo) -> ZoneInfo:
    """Return the zone of a person's work dates: the known one, the one Jira states, or ``fallback``."""
    if author is None:
        return fallback
    zone = zones.get(author.account_id) if author.account_id else None
    return zone or find_zone(author.time_zone) or fallback


def person_of(author: Author) -> Person:
    """Return a person as Jira shows them with what they wrote. Raise ValueError without an account id."""
    if not author.account_id:
        raise ValueError("an account has an id")
    if author.account_type == "unknown" or not (author.display_name or author.active):
        return former(author.account_id)
    return Person(author.account_id, author.display_name or HIDDEN, active=author.active is not False)


@strictly
def read_profile_json(data: Mapping[str, Any], fallback: ZoneInfo) -> Profile:
    """Return the viewer; if Jira hides the zone, ``fallback`` is used and the profile says so.

    Language and name may have any form: without them, there are only defaults and an empty name.
    """
    stated, locale, name = (data.get(field) for field in ("timeZone", "locale", "displayName"))
    zone = find_zone(stated)
    return Profile(
        account_id=_text(data["accountId"]),
        zone=zone or fallback,
        zone_hidden=zone is None,
        locale=locale if locale and isinstance(locale, str) else "en_US",
        display_name=name if isinstance(name, str) else "",
    )


@strictly
def read_tracking_json(data: Mapping[str, Any]) -> TimeTracking:
    """Return the length of a day and a week in seconds; hours may be fractions, as in 7.5.

    If a Jira states only the lengths, it tracks time.
    """
    enabled: Any = data.get("timeTrackingEnabled")
    options: Any = data.get("timeTrackingConfiguration")
    if enabled is False:
        return replace(USUAL_TRACKING, enabled=False)
    if enabled and options is None:
        return USUAL_TRACKING
    hours, days = options["workingHoursPerDay"], options["workingDaysPerWeek"]
    if not (0 < hours <= 24 and 0 < days <= 7):
        raise ValueError("no length of a day or week")
    return TimeTracking(True, round(hours * 3600), round(hours * days * 3600))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value
