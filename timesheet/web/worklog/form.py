"""The values of the worklog dialog, all as text, so nothing typed is lost if it cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from uuid import uuid4
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import NotFound
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import message
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.command.form import FormFields
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog.command import read_estimate
from timesheet.services.worklog.safeguard.seen import read_seen, seen_mark
from timesheet.services.worklog.split import ClosedPart
from timesheet.web.http.fields import read_issue_id
from timesheet.web.http.language import duration_words
from timesheet.web.worklog.attribute import attributes_text, sent_attributes, typed_attributes

PLACES = ("dialog", "panel-form")


@dataclass(frozen=True, slots=True)
class NextTimer:
    """The timer that starts after the one whose time is logged: on this ``issue``, and from when it was ``chosen``."""

    issue: str = ""
    chosen: str = ""


NO_NEXT_TIMER = NextTimer()


@dataclass(frozen=True, slots=True)
class Measured:
    """The parts that a timer adds to the form: its address, and sentences about the time that it measured.

    ``seconds`` are what a paused timer measured, and 0 while it runs, because no form can show all of that yet.
    ``split`` is None for time within one day, else whether it is to be logged on each day.
    """

    action: str
    seconds: int
    notes: tuple[str, ...]
    next_timer: NextTimer = NO_NEXT_TIMER
    split: bool | None = None


@dataclass(frozen=True, slots=True)
class WorklogForm:
    """The fields by their names in the form.

    ``text`` is the content of the issue box, ``issue`` the id behind it, ``remaining`` that issue's estimate in
    seconds. ``seen``, ``source`` (issue id), ``was``, ``was_seconds``, and ``was_day`` describe the worklog as it
    was shown; ``author`` owns it, and its times are in the author's zone. ``attributes`` are all of them in one text.
    ``split`` logs new time past midnight as a worklog for each day.
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
    was_day: str = ""
    author: str = ""
    attributes: str = ""
    split: str = ""
    place: str = PLACES[0]

    @property
    def worklog_id(self) -> int | None:
        """Return the id of the worklog that is edited, None for a new one."""
        return read_seen(self.seen).worklog_id if self.seen else None

    @property
    def issue_id(self) -> int:
        """Return the id of the chosen issue. Raise InvalidInput if there is none."""
        return read_issue_id(self.issue)

    @property
    def source_id(self) -> int:
        """Return the id of the issue that the edited worklog is on."""
        return read_issue_id(self.source)


def read_place(values: MultiDict[str, str]) -> str:
    """Return the place on the page for the response. Raise NotFound for an unknown place."""
    place = values.get("place", PLACES[0])
    if place not in PLACES:
        raise NotFound(message("There is no such place on the page."))
    return place


def read_form(values: MultiDict[str, str]) -> WorklogForm:
    """Return the form as it was sent; unknown fields are ignored."""
    sent = {name: values[name] for name in (field.name for field in fields(WorklogForm)) if name in values}
    form = WorklogForm(**sent | {"attributes": sent_attributes(values)})
    return form if form.place in PLACES else replace(form, place=PLACES[0])


def form_of(worklog: Worklog, issue: Issue, zone: ZoneInfo, place: str) -> WorklogForm:
    """Return the form that shows a worklog; ``was`` keeps an unedited duration as exact as Jira has it."""
    local = worklog.started.astimezone(zone)
    duration = duration_words(worklog.seconds)
    return WorklogForm(
        **chosen(issue),
        day=worklog.day.isoformat(),
        start=f"{local:%H:%M}",
        fold=str(local.fold),
        duration=duration,
        comment=adf_to_text(worklog.comment),
        key=new_key(),
        seen=seen_mark(worklog),
        source=str(worklog.issue_id),
        was=duration,
        was_seconds=str(worklog.seconds),
        was_day=worklog.day.isoformat(),
        author=worklog.author,
        attributes=attributes_text(worklog),
        place=place,
    )


def with_open_days(form: WorklogForm, refused: ClosedPart) -> WorklogForm:
    """Return the form with the time of the open days, of which a closed one is no part."""
    start = refused.start
    return replace(
        form,
        day=start.date().isoformat(),
        start=f"{start:%H:%M}",
        fold=str(start.fold),
        duration=duration_words(refused.seconds),
    )


def chosen(issue: Issue) -> dict[str, str]:
    """Return the fields for the chosen issue."""
    remaining = "" if issue.remaining_seconds is None else str(issue.remaining_seconds)
    return {"issue": str(issue.id), "text": f"{issue.key} {issue.summary}", "remaining": remaining}


def new_key() -> str:
    """Return a new unique key for a write, so repeating it does nothing."""
    return uuid4().hex


def fields_of(
    form: WorklogForm, only: Sequence[str] = (), next_timer: NextTimer = NO_NEXT_TIMER, measured: str = ""
) -> FormFields:
    """Return the fields of the form for a command, all or ``only`` some of them, and those of a timer."""
    names = only or [field.name for field in fields(WorklogForm)]
    values = {name: [getattr(form, name)] for name in names if name != "attributes"}
    if typed := typed_attributes(form.attributes) if "attributes" in names else {}:
        values |= {"attributes": ["1"], "attribute": [*typed], "value": [*typed.values()]}
    timers = {"next": [next_timer.issue], "next_from": [next_timer.chosen], "measured": [measured]}
    return FormFields(values | timers)


def estimate_of(form: WorklogForm, tracking: TimeTracking) -> EstimateChange:
    """Return how to change the remaining estimate. Raise InvalidInput for an invalid amount."""
    return read_estimate(fields_of(form), lambda: tracking)
