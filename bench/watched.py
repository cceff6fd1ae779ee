"""People whose answers are counted, and who compare each page that they see with Jira."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from threading import Event
from typing import Any, TypeAlias

import requests
from werkzeug.datastructures import MultiDict

from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import WorklogInput, add_worklog, delete_worklog, update_worklog
from jira_emulator.model import Issue, WorklogRow
from jira_emulator.server import RunningSite
from tests.processes.support.managers import Admin, Lead
from tests.processes.support.people import Client, Member, work_day
from tests.web.support.forms import Forms, SentForm

SOON = 2.0
"""Seconds after which a page shows what was saved at the other process."""
DELIVERED = 20.0
"""Seconds after which Jira's events are so late that a page is not compared."""
LATE = "pages that were not compared, because events were late"
EXPIRED, WRONG = 401, frozenset({400, 404, 405, 422})
"""A session that a page in Jira would replace, and refusals that no fault explains."""
HOURS = re.compile(r"^(\d+):(\d\d)")
ROW = re.compile(r'<tr id="r(\d+)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td([^>]*)>([^<]*)")
Shown: TypeAlias = dict[tuple[int, date], int]
"""The minutes of each cell that is not empty."""


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

    def form(self, path: str, action: str) -> SentForm | None:
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
    zones: Callable[[], Sequence[str]] = lambda: ["UTC"]
    """The zones in which their days may be counted at the moment if Jira hides their own."""

    def step(self) -> None:
        """View a page, or change something."""
        self.look() if self.dice.random() < 0.4 else super().step()

    def look(self) -> None:
        """Compare a page with Jira, repeatedly while another process may still have to learn of a save."""
        end = time.monotonic() + SOON
        while True:
            late, right = time.monotonic() > end, self.right()
            shown, complete = self.sheet(self.first)
            if shown in right or shown in self.right() or not complete:
                return
            if late:
                what = "their own saves" if self.saves else "changes made in Jira"
                self.tally.complain(
                    f"{self.person.account_id} lacks {what}: {differ(shown or {}, right[-1])}"
                )
                return

    def right(self) -> list[Shown]:
        """Return what Jira has of their week, in each zone in which their days may be counted."""
        return [in_jira(self.site, self.person.account_id, self.first, zone) for zone in self.zones()]

    def sheet(self, first: date) -> tuple[Shown | None, bool]:
        """Return what a process shows of a week, and whether it claims to be complete."""
        answer, _ = self.ask("GET", f"/timesheet?view=range&first={first}&last={first + timedelta(days=6)}")
        return (
            (read_page(answer.text, first), "incomplete" not in answer.text) if answer.ok else (None, False)
        )


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

    def look(self) -> None:
        """Compare a page with Jira, once Jira has delivered its events: on a busy machine they wait for each other."""
        end = time.monotonic() + DELIVERED
        while self.site.tenant.webhooks.pending:
            if time.monotonic() > end:
                self.tally.note(LATE)
                return
            Event().wait(0.02)
        super().look()

    def edit(self) -> None:
        """Create, change, or delete a worklog in Jira."""
        site = self.site.site
        with site.lock:
            own = [row for row in site.worklogs.rows.values() if row.author == self.person.account_id]
            week = self._instant(0)
            row = self.dice.choice([one for one in own if one.started >= week] or [None])
            self._edit(row)
            self.touched |= {
                str(row.id) for row in site.worklogs.rows.values() if row.author == self.person.account_id
            }

    def _edit(self, row: WorklogRow | None) -> None:
        site, who, free = self.site.site, self.person.account_id, Adjustment("leave")
        started = self._instant(self.dice.randrange(7 * 24 * 60))
        if row is None or self.dice.random() < 0.3:
            given = WorklogInput(started=started, seconds=60 * self.dice.randint(1, 300))
            add_worklog(site, site.issues[self.dice.choice(self.issues)], who, given, free)
        elif self.dice.random() < 0.6:
            given = self.dice.choice([WorklogInput(seconds=row.seconds + 60), WorklogInput(started=started)])
            update_worklog(site, self._issue(row), row, who, given, free)
        else:
            delete_worklog(site, self._issue(row), row, who, free)

    def _instant(self, minute: int) -> int:
        """Return a minute of their week in UTC, so that the day depends on the zone; in epoch milliseconds."""
        begin = datetime.combine(self.first, datetime.min.time(), UTC)
        return int((begin + timedelta(minutes=minute)).timestamp() * 1000)

    def _issue(self, row: WorklogRow) -> Issue:
        return self.site.site.issues[row.issue_id]


def read_page(page: str, first: date) -> Shown:
    """Return the minutes that a sheet shows, by issue and day."""
    found: Shown = {}
    for number, row in ROW.findall(page):
        cells = [text for attributes, text in CELL.findall(row) if "id=" not in attributes]
        for column, text in enumerate(cells):
            if typed := HOURS.match(unescape(text).strip()):
                found[int(number), first + timedelta(days=column)] = 60 * int(typed[1]) + int(typed[2])
    return found


def in_jira(site: RunningSite, account_id: str, first: date, fallback: str = "UTC") -> Shown:
    """Return the minutes that Jira has of a person in the same week; see ``work_day`` for the days."""
    found: Counter[tuple[int, date]] = Counter()
    with site.site.lock:
        for row in site.site.worklogs.rows.values():
            day = work_day(site, row, fallback)
            if row.author == account_id and first <= day < first + timedelta(days=7):
                found[row.issue_id, day] += row.seconds // 60
    return dict(found)


def differ(on_page: Shown, right: Shown) -> str:
    """Return the cells that differ: what is shown, and what Jira has."""
    cells = sorted(cell for cell in on_page.keys() | right.keys() if on_page.get(cell) != right.get(cell))
    return "; ".join(
        f"{issue} {day}: {on_page.get((issue, day))}, not {right.get((issue, day))}" for issue, day in cells
    )
