"""Ids in the database: every column holds the longest one that a request may name."""

from __future__ import annotations

from sqlalchemy import String

from timesheet.adapters.db.base import Base
from timesheet.domain.identifier import LONGEST_ID, read_id


def test_every_column_of_an_id_holds_the_longest() -> None:
    """PostgreSQL refuses a longer text with an error, which SQLite does not."""
    assert read_id("a" * LONGEST_ID)
    columns = [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if (column.name == "id" or column.name.endswith("_id"))
        and column.name not in ("key_id", "request_id")
    ]
    lengths = {str(column): column.type.length for column in columns if isinstance(column.type, String)}
    assert len(lengths) > 30
    assert {name for name, length in lengths.items() if length is None or length < LONGEST_ID} == set()
