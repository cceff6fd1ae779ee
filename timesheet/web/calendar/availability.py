"""Manage availability: a person's year, marked day by day, with the effect on each team, saved in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal
from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.day_text import FIRST_YEAR, LAST_YEAR
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import read_account_id
from timesheet.domain.person import by_name
from timesheet.services.calendar.command import UNREADABLE, Changes, EnterLeaves, read_changes
from timesheet.services.calendar.leave import (
    NOT_THEN,
    Year,
    changed_leaves,
    days_away,
    effects_of,
    people_to_enter_for,
    read_year,
    save_leaves,
    sees_each_team,
    working_days,
    working_halves,
)
from timesheet.services.viewer.team_context import TeamContext
from timesheet.web.calendar.availability_year import months_of_leaves
from timesheet.web.calendar.draft import read_year as year_of_text
from timesheet.web.calendar.year import half_words, weekday_names
from timesheet.web.http.access import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import full_date, month_and_year, year_title
from timesheet.web.http.form import ConflictView, Form, answer_change, sent, sent_fields
from timesheet.web.http.htmx import wants_fragment
from timesheet.web.http.language import _, list_values, localize, reader_locale, signed
from timesheet.web.http.viewer import figures_of, week_start_of

blueprint = Blueprint("availability", __name__)


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """One day in words: its current content, and its content after saving."""

    day: date
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DisplayedEffect:
    """One team and month: capacity before and after as text, and the difference."""

    team: str
    month: str
    before: str
    after: str
    difference: str
    closed: bool


@blueprint.get("/availability")
@takes("page", "session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def show_availability() -> str:
    """Show the year of the viewer, or of somebody for whom they may enter leaves."""
    team_context = current().team_context
    year = read_year(team_context, _person(team_context), _year())
    return _render(team_context, year, "")


@blueprint.post("/availability/preview")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def preview() -> Response:
    """Show what the marked days change, and the effect on the capacity of each team; save nothing."""
    team_context = current().team_context
    person = _person(team_context)
    try:
        changes = read_changes(sent_fields().document("changes", UNREADABLE), person)
        year = read_year(team_context, person, _year(), changes)
        leaves = changed_leaves(year, changes)
    except InvalidInput as error:
        html = render_template(
            "calendar/availability/_preview.html",
            lines=[],
            effects=[],
            error=localize(error.sentence),
            teams=0,
            every_team=True,
            working="",
            on_working_days=False,
        )
        return make_response(html, 422)
    lines = _lines(year, changes)
    working = working_days(team_context, year, [line.day for line in lines])
    return make_response(
        render_template(
            "calendar/availability/_preview.html",
            lines=lines,
            working=_number(working),
            on_working_days=working > 0,
            effects=_effects(team_context, year, leaves),
            teams=len(team_context.stores.teams.teams_of(year.account_id)),
            every_team=sees_each_team(team_context, year.account_id),
            error="",
        )
    )


@blueprint.post("/availability")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def save() -> Response:
    """Save all marked days in one step; after a conflict both versions stay visible."""
    team_context = current().team_context
    person, number = _person(team_context), _year()
    return answer_change(
        Form({"changes": request.form.get("changes", "")}),
        lambda: save_leaves(team_context, sent(EnterLeaves, person=person, year=number)),
        lambda year: _render(team_context, year, "", saved=_("The days are saved.")),
        lambda form: _render(
            team_context,
            read_year(team_context, person, number),
            form.values["changes"],
            problem=form.problem,
        ),
        ConflictView(Year, lambda _: Form(), conflict=""),
    )


def _person(team_context: TeamContext) -> str:
    return read_account_id(request.values.get("person") or team_context.viewer, "person")


def _year() -> int:
    text = request.values.get("go") or request.values.get("year", "")
    if not text:
        return current().viewer_context.today.year
    return year_of_text(text)


def _render(
    team_context: TeamContext, year: Year, changes: str, *, problem: str = "", saved: str = ""
) -> str:
    context = current()
    locale = reader_locale(context.profile().locale)
    start = week_start_of(context, context.profile())
    people = team_context.people([year.account_id, team_context.viewer, *people_to_enter_for(team_context)])
    whole = request.method == "GET" and not wants_fragment()
    working = working_halves(team_context, year)
    away = days_away(year, working)
    return render_template(
        "calendar/availability/page.html" if whole else "calendar/availability/_availability.html",
        year=year,
        limit=localize(NOT_THEN) if year.partly else "",
        number=year.span.first.year,
        first_year=FIRST_YEAR,
        last_year=LAST_YEAR,
        year_title=year_title(year.span.first.year, locale),
        months=months_of_leaves(year, working, start, locale),
        weekdays=weekday_names(start, locale),
        away=[(legend, _number(away[legend.id])) for legend in year.legends if legend.id in away],
        choices=[legend for legend in year.legends if legend.for_leave],
        legends={legend.id: legend for legend in year.legends},
        person=people[year.account_id],
        people=sorted(
            people.values(),
            key=lambda other: (other.account_id != team_context.viewer, by_name(other)),
        ),
        viewer=team_context.viewer,
        today=context.viewer_context.today,
        zone=context.profile().zone,
        changes=changes,
        problem=problem,
        saved=saved,
    )


def _lines(year: Year, changes: Changes) -> list[ChangedDay]:
    """Return the old and new content of each changed day; unchanged days are left out."""
    locale = reader_locale(current().profile().locale)
    legends = {legend.id: legend for legend in year.legends}
    by_date: dict[date, list[Leave]] = {}
    for leave in year.leaves:
        by_date.setdefault(leave.date, []).append(leave)
    lines = (
        ChangedDay(
            day,
            full_date(day, locale),
            _leaves_text(by_date.get(day, []), legends),
            _leaves_text(parts, legends),
        )
        for day, parts in sorted(changes.items())
    )
    return [line for line in lines if line.before != line.after]


def _number(days: Decimal) -> str:
    return str(format_decimal(days, locale=reader_locale(current().profile().locale)))


def _leaves_text(leaves: Sequence[Leave], legends: Mapping[str, Legend]) -> str:
    words = (
        f"{localize(legends[leave.legend_id].title) if leave.legend_id in legends else '?'}{half_words(leave.part)}"
        for leave in sorted(leaves, key=lambda leave: leave.part.halves)
    )
    return list_values(words) or _("work as usual")


def _effects(team_context: TeamContext, year: Year, leaves: Sequence[Leave]) -> list[DisplayedEffect]:
    context = current()
    profile = context.profile()
    figures, locale = figures_of(context), reader_locale(profile.locale)

    def show(seconds: int) -> str:
        return figures.show(figures.units(seconds))

    effects = list[DisplayedEffect]()
    for effect in effects_of(team_context, year, leaves):
        units = figures.units(effect.after) - figures.units(effect.before)
        effects.append(
            DisplayedEffect(
                effect.team.name,
                month_and_year(effect.month, locale),
                show(effect.before),
                show(effect.after),
                signed(figures, units),
                effect.closed,
            )
        )
    return effects
