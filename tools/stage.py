"""The emulated Jira and the app in one process, installed and ready, for journeys and benchmarks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import flask_migrate
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from jira_emulator.model import Person
from jira_emulator.server import RunningCloud, RunningSite, running_cloud, script_url
from timesheet.bootstrap import close_app, create_app
from timesheet.settings import Settings

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Stage:
    """The cloud with its sites, the app, and the app's address."""

    cloud: RunningCloud
    app: Flask
    base_url: str

    @property
    def jira(self) -> RunningSite:
        """Return the first site."""
        return self.cloud.sites[0]

    def entrance(self, person: Person, module: str, **values: str) -> str:
        """Return the address that signs a person in to the first site and opens a page of the app inside Jira."""
        [app] = self.jira.tenant.lifecycle.enabled()
        query = "&".join(f"ac.{name}={value}" for name, value in values.items())
        page = f"/plugins/servlet/ac/{app.key}/{module}" + (
            f"%3F{query.replace('&', '%26')}" if query else ""
        )
        return f"{self.jira.base_url}/_host/sign-in-as?person={person.account_id}&next={page}"

    def work_off(self) -> None:
        """Let Jira send its events, and a worker do everything that is due."""
        self.jira.flush_webhooks()
        self.app.extensions["worker"].worker.tick()
        self.app.extensions["worker"].worker.drain()


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open as a real server does, and prints no line per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing; the app writes its own log."""


@contextmanager
def set_stage(
    folder: Path,
    *,
    sites: int = 1,
    people: int = 12,
    months: int = 1,
    group_sync: str = "on",
    database: str = "",
    search_lag: float = 0,
    assets: str = "bundle",
) -> Iterator[Stage]:
    """Run a cloud and an app, installed on every site, for one block. Jira's searches lag by ``search_lag`` seconds.

    Its database is a new one in ``folder``, unless ``database`` is the address of another. Its pages load what
    they load in production, unless ``assets`` is ``modules``.
    """
    with (
        running_cloud(sites=sites, people=people, months=months, search_lag=search_lag) as cloud,
        listening() as server,
    ):
        base_url = f"http://{LOOPBACK}:{server.server_port}"
        chosen = settings(folder, base_url, cloud.sites[0].base_url, group_sync)
        chosen = replace(chosen, database_url=database or chosen.database_url, assets=assets)
        app = create_app(chosen, clock=cloud.cloud.clock)
        with app.app_context():
            flask_migrate.upgrade()
        server.app = app
        for site in cloud.sites:
            site.install(f"{base_url}/atlassian-connect.json")
        try:
            yield Stage(cloud, app, base_url)
        finally:
            close_app(app)


@contextmanager
def listening() -> Iterator[BaseWSGIServer]:
    """Run a server on a free port, whose address is known before its app is created."""
    server = make_server(LOOPBACK, 0, Flask("empty"), threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settings(folder: Path, base_url: str, jira: str, group_sync: str = "on") -> Settings:
    """Return the settings of an app that trusts only this emulated Jira."""
    return Settings.from_environ(
        {
            "ENV": "development",
            "BASE_URL": base_url,
            "VAR_DIR": str(folder),
            "JIRA_HOSTS": f"{LOOPBACK}:*",
            "CONNECT_INSTALL_KEYS_URL": f"{jira}/_atlassian/install-keys",
            "CONNECT_OAUTH_URL": f"{jira}/_atlassian",
            "CONNECT_SCRIPT_URL": script_url(int(jira.rpartition(":")[2])),
            "GROUP_SYNC": group_sync,
            "JIRA_POINTS": "1000000000",
            "LOG_LEVEL": "ERROR",
        }
    )
