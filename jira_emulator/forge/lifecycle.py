"""Install and uninstall Forge apps on a site, and send them events, schedules, and notice of their uninstall."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from jira_emulator.calls import CallLog
from jira_emulator.forge.installation import ForgeApp, ForgeInstallation
from jira_emulator.forge.platform import ForgePlatform
from jira_emulator.model import Event
from jira_emulator.site import Site
from jira_emulator.trouble.trouble import Trouble
from jira_emulator.webhooks import Delivery, Webhooks

EVENTS: Mapping[str, str] = {
    "worklog_created": "avi:jira:created:worklog",
    "worklog_updated": "avi:jira:updated:worklog",
    "worklog_deleted": "avi:jira:deleted:worklog",
    "jira:issue_created": "avi:jira:created:issue",
    "jira:issue_updated": "avi:jira:updated:issue",
    "jira:issue_deleted": "avi:jira:deleted:issue",
}
REASONS: Mapping[int, str] = {0: "TIMEOUT_ERROR", 401: "INVALID_FORGE_INVOCATION_TOKEN"}
"""The reasons to send an event again, by the status of the last answer."""
PAYLOADS = ("worklog", "issue", "changelog")


class ForgeSite(Webhooks):
    """The Forge apps of one site. Events are answered within 5 seconds or sent four times more, a minute apart."""

    retries = 4
    answer_seconds = 5

    def __init__(self, platform: ForgePlatform, site: Site, trouble: Trouble, log: CallLog) -> None:
        super().__init__(
            client_key=lambda: site.client_key,
            apps=list,
            matches=lambda *_: True,
            stamp=lambda _: {},
            trouble=trouble,
            log=log,
        )
        self.retry_seconds = 60.0
        self.platform, self.site = platform, site
        self.installed: dict[str, ForgeInstallation] = {}
        site.bus.listeners.append(self.receive)

    def install(self, app: ForgeApp, account_id: str | None = None) -> ForgeInstallation:
        """Install an app; an earlier one of the same app ends without an event, and its id is not used again."""
        for earlier in self.usable():
            if earlier.app.app_id == app.app_id and earlier.app.environment == app.environment:
                self._end(earlier)
        installation = ForgeInstallation(app, self._new_id(app))
        self.installed[installation.id] = installation
        self._send_lifecycle_event(
            installation, "avi:forge:installed:app", {"installerAccountId": account_id}
        )
        return installation

    def upgrade(self, installation: ForgeInstallation, app: ForgeApp) -> None:
        """Give an installation a new major version of its app."""
        installation.app = replace(app, environment_id=installation.app.environment_id)
        self._send_lifecycle_event(installation, "avi:forge:upgraded:app", {})

    def tick(self) -> None:
        """Run the scheduled trigger of every app once; it is not repeated."""
        for installation in self.usable():
            body = {"context": {"cloudId": self.site.cloud_id, "moduleKey": "hourly"}}
            self._send(installation, "scheduled", "scheduledTrigger", body, retry=self.retries)

    def uninstall(self, installation: ForgeInstallation, *, farewell: bool = True) -> None:
        """Remove an app. The notice of the uninstall may never arrive, and there is no event."""
        if farewell:
            self._send(installation, "preUninstall", "preUninstall", {}, retry=self.retries)
            self.flush()
        self._end(installation)

    def usable(self) -> list[ForgeInstallation]:
        """Return the apps that are on the site now."""
        return [one for one in self.installed.values() if one.usable]

    def receive(self, event: Event) -> None:
        """Queue an event of Jira for every app. Deleting an issue sends no events of its worklogs."""
        name = EVENTS.get(event.name)
        if name is None or (event.cascade and event.name == "worklog_deleted"):
            return
        for installation in self.usable():
            body = {key: event.payload[key] for key in PAYLOADS if key in event.payload}
            stamp = str(event.payload.get("timestamp", self.site.now_ms()))
            body |= {"eventType": name, "selfGenerated": False, "timestamp": stamp}
            self._send(installation, "events", name, body)

    def _new_id(self, app: ForgeApp) -> str:
        """Return an id that no earlier installation had, and that is the same after a restart."""
        name = f"{self.site.cloud_id}/{app.app_id}/{app.environment}/{len(self.installed)}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, name))

    def _send_lifecycle_event(
        self, installation: ForgeInstallation, name: str, more: Mapping[str, Any]
    ) -> None:
        app = installation.app
        body = {
            "eventType": name,
            "id": installation.id,
            "app": {"id": app.uuid, "version": "1.0.0"},
            "environment": {"id": app.environment_id},
        } | {key: value for key, value in more.items() if value is not None}
        self._send(installation, "events", name, body)

    def _send(
        self, installation: ForgeInstallation, kind: str, name: str, body: Mapping[str, Any], retry: int = 0
    ) -> None:
        endpoint = installation.app.endpoints.get(kind)
        if endpoint is not None:
            url = installation.address(endpoint.path)
            self._queue(Delivery(installation, url, name, orjson.dumps(body), kind, None, retry=retry))

    def _end(self, installation: ForgeInstallation) -> None:
        installation.usable = False
        self.platform.access.revoke(installation)

    def _body(self, delivery: Delivery) -> bytes:
        if not delivery.retry or delivery.flow != "events":
            return delivery.body
        context = {
            "retryCount": delivery.retry,
            "retryReason": REASONS.get(delivery.status, "INVALID_REMOTE_INVOCATION_ERROR"),
            "retryData": None,
        }
        return orjson.dumps(orjson.loads(delivery.body) | {"retryContext": context})

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        installation = delivery.app
        if not isinstance(installation, ForgeInstallation):
            raise TypeError("a Forge event goes to a Forge app")
        token = self.platform.invocation_token(installation, self.site)
        return {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            **self.platform.tokens_for_jira(installation, self.site, None, delivery.flow),
        }

    def _failed(self, status: int) -> bool:
        return not 200 <= status < 300
