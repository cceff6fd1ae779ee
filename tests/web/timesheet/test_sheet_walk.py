"""My Timesheet while people also work in Jira: whatever calls itself complete is what Jira has.

A random walk types into the app and logs, moves, deletes and re-dates in Jira behind its back. Search lags and is
unsteady; answers are lost, or come so late that nobody waits anymore; events are lost, doubled and out of order;
issues are deleted and archived; calls fail. After each look the page is compared with the truth:

- no answer is a server error, and no write happens twice;
- what was written through the app and what an event reported shows at once, unless the page says that it is incomplete;
- a page that is complete up to a moment shows every change made before that moment;
- once nothing happens for longer than the lag, one reading that calls itself complete is equal to Jira.

SHEET_WALK_STEPS and SHEET_WALK_SEED set length and chance; a failure prints the seed.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from flask import Flask

from tests.services.support.lagging_jira import LaggingJira
from tests.services.support.scene import BARE, BERLIN, MONDAY, OPS, PAY, WEEK, event, issue
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from tests.web.support.unlimited import lift_rate_limits, lift_throttle
from tests.web.support.viewer import HTMX, Viewer, make_viewer
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import epoch_ms, started_at
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.journal import DONE_KEPT
from timesheet.services.snapshot.change_log import SEARCH_LAG

STEPS = int(os.environ.get("SHEET_WALK_STEPS", "2000"))
SEED = int(os.environ.get("SHEET_WALK_SEED", "20261125"))
ROW = re.compile(r'<tr id="r(\d+)">.*?</th>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td([^>]*)>([^<]*)")
READ_AT = re.compile(r'<time datetime="([^"]+)">')
STRIP = re.compile(r'<div class="strip" id="strip".*?<p>(.*?)</p>', re.DOTALL)
UNSEARCHED = re.compile(r"Jira’s search does not find ([^(]*) \(archived\?\)[^.]*\.")
Cells = dict[tuple[int, date], int]
FAILED = (502, 503, 504)
# After this time the app treats no write as in progress.
UNDER_WAY = timedelta(seconds=150)


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    lift_rate_limits(monkeypatch)
    lift_throttle(monkeypatch)


@dataclass(frozen=True)
class Shown:
    """A page: seconds by issue and day, when it was read, and whether it says that nothing else is missing."""

    cells: Cells
    read_at: datetime
    complete: bool
    left_out: frozenset[str]
    marks: dict[tuple[int, date], str]

    @property
    def until(self) -> datetime:
        return self.read_at - SEARCH_LAG


@dataclass
class Walk:
    """``changes`` are those of which the app cannot know yet: when, in which cells, of which worklog."""

    viewer: Viewer
    clock: SettableClock
    chance: Random
    changes: list[tuple[datetime, frozenset[tuple[int, date]], int]] = field(default_factory=list)
    pages: dict[tuple[int, date], str] = field(default_factory=dict)
    seen: dict[int, Worklog] = field(default_factory=dict)
    unsure: list[tuple[datetime, dict[str, object]]] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    keys: int = 0
    ids: int = 100_000

    @property
    def jira(self) -> LaggingJira:
        jira = self.viewer.scene.jira
        assert isinstance(jira, LaggingJira)
        return jira

    def count(self, what: str) -> None:
        self.met[what] = self.met.get(what, 0) + 1

    # What people do in the app.

    def look(self, *, refresh: bool = False) -> Shown | None:
        """Open the week, or refresh it; None where Jira does not answer and nothing is known."""
        more = {"refresh": 1} if refresh else {}
        answer = self.viewer.get("/timesheet", view="week", day=MONDAY, layout="grid", group="issue", **more)
        assert answer.status_code == 200 or answer.status_code in FAILED, answer.text
        if answer.status_code != 200:
            self.count("failed")
            return None
        shown = read_page(answer.text)
        self.pages = shown.marks
        self.count("complete" if shown.complete else "incomplete")
        return shown

    def look_at_months(self) -> None:
        """Open a range of months, which holds the week's own window."""
        first, last = MONDAY - timedelta(days=60), MONDAY + timedelta(days=40)
        answer = self.viewer.get("/timesheet", view="range", first=first, last=last)
        assert answer.status_code == 200 or answer.status_code in FAILED, answer.text

    def look_elsewhere(self) -> None:
        days = MONDAY + timedelta(days=self.chance.choice((-31, -7, 7, 31)))
        layout = self.chance.choice(("grid", "list", "calendar"))
        answer = self.viewer.get("/timesheet", view="week", day=days, layout=layout)
        assert answer.status_code == 200 or answer.status_code in FAILED, answer.text

    def type_in(self) -> None:
        """Type into a cell that is shown, or an empty one; the answer may be lost or come too late."""
        issue_id = self.chance.choice([n for n in (PAY, OPS, BARE) if n in self.jira.issues] or [PAY])
        day = WEEK.first + timedelta(days=self.chance.randrange(7))
        mark = self.pages.get((issue_id, day), "")
        self.keys += 1
        form: dict[str, object] = {
            "issue": issue_id,
            "day": day,
            "value": self.chance.choice(("", "1", "1:30", "2", "0:15")),
            "seen": mark,
            "key": f"walk-{self.keys:06}",
            "first": WEEK.first,
            "last": WEEK.last,
            "group": "issue",
        }
        self.jira.fate = self.chance.choice(("", "", "", "", "lost", "late"))
        self._send(form)

    def type_again(self) -> None:
        """Enter once more on what was not answered."""
        self.unsure = [one for one in self.unsure if self.jira.now - one[0] < DONE_KEPT]
        if self.unsure:
            self._send(self.unsure.pop(self.chance.randrange(len(self.unsure)))[1])

    def _send(self, form: dict[str, object]) -> None:
        before = dict(self.jira.worklogs)
        answer = self.viewer.post("/timesheet/cell", **form)
        assert answer.status_code < 500 or answer.status_code in FAILED, (form, answer.text)
        self.jira.fate = ""
        self.count(f"write {answer.status_code}")
        if answer.status_code != 200:
            self._note(before)
        if answer.status_code in FAILED and self.chance.random() < 0.7:
            self.unsure.append((self.jira.now, form))

    # What people do in Jira.

    def log(self) -> None:
        issue_id = self.chance.choice(list(self.jira.issues))
        day = MONDAY + timedelta(days=self.chance.randrange(-3, 10))
        self.ids += 1
        start = started_at(day, time(9 + self.chance.randrange(8)), BERLIN).instant
        author = self.chance.choice(("viewer-1", "viewer-1", "viewer-1", "viewer-2"))
        worklog = Worklog(
            self.ids, issue_id, author, day, start, 900 * self.chance.randint(1, 9), self.jira.now
        )
        self._behind(lambda: self.jira.put(worklog))

    def change(self) -> None:
        if worklog := self._any():
            self._behind(lambda: self.jira.put(replace(worklog, seconds=900 * self.chance.randint(1, 9))))

    def redate(self) -> None:
        if worklog := self._any():
            start = worklog.started + timedelta(days=self.chance.choice((-30, -1, 1, 2, 30)))
            self._behind(lambda: self.jira.put(replace(worklog, started=start)))

    def delete(self) -> None:
        if worklog := self._any():
            self._behind(lambda: self.jira.take(worklog.id))

    def move(self) -> None:
        worklog = self._any()
        if worklog and worklog.issue_id not in self.jira.archived:
            target = self.chance.choice(sorted(self.jira.issues.keys() - self.jira.archived))
            self.seen.pop(worklog.id, None)
            self._behind(lambda: self.jira.move(worklog.id, target))

    def new_issue(self) -> None:
        if len(self.jira.issues) < 8:
            self.ids += 1
            self.jira.issues[self.ids] = issue(self.ids, f"NEW-{self.ids}", None)

    def bury(self) -> None:
        young = [n for n in self.jira.issues if n > 1000]
        if young:
            gone = self.chance.choice(young)
            self._behind(lambda: self.jira.bury(gone))
            if self.chance.random() < 0.7:
                self.viewer.site.send_event(
                    "/connect/webhook/issue",
                    {"webhookEvent": "jira:issue_deleted", "issue": {"id": str(gone)}},
                )

    def archive(self) -> None:
        """Archive a project. Known time on it stays; time logged unseen may be missing, as the page says."""
        young = [n for n in self.jira.issues if n > 1000]
        if young:
            chosen = self.chance.choice(young)
            if chosen in self.jira.archived:
                here = [w for w in self.jira.worklogs.values() if w.issue_id == chosen]
                self.changes += [(self.jira.now, frozenset({cell_of(w)}), w.id) for w in here]
            self.jira.archived.symmetric_difference_update({chosen})

    def arrive(self) -> None:
        if self.jira.late:
            self._behind(self.jira.arrive)

    def _any(self) -> Worklog | None:
        return self.chance.choice(list(self.jira.worklogs.values())) if self.jira.worklogs else None

    def _behind(self, do: Callable[[], object]) -> None:
        before = dict(self.jira.worklogs)
        do()
        self._note(before)

    def _note(self, before: dict[int, Worklog]) -> None:
        """Remember which cells changed of which the app cannot know yet."""
        for number in before.keys() | self.jira.worklogs.keys():
            was, now = before.get(number), self.jira.worklogs.get(number)
            if was != now:
                cells = frozenset(cell_of(w) for w in (was, now) if w)
                self.changes.append((self.jira.now, cells, number))

    # Events that nobody triggers.

    def deliver(self) -> None:
        """Deliver events in any order, some twice and some never."""
        if not self.jira.events:
            return
        name, worklog = self.jira.events.pop(self.chance.randrange(len(self.jira.events)))
        for _ in range(self.chance.choice((0, 1, 1, 1, 2))):
            self._send_event(name, worklog)

    def _send_event(self, name: str, worklog: Worklog) -> None:
        answer = self.viewer.site.send_event(
            "/connect/webhook/worklog", {"webhookEvent": name, **event(worklog)}
        )
        assert answer.status_code == 204
        current = self.jira.worklogs.get(worklog.id)
        whole = current is None if name == "worklog_deleted" else current == worklog
        if whole:
            # The app knows this worklog now as Jira has it.
            self.changes = [change for change in self.changes if change[2] != worklog.id]

    def wait(self) -> None:
        self.pass_time(self.chance.choice((0.2, 1, 5, 12, 20, 45, 61, 120, 301)))

    def pass_time(self, seconds: float) -> None:
        while (
            self.jira.late and self.jira.now - self.jira.late[0][0] + timedelta(seconds=seconds) > UNDER_WAY
        ):
            self.arrive()
        self.viewer.scene.wait(seconds)
        self.clock.now = self.jira.now
        self.viewer.headers = {**HTMX, **bearing(self.viewer.site.session_token())}

    def fail(self) -> None:
        call = self.chance.choice(
            ("read_worklogs", "read_listed", "read_issues", "read_worklog", "read_issue")
        )
        self.jira.failing.setdefault(call, []).append(JiraUnavailable("Jira does not answer."))

    # What must hold.

    def compare(self, shown: Shown | None) -> None:
        if shown is None or not shown.complete:
            return
        truth = self.jira.time(WEEK, BERLIN)
        unknown = {cell for at, cells, _ in self.changes if at > shown.until for cell in cells}
        wrong = {
            cell: (shown.cells.get(cell, 0), truth.get(cell, 0))
            for cell in shown.cells.keys() | truth.keys()
            if shown.cells.get(cell, 0) != truth.get(cell, 0)
            and cell not in unknown
            and cell[0] not in self.jira.archived
            and self.key(cell[0]) not in shown.left_out
        }
        assert not wrong, f"(shown, in Jira): {wrong}, complete up to {shown.until}"
        self._compare_archived(shown, unknown)

    def key(self, issue_id: int) -> str:
        found = self.jira.issues.get(issue_id) or self.jira.deleted.get(issue_id)
        return found.key if found else ""

    def _compare_archived(self, shown: Shown, unknown: set[tuple[int, date]]) -> None:
        """Check that time shown once does not disappear with its project."""
        known: Counter[tuple[int, date]] = Counter()
        for number, worklog in self.seen.items():
            if worklog.issue_id in self.jira.archived and self.jira.worklogs.get(number) == worklog:
                known[cell_of(worklog)] += worklog.seconds
        lost = {
            cell: seconds
            for cell, seconds in known.items()
            if cell[1] in WEEK and cell not in unknown and shown.cells.get(cell, 0) < seconds
        }
        assert not lost, f"known time on archived issues is gone: {lost}"
        self.count("archived") if known else None
        for cell, mark in shown.marks.items():
            now = self.jira.worklogs.get(int(mark.partition(".")[0]))
            if now and (cell_of(now), f"{now.id}.{epoch_ms(now.updated)}") == (cell, mark):
                self.seen[now.id] = now

    def settle(self) -> None:
        """Let nothing happen for longer than search lags, and compare with one complete read."""
        while self.jira.late:
            self.arrive()
        self.jira.failing.clear()
        self.pass_time(SEARCH_LAG.total_seconds() + 1)
        shown = self.look(refresh=True)
        assert shown
        truth = self.jira.time(WEEK, BERLIN)
        open_ones = {cell for cell in shown.cells.keys() | truth.keys() if cell[0] not in self.jira.archived}
        assert {c: shown.cells.get(c, 0) for c in open_ones} == {c: truth.get(c, 0) for c in open_ones}
        phantoms = {c: s for c, s in shown.cells.items() if s > truth.get(c, 0)}
        assert not phantoms, f"time that Jira does not have: {phantoms}"
        twice = {key: ids for key, ids in self.jira.made.items() if len(ids & self.jira.worklogs.keys()) > 1}
        assert not twice, f"written twice: {twice}"


