"""Jira's faults during a save: a period is closed on all of its time and a worklog written once, or neither."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests

from jira_emulator.model import Issue
from tests.journeys.support.sheet import HOUR, Work
from tests.journeys.support.sheet import MON as MONDAY
from tests.web.support.faults import (
    ANYWHERE,
    FAULTS,
    FEBRUARY,
    LONG,
    PLACES,
    TEAM,
    FaultScene,
    ask,
    rewrite,
)
from tests.web.support.page_objects import PROBLEM, SHEET, show
from timesheet.services.worklog.safeguard.lost_write import UNDER_WAY, UNSURE

pytestmark = pytest.mark.usefixtures("calm")


def records(world: FaultScene) -> int:
    with world.stage.app.app_context():
        deps = world.stage.app.extensions["timesheet"]
        [site] = deps.sites.installed_sites()
        return len([one for one in deps.stores.stores_of(site.key).periods.records(TEAM) if not one.open])


def late_changes(world: FaultScene) -> int:
    with world.stage.app.app_context():
        deps = world.stage.app.extensions["timesheet"]
        [site] = deps.sites.installed_sites()
        return len(deps.stores.stores_of(site.key).periods.late_changes(TEAM))


CLOSING = (
    "429 without a word",
    "500",
    "breaks off",
    "a login page",
    "an empty object",
    "a refused token",
    "too much",
)
LACKING = (
    "no way to the next page",
    "a list cut short",
    "a negative duration",
    "no project",
    "an endless duration",
)
COMPARED = "1 closing compared, 0 late changes found, 0 not comparable"
NOT_COMPARED = "0 closings compared, 0 late changes found, 1 not comparable"
UNREADABLE = ("a negative duration", "an endless duration")
"""Worklogs that search returns so: nobody else's time goes uncompared, and they are read again by their ids."""


def test_a_period_is_closed_and_compared_on_all_of_its_time_or_not_at_all(world: FaultScene) -> None:
    def close() -> requests.Response:
        return ask(world.browser(), "POST", f"/teams/{TEAM}/periods/close", period=FEBRUARY)

    def reconcile() -> str:
        return str(world.stage.app.test_cli_runner().invoke(args=["periods", "reconcile"]).output)

    struck = [(name, place) for name in CLOSING for place in ("search", "later page", "its later page")]
    struck += [*((name, "search") for name in LACKING), ("a total that grows", "long issue")]
    for name, place in struck:
        world.forget()
        world.trouble(FAULTS[name], **PLACES[place])
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
        world.trouble(FAULTS[name], **PLACES[place])
        assert (COMPARED if name in UNREADABLE else NOT_COMPARED) in reconcile(), (name, place)
    world.forget()
    assert COMPARED in reconcile()
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
def test_time_is_logged_once_and_said_to_be_logged_only_when_it_is(world: FaultScene, name: str) -> None:
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
    if again.status_code != 200:
        # The first try may be under way for as long as a request can take.
        assert UNSURE in again.text
        world.stage.cloud.cloud.clock.travel(UNDER_WAY.total_seconds())
        again = save()
    assert again.status_code == 200, again.text[:300]
    assert world.worklogs_of(issue) == [(world.viewer.account_id, HOUR)]
    assert "1:00" in ask(world.browser(), "GET", "/timesheet", **SHEET).text


def true(said: requests.Response, there: int) -> bool:
    """Return True if what the app calls saved is there, and anything else is a message."""
    if said.status_code == 200:
        return there == 1
    return there <= 1 and said.status_code != 500 and bool(PROBLEM.search(said.text))


