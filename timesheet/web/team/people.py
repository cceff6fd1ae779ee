"""The members of an overview as rows: as the closing recorded them, otherwise as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from timesheet.domain.lazy import lazy
from timesheet.domain.long_list import Page
from timesheet.domain.person import Person, by_name
from timesheet.services.period.closing import visible_records
from timesheet.services.team.overview import Overview
from timesheet.web.team.figures import FigurePrinter, SpentAndExpected, SpentFigure


@dataclass(frozen=True, slots=True)
class MemberTime:
    """One row: time spent, total expected time, and expected time up to today."""

    person: Person
    whole: SpentAndExpected
    to_date: int


class TeamPeople:
    """Formats the members. ``due`` is how many days have begun; nothing is expected of later days yet."""

    def __init__(
        self, overview: Overview, printer: FigurePrinter, due: int, people: Mapping[str, Person]
    ) -> None:
        self._overview, self._printer, self._due, self._people = overview, printer, due, people

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self._members)

    def rows(self, page: Page) -> tuple[SpentFigure, ...]:
        """Return the members of one page."""
        members = self._members[page.start : page.end]
        begun = self._begun
        return tuple(
            self._printer.row(one.person.name, one.whole, one.to_date, one.person, begun=begun)
            for one in members
        )

    def total(self) -> SpentFigure:
        """Return the sum of all members, whatever page is shown."""
        members = self._members
        sums, to_date = [one.whole for one in members], [one.to_date for one in members]
        return self._printer.total(sums, to_date, begun=self._begun)

    @property
    def _begun(self) -> bool:
        """Return False if all days are in the future: time logged on them is not overtime yet."""
        return self._due > 0 or self._overview.record is not None

    @lazy
    def _members(self) -> Sequence[MemberTime]:
        return self._recorded() if self._overview.record else self._now()

    def _now(self) -> list[MemberTime]:
        due = self._due
        return [
            MemberTime(
                line.person,
                (sum(line.spent), sum(line.capacity)),
                sum(line.capacity[:due]),
            )
            for line in self._overview.lines
        ]

    def _recorded(self) -> list[MemberTime]:
        recorded = [one for one in visible_records(self._overview) if one.spent or one.capacity]
        members = [
            MemberTime(self._people[one.account_id], (one.spent, one.capacity), one.capacity)
            for one in recorded
        ]
        return sorted(members, key=lambda one: by_name(one.person))
