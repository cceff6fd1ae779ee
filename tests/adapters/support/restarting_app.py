"""A cloud and an app that can be stopped, lose all data, and be started again; and a person who works there."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, select
from werkzeug.datastructures import MultiDict
from werkzeug.serving import BaseWSGIServer

from jira_emulator.server import RunningCloud, running_cloud
from tests.web.support.browsing import Browser
from timesheet.adapters.db.base import Base
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import ROOT
from tools.postgresql import find_programs
from tools.project import BIN
from tools.stage import Stage, listening, settings

Rows = dict[str, list[str]]


@dataclass
class RestartingApp:
    """A cloud with one site, and an app that can be stopped and started on the same address."""

    folder: Path
    cloud: RunningCloud
    server: BaseWSGIServer
    database: str = ""
    owner: str = ""
    reader: str = ""
    app: Flask | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def stage(self) -> Stage:
        assert self.app is not None
        return Stage(self.cloud, self.app, self.base_url)

    def start(self) -> None:
        chosen = settings(self.folder / "var", self.base_url, self.cloud.sites[0].base_url)
        chosen = replace(chosen, database_url=self.database or chosen.database_url)
        self.server.app = self.app = create_app(chosen)

    def stop(self) -> None:
        assert self.app is not None
        self.server.app = Flask("stopped")
        close_app(self.app)

    def run(self, commands: str) -> None:
        """Run commands like an operator, line by line, in a folder with the app and its ``var``."""
        programs = find_programs()
        names = {
            "DATABASE_URL": self.database,
            "DATABASE_OWNER_URL": self.owner,
            "DATABASE_BACKUP_URL": self.reader,
        }
        environment = {
            "PATH": f"{BIN}:{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "ENV": "development",
            "BASE_URL": self.base_url,
            "VAR_DIR": str(self.folder / "var"),
            "LOG_LEVEL": "ERROR",
            **{name: plain(url) for name, url in names.items() if url},
        }
        today = commands.replace("2026-11-24", f"{datetime.now(UTC).astimezone():%F}")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", today],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{today}\n{done.stdout}\n{done.stderr}"

    def rows(self) -> Rows:
        """Return everything that is stored, of all sites."""
        engine = create_engine(self.reader or f"sqlite:///{self.folder / 'var' / 'timesheet.db'}")
        with engine.connect() as connection:
            stored = {
                table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                for table in Base.metadata.sorted_tables
            }
        engine.dispose()
        return stored


def plain(url: str) -> str:
    """Return the address in the form that PostgreSQL's programs read."""
    return url.replace("postgresql+psycopg:", "postgresql:")


@contextmanager
def restarting_app(folder: Path) -> Iterator[RestartingApp]:
    (folder / "var").mkdir()
    with running_cloud(people=4) as cloud, listening() as server:
        built = RestartingApp(folder, cloud, server)
        yield built
        built.stop()


class Work:
    """A person who logs time, which records audit events, until they are stopped."""

    def __init__(self, built: RestartingApp, prefix: str) -> None:
        jira = built.cloud.sites[0]
        self.browser = Browser(built.stage, jira, jira.person(1)).sign_in()
        self.issue = next(one.id for one in jira.site.issues.values() if not one.worklog_ids)
        self.prefix, self.done, self.stopped = prefix, 0, threading.Event()

    def log(self) -> None:
        """Log one worklog on a new day."""
        fields = {
            "issue": self.issue,
            "day": f"2031-{1 + self.done // 28:02}-{1 + self.done % 28:02}",
            "value": "1",
        }
        fields |= {"key": f"{self.prefix}-{self.done:06}"}
        self.browser.post("/timesheet/cell", MultiDict({name: str(value) for name, value in fields.items()}))
        self.done += 1

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Work in a thread for one block; an exception in the thread is raised here."""

        def work() -> None:
            while not self.stopped.is_set():
                self.log()

        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(work)
            try:
                yield
            finally:
                self.stopped.set()
        working.result()
