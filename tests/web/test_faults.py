"""Jira's faults, each at each place, on every screen that shows totals: all of it, or it says what is missing."""

from __future__ import annotations

import difflib
import re
import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.journeys.sheet import HOUR, Work
from tests.web.faults import (
    ANYWHERE,
    FEBRUARY,
    GRANT,
    IN_THE_DATA,
    LOGIN,
    LONG,
    MONDAY,
    PLACES,
    SEARCH,
    TEAM,
    Fair,
    answer,
    ask,
    fair,
    figures,
    rewrite,
)

SHEET = {"view": "week", "day": MONDAY, "layout": "grid", "group": "issue"}
SCREENS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "week": ("/timesheet", SHEET),
    "by project": ("/timesheet", SHEET | {"group": "project"}),
    "list": ("/timesheet", SHEET | {"layout": "list"}),
    "calendar": ("/timesheet", SHEET | {"layout": "calendar"}),
    "month": ("/timesheet", SHEET | {"view": "month"}),
    "summary": (f"/teams/{TEAM}", {}),
    "by person": (f"/teams/{TEAM}", {"tab": "people"}),
    "projects": (f"/teams/{TEAM}", {"tab": "projects"}),
    "table": (f"/teams/{TEAM}", {"tab": "timesheet", "every": 1}),
    "worklogs": (f"/teams/{TEAM}/worklogs", {"person": "", "day": MONDAY}),
    "spent": (f"/teams/{TEAM}/periods/spent", {}),
    "closing": (f"/teams/{TEAM}/periods/close", {"period": FEBRUARY}),
    "panel": ("/issue-panel", {"issue": ""}),
    "copy": ("/copy", {"day": MONDAY}),
}
SAYS = re.compile(
    r'id="strip"|class="warning" role="alert"|\(incomplete\)|id="close-problem" class="form-problem"><p'
)
PROBLEM = re.compile(r'<section id="problem".*?<p>([^<]{10,})</p>.*<code>[0-9a-f]{16}</code>', re.DOTALL)
# Nobody can tell a worklog whose author Jira does not name from one of somebody else, who has left.
TRUSTED = ("a deleted author", "no author")
LESS = "is not what there is"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fair]:
    with fair(tmp_path_factory.mktemp("faults")) as made:
        yield made


@pytest.fixture(autouse=True)
def calm(world: Fair) -> Iterator[None]:
    yield
    world.clear()


def show(world: Fair, screen: str) -> requests.Response:
    path, values = SCREENS[screen]
    known = {"person": world.mate.account_id, "issue": world.issues[5].id}
    filled = {name: known.get(name) if value == "" else value for name, value in values.items()}
    return ask(world.browser(), "GET", path, **filled)


@pytest.fixture(scope="module")
def whole(world: Fair) -> Mapping[str, str]:
    """Each screen with everything on it."""
    shown = {screen: show(world, screen) for screen in SCREENS}
    assert {screen: answer.status_code for screen, answer in shown.items()} == dict.fromkeys(SCREENS, 200)
    assert not [screen for screen, answer in shown.items() if SAYS.search(answer.text)]
    return {screen: figures(answer) for screen, answer in shown.items()}


def wrong_with(said: requests.Response, truth: str) -> str:
    """What is wrong with an answer, if anything."""
    if said.status_code == 500 or said.status_code > 504:
        return f"broke with {said.status_code}"
    if said.status_code != 200:
        return (
            "" if PROBLEM.search(said.text) else f"{said.status_code} without a sentence: {said.text[:300]}"
        )
    if figures(said) == truth or SAYS.search(said.text):
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
    """A screen, a fault, and the places where it strikes; every fault on one's own sheet, their kinds elsewhere."""
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
    world: Fair, whole: Mapping[str, str], screen: str, name: str, places: tuple[str, ...]
) -> None:
    """With nothing held; and in the end with Jira well again."""
    wrong = []
    for place in places:
        world.forget()
        world.trouble((ANYWHERE | IN_THE_DATA)[name], **PLACES[place])
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
    world: Fair, whole: Mapping[str, str], screen: str, said: Mapping[str, Any]
) -> None:
    world.forget()
    world.trouble(said, path=GRANT)
    refused = show(world, screen)
    assert refused.status_code in (403, 502, 503)
    assert PROBLEM.search(refused.text)
    world.clear()
    assert figures(show(world, screen)) == whole[screen]


def test_a_token_that_ends_between_two_pages_is_renewed(world: Fair, whole: Mapping[str, str]) -> None:
    world.forget()
    world.trouble({"effect": "token-refused", "count": 1}, path=SEARCH, skip=1)
    assert figures(show(world, "week")) == whole["week"]


def test_a_jira_that_nobody_listens_for(world: Fair, whole: Mapping[str, str]) -> None:
    world.forget()
    show(world, "week")
    address = world.jira.base_url
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    world.jira.control("POST", "site", {"baseUrl": nowhere})
    world.opened = None
    held = ask(world.browser(), "GET", "/timesheet", **SHEET, refresh=1)
    assert "Jira does not answer just now" in held.text
    assert SAYS.search(held.text)
    world.forget()
    cold = show(world, "week")
    assert cold.status_code in (502, 504)
    world.jira.control("POST", "site", {"baseUrl": address})
    world.opened = None
    world.forget()
    assert figures(show(world, "week")) == whole["week"]


# --- closing, and what changed since


def records(world: Fair) -> int:
    with world.stage.app.app_context():
        things = world.stage.app.extensions["timesheet"]
        [site] = things.installed_sites()
        return len([one for one in things.stores_of(site.key).periods.records(TEAM) if not one.open])


