"""The audit events that the app has recorded for a site."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from timesheet.domain.audit.event import AuditEvent, AuditFilter
from timesheet.services.ports.audit import Verdict


def events(app: Flask, site: str, limit: int = 500) -> Sequence[AuditEvent]:
    """Return the events of a site, oldest first."""
    with app.app_context():
        deps = app.extensions["timesheet"]
        with deps.operation.transaction.within(site):
            found: Sequence[AuditEvent] = deps.audit.audit_of(site).page(AuditFilter(), None, limit)
    return found[::-1]


def verdict(app: Flask, site: str) -> Verdict:
    """Return whether its chain is intact."""
    with app.app_context():
        deps = app.extensions["timesheet"]
        with deps.operation.transaction.within(site):
            found: Verdict = deps.audit.audit_of(site).verify()
    return found
