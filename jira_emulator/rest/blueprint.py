"""The REST API v3 of one emulated site."""

from __future__ import annotations

from flask import Blueprint

from jira_emulator.rest import issue, permission, person, search, site_info, worklog
from jira_emulator.rest.api import Api
from jira_emulator.site import Site

RESOURCES = (site_info, person, permission, issue, search, worklog)


def rest_blueprint(site: Site) -> Blueprint:
    """The blueprint for ``/rest/api/3``. It reads ``g.caller`` and leaves the call's cost in ``g.points``."""
    api = Api(site)
    for resource in RESOURCES:
        resource.register(api)
    return api.blueprint
