"""Journeys that are taken in one language each: the configuration, a team, reports, and many worklogs at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Frame, expect

from tests.journeys.audit.test_audit import let_audit
from tests.journeys.job.test_jobs import give_up
from tests.journeys.support.language import ScreenLanguage
from tests.journeys.support.sheet import FRI, HOUR, MON, TUE, Sheet, Work
from tests.journeys.support.team_stage import make_team, stores_of
from tests.journeys.timesheet.test_clipboard import paste
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.language import ACCENTED, MIRRORED

ADMIN, COLLEAGUE, LEAVING = 0, 2, 3


def in_language(code: str) -> pytest.MarkDecorator:
    """Take a journey in this language."""
    return pytest.mark.parametrize("screen_language", [code], indirect=True)


def open_section(screen_language: ScreenLanguage, section: str) -> Frame:
    """Open a section of the configuration as a Jira admin."""
    screen_language.journey.person = screen_language.journey.stage.jira.person(ADMIN)
    frame = screen_language.journey.open("configure", section=section)
    expect(frame.locator("#configuration:not([aria-busy])")).to_be_visible()
    return frame


@in_language("fr")
def test_the_holidays_of_a_region_are_taken(screen_language: ScreenLanguage) -> None:
    frame = open_section(screen_language, "calendars")
    frame.get_by_role("button", name=screen_language.say("New calendar"), exact=True).click()
    frame.locator("#settings [name=name]").fill("Alsace")
    frame.locator("#add-holidays").click()
    frame.locator("#country").select_option("FR")
    dialog = frame.get_by_role("dialog")
    expect(dialog.locator("li").first).to_be_visible()
    screen_language.inspect(frame)
    dialog.locator("[type=submit]").click()
    expect(dialog).to_be_hidden()
    frame.locator("#save-settings").click()
    expect(frame.locator("#settings-saved")).to_be_visible()


@in_language("ja")
def test_a_file_is_saved_under_its_japanese_name(screen_language: ScreenLanguage, work: Work) -> None:
    with stores_of(work.stage) as stores:
        stores.calendars.save(GlobalCalendar("japan", "日本の祝日", ()))
    frame = open_section(screen_language, "calendars")
    with screen_language.journey.page.expect_download() as download:
        frame.locator("[data-download*='japan/file']").click()
    assert download.value.suggested_filename == "日本の祝日.ics"


@in_language("es")
def test_a_workload_scheme_is_corrected_and_kept(screen_language: ScreenLanguage) -> None:
    frame = open_section(screen_language, "schemes")
    frame.get_by_role("button", name=screen_language.say("New scheme")).click()
    frame.locator("#settings [name=name]").fill("Cuatro")
    frame.locator("#weekday-4").fill("25")
    frame.locator("#save-settings").click()
    expect(frame.locator("#weekday-4-error")).to_be_visible()
    screen_language.inspect(frame)
    frame.locator("#weekday-4").fill("3 h 30 min")
    frame.locator("#save-settings").click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    expect(frame.locator("#weekday-4")).to_have_value("3:30")
    screen_language.inspect(frame)


@in_language("pt_BR")
def test_a_module_is_limited_to_a_group(screen_language: ScreenLanguage) -> None:
    frame = open_section(screen_language, "permissions")
    frame.locator("#reach-teams").get_by_role("radio").nth(1).check()
    frame.locator("#save-settings").click()
    expect(frame.locator("#teams-error")).to_be_visible()
    screen_language.inspect(frame)
    frame.locator("#reach-teams").get_by_role("combobox").press_sequentially("team-l")
    frame.get_by_role("option", name="team-leads").click()
    frame.locator("#save-settings").click()
    expect(frame.locator("#settings-saved")).to_be_visible()
    screen_language.inspect(frame)


@in_language("ja")
def test_a_japanese_line_ends_between_phrases(screen_language: ScreenLanguage, work: Work) -> None:
    frame = screen_language.journey.open()
    expect(frame.locator("h1").first).to_have_css("word-break", "auto-phrase")
    expect(frame.locator(".status-line").first).to_have_css("word-break", "auto-phrase")


@in_language("ja")
def test_scripts_separate_names_as_the_language_does(screen_language: ScreenLanguage, work: Work) -> None:
    one, two, three = (work.issue(f"Work {n}") for n in range(3))
    sheet = Sheet(screen_language.journey, work)
    sheet.open(one)
    sheet.cell(one, MON).click()
    paste(sheet, f"{two.key}\tWork 1\t1\n{three.key}\tWork 2\t1")
    expect(sheet.frame.locator("#flags .flag").last).to_contain_text(f"{two.key}、{three.key}")
    make_team(work.stage, "[Payments]", work.person, work.stage.jira.person(COLLEAGUE))
    frame = screen_language.journey.open("availability")
    day = frame.locator("td.day:not(.off)").first
    day.click()
    expect(day).to_have_attribute("aria-label", re.compile("、" + screen_language.say("not saved") + "$"))


@in_language("ja")
def test_the_capacity_of_a_team_is_read(screen_language: ScreenLanguage, work: Work) -> None:
    team = make_team(work.stage, "[Payments]", work.person, work.stage.jira.person(COLLEAGUE))
    work.log(work.issue("Mend the refund flow"), MON, HOUR)
    frame = screen_language.journey.open("teams", team=team.id)
    for tab in ("people", "timesheet"):
        frame.locator(f"#tab-{tab}").click()
        expect(frame.locator(f"#tab-{tab}")).to_have_attribute("aria-pressed", "true")
        screen_language.inspect(frame)


@in_language(MIRRORED)
def test_the_data_of_a_person_are_erased(screen_language: ScreenLanguage, work: Work) -> None:
    leaving = work.stage.jira.person(LEAVING)
    make_team(work.stage, "[Payments]", work.stage.jira.person(COLLEAGUE), leaving)
    frame = open_section(screen_language, "people")
    label = screen_language.say("Erase the data of {name}", name=leaving.display_name)
    frame.get_by_role("button", name=label).click()
    typed = frame.locator("#typed")
    typed.fill("Somebody else")
    typed.press("Enter")
    expect(frame.locator("#typed-error")).to_be_visible()
    screen_language.inspect(frame)
    typed.fill(leaving.display_name)
    typed.press("Enter")
    expect(frame.locator("#people-table")).not_to_contain_text(leaving.display_name)
    screen_language.inspect(frame)


@in_language(ACCENTED)
def test_a_job_runs_again(screen_language: ScreenLanguage, work: Work) -> None:
    give_up(work.stage)
    frame = open_section(screen_language, "jobs")
    expect(frame.locator("#jobs-dead")).to_be_visible()
    frame.locator("#jobs-dead button").click()
    expect(frame.locator("#flags .flag")).to_be_visible()
    screen_language.inspect(frame)


@in_language("de")
def test_a_report_is_saved_as_a_view(screen_language: ScreenLanguage, work: Work) -> None:
    work.log(work.issue("Mend the refund flow"), MON, HOUR)
    frame = screen_language.journey.open("reports")
    frame.locator("#level-1").select_option("project")
    frame.locator("#views-menu summary").click()
    frame.get_by_role("button", name=screen_language.say("Save as a view …")).click()
    frame.locator("#view-name").fill("Was war")
    screen_language.inspect(frame)
    frame.locator("#view-form [type=submit]").click()
    name = screen_language.say("View: {name}", name="Was war")
    expect(frame.locator("#views-menu summary")).to_have_text(name)
    screen_language.inspect(frame)


@in_language("es")
def test_worklogs_move_to_a_day_together(sheet: Sheet, screen_language: ScreenLanguage) -> None:
    issue = sheet.work.issue("Sort the mail")
    for day in (MON, TUE):
        sheet.work.log(issue, day, HOUR)
    sheet.open()
    sheet.frame.locator("#layout-list").click()
    boxes = sheet.frame.locator(".line input[name='chosen']")
    boxes.nth(0).check()
    boxes.nth(1).check()
    screen_language.inspect(sheet.frame)
    sheet.frame.locator("#selection-day").click()
    dialog = sheet.frame.get_by_role("dialog")
    expect(dialog).to_contain_text("Cambian 2 registros de trabajo, 2 h en total.")
    screen_language.inspect(sheet.frame)
    dialog.get_by_label(screen_language.say("Date")).fill(FRI.isoformat())
    dialog.locator("[type=submit]").click()
    expect(sheet.frame.locator("#flags")).to_contain_text("2 registros de trabajo movidos.")
    assert sheet.work.logged(issue) == [(FRI, HOUR), (FRI, HOUR)]


@in_language("fr")
def test_a_day_is_saved_as_a_template_and_applied(sheet: Sheet, screen_language: ScreenLanguage) -> None:
    issue = sheet.work.issue("Standup")
    sheet.work.log(issue, MON, HOUR)
    sheet.open()
    sheet.frame.locator("#sheet details.menu summary").click()
    sheet.frame.locator("#save-template").click()
    sheet.frame.locator("#template-name").fill("Lundi")
    sheet.frame.locator("#template-of").fill(MON.isoformat())
    sheet.frame.locator("#template-weekly").uncheck()
    sheet.frame.locator("#template-save [type=submit]").click()
    said = screen_language.say("The template {name} is saved.", name="Lundi")
    expect(sheet.frame.locator("#flags")).to_contain_text(said)
    sheet.press("u")
    sheet.frame.locator("#template-day").fill(TUE.isoformat())
    copy = sheet.frame.get_by_role(
        "button", name=screen_language.say("Apply template ({total})", total="1:00")
    )
    expect(copy).to_be_visible()
    screen_language.inspect(sheet.frame)
    copy.click()
    sheet.expect_cells([(issue, MON, "1:00"), (issue, TUE, "1:00")])


@in_language("pt_BR")
def test_a_long_date_behind_a_cell_leaves_the_time_its_place(
    screen_language: ScreenLanguage, work: Work
) -> None:
    work.log(work.issue("Mend the refund flow"), MON, HOUR)
    frame = screen_language.journey.open("reports")
    screen_language.journey.page.set_viewport_size({"width": 375, "height": 740})
    frame.locator("#report-table tfoot td").last.click()
    day = frame.locator("#report-worklogs .entry-time")
    time = frame.locator("#report-worklogs .entry-duration")
    expect(day).to_have_text("segunda-feira, 11 de março de 2030")
    spread = day.evaluate(
        "day => { const text = new Range(); text.selectNodeContents(day); return text.getBoundingClientRect().right }"
    )
    assert spread <= time.evaluate("time => time.getBoundingClientRect().left")
    screen_language.inspect(frame)


@in_language(MIRRORED)
def test_edges_and_summaries_are_cut_where_text_from_right_to_left_ends(
    screen_language: ScreenLanguage, work: Work
) -> None:
    team = make_team(work.stage, "[Payments]", work.person, work.stage.jira.person(COLLEAGUE))
    work.log(work.issue("Mend the refund flow of partial captures before the next release"), MON, HOUR)
    screen_language.journey.page.set_viewport_size({"width": 320, "height": 740})
    frame = screen_language.journey.open("teams", team=team.id)
    frame.locator("#tab-people").click()
    table = frame.locator("#people.more-after")
    leftward = (
        r"^linear-gradient\(-90deg, rgba\(0, 0, 0, 0\), rgb\(0, 0, 0\) 0px, rgb\(0, 0, 0\) calc\(100% - \d"
    )
    expect(table).to_have_css("mask-image", re.compile(leftward))
    frame = screen_language.journey.open()
    frame.locator("#layout-list").click()
    summary = frame.locator(".line-summary")
    expect(summary).to_have_css("direction", "ltr")
    assert summary.evaluate("text => text.scrollWidth > text.clientWidth")
    screen_language.inspect(frame)


@in_language("ja")
def test_an_event_of_the_audit_log_has_the_width_of_a_phone(
    screen_language: ScreenLanguage, work: Work
) -> None:
    screen_language.journey.person = work.stage.jira.person(ADMIN)
    let_audit(work.stage, screen_language.journey.person)
    screen_language.journey.page.set_viewport_size({"width": 375, "height": 740})
    frame = screen_language.journey.open("audit-log")
    action = frame.locator(".audit-table tbody .what").first
    expect(action).to_be_visible()
    assert action.evaluate("cell => cell.offsetWidth") > 300
    screen_language.inspect(frame)
