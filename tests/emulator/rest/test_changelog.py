"""The changelogs that come with a search, and searches by what was changed."""

from __future__ import annotations

from typing import Any

import pytest

from jira_emulator.model import Issue
from tests.emulator.support.emulated_site import COMMENT, EmulatedSite


def an_issue(emulated: EmulatedSite, number: int = 0) -> Issue:
    return emulated.issues_of("PAY")[number]


def move(emulated: EmulatedSite, issue: Issue, transition: str) -> None:
    answer = emulated.post(f"/issue/{issue.key}/transitions", {"transition": {"id": transition}})
    assert answer.status_code == 204, answer.text


def other_transitions(emulated: EmulatedSite, issue: Issue) -> list[str]:
    found = emulated.get(f"/issue/{issue.key}/transitions").json or {}
    return [one["id"] for one in found["transitions"]]


def histories(emulated: EmulatedSite, issue: Issue) -> list[Any]:
    body = {"jql": f"key = {issue.key}", "fields": ["summary"], "expand": "changelog"}
    answer = emulated.post("/search/jql", body)
    assert answer.status_code == 200, answer.text
    (found,) = (answer.json or {})["issues"]
    log: list[Any] = found["changelog"]["histories"]
    return log


def test_changes_come_newest_first_with_their_author(emulated: EmulatedSite) -> None:
    issue, person = an_issue(emulated), emulated.person(0).account_id
    emulated.be(0)
    for transition in other_transitions(emulated, issue)[:2]:
        emulated.clock.forward(minutes=5)
        move(emulated, issue, transition)
    newer, older = histories(emulated, issue)
    assert [one["author"]["accountId"] for one in (newer, older)] == [person, person]
    assert older["created"] < newer["created"]
    assert newer["items"][0]["fieldId"] == "status"
    assert newer["items"][0]["toString"] == issue.status.name


def test_a_search_shows_at_most_forty_changes(emulated: EmulatedSite) -> None:
    issue = an_issue(emulated)
    emulated.be(0)
    for number in range(42):
        emulated.put(f"/issue/{issue.key}", {"fields": {"summary": f"Summary {number}"}})
    found = histories(emulated, issue)
    assert len(found) == 40
    assert found[0]["items"][0]["toString"] == "Summary 41"


def test_only_who_asks_gets_them(emulated: EmulatedSite) -> None:
    answer = emulated.be(0).post("/search/jql", {"jql": "project = PAY", "fields": ["summary"]}).json or {}
    assert all("changelog" not in issue for issue in answer["issues"])


def test_searches_find_what_was_changed_by_whom_and_when(emulated: EmulatedSite) -> None:
    issue, other = an_issue(emulated), an_issue(emulated, 1)
    me, you = emulated.person(0).account_id, emulated.person(1).account_id
    emulated.be(0)
    move(emulated, issue, other_transitions(emulated, issue)[0])
    emulated.put(f"/issue/{other.key}/assignee", {"accountId": None})
    emulated.put(f"/issue/{other.key}/assignee", {"accountId": you})
    during = 'DURING ("2026-11-24", "2026-11-25")'
    assert emulated.search(f"status CHANGED BY currentUser() {during}") == [issue.key]
    assert emulated.search("status changed by currentUser() after 2026-11-25") == []
    assert emulated.search("status changed before 2026-11-25 on 2026-11-24") == [issue.key]
    assert emulated.search(f'status changed to "{issue.status.name}"') == [issue.key]
    assert emulated.search(f"assignee CHANGED TO {you} {during}") == [other.key]
    assert emulated.search("assignee changed from empty") == [other.key]
    assert set(emulated.search(f'issuekey in updatedBy({me}, "2026-11-24", "2026-11-25")')) == {
        issue.key,
        other.key,
    }
    assert (
        len(emulated.search("project = PAY and not status changed"))
        == len(emulated.search("project = PAY")) - 1
    )


def test_a_search_shows_the_latest_twenty_comments(emulated: EmulatedSite) -> None:
    issue = an_issue(emulated)
    issue.comments.clear()
    made = [emulated.post(f"/issue/{issue.key}/comment", {"body": COMMENT}).json for _ in range(23)]
    body = {"jql": f"key = {issue.key}", "fields": ["comment"]}
    [found] = (emulated.post("/search/jql", body).json or {})["issues"]
    shown = found["fields"]["comment"]
    assert [one["id"] for one in shown["comments"]] == [(one or {})["id"] for one in made[3:]]
    assert (shown["maxResults"], shown["total"]) == (20, 23)


def test_a_comment_counts_as_an_update(emulated: EmulatedSite) -> None:
    issue, you = an_issue(emulated), emulated.person(1).account_id
    emulated.be(1).post(f"/issue/{issue.key}/comment", {"body": COMMENT})
    assert emulated.search(f'key in updatedBy("{you}", "2026-11-24")') == [issue.key]
    assert emulated.search(f'key in updatedBy("{you}", "2026-11-25")') == []


@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("summary changed", "history searches"),
        ('status changed during ("2026-11-24")', "wrong number of dates"),
        ("status changed after monday", "is invalid"),
        ("status changed after membersOf(staff)", "JQL function"),
        ("key in updatedBy()", "expected between '1' and '3'"),
        ("key in updatedBy(me, soon)", "is invalid"),
        ("key in changedBy(me)", "JQL function"),
    ],
)
def test_wrong_history_searches_are_refused(emulated: EmulatedSite, jql: str, sentence: str) -> None:
    jql = jql.replace("me", emulated.person(0).account_id) if "(me" in jql else jql
    answer = emulated.be(0).post("/search/jql", {"jql": jql})
    assert answer.status_code == 400
    assert sentence in (answer.json or {})["errorMessages"][0]


def test_the_structure_of_a_history_search_is_described(emulated: EmulatedSite) -> None:
    body = {"queries": ['status changed by currentUser() during ("2026-11-24", "2026-11-25")']}
    answer = emulated.be(0).post("/jql/parse", body, validation="strict").json or {}
    where = answer["queries"][0]["structure"]["where"]
    assert where["operator"] == "changed"
    assert [one["operator"] for one in where["predicates"]] == ["by", "during"]
