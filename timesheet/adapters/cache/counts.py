"""Counts that all processes share, on the cache server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from timesheet.adapters.cache.away import Away

if TYPE_CHECKING:
    from timesheet.adapters.cache.server import CacheServer

PREFIX = "timesheet:count:"
# KEYS: name. ARGV: amount, window in ms. Counts in a window that begins with the first one.
COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count
"""
READ = "return {redis.call('GET', KEYS[1]) or '0', redis.call('PTTL', KEYS[1])}"


class ServerCounts:
    """Counts by key within a window. Every answer is None while the server is away."""

    def __init__(self, server: CacheServer) -> None:
        self._server = server

    def count(self, key: str, amount: int, seconds: float) -> int | None:
        """Count ``amount`` more in a window of ``seconds`` that begins with the first one; return the count."""
        found = self._ask(COUNT, key, amount, max(1, round(seconds * 1000)))
        return None if found is None else int(found)

    def read(self, key: str) -> tuple[int, float] | None:
        """Return the count, and the seconds until its window ends."""
        found = self._ask(READ, key)
        return None if found is None else (int(found[0]), max(0, int(found[1])) / 1000)

    def _ask(self, script: str, key: str, *arguments: int) -> Any:
        try:
            return self._server.ask(
                lambda client: client.eval(script, 1, f"{PREFIX}{key}", *map(str, arguments))
            )
        except Away:
            return None