@pytest.mark.parametrize("name", WRITE_FAULTS)
def test_a_change_and_a_delete_are_said_to_be_done_only_when_they_are(world: FaultScene, name: str) -> None:
    work = Work(world.stage, world.viewer)
    issue = work.issue(f"Changed under {name}")
    work.log(issue, MONDAY, HOUR)
    # To 204 there is nothing to add: it is how Jira says that something is deleted.
    deleted = [] if name == "nothing" else [("DELETE", "", list[int]())]
    for method, value, done in (("PUT", "2", [2 * HOUR]), *deleted):
        world.forget()
        [row] = work.rows(issue)
        values = {
            "issue": issue.id,
            "day": MONDAY,
            "value": value,
            "seen": f"{row.id}.{row.updated}",
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


# --- writes that Jira carries out after their answer is lost

BEFORE: Mapping[str, Mapping[str, Any]] = {
    "cut off": {"effect": "drop-before-write", "count": 1},
    **{str(s): {"effect": "status-before-write", "status": s, "count": 1} for s in (500, 502, 503, 504)},
}
UNKNOWN = "may or may not be saved"
LAST_WEEK = MONDAY - timedelta(days=6)


@dataclass
class Written:
    """A write that can be sent again, and the time that there is to be once it is done."""

    path: str
    values: dict[str, object]
    issue: Issue
    gone: Issue | None = None


def cell(world: FaultScene, work: Work) -> Written:
    issue = work.issue("Typed")
    values: dict[str, object] = {"issue": issue.id, "day": MONDAY, "value": "1", "key": f"cell-{issue.id}"}
    return Written("/timesheet/cell", values, issue)


def panel(world: FaultScene, work: Work) -> Written:
    issue = work.issue("In the panel")
    values: dict[str, object] = {
        "issue": issue.id,
        "day": MONDAY,
        "start": "09:00",
        "duration": "1h",
        "key": f"panel-{issue.id}",
        "place": "panel-form",
    }
    return Written("/worklogs", values, issue)


def move(world: FaultScene, work: Work) -> Written:
    old, new = work.issue("Moved from"), work.issue("Moved to")
    row = work.log(old, MONDAY, HOUR)
    values: dict[str, object] = {
        "source": old.id,
        "issue": new.id,
        "seen": f"{row.id}.{row.updated}",
        "day": MONDAY,
        "key": f"move-{new.id}",
    }
    return Written("/worklogs/move", values, new, old)


def undo(world: FaultScene, work: Work) -> Written:
    issue = work.issue("Deleted")
    row = work.log(issue, MONDAY, HOUR)
    path = f"/worklogs/{issue.id}/{row.id}/delete"
    deleted = ask(world.browser(), "POST", path, seen=f"{row.id}.{row.updated}", adjust="auto")
    assert world.worklogs_of(issue) == []
    token = re.search(r"undo[^0-9a-f]{1,80}([0-9a-f]{32})", deleted.text)
    assert token, deleted.text
    return Written("/worklogs/undo", {"undo": token.group(1)}, issue)


def copy(world: FaultScene, work: Work) -> Written:
    issue = work.issue("Copied")
    work.log(issue, LAST_WEEK, HOUR)
    values: dict[str, object] = {"day": MONDAY, "issue": issue.id, "mode": "hours", "key": f"copy-{issue.id}"}
    return Written("/copy", values, issue)


@pytest.mark.parametrize("lost", BEFORE)
@pytest.mark.parametrize("prepare", [cell, panel, move, undo, copy])
def test_t32_nothing_is_sent_again_while_jira_may_still_carry_it_out(
    world: FaultScene, prepare: Callable[[FaultScene, Work], Written], lost: str
) -> None:
    world.forget()
    write = prepare(world, Work(world.stage, world.viewer))
    here = [(world.viewer.account_id, HOUR)]
    there = here if prepare is not copy else here * 2
    world.trouble(BEFORE[lost], path=LONG, method="POST")
    for _ in range(3):
        said = ask(world.browser(), "POST", write.path, **write.values)
        assert UNKNOWN in said.text, (said.status_code, said.text[:500])
        assert len(world.worklogs_of(write.issue)) == len(there) - 1
    assert world.jira.control("POST", "trouble/writes") == {"finished": 1}
    said = ask(world.browser(), "POST", write.path, **write.values)
    assert said.status_code == 200, said.text[:500]
    assert world.worklogs_of(write.issue) == there
    assert write.gone is None or world.worklogs_of(write.gone) == []


@pytest.mark.parametrize("lost", BEFORE)
def test_t32_what_jira_never_carried_out_is_sent_again_after_a_while(world: FaultScene, lost: str) -> None:
    write = cell(world, Work(world.stage, world.viewer))
    world.forget()
    world.trouble(BEFORE[lost], path=LONG, method="POST")
    assert UNKNOWN in ask(world.browser(), "POST", write.path, **write.values).text
    world.clear()
    world.stage.cloud.cloud.clock.travel(UNDER_WAY.total_seconds())
    assert ask(world.browser(), "POST", write.path, **write.values).status_code == 200
    assert world.worklogs_of(write.issue) == [(world.viewer.account_id, HOUR)]


def test_a_form_that_is_sent_again_after_lunch_makes_no_second_worklog(world: FaultScene) -> None:
    work = Work(world.stage, world.viewer)
    first, other = panel(world, work), panel(world, work)
    for write in (first, other, first):
        assert ask(world.browser(), "POST", write.path, **write.values).status_code == 200
        world.forget()
        world.stage.cloud.cloud.clock.travel(2 * HOUR)
    assert world.worklogs_of(first.issue) == [(world.viewer.account_id, HOUR)]


@pytest.mark.parametrize("lost", BEFORE)
def test_a_change_that_jira_carries_out_late_undoes_no_later_one(world: FaultScene, lost: str) -> None:
    work = Work(world.stage, world.viewer)
    issue = work.issue("Changed late")
    row = work.log(issue, MONDAY, HOUR)
    world.forget()
    world.trouble({**BEFORE[lost], "count": 2}, path=ITEM, method="PUT")

    def change(value: str) -> requests.Response:
        values = {"issue": issue.id, "day": MONDAY, "value": value, "key": f"put-{value}-{issue.id}"}
        return ask(world.browser(), "POST", "/timesheet/cell", **values, seen=f"{row.id}.{row.updated}")

    assert UNKNOWN in change("2").text
    assert "has not answered an earlier change" in change("3").text
    assert world.jira.control("POST", "trouble/writes")["finished"] in (1, 2)
    assert [seconds for _, seconds in world.worklogs_of(issue)] == [2 * HOUR]
