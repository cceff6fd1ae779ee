"""Filters of the audit log: what they find, their chips, and values that are refused."""

from __future__ import annotations

import csv
import re
from io import StringIO
from urllib.parse import urlencode

import pytest

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD
from tests.web.support.audit_site import WORKLOGS, AuditSite, listed
from timesheet.domain.audit.action import Action
from timesheet.domain.message import Message
from timesheet.web.audit.action_names import ACTION_NAMES, TOPIC_NAMES
from timesheet.web.audit.terms import setting_words


@pytest.mark.parametrize(
    ("chosen", "places"),
    [
        ({"action": "member.added"}, [1]),
        ({"action": "member"}, [1]),
        ({"person": ANN}, [1]),
        ({"person": BO}, [2, 0]),
        ({"person": BO, "alone": "1"}, [2]),
        ({"kind": "member"}, [1]),
        ({"kind": "member", "object": ANN}, [1]),
        ({"outcome": "refused"}, [2]),
        ({"text": "/teams"}, [2]),
        ({"time": "today", "person": ANN}, [1]),
        ({"time": "last-month"}, []),
        ({"time": "range", "first": "2026-11-24", "last": "2026-11-24", "person": ANN}, [1]),
        ({"time": "range", "last": "2026-11-23"}, []),
    ],
)
def test_filters_narrow_the_list_and_are_shown_as_chips(
    audit: AuditSite, chosen: dict[str, str], places: list[int]
) -> None:
    numbers = audit.record_day()
    html = audit.as_(ADMIN).get("/audit", **chosen).text
    assert [number for number in listed(html) if number in numbers] == [numbers[place] for place in places]
    assert html.count('class="chip-remove"') == len(chosen.keys() - {"alone", "first", "last"})
    assert ("No event matches" in html) == (not places)


@pytest.mark.parametrize(
    ("chosen", "places", "chips"),
    [
        ({"whose": ANN}, [1, 0], ["Time of Ann Example"]),
        ({"whose": LEAD}, [2], ["Time of Lea Example"]),
        ({"worked_from": "2026-07-02"}, [2, 1], ["Work date from 2 Jul 2026"]),
        ({"worked_to": "2026-06-28"}, [1, 0], ["Work date to 28 Jun 2026"]),
        (
            {"whose": ANN, "worked_from": "2026-07-01", "worked_to": "2026-07-02"},
            [1],
            ["Time of Ann Example", "Work date from 1 Jul 2026", "Work date to 2 Jul 2026"],
        ),
        ({"worked_from": "2026-07-04"}, [], ["Work date from 4 Jul 2026"]),
    ],
)
def test_worklogs_are_found_by_whose_time_and_work_date_on_the_screen_and_in_files(
    audit: AuditSite, chosen: dict[str, str], places: list[int], chips: list[str]
) -> None:
    numbers = audit.record(*WORKLOGS)
    viewer, expected = audit.as_(ADMIN), [numbers[place] for place in places]
    fragment, page = viewer.get("/audit", **chosen), viewer.site.load("/audit", {"filter": urlencode(chosen)})
    assert "<!doctype html>" in page.text
    for html in (fragment.text, page.text):
        assert listed(html) == expected
        assert re.findall(r'class="chip">\s*<span>([^<]+)</span>', html) == chips
        for name, value in chosen.items():
            assert re.search(f'name="{name}"[^>]* value="{value}"', html)
    rows = list(csv.reader(StringIO(viewer.get("/audit/file/csv", **chosen).text)))
    assert [int(row[0]) for row in rows[1:]] == expected
    text = viewer.get("/audit", action="audit.exported").text
    taken = viewer.get(f"/audit/{listed(text)[0]}").text
    assert all(f'<th scope="row">{setting_words(name)}</th>' in taken for name in chosen)


def test_a_row_says_work_date_and_time_before_and_after_where_they_differ(audit: AuditSite) -> None:
    _, moved, _ = audit.record(*WORKLOGS)
    viewer = audit.as_(ADMIN)
    listing = viewer.get("/audit", kind="worklog").text
    assert '<span class="gist">28 Jun 2026, 1:00</span>' in listing
    assert '<span class="gist">28 Jun 2026 → 2 Jul 2026, 1:00 → 1:30</span>' in listing
    assert '<span class="gist">3 Jul 2026, 0:01</span>' in listing
    assert '<th scope="row">Work date</th>' in viewer.get(f"/audit/{moved}").text


def test_filters_of_worklogs_show_nobody_more_than_their_own_history(audit: AuditSite) -> None:
    numbers = audit.record(*WORKLOGS)
    assert listed(audit.as_(ANN).get("/history", worked_from="2026-06-01").text) == [numbers[1], numbers[0]]
    assert listed(audit.as_(BO).get("/history", whose=ANN).text) == []
    assert audit.as_(BO).get("/audit", whose=ANN).status_code == 403


