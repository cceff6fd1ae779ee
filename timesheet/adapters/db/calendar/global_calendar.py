"""The global calendars of one site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select

from timesheet.adapters.db.calendar.legend import keep_legends
from timesheet.adapters.db.site_rows import FoundRows, SiteRows, next_version, of_site, recalled
from timesheet.adapters.db.tables.calendar import CalendarRow, NonWorkingDayRow
from timesheet.adapters.db.tables.team import MemberRow
from timesheet.adapters.db.team.member import OF_CALENDAR, read_members
from timesheet.domain.alphabet import name_order
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part, in_calendar
from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Member

ALL = select(CalendarRow.id, CalendarRow.name, CalendarRow.version).where(of_site(CalendarRow))
SOME = ALL.where(CalendarRow.id.in_(bindparam("ids", expanding=True)))
DAYS = select(
    NonWorkingDayRow.calendar_id,
    NonWorkingDayRow.day,
    NonWorkingDayRow.title,
    NonWorkingDayRow.legend_id,
    NonWorkingDayRow.part,
).where(of_site(NonWorkingDayRow), NonWorkingDayRow.calendar_id.in_(bindparam("ids", expanding=True)))
DAYS_WITHIN = DAYS.where(NonWorkingDayRow.day.between(bindparam("first"), bindparam("last")))
GONE = message("This calendar no longer exists.")


@dataclass(eq=False, repr=False)
class DbCalendarStore:
    """Implements CalendarStore."""

    _rows: SiteRows

    @recalled
    def all(self) -> tuple[GlobalCalendar, ...]:
        """See CalendarStore."""
        return _calendars(self._rows.read(ALL), ())

    @recalled
    def get(self, calendar_id: str) -> GlobalCalendar:
        """See CalendarStore."""
        if found := self._find(calendar_id):
            return found
        raise NotFound(GONE)

    @recalled
    def of(self, calendar_ids: Collection[str], span: DateSpan) -> tuple[GlobalCalendar, ...]:
        """See CalendarStore."""
        if not calendar_ids:
            return ()
        return _calendars(
            *self._rows.read_all(
                (SOME, DAYS_WITHIN), ids=list(calendar_ids), first=span.first, last=span.last
            )
        )

    def save(self, calendar: GlobalCalendar) -> GlobalCalendar:
        """See CalendarStore."""
        self._rows.lock()
        in_order = replace(calendar, days=tuple(in_calendar(calendar.days)))
        saved = next_version(self._find(calendar.id), in_order)
        self._rows.put(CalendarRow, {"id": saved.id}, {"name": saved.name, "version": saved.version})
        self._rows.remove(NonWorkingDayRow, calendar_id=saved.id)
        keep_legends(self._rows, {day.legend_id for day in saved.days})
        self._rows.add(NonWorkingDayRow, [_day_values(saved.id, day) for day in saved.days])
        return saved

    def delete(self, calendar_id: str, replacement_id: str | None = None) -> None:
        """See CalendarStore."""
        self._rows.lock()
        if self._find(calendar_id) is None:
            return
        members = self.used_by(calendar_id)
        if members:
            self._check_replacement(calendar_id, replacement_id)
            self._rows.change(
                MemberRow,
                {"calendar_id": calendar_id},
                {"calendar_id": replacement_id, "version": MemberRow.version + 1},
            )
        self._rows.remove(CalendarRow, id=calendar_id)

    @recalled
    def used_by(self, calendar_id: str) -> tuple[Member, ...]:
        """See CalendarStore."""
        return read_members(self._rows, OF_CALENDAR, calendar=calendar_id)

    def _find(self, calendar_id: str) -> GlobalCalendar | None:
        return next(iter(_calendars(*self._rows.read_all((SOME, DAYS), ids=[calendar_id]))), None)

    def _check_replacement(self, calendar_id: str, replacement_id: str | None) -> None:
        if replacement_id is None or replacement_id == calendar_id:
            raise InvalidInput(
                message("Members use this calendar. Choose the one that replaces it."),
                field="replacement",
            )
        if self._find(replacement_id) is None:
            raise InvalidInput(
                message("The replacement calendar no longer exists. Choose another."), field="replacement"
            )


def _calendars(calendars: FoundRows, days: FoundRows) -> tuple[GlobalCalendar, ...]:
    by_calendar: dict[str, list[NonWorkingDay]] = defaultdict(list)
    for calendar_id, day, title, legend_id, part in days:
        by_calendar[calendar_id].append(NonWorkingDay(day, title, legend_id, Part(part)))
    found = [
        GlobalCalendar(id_, name, tuple(in_calendar(by_calendar[id_])), version)
        for id_, name, version in calendars
    ]
    return tuple(sorted(found, key=name_order))


def _day_values(calendar_id: str, day: NonWorkingDay) -> dict[str, object]:
    return {
        "calendar_id": calendar_id,
        "day": day.date,
        "part": str(day.part),
        "title": day.title,
        "legend_id": str(day.legend_id),
    }
