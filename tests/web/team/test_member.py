"""Members over HTTP: adding, changing one and many, and removing."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.services.support.team_scene import ANN, BO, CY, LEAD, OUT
from tests.web.support.team_viewer import TeamSite, TeamViewer
from timesheet.domain.person import Person
from timesheet.domain.team.team import Member, Team


def entry(lead: TeamViewer, team: Team, account_id: str, **changes: object) -> dict[str, object]:
    """Return the fields of a member's dialog as a browser sends them."""
    html = lead.get(f"/teams/{team.id}/members/{account_id}").text
    version = html.split('name="version" value="')[1].split('"')[0]
    boxes = html.split('name="role" value="')[1:]
    roles = [box.split('"')[0] for box in boxes if " checked" in box.split(">")[0]]
    return {"version": version, "role": roles, "joined": "", "left": "", "calendar": "", **changes}


def said(html: str, mark: str) -> str:
    """Return the bold text in the paragraph with this id."""
    return html.split(f'id="{mark}"')[1].split("<b>")[1].split("</b>", maxsplit=1)[0]


def test_people_are_added_from_the_dialog(lead: TeamViewer, team: Team) -> None:
    dialog = lead.get(f"/teams/{team.id}/members/new").text
    role = dialog.split('name="role" value="')[2].split('"')[0]
    assert 'id="joined" name="joined" type="date" value=""' in dialog
    sent = {"person": [BO, CY, BO], "role": role, "joined": "2026-12-01"}
    answer = lead.post(f"/teams/{team.id}/members", **sent)
    assert answer.status_code == 200
    assert "2 people were added to the team." in answer.text
    assert "1 Dec 2026 – …" in answer.text
    again = lead.post(f"/teams/{team.id}/members", **sent)
    assert again.status_code == 422
    assert "belong to the team already" in again.text
    assert f'name="person" value="{CY}"' in again.text


def test_the_tag_of_a_former_member_is_not_before_the_first_of_the_dates(
    lead: TeamViewer, team: Team
) -> None:
    path = f"/teams/{team.id}/members/{ANN}"
    left = entry(lead, team, ANN, joined="2024-04-01", left="2024-04-17")
    row = " ".join(re.sub("<[^>]*>", " ", lead.post(path, **left).text).split())
    assert "1 Apr 2024 – 17 Apr 2024 left" in row


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"joined": "2026-12-01", "left": "2026-11-01"}, "left"),
        ({"joined": "soon"}, "joined"),
        ({"left": "9999-12-31"}, "left"),
        ({"role": []}, "roles"),
        ({"calendar": "gone"}, "calendar"),
        ({"scheme": "gone", "scheme_from": "2026-12-01"}, "scheme"),
        ({"scheme": [], "scheme_from": "2026-12-01"}, "scheme"),
    ],
    ids=str,
)
def test_what_a_member_cannot_be_stays_in_the_dialog(
    lead: TeamViewer, team: Team, change: dict[str, object], field: str
) -> None:
    answer = lead.post(f"/teams/{team.id}/members/{ANN}", **entry(lead, team, ANN, **change))
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text


def test_a_member_is_saved_and_a_stale_dialog_gets_a_message(lead: TeamViewer, team: Team) -> None:
    old = entry(lead, team, ANN, joined="2026-10-01")
    saved = lead.post(f"/teams/{team.id}/members/{ANN}", **entry(lead, team, ANN, left="2026-12-31"))
    assert "Ann Example is saved." in saved.text
    stale = lead.post(f"/teams/{team.id}/members/{ANN}", **old)
    assert stale.status_code == 409
    assert 'value="2026-10-01"' in stale.text
    assert "Your values are kept below, next to the saved ones." in stale.text
    assert said(stale.text, "theirs-left") == "31 Dec 2026"
    assert said(stale.text, "theirs-joined") == "nothing"
    assert "theirs-roles" not in stale.text
    version = stale.text.split('name="version" value="')[1].split('"')[0]
    assert lead.post(f"/teams/{team.id}/members/{ANN}", **{**old, "version": version}).status_code == 200


