"""The worklogs behind a cell of a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, TEAM, look
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.report.terms import ColumnUnit, Dimension, Figure
from timesheet.domain.team.team import TeamPermission
from timesheet.services.ports.jira import WorklogsUnread
from timesheet.services.report.cell_worklogs import CellWorklogs, read_cell_worklogs
from timesheet.services.report.report import Report

LEAD = "viewer-1"
TUESDAY = MONDAY + timedelta(days=1)


def read_worklogs(
    scene: Scene, report: Report, *path: str, column: str = "total:spent", who: str = LEAD
) -> CellWorklogs:
    return read_cell_worklogs(scene.viewer_context_of(who), scene.jira, report, path, column)


def test_a_cell_is_the_sum_of_what_is_behind_it(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    late = scene.put(PAY, TUESDAY, HOUR, author="ana")
    early = scene.put(PAY, MONDAY, 2 * HOUR, author="ana")
    scene.put(OPS, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, HOUR, author="bob")
    query = replace(TEAM, rows=(Dimension.PERSON, Dimension.ISSUE), column_unit=ColumnUnit.DAY)
    report = look(scene, query)
    found = read_worklogs(scene, report, "ana", str(PAY))
    assert [one.worklog.id for one in found.entries] == [early.id, late.id]
    assert [(one.person.name, one.issue.key) for one in found.entries] == [("Name of ana", "PAY-12")] * 2
    assert (found.count, sorted(found.seconds)) == (2, [HOUR, 2 * HOUR])
    assert read_worklogs(scene, report, "ana", column="2026-11-17:spent").seconds == [HOUR]
    assert read_worklogs(scene, report).count == 4


def test_a_row_that_exists_in_the_range_before_has_its_worklogs(scene: Scene) -> None:
    scene.jira.issues[OPS] = replace(scene.jira.issues[OPS], type_id=7)
    worklog = scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY - timedelta(days=7), HOUR)
    report = look(scene, OWN, rows=(Dimension.TYPE,), figures=(Figure.SPENT, Figure.PREVIOUS))
    [row] = report.table.rows()
    assert [one.worklog.id for one in read_worklogs(scene, report, *row.path).entries] == [worklog.id]


def test_one_that_became_unreadable_hides_no_other(scene: Scene) -> None:
    first, second = (scene.put(PAY, day, HOUR) for day in (MONDAY, TUESDAY))
    report = look(scene, OWN)
    unread = WorklogsUnread("It cannot be read.", ids=frozenset({second.id}), others=[first])
    scene.jira.failing["read_listed"] = [unread]
    found = read_worklogs(scene, report)
    assert ([one.worklog.id for one in found.entries], found.count) == ([first.id], 2)


@pytest.mark.parametrize(("count", "listed"), [(100, 100), (101, 100)])
def test_the_first_hundred_are_listed_and_all_are_counted(scene: Scene, count: int, listed: int) -> None:
    scene.put(PAY, TUESDAY, HOUR)
    earlier = [scene.put(PAY, MONDAY, HOUR).id for _ in range(count - 1)]
    found = read_worklogs(scene, look(scene, OWN))
    assert (len(found.entries), found.count) == (listed, count)
    assert {one.worklog.id for one in found.entries} >= set(earlier)


def test_a_worklog_that_changed_its_author_is_not_shown(scene: Scene) -> None:
    worklog = scene.put(PAY, MONDAY, HOUR)
    report = look(scene, OWN)
    scene.jira.worklogs[worklog.id] = replace(worklog, author="somebody")
    assert not read_worklogs(scene, report).entries


@pytest.mark.parametrize(
    ("path", "column"), [((), "total:capacity"), (("1", "2"), "total:spent"), ((), "gone")]
)
def test_cells_that_are_not_there_are_not_found(scene: Scene, path: tuple[str, ...], column: str) -> None:
    scene.put(PAY, MONDAY, HOUR)
    with pytest.raises(NotFound):
        read_worklogs(scene, look(scene, OWN), *path, column=column)


def test_sums_stay_sums(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.role(team, "sums", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "eve", "sums")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    with pytest.raises(NotAllowed, match="View worklogs"):
        read_worklogs(scene, look(scene, TEAM, who="eve"), "ana", who="eve")
