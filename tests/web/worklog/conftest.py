"""Fixtures that the tests of worklogs share."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.viewer import Viewer, make_viewer


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    return make_viewer(app, site, clock)
