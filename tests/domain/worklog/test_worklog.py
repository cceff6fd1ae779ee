"""The duration that the app counts for a worklog."""

from __future__ import annotations

import pytest

from timesheet.domain.worklog.worklog import MOST_SECONDS, counted_seconds


@pytest.mark.parametrize("seconds", [0, 1, 3600, 99 * 366 * 86400, MOST_SECONDS])
def test_whole_seconds_up_to_a_century_count(seconds: int) -> None:
    assert counted_seconds(seconds) == seconds


@pytest.mark.parametrize(
    "value", [-1, MOST_SECONDS + 1, 10**12, 3600.0, 0.5, True, "3600", "1h", None, [3600], float("nan")]
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no duration"):
        counted_seconds(value)
