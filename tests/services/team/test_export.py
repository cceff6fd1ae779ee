"""Exporting a team's time: what the screen shows, to the same people, recorded for everybody concerned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.support.fake_recorder import Recorded
from tests.services.support.fake_stores import HOUR
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import NotAllowed
from timesheet.domain.period.period import ClosingRecord, MemberRecord
from timesheet.domain.team.team import TeamPermission
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.team.export import export_days, export_issues
from timesheet.services.team.overview import Overview, read_overview

LEAD = "viewer-1"
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def look(scene: Scene, who: str = LEAD) -> Overview:
    return read_overview(scene.team_context(who), scene.viewer_context_of(who), scene.jira, "alpha", WEEK)


def recorder_of(recorded: Recorded, scene: Scene, who: str = LEAD) -> AuditRecorder:
    return recorded.recorder(scene.jira.now, who)


def test_every_member_has_every_day_and_the_sum_is_the_screens(scene: Scene, recorded: Recorded) -> None:
    scene.site.team(LEAD, "bob", "ana")
    scene.put(PAY, MONDAY, 3 * HOUR, author="ana")
    scene.put(OPS, TUESDAY, HOUR, author="ana")
    found = look(scene)
    rows = export_days(found, scene.team_context().stores, recorder_of(recorded, scene))
    assert [(row.person.name, row.day) for row in rows] == [
        (f"Name of {who}", day) for who in ("ana", "bob") for day in WEEK
    ]
    assert [row.spent for row in rows[:3]] == [3 * HOUR, HOUR, 0]
    assert sum(row.spent for row in rows) == found.spent
    assert sum(row.capacity for row in rows) == found.capacity


def test_issues_come_by_person_and_day_and_only_where_there_is_time(scene: Scene, recorded: Recorded) -> None:
    scene.site.team(LEAD, "bob", "ana")
    scene.put(PAY, MONDAY, 2 * HOUR, author="ana")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, TUESDAY, HOUR, author="bob")
    found = look(scene)
    rows = export_issues(found, scene.team_context().stores, recorder_of(recorded, scene))
    assert [(row.person.account_id, row.issue.key, row.day, row.spent) for row in rows] == [
        ("ana", "PAY-12", MONDAY, 3 * HOUR),
        ("bob", "OPS-31", TUESDAY, HOUR),
    ]
    assert sum(row.spent for row in rows) == found.spent


def test_whoever_was_erased_while_the_time_was_read_does_not_come_back(
    scene: Scene, recorded: Recorded
) -> None:
    scene.site.team(LEAD, "bob", "ana")
    found, stores = look(scene), scene.team_context().stores
    member = scene.site.teams.stored.pop(("alpha", "ana"))
    scene.site.teams.stored["alpha", "former-1"] = replace(member, account_id="former-1")
    export_days(found, stores, recorder_of(recorded, scene))
    [event] = recorded.events
    assert event.people == {"bob"}


def test_it_concerns_those_of_whom_only_a_closing_knows(scene: Scene, recorded: Recorded) -> None:
    scene.site.team(LEAD, "ana")
    found, stores = look(scene), scene.team_context().stores
    del scene.site.teams.stored["alpha", "ana"]
    members = (MemberRecord("ana", HOUR, HOUR, {}),)
    scene.site.periods.add_record(ClosingRecord("r", "alpha", WEEK, LEAD, scene.jira.now, members, {}))
    export_days(found, stores, recorder_of(recorded, scene))
    assert recorded.events[0].people == {"ana"}


def test_it_concerns_everybody_whose_time_it_is(scene: Scene, recorded: Recorded) -> None:
    scene.site.team(LEAD, "bob", "ana")
    export_days(look(scene), scene.team_context().stores, recorder_of(recorded, scene))
    [event] = recorded.events
    assert (event.action, event.object_id, event.team_id) == (Action.TIME_EXPORTED, "alpha", "alpha")
    assert event.people == {"ana", "bob"}
    assert event.after == {"by": "days", "first": WEEK.first.isoformat(), "last": WEEK.last.isoformat()}


def test_sums_of_others_are_no_worklogs(scene: Scene, recorded: Recorded) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.role(team, "watcher", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "boss", "watcher")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    found = look(scene, "boss")
    assert (
        sum(
            row.spent
            for row in export_days(found, scene.team_context().stores, recorder_of(recorded, scene, "boss"))
        )
        == HOUR
    )
    with pytest.raises(NotAllowed) as refused:
        export_issues(found, scene.team_context().stores, recorder_of(recorded, scene, "boss"))
    assert (refused.value.layer, refused.value.permission) == ("team", "View worklogs")
    assert len(recorded.events) == 1


def test_a_plain_member_takes_their_own_time(scene: Scene, recorded: Recorded) -> None:
    scene.site.team(LEAD, "bob", "ana")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, HOUR, author="bob")
    found = look(scene, "ana")
    assert {
        row.person.account_id
        for row in export_days(found, scene.team_context().stores, recorder_of(recorded, scene, "ana"))
    } == {"ana"}
    assert [
        row.spent
        for row in export_issues(found, scene.team_context().stores, recorder_of(recorded, scene, "ana"))
    ] == [HOUR]
    assert [(event.actor, event.people) for event in recorded.events] == [("ana", frozenset())] * 2
