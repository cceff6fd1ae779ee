"""The report on people's accounts that Atlassian requires of every app that stores account ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import requests

from timesheet.adapters.jira.call.call import Call, JiraResponse
from timesheet.adapters.jira.call.ratelimit import RateLimits
from timesheet.adapters.jira.call.reading import strictly
from timesheet.adapters.jira.call.refusal import refusal
from timesheet.adapters.jira.call.transport import NONSENSE, Transport
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message
from timesheet.services.ports.jira import JiraCredentials
from timesheet.services.ports.privacy import AccountNews

CYCLE = "Cycle-Period"
USUAL_DAYS, MOST_DAYS = 7, 366


class JiraAccountReporter:
    """Implements AccountReporter; the app calls ``path`` as itself, below the address of its credentials."""

    def __init__(
        self, session: requests.Session, app: JiraCredentials, limits: RateLimits, path: str
    ) -> None:
        self._session, self._app, self._limits = session, app, limits
        self._api, _, self._path = path.rpartition("/")

    def report(self, account_ids: Sequence[str], updated_at: datetime) -> AccountNews:
        """See AccountReporter; 204 is Jira's response for "nothing to do"."""
        stamp = updated_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {"accounts": [{"accountId": account_id, "updatedAt": stamp} for account_id in account_ids]}
        transport = Transport(self._session, self._app, self._limits)
        answer = transport.send(Call("POST", self._path, body=body, api=self._api))
        if answer.status not in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            raise _refusal(answer)
        statuses = _statuses(answer.json) if answer.status == HTTPStatus.OK else {}
        # A response cannot be about an account that was not in the request.
        reported = frozenset(account_ids)
        closed, updated = (
            reported & frozenset(who for who, status in statuses.items() if status == changed_status)
            for changed_status in ("closed", "updated")
        )
        return AccountNews(closed, updated, _days(answer.headers.get(CYCLE, "")))


@strictly
def _statuses(answer: Mapping[str, Any]) -> Mapping[str, str]:
    return {entry["accountId"]: entry["status"] for entry in answer["accounts"]}


def _days(text: str) -> int:
    """Return the days of a cycle; a week if Jira returns no usable number."""
    digits = text.strip()
    days = int(digits) if is_number(digits) else 0
    return days if 0 < days <= MOST_DAYS else USUAL_DAYS


def _refusal(answer: JiraResponse) -> TimesheetError:
    """Return the error for a report that Jira refuses; its messages have a form of their own here."""
    words = answer.json.get("errorMessage") if isinstance(answer.json, dict) else None
    if answer.status == HTTPStatus.BAD_REQUEST and isinstance(words, str):
        return InvalidInput(message("Jira refuses the report: {words}", words=words[:200]))
    # What is missing is no issue but the report itself.
    return JiraUnavailable(NONSENSE) if answer.status == HTTPStatus.NOT_FOUND else refusal(answer)
