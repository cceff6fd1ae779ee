"""The base class of all tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Date, Dialect, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType


class _WrittenDate(UserDefinedType[date]):
    """A day in SQLite, which stores and compares texts: in another form, such as 20260501, no query would find it."""

    cache_ok = True

    def get_col_spec(self, **options: Any) -> str:
        """Return the type in SQL."""
        del options
        return "DATE"

    def bind_processor(self, dialect: Dialect) -> Callable[[date | None], str | None]:
        """Return a function that writes a day."""
        del dialect
        return lambda day: day.isoformat() if day else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], date | None]:
        """Return a function that reads a day, and raises ValueError for one in another form."""
        del dialect, coltype
        return _day_in


def _day_in(written: str | None) -> date | None:
    if written is None:
        return None
    day = date.fromisoformat(written)
    if day.isoformat() != written:
        raise ValueError(f"{written} is not a day as the app writes it")
    return day


class Base(DeclarativeBase):
    """The base class of models as plain typed SQLAlchemy; constraints have names that migrations can use."""

    type_annotation_map = {date: Date().with_variant(_WrittenDate(), "sqlite")}  # noqa: RUF012 - SQLAlchemy reads it
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
