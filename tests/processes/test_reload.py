"""Reloads under load, and requests to end: every request that was sent gets its response."""

from __future__ import annotations

import random
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import requests

from jira_emulator.trouble.trouble import Rule
from tests.processes.support.app_processes import AppProcesses, wait_for
from tests.processes.support.people import SECONDS, Member, Tally

CLIENTS = 4


@dataclass
class Visitor(Member):
    """Somebody who repeats nothing. ``kept`` connections are used again, as a proxy does."""

    kept: bool = True
    failed: list[str] = field(default_factory=list)
    answered: int = 0

    def ask(self, method: str, path: str, **more: object) -> tuple[requests.Response, bool]:
        if not self.kept:
            self.session.headers["Connection"] = "close"
        address = f"{self.processes.base_url}{path}"
        try:
            answer = self.session.request(method, address, timeout=SECONDS, **more)  # type: ignore[arg-type]
        except requests.RequestException as error:
            self.failed.append(f"{method} {path}: {error}")
            raise
        if answer.status_code != 200:
            self.failed.append(f"{method} {path}: {answer.status_code}")
        self.answered += 1
        return answer, False

    def look_and_log(self) -> None:
        """Look at the timesheet, now and then log time."""
        self.ask("GET", "/timesheet?view=week")
        if self.answered % 5 == 0:
            self.create()


def visitors(processes: AppProcesses, tally: Tally) -> list[Visitor]:
    site = processes.cloud.sites[0]
    made = [
        Visitor(processes, site, site.person(number), tally, random.Random(number), kept=bool(number % 2))
        for number in range(CLIENTS)
    ]
    for one in made:
        one.sign_in()
    return made


def visit(visitor: Visitor, over: Event) -> None:
    while not over.is_set() and not visitor.failed:
        visitor.look_and_log()


def test_a_reload_and_an_end_leave_no_request_without_its_answer(processes: AppProcesses) -> None:
    over, tally = Event(), Tally()
    everybody = visitors(processes, tally)
    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(visit, visitor, over) for visitor in everybody]
        try:
            reload(processes, everybody)
        finally:
            over.set()
        for one in working:
            one.result()
    assert [visitor.failed for visitor in everybody] == [[]] * CLIENTS
    end_in_the_middle_of_a_write(processes, everybody[2])
    assert everybody[2].failed == tally.wrong == []


def reload(processes: AppProcesses, everybody: list[Visitor]) -> None:
    """Send ``kill -HUP``, and wait until the old workers are gone and the new ones have answered everybody."""
    assert processes.master is not None
    old = set(processes.workers())
    processes.master.send_signal(signal.SIGHUP)
    wait_for(lambda: not old & set(processes.workers()))
    seen = [visitor.answered for visitor in everybody]
    wait_for(
        lambda: all(
            one.answered > before + 5 or one.failed for one, before in zip(everybody, seen, strict=True)
        )
    )


def end_in_the_middle_of_a_write(processes: AppProcesses, visitor: Visitor) -> None:
    """Send ``kill -TERM`` while Jira, which has written, delays its answer."""
    trouble = processes.cloud.sites[0].tenant.trouble
    trouble.add(Rule("drip", path="/rest/api/3/issue/*/worklog", method="POST", seconds=0.002))
    assert processes.master is not None
    with ThreadPoolExecutor(1) as pool:
        logging = pool.submit(visitor.create)
        wait_for(lambda: not trouble.list())
        processes.master.send_signal(signal.SIGTERM)
        logging.result()
    assert processes.master.wait(SECONDS) == 0
