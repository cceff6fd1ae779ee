"""Event values contain only plain values, and people only as PersonIds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditEvent, Origin, Values, persons_in
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.period.period import ClosingRecord, MemberRecord, PeriodLength, PeriodRule
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Scope, Team, TeamPermission
from timesheet.services.audit.values import (
    attribute_values,
    calendar_values,
    closing_values,
    group_values,
    label_values,
    leave_values,
    legend_values,
    member_values,
    permission_values,
    role_values,
    rule_values,
    scheme_values,
    setting_values,
    team_values,
    view_values,
    without_sums,
)
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.ports.stores import TeamGroup

DAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 8, tzinfo=UTC)


def test_a_team_names_its_lead_as_a_person() -> None:
    values = team_values(Team("t", "Pay", "ana", "s", "About", Scope((2, 1), "a = b")))
    assert list(persons_in(values)) == ["ana"]
    assert (values["projects"], values["jql"]) == ([2, 1], "a = b")


def test_people_in_a_filter_are_persons_too() -> None:
    ben, jql = "5be24ad8b1653240376955d2", "assignee = 5be24ad8b1653240376955d2 AND labels = a"
    values = team_values(Team("t", "Pay", "ana", "s", scope=Scope((), jql)))
    assert values["jql"] == ["assignee = ", ben, " AND labels = a"]
    assert set(persons_in(values)) == {"ana", ben}


def test_a_member_is_described_by_ids_and_days() -> None:
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


def test_the_time_of_a_sync_is_not_news() -> None:
    group = TeamGroup("t", "g", frozenset({"r"}), datetime(2026, 6, 1, tzinfo=UTC), "Gone.")
    assert group_values(group) == {"roles": ["r"], "error": "Gone."}


def test_labels_and_grants_name_people_in_a_fixed_order() -> None:
    label = label_values(UserLabel("u", "x", "teal", frozenset({"ben", "ana"})))
    grant = Grant(Whom.SOME, people=frozenset({"ben", "ana"}))
    granted = permission_values(SitePermissions({}, {SitePermission.AUDITORS: grant}))
    assert list(persons_in(label)) == list(persons_in(granted)) == ["ana", "ben"]


REPORT = ReportView("v", "Hours", "group=user", people=frozenset({"ben", "ana"}))
CLOSING = ClosingRecord(
    "r", "t", DateSpan(DAY, date(2026, 6, 7)), "ana", NOW,
    (MemberRecord("ana", 100, 90, {}), MemberRecord("ben", 20, 30, {})), {7: "x", 8: "y", 9: "z"},
)  # fmt: skip
ATTRIBUTE = Attribute(
    "a", "Ticket", Kind.SELECT, default="2", required=True,
    options=(Option("1", "Old", removed=True), Option("2", "New")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("recorded", "values"),
    [
        (
            role_values(
                Role("r", "t", "Lead", frozenset({TeamPermission.VIEW_WORKLOGS, TeamPermission.VIEW_HOURS}))
            ),
            {"name": "Lead", "permissions": ["view-hours", "view-worklogs"]},
        ),
        (
            calendar_values(GlobalCalendar("c", "DE", (NonWorkingDay(DAY, "Whit Monday", "holiday"),))),
            {"name": "DE", "days": [["2026-06-01", "whole", "Whit Monday", "holiday"]]},
        ),
        (
            scheme_values(WorkloadScheme("s", "Half", (4, 4, 4, 4, 4, 0, 0))),
            {"name": "Half", "weekdays": [4, 4, 4, 4, 4, 0, 0]},
        ),
        (legend_values(Legend("l", "Sick", "red", "S")), {"title": "Sick", "color": "red", "letter": "S"}),
        (
            view_values(REPORT),
            {
                "name": "Hours",
                "default": False,
                "people": ["ana", "ben"],
                "report": sha256(b"group=user").hexdigest()[:16],
            },
        ),
        (
            attribute_values(ATTRIBUTE),
            {
                "name": "Ticket",
                "kind": "select",
                "default": "New",
                "required": True,
                "everywhere": False,
                "retired": False,
                "options": ["New"],
            },
        ),
        (rule_values(PeriodRule(PeriodLength.WEEKLY, DAY)), {"length": "weekly", "start": "2026-06-01"}),
        (
            closing_values(CLOSING),
            {
                "first": "2026-06-01",
                "last": "2026-06-07",
                "capacity": 120,
                "spent": 120,
                "members": 2,
                "worklogs": 3,
            },
        ),
        (
            setting_values(SiteSettings("Europe/Berlin", "0", 3, 365, "de", "up-15", "7,12")),
            {
                "fallback_zone": "Europe/Berlin",
                "week_start": "0",
                "audit_days": 365,
                "language": "de",
                "timer_rounding": "up-15",
                "timer_projects": [7, 12],
            },
        ),
    ],
    ids=["role", "calendar", "scheme", "legend", "view", "attribute", "rule", "closing", "settings"],
)
def test_a_thing_is_described_by_its_settings(recorded: Values, values: Values) -> None:
    assert recorded == values


def test_leaves_are_listed_in_order() -> None:
    leaves = [Leave("ana", DAY, "vacation", Part.AFTERNOON), Leave("ana", DAY, "sick-leave", Part.MORNING)]
    in_words = leave_values(leaves)
    assert in_words == [["2026-06-01", "morning", "sick-leave"], ["2026-06-01", "afternoon", "vacation"]]
    assert json.loads(json.dumps(in_words)) == in_words


@pytest.mark.parametrize(
    ("action", "reader", "shown"),
    [
        (Action.PERIOD_CLOSED, "lead", True),
        (Action.PERIOD_CLOSED, "ana", False),
        (Action.WORKLOG_CHANGED, "ana", True),
    ],
)
def test_only_whoever_closed_a_period_reads_the_sums_of_its_team(
    action: Action, reader: str, shown: bool
) -> None:
    sums: Values = {"capacity": 7200, "spent": 3600, "members": 2, "worklogs": 3}
    days: Values = {"first": "2026-06-01"}
    event = AuditEvent(
        action, NOW, "lead", Origin.PAGE, "r1", before={**days, **sums}, after={**days, **sums}, seq=1
    )
    read = without_sums(event, reader)
    expected = {**days, **sums} if shown else days
    assert (read.before, read.after) == (expected, expected)
