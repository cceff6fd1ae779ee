"""Remember the data that was read of a site, as long as its revision stays the same.

A request asks for the revision once. After that, it reads the site's own data from memory, if any request of
this process has read it at the same revision. Each change of the data raises the revision, so no request on
any process uses data from before the change.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock

MOST_ROWS = 50_000
"""The most rows that all sites of a process may have in memory; one is a kilobyte at most."""

UNKNOWN = object()
"""The answer of a memory that does not know."""


@dataclass(slots=True)
class _Remembered:
    """The known data of one site at one revision, by the name of the read."""

    revision: int
    answers: dict[Hashable, object] = field(default_factory=dict)
    rows: int = 0


class RevisionMemory:
    """The memory of one process. The least recently used site is forgotten first. Thread safe."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most, self._rows = most_rows, 0
        self._sites: OrderedDict[str, _Remembered] = OrderedDict()
        self._lock = Lock()

    def get(self, site: str, revision: int, name: Hashable) -> object:
        """Return what was kept under this name at this revision, or UNKNOWN."""
        with self._lock:
            remembered = self._sites.get(site)
            if remembered is None or remembered.revision != revision:
                return UNKNOWN
            self._sites.move_to_end(site)
            return remembered.answers.get(name, UNKNOWN)

    def keep(self, site: str, revision: int, name: Hashable, answer: object, rows: int) -> None:
        """Remember a result that was made from ``rows`` rows; results of another revision are forgotten."""
        with self._lock:
            remembered = self._sites.get(site)
            if remembered is None or remembered.revision != revision or remembered.rows + rows > self._most:
                self._rows -= remembered.rows if remembered else 0
                remembered = self._sites[site] = _Remembered(revision)
            if name in remembered.answers or rows > self._most:
                return
            remembered.answers[name] = answer
            remembered.rows += rows
            self._rows += rows
            self._sites.move_to_end(site)
            while self._rows > self._most:
                self._rows -= self._sites.popitem(last=False)[1].rows
