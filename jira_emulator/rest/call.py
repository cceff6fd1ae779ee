"""One REST call: the caller, what was sent, and the site as that caller sees it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NoReturn

from flask import g, request

from jira_emulator.issue.issue_fields import IssueRenderer
from jira_emulator.model import Caller, Issue, Json, Project
from jira_emulator.permission import Permissions
from jira_emulator.render import Renderer
from jira_emulator.rest.errors import ApiError, bad_payload, no_issue
from jira_emulator.site import Site, as_id

PERSON_POINTS = 2
_NO_PROJECT_ID = "No project could be found with id '{}'."
_NO_PROJECT_KEY = "No project could be found with key '{}'."


def is_texts(value: Any) -> bool:
    """Return True for a list of texts."""
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def check_properties(body: Json) -> None:
    """Raise 400 if the body names more properties of issues than Jira reads in one request."""
    named = body.get("properties")
    if named is not None and (not is_texts(named) or len(named) > 5):
        raise ApiError(400, "A request can name at most 5 properties.")


class Call:
    """The input of a view. Points are counted for reads; a write costs one point whatever it affects."""

    def __init__(self, site: Site, caller: Caller, version: str) -> None:
        self.site = site
        self.caller = caller
        self.permissions = Permissions(site, caller)
        self.render = Renderer(site, caller, version)
        self.issues = IssueRenderer(self.render, self.permissions)

    @cached_property
    def actor(self) -> str:
        """Return the account this call acts as: the person, or the app's own account."""
        if self.caller.account_id is not None:
            return self.caller.account_id
        return self.site.app_account(self.caller.app_key or "")

    def charge(self, objects: int, each: int = 1) -> None:
        """Count what was read: 1 point per object, 2 for people, groups, roles, and permissions."""
        g.points += objects * each

    def text(self, name: str) -> str | None:
        """Return a query parameter."""
        return request.args.get(name)

    def texts(self, name: str) -> list[str]:
        """Return a query parameter given several times."""
        return request.args.getlist(name)

    def number(self, name: str, default: int, *, most: int | None = None, status: int = 400) -> int:
        """Return a whole, nonnegative number, at most ``most``; refuse with ``status`` if it is not one."""
        text = request.args.get(name)
        if text is None or text == "":
            return default
        number = as_id(text)
        if number is None:
            raise ApiError(status, f"The value '{text}' of the parameter '{name}' is not a number.")
        return number if most is None else min(number, most)

    def flag(self, name: str, default: bool) -> bool:
        """Return a true or false parameter."""
        text = request.args.get(name)
        if text is None or text == "":
            return default
        if text.lower() not in ("true", "false"):
            raise ApiError(400, f"The value '{text}' of the parameter '{name}' is not a boolean.")
        return text.lower() == "true"

    def json(self) -> Any:
        """Return the body as any JSON."""
        if request.mimetype != "application/json":
            raise ApiError(415, "Unsupported Media Type")
        try:
            return json.loads(request.get_data(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise ApiError(
                400, "There was an error parsing JSON. Check that your request body is valid."
            ) from None

    def body(self, allowed: Iterable[str]) -> Json:
        """Return the body as an object with only these properties."""
        value = self.any_body()
        if not value.keys() <= set(allowed):
            raise bad_payload()
        return value

    def any_body(self) -> Json:
        """Return the body as an object with any properties."""
        value = self.json()
        if not isinstance(value, dict):
            raise bad_payload()
        return value

    def expands(self, name: str) -> bool:
        """Return whether ``expand`` names something."""
        return name in [part.strip() for part in (self.text("expand") or "").split(",")]

    def open_issue(self, id_or_key: str) -> Issue:
        """Return the issue, if the caller may see it. Raise 404 otherwise."""
        issue = self.site.find_issue(id_or_key)
        if issue is None or not self.permissions.can_see(issue):
            raise no_issue()
        return issue

    def open_project(self, id_or_key: str) -> Project:
        """Return the project, if the caller may browse it. Raise 404 otherwise."""
        project = self.site.find_project(id_or_key)
        if project is None or not self.permissions.has("BROWSE_PROJECTS", project):
            sentence = _NO_PROJECT_KEY if as_id(id_or_key) is None else _NO_PROJECT_ID
            raise ApiError(404, sentence.format(id_or_key))
        return project

    def require_people(self) -> None:
        """Raise 403 unless the caller may browse users and groups."""
        if not self.permissions.has_global("USER_PICKER"):
            raise ApiError(403, "You do not have permission to browse users.")

    def require_admin(self) -> None:
        """Raise 403 unless the caller administers Jira."""
        if not self.permissions.has_global("ADMINISTER"):
            raise ApiError(
                403, "You are not authorized to perform this action. Administrator privileges are required."
            )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
