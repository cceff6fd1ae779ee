"""Breaks that Jira asks for, and the points left."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from tests.adapters.support.jira_server import Reply, scripted_jira
from tests.adapters.support.patient_transport import READ, WRITE, Patience, transport
from timesheet.adapters.jira.call.call import Call
from timesheet.adapters.jira.call.ratelimit import RateLimits, Target, wait_after
from timesheet.domain.errors import JiraBusy
from timesheet.services.resilience.budget import SITE_SPENT, Budget, MemoryPoints

NOON = 1_795_521_600.0


@pytest.fixture
def patience() -> Patience:
    return Patience()


def busy(reason: str = "jira-burst-based", after: str | None = "1") -> Reply:
    headers = {"RateLimit-Reason": reason} | ({"Retry-After": after} if after else {})
    return Reply(429, headers=headers)


PAST = formatdate(0, usegmt=True)
HTML = b"<!DOCTYPE html><html><body>Too many requests</body></html>"


@pytest.mark.parametrize("after", ["1", "0", "00", "0.25", PAST])
@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_short_break_is_waited_for_and_lasts_at_least_a_second(
    patience: Patience, call: Call, after: str
) -> None:
    with scripted_jira(busy(after=after), Reply(json={"a": 1})) as jira:
        assert transport(jira, patience).send(call).json == {"a": 1}
    assert patience.slept == [1.0]


@pytest.mark.parametrize("jitter", [0.7, 1.0, 1.3])
def test_a_429_without_retry_after_is_waited_for_once_whatever_the_jitter(
    patience: Patience, monkeypatch: pytest.MonkeyPatch, jitter: float
) -> None:
    monkeypatch.setattr("random.uniform", lambda *_: jitter)
    refused = Reply(429, raw=HTML, headers={"Content-Type": "text/html"})
    with scripted_jira(refused, Reply(json={"a": 1})) as jira:
        assert transport(jira, patience).send(READ).json == {"a": 1}
    assert patience.slept == [pytest.approx(2 * jitter)]


def test_a_429_without_retry_after_or_json_asks_for_a_break_too(patience: Patience) -> None:
    page = Reply(429, raw=HTML, headers={"Content-Type": "text/html"})
    with scripted_jira(route=lambda _: page) as jira, pytest.raises(JiraBusy) as refused:
        transport(jira, patience).send(READ)
    assert refused.value.retry_after >= 2
    assert sum(patience.slept) <= 2.6
    assert len(jira.requests) == 2


@pytest.mark.parametrize(
    "reply",
    [
        *(busy(after="30"), busy(after="30.5"), busy("jira-quota-tenant-based", "1800")),
        Reply(503, headers={"Retry-After": "60"}),
    ],
)
def test_a_long_break_is_said_and_not_slept(patience: Patience, reply: Reply) -> None:
    with scripted_jira(reply) as jira, pytest.raises(JiraBusy) as refused:
        transport(jira, patience).send(READ)
    assert refused.value.retry_after >= float(reply.headers["Retry-After"])
    assert patience.slept == []


def test_each_call_that_a_break_of_jira_refuses_is_counted(patience: Patience) -> None:
    """Jira itself refuses only the first, so its answers do not show how many people cannot save."""
    refused: list[str] = []
    limits = RateLimits(lambda: patience.now, turned_away=refused.append)
    with scripted_jira(busy("jira-quota-tenant-based", "1800")) as jira:
        for _ in range(3):
            with pytest.raises(JiraBusy):
                transport(jira, patience, limits).send(READ)
        assert len(jira.requests) == 1
    assert refused == ["rate_limited"] * 3


def test_a_short_break_refuses_nobody(patience: Patience) -> None:
    refused: list[str] = []
    limits = RateLimits(lambda: patience.now, turned_away=refused.append)
    with scripted_jira(busy(), Reply(503, headers={"Retry-After": "60"})) as jira, pytest.raises(JiraBusy):
        transport(jira, patience, limits).send(READ)
    assert refused == []


def test_breaks_that_add_up_are_not_slept(patience: Patience) -> None:
    with scripted_jira(route=lambda _: busy()) as jira, pytest.raises(JiraBusy):
        transport(jira, patience).send(READ)
    assert sum(patience.slept) <= 2


def test_without_a_retry_after_the_wait_doubles() -> None:
    assert [wait_after(attempt, None, 1) for attempt in range(3)] == [0.3, 0.6, 1.2]
    assert wait_after(3, 0.5, 1.3) == 0.5
    assert sum(wait_after(attempt, None, 1.3) for attempt in range(2)) < 2


def refused_waits(limits: RateLimits, patience: Patience, target: Target, times: int) -> list[float]:
    """Return the seconds of pauses that follow each other, each of which ends with a refusal without a time."""
    waits = []
    for _ in range(times):
        limits.refuse(target, "", limits.wait_unstated(target, "", 1.0))
        waits.append(limits.pause(target).seconds)
        patience.sleep(waits[-1])
    return waits


def test_refusals_without_a_time_pause_longer_each_until_jira_answers(patience: Patience) -> None:
    limits = RateLimits(lambda: patience.now)
    assert refused_waits(limits, patience, HERE, 6) == [2, 4, 8, 16, 30, 30]
    limits.answered(THERE)
    assert refused_waits(limits, patience, HERE, 1) == [30]
    limits.answered(HERE)
    assert refused_waits(limits, patience, HERE, 2) == [2, 4]
    patience.sleep(60)
    assert refused_waits(limits, patience, HERE, 1) == [2]


def test_refusals_of_calls_that_were_sent_together_are_one(patience: Patience) -> None:
    limits = RateLimits(lambda: patience.now)
    waits = [limits.wait_unstated(HERE, "", jitter) for jitter in (0.7, 1.0, 1.3)]
    assert waits == [1.4, 2.0, 2.6]
    limits.answered(HERE)
    patience.sleep(2.6)
    assert limits.wait_unstated(HERE, "", 1.0) == 4


def test_a_jira_that_refuses_every_call_is_asked_ever_more_rarely(patience: Patience) -> None:
    limits = RateLimits(lambda: patience.now)
    with scripted_jira(route=lambda _: Reply(429)) as jira:
        for _ in range(120):
            with pytest.raises(JiraBusy):
                transport(jira, patience, limits).send(READ)
            patience.now += 1
        assert 6 <= len(jira.requests) <= 12


def test_an_answer_ends_the_long_pauses(patience: Patience, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda *_: 1.0)
    limits, refused = RateLimits(lambda: patience.now), Reply(429)
    with scripted_jira(refused, refused, Reply(status=400, json={}), refused, Reply(json={})) as jira:
        with pytest.raises(JiraBusy) as busy_again:
            transport(jira, patience, limits).send(READ)
        assert busy_again.value.retry_after == 4
        patience.now += 4
        transport(jira, patience, limits).send(READ)
        assert transport(jira, patience, limits).send(READ).status == 200
    assert patience.slept == [2, 2]


def test_a_date_is_a_retry_after_as_well(patience: Patience) -> None:
    date = formatdate(4102444800, usegmt=True)
    with scripted_jira(busy(after=date)) as jira, pytest.raises(JiraBusy) as refused:
        transport(jira, patience).send(READ)
    assert refused.value.retry_after == 3600
    with scripted_jira(route=lambda _: busy(after="soon")) as jira, pytest.raises(JiraBusy):
        transport(jira, Patience()).send(WRITE)


HERE, THERE = Target("one", "GET a"), Target("two", "GET a")


@pytest.mark.parametrize(
    ("reason", "paused", "free"),
    [
        ("jira-quota-global-based", [HERE, THERE], []),
        ("jira-quota-tenant-based", [HERE, Target("one", "GET b")], [THERE]),
        ("", [HERE, Target("one", "GET b")], [THERE]),
        ("jira-burst-based", [HERE], [Target("one", "GET b"), THERE]),
    ],
)
def test_a_pause_reaches_as_far_as_its_reason(reason: str, paused: list[Target], free: list[Target]) -> None:
    limits = RateLimits(lambda: 100.0)
    limits.refuse(HERE, reason, 60)
    assert all(limits.pause(target).seconds == 60 for target in paused)
    assert all(limits.pause(target).seconds == 0 for target in free)


def test_a_pause_for_one_issue_holds_that_issue_only() -> None:
    limits = RateLimits(lambda: 0.0)
    limits.refuse(Target("one", "POST w", "12"), "jira-per-issue-on-write", 5)
    assert limits.pause(Target("one", "PUT w", "12")).seconds == 5
    assert limits.pause(Target("one", "POST w", "13")).seconds == 0
    assert limits.pause(Target("two", "POST w", "12")).seconds == 0


def test_pauses_end_and_calls_narrow_for_a_minute() -> None:
    now = [0.0]
    limits = RateLimits(lambda: now[0])
    assert limits.width("one") == 8
    limits.refuse(HERE, "jira-burst-based", 5)
    assert (limits.width("one"), limits.width("two")) == (2, 8)
    now[0] = 5
    assert limits.pause(HERE).seconds == 0
    now[0] = 60
    assert limits.width("one") == 8


def test_the_points_left_are_read_before_jira_has_to_refuse(patience: Patience) -> None:
    left = '"global-app-quota";r=0;t=600, "tenant-quota";r=500;t=600'
    with scripted_jira(Reply(json={}, headers={"RateLimit": left})) as jira:
        speaker = transport(jira, patience)
        speaker.send(READ)
        with pytest.raises(JiraBusy) as refused:
            speaker.send(READ)
    assert refused.value.reason == "jira-quota-global-based"
    assert len(jira.requests) == 1


@pytest.mark.parametrize(
    ("reason", "after", "left"),
    [
        ("jira-quota-global-based", 3540, 0),
        ("jira-quota-global-based", 30, 64_999),
        ("jira-quota-tenant-based", 3540, 64_999),
        ("jira-burst-based", 3540, 64_999),
    ],
    ids=["the whole hour", "another hour, which ends now", "one site", "a moment"],
)
def test_a_refusal_for_the_apps_allowance_says_that_none_is_left(
    patience: Patience, reason: str, after: int, left: int
) -> None:
    """The operator's alert counts what is left, and nothing else shows that nobody can read until the hour ends."""
    budget = Budget(MemoryPoints(), lambda: NOON + 60)
    limits = RateLimits(lambda: patience.now, budget=budget)
    with scripted_jira(busy(reason, str(after))) as jira, pytest.raises(JiraBusy):
        transport(jira, patience, limits).send(WRITE)
    assert budget.left() == left


