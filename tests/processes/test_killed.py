"""Kills during hundreds of changes over HTTP: nothing is lost, duplicated, or unrecorded."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice
from threading import Event

import pytest

from jira_emulator.server import RunningSite
from jira_emulator.trouble.trouble import Rule
from tests.processes.conftest import Place
from tests.processes.support.app_processes import AppProcesses, wait_for
from tests.processes.support.managers import Admin, Lead
from tests.processes.support.people import Client, Member, Tally
from tests.processes.support.replay import age_intents, difference, events_of, intents, replayed, state_of

# For a longer run: TEST_KILLS=50 TEST_CHANGES=5000 python3 dev.py test tests/processes
CHANGES = int(os.environ.get("TEST_CHANGES", "500"))
KILLS = int(os.environ.get("TEST_KILLS", "5"))
KINDS = ("POST", "all", "PUT", "POST", "DELETE", "")
SEED, WHOLE = 20261124, 900
LOG = logging.getLogger(__name__)
WRITE = "/rest/api/3/issue/*/worklog*"


def people_of(processes: AppProcesses, tally: Tally, dice: random.Random) -> list[Admin | Lead | Member]:
    """Return an admin, the lead of a team, and two members of each site; signed in, and the teams created."""
    everybody: list[Admin | Lead | Member] = []
    for site in processes.cloud.sites:
        for number, kind in enumerate((Admin, Lead, Member, Member)):
            person = kind(processes, site, site.person(number), tally, random.Random(dice.random()))
            person.sign_in()
            everybody.append(person)
    for person in everybody:
        if isinstance(person, Admin):
            person.fill("/configure/permissions", team__managers="everybody")
    for person in everybody:
        if isinstance(person, Lead):
            person.found()
    return everybody


def work(person: Admin | Lead | Member, over: Event) -> None:
    """Make one change after the other until the run is over."""
    while not over.is_set():
        person.step()


def kill_again_and_again(processes: AppProcesses, tally: Tally, dice: random.Random) -> None:
    """Kill processes at random moments: after some changes, or while a write to Jira waits for its answer."""
    for kind in islice(cycle(KINDS), KILLS):
        site = dice.choice(processes.cloud.sites)
        pause = CHANGES // (KILLS + 1)
        wait_during(tally, partial(enough, tally, tally.counts["done"] + dice.randint(pause // 2, pause)))
        if kind in ("POST", "PUT", "DELETE"):
            interrupt(site, kind, tally, dice)
        processes.kill_all() if kind == "all" else processes.kill_workers()
        tally.note("kills")


def wait_during(tally: Tally, done: Callable[[], object]) -> None:
    """Check a condition until it is true; fail once nobody gets anything done anymore."""
    while not done():
        wait_for(partial(_goes_on, tally, tally.total(), done))


def _goes_on(tally: Tally, before: int, done: Callable[[], object]) -> bool:
    return bool(done()) or tally.total() > before


def enough(tally: Tally, wanted: int) -> bool:
    """Return True if so many changes are done, or something is wrong already."""
    return tally.counts["done"] >= wanted or bool(tally.wrong)


def interrupt(site: RunningSite, method: str, tally: Tally, dice: random.Random) -> None:
    """Wait until such a write is in progress, while Jira delays its answer: before its effect, or after."""
    effect = dice.choice(["drip", "drip", "slow"]) if method != "DELETE" else "slow"
    site.tenant.trouble.add(Rule(effect, path=WRITE, method=method, seconds=0.3))
    wait_during(tally, lambda: not site.tenant.trouble.list() or tally.wrong)
    Event().wait(dice.choice([0, 0.05]))


@pytest.mark.timeout(WHOLE)
def test_every_change_has_its_event_and_every_event_its_change(place: Place) -> None:
    processes, tally, dice = place.processes, Tally(), random.Random(SEED)
    before = [state_of(place.app, site) for site in processes.cloud.sites]
    known = [len(events_of(place.app, site)) for site in processes.cloud.sites]
    people = people_of(processes, tally, dice)
    over = Event()
    with ThreadPoolExecutor(len(people)) as pool:
        working = [pool.submit(work, person, over) for person in people]
        try:
            kill_again_and_again(processes, tally, dice)
            wait_during(tally, lambda: enough(tally, CHANGES) or any(one.done() for one in working))
        finally:
            over.set()
        for one in working:
            one.result()
    assert tally.wrong == []
    left = intents(place.plain_url)
    age_intents(place.plain_url, 4)
    nothing = "No interrupted write can be checked now."
    assert place.run("audit", "settle").strip() == nothing, "what may still be under way is left alone"
    age_intents(place.plain_url, 10)
    settled = place.run("audit", "settle")
    assert intents(place.plain_url) == 0, settled
    # To be seen with -o log_cli_level=INFO.
    LOG.info("%s, %s writes left open; %s", dict(tally.counts), left, settled)
    assert place.run("audit", "verify").count("intact") == 2
    for site, start, count in zip(processes.cloud.sites, before, known, strict=True):
        replayed_state, wrong = replayed(start, events_of(place.app, site)[count:])
        now = state_of(place.app, site)
        assert (wrong, difference(replayed_state, now)) == ([], {})
        check_expected(now, [person for person in people if person.site is site])


def check_expected(now: dict[tuple[str, ...], dict[str, object]], people: list[Client]) -> None:
    """Check that everything reported as done is stored."""
    for person in people:
        for about, value in person.expected.items():
            assert kept(now, about) == value, about


def kept(now: dict[tuple[str, ...], dict[str, object]], about: tuple[str, ...]) -> object:
    """Return what is stored of something that a person changed."""
    kind, *rest = about
    if kind == "zone":
        return now["setting", "settings"]["fallback_zone"]
    if kind == "team":
        return now["team", rest[0]]["name"]
    if kind == "joined":
        return now["member", rest[0], rest[1]]["joined"]
    if kind == "closed":
        return any(one[0] == "period" for one in now)
    if kind == "leave":
        leaves = now.get(("leave", rest[0]), {"leaves": []})["leaves"]
        assert isinstance(leaves, list)
        return next((legend for day, _, legend in leaves if day == rest[1]), "")
    title = "title" if kind == "legends" else "name"
    return any(one[0] == kind.removesuffix("s") and values[title] == rest[0] for one, values in now.items())
