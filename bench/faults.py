"""Let parts of the app fail while people work, and compare with Jira afterward: ``python3 -m bench.faults --help``.

Two web processes and a worker serve two sites. Members save, move, and delete time, an admin and a lead change what
the app stores, and somebody else changes worklogs in Jira itself. After each fault everything is compared: what each
process shows of each person with what Jira has, and every event of the audit log with the change it describes.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from bench.deployment import Addresses, Deployment, running_deployment
from bench.outage import FAULTS, Fault
from bench.watched import LATE, Outsider, WatchedAdmin, WatchedLead, WatchedMember, differ
from jira_emulator.server import RunningSite
from tests.processes.support.people import Tally
from tests.processes.support.replay import age_intents, difference, events_of, intents, replayed, state_of

CYCLE = 7 * 60.0
"""Seconds in which the change feed finds what no event reported: five minutes, and the one that Jira holds back."""
CAUGHT_UP = 30.0
"""Seconds that the worker has for it here."""


@dataclass
class Report:
    """The effects of one fault, and the differences that were found afterward."""

    fault: str
    seconds: float
    done: int
    errors: dict[str, int]
    slowest_ms: float
    recovered_s: float
    worklogs: int
    events: int
    wrong: list[str]
    logged: dict[str, int]


class Trial:
    """One fault after the other on the same deployment, whose processes are never restarted by hand."""

    def __init__(self, deployment: Deployment, seed: int) -> None:
        self.deployment, self.dice, self.silent = deployment, random.Random(seed), False
        self.tally = Tally()
        self.people: list[Any] = []
        for site in deployment.cloud.sites:
            for number, kind in enumerate(
                (WatchedAdmin, WatchedLead, WatchedMember, WatchedMember, Outsider, Outsider)
            ):
                self.people.append(
                    kind(
                        deployment.addresses,
                        site,
                        site.person(number),
                        self.tally,
                        random.Random(self.dice.random()),
                    )
                )
        for one in self.people:
            one.sign_in()
            if isinstance(one, WatchedMember):
                one.zones = partial(self._zones_of, one.site)
            if isinstance(one, Outsider):
                one.silent = lambda: self.silent
        for one in self.people:
            if isinstance(one, WatchedAdmin):
                one.fill("/configure/permissions", team__managers="everybody")
        for one in self.people:
            if isinstance(one, WatchedLead):
                one.found()

    def run(self, fault: Fault, seconds: float) -> Report:
        """Let people work, the fault happen, people go on, and compare."""
        sites = self.deployment.cloud.sites
        before = [state_of(self.deployment.app, site) for site in sites]
        known = [len(events_of(self.deployment.app, site)) for site in sites]
        self.tally.counts.clear()
        self.tally.wrong.clear()
        for one in self.people:
            one.sign_in()
            one.statuses.clear()
            one.slowest = 0
        self._work(fault, seconds)
        recovered = self.deployment.wait_until_healthy()
        wrong = [*self.tally.wrong, *self._compare_sheets(), *self._compare_events(before, known)]
        recorded = sum(len(events_of(self.deployment.app, site)) for site in sites) - sum(known)
        return Report(
            fault.name,
            seconds,
            self.tally.counts["done"],
            dict(sum((one.statuses for one in self.people), Counter())),
            round(1000 * max(one.slowest for one in self.people), 1),
            round(recovered, 2),
            sum(len(site.site.worklogs.rows) for site in sites),
            recorded,
            wrong,
            self.deployment.logged() | {LATE: self.tally.counts[LATE]},
        )

    def _zones_of(self, site: RunningSite) -> Sequence[str]:
        return next(one.zones for one in self.people if isinstance(one, WatchedAdmin) and one.site is site)

    def _work(self, fault: Fault, seconds: float) -> None:
        over = Event()
        with ThreadPoolExecutor(len(self.people)) as pool:
            working = [pool.submit(_work, one, over) for one in self.people]
            try:
                over.wait(1)
                self.silent = fault.silent
                fault.happen(self.deployment, seconds)
                over.wait(1)
            finally:
                over.set()
            for one in working:
                one.result()
        self.silent = False

    def _compare_sheets(self) -> list[str]:
        """Compare each person's week on each process with Jira, after a cycle of the change feed."""
        self.deployment.pass_time(CYCLE)
        for one in self.people:
            one.sign_in()
            if isinstance(one, WatchedAdmin):
                one.zones = [state_of(self.deployment.app, one.site)["setting", "settings"]["fallback_zone"]]
        members = [one for one in self.people if isinstance(one, WatchedMember)]
        return [problem for one in members for problem in self._compare_one(one)]

    def _compare_one(self, one: WatchedMember) -> list[str]:
        wrong = []
        addresses = one.processes
        for url in self.deployment.addresses.urls:
            one.processes = Addresses([url])
            end = time.monotonic() + CAUGHT_UP
            while True:
                on_page, honest = one.sheet(one.first)
                [right] = one.right()
                if on_page == right and honest:
                    break
                if time.monotonic() > end:
                    wrong.append(
                        f"{url} shows {one.person.account_id}: {differ(on_page or {}, right)} ({honest})"
                    )
                    break
                Event().wait(0.2)
        one.processes = addresses
        return wrong

    def _compare_events(self, before: Sequence[Any], known: Sequence[int]) -> list[str]:
        """Compare the events since then with what is stored and what Jira has, after open intents are settled."""
        deployment, wrong = self.deployment, list[str]()
        age_intents(deployment.database_url, 10)
        self._command("audit", "settle")
        if left := intents(deployment.database_url):
            wrong.append(f"{left} writes are still open")
        verified = self._command("audit", "verify")
        if verified.count("intact") != len(deployment.cloud.sites):
            wrong.append(f"the audit log is not intact: {verified}")
        for site, start, count in zip(deployment.cloud.sites, before, known, strict=True):
            foreign = {
                ("worklog", number)
                for one in self.people
                if isinstance(one, Outsider) and one.site is site
                for number in one.touched
            }
            replayed_events, contradictions = replayed(start, events_of(deployment.app, site)[count:])
            wrong += contradictions
            found = difference(replayed_events, state_of(deployment.app, site))
            wrong += [f"{about}: {values}" for about, values in found.items() if about not in foreign]
        return wrong

    def _command(self, *command: str) -> str:
        result = self.deployment.app.test_cli_runner().invoke(args=command)
        return (
            str(result.output)
            if result.exit_code == 0
            else f"{command} failed: {result.output}{result.exception!r}"
        )


def _work(one: Any, over: Event) -> None:
    while not over.is_set():
        one.step()


def line_of(report: Report) -> str:
    """Return the effects of one fault as a row of a table in Markdown."""
    errors = ", ".join(f"{count} × {status}" for status, count in sorted(report.errors.items())) or "none"
    cells = (
        report.fault, f"{report.seconds:g} s", report.done, report.events, errors, f"{report.slowest_ms / 1000:.1f} s",
        f"{report.recovered_s:.1f} s", len(report.wrong),
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> int:
    """Run the faults, print a table, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="fault", help=", ".join(FAULTS))
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each lasts (60)")
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--logs", type=Path, help="a folder for the logs of all processes")
    options = parser.parse_args()
    reports = []
    with running_deployment() as deployment:
        trial = Trial(deployment, options.seed)
        for name in options.names or FAULTS:
            report = trial.run(FAULTS[name], options.seconds)
            reports.append(report)
            print(f"{line_of(report)}\n{json.dumps(vars(report))}", flush=True)
        if options.logs:
            deployment.copy_logs(options.logs)
    return int(any(report.wrong for report in reports))


if __name__ == "__main__":
    sys.exit(main())
