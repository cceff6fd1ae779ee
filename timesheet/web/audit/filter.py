"""The filter of the audit log as it appears in an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from timesheet.domain.audit.action import Action, ObjectKind
from timesheet.domain.audit.event import AuditFilter, Outcome
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.jira_time import day_begin
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan, month_of
from timesheet.web.http.fields import read_day

ANY, RANGE = "", "range"
EVENTS, ACTIVITY = "", "activity"
TIMES: Mapping[str, str] = MappingProxyType(
    {
        ANY: message("Any time"),
        "today": message("Today"),
        "7d": message("Last 7 days"),
        "30d": message("Last 30 days"),
        "90d": message("Last 90 days"),
        "month": message("This month"),
        "last-month": message("Last month"),
        RANGE: message("Range"),
    }
)
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {Outcome.DONE: message("Done"), Outcome.REFUSED: message("Refused")}
)
TOPICS: tuple[str, ...] = tuple(dict.fromkeys(action.partition(".")[0] for action in Action))
KNOWN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "view": frozenset({ACTIVITY}),
        "time": frozenset(TIMES),
        "action": frozenset((*Action, *TOPICS)),
        "kind": frozenset(ObjectKind),
        "outcome": frozenset(OUTCOMES),
    }
)
SHORTEST_TEXT, LONGEST_ID, LONGEST_QUERY = 3, 128, 2000
EARLIEST = date(1971, 1, 1)


@dataclass(frozen=True, slots=True)
class AuditChoice:
    """A filter as somebody chose it. ``time`` is one of TIMES; ``first`` and ``last`` apply to a range only.

    ``action`` is an action, or a topic (the part before its dot) for all of that topic. ``alone`` excludes
    events that only concern ``person``. ``whose`` is the author of a worklog, ``worked_from`` and
    ``worked_to`` its work dates. ``event`` is the number where the list begins, empty for the newest event.
    ``view`` is EVENTS or ACTIVITY.
    """

    time: str = ANY
    first: str = ""
    last: str = ""
    person: str = ""
    alone: bool = False
    action: str = ""
    kind: str = ""
    object: str = ""
    team: str = ""
    outcome: str = ""
    text: str = ""
    whose: str = ""
    worked_from: str = ""
    worked_to: str = ""
    event: str = ""
    view: str = EVENTS

    @property
    def query(self) -> Mapping[str, str]:
        """Return the choice as the query of an address, without default values."""
        values = {name: getattr(self, name) for name in self.__slots__}
        texts = {name: "1" if value is True else value for name, value in values.items() if value}
        if self.time != RANGE:
            texts = {name: text for name, text in texts.items() if name not in ("first", "last")}
        return texts

    @property
    def encoded(self) -> str:
        """Return the same as one text, for an address that carries it as one parameter."""
        return urlencode(self.query)

    def without(self, *names: str) -> Mapping[str, str]:
        """Return the query without some of its parts."""
        return {name: text for name, text in self.query.items() if name not in names}

    @property
    def start(self) -> int | None:
        """Return the number of the first event of the list, None for the newest."""
        if self.event and not is_number(self.event, 9):
            raise InvalidInput(message("Events have numbers. Choose one from the list."), field="event")
        return int(self.event) if self.event else None

    def span(self, today: date) -> DateSpan | None:
        """Return the days shown, None for all. Raise InvalidInput for an invalid range."""
        if self.time == "month":
            return month_of(today)
        if self.time == "last-month":
            return month_of(today.replace(day=1) - timedelta(days=1))
        if self.time == RANGE:
            first = _day(self.first, EARLIEST if self.last else today, "first")
            last = _day(self.last, max(first, today), "last")
            if last < first:
                sentence = message(
                    "The range ends before it begins. Choose a last day on or after the first."
                )
                raise InvalidInput(sentence, field="last")
            return DateSpan(first, last)
        back = {"today": 0, "7d": 6, "30d": 29, "90d": 89}.get(self.time)
        return None if back is None else DateSpan(today - timedelta(days=back), today)

    def worked(self) -> tuple[date | None, date | None]:
        """Return the first and last work date, None if open. Raise InvalidInput for an invalid range."""
        first = _day(self.worked_from, EARLIEST, "worked_from") if self.worked_from else None
        last = _day(self.worked_to, EARLIEST, "worked_to") if self.worked_to else None
        if first and last and last < first:
            sentence = message(
                "The work dates end before they begin. Choose a last work date on or after the first."
            )
            raise InvalidInput(sentence, field="worked_to")
        return first, last

    def criteria(self, today: date, zone: ZoneInfo) -> AuditFilter:
        """Return the choice as a filter; days begin at midnight in ``zone``. Raise InvalidInput for a field
        that cannot be used.
        """
        for name, known in KNOWN.items():
            if text := getattr(self, name):
                _check_choice(text, known, name)
        if 0 < len(self.text) < SHORTEST_TEXT:
            raise InvalidInput(
                message("Type at least {count} characters of an id.", count=SHORTEST_TEXT),
                field="text",
            )
        span, (worked_from, worked_to) = self.span(today), self.worked()
        return AuditFilter(
            since=day_begin(span.first, zone) if span else None,
            until=day_begin(span.last + timedelta(days=1), zone) if span else None,
            actor=self.person if self.alone else "",
            person="" if self.alone else self.person,
            actions=_actions_of(self.action),
            object_kind=ObjectKind(self.kind) if self.kind else None,
            object_id=self.object,
            team_id=self.team,
            outcome=Outcome(self.outcome) if self.outcome else None,
            text=self.text,
            whose=self.whose,
            worked_from=worked_from,
            worked_to=worked_to,
        )


def read_audit_choice(args: MultiDict[str, str]) -> AuditChoice:
    """Return the choice in a query as it is; unusable values are kept and refused when they are used.

    An address of Jira carries the whole query in ``filter``.
    """
    if whole := args.get("filter"):
        args = MultiDict(parse_qsl(whole[:LONGEST_QUERY]))
    texts = {name: _plain(args.get(name, "")) for name in AuditChoice.__slots__}
    alone = texts.pop("alone") == "1" and bool(texts["person"])
    return AuditChoice(**texts, alone=alone)


def _plain(text: str) -> str:
    """Return a text without control characters, which an id cannot contain and a database may refuse."""
    return "".join(char for char in text if char.isprintable()).strip()[:LONGEST_ID]


def _actions_of(text: str) -> frozenset[Action]:
    """Return the actions that a choice names: one, all of a topic, or none."""
    return frozenset(action for action in Action if text in (action.value, action.partition(".")[0]))


def _day(text: str, default: date, field: str) -> date:
    try:
        return read_day(text, default)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=field) from None


def _check_choice(text: str, known: frozenset[str], field: str) -> None:
    if text not in known:
        sentence = message("“{text}” cannot be chosen here. Choose from the list.", text=text[:40])
        raise InvalidInput(sentence, field=field)
