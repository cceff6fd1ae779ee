"""The general settings of a site."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, cast

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.services.ports.settings import SettingsStore, SiteSettings
from timesheet.services.site.command import SaveSettings
from timesheet.services.site.setting import (
    SETTING_NAMES,
    checked_settings,
    read_retention,
    save_settings,
    shortens,
    zone_names,
)

SETTINGS = SiteSettings("utc", "0", 3)


@dataclass
class Settings:
    """The settings of a site in memory."""

    stored: SiteSettings

    def read_site(self) -> SiteSettings:
        return self.stored

    def save_site(self, settings: SiteSettings) -> SiteSettings:
        self.stored = replace(settings, version=settings.version + 1)
        return self.stored


def save(settings: Settings, let_go: int | None = None, **changed: Any) -> SiteSettings:
    command = SaveSettings(replace(SETTINGS, **changed), let_go)
    return save_settings(cast(SettingsStore, settings), command)


def test_each_setting_has_a_name_for_people() -> None:
    assert SETTING_NAMES.keys() == {one.name for one in fields(SiteSettings)} - {"version"}


def test_a_zone_counts_in_any_case_of_letters() -> None:
    assert checked_settings(SiteSettings(" europe/BERLIN ", "6", 3)) == SiteSettings("Europe/Berlin", "6", 3)


@pytest.mark.parametrize(
    ("zone", "start", "field"),
    [
        ("Mars/Base", "0", "fallback_zone"),
        ("", "0", "fallback_zone"),
        ("../etc/passwd", "0", "fallback_zone"),
        ("UTC", "7", "week_start"),
        ("UTC", "", "week_start"),
    ],
)
def test_what_does_not_exist_is_refused(zone: str, start: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_settings(SiteSettings(zone, start))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("typed", "days"),
    [("", None), (" ", None), ("90", 90), ("\u0669\u0660", 90), (" 0365 ", 365), ("36500", 36500)],
)
def test_nothing_keeps_audit_events_for_ever(typed: str, days: int | None) -> None:
    assert read_retention(typed) == days


@pytest.mark.parametrize("typed", ["89", "36501", "-100", "1e3", "90 days", "9" * 30])
def test_a_time_for_audit_events_has_its_limits(typed: str) -> None:
    with pytest.raises(InvalidInput, match="from 90 to 36500") as refused:
        read_retention(typed)
    assert refused.value.field == "audit_days"


@pytest.mark.parametrize(
    ("before", "after", "shorter"),
    [
        (None, None, False),
        (None, 90, True),
        (90, None, False),
        (365, 90, True),
        (90, 90, False),
        (90, 91, False),
    ],
)
def test_what_lets_events_go_that_would_have_stayed(
    before: int | None, after: int | None, shorter: bool
) -> None:
    assert shortens(before, after) is shorter


def test_utc_comes_first_and_aliases_are_not_offered() -> None:
    assert zone_names()[0] == "UTC"
    assert "US/Pacific" not in zone_names()


def test_all_settings_are_saved_with_the_version_that_was_shown() -> None:
    settings = Settings(SiteSettings("Asia/Tokyo", "locale", 9, 365, "fr", "up-15", "1"))
    saved = save(
        settings,
        fallback_zone="europe/berlin",
        week_start="6",
        audit_days=400,
        language="pt_BR",
        timer_rounding="nearest-5",
        timer_projects="10000,10001",
    )
    assert saved == SiteSettings("Europe/Berlin", "6", 4, 400, "pt_BR", "nearest-5", "10000,10001")
    assert settings.stored == saved


@pytest.mark.parametrize(
    "changed",
    [
        {"language": "tlh"},
        {"timer_rounding": "up-7"},
        {"week_start": "7"},
        {"fallback_zone": "Mars/Base"},
        {"audit_days": 89},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_settings_that_do_not_exist_are_not_saved(changed: dict[str, Any]) -> None:
    settings = Settings(SiteSettings())
    with pytest.raises(InvalidInput) as refused:
        save(settings, **changed)
    assert [refused.value.field] == list(changed)
    assert settings.stored == SiteSettings()


def test_a_choice_that_a_newer_release_has_stored_can_be_saved_again() -> None:
    settings = Settings(SiteSettings(language="tlh", timer_rounding="up-7"))
    saved = save(settings, language="tlh", timer_rounding="up-7")
    assert (saved.language, saved.timer_rounding) == ("tlh", "up-7")
    saved = save(settings, language="", timer_rounding="")
    assert (saved.language, saved.timer_rounding) == ("", "")
    with pytest.raises(InvalidInput):
        save(settings, language="tlh")


def test_a_shorter_time_for_audit_events_has_to_be_confirmed() -> None:
    settings = Settings(SiteSettings(audit_days=365))
    for let_go in (None, 91):
        with pytest.raises(InvalidInput) as refused:
            save(settings, let_go, audit_days=90)
        assert (refused.value.field, settings.stored.audit_days) == ("let_go", 365)
    assert save(settings, 90, audit_days=90).audit_days == 90
