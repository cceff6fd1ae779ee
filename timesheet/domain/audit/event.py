"""Audit events: who did what to what, when, and from where, with the settings before and after.

An event never contains the text of an issue or a worklog, or the name of a person. Account ids are stored by
reference, so they can be forgotten later: those in their own fields, and each PersonId inside ``before`` and
``after``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from timesheet.domain.audit.action import CATALOG, PERSONAL_KINDS, Action, ObjectKind

FORMER = "former-"
"""The prefix of the id of a person whose account was closed or erased; the rest distinguishes former users."""


SHORTEST_RETENTION = 90
"""The minimum number of days for which a site keeps its events, if it does not keep them forever."""


class PersonId(str):
    """An account id, or the pseudonym of a former user; always stored by reference, never as it is."""

    __slots__ = ()

    @property
    def former(self) -> bool:
        """Return True if this is a former user, whom nobody can identify."""
        return self.startswith(FORMER)


Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value] | None"
Values: TypeAlias = Mapping[str, Value]


class Outcome(StrEnum):
    """The outcome of an action."""

    DONE = "done"
    REFUSED = "refused"


class Origin(StrEnum):
    """The source of an event: a person's page, a webhook or lifecycle call of Jira, a command, or a job of the app."""

    PAGE = "page"
    WEBHOOK = "webhook"
    LIFECYCLE = "lifecycle"
    COMMAND = "command"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class AuditDraft:
    """An event that has no place in the chain yet.

    ``actor`` is an account id, empty for the app itself. ``people`` are the account ids of the people the
    event concerns; they find it in their history. ``at`` is timezone-aware. ``object_id`` is an account id if
    the kind of object is a personal one.
    """

    action: Action
    at: datetime
    actor: str
    origin: Origin
    request_id: str
    object_id: str = ""
    team_id: str = ""
    outcome: Outcome = Outcome.DONE
    people: frozenset[str] = frozenset()
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)

    @property
    def object_kind(self) -> ObjectKind:
        """Return the kind of object that the action affects."""
        return CATALOG[self.action].kind

    def placed(self, seq: int, at: datetime, people: Iterable[str]) -> AuditEvent:
        """Return the event with its place in the chain, and everybody it concerns."""
        return AuditEvent(
            self.action,
            at,
            self.actor,
            self.origin,
            self.request_id,
            self.object_id,
            self.team_id,
            self.outcome,
            frozenset(people),
            self.before,
            self.after,
            seq=seq,
        )


@dataclass(frozen=True, slots=True)
class AuditEvent(AuditDraft):
    """An event with its place in the chain: ``seq`` counts from 1 for each site, without gaps.

    ``at`` is in UTC with millisecond precision. A former user is represented by FORMER and a pseudonym.
    """

    seq: int = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """The filter of an audit query; a value of None, empty, or "" does not filter. ``until`` is exclusive.

    ``person`` is the actor or a person the event concerns. ``text`` is an id or the beginning of one: of an
    object, a team, a request, or the worklog of a late change. ``whose`` is the author of a worklog;
    ``worked_from`` and ``worked_to`` are the first and last of the work dates it has or had. With any of these
    three, only worklog events match.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    person: str = ""
    actions: frozenset[Action] = frozenset()
    object_kind: ObjectKind | None = None
    object_id: str = ""
    team_id: str = ""
    outcome: Outcome | None = None
    text: str = ""
    whose: str = ""
    worked_from: date | None = None
    worked_to: date | None = None

    @property
    def of_worklogs(self) -> bool:
        """Return True if the filter uses a field that only worklog events have."""
        return bool(self.whose or self.worked_from or self.worked_to)

    @property
    def wanted_actions(self) -> frozenset[Action] | None:
        """Return the actions that can match, None for all; a kind of object is given by its actions, which
        have an index.
        """
        kinds = {
            kind for kind in (self.object_kind, ObjectKind.WORKLOG if self.of_worklogs else None) if kind
        }
        if not kinds:
            return self.actions or None
        of_kind = frozenset(action for action, entry in CATALOG.items() if {entry.kind} == kinds)
        return of_kind & self.actions if self.actions else of_kind


def people_of(draft: AuditDraft) -> frozenset[PersonId]:
    """Return everybody an event concerns besides its actor: in ``people``, as its object, or inside before
    and after.
    """
    found = {PersonId(account) for account in draft.people}
    if draft.object_kind in PERSONAL_KINDS and draft.object_id:
        found.add(PersonId(draft.object_id))
    found.update(persons_in(draft.before), persons_in(draft.after))
    return frozenset(found - {draft.actor})


def persons_in(value: Value) -> Iterator[PersonId]:
    """Yield the people named anywhere inside a value."""
    if isinstance(value, PersonId):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from persons_in(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from persons_in(part)


def differing(before: Values, after: Values) -> tuple[Values, Values]:
    """Return the entries in which two maps differ, once with the old and once with the new values."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return (
        {key: before[key] for key in keys if key in before},
        {key: after[key] for key in keys if key in after},
    )
