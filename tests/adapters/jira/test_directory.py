"""People, groups, projects, and counts, read from the emulated Jira as its people and as the app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
import requests
import responses

from jira_emulator.model import Group
from jira_emulator.model import Person as ModelPerson
from jira_emulator.rest import group as group_resources
from jira_emulator.server import RunningSite, running_cloud
from tests.adapters.jira.test_contract import BasicCredentials
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.adapters.jira.call import pages
from timesheet.adapters.jira.client import JiraClients
from timesheet.adapters.jira.directory import JiraDirectory
from timesheet.adapters.jira.people import PEOPLE_A_CALL
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotAllowed
from timesheet.domain.person import FORMER, JiraGroup, Person, Project


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    with running_cloud(basic_auth=True, people=120) as cloud:
        yield cloud.sites[0]


def as_person(site: RunningSite, number: int = 1) -> BasicCredentials:
    return BasicCredentials(site.base_url, site.person(number).email)


@pytest.fixture
def directory(site: RunningSite) -> JiraDirectory:
    return JiraClients().directory(as_person(site))


def test_everybody_is_found_ninety_to_a_call(site: RunningSite, directory: JiraDirectory) -> None:
    people = site.site.people
    site.calls.clear()
    found = directory.read_people([*people, "nobody-at-all"])
    assert set(found) == set(people)
    calls = [call for call in site.tenant.calls.list() if call.template == "/user/bulk"]
    assert len(calls) == 2


def test_a_call_that_fails_is_no_reason_to_call_anybody_unknown() -> None:
    def route(request: Request) -> Reply:
        known = request.query["accountId"].startswith("a")
        return Reply(json={"values": []}) if known else Reply(403, json={"errorMessages": ["No."]})

    people = [f"{letter}-{number}" for letter in "ab" for number in range(PEOPLE_A_CALL)]
    with scripted_jira(route=route) as jira, pytest.raises(NotAllowed):
        JiraClients().directory(jira).read_people(people)


def test_deactivated_and_closed_accounts_are_distinguished(
    site: RunningSite, directory: JiraDirectory
) -> None:
    gone = next(person for person in site.site.people.values() if person.account_type == "unknown")
    away = next(p for p in site.site.people.values() if not p.active and p is not gone)
    found = directory.read_people([gone.account_id, away.account_id])
    assert found[gone.account_id] == Person(gone.account_id, FORMER, active=False, known=False)
    assert found[away.account_id] == Person(away.account_id, away.display_name, active=False)


@pytest.mark.parametrize("more", [{}, {"active": None}])
def test_nobody_is_called_deactivated_because_jira_does_not_say_it(more: dict[str, object]) -> None:
    shown = {"values": [{"accountId": "ada", "displayName": "Ada", **more}, {"accountId": "bo", **more}]}
    with scripted_jira(Reply(json=shown | {"isLast": True})) as jira:
        found = JiraClients().directory(jira).read_people(["ada", "bo"])
    assert found == {"ada": Person("ada", "Ada"), "bo": Person("bo", FORMER, active=False, known=False)}


def test_people_and_groups_are_found_by_their_names(site: RunningSite, directory: JiraDirectory) -> None:
    wanted = site.person(2)
    assert wanted.account_id in {p.account_id for p in directory.find_people(wanted.display_name[:4])}
    assert directory.find_people("xyzzy") == []
    assert [group.name for group in directory.find_groups("Team-L")] == ["team-leads"]


def test_twenty_are_found_at_most(site: RunningSite, directory: JiraDirectory) -> None:
    assert len(site.site.people) > 100
    assert len(directory.find_people("")) == 20
    site.calls.clear()
    for find in (directory.find_people, directory.find_groups, directory.find_projects):
        assert len(find("a")) <= 20
    queries = [parse_qs(call.query) for call in site.tenant.calls.list()]
    asked = [(query.get("startAt", ["0"]), query["maxResults"]) for query in queries]
    assert asked == [(["0"], ["20"]), (["15"], ["200"]), (["0"], ["20"]), (["0"], ["20"])]


@pytest.mark.parametrize("size", [1, 4, 7, 20])
def test_people_and_projects_are_found_in_pages_shorter_than_requested(size: int) -> None:
    """At most five pages are read."""
    ids = [f"{number:02}" for number in range(25)]

    def route(request: Request) -> Reply:
        start = int(request.query.get("startAt", "0"))
        some = ids[start : start + size]
        if request.path.endswith("user/search"):
            return Reply(json=[{"accountId": one, "displayName": one, "active": True} for one in some])
        values = [{"id": one, "key": f"P{one}", "name": one} for one in some]
        return Reply(json={"values": values, "startAt": start, "isLast": start + size >= len(ids)})

    with scripted_jira(route=route) as jira:
        directory = JiraClients().directory(jira)
        people = [person.account_id for person in directory.find_people("a")]
        projects = [f"{project.id:02}" for project in directory.find_projects("a")]
    assert people == projects == ids[: 5 * size][:20]
    assert len(jira.lines()) == 2 * min(5, -(-20 // size))


@pytest.mark.parametrize("size", [1, 4, 7, 20])
def test_groups_are_found_in_pages_shorter_than_requested(
    site: RunningSite, directory: JiraDirectory, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """At most five pages are read, and no group is listed twice."""
    monkeypatch.setattr(group_resources, "PICKED", size)
    names = [f"Crew of {number:02}" for number in range(25)]
    monkeypatch.setattr(site.site, "groups", {name: Group(name, name, set()) for name in names})
    site.calls.clear()
    assert [found.name for found in directory.find_groups("crew of")] == names[: 5 * size][:20]
    assert len(site.tenant.calls.list()) == min(5, -(-20 // size))


def test_one_call_finds_twenty_people() -> None:
    people = [{"accountId": f"a{number}", "displayName": f"Ann {number}"} for number in range(20)]
    with scripted_jira(Reply(json=people)) as jira:
        assert len(JiraClients().directory(jira).find_people("ann")) == 20
    assert jira.lines() == ["GET user/search"]


@pytest.mark.parametrize("kind", ["customer", "app", "away"])
def test_people_are_found_behind_others_whom_nobody_plans_with(site: RunningSite, kind: str) -> None:
    others = [
        ModelPerson(
            f"behind-{number:02}",
            f"Behindus Aa{number:02}",
            f"behind{number}@example.com",
            account_type="atlassian" if kind == "away" else kind,
            active=kind != "away",
        )
        for number in range(45)
    ]
    wanted = ModelPerson("behind-wanted", "Behindus Zoe", "zoe@example.com")
    site.site.people.update((one.account_id, one) for one in (*others, wanted))
    try:
        found = JiraClients().directory(as_person(site)).find_people("Behindus")
    finally:
        for one in (*others, wanted):
            del site.site.people[one.account_id]
    assert [person.account_id for person in found] == ["behind-wanted"]


def test_projects_come_by_text_and_by_id(directory: JiraDirectory) -> None:
    [pay] = directory.find_projects("PAY")
    assert directory.read_projects([pay.id, 999_999]) == {pay.id: pay}
    assert pay.key == "PAY"


def test_an_admin_is_offered_no_project_that_they_may_not_browse(site: RunningSite) -> None:
    directory = JiraClients().directory(as_person(site, 0))
    hidden = site.site.find_project("HRX")
    assert hidden is not None
    assert directory.find_projects("HRX") == []
    assert directory.read_projects([hidden.id]) == {}


def test_a_jql_is_counted_or_refused_in_jiras_words(directory: JiraDirectory) -> None:
    assert directory.count_issues("project = PAY") > 0
    with pytest.raises(InvalidInput, match=r"Jira says: .*nothere") as refused:
        directory.count_issues("nothere = 3")
    assert refused.value.field == "jql"


def test_a_group_is_read_page_by_page_with_its_deactivated_members(site: RunningSite) -> None:
    jira, admin = JiraClients(), as_person(site, 0)
    reader = jira.groups(lambda request: admin)
    group = site.site.group_named("jira-software-users") or max(
        site.site.groups.values(), key=lambda group: len(group.members)
    )
    found = reader.read_group(group.id)
    assert found is not None
    assert {person.account_id for person in found} == group.members
    assert len(group.members) > 100
    assert any(not person.active for person in found)
    assert reader.read_group("00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"errors": ["Das Feld „nix“ existiert nicht."]}, "nix"),
        (
            {"structure": {}, "warnings": ["The value 'ghost' does not exist for the field 'reporter'."]},
            "ghost",
        ),
        ({"errors": [], "warnings": ["Unbekannt."]}, "Unbekannt"),
        ({"errors": ["One."], "warnings": ["One.", "Two."]}, r"One\. Two\.$"),
    ],
)
def test_what_a_search_would_pass_over_is_refused(query: dict[str, object], said: str) -> None:
    def route(request: Request) -> Reply:
        assert request.path.endswith("/jql/parse"), "nothing is counted of what is refused"
        assert request.query == {"validation": "strict"}
        assert request.body == {"queries": ["reporter = ghost"]}
        return Reply(json={"queries": [{"query": "reporter = ghost", **query}]})

    with (
        scripted_jira(route=route) as jira,
        pytest.raises(InvalidInput, match=f"^Jira says: .*{said}") as refused,
    ):
        JiraClients().directory(jira).count_issues("reporter = ghost")
    assert refused.value.field == "jql"


@pytest.mark.parametrize("lacking", ["jql/parse", "search/approximate-count"])
@pytest.mark.parametrize("status", [404, 410])
def test_without_parser_or_count_a_search_judges_the_filter(lacking: str, status: int) -> None:
    pages = {None: ([{"id": "1"}, {"id": "2"}], "next"), "next": ([{"id": "3"}], None)}

    def route(request: Request) -> Reply:
        if request.path.endswith(lacking):
            return Reply(status, json={"errorMessages": []})
        if request.path.endswith("/jql/parse"):
            return Reply(json={"queries": [{"query": "labels = a"}]})
        if request.path.endswith("/search/approximate-count"):
            return Reply(json={"count": 3})
        assert request.path.endswith("/search/jql"), request.path
        if request.body["jql"] == "nothere = 3":
            return Reply(400, json={"errorMessages": ["Field 'nothere' does not exist."]})
        if request.body["jql"] == "reporter = ghost":
            return Reply(json={"issues": [], "isLast": True, "warnings": ["No ghost."]})
        issues, token = pages[request.body.get("nextPageToken")]
        return Reply(json={"issues": issues, **({"nextPageToken": token} if token else {"isLast": True})})

    with scripted_jira(route=route) as jira:
        directory = JiraClients().directory(jira)
        assert directory.count_issues("labels = a") == 3
        with pytest.raises(InvalidInput, match=r"Jira says: .*nothere"):
            directory.count_issues("nothere = 3")
        with pytest.raises(InvalidInput, match=r"Jira says: .*ghost"):
            directory.count_issues("reporter = ghost")


@pytest.mark.parametrize(
    "answer", [{}, {"queries": []}, {"queries": [1]}, {"queries": [{}, {}]}, []], ids=str
)
def test_nonsense_is_not_an_approval_of_a_filter(answer: object) -> None:
    with scripted_jira(route=lambda _: Reply(json=answer)) as jira, pytest.raises(JiraUnavailable):
        JiraClients().directory(jira).count_issues("labels = a")


@pytest.mark.parametrize(
    "body", [{"values": [{"accountId": 7}]}, {"values": None}, [], {"values": ["x"]}], ids=str
)
@responses.activate
def test_nonsense_is_not_a_person(body: object) -> None:
    responses.get("https://acme.atlassian.net/rest/api/3/user/bulk", json=body)
    directory = JiraClients().directory(BasicCredentials("https://acme.atlassian.net", "a@example.com"))
    with pytest.raises(JiraUnavailable):
        directory.read_people(["a"])


@pytest.mark.parametrize("named", [{}, {"name": None}], ids=str)
def test_what_has_no_name_is_shown_by_its_key_or_id(named: dict[str, object]) -> None:
    answer = {
        "values": [{"id": "1", "key": "PAY", **named}],
        "groups": [{"groupId": "crew-1", **named}],
    }
    with scripted_jira(route=lambda _: Reply(json=answer)) as jira:
        directory = JiraClients().directory(jira)
        assert directory.find_projects("pay") == [Project(1, "PAY", "PAY")]
        assert directory.find_groups("crew") == [JiraGroup("crew-1", "crew-1")]


def test_a_project_without_a_key_is_not_offered() -> None:
    nameless = {"values": [{"id": "1", "key": None, "name": "Pay"}]}
    with scripted_jira(Reply(json=nameless)) as jira, pytest.raises(JiraUnavailable):
        JiraClients().directory(jira).find_projects("pay")


@pytest.mark.parametrize(("changes", "known"), [(1, True), (9, False)])
def test_nobody_is_missing_from_a_group_that_changes_between_two_pages(changes: int, known: bool) -> None:
    """Whoever is missing would leave the teams that follow the group."""
    people = [f"p{number:02}" for number in range(60)]
    left: list[str] = []

    def route(request: Request) -> Reply:
        start = int(request.query["startAt"])
        now = [one for one in people if one not in left]
        values = [{"accountId": one, "displayName": one, "active": True} for one in now[start : start + 50]]
        if start == 0 and len(left) < changes:
            left.append(now[0])
        page = {"values": values, "total": len(now), "isLast": start + 50 >= len(now), "startAt": start}
        return Reply(json=page)

    with scripted_jira(route=route) as jira:
        reader = JiraClients().groups(lambda request: jira)
        if not known:
            with pytest.raises(JiraUnavailable, match="changed while it was read"):
                reader.read_group("crew")
            return
        found = reader.read_group("crew")
    assert found is not None
    assert [person.account_id for person in found] == people[1:]


def test_ones_own_groups_need_no_right(site: RunningSite, directory: JiraDirectory) -> None:
    own = {group.id for group in site.site.groups.values() if site.person(1).account_id in group.members}
    assert directory.read_own_groups() == own
    assert own


def test_a_viewer_reads_the_names_of_groups_without_any_right_over_them(
    site: RunningSite, directory: JiraDirectory
) -> None:
    names = {group.id: group.name for group in site.site.groups.values()}
    assert directory.name_groups([*names, "00000000-0000-0000-0000-000000000000"]) == names


@pytest.mark.parametrize(("count", "named"), [(45, 45), (150, 100)])
def test_groups_are_named_although_jira_lists_twenty_at_once(
    site: RunningSite, directory: JiraDirectory, count: int, named: int
) -> None:
    """Among very many groups, those that were not listed keep their ids."""
    before = dict(site.site.groups)
    more = {f"id-{number:03}": f"a group {number:03}" for number in range(count)}
    site.site.groups |= {group_id: Group(group_id, name, set()) for group_id, name in more.items()}
    try:
        found = directory.name_groups([*more, "gone"])
    finally:
        site.site.groups.clear()
        site.site.groups |= before
    assert found == {
        group_id: name if place < named else group_id for place, (group_id, name) in enumerate(more.items())
    } | ({} if count == named else {"gone": "gone"})


@responses.activate
def test_no_more_groups_are_left_out_of_a_list_than_an_address_has_room_for() -> None:
    """A Jira may list a thousand groups at once, and their ids would make an address of 46,000 characters."""
    groups = [{"groupId": f"{number:036}", "name": f"Crew {number}"} for number in range(1500)]

    def picker(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        if len(request.url or "") > 8192:
            return 414, {}, ""
        return 200, {}, json.dumps({"groups": groups[:1000], "total": len(groups), "header": ""})

    responses.add_callback(responses.GET, "https://acme.atlassian.net/rest/api/3/groups/picker", picker)
    directory = JiraClients().directory(BasicCredentials("https://acme.atlassian.net", "a@example.com"))
    first, last = groups[0]["groupId"], groups[-1]["groupId"]
    assert directory.name_groups([first, last]) == {first: "Crew 0", last: last}


@pytest.mark.parametrize("listed", [[], [{"groupId": "a", "name": "Crew", "html": ""}]], ids=len)
@responses.activate
def test_a_group_that_may_be_among_those_not_listed_keeps_its_id(listed: list[dict[str, str]]) -> None:
    answer = {"groups": listed, "total": 2 if listed else 0, "header": ""}
    responses.get("https://acme.atlassian.net/rest/api/3/groups/picker", json=answer)
    directory = JiraClients().directory(BasicCredentials("https://acme.atlassian.net", "a@example.com"))
    assert directory.name_groups(["a", "b"]) == {"a": "Crew" if listed else "a", "b": "b"}


@responses.activate
def test_null_means_that_jira_does_not_say_it() -> None:
    rest = "https://acme.atlassian.net/rest/api/3"
    people = [
        {"accountId": "a", "accountType": None, "displayName": "Ann", "active": True},
        {"accountId": "b", "accountType": "app", "displayName": "A robot", "active": True},
    ]
    responses.get(f"{rest}/user/search", json=people)
    responses.get(f"{rest}/groups/picker", json={"groups": [{"groupId": "a", "name": "Crew"}], "total": None})
    directory = JiraClients().directory(BasicCredentials("https://acme.atlassian.net", "a@example.com"))
    assert [person.account_id for person in directory.find_people("a")] == ["a"]
    assert directory.name_groups(["a", "b"]) == {"a": "Crew", "b": "b"}


def test_groups_have_names_as_long_as_jira_has_them(site: RunningSite) -> None:
    reader = JiraClients().groups(lambda request: as_person(site, 0))
    names = {group.id: group.name for group in site.site.groups.values()}
    assert reader.name_groups([*names, "00000000-0000-0000-0000-000000000000"]) == names
    assert reader.name_groups([]) == {}


@pytest.mark.parametrize("page_end", ["isLast", "total", "neither"])
def test_a_group_is_whole_however_its_pages_say_where_they_end(page_end: str) -> None:
    """Jira sorts people out after it has cut the page: it may be short, or empty, and not the last."""
    members = [
        {"accountId": f"a-{number}", "displayName": f"A {number}", "active": True} for number in range(5)
    ]
    pages = {0: members[:2], 2: [], 52: members[2:], 55: []}

    def route(request: Request) -> Reply:
        start = int(request.query["startAt"])
        ways: dict[str, dict[str, object]] = {"isLast": {"isLast": start >= 52}, "total": {"total": 55}}
        says = ways.get(page_end, {})
        return Reply(json={"values": pages[start], **says})

    if page_end == "neither":
        pages = {0: members[:2], 2: members[2:], 5: []}
    with scripted_jira(route=route) as jira:
        found = JiraClients().groups(lambda _: jira).read_group("crew")
    assert found is not None
    assert [person.account_id for person in found] == [f"a-{number}" for number in range(5)]


def test_apps_and_customers_in_a_group_are_nobodys_colleagues() -> None:
    """Jira puts the accounts of apps into groups, too, and they would become members of teams."""
    kinds = {"ann": "atlassian", "robot": "app", "client": "customer", "bo": None}
    values = [{"accountId": who, "accountType": kind, "active": True} for who, kind in kinds.items()]
    with scripted_jira(route=lambda _: Reply(json={"values": values, "isLast": True})) as jira:
        found = JiraClients().groups(lambda _: jira).read_group("crew")
    assert [person.account_id for person in found or ()] == ["ann", "bo"]


def test_a_group_that_never_ends_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 3)
    with scripted_jira(route=lambda _: Reply(json={"values": [], "isLast": False})) as jira:
        with pytest.raises(JiraUnavailable, match="does not end"):
            JiraClients().groups(lambda _: jira).read_group("crew")
        assert len(jira.requests) == 3


def test_people_whom_jira_leaves_for_a_second_page_are_no_former_users() -> None:
    ids = [f"a-{number}" for number in range(20)]

    def route(request: Request) -> Reply:
        start = int(request.query.get("startAt", "0"))
        here = [
            {"accountId": one, "displayName": one.upper(), "active": True} for one in ids[start : start + 10]
        ]
        return Reply(json={"values": here, "maxResults": 10, "startAt": start, "isLast": start == 10})

    with scripted_jira(route=route) as jira:
        assert set(JiraClients().directory(jira).read_people(ids)) == set(ids)


def test_the_right_to_administer_is_read_as_the_person_where_the_app_cannot() -> None:
    has = {"ADMINISTER": {"havePermission": True}}
    script = [
        Reply(json={"globalPermissions": ["ADMINISTER"]}),
        *(Reply(404), Reply(json={"permissions": has})),
        *(Reply(405), Reply(json={"permissions": {}})),
        *(Reply(404), Reply(404)),
    ]
    clients = JiraClients()
    with scripted_jira(*script) as app:
        assert [clients.is_admin(app, app, "ada") for _ in range(3)] == [True, True, False]
        with pytest.raises(JiraUnavailable, match="does not say who administers it"):
            clients.is_admin(app, app, "ada")
    assert app.lines()[1:3] == ["POST permissions/check", "GET mypermissions"]


@pytest.mark.parametrize("status", [404, 405, 410])
def test_people_are_read_one_by_one_where_they_cannot_be_listed(status: int) -> None:
    def route(request: Request) -> Reply:
        who = request.query["accountId"]
        if request.path.endswith("/bulk"):
            return Reply(status)
        if who in ("gone", "odd"):
            return Reply(404 if who == "gone" else 400)
        return Reply(json={"accountId": who, "displayName": who.upper(), "active": True})

    with scripted_jira(route=route) as jira:
        directory = JiraClients().directory(jira)
        assert [person.name for person in directory.read_people(["ada", "gone", "odd", "bo"]).values()] == [
            "ADA",
            "BO",
        ]
        with pytest.raises(JiraUnavailable):
            directory.read_people(["gone"])


def test_names_and_projects_are_complete_in_pages_shorter_than_requested() -> None:
    ids = [str(number) for number in range(5)]

    def route(request: Request) -> Reply:
        start = int(request.query.get("startAt", "0"))
        values = [
            {"id": one, "key": f"P{one}", "name": one, "groupId": one} for one in ids[start : start + 2]
        ]
        return Reply(json={"values": values, "maxResults": 2, "startAt": start, "total": 5})

    with scripted_jira(route=route) as jira:
        assert list(JiraClients().groups(lambda _: jira).name_groups(ids)) == ids
        assert list(JiraClients().directory(jira).read_projects(range(5))) == list(range(5))


def test_no_project_found_is_not_an_error() -> None:
    """Jira's contract allows a 404 for a search that finds no project."""
    with scripted_jira(route=lambda _: Reply(404, {"errorMessages": [], "errors": {}})) as jira:
        directory = JiraClients().directory(jira)
        assert directory.find_projects("nothing like it") == []
        assert directory.read_projects([1, 2]) == {}


def test_a_group_without_an_id_is_not_a_group_to_choose_or_to_belong_to() -> None:
    nameless = [{"name": "Crew", "groupId": None}, {"name": "Staff"}, {"name": "Team", "groupId": "a"}]
    mine = {"groups": {"size": 3, "items": nameless}, "accountId": "ada"}
    none = Reply(json={"groups": []})
    with scripted_jira(Reply(json={"groups": nameless}), none, Reply(json=mine)) as jira:
        directory = JiraClients().directory(jira)
        assert [group.id for group in directory.find_groups("")] == ["a"]
        assert directory.read_own_groups() == {"a"}
    with scripted_jira(route=lambda _: Reply(json={"groups": nameless})) as jira:
        assert JiraClients().directory(jira).name_groups(["a", "b"]) == {"a": "Team", "b": "b"}
