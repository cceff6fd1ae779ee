"""Read a list of Jira page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from timesheet.adapters.jira.call.reading import strictly
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.message import message

PAGE = 50
MOST_PAGES = 400


def all_pages(read: Callable[[int], Any], most: int = 0) -> Iterator[Any]:
    """Yield all pages of a list; the values in the pages count, not the requested size.

    Raise JiraUnavailable if there are more than ``most``, or than any list has.
    """
    start = 0
    for _ in range(most or MOST_PAGES):
        page = _with_values(read(start))
        yield page
        following = _next_start(page, start)
        if following is None:
            return
        start = following
    raise JiraUnavailable(message("Jira’s list does not end."))


@strictly
def entries_of(page: Mapping[str, Any], name: str) -> list[Any]:
    """Return the list of a page. Jira may leave out an empty one, or send null.

    Then something else in the page has to say that nothing comes, because it may be no answer of Jira at all.
    """
    found = page.get(name)
    empty = 0 in (page.get("total"), page.get("size"))
    if found is None and (empty or page.get("isLast") or page.get("lastPage")):
        return []
    if not isinstance(found, list):
        raise TypeError("not a list")
    return found


@strictly
def _with_values(page: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**page, "values": entries_of(page, "values")}


@strictly
def _next_start(page: Mapping[str, Any], start: int) -> int | None:
    """Return the index at which the next page begins, None after the last; a short page need not be the last."""
    count, last, total = len(page["values"]), page.get("isLast"), page.get("total")
    if last is None:
        last = not count if total is None else start + count >= total
    return None if last else start + (count or PAGE)
