"""Quick add over HTTP: the reading of each line, one line logged at a time, and what stands in the way."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask

from tests.services.support.scene import BERLIN, MONDAY, PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import make_team_view
from tests.web.support.viewer import Viewer
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.identity import TimeTracking

KEY = "line-00001"


def words(html: str) -> str:
    """Return the text of a fragment."""
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_each_line_is_shown_as_it_was_understood(viewer: Viewer) -> None:
    answer = viewer.post(
        "/quick-add/lines", lines="PAY-12 1h30 yesterday 9:15 fixed <it>\nnothing\n\nPAY-12 26.005h"
    )
    assert answer.status_code == 200
    assert f'data-today="{MONDAY}"' in answer.text
    lines = [words(line) for line in re.findall(r"<li.*?</li>", answer.text, re.DOTALL)]
    assert lines[0] == "PAY-12 Work on PAY-12 1h 30m · Sunday, 15 November 2026 · 09:15 fixed &lt;it&gt;"
    assert lines[1].endswith(
        "This line names no issue and no time spent. Type it like PAY-12 1h30 yesterday fixed the parser."
    )
    assert "Jira stores whole minutes" in lines[2]
    assert "That makes 26h on one day." in lines[2]
    assert not viewer.scene.jira.worklogs


def test_of_lines_that_cannot_be_logged_at_once_only_some_are_shown(viewer: Viewer) -> None:
    answer = viewer.post("/quick-add/lines", lines="a\n" * 20_000)
    lines = [words(line) for line in re.findall(r"<li.*?</li>", answer.text, re.DOTALL)]
    assert [("At most 50 lines" in line) for line in lines] == [False] * 50 + [True] * 50


@pytest.mark.parametrize("day", ["next Friday", "31 February", "yesterday tomorrow"])
def test_no_day_is_shown_beside_the_question_which_one_is_meant(viewer: Viewer, day: str) -> None:
    answer = viewer.post("/quick-add/lines", lines=f"PAY-12 1h30 {day} 9:15")
    [line] = re.findall(r"<p class=\"quick-facts\">.*?</p>", answer.text, re.DOTALL)
    assert words(line) == "1h 30m · 09:15"
    assert 'class="error"' in answer.text


def test_t09_a_line_over_midnight_says_to_which_day_it_belongs(viewer: Viewer) -> None:
    answer = viewer.post("/quick-add/lines", lines="PAY-12 22:00 2h yesterday\nPAY-12 22:00 3h\nPAY-12 50h")
    within, over, long = [words(line) for line in re.findall(r"<li.*?</li>", answer.text, re.DOTALL)]
    assert "Ends on the next day" not in within
    assert over.endswith("Ends on the next day; counts on this one")
    assert "Ends 2 days later; counts on this one" in long


def test_t06_a_start_at_a_clock_change_says_when_it_begins_before_it_is_logged(viewer: Viewer) -> None:
    lines = ("PAY-12 2:30 1h 2026-03-29", "PAY-12 2:30 1h 2026-10-25", "PAY-12 1h 2026-10-25")
    answer = viewer.post("/quick-add/lines", lines="\n".join(lines))
    skipped, repeated, plain = [words(line) for line in re.findall(r"<li.*?</li>", answer.text, re.DOTALL)]
    assert skipped.endswith("The clocks skip 02:30 on that day: the time begins at 03:30.")
    assert repeated.endswith("so 02:30 occurs twice: the time begins at the first one.")
    assert plain.endswith("Sunday, 25 October 2026")


def test_an_empty_field_says_what_can_be_typed(viewer: Viewer) -> None:
    answer = viewer.post("/quick-add/lines", lines=" \n ").text
    assert "in any order" in answer
    assert "Attributes are typed as tags: <kbd>#billable #distance=12.5</kbd>" in answer


def test_a_line_is_logged_with_an_undo(viewer: Viewer) -> None:
    for _ in range(2):
        answer = viewer.post("/quick-add", line="PAY-12 1h30 yesterday 9:15 fixed it", key=KEY, today=MONDAY)
        assert answer.status_code == 200
        assert "1h 30m logged on PAY-12, Sunday, 15 November 2026. Remaining estimate: 4h 30m." in answer.text
        assert "data-undo=" in answer.text
        assert "HX-Trigger" not in answer.headers, "the page reloads the sheet once, after the last line"
    [made] = viewer.scene.jira.worklogs.values()
    assert (made.issue_id, made.seconds, made.day) == (PAY, 5400, MONDAY - timedelta(days=1))
    assert made.started.astimezone(BERLIN).time() == time(9, 15)


def test_one_of_several_lines_answers_with_its_undo_only(viewer: Viewer) -> None:
    answer = viewer.post("/quick-add", line="PAY-12 1h", key=KEY, today="", part="1")
    assert re.search(r'data-logged="[0-9a-f]{32}"', answer.text)
    assert "flag" not in answer.text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("PAY-12 PAY-13 1h", "This line names two issues, PAY-12 and PAY-13."),
        ("PAY-99 1h", "There is no issue PAY-99"),
        ("PAY-12 1h #chargeable", "There is no attribute #chargeable."),
    ],
)
def test_a_line_that_cannot_be_logged_is_refused_with_one_sentence(
    viewer: Viewer, line: str, sentence: str
) -> None:
    assert sentence in viewer.post("/quick-add/lines", lines=line).text
    answer = viewer.post("/quick-add", line=line, key=KEY)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not viewer.scene.jira.worklogs


def test_a_jira_that_fails_is_said_in_the_reading(viewer: Viewer) -> None:
    viewer.scene.jira.tracking = TimeTracking(False, 28800, 144000)
    answer = viewer.post("/quick-add/lines", lines="PAY-12 1h")
    assert answer.status_code == 409
    assert "Time tracking is switched off" in answer.text
    assert 'id="quick-read"' in answer.text


def test_a_lost_answer_is_said_as_what_it_is(viewer: Viewer) -> None:
    viewer.scene.jira.lost = [JiraUnavailable("It may be saved.", wrote_maybe=True)]
    assert viewer.post("/quick-add", line="PAY-12 1h", key=KEY).status_code == 502
    assert viewer.post("/quick-add", line="PAY-12 1h", key=KEY).status_code == 200
    assert len(viewer.scene.jira.worklogs) == 1


def test_a_closed_day_is_said_before_anything_is_logged(
    app: Flask, site: JiraSite, clock: SettableClock
) -> None:
    team = make_team_view(app, site, clock)
    team.travel(datetime(2026, 12, 2, 10, tzinfo=UTC))
    team.close("2026-11-01")
    for line in (f"PAY-12 1h {date(2026, 11, 30)}", f"PAY-12 1h {date(2026, 11, 30)} 9:00"):
        assert "Closed by Alpha" in team.viewer.post("/quick-add/lines", lines=line).text
        answer = team.viewer.post("/quick-add", line=line, key=KEY)
        assert answer.status_code == 403
        assert "Alpha" in answer.text
    assert "Closed by" not in team.viewer.post("/quick-add/lines", lines="PAY-12 1h").text
    assert not team.viewer.scene.jira.worklogs
