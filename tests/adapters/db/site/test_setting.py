"""Settings of one site and its people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from tests.adapters.support.site_data import call_at, in_site
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.setting import BOTH, DbSettingsStore
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.domain.worklog.template import Template, TemplateHours, Templates
from timesheet.services.ports.authentication import Installation
from timesheet.services.ports.settings import PersonSettings, SiteSettings


@pytest.fixture
def stores(database: Database) -> tuple[DbSettingsStore, DbSettingsStore]:
    """Return the settings of two sites."""
    sites = DbSiteStore(database, SecretBox([Fernet.generate_key().decode()]), SiteCache())
    for key in ("acme", "other"):
        address = f"https://{key}.atlassian.net"
        sites.install(
            Installation(key, address, address, "x" * 40), call_at(datetime(2026, 11, 24, tzinfo=UTC))
        )
    database.commit()
    acme, other = (DbSettingsStore(in_site(database, key), key) for key in ("acme", "other"))
    return acme, other


def test_they_start_with_what_most_people_want(stores: tuple[DbSettingsStore, DbSettingsStore]) -> None:
    assert stores[0].read_site() == SiteSettings("UTC", "locale", 0)
    assert stores[0].read_person("a") == PersonSettings("hm", "week", "grid", "issue")


def test_one_site_never_sees_anothers(
    stores: tuple[DbSettingsStore, DbSettingsStore], database: Database
) -> None:
    acme, other = stores
    acme.save_site(SiteSettings("Europe/Berlin", "0"))
    acme.save_person("a", PersonSettings(view="month"))
    database.commit()
    assert other.read_site() == SiteSettings()
    assert other.read_person("a") == PersonSettings()
    assert acme.read_person("b") == PersonSettings()
    assert acme.read_person("a").view == "month"
    assert acme.read_both("a") == (acme.read_site(), acme.read_person("a"))
    assert acme.read_both("b") == (acme.read_site(), PersonSettings())
    other.save_person("a", PersonSettings(view="two-weeks"))
    database.commit()
    assert other.read_both("a") == (SiteSettings(), PersonSettings(view="two-weeks"))
    assert DbSettingsStore(in_site(database, "acme"), "nobody").read_both("a") == (
        SiteSettings(),
        PersonSettings(),
    )


def test_the_rows_of_a_person_come_with_their_settings(
    stores: tuple[DbSettingsStore, DbSettingsStore], database: Database
) -> None:
    acme, other = stores
    rows = KeptRows((12, 7, 99), (40, 3))
    assert acme.change_rows("a", lambda _: rows) == rows
    assert acme.change_rows("b", lambda rows: rows.with_added([12])) == KeptRows((), (12,))
    database.commit()
    assert acme.read_both("a")[1] == acme.read_person("a") == PersonSettings(rows=rows)
    acme.save_person("a", PersonSettings(view="month", last_week=False, rows=KeptRows((1,))))
    database.commit()
    assert acme.read_person("a") == PersonSettings(view="month", last_week=False, rows=rows)
    assert acme.change_rows("a", lambda rows: rows.with_pinned(99, before=12)).pinned == (99, 12, 7)
    assert acme.change_rows("b", lambda rows: rows.without(12)) == KeptRows()
    database.commit()
    assert acme.read_person("a").rows == KeptRows((99, 12, 7), (40, 3))
    assert acme.read_person("b") == PersonSettings()
    in_site(database, "other")
    assert other.read_person("a") == PersonSettings()


def test_a_refused_change_of_rows_leaves_them(stores: tuple[DbSettingsStore, DbSettingsStore]) -> None:
    acme, _ = stores
    acme.change_rows("a", lambda rows: rows.with_added([1]))
    with pytest.raises(InvalidInput):
        acme.change_rows("a", lambda rows: rows.with_added(range(2, 200)))
    assert acme.read_person("a").rows == KeptRows((), (1,))


def test_templates_are_kept_in_order_for_one_person_of_one_site(
    stores: tuple[DbSettingsStore, DbSettingsStore], database: Database
) -> None:
    acme, other = stores
    monday = Template("t1", "Monday", False, (TemplateHours(12, 0, 3600), TemplateHours(2**40, 0, 60)))
    week = Template("t2", "Week", True, (TemplateHours(7, 6, 1800),))
    for template in (monday, week):
        acme.change_templates("a", lambda current, new=template: current.with_saved(new))  # type: ignore[misc]
    database.commit()
    assert acme.read_templates("a") == Templates((monday, week))
    assert acme.change_templates("a", lambda current: current.moved("t2", -1)) == Templates((week, monday))
    assert acme.change_templates("b", lambda current: current.with_saved(monday)) == Templates((monday,))
    database.commit()
    assert acme.read_templates("a") == Templates((week, monday))
    with pytest.raises(InvalidInput):
        acme.change_templates("a", lambda current: current.with_name("t1", "week"))
    assert acme.read_templates("a") == Templates((week, monday))
    assert acme.change_templates("a", lambda current: current.without("t1").without("t2")) == Templates()
    database.commit()
    assert acme.read_templates("b") == Templates((monday,))
    in_site(database, "other")
    assert other.read_templates("b") == Templates()


def test_a_stale_save_is_refused_with_what_is_stored(
    stores: tuple[DbSettingsStore, DbSettingsStore], database: Database
) -> None:
    acme = stores[0]
    first = acme.save_site(SiteSettings("Europe/Berlin", "0"))
    second = acme.save_site(replace(first, week_start="6"))
    database.commit()
    assert (first.version, second.version) == (1, 2)
    assert acme.save_site(replace(first, week_start="6")) == second, "the same save again"
    with pytest.raises(Conflict) as conflict:
        acme.save_site(replace(first, week_start="5"))
    assert conflict.value.current == second


def test_a_person_may_change_the_mind(
    stores: tuple[DbSettingsStore, DbSettingsStore], database: Database
) -> None:
    acme = stores[0]
    for view in ("month", "range"):
        acme.save_person("a", PersonSettings("decimal", view, "list", "project"))
        database.commit()
    assert acme.read_person("a") == PersonSettings("decimal", "range", "list", "project")


def test_two_pages_of_a_person_do_not_undo_each_others_settings(
    stores: tuple[DbSettingsStore, DbSettingsStore],
) -> None:
    acme, opened = stores[0], PersonSettings()
    acme.save_person("a", PersonSettings(language="de"), opened)
    acme.save_person("a", PersonSettings(view="month", last_week=False), opened)
    acme.save_person("a", opened, opened)
    assert acme.read_person("a") == PersonSettings(view="month", language="de", last_week=False)


def test_a_read_sees_what_the_same_request_wrote(stores: tuple[DbSettingsStore, DbSettingsStore]) -> None:
    stores[0].save_person("a", PersonSettings(view="month"))
    assert stores[0].read_person("a").view == "month"


def test_the_statement_of_every_request_is_compiled_once() -> None:
    assert "POSTCOMPILE" not in str(BOTH)
