"""Teams, roles, members, and groups record their changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from unittest.mock import Mock

import pytest

from tests.adapters.support.site_data import make_team
from tests.services.support.audited_site import NOW, Site, last
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import PersonId
from timesheet.domain.team.team import Member, Role, TeamPermission
from timesheet.services.ports.stores import TeamGroup

DAY = date(2026, 6, 1)


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


def test_changes_of_roles_are_recorded_once(site: Site) -> None:
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
    site.stores.teams.remove_members("team", ["ben"])
    site.stores.teams.remove_members("team", ["ben"])
    assert site.new() == [(Action.MEMBER_CHANGED, "eva"), (Action.MEMBER_REMOVED, "ben")]


def test_members_who_are_removed_together_are_recorded_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_team(site.stores)
    site.stores.teams.save_members(
        [Member("team", name, frozenset({"team-member"})) for name in ("ben", "eva")]
    )
    site.new()
    appended = Mock(side_effect=site.kept.append_all)
    monkeypatch.setattr(site.kept, "append_all", appended)
    site.stores.teams.remove_members("team", ["eva", "nobody", "ben"])
    site.stores.teams.remove_members("team", [])
    assert site.new() == [(Action.MEMBER_REMOVED, "eva"), (Action.MEMBER_REMOVED, "ben")]
    assert appended.call_count == 1


def test_groups_report_trouble_but_not_each_sync(site: Site) -> None:
    make_team(site.stores)
    site.new()
    saved = site.stores.teams.save_group(TeamGroup("team", "g", frozenset({"team-member"})))
    saved = site.stores.teams.save_group(replace(saved, synced_at=NOW))
    site.stores.teams.save_group(replace(saved, error="The group is gone."))
    site.stores.teams.delete_group("team", "g")
    site.stores.teams.delete_group("team", "g")
    assert site.new() == [(Action.GROUP_ADDED, "g"), (Action.GROUP_CHANGED, "g"), (Action.GROUP_REMOVED, "g")]
