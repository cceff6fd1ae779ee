"""Call Jira with the tokens that arrive with invocations, and with tokens requested on behalf of a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import orjson
import requests

from timesheet.adapters.crypto.compact import payload_of
from timesheet.adapters.crypto.secret_box import SecretBox, SecretBoxError
from timesheet.adapters.http.sign_in_server import INACTIVE, UNUSABLE, SignInServer
from timesheet.domain.errors import JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message
from timesheet.domain.site import Site
from timesheet.services.ports.cache import Cache
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.invocation import AppTokenStore
from timesheet.services.resilience.breaker import Breaker

MARGIN_SECONDS = 300
LONGEST_SECONDS = 4 * 3600
LATEST = 253_402_300_800
"""The epoch second with which the year 10000 begins, which no date can have."""
RENEW_SECONDS = 600
"""The time by which a token of the app must be valid longer than the stored one before it is written again."""
REFUSED_SECONDS = 600.0
"""For how long the app's token does not count after Jira refused it: the app may be uninstalled without notice."""
FORGE_REPORT_PATH = "app/report-accounts/"
"""The path to which people's accounts are reported, below the address of Atlassian's own API."""
ASK = (
    "mutation forge_app_offlineUserAuthToken($input: OfflineUserAuthTokenInput!) { "
    "offlineUserAuthToken(input: $input) { success errors { message } authToken { token ttl } } }"
)

CONTEXTS = ("ari:cloud:jira:{cloud_id}:workspace/{cloud_id}", "ari:cloud:jira::site/{cloud_id}")
"""The names by which Atlassian may know a site; which one a request for a token needs is not documented."""

NO_APP = message(
    "Jira has not given Timesheet access to this site yet, so nothing was read or changed. "
    "Access comes within an hour, or at once if somebody opens Timesheet in Jira."
)


