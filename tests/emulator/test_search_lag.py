"""The search index follows writes with a varying delay; everything else is up to date immediately."""

from __future__ import annotations

from typing import Any

import pytest

from jira_emulator.issue.index import STEPS
from jira_emulator.issue.issue import IssueEdit, create_issue, delete_issue, edit_issue
from jira_emulator.model import Issue
from jira_emulator.server import RunningSite, running_cloud
from tests.emulator.support.emulated_site import EmulatedSite

LAG = 4
DAY = "worklogDate = 2019-03-02"


def log(emulated: EmulatedSite, issue: Issue, day: str = "2019-03-02") -> int:
    return int(emulated.log(issue, started=f"{day}T10:00:00.000+0000")["id"])


@pytest.fixture
def late(emulated: EmulatedSite) -> EmulatedSite:
    emulated.site.index.lag_ms = LAG * 1000
    emulated.site.index.unsteady = False
    return emulated


def embedded(emulated: EmulatedSite, issue: Issue, **body: Any) -> list[int]:
    query = {"jql": f"id = {issue.id}", "fields": ["worklog", "timespent"]} | body
    [found] = (emulated.post("/search/jql", query).json or {})["issues"]
    worklogs = found["fields"]["worklog"]["worklogs"]
    assert sum(row["timeSpentSeconds"] for row in worklogs) == (found["fields"]["timespent"] or 0)
    return [int(row["id"]) for row in worklogs]


def counted(emulated: EmulatedSite, jql: str) -> int:
    return int((emulated.post("/search/approximate-count", {"jql": jql}).json or {})["count"])


