"""The statements that an app sends to its database, so a test can count them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def asked_of_databases() -> Iterator[list[str]]:
    """Yield the first word of each statement of any engine, including COMMIT; the list may be cleared at any time.

    BEGIN is left out, because only SQLite is sent one.
    """
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if (word := statement.partition(" ")[0]) != "BEGIN":
            asked.append(word)

    def kept(_connection: object) -> None:
        asked.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", kept)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", kept)
