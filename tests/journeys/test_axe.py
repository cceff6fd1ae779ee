"""axe on every page, view, dialog and editor, in both themes and at two widths, for a member, a lead and an admin.

A screen is opened once. Everything is checked at each width, and the dark theme for what a theme can change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, time

import pytest
from playwright.sync_api import Frame, expect

from jira_emulator.issue.issue import IssueEdit, edit_issue
from jira_emulator.model import Person
from jira_emulator.seeding.issues import DONE
from tests.journeys.conftest import Journey
from tests.journeys.support.axe import COLORS, OPTIONS, load_axe
from tests.journeys.support.sheet import HOUR, MON, TODAY, TUE, Work
from tests.journeys.support.team_stage import grant, make_team, run_jobs, stores_of, take_leave
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.permission import Grant, SitePermission
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Team

WIDTHS = (1280, 375)
LONG = "Maximiliana Theodora von Hohenstein-Lang"
EVERYTHING = {
    **OPTIONS,
    "rules": {rule: {"enabled": True} for rule in ("label-content-name-mismatch", "target-size")},
}
RUN = """async ([theme, options]) => {
    const page = document.documentElement;
    page.setAttribute("data-color-mode", theme);
    document.getElementById("flags")?.replaceChildren();
    const { violations } = await axe.run(document, options);
    page.setAttribute("data-color-mode", "light");
    // An open menu, and the bar of selected worklogs, cover parts of what is behind them.
    const above = document.querySelector("details.menu[open], .selection:not([hidden])");
    const counts = (id, { target }) =>
        !above || id !== "target-size" || above.contains(document.querySelector(target[0]));
    return violations.flatMap(({ id, nodes }) => nodes.filter((node) => counts(id, node)).slice(0, 3)
        .map((node) => `${id} ${node.target} ${node.html}`));
}"""


@dataclass
class Look:
    """Opens screens and keeps what axe finds on them."""

    journey: Journey
    frame: Frame = field(init=False)
    found: list[str] = field(default_factory=list)

    def open(self, module: str, ready: str, **values: str) -> Look:
        """Open a page in Jira and wait until this is on it."""
        self.frame = self.journey.open(module, **values)
        return self.wait(ready)

    def wait(self, ready: str) -> Look:
        expect(self.frame.locator(ready).first).to_be_visible()
        return self

    def click(self, control: str, ready: str) -> Look:
        """Press a control, shown at this width or not."""
        self.frame.locator(control).first.evaluate("control => control.click()")
        return self.wait(ready)

    def check(self, screen: str) -> Look:
        """Collect everything that axe reports about the current screen."""
        load_axe(self.frame)
        for width in WIDTHS:
            self.journey.page.set_viewport_size({"width": width, "height": 800})
            for theme, options in (("light", EVERYTHING), ("dark", COLORS)):
                said = self.frame.evaluate(RUN, [theme, options])
                self.found += [f"{screen}, {theme}, {width}: {sentence}" for sentence in said]
        self.journey.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        return self

    def dialog(self, control: str, screen: str) -> Look:
        """Open a dialog, check it, and close it."""
        self.click(control, "dialog[open]").check(screen)
        self.frame.evaluate("document.querySelector('dialog[open]').close()")
        expect(self.frame.locator("dialog[open]")).to_have_count(0)
        return self


@pytest.fixture
def look(journey: Journey, work: Work) -> Look:
    return Look(journey)


@pytest.fixture
def team(journey: Journey, work: Work) -> Team:
    """Create a team of this person with time, leave, holidays, a label, and long names."""
    stage = journey.stage
    people: list[Person] = [stage.jira.person(number) for number in range(5)]
    people[2].display_name = LONG
    grant(stage, people[1], people[0])
    made = make_team(stage, "Payments and Refunds Platform Team Europe", people[1], *people[2:])
    with stores_of(stage) as stores:
        days = (
            NonWorkingDay(TUE, "Founders’ Day", "public-holiday"),
            NonWorkingDay(date(2030, 12, 24), "Christmas Eve", "public-holiday", Part.AFTERNOON),
        )
        stores.calendars.save(GlobalCalendar("bavaria", "Bavaria", days))
        stores.schemes.save(WorkloadScheme("part", "Part time", (6 * HOUR,) * 5 + (0, 0)))
        stores.labels.save(UserLabel("backend", "Backend", "teal", frozenset({people[2].account_id})))
        member = stores.teams.member(made.id, people[1].account_id)
        stores.teams.save_member(replace(member, calendar_id="bavaria"))
    take_leave(stage, people[1], TODAY)
    take_leave(stage, people[2], MON)
    return made


@pytest.fixture
def logged(work: Work, team: Team) -> None:
    """Log overtime, undertime, and overlaps in a week with a holiday and a leave."""
    issue, other = work.issue("Refund flow breaks on partial captures"), work.issue("Another", project="WEB")
    for day, hours, at in ((MON, 10, 8), (MON, 1, 9), (MON, 1, 9), (TUE, 2, 10), (TODAY, 1, 9)):
        work.log(issue, day, hours * HOUR, time(at))
    work.log(other, MON, HOUR, time(9, 30))


def menus(look: Look, summary: str, screen: str) -> None:
    look.click(summary, "details.menu[open]").check(screen)
    look.frame.evaluate("document.querySelector('details.menu[open]').open = false")


def test_axe_finds_nothing_on_a_timesheet(look: Look, logged: None) -> None:
    look.open("my-timesheet", "#grid").check("week")
    for layout, ready in (("list", "#list-frame"), ("calendar", "#calendar.arranged")):
        look.click(f"#layout-{layout}", ready).check(layout)
    look.click("#layout-grid", "#grid")
    for view in ("month", "range"):
        look.frame.get_by_label("Show", exact=True).select_option(view)
        look.wait("#range-first" if view == "range" else "#grid-frame.many").check(view)
    assert look.found == []


def test_axe_finds_nothing_in_the_dialogs_of_a_timesheet(look: Look, logged: None) -> None:
    look.open("my-timesheet", "#grid")
    menus(look, "#sheet summary[title=More]", "menu of the timesheet")
    look.click("[data-help]", "#keys[open]").check("keys")
    look.frame.evaluate("document.getElementById('keys').close()")
    look.dialog("#new-worklog", "log work").dialog("#copy-week", "copy a week")
    look.dialog("#apply-template", "apply a template").dialog("#save-template", "save a template")
    look.dialog("#your-data-open", "your data")
    look.frame.locator("#grid td[data-n]").first.click()
    look.journey.page.keyboard.press("Shift+Enter")
    look.wait("#cell-list").check("worklogs of a cell")
    look.click("#cell-list [title=Edit]", "#worklog-form").check("edit a worklog")
    assert look.found == []


def test_axe_finds_nothing_on_suggestions_and_templates(look: Look, logged: None, work: Work) -> None:
    for summary in ("Suggested", "A suggestion with a summary that is too long for its line and is cut off"):
        issue, site = work.issue(summary), work.stage.jira.site
        with site.lock:
            edit_issue(site, issue, work.person.account_id, IssueEdit(status=site.statuses[DONE]))
    look.open("my-timesheet", "#grid").click("#layout-list", ".suggestion").check("suggestions in the list")
    look.click("[id^=log-all]", "#suggestions-form").check("log all suggestions")
    look.frame.evaluate("document.querySelector('dialog[open]').close()")
    look.click("#choose-calendar-file", "#calendar-file").check("a calendar file")
    look.frame.locator("#calendar-file-text").fill("PK")
    look.click("#calendar-file [type=submit]", "#calendar-file-problem [role=alert]").check(
        "a wrong calendar file"
    )
    look.frame.evaluate("document.querySelector('dialog[open]').close()")
    look.click("#layout-calendar", "#calendar.arranged .suggestion").check("suggestions in the calendar")
    look.click("#save-template", "dialog[open] form")
    look.frame.locator("dialog[open] input[name=name]").fill("Monday")
    look.frame.locator("dialog[open] [type=submit]").click()
    expect(look.frame.locator("dialog[open]")).to_have_count(0)
    look.dialog("#apply-template", "apply a saved template")
    assert look.found == []


def test_axe_finds_nothing_where_worklogs_are_chosen(look: Look, team: Team, logged: None) -> None:
    look.open("my-timesheet", "#grid").click("#layout-list", "#list-frame .line")
    for box in look.frame.locator("#list-frame input[name=chosen]").all():
        box.check()
    look.check("a selection")
    for action in ("day", "issue", "delete"):
        look.click(f"#selection-{action}", "#chosen-form").check(f"the plan to change all ({action})")
        look.frame.evaluate("document.querySelector('dialog[open]').close()")
    look.open("reports", "#report-table").click("#report-table tfoot td:last-child", "#report-worklogs")
    look.frame.locator("#choose-all").check()
    look.check("a selection behind a cell")
    assert look.found == []


def test_axe_finds_nothing_on_the_other_pages_of_a_member(look: Look, logged: None) -> None:
    look.open("teams", "#team-table").check("teams")
    look.open("availability", "#months").check("availability")
    look.click("#months .day:not(.off)", "#leave-preview details, #leave-preview .error").check("marked days")
    look.journey.allow("beforeunload")
    look.click("#discard-leaves", "#discard-leaves[disabled]")
    look.open("my-history", "#audit").check("history")
    look.open("audit-log", "#problem").check("a refusal")
    assert look.found == []


def test_axe_finds_nothing_for_a_lead(look: Look, team: Team, logged: None) -> None:
    look.open("teams", "#overview", team=team.id).check("overview")
    menus(look, "#overview-menu summary", "menu of the overview")
    for tab in ("people", "projects", "timesheet"):
        look.click(f"#tab-{tab}", f"#{'team-grid' if tab == 'timesheet' else tab}").check(tab)
    look.click("#when-closable, #ask-close", "dialog[open]").check("close a period")
    look.frame.evaluate("document.getElementById('dialog').close()")
    look.click("#to-periods", "#period-list").check("periods")
    assert look.found == []


def test_axe_finds_nothing_in_the_settings_of_a_team(look: Look, team: Team) -> None:
    look.open("teams", "#overview", team=team.id).click("#to-settings", "#team-settings")
    for section in ("general", "members", "groups", "roles", "scope", "schemes", "attributes"):
        look.click(f"#section-{section}", f"#section-{section}[aria-current]").check(f"settings: {section}")
        opens = {"members": "#add-members", "roles": "#new-role", "schemes": "#new-scheme"}.get(section)
        if opens:
            look.dialog(opens, f"settings: {section}, add")
        if section == "members":
            look.dialog("#edit-member-1", "edit a member")
    look.dialog("#delete-team", "delete a team")
    look.click("#to-teams", "#team-table").dialog("#new-team", "create a team")
    assert look.found == []


def test_axe_finds_nothing_after_a_closing(look: Look, team: Team, work: Work) -> None:
    issue = work.issue("Refund flow breaks on partial captures")
    first, second = work.log(issue, MON, HOUR), work.log(issue, TUE, HOUR)
    work.stage.cloud.cloud.clock.travel(19 * 24 * HOUR)
    look.open("teams", "#overview", team=team.id).click("#period-previous", "#ask-close")
    look.click("#ask-close", "#close-period [type=submit]").click(
        "#close-period [type=submit]", ".chip.closed"
    )
    for row in (first, second):
        work.change(row, 5 * HOUR)
    take_leave(work.stage, work.person, date(2030, 3, 18))
    run_jobs(work.stage)
    look.click("#refresh", "#late-changes").check("a closed period")
    look.click("#late-changes", "#late form.accept").check("late changes to accept")
    look.click("#late form.accept [type=submit]", "#late .accepted").check("an accepted change")
    look.click("#late [data-close-dialog]", "#to-differences").click("#to-differences", "#differences")
    look.check("differences").dialog("#ask-reopen", "reopen a period")
    look.click("#to-periods", "#period-list").check("a list with a closed period")
    assert look.found == []


def test_axe_finds_nothing_where_two_people_change_a_worklog(look: Look, work: Work) -> None:
    issue = work.issue("Refund flow breaks on partial captures")
    row = work.log(issue, MON, HOUR)
    look.journey.allow("409")
    look.open("my-timesheet", "#grid").click("#layout-list", "#list-frame")
    for seconds in (2 * HOUR, None):
        look.click(f"#edit-{row.id}", "#worklog-form")
        if seconds:
            work.change(row, seconds)
        else:
            work.delete(row)
        look.frame.get_by_label("Time spent").fill("3h")
        look.click("#worklog-form [type=submit]", "#conflict")
        look.check("both values" if seconds else "a worklog that is gone")
        # The first one only says that what was typed is not saved.
        for _ in range(2):
            look.journey.page.keyboard.press("Escape")
        expect(look.frame.locator("dialog[open]")).to_have_count(0)
    assert look.found == []


def test_axe_finds_nothing_where_a_member_sees_own_figures(look: Look, team: Team, logged: None) -> None:
    look.journey.person = look.journey.stage.jira.person(3)
    look.open("teams", "#overview", team=team.id)
    menus(look, "#overview-menu summary", "export of own time")
    for tab in ("people", "timesheet"):
        look.click(f"#tab-{tab}", f"#{'team-grid' if tab == 'timesheet' else tab}").check(f"own {tab}")
    assert look.found == []


def grant_auditing(look: Look, grants: dict[SitePermission, Grant]) -> None:
    """Save exactly these site permissions."""
    with stores_of(look.journey.stage) as stores:
        permissions = stores.permissions.read()
        stores.permissions.save(replace(permissions, permissions=grants))


EDITORS: tuple[tuple[str, str, str], ...] = (
    ("calendars", "#new-calendar", "#calendar-name"),
    ("schemes", "#new-scheme", "#scheme-name"),
    ("legends", "#new-legend", "#legend-title"),
    ("labels", "#new-label", "#label-name"),
)


def test_axe_finds_nothing_for_an_admin(look: Look, team: Team) -> None:
    look.journey.person = look.journey.stage.jira.person(0)
    look.open("my-timesheet", "#checklist").check("first steps")
    grant_auditing(look, {SitePermission.AUDITORS: Grant()})
    look.open("audit-log", "#problem").check("a refusal that an admin can mend")
    look.open("configure", "#general").check("general")
    for section in ("periods", "permissions", "transfer", "people", "site"):
        look.click(f"#section-{section}", f"#section-{section}[aria-current]").check(section)
    assert look.found == []


def test_axe_finds_nothing_in_the_editors_of_an_admin(look: Look, team: Team) -> None:
    look.journey.person = look.journey.stage.jira.person(0)
    look.open("configure", "#general")
    for section, new, name in EDITORS:
        look.click(f"#section-{section}", f"#section-{section}[aria-current]").check(section)
        look.click(new, name).check(f"new: {section}")
        look.click("#go-back", new)
    look.click("#section-calendars", "#new-calendar").click("tbody .link-button", "#year").check("calendar")
    look.dialog("#add-holidays", "public holidays").dialog("#copy-year", "copy a year").dialog(
        "#import-file", "import"
    )
    look.click("#section-people", "#people-table").dialog("[title^='Erase the data']", "erase a person")
    look.click("#section-labels", "#new-label").dialog("[title='Delete Backend']", "delete a label")
    assert look.found == []


def test_axe_finds_nothing_in_the_audit_log(look: Look, team: Team) -> None:
    look.journey.person = look.journey.stage.jira.person(0)
    grant_auditing(look, {})
    look.open("audit-log", "#audit-table, #audit table").check("audit log")
    look.click("#audit tbody tr button", ".event-detail").check("an audit event")
    look.click("#view-activity", "#view-activity[aria-pressed=true]").check("activity")
    assert look.found == []
