"""Every change to a store records an event with the differences, and nothing else does."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from unittest.mock import MagicMock, Mock

import pytest
from flask import Flask

from tests.adapters.support.site_data import stores_of
from tests.adapters.support.tables import create_tables
from tests.services.support.audited_site import NOW, Site
from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.adapters.db.database import Database
from timesheet.domain.audit.event import Origin
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.errors import Conflict
from timesheet.domain.team.label import UserLabel
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.store.attribute import AuditedAttributes
from timesheet.services.audit.store.calendar import (
    AuditedCalendars,
    AuditedLeaves,
    AuditedLegends,
    AuditedSchemes,
)
from timesheet.services.audit.store.change import ChangeRecorder
from timesheet.services.audit.store.period import AuditedPeriods
from timesheet.services.audit.store.report import AuditedViews
from timesheet.services.audit.store.site import AuditedLabels, AuditedPermissions, AuditedSettings
from timesheet.services.audit.store.stores import AuditedStores
from timesheet.services.audit.store.team import AuditedTeams
from timesheet.services.ports import stores as store_ports
from timesheet.services.ports.audit import AuditStore
from timesheet.settings import ROOT

CHANGES = ("save", "delete", "remove", "replace", "choose", "add", "accept", "reopen")
ADDED = {"add_record", "accept_late_change", "reopen"}
"""These changes are compared with nothing."""
PORTS = {
    "LegendStore": AuditedLegends,
    "CalendarStore": AuditedCalendars,
    "SchemeStore": AuditedSchemes,
    "LeaveStore": AuditedLeaves,
    "TeamStore": AuditedTeams,
    "PeriodStore": AuditedPeriods,
    "LabelStore": AuditedLabels,
    "ViewStore": AuditedViews,
    "AttributeStore": AuditedAttributes,
    "PermissionStore": AuditedPermissions,
}
COMPARED = [
    (wrapper, method)
    for wrapper in (*PORTS.values(), AuditedSettings)
    for method in vars(wrapper)
    if method.startswith(CHANGES) and method not in ADDED
]


def test_each_way_to_change_a_store_is_covered() -> None:
    """Every change that a port names is audited and does not reach the store directly."""
    protocols = {
        name for name, port in vars(store_ports).items() if name.endswith("Store") and inspect.isclass(port)
    }
    assert protocols == set(PORTS)
    missing = [
        f"{name}.{method}"
        for name, wrapper in PORTS.items()
        for method in vars(getattr(store_ports, name))
        if method.startswith(CHANGES) and method not in vars(wrapper)
    ]
    assert missing == []
    assert "save_site" in vars(AuditedSettings)


class StoresLocked(Exception):
    """The site is locked."""


@pytest.mark.parametrize(("wrapper", "method"), COMPARED, ids=lambda value: getattr(value, "__name__", value))
def test_the_site_is_locked_before_a_change_is_compared(wrapper: Any, method: str) -> None:
    store, lock = Mock(), Mock(side_effect=StoresLocked)
    change = getattr(wrapper(store, ChangeRecorder(Mock(), lock)), method)
    anything = MagicMock()
    anything.__iter__.return_value = [anything]
    with pytest.raises(StoresLocked):
        change(*[anything for _ in inspect.signature(change).parameters])
    assert store.mock_calls == []


def test_nobody_opens_stores_that_leave_no_events() -> None:
    """Outside of the adapters the stores are made where they are wrapped at once, and nowhere else."""
    makers, wrappers = {"DbStores", "DbSettingsStore"}, {"AuditedStores", "AuditedSettings"}
    bare = []
    for path in sorted((ROOT / "timesheet").rglob("*.py")):
        if "adapters" in path.parts:
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        wrapped = [part for call in calls if getattr(call.func, "id", "") in wrappers for part in call.args]
        bare += [
            f"{path}:{c.lineno}" for c in calls if getattr(c.func, "id", "") in makers and c not in wrapped
        ]
    assert bare == []


def test_a_stale_save_leaves_nothing(site: Site) -> None:
    saved = site.stores.labels.save(UserLabel("u", "backend", "teal"))
    site.new()
    with pytest.raises(Conflict):
        site.stores.labels.save(replace(saved, version=7, name="other"))
    assert site.new() == []


def test_a_read_opens_no_audit_log_and_makes_no_store_but_its_own(tmp_path: Path) -> None:
    app, opened = Flask("test"), list[str]()
    database = Database(app, f"sqlite:///{tmp_path / 'timesheet.db'}")

    def open_recorder() -> AuditRecorder:
        opened.append("recorder")
        return AuditRecorder(cast(AuditStore, RecordedDrafts()), lambda: NOW, "ana", Origin.PAGE)

    with app.app_context():
        create_tables(database.extension.engine)
        stores = AuditedStores(stores_of(database, "acme"), open_recorder)
        assert stores.legends.all()
        assert stores.legends is stores.legends
        assert opened == []
        assert "legends" in vars(stores)
        assert "teams" not in vars(stores)
        stores.legends.save(Legend("l", "Training", "lime", "T"))
        stores.labels.save(UserLabel("u", "backend", "teal"))
        assert opened == ["recorder"]
        database.roll_back()
        database.extension.engine.dispose()
