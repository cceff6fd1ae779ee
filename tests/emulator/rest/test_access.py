"""People, groups, projects, and permissions, as different callers see them."""

from __future__ import annotations

import pytest

from jira_emulator.model import Caller, Group
from jira_emulator.seeding.people import DEACTIVATED, HIDDEN_EMAIL, HIDDEN_ZONE, NO_PROJECT, NO_WORK_IN_WEB
from tests.emulator.support.emulated_site import ALL_SCOPES, WORK_SCOPES, EmulatedSite


def test_own_profile_is_whole_and_others_hide_parts(still: EmulatedSite) -> None:
    mail, zone = still.person(HIDDEN_EMAIL), still.person(HIDDEN_ZONE)
    own = still.be(HIDDEN_ZONE).get("/myself").json or {}
    assert own["timeZone"] == zone.time_zone
    assert own["locale"] == zone.locale
    assert "emailAddress" in (still.be(HIDDEN_EMAIL).get("/myself").json or {})
    seen = still.be(0).get("/user", accountId=zone.account_id).json or {}
    assert "timeZone" not in seen
    assert "locale" not in seen
    assert "emailAddress" not in (still.get("/user", accountId=mail.account_id).json or {})


def test_callers_that_are_nobody(still: EmulatedSite) -> None:
    still.caller = Caller(None)
    assert still.get("/myself").status_code == 401
    assert still.be(NO_PROJECT).search("created is not empty") == []
    assert (still.get("/project/search").json or {})["values"] == []


def test_t38_deactivated_and_deleted_accounts_still_render(still: EmulatedSite) -> None:
    gone = still.person(DEACTIVATED)
    former = next(p for p in still.site.people.values() if p.account_type == "unknown")
    ids = [gone.account_id, former.account_id, "no-such-account"]
    page = still.be(0).call("GET", "/user/bulk?" + "&".join(f"accountId={i}" for i in ids)).json or {}
    assert [(u["active"], u["accountType"]) for u in page["values"]] == [
        (False, "atlassian"),
        (False, "unknown"),
    ]
    assert "emailAddress" not in page["values"][1]
    assert page["maxResults"] == 10
    assert still.search(f'worklogAuthor = "{gone.account_id}"')
    assert still.search(f'worklogAuthor = "{former.account_id}"')


def test_t22_user_search_filters_after_paging(still: EmulatedSite) -> None:
    pages = [
        still.be(0).get("/user/search", query="", startAt=n, maxResults=4).json or [] for n in (0, 4, 8, 12)
    ]
    found = [person for page in pages for person in page]
    assert any(len(page) < 4 for page in pages[:3])
    assert all(person["active"] for person in found)
    assert len(found) == sum(p.active for p in still.site.people.values())


def test_groups_are_picked_by_case_and_at_most_twenty_at_once(emulated: EmulatedSite) -> None:
    names = [f"Crew {number:02}" for number in range(25)]
    emulated.site.groups |= {name: Group(name, name, set()) for name in names}

    def picked(**query: object) -> list[str]:
        found = emulated.be(0).get("/groups/picker", maxResults=1000, **query).json or {}
        return [group["name"] for group in found["groups"]]

    assert picked(query="crew 0") == []
    assert picked(query="crew 0", caseInsensitive="true") == names[:10]
    assert picked(query="Crew") == names[:20]
    assert picked(query="Crew", excludeId=names[:20]) == names[20:]


def test_groups_are_for_who_may_browse_people(emulated: EmulatedSite) -> None:
    staff = next(g for g in emulated.site.groups.values() if g.name == "staff")
    members = emulated.be(1).get("/group/member", groupId=staff.id).json or {}
    everyone = emulated.get("/group/member", groupId=staff.id, includeInactiveUsers="true").json or {}
    assert everyone["total"] == len(staff.members) == members["total"] + 1
    assert emulated.be_app(WORK_SCOPES, person=0).get("/group/bulk").status_code == 403
    assert emulated.be_app(ALL_SCOPES, person=1).get("/group/bulk").status_code == 200
    emulated.site.without_permission["USER_PICKER"] = {emulated.person(n).account_id for n in (0, 1)}

    def statuses() -> tuple[int, int, int]:
        responses = (
            emulated.get("/group/bulk"),
            emulated.get("/group/member", groupId=staff.id),
            emulated.get("/users/search"),
        )
        return responses[0].status_code, responses[1].status_code, responses[2].status_code

    assert (emulated.be(1), statuses())[1] == (403, 403, 403)
    assert (emulated.be(0), statuses())[1] == (403, 200, 403)
    assert (emulated.be(2), statuses())[1] == (200, 200, 200)


def test_no_app_reads_all_people(still: EmulatedSite) -> None:
    assert still.be_app(ALL_SCOPES, person=0).get("/users/search").status_code == 403
    assert still.get("/users").status_code == 403
    everybody = still.be(0).get("/users/search", maxResults=1000).json or []
    assert {person["accountId"] for person in everybody} == still.site.people.keys()


