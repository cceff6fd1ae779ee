from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.adapters.support.jira_json import BERLIN, client, issue
from tests.adapters.support.jira_server import Reply, Request, scripted_jira
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.identity import Profile, TimeTracking


def picker(**sections: list[int]) -> Reply:
    listed = [
        {"id": name, "label": name, "issues": [{"id": i, "key": f"PAY-{i}"} for i in ids]}
        for name, ids in sections.items()
    ]
    return Reply(json={"sections": listed})


def bulk(request: Request) -> Reply:
    return Reply(
        json={"issues": [issue(int(i)) for i in reversed(request.body["issueIdsOrKeys"])], "issueErrors": []}
    )


@pytest.mark.parametrize(
    "text",
    ["PAY-12", " pay-12 ", "https://jira.example.com/browse/PAY-12", "https://x.invalid/browse/pay-12?a=b"],
)
def test_a_key_finds_its_issue(text: str) -> None:
    with scripted_jira(Reply(json=issue(12))) as jira:
        assert [found.key for found in client(jira).find_issues(text)] == ["PAY-12"]
    assert jira.lines() == ["GET issue/PAY-12"]


def test_recent_ones_come_first_and_each_once() -> None:
    def route(request: Request) -> Reply:
        return bulk(request) if request.method == "POST" else picker(cs=[3, 1], hs=[1, 2])

    with scripted_jira(route=route) as jira:
        assert [found.id for found in client(jira).find_issues("")] == [1, 2, 3]
    asked = jira.requests[0].query
    assert asked["currentJQL"]
    assert asked["showSubTasks"] == "true"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"sections": None},
        {"sections": [{"label": "History"}]},
        {"sections": [{"id": "cs", "issues": [{"key": "PAY-5"}]}]},
    ],
)
def test_a_picker_that_names_no_issue_leaves_it_to_the_search(answer: dict[str, Any]) -> None:
    with scripted_jira(Reply(json=answer), Reply(json={"issues": [issue(5)]})) as jira:
        assert [found.id for found in client(jira).find_issues("refund")] == [5]


def test_a_section_without_an_id_counts() -> None:
    sections = [{"label": "Search", "issues": [{"id": 5, "key": "PAY-5"}]}]

    def route(request: Request) -> Reply:
        return bulk(request) if request.method == "POST" else Reply(json={"sections": sections})

    with scripted_jira(route=route) as jira:
        assert [found.id for found in client(jira).find_issues("refund")] == [5]


def test_a_jira_without_a_picker_and_without_bulk_reads_is_searched_and_read_one_by_one() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("search/jql"):
            return Reply(json={"issues": [issue(5)]})
        number = request.path.rpartition("/")[2]
        return Reply(json=issue(int(number))) if number in ("5", "6") else Reply(404)

    with scripted_jira(route=route) as jira:
        assert [found.id for found in client(jira).find_issues("refund")] == [5]
        assert set(client(jira).read_issues([5, 6, 7])) == {5, 6}
    assert jira.lines()[2:] == ["POST issue/bulkfetch", "GET issue/5", "GET issue/6", "GET issue/7"]


def test_an_unknown_key_is_searched_for_as_words() -> None:
    def route(request: Request) -> Reply:
        if request.path.endswith("PAY-99"):
            return Reply(404)
        return bulk(request) if request.method == "POST" else picker(cs=[5])

    with scripted_jira(route=route) as jira:
        assert [found.id for found in client(jira).find_issues("pay-99")] == [5]


@pytest.mark.parametrize(
    ("text", "jql"),
    [
        ("refund flow", 'text ~ "refund flow*" ORDER BY updated DESC'),
        ('x" OR project is not empty --', 'text ~ "x or project is not empty*" ORDER BY updated DESC'),
        ("Do NOT start", 'text ~ "Do not start*" ORDER BY updated DESC'),
        ("a+b (c) [d] ~e* \\", 'text ~ "a b c d e*" ORDER BY updated DESC'),
        ("Größe 日本", 'text ~ "Größe 日本*" ORDER BY updated DESC'),
    ],
)
def test_words_cannot_act_as_jql(text: str, jql: str) -> None:
    with scripted_jira(picker(), Reply(json={"issues": [issue(1)], "isLast": True})) as jira:
        assert len(client(jira).find_issues(text)) == 1
    assert jira.requests[1].body["jql"] == jql


def test_signs_alone_find_nothing() -> None:
    with scripted_jira(picker()) as jira:
        assert client(jira).find_issues("?!") == []


