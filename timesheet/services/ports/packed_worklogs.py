"""A team's worklogs as plain numbers in one tuple: 100,000 of them fit where as objects a few thousand would."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from timesheet.domain.issue import Issue
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.span import DateSpan
from timesheet.domain.team import Member
from timesheet.domain.worklog import Worklog
from timesheet.services.ports.jira import FORMER, STALE, Missing

SIX = 6
Entry: TypeAlias = tuple[int, int, int, int, int, int]
"""The person's place among the people, day (proleptic ordinal), seconds, issue id, worklog id, updated (epoch ms)."""


class Counted(NamedTuple):
    """A worklog as far as it counts."""

    id: int
    issue_id: int
    author: str
    day: date
    seconds: int


@dataclass(frozen=True, slots=True)
class PackedWorklogs:
    """The worklogs of ``people`` in ``span`` that one viewer may see, or it says what is ``missing``.

    ``read_at`` is when all was read, ``checked_at`` until when changes are known, ``laid_at`` until when the
    viewer's own are laid over. ``numbers`` holds six for each worklog; ``version`` stands for what they were at
    one time and is empty for what is not kept. ``unknown`` are people whose account Jira does not know any more: their
    time cannot be read.
    """

    people: tuple[str, ...]
    span: DateSpan
    numbers: tuple[int, ...]
    issues: Mapping[int, Issue]
    read_at: datetime
    checked_at: datetime
    laid_at: datetime
    missing: tuple[Missing, ...] = ()
    version: str = ""
    unknown: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True when nothing that belongs here is known to be absent, and nothing else is to be told."""
        return not self.missing

    @property
    def lacks(self) -> tuple[Missing, ...]:
        """What Jira could have given and did not: figures without it are too small."""
        return tuple(part for part in self.missing if part.absent)

    @property
    def stale(self) -> bool:
        """True when Jira could not be asked again and an older reading stands in."""
        return any(part.code == STALE for part in self.missing)

    def entries(self) -> Iterator[Entry]:
        """The worklogs one by one."""
        number = iter(self.numbers)
        return zip(number, number, number, number, number, number, strict=True)

    def amounts(self) -> Iterator[tuple[int, int, int]]:
        """The person's place, day and seconds of each worklog: what sums need, without the rest."""
        numbers = self.numbers
        return zip(numbers[::SIX], numbers[1::SIX], numbers[2::SIX], strict=True)

    def updates_of(self, worklog_ids: Collection[int]) -> Mapping[int, int]:
        """When those of these worklogs that are here were updated (epoch ms), by id."""
        numbers = self.numbers
        here = zip(numbers[4::SIX], numbers[5::SIX], strict=True)
        return {number: updated for number, updated in here if number in worklog_ids}

    def counted(self, members: Iterable[Member]) -> Iterator[Counted]:
        """The worklogs of these members from joining to leaving date."""
        stays = {member.account_id: stay for member in members if (stay := member.stay_in(self.span))}
        for person, ordinal, seconds, issue_id, worklog_id, _ in self.entries():
            author, day = self.people[person], date.fromordinal(ordinal)
            if author in stays and day in stays[author]:
                yield Counted(worklog_id, issue_id, author, day, seconds)


def pack(
    entries: Iterable[Entry],
    people: tuple[str, ...],
    span: DateSpan,
    issues: Mapping[int, Issue],
    read_at: datetime,
    missing: tuple[Missing, ...] = (),
) -> PackedWorklogs:
    """What one reading brought, its entries by the places of ``people``."""
    return PackedWorklogs(people, span, _flat(entries), issues, read_at, read_at, read_at, missing)


def limited(packed: PackedWorklogs, issue_ids: Collection[int]) -> PackedWorklogs:
    """The same on these issues alone."""
    issues = {number: issue for number, issue in packed.issues.items() if number in issue_ids}
    return replace(packed, numbers=_flat(e for e in packed.entries() if e[3] in issue_ids), issues=issues)


def replaced(packed: PackedWorklogs, issue_ids: Collection[int], part: PackedWorklogs) -> PackedWorklogs:
    """The same, with everything on these issues as ``part`` has it, a reading of the same people and days."""
    others = (entry for entry in packed.entries() if entry[3] not in issue_ids)
    issues = {number: issue for number, issue in packed.issues.items() if number not in issue_ids}
    return replace(packed, numbers=_flat([*others, *part.entries()]), issues=issues | dict(part.issues))


def added(packed: PackedWorklogs, entries: Iterable[Entry], issues: Mapping[int, Issue]) -> PackedWorklogs:
    """The same with entries of another reading of the same people and days, and their ``issues``."""
    more = list(entries)
    used = {entry[3] for entry in more}
    known = {number: issue for number, issue in issues.items() if number in used}
    return replace(packed, numbers=_flat([*packed.entries(), *more]), issues={**known, **packed.issues})


def laid(packed: PackedWorklogs, changes: Mapping[int, Worklog | None]) -> PackedWorklogs:
    """The same, with these worklogs (by id, None = deleted) as they are now; an older one never covers a newer.

    The issues of the worklogs are known here, or the change is left out.
    """
    places = places_of(packed.people)
    entries = {entry[4]: entry for entry in packed.entries() if changes.get(entry[4], entry) is not None}
    for worklog_id, worklog in changes.items():
        known = entries.get(worklog_id)
        if worklog is None or (known and epoch_ms(worklog.updated) < known[5]):
            continue
        entries.pop(worklog_id, None)
        if worklog.author in places and worklog.day in packed.span and worklog.issue_id in packed.issues:
            entries[worklog_id] = entry_of(places, worklog)
    return replace(packed, numbers=_flat(entries.values()))


def former_note(count: int) -> tuple[Missing, ...]:
    """Say that the time of closed accounts cannot be asked for; nothing for none."""
    if not count:
        return ()
    who = "one former user" if count == 1 else f"{count} former users"
    return (
        Missing(
            f"Jira does not know the account of {who} any more, so time on it cannot be read: "
            "these figures hold none, closed periods keep what they recorded.",
            FORMER,
        ),
    )


def places_of(people: tuple[str, ...]) -> Mapping[str, int]:
    """The place of each of the people, which stands for him in the entries."""
    return {account_id: place for place, account_id in enumerate(people)}


def entry_of(places: Mapping[str, int], worklog: Worklog) -> Entry:
    """A worklog of one of the people as numbers."""
    return (
        places[worklog.author],
        worklog.day.toordinal(),
        worklog.seconds,
        worklog.issue_id,
        worklog.id,
        epoch_ms(worklog.updated),
    )


def _flat(entries: Iterable[Entry]) -> tuple[int, ...]:
    """Equal numbers as one object: there are few days, durations and issues."""
    shared: dict[int, int] = {}
    once = shared.setdefault
    numbers: list[int] = []
    for person, day, seconds, issue_id, worklog_id, updated in entries:
        numbers += (
            person, once(day, day), once(seconds, seconds), once(issue_id, issue_id), worklog_id, updated,
        )  # fmt: skip
    return tuple(numbers)
