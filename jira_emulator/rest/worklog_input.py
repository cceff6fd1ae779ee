"""Read a caller's input for a worklog, as strictly as Jira."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

from jira_emulator.issue.adf import is_document, paragraphs, plain_text
from jira_emulator.issue.estimate import Adjustment, InvalidDurationError, parse_duration, whole_minutes
from jira_emulator.issue.worklog import WorklogInput
from jira_emulator.model import Issue, Json, Restriction
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError, bad_payload, no_worklog_made

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9999, 12, 30)
"""Jira documents no limit for a year of four digits. Days outside could not be converted between zones."""
PROPERTY_BYTES = 32_768
LONGEST_TEXT = 32_767
MOST_SECONDS = 2**53
PROPERTY_KEY_LENGTH = 255
_STARTED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}", re.ASCII)
_MODES = {
    "POST": frozenset(("auto", "leave", "new", "manual")),
    "PUT": frozenset(("auto", "leave", "new")),
    "DELETE": frozenset(("auto", "leave", "new", "manual")),
    "BULK": frozenset(("auto", "leave")),
}
_AMOUNTS = {"POST": "reduceBy", "DELETE": "increaseBy"}
_AMOUNT_WANTED = {
    "newEstimate": "You must supply a valid new estimate.",
    "adjustmentAmount": "You must supply a valid amount of time to adjust the estimate by.",
}


def read_worklog(call: Call, issue: Issue, *, new: bool) -> WorklogInput:
    """Return the validated body of a create or update; unknown properties are ignored, as in Jira.

    Seconds become whole minutes, times epoch milliseconds.
    """
    given = {name: value for name, value in call.any_body().items() if value is not None}
    return WorklogInput(
        started=_read_started(given),
        seconds=_read_seconds(call, given, new=new),
        comment=read_rich_text(call, given.get("comment"), "comment"),
        restriction=_read_visibility(call, issue, given.get("visibility")),
        properties=_read_properties(given.get("properties")),
    )


def read_adjustment(call: Call, kind: str) -> Adjustment:
    """Return ``adjustEstimate`` and its amount; ``kind`` is POST, PUT, DELETE, or BULK. Raise 400."""
    mode = call.text("adjustEstimate") or "auto"
    if mode not in _MODES[kind]:
        raise no_worklog_made("adjustEstimate", f"'{mode}' is not a valid way to adjust the estimate.")
    if mode == "new":
        return Adjustment(mode, _read_amount(call, "newEstimate", "newEstimate"))
    if mode == "manual":
        return Adjustment(mode, _read_amount(call, _AMOUNTS[kind], "adjustmentAmount"))
    return Adjustment(mode)


def _read_amount(call: Call, parameter: str, field: str) -> int:
    text = call.text(parameter)
    try:
        return parse_duration(text or "", call.site.time_tracking)
    except InvalidDurationError:
        raise no_worklog_made(field, _AMOUNT_WANTED[field]) from None


def _read_started(given: Json) -> int | None:
    started = given.get("started")
    if started is None:
        return None
    try:
        if not isinstance(started, str) or not _STARTED.fullmatch(started):
            raise ValueError(started)
        when = datetime.strptime(started, "%Y-%m-%dT%H:%M:%S.%f%z")
        if not FIRST_DAY <= when.date() <= LAST_DAY:
            raise ValueError(started)
        return round(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise no_worklog_made(
            "startDate", "Invalid date format. Please enter the date in a valid form."
        ) from None


def _read_seconds(call: Call, given: Json, *, new: bool) -> int | None:
    text, number = given.get("timeSpent"), given.get("timeSpentSeconds")
    if text is None and number is None:
        if new:
            raise no_worklog_made("timeLogged", "You must indicate the time spent working.")
        return None
    if text is not None and number is not None:
        raise no_worklog_made("timeLogged", "Give either timeSpent or timeSpentSeconds, not both.")
    seconds = _seconds_of_text(call, text) if number is None else _seconds_of_number(number)
    if seconds > MOST_SECONDS:
        raise no_worklog_made("timeLogged", "Invalid time duration entered.")
    if seconds <= 0:
        raise no_worklog_made("timeLogged", "Time spent can not be zero.")
    return seconds


def _seconds_of_number(number: Any) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise bad_payload()
    return whole_minutes(number)


def _seconds_of_text(call: Call, text: Any) -> int:
    try:
        if not isinstance(text, str):
            raise bad_payload()
        return parse_duration(text, call.site.time_tracking)
    except InvalidDurationError:
        raise no_worklog_made("timeLogged", "Invalid time duration entered.") from None


def read_rich_text(call: Call, value: Any, field: str) -> Json | None:
    """Return a rich text: an Atlassian document, in version 2 of the API plain text. None for none. Raise 400."""
    document = _read_document(call, value, field)
    if len(plain_text(document)) > LONGEST_TEXT:
        sentence = (
            f"The entered text is too long. It exceeds the allowed limit of {LONGEST_TEXT:,} characters."
        )
        raise ApiError(400, errors={field: sentence})
    return document


def _read_document(call: Call, value: Any, field: str) -> Json | None:
    if value is None:
        return None
    if call.render.plain:
        if not isinstance(value, str):
            raise ApiError(400, errors={field: "Comment must be a text."})
        return paragraphs(value) if value else None
    if not isinstance(value, dict):
        raise ApiError(400, errors={field: "Comment must be an Atlassian Document."})
    if not is_document(value):
        raise ApiError(400, "INVALID_INPUT")
    return value


def _read_visibility(call: Call, issue: Issue, value: Any) -> Restriction | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not value.keys() <= {"type", "value", "identifier"}:
        raise bad_payload()
    name = value.get("identifier") or value.get("value")
    if not isinstance(name, str):
        raise bad_payload()
    if value.get("type") == "group":
        group = call.site.groups.get(name) or call.site.group_named(name)
        if group is None or not call.permissions.in_group(group.id):
            raise ApiError(400, errors={"visibility": f"You are not a member of the group: {name}."})
        return Restriction("group", group.name, group.id)
    if value.get("type") == "role":
        roles = (call.site.roles[role_id] for role_id in call.permissions.roles_in(issue.project))
        role = next((r for r in roles if name in (r.name, str(r.id))), None)
        if role is None:
            raise ApiError(400, errors={"visibility": f"You do not have the project role: {name}."})
        return Restriction("role", role.name, str(role.id))
    raise bad_payload()


def _read_properties(value: Any) -> Json | None:
    if value is None:
        return None
    if not isinstance(value, list) or any(
        not isinstance(p, dict) or p.keys() != {"key", "value"} for p in value
    ):
        raise bad_payload()
    for item in value:
        check_property(item["key"], item["value"])
    return {item["key"]: item["value"] for item in value}


def check_property(key: Any, value: Any) -> None:
    """Raise 400 unless key and value are within Jira's limits: 255 characters and 32,768 bytes of JSON."""
    if not isinstance(key, str) or not 0 < len(key) <= PROPERTY_KEY_LENGTH:
        raise ApiError(400, f"The property key must have 1 to {PROPERTY_KEY_LENGTH} characters.")
    if len(json.dumps(value, ensure_ascii=False).encode()) > PROPERTY_BYTES:
        raise ApiError(400, f"The property value must not be longer than {PROPERTY_BYTES} bytes.")
