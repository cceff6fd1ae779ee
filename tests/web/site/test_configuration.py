"""The configuration page: who may see it, valid values, and two admins at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.configuring import let_in
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock
from tests.web.support.viewer import HTMX, Form, Viewer, make_viewer
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.language import ACCENTED
from timesheet.services.ports.settings import SiteSettings
from timesheet.settings import Settings


def stored(app: Flask, viewer: Viewer) -> SiteSettings:
    deps, site = app.extensions["timesheet"], viewer.site.client_key
    with app.app_context(), deps.operation.transaction.within(site):
        found: SiteSettings = deps.stores.settings_of(site).read_site()
    return found


@pytest.fixture
def viewer(app: Flask, site: JiraSite, clock: SettableClock) -> Viewer:
    made = make_viewer(app, site, clock)
    let_in(app, True)
    return made


def fields(viewer: Viewer, **changes: Any) -> dict[str, Any]:
    return Form(viewer.get("/configure").text).fields | changes


def test_the_page_opens_from_jiras_link_and_a_section_for_htmx(viewer: Viewer) -> None:
    page = viewer.site.load("/configure")
    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    section = viewer.get("/configure/site")
    assert "<!doctype html>" not in section.text
    assert viewer.site.base_url in section.text
    assert "App version" in section.text


def test_the_state_of_the_installation_is_in_the_readers_language(viewer: Viewer) -> None:
    assert "<dd>installed" in viewer.get("/configure/site").text
    viewer.post("/language", language=ACCENTED)
    section = viewer.get("/configure/site").text
    assert "<dd>installed" not in section


def test_a_site_whose_zone_is_unknown_opens_with_utc(app: Flask, viewer: Viewer) -> None:
    """An older version, to which the operator went back, may not have the zone that an admin chose."""
    deps, site = app.extensions["timesheet"], viewer.site.client_key
    with app.app_context(), deps.operation.transaction.within(site):
        settings = deps.stores.settings_of(site)
        settings.save_site(replace(settings.read_site(), fallback_zone="America/Nowhere"))
        deps.operation.transaction.commit()
    assert viewer.get("/teams").status_code == 200
    assert viewer.get("/timesheet").status_code == 200
    assert fields(viewer)["fallback_zone"] == "America/Nowhere", "an admin can choose another one"


@pytest.mark.parametrize("section", ["nowhere", "calendars/nowhere", "schemes/nowhere", "legends/nowhere"])
def test_there_is_no_other_section(viewer: Viewer, section: str) -> None:
    assert viewer.get(f"/configure/{section}").status_code == 404


def test_what_is_saved_is_there_the_next_time(app: Flask, viewer: Viewer) -> None:
    answer = viewer.post("/configure", **fields(viewer, fallback_zone="europe/berlin", week_start="6"))
    assert answer.status_code == 200
    assert "The settings are saved." in answer.text
    assert stored(app, viewer) == SiteSettings("Europe/Berlin", "6", 1)
    again = fields(viewer)
    assert (again["fallback_zone"], again["week_start"], again["version"]) == ("Europe/Berlin", "6", "1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fallback_zone": "Nowhere/City"}, "no such time zone"),
        ({"fallback_zone": ""}, "no such time zone"),
        ({"fallback_zone": "../../etc/passwd"}, "no such time zone"),
        ({"week_start": "7"}, "Choose a weekday"),
        ({"language": "xx"}, "Choose a language from the list"),
        ({"timer_rounding": "up-7"}, "Choose how timers are rounded"),
        ({"version": "x"}, "out of date"),
    ],
    ids=str,
)
def test_what_cannot_be_saved_stays_in_the_form(
    app: Flask, viewer: Viewer, change: dict[str, str], words: str
) -> None:
    answer = viewer.post("/configure", **fields(viewer, **change))
    assert answer.status_code == 422
    assert words in answer.text
    if "fallback_zone" in change:
        assert Form(answer.text).fields["fallback_zone"] == change["fallback_zone"]
        assert 'aria-invalid="true"' in answer.text
    assert stored(app, viewer) == SiteSettings()


def test_choices_that_only_a_newer_release_knows_stay(app: Flask, viewer: Viewer) -> None:
    """While two releases serve a site, an older one saves a form with choices of the newer one."""
    deps, site = app.extensions["timesheet"], viewer.site.client_key
    newer = SiteSettings(language="nl", timer_rounding="up-45")
    with app.app_context(), deps.operation.transaction.within(site):
        deps.stores.settings_of(site).save_site(newer)
        deps.operation.transaction.commit()
    assert viewer.post("/configure", **fields(viewer, week_start="6")).status_code == 200
    assert stored(app, viewer) == replace(newer, week_start="6", version=2)
    assert viewer.post("/configure", **fields(viewer, language="", timer_rounding="")).status_code == 200
    assert stored(app, viewer) == SiteSettings(week_start="6", version=3)


@pytest.mark.parametrize("typed", ["89", "36501", "a year", "-90", "90.5", "９０．５", "9⁰", "9" * 30])
def test_a_time_for_audit_events_that_is_none_stays_in_the_form(
    app: Flask, viewer: Viewer, typed: str
) -> None:
    answer = viewer.post("/configure", **fields(viewer, audit_days=typed, let_go=typed))
    assert answer.status_code == 422
    assert "whole number of days from 90 to 36,500" in answer.text
    assert Form(answer.text).fields["audit_days"] == typed
    assert stored(app, viewer) == SiteSettings()


@pytest.mark.parametrize(("typed", "days"), [("３６５", 365), ("٩٩", 99), ("\u3000９０ ", 90)])
def test_a_time_for_audit_events_is_read_in_the_digits_of_any_keyboard(
    app: Flask, viewer: Viewer, typed: str, days: int
) -> None:
    shown = viewer.get("/configure/retention", audit_days=typed).text
    assert "whole number of days" not in shown
    assert viewer.post("/configure", **fields(viewer, audit_days=typed, let_go=str(days))).status_code == 200
    assert stored(app, viewer) == SiteSettings(audit_days=days, version=1)


@pytest.fixture
def aged(app: Flask, viewer: Viewer, settings: Settings) -> Viewer:
    """Return the same admin, with a head that was signed a hundred days ago."""
    with app.app_context():
        deps, site = app.extensions["timesheet"], viewer.site.client_key
        deps.operation.transaction.enter(site)
        store = deps.audit.audit_of(site)
        then = deps.operation.clock() - timedelta(days=100)
        store.add_checkpoint(AuditKey(settings.signing_key).sign(site, store.head(), then))
        deps.operation.transaction.commit()
    return viewer


def test_a_shorter_time_for_audit_events_is_explained_and_confirmed(
    app: Flask, aged: Viewer, clock: SettableClock
) -> None:
    count = events(app, aged.site.client_key)[-1].seq
    page = aged.get("/configure/retention", audit_days="90").text
    assert f"Next night, {count} event is deleted, up to event {count} of" in page
    assert 'name="let_go" value="90"' in page
    assert "nothing is deleted yet" in aged.get("/configure/retention", audit_days="101").text
    for text in ("", "89", "soon"):
        assert "let_go" not in aged.get("/configure/retention", audit_days=text).text
    for let_go in ("", "91"):
        answer = aged.post("/configure", **fields(aged, audit_days="90", let_go=let_go))
        assert answer.status_code == 422
        assert "Nothing is saved yet. Confirm" in answer.text
        assert f"Next night, {count} event is deleted" in answer.text
        assert stored(app, aged).audit_days is None
    saved = aged.post("/configure", **fields(aged, audit_days="90", let_go="90"))
    assert saved.status_code == 200
    assert 'name="let_go"' not in saved.text
    assert f"Next night, {count} event is deleted" in saved.text
    assert stored(app, aged).audit_days == 90
    assert events(app, aged.site.client_key)[-1].after == {"audit_days": 90}
    assert app.test_cli_runner().invoke(args=["audit", "trim"]).output.startswith("No event"), (
        "the events themselves are young"
    )
    clock.now += timedelta(days=100)
    dropped = app.test_cli_runner().invoke(args=["audit", "trim"]).output
    assert f"{count} event up to number {count} dropped" in dropped


def test_a_longer_time_needs_no_word_and_nothing_else_is_confirmed(app: Flask, aged: Viewer) -> None:
    aged.post("/configure", **fields(aged, audit_days="90", let_go="90"))
    assert aged.post("/configure", **fields(aged, week_start="0")).status_code == 200
    assert aged.post("/configure", **fields(aged, audit_days="400")).status_code == 200
    assert aged.post("/configure", **fields(aged, audit_days="365")).status_code == 422
    assert aged.post("/configure", **fields(aged, audit_days=" ")).status_code == 200
    assert stored(app, aged) == SiteSettings("UTC", "0", 4)


def test_of_two_times_for_audit_events_both_are_shown(app: Flask, aged: Viewer) -> None:
    mine = fields(aged, audit_days="90", let_go="90")
    aged.post("/configure", **fields(aged, audit_days="120", let_go="120"))
    answer = aged.post("/configure", **mine)
    assert answer.status_code == 409
    assert "Currently saved: <b>120 days</b>" in answer.text
    assert stored(app, aged).audit_days == 120


def test_two_admins_at_once_see_both_values_and_the_second_decides(app: Flask, viewer: Viewer) -> None:
    mine = fields(viewer, fallback_zone="Asia/Tokyo")
    viewer.post("/configure", **fields(viewer, fallback_zone="Europe/Paris", week_start="0"))
    answer = viewer.post("/configure", **mine)
    assert answer.status_code == 409
    assert "Currently saved: <b>Europe/Paris</b>" in answer.text
    assert "Currently saved: <b>Monday</b>" in answer.text
    again = Form(answer.text).fields
    assert again["fallback_zone"] == "Asia/Tokyo"
    assert stored(app, viewer).fallback_zone == "Europe/Paris"
    assert viewer.post("/configure", **again).status_code == 200
    assert stored(app, viewer) == SiteSettings("Asia/Tokyo", "locale", 2)


def test_whoever_is_not_an_admin_reads_what_is_missing(app: Flask, viewer: Viewer) -> None:
    sent = fields(viewer, fallback_zone="Asia/Tokyo")
    let_in(app, False)
    for answer in (
        viewer.get("/configure"),
        viewer.site.load("/configure"),
        viewer.post("/configure", **sent),
    ):
        assert answer.status_code == 403
        assert "Administer Jira" in answer.text
    assert stored(app, viewer) == SiteSettings()


def test_one_sites_settings_are_not_another_ones(
    app: Flask, viewer: Viewer, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    viewer.post("/configure", **fields(viewer, fallback_zone="Europe/Paris"))
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_viewer(app, other, clock)
    let_in(app, True)
    assert Form(stranger.get("/configure").text).fields["fallback_zone"] == "UTC"


def test_without_a_session_nothing_is_saved(viewer: Viewer) -> None:
    assert (
        viewer.site.client.post("/configure", data={"fallback_zone": "UTC"}, headers=HTMX).status_code == 401
    )
