"""A month to sign over HTTP: what the sheet says, who gets whose, and where it is offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.services.support.fake_stores import FakeDirectory
from tests.services.support.scene import MONDAY, OPS, PAY
from tests.web.conftest import JiraSite
from tests.web.report.test_report import HOUR, TEAM
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock
from tests.web.support.team_view import TeamView, forbidden, make_team_view
from timesheet.domain.audit.action import Action
from timesheet.domain.person import Person, former
from timesheet.domain.team.team import TeamPermission
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.site.command import DurationFormat

OWN, MEMBER = "/timesheet/sheet", "/reports/file/sheet"
ANA = {"team": "alpha", "person": "ana", "month": "2026-11"}


@pytest.fixture
def team(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Return a team in which ana logged two hours, and the viewer, who leads it, three."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, MONDAY, 2 * HOUR, author="ana")
    view.viewer.scene.put(OPS, MONDAY, 3 * HOUR)
    return view


def text_of(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(BytesIO(answer.data), strict=True)
    return "\n".join(page.extract_text() for page in reader.pages)


def test_own_month_is_the_current_one_or_another(team: TeamView) -> None:
    answer = team.viewer.get(OWN)
    text = text_of(answer)
    assert "Timesheet of Name of viewer-1, November 2026" in text
    assert "OPS-31 Work on OPS-31 3:00" in text.replace("\n", " ")
    assert "Total 3:00 168:00" in text
    assert "Account id viewer-1" in text
    assert "Work dates In Europe/Berlin" in text
    assert text.count("Date, signature") == 2
    assert "Approved by" in text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Name-of-viewer-1-2026-11.pdf"'
    assert "October 2026" in text_of(team.viewer.get(OWN, month="2026-10"))
    assert team.viewer.get(OWN, month="soon").status_code == 422


def test_a_lead_prints_the_month_of_a_member(team: TeamView) -> None:
    team.viewer.scene.jira.zones_of["ana"] = ZoneInfo("Asia/Tokyo")
    text = text_of(team.viewer.get(MEMBER, **ANA))
    assert "Timesheet of Name of ana, November 2026" in text
    assert "Work dates In Asia/Tokyo" in text
    assert "Team Alpha" in text
    assert "Total 2:00 168:00" in text
    [recorded] = [
        event
        for event in events(team.app, team.viewer.site.client_key)
        if event.action is Action.TIME_EXPORTED
    ]
    assert set(recorded.people) == {"ana"}


def test_t15_a_total_of_rounded_rows_has_the_exact_time_below_it(team: TeamView) -> None:
    team.choose(PersonSettings(duration_format=DurationFormat.DECIMAL))
    for day in range(1, 4):
        team.viewer.scene.put(PAY, MONDAY + timedelta(days=day), 20 * 60)
    text = text_of(team.viewer.get(OWN))
    assert "Total 3.99 168.00" in text
    assert "Exact time 4:00:00" in text
    team.choose(PersonSettings())
    assert "Exact time" not in text_of(team.viewer.get(OWN))


def test_the_members_whose_worklogs_one_sees_are_offered(team: TeamView) -> None:
    dialog = team.viewer.get(f"{MEMBER}/choices", team="alpha", month="2026-11").text
    assert '<option value="ana">Name of ana</option>' in dialog
    assert 'value="2026-11"' in dialog
    team.role("watcher", TeamPermission.VIEW_HOURS)
    team.add("boss", "watcher")
    boss = team.as_person("boss").get(f"{MEMBER}/choices", team="alpha", month="2026-11").text
    assert "ana" not in boss


def test_a_member_whose_account_is_closed_is_offered_last(
    team: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: FakeDirectory, ids: Collection[str]) -> Mapping[str, Person]:
        return {who: former(who) if who == "ana" else Person(who, f"Name of {who}") for who in ids}

    monkeypatch.setattr(FakeDirectory, "read_people", read)
    team.add("zoe")
    dialog = team.viewer.get(f"{MEMBER}/choices", team="alpha", month="2026-11").text
    assert dialog.index(">Name of zoe<") < dialog.index(">Former user<")


def test_the_sheet_is_offered_where_it_can_be_had(team: TeamView) -> None:
    assert "/timesheet/sheet?month=2026-11" in team.viewer.get("/reports").text
    assert "/reports/file/sheet/choices?team=alpha" in team.viewer.get("/reports", **TEAM).text
    assert 'id="sign-month"' in team.viewer.get("/timesheet").text


@pytest.mark.parametrize(
    ("path", "first", "last", "month"),
    [
        ("/timesheet", "2026-11-16", "2026-12-06", "November 2026"),
        ("/timesheet", "2026-10-26", "2026-11-22", "November 2026"),
        ("/timesheet", "2026-09-28", "2026-10-04", "September 2026"),
        ("/reports", "2026-10-26", "2026-11-22", "November 2026"),
        ("/reports", "2026-09-28", "2026-10-04", "September 2026"),
    ],
)
def test_days_of_two_months_offer_the_month_of_today_by_its_name(
    team: TeamView, path: str, first: str, last: str, month: str
) -> None:
    chosen = {"range": "custom"} if path == "/reports" else {"view": "range"}
    page = team.viewer.get(path, **chosen, first=first, last=last).text
    number = {"November 2026": "2026-11", "September 2026": "2026-09"}[month]
    button = page[page.index(f"/timesheet/sheet?month={number}") :]
    assert f"Timesheet to sign: {month} (PDF)" in button[: button.index("</button>")]


def test_a_team_report_over_two_months_offers_the_month_of_today(team: TeamView) -> None:
    chosen = {**TEAM, "range": "custom", "first": "2026-10-26", "last": "2026-11-22"}
    page = team.viewer.get("/reports", **chosen).text
    assert "/reports/file/sheet/choices?team=alpha&amp;month=2026-11" in page


def test_whoever_may_not_see_worklogs_gets_no_sheet(team: TeamView) -> None:
    team.role("watcher", TeamPermission.VIEW_HOURS)
    team.add("boss", "watcher")
    assert forbidden(team.as_person("boss").get(MEMBER, **ANA), "View worklogs")
    assert forbidden(team.as_person("eve").get(MEMBER, **ANA), "View hours")
    plain = team.as_person("ana").get(MEMBER, **{**ANA, "person": "viewer-1"})
    assert forbidden(plain, "View worklogs")
    assert "Refused by the team’s roles." in plain.text
    assert team.viewer.get(MEMBER, **{**ANA, "person": "eve"}).status_code == 404


def test_text_without_a_font_is_named(team: TeamView) -> None:
    scene = team.viewer.scene
    scene.jira.issues[OPS] = replace(scene.jira.issues[OPS], summary="Nachtschicht สวัสดี")
    text = text_of(team.viewer.get(OWN))
    assert "OPS-31 Nachtschicht [Thai]" in text.replace("\n", " ")
    assert "In [brackets]" in text
