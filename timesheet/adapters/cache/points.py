"""Jira's points and pauses that all processes share, on the cache server."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from timesheet.adapters.cache.away import Away
from timesheet.services.resilience.budget import HOUR, MemoryPoints, Spent
from timesheet.services.resilience.priority import Priority

if TYPE_CHECKING:
    from timesheet.adapters.cache.server import CacheServer

PREFIX = "timesheet:points:"
PAUSES_KEY = "timesheet:pauses"
READ_SECONDS = 1.0
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
# KEYS: pauses. ARGV: scope, ms, reason. The end of a pause is an instant of the server's clock. A longer one stays.
PAUSE = """
local time = redis.call('TIME')
local till = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
local before = tonumber(string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^%d+'))
if before and before >= till then return end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f:%s', till, ARGV[3]))
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
"""
# KEYS: pauses. Returns the scope, the time left in ms, and the reason of each that there is.
PAUSES = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all, found = redis.call('HGETALL', KEYS[1]), {}
for index = 1, #all, 2 do
  local till, reason = string.match(all[index + 1], '^(%d+):(.*)$')
  if tonumber(till) > now then table.insert(found, {all[index], till - now, reason})
  else redis.call('HDEL', KEYS[1], all[index]) end
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
        self._owed_hour = 0
        server.when_back(self._settle)

    def add(self, hour: int, site: str, points: int, priority: Priority) -> Spent:
        """See Points."""
        try:
            spent = self._added(hour, site, points, priority, reach=False)
        except Away:
            with self._lock:
                if hour > self._owed_hour:
                    # Nobody asks for the points of earlier hours.
                    recent = {key: owed for key, owed in self._owed.items() if key[0] >= hour - 1}
                    self._owed, self._owed_hour = Counter(recent), hour
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
    """The pauses for which Jira asked one process, for all of them. There are none while the server is away.

    They are read once a second, because there rarely is one: who does not know it yet is refused by Jira itself.
    """

    def __init__(self, server: CacheServer, now: Callable[[], float] = time.monotonic) -> None:
        self._server, self._now = server, now
        self._read_at = -math.inf
        self._until: dict[str, tuple[float, str]] = {}

    def longest(self, scopes: Sequence[tuple[str, ...]]) -> tuple[float, str]:
        """Return the seconds and the reason of the longest pause of these scopes; 0 seconds if there is none."""
        now = self._now()
        if now - self._read_at >= READ_SECONDS:
            self._read_at, self._until = now, self._read(now)
        if not self._until:
            return 0.0, ""
        until, reason = max(self._until.get(_scope(scope), (now, "")) for scope in scopes)
        return max(0.0, until - now), reason

    def note(self, scope: tuple[str, ...], seconds: float, reason: str) -> None:
        """Store a pause of ``scope`` for everybody."""
        arguments = (_scope(scope), str(max(1, round(seconds * 1000))), reason)
        try:
            self._server.ask(lambda client: client.eval(PAUSE, 1, PAUSES_KEY, *arguments))
        except Away:
            return

    def _read(self, now: float) -> dict[str, tuple[float, str]]:
        try:
            found: Any = self._server.ask(lambda client: client.eval(PAUSES, 1, PAUSES_KEY))
        except Away:
            return {}
        return {
            bytes(scope).decode("ascii"): (now + int(left) / 1000, bytes(reason).decode("utf-8", "replace"))
            for scope, left, reason in found
        }


def _name(hour: int) -> str:
    return f"{PREFIX}{hour}"


def _site(site: str) -> str:
    return hashlib.sha256(site.encode()).hexdigest()[:24] if site else ""


def _scope(scope: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(scope).encode()).hexdigest()