def cell_of(worklog: Worklog) -> tuple[int, date]:
    return worklog.issue_id, worklog.started.astimezone(BERLIN).date()


def read_page(html: str) -> Shown:
    cells: Cells = {}
    marks: dict[tuple[int, date], str] = {}
    for number, row in ROW.findall(html):
        for index, (attributes, text) in enumerate(CELL.findall(row)[:7]):
            if text:
                hours, _, minutes = text.partition(":")
                cell = int(number), WEEK.first + timedelta(days=index)
                cells[cell] = int(hours) * 3600 + int(minutes) * 60
                mark = re.search(r"data-w=([\d.]+)", attributes)
                marks[cell] = mark.group(1) if mark else "0.0,0.1"
    read_at = READ_AT.search(html)
    assert read_at
    complete, strip = "complete up to" in html, STRIP.search(html)
    assert complete != bool(strip), "what is not complete says why"
    warning = UNSEARCHED.sub("", strip.group(1)).strip() if strip else ""
    named = UNSEARCHED.search(strip.group(1)) if strip else None
    left_out = frozenset(re.findall("[A-Z]+-[0-9]+", named.group(1))) if named else frozenset[str]()
    return Shown(cells, datetime.fromisoformat(read_at.group(1)), complete or not warning, left_out, marks)


