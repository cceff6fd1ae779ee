"""Atlassian's services for Forge apps of all sites: the key set, the tokens, and the address of its API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from jira_emulator.clock import Now
from jira_emulator.forge.cdn import INDEX, Cdn
from jira_emulator.forge.keys import InvocationKeys
from jira_emulator.forge.tokens import AccessTokens
from jira_emulator.wire import Server

PREFIX = "/_atlassian/forge"
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
