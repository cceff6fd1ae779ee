"""Workers as processes: killed in the middle of a job, without their queue, and several at once."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from flask import Flask

from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles, migrate
from tests.adapters.support.site_data import stores_of
from tests.processes.support.app_processes import TIED, AppProcesses, wait_for
from tests.web.support.recorded_events import events
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.audit.action import Action
from timesheet.domain.job import Job
from timesheet.settings import Settings
from timesheet.web.http.dependencies import AppDependencies
from timesheet.web.job.worker import TICK_SECONDS
from tools import servers
from tools.project import PYTHON, ROOT

SITES = ("acme", "other")
STOP_SECONDS = 10.0


class RunningWorkers:
    """Two sites in one database, and the workers of a test."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        chosen = {"VAR_DIR": str(folder), "DATABASE_URL": url, "LOG_LEVEL": "ERROR", "LOG_FORMAT": "json"}
        self.environment = servers.development(1, 1) | chosen
        self.settings = Settings.from_environ(self.environment)
        self.app: Flask = create_app(self.settings)
        self.deps: AppDependencies = self.app.extensions["timesheet"]
        self.log = (folder / "worker.log").open("ab")
        self.workers: list[subprocess.Popen[bytes]] = []
        for site in SITES:
            with self.app.app_context():
                stores_of(self.app.extensions["timesheet"].operation.transaction, site)

    def ask(self, site: str, subject: str) -> None:
        with self.app.app_context():
            self.deps.operation.transaction.enter(site)
            self.deps.jobs.jobs_of(site).ask_for(Job.EVENTS, subject, self.deps.operation.clock())
            self.deps.operation.transaction.commit()

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        started = subprocess.Popen(
            [*TIED, str(PYTHON), *command],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self.workers.append(started)
        return started

    def start_quick(self) -> subprocess.Popen[bytes]:
        return self.start("-m", "tests.processes.support.quick_worker", str(self.folder))

    def noted(self, what: str) -> Sequence[tuple[str, str]]:
        """Site and subject of what was begun, or ended, in order."""
        log = self.folder / "log"
        lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
        return [(site, subject) for noted, site, subject, _ in lines if noted == what]

    def labels(self, site: str) -> list[str]:
        with self.app.app_context():
            self.deps.operation.transaction.enter(site)
            return sorted(label.name for label in self.deps.stores.stores_of(site).labels.all())

    def events(self, site: str) -> Counter[str]:
        """Return how often each subject was recorded."""
        recorded = (event for event in events(self.app, site) if event.action is Action.AUDIT_EXPORTED)
        return Counter(str(event.after["form"]) for event in recorded)

    def waiting(self) -> int:
        return due(self.app)

    def all_done(self) -> bool:
        with self.app.app_context():
            return not self.deps.jobs.board.totals(self.deps.operation.clock())

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.log.close()
        close_app(self.app)


@pytest.fixture(params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningWorkers]:
    if request.param == "sqlite":
        url = str(request.getfixturevalue("sqlite_url"))
        migrate(url, url)
    else:
        url = str(request.getfixturevalue("secured_url"))
    made = RunningWorkers(tmp_path, url)
    yield made
    made.stop()


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(running: RunningWorkers) -> None:
    hold = running.folder / "hold"
    hold.touch()
    running.ask("acme", "7")
    first = running.start_quick()
    wait_for(lambda: running.noted("begin"))
    first.send_signal(signal.SIGKILL)
    first.wait()
    hold.unlink()
    assert running.labels("acme") == []
    running.start_quick()
    wait_for(running.all_done)
    assert running.labels("acme") == ["7"]
    assert running.events("acme") == {"7": 1}
    assert (len(running.noted("begin")), len(running.noted("end"))) == (2, 1)


def test_a_queue_that_is_lost_loses_nothing(running: RunningWorkers) -> None:
    for number in range(5):
        running.ask("acme", str(number))
    queue = running.settings.queue_url or ""
    if queue.startswith("sqlite"):
        Path(queue.removeprefix("sqlite:///")).unlink()
    else:
        serving = running.app.extensions["queues"][1]
        serving._opened().storage.flush_queue()
    running.start_quick()
    wait_for(running.all_done)
    assert running.labels("acme") == ["0", "1", "2", "3", "4"]


def test_two_workers_share_the_work_and_do_each_thing_once(running: RunningWorkers) -> None:
    for _ in range(2):
        running.start_quick()
    for number in range(40):
        running.ask(SITES[number % 2], str(number))
    wait_for(running.all_done)
    for site, first in zip(SITES, (0, 1), strict=True):
        wanted = [str(number) for number in range(first, 40, 2)]
        assert running.labels(site) == sorted(wanted)
        assert running.events(site) == dict.fromkeys(wanted, 1)
    assert Counter(running.noted("begin")).most_common(1)[0][1] == 1


def test_the_command_works_and_ends_when_it_is_asked_to(running: RunningWorkers) -> None:
    with running.app.app_context():
        for site in SITES:
            running.deps.jobs.board.enroll(site, {Job.CHECKPOINT: running.deps.operation.clock()})
    worker = running.start("-m", "flask", "--app", "app", "worker")
    wait_for(lambda: running.waiting() == 0)
    begin = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert time.monotonic() - begin < STOP_SECONDS
    assert "Traceback" not in (running.folder / "worker.log").read_text()


@pytest.fixture(params=["sqlite", "postgresql"])
def unmigrated(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a database without tables: the app's, and that of the role that will own them."""
    if request.param == "sqlite":
        url = str(request.getfixturevalue("sqlite_url"))
        yield url, url
    else:
        server = str(request.getfixturevalue("postgresql_server"))
        make_roles(server)
        with fresh_database(server, owner=OWNER) as name:
            yield address(server, name, APP), address(server, name, OWNER)


def test_a_worker_waits_for_the_tables_and_says_so_once(unmigrated: tuple[str, str], tmp_path: Path) -> None:
    url, owner_url = unmigrated
    chosen = {"VAR_DIR": str(tmp_path), "DATABASE_URL": url, "LOG_FORMAT": "json"}
    environment = servers.development(1, 1) | chosen
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [*TIED, str(PYTHON), "-m", "flask", "--app", "app", "worker"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_for(lambda: "worker_waits" in log.read_text())
        # Long enough for a second look.
        time.sleep(TICK_SECONDS + 1)
        migrate(url, owner_url)
        app = create_app(Settings.from_environ(environment))
        with app.app_context():
            stores_of(app.extensions["timesheet"].operation.transaction, "acme")
            deps: AppDependencies = app.extensions["timesheet"]
            deps.jobs.board.enroll("acme", {Job.CHECKPOINT: deps.operation.clock()})
        wait_for(lambda: not due(app))
        close_app(app)
    finally:
        worker.terminate()
        worker.wait(30)
    lines = log.read_text()
    assert (lines.count("worker_waits"), lines.count("worker_begins")) == (1, 1)
    assert "run flask db upgrade" in lines
    assert "Traceback" not in lines


def due(app: Flask) -> int:
    deps: AppDependencies = app.extensions["timesheet"]
    with app.app_context():
        return sum(total.due for total in deps.jobs.board.totals(deps.operation.clock()))


def test_the_only_web_process_does_the_jobs_itself(processes: AppProcesses) -> None:
    """Nothing else is started, and nothing of it is left when it ends."""
    app = create_app(Settings.from_environ(processes.environment))
    deps: AppDependencies = app.extensions["timesheet"]

    with app.app_context():
        [site] = [one.key for one in deps.sites.installed_sites()]
    with app.app_context():
        deps.operation.transaction.enter(site)
        deps.jobs.jobs_of(site).ask_for(Job.EVENTS, "4711", deps.operation.clock())
        deps.operation.transaction.commit()
    wait_for(lambda: not waits(app, Job.EVENTS))
    assert processes.master is not None
    begin = time.monotonic()
    processes.master.terminate()
    processes.master.wait(30)
    assert time.monotonic() - begin < STOP_SECONDS
    close_app(app)


def waits(app: Flask, job: Job) -> bool:
    """Return whether any site has this job, due or running."""
    deps: AppDependencies = app.extensions["timesheet"]
    with app.app_context():
        return any(total.job is job for total in deps.jobs.board.totals(deps.operation.clock()))
