"""One person's month to sign: every day, its issues, sums that add up, and leaves, as far as the viewer may see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.support.fake_recorder import Recorded
from tests.services.support.fake_stores import HOUR
from tests.services.support.report_scene import SHOWN
from tests.services.support.scene import MONDAY, OPS, PAY, Scene
from timesheet.domain.audit.action import Action
from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import NotAllowed, NotFound
from timesheet.domain.team.team import TeamPermission
from timesheet.services.report.signing import SheetOwner, SignedMonth, read_month, record_month

LEAD = "viewer-1"
TUESDAY = MONDAY + timedelta(days=1)


def month(scene: Scene, owner: SheetOwner, who: str = LEAD) -> SignedMonth:
    return read_month(scene.team_context(who), scene.viewer_context_of(who), scene.jira, owner, MONDAY, SHOWN)


def test_own_month_has_every_day_and_adds_up(scene: Scene) -> None:
    scene.site.team("ana", LEAD)
    scene.put(PAY, MONDAY, 2 * HOUR)
    scene.put(OPS, MONDAY, HOUR)
    scene.put(PAY, TUESDAY, 90 * 60)
    scene.site.planning.leaves.append(Leave(LEAD, TUESDAY + timedelta(days=1), "legend-gone", Part.MORNING))
    found = month(scene, SheetOwner(LEAD))
    assert [day.day for day in found.days] == list(found.report.query.span)
    days = {day.day: day for day in found.days}
    assert [(label.text, cell.exact) for label, cell in days[MONDAY].issues] == [
        ("OPS-31", HOUR),
        ("PAY-12", 2 * HOUR),
    ]
    assert (days[MONDAY].spent.exact, days[MONDAY].expected.exact) == (3 * HOUR, 8 * HOUR)
    assert days[TUESDAY + timedelta(days=1)].reason.endswith("morning")
    spent, expected = found.report.table.totals
    assert sum(day.spent.printed or 0 for day in found.days) == spent.printed == 270
    assert sum(day.expected.exact or 0 for day in found.days) == expected.exact
    assert (found.person, found.team, found.lead) == ("Name of viewer-1", "", "")


def test_a_lead_gets_the_month_of_a_member_as_far_as_the_team_counts_it(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, 5 * HOUR, author="bob")
    found = month(scene, SheetOwner("ana", "alpha"))
    assert (found.person, found.team, found.lead) == ("Name of ana", "Team alpha", "Name of viewer-1")
    assert found.report.table.totals[0].exact == HOUR
    assert found.report.table.totals[1].exact == 21 * 8 * HOUR


def test_a_lead_reads_why_somebody_is_away_only_on_days_in_the_team(scene: Scene) -> None:
    team, later = scene.site.team(LEAD), TUESDAY + timedelta(days=1)
    scene.site.add(team, "ana", left=TUESDAY)
    scene.site.planning.leaves += [Leave("ana", day, "sick-leave") for day in (TUESDAY, later)]
    reasons = {day.day: day.reason for day in month(scene, SheetOwner("ana", "alpha")).days}
    assert (reasons[TUESDAY], reasons[later]) == ("Sick leave", "")
    assert {day.day: day.reason for day in month(scene, SheetOwner("ana"), "ana").days}[later] == "Sick leave"


def test_a_lead_does_not_approve_their_own_month(scene: Scene) -> None:
    scene.site.team(LEAD, LEAD)
    found = month(scene, SheetOwner(LEAD, "alpha"))
    assert (found.person, found.team, found.lead) == ("Name of viewer-1", "Team alpha", "")


def test_the_month_of_a_former_user_is_not_complete_and_that_of_others_is(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    scene.jira.closed_accounts = frozenset({"bob"})
    scene.put(PAY, MONDAY, HOUR, author="ana")
    others, former = (month(scene, SheetOwner(who, "alpha")).report.table for who in ("ana", "bob"))
    assert (others.problems, others.terms.complete) == ((), True)
    assert ([problem.absent for problem in former.problems], former.terms.complete) == ([True], False)


def test_only_members_have_a_month_in_a_team(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    with pytest.raises(NotFound, match="not in the team"):
        month(scene, SheetOwner("eve", "alpha"))
    with pytest.raises(NotFound, match="no longer exists"):
        month(scene, SheetOwner("ana", "gone"))


def test_sums_of_others_are_not_enough(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.role(team, "watcher", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "boss", "watcher")
    with pytest.raises(NotAllowed) as refused:
        month(scene, SheetOwner("ana", "alpha"), "boss")
    assert refused.value.permission == "View worklogs"
    for other in ("boss", "nobody of the team"):
        with pytest.raises(NotAllowed, match="you see your own worklogs") as refused:
            month(scene, SheetOwner(other, "alpha"), "ana")
        assert refused.value.permission == "View worklogs"


def test_it_is_recorded_for_the_person(scene: Scene) -> None:
    recorded = Recorded()
    scene.site.team(LEAD, "ana", "bob")
    record_month(
        scene.team_context().stores,
        recorded.recorder(scene.jira.now, LEAD),
        month(scene, SheetOwner("ana", "alpha")),
    )
    record_month(
        scene.team_context().stores, recorded.recorder(scene.jira.now, LEAD), month(scene, SheetOwner(LEAD))
    )
    first, own = recorded.events
    assert (first.action, set(first.people), first.team_id) == (Action.TIME_EXPORTED, {"ana"}, "alpha")
    assert first.after == {
        "by": "signing sheet",
        "format": "pdf",
        "first": "2026-11-01",
        "last": "2026-11-30",
    }
    assert own.after["own"] is True
