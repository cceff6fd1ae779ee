"""A transport whose clock moves only when it sleeps."""

from __future__ import annotations

from typing import Any

from timesheet.adapters.http.session import open_session
from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.ratelimit import RateLimits
from timesheet.adapters.jira.call.transport import Transport

READ = Call("GET", "myself")
WRITE = Call("POST", "issue/12/worklog", body={"a": 1}, repeatable=False, issue="12")


class Patience:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def transport(jira: Any, patience: Patience, limits: RateLimits | None = None) -> Transport:
    return Transport(open_session(), jira, limits or RateLimits(lambda: patience.now), patience.sleep)
