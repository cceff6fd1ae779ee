"""Instants in the database: they are read as they were written, whatever zone a session or a value uses."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.tables.site import SiteRow

INSTANT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def site(key: str, at: datetime) -> SiteRow:
    return SiteRow(
        client_key=key,
        base_url=f"https://{key}.atlassian.net",
        display_url=f"https://{key}.atlassian.net",
        secret_version=1,
        status="installed",
        installed_at=at,
    )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_t07_an_instant_survives_any_zone_of_the_session(database: Database, zone: str) -> None:
    if database.session.get_bind().dialect.name == "postgresql":
        database.session.execute(text(f"SET TIME ZONE '{zone}'"))
    database.enter("acme")
    database.session.add(site("acme", INSTANT.astimezone(ZoneInfo(zone))))
    database.session.flush()
    database.session.expire_all()
    read = database.session.execute(select(SiteRow.installed_at)).scalar_one()
    assert read == INSTANT
    assert read.utcoffset() == INSTANT.utcoffset()
    found = select(SiteRow.client_key).where(SiteRow.installed_at <= INSTANT)
    assert database.session.execute(found).scalar_one() == "acme"


def test_t07_a_naive_time_is_refused(database: Database) -> None:
    database.session.add(site("acme", INSTANT.replace(tzinfo=None)))
    with pytest.raises(StatementError):
        database.session.flush()
    database.roll_back()
