"""Keys and links pasted from anywhere: rows at once in the field for adding an issue, an offer in the grid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from jira_emulator.seeding.issues import CLOSED
from tests.journeys.support.held_request import HeldRequests
from tests.journeys.support.sheet import MON, TUE, Sheet
from tests.journeys.timesheet.test_clipboard import paste

Check = Callable[[Page | Frame], None]
READ = "POST /rest/api/3/issue/bulkfetch"


def flag_text(sheet: Sheet, text: str) -> None:
    expect(sheet.frame.locator("#flags .flag").last).to_contain_text(text)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 375)])
def test_a_pasted_list_becomes_rows_at_once(
    sheet: Sheet, assert_accessible: Check, theme: str, width: int
) -> None:
    sheet.journey.choose_theme(theme)
    one, two, three = (sheet.work.issue(f"Work {n}") for n in range(3))
    closed = sheet.work.issue("Closed", status=CLOSED)
    sheet.open()
    sheet.page.set_viewport_size({"width": width, "height": 740})
    sheet.add_box.focus()
    expect(sheet.frame.locator("#found-issues [role=option]").first).to_be_visible()
    sheet.press("Escape")
    sheet.work.forget_calls()
    text = (
        f"- [{one.key}](https://acme.example/browse/{one.key})\n"
        f"https://acme.example/boards/1?selectedIssue={two.key}\n\n{three.key}\t{closed.key}, PAY-99999"
    )
    paste(sheet, text)
    for issue in (one, two, three, closed):
        expect(sheet.row(issue)).to_be_visible()
    said = (
        f"4 rows added. Jira does not show you these issues: PAY-99999. You cannot log time on {closed.key}."
    )
    flag_text(sheet, said)
    expect(sheet.live).to_have_text(said)
    expect(sheet.row(closed)).to_have_attribute(
        "data-locked", f"{closed.key} is Closed: its workflow allows no changes of time there."
    )
    assert sheet.work.calls().count(READ) == 1
    expect(sheet.frame.locator(f"#r{one.id} td:focus")).to_have_count(1)
    assert_accessible(sheet.frame)
    sheet.add_box.focus()
    paste(sheet, text)
    flag_text(sheet, "No rows were added, because all of these issues have one.")
    expect(sheet.frame.locator("#rows tr[id^=r]")).to_have_count(4)
    typed = [sheet.work.issue(f"Typed {n}") for n in range(2)]
    sheet.add_box.focus()
    sheet.type(" ".join(issue.key for issue in typed))
    expect(sheet.frame.locator("#found-keys")).to_contain_text("Add rows for")
    assert_accessible(sheet.frame)
    sheet.press("Enter")
    flag_text(sheet, "2 rows added.")
    expect(sheet.add_box).to_have_value("")


def test_two_lists_pasted_while_the_first_is_on_its_way_are_both_added(sheet: Sheet) -> None:
    one, two = sheet.work.issue("Work 1"), sheet.work.issue("Work 2")
    sheet.open()
    requests = HeldRequests(sheet.journey, "/timesheet/rows/keys")
    sheet.add_box.focus()
    requests.hold(lambda: paste(sheet, one.key))
    expect(sheet.live).to_have_text("Adding rows …")
    paste(sheet, f"{two.key} {one.key}")
    requests.release()
    expect(sheet.row(one)).to_be_visible()
    expect(sheet.row(two)).to_be_visible()
    expect(sheet.frame.locator("#rows tr[id^=r]")).to_have_count(2)


def test_words_are_searched_and_what_is_not_found_comes_back(sheet: Sheet) -> None:
    named = sheet.work.issue("The ISO-8601 reader")
    sheet.open()
    sheet.add_box.focus()
    paste(sheet, "ISO-8601 reader")
    expect(sheet.frame.get_by_role("alert")).to_contain_text("Jira does not show you these issues: ISO-8601.")
    expect(sheet.add_box).to_have_value("ISO-8601 reader")
    expect(sheet.frame.locator(f"#found-{named.id}")).to_be_visible()
    expect(sheet.add_box).to_be_focused()


def test_a_key_that_is_pasted_among_words_leaves_them(sheet: Sheet) -> None:
    issue = sheet.work.issue("Work")
    sheet.open()
    sheet.add_box.focus()
    sheet.type("like  is")
    sheet.press("ArrowLeft", "ArrowLeft", "ArrowLeft")
    # As the browser pastes it, which does so only if nobody else did.
    left = sheet.add_box.evaluate(
        """(box, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste",
                { bubbles: true, cancelable: true, clipboardData: data });
            return box.dispatchEvent(event);
        }""",
        issue.key,
    )
    assert left
    expect(sheet.add_box).to_have_value("like  is")


def test_more_than_fifty_keys_are_added(sheet: Sheet) -> None:
    issues = [sheet.work.issue(f"Work {n}") for n in range(60)]
    sheet.open()
    sheet.add_box.focus()
    sheet.work.forget_calls()
    paste(sheet, "\n".join(issue.key for issue in issues))
    flag_text(sheet, "60 rows added.")
    expect(sheet.frame.locator("#rows tr[id^=r]")).to_have_count(60)
    assert sheet.work.calls().count(READ) == 1


def test_a_list_pasted_into_the_grid_is_offered_as_rows(sheet: Sheet, assert_accessible: Check) -> None:
    here, one, two = (sheet.work.issue(f"Work {n}") for n in range(3))
    sheet.open(here)
    sheet.cell(here, MON).click()
    paste(sheet, f"1. {one.key} Work\n2. {two.key} Work")
    offer = sheet.frame.get_by_role("button", name="Add as rows")
    expect(offer).to_be_focused()
    assert_accessible(sheet.frame)
    wide = sheet.page.viewport_size
    assert wide
    sheet.page.set_viewport_size({"width": 375, "height": 740})
    text, action = sheet.frame.locator("#pasted-keys-text").bounding_box(), offer.bounding_box()
    assert text
    assert action
    assert action["x"] == text["x"]
    assert action["y"] >= text["y"] + text["height"]
    sheet.page.set_viewport_size(wide)
    sheet.press("Escape")
    expect(offer).to_have_count(0)
    expect(sheet.cell(here, MON)).to_be_focused()
    paste(sheet, f"{one.key}, {two.key}")
    sheet.press("Enter")
    expect(sheet.row(one)).to_be_visible()
    expect(sheet.row(two)).to_be_visible()
    expect(sheet.cell(here, MON)).to_be_focused()
    paste(sheet, "1h\t0:45")
    sheet.expect_cells([(here, MON, "1:00"), (here, TUE, "0:45")])


def test_a_block_with_keys_in_its_first_column_goes_to_their_rows(sheet: Sheet) -> None:
    one, two, three = (sheet.work.issue(f"Row {n}") for n in range(3))
    sheet.open(one, two)
    sheet.cell(one, MON).click()
    text = f"Issue\tSummary\tMo\tTu\n{two.key}\tRow 1\t1:30\t2\n{one.key}\tRow 0\t\t0,5\n"
    paste(sheet, f"{text}{three.key}\tRow 2\t4\t\n")
    flag_text(sheet, f"Nothing was pasted: there is no row for {three.key}.")
    assert sheet.work.logged(two) == []
    sheet.press("Enter")
    expect(sheet.row(three)).to_be_visible()
    sheet.cell(one, MON).click()
    paste(sheet, f"{text}{three.key}\tRow 2\t4\t\n")
    sheet.expect_cells([(two, MON, "1:30"), (two, TUE, "2:00"), (one, MON, ""), (one, TUE, "0:30")])
    sheet.expect_cells([(three, MON, "4:00"), (three, TUE, "")])
    expect(sheet.total).to_have_text("8:00")

    paste(sheet, f"{one.key}\t–\t\n{two.key}\t\t3")
    sheet.expect_cells([(two, TUE, "3:00"), (two, MON, "1:30"), (one, TUE, "0:30")])
    expect(sheet.total).to_have_text("9:00")
    paste(sheet, f"{two.key}\t\t2")
    sheet.expect_cells([(two, TUE, "2:00"), (two, MON, "1:30")])
    expect(sheet.total).to_have_text("8:00")

    paste(sheet, f"{one.key}\t1\n{one.key}\t2")
    flag_text(sheet, f"{one.key} is on two lines.")
    paste(sheet, f"{one.key}\t1\nMeetings\t2")
    flag_text(sheet, "Not every line begins with a time or an issue.")
    expect(sheet.total).to_have_text("8:00")
    expect(sheet.frame.locator("td.refused")).to_have_count(0)