HOURLY = '"global-app-quota";q=65000;w=3600, "tenant-quota";q=100000;w=3600'
BURST = '"jira-burst-based";q=100;w=1, "jira-per-issue-on-write";q=20;w=2, "a-new-one";q=50;w=1'


@pytest.mark.parametrize("policies", [f"{HOURLY}, {BURST}", ""], ids=["with sizes", "without"])
def test_the_limit_of_a_second_is_not_the_allowance_of_an_hour(policies: str) -> None:
    budget = Budget(MemoryPoints(), lambda: NOON)
    limits = RateLimits(lambda: 0.0, budget=budget)
    left = '"global-app-quota";t=3600, "jira-burst-based";r=1;t=1, "jira-per-issue-on-write";r=1;t=2'
    headers = {"RateLimit": left if not policies else f'{left}, "a-new-one";r=1;t=1'}
    limits.note(HERE, headers | ({"RateLimit-Policy": policies} if policies else {}))
    for _ in range(200):
        assert limits.refusal(HERE, 2) is None
    assert limits.pause(HERE).seconds == 0


def test_the_allowance_of_a_site_is_noted_beside_the_limit_of_a_second() -> None:
    budget = Budget(MemoryPoints(), lambda: NOON)
    limits = RateLimits(lambda: 0.0, budget=budget)
    left = '"jira-burst-based";r=90;t=1, "tenant-quota";r=100;t=3600'
    limits.note(HERE, {"RateLimit": left, "RateLimit-Policy": f"{HOURLY}, {BURST}"})
    refusal = limits.refusal(HERE, 2)
    assert refusal is not None
    assert refusal.reason == SITE_SPENT


