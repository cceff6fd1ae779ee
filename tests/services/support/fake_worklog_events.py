"""The events about worklogs of one site, in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from timesheet.services.ports.change_feed import FeedPosition
from timesheet.services.ports.worklog_event import Put, ReceivedEvent


class FakeWorklogEvents:
    """Implements WorklogEventStore."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], ReceivedEvent | datetime] = {}
        self.through: FeedPosition | None = None
        self.concerned: Callable[[ReceivedEvent], bool] = lambda _: True

    def put(self, event: ReceivedEvent, now: datetime) -> Put:
        key = (event.worklog_id, event.version)
        if key in self.rows:
            return Put.KNOWN
        concerned = self.concerned(event)
        self.rows[key] = event if concerned else now
        return Put.WAITING if concerned else Put.DONE

    def waiting(self, worklog_id: int) -> Sequence[ReceivedEvent]:
        own = (row for row in self.rows.values() if isinstance(row, ReceivedEvent))
        events = (event for event in own if event.worklog_id == worklog_id)
        return sorted(events, key=lambda event: (event.deleted, event.version))

    def mark_processed(self, events: Collection[ReceivedEvent], now: datetime) -> None:
        for event in events:
            self.rows[event.worklog_id, event.version] = now

    def withdraw(self, event: ReceivedEvent) -> None:
        self.rows.pop((event.worklog_id, event.version), None)

    def recorded(self, versions: Collection[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        return frozenset(key for key in versions if key in self.rows)

    def position(self) -> FeedPosition | None:
        return self.through

    def save_position(self, position: FeedPosition) -> None:
        self.through = position

    def forget(self, before: datetime) -> int:
        old = [key for key, row in self.rows.items() if isinstance(row, datetime) and row < before]
        for key in old:
            del self.rows[key]
        return len(old)