def test_a_dated_scheme_is_added_and_removed(lead: TeamViewer, team: Team) -> None:
    page = lead.get(f"/teams/{team.id}/settings", section="schemes").text
    scheme = page.split('<tr id="scheme-')[1].split('"')[0]
    dated = entry(lead, team, ANN, scheme=[scheme, ""], scheme_from=["2026-12-01", ""])
    assert "from 1 Dec 2026" in lead.post(f"/teams/{team.id}/members/{ANN}", **dated).text
    none = entry(lead, team, ANN, scheme=["", ""], scheme_from=["2026-12-01", ""])
    assert "from 1 Dec 2026" not in lead.post(f"/teams/{team.id}/members/{ANN}", **none).text


def test_somebody_is_removed_but_not_the_lead(lead: TeamViewer, team: Team) -> None:
    assert "Remove" not in lead.get(f"/teams/{team.id}/members/{LEAD}").text
    assert lead.post(f"/teams/{team.id}/members/{LEAD}/remove").status_code == 422
    assert "no longer in the team" in lead.post(f"/teams/{team.id}/members/{ANN}/remove").text
    # Whoever has the list or the dialog still open sees the list without them.
    for answer in (
        lead.get(f"/teams/{team.id}/members/{ANN}"),
        lead.post(f"/teams/{team.id}/members/{ANN}/remove"),
    ):
        assert "This person is no longer in the team." in answer.text
        assert 'class="flag problem"' in answer.text
        assert 'id="team-settings"' in answer.text
        assert f"members/{ANN}" not in answer.text
        assert answer.status_code == (404 if answer.request.method == "GET" else 200)


def test_selected_members_change_together(lead: TeamViewer, team: Team) -> None:
    path = f"/teams/{team.id}/members/change"
    done = lead.post(path, selected=[ANN, LEAD], what="left", left="2026-12-31")
    assert "2 members are changed." in done.text
    assert done.text.count("– 31 Dec 2026") == 2
    again = lead.post(path, selected=[ANN, LEAD], what="left", left="2026-12-31")
    assert "No changes were needed. The selected members are already set this way." in again.text
    for sent, words in (
        ({"selected": [ANN], "what": "joined", "joined": "2027-01-01"}, "Ann Example: "),
        ({"selected": [], "what": "left", "left": ""}, "at least one member"),
        ({"selected": [ANN], "what": "nonsense"}, "Choose what to change"),
        ({"selected": [ANN], "what": "add-role", "add-role": ""}, "Choose the new value"),
        ({"selected": [ANN, LEAD], "what": "remove"}, "Hand the team over"),
    ):
        answer = lead.post(path, **sent)
        assert answer.status_code == 422
        assert words in answer.text
    assert "1 member is changed." in lead.post(path, selected=[ANN], what="remove").text


@pytest.mark.parametrize(
    "change", [{"what": "left", "left": "2026-12-31"}, {"what": "remove"}], ids=["changed", "removed"]
)
def test_one_of_the_selected_members_who_was_removed_meanwhile_is_named(
    lead: TeamViewer, team: Team, change: dict[str, str]
) -> None:
    role = lead.get(f"/teams/{team.id}/members/new").text.split('name="role" value="')[2].split('"')[0]
    lead.post(f"/teams/{team.id}/members", person=[BO], role=role)
    lead.post(f"/teams/{team.id}/members/{ANN}/remove")
    answer = lead.post(f"/teams/{team.id}/members/change", selected=[ANN, BO], **change)
    assert answer.status_code == 422
    assert "Ann Example: This person is no longer in the team. Nobody was changed." in answer.text
    assert f'value="{BO}" aria-label="Select Bo Example" checked' in answer.text
    assert f"members/{ANN}" not in answer.text
    assert lead.post(f"/teams/{team.id}/members/change", selected=[BO], **change).status_code == 200


def test_the_joining_date_of_selected_members_is_from_the_beginning_unless_one_is_chosen(
    teams: TeamSite, lead: TeamViewer, team: Team
) -> None:
    page = lead.get(f"/teams/{team.id}/settings", section="members").text
    assert re.search(r'<input [^>]*id="bulk-joined" name="joined" value="">', page)
    assert re.search(r'<input [^>]*id="bulk-left" name="left" value="\d{4}-\d\d-\d\d">', page)
    for typed, kept in (("2026-11-02", date(2026, 11, 2)), ("", None)):
        answer = lead.post(f"/teams/{team.id}/members/change", what="joined", selected=[ANN], joined=typed)
        assert answer.status_code == 200, answer.text
        joined = teams.arrange(lambda scene: scene.stores.teams.member(team.id, ANN).joined)
        assert joined == kept


