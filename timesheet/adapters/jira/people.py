"""Read people by their accounts, and convert what Jira says about people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import convert

from timesheet.adapters.jira.call.call import Call, Params
from timesheet.adapters.jira.call.pages import all_pages
from timesheet.adapters.jira.call.reading import person_of, strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.rows import Author
from timesheet.adapters.jira.call.transport import Transport
from timesheet.domain.errors import InvalidInput, NotFound, NotHere
from timesheet.domain.person import Person

PEOPLE_A_CALL = 90

Ask = Callable[[str, Params], Any]
"""Returns the content of a successful response to a GET of a path."""


def read_some(transport: Transport, account_ids: Sequence[str]) -> list[Person]:
    """Return at most ninety people, in one call unless a page has fewer; accounts that Jira does not know are
    absent.
    """
    return people_in(
        pages_of_people(lambda path, params: accepted(transport.send(Call("GET", path, params))), account_ids)
    )


def pages_of_people(ask: Ask, account_ids: Sequence[str]) -> Iterator[Any]:
    """Yield the pages of at most ninety people, usually one."""

    def page(start: int) -> Any:
        params: Params = {"accountId": account_ids, "maxResults": PEOPLE_A_CALL}
        more: Params = {"startAt": start} if start else {}
        return ask("user/bulk", {**params, **more})

    try:
        # No page is smaller than one person, except an empty last one.
        yield from all_pages(page, len(account_ids) + 1)
    except NotHere:
        # A proxy or test double of Jira may lack this path. A server that knows none of the people is not a Jira.
        if not (found := each_found(ask, account_ids)):
            raise
        yield {"values": found}


def each_found(ask: Ask, account_ids: Sequence[str]) -> list[Any]:
    """Return those of these people whom Jira knows, read one by one."""
    return [one for account_id in account_ids for one in _if_found(ask, account_id)]


def _if_found(ask: Ask, account_id: str) -> list[Any]:
    try:
        return [ask("user", {"accountId": account_id})]
    except (NotFound, InvalidInput):
        return []


def people_in(pages: Iterator[Any]) -> list[Person]:
    """Return the people on all pages, each once."""
    found: dict[str, Person] = {}
    for page in pages:
        found.update((person.account_id, person) for person in _people(page))
    return list(found.values())


@strictly
def _people(page: Mapping[str, Any]) -> list[Person]:
    return [_person(entry) for entry in page["values"]]


@strictly
def found_people(answer: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Return the people in a list, without apps and customers of Jira Service Management."""
    return [_person(entry) for entry in answer if entry.get("accountType") in (None, "atlassian")]


@strictly
def members_in(pages: Sequence[Mapping[str, Any]]) -> list[Person]:
    """Return the people on all pages of a group, each once; apps and customers are left out as in a search."""
    found = (person for page in pages for person in found_people(page["values"]))
    return list({person.account_id: person for person in found}.values())


def _person(entry: Mapping[str, Any]) -> Person:
    return person_of(convert(entry, Author))
