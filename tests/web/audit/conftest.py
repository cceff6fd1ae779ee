"""Fixtures that the tests of the audit log share."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.audit_site import AuditSite, make_audit_site
from tests.web.support.signing import SettableClock


@pytest.fixture
def audit(app: Flask, site: JiraSite, clock: SettableClock) -> AuditSite:
    return make_audit_site(app, site, clock)
