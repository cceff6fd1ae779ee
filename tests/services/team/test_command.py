"""Commands about teams: what a form and JSON make of them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.support.command_cases import Case, CommandTests, check_field, form_of
from timesheet.domain.calendar.workload_scheme import DatedScheme
from timesheet.domain.team.team import TeamPermission
from timesheet.services.command.fields import read_command
from timesheet.services.team import command
from timesheet.services.team.command import (
    AddMembers,
    ArchiveTeam,
    ChangeMember,
    ChangeMembers,
    ChangeTeam,
    ChooseDefault,
    CreateTeam,
    DeleteRole,
    DeleteTeam,
    DeleteTeamScheme,
    FollowGroup,
    LeaveGroup,
    MemberChange,
    MembershipValues,
    RemoveMember,
    SaveRole,
    SaveScope,
    SaveTeamScheme,
)

ANN, BO = "557058:ann", "5b10a2844c20165700ede21g"
HOURS = ("7.5", "7:30", "7h 30m", "", "4", "", "")
ENTRY = MembershipValues(
    frozenset({"lead", "works"}),
    date(2026, 1, 1),
    None,
    "bavaria",
    (DatedScheme(None, "full"), DatedScheme(date(2026, 6, 1), "half")),
)
ENTRY_FORM = {
    "role": ["lead", "works"],
    "joined": "2026-01-01",
    "left": "",
    "calendar": "bavaria",
    # The last row of the page is the empty one, to add another scheme.
    "scheme": ["full", "half", ""],
    "scheme_from": ["", "2026-06-01", ""],
}
ENTRY_JSON = {
    "role": ["lead", "works"],
    "joined": "2026-01-01",
    "left": None,
    "calendar": "bavaria",
    "schemes": [{"scheme": "full", "scheme_from": None}, {"scheme": "half", "scheme_from": "2026-06-01"}],
}
CASES = [
    Case(
        CreateTeam("Payments", ANN, "Refunds", keep=True),
        {"name": "Payments", "lead": ANN, "lead_name": "Ann", "description": "Refunds", "keep": "yes"},
        {"name": "Payments", "lead": ANN, "description": "Refunds", "keep": True},
        frozenset({"description", "keep"}),
    ),
    Case(
        ChangeTeam("t", "Payments", ANN, 3, "", keep=False),
        {"team_id": "t", "name": "Payments", "lead": ANN, "version": "3", "keep": "no"},
        {"team_id": "t", "name": "Payments", "lead": ANN, "description": "", "version": 3, "keep": False},
        frozenset({"description", "keep"}),
    ),
    Case(
        ArchiveTeam("t", archived=True, version=2),
        {"team_id": "t", "archived": "1", "version": "2"},
        {"team_id": "t", "archived": True, "version": 2},
    ),
    Case(
        DeleteTeam("t", "Payments"),
        {"team_id": "t", "typed": "Payments"},
        {"team_id": "t", "typed": "Payments"},
    ),
    Case(
        SaveScope("t", (1, 22), "labels = a", 4),
        {"team_id": "t", "project": ["1", "22"], "jql": "labels = a", "version": "4"},
        {"team_id": "t", "project": [1, 22], "jql": "labels = a", "version": 4},
    ),
    Case(
        SaveRole("t", None, "Watcher", frozenset({TeamPermission.VIEW_HOURS, TeamPermission.VIEW_WORKLOGS})),
        {
            "team_id": "t",
            "role": "",
            "name": "Watcher",
            "permission": ["view-hours", "view-worklogs"],
            "version": "0",
        },
        {
            "team_id": "t",
            "role": None,
            "name": "Watcher",
            "permission": ["view-hours", "view-worklogs"],
            "version": 0,
        },
    ),
    Case(DeleteRole("t", "r"), {"team_id": "t", "role_id": "r"}, {"team_id": "t", "role_id": "r"}),
    Case(
        AddMembers("t", (ANN, BO), ENTRY),
        {"team_id": "t", "person": [ANN, BO, ANN], **ENTRY_FORM},
        {"team_id": "t", "person": [ANN, BO], **ENTRY_JSON},
    ),
    Case(
        ChangeMember("t", ANN, ENTRY, 5),
        {"team_id": "t", "account_id": ANN, **ENTRY_FORM, "version": "5"},
        {"team_id": "t", "account_id": ANN, **ENTRY_JSON, "version": 5},
    ),
    Case(
        RemoveMember("t", ANN),
        {"team_id": "t", "account_id": ANN},
        {"team_id": "t", "account_id": ANN},
    ),
    Case(
        ChangeMembers("t", (ANN, BO), MemberChange.SCHEME, "half", date(2026, 6, 1)),
        {
            "team_id": "t",
            "selected": [ANN, BO],
            "what": "scheme",
            "scheme": "half",
            "scheme_from": "2026-06-01",
        },
        {
            "team_id": "t",
            "selected": [ANN, BO],
            "what": "scheme",
            "scheme": "half",
            "scheme_from": "2026-06-01",
        },
    ),
    Case(
        FollowGroup("t", "group-1", frozenset({"works"})),
        {"team_id": "t", "group": "group-1", "group_name": "devs", "role": "works"},
        {"team_id": "t", "group": "group-1", "role": ["works"]},
    ),
    Case(LeaveGroup("t", "g"), {"team_id": "t", "group_id": "g"}, {"team_id": "t", "group_id": "g"}),
    Case(
        SaveTeamScheme("t", "half", "Half", HOURS, 1),
        {
            "team_id": "t",
            "scheme": "half",
            "name": "Half",
            "version": "1",
            **{f"weekday-{number}": text for number, text in enumerate(HOURS)},
        },
        {"team_id": "t", "scheme": "half", "name": "Half", "version": 1, "weekday": list(HOURS)},
    ),
    Case(
        ChooseDefault("t", "half", 6),
        {"team_id": "t", "scheme_id": "half", "version": "6"},
        {"team_id": "t", "scheme_id": "half", "version": 6},
    ),
    Case(
        DeleteTeamScheme("t", "half", "full"),
        {"team_id": "t", "scheme_id": "half", "replacement": "full"},
        {"team_id": "t", "scheme_id": "half", "replacement": "full"},
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES
    parts = frozenset({MembershipValues})


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"what": "joined", "joined": "2026-06-01"}, (MemberChange.JOINED, "", date(2026, 6, 1))),
        ({"what": "left", "left": ""}, (MemberChange.LEFT, "", None)),
        ({"what": "calendar", "calendar": ""}, (MemberChange.CALENDAR, "", None)),
        ({"what": "calendar", "calendar": "bavaria"}, (MemberChange.CALENDAR, "bavaria", None)),
        ({"what": "add-role", "add-role": "lead"}, (MemberChange.ADD_ROLE, "lead", None)),
        ({"what": "scheme", "scheme": "half", "scheme_from": ""}, (MemberChange.SCHEME, "half", None)),
        ({"what": "remove", "scheme_from": "rubbish"}, (MemberChange.REMOVE, "", None)),
    ],
    ids=str,
)
def test_one_change_for_many_is_in_the_field_of_its_name(
    sent: dict[str, str], expected: tuple[MemberChange, str, date | None]
) -> None:
    read = read_command(ChangeMembers, form_of({"team_id": "t", "selected": ANN, **sent}))
    assert read == ChangeMembers("t", (ANN,), *expected)


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (ChangeMembers, {"what": "everything"}, "what"),
        (ChangeMembers, {"what": "drop-role"}, "drop-role"),
        (ChangeMembers, {"what": "scheme", "scheme": "../x"}, "scheme"),
        (ChangeMembers, {"what": "joined", "joined": "soon"}, "joined"),
        (ChangeMembers, {"selected": ["a b"]}, "selected"),
        (AddMembers, {"person": ["a b"]}, "people"),
        (AddMembers, {"role": ["a b"]}, "roles"),
        (ChangeMember, {"joined": "1 May"}, "joined"),
        (ChangeMember, {"left": "1970-01-01"}, "left"),
        (ChangeMember, {"calendar": "../x"}, "calendar"),
        (ChangeMember, {"scheme": ["../x"], "scheme_from": [""]}, "scheme"),
        (ChangeMember, {"scheme": ["full"], "scheme_from": ["soon"]}, "scheme"),
        (ChangeMember, {"scheme": ["full"], "scheme_from": []}, "scheme"),
        (ChangeMember, {"version": "-1"}, "form"),
        (SaveTeamScheme, {"scheme": "../x"}, "form"),
        (CreateTeam, {"lead": "a b"}, "lead"),
        (FollowGroup, {"group": ""}, "group"),
        (DeleteTeamScheme, {"replacement": "../x"}, "replacement"),
    ],
    ids=str,
)
def test_what_a_form_cannot_say_is_shown_at_the_field_of_its_page(
    kind: type, change: dict[str, str | list[str]], field: str
) -> None:
    check_field(CASES, kind, change, field)
