"""Quick add: find what a typed line means in this Jira, and log it as it was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from types import MappingProxyType

from timesheet.domain.attribute.attribute import (
    BILLABLE,
    Attribute,
    Tags,
    example_tag,
    meaning_of,
    option_typed,
)
from timesheet.domain.attribute.values import AttributeValues, values_in
from timesheet.domain.duration import MINUTE, day_warning
from timesheet.domain.errors import InvalidInput, TimesheetError
from timesheet.domain.identity import TimeTracking
from timesheet.domain.jira_time import next_start, started_at
from timesheet.domain.message import message
from timesheet.domain.worklog.issue import NO_ISSUE, Issue
from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.quick_add.line import QuickLine, in_zone, read_line
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.services.snapshot.issue import issue_by_key
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import as_a_tag, new_properties
from timesheet.services.worklog.command import QuickEntry, TimeEntry, Typed
from timesheet.services.worklog.log import log_time
from timesheet.services.worklog.write_result import WriteResult, own_worklogs

MOST_LINES = 50
NO_TAGS: Tags = MappingProxyType({})
TOO_MANY = message("At most {most} lines can be logged at once. Log these first.", most=MOST_LINES)
UNKNOWN_TAG = message(
    "There is no attribute {tag}. Remove it, or put a semicolon before the comment to keep it as text."
)
NO_OPTION = message("“{name}” has no option “{option}”. Type one that it has, such as {example}.")
NO_VALUE = message("{tag} needs a value, like {tag}=12 or {tag}=“two words”.")
TWO_VALUES = message(
    "This line has two values of one attribute, {first} and {second}. "
    "Leave one, or put a semicolon before the comment."
)


@dataclass(frozen=True, slots=True)
class Understood:
    """The meaning of one line. ``issue`` is None if there is none; ``problem`` says why the line cannot be logged.

    ``values`` are the attributes that it would be logged with, and ``started`` is when its work would begin, None if
    the line cannot be logged. ``note`` says how that differs from the typed start, because of a clock change.
    ``warning`` is about the day as it would be after this line and the lines before it.
    """

    line: QuickLine
    issue: Issue | None
    problem: str
    values: AttributeValues = field(default_factory=dict)
    started: datetime | None = None
    note: str = ""
    warning: str = ""


def read_lines(
    context: ViewerContext, lines: Sequence[str], words: DayWords, today: date, tags: Tags = NO_TAGS
) -> tuple[Understood, ...]:
    """Return what the lines mean, in order. Nothing is logged. Raise TimeTrackingOff if nothing can be.

    A line on an issue that takes no time from the viewer says so. ``log_line`` does not check this: somebody
    may have reopened the issue meanwhile, so Jira decides.
    """
    tracking = context.required_tracking()
    parsed = [_read(context, line, tracking, today, words) for line in lines[:MOST_LINES]]
    for key in dict.fromkeys(line.issue for line in parsed[1:] if line.issue):
        context.jira.begin(partial(issue_by_key, context, key))
    read = [_understood(context, line, tags) for line in parsed]
    read += [Understood(QuickLine("", 0, today), None, TOO_MANY)] * len(lines[MOST_LINES:])
    possible = {one.issue.id: one.issue for one in read if one.issue and not one.line.problem}
    locks = read_row_locks(context, list(possible.values()))
    placed: list[Understood] = []
    for one in read:
        placed.append(_placed(context, _locked(one, locks), placed))
    return tuple(placed)


def log_line(context: ViewerContext, entry: QuickEntry, words: DayWords, tags: Tags = NO_TAGS) -> WriteResult:
    """Log one line. Raise InvalidInput if it cannot be logged as it is. The same key logs once."""
    tracking = context.required_tracking()
    line = _read(context, entry.line, tracking, entry.today or context.today, words)
    issue = _issue_of(context, line)
    problem = _problem(context, line, issue, tags)
    if problem or issue is None:
        raise InvalidInput(problem, field="line")
    time_entry = TimeEntry(
        issue.id,
        line.day,
        f"{line.seconds // MINUTE}m",
        entry.key,
        line.start,
        comment=line.comment,
        attributes=_typed(line, tags),
    )
    saved = log_time(context, time_entry)
    if time_entry.attributes:
        context.attributes.begin()
    return saved


def _read(
    context: ViewerContext, text: str, tracking: TimeTracking, today: date, words: DayWords
) -> QuickLine:
    line = read_line(text, tracking, today, words)
    try:
        return in_zone(line, context.zone)
    except InvalidInput as error:
        return replace(line, problem=error.sentence)


def _understood(context: ViewerContext, line: QuickLine, tags: Tags) -> Understood:
    """Return the meaning of a line for the screen; a line that cannot be logged has a problem, and raises nothing."""
    issue = None
    try:
        issue = _issue_of(context, line)
        problem = _problem(context, line, issue, tags)
        if problem or issue is None:
            return Understood(line, issue, problem)
        values = values_in(new_properties(context, line.day, _typed(line, tags)))
        return Understood(line, issue, "", values)
    except TimesheetError as error:
        return Understood(line, issue, error.sentence)


def _locked(read: Understood, locks: Mapping[int, RowLock]) -> Understood:
    """Return the meaning of a line with the reason why Jira takes no time on its issue, if there is one. Whatever its
    tags lack would not help then.
    """
    if read.line.problem or read.issue is None or read.issue.id not in locks:
        return read
    return replace(read, problem=locks[read.issue.id].sentence(read.issue))


def _placed(context: ViewerContext, read: Understood, earlier: Sequence[Understood]) -> Understood:
    """Return the meaning of a line with its start, or why its day is closed, if ``earlier`` lines are logged first."""
    if read.problem or read.issue is None:
        return read
    line = read.line
    try:
        others = [(worklog.started, worklog.seconds) for worklog in own_worklogs(context, line.day)]
        others += [
            (one.started, one.line.seconds) for one in earlier if one.started and one.line.day == line.day
        ]
        start = (
            started_at(line.day, line.start, context.zone)
            if line.start
            else next_start(line.day, context.zone, others)
        )
        closed = context.closed_at(read.issue, line.day, start.instant)
    except TimesheetError as error:
        return replace(read, problem=error.sentence)
    if closed:
        return replace(read, problem=closed)
    warning = day_warning(line.seconds + sum(seconds for _, seconds in others))
    return replace(read, started=start.instant, note=start.note, warning=warning)


def _issue_of(context: ViewerContext, line: QuickLine) -> Issue | None:
    return issue_by_key(context, line.issue) if line.issue else None


def _problem(context: ViewerContext, line: QuickLine, issue: Issue | None, tags: Tags) -> str:
    if line.problem:
        return line.problem
    if issue is None:
        return message(NO_ISSUE, id_or_key=line.issue)
    # The tag of the built-in attribute works before anybody offers it; ``tags`` has no tag of a retired one.
    attributes = context.attributes.of(context.viewer, line.day)
    offered = {BILLABLE, *(one.id for one in attributes)}
    typed: dict[str, tuple[str, str]] = {}
    for tag in line.tags:
        attribute_id, value = meaning_of(tag, tags) or ("", "")
        if attribute_id not in offered:
            return _unknown_tag(tag, attributes)
        if not value:
            return message(NO_VALUE, tag=f"#{tag}")
        first, before = typed.setdefault(attribute_id, (tag, value))
        if before != value:
            return message(TWO_VALUES, first=f"#{first}", second=f"#{tag}")
    try:
        new_properties(context, line.day, _typed(line, tags), as_a_tag)
    except InvalidInput as error:
        return error.sentence
    return ""


def _unknown_tag(tag: str, attributes: Iterable[Attribute]) -> str:
    """Return why a tag means nothing: its list has no such option, or no attribute has its name."""
    for attribute in attributes:
        option = option_typed(attribute, tag)
        if option:
            example = example_tag(attribute)
            return message(NO_OPTION, name=attribute.name, option=option, example=example)
    return message(UNKNOWN_TAG, tag=f"#{tag}")


def _typed(line: QuickLine, tags: Tags) -> Typed:
    return tuple(meant for tag in line.tags if (meant := meaning_of(tag, tags)))
