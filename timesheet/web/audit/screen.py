"""The parts of the audit log screen around its lines: the choice as chips, and the available options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial, update_wrapper
from typing import Any

from timesheet.domain.audit.action import Action, ObjectKind
from timesheet.domain.audit.event import AuditEvent
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.span import View
from timesheet.services.audit.view import Reader, check_auditor
from timesheet.services.ports.audit import FoundEvents
from timesheet.web.audit.action_names import KINDS, TOPIC_NAMES, action_words
from timesheet.web.audit.chain import last_check
from timesheet.web.audit.filter import OUTCOMES, RANGE, TIMES, AuditChoice
from timesheet.web.audit.lines import EventLine, EventPrinter, UnreadableLine
from timesheet.web.audit.names import EventNames
from timesheet.web.http.context import Context
from timesheet.web.http.dates import clock_time, short_date, span_title
from timesheet.web.http.language import _, localize, reader_locale
from timesheet.web.http.viewer import figures_of

A_PAGE = 100
MOST_UNASKED = 500
"""Rows that load automatically while somebody scrolls; more have to be requested."""


@dataclass(frozen=True, slots=True)
class AuditScreen:
    """One of the two screens: ``name`` is its blueprint, ``opens`` returns what its viewer may read."""

    name: str
    title: str
    module: str
    opens: Callable[[Context], Reader]


@dataclass(frozen=True, slots=True)
class AuditFilterChip:
    """One part of the choice: its text, and the query without it."""

    name: str
    text: str
    rest: Mapping[str, str]


def open_log(context: Context) -> Reader:
    """Return the whole log. Raise NotAllowed for somebody who is not an auditor."""
    check_auditor(context.permissions, context.requester)
    return Reader(context.audit)


def _open_history(context: Context) -> Reader:
    """Return the events that concern the viewer."""
    return Reader(context.audit, own=context.identity.account_id)


def at(place: AuditScreen, view: Callable[..., Any]) -> Callable[..., Any]:
    """Register a view with both places."""
    return update_wrapper(partial(view, place), view)


LOG = AuditScreen("audit", message("Audit log"), "audit-log", open_log)
HISTORY = AuditScreen("history", message("My history"), "my-history", _open_history)


class Screen:
    """One rendering of a place, with what its viewer may read, in their zone and words."""

    def __init__(self, context: Context, place: AuditScreen, choice: AuditChoice) -> None:
        self.context, self.place, self.choice = context, place, choice
        self.reader = place.opens(context)
        self.profile = context.profile()
        self.locale, self.zone = reader_locale(self.profile.locale), self.profile.zone
        self.today = context.viewer_context.today

    def scan(self, before: int | None) -> FoundEvents:
        """Return a page of events, or as many as one query finds. Raise InvalidInput for an invalid choice."""
        return self.reader.scan(self.choice.criteria(self.today, self.zone), before, A_PAGE)

    def printer(self, events: Sequence[AuditEvent], *, opened: bool = False) -> EventPrinter:
        """Return a printer for these events; ``opened`` reads names for all ids inside the first of them."""
        others = [account for account in (self.choice.person, self.choice.whose) if account]
        names = EventNames(
            self.context, events, others, with_teams=bool(self.choice.team), own=bool(self.reader.own)
        )
        if opened:
            names.look_inside(events[0])
        figures = figures_of(self.context)
        return EventPrinter(names, self.locale, self.zone, self.context.clock(), figures)

    def rows(self, found: FoundEvents, printer: EventPrinter, shown: int) -> Mapping[str, Any]:
        """Return the lines of a page, and what follows them; a query that found nothing is always continued."""
        lines: dict[int, EventLine | UnreadableLine] = {
            event.seq: printer.line(event) for event in found.events
        }
        lines.update((seq, UnreadableLine(seq)) for seq in found.unreadable)
        shown += len(lines)
        return {
            "lines": [lines[seq] for seq in sorted(lines, reverse=True)],
            "printer": printer,
            "place": self.place,
            "choice": self.choice,
            "before": found.before,
            "back_to": printer.at(found.back_to) if found.back_to else "",
            "shown": shown,
            "unasked": shown < MOST_UNASKED or not lines,
        }

    def frame(self, printer: EventPrinter) -> Mapping[str, Any]:
        """Return the values around the lines."""
        own = bool(self.reader.own)
        return {
            "own": own,
            "auditor": not own or self.context.audits,
            "chips": list(self._chips(printer)),
            "person_name": printer.names.person(self.choice.person).name if self.choice.person else "",
            "whose_name": printer.names.person(self.choice.whose).name if self.choice.whose else "",
            "times": TIMES,
            "actions": _actions(),
            "kinds": KINDS,
            "teams": self._teams(),
            "team_name": printer.names.team(self.choice.team) if self.choice.team else "",
            "outcomes": OUTCOMES,
            "kept": self.context.site_settings.audit_days,
            "zone_name": self.zone.key,
            "read_at": clock_time(self.context.clock(), self.zone, self.locale),
            "today": self.today,
            "check": None if own else last_check(self.context),
        }

    def _teams(self) -> Mapping[str, str]:
        teams = self.context.stores.teams
        if self.reader.own:
            return {team.id: team.name for team, _roles in teams.teams_of(self.reader.own)}
        return {team.id: team.name for team in teams.all()}

    def _chips(self, printer: EventPrinter) -> Iterator[AuditFilterChip]:
        choice = self.choice
        person = printer.names.person(choice.person).name
        texts = {
            "time": self._time_text(),
            "person": _("{name}, as the actor", name=person)
            if choice.alone
            else _("Person involved: {name}", name=person),
            "action": action_words(choice.action),
            "kind": localize(KINDS[ObjectKind(choice.kind)]) if choice.kind in tuple(ObjectKind) else "",
            "object": choice.object,
            "team": printer.names.team(choice.team) if choice.team else "",
            "outcome": localize(OUTCOMES.get(choice.outcome, "")),
            "whose": _("Time of {name}", name=printer.names.person(choice.whose).name),
            "worked_from": _("Work date from {day}", day=self._day_text(choice.worked_from)),
            "worked_to": _("Work date to {day}", day=self._day_text(choice.worked_to)),
            "text": _("“{text}”", text=choice.text),
            "event": _("Event {event} and before", event=choice.event),
        }
        for name, text in texts.items():
            if getattr(choice, name) and text:
                yield AuditFilterChip(name, text, choice.without(name, *_WITH_IT.get(name, ())))

    def _day_text(self, text: str) -> str:
        """Return a date in words; a text that is not a date is returned as it is."""
        try:
            return short_date(date.fromisoformat(text), self.locale)
        except ValueError:
            return text

    def _time_text(self) -> str:
        choice = self.choice
        if choice.time != RANGE:
            return localize(TIMES.get(choice.time, ""))
        try:
            span = choice.span(self.today)
        except InvalidInput:
            span = None
        if span is None or not choice.first:
            return _("until {day}", day=self._day_text(choice.last)) if choice.last else _("Today")
        return span_title(View.RANGE, span, self.locale)


_WITH_IT: Mapping[str, tuple[str, ...]] = {"time": ("first", "last"), "person": ("alone",)}


def _actions() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return each topic with its name and its actions."""
    return [
        (
            topic,
            localize(name),
            [(one.value, action_words(one)) for one in Action if one.startswith(f"{topic}.")],
        )
        for topic, name in TOPIC_NAMES.items()
    ]
