"""The list of changes in Jira after a closing, and accepting them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale
from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.audit.action import ObjectKind
from timesheet.domain.audit.event import AuditEvent, AuditFilter
from timesheet.domain.figures import Figures
from timesheet.domain.message import message
from timesheet.domain.period.late_change import ADDED, LateChange
from timesheet.domain.permission import Module, TeamAction, team_refusal
from timesheet.domain.person import Person
from timesheet.domain.team.team import TeamPermission
from timesheet.services.period.closing import record_of
from timesheet.services.period.command import AcceptLateChange
from timesheet.services.period.late_change import late_of
from timesheet.services.period.late_view import VisibleChange, accept_late_change, read_late
from timesheet.services.viewer.team_context import open_team
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import date_and_time, short_date
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.htmx import with_event
from timesheet.web.http.language import _, join_sentences, localize, reader_locale
from timesheet.web.http.viewer import figures_of
from timesheet.web.period.period import CHANGED, OWN_FIGURES

blueprint = Blueprint("late_list", __name__)

UNKNOWN = message("unknown (Jira does not say)")
MOST_EVENTS = 20
NO_TIME = message("no worklog")
NOT_KNOWN = message("not known")
HIDDEN = message("not in Jira anymore, or not shown to you")
UNTOUCHED = Form()


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change in words."""

    late: VisibleChange
    person: str
    before: str
    after: str
    who: str
    updated: str
    found: str
    accepted_by: str
    accepted_at: str


@blueprint.get("/teams/<team_id>/periods/<record_id>/late")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def show_late_changes(team_id: str, record_id: str) -> str:
    """Show what changed in Jira after a closing, to people who see the team's sums."""
    return _render(current(), team_id, record_id)


@blueprint.post("/teams/<team_id>/periods/<record_id>/late")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def accept(team_id: str, record_id: str) -> Response:
    """Accept one change with a note; return the list, with the reason if that failed."""
    context = current()
    return answer_change(
        Form({name: request.form.get(name, "") for name in ("worklog", "what", "note")}),
        lambda: accept_late_change(
            context.team_context, sent(AcceptLateChange, team_id=team_id, record_id=record_id)
        ),
        lambda _: with_event(
            make_response(_render(context, team_id, record_id)), CHANGED, {"target": "body"}
        ),
        lambda form: _render(context, team_id, record_id, form),
        ConflictView(LateChange, lambda _: Form(), conflict=""),
    )


def _render(context: Context, team_id: str, record_id: str, form: Form = UNTOUCHED) -> str:
    team_context = context.team_context
    opened = open_team(team_context, team_id, TeamAction.SEE_SUMS)
    if opened.own_figures_only:
        raise team_refusal(TeamPermission.VIEW_HOURS, OWN_FIGURES)
    record = record_of(team_context, team_id, record_id)
    changes = late_of(team_context.stores, record)
    key, logged = context.closing_key, _logged(context)
    visible, trouble = read_late(context.viewer_context, opened, record, changes, key, logged)
    named = [who for one in visible for who in (one.change.who, one.author, one.change.accepted_by) if who]
    profile = context.profile()
    printer = _Printer(
        context, team_context.people(named), figures_of(context), reader_locale(profile.locale)
    )
    return render_template(
        "period/_late.html",
        team=opened.team,
        record=record,
        rows=[printer.row(one, sees=opened.sees_worklogs_of(one.author or "")) for one in visible],
        problem=join_sentences(localize(part) for part in (form.problem, trouble)),
        typed=form.values,
        may_close=opened.may(TeamAction.CLOSE),
        site_url=context.site.display_url,
        zone_name=profile.zone.key,
    )


def _logged(context: Context) -> Callable[[int], Sequence[AuditEvent]]:
    """Return a function that gives the audit events of writes to one worklog through the app."""

    def events(worklog_id: int) -> Sequence[AuditEvent]:
        criteria = AuditFilter(object_kind=ObjectKind.WORKLOG, object_id=str(worklog_id))
        return context.audit.page(criteria, None, MOST_EVENTS)

    return events


@dataclass(frozen=True, slots=True)
class _Printer:
    context: Context
    people: Mapping[str, Person]
    figures: Figures
    locale: Locale

    def row(self, one: VisibleChange, *, sees: bool) -> ChangeRow:
        """Return the known facts; ``sees`` says whether the viewer may see this person's worklogs in the team."""
        change, worklog = one.change, one.worklog
        zone = self.context.viewer_context.zone
        return ChangeRow(
            late=one,
            person=self._name(one.author) if one.author and sees else "",
            before=self._before(one),
            after=self._time(worklog.day, worklog.seconds) if worklog else localize(HIDDEN),
            who=self._name(change.who) if change.who else localize(UNKNOWN),
            updated=date_and_time(worklog.updated, zone, self.locale) if worklog else "",
            found=date_and_time(change.found_at, zone, self.locale),
            accepted_by=self._name(change.accepted_by) if change.accepted_by else "",
            accepted_at=date_and_time(change.accepted_at, zone, self.locale) if change.accepted_at else "",
        )

    def _before(self, one: VisibleChange) -> str:
        if one.change.what == ADDED:
            return localize(NO_TIME)
        return self._time(*one.before) if one.before else localize(NOT_KNOWN)

    def _time(self, day: date, seconds: int) -> str:
        spent = self.figures.show_with_seconds(seconds)
        return _("{day}, {duration}", day=short_date(day, self.locale), duration=spent)

    def _name(self, account_id: str) -> str:
        person = self.people.get(account_id)
        return localize(person.name) if person else _("Somebody")
