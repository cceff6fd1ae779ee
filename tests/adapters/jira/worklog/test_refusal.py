"""The sentences of a refused write: the missing permission, the state of the issue, or Jira's own words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.adapters.support.jira_json import START, ZONES, client, issue
from tests.adapters.support.jira_server import Reply, Request, ScriptedJira, scripted_jira
from timesheet.adapters.jira.call.refusal import BLOCKED
from timesheet.domain.errors import (
    InvalidInput,
    JiraUnavailable,
    NotAllowed,
    NotFound,
    TimesheetError,
    TimeTrackingOff,
)
from timesheet.domain.message import Message
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft

DRAFT = WorklogDraft(12, START, 3600, "key-0001")


ALL = (
    "WORK_ON_ISSUES",
    "EDIT_OWN_WORKLOGS",
    "EDIT_ALL_WORKLOGS",
    "DELETE_OWN_WORKLOGS",
    "DELETE_ALL_WORKLOGS",
    "EDIT_ISSUES",
)


def refusing(
    write: Reply,
    granted: tuple[str, ...] = ALL,
    *,
    enabled: bool = True,
    shown: bool = True,
    author: str = "ada",
    editable: bool | None = None,
) -> Callable[[Request], Reply]:
    tracking = {
        "workingHoursPerDay": 8.0,
        "workingDaysPerWeek": 5.0,
        "defaultUnit": "minute",
        "timeFormat": "pretty",
    }

    def route(request: Request) -> Reply:
        if request.method != "GET":
            return write
        if request.path.endswith("mypermissions"):
            assert request.query["issueId"] == "12"
            wanted = request.query["permissions"].split(",")
            return Reply(json={"permissions": {key: {"havePermission": key in granted} for key in wanted}})
        if request.path.endswith("configuration"):
            return Reply(json={"timeTrackingEnabled": enabled, "timeTrackingConfiguration": tracking})
        if request.path.endswith("myself"):
            return Reply(json={"accountId": "ada"})
        if request.path.endswith("worklog/7"):
            return Reply(json={"author": {"accountId": author}})
        fields: dict[str, object] = {"summary": {}} if editable else {}
        meta = {"editmeta": {"fields": fields}}
        if shown:
            return Reply(json=issue(12) | (meta if editable is not None else {}))
        return Reply(404, {"errorMessages": ["Issue does not exist"]})

    return route


def create(jira: ScriptedJira) -> object:
    return client(jira).create_worklog(DRAFT, ZONES)


def update(jira: ScriptedJira) -> object:
    return client(jira).update_worklog(12, 7, WorklogChange(seconds=60), ZONES)


def delete(jira: ScriptedJira) -> object:
    return client(jira).delete_worklog(12, 7, EstimateChange())  # type: ignore[func-returns-value]


NO = Reply(400, {"errorMessages": [], "errors": {"timeLogged": "No."}})


@pytest.mark.parametrize(
    "write", [NO, Reply(403, {"errorMessages": ["No."]}), Reply(404, {"errorMessages": ["No."]})]
)
@pytest.mark.parametrize(
    ("act", "granted", "needed"),
    [
        (create, (), "Work on issues"),
        (update, ("WORK_ON_ISSUES",), "Edit own worklogs"),
        (update, ("DELETE_OWN_WORKLOGS",), "Edit own worklogs"),
        (delete, ("WORK_ON_ISSUES", "EDIT_OWN_WORKLOGS"), "Delete own worklogs"),
        (delete, ("EDIT_ALL_WORKLOGS",), "Delete own worklogs"),
    ],
)
def test_t29_a_refusal_names_the_missing_permission(
    write: Reply, act: Callable[[ScriptedJira], object], granted: tuple[str, ...], needed: str
) -> None:
    with scripted_jira(route=refusing(write, granted)) as jira, pytest.raises(NotAllowed) as refused:
        act(jira)
    assert refused.value.permission == needed
    assert refused.value.sentence == f"You need “{needed}” in PAY. A project admin can grant it."
    assert sum("mypermissions" in line for line in jira.lines()) == 1


@pytest.mark.parametrize("write", [NO, Reply(403, {"errorMessages": ["No."]}), Reply(404, {})])
@pytest.mark.parametrize("act", [create, update, delete])
@pytest.mark.parametrize("granted", [(), ALL])
def test_in_an_archived_project_no_permission_is_blamed(
    write: Reply, act: Callable[[ScriptedJira], object], granted: tuple[str, ...]
) -> None:
    usual = refusing(write, granted)

    def route(request: Request) -> Reply:
        archived = request.path.endswith("/project/PAY")
        return Reply(json={"key": "PAY", "archived": True}) if archived else usual(request)

    with scripted_jira(route=route) as jira, pytest.raises(NotAllowed, match="PAY is archived") as refused:
        act(jira)
    assert not refused.value.permission
    assert sum(line.endswith("project/PAY") for line in jira.lines()) == 1


@pytest.mark.parametrize(
    "answered",
    [
        Reply(404, {"errorMessages": ["No project."]}),
        Reply(json={"archived": False}),
        Reply(json={"archived": "true"}),
        Reply(json=[]),
    ],
)
def test_where_jira_does_not_call_a_project_archived_the_missing_permission_is_named(answered: Reply) -> None:
    usual = refusing(NO, ())

    def route(request: Request) -> Reply:
        return answered if "/project/" in request.path else usual(request)

    with scripted_jira(route=route) as jira, pytest.raises(NotAllowed, match="Work on issues"):
        create(jira)


def test_a_permission_that_jira_does_not_state_hides_no_missing_one() -> None:
    stated = {"WORK_ON_ISSUES": {"havePermission": False}, "EDIT_ISSUES": {"key": "EDIT_ISSUES"}}
    usual = refusing(NO, ())

    def route(request: Request) -> Reply:
        asked = request.path.endswith("/mypermissions")
        return Reply(json={"permissions": stated}) if asked else usual(request)

    with scripted_jira(route=route) as jira, pytest.raises(NotAllowed, match="Work on issues"):
        create(jira)


@pytest.mark.parametrize(
    ("act", "granted", "needed"),
    [
        (update, ("WORK_ON_ISSUES",), "Edit all worklogs"),
        (update, ("WORK_ON_ISSUES", "EDIT_OWN_WORKLOGS"), "Edit all worklogs"),
        (delete, ("WORK_ON_ISSUES", "DELETE_OWN_WORKLOGS", "EDIT_ALL_WORKLOGS"), "Delete all worklogs"),
    ],
)
def test_t29_somebody_elses_worklog_needs_the_permission_over_all(
    act: Callable[[ScriptedJira], object], granted: tuple[str, ...], needed: str
) -> None:
    route = refusing(NO, granted, author="bo")
    with scripted_jira(route=route) as jira, pytest.raises(NotAllowed) as refused:
        act(jira)
    assert refused.value.permission == needed


@pytest.mark.parametrize(
    ("act", "granted"),
    [
        (update, ("EDIT_OWN_WORKLOGS",)),
        (update, ("EDIT_ALL_WORKLOGS",)),
        (delete, ("DELETE_OWN_WORKLOGS",)),
        (delete, ("DELETE_ALL_WORKLOGS",)),
    ],
)
def test_changing_a_worklog_asks_for_no_more_than_jira_does(
    act: Callable[[ScriptedJira], object], granted: tuple[str, ...]
) -> None:
    with scripted_jira(route=refusing(NO, granted)) as jira, pytest.raises(InvalidInput, match="No"):
        act(jira)


CLOSED = "Issue is in a non-editable workflow state."
GESCHLOSSEN = "Der Vorgang befindet sich in einem Status, der keine Bearbeitung zulässt."
NULL = "Worklog must not be null."
# Atlassian's documentation, "Scope of IP Allowlists in Atlassian Cloud".
NOT_LISTED = "The IP address has been rejected because it is not on the allowed list."


def words(*texts: str, **errors: str) -> Reply:
    return Reply(400, {"errorMessages": list(filter(None, texts)), "errors": errors})


@pytest.mark.parametrize(
    ("route", "kind", "sentence", "field"),
    [
        (refusing(Reply(404), shown=False), NotFound, "does not show it", None),
        (refusing(Reply(404), enabled=False), TimeTrackingOff, "switched off", None),
        (refusing(Reply(404)), NotFound, "no longer in Jira", None),
        (refusing(words(CLOSED), editable=False), NotAllowed, "PAY-12 is Done: its workflow", None),
        (refusing(words(GESCHLOSSEN), editable=False), NotAllowed, "PAY-12 is Done: its workflow", None),
        (refusing(words(CLOSED), editable=True), InvalidInput, r"state\. \(PAY-12 is Done\.\)", ""),
        (refusing(words(CLOSED), ALL[:-1], editable=False), InvalidInput, r"\(PAY-12 is Done\.\)", ""),
        (refusing(Reply(403, {"errorMessages": [CLOSED]})), NotAllowed, r"\(PAY-12 is Done\.\)", None),
        (refusing(words("", timeLogged="No."), editable=False), InvalidInput, "refuses: No.$", "duration"),
        (
            refusing(words(NULL, timeLogged="Ungültige Dauer.")),
            InvalidInput,
            "^Jira refuses: Ungültige Dauer.$",
            "duration",
        ),
        (refusing(words(NULL, startDate="Falsch.")), InvalidInput, "^Jira refuses: Falsch.$", "date"),
        (
            refusing(words(NULL, adjustmentAmount="Ungültig.")),
            InvalidInput,
            "remaining estimate: Ungültig",
            "estimate",
        ),
        (refusing(words("Keine Schätzung, no estimate")), InvalidInput, "no estimate", ""),
        (
            refusing(words("", newEstimate="Invalid.")),
            InvalidInput,
            "remaining estimate: Invalid",
            "estimate",
        ),
        (refusing(words("", started="Invalid.")), InvalidInput, "Jira refuses: Invalid", "date"),
        (refusing(words("", timeLogged="Too much.")), InvalidInput, "Too much", "duration"),
        (refusing(words("Something new.")), InvalidInput, "Jira refuses: Something new.", ""),
        (
            refusing(words("Ada, you may not.", NULL)),
            InvalidInput,
            r"^Jira refuses: Ada, you may not\. \(PAY",
            "",
        ),
        (refusing(words("One.", "Two.", NULL)), InvalidInput, r"^Jira refuses: One\. Two\. \(PAY", ""),
        (refusing(words(CLOSED, NULL), editable=True), InvalidInput, r"state\. \(PAY-12 is Done\.\)", ""),
        (refusing(Reply(400, raw=b"<html>")), InvalidInput, "Jira refuses this", ""),
        (refusing(Reply(423, raw=b"<html>")), JiraUnavailable, "could not be read", None),
        (refusing(Reply(423, json={"errorMessages": ["Locked."]})), InvalidInput, "refuses: Locked", ""),
        (refusing(Reply(403)), NotAllowed, "does not allow", None),
        (refusing(Reply(413)), InvalidInput, "PAY-12 has as many worklogs", "issue"),
    ],
)
def test_t27_t30_a_refusal_says_why(
    route: Callable[[Request], Reply], kind: type[TimesheetError], sentence: str, field: str | None
) -> None:
    with scripted_jira(route=route) as jira, pytest.raises(kind, match=sentence) as refused:
        create(jira)
    assert type(refused.value) is kind
    assert isinstance(refused.value.sentence, Message), "only a message is shown in the reader's language"
    assert field is None or getattr(refused.value, "field", None) == field


@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (
            Reply(403, {"errorMessages": [NOT_LISTED], "errors": {}}),
            NotAllowed,
            f"Jira refuses: {NOT_LISTED}",
        ),
        (Reply(403, {"code": 403, "message": NOT_LISTED}), NotAllowed, f"Jira refuses: {NOT_LISTED}"),
        (Reply(403, {"code": 403, "message": 7}), NotAllowed, "Jira does not allow that for your account."),
        (Reply(403, raw=b"<html>", headers={"Content-Type": "text/html"}), JiraUnavailable, str(BLOCKED)),
    ],
)
def test_whoever_calls_from_a_blocked_address_does_not_hear_of_their_account(
    reply: Reply, kind: type[TimesheetError], sentence: str
) -> None:
    with scripted_jira(route=lambda _: reply) as jira, pytest.raises(kind) as refused:
        create(jira)
    assert refused.value.sentence == sentence


def test_jiras_own_words_stay_when_nothing_better_can_be_found_out() -> None:
    def route(request: Request) -> Reply:
        return words("Own words.") if request.method == "POST" else Reply(500)

    with scripted_jira(route=route) as jira, pytest.raises(InvalidInput, match="Own words"):
        create(jira)


@pytest.mark.parametrize(
    "answered",
    [{"permissions": {}}, {"permissions": {"WORK_ON_ISSUES": {"id": "20"}}}, {}, [], {"permissions": None}],
)
def test_a_permission_that_jira_does_not_speak_of_is_not_called_missing(answered: object) -> None:
    def route(request: Request) -> Reply:
        if request.method == "POST":
            return Reply(400, json={"errorMessages": ["Not today"], "errors": {}})
        return Reply(json=answered) if request.path.endswith("mypermissions") else Reply(json=issue(12))

    with scripted_jira(route=route) as jira, pytest.raises(InvalidInput, match="Not today"):
        client(jira).create_worklog(DRAFT, ZONES)
