"""Benchmark a team's month: members by days, warm and cold, and the memory of a hundred thousand worklogs."""

from __future__ import annotations

import gzip
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple
from urllib.parse import urlencode

from werkzeug.test import Client

from bench.browser import load_times
from bench.floor import static_answer
from bench.jira import calls_since
from bench.measure import Figure, figure, milliseconds
from bench.recording import Recording, Trace, recorded, replayed
from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import WorklogInput, add_worklog
from jira_emulator.model import Caller
from jira_emulator.permission import Permissions
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.bootstrap.app import tune_garbage_collector
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.team.team import Member, Team, system_roles
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.packed_worklogs import pack, packed_entry, places_of
from tools.stage import Stage, set_stage

LEAD, A_DAY, ROUNDS, COLD_ROUNDS = 1, 3, 30, 3
LATE_SECONDS, CACHED = 0.15, 100_000
MIB = 1024 * 1024


class Size(NamedTuple):
    """The number of people, of issues for each alone, and of issues with far more than twenty worklogs that
    many share.
    """

    people: int
    issues_each: int
    meetings: int


FEW, MANY = Size(50, 12, 0), Size(500, 6, 20)


@dataclass
class Lead:
    """The lead's calls inside this process; the token lives longer than the measurement."""

    stage: Stage
    client: Client = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.stage.app)
        self.token = self.stage.jira.context_token(self.stage.jira.person(LEAD))

    def tab(self, tab: str, **more: str) -> bytes:
        """Return one tab as it is sent: compressed."""
        headers = {
            "Authorization": f"JWT {self.token}", "HX-Request": "true", "Accept-Encoding": "gzip",
        }  # fmt: skip
        answer = self.client.get(f"/teams/bench?{urlencode({'tab': tab, **more})}", headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.text[:400]}")
        return bytes(answer.data)


def team() -> Iterator[Figure]:
    """Yield every figure of the team's month."""
    with team_of(FEW) as (stage, lead):
        with recorded() as answers:
            yield cold("team of 50, cold", lead, "≤ 8 calls")
        yield from far_away("team of 50, cold", stage, lead, answers, "")
        yield warm("team of 50, members by days, warm", lead, "timesheet", "≤ 10 ×, 0 calls")
        yield warm("team of 50, by person, warm", lead, "people", "0 calls")
        yield warm("team of 50, issues of everybody, warm", lead, "timesheet", "≤ 60 ×, 0 calls", every="1")
        yield after_an_edit(stage, lead)
    with team_of(MANY) as (stage, lead):
        with recorded() as answers:
            yield cold("team of 500, cold", lead, "")
        yield from far_away("team of 500, cold", stage, lead, answers, "≤ 1.2 s, busy ≤ 250 ms")
        yield warm("team of 500, members by days, warm", lead, "timesheet", "≤ 25 ×, ≤ 60 KiB")
        yield warm("team of 500, by person, warm", lead, "people", "≤ 25 ×")
        yield load_event(stage, lead)
    yield memory()


@contextmanager
def team_of(size: Size) -> Iterator[tuple[Stage, Lead]]:
    """Create a team of that size with a month of work in Jira, three worklogs a day each; nothing is read yet."""
    with (
        tempfile.TemporaryDirectory() as folder,
        set_stage(Path(folder), people=size.people) as stage,
    ):
        make_team(stage, size.people)
        fill(stage, size)
        tune_garbage_collector()
        lead = Lead(stage)
        calls_since(lead.stage)
        yield stage, lead


def cold(name: str, lead: Lead, target: str) -> Figure:
    """Measure the first view without a cache; only once, so its time is a hint but its calls are exact."""
    took = milliseconds(lambda: lead.tab("timesheet"))
    calls, points = calls_since(lead.stage)
    return Figure(name, took, took, jira_calls=calls, points=points, target=target)


def far_away(name: str, stage: Stage, lead: Lead, answers: Recording, target: str) -> Iterator[Figure]:
    """Measure the first view again with an empty cache and the same responses of Jira, each of them late."""
    deps = stage.app.extensions["timesheet"]
    times: list[float] = []
    busy: list[float] = []
    traces: list[Trace] = []
    for _ in range(COLD_ROUNDS):
        stage.app.extensions["timesheet"] = replace(
            deps, operation=replace(deps.operation, cache=MemoryCache())
        )
        with replayed(answers, LATE_SECONDS) as trace:
            before = process_time()
            times.append(milliseconds(lambda: lead.tab("timesheet")))
            busy.append((process_time() - before) * 1000)
            traces.append(trace)
    calls_since(lead.stage)
    rounds = int(median(trace.rounds for trace in traces))
    waited = rounds * LATE_SECONDS * 1000
    yield Figure(
        f"{name}, 150 ms an answer", median(times), max(times), jira_calls=len(answers), target=target,
        busy_ms=median(busy),
    )  # fmt: skip
    yield Figure(f"{name}, {rounds} rounds of calls", waited, waited, jira_calls=len(answers))
    print(f"{name}: calls by the second they began and ended\n{traces[-1]}\n")


def warm(name: str, lead: Lead, tab: str, target: str, **more: str) -> Figure:
    """Measure the same from the cache, compared with a static response of the same bytes."""
    sent = lead.tab(tab, **more)
    calls_since(lead.stage)
    found = figure(
        name, lambda: lead.tab(tab, **more), static_answer(sent), rounds=ROUNDS, size=len(sent), target=target
    )
    calls, points = calls_since(lead.stage)
    raw = len(gzip.decompress(sent)) / 1024
    return replace(found, jira_calls=calls, points=points, notes={"raw_kib": round(raw, 1)})


