"""The manifest of the Forge app beside the server: its paths are routes, and its names are the ones that links use."""

from __future__ import annotations

import json

from flask import Flask

from timesheet.adapters.forge.pages import CONFIGURATION
from timesheet.services.site.invocation import usual_event_name
from tools import forge

DESCRIPTOR = json.loads(forge.DESCRIPTOR.read_text())
MODULES = forge.manifest_of(DESCRIPTOR, forge.APPS + "x", "https://x.example")["modules"]


def test_every_path_is_a_route_that_takes_invocations_and_nothing_else(app: Flask) -> None:
    paths = [endpoint["route"]["path"] for endpoint in MODULES["endpoint"] if "route" in endpoint]
    routes = {rule.rule: rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/forge/")}
    # The page names the route of its calls itself.
    assert {*paths, "/forge/call"} == routes.keys()
    for rule in routes.values():
        assert "POST" in (rule.methods or ())
        declared = getattr(app.view_functions[rule.endpoint], "takes", None)
        assert declared is not None
        # A person can let the gateway call any path. Only what comes without one may report events.
        assert declared.kinds == {"invocation" if rule.rule == "/forge/call" else "event"}


def test_every_event_of_jira_is_one_that_the_server_knows_by_its_webhook() -> None:
    events = [event for trigger in MODULES["trigger"] for event in trigger["events"]]
    known = [usual_event_name(event) for event in events if event not in forge.LIFECYCLE]
    assert known == [hook["event"] for hook in DESCRIPTOR["modules"]["webhooks"]]


def test_the_page_of_the_configuration_has_the_name_that_links_use() -> None:
    assert [page["key"] for page in MODULES["jira:adminPage"]] == [CONFIGURATION]
