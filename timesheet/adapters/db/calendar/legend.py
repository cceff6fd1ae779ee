"""The legends of one site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from timesheet.adapters.db.site_rows import SiteRows, Statement, next_version, of_site, recalled
from timesheet.adapters.db.tables.calendar import LeaveRow, LegendRow, NonWorkingDayRow
from timesheet.domain.calendar.legend import (
    SYSTEM_LEGENDS,
    Legend,
    LegendUse,
    SystemLegend,
    check_deletable,
    legends_of,
)

STORED = select(LegendRow.id, LegendRow.title, LegendRow.colour, LegendRow.letter, LegendRow.version).where(
    of_site(LegendRow)
)


def _days_of(row: type[NonWorkingDayRow | LeaveRow], whose: InstrumentedAttribute[str]) -> Statement:
    """Return the statement that counts the days of one legend; two halves are one day."""
    days = select(whose, row.day).where(of_site(row), row.legend_id == bindparam("legend")).distinct()
    return select(func.count()).select_from(days.subquery())


USED = (
    _days_of(NonWorkingDayRow, NonWorkingDayRow.calendar_id),
    _days_of(LeaveRow, LeaveRow.account_id),
)
SYSTEM = {str(legend.id): legend for legend in SYSTEM_LEGENDS}


@dataclass(eq=False, repr=False)
class DbLegendStore:
    """Implements LegendStore. A built-in legend has a row after its first use or change."""

    _rows: SiteRows

    @recalled
    def all(self) -> tuple[Legend, ...]:
        """See LegendStore."""
        return legends_of(Legend(*row) for row in self._rows.read(STORED))

    def count_use(self, legend_id: str) -> LegendUse:
        """See LegendStore."""
        ((days,),), ((leaves,),) = self._rows.read_all(USED, legend=legend_id)
        return LegendUse(days, leaves)

    def save(self, legend: Legend) -> Legend:
        """See LegendStore."""
        self._rows.lock()
        saved = next_version(self._stored(legend.id), legend)
        self._rows.put(LegendRow, {"id": saved.id}, _values(saved))
        return saved

    def delete(self, legend_id: str) -> None:
        """See LegendStore."""
        self._rows.lock()
        stored = self._stored(legend_id)
        if stored is None:
            return
        check_deletable(stored)
        keep_legends(self._rows, [SystemLegend.UNCLASSIFIED])
        for days in (NonWorkingDayRow, LeaveRow):
            unclassified = {"legend_id": str(SystemLegend.UNCLASSIFIED)}
            self._rows.change(days, {"legend_id": legend_id}, unclassified)
        self._rows.remove(LegendRow, id=legend_id)

    def _stored(self, legend_id: str) -> Legend | None:
        return next((legend for legend in self.all() if legend.id == legend_id), None)


def keep_legends(rows: SiteRows, ids: Iterable[str]) -> None:
    """Add rows for the built-in legends among ``ids``, so days can refer to them. Needs the lock."""
    missing = SYSTEM.keys() & set(ids)
    if missing:
        missing -= {row[0] for row in rows.read(STORED)}
        rows.add(LegendRow, [{"id": id_, **_values(SYSTEM[id_])} for id_ in sorted(missing)])


def _values(legend: Legend) -> dict[str, object]:
    return {
        "title": legend.title,
        "colour": legend.color,
        "letter": legend.letter,
        "version": legend.version,
    }
