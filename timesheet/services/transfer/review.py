"""The inputs of an import, and the messages about it: problems prevent it, notes explain it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from timesheet.domain.calendar.workload_scheme import WEEKDAY_FIELDS
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import counted, message
from timesheet.domain.span import DateSpan
from timesheet.services.ports.transfer import WEEK, Configuration, FileProblem, Imported
from timesheet.services.transfer.match import free_name

T = TypeVar("T")
SAME_ID = message("This id is in the list already.")
SAME_ENTRY = message("This entry is in the list already.")
MOST_PROBLEMS = 50
MOST_NAMED = 20
_FIELDS = MappingProxyType(
    {"scheme": "schemes", "leave": "", "role": "roles", "keep": "lead"}
    | {name: f"hours.{day}" for name, day in zip(WEEKDAY_FIELDS, WEEK, strict=True)}
)


class PlanSection(StrEnum):
    """The parts of a configuration, in display order."""

    SETTINGS = "settings"
    PERIODS = "periods"
    PERMISSIONS = "permissions"
    LEGENDS = "legends"
    SCHEMES = "schemes"
    CALENDARS = "calendars"
    LABELS = "labels"
    ATTRIBUTES = "attributes"
    TEAMS = "teams"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of an import. ``replace``: delete what the file does not have. ``permissions``: apply its
    site permissions.
    """

    replace: bool = False
    permissions: bool = False


@dataclass(frozen=True, slots=True)
class Existing:
    """The people, groups, and projects of a file that exist on this site.

    ``people`` may be named, ``leaders`` have an active account. ``visible`` maps project ids here to keys,
    ``keyed`` keys to ids. ``broken`` has Jira's own messages by JQL. ``unchecked`` says what could not be
    checked.
    """

    people: frozenset[str]
    leaders: frozenset[str]
    groups: frozenset[str]
    visible: Mapping[int, str]
    keyed: Mapping[str, int]
    broken: Mapping[str, str]
    unchecked: tuple[str, ...] = ()

    def project(self, number: int, key: str | None, current_ids: Collection[int]) -> int | None:
        """Return the id here of a file's project, None if it is not here; ``current_ids`` are those of its team now.

        The key decides, because another Jira may have another project with the same id.
        """
        stored = self.visible.get(number)
        if key is None or stored == key:
            return number if stored is not None or number in current_ids else None
        if key in self.keyed:
            return self.keyed[key]
        return number if stored is None and number in current_ids else None


@dataclass(frozen=True, slots=True)
class Note:
    """A note about one section before the import. ``people`` are the account ids it names."""

    section: PlanSection
    sentence: str
    people: tuple[str, ...] = ()


@dataclass(slots=True)
class Review:
    """Collects problems and notes."""

    problems: list[FileProblem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unknown_people: dict[PlanSection, set[str]] = field(default_factory=dict)
    unknown_groups: dict[PlanSection, set[str]] = field(default_factory=dict)

    def problem(self, path: str, sentence: str) -> None:
        """Add a problem that prevents the import."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(FileProblem(path, sentence))

    def note(self, section: PlanSection, sentence: str, people: Iterable[str] = ()) -> None:
        """Add a note that the person should read."""
        self.notes.append(Note(section, sentence, tuple(sorted(people))))

    def check(self, path: str, work: Callable[[], T], otherwise: T) -> T:
        """Return the result of ``work``; if a rule refuses, its sentence becomes a problem of the field it names."""
        try:
            return work()
        except InvalidInput as error:
            name = _FIELDS.get(error.field, error.field)
            self.problem(f"{path}.{name}" if name else path, error.sentence)
            return otherwise

    def named(self, section: PlanSection, name: str, taken: Iterable[str], longest: int) -> str:
        """Return the name, or a free one with a note."""
        free = free_name(name, taken, longest)
        if free != name:
            self.note(
                section,
                message(
                    "Something else here is already named “{name}”: the one in the file becomes “{free}”.",
                    name=name,
                    free=free,
                ),
            )
        return free

    def known(self, section: PlanSection, people: Iterable[str], known: Collection[str]) -> frozenset[str]:
        """Return those of these people who are known; the others are left out and listed in a final note."""
        return _known(self.unknown_people, section, people, known)

    def existing_groups(
        self, section: PlanSection, groups: Iterable[str], known: Collection[str]
    ) -> frozenset[str]:
        """Return the same as ``known`` for Jira groups."""
        return _known(self.unknown_groups, section, groups, known)

    def unique(self, path: str, keys: Iterable[object], sentence: str = SAME_ID) -> None:
        """Add a problem for each entry of a list that has the key of an earlier one."""
        seen = set[object]()
        for index, key in enumerate(keys):
            if key in seen:
                self.problem(f"{path}[{index}]", sentence)
            seen.add(key)

    def finish(self) -> tuple[Note, ...]:
        """Return all notes, including who and what was left out."""
        for section, people in self.unknown_people.items():
            self.note(
                section,
                counted(
                    "Not in this Jira, so left out: {count} person.",
                    "Not in this Jira, so left out: {count} people.",
                    len(people),
                ),
                people,
            )
        for section, groups in self.unknown_groups.items():
            listed = tuple(sorted(groups)[:MOST_NAMED])
            self.note(
                section,
                counted(
                    "Not in this Jira, so left out: {count} group ({listed}).",
                    "Not in this Jira, so left out: {count} groups ({listed}).",
                    len(groups),
                    listed=listed,
                ),
            )
        order = list(PlanSection)
        return tuple(sorted(self.notes, key=lambda note: (order.index(note.section), note.sentence)))


@dataclass(frozen=True, slots=True)
class Import:
    """Everything that decides what an import does. ``closed`` are the ids of teams that have closed a period.

    ``viewer`` leads a new team whose own lead is not here; ``today`` is the date in the site's zone.
    ``default_scheme`` is the id of the site's default, which is never deleted.
    """

    current: Configuration
    imported: Imported
    known: Existing
    choices: Choices
    viewer: str
    today: date
    closed: frozenset[str]
    spans: tuple[DateSpan, ...]
    default_scheme: str
    review: Review = field(default_factory=Review)


def _known(
    unknown: dict[PlanSection, set[str]],
    section: PlanSection,
    file_ids: Iterable[str],
    known: Collection[str],
) -> frozenset[str]:
    ids = frozenset(file_ids)
    if strange := ids.difference(known):
        unknown.setdefault(section, set()).update(strange)
    return ids.intersection(known)
