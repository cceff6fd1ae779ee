"""The meetings of a calendar file: in the cache for an hour, with the issues that their texts name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.services.support.scene import PAY, WEEK, Scene
from timesheet.domain.errors import InvalidInput, JiraUnavailable
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Meeting
from timesheet.services.ports.meeting import MeetingsRead
from timesheet.services.suggestion.calendar_file import (
    CACHE_SECONDS,
    MOST_KEYS,
    FileRead,
    store_meetings,
    stored_meetings,
)

START = datetime(2026, 11, 16, 9, tzinfo=UTC)


@dataclass
class Files:
    meetings: Sequence[Meeting] = field(default_factory=list)
    wrong: bool = False

    def __call__(self, data: bytes, span: DateSpan, zone: ZoneInfo) -> MeetingsRead:
        assert (data, span, zone.key) == (b"file", WEEK, "Europe/Berlin")
        if self.wrong:
            raise InvalidInput("no calendar")
        return MeetingsRead(self.meetings, cut=True)


FILES = Files(
    [Meeting("a", START, 60, "About PAY-12", ("PAY-12",)), Meeting("b", START, 60, "NO-1", ("NO-1",))]
)


def test_a_meeting_that_names_an_issue_proposes_it() -> None:
    scene = Scene()
    assert store_meetings(scene.viewer_context, FILES, b"file", WEEK) == FileRead(2, cut=True)
    meetings, issues = stored_meetings(scene.viewer_context)
    assert [one.issue_id for one in meetings] == [PAY, None]
    assert issues == {PAY: scene.jira.issues[PAY]}
    scene.wait(CACHE_SECONDS + 1)
    assert stored_meetings(scene.viewer_context) == ((), {})


def test_a_word_that_looks_like_a_key_does_not_hide_the_issue_after_it() -> None:
    scene = Scene()
    files = Files([Meeting("a", START, 60, "COVID-19 sync PAY-12", ("COVID-19", "PAY-12", "OPS-3"))])
    store_meetings(scene.viewer_context, files, b"file", WEEK)
    assert [one.issue_id for one in stored_meetings(scene.viewer_context)[0]] == [PAY]


def test_the_first_keys_of_all_meetings_are_looked_up_before_others() -> None:
    scene = Scene()
    many = [Meeting(str(n), START, 60, "", (f"A-{n}", f"B-{n}", "OPS-3")) for n in range(1, MOST_KEYS)]
    files = Files([*many, Meeting("last", START, 60, "", ("PAY-12",))])
    store_meetings(scene.viewer_context, files, b"file", WEEK)
    assert [one.issue_id for one in stored_meetings(scene.viewer_context)[0]][-2:] == [None, PAY]


def test_a_wrong_file_leaves_what_was_read_before() -> None:
    scene = Scene()
    store_meetings(scene.viewer_context, FILES, b"file", WEEK)
    with pytest.raises(InvalidInput):
        store_meetings(scene.viewer_context, Files(wrong=True), b"file", WEEK)
    assert len(stored_meetings(scene.viewer_context)[0]) == 2


def test_while_jira_is_away_the_person_chooses_the_issue() -> None:
    scene = Scene()
    scene.jira.failing["read_issue"] = [JiraUnavailable("away"), JiraUnavailable("away")]
    store_meetings(scene.viewer_context, FILES, b"file", WEEK)
    assert {one.issue_id for one in stored_meetings(scene.viewer_context)[0]} == {None}