@pytest.mark.parametrize(
    ("name", "free"),
    [
        ("jira-burst-based", [Target("one", "GET b"), THERE]),
        ("a-new-one", [Target("one", "GET b"), THERE]),
        ("jira-per-issue-on-write", [Target("one", "GET a", "13"), THERE]),
        ("tenant-quota", [THERE]),
        ("global-app-quota", []),
    ],
)
def test_an_exhausted_limit_pauses_only_what_it_covers(name: str, free: list[Target]) -> None:
    limits = RateLimits(lambda: 0.0)
    target = Target(HERE.site, HERE.endpoint, "12")
    limits.note(target, {"RateLimit": f'"{name}";r=0;t=2', "RateLimit-Policy": f"{HOURLY}, {BURST}"})
    assert limits.pause(target).seconds == 2
    assert all(limits.pause(other).seconds == 0 for other in free)


def test_points_not_yet_enforced_pause_nothing(patience: Patience) -> None:
    headers = {"Beta-RateLimit": '"global-app-quota";r=0;t=600', "RateLimit": '"global-app-quota";r=17;t=600'}
    with scripted_jira(route=lambda _: Reply(json={}, headers=headers)) as jira:
        speaker = transport(jira, patience)
        speaker.send(READ)
        assert speaker.send(READ).status == 200


