"""The saved views of reports of one site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, bindparam, or_, select

from timesheet.adapters.db.site_rows import SiteRows, next_version, of_site, recalled
from timesheet.adapters.db.tables.report import ReportViewPersonRow, ReportViewRow
from timesheet.domain.alphabet import name_order
from timesheet.domain.errors import NotFound
from timesheet.domain.message import message
from timesheet.domain.report.reference import JQL
from timesheet.domain.report.view import ReportView

GONE = message("This view no longer exists.")
NAMING = select(ReportViewPersonRow.view_id).where(
    of_site(ReportViewPersonRow), ReportViewPersonRow.account_id == bindparam("account")
)


def _both(*chosen: ColumnElement[bool]) -> tuple[Select[*tuple[object, ...]], Select[*tuple[object, ...]]]:
    """Return the statements for the chosen views and for the people in their filters."""
    views = select(
        ReportViewRow.id,
        ReportViewRow.name,
        ReportViewRow.query,
        ReportViewRow.owner,
        ReportViewRow.team_id,
        ReportViewRow.opens_first,
        ReportViewRow.version,
    ).where(of_site(ReportViewRow), *chosen)
    ids = select(ReportViewRow.id).where(of_site(ReportViewRow), *chosen)
    people = select(ReportViewPersonRow.view_id, ReportViewPersonRow.account_id).where(
        of_site(ReportViewPersonRow), ReportViewPersonRow.view_id.in_(ids)
    )
    return views, people


OF = _both(
    or_(
        ReportViewRow.owner == bindparam("account"),
        ReportViewRow.team_id.in_(bindparam("teams", expanding=True)),
    )
)
ONE = _both(ReportViewRow.id == bindparam("view"))
CONCERNING = _both(
    or_(
        ReportViewRow.owner == bindparam("account"),
        ReportViewRow.id.in_(NAMING),
        ReportViewRow.query.contains(f"{JQL}="),
    )
)


@dataclass(eq=False, repr=False)
class DbViewStore:
    """Implements ViewStore."""

    _rows: SiteRows

    @recalled
    def of(self, account_id: str, team_ids: Collection[str]) -> tuple[ReportView, ...]:
        """See ViewStore."""
        return self._read(OF, account=account_id, teams=list(team_ids))

    @recalled
    def get(self, view_id: str) -> ReportView:
        """See ViewStore."""
        for view in self._read(ONE, view=view_id):
            return view
        raise NotFound(GONE)

    @recalled
    def concerning(self, account_id: str) -> tuple[ReportView, ...]:
        """See ViewStore."""
        # JQL may name a person in escapes, which no pattern finds, so all views with JQL are read.
        found = self._read(CONCERNING, account=account_id)
        return tuple(view for view in found if view.concerns(account_id))

    def save(self, view: ReportView) -> ReportView:
        """See ViewStore."""
        self._rows.lock()
        saved = next_version(next(iter(self._read(ONE, view=view.id)), None), view)
        if saved.default:
            self._rows.change(
                ReportViewRow, {"team_id": saved.team_id, "opens_first": True}, {"opens_first": False}
            )
        values = {
            "owner": saved.owner or None,
            "team_id": saved.team_id or None,
            "name": saved.name,
            "query": saved.query,
            "opens_first": saved.default,
            "version": saved.version,
        }
        self._rows.put(ReportViewRow, {"id": saved.id}, values)
        self._rows.remove(ReportViewPersonRow, view_id=saved.id)
        people = [{"view_id": saved.id, "account_id": account_id} for account_id in sorted(saved.people)]
        self._rows.add(ReportViewPersonRow, people)
        return saved

    def delete(self, view_id: str) -> None:
        """See ViewStore."""
        self._rows.lock()
        self._rows.remove(ReportViewRow, id=view_id)

    def _read(
        self, statements: Sequence[Select[*tuple[object, ...]]], **values: object
    ) -> tuple[ReportView, ...]:
        views, person_rows = self._rows.read_all(statements, **values)
        people: dict[str, list[str]] = defaultdict(list)
        for view_id, account_id in person_rows:
            people[view_id].append(account_id)
        found = [
            ReportView(
                id=id_,
                name=name,
                query=query,
                owner=owner or "",
                team_id=team_id or "",
                people=frozenset(people.get(id_, ())),
                default=default,
                version=version,
            )
            for id_, name, query, owner, team_id, default, version in views
        ]
        return tuple(sorted(found, key=name_order))
