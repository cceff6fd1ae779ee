"""Find the accounts that Jira accepts in a search; one unknown account makes it refuse the whole search."""

from __future__ import annotations

from collections.abc import Sequence

from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Call, Transport
from timesheet.adapters.jira.jql import quote_jql
from timesheet.domain.errors import InvalidInput

MOST_AUTHORS = 64
LOGGED_EVER = 'worklogDate >= "1970-01-01"'


def known_authors(transport: Transport, authors: Sequence[str]) -> list[str]:
    """Return the authors that Jira accepts in a search, in the same order.

    Jira's message about an unknown account is in the viewer's language, so the account is found by bisection:
    with one unknown of 64, that takes 13 searches for one issue each. Raise InvalidInput if Jira refuses to
    search for worklogs at all.
    """
    chunks = [authors[start : start + MOST_AUTHORS] for start in range(0, len(authors), MOST_AUTHORS)]
    known = [author for chunk in chunks for author in _known(transport, chunk)]
    if authors and not known:
        _search(transport, LOGGED_EVER)
    return known


def _known(transport: Transport, authors: Sequence[str]) -> list[str]:
    people = ", ".join(quote_jql(author) for author in authors)
    try:
        _search(transport, f"worklogAuthor in ({people})")
    except InvalidInput:
        if len(authors) == 1:
            return []
        half = len(authors) // 2
        return [*_known(transport, authors[:half]), *_known(transport, authors[half:])]
    return list(authors)


def _search(transport: Transport, jql: str) -> None:
    body = {"jql": jql, "fields": ["id"], "maxResults": 1}
    accepted(transport.send(Call("POST", "search/jql", body=body)))
