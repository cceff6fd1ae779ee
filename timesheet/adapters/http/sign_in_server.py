"""Call the servers from which Atlassian gives tokens to act for a person: that of Connect and that of Forge."""

from __future__ import annotations

import math
from collections.abc import Mapping

import requests

from timesheet.adapters.http.clock import WRONG_CLOCK, clock_is_wrong
from timesheet.adapters.http.session import BodyTooLarge, read_body
from timesheet.domain.errors import JiraBusy, JiraUnavailable
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message
from timesheet.services.resilience.breaker import NO_ANSWER, Breaker

TIMEOUT, WHOLE_SECONDS = (3, 10), 15
LARGEST_ANSWER = 65_536
USUAL_BREAK = 5
REFUSED = (400, 401, 403)
UNUSABLE = message(
    "Atlassian’s sign-in server gave no usable answer. Nothing was changed; try again in a minute."
)
BUSY = message("Atlassian’s sign-in server is busy. Nothing was changed; try again shortly.")
INACTIVE = message(
    "Jira does not let Timesheet act for you: your account is inactive or has no access to Jira here. "
    "A Jira admin can grant it."
)


class SignInServer:
    """The server at ``address``, which is left alone for a while if it does not answer."""

    def __init__(self, http: requests.Session, address: str, silent: Breaker | None = None) -> None:
        self.address = address
        self._http, self._silent = http, silent or Breaker()

    def post(
        self, path: str, data: bytes | Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Return status and body of the answer. Raise JiraUnavailable if there is none, or if it refuses because of the
        clock of this machine; JiraBusy if it has to wait.
        """
        if rest := self._silent.rest(self.address):
            raise JiraBusy(UNUSABLE, retry_after=math.ceil(rest), reason=NO_ANSWER)
        try:
            with self._http.post(
                f"{self.address}{path}",
                data=data,
                headers={"Accept": "application/json", **headers},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = read_body(answer, LARGEST_ANSWER, WHOLE_SECONDS)
        except (requests.RequestException, BodyTooLarge):
            self._silent.unanswered(self.address)
            raise JiraUnavailable(UNUSABLE) from None
        self._silent.answered(self.address)
        if answer.status_code == 429:
            wait = answer.headers.get("Retry-After", "").strip()
            seconds = max(1, int(wait)) if is_number(wait, longest=4) else USUAL_BREAK
            raise JiraBusy(BUSY, retry_after=seconds, reason="oauth")
        if answer.status_code in REFUSED and clock_is_wrong(answer.headers):
            raise JiraUnavailable(WRONG_CLOCK)
        return answer.status_code, body
