"""The marks of shown worklogs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.support.scene import PAY, Scene
from timesheet.domain.errors import InvalidInput
from timesheet.services.worklog.safeguard.seen import SeenWorklog, read_seen, seen_mark, worklog_mark

AT = datetime(2026, 11, 24, 9, 0, 0, 123000, tzinfo=UTC)


def test_a_mark_is_read_as_it_was_written(scene: Scene) -> None:
    worklog = replace(scene.put(PAY, AT.date(), 3600), updated=AT)
    assert read_seen(seen_mark(worklog)) == SeenWorklog(worklog.id, AT)
    assert worklog_mark(SeenWorklog(worklog.id, AT)) == seen_mark(worklog)


def test_a_mark_is_as_exact_as_jiras_milliseconds(scene: Scene) -> None:
    worklog = replace(scene.put(PAY, AT.date(), 3600), updated=AT)
    later = replace(worklog, updated=AT + timedelta(milliseconds=1))
    assert seen_mark(worklog) != seen_mark(later)


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "x.1", "1.x", "-1.1", "1." + "1" * 15, "1" * 19 + ".1", "1.²"]
)
def test_what_is_not_a_mark_means_that_the_page_is_out_of_date(text: str) -> None:
    with pytest.raises(InvalidInput, match="out of date") as refused:
        read_seen(text, "other")
    assert refused.value.field == "other"
