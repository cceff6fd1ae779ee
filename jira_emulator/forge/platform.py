"""What Atlassian runs for Forge apps of all sites: the key set, the tokens, and the address of its API."""

from __future__ import annotations

from jira_emulator.clock import Now
from jira_emulator.forge.keys import InvocationKeys
from jira_emulator.forge.tokens import AccessTokens

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

    @property
    def jwks_url(self) -> str:
        """Return the address of the key set."""
        return f"{self.api_url}/jwks.json"
