"""Periods over HTTP: close, lock, reopen, late changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tests.domain.support.leaves import leave_range
from tests.services.support.fake_stores import FakeDirectory
from tests.services.support.scene import PAY
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.swap import swap
from tests.web.support.team_view import TeamView, forbidden, make_team_view
from tests.web.support.viewer import Form
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.errors import JiraBusy, JiraUnavailable
from timesheet.domain.jira_time import format_instant
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.person import Person, former
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Team
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.jira import Missing
from timesheet.services.ports.settings import PersonSettings
from timesheet.web.job import upkeep

HOUR = 3600
DAY = date(2026, 11, 10)


@pytest.fixture
def december(app: Flask, site: JiraSite, clock: SettableClock) -> TeamView:
    """Go to 1 December 2026; ana worked on a day of November."""
    view = make_team_view(app, site, clock)
    view.viewer.scene.put(PAY, DAY, 8 * HOUR, author="ana")
    view.travel(datetime(2026, 12, 1, 10, tzinfo=UTC))
    return view


def close(team: TeamView) -> str:
    return team.close("2026-11-01")


def send_event(team: TeamView, worklog: Worklog, name: str) -> int:
    data = {
        "id": str(worklog.id),
        "issueId": str(worklog.issue_id),
        "author": {"accountId": worklog.author},
        "updateAuthor": {"accountId": "eve"},
        "started": format_instant(worklog.started),
        "updated": format_instant(worklog.updated),
        "timeSpentSeconds": worklog.seconds,
    }
    body = {"webhookEvent": name, "worklog": data}
    status = team.viewer.site.send_event("/connect/webhook/worklog", body).status_code
    team.app.extensions["worker"].worker.drain()
    return status


def test_a_period_is_closed_shown_and_reopened(december: TeamView) -> None:
    viewer = december.viewer
    dialog = viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    assert "<b>8:00</b> spent of 336:00" in dialog
    assert "2 people have logged nothing, or less than half of what is expected" in dialog
    assert "Name of ana: 8:00 of 168:00" in dialog
    assert dialog.index(": nothing of 168:00") < dialog.index("Name of ana: 8:00")
    record = close(december)
    assert "Closed" in viewer.get("/teams/alpha", period="2026-11-01").text
    listed = viewer.get("/teams/alpha/periods").text
    assert "Reopen …" in listed
    second = viewer.post("/teams/alpha/periods/close", period="2026-11-01")
    assert second.status_code == 409
    assert second.text.count("Somebody has closed the period from 1 November 2026 to 30 November 2026") == 2
    assert "period-changed" in second.headers["HX-Trigger"]
    assert "Reopen November 2026" in viewer.get(f"/teams/alpha/periods/{record}/reopen").text
    assert viewer.post(f"/teams/alpha/periods/{record}/reopen").status_code == 200
    second = viewer.post(f"/teams/alpha/periods/{record}/reopen")
    assert (second.status_code, "period-changed" in second.headers["HX-Trigger"]) == (409, True)
    assert "Somebody has reopened the period" in second.text
    assert 'class="flag problem"' in second.text
    assert "1 closing" in viewer.get("/teams/alpha/periods").text
    assert "since the last closing" not in dialog
    assert (
        "No figure has changed since the last closing."
        in viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    )
    away(december, "ana", date(2026, 11, 12))
    changed = viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    assert "These figures have changed since the last closing:" in changed
    assert "Name of ana: capacity 168:00 → 160:00, spent 8:00 → 8:00" in changed


def test_t15_a_closing_has_the_exact_time_beside_its_rounded_sums(december: TeamView) -> None:
    december.choose(PersonSettings(duration_format="decimal"))
    december.viewer.scene.put(PAY, date(2026, 11, 17), 20 * 60, author="ana")
    dialog = december.viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    assert '<b><span title="exactly 8:20:00" tabindex="0">8.33</span></b> spent of 336.00' in dialog


def test_a_closing_says_that_holidays_are_not_in_a_calendar_yet(december: TeamView) -> None:
    viewer = december.viewer
    assert 'id="without-days"' not in viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    with december.app.app_context():
        stores = december.stores
        stores.calendars.save(GlobalCalendar("bavaria", "Bavaria"))
        member = next(one for one in stores.teams.members("alpha") if one.account_id == "ana")
        stores.teams.save_member(replace(member, calendar_id="bavaria"))
        december.commit()
    dialog = viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    notice = words(dialog[dialog.index('id="without-days"') :])
    assert "Public holidays count as working days, because a calendar has none yet." in notice
    assert "Bavaria: no days off in 2026" in notice


def test_t43_a_closing_warns_of_timers_whose_time_it_would_lock(december: TeamView) -> None:
    viewer = december.viewer
    assert 'id="timers"' not in viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    december.travel(datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    ana = december.as_person("ana")
    assert ana.post("/timer", issue=PAY).status_code == 200
    december.travel(datetime(2026, 12, 1, 10, tzinfo=UTC))
    dialog = viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    notice = dialog[dialog.index('id="timers"') :]
    assert "1 person has a timer whose time on these days is not logged yet." in words(notice)
    assert "<li>Name of ana</li>" in notice
    assert 'id="timers"' not in viewer.get("/teams/alpha/periods/close", period="2026-10-01").text
    close(december)


def test_what_is_missing_from_an_open_period_stands_beside_its_figure(december: TeamView) -> None:
    december.viewer.scene.jira.missing = (Missing("PAY-1: Jira did not give all its worklogs.", "issue"),)
    spent = words(december.viewer.get("/teams/alpha/periods/spent", period="2026-11-01").text)
    assert spent == "8:00 (incomplete) read 11:00 PAY-1: Jira did not give all its worklogs. 336:00 2.4%"


@pytest.mark.parametrize(("locale", "first"), [("en_US", "November 1, 2026"), ("en_AU", "1 November 2026")])
def test_a_date_in_a_sentence_is_in_the_order_of_the_reader(
    december: TeamView, locale: str, first: str
) -> None:
    jira = december.viewer.scene.jira
    jira.profile = replace(jira.profile, locale=locale)
    close(december)
    second = december.viewer.post("/teams/alpha/periods/close", period="2026-11-01")
    assert f"Somebody has closed the period from {first} to " in second.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_who_cannot_log_any_more_is_marked_before_a_period_is_closed(december: TeamView) -> None:
    class Deactivated(FakeDirectory):
        def read_people(self, account_ids: Collection[str]) -> Mapping[str, Person]:
            found = super().read_people(account_ids)
            return {who: replace(person, active=who != "ana") for who, person in found.items()}

    directory = cast(Directory, Deactivated())
    swap(december.app, directory_as=lambda *_: directory)
    dialog = december.viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    assert 'Name of ana: 8:00 of 168:00 <span class="tag">deactivated</span></li>' in dialog
    assert dialog.count("deactivated") == 1


def test_whose_account_was_closed_while_they_had_a_timer_is_named_in_the_readers_language(
    december: TeamView,
) -> None:
    class Closed(FakeDirectory):
        def read_people(self, account_ids: Collection[str]) -> Mapping[str, Person]:
            found = super().read_people(account_ids)
            return {who: former(who) if who == "ana" else person for who, person in found.items()}

    december.travel(datetime(2026, 11, 30, 12, tzinfo=UTC))
    assert december.as_person("ana").post("/timer", issue=PAY).status_code == 200
    december.travel(datetime(2026, 12, 1, 10, tzinfo=UTC))
    directory, jira = cast(Directory, Closed()), december.viewer.scene.jira
    swap(december.app, directory_as=lambda *_: directory)
    jira.profile = replace(jira.profile, locale="de_DE")
    dialog = december.viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    assert dialog.count("<li>Ehemaliger Benutzer") == 2


def test_the_capacity_beside_a_share_is_the_one_that_it_is_a_share_of(december: TeamView) -> None:
    listed = december.viewer.get("/teams/alpha/periods").text
    assert '<span id="capacity-2026-11-01">336:00</span>' in listed
    december.viewer.scene.jira.closed_accounts = frozenset({"viewer-1"})
    spent = december.viewer.get("/teams/alpha/periods/spent", period="2026-11-01").text
    assert 'hx-target="#capacity-2026-11-01" hx-swap="innerHTML">168:00<' in spent
    assert ">4.8%<" in spent


def test_the_list_shows_figures_share_and_who_closed_and_reopened_when(december: TeamView) -> None:
    viewer, periods = december.viewer, "/teams/alpha/periods"
    spent = viewer.get(f"{periods}/spent", period="2026-11-01").text
    assert words(spent) == "8:00 read 11:00 336:00 2.4%"
    listed = viewer.get(periods).text
    assert "worklogs you may see in Jira" in words(listed)
    assert all(f'hx-target="#{place}-2026-11-01"' in spent for place in ("spent", "capacity", "part"))
    assert '<td class="number part" id="part-2026-11-01" data-label="Progress"></td>' in listed
    record = close(december)
    closed = "November 2026 Closed Name of viewer-1, 1 Dec 2026, 11:00:00 336:00 8:00 2.4% Reopen …"
    assert closed in words(viewer.get(periods).text)
    december.wait(3600)
    viewer.headers = december.as_person("viewer-1").headers
    done = viewer.post(f"{periods}/{record}/reopen").text
    assert done.count("November 2026 is open again. The closing is kept.") == 2
    assert "icon-success" in done
    text = (
        "Closed by Name of viewer-1, 1 Dec 2026, 11:00:00; reopened by Name of viewer-1, 1 Dec 2026, 12:00:00"
    )
    assert text in words(viewer.get(periods).text)


def test_a_closing_of_another_team_is_none_of_this_one(december: TeamView) -> None:
    record = close(december)
    with december.app.app_context():
        stores = december.stores
        stores.teams.save(Team("beta", "Beta", "viewer-1", stores.schemes.default_id()))
        december.commit()
    assert december.viewer.get("/teams/beta/periods").status_code == 200
    for team, status in (("alpha", 200), ("beta", 404)):
        assert december.viewer.get(f"/teams/{team}/periods/{record}/reopen").status_code == status


def test_a_closed_day_is_marked_and_refused_with_its_reason(december: TeamView) -> None:
    close(december)
    page = december.viewer.get("/timesheet", view="week", day=DAY).text
    assert "Closed by Alpha" in page
    assert "class=locked" in page
    form = {"issue": PAY, "day": DAY, "value": "1h", "key": "key-00001", "first": DAY, "last": DAY}
    answer = december.viewer.post("/timesheet/cell", **form)
    assert forbidden(answer, "Manage this team")
    assert "Alpha has closed the period" in answer.text
    assert len(december.viewer.scene.jira.worklogs) == 1


def test_too_early_says_from_when_on(december: TeamView) -> None:
    dialog = december.viewer.get("/teams/alpha/periods/close", period="2026-12-01").text
    said = "can be closed from 1 January 2027 on"
    assert said in dialog
    assert december.viewer.post("/teams/alpha/periods/close", period="2026-12-01").status_code == 422
    assert said in december.viewer.get("/teams/alpha/periods").text


def test_a_period_that_is_another_one_by_now_is_not_closed(december: TeamView) -> None:
    dialog = december.viewer.get("/teams/alpha/periods/close", period="2026-11-01").text
    assert 'name="last" value="2026-11-30"' in dialog
    # Meanwhile a Jira admin has made the periods longer: a week was shown, and a month would be closed.
    for last in ("2026-11-07", "2026-10-31"):
        answer = december.viewer.post("/teams/alpha/periods/close", period="2026-11-01", last=last)
        assert answer.status_code == 422
        assert "periods of this site have changed in the meantime" in answer.text
    assert (
        december.viewer.post("/teams/alpha/periods/close", period="2026-11-01", last="2026-11-30").status_code
        == 200
    )


def test_who_may_not_close(december: TeamView) -> None:
    ana = december.as_person("ana")
    assert forbidden(ana.post("/teams/alpha/periods/close", period="2026-11-01"), "Manage this team")
    assert forbidden(ana.get("/teams/alpha/periods/close", period="2026-11-01"), "Manage this team")
    record = close(december)
    assert forbidden(ana.post(f"/teams/alpha/periods/{record}/reopen"), "Manage this team")
    assert forbidden(ana.get(f"/teams/alpha/periods/{record}/reopen"), "Manage this team")
    assert "Close …" not in ana.get("/teams/alpha/periods").text
    assert december.viewer.post("/teams/alpha/periods/none/reopen").status_code == 404


def test_a_late_change_is_received_and_listed(december: TeamView) -> None:
    record = close(december)
    december.wait(60)
    december.viewer.headers = december.as_person("viewer-1").headers
    late = december.viewer.scene.put(PAY, DAY, HOUR, time(15), "ana")
    assert send_event(december, late, "worklog_created") == 204
    assert "1 late change" in december.viewer.get("/teams/alpha", period="2026-11-01").text
    listed = december.viewer.get(f"/teams/alpha/periods/{record}/late").text
    assert str(late.id) in listed
    assert "Name of eve" in listed
    assert "Name of ana · before: no worklog → now: 10 Nov 2026, 1:00" in listed
    assert '/browse/PAY-12"' in listed
    assert "1 late change" in december.viewer.get("/teams/alpha/periods").text
    ana = december.as_person("ana")
    assert "late change" not in ana.get("/teams/alpha/periods").text.replace("shown as a late change", "")
    assert "late-changes" not in ana.get("/teams/alpha", period="2026-11-01").text
    assert forbidden(ana.get(f"/teams/alpha/periods/{record}/late"), "View hours")


def test_a_closing_that_has_a_late_change_in_its_figures_does_not_list_it_as_late(december: TeamView) -> None:
    record, viewer = close(december), december.viewer
    december.wait(60)
    viewer.headers = december.as_person("viewer-1").headers
    late = viewer.scene.put(PAY, DAY, HOUR, time(15), "ana")
    assert send_event(december, late, "worklog_created") == 204
    assert viewer.post(f"/teams/alpha/periods/{record}/reopen").status_code == 200
    status, _, closings = viewer.get("/teams/alpha/periods").text.partition("<details")
    assert (status.count("1 late change"), closings.count("1 late change")) == (1, 0)
    december.wait(60)
    close(december)
    status, _, closings = viewer.get("/teams/alpha/periods").text.partition("<details")
    assert ("late change" in status, closings.count("1 late change")) == (False, 1)
    assert f"/periods/{record}/late" in closings


def test_differences_are_in_the_order_of_names(december: TeamView) -> None:
    close(december)
    for who in ("viewer-1", "ana"):
        away(december, who, DAY)
    people = december.viewer.get("/teams/alpha", period="2026-11-01", tab="people").text
    names = re.findall(r"Name of [\w-]+", people.partition('id="differences"')[2])
    assert names == ["Name of ana", "Name of viewer-1"]


def test_whoever_sees_more_than_the_person_who_closed_does_not_read_that_something_changed(
    december: TeamView,
) -> None:
    """The record has what the person who closed sees in Jira. For others it differs without any change."""
    december.viewer.scene.jira.worklogs, hidden = {}, dict(december.viewer.scene.jira.worklogs)
    close(december)
    december.viewer.scene.jira.worklogs.update(hidden)
    summary = december.viewer.get("/teams/alpha", period="2026-11-01", refresh="1").text
    people = december.viewer.get("/teams/alpha", period="2026-11-01", tab="people", refresh="1").text
    assert "For 1 person they differ from the figures at closing." in summary
    assert "or you see other issues in Jira than the person who closed the period." in people


def test_what_was_deleted_in_jira_is_shown_as_the_audit_log_states_it(december: TeamView) -> None:
    viewer = december.viewer
    form = {"issue": PAY, "day": str(DAY), "start": "13:00", "duration": "2h", "key": "key-00001"}
    assert viewer.post("/worklogs", **form).status_code == 200
    [made] = [w for w in viewer.scene.jira.worklogs.values() if w.author == "viewer-1"]
    december.wait(1)
    record = close(december)
    del viewer.scene.jira.worklogs[made.id]
    assert send_event(december, made, "worklog_deleted") == 204
    listed = " ".join(viewer.get(f"/teams/alpha/periods/{record}/late").text.split())
    assert "PAY-12</a>" in listed
    assert "Name of viewer-1 · before: 10 Nov 2026, 2:00 → now: not in Jira anymore" in listed


def test_a_deletion_that_was_reported_before_the_closing_but_did_not_happen_hides_no_later_one(
    december: TeamView,
) -> None:
    [worked] = december.viewer.scene.jira.worklogs.values()
    assert send_event(december, worked, "worklog_deleted") == 204
    december.wait(60)
    record = close(december)
    december.wait(60)
    december.viewer.headers = december.as_person("viewer-1").headers
    del december.viewer.scene.jira.worklogs[worked.id]
    assert send_event(december, worked, "worklog_deleted") == 204
    listed = words(december.viewer.get(f"/teams/alpha/periods/{record}/late").text)
    assert "Deleted, moved, or hidden" in listed
    assert "→ now: not in Jira anymore" in listed


def test_a_worklog_that_left_the_period_is_listed_as_moved(december: TeamView) -> None:
    record = close(december)
    december.wait(60)
    december.viewer.headers = december.as_person("viewer-1").headers
    [worked] = december.viewer.scene.jira.worklogs.values()
    later = timedelta(days=21)
    moved = replace(
        worked,
        started=worked.started + later,
        day=worked.day + later,
        updated=worked.updated + timedelta(seconds=1),
    )
    december.viewer.scene.jira.worklogs[worked.id] = moved
    assert send_event(december, moved, "worklog_updated") == 204
    listed = words(december.viewer.get(f"/teams/alpha/periods/{record}/late").text)
    assert "Moved to a day outside the period" in listed
    assert "before: 10 Nov 2026, 8:00 → now: 1 Dec 2026, 8:00" in listed
    assert "Deleted, moved, or hidden" not in listed


def test_a_late_change_is_accepted_by_who_may_close_and_stays_listed(december: TeamView) -> None:
    record = close(december)
    december.wait(60)
    december.viewer.headers = december.as_person("viewer-1").headers
    [worked] = december.viewer.scene.jira.worklogs.values()
    longer = replace(worked, seconds=9 * HOUR, updated=worked.updated + timedelta(seconds=1))
    december.viewer.scene.jira.worklogs[worked.id] = longer
    assert send_event(december, longer, "worklog_updated") == 204
    place, change = f"/teams/alpha/periods/{record}/late", {"worklog": worked.id, "what": "changed"}
    shown = december.viewer.get(place).text
    assert "before: 10 Nov 2026, 8:00 → now: 10 Nov 2026, 9:00" in shown
    change |= {"seen": Form(shown).fields["seen"]}
    assert forbidden(december.as_person("ana").post(place, **change), "Manage this team")
    december.viewer.headers = december.as_person("viewer-1").headers
    for wrong in ({"worklog": "x"}, {"note": "n" * 501}):
        assert december.viewer.post(place, **{**change, **wrong}).status_code == 422
    assert december.viewer.post(place, worklog=5, what="changed").status_code == 404
    accepted = december.viewer.post(place, **change, note="agreed by <phone>")
    assert (accepted.status_code, "period-changed" in accepted.headers["HX-Trigger"]) == (200, True)
    assert "agreed by &lt;phone&gt;" in accepted.text
    assert "Accept</button>" not in accepted.text
    assert december.viewer.post(place, **change).status_code == 409
    assert "1 accepted change" in december.viewer.get("/teams/alpha/periods").text
    assert "1 accepted change" in december.viewer.get("/teams/alpha", period="2026-11-01").text
    again = replace(longer, seconds=10 * HOUR, updated=longer.updated + timedelta(seconds=1))
    december.viewer.scene.jira.worklogs[worked.id] = again
    assert send_event(december, again, "worklog_updated") == 204
    assert "1 late change" in december.viewer.get("/teams/alpha/periods").text


def test_a_late_change_that_changed_again_is_not_accepted_unseen_and_the_note_stays(
    december: TeamView,
) -> None:
    record = close(december)
    december.wait(60)
    [worked] = december.viewer.scene.jira.worklogs.values()
    place = f"/teams/alpha/periods/{record}/late"

    def change(hours: int) -> str:
        later = timedelta(seconds=hours)
        now = replace(worked, seconds=hours * HOUR, updated=worked.updated + later)
        december.viewer.scene.jira.worklogs[worked.id] = now
        assert send_event(december, now, "worklog_updated") == 204
        december.viewer.headers = december.as_person("viewer-1").headers
        return str(december.viewer.get(place).text)

    form = Form(change(9))
    change(10)
    answer = december.viewer.post(place, **{**form.fields, "note": "nine hours are <fine>"})
    assert answer.status_code == 409
    assert "The worklog has changed again since this list was opened" in answer.text
    assert "now: 10 Nov 2026, 10:00" in answer.text
    assert 'value="nine hours are &lt;fine&gt;"' in answer.text
    assert "1 late change" in december.viewer.get("/teams/alpha/periods").text
    accepted = december.viewer.post(place, **{**Form(answer.text).fields, "note": "ten too"})
    assert (accepted.status_code, "ten too" in accepted.text) == (200, True)


def test_the_command_compares_every_closing(december: TeamView) -> None:
    record = close(december)
    runner = december.app.test_cli_runner()
    assert "1 closing compared, 0 late changes found" in runner.invoke(args=["periods", "reconcile"]).output
    december.viewer.scene.jira.worklogs.clear()
    assert "1 late change found" in runner.invoke(args=["periods", "reconcile"]).output
    assert (
        "Changed by unknown (Jira does not say)"
        in december.viewer.get(f"/teams/alpha/periods/{record}/late").text
    )


def test_every_closing_is_compared_sooner_or_later(
    december: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a large site, Jira's points may each night suffice for some of the closings only."""
    december.close("2026-11-01")
    december.close("2026-10-01")
    december.close("2026-09-01")
    points, compared = list[int](), set[str]()

    def compare(_deps: object, _site: object, record: ClosingRecord, _readers: object) -> tuple[()]:
        if not points:
            raise JiraBusy("Jira limits how much apps may read in an hour.")
        points.clear()
        compared.add(record.id)
        return ()

    monkeypatch.setattr(upkeep, "_compared", compare)
    runner = december.app.test_cli_runner()
    for _ in range(60):
        points.append(1)
        assert "1 closing compared" in runner.invoke(args=["periods", "reconcile"]).output
    assert len(compared) == 3


