"""Commands about worklogs, one value each: a typed cell, a new entry, a change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog.write_result import Seen


@dataclass(frozen=True, slots=True)
class CellEdit:
    """The text typed into one cell, and the worklogs that the browser saw there.

    ``key`` is the same for each try of the same text. ``tried`` are the keys of earlier texts in this cell
    whose response never arrived.
    """

    issue_id: int
    day: date
    text: str
    key: str
    seen: tuple[Seen, ...] = ()
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """A new worklog from the dialog. Without ``time`` it begins at 09:00 or after the day's last worklog."""

    issue_id: int
    day: date
    text: str
    key: str
    time: time | None = None
    fold: int = 0
    comment: str = ""
    estimate: EstimateChange = field(default_factory=EstimateChange)


@dataclass(frozen=True, slots=True)
class WorklogEdit:
    """Changes to one worklog from the dialog; None = unchanged. ``tried`` as for a cell."""

    issue_id: int
    seen: Seen
    key: str
    day: date | None = None
    time: time | None = None
    fold: int | None = None
    text: str | None = None
    comment: str | None = None
    estimate: EstimateChange = field(default_factory=EstimateChange)
    tried: tuple[str, ...] = ()
