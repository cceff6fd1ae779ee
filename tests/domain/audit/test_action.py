"""The catalog, its documentation, and the recording code name the same actions."""

from __future__ import annotations

import re

from timesheet.domain.audit.action import CATALOG, Action
from tools.project import ROOT


def test_the_page_lists_each_action_as_the_catalog_does() -> None:
    page = (ROOT / "docs" / "audit-events.md").read_text()
    listed = re.findall(r"(?m)^\| `(\w+\.\w+)` \| (\w+) \| (.+?) \| .+ \|$", page)
    assert listed == [(str(action), str(entry.kind), entry.says) for action, entry in CATALOG.items()]


def test_each_action_is_recorded_somewhere() -> None:
    """The catalog and the names of the filter list all of them, so they do not count."""
    listing = {ROOT / "timesheet" / "domain" / "audit" / "action.py"}
    listing.add(ROOT / "timesheet" / "web" / "audit" / "action_names.py")
    code = set((ROOT / "timesheet").rglob("*.py"))
    assert listing < code
    recorded = {
        name for path in code - listing for name in re.findall(r"\bAction\.([A-Z_]+)", path.read_text())
    }
    assert {action.name for action in Action} - recorded == set()
