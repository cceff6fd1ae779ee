"""The user labels of one site."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from timesheet.adapters.db.site_rows import SiteRows, next_version, of_site, recalled
from timesheet.adapters.db.tables.people import LabelPersonRow, LabelRow
from timesheet.domain.alphabet import name_order
from timesheet.domain.team.label import UserLabel

ALL = (
    select(LabelRow.id, LabelRow.name, LabelRow.colour, LabelRow.version).where(of_site(LabelRow)),
    select(LabelPersonRow.label_id, LabelPersonRow.account_id).where(of_site(LabelPersonRow)),
)


@dataclass(eq=False, repr=False)
class DbLabelStore:
    """Implements LabelStore."""

    _rows: SiteRows

    @recalled
    def all(self) -> tuple[UserLabel, ...]:
        """See LabelStore."""
        labels, person_rows = self._rows.read_all(ALL)
        people: dict[str, list[str]] = defaultdict(list)
        for label_id, account_id in person_rows:
            people[label_id].append(account_id)
        found = [
            UserLabel(id_, name, colour, frozenset(people.get(id_, ())), version)
            for id_, name, colour, version in labels
        ]
        return tuple(sorted(found, key=name_order))

    def save(self, label: UserLabel) -> UserLabel:
        """See LabelStore."""
        self._rows.lock()
        saved = next_version(next((stored for stored in self.all() if stored.id == label.id), None), label)
        values = {"name": saved.name, "colour": saved.color, "version": saved.version}
        self._rows.put(LabelRow, {"id": saved.id}, values)
        self._rows.remove(LabelPersonRow, label_id=saved.id)
        people = [{"label_id": saved.id, "account_id": account_id} for account_id in sorted(saved.people)]
        self._rows.add(LabelPersonRow, people)
        return saved

    def delete(self, label_id: str) -> None:
        """See LabelStore."""
        self._rows.lock()
        self._rows.remove(LabelRow, id=label_id)