def test_without_a_lag_a_write_is_found_at_once(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    log(emulated, issue)
    assert emulated.search(DAY) == [issue.key]


def test_a_new_worklog_is_found_when_the_lag_is_over(late: EmulatedSite) -> None:
    issue = late.issue("worklogs-0")
    made = log(late, issue)
    mine = f"worklogAuthor = currentUser() and id = {issue.id}"
    assert (late.search(DAY), late.search(mine), embedded(late, issue), counted(late, DAY)) == ([], [], [], 0)
    late.clock.forward(seconds=LAG, milliseconds=-1)
    assert late.search(DAY) == []
    late.clock.forward(milliseconds=1)
    assert (late.search(DAY), late.search(mine)) == ([issue.key], [issue.key])
    assert (embedded(late, issue), counted(late, DAY)) == ([made], 1)


def test_a_changed_worklog_keeps_its_old_day_until_then(late: EmulatedSite) -> None:
    issue = late.issue("worklogs-0")
    made = log(late, issue)
    late.clock.forward(seconds=LAG)
    moved = {"started": "2019-03-09T10:00:00.000+0000", "timeSpentSeconds": 60}
    assert late.put(f"/issue/{issue.key}/worklog/{made}", moved).status_code == 200
    assert (late.search(DAY), late.search("worklogDate = 2019-03-09")) == ([issue.key], [])
    late.clock.forward(seconds=LAG)
    assert (late.search(DAY), late.search("worklogDate = 2019-03-09")) == ([], [issue.key])


def test_a_deleted_worklog_is_found_until_then(late: EmulatedSite) -> None:
    issue = late.issue("worklogs-0")
    made = log(late, issue)
    late.clock.forward(seconds=LAG)
    late.delete(f"/issue/{issue.key}/worklog/{made}")
    assert (late.search(DAY), embedded(late, issue)) == ([issue.key], [made])
    late.clock.forward(seconds=LAG)
    assert (late.search(DAY), embedded(late, issue)) == ([], [])


def test_a_moved_worklog_is_found_at_its_old_issue_until_then(late: EmulatedSite) -> None:
    source, target = late.issue("worklogs-0"), late.issue("worklogs-20")
    made = log(late, source)
    late.clock.forward(seconds=LAG)
    body = {"ids": [made], "issueIdOrKey": target.key}
    assert late.post(f"/issue/{source.key}/worklog/move", body).status_code == 204
    assert late.search(DAY) == [source.key]
    late.clock.forward(seconds=LAG)
    assert late.search(DAY) == [target.key]
    late.call("DELETE", f"/issue/{target.key}/worklog", json={"ids": [made]})
    assert late.search(DAY) == [target.key]
    late.clock.forward(seconds=LAG)
    assert late.search(DAY) == []


def test_steps_of_one_issue_come_one_after_the_other(late: EmulatedSite) -> None:
    issue = late.issue("worklogs-0")
    first = log(late, issue)
    late.clock.forward(seconds=2)
    second = log(late, issue)
    late.clock.forward(seconds=2)
    assert embedded(late, issue) == [first]
    late.clock.forward(seconds=2)
    assert embedded(late, issue) == [first, second]


def test_a_change_does_not_show_through_an_earlier_one(late: EmulatedSite) -> None:
    issue = late.issue("worklogs-0")
    first = log(late, issue)
    late.clock.forward(seconds=LAG)
    second = log(late, issue)
    late.put(f"/issue/{issue.key}/worklog/{first}", {"started": "2019-03-09T10:00:00.000+0000"})
    late.put(f"/issue/{issue.key}/worklog/{second}", {"started": "2019-03-09T10:00:00.000+0000"})
    late.put(f"/issue/{issue.key}/worklog/{first}", {"timeSpentSeconds": 60})
    assert (late.search(DAY), late.search("worklogDate = 2019-03-09")) == ([issue.key], [])
    late.clock.forward(seconds=LAG)
    assert (late.search(DAY), late.search("worklogDate = 2019-03-09")) == ([], [issue.key])


def test_issues_come_change_and_go_late_too(late: EmulatedSite) -> None:
    old = late.issue("worklogs-0")
    new = Issue(
        id=99_001, key="PAY-9001", project=old.project, type=old.type, status=old.status, summary="Zorblatt",
        reporter=old.reporter, assignee=None, created=late.site.now_ms(), updated=late.site.now_ms(),
    )  # fmt: skip
    create_issue(late.site, new, late.person(0).account_id)
    assert late.search("summary ~ zorblatt") == []
    late.clock.forward(seconds=LAG)
    assert late.search("summary ~ zorblatt") == ["PAY-9001"]
    edit_issue(late.site, new, late.person(0).account_id, IssueEdit(summary="Quux"))
    assert (late.search("summary ~ zorblatt"), late.search("summary ~ quux")) == (["PAY-9001"], [])
    late.clock.forward(seconds=LAG)
    assert late.search("summary ~ quux") == ["PAY-9001"]
    delete_issue(late.site, new, late.person(0).account_id)
    assert late.search("summary ~ quux") == ["PAY-9001"]
    late.clock.forward(seconds=LAG)
    assert late.search("summary ~ quux") == []


def test_named_issues_are_judged_as_they_are(late: EmulatedSite) -> None:
    issue, other = late.issue("worklogs-0"), late.issue("worklogs-20")
    made = log(late, issue)
    log(late, other)
    assert late.search(DAY, reconcileIssues=[issue.id]) == [issue.key]
    assert embedded(late, issue, reconcileIssues=[issue.id]) == [made]
    named = late.get("/search/jql", jql=DAY, fields="key", reconcileIssues=f"{issue.id},{other.id}").json
    assert {found["key"] for found in (named or {})["issues"]} == {issue.key, other.key}
    assert late.get("/search/jql", jql=DAY, reconcileIssues="PAY-1").status_code == 400
    assert late.post("/search/jql", {"jql": DAY, "reconcileIssues": list(range(1, 51))}).status_code == 200
    assert late.post("/search/jql", {"jql": DAY, "reconcileIssues": list(range(51))}).status_code == 400


def test_all_but_the_search_answer_at_once(late: EmulatedSite) -> None:
    issue = late.issue("worklogs-0")
    made = log(late, issue)
    match = late.post(
        "/jql/match", {"issueIds": [issue.id], "jqls": [DAY, "project = NOPE", "project ="]}
    ).json
    assert [m["matchedIssues"] for m in (match or {})["matches"]] == [[issue.id], [], []]
    assert [bool(m["errors"]) for m in (match or {})["matches"]] == [False, False, True]
    read = late.get(f"/issue/{issue.key}", fields="worklog").json or {}
    fetched = late.post("/issue/bulkfetch", {"issueIdsOrKeys": [issue.key], "fields": ["worklog"]}).json or {}
    for shown in (read, fetched["issues"][0]):
        assert [int(row["id"]) for row in shown["fields"]["worklog"]["worklogs"]] == [made]
    assert (late.get(f"/issue/{issue.key}/worklog").json or {})["total"] == 1
    assert [int(row["id"]) for row in late.post("/worklog/list", {"ids": [made]}).json or []] == [made]


def test_an_unsteady_index_shows_a_change_hides_it_and_shows_it(late: EmulatedSite) -> None:
    late.site.index.unsteady = True
    issue, patterns = late.issue("worklogs-0"), set()
    for _ in range(20):
        made = log(late, issue)
        seen = []
        for _ in range(STEPS):
            seen.append(late.search(DAY) == [issue.key])
            late.clock.forward(seconds=LAG / STEPS)
        first = seen.index(True)
        assert first > 0
        assert False in seen[first:]
        assert late.search(DAY) == [issue.key]
        patterns.add(tuple(seen))
        late.delete(f"/issue/{issue.key}/worklog/{made}")
        late.clock.forward(seconds=LAG)
        assert late.search(DAY) == []
    assert len(patterns) > 5


def test_the_same_seed_shows_the_same(late: EmulatedSite) -> None:
    late.site.index.unsteady = True

    def seen(seed: int) -> list[bool]:
        late.site.index.seed = seed
        late.site.index._count = 0
        made, shown = log(late, issue), []
        for _ in range(STEPS):
            shown.append(late.search(DAY) == [issue.key])
            late.clock.forward(seconds=LAG / STEPS)
        late.delete(f"/issue/{issue.key}/worklog/{made}")
        late.clock.forward(seconds=LAG)
        return shown

    issue = late.issue("worklogs-0")
    assert seen(1) == seen(1)
    assert len({tuple(seen(number)) for number in range(6)}) > 1


def test_pages_do_not_skip_an_issue_when_others_come_or_go(late: EmulatedSite) -> None:
    keys = late.search("project = PAY order by key asc")
    body: dict[str, Any] = {"jql": "project = PAY order by key asc", "fields": ["key"], "maxResults": 3}
    page = late.post("/search/jql", body).json or {}
    assert [issue["key"] for issue in page["issues"]] == keys[:3]
    for gone in (keys[0], keys[2]):
        late.site.index.lag_ms = 0
        issue = late.site.find_issue(gone)
        assert issue is not None
        edit_issue(late.site, issue, late.person(0).account_id, IssueEdit(labels=("away",)))
    later = late.post("/search/jql", body | {"nextPageToken": page["nextPageToken"]}).json or {}
    assert [issue["key"] for issue in later["issues"]] == keys[3:6]
    jql = "project = PAY and (labels not in (away) or labels is empty) order by key asc"
    page = late.post("/search/jql", body | {"jql": jql}).json or {}
    for issue in page["issues"][1:]:
        found = late.site.find_issue(issue["key"])
        assert found is not None
        edit_issue(late.site, found, late.person(0).account_id, IssueEdit(labels=("away",)))
    later = late.post("/search/jql", body | {"jql": jql, "nextPageToken": page["nextPageToken"]}).json or {}
    kept = [key for key in keys if key not in (keys[0], keys[2])]
    assert [issue["key"] for issue in later["issues"]] == kept[3:6]


def test_a_clock_that_comes_home_ends_the_lag(late: EmulatedSite) -> None:
    issue = late.issue("worklogs-0")
    late.clock.forward(hours=1)
    log(late, issue)
    late.clock.forward(hours=-1)
    assert late.search(DAY) == [issue.key]


def test_the_lag_is_set_at_the_start_and_by_control() -> None:
    with running_cloud(people=2, months=1, search_lag=3) as cloud:
        jira: RunningSite = cloud.sites[0]
        assert jira.control("GET", "state")["search"] == {"lagSeconds": 3, "unsteady": True, "seed": 1}
        settings = {"lagSeconds": 0.5, "unsteady": False, "seed": 7}
        assert jira.control("POST", "search", settings)["search"] == settings
        index = jira.site.index
        assert (index.lag_ms, index.unsteady, index.seed) == (500, False, 7)
        index.note(next(iter(jira.site.issues.values())), new=True)
        assert len(list(index.view())) == len(jira.site.issues) - 1
        jira.control("POST", "search", {"catchUp": True})
        assert len(list(index.view())) == len(jira.site.issues)
        for wrong in ({"lagSeconds": -1}, {"lagSeconds": 4000}, {"lagSeconds": "x"}, {"lagSeconds": None}):
            with pytest.raises(Exception, match="400"):
                jira.control("POST", "search", wrong)
