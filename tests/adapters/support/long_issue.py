"""A Jira with one issue on which many people log, and the points it charges."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.adapters.support.jira_json import issue, worklog
from tests.adapters.support.jira_server import Reply, Request
from timesheet.domain.jira_time import epoch_ms, format_instant

ISSUE = 12
_DAYS = re.compile(r'worklogDate (>=|<=) "([0-9-]+)"')
_AUTHOR = re.compile(r'worklogAuthor (?:in \(|= )"(\w+)"')


@dataclass
class LongIssue:
    """An issue with many worklogs. ``rows`` are starts and authors. ``caller`` is the zone of the caller's
    days in queries.

    ``same``: one worklog must match both author and dates; otherwise each clause may match any worklog.
    """

    rows: list[tuple[datetime, str]]
    same: bool
    caller: ZoneInfo
    points: int = 0
    requests: list[str] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    updated: str | None = None

    def answer(self, request: Request) -> Reply:
        """Answer like Jira, and charge points."""
        if request.path.endswith("myself"):
            return Reply(json={"accountId": "ada"})
        self.requests.append(self._name(request))
        if self.requests[-1] in self.refused:
            return Reply(500)
        if request.method == "POST":
            found = self._matches(request.body["jql"])
            self.points += 1 + found
            return Reply(json={"issues": [self._issue(request)] if found else [], "isLast": True})
        after, before = (int(request.query[name]) for name in ("startedAfter", "startedBefore"))
        chosen = [n for n, (at, _) in enumerate(self.rows) if after < epoch_ms(at) < before]
        start = int(request.query["startAt"])
        page = chosen[start : start + int(request.query["maxResults"])]
        self.points += 1 + len(page)
        return Reply(json={"total": len(chosen), "worklogs": [self._row(number) for number in page]})

    def of(self, author: str, zone: ZoneInfo, first: date, last: date) -> list[int]:
        """Return the ids of the author's worklogs with a work date from ``first`` to ``last``."""
        mine = (n for n, (at, who) in enumerate(self.rows) if who == author)
        return sorted(n + 1 for n in mine if first <= self.rows[n][0].astimezone(zone).date() <= last)

    def _issue(self, request: Request) -> dict[str, Any]:
        if request.body["fields"] == ["id"]:
            return {"id": str(ISSUE)}
        first = [self._row(number) for number in range(min(20, len(self.rows)))]
        stated = {"updated": self.updated} if self.updated else {}
        return issue(ISSUE, *first, total=len(self.rows), **stated)

    def _row(self, number: int) -> dict[str, Any]:
        at, who = self.rows[number]
        return worklog(number + 1, issue=ISSUE, author=who, started=format_instant(at.astimezone(UTC)))

    def _matches(self, jql: str) -> bool:
        [author] = _AUTHOR.findall(jql)
        clauses = [(how, date.fromisoformat(text)) for how, text in _DAYS.findall(jql)]
        dated = [(at.astimezone(self.caller).date(), who) for at, who in self.rows]

        def meets(day: date, how: str, bound: date) -> bool:
            return day >= bound if how == ">=" else day <= bound

        if self.same:
            return any(who == author and all(meets(day, *one) for one in clauses) for day, who in dated)
        logged = any(who == author for _, who in dated)
        return logged and all(any(meets(day, *one) for day, _ in dated) for one in clauses)

    @staticmethod
    def _name(request: Request) -> str:
        if request.method == "POST":
            return "question" if request.body["fields"] == ["id"] else "search"
        return "count" if request.query["maxResults"] == "1" else "read"
