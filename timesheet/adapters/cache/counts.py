"""Counts that all processes share, on the cache server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from timesheet.adapters.cache.away import Away

PREFIX = "timesheet:count:"
# KEYS: names. ARGV: amount, the window of each in ms. Counts in a window that begins with the first one.
COUNT = """
local counts = {}
for index, key in ipairs(KEYS) do
  counts[index] = redis.call('INCRBY', key, ARGV[1])
  if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, ARGV[index + 1]) end
end
return counts
"""
READ = "return {redis.call('GET', KEYS[1]) or '0', redis.call('PTTL', KEYS[1])}"


class Scripts(Protocol):
    """Runs scripts on the server: the server itself, or the cache, which reads something with them."""

    def run(self, script: str, names: Sequence[str], arguments: Sequence[str]) -> Any:
        """Return what a script returns. Raise Away if the server does not answer."""


class ServerCounts:
    """Counts by key within a window. Every answer is None while the server is away."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def count(self, windows: Sequence[tuple[str, float]], amount: int) -> list[int] | None:
        """Count ``amount`` more of each key, in a window of so many seconds that begins with the first one.

        Return the counts.
        """
        found = self._ask(
            COUNT,
            [key for key, _ in windows],
            amount,
            *(max(1, round(seconds * 1000)) for _, seconds in windows),
        )
        return None if found is None else [int(count) for count in found]

    def read(self, key: str) -> tuple[int, float] | None:
        """Return the count, and the seconds until its window ends."""
        found = self._ask(READ, [key])
        return None if found is None else (int(found[0]), max(0, int(found[1])) / 1000)

    def _ask(self, script: str, keys: Sequence[str], *arguments: int) -> Any:
        names = [f"{PREFIX}{key}" for key in keys]
        try:
            return self._scripts.run(script, names, [str(argument) for argument in arguments])
        except Away:
            return None