def late_changes(world: Fair) -> int:
    with world.stage.app.app_context():
        things = world.stage.app.extensions["timesheet"]
        [site] = things.installed_sites()
        return len(things.stores_of(site.key).periods.late_changes(TEAM))


CLOSING = (
    "429 without a word",
    "500",
    "breaks off",
    "a login page",
    "an empty object",
    "a refused token",
    "too much",
)
LACKING = ("no way to the next page", "a negative duration", "no project", "an endless duration")


def test_a_period_is_closed_and_compared_on_all_of_its_time_or_not_at_all(world: Fair) -> None:
    def close() -> requests.Response:
        return ask(world.browser(), "POST", f"/teams/{TEAM}/periods/close", period=FEBRUARY)

    def reconcile() -> str:
        return str(world.stage.app.test_cli_runner().invoke(args=["periods", "reconcile"]).output)

    struck = [(name, place) for name in CLOSING for place in ("search", "later page", "its later page")]
    struck += [*((name, "search") for name in LACKING), ("a total that grows", "long issue")]
    for name, place in struck:
        world.forget()
        world.trouble((ANYWHERE | IN_THE_DATA)[name], **PLACES[place])
        refused = close()
        assert 400 <= refused.status_code < 600, (name, place)
        assert refused.status_code != 500, (name, place)
        assert PROBLEM.search(refused.text), (name, place)
        assert records(world) == 0, (name, place)
    world.forget()
    assert close().status_code == 200
    assert records(world) == 1
    for name, place in struck:
        world.forget()
        world.trouble((ANYWHERE | IN_THE_DATA)[name], **PLACES[place])
        assert "0 closings compared, 0 late changes found, 1 not comparable" in reconcile(), (name, place)
    world.forget()
    assert "1 closings compared, 0 late changes found, 0 not comparable" in reconcile()
    assert late_changes(world) == 0


# --- writes: once, and what is said is true

WRITE_FAULTS: Mapping[str, Mapping[str, Any]] = {
    **{
        name: ANYWHERE[name]
        for name in (*CLOSING, "429 for the issue", "504", "a redirect", "not allowed", "nothing")
    },
    "no answer": {"effect": "drop"},
    "lost after the write": {"effect": "drop-after-write"},
    "breaks off": {"effect": "drop-mid-body"},
    "cut short": {"effect": "truncated"},
    "another shape": rewrite(["timeSpentSeconds", "1h"]),
    "words after the write": rewrite(["", "done"]),
}
ITEM = LONG + "/*"


@pytest.mark.parametrize("name", WRITE_FAULTS)
def test_time_is_logged_once_and_said_to_be_logged_only_when_it_is(world: Fair, name: str) -> None:
    issue = Work(world.stage, world.viewer).issue(f"Under {name}")
    day, key = MONDAY + timedelta(days=1), f"key-{issue.id}"

    def save() -> requests.Response:
        return ask(world.browser(), "POST", "/timesheet/cell", issue=issue.id, day=day, value="1", key=key)

    world.forget()
    assert show(world, "week").status_code == 200
    for always in (False, True):
        world.trouble(WRITE_FAULTS[name], path=LONG, method="POST", count=None if always else 1)
        said = save()
        assert true(said, len(world.worklogs_of(issue))), (said.status_code, said.text[:300])
    world.clear()
    again = save()
    assert again.status_code in (200, 409), again.text[:300]
    assert world.worklogs_of(issue) == [(world.viewer.account_id, HOUR)]
    assert "1:00" in ask(world.browser(), "GET", "/timesheet", **SHEET).text


def true(said: requests.Response, there: int) -> bool:
    """Saved means that it is there; what is not said to be saved is a sentence."""
    if said.status_code == 200:
        return there == 1
    return there <= 1 and said.status_code != 500 and bool(PROBLEM.search(said.text))


@pytest.mark.parametrize("name", WRITE_FAULTS)
def test_a_change_and_a_delete_are_said_to_be_done_only_when_they_are(world: Fair, name: str) -> None:
    work = Work(world.stage, world.viewer)
    issue = work.issue(f"Changed under {name}")
    row = work.log(issue, MONDAY, HOUR)
    # To 204 there is nothing to add: it is how Jira says that something is deleted.
    deleted = [] if name == "nothing" else [("DELETE", "", list[int]())]
    for method, value, done in (("PUT", "2", [2 * HOUR]), *deleted):
        world.forget()
        seen = f"{row.id}.{row.updated}"
        values = {
            "issue": issue.id,
            "day": MONDAY,
            "value": value,
            "seen": seen,
            "key": f"{method}-{issue.id}",
        }
        assert show(world, "week").status_code == 200
        world.trouble(WRITE_FAULTS[name], path=ITEM, method=method)
        said = ask(world.browser(), "POST", "/timesheet/cell", **values)
        assert said.status_code != 500
        now = [seconds for _, seconds in world.worklogs_of(issue)]
        assert (now == done) if said.status_code == 200 else PROBLEM.search(said.text), (
            method,
            said.text[:300],
        )
        world.clear()
        shown = ask(world.browser(), "GET", "/timesheet", **SHEET)
        assert (issue.key in shown.text) == bool(now), "the sheet shows what Jira has"
        if now != done:
            assert ask(world.browser(), "POST", "/timesheet/cell", **values).status_code == 200
        assert [seconds for _, seconds in world.worklogs_of(issue)] == done
