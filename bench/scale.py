"""Benchmark growth: ten and a hundred times as much of everything, an hour of many sites, and many people at once."""

from __future__ import annotations

import random
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from cryptography.fernet import Fernet

from bench.floor import static_answer
from bench.hanging_jira import ANSWER_SECONDS, NINE_OCLOCK, calm, scene
from bench.measure import Figure, figure, milliseconds
from bench.team import LEAD, Lead, Size, cold, team_of
from timesheet.adapters.cache.choice import CACHED
from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.envelope import Envelopes
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.crypto.cache_box import CacheBox
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import Snapshot
from timesheet.services.ports.packed_worklogs import PackedWorklogs, entry_of, pack, places_of
from timesheet.services.resilience.budget import HOUR, Budget, MemoryPoints
from timesheet.services.resilience.priority import Priority
from timesheet.services.snapshot.cached_snapshot import CachedSnapshot
from timesheet.services.snapshot.own import FRESH
from timesheet.services.snapshot.window import CACHE_SECONDS
from timesheet.services.snapshot.worklog_event import SiteWorklogEvent, note_site_event, site_events_since
from tools.stage import set_stage

GROWTH = (1, 10, 100)
WORKLOGS, EVENTS, SITES, PEOPLE_OF_A_SITE, WORKLOGS_OF_A_PERSON = 1000, 100, 1, 20, 66
MIB = 1024 * 1024
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
SPAN = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
MEMBERS = (Size(5, 12, 0), Size(50, 12, 0), Size(500, 6, 20))

HOUR_PEOPLE = 200_000
LOOKS_A_PERSON, SAVES_A_PERSON, JOBS_A_SITE = 0.25, 0.15, 1
"""In one busy hour: two views and a bit more than one save in a working day of eight hours, and one job that reads."""
KNOWN = 0.9
"""The share of people whose timesheet was read within the last twelve hours."""
LOST_EVENTS = 0.001
SHARING = (2_000, 5_000, 10_000, 20_000, 50_000)
"""How many people on sites of twenty share one allowance, for finding out how many it carries."""
JOB_POINTS = 5
"""The points of one site's change feed, with a few changes."""


def scale() -> Iterator[Figure]:
    """Yield all figures."""
    yield from of_members()
    yield from of_worklogs()
    yield from of_events()
    yield from of_sites()
    costs = measured_costs()
    for people in SHARING:
        yield hour(f"an hour, one allowance for {people} people", costs, people=people)
    yield hour("an hour, one allowance for all sites", costs)
    yield hour("an hour, an allowance for each site", costs, own=100_000)
    yield nine_oclock()


def of_members() -> Iterator[Figure]:
    """Measure a team's month with 5, 50, and 500 members: cold with its points, and warm."""
    for size in MEMBERS:
        with team_of(size) as (_, lead):
            yield cold(f"growth: a team of {size.people}, cold", lead, "")
            yield _warm(f"growth: a team of {size.people}, warm", lead)


def _warm(name: str, lead: Lead) -> Figure:
    body = lead.tab("timesheet")
    lead.asked()
    row = figure(name, lambda: lead.tab("timesheet"), static_answer(body), rounds=20, size=len(body))
    calls, points = lead.asked()
    if calls:
        raise RuntimeError(f"a warm look asked Jira {calls} times for {points} points")
    return row


def of_worklogs() -> Iterator[Figure]:
    """Measure sealing a snapshot of 1,000, 10,000, and 100,000 worklogs for the cache server, and opening it."""
    envelopes = Envelopes(CacheBox([Fernet.generate_key().decode()]), Codec(CACHED))
    for times in GROWTH:
        packed = _packed(WORKLOGS * times)
        sealed = envelopes.pack("name", packed)
        seals = [milliseconds(partial(envelopes.pack, "name", packed)) for _ in range(5)]
        opens = [milliseconds(partial(envelopes.unpack, "name", sealed)) for _ in range(5)]
        yield Figure(
            f"growth: {WORKLOGS * times} worklogs opened from the cache server",
            median(opens),
            max(opens),
            size=len(sealed),
            notes={"seal_ms": round(median(seals), 2)},
        )


def of_events() -> Iterator[Figure]:
    """Measure noting 100, 1,000, and 10,000 events of one site, and finding those that a view must consider."""
    for times in GROWTH:
        cache, count = MemoryCache(), EVENTS * times

        def note(cache: MemoryCache = cache, count: int = count) -> None:
            for number in range(count):
                event = SiteWorklogEvent(number, number % 50, f"person-{number % 20}", number, NOW)
                note_site_event(cache, "site", event)

        took = milliseconds(note)
        found = [milliseconds(partial(site_events_since, cache, "site", NOW)) for _ in range(20)]
        yield Figure(
            f"growth: {count} events, found for a look",
            median(found),
            max(found),
            notes={"note_one_ms": round(took / count, 4)},
        )


def of_sites() -> Iterator[Figure]:
    """Measure the memory of the warm months of 1, 10, and 100 sites with twenty people each."""
    for times in GROWTH:
        cache = MemoryCache()
        tracemalloc.start()
        for site in range(SITES * times):
            for person in range(PEOPLE_OF_A_SITE):
                cache.put(f"{site}:{person}", _cached_snapshot(site, person), CACHE_SECONDS)
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        key = f"{SITES * times - 1}:0"
        looked = [milliseconds(partial(cache.get, key)) for _ in range(200)]
        yield Figure(
            f"growth: {SITES * times} sites, their people's months in memory",
            median(looked),
            quantiles(looked, n=20)[-1],
            size=size,
            target="100 sites: ≤ 100 MiB",
            notes={"mib": round(size / MIB, 1)},
        )


