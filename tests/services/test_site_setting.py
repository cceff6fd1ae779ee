"""The general settings of a site."""

from __future__ import annotations

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.services.ports import SiteSettings
from timesheet.services.site_setting import checked_settings, zone_names


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


def test_utc_comes_first_and_aliases_are_not_offered() -> None:
    assert zone_names()[0] == "UTC"
    assert "US/Pacific" not in zone_names()
