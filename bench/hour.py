"""Simulate an hour of many sites that share Jira's allowance of points."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.jira import calls_since, month_in_zone_of
from bench.measure import Figure, milliseconds
from bench.team import LEAD, Lead
from timesheet.services.resilience.budget import HOUR, Budget, MemoryPoints
from timesheet.services.resilience.priority import Priority
from timesheet.services.snapshot.own import FRESH
from timesheet.services.snapshot.window import CACHE_SECONDS
from tools.stage import set_stage

HOUR_PEOPLE, PEOPLE_OF_A_SITE = 200_000, 20
VIEWS_A_PERSON, SAVES_A_PERSON, JOBS_A_SITE = 0.25, 0.15, 1
"""The requests of one busy hour: two views and a bit more than one save per working hour, and one job that reads."""
KNOWN = 0.9
"""The share of people whose timesheet was read within the last twelve hours."""
LOST_EVENTS = 0.001
JOB_POINTS = 5
"""The points of one site's change feed, with a few changes."""


@dataclass
class Clock:
    """The simulated time in epoch seconds: the beginning of an hour."""

    now: float = 480_000.0 * HOUR

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Costs:
    """The points of a person's first view of a month, of reading it again, and of a save."""

    first: int
    again: int
    save: int


def measured_costs() -> Costs:
    """Measure the points of each in the emulated Jira."""
    with tempfile.TemporaryDirectory() as folder, set_stage(Path(folder), people=12) as stage:
        lead = Lead(stage)
        site, person = stage.jira.site, stage.jira.person(LEAD)
        own = [row for row in site.worklogs.rows.values() if row.author == person.account_id]
        issue, zone = own[0].issue_id, ZoneInfo(person.time_zone)
        headers = {"Authorization": f"JWT {lead.token}", "HX-Request": "true"}
        # Data of the site is read once in ten minutes, by the first person who needs it.
        other = stage.jira.context_token(stage.jira.person(LEAD + 1))
        lead.client.get("/timesheet?view=month", headers=headers | {"Authorization": f"JWT {other}"})
        # An empty day of the month that is shown, even if that ends meanwhile: a save on another one reads its month.
        logged = {
            datetime.fromtimestamp(row.started / 1000, zone).date() for row in own if row.issue_id == issue
        }
        day = next(day for day in month_in_zone_of(stage, LEAD) if day not in logged)
        cell = {"issue": issue, "day": day, "value": "1h", "seen": "", "key": "bench-scale-0001"}
        spent, view = list[int](), ("GET", f"/timesheet?view=month&day={day}")
        for method, path in (view, view, ("POST", "/timesheet/cell")):
            if len(spent) == 1:
                # The month is no longer fresh. Nobody asked for a refresh, which reads long issues again too.
                stage.cloud.cloud.clock.travel(FRESH.total_seconds() + 1)
            calls_since(stage)
            data = cell if method == "POST" else None
            answer = lead.client.open(path, method=method, headers=headers, data=data)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            spent.append(calls_since(stage)[1])
        return Costs(*spent)


@dataclass
class Hour:
    """A simulated hour: how views ended, and the points that each kind of work used."""

    costs: Costs
    people: int = HOUR_PEOPLE
    clock: Clock = field(default_factory=Clock)
    dice: random.Random = field(default_factory=lambda: random.Random(11))
    read_at: dict[int, float] = field(default_factory=dict)
    views: int = 0
    fresh: int = 0
    aged: int = 0
    refused: int = 0
    points: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.budget = Budget(MemoryPoints(), self.clock)

    @property
    def sites(self) -> int:
        """Return the number of sites."""
        return self.people // PEOPLE_OF_A_SITE

    def run(self, own: int) -> None:
        """Simulate two hours and count the second; the budget plans it from what the first used."""
        for hour in range(2):
            self.clock.now = (480_000.0 + hour) * HOUR
            self.views = self.fresh = self.aged = self.refused = 0
            self.points.clear()
            self._run(own)

    def _run(self, own: int) -> None:
        """Simulate everything in order of time; ``own`` is an allowance for each site, as in Jira's headers."""
        start = self.clock.now
        for site in range(self.sites) if own else ():
            self.budget.note_site_quota(str(site), own, own)
        acts = (
            (self.view, self.people * VIEWS_A_PERSON),
            (self.save, self.people * SAVES_A_PERSON),
            (self.job, self.sites * JOBS_A_SITE),
        )
        happens = [(self.dice.uniform(0, HOUR - 1), act) for act, count in acts for _ in range(round(count))]
        for at, act in sorted(happens, key=lambda one: one[0]):
            self.clock.now = start + at
            person = self.dice.randrange(self.people)
            act(person, str(person % self.sites))

    def view(self, person: int, site: str) -> None:
        """Show a month: from the cache while it is fresh, otherwise from Jira as far as the budget allows."""
        self.views += 1
        now, young = self.clock.now, FRESH.total_seconds()
        known = person in self.read_at or self.dice.random() < KNOWN
        at = self.read_at.get(person, now - self.dice.uniform(young, CACHE_SECONDS) if known else now)
        current = self.dice.random() >= LOST_EVENTS
        priority = Priority.REFRESH if known else Priority.LOOK
        if known and now - at < young:
            self.fresh += current
        elif self.budget.refusal(site, priority) is None:
            self._spend(
                "again" if known else "first", site, self.costs.again if known else self.costs.first, priority
            )
            self.fresh += 1
            self.read_at[person] = now
        elif known:
            self.aged += 1
            self.fresh += current
        else:
            self.refused += 1

    def save(self, person: int, site: str) -> None:
        """Save a cell of a month that was viewed; if that is old, it is read again as far as the budget allows."""
        now, young = self.clock.now, FRESH.total_seconds()
        at = self.read_at.setdefault(person, now - self.dice.uniform(0, CACHE_SECONDS))
        if now - at >= young and self.budget.refusal(site, Priority.REFRESH) is None:
            self._spend("again", site, self.costs.again, Priority.REFRESH)
            self.read_at[person] = now
        if self.budget.refusal(site, Priority.SAVE) is None:
            self._spend("save", site, self.costs.save, Priority.SAVE)

    def job(self, person: int, site: str) -> None:
        """Read a site's change feed."""
        del person
        if self.budget.refusal(site, Priority.BACKGROUND) is None:
            self._spend("job", site, JOB_POINTS, Priority.BACKGROUND)

    def _spend(self, kind: str, site: str, points: int, priority: Priority) -> None:
        """Count all points of a call; the budget has counted the first one."""
        self.budget.spend(site, points - 1, priority)
        self.points[kind] += points


def hour(name: str, costs: Costs, own: int = 0, people: int = HOUR_PEOPLE) -> Figure:
    """Simulate an hour of people on sites of twenty, with the app's own budget and rules of freshness.

    A view is *fresh* if it shows everything that happened up to a minute ago. A cached snapshot does, as long as no
    event for it was lost.
    """
    simulated = Hour(costs, people)
    took = milliseconds(lambda: simulated.run(own))
    share = {
        "views": simulated.views,
        "fresh_percent": round(100 * simulated.fresh / simulated.views, 2),
        "shown_percent": round(100 * (simulated.views - simulated.refused) / simulated.views, 2),
        "with_age_percent": round(100 * simulated.aged / simulated.views, 2),
    }
    points = {f"points_{kind}": float(count) for kind, count in simulated.points.items()}
    each = {"first_look_costs": costs.first, "again_costs": costs.again, "save_costs": costs.save}
    notes = {**share, **points, **each}
    return Figure(name, took, took, points=simulated.points.total(), target="≥ 99 % fresh", notes=notes)
