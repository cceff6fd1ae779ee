"""Two processes of the app on one cache server: each shows at once what the other wrote, whatever the server does."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from jira_emulator.server import running_cloud
from jira_emulator.trouble.trouble import Rule
from tests.adapters.support.roles import migrate
from tests.adapters.support.valkey import Valkey
from tests.processes.support.app_processes import AppProcesses, free_port, running_app, wait_for
from tests.processes.support.managers import Admin
from tests.processes.support.people import Member, Tally
from tools import servers
from tools.project import ROOT

SOON, HOUR = 2.0, 3600
DAYS = [date(2031, 3, day) for day in range(3, 8)]


@contextmanager
def second(processes: AppProcesses) -> Iterator[AppProcesses]:
    """Run another process of the same app, on the same database and cache server."""
    port = free_port()
    # People reach both by one address, so tokens are made for that one.
    other = AppProcesses(
        processes.folder,
        processes.cloud,
        processes.database_url,
        port,
        {**processes.more, "BASE_URL": processes.base_url},
    )
    try:
        other.start()
        yield other
    finally:
        if other.master:
            other.master.kill()
            other.master.wait()


@pytest.fixture
def two(valkey: Valkey, tmp_path: Path, sqlite_url: str) -> Iterator[tuple[AppProcesses, AppProcesses]]:
    migrate(sqlite_url, sqlite_url)
    shared = {"REDIS_URL": valkey.url, "LOG_LEVEL": "WARNING"}
    with (
        # Jira's search finds a write only after a while, so it alone cannot tell one process of the other's writes.
        running_cloud(people=3, months=1, search_lag=30) as cloud,
        running_app(tmp_path, cloud, sqlite_url, shared) as one,
        second(one) as other,
    ):
        yield one, other


def on(processes: AppProcesses, first: AppProcesses) -> Member:
    """Return the same person on one of the processes, signed in at the first."""
    site = first.cloud.sites[0]
    member = Member(first, site, site.person(0), Tally(), random.Random(1))
    member.sign_in()
    member.processes = processes
    return member


def week(member: Member) -> str:
    """Return the text of the week of DAYS, with its cells as minutes are typed."""
    answer, _ = member.ask("GET", f"/timesheet?view=week&day={DAYS[0]}")
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def save(member: Member, issue: int, day: date, value: str) -> None:
    cell = (issue, day)
    values = {"issue": issue, "day": day, "value": value, "seen": member._seen(cell), "key": uuid4().hex}
    answer, _ = member.ask("POST", "/timesheet/cell", data={k: str(v) for k, v in values.items()})
    assert answer.status_code == 200, answer.text[:300]


def shown(text: str, hours: str) -> bool:
    """Return whether an input or a cell holds these hours."""
    return re.search(rf">\s*{re.escape(hours)}\s*<|value=\"{re.escape(hours)}\"", text) is not None


def cache_answers(member: Member) -> bool:
    """Return whether the process reaches the cache server."""
    return bool(member.ask("GET", "/healthz")[0].json()["cache"] == "ok")


def said(minutes: int) -> str:
    """Return an hour and some minutes as a cell shows them."""
    return f"1:{minutes:02d}"


def expect_soon(member: Member, hours: str) -> None:
    """Fail unless the process shows the hours within two seconds."""
    started = time.monotonic()
    wait_for(lambda: shown(week(member), hours), 20)
    assert time.monotonic() - started <= SOON, hours


def test_two_processes_show_each_others_saves_whatever_the_cache_server_does(
    two: tuple[AppProcesses, AppProcesses], valkey: Valkey
) -> None:
    here, there = on(two[0], two[0]), on(two[1], two[0])
    issue = here.issues[0]
    week(here), week(there)

    save(here, issue, DAYS[0], "1h 1m")
    expect_soon(there, said(1))
    save(there, issue, DAYS[1], "1h 2m")
    expect_soon(here, said(2))

    # It hangs: nobody waits for it more than once, and both go on.
    valkey.freeze()
    started = time.monotonic()
    for _ in range(20):
        week(here)
    assert time.monotonic() - started < 8
    # An issue on which nobody has worked, so that only the search could find it.
    new = here.issues[-1]
    save(here, new, DAYS[2], "1h 3m")
    expect_soon(there, said(3))
    save(there, new, DAYS[2], "1h 13m")
    expect_soon(here, said(13))
    assert here.ask("GET", "/healthz")[0].json() == {"status": "ok", "cache": "unreachable"}
    valkey.thaw()
    for member in (here, there):
        wait_for(partial(cache_answers, member), 20)
        for minutes in (1, 2, 13):
            expect_soon(member, said(minutes))

    # It ends, and comes back empty.
    valkey.stop()
    save(here, issue, DAYS[3], "1h 4m")
    expect_soon(there, said(4))
    valkey.start()
    for member in (here, there):
        for minutes in (1, 2, 13, 4):
            expect_soon(member, said(minutes))
    save(there, issue, DAYS[4], "1h 5m")
    expect_soon(here, said(5))
    log = (two[0].folder / "app.log").read_text()
    assert "cache_away" in log
    assert "cache_back" in log
    assert here.tally.wrong == there.tally.wrong == []


def test_a_right_taken_away_on_one_process_is_gone_at_the_next_request_on_the_other(
    two: tuple[AppProcesses, AppProcesses],
) -> None:
    site = two[0].cloud.sites[0]
    admin = Admin(two[0], site, site.person(0), Tally(), random.Random(1))
    reader = Member(two[0], site, site.person(1), Tally(), random.Random(1))
    for person in (admin, reader):
        person.sign_in()
    reader.processes = two[1]
    for _ in range(5):
        assert admin.fill("/configure/permissions", auditors="everybody") == "done"
        assert reader.ask("GET", "/audit")[0].status_code == 200
        assert admin.fill("/configure/permissions", auditors="nobody") == "done"
        assert reader.ask("GET", "/audit")[0].status_code == 403
    assert admin.tally.wrong == reader.tally.wrong == []


def test_writes_of_one_worklog_on_two_processes_take_turns(two: tuple[AppProcesses, AppProcesses]) -> None:
    members = [on(process, two[0]) for process in two]
    cell = (members[0].issues[0], DAYS[0])
    # Each call to Jira takes so long that the writes overlap.
    two[0].cloud.sites[0].tenant.trouble.add(Rule("slow", count=None, seconds=0.2))

    def send(number: int, value: str, seen: str) -> int:
        values = {"issue": cell[0], "day": cell[1], "value": value, "seen": seen, "key": uuid4().hex}
        answer, _ = members[number].ask(
            "POST", "/timesheet/cell", data={k: str(v) for k, v in values.items()}
        )
        return answer.status_code

    for seen, values in (("", ("1h", "2h")), (None, ("3h", "4h"))):
        known = members[0]._seen(cell) if seen is None else seen
        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(send, (0, 1), values, (known, known)))
        assert sorted(statuses) == [200, 409]
        assert members[0]._in_jira(cell) == [HOUR * int(values[statuses.index(200)][0])]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "REDIS_URL: is required with 2 workers, because they must share one cache"),
        (
            {"REDIS_URL": "redis://cache.example.com", "METRICS_TOKEN": "x" * 20},
            "PROMETHEUS_MULTIPROC_DIR: is required with METRICS_TOKEN and 2 workers: an empty folder",
        ),
    ],
)
def test_several_workers_without_what_they_share_are_refused(
    tmp_path: Path, sqlite_url: str, given: dict[str, str], said: str
) -> None:
    port = free_port()
    own = {"VAR_DIR": str(tmp_path), "DATABASE_URL": sqlite_url, **given}
    environment = servers.development(port, 1) | own
    refused = subprocess.run(
        servers.server(port, 2),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert refused.returncode != 0
    assert refused.stderr.strip() == said


def test_more_workers_at_run_time_are_refused_too(processes: AppProcesses) -> None:
    assert processes.master is not None
    [worker] = processes.workers()
    log = processes.folder / "app.log"
    processes.master.send_signal(signal.SIGTTIN)
    wait_for(lambda: "is required with 2 workers" in log.read_text())
    assert processes.workers() == [worker]
