"""The audit log in a real browser: auditors search for who did what, others for what concerns them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.model import Person
from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.language import choose_language, is_whole
from tests.journeys.support.team_stage import make_team, stores_of
from timesheet.adapters.db.audit import find as audit_find
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import AuditDraft, Origin, Outcome, Values
from timesheet.domain.language import LANGUAGES
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.team.team import Team
from tools.stage import Stage

Check = Callable[[Page | Frame], None]


@pytest.fixture
def team(stage: Stage, person: Person) -> Team:
    return make_team(stage, "Payments", person, stage.jira.person(2))


def let_audit(stage: Stage, person: Person) -> None:
    """Make somebody an auditor."""
    with stores_of(stage) as stores:
        permissions = stores.permissions.read()
        auditors = {SitePermission.AUDITORS: Grant(Whom.SOME, people=frozenset({person.account_id}))}
        stores.permissions.save(
            SitePermissions(permissions.modules, permissions.permissions | auditors, permissions.version)
        )


def record(stage: Stage, *drafts: AuditDraft) -> None:
    """Put events at the end of the chain."""
    with stage.app.app_context():
        deps = stage.app.extensions["timesheet"]
        [site] = deps.sites.installed_sites()
        for draft in drafts:
            deps.audit.audit_of(site.key).append(draft)
        deps.operation.transaction.commit()


def changed(stage: Stage, person: Person, team: Team, number: int) -> AuditDraft:
    """Return one of many changes of a team."""
    at, name = stage.cloud.cloud.clock(), f"Payments {number}"
    return AuditDraft(
        Action.TEAM_CHANGED, at, person.account_id, Origin.PAGE, f"r{number}", team.id, team.id,
        before={"name": "Payments"}, after={"name": name},
    )  # fmt: skip


def open_log(journey: Journey) -> Frame:
    frame = journey.open("audit-log")
    expect(frame.locator("#chain")).to_contain_text("Chain intact")
    return frame


@pytest.mark.each_door
def test_an_auditor_filters_opens_an_event_and_keeps_the_address(
    journey: Journey, stage: Stage, person: Person, team: Team, assert_accessible: Check
) -> None:
    let_audit(stage, person)
    record(stage, *(changed(stage, person, team, number) for number in range(3)))
    frame = open_log(journey)
    assert_accessible(frame)
    frame.get_by_label("Action", exact=True).select_option("team.changed")
    expect(frame.locator("#events > tr")).to_have_count(3)
    expect(frame.locator("#audit-chips")).to_contain_text("Team changed")
    expect(frame.locator("#live")).to_have_text("3 events, no others")
    opener = frame.get_by_role("button", name="changed the team").first
    opener.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(frame.locator(".event-detail ins")).to_have_text("Payments 2")
    assert_accessible(frame)
    opener.press("Enter")
    expect(frame.locator(".event-detail")).to_have_count(0)
    assert "team.changed" in journey.page.url
    journey.page.reload()
    frame = journey.frame()
    expect(frame.locator("#events > tr")).to_have_count(3)
    expect(frame.get_by_label("Action", exact=True)).to_have_value("team.changed")
    frame.get_by_role("button", name="Remove the filter Team changed").click()
    expect(frame.locator("#audit-chips")).to_have_count(0)
    expect(frame.get_by_label("Action", exact=True)).to_have_value("")
    frame.get_by_label("Outcome", exact=True).select_option("refused")
    expect(frame.locator("#audit-chips")).to_contain_text("Refused")
    expect(frame.locator("#audit-chips")).not_to_contain_text("Team changed")
    frame.get_by_role("button", name="Clear all").click()
    expect(frame.get_by_label("Outcome", exact=True)).to_have_value("")
    frame.get_by_role("button", name="Activity").click()
    expect(frame.locator("#activity svg")).to_be_visible()
    assert_accessible(frame)


def test_an_event_that_is_opened_twice_before_the_answer_is_shown_once(
    journey: Journey, stage: Stage, person: Person, team: Team
) -> None:
    let_audit(stage, person)
    record(stage, changed(stage, person, team, 1))
    frame = open_log(journey)
    opener = frame.get_by_role("button", name="changed the team")
    let_go = hold_answer(journey, "/audit/", lambda: opener.press("Enter"))
    opener.press("Enter")
    let_go()
    detail = frame.locator(".event-detail")
    expect(detail).to_have_count(1)
    expect(opener).to_have_attribute("aria-expanded", "true")
    opener.press("Enter")
    expect(detail).to_have_count(0)


def test_more_events_come_while_one_scrolls_and_later_at_the_press_of_a_key(
    journey: Journey, stage: Stage, person: Person, team: Team
) -> None:
    let_audit(stage, person)
    record(stage, *(changed(stage, person, team, number) for number in range(620)))
    frame = open_log(journey)
    frame.get_by_label("Action", exact=True).select_option("team.changed")
    rows, more = frame.locator("#events > tr"), frame.get_by_role("button", name="Load more")
    expect(frame.locator("#audit-chips")).to_contain_text("Team changed")
    for shown in (100, 200, 300, 400):
        expect(rows.nth(shown - 1)).to_be_attached()
        frame.locator("#audit-list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(rows).to_have_count(500)
    expect(more).to_have_attribute("hx-trigger", "click")
    more.press("Enter")
    expect(rows).to_have_count(600)
    expect(frame.locator("#live")).to_have_text("100 more events, 600 shown.")
    expect(rows.nth(500).locator(".event-open")).to_be_focused()
    more.press("Enter")
    expect(rows).to_have_count(620)
    expect(rows.nth(600).locator(".event-open")).to_be_focused()
    expect(frame.locator("#audit-more")).to_contain_text("620 events, no others")


def test_a_search_and_a_count_that_take_several_looks_go_on_by_themselves(
    journey: Journey,
    stage: Stage,
    person: Person,
    team: Team,
    assert_accessible: Check,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_audit(stage, person)
    old = replace(changed(stage, person, team, 0), outcome=Outcome.REFUSED)
    several = (changed(stage, person, team, number) for number in range(1, 61))
    others = (
        replace(changed(stage, person, team, number), action=Action.ROLE_CHANGED, outcome=Outcome.REFUSED)
        for number in range(60)
    )
    record(stage, old, *(event for both in zip(several, others, strict=True) for event in both))
    for bound in ("TESTED", "GLANCED", "PASSED", "COUNTED"):
        monkeypatch.setattr(audit_find, bound, 20)
    frame = open_log(journey)
    frame.get_by_label("Action", exact=True).select_option("team.changed")
    frame.get_by_label("Outcome").select_option("refused")
    expect(frame.locator("#events > tr")).to_have_count(1)
    expect(frame.locator("#load-more")).to_have_count(0)
    frame.get_by_label("Action", exact=True).select_option("role.changed")
    frame.get_by_label("Outcome").select_option("done")
    expect(frame.locator("#none-found")).to_contain_text("No event matches.")
    assert_accessible(frame)
    frame.get_by_label("Action", exact=True).select_option("")
    frame.get_by_label("Outcome").select_option("refused")
    expect(frame.locator("#audit-chips .chip")).to_have_count(1)
    expect(frame.locator("#audit-chips")).to_contain_text("Refused")
    frame.get_by_role("button", name="Activity").click()
    expect(frame.locator("#activity tfoot td")).to_have_text("61")
    expect(frame.locator("#activity-on")).to_have_count(0)
    assert_accessible(frame)


@pytest.mark.each_door
def test_files_are_taken_and_that_is_an_event(
    journey: Journey, stage: Stage, person: Person, team: Team, tmp_path: Path
) -> None:
    let_audit(stage, person)
    record(stage, changed(stage, person, team, 1))
    frame = open_log(journey)
    for choice, name in (("Download as CSV", "csv"), ("Download with proof", "jsonl")):
        frame.locator("#audit-menu summary").click()
        with journey.page.expect_download() as waiting:
            frame.locator("#audit-menu").get_by_role("button", name=choice).first.click()
        assert waiting.value.suggested_filename.endswith(name)
        waiting.value.save_as(tmp_path / name)
    assert "Time (" in (tmp_path / "csv").read_text().splitlines()[0]
    assert all(json.loads(line) for line in (tmp_path / "jsonl").read_text().splitlines())
    frame.get_by_label("Action", exact=True).select_option("audit.exported")
    expect(frame.locator("#events > tr")).to_have_count(2)


def test_whoever_is_not_an_auditor_has_their_own_history(
    journey: Journey, stage: Stage, person: Person, team: Team, assert_accessible: Check
) -> None:
    other = stage.jira.person(4)
    record(stage, changed(stage, person, team, 1), changed(stage, other, team, 2))
    refused = journey.open("audit-log")
    expect(refused.get_by_role("alert")).to_contain_text("You need the site permission “Auditors”.")
    expect(refused.get_by_role("alert").get_by_role("link", name="My history")).to_be_visible()
    frame = journey.open("my-history")
    expect(frame.get_by_role("heading", name="My history")).to_be_visible()
    expect(frame.locator("#events > tr").filter(has_text="changed the team")).to_have_count(1)
    assert_accessible(frame)


def test_on_a_narrow_screen_each_event_is_a_card(
    journey: Journey, stage: Stage, person: Person, team: Team, assert_accessible: Check
) -> None:
    let_audit(stage, person)
    record(stage, changed(stage, person, team, 1))
    journey.page.set_viewport_size({"width": 360, "height": 740})
    frame = open_log(journey)
    frame.get_by_role("button", name="changed the team").first.click()
    expect(frame.locator(".event-detail ins")).to_have_text("Payments 1")
    wide = frame.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    assert_accessible(frame)


def test_on_a_narrow_screen_the_filters_scroll_away_and_more_events_come(
    journey: Journey, stage: Stage, person: Person, team: Team
) -> None:
    let_audit(stage, person)
    record(stage, *(changed(stage, person, team, number) for number in range(120)))
    journey.page.set_viewport_size({"width": 360, "height": 740})
    frame = open_log(journey)
    expect(frame.locator("#events > tr").nth(99)).to_be_attached()
    frame.locator("#audit").evaluate("log => log.scrollTo(0, log.scrollHeight)")
    expect(frame.locator("#events > tr").nth(119)).to_be_attached()
    expect(frame.locator("#audit-choice")).not_to_be_in_viewport()
    expect(frame.locator("#audit-status")).to_be_in_viewport(ratio=1)


def test_on_a_narrow_screen_the_days_scroll_below_the_status(
    journey: Journey, stage: Stage, person: Person, team: Team
) -> None:
    let_audit(stage, person)
    journey.page.set_viewport_size({"width": 375, "height": 740})
    frame = open_log(journey)
    frame.get_by_role("button", name="Activity").click()
    expect(frame.locator("#activity tfoot")).to_be_attached()
    covered = frame.locator("#audit-status").evaluate("""status => {
        const { left, right, top, bottom } = status.getBoundingClientRect();
        const above = [20, 100, 200, right - left - 20].map((x) => document.elementFromPoint(left + x, top + 8));
        return above.filter((element) => !status.contains(element)).map((element) => element.outerHTML);
    }""")
    assert covered == []


def test_on_a_narrow_screen_the_filters_unfold(
    journey: Journey, stage: Stage, person: Person, team: Team, assert_accessible: Check
) -> None:
    let_audit(stage, person)
    record(stage, *(changed(stage, person, team, number) for number in range(5)))
    journey.page.set_viewport_size({"width": 375, "height": 667})
    frame = open_log(journey)
    expect(frame.locator("#audit-choice")).to_be_hidden()
    expect(frame.locator("#events > tr").nth(2)).to_be_in_viewport(ratio=1)
    frame.locator("#filter-switch summary").press("Enter")
    frame.get_by_label("Action", exact=True).select_option("team.changed")
    expect(frame.locator("#events > tr")).to_have_count(5)
    expect(frame.locator("#audit-choice")).to_be_visible()
    assert_accessible(frame)
    frame.locator("#filter-switch summary").press("Enter")
    expect(frame.locator("#audit-choice")).to_be_hidden()
    expect(frame.locator("#audit-chips")).to_contain_text("Team changed")


def test_the_name_of_a_team_takes_a_second_line_before_it_is_cut(
    journey: Journey, stage: Stage, person: Person
) -> None:
    let_audit(stage, person)
    team = make_team(stage, "Platform engineering", person)
    record(stage, changed(stage, person, team, 1))
    journey.page.set_viewport_size({"width": 1024, "height": 768})
    link = open_log(journey).locator(".in-team a").first
    expect(link).to_have_text("Platform engineering")
    assert link.evaluate(
        "one => [one.scrollWidth <= one.clientWidth, one.scrollHeight <= one.clientHeight]"
    ) == [
        True,
        True,
    ]


def test_an_auditor_asks_whose_time_was_changed_and_for_which_days(
    journey: Journey, stage: Stage, person: Person, team: Team, assert_accessible: Check
) -> None:
    let_audit(stage, person)
    other, at = stage.jira.person(2), stage.cloud.cloud.clock()
    facts: Values = {"issue": 10001, "day": "2026-06-28", "seconds": 3600}
    moved: Values = {**facts, "day": "2026-07-02", "seconds": 5400}
    record(
        stage,
        AuditDraft(Action.WORKLOG_CREATED, at, person.account_id, Origin.PAGE, "r1", "1", after=facts),
        AuditDraft(
            Action.WORKLOG_CHANGED, at, person.account_id, Origin.PAGE, "r2", "2",
            people=frozenset({other.account_id}), before=facts, after=moved,
        ),
        changed(stage, person, team, 3),
    )  # fmt: skip
    frame = open_log(journey)
    frame.get_by_role("combobox", name="Whose time").press_sequentially(other.display_name[:4])
    frame.get_by_role("option", name=other.display_name).first.click()
    expect(frame.locator("#events > tr")).to_have_count(1)
    expect(frame.locator("#audit-chips")).to_contain_text(f"Time of {other.display_name}")
    expect(frame.locator(".object")).to_contain_text("28 Jun 2026 → 2 Jul 2026")
    frame.get_by_label("Work date from").fill("2026-07-03")
    expect(frame.locator("#no-events")).to_be_visible()
    frame.get_by_role("button", name="Remove the filter Work date from").click()
    frame.get_by_role("button", name="changed logged time").click()
    expect(frame.locator(".event-detail")).to_contain_text(other.display_name)
    frame.locator("#proof-help summary").click()
    expect(frame.locator("#proof-help li").first).to_be_visible()
    assert_accessible(frame)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_filters_say_in_every_language_what_is_empty(
    journey: Journey, stage: Stage, person: Person, code: str
) -> None:
    let_audit(stage, person)
    choose_language(stage, person, code)
    journey.page.set_viewport_size({"width": 1024, "height": 800})
    frame = journey.open("audit-log")
    fields = frame.locator(".audit-filters input[placeholder]")
    expect(fields).to_have_count(3)
    assert [field.get_attribute("id") for field in fields.all() if not is_whole(field)] == []
