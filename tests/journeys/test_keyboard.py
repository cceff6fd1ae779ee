"""Every control of a page is reached with Tab alone, and what has the focus can be seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from tests.journeys.audit.test_audit import let_audit
from tests.journeys.conftest import Journey
from tests.journeys.support.sheet import HOUR, MON, Sheet, Work
from tools.stage import Stage

MOST_STOPS = 120
# Marks what has the focus, and returns its name, whether it is new, and whether its middle is in view and on top.
STOP = """() => {
    const on = document.activeElement;
    if (!on || on === document.body) return null;
    const { left, top, width, height } = on.getBoundingClientRect();
    const above = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 10));
    const fresh = !("reached" in on.dataset);
    on.dataset.reached = "";
    return [`${on.tagName} ${on.id} ${on.title || on.textContent.trim().slice(0, 30)}`, fresh,
        above !== null && (on.contains(above) || above.contains(on))];
}"""
# Controls that Tab should reach and did not. One of a group of choices stands for all; arrows move inside the grid.
MISSED = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
    .filter((one) => one.checkVisibility() && one.getClientRects().length && !one.disabled && one.tabIndex >= 0)
    .filter((one) => !("reached" in one.dataset) && one.type !== "hidden" && one.type !== "radio")
    .filter((one) => !one.closest("#grid tbody"))
    .map((one) => `${one.tagName} ${one.id} ${one.title || one.textContent.trim().slice(0, 30)}`)"""


def walk(journey: Journey, frame: Frame) -> tuple[int, list[str]]:
    """Press Tab until the page ends or begins again. Return how many controls were reached, and those out of sight."""
    frame.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); }")
    stops, unseen, last = 0, list[str](), ""
    for _ in range(MOST_STOPS):
        journey.page.keyboard.press("Tab")
        stop = frame.evaluate(STOP)
        # A date has several stops inside one field.
        if stop is None or (not stop[1] and stop[0] != last):
            return stops, unseen
        name, fresh, seen = stop
        stops, last = stops + fresh, name
        if not seen:
            unseen.append(name)
    raise AssertionError("the walk does not end")


@pytest.mark.parametrize(("width", "theme"), [(1024, "light"), (375, "dark")])
@pytest.mark.parametrize(
    ("module", "ready", "least"),
    [
        # The control that comes by itself last, unless the machine is busy.
        ("my-timesheet", "#timer-open", 20),
        ("availability", "#months", 10),
        ("audit-log", "#check-again", 20),
        ("configure", "#section-site", 15),
    ],
)
def test_tab_reaches_every_control_in_sight(
    journey: Journey, work: Work, stage: Stage, module: str, ready: str, least: int, width: int, theme: str
) -> None:
    journey.person = work.person = stage.jira.person(0)
    let_audit(stage, journey.person)
    work.log(work.issue("Plan the quarter"), MON, HOUR)
    journey.page.set_viewport_size({"width": width, "height": 700})
    journey.choose_theme(theme)
    frame = journey.open(module)
    expect(frame.locator(ready)).to_be_visible()
    # Parts that load by themselves may arrive in another order.
    expect(frame.locator("[aria-busy='true']")).to_have_count(0)
    for folded in frame.locator("#filter-switch:not([open]) summary:visible").all():
        folded.press("Enter")
    stops, unseen = walk(journey, frame)
    assert stops > least, "the walk goes through the page"
    assert unseen == []
    assert frame.evaluate(MISSED) == []


def test_tab_goes_round_in_a_dialog_and_escape_leads_back(journey: Journey) -> None:
    frame = journey.open()
    menu, dialog = frame.locator("#sheet .menu summary[title=More]"), frame.locator("#dialog")
    menu.press("Enter")
    frame.locator("#choose-language").press("Enter")
    expect(dialog.locator(":focus")).to_have_count(1)
    for key in ("Tab", "Shift+Tab"):
        for _ in range(12):
            journey.page.keyboard.press(key)
            assert frame.evaluate("document.activeElement.closest('#dialog') !== null"), key
    journey.page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(menu).to_be_focused()


def test_a_button_has_the_focus_again_after_an_answer_was_lost(sheet: Sheet) -> None:
    issue = sheet.work.issue("Sent twice")
    sheet.journey.allow("Failed to load resource|Failed to fetch")
    sheet.open(issue)
    sheet.cell(issue, MON).click()
    sheet.press("Shift+Enter")
    sheet.frame.get_by_label("Time spent", exact=True).fill("2h")
    sheet.journey.cut_off("/worklogs")
    button = sheet.frame.locator("#worklog-form [type=submit]")
    button.press("Enter")
    expect(sheet.frame.locator("#worklog-problem")).to_contain_text("could not be reached")
    expect(button).to_be_focused()
    sheet.journey.restore()
    sheet.press("Enter")
    expect(sheet.cell(issue, MON)).to_have_text("2:00")
