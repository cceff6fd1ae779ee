"""A team's time and capacity: who sees whose, what counts, sums that add up, and the cost of a view."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.support.fake_stores import HOUR
from tests.services.support.overviews import LEAD, TUESDAY, day_of, look
from tests.services.support.scene import MONDAY, OPS, PAY, WEEK, Scene
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import InvalidInput, NotAllowed
from timesheet.domain.message import message
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.person import former
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope, TeamPermission
from timesheet.services.ports.jira import Missing
from timesheet.services.team.overview import Overview
from timesheet.services.viewer.person import CachedNames

HIDDEN = Missing("PAY-12: Jira did not give all its worklogs", "issue-worklogs")


def spent(overview: Overview) -> dict[str, int]:
    return {line.account_id: sum(line.spent) for line in overview.lines}


def test_spent_beside_capacity_by_name(scene: Scene) -> None:
    scene.site.team(LEAD, "bob", "ana")
    scene.put(PAY, MONDAY, 3 * HOUR, author="ana")
    scene.put(OPS, TUESDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, HOUR, author="stranger")
    found = look(scene)
    assert [line.person.name for line in found.lines] == ["Name of ana", "Name of bob"]
    assert found.lines[0].spent == (3 * HOUR, HOUR, 0, 0, 0, 0, 0)
    assert found.lines[0].capacity == (8 * HOUR,) * 5 + (0, 0)
    assert (found.spent, found.capacity) == (4 * HOUR, 80 * HOUR)
    assert found.by_issue() == {PAY: 3 * HOUR, OPS: HOUR}
    assert found.issue(OPS).key == "OPS-31"
    assert found.line("bob") is found.lines[1]
    assert found.line("stranger") is None


def test_nothing_is_expected_of_a_former_user_whose_time_cannot_be_read(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "former-1", "viewer-3")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, HOUR, author="viewer-3")
    assert look(scene).capacity == 80 * HOUR
    scene.jira.closed_accounts = frozenset({"viewer-3"})
    found = look(scene, refresh=True)
    assert (found.spent, found.capacity) == (HOUR, 40 * HOUR)
    assert {line.account_id for line in found.lines} == {"ana", "former-1", "viewer-3"}, (
        "who they are is shown"
    )


def test_nothing_is_expected_of_a_closed_account_for_which_jira_finds_nothing(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "viewer-3")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    CachedNames(scene.cache, "site-1").note([former("ana"), former("viewer-3")])
    found = look(scene)
    assert (found.spent, found.capacity) == (HOUR, 40 * HOUR)


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from([PAY, OPS]), st.integers(-1, 7), st.integers(60, 90_000),
        st.sampled_from(["ana", "bob", "eve", "stranger"]),
    ),
    max_size=15,
)  # fmt: skip
STAYS = st.tuples(st.none() | st.integers(-2, 8), st.none() | st.integers(-2, 8)).filter(
    lambda stay: stay[0] is None or stay[1] is None or stay[0] <= stay[1]
)


@given(ENTRIES, st.lists(STAYS, min_size=3, max_size=3))
def test_t05_rows_columns_issues_and_people_have_one_sum(
    entries: list[tuple[int, int, int, str]], stays: list[tuple[int | None, int | None]]
) -> None:
    scene = Scene()
    team = scene.site.team(LEAD)
    inside = dict[str, set[date]]()
    for who, (joined, left) in zip(("ana", "bob", "eve"), stays, strict=True):
        dates = [None if n is None else MONDAY + timedelta(days=n) for n in (joined, left)]
        member = scene.site.add(team, who, joined=dates[0], left=dates[1])
        inside[who] = {day for day in WEEK if member.active_on(day)}
    counting = 0
    for issue_id, day, seconds, author in entries:
        worklog = scene.put(issue_id, MONDAY + timedelta(days=day), seconds, author=author)
        counting += seconds if worklog.day in inside.get(author, ()) else 0
    found = look(scene)
    columns = [sum(column) for column in zip(*(line.spent for line in found.lines), strict=True)]
    assert (
        sum(columns)
        == sum(spent(found).values())
        == sum(found.by_issue().values())
        == found.spent
        == counting
    )
    by_person = found.by_person_and_issue()
    for line in found.lines:
        issues = by_person.get(line.account_id, {})
        days = [sum(column) for column in zip(*issues.values(), strict=True)] or [0] * 7
        assert tuple(days) == line.spent
        assert found.by_person_and_issue(line.account_id).get(line.account_id, {}) == issues
    assert {line.account_id for line in found.lines} == {who for who, days in inside.items() if days}


def test_the_day_is_the_authors(scene: Scene) -> None:
    """Monday 23:30 in Berlin is Tuesday in Auckland."""
    scene.site.team(LEAD, "ana", LEAD)
    scene.jira.zones_of = {"ana": ZoneInfo("Pacific/Auckland"), LEAD: ZoneInfo("Europe/Berlin")}
    for who in ("ana", LEAD):
        scene.put(PAY, MONDAY, HOUR, time(23, 30), author=who)
    days = {
        line.account_id: [n for n, seconds in enumerate(line.spent) if seconds] for line in look(scene).lines
    }
    assert days == {"ana": [1], LEAD: [0]}


def test_only_issues_in_scope_count(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", scope=Scope(jql="key = OPS-31"))
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(OPS, MONDAY, 2 * HOUR, author="ana")
    assert spent(look(scene)) == {"ana": 2 * HOUR}
    assert [w.issue_id for w in day_of(scene, LEAD, "ana").worklogs] == [OPS]


def test_a_scope_that_jira_refuses_names_the_team(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", scope=Scope(jql="nonsense"))
    scene.put(PAY, MONDAY, HOUR, author="ana")
    with pytest.raises(
        InvalidInput, match=r"The scope of Team alpha cannot be read.*Jira refuses"
    ) as refused:
        look(scene)
    assert refused.value.field == "scope"


def test_where_no_scope_limits_anything_it_is_not_to_blame(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.jira.failing["read_worklogs"] = [InvalidInput(message("Jira refuses this."))]
    with pytest.raises(InvalidInput) as refused:
        look(scene)
    sentence = "The time of Team alpha cannot be read, so its figures are missing. Jira refuses this."
    assert (str(refused.value.sentence), refused.value.field) == (sentence, "")


def test_whoever_does_not_work_on_issues_shows_only_with_time(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    scene.site.role(team, "watcher", TeamPermission.VIEW_HOURS)
    scene.site.add(team, "boss", "watcher")
    assert spent(look(scene)) == {"ana": 0}
    scene.put(PAY, MONDAY, HOUR, author="boss")
    found = look(scene, refresh=True)
    assert spent(found) == {"ana": 0, "boss": HOUR}
    assert found.capacity == 40 * HOUR


def test_a_plain_member_sees_their_own_figures_only(scene: Scene) -> None:
    scene.site.team(LEAD, "ana", "bob")
    scene.put(PAY, MONDAY, HOUR, author="ana")
    scene.put(PAY, MONDAY, 2 * HOUR, author="bob")
    found = look(scene, "ana")
    assert (found.own_only, spent(found), found.by_issue()) == (True, {"ana": HOUR}, {PAY: HOUR})
    assert found.packed.people == ("ana",)
    assert (look(scene).own_only, spent(look(scene))) == (False, {"ana": HOUR, "bob": 2 * HOUR})


def test_a_lead_who_is_not_a_member_sees_others_and_nothing_of_their_own(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.put(PAY, MONDAY, HOUR)
    assert spent(look(scene)) == {"ana": 0}


def test_people_outside_the_team_see_nothing(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    with pytest.raises(NotAllowed):
        look(scene, "stranger")
    with pytest.raises(NotAllowed):
        day_of(scene, "stranger", "ana")


def test_figures_that_are_not_complete_say_so(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.jira.missing = (HIDDEN,)
    assert look(scene).packed.missing == (HIDDEN,)
    assert not look(scene).packed.complete
    scene.jira.missing = ()
    assert look(scene, refresh=True).packed.complete


def test_the_closing_in_force_comes_with_what_it_recorded(scene: Scene) -> None:
    team = scene.site.team(LEAD, "ana")
    assert (look(scene).record, look(scene).recorded) == (None, ())
    scene.site.close(team, DateSpan(MONDAY, TUESDAY), scene.jira.now, "other days")
    assert look(scene).record is None
    scene.site.periods.stored.clear()
    record = scene.site.close(team, WEEK, scene.jira.now)
    assert (look(scene).record, look(scene).recorded) == (record, ())
    member = MemberRecord("ana", 40 * HOUR, HOUR, {})
    scene.site.periods.stored = {"again": replace(record, id="again", members=(member,))}
    assert look(scene).recorded == (member,)


def test_looking_again_costs_no_call_and_shows_what_events_reported(scene: Scene) -> None:
    scene.site.team(LEAD, "ana")
    scene.site.revision = 1
    scene.put(PAY, MONDAY, HOUR, author="ana")
    before = look(scene)
    scene.calls()
    assert look(scene).lines is before.lines
    assert scene.calls() == []
    scene.put(PAY, TUESDAY, HOUR, author="ana")
    assert spent(look(scene, refresh=True)) == {"ana": 2 * HOUR}
    scene.site.planning.leaves.append(Leave("ana", MONDAY, "vacation"))
    scene.site.revision = 2
    assert look(scene).capacity == 32 * HOUR


@pytest.mark.parametrize("people", [1, 40])
def test_one_reading_whatever_the_number_of_members(scene: Scene, people: int) -> None:
    names = [f"p{number:02}" for number in range(people)]
    scene.site.team(LEAD, *names)
    for name in names:
        scene.put(PAY, MONDAY, HOUR, author=name)
    assert look(scene).spent == people * HOUR
    assert scene.calls() == ["read_team_worklogs"]
