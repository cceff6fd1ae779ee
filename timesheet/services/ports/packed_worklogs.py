"""A team's worklogs as plain numbers in one array: 100,000 fit in the memory of a few thousand objects."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, NamedTuple, TypeAlias

from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import counted
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import FORMER, MayLack, Missing

PackedWorklog: TypeAlias = tuple[int, int, int, int, int, int, int]
"""The person's index, day (proleptic ordinal), seconds, issue id, worklog id, updated and created (epoch ms)."""
PERSON: Final = 0
ISSUE_ID: Final = 3
WORKLOG_ID: Final = 4
UPDATED: Final = 5
"""The places of numbers in a PackedWorklog."""
NUMBERS_EACH = 7
"""The size of a PackedWorklog, in numbers."""


class Counted(NamedTuple):
    """A worklog reduced to what counts."""

    id: int
    issue_id: int
    author: str
    day: date
    seconds: int


@dataclass(frozen=True, slots=True)
class PackedWorklogs(MayLack):
    """The worklogs of ``people`` in ``span`` that one viewer may see, with a list of what is ``missing``.

    ``read_at`` is when everything was read, ``checked_at`` until when all changes are known, ``applied_at`` until
    when events and the viewer's own writes are applied. ``numbers`` contains seven for each worklog and never
    changes; ``version`` identifies their state and is empty if they are not cached. ``unknown`` are people whom Jira
    refuses to search for, because it no longer knows their account; for the ``closed`` it finds nothing instead.
    """

    people: tuple[str, ...]
    span: DateSpan
    numbers: array[int]
    issues: Mapping[int, Issue]
    read_at: datetime
    checked_at: datetime
    applied_at: datetime
    missing: tuple[Missing, ...] = ()
    version: str = ""
    unknown: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    @property
    def unreadable(self) -> frozenset[str]:
        """Return the people whose time cannot be read, because Jira no longer knows their account."""
        return frozenset((*self.unknown, *self.closed))

    def entries(self) -> Iterator[PackedWorklog]:
        """Yield the worklogs one by one."""
        number = iter(self.numbers)
        return zip(number, number, number, number, number, number, number, strict=True)

    def amounts(self) -> Iterator[tuple[int, int, int]]:
        """Yield the person's index, day, and seconds of each worklog: enough for sums."""
        numbers = self.numbers
        return zip(numbers[::NUMBERS_EACH], numbers[1::NUMBERS_EACH], numbers[2::NUMBERS_EACH], strict=True)

    def lengths(self) -> Set[int]:
        """Return the different amounts of seconds of the worklogs; there are few."""
        return set(self.numbers[2::NUMBERS_EACH])

    def updates_of(self, worklog_ids: Collection[int]) -> Mapping[int, int]:
        """Return when those of these worklogs that are present were updated (epoch ms), by id."""
        numbers = self.numbers
        pairs = zip(numbers[WORKLOG_ID::NUMBERS_EACH], numbers[UPDATED::NUMBERS_EACH], strict=True)
        return {number: updated for number, updated in pairs if number in worklog_ids}

    def counted(self, members: Iterable[Member]) -> Iterator[Counted]:
        """Yield the worklogs of these members between their joining and leaving dates."""
        active_days = {
            member.account_id: active for member in members if (active := member.days_in(self.span))
        }
        for person, ordinal, seconds, issue_id, worklog_id, _, _ in self.entries():
            author, day = self.people[person], date.fromordinal(ordinal)
            if author in active_days and day in active_days[author]:
                yield Counted(worklog_id, issue_id, author, day, seconds)


def pack(
    entries: Iterable[PackedWorklog],
    people: tuple[str, ...],
    span: DateSpan,
    issues: Mapping[int, Issue],
    read_at: datetime,
    missing: tuple[Missing, ...] = (),
) -> PackedWorklogs:
    """Return packed worklogs of one read, with entries by the indices of ``people``."""
    return PackedWorklogs(people, span, _flat(entries), issues, read_at, read_at, read_at, missing)


