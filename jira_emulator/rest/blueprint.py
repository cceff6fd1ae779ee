"""The REST API v3 of one emulated site."""

from __future__ import annotations

from flask import Blueprint

from jira_emulator.rest import (
    group,
    issue,
    issue_create,
    jql,
    permission,
    person,
    picker,
    project,
    search,
    site_info,
    worklog,
    worklog_bulk,
    worklog_feed,
    worklog_property,
)
from jira_emulator.rest.api import Api
from jira_emulator.site import Site

RESOURCES = (
    site_info,
    person,
    group,
    permission,
    project,
    issue,
    issue_create,
    picker,
    search,
    jql,
    worklog,
    worklog_bulk,
    worklog_property,
    worklog_feed,
)


def rest_blueprint(site: Site) -> Blueprint:
    """The blueprint for ``/rest/api/3``. It reads ``g.caller`` and leaves the call's cost in ``g.points``."""
    api = Api(site)
    for resource in RESOURCES:
        resource.register(api)
    return api.blueprint
