"""Calls through Atlassian's gateway: the script alone, with a bridge and a clock of the test's own."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from timesheet.settings import ROOT

ORIGIN = "https://forge.example.com"
# Each call takes the next answer; the last one is for all that follow. ``calls`` are the bodies that were sent.
BRIDGE = """
    window.calls = [];
    window.outcomes = {};
    window.heard = 0;
    new BroadcastChannel("calls").addEventListener("message", ({ data: { at, all } }) => {
        heard += at === undefined ? (all?.length ?? 0) : 1;
    });
    const { sender } = await import("/js/host/gateway.js");
    window.send = sender({
        invokeRemote: async ({ body }) => {
            calls.push(body);
            const answer = answers.length > 1 ? answers.shift() : answers[0];
            if (answer === "silent") return new Promise(() => {});
            if (answer.error) throw new Error(answer.error);
            return answer;
        },
    }, "en");
    window.start = (name, path, request) => {
        const aborter = new AbortController();
        window.abort = () => aborter.abort();
        outcomes[name] = "pending";
        send(path, { ...request, signal: aborter.signal }).then(
            async (answer) => { outcomes[name] = `${answer.status} ${await answer.text()}`; },
            (error) => { outcomes[name] = error.name; },
        );
    };
"""
DONE = {"status": 200, "body": {"status": 200, "text": "done"}}
BUSY = {"message": "Too many requests", "status": 429}
FAILED = {"message": "An unexpected error happened", "status": 502}
MALFORMED: dict[str, Any] = {}


@dataclass
class Script:
    """The script in a page whose clock stands still until the test moves it."""

    page: Page

    def start(self, answers: list[Any], request: str = "{}", name: str = "one") -> None:
        self.page.evaluate(f"window.answers = {json.dumps(answers)}")
        self.page.evaluate(f"start({json.dumps(name)}, '/teams?a=1', {request})")
        self.settle()

    def pass_seconds(self, seconds: float) -> None:
        self.page.clock.run_for(int(seconds * 1000))
        self.settle()

    def settle(self) -> None:
        """Let all promises that wait for nothing run."""
        self.page.evaluate("(async () => { for (let i = 0; i < 100; i += 1) await null; })()")

    def outcome(self, name: str = "one") -> str:
        return str(self.page.evaluate(f"outcomes[{json.dumps(name)}]"))

    def ended(self, outcome: str) -> None:
        self.page.wait_for_function(f"outcomes.one === {json.dumps(outcome)}")

    def wait_for_calls(self, calls: int) -> None:
        """Wait until pages have informed each other about so many calls."""
        self.page.wait_for_function(f"() => heard >= {calls}")

    @property
    def calls(self) -> list[Any]:
        return list(self.page.evaluate("calls"))


@pytest.fixture
def script(page: Page) -> Script:
    page.clock.install()
    return opened(page)


def opened(page: Page, bridge: str = BRIDGE) -> Script:
    """Open a page with the script. All pages of a browser have the same clock."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN)
        if name == "/":
            route.fulfill(body="<!doctype html><div id=flags></div>", content_type="text/html")
        else:
            route.fulfill(path=ROOT / "static" / name.removeprefix("/"), content_type="text/javascript")

    page.route(f"{ORIGIN}/**", serve)
    page.goto(f"{ORIGIN}/")
    if page == page.context.pages[0]:
        page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.evaluate(f"(async () => {{ {bridge} }})()")
    return Script(page)


KEYED = "{ method: 'POST', body: new URLSearchParams({ key: 'a1', value: '1h' }) }"
PLAIN = "{ method: 'POST', body: new URLSearchParams({ name: 'Team' }) }"


@pytest.mark.parametrize("request_", ["{}", KEYED, PLAIN])
def test_a_call_over_the_limit_waits_and_is_made_again(script: Script, request_: str) -> None:
    script.start([BUSY, BUSY, DONE], request_)
    assert script.outcome() == "pending"
    expect(script.page.locator("#flags")).to_contain_text("Keep this page open")
    script.pass_seconds(0.9)
    assert len(script.calls) == 1
    script.pass_seconds(0.2)
    assert len(script.calls) == 2
    script.pass_seconds(1.8)
    assert len(script.calls) == 2
    script.pass_seconds(0.2)
    script.ended("200 done")
    first, *others = script.calls
    assert others == [first, first]


