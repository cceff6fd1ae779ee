"""Audit events: who did what to what, when and from where, with the settings before and after.

An event never holds the text of an issue or a worklog, nor a name of a person. Account ids are kept by reference, so
that they can be forgotten later: those in fields of their own, and each PersonId inside ``before`` and ``after``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from timesheet.domain.audit_action import CATALOGUE, PERSONAL_KINDS, Action, ObjectKind

FORMER = "former-"
"""How the id of somebody begins whose account was closed or erased; what follows keeps former users apart."""


SHORTEST_RETENTION = 90
"""Days for which a site keeps its events at least, if it does not keep them for ever."""


class PersonId(str):
    """An account id, or the stand-in of a former user: what must be kept by reference, never as it is."""

    __slots__ = ()

    @property
    def former(self) -> bool:
        """True when nobody can tell any more who this was."""
        return self.startswith(FORMER)


Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value] | None"
Values: TypeAlias = Mapping[str, Value]


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


class Origin(StrEnum):
    """From where it came: a person's page, a webhook or lifecycle call of Jira, a command, a job of the app."""

    PAGE = "page"
    WEBHOOK = "webhook"
    LIFECYCLE = "lifecycle"
    COMMAND = "command"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class AuditDraft:
    """An event that has not found its place in the chain yet.

    ``actor`` is an account id, empty for the app itself. ``people`` are the account ids of those it is about, who find
    it in their history. ``at`` is aware. ``object_id`` is an account id where the kind of object is a personal one.
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
        """What kind of thing it happened to."""
        return CATALOGUE[self.action].kind


@dataclass(frozen=True, slots=True)
class AuditEvent(AuditDraft):
    """An event with its place: ``seq`` counts from 1 for each site, without a gap.

    ``at`` is in UTC, to the millisecond. Whoever is a former user by now stands there as FORMER and a stand-in.
    """

    seq: int = 0


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events to show; what is None, empty or "" does not limit them. ``until`` is exclusive.

    ``person`` is the actor or one whom it concerns. ``text`` is an id, or how one begins: of an object, a team or a
    request. ``whose`` is the author of a worklog, ``worked_from`` and ``worked_to`` are the first and last of the work
    dates it has or had: with any of them only events of worklogs are found.
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
        """True when it asks for what only events of worklogs have."""
        return bool(self.whose or self.worked_from or self.worked_to)

    @property
    def wanted_actions(self) -> frozenset[Action] | None:
        """The actions that can match, None for all: a kind of object is that of its actions, and they have an index."""
        kinds = {
            kind for kind in (self.object_kind, ObjectKind.WORKLOG if self.of_worklogs else None) if kind
        }
        if not kinds:
            return self.actions or None
        of_kind = frozenset(action for action, entry in CATALOGUE.items() if {entry.kind} == kinds)
        return of_kind & self.actions if self.actions else of_kind


def people_of(draft: AuditDraft) -> frozenset[PersonId]:
    """All whom an event concerns besides its actor: named as such, as its object, or inside before and after."""
    found = {PersonId(account) for account in draft.people}
    if draft.object_kind in PERSONAL_KINDS and draft.object_id:
        found.add(PersonId(draft.object_id))
    found.update(persons_in(draft.before), persons_in(draft.after))
    return frozenset(found - {draft.actor})


def persons_in(value: Value) -> Iterator[PersonId]:
    """The people named anywhere inside a value."""
    if isinstance(value, PersonId):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from persons_in(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from persons_in(part)


def differing(before: Values, after: Values) -> tuple[Values, Values]:
    """What of two maps is not the same: only those keys, as they were and as they are."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return (
        {key: before[key] for key in keys if key in before},
        {key: after[key] for key in keys if key in after},
    )