class ForgeCredentials:
    """Implements DeliveredTokens, and gives credentials for people and for the app.

    All tokens are encrypted wherever they are kept, never logged, and not used in their last five minutes.
    """

    def __init__(
        self,
        http: requests.Session,
        api_url: str,
        cache: Cache,
        clock: Clock,
        box: SecretBox,
        stored: AppTokenStore,
        silent: Breaker | None = None,
    ) -> None:
        self._server, self._cache, self._clock = SignInServer(http, api_url, silent), cache, clock
        self._box, self._stored = box, stored

    def keep(self, site: Site, account_id: str | None, token: str, *, replaces: bool = True) -> None:
        """See DeliveredTokens. A token without a readable expiry, or one that ends soon, is not kept."""
        key = _key(site, account_id)
        # Its expiry is not verified either, and decides when an installation has ended.
        until = min(expiry_of(token), self._after(LONGEST_SECONDS + MARGIN_SECONDS))
        if not self._usable(until) or not (token.isascii() and token.isprintable()):
            return
        cached = self._cache.get(key)
        if cached and not self._usable(cached["until"]):
            # The clock of a cache may stop while its machine sleeps.
            cached = None
        if cached and (cached["until"] > until or not replaces):
            return
        if not (replaces or cached) and self.holds(site, account_id):
            return
        if account_id is not None:
            if not cached or cached["until"] < until:
                self._put(key, self._box.seal(token), until)
            return
        written = cached["written"] if cached else 0
        if cached and cached["until"] == until and written + RENEW_SECONDS >= until:
            return
        sealed = self._box.seal(token)
        if written + RENEW_SECONDS < until:
            # What an earlier request wrote counts once it can be read, because that request may have been rolled back.
            stored = self._stored.read(site.key) if cached else None
            written = stored[1] if stored else 0
            if written + RENEW_SECONDS < until:
                self._stored.write(site.key, sealed, until)
        self._put(key, sealed, until, written)

    def holds(self, site: Site, account_id: str | None) -> bool:
        """Return True if there is a usable token, without requesting one, and Jira has not just refused the app's."""
        if self._cache.get(_refusal_key(site)):
            return False
        cached = self._cache.get(_key(site, account_id))
        if cached and self._usable(cached["until"]):
            return True
        stored = self._stored.read(site.key) if account_id is None else None
        return stored is not None and self._usable(stored[1])

    def forget(self, site: Site) -> None:
        """See DeliveredTokens."""
        self._cache.delete(_key(site, None))
        self._stored.delete(site.key)

    def person(self, site: Site, account_id: str) -> TokenCredentials:
        """Return Jira credentials of this person; nothing is requested before they are used."""
        return TokenCredentials(self, site, account_id)

    def app(self, site: Site) -> TokenCredentials:
        """Return Jira credentials of the app itself."""
        return TokenCredentials(self, site, None)

    def reporting(self, site: Site) -> TokenCredentials:
        """Return credentials of the app for Atlassian's own API, which is the same for all sites."""
        return TokenCredentials(self, replace(site, api_url=self._server.address), None)

    def token(self, site: Site, account_id: str | None) -> str:
        """Return a token that is valid for some minutes more. Raise NotAllowed, JiraBusy, or JiraUnavailable."""
        cached = self._cache.get(_key(site, account_id))
        if cached and self._usable(cached["until"]):
            return self._box.open(cached["sealed"])
        return self._stored_token(site) if account_id is None else self._offline_token(site, account_id)

    def refused(self, site: Site, account_id: str | None) -> None:
        """Discard a token that Jira refused, so the next call gets another one if there is one."""
        self._cache.delete(_key(site, account_id))
        if account_id is None:
            self._cache.put(_refusal_key(site), {"refused": True}, REFUSED_SECONDS)

    def _stored_token(self, site: Site) -> str:
        """Return the app's token that another process received."""
        found = self._stored.read(site.key)
        if found is None or not self._usable(found[1]):
            raise NotAllowed(NO_APP)
        try:
            return self._box.open(found[0])
        except SecretBoxError:
            # The encryption key was replaced; the next invocation delivers a new token.
            raise NotAllowed(NO_APP) from None

    def _offline_token(self, site: Site, account_id: str) -> str:
        """Ask Atlassian for a token of a person who is not at the screen, one request at a time for each."""
        key = _key(site, account_id)
        with self._cache.turn(f"{key}:ask"):
            cached = self._cache.get(key)
            if cached and self._usable(cached["until"]):
                return self._box.open(cached["sealed"])
            token, until = self._ask(site, account_id)
            self._put(key, self._box.seal(token), until)
            return token

    def _ask(self, site: Site, account_id: str) -> tuple[str, int]:
        app, errors = self.token(site, None), list[TimesheetError]()
        for context in CONTEXTS:
            variables = {"contextIds": [context.format(cloud_id=site.cloud_id)], "userId": account_id}
            question = orjson.dumps({"query": ASK, "variables": {"input": variables}})
            headers = {"Authorization": f"Bearer {app}", "Content-Type": "application/json"}
            status, body = self._server.post("/graphql", question, headers)
            if status == HTTPStatus.UNAUTHORIZED:
                self.refused(site, None)
            granted = self._granted(status, body)
            if not isinstance(granted, TimesheetError):
                return granted
            errors.append(granted)
        # A refusal does not say whether it is about the person or the name of the site, but more than a failure does.
        raise next((error for error in errors if isinstance(error, NotAllowed)), errors[0])

    def _granted(self, status: int, body: bytes) -> tuple[str, int] | TimesheetError:
        """Return a token and its expiry, or the error if Atlassian grants none for this name of the site.

        Raise what another name would not change.
        """
        if status in (401, 403):
            raise NotAllowed(NO_APP)
        match _json(body) if status == 200 else None:
            case {
                "data": {
                    "offlineUserAuthToken": {"success": True, "authToken": {"token": str(token)} as grant}
                }
            }:
                until = expiry_of(token) or self._after(min(_seconds(grant.get("ttl")), LONGEST_SECONDS))
                if token.isascii() and token.isprintable() and self._usable(until):
                    return token, until
            case {"data": {"offlineUserAuthToken": {"success": False}}}:
                return NotAllowed(INACTIVE)
            case {"errors": [_, *_]}:
                return JiraUnavailable(UNUSABLE)
        raise JiraUnavailable(UNUSABLE)

    def _put(self, key: str, sealed: str, until: int, written: int = 0) -> None:
        """Cache a token. ``written`` is the expiry of the one that was read in the database, or 0."""
        seconds = min(until - int(self._clock().timestamp()) - MARGIN_SECONDS, LONGEST_SECONDS)
        self._cache.put(key, {"sealed": sealed, "until": until, "written": written}, float(seconds))

    def _after(self, seconds: int) -> int:
        return int(self._clock().timestamp()) + seconds

    def _usable(self, until: int) -> bool:
        return until - MARGIN_SECONDS > self._clock().timestamp()


@dataclass(frozen=True, slots=True)
class TokenCredentials:
    """Implements JiraCredentials for one person of one site, or for the app if ``account_id`` is None."""

    _tokens: ForgeCredentials
    _site: Site
    _account_id: str | None

    @property
    def base_url(self) -> str:
        """Return the address that was verified with the installation."""
        if self._site.api_url is None:
            raise NotAllowed(NO_APP)
        return self._site.api_url

    def authorization(self) -> str:
        """Return the value of the Authorization header."""
        return "Bearer " + self._tokens.token(self._site, self._account_id)

    def refused(self) -> None:
        """Discard the token after a 401 from Jira."""
        self._tokens.refused(self._site, self._account_id)


def expiry_of(token: str) -> int:
    """Return the ``exp`` of a token in epoch seconds; 0 if it cannot be read. Nothing else in it is read."""
    return _seconds(payload_of(token).get("exp"))


def _key(site: Site, account_id: str | None) -> str:
    whose = sha256(f"{site.opened_by}:{account_id or ''}".encode()).hexdigest()
    return f"{site.key}:token:{whose}"


def _refusal_key(site: Site) -> str:
    return f"{site.key}:token-refused:{site.opened_by}"


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None


def _seconds(value: object) -> int:
    """Return a number of seconds, which may be a text or have a fraction; 0 if it is not one that a date can have."""
    number = int(value) if isinstance(value, str) and is_number(value) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < LATEST:
        return 0
    return int(number)
