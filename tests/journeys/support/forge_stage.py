"""A site where the app is a Forge app, and journeys through its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import flask_migrate
from playwright.sync_api import Frame

from jira_emulator.forge.installation import APPS
from jira_emulator.model import Person
from jira_emulator.server import running_cloud
from tests.journeys.conftest import SEARCH_LAG, Journey
from timesheet.bootstrap import create_app
from tools.stage import Stage, listening, settings

APP = f"{APPS}4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c"


@dataclass(frozen=True)
class ForgeStage(Stage):
    """A stage whose first site has the app as a Forge app only; ``ids`` are in the addresses of its pages."""

    ids: str

    def entrance(self, person: Person, module: str, **values: str) -> str:
        """See Stage."""
        query = "?" + "&".join(f"{name}={value}" for name, value in values.items()) if values else ""
        place = (
            f"settings/apps/configure/{self.ids}" if module == "configure" else f"apps/{self.ids}/{module}"
        )
        page = f"/jira/{place}{query}".replace("?", "%3F").replace("&", "%26")
        return f"{self.jira.base_url}/_host/sign-in-as?person={person.account_id}&next={page}"


class ForgeJourney(Journey):
    """A journey whose frame is at the file server, not at the app."""

    def frame(self) -> Frame:
        """See Journey."""
        frame = self.page.locator("iframe[data-forge]").element_handle().content_frame()
        assert frame is not None
        frame.wait_for_selector("#main")
        return frame


@contextmanager
def set_forge_stage(folder: Path, page: Path) -> Iterator[ForgeStage]:
    """Run one site with the app as a Forge app only, whose built page is in ``page``, for one block."""
    with running_cloud(people=12, months=1, search_lag=SEARCH_LAG) as cloud, listening() as server:
        base_url = f"http://127.0.0.1:{server.server_port}"
        jira, platform = cloud.sites[0], cloud.cloud.forge
        chosen = replace(
            settings(folder, base_url, jira.base_url),
            forge_app_id=APP,
            forge_jwks_url=platform.jwks_url,
            forge_api_url=platform.api_url,
        )
        app = server.app = create_app(chosen, clock=cloud.cloud.clock)
        with app.app_context():
            flask_migrate.upgrade()
        jira.control("POST", "forge", {"appId": APP, "baseUrl": base_url, "page": str(page)})
        [installation] = jira.tenant.forge.usable()
        assert jira.tenant.forge.flush()
        try:
            ids = f"{installation.app.uuid}/{installation.app.environment_id}"
            yield ForgeStage(cloud, app, base_url, ids)
        finally:
            with app.app_context():
                app.extensions["sqlalchemy"].engine.dispose()
