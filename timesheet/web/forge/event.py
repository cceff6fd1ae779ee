"""Forge's events: installs, changes of worklogs and issues, the hourly schedule, and the uninstall.

Everything but the payload of a change comes from the verified token; bodies of the other calls are not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g

from timesheet.domain.errors import NotAllowed
from timesheet.domain.site import UNINSTALLED, Site
from timesheet.services.site.invocation import end_installation, open_site, usual_event_name
from timesheet.web.forge.call import keep_tokens
from timesheet.web.http.access import takes
from timesheet.web.http.auth import invocation_authenticator
from timesheet.web.http.dependencies import dependencies
from timesheet.web.site.webhook import event_body, receive_event

blueprint = Blueprint("forge_event", __name__, url_prefix="/forge")

Answer = tuple[str, int]
DONE: Answer = ("", 204)


@blueprint.post("/events")
@takes("event", permission="site")
def receive() -> Answer:
    """Receive an install, an upgrade, or a change of a worklog or an issue; a repeated one is answered only."""
    site = _enter()
    if site is None:
        return DONE
    event = _event(event_body())
    name = usual_event_name(event.get("eventType"))
    if name is not None:
        receive_event(site, name, event, _mark_of(site, event))
    return DONE


@blueprint.post("/hourly")
@takes("event", permission="site")
def keep_fresh() -> Answer:
    """Store the app's token of this hour, so that commands and jobs can call Jira."""
    _enter()
    return DONE


@blueprint.post("/uninstall")
@takes("event", permission="site")
def uninstall() -> Answer:
    """Record that the app is about to be uninstalled."""
    if "site" in g and g.site.status != UNINSTALLED:
        end_installation(invocation_authenticator(), g.site, dependencies().operation.clock())
    return DONE


def _enter() -> Site | None:
    """Return the site of the event, and keep the token that came with it; None if its installation has ended."""
    deps = dependencies()
    transaction = deps.operation.transaction
    try:
        site = open_site(
            invocation_authenticator(),
            g.invocation,
            g.get("site"),
            deps.operation.clock(),
            transaction.commit,
        )
    except NotAllowed:
        # The event was sent before the app was uninstalled; after a refusal it would only be sent again.
        return None
    g.site = site
    transaction.enter(site.key)
    keep_tokens(site, None)
    return site


def _event(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the event, which is the body itself or, in a repeated delivery, may be below ``payload``."""
    inner = body.get("payload")
    return inner if "eventType" not in body and isinstance(inner, dict) else body


def _mark_of(site: Site, event: Mapping[str, Any]) -> str:
    """Return what identifies an event, because deliveries are repeated and have no id of their own.

    An event without a time has nothing that distinguishes it from the next one about the same thing.
    """
    things = (event.get(name) for name in ("worklog", "issue"))
    thing: Mapping[str, Any] = next((one for one in things if isinstance(one, dict)), {})
    parts = (event.get("eventType"), thing.get("id"), event.get("timestamp"))
    if not all(isinstance(part, str | int) and len(str(part)) <= 64 for part in parts):
        return ""
    return ":".join(("event", site.key, *map(str, parts)))
