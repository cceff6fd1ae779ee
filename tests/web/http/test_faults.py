"""Each of Jira's faults at each place, on every screen with totals: complete, or with what is missing."""

from __future__ import annotations

import difflib
import re
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests

from tests.web.support.faults import (
    ANYWHERE,
    FAULTS,
    GRANT,
    IN_THE_DATA,
    LOGIN,
    PLACES,
    SEARCH,
    FaultScene,
    answer,
    ask,
    figures,
    of_worklogs,
    rewrite,
)  # fmt: skip
from tests.web.support.page_objects import INCOMPLETE, PROBLEM, SCREENS, SHEET, show

# A worklog without an author in Jira's answer looks like one of a person who has left.
TRUSTED = ("a deleted author", "no author")
SUMS = re.compile(r">\s*(\d+(?:h|m|:\d\d)[^<]*)<")
LESS = "is not what there is"
pytestmark = pytest.mark.usefixtures("calm")


@pytest.fixture(scope="module")
def whole(world: FaultScene) -> Mapping[str, str]:
    """Return the figures of each screen without a fault."""
    shown = {screen: show(world, screen) for screen in SCREENS}
    assert {screen: answer.status_code for screen, answer in shown.items()} == dict.fromkeys(SCREENS, 200)
    assert not [screen for screen, answer in shown.items() if INCOMPLETE.search(answer.text)]
    return {screen: figures(answer) for screen, answer in shown.items()}


def wrong_with(said: requests.Response, truth: str) -> str:
    """Return what is wrong with a response, if anything."""
    if said.status_code == 500 or said.status_code > 504:
        return f"broke with {said.status_code}"
    if said.status_code != 200:
        return (
            "" if PROBLEM.search(said.text) else f"{said.status_code} without a sentence: {said.text[:300]}"
        )
    if figures(said) == truth or INCOMPLETE.search(said.text):
        return ""
    return f"{LESS}, and does not say so: {difference(truth, figures(said))}"


def difference(truth: str, shown: str) -> str:
    lines = difflib.unified_diff(truth.splitlines(), shown.splitlines(), lineterm="", n=0)
    return "\n".join(line[:200] for line in lines)[:2000]


KINDS = (
    "429 without a word", "500", "breaks off", "a login page", "an empty object", "a refused token", "not allowed",
    "words for lists",
)  # fmt: skip
SOME = ("503 with a break", "no answer", "an empty object", "a refused token")
Case = tuple[str, str, tuple[str, ...]]


def cases() -> Iterator[Case]:
    """Yield screen, fault, and where it occurs; every fault on one's own sheet, one of each kind elsewhere."""
    yield from (("week", name, ("later page", "its later page")) for name in ANYWHERE)
    yield from (("week", name, ("search", "its later page")) for name in IN_THE_DATA)
    yield from (("week", name, ("search", "long issue", "profile", "settings")) for name in KINDS)
    yield from (
        ("table", name, ("search", "its later page", "people", "profile", "later page")) for name in KINDS
    )
    yield from (("table", name, ("later page",)) for name in IN_THE_DATA)
    yield from (("panel", name, ("long issue", "its later page")) for name in (*KINDS, *IN_THE_DATA))
    others = SCREENS.keys() - {"week", "table", "panel"}
    yield from ((screen, name, ("later page",)) for screen in sorted(others) for name in SOME)


@pytest.mark.parametrize(("screen", "name", "places"), tuple(cases()))
def test_each_fault_at_each_place(
    world: FaultScene, whole: Mapping[str, str], screen: str, name: str, places: tuple[str, ...]
) -> None:
    """Nothing is cached before, and Jira answers normally in the end."""
    wrong = []
    for place in places:
        world.forget()
        world.trouble(FAULTS[name], **PLACES[place])
        found = wrong_with(show(world, screen), whole[screen])
        if found and not (name in TRUSTED and found.startswith(LESS)):
            wrong.append(f"{place}: {found}")
    world.clear()
    if name not in TRUSTED:
        after = show(world, screen)
        assert (after.status_code, difference(whole[screen], figures(after))) == (200, "")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("screen", ["week", "table"])
@pytest.mark.parametrize(
    "said",
    [
        answer(401, {"error": "invalid_grant"}),
        answer(400, {"error": "unauthorized_client"}),
        answer(200, LOGIN),
        answer(200, {"access_token": "x", "expires_in": "soon", "token_type": "Bearer"}),
        answer(429, {}, Retry_After="Wed, 13 Mar 2030 10:30:00 GMT"),
        {"effect": "drop-mid-body"},
        {"effect": "truncated"},
    ],
    ids=["invalid", "unauthorized", "page", "odd", "busy", "breaks-off", "cut"],
)
def test_the_right_to_act_for_somebody_is_refused_or_does_not_come(
    world: FaultScene, whole: Mapping[str, str], screen: str, said: Mapping[str, Any]
) -> None:
    world.forget()
    world.trouble(said, path=GRANT)
    refused = show(world, screen)
    assert refused.status_code in (403, 502, 503)
    assert PROBLEM.search(refused.text)
    world.clear()
    assert figures(show(world, screen)) == whole[screen]


