"""Remove the values of a row from PostgreSQL's error messages."""

from __future__ import annotations

from sqlalchemy import ExceptionContext

BAD_DATA = "22"
HIDDEN = "a value of the statement cannot be used"


def hide_values(context: ExceptionContext) -> None:
    """Remove the values from an error and its SQLAlchemy wrapper, before anybody logs them.

    The lines after the first quote the row (``DETAIL: Key (name)=(…) already exists``); errors of class 22
    (data exception) quote the value in the first.
    """
    original = context.original_exception
    state = getattr(original, "sqlstate", None) or ""
    for error in (original, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (_without_values(str(error.args[0]), state), *error.args[1:])


def _without_values(message: str, state: str) -> str:
    first = message.partition("\n")[0]
    if not state.startswith(BAD_DATA):
        return first
    kind, bracket, _ = first.partition(") ")
    return f"{kind}{bracket}{HIDDEN} ({state})" if first.startswith("(psycopg") else f"{HIDDEN} ({state})"