def test_closings_for_which_there_are_no_points_are_one_line_in_the_log(
    december: TeamView, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = {december.close(day) for day in ("2026-11-01", "2026-10-01", "2026-09-01")}
    broken = min(records)

    def compare(_deps: object, _site: object, record: ClosingRecord, _readers: object) -> tuple[()]:
        if record.id == broken:
            raise JiraUnavailable("It was closed with another SIGNING_KEY.")
        raise JiraBusy("Jira limits how much apps may read in an hour.")

    monkeypatch.setattr(upkeep, "_compared", compare)
    with capture_logs() as logs:
        answer = december.app.test_cli_runner().invoke(args=["periods", "reconcile"])
    assert "3 not comparable" in answer.output
    lines = [line for line in logs if line["event"] == "not_compared"]
    assert [(line.get("record"), line.get("count")) for line in lines] == [(broken, None), (None, 2)]


def test_examples_9_and_10_a_closing_stays_and_its_difference_is_shown(december: TeamView) -> None:
    viewer, november = december.viewer, "2026-11-01"
    assert 'id="ask-close"' in viewer.get("/teams/alpha", period=november).text
    december.close(november)
    away(december, "ana", DAY)
    summary = viewer.get("/teams/alpha", period=november).text
    assert "<b>8:00</b> of 336:00" in summary
    assert "For 1 person they differ from the figures at closing" in summary
    assert "by Name of viewer-1 on" in summary
    people = viewer.get("/teams/alpha", period=november, tab="people").text
    [ana] = re.findall(r'<tr data-person="ana">.*?</tr>', people, re.DOTALL)
    assert '<td class="number">168:00</td>' in ana
    assert re.findall(r'<td class="number">([\d:]+)</td>', people.partition('id="differences"')[2]) == [
        "168:00", "160:00", "8:00", "8:00",
    ]  # fmt: skip
    own = december.as_person("ana").get("/teams/alpha", period=november, tab="people").text
    assert ("168:00" in own, "Name of viewer-1" in own.partition("<tbody>")[2]) == (True, False)
    with december.app.app_context():
        record = december.stores.periods.records("alpha")[0].id
    assert viewer.post(f"/teams/alpha/periods/{record}/reopen").status_code == 200
    december.travel(datetime(2026, 12, 1, 11, tzinfo=UTC))
    assert "<b>8:00</b> of 328:00" in viewer.get("/teams/alpha", period=november).text
    december.close(november)
    listed = viewer.get("/teams/alpha/periods").text
    assert "2 closings" in listed
    assert "Name of ana: capacity 168:00 → 160:00, spent 8:00 → 8:00" in listed


def test_t37_a_closing_outlives_a_deleted_issue(december: TeamView) -> None:
    record, viewer = december.close("2026-11-01"), december.viewer
    viewer.scene.jira.worklogs.clear()
    del viewer.scene.jira.issues[PAY]
    december.app.test_cli_runner().invoke(args=["periods", "reconcile"])
    people = viewer.get("/teams/alpha", period="2026-11-01", tab="people", refresh="1").text
    assert "<b>8:00</b> of 336:00" in people
    [ana] = re.findall(r'<tr data-person="ana">.*?</tr>', people, re.DOTALL)
    assert '<td class="number">8:00</td>' in ana
    assert re.findall(r'<td class="number">([\d:]+)</td>', people.partition('id="differences"')[2])[2:] == [
        "8:00",
        "0:00",
    ]
    assert "Deleted" in viewer.get(f"/teams/alpha/periods/{record}/late").text


def test_a_member_who_is_gone_keeps_their_row_in_the_closing(december: TeamView) -> None:
    december.close("2026-11-01")
    with december.app.app_context():
        december.stores.teams.remove_members("alpha", ["ana"])
        december.commit()
    people = december.viewer.get("/teams/alpha", period="2026-11-01", tab="people").text
    assert "Name of ana" in people
    assert "no longer in the team on these days" in people
    assert "The issues of Name of ana" not in people


def away(team: TeamView, account_id: str, day: date) -> None:
    with team.app.app_context():
        vacation = next(one for one in team.stores.legends.all() if one.title == "Vacation")
        span = DateSpan(day, day)
        team.stores.leaves.replace(account_id, span, leave_range(account_id, span, vacation.id))
        team.commit()


def test_members_with_their_own_figures_see_no_differences_of_colleagues(december: TeamView) -> None:
    record = close(december)
    assert december.viewer.post(f"/teams/alpha/periods/{record}/reopen").status_code == 200
    december.wait(60)
    december.viewer.scene.put(PAY, DAY, HOUR, time(20), author="ana")
    close(december)
    difference = "spent 8:00 → 9:00"
    assert difference in december.viewer.get("/teams/alpha/periods").text
    listed = december.as_person("ana").get("/teams/alpha/periods").text
    assert "2 closings" in listed
    assert difference not in listed


def test_t16_a_change_of_seconds_is_not_shown_as_none(december: TeamView) -> None:
    viewer = december.viewer
    late = next(iter(viewer.scene.jira.worklogs.values()))
    record = close(december)
    december.wait(60)
    viewer.headers = december.as_person("viewer-1").headers
    changed = replace(late, seconds=late.seconds + 20, updated=viewer.scene.jira.now)
    viewer.scene.jira.worklogs[late.id] = changed
    assert send_event(december, changed, "worklog_updated") == 204
    listed = viewer.get(f"/teams/alpha/periods/{record}/late").text
    assert "now: 10 Nov 2026, 8:00:20" in listed
    people = viewer.get("/teams/alpha", period="2026-11-01", tab="people", refresh="1").text
    assert "168:00 168:00 8:00 8:00:20" in words(people.partition('id="differences"')[2])
    assert viewer.post(f"/teams/alpha/periods/{record}/reopen").status_code == 200
    close(december)
    periods = viewer.get("/teams/alpha/periods").text
    assert "spent 8:00 → 8:00:20" in periods
    assert 'data-label="Spent" title="exactly 8:00:20">8:00</td>' in periods
