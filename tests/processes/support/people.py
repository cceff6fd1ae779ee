"""People who work without a break: each sends changes over HTTP, and repeats requests without a response."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, Protocol, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

import requests
from werkzeug.datastructures import MultiDict

from jira_emulator.model import Person, WorklogRow
from jira_emulator.server import RunningSite
from tests.web.support.forms import Forms, SentForm

SECONDS, TRIES = 120, 20
Cell: TypeAlias = tuple[int, date]


@dataclass
class Tally:
    """The observations of all people together, and the errors."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def note(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def total(self) -> int:
        """Return how much was observed so far, to see whether anything happens at all."""
        with self._lock:
            return self.counts.total()

    def complain(self, what: str) -> None:
        with self._lock:
            self.wrong.append(what)


class Wait(Protocol):
    """Something to wait for, like an event."""

    def wait(self, seconds: float) -> object:
        """Wait at most so long."""


class Place(Protocol):
    """The address of the app for people. ``up`` is waited for after a request without an answer."""

    @property
    def base_url(self) -> str: ...

    @property
    def up(self) -> Wait: ...


@dataclass
class Client:
    """One person of a site. ``expected`` is what must be stored in the end, by object."""

    processes: Place
    site: RunningSite
    person: Person
    tally: Tally
    dice: random.Random
    expected: dict[tuple[str, ...], object] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def sign_in(self) -> None:
        token = self.site.context_token(self.person)
        address = f"{self.processes.base_url}/session"
        answer = requests.post(address, headers={"Authorization": f"JWT {token}"}, timeout=SECONDS)
        self.session.headers.update({"HX-Request": "true", "Authorization": f"JWT {answer.json()['token']}"})

    def ask(self, method: str, path: str, **more: Any) -> tuple[requests.Response, bool]:
        """Return the response, and whether an earlier try got none; the same request is repeated until there is one."""
        again = False
        for _ in range(TRIES):
            try:
                return self.session.request(
                    method, f"{self.processes.base_url}{path}", timeout=SECONDS, **more
                ), again
            except requests.RequestException:
                again = again or method == "POST"
                self.tally.note(f"lost {method}")
                self.processes.up.wait(SECONDS)
        raise AssertionError(f"nobody answers {path}")

    def change(self, path: str, values: MultiDict[str, str]) -> str:
        """Return ``done``, ``refused`` (nothing was changed), or ``unsure`` (the response of the first try
        was lost).
        """
        answer, again = self.ask("POST", path, data=list(values.items(multi=True)))
        if answer.status_code < 400:
            outcome = "done"
        elif again or answer.status_code >= 500:
            outcome = "unsure"
        else:
            outcome = "refused"
            self.tally.complain(f"{path} {answer.status_code} {answer.text[:300]}")
        self.tally.note(outcome)
        return outcome

    def fill(self, path: str, action: str = "", **changes: object) -> str:
        """Open a form and send it with other values."""
        form = self.form(path, action)
        if form is None:
            return "refused"
        for name, value in changes.items():
            many = value if isinstance(value, list) else [value]
            form.fields.setlist(name.replace("__", "-"), [str(one) for one in many])
        return self.change(form.action, form.fields)

    def form(self, path: str, action: str) -> SentForm | None:
        """Open a form."""
        answer, _ = self.ask("GET", path)
        form = next((one for one in Forms(answer.text).found if one.action and action in one.action), None)
        if form is None:
            self.tally.complain(f"no form at {path}: {answer.status_code} {answer.text[:300]}")
        return form

    def expect(self, outcome: str, about: tuple[str, ...], value: object) -> None:
        """Record what is stored after a change is done; it is unknown after an unsure one."""
        if outcome == "done":
            self.expected[about] = value
        elif outcome == "unsure":
            self.expected.pop(about, None)


