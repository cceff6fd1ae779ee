"""What an app asks of its database, so that a test can count it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def asked_of_databases() -> Iterator[list[str]]:
    """The first word of each statement of any engine, COMMIT included; to be cleared as often as one likes."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement.partition(" ")[0])

    def kept(_connection: object) -> None:
        asked.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", kept)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", kept)