def limited(packed: PackedWorklogs, issue_ids: Collection[int]) -> PackedWorklogs:
    """Return the same for these issues only."""
    issues = {number: issue for number, issue in packed.issues.items() if number in issue_ids}
    return replace(
        packed, numbers=_flat(e for e in packed.entries() if e[ISSUE_ID] in issue_ids), issues=issues
    )


def replaced(packed: PackedWorklogs, issue_ids: Collection[int], part: PackedWorklogs) -> PackedWorklogs:
    """Return the same with everything on these issues taken from ``part``, a read of the same people and days.

    A worklog that was moved to one of them counts there alone.
    """
    read = {entry[WORKLOG_ID] for entry in part.entries()}
    others = (
        entry
        for entry in packed.entries()
        if entry[ISSUE_ID] not in issue_ids and entry[WORKLOG_ID] not in read
    )
    issues = {number: issue for number, issue in packed.issues.items() if number not in issue_ids}
    return replace(packed, numbers=_flat([*others, *part.entries()]), issues=issues | dict(part.issues))


def added(
    packed: PackedWorklogs, entries: Iterable[PackedWorklog], issues: Mapping[int, Issue]
) -> PackedWorklogs:
    """Return the same with entries of another read of the same people and days, and their ``issues``."""
    more = list(entries)
    used = {entry[ISSUE_ID] for entry in more}
    known = {number: issue for number, issue in issues.items() if number in used}
    return replace(packed, numbers=_flat([*packed.entries(), *more]), issues={**known, **packed.issues})


def patch_worklogs(packed: PackedWorklogs, changes: Mapping[int, Worklog | None]) -> PackedWorklogs:
    """Return the same with these worklogs (by id, None = deleted) applied; an older one never replaces a newer one.

    The issues of the worklogs must be known here, or the change is left out, as is the time of ``unknown`` people.
    """
    places = places_of(packed.people)
    readable = places.keys() - packed.unknown
    entries = {
        entry[WORKLOG_ID]: entry
        for entry in packed.entries()
        if changes.get(entry[WORKLOG_ID], entry) is not None
    }
    for worklog_id, worklog in changes.items():
        known = entries.get(worklog_id)
        if worklog is None or (known and epoch_ms(worklog.updated) < known[UPDATED]):
            continue
        entries.pop(worklog_id, None)
        if worklog.author in readable and worklog.day in packed.span and worklog.issue_id in packed.issues:
            entries[worklog_id] = packed_entry(places, worklog)
    return replace(packed, numbers=_flat(entries.values()))


def without_unknown(packed: PackedWorklogs) -> PackedWorklogs:
    """Return the same without the time of its ``unknown`` people: the note about them says that it does not count."""
    if not packed.unknown:
        return packed
    left_out = frozenset(packed.unknown)
    entries = (entry for entry in packed.entries() if packed.people[entry[PERSON]] not in left_out)
    return replace(packed, numbers=_flat(entries))


def former_note(count: int) -> tuple[Missing, ...]:
    """Return a note that the time of so many former users cannot be read; empty for none."""
    if not count:
        return ()
    return (
        Missing(
            counted(
                "The time of {count} former user cannot be read, because their account is closed or their data was "
                "erased: these figures do not include it, and closed periods keep what they recorded.",
                "The time of {count} former users cannot be read, because their accounts are closed or their data was "
                "erased: these figures do not include it, and closed periods keep what they recorded.",
                count,
            ),
            FORMER,
        ),
    )


def places_of(people: tuple[str, ...]) -> Mapping[str, int]:
    """Return the index of each person, which represents them in the entries."""
    return {account_id: place for place, account_id in enumerate(people)}


def packed_entry(places: Mapping[str, int], worklog: Worklog) -> PackedWorklog:
    """Return a worklog of one of the people as numbers."""
    return (
        places[worklog.author],
        worklog.day.toordinal(),
        worklog.seconds,
        worklog.issue_id,
        worklog.id,
        epoch_ms(worklog.updated),
        epoch_ms(worklog.created or worklog.updated),
    )


def _flat(entries: Iterable[PackedWorklog]) -> array[int]:
    """Return the numbers one after the other, in exactly as many bytes as they need."""
    numbers = array("q")
    for entry in entries:
        numbers.extend(entry)
    return numbers[:]
