"""Find the accounts that Jira accepts in a search; one unknown account makes it refuse the whole search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.jql import quote_jql
from timesheet.adapters.jira.people import PEOPLE_A_CALL, read_some
from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.long_list import parts_of

MOST_AUTHORS = 64


def existing_authors(transport: Transport, authors: Sequence[str]) -> list[str]:
    """Return the authors that Jira accepts in a search, in the same order.

    Jira's message about an unknown account is in the viewer's language, so the account is found by bisection:
    with one unknown of 64, that takes 13 searches for one issue each. Raise InvalidInput if Jira refuses to search for
    somebody whom it still knows, because then it is not the account that it refuses.
    """
    refused: dict[str, InvalidInput] = {}
    for part in parts_of(authors, MOST_AUTHORS):
        refused |= _refused(transport, part)
    for account_id in _still_existing(transport, list(refused)):
        raise refused[account_id]
    return [author for author in authors if author not in refused]


def _refused(transport: Transport, authors: Sequence[str]) -> Mapping[str, InvalidInput]:
    people = ", ".join(quote_jql(author) for author in authors)
    body = {"jql": f"worklogAuthor in ({people})", "fields": ["id"], "maxResults": 1}
    try:
        accepted(transport.send(Call("POST", "search/jql", body=body)))
    except InvalidInput as error:
        if len(authors) == 1:
            return {authors[0]: error}
        half = len(authors) // 2
        return {**_refused(transport, authors[:half]), **_refused(transport, authors[half:])}
    return {}


def _still_existing(transport: Transport, account_ids: Sequence[str]) -> list[str]:
    """Return those of the accounts that Jira still shows; all of them if it does not let the viewer ask."""
    try:
        people = [
            person for part in parts_of(account_ids, PEOPLE_A_CALL) for person in read_some(transport, part)
        ]
    except NotAllowed:
        return list(account_ids)
    return [person.account_id for person in people if person.known]
