"""The audit log over HTTP: for auditors, for everybody's own history, and for nobody else."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, OUT
from tests.web.conftest import JiraSite
from tests.web.support.audit_site import NOW, AuditSite, draft, make_audit_site
from tests.web.support.signing import SettableClock
from tests.web.support.tampering import tamper
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit import find as audit_find
from timesheet.adapters.db.audit import page as audit_page
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Outcome, PersonId
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.message import Message
from timesheet.domain.permission import Grant, Module, SitePermissions, Whom
from timesheet.domain.person import Person
from timesheet.services.audit import view as audit_view
from timesheet.services.ports.audit import Verdict
from timesheet.settings import Settings
from timesheet.web.audit.action_names import ACTION_NAMES, TOPIC_NAMES
from timesheet.web.audit.terms import setting_words
from tools.project import ROOT

OF_AUDITORS = (
    "/audit",
    "/audit/more",
    "/audit/1",
    "/audit/chain",
    "/audit/file/csv",
    "/audit/file/proof",
    "/audit/file/key",
)


@pytest.fixture
def audit(app: Flask, site: JiraSite, clock: SettableClock) -> AuditSite:
    return make_audit_site(app, site, clock)


def listed(html: str) -> list[int]:
    """Return the numbers of the events in a response, in order."""
    return [int(found) for found in re.findall(r'<tr id="e(\d+)"', html)]


def next_address(html: str) -> str:
    """Return the address of the next events."""
    found = re.search(r'id="load-more" hx-get="([^"]+)"', html)
    assert found is not None
    return unescape(found[1])


def test_the_page_comes_from_jiras_link_and_a_fragment_for_htmx(audit: AuditSite) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    page = viewer.site.load("/audit", {"filter": ""})
    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    fragment = viewer.get("/audit")
    assert "<!doctype html>" not in fragment.text
    for html in (page.text, fragment.text):
        assert "changed the lead of the team" in html
        assert "Lea Example" in html
        assert "Payments" in html


def test_it_tells_who_did_what_to_what_and_when_in_the_viewers_zone(audit: AuditSite) -> None:
    numbers = audit.record_day()
    html = audit.as_(ADMIN).get("/audit").text
    assert listed(html)[:3] == list(reversed(numbers))
    assert "24 Nov 2026, 13:00:00" in html
    assert "3 hr ago" in html
    assert "Europe/Berlin" in html
    assert "Refused" in html
    assert "Ann Example" in html


def test_one_event_opens_to_what_was_before_and_after(audit: AuditSite) -> None:
    first = audit.record_day()[0]
    html = audit.as_(ADMIN).get(f"/audit/{first}").text
    assert "<del>Lea Example</del>" in html
    assert "<ins>Bo Example</ins>" in html
    assert "request-1" in html
    assert f"audit-log?ac.filter=event%3D{first}" in html


def test_an_event_tells_ids_by_name_seconds_as_time_and_of_lists_what_differs(audit: AuditSite) -> None:
    lead = audit.teams.arrange(lambda scene: scene.roles(audit.team)[0])
    days = [[f"2026-05-{day:02d}", "whole", "", "vacation"] for day in range(1, 9)]
    member, calendar, scheme, worklog, closing = audit.record(
        draft(
            Action.MEMBER_CHANGED,
            LEAD,
            ANN,
            team_id=audit.team.id,
            before={"roles": [], "left": None},
            after={"roles": [lead.id], "left": "2026-12-31"},
        ),
        draft(Action.CALENDAR_CHANGED, LEAD, "c1", before={"days": days[:7]}, after={"days": days[1:]}),
        draft(Action.SCHEME_CHANGED, before={"weekdays": [28800] * 2}, after={"weekdays": [28800, 3600]}),
        draft(
            Action.WORKLOG_CHANGED, object_id="9", before={"issue": 5, "seconds": 60}, after={"seconds": 5400}
        ),
        draft(
            Action.PERIOD_CLOSED,
            object_id="record-1",
            team_id=audit.team.id,
            after={"first": "2026-10-01", "last": "2026-10-31", "capacity": 3600},
        ),
    )
    viewer = audit.as_(ADMIN)
    assert "<ins>Team Lead</ins>" in viewer.get(f"/audit/{member}").text
    text = viewer.get(f"/audit/{calendar}").text
    assert "<del>1 May 2026, whole day, Vacation</del>" in text
    assert "<ins>8 May 2026, whole day, Vacation</ins>" in text
    assert "2 May 2026" not in text
    assert "<ins>8:00, 1:00</ins>" in viewer.get(f"/audit/{scheme}").text
    assert "<ins>1:30</ins>" in viewer.get(f"/audit/{worklog}").text
    audit.record(draft(Action.ROLE_CHANGED, LEAD, lead.id, team_id=audit.team.id, after={"permissions": []}))
    listing = viewer.get("/audit").text
    assert f'title="{lead.name}"' in listing
    assert "0:01 → 1:30" in listing
    assert "Issue 5" in listing
    assert "October 2026" in listing
    assert "<ins>1:00</ins>" in viewer.get(f"/audit/{closing}").text


def test_an_event_calls_settings_and_choices_as_the_screens_do(audit: AuditSite) -> None:
    audit.teams.directory.members["finance"] = []
    everybody, some = {"whom": "everybody", "groups": [], "people": []}, {"whom": "some", "people": []}
    grants, role, settings, scope, refused = audit.record(
        draft(
            Action.PERMISSION_CHANGED,
            before={"timesheet": everybody},
            after={"timesheet": {**some, "groups": ["finance"]}},
        ),
        draft(Action.ROLE_CHANGED, LEAD, "r", team_id=audit.team.id, after={"permissions": ["view-hours"]}),
        draft(Action.SETTING_CHANGED, before={"week_start": "locale"}, after={"week_start": "0"}),
        draft(Action.TEAM_CHANGED, LEAD, audit.team.id, team_id=audit.team.id, after={"projects": [1]}),
        draft(Action.ACCESS_REFUSED, outcome=Outcome.REFUSED, after={"layer": "team", "status": 403}),
    )
    viewer = audit.as_(ADMIN)
    text = viewer.get(f"/audit/{grants}").text
    assert '<th scope="row">My Timesheet</th>' in text
    assert "<del>Everybody</del>" in text
    assert "<ins>Groups: Finance</ins>" in text
    assert "<ins>View hours</ins>" in viewer.get(f"/audit/{role}").text
    text = viewer.get(f"/audit/{settings}").text
    assert "<del>Each person’s own locale</del>" in text
    assert "<ins>Monday</ins>" in text
    assert "<ins>Payments (PAY)</ins>" in viewer.get(f"/audit/{scope}").text
    text = viewer.get(f"/audit/{refused}").text
    assert "<ins>the team’s roles</ins>" in text
    assert "<ins>403</ins>" in text


CLAIMS = ("aud", "exp", "iat", "iss", "nbf", "qsh", "sub")
REASONS = re.compile(r'reason=f?"([a-z-]+)(?:{name})?"')
# Only these read the token of a known site. Expired ones raise no alarm; only calls without a site have a short key.
READING_TOKENS = ("adapters/connect/tokens.py", "services/site/authentication.py")
NO_ALARM = {"expired", "short-key", "unknown-site", "anonymous"} | {
    "session-not-taken",
    "context-not-taken",
    "qsh-in-session",
}


def test_an_alarm_says_in_words_why_tokens_were_refused(audit: AuditSite) -> None:
    sources = [(ROOT / "timesheet" / name).read_text(encoding="utf-8") for name in READING_TOKENS]
    raised = {code for source in sources for code in REASONS.findall(source)} - NO_ALARM
    codes = {*raised, "other-client-key"} - {"type-of-"} | {f"type-of-{claim}" for claim in CLAIMS}
    assert len(codes) > len(CLAIMS) + 6
    events = audit.record(
        *(draft(Action.SECURITY_REFUSED_TOKENS, LEAD, "s", after={"reason": code}) for code in sorted(codes))
    )
    for code, event in zip(sorted(codes), events, strict=True):
        [text] = re.findall("<ins>(.*?)</ins>", audit.as_(ADMIN).get(f"/audit/{event}").text)
        assert text != code


def test_activity_stands_on_its_axis_with_days_under_it(audit: AuditSite) -> None:
    audit.record_day()
    html = (
        audit.as_(ADMIN)
        .get("/audit", view="activity", time="range", first="2026-11-20", last="2026-11-24")
        .text
    )
    assert 'preserveAspectRatio="none"' in html
    assert "<span>Fri 20 Nov</span><span>Tue 24 Nov</span>" in html
    assert re.search(r": (\d+) events, at most \1 a day", html)


def test_a_link_to_one_event_opens_it(audit: AuditSite) -> None:
    first, second, _ = audit.record_day()
    page = audit.as_(ADMIN).site.load("/audit", {"filter": f"event={second}"})
    assert listed(page.text)[:2] == [second, first]
    assert f'id="d{second}"' in page.text
    assert "1 Dec 2026" in page.text


def test_a_link_to_an_event_that_is_gone_says_so(audit: AuditSite) -> None:
    audit.record_day()
    assert "Event 999 does not exist" in audit.as_(ADMIN).get("/audit", event=999).text
    assert audit.as_(ADMIN).get("/audit/999").status_code == 404


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
def test_filters_narrow_the_list_and_stand_there_as_chips(
    audit: AuditSite, chosen: dict[str, str], places: list[int]
) -> None:
    numbers = audit.record_day()
    html = audit.as_(ADMIN).get("/audit", **chosen).text
    assert [number for number in listed(html) if number in numbers] == [numbers[place] for place in places]
    assert html.count('class="chip-remove"') == len(chosen.keys() - {"alone", "first", "last"})
    assert ("No event matches" in html) == (not places)


WORKLOGS = (
    draft(Action.WORKLOG_CREATED, ANN, "1", after={"issue": 5, "day": "2026-06-28", "seconds": 3600}),
    draft(
        Action.WORKLOG_CHANGED,
        LEAD,
        "2",
        people=frozenset({ANN}),
        before={"issue": 5, "day": "2026-06-28", "seconds": 3600},
        after={"issue": 5, "day": "2026-07-02", "seconds": 5400},
    ),
    draft(Action.WORKLOG_DELETED, LEAD, "3", before={"issue": 5, "day": "2026-07-03", "seconds": 60}),
)


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
        assert re.findall(r'class="chip"><span>([^<]+)</span>', html) == chips
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


def test_a_file_for_spreadsheets_has_columns_for_whose_time_and_its_work_date(audit: AuditSite) -> None:
    other, changed, _ = audit.record_day()
    numbers = audit.record(*WORKLOGS)
    head, *rows = csv.reader(StringIO(audit.as_(ADMIN).get("/audit/file/csv").text))
    cells = {int(row[0]): dict(zip(head, row, strict=True)) for row in rows}
    columns = ("Whose time id", "Whose time", "Work date before", "Work date")
    assert [tuple(cells[number][name] for name in columns) for number in numbers] == [
        (ANN, "Ann Example", "", "2026-06-28"),
        (ANN, "Ann Example", "2026-06-28", "2026-07-02"),
        (LEAD, "Lea Example", "2026-07-03", ""),
    ]
    assert {cells[number][name] for number in (other, changed) for name in columns} == {""}
    head, *own = csv.reader(StringIO(audit.as_(ANN).get("/history/file/csv", kind="worklog").text))
    shown = [dict(zip(head, row, strict=True)) for row in own]
    assert [(row["Event"], row["Whose time"]) for row in shown] == [
        (str(number), "Ann Example") for number in (numbers[1], numbers[0])
    ]


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


def test_more_comes_below_by_number_until_there_is_no_more(audit: AuditSite) -> None:
    numbers = audit.record(*(draft(Action.SETTING_CHANGED, LEAD) for _ in range(230)))
    viewer = audit.as_(ADMIN)
    first = viewer.get("/audit", action="setting.changed").text
    assert listed(first) == list(reversed(numbers))[:100]
    assert 'hx-trigger="click, revealed"' in first
    second = viewer.site.client.get(next_address(first), headers=viewer.headers).text
    assert listed(second) == list(reversed(numbers))[100:200]
    assert "100 more events, 200 shown." in second
    third = viewer.site.client.get(next_address(second), headers=viewer.headers).text
    assert listed(third) == list(reversed(numbers))[200:]
    assert "230 events, no others" in third
    assert "load-more" not in third


def test_after_many_rows_more_is_asked_for_instead_of_coming_by_itself(audit: AuditSite) -> None:
    audit.record(*(draft(Action.SETTING_CHANGED, LEAD) for _ in range(102)))
    viewer = audit.as_(ADMIN)
    newest = listed(viewer.get("/audit").text)[0]
    html = viewer.get("/audit/more", before=newest + 1, shown=400).text
    assert 'hx-trigger="click"' in html


def test_a_look_that_finds_nothing_says_how_far_back_it_came_and_goes_on_by_itself(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = audit.record(draft(Action.SETTING_CHANGED, outcome=Outcome.REFUSED))[0]
    for number in range(1, 31):
        audit.record(
            draft(Action.SETTING_CHANGED, minutes=number, team_id="team"),
            draft(Action.LABEL_CHANGED, minutes=number, outcome=Outcome.REFUSED, team_id="team"),
        )
    for bound in ("TESTED", "PASSED", "GLANCED"):
        monkeypatch.setattr(audit_find, bound, 10)
    viewer = audit.as_(ADMIN)
    for alone, found, end in (
        ("", [old], "1 more event, 1 shown."),
        ("team", [], "0 events, no others."),
    ):
        html = viewer.get("/audit", action="setting", outcome="refused", team=alone).text
        assert listed(html) == []
        looks = 1
        while "load-more" in html:
            assert "nothing found so far" in html
            assert "No event matches" not in html
            assert 'hx-trigger="click, revealed"' in html
            html = viewer.site.client.get(next_address(html), headers=viewer.headers).text
            looks += 1
        assert (listed(html), end in html) == (found, True)
        assert ("<b>No event matches.</b>" in html) == (not found)
        assert looks > 2


def test_activity_is_counted_a_look_at_a_time_and_goes_on_by_itself(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record(*(draft(Action.SETTING_CHANGED, minutes=number) for number in range(30)))
    chosen = {"view": "activity", "action": "setting", "time": "30d"}
    viewer = audit.as_(ADMIN)
    whole = viewer.get("/audit", **chosen).text
    assert "activity-on" not in whole
    monkeypatch.setattr(audit_find, "COUNTED", 7)
    monkeypatch.setattr(audit_page, "DAYS_AT_ONCE", 20)
    html = viewer.get("/audit", **chosen).text
    assert ": 7 events, at most 7 a day, counted so far …" in html
    on, looks = sent_on(html), 1
    assert on is not None
    sent = json.loads(on["values"])
    while on is not None:
        html = viewer.site.client.post(
            on["address"], data=json.loads(on["values"]), headers=viewer.headers
        ).text
        on, looks = sent_on(html), looks + 1
    assert looks == 6
    assert html.strip() == figures(whole)
    address = "/audit/activity?time=30d&action=setting"
    for wrong in ({"whole": "x"}, {"whole": "31"}, {"counts": "1,2,3"}, {"before": "-"}, {"counts": ""}):
        assert viewer.post(address, **{**sent, **wrong}).status_code == 422


def sent_on(html: str) -> Mapping[str, str] | None:
    """Return the request that continues an unfinished chart."""
    found = re.search(r'id="activity-on" hx-post="([^"]+)" hx-vals=\'([^\']+)\'', html)
    return {"address": unescape(found[1]), "values": found[2]} if found else None


def figures(html: str) -> str:
    """Return the chart and its table."""
    return html[html.index('<div class="scroll summary"') : html.index("<footer")].strip()


@pytest.mark.parametrize("name", ["before", "shown"])
def test_a_list_that_lost_its_place_says_so(audit: AuditSite, name: str) -> None:
    values = {"before": "9", "shown": "0"} | {name: "x"}
    answer = audit.as_(ADMIN).get("/audit/more", **values)
    assert answer.status_code == 422
    assert "out of date" in answer.text


def test_names_of_everybody_are_read_in_one_go(audit: AuditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record(*(draft(Action.MEMBER_ADDED, LEAD, f"person-{number}") for number in range(50)))
    asked: list[int] = []
    directory = audit.teams.directory

    def read(ids: Sequence[str]) -> Mapping[str, Person]:
        asked.append(len(ids))
        return {}

    monkeypatch.setattr(directory, "read_people", read)
    audit.as_(ADMIN).get("/audit")
    assert len(asked) == 1


def test_ids_stand_in_where_jira_does_not_tell_names(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record_day()

    def refuse(ids: object) -> None:
        raise JiraUnavailable("Jira did not answer.")

    monkeypatch.setattr(audit.teams.directory, "read_people", refuse)
    html = audit.as_(ADMIN).get("/audit").text
    assert "Jira did not answer. Ids are shown where names could not be read" in html
    assert LEAD in html


def test_former_users_are_told_apart_and_not_named(audit: AuditSite) -> None:
    audit.record_day()
    with audit.teams.app.app_context():
        deps = audit.teams.app.extensions["timesheet"]
        deps.operation.transaction.enter(audit.teams.site.client_key)
        deps.audit.audit_of(audit.teams.site.client_key).forget(BO)
        deps.operation.transaction.commit()
    html = audit.as_(ADMIN).get("/audit", outcome="refused").text
    assert re.search(r"Former user [0-9a-f]{4}", html)
    assert "Bo Example" not in html


def test_the_activity_of_each_day_is_drawn_and_listed(audit: AuditSite) -> None:
    numbers = audit.record_day()
    html = audit.as_(ADMIN).get("/audit", view="activity", action="access.refused").text
    assert "<svg" in html
    assert ">1</td>" in html
    assert "1 event" in html
    assert "time=range&amp;first=2026-11-24&amp;last=2026-11-24" in html
    assert listed(html) == []
    long = audit.as_(ADMIN).get(
        "/audit", view="activity", time="range", first="2020-01-01", last="2026-11-24"
    )
    assert long.text.count('<th scope="row">') == 366 + 1
    assert numbers


@pytest.mark.parametrize("path", OF_AUDITORS)
def test_who_is_no_auditor_reads_what_is_missing(audit: AuditSite, path: str) -> None:
    audit.record_day()
    answer = audit.as_(LEAD).get(path)
    assert answer.status_code == 403
    assert "“Auditors”" in answer.text
    assert audit.as_(LEAD).post("/audit/chain").status_code == 403


@pytest.mark.parametrize("path", OF_AUDITORS)
def test_where_the_module_is_limited_an_auditor_outside_is_kept_out(audit: AuditSite, path: str) -> None:
    def limit(scene: object) -> None:
        store = scene.stores.permissions  # type: ignore[attr-defined]
        permissions = store.read()
        modules = {Module.AUDIT: Grant(Whom.SOME, frozenset({"revision"}))}
        store.save(SitePermissions(modules, permissions.permissions, permissions.version))

    audit.teams.arrange(limit)
    answer = audit.as_(ADMIN).get(path)
    assert answer.status_code == 403
    assert "Audit log is limited to some people" in answer.text
    assert audit.as_(ADMIN).get("/history").status_code == 200


def test_everybody_reads_what_concerns_him_and_no_more(audit: AuditSite) -> None:
    lead_changed, added, refused = audit.record_day()
    mine = audit.as_(ANN).get("/history")
    assert mine.status_code == 200
    assert "My history" in mine.text
    assert added in listed(mine.text)
    assert not {lead_changed, refused} & set(listed(mine.text))
    assert audit.as_(ANN).get(f"/history/{added}").status_code == 200
    assert audit.as_(ANN).get(f"/history/{refused}").status_code == 404
    assert refused in listed(audit.as_(BO).get("/history").text)
    assert listed(audit.as_(OUT).get("/history").text) == []
    assert "Nothing has happened yet" in audit.as_(OUT).get("/history").text
    assert refused not in listed(audit.as_(ANN).get("/history", person=BO).text)


def test_ones_own_history_tells_no_names_of_others(audit: AuditSite) -> None:
    people = {"people": [PersonId(ANN), PersonId(BO)]}
    [number] = audit.record(draft(Action.LABEL_CHANGED, LEAD, "label-1", after=people))
    html = audit.as_(ANN).get(f"/history/{number}").text
    assert "Ann Example, somebody else" in html
    assert "Bo Example" not in html
    assert "Bo Example" in audit.as_(ADMIN).get(f"/audit/{number}").text


def test_an_auditor_gets_from_one_to_the_other_and_others_see_no_way(audit: AuditSite) -> None:
    assert 'id="to-log"' in audit.as_(ADMIN).get("/history").text
    assert "/audit-log" in audit.as_(ADMIN).get("/teams").text
    plain = audit.as_(ANN).get("/history").text
    assert 'id="to-log"' not in plain
    assert 'id="chain' not in plain
    assert "/my-history" in audit.as_(ANN).get("/teams").text
    assert "/audit-log" not in audit.as_(ANN).get("/teams").text


def test_the_chain_is_checked_on_demand_and_says_what_was_looked_at(audit: AuditSite) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    assert "Checking the chain" in viewer.get("/audit").text
    html = viewer.get("/audit/chain").text
    assert "Chain intact" in html
    assert re.search(r"signed up to event \d+ on 24 Nov 2026, 14:30:00", html)
    assert re.search(r"all \d+ events", html)
    assert "16:00" in html
    assert "Chain intact" in viewer.get("/audit").text
    assert "Chain intact" in viewer.get("/audit/chain", fresh=1).text
    whole = viewer.post("/audit/chain").text
    assert re.search(r"all \d+ events", whole)
    assert viewer.post("/audit/chain", start="x").status_code == 422
    assert viewer.post("/audit/chain", start="77").status_code == 404


def test_a_long_chain_is_checked_in_stretches_that_go_on_by_themselves(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    audit.record_day()
    signed = audit.sign(settings.signing_key)
    newest = audit.record_day()[-1]
    monkeypatch.setattr(audit_view, "IN_ONE_GO", newest - 3)
    viewer = audit.as_(ADMIN)
    recent = viewer.get("/audit/chain").text
    assert f"events {signed + 1} to {newest}, since the signed checkpoint of 24 Nov 2026, 16:00:00" in recent
    assert "Check the whole chain" in recent
    first = viewer.post("/audit/chain").text
    assert "No error found so far" in first
    assert "Chain intact" not in first
    values = re.search(r"hx-vals='([^']+)'", first)
    assert values is not None
    assert json.loads(values[1]) == {"start": signed, "first": 1}
    last = viewer.post("/audit/chain", **json.loads(values[1])).text
    assert f"all {newest} events" in last
    assert "Check the whole chain" not in last


def test_a_long_chain_without_checkpoints_is_checked_as_far_as_one_can_wait(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = audit.record_day()[-1]
    monkeypatch.setattr(audit_view, "IN_ONE_GO", 2)
    html = audit.as_(ADMIN).get("/audit/chain").text
    assert f"events 1 to 2 of {newest}; no signed checkpoint to start from" in html
    assert "No error found so far" in html


def test_a_worklog_says_whose_time_it_is_and_strikes_through_what_changed_alone(audit: AuditSite) -> None:
    same = {"issue": 1, "day": "2026-11-23"}
    [own, other] = audit.record(
        *(
            draft(
                Action.WORKLOG_CHANGED,
                LEAD,
                "77",
                people=frozenset({account}),
                before={**same, "seconds": 3600},
                after={**same, "seconds": 7200},
            )
            for account in (LEAD, BO)
        )
    )
    html = audit.as_(ADMIN).get("/audit").text
    assert html.count('<span class="whose">of Bo Example</span>') == 1
    detail = audit.as_(ADMIN).get(f"/audit/{other}").text
    assert "<dt>Whose time</dt><dd>Bo Example</dd>" in detail
    assert detail.count("<del>") == detail.count("<ins>") == 1
    assert "23 Nov 2026" in detail
    assert "<dt>Whose time</dt><dd>Lea Example</dd>" in audit.as_(ADMIN).get(f"/audit/{own}").text


def test_what_is_not_signed_is_never_called_intact(audit: AuditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = audit.record_day()[-1]
    for found, said in (
        (Verdict(1, newest), "none of it is signed"),
        (
            Verdict(1, newest, signed=newest - 1, signed_at=NOW),
            f"signed up to event {newest - 1} on 24 Nov 2026",
        ),
    ):
        monkeypatch.setattr(DbAuditStore, "verify", lambda *_, found=found: found)
        for html in (
            audit.as_(ADMIN).get("/audit/chain", fresh=1).text,
            audit.as_(ADMIN).post("/audit/chain").text,
        ):
            assert "Chain not signed throughout" in html
            assert said in html
            assert "intact" not in html


def test_auditors_get_the_key_and_the_verifier_with_which_an_export_is_checked(
    audit: AuditSite, tmp_path: Path, settings: Settings
) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    assert "What the proof shows" in viewer.get("/audit").text
    for name, file in (("proof", "events.jsonl"), ("key", "key.pem"), ("verifier", "verify.py")):
        (tmp_path / file).write_bytes(viewer.get(f"/audit/file/{name}").data)
    assert (tmp_path / "key.pem").read_text() == AuditKey(settings.signing_key).public_pem
    checked = subprocess.run(
        [sys.executable, "verify.py", "events.jsonl", "--key", "key.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout[:7]) == (0, "intact:")
    for name in ("key", "verifier"):
        assert audit.as_(BO).get(f"/audit/file/{name}").status_code == 403
        assert audit.as_(BO).get(f"/history/file/{name}").status_code == 404


def test_a_broken_chain_says_where_and_what(audit: AuditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record_day()
    monkeypatch.setattr(DbAuditStore, "verify", lambda *_: Verdict(1, 9, 4, "It is missing."))
    html = audit.as_(ADMIN).get("/audit/chain").text
    assert "Chain broken at event 4" in html
    assert "It is missing." in html
    assert "broken" in html


def test_a_chain_written_anew_and_signed_with_another_key_is_told_from_an_intact_one(
    audit: AuditSite, app: Flask, settings: Settings
) -> None:
    audit.record_day()
    audit.sign(settings.signing_key)
    stranger = audit.write_anew("a key of whoever owns the database")
    for html in (audit.as_(ADMIN).get("/audit/chain").text, audit.as_(ADMIN).post("/audit/chain").text):
        assert "Chain signed by an unknown key" in html
        assert "Chain intact" not in html
        assert f"key id {stranger}." in html
        assert 'class="chain broken"' in html
    text = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert text.exit_code == 1
    assert "signed by an unknown key." in text.output
    assert stranger in text.output


def test_a_chain_whose_beginning_was_dropped_says_so(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = audit.record_day()[-1]
    found = Verdict(3, newest, signed=newest, signed_at=NOW)
    monkeypatch.setattr(DbAuditStore, "verify", lambda *_: found)
    html = audit.as_(ADMIN).get("/audit/chain").text
    assert f"events 3 to {newest}; earlier ones were deleted by this site’s retention" in html


def test_t45_a_file_for_spreadsheets_runs_no_formula_and_names_its_zone(audit: AuditSite) -> None:
    evil = '=HYPERLINK("http://x")'
    audit.record(draft(Action.CALENDAR_CREATED, LEAD, "cal-1", after={"name": evil}))
    numbers = audit.record_day()
    answer = audit.as_(ADMIN).get("/audit/file/csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert 'filename="Audit-log-2026-11-24.csv"' in answer.headers["Content-Disposition"]
    head, *rows = csv.reader(StringIO(answer.text))
    assert "Time (Europe/Berlin)" in head
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    text = next(row for row in cells if row["Event"] == str(numbers[0]))
    assert text["Time (Europe/Berlin)"] == "2026-11-24 13:00:00+01:00"
    assert text["Person"] == "Lea Example"
    assert json.loads(text["After"]) == {"lead": BO}
    named = next(row for row in cells if row["Object id"] == "cal-1")
    assert named["Name"] == f"'{evil}"
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row if cell)


def test_a_file_may_begin_with_a_byte_order_mark_and_holds_the_choice_alone(audit: AuditSite) -> None:
    numbers = audit.record_day()
    answer = audit.as_(ADMIN).get("/audit/file/csv", mark=1, outcome="refused")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(StringIO(answer.text.removeprefix("\ufeff")))
    assert [row[0] for row in rows] == [str(numbers[2])]
    assert len(head) == len(rows[0])


def test_a_file_with_the_proof_is_one_json_a_line(audit: AuditSite) -> None:
    audit.record_day()
    answer = audit.as_(ADMIN).get("/audit/file/proof")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "format" in lines[0]
    assert sum("event" in line for line in lines) >= 3
    assert 'filename="Audit-log-2026-11-24.jsonl"' in answer.headers["Content-Disposition"]


def test_taking_a_file_is_an_event_of_its_own(audit: AuditSite) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    before = viewer.get("/audit/file/csv", outcome="refused", person=BO)
    assert "audit.exported" not in before.text
    html = viewer.get("/audit", action="audit.exported").text
    [number] = listed(html)
    detail = viewer.get(f"/audit/{number}").text
    assert "csv" in detail
    assert "refused" in detail
    assert "Bo Example" in detail


def test_ones_own_history_is_a_file_too_and_only_ones_own(audit: AuditSite) -> None:
    numbers = audit.record_day()
    rows = list(csv.reader(StringIO(audit.as_(ANN).get("/history/file/csv").text)))[1:]
    found = {int(row[0]) for row in rows}
    assert numbers[1] in found
    assert not {numbers[0], numbers[2]} & found


def test_another_site_has_nothing_of_it(
    app: Flask, audit: AuditSite, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    numbers = audit.record_day()
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_audit_site(app, other, clock).as_(ADMIN)
    found = stranger.get("/audit", action="access.refused").text
    assert listed(found) == []
    assert stranger.get(f"/audit/{max(numbers) + 500}").status_code == 404
    assert "Manage this team" not in stranger.get("/audit/file/csv").text
    assert audit.team.id not in stranger.get("/audit/file/proof").text


def test_what_ended_in_a_refusal_is_marked_by_more_than_colour(audit: AuditSite) -> None:
    [number] = audit.record(draft(Action.TEAM_DELETED, BO, audit.team.id, outcome=Outcome.REFUSED))
    html = audit.as_(ADMIN).get("/audit", outcome="refused").text
    assert number in listed(html)
    assert "icon-lock" in html


def test_a_file_is_in_the_language_of_its_reader_to_the_last_line_and_keeps_the_codes(
    audit: AuditSite,
) -> None:
    audit.record(*(draft(Action.TEAM_CREATED, minutes=number) for number in (1, 2)))
    audit.read_in(ADMIN, "en_XA")
    rows = list(csv.reader(StringIO(audit.as_(ADMIN).get("/audit/file/csv").text)))
    assert all(head.startswith("[") for head in rows[0])
    made = [row for row in rows if row[5] == "team.created"]
    assert {(row[6], row[16], row[-1]) for row in made} == {("[çŕéåţéð ţĥé ţéåm······]", "done", "en-XA")}


def test_an_event_is_shown_in_the_language_of_its_reader(audit: AuditSite) -> None:
    values = {"permission": "Manage this team", "length": "monthly", "a_later_key": "as it is"}
    [number] = audit.record(draft(Action.ACCESS_REFUSED, outcome=Outcome.REFUSED, after=values))
    audit.read_in(ADMIN, "en_XA")
    html = audit.as_(ADMIN).get(f"/audit/{number}").text
    assert "[Ṁåñåĝé ţĥîš ţéåm" in html
    assert "[möñţĥļý" in html
    assert "A later key" in html
    listed_log = audit.as_(ADMIN).get("/audit").text
    assert "[ŵåš ŕéfûšéð åççéšš ţö" in listed_log
    assert "was refused access to" not in listed_log


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_name_for_the_filter(action: Action) -> None:
    names = ACTION_NAMES[action], TOPIC_NAMES[action.partition(".")[0]]
    assert set(TOPIC_NAMES) == {one.partition(".")[0] for one in Action}
    assert list(ACTION_NAMES.values()).count(names[0]) == list(TOPIC_NAMES.values()).count(names[1]) == 1
    for name in names:
        assert isinstance(name, Message)
        assert name[:1].isupper()
        assert not re.search(r"[_.]|burst|cross site|legend|trimmed", name)


@pytest.mark.parametrize(
    "damage", ["outcome = 'x'", "details = '" + "[" * 3000 + "'"], ids=["outcome", "nested"]
)
def test_a_damaged_event_hides_no_other_and_is_named(app: Flask, audit: AuditSite, damage: str) -> None:
    first, damaged, last = audit.record_day()
    tamper(app, f"UPDATE audit_event SET {damage} WHERE seq = {damaged}")
    auditor = audit.as_(ADMIN)
    page = auditor.get("/audit")
    assert page.status_code == 200
    assert {first, damaged, last} <= set(listed(page.text))
    assert page.text.count("This event cannot be read.") == 1
    assert f"Event {damaged}: " in unescape(page.text)
    linked = auditor.get("/audit", event=str(damaged))
    assert "event-missing" not in linked.text
    assert listed(linked.text)[0] == damaged
    detail = auditor.get(f"/audit/{damaged}")
    assert detail.status_code == 404
    assert "This event cannot be read." in detail.text
    for query in (
        {"text": "request-1"},
        {"worked_from": "2026-01-01"},
        {"person": ANN},
        {"view": "activity"},
    ):
        assert auditor.get("/audit", **query).status_code == 200, query
    rows = {row[0]: row for row in csv.reader(StringIO(auditor.get("/audit/file/csv").text))}
    assert "This event cannot be read." in rows[str(damaged)]
    assert str(first) in rows
    assert len({len(row) for row in rows.values()}) == 1
    own = audit.as_(ANN).get("/history")
    assert damaged in listed(own.text)
    for query in ({}, {"team": audit.team.id}):
        proof = auditor.get("/audit/file/proof", **query).text.splitlines()
        assert "export" in json.loads(proof[-1]), query
