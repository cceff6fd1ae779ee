"""The people, groups, and projects of a file are looked up in this Jira without unnecessary requests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.support.team_scene import ANN, LEAD
from tests.services.support.transfer_scene import BackupSite, minimal
from tests.services.transfer.test_list import sentences
from tests.services.transfer.test_team import team
from timesheet.domain.errors import JiraUnavailable
from timesheet.services.transfer.existing import MOST_ASKED
from timesheet.services.transfer.review import Existing

Sites = tuple[BackupSite, BackupSite]


def test_what_is_stored_already_is_not_read_from_jira(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    full, _ = sites
    exported = full.export()

    def refuse(*_: object) -> Any:
        raise JiraUnavailable("Jira is away.")

    for name in ("read_people", "name_groups", "check_jql", "find_projects"):
        monkeypatch.setattr(full.directory, name, refuse)
    assert full.plan(exported).changes == ()


def test_a_jira_that_is_away_stops_the_preview(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    full, _ = sites

    def refuse(_: object) -> Any:
        raise JiraUnavailable("Jira is away.")

    monkeypatch.setattr(full.directory, "read_people", refuse)
    with pytest.raises(JiraUnavailable):
        full.plan(minimal(labels=[{"id": "a", "name": "A", "color": "red", "people": ["stranger-1"]}]))


def test_a_group_that_may_be_among_those_not_shown_is_kept_and_said(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, _ = sites
    monkeypatch.setattr(full.directory, "name_groups", lambda ids: {group_id: group_id for group_id in ids})
    document = minimal(teams=[team(groups=[{"group": "hidden", "roles": ["m"]}])])
    assert "does not show you all of its groups" in sentences(full, document)
    full.take(document)
    assert "hidden" in {group.group_id for setup in full.now.teams for group in setup.groups}


def test_only_so_many_filters_are_checked_and_that_is_said(sites: Sites) -> None:
    full, _ = sites
    teams = [team(f"team-{n}", f"Team {n}", jql=f"labels = x{n}") for n in range(MOST_ASKED + 1)]
    assert "some were not checked" in sentences(full, minimal(teams=teams))
    assert len(full.directory.calls) == MOST_ASKED
    assert all(call.startswith("check ") for call in full.directory.calls)
    assert "some were not checked" not in sentences(full, minimal(teams=teams[1:]))


def test_whoever_leads_the_same_team_already_need_not_be_active(sites: Sites) -> None:
    full, _ = sites
    full.directory.deactivate(LEAD)
    assert sentences(full, minimal(teams=[team("payments", "Payments")])) == ""
    assert "no active account" in sentences(full, minimal(teams=[team()]))
    assert ANN in full.now.teams[0].members[0].account_id


@pytest.mark.parametrize(
    ("number", "key", "current_ids", "wanted"),
    [
        (1, "PAY", (), 1),
        (1, None, (), 1),
        (9, "PAY", (), 1),
        (9, None, (9,), 9),
        (9, None, (), None),
        (9, "GONE", (9,), 9),
        (9, "GONE", (), None),
        (1, "OTHER", (1,), None),
    ],
)
def test_a_projects_key_decides_unless_it_is_unknown(
    number: int, key: str | None, current_ids: tuple[int, ...], wanted: int | None
) -> None:
    nobody = frozenset[str]()
    known = Existing(nobody, nobody, nobody, {1: "PAY"}, {"PAY": 1}, {})
    assert known.project(number, key, current_ids) == wanted
