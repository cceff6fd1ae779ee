"""The worklogs that the filters of a report leave, and how rarely they ask Jira."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, look, spent, total
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.errors import InvalidInput
from timesheet.domain.report.query import Entered, Filter
from timesheet.domain.report.terms import Dimension, Figure
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.services.ports.jira import WorklogsUnread
from timesheet.services.report import limit

LEAD = "viewer-1"


def only(dimension: Dimension, *values: str) -> tuple[Filter, ...]:
    return (Filter(dimension, frozenset(values)),)


def test_filters_of_several_dimensions_all_apply(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    for author in ("ana", "bob"):
        scene.put(PAY, MONDAY, HOUR, author=author)
        scene.put(OPS, MONDAY, HOUR, author=author)
    filters = (*only(Dimension.PERSON, "ana", "eve"), *only(Dimension.ISSUE, str(OPS)))
    found = look(scene, TEAM, rows=(Dimension.PERSON, Dimension.ISSUE), filters=filters)
    assert spent(found) == {"Name of ana": HOUR, "Name of ana / OPS-31": HOUR}
    assert found.table.terms.filters == (
        ("person", ("Name of ana", "unknown (not in this report)")),
        ("issue", ("OPS-31",)),
    )


def test_what_has_no_parent_can_be_wanted(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    assert total(look(scene, OWN, filters=only(Dimension.PARENT, ""))) == HOUR
    assert total(look(scene, OWN, filters=only(Dimension.PARENT, "77"))) == 0


def test_jql_is_searched_as_the_viewer_and_only_once(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, 2 * HOUR)
    assert total(look(scene, OWN, jql="key = OPS-31")) == 2 * HOUR
    assert "found_among" in scene.calls()
    found = look(scene, OWN, jql="key = OPS-31")
    assert total(found) == 2 * HOUR
    assert found.table.terms.filters == (("jql", ("key = OPS-31",)),)
    assert "found_among" not in scene.calls()
    assert total(look(scene, OWN, refresh=True, jql="key = OPS-31")) == 2 * HOUR
    assert "found_among" in scene.calls()


def test_broken_jql_is_refused_with_the_words_of_jira(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    with pytest.raises(InvalidInput, match="Error in the JQL Query") as refused:
        look(scene, OWN, jql="broken (")
    assert refused.value.field == "jql"


def test_jql_with_a_field_that_jira_does_not_know_is_refused(scene: Scene) -> None:
    with pytest.raises(InvalidInput, match="The field 'nothere' does not exist") as refused:
        look(scene, OWN, jql="nothere = 3")
    assert refused.value.field == "jql"


def test_an_issue_that_was_deleted_since_is_not_a_fault_of_the_jql(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, 2 * HOUR)
    look(scene, OWN)
    del scene.jira.issues[OPS]
    assert total(look(scene, OWN, jql="key = PAY-12")) == HOUR
    with pytest.raises(InvalidInput, match="Error in the JQL Query"):
        look(scene, OWN, jql="broken (")


def test_long_lists_of_issues_are_searched_in_parts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "IDS_A_SEARCH", 1)
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, HOUR)
    look(scene, OWN)
    scene.calls()
    look(scene, OWN, jql="key = PAY-12")
    assert scene.calls().count("found_among") == 2


def test_comments_are_searched_as_the_viewer_sees_them(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Mended the PÁRSER"))
    scene.put(OPS, MONDAY, HOUR, comment=text_to_adf("Meeting"))
    scene.put(OPS, MONDAY, HOUR)
    found = look(scene, OWN, text="parser")
    assert spent(found) == {"PAY-12": HOUR}
    assert found.table.terms.filters == (("text", ("parser",)),)


def test_comments_that_changed_are_searched_again(scene: Scene) -> None:
    held = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Meeting"))
    assert total(look(scene, OWN, text="parser")) == 0
    scene.wait(60)
    scene.jira.worklogs[held.id] = replace(
        held, comment=text_to_adf("Mended the parser"), updated=scene.jira.now
    )
    assert total(look(scene, OWN, refresh=True, text="parser")) == HOUR
    scene.calls()
    assert total(look(scene, OWN, text="parser")) == HOUR
    assert "read_listed" not in scene.calls()


def test_too_many_comments_are_refused_with_what_helps(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "MOST_COMMENTS", 1)
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY, HOUR)
    with pytest.raises(InvalidInput, match="Choose a shorter range") as refused:
        look(scene, OWN, text="parser")
    assert refused.value.field == "text"
    assert total(look(scene, OWN, text="parser", jql="key = PAY-12")) == 0


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (1, "The comment of 1 worklog could not be read to search it, so its time is left out."),
        (2, "The comments of 2 worklogs could not be read to search them, so their time is left out."),
    ],
)
def test_time_whose_comment_jira_does_not_give_is_named_as_left_out(
    scene: Scene, gone: int, said: str
) -> None:
    _, *others = [scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Mended the parser")) for _ in range(3)]
    look(scene, OWN)
    for one in others[:gone]:
        del scene.jira.worklogs[one.id]
    for found in (look(scene, OWN, text="parser"), look(scene, OWN, text="parser")):
        assert total(found) == (3 - gone) * HOUR
        assert [(problem.what, problem.absent) for problem in found.table.problems] == [(said, True)]
        assert not found.table.terms.complete


def test_time_whose_comment_cannot_be_read_is_named_once_for_both_ranges(scene: Scene) -> None:
    now, then = (
        scene.put(PAY, day, HOUR, comment=text_to_adf("Mended the parser"))
        for day in (MONDAY, MONDAY - timedelta(days=7))
    )
    scene.jira.failing["read_listed"] = [
        WorklogsUnread("Unreadable.", ids=frozenset({one.id}), others=[]) for one in (now, then)
    ]
    found = look(scene, OWN, text="parser", figures=(Figure.SPENT, Figure.PREVIOUS))
    [problem] = found.table.problems
    assert problem.what.startswith("The comments of 2 worklogs could not be read to search them")


def test_jql_limits_what_other_filters_leave(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    scene.put(PAY, MONDAY, HOUR, author="bob")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, MONDAY, 2 * HOUR, author="ana")
    found = look(scene, TEAM, filters=only(Dimension.PERSON, "ana"), jql="key = OPS-31")
    assert spent(found) == {"Name of ana": 2 * HOUR}


def test_days_of_entry_limit_the_time_in_the_zone_of_the_report(scene: Scene) -> None:
    friday = MONDAY + timedelta(days=4)
    scene.put(PAY, MONDAY, HOUR, created=datetime(2026, 11, 20, 22, 59, tzinfo=UTC))
    scene.put(PAY, MONDAY, 2 * HOUR, created=datetime(2026, 11, 20, 23, 1, tzinfo=UTC))
    assert total(look(scene, OWN, entered=Entered(last=friday))) == HOUR
    assert total(look(scene, OWN, entered=Entered(first=friday + timedelta(days=1)))) == 2 * HOUR
    found = look(scene, OWN, entered=Entered(friday, friday))
    assert total(found) == HOUR
    assert found.table.terms.filters == (("entered-range", (friday.isoformat(), friday.isoformat())),)
