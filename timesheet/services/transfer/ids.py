"""Match the objects of a file with those of this site, for all kinds, and assign ids to new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.message import message
from timesheet.domain.team.label import UserLabel
from timesheet.services.ports.transfer import TeamSetup
from timesheet.services.transfer.match import fresh_id, match
from timesheet.services.transfer.review import Import, PlanSection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Matched(Generic[T]):
    """Objects of one kind. ``stored`` maps file ids to the site's objects, ``ids`` to ids here, ``rest`` are others.

    ``imported`` is None if the file leaves the kind out; then nothing of it changes.
    """

    imported: Sequence[T] | None
    stored: Mapping[str, T]
    ids: Mapping[str, str]
    rest: Sequence[T]
    existing_ids: frozenset[str]

    def find(self, reference: str) -> str | None:
        """Return the id here of an object that the file refers to, in the file or on the site; None without a
        reference.
        """
        return self.ids.get(reference) or (reference if reference in self.existing_ids else None)


@dataclass(frozen=True, slots=True)
class Ids:
    """The matched ids of all kinds that other objects refer to or that can match by name."""

    legends: Matched[Legend]
    schemes: Matched[WorkloadScheme]
    calendars: Matched[GlobalCalendar]
    labels: Matched[UserLabel]
    attributes: Matched[Attribute]
    teams: Matched[TeamSetup]


def match_all(work: Import) -> Ids:
    """Match everything; the same file on the same site always gets the same ids. Note matches by name alone."""
    current, imported = work.current, work.imported
    schemes = {scheme.id for scheme in current.schemes}
    schemes |= {scheme.id for setup in current.teams for scheme in setup.schemes}
    return Ids(
        legends=matched(
            current.legends, imported.legends, lambda legend: legend.id, lambda legend: legend.title
        ),
        schemes=matched(
            current.schemes, imported.schemes, lambda scheme: scheme.id, lambda scheme: scheme.name, schemes
        ),
        calendars=matched(
            current.calendars,
            imported.calendars,
            lambda calendar: calendar.id,
            lambda calendar: calendar.name,
        ),
        labels=matched(current.labels, imported.labels, lambda label: label.id, lambda label: label.name),
        attributes=matched(current.attributes, imported.attributes, lambda one: one.id, lambda one: one.name),
        teams=matched(
            current.teams, imported.teams, lambda setup: setup.team.id, lambda setup: setup.team.name
        ),
    )


def matched(
    current: Sequence[T],
    imported: Sequence[T] | None,
    id_of: Callable[[T], str],
    name_of: Callable[[T], str],
    taken: Iterable[str] = (),
) -> Matched[T]:
    """Match one kind; ``taken`` are ids that new objects cannot get, besides those of ``current``.

    An object whose id belongs to another kind got a new id at an earlier import of its file and matches by that id.
    """
    stored = dict(match(current, imported or (), id_of, name_of))
    known = {id_of(thing) for thing in stored.values()}
    free = {id_of(thing): thing for thing in current if id_of(thing) not in known}
    others = set(taken) - free.keys()
    for thing in imported or ():
        if id_of(thing) not in stored and (new_id := fresh_id(id_of(thing), others)) in free:
            stored[id_of(thing)] = free.pop(new_id)
    used = {*taken, *map(id_of, current)}
    ids: dict[str, str] = {}
    for thing in imported or ():
        file_id = id_of(thing)
        ids[file_id] = id_of(stored[file_id]) if file_id in stored else fresh_id(file_id, used)
        used.add(ids[file_id])
    found = {id_of(thing) for thing in stored.values()}
    rest = [thing for thing in current if id_of(thing) not in found]
    return Matched(imported, stored, ids, rest, frozenset(map(id_of, current)))


def note_matches(work: Import, section: PlanSection, kind: Matched[T], name_of: Callable[[T], str]) -> None:
    """Add a note for each object that matches one of the site only by its name."""
    for file_id, thing in kind.stored.items():
        if kind.ids[file_id] != file_id:
            work.review.note(
                section,
                message(
                    "“{name}” is here already under another id: it is treated as the same one.",
                    name=name_of(thing),
                ),
            )
