"""Saved views: a report under a name, of one person or of a team."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.name import check_unique, read_name
from timesheet.domain.report.reference import jql_of
from timesheet.domain.team.jql import names_account

MOST_VIEWS = 100
"""The most views that one person, or one team, may have."""
LONGEST_QUERY = 20_000


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report under a name. It belongs to its ``owner``, an account id, or to a team; the other one is empty.

    ``query`` is the query of its link with names, codes, and ids. ``people`` are the account ids of its filter by
    person, which the query does not contain. ``default`` is True for the view that a team's report opens with.
    """

    id: str
    name: str
    query: str
    owner: str = ""
    team_id: str = ""
    people: frozenset[str] = frozenset()
    default: bool = False
    version: int = 0

    def concerns(self, account_id: str) -> bool:
        """Return True if a person owns the view, or if its filters name them."""
        return self.owner == account_id or account_id in self.people or self.names_in_jql(account_id)

    def names_in_jql(self, account_id: str) -> bool:
        """Return True if the JQL of the view names a person."""
        return names_account(jql_of(self.query), account_id)


def checked_view(view: ReportView, others: Iterable[ReportView]) -> ReportView:
    """Return the view with a clean name. ``others`` are all views of the same person or team.

    Raise InvalidInput for its name, for a report that is too large to be kept, and for too many views.
    """
    name = read_name(view.name, "view")
    siblings = [other for other in others if other.id != view.id]
    check_unique(name, (other.name for other in siblings), "view")
    if len(view.query) > LONGEST_QUERY:
        raise InvalidInput(message("This report has too many filters to be saved. Choose fewer."))
    if len(siblings) >= MOST_VIEWS:
        raise InvalidInput(message("At most {most} views can be saved. Delete one first.", most=MOST_VIEWS))
    return replace(view, name=name, default=view.default and bool(view.team_id))


def default_of(views: Collection[ReportView], team_id: str) -> ReportView | None:
    """Return the view that the report of a team opens with, if it has one."""
    return next((view for view in views if view.default and view.team_id == team_id), None)
