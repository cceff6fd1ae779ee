"""The selected view of a team: a period, a tab, and the person whose issues are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale
from werkzeug.datastructures import MultiDict

from timesheet.domain.identifier import read_account_id
from timesheet.domain.span import DateSpan, View, month_of
from timesheet.services.period.closing import period_at
from timesheet.services.viewer.team_context import TeamContext
from timesheet.web.http.dates import span_title
from timesheet.web.http.fields import read_day, read_position

SUMMARY, PEOPLE, PROJECTS, TIMESHEET = "summary", "people", "projects", "timesheet"
TABS = (SUMMARY, PEOPLE, PROJECTS, TIMESHEET)
LONGEST_KEY, LONGEST_TEXT = 64, 100
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class TeamView:
    """The view of a team. ``person`` is the account id of the member whose issues are shown, ``every`` shows
    everybody's.

    ``project`` is the key of the project whose issues are all shown. ``page`` counts from 1; ``turned`` is
    True if the viewer changed the page. ``attribute`` is the id of the one that has a column in the tables.
    """

    span: DateSpan
    tab: str
    person: str = ""
    every: bool = False
    project: str = ""
    page: int = 1
    attribute: str = ""
    turned: bool = False

    @property
    def previous(self) -> date:
        """Return a day in the period before."""
        return self.span.first - timedelta(days=1)

    @property
    def next(self) -> date:
        """Return a day in the period after."""
        return self.span.last + timedelta(days=1)

    @property
    def query(self) -> Mapping[str, str]:
        """Return the query of an address that shows this view."""
        texts = {
            "period": self.span.first.isoformat(),
            "tab": self.tab,
            "person": self.person,
            "every": "1" if self.every else "",
            "project": self.project,
            "page": str(self.page) if self.page > 1 else "",
            "attribute": self.attribute,
        }
        return {name: text for name, text in texts.items() if text}


def read_view(args: MultiDict[str, str], context: TeamContext) -> TeamView:
    """Return the view in a query; by default the current period and its summary. Raise InvalidInput for an
    invalid date.
    """
    span = period_at(context, read_day(args.get("go") or args.get("period"), context.today))
    tab = args.get("to") or args.get("tab", "")
    return TeamView(
        span=span,
        tab=tab if tab in TABS else SUMMARY,
        person=read_account_id(args.get("person"), "person") if args.get("person") else "",
        every=args.get("every") == "1",
        project=args.get("project", "")[:LONGEST_KEY],
        page=read_page(args),
        attribute=args.get("attribute", "")[:LONGEST_KEY],
        turned="turn" in args,
    )


def read_text(args: MultiDict[str, str]) -> str:
    """Return the text that names have to contain to be listed."""
    return args.get("text", "")[:LONGEST_TEXT].strip()


def read_page(args: MultiDict[str, str]) -> int:
    """Return the number of the page to turn to, otherwise of the page that is shown; 1 if there is none."""
    return read_position(args.get("turn") or args.get("page"), 1)


def period_title(span: DateSpan, locale: Locale) -> str:
    """Return a period in words: a month by its name."""
    return span_title(View.MONTH if span == month_of(span.first) else View.RANGE, span, locale)
