"""Results of JQL: operators, emptiness, zones, people, text, and order."""

from __future__ import annotations

import pytest

from jira_emulator.model import Issue, Sprint
from tests.emulator.support.emulated_site import EmulatedSite

NO_DATE = (
    "Date value '{}' for field 'worklogDate' is invalid. Valid formats include: 'YYYY/MM/DD', 'YYYY-MM-DD', or a "
    "period format e.g. '-5d', '4w 2d'."
)
BAD_OFFSET = (
    "Duration for function 'startOfDay' should have the format (+/-)n(yMwdhm), e.g -1M for 1 month earlier."
)
TOO_MANY = "Function 'startOfDay' expected between '0' and '1' arguments but received '2'."
BAD_STAR = (
    "Unable to parse the text '*x' for field 'summary'. "
    "The '*' is not allowed as first character in wildcard query."
)
NO_GROUP = (
    "Function 'membersOf' can not generate a list of usernames for group 'none'; the group does not exist."
)


def start_of(emulated: EmulatedSite, issue: Issue, started: str) -> None:
    emulated.log(issue, started=f"{started}.000+0000")


@pytest.mark.parametrize(
    ("jql", "same"),
    [
        ("project = pay", "project = 10000"),
        ("project in (PAY, WEB)", "project = PAY or project = WEB"),
        ("project not in (PAY)", "NOT project = PAY"),
        ("assignee != currentUser()", "NOT assignee = currentUser()"),
        ("not (project = PAY and status = Done)", "project != PAY or status != Done"),
        ("labels = EMPTY", "labels is empty"),
        ("labels in (backend, EMPTY)", "labels = Backend or labels is NULL"),
        ("statusCategory = Done", "status in (Done, Closed)"),
        ("type = Epic", 'issuetype = "10000"'),
        ("issuetype in subTaskIssueTypes()", "type = Sub-task"),
        ("key = PAY-1", "id = 10001"),
        ("key >= PAY-1 and key < PAY-4", "issue in (PAY-1, PAY-2, PAY-3)"),
        ("worklogAuthor = currentUser()", 'worklogAuthor in (currentUser()) AND worklogDate >= "2000/01/01"'),
        ("worklogAuthor in membersOf(\"jira-admins\")", "worklogAuthor = currentUser()"),
        ("worklogAuthor is empty", "worklogDate is empty"),
        ("project = PAY && status = Done", "status = Done AND project = PAY"),
        ("project = PAY || project = WEB", "project IN (PAY,WEB)"),
        ("! project = PAY", "project != PAY"),
        ("worklogDate >= startOfMonth() and worklogDate <= endOfMonth()",
         "worklogDate >= 2026-11-01 and worklogDate < 2026-12-01"),
        ("worklogDate >= startOfDay(-7d)", "worklogDate >= -7d"),
        ("worklogDate >= startOfWeek()", "worklogDate >= 2026-11-22"),
        ("worklogDate >= -1w", "worklogDate >= 2026-11-17"),
        ("worklogDate >= startOfMonth(-1)", "worklogDate >= 2026-10-01"),
        ("worklogDate <= endOfMonth(-1M)", "worklogDate <= 2026-10-31"),
        ("worklogDate <= endOfYear(-1y)", "worklogDate <= 2025-12-31"),
        ("worklogDate >= startOfDay(-48h)", "worklogDate >= 2026-11-22"),
        ("worklogDate >= startOfWeek(-1)", "worklogDate >= 2026-11-15"),
        ("updated >= -24h", "updated >= '2026-11-23 16:00'"),
        ("created in ('2026-01-01')", "created = '2026-01-01' and created != EMPTY"),
        ("worklogDate is not empty", "worklogAuthor is not empty"),
        ("key not in (PAY-1)", "key != PAY-1"),
        ("worklogDate = now()", "worklogDate = 2026-11-24"),
        ("updated >= startOfYear()", "updated >= '2026-01-01 00:00'"),
    ],
)  # fmt: skip
def test_two_ways_to_ask(still: EmulatedSite, jql: str, same: str) -> None:
    found = still.be(0).search(jql)
    assert found == still.search(same)
    assert found or "created" in jql


def test_empty_values_are_not_unequal(still: EmulatedSite) -> None:
    without = set(still.be(0).search("assignee is EMPTY"))
    assert without
    assert not without & set(still.search("assignee != currentUser()"))
    assert not without & set(still.search("not assignee = currentUser()"))


