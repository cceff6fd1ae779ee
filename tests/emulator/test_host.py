"""The host page and its script, in a real browser, with an app under a strict content security policy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from jira_emulator.server import RunningSite
from tests.emulator.support.sample_app import SampleApp, running_app

# Long timeouts for a busy machine; a wait ends as soon as its condition is met.
expect.set_options(timeout=20_000)

SCRIPT = "window.ready = AP.theming.initializeTheming();"


@pytest.fixture
def framed(jira: RunningSite, sample: SampleApp) -> SampleApp:
    """Return the sample app with ``all.js`` in its pages, nothing inline, and no eval."""
    sample.page = (
        '<!doctype html><html lang="en"><head><title>Sample</title>'
        f'<script src="{jira.script_url}" data-options="sizeToParent:true;margin:false">'
        '</script><script src="/sample.js" defer></script></head><body><h1>Sample</h1></body></html>'
    )
    sample.script = SCRIPT
    cdn = jira.script_url.removesuffix("/_atlassian/connect/all.js")
    sample.policy = (
        f"default-src 'none'; script-src 'self' {cdn}; style-src 'self' {cdn}; base-uri 'none'; "
        f"frame-ancestors {jira.base_url}"
    )
    jira.install(sample.descriptor_url)
    return sample


@pytest.fixture
def browser_page(page: Page, jira: RunningSite) -> Iterator[Page]:
    """Yield a page, and fail the test for any error in its console."""
    problems: list[str] = []
    page.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []


def enter(page: Page, jira: RunningSite, path: str = "/plugins/servlet/ac/sample.app/page") -> None:
    person = jira.person(0).account_id
    page.goto(f"{jira.base_url}/_host/sign-in-as?person={person}&next={path}")


def frame_of(page: Page, app: SampleApp, path: str = "/page") -> Frame:
    element = page.locator(f'iframe[src^="{app.base_url}{path}"]').element_handle()
    frame = element.content_frame()
    assert frame is not None
    frame.wait_for_url(f"{app.base_url}{path}**")
    frame.wait_for_load_state()
    frame.evaluate("() => window.ready")
    return frame


def test_the_app_asks_who_and_where(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(browser_page, jira, "/plugins/servlet/ac/sample.app/page%3Fproject.key=PAY%26ac.date=2026-11-24")
    frame = frame_of(browser_page, framed)
    person = jira.person(0)
    assert "date=2026-11-24" in frame.url
    assert frame.evaluate("() => AP.user.getCurrentUser()") == {"atlassianAccountId": person.account_id}
    assert frame.evaluate("() => new Promise(AP.user.getTimeZone)") == person.time_zone
    assert frame.evaluate("() => AP.user.getLocale()") == person.locale
    assert frame.evaluate("() => AP.context.getContext()")["jira"]["project"]["key"] == "PAY"
    assert frame.evaluate("() => AP.getLocation()") == browser_page.url
    location = frame.evaluate("() => AP.navigator.getLocation()")
    assert location["context"]["moduleKey"] == "page"


def test_tokens_by_promise_and_by_callback(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    for call in ("AP.context.getToken()", "new Promise((done) => AP.context.getToken(done))"):
        assert frame.evaluate(f"() => {call}").count(".") == 2


def test_a_disabled_app_gets_no_token(page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(page, jira)
    frame = frame_of(page, framed)
    jira.tenant.lifecycle.disable("sample.app")
    refused = frame.evaluate("() => AP.context.getToken().catch((error) => error.message)")
    assert "404" in refused


def test_the_theme_follows_live(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    html = frame.locator("html")
    expect(html).to_have_attribute(
        "data-theme", "dark:dark light:light spacing:spacing typography:typography-refreshed"
    )
    expect(html).to_have_attribute("data-color-mode", "light")
    browser_page.locator("summary.avatar").click()
    # The page changes at once and the choice is stored after it; a reload before that would cancel the request.
    with browser_page.expect_response("**/_host/theme") as stored:
        browser_page.get_by_role("button", name="Dark").click()
    expect(html).to_have_attribute("data-color-mode", "dark")
    assert stored.value.status == 303
    browser_page.reload()
    expect(frame_of(browser_page, framed).locator("html")).to_have_attribute("data-color-mode", "dark")


def test_flags_show_act_and_close(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    frame.evaluate("""() => {
        window.heard = [];
        AP.events.on('flag.action', (data) => heard.push(data.actionIdentifier));
        AP.events.on('flag.close', () => heard.push('closed'));
        window.flag = AP.flag.create({title: 'Saved', body: '<b>1h</b>', type: 'success', actions: {undo: 'Undo'}});
    }""")
    flag = browser_page.locator(".flag")
    expect(flag).to_contain_text("<b>1h</b>")
    flag.get_by_role("button", name="Undo").click()
    flag.get_by_role("button", name="Dismiss").click()
    expect(flag).to_have_count(0)
    # Posted after the two events, so its answer comes after them.
    frame.evaluate("() => AP.getLocation()")
    assert frame.evaluate("() => heard") == ["undo", "closed"]


def test_a_dialog_gets_data_and_gives_some_back(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    frame.evaluate("""() => {
        window.result = new Promise((done) => AP.events.on('dialog.close', done));
        AP.dialog.create({key: 'ask', chrome: true, header: 'Sure?', customData: {a: 1}, submitText: 'Go'});
    }""")
    dialog = browser_page.get_by_role("dialog", name="Sure?")
    expect(dialog.get_by_role("button", name="Go")).to_be_visible()
    inner = frame_of(browser_page, framed, "/ask")
    assert inner.evaluate("() => AP.dialog.getCustomData()") == {"a": 1}
    inner.evaluate("() => AP.dialog.close({yes: true})")
    assert frame.evaluate("() => result") == {"yes": True}
    expect(dialog).to_have_count(0)


def test_history_lives_in_the_hosts_address(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    frame.evaluate("""() => {
        window.popped = new Promise((done) => AP.history.popState((state) => done(state.hash)));
        AP.history.pushState('week/47');
        AP.history.pushState('week/48');
    }""")
    assert frame.evaluate("() => AP.history.getState()") == "week/48"
    assert browser_page.url.endswith("#!week%2F48")
    frame.evaluate("() => AP.history.back()")
    assert frame.evaluate("() => popped") == "week/47"
    browser_page.reload()
    again = frame_of(browser_page, framed)
    assert again.evaluate("() => AP.history.getState('all')")["hash"] == "week/47"


def test_requests_go_as_the_person_and_only_to_jira(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    body = frame.evaluate("() => AP.request('/rest/api/3/myself').then((answer) => answer.body)")
    assert json.loads(body)["accountId"] == jira.person(0).account_id
    for url in ("https://evil.example/rest/x", "/_host/frame", "//evil.example/rest/"):
        refused = frame.evaluate("(url) => AP.request(url).catch((error) => error.message)", url)
        assert "only the REST API" in refused


def test_events_reach_the_frames_of_the_same_app(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    received = frame.evaluate("""() => new Promise((done) => {
        const off = () => done('wrong');
        AP.events.on('hello', off);
        AP.events.off('hello', off);
        AP.events.once('hello', (...words) => done(words));
        AP.events.emit('hello', 'a', {b: 1});
    })""")
    assert received == ["a", {"b": 1}]


def test_the_smaller_functions_of_ap_work(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(browser_page, jira)
    frame = frame_of(browser_page, framed)
    frame.evaluate("() => AP.cookie.save('view', 'week', 1)")
    assert frame.evaluate("() => AP.cookie.read('view')") == "week"
    frame.evaluate("() => AP.cookie.erase('view')")
    assert frame.evaluate("() => AP.cookie.read('view')") is None
    frame.evaluate("() => AP.resize('100%', 300)")
    frame.evaluate("() => void setTimeout(() => AP.navigator.go('issue', {issueKey: 'PAY-1'}))")
    browser_page.wait_for_url("**/browse/PAY-1")


def test_work_is_logged_on_an_issue(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    key = next(one.key for one in jira.site.issues.values() if "worklogs-0" in one.labels)
    enter(browser_page, jira, f"/browse/{key}")
    browser_page.get_by_role("button", name="Add Sample panel").click()
    panel = frame_of(browser_page, framed, "/panel")
    assert panel.evaluate("() => AP.context.getContext()")["jira"]["issue"]["key"] == key
    browser_page.get_by_label("Time spent").fill("1h 30m")
    browser_page.get_by_role("button", name="Log work").click()
    row = browser_page.locator(".worklogs li", has_text="1h 30m")
    expect(row).to_contain_text(jira.person(0).display_name)
    browser_page.request.delete(f"{jira.base_url}/rest/api/3/issue/{key}/worklog/{newest_worklog(jira, key)}")


def newest_worklog(jira: RunningSite, key: str) -> int:
    issue = jira.site.find_issue(key)
    assert issue is not None
    return issue.worklog_ids[-1]


def test_an_admin_installs_and_removes_an_app(page: Page, jira: RunningSite, sample: SampleApp) -> None:
    enter(page, jira, "/jira/settings/apps")
    page.get_by_label("App descriptor URL").fill(f"{sample.base_url}/no-descriptor")
    page.get_by_role("button", name="Install").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid JSON")
    page.get_by_label("App descriptor URL").fill(sample.descriptor_url)
    page.get_by_role("button", name="Install").click()
    expect(page.get_by_role("heading", name="Sample app")).to_contain_text("enabled")
    expect(page.get_by_role("link", name="Configure")).to_be_visible()
    page.get_by_role("button", name="Uninstall").click()
    expect(page.get_by_text("No app is installed")).to_be_visible()


def test_the_command_line_prints_where_to_go() -> None:
    command = [sys.executable, "-m", "jira_emulator", "--port", "0", "--people", "5", "--months", "1"]
    with running_app() as sample:
        options = ["--install", sample.descriptor_url, "--print-url"]
        with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            line = running.stdout.readline()
            running.terminate()
            assert running.wait(30) == 0
        [site] = json.loads(line)["sites"]
        assert site["open"].endswith("next=/plugins/servlet/ac/sample.app/page")
        assert sample.to("/installed")[0].body["baseUrl"] == site["baseUrl"]


def open_context(page: Page, jira: RunningSite, framed: SampleApp, body: str) -> Frame:
    """Open the box of the sample app on an issue, with this in its page's body."""
    framed.page = framed.page.replace("sizeToParent:true;", "").replace("<h1>Sample</h1>", body)
    enter(page, jira, "/browse/PAY-1")
    page.locator("summary", has_text="Sample context").click()
    return frame_of(page, framed, "/context")


