"""The emulated Jira and the app in one process, installed and ready, for journeys and benchmarks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import flask_migrate
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from jira_emulator.forge.installation import ForgeInstallation
from jira_emulator.model import Person
from jira_emulator.server import RunningCloud, RunningSite, running_cloud, script_url
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings
from tools import forge

LOOPBACK = "127.0.0.1"
DATABASE = "timesheet.db"


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

    @property
    def site_key(self) -> str:
        """Return the key under which the app stores the first site."""
        return self.jira.site.client_key


class ForgeStage(Stage):
    """A stage whose sites have the app as a Forge app."""

    @property
    def installation(self) -> ForgeInstallation:
        """Return the app on the first site."""
        [found] = self.jira.tenant.forge.usable()
        return found

    def entrance(self, person: Person, module: str, **values: str) -> str:
        """See Stage."""
        [admin] = self.installation.app.of_kind("jira:adminPage")
        base, configuration = self.installation.base, self.installation.configuration
        page = configuration if module == admin.key else f"{base}/{module}"
        query = "&".join(f"{name}={value}" for name, value in values.items())
        place = quote(page + (f"?{query}" if query else ""), safe="/")
        return f"{self.jira.base_url}/_host/sign-in-as?person={person.account_id}&next={place}"

    @property
    def site_key(self) -> str:
        """See Stage."""
        return self.installation.id


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
    forge_page: Path | None = None,
    connect_before: bool = False,
) -> Iterator[Stage]:
    """Run a cloud and an app, installed on every site, for one block. Jira's searches lag by ``search_lag`` seconds.

    Its database is a new one in ``folder``, unless ``database`` is the address of another. Its pages load the
    bundles, as in production, unless ``assets`` is ``modules``. It is a Forge app if ``forge_page`` is the
    folder with its built page, and moved from a Connect app with ``connect_before``.
    """
    with (
        running_cloud(sites=sites, people=people, months=months, search_lag=search_lag) as cloud,
        listening() as server,
    ):
        for site in cloud.sites:
            speak_english(site)
        base_url = f"http://{LOOPBACK}:{server.server_port}"
        chosen = settings(folder, base_url, cloud.sites[0].base_url, group_sync)
        chosen = replace(chosen, database_url=database or chosen.database_url, assets=assets)
        if forge_page is not None:
            chosen = behind_forge(chosen, cloud)
        if not database:
            (folder / DATABASE).write_bytes(migrated_database())
        app = create_app(chosen, clock=cloud.cloud.clock)
        if database:
            migrate(app)
        server.app = app
        for site in cloud.sites:
            if forge_page is None or connect_before:
                site.install(f"{base_url}/atlassian-connect.json")
            if forge_page is not None:
                wanted = group_sync == "on"
                manifest = forge.write_emulated_manifest(folder, base_url, forge_page, group_sync=wanted)
                site.install_forge(manifest)
                assert site.flush_webhooks()
        try:
            yield (Stage if forge_page is None else ForgeStage)(cloud, app, base_url)
        finally:
            close_app(app)


@cache
def migrated_database() -> bytes:
    """Return the file of a database with all tables and no site, migrated once for all stages of a process."""
    with TemporaryDirectory() as folder:
        app = create_app(settings(Path(folder), f"http://{LOOPBACK}", f"http://{LOOPBACK}:1"))
        migrate(app)
        close_app(app)
        return (Path(folder) / DATABASE).read_bytes()


def migrate(app: Flask) -> None:
    """Give the app's database all tables."""
    with app.app_context():
        flask_migrate.upgrade()


def behind_forge(chosen: Settings, cloud: RunningCloud) -> Settings:
    """Return the settings of an app that also lets invocations of this cloud's Forge in."""
    platform = cloud.cloud.forge
    return replace(
        chosen,
        forge_app_id=forge.EXAMPLE_APP,
        forge_jwks_url=platform.jwks_url,
        forge_api_url=platform.api_url,
    )


def speak_english(site: RunningSite) -> None:
    """Give everybody the same locale, so that the texts that journeys look for do not depend on the person."""
    for person in site.site.people.values():
        person.locale = "en_GB"


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
