from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from timesheet.domain.audit.action import CATALOG, PERSONAL_KINDS, Action, ObjectKind
from timesheet.domain.audit.event import (
    FORMER,
    AuditDraft,
    AuditFilter,
    Origin,
    Outcome,
    PersonId,
    Values,
    differing,
    people_of,
    persons_in,
)

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def draft(
    action: Action, object_id: str = "", people: frozenset[str] = frozenset(), **after: object
) -> AuditDraft:
    values: Values = after  # type: ignore[assignment]
    return AuditDraft(action, NOW, "ana", Origin.PAGE, "r1", object_id, people=people, after=values)


def test_the_catalog_describes_every_action() -> None:
    assert set(CATALOG) == set(Action)
    assert len({entry.says for entry in CATALOG.values()}) == len(CATALOG)
    assert all(entry.says for entry in CATALOG.values())


def test_a_kind_of_object_is_that_of_its_actions() -> None:
    assert AuditFilter().wanted_actions is None
    chosen = frozenset({Action.PERIOD_RULE_CHANGED, Action.SETTING_CHANGED, Action.TEAM_CHANGED})
    assert AuditFilter(actions=chosen).wanted_actions == chosen
    of_settings = AuditFilter(object_kind=ObjectKind.SETTING)
    assert of_settings.wanted_actions == chosen - {Action.TEAM_CHANGED}
    both = AuditFilter(object_kind=ObjectKind.TEAM, actions=chosen)
    assert both.wanted_actions == frozenset({Action.TEAM_CHANGED})
    assert AuditFilter(object_kind=ObjectKind.SITE, actions=chosen).wanted_actions == frozenset()


@pytest.mark.parametrize("field", [{"whose": "ana"}, {"worked_from": NOW.date()}, {"worked_to": NOW.date()}])
def test_a_field_that_only_worklogs_have_leaves_their_actions(field: Any) -> None:
    of_worklogs = frozenset(action for action, entry in CATALOG.items() if entry.kind is ObjectKind.WORKLOG)
    assert AuditFilter(**field).wanted_actions == of_worklogs
    assert AuditFilter(object_kind=ObjectKind.WORKLOG, **field).wanted_actions == of_worklogs
    assert AuditFilter(object_kind=ObjectKind.TEAM, **field).wanted_actions == frozenset()


@pytest.mark.parametrize("action", Action)
def test_an_action_is_named_after_what_it_happens_to_and_what_happens(action: Action) -> None:
    topic, _, deed = action.partition(".")
    assert topic.isalpha()
    assert deed.replace("_", "").isalpha()


def test_a_draft_knows_its_kind_of_object() -> None:
    assert draft(Action.TEAM_CREATED).object_kind is ObjectKind.TEAM
    assert draft(Action.MEMBER_ADDED).object_kind in PERSONAL_KINDS


def test_an_event_is_its_draft_with_a_place_in_the_chain() -> None:
    said = AuditDraft(
        Action.MEMBER_CHANGED,
        NOW,
        "ana",
        Origin.WEBHOOK,
        "r1",
        "ben",
        "team",
        Outcome.REFUSED,
        frozenset({"eva"}),
        {"hours": 1},
        {"hours": 2},
    )
    at = NOW + timedelta(seconds=1)
    placed = said.placed(7, at, ["ben", "eva"])
    assert asdict(placed) == {**asdict(said), "at": at, "people": frozenset({"ben", "eva"}), "seq": 7}


def test_it_concerns_whom_it_names_anywhere_but_not_its_actor() -> None:
    nested = [{"who": PersonId("cleo")}, PersonId("ana"), "dan"]
    about = draft(Action.MEMBER_CHANGED, "ben", frozenset({"eva"}), list=nested, lead=PersonId("finn"))
    assert people_of(about) == {"ben", "cleo", "eva", "finn"}


def test_the_object_is_not_a_person_where_its_kind_is_none() -> None:
    assert people_of(draft(Action.TEAM_CHANGED, "ben")) == frozenset()
    assert people_of(draft(Action.LEAVE_CHANGED)) == frozenset()


def test_people_are_found_at_any_depth_and_plain_text_is_none() -> None:
    assert list(persons_in({"a": ["x", 1, None, True, [PersonId("ana")]]})) == ["ana"]


def test_a_former_user_is_distinguished_from_others() -> None:
    assert PersonId(FORMER + "1234").former
    assert not PersonId("ana").former


def test_only_what_differs_is_kept() -> None:
    before, after = differing(
        {"name": "A", "archived": False, "gone": 1}, {"name": "B", "archived": False, "new": 2}
    )
    assert before == {"name": "A", "gone": 1}
    assert after == {"name": "B", "new": 2}
    assert differing({"a": 1}, {"a": 1}) == ({}, {})
