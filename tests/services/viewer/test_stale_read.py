"""What Jira told last, while it cannot be asked."""

from __future__ import annotations

import pytest

from timesheet.adapters.cache.memory import MemoryCache
from timesheet.domain.errors import JiraUnavailable, NotAllowed, TimesheetError
from timesheet.services.viewer.stale_read import LAST_SECONDS, PAUSE_SECONDS, read_with_fallback

KEPT = 600


class Place:
    """A cache and a Jira that fails when it is told to."""

    def __init__(self) -> None:
        self.now, self.asked, self.answer = 0.0, 0, "first"
        self.failure: TimesheetError | None = None
        self.cache = MemoryCache(now=lambda: self.now)

    def read(self) -> str:
        self.asked += 1
        if self.failure:
            raise self.failure
        return self.answer

    def read_with_fallback(self) -> str:
        return read_with_fallback(self.cache, "site:thing", self.read, KEPT)


def test_what_was_told_last_stands_in_and_jira_is_asked_now_and_then() -> None:
    place = Place()
    assert place.read_with_fallback() == "first"
    place.now, place.failure = KEPT, JiraUnavailable("Jira is down.")
    assert [place.read_with_fallback(), place.read_with_fallback()] == ["first", "first"]
    assert place.asked == 2
    place.now += PAUSE_SECONDS
    assert place.read_with_fallback() == "first"
    assert place.asked == 3
    place.now, place.failure, place.answer = place.now + PAUSE_SECONDS, None, "second"
    assert place.read_with_fallback() == "second"


def test_nothing_stands_in_for_what_was_never_told_or_for_a_refusal() -> None:
    place = Place()
    place.failure = JiraUnavailable("Jira is down.")
    with pytest.raises(JiraUnavailable):
        place.read_with_fallback()
    place.failure = None
    place.read_with_fallback()
    place.now, place.failure = KEPT, NotAllowed("No longer.")
    with pytest.raises(NotAllowed):
        place.read_with_fallback()


def test_it_stands_in_for_half_a_day() -> None:
    place = Place()
    place.read_with_fallback()
    place.now, place.failure = LAST_SECONDS, JiraUnavailable("Jira is down.")
    with pytest.raises(JiraUnavailable):
        place.read_with_fallback()
