"""Test whether an issue event matches a webhook's JQL filter."""

from __future__ import annotations

from jira_emulator.jql.ast import JqlError
from jira_emulator.jql.context import Context
from jira_emulator.jql.evaluator import find_issues
from jira_emulator.jql.parser import parse_query
from jira_emulator.model import Caller, Event
from jira_emulator.permission import Permissions
from jira_emulator.site import Site

_EVERYTHING = Caller(None, "webhook-filter", frozenset(("READ", "ADMIN", "PROJECT_ADMIN")))


def matches(site: Site, query: str, event: Event) -> bool:
    """Return False for a filter that Jira cannot read; a deleted issue always matches because it cannot be queried."""
    issue = site.find_issue(str((event.payload.get("issue") or {}).get("id", "")))
    if issue is None:
        return event.name == "jira:issue_deleted"
    try:
        context = Context.of(site, Permissions(site, _EVERYTHING))
        return bool(find_issues(context, parse_query(f"id = {issue.id} AND ({query})")))
    except JqlError:
        return False
