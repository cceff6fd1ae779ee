"""A team's time while its members work in Jira: whatever calls itself complete is what Jira has.

A random walk logs, changes, moves, and deletes in Jira and through the app. Search lags, events are lost, doubled, and
out of order, issues are deleted, and calls fail. After each look:

- what the viewer wrote and what an event reported is shown;
- every change is shown that is older than the moment up to which the snapshot says that it is checked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

from tests.services.support.lagging_jira import LaggingJira
from tests.services.support.scene import BERLIN, MONDAY, WEEK, Scene, event, issue
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import started_at, work_date
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.ports.team_jira import TeamTimeQuery
from timesheet.services.snapshot.change_log import SEARCH_LAG
from timesheet.services.snapshot.team import Freshness, read_team_snapshot
from timesheet.services.snapshot.webhook import note_worklog_event
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.log import log_time

SEEDS, STEPS = 25, 250
PEOPLE, STRANGER = ("ana", "bo", "viewer-1"), "eve"
MORTAL = range(50, 55)
WANTED = TeamTimeQuery(PEOPLE, WEEK, Scope())
PAUSES = (1, 5, 20, 40, 90, 200, 400, 1000, 4000)
Time = tuple[str, date, int, int]


@dataclass
class TeamJira(LaggingJira):
    """A Jira that also searches for changed issues in its lagging index. ``named`` issues are read past it."""

    touched: dict[int, list[datetime]] = field(default_factory=dict)
    past_index: frozenset[int] = frozenset()

    def note(self, *issue_ids: int) -> None:
        super().note(*issue_ids)
        for issue_id in issue_ids:
            self.touched.setdefault(issue_id, []).append(self.now)

    def changed_issues(
        self, authors: Sequence[str], span: DateSpan, issue_ids: Collection[int], since: datetime
    ) -> frozenset[int]:
        self._called("changed_issues")
        if set(issue_ids) - set(self.issues):
            raise InvalidInput("Jira refuses: there is no such issue.")
        near = {w.issue_id for w in self.worklogs.values() if w.author in authors and w.day in span.padded(2)}
        return frozenset(number for number in near | set(issue_ids) if self._found_since(number, since))

    def _found_since(self, issue_id: int, since: datetime) -> bool:
        changes = [at for at in self.touched.get(issue_id, ()) if at >= since]
        return any(self.now - at >= self.lag or self.chance.random() < 0.5 for at in changes)

    def read_team_worklogs(self, *given: Any, **more: Any) -> PackedWorklogs:
        issue_ids = given[2] if len(given) > 2 else ()
        self.past_index = frozenset(issue_ids) | frozenset(more.get("named", ()))
        try:
            return super().read_team_worklogs(*given, **more)
        finally:
            self.past_index = frozenset()

    def _indexed(self, named: frozenset[int]) -> dict[int, Worklog]:
        return super()._indexed(named | self.past_index)


@dataclass
class Walk:
    """One walk; ``changed`` is when each worklog changed last, ``reported`` are those whose last change is known."""

    chance: Random
    scene: Scene = field(default_factory=Scene)
    changed: dict[int, datetime] = field(default_factory=dict)
    reported: set[int] = field(default_factory=set)
    waiting: list[tuple[str, Worklog]] = field(default_factory=list)
    number: int = 10_000

    def __post_init__(self) -> None:
        before = self.scene.jira
        self.jira = TeamJira(before.profile, before.now, issues=before.issues, chance=self.chance)
        self.jira.zones_of = dict.fromkeys((*PEOPLE, STRANGER), BERLIN)
        self.jira.issues |= {number: issue(number, f"PAY-{number}", None) for number in MORTAL}
        self.scene.jira = self.jira
        self.context = self.scene.viewer_context_of("viewer-1")

    def step(self) -> None:
        ways = (self.log, self.edit, self.delete, self.write, self.deliver, self.wait, self.bury, self.look)
        self.chance.choices(ways, (18, 12, 6, 4, 15, 20, 1, 24))[0]()

    def log(self) -> None:
        self.number += 1
        self._noted(self.jira.put(self._made(self.number)).id)

    def edit(self) -> None:
        if worklog := self._any():
            made = self._made(worklog.id)
            change = (
                {"seconds": made.seconds}
                if self.chance.random() < 0.5
                else {"started": made.started, "day": made.day}
            )
            self.jira.put(replace(worklog, **change))
            self._noted(worklog.id)

    def delete(self) -> None:
        if worklog := self._any():
            self.jira.take(worklog.id)
            self._noted(worklog.id)

    def write(self) -> None:
        """Log time through the app."""
        self.number += 1
        where, day = self.chance.choice(list(self.jira.issues)), MONDAY + timedelta(self.chance.randrange(7))
        saved = log_time(self.context, TimeEntry(where, day, "1h", f"key-{self.number}"))
        assert saved.worklog is not None
        self._noted(saved.worklog.id)
        self.reported.add(saved.worklog.id)

    def deliver(self) -> None:
        """Deliver some of the waiting events, in any order, some twice and some never."""
        self.chance.shuffle(self.waiting)
        some, self.waiting = self.waiting[:3], self.waiting[3:]
        for name, worklog in some:
            times = self.chance.choice((0, 1, 1, 1, 2))
            for _ in range(times):
                note_worklog_event(self.scene.cache, "site-1", name, event(worklog), self.jira._tick)
            current = self.jira.worklogs.get(worklog.id)
            if times and (current is None if name == "worklog_deleted" else current == worklog):
                self.reported.add(worklog.id)

    def wait(self) -> None:
        self.scene.wait(self.chance.choice(PAUSES))

    def bury(self) -> None:
        number = self.chance.choice(MORTAL)
        if number not in self.jira.issues:
            return
        gone = [worklog.id for worklog in self.jira.worklogs.values() if worklog.issue_id == number]
        self.jira.bury(number)
        for worklog_id in gone:
            self._noted(worklog_id)
        if self.chance.random() < 0.7:
            payload = {"issue": {"id": str(number)}}
            note_worklog_event(self.scene.cache, "site-1", "jira:issue_deleted", payload, self.jira._tick)

    def look(self) -> None:
        name = self.chance.choice(("read_team_worklogs", "changed_issues", "read_listed"))
        if self.chance.random() < 0.1:
            self.jira.failing[name] = [JiraUnavailable("Down.")]
        try:
            freshness = Freshness.NOW if self.chance.random() < 0.1 else Freshness.USUAL
            packed = read_team_snapshot(self.context, self.jira, WANTED, freshness)
        except TimesheetError:
            return
        finally:
            self.jira.failing.clear()
        if packed.complete:
            self._compare(packed)

    def _compare(self, packed: PackedWorklogs) -> None:
        entries = list(packed.entries())
        shown: Mapping[int, Time] = {
            entry[4]: (packed.people[entry[0]], date.fromordinal(entry[1]), entry[2], entry[3])
            for entry in entries
        }
        assert len(shown) == len(entries)
        truth = self._truth()
        for number in shown.keys() | truth.keys():
            if shown.get(number) != truth.get(number):
                assert number not in self.reported, (shown.get(number), truth.get(number))
                assert self.changed[number] > packed.checked_at - SEARCH_LAG, (
                    shown.get(number),
                    truth.get(number),
                )

    def _truth(self) -> Mapping[int, Time]:
        dated = ((one, work_date(one.started, BERLIN)) for one in self.jira.worklogs.values())
        return {
            one.id: (one.author, day, one.seconds, one.issue_id)
            for one, day in dated
            if one.author in PEOPLE and day in WEEK
        }

    def _any(self) -> Worklog | None:
        return self.chance.choice(list(self.jira.worklogs.values())) if self.jira.worklogs else None

    def _made(self, number: int) -> Worklog:
        day = MONDAY + timedelta(days=self.chance.randrange(-2, 9))
        clock = time(self.chance.choice((0, 9, 12, 23)), self.chance.choice((0, 30)))
        return Worklog(
            number,
            self.chance.choice(list(self.jira.issues)),
            self.chance.choice((*PEOPLE, STRANGER)),
            day,
            started_at(day, clock, BERLIN).instant,
            self.chance.choice((60, 3600, 7200)),
            self.jira.now,
            created=self.jira.now,
        )

    def _noted(self, worklog_id: int) -> None:
        self.changed[worklog_id] = self.jira.now
        self.reported.discard(worklog_id)
        self.waiting += self.jira.events
        self.jira.events.clear()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_team_is_as_jira_has_it_up_to_where_it_was_checked(seed: int) -> None:
    walk = Walk(Random(seed))
    for _ in range(STEPS):
        walk.step()