def test_people_to_assign_to_and_people_who_see(still: EmulatedSite) -> None:
    hidden = next(i for i in still.issues_of("SEC") if i.security is not None)
    seen = {
        p["accountId"]
        for p in still.be(0).get("/user/viewissue/search", query="", issueKey=hidden.key).json or []
    }
    assert still.person(0).account_id in seen
    assert len(seen) < len(still.site.people)
    workers = {
        p["accountId"] for p in still.get("/user/assignable/search", query="", project="WEB").json or []
    }
    assert still.person(NO_WORK_IN_WEB).account_id not in workers
    assert still.person(0).account_id in workers
    assert still.get("/user/assignable/search", project="web").status_code == 404


def test_myself_is_whole_and_apps_see_no_e_mail(still: EmulatedSite) -> None:
    me = still.be(0).get("/myself").json or {}
    assert me["groups"] == {"size": len(still.site.groups_of(me["accountId"])), "items": []}
    assert me["applicationRoles"] == {"size": 1, "items": []}
    assert me["expand"] == "groups,applicationRoles"
    assert me["emailAddress"]
    whole = still.get("/myself", expand="groups,applicationRoles").json or {}
    assert len(whole["groups"]["items"]) == whole["groups"]["size"] > 0
    assert whole["applicationRoles"]["items"][0]["key"] == "jira-software"
    still.be_app(WORK_SCOPES, person=0)
    assert "emailAddress" not in (still.get("/myself").json or {})
    assert "emailAddress" not in (still.get("/user", accountId=me["accountId"]).json or {})
    still.be_app(WORK_SCOPES | {"ACCESS_EMAIL_ADDRESSES"}, person=0)
    assert "emailAddress" in (still.get("/myself").json or {})


def test_keys_of_projects_have_their_case(still: EmulatedSite) -> None:
    assert still.be(0).get("/project/PAY").status_code == 200
    assert still.get("/project/10000").status_code == 200
    assert still.get("/project/pay").status_code == 404
    assert still.get("/issue/pay-1").status_code == 200


def test_projects_are_those_one_may_browse_and_for_admins_all(still: EmulatedSite) -> None:
    def keys(action: str = "view") -> list[str]:
        answer = still.get("/project/search", action=action).json or {}
        return [project["key"] for project in answer["values"]]

    still.be(0)
    assert keys() == ["DESK", "HRX", "MOB", "OPS", "PAY", "SEC", "WEB"]
    assert keys("browse") == ["DESK", "MOB", "OPS", "PAY", "SEC", "WEB"]
    assert "HRX" not in [project["key"] for project in still.get("/project").json or []]
    assert still.get("/project/HRX").status_code == 404
    still.be(NO_WORK_IN_WEB)
    assert "WEB" in keys()
    assert still.get("/project/PAY/role").status_code == 404
    assert still.be_app().get("/project/HRX").status_code == 404
    assert still.get("/project/WEB").status_code == 200


def have(emulated: EmulatedSite, permission: str, **context: str) -> bool:
    answer = emulated.get("/mypermissions", permissions=permission, **context).json or {}
    return bool(answer["permissions"][permission]["havePermission"])


def test_t29_permissions_by_project_and_anywhere(still: EmulatedSite) -> None:
    still.be(NO_WORK_IN_WEB)
    assert have(still, "WORK_ON_ISSUES")
    assert not have(still, "WORK_ON_ISSUES", projectKey="WEB")
    assert have(still, "BROWSE_PROJECTS", projectKey="WEB")
    assert have(still, "EDIT_OWN_WORKLOGS", issueKey="PAY-1")
    assert not have(still, "EDIT_ALL_WORKLOGS", issueKey="PAY-1")
    assert have(still.be(0), "ADMINISTER")
    assert not have(still.be_app(WORK_SCOPES, person=0), "ADMINISTER")
    assert not have(still.be(3), "DELETE_OWN_WORKLOGS", projectKey="OPS")
    assert have(still, "WORK_ON_ISSUES", projectKey="OPS")


@pytest.mark.parametrize(
    ("caller", "status"), [("admin", 200), ("person", 403), ("app", 200), ("app for a person", 403)]
)
def test_whose_permissions_may_be_checked(still: EmulatedSite, caller: str, status: int) -> None:
    callers = {
        "admin": still.caller_of(0),
        "person": still.caller_of(1),
        "app": Caller(None, "app", WORK_SCOPES),
    }
    for_person = Caller(still.person(1).account_id, "app", WORK_SCOPES)
    still.caller = callers.get(caller, for_person)
    body = {
        "accountId": still.person(NO_WORK_IN_WEB).account_id,
        "projectPermissions": [{"permissions": ["WORK_ON_ISSUES"], "projects": [10000, 10001, 77]}],
    }
    answer = still.post("/permissions/check", body)
    assert answer.status_code == status
    if status == 200:
        assert (answer.json or {})["projectPermissions"] == [
            {"permission": "WORK_ON_ISSUES", "projects": [10000], "issues": []}
        ]


def test_help_desk_shows_people_their_own_issues(still: EmulatedSite) -> None:
    desk = still.project("DESK")
    for number, person in enumerate(list(still.site.people.values())[:7]):
        keys = set(still.be(number).search("created is not empty")) & {i.key for i in still.issues_of("DESK")}
        own = {i.key for i in still.issues_of("DESK") if person.account_id in (i.reporter, i.assignee)}
        member = any(person.account_id in actors.people for actors in desk.actors.values())
        assert keys == ({i.key for i in still.issues_of("DESK")} if member else own)