def look_at(walk: Walk) -> None:
    walk.compare(walk.look())


def refresh(walk: Walk) -> None:
    walk.compare(walk.look(refresh=True))


DEEDS: dict[Callable[[Walk], None], int] = {
    look_at: 22, refresh: 6, Walk.look_elsewhere: 4, Walk.look_at_months: 3, Walk.type_in: 16, Walk.type_again: 5,
    Walk.log: 10, Walk.change: 5, Walk.redate: 5, Walk.delete: 4, Walk.move: 3, Walk.new_issue: 2, Walk.bury: 1,
    Walk.archive: 1, Walk.arrive: 4, Walk.deliver: 22, Walk.wait: 14, Walk.fail: 3,
}  # fmt: skip


@pytest.fixture
def walk(app: Flask, site: JiraSite, clock: SettableClock) -> Walk:
    viewer = make_viewer(app, site, clock)
    scene, chance = viewer.scene, Random(SEED)
    plain = scene.jira
    scene.jira = LaggingJira(plain.profile, plain.now, issues=plain.issues, chance=chance, long_from=4)
    swap(app, cache=scene.cache)
    return Walk(viewer, clock, chance)


@pytest.mark.timeout(7200)
def test_what_calls_itself_complete_is_what_jira_has(walk: Walk) -> None:
    deeds, weights = list(DEEDS), list(DEEDS.values())
    done: list[str] = []
    try:
        for number in range(STEPS):
            deed = walk.chance.choices(deeds, weights)[0]
            done.append(deed.__name__)
            deed(walk)
            if number % 50 == 49:
                done.append("settle")
                walk.settle()
    except AssertionError as error:
        error.add_note(f"SHEET_WALK_SEED={SEED}, step {len(done)}, the last ones: {' '.join(done[-25:])}")
        raise
    assert walk.met.get("complete", 0) > STEPS / 12, walk.met
    assert walk.met.get("write 200", 0) > STEPS / 40, walk.met
    assert any(call.startswith("counted") for call in walk.jira.log), "no earlier reading was used again"
