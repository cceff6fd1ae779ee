"""One event of the audit log: its details, its settings before and after, its names and words."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from html import unescape
from io import StringIO
from typing import Any

import pytest
from flask import Flask

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD
from tests.web.support.audit_site import NOW, AuditSite, draft, listed
from tests.web.support.tampering import tamper
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Outcome, PersonId
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from tools.project import ROOT


def test_one_event_opens_to_what_was_before_and_after(audit: AuditSite) -> None:
    first = audit.record_day()[0]
    html = audit.as_(ADMIN).get(f"/audit/{first}").text
    assert "<del>Lea Example</del>" in html
    assert "<ins>Bo Example</ins>" in html
    assert "request-1" in html
    assert f"audit-log?ac.filter=event%3D{first}" in html


def test_a_setting_that_earlier_versions_spelled_in_another_way_has_its_name(audit: AuditSite) -> None:
    before, now = audit.record(
        draft(Action.LEGEND_CHANGED, ADMIN, before={"colour": "lime"}, after={"colour": "red"}),
        draft(Action.LEGEND_CHANGED, ADMIN, before={"color": "lime"}, after={"color": "red"}),
    )
    for event in (before, now):
        assert '<th scope="row">Color</th>' in audit.as_(ADMIN).get(f"/audit/{event}").text


def test_an_event_shows_ids_by_name_seconds_as_time_and_of_lists_what_differs(audit: AuditSite) -> None:
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
        draft(Action.SCHEME_CHANGED, before={"weekdays": [28800] * 2}, after={"weekdays": [28820, 3600]}),
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
    assert "<ins>8:00:20, 1:00</ins>" in viewer.get(f"/audit/{scheme}").text
    assert "<ins>1:30</ins>" in viewer.get(f"/audit/{worklog}").text
    jql = {"jql": ["assignee in (", PersonId(BO), ", ", PersonId(ANN), ")"]}
    [scope] = audit.record(draft(Action.TEAM_CHANGED, LEAD, "t", before={"jql": "assignee = x"}, after=jql))
    text = viewer.get(f"/audit/{scope}").text
    assert "<del>assignee = x</del>" in text
    assert "<ins>assignee in (Bo Example, Ann Example)</ins>" in text
    assert (
        "<ins>assignee in (Somebody else, Ann Example)</ins>" in audit.as_(ANN).get(f"/history/{scope}").text
    )
    audit.record(draft(Action.ROLE_CHANGED, LEAD, lead.id, team_id=audit.team.id, after={"permissions": []}))
    listing = viewer.get("/audit").text
    assert f'title="{lead.name}"' in listing
    assert "0:01 → 1:30" in listing
    assert "Issue 5" in listing
    assert "October 2026" in listing
    assert "<ins>1:00</ins>" in viewer.get(f"/audit/{closing}").text


def test_a_late_change_names_the_days_of_its_closing(audit: AuditSite) -> None:
    october = DateSpan(date(2026, 10, 1), date(2026, 10, 31))
    closing = ClosingRecord("b" * 32, audit.team.id, october, LEAD, NOW, (), {})
    audit.teams.arrange(lambda scene: scene.stores.periods.add_record(closing))
    late = {"whose": PersonId(BO), "changed_by": PersonId(LEAD), "worklog": 9, "what": "changed"}
    about: dict[str, Any] = {"people": frozenset({BO, LEAD}), "team_id": audit.team.id, "after": late}
    found, _ = audit.record(
        draft(Action.PERIOD_LATE_CHANGE_FOUND, "", closing.id, **about),
        draft(Action.PERIOD_LATE_CHANGE_FOUND, "", "c" * 32, **about),
    )
    listing = audit.as_(ADMIN).get("/audit").text
    assert "October 2026" in listing
    assert "bbbbbbbb…" not in listing
    assert "cccccccc…" in listing
    shown = audit.as_(ADMIN).get(f"/audit/{found}").text
    names = re.findall(r'<th scope="row">([^<]+)</th>', shown)
    assert names == ["Changed by", "What", "Whose time", "Worklog"]
    assert re.findall("<ins>([^<]+)</ins>", shown) == ["Lea Example", "changed", "Bo Example", "9"]


def test_an_export_is_listed_with_its_format_and_days(audit: AuditSite) -> None:
    october = {"first": "2026-10-01", "last": "2026-10-31"}
    team: dict[str, Any] = {"object_id": audit.team.id, "team_id": audit.team.id}
    audit.record(
        draft(Action.TIME_EXPORTED, after={"by": "report", "format": "pdf", **october}, **team),
        draft(Action.TIME_EXPORTED, after={"by": "report", "format": "xlsx", **october}, **team),
        draft(Action.TIME_EXPORTED, after={"by": "days", **october, "last": "2026-11-05"}, **team),
        draft(Action.AUDIT_EXPORTED, after={"format": "jsonl"}),
    )
    listing = audit.as_(ADMIN).get("/audit").text
    assert re.findall('<span class="gist">([^<]+)</span>', listing) == [
        "JSON lines with proof",
        "By day, 1 Oct\u2009–\u20095 Nov 2026",
        "Report, Excel workbook, October 2026",
        "Report, PDF, October 2026",
    ]


def test_an_export_names_its_choice_as_the_filter_does(audit: AuditSite) -> None:
    viewer = audit.as_(ADMIN)
    chosen = {"action": "worklog.created", "kind": "worklog", "outcome": "refused", "alone": "1"}
    one, topic = audit.record(
        draft(Action.AUDIT_EXPORTED, after={"format": "csv", **chosen}),
        draft(Action.AUDIT_EXPORTED, after={"format": "csv", "action": "worklog"}),
    )
    text = viewer.get(f"/audit/{one}").text
    assert re.findall("<ins>([^<]+)</ins>", text) == ["CSV", "Time logged", "Yes", "Worklog", "Refused"]
    assert "<ins>Worklog: all</ins>" in viewer.get(f"/audit/{topic}").text


def test_the_ends_of_a_range_are_side_by_side_and_an_empty_column_is_left_out(audit: AuditSite) -> None:
    values = {"by": "report", "format": "csv", "first": "2026-10-01", "last": "2026-10-31", "own": True}
    created, changed, deleted = audit.record(
        draft(Action.TIME_EXPORTED, after=values),
        draft(Action.MEMBER_CHANGED, LEAD, ANN, before={"left": None}, after={"left": "2026-12-31"}),
        draft(Action.LABEL_DELETED, before={"color": "lime", "name": "Remote"}),
    )
    viewer = audit.as_(ADMIN)
    shown = viewer.get(f"/audit/{created}").text
    rows = re.findall('<th scope="row">([^<]+)</th>', shown)
    assert rows == ["Kind of export", "Format", "First day", "Last day", "Only own time"]
    assert re.findall('<th scope="col">([^<]+)</th>', shown) == ["Setting", "Value"]
    assert ">–<" not in shown
    assert "<ins>CSV</ins>" in shown
    shown = viewer.get(f"/audit/{changed}").text
    assert re.findall('<th scope="col">([^<]+)</th>', shown) == ["Setting", "After"]
    shown = viewer.get(f"/audit/{deleted}").text
    assert re.findall('<th scope="col">([^<]+)</th>', shown) == ["Setting", "Before"]
    assert re.findall('<th scope="row">([^<]+)</th>', shown) == ["Name", "Color"]


def test_settings_that_are_empty_before_and_after_are_left_out(audit: AuditSite) -> None:
    created: dict[str, Any] = {"name": "Support", "description": "", "projects": [], "lead": None}
    [seq] = audit.record(draft(Action.TEAM_CREATED, LEAD, "t", after=created))
    html = audit.as_(ADMIN).get(f"/audit/{seq}").text
    assert re.findall(r'<th scope="row">([^<]+)</th>', html) == ["Name"]


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


def test_former_users_are_distinguished_and_not_named(audit: AuditSite) -> None:
    audit.record_day()
    with audit.teams.app.app_context():
        deps = audit.teams.app.extensions["timesheet"]
        deps.operation.transaction.enter(audit.teams.site.client_key)
        deps.audit.audit_of(audit.teams.site.client_key).forget(BO)
        deps.operation.transaction.commit()
    html = audit.as_(ADMIN).get("/audit", outcome="refused").text
    assert re.search(r"Former user [0-9a-f]{4}", html)
    assert "Bo Example" not in html


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


def test_a_person_with_a_closed_account_is_named_in_the_language_of_the_reader(audit: AuditSite) -> None:
    lead = PersonId("closed-account")
    [number] = audit.record(draft(Action.TEAM_CHANGED, "closed-account", audit.team.id, after={"lead": lead}))
    audit.read_in(ADMIN, "de")
    auditor = audit.as_(ADMIN)
    for text in (
        auditor.get("/audit").text,
        auditor.get(f"/audit/{number}").text,
        auditor.get("/audit/file/csv").text,
    ):
        assert "Ehemaliger Benutzer" in text
        assert "Former user" not in text


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


@pytest.mark.parametrize(
    ("action", "setting", "stored", "shown"),
    [
        (Action.ROLE_CREATED, "name", "Team Member", "Teammitglied"),
        (Action.LEGEND_CHANGED, "title", "Vacation", "Urlaub"),
        (Action.ATTRIBUTE_CHANGED, "name", "Billable", "Abrechenbar"),
        (Action.TEAM_CREATED, "name", "Vacation", "Vacation"),
        (Action.TEAM_CREATED, "name", "2026-05-01", "2026-05-01"),
    ],
)
def test_a_built_in_name_is_in_the_language_of_the_reader(
    audit: AuditSite, action: Action, setting: str, stored: str, shown: str
) -> None:
    [event] = audit.record(draft(action, after={setting: stored}))
    audit.read_in(ADMIN, "de")
    assert f"<ins>{shown}</ins>" in audit.as_(ADMIN).get(f"/audit/{event}").text
