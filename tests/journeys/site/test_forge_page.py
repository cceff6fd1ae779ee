"""The pages of the Forge app: the real bridge, in a frame with the real policy, through the emulated proxy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

import dev
from jira_emulator.forge.installation import ForgeInstallation
from tests.journeys.conftest import Journey
from tests.journeys.support.held_answer import hold_answer
from tests.journeys.support.sheet import MON, Sheet
from tests.web.support.recorded_events import events
from timesheet.domain.audit.action import Action
from tools import environment, forge, node
from tools.stage import Stage

pytestmark = pytest.mark.only_door(
    "forge", reason="about the bridge, its limits, and the files of the Forge app"
)


@pytest.fixture
def admin(page: Page, stage: Stage) -> Iterator[Journey]:
    """Run a journey of a Jira admin."""
    traveling = Journey(page, stage, stage.jira.person(0))
    yield traveling
    assert traveling.unexpected() == []


def test_time_is_logged_and_undone_and_nothing_is_sent_to_the_server_itself(
    sheet: Sheet, stage: Stage
) -> None:
    sent: list[str] = []
    sheet.page.on("request", lambda request: sent.append(request.url))
    issue = sheet.work.issue("Behind the other door")
    sheet.open(issue)
    sheet.enter(issue, MON, "1:30")
    sheet.expect_cells([(issue, MON, "1:30")])
    assert sheet.work.logged(issue) == [(MON, 5400)]
    sheet.press("Control+z")
    sheet.expect_cells([(issue, MON, "")])
    assert sheet.work.logged(issue) == []
    assert [url for url in sent if url.startswith(stage.base_url)] == []


def test_links_and_the_address_of_jira_lead_from_page_to_page(sheet: Sheet) -> None:
    journey, page = sheet.journey, sheet.page
    issue = sheet.work.issue("Linked")
    sheet.open(issue)
    sheet.frame.locator(".menu summary").click()
    sheet.frame.get_by_role("link", name="Teams").click()
    expect(page).to_have_url(re.compile("/jira/apps/.*/teams$"))
    expect(journey.frame().get_by_role("heading", name="Teams", exact=True)).to_be_visible()
    # Jira's own navigation changes only the address, as the browser's buttons for back and forward do.
    title = page.frame_locator("iframe[data-forge]").locator("h1").first
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Manage availability").click()
    expect(page).to_have_url(re.compile("/jira/apps/.*/availability$"))
    expect(title).to_contain_text("vailability")
    page.go_back()
    expect(title).to_have_text("Teams")
    sheet.frame = journey.open()
    sheet.show(issue)
    with page.context.expect_page() as opened:
        sheet.row(issue).get_by_role("link", name=issue.key).click()
    assert opened.value.url.endswith(f"/browse/{issue.key}")


def test_a_link_of_jira_to_the_page_that_shows_another_week_opens_the_current_one(sheet: Sheet) -> None:
    page = sheet.page
    sheet.open()
    now = sheet.title.inner_text()
    sheet.frame.get_by_title("Next (J)").click()
    expect(page).to_have_url(re.compile("/my-timesheet#.*2030-03"))
    title = page.frame_locator("iframe[data-forge]").locator("#sheet h1")
    expect(title).not_to_have_text(now)
    later = title.inner_text()
    page.get_by_role("navigation", name="Site").get_by_role("link", name="My Timesheet").click()
    expect(page).to_have_url(re.compile("/my-timesheet$"))
    expect(title).to_have_text(now)
    page.go_back()
    expect(title).to_have_text(later)


def test_a_page_that_is_being_opened_shows_a_skeleton(journey: Journey) -> None:
    address = journey.stage.entrance(journey.person, "teams")
    let_go = hold_answer(journey, "/teams", lambda: journey.page.goto(address))
    body = journey.page.frame_locator("iframe[data-forge]").locator("body")
    expect(body.locator(".skeleton i").first).to_be_visible()
    expect(body).to_have_attribute("aria-busy", "true")
    let_go()
    expect(body.get_by_role("heading", name="Teams", exact=True)).to_be_visible()


@pytest.fixture
def unnamed_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tokens lack the address of the site."""
    monkeypatch.setattr(ForgeInstallation, "names_site", False)


