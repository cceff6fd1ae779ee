"""Save a day or a week as a template, and log a template's hours again with the plan and the loop of a copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

from timesheet.domain.duration import format_hm
from timesheet.domain.errors import Conflict
from timesheet.domain.jira_time import START_OF_WORK, started_at
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan, week_of
from timesheet.domain.worklog.template import Template, Templates, hours_of
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.resilience.patience import never
from timesheet.services.snapshot.issue import get_issues
from timesheet.services.timesheet.command import ApplyTemplate, ChangeTemplate, SaveTemplate, TemplateChange
from timesheet.services.timesheet.copy import (
    CopyLine,
    CopyResult,
    begin_lines,
    hash_of,
    log_lines,
    plan_lines,
    read_complete,
)
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.command import TOO_LATE, TimeEntry
from timesheet.services.worklog.reversal import UNDO_SECONDS

RENAMED = message(
    "This template was renamed in another tab or on another device. Rename replaces the saved name with yours."
)
STEPS = {TemplateChange.UP: -1, TemplateChange.DOWN: 1}


class TemplateStore(Protocol):
    """The part of SettingsStore that keeps templates."""

    def change_templates(self, account_id: str, change: Callable[[Templates], Templates]) -> Templates:
        """See SettingsStore."""


def save_template(
    context: ViewerContext, store: TemplateStore, command: SaveTemplate, week_start: int
) -> Templates:
    """Save the viewer's time of a day or week, and return their templates.

    Raise InvalidInput for the name, for days without time, and for too many; JiraUnavailable if the days could not be
    read completely.
    """
    span = days_of_template(command.day, week_start, weekly=command.weekly)
    hours = hours_of(read_complete(context, span).worklogs, span)
    template = Template(command.id, command.name, command.weekly, hours)
    return store.change_templates(context.viewer, lambda templates: templates.with_saved(template))


def change_template(context: ViewerContext, store: TemplateStore, command: ChangeTemplate) -> Templates:
    """Rename, move, delete, or restore a template of the viewer, and return all of them.

    Raise Conflict for a template that was deleted too long ago to be restored, and for one that was renamed since the
    browser showed it.
    """
    template_id, name = command.template_id, context.key("deleted-template", command.template_id)

    def changed(templates: Templates) -> Templates:
        if command.change is TemplateChange.DELETE:
            for place, template in enumerate(templates.all):
                if template.id == template_id:
                    context.cache.put(name, (template, place), UNDO_SECONDS)
            return templates.without(template_id)
        if command.change is TemplateChange.RESTORE:
            deleted = context.cache.get(name)
            if deleted is None:
                raise Conflict(TOO_LATE)
            return templates.with_restored(*deleted)
        if command.change is TemplateChange.RENAME:
            current = templates.get(template_id)
            if command.was and current.name not in (command.was, command.name.strip()):
                raise Conflict(RENAMED, current.name, current)
            return templates.with_name(template_id, command.name)
        return templates.moved(template_id, STEPS[command.change])

    return store.change_templates(context.viewer, changed)


def days_of_template(day: date, week_start: int, *, weekly: bool) -> DateSpan:
    """Return the days that a template covers: ``day``, or the week around it."""
    return week_of(day, week_start) if weekly else DateSpan(day, day)


def plan_template(context: ViewerContext, template: Template, target: DateSpan) -> tuple[CopyLine, ...]:
    """Return the hours of a template on the days of ``target``: by weekday, or all of them on a single day.

    Days that already have time or are closed are skipped, and issues on which Jira takes no time.
    """
    ids = list(dict.fromkeys(one.issue_id for one in template.hours))
    issues = {issue.id: issue for issue in get_issues(context, ids)}
    days = {day.weekday(): day for day in target}
    hours = [
        (number, one, days.get(one.weekday, target.first)) for number, one in enumerate(template.hours, 1)
    ]
    copies = [
        _worklog(context, number, one.issue_id, day, one.seconds)
        for number, one, day in sorted(hours, key=lambda each: (each[2], each[0]))
    ]
    return plan_lines(context, target, copies, issues)


def apply_template(
    context: ViewerContext,
    template: Template,
    target: DateSpan,
    command: ApplyTemplate,
    enough: Callable[[], bool] = never,
) -> CopyResult:
    """Log everything in the current plan, or only that of some issues, as a copy does.

    Each begins at 09:00 or after the last worklog of its day.
    """
    what = hash_of(template, target, command.issue_ids)

    def planned() -> CopyResult:
        return begin_lines(
            what,
            plan_template(context, template, target),
            command.issue_ids,
            lambda line: TimeEntry(line.issue.id, line.day, format_hm(line.seconds), line.key(command.key)),
        )

    return log_lines(context, command.key, planned, enough, what)


def _worklog(context: ViewerContext, number: int, issue_id: int, day: date, seconds: int) -> Worklog:
    start = started_at(day, START_OF_WORK, context.zone).instant
    return Worklog(-number, issue_id, context.viewer, day, start, seconds, start)
