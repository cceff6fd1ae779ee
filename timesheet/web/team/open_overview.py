"""A team's overview for one request: everything that its templates show, read once and comparable."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.figures import Figures
from timesheet.domain.long_list import page_of
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import first_closing_day
from timesheet.domain.permission import TeamAction
from timesheet.domain.person import Person, by_name
from timesheet.services.period.closing import differences_now, visible_records
from timesheet.services.period.late_change import late_of
from timesheet.services.snapshot.change_log import SEARCH_LAG
from timesheet.services.snapshot.team_attribute import unread_note
from timesheet.services.team.attribute import AttributeTime, answers_of, read_attribute_time
from timesheet.services.team.overview import Overview
from timesheet.services.team.plan import calendars_without_days
from timesheet.services.viewer.team_context import TeamContext
from timesheet.web.http.context import Context
from timesheet.web.http.dates import clock_time, short_date
from timesheet.web.http.language import _, _p, localize, reader_locale
from timesheet.web.http.viewer import figures_of, week_start_of
from timesheet.web.team.answer import AnswerColumn
from timesheet.web.team.choice import (
    MOST_ROWS,
    PEOPLE,
    PROJECTS,
    SUMMARY,
    TIMESHEET,
    TeamView,
    period_title,
)
from timesheet.web.team.figures import TeamFigures
from timesheet.web.team.people import TeamPeople
from timesheet.web.team.project import TeamProjects
from timesheet.web.team.table import TeamTable

MOST_OPEN = 100


@dataclass(frozen=True, slots=True)
class OpenOverview:
    """Everything that one rendering of an overview depends on, besides the globals of templates.

    ``today``, ``week_start``, and ``zone`` are the viewer's, ``site_today`` is the site's. ``people`` are those
    that a closing names, by account id, and ``late`` the changes after it. ``without_days`` are calendars whose
    holidays are not known yet, for who may do something about it. ``answers`` are the attributes that
    can have a column, ``answer`` is the time of the one that has it.
    """

    overview: Overview
    view: TeamView
    viewer: str
    site_url: str
    figures: Figures
    locale: Locale
    zone: ZoneInfo
    today: date
    week_start: int
    site_today: date
    people: Mapping[str, Person]
    late: tuple[LateChange, ...]
    legends: tuple[Legend, ...]
    without_days: tuple[tuple[str, int], ...]
    answers: tuple[Attribute, ...]
    answer: AttributeTime | None

    @property
    def content(self) -> OpenOverview:
        """Return the same to be compared and kept: the version of a read represents its worklogs."""
        light = replace(self.overview.packed, numbers=array("q"), issues={})
        return replace(self, overview=replace(self.overview, packed=light))

    def for_template(self) -> Mapping[str, Any]:
        """Return the names that the templates of every tab use."""
        overview, opened, record = self.overview, self.overview.opened, self.overview.record
        team_figures = TeamFigures(overview, self.figures, self.locale, self.today, self.week_start)
        unread = self.answer.unread if self.answer else 0
        return {
            **self._values_of_tab(team_figures),
            "overview": overview,
            "team": opened.team,
            "view": self.view,
            "tabs": _tabs(),
            "title": period_title(self.view.span, self.locale),
            "shown": team_figures,
            "people": self.people,
            "differences": sorted(
                differences_now(overview), key=lambda one: by_name(self.people[one.account_id])
            ),
            "late": self.late,
            "without_days": self.without_days,
            "closed_on": short_date(record.closed_at.astimezone(self.zone), self.locale) if record else "",
            "closable": record is None and first_closing_day(self.view.span) <= self.site_today,
            "zone_name": self.zone.key,
            "site_url": self.site_url,
            "read_at": clock_time(overview.packed.checked_at, self.zone, self.locale),
            "known_until": clock_time(overview.packed.checked_at - SEARCH_LAG, self.zone, self.locale),
            "problems": [
                *(missing.what for missing in overview.packed.missing),
                *([unread_note(unread)] if unread else []),
            ],
            "refreshable": bool(unread or any(one.passing for one in overview.packed.missing)),
            "answers": {one.id: localize(one.name) for one in self.answers},
            "answer": AnswerColumn(overview, self.answer, team_figures.printer) if self.answer else None,
            "may_close": opened.may(TeamAction.CLOSE) and not opened.team.archived,
            "may_restore": opened.may(TeamAction.RESTORE) and opened.team.archived,
            "may_edit": opened.may(TeamAction.EDIT),
            "may_see_worklogs": overview.sees_worklogs,
        }

    def _values_of_tab(self, team_figures: TeamFigures) -> Mapping[str, Any]:
        overview, view = self.overview, self.view
        if view.tab == TIMESHEET:
            return self._table_values()
        if view.tab == PROJECTS:
            return {"projects": TeamProjects(overview, team_figures.printer, view.project)}
        if view.tab == PEOPLE:
            members = TeamPeople(overview, team_figures.printer, team_figures.due, self.people)
            return {
                "members": members,
                "page": page_of(view.page, members.count, MOST_ROWS),
                "opens": frozenset(
                    filter(overview.opened.sees_worklogs_of, (line.account_id for line in overview.lines))
                ),
            }
        return {}

    def _table_values(self) -> Mapping[str, Any]:
        overview, view = self.overview, self.view
        sees, whole = overview.opened.sees_worklogs_of, overview.sees_worklogs
        few = len(overview.lines) <= MOST_OPEN
        person = view.person if sees(view.person) and not view.turned else ""
        at = next((n for n, line in enumerate(overview.lines) if line.account_id == person), None)
        page = page_of(view.page if at is None else at // MOST_ROWS + 1, len(overview.lines), MOST_ROWS)
        opens = None if whole else frozenset({self.viewer})
        table = TeamTable(overview, self.figures, self.site_url, self.today, opens)
        every = view.every and whole and few
        return {
            "table": table,
            "rows": table.rows(page, person, every=every),
            "page": page,
            "every": every,
            "every_offered": whole and few,
            "person": person,
            "columns": table.columns(self.locale, self.week_start),
            "letters": table.letters(self.legends),
            "drills": sees(self.viewer),
        }


def open_overview(context: Context, overview: Overview, view: TeamView) -> OpenOverview:
    """Read the rest of what an overview shows."""
    profile, team_context = context.profile(), context.team_context
    answers = tuple(answers_of(context.stores, overview.opened.team.id)) if overview.sees_worklogs else ()
    return OpenOverview(
        overview=overview,
        view=view,
        viewer=team_context.viewer,
        site_url=context.site.display_url,
        figures=figures_of(context),
        locale=reader_locale(profile.locale),
        zone=profile.zone,
        today=context.viewer_context.today,
        week_start=week_start_of(context, profile),
        site_today=team_context.today,
        people=team_context.people(_named(overview)),
        late=() if overview.own_only else late_of(context.stores, overview.record),
        legends=team_context.stores.legends.all(),
        without_days=_without_days(team_context, overview),
        answers=answers,
        answer=_answer(context, overview, view, answers),
    )


def _without_days(context: TeamContext, overview: Overview) -> tuple[tuple[str, int], ...]:
    """Return the calendars without days, whose holidays count as working days in the figures of an open period."""
    opened = overview.opened
    if overview.record or not (opened.may(TeamAction.EDIT) or opened.may(TeamAction.CLOSE)):
        return ()
    return tuple(calendars_without_days(context, [line.member for line in overview.lines], overview.span))


def _answer(
    context: Context, overview: Overview, view: TeamView, answers: tuple[Attribute, ...]
) -> AttributeTime | None:
    """Return the time of the chosen attribute.

    A closing recorded no attributes, so the people of a closed period have none.
    """
    chosen = [one for one in answers if one.id == view.attribute]
    if view.tab not in (PEOPLE, PROJECTS) or (view.tab == PEOPLE and overview.record):
        return None
    return next(iter(read_attribute_time(context.viewer_context, overview, chosen)), None)


def _tabs() -> Mapping[str, str]:
    """Return the title of each tab. The last one is the sheet of a team, not the app."""
    return {
        SUMMARY: _p("view of a team", "Summary"),
        PEOPLE: _("By person"),
        PROJECTS: _("By project"),
        TIMESHEET: _p("sheet", "Timesheet"),
    }


def _named(overview: Overview) -> Iterator[str]:
    """Yield the people in a closing: its members, and who closed."""
    if overview.record:
        yield overview.record.closed_by
        yield from (one.account_id for one in visible_records(overview))
        yield from (line.account_id for line in overview.lines)
