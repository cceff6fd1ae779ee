"""The REST API v3 of one emulated site."""

from __future__ import annotations

from flask import Blueprint

from jira_emulator.rest import (
    comment,
    group,
    issue,
    issue_create,
    jql,
    kind,
    permission,
    person,
    person_search,
    picker,
    project,
    search,
    site_info,
    transition,
    worklog,
    worklog_bulk,
    worklog_feed,
    worklog_property,
)
from jira_emulator.rest.api import Api
from jira_emulator.site import Site

RESOURCES = (
    site_info,
    kind,
    person,
    person_search,
    group,
    permission,
    project,
    issue,
    issue_create,
    comment,
    transition,
    picker,
    search,
    jql,
    worklog,
    worklog_bulk,
    worklog_property,
    worklog_feed,
)


def rest_blueprint(site: Site) -> Blueprint:
    """Return the blueprint for every version of the API. It reads ``g.caller`` and stores a call's cost in
    ``g.points``.
    """
    api = Api(site)
    for resource in RESOURCES:
        resource.register(api)
    return api.blueprint
