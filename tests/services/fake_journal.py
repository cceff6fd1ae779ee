"""A journal that lives in a list."""

from __future__ import annotations

from timesheet.domain.worklog import Worklog
from timesheet.services.worklog_journal import Intent


class FakeJournal:
    """``steps`` are what was begun, dropped and finished, in turn; ``open`` is what is neither."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, Intent, Worklog | None]] = []
        self.open: dict[str, Intent] = {}

    def begin(self, intent: Intent) -> None:
        self.steps.append(("begin", intent, None))
        self.open[intent.id] = intent

    def drop(self, intent: Intent) -> None:
        self.steps.append(("drop", self.open.pop(intent.id), None))

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        del self.open[intent.id]
        self.steps.append(("finish", intent, after))