def test_waiting_for_the_limit_ends_after_more_than_a_minute(script: Script) -> None:
    script.start([BUSY])
    script.pass_seconds(62)
    assert script.outcome() == "pending"
    script.pass_seconds(2)
    assert script.outcome() == "TypeError"
    assert len(script.calls) == 7


@pytest.mark.parametrize("answer", [FAILED, MALFORMED, {"error": "Failed to fetch"}])
@pytest.mark.parametrize("request_", ["{}", KEYED])
def test_a_failed_call_is_made_again_if_that_does_no_harm(
    script: Script, answer: dict[str, Any], request_: str
) -> None:
    script.start([answer, answer, DONE], request_)
    script.pass_seconds(4)
    script.ended("200 done")
    assert len(script.calls) == 3
    assert script.page.inner_text("#flags") == ""


@pytest.mark.parametrize("answer", [FAILED, MALFORMED, {"error": "timed out after 25 seconds"}])
def test_a_change_without_a_key_is_sent_once(script: Script, answer: dict[str, Any]) -> None:
    script.start([answer, DONE], PLAIN)
    script.pass_seconds(60)
    assert script.outcome() == "TypeError"
    assert len(script.calls) == 1


def test_a_call_without_an_answer_is_given_up_when_atlassian_does(script: Script) -> None:
    script.start(["silent"], PLAIN)
    script.pass_seconds(24.9)
    assert script.outcome() == "pending"
    script.pass_seconds(0.2)
    assert script.outcome() == "TypeError"


def test_an_answer_of_the_app_is_never_a_reason_to_ask_again(script: Script) -> None:
    script.start([{"status": 200, "body": {"status": 503, "text": "busy"}}])
    script.pass_seconds(60)
    script.ended("503 busy")
    assert len(script.calls) == 1


@pytest.mark.parametrize("answer", ["silent", BUSY, FAILED])
def test_an_aborted_request_ends_at_once(script: Script, answer: Any) -> None:
    script.start([answer])
    script.page.evaluate("abort()")
    script.settle()
    assert script.outcome() == "AbortError"
    script.pass_seconds(120)
    assert len(script.calls) == 1


def test_a_page_makes_1200_calls_in_a_minute_and_keeps_the_others_for_the_next(script: Script) -> None:
    script.page.evaluate(f"window.answers = [{json.dumps(DONE)}]")
    script.page.evaluate("Promise.all(Array.from({ length: 1200 }, () => send('/teams')))")
    script.start([DONE])
    script.start([DONE], name="aborted")
    script.page.evaluate("abort()")
    script.settle()
    assert (script.outcome(), script.outcome("aborted")) == ("pending", "AbortError")
    expect(script.page.locator("#flags")).to_contain_text("Keep this page open")
    script.pass_seconds(59)
    assert len(script.calls) == 1200
    script.pass_seconds(2)
    script.ended("200 done")
    assert len(script.calls) == 1201


def test_pages_of_one_browser_share_the_limit(script: Script) -> None:
    others = [opened(script.page.context.new_page()) for _ in range(2)]
    for page, calls in ((script, 500), (others[0], 500), (others[1], 200)):
        page.page.evaluate(f"window.answers = [{json.dumps(DONE)}]")
        page.page.evaluate(f"Promise.all(Array.from({{ length: {calls} }}, () => send('/teams')))")
    script.wait_for_calls(1200)
    script.start([DONE])
    assert script.outcome() == "pending"
    expect(script.page.locator("#flags")).to_contain_text("Keep this page open")
    # A page that is opened later asks the others, and a page that was closed still counts.
    others[1].page.close()
    late = opened(script.page.context.new_page())
    late.wait_for_calls(1000)
    late.page.evaluate(f"window.answers = [{json.dumps(DONE)}]")
    late.page.evaluate("Promise.all(Array.from({ length: 200 }, () => send('/teams')))")
    late.start([DONE])
    assert late.outcome() == "pending"
    script.pass_seconds(59)
    assert len(script.calls) == 500
    script.pass_seconds(2)
    script.ended("200 done")


