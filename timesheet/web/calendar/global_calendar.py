"""Global calendars: the list, the year in which days are marked, and saving."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.day_text import FIRST_YEAR, LAST_YEAR
from timesheet.domain.errors import NotFound
from timesheet.domain.identifier import read_id
from timesheet.domain.message import message
from timesheet.services.calendar.command import DeleteCalendar, SaveCalendar
from timesheet.services.calendar.global_calendar import (
    changes_between,
    delete_calendar,
    list_calendars,
    save_calendar,
)
from timesheet.services.calendar.usage import Usage, usage_of
from timesheet.services.viewer.team_context import new_id
from timesheet.web.calendar.draft import CalendarDraft, read_draft, read_tool, read_year, write_days
from timesheet.web.calendar.global_calendar_year import YearView
from timesheet.web.calendar.year import weekday_names
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import year_title
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, reader_locale
from timesheet.web.http.viewer import week_start_of
from timesheet.web.site.section import show_after, show_or_list, show_section

blueprint = Blueprint("global_calendar", __name__, url_prefix="/configure/calendars")

SAVED = message("The calendar is saved. Capacity follows it at once; closed periods keep theirs.")


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_calendars() -> str:
    """Show the list."""
    return _list(current())


@blueprint.get("/new")
@takes("page", "session", "context", permission="jira-admin")
def new_calendar() -> str:
    """Show a year without days off, not stored before Save."""
    context = current()
    return show_draft(
        context,
        CalendarDraft(GlobalCalendar(new_id(), ""), context.team_context.today.year),
        Form({"name": ""}),
    )


@blueprint.get("/<calendar_id>")
@takes("page", "session", "context", permission="jira-admin")
def show_calendar(calendar_id: str) -> Response:
    """Show one calendar as it is stored."""
    context = current()
    year = read_year(request.args.get("year") or str(context.team_context.today.year))

    def show_stored() -> str:
        calendar = context.stores.calendars.get(read_id(calendar_id))
        return show_draft(context, CalendarDraft(calendar, year), _form_of(calendar))

    return show_or_list(show_stored, lambda: _list(context))


@blueprint.post("/year")
@takes("session", "context", permission="jira-admin")
def show_year() -> str:
    """Show the draft in another year."""
    context, draft = current(), read_draft()
    return show_draft(context, draft, draft_form(context, draft))


@blueprint.post("/draft")
@takes("session", "context", permission="jira-admin")
def show_changes() -> str:
    """Show what Save would change, and the days of the year."""
    context, draft = current(), read_draft()
    return render_template("calendar/global_calendar/_draft.html", **_draft_values(context, draft))


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save a calendar; after a conflict, show what the save would change in the other version."""
    context = current()
    draft = read_draft()
    return answer_change(
        draft_form(context, draft),
        lambda: save_calendar(context.stores, sent(SaveCalendar)),
        lambda calendar: show_draft(context, CalendarDraft(calendar, draft.year), _form_of(calendar, SAVED)),
        lambda form: show_draft(context, draft, form),
        ConflictView(GlobalCalendar, _form_of, again=True),
    )


@blueprint.get("/<calendar_id>/delete")
@takes("session", "context", permission="jira-admin")
def ask_delete(calendar_id: str) -> Response:
    """Show the consequences of a deletion, and ask for a replacement."""
    context = current()
    return show_or_list(lambda: _deletion(context, read_id(calendar_id), Form()), lambda: _list(context))


@blueprint.post("/<calendar_id>/delete")
@takes("session", "context", permission="jira-admin")
def delete(calendar_id: str) -> Response:
    """Delete a calendar; its members follow the replacement from now on."""
    context = current()
    return show_or_list(
        lambda: answer_change(
            Form(),
            lambda: delete_calendar(context.stores, sent(DeleteCalendar, calendar_id=calendar_id)),
            lambda calendar: show_after(
                _list(context), _("The calendar {name} is deleted.", name=calendar.name)
            ),
            lambda form: _deletion(context, calendar_id, form),
        ),
        lambda: _list(context),
    )


def show_draft(context: Context, draft: CalendarDraft, form: Form) -> str:
    """Show the editor with a draft."""
    return show_section(
        "calendars", "calendar/global_calendar/_editor.html", **_editor_values(context, draft, form)
    )


def _editor_values(context: Context, draft: CalendarDraft, form: Form) -> dict[str, object]:
    """Return the values that the editor needs for a draft."""
    locale = reader_locale(context.profile().locale)
    start = week_start_of(context, context.profile())
    legends = context.stores.legends.all()
    choices = [legend for legend in legends if legend.for_calendar]
    view = YearView(legends, start, locale)
    return {
        **_draft_values(context, draft),
        "form": form,
        "legends": legends,
        "choices": choices,
        "months": view.months(draft.calendar.days, draft.year),
        "weekdays": weekday_names(start, locale),
        "first_year": FIRST_YEAR,
        "last_year": LAST_YEAR,
        "year_title": year_title(draft.year, locale),
        "today": context.team_context.today,
        "zone": context.site_settings.fallback_zone,
        "usage": _usage(context, draft.calendar.id),
        "tool": read_tool(request.form, choices),
    }


def _draft_values(context: Context, draft: CalendarDraft) -> dict[str, object]:
    """Return the values that describe a draft in lines."""
    locale = reader_locale(context.profile().locale)
    view = YearView(context.stores.legends.all(), 0, locale)
    days = draft.calendar.days
    return {
        "draft": draft,
        "days": write_days(days),
        "changes": view.changes(changes_between(stored_days(context, draft.calendar.id), days)),
        "lines": view.lines(day for day in days if day.date.year == draft.year),
    }


def draft_form(context: Context, draft: CalendarDraft) -> Form:
    """Return the draft's own fields, compared with the stored ones."""
    stored = next((c for c in context.stores.calendars.all() if c.id == draft.calendar.id), None)
    values = {"name": stored.name} if stored else {}
    return Form(draft.form.values, draft.form.version, values or {"name": ""})


def stored_days(context: Context, calendar_id: str) -> tuple[NonWorkingDay, ...]:
    """Return the stored days of a calendar; none for a new one."""
    try:
        return context.stores.calendars.get(calendar_id).days
    except NotFound:
        return ()


def _list(context: Context) -> str:
    year = context.team_context.today.year
    years = (year, year + 1)
    return show_section(
        "calendars",
        "calendar/global_calendar/_list.html",
        calendars=list_calendars(context.stores, years),
        years=years,
    )


def _form_of(calendar: GlobalCalendar, note: str = "") -> Form:
    return Form({"name": calendar.name}, str(calendar.version), {"name": calendar.name}, note=note)


def _usage(context: Context, calendar_id: str) -> Usage:
    teams = {team.id: team for team in context.stores.teams.all()}
    return usage_of(teams, context.stores.calendars.used_by(calendar_id))


def _deletion(context: Context, calendar_id: str, form: Form) -> str:
    calendar = context.stores.calendars.get(calendar_id)
    return render_template(
        "calendar/global_calendar/_delete.html",
        calendar=calendar,
        usage=_usage(context, calendar_id),
        others=[other for other in context.stores.calendars.all() if other.id != calendar_id],
        form=form,
    )