def _packed(count: int) -> PackedWorklogs:
    people = tuple(f"712020:{number:08}-0000-0000-0000-000000000000" for number in range(500))
    places = places_of(people)
    entries = (entry_of(places, _worklog(number, people[number % 500])) for number in range(count))
    return pack(entries, people, SPAN, {number: _issue(number) for number in range(count // 50)}, NOW)


def _cached_snapshot(site: int, person: int) -> CachedSnapshot:
    first = (site * PEOPLE_OF_A_SITE + person) * WORKLOGS_OF_A_PERSON
    worklogs = tuple(_worklog(first + n, f"{site}-{person}") for n in range(WORKLOGS_OF_A_PERSON))
    issues = {number: _issue(number) for number in {worklog.issue_id for worklog in worklogs}}
    return CachedSnapshot(Snapshot(worklogs, issues, NOW), "Europe/Berlin")


def _worklog(number: int, author: str) -> Worklog:
    day = SPAN.first + timedelta(days=number % 30)
    updated = NOW + timedelta(milliseconds=number)
    return Worklog(10_000_000 + number, number % 12, author, day, NOW, 600 * (1 + number % 48), updated)


def _issue(number: int) -> Issue:
    return Issue(number, f"PAY-{number}", "An issue", 1, "PAY", "Pay", "Task", "Open", False, None, None, 0)


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
        site, account = stage.jira.site, stage.jira.person(LEAD).account_id
        issue = next(row.issue_id for row in site.worklogs.rows.values() if row.author == account)
        headers = {"Authorization": f"JWT {lead.token}", "HX-Request": "true"}
        # Data of the site is read once in ten minutes, by the first person who needs it.
        other = stage.jira.context_token(stage.jira.person(LEAD + 1))
        lead.client.get("/timesheet?view=month", headers=headers | {"Authorization": f"JWT {other}"})
        day = site.clock().date() + timedelta(days=1)
        cell = {"issue": issue, "day": day, "value": "1h", "seen": "", "key": "bench-scale-0001"}
        spent, look = list[int](), ("GET", "/timesheet?view=month")
        for method, path in (look, look, ("POST", "/timesheet/cell")):
            if len(spent) == 1:
                # The month is no longer fresh. Nobody asked for a refresh, which reads long issues again too.
                stage.cloud.cloud.clock.travel(FRESH.total_seconds() + 1)
            lead.asked()
            data = cell if method == "POST" else None
            answer = lead.client.open(path, method=method, headers=headers, data=data)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
            spent.append(lead.asked()[1])
        return Costs(*spent)


@dataclass
class Hour:
    """A simulated hour: how views ended, and the points that each kind of work used."""

    costs: Costs
    people: int = HOUR_PEOPLE
    clock: Clock = field(default_factory=Clock)
    dice: random.Random = field(default_factory=lambda: random.Random(11))
    read_at: dict[int, float] = field(default_factory=dict)
    looks: int = 0
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
            self.looks = self.fresh = self.aged = self.refused = 0
            self.points.clear()
            self._run(own)

    def _run(self, own: int) -> None:
        """Simulate everything in order of time; ``own`` is an allowance for each site, as in Jira's headers."""
        start = self.clock.now
        for site in range(self.sites) if own else ():
            self.budget.note_site_quota(str(site), own, own)
        acts = (
            (self.look, self.people * LOOKS_A_PERSON),
            (self.save, self.people * SAVES_A_PERSON),
            (self.job, self.sites * JOBS_A_SITE),
        )
        happens = [(self.dice.uniform(0, HOUR - 1), act) for act, count in acts for _ in range(round(count))]
        for at, act in sorted(happens, key=lambda one: one[0]):
            self.clock.now = start + at
            person = self.dice.randrange(self.people)
            act(person, str(person % self.sites))

    def look(self, person: int, site: str) -> None:
        """Show a month: from the cache while it is fresh, otherwise from Jira as far as the budget allows."""
        self.looks += 1
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
        "looks": simulated.looks,
        "fresh_percent": round(100 * simulated.fresh / simulated.looks, 2),
        "shown_percent": round(100 * (simulated.looks - simulated.refused) / simulated.looks, 2),
        "with_age_percent": round(100 * simulated.aged / simulated.looks, 2),
    }
    points = {f"points_{kind}": float(count) for kind, count in simulated.points.items()}
    each = {"first_look_costs": costs.first, "again_costs": costs.again, "save_costs": costs.save}
    notes = {**share, **points, **each}
    return Figure(name, took, took, points=simulated.points.total(), target="≥ 99 % fresh", notes=notes)


def nine_oclock() -> Figure:
    """Measure a hundred people of one site who open their timesheets at once, with 200 ms for each answer of Jira."""
    with tempfile.TemporaryDirectory() as folder, scene(Path(folder), NINE_OCLOCK) as stage:
        seen = calm(stage, NINE_OCLOCK, ANSWER_SECONDS)
    answered = seen.statuses[200]
    notes = {"sheets": float(seen.sheets), "health_ms": round(max(seen.health), 1)}
    if answered != NINE_OCLOCK or seen.sheets != NINE_OCLOCK:
        raise RuntimeError(f"not everybody got a timesheet: {dict(seen.statuses)}")
    return Figure(
        "nine o'clock: 100 people at once",
        median(seen.other_cold),
        quantiles(seen.other_cold, n=20)[-1],
        target="last ≤ 10 s",
        notes={**notes, "last_ms": round(max(seen.other_cold), 1)},
    )
