from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
import requests

from jira_emulator.calls import Call
from jira_emulator.clock import MovableClock
from jira_emulator.connect.installation import Installation
from jira_emulator.issue.issue import create_issue
from jira_emulator.ratelimit import PointQuota, Windows
from jira_emulator.server import RunningCloud, RunningSite
from jira_emulator.trouble.rewrite import rewritten
from jira_emulator.trouble.trouble import Rule, RuleRefused, Trouble, read_rule
from tests.emulator.connect.test_oauth import token

MYSELF = "/rest/api/3/myself"


@pytest.fixture
def browser(jira: RunningSite) -> requests.Session:
    session = requests.Session()
    params = {"person": jira.person(0).account_id}
    session.get(f"{jira.base_url}/_host/sign-in-as", params=params, timeout=5)
    return session


def trouble(jira: RunningSite, **rule: Any) -> None:
    jira.control("POST", "trouble", rule)


@pytest.mark.parametrize(
    "reason",
    ["jira-quota-global-based", "jira-quota-tenant-based", "jira-burst-based", "jira-per-issue-on-write"],
)
def test_a_429_with_each_reason(jira: RunningSite, browser: requests.Session, reason: str) -> None:
    trouble(jira, effect="status", status=429, reason=reason, retryAfter=7)
    answer = browser.get(jira.base_url + MYSELF, timeout=5)
    assert answer.status_code == 429
    assert answer.headers["RateLimit-Reason"] == reason
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["X-RateLimit-Reset"].endswith("Z")
    assert browser.get(jira.base_url + MYSELF, timeout=5).status_code == 200


def test_a_429_without_a_hint(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="status", status=429)
    answer = browser.get(jira.base_url + MYSELF, timeout=5)
    assert "Retry-After" not in answer.headers
    assert "RateLimit-Reason" not in answer.headers


def test_a_429_may_be_a_page_and_name_no_time(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="status", status=429, retryAfter=0, page=True)
    answer = browser.get(jira.base_url + MYSELF, timeout=5)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "0")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<html>")
    trouble(jira, effect="status", status=429)
    assert browser.get(jira.base_url + MYSELF, timeout=5).json()["status"] == 429


