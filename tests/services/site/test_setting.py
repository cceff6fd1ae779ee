"""The general settings of a site."""

from __future__ import annotations

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.site.setting import checked_settings, read_retention, shortens, zone_names


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
    ("typed", "days"), [("", None), (" ", None), ("90", 90), (" 0365 ", 365), ("36500", 36500)]
)
def test_nothing_keeps_audit_events_for_ever(typed: str, days: int | None) -> None:
    assert read_retention(typed) == days


@pytest.mark.parametrize("typed", ["89", "36501", "-100", "1e3", "90 days", "\u0669\u0660", "9" * 30])
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
