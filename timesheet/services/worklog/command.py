"""Commands about worklogs, one value each: a typed cell, a new entry, a change of many, an undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Self, TypeAlias

from timesheet.domain.day_text import read_clock
from timesheet.domain.duration import parse_duration
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.identity import TimeTracking
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.quick_add.line import mistyped_colon, split_comment
from timesheet.services.command.fields import HEAD, Fields
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.worklog.safeguard.idempotency import is_key
from timesheet.services.worklog.safeguard.seen import LONGEST_ID, OUTDATED, SeenWorklog, read_seen

NO_ISSUE = message("Choose an issue from the list.")
NO_DAY = message("Choose the day.")
NO_ATTRIBUTE = message("Choose the attribute.")
NO_ACTION = message("There is no such way to change worklogs.")
BACKWARD = message("The last day comes before the first one.")
TOO_LATE = message("It is too late to undo this. Change it by hand.")
TOO_LATE_TO_REDO = message("It is too late to redo this. Change it by hand.")
STOPPED = message("Not tried, because you stopped it.")
NOT_TRIED = message("Not tried: {reason}")
NOT_TRIED_AFTER = message("Not tried, because the one before it could not be saved.")
NONE_CHOSEN = message("Select at least one worklog.")
TOO_MANY = message("Select at most 200 worklogs at once.")
MOST_TRIED = 10
MOST_AT_ONCE = 200
"""The largest number of worklogs that are copied or changed at once; ``TOO_MANY`` names it."""
MOST_UNDONE = 4_500
"""The largest number of writes that are undone at once: more than 300 a minute are refused, and an offer to undo lasts
a quarter of an hour."""
ReadTracking: TypeAlias = Callable[[], TimeTracking]
"""Reads how long a day is in a typed duration; only an estimate that somebody typed needs it."""

Typed: TypeAlias = tuple[tuple[str, str], ...]
"""The attributes that a form showed, by id, with the text or choice of each; empty for none."""

_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class CellEdit:
    """The time and the comment typed into one cell, and the worklogs that the browser saw there.

    ``comment`` is None if none was typed; then an existing one stays. A form sends both as one text, the
    comment after a semicolon. ``key`` is the same for each try of the same text. ``tried`` are the keys of
    earlier texts in this cell whose response never arrived. ``undone`` are tokens that undo the last saves of this
    cell: if the person has used one, the browser may not have seen the result yet. ``like`` is the worklog that a
    pasted cell was copied from: its attributes come along.
    """

    issue_id: int
    day: date
    text: str
    key: str
    seen: tuple[SeenWorklog, ...] = ()
    tried: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    comment: str | None = None
    like: int | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        text, comment = split_comment(fields.text("value"))
        if unclear := mistyped_colon(text, comment):
            raise InvalidInput(unclear, field="value")
        return cls(
            issue_id=fields.number("issue", NO_ISSUE),
            day=fields.day("day"),
            text=text,
            key=fields.text("key"),
            seen=_all_seen(fields),
            tried=tuple(filter(is_key, fields.joined("tried")))[-MOST_TRIED:],
            undone=_tokens(fields)[-MOST_TRIED:],
            comment=comment,
            like=fields.number_or_none("like", OUTDATED) if fields.has("like") else None,
        )


def _tokens(fields: Fields) -> tuple[str, ...]:
    return tuple(filter(_TOKEN.fullmatch, fields.joined("undone"))) if fields.has("undone") else ()


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """A new worklog from the dialog. Without ``time`` it begins at 09:00 or after the day's last worklog.

    Attributes that are not in ``attributes`` have their defaults. Time past midnight is one worklog on its first day,
    or one for each day if it is ``split``.
    """

    issue_id: int
    day: date
    text: str
    key: str
    time: time | None = None
    fold: int = 0
    comment: str = ""
    estimate: EstimateChange = field(default_factory=EstimateChange)
    attributes: Typed | None = None
    split: bool = False

    @classmethod
    def read(cls, fields: Fields, tracking: ReadTracking) -> Self:
        return cls(
            issue_id=fields.number("issue", NO_ISSUE),
            day=_chosen_day(fields),
            text=fields.text("duration"),
            key=fields.text("key"),
            time=read_clock(fields.text("start"), fields.at("start")) if fields.has("start") else None,
            fold=int(fields.flag("fold")) if fields.has("fold") else 0,
            comment=fields.text("comment", ""),
            estimate=read_estimate(fields, tracking),
            attributes=_read_attributes(fields),
            split=fields.flag("split") if fields.has("split") else False,
        )


@dataclass(frozen=True, slots=True)
class QuickEntry:
    """One line of quick add. Relative days count from ``today``, the day on which its meaning was shown."""

    line: str
    key: str
    today: date | None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("line"), fields.text("key"), fields.day_or_none("today"))


@dataclass(frozen=True, slots=True)
class WorklogEdit:
    """Changes to one worklog from the dialog; None = unchanged. ``tried`` as for a cell.

    ``was_day`` is the day on which it was shown, None if that is not known.
    """

    issue_id: int
    seen: SeenWorklog
    key: str
    day: date | None = None
    time: time | None = None
    fold: int | None = None
    text: str | None = None
    comment: str | None = None
    estimate: EstimateChange = field(default_factory=EstimateChange)
    tried: tuple[str, ...] = ()
    attributes: Typed | None = None
    was_day: date | None = None

    @classmethod
    def read(cls, fields: Fields, tracking: ReadTracking) -> Self:
        return cls(
            issue_id=fields.number("source", NO_ISSUE),
            seen=read_seen(fields.text("seen"), fields.at("seen")),
            key=fields.text("key"),
            day=_chosen_day(fields) if fields.has("day") else None,
            time=read_clock(fields.text("start"), fields.at("start")) if fields.has("start") else None,
            fold=int(fields.flag("fold")) if fields.has("fold") else None,
            text=fields.changed("duration", "was") if fields.has("duration") else None,
            comment=fields.text("comment") if fields.has("comment") else None,
            estimate=read_estimate(fields, tracking),
            attributes=_read_attributes(fields),
            was_day=_shown_day(fields),
        )


@dataclass(frozen=True, slots=True)
class MoveWorklog:
    """The same changes, and the issue that the worklog is on from then on; it may be the same one."""

    edit: WorklogEdit
    to_issue_id: int

    @classmethod
    def read(cls, fields: Fields, tracking: ReadTracking) -> Self:
        return cls(WorklogEdit.read(fields, tracking), fields.number("issue", NO_ISSUE))


@dataclass(frozen=True, slots=True)
class DeleteWorklog:
    """Delete one worklog. ``final``: the person knows that it cannot be undone. ``was_day`` as for an edit."""

    issue_id: int
    seen: SeenWorklog
    key: str
    estimate: EstimateChange = field(default_factory=EstimateChange)
    final: bool = False
    was_day: date | None = None

    @classmethod
    def read(cls, fields: Fields, tracking: ReadTracking) -> Self:
        estimate = read_estimate(fields, tracking)
        return cls(
            fields.number("source", NO_ISSUE),
            read_seen(fields.text("seen"), fields.at("seen")),
            fields.text("key"),
            estimate,
            fields.flag("final"),
            _shown_day(fields),
        )


@dataclass(frozen=True, slots=True)
class DeleteCell:
    """Delete all worklogs that the browser saw in one cell."""

    issue_id: int
    day: date
    seen: tuple[SeenWorklog, ...]

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.number("issue", NO_ISSUE), fields.day("day"), _all_seen(fields))


@dataclass(frozen=True, slots=True)
class UndoWrites:
    """Reverse the writes that these tokens stand for, as one. To ``redo`` is to reverse those that undid others."""

    tokens: tuple[str, ...]
    redo: bool = False

    @classmethod
    def read(cls, fields: Fields) -> Self:
        command = cls(tuple(fields.joined("undo")), fields.flag("redo"))
        if not 0 < len(command.tokens) <= MOST_UNDONE or not all(map(_TOKEN.fullmatch, command.tokens)):
            raise InvalidInput(command.too_late, field=fields.at("undo", HEAD))
        return command

    @property
    def too_late(self) -> str:
        """Return the sentence for tokens that are no longer known."""
        return TOO_LATE_TO_REDO if self.redo else TOO_LATE


class BulkAction(StrEnum):
    """The action for all chosen worklogs."""

    MOVE_TO_DAY = "day"
    MOVE_TO_ISSUE = "issue"
    SET_ATTRIBUTE = "attribute"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of many worklogs: its issue, and the version that the browser saw."""

    issue_id: int
    seen: SeenWorklog