def test_a_refused_session_is_a_sentence_only(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="token-refused")
    answer = browser.get(jira.base_url + MYSELF, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (401, "text/html")


def test_5xx_by_method_path_and_count(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="status", status=502, path="*/myself", method="GET", count=2, retryAfter=1)
    assert browser.get(f"{jira.base_url}/rest/api/3/configuration", timeout=5).status_code == 200
    assert browser.get(jira.base_url + MYSELF, timeout=5).status_code == 502
    assert browser.get(jira.base_url + MYSELF, timeout=5).headers["Retry-After"] == "1"
    assert browser.get(jira.base_url + MYSELF, timeout=5).status_code == 200
    assert [call.trouble for call in jira.calls.list()] == ["", "status", "status", ""]


@pytest.mark.parametrize("effect", ["drop", "drop-mid-body"])
def test_the_connection_drops(jira: RunningSite, browser: requests.Session, effect: str) -> None:
    trouble(jira, effect=effect)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        browser.get(jira.base_url + MYSELF, timeout=5)
    assert browser.get(jira.base_url + MYSELF, timeout=5).status_code == 200
    assert jira.calls.list()[0].trouble == effect


@pytest.mark.parametrize("effect", ["drop", "drop-after-write"])
def test_a_dropped_call_is_in_the_log_before_its_caller_can_go_on(
    jira: RunningSite, browser: requests.Session, monkeypatch: pytest.MonkeyPatch, effect: str
) -> None:
    noticed = Event()
    early: list[bool] = []
    add = jira.calls.add

    def add_late(call: Call) -> None:
        early.append(noticed.wait(0.2))
        add(call)

    monkeypatch.setattr(jira.calls, "add", add_late)
    trouble(jira, effect=effect)
    with pytest.raises(requests.ConnectionError):
        browser.get(jira.base_url + MYSELF, timeout=5)
    noticed.set()
    assert early == [False]
    assert jira.calls.list()[0].trouble == effect


def untouched(jira: RunningSite) -> str:
    """Return the key of a new issue, on which nobody has logged time."""
    site = jira.site
    with site.lock:
        like = next(one for one in site.issues.values() if "worklogs-0" in one.labels)
        like.project.last_number += 1
        site.next_issue_id += 1
        key = f"{like.project.key}-{like.project.last_number}"
        create_issue(
            site, replace(like, id=site.next_issue_id, key=key, worklog_ids=[]), jira.person(0).account_id
        )
    return key


def test_the_answer_is_lost_after_the_write(jira: RunningSite, browser: requests.Session) -> None:
    key = untouched(jira)
    url = f"{jira.base_url}/rest/api/3/issue/{key}/worklog"
    trouble(jira, effect="drop-after-write", path="*/worklog", method="POST")
    body: dict[str, Any] = {"timeSpentSeconds": 60, "started": "2026-11-20T09:00:00.000+0000"}
    with pytest.raises(requests.ConnectionError):
        browser.post(url, json=body, timeout=5)
    [made] = browser.get(url, timeout=5).json()["worklogs"]
    assert made["timeSpentSeconds"] == 60
    browser.delete(f"{url}/{made['id']}", timeout=5)


@pytest.mark.parametrize("effect", ["drop-before-write", "status-before-write"])
def test_jira_does_the_work_long_after_the_answer_is_lost(
    jira: RunningSite, browser: requests.Session, effect: str
) -> None:
    key = untouched(jira)
    url = f"{jira.base_url}/rest/api/3/issue/{key}/worklog"
    body: dict[str, Any] = {"timeSpentSeconds": 60, "started": "2026-11-20T09:00:00.000+0000"}

    def write() -> None:
        trouble(jira, effect=effect, status=502, path="*/worklog", method="POST")
        if effect == "status-before-write":
            assert browser.post(url, json=body, timeout=5).status_code == 502
        else:
            with pytest.raises(requests.ConnectionError):
                browser.post(url, json=body, timeout=5)

    write()
    assert browser.get(url, timeout=5).json()["worklogs"] == []
    assert jira.control("POST", "trouble/writes") == {"finished": 1}
    assert jira.control("POST", "trouble/writes") == {"finished": 0}
    [made] = browser.get(url, timeout=5).json()["worklogs"]
    assert made["timeSpentSeconds"] == 60
    browser.delete(f"{url}/{made['id']}", timeout=5)
    write()
    jira.control("DELETE", "trouble")
    assert jira.control("POST", "trouble/writes") == {"finished": 0}


@pytest.mark.parametrize("effect", ["truncated", "wrong-json"])
def test_the_body_is_not_json(jira: RunningSite, browser: requests.Session, effect: str) -> None:
    trouble(jira, effect=effect)
    answer = browser.get(jira.base_url + MYSELF, timeout=5)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_any_answer_in_jiras_place(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="answer", status=200, body={"values": []})
    assert browser.get(jira.base_url + MYSELF, timeout=5).json() == {"values": []}


def test_a_page_and_headers_in_jiras_place(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="answer", status=302, body="<html>Moved</html>", headers={"Location": "/login"})
    answer = browser.get(jira.base_url + MYSELF, timeout=5, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text == "<html>Moved</html>"


def test_jiras_own_answer_with_something_changed(jira: RunningSite, browser: requests.Session) -> None:
    edits = [
        ["locale", "de_DE"],
        ["timeZone"],
        ["groups.size", 7],
        ["nowhere.at.all", 1],
        ["strange", {"a": 1}],
    ]
    trouble(jira, effect="rewrite", edits=edits, headers={"X-Odd": "yes"})
    answer = browser.get(jira.base_url + MYSELF, timeout=5)
    body = answer.json()
    assert (body["locale"], body["strange"], answer.headers["X-Odd"]) == ("de_DE", {"a": 1}, "yes")
    assert "timeZone" not in body
    assert body["accountId"] == jira.person(0).account_id


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (["a.*.b", 0], {"a": [{"b": 0}, {"b": 0}]}),
        (["a.*.b"], {"a": [{}, {}]}),
        (["a.1", "x"], {"a": [{"b": 1}, "x"]}),
        (["a.*"], {"a": []}),
        (["a.7.b", 0], {"a": [{"b": 1}, {"b": 2}]}),
        (["a", None], {"a": None}),
        (["", [1]], [1]),
    ],
    ids=str,
)
def test_where_an_edit_reaches(edit: list[Any], wanted: Any) -> None:
    assert rewritten({"a": [{"b": 1}, {"b": 2}]}, [edit]) == wanted


