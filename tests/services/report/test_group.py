"""The groups of people, teams, issues, and days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import OWN, SHOWN, TEAM, look, spent
from tests.services.support.scene import BARE, MONDAY, OPS, PAY, Scene
from timesheet.domain.report.query import Filter
from timesheet.domain.report.terms import Dimension
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import TeamPermission
from timesheet.domain.worklog.issue import Component, Parent
from timesheet.services.report.report import read_report

LEAD = "viewer-1"
API, WEB = Component(1, "API"), Component(2, "web")


def work(scene: Scene) -> None:
    """Log one hour on PAY-12, two on OPS-31, and four on OPS-40."""
    scene.put(PAY, MONDAY, HOUR)
    scene.put(OPS, MONDAY + timedelta(days=1), 2 * HOUR)
    scene.put(BARE, MONDAY + timedelta(days=6), 4 * HOUR)


def by(scene: Scene, *rows: Dimension) -> dict[str, int | None]:
    return spent(look(scene, OWN, rows=rows))


def test_issues_by_project_parent_type_status_and_component(scene: Scene) -> None:
    epic = Parent(9, "PAY-9", "Refunds")
    known = scene.jira.issues
    known[PAY] = replace(known[PAY], project_id=2, parent=epic, type_id=3, components=(WEB, API))
    known[OPS] = replace(known[OPS], type_id=7, status_id=4, components=(API,))
    known[BARE] = replace(known[BARE], type_name="Bug", type_id=8, status_name="Done", status_id=5)
    work(scene)
    assert by(scene, Dimension.PROJECT) == {"Project OPS": 6 * HOUR, "Project PAY": HOUR}
    assert by(scene, Dimension.PARENT) == {"PAY-9": HOUR, "none": 6 * HOUR}
    assert by(scene, Dimension.TYPE) == {"Bug": 4 * HOUR, "Task": 3 * HOUR}
    assert by(scene, Dimension.STATUS) == {"Done": 4 * HOUR, "Open": 3 * HOUR}
    assert by(scene, Dimension.COMPONENT) == {"API": 2 * HOUR, "API and web": HOUR, "none": 4 * HOUR}
    rows = list(look(scene, OWN, rows=(Dimension.TYPE,)).table.rows())
    assert [row.label.key for row in rows] == ["8", "3,7"]


def test_issues_whose_type_or_status_jira_does_not_say_are_a_group_of_their_own(scene: Scene) -> None:
    known = scene.jira.issues
    known[PAY] = replace(known[PAY], type_name="", type_id=0, status_name="", status_id=0)
    work(scene)
    assert by(scene, Dimension.TYPE) == {"Task": 6 * HOUR, "none": HOUR}
    assert by(scene, Dimension.STATUS) == {"Open": 6 * HOUR, "none": HOUR}


def test_components_of_one_name_are_distinguished_by_their_projects(scene: Scene) -> None:
    known = scene.jira.issues
    known[PAY] = replace(known[PAY], components=(API, WEB))
    known[OPS] = replace(known[OPS], components=(Component(3, "API"),))
    work(scene)
    assert by(scene, Dimension.COMPONENT) == {
        "API (OPS)": 2 * HOUR,
        "API (PAY) and web": HOUR,
        "none": 4 * HOUR,
    }


def test_issues_are_in_the_order_of_their_keys_and_linked(scene: Scene) -> None:
    work(scene)
    labels = [row.label for row in look(scene).table.rows()]
    assert [(label.text, label.detail, label.issue_key) for label in labels] == [
        ("OPS-31", "Work on OPS-31", "OPS-31"),
        ("OPS-40", "Work on OPS-40", "OPS-40"),
        ("PAY-12", "Work on PAY-12", "PAY-12"),
    ]


def test_parents_are_in_the_order_of_their_keys_like_issues(scene: Scene) -> None:
    known = scene.jira.issues
    for number, key in ((PAY, "PAY-100"), (OPS, "PAY-20"), (BARE, "PAY-9")):
        known[number] = replace(known[number], parent=Parent(number, key, "Refunds"))
    work(scene)
    assert list(by(scene, Dimension.PARENT)) == ["PAY-9", "PAY-20", "PAY-100"]


def test_days_weekdays_and_single_worklogs(scene: Scene) -> None:
    work(scene)
    assert list(by(scene, Dimension.DAY)) == ["2026-11-16", "2026-11-17", "2026-11-22"]
    assert by(scene, Dimension.WEEKDAY) == {"0": HOUR, "1": 2 * HOUR, "6": 4 * HOUR}
    assert by(scene, Dimension.WORKLOG) == {"1": HOUR, "2": 2 * HOUR, "3": 4 * HOUR}


@pytest.mark.parametrize(
    ("week_start", "order"), [(0, ["0", "1", "6"]), (1, ["1", "6", "0"]), (6, ["6", "0", "1"])]
)
def test_weekdays_begin_with_the_first_day_of_the_week(
    scene: Scene, week_start: int, order: list[str]
) -> None:
    work(scene)
    query = replace(OWN, rows=(Dimension.WEEKDAY,))
    report = read_report(
        scene.team_context(LEAD),
        scene.viewer_context_of(LEAD),
        scene.jira,
        query,
        replace(SHOWN, week_start=week_start),
    )
    assert list(spent(report)) == order


def test_people_by_label_and_role(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana", "bob")
    scene.site.role(team, "reviewer", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "eve", "reviewer")
    scene.site.labels.stored = [
        UserLabel("one", "backend", "blue", frozenset({"ana", "bob"})),
        UserLabel("two", "contractor", "red", frozenset({"bob"})),
    ]
    for author in ("ana", "bob", "eve"):
        scene.put(PAY, MONDAY, HOUR, author=author)
    assert spent(look(scene, TEAM, rows=(Dimension.LABEL,))) == {
        "backend": HOUR, "backend and contractor": HOUR, "none": HOUR,
    }  # fmt: skip
    assert spent(look(scene, TEAM, rows=(Dimension.ROLE,))) == {"Team Member": 2 * HOUR, "reviewer": HOUR}


def test_roles_of_one_name_in_two_teams_are_one_row(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.site.team(LEAD, "bob", team_id="beta")
    for author in ("ana", "bob"):
        scene.put(PAY, MONDAY, HOUR, author=author)
    found = look(scene, TEAM, team_ids=("alpha", "beta"), rows=(Dimension.ROLE,))
    assert spent(found) == {"Team Member": 2 * HOUR}
    assert next(found.table.rows()).label.key == "alpha-member,beta-member"


def test_built_in_roles_are_in_the_order_of_their_names_in_the_readers_language(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.role(team, "reviewer", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "eve", "reviewer")
    for author in ("ana", "eve"):
        scene.put(PAY, MONDAY, HOUR, author=author)
    both = Filter(Dimension.ROLE, frozenset({"alpha-member", "alpha-reviewer"}))
    query = replace(TEAM, rows=(Dimension.ROLE,), filters=(both,))
    french = replace(SHOWN, translate=lambda text: {"Team Member": "Membre de l’équipe"}.get(text, text))
    for shown, names in (
        (SHOWN, ["reviewer", "Team Member"]),
        (french, ["Team Member", "reviewer"]),
    ):
        report = read_report(
            scene.team_context(LEAD), scene.viewer_context_of(LEAD), scene.jira, query, shown
        )
        assert list(spent(report)) == names
        assert report.table.terms.filters == (("role", tuple(names)),)


def test_own_time_has_no_team_and_no_role(scene: Scene) -> None:
    work(scene)
    assert by(scene, Dimension.TEAM, Dimension.ROLE) == {"none": 7 * HOUR, "none / none": 7 * HOUR}


def test_days_of_entry_are_in_the_zone_of_the_report(scene: Scene) -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    scene.put(PAY, MONDAY, HOUR, created=late)
    scene.put(OPS, MONDAY, 2 * HOUR, created=late - timedelta(hours=2))
    assert by(scene, Dimension.ENTERED) == {"2026-11-20": 2 * HOUR, "2026-11-21": HOUR}
    rows = list(look(scene, OWN, rows=(Dimension.WORKLOG,)).table.rows())
    assert [row.label.detail for row in rows] == ["2026-11-21", "2026-11-20"]