@dataclass(frozen=True, slots=True)
class BulkEdit:
    """One change of all chosen worklogs, which are on the sheet of ``span``; each is read by itself without one.

    ``day`` or ``issue_id`` is their target; None until it is chosen. ``value`` is what the form has
    for the attribute with the id ``attribute``: empty to clear it, None while the attribute is not chosen yet.
    ``final`` also deletes worklogs that could not be restored.
    """

    action: BulkAction
    chosen: tuple[Chosen, ...]
    span: DateSpan | None
    key: str
    day: date | None = None
    issue_id: int | None = None
    attribute: str = ""
    value: str | None = None
    final: bool = False

    @property
    def ready(self) -> bool:
        """Return True if it says where the worklogs move to, which value they get, or that they are deleted."""
        return self.action is BulkAction.DELETE or bool(self.day or self.issue_id) or self.value is not None

    @property
    def typed(self) -> Typed | None:
        """Return the attribute and its value as a form sends them; None if attributes stay as they are."""
        return None if self.value is None else ((self.attribute, self.value),)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        chosen = tuple(_chosen(text, fields.at("chosen", HEAD)) for text in fields.texts("chosen"))
        if not 0 < len(chosen) <= MOST_AT_ONCE:
            raise InvalidInput(TOO_MANY if chosen else NONE_CHOSEN, field=fields.at("chosen", HEAD))
        if len({one.seen.worklog_id for one in chosen}) < len(chosen):
            raise InvalidInput(OUTDATED, field=fields.at("chosen", HEAD))
        action = fields.choice("action", BulkAction, NO_ACTION)
        to_day = action is BulkAction.MOVE_TO_DAY and fields.text("day", "").strip()
        to_issue = action is BulkAction.MOVE_TO_ISSUE and fields.has("issue")
        attribute = fields.text("attribute", "") if action is BulkAction.SET_ATTRIBUTE else ""
        # The value field is that of another attribute until the dialog shows the one that was chosen.
        shown = attribute and fields.text("attribute-shown", "") == attribute
        return cls(
            action=action,
            chosen=chosen,
            span=read_span(fields) if fields.has("first") or fields.has("last") else None,
            key=fields.text("key"),
            day=fields.day("day") if to_day else None,
            issue_id=fields.number_or_none("issue", NO_ISSUE) if to_issue else None,
            attribute=attribute,
            value=fields.text(f"attribute-{attribute}", "") if shown else None,
            final=fields.has("final") and fields.flag("final"),
        )