def test_some_calls_pass_before_a_rule_strikes(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="status", status=500, skip=2)
    answers = [browser.get(jira.base_url + MYSELF, timeout=5).status_code for _ in range(4)]
    assert answers == [200, 200, 500, 200]


def test_slow_and_dripping_answers_arrive_whole(jira: RunningSite, browser: requests.Session) -> None:
    trouble(jira, effect="slow", seconds=0.05)
    started = time.monotonic()
    assert browser.get(jira.base_url + MYSELF, timeout=5).status_code == 200
    assert time.monotonic() - started >= 0.05
    trouble(jira, effect="drip", seconds=0.0)
    assert browser.get(jira.base_url + MYSELF, timeout=5).json()["accountId"] == jira.person(0).account_id


def test_a_late_answer_comes_when_it_is_allowed_to(jira: RunningSite, browser: requests.Session) -> None:
    assert jira.control("POST", "trouble/late") == {"released": 0}
    trouble(jira, effect="late", count=None)
    with ThreadPoolExecutor() as pool:
        for _ in range(2):
            call = pool.submit(browser.get, jira.base_url + MYSELF, timeout=30)
            while jira.control("GET", "trouble/late") == {"waiting": 0}:
                assert not call.done()
            assert jira.control("POST", "trouble/late") == {"released": 1}
            assert call.result(timeout=30).status_code == 200
    jira.control("DELETE", "trouble")
    assert browser.get(jira.base_url + MYSELF, timeout=5).status_code == 200


def test_the_end_of_all_trouble_lets_late_calls_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jira_emulator.trouble.trouble.LATEST_SECONDS", 600)
    trouble, struck = Trouble(), Event()
    trouble.add(Rule("late"))

    def call() -> None:
        assert trouble.strike("GET", MYSELF)
        struck.set()
        trouble.wait()

    waiting = Thread(target=call, daemon=True)
    waiting.start()
    assert struck.wait(60)
    trouble.clear()
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_good_token_is_refused(jira: RunningSite, installed: Installation) -> None:
    headers = {"Authorization": f"Bearer {token(jira, installed)}"}
    trouble(jira, effect="token-refused")
    assert requests.get(jira.base_url + MYSELF, headers=headers, timeout=5).status_code == 403
    assert requests.get(jira.base_url + MYSELF, headers=headers, timeout=5).status_code == 200


def test_trouble_reaches_the_authorization_server_too(jira: RunningSite) -> None:
    trouble(jira, effect="status", status=503, path="/_atlassian/oauth2/*")
    assert requests.post(f"{jira.base_url}/_atlassian/oauth2/token", timeout=5).status_code == 503


def test_the_dice_are_seeded() -> None:
    def throws(seed: int) -> list[bool]:
        made = Trouble(seed)
        made.add(Rule("slow", probability=0.5, count=None))
        return [made.strike("GET", "/rest/x") is not None for _ in range(30)]

    assert throws(1) == throws(1)
    assert throws(1) != throws(2)
    assert 5 < sum(throws(1)) < 25


@pytest.mark.parametrize(
    "raw",
    [
        {"effect": "explode"},
        {"effect": "status", "reason": "because"},
        {"effect": "status", "status": 200},
        {"effect": "slow", "probability": 0},
        {"effect": "slow", "color": "red"},
        {},
        [],
    ],
)
def test_a_rule_that_makes_no_sense(raw: Any) -> None:
    with pytest.raises(RuleRefused):
        read_rule(raw)


