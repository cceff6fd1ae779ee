"""The change feed."""

from __future__ import annotations

from tests.emulator.support.world import World


def test_t24_the_last_minute_is_hidden(world: World) -> None:
    since = world.site.now_ms()
    number = int(world.log(world.issue("worklogs-0"))["id"])
    assert (world.get("/worklog/updated", since=since).json or {})["values"] == []
    world.clock.forward(seconds=61)
    page = world.get("/worklog/updated", since=since).json or {}
    assert [value["worklogId"] for value in page["values"]] == [number]
    assert (page["until"], page["lastPage"]) == (since, True)


def test_t24_pages_of_a_thousand_follow_until(still: World) -> None:
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
    visible = {
        row.id
        for row in site.worklogs.rows.values()
        if site.issues[row.issue_id].project.key != "HRX" and row.updated <= site.now_ms() - 60_000
    }
    hidden = {i for i in visible if site.worklogs.rows[i].restriction}
    assert visible - hidden <= seen <= visible


def test_t26_feed_and_list_hide_what_the_caller_may_not_see(world: World) -> None:
    issue = world.issue("worklogs-0")
    limit = {"type": "role", "value": "Administrators"}
    number = int(world.log(issue, visibility=limit)["id"])
    world.clock.forward(minutes=2)
    since = world.site.now_ms() - 200_000
    for person, expected in ((0, [number]), (1, [])):
        world.be(person)
        feed = world.get("/worklog/updated", since=since).json or {}
        listed = world.post("/worklog/list", {"ids": [number, 1]}).json or []
        assert [value["worklogId"] for value in feed["values"]] == expected
        assert [int(row["id"]) for row in listed] == expected


def test_t24_deletions_come_from_their_own_feed(world: World) -> None:
    issue = world.issue("worklogs-0")
    number = world.log(issue)["id"]
    world.clock.forward(minutes=5)
    since = world.site.now_ms()
    world.delete(f"/issue/{issue.key}/worklog/{number}")
    world.clock.forward(minutes=5)
    assert [
        v["worklogId"] for v in (world.be(1).get("/worklog/deleted", since=since).json or {})["values"]
    ] == [int(number)]
    assert (world.get("/worklog/updated", since=since).json or {})["values"] == []


def test_lists_have_limits(still: World) -> None:
    assert still.be(0).post("/worklog/list", {"ids": list(range(1001))}).status_code == 400
    assert still.post("/worklog/list", {"ids": ["1"]}).status_code == 400
    assert still.get("/worklog/updated", since="x").status_code == 400
