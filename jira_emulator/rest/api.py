"""Puts views under addresses: authentication, scopes, the site's lock and Jira's error form around each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from jira_emulator.connect.scope import with_implied
from jira_emulator.model import Caller, Json
from jira_emulator.rest.call import Call
from jira_emulator.rest.errors import ApiError
from jira_emulator.site import Site

Answer = Json | list[Any] | Response | tuple[Json | list[Any] | str | None, int]
View = Callable[..., Answer]
SCOPES: dict[str, str] = {"GET": "READ", "POST": "WRITE", "PUT": "WRITE", "DELETE": "DELETE"}


class Api:
    """The REST API of one site, below ``/rest/api/3``."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.blueprint = Blueprint("jira_rest", __name__)
        self.scopes: dict[tuple[str, str], str] = {}
        self.blueprint.register_error_handler(ApiError, _refused)

    def route(self, method: str, path: str, scope: str | None = None) -> Callable[[View], View]:
        """Serve a view; apps need ``scope`` (by default the method's own)."""
        needed = scope or SCOPES[method]
        self.scopes[method, path] = needed

        def register(view: View) -> View:
            def handle(**parts: str) -> Response:
                g.points = 1
                caller = _caller(needed)
                with self.site.lock:
                    return _respond(view(Call(self.site, caller), **parts))

            name = f"{method.lower()}_{view.__module__.rpartition('.')[2]}_{view.__name__}"
            self.blueprint.add_url_rule(path, name, handle, methods=[method])
            return view

        return register


def _caller(scope: str) -> Caller:
    caller: Caller = g.caller
    if caller.account_id is None and caller.app_key is None:
        raise ApiError(401, "You are not authenticated. Authentication required to perform this operation.")
    if caller.app_key is not None:
        scopes = with_implied(caller.scopes)
        if scope not in scopes and scope != "NONE":
            raise ApiError(403, "The request is not in an authorized API scope.")
        caller = Caller(caller.account_id, caller.app_key, scopes)
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


def _refused(error: ApiError) -> Response:
    response = jsonify(error.body())
    response.status_code = error.status
    if error.status == 401:
        response.headers["WWW-Authenticate"] = f'JWT realm="{request.host}"'
    return response
