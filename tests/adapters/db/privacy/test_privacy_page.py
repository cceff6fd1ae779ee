"""docs/privacy.md lists exactly the existing columns."""

from __future__ import annotations

import re
from collections import defaultdict

import timesheet.bootstrap.app  # noqa: F401  (it imports every table, whichever tests run)
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.privacy.privacy import PLACES
from timesheet.settings import ROOT

EVERYWHERE = {"client_key", "version"}
MARK = "**account id**"


def documented() -> dict[str, dict[str, bool]]:
    """Return table, column, and whether the page says that it contains account ids."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for line in (ROOT / "docs" / "privacy.md").read_text().splitlines():
        if line.startswith("| `"):
            _, columns, what, _why, _ = line.split("|")
            table, *names = re.findall(r"`(\w+)`", columns)
            assert not found[table].keys() & set(names), f"{table} has a column twice"
            found[table] |= dict.fromkeys(names, MARK in what)
    return found


def test_every_column_is_listed_and_no_other() -> None:
    there = {table.name: set(table.columns.keys()) - EVERYWHERE for table in Base.metadata.sorted_tables}
    assert {table: set(columns) for table, columns in documented().items()} == there


def test_every_column_with_account_ids_is_marked() -> None:
    marked = {
        f"{table}.{name}" for table, names in documented().items() for name, mark in names.items() if mark
    }
    known = {f"{place.table.name}.{place.column}" for place in PLACES}
    words = {"team.jql", "report_view.query"}
    assert marked == known | words | {"account_report.reported_through", "worklog_intent.details"}
