"""Atlassian's services for Forge apps of all sites: the key set, the tokens, and the address of its API."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt

from jira_emulator.clock import Now
from jira_emulator.forge.cdn import INDEX, Cdn
from jira_emulator.forge.installation import (
    ENVIRONMENTS,
    INSTALLATIONS,
    PAGE,
    SYSTEM_TOKENS,
    USER_TOKENS,
    ForgeInstallation,
    OpenPage,
)
from jira_emulator.forge.keys import InvocationKeys
from jira_emulator.forge.tokens import AccessTokens
from jira_emulator.site import Site
from jira_emulator.wire import Server

PREFIX = "/_atlassian/forge"
LIFE_SECONDS = 25
ENDPOINT = ("core:endpoint", "")
"""The module of an invocation that no page makes."""
FORGE = "emulator.forge"
"""The key in the WSGI environment of a call that came through Atlassian's API, where only its tokens count."""


class ForgePlatform:
    """One for all sites; ``api_url`` is the address under which the first site serves Atlassian's API."""

    def __init__(self, clock: Now) -> None:
        self.clock = clock
        self.keys = InvocationKeys()
        self.access = AccessTokens(clock)
        self.api_url = ""
        self.file_servers: list[Server] = []
        self._calls: Counter[tuple[int, str]] = Counter()

    def count(self, minute: int, app_id: str) -> int:
        """Count one call of an app's pages in a minute; return how many they made on all sites."""
        if (minute, app_id) not in self._calls:
            self._calls = Counter({key: calls for key, calls in self._calls.items() if key[0] == minute})
        self._calls[minute, app_id] += 1
        return self._calls[minute, app_id]

    def invocation_token(
        self, installation: ForgeInstallation, site: Site, page: OpenPage | None = None
    ) -> str:
        """Return a signed token for one invocation; its claims cover neither the path nor the body of the call.

        Without a page there is no person, and the list of the installation's sites does not name their cloud ids.
        """
        app, issued, ari = installation.app, int(self.clock().timestamp()), INSTALLATIONS + installation.id
        kind, key = page.module if page else ENDPOINT
        context: dict[str, Any] = {
            "cloudId": site.cloud_id,
            "environmentId": app.environment_id,
            "environmentType": app.environment,
            "moduleKey": key,
        }
        if installation.names_site:
            context["siteUrl"] = site.base_url
        claims: dict[str, Any] = {
            "app": {
                "id": app.app_id,
                "version": "1.0.0",
                "installationId": ari,
                "apiBaseUrl": f"{self.api_url}/ex/jira/{site.cloud_id}",
                "environment": {
                    "type": app.environment,
                    "id": f"{ENVIRONMENTS}{app.uuid}/{app.environment_id}",
                },
                "module": {"type": kind, "key": key},
                "installation": {
                    "id": ari,
                    "contexts": [{"name": "jira", **({"cloudId": site.cloud_id} if page else {})}],
                },
            },
            "context": context,
            "iss": "forge/invocation-token",
            "aud": app.app_id,
            "iat": issued,
            "nbf": issued,
            "exp": issued + LIFE_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        if page is not None:
            claims["principal"] = page.account_id
            context |= {"accountId": page.account_id, "extension": page.extension or {"type": kind}}
        kid, private_key = self.keys.signing()
        return jwt.encode(claims, private_key, algorithm="RS256", headers={"kid": kid})

    def tokens_for_jira(
        self, installation: ForgeInstallation, site: Site, account_id: str | None, sent: str = PAGE
    ) -> dict[str, str]:
        """Return the headers with the tokens that the scopes and the endpoint of what is ``sent`` ask for."""
        scopes, cloud_id, endpoint = installation.app.scopes, site.cloud_id, installation.app.endpoints[sent]
        headers = {"x-b3-traceid": "80f198ee56343ba864fe8b2a57d3eff7", "x-b3-spanid": "e457b5a2e4d86bd1"}
        if endpoint.system and SYSTEM_TOKENS in scopes:
            headers["x-forge-oauth-system"] = self.access.deliver(installation, cloud_id, None)
        if endpoint.user and USER_TOKENS in scopes and account_id is not None:
            headers["x-forge-oauth-user"] = self.access.deliver(installation, cloud_id, account_id)
        return headers

    def serve_page(self, folder: Path, site: Callable[[], str]) -> str:
        """Serve the built page of an app to this site, from an origin of its own; return the address of the page."""
        server = Server(0)
        server.start(Cdn(folder, server.base_url, site))
        self.file_servers.append(server)
        return f"{server.base_url}/{INDEX}"

    def stop(self) -> None:
        """Stop serving the pages of apps."""
        while self.file_servers:
            self.file_servers.pop().stop()

    @property
    def jwks_url(self) -> str:
        """Return the address of the key set."""
        return f"{self.api_url}/jwks.json"
