"""The parts that Atlassian runs for all sites: the clock, install keys, the OAuth server, and the points of
each app.
"""

from __future__ import annotations

from jira_emulator.clock import MovableClock, Now
from jira_emulator.connect.impersonation import ImpersonationTokens
from jira_emulator.connect.install_keys import InstallKeys
from jira_emulator.forge.platform import ForgePlatform
from jira_emulator.ratelimit import PointQuota


class Platform:
    """The parts that all sites of one process share."""

    def __init__(self, clock: Now) -> None:
        self.clock = MovableClock(clock)
        self.install_keys = InstallKeys()
        self.tokens = ImpersonationTokens(self.clock)
        self.forge = ForgePlatform(self.clock)
        self.quota = PointQuota(self.clock)