def test_a_token_that_ends_between_two_pages_is_renewed(world: FaultScene, whole: Mapping[str, str]) -> None:
    world.forget()
    world.trouble({"effect": "token-refused", "count": 1}, path=SEARCH, skip=1)
    assert figures(show(world, "week")) == whole["week"]


def test_a_jira_that_nobody_listens_for(world: FaultScene, whole: Mapping[str, str]) -> None:
    world.forget()
    show(world, "week")
    address = world.jira.base_url
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    world.jira.control("POST", "site", {"baseUrl": nowhere})
    world.opened = None
    answer = ask(world.browser(), "GET", "/timesheet", **SHEET, refresh=1)
    assert "Jira is not answering at the moment" in answer.text
    assert INCOMPLETE.search(answer.text)
    world.forget()
    cold = show(world, "week")
    assert cold.status_code in (502, 504)
    world.jira.control("POST", "site", {"baseUrl": address})
    world.opened = None
    world.forget()
    assert figures(show(world, "week")) == whole["week"]


@pytest.mark.parametrize("screen", ["week", "list", "table"])
@pytest.mark.parametrize("status", [400, 404, 409, 413, 500])
def test_kept_figures_are_shown_whatever_jira_says_to_a_search(
    world: FaultScene, screen: str, status: int
) -> None:
    world.forget()
    kept = show(world, screen)
    world.trouble(answer(status, {"errorMessages": ["No."], "errors": {}}), path=SEARCH)
    path, values = SCREENS[screen]
    shown = ask(world.browser(), "GET", path, **values, refresh=1)
    assert shown.status_code == 200
    assert "These figures are less than a minute old." in shown.text
    assert set(SUMS.findall(figures(kept))) == set(SUMS.findall(figures(shown))) != set()


USER = ("issues.*.fields.worklog.worklogs.*.author.", "worklogs.*.author.", "values.*.", "")
HABITS: Mapping[str, Mapping[str, Any]] = {
    "no isLast": rewrite(["isLast"]),
    "a token of null in the end": {
        **rewrite(["nextPageToken", None], ["isLast", True]),
        "skip": 2,
        "path": SEARCH,
    },
    "names and schema": rewrite(
        ["names", {"summary": "Summary"}], ["schema", {}], ["warnings", []], ["expand", "x"]
    ),
    "people without more than id and name": rewrite(
        *(
            [f"{place}{name}"]
            for place in USER
            for name in ("emailAddress", "avatarUrls", "accountType", "self")
        )
    ),
    "somebody else's account": of_worklogs("author.accountType", "customer"),
    "no updateAuthor": of_worklogs("updateAuthor"),
    "no comment": of_worklogs("comment"),
    "times in words left out": of_worklogs("timeSpent"),
    "a start with another offset": of_worklogs("updated", "2030-03-13T23:00:00.000+1300"),
    "fields of other apps": rewrite(
        ["issues.*.fields.customfield_10010", {"value": [None]}],
        ["issues.*.changelog", {}],
        ["issues.*.self", "x"],
    ),
    "an archived project": rewrite(["issues.*.fields.project.archived", True]),
    "no category of a status": rewrite(["issues.*.fields.status.statusCategory"]),
    "no estimates": rewrite(["issues.*.fields.timetracking", {}]),
    "no worklog field": rewrite(["issues.*.fields.worklog"]),
    "limits that are not enforced": {
        **rewrite(),
        "headers": {
            "Beta-RateLimit": '"global-app-quota";r=0;t=900',
            "RateLimit": '"tenant-quota";t=12;r=40000, "global-app-quota";r=1;t=12',
            "X-RateLimit-NearLimit": "true",
        },
    },
}


@pytest.mark.parametrize("habit", HABITS)
def test_a_jira_of_other_habits_shows_the_same(
    world: FaultScene, whole: Mapping[str, str], habit: str
) -> None:
    """The contract leaves these open; the emulator has to choose one."""
    for screen in ("week", "table", "panel"):
        world.forget()
        world.trouble(HABITS[habit])
        shown = show(world, screen)
        assert (shown.status_code, difference(whole[screen], figures(shown))) == (200, ""), screen
