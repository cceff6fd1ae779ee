"""Format audit events as lines of a table, and one event in detail, in the viewer's zone and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_timedelta

from timesheet.domain.audit.action import CATALOG, Action, ObjectKind
from timesheet.domain.audit.event import AuditEvent, Outcome, PersonId, Value
from timesheet.domain.figures import Figures
from timesheet.domain.message import message
from timesheet.domain.permission import WHOM_NAMES, Whom
from timesheet.domain.person import Person
from timesheet.services.audit.view import SOMEBODY, changes_of, time_of
from timesheet.web.audit.names import EventNames, NamedObject, span_of
from timesheet.web.audit.terms import GRANT, ORIGINS, name_words, reading_place, setting_words, value_words
from timesheet.web.http.dates import date_and_time
from timesheet.web.http.language import _, list_values, localize
from timesheet.web.team.choice import period_title

NOTHING = "–"
RETENTION, FOR_EVER = "audit_days", message("Forever")
SECONDS = frozenset({"seconds", "capacity", "spent", "weekdays"})
EXPORTS = frozenset({Action.TIME_EXPORTED, Action.AUDIT_EXPORTED})
NAMES = frozenset({"name", "title"})
WRITTEN = NAMES | {"description", "jql"}
"""Keys of texts written by people, which are never ids. A filter that names people consists of parts in order."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event, ready to print. ``ago`` is how long ago it was, ``at`` the date and time of day.

    ``gist`` is a short text of what changed, where that is possible: work date and time of a worklog, format and days
    of an export.
    ``whose`` is the person whose time that is.
    """

    event: AuditEvent
    ago: str
    at: str
    who: Person
    says: str
    object: NamedObject
    team: str
    gist: str = ""
    whose: Person | None = None

    @property
    def origin(self) -> str:
        """Return in words where the event comes from."""
        return localize(ORIGINS[self.event.origin])

    @property
    def refused(self) -> bool:
        """Return True if the action was refused."""
        return self.event.outcome is Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """The place of an event that was damaged in the database."""

    seq: int
    event: None = None


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting in words; an empty text if it did not exist."""

    name: str
    before: str
    after: str


class EventPrinter:
    """Formats events for one viewer at one moment."""

    def __init__(
        self, names: EventNames, locale: Locale, zone: ZoneInfo, now: datetime, figures: Figures
    ) -> None:
        self.names, self.locale, self.zone, self.now, self.figures = names, locale, zone, now, figures

    def line(self, event: AuditEvent) -> EventLine:
        """Return one event as a line."""
        return EventLine(
            event=event,
            ago=self.ago(event.at),
            at=self.at(event.at),
            who=self.names.person(event.actor),
            says=localize(CATALOG[event.action].says),
            object=self.names.object(event),
            team=self.names.team(event.team_id) if event.team_id else "",
            gist=self.gist(event),
            whose=self.whose(event),
        )

    def whose(self, event: AuditEvent) -> Person | None:
        """Return the author of a worklog if somebody else wrote it, or else the actor."""
        account_id = time_of(event)
        return self.names.person(account_id) if account_id else None

    def gist(self, event: AuditEvent) -> str:
        """Return the work date and the time of a worklog, with before and after if they differ; what an export has."""
        if event.action in EXPORTS:
            return self._export(event)
        if event.object_kind is not ObjectKind.WORKLOG:
            return ""
        sides = (event.before, event.after)
        days = [self.value_text("day", values["day"]) for values in sides if values.get("day")]
        times = [
            self.value_text("seconds", values["seconds"])
            for values in sides
            if values.get("seconds") is not None
        ]
        return list_values(" → ".join(dict.fromkeys(texts)) for texts in (days, times) if texts)

    def _export(self, event: AuditEvent) -> str:
        """Return the kind, the format, and the days of an export, as far as its event contains them."""
        texts = [self.value_text(key, event.after[key]) for key in ("by", "format") if key in event.after]
        span = span_of(event)
        return list_values([*texts, period_title(span, self.locale)] if span else texts)

    def at(self, instant: datetime) -> str:
        """Return the date and time of day."""
        return date_and_time(instant, self.zone, self.locale)

    def ago(self, instant: datetime) -> str:
        """Return how long ago it was."""
        return str(
            format_timedelta(instant - self.now, add_direction=True, format="short", locale=self.locale)
        )

    def differences(self, event: AuditEvent) -> Sequence[SettingLine]:
        """Return the settings before and after in reading order, without those that were empty and still are."""

        def words(key: str, value: Value) -> str:
            named = key in NAMES and isinstance(value, str)
            return name_words(event.object_kind, str(value)) if named else self.value_text(key, value)

        found = (
            SettingLine(
                setting_words(change.key),
                words(change.key, _without(change.key, change.before, change.after)),
                words(change.key, _without(change.key, change.after, change.before)),
            )
            for change in sorted(changes_of(event), key=lambda change: reading_place(change.key))
        )
        return [one for one in found if one.before or one.after]

    def value_text(self, key: str, value: Value) -> str:
        """Return a value in words: seconds as time, ids by name, account ids as people."""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, int):
            return self._number(key, value)
        if isinstance(value, PersonId) or value == SOMEBODY:
            return self.names.person(value).name
        if isinstance(value, str):
            words = value if key in WRITTEN else value_words(key, value, self.locale)
            return words or self.names.inside(value)
        if isinstance(value, Mapping):
            return self._grant(value) if value.keys() == GRANT else self._parts(value)
        if value is None:
            return localize(FOR_EVER) if key == RETENTION else ""
        if key in WRITTEN:
            return "".join(self.value_text(key, part) for part in value)
        lines = any(not isinstance(part, str | int | None) for part in value)
        texts = (self.value_text(key, part).replace("\n", ", ") for part in value)
        return ("\n" if lines else ", ").join(text for text in texts if text)

    def _number(self, key: str, value: int) -> str:
        if key == "projects":
            return self.names.inside(str(value))
        if key == "issue":
            return self.names.issue(value)
        return self.figures.show_with_seconds(value) if key in SECONDS else str(value)

    def _parts(self, values: Mapping[str, Value]) -> str:
        return "\n".join(
            _("{setting}: {value}", setting=setting_words(name), value=self.value_text(name, part) or NOTHING)
            for name, part in values.items()
        )

    def _grant(self, grant: Mapping[str, Value]) -> str:
        """Return everybody, nobody, or the listed groups and people."""
        listed = {name: part for name, part in grant.items() if name != "whom" and part}
        whom = str(grant["whom"])
        return self._parts(listed) or (localize(WHOM_NAMES[Whom(whom)]) if whom in tuple(Whom) else whom)


def _without(key: str, value: Value, other: Value) -> Value:
    """Return only the items of a list that the other list lacks, so a new holiday is shown alone.

    A list of seconds has fixed positions and stays whole, and so do the parts of a filter.
    """
    if key in SECONDS | WRITTEN or isinstance(value, str) or isinstance(other, str):
        return value
    if isinstance(value, Sequence) and isinstance(other, Sequence):
        return [part for part in value if part not in other]
    return value