def test_links_lead_to_jira_although_no_token_names_its_address(unnamed_site: None, sheet: Sheet) -> None:
    page, jira = sheet.page, sheet.journey.stage.jira.base_url
    issue = sheet.work.issue("Linked")
    sheet.open(issue)
    with page.context.expect_page() as opened:
        sheet.row(issue).get_by_role("link", name=issue.key).click()
    assert opened.value.url == f"{jira}/browse/{issue.key}"
    sheet.frame.locator(".menu summary").click()
    sheet.frame.get_by_role("link", name="Teams").click()
    expect(page).to_have_url(re.compile(f"^{re.escape(jira)}/jira/apps/.*/teams$"))
    expect(sheet.journey.frame().get_by_role("heading", name="Teams", exact=True)).to_be_visible()


def test_the_page_follows_the_theme_that_is_chosen_in_jira(journey: Journey) -> None:
    page = journey.open().locator("html")
    expect(page).to_have_attribute("data-color-mode", "light")
    expect(page).to_have_css("color-scheme", "light")
    journey.page.get_by_label("Your profile").click()
    journey.page.get_by_role("button", name="Dark").click()
    expect(page).to_have_attribute("data-color-mode", "dark")
    # Whatever the names of Jira's themes are, the mode decides.
    expect(page).to_have_css("color-scheme", "dark")


def test_the_window_has_the_title_of_the_page(journey: Journey) -> None:
    for module, title in (("teams", "Teams"), ("my-history", "My history")):
        journey.open(module)
        expect(journey.page).to_have_title(re.compile(f"^{title} - Jira"))


@pytest.mark.parametrize("module", ["my-timesheet", "teams", "reports", "my-history"])
def test_a_frame_that_adapts_to_its_content_becomes_tall_enough(journey: Journey, module: str) -> None:
    frame, heights = journey.open(module), [150]
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    expect(frame.locator("[aria-busy=true], .htmx-request")).to_have_count(0)
    while heights[-1] not in heights[:-1] and len(heights) < 20:
        journey.page.locator("iframe[data-forge]").evaluate(
            "(frame, height) => { frame.style.cssText = `height: ${height}px; min-height: 0; flex: none` }",
            heights[-1],
        )
        frame.wait_for_function("height => innerHeight === height", arg=heights[-1])
        heights.append(frame.evaluate("document.body.offsetHeight"))
    assert heights[-1] >= 560, heights
    assert heights[-1] == heights[-2], "its height is settled"


def test_files_are_saved_and_read(admin: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = admin.open("configure", section="transfer")
    # The first answer is lost. The page asks again, and that is still one export.
    admin.stage.jira.control(
        "POST", "trouble", {"effect": "proxy-malformed", "path": "/configure/transfer/file"}
    )
    with admin.page.expect_download() as waiting:
        frame.locator("#export-file").click()
    waiting.value.save_as(tmp_path / "site.json")
    recorded = events(admin.stage.app, admin.stage.site_key)
    assert [event.action for event in recorded].count(Action.CONFIGURATION_EXPORTED) == 1
    document = json.loads((tmp_path / "site.json").read_text())
    document["settings"]["fallback_zone"] = "Asia/Tokyo"
    file = frame.locator("#import-file")
    file.set_input_files(
        {"name": "site.json", "mimeType": "application/json", "buffer": json.dumps(document).encode()}
    )
    expect(frame.locator("#import-preview")).to_contain_text("Asia/Tokyo")
    # More than the proxy passes on at once, in a file and in an answer.
    document["settings"]["fallback_zone"] = "Asia/Seoul"
    padded = json.dumps(document).encode().ljust(4 * 1024 * 1024)
    file.set_input_files({"name": "site.json", "mimeType": "application/json", "buffer": padded})
    expect(frame.locator("#import-preview")).to_contain_text("Asia/Seoul")
    file.set_input_files({"name": "site.json", "mimeType": "application/json", "buffer": b" " * 6_000_000})
    expect(frame.locator("#import-preview")).to_contain_text("so nothing was sent")
    monkeypatch.setattr("timesheet.web.forge.call.LARGEST_ANSWER", 1000)
    with admin.page.expect_download() as waiting:
        frame.locator("#export-file").click()
    waiting.value.save_as(tmp_path / "large.json")
    assert (tmp_path / "large.json").stat().st_size > 1000
    assert json.loads((tmp_path / "large.json").read_text()).keys() == document.keys()


def test_the_filter_of_the_audit_log_is_kept_in_the_address(admin: Journey) -> None:
    frame = admin.open("audit-log")
    frame.get_by_label("Outcome", exact=True).select_option("refused")
    expect(frame.locator("#audit-chips")).to_contain_text("Refused")
    expect(admin.page).to_have_url(re.compile("/audit-log#.*refused"))
    admin.page.reload()
    expect(admin.frame().get_by_label("Outcome", exact=True)).to_have_value("refused")
    # An address that was cut off within a letter is not one of a part. It is opened after another page, because the one
    # that is shown may just write its own filter into the address.
    address = admin.page.url.partition("#")[0] + "#%2Faudit%3Foutcome%"
    admin.page.goto("about:blank")
    admin.page.goto(address)
    expect(admin.frame().get_by_label("Outcome", exact=True)).to_have_value("")


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en_US", "could not be opened, and nothing was changed"),
        ("de_DE", "konnte nicht geöffnet werden"),
        ("pt_PT", "Não foi possível abrir"),
        ("it_IT", "could not be opened"),
    ],
)
def test_a_page_that_cannot_be_opened_says_so(journey: Journey, locale: str, sentence: str) -> None:
    journey.person.locale = locale
    journey.allow("Failed to load resource|Failed to fetch")
    journey.page.route("**/gateway/api/graphql", lambda route: route.abort())
    journey.page.goto(journey.stage.entrance(journey.person, "teams"))
    alert = journey.page.frame_locator("iframe[data-forge]").get_by_role("alert")
    expect(alert).to_contain_text(sentence)


