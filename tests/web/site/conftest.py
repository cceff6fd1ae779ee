"""Fixtures that the tests of a site share."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, make_admin
from tests.web.support.signing import SettableClock
from timesheet.web.site import webhook


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    return make_admin(app, site, clock)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return the events about worklogs that were passed on."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(webhook, "note_worklog_event", lambda _cache, *rest: calls.append(rest[:3]))
    return calls