def test_a_team_narrows_the_list_even_when_it_is_deleted(audit: AuditSite) -> None:
    numbers = audit.record_day()
    found = listed(audit.as_(ADMIN).get("/audit", team=audit.team.id).text)
    assert set(numbers[:2]) <= set(found)
    assert numbers[2] not in found
    gone = audit.as_(ADMIN).get("/audit", team="0123456789abcdef").text
    assert "selected>Deleted team 01234567</option>" in gone


def test_a_chip_takes_its_filter_away_and_leaves_the_others(audit: AuditSite) -> None:
    html = audit.as_(ADMIN).get("/audit", person=ANN, alone=1, outcome="done").text
    assert 'id="chip-person" title="Remove" hx-get="/audit?outcome=done"' in html
    assert 'id="chip-outcome" title="Remove" hx-get="/audit?person=ann-1&amp;alone=1"' in html


def test_a_range_without_a_first_day_names_the_last_one_in_words(audit: AuditSite) -> None:
    html = audit.as_(ADMIN).get("/audit", time="range", last="2026-11-23").text
    assert re.findall(r'class="chip">\s*<span>([^<]+)</span>', html) == ["until 23 Nov 2026"]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"action": "team.vanished"}, "“team.vanished” cannot be chosen here."),
        ({"time": "someday"}, "“someday” cannot be chosen"),
        ({"kind": "soul"}, "“soul” cannot be chosen"),
        ({"outcome": "maybe"}, "“maybe” cannot be chosen"),
        ({"view": "dance"}, "“dance” cannot be chosen"),
        ({"event": "x"}, "Events have numbers."),
        ({"text": "ab"}, "Type at least 3 characters of an id."),
        ({"event": "9" * 30}, "Events have numbers."),
        ({"time": "range", "first": "yesterday"}, "“yesterday” is not a date."),
        ({"time": "range", "first": "2026-11-24", "last": "2026-11-23"}, "The range ends before it begins."),
        ({"time": "range", "last": "0001-01-01"}, "Choose a day between 1971 and 9998."),
        ({"worked_from": "yesterday"}, "“yesterday” is not a date."),
        ({"worked_to": "0001-01-01"}, "Choose a day between 1971 and 9998."),
        ({"worked_from": "2026-11-24", "worked_to": "2026-11-23"}, "The work dates end before they begin."),
    ],
)
def test_a_filter_that_is_none_is_refused_and_kept(
    audit: AuditSite, chosen: dict[str, str], sentence: str
) -> None:
    answer = audit.as_(ADMIN).get("/audit", **{"text": "kept", **chosen})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{chosen.get("text", "kept")}"' in answer.text
    if "event" not in chosen:
        assert audit.as_(ADMIN).get("/audit/file/csv", **chosen).status_code == 422


def test_characters_that_no_id_has_find_nothing_and_break_nothing(audit: AuditSite) -> None:
    answer = audit.as_(ADMIN).get("/audit", text="\x00' OR 1=1 --", object="\x00", person="\ud7ff%_")
    assert answer.status_code == 200
    assert "No event matches" in answer.text


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_name_for_the_filter(action: Action) -> None:
    names = ACTION_NAMES[action], TOPIC_NAMES[action.partition(".")[0]]
    assert set(TOPIC_NAMES) == {one.partition(".")[0] for one in Action}
    assert list(ACTION_NAMES.values()).count(names[0]) == list(TOPIC_NAMES.values()).count(names[1]) == 1
    for name in names:
        assert isinstance(name, Message)
        assert name[:1].isupper()
        assert not re.search(r"[_.]|burst|cross site|legend|trimmed", name)


def test_the_filters_of_people_say_which_events_they_find(audit: AuditSite) -> None:
    numbers = audit.record_day()
    viewer = audit.as_(ADMIN)
    html = viewer.get("/audit", person=ANN).text
    assert set(listed(html)) & set(numbers) == {numbers[1]}
    assert "<span>Person involved: Ann Example</span>" in html
    for label, title in (
        ("Person involved", "What this person did, and what others did that concerns them"),
        ("Whose time", "Changes of this person’s logged time, whoever made them"),
    ):
        assert re.search(rf'<label class="subtle" for="audit-\w+">{label}</label>', html)
        assert f'title="{title}"' in html
    assert ">Only as the actor</label>" in html


@pytest.mark.parametrize(
    ("chosen", "advice"),
    [
        ({"outcome": "refused", "action": "team.deleted"}, "Remove a filter."),
        (
            {"time": "range", "first": "2026-11-23", "last": "2026-11-23"},
            "Remove a filter, or choose a longer range.",
        ),
        ({"whose": ANN}, "“Whose time” finds only changes of logged time. Remove a filter."),
        ({"text": "Ann Example"}, "Only the beginning of an id is searched for, not names. Remove a filter."),
    ],
)
def test_an_empty_list_says_what_its_filters_find_and_what_to_change(
    audit: AuditSite, chosen: dict[str, str], advice: str
) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    assert f"<p>{advice}</p>" in viewer.get("/audit", **chosen).text
    last = viewer.get("/audit/more", before=2, shown=0, **chosen).text
    assert f"<b>No event matches.</b> {advice}</span>" in last
