"""The route that names the next day with less time than expected."""

from __future__ import annotations

from datetime import timedelta

from tests.services.support.scene import MONDAY, PAY
from tests.web.support.viewer import Viewer
from timesheet.services.ports.jira import Missing

HOUR = 3600
DAY = timedelta(days=1)


def test_the_day_is_named_with_its_time(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY - 3 * DAY, 90 * 60)
    answer = viewer.get("/timesheet/gap", after=MONDAY - 4 * DAY)
    assert answer.status_code == 200
    assert answer.text.strip() == (
        '<p id="gap" data-day="2026-11-13">Friday, 13 November 2026: 1h 30m of 8h</p>'
    )


def test_a_time_that_could_not_be_read_whole_says_so(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY - 3 * DAY, 90 * 60)
    viewer.scene.jira.missing = (Missing("PAY-12: Jira did not give all its worklogs.", "issue"),)
    text = viewer.get("/timesheet/gap", after=MONDAY - 4 * DAY).text
    assert ">Friday, 13 November 2026: 1h 30m (incomplete) of 8h<" in text


def test_it_says_that_no_day_lacks_time(viewer: Viewer) -> None:
    for offset in range(28):
        viewer.scene.put(PAY, MONDAY - offset * DAY, 8 * HOUR)
    text = viewer.get("/timesheet/gap").text
    assert 'data-day="">No day of the last four weeks up to today has less time than expected.' in text


def test_a_day_that_is_none_is_refused(viewer: Viewer) -> None:
    assert viewer.get("/timesheet/gap", after="yesterday").status_code in (404, 422)