def test_issues_are_read_a_hundred_at_a_time() -> None:
    with scripted_jira(route=bulk) as jira:
        assert len(client(jira).read_issues(list(range(1, 251)))) == 250
        assert client(jira).read_issues([]) == {}
    assert [len(request.body["issueIdsOrKeys"]) for request in jira.requests] == [100, 100, 50]


@pytest.mark.parametrize("text", ["", "../myself", "a/b", "PAY-12?x=y", "PAY 12"])
def test_an_id_cannot_lead_elsewhere(text: str) -> None:
    with scripted_jira() as jira:
        with pytest.raises(NotFound):
            client(jira).read_issue(text)
        assert jira.requests == []


@pytest.mark.parametrize(("text", "named"), [("PAY-12", "no issue PAY-12,"), ("10012", "no such issue,")])
def test_a_hidden_issue_is_not_found(text: str, named: str) -> None:
    with scripted_jira(Reply(404)) as jira, pytest.raises(NotFound, match=named):
        client(jira).read_issue(text)


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", 7, "../etc/passwd"])
def test_t02_a_hidden_zone_gives_way_to_the_sites(zone: Any) -> None:
    with scripted_jira(Reply(json={"accountId": "ada", "timeZone": zone})) as jira:
        profile = client(jira, "Europe/Berlin").read_profile()
    assert profile == Profile("ada", BERLIN, True, "en_US", "")


def test_a_profile_has_zone_locale_and_name() -> None:
    data = {"accountId": "ada", "timeZone": "Europe/Berlin", "locale": "de_DE", "displayName": "Ada Example"}
    with scripted_jira(Reply(json=data)) as jira:
        assert client(jira).read_profile() == Profile("ada", BERLIN, False, "de_DE", "Ada Example")


@pytest.mark.parametrize(
    "answer",
    [
        Reply(json={"timeTrackingEnabled": True}),
        Reply(json={"timeTrackingEnabled": True, "timeTrackingConfiguration": None}),
    ],
)
def test_a_jira_that_does_not_say_how_long_a_day_is_has_the_usual_one(answer: Reply) -> None:
    with scripted_jira(answer) as jira:
        assert client(jira).read_time_tracking() == TimeTracking(True, 8 * 3600, 40 * 3600)


def test_t11_a_day_may_have_a_fraction_of_an_hour() -> None:
    tracking = {
        "workingHoursPerDay": 7.5,
        "workingDaysPerWeek": 4.5,
        "defaultUnit": "hour",
        "timeFormat": "pretty",
    }
    stated: tuple[dict[str, Any], ...] = ({"timeTrackingEnabled": True}, {"timeTrackingEnabled": None}, {})
    answers = [Reply(json={**enabled, "timeTrackingConfiguration": tracking}) for enabled in stated]
    with scripted_jira(*answers, Reply(json={"timeTrackingEnabled": False})) as jira:
        for _ in answers:
            assert client(jira).read_time_tracking() == TimeTracking(True, 27000, 121500)
        assert not client(jira).read_time_tracking().enabled


@pytest.mark.parametrize(
    "reply", [Reply(json=[]), Reply(json={}), Reply(json={"sections": [{}]}), Reply(204)]
)
def test_odd_answers_are_no_result(reply: Reply) -> None:
    with scripted_jira(route=lambda _: reply) as jira:
        for act in (
            client(jira).read_profile,
            client(jira).read_time_tracking,
            lambda: client(jira).find_issues("x"),
        ):
            with pytest.raises(JiraUnavailable):
                act()


def test_a_refused_search_keeps_jiras_words() -> None:
    with (
        scripted_jira(Reply(400, {"errorMessages": ["Bad query."]})) as jira,
        pytest.raises(InvalidInput, match="Bad query"),
    ):
        client(jira).find_issues("x")


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ({"hierarchyLevel": 1, "avatarId": 10318}, "epic"),
        ({"hierarchyLevel": 2}, "epic"),
        ({"hierarchyLevel": -1}, "subtask"),
        ({"subtask": True, "hierarchyLevel": 0}, "subtask"),
        ({"hierarchyLevel": 0, "avatarId": 10303}, "bug"),
        ({"avatarId": "10315"}, "story"),
        ({"hierarchyLevel": 0, "avatarId": 10318}, "task"),
        ({"hierarchyLevel": 0, "avatarId": 20000}, ""),
        ({"hierarchyLevel": None, "avatarId": None}, ""),
        ({}, ""),
    ],
    ids=str,
)
def test_an_issue_type_is_known_by_level_and_picture(kind: dict[str, object], wanted: str) -> None:
    shown = issue(12, issuetype={"name": "Fehler", **kind})
    with scripted_jira(route=lambda _: Reply(json=shown)) as jira:
        found = client(jira).read_issue("PAY-12")
    assert (found.type_kind, found.type_name) == (wanted, "Fehler")


