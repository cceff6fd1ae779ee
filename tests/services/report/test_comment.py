"""The comments in a file of single worklogs: whose they are, when they are read, and what is said without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, look
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.report.terms import Dimension
from timesheet.domain.worklog.adf import text_to_adf
from timesheet.services.ports.jira import WorklogsUnread
from timesheet.services.report import comment
from timesheet.services.report.comment import with_comments
from timesheet.services.report.report import Report

EACH = (Dimension.ISSUE, Dimension.WORKLOG)


def read(scene: Scene, report: Report) -> Report:
    return with_comments(scene.viewer_context_of("viewer-1"), scene.jira, report)


def listed(scene: Scene) -> list[str]:
    return [call for call in scene.calls() if call.startswith("read_listed")]


def test_each_worklog_has_its_comment_as_text(scene: Scene) -> None:
    long = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Mended the parser\n- twice"))
    scene.put(OPS, MONDAY, HOUR)
    scene.put(OPS, MONDAY + timedelta(days=1), HOUR, comment={"type": "doc", "version": 1, "content": []})
    report = read(scene, look(scene, OWN, rows=EACH))
    assert report.table.comments == {long.id: "Mended the parser\n\n- twice"}
    assert report.table.problems == ()


def test_only_the_comments_of_worklogs_in_the_report_are_read(scene: Scene) -> None:
    scene.put(PAY, MONDAY - timedelta(days=30), HOUR, comment=text_to_adf("Before"))
    scene.put(PAY, MONDAY, HOUR, author="ana", comment=text_to_adf("Of somebody else"))
    own = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Own"))
    assert read(scene, look(scene, OWN, rows=EACH)).table.comments == {own.id: "Own"}


def test_comments_are_current_and_not_cached(scene: Scene) -> None:
    held = scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("First"))
    report = look(scene, OWN, rows=EACH)
    assert read(scene, report).table.comments == {held.id: "First"}
    scene.jira.worklogs[held.id] = replace(held, comment=text_to_adf("Second"))
    assert read(scene, report).table.comments == {held.id: "Second"}


def test_a_report_without_single_worklogs_reads_no_comments(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Meeting"))
    report = look(scene, OWN)
    assert read(scene, report) is report
    assert listed(scene) == []


def test_a_report_without_time_asks_jira_for_nothing(scene: Scene) -> None:
    assert read(scene, look(scene, OWN, rows=EACH)).table.comments == {}
    assert listed(scene) == []


def test_more_worklogs_than_can_be_read_are_named_and_not_read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comment, "MOST_COMMENTS", 1)
    for issue in (PAY, OPS):
        scene.put(issue, MONDAY, HOUR, comment=text_to_adf("Meeting"))
    report = read(scene, look(scene, OWN, rows=EACH))
    assert report.table.comments is None
    assert listed(scene) == []
    [problem] = report.table.problems
    assert problem.what == (
        "Comments are left out, because there are more than 1 worklogs. Choose a shorter range to get them."
    )
    assert not problem.absent


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (1, "The comment of 1 worklog could not be read, so it is missing here."),
        (2, "The comments of 2 worklogs could not be read, so they are missing here."),
    ],
)
def test_comments_of_worklogs_that_jira_no_longer_gives_are_said_to_be_missing(
    scene: Scene, gone: int, said: str
) -> None:
    first, *others = [scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Meeting")) for _ in range(3)]
    report = look(scene, OWN, rows=EACH)
    for one in others[:gone]:
        del scene.jira.worklogs[one.id]
    read_again = read(scene, report)
    assert first.id in (read_again.table.comments or {})
    [problem] = read_again.table.problems
    assert (problem.what, problem.absent) == (said, False)


def test_comments_of_a_worklog_that_cannot_be_read_are_said_to_be_missing(scene: Scene) -> None:
    first, second = (scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Meeting")) for _ in range(2))
    report = look(scene, OWN, rows=EACH)
    scene.jira.failing["read_listed"] = [
        WorklogsUnread("Unreadable.", ids=frozenset({second.id}), others=[first])
    ]
    read_again = read(scene, report)
    assert read_again.table.comments == {first.id: "Meeting"}
    assert len(read_again.table.problems) == 1


def test_a_file_is_not_written_without_comments_that_jira_did_not_give(scene: Scene) -> None:
    scene.put(PAY, MONDAY, HOUR, comment=text_to_adf("Meeting"))
    report = look(scene, OWN, rows=EACH)
    scene.jira.failing["read_listed"] = [JiraUnavailable("Jira gave no answer.")]
    with pytest.raises(JiraUnavailable):
        read(scene, report)
