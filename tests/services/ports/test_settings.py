"""Tests for the settings of a site."""

from __future__ import annotations

import pytest

from timesheet.domain.timer import TimerRules
from timesheet.services.ports.settings import SiteSettings


def test_the_rules_for_timers_come_from_the_stored_texts() -> None:
    settings = SiteSettings(timer_rounding="up-15", timer_projects="10000,10001")
    assert settings.timers == TimerRules.of("up-15", "10000,10001")
    assert SiteSettings().timers == TimerRules()


def test_another_retention_time_changes_nothing_else() -> None:
    settings = SiteSettings(fallback_zone="Europe/Berlin", version=3, audit_days=365)
    assert settings.with_retention(None) == SiteSettings(fallback_zone="Europe/Berlin", version=3)
    assert settings.audit_days == 365


@pytest.mark.parametrize(
    ("name", "key"),
    [("Europe/Berlin", "Europe/Berlin"), ("America/Nowhere", "UTC"), ("", "UTC"), ("../etc", "UTC")],
)
def test_a_site_whose_zone_is_unknown_has_utc(name: str, key: str) -> None:
    assert SiteSettings(fallback_zone=name).zone.key == key
