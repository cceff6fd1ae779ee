"""The statements that an app sends to its database, so a test can count them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def record_statements() -> Iterator[list[str]]:
    """Yield the first word of each statement of any engine, including COMMIT; the list may be cleared at any time.

    BEGIN is left out, because only SQLite is sent one.
    """
    words: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if (word := statement.partition(" ")[0]) != "BEGIN":
            words.append(word)

    def note_commit(_connection: object) -> None:
        words.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", note_commit)
    try:
        yield words
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", note_commit)
