"""Let parts of the app fail while people work, and compare with Jira afterward: ``python3 -m bench.faults --help``.

Two web processes and a worker serve two sites. Members save, move, and delete time, an admin and a lead change what
the app stores, and somebody else changes worklogs in Jira itself. After each fault everything is compared: what each
process shows of each person with what Jira has, and every event of the audit log with the change it describes.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any, TypeAlias

import requests
from werkzeug.datastructures import MultiDict

from bench.outage import FAULTS, Fault
from bench.stand import Doors, Stand, running_stand
from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import WorklogInput, add_worklog, delete_worklog, update_worklog
from jira_emulator.model import Issue, WorklogRow
from jira_emulator.server import RunningSite
from tests.processes.support.managers import Admin, Lead
from tests.processes.support.people import Client, Member, Tally, work_day
from tests.processes.support.replay import age_intents, difference, events_of, intents, replayed, state_of
from tests.web.support.browsing import Forms, Found

CYCLE = 7 * 60.0
"""Seconds in which the change feed finds what no event reported: five minutes, and the one that Jira holds back."""
CAUGHT_UP = 30.0
"""Seconds that the worker has for it here."""
SOON = 2.0
"""Seconds after which a page shows what was saved at the other process."""
EXPIRED, WRONG = 401, frozenset({400, 404, 405, 422})
"""A session that a page in Jira would replace, and refusals that no fault explains."""
HOURS = re.compile(r"^(\d+):(\d\d)")
ROW = re.compile(r'<tr id="r(\d+)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td([^>]*)>([^<]*)")
Shown: TypeAlias = dict[tuple[int, date], int]
"""The minutes of each cell that is not empty."""


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


@dataclass
class Watched(Client):
    """Counts the answers of one person, whoever they are."""

    statuses: Counter[str] = field(default_factory=Counter)
    slowest: float = 0

    def ask(self, method: str, path: str, **more: Any) -> tuple[requests.Response, bool]:
        """Ask as usual, and note status and time."""
        began = time.monotonic()
        answer, again = super().ask(method, path, **more)
        if answer.status_code == EXPIRED:
            # While the app also refuses Jira's tokens, they keep their session.
            with suppress(KeyError):
                self.sign_in()
            answer, again = super().ask(method, path, **more)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer.status_code >= 400:
            self.statuses[f"{method} {answer.status_code}"] += 1
        return answer, again

    def form(self, path: str, action: str) -> Found | None:
        """Open a form; if it cannot be shown at the moment, no figure is wrong."""
        answer, _ = self.ask("GET", path)
        found = [one for one in Forms(answer.text).found if one.action and action in one.action]
        if not found and answer.ok:
            self.tally.complain(f"no form at {path}: {answer.status_code} {answer.text[:300]}")
        return found[0] if found else None

    def change(self, path: str, values: MultiDict[str, str]) -> str:
        """Send a change. After an error nobody knows whether it is stored, so a conflict may follow it."""
        answer, again = self.ask("POST", path, data=list(values.items(multi=True)))
        outcome = (
            "done" if answer.ok else "refused" if answer.status_code in WRONG and not again else "unsure"
        )
        if outcome == "refused":
            self.tally.complain(f"{path} {answer.status_code} {answer.text[:300]}")
        self.tally.note(outcome)
        return outcome


@dataclass
class WatchedMember(Watched, Member):
    """A member who also checks every page: each figure is right, or the page says that it may not be."""

    saves = True
    """They change their time in the app, and nobody else changes it."""

    def step(self) -> None:
        """View a page, or change something."""
        self.look() if self.dice.random() < 0.4 else super().step()

    def look(self) -> None:
        """Compare a page with Jira, repeatedly while another process may still have to learn of a save."""
        end = time.monotonic() + SOON
        while True:
            late, right = time.monotonic() > end, in_jira(self.site, self.person.account_id, self.first)
            shown, complete = self.sheet(self.first)
            if shown == right or not complete:
                return
            if late:
                what = "their own saves" if self.saves else "changes made in Jira"
                self.tally.complain(f"lacks {what}: {differ(shown or {}, right)}")
                return

    def sheet(self, first: date) -> tuple[Shown | None, bool]:
        """Return what a process shows of a week, and whether it claims to be complete."""
        answer, _ = self.ask("GET", f"/timesheet?view=range&first={first}&last={first + timedelta(days=6)}")
        return (shown_in(answer.text, first), "incomplete" not in answer.text) if answer.ok else (None, False)


@dataclass
class WatchedAdmin(Watched, Admin):
    """An admin who is counted."""


@dataclass
class WatchedLead(Watched, Lead):
    """A lead who is counted."""


@dataclass
class Outsider(WatchedMember):
    """Somebody who logs time in Jira and checks it in the app, except while ``silent``, when events may be lost."""

    saves = False
    silent: Callable[[], bool] = lambda: False
    touched: set[str] = field(default_factory=set)

    def step(self) -> None:
        """Change something in Jira, or view a page."""
        if self.dice.random() < 0.5:
            self.edit()
        elif not self.silent():
            self.look()
        Event().wait(0.1)

    def edit(self) -> None:
        """Create, change, or delete a worklog in Jira."""
        site = self.site.site
        with site.lock:
            own = [row for row in site.worklogs.rows.values() if row.author == self.person.account_id]
            row = self.dice.choice([one for one in own if work_day(self.site, one) >= self.first] or [None])
            self._edit(row)
            self.touched |= {
                str(row.id) for row in site.worklogs.rows.values() if row.author == self.person.account_id
            }

    def _edit(self, row: WorklogRow | None) -> None:
        site, who, free = self.site.site, self.person.account_id, Adjustment("leave")
        if row is None or self.dice.random() < 0.3:
            day = datetime.combine(
                self.first + timedelta(days=self.dice.randrange(6)), datetime.min.time(), UTC
            )
            started = int((day + timedelta(hours=12)).timestamp() * 1000)
            given = WorklogInput(started=started, seconds=60 * self.dice.randint(1, 300))
            add_worklog(site, site.issues[self.dice.choice(self.issues)], who, given, free)
        elif self.dice.random() < 0.6:
            update_worklog(site, self._issue(row), row, who, WorklogInput(seconds=row.seconds + 60), free)
        else:
            delete_worklog(site, self._issue(row), row, who, free)

    def _issue(self, row: WorklogRow) -> Issue:
        return self.site.site.issues[row.issue_id]


def shown_in(page: str, first: date) -> Shown:
    """Return the minutes that a sheet shows, by issue and day."""
    found: Shown = {}
    for number, row in ROW.findall(page):
        cells = [text for attributes, text in CELL.findall(row) if "id=" not in attributes]
        for column, text in enumerate(cells):
            if typed := HOURS.match(unescape(text).strip()):
                found[int(number), first + timedelta(days=column)] = 60 * int(typed[1]) + int(typed[2])
    return found


def in_jira(site: RunningSite, account_id: str, first: date) -> Shown:
    """Return the minutes that Jira has of a person in the same week."""
    found: Counter[tuple[int, date]] = Counter()
    with site.site.lock:
        for row in site.site.worklogs.rows.values():
            if row.author == account_id and first <= work_day(site, row) < first + timedelta(days=7):
                found[row.issue_id, work_day(site, row)] += row.seconds // 60
    return dict(found)


def differ(shown: Shown, right: Shown) -> str:
    """Return the cells that differ: what is shown, and what Jira has."""
    cells = sorted(cell for cell in shown.keys() | right.keys() if shown.get(cell) != right.get(cell))
    return "; ".join(
        f"{issue} {day}: {shown.get((issue, day))}, not {right.get((issue, day))}" for issue, day in cells
    )


class Trial:
    """One fault after the other on the same stand, whose processes are never restarted by hand."""

    def __init__(self, stand: Stand, seed: int) -> None:
        self.stand, self.dice, self.silent = stand, random.Random(seed), False
        self.tally = Tally()
        self.people: list[Any] = []
        for site in stand.cloud.sites:
            for number, kind in enumerate(
                (WatchedAdmin, WatchedLead, WatchedMember, WatchedMember, Outsider)
            ):
                self.people.append(
                    kind(
                        stand.doors, site, site.person(number), self.tally, random.Random(self.dice.random())
                    )
                )
        for one in self.people:
            one.sign_in()
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
        sites = self.stand.cloud.sites
        before = [state_of(self.stand.app, site) for site in sites]
        known = [len(events_of(self.stand.app, site)) for site in sites]
        self.tally.counts.clear()
        self.tally.wrong.clear()
        for one in self.people:
            one.sign_in()
            one.statuses.clear()
            one.slowest = 0
        self._work(fault, seconds)
        recovered = self.stand.wait_until_healthy()
        wrong = [*self.tally.wrong, *self._compare_sheets(), *self._compare_events(before, known)]
        told = sum(len(events_of(self.stand.app, site)) for site in sites) - sum(known)
        return Report(
            fault.name,
            seconds,
            self.tally.counts["done"],
            dict(sum((one.statuses for one in self.people), Counter())),
            round(1000 * max(one.slowest for one in self.people), 1),
            round(recovered, 2),
            sum(len(site.site.worklogs.rows) for site in sites),
            told,
            wrong,
            self.stand.logged(),
        )

    def _work(self, fault: Fault, seconds: float) -> None:
        over = Event()
        with ThreadPoolExecutor(len(self.people)) as pool:
            working = [pool.submit(_work, one, over) for one in self.people]
            try:
                over.wait(1)
                self.silent = fault.silent
                fault.happen(self.stand, seconds)
                over.wait(1)
            finally:
                over.set()
            for one in working:
                one.result()
        self.silent = False

    def _compare_sheets(self) -> list[str]:
        """Compare each person's week on each process with Jira, after a cycle of the change feed."""
        self.stand.pass_time(CYCLE)
        for one in self.people:
            one.sign_in()
        members = [one for one in self.people if isinstance(one, WatchedMember)]
        return [problem for one in members for problem in self._compare_one(one)]

    def _compare_one(self, one: WatchedMember) -> list[str]:
        wrong = []
        doors = one.house
        for url in self.stand.doors.urls:
            one.house = Doors([url])
            end = time.monotonic() + CAUGHT_UP
            while True:
                shown, honest = one.sheet(one.first)
                right = in_jira(one.site, one.person.account_id, one.first)
                if shown == right and honest:
                    break
                if time.monotonic() > end:
                    wrong.append(
                        f"{url} shows {one.person.account_id}: {differ(shown or {}, right)} ({honest})"
                    )
                    break
                Event().wait(0.2)
        one.house = doors
        return wrong

    def _compare_events(self, before: Sequence[Any], known: Sequence[int]) -> list[str]:
        """Compare the events since then with what is stored and what Jira has, after open intents are settled."""
        stand, wrong = self.stand, list[str]()
        age_intents(stand.database_url, 10)
        self._command("audit", "settle")
        if left := intents(stand.database_url):
            wrong.append(f"{left} writes are still open")
        verified = self._command("audit", "verify")
        if verified.count("intact") != len(stand.cloud.sites):
            wrong.append(f"the audit log is not intact: {verified}")
        for site, start, count in zip(stand.cloud.sites, before, known, strict=True):
            foreign = {
                ("worklog", number)
                for one in self.people
                if isinstance(one, Outsider) and one.site is site
                for number in one.touched
            }
            told, contradictions = replayed(start, events_of(stand.app, site)[count:])
            wrong += contradictions
            found = difference(told, state_of(stand.app, site))
            wrong += [f"{about}: {values}" for about, values in found.items() if about not in foreign]
        return wrong

    def _command(self, *command: str) -> str:
        result = self.stand.app.test_cli_runner().invoke(args=command)
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
    with running_stand() as stand:
        trial = Trial(stand, options.seed)
        for name in options.names or FAULTS:
            report = trial.run(FAULTS[name], options.seconds)
            reports.append(report)
            print(f"{line_of(report)}\n{json.dumps(vars(report))}", flush=True)
        if options.logs:
            stand.copy_logs(options.logs)
    return int(any(report.wrong for report in reports))


if __name__ == "__main__":
    sys.exit(main())