@pytest.mark.parametrize(("after", "said"), [("60", 60), ("61", 61), ("60.2", 61)])
def test_a_break_is_said_in_whole_seconds_rounded_up(patience: Patience, after: str, said: int) -> None:
    with scripted_jira(busy(after=after)) as jira, pytest.raises(JiraBusy) as refused:
        transport(jira, patience).send(READ)
    assert refused.value.retry_after == said


@pytest.mark.parametrize(
    ("after", "wanted"),
    [("9" * 400, 3600), ("²", None), ("Tue, 24 Nov 2026 09:00:30 GMT", 30), ("yesterday", None)],
)
def test_a_break_is_read_against_jiras_own_clock_and_never_for_ever(
    patience: Patience, after: str, wanted: int | None
) -> None:
    reply = Reply(429, headers={"Retry-After": after, "Date": "Tue, 24 Nov 2026 09:00:00 GMT"})
    with scripted_jira(route=lambda _: reply) as jira, pytest.raises(JiraBusy) as refused:
        transport(jira, patience).send(READ)
    assert wanted is None or refused.value.retry_after - wanted in (0, 1)


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"X-RateLimit-Reset": "2026-11-24T09:40:00Z"}, 2400),
        ({"X-RateLimit-Reset": "2026-11-24T09:40Z"}, 2400),
        ({"X-RateLimit-Reset": "2026-11-24T10:40:00+01:00"}, 2400),
        ({"X-RateLimit-Reset": "2026-11-24T09:40:00Z", "Retry-After": "60"}, 60),
        ({"X-RateLimit-Reset": "2026-12-24T09:40:00Z"}, 3600),
        ({"Retry-After": "60, 60"}, 60),
    ],
)
def test_without_a_break_the_end_of_the_limit_counts(
    patience: Patience, headers: dict[str, str], wanted: int
) -> None:
    reply = Reply(429, headers={**headers, "Date": "Tue, 24 Nov 2026 09:00:00 GMT"})
    with scripted_jira(route=lambda _: reply) as jira, pytest.raises(JiraBusy) as refused:
        transport(jira, patience).send(READ)
    assert refused.value.retry_after - wanted in (0, 1)
    assert len(jira.requests) == 1


@pytest.mark.parametrize("reset", ["soon", "", "2026-11-24T09:40:00", "1795521600", "2026-11-24T08:00:00Z"])
def test_an_end_that_says_nothing_is_none(patience: Patience, reset: str) -> None:
    reply = Reply(429, headers={"X-RateLimit-Reset": reset, "Date": "Tue, 24 Nov 2026 09:00:00 GMT"})
    with scripted_jira(reply, Reply(json={"a": 1})) as jira:
        assert transport(jira, patience).send(READ).json == {"a": 1}
    assert sum(patience.slept) < 3


def test_the_end_of_a_limit_does_not_delay_other_failures(patience: Patience) -> None:
    reply = Reply(503, headers={"X-RateLimit-Reset": "2026-11-24T09:40:00Z"})
    with scripted_jira(reply, Reply(json={"a": 1})) as jira:
        assert transport(jira, patience).send(READ).json == {"a": 1}


def test_limits_that_are_no_numbers_are_no_limits(patience: Patience) -> None:
    odd = {
        "RateLimit": f'"global-app-quota";r=0.0.0;t=1.2.3, "x";r=;t=, ;;, "tenant";r=5;t=.., "y";r={"9" * 400}',
        "RateLimit-Policy": f'"global-app-quota";q={"9" * 400};w=3600',
    }
    with scripted_jira(Reply(json={"a": 1}, headers=odd), Reply(json={"a": 2})) as jira:
        speaker = transport(jira, patience)
        assert [speaker.send(WRITE).json, speaker.send(WRITE).json] == [{"a": 1}, {"a": 2}]