def read_span(fields: Fields) -> DateSpan:
    """Return the days from ``first`` to ``last``. Raise InvalidInput if they are in the wrong order."""
    first, last = fields.day("first"), fields.day("last")
    if last < first:
        raise InvalidInput(BACKWARD, field=fields.at("last"))
    return DateSpan(first, last)


def _chosen(text: str, field: str) -> Chosen:
    issue_id, _, seen = text.partition(":")
    if not is_number(issue_id, LONGEST_ID):
        raise InvalidInput(OUTDATED, field=field)
    return Chosen(int(issue_id), read_seen(seen, field))


def read_estimate(fields: Fields, tracking: ReadTracking) -> EstimateChange:
    """Return how to change the remaining estimate. Raise InvalidInput for an amount that is not a duration."""
    mode = fields.text("adjust", "auto")
    amount = {"new": "new_estimate", "manual": "adjust_by"}.get(mode)
    if amount is None:
        return EstimateChange(mode)
    try:
        return EstimateChange(mode, parse_duration(fields.text(amount), tracking()))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=fields.at(amount, "estimate")) from None


def _read_attributes(fields: Fields) -> Typed | None:
    """Return the attributes that were sent; None if the form showed none, so they stay as they are."""
    if not fields.has("attributes"):
        return None
    rows = fields.rows("attributes", ("attribute", "value"), "form")
    return tuple((row.id("attribute"), row.text("value", "")) for row in rows)


def _chosen_day(fields: Fields) -> date:
    if not fields.text("day").strip():
        raise InvalidInput(NO_DAY, field=fields.at("day"))
    return fields.day("day")


def _shown_day(fields: Fields) -> date | None:
    return fields.day("was_day") if fields.has("was_day") and fields.text_or_none("was_day") else None


def _all_seen(fields: Fields) -> tuple[SeenWorklog, ...]:
    field = fields.at("seen")
    return tuple(read_seen(mark, field) for mark in fields.joined("seen"))
