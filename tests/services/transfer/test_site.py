"""Settings, periods and permissions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.services.support.team_scene import ANN, LEAD
from tests.services.support.transfer_scene import MERGE, BackupSite, minimal
from tests.services.transfer.test_list import problems, sentences
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.permission import Grant, Module, SitePermission, Whom
from timesheet.domain.span import DateSpan
from timesheet.services.transfer.review import Choices

Sites = tuple[BackupSite, BackupSite]
GRANTING = Choices(permissions=True)


def site(**grants: Any) -> dict[str, Any]:
    return minimal(permissions={"site": {name.replace("_", "-"): grant for name, grant in grants.items()}})


def test_permissions_are_taken_over_only_when_that_is_chosen(sites: Sites) -> None:
    full, _ = sites
    document = site(auditors={"whom": "everybody"})
    assert full.plan(document).changes == ()
    assert "They stay as they are here" in sentences(full, document)
    full.take(document, GRANTING)
    assert full.now.permissions.permission(SitePermission.AUDITORS) == Grant(Whom.EVERYBODY)
    assert sentences(full, document, MERGE) == ""


def test_people_and_groups_who_are_not_here_get_no_permission(sites: Sites) -> None:
    full, _ = sites
    some = {"whom": "some", "people": [ANN, "stranger-1"], "groups": ["devs", "nobodys"]}
    plan = full.take(site(auditors=some), GRANTING)
    assert [note.sentence for note in plan.notes] == [
        "Not in this Jira, so left out: 1 group (nobodys).",
        "Not in this Jira, so left out: 1 person.",
    ]
    granted = full.now.permissions.permission(SitePermission.AUDITORS)
    assert granted == Grant(Whom.SOME, frozenset({"devs"}), frozenset({ANN}))


def test_where_nobody_of_a_grant_is_here_it_stays(sites: Sites) -> None:
    full, _ = sites
    document = minimal(
        permissions={
            "site": {"team-managers": {"whom": "some", "people": ["stranger-1"]}},
            "modules": {"teams": {"whom": "some", "groups": ["nobodys"]}},
        }
    )
    assert "Nobody named in the file for “Team managers” is here" in sentences(full, document, GRANTING)
    assert full.take(document, GRANTING).changes == ()
    assert full.now.permissions.permission(SitePermission.TEAM_MANAGERS).people == frozenset({LEAD})


def test_a_module_is_limited_to_groups_that_are_here(sites: Sites) -> None:
    full, _ = sites
    document = minimal(permissions={"modules": {"teams": {"whom": "some", "groups": ["devs"]}}})
    full.take(document, GRANTING)
    assert full.now.permissions.module(Module.TEAMS) == Grant(Whom.SOME, frozenset({"devs"}))
    assert full.now.permissions.module(Module.AUDIT) == Grant(Whom.EVERYBODY)


@pytest.mark.parametrize(
    ("permissions", "path", "words"),
    [
        ({"site": {"auditors": {"whom": "some"}}}, "$.permissions.site.auditors", "at least one"),
        (
            {"modules": {"teams": {"whom": "nobody"}}},
            "$.permissions.modules.teams",
            "everybody or limited to groups",
        ),
        (
            {"modules": {"audit": {"whom": "some", "people": [ANN]}}},
            "$.permissions.modules.audit",
            "limited to groups",
        ),
    ],
)
def test_grants_pass_the_rules_of_their_form(
    sites: Sites, permissions: dict[str, Any], path: str, words: str
) -> None:
    assert words in problems(sites[0], minimal(permissions=permissions), GRANTING)[path]


def test_a_zone_that_does_not_exist_is_a_problem_where_it_is(sites: Sites) -> None:
    document = minimal(settings={"fallback_zone": "Mars/Base", "week_start": "0"})
    assert "no such time zone" in problems(sites[0], document)["$.settings.fallback_zone"]


def test_periods_that_would_overlap_closed_ones_are_refused(sites: Sites) -> None:
    full, _ = sites
    week = DateSpan(date(2026, 11, 2), date(2026, 11, 8))
    at = datetime(2026, 11, 9, tzinfo=UTC)
    full.teams.stores.periods.add_record(ClosingRecord("r", "payments", week, LEAD, at, (), {}))
    document = minimal(periods={"length": "monthly", "start": "2026-11-01"})
    assert "would overlap" in problems(full, document)["$.periods.start"]
    full.take(minimal(periods={"length": "monthly", "start": "2027-01-01"}))
    assert full.now.rule.start == date(2027, 1, 1)


def test_settings_of_timers_are_taken_over_with_the_projects_that_are_here(sites: Sites) -> None:
    full, _ = sites
    here, gone = {"id": 1, "key": "PAY"}, {"id": 99, "key": "GONE"}
    chosen = {"fallback_zone": "UTC", "week_start": "0", "timer_rounding": "up-15"}
    plan = full.take(minimal(settings={**chosen, "timer_projects": [here, gone]}))
    assert (full.now.settings.timer_rounding, full.now.settings.timer_projects) == ("up-15", "1")
    assert [note.sentence for note in plan.notes] == [
        "Timers are limited to projects that are not here, so they are left out: GONE."
    ]
    full.take(minimal(settings={**chosen, "timer_projects": [gone]}))
    assert full.now.settings.timer_projects == "1", "without any of them, all projects would have timers"
    full.take(minimal(settings=chosen))
    assert full.now.settings.timer_projects == ""
