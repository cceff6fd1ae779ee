"""The screens that show totals, and their signs of being complete."""

from __future__ import annotations

import re
from collections.abc import Mapping

import requests

from tests.journeys.support.sheet import MON as MONDAY
from tests.web.support.faults import FEBRUARY, TEAM, FaultScene, ask

SHEET = {"view": "week", "day": MONDAY, "layout": "grid", "group": "issue"}
SCREENS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "week": ("/timesheet", SHEET),
    "by project": ("/timesheet", SHEET | {"group": "project"}),
    "list": ("/timesheet", SHEET | {"layout": "list"}),
    "calendar": ("/timesheet", SHEET | {"layout": "calendar"}),
    "month": ("/timesheet", SHEET | {"view": "month"}),
    "summary": (f"/teams/{TEAM}", {}),
    "by person": (f"/teams/{TEAM}", {"tab": "people"}),
    "projects": (f"/teams/{TEAM}", {"tab": "projects"}),
    "table": (f"/teams/{TEAM}", {"tab": "timesheet", "every": 1}),
    "worklogs": (f"/teams/{TEAM}/worklogs", {"person": "", "day": MONDAY}),
    "spent": (f"/teams/{TEAM}/periods/spent", {}),
    "closing": (f"/teams/{TEAM}/periods/close", {"period": FEBRUARY}),
    "panel": ("/issue-panel", {"issue": ""}),
    "copy": ("/copy", {"day": MONDAY}),
}
INCOMPLETE = re.compile(
    r'id="strip"|class="warning" role="alert"|\(incomplete\)|id="close-problem" class="form-problem"><p'
)
PROBLEM = re.compile(r'<section id="problem".*?<p[^>]*>([^<]{10,})</p>.*<code>[0-9a-f]{16}</code>', re.DOTALL)


def show(world: FaultScene, screen: str) -> requests.Response:
    path, values = SCREENS[screen]
    known = {"person": world.mate.account_id, "issue": world.issues[5].id}
    filled = {name: known.get(name) if value == "" else value for name, value in values.items()}
    return ask(world.browser(), "GET", path, **filled)
