"""A timesheet for one request: read once, arranged once, and ready for every template that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from timesheet.domain.duration import describe_units
from timesheet.domain.figures import Figures
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.message import Message
from timesheet.domain.period.closed_day import ALL_OPEN, ClosedDays
from timesheet.domain.span import DateSpan, View, month_in
from timesheet.domain.worklog.issue import crowded_note
from timesheet.domain.worklog.sheet import Day, Sheet
from timesheet.services.calendar.expected import read_expected
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.change_log import SEARCH_LAG
from timesheet.services.snapshot.issue import get_issues
from timesheet.services.snapshot.lost_time import lost_notes
from timesheet.services.snapshot.own import is_warm, read_ahead, snapshot_at
from timesheet.services.snapshot.row_lock import forget_row_locks
from timesheet.services.snapshot.worklog_right import forget_worklog_rights
from timesheet.services.viewer.profile import forget_time_tracking, prepare_time_tracking
from timesheet.services.worklog.quick_add import MOST_LINES
from timesheet.web.http.context import Context
from timesheet.web.http.dates import clock_time, heads_of, iso_week, longest_week_title, span_title
from timesheet.web.http.language import language, localize, reader_locale
from timesheet.web.http.viewer import figures_of, week_start_of
from timesheet.web.timesheet.choice import Choice, read_choice
from timesheet.web.timesheet.columns import columns_of
from timesheet.web.timesheet.grid import Grid
from timesheet.web.timesheet.grid_memory import Content, grid_memory
from timesheet.web.timesheet.grid_row import RowMarks
from timesheet.web.timesheet.kept_row import Rows, read_rows
from timesheet.web.timesheet.list_printer import ListPrinter


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """Everything that one rendering of a timesheet needs."""

    context: Context
    choice: Choice
    profile: Profile
    tracking: TimeTracking
    snapshot: Snapshot
    sheet: Sheet
    today: date
    figures: Figures
    closed: ClosedDays
    grid: Grid
    marks: RowMarks

    @property
    def printer(self) -> ListPrinter:
        """Return what formats the lines of the list and the blocks of the calendar."""
        return ListPrinter(
            zone=self.profile.zone,
            figures=self.figures,
            locale=reader_locale(self.profile.locale),
            today=self.today,
            closed=self.closed,
            limits=self.marks.limits,
        )

    def for_template(self) -> Mapping[str, Any]:
        """Return the names that the templates of every layout use."""
        locale = reader_locale(self.profile.locale)
        week = iso_week(self.choice.span)
        heads = heads_of(self.sheet.days, self.today, locale, week_start_of(self.context, self.profile))
        month = month_in(self.choice.span, self.today)
        return {
            "choice": self.choice,
            "sheet": self.sheet,
            "snapshot": self.snapshot,
            "figures": self.figures,
            "grid": self.grid,
            "marks": self.marks,
            "last_week": self.context.person_settings.last_week,
            "heads": heads,
            "columns": columns_of(heads),
            "title": span_title(self.choice.view, self.choice.span, locale),
            "title_room": longest_week_title(self.choice.span.first.year, locale),
            "signed_month": (f"{month.first:%Y-%m}", span_title(View.MONTH, month, locale)),
            "week": week if self.choice.view is View.WEEK else None,
            "today": self.today,
            "today_column": self.sheet.column(self.today),
            "whose": self.profile.display_name,
            "zone": self.profile.zone,
            "zone_name": self.profile.zone.key,
            "zone_hidden": self.profile.zone_hidden,
            "locale": locale,
            "closed": self.closed,
            "read_at": clock_time(self.snapshot.read_at, self.profile.zone, locale),
            "known_until": clock_time(self.snapshot.read_at - SEARCH_LAG, self.profile.zone, locale),
            "units": localize(describe_units(self.tracking)),
            "problems": [missing.what for missing in self.snapshot.missing],
            "notices": self.notices(),
            "lost": lost_notes(self.context.viewer_context, self.choice.span, self.snapshot.worklogs),
            "site_url": self.context.site.display_url,
            "most_lines": MOST_LINES,
            **({} if self.choice.layout == "grid" else {"printer": self.printer}),
        }

    def notices(self) -> list[Message]:
        """Return what the reader should know about the issues of these days although no time is missing."""
        issues = self.snapshot.issues
        return [
            crowded_note(issues[number].key, count)
            for number, count in self.snapshot.crowded.items()
            if number in issues
        ]


def open_sheet(context: Context, args: MultiDict[str, str], *, refresh: bool = False) -> OpenSheet:
    """Read what ``args`` choose, as the viewer, and arrange it.

    ``refresh`` reads the viewer's time zone, the length of a day, and what Jira permits again too.
    """
    if refresh:
        context.refresh_profile()
        forget_time_tracking(context)
        forget_row_locks(context.viewer_context)
        forget_worklog_rights(context.viewer_context)
    prepare_time_tracking(context)
    context.own_admin.prepare(context.jira.begin)
    if not (refresh or context.knows_profile()):
        read_ahead(context.viewer_context, lambda known, today: _choice_of(context, args, known, today).span)
    today = context.viewer_context.today
    choice = _choice_of(context, args, context.profile(), today)
    snapshot, rows = read_rows(context, choice, today, refresh=refresh)
    return _arranged(context, choice, today, snapshot, rows)


def open_after_save(context: Context, choice: Choice, issue_id: int) -> OpenSheet:
    """Arrange the grid in which a cell was saved; no row without time is read but its own."""
    viewer = context.viewer_context
    snapshot = snapshot_at(viewer, choice.span)
    rows = Rows() if issue_id in snapshot.issues else Rows(get_issues(viewer, [issue_id]))
    return _arranged(context, choice, viewer.today, snapshot, rows)


def _arranged(context: Context, choice: Choice, today: date, snapshot: Snapshot, rows: Rows) -> OpenSheet:
    profile, tracking, added = context.profile(), context.viewer_context.tracking, rows.issues
    viewer, issues = context.identity.account_id, (*snapshot.issues.values(), *added)
    closed = context.viewer_context.lock.closed(viewer, choice.span, issues, snapshot.worklogs, profile.zone)
    days = days_of(context, choice.span, closed)
    figures = figures_of(context)
    content = Content(
        worklogs=snapshot.worklogs,
        issues=snapshot.issues,
        days=days,
        added=added,
        figures=figures,
        today=today,
        closed=closed,
        pinned=rows.marks.pinned,
    )
    grid = grid_memory().grid_of((context.site.key, viewer, language().code), content)
    return OpenSheet(
        context=context,
        choice=choice,
        profile=profile,
        tracking=tracking,
        snapshot=snapshot,
        sheet=grid.sheet,
        today=today,
        figures=figures,
        closed=closed,
        grid=grid,
        marks=rows.marks,
    )


def sheet_is_warm(context: Context, args: MultiDict[str, str]) -> bool:
    """Return True if the sheet can be shown without a call to Jira."""
    return is_warm(context.viewer_context, lambda known, today: _choice_of(context, args, known, today).span)


def _choice_of(context: Context, args: MultiDict[str, str], profile: Profile, today: date) -> Choice:
    """Return the choice in the query, around the viewer's own ``today``."""
    return read_choice(args, context.person_settings, today, week_start_of(context, profile))


def days_of(context: Context, span: DateSpan, closed: ClosedDays = ALL_OPEN) -> tuple[Day, ...]:
    """Return the expected time of the viewer on each day, across all teams, and why a day is closed.

    The letters and reasons are in the reader's language, so what is cached by these days is too.
    """
    viewer = context.viewer_context
    expected = read_expected(context.stores, viewer.cache, viewer.site, viewer.tracking, viewer.viewer, span)
    open_days = closed is ALL_OPEN
    # Most days have no reason, and nothing to look up in a catalog.
    return tuple(
        Day(
            day,
            e.seconds,
            localize(e.letter) if e.letter else "",
            localize(e.reason) if e.reason else "",
            "" if open_days else localize(closed.on(day)),
            e.longest,
        )
        for day, e in zip(span, expected, strict=True)
    )
