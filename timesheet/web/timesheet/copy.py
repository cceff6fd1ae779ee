"""Copy a week into another: choose what, preview it day by day, then copy it, with one undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.message import Seconds, message
from timesheet.domain.permission import Module
from timesheet.domain.span import View, week_of
from timesheet.services.worklog.command import CopyWorklogs
from timesheet.services.worklog.copy import CopyLine, CopyResult, apply_copy, plan_copy
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.auth import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import first_weekday, heads_of, locale_of, span_title
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.http.form import sent
from timesheet.web.http.htmx import with_event
from timesheet.web.http.language import _, _n, localize, reader_locale
from timesheet.web.http.viewer import figures_of, today_of, tracking_of
from timesheet.web.timesheet.copy_preview import CopyChoice, preview_of
from timesheet.web.timesheet.sheet import days_of
from timesheet.web.worklog.answer import CHANGED, Answer, undo_of
from timesheet.web.worklog.form import new_key
from timesheet.web.worklog.verdict import Partly, verdict_of

blueprint = Blueprint("copy", __name__)

MODES = ("hours", "rows")
WEEK = timedelta(days=7)
SAME_WEEK = message("Choose two different weeks.")
COPY_AGAIN = message(
    "Jira gave no answer to one worklog, so it may or may not be copied. "
    "Copy again in a few minutes: what was copied by then is found and not copied twice."
)


@blueprint.get("/copy")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_copy() -> str:
    """Show the dialog with its preview, from the week of ``from`` into that of ``day``."""
    context = current()
    choice = read_copy(context, request.args)
    return _dialog(context, choice, plan_copy(context.viewer_context, choice.source, choice.target))


@blueprint.post("/copy")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def copy_week() -> Response:
    """Copy rows or hours, as chosen; what Jira refused stays in the dialog with its reason."""
    context = current()
    choice = read_copy(context, request.form)
    lines = plan_copy(context.viewer_context, choice.source, choice.target)
    if choice.source == choice.target:
        return make_response(_dialog(context, choice, lines, localize(SAME_WEEK)), 422)
    wanted = [line for line in lines if choice.takes(line.issue.id)]
    if not wanted:
        return make_response(_dialog(context, choice, lines, _("Choose at least one issue.")), 422)
    if choice.mode == "rows":
        return _add_rows(context, choice, wanted)
    command = sent(
        CopyWorklogs,
        first=choice.source.first,
        last=choice.source.last,
        to=choice.target.first,
        key=choice.key,
    )
    issue_ids = frozenset(line.issue.id for line in wanted)
    result = apply_copy(context.viewer_context, replace(command, issue_ids=issue_ids))
    if not result.failed:
        return Answer(
            _said(result.saved, wanted), "dialog", undo=undo_of(context.viewer_context, *result.saved)
        ).send()
    return Partly(
        _title(result),
        _said(result.saved, wanted, unsure=result.unsure),
        _not_copied(result),
        [
            verdict_of(context.viewer_context, line.issue, line.day, line.seconds, sentence)
            for line, sentence in result.failed
        ],
        undo_of(context.viewer_context, *result.saved),
    ).send(200 if result.saved else 422)


def read_copy(context: Context, values: MultiDict[str, str]) -> CopyChoice:
    """Return the choice in a query or form. Raise InvalidInput for invalid days."""
    profile = context.viewer_context.profile
    start = first_weekday(context.site_settings.week_start, locale_of(profile.locale))
    target = week_of(read_day(values.get("day"), today_of(context, profile)), start)
    source = week_of(read_day(values.get("from"), target.first - WEEK), start)
    return CopyChoice(
        source,
        target,
        values["mode"] if values.get("mode") in MODES else MODES[0],
        _ids(values, "shown"),
        _ids(values, "issue"),
        "comments" in values,
        context.person_settings.rows.ids,
        values.get("key") or new_key(),
    )


def _ids(values: MultiDict[str, str], name: str) -> frozenset[int]:
    return frozenset(read_issue_id(text) for text in values.getlist(name))


def _dialog(context: Context, choice: CopyChoice, lines: Sequence[CopyLine], problem: str = "") -> str:
    profile = context.viewer_context.profile
    locale, today = reader_locale(profile.locale), today_of(context, profile)
    closed = context.viewer_context.lock.closed(context.identity.account_id, choice.target)
    days = days_of(context, tracking_of(context), choice.target, closed)
    return render_template(
        "timesheet/copy/_dialog.html",
        choice=choice,
        preview=preview_of(lines, choice, figures_of(context, profile), [day.working for day in days]),
        heads=heads_of(days, today, locale),
        source=span_title(View.WEEK, choice.source, locale),
        target=span_title(View.WEEK, choice.target, locale),
        problem=problem,
    )


def _add_rows(context: Context, choice: CopyChoice, lines: Iterable[CopyLine]) -> Response:
    """Keep the issues as rows without time; the sheet reloads."""
    new = [line.issue.id for line in lines]
    rows = context.settings.change_rows(context.identity.account_id, lambda rows: rows.with_added(new))
    count = len(set(rows.ids).difference(choice.added))
    page = render_template("timesheet/copy/_rows_oob.html", count=count)
    return with_event(make_response(page), CHANGED, {"target": "body"})


def _title(result: CopyResult) -> str:
    if result.saved:
        return _("Not everything was copied")
    return _("It is not known yet what was copied") if result.unsure else _("Nothing was copied")


def _not_copied(result: CopyResult) -> str:
    count = len(result.failed)
    if result.unsure:
        return _n("{count} worklog not confirmed:", "{count} worklogs not confirmed:", count)
    return _n("{count} worklog not copied:", "{count} worklogs not copied:", count)


def _said(saved: Sequence[WriteResult], wanted: Iterable[CopyLine], *, unsure: bool = False) -> str:
    """Return what was copied, what is in closed days, and what to do if Jira gave no answer (``unsure``)."""
    seconds = sum(one.worklog.seconds for one in saved if one.worklog)
    closed = [line for line in wanted if line.closed]
    parts = []
    if saved:
        parts.append(
            _n(
                "{count} worklog copied, {duration} in all.",
                "{count} worklogs copied, {duration} in all.",
                len(saved),
                duration=Seconds(seconds),
            )
        )
    if unsure:
        parts.append(localize(COPY_AGAIN))
    elif not saved:
        parts.append(_("Nothing was copied."))
    if closed:
        parts.append(
            _n(
                "{count} worklog stayed out, as the day is closed.",
                "{count} worklogs stayed out, as the day is closed.",
                len(closed),
            )
        )
    return " ".join(parts)