def test_a_page_without_a_channel_counts_for_itself(page: Page) -> None:
    page.add_init_script(
        "window.BroadcastChannel = class { constructor() { throw new DOMException('no', 'SecurityError'); } }"
    )
    page.clock.install()
    alone = opened(page, bridge=BRIDGE.replace("BroadcastChannel", "EventTarget"))
    alone.start([DONE])
    alone.ended("200 done")


FILE = "new File([new Uint8Array({size})], 'a.json', {{ type: 'application/json' }})"


def upload(size: int) -> str:
    form = f"(() => {{ const form = new FormData(); form.set('file', {FILE.format(size=size)}); return form; }})()"
    return f"{{ method: 'POST', body: {form} }}"


def sent(script: Script, enough: Callable[[list[Any]], bool]) -> list[Any]:
    """Return the calls once there are enough; files are read while the clock stands still."""
    while not enough(calls := script.calls):
        script.page.wait_for_function(f"calls.length > {len(calls)} || outcomes.one !== 'pending'")
    return calls


def test_a_large_request_is_sent_in_parts_that_make_it_up(script: Script) -> None:
    part = {"status": 200, "body": {"status": 204}}
    script.start([part, part, DONE], upload(700_000))
    script.ended("200 done")
    parts = [call["part"] for call in script.calls]
    assert [(one["number"], one["of"]) for one in parts] == [(0, 3), (1, 3), (2, 3)]
    assert len({one["id"] for one in parts}) == 1
    assert all(len(json.dumps(call)) <= 500_000 for call in script.calls)
    assert {(call["method"], call["path"]) for call in script.calls} == {("POST", "/teams?a=1")}
    assert {call["headers"]["accept-language"] for call in script.calls} == {"en"}
    joined = script.page.evaluate("calls.map(({ part }) => atob(part.data)).join('')")
    envelope = json.loads(joined)
    assert (envelope["method"], envelope["path"]) == ("POST", "/teams?a=1")
    [[name, file]] = envelope["body"]["form"]
    assert (name, file["file"], len(file["base64"])) == ("file", "a.json", 933_336)


def test_a_part_is_sent_again_but_not_the_last_one(script: Script) -> None:
    part = {"status": 200, "body": {"status": 204}}
    script.start([FAILED, part, FAILED], upload(500_000))
    sent(script, lambda calls: len(calls) == 1)
    script.pass_seconds(1)
    sent(script, lambda calls: len(calls) == 3)
    script.settle()
    script.pass_seconds(60)
    assert script.outcome() == "TypeError"
    assert [call["part"]["number"] for call in script.calls] == [0, 0, 1]


def test_a_refused_part_is_the_answer(script: Script) -> None:
    script.start([{"status": 200, "body": {"status": 503, "text": "busy"}}], upload(700_000))
    script.ended("503 busy")
    assert len(script.calls) == 1


def test_a_file_that_is_too_large_is_not_sent(script: Script) -> None:
    script.start([DONE], upload(5_500_000))
    script.page.wait_for_function("outcomes.one !== 'pending'")
    assert script.outcome().startswith("413 ")
    assert "so nothing was sent" in script.outcome()
    assert script.calls == []


def test_a_large_answer_is_requested_in_parts(script: Script) -> None:
    packed = zlib.compress(json.dumps({"status": 201, "text": "é"}).encode())
    halves = [b64encode(one).decode() for one in (packed[:9], packed[9:])]
    parts = [{"status": 200, "body": {"status": 200, "base64": one}} for one in halves]
    script.start([{"status": 200, "body": {"status": 200, "parts": {"id": "x", "of": 2}}}, *parts])
    script.ended("201 é")
    first, *others = script.calls
    about = {name: first[name] for name in ("method", "path", "headers")}
    assert others == [about | {"answer": {"id": "x", "number": number}} for number in (0, 1)]


def test_a_part_of_an_answer_that_is_gone_is_a_refusal(script: Script) -> None:
    gone = {"status": 200, "body": {"status": 503, "text": "gone"}}
    script.start([{"status": 200, "body": {"status": 200, "parts": {"id": "x", "of": 2}}}, gone])
    script.ended("503 gone")
