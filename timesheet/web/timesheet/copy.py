"""Copy a week into another: choose rows or hours, preview them day by day, then copy them, with one undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.identity import Profile
from timesheet.domain.message import message
from timesheet.domain.permission import Module
from timesheet.domain.span import DateSpan, View, week_of
from timesheet.services.snapshot.own import read_ahead
from timesheet.services.timesheet.command import CopyWorklogs
from timesheet.services.timesheet.copy import CopyLine, apply_copy, go_on, plan_copy, stop_copy
from timesheet.services.worklog.form_reads import begin_form_reads
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import span_title
from timesheet.web.http.fields import read_day
from timesheet.web.http.form import sent
from timesheet.web.http.htmx import SHEET_CHANGED, with_event
from timesheet.web.http.language import _, localize, reader_locale
from timesheet.web.http.viewer import week_start_of
from timesheet.web.timesheet.copy_answer import answer_copy
from timesheet.web.timesheet.copy_preview import CopyChoice, preview_for_template, read_ids
from timesheet.web.worklog.at_once import time_limit
from timesheet.web.worklog.form import new_key

blueprint = Blueprint("copy", __name__)

MODES = ("hours", "rows")
WEEK = timedelta(days=7)
SAME_WEEK = message("Choose two different weeks.")


class Weeks(NamedTuple):
    """The week that is copied, and the one that gets the copies."""

    source: DateSpan
    target: DateSpan


@blueprint.get("/copy")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_copy() -> str:
    """Show the dialog with its preview, from the week of ``from`` into that of ``day``."""
    context = current()
    begin_form_reads(context.viewer_context)
    read_ahead(
        context.viewer_context, lambda known, today: _weeks(context, request.args, known, today).source
    )
    choice = _read_copy(context, request.args)
    return _dialog(context, choice, plan_copy(context.viewer_context, choice.source, choice.target))


@blueprint.post("/copy")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def copy_week() -> Response:
    """Copy rows, or as many hours as fit into one request; what Jira refused stays in the dialog with its reason."""
    context, enough = current(), time_limit()
    choice = _read_copy(context, request.form)
    lines = plan_copy(context.viewer_context, choice.source, choice.target)
    if choice.source == choice.target:
        return make_response(_dialog(context, choice, lines, localize(SAME_WEEK)), 422)
    chosen_lines = [line for line in lines if choice.takes(line.issue.id)]
    if not chosen_lines:
        return make_response(_dialog(context, choice, lines, _("Choose at least one issue.")), 422)
    if choice.mode == "rows":
        return _add_rows(context, choice, chosen_lines)
    command = sent(
        CopyWorklogs,
        first=choice.source.first,
        last=choice.source.last,
        to=choice.target.first,
        key=choice.key,
    )
    issue_ids = frozenset(line.issue.id for line in chosen_lines)
    result = apply_copy(context.viewer_context, replace(command, issue_ids=issue_ids), enough)
    return answer_copy(context.viewer_context, choice.key, result)


@blueprint.post("/copy/rest")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def copy_rest() -> Response:
    """Continue a copy or a template; the shown progress requests this."""
    context, key = current().viewer_context, request.form.get("key", "")
    return answer_copy(context, key, go_on(context, key, time_limit()))


@blueprint.post("/copy/stop")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def stop() -> Response:
    """Stop copying, and show what was copied, with its undo."""
    context, key = current().viewer_context, request.form.get("key", "")
    return answer_copy(context, key, stop_copy(context, key))


def _read_copy(context: Context, values: MultiDict[str, str]) -> CopyChoice:
    """Return the choice in a query or form. Raise InvalidInput for invalid days."""
    profile = context.profile()
    weeks = _weeks(context, values, profile, context.viewer_context.today)
    return CopyChoice(
        target=weeks.target,
        shown=read_ids(values, "shown"),
        issues=read_ids(values, "issue"),
        added=context.person_settings.rows.ids,
        key=values.get("key") or new_key(),
        source=weeks.source,
        mode=values["mode"] if values.get("mode") in MODES else MODES[0],
        comments="comments" in values,
    )


def _weeks(context: Context, values: MultiDict[str, str], profile: Profile, today: date) -> Weeks:
    start = week_start_of(context, profile)
    target = week_of(read_day(values.get("day"), today), start)
    return Weeks(week_of(read_day(values.get("from"), target.first - WEEK), start), target)


def _dialog(context: Context, choice: CopyChoice, lines: Sequence[CopyLine], problem: str = "") -> str:
    locale = reader_locale(context.profile().locale)
    return render_template(
        "timesheet/copy/_dialog.html",
        choice=choice,
        source=span_title(View.WEEK, choice.source, locale),
        target=span_title(View.WEEK, choice.target, locale),
        problem=problem,
        **preview_for_template(context, choice, lines),
    )


def _add_rows(context: Context, choice: CopyChoice, lines: Iterable[CopyLine]) -> Response:
    """Add the issues as rows without time; the sheet reloads."""
    new = [line.issue.id for line in lines]
    rows = context.settings.change_rows(context.identity.account_id, lambda rows: rows.with_added(new))
    count = len(set(rows.ids).difference(choice.added))
    page = render_template("timesheet/copy/_rows_oob.html", count=count)
    return with_event(make_response(page), SHEET_CHANGED, {"target": "body"})
