"""A whole emulated cloud inside this process, for the command line and for tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from jira_emulator.app import create_site_app
from jira_emulator.calls import CallLog
from jira_emulator.clock import utc_now
from jira_emulator.cloud import Cloud
from jira_emulator.connect.frame import Place, context_token, page_url
from jira_emulator.connect.installation import Installation
from jira_emulator.forge.installation import ForgeInstallation
from jira_emulator.forge.manifest import install_manifest
from jira_emulator.host.place import place_of
from jira_emulator.model import Person
from jira_emulator.seed import seed_site
from jira_emulator.site import Site
from jira_emulator.tenant import Tenant
from jira_emulator.wire import Server

NAMES = ("Northwind Works", "Southwind Works")
CONTROL_SECONDS = 30


@dataclass
class RunningSite:
    """One site that answers on its own port, with helpers for tests."""

    server: Server
    tenant: Tenant
    _session: requests.Session = field(default_factory=requests.Session)

    @property
    def site(self) -> Site:
        """Return the site's data."""
        return self.tenant.site

    @property
    def base_url(self) -> str:
        """Return its address, without a trailing slash."""
        return self.tenant.site.base_url

    @property
    def script_url(self) -> str:
        """Return the script for apps' pages, on another host like Atlassian's; theme style sheets are next to it."""
        return script_url(self.server.server_port)

    @property
    def calls(self) -> CallLog:
        """Return the call log."""
        return self.tenant.calls

    def install(self, descriptor_url: str) -> Installation:
        """Install or upgrade an app. Raise DescriptorRefused or LifecycleFailed."""
        return self.tenant.lifecycle.install(descriptor_url)

    def install_forge(self, manifest: Path) -> ForgeInstallation:
        """Install the Forge app of a manifest. Raise ManifestRefused if it cannot be read."""
        return install_manifest(self.tenant.forge, manifest)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API, e.g. ``control("POST", "trouble", {...})``; return its JSON, None for an
        empty response.
        """
        url = f"{self.server.base_url}/_emulator/{path.lstrip('/')}"
        answer = self._session.request(method, url, json=body, timeout=CONTROL_SECONDS)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def flush_webhooks(self) -> bool:
        """Deliver all pending events, to apps of both kinds."""
        return self.tenant.webhooks.flush() and self.tenant.forge.flush()

    def person(self, number: int) -> Person:
        """Return the n-th active person of the seed, from 0; the first is a Jira admin."""
        active = [one for one in self.site.people.values() if one.active and one.account_type == "atlassian"]
        return active[number]

    def page_url(self, module_key: str, person: Person, *, app_key: str = "", **values: str) -> str:
        """Return the iframe URL with a new token; ``values`` such as ``issue="PAY-1"``, ``project="PAY"``,
        ``ac_date=…``.
        """
        app = self._app(app_key)
        module = app.descriptor.module(module_key)
        if module is None:
            raise LookupError(f"{app.key} has no module {module_key}")
        return page_url(self.tenant, app, module, person, self._place(person, values))

    def context_token(self, person: Person, *, app_key: str = "", **values: str) -> str:
        """Return what ``AP.context.getToken`` would return for this person."""
        return context_token(self.tenant, self._app(app_key), person, self._place(person, values))

    def _app(self, key: str) -> Installation:
        return self.tenant.lifecycle.find(key or next(iter(self.tenant.lifecycle.apps)))

    def _place(self, person: Person, values: Mapping[str, str]) -> Place:
        names = {"issue": "issue.key", "project": "project.key"}
        named = {names.get(name, name.replace("ac_", "ac.", 1)): value for name, value in values.items()}
        return place_of(self.site, person, named)


def script_url(port: int) -> str:
    """Return the address of the script for apps' pages: another origin than the site's, on the same port."""
    return f"http://localhost:{port}/_atlassian/connect/all.js"


@dataclass
class RunningCloud:
    """All sites of a running cloud."""

    cloud: Cloud
    sites: list[RunningSite]

    def stop(self) -> None:
        """Stop serving."""
        for running in self.sites:
            running.server.stop()
        self.cloud.forge.stop()
        self.cloud.stop()


def start_cloud(
    *,
    ports: list[int],
    people: int,
    months: int,
    seed: int = 1,
    limits: bool = False,
    basic_auth: bool,
    search_lag: float,
) -> RunningCloud:
    """Seed one site per port and serve them; port 0 uses a free one.

    Searches see changes ``search_lag`` seconds of the emulated clock late, and intermittently before that.
    """
    cloud = Cloud(utc_now)
    running = []
    for number, port in enumerate(ports):
        server = Server(port)
        name = NAMES[number] if number < len(NAMES) else f"Site {number + 1}"
        site = Site(name, server.base_url, clock=cloud.clock)
        seed_site(site, people=people, months=months, seed=seed + number)
        site.index.lag_ms = round(search_lag * 1000)
        tenant = cloud.add_site(site, limits=limits, basic_auth=basic_auth)
        server.start(create_site_app(cloud, tenant))
        running.append(RunningSite(server, tenant))
    return RunningCloud(cloud, running)


@contextmanager
def running_cloud(
    sites: int = 1,
    people: int = 12,
    months: int = 1,
    *,
    basic_auth: bool = False,
    search_lag: float = 0,
) -> Iterator[RunningCloud]:
    """Run a cloud on free loopback ports for the length of the block."""
    cloud = start_cloud(
        ports=[0] * sites, people=people, months=months, basic_auth=basic_auth, search_lag=search_lag
    )
    try:
        yield cloud
    finally:
        cloud.stop()
