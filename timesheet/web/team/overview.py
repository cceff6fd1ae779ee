"""The overview of a team in a period: time spent and capacity, by person, project, and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, render_template, request

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.period.period import first_closing_day
from timesheet.domain.permission import Module, TeamAction
from timesheet.domain.person import Person
from timesheet.services.calendar.legend import read_legends
from timesheet.services.period.closing import differences_now, recorded_shown
from timesheet.services.period.late_change import late_of
from timesheet.services.snapshot.change_log import SEARCH_LAG
from timesheet.services.snapshot.team_attribute import unread_note
from timesheet.services.team.attribute import answers_of, read_attribute_time
from timesheet.services.team.overview import Overview, read_overview
from timesheet.services.viewer.profile import prepare_profile
from timesheet.web.http.auth import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import clock_time
from timesheet.web.http.htmx import asks_for_fragment, wants_fragment
from timesheet.web.http.language import _, _p, localize, reader_locale
from timesheet.web.http.viewer import figures_of, today_of
from timesheet.web.team.answer import AnswerColumn
from timesheet.web.team.choice import (
    MOST_ROWS,
    PEOPLE,
    PROJECTS,
    SUMMARY,
    TIMESHEET,
    TeamView,
    page_of,
    period_title,
    read_view,
)
from timesheet.web.team.figures import TeamFigures
from timesheet.web.team.people import TeamPeople
from timesheet.web.team.project import TeamProjects
from timesheet.web.team.table import TeamTable

blueprint = Blueprint("team_overview", __name__)

MOST_OPEN = 100


@blueprint.get("/teams/<team_id>")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_overview(team_id: str) -> str:
    """Show one tab of the overview, with everything around it."""
    if asks_for_fragment() and not wants_fragment():
        return render_template("team/page.html", content="team/_opening.html", team_id=team_id)
    context = current()
    viewer_context = context.team_context
    view = read_view(request.args, viewer_context)
    # Needed at the end, and dependent on nothing.
    prepare_profile(context.jira, context.cache, context.identity)
    context.own_admin.prepare(context.jira.begin)
    overview = read_overview(
        viewer_context,
        context.viewer_context,
        context.jira,
        team_id,
        view.span,
        refresh="refresh" in request.args,
    )
    return render_template("team/overview/_overview.html", **template_values(context, overview, view))


def template_values(context: Context, overview: Overview, view: TeamView) -> Mapping[str, Any]:
    """Return the names that the templates of every tab use."""
    profile, opened, viewer_context = context.viewer_context.profile, overview.opened, context.team_context
    locale, today = reader_locale(profile.locale), today_of(context, profile)
    team_figures = TeamFigures(overview, figures_of(context, profile), locale, today)
    people, record = viewer_context.people(_named(overview)), overview.record
    zone = ZoneInfo(context.site_settings.fallback_zone)
    answers = answers_of(context.stores, opened.team.id) if overview.sees_worklogs else ()
    shown_answer = _answer_column(context, team_figures, view, answers)
    return {
        **_values_of_tab(context, team_figures, view, people),
        "overview": overview,
        "team": opened.team,
        "view": view,
        "tabs": _tabs(),
        "title": period_title(view.span, locale),
        "shown": team_figures,
        "people": people,
        "differences": differences_now(overview),
        "late": () if overview.own_only else late_of(context.stores, record),
        "closed_on": format_date(record.closed_at.astimezone(zone), "medium", locale) if record else "",
        "closable": record is None and first_closing_day(view.span) <= viewer_context.today,
        "zone_name": profile.zone.key,
        "read_at": clock_time(overview.packed.checked_at, profile.zone, locale),
        "known_until": clock_time(overview.packed.checked_at - SEARCH_LAG, profile.zone, locale),
        "problems": [
            *(missing.what for missing in overview.packed.missing),
            *([unread_note(shown_answer[1])] if shown_answer[1] else []),
        ],
        "answers": {one.id: localize(one.name) for one in answers},
        "answer": shown_answer[0],
        "may_close": opened.may(TeamAction.CLOSE) and not opened.team.archived,
        "may_edit": opened.may(TeamAction.EDIT),
        "may_see_worklogs": overview.sees_worklogs,
    }


def _answer_column(
    context: Context, team_figures: TeamFigures, view: TeamView, answers: Sequence[Attribute]
) -> tuple[AnswerColumn | None, int]:
    """Return the column of the chosen attribute, and for how many worklogs Jira did not give it.

    A closing recorded no attributes, so the people of a closed period have none.
    """
    overview = team_figures.overview
    chosen = [one for one in answers if one.id == view.attribute]
    if view.tab not in (PEOPLE, PROJECTS) or (view.tab == PEOPLE and overview.record):
        return None, 0
    for time in read_attribute_time(context.viewer_context, overview, chosen):
        return AnswerColumn(overview, time, team_figures.printer), time.unread
    return None, 0


def _tabs() -> Mapping[str, str]:
    """Return the title of each tab. The last one is the sheet of a team, not the app."""
    return {
        SUMMARY: _p("view of a team", "Summary"),
        PEOPLE: _("By person"),
        PROJECTS: _("By project"),
        TIMESHEET: _p("sheet", "Timesheet"),
    }


def _values_of_tab(
    context: Context, team_figures: TeamFigures, view: TeamView, people: Mapping[str, Person]
) -> Mapping[str, Any]:
    overview = team_figures.overview
    if view.tab == TIMESHEET:
        return _table_values(context, team_figures, view)
    if view.tab == PROJECTS:
        return {"projects": TeamProjects(overview, team_figures.printer, view.project)}
    if view.tab == PEOPLE:
        members = TeamPeople(overview, team_figures.printer, team_figures.due, people)
        return {
            "members": members,
            "page": page_of(view.page, members.count),
            "opens": frozenset(
                filter(overview.opened.sees_worklogs_of, (line.account_id for line in overview.lines))
            ),
        }
    return {}


def _table_values(context: Context, team_figures: TeamFigures, view: TeamView) -> Mapping[str, Any]:
    overview, viewer_context, figures = (
        team_figures.overview,
        context.team_context,
        team_figures.printer.figures,
    )
    sees, whole = overview.opened.sees_worklogs_of, overview.sees_worklogs
    few = len(overview.lines) <= MOST_OPEN
    person = view.person if sees(view.person) and not view.turned else ""
    at = next((n for n, line in enumerate(overview.lines) if person and line.account_id == person), None)
    page = page_of(view.page if at is None else at // MOST_ROWS + 1, len(overview.lines))
    table = TeamTable(overview, figures, None if whole else frozenset({viewer_context.viewer}))
    every = view.every and whole and few
    today = today_of(context, context.viewer_context.profile)
    return {
        "table": table,
        "rows": table.rows(page, person, every=every),
        "page": page,
        "every": every,
        "every_offered": whole and few,
        "person": person,
        "columns": table.columns(today, team_figures.locale),
        "letters": table.letters(read_legends(viewer_context)),
        "drills": sees(viewer_context.viewer),
    }


def _named(overview: Overview) -> Iterator[str]:
    """Yield the people in a closing: its members, and who closed."""
    if overview.record:
        yield overview.record.closed_by
        yield from (one.account_id for one in recorded_shown(overview))
        yield from (line.account_id for line in overview.lines)