@pytest.mark.parametrize("length", [255, 256, 300])
def test_a_long_text_is_cut_before_the_search(length: int) -> None:
    with scripted_jira(
        route=lambda request: bulk(request) if request.method == "POST" else picker(cs=[1])
    ) as jira:
        client(jira).find_issues("x" * length)
    assert jira.requests[0].query["query"] == "x" * 255


def test_twenty_issues_are_offered() -> None:
    def route(request: Request) -> Reply:
        return bulk(request) if request.method == "POST" else picker(cs=list(range(1, 22)))

    with scripted_jira(route=route) as jira:
        assert [found.id for found in client(jira).find_issues("x")] == list(range(1, 21))


def in_progress(number: int, account_id: str | None) -> dict[str, Any]:
    data = issue(number)
    data["fields"]["status"]["statusCategory"] = {"key": "indeterminate"}
    data["fields"]["assignee"] = account_id and {"accountId": account_id}
    return data


def test_one_search_finds_what_a_person_works_on() -> None:
    listed = [in_progress(1, "other"), in_progress(2, "me"), issue(3)]
    with scripted_jira(Reply(json={"issues": listed, "isLast": True})) as jira:
        own = client(jira).read_own_issues("me")
    assert ([one.id for one in own.assigned], [one.id for one in own.recent]) == ([2], [1, 3])
    assert jira.lines() == ["POST search/jql"]
    assert 'updatedBy("me", "-14d")' in jira.requests[0].body["jql"]


@pytest.mark.parametrize("status", [{}, {"status": None}, {"status": {"name": None, "statusCategory": None}}])
def test_an_issue_without_a_status_hides_no_other(status: dict[str, Any]) -> None:
    bare = issue(1)
    del bare["fields"]["status"]
    bare["fields"] |= status
    with scripted_jira(Reply(json={"issues": [bare, in_progress(2, "me")], "isLast": True})) as jira:
        own = client(jira).read_own_issues("me")
    assert ([one.id for one in own.assigned], [one.id for one in own.recent]) == ([2], [1])


def test_what_is_assigned_is_never_cut() -> None:
    recent = list(range(101, 201))
    pages = [
        Reply(json={"issues": [issue(number) for number in recent], "nextPageToken": "more"}),
        Reply(json={"issues": [in_progress(7, "me")], "isLast": True}),
    ]
    with scripted_jira(*pages) as jira:
        own = client(jira).read_own_issues("me")
    assert ([one.id for one in own.assigned], [one.id for one in own.recent]) == ([7], recent)


def in_short_pages(*rows: dict[str, Any]) -> Callable[[Request], Reply]:
    """Return a search with pages of one issue, as Jira may choose."""

    def route(request: Request) -> Reply:
        place = int(request.body.get("nextPageToken", "0"))
        token = {"nextPageToken": str(place + 1)} if place + 1 < len(rows) else {"isLast": True}
        return Reply(json={"issues": [rows[place]], **token})

    return route


def test_short_pages_of_what_a_person_works_on_are_all_read() -> None:
    rows = [issue(1), in_progress(2, "me"), in_progress(3, "me")]
    with scripted_jira(route=in_short_pages(*rows)) as jira:
        own = client(jira).read_own_issues("me")
    assert ([one.id for one in own.assigned], [one.id for one in own.recent]) == ([2, 3], [1])
    assert len(jira.requests) == 3, "the first search was whole"


def test_short_pages_of_words_and_of_a_sprint_are_read_as_far_as_there_is_room() -> None:
    def route(request: Request) -> Reply:
        if request.method == "GET":
            return picker()
        return in_short_pages(*map(issue, range(1, 30)))(request)

    with scripted_jira(route=route) as jira:
        assert [found.id for found in client(jira).find_issues("clock")] == list(range(1, 21))
        assert [found.id for found in client(jira).read_sprint_issues()] == list(range(1, 11))


def test_pages_without_issues_end() -> None:
    with scripted_jira(route=lambda _: Reply(json={"issues": [], "nextPageToken": "again"})) as jira:
        assert client(jira).read_sprint_issues() == []
    assert len(jira.requests) == 10
