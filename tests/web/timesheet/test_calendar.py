"""The calendar layout: positions of blocks, and saving a dragged block."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY
from tests.web.support.viewer import HTMX, Viewer
from tests.web.support.worklog_form import undo_in
from timesheet.domain.errors import NotAllowed
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.worklog.safeguard.seen import seen_mark

HOUR = 3600
TUESDAY = MONDAY + timedelta(days=1)


def page(viewer: Viewer, day: date = MONDAY) -> str:
    answer = viewer.get("/timesheet", view="week", day=day, layout="calendar")
    assert answer.status_code == 200, answer.text
    return answer.text


def block(text: str, worklog: Worklog) -> dict[str, str]:
    found = re.search(rf'<button[^>]*id="b{worklog.id}"[^>]*>', text)
    assert found is not None
    return dict(re.findall(r'data-([a-z]+)="([^"]*)"', found.group()))


def local(viewer: Viewer, worklog: Worklog) -> str:
    return f"{viewer.scene.jira.worklogs[worklog.id].started.astimezone(BERLIN):%Y-%m-%d %H:%M}"


def test_blocks_carry_their_place_and_overlaps_their_lanes(viewer: Viewer) -> None:
    one = viewer.scene.put(PAY, MONDAY, 2 * HOUR, time(9))
    two = viewer.scene.put(OPS, MONDAY, HOUR, time(10, 30))
    text = page(viewer)
    place = block(text, one)
    assert (place["from"], place["to"], place["lane"], place["lanes"]) == ("540", "660", "0", "2")
    assert (block(text, two)["lane"], block(text, two)["minutes"]) == ("1", "60")
    assert text.count('class="calendar-hours"') == 7


def test_t06_the_skipped_and_the_repeated_hour_are_drawn_and_said(viewer: Viewer) -> None:
    spring, autumn = page(viewer, date(2026, 3, 29)), page(viewer, date(2026, 10, 25))
    assert 'class="skipped" data-from="120" data-to="180"' in spring
    assert "02:00–03:00 does not exist" in spring
    assert 'class="repeated" data-from="120" data-to="180"' in autumn
    assert "occurs twice" in autumn


def test_the_skipped_hour_is_named_on_the_readers_clock(viewer: Viewer) -> None:
    viewer.scene.jira.profile = replace(viewer.scene.jira.profile, locale="en_US")
    text = page(viewer, date(2026, 3, 29))
    assert "2:00\u202fAM–3:00\u202fAM does not exist" in text
    assert 'data-locale="en-US"' in text


def test_t09_a_block_over_midnight_is_cut_there_with_a_mark(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, 3 * HOUR, time(23))
    text = page(viewer)
    assert block(text, worklog)["to"] == "1440"
    assert block(text, worklog)["minutes"] == "180"
    assert "until 02:00 on the next day" in text


def test_t09_a_block_of_several_days_says_when_it_ends(viewer: Viewer) -> None:
    viewer.scene.put(PAY, MONDAY, 50 * HOUR, time(9))
    assert '<span class="block-cut">until 11:00, 2 days later</span>' in page(viewer)


@pytest.mark.parametrize(
    ("seconds", "minutes", "end"), [(61, "1", "09:01"), (150, "3", "09:03"), (5025, "84", "10:24")]
)
def test_a_moved_block_has_the_end_that_it_will_have(
    viewer: Viewer, seconds: int, minutes: str, end: str
) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, seconds, time(9))
    text = page(viewer)
    assert block(text, worklog)["minutes"] == minutes
    assert f"09:00–{end}" in text
    assert f"({int(minutes) // 60}:{int(minutes) % 60:02d})" in text
    assert f"exactly {seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" in text


def test_a_moved_block_keeps_its_length_and_can_be_put_back(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR + 30)
    values = {"day": TUESDAY, "start": "13:15"}
    answer = viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), **values)
    assert answer.status_code == 200
    assert local(viewer, worklog) == "2026-11-17 13:15"
    assert viewer.scene.jira.worklogs[worklog.id].seconds == HOUR + 30, "a move never touches the length"
    assert "sheet-changed" in answer.headers["HX-Trigger"]
    [tokens] = undo_in(answer)
    assert "restored on PAY-12" in viewer.post("/worklogs/undo", undo=tokens).text
    assert local(viewer, worklog) == "2026-11-16 09:00"


def till(end: object, day: date = MONDAY, start: str = "09:00", fold: str = "0") -> dict[str, object]:
    """Return what a block sends that gets another end."""
    return {"end": end, "was_day": day, "was_start": start, "was_fold": fold}


def test_a_drawn_edge_changes_the_length_alone(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    answer = viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), **till(645))
    assert answer.status_code == 200
    assert viewer.scene.hours() == {(PAY, MONDAY): [105 * 60]}
    assert local(viewer, worklog) == "2026-11-16 09:00"


def test_t06_the_second_of_a_repeated_hour_is_kept_by_an_undo(viewer: Viewer) -> None:
    autumn = date(2026, 10, 25)
    worklog = viewer.scene.put(PAY, autumn, HOUR, time(5))
    viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), start="02:30", fold="1")
    started = viewer.scene.jira.worklogs[worklog.id].started
    assert f"{started.astimezone(BERLIN):%H:%M%z}" == "02:30+0100"
    assert page(viewer, autumn).count("(second time)") == 1
    assert viewer.scene.hours(DateSpan(autumn, autumn)) == {(PAY, autumn): [HOUR]}


def test_an_edge_drawn_over_a_clock_change_saves_the_time_that_passes(viewer: Viewer) -> None:
    autumn = date(2026, 10, 25)
    worklog = viewer.scene.put(PAY, autumn, HOUR, time(1))
    answer = viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), **till(240, autumn, "01:00"))
    assert answer.status_code == 200
    assert viewer.scene.hours(DateSpan(autumn, autumn)) == {(PAY, autumn): [4 * HOUR]}


def test_a_block_moved_and_drawn_out_is_measured_from_its_new_start(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    values = {"day": TUESDAY, "start": "23:15", **till(1470)}
    viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), **values)
    assert viewer.scene.hours() == {(PAY, TUESDAY): [75 * 60]}
    assert local(viewer, worklog) == "2026-11-17 23:15"


@pytest.mark.parametrize(
    "values",
    [
        till(540),
        till(540 + 1441),
        till("x"),
        {"end": "600"},
        {"start": "25:00"},
        {"day": "2026-02-30"},
        {"seen": "1"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_changes_nothing(viewer: Viewer, values: dict[str, object]) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    answer = viewer.post(f"/calendar/{PAY}", **{"seen": seen_mark(worklog), **values})
    assert answer.status_code == 422
    assert 'class="flag problem"' in answer.text
    assert viewer.scene.jira.worklogs == {worklog.id: worklog}


def test_a_refusal_names_the_permission_and_the_layer(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    sentence = "You need “Edit own worklogs” in PAY. A project admin can grant it."
    viewer.scene.jira.failing["update_worklog"] = [NotAllowed(sentence)]
    answer = viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), **till(570))
    assert answer.status_code == 403
    assert f"{sentence} Refused by Jira." in answer.text


def test_t34_a_stale_block_is_not_moved(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), **till(570))
    answer = viewer.post(f"/calendar/{PAY}", seen=seen_mark(worklog), start="15:00")
    assert answer.status_code == 409
    assert local(viewer, worklog) == "2026-11-16 09:00"


def test_without_a_session_nothing_moves(viewer: Viewer) -> None:
    worklog = viewer.scene.put(PAY, MONDAY, HOUR)
    data = {"seen": seen_mark(worklog), **till(570)}
    assert viewer.site.client.post(f"/calendar/{PAY}", data=data, headers=HTMX).status_code == 401


def test_a_block_says_why_it_cannot_be_edited_or_deleted(viewer: Viewer) -> None:
    jira, worklogs = viewer.scene.jira, [viewer.scene.put(number, MONDAY, HOUR) for number in (PAY, OPS)]
    jira.lacking = {PAY: {Right.EDIT_OWN, Right.EDIT_ALL}, OPS: {Right.DELETE_OWN, Right.DELETE_ALL}}
    assert "data-fixed" not in page(viewer)
    viewer.get("/timesheet/row-locks", view="week", day=MONDAY, layout="calendar")
    text = page(viewer)
    fixed, kept = (block(text, worklog) for worklog in worklogs)
    assert ("Edit own worklogs" in fixed["fixed"], "kept" in fixed) == (True, False)
    assert ("Delete own worklogs" in kept["kept"], "fixed" in kept) == (True, False)
    assert (text.count('class="grip"'), text.count('id="choice-')) == (1, 2)
    jira.lacking = {PAY: set(Right)}
    page_again = viewer.get("/timesheet", view="week", day=MONDAY, layout="calendar", refresh=1)
    assert f'id="choice-{worklogs[0].id}"' in page_again.text
    viewer.get("/timesheet/row-locks", view="week", day=MONDAY, layout="calendar")
    assert f'id="choice-{worklogs[0].id}"' not in page(viewer)
