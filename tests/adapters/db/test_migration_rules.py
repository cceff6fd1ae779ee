"""Each migration leaves a schema with which the version before it goes on working (docs/database.md#migrations)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import Engine, event, inspect

from timesheet.adapters.db.database import Database
from timesheet.settings import ROOT

# Alembic's own row, and the copy of a table that SQLite cannot alter in place.
OWN_ROWS = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "?(alembic_version|_alembic_tmp_\w+)"?')
ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b", re.IGNORECASE)
# Created before there was a version that had to go on working.
FIRST = "0001"


@dataclass(frozen=True)
class Shape:
    """The parts of the schema that statements of a running version rely on, as a line for each."""

    tables: frozenset[str]
    columns: dict[tuple[str, str], tuple[str, bool, bool]]
    """Type, whether NULL is allowed, and whether the database has a default."""
    limits: dict[tuple[str, str], tuple[str, frozenset[str]]]
    """Checks, foreign keys, and unique keys: what a row must fulfill, and the columns of the keys."""


def shape_of(engine: Engine) -> Shape:
    """Read all tables at once, which takes PostgreSQL a few statements instead of six for each table."""
    there = inspect(engine)
    found: dict[str, dict[str, Any]] = {
        "check": _by_table(there.get_multi_check_constraints()),
        "foreign key": _by_table(there.get_multi_foreign_keys()),
        "unique key": _by_table(there.get_multi_unique_constraints()),
        "index": _by_table(there.get_multi_indexes()),
        "primary key": _by_table(there.get_multi_pk_constraint()),
    }
    read = _by_table(there.get_multi_columns())
    columns = {
        (table, str(column["name"])): (
            str(column["type"]),
            bool(column["nullable"]),
            column["default"] is not None or bool(column.get("autoincrement") is True),
        )
        for table, table_columns in read.items()
        for column in table_columns
    }
    limits: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}
    for table in read:
        named: list[tuple[str, Any]] = [
            (kind, one) for kind in ("check", "foreign key", "unique key") for one in found[kind][table]
        ]
        named += [("unique key", one) for one in found["index"][table] if one["unique"]]
        named.append(("primary key", found["primary key"][table]))
        for kind, one in named:
            keys = one.get("column_names") or one.get("constrained_columns") or ()
            limits[table, f"{kind} {one['name']}"] = _text(one), frozenset(keys)
    return Shape(frozenset(read), columns, limits)


def _by_table(found: Mapping[Any, Any]) -> dict[str, Any]:
    return {table: columns for (_, table), columns in found.items() if table != "alembic_version"}


def _text(found: dict[str, Any]) -> str:
    """Return everything but the name and the comment; conditions of indexes are objects of SQLAlchemy."""
    parts = {key: value for key, value in found.items() if key not in ("name", "comment")}
    options = parts.pop("dialect_options", None) or {}
    return f"{sorted(parts.items())} {sorted((key, str(value)) for key, value in options.items())}"


def breaks(before: Shape, after: Shape) -> Iterator[str]:
    """Yield what the version before a migration does that fails or is refused after it."""
    yield from (f"{table}: dropped or renamed" for table in sorted(before.tables - after.tables))
    for (table, column), was in sorted(before.columns.items()):
        if table in after.tables and (what := _column_breaks(was, after.columns.get((table, column)))):
            yield f"{table}.{column}: {what}"
    for (table, column), (_, nullable, default) in sorted(after.columns.items()):
        if (table, column) not in before.columns and table in before.tables and not (nullable or default):
            yield f"{table}.{column}: new, and neither NULL nor a default is allowed"
    for (table, limit), (text, keys) in sorted(after.limits.items()):
        # A row of the version before has NULL in a new column, and NULL fulfills every key.
        added = [key for key in keys if (table, key) not in before.columns and after.columns[table, key][1]]
        known = before.limits.get((table, limit), ("",))[0]
        if table in before.tables and known != text and not added:
            yield f"{table}: {limit} is new or changed"


def _column_breaks(was: tuple[str, bool, bool], now: tuple[str, bool, bool] | None) -> str:
    if now is None:
        return "dropped or renamed"
    if now[0] != was[0] and not _wider(was[0], now[0]):
        return f"{was[0]} became {now[0]}"
    if was[1] and not now[1]:
        return "must not be NULL anymore"
    return "has no default anymore" if was[2] and not now[2] else ""


def _wider(before: str, after: str) -> bool:
    """Return True for a longer text, or a larger number."""
    lengths = [re.fullmatch(r"VARCHAR\((\d+)\)(.*)", kind) for kind in (before, after)]
    if lengths[0] and lengths[1]:
        return int(lengths[0][1]) <= int(lengths[1][1]) and lengths[0][2] == lengths[1][2]
    return (before, after) in {("INTEGER", "BIGINT"), ("SMALLINT", "INTEGER")} or (
        before.startswith("VARCHAR") and after == "TEXT"
    )


def scripts() -> list[Script]:
    """Return the migrations, oldest first."""
    return list(reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())))


@contextmanager
def migrating(url: str) -> Iterator[Engine]:
    app = Flask("test")
    database = Database(app, url)
    Migrate(app, database.extension, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        yield database.extension.engine
        database.extension.engine.dispose()


def test_the_version_before_each_migration_works_after_it(database_url: str) -> None:
    """A migration names in ``compatible`` what looks incompatible and is not, with the reason."""
    found: list[str] = []
    with migrating(database_url) as engine:
        upgrade(revision=FIRST)
        before = shape_of(engine)
        for script in scripts()[1:]:
            upgrade(revision=script.revision)
            after = shape_of(engine)
            excused = getattr(script.module, "compatible", {})
            now = set(breaks(before, after))
            found += [f"{script.revision}: {line}" for line in sorted(now - set(excused))]
            # SQLite replaces a table to change a check, which can look different there.
            before = after
    assert found == []


def test_no_migration_changes_rows(database_url: str) -> None:
    """The owner of the tables sees no rows on PostgreSQL, and changing many would lock them for too long."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with migrating(database_url):
            upgrade()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert any("alembic_version" in statement for statement in statements)
    assert [one for one in statements if ROWS.match(one) and not OWN_ROWS.match(one.strip())] == []


