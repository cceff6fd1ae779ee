"""Groups of a team over HTTP: previewed first, then synced; and the message if the app may not read them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.services.support.team_scene import ADMIN, ANN, BO, CY, LEAD, OUT
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.team_viewer import TeamSite, TeamViewer, make_team_site
from timesheet.adapters.jira.group import NOT_YET
from timesheet.domain.errors import JiraUnavailable, NotAllowed
from timesheet.domain.team.team import Team
from timesheet.services.ports.directory import GroupReader
from timesheet.services.team.group_sync import OFF
from tools.stage import set_stage


@pytest.fixture
def teams(app: Flask, site: JiraSite, clock: SettableClock) -> TeamSite:
    made = make_team_site(app, site, clock)
    switch(made, True)
    return made


def switch(teams: TeamSite, on: bool) -> None:
    swap(teams.app, group_sync=on)


def section(viewer: TeamViewer, team: Team, name: str = "groups") -> str:
    answer = viewer.get(f"/teams/{team.id}/settings", section=name)
    assert answer.status_code == 200
    return answer.text


def follow(lead: TeamViewer, team: Team, group: str) -> str:
    """Add a group for plain members; the comparison that comes back."""
    role = lead.get(f"/teams/{team.id}/members/new").text.split('name="role" value="')[2].split('"')[0]
    answer = lead.post(f"/teams/{team.id}/groups", group=group, role=role)
    assert answer.status_code == 200
    return answer.text


def test_groups_are_compared_before_anybody_joins(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    teams.directory.members["crew"] = [BO, CY]
    added = follow(lead, team, "crew")
    assert "Join today (2)" in added
    assert "Bo Example, Cy Example" in added
    assert "not yet" in added
    assert "Bo Example" not in section(lead, team, "members")
    done = lead.post(f"/teams/{team.id}/sync")
    assert "2 joined, 0 left." in done.text
    assert "24 Nov 2026" in done.text
    assert "The members of the team match its groups" in lead.get(f"/teams/{team.id}/sync").text
    teams.directory.members["crew"] = [CY]
    assert "Leave today (1)" in lead.get(f"/teams/{team.id}/sync").text
    assert "0 joined, 1 left." in lead.post(f"/teams/{team.id}/sync").text
    assert "– 24 Nov 2026" in section(lead, team, "members")


@pytest.mark.parametrize(
    ("sent", "field"), [({"group": "crew"}, "group"), ({"group": ""}, "group"), ({"group": "night"}, "roles")]
)
def test_what_cannot_be_followed_is_said_beside_its_field(
    teams: TeamSite, lead: TeamViewer, team: Team, sent: dict[str, str], field: str
) -> None:
    teams.directory.members = {"crew": [], "night": []}
    follow(lead, team, "crew")
    answer = lead.post(f"/teams/{team.id}/groups", **sent, group_name="A name")
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    assert_chosen(answer.text, sent["group"], "A name")


def assert_chosen(html: str, group: str, name: str) -> None:
    """Fail unless the form for another group has this one."""
    assert f'name="group" value="{group}"' in html
    assert f'name="group_name" type="text" value="{name}"' in html


def test_what_is_chosen_for_another_group_stays_while_others_are_compared_and_removed(
    teams: TeamSite, lead: TeamViewer, team: Team
) -> None:
    teams.directory.members = {"crew": [BO], "night": []}
    assert_chosen(follow(lead, team, "crew"), "", "")
    role = section(lead, team).split('name="role" value="')[1].split('"')[0]
    chosen = {"group": "night", "group_name": "Night", "role": role}
    for answer in (
        lead.get(f"/teams/{team.id}/sync", **chosen),
        lead.post(f"/teams/{team.id}/sync", **chosen),
        lead.post(f"/teams/{team.id}/groups/crew/remove", **chosen),
    ):
        assert answer.status_code == 200
        assert_chosen(answer.text, "night", "Night")
        assert re.search(rf'name="role"\s+value="{role}"[^>]* checked', answer.text)


def test_a_deleted_group_is_explained_and_its_people_stay(
    teams: TeamSite, lead: TeamViewer, team: Team
) -> None:
    teams.directory.members["crew"] = [BO]
    follow(lead, team, "crew")
    lead.post(f"/teams/{team.id}/sync")
    del teams.directory.members["crew"]
    teams.app.extensions["timesheet"].operation.cache.delete(f"{lead.site.client_key}:group-names::crew")
    assert "not in Jira anymore" in section(lead, team)
    compared = lead.get(f"/teams/{team.id}/sync").text
    assert "Jira no longer has this group. Its people stay in the team" in compared
    assert "agree" not in compared
    assert "0 joined, 0 left." in lead.post(f"/teams/{team.id}/sync").text
    assert "Jira no longer has this group" in section(lead, team)
    assert "Bo Example" in section(lead, team, "members")
    removed = lead.post(f"/teams/{team.id}/groups/crew/remove")
    assert "Its people stay in the team." in removed.text
    assert 'id="group-table"' not in removed.text


def test_until_a_jira_admin_agrees_the_section_says_whom_to_ask(
    teams: TeamSite, lead: TeamViewer, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    teams.directory.members["crew"] = [BO]
    follow(lead, team, "crew")

    def refuse(_ids: object) -> None:
        raise NotAllowed(NOT_YET)

    monkeypatch.setattr(teams.directory, "name_groups", refuse)
    teams.directory.failing["crew"] = NotAllowed(NOT_YET)
    teams.app.extensions["timesheet"].operation.cache.delete(f"{lead.site.client_key}:group-names::crew")
    assert NOT_YET in section(lead, team)
    assert "Deleted group" not in section(lead, team)
    assert "Manage apps</a>" not in section(lead, team), "only Jira admins open that page"
    swap(teams.app, is_admin=lambda _site, account_id: account_id == ADMIN)
    admin = teams.as_(ADMIN)
    assert admin.get("/configure").status_code == 200
    assert "Manage apps</a>" in section(admin, team)
    assert NOT_YET in lead.get(f"/teams/{team.id}/sync").text


@pytest.mark.parametrize("viewer", [ANN, OUT])
def test_whoever_does_not_manage_the_team_takes_nobody_in(teams: TeamSite, team: Team, viewer: str) -> None:
    person, path = teams.as_(viewer), f"/teams/{team.id}"
    for answer in (
        person.get(f"{path}/sync"),
        person.post(f"{path}/sync"),
        person.post(f"{path}/groups", group="crew"),
        person.post(f"{path}/groups/crew/remove"),
    ):
        assert answer.status_code == 403
        assert "Manage this team" in answer.text


def test_another_sites_team_does_not_exist(
    app: Flask, team: Team, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_team_site(app, other, clock)
    switch(stranger, True)
    person = stranger.as_(LEAD)
    assert person.get(f"/teams/{team.id}/sync").status_code == 404
    assert person.post(f"/teams/{team.id}/groups", group="crew").status_code == 404


def test_switched_off_it_says_why_and_how_to_switch_it_on(
    teams: TeamSite, lead: TeamViewer, team: Team
) -> None:
    teams.directory.members["crew"] = [BO]
    follow(lead, team, "crew")
    switch(teams, False)
    shown = section(lead, team)
    assert OFF in shown
    assert "the group of this team" in shown
    assert "Add and compare" not in shown
    for answer in (
        lead.get(f"/teams/{team.id}/sync"),
        lead.post(f"/teams/{team.id}/sync"),
        lead.post(f"/teams/{team.id}/groups", group="night"),
        lead.post(f"/teams/{team.id}/groups/crew/remove"),
    ):
        assert answer.status_code == 403
        assert "GROUP_SYNC=on" in answer.text
    assert "Bo Example" not in section(lead, team, "members")


def test_the_command_line_syncs_every_site(app: Flask, teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    teams.directory.members["crew"] = [BO]
    follow(lead, team, "crew")
    result = app.test_cli_runner().invoke(args=["teams", "sync-groups"])
    assert result.exit_code == 0, result.output
    assert "1 team synced, 0 groups could not be read." in result.output
    assert "Bo Example" in section(lead, team, "members")


def test_the_command_line_fails_aloud(app: Flask, teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    teams.directory.members["crew"] = [BO]
    follow(lead, team, "crew")
    teams.directory.failing["crew"] = JiraUnavailable("Jira did not answer in time.")
    failed = app.test_cli_runner().invoke(args=["teams", "sync-groups"])
    assert failed.exit_code == 1
    assert "1 group could not be read." in failed.output
    assert "Jira did not answer when this group was read." in section(lead, team)
    switch(teams, False)
    off = app.test_cli_runner().invoke(args=["teams", "sync-groups"])
    assert off.exit_code == 1
    assert OFF in off.output


@pytest.mark.parametrize("switched", ["on", "off"])
def test_jira_lets_the_app_read_a_group_only_with_the_scope_for_it(tmp_path: Path, switched: str) -> None:
    with set_stage(tmp_path, people=3, group_sync=switched) as stage, stage.app.app_context():
        deps = stage.app.extensions["timesheet"]
        [site] = deps.sites.installed_sites()
        [group, *_] = stage.jira.site.groups.values()
        reader: GroupReader = deps.jira.groups_of(site)
        if switched == "on":
            assert {person.account_id for person in reader.read_group(group.id) or ()} == group.members
            assert reader.name_groups([group.id]) == {group.id: group.name}
        else:
            with pytest.raises(NotAllowed, match="does not let this app read groups yet"):
                reader.read_group(group.id)
            with pytest.raises(NotAllowed, match="does not let this app read groups yet"):
                reader.name_groups([group.id])
