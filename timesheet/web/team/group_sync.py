"""Follow Jira groups with a team: choose groups, preview a sync, and run it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.permission import Module, TeamAction
from timesheet.services.team.command import FollowGroup, LeaveGroup
from timesheet.services.team.group_sync import (
    SyncPlan,
    follow_group,
    leave_group,
    plan_sync,
    require_switched_on,
    run_sync,
)
from timesheet.services.viewer.team_context import OpenTeam, TeamContext, open_team
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.form import Form, answer_change, sent
from timesheet.web.http.language import _, localize
from timesheet.web.team.settings import render_section

blueprint = Blueprint("group_sync", __name__)


@blueprint.post("/teams/<team_id>/groups")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def follow(team_id: str) -> Response:
    """Follow a group from the next sync on."""
    context, opened = _opened(team_id)
    return answer_change(
        _typed_group(),
        lambda: follow_group(context, current().groups, sent(FollowGroup, team_id=team_id)),
        lambda _: _with_plan(context, opened, _plan(context, team_id)),
        lambda form: _section(context, opened, form=form),
    )


@blueprint.post("/teams/<team_id>/groups/<group_id>/remove")
@takes("session", "context", permission="viewer", module=Module.TEAMS)
def leave(team_id: str, group_id: str) -> Response:
    """Stop following a group."""
    context, opened = _opened(team_id)
    leave_group(context, sent(LeaveGroup, team_id=team_id, group_id=group_id))
    sentence = _("The group is removed. Its people stay in the team.")
    return make_response(_section_after(context, opened, sentence))


@blueprint.get("/teams/<team_id>/sync")
@takes("session", "context", permission="viewer", module=Module.TEAMS, costly=True)
def preview_sync(team_id: str) -> Response:
    """Show what a sync would do now."""
    context, opened = _opened(team_id)
    return make_response(_with_plan(context, opened, _plan(context, team_id), form=_typed_group()))


@blueprint.post("/teams/<team_id>/sync")
@takes("session", "context", permission="viewer", module=Module.TEAMS, costly=True)
def sync(team_id: str) -> Response:
    """Run the sync now: add people and set leaving dates."""
    context, opened = _opened(team_id)
    stored = dependencies().privacy.privacy_of(current().site.key).accounts
    plan = run_sync(context.stores, current().groups, stored, team_id, context.today, context.now)
    sentence = _(
        "{joined_count} joined, {left_count} left.",
        joined_count=len(plan.joining),
        left_count=len(plan.leaving),
    )
    return make_response(_section_after(context, opened, sentence))


def _section_after(context: TeamContext, opened: OpenTeam, sentence: str) -> str:
    done = render_template("team/_done_oob.html", said=sentence, failed=False)
    return _section(context, opened, form=_typed_group()) + done


def _typed_group() -> Form:
    """Return the form for another group as it was sent; what else is done in the section leaves it as it is."""
    sent_values = request.values
    return Form(
        {
            "group": sent_values.get("group", ""),
            "group_name": sent_values.get("group_name", ""),
            "roles": frozenset(sent_values.getlist("role")),
        }
    )


def _opened(team_id: str) -> tuple[TeamContext, OpenTeam]:
    context = current().team_context
    opened = open_team(context, team_id, TeamAction.EDIT)
    require_switched_on(dependencies().jira.group_sync)
    return context, opened


def _plan(context: TeamContext, team_id: str) -> SyncPlan:
    return plan_sync(context.stores, current().groups, team_id, context.today)


def _with_plan(context: TeamContext, opened: OpenTeam, plan: SyncPlan, **values: Any) -> str:
    people = context.people(m.account_id for m in (*plan.joining, *plan.leaving, *plan.moving, *plan.back))
    names = {account_id: localize(person.name) for account_id, person in people.items()}
    return _section(context, opened, plan=plan, plan_names=names, **values)


def _section(context: TeamContext, opened: OpenTeam, **values: Any) -> str:
    return render_section(context, opened, "groups", **values)
