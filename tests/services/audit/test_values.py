"""Event values contain only plain values, and people only as PersonIds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from timesheet.domain.audit.event import persons_in
from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.workload_scheme import DatedScheme
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Scope, Team
from timesheet.services.audit.values import (
    group_values,
    label_values,
    leave_values,
    member_values,
    permission_values,
    team_values,
)
from timesheet.services.ports.stores import TeamGroup

DAY = date(2026, 6, 1)


def test_a_team_names_its_lead_as_a_person() -> None:
    values = team_values(Team("t", "Pay", "ana", "s", "About", Scope((2, 1), "a = b")))
    assert list(persons_in(values)) == ["ana"]
    assert (values["projects"], values["jql"]) == ([2, 1], "a = b")


def test_a_member_is_told_by_ids_and_days() -> None:
    member = Member(
        "t", "ben", frozenset({"b", "a"}), DAY, None, "c", (DatedScheme(None, "s"), DatedScheme(DAY, "u"))
    )
    assert member_values(member) == {
        "roles": ["a", "b"],
        "joined": "2026-06-01",
        "left": None,
        "calendar": "c",
        "schemes": [[None, "s"], ["2026-06-01", "u"]],
        "group": None,
    }


def test_the_time_of_a_sync_is_no_news() -> None:
    group = TeamGroup("t", "g", frozenset({"r"}), datetime(2026, 6, 1, tzinfo=UTC), "Gone.")
    assert group_values(group) == {"roles": ["r"], "error": "Gone."}


def test_labels_and_grants_name_people_in_a_fixed_order() -> None:
    label = label_values(UserLabel("u", "x", "teal", frozenset({"ben", "ana"})))
    grant = Grant(Whom.SOME, people=frozenset({"ben", "ana"}))
    granted = permission_values(SitePermissions({}, {SitePermission.AUDITORS: grant}))
    assert list(persons_in(label)) == list(persons_in(granted)) == ["ana", "ben"]


def test_leaves_are_told_in_order() -> None:
    leaves = [Leave("ana", DAY, "vacation", Part.AFTERNOON), Leave("ana", DAY, "sick-leave", Part.MORNING)]
    told = leave_values(leaves)
    assert told == [["2026-06-01", "morning", "sick-leave"], ["2026-06-01", "afternoon", "vacation"]]
    assert json.loads(json.dumps(told)) == told
