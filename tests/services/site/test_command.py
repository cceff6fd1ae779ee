"""Commands about the configuration of a site: what a form and JSON make of them."""

from __future__ import annotations

import pytest

from tests.services.support.command_cases import Case, CommandTests, check_field, form_of
from timesheet.domain.language import TEST_LANGUAGES
from timesheet.domain.permission import Grant, Module, SitePermission, Whom
from timesheet.services.command.fields import read_command
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.site import command
from timesheet.services.site.command import (
    ChooseFormat,
    ChooseLanguage,
    ChooseLastWeek,
    ChooseSuggestions,
    DeleteLabel,
    DurationFormat,
    InstallationStart,
    MoveSite,
    SaveLabel,
    SavePermissions,
    SaveSettings,
)

ANN, BO = "557058:ann", "5b10a2844c20165700ede21g"
CASES = [
    Case(
        SaveSettings(
            SiteSettings("Europe/Berlin", "0", 4, 365, timer_rounding="up-15", timer_projects="7,10"), 365
        ),
        {
            "fallback_zone": "Europe/Berlin",
            "week_start": "0",
            "audit_days": " 365 ",
            "version": "4",
            "let_go": "365",
            "timer_rounding": "up-15",
            "timer_project": ["10", "7"],
        },
        {
            "fallback_zone": "Europe/Berlin",
            "week_start": "0",
            "audit_days": 365,
            "version": 4,
            "let_go": 365,
            "timer_rounding": "up-15",
            "timer_project": [10, 7],
        },
        frozenset({"timer_rounding"}),
    ),
    Case(
        SavePermissions(
            {
                Module.TIMESHEET: Grant(Whom.EVERYBODY),
                Module.TEAMS: Grant(Whom.SOME, frozenset({"group-1"})),
                Module.REPORTS: Grant(Whom.EVERYBODY),
                Module.AUDIT: Grant(Whom.EVERYBODY),
            },
            {
                SitePermission.TEAM_MANAGERS: Grant(Whom.ADMINS),
                SitePermission.TEAM_ADMINISTRATORS: Grant(Whom.NOBODY),
                SitePermission.AUDITORS: Grant(Whom.SOME, frozenset({"group-1"}), frozenset({ANN, BO})),
                SitePermission.TIMERS: Grant(Whom.NOBODY),
                SitePermission.SUGGESTIONS: Grant(Whom.EVERYBODY),
            },
            2,
        ),
        {
            "timesheet": "everybody",
            # What is chosen beside another choice is not part of it.
            "timesheet-groups": ["group-2"],
            "teams": "some",
            "teams-groups": ["group-1"],
            "reports": "everybody",
            "audit": "everybody",
            "team-managers": "admins",
            "team-administrators": "nobody",
            "auditors": "some",
            "auditors-groups": ["group-1"],
            "auditors-people": [ANN, BO],
            "timers": "nobody",
            "suggestions": "everybody",
            "version": "2",
        },
        {
            "timesheet": "everybody",
            "teams": "some",
            "teams-groups": ["group-1"],
            "teams-people": [],
            "reports": "everybody",
            "audit": "everybody",
            "team-managers": "admins",
            "team-administrators": "nobody",
            "auditors": "some",
            "auditors-groups": ["group-1"],
            "auditors-people": [ANN, BO],
            "timers": "nobody",
            "suggestions": "everybody",
            "version": 2,
        },
    ),
    Case(
        SaveLabel("l", "backend", "teal", frozenset({ANN, BO}), 1),
        {"id": "l", "name": "backend", "color": "teal", "people": [ANN, BO], "version": "1"},
        {"id": "l", "name": "backend", "color": "teal", "people": [ANN, BO], "version": 1},
    ),
    Case(MoveSite(InstallationStart.EMPTY), {"start": "empty"}, {"start": "empty"}),
    Case(ChooseLastWeek(True), {"shown": "1"}, {"shown": True}),
    Case(ChooseSuggestions(False), {"shown": "0"}, {"shown": False}),
    Case(DeleteLabel("l"), {"label_id": "l"}, {"label_id": "l"}),
    Case(ChooseLanguage("pt_BR"), {"language": "pt_BR"}, {"language": "pt_BR"}, frozenset({"language"})),
    Case(
        ChooseFormat(DurationFormat.DECIMAL),
        {"duration_format": "decimal"},
        {"duration_format": "decimal"},
        frozenset({"duration_format"}),
    ),
]


class TestCommands(CommandTests):
    module = command
    cases = CASES


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        (SaveSettings, {"audit_days": "1.5"}, "audit_days"),
        (SaveSettings, {"let_go": "x"}, "let_go"),
        (SaveSettings, {"timer_project": [str(number) for number in range(201)]}, "timer_projects"),
        (SaveSettings, {"version": "x"}, "form"),
        (SavePermissions, {"teams": "friends"}, "teams"),
        (SavePermissions, {"auditors": ""}, "auditors"),
        (SavePermissions, {"auditors-people": ["a b"]}, "auditors"),
        (SavePermissions, {"teams-groups": ["a b"]}, "teams"),
        (SaveLabel, {"people": [ANN, "a b"]}, "people"),
        (SaveLabel, {"id": ""}, "form"),
        (ChooseLanguage, {"language": "xx"}, "language"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_a_form_cannot_say_is_shown_at_the_field_of_its_page(
    kind: type, change: dict[str, str | list[str]], field: str
) -> None:
    check_field(CASES, kind, change, field)


def test_nothing_typed_keeps_events_for_ever() -> None:
    form = {**CASES[0].form, "audit_days": " ", "let_go": ""}
    wanted = SaveSettings(CASES[0].command.settings.with_retention(None))
    assert read_command(SaveSettings, form_of(form)) == wanted


def test_timers_can_be_limited_to_200_projects() -> None:
    form = {**CASES[0].form, "timer_project": [str(number) for number in range(200)]}
    settings = read_command(SaveSettings, form_of(form)).settings
    assert settings.timers.projects == frozenset(range(200))


def test_a_language_for_tests_can_be_chosen() -> None:
    for code in TEST_LANGUAGES:
        assert read_command(ChooseLanguage, form_of({"language": code})) == ChooseLanguage(code)
