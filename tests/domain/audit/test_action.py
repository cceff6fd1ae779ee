"""The catalog, its documentation, and the recording code name the same actions."""

from __future__ import annotations

import re

import pytest

from timesheet.domain.audit.action import CATALOG, Action
from tools.project import ROOT


def test_the_page_lists_each_action_as_the_catalog_does() -> None:
    page = (ROOT / "docs" / "audit-events.md").read_text()
    listed = re.findall(r"(?m)^\| `(\w+\.\w+)` \| (\w+) \| (.+?) \| (.+?) \|$", page)
    assert listed == [
        (str(action), str(entry.kind), entry.says, entry.when) for action, entry in CATALOG.items()
    ]


@pytest.mark.parametrize("action", sorted(Action))
def test_each_action_is_recorded_somewhere(action: Action) -> None:
    catalog = ROOT / "timesheet" / "domain" / "audit_action.py"
    code = [path for path in (ROOT / "timesheet").rglob("*.py") if path != catalog]
    assert [path for path in code if f"Action.{action.name}" in path.read_text()]
