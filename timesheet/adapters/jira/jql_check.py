"""Check a JQL that somebody has written, and count what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.pages import entries_of
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import accepted, jira_words
from timesheet.adapters.jira.call.transport import Transport
from timesheet.domain.errors import InvalidInput, NotHere
from timesheet.domain.message import message

IDS_A_PAGE, MOST_COUNTED = 5000, 10


def check_jql(transport: Transport, jql: str) -> None:
    """Raise InvalidInput as Directory says; only the parser reports what a search would ignore."""
    try:
        words = _complaints(_ask_jql(transport, "jql/parse", {"queries": [jql]}, validation="strict"))
    except NotHere:
        # This path is newer than the search, so a proxy or test double of Jira may lack it.
        words = _page(_ask_jql(transport, "search/jql", {"jql": jql, "fields": ["id"], "maxResults": 1}))[2]
    if words:
        raise _no_jql(words)


def count_issues(transport: Transport, jql: str) -> int:
    """Return approximately how many issues a JQL finds. Raise InvalidInput as ``check_jql`` does."""
    check_jql(transport, jql)
    try:
        return _count(_ask_jql(transport, "search/approximate-count", {"jql": jql}))
    except NotHere:
        return _count_found(transport, jql)


def _count_found(transport: Transport, jql: str) -> int:
    """Return how many issues a search finds, in its first MOST_COUNTED pages; it refuses what it does not know."""
    body: dict[str, object] = {"jql": jql, "fields": ["id"], "maxResults": IDS_A_PAGE}
    count = 0
    for _ in range(MOST_COUNTED):
        found, token, words = _page(_ask_jql(transport, "search/jql", body))
        if words:
            raise _no_jql(words)
        count += found
        if not token:
            break
        body["nextPageToken"] = token
    return count


def _ask_jql(transport: Transport, path: str, body: Mapping[str, object], **params: str) -> Any:
    answer = transport.send(Call("POST", path, params, body))
    if answer.status == 400:
        words, _ = jira_words(answer)
        raise _no_jql(words)
    return accepted(answer)


def _no_jql(words: str) -> InvalidInput:
    return InvalidInput(
        message("Jira says: {words}", words=words)
        if words
        else message("Jira says that this is not valid JQL."),
        field="jql",
    )


@strictly
def _complaints(answer: Mapping[str, Any]) -> str:
    """Return Jira's messages about the query: errors, and warnings, which a search ignores."""
    [query] = answer["queries"]
    messages = [*(query.get("errors") or ()), *(query.get("warnings") or ())]
    return " ".join(str(text) for text in dict.fromkeys(messages))[:500]


@strictly
def _page(answer: Mapping[str, Any]) -> tuple[int, str, str]:
    """Return how many issues a page of a search has, the token of the next one, and Jira's warnings; or empty texts."""
    words = " ".join(str(text) for text in answer.get("warnings") or ())[:500]
    return len(entries_of(answer, "issues")), str(answer.get("nextPageToken") or ""), words


@strictly
def _count(answer: Mapping[str, Any]) -> int:
    return int(answer["count"])
