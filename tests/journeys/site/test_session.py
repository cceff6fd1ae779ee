"""Tokens that expire, are tampered with, or no longer count, while somebody has the page open."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.support.sheet import HOUR, MON, TUE, Sheet

pytestmark = pytest.mark.only_door(
    "connect",
    reason="a Forge app has no sessions or signed addresses, and once it is removed Jira refuses its calls",
)
SESSION_SECONDS = 15 * 60
FORGED = "This request does not come from Jira. Reload the page in Jira."
GONE = "Timesheet is no longer installed on this site."


def test_a_session_that_ran_out_renews_itself_unseen(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("After lunch"), sheet.work.issue("Below")
    sheet.open(issue, below)
    renewals: list[str] = []
    sheet.page.on(
        "request", lambda request: renewals.append(request.url) if request.url.endswith("/session") else None
    )
    sheet.work.stage.cloud.cloud.clock.travel(SESSION_SECONDS + 60)
    sheet.enter(issue, MON, "2", key="Tab")
    sheet.type("3")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "2:00"), (issue, TUE, "3:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR), (TUE, 3 * HOUR)]
    assert len(renewals) == 1
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.title).to_have_text("18–24 Mar 2030")
    assert len(renewals) == 1


def test_a_save_whose_answer_is_lost_after_a_renewal_is_not_called_refused(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Renewed and lost"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.work.stage.cloud.cloud.clock.travel(SESSION_SECONDS + 60)
    sheet.journey.allow("Failed to load resource|htmx:error|Failed to fetch")

    def lose(route: Route) -> None:
        answer = route.fetch()
        if answer.status == 401:
            route.fulfill(response=answer)
        else:
            route.abort()

    sheet.page.route("**/timesheet/cell", lose)
    sheet.enter(issue, MON, "1")
    expect(sheet.problem).to_contain_text("so this may not be saved")
    assert sheet.work.logged(issue) == [(MON, HOUR)]
    sheet.page.unroute("**/timesheet/cell", lose)
    sheet.press("Alt+ArrowDown", "Enter")
    sheet.input.fill("2")
    sheet.press("Enter")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_an_app_uninstalled_meanwhile_says_so_and_keeps_the_text(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Too late"), sheet.work.issue("Below")
    sheet.open(issue, below)
    [app] = sheet.work.stage.jira.tenant.lifecycle.enabled()
    sheet.work.stage.jira.tenant.lifecycle.uninstall(app.key)
    sheet.enter(issue, MON, "2")
    expect(sheet.problem).to_contain_text(GONE)
    expect(sheet.problem.locator("code")).to_have_text(re.compile("^[0-9a-f]{16}$"))
    expect(sheet.cell(issue, MON)).to_have_text("2")
    assert sheet.work.logged(issue) == []
    sheet.frame.get_by_role("button", name="Next").click()
    expect(sheet.frame.locator("#sheet-problem")).to_contain_text(GONE)
    expect(sheet.frame.get_by_role("button", name="Try again")).to_be_hidden()
    expect(sheet.cell(issue, MON)).to_have_text("2")


def test_a_site_that_gets_a_new_secret_interrupts_nobody(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Installed again"), sheet.work.issue("Below")
    sheet.open(issue, below)
    jira = sheet.work.stage.jira
    jira.install(f"{sheet.work.stage.base_url}/atlassian-connect.json")
    sheet.enter(issue, MON, "2")
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]
    expect(sheet.frame.locator("td.saving")).to_have_count(0)


def test_a_new_secret_interrupts_nobody_in_a_network_with_many_open_pages(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("One of many"), sheet.work.issue("Below")
    sheet.open(issue, below)
    base_url, stage = sheet.work.stage.base_url, sheet.work.stage
    stage.jira.install(f"{base_url}/atlassian-connect.json")
    others = {"Authorization": "JWT e30.e30.x"}
    refused = {sheet.page.request.get(f"{base_url}/timesheet", headers=others).status for _ in range(61)}
    assert refused == {401, 429}
    with sheet.page.expect_response(lambda answer: "/timesheet/cell" in answer.url) as first:
        sheet.enter(issue, MON, "2")
    assert first.value.status == 429
    sheet.expect_cells([(issue, MON, "2:00")])
    assert sheet.work.logged(issue) == [(MON, 2 * HOUR)]


def test_a_tampered_session_is_replaced_by_one_of_the_person_whom_jira_names(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Tampered"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.frame.evaluate(
        """() => {
            const holder = document.querySelector('meta[name="session-token"]');
            const [head, claims, mark] = holder.content.split('.');
            const plain = atob(claims.replaceAll('-', '+').replaceAll('_', '/'));
            const other = btoa(plain.replace(/"sub":"[^"]*"/, '"sub":"712020:somebody"'));
            const forged = other.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
            holder.content = [head, forged, mark].join('.');
        }"""
    )
    sheet.work.forget_calls()
    with sheet.page.expect_response(lambda answer: "/timesheet/cell" in answer.url) as answer:
        sheet.enter(issue, MON, "2")
    assert answer.value.status == 401
    expect(sheet.frame.locator("td.saved")).to_have_count(1)
    assert [row.author for row in sheet.work.rows(issue)] == [sheet.work.person.account_id]


def test_a_tampered_session_gets_nowhere_without_jira(sheet: Sheet) -> None:
    issue, below = sheet.work.issue("Tampered"), sheet.work.issue("Below")
    sheet.open(issue, below)
    sheet.frame.evaluate(
        """() => {
            const holder = document.querySelector('meta[name="session-token"]');
            const [head, claims] = holder.content.split('.');
            holder.content = [head, claims, 'A'.repeat(43)].join('.');
            AP.context.getToken = (done) => done('forged');
        }"""
    )
    sheet.work.forget_calls()
    sheet.enter(issue, MON, "2")
    expect(sheet.problem).to_contain_text(FORGED)
    expect(sheet.cell(issue, MON)).to_have_text("2")
    assert sheet.work.calls() == []


def test_a_page_address_of_jira_is_good_for_its_own_query_and_time_only(sheet: Sheet) -> None:
    jira = sheet.work.stage.jira
    url = jira.page_url("my-timesheet", sheet.work.person)
    request = sheet.page.request
    assert request.get(url).status == 200
    tampered = request.get(f"{url}&view=month")
    assert tampered.status == 401
    assert FORGED in tampered.text()
    assert "<code>" in tampered.text()
    assert request.get(url.replace("jwt=", "jwt=x")).status == 401
    assert request.get(f"{sheet.work.stage.base_url}/timesheet").status == 401
    sheet.work.stage.cloud.cloud.clock.travel(600)
    assert request.get(url).status == 401


def test_a_page_of_another_site_cannot_frame_the_timesheet(sheet: Sheet) -> None:
    jira = sheet.work.stage.jira
    answer = sheet.page.request.get(jira.page_url("my-timesheet", sheet.work.person))
    policy = answer.headers["content-security-policy"]
    assert f"frame-ancestors {jira.base_url}" in policy.split("; ")
    assert "unsafe" not in policy
    assert "set-cookie" not in answer.headers
    sheet.journey.allow("frame-ancestors|Content Security Policy|ERR_BLOCKED_BY_RESPONSE")
    elsewhere = jira.base_url.replace("127.0.0.1", "localhost")
    sheet.page.goto(f"{elsewhere}/_atlassian/connect/all.js")
    url = jira.page_url("my-timesheet", sheet.work.person)
    with sheet.page.expect_event("requestfailed") as blocked:
        sheet.page.evaluate(
            """url => {
                const frame = document.createElement('iframe');
                frame.src = url;
                document.body.append(frame);
            }""",
            url,
        )
    assert blocked.value.failure == "net::ERR_BLOCKED_BY_RESPONSE"
