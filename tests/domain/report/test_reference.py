"""The ids in the query of a view, and the same query on another site."""

from __future__ import annotations

import pytest

from timesheet.domain.report.reference import Finders, groups_named, moved_query, names_jira_ids

HERE = {"alpha": "a2", "beta": "b2", "on-call": "o2", "devs": "devs", "look": "l2", "activity": "x2"}
FINDERS = Finders(
    HERE.get, HERE.get, HERE.get, HERE.get, HERE.get, lambda attribute, option: f"{attribute}.{option}"
)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("who=me&rows=person&sort=-spent", "who=me&rows=person&sort=-spent"),
        ("who=teams&jql=a+%3D+1", "who=teams&jql=a+%3D+1"),
        ("who=alpha%2Cbeta", "who=a2%2Cb2"),
        ("label=on-call&group=devs", "label=o2&group=devs"),
        ("only-label=on-call&only-label=none", "only-label=o2&only-label=none"),
        ("only-team=alpha&only-role=look%2Calpha", "only-team=a2&only-role=l2%2Ca2"),
        ("rows=team&rows=attribute-activity", "rows=team&rows=attribute-x2"),
        ("only-attribute-activity=design", "only-attribute-x2=activity.design"),
        ("only-attribute-activity=none", "only-attribute-x2=none"),
        ("only-attribute-activity-has=a%2Cb", "only-attribute-x2-has=a%2Cb"),
        ("only-attribute-activity-least=2", "only-attribute-x2-least=2"),
        ("only-project=10000%2C2&rows=none", "only-project=10000%2C2&rows=none"),
        ("rows=a%20b", "rows=a%20b"),
    ],
)
def test_every_id_becomes_the_one_of_the_other_site(query: str, wanted: str) -> None:
    moved = moved_query(query, "own", FINDERS)
    assert (moved.query, moved.lost) == (wanted, False)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("who=alpha%2Cgone", "who=a2"),
        ("who=gone&rows=person", "who=own&rows=person"),
        ("label=gone&label=on-call", "label=o2"),
        ("group=nobodys", ""),
        ("only-role=gone&rows=team", "rows=team"),
        ("rows=attribute-gone&rows=team", "rows=team"),
        ("only-attribute-gone-most=2&rows=team", "rows=team"),
        ("only-attribute-gone=x&rows=team", "rows=team"),
    ],
)
def test_what_does_not_exist_there_is_left_out_and_said(query: str, wanted: str) -> None:
    moved = moved_query(query, "own", FINDERS)
    assert (moved.query, moved.lost) == (wanted, True)


def test_a_query_brings_no_person_into_a_view() -> None:
    moved = moved_query("rows=team&only-person=ann&view=v&panel=1", "own", FINDERS)
    assert (moved.query, moved.lost) == ("rows=team", False)


def test_groups_and_ids_of_jira_are_found() -> None:
    assert list(groups_named("who=teams&group=devs&group=ops&only-label=x")) == ["devs", "ops"]
    assert names_jira_ids("only-component=7")
    assert not names_jira_ids("only-parent=none&only-label=7&rows=issue")