BAD: dict[str, Callable[[Operations], object]] = {
    "team.name: dropped or renamed": lambda op: op.drop_column("team", "name"),
    "team.name: dropped": lambda op: op.alter_column("team", "name", new_column_name="title"),
    "legend: dropped or renamed": lambda op: op.rename_table("legend", "absence"),
    "team.description: must not be NULL anymore|VARCHAR": lambda op: op.alter_column(
        "team", "description", type_=sa.String(5), nullable=False
    ),
    "team.size: new, and neither": lambda op: op.add_column(
        "team", sa.Column("size", sa.Integer(), nullable=False)
    ),
    "team: unique key team_names is new": lambda op: op.create_index(
        "team_names", "team", ["client_key", "name"], unique=True
    ),
    "team: check long_names is new": lambda op: op.create_check_constraint(
        "long_names", "team", "length(name) > 9"
    ),
    "team: foreign key own_site is new": lambda op: op.create_foreign_key(
        "own_site", "team", "site", ["client_key"], ["client_key"]
    ),
}


def _add_key(op: Operations) -> None:
    op.add_column("team", sa.Column("size", sa.Integer()))
    op.create_index("team_sizes", "team", ["client_key", "size"], unique=True)


GOOD: dict[str, Callable[[Operations], object]] = {
    "a column that may be absent": lambda op: op.add_column("team", sa.Column("size", sa.Integer())),
    "a column with a default": lambda op: op.add_column(
        "team", sa.Column("size", sa.Integer(), nullable=False, server_default="1")
    ),
    "a table": lambda op: op.create_table("thing", sa.Column("id", sa.Integer(), primary_key=True)),
    "a key of a new column": _add_key,
    "an index": lambda op: op.create_index("team_names", "team", ["client_key", "name"]),
    "a longer text": lambda op: op.alter_column("team", "name", type_=sa.String(500)),
}


def broken_by(url: str, change: Callable[[Operations], object]) -> list[str]:
    """Return what one more migration would break."""
    engine = sa.create_engine(url)
    try:
        before = shape_of(engine)
        with engine.connect() as connection:
            change(Operations(MigrationContext.configure(connection)))
            connection.commit()
        return list(breaks(before, shape_of(engine)))
    finally:
        engine.dispose()


@pytest.mark.parametrize(("line", "change"), BAD.items(), ids=BAD)
def test_a_migration_that_breaks_the_version_before_is_found(
    owned_url: str, line: str, change: Callable[[Operations], object]
) -> None:
    assert re.search(line, "\n".join(broken_by(owned_url, change)))


@pytest.mark.parametrize("change", GOOD.values(), ids=GOOD)
def test_what_only_adds_is_fine(owned_url: str, change: Callable[[Operations], object]) -> None:
    assert broken_by(owned_url, change) == []
