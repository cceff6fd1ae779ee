"""Jira's points and pauses that all processes share, on the cache server."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from timesheet.adapters.cache.away import Away
from timesheet.services.resilience.budget import HOUR, MemoryPoints, Spent
from timesheet.services.resilience.priority import Priority

if TYPE_CHECKING:
    from timesheet.adapters.cache.server import CacheServer

PREFIX = "timesheet:points:"
PAUSE_PREFIX = "timesheet:pause:"
KEPT_MILLISECONDS = 3 * HOUR * 1000
# KEYS: this hour, the one before. ARGV: site, points, those of people, those of saves, time to live in ms.
ADD = """
local app = redis.call('HINCRBY', KEYS[1], 'app', ARGV[2])
local people = redis.call('HINCRBY', KEYS[1], 'people', ARGV[3])
local saves = redis.call('HINCRBY', KEYS[1], 'saves', ARGV[4])
local site = 0
if ARGV[1] ~= '' then site = redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {app, people, saves, site, redis.call('HLEN', KEYS[1]) - 3, redis.call('HGET', KEYS[2], 'people') or '0',
  redis.call('HGET', KEYS[2], 'saves') or '0', redis.call('HLEN', KEYS[2]) - 3}
"""
# KEYS: this hour. ARGV: points, time to live in ms.
AT_LEAST = """
if tonumber(redis.call('HGET', KEYS[1], 'app') or '0') < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'app', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
"""
# KEYS: pauses. Returns the time left in ms and the reason of each that there is.
PAUSES = """
local found = {}
for index, key in ipairs(KEYS) do
  local reason = redis.call('GET', key)
  if reason then table.insert(found, {redis.call('PTTL', key), reason}) end
end
return found
"""


class ServerPoints:
    """Counts on the server; while it is away, this process counts for itself and adds its counts afterward."""

    def __init__(self, server: CacheServer) -> None:
        self._server = server
        self._alone = MemoryPoints()
        self._lock = threading.Lock()
        self._owed: Counter[tuple[int, str, Priority]] = Counter()
        server.when_back(self._settle)

    def add(self, hour: int, site: str, points: int, priority: Priority) -> Spent:
        """See Points."""
        try:
            spent = self._added(hour, site, points, priority, reach=False)
        except Away:
            with self._lock:
                self._owed[hour, site, priority] += points
            return self._alone.add(hour, site, points, priority)
        # So that it continues from here if the server goes away.
        self._alone.add(hour, site, points, priority)
        self._alone.at_least(hour, spent.app)
        return spent

    def at_least(self, hour: int, points: int) -> None:
        """See Points."""
        self._alone.at_least(hour, points)
        try:
            self._server.ask(
                lambda client: client.eval(AT_LEAST, 1, _name(hour), str(points), str(KEPT_MILLISECONDS))
            )
        except Away:
            return

    def _added(self, hour: int, site: str, points: int, priority: Priority, *, reach: bool) -> Spent:
        ask = self._server.reach if reach else self._server.ask
        people = points if priority is not Priority.BACKGROUND else 0
        saves = points if priority is Priority.SAVE else 0
        arguments = (_site(site), str(points), str(people), str(saves), str(KEPT_MILLISECONDS))
        found: Any = ask(lambda client: client.eval(ADD, 2, _name(hour), _name(hour - 1), *arguments))
        app, whole, saved, own, sites, *before = (int(number) for number in found)
        people_before, saves_before, sites_before = before
        return Spent(app, whole, saved, own, sites, people_before, saves_before, max(0, sites_before))

    def _settle(self) -> None:
        """Add the points that were counted while the server was away."""
        with self._lock:
            owed, self._owed = self._owed, Counter()
        while owed:
            (hour, site, priority), points = owed.popitem()
            try:
                self._added(hour, site, points, priority, reach=True)
            except Away:
                owed[hour, site, priority] += points
                with self._lock:
                    self._owed.update(owed)
                raise


class ServerPauses:
    """The pauses for which Jira asked one process, for all of them. There are none while the server is away."""

    def __init__(self, server: CacheServer) -> None:
        self._server = server

    def longest(self, scopes: Sequence[tuple[str, ...]]) -> tuple[float, str]:
        """Return the seconds and the reason of the longest pause of these scopes; 0 seconds if there is none."""
        names = list(map(_pause, scopes))
        try:
            found: Any = self._server.ask(lambda client: client.eval(PAUSES, len(names), *names))
        except Away:
            return 0.0, ""
        waits = [(int(left) / 1000, bytes(reason).decode("utf-8", "replace")) for left, reason in found]
        return max(waits, default=(0.0, ""))

    def note(self, scope: tuple[str, ...], seconds: float, reason: str) -> None:
        """Store a pause of ``scope`` for everybody."""
        try:
            self._server.ask(
                lambda client: client.set(_pause(scope), reason, px=max(1, round(seconds * 1000)))
            )
        except Away:
            return


def _name(hour: int) -> str:
    return f"{PREFIX}{hour}"


def _site(site: str) -> str:
    return hashlib.sha256(site.encode()).hexdigest()[:24] if site else ""


def _pause(scope: tuple[str, ...]) -> str:
    return PAUSE_PREFIX + hashlib.sha256("\n".join(scope).encode()).hexdigest()
