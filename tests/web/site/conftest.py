"""Fixtures that the tests of a site share."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.configuring import Admin, make_admin
from tests.web.support.signing import SettableClock


@pytest.fixture
def admin(app: Flask, site: JiraSite, clock: SettableClock) -> Admin:
    return make_admin(app, site, clock)
