"""Declare which tokens a route accepts and what these must allow; ``auth`` refuses everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar, cast

from flask import current_app, request

from timesheet.domain.permission import Module

View = TypeVar("View", bound=Callable[..., Any])

PAGE, SESSION, CONTEXT = "page", "session", "context"
"""Tokens of a person: in the address of a page that Jira loads (Connect), issued with such a page for its own calls,
or from Jira's script in the page (Connect). A person on Forge has PAGE and SESSION by the call around the request."""
LIFECYCLE, WEBHOOK, PUBLIC = "lifecycle", "webhook", "public"
"""Tokens of a site (Connect): signed by Atlassian, and signed with the secret of the site; PUBLIC takes none."""
INVOCATION, EVENT, OPERATOR = "invocation", "event", "operator"
"""Tokens of a call by Forge: of any, and of one that no page made. That of the operator is a setting."""
MOVE = "move"
"""A request of a person whose site is about to move to a new installation; only a route for that takes it."""
PERSONAL = frozenset({PAGE, SESSION, CONTEXT, MOVE})
LARGEST_BODY = 1024 * 1024
VIEWER, JIRA_ADMIN = "viewer", "jira-admin"
# Time is logged and leaves are entered for oneself and for members of a team, so both pages lead there.
SHEET_OR_TEAMS = (Module.TIMESHEET, Module.TEAMS)
OF_ONE_KIND: Mapping[tuple[str, ...], str] = MappingProxyType(
    {
        (PUBLIC,): "public",
        (LIFECYCLE,): "site",
        (WEBHOOK,): "site",
        (INVOCATION,): "site",
        (EVENT,): "site",
        (OPERATOR,): "operator",
    }
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A route's declaration: the ``kinds`` of tokens it accepts, and the ``permission`` that they must prove.

    The permission is ``public``, ``site``, ``operator``, VIEWER, or JIRA_ADMIN. ``modules`` are the parts of the app
    that the route belongs to, which admins can limit to some people; who may open one of them may use the route.
    ``costly`` lowers its rate limit. ``largest`` is the maximum size of a body in bytes.
    """

    kinds: frozenset[str]
    permission: str
    modules: tuple[Module, ...]
    costly: bool
    largest: int


def takes(
    *kinds: str,
    permission: str,
    module: Module | tuple[Module, ...] = (),
    costly: bool = False,
    largest: int = LARGEST_BODY,
) -> Callable[[View], View]:
    """Declare a view's tokens, permission, and modules (see Declared); a route without a declaration fails.

    ``costly`` is for views that create or read a file or compare a lot with Jira. Raise ValueError for tokens that
    cannot prove the permission.
    """
    modules = (module,) if isinstance(module, Module) else module
    declared = Declared(frozenset(kinds), permission, modules, costly, largest)
    of_person = permission in (VIEWER, JIRA_ADMIN)
    proven = kinds and PERSONAL.issuperset(kinds) if of_person else OF_ONE_KIND.get(kinds) == permission
    if not proven:
        raise ValueError(f"{kinds} cannot prove {permission!r}")

    def declare(view: View) -> View:
        cast(Any, view).takes = declared
        return view

    return declare


def declared() -> Declared | None:
    """Return the declaration of the view for this request."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "takes", None)
