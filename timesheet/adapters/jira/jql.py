"""The JQL that finds issues by their worklogs."""

from __future__ import annotations

from collections.abc import Sequence

from timesheet.domain.span import DateSpan

# The zones of two people are up to 26 hours apart, so their dates up to two days.
PAD_DAYS = 2


def search_jql(authors: Sequence[str], span: DateSpan) -> str:
    """Return JQL for issues on which these authors may have logged around ``span``."""
    return f"{logged_by(authors, span)} ORDER BY key ASC"


def logged_by(authors: Sequence[str], span: DateSpan) -> str:
    """Return the clause of ``search_jql``, to be joined with others."""
    people = ", ".join(quote_jql(author) for author in authors)
    around = span.padded(PAD_DAYS)
    return (
        f"worklogAuthor in ({people}) AND worklogDate >= {quote_jql(around.first.isoformat())}"
        f" AND worklogDate <= {quote_jql(around.last.isoformat())}"
    )


def quote_jql(text: str) -> str:
    """Return a JQL string that no content can break out of: quotes and backslashes escaped, control
    characters removed.
    """
    printable = "".join(c if c.isprintable() else " " for c in text)
    return '"' + printable.replace("\\", "\\\\").replace('"', '\\"') + '"'