def fail(journey: Journey, command: str) -> None:
    """Let Jira's page refuse a command of the bridge."""

    def without(route: Route) -> None:
        answer = route.fetch()
        assert f"  {command}: " in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(f"  {command}: ", f"  no_{command}: "))

    journey.page.route("**/_atlassian/connect/forge.js", without)


def test_a_page_that_jira_does_not_describe_says_so(journey: Journey) -> None:
    journey.allow("is not known here")
    fail(journey, "getContext")
    journey.page.goto(journey.stage.entrance(journey.person, "teams"))
    alert = journey.page.frame_locator("iframe[data-forge]").get_by_role("alert")
    expect(alert).to_contain_text("could not be opened, and nothing was changed")


def test_a_page_opens_without_jiras_theme(journey: Journey) -> None:
    fail(journey, "enableTheming")
    expect(journey.open("teams").get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("route", ["nowhere", "constructor"])
def test_an_address_that_no_page_has_opens_the_first_page(journey: Journey, route: str) -> None:
    frame = journey.open(route)
    # The heading is the name of the page only until the sheet is there.
    expect(frame.get_by_role("grid")).to_be_visible()


def test_the_command_builds_the_same_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, forge_page: Path
) -> None:
    monkeypatch.setattr(environment, "ensure", lambda _: None)
    monkeypatch.setattr(node, "ensure_page_tools", lambda: None)
    monkeypatch.setattr(forge, "FOLDER", tmp_path)
    assert dev.main(["forge", "build"]) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "app").iterdir()} == {
        path.name: path.read_bytes() for path in forge_page.iterdir()
    }


def test_a_save_over_the_limit_waits_and_is_made_once(sheet: Sheet) -> None:
    issue = sheet.work.issue("Limited")
    sheet.open(issue)
    sheet.work.trouble("proxy-busy", path="/timesheet/cell")
    sheet.enter(issue, MON, "1:30")
    expect(sheet.frame.locator("#flags")).to_contain_text("Keep this page open")
    sheet.expect_cells([(issue, MON, "1:30")])
    expect(sheet.frame.locator("td.saving")).to_have_count(0)
    assert sheet.work.logged(issue) == [(MON, 5400)]


@pytest.mark.parametrize("effect", ["proxy-late", "proxy-malformed", "proxy-status"])
def test_a_save_whose_answer_is_lost_once_is_found_and_not_made_twice(sheet: Sheet, effect: str) -> None:
    issue = sheet.work.issue("Answered late")
    sheet.open(issue)
    sheet.work.trouble(effect, path="/timesheet/cell")
    sheet.enter(issue, MON, "1:30")
    expect(sheet.frame.locator("td.saved")).to_have_count(1)
    sheet.expect_cells([(issue, MON, "1:30")])
    assert sheet.work.logged(issue) == [(MON, 5400)]