HEIGHT = "() => window.innerHeight"
# The script reports a change before the third frame is drawn, and before this call.
SETTLE = """async () => {
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
    await AP.getLocation();
}"""
ADD = """(count) => {
    const place = document.querySelector('.ac-content') || document.body;
    for (let i = 0; i < count; i++) place.append(document.createElement('hr'));
}"""


def test_a_panel_is_as_tall_as_the_element_for_it(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    panel = open_context(browser_page, jira, framed, f'<div class="ac-content">{"<hr>" * 70}</div>')
    fits = "() => Math.ceil(document.querySelector('.ac-content').getBoundingClientRect().height) === innerHeight"
    panel.wait_for_function("() => innerHeight > 600")
    panel.wait_for_function(fits)
    panel.evaluate(ADD, 20)
    panel.wait_for_function("() => innerHeight > 850")
    panel.evaluate("() => document.querySelectorAll('hr:not(:first-child)').forEach((one) => one.remove())")
    panel.wait_for_function("() => innerHeight < 100")
    panel.wait_for_function(fits)


def test_without_that_element_the_height_of_the_body_is_taken_once(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    panel = open_context(browser_page, jira, framed, "<hr>" * 70)
    panel.wait_for_function("() => innerHeight > 600")
    # The frame has its height before the script has seen that, and a change in between would be reported.
    panel.evaluate(SETTLE)
    browser_page.evaluate("""() => {
        window.heard = [];
        addEventListener("message", (message) => heard.push(message.data.name));
    }""")
    panel.evaluate(ADD, 20)
    panel.evaluate(SETTLE)
    panel.evaluate("() => document.querySelectorAll('hr:not(:first-child)').forEach((one) => one.remove())")
    panel.evaluate(SETTLE)
    assert browser_page.evaluate("() => heard") == ["getLocation", "getLocation"]


def test_a_panel_cannot_fill_its_parent(browser_page: Page, jira: RunningSite, framed: SampleApp) -> None:
    enter(browser_page, jira, "/browse/PAY-1")
    side = frame_of(browser_page, framed, "/side")
    side.evaluate("() => AP.sizeToParent(true)")
    # Calls are answered in order, so the host has received the first one.
    side.evaluate("() => AP.getLocation()")
    assert side.evaluate(HEIGHT) == 150


def test_issue_content_waits_behind_its_button(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    enter(browser_page, jira, "/browse/PAY-1")
    assert browser_page.locator(f'iframe[src^="{framed.base_url}/panel"]').count() == 0
    button = browser_page.get_by_role("button", name="Add Sample panel")
    button.click()
    expect(browser_page.get_by_role("heading", name="Sample panel")).to_be_visible()
    assert frame_of(browser_page, framed, "/panel").evaluate("() => AP.user.getLocale()")
    expect(button).to_be_disabled()


def test_a_context_box_is_there_and_stays_as_it_was_left(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    enter(browser_page, jira, "/browse/PAY-1")
    box = browser_page.locator("summary", has_text="Sample context")
    expect(box).to_contain_text("Sample label")
    assert browser_page.locator(f'iframe[src^="{framed.base_url}/context"]').count() == 0
    box.click()
    frame_of(browser_page, framed, "/context")
    enter(browser_page, jira, "/browse/PAY-2")
    frame_of(browser_page, framed, "/context")


def test_icons_are_fetched_from_the_app_by_another_origin(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    enter(browser_page, jira, "/browse/PAY-1")
    loaded = (
        "() => [...document.querySelectorAll('.issue img')].map((one) => one.complete && one.naturalWidth)"
    )
    browser_page.wait_for_load_state()
    assert browser_page.evaluate(loaded) == [16, 16]


def test_an_icon_that_is_not_shared_is_blocked(page: Page, jira: RunningSite, framed: SampleApp) -> None:
    framed.icon_shared_with = "same-origin"
    problems: list[str] = []
    page.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
    enter(page, jira, "/browse/PAY-1")
    page.wait_for_load_state()
    assert any("ERR_BLOCKED_BY_RESPONSE.NotSame" in problem for problem in problems)


def test_theming_adds_style_sheets_from_the_scripts_own_host(
    browser_page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    assert not jira.script_url.startswith(jira.base_url)
    enter(browser_page, jira, "/browse/PAY-1")
    side = frame_of(browser_page, framed, "/side")
    sheets = "() => [...document.querySelectorAll('link')].map((one) => one.href.split('/connect/')[1])"
    assert side.evaluate(sheets) == [
        "themes/atlaskit-tokens_light.css",
        "themes/atlaskit-tokens_spacing.css",
        "themes/atlaskit-tokens_typography-refreshed.css",
        "surfaces.css",
    ]
    expect(side.locator("html")).to_have_attribute("data-surface", "raised")


def test_an_app_whose_policy_does_not_allow_them_is_caught(
    page: Page, jira: RunningSite, framed: SampleApp
) -> None:
    framed.policy = framed.policy.replace(
        "style-src 'self' http://localhost", "style-src 'self' http://nowhere"
    )
    problems: list[str] = []
    page.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
    enter(page, jira)
    frame_of(page, framed)
    assert any("style-src" in problem for problem in problems)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_hosts_own_pages(page: Page, jira: RunningSite, theme: str) -> None:
    enter(page, jira, "/jira/projects")
    page.request.post(f"{jira.base_url}/_host/theme", form={"theme": theme})
    for path in (
        "/login",
        "/jira/projects",
        "/browse/PAY-1",
        "/jira/settings/apps",
        "/_emulator/",
        "/nowhere",
    ):
        page.goto(jira.base_url + path)
        results = Axe().run(page)
        assert results.violations_count == 0, f"{path}: {results.generate_report()}"
