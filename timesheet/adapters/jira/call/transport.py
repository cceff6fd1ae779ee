"""Make one call to Jira, with timeouts, a size limit, retries, and clear errors.

Redirects are not followed, cookies are not kept, and no address from a response is used.
"""

from __future__ import annotations

import math
import random
import re
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import msgspec
import requests
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError

from timesheet.adapters.http.clock import WRONG_CLOCK, clock_is_wrong
from timesheet.adapters.http.session import BodyTooLarge, read_body
from timesheet.adapters.jira.call.call import (
    FIXED,
    MYSELF,
    AnswerLost,
    Call,
    JiraResponse,
    MissingScope,
    points_of,
)
from timesheet.adapters.jira.call.ratelimit import (
    FIRST_WAIT,
    LONGEST_JITTER,
    SHORTEST_JITTER,
    RateLimits,
    Target,
    reset_after,
    retry_after,
    wait_after,
)
from timesheet.domain.duration import format_wait
from timesheet.domain.errors import JiraBusy, JiraUnavailable, NotAllowed, NotHere, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.worklog.json_repair import repaired
from timesheet.services.ports.jira import JiraCredentials
from timesheet.services.resilience.breaker import NO_ANSWER
from timesheet.services.resilience.patience import check_patience, seconds_left

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3, 20, 30
LONGEST_SLEEP = FIRST_WAIT * LONGEST_JITTER
"""The seconds that a request waits in all: long enough for one wait that Jira set no time for."""
LARGEST_ANSWER = 64 * 1024 * 1024
TRIES = 3
# A call that failed sooner delayed nobody.
LONG_SILENCE_SECONDS = 1.0
PASSING = (408, 425, 429)
"""The statuses below 500 that say nothing about the request itself, which may be accepted later."""
OF_SCOPE = re.compile(rb'\{.*"[^"]*\bscopes?\b', re.DOTALL)
"""The body of a refusal by Atlassian’s gateway or by Jira whose reason is a scope; it is English for everybody.

A key of a project is in capitals, so an issue such as SCOPE-12 is none.
"""
OF_TOKEN = re.compile(rb'\s*\{\s*"error"\s*:\s*"[^"]*"\s*\}\s*')
"""The body of the 403 with which a site refuses an access token that it does not know, or no longer; Jira's own
refusals have other keys.
"""
LACKING = (404, 405, 410)
"""The statuses of a server that does not know a path, knows it for other methods only, or has removed it."""

HANGS = message(
    "This site’s Jira is not answering at the moment. What you typed is kept; try again in a few seconds."
)
DOWN = message("Jira is not answering at the moment. Nothing is lost here: try again in a moment.")
SPENT = message(
    "Jira limits how much apps may read in an hour, so Timesheet reads nothing more for {wait}. "
    "You can go on logging time."
)
NONSENSE = message("Jira’s answer could not be read. Try again in a moment.")
TOO_LARGE = message("Jira’s answer is too large to be read. Choose a shorter range of days.")
NOT_HERE = message(
    "Jira does not answer at the address of this site, so nothing can be read or saved. Try "
    "again in a few minutes; if that does not help, ask a Jira admin whether the site was "
    "renamed."
)
MISSING_SCOPE = message(
    "Jira has not granted Timesheet a right that this needs, so nothing was read or changed. A Jira admin can grant "
    "it under Apps, Manage apps, by accepting the app’s update."
)
LOCKED_OUT = message(
    "Jira did not accept this app for your account. Reload the page; if that does not help, ask "
    "a Jira admin whether the app is still installed."
)


CallObserver = Callable[[str, int, float], None]
"""Called for each call: method and path without ids, the response's status (0 = none), seconds."""


def unobserved(endpoint: str, status: int, seconds: float) -> None:
    """Do nothing; the default if calls are not counted."""


