"""Read reports for the viewer, in their language and format of time, and for as long as a request may wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from babel import Locale
from flask import g, url_for
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound
from timesheet.domain.figures import Figures
from timesheet.domain.identifier import read_id
from timesheet.domain.message import message
from timesheet.domain.period.period import period_of
from timesheet.domain.report.query import ReportQuery
from timesheet.domain.report.reference import EVERY_TEAM, OWN
from timesheet.domain.report.terms import Dimension, Hours
from timesheet.domain.report.view import ReportView
from timesheet.services.report.comment import with_comments
from timesheet.services.report.report import Presentation, Report, read_report
from timesheet.services.report.source import may_show
from timesheet.services.report.view import find_view, first_view
from timesheet.services.resilience.patience import Patience, TooSlow, with_patience
from timesheet.services.snapshot.team import Freshness
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import decimal_separator
from timesheet.web.http.language import localize, reader_locale
from timesheet.web.http.viewer import figures_of, week_start_of
from timesheet.web.report.choice import (
    FIRST_ROWS,
    ReportChoice,
    gone_names,
    opened_query,
    read_choice,
    stored_query,
)
from timesheet.web.report.table import ReportTable

AT_ONCE_SECONDS = 8.0
"""The longest time that a request reads; a job reads what takes longer. Calls through Forge end after 25 seconds."""
TAKES_LONG = message(
    "Reading this from Jira takes longer than a page can wait. Refresh the report: it is then read with its progress."
)


@dataclass(eq=False)
class TakesLong(JiraUnavailable):
    """The time of a report takes longer to read than a request may wait."""


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Reads reports for the viewer, in their language, week, and format of time."""

    context: Context
    locale: Locale
    week_start: int

    def choice(self, args: MultiDict[str, str]) -> ReportChoice:
        """Return the report that a query asks for. Raise InvalidInput for one that cannot be read.

        A link that names a view or a team and no rows opens the view, or the view that the team's report opens with.
        """
        view = None if "rows" in args else self.named_view(args)
        return self._by_project(self._linked(args) if view is None else self._opened(view, args))

    def _by_project(self, choice: ReportChoice) -> ReportChoice:
        """Return a report with the first rows without its issues, if the viewer may see only sums of its teams."""
        if choice.query.rows != FIRST_ROWS or self.may_show(choice.query):
            return choice
        sums = replace(choice, query=replace(choice.query, rows=(Dimension.PROJECT,)))
        return sums if self.may_show(sums.query) else choice

    def may_show(self, query: ReportQuery) -> bool:
        """Return True if the viewer may see this report, before anything is read."""
        return may_show(self.context.team_context, query)

    def may_open(self, view: ReportView) -> bool:
        """Return True if a view can be shown to the viewer, or if its settings are wrong, which its report says."""
        try:
            return self.may_show(self._by_project(self._read(opened_query(view))).query)
        except InvalidInput:
            return True

    def _read(self, args: MultiDict[str, str]) -> ReportChoice:
        context = self.context
        today = context.viewer_context.today
        rule, recorded = context.stores.periods.rule_and_spans()
        attributes = context.stores.attributes.all()
        return read_choice(
            args, today, self.week_start, lambda day: period_of(rule, day, recorded), attributes
        )

    def named_view(self, args: MultiDict[str, str]) -> ReportView | None:
        """Return the view that a link names, or the one that the report of its team opens with."""
        context, who = self.context.team_context, args.get("who", "")
        if args.get("view"):
            return find_view(context, args["view"])
        view = first_view(context, read_id(who, "who")) if who not in ("", OWN, EVERY_TEAM) else None
        return view if view and self.may_open(view) else None

    def _linked(self, args: MultiDict[str, str]) -> ReportChoice:
        return replace(self._read(args), gone=gone_names(args, self.context.stores.attributes.all()))

    def _opened(self, view: ReportView, args: MultiDict[str, str]) -> ReportChoice:
        """Return a view with what the link changes in it, except for its people."""
        saved_query, changed = opened_query(view), [name for name in args if name not in ("view", "who")]
        rest = [pair for pair in saved_query.items(multi=True) if pair[0] not in changed]
        more = [(name, value) for name in changed for value in args.getlist(name)]
        return replace(
            self._read(MultiDict([*rest, *more])),
            gone=gone_names(saved_query, self.context.stores.attributes.all()),
        )

    def view(self, choice: ReportChoice) -> ReportView | None:
        """Return the saved view that a report was opened with, unless it is gone."""
        if not choice.view:
            return None
        try:
            return find_view(self.context.team_context, choice.view)
        except NotFound:
            return None

    def figures(self, hours: Hours | None) -> Figures:
        """Return the format of time: a chosen one, or the person's."""
        separator = decimal_separator(self.locale)
        if hours is None:
            return figures_of(self.context)
        if hours is Hours.DAYS:
            return Figures(
                decimal=True, separator=separator, whole=self.context.viewer_context.tracking.day_seconds
            )
        return Figures(hours is Hours.DECIMAL, separator)

    def report(
        self,
        choice: ReportChoice,
        freshness: Freshness = Freshness.USUAL,
        *,
        at_once: bool = True,
        comments: bool = False,
    ) -> Report:
        """Read the report.

        ``at_once``: raise TakesLong if that takes longer than a request may wait. ``comments``: with those of its
        worklogs, if each is a row.
        """
        if not at_once:
            return self._report(choice, freshness, comments=comments)
        try:
            with with_patience(Patience(monotonic() + AT_ONCE_SECONDS)):
                return self._report(choice, freshness, comments=comments)
        except TooSlow as error:
            raise TakesLong(TAKES_LONG, status=503) from error

    def _report(self, choice: ReportChoice, freshness: Freshness, *, comments: bool) -> Report:
        context, view = self.context, self.view(choice)
        title = view.name if view and not changed_since(view, choice) else ""
        report = read_report(
            context.team_context,
            context.viewer_context,
            context.jira,
            choice.query,
            Presentation(
                self.figures(choice.hours), self.week_start, context.viewer_context.tracking, title, localize
            ),
            freshness,
        )
        return with_comments(context.viewer_context, context.jira, report) if comments else report

    def table(self, report: Report) -> ReportTable:
        """Return the report's table as HTML."""
        query = report.query
        return ReportTable(
            report.table,
            self.locale,
            g.site.display_url,
            query.order,
            sheet=_sheet_of(report),
        )


def _sheet_of(report: Report) -> Callable[[str], str]:
    """Return the address of a person's days in a team where the viewer sees their worklogs; empty without one."""
    homes: dict[str, str] = {}
    for part in report.source.parts:
        for member in part.members:
            if part.opened.sees_worklogs_of(member.account_id):
                homes.setdefault(member.account_id, part.opened.team.id)
    return lambda account_id: (
        url_for(
            "team_overview.show_overview",
            team_id=homes[account_id],
            period=report.query.span.first,
            tab="timesheet",
            person=account_id,
        )
        if account_id in homes
        else ""
    )


def changed_since(view: ReportView, choice: ReportChoice) -> bool:
    """Return True if a report differs from the view that it was opened with."""
    return stored_query(choice) != (view.query, view.people)


def report_reader() -> ReportReader:
    """Return the reader of reports for the viewer."""
    context = current()
    profile = context.profile()
    return ReportReader(context, reader_locale(profile.locale), week_start_of(context, profile))
