"""A person's data export: everything stored about them in readable form, and nothing about others."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from tests.adapters.support.site_data import fill
from tests.services.support.fake_recorder import Recorded
from tests.services.support.fake_timers import FakeTimers
from tests.services.support.team_scene import NOW, TeamScene
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.privacy.privacy import PLACES
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import PersonId, Values
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.permission import Grant, SitePermission, Whom
from timesheet.domain.team.team import Member, Scope
from timesheet.domain.timer import start_timer
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.domain.worklog.template import Template, TemplateHours, Templates
from timesheet.services.audit.record import record
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.privacy.person_export import ExportSources, export_person

SECTIONS = {
    "person_setting.account_id": "display_settings",
    "kept_row.account_id": "timesheet_rows",
    "template.account_id": "templates",
    "timer.account_id": "timer",
    "permission_grant_subject.subject": "permissions",
    "member.account_id": "memberships",
    "member_role.account_id": "memberships",
    "member_scheme.account_id": "memberships",
    "team.lead": "teams_led",
    "team.jql": "teams_whose_filter_names_you",
    "leave.account_id": "leaves",
    "user_label_person.account_id": "labels",
    "report_view.owner": "views",
    "report_view_person.account_id": "views",
    "report_view.query": "views",
    "closing_record.closed_by": "periods_closed_or_reopened",
    "closing_record.reopened_by": "periods_closed_or_reopened",
    "closing_member.account_id": "figures_in_closed_periods",
    "late_change.who": "late_changes",
    "late_change.author": "late_changes",
    "late_change.accepted_by": "late_changes",
    "audit_person.account_id": "audit_events",
}


@dataclass
class ViewerContext:
    teams: TeamScene
    settings: DbSettingsStore
    audit: Recorded = field(default_factory=Recorded)
    timers: FakeTimers = field(default_factory=FakeTimers)

    def export(self, account_id: str) -> Any:
        recorder = self.audit.recorder(NOW, "boss")
        sources = ExportSources(
            self.teams.stores, self.settings, self.timers, recorder, "https://site-1.atlassian.net"
        )
        return export_person(sources, account_id, NOW)


@pytest.fixture
def context(teams: TeamScene, database: Database) -> ViewerContext:
    """Return a context; Ana is in every table, and Bo in some."""
    stores, settings = teams.stores, DbSettingsStore(database, "site-1")
    fill(stores)
    settings.save_person("ana", PersonSettings("decimal", "month"))
    settings.change_rows("ana", lambda _: KeptRows((12,), (40,)))
    hours = (TemplateHours(12, 0, 3600),)
    settings.change_templates("ana", lambda _: Templates((Template("t", "Monday", False, hours),)))
    stores.teams.save(replace(stores.teams.get("team"), scope=Scope((), "assignee = ana")))
    stores.periods.reopen("r", "ana", NOW)
    stores.periods.add_late_changes([LateChange("team", "r", 2, "changed", NOW, "ana")])
    stores.teams.save_member(Member("team", "bo", frozenset({"team-member"}), joined=date(2024, 6, 17)))
    some = Grant(Whom.SOME, people=frozenset({"ana"}))
    granted = stores.permissions.read()
    stores.permissions.save(replace(granted, permissions={SitePermission.AUDITORS: some}))
    context = ViewerContext(teams, settings)
    context.timers.add(start_timer("ana", 12, NOW))
    return context


def test_every_place_that_names_people_has_a_section(context: ViewerContext) -> None:
    # A write in progress is exported once it is done, as an audit event, and an event once it is processed, as a late
    # change if it is one.
    under_way = {"worklog_intent.account_id", "worklog_event.author", "worklog_event.who"}
    named = {f"{place.table.name}.{place.column}" for place in PLACES} | {"team.jql", "report_view.query"}
    assert set(SECTIONS) == named - under_way
    exported = context.export("ana")
    assert [name for name in SECTIONS.values() if not exported[name]] == []


def test_it_is_in_words(context: ViewerContext) -> None:
    exported = context.export("ana")
    assert (exported["format"], exported["version"]) == ("open-timesheet-person", 1)
    assert (exported["site"], exported["account_id"]) == ("https://site-1.atlassian.net", "ana")
    assert exported["exported_at"] == "2026-11-24T12:00:00+00:00"
    assert exported["display_settings"]["duration_format"] == "decimal"
    assert exported["display_settings"]["rows_of_last_week"] is True
    assert exported["timesheet_rows"] == [{"issue_id": 12, "pinned": True}, {"issue_id": 40, "pinned": False}]
    assert exported["templates"] == [
        {
            "name": "Monday",
            "whole_week": False,
            "hours": [{"issue_id": 12, "iso_weekday": 1, "seconds": 3600}],
        }
    ]
    assert exported["teams_led"] == [{"team": "Team", "team_id": "team"}]
    assert exported["teams_whose_filter_names_you"] == [{"team": "Team", "team_id": "team"}]
    assert exported["memberships"] == [
        {
            "team": "Team",
            "team_id": "team",
            "roles": ["Team Lead"],
            "joined_on": None,
            "left_on": None,
            "global_calendar": "Berlin",
            "came_by_group": None,
            "workload_schemes": [{"valid_from": None, "scheme": "Own"}],
        }
    ]
    assert exported["timer"] == {
        "issue_id": 12,
        "started_at": "2026-11-24T12:00:00+00:00",
        "counts_from": "2026-11-24T12:00:00+00:00",
        "paused_at": None,
        "confirmed_at": None,
    }
    assert context.export("bo")["timer"] is None
    assert exported["leaves"] == [{"date": "2024-06-14", "part_of_day": "whole", "reason": "Training"}]
    assert exported["labels"] == ["backend"]
    own, ours = exported["views"]
    assert own == {
        "view_id": "own",
        "yours": True,
        "team_id": "",
        "name": "Mine",
        "report": "rows=person",
        "filters_by_you": True,
    }
    assert (ours["name"], ours["yours"], ours["report"], ours["filters_by_you"]) == (
        "Ours",
        False,
        None,
        True,
    )
    assert exported["permissions"] == ["may open Audit log", "Auditors"]
    [figure] = exported["figures_in_closed_periods"]
    assert (figure["team"], figure["first_day"], figure["capacity_seconds"]) == ("Team", "2024-06-14", 0)
    closed, reopened = exported["periods_closed_or_reopened"]
    assert closed["closed_at"].startswith("2024-07-01")
    assert reopened["reopened_at"].startswith("2026-11-24")
    [late] = exported["late_changes"]
    assert (late["worklog_id"], late["what"]) == (2, "changed")


def test_it_survives_as_json_and_names_nobody_else(context: ViewerContext) -> None:
    recorder = context.audit.recorder(NOW, "ana")
    people: Values = {"lead": PersonId("bo"), "more": [PersonId("ana"), 1]}
    record(recorder, Action.TEAM_LEAD_CHANGED, "team", before={"lead": PersonId("ana")}, after=people)
    record(recorder, Action.MEMBER_ADDED, "bo", team_id="team", after={"joined": "2024-06-17"})
    record(context.audit.recorder(NOW, "bo"), Action.LEAVE_CHANGED, "ana")
    record(context.audit.recorder(NOW, "bo"), Action.LEAVE_CHANGED, "bo")
    text = json.dumps(context.export("ana"))
    events = json.loads(text)["audit_events"]
    listed = [(event["what"], event["by_you"], event["object_id"]) for event in events]
    assert listed == [
        ("person.exported", False, "ana"),
        ("leave.changed", False, "ana"),
        ("member.added", True, "somebody else"),
        ("team.lead_changed", True, "team"),
    ]
    assert events[-1]["before"] == {"lead": "ana"}
    assert events[-1]["after"] == {"lead": "somebody else", "more": ["ana", 1]}
    assert '"bo"' not in text
    assert '"boss"' not in text


def test_a_damaged_event_is_named_by_its_number(context: ViewerContext) -> None:
    for team in ("a", "b"):
        record(context.audit.recorder(NOW, "ana"), Action.MEMBER_ADDED, "ana", team_id=team)
    context.audit.damaged.add(2)
    events = {event["number"]: event for event in context.export("ana")["audit_events"]}
    assert events[1]["team_id"] == "a"
    assert events[2] == {"number": 2, "in_words": "This event cannot be read."}


def test_handing_it_out_is_recorded(context: ViewerContext) -> None:
    context.export("ana")
    [event] = context.audit.events
    assert (event.action, event.actor, event.object_id) == (Action.PERSON_EXPORTED, "boss", "ana")


def test_of_somebody_unknown_there_is_nothing_but_how_it_starts(context: ViewerContext) -> None:
    exported = context.export("zoe")
    assert exported["display_settings"] == {
        "duration_format": "hm", "view": "week", "layout": "grid", "group_by": "issue", "dismissed": None,
        "language": "", "rows_of_last_week": True, "suggestions": True,
    }  # fmt: skip
    lists = {name: value for name, value in exported.items() if isinstance(value, list)}
    assert {name for name, value in lists.items() if value} == {"audit_events"}


def test_what_is_gone_is_shown_by_its_id(context: ViewerContext) -> None:
    teams = context.teams.stores.teams
    teams.delete_role("team", "team-lead")
    assert context.export("ana")["memberships"][0]["roles"] == []
    bo = teams.member("team", "bo")
    teams.save_member(replace(bo, left=date(2024, 7, 1), group_id="g"))
    [membership] = context.export("bo")["memberships"]
    assert (membership["joined_on"], membership["left_on"]) == ("2024-06-17", "2024-07-01")
    assert (membership["came_by_group"], membership["global_calendar"]) == ("g", None)
