"""Install, change, and remove apps, with the signed callbacks of each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import requests

from jira_emulator.connect.descriptor import Descriptor, fetch_descriptor
from jira_emulator.connect.installation import Installation, State
from jira_emulator.connect.qsh import query_string_hash
from jira_emulator.connect.tokens import PAGE_SECONDS, sign_install, sign_shared, times
from jira_emulator.platform import Platform
from jira_emulator.site import Site

CALLBACK_SECONDS = 10


class LifecycleFailed(Exception):
    """The step is not possible now, or the app did not answer its callback with 200 or 204."""


@dataclass
class Lifecycle:
    """The apps of one site and their lifecycle; ``display_url`` is what people see in the address bar."""

    platform: Platform
    site: Site
    display_url: Callable[[], str]
    apps: dict[str, Installation] = field(default_factory=dict)

    def find(self, key: str) -> Installation:
        """Return the app on the site, enabled or not. Raise LifecycleFailed if there is none."""
        app = self.apps.get(key)
        if app is None or app.state is State.UNINSTALLED:
            raise LifecycleFailed(f"No app with the key {key} is installed on this site")
        return app

    def enabled(self) -> list[Installation]:
        """Return the apps whose modules are shown."""
        return [app for app in self.apps.values() if app.usable]

    def install(self, descriptor_url: str) -> Installation:
        """Install or upgrade from a descriptor. Raise DescriptorRefused or LifecycleFailed without leaving a trace.

        An upgrade keeps the secret; a new install, even after an uninstall, gets new ones.
        """
        descriptor = fetch_descriptor(descriptor_url)
        installed = self.apps.get(descriptor.key)
        if installed is None or installed.state is State.UNINSTALLED:
            return self._install_new(descriptor, descriptor_url, installed)
        return self._upgrade(installed, descriptor, descriptor_url)

    def upgrade(self, key: str) -> Installation:
        """Read the descriptor again from its address."""
        return self.install(self.find(key).descriptor_url)

    def disable(self, key: str) -> None:
        """Hide the app's modules and refuse its calls."""
        app = self.find(key)
        self._call_back(app, "disabled")
        app.state = State.DISABLED

    def enable(self, key: str) -> None:
        """Enable the app again."""
        app = self.find(key)
        app.state = State.ENABLED
        self._call_back(app, "enabled")

    def uninstall(self, key: str) -> None:
        """Remove the app; its secret becomes invalid whatever the app answers."""
        app = self.find(key)
        if app.usable:
            self.disable(key)
        self._call_back(app, "uninstalled")
        app.state = State.UNINSTALLED
        self.platform.tokens.revoke(app)

    def rotate_secret(self, key: str) -> None:
        """Give the app a new shared secret; an app that refuses keeps the old one."""
        app = self.find(key)
        old = app.shared_secret
        app.new_secret()
        try:
            self._require_installed(app)
        except LifecycleFailed:
            app.shared_secret = old
            raise
        self.platform.tokens.revoke(app)

    def announce(self) -> None:
        """Send ``installed`` again to every app, as after a rename of the site."""
        for app in self.enabled():
            self._require_installed(app)

    def _install_new(self, descriptor: Descriptor, url: str, former: Installation | None) -> Installation:
        app = Installation(descriptor, url)
        self.apps[descriptor.key] = app
        try:
            self._require_installed(app)
        except LifecycleFailed:
            if former is None:
                del self.apps[descriptor.key]
            else:
                self.apps[descriptor.key] = former
            raise
        self.enable(app.key)
        return app

    def _upgrade(self, app: Installation, descriptor: Descriptor, url: str) -> Installation:
        before = (app.descriptor, app.descriptor_url)
        app.descriptor, app.descriptor_url = descriptor, url
        try:
            self._require_installed(app)
        except LifecycleFailed:
            app.descriptor, app.descriptor_url = before
            raise
        if app.state is not State.DISABLED:
            self.enable(app.key)
        return app

    def _require_installed(self, app: Installation) -> None:
        status = self._call_back(app, "installed")
        if status not in (None, 200, 204):
            reason = f"answered {status}" if status else "did not answer"
            raise LifecycleFailed(f"The app at {app.descriptor.base_url} {reason} to its installed callback")

    def _call_back(self, app: Installation, event: str) -> int | None:
        """POST the callback; return the status, 0 without a response, None if the app declared no such callback."""
        path = app.descriptor.lifecycle_path(event)
        if path is None:
            return None
        url = app.address(path)
        headers = {"Authorization": f"JWT {self._token(app, event, url)}"}
        body = self._body(app, event)
        try:
            answer = requests.post(
                url, json=body, headers=headers, timeout=CALLBACK_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return 0
        return answer.status_code

    def _token(self, app: Installation, event: str, url: str) -> str:
        claims = {
            "iss": self.site.client_key,
            "qsh": query_string_hash("POST", url, app.base_path),
            **times(self.platform.clock(), PAGE_SECONDS),
        }
        if event in ("enabled", "disabled"):
            return sign_shared(claims, app.shared_secret)
        kid, key = self.platform.install_keys.signing()
        # Here, unlike in Jira, two calls may be sent in one second; each has a token of its own all the same.
        return sign_install({**claims, "aud": [app.descriptor.base_url], "jti": uuid4().hex}, key, kid)

    def _body(self, app: Installation, event: str) -> Mapping[str, Any]:
        site = self.site
        body = {
            "key": app.key,
            "clientKey": site.client_key,
            "oauthClientId": app.oauth_client_id,
            "cloudId": site.cloud_id,
            "serverVersion": "100292",
            "pluginsVersion": "1001.0.0-SNAPSHOT",
            "baseUrl": site.base_url,
            "displayUrl": self.display_url(),
            "displayUrlServicedeskHelpCenter": self.display_url(),
            "productType": "jira",
            "description": f"Emulated Jira at {site.base_url}",
            "eventType": event,
        }
        if event == "installed":
            body["sharedSecret"] = app.shared_secret
        return body
