"""A journal in a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from timesheet.domain.audit.action import Action
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.journal import Intent


class FakeJournal:
    """A journal. ``steps`` are what was begun, dropped, left, and finished, in order; ``open`` is what is neither.

    ``made`` are new worklogs that are recorded.
    """

    def __init__(self) -> None:
        self.steps: list[tuple[str, Intent, Worklog | None]] = []
        self.open: dict[str, Intent] = {}
        self.made: dict[str, Intent] = {}

    def begin(self, intent: Intent, earlier: Intent | None = None) -> bool:
        if self.open.get(intent.id) != earlier:
            return False
        self.steps.append(("begin", intent, None))
        self.open[intent.id] = intent
        return True

    def drop(self, intent: Intent) -> None:
        where = self.open if intent.id in self.open else self.made
        self.steps.append(("drop", where.pop(intent.id), None))

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        if self.open.pop(intent.id, None) is None:
            return
        self.steps.append(("finish", intent, after))
        if after and intent.action is Action.WORKLOG_CREATED:
            self.made[intent.id] = replace(intent, worklog_id=after.id)
        for other in [one for one in self.open.values() if one.worklog_id == intent.worklog_id is not None]:
            if after is None:
                del self.open[other.id]
            else:
                self.open[other.id] = replace(other, updated=after.updated, before=after.facts)

    def give_up(self, intent: Intent) -> None:
        self.steps.append(("give up", self.open.pop(intent.id), None))

    def earlier(self, intent_id: str) -> Intent | None:
        return self.open.get(intent_id) or self.made.get(intent_id)

    def keyed(self, account_id: str, write_key: str) -> Sequence[Intent]:
        announced = [*self.open.values(), *self.made.values()]
        return [i for i in announced if (i.account_id, i.write_key) == (account_id, write_key)]

    def unfinished_on(self, issue_id: int) -> Sequence[Intent]:
        return [intent for intent in self.unfinished() if intent.issue_id == issue_id]

    def unfinished_near(self, issue_id: int, account_id: str) -> Sequence[Intent]:
        return [
            i
            for i in self.unfinished()
            if i.issue_id == issue_id or (i.account_id, i.action) == (account_id, Action.WORKLOG_CREATED)
        ]

    def recent(self, since: datetime, account_id: str) -> Sequence[int]:
        found = [i for step, i, _ in reversed(self.steps) if step == "finish" and i.at >= since]
        found.sort(key=lambda intent: intent.account_id != account_id)
        return list(dict.fromkeys(intent.issue_id for intent in found))

    def recorded(self, people: Collection[str], since: datetime) -> Sequence[Mapping[str, Any]]:
        found = [(i, after) for step, i, after in self.steps if step == "finish" and i.at >= since]
        of_people = [pair for pair in found if {pair[0].author, pair[0].account_id} & set(people)]
        return [side for i, after in of_people for side in (after.facts if after else {}, i.before)]

    def unfinished(self) -> Sequence[Intent]:
        return sorted(self.open.values(), key=lambda intent: intent.at)