def test_t23_clauses_may_match_different_worklogs(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    emulated.be(0)
    start_of(emulated, issue, "2019-03-02T10:00:00")
    emulated.be(1)
    start_of(emulated, issue, "2019-03-20T10:00:00")
    both = f'worklogAuthor = "{emulated.person(0).account_id}" AND worklogDate = 2019-03-20'
    assert emulated.search(both) == [issue.key]


def test_t23_worklog_dates_are_those_of_the_callers_zone(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    start_of(emulated.be(0), issue, "2019-03-02T23:30:00")
    berlin, new_york, auckland = (emulated.be(n).search("worklogDate = 2019-03-03") for n in (0, 1, 3))
    assert (berlin, new_york, auckland) == ([issue.key], [], [issue.key])
    assert emulated.be(1).search("worklogDate = 2019-03-02") == [issue.key]
    assert emulated.be_app().search("worklogDate = 2019-03-02") == [issue.key]


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("worklogDate < 2019-03-03", False), ("worklogDate <= 2019-03-03", True), ("worklogDate > 2019-03-03", False),
        ("worklogDate >= 2019-03-03", True), ("worklogDate != 2019-03-03", False),
        ("worklogDate in (2019-03-03, 2019-03-05)", True), ("worklogDate not in (2019-03-04)", True),
    ],
)  # fmt: skip
def test_days_at_their_edges(emulated: EmulatedSite, jql: str, found: bool) -> None:
    issue = emulated.issue("worklogs-0")
    start_of(emulated, issue, "2019-03-02T23:00:00")
    assert (emulated.search(f"{jql} and key = {issue.key}") == [issue.key]) is found


def test_text_is_found_by_words_prefixes_and_phrases(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    issue.summary, issue.description = 'Renew the "Zorblatt" engine, part two', "with quuxes inside"
    for jql in (
        "summary ~ zorblatt", "summary ~ 'ZORBL*'", "summary ~ 'engine zorblatt'", 'text ~ "\\"zorblatt engine\\""',
        "text ~ quuxes", "description ~ 'quux*'",
    ):  # fmt: skip
        assert emulated.search(jql) == [issue.key], jql
    for jql in (
        "summary ~ zorbl",
        "summary ~ quuxes",
        'text ~ "\\"engine zorblatt\\""',
        "summary ~ '<b>zorblatt2</b>'",
    ):
        assert emulated.search(jql) == [], jql
    assert issue.key not in emulated.search("summary !~ zorblatt")


def test_children_are_found_by_their_parent_in_order(still: EmulatedSite) -> None:
    epic = still.be(0).search("type = Epic and project = WEB order by key")[0]
    children = still.search(f"parent = {epic} order by key asc")
    numbers = [int(key.split("-")[1]) for key in children]
    assert numbers
    assert numbers == sorted(numbers)
    assert still.search(f"parent = {epic} order by key DESC") == children[::-1]
    assert set(still.search("project = WEB order by assignee, key")) == set(still.search("project = WEB"))


@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("project = X", "The value 'X' does not exist for the field 'project'."),
        ("project = HRX", "The value 'HRX' does not exist for the field 'project'."),
        ("key = PAY-99999", "An issue with key 'PAY-99999' does not exist for field 'key'."),
        ("project ~ PAY", "The operator '~' is not supported by the 'project' field."),
        ("worklogDate > yesterday", NO_DATE.format("yesterday")),
        ("assignee in membersOf(none)", NO_GROUP),
        ("labels in membersOf(x)", "Unable to find JQL function 'membersOf(x)'."),
        ("updated > boss()", "Unable to find JQL function 'boss()'."),
        ("worklogDate > startOfDay(soon)", BAD_OFFSET),
        ("worklogDate > startOfDay(1, 2)", TOO_MANY),
        ("assignee = membersOf()", "Function 'membersOf' expected '1' arguments but received '0'."),
        ("status is Done", "The operator 'is' takes only EMPTY or NULL for field 'status'."),
        ("updated > EMPTY", "The operator '>' does not support EMPTY for field 'updated'."),
        ("key = EMPTY", "The field 'key' does not support EMPTY."),
        ("key > currentUser()", "The operator '>' needs one issue for field 'key'."),
        ("worklogDate in (EMPTY)", "A date list cannot hold EMPTY for field 'worklogDate'."),
        ("worklogDate >= -99999w", NO_DATE.format("-99999w")),
        ("summary ~ '*x'", BAD_STAR),
        ("assignee = boss()", "Unable to find JQL function 'boss()'."),
        ("project = PAY order by worklogDate", "Not able to sort using field 'worklogDate'."),
        ("project = PAY order by foo", "Field 'foo' does not exist or you do not have permission to view it."),
        ("worklogDate >= 9999-12-31", NO_DATE.format("9999-12-31")),
    ],
)  # fmt: skip
def test_jiras_sentences_about_values(still: EmulatedSite, jql: str, sentence: str) -> None:
    answer = still.be(0).post("/search/jql", {"jql": jql})
    assert answer.status_code == 400
    assert (answer.json or {})["errorMessages"] == [sentence]


