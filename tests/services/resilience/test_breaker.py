"""A silent server is not called, except for occasional calls that test it."""

from __future__ import annotations

import pytest

from timesheet.services.resilience.breaker import IN_A_ROW, NO_ANSWER, REST_SECONDS, Breaker


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def silenced(time: Time, refusals: list[str] | None = None) -> Breaker:
    breaker = Breaker((refusals if refusals is not None else []).append, time)
    for _ in range(IN_A_ROW):
        assert breaker.rest("one") == 0
        breaker.unanswered("one")
    return breaker


def test_after_some_silence_in_a_row_the_next_calls_fail_at_once(time: Time) -> None:
    refusals: list[str] = []
    breaker = silenced(time, refusals)
    assert breaker.rest("one") == REST_SECONDS
    assert breaker.rest("two") == 0
    assert refusals == [NO_ANSWER]


def test_an_answer_in_between_starts_the_count_anew(time: Time) -> None:
    breaker = Breaker(now=time)
    for _ in range(IN_A_ROW * 2):
        breaker.unanswered("one")
        breaker.answered("one")
        assert breaker.rest("one") == 0


def test_one_call_now_and_then_finds_out(time: Time) -> None:
    breaker = silenced(time)
    time.now += REST_SECONDS
    assert breaker.rest("one") == 0
    assert breaker.rest("one") == REST_SECONDS
    time.now += REST_SECONDS
    assert breaker.rest("one") == 0
    assert breaker.rest("one") == REST_SECONDS


def test_a_call_that_times_out_late_does_not_put_the_next_test_off(time: Time) -> None:
    breaker = silenced(time)
    time.now += REST_SECONDS
    assert breaker.rest("one") == 0
    time.now += REST_SECONDS - 1
    breaker.unanswered("one")
    assert breaker.rest("one") == 1
    time.now += 1
    assert breaker.rest("one") == 0
    breaker.answered("one")
    assert breaker.rest("one") == 0


def test_its_answer_lets_everybody_in_again(time: Time) -> None:
    breaker = silenced(time)
    time.now += REST_SECONDS
    assert breaker.rest("one") == 0
    breaker.answered("one")
    assert [breaker.rest("one") for _ in range(3)] == [0, 0, 0]
