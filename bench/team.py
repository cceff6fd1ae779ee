"""A team's month: members by days, warm and cold, and what a hundred thousand worklogs take in memory."""

from __future__ import annotations

import gzip
import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlencode

from werkzeug.test import Client

from bench.floor import static_answer
from bench.measure import Figure, figure, milliseconds
from jira_emulator.estimate import Adjustment
from jira_emulator.worklog import WorklogInput, add_worklog
from timesheet.domain.issue import Issue
from timesheet.domain.span import DateSpan, month_of
from timesheet.domain.team import Member, Team, system_roles
from timesheet.domain.worklog import Worklog
from timesheet.services.packed import pack
from timesheet.services.ports import Snapshot
from tools.stage import Stage, set_stage

LEAD, ISSUES, A_DAY, ROUNDS = 1, 600, 3, 30
MEMBERS, MANY, CACHED = 50, 500, 100_000
MIB = 1024 * 1024


@dataclass
class Lead:
    """The lead's calls inside this process; his token lives longer than the measurement."""

    stage: Stage
    client: Client = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.stage.app)
        self.token = self.stage.jira.context_token(self.stage.jira.person(LEAD))

    def tab(self, tab: str, **more: str) -> bytes:
        """One tab as it is sent: compressed."""
        headers = {
            "Authorization": f"JWT {self.token}", "HX-Request": "true", "Accept-Encoding": "gzip",
        }  # fmt: skip
        answer = self.client.get(f"/teams/bench?{urlencode({'tab': tab, **more})}", headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.text[:400]}")
        return bytes(answer.data)

    def asked(self) -> tuple[int, int]:
        """Calls to Jira's REST API since the last time of asking, and their points."""
        report = self.stage.jira.calls.report("rest")["totals"]
        self.stage.jira.calls.clear()
        return report["calls"], report["points"]


def team() -> Iterator[Figure]:
    """Every figure of the team's month."""
    yield from of_size(MEMBERS, "≤ 3 ms, 0 calls", cold="≤ 8 calls")
    yield from of_size(MANY, "≤ 20 ms (p95 35), ≤ 60 KiB", cold="≤ 1.5 s at 150 ms an answer")
    yield memory()


def of_size(members: int, warm: str, *, cold: str) -> Iterator[Figure]:
    """A month of this many members, three worklogs a day each, on 600 issues."""
    with tempfile.TemporaryDirectory() as folder, set_stage(Path(folder), people=members) as stage:
        make_team(stage, members)
        fill(stage, members)
        lead = Lead(stage)
        lead.asked()
        took = milliseconds(lambda: lead.tab("timesheet"))
        calls, points = lead.asked()
        yield Figure(f"team of {members}, cold", took, took, None, None, calls, points, cold)
        sent = lead.tab("timesheet")
        lead.asked()
        found = figure(
            f"team of {members}, members by days, warm", lambda: lead.tab("timesheet"), static_answer(sent),
            rounds=ROUNDS, size=len(sent), target=warm,
        )  # fmt: skip
        calls, points = lead.asked()
        raw = len(gzip.decompress(sent)) / 1024
        yield replace(found, jira_calls=calls, points=points, notes={"raw_kib": raw})
        yield figure(f"team of {members}, by person, warm", lambda: lead.tab("people"), rounds=ROUNDS)
        if members == MEMBERS:
            body = lead.tab("timesheet", every="1")
            yield figure(
                "team of 50, issues of everybody, warm", lambda: lead.tab("timesheet", every="1"),
                rounds=ROUNDS, size=len(body), target="≤ 150 ms",
            )  # fmt: skip
            yield after_an_edit(stage, lead)


def make_team(stage: Stage, members: int) -> None:
    """A team of the first people, led by one of them."""
    things = stage.app.extensions["timesheet"]
    people = accounts(stage, members)
    with stage.app.app_context():
        stores = things.stores_of(stage.jira.site.client_key)
        lead = stage.jira.person(LEAD).account_id
        stores.teams.save(Team("bench", "Bench", lead, stores.schemes.default_id()))
        names = iter(("bench-lead", "bench-member"))
        _, member = [stores.teams.save_role(role) for role in system_roles("bench", lambda: next(names))]
        held = [Member("bench", account_id, frozenset({member.id})) for account_id in people]
        stores.teams.save_members(held)
        things.transaction.commit()


def accounts(stage: Stage, members: int) -> list[str]:
    """The account ids of the first people, also of those that Jira has deactivated meanwhile."""
    return list(stage.jira.site.people)[:members]


def fill(stage: Stage, members: int) -> None:
    """In the place of the seed's worklogs those of this month: fewer than twenty on most issues."""
    site = stage.jira.site
    month = [day for day in month_of(site.clock().date()) if day.weekday() < 5]
    with site.lock:
        for row in list(site.worklogs.rows.values()):
            site.worklogs.remove(row)
            site.issues[row.issue_id].worklog_ids.remove(row.id)
        issues = list(site.issues.values())[:ISSUES]
        number = 0
        for person in accounts(stage, members):
            for day in month:
                for step in range(A_DAY):
                    started = datetime.combine(day, time(8 + 2 * step), UTC)
                    given = WorklogInput(started=int(started.timestamp() * 1000), seconds=7200 + 1800 * step)
                    add_worklog(site, issues[number % len(issues)], person, given, Adjustment("leave"))
                    number += 1
    stage.jira.flush_webhooks()


def after_an_edit(stage: Stage, lead: Lead) -> Figure:
    """One worklog more, made in Jira itself: what the next look costs."""
    site = stage.jira.site
    with site.lock:
        issue = next(issue for issue in site.issues.values() if len(issue.worklog_ids) < 10)
        started = int(site.clock().replace(day=2).timestamp() * 1000)
        given = WorklogInput(started=started, seconds=600)
        add_worklog(site, issue, accounts(stage, MEMBERS)[1], given, Adjustment("leave"))
    stage.jira.flush_webhooks()
    lead.asked()
    took = milliseconds(lambda: lead.tab("timesheet"))
    calls, points = lead.asked()
    return Figure("team of 50, after one foreign edit", took, took, None, None, calls, points, "≤ 2 calls")


def memory() -> Figure:
    """What the cache holds for a hundred thousand worklogs, in bytes."""
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
            10_000_000 + n, n % 2000, people[n % 500], first + timedelta(days=n % 30), now, 600 * (1 + n % 48),
            now + timedelta(milliseconds=n),
        )
        for n in range(CACHED)
    )  # fmt: skip
    snapshot = Snapshot(worklogs, issues, now)
    tracemalloc.start()
    packed = pack(snapshot, people, DateSpan(first, first + timedelta(days=29)), now)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    took = milliseconds(lambda: sum(entry[2] for entry in packed.entries()))
    return Figure(
        "100,000 cached worklogs: memory, one pass", took, took, None, size, target=f"≤ {25 * MIB} bytes"
    )
