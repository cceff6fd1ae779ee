"""Register views at addresses, with authentication, scopes, the site's lock, and Jira's error format around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from jira_emulator.connect.scope import with_implied
from jira_emulator.forge.platform import FORGE
from jira_emulator.language.translate import language_of
from jira_emulator.model import Caller, Json
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import UNAUTHENTICATED, ApiError
from jira_emulator.site import Site

PREFIX = "/rest/api/"
INACCESSIBLE = "INACCESSIBLE"
"""Used instead of a scope: no Connect app may call this."""
Answer = Json | list[Any] | Response | tuple[Json | list[Any] | str | None, int]
View = Callable[..., Answer]
SCOPES: dict[str, str] = {"GET": "READ", "POST": "WRITE", "PUT": "WRITE", "DELETE": "DELETE"}


class Api:
    """The REST API of one site, under ``/rest/api/3``, ``/rest/api/2``, and ``/rest/api/latest``."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.blueprint = Blueprint("jira_rest", __name__)
        self.scopes: dict[tuple[str, str], tuple[str, bool]] = {}
        """The scope of each method and address, and whether anonymous callers are allowed."""
        self.blueprint.register_error_handler(ApiError, self._refused)
        self.blueprint.register_error_handler(MissingScope, _refuse_scope)

    def route(
        self, method: str, path: str, scope: str | None = None, *, anonymous: bool = False
    ) -> Callable[[View], View]:
        """Register a view; apps need ``scope`` (by default the method's own), ``anonymous`` allows calls
        without credentials.
        """
        needed = scope or SCOPES[method]
        self.scopes[method, path] = needed, anonymous

        def register(view: View) -> View:
            def handle(**parts: str) -> Response:
                g.points = 1
                caller = _caller(needed, anonymous=anonymous)
                with self.site.lock:
                    return _respond(view(Call(self.site, caller, version()), **parts))

            self.blueprint.add_url_rule(path, f"{method} {path}".replace(".", ""), handle, methods=[method])
            return view

        return register

    def _refused(self, error: ApiError) -> Response:
        """Return Jira's JSON in the caller's language; a 401 is a sentence only."""
        if error.status == 401:
            return unauthenticated(f'JWT realm="{request.host}"')
        response = jsonify(error.body(language_of(self.site.locale_of(g.caller))))
        response.status_code = error.status
        return response


class MissingScope(Exception):
    """The app lacks the scope of what it calls."""


def _refuse_scope(_: MissingScope) -> tuple[Response, int]:
    """Return the refusal of Jira, or of Atlassian's gateway in front of it, which has a format of its own."""
    if FORGE in request.environ:
        return jsonify(code=401, message="Unauthorized; scope does not match"), 401
    return jsonify(errorMessages=["The request is not in an authorized API scope."], errors={}), 403


def version() -> str:
    """Return the version in the request: 2, 3, or latest."""
    return request.path.removeprefix(PREFIX).partition("/")[0]


def unauthenticated(challenge: str) -> Response:
    """Return Jira's response to an unauthenticated caller."""
    response = Response(UNAUTHENTICATED, status=401, mimetype="text/html")
    response.headers["WWW-Authenticate"] = challenge
    return response


def _caller(scope: str, *, anonymous: bool) -> Caller:
    caller: Caller = g.caller
    if caller.account_id is None and caller.app_key is None and not anonymous:
        raise ApiError(401, UNAUTHENTICATED)
    if caller.app_key is not None:
        scopes = with_implied(caller.scopes)
        if scope not in scopes and scope != "NONE":
            raise MissingScope
        caller = replace(caller, scopes=scopes)
    return caller


def _respond(answer: Answer) -> Response:
    if isinstance(answer, Response):
        return answer
    body, status = answer if isinstance(answer, tuple) else (answer, 200)
    if body is None:
        return Response(status=status, mimetype="application/json")
    response = jsonify(body)
    response.status_code = status
    return response