def test_deactivated_and_closed_accounts_are_marked(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    teams.arrange(lambda scene: scene.join(team, "closed-account"))
    teams.directory.deactivate(ANN)
    page = lead.get(f"/teams/{team.id}/settings", section="members").text
    assert "deactivated" in page
    assert "Former user" in page


@pytest.mark.parametrize("viewer", [ANN, OUT])
def test_whoever_does_not_manage_the_team_changes_nobody(teams: TeamSite, team: Team, viewer: str) -> None:
    person, path = teams.as_(viewer), f"/teams/{team.id}"
    for answer in (
        person.get(f"{path}/members/new"),
        person.get(f"{path}/members/{ANN}"),
        person.post(f"{path}/members", person=OUT),
        person.post(f"{path}/members/{ANN}", version=1),
        person.post(f"{path}/members/{ANN}/remove"),
        person.post(f"{path}/members/change", selected=ANN, what="remove"),
    ):
        assert answer.status_code == 403
        assert "Manage this team" in answer.text


def add_many(teams: TeamSite, team: Team) -> None:
    """Give the team 232 members, Person 000 to Person 229 among them."""
    for number in range(230):
        teams.directory.people[f"p{number:03}"] = Person(f"p{number:03}", f"Persön {number:03}")
    role = teams.arrange(lambda scene: scene.stores.teams.member(team.id, ANN).role_ids)
    teams.arrange(
        lambda scene: scene.stores.teams.save_members(
            [Member(team.id, f"p{number:03}", role) for number in range(230)]
        )
    )


def shown(html: str) -> list[str]:
    """Return the account ids of the members in the list; those who are selected have an asterisk."""
    boxes = re.findall(r'name="selected"\s+value="([^"]+)" [^>]*?( checked)?>', html)
    return [account_id + ("*" if checked else "") for account_id, checked in boxes]


def test_a_long_team_comes_in_pages_on_which_selected_members_stay(
    teams: TeamSite, lead: TeamViewer, team: Team
) -> None:
    few = lead.get(f"/teams/{team.id}/settings", section="members").text
    assert ("member-pages" in few, len(shown(few))) == (False, 2)
    add_many(teams, team)
    path, chosen = f"/teams/{team.id}/members/shown", ["p003", "p229"]
    first = lead.get(f"/teams/{team.id}/settings", section="members").text
    assert ("1–200 of 232 people" in first, len(shown(first))) == (True, 200)
    assert ('aria-label="Select all"' in few, 'aria-label="Select everybody shown"' in first) == (True, True)
    assert ("data-all" in few, 'data-all="232"' in first) == (False, True)
    last = lead.post(path, page="1", turn="2", selected=chosen).text
    assert ("201–232 of 232 people" in last, shown(last)[:2], len(shown(last))) == (
        True,
        ["p003*", "p229*"],
        33,
    )
    found = lead.post(path, page="2", turn="1", text="person 01", selected=chosen).text
    assert shown(found) == ["p003*", "p229*", *(f"p01{n}" for n in range(10))]
    assert "1–10 of 10 people" in found
    nobody = lead.post(path, text="zzz").text
    assert ("Nobody in this team has this name." in nobody, shown(nobody)) == (True, [])


def test_a_change_of_a_long_team_keeps_what_was_shown(teams: TeamSite, lead: TeamViewer, team: Team) -> None:
    add_many(teams, team)
    change = {"page": "1", "text": "person 01", "what": "left", "selected": ["p229"]}
    refused = lead.post(f"/teams/{team.id}/members/change", **change, left="never").text
    assert shown(refused) == ["p229*", *(f"p01{n}" for n in range(10))]
    done = lead.post(f"/teams/{team.id}/members/change", **change, left="2026-12-31").text
    assert shown(done) == ["p229", *(f"p01{n}" for n in range(10))]
    saved = lead.post(
        f"/teams/{team.id}/members/p010", **entry(lead, team, "p010"), page="1", text="person 01"
    )
    assert len(shown(saved.text)) == 10


def test_each_form_that_changes_capacity_says_what_closed_periods_keep(lead: TeamViewer, team: Team) -> None:
    sentence = "Capacity follows at once, in every period that is not closed; closed ones keep their figures."
    for dialog in ("members/new", f"members/{ANN}", "schemes/new"):
        assert sentence in lead.get(f"/teams/{team.id}/{dialog}").text
    for section in ("members", "schemes"):
        assert sentence in lead.get(f"/teams/{team.id}/settings", section=section).text