def test_all_faults_are_reported_at_once(still: EmulatedSite) -> None:
    answer = still.be(0).post("/search/jql", {"jql": "type = X and project in (A, B) order by text"})
    assert len((answer.json or {})["errorMessages"]) == 4


@pytest.mark.parametrize("jql", ["foo = 1", "not foo = 1", "foo is not empty", "assignee = nobody", "this is not jql",
                                 "nothing matches these words"])  # fmt: skip
def test_a_wrong_query_often_just_finds_nothing(still: EmulatedSite, jql: str) -> None:
    assert still.be(0).search(jql) == []


def test_people_and_fields_that_do_not_exist_are_passed_over(still: EmulatedSite) -> None:
    me = still.be(0).person(0).account_id
    alone = still.search(f'worklogAuthor = "{me}"')
    assert still.search(f'worklogAuthor in ("{me}", "gone")') == alone
    assert still.search(f'worklogAuthor = "{me}" or foo = 1') == alone
    queries = {
        "queries": [f'worklogAuthor in ("{me}", "gone")', "foo = 1", "project = PAY", "foo = 1 and type = X"]
    }
    person, field, good, both = (still.post("/jql/parse", queries, validation="strict").json or {})["queries"]
    assert person["warnings"] == ["The value 'gone' does not exist for the field 'worklogAuthor'."]
    assert field["warnings"] == ["Field 'foo' does not exist or you do not have permission to view it."]
    assert ("structure" in person, "errors" in person, "warnings" in good) == (True, False, False)
    assert (len(both["warnings"]), len(both["errors"]), "structure" in both) == (1, 1, False)


def test_bare_words_find_text(emulated: EmulatedSite) -> None:
    issue = emulated.issue("worklogs-0")
    issue.summary = "Renew the Zorblatt engine"
    assert emulated.search("engine zorblatt") == [issue.key]
    assert emulated.search("zorblatt order by key") == [issue.key]
    parsed = emulated.post("/jql/parse", {"queries": ["zorblatt"]}, validation="strict").json or {}
    assert parsed["queries"][0]["structure"]["where"]["field"]["name"] == "text"


def test_issues_that_a_person_opened(emulated: EmulatedSite) -> None:
    issue, account = emulated.issue("worklogs-0"), emulated.person(0).account_id
    assert emulated.be(0).search("issuekey in issueHistory()") == []
    emulated.site.viewed[account] = {issue.id: emulated.site.now_ms()}
    assert emulated.search("issuekey in issueHistory()") == [issue.key]
    assert emulated.be(1).search("issuekey in issueHistory()") == []


def test_sprints_are_found_by_their_state_their_id_and_their_name(emulated: EmulatedSite) -> None:
    site, issues = emulated.be(0).site, emulated.issues_of("PAY", security=None)
    site.sprints = {
        1: Sprint(1, "Payments 1", "closed"),
        2: Sprint(2, "Payments 2", "active", start=1_700_000_000_000),
        3: Sprint(3, "Payments 3", "future"),
    }
    [issues[0].sprint_ids, issues[1].sprint_ids] = (1, 2), (3,)
    for jql, found in (
        ("sprint in openSprints()", issues[:1]),
        ("sprint in (closedSprints(), futureSprints())", issues[:2]),
        ("sprint = 3", issues[1:2]),
        ('Sprint = "payments 2"', issues[:1]),
    ):
        assert sorted(emulated.search(jql)) == sorted(one.key for one in found), jql
    shown = (emulated.get(f"/issue/{issues[0].id}").json or {})["fields"]["customfield_10020"]
    assert [(one["id"], one["state"]) for one in shown] == [(1, "closed"), (2, "active")]
    assert shown[1]["startDate"] == "2023-11-14T22:13:20.000Z"


def test_without_jira_software_there_is_no_sprint(emulated: EmulatedSite) -> None:
    field = {"custom": "com.pyxis.greenhopper.jira:gh-sprint", "customId": 10020}
    names = {one["name"]: one["schema"] for one in emulated.get("/field").json or [] if "schema" in one}
    assert names["Sprint"] == {"type": "array", "items": "json", **field}
    emulated.site.jira_software = False
    assert "Sprint" not in {one["name"] for one in emulated.get("/field").json or []}
    answer = emulated.post("/search/jql", {"jql": "sprint in openSprints()"})
    assert answer.status_code == 400
    assert (answer.json or {})["errorMessages"] == [
        "Field 'sprint' does not exist or you do not have permission to view it."
    ]
    [issue] = emulated.issues_of("PAY", security=None)[:1]
    assert "customfield_10020" not in (emulated.get(f"/issue/{issue.id}").json or {})["fields"]
