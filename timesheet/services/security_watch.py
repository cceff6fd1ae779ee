"""Noticing what looks like an attack or abuse: too much of one kind from one source in a while."""

from __future__ import annotations

from dataclasses import dataclass

from timesheet.services.ports import Cache


@dataclass(frozen=True, slots=True)
class Burst:
    """More than ``most`` within ``seconds`` is the audit event ``action``."""

    action: str
    most: int
    seconds: int = 600


REFUSED_TOKENS = Burst("security.refused_tokens", 20)
CROSS_SITE = Burst("security.cross_site", 0)
FOREIGN_IDS = Burst("security.cross_site", 10)
EXPORTS = Burst("security.burst_exports", 10)
DELETES = Burst("security.burst_deletes", 50)


def goes_too_far(cache: Cache, burst: Burst, *source: str) -> bool:
    """Count one more of ``source``; True for exactly the one in its window that is too many.

    The window begins with the first one, so a source is reported once in it, however long it goes on.
    """
    key, seen = ":".join(("burst", burst.action, str(burst.most), *source)), 0

    def one_more(count: int) -> int:
        nonlocal seen
        seen = count + 1
        return seen

    cache.get_or_create(key, int, burst.seconds)
    cache.update(key, one_more)
    return seen == burst.most + 1
