"""The values of the worklog dialog, all as text, so nothing typed is lost if it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from timesheet.domain.adf import adf_to_text
from timesheet.domain.duration import describe, parse_duration
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identity import TimeTracking
from timesheet.domain.issue import Issue
from timesheet.domain.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog.command import TimeEntry, WorklogEdit
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.worklog.seen import read_seen, seen_mark

PLACES = ("dialog", "panel-form")


@dataclass(frozen=True, slots=True)
class WorklogForm:
    """The fields by their names in the form.

    ``text`` is the content of the issue box, ``issue`` the id behind it, ``remaining`` that issue's estimate
    in seconds. ``seen``, ``source`` (issue id), ``was``, and ``was_seconds`` describe the worklog as it was
    shown; ``author`` owns it, and its times are in the author's zone.
    """

    issue: str = ""
    text: str = ""
    remaining: str = ""
    day: str = ""
    start: str = ""
    fold: str = ""
    duration: str = ""
    comment: str = ""
    adjust: str = "auto"
    new_estimate: str = ""
    adjust_by: str = ""
    key: str = ""
    seen: str = ""
    source: str = ""
    was: str = ""
    was_seconds: str = ""
    author: str = ""
    place: str = PLACES[0]

    @property
    def worklog_id(self) -> int | None:
        """Return the worklog that is edited, None for a new one."""
        return read_seen(self.seen).worklog_id if self.seen else None

    @property
    def issue_id(self) -> int:
        """Return the chosen issue. Raise InvalidInput if there is none."""
        return read_issue_id(self.issue)

    @property
    def source_id(self) -> int:
        """Return the issue the edited worklog is on."""
        return read_issue_id(self.source)


def read_form(values: MultiDict[str, str]) -> WorklogForm:
    """Return the form as it was sent; unknown fields are ignored."""
    known = {name: values[name] for name in (field.name for field in fields(WorklogForm)) if name in values}
    form = WorklogForm(**known)
    return form if form.place in PLACES else replace(form, place=PLACES[0])


def form_of(worklog: Worklog, issue: Issue, zone: ZoneInfo, place: str) -> WorklogForm:
    """Return the form that shows a worklog; ``was`` keeps an unedited duration as exact as Jira has it."""
    local = worklog.started.astimezone(zone)
    shown = describe(worklog.seconds)
    return WorklogForm(
        **chosen(issue),
        day=worklog.day.isoformat(),
        start=f"{local:%H:%M}",
        fold=str(local.fold),
        duration=shown,
        comment=adf_to_text(worklog.comment),
        key=new_key(),
        seen=seen_mark(worklog),
        source=str(worklog.issue_id),
        was=shown,
        was_seconds=str(worklog.seconds),
        author=worklog.author,
        place=place,
    )


def chosen(issue: Issue) -> dict[str, str]:
    """Return the fields for the chosen issue."""
    remaining = "" if issue.remaining_seconds is None else str(issue.remaining_seconds)
    return {"issue": str(issue.id), "text": f"{issue.key} {issue.summary}", "remaining": remaining}


def new_key() -> str:
    """Return a new unique key for a write, so repeating it does nothing."""
    return uuid4().hex


def entry_of(form: WorklogForm, tracking: TimeTracking) -> TimeEntry:
    """Return the new worklog in the form. Raise InvalidInput for the field."""
    return TimeEntry(
        form.issue_id,
        _day(form),
        form.duration,
        form.key,
        time=read_clock(form.start),
        fold=int(form.fold == "1"),
        comment=form.comment,
        estimate=estimate_of(form, tracking),
    )


def edit_of(form: WorklogForm, tracking: TimeTracking) -> WorklogEdit:
    """Return the change in the form; an unedited duration is left out, so showing it changes nothing."""
    return WorklogEdit(
        form.source_id,
        read_seen(form.seen),
        form.key,
        day=_day(form),
        time=read_clock(form.start),
        fold=int(form.fold == "1"),
        text=None if form.duration.strip() == form.was else form.duration,
        comment=form.comment,
        estimate=estimate_of(form, tracking),
    )


def estimate_of(form: WorklogForm, tracking: TimeTracking) -> EstimateChange:
    """Return how to change the remaining estimate. Raise InvalidInput for an invalid amount."""
    amount = {"new": form.new_estimate, "manual": form.adjust_by}.get(form.adjust)
    if amount is None:
        return EstimateChange(form.adjust)
    try:
        return EstimateChange(form.adjust, parse_duration(amount, tracking))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="estimate") from None


def read_clock(text: str) -> time:
    """Return a time of day, 00:00 to 23:59. Raise InvalidInput for anything else."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise InvalidInput("Say when it began, from 00:00 to 23:59.", field="start") from None


def _day(form: WorklogForm) -> date:
    if not form.day.strip():
        raise InvalidInput("Choose the day.", field="day")
    return read_day(form.day, date.min)
