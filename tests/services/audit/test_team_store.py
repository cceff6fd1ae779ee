"""Every change to a store records an event with the differences, and nothing else does."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from tests.adapters.support.site_data import in_site, make_team, stores_of
from tests.services.audit.test_record import Kept
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.domain.attribute.attribute import BILLABLE, Attribute, Kind, Option
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin, PersonId
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import Conflict
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, MemberRecord, PeriodLength, PeriodRule
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, TeamPermission
from timesheet.services.audit import store as audited_module
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.team_store import AuditedTeams, audited, audited_settings
from timesheet.services.ports import team as team_ports
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.jira import PersonSettings, SettingsStore, SiteSettings
from timesheet.services.ports.team import FIRST_RULE, Stores, TeamGroup
from timesheet.settings import ROOT

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = date(2026, 6, 1)
CHANGES = ("save", "delete", "remove", "replace", "add", "reopen")


@dataclass
class Site:
    """Audited stores of a site in a real database, and what they have left."""

    stores: Stores
    settings: SettingsStore
    kept: Kept

    def new(self) -> list[tuple[Action, str]]:
        """Return what was recorded since the last call, with its object."""
        drafts, self.kept.drafts = self.kept.drafts, []
        return [(draft.action, draft.object_id) for draft in drafts]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    app = Flask("test")
    database = Database(app, f"sqlite:///{tmp_path / 'timesheet.db'}")
    with app.app_context():
        Base.metadata.create_all(database.extension.engine)
        plain, kept = stores_of(database, "acme"), Kept()
        recorder = AuditRecorder(cast(AuditStore, kept), lambda: NOW, "ana", Origin.PAGE)
        settings = DbSettingsStore(in_site(database, "acme"), "acme")
        yield Site(
            audited(plain, lambda: recorder), audited_settings(settings, lambda: recorder, plain), kept
        )
        database.roll_back()
        database.extension.engine.dispose()


def last(site: Site) -> tuple[object, object]:
    """Return before and after of the last event."""
    draft = site.kept.drafts[-1]
    return draft.before, draft.after


def test_each_way_to_change_a_store_is_covered() -> None:
    """Every change that a port names is audited and does not reach the store directly."""
    ports = {
        "LegendStore": audited_module.AuditedLegends,
        "CalendarStore": audited_module.AuditedCalendars,
        "SchemeStore": audited_module.AuditedSchemes,
        "LeaveStore": audited_module.AuditedLeaves,
        "TeamStore": AuditedTeams,
        "PeriodStore": audited_module.AuditedPeriods,
        "LabelStore": audited_module.AuditedLabels,
        "ViewStore": audited_module.AuditedViews,
        "AttributeStore": audited_module.AuditedAttributes,
        "PermissionStore": audited_module.AuditedPermissions,
    }
    protocols = {
        name for name, port in vars(team_ports).items() if name.endswith("Store") and inspect.isclass(port)
    }
    assert protocols == set(ports)
    missing = [
        f"{name}.{method}"
        for name, wrapper in ports.items()
        for method in vars(getattr(team_ports, name))
        if method.startswith(CHANGES) and method not in vars(wrapper)
    ]
    assert missing == []
    assert "save_site" in vars(audited_module.AuditedSettings)


def test_legends(site: Site) -> None:
    saved = site.stores.legends.save(Legend("l", "Training", "lime", "T"))
    saved = site.stores.legends.save(replace(saved, colour="red"))
    assert last(site) == ({"colour": "lime"}, {"colour": "red"})
    site.stores.legends.save(saved)
    site.stores.legends.delete("l")
    site.stores.legends.delete("l")
    assert site.new() == [
        (Action.LEGEND_CREATED, "l"),
        (Action.LEGEND_CHANGED, "l"),
        (Action.LEGEND_DELETED, "l"),
    ]


def test_a_calendar_tells_the_days_that_came_and_went(site: Site) -> None:
    one, two = (NonWorkingDay(DAY.replace(day=n), f"Day {n}", "public-holiday") for n in (1, 2))
    saved = site.stores.calendars.save(GlobalCalendar("c", "Berlin", (one,)))
    saved = site.stores.calendars.save(replace(saved, days=(two,)))
    assert last(site) == (
        {"days": [["2026-06-01", "whole", "Day 1", "public-holiday"]]},
        {"days": [["2026-06-02", "whole", "Day 2", "public-holiday"]]},
    )
    site.stores.calendars.save(saved)
    make_team(site.stores)
    site.stores.teams.save_member(Member("team", "ben", frozenset({"team-member"}), calendar_id="c"))
    site.stores.calendars.save(GlobalCalendar("d", "Paris"))
    site.new()
    site.stores.calendars.delete("c", "d")
    assert site.kept.drafts[0].people == {"ben"}
    assert site.kept.drafts[0].after == {"replacement": "d"}
    site.stores.calendars.delete("c")
    assert site.new() == [(Action.CALENDAR_DELETED, "c")]


def test_schemes(site: Site) -> None:
    saved = site.stores.schemes.save(WorkloadScheme("s", "Part", (3600,) * 7))
    saved = site.stores.schemes.save(replace(saved, name="Half"))
    assert last(site) == ({"name": "Part"}, {"name": "Half"})
    site.stores.schemes.save(saved)
    site.stores.schemes.delete("s")
    site.stores.schemes.delete("s")
    assert site.new() == [
        (Action.SCHEME_CREATED, "s"),
        (Action.SCHEME_CHANGED, "s"),
        (Action.SCHEME_DELETED, "s"),
    ]


def test_a_teams_own_scheme_names_the_team(site: Site) -> None:
    make_team(site.stores)
    site.stores.schemes.save(WorkloadScheme("own", "Own", (3600,) * 7, "team"))
    site.stores.schemes.delete("own")
    assert [draft.team_id for draft in site.kept.drafts[-2:]] == ["team", "team"]


def test_leaves_tell_the_days_that_came_and_went(site: Site) -> None:
    span = DateSpan(DAY, DAY.replace(day=30))
    site.stores.leaves.replace("ben", span, [Leave("ben", DAY, "vacation")])
    site.stores.leaves.replace("ben", span, [Leave("ben", DAY, "vacation")])
    site.stores.leaves.replace("ben", span, [])
    assert last(site) == ({"leaves": [["2026-06-01", "whole", "vacation"]]}, {"leaves": []})
    assert site.new() == [(Action.LEAVE_CHANGED, "ben")] * 2


def test_a_team_with_its_lead_and_its_archive(site: Site) -> None:
    team = make_team(site.stores)
    assert [action for action, _ in site.new()] == [Action.TEAM_CREATED, *[Action.ROLE_CREATED] * 2]
    team = site.stores.teams.save(team)
    assert site.new() == []
    team = site.stores.teams.save(replace(team, lead="ben", name="Payments"))
    lead, rest = site.kept.drafts
    assert (lead.before, lead.after) == ({"lead": PersonId("ana")}, {"lead": PersonId("ben")})
    assert (rest.before, rest.after) == ({"name": "Team"}, {"name": "Payments"})
    assert site.new() == [(Action.TEAM_LEAD_CHANGED, "team"), (Action.TEAM_CHANGED, "team")]
    team = site.stores.teams.save(replace(team, archived=True))
    site.stores.teams.save(replace(team, archived=False))
    assert site.new() == [(Action.TEAM_ARCHIVED, "team"), (Action.TEAM_RESTORED, "team")]
    site.stores.teams.save_member(Member("team", "eva", frozenset({"team-member"})))
    site.stores.teams.delete("team")
    site.stores.teams.delete("team")
    assert site.kept.drafts[-1].people == {"eva"}
    assert site.new() == [(Action.MEMBER_ADDED, "eva"), (Action.TEAM_DELETED, "team")]


def test_roles(site: Site) -> None:
    make_team(site.stores)
    saved = site.stores.teams.save_role(Role("r", "team", "Viewer", frozenset({TeamPermission.VIEW_HOURS})))
    site.new()
    site.stores.teams.save_role(replace(saved, permissions=frozenset({TeamPermission.MANAGE_TEAM})))
    assert last(site) == ({"permissions": ["view-hours"]}, {"permissions": ["manage-team"]})
    site.stores.teams.delete_role("team", "r")
    site.stores.teams.delete_role("team", "r")
    assert site.new() == [(Action.ROLE_CHANGED, "r"), (Action.ROLE_DELETED, "r")]


def test_members_one_by_one(site: Site) -> None:
    make_team(site.stores)
    site.new()
    roles = frozenset({"team-member"})
    ben, eva = site.stores.teams.save_members([Member("team", name, roles) for name in ("ben", "eva")])
    assert site.new() == [(Action.MEMBER_ADDED, "ben"), (Action.MEMBER_ADDED, "eva")]
    site.stores.teams.save_members([ben, replace(eva, joined=DAY)])
    assert last(site) == ({"joined": None}, {"joined": "2026-06-01"})
    assert site.stores.teams.save_members([]) == ()
    site.stores.teams.remove_member("team", "ben")
    site.stores.teams.remove_member("team", "ben")
    assert site.new() == [(Action.MEMBER_CHANGED, "eva"), (Action.MEMBER_REMOVED, "ben")]


def test_groups_tell_of_trouble_but_not_of_each_sync(site: Site) -> None:
    make_team(site.stores)
    site.new()
    saved = site.stores.teams.save_group(TeamGroup("team", "g", frozenset({"team-member"})))
    saved = site.stores.teams.save_group(replace(saved, synced_at=NOW))
    site.stores.teams.save_group(replace(saved, error="The group is gone."))
    site.stores.teams.delete_group("team", "g")
    site.stores.teams.delete_group("team", "g")
    assert site.new() == [(Action.GROUP_ADDED, "g"), (Action.GROUP_CHANGED, "g"), (Action.GROUP_REMOVED, "g")]


def test_periods(site: Site) -> None:
    make_team(site.stores)
    site.new()
    site.stores.periods.save_rule(FIRST_RULE, 0)
    site.stores.periods.save_rule(PeriodRule(PeriodLength.WEEKLY, DAY), 1)
    assert site.new() == [(Action.PERIOD_RULE_CHANGED, "periods")]
    members = tuple(MemberRecord(name, 60, 30, {}) for name in ("ben", "eva"))
    closing = ClosingRecord("r", "team", DateSpan(DAY, DAY), "ana", NOW, members, {1: "x"})
    site.stores.periods.add_record(closing)
    figures = {
        "first": "2026-06-01",
        "last": "2026-06-01",
        "capacity": 120,
        "spent": 60,
        "members": 2,
        "worklogs": 1,
    }
    assert last(site) == ({}, figures)
    with pytest.raises(Conflict):
        site.stores.periods.add_record(closing)
    changes = [LateChange("team", "r", n, "removed", NOW, who) for n, who in ((1, "eva"), (2, None))]
    site.stores.periods.add_late_changes(changes)
    site.stores.periods.add_late_changes(changes)
    assert [draft.people for draft in site.kept.drafts[1:]] == [{"eva"}, frozenset()]
    site.stores.periods.reopen("r", "ana", NOW)
    assert [action for action, _ in site.new()] == [
        Action.PERIOD_CLOSED,
        Action.PERIOD_LATE_CHANGE_FOUND,
        Action.PERIOD_LATE_CHANGE_FOUND,
        Action.PERIOD_REOPENED,
    ]


def test_labels_concern_those_who_get_or_lose_one(site: Site) -> None:
    saved = site.stores.labels.save(UserLabel("u", "backend", "teal", frozenset({"ben", "eva"})))
    saved = site.stores.labels.save(replace(saved, people=frozenset({"eva", "finn"})))
    assert last(site) == ({"people": [PersonId("ben")]}, {"people": [PersonId("finn")]})
    site.stores.labels.save(saved)
    site.stores.labels.delete("u")
    site.stores.labels.delete("u")
    assert site.new() == [
        (Action.LABEL_CREATED, "u"),
        (Action.LABEL_CHANGED, "u"),
        (Action.LABEL_DELETED, "u"),
    ]


def test_views_of_teams_leave_events_and_those_of_people_do_not(site: Site) -> None:
    make_team(site.stores)
    site.new()
    own = site.stores.views.save(ReportView("m", "Mine", "rows=person", owner="ana"))
    site.stores.views.delete(own.id)
    saved = site.stores.views.save(
        ReportView("o", "Ours", "jql=text+~+secret", team_id="team", people=frozenset({"ben"}))
    )
    assert "secret" not in str(last(site))
    saved = site.stores.views.save(replace(saved, query="rows=issue"))
    assert [list(values) for values in last(site)] == [["report"], ["report"]]  # type: ignore[call-overload]
    site.stores.views.save(replace(saved, name="All of us", people=frozenset()))
    assert last(site) == (
        {"name": "Ours", "people": [PersonId("ben")]},
        {"name": "All of us", "people": []},
    )
    site.stores.views.delete("o")
    site.stores.views.delete("o")
    changed = [(Action.VIEW_CHANGED, "o")] * 2
    assert site.new() == [(Action.VIEW_CREATED, "o"), *changed, (Action.VIEW_DELETED, "o")]


def test_attributes_tell_their_options_by_name_and_what_a_team_took_away(site: Site) -> None:
    options = (Option("d", "Design"), Option("o", "Old", removed=True))
    saved = site.stores.attributes.save(Attribute("a", "Activity", Kind.SELECT, options=options))
    saved = site.stores.attributes.save(replace(saved, default="d"))
    assert last(site) == ({"default": ""}, {"default": "Design"})
    site.stores.attributes.save(saved)
    team = make_team(site.stores)
    site.new()
    site.stores.attributes.choose(team.id, {"a", BILLABLE})
    site.stores.attributes.choose(team.id, {"a"})
    assert last(site) == ({"attributes": [BILLABLE]}, {"attributes": []})
    site.stores.attributes.choose(team.id, {"a"})
    assert site.new() == [(Action.TEAM_ATTRIBUTES_CHOSEN, team.id)] * 2


def test_permissions_tell_the_grants_that_differ(site: Site) -> None:
    some = Grant(Whom.SOME, frozenset({"g"}), frozenset({"ben"}))
    saved = site.stores.permissions.save(SitePermissions({Module.AUDIT: some}))
    everybody = {"whom": "everybody", "groups": [], "people": []}
    somebody = {"whom": "some", "groups": ["g"], "people": [PersonId("ben")]}
    assert last(site) == ({"audit": everybody}, {"audit": somebody})
    site.stores.permissions.save(saved)
    assert site.new() == [(Action.PERMISSION_CHANGED, "permissions")]


def test_settings_of_the_site_but_not_what_somebody_looks_at(site: Site) -> None:
    saved = site.settings.save_site(SiteSettings("Europe/Berlin"))
    assert last(site) == ({"fallback_zone": "UTC"}, {"fallback_zone": "Europe/Berlin"})
    site.settings.save_site(saved)
    site.settings.save_person("ana", PersonSettings(view="month"))
    assert site.settings.read_site().fallback_zone == "Europe/Berlin"
    assert site.new() == [(Action.SETTING_CHANGED, "settings")]


def test_nobody_opens_stores_that_leave_no_events() -> None:
    """Outside of the adapters the stores are made where they are wrapped at once, and nowhere else."""
    makers, wrappers = {"open_stores", "DbSettingsStore"}, {"audited", "audited_settings"}
    bare = []
    for path in sorted((ROOT / "timesheet").rglob("*.py")):
        if "adapters" in path.parts:
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        wrapped = [part for call in calls if getattr(call.func, "id", "") in wrappers for part in call.args]
        bare += [
            f"{path}:{c.lineno}" for c in calls if getattr(c.func, "id", "") in makers and c not in wrapped
        ]
    assert bare == []


def test_a_stale_save_leaves_nothing(site: Site) -> None:
    saved = site.stores.labels.save(UserLabel("u", "backend", "teal"))
    site.new()
    with pytest.raises(Conflict):
        site.stores.labels.save(replace(saved, version=7, name="other"))
    assert site.new() == []


def test_a_read_opens_no_audit_log_and_makes_no_store_but_its_own(tmp_path: Path) -> None:
    app, opened = Flask("test"), list[str]()
    database = Database(app, f"sqlite:///{tmp_path / 'timesheet.db'}")

    def open_recorder() -> AuditRecorder:
        opened.append("recorder")
        return AuditRecorder(cast(AuditStore, Kept()), lambda: NOW, "ana", Origin.PAGE)

    with app.app_context():
        Base.metadata.create_all(database.extension.engine)
        plain = stores_of(database, "acme")
        stores = audited(plain, open_recorder)
        assert stores.legends.all()
        assert stores.legends is stores.legends
        assert opened == []
        assert "legends" in vars(plain)
        assert "teams" not in vars(plain)
        stores.legends.save(Legend("l", "Training", "lime", "T"))
        stores.labels.save(UserLabel("u", "backend", "teal"))
        assert opened == ["recorder"]
        database.roll_back()
        database.extension.engine.dispose()
