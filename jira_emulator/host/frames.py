"""The data that the host page's script needs to show a module and communicate with it."""

from __future__ import annotations

from typing import Any

from flask import abort

from jira_emulator.connect.condition import shows
from jira_emulator.connect.frame import channel, page_url
from jira_emulator.connect.installation import Installation
from jira_emulator.host.place import place_of
from jira_emulator.model import Person
from jira_emulator.tenant import Tenant


def frame_of(tenant: Tenant, app: Installation, person: Person, values: dict[str, str]) -> dict[str, Any]:
    """Return an iframe's address and channel; 404 for a missing module or one the person may not open."""
    module = app.descriptor.module(values.get("module", ""))
    if module is None or not shows(module, tenant.site, person):
        abort(404)
    place = place_of(tenant.site, person, values)
    return {
        "url": page_url(tenant, app, module, person, place),
        "origin": app.origin,
        "channel": channel(app, module),
        "app": app.key,
        "appName": app.descriptor.name,
        "module": module.key,
        "kind": module.kind,
        "context": place.context(),
        "values": {name: value for name, value in values.items() if name not in ("app", "module")},
        "user": {"accountId": person.account_id, "timeZone": person.time_zone, "locale": person.locale},
    }