@dataclass
class Member(Client):
    """Logs, changes, moves, and deletes time, each in their own cells, and enters leaves."""

    cells: dict[Cell, int] = field(default_factory=dict)
    doubtful: set[Cell] = field(default_factory=set)
    first: date = field(default_factory=lambda: datetime.now(UTC).date() + timedelta(days=30))

    def step(self) -> None:
        """Make one change."""
        full = [cell for cell, seconds in self.cells.items() if seconds and cell not in self.doubtful]
        if len(full) < 3:
            self.create()
        else:
            cell = self.dice.choice(full)
            acts: list[Callable[[], None]] = [
                partial(act, cell) for act in (self.alter, self.alter, self.move, self.empty)
            ]
            self.dice.choice([*acts, *[self.create] * 4, self.take_leave])()

    def create(self) -> None:
        # The days are far from all seeded time.
        cell = self._free([self.first + timedelta(days=number) for number in range(6)])
        if cell:
            self._cell(cell, 60 * self.dice.randint(1, 300))

    def alter(self, cell: Cell) -> None:
        self._cell(cell, self.cells[cell] + 60)

    def empty(self, cell: Cell) -> None:
        self._cell(cell, 0)

    def move(self, cell: Cell) -> None:
        target = self._free([cell[1]])
        if target is None:
            return
        values = {
            "source": cell[0],
            "issue": target[0],
            "day": cell[1],
            "seen": self._seen(cell),
            "key": uuid4().hex,
        }
        seconds = self.cells[cell]
        wanted = {cell: 0, target: seconds}
        self._sent("/worklogs/move", values, wanted, [{cell: seconds, target: seconds}])

    def take_leave(self) -> None:
        day = date(self.first.year + 1, 1, 1) + timedelta(days=self.dice.randrange(360))
        legend = self.dice.choice(["vacation", "sick-leave", ""])
        changes = json.dumps({str(day): [[legend, "whole"]] if legend else []})
        outcome = self.fill(f"/availability?year={day.year}", "/availability", changes=changes)
        self.expect(outcome, ("leave", self.person.account_id, str(day)), legend)

    def _cell(self, cell: Cell, seconds: int) -> None:
        issue, day = cell
        values = {
            "issue": issue,
            "day": day,
            "value": f"{seconds // 60}m" if seconds else "",
            "seen": self._seen(cell),
            "key": uuid4().hex,
        }
        self._sent("/timesheet/cell", values, {cell: seconds}, [])

    def _sent(
        self, path: str, values: dict[str, object], wanted: dict[Cell, int], half: list[dict[Cell, int]]
    ) -> None:
        """Send a change, and check Jira immediately: a success exists, and in any case nothing exists twice."""
        before = {cell: self.cells.get(cell, 0) for cell in wanted}
        outcome = self.change(path, MultiDict({name: str(value) for name, value in values.items()}))
        now = {cell: self._in_jira(cell) for cell in wanted}
        possible = {"done": [wanted], "refused": [before], "unsure": [before, wanted, *half]}[outcome]
        if now not in [
            {cell: [seconds] if seconds else [] for cell, seconds in one.items()} for one in possible
        ]:
            self.tally.complain(f"{path} {values} was {outcome}: {before} became {now}")
        self.cells |= {cell: sum(seconds) for cell, seconds in now.items()}
        if outcome == "unsure":
            self.tally.note("unsure worklog")
            self.doubtful |= set(wanted)

    def rows(self, cell: Cell) -> list[WorklogRow]:
        with self.site.site.lock:
            return [
                self.site.site.worklogs.rows[number]
                for number in self.site.site.issues[cell[0]].worklog_ids
                if self.site.site.worklogs.rows[number].author == self.person.account_id
                and work_day(self.site, self.site.site.worklogs.rows[number]) == cell[1]
            ]

    def _in_jira(self, cell: Cell) -> list[int]:
        return [row.seconds for row in self.rows(cell)]

    def _seen(self, cell: Cell) -> str:
        return ",".join(f"{row.id}.{row.updated}" for row in self.rows(cell))

    def _free(self, days: Sequence[date]) -> Cell | None:
        """Return an unused cell on one of these days, one that is empty again if all are used, or None."""
        cells = [(issue, day) for issue in self.issues for day in days]
        unused = [cell for cell in cells if cell not in self.cells]
        empty = [cell for cell in cells if not self.cells.get(cell) and cell not in self.doubtful]
        return self.dice.choice(unused or empty) if unused or empty else None

    @property
    def issues(self) -> list[int]:
        site = self.site.site
        known = next(
            row.issue_id for row in list(site.worklogs.rows.values()) if row.author == self.person.account_id
        )
        like = site.issues[known]
        return [
            one.id for one in site.issues.values() if (one.project, one.status) == (like.project, like.status)
        ]


def work_day(site: RunningSite, row: WorklogRow, fallback: str = "UTC") -> date:
    """Return the work date of a worklog: in its author's zone, or in ``fallback`` if Jira hides that zone."""
    author = site.site.people[row.author]
    zone = fallback if author.zone_hidden else author.time_zone
    return datetime.fromtimestamp(row.started / 1000, UTC).astimezone(ZoneInfo(zone)).date()


@dataclass
class Reader(Client):
    """Only looks at pages."""

    def step(self) -> None:
        """Look at one page."""
        path = self.dice.choice(["/timesheet", "/teams", f"/availability?year={datetime.now(UTC).year}"])
        answer, _ = self.ask("GET", path)
        self.tally.note("looks")
        if answer.status_code not in (200, 202):
            self.tally.complain(f"{path} {answer.status_code} {answer.text[:300]}")
