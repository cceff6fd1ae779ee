"""The base class of all tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Date, Dialect, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType


class Written(UserDefinedType[Any]):
    """A day or an instant in SQLite, which stores and compares texts: queries would miss one in another form, such as
    20260501 or with a T before the time, or sort it wrongly.
    """

    cache_ok = True

    def __init__(self, name: str, parse: Callable[[str], Any], write: Callable[[Any], str]) -> None:
        self.name, self.parse, self.write = name, parse, write

    def get_col_spec(self, **options: Any) -> str:
        """Return the type in SQL."""
        del options
        return self.name

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        """Return a function that writes a value."""
        del dialect
        return lambda value: None if value is None else self.write(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:
        """Return a function that reads a value, and raises ValueError for one in another form."""
        del dialect, coltype
        return self._read

    def _read(self, written: str | None) -> Any:
        if written is None:
            return None
        value = self.parse(written)
        form = self.write(value)
        # SQLite's own functions, which operators may use, write whole seconds.
        if written not in (form, form.removesuffix(".000000")):
            raise ValueError(f"{written} is not in the form that the app writes")
        return value


DAY = Written("DATE", date.fromisoformat, date.isoformat)


class Base(DeclarativeBase):
    """The base class of models as plain typed SQLAlchemy; constraints have names that migrations can use."""

    type_annotation_map = {date: Date().with_variant(DAY, "sqlite")}  # noqa: RUF012 - SQLAlchemy reads it
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