def load_event(stage: Stage, lead: Lead) -> Figure:
    """Measure how long Chromium takes to load the page with the whole table, including scripts and styles."""
    fragment = gzip.decompress(lead.tab("timesheet")).decode()
    took = load_times(stage, stage.jira.page_url("teams", stage.jira.person(LEAD)), fragment)
    loaded, busy = zip(*took, strict=True)
    name = "team of 500, load event in the browser"
    return Figure(name, median(loaded), max(loaded), target="≤ 250 ms", busy_ms=median(busy))


def make_team(stage: Stage, members: int) -> None:
    """Create a team of the first people, led by one of them."""
    deps = stage.app.extensions["timesheet"]
    people = accounts(stage, members)
    with stage.app.app_context():
        stores = deps.stores.stores_of(stage.jira.site.client_key)
        lead = stage.jira.person(LEAD).account_id
        stores.teams.save(Team("bench", "Bench", lead, stores.schemes.default_id()))
        names = iter(("bench-lead", "bench-member"))
        _, member = [stores.teams.save_role(role) for role in system_roles("bench", lambda: next(names))]
        team_members = [Member("bench", account_id, frozenset({member.id})) for account_id in people]
        stores.teams.save_members(team_members)
        deps.operation.transaction.commit()


def accounts(stage: Stage, members: int) -> list[str]:
    """Return the account ids of the first people, including those that Jira has deactivated."""
    return list(stage.jira.site.people)[:members]


def fill(stage: Stage, size: Size) -> None:
    """Replace the seed's worklogs by those of this month, on people's own work and in their meetings.

    No events are sent, because handling all of them at once is not part of the measured view.
    """
    site = stage.jira.site
    # A team's current month is that of the site's zone, not that of the lead's.
    month = [day for day in month_of(site.clock().date()) if day.weekday() < 5]
    with site.lock, without_events(stage):
        for row in list(site.worklogs.rows.values()):
            site.worklogs.remove(row)
            site.issues[row.issue_id].worklog_ids.remove(row.id)
        lead = Permissions(site, Caller(stage.jira.person(LEAD).account_id, scopes=frozenset({"READ"})))
        seen = (issue for issue in site.issues.values() if lead.can_see(issue))
        meetings = [next(seen) for _ in range(size.meetings)]
        for number, person in enumerate(accounts(stage, size.people)):
            own = [next(seen) for _ in range(size.issues_each)]
            for n, (day, step) in enumerate(product(month, range(A_DAY))):
                started = datetime.combine(day, time(8 + 2 * step), UTC)
                given = WorklogInput(started=int(started.timestamp() * 1000), seconds=7200 + 1800 * step)
                meets = meetings and not step and not day.weekday()
                issue = meetings[number % len(meetings)] if meets else own[n % len(own)]
                add_worklog(site, issue, person, given, Adjustment("leave"))
    stage.jira.flush_webhooks()


@contextmanager
def without_events(stage: Stage) -> Iterator[None]:
    """Suppress events of Jira for one block."""
    bus = stage.jira.site.bus
    listeners = list(bus.listeners)
    bus.listeners.clear()
    try:
        yield
    finally:
        bus.listeners.extend(listeners)


def after_an_edit(stage: Stage, lead: Lead) -> Figure:
    """Measure the next view after one more worklog was created in Jira itself."""
    site = stage.jira.site
    with site.lock:
        issue = next(issue for issue in site.issues.values() if 0 < len(issue.worklog_ids) < 10)
        started = int(site.clock().replace(day=2).timestamp() * 1000)
        given = WorklogInput(started=started, seconds=600)
        add_worklog(site, issue, accounts(stage, FEW.people)[1], given, Adjustment("leave"))
    stage.jira.flush_webhooks()
    calls_since(lead.stage)
    took = milliseconds(lambda: lead.tab("timesheet"))
    calls, points = calls_since(lead.stage)
    return Figure(
        "team of 50, after one foreign edit", took, took, jira_calls=calls, points=points, target="≤ 2 calls"
    )


def memory() -> Figure:
    """Measure the cache's memory for a hundred thousand worklogs, in bytes."""
    first = date(2026, 11, 1)
    issues = {
        number: Issue(
            number, f"PAY-{number}", "An issue", 1, "PAY", "Pay", "Task", "Open", False, None, None, 0
        )
        for number in range(2000)
    }
    people = [f"712020:{number:08}-0000-0000-0000-000000000000" for number in range(500)]
    now = datetime(2026, 11, 1, 9, tzinfo=UTC)
    worklogs = tuple(
        Worklog(
            id=10_000_000 + n,
            issue_id=n % 2000,
            author=people[n % 500],
            day=first + timedelta(days=n % 30),
            started=now,
            seconds=600 * (1 + n % 48),
            updated=now + timedelta(milliseconds=n),
        )
        for n in range(CACHED)
    )
    span, places = DateSpan(first, first + timedelta(days=29)), places_of(tuple(people))
    tracemalloc.start()
    packed = pack((packed_entry(places, worklog) for worklog in worklogs), tuple(people), span, issues, now)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    took = milliseconds(lambda: sum(entry[2] for entry in packed.entries()))
    return Figure(
        "100,000 cached worklogs: memory, one pass", took, took, None, size, target=f"≤ {8 * MIB} bytes"
    )
