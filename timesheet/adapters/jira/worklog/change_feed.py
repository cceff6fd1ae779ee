"""Jira's lists of changed and of deleted worklogs, read as the app itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from timesheet.adapters.jira.call.call import PATH, Call, Sign
from timesheet.adapters.jira.call.pages import entries_of
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import accepted
from timesheet.adapters.jira.call.transport import Transport
from timesheet.domain.identifier import account_id_in, number_of
from timesheet.domain.jira_time import epoch_ms, parse_instant
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.change_feed import ChangedWorklog, FeedPage
from timesheet.services.ports.jira import JiraCredentials
from timesheet.services.ports.worklog_event import DELETED_VERSION


class JiraChangeFeed:
    """Implements ChangeFeed; the app signs each call as itself (Connect scope READ)."""

    def __init__(self, open_transport: Callable[[JiraCredentials], Transport], sign: Sign) -> None:
        self._open_transport, self._sign = open_transport, sign

    def updated(self, since: int) -> FeedPage:
        """See ChangeFeed."""
        return self._page("worklog/updated", since)

    def deleted(self, since: int) -> FeedPage:
        """See ChangeFeed."""
        return self._page("worklog/deleted", since)

    def read(self, worklog_ids: Sequence[int]) -> Sequence[ChangedWorklog]:
        """See ChangeFeed."""
        signed = self._sign(SignedRequest("POST", f"{PATH}worklog/list", ""))
        body = {"ids": list(worklog_ids)}
        return _worklogs(accepted(self._open_transport(signed).send(Call("POST", "worklog/list", body=body))))

    def _page(self, path: str, since: int) -> FeedPage:
        params: dict[str, int] = {"since": since}
        signed = self._sign(SignedRequest("GET", PATH + path, urlencode(params)))
        return _feed_page(accepted(self._open_transport(signed).send(Call("GET", path, params))), since)


@strictly
def _feed_page(data: Mapping[str, Any], since: int) -> FeedPage:
    """Return a page. If Jira does not say where it ends, as of an empty one, or names a time before it begins, that is
    its latest change.
    """
    values, until = entries_of(data, "values"), data.get("until")
    changes = tuple(found for value in values if (found := _change(value)))
    latest = max((at for _, at in changes), default=since)
    end = since if until is None else number_of(until)
    return FeedPage(changes, latest if end <= since else end, bool(data.get("lastPage", not values)))


def _change(value: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the id of a worklog and the time of its change; None if either is not a number, as in ``_worklog``."""
    try:
        return number_of(value["worklogId"]), number_of(value["updatedTime"])
    except (KeyError, TypeError, ValueError):
        return None


@strictly
def _worklogs(data: Sequence[Mapping[str, Any]]) -> Sequence[ChangedWorklog]:
    return [found for row in data if (found := _worklog(row))]


def _worklog(row: Mapping[str, Any]) -> ChangedWorklog | None:
    """Return a worklog; None if it cannot be read, because it must not hold up the others of every later read.

    The same holds for one whose version no event could have.
    """
    try:
        found = ChangedWorklog(
            number_of(row["id"]),
            number_of(row["issueId"]),
            account_id_in(row, "author"),
            account_id_in(row, "updateAuthor"),
            epoch_ms(parse_instant(row["updated"])),
            parse_instant(row["started"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    return found if found.updated > DELETED_VERSION else None
