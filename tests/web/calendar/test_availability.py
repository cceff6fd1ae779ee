"""Manage availability over HTTP: opening a year, previewing, saving, and what is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from tests.domain.support.leaves import leave_range
from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, TeamScene
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.team_viewer import TeamSite, TeamViewer, make_team_site
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Team, TeamPermission
from timesheet.services.ports.settings import PersonSettings

FRIDAY = {"2026-11-27": [["vacation", "whole"]]}


@pytest.fixture
def teams(app: Flask, site: JiraSite, clock: SettableClock) -> TeamSite:
    return make_team_site(app, site, clock)


@pytest.fixture
def team(teams: TeamSite) -> Team:
    return teams.arrange(lambda scene: scene.team("Payments", LEAD, ANN))


@pytest.fixture
def ann(teams: TeamSite, team: Team) -> TeamViewer:
    return teams.as_(ANN)


def sent(viewer: TeamViewer, changes: object = FRIDAY, **more: object) -> dict[str, object]:
    html = viewer.get("/availability", **{k: v for k, v in more.items() if k != "mark"}).text
    mark = html.split('name="mark" value="')[1].split('"')[0]
    return {"year": 2026, "mark": mark, "changes": json.dumps(changes), **more}


def arrow(html: str, name: str) -> str:
    return html.split(f'id="{name}"')[1].split(">", maxsplit=1)[0]


def cell(html: str, day: str) -> str:
    return html.split(f'id="day-{day}"')[1].split("</td>", maxsplit=1)[0]


def test_the_days_away_of_a_year_are_counted(ann: TeamViewer) -> None:
    assert 'class="days-away"' not in ann.get("/availability", year=2026).text
    changes = FRIDAY | {"2026-11-26": [["sick-leave", "morning"]], "2026-11-28": [["vacation", "whole"]]}
    saved = ann.post("/availability", **sent(ann, changes)).text
    section = saved.split('class="days-away"')[1].split("</section>")[0]
    assert "Working days away in 2026" in section
    assert re.findall(r"\w+[\w ]*: [\d.]+", section) == ["Vacation: 1", "Sick leave: 0.5"]


def test_no_arrow_leads_to_a_year_that_cannot_be_shown(ann: TeamViewer) -> None:
    for year, disabled in ((2026, []), (1971, ["year-before"]), (9998, ["year-after"])):
        html = ann.get("/availability", year=year).text
        assert [name for name in ("year-before", "year-after") if "disabled" in arrow(html, name)] == disabled


def test_a_day_on_which_the_person_does_not_work_is_off(teams: TeamSite, ann: TeamViewer) -> None:
    def work_on_saturdays(scene: TeamScene) -> None:
        day = 8 * 3600
        hours = (0, day, day, day, day, day, 0)
        scheme = scene.stores.schemes.save(WorkloadScheme("tue-sat", "Tuesday to Saturday", hours))
        [(_, member)] = scene.stores.teams.teams_of(ANN)
        scene.stores.teams.save_member(replace(member, schemes=(DatedScheme(None, scheme.id),)))

    def off(day: str) -> bool:
        return " off" in cell(ann.get("/availability", year=2026).text, day).split(">", maxsplit=1)[0]

    monday, saturday = "2026-11-23", "2026-11-28"
    assert [off(monday), off(saturday)] == [False, True]
    teams.arrange(work_on_saturdays)
    assert [off(monday), off(saturday)] == [True, False]


def test_the_page_comes_from_jiras_link_and_a_fragment_for_htmx(ann: TeamViewer) -> None:
    page = ann.site.load("/availability")
    assert page.status_code == 200
    assert "<!doctype html>" in page.text
    fragment = ann.get("/availability", year=2024)
    assert "<!doctype html>" not in fragment.text
    assert fragment.text.count('class="month"') == 12
    assert fragment.text.count("data-day=") == 366


def test_the_year_is_written_as_the_language_does(teams: TeamSite, ann: TeamViewer) -> None:
    with teams.app.app_context():
        deps = teams.app.extensions["timesheet"]
        deps.operation.transaction.enter(teams.site.client_key)
        deps.stores.settings_of(teams.site.client_key).save_person(ANN, PersonSettings(language="ja"))
        deps.operation.transaction.commit()
    html = ann.get("/availability", year=2030).text
    assert 'id="year-number" data-announced>2030年</span>' in html
    assert 'name="year" value="2030"' in html


def test_today_is_that_of_the_viewer_as_in_their_timesheet(
    teams: TeamSite, team: Team, clock: SettableClock
) -> None:
    """At 23:30 UTC, the zone of the site, the next day has begun in Berlin."""
    clock.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    html = teams.as_(ANN).get("/availability").text
    assert [day for day in re.findall(r'id="day-([\d-]+)"', html) if ' now"' in cell(html, day)] == [
        "2027-01-01"
    ]


def test_nothing_is_stored_before_save(ann: TeamViewer) -> None:
    answer = ann.post("/availability/preview", **sent(ann))
    assert answer.status_code == 200
    assert "1 day changes" in answer.text
    assert "work as usual" in answer.text
    assert "<b>Vacation</b>" in answer.text
    assert "168:00" in answer.text
    assert "160:00" in answer.text
    assert "−8:00" in answer.text
    assert 'data-parts=""' in cell(ann.get("/availability").text, "2026-11-27")


def test_the_preview_says_that_closed_periods_keep_their_capacity(
    teams: TeamSite, team: Team, ann: TeamViewer
) -> None:
    kept = "Closed periods keep the capacity that they recorded."
    assert kept not in ann.post("/availability/preview", **sent(ann)).text
    span = DateSpan(date(2026, 11, 27), date(2026, 11, 27))
    record = ClosingRecord("r", team.id, span, LEAD, datetime(2026, 11, 28, tzinfo=UTC), (), {})
    teams.arrange(lambda scene: scene.stores.periods.add_record(record))
    assert kept in ann.post("/availability/preview", **sent(ann)).text


def test_a_saved_year_shows_its_days(ann: TeamViewer) -> None:
    changes = {**FRIDAY, "2026-11-26": [["sick-leave", "morning"], ["vacation", "afternoon"]]}
    answer = ann.post("/availability", **sent(ann, changes))
    assert "The days are saved." in answer.text
    assert "vacation:whole" in cell(answer.text, "2026-11-27")
    assert "sick-leave:morning vacation:afternoon" in cell(answer.text, "2026-11-26")
    cleared = ann.post("/availability", **sent(ann, {"2026-11-27": []}))
    assert 'data-parts=""' in cell(cleared.text, "2026-11-27")


def test_my_timesheet_expects_nothing_on_a_leave(ann: TeamViewer) -> None:
    ann.post("/availability", **sent(ann))
    sheet = ann.get("/timesheet", view="week", day="2026-11-27").text
    assert '<td title="Vacation">V' in sheet
    assert "<b>27 <i class=away>V</i></b>" in sheet
    assert "Friday, 27 November 2026: Vacation" in sheet or "27 November 2026: Vacation" in sheet
    assert "32:00" in sheet


def test_holidays_are_shown_and_not_the_persons_to_change(teams: TeamSite, team: Team) -> None:
    day = NonWorkingDay(date(2026, 12, 24), "<Eve>", "public-holiday", Part.AFTERNOON)

    def arrange(scene: TeamScene) -> None:
        calendar = scene.stores.calendars.save(GlobalCalendar("berlin", "Berlin", (day,)))
        scene.join(team, BO, calendar_id=calendar.id)

    teams.arrange(arrange)
    shown = cell(teams.as_(BO).get("/availability").text, "2026-12-24")
    assert "&lt;Eve&gt; (afternoon)" in shown
    assert 'data-parts=""' in shown
    assert "accent-purple afternoon" in shown
    assert re.search(r'class="day[^"]* leave', shown) is None


def test_a_day_whose_halves_have_different_holidays_is_a_whole_day_off_with_both(
    teams: TeamSite, team: Team
) -> None:
    days = tuple(
        NonWorkingDay(date(2026, 12, 24), name, "public-holiday", part)
        for name, part in (("Feast", Part.MORNING), ("Parade", Part.AFTERNOON))
    )

    def arrange(scene: TeamScene) -> None:
        calendar = scene.stores.calendars.save(GlobalCalendar("berlin", "Berlin", days))
        scene.join(team, BO, calendar_id=calendar.id)

    teams.arrange(arrange)
    shown = cell(teams.as_(BO).get("/availability").text, "2026-12-24")
    assert "24 December 2026, Feast (morning), Parade (afternoon)" in shown
    assert re.search(r'class="day off[^"]* accent-purple"', shown), "not drawn as a half"


def test_a_holiday_keeps_its_color_and_letter_under_a_leave(teams: TeamSite, team: Team) -> None:
    day = date(2026, 12, 24)
    eve = NonWorkingDay(day, "Eve", "public-holiday")

    def arrange(scene: TeamScene) -> None:
        calendar = scene.stores.calendars.save(GlobalCalendar("berlin", "Berlin", (eve,)))
        scene.join(team, BO, calendar_id=calendar.id)
        span = DateSpan(day, day)
        scene.stores.leaves.replace(BO, span, leave_range(BO, span, "vacation"))

    teams.arrange(arrange)
    shown = cell(teams.as_(BO).get("/availability").text, "2026-12-24")
    tag, _, inside = shown.partition(">")
    assert "leave" in tag
    assert "accent-purple" not in tag
    assert re.search(r'<i aria-hidden="true" class="accent-purple" data-letter="\w"></i>', inside)
    assert "Eve" in tag


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("nonsense", "cannot be read"),
        ("[1]", "cannot be read"),
        ('{"2026-02-30": []}', "cannot be read"),
        ('{"2026-11-27": [["vacation"]]}', "cannot be read"),
        ('{"2026-11-27": [["vacation", "most"]]}', "cannot be read"),
        ('{"2026-11-27": [["unclassified", "whole"]]}', "cannot be chosen"),
        ('{"2026-11-27": [["vacation", "whole"], ["vacation", "morning"]]}', "same hours"),
        ('{"2024-11-27": [["vacation", "whole"]]}', "2025 to 2027"),
        ("[" * 5000, "cannot be read"),
    ],
    ids=range(9),
)
def test_what_is_not_a_leave_is_refused_and_said(ann: TeamViewer, changes: str, words: str) -> None:
    form = {**sent(ann), "changes": changes}
    for path in ("/availability/preview", "/availability"):
        answer = ann.post(path, **form)
        assert answer.status_code == 422
        assert words in answer.text
    assert "accent-teal" not in cell(ann.get("/availability").text, "2026-11-27")


@pytest.mark.parametrize("year", ["next", "1", "99999", "12³", "020269", "0019711", "1970", "9999"])
def test_there_are_only_years(ann: TeamViewer, year: str) -> None:
    assert ann.get("/availability", year=year).status_code == 422


@pytest.mark.parametrize("day", ["1971-01-04", "2101-03-01", "9998-12-30"])
def test_each_day_that_a_file_may_contain_can_be_changed(ann: TeamViewer, day: str) -> None:
    year = day[:4]
    answer = ann.post("/availability", **sent(ann, {day: [["vacation", "whole"]]}, year=year))
    assert answer.status_code == 200
    assert "accent-teal" in cell(ann.get("/availability", year=year).text, day)


def test_two_at_once_keep_what_was_marked_and_see_the_other(teams: TeamSite, ann: TeamViewer) -> None:
    old = sent(ann, {"2026-11-26": [["vacation", "whole"]]})
    ann.post("/availability", **sent(ann))
    answer = ann.post("/availability", **old)
    assert answer.status_code == 409
    changes = answer.text.split('name="changes"')[1].split(">")[0]
    assert "2026-11-26" in changes
    assert 'hx-trigger="load, change delay:250ms"' in changes, "what they change is previewed again"
    assert 'hx-trigger="change' in ann.get("/availability").text.split('name="changes"')[1].split(">")[0]
    assert "vacation:whole" in cell(answer.text, "2026-11-27")
    mark = answer.text.split('name="mark" value="')[1].split('"')[0]
    assert ann.post("/availability", **{**old, "mark": mark}).status_code == 200


def test_a_lead_enters_leaves_for_members_and_nobody_else_does(teams: TeamSite, ann: TeamViewer) -> None:
    lead = teams.as_(LEAD)
    page = lead.get("/availability")
    assert f'<option value="{ANN}">Ann Example' in page.text
    assert lead.post("/availability", **sent(lead, person=ANN)).status_code == 200
    assert "vacation:whole" in cell(teams.as_(ANN).get("/availability").text, "2026-11-27")
    bo = teams.as_(BO)
    for answer in (
        bo.get("/availability", person=ANN),
        bo.post("/availability", **{**sent(bo), "person": ANN}),
        bo.post("/availability/preview", **{**sent(bo), "person": ANN}),
    ):
        assert answer.status_code == 403
        assert "Manage this team" in answer.text


def test_a_lead_sees_and_changes_the_days_in_the_team_only(teams: TeamSite, team: Team) -> None:
    only = "You see and change only the days on which this person is in a team that you lead or manage."
    teams.arrange(lambda scene: scene.join(team, BO, left=date(2026, 11, 26)))
    lead, bo = teams.as_(LEAD), teams.as_(BO)
    assert bo.post("/availability", **sent(bo)).status_code == 200
    page = lead.get("/availability", person=BO, year=2026).text
    assert only in page
    assert "vacation" not in cell(page, "2026-11-27")
    for address in ("/availability/preview", "/availability"):
        answer = lead.post(address, **sent(lead, {"2026-11-27": []}, person=BO))
        assert (answer.status_code, only in answer.text) == (422, True)
    assert "vacation:whole" in cell(bo.get("/availability").text, "2026-11-27")
    assert only not in lead.get("/availability", person=ANN, year=2026).text


def test_a_preview_says_nothing_of_teams_whose_hours_the_viewer_may_not_see(
    teams: TeamSite, team: Team
) -> None:
    teams.arrange(lambda scene: scene.join(team, BO, TeamPermission.VIEW_HOURS))
    lead = teams.as_(LEAD)
    assert "No team’s capacity changes." in lead.post("/availability/preview", **sent(lead, person=BO)).text
    teams.arrange(lambda scene: scene.team("Platform", ADMIN, BO))
    html = lead.post("/availability/preview", **sent(lead, person=BO)).text
    assert "working days among them: 1" in html
    assert "Platform" not in html
    assert "capacity changes" not in html


def test_a_preview_of_no_change_says_so(ann: TeamViewer) -> None:
    assert "Nothing changes." in ann.post("/availability/preview", **{**sent(ann), "changes": "{}"}).text


def test_the_preview_calls_no_working_day_anything_else(ann: TeamViewer) -> None:
    reason = "because these are not working days"
    saturday = {"2026-11-28": [["vacation", "whole"]]}
    assert reason in ann.post("/availability/preview", **sent(ann, saturday)).text
    assert ann.post("/availability", **sent(ann)).status_code == 200
    sick = {"2026-11-27": [["sick-leave", "whole"]]}
    html = ann.post("/availability/preview", **sent(ann, sick)).text
    assert "No team’s capacity changes." in html
    assert reason not in html


def test_in_no_team_the_preview_says_what_follows(teams: TeamSite) -> None:
    bo = teams.as_(BO)
    answer = bo.post("/availability/preview", **sent(bo))
    assert "You are in no team, so only the time that your timesheet expects changes." in answer.text


def test_another_sites_leaves_are_not_seen(
    app: Flask, ann: TeamViewer, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> None:
    ann.post("/availability", **sent(ann))
    other = new_site("elsewhere")
    assert other.install().status_code == 204
    stranger = make_team_site(app, other, clock).as_(ANN)
    assert "vacation:whole" not in cell(stranger.get("/availability").text, "2026-11-27")