def test_calls_are_counted_and_forgotten(jira: RunningSite, browser: requests.Session) -> None:
    browser.get(jira.base_url + MYSELF, timeout=5)
    report = jira.control("GET", "calls?kind=rest")
    assert report["totals"] == {"calls": 1, "points": 3}
    assert report["calls"][0]["template"] == "/myself"
    assert report["calls"][0]["status"] == 200
    jira.control("DELETE", "calls")
    assert jira.control("GET", "calls")["totals"]["calls"] == 0


def test_points_run_out_until_the_full_hour(
    cloud: RunningCloud, jira: RunningSite, installed: Installation
) -> None:
    headers = {"Authorization": f"Bearer {token(jira, installed)}"}
    jira.control("POST", "limits", {"on": True, "pointsPerHour": 6})
    cloud.cloud.quota.charge(installed.key, 1_000_000)
    cloud.cloud.clock.travel(cloud.cloud.quota.seconds_left() + 1)
    headers = {"Authorization": f"Bearer {token_at(jira, installed)}"}
    seen = [requests.get(jira.base_url + MYSELF, headers=headers, timeout=5) for _ in range(3)]
    assert [one.status_code for one in seen] == [200, 200, 429]
    assert seen[0].headers["X-RateLimit-Remaining"] == "3"
    assert "X-RateLimit-NearLimit" not in seen[0].headers
    assert [seen[0].headers[name].split(",")[1] for name in ("RateLimit-Policy", "RateLimit")] == [
        '"jira-burst-based";q=100;w=1',
        '"jira-burst-based";r=99;t=1',
    ]
    assert [";r=" in one.headers["RateLimit"].split(",")[0] for one in seen[:2]] == [False, True]
    assert seen[1].headers["X-RateLimit-NearLimit"] == "true"
    assert seen[2].headers["RateLimit-Reason"] == "jira-quota-global-based"
    assert 0 < int(seen[2].headers["Retry-After"]) <= 3600


def token_at(jira: RunningSite, app: Installation) -> str:
    """Return a token issued at the cloud's moved clock."""
    person = jira.person(1).account_id
    return jira.tenant.cloud.tokens.issue(app, jira.site.client_key, person, app.descriptor.scopes)


def test_writes_to_one_issue_are_limited_whether_by_id_or_key(
    jira: RunningSite, browser: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    jira.control("POST", "limits", {"on": True})
    # Writes are counted for two seconds, and a busy machine may need longer.
    moment = jira.tenant.cloud.clock()
    monkeypatch.setattr(jira.tenant.limits._windows, "_clock", lambda: moment)
    issue = next(one for one in jira.site.issues.values() if "worklogs-0" in one.labels)
    statuses = []
    for number in range(21):
        name = issue.key if number % 2 else issue.id
        url = f"{jira.base_url}/rest/api/3/issue/{name}/worklog/1"
        statuses.append(browser.delete(url, timeout=5))
    assert [one.status_code for one in statuses] == [404] * 20 + [429]
    assert statuses[-1].headers["RateLimit-Reason"] == "jira-per-issue-on-write"


def test_windows_slide() -> None:
    clock = MovableClock(lambda: datetime(2026, 11, 24, tzinfo=UTC))
    windows = Windows(clock)
    limits = ((2, 1.0), (3, 10.0))
    assert [windows.admit("k", limits) for _ in range(3)] == [True, True, False]
    clock.travel(1.5)
    assert [windows.admit("k", limits) for _ in range(2)] == [True, False]
    clock.travel(10)
    assert windows.admit("k", limits)
    assert windows.admit("other", limits)


def test_the_quota_counts_each_app_for_itself(cloud: RunningCloud) -> None:
    quota = PointQuota(cloud.cloud.clock, limit=10)
    quota.charge("a", 8)
    assert (quota.remaining("a"), quota.remaining("b")) == (2, 10)
    quota.charge("a", 8)
    assert quota.remaining("a") == 0
    assert 0 < quota.seconds_left() <= 3600