class Transport:
    """Sends calls to one site as one viewer, and counts them."""

    def __init__(
        self,
        session: requests.Session,
        credentials: JiraCredentials,
        limits: RateLimits,
        sleep: Callable[[float], None] = time.sleep,
        observe: CallObserver = unobserved,
    ) -> None:
        self.site = credentials.base_url
        self.limits = limits
        self.calls = 0
        self._renewals, self._caller_known = 0, False
        self._session = session
        self._credentials = credentials
        self._sleep = sleep
        self._observe = observe

    def send(self, call: Call) -> JiraResponse:
        """Return the response below 500, unless it is only about the moment.

        Raise JiraBusy if Jira requires a longer wait than a request has, AnswerLost if a write that must not
        be repeated was sent without a readable response, JiraUnavailable for the rest. Raise TooSlow or Stopped
        if the read that it belongs to has to end.
        """
        self.limits.enter()
        target = self._target(call)
        patience, renewed = LONGEST_SLEEP, False
        for attempt in range(TRIES + 1):
            patience -= self._wait_for_turn(target, patience)
            last = attempt >= TRIES - 1
            try:
                response = self._exchange(call, target)
            except AnswerLost as lost:
                # A call that timed out is not repeated.
                if last or lost.late or not call.repeatable:
                    raise
                continue
            if response.status in (401, 403) and OF_SCOPE.match(response.body):
                # Another token would have the same scopes.
                raise MissingScope(MISSING_SCOPE)
            if response.refuses_token:
                if renewed:
                    raise response.locked_out()
                self._credentials.refused()
                self._renewals += 1
                renewed = True
                continue
            if response.status not in PASSING and response.status < 500:
                self.limits.answered(target)
                answer = response.answer(call)
                self._caller_known = self._caller_known or (call.path == MYSELF and answer.status < 300)
                more = points_of(call.path, answer.json, changes=call.changes) - call.points
                if more > 0:
                    self.limits.spent(target, more)
                if answer.status == 404 and answer.is_page:
                    self._require_jira(call)
                return answer
            patience -= self._wait_before_retry(call, target, response, attempt, -1.0 if last else patience)
        raise JiraUnavailable(DOWN)

    def knows_caller(self) -> bool:
        """Return True if Jira knows the caller, because it may answer a search of nobody with no issues.

        False if it does only now, with a new token, so that what was read before has to be read again. Raise NotAllowed
        if it does not.
        """
        before = self._renewals
        if not self._caller_known:
            self.send(Call("GET", MYSELF))
        return self._renewals == before

    def _require_jira(self, call: Call) -> None:
        """Raise NotHere if this is no longer a Jira, because then every address looks like a deleted issue.

        Raise AnswerLost for a write: Jira itself refuses in JSON, so nobody knows what became of it.
        """
        # Credentials for a single call say nothing about others.
        with suppress(NotAllowed):
            self.send(Call("GET", MYSELF))
        if not call.repeatable:
            raise _unread(call, NONSENSE)

    def _wait_for_turn(self, target: Target, patience: float) -> float:
        pause = self.limits.pause(target)
        if pause.seconds > patience:
            self.limits.give_up()
            raise _busy(pause.seconds, pause.reason)
        if pause.seconds:
            self._sleep(pause.seconds)
        return pause.seconds

    def _wait_before_retry(
        self, call: Call, target: Target, response: _Raw, attempt: int, patience: float
    ) -> float:
        """Wait before the next try and return the seconds. Raise the error if that is too long or might write twice."""
        retry_seconds = retry_after(response.headers)
        jitter = random.uniform(SHORTEST_JITTER, LONGEST_JITTER)
        if response.status == 429:
            reason = response.headers.get("RateLimit-Reason", "")
            stated = retry_seconds or reset_after(response.headers)
            wait = stated or self.limits.wait_unstated(target, reason, jitter)
            self.limits.refuse(target, reason, wait)
            if wait > patience:
                self.limits.give_up()
                raise _busy(wait, reason)
            return 0.0
        if not call.repeatable:
            raise AnswerLost(DOWN, wrote_maybe=True)
        wait = wait_after(attempt, retry_seconds, jitter)
        if wait > patience:
            raise _busy(wait, "") if retry_seconds else _down(call, response.status)
        self._sleep(wait)
        return wait

    def _exchange(self, call: Call, target: Target) -> _Raw:
        authorization = self._credentials.authorization()
        if rest := self.limits.silent.rest(self.site):
            raise JiraBusy(HANGS, retry_after=math.ceil(rest), reason=NO_ANSWER)
        self._reserve_points(call, target)
        self.calls += 1
        started, status = time.monotonic(), 0
        try:
            raw = self._ask(call, target, authorization)
            status = raw.status
        except JiraUnavailable as error:
            if not call.changes:
                # A read that ran out of time does not show that Jira is silent.
                check_patience()
            if error.sentence == DOWN and time.monotonic() - started >= LONG_SILENCE_SECONDS:
                self.limits.silent.unanswered(self.site)
            raise
        finally:
            self._observe(target.endpoint, status, time.monotonic() - started)
        self.limits.silent.answered(self.site)
        return raw

    def _reserve_points(self, call: Call, target: Target) -> None:
        """Raise JiraBusy if the app's allowance is reserved for others. A change is never held back."""
        if call.changes:
            self.limits.spent(target, call.points)
        elif refusal := self.limits.refusal(target, call.points):
            seconds = math.ceil(refusal.seconds)
            sentence = message(SPENT, wait=format_wait(seconds))
            raise JiraBusy(sentence, retry_after=seconds, reason=refusal.reason)

    def _ask(self, call: Call, target: Target, authorization: str) -> _Raw:
        headers = {"Authorization": authorization, "Accept": "application/json"}
        data = None if call.body is None else msgspec.json.encode(call.body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        address = f"{self.site}/{call.api}/{call.path}"
        # A change always gets the full time, because it may have been made.
        limit = READ_SECONDS if call.changes else seconds_left(READ_SECONDS)
        if call.params:
            # requests would take longer to do the same.
            address += f"?{urlencode(call.params, doseq=True)}"
        try:
            response = self._session.request(
                call.method,
                address,
                data=data,
                headers=headers,
                timeout=(min(CONNECT_SECONDS, limit), limit),
                allow_redirects=False,
                stream=True,
            )
            with response:
                whole = WHOLE_SECONDS if call.changes else seconds_left(WHOLE_SECONDS)
                body = read_body(response, LARGEST_ANSWER, whole)
                raw = _Raw(response.status_code, response.headers, body)
        except requests.exceptions.ConnectTimeout as error:
            raise JiraUnavailable(DOWN, status=504) from error
        except requests.exceptions.Timeout as error:
            raise AnswerLost(DOWN, status=504, wrote_maybe=call.changes, late=True) from error
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            if _never_sent(error):
                raise JiraUnavailable(DOWN) from error
            raise AnswerLost(DOWN, wrote_maybe=call.changes) from error
        except BodyTooLarge as error:
            raise _unread(call, TOO_LARGE) from error
        self.limits.note(target, response.headers)
        return raw

    def _target(self, call: Call) -> Target:
        parts = (part if FIXED.fullmatch(part) else "-" for part in call.path.split("/"))
        return Target(self.site, f"{call.method} {'/'.join(parts)}", call.issue)


@dataclass(frozen=True, slots=True)
class _Raw:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def refuses_token(self) -> bool:
        return self.status == 401 or (self.status == 403 and OF_TOKEN.fullmatch(self.body) is not None)

    def locked_out(self) -> TimesheetError:
        """Return why the token is refused although it is new."""
        return JiraUnavailable(WRONG_CLOCK) if clock_is_wrong(self.headers) else NotAllowed(LOCKED_OUT)

    def answer(self, call: Call) -> JiraResponse:
        if self.status in LACKING and call.always_there:
            raise NotHere(NOT_HERE if self.status == 404 else NONSENSE)
        if 300 <= self.status < 400:
            raise _unread(call, NOT_HERE)
        read = call.read if self.status < 400 else msgspec.json.decode
        try:
            return JiraResponse(self.status, read(self.body) if self.body else None, self.headers)
        except (ValueError, RecursionError) as error:
            if (body := repaired(self.body, error)) != self.body:
                return replace(self, body=body).answer(call)
            if self.status < 400:
                raise _unread(call, NONSENSE) from error
            return JiraResponse(self.status, None, self.headers)


def _never_sent(error: Exception) -> bool:
    """Return True if there was no connection, or none to a verified server, so Jira cannot have seen the request."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError) or _unproven(reason)


def _unproven(reason: object) -> bool:
    cause = reason.args[0] if isinstance(reason, SSLError) and reason.args else None
    return isinstance(cause, ssl.SSLCertVerificationError)


def _down(call: Call, status: int) -> JiraUnavailable:
    # Any other error, such as a 500 or a proxy's 520, is Jira's own problem, and not the app's.
    return JiraUnavailable(DOWN, status=status if status in (503, 504) else 502, wrote_maybe=call.changes)


def _unread(call: Call, sentence: str) -> JiraUnavailable:
    """Return the error for a call with an unreadable response."""
    if call.repeatable:
        return JiraUnavailable(sentence, wrote_maybe=call.changes)
    return AnswerLost(sentence, wrote_maybe=True)


def _busy(seconds: float, reason: str) -> JiraBusy:
    whole = math.ceil(seconds)
    return JiraBusy(
        message(
            "Jira accepts no more requests for {wait}. Nothing is lost: try again after that.",
            wait=format_wait(whole),
        ),
        retry_after=whole,
        reason=reason,
    )
