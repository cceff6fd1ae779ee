"""What the page is told after a change: the dialog empties or shows what is left, a message, a way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Response, make_response, render_template, url_for

from timesheet.domain.duration import describe
from timesheet.domain.worklog import Worklog
from timesheet.services.desk import Desk
from timesheet.services.saved import Saved
from timesheet.web.dates import full_date, locale_of
from timesheet.web.grid import seen_mark
from timesheet.web.htmx import with_event
from timesheet.web.worklog_cell import CellList
from timesheet.web.worklog_form import new_key

NOTHING = "Nothing was changed."
CHANGED = "sheet-changed"


@dataclass(frozen=True, slots=True)
class Undo:
    """Where the way back leads, and what it has to say there; ``id`` is that of the message that offers it."""

    id: str
    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell. ``place`` is emptied, or shows ``cell``; ``undone`` is the message that goes."""

    said: str = ""
    place: str = ""
    cell: CellList | None = None
    undo: Undo | None = None
    failed: bool = False
    undone: str = ""
    changed: bool = True

    def send(self, status: int = 200) -> Response:
        """The fragments, and the event on which the sheet reads itself again."""
        html = render_template(
            "worklog/_done_oob.html",
            said=self.said,
            place=self.place,
            cell=self.cell,
            undo=self.undo,
            failed=self.failed,
            undone=self.undone,
        )
        response = make_response(html, status)
        return with_event(response, CHANGED, {"target": "body"}) if self.changed else response


def say(desk: Desk, what: str, saved: Saved) -> str:
    """One sentence about a write, e.g. ``1h 30m logged on PAY-12, Tuesday …``, with the notes that belong to it."""
    worklog = saved.worklog or saved.removed
    if not saved.changed or worklog is None:
        return NOTHING
    on = f" on {saved.issue.key}" if saved.issue else ""
    first = f"{describe(worklog.seconds)} {what}{on}, {day_in_words(desk, worklog.day)}."
    return " ".join((first, *saved.notes, *_left(saved)))


def day_in_words(desk: Desk, day: date) -> str:
    """Weekday and date in the viewer's locale."""
    return full_date(day, locale_of(desk.profile.locale))


def undo_delete(*worklogs: Worklog) -> Undo:
    """The way back from deleting these."""
    ids = [str(worklog.id) for worklog in worklogs]
    return Undo(undo_id(ids[0]), url_for("worklog.restore_worklog"), {"worklog": ",".join(ids)})


def undo_move(moved: Saved, issue_id: int) -> Undo | None:
    """The way back from a move that began on ``issue_id``."""
    if moved.worklog is None:
        return None
    day = next((day for day in moved.days if day != moved.worklog.day), moved.worklog.day)
    message = undo_id(str(moved.worklog.id))
    fields = {
        "from": str(moved.worklog.issue_id),
        "seen": seen_mark(moved.worklog),
        "issue": str(issue_id),
        "day": day.isoformat(),
        "key": new_key(),
        "undone": message,
    }
    return Undo(message, url_for("worklog.move_worklog"), fields)


def undo_id(worklog_id: str) -> str:
    """The id of the message that offers to undo what happened to this worklog."""
    return f"undo-{worklog_id}"


def _left(saved: Saved) -> tuple[str, ...]:
    issue = saved.issue
    return (
        ()
        if issue is None or issue.remaining_seconds is None
        else (f"{describe(issue.remaining_seconds)} left.",)
    )
