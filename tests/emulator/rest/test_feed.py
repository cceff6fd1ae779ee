"""The change feed."""

from __future__ import annotations

from tests.emulator.support.emulated_site import EmulatedSite


def test_t24_the_last_minute_is_hidden(emulated: EmulatedSite) -> None:
    since = emulated.site.now_ms()
    number = int(emulated.log(emulated.issue("worklogs-0"))["id"])
    assert (emulated.get("/worklog/updated", since=since).json or {})["values"] == []
    emulated.clock.forward(seconds=61)
    page = emulated.get("/worklog/updated", since=since).json or {}
    assert [value["worklogId"] for value in page["values"]] == [number]
    assert (page["until"], page["lastPage"]) == (since, True)


def test_t24_pages_of_a_thousand_follow_until(still: EmulatedSite) -> None:
    seen: set[int] = set()
    path, pages = "/worklog/updated?since=0", 0
    while path:
        page = still.be(0).call("GET", path).json or {}
        assert len(page["values"]) <= 1000
        times = [value["updatedTime"] for value in page["values"]]
        assert times == sorted(times)
        seen |= {value["worklogId"] for value in page["values"]}
        pages += 1
        path = "" if page["lastPage"] else page["nextPage"].removeprefix("http://localhost/rest/api/3")
    assert pages > 3
    site = still.site
    settled = {row.id for row in site.worklogs.rows.values() if row.updated <= site.now_ms() - 60_000}
    restricted = {number for number in settled if site.worklogs.rows[number].restriction}
    assert settled - restricted <= seen <= settled


def test_t26_feed_and_list_hide_what_the_caller_may_not_see(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    limit = {"type": "role", "value": "Administrators"}
    number = int(emulated.log(issue, visibility=limit)["id"])
    emulated.clock.forward(minutes=2)
    since = emulated.site.now_ms() - 200_000
    for person, expected in ((0, [number]), (1, [])):
        emulated.be(person)
        feed = emulated.get("/worklog/updated", since=since).json or {}
        listed = emulated.post("/worklog/list", {"ids": [number, 1]}).json or []
        assert [value["worklogId"] for value in feed["values"]] == expected
        assert [int(row["id"]) for row in listed] == expected


def test_feed_and_list_do_not_check_the_issue(emulated: EmulatedSite) -> None:
    site = emulated.be(0).site
    row = next(
        row
        for row in site.worklogs.rows.values()
        if site.issues[row.issue_id].project.key == "HRX" and row.restriction is None
    )
    assert emulated.get(f"/issue/{row.issue_id}").status_code == 404
    assert [one["id"] for one in emulated.post("/worklog/list", {"ids": [row.id]}).json or []] == [
        str(row.id)
    ]
    feed = emulated.get("/worklog/updated", since=row.updated).json or {}
    assert row.id in [value["worklogId"] for value in feed["values"]]


def test_t24_deletions_come_from_their_own_feed(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    number = emulated.log(issue)["id"]
    emulated.clock.forward(minutes=5)
    since = emulated.site.now_ms()
    emulated.delete(f"/issue/{issue.key}/worklog/{number}")
    emulated.clock.forward(minutes=5)
    assert [
        v["worklogId"] for v in (emulated.be(1).get("/worklog/deleted", since=since).json or {})["values"]
    ] == [int(number)]
    assert (emulated.get("/worklog/updated", since=since).json or {})["values"] == []


def test_lists_have_limits(still: EmulatedSite) -> None:
    assert still.be(0).post("/worklog/list", {"ids": list(range(1001))}).status_code == 400
    assert still.post("/worklog/list", {"ids": ["1"]}).status_code == 400
    assert still.get("/worklog/updated", since="x").status_code == 400
